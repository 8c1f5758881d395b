/* convert - see convert.h. */
#include "engine/orm/convert.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/object/date.h"

enum { DATE_LENGTH = 10, DATETIME_LENGTH = 19, MICROSECONDS_LENGTH = 26 };

static bool is_moment(const struct value *value, enum value_kind kind) {
    struct moment moment;
    struct value typed = *value;
    typed.kind = (uint8_t)kind;
    return moment_read(typed, &moment) &&
           (value->length != MICROSECONDS_LENGTH || moment.microsecond != 0);
}

bool convert_is_usual(const struct value *value, enum convert convert) {
    if (value->kind == VALUE_NONE) return true;
    switch (convert) {
    case CONVERT_NONE:
    case CONVERT_BOOL: return true;
    case CONVERT_INT:
    case CONVERT_FLOAT: return value->kind != VALUE_TEXT;
    case CONVERT_DATE:
        return value->kind == VALUE_TEXT && value->length == DATE_LENGTH &&
               is_moment(value, VALUE_DATE);
    case CONVERT_DATETIME:
        return value->kind == VALUE_TEXT &&
               (value->length == DATETIME_LENGTH || value->length == MICROSECONDS_LENGTH) &&
               is_moment(value, VALUE_DATETIME);
    }
    return true;
}

/* ---- numbers ------------------------------------------------------------------------------- */

/* "%s: 'x'" with the text as Python shows it. */
static bool refuse(struct runtime *runtime, const char *what, struct value text) {
    const char *shown = object_repr(runtime, text);
    return shown && fault_raise(runtime->fault, "ValueError", "%s: %s", what, shown);
}

static bool only_blanks(const char *at, const char *end) {
    while (at < end && isspace((unsigned char)*at)) at++;
    return at == end;
}

static bool convert_int(struct runtime *runtime, struct value *value) {
    char *end;
    errno = 0;
    long long number = strtoll(value->text, &end, 10);
    if (end == value->text || !only_blanks(end, value->text + value->length))
        return strchr(value->text, '_')
                   ? fault_raise(runtime->fault, "NotSupported", "int() of a text with _")
                   : refuse(runtime, "invalid literal for int() with base 10", *value);
    if (errno == ERANGE)
        return fault_raise(runtime->fault, "NotSupported", "int() of a number beyond 64 bits");
    *value = value_int(number);
    return true;
}

static bool convert_float(struct runtime *runtime, struct value *value) {
    char *end;
    double number = strtod(value->text, &end);
    if (end == value->text || strpbrk(value->text, "xX") ||
        !only_blanks(end, value->text + value->length))
        return refuse(runtime, "could not convert string to float", *value);
    *value = value_float(number);
    return true;
}

/* ---- dates --------------------------------------------------------------------------------- */

/* From least to most digits; false when there are fewer, or more follow. */
static bool read_digits(const char **text, int least, int most, int *number) {
    int count = 0;
    *number = 0;
    for (; count < most && isdigit((unsigned char)**text); count++, (*text)++)
        *number = *number * 10 + (**text - '0');
    return count >= least && !isdigit((unsigned char)**text);
}

static bool read_char(const char **text, const char *choices) {
    if (!**text || !strchr(choices, **text)) return false;
    (*text)++;
    return true;
}

/* YYYY-M-D */
static bool read_date(const char **text, struct moment *moment) {
    return read_digits(text, 4, 4, &moment->year) && read_char(text, "-") &&
           read_digits(text, 1, 2, &moment->month) && read_char(text, "-") &&
           read_digits(text, 1, 2, &moment->day);
}

/* [.,]f, six digits at most count, six more are passed over */
static bool read_fraction(const char **text, struct moment *moment) {
    int weight = 100000, count = 0;
    if (!read_char(text, ".,")) return true;
    for (; isdigit((unsigned char)**text); (*text)++, weight /= 10, count++)
        moment->microsecond += (**text - '0') * weight;
    return count >= 1 && count <= 12;
}

/* H:M[:S[.f]] */
static bool read_time(const char **text, struct moment *moment) {
    if (!read_digits(text, 1, 2, &moment->hour) || !read_char(text, ":") ||
        !read_digits(text, 1, 2, &moment->minute))
        return false;
    return !read_char(text, ":") ||
           (read_digits(text, 1, 2, &moment->second) && read_fraction(text, moment));
}

static bool convert_moment(struct runtime *runtime, struct value *value, enum convert convert) {
    struct moment moment = {0};
    const char *text = value->text;
    bool with_time = convert == CONVERT_DATETIME;
    if (value->kind != VALUE_TEXT)
        return fault_raise(runtime->fault, "TypeError",
                           "expected string or bytes-like object, got '%s'",
                           value_type_name(*value));
    bool read = read_date(&text, &moment) &&
                (!with_time || (read_char(&text, "T ") && read_time(&text, &moment)));
    if (read && with_time && (*text == 'Z' || *text == '+' || *text == '-'))
        return fault_raise(runtime->fault, "NotSupported", "a datetime with a time zone");
    if (read && text == value->text + value->length)
        return moment_value(runtime, with_time ? VALUE_DATETIME : VALUE_DATE, &moment, value);
    *value = value_none();
    return true;
}

bool convert_unusual(struct runtime *runtime, struct value *value, enum convert convert) {
    switch (convert) {
    case CONVERT_INT: return convert_int(runtime, value);
    case CONVERT_FLOAT: return convert_float(runtime, value);
    case CONVERT_DATE:
    case CONVERT_DATETIME: return convert_moment(runtime, value, convert);
    case CONVERT_NONE:
    case CONVERT_BOOL: break;
    }
    return true;
}
