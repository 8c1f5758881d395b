/* markdown_lines - the page under construction: what markdown.c puts blocks on.
 *
 * Used by markdown.c and markdown_table.c alone. Quotes and list items enclose blocks; each open
 * one puts its bar, bullet or indentation before every line inside:
 *
 *     | A quote                  container: quote
 *     | - with an item           containers: quote, item
 *     |   that goes on                                          */
#ifndef UI_MARKDOWN_LINES_H
#define UI_MARKDOWN_LINES_H

#include "ui/markdown.h"
#include "ui/rich.h"

enum { CONTAINERS_MOST = 16 };

struct markdown_container {
    bool quote;
    char bullet[16]; /* of an item; blanks once it was drawn */
};

struct markdown_lines {
    struct arena *arena;
    const struct markdown_options *options;
    struct markdown_line *list;
    size_t count, capacity;
    unsigned block;
    bool wants_blank; /* a blank line comes before the next block */
    bool failed;
    struct markdown_container containers[CONTAINERS_MOST];
    unsigned depth; /* deeper ones than CONTAINERS_MOST are counted and not drawn */
};

void lines_init(struct markdown_lines *lines, struct arena *arena,
                const struct markdown_options *options);

void lines_open_quote(struct markdown_lines *lines);
void lines_open_item(struct markdown_lines *lines, const char *bullet);
void lines_close(struct markdown_lines *lines);

/* A block begins: the blank line before it. */
void lines_begin_block(struct markdown_lines *lines);

/* Columns left of the page beside bars and bullets; at least 4. */
unsigned lines_room(const struct markdown_lines *lines);

/* Puts one line; `like` gives its kind, level and language. */
void lines_put(struct markdown_lines *lines, struct markdown_line like, const struct rich *content,
               size_t from, size_t end);

/* Puts a text wrapped to the room there is. */
void lines_put_wrapped(struct markdown_lines *lines, struct markdown_line like,
                       const struct rich *content);

/* ---- tables (markdown_table.c) ------------------------------------------------------------ */

enum markdown_cell_align { CELL_LEFT, CELL_CENTER, CELL_RIGHT };

struct markdown_cell {
    struct rich text;
    enum markdown_cell_align align;
};

/* Cells row by row, the head's row first; a table of no columns is nothing. */
struct markdown_table {
    struct markdown_cell *cells;
    size_t count, capacity, columns;
};

void lines_put_table(struct markdown_lines *lines, const struct markdown_table *table);

#endif
