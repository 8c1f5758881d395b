/* closure - functions of a listing: def and lambda, their calls, and super().
 *
 * A call has a frame, with one slot for each variable. A frame that nothing has captured goes back
 * to its scope when the call ends and serves the next one, so a function called a million times
 * takes memory once. */
#include <string.h>

#include "engine/script/evaluator.h"

/* ---- frames ------------------------------------------------------------------------------- */

struct frame *frame_new(struct script *script, struct scope *scope, struct frame *outer) {
    struct frame *frame = scope->spare;
    if (frame) {
        scope->spare = frame->spare;
    } else {
        frame = arena_alloc(script->runtime->arena,
                            sizeof *frame + scope->count * sizeof *frame->slots);
        if (!frame) return fault_no_memory(script->runtime->fault), NULL;
    }
    while (outer && outer->scope->class_body) outer = outer->outer; /* as parser_scope does */
    *frame = (struct frame){.outer = outer, .scope = scope};
    for (size_t i = 0; i < scope->count; i++) frame->slots[i] = (struct value){.kind = SLOT_EMPTY};
    return frame;
}

void frame_done(struct frame *frame, struct scope *scope) {
    if (frame->captured) return;
    frame->spare = scope->spare;
    scope->spare = frame;
}

/* ---- making ------------------------------------------------------------------------------- */

bool closure_new(struct script *script, const struct function_node *function,
                 struct value *result) {
    struct arena *arena = script->runtime->arena;
    struct closure *closure = arena_alloc(arena, sizeof *closure);
    if (!closure) return fault_no_memory(script->runtime->fault);
    *closure = (struct closure){.base = {&closure_type}, .function = function, .script = script};
    closure->outer = script->frame;
    for (struct frame *frame = script->frame; frame; frame = frame->outer) frame->captured = true;
    while (closure->outer && closure->outer->scope->class_body)
        closure->outer = closure->outer->outer;
    for (size_t i = 0; i < function->count; i++)
        closure->default_count += function->parameters[i].fallback != NULL;
    closure->defaults = arena_array(arena, closure->default_count, sizeof *closure->defaults);
    if (!closure->defaults) return fault_no_memory(script->runtime->fault);
    size_t first = function->count - closure->default_count;
    for (size_t i = 0; i < closure->default_count; i++)
        if (!evaluate(script, function->parameters[first + i].fallback, &closure->defaults[i]))
            return false;
    *result = value_object(&closure->base);
    return true;
}

/* ---- calling ------------------------------------------------------------------------------ */

/* Splits arguments into those that parameters take and those for *rest and **keywords. */
static bool bind_rest(struct runtime *runtime, const struct function_node *function,
                      struct arguments *arguments, struct value *slots) {
    size_t slot = function->count;
    if (function->rest) {
        size_t extra = arguments->count > function->count ? arguments->count - function->count : 0;
        struct list *rest = list_new(runtime, &tuple_type, extra);
        if (!rest) return false;
        for (size_t i = 0; i < extra; i++) rest->items[i] = arguments->values[function->count + i];
        rest->count = extra;
        arguments->count -= extra;
        slots[slot++] = value_object(&rest->base);
    }
    if (!function->keywords) return true;
    struct dict *keywords = dict_new(runtime);
    struct keyword *kept = arena_array(runtime->arena, arguments->keyword_count, sizeof *kept);
    size_t kept_count = 0;
    if (!keywords || !kept) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < arguments->keyword_count; i++) {
        const struct keyword *keyword = &arguments->keywords[i];
        bool known = false;
        for (size_t j = 0; j < function->count && !known; j++)
            known = strcmp(function->parameters[j].name, keyword->name) == 0;
        if (known)
            kept[kept_count++] = *keyword;
        else if (!dict_set(runtime, keywords, value_text(keyword->name), keyword->value))
            return false;
    }
    slots[slot] = value_object(&keywords->base);
    arguments->keywords = kept;
    arguments->keyword_count = kept_count;
    return true;
}

/* Fills the slots of the parameters: what is given, then defaults. */
static bool bind_arguments(struct runtime *runtime, const struct closure *closure,
                           const struct arguments *given, struct value *slots) {
    const struct function_node *function = closure->function;
    struct arguments arguments = *given;
    size_t required = function->count - closure->default_count;
    if ((function->rest || function->keywords) && !bind_rest(runtime, function, &arguments, slots))
        return false;
    for (size_t i = 0; i < closure->default_count; i++) slots[required + i] = closure->defaults[i];
    bool plain = arguments.keyword_count == 0 && arguments.count >= required &&
                 arguments.count <= function->count;
    if (plain) { /* the usual call, without looking at names */
        if (arguments.count) memcpy(slots, arguments.values, arguments.count * sizeof *slots);
        return true;
    }
    const char *few[16];
    const char **names = few;
    if (function->count > 16) names = arena_array(runtime->arena, function->count, sizeof *names);
    if (!names) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < function->count; i++) names[i] = function->parameters[i].name;
    return arguments_read(runtime, &arguments, function->name, names, function->count, required,
                          slots);
}

static bool run_body(struct script *script, const struct function_node *function,
                     struct value *result) {
    if (function->value) return evaluate(script, function->value, result);
    *result = value_none();
    return execute_block(script, &function->body, result) != FLOW_FAULT;
}

static bool closure_call(struct runtime *runtime, struct object *object,
                         const struct arguments *arguments, struct value *result) {
    struct closure *closure = (struct closure *)object;
    struct script *script = closure->script;
    struct scope *scope = closure->function->scope;
    struct frame *caller = script->frame, *frame = frame_new(script, scope, closure->outer);
    uint32_t line = runtime->head->line;
    if (!frame) return false;
    frame->closure = closure;
    bool fine = bind_arguments(runtime, closure, arguments, frame->slots);
    if (fine) {
        script->frame = frame;
        script->nested++;
        fine = run_body(script, closure->function, result);
        script->nested--;
        script->frame = caller;
    }
    frame_done(frame, scope);
    runtime->head->line = line; /* what the caller does next counts on the caller's line */
    return fine;
}

bool script_call_method(struct runtime *runtime, struct value function, struct value self,
                        const struct arguments *arguments, struct value *result) {
    size_t count = arguments ? arguments->count : 0;
    struct value few[8], *values = few;
    if (count + 1 > 8) values = arena_array(runtime->arena, count + 1, sizeof *values);
    if (!values) return fault_no_memory(runtime->fault);
    values[0] = self;
    if (count) memcpy(values + 1, arguments->values, count * sizeof *values);
    struct arguments all = {values, count + 1, arguments ? arguments->keywords : NULL,
                            arguments ? arguments->keyword_count : 0};
    return object_call(runtime, function, &all, result);
}

/* ---- super -------------------------------------------------------------------------------- */

/* super() without arguments: the class in which the running method was defined, and its first
 * argument. The host knows what comes next in the MRO. */
bool call_super(struct script *script, const struct arguments *arguments, struct value *result) {
    struct runtime *runtime = script->runtime;
    struct frame *frame = script->frame;
    while (frame && !frame->closure) frame = frame->outer; /* out of comprehensions */
    if (arguments->count || arguments->keyword_count)
        return fault_raise(runtime->fault, "NotSupported", "super() with arguments");
    if (!frame || frame->closure->class_object.kind == VALUE_NONE)
        return fault_raise(runtime->fault, "RuntimeError",
                           frame ? "super(): __class__ cell not found" : "super(): no arguments");
    if (frame->closure->function->count == 0 || frame->slots[0].kind == SLOT_EMPTY)
        return fault_raise(runtime->fault, "RuntimeError", "super(): no arguments");
    if (!script->host.super_object)
        return fault_raise(runtime->fault, "NotSupported", "super() is not supported here");
    return script->host.super_object(runtime, script->host.host, frame->closure->class_object,
                                     frame->slots[0], result);
}

static bool super_outside(struct runtime *runtime, const struct arguments *arguments,
                          struct value *result) {
    (void)arguments;
    (void)result;
    return fault_raise(runtime->fault, "NotSupported", "super other than as super()");
}

const struct function super_function = {{&function_type}, "super", super_outside};

/* ---- the type ----------------------------------------------------------------------------- */

static bool closure_attribute(struct runtime *runtime, struct object *object, const char *name,
                              struct value *result, bool *found) {
    (void)runtime;
    *found = strcmp(name, "__name__") == 0;
    if (*found) *result = value_text(((struct closure *)object)->function->name);
    return *found;
}

static const char *closure_repr(struct runtime *runtime, struct object *object) {
    const char *text = arena_format(runtime->arena, "<function %s at %p>",
                                    ((struct closure *)object)->function->name, (void *)object);
    if (!text) fault_no_memory(runtime->fault);
    return text;
}

static void closure_visit(struct object *object, void (*each)(void *, struct value),
                          void *context) {
    const struct closure *closure = (const struct closure *)object;
    for (size_t i = 0; i < closure->default_count; i++) each(context, closure->defaults[i]);
    for (const struct frame *frame = closure->outer; frame; frame = frame->outer)
        for (size_t i = 0; i < frame->scope->count; i++)
            if (frame->slots[i].kind != SLOT_EMPTY) each(context, frame->slots[i]);
    each(context, closure->class_object);
}

const struct object_type closure_type = {
    .name = "function",
    .call = closure_call,
    .get_attribute = closure_attribute,
    .repr = closure_repr,
    .visit = closure_visit,
};
