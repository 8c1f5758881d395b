/* amount - units.h by value, for numbers that are written into a cell and forgotten. */
#ifndef UI_READER_AMOUNT_H
#define UI_READER_AMOUNT_H

#include "ui/units.h"

struct amount {
    char text[UNITS_SIZE];
};

static inline struct amount amount_count(uint64_t count) {
    struct amount amount;
    units_count(count, amount.text, sizeof amount.text);
    return amount;
}

static inline struct amount amount_ns(uint64_t nanoseconds) {
    struct amount amount;
    units_duration(nanoseconds, amount.text, sizeof amount.text);
    return amount;
}

static inline struct amount amount_number(double number, const char *unit) {
    struct amount amount;
    units_number(number, unit ? unit : "", amount.text, sizeof amount.text);
    return amount;
}

static inline struct amount amount_tick(double number, const char *unit) {
    struct amount amount;
    units_tick(number, unit ? unit : "", amount.text, sizeof amount.text);
    return amount;
}

#endif
