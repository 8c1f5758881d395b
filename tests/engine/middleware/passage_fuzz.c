/* Any chain, any view: the passage, which keeps its place in a struct, tells the same story as this
 * model, which is written the way Django is, as functions that call each other.
 *
 * Input: a byte for the view, then four bytes a layer: style, before and after, process_view and
 * process_exception, process_template_response. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/text.h"
#include "engine/middleware/recorder.h"
#include "engine/middleware/trace.h"

enum { LAYERS_MOST = 8 };

static const char *const styles[] = {"function", "class", "mixin"};
static const char *const words[] = {NULL,   "pass",          "return",
                                    "none", "raise:Http404", "raise:ValueError"};
static const char *const names[LAYERS_MOST] = {"A", "B", "C", "D", "E", "F", "G", "H"};
enum { WORDS = sizeof words / sizeof *words };

enum view_kind { VIEW_OK, VIEW_RAISING, VIEW_NONE, VIEW_TEMPLATE, VIEW_BAD_TEMPLATE, VIEW_MISSING };
enum { VIEW_KINDS = VIEW_MISSING + 1 };

/* ---- the model ------------------------------------------------------------------------------- */

struct model_layer {
    const char *name, *style;
    const char *words[RECORDER_STATIONS];
};

struct model {
    struct text *told;
    struct model_layer layers[LAYERS_MOST];
    size_t count;
    enum view_kind view;
};

struct reply {
    const char *raised; /* an exception's type; NULL: a response, or None */
    int status;         /* 0: None */
    bool renders;
};

static const struct reply nothing = {NULL, 0, false};

static struct reply respond(int status) {
    return (struct reply){NULL, status, false};
}

static struct reply raise(const char *type) {
    return (struct reply){type, 0, false};
}

static bool is(const char *word, const char *other) {
    return word && strcmp(word, other) == 0;
}

static bool is_raise(const char *word) {
    return word && strncmp(word, "raise:", 6) == 0;
}

static struct reply boundary(struct reply reply) {
    return reply.raised ? respond(strcmp(reply.raised, "ValueError") == 0 ? 500 : 404) : reply;
}

/* What a word does at a station: true when it has something to say. */
static bool act(struct model *model, const struct model_layer *layer, const char *word,
                const char *place, struct reply *reply) {
    if (is(word, "return")) {
        text_format(model->told, "returns %s %s\n", layer->name, place);
        *reply = respond(200);
        return true;
    }
    if (!is_raise(word)) return false;
    text_format(model->told, "raises %s %s %s\n", layer->name, place, word + 6);
    *reply = raise(word + 6);
    return true;
}

static struct reply exception_hooks(struct model *model, const char *type) {
    for (size_t i = model->count; i-- > 0;) {
        const struct model_layer *layer = &model->layers[i];
        const char *word = layer->words[RECORDER_EXCEPTION];
        struct reply reply;
        if (!word || is(layer->style, "function")) continue;
        text_format(model->told, "process_exception %s %s\n", layer->name, type);
        if (act(model, layer, word, "process_exception", &reply)) return reply;
    }
    return raise(type);
}

static struct reply call_view(struct model *model) {
    text_add(model->told, "view v\n");
    switch (model->view) {
    case VIEW_RAISING: return exception_hooks(model, "ValueError");
    case VIEW_NONE: return nothing;
    case VIEW_TEMPLATE:
    case VIEW_BAD_TEMPLATE: return (struct reply){NULL, 200, true};
    default: return respond(200);
    }
}

static struct reply render(struct model *model, struct reply reply) {
    for (size_t i = model->count; i-- > 0;) {
        const struct model_layer *layer = &model->layers[i];
        const char *word = layer->words[RECORDER_TEMPLATE];
        if (!word || is(layer->style, "function")) continue;
        text_format(model->told, "process_template_response %s\n", layer->name);
        if (is(word, "none")) {
            text_format(model->told, "returns_none %s process_template_response\n", layer->name);
            return raise("ValueError");
        }
        struct reply other;
        if (act(model, layer, word, "process_template_response", &other)) return other;
    }
    text_add(model->told, "render\n");
    return model->view == VIEW_BAD_TEMPLATE ? exception_hooks(model, "ValueError") : reply;
}

static struct reply handler(struct model *model) {
    if (model->view == VIEW_MISSING) return raise("Resolver404");
    struct reply reply = nothing;
    bool answered = false;
    for (size_t i = 0; i < model->count && !answered; i++) {
        const struct model_layer *layer = &model->layers[i];
        const char *word = layer->words[RECORDER_VIEW];
        if (!word || is(layer->style, "function")) continue;
        text_format(model->told, "process_view %s v\n", layer->name);
        answered = act(model, layer, word, "process_view", &reply);
    }
    if (!answered) reply = call_view(model);
    if (reply.raised) return reply;
    if (reply.status == 0) return raise("ValueError");
    return reply.renders ? render(model, reply) : reply;
}

static struct reply get_response(struct model *model, size_t index);

static struct reply after(struct model *model, const struct model_layer *layer,
                          struct reply reply) {
    bool is_mixin = is(layer->style, "mixin");
    const char *word = layer->words[RECORDER_AFTER];
    const char *place = is_mixin ? "process_response" : "after";
    text_format(model->told, "%s %s %d\n", is_mixin ? place : "out", layer->name, reply.status);
    if (is(word, "none")) {
        text_format(model->told, "returns_none %s %s\n", layer->name, place);
        return nothing;
    }
    act(model, layer, word, place, &reply);
    return reply;
}

static struct reply call_mixin(struct model *model, size_t index) {
    const struct model_layer *layer = &model->layers[index];
    struct reply reply;
    text_format(model->told, "process_request %s\n", layer->name);
    if (!act(model, layer, layer->words[RECORDER_BEFORE], "process_request", &reply))
        reply = get_response(model, index + 1);
    return reply.raised ? reply : after(model, layer, reply);
}

static struct reply call_layer(struct model *model, size_t index) {
    const struct model_layer *layer = &model->layers[index];
    if (is(layer->style, "mixin")) return call_mixin(model, index);
    struct reply reply;
    text_format(model->told, "in %s\n", layer->name);
    if (is(layer->words[RECORDER_BEFORE], "none")) {
        text_format(model->told, "returns_none %s before\n", layer->name);
        return nothing;
    }
    if (act(model, layer, layer->words[RECORDER_BEFORE], "before", &reply)) return reply;
    return after(model, layer, get_response(model, index + 1));
}

static struct reply get_response(struct model *model, size_t index) {
    return boundary(index < model->count ? call_layer(model, index) : handler(model));
}

/* ---- the engine's view and URLs ---------------------------------------------------------------
 */

static bool render_badly(struct runtime *runtime, struct response *response) {
    (void)response;
    return fault_raise(runtime->fault, "ValueError", "template");
}

static bool render_well(struct runtime *runtime, struct response *response) {
    (void)runtime, (void)response;
    return true;
}

static enum view_says call(const struct view *view, struct view_frame *frame) {
    enum view_kind kind = *(const enum view_kind *)view->context;
    if (frame->resumed == 0) return VIEW_WAITS; /* every passage is left and taken up again once */
    if (kind == VIEW_RAISING) {
        fault_raise(frame->runtime->fault, "ValueError", "from the view");
        return VIEW_RAISES;
    }
    if (kind == VIEW_NONE) return VIEW_ANSWERS;
    frame->response = response_new(frame->runtime->arena, 200, "", 0);
    if (!frame->response) abort();
    if (kind == VIEW_TEMPLATE) frame->response->render = render_well;
    if (kind == VIEW_BAD_TEMPLATE) frame->response->render = render_badly;
    return VIEW_ANSWERS;
}

static bool resolve(const struct urlconf *urlconf, struct runtime *runtime,
                    struct request *request) {
    const struct view *view = urlconf->context;
    if (*(const enum view_kind *)view->context == VIEW_MISSING)
        return fault_raise(runtime->fault, "Resolver404", "/");
    request->view = view;
    return true;
}

/* ---- comparing --------------------------------------------------------------------------------
 */

static const char *engine_told(const struct trace *trace, struct arena *arena) {
    struct text text;
    text_init(&text, arena);
    for (size_t i = 0; i < trace->count; i++) {
        const struct trace_entry *entry = &trace->entries[i];
        if (is(entry->word, "init") || is(entry->word, "log") || is(entry->word, "signal"))
            continue;
        size_t texts = is(entry->word, "in") ? 1 : entry->text_count;
        text_add(&text, entry->word);
        for (size_t j = 0; j < texts; j++) text_format(&text, " %s", entry->texts[j]);
        if (entry->has_status) text_format(&text, " %d", entry->status);
        text_add_char(&text, '\n');
    }
    return text_finish(&text);
}

static void read_input(const uint8_t *data, size_t size, struct model *model) {
    model->view = size ? data[0] % VIEW_KINDS : VIEW_OK;
    for (size_t at = 1; at + 4 <= size && model->count < LAYERS_MOST; at += 4) {
        struct model_layer *layer = &model->layers[model->count];
        layer->name = names[model->count++];
        layer->style = styles[data[at] % 3];
        layer->words[RECORDER_BEFORE] = words[data[at + 1] % WORDS];
        layer->words[RECORDER_AFTER] = words[data[at + 1] / WORDS % WORDS];
        layer->words[RECORDER_VIEW] = words[data[at + 2] % WORDS];
        layer->words[RECORDER_EXCEPTION] = words[data[at + 2] / WORDS % WORDS];
        layer->words[RECORDER_TEMPLATE] = words[data[at + 3] % WORDS];
        if (is(layer->words[RECORDER_TEMPLATE], "return")) layer->words[RECORDER_TEMPLATE] = NULL;
    }
}

static struct chain *build(struct runtime *runtime, const struct model *model,
                           const struct view *view) {
    struct layer layers[LAYERS_MOST];
    for (size_t i = 0; i < model->count; i++) {
        struct recorder_words asked = {.name = model->layers[i].name,
                                       .style = model->layers[i].style};
        memcpy(asked.words, model->layers[i].words, sizeof asked.words);
        if (!recorder_make(runtime, &asked, &layers[i])) abort();
    }
    return chain_build(runtime, layers, model->count, (struct urlconf){resolve, view});
}

static void compare(struct runtime *runtime, struct tape *tape, struct model *model) {
    struct view view = {{&view_type}, "v", "tests", call, &model->view};
    struct chain *chain = build(runtime, model, &view);
    struct request request;
    if (!chain || !request_init(&request, runtime->arena, "GET", "/")) abort();
    struct response *response = chain_call(chain, runtime, &request);
    struct text text;
    text_init(&text, runtime->arena);
    model->told = &text;
    struct reply expected = get_response(model, 0);
    struct trace trace;
    if (!trace_read(tape, 0, SIZE_MAX, chain, &request, runtime->arena, &trace)) abort();
    const char *ours = engine_told(&trace, runtime->arena), *theirs = text_finish(&text);
    bool same_end = (response ? response->status : 0) == expected.status;
    if (!ours || !theirs || !same_end || strcmp(ours, theirs) != 0 || runtime->head->depth != 0) {
        fprintf(stderr, "status %d, model %d\nengine:\n%smodel:\n%s",
                response ? response->status : 0, expected.status, ours, theirs);
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena;
    struct fault fault;
    struct head head;
    struct model model = {.count = 0};
    arena_init(&arena, NULL);
    fault_init(&fault, &arena);
    struct tape *tape = tape_new(NULL, 1024);
    if (!tape) abort();
    head_init(&head, tape);
    struct runtime runtime = {.arena = &arena, .head = &head, .fault = &fault};
    read_input(data, size, &model);
    compare(&runtime, tape, &model);
    tape_free(tape);
    arena_release(&arena);
    return 0;
}
