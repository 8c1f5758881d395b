/* grid - cells: what the screen, and every page behind it, is made of.
 *
 * Drawing fills a grid; the terminal shows one, and tests print one as text. A page is a grid that
 * grows downwards, of which the screen shows a window. Every put is clipped: rows and columns
 * outside the grid are ignored, so a row that could not be had for want of memory costs nothing
 * but itself.
 *
 *     y/x  0     1     2     3
 *      0 [ 'a' | wide|  0  | ' ' ]     a wide character takes two cells; the second has rune 0
 *
 * Text is UTF-8, measured by ui/columns.h. Control characters never reach a cell. Where `ascii` is
 * set, everything is folded to ASCII as it is put: drawing code always speaks Unicode and need not
 * know. */
#ifndef UI_READER_GRID_H
#define UI_READER_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "ui/reader/theme.h"

struct style {
    uint8_t role; /* enum role */
    uint8_t bits; /* of enum look_bit, on top of the role's own */
};

#define STYLE(name) ((struct style){ROLE_##name, 0})

struct cell {
    uint32_t rune; /* code point; ' ' when empty, 0 behind a wide one */
    uint32_t mark; /* one combining mark; 0 for none */
    struct style style;
    uint16_t unused; /* always 0: cells are compared by memcmp */
};

struct grid {
    struct cell *cells; /* row by row */
    int height, width;
    int capacity;           /* rows there is memory for */
    int cursor_y, cursor_x; /* where the terminal's cursor belongs; -1 hides it */
    bool ascii;
};

struct area {
    int y, x, height, width;
};

enum { GRID_ROWS_MOST = 20000 };

void grid_init(struct grid *grid, bool ascii);
void grid_release(struct grid *grid);

/* Makes a grid height x width and blank. On false it is 0 x width. */
bool grid_resize(struct grid *grid, int height, int width);

/* Adds a blank row below and returns its number; -1 when there is no memory or too many rows. */
int grid_add_row(struct grid *grid);

/* Puts text on row y, from column x up to (not including) column right, and returns the column
 * after it. A wide character that does not fit is left out. Here and below text may be NULL, when
 * there was no memory for it: nothing is put. */
int grid_put(struct grid *grid, int y, int x, int right, const char *text, struct style style);
int grid_put_bytes(struct grid *grid, int y, int x, int right, const char *text, size_t length,
                   struct style style);

/* The same; where the text is too long it ends in an ellipsis. */
int grid_put_fit(struct grid *grid, int y, int x, int right, const char *text, struct style style);

/* Puts text so that it ends before column right; what does not fit is cut on its left. Returns the
 * column where it begins. */
int grid_put_right(struct grid *grid, int y, int left, int right, const char *text,
                   struct style style);

/* printf into a row; at most 511 bytes of it. */
int grid_format(struct grid *grid, int y, int x, int right, struct style style, const char *format,
                ...) __attribute__((format(printf, 6, 7)));

/* One character, as often as fits. */
int grid_fill(struct grid *grid, int y, int x, int right, uint32_t rune, struct style style);

/* Changes how the cells of a stretch look, not what they say: adds bits, or sets the role. */
void grid_add_bits(struct grid *grid, int y, int x, int right, uint8_t bits);
void grid_set_role(struct grid *grid, int y, int x, int right, enum role role);

/* Word-wraps text over rows that are added to a page, between columns left and right. The first
 * row is `y` when that is not negative, and begins at column x there. Returns the last row. */
int grid_wrap(struct grid *page, int y, int x, int left, int right, const char *text,
              struct style style);

/* Shows a page's rows from `first` on in an area of a grid; blanks what is below its end. */
void grid_window(struct grid *grid, struct area area, const struct grid *page, int first);

/* Prints the characters as UTF-8, a line a row, without trailing blanks. */
void grid_print(const struct grid *grid, FILE *file);

/* ---- characters ----------------------------------------------------------------------------- */

/* Writes a code point as UTF-8 and a NUL; returns its bytes (1 to 4). */
int rune_encode(uint32_t rune, char bytes[5]);

/* The ASCII character nearest to a code point. */
char rune_fold(uint32_t rune);

#endif
