/* figures - title and note, and the two figures made of text: listing and trace; see figures.h. */
#include "ui/reader/figures.h"

#include <stdint.h>
#include <string.h>

#include "ui/columns.h"
#include "ui/reader/amount.h"
#include "ui/reader/source.h"

typedef void draw_function(struct grid *, const struct figure *, const struct figure_view *);

static draw_function *const drawers[FIGURE_KIND_COUNT] = {
    [FIGURE_LISTING] = figure_draw_listing, [FIGURE_TRACE] = figure_draw_trace,
    [FIGURE_BARS] = figure_draw_bars,       [FIGURE_SERIES] = figure_draw_series,
    [FIGURE_TABLE] = figure_draw_table,     [FIGURE_TIMELINE] = figure_draw_timeline,
};

void figure_draw(struct grid *page, const struct figure *figure, const struct figure_view *view) {
    /* a listing has its title in the row of its column heads */
    if (figure->kind != FIGURE_LISTING && figure->title && *figure->title)
        grid_wrap(page, -1, 0, 1, page->width - 1, figure->title, STYLE(TITLE));
    drawers[figure->kind](page, figure, view);
    if (figure->note) grid_wrap(page, -1, 0, 1, page->width - 1, figure->note, STYLE(MUTED));
    if (figure->simulated) {
        int y = grid_add_row(page), right = page->width - 1;
        int x = grid_put(page, y, 1, right, "[simulated] ", STYLE(WARNING));
        grid_wrap(page, y, x, 1, right, figure->simulated, STYLE(WARNING));
    }
}

/* ---- listing -----------------------------------------------------------------------------------
 *
 *      n-plus-one                                        queries    rows     time
 *       1 from blog.models import Article
 *     > 4 for article in articles_on_page:                     1     100   210 us
 *     ^ the chosen line, or the one the replay stands at */

enum { GUTTER = 4, QUERIES = 8, ROWS = 7, TIME = 8, NARROW = 30, QUERIES_NARROW = 5 };
enum { SOURCE_WANTED = 36, WORD_MOST = 16 };

/* Which counters there is room for. */
struct counters {
    int queries, rows, elapsed; /* their columns; 0: not shown */
    int left;                   /* where they begin; the source ends a column before */
};

static int longest_line(const struct figure *figure) {
    int longest = 0;
    for (size_t i = 0; i < figure->listing.count; i++) {
        int columns = (int)columns_of(figure->listing.lines[i].source);
        if (columns > longest) longest = columns;
    }
    return longest;
}

/* Queries always stay; time goes first, then rows, when the source has less room than it wants. */
static struct counters choose_counters(const struct figure *figure, int width, bool counted) {
    if (!counted) return (struct counters){.left = width};
    struct counters counters = {.queries = width < NARROW ? QUERIES_NARROW : QUERIES};
    int wanted = longest_line(figure);
    if (wanted > SOURCE_WANTED) wanted = SOURCE_WANTED;
    int room = width - GUTTER - 1 - counters.queries - wanted;
    if (room >= ROWS) counters.rows = ROWS, room -= ROWS;
    if (room >= TIME && counters.rows) counters.elapsed = TIME;
    counters.left = width - counters.queries - counters.rows - counters.elapsed;
    return counters;
}

/* Puts a text at the right end of a counter's columns and returns where the next begins. */
static int put_counter(struct grid *page, int y, int x, int columns, const char *text,
                       struct style style) {
    if (columns > 0) grid_put_right(page, y, x, x + columns - 1, text, style);
    return x + columns;
}

static void put_heads(struct grid *page, const char *title, const struct counters *counters) {
    int y = grid_add_row(page), x = counters->left;
    grid_put_fit(page, y, 1, x, title ? title : "", STYLE(TITLE));
    x = put_counter(page, y, x, counters->queries, counters->queries < QUERIES ? "sql" : "queries",
                    STYLE(MUTED));
    x = put_counter(page, y, x, counters->rows, "rows", STYLE(MUTED));
    put_counter(page, y, x, counters->elapsed, "time", STYLE(MUTED));
}

/* A line that was reached without a query says 0: looked at, and free. */
static void put_counters(struct grid *page, int y, const struct figure_line *line,
                         const struct counters *counters) {
    if (line->runs == 0 && line->queries == 0) return;
    int x =
        put_counter(page, y, counters->left, counters->queries, amount_count(line->queries).text,
                    line->queries ? STYLE(NUMBER) : STYLE(MUTED));
    if (line->queries == 0) return;
    x = put_counter(page, y, x, counters->rows, amount_count(line->rows).text, STYLE(TEXT));
    put_counter(page, y, x, counters->elapsed, amount_ns(line->elapsed_ns).text, STYLE(TEXT));
}

/* How many bytes of a line go on one row: up to a blank or an opening bracket near its end, where
 * there is one. */
static size_t row_length(const char *source, size_t length, int room) {
    size_t fits = columns_fit(source, length, room > 0 ? (unsigned)room : 0);
    if (fits == length || fits == 0) return fits;
    for (size_t back = 0; back < WORD_MOST && back + 1 < fits; back++)
        if (strchr(" (,._=", source[fits - back - 1])) return fits - back;
    return fits;
}

/* The source, on as many rows as it needs. */
static int put_source(struct grid *page, const char *source, int number, int right) {
    int y = grid_add_row(page), first = y, x = GUTTER + 1;
    int indent = (int)strspn(source, " ") + 2; /* rows below are set in a little */
    size_t length = strlen(source);
    char digits[16];
    snprintf(digits, sizeof digits, "%d", number);
    grid_put_right(page, y, 1, GUTTER, digits, STYLE(MUTED));
    if (x + indent + WORD_MOST > right) indent = 0;
    for (size_t done = 0; done < length;) {
        size_t part = row_length(source + done, length - done, right - x);
        if (part == 0) break;
        source_put_part(page, y, x, right, source, length, done, part);
        done += part;
        x = GUTTER + 1 + indent;
        if (done < length) y = grid_add_row(page);
    }
    return first;
}

void figure_draw_listing(struct grid *page, const struct figure *figure,
                         const struct figure_view *view) {
    struct counters counters = choose_counters(figure, page->width, view->counted);
    put_heads(page, figure->title, &counters);
    for (size_t i = 0; i < figure->listing.count; i++) {
        const struct figure_line *line = &figure->listing.lines[i];
        int y = put_source(page, line->source, (int)i + 1, counters.left - 1);
        bool current = figure->listing.current == i + 1;
        if (view->counted) put_counters(page, y, line, &counters);
        if (view->selected == i + 1) grid_put(page, y, 0, 1, "▸", STYLE(KEY));
        if (current) {
            grid_put(page, y, 0, 1, "▶", STYLE(KEY));
            grid_add_bits(page, y, 0, page->width, LOOK_REVERSE);
        }
        if (view->line_row && i < STATE_LINES) view->line_row[i + 1] = y;
    }
}

/* ---- trace -------------------------------------------------------------------------------------
 *
 *      ┌ TimingMiddleware
 *      │ ┌ ApiKeyMiddleware
 *      │ │ · view article_list                                                12 us
 *      │ └ ApiKeyMiddleware  200                                              15 us
 *      └ TimingMiddleware  200                                                21 us */

static const char *const brackets[] = {[ENTRY_POINT] = "· ", [ENTRY_IN] = "┌ ", [ENTRY_OUT] = "└ "};

/* Very deep entries stop moving right, or nothing would be left of them. */
static int put_guides(struct grid *page, int y, unsigned depth) {
    int x = 1, most = page->width / 2;
    for (unsigned i = 0; i < depth && x < most; i++) {
        grid_put(page, y, x, x + 1, "│", STYLE(RULE));
        x += 2;
    }
    return x;
}

/* Label and detail, on as many rows as they need; the guides go down beside them. */
static void put_entry(struct grid *page, const struct figure_entry *entry) {
    int y = grid_add_row(page), first = y, right = page->width - 1;
    if (entry->elapsed_ns > 0)
        right = grid_put_right(page, y, right - TIME - 1, right, amount_ns(entry->elapsed_ns).text,
                               STYLE(MUTED)) -
                1;
    int x = put_guides(page, y, entry->depth);
    x = grid_put(page, y, x, right, brackets[entry->shape],
                 entry->shape == ENTRY_POINT ? STYLE(MUTED) : STYLE(LANE_0));
    const char *label = entry->label ? entry->label : "";
    struct style style = entry->shape == ENTRY_OUT ? STYLE(MUTED) : STYLE(TEXT);
    y = grid_wrap(page, y, x, x, right, label, style);
    if (entry->detail && *entry->detail) {
        int end = y == first ? x + (int)columns_of(label) + 2 : right;
        grid_wrap(page, end < right ? y : -1, end, x, right, entry->detail, STYLE(NUMBER));
    }
    for (int row = first + 1; row < page->height; row++) put_guides(page, row, entry->depth);
}

void figure_draw_trace(struct grid *page, const struct figure *figure,
                       const struct figure_view *view) {
    (void)view;
    for (size_t i = 0; i < figure->trace.count; i++) put_entry(page, &figure->trace.entries[i]);
}
