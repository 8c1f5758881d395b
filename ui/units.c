/* units - see units.h. */
#include "ui/units.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Puts a comma before every third digit from the right. */
static void group_digits(const char *digits, char *buffer, size_t size) {
    size_t sign = *digits == '-', length = strcspn(digits + sign, ".e"), used = 0;
    for (size_t i = 0; digits[i] && used + 2 < size; i++) {
        if (i > sign && i < sign + length && (sign + length - i) % 3 == 0) buffer[used++] = ',';
        buffer[used++] = digits[i];
    }
    buffer[used] = '\0';
}

const char *units_count(uint64_t count, char *buffer, size_t size) {
    char digits[32];
    snprintf(digits, sizeof digits, "%" PRIu64, count);
    group_digits(digits, buffer, size);
    return buffer;
}

/* Three significant digits without an exponent: 0.0123, 1.23, 12.3, 1230 -> 1,230. */
static const char *three_digits(double number, char *buffer, size_t size) {
    char digits[64];
    double size_of = fabs(number);
    int decimals = size_of >= 100 || number == 0 ? 0 : 2 - (int)floor(log10(size_of));
    if (number == floor(number) || decimals < 0) decimals = 0;
    if (decimals > 9) decimals = 9;
    snprintf(digits, sizeof digits, "%.*f", decimals, number);
    if (strchr(digits, '.')) {
        char *last = digits + strlen(digits) - 1;
        while (*last == '0') *last-- = '\0';
        if (*last == '.') *last = '\0';
    }
    group_digits(digits, buffer, size);
    return buffer;
}

struct scale {
    double from; /* in the smallest unit: this scale serves numbers from here on */
    const char *unit;
};

/* The largest scale that the number reaches; the first serves everything below. */
static const char *scaled(double number, const struct scale *scales, size_t count, char *buffer,
                          size_t size) {
    char digits[UNITS_SIZE];
    size_t best = 0;
    /* 999.6 us shall not be "1,000 us" */
    for (size_t i = 1; i < count; i++)
        if (fabs(number) >= scales[i].from * 0.9995) best = i;
    snprintf(buffer, size, "%s %s", three_digits(number / scales[best].from, digits, sizeof digits),
             scales[best].unit);
    return buffer;
}

static const struct scale times[] = {{1, "ns"}, {1e3, "us"}, {1e6, "ms"}, {1e9, "s"}};
static const struct scale sizes[] = {
    {1, "bytes"}, {1024, "KiB"}, {1048576, "MiB"}, {1073741824, "GiB"}};

const char *units_duration(uint64_t ns, char *buffer, size_t size) {
    return scaled((double)ns, times, sizeof times / sizeof *times, buffer, size);
}

const char *units_bytes(double bytes, char *buffer, size_t size) {
    return scaled(bytes, sizes, sizeof sizes / sizeof *sizes, buffer, size);
}

/* Writes a time or a size; false when the unit is neither. */
static bool write_scaled(double number, const char *unit, char *buffer, size_t size) {
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        if (strcmp(unit, times[i].unit) != 0) continue;
        if (number == 0)
            snprintf(buffer, size, "0 %s", unit);
        else
            scaled(number * times[i].from, times, sizeof times / sizeof *times, buffer, size);
        return true;
    }
    if (strcmp(unit, "bytes") != 0) return false;
    units_bytes(number, buffer, size);
    return true;
}

const char *units_tick(double number, const char *unit, char *buffer, size_t size) {
    if (number == 0)
        snprintf(buffer, size, "0");
    else if (!write_scaled(number, unit, buffer, size))
        three_digits(number, buffer, size);
    return buffer;
}

/* "1 query", not "1 queries": units are given in the plural. "requests/s" stays. */
static void make_singular(char *text) {
    size_t length = strlen(text);
    if (length < 5 || strchr(text, '/') || text[length - 1] != 's' || text[length - 2] == 's')
        return;
    if (strcmp(text + length - 3, "ies") == 0)
        memcpy(text + length - 3, "y", 2);
    else
        text[length - 1] = '\0';
}

const char *units_number(double number, const char *unit, char *buffer, size_t size) {
    char digits[UNITS_SIZE];
    if (!isfinite(number))
        snprintf(buffer, size, "no number");
    else if (!write_scaled(number, unit, buffer, size))
        snprintf(buffer, size, "%s%s%s", three_digits(number, digits, sizeof digits),
                 *unit ? " " : "", unit);
    if (number == 1) make_singular(buffer);
    return buffer;
}

bool units_read(const char *text, double *number) {
    char digits[UNITS_SIZE];
    size_t used = 0;
    for (; *text && used + 1 < sizeof digits; text++)
        if (*text != ',' && *text != '_' && *text != ' ') digits[used++] = *text;
    digits[used] = '\0';
    char *end;
    *number = strtod(digits, &end);
    return used > 0 && *end == '\0' && isfinite(*number);
}
