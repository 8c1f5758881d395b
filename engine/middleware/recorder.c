/* recorder - see recorder.h. In order: reading the words, the hooks, making the layer. */
#include "engine/middleware/recorder.h"

#include <string.h>

enum act { ACT_NOTHING, ACT_PASS, ACT_RETURN, ACT_RAISE, ACT_NONE, ACT_NOT_USED };

struct recorder {
    struct layer_type type; /* a recorder's own: which hooks exist depends on its words */
    enum act acts[RECORDER_STATIONS];
    const char *raises[RECORDER_STATIONS]; /* of ACT_RAISE: the exception's type */
};

const char *recorder_station_word(enum recorder_station station) {
    static const char *const words[RECORDER_STATIONS] = {
        [RECORDER_INIT] = "init",           [RECORDER_BEFORE] = "before",
        [RECORDER_AFTER] = "after",         [RECORDER_VIEW] = "view",
        [RECORDER_EXCEPTION] = "exception", [RECORDER_TEMPLATE] = "template",
    };
    return words[station];
}

/* Which words fit at which station, as bits of 1 << act. */
static const unsigned fitting[RECORDER_STATIONS] = {
    [RECORDER_INIT] = 1 << ACT_PASS | 1 << ACT_NONE | 1 << ACT_NOT_USED | 1 << ACT_RAISE,
    [RECORDER_BEFORE] = 1 << ACT_PASS | 1 << ACT_RETURN | 1 << ACT_RAISE | 1 << ACT_NONE,
    [RECORDER_AFTER] = 1 << ACT_PASS | 1 << ACT_RETURN | 1 << ACT_RAISE | 1 << ACT_NONE,
    [RECORDER_VIEW] = 1 << ACT_PASS | 1 << ACT_RETURN | 1 << ACT_RAISE | 1 << ACT_NONE,
    [RECORDER_EXCEPTION] = 1 << ACT_PASS | 1 << ACT_RETURN | 1 << ACT_RAISE | 1 << ACT_NONE,
    [RECORDER_TEMPLATE] = 1 << ACT_PASS | 1 << ACT_RAISE | 1 << ACT_NONE,
};

/* word = "pass" | "return" | "none" | "raise:" TYPE | "not_used" [":" reason] */
static enum act read_word(const char *word, const char **type) {
    if (!word) return ACT_NOTHING;
    if (strcmp(word, "pass") == 0) return ACT_PASS;
    if (strcmp(word, "return") == 0) return ACT_RETURN;
    if (strcmp(word, "none") == 0) return ACT_NONE;
    if (strncmp(word, "not_used", 8) == 0 && (!word[8] || word[8] == ':')) return ACT_NOT_USED;
    if (strncmp(word, "raise:", 6) != 0 || !word[6]) return ACT_NOTHING;
    *type = word + 6;
    return ACT_RAISE;
}

/* ---- the hooks ---------------------------------------------------------------------------- */

static enum factory_says init(struct runtime *runtime, struct layer *layer) {
    const struct recorder *recorder = layer->state;
    switch (recorder->acts[RECORDER_INIT]) {
    case ACT_NOT_USED: return FACTORY_NOT_USED;
    case ACT_NONE: return FACTORY_NONE;
    case ACT_RAISE:
        fault_raise(runtime->fault, recorder->raises[RECORDER_INIT], "from %s.init", layer->name);
        return FACTORY_RAISES;
    default: return FACTORY_MADE;
    }
}

/* Does what the word for a station says; `where` is its name in texts: "before", "process_view". */
static enum hook_says act(struct passage *passage, const struct layer *layer,
                          enum recorder_station station, const char *where,
                          struct response **response) {
    const struct recorder *recorder = layer->state;
    struct runtime *runtime = &passage->runtime;
    enum act what = recorder->acts[station];
    if (what == ACT_RAISE) {
        fault_clear(runtime->fault); /* process_exception: the new one replaces the old */
        fault_raise(runtime->fault, recorder->raises[station], "from %s.%s", layer->name, where);
        return HOOK_RAISES;
    }
    if (what != ACT_RETURN && what != ACT_NONE) return HOOK_GOES_ON;
    if (*response) response_close(*response);
    *response = NULL;
    if (what == ACT_NONE) return HOOK_ANSWERS;
    *response = response_format(runtime->arena, 200, "from %s.%s", layer->name, where);
    if (*response) return HOOK_ANSWERS;
    fault_clear(runtime->fault);
    fault_no_memory(runtime->fault);
    return HOOK_RAISES;
}

/* What stands before and after get_response() is process_request and process_response in a mixin,
 * and there None is nothing special on the way in. */
static enum hook_says before(struct passage *passage, struct layer *layer,
                             struct response **response) {
    const struct recorder *recorder = layer->state;
    bool is_mixin = recorder->type.style == LAYER_MIXIN;
    if (is_mixin && recorder->acts[RECORDER_BEFORE] == ACT_NONE) return HOOK_GOES_ON;
    return act(passage, layer, RECORDER_BEFORE, is_mixin ? "process_request" : "before", response);
}

static enum hook_says after(struct passage *passage, struct layer *layer,
                            struct response **response) {
    const struct recorder *recorder = layer->state;
    bool is_mixin = recorder->type.style == LAYER_MIXIN;
    return act(passage, layer, RECORDER_AFTER, is_mixin ? "process_response" : "after", response);
}

/* None from these two means: nothing to say. */
static enum hook_says process_view(struct passage *passage, struct layer *layer,
                                   struct response **response) {
    const struct recorder *recorder = layer->state;
    if (recorder->acts[RECORDER_VIEW] == ACT_NONE) return HOOK_GOES_ON;
    return act(passage, layer, RECORDER_VIEW, "process_view", response);
}

static enum hook_says process_exception(struct passage *passage, struct layer *layer,
                                        struct response **response) {
    const struct recorder *recorder = layer->state;
    if (recorder->acts[RECORDER_EXCEPTION] == ACT_NONE) return HOOK_GOES_ON;
    return act(passage, layer, RECORDER_EXCEPTION, "process_exception", response);
}

static enum hook_says process_template_response(struct passage *passage, struct layer *layer,
                                                struct response **response) {
    return act(passage, layer, RECORDER_TEMPLATE, "process_template_response", response);
}

/* ---- making ------------------------------------------------------------------------------- */

static bool read_style(struct runtime *runtime, const char *word, enum layer_style *style) {
    static const char *const styles[] = {
        [LAYER_FUNCTION] = "function", [LAYER_CLASS] = "class", [LAYER_MIXIN] = "mixin"};
    for (size_t i = 0; i < sizeof styles / sizeof *styles; i++)
        if (strcmp(styles[i], word ? word : "function") == 0) {
            *style = (enum layer_style)i;
            return true;
        }
    return fault_raise(runtime->fault, "NotSupported",
                       "Layer: style '%s'; known are 'function', 'class' and 'mixin'", word);
}

static bool read_words(struct runtime *runtime, const struct recorder_words *words,
                       struct recorder *recorder) {
    for (enum recorder_station i = 0; i < RECORDER_STATIONS; i++) {
        const char *word = words->words[i], *type = NULL;
        enum act what = read_word(word, &type);
        if (word && !(fitting[i] & 1u << what))
            return fault_raise(runtime->fault, "NotSupported", "Layer: %s='%s'",
                               recorder_station_word(i), word);
        recorder->acts[i] = what;
        recorder->raises[i] = type ? arena_string(runtime->arena, type) : NULL;
        if (type && !recorder->raises[i]) return fault_no_memory(runtime->fault);
    }
    return true;
}

/* Before and after always exist: the recorder shows the way. The other hooks exist where a word
 * asks for one; a function can have none, since Django looks for methods. */
static void choose_hooks(struct recorder *recorder) {
    struct layer_type *type = &recorder->type;
    const enum act *acts = recorder->acts;
    type->init = init;
    type->before = before;
    type->after = after;
    if (type->style == LAYER_FUNCTION) return;
    if (acts[RECORDER_VIEW]) type->process_view = process_view;
    if (acts[RECORDER_EXCEPTION]) type->process_exception = process_exception;
    if (acts[RECORDER_TEMPLATE]) type->process_template_response = process_template_response;
}

bool recorder_make(struct runtime *runtime, const struct recorder_words *words,
                   struct layer *layer) {
    struct recorder *recorder = arena_alloc(runtime->arena, sizeof *recorder);
    const char *name = arena_string(runtime->arena, words->name);
    if (!recorder || !name) return fault_no_memory(runtime->fault);
    if (!read_style(runtime, words->style, &recorder->type.style)) return false;
    if (!read_words(runtime, words, recorder)) return false;
    choose_hooks(recorder);
    *layer = (struct layer){.name = name, .path = name, .type = &recorder->type, .state = recorder};
    return true;
}
