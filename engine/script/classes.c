/* classes - int, str, list, ... : called to make one, asked by isinstance(), given by type(). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/object/plain.h"
#include "engine/script/evaluator.h"

#define MAKE(name)                                                                                 \
    static bool make_##name(struct runtime *runtime, const struct arguments *arguments,            \
                            struct value *result)

/* Classes with at most one positional argument say so without parentheses. */
static bool at_most_one(struct runtime *runtime, const struct arguments *arguments,
                        const char *name) {
    if (arguments->keyword_count)
        return fault_raise(runtime->fault, "TypeError", "%s() takes no keyword arguments", name);
    return arguments->count <= 1 ||
           fault_raise(runtime->fault, "TypeError", "%s expected at most 1 argument, got %zu", name,
                       arguments->count);
}

/* ---- int ---------------------------------------------------------------------------------- */

/* The digits of a text as int() and float() read it: without blanks around and single underscores
 * between digits. NULL: memory, with the fault raised. */
static char *clean_number(struct runtime *runtime, struct value text, bool *fine) {
    const char *start = text.text, *end = start + text.length;
    while (start < end && strchr(" \t\n\r\f\v", *start)) start++;
    while (end > start && strchr(" \t\n\r\f\v", end[-1])) end--;
    char *clean = arena_alloc(runtime->arena, (size_t)(end - start) + 1);
    if (!runtime_has(runtime, clean)) return NULL;
    size_t count = 0;
    *fine = start < end;
    for (const char *at = start; at < end; at++) {
        if (*at != '_')
            clean[count++] = *at;
        else if (at == start || at + 1 == end || at[-1] == '_' || !strchr("0123456789", at[-1]) ||
                 !strchr("0123456789", at[1]))
            *fine = false;
    }
    return clean;
}

static bool invalid_integer(struct runtime *runtime, int64_t base, struct value text) {
    const char *shown = object_repr(runtime, text);
    return shown &&
           fault_raise(runtime->fault, "ValueError", "invalid literal for int() with base %lld: %s",
                       (long long)base, shown);
}

static bool integer_from_text(struct runtime *runtime, struct value text, int64_t base,
                              struct value *result) {
    bool fine;
    char *clean = clean_number(runtime, text, &fine), *end;
    if (!clean) return false;
    const char *digits = clean + (*clean == '-' || *clean == '+');
    size_t count = strlen(digits);
    if (base == 10) fine = fine && count && strspn(digits, "0123456789") == count;
    if (base < 2 || base > 36)
        return fault_raise(runtime->fault, "NotSupported", "int() with base %lld", (long long)base);
    while (count > 1 && *digits == '0') digits++, count--;
    if (!fine) return invalid_integer(runtime, base, text);
    if (base != 10 && (!count || strpbrk(digits, "+- ")))
        return invalid_integer(runtime, base, text);
    unsigned long long size = strtoull(digits, &end, (int)base);
    if (*end) return invalid_integer(runtime, base, text);
    bool negative = *clean == '-';
    if (count < 19 || (base == 10 && count == 19 && size <= INT64_MAX)) {
        if (size > INT64_MAX)
            return fault_raise(runtime->fault, "NotSupported", "an integer beyond 64 bits");
        *result = value_int(negative ? -(int64_t)size : (int64_t)size);
        return true;
    }
    if (base != 10) return fault_raise(runtime->fault, "NotSupported", "an integer beyond 64 bits");
    if (count > 4300)
        return fault_raise(runtime->fault, "ValueError",
                           "Exceeds the limit (4300 digits) for integer string conversion");
    struct value big = value_of_text(VALUE_BIGINT, digits, count);
    *result = big;
    return !negative || number_negative(runtime, big, result);
}

static bool integer_from_real(struct runtime *runtime, double real, struct value *result) {
    if (isnan(real))
        return fault_raise(runtime->fault, "ValueError", "cannot convert float NaN to integer");
    if (isinf(real))
        return fault_raise(runtime->fault, "OverflowError",
                           "cannot convert float infinity to integer");
    if (!(real > -9.2e18 && real < 9.2e18))
        return fault_raise(runtime->fault, "NotSupported",
                           "an integer beyond 64 bits from a float");
    *result = value_int((int64_t)real);
    return true;
}

MAKE(int) {
    int64_t base = 10;
    if (arguments->keyword_count)
        return fault_raise(runtime->fault, "NotSupported", "keywords of int()");
    if (arguments->count > 2)
        return fault_raise(runtime->fault, "TypeError",
                           "int() takes at most 2 arguments (%zu given)", arguments->count);
    if (arguments->count == 0) return *result = value_int(0), true;
    struct value value = arguments->values[0];
    if (arguments->count == 2) {
        if (!index_read(arguments->values[1], &base))
            return fault_raise(runtime->fault, "TypeError",
                               "'%s' object cannot be interpreted as an integer",
                               value_type_name(arguments->values[1]));
        if (value.kind != VALUE_TEXT)
            return fault_raise(runtime->fault, "TypeError",
                               "int() can't convert non-string with explicit base");
    }
    if (value.kind == VALUE_TEXT) return integer_from_text(runtime, value, base, result);
    if (value.kind == VALUE_FLOAT) return integer_from_real(runtime, value.real, result);
    if (value_is_number(value)) return object_positive(runtime, value, result);
    return fault_raise(runtime->fault, "TypeError",
                       "int() argument must be a string, a bytes-like object or a real number, not "
                       "'%s'",
                       value_type_name(value));
}

/* ---- float, bool, str --------------------------------------------------------------------- */

/* strtod, but for the forms float() does not know: hexadecimal, "infinit", "nan(...)". */
static bool real_from_text(struct runtime *runtime, struct value text, struct value *result) {
    bool fine;
    char *clean = clean_number(runtime, text, &fine), *end = NULL;
    if (!clean) return false;
    double real = strtod(clean, &end);
    if (!fine || *end || strpbrk(clean, "xX(")) {
        const char *shown = object_repr(runtime, text);
        return shown && fault_raise(runtime->fault, "ValueError",
                                    "could not convert string to float: %s", shown);
    }
    *result = value_float(real);
    return true;
}

MAKE(float) {
    if (!at_most_one(runtime, arguments, "float")) return false;
    if (arguments->count == 0) return *result = value_float(0), true;
    struct value value = arguments->values[0];
    if (value.kind == VALUE_TEXT) return real_from_text(runtime, value, result);
    if (!value_is_number(value))
        return fault_raise(runtime->fault, "TypeError",
                           "float() argument must be a string or a real number, not '%s'",
                           value_type_name(value));
    *result = value_float(number_real(value));
    return true;
}

MAKE(bool) {
    bool truth = false;
    if (!at_most_one(runtime, arguments, "bool")) return false;
    if (arguments->count && !object_truth(runtime, arguments->values[0], &truth)) return false;
    *result = value_bool(truth);
    return true;
}

MAKE(str) {
    if (arguments->keyword_count || arguments->count > 1)
        return fault_raise(runtime->fault, "NotSupported", "str() with an encoding");
    const char *text = arguments->count ? object_str(runtime, arguments->values[0]) : "";
    if (text) *result = value_text(text);
    return text != NULL;
}

/* ---- containers --------------------------------------------------------------------------- */

static bool make_sequence(struct runtime *runtime, const struct arguments *arguments,
                          const struct object_type *type, struct value *result) {
    if (!at_most_one(runtime, arguments, type->name)) return false;
    if (type == &tuple_type && arguments->count && object_is(arguments->values[0], &tuple_type)) {
        *result = arguments->values[0];
        return true;
    }
    struct list *list = list_new(runtime, type, 0);
    if (!list) return false;
    if (arguments->count && !list_extend(runtime, list, arguments->values[0])) return false;
    *result = value_object(&list->base);
    return true;
}

MAKE(list) {
    return make_sequence(runtime, arguments, &list_type, result);
}

MAKE(tuple) {
    return make_sequence(runtime, arguments, &tuple_type, result);
}

MAKE(dict) {
    struct dict *dict = dict_new(runtime);
    if (!dict) return false;
    if (arguments->count > 1)
        return fault_raise(runtime->fault, "TypeError", "dict expected at most 1 argument, got %zu",
                           arguments->count);
    if (arguments->count && !dict_update(runtime, dict, arguments->values[0])) return false;
    for (size_t i = 0; i < arguments->keyword_count; i++)
        if (!dict_set(runtime, dict, value_text(arguments->keywords[i].name),
                      arguments->keywords[i].value))
            return false;
    *result = value_object(&dict->base);
    return true;
}

MAKE(set) {
    struct value items;
    if (!at_most_one(runtime, arguments, "set")) return false;
    if (!make_sequence(runtime, arguments, &list_type, &items)) return false;
    const struct list *list = (const struct list *)items.object;
    struct set *set = set_new(runtime);
    for (size_t i = 0; set && i < list->count; i++)
        if (!set_add(runtime, set, list->items[i])) return false;
    if (set) *result = value_object(&set->base);
    return set != NULL;
}

MAKE(type) {
    if (arguments->count != 1 || arguments->keyword_count)
        return fault_raise(runtime->fault, "NotSupported", "type() with anything but one value");
    return object_class_of(runtime, arguments->values[0], result);
}

/* ---- the table ---------------------------------------------------------------------------- */

static bool is_int(struct value value) { /* bool is a subclass of int */
    return value.kind == VALUE_INT || value.kind == VALUE_BIGINT || value.kind == VALUE_BOOL;
}

static bool is_object(struct value value) {
    (void)value;
    return true;
}

static const struct builtin_class classes[] = {
    {.base = {&class_type}, .name = "int", .make = make_int, .has = is_int},
    {.base = {&class_type}, .name = "float", .make = make_float},
    {.base = {&class_type}, .name = "bool", .make = make_bool},
    {.base = {&class_type}, .name = "str", .make = make_str},
    {.base = {&class_type}, .name = "list", .make = make_list},
    {.base = {&class_type}, .name = "tuple", .make = make_tuple},
    {.base = {&class_type}, .name = "dict", .make = make_dict},
    {.base = {&class_type}, .name = "set", .make = make_set},
    {.base = {&class_type}, .name = "type", .make = make_type},
    {.base = {&class_type}, .name = "object", .has = is_object},
};

bool define_classes(struct script *script) {
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (!name_fall_back(script, classes[i].name,
                            value_object((struct object *)(void *)&classes[i])))
            return false;
    return true;
}
