/* date_classes - what `import datetime` and `import uuid` find.
 *
 * datetime.date.today() and its kind are missing on purpose: a listing gives the same answer every
 * day it runs. */
#include <math.h>
#include <string.h>

#include "engine/object/date.h"
#include "engine/object/plain.h"

/* ---- date, time, datetime ----------------------------------------------------------------- */

/* Reads ints by position or keyword into numbers, which hold the defaults. */
static bool read_integers(struct runtime *runtime, const struct arguments *arguments,
                          const char *const *names, size_t count, size_t required, int *numbers) {
    struct value out[8];
    for (size_t i = 0; i < count; i++) out[i] = value_int(numbers[i]);
    if (!arguments_read_c(runtime, arguments, "function", names, count, required, out))
        return false;
    for (size_t i = 0; i < count; i++) {
        int64_t number;
        if (out[i].kind == VALUE_NONE && strcmp(names[i], "tzinfo") == 0) continue;
        if (strcmp(names[i], "tzinfo") == 0 && out[i].kind != VALUE_INT)
            return fault_raise(runtime->fault, "NotSupported", "time zones");
        if (!index_read(out[i], &number))
            return fault_raise(runtime->fault, "TypeError",
                               "'%s' object cannot be interpreted as an integer",
                               value_type_name(out[i]));
        numbers[i] = number > 1000000 ? 1000000 : number < -1000000 ? -1000000 : (int)number;
    }
    return true;
}

static bool make_date(struct runtime *runtime, const struct arguments *arguments,
                      struct value *result) {
    static const char *const names[] = {"year", "month", "day"};
    int numbers[3] = {0};
    if (!read_integers(runtime, arguments, names, 3, 3, numbers)) return false;
    struct moment moment = {.year = numbers[0], .month = numbers[1], .day = numbers[2]};
    return moment_value(runtime, VALUE_DATE, &moment, result);
}

static bool make_time(struct runtime *runtime, const struct arguments *arguments,
                      struct value *result) {
    static const char *const names[] = {"hour", "minute", "second", "microsecond", "tzinfo"};
    int numbers[5] = {0};
    if (!read_integers(runtime, arguments, names, 5, 0, numbers)) return false;
    struct moment moment = {1970, 1, 1, numbers[0], numbers[1], numbers[2], numbers[3]};
    return moment_value(runtime, VALUE_TIME, &moment, result);
}

static bool make_datetime(struct runtime *runtime, const struct arguments *arguments,
                          struct value *result) {
    static const char *const names[] = {"year",   "month",  "day",         "hour",
                                        "minute", "second", "microsecond", "tzinfo"};
    int n[8] = {0};
    if (!read_integers(runtime, arguments, names, 8, 3, n)) return false;
    struct moment moment = {n[0], n[1], n[2], n[3], n[4], n[5], n[6]};
    return moment_value(runtime, VALUE_DATETIME, &moment, result);
}

/* ---- timedelta ---------------------------------------------------------------------------- */

/* Adds number units to *sum. Fractions are kept to the microsecond. */
static bool add_units(struct runtime *runtime, const char *name, struct value number, int64_t unit,
                      int64_t *sum) {
    int64_t whole, product;
    if (number.kind == VALUE_FLOAT) {
        double exact = number.real * (double)unit;
        if (!(fabs(exact) < 9e18))
            return fault_raise(runtime->fault, "NotSupported", "a timedelta of that length");
        product = (int64_t)llrint(exact);
    } else if (!index_read(number, &whole)) {
        return fault_raise(runtime->fault, "TypeError",
                           "unsupported type for timedelta %s component: %s", name,
                           value_type_name(number));
    } else if (__builtin_mul_overflow(whole, unit, &product)) {
        return fault_raise(runtime->fault, "NotSupported", "a timedelta of that length");
    }
    if (__builtin_add_overflow(*sum, product, sum))
        return fault_raise(runtime->fault, "NotSupported", "a timedelta of that length");
    return true;
}

static bool make_timedelta(struct runtime *runtime, const struct arguments *arguments,
                           struct value *result) {
    static const char *const names[] = {"days",    "seconds", "microseconds", "milliseconds",
                                        "minutes", "hours",   "weeks"};
    static const int64_t units[] = {MICROSECONDS_A_DAY,    1000000, 1, 1000, 60000000, 3600000000,
                                    7 * MICROSECONDS_A_DAY};
    struct value out[7];
    int64_t sum = 0;
    for (size_t i = 0; i < 7; i++) out[i] = value_int(0);
    if (!arguments_read_c(runtime, arguments, "__new__", names, 7, 0, out)) return false;
    for (size_t i = 0; i < 7; i++)
        if (!add_units(runtime, names[i], out[i], units[i], &sum)) return false;
    return timedelta_new(runtime, sum, result);
}

/* ---- UUID --------------------------------------------------------------------------------- */

/* 32 hex digits; "urn:", "uuid:", braces and hyphens are skipped, as Python does. */
static bool make_uuid(struct runtime *runtime, const struct arguments *arguments,
                      struct value *result) {
    static const char *const names[] = {"hex"};
    struct value hex;
    if (!arguments_read(runtime, arguments, "UUID", names, 1, 1, &hex)) return false;
    if (hex.kind != VALUE_TEXT)
        return fault_raise(runtime->fault, "TypeError", "UUID() takes the text of a UUID, not %s",
                           value_type_name(hex));
    char text[37] = "";
    size_t digits = 0, length = 0;
    const char *at = hex.text;
    if (strncmp(at, "urn:", 4) == 0) at += 4;
    if (strncmp(at, "uuid:", 5) == 0) at += 5;
    for (; *at; at++) {
        if (strchr("-{}", *at)) continue;
        bool is_hex = strchr("0123456789abcdefABCDEF", *at) != NULL;
        if (!is_hex || digits == 32) break;
        if (digits == 8 || digits == 12 || digits == 16 || digits == 20) text[length++] = '-';
        text[length++] = (char)(*at >= 'A' && *at <= 'F' ? *at + 32 : *at);
        digits++;
    }
    if (*at || digits != 32)
        return fault_raise(runtime->fault, "ValueError", "badly formed hexadecimal UUID string");
    const char *copy = arena_copy(runtime->arena, text, length);
    if (!runtime_has(runtime, copy)) return false;
    *result = value_of_text(VALUE_UUID, copy, length);
    return true;
}

/* ---- modules ------------------------------------------------------------------------------ */

static bool is_date(struct value value) { /* a datetime is a date, too */
    return value.kind == VALUE_DATE || value.kind == VALUE_DATETIME;
}

static const struct builtin_class date_class = {
    .base = {&class_type}, .name = "datetime.date", .make = make_date, .has = is_date};
static const struct builtin_class time_class = {
    .base = {&class_type}, .name = "datetime.time", .make = make_time};
static const struct builtin_class datetime_class = {
    .base = {&class_type}, .name = "datetime.datetime", .make = make_datetime};
static const struct builtin_class timedelta_class = {
    .base = {&class_type}, .name = "datetime.timedelta", .make = make_timedelta};
static const struct builtin_class uuid_class = {
    .base = {&class_type}, .name = "UUID", .make = make_uuid};

#define CLASS(name)                                                                                \
    { .kind = VALUE_OBJECT, .object = (struct object *)(void *)&name }

static const struct module_name datetime_names[] = {
    {"date", CLASS(date_class)},
    {"time", CLASS(time_class)},
    {"datetime", CLASS(datetime_class)},
    {"timedelta", CLASS(timedelta_class)},
};
const struct module datetime_module = {"datetime", datetime_names,
                                       sizeof datetime_names / sizeof *datetime_names};

static const struct module_name uuid_names[] = {{"UUID", CLASS(uuid_class)}};
const struct module uuid_module = {"uuid", uuid_names, 1};
