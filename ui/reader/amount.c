/* amount - see amount.h. */
#include "ui/reader/amount.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

struct amount amount_count(uint64_t count) {
    struct amount amount;
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%" PRIu64, count), used = 0;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) amount.text[used++] = ',';
        amount.text[used++] = digits[i];
    }
    amount.text[used] = '\0';
    return amount;
}

/* Three digits that matter: 1.25, 12.5, 125. */
static int decimals(double value) {
    double size = fabs(value);
    return size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2;
}

struct amount amount_ns(uint64_t nanoseconds) {
    static const struct {
        double ns;
        const char *unit;
    } units[] = {{1e9, "s"}, {1e6, "ms"}, {1e3, "us"}};
    struct amount amount;
    double time = (double)nanoseconds;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (time < units[i].ns * 0.9995) continue;
        double value = time / units[i].ns;
        snprintf(amount.text, sizeof amount.text, "%.*f %s", decimals(value), value, units[i].unit);
        return amount;
    }
    snprintf(amount.text, sizeof amount.text, "%" PRIu64 " ns", nanoseconds);
    return amount;
}

struct amount amount_value(double value) {
    struct amount amount;
    double size = fabs(value);
    if (!isfinite(value))
        snprintf(amount.text, sizeof amount.text, "-");
    else if (size < 1e15 && value == floor(value)) {
        amount = amount_count((uint64_t)size);
        if (value < 0) {
            memmove(amount.text + 1, amount.text, sizeof amount.text - 1);
            amount.text[0] = '-';
        }
    } else if (size >= 0.01 && size < 1e6)
        snprintf(amount.text, sizeof amount.text, "%.*f", decimals(value), value);
    else
        snprintf(amount.text, sizeof amount.text, "%.3g", value);
    return amount;
}

struct amount amount_short(double value) {
    static const struct {
        double size;
        const char *letter;
    } sizes[] = {{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}};
    struct amount amount;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        if (fabs(value) < sizes[i].size || !isfinite(value)) continue;
        snprintf(amount.text, sizeof amount.text, "%.3g%s", value / sizes[i].size, sizes[i].letter);
        return amount;
    }
    snprintf(amount.text, sizeof amount.text, "%.3g", value);
    return amount;
}
