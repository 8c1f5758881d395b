/* builtins - the functions that are there without an import: len, sorted, sum, ...
 *
 * A table of them stands at the end; what Python has beyond these and the classes of classes.c is
 * known by name, so that using it earns NotSupported and not a NameError. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/object/plain.h"
#include "engine/script/evaluator.h"

#define BUILTIN(name)                                                                              \
    static bool builtin_##name(struct runtime *runtime, const struct arguments *arguments,         \
                               struct value *result)

static bool not_an_integer(struct runtime *runtime, struct value value) {
    return fault_raise(runtime->fault, "TypeError",
                       "'%s' object cannot be interpreted as an integer", value_type_name(value));
}

/* Takes the keywords `key`, `reverse`, `default`, ... that a function knows; others are a
 * TypeError. */
static bool read_options(struct runtime *runtime, const struct arguments *arguments,
                         const char *callable, const char *const *names, size_t count,
                         struct value *out) {
    for (size_t i = 0; i < arguments->keyword_count; i++) {
        const struct keyword *keyword = &arguments->keywords[i];
        size_t at = 0;
        while (at < count && strcmp(names[at], keyword->name) != 0) at++;
        if (at == count)
            return fault_raise(runtime->fault, "TypeError",
                               "'%s' is an invalid keyword argument for %s()", keyword->name,
                               callable);
        out[at] = keyword->value;
    }
    return true;
}

/* The same call without its keywords, for arguments_count. */
static struct arguments positional(const struct arguments *arguments) {
    return (struct arguments){arguments->values, arguments->count, NULL, 0};
}

static bool one_argument(struct runtime *runtime, const struct arguments *arguments,
                         const char *callable) {
    return arguments_count(runtime, arguments, callable, 1, 1);
}

/* ---- about one value ---------------------------------------------------------------------- */

BUILTIN(len) {
    int64_t length = 0;
    if (!one_argument(runtime, arguments, "len")) return false;
    if (!object_length(runtime, arguments->values[0], &length)) return false;
    *result = value_int(length);
    return true;
}

BUILTIN(repr) {
    if (!one_argument(runtime, arguments, "repr")) return false;
    const char *text = object_repr(runtime, arguments->values[0]);
    if (text) *result = value_text(text);
    return text != NULL;
}

BUILTIN(abs) {
    if (!one_argument(runtime, arguments, "abs")) return false;
    struct value value = arguments->values[0];
    if (!value_is_number(value))
        return fault_raise(runtime->fault, "TypeError", "bad operand type for abs(): '%s'",
                           value_type_name(value));
    if (value.kind == VALUE_FLOAT) {
        *result = value_float(fabs(value.real));
        return true;
    }
    if (number_compare(value, value_int(0)) < 0) return number_negative(runtime, value, result);
    return object_positive(runtime, value, result);
}

BUILTIN(callable) {
    if (!one_argument(runtime, arguments, "callable")) return false;
    struct value value = arguments->values[0];
    *result = value_bool(value.kind == VALUE_OBJECT && value.object->type->call);
    return true;
}

/* ---- attributes --------------------------------------------------------------------------- */

static bool read_attribute_name(struct runtime *runtime, struct value name) {
    return name.kind == VALUE_TEXT ||
           fault_raise(runtime->fault, "TypeError", "attribute name must be string, not '%s'",
                       value_type_name(name));
}

/* A missing attribute may also be told as an AttributeError, as modules do. */
static bool find_attribute(struct runtime *runtime, const struct arguments *arguments,
                           struct value *value, bool *found) {
    if (!read_attribute_name(runtime, arguments->values[1])) return false;
    if (object_find_attribute(runtime, arguments->values[0], arguments->values[1].text, value,
                              found))
        return true;
    *found = false;
    if (fault_is(runtime->fault, "AttributeError")) fault_clear(runtime->fault);
    return !fault_raised(runtime->fault);
}

BUILTIN(hasattr) {
    struct value value;
    bool found;
    if (!arguments_count(runtime, arguments, "hasattr", 2, 2)) return false;
    if (!find_attribute(runtime, arguments, &value, &found)) return false;
    *result = value_bool(found);
    return true;
}

BUILTIN(getattr) {
    bool found;
    if (!arguments_count(runtime, arguments, "getattr", 2, 3)) return false;
    if (arguments->count == 2)
        return read_attribute_name(runtime, arguments->values[1]) &&
               object_get_attribute(runtime, arguments->values[0], arguments->values[1].text,
                                    result);
    if (!find_attribute(runtime, arguments, result, &found)) return false;
    if (!found) *result = arguments->values[2];
    return true;
}

BUILTIN(setattr) {
    *result = value_none();
    return arguments_count(runtime, arguments, "setattr", 3, 3) &&
           read_attribute_name(runtime, arguments->values[1]) &&
           object_set_attribute(runtime, arguments->values[0], arguments->values[1].text,
                                arguments->values[2]);
}

BUILTIN(isinstance) {
    bool answer = false;
    if (!arguments_count(runtime, arguments, "isinstance", 2, 2)) return false;
    if (!object_is_instance(runtime, arguments->values[0], arguments->values[1], &answer))
        return false;
    *result = value_bool(answer);
    return true;
}

/* ---- iterators ---------------------------------------------------------------------------- */

BUILTIN(iter) {
    if (!arguments_count(runtime, arguments, "iter", 1, 2)) return false;
    if (arguments->count == 2)
        return fault_raise(runtime->fault, "NotSupported", "iter() with a sentinel");
    return object_iterate(runtime, arguments->values[0], result);
}

BUILTIN(next) {
    bool done;
    if (!arguments_count(runtime, arguments, "next", 1, 2)) return false;
    if (!object_next(runtime, arguments->values[0], result, &done)) return false;
    if (!done) return true;
    if (arguments->count == 1) return fault_raise(runtime->fault, "StopIteration", "%s", "");
    *result = arguments->values[1];
    return true;
}

BUILTIN(range) {
    int64_t numbers[3] = {0, 0, 1};
    if (arguments->keyword_count || arguments->count < 1 || arguments->count > 3)
        return arguments_count(runtime, arguments, "range", 1, 3);
    for (size_t i = 0; i < arguments->count; i++) {
        if (arguments->values[i].kind == VALUE_BIGINT)
            return fault_raise(runtime->fault, "NotSupported", "a range beyond 64 bits");
        if (!index_read(arguments->values[i], &numbers[i]))
            return not_an_integer(runtime, arguments->values[i]);
    }
    if (arguments->count == 1) return range_new(runtime, 0, numbers[0], 1, result);
    return range_new(runtime, numbers[0], numbers[1], numbers[2], result);
}

BUILTIN(enumerate) {
    static const char *const names[] = {"iterable", "start"};
    struct value out[2] = {value_none(), value_int(0)};
    int64_t start;
    if (!arguments_read(runtime, arguments, "enumerate", names, 2, 1, out)) return false;
    if (!index_read(out[1], &start)) return not_an_integer(runtime, out[1]);
    return enumerate_new(runtime, out[0], start, result);
}

BUILTIN(zip) {
    static const char *const names[] = {"strict"};
    struct value strict = value_bool(false);
    bool is_strict = false;
    if (!read_options(runtime, arguments, "zip", names, 1, &strict)) return false;
    if (!object_truth(runtime, strict, &is_strict)) return false;
    if (is_strict) return fault_raise(runtime->fault, "NotSupported", "zip(strict=True)");
    return zip_new(runtime, arguments->values, arguments->count, result);
}

BUILTIN(reversed) {
    if (arguments->count != 1 && !arguments->keyword_count)
        return fault_raise(runtime->fault, "TypeError", "reversed expected 1 argument, got %zu",
                           arguments->count);
    return arguments_count(runtime, arguments, "reversed", 1, 1) &&
           reversed_new(runtime, arguments->values[0], result);
}

/* ---- all of an iterable ------------------------------------------------------------------- */

/* Runs over an iterable until visit says stop (or fails). */
struct walk {
    bool (*visit)(struct runtime *, struct walk *, struct value item, bool *stop);
    struct value best, best_key, key; /* for min, max and sum */
    bool found, wanted;
    enum comparison comparison;
};

static bool walk_over(struct runtime *runtime, struct value iterable, struct walk *walk) {
    struct value iterator, item;
    bool done, stop = false;
    if (!object_iterate(runtime, iterable, &iterator)) return false;
    while (!stop) {
        if (runtime_cancelled(runtime)) return false;
        if (!object_next(runtime, iterator, &item, &done)) return false;
        if (done) return true;
        if (!walk->visit(runtime, walk, item, &stop)) return false;
    }
    return true;
}

static bool visit_truth(struct runtime *runtime, struct walk *walk, struct value item, bool *stop) {
    bool truth;
    if (!object_truth(runtime, item, &truth)) return false;
    *stop = walk->found = truth == walk->wanted;
    return true;
}

BUILTIN(any) {
    struct walk walk = {.visit = visit_truth, .wanted = true};
    if (!one_argument(runtime, arguments, "any")) return false;
    if (!walk_over(runtime, arguments->values[0], &walk)) return false;
    *result = value_bool(walk.found);
    return true;
}

BUILTIN(all) {
    struct walk walk = {.visit = visit_truth, .wanted = false};
    if (!one_argument(runtime, arguments, "all")) return false;
    if (!walk_over(runtime, arguments->values[0], &walk)) return false;
    *result = value_bool(!walk.found);
    return true;
}

static bool visit_sum(struct runtime *runtime, struct walk *walk, struct value item, bool *stop) {
    (void)stop;
    return object_binary(runtime, OP_ADD, walk->best, item, &walk->best);
}

BUILTIN(sum) {
    static const char *const names[] = {"iterable", "start"};
    struct value out[2] = {value_none(), value_int(0)};
    if (arguments->count == 0)
        return fault_raise(runtime->fault, "TypeError",
                           "sum() takes at least 1 positional argument (0 given)");
    if (!arguments_read(runtime, arguments, "sum", names, 2, 1, out)) return false;
    if (out[1].kind == VALUE_TEXT)
        return fault_raise(runtime->fault, "TypeError",
                           "sum() can't sum strings [use ''.join(seq) instead]");
    struct walk walk = {.visit = visit_sum, .best = out[1]};
    if (!walk_over(runtime, out[0], &walk)) return false;
    *result = walk.best;
    return true;
}

static bool key_of(struct runtime *runtime, struct value key, struct value item,
                   struct value *result) {
    *result = item;
    if (key.kind == VALUE_NONE) return true;
    struct arguments arguments = {&item, 1, NULL, 0};
    return object_call(runtime, key, &arguments, result);
}

/* min and max keep the first of equal items. */
static bool visit_extreme(struct runtime *runtime, struct walk *walk, struct value item,
                          bool *stop) {
    struct value key;
    bool better = true;
    (void)stop;
    if (!key_of(runtime, walk->key, item, &key)) return false;
    if (walk->found && !object_compare(runtime, walk->comparison, key, walk->best_key, &better))
        return false;
    if (better) {
        walk->best = item;
        walk->best_key = key;
        walk->found = true;
    }
    return true;
}

static bool extreme(struct runtime *runtime, const struct arguments *arguments, const char *name,
                    enum comparison comparison, struct value *result) {
    static const char *const names[] = {"key", "default"};
    struct value out[2] = {value_none(), {.kind = SLOT_EMPTY}};
    struct walk walk = {.visit = visit_extreme, .comparison = comparison};
    if (!read_options(runtime, arguments, name, names, 2, out)) return false;
    if (arguments->count == 0)
        return fault_raise(runtime->fault, "TypeError", "%s expected at least 1 argument, got 0",
                           name);
    walk.key = out[0];
    bool stop;
    if (arguments->count == 1) {
        if (!walk_over(runtime, arguments->values[0], &walk)) return false;
    } else {
        for (size_t i = 0; i < arguments->count; i++)
            if (!visit_extreme(runtime, &walk, arguments->values[i], &stop)) return false;
    }
    if (!walk.found && out[1].kind == SLOT_EMPTY)
        return fault_raise(runtime->fault, "ValueError", "%s() arg is an empty sequence", name);
    *result = walk.found ? walk.best : out[1];
    return true;
}

BUILTIN(min) {
    return extreme(runtime, arguments, "min", CMP_LESS, result);
}

BUILTIN(max) {
    return extreme(runtime, arguments, "max", CMP_GREATER, result);
}

/* ---- sorted ------------------------------------------------------------------------------- */

/* Sorts by keys: pairs of key and position are sorted, then the items put in that order. The
 * position keeps items with equal keys in order and out of the comparison. */
static bool sort_by_key(struct runtime *runtime, struct list *list, struct value key,
                        bool reverse) {
    struct list *pairs = list_new(runtime, &list_type, list->count);
    struct value *sorted = arena_array(runtime->arena, list->count, sizeof *sorted);
    if (!pairs || !runtime_has(runtime, sorted)) return false;
    for (size_t i = 0; i < list->count; i++) {
        struct list *pair = list_new(runtime, &tuple_type, 2);
        if (!pair || !key_of(runtime, key, list->items[i], &pair->items[0])) return false;
        pair->items[1] = value_int(reverse ? -(int64_t)i : (int64_t)i);
        pair->count = 2;
        if (!list_append(runtime, pairs, value_object(&pair->base))) return false;
        if (runtime_cancelled(runtime)) return false;
    }
    if (!list_sort(runtime, pairs, reverse)) return false;
    for (size_t i = 0; i < pairs->count; i++) {
        int64_t position = ((struct list *)pairs->items[i].object)->items[1].integer;
        sorted[i] = list->items[position < 0 ? -position : position];
    }
    for (size_t i = 0; i < pairs->count; i++) list->items[i] = sorted[i];
    return true;
}

BUILTIN(sorted) {
    static const char *const names[] = {"key", "reverse"};
    struct value out[2] = {value_none(), value_bool(false)};
    struct arguments plain = positional(arguments);
    bool reverse;
    if (!read_options(runtime, arguments, "sort", names, 2, out)) return false;
    if (plain.count != 1)
        return fault_raise(runtime->fault, "TypeError", "sorted expected 1 argument, got %zu",
                           plain.count);
    if (!object_truth(runtime, out[1], &reverse)) return false;
    struct list *list = list_new(runtime, &list_type, 0);
    if (!list || !list_extend(runtime, list, plain.values[0])) return false;
    *result = value_object(&list->base);
    return out[0].kind == VALUE_NONE ? list_sort(runtime, list, reverse)
                                     : sort_by_key(runtime, list, out[0], reverse);
}

/* ---- round -------------------------------------------------------------------------------- */

/* round(integer, -n) rounds half to even at the n-th digit. */
static bool round_integer(struct runtime *runtime, int64_t number, int64_t digits,
                          struct value *result) {
    int64_t unit = 1;
    *result = value_int(number);
    if (digits >= 0) return true;
    for (int64_t i = digits; i < 0; i++)
        if (__builtin_mul_overflow(unit, 10, &unit)) return *result = value_int(0), true;
    int64_t rest = number % unit, down = number - rest;
    if (rest < 0) rest += unit, down -= unit;
    bool up = rest * 2 > unit || (rest * 2 == unit && (down / unit) % 2 != 0);
    if (up && __builtin_add_overflow(down, unit, &down))
        return fault_raise(runtime->fault, "NotSupported",
                           "integers beyond 64 bits are not calculated here");
    *result = value_int(down);
    return true;
}

/* Rounds the exact decimal value, as printf does: 2.675 is a little less than it looks. */
static bool round_real(struct runtime *runtime, double real, int64_t digits, struct value *result) {
    if (digits > 300 || !isfinite(real)) {
        *result = value_float(real);
    } else if (digits < 0) {
        double unit = pow(10.0, (double)-digits);
        *result = value_float(isfinite(unit) ? nearbyint(real / unit) * unit : 0.0);
    } else {
        char *text = arena_format(runtime->arena, "%.*f", (int)digits, real);
        if (!runtime_has(runtime, text)) return false;
        *result = value_float(strtod(text, NULL));
    }
    return true;
}

BUILTIN(round) {
    static const char *const names[] = {"number", "ndigits"};
    struct value out[2] = {value_none(), value_none()};
    int64_t digits = 0;
    if (!arguments_read(runtime, arguments, "round", names, 2, 1, out)) return false;
    if (!value_is_number(out[0]))
        return fault_raise(runtime->fault, "TypeError", "type %s doesn't define __round__ method",
                           value_type_name(out[0]));
    if (out[1].kind != VALUE_NONE && !index_read(out[1], &digits))
        return not_an_integer(runtime, out[1]);
    if (out[0].kind == VALUE_BIGINT) {
        *result = out[0];
        return digits >= 0 ||
               fault_raise(runtime->fault, "NotSupported", "round() of so long an integer");
    }
    if (out[0].kind != VALUE_FLOAT) return round_integer(runtime, out[0].integer, digits, result);
    if (out[1].kind != VALUE_NONE) return round_real(runtime, out[0].real, digits, result);
    if (!isfinite(out[0].real))
        return fault_raise(runtime->fault, isnan(out[0].real) ? "ValueError" : "OverflowError",
                           "cannot convert float %s to integer",
                           isnan(out[0].real) ? "NaN" : "infinity");
    double whole = nearbyint(out[0].real);
    if (!(fabs(whole) < 9.2e18))
        return fault_raise(runtime->fault, "NotSupported",
                           "integers beyond 64 bits are not calculated here");
    *result = value_int((int64_t)whole);
    return true;
}

/* ---- the table ---------------------------------------------------------------------------- */

#define FUNCTION(name)                                                                             \
    { {&function_type}, #name, builtin_##name }

static const struct function functions[] = {
    FUNCTION(len),     FUNCTION(repr),     FUNCTION(abs),     FUNCTION(callable),
    FUNCTION(hasattr), FUNCTION(getattr),  FUNCTION(setattr), FUNCTION(isinstance),
    FUNCTION(iter),    FUNCTION(next),     FUNCTION(range),   FUNCTION(enumerate),
    FUNCTION(zip),     FUNCTION(reversed), FUNCTION(any),     FUNCTION(all),
    FUNCTION(sum),     FUNCTION(min),      FUNCTION(max),     FUNCTION(sorted),
    FUNCTION(round),
};

static bool define(struct script *script, const struct function *function) {
    return name_fall_back(script, function->name, value_object((struct object *)(void *)function));
}

bool define_builtins(struct script *script) {
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (!define(script, &functions[i])) return false;
    return define(script, &print_function) && define(script, &super_function);
}

bool is_python_builtin(const char *name) {
    static const char *const names[] = {"aiter",
                                        "anext",
                                        "ascii",
                                        "bin",
                                        "breakpoint",
                                        "bytearray",
                                        "bytes",
                                        "chr",
                                        "classmethod",
                                        "compile",
                                        "complex",
                                        "delattr",
                                        "dir",
                                        "divmod",
                                        "eval",
                                        "exec",
                                        "filter",
                                        "format",
                                        "frozenset",
                                        "globals",
                                        "hash",
                                        "help",
                                        "hex",
                                        "id",
                                        "input",
                                        "issubclass",
                                        "locals",
                                        "map",
                                        "memoryview",
                                        "oct",
                                        "open",
                                        "ord",
                                        "pow",
                                        "property",
                                        "slice",
                                        "staticmethod",
                                        "vars",
                                        "Exception",
                                        "ValueError",
                                        "TypeError",
                                        "KeyError",
                                        "IndexError",
                                        "AttributeError",
                                        "NameError",
                                        "RuntimeError",
                                        "StopIteration",
                                        "ZeroDivisionError",
                                        "ImportError",
                                        "NotImplementedError",
                                        "AssertionError",
                                        "OSError",
                                        "LookupError",
                                        "ArithmeticError",
                                        "BaseException",
                                        "PermissionError",
                                        "TimeoutError",
                                        "Ellipsis",
                                        "NotImplemented",
                                        "__import__",
                                        "__name__",
                                        "__file__"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0) return true;
    return false;
}
