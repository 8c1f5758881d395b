/* function - C functions as callable objects, and the reading of arguments.
 *
 * Python matches what stands in a call with a function's parameters in three steps: positions
 * first, then keywords by name, then defaults. The TypeErrors on the way have fixed texts. */
#include <string.h>

#include "engine/object/object.h"
#include "engine/object/plain.h"

static bool function_call(struct runtime *runtime, struct object *object,
                          const struct arguments *arguments, struct value *result) {
    return ((struct function *)object)->call(runtime, arguments, result);
}

static bool function_attribute(struct runtime *runtime, struct object *object, const char *name,
                               struct value *result, bool *found) {
    (void)runtime;
    *found = strcmp(name, "__name__") == 0;
    if (*found) *result = value_text(((struct function *)object)->name);
    return *found;
}

/* Functions here that are classes in Python. */
static bool is_class(const char *name) {
    static const char *const names[] = {"range", "enumerate", "zip", "reversed", "super"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0) return true;
    return false;
}

static const char *function_repr(struct runtime *runtime, struct object *object) {
    const char *name = ((struct function *)object)->name;
    const char *text = arena_format(
        runtime->arena, is_class(name) ? "<class '%s'>" : "<built-in function %s>", name);
    return runtime_has(runtime, text) ? text : NULL;
}

const struct object_type function_type = {
    .name = "builtin_function_or_method",
    .call = function_call,
    .get_attribute = function_attribute,
    .repr = function_repr,
};

/* ---- arguments --------------------------------------------------------------------------- */

static bool too_many(struct runtime *runtime, const struct arguments *arguments,
                     const char *callable, size_t count, size_t required) {
    size_t self = strchr(callable, '.') != NULL; /* a method's object counts, as in CPython */
    size_t given = arguments->count + self;
    count += self;
    required += self;
    const char *verb = given == 1 ? "was" : "were";
    if (required < count)
        return fault_raise(runtime->fault, "TypeError",
                           "%s() takes from %zu to %zu positional arguments but %zu %s given",
                           callable, required, count, given, verb);
    return fault_raise(runtime->fault, "TypeError",
                       "%s() takes %zu positional argument%s but %zu %s given", callable, count,
                       count == 1 ? "" : "s", given, verb);
}

/* 'a'   'a' and 'b'   'a', 'b', and 'c' */
static bool missing(struct runtime *runtime, const char *callable, const char *const *names,
                    const bool *filled, size_t required) {
    size_t count = 0, named = 0;
    for (size_t i = 0; i < required; i++) count += !filled[i];
    struct text text;
    text_init(&text, runtime->arena);
    for (size_t i = 0; i < required; i++) {
        if (filled[i]) continue;
        if (named) text_add(&text, count == 2 ? " and " : named == count - 1 ? ", and " : ", ");
        text_format(&text, "'%s'", names[i]);
        named++;
    }
    const char *list = text_finish(&text);
    if (!runtime_has(runtime, list)) return false;
    return fault_raise(runtime->fault, "TypeError",
                       "%s() missing %zu required positional argument%s: %s", callable, count,
                       count == 1 ? "" : "s", list);
}

static bool read_keyword(struct runtime *runtime, const struct keyword *keyword,
                         const char *callable, const char *const *names, size_t count, bool *filled,
                         struct value *out) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], keyword->name) != 0) continue;
        if (filled[i])
            return fault_raise(runtime->fault, "TypeError",
                               "%s() got multiple values for argument '%s'", callable, names[i]);
        out[i] = keyword->value;
        return filled[i] = true;
    }
    return fault_raise(runtime->fault, "TypeError", "%s() got an unexpected keyword argument '%s'",
                       callable, keyword->name);
}

bool arguments_read(struct runtime *runtime, const struct arguments *arguments,
                    const char *callable, const char *const *names, size_t count, size_t required,
                    struct value *out) {
    bool few[16] = {false};
    bool *filled = count <= 16 ? few : arena_alloc(runtime->arena, count);
    if (!runtime_has(runtime, filled)) return false;
    if (arguments->count > count) return too_many(runtime, arguments, callable, count, required);
    for (size_t i = 0; i < arguments->count; i++) {
        out[i] = arguments->values[i];
        filled[i] = true;
    }
    for (size_t i = 0; i < arguments->keyword_count; i++)
        if (!read_keyword(runtime, &arguments->keywords[i], callable, names, count, filled, out))
            return false;
    for (size_t i = 0; i < required; i++)
        if (!filled[i]) return missing(runtime, callable, names, filled, required);
    return true;
}

static bool unknown_keyword(struct runtime *runtime, const char *callable, const char *keyword) {
    bool named = strcmp(callable, "function") != 0;
    return fault_raise(runtime->fault, "TypeError", "'%s' is an invalid keyword argument for %s%s",
                       keyword, named ? callable : "this function", named ? "()" : "");
}

/* Fills in what is given by name. */
static bool read_keywords_c(struct runtime *runtime, const struct arguments *arguments,
                            const char *callable, const char *const *names, size_t count,
                            bool *filled, struct value *out) {
    const char *unknown = NULL;
    for (size_t i = 0; i < arguments->keyword_count; i++) {
        const struct keyword *keyword = &arguments->keywords[i];
        size_t place = 0;
        while (place < count && strcmp(names[place], keyword->name) != 0) place++;
        if (place == count) {
            if (!unknown) unknown = keyword->name;
        } else if (filled[place]) {
            return fault_raise(runtime->fault, "TypeError",
                               "argument for %s() given by name ('%s') and position (%zu)",
                               callable, keyword->name, place + 1);
        } else {
            out[place] = keyword->value;
            filled[place] = true;
        }
    }
    return !unknown || unknown_keyword(runtime, callable, unknown);
}

bool arguments_read_c(struct runtime *runtime, const struct arguments *arguments,
                      const char *callable, const char *const *names, size_t count, size_t required,
                      struct value *out) {
    bool filled[16] = {false}, named = strcmp(callable, "function") != 0;
    size_t given = arguments->count + arguments->keyword_count;
    if (given > count)
        return fault_raise(runtime->fault, "TypeError",
                           "%s%s takes at most %zu %sargument%s (%zu given)", callable,
                           named ? "()" : "", count, arguments->count ? "" : "keyword ",
                           count == 1 ? "" : "s", given);
    for (size_t i = 0; i < arguments->count; i++) {
        out[i] = arguments->values[i];
        filled[i] = true;
    }
    struct fault *fault = runtime->fault;
    bool read = read_keywords_c(runtime, arguments, callable, names, count, filled, out);
    for (size_t i = 0; i < required; i++) {
        if (filled[i]) continue;
        fault_clear(fault); /* this is what Python tells first */
        return fault_raise(fault, "TypeError", "%s%s missing required argument '%s' (pos %zu)",
                           callable, named ? "()" : "", names[i], i + 1);
    }
    return read;
}

/* The shorter texts of functions that take positions only, as CPython's own ones do:
 * "len() takes exactly one argument (2 given)", "getattr expected at least 2 arguments, got 1". The
 * last kind leaves a method's type out: "get expected at least 1 argument, got 0". */
bool arguments_count(struct runtime *runtime, const struct arguments *arguments,
                     const char *callable, size_t least, size_t most) {
    size_t given = arguments->count;
    if (arguments->keyword_count)
        return fault_raise(runtime->fault, "TypeError", "%s() takes no keyword arguments",
                           callable);
    if (given >= least && given <= most) return true;
    if (most == 0)
        return fault_raise(runtime->fault, "TypeError", "%s() takes no arguments (%zu given)",
                           callable, given);
    if (least == 1 && most == 1)
        return fault_raise(runtime->fault, "TypeError",
                           "%s() takes exactly one argument (%zu given)", callable, given);
    size_t bound = given < least ? least : most;
    const char *dot = strrchr(callable, '.');
    return fault_raise(runtime->fault, "TypeError", "%s expected %s%zu argument%s, got %zu",
                       dot ? dot + 1 : callable,
                       least == most   ? ""
                       : given < least ? "at least "
                                       : "at most ",
                       bound, bound == 1 ? "" : "s", given);
}
