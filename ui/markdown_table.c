/* markdown_table - a table laid out to the width of the page.
 *
 *     who gives up  before row 1  after row 1        widths: the widest cell of each column
 *     ------------  ------------  -------------
 *     Gunicorn      502           200, body cut
 *
 * Where that is too wide, the widest columns give way first, down to their longest word, and cells
 * wrap. Where even that is too wide, words are broken. */
#include <stdint.h>
#include <string.h>

#include "ui/columns.h"
#include "ui/markdown_lines.h"

enum { GAP = 2, COLUMNS_MOST = 32 };

static unsigned sum(const unsigned *widths, size_t count) {
    unsigned total = 0;
    for (size_t i = 0; i < count; i++) total += widths[i];
    return total;
}

/* Takes columns off the widest until all fit, but none below least[]. */
static void shrink(unsigned *widths, const unsigned *least, size_t count, unsigned room) {
    for (unsigned total = sum(widths, count); total > room; total--) {
        size_t widest = SIZE_MAX;
        for (size_t i = 0; i < count; i++)
            if (widths[i] > least[i] && (widest == SIZE_MAX || widths[i] > widths[widest]))
                widest = i;
        if (widest == SIZE_MAX) return;
        widths[widest]--;
    }
}

static void measure(const struct markdown_table *table, size_t columns, unsigned room,
                    unsigned *widths) {
    unsigned words[COLUMNS_MOST], least[COLUMNS_MOST];
    for (size_t i = 0; i < columns; i++) widths[i] = least[i] = words[i] = 1;
    for (size_t i = 0; i < table->count; i++) {
        size_t column = i % table->columns;
        if (column >= columns) continue;
        unsigned line = rich_widest_line(&table->cells[i].text);
        unsigned word = rich_widest_word(&table->cells[i].text);
        if (line > widths[column]) widths[column] = line;
        if (word > words[column]) words[column] = word;
    }
    shrink(widths, words, columns, room);
    shrink(widths, least, columns, room);
}

static void add_aligned(struct rich *row, const struct rich *text, struct rich_line line,
                        enum markdown_cell_align align, unsigned width) {
    unsigned own = columns_of_bytes(text->bytes + line.from, line.end - line.from);
    unsigned spare = own < width ? width - own : 0;
    unsigned before = align == CELL_RIGHT ? spare : align == CELL_CENTER ? spare / 2 : 0;
    rich_add_fill(row, ' ', before, 0);
    rich_add_piece(row, text, line.from, line.end, 0);
    rich_add_fill(row, ' ', spare - before, 0);
}

/* One line of all cells of a row; false when none of them had anything left. */
static bool add_cells(struct rich *row, const struct markdown_cell *cells, size_t count,
                      const unsigned *widths, size_t *from) {
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        struct rich_line line = {0, 0, SIZE_MAX};
        if (from[i] != SIZE_MAX) any |= rich_next_line(&cells[i].text, from[i], widths[i], &line);
        from[i] = line.next;
        if (i) rich_add_fill(row, ' ', GAP, 0);
        if (line.end > line.from)
            add_aligned(row, &cells[i].text, line, cells[i].align, widths[i]);
        else
            rich_add_fill(row, ' ', widths[i], 0);
    }
    return any;
}

static void put_row(struct markdown_lines *lines, const struct markdown_cell *cells, size_t count,
                    const unsigned *widths) {
    size_t from[COLUMNS_MOST] = {0};
    struct rich row;
    for (size_t i = 0; i < count; i++) lines->failed |= cells[i].text.failed;
    for (;;) {
        rich_init(&row, lines->arena);
        if (!add_cells(&row, cells, count, widths, from) || row.failed) break;
        lines_put(lines, (struct markdown_line){.kind = MARKDOWN_LINE_TABLE}, &row, 0, row.length);
    }
    if (row.failed) lines->failed = true;
}

static void put_rule(struct markdown_lines *lines, size_t count, const unsigned *widths) {
    struct rich row;
    rich_init(&row, lines->arena);
    for (size_t i = 0; i < count; i++) {
        if (i) rich_add_fill(&row, ' ', GAP, MARKDOWN_FRAME);
        for (unsigned j = 0; j < widths[i]; j++)
            rich_add_string(&row, lines->options->ascii ? "-" : "─", MARKDOWN_FRAME);
    }
    if (row.failed)
        lines->failed = true;
    else
        lines_put(lines, (struct markdown_line){.kind = MARKDOWN_LINE_TABLE}, &row, 0, row.length);
}

/* A head without a word, as in `| | JOIN |`, still has its rule. */
void lines_put_table(struct markdown_lines *lines, const struct markdown_table *table) {
    size_t columns = table->columns < COLUMNS_MOST ? table->columns : COLUMNS_MOST;
    if (columns == 0) return;
    unsigned widths[COLUMNS_MOST], room = lines_room(lines), gaps = GAP * (unsigned)(columns - 1);
    measure(table, columns, room > gaps ? room - gaps : 1, widths);
    for (size_t first = 0; first + columns <= table->count; first += table->columns) {
        put_row(lines, table->cells + first, columns, widths);
        if (first == 0) put_rule(lines, columns, widths);
    }
}
