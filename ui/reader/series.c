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
 * and then, so that curves are told apart without colours. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ui/columns.h"
#include "ui/reader/amount.h"
#include "ui/reader/figures.h"

enum { HEIGHT = 8, HEIGHT_SMALL = 5, WIDTH_MOST = 96, BRAILLE = 0x2800, LOWER = 0x2580 };

/* Where the plot stands on the page, and what its axes span. */
struct plot {
    const struct figure *figure;
    struct grid *page;
    enum graph_style graph;
    int y, x, height, width;           /* the field, without axes */
    int fine_y, fine_x;                /* dots a cell, down and across */
    double x_from, x_to, y_from, y_to; /* on the axis' scale */
};

/* ---- scales ---------------------------------------------------------------------------------- */

static double scaled(double value, bool logarithmic) {
    return logarithmic ? log10(value) : value;
}

static double unscaled(double value, bool logarithmic) {
    return logarithmic ? pow(10, value) : value;
}

/* A logarithm has no place for what is not above zero. */
static bool is_plotted(const struct figure *figure, struct figure_point point) {
    return isfinite(point.x) && isfinite(point.y) && (!figure->series.x_log || point.x > 0) &&
           (!figure->series.y_log || point.y > 0);
}

static void widen(double *from, double *to, double value, bool *any) {
    if (!*any || value < *from) *from = value;
    if (!*any || value > *to) *to = value;
    *any = true;
}

/* Linear axes of amounts begin at zero, where growth is seen as it is. */
static bool find_ranges(struct plot *plot) {
    const struct figure *figure = plot->figure;
    bool any_x = false, any_y = false;
    for (size_t i = 0; i < figure->series.count; i++)
        for (size_t j = 0; j < figure->series.curves[i].count; j++) {
            struct figure_point point = figure->series.curves[i].points[j];
            if (!is_plotted(figure, point)) continue;
            widen(&plot->x_from, &plot->x_to, scaled(point.x, figure->series.x_log), &any_x);
            widen(&plot->y_from, &plot->y_to, scaled(point.y, figure->series.y_log), &any_y);
        }
    if (!figure->series.y_log && plot->y_from > 0) plot->y_from = 0;
    if (plot->x_to <= plot->x_from) plot->x_to = plot->x_from + 1;
    if (plot->y_to <= plot->y_from) plot->y_to = plot->y_from + 1;
    return any_x && any_y;
}

/* ---- dots ----------------------------------------------------------------------------------- */

/* The dot row, counted from below, of a value; and the dot column. */
static int dot_row(const struct plot *plot, double y) {
    int dots = plot->height * plot->fine_y;
    int dot = (int)((y - plot->y_from) / (plot->y_to - plot->y_from) * (dots - 1) + 0.5);
    return dot < 0 ? 0 : dot >= dots ? dots - 1 : dot;
}

static int dot_column(const struct plot *plot, double x) {
    int dots = plot->width * plot->fine_x;
    int dot = (int)((x - plot->x_from) / (plot->x_to - plot->x_from) * (dots - 1) + 0.5);
    return dot < 0 ? 0 : dot >= dots ? dots - 1 : dot;
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

static char letter_of(size_t curve) {
    return (char)('a' + curve % 26);
}

/* The curve's height at a dot column, between its points by a straight line; false outside it. */
static bool value_at(const struct plot *plot, const struct figure_curve *curve, double x,
                     double *value) {
    const struct figure *figure = plot->figure;
    bool any = false;
    double before_x = 0, before_y = 0;
    for (size_t i = 0; i < curve->count; i++) {
        if (!is_plotted(figure, curve->points[i])) continue;
        double at = scaled(curve->points[i].x, figure->series.x_log);
        double height = scaled(curve->points[i].y, figure->series.y_log);
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
    grid_fill(plot->page, y, x, x + 1, (uint32_t)letter_of(curve),
              (struct style){(uint8_t)theme_lane((unsigned)curve), LOOK_BOLD});
}

static void put_line(struct plot *plot, size_t index) {
    const struct figure_curve *curve = &plot->figure->series.curves[index];
    struct style style = {(uint8_t)theme_lane((unsigned)index), 0};
    uint32_t ascii = curve->theory ? '.' : (uint32_t)letter_of(index);
    int dots = plot->width * plot->fine_x, last = -1;
    for (int column = 0; column < dots; column++) {
        double span = plot->x_to - plot->x_from, value;
        double x = plot->x_from + span * column / (dots > 1 ? dots - 1 : 1);
        if (column == dots - 1) x = plot->x_to;
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

/* At each measured point where they are few, else at every so many columns. */
static void put_letters(struct plot *plot, size_t index) {
    enum { APART = 14 };
    const struct figure_curve *curve = &plot->figure->series.curves[index];
    bool few = curve->count <= (size_t)(plot->width / 4 + 1);
    int next = (int)(index * 4 % APART) + 2;
    for (size_t i = 0; i < curve->count; i++) {
        if (!is_plotted(plot->figure, curve->points[i])) continue;
        double x = scaled(curve->points[i].x, plot->figure->series.x_log);
        double y = scaled(curve->points[i].y, plot->figure->series.y_log);
        int column = dot_column(plot, x);
        if ((!few || curve->theory) && i + 1 < curve->count && column / plot->fine_x < next)
            continue;
        put_letter(plot, column, dot_row(plot, y), index);
        next = column / plot->fine_x + APART;
    }
}

/* ---- axes ----------------------------------------------------------------------------------- */

/* What stands beside a row of the field; only its top, middle and bottom are marked. */
static struct amount y_mark(const struct plot *plot, int row) {
    double share = (double)(plot->height - 1 - row) / (plot->height - 1);
    double value = plot->y_from + (plot->y_to - plot->y_from) * share;
    return amount_tick(unscaled(value, plot->figure->series.y_log), plot->figure->series.y_unit);
}

static bool is_marked(const struct plot *plot, int row) {
    return row == 0 || row == plot->height - 1 || row == plot->height / 2;
}

static int width_of_marks(const struct plot *plot) {
    int width = 0;
    for (int row = 0; row < plot->height; row++) {
        int columns = is_marked(plot, row) ? (int)columns_of(y_mark(plot, row).text) : 0;
        if (columns > width) width = columns;
    }
    return width;
}

static void put_y_axis(struct plot *plot) {
    for (int row = 0; row < plot->height; row++) {
        int y = plot->y + row;
        bool marked = is_marked(plot, row);
        if (marked)
            grid_put_right(plot->page, y, 0, plot->x - 2, y_mark(plot, row).text, STYLE(MUTED));
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
    struct amount first = amount_tick(unscaled(plot->x_from, figure->series.x_log), unit);
    struct amount last = amount_number(unscaled(plot->x_to, figure->series.x_log), unit);
    char end[UNITS_SIZE + 8];
    snprintf(end, sizeof end, "%s%s", last.text, figure->series.x_log ? ", log" : "");
    int x = grid_put(plot->page, y, plot->x, right, first.text, STYLE(MUTED));
    grid_put_right(plot->page, y, x + 1, right, end, STYLE(MUTED));
}

static void put_legend(struct plot *plot) {
    struct grid *page = plot->page;
    int y = -1, x = 1, right = page->width - 1;
    for (size_t i = 0; i < plot->figure->series.count; i++) {
        const struct figure_curve *curve = &plot->figure->series.curves[i];
        const char *more = curve->theory ? " (computed)" : "";
        int width = 2 + (int)columns_of(curve->name) + (int)columns_of(more);
        if (y < 0 || x + width > right) y = grid_add_row(page), x = 1;
        struct style style = {(uint8_t)theme_lane((unsigned)i), LOOK_BOLD};
        x = grid_fill(page, y, x, x + 1, (uint32_t)letter_of(i), style);
        x = grid_put_fit(page, y, x + 1, right, curve->name, STYLE(TEXT));
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
    plot.height = page->width >= 40 ? HEIGHT : HEIGHT_SMALL;
    bool any = find_ranges(&plot);
    plot.x = 1 + width_of_marks(&plot) + 2;
    plot.width = page->width - plot.x - 1;
    if (plot.width > WIDTH_MOST) plot.width = WIDTH_MOST;
    if (!any || plot.width < 4) {
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
    for (size_t i = 0; i < figure->series.count; i++) put_line(&plot, i);
    for (size_t i = 0; i < figure->series.count; i++) put_letters(&plot, i);
    put_x_axis(&plot);
    put_legend(&plot);
}
