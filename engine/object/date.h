/* date - dates, times and durations taken apart.
 *
 * Values keep dates as the texts SQLite holds ("2024-02-29 13:45:00.000001"); whoever calculates
 * takes them apart with moment_read and puts them together with moment_value. */
#ifndef ENGINE_OBJECT_DATE_H
#define ENGINE_OBJECT_DATE_H

#include "engine/object/object.h"

struct moment {
    int year, month, day; /* 1970-01-01 where the value is a time */
    int hour, minute, second, microsecond;
};

/* False when the text is not one of this kind (a column may hold anything). */
bool moment_read(struct value value, struct moment *moment);
/* kind: VALUE_DATE, VALUE_TIME or VALUE_DATETIME. Raises Python's ValueErrors. */
bool moment_value(struct runtime *, enum value_kind kind, const struct moment *,
                  struct value *result);

/* Days since 1970-01-01 in the proleptic Gregorian calendar, and back. */
int64_t days_from_date(int year, int month, int day);
void date_from_days(int64_t days, struct moment *moment);

/* datetime.timedelta, kept as one count of microseconds. */
struct timedelta {
    struct object base;
    int64_t microseconds;
};
extern const struct object_type timedelta_type;
bool timedelta_new(struct runtime *, int64_t microseconds, struct value *result);

#define MICROSECONDS_A_DAY INT64_C(86400000000)

/* What `import datetime` and `import uuid` find. */
extern const struct module datetime_module, uuid_module;

#endif
