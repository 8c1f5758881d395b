/* timedelta - durations, and adding them to dates.
 *
 *     date + timedelta -> date          datetime + timedelta -> datetime
 *     date - date      -> timedelta     timedelta + timedelta -> timedelta
 *     timedelta * int, / int, // int    -> timedelta
 *     timedelta / timedelta -> float    timedelta // timedelta -> int    % -> timedelta */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/object/date.h"
#include "engine/object/plain.h"

/* What 64 bits of microseconds hold; Python goes on to 999,999,999 days. */
static bool in_range(int64_t microseconds) {
    return llabs(microseconds / MICROSECONDS_A_DAY) <= 106751990;
}

bool timedelta_new(struct runtime *runtime, int64_t microseconds, struct value *result) {
    if (microseconds == INT64_MIN || !in_range(microseconds))
        return fault_raise(runtime->fault, "NotSupported",
                           "a timedelta of more than 106,751,990 days");
    struct timedelta *delta = arena_alloc(runtime->arena, sizeof *delta);
    if (!runtime_has(runtime, delta)) return false;
    *delta = (struct timedelta){{&timedelta_type}, microseconds};
    *result = value_object(&delta->base);
    return true;
}

static int64_t microseconds_of(struct object *object) {
    return ((struct timedelta *)object)->microseconds;
}

/* days, seconds, microseconds as Python keeps them: only days may be negative. */
struct parts {
    int64_t days, seconds, microseconds;
};

static struct parts parts_of(int64_t microseconds) {
    int64_t days = microseconds / MICROSECONDS_A_DAY, rest = microseconds % MICROSECONDS_A_DAY;
    if (rest < 0) {
        rest += MICROSECONDS_A_DAY;
        days--;
    }
    return (struct parts){days, rest / 1000000, rest % 1000000};
}

static bool timedelta_attribute(struct runtime *runtime, struct object *object, const char *name,
                                struct value *result, bool *found) {
    (void)runtime;
    struct parts parts = parts_of(microseconds_of(object));
    *found = true;
    if (strcmp(name, "days") == 0)
        *result = value_int(parts.days);
    else if (strcmp(name, "seconds") == 0)
        *result = value_int(parts.seconds);
    else if (strcmp(name, "microseconds") == 0)
        *result = value_int(parts.microseconds);
    else
        *found = false;
    return *found;
}

static bool total_seconds(struct runtime *runtime, struct object *self,
                          const struct arguments *arguments, struct value *result) {
    *result = value_float((double)microseconds_of(self) / 1e6);
    return arguments_count(runtime, arguments, "timedelta.total_seconds", 0, 0);
}

static const char *timedelta_repr(struct runtime *runtime, struct object *object) {
    struct parts parts = parts_of(microseconds_of(object));
    const struct {
        const char *name;
        int64_t number;
    } shown[] = {
        {"days", parts.days}, {"seconds", parts.seconds}, {"microseconds", parts.microseconds}};
    struct text text;
    text_init(&text, runtime->arena);
    text_add(&text, "datetime.timedelta(");
    bool any = false;
    for (size_t i = 0; i < 3; i++) {
        if (!shown[i].number) continue;
        text_format(&text, "%s%s=%lld", any ? ", " : "", shown[i].name, (long long)shown[i].number);
        any = true;
    }
    text_add(&text, any ? ")" : "0)");
    const char *finished = text_finish(&text);
    return runtime_has(runtime, finished) ? finished : NULL;
}

/* -1 day, 5:00:00.000001 */
static const char *timedelta_str(struct runtime *runtime, struct object *object) {
    struct parts parts = parts_of(microseconds_of(object));
    struct text text;
    text_init(&text, runtime->arena);
    if (parts.days)
        text_format(&text, "%lld day%s, ", (long long)parts.days,
                    llabs(parts.days) == 1 ? "" : "s");
    text_format(&text, "%d:%02d:%02d", (int)(parts.seconds / 3600), (int)(parts.seconds / 60 % 60),
                (int)(parts.seconds % 60));
    if (parts.microseconds) text_format(&text, ".%06d", (int)parts.microseconds);
    const char *finished = text_finish(&text);
    return runtime_has(runtime, finished) ? finished : NULL;
}

static bool timedelta_set_attribute(struct runtime *runtime, struct object *object,
                                    const char *name, struct value value) {
    bool found;
    if (timedelta_attribute(runtime, object, name, &value, &found))
        return fault_raise(runtime->fault, "AttributeError", "readonly attribute");
    return object_get_attribute(runtime, value_object(object), name, &value) &&
           fault_raise(runtime->fault, "AttributeError",
                       "'datetime.timedelta' object attribute '%s' is read-only", name);
}

static bool timedelta_truth(struct runtime *runtime, struct object *object, bool *truth) {
    (void)runtime;
    *truth = microseconds_of(object) != 0;
    return true;
}

static bool timedelta_equal(struct runtime *runtime, struct object *object, struct value other,
                            bool *equal) {
    (void)runtime;
    *equal = object_is(other, &timedelta_type) &&
             microseconds_of(object) == microseconds_of(other.object);
    return true;
}

static bool timedelta_hash(struct runtime *runtime, struct object *object, uint64_t *hash) {
    return object_hash(runtime, value_int(microseconds_of(object)), hash);
}

static bool timedelta_compare(struct runtime *runtime, struct object *object,
                              enum comparison comparison, struct value other, bool *answer) {
    return object_compare(runtime, comparison, value_int(microseconds_of(object)),
                          value_int(microseconds_of(other.object)), answer);
}

/* ---- calculating -------------------------------------------------------------------------- */

/* Moves a date or a datetime. A date takes whole days only, as in Python. */
static bool move(struct runtime *runtime, struct value date, int64_t by, struct value *result) {
    struct moment moment;
    if (!moment_read(date, &moment))
        return fault_raise(runtime->fault, "NotSupported", "a date that reads '%s'", date.text);
    int64_t days = days_from_date(moment.year, moment.month, moment.day), at = 0;
    struct parts parts = parts_of(by);
    days += parts.days;
    if (date.kind == VALUE_DATETIME) {
        at = ((moment.hour * 60 + moment.minute) * INT64_C(60) + moment.second + parts.seconds) *
                 1000000 +
             moment.microsecond + parts.microseconds;
        days += at / MICROSECONDS_A_DAY;
        at %= MICROSECONDS_A_DAY;
    }
    if (days < days_from_date(1, 1, 1) || days > days_from_date(9999, 12, 31))
        return fault_raise(runtime->fault, "OverflowError", "date value out of range");
    date_from_days(days, &moment);
    if (date.kind == VALUE_DATETIME) {
        moment.microsecond = (int)(at % 1000000);
        moment.second = (int)(at / 1000000 % 60);
        moment.minute = (int)(at / 60000000 % 60);
        moment.hour = (int)(at / INT64_C(3600000000));
    }
    return moment_value(runtime, (enum value_kind)date.kind, &moment, result);
}

/* Two dates, or two datetimes, from one another. */
bool date_binary(struct runtime *runtime, enum operation operation, struct value left,
                 struct value right, struct value *result, bool *handled) {
    struct moment one, two;
    *handled = operation == OP_SUBTRACT && left.kind == right.kind &&
               (left.kind == VALUE_DATE || left.kind == VALUE_DATETIME) &&
               moment_read(left, &one) && moment_read(right, &two);
    if (!*handled) return true;
    int64_t days =
        days_from_date(one.year, one.month, one.day) - days_from_date(two.year, two.month, two.day);
    int64_t seconds =
        (one.hour - two.hour) * 3600 + (one.minute - two.minute) * 60 + (one.second - two.second);
    return timedelta_new(
        runtime, days * MICROSECONDS_A_DAY + seconds * 1000000 + one.microsecond - two.microsecond,
        result);
}

/* To the nearer microsecond, and a half to the even one, as timedelta.__truediv__ rounds. */
static bool divide_nearest(struct runtime *runtime, int64_t own, int64_t by, int64_t *answer) {
    struct value floored;
    if (!object_binary(runtime, OP_FLOOR_DIVIDE, value_int(own), value_int(by), &floored))
        return false;
    int64_t rest = own - floored.integer * by; /* has the sign of `by` */
    uint64_t twice = 2 * (uint64_t)llabs(rest), whole = by < 0 ? 0 - (uint64_t)by : (uint64_t)by;
    bool up = twice > whole || (twice == whole && floored.integer % 2 != 0);
    *answer = floored.integer + up;
    return true;
}

/* By a number, which leaves a duration, or by a duration, which leaves a number or a rest. */
static bool divide(struct runtime *runtime, int64_t own, enum operation operation,
                   struct value other, struct value *result, bool *handled) {
    bool delta = object_is(other, &timedelta_type);
    int64_t theirs = delta ? microseconds_of(other.object) : 0, answer;
    *handled = delta || (operation != OP_MODULO && index_read(other, &theirs));
    if (!*handled && operation == OP_DIVIDE && other.kind == VALUE_FLOAT)
        return fault_raise(runtime->fault, "NotSupported", "a timedelta divided by a float");
    if (!*handled) return true;
    if (!delta && operation == OP_DIVIDE)
        return divide_nearest(runtime, own, theirs, &answer) &&
               timedelta_new(runtime, answer, result);
    if (!object_binary(runtime, operation, value_int(own), value_int(theirs), result)) return false;
    return (delta && operation != OP_MODULO) || timedelta_new(runtime, result->integer, result);
}

static bool timedelta_binary(struct runtime *runtime, struct object *object,
                             enum operation operation, struct value other, bool reflected,
                             struct value *result, bool *handled) {
    int64_t own = microseconds_of(object), theirs, answer;
    bool overflow = false;
    bool date = other.kind == VALUE_DATE || other.kind == VALUE_DATETIME;
    *handled = true;
    if (date && (operation == OP_ADD || (operation == OP_SUBTRACT && reflected)))
        return move(runtime, other, operation == OP_ADD ? own : -own, result);
    if (!reflected &&
        (operation == OP_DIVIDE || operation == OP_FLOOR_DIVIDE || operation == OP_MODULO))
        return divide(runtime, own, operation, other, result, handled);
    if (operation == OP_MULTIPLY && other.kind == VALUE_FLOAT)
        return fault_raise(runtime->fault, "NotSupported", "a timedelta times a float");
    if (operation == OP_MULTIPLY && index_read(other, &theirs)) {
        overflow = __builtin_mul_overflow(own, theirs, &answer);
    } else if (object_is(other, &timedelta_type) &&
               (operation == OP_ADD || operation == OP_SUBTRACT)) {
        theirs = microseconds_of(other.object);
        overflow = operation == OP_ADD ? __builtin_add_overflow(own, theirs, &answer)
                                       : __builtin_sub_overflow(own, theirs, &answer);
    } else {
        return !(*handled = false);
    }
    return timedelta_new(runtime, overflow ? INT64_MIN : answer, result);
}

static bool timedelta_negative(struct runtime *runtime, struct object *object,
                               struct value *result) {
    return timedelta_new(runtime, -microseconds_of(object), result);
}

static const struct method timedelta_methods[] = {{"total_seconds", total_seconds}, {NULL, NULL}};

const struct object_type timedelta_type = {
    .name = "datetime.timedelta",
    .methods = timedelta_methods,
    .get_attribute = timedelta_attribute,
    .set_attribute = timedelta_set_attribute,
    .truth = timedelta_truth,
    .equal = timedelta_equal,
    .hash = timedelta_hash,
    .compare = timedelta_compare,
    .binary = timedelta_binary,
    .negative = timedelta_negative,
    .repr = timedelta_repr,
    .str = timedelta_str,
};
