/* figure_plot - curves and lanes as text: a grid of characters, axes around it.
 *
 *      400 |                      oo
 *          |            oo''              measured curves: o x + * # @
 *      200 |     oo''                     computed ones:   .
 *          |oo''
 *        0 +------------------------
 *          0          50         100 articles
 *          o measured   . 1 + N (computed)                                                  */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ui/columns.h"
#include "ui/figure_text.h"
#include "ui/units.h"

enum { INDENT = 2, PLOT_WIDTH = 60, PLOT_HEIGHT = 13, LEAST_WIDTH = 10, MARKS = 6 };

static const char marks[MARKS + 1] = "ox+*#@";
static const char theory_mark = '.';

/* ---- axes --------------------------------------------------------------------------------- */

struct axis {
    double low, high; /* already logarithms where log */
    bool log;
};

/* A number with one or two digits and halves of the same kind, the least that is not below. */
static double nice_above(double number) {
    double power = pow(10, floor(log10(number)));
    static const double steps[] = {1, 1.2, 1.6, 2, 3, 4, 5, 6, 8, 10};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (steps[i] * power >= number * (1 - 1e-9)) return steps[i] * power;
    return 10 * power;
}

static double on_axis(const struct axis *axis, double number) {
    return axis->log ? log10(number) : number;
}

static double off_axis(const struct axis *axis, double place) {
    return axis->log ? pow(10, place) : place;
}

/* A logarithm needs a positive number, everything a finite one. */
static bool drawable(bool log, double number) {
    return isfinite(number) && (!log || number > 0);
}

/* From what the numbers span to what is drawn: a linear y axis begins at 0 and ends at a nice
 * number; x axes fit exactly; a logarithmic one spans whole powers of ten, if it is y. */
static void settle_axis(struct axis *axis, bool is_y) {
    if (axis->low > axis->high) *axis = (struct axis){0, 1, axis->log};
    if (axis->log && is_y) {
        axis->low = floor(axis->low + 1e-9);
        axis->high = ceil(axis->high - 1e-9);
    } else if (is_y) {
        if (axis->low > 0) axis->low = 0;
        if (axis->high > 0) axis->high = nice_above(axis->high);
    }
    if (axis->high <= axis->low) axis->high = axis->low + 1;
}

static void widen(struct axis *axis, double number) {
    double place = on_axis(axis, number);
    if (place < axis->low) axis->low = place;
    if (place > axis->high) axis->high = place;
}

static double share(const struct axis *axis, double place) {
    return (place - axis->low) / (axis->high - axis->low);
}

/* ---- series ------------------------------------------------------------------------------- */

struct plot {
    struct axis x, y;
    unsigned width;
    char cells[PLOT_HEIGHT][PLOT_WIDTH];
};

static void measure(struct plot *plot, const struct figure *figure) {
    plot->x = (struct axis){HUGE_VAL, -HUGE_VAL, figure->series.x_log};
    plot->y = (struct axis){HUGE_VAL, -HUGE_VAL, figure->series.y_log};
    for (size_t i = 0; i < figure->series.count; i++)
        for (size_t j = 0; j < figure->series.curves[i].count; j++) {
            struct figure_point point = figure->series.curves[i].points[j];
            if (!drawable(plot->x.log, point.x) || !drawable(plot->y.log, point.y)) continue;
            widen(&plot->x, point.x);
            widen(&plot->y, point.y);
        }
    settle_axis(&plot->x, false);
    settle_axis(&plot->y, true);
}

/* What was measured stands in front of what was computed, but for every fourth column: where the
 * two coincide, both are seen. */
static void put(struct plot *plot, double x, double y, char mark) {
    int column = (int)lround(x * (plot->width - 1));
    int row = PLOT_HEIGHT - 1 - (int)lround(y * (PLOT_HEIGHT - 1));
    if (column < 0 || column >= (int)plot->width || row < 0 || row >= PLOT_HEIGHT) return;
    char *cell = &plot->cells[row][column];
    bool taken = *cell != ' ' && *cell != theory_mark;
    if (mark == theory_mark && taken && column % 4 != 2) return;
    if (mark != theory_mark && *cell == theory_mark && column % 4 == 2) return;
    *cell = mark;
}

/* A straight line between two points, one mark a column or row. */
static void draw_between(struct plot *plot, struct figure_point from, struct figure_point to,
                         char mark) {
    double steps = fmax(fabs(to.x - from.x) * plot->width, fabs(to.y - from.y) * PLOT_HEIGHT);
    int count = (int)ceil(steps);
    for (int i = 0; i <= count; i++) {
        double part = count ? (double)i / count : 0;
        put(plot, from.x + part * (to.x - from.x), from.y + part * (to.y - from.y), mark);
    }
}

static void draw_curve(struct plot *plot, const struct figure_curve *curve, char mark) {
    struct figure_point last = {0, 0};
    bool has_last = false;
    for (size_t i = 0; i < curve->count; i++) {
        struct figure_point point = curve->points[i];
        if (!drawable(plot->x.log, point.x) || !drawable(plot->y.log, point.y)) {
            has_last = false;
            continue;
        }
        point.x = share(&plot->x, on_axis(&plot->x, point.x));
        point.y = share(&plot->y, on_axis(&plot->y, point.y));
        draw_between(plot, has_last ? last : point, point, mark);
        last = point;
        has_last = true;
    }
}

static char mark_of(const struct figure *figure, size_t curve) {
    size_t measured = 0;
    if (figure->series.curves[curve].theory) return theory_mark;
    for (size_t i = 0; i < curve; i++) measured += !figure->series.curves[i].theory;
    return marks[measured % MARKS];
}

/* The numbers beside the y axis: its ends and middle, or each power of ten. */
static const char *row_label(const struct plot *plot, const struct figure *figure, int row,
                             char *buffer, size_t size) {
    double part = 1 - (double)row / (PLOT_HEIGHT - 1);
    double place = plot->y.low + part * (plot->y.high - plot->y.low);
    if (plot->y.log) {
        place = round(place);
        long own_row = lround((1 - share(&plot->y, place)) * (PLOT_HEIGHT - 1));
        if (own_row != row) return "";
    } else if (row % (PLOT_HEIGHT / 2) != 0)
        return "";
    return units_tick(off_axis(&plot->y, place), figure->series.y_unit, buffer, size);
}

static void write_axis(struct text *out, const struct paper *paper, const struct plot *plot,
                       unsigned gutter) {
    paper_add_fill(out, ' ', INDENT + gutter + 1);
    text_add(out, paper->ascii ? "+" : "└");
    for (unsigned i = 0; i < plot->width; i++) text_add(out, paper->ascii ? "-" : "─");
    text_add_char(out, '\n');
}

/* The number in the middle of an axis; whole where its ends are and a half would say nothing. */
static double middle_of(const struct axis *axis) {
    double middle = off_axis(axis, (axis->low + axis->high) / 2);
    bool whole = axis->low == floor(axis->low) && axis->high == floor(axis->high);
    return whole && axis->high - axis->low > 20 ? floor(middle) : middle;
}

/* The first, middle and last number of the x axis, and its unit. */
static void write_x_labels(struct text *out, const struct paper *paper, const struct figure *figure,
                           const struct plot *plot, unsigned gutter) {
    char first[UNITS_SIZE], middle[UNITS_SIZE], last[UNITS_SIZE];
    const char *unit = figure->series.x_unit;
    units_tick(off_axis(&plot->x, plot->x.low), unit, first, sizeof first);
    units_tick(middle_of(&plot->x), unit, middle, sizeof middle);
    units_tick(off_axis(&plot->x, plot->x.high), unit, last, sizeof last);
    unsigned widths = columns_of(first) + columns_of(middle) + columns_of(last);
    if (widths + 4 > plot->width) *middle = '\0';
    unsigned half = plot->width / 2, used = columns_of(first);
    unsigned to_middle =
        half > used + columns_of(middle) / 2 ? half - used - columns_of(middle) / 2 : 1;
    paper_add_fill(out, ' ', INDENT + gutter + 2);
    paper_add(out, paper, first);
    paper_add_fill(out, ' ', to_middle);
    paper_add(out, paper, middle);
    used += to_middle + columns_of(middle) + columns_of(last);
    paper_add_fill(out, ' ', plot->width > used ? plot->width - used : 1);
    paper_add(out, paper, last);
    text_add_char(out, '\n');
}

static void write_legend(struct text *out, const struct paper *paper, const struct figure *figure,
                         unsigned gutter) {
    unsigned used = 0, indent = INDENT + gutter + 2;
    paper_add_fill(out, ' ', indent);
    for (size_t i = 0; i < figure->series.count; i++) {
        const struct figure_curve *curve = &figure->series.curves[i];
        const char *suffix = curve->theory ? " (computed)" : "";
        unsigned own = 2 + columns_of(curve->name) + columns_of(suffix);
        if (used && indent + used + 3 + own > paper->width) {
            text_add_char(out, '\n');
            paper_add_fill(out, ' ', indent);
            used = 0;
        } else if (used) {
            text_add(out, "   ");
            used += 3;
        }
        text_format(out, "%c ", mark_of(figure, i));
        paper_add(out, paper, curve->name);
        text_add(out, suffix);
        used += own;
    }
    text_add_char(out, '\n');
}

/* What an axis tells: numbers of a scaled unit carry their own. */
static const char *axis_name(const char *unit) {
    static const char *const times[] = {"ns", "us", "ms", "s"};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        if (strcmp(unit, times[i]) == 0) return "time";
    return strcmp(unit, "bytes") == 0 ? "memory" : unit;
}

/* "queries by articles", unless the title has just said so. */
static void write_units(struct text *out, const struct paper *paper, const struct figure *figure) {
    static const char *const logarithmic[] = {"", " (log)"};
    struct text line;
    text_init(&line, out->arena);
    text_format(&line, "%s%s by %s%s", axis_name(figure->series.y_unit),
                logarithmic[figure->series.y_log], axis_name(figure->series.x_unit),
                logarithmic[figure->series.x_log]);
    const char *whole = text_finish(&line);
    if (!whole || strcmp(whole, figure->title) == 0) return;
    paper_add_fill(out, ' ', INDENT);
    paper_add(out, paper, whole);
    text_add_char(out, '\n');
}

void figure_plot_series(struct text *out, const struct paper *paper, const struct figure *figure) {
    struct plot plot = {.width = PLOT_WIDTH};
    char label[UNITS_SIZE];
    unsigned gutter = 0;
    measure(&plot, figure);
    for (int row = 0; row < PLOT_HEIGHT; row++) {
        unsigned own = columns_of(row_label(&plot, figure, row, label, sizeof label));
        if (own > gutter) gutter = own;
    }
    unsigned around = INDENT + gutter + 2;
    if (paper->width < around + PLOT_WIDTH)
        plot.width = paper->width > around + LEAST_WIDTH ? paper->width - around : LEAST_WIDTH;
    memset(plot.cells, ' ', sizeof plot.cells);
    for (size_t i = 0; i < figure->series.count; i++)
        draw_curve(&plot, &figure->series.curves[i], mark_of(figure, i));
    write_units(out, paper, figure);
    for (int row = 0; row < PLOT_HEIGHT; row++) {
        const char *own = row_label(&plot, figure, row, label, sizeof label);
        paper_add_fill(out, ' ', INDENT);
        paper_add_right(out, paper, own, gutter);
        text_add(out, paper->ascii ? (*own ? " +" : " |") : (*own ? " ┤" : " │"));
        unsigned length = plot.width;
        while (length > 0 && plot.cells[row][length - 1] == ' ') length--;
        text_add_bytes(out, plot.cells[row], length);
        text_add_char(out, '\n');
    }
    write_axis(out, paper, &plot, gutter);
    write_x_labels(out, paper, figure, &plot, gutter);
    write_legend(out, paper, figure, gutter);
}

/* ---- timeline ----------------------------------------------------------------------------- */

/*      worker 1  |wwwwwwwwwwsssssssssss|
 *      worker 2  |          wwwwwwwwwws|        w warm-up   s serving
 *                0                400 ms                                   */

struct lanes {
    double from, to;
    unsigned label, width;
};

static void measure_lanes(struct lanes *lanes, const struct paper *paper,
                          const struct figure *figure) {
    *lanes = (struct lanes){.from = HUGE_VAL, .to = -HUGE_VAL, .width = PLOT_WIDTH};
    for (size_t i = 0; i < figure->timeline.count; i++) {
        lanes->from = fmin(lanes->from, figure->timeline.spans[i].from);
        lanes->to = fmax(lanes->to, figure->timeline.spans[i].to);
    }
    if (!(lanes->from < lanes->to)) lanes->from = 0, lanes->to = 1;
    for (size_t i = 0; i < figure->timeline.lane_count; i++) {
        unsigned own = columns_of(figure->timeline.lanes[i]);
        if (own > lanes->label) lanes->label = own;
    }
    unsigned around = INDENT + lanes->label + 4;
    if (paper->width < around + lanes->width)
        lanes->width = paper->width > around + LEAST_WIDTH ? paper->width - around : LEAST_WIDTH;
}

static int lane_column(const struct lanes *lanes, double place) {
    double part = (place - lanes->from) / (lanes->to - lanes->from);
    return (int)(fmin(fmax(part, 0), 1) * lanes->width);
}

/* A span takes one column at least: short ones are seen. */
static void fill_lane(char *cells, const struct lanes *lanes, const struct figure *figure,
                      size_t lane) {
    memset(cells, ' ', lanes->width);
    for (size_t i = 0; i < figure->timeline.count; i++) {
        const struct figure_span *span = &figure->timeline.spans[i];
        if (span->lane != lane || !isfinite(span->from) || !isfinite(span->to)) continue;
        int first = lane_column(lanes, span->from), end = lane_column(lanes, span->to);
        if (first == (int)lanes->width) first--;
        if (end <= first) end = first + 1;
        memset(cells + first, span->mark > ' ' ? span->mark : '#', (size_t)(end - first));
    }
}

static bool mark_is_new(const struct figure *figure, size_t index) {
    for (size_t i = 0; i < index; i++)
        if (figure->timeline.spans[i].mark == figure->timeline.spans[index].mark) return false;
    return true;
}

static void write_marks(struct text *out, const struct paper *paper, const struct figure *figure,
                        unsigned indent) {
    unsigned used = 0;
    for (size_t i = 0; i < figure->timeline.count; i++) {
        const struct figure_span *span = &figure->timeline.spans[i];
        if (!span->label || !*span->label || !mark_is_new(figure, i)) continue;
        unsigned own = 2 + columns_of(span->label);
        bool wraps = used && indent + used + 3 + own > paper->width;
        if (used == 0 || wraps) {
            if (wraps) text_add_char(out, '\n');
            paper_add_fill(out, ' ', indent);
            used = 0;
        } else {
            text_add(out, "   ");
            used += 3;
        }
        text_format(out, "%c ", span->mark > ' ' ? span->mark : '#');
        paper_add(out, paper, span->label);
        used += own;
    }
    if (used) text_add_char(out, '\n');
}

void figure_plot_timeline(struct text *out, const struct paper *paper,
                          const struct figure *figure) {
    struct lanes lanes;
    char cells[PLOT_WIDTH], from[UNITS_SIZE], to[UNITS_SIZE];
    measure_lanes(&lanes, paper, figure);
    for (size_t i = 0; i < figure->timeline.lane_count; i++) {
        fill_lane(cells, &lanes, figure, i);
        paper_add_fill(out, ' ', INDENT);
        paper_add_left(out, paper, figure->timeline.lanes[i], lanes.label);
        text_add(out, paper->ascii ? "  |" : "  │");
        text_add_bytes(out, cells, lanes.width);
        text_add(out, paper->ascii ? "|\n" : "│\n");
    }
    unsigned indent = INDENT + lanes.label + 3;
    units_number(lanes.from, figure->timeline.unit, from, sizeof from);
    units_number(lanes.to, figure->timeline.unit, to, sizeof to);
    paper_add_fill(out, ' ', indent);
    paper_add_left(out, paper, from,
                   lanes.width > columns_of(to) ? lanes.width - columns_of(to) : 0);
    paper_add(out, paper, to);
    text_add_char(out, '\n');
    write_marks(out, paper, figure, indent);
}
