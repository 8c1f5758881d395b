/* axis - the scale of a plot's axis, for the text plots and the drawn ones.
 *
 * Order of calls: axis_begin; axis_widen with every number that axis_takes; axis_settle; then
 * axis_share and axis_number go from a number to its share of the axis, 0 to 1, and back. */
#ifndef UI_AXIS_H
#define UI_AXIS_H

#include <stdbool.h>

#include "lessons/figure.h"

struct axis {
    double low, high; /* logarithms where log */
    bool log;
};

void axis_begin(struct axis *axis, bool log);

/* True for finite numbers, and only positive ones where log. */
bool axis_takes(const struct axis *axis, double number);
void axis_widen(struct axis *axis, double number);

/* With `whole` the axis begins at 0 and ends at a number that reads well, or, where log, spans
 * whole powers of ten; otherwise it ends where the numbers end. An axis of no numbers is 0 to 1. */
void axis_settle(struct axis *axis, bool whole);

double axis_share(const struct axis *axis, double number);
double axis_number(const struct axis *axis, double share);

/* The number in the middle; whole where the ends are and a half would say nothing. */
double axis_middle(const struct axis *axis);

/* Both axes of a figure of curves, settled. */
void axis_of_series(const struct figure *figure, struct axis *x, struct axis *y);

/* What an axis tells of: "time" and "memory" for units whose numbers carry them, else the unit. */
const char *axis_name(const char *unit);

#endif
