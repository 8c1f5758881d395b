/* axis - see axis.h. */
#include "ui/axis.h"

#include <math.h>
#include <string.h>

void axis_begin(struct axis *axis, bool log) {
    *axis = (struct axis){HUGE_VAL, -HUGE_VAL, log};
}

bool axis_takes(const struct axis *axis, double number) {
    return isfinite(number) && (!axis->log || number > 0);
}

void axis_widen(struct axis *axis, double number) {
    double place = axis->log ? log10(number) : number;
    if (place < axis->low) axis->low = place;
    if (place > axis->high) axis->high = place;
}

/* A number with one or two digits and a half of the same kind, the least that is not below. */
static double nice_above(double number) {
    static const double steps[] = {1, 1.2, 1.6, 2, 3, 4, 5, 6, 8, 10};
    double power = pow(10, floor(log10(number)));
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (steps[i] * power >= number * (1 - 1e-9)) return steps[i] * power;
    return 10 * power;
}

void axis_settle(struct axis *axis, bool whole) {
    if (axis->low > axis->high) *axis = (struct axis){0, 1, axis->log};
    if (axis->log && whole) {
        axis->low = floor(axis->low + 1e-9);
        axis->high = ceil(axis->high - 1e-9);
    } else if (whole) {
        if (axis->low > 0) axis->low = 0;
        if (axis->high > 0) axis->high = nice_above(axis->high);
    }
    if (!axis->log && axis->low > 0 && axis->low < axis->high / 50) axis->low = 0;
    if (axis->high <= axis->low) axis->high = axis->low + 1;
}

double axis_share(const struct axis *axis, double number) {
    double place = axis->log ? log10(number) : number;
    return (place - axis->low) / (axis->high - axis->low);
}

double axis_number(const struct axis *axis, double share) {
    double place = axis->low + share * (axis->high - axis->low);
    return axis->log ? pow(10, place) : place;
}

double axis_middle(const struct axis *axis) {
    double middle = axis_number(axis, 0.5);
    bool whole = axis->low == floor(axis->low) && axis->high == floor(axis->high);
    return whole && axis->high - axis->low > 20 ? floor(middle) : middle;
}

void axis_of_series(const struct figure *figure, struct axis *x, struct axis *y) {
    axis_begin(x, figure->series.x_log);
    axis_begin(y, figure->series.y_log);
    for (size_t i = 0; i < figure->series.count; i++)
        for (size_t j = 0; j < figure->series.curves[i].count; j++) {
            struct figure_point point = figure->series.curves[i].points[j];
            if (!axis_takes(x, point.x) || !axis_takes(y, point.y)) continue;
            axis_widen(x, point.x);
            axis_widen(y, point.y);
        }
    axis_settle(x, false);
    axis_settle(y, true);
}

const char *axis_name(const char *unit) {
    static const char *const times[] = {"ns", "us", "ms", "s"};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        if (strcmp(unit, times[i]) == 0) return "time";
    return strcmp(unit, "bytes") == 0 ? "memory" : unit;
}
