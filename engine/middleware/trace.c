/* trace - see trace.h.
 *
 * The reader follows the spans with a stack of its own. Inside a layer's span it must know whether
 * get_response() was called yet (then what the layer does comes after it), and whether its "out"
 * was told; inside a hook's span, which hook that is. */
#include "engine/middleware/trace.h"

#include <assert.h>
#include <string.h>

#include "engine/urls/resolver.h"

enum { HOOK_LAYER = HOOK_COUNT, HOOK_OTHER }; /* what else a span can be */

struct open_span {
    int what;         /* an enum hook, HOOK_LAYER, or HOOK_OTHER: the handler, the view */
    const char *name; /* the layer's */
    enum layer_style style;
    bool went_inside; /* get_response() was called */
    bool told_out;
};

struct reader {
    struct arena *arena;
    const struct tape *tape;
    const struct chain *chain;
    const struct request *request;
    struct trace *trace;
    size_t capacity;
    struct open_span *spans; /* open ones */
    size_t open, span_capacity;
    size_t layers_open;
    int status;             /* of the response on its way; 0: None, or none yet */
    const char *exception;  /* type of the last one raised */
    struct keyword *kwargs; /* of the view, copied when they are first told */
    size_t kwarg_count;
    bool failed;
};

static void add(struct reader *reader, struct trace_entry entry) {
    struct trace *trace = reader->trace;
    if (trace->count == reader->capacity) {
        size_t capacity = reader->capacity ? 2 * reader->capacity : 32;
        struct trace_entry *entries =
            arena_grow(reader->arena, trace->entries, reader->capacity, capacity, sizeof *entries);
        if (!entries) {
            reader->failed = true;
            return;
        }
        trace->entries = entries;
        reader->capacity = capacity;
    }
    while (entry.text_count < TRACE_TEXTS && entry.texts[entry.text_count]) entry.text_count++;
    trace->entries[trace->count++] = entry;
}

static void add_words(struct reader *reader, const char *word, const char *a, const char *b,
                      const char *c) {
    add(reader, (struct trace_entry){.word = word, .texts = {a, b, c}});
}

static void add_status(struct reader *reader, const char *word, const char *who) {
    add(reader, (struct trace_entry){
                    .word = word, .texts = {who}, .has_status = true, .status = reader->status});
}

static const char *copy_until(struct reader *reader, const char *text, const char *stop) {
    const char *copy = arena_copy(reader->arena, text, strcspn(text, stop));
    if (!copy) reader->failed = true;
    return copy ? copy : "";
}

/* ---- spans -------------------------------------------------------------------------------- */

static struct open_span *top(struct reader *reader) {
    return reader->open ? &reader->spans[reader->open - 1] : NULL;
}

static void push(struct reader *reader, struct open_span span) {
    struct open_span *outer = top(reader);
    if (outer && (span.what == HOOK_LAYER || span.what == HOOK_OTHER)) outer->went_inside = true;
    if (reader->open == reader->span_capacity) {
        size_t capacity = reader->span_capacity ? 2 * reader->span_capacity : 16;
        struct open_span *spans = arena_grow(reader->arena, reader->spans, reader->span_capacity,
                                             capacity, sizeof *spans);
        if (!spans) {
            reader->failed = true;
            return;
        }
        reader->spans = spans;
        reader->span_capacity = capacity;
    }
    assert(reader->spans);
    reader->spans[reader->open++] = span;
}

static void enter_layer(struct reader *reader) {
    if (reader->layers_open >= reader->chain->count) return;
    const struct layer *layer = reader->chain->layers[reader->layers_open++];
    push(reader, (struct open_span){HOOK_LAYER, layer->name, layer->type->style, false, false});
    if (layer->type->style != LAYER_MIXIN)
        add_words(reader, "in", layer->name, "resolver_match=False", NULL);
}

/* "out" is told at the first thing the layer does after get_response(), or when it ends. */
static void tell_out(struct reader *reader, struct open_span *span) {
    if (span->what != HOOK_LAYER || span->style == LAYER_MIXIN) return;
    if (!span->went_inside || span->told_out) return;
    add_status(reader, "out", span->name);
    span->told_out = true;
}

/* Which hook a span's subject names: "ApiKeyMiddleware.process_view". */
static int hook_of(struct reader *reader, const char *subject, const char **name) {
    const char *dot = strrchr(subject, '.');
    for (enum hook hook = 0; dot && hook < HOOK_COUNT; hook++) {
        if (strcmp(dot + 1, hook_word(hook)) != 0) continue;
        *name = arena_copy(reader->arena, subject, (size_t)(dot - subject));
        if (!*name) reader->failed = true;
        return (int)hook;
    }
    return HOOK_OTHER;
}

static void copy_keyword(struct reader *reader, const struct keyword *from, struct keyword *to) {
    *to = *from;
    to->name = arena_string(reader->arena, from->name);
    if (value_is_textual(from->value))
        to->value.text = arena_copy(reader->arena, from->value.text, from->value.length);
    if (!to->name || (value_is_textual(from->value) && !to->value.text)) reader->failed = true;
}

/* An entry that ends with the keyword arguments of the view. */
static struct trace_entry with_kwargs(struct reader *reader, const char *word) {
    const struct route_match *match = reader->request ? reader->request->resolver_match : NULL;
    if (match && match->kwarg_count && !reader->kwargs) {
        reader->kwargs = arena_array(reader->arena, match->kwarg_count, sizeof *reader->kwargs);
        if (!reader->kwargs) reader->failed = true;
        for (size_t i = 0; reader->kwargs && i < match->kwarg_count; i++)
            copy_keyword(reader, &match->kwargs[i], &reader->kwargs[i]);
        if (!reader->failed) reader->kwarg_count = match->kwarg_count;
    }
    return (struct trace_entry){.word = word,
                                .has_kwargs = true,
                                .kwargs = reader->kwargs,
                                .kwarg_count = reader->kwarg_count};
}

static void tell_process_view(struct reader *reader, const char *layer) {
    const struct view *view = reader->request ? reader->request->view : NULL;
    struct trace_entry entry = with_kwargs(reader, hook_word(HOOK_PROCESS_VIEW));
    entry.texts[0] = layer;
    entry.texts[1] = arena_string(reader->arena, view ? view->name : "");
    if (!entry.texts[1]) reader->failed = true;
    add(reader, entry);
}

static void enter_hook(struct reader *reader, const char *subject) {
    struct open_span span = {.name = subject};
    span.what = hook_of(reader, subject, &span.name);
    push(reader, span);
    switch (span.what) {
    case HOOK_PROCESS_RESPONSE:
        add_status(reader, hook_word(HOOK_PROCESS_RESPONSE), span.name);
        break;
    case HOOK_PROCESS_VIEW: tell_process_view(reader, span.name); break;
    case HOOK_PROCESS_EXCEPTION:
        add_words(reader, hook_word(HOOK_PROCESS_EXCEPTION), span.name, reader->exception, NULL);
        break;
    case HOOK_PROCESS_REQUEST:
    case HOOK_PROCESS_TEMPLATE_RESPONSE:
        add_words(reader, hook_word((enum hook)span.what), span.name, NULL, NULL);
        break;
    default:
        if (strcmp(subject, "render") == 0) add_words(reader, "render", NULL, NULL, NULL);
    }
}

/* A view with one text argument is told with that text, any other with its kwargs. */
static void enter_view(struct reader *reader, const char *subject) {
    push(reader, (struct open_span){.what = HOOK_OTHER, .name = subject});
    struct trace_entry entry = with_kwargs(reader, "view");
    entry.texts[0] = subject;
    entry.has_kwargs = entry.kwarg_count != 1 || entry.kwargs[0].value.kind != VALUE_TEXT;
    if (!entry.has_kwargs) entry.texts[1] = entry.kwargs[0].value.text;
    add(reader, entry);
}

static void leave(struct reader *reader, const struct tape_event *event) {
    struct open_span *span = top(reader);
    if (!span) return;
    if (event->kind == TAPE_LAYER) {
        tell_out(reader, span);
        if (reader->layers_open) reader->layers_open--;
    }
    if (event->kind == TAPE_LAYER || event->kind == TAPE_VIEW) reader->status = (int)event->amount;
    reader->open--;
}

/* ---- points ------------------------------------------------------------------------------- */

/* Where a layer is when it answers or raises: "before", "after", "process_view". NULL: this is not
 * a layer's doing. */
static const char *where(struct reader *reader, struct open_span *span) {
    if (!span || span->what == HOOK_OTHER) return NULL;
    if (span->what < HOOK_COUNT) return hook_word((enum hook)span->what);
    tell_out(reader, span);
    return span->went_inside ? "after" : "before";
}

static void tell_response(struct reader *reader, const char *subject, int status) {
    bool is_boundary = strcmp(subject, "convert_exception_to_response") == 0;
    struct open_span *span = top(reader);
    const char *place = is_boundary ? NULL : where(reader, span);
    if (place) add_words(reader, status ? "returns" : "returns_none", span->name, place, NULL);
    reader->status = status;
}

/* A factory raises MiddlewareNotUsed before any request is under way. */
static bool is_not_used(const struct reader *reader, const char *type) {
    if (reader->open || !reader->trace->count || strcmp(type, "MiddlewareNotUsed") != 0)
        return false;
    return strcmp(reader->trace->entries[reader->trace->count - 1].word, "init") == 0;
}

static void tell_exception(struct reader *reader, const char *subject) {
    const char *type = copy_until(reader, subject, ":");
    if (is_not_used(reader, type)) {
        const struct trace_entry *init = &reader->trace->entries[reader->trace->count - 1];
        add_words(reader, "not_used", init->texts[0], NULL, NULL);
        return;
    }
    struct open_span *span = top(reader);
    const char *place = where(reader, span);
    if (place) add_words(reader, "raises", span->name, place, type);
    reader->exception = type;
}

static void tell_log(struct reader *reader, const char *subject) {
    const char *logger = copy_until(reader, subject, " ");
    subject += strlen(logger) + (subject[strlen(logger)] == ' ');
    const char *level = copy_until(reader, subject, " ");
    subject += strlen(level) + (subject[strlen(level)] == ' ');
    add_words(reader, "log", logger, level, subject);
}

static void tell_signal(struct reader *reader, const char *subject) {
    const char *signal = copy_until(reader, subject, " ");
    const char *what = subject + strlen(signal);
    add_words(reader, "signal", signal, *what ? what + 1 : NULL, NULL);
}

static void tell(struct reader *reader, const struct tape_event *event) {
    /* copied: a trace may outlive what is on the tape */
    const char *subject = arena_string(reader->arena, tape_name(reader->tape, event->subject));
    if (!subject) {
        reader->failed = true;
        return;
    }
    if (event->shape == TAPE_LEAVE &&
        (event->kind == TAPE_LAYER || event->kind == TAPE_HOOK || event->kind == TAPE_VIEW)) {
        leave(reader, event);
        return;
    }
    switch (event->kind) {
    case TAPE_INIT: add_words(reader, "init", subject, NULL, NULL); break;
    case TAPE_LAYER: enter_layer(reader); break;
    case TAPE_HOOK: enter_hook(reader, subject); break;
    case TAPE_VIEW: enter_view(reader, subject); break;
    case TAPE_RESPONSE: tell_response(reader, subject, (int)event->amount); break;
    case TAPE_EXCEPTION: tell_exception(reader, subject); break;
    case TAPE_LOG: tell_log(reader, subject); break;
    case TAPE_SIGNAL: tell_signal(reader, subject); break;
    default: break; /* queries and the like are not part of this story */
    }
}

bool trace_read(const struct tape *tape, size_t first, size_t upto, const struct chain *chain,
                const struct request *request, struct arena *arena, struct trace *trace) {
    *trace = (struct trace){NULL, 0};
    struct reader reader = {.arena = arena,
                            .tape = tape,
                            .chain = chain,
                            .request = request,
                            .trace = trace,
                            .exception = ""};
    struct tape_event events[64];
    while (first < upto && !reader.failed) {
        size_t want = upto - first < 64 ? upto - first : 64;
        size_t got = tape_events(tape, first, events, want);
        for (size_t i = 0; i < got; i++) tell(&reader, &events[i]);
        if (got == 0) break;
        first += got;
    }
    return !reader.failed;
}
