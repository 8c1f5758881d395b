/* table - a table's columns are as wide as their cells; where they do not fit they get narrower
 * and cells wrap; where even that does not, or where a narrow page would break words in more than
 * one of them, each row becomes a record of lines. See figures.h. */
#include <string.h>

#include "ui/columns.h"
#include "ui/reader/figures.h"

enum { COLUMNS_MOST = 16, TEXT_LEAST = 12, WORD_MOST = 32, NARROW = 60, GAP = 2, GAP_LEAST = 1 };

/* Each column's width, and the least it may shrink to: numbers and the words of a head are never
 * broken, the words of texts only where there is no other way; these get a dozen columns. */
struct widths {
    int of[COLUMNS_MOST], least[COLUMNS_MOST], words[COLUMNS_MOST];
    size_t count;
    int gap; /* between columns */
};

static const char *cell_at(const struct figure *figure, size_t row, size_t column) {
    const char *cell = figure->table.cells[row * figure->table.column_count + column];
    return cell ? cell : "";
}

static int longest_word(const char *text) {
    int longest = 0;
    while (*text) {
        size_t length = strcspn(text, " ");
        int columns = (int)columns_of_bytes(text, length);
        if (columns > longest) longest = columns;
        text += length + strspn(text + length, " ");
    }
    return longest;
}

static int larger(int left, int right) {
    return left > right ? left : right;
}

static struct widths natural_widths(const struct figure *figure) {
    struct widths widths = {.count = figure->table.column_count, .gap = GAP};
    if (widths.count > COLUMNS_MOST) widths.count = COLUMNS_MOST;
    for (size_t i = 0; i < widths.count; i++) {
        const struct figure_column *column = &figure->table.columns[i];
        int cells = 0, words = 0;
        for (size_t row = 0; row < figure->table.row_count; row++) {
            cells = larger(cells, (int)columns_of(cell_at(figure, row, i)));
            words = larger(words, longest_word(cell_at(figure, row, i)));
        }
        bool breaks = column->align == ALIGN_LEFT && cells > TEXT_LEAST;
        widths.least[i] = larger(breaks ? TEXT_LEAST : cells, longest_word(column->title));
        widths.words[i] = larger(widths.least[i], words <= WORD_MOST ? words : 0);
        widths.of[i] = larger(cells, (int)columns_of(column->title));
    }
    return widths;
}

static int sum(const struct widths *widths) {
    int sum = 0;
    for (size_t i = 0; i < widths->count; i++) sum += widths->of[i] + widths->gap;
    return sum - widths->gap;
}

/* The widest of those that may still shrink; count when there is none. */
static size_t widest(const struct widths *widths, const int *least) {
    size_t widest = widths->count;
    for (size_t i = 0; i < widths->count; i++) {
        if (widths->of[i] <= least[i]) continue;
        if (widest == widths->count || widths->of[i] > widths->of[widest]) widest = i;
    }
    return widest;
}

/* Takes from the widest until all fit: between words, then from the gaps, and then within words.
 * False when they cannot. */
static bool fit(struct widths *widths, int room) {
    while (sum(widths) > room) {
        size_t i = widest(widths, widths->words);
        bool whole = i < widths->count;
        if (!whole) i = widest(widths, widths->least);
        if (!whole && widths->gap > GAP_LEAST)
            widths->gap--;
        else if (i < widths->count)
            widths->of[i]--;
        else
            return false;
    }
    return true;
}

/* Columns too narrow for their words. */
static size_t broken(const struct widths *widths) {
    size_t broken = 0;
    for (size_t i = 0; i < widths->count; i++) broken += widths->of[i] < widths->words[i];
    return broken;
}

/* How much of a text goes on one row: up to the last blank, unless the word behind it would have to
 * be broken on the next row as well. */
static size_t row_length(const char *text, size_t length, int room) {
    size_t part = columns_fit(text, length, room > 0 ? (unsigned)room : 0);
    if (part == length || text[part] == ' ') return part;
    size_t blank = part;
    while (blank > 0 && text[blank] != ' ') blank--;
    size_t word = strcspn(text + blank + 1, " ");
    bool fits = (int)columns_of_bytes(text + blank + 1, word) <= room;
    return blank > 0 && fits ? blank : part;
}

/* Puts a cell from row y down, adding rows to the page where it needs more than there are. */
static void put_cell(struct grid *page, int y, int x, int right, const char *cell,
                     enum figure_align align, struct style style) {
    for (size_t length = strlen(cell); length > 0; y++) {
        size_t part = row_length(cell, length, right - x);
        if (part == 0) return;
        while (y >= page->height)
            if (grid_add_row(page) < 0) return;
        int from = align == ALIGN_RIGHT ? right - (int)columns_of_bytes(cell, part) : x;
        grid_put_bytes(page, y, from, right, cell, part, style);
        while (part < length && cell[part] == ' ') part++;
        cell += part;
        length -= part;
    }
}

static void put_heads(struct grid *page, const struct figure *figure, const struct widths *widths) {
    int y = grid_add_row(page), x = 1;
    for (size_t i = 0; y >= 0 && i < widths->count; i++) {
        const struct figure_column *column = &figure->table.columns[i];
        put_cell(page, y, x, x + widths->of[i], column->title, column->align, STYLE(MUTED));
        x += widths->of[i] + widths->gap;
    }
}

static void put_row(struct grid *page, const struct figure *figure, const struct widths *widths,
                    size_t row) {
    int y = grid_add_row(page), x = 1;
    for (size_t i = 0; y >= 0 && i < widths->count; i++) {
        put_cell(page, y, x, x + widths->of[i], cell_at(figure, row, i),
                 figure->table.columns[i].align, STYLE(TEXT));
        x += widths->of[i] + widths->gap;
    }
}

static void put_record(struct grid *page, const struct figure *figure, size_t row) {
    for (size_t i = 0; i < figure->table.column_count; i++) {
        int y = grid_add_row(page), right = page->width - 1;
        const char *title = figure->table.columns[i].title;
        int x = grid_put(page, y, i ? 3 : 1, right, title, i ? STYLE(MUTED) : STYLE(STRONG));
        grid_wrap(page, y, x + (*title != '\0'), 5, right, cell_at(figure, row, i), STYLE(TEXT));
    }
}

void figure_draw_table(struct grid *page, const struct figure *figure,
                       const struct figure_view *view) {
    struct widths widths = natural_widths(figure);
    bool fits = fit(&widths, page->width - 2) && figure->table.column_count <= COLUMNS_MOST;
    if (page->width < NARROW && broken(&widths) > 1) fits = false;
    (void)view;
    if (fits) put_heads(page, figure, &widths);
    for (size_t row = 0; row < figure->table.row_count; row++)
        if (fits)
            put_row(page, figure, &widths, row);
        else
            put_record(page, figure, row);
    if (figure->table.row_count == 0)
        grid_put(page, grid_add_row(page), 1, page->width, "nothing yet", STYLE(MUTED));
}
