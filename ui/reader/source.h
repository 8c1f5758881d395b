/* source - a line of Python with its keywords, strings and comments told apart. */
#ifndef UI_READER_SOURCE_H
#define UI_READER_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "ui/reader/grid.h"

/* Puts a line of Python on row y from column x on; `skip` columns are left out at its left, for
 * lines that are scrolled sideways. Returns the column after it. */
int source_put(struct grid *grid, int y, int x, int right, const char *line, size_t length,
               int skip);

/* The same for a part of the line, from byte `from` on, as when it goes on over several rows. */
int source_put_part(struct grid *grid, int y, int x, int right, const char *line, size_t length,
                    size_t from, size_t count);

/* Line `line` (from 1) of a listing and its bytes without the end; NULL beyond the last. */
const char *source_line(const char *listing, uint32_t line, size_t *length);

/* The columns before character `column` (from 1) of a line: where a caret belongs. */
int source_caret(const char *line, size_t length, uint32_t column);

#endif
