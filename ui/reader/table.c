/* table - a table's columns are as wide as their cells; where they do not fit they get narrower
 * and cells wrap; where even that does not, each row becomes a record of lines. See figures.h. */
#include <string.h>

#include "ui/columns.h"
#include "ui/reader/figures.h"

enum { COLUMNS_MOST = 16, NARROWEST = 12, GAP = 2 };

struct widths {
    int of[COLUMNS_MOST];
    size_t count;
};

static const char *cell_at(const struct figure *figure, size_t row, size_t column) {
    const char *cell = figure->table.cells[row * figure->table.column_count + column];
    return cell ? cell : "";
}

static struct widths natural_widths(const struct figure *figure) {
    struct widths widths = {.count = figure->table.column_count};
    if (widths.count > COLUMNS_MOST) widths.count = COLUMNS_MOST;
    for (size_t i = 0; i < widths.count; i++) {
        widths.of[i] = (int)columns_of(figure->table.columns[i].title);
        for (size_t row = 0; row < figure->table.row_count; row++) {
            int width = (int)columns_of(cell_at(figure, row, i));
            if (width > widths.of[i]) widths.of[i] = width;
        }
    }
    return widths;
}

static int sum(const struct widths *widths) {
    int sum = 0;
    for (size_t i = 0; i < widths->count; i++) sum += widths->of[i] + GAP;
    return sum - GAP;
}

static size_t widest(const struct widths *widths) {
    size_t widest = 0;
    for (size_t i = 1; i < widths->count; i++)
        if (widths->of[i] > widths->of[widest]) widest = i;
    return widest;
}

/* Takes from the widest until all fit; false when they cannot. */
static bool fit(struct widths *widths, int room) {
    while (sum(widths) > room) {
        size_t i = widest(widths);
        if (widths->of[i] <= NARROWEST) return false;
        widths->of[i]--;
    }
    return true;
}

static void put_heads(struct grid *page, const struct figure *figure, const struct widths *widths) {
    int y = grid_add_row(page), x = 1;
    for (size_t i = 0; i < widths->count; i++) {
        const struct figure_column *column = &figure->table.columns[i];
        int right = x + widths->of[i], width = (int)columns_of(column->title);
        bool far = column->align == ALIGN_RIGHT && width < widths->of[i];
        grid_put_fit(page, y, far ? right - width : x, right, column->title, STYLE(MUTED));
        x = right + GAP;
    }
}

/* Puts a cell and returns the row after it; rows of the same record are shared by all cells. */
static int put_cell(struct grid *page, int y, int x, int right, const char *cell,
                    enum figure_align align) {
    int width = (int)columns_of(cell), room = right - x;
    if (width <= room) {
        grid_put(page, y, align == ALIGN_RIGHT ? right - width : x, right, cell, STYLE(TEXT));
        return y + 1;
    }
    size_t length = strlen(cell);
    while (length > 0) {
        size_t part = columns_fit(cell, length, room > 0 ? (unsigned)room : 0);
        if (part == 0) break;
        if (part < length) { /* at a blank, if there is one in the second half */
            size_t blank = part;
            while (blank > part / 2 && cell[blank] != ' ') blank--;
            if (cell[blank] == ' ') part = blank;
        }
        while (y >= page->height)
            if (grid_add_row(page) < 0) return y;
        grid_put_bytes(page, y++, x, right, cell, part, STYLE(TEXT));
        while (part < length && cell[part] == ' ') part++;
        cell += part;
        length -= part;
    }
    return y;
}

static void put_row(struct grid *page, const struct figure *figure, const struct widths *widths,
                    size_t row) {
    int y = grid_add_row(page), x = 1;
    if (y < 0) return;
    for (size_t i = 0; i < widths->count; i++) {
        int right = x + widths->of[i];
        put_cell(page, y, x, right, cell_at(figure, row, i), figure->table.columns[i].align);
        x = right + GAP;
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
