/* chain - building: from the lines of MIDDLEWARE to layers in use. See chain.h; the way of a
 * request through them is in passage.c.
 *
 * Order: copy the lines, call the factories from the last to the first, drop what was not used,
 * then make the three lists of hooks. Mirrors BaseHandler.load_middleware. */
#include "engine/middleware/chain.h"

#include <errno.h>
#include <time.h>

const char *hook_word(enum hook hook) {
    static const char *const words[HOOK_COUNT] = {
        [HOOK_PROCESS_REQUEST] = "process_request",
        [HOOK_PROCESS_RESPONSE] = "process_response",
        [HOOK_PROCESS_VIEW] = "process_view",
        [HOOK_PROCESS_EXCEPTION] = "process_exception",
        [HOOK_PROCESS_TEMPLATE_RESPONSE] = "process_template_response",
    };
    return words[hook];
}

/* Calls one factory. *used tells whether its layer takes part. */
static bool call_factory(struct runtime *runtime, struct layer *layer, bool *used) {
    head_point(runtime->head, TAPE_INIT, layer->name, 0);
    enum factory_says says = layer->type->init ? layer->type->init(runtime, layer) : FACTORY_MADE;
    *used = says == FACTORY_MADE;
    switch (says) {
    case FACTORY_MADE: return true;
    case FACTORY_NOT_USED:
        head_point(runtime->head, TAPE_EXCEPTION, "MiddlewareNotUsed", 0);
        return true;
    case FACTORY_NONE:
        return fault_raise(runtime->fault, "ImproperlyConfigured",
                           "Middleware factory %s returned None.", layer->path);
    case FACTORY_RAISES: break;
    }
    return false;
}

/* The names of a layer's hooks are written once, so that a request formats nothing. */
static bool name_hooks(struct runtime *runtime, struct layer *layer) {
    for (enum hook hook = 0; hook < HOOK_COUNT; hook++) {
        layer->hook_names[hook] =
            arena_format(runtime->arena, "%s.%s", layer->name, hook_word(hook));
        if (!layer->hook_names[hook]) return fault_no_memory(runtime->fault);
    }
    return true;
}

/* From the last line to the first: each layer needs the one inside it. Fills used[] from its end;
 * *first is where it begins. */
static bool call_factories(struct runtime *runtime, struct layer *copies, size_t count,
                           struct layer **used, size_t *first) {
    *first = count;
    for (size_t i = count; i-- > 0;) {
        bool is_used;
        if (!call_factory(runtime, &copies[i], &is_used)) return false;
        if (!is_used) continue;
        if (!name_hooks(runtime, &copies[i])) return false;
        used[--*first] = &copies[i];
    }
    return true;
}

/* Who has which hook, in the order in which they are asked. */
static bool list_hooks(struct runtime *runtime, struct chain *chain) {
    struct layer **lists = arena_array(runtime->arena, 3 * chain->count + 1, sizeof *lists);
    if (!lists) return fault_no_memory(runtime->fault);
    chain->view_layers = lists;
    chain->exception_layers = lists + chain->count;
    chain->template_layers = lists + 2 * chain->count;
    for (size_t i = 0; i < chain->count; i++) {
        struct layer *outer = chain->layers[i], *inner = chain->layers[chain->count - 1 - i];
        outer->index = i;
        if (outer->type->process_view) chain->view_layers[chain->view_count++] = outer;
        if (inner->type->process_exception)
            chain->exception_layers[chain->exception_count++] = inner;
        if (inner->type->process_template_response)
            chain->template_layers[chain->template_count++] = inner;
    }
    return true;
}

struct chain *chain_build(struct runtime *runtime, const struct layer *layers, size_t count,
                          struct urlconf urlconf) {
    struct chain *chain = arena_alloc(runtime->arena, sizeof *chain);
    struct layer *copies = arena_array(runtime->arena, count, sizeof *copies);
    struct layer **used = arena_array(runtime->arena, count, sizeof *used);
    if (!chain || !copies || !used) {
        fault_no_memory(runtime->fault);
        return NULL;
    }
    for (size_t i = 0; i < count; i++) copies[i] = layers[i];
    size_t first;
    if (!call_factories(runtime, copies, count, used, &first)) return NULL;
    *chain = (struct chain){.layers = used + first, .count = count - first, .urlconf = urlconf};
    return list_hooks(runtime, chain) ? chain : NULL;
}

static bool is_cancelled(struct runtime *runtime) {
    bool cancelled =
        runtime->cancelled && atomic_load_explicit(runtime->cancelled, memory_order_relaxed);
    return cancelled && !fault_cancelled(runtime->fault);
}

/* Waits in slices of 50 ms, so that a cancelled run does not sit out a long wait. */
static bool sleep_through(struct runtime *runtime, uint64_t ns) {
    const uint64_t slice = 50000000;
    for (uint64_t now = clock_ns(), end = now + ns; now < end; now = clock_ns()) {
        if (is_cancelled(runtime)) return false;
        uint64_t part = end - now < slice ? end - now : slice;
        struct timespec rest = {(time_t)(part / 1000000000), (long)(part % 1000000000)};
        if (nanosleep(&rest, NULL) && errno != EINTR) break;
    }
    return !is_cancelled(runtime);
}

struct response *chain_call(const struct chain *chain, struct runtime *runtime,
                            struct request *request) {
    struct passage passage;
    if (!passage_begin(&passage, chain, runtime, request)) return NULL;
    enum passage_says says;
    while ((says = passage_advance(&passage)) == PASSAGE_WAITS) {
        if (sleep_through(runtime, passage.frame.wait_ns)) continue;
        passage_abandon(&passage);
        return NULL;
    }
    return says == PASSAGE_ANSWERS ? passage.response : NULL;
}
