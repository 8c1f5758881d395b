/* builtins - the functions that are there without an import: len, sorted, sum, ...
 *
 * A table of them stands at the end; what Python has beyond these and the classes of classes.c is
 * known by name, so that using it earns NotSupported and not a NameError. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/object/date.h"
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
bool arguments_options(struct runtime *runtime, const struct arguments *arguments,
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
    if (object_is(value, &timedelta_type))
        return timedelta_new(runtime, llabs(((struct timedelta *)value.object)->microseconds),
                             result);
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

static bool find_attribute(struct runtime *runtime, const struct arguments *arguments,
                           struct value *value, bool *found) {
    return read_attribute_name(runtime, arguments->values[1]) &&
           object_try_attribute(runtime, arguments->values[0], arguments->values[1].text, value,
                                found);
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
    if (!arguments->count && !arguments->keyword_count)
        return fault_raise(runtime->fault, "TypeError",
                           "enumerate() missing required argument 'iterable'");
    if (!arguments_read(runtime, arguments, "enumerate", names, 2, 1, out)) return false;
    if (!index_read(out[1], &start)) return not_an_integer(runtime, out[1]);
    return enumerate_new(runtime, out[0], start, result);
}

BUILTIN(zip) {
    static const char *const names[] = {"strict"};
    struct value strict = value_bool(false);
    bool is_strict = false;
    if (!arguments_options(runtime, arguments, "zip", names, 1, &strict)) return false;
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
    if (!arguments_read_c(runtime, arguments, "round", names, 2, 1, out)) return false;
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
    FUNCTION(zip),     FUNCTION(reversed), FUNCTION(round),
};

static bool define(struct script *script, const struct function *function) {
    return name_fall_back(script, function->name, value_object((struct object *)(void *)function));
}

bool define_builtins(struct script *script) {
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (!define(script, &functions[i])) return false;
    for (const struct function *function = iterable_functions; function->name; function++)
        if (!define(script, function)) return false;
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
