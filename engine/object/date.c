/* date - datetime.date, datetime.time and datetime.datetime as values. See date.h. */
#include "engine/object/date.h"

#include <stdio.h>
#include <string.h>

#include "engine/object/plain.h"

/* ---- texts and numbers -------------------------------------------------------------------- */

/* Reads exactly `width` digits. */
static bool read_digits(const char **at, int width, int *number) {
    *number = 0;
    for (int i = 0; i < width; i++, ++*at) {
        if (**at < '0' || **at > '9') return false;
        *number = *number * 10 + (**at - '0');
    }
    return true;
}

static bool read_mark(const char **at, char mark) {
    return *(*at)++ == mark;
}

static bool read_date(const char **at, struct moment *moment) {
    return read_digits(at, 4, &moment->year) && read_mark(at, '-') &&
           read_digits(at, 2, &moment->month) && read_mark(at, '-') &&
           read_digits(at, 2, &moment->day);
}

/* HH:MM:SS[.ffffff] */
static bool read_time(const char **at, struct moment *moment) {
    if (!read_digits(at, 2, &moment->hour) || !read_mark(at, ':') ||
        !read_digits(at, 2, &moment->minute) || !read_mark(at, ':') ||
        !read_digits(at, 2, &moment->second))
        return false;
    if (**at != '.') return true;
    ++*at;
    return read_digits(at, 6, &moment->microsecond);
}

bool moment_read(struct value value, struct moment *moment) {
    *moment = (struct moment){.year = 1970, .month = 1, .day = 1};
    const char *at = value.text;
    if (value.kind == VALUE_DATE) return read_date(&at, moment) && !*at;
    if (value.kind == VALUE_TIME) return read_time(&at, moment) && !*at;
    return value.kind == VALUE_DATETIME && read_date(&at, moment) && read_mark(&at, ' ') &&
           read_time(&at, moment) && !*at;
}

static int days_in_month(int year, int month) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

static bool check_moment(struct runtime *runtime, enum value_kind kind,
                         const struct moment *moment) {
    struct fault *fault = runtime->fault;
    if (kind != VALUE_TIME) {
        if (moment->year < 1 || moment->year > 9999)
            return fault_raise(fault, "ValueError", "year %d is out of range", moment->year);
        if (moment->month < 1 || moment->month > 12)
            return fault_raise(fault, "ValueError", "month must be in 1..12");
        if (moment->day < 1 || moment->day > days_in_month(moment->year, moment->month))
            return fault_raise(fault, "ValueError", "day is out of range for month");
    }
    if (moment->hour < 0 || moment->hour > 23)
        return fault_raise(fault, "ValueError", "hour must be in 0..23");
    if (moment->minute < 0 || moment->minute > 59)
        return fault_raise(fault, "ValueError", "minute must be in 0..59");
    if (moment->second < 0 || moment->second > 59)
        return fault_raise(fault, "ValueError", "second must be in 0..59");
    if (moment->microsecond < 0 || moment->microsecond > 999999)
        return fault_raise(fault, "ValueError", "microsecond must be in 0..999999");
    return true;
}

bool moment_value(struct runtime *runtime, enum value_kind kind, const struct moment *moment,
                  struct value *result) {
    if (!check_moment(runtime, kind, moment)) return false;
    struct text text;
    text_init(&text, runtime->arena);
    if (kind != VALUE_TIME)
        text_format(&text, "%04d-%02d-%02d", moment->year, moment->month, moment->day);
    if (kind == VALUE_DATETIME) text_add_char(&text, ' ');
    if (kind != VALUE_DATE) {
        text_format(&text, "%02d:%02d:%02d", moment->hour, moment->minute, moment->second);
        if (moment->microsecond) text_format(&text, ".%06d", moment->microsecond);
    }
    const char *finished = text_finish(&text);
    if (!runtime_has(runtime, finished)) return false;
    *result = value_of_text(kind, finished, text.length);
    return true;
}

/* Counts in years that begin in March, so that the leap day comes last; 400 years have 146,097
 * days. */
int64_t days_from_date(int year, int month, int day) {
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400, year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
           719468;
}

void date_from_days(int64_t days, struct moment *moment) {
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097, day_of_era = days - era * 146097;
    int64_t year =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year + year / 4 - year / 100);
    int64_t shifted = (5 * day_of_year + 2) / 153;
    moment->day = (int)(day_of_year - (153 * shifted + 2) / 5 + 1);
    moment->month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
    moment->year = (int)(year + era * 400 + (moment->month <= 2));
}

/* ---- attributes --------------------------------------------------------------------------- */

bool date_attribute(struct value self, const char *name, struct value *result) {
    struct moment moment;
    if (self.kind < VALUE_DATE || self.kind > VALUE_DATETIME) return false;
    if (!moment_read(self, &moment)) return false;
    const struct {
        const char *name;
        int number;
        bool of_date;
    } parts[] = {
        {"year", moment.year, true},
        {"month", moment.month, true},
        {"day", moment.day, true},
        {"hour", moment.hour, false},
        {"minute", moment.minute, false},
        {"second", moment.second, false},
        {"microsecond", moment.microsecond, false},
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (self.kind != VALUE_DATETIME && parts[i].of_date != (self.kind == VALUE_DATE)) continue;
        if (strcmp(parts[i].name, name) != 0) continue;
        *result = value_int(parts[i].number);
        return true;
    }
    *result = value_none();
    return self.kind != VALUE_DATE && strcmp(name, "tzinfo") == 0;
}

static bool read_self(struct runtime *runtime, struct value self, struct moment *moment) {
    return moment_read(self, moment) ||
           fault_raise(runtime->fault, "NotSupported", "a date that reads '%s'", self.text);
}

/* ---- isoformat() -------------------------------------------------------------------------- */

/* How much of a time isoformat(timespec=...) tells; -1: no such name. */
static int digits_of(const char *timespec, bool fraction) {
    static const char *const names[] = {"hours", "minutes", "seconds", "milliseconds",
                                        "microseconds"};
    static const int lengths[] = {2, 5, 8, 12, 15};
    if (strcmp(timespec, "auto") == 0) return fraction ? 15 : 8;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(timespec, names[i]) == 0) return lengths[i];
    return -1;
}

/* The time as "hh:mm:ss.ffffff", cut as timespec says. */
static bool add_time(struct runtime *runtime, struct text *text, const struct moment *moment,
                     struct value timespec, int place) {
    char time[48];
    if (timespec.kind != VALUE_TEXT)
        return fault_raise(runtime->fault, "TypeError",
                           "isoformat() argument %d must be str, not %s", place,
                           value_type_name(timespec));
    int length = digits_of(timespec.text, moment->microsecond != 0);
    if (length < 0) return fault_raise(runtime->fault, "ValueError", "Unknown timespec value");
    snprintf(time, sizeof time, "%02d:%02d:%02d.%06d", moment->hour, moment->minute, moment->second,
             moment->microsecond);
    text_add_bytes(text, time, (size_t)length);
    return true;
}

static bool finish(struct runtime *runtime, struct text *text, struct value *result) {
    const char *finished = text_finish(text);
    if (!runtime_has(runtime, finished)) return false;
    *result = value_of_text(VALUE_TEXT, finished, text->length);
    return true;
}

/* date.isoformat() */
static bool date_isoformat(struct runtime *runtime, struct value self,
                           const struct arguments *arguments, struct value *result) {
    return arguments_count(runtime, arguments, "date.isoformat", 0, 0) &&
           string_new(runtime, self.text, self.length, result);
}

/* time.isoformat(timespec='auto') */
static bool time_isoformat(struct runtime *runtime, struct value self,
                           const struct arguments *arguments, struct value *result) {
    static const char *const names[] = {"timespec"};
    struct value timespec = value_text("auto");
    struct moment moment;
    struct text text;
    text_init(&text, runtime->arena);
    return arguments_read_c(runtime, arguments, "isoformat", names, 1, 0, &timespec) &&
           read_self(runtime, self, &moment) && add_time(runtime, &text, &moment, timespec, 1) &&
           finish(runtime, &text, result);
}

/* datetime.isoformat(sep='T', timespec='auto') */
static bool datetime_isoformat(struct runtime *runtime, struct value self,
                               const struct arguments *arguments, struct value *result) {
    static const char *const names[] = {"sep", "timespec"};
    struct value given[2] = {value_text("T"), value_text("auto")};
    struct moment moment;
    struct text text;
    if (!arguments_read_c(runtime, arguments, "isoformat", names, 2, 0, given)) return false;
    if (given[0].kind != VALUE_TEXT || string_length(given[0]) != 1)
        return fault_raise(runtime->fault, "TypeError",
                           "isoformat() argument 1 must be a unicode character, not %s",
                           value_type_name(given[0]));
    if (!read_self(runtime, self, &moment)) return false;
    text_init(&text, runtime->arena);
    text_format(&text, "%04d-%02d-%02d%s", moment.year, moment.month, moment.day, given[0].text);
    return add_time(runtime, &text, &moment, given[1], 2) && finish(runtime, &text, result);
}

/* Monday is 0; 1970-01-01 was a Thursday. */
static int64_t weekday_of(const struct moment *moment) {
    int64_t day = (days_from_date(moment->year, moment->month, moment->day) + 3) % 7;
    return day < 0 ? day + 7 : day;
}

static bool day_of_week(struct runtime *runtime, struct value self,
                        const struct arguments *arguments, const char *name, int64_t monday,
                        struct value *result) {
    struct moment moment;
    if (!arguments_count(runtime, arguments, name, 0, 0)) return false;
    if (!read_self(runtime, self, &moment)) return false;
    *result = value_int(weekday_of(&moment) + monday);
    return true;
}

static bool weekday(struct runtime *runtime, struct value self, const struct arguments *arguments,
                    struct value *result) {
    return day_of_week(runtime, self, arguments, "date.weekday", 0, result);
}

static bool isoweekday(struct runtime *runtime, struct value self,
                       const struct arguments *arguments, struct value *result) {
    return day_of_week(runtime, self, arguments, "date.isoweekday", 1, result);
}

static bool part_of(struct runtime *runtime, struct value self, const struct arguments *arguments,
                    enum value_kind kind, struct value *result) {
    struct moment moment;
    const char *name = kind == VALUE_DATE ? "datetime.date" : "datetime.time";
    if (!arguments_count(runtime, arguments, name, 0, 0)) return false;
    return read_self(runtime, self, &moment) && moment_value(runtime, kind, &moment, result);
}

static bool date_part(struct runtime *runtime, struct value self, const struct arguments *arguments,
                      struct value *result) {
    return part_of(runtime, self, arguments, VALUE_DATE, result);
}

static bool time_part(struct runtime *runtime, struct value self, const struct arguments *arguments,
                      struct value *result) {
    return part_of(runtime, self, arguments, VALUE_TIME, result);
}

/* strftime(), in the C locale: the directives of the table, else NotSupported. */
static bool strftime_add(struct text *text, char directive, const struct moment *moment) {
    static const char *const months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    static const char *const days[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                       "Friday", "Saturday", "Sunday"};
    int64_t first = days_from_date(moment->year, 1, 1);
    int64_t today = days_from_date(moment->year, moment->month, moment->day);
    switch (directive) {
    case 'Y': text_format(text, "%d", moment->year); return true;
    case 'm': text_format(text, "%02d", moment->month); return true;
    case 'd': text_format(text, "%02d", moment->day); return true;
    case 'H': text_format(text, "%02d", moment->hour); return true;
    case 'M': text_format(text, "%02d", moment->minute); return true;
    case 'S': text_format(text, "%02d", moment->second); return true;
    case 'f': text_format(text, "%06d", moment->microsecond); return true;
    case 'y': text_format(text, "%02d", moment->year % 100); return true;
    case 'I': text_format(text, "%02d", (moment->hour + 11) % 12 + 1); return true;
    case 'p': text_add(text, moment->hour < 12 ? "AM" : "PM"); return true;
    case 'j': text_format(text, "%03lld", (long long)(today - first + 1)); return true;
    case 'B': text_add(text, months[moment->month - 1]); return true;
    case 'b': text_add_bytes(text, months[moment->month - 1], 3); return true;
    case 'A': text_add(text, days[weekday_of(moment)]); return true;
    case 'a': text_add_bytes(text, days[weekday_of(moment)], 3); return true;
    case '%': text_add_char(text, '%'); return true;
    default: return false;
    }
}

const char *date_format(struct runtime *runtime, struct value self, const char *format) {
    struct moment moment;
    struct text text;
    if (!read_self(runtime, self, &moment)) return NULL;
    text_init(&text, runtime->arena);
    for (const char *at = format; *at; at++) {
        if (*at != '%') {
            text_add_char(&text, *at);
        } else if (!strftime_add(&text, *++at, &moment)) {
            fault_raise(runtime->fault, "NotSupported", "strftime with '%%%.1s'", at);
            return NULL;
        }
    }
    const char *finished = text_finish(&text);
    return runtime_has(runtime, finished) ? finished : NULL;
}

static bool strftime_method(struct runtime *runtime, struct value self,
                            const struct arguments *arguments, struct value *result) {
    static const char *const names[] = {"format"};
    struct value format;
    if (!arguments_read_c(runtime, arguments, "strftime", names, 1, 1, &format)) return false;
    if (format.kind != VALUE_TEXT)
        return fault_raise(runtime->fault, "TypeError", "strftime() argument 1 must be str, not %s",
                           value_type_name(format));
    const char *text = date_format(runtime, self, format.text);
    if (text) *result = value_text(text);
    return text != NULL;
}

const struct plain_method date_methods[] = {
    {"isoformat", date_isoformat}, {"weekday", weekday}, {"isoweekday", isoweekday},
    {"strftime", strftime_method}, {NULL, NULL},
};
const struct plain_method time_methods[] = {
    {"isoformat", time_isoformat}, {"strftime", strftime_method}, {NULL, NULL}};
const struct plain_method datetime_methods[] = {
    {"isoformat", datetime_isoformat},
    {"weekday", weekday},
    {"isoweekday", isoweekday},
    {"date", date_part},
    {"time", time_part},
    {"strftime", strftime_method},
    {NULL, NULL},
};

/* ---- repr --------------------------------------------------------------------------------- */

/* datetime.datetime(2024, 2, 29, 13, 45): seconds and microseconds only where there are any. */
const char *date_repr(struct runtime *runtime, struct value value) {
    struct moment moment;
    const char *name = value_type_name(value);
    struct text text;
    text_init(&text, runtime->arena);
    text_format(&text, "%s(", name);
    if (value.kind == VALUE_UUID || !moment_read(value, &moment)) {
        text_format(&text, "'%s'", value.text);
    } else {
        if (value.kind != VALUE_TIME)
            text_format(&text, "%d, %d, %d", moment.year, moment.month, moment.day);
        if (value.kind == VALUE_DATETIME) text_add(&text, ", ");
        if (value.kind != VALUE_DATE) text_format(&text, "%d, %d", moment.hour, moment.minute);
        if (moment.second || moment.microsecond) text_format(&text, ", %d", moment.second);
        if (moment.microsecond) text_format(&text, ", %d", moment.microsecond);
    }
    text_add_char(&text, ')');
    const char *finished = text_finish(&text);
    return runtime_has(runtime, finished) ? finished : NULL;
}
