/* prepare - from what a listing says to what a column holds: '3' for an IntegerField is 3.
 *
 * Mirrors the get_prep_value and to_python methods of django.db.models.fields, with their texts. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/object/date.h"
#include "engine/orm/blueprint.h"

/* ---- numbers ------------------------------------------------------------------------------ */

/* "Field 'views' expected a number but got 'x'." A value of the wrong kind is a TypeError. */
static bool no_number(struct runtime *runtime, const struct field *field, struct value value) {
    bool text = value.kind == VALUE_TEXT || value.kind == VALUE_FLOAT || value.kind == VALUE_BYTES;
    const char *shown = object_repr(runtime, value);
    if (!shown) return false;
    return fault_raise(runtime->fault, text ? "ValueError" : "TypeError",
                       "Field '%s' expected a number but got %s.",
                       field->name ? field->name : "None", shown);
}

static void skip_spaces(const char **from, const char **upto) {
    while (*from < *upto && isspace((unsigned char)**from)) ++*from;
    while (*upto > *from && isspace((unsigned char)(*upto)[-1])) --*upto;
}

/* Python's int(text): spaces around, a sign, digits with single underscores between them. */
static bool digits_of(struct runtime *runtime, struct value text, char **digits, bool *well) {
    const char *from = text.text, *upto = text.text + text.length;
    skip_spaces(&from, &upto);
    char *out = arena_alloc(runtime->arena, text.length + 2);
    if (!out) return fault_no_memory(runtime->fault);
    *digits = out;
    *well = false;
    if (from < upto && (*from == '-' || *from == '+')) {
        if (*from == '-') *out++ = '-';
        from++;
    }
    bool after_digit = false;
    for (; from < upto; from++) {
        if (isdigit((unsigned char)*from)) {
            *out++ = *from;
            after_digit = true;
        } else if (*from == '_' && after_digit && from + 1 < upto) {
            after_digit = false;
        } else {
            return true;
        }
    }
    *well = after_digit;
    return true;
}

/* Digits as an int of 64 bits, or as a big one, without leading zeros. */
static struct value integer_of_digits(const char *digits) {
    char *end = NULL;
    bool negative = *digits == '-';
    const char *start = digits + negative;
    while (*start == '0' && start[1]) start++;
    if (strlen(start) <= 18) {
        long long number = strtoll(start, &end, 10);
        return value_int(negative ? -number : number);
    }
    char bounded[32];
    if (strlen(start) == 19) {
        snprintf(bounded, sizeof bounded, "%s%s", negative ? "-" : "", start);
        const char *limit = negative ? "9223372036854775808" : "9223372036854775807";
        if (strcmp(start, limit) <= 0) return value_int(strtoll(bounded, &end, 10));
    }
    return value_of_text(VALUE_BIGINT, digits, strlen(digits));
}

static bool integer_of_float(struct runtime *runtime, const struct field *field, struct value value,
                             struct value *out) {
    if (isnan(value.real)) return no_number(runtime, field, value);
    if (isinf(value.real))
        return fault_raise(runtime->fault, "OverflowError",
                           "cannot convert float infinity to integer");
    double whole = trunc(value.real);
    if (fabs(whole) < 9.2e18) return *out = value_int((int64_t)whole), true;
    const char *digits = arena_format(runtime->arena, "%.0f", whole);
    if (!digits) return fault_no_memory(runtime->fault);
    return *out = integer_of_digits(digits), true;
}

static bool prepare_integer(struct runtime *runtime, const struct field *field, struct value value,
                            struct value *out) {
    if (value.kind == VALUE_INT || value.kind == VALUE_BIGINT) return *out = value, true;
    if (value.kind == VALUE_BOOL) return *out = value_int(value.integer), true;
    if (value.kind == VALUE_FLOAT) return integer_of_float(runtime, field, value, out);
    if (value.kind != VALUE_TEXT) return no_number(runtime, field, value);
    char *digits = NULL;
    bool well = false;
    if (!digits_of(runtime, value, &digits, &well)) return false;
    if (!well) return no_number(runtime, field, value);
    return *out = integer_of_digits(digits), true;
}

static bool prepare_float(struct runtime *runtime, const struct field *field, struct value value,
                          struct value *out) {
    if (value.kind == VALUE_FLOAT) return *out = value, true;
    if (value.kind == VALUE_INT || value.kind == VALUE_BOOL)
        return *out = value_float((double)value.integer), true;
    if (value.kind != VALUE_TEXT && value.kind != VALUE_BIGINT)
        return no_number(runtime, field, value);
    const char *from = value.text, *upto = value.text + value.length;
    skip_spaces(&from, &upto);
    char *end = NULL;
    double real = strtod(from, &end);
    /* strtod knows hexadecimal, float() does not. */
    if (from == upto || end != upto || memchr(from, 'x', (size_t)(upto - from)))
        return no_number(runtime, field, value);
    return *out = value_float(real), true;
}

/* ---- truth -------------------------------------------------------------------------------- */

/* ValidationError prints as the list of its messages. */
static bool invalid(struct runtime *runtime, struct value value, const char *what) {
    const char *shown = object_str(runtime, value);
    const char *message =
        shown ? arena_format(runtime->arena, "\xe2\x80\x9c%s\xe2\x80\x9d %s", shown, what) : NULL;
    const char *quoted = message ? object_repr(runtime, value_text(message)) : NULL;
    if (!quoted) return fault_raised(runtime->fault) ? false : fault_no_memory(runtime->fault);
    return fault_raise(runtime->fault, "ValidationError", "[%s]", quoted);
}

static bool prepare_boolean(struct runtime *runtime, const struct field *field, struct value value,
                            struct value *out) {
    if (value.kind == VALUE_BOOL) return *out = value, true;
    if (value.kind == VALUE_INT && (value.integer == 0 || value.integer == 1))
        return *out = value_bool(value.integer), true;
    if (value.kind == VALUE_FLOAT && (value.real == 0 || value.real == 1))
        return *out = value_bool(value.real != 0), true;
    if (value.kind == VALUE_TEXT) {
        static const char *const words[2][3] = {{"f", "False", "0"}, {"t", "True", "1"}};
        for (int truth = 0; truth < 2; truth++)
            for (int i = 0; i < 3; i++)
                if (strcmp(value.text, words[truth][i]) == 0) return *out = value_bool(truth), true;
        if (field->null && !value.length) return *out = value_none(), true;
    }
    return invalid(runtime, value,
                   field->null ? "value must be either True, False, or None."
                               : "value must be either True or False.");
}

/* ---- dates and times ---------------------------------------------------------------------- */

struct written_moment {
    int year, month, day, hour, minute, second;
    char fraction[8]; /* six digits, or empty */
    bool zone;
};

/* From least to most digits; -1 where there are fewer. */
static int number(const char **at, int least, int most) {
    int value = 0, count = 0;
    while (count < most && isdigit((unsigned char)**at)) {
        value = value * 10 + (**at - '0');
        ++*at;
        count++;
    }
    return count < least ? -1 : value;
}

static bool literal(const char **at, const char *any_of) {
    if (!**at || !strchr(any_of, **at)) return false;
    ++*at;
    return true;
}

/* YYYY-M-D */
static bool read_date(const char **at, struct written_moment *moment) {
    moment->year = number(at, 4, 4);
    if (moment->year < 0 || !literal(at, "-")) return false;
    moment->month = number(at, 1, 2);
    if (moment->month < 0 || !literal(at, "-")) return false;
    moment->day = number(at, 1, 2);
    return moment->day >= 0;
}

/* H:M[:S[.ffffff]]; more digits are dropped */
static bool read_time(const char **at, struct written_moment *moment) {
    moment->hour = number(at, 1, 2);
    if (moment->hour < 0 || !literal(at, ":")) return false;
    moment->minute = number(at, 1, 2);
    if (moment->minute < 0) return false;
    if (**at != ':') return true;
    ++*at;
    moment->second = number(at, 1, 2);
    if (moment->second < 0) return false;
    if (**at != '.' && **at != ',') return true;
    ++*at;
    int count = 0;
    bool any = false;
    memcpy(moment->fraction, "000000", 7);
    for (; count < 12 && isdigit((unsigned char)**at); count++, ++*at) {
        if (count < 6) moment->fraction[count] = **at;
        any = any || (count < 6 && **at != '0');
    }
    if (!any) moment->fraction[0] = '\0'; /* str() leaves .000000 out */
    return count > 0;
}

/* Z or +HH[[:]MM] */
static bool read_zone(const char **at, struct written_moment *moment) {
    if (!**at) return true;
    moment->zone = true;
    if (literal(at, "Z")) return true;
    if (!literal(at, "+-") || number(at, 2, 2) < 0) return false;
    if (!**at) return true;
    literal(at, ":");
    return number(at, 2, 2) >= 0;
}

static bool is_a_date(const struct written_moment *moment) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (moment->year < 1 || moment->month < 1 || moment->month > 12 || moment->day < 1)
        return false;
    int year = moment->year;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return moment->day <= days[moment->month - 1] + (leap && moment->month == 2);
}

static bool is_a_time(const struct written_moment *moment) {
    return moment->hour < 24 && moment->minute < 60 && moment->second < 60;
}

static bool moment_text(struct runtime *runtime, const struct written_moment *moment,
                        enum value_kind kind, struct value *out) {
    struct text text;
    text_init(&text, runtime->arena);
    if (kind != VALUE_TIME)
        text_format(&text, "%04d-%02d-%02d", moment->year, moment->month, moment->day);
    if (kind == VALUE_DATETIME) text_add_char(&text, ' ');
    if (kind != VALUE_DATE)
        text_format(&text, "%02d:%02d:%02d", moment->hour, moment->minute, moment->second);
    if (kind != VALUE_DATE && moment->fraction[0]) text_format(&text, ".%s", moment->fraction);
    const char *done = text_finish(&text);
    if (!done) return fault_no_memory(runtime->fault);
    *out = value_of_text(kind, done, strlen(done));
    return true;
}

static bool no_text(struct runtime *runtime, struct value value) {
    return fault_raise(runtime->fault, "TypeError",
                       "expected string or bytes-like object, got '%s'", value_type_name(value));
}

static bool prepare_date(struct runtime *runtime, const struct field *field, struct value value,
                         struct value *out) {
    (void)field;
    if (value.kind == VALUE_DATE) return *out = value, true;
    if (value.kind == VALUE_DATETIME) {
        const char *day = arena_copy(runtime->arena, value.text, 10);
        if (!day) return fault_no_memory(runtime->fault);
        return *out = value_of_text(VALUE_DATE, day, 10), true;
    }
    if (value.kind != VALUE_TEXT) return no_text(runtime, value);
    struct written_moment moment = {0};
    const char *at = value.text;
    if (!read_date(&at, &moment) || *at)
        return invalid(runtime, value,
                       "value has an invalid date format. It must be in YYYY-MM-DD format.");
    if (!is_a_date(&moment))
        return invalid(runtime, value,
                       "value has the correct format (YYYY-MM-DD) but it is an invalid date.");
    return moment_text(runtime, &moment, VALUE_DATE, out);
}

static bool prepare_datetime(struct runtime *runtime, const struct field *field, struct value value,
                             struct value *out) {
    (void)field;
    if (value.kind == VALUE_DATETIME) return *out = value, true;
    if (value.kind != VALUE_DATE && value.kind != VALUE_TEXT) return no_text(runtime, value);
    struct written_moment moment = {0};
    const char *at = value.text;
    bool date = read_date(&at, &moment);
    if (date && !*at) {
        if (!is_a_date(&moment))
            return invalid(runtime, value,
                           "value has the correct format (YYYY-MM-DD) but it is an invalid date.");
        return moment_text(runtime, &moment, VALUE_DATETIME, out);
    }
    if (!date || !literal(&at, "T ") || !read_time(&at, &moment) || !read_zone(&at, &moment) || *at)
        return invalid(runtime, value,
                       "value has an invalid format. It must be in "
                       "YYYY-MM-DD HH:MM[:ss[.uuuuuu]][TZ] format.");
    if (!is_a_date(&moment) || !is_a_time(&moment))
        return invalid(
            runtime, value,
            "value has the correct format (YYYY-MM-DD HH:MM[:ss[.uuuuuu]][TZ]) but it is "
            "an invalid date/time.");
    if (moment.zone)
        return fault_raise(
            runtime->fault, "ValueError",
            "SQLite backend does not support timezone-aware datetimes when USE_TZ is "
            "False.");
    return moment_text(runtime, &moment, VALUE_DATETIME, out);
}

static bool prepare_time(struct runtime *runtime, const struct field *field, struct value value,
                         struct value *out) {
    (void)field;
    if (value.kind == VALUE_TIME) return *out = value, true;
    if (value.kind == VALUE_DATETIME) {
        *out = value_of_text(VALUE_TIME, value.text + 11, value.length - 11);
        return true;
    }
    if (value.kind != VALUE_TEXT) return no_text(runtime, value);
    struct written_moment moment = {0};
    const char *at = value.text;
    if (!read_time(&at, &moment) || *at)
        return invalid(runtime, value,
                       "value has an invalid format. It must be in HH:MM[:ss[.uuuuuu]] format.");
    if (!is_a_time(&moment))
        return invalid(
            runtime, value,
            "value has the correct format (HH:MM[:ss[.uuuuuu]]) but it is an invalid time.");
    return moment_text(runtime, &moment, VALUE_TIME, out);
}

/* ---- texts, keys, the rest ---------------------------------------------------------------- */

static bool prepare_text(struct runtime *runtime, const struct field *field, struct value value,
                         struct value *out) {
    (void)field;
    if (value.kind == VALUE_TEXT) return *out = value, true;
    const char *text = object_str(runtime, value);
    if (!text) return false;
    return *out = value_text(text), true;
}

static bool prepare_key(struct runtime *runtime, const struct field *field, struct value value,
                        struct value *out) {
    return field_prepare(runtime, model_primary_key(field->target), value, out);
}

static bool prepare_nothing(struct runtime *runtime, const struct field *field, struct value value,
                            struct value *out) {
    (void)runtime, (void)field;
    return *out = value, true;
}

/* A duration is held as microseconds. */
static bool prepare_duration(struct runtime *runtime, const struct field *field, struct value value,
                             struct value *out) {
    (void)field;
    if (!object_is(value, &timedelta_type))
        return fault_raise(runtime->fault, "AttributeError", "'%s' object has no attribute 'days'",
                           value_type_name(value));
    return *out = value_int(((struct timedelta *)value.object)->microseconds), true;
}

static bool prepare_refused(struct runtime *runtime, const struct field *field, struct value value,
                            struct value *out) {
    (void)value, (void)out;
    return fault_raise(runtime->fault, "NotSupported", "values of a %s",
                       field_kind_name(field->kind));
}

bool field_prepare(struct runtime *runtime, const struct field *field, struct value value,
                   struct value *prepared) {
    static bool (*const preparers[FIELD_KIND_COUNT])(struct runtime *, const struct field *,
                                                     struct value, struct value *) = {
        [FIELD_AUTO] = prepare_integer,        [FIELD_CHAR] = prepare_text,
        [FIELD_EMAIL] = prepare_text,          [FIELD_TEXT] = prepare_text,
        [FIELD_INTEGER] = prepare_integer,     [FIELD_FLOAT] = prepare_float,
        [FIELD_BOOLEAN] = prepare_boolean,     [FIELD_DATE] = prepare_date,
        [FIELD_DATETIME] = prepare_datetime,   [FIELD_FOREIGN_KEY] = prepare_key,
        [FIELD_ONE_TO_ONE] = prepare_key,      [FIELD_MANY_TO_MANY] = prepare_key,
        [FIELD_BIG_INTEGER] = prepare_integer, [FIELD_TIME] = prepare_time,
        [FIELD_DURATION] = prepare_duration,   [FIELD_DECIMAL] = prepare_refused,
        [FIELD_UUID] = prepare_nothing,        [FIELD_BINARY] = prepare_nothing,
        [FIELD_ANY] = prepare_nothing,
    };
    if (value.kind == VALUE_NONE) return *prepared = value, true;
    return preparers[field->kind](runtime, field, value, prepared);
}
