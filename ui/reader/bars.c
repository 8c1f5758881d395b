/* bars - one number a label, and spans on lanes: figures drawn along rows. See figures.h. */
#include <math.h>
#include <string.h>

#include "ui/columns.h"
#include "ui/reader/amount.h"
#include "ui/reader/figures.h"

enum { FULL = 0x2588, EIGHTH = 0x258F /* counts down: 0x2588 is eight eighths */ };

/* Lanes differ by fill as well as by colour. */
static const uint32_t fills[] = {FULL, 0x2593, 0x2592, 0x2591};
static const char ascii_fills[] = {'#', '=', '+', '-'};
enum { FILLS = sizeof fills / sizeof *fills };

static int at_most(int value, int most) {
    return value > most ? most : value;
}

/* ---- bars --------------------------------------------------------------------------------------
 *
 *      Timing          1,000 calls  ██████████████████████  all
 *      ApiKey            400 calls  ████████▊ */

static double longest(const struct figure *figure) {
    double longest = 0;
    for (size_t i = 0; i < figure->bars.count; i++)
        if (isfinite(figure->bars.bars[i].value) && figure->bars.bars[i].value > longest)
            longest = figure->bars.bars[i].value;
    return longest;
}

/* A bar in eighths of a cell; whatever is more than nothing shows at least a sliver. */
static void put_bar(struct grid *page, int y, int x, int room, double share, unsigned lane,
                    bool ascii) {
    int eighths = (int)(share * room * 8 + 0.5);
    if (share > 0 && eighths == 0) eighths = 1;
    struct style style = {(uint8_t)theme_lane(lane), 0};
    uint32_t fill = ascii ? (uint32_t)ascii_fills[lane % FILLS] : fills[lane % FILLS];
    bool fine = !ascii && fill == FULL;
    int cells = fine ? eighths / 8 : (eighths + 7) / 8;
    int end = grid_fill(page, y, x, x + cells, fill, style);
    if (fine && eighths % 8)
        grid_fill(page, y, end, end + 1, (uint32_t)(EIGHTH + 1 - eighths % 8), style);
}

/* The columns of a bar's row; all bars of a figure share them. */
struct bar_columns {
    int widest;                   /* of the labels, uncut */
    int labels, numbers, details; /* widths */
    int number, bar, right;       /* where they begin, and where the row ends */
};

static int wider(int width, const char *text) {
    int columns = text ? (int)columns_of(text) : 0;
    return columns > width ? columns : width;
}

static struct bar_columns bar_columns(const struct figure *figure, int width) {
    struct bar_columns columns = {.right = width - 1};
    for (size_t i = 0; i < figure->bars.count; i++) {
        const struct figure_bar *bar = &figure->bars.bars[i];
        columns.labels = wider(columns.labels, bar->label);
        columns.numbers = wider(columns.numbers, amount_number(bar->value, figure->bars.unit).text);
        columns.details = wider(columns.details, bar->detail);
    }
    columns.widest = columns.labels;
    columns.labels = at_most(columns.labels, width * 2 / 5);
    columns.details = at_most(columns.details, width / 4);
    columns.number = 1 + columns.labels + 2;
    columns.bar = columns.number + columns.numbers + 2;
    return columns;
}

/* The bar, and what is said behind it. */
static void put_bar_and_detail(struct grid *page, int y, int x, int room,
                               const struct figure_bar *bar, double whole, bool ascii) {
    double share = whole > 0 && isfinite(bar->value) && bar->value > 0 ? bar->value / whole : 0;
    put_bar(page, y, x, room, share, (unsigned)bar->lane, ascii);
    if (!bar->detail) return;
    grid_put_fit(page, y, x + (int)ceil(share * room) + 1, page->width - 1, bar->detail,
                 STYLE(MUTED));
}

/* Where a row has no room for bars worth looking at, or for the labels, bars get a row of their
 * own. */
void figure_draw_bars(struct grid *page, const struct figure *figure,
                      const struct figure_view *view) {
    enum { BAR_LEAST = 12 };
    struct bar_columns columns = bar_columns(figure, page->width);
    bool ascii = page->ascii || view->graph == GRAPH_ASCII;
    int detail = columns.details ? columns.details + 1 : 0;
    int room = columns.right - columns.bar - detail;
    bool stacked = room < BAR_LEAST || columns.labels < columns.widest;
    if (stacked) { /* a label has the row but for its number */
        columns.labels = at_most(columns.widest, columns.right - columns.numbers - 3);
        columns.number = 1 + columns.labels + 2;
        room = columns.right - 3 - detail;
    }
    double whole = longest(figure);
    for (size_t i = 0; i < figure->bars.count; i++) {
        const struct figure_bar *bar = &figure->bars.bars[i];
        int y = grid_add_row(page);
        grid_put_fit(page, y, 1, 1 + columns.labels, bar->label, STYLE(TEXT));
        grid_put_right(page, y, columns.number, columns.number + columns.numbers,
                       amount_number(bar->value, figure->bars.unit).text, STYLE(NUMBER));
        if (stacked) y = grid_add_row(page);
        if (room > 0)
            put_bar_and_detail(page, y, stacked ? 3 : columns.bar, room, bar, whole, ascii);
    }
}

/* ---- timeline ----------------------------------------------------------------------------------
 *
 *      worker 1  wwwwwwwwwwwwwwsssssssssssssssss
 *      worker 2  wwwwwwwwwwwwwwwwwwwssssssssssss
 *                0 ms                    1,200 ms
 *      w warm-up   s serving */

struct axis {
    double from, to;
    int x, room;
};

static int place(const struct axis *axis, double value) {
    double share = (value - axis->from) / (axis->to - axis->from);
    return axis->x + (int)(share * axis->room + 0.5);
}

static struct axis time_axis(const struct figure *figure, int x, int right) {
    struct axis axis = {0, 0, x, right - x};
    for (size_t i = 0; i < figure->timeline.count; i++) {
        const struct figure_span *span = &figure->timeline.spans[i];
        if (isfinite(span->from) && (i == 0 || span->from < axis.from)) axis.from = span->from;
        if (isfinite(span->to) && (i == 0 || span->to > axis.to)) axis.to = span->to;
    }
    if (!(axis.to > axis.from)) axis.to = axis.from + 1;
    return axis;
}

/* Marks take their colours in the order in which they come up. */
static unsigned number_of_mark(const struct figure *figure, size_t index) {
    unsigned number = 0;
    for (size_t i = 0; i < index; i++) {
        bool first = true;
        if (figure->timeline.spans[i].mark == figure->timeline.spans[index].mark) return number;
        for (size_t j = 0; j < i && first; j++)
            first = figure->timeline.spans[j].mark != figure->timeline.spans[i].mark;
        number += first;
    }
    return number;
}

static bool is_first_of_mark(const struct figure *figure, size_t index) {
    for (size_t i = 0; i < index; i++)
        if (figure->timeline.spans[i].mark == figure->timeline.spans[index].mark) return false;
    return true;
}

static unsigned lane_of_mark(const struct figure *figure, size_t index) {
    for (size_t i = 0; i < index; i++)
        if (figure->timeline.spans[i].mark == figure->timeline.spans[index].mark)
            return number_of_mark(figure, i);
    return number_of_mark(figure, index);
}

static uint32_t mark_of(const struct figure_span *span) {
    return span->mark > ' ' && span->mark < 0x7F ? (uint32_t)span->mark : '#';
}

static void put_axis(struct grid *page, const struct figure *figure, const struct axis *axis) {
    int y = grid_add_row(page), right = axis->x + axis->room;
    int end = grid_format(page, y, axis->x, right, STYLE(MUTED), "%s",
                          amount_number(axis->from, figure->timeline.unit).text);
    struct amount to = amount_number(axis->to, figure->timeline.unit);
    const char *last = to.text;
    if (end + (int)columns_of(last) < right)
        grid_put_right(page, y, end + 1, right, last, STYLE(MUTED));
}

static void put_legend(struct grid *page, const struct figure *figure) {
    int y = -1, x = 1, right = page->width - 1;
    for (size_t i = 0; i < figure->timeline.count; i++) {
        const struct figure_span *span = &figure->timeline.spans[i];
        if (!span->label || !*span->label || !is_first_of_mark(figure, i)) continue;
        if (y < 0 || x + 2 + (int)columns_of(span->label) > right) y = grid_add_row(page), x = 1;
        struct style style = {(uint8_t)theme_lane(lane_of_mark(figure, i)), 0};
        x = grid_fill(page, y, x, x + 1, mark_of(span), style);
        x = grid_put_fit(page, y, x + 1, right, span->label, STYLE(TEXT)) + 3;
    }
}

void figure_draw_timeline(struct grid *page, const struct figure *figure,
                          const struct figure_view *view) {
    int names = 0, first = page->height;
    (void)view;
    for (size_t i = 0; i < figure->timeline.lane_count; i++) {
        int width = (int)columns_of(figure->timeline.lanes[i]);
        if (width > names) names = width;
    }
    names = at_most(names, page->width / 3);
    struct axis axis = time_axis(figure, names + 3, page->width - 1);
    for (size_t i = 0; i < figure->timeline.lane_count; i++) {
        int y = grid_add_row(page);
        grid_put_fit(page, y, 1, 1 + names, figure->timeline.lanes[i], STYLE(TEXT));
    }
    for (size_t i = 0; axis.room > 0 && i < figure->timeline.count; i++) {
        const struct figure_span *span = &figure->timeline.spans[i];
        if (span->lane >= figure->timeline.lane_count || !isfinite(span->from) ||
            !isfinite(span->to))
            continue;
        int from = place(&axis, span->from), to = place(&axis, span->to);
        struct style style = {(uint8_t)theme_lane(lane_of_mark(figure, i)), 0};
        grid_fill(page, first + (int)span->lane, from, to > from ? to : from + 1, mark_of(span),
                  style);
    }
    put_axis(page, figure, &axis);
    put_legend(page, figure);
}
