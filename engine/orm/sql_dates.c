/* sql_dates - dates and times inside SQL: what __month, __date, TruncMonth, dates() and friends
 * call for each row. See sql_functions.h.
 *
 * A moment is read from the text SQLite holds ("2024-02-29", "13:45:00",
 * "2024-02-29 13:45:00.000001"), taken apart, and written again. Calendar arithmetic is done on
 * day numbers: days since 0000-03-01, so that the leap day is the last of its year. */
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "engine/orm/sql_functions.h"

struct moment {
    int year, month, day, hour, minute, second, microsecond;
};

enum { TEXT_SIZE = 64 };

static const int64_t microseconds_a_day = INT64_C(86400000000);

static void raise_exception(sqlite3_context *context) {
    sqlite3_result_error(context, "user-defined function raised exception", -1);
}

/* ---- the calendar -------------------------------------------------------------------------- */

static int64_t day_number(int year, int month, int day) {
    int64_t y = month <= 2 ? year - 1 : year, m = (month + 9) % 12;
    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1;
}

static void day_of_number(int64_t number, struct moment *moment) {
    int64_t era = number / 146097, rest = number % 146097;
    int64_t year = (rest - rest / 1460 + rest / 36524 - rest / 146096) / 365;
    int64_t day = rest - (365 * year + year / 4 - year / 100), month = (5 * day + 2) / 153;
    moment->day = (int)(day - (153 * month + 2) / 5 + 1);
    moment->month = (int)(month < 10 ? month + 3 : month - 9);
    moment->year = (int)(year + era * 400 + (moment->month <= 2));
}

static int64_t number_of(const struct moment *moment) {
    return day_number(moment->year, moment->month, moment->day);
}

/* Monday is 1, Sunday 7. Day number 0 was a Wednesday. */
static int iso_week_day(const struct moment *moment) {
    return (int)((number_of(moment) + 2) % 7) + 1;
}

/* ISO 8601: a week belongs to the year of its Thursday. */
static void iso_week(const struct moment *moment, int *year, int *week) {
    struct moment thursday;
    int64_t number = number_of(moment) - iso_week_day(moment) + 4;
    day_of_number(number, &thursday);
    *year = thursday.year;
    *week = (int)((number - day_number(thursday.year, 1, 1)) / 7) + 1;
}

static int64_t microseconds_of_day(const struct moment *moment) {
    return ((moment->hour * 60 + moment->minute) * INT64_C(60) + moment->second) * 1000000 +
           moment->microsecond;
}

static void set_time_of_day(struct moment *moment, int64_t microseconds) {
    moment->microsecond = (int)(microseconds % 1000000);
    int64_t seconds = microseconds / 1000000;
    moment->second = (int)(seconds % 60);
    moment->minute = (int)(seconds / 60 % 60);
    moment->hour = (int)(seconds / 3600);
}

/* ---- reading and writing ------------------------------------------------------------------- */

static bool read_number(const char **text, int digits, int *number) {
    int value = 0;
    for (int i = 0; i < digits; i++, (*text)++) {
        if (**text < '0' || **text > '9') return false;
        value = value * 10 + (**text - '0');
    }
    *number = value;
    return true;
}

static bool read_char(const char **text, char wanted) {
    if (**text != wanted) return false;
    (*text)++;
    return true;
}

/* [.f, ...] up to six digits, padded with zeros. */
static bool read_fraction(const char **text, int *microsecond) {
    *microsecond = 0;
    if (!read_char(text, '.')) return true;
    int weight = 100000;
    for (; **text >= '0' && **text <= '9'; (*text)++, weight /= 10)
        *microsecond += (**text - '0') * weight;
    return true;
}

static bool read_date(const char **text, struct moment *moment) {
    return read_number(text, 4, &moment->year) && read_char(text, '-') &&
           read_number(text, 2, &moment->month) && read_char(text, '-') &&
           read_number(text, 2, &moment->day) && moment->year >= 1 && moment->month >= 1 &&
           moment->month <= 12 && moment->day >= 1 && moment->day <= 31;
}

static bool read_time(const char **text, struct moment *moment) {
    if (!read_number(text, 2, &moment->hour) || !read_char(text, ':') ||
        !read_number(text, 2, &moment->minute))
        return false;
    if (read_char(text, ':') &&
        (!read_number(text, 2, &moment->second) || !read_fraction(text, &moment->microsecond)))
        return false;
    return moment->hour < 24 && moment->minute < 60 && moment->second < 60;
}

/* date | date ("T" | " ") time; false where Python would not understand it either. */
static bool read_moment(sqlite3_value *value, struct moment *moment) {
    const char *text = (const char *)sqlite3_value_text(value);
    *moment = (struct moment){.year = 1900, .month = 1, .day = 1};
    if (!text || !read_date(&text, moment)) return false;
    if (*text == '\0') return true;
    if (*text != ' ' && *text != 'T') return false;
    text++;
    return read_time(&text, moment) && *text == '\0';
}

static bool read_time_of_day(sqlite3_value *value, struct moment *moment) {
    const char *text = (const char *)sqlite3_value_text(value),
               *space = text ? strchr(text, ' ') : NULL;
    *moment = (struct moment){.year = 1900, .month = 1, .day = 1};
    if (space) return read_moment(value, moment);
    return text && read_time(&text, moment) && *text == '\0';
}

static void result_text(sqlite3_context *context, const char *text) {
    sqlite3_result_text(context, text, -1, SQLITE_TRANSIENT);
}

static void result_date(sqlite3_context *context, const struct moment *moment) {
    char text[TEXT_SIZE];
    snprintf(text, sizeof text, "%04d-%02d-%02d", moment->year, moment->month, moment->day);
    result_text(context, text);
}

static int write_time(char *text, size_t size, const struct moment *moment) {
    int length =
        snprintf(text, size, "%02d:%02d:%02d", moment->hour, moment->minute, moment->second);
    if (moment->microsecond)
        length += snprintf(text + length, size - (size_t)length, ".%06d", moment->microsecond);
    return length;
}

static void result_time(sqlite3_context *context, const struct moment *moment) {
    char text[TEXT_SIZE];
    write_time(text, sizeof text, moment);
    result_text(context, text);
}

static void result_moment(sqlite3_context *context, const struct moment *moment) {
    char text[TEXT_SIZE];
    int length =
        snprintf(text, sizeof text, "%04d-%02d-%02d ", moment->year, moment->month, moment->day);
    write_time(text + length, sizeof text - (size_t)length, moment);
    result_text(context, text);
}

/* ---- extract: one number of a moment ------------------------------------------------------- */

static int part_year(const struct moment *m) {
    return m->year;
}
static int part_month(const struct moment *m) {
    return m->month;
}
static int part_day(const struct moment *m) {
    return m->day;
}
static int part_hour(const struct moment *m) {
    return m->hour;
}
static int part_minute(const struct moment *m) {
    return m->minute;
}
static int part_second(const struct moment *m) {
    return m->second;
}
static int part_quarter(const struct moment *m) {
    return (m->month + 2) / 3;
}
static int part_week_day(const struct moment *m) {
    return iso_week_day(m) % 7 + 1;
}

static int part_week(const struct moment *m) {
    int year, week;
    iso_week(m, &year, &week);
    return week;
}

static int part_iso_year(const struct moment *m) {
    int year, week;
    iso_week(m, &year, &week);
    return year;
}

static const struct {
    const char *name;
    int (*read)(const struct moment *);
} parts[] = {
    {"year", part_year},       {"month", part_month},       {"day", part_day},
    {"hour", part_hour},       {"minute", part_minute},     {"second", part_second},
    {"quarter", part_quarter}, {"week_day", part_week_day}, {"iso_week_day", iso_week_day},
    {"week", part_week},       {"iso_year", part_iso_year},
};

static void result_part(sqlite3_context *context, sqlite3_value *name,
                        const struct moment *moment) {
    const char *wanted = (const char *)sqlite3_value_text(name);
    for (size_t i = 0; wanted && i < sizeof parts / sizeof parts[0]; i++)
        if (strcmp(parts[i].name, wanted) == 0) {
            sqlite3_result_int(context, parts[i].read(moment));
            return;
        }
    raise_exception(context);
}

/* django_date_extract(part, date), django_datetime_extract(part, datetime, zone, zone): NULL for
 * what is no date. The zones are always NULL here: USE_TZ is off. */
static void extract(sqlite3_context *context, int count, sqlite3_value **arguments) {
    struct moment moment;
    (void)count;
    if (read_moment(arguments[1], &moment)) result_part(context, arguments[0], &moment);
}

static void extract_time(sqlite3_context *context, int count, sqlite3_value **arguments) {
    struct moment moment;
    (void)count;
    if (read_time_of_day(arguments[1], &moment)) result_part(context, arguments[0], &moment);
}

/* ---- trunc: the beginning of a year, a month, ... ------------------------------------------ */

/* Names from the coarsest to the finest; what is finer than the one asked for is set to its
 * beginning. week and quarter stand beside that order. */
static bool truncate_moment(struct moment *moment, const char *kind) {
    static const char *const kinds[] = {"year", "month", "day", "hour", "minute", "second"};
    if (strcmp(kind, "quarter") == 0) {
        moment->month = (moment->month - 1) / 3 * 3 + 1;
        kind = "month";
    }
    if (strcmp(kind, "week") == 0) {
        day_of_number(number_of(moment) - iso_week_day(moment) + 1, moment);
        kind = "day";
    }
    size_t keep = 0;
    while (keep < 6 && strcmp(kinds[keep], kind) != 0) keep++;
    if (keep == 6) return false;
    int *finer[] = {&moment->month, &moment->day, &moment->hour, &moment->minute, &moment->second};
    for (size_t i = keep; i < 5; i++) *finer[i] = i < 2 ? 1 : 0;
    moment->microsecond = 0;
    return true;
}

static void truncate_with(sqlite3_context *context, sqlite3_value **arguments,
                          bool (*read)(sqlite3_value *, struct moment *),
                          void (*result)(sqlite3_context *, const struct moment *)) {
    struct moment moment;
    const char *kind = (const char *)sqlite3_value_text(arguments[0]);
    if (!kind || !read(arguments[1], &moment)) return;
    if (truncate_moment(&moment, kind)) result(context, &moment);
}

/* django_date_trunc(kind, date, zone, zone) and its two siblings. */
static void truncate_date(sqlite3_context *context, int count, sqlite3_value **arguments) {
    (void)count;
    truncate_with(context, arguments, read_moment, result_date);
}

static void truncate_datetime(sqlite3_context *context, int count, sqlite3_value **arguments) {
    (void)count;
    truncate_with(context, arguments, read_moment, result_moment);
}

static void truncate_time(sqlite3_context *context, int count, sqlite3_value **arguments) {
    (void)count;
    truncate_with(context, arguments, read_time_of_day, result_time);
}

/* ---- casts and differences ----------------------------------------------------------------- */

static void cast_date(sqlite3_context *context, int count, sqlite3_value **arguments) {
    struct moment moment;
    (void)count;
    if (read_moment(arguments[0], &moment)) result_date(context, &moment);
}

static void cast_time(sqlite3_context *context, int count, sqlite3_value **arguments) {
    struct moment moment;
    (void)count;
    if (read_moment(arguments[0], &moment)) result_time(context, &moment);
}

static int64_t microseconds_of(const struct moment *moment) {
    return number_of(moment) * microseconds_a_day + microseconds_of_day(moment);
}

static void subtract(sqlite3_context *context, sqlite3_value **arguments,
                     bool (*read)(sqlite3_value *, struct moment *)) {
    struct moment left, right;
    if (read(arguments[0], &left) && read(arguments[1], &right))
        sqlite3_result_int64(context, microseconds_of(&left) - microseconds_of(&right));
}

static void subtract_times(sqlite3_context *context, int count, sqlite3_value **arguments) {
    (void)count;
    subtract(context, arguments, read_time_of_day);
}

static void subtract_moments(sqlite3_context *context, int count, sqlite3_value **arguments) {
    (void)count;
    subtract(context, arguments, read_moment);
}

/* str(timedelta): "1 day, 2:03:04", "-1 day, 23:00:00". */
static void result_span(sqlite3_context *context, int64_t microseconds) {
    int64_t days = microseconds / microseconds_a_day;
    if (microseconds % microseconds_a_day < 0) days--;
    int64_t rest = microseconds - days * microseconds_a_day, seconds = rest / 1000000;
    char text[TEXT_SIZE];
    int length = 0;
    if (days)
        length = snprintf(text, sizeof text, "%lld day%s, ", (long long)days,
                          days == 1 || days == -1 ? "" : "s");
    length += snprintf(text + length, sizeof text - (size_t)length, "%d:%02d:%02d",
                       (int)(seconds / 3600), (int)(seconds / 60 % 60), (int)(seconds % 60));
    if (rest % 1000000)
        snprintf(text + length, sizeof text - (size_t)length, ".%06d", (int)(rest % 1000000));
    result_text(context, text);
}

/* An operand of date arithmetic: an integer is a span in microseconds, a text a moment. */
static bool read_operand(sqlite3_value *value, int64_t *microseconds, bool *moment) {
    struct moment read;
    *moment = sqlite3_value_type(value) != SQLITE_INTEGER;
    if (!*moment)
        *microseconds = sqlite3_value_int64(value);
    else if (read_moment(value, &read))
        *microseconds = microseconds_of(&read);
    else
        return false;
    return true;
}

/* django_format_dtdelta('+' or '-', left, right). */
static void format_delta(sqlite3_context *context, int count, sqlite3_value **arguments) {
    int64_t left, right;
    bool left_moment, right_moment;
    const char *operator=(const char *) sqlite3_value_text(arguments[0]);
    (void)count;
    if (!operator|| !read_operand(arguments[1], &left, &left_moment) ||
        !read_operand(arguments[2], &right, &right_moment))
        return;
    bool minus = strcmp(operator, "-") == 0;
    int64_t sum;
    if (minus ? __builtin_sub_overflow(left, right, &sum)
              : __builtin_add_overflow(left, right, &sum))
        return;
    if (left_moment == (right_moment && minus)) {
        result_span(context, sum);
        return;
    }
    struct moment moment;
    int64_t first = day_number(1, 1, 1) * microseconds_a_day;
    if (sum < first || sum >= day_number(10000, 1, 1) * microseconds_a_day) return;
    day_of_number(sum / microseconds_a_day, &moment);
    set_time_of_day(&moment, sum % microseconds_a_day);
    result_moment(context, &moment);
}

static const struct {
    const char *name;
    int count;
    void (*call)(sqlite3_context *, int, sqlite3_value **);
} functions[] = {
    {"django_date_extract", 2, extract},
    {"django_datetime_extract", 4, extract},
    {"django_time_extract", 2, extract_time},
    {"django_date_trunc", 4, truncate_date},
    {"django_datetime_trunc", 4, truncate_datetime},
    {"django_time_trunc", 4, truncate_time},
    {"django_datetime_cast_date", 3, cast_date},
    {"django_datetime_cast_time", 3, cast_time},
    {"django_time_diff", 2, subtract_times},
    {"django_timestamp_diff", 2, subtract_moments},
    {"django_format_dtdelta", 3, format_delta},
};

int sql_functions_register_dates(sqlite3 *handle) {
    int code = SQLITE_OK;
    for (size_t i = 0; code == SQLITE_OK && i < sizeof functions / sizeof functions[0]; i++)
        code = sqlite3_create_function(handle, functions[i].name, functions[i].count,
                                       SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, functions[i].call,
                                       NULL, NULL);
    return code;
}
