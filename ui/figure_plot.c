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

#include "ui/axis.h"
#include "ui/columns.h"
#include "ui/figure_text.h"
#include "ui/units.h"

enum { INDENT = 2, PLOT_WIDTH = 60, PLOT_HEIGHT = 13, LEAST_WIDTH = 10, MARKS = 6 };

static const char marks[MARKS + 1] = "ox+*#@";
static const char theory_marks[] = ".:,'";

/* ---- series ------------------------------------------------------------------------------- */

struct plot {
    struct axis x, y;
    unsigned width;
    char cells[PLOT_HEIGHT][PLOT_WIDTH];
};

static char mark_of(const struct figure *figure, size_t curve) {
    bool theory = figure->series.curves[curve].theory;
    size_t before = 0; /* of its kind */
    for (size_t i = 0; i < curve; i++) before += figure->series.curves[i].theory == theory;
    return theory ? theory_marks[before % 4] : marks[before % MARKS];
}

static bool is_theory(char mark) {
    return strchr(theory_marks, mark) != NULL;
}

/* What was measured stands in front of what was computed, but for every fourth column: where the
 * two coincide, both are seen. */
static void put(struct plot *plot, double x, double y, char mark) {
    int column = (int)lround(x * (plot->width - 1));
    int row = PLOT_HEIGHT - 1 - (int)lround(y * (PLOT_HEIGHT - 1));
    if (column < 0 || column >= (int)plot->width || row < 0 || row >= PLOT_HEIGHT) return;
    char *cell = &plot->cells[row][column];
    bool through = column % 4 == 2;
    if (is_theory(mark) && *cell != ' ' && !is_theory(*cell) && !through) return;
    if (!is_theory(mark) && is_theory(*cell) && through) return;
    *cell = mark;
}

/* A straight line between two points, one mark a column or row. */
static void draw_between(struct plot *plot, struct figure_point from, struct figure_point to,
                         char mark) {
    double steps =
        fmax(fabs(to.x - from.x) * plot->width, fabs(to.y - from.y) * (double)PLOT_HEIGHT);
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
        if (!axis_takes(&plot->x, point.x) || !axis_takes(&plot->y, point.y)) {
            has_last = false;
            continue;
        }
        point.x = axis_share(&plot->x, point.x);
        point.y = axis_share(&plot->y, point.y);
        draw_between(plot, has_last ? last : point, point, mark);
        last = point;
        has_last = true;
    }
}

/* The numbers beside the y axis: its ends and middle, or each power of ten. */
static const char *row_label(const struct plot *plot, const struct figure *figure, int row,
                             char *buffer, size_t size) {
    double number = axis_number(&plot->y, 1 - (double)row / (PLOT_HEIGHT - 1));
    if (plot->y.log) {
        number = pow(10, round(log10(number)));
        long own_row = lround((1 - axis_share(&plot->y, number)) * (PLOT_HEIGHT - 1));
        if (own_row != row) return "";
    } else if (row % (PLOT_HEIGHT / 2) != 0)
        return "";
    return units_tick(number, figure->series.y_unit, buffer, size);
}

static void write_axis(struct text *out, const struct paper *paper, const struct plot *plot,
                       unsigned gutter) {
    paper_add_fill(out, ' ', INDENT + gutter + 1);
    text_add(out, paper->ascii ? "+" : "└");
    for (unsigned i = 0; i < plot->width; i++) text_add(out, paper->ascii ? "-" : "─");
    text_add_char(out, '\n');
}

/* The first, middle and last number of the x axis, and its unit. */
static void write_x_labels(struct text *out, const struct paper *paper, const struct figure *figure,
                           const struct plot *plot, unsigned gutter) {
    char first[UNITS_SIZE], middle[UNITS_SIZE], last[UNITS_SIZE];
    const char *unit = figure->series.x_unit;
    units_tick(axis_number(&plot->x, 0), unit, first, sizeof first);
    units_tick(axis_middle(&plot->x), unit, middle, sizeof middle);
    units_tick(axis_number(&plot->x, 1), unit, last, sizeof last);
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

/* "queries by articles", unless the title has just said so. */
static void write_units(struct text *out, const struct paper *paper, const struct figure *figure) {
    static const char *const logarithmic[] = {"", " (log)"};
    struct text line;
    text_init(&line, out->arena);
    text_format(&line, "%s%s by %s%s", axis_name(figure->series.y_unit),
                logarithmic[figure->series.y_log], axis_name(figure->series.x_unit),
                logarithmic[figure->series.x_log]);
    const char *whole = text_finish_part(&line, out);
    if (!whole || strcmp(whole, figure->title) == 0) return;
    paper_add_fill(out, ' ', INDENT);
    paper_add(out, paper, whole);
    text_add_char(out, '\n');
}

void figure_plot_series(struct text *out, const struct paper *paper, const struct figure *figure) {
    struct plot plot = {.width = PLOT_WIDTH};
    char label[UNITS_SIZE];
    unsigned gutter = 0;
    axis_of_series(figure, &plot.x, &plot.y);
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
