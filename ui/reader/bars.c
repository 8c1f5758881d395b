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

/* ---- bars ----------------------------------------------------------------------------------
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

void figure_draw_bars(struct grid *page, const struct figure *figure,
                      const struct figure_view *view) {
    int labels = 0, numbers = 0, details = 0, right = page->width - 1;
    const char *unit = figure->bars.unit ? figure->bars.unit : "";
    for (size_t i = 0; i < figure->bars.count; i++) {
        const struct figure_bar *bar = &figure->bars.bars[i];
        int label = (int)columns_of(bar->label),
            number = (int)columns_of(amount_value(bar->value).text);
        int detail = bar->detail ? (int)columns_of(bar->detail) + 1 : 0;
        if (label > labels) labels = label;
        if (number > numbers) numbers = number;
        if (detail > details) details = detail;
    }
    labels = at_most(labels, page->width / 3);
    int unit_width = *unit ? (int)columns_of(unit) + 1 : 0;
    int x = 1 + labels + 2 + numbers + unit_width + 2, most = page->width / 4;
    int room = right - x - at_most(details, most);
    double whole = longest(figure);
    for (size_t i = 0; i < figure->bars.count; i++) {
        const struct figure_bar *bar = &figure->bars.bars[i];
        int y = grid_add_row(page), at = 1 + labels + 2;
        grid_put_fit(page, y, 1, 1 + labels, bar->label, STYLE(TEXT));
        grid_put_right(page, y, at, at + numbers, amount_value(bar->value).text, STYLE(NUMBER));
        if (*unit) grid_put_fit(page, y, at + numbers + 1, right, unit, STYLE(MUTED));
        double share = whole > 0 && isfinite(bar->value) && bar->value > 0 ? bar->value / whole : 0;
        if (room > 0)
            put_bar(page, y, x, room, share, (unsigned)bar->lane, view->graph == GRAPH_ASCII);
        if (bar->detail && details)
            grid_put_fit(page, y, room > 0 ? x + (int)ceil(share * room) + 1 : x, right,
                         bar->detail, STYLE(MUTED));
    }
}

/* ---- timeline --------------------------------------------------------------------------------
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
    const char *unit = figure->timeline.unit ? figure->timeline.unit : "";
    int end =
        grid_format(page, y, axis->x, right, STYLE(MUTED), "%s", amount_value(axis->from).text);
    char last[64];
    snprintf(last, sizeof last, "%s %s", amount_value(axis->to).text, unit);
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
