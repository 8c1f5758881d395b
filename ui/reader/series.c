/* series - curves over a common x axis. See figures.h.
 *
 *       queries
 *       401 ┤                                     ▂▄a
 *           │                         ▁▃▅▇
 *       201 ┤             ▁▃▅▇a▂▄▆█
 *           │ ▁▃▅▇a▂▄▆█
 *         1 ┼────────────────────────────────────
 *           1                                 400 articles
 *       a measured   b theory (computed)
 *
 * A curve is drawn in a canvas of dots finer than cells: 1 x 8 a cell in blocks, 2 x 4 in braille,
 * 1 x 1, in its letter, in ASCII. The letter stands at measured points where they are few, else now
 * and then, so that curves are told apart without colours. A curve that is alone has a dot for its
 * letter, and only where points are few. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ui/axis.h"
#include "ui/columns.h"
#include "ui/reader/amount.h"
#include "ui/reader/figures.h"

enum { HEIGHT = 9, HEIGHT_SMALL = 5, WIDTH_MOST = 96, BRAILLE = 0x2800, LOWER = 0x2580 };

/* Where the plot stands on the page, and what its axes span. */
struct plot {
    const struct figure *figure;
    struct grid *page;
    enum graph_style graph;
    int y, x, height, width; /* the field, without axes */
    int fine_y, fine_x;      /* dots a cell, down and across */
    struct axis across, up;
};

static bool is_plotted(const struct plot *plot, struct figure_point point) {
    return axis_takes(&plot->across, point.x) && axis_takes(&plot->up, point.y);
}

static bool has_points(const struct plot *plot) {
    for (size_t i = 0; i < plot->figure->series.count; i++)
        for (size_t j = 0; j < plot->figure->series.curves[i].count; j++)
            if (is_plotted(plot, plot->figure->series.curves[i].points[j])) return true;
    return false;
}

/* ---- dots ----------------------------------------------------------------------------------- */

static int dot_at(double share, int dots) {
    int dot = (int)(share * (dots - 1) + 0.5);
    return dot < 0 ? 0 : dot >= dots ? dots - 1 : dot;
}

/* The dot row, counted from below, of a share of the axis; and the dot column. */
static int dot_row(const struct plot *plot, double share) {
    return dot_at(share, plot->height * plot->fine_y);
}

static int dot_column(const struct plot *plot, double share) {
    return dot_at(share, plot->width * plot->fine_x);
}

static uint32_t rune_at(const struct plot *plot, int y, int x) {
    if (y < 0 || y >= plot->page->height || x < 0 || x >= plot->page->width) return ' ';
    return plot->page->cells[(size_t)y * (size_t)plot->page->width + (size_t)x].rune;
}

/* Which bit of a braille cell is the dot in column x (0, 1) and row y from below (0 to 3). */
static uint32_t braille_bit(int x, int y) {
    static const uint8_t bits[2][4] = {{0x40, 0x04, 0x02, 0x01}, {0x80, 0x20, 0x10, 0x08}};
    return bits[x][y];
}

static void put_dot(struct plot *plot, int column, int row, uint32_t ascii, struct style style) {
    int y = plot->y + plot->height - 1 - row / plot->fine_y, x = plot->x + column / plot->fine_x;
    uint32_t rune = ascii;
    if (plot->graph == GRAPH_BLOCK) rune = (uint32_t)(LOWER + 1 + row % 8);
    if (plot->graph == GRAPH_BRAILLE) {
        uint32_t before = rune_at(plot, y, x);
        rune = before >= BRAILLE && before <= BRAILLE + 0xFF ? before : BRAILLE;
        rune |= braille_bit(column % 2, row % 4);
    }
    grid_fill(plot->page, y, x, x + 1, rune, style);
}

/* A steep step from one dot row to the next is drawn through. */
static void put_step(struct plot *plot, int column, int from, int to, uint32_t ascii,
                     struct style style) {
    int low = from < to ? from : to, high = from < to ? to : from;
    if (plot->graph == GRAPH_BRAILLE) {
        for (int row = low + 1; row < high; row++) put_dot(plot, column, row, ascii, style);
        return;
    }
    for (int cell = low / plot->fine_y + 1; cell < high / plot->fine_y; cell++) {
        int y = plot->y + plot->height - 1 - cell, x = plot->x + column / plot->fine_x;
        grid_fill(plot->page, y, x, x + 1, 0x2502, style);
    }
}

/* ---- curves --------------------------------------------------------------------------------- */

static uint32_t letter_of(const struct plot *plot, size_t curve) {
    enum { DOT = 0x25CF };
    if (plot->figure->series.count > 1) return (uint32_t)('a' + curve % 26);
    return plot->graph == GRAPH_ASCII ? '*' : DOT;
}

static bool has_few_points(const struct plot *plot, const struct figure_curve *curve) {
    return curve->count <= (size_t)(plot->width / 4 + 1);
}

/* A letter tells curves apart; a dot tells where was measured. */
static bool has_letters(const struct plot *plot, size_t curve) {
    const struct figure_curve *drawn = &plot->figure->series.curves[curve];
    if (plot->figure->series.count > 1 || plot->graph == GRAPH_ASCII) return true;
    return has_few_points(plot, drawn) && !drawn->theory;
}

/* The curve's height where x is, both as shares of their axes, between its points by a straight
 * line; false outside it. */
static bool value_at(const struct plot *plot, const struct figure_curve *curve, double x,
                     double *value) {
    bool any = false;
    double before_x = 0, before_y = 0;
    for (size_t i = 0; i < curve->count; i++) {
        if (!is_plotted(plot, curve->points[i])) continue;
        double at = axis_share(&plot->across, curve->points[i].x);
        double height = axis_share(&plot->up, curve->points[i].y);
        if (at >= x) {
            double far = at - before_x;
            *value =
                any && far > 0 ? before_y + (height - before_y) * (x - before_x) / far : height;
            return any || at <= x;
        }
        before_x = at;
        before_y = height;
        any = true;
    }
    return false;
}

static void put_letter(struct plot *plot, int column, int row, size_t curve) {
    int y = plot->y + plot->height - 1 - row / plot->fine_y, x = plot->x + column / plot->fine_x;
    grid_fill(plot->page, y, x, x + 1, letter_of(plot, curve),
              (struct style){(uint8_t)theme_lane((unsigned)curve), LOOK_BOLD});
}

static void put_line(struct plot *plot, size_t index) {
    const struct figure_curve *curve = &plot->figure->series.curves[index];
    struct style style = {(uint8_t)theme_lane((unsigned)index), 0};
    uint32_t ascii = curve->theory ? '.' : letter_of(plot, index);
    int dots = plot->width * plot->fine_x, last = -1;
    for (int column = 0; column < dots; column++) {
        double value, x = column == dots - 1 ? 1 : (double)column / (dots - 1);
        if (!value_at(plot, curve, x, &value)) {
            last = -1;
            continue;
        }
        int row = dot_row(plot, value);
        if (last >= 0 && !curve->theory) put_step(plot, column, last, row, ascii, style);
        last = row;
        if (curve->theory && column / plot->fine_x % 2) continue; /* computed: a dotted line */
        put_dot(plot, column, row, ascii, style);
    }
}

/* Points that the line passes by, since it is drawn column by column: a fall within the first of
 * them, a peak between two. */
static void put_peaks(struct plot *plot, size_t index) {
    const struct figure_curve *curve = &plot->figure->series.curves[index];
    struct style style = {(uint8_t)theme_lane((unsigned)index), 0};
    uint32_t ascii = letter_of(plot, index);
    int dots = plot->width * plot->fine_x;
    for (size_t i = 0; i < curve->count && !curve->theory; i++) {
        if (!is_plotted(plot, curve->points[i])) continue;
        int column = dot_column(plot, axis_share(&plot->across, curve->points[i].x));
        int row = dot_row(plot, axis_share(&plot->up, curve->points[i].y)), drawn = row;
        double value;
        if (value_at(plot, curve, (double)column / (dots - 1), &value))
            drawn = dot_row(plot, value);
        if (abs(row - drawn) > plot->fine_y) put_step(plot, column, drawn, row, ascii, style);
        if (abs(row - drawn) > plot->fine_y || i == 0) put_dot(plot, column, row, ascii, style);
    }
}

/* At each measured point where they are few, else at every so many columns. */
static void put_letters(struct plot *plot, size_t index) {
    enum { APART = 14 };
    const struct figure_curve *curve = &plot->figure->series.curves[index];
    bool few = has_few_points(plot, curve);
    if (!has_letters(plot, index)) return;
    int next = (int)(index * 4 % APART) + 2;
    for (size_t i = 0; i < curve->count; i++) {
        if (!is_plotted(plot, curve->points[i])) continue;
        double x = axis_share(&plot->across, curve->points[i].x);
        double y = axis_share(&plot->up, curve->points[i].y);
        int column = dot_column(plot, x);
        if ((!few || curve->theory) && i + 1 < curve->count && column / plot->fine_x < next)
            continue;
        put_letter(plot, column, dot_row(plot, y), index);
        next = column / plot->fine_x + APART;
    }
}

/* ---- axes ----------------------------------------------------------------------------------- */

/* What stands beside a row of the field, if anything does: a linear axis is marked at its top, its
 * middle and its bottom, a logarithmic one at its powers of ten. */
static bool y_mark(const struct plot *plot, int row, struct amount *mark) {
    int above = plot->height - 1 - row;
    double share = (double)above / (plot->height - 1);
    double value = axis_number(&plot->up, share);
    if (plot->up.log) {
        double power = round(log10(value));
        double place = axis_share(&plot->up, pow(10, power)) * (plot->height - 1);
        if ((int)(place + 0.5) != above) return false;
        value = pow(10, power);
    } else if (row != 0 && above != 0 && row != plot->height / 2) {
        return false;
    }
    *mark = amount_tick(value, plot->figure->series.y_unit);
    return true;
}

static int width_of_marks(const struct plot *plot) {
    int width = 0;
    for (int row = 0; row < plot->height; row++) {
        struct amount mark;
        int columns = y_mark(plot, row, &mark) ? (int)columns_of(mark.text) : 0;
        if (columns > width) width = columns;
    }
    return width;
}

static void put_y_axis(struct plot *plot) {
    for (int row = 0; row < plot->height; row++) {
        int y = plot->y + row;
        struct amount mark;
        bool marked = y_mark(plot, row, &mark);
        if (marked) grid_put_right(plot->page, y, 0, plot->x - 2, mark.text, STYLE(MUTED));
        grid_put(plot->page, y, plot->x - 1, plot->x, marked ? "┤" : "│", STYLE(RULE));
    }
}

static void put_x_axis(struct plot *plot) {
    const struct figure *figure = plot->figure;
    int y = grid_add_row(plot->page), right = plot->x + plot->width;
    grid_put(plot->page, y, plot->x - 1, plot->x, "└", STYLE(RULE));
    grid_fill(plot->page, y, plot->x, right, 0x2500, STYLE(RULE));
    y = grid_add_row(plot->page);
    const char *unit = figure->series.x_unit ? figure->series.x_unit : "";
    struct amount first = amount_tick(axis_number(&plot->across, 0), unit);
    struct amount last = amount_number(axis_number(&plot->across, 1), unit);
    char end[UNITS_SIZE + 8];
    snprintf(end, sizeof end, "%s%s", last.text, figure->series.x_log ? ", log" : "");
    int x = grid_put(plot->page, y, plot->x, right, first.text, STYLE(MUTED));
    grid_put_right(plot->page, y, x + 1, right, end, STYLE(MUTED));
}

/* A curve that is alone and has the unit's name was named above the axis. */
static void put_legend(struct plot *plot) {
    const struct figure *figure = plot->figure;
    struct grid *page = plot->page;
    const char *unit = figure->series.y_unit ? figure->series.y_unit : "";
    bool alone = figure->series.count == 1 && !has_letters(plot, 0);
    if (alone && strcmp(figure->series.curves[0].name, unit) == 0) return;
    int y = -1, x = 1, right = page->width - 1;
    for (size_t i = 0; i < figure->series.count; i++) {
        const struct figure_curve *curve = &figure->series.curves[i];
        const char *more = curve->theory ? " (computed)" : "";
        int width = 2 + (int)columns_of(curve->name) + (int)columns_of(more);
        if (y < 0 || x + width > right) y = grid_add_row(page), x = 1;
        struct style style = {(uint8_t)theme_lane((unsigned)i), LOOK_BOLD};
        if (has_letters(plot, i)) x = grid_fill(page, y, x, x + 1, letter_of(plot, i), style) + 1;
        x = grid_put_fit(page, y, x, right, curve->name, STYLE(TEXT));
        x = grid_put(page, y, x, right, more, STYLE(MUTED)) + 3;
    }
}

void figure_draw_series(struct grid *page, const struct figure *figure,
                        const struct figure_view *view) {
    struct plot plot = {
        .figure = figure, .page = page, .graph = view->graph, .fine_y = 1, .fine_x = 1};
    if (page->ascii) plot.graph = GRAPH_ASCII;
    if (plot.graph == GRAPH_BLOCK) plot.fine_y = 8;
    if (plot.graph == GRAPH_BRAILLE) plot.fine_y = 4, plot.fine_x = 2;
    plot.height = page->width >= 40 && !view->low ? HEIGHT : HEIGHT_SMALL;
    axis_of_series(figure, &plot.across, &plot.up);
    plot.x = 1 + width_of_marks(&plot) + 2;
    plot.width = page->width - plot.x - 1;
    if (plot.width > WIDTH_MOST) plot.width = WIDTH_MOST;
    if (!has_points(&plot) || plot.width < 4) {
        grid_put(page, grid_add_row(page), 1, page->width, "nothing yet", STYLE(MUTED));
        return;
    }
    int y = grid_add_row(page);
    const char *unit = figure->series.y_unit ? figure->series.y_unit : "";
    int x = grid_put_fit(page, y, 1, page->width, unit, STYLE(MUTED));
    if (figure->series.y_log) grid_put(page, y, x, page->width, ", log", STYLE(MUTED));
    for (int i = 0; i < plot.height; i++) y = grid_add_row(page);
    plot.y = y - plot.height + 1;
    put_y_axis(&plot);
    for (size_t i = 0; i < figure->series.count; i++) {
        put_line(&plot, i);
        put_peaks(&plot, i);
    }
    for (size_t i = 0; i < figure->series.count; i++) put_letters(&plot, i);
    put_x_axis(&plot);
    put_legend(&plot);
}
