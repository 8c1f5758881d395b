/* columns - how wide a text is on a terminal.
 *
 * Text is UTF-8. A column is a cell of the terminal: most characters take one, East Asian ones two,
 * combining marks none. Widths are libc's wcwidth, the same that ncurses uses; a second opinion
 * would disagree with the screen. Variation selectors, keycap marks and joiners count nothing:
 * terminals disagree on what they do, so whoever draws leaves them out.
 *
 * wcwidth knows characters beyond ASCII only under a UTF-8 locale; elsewhere they are taken as one
 * column, and callers draw ASCII there anyway. */
#ifndef UI_COLUMNS_H
#define UI_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COLUMNS_INVALID UINT32_MAX

/* Reads the code point at *cursor and moves past it. A byte that begins no valid UTF-8 sequence is
 * COLUMNS_INVALID, and one byte long. *cursor must be before end. */
uint32_t columns_next_point(const char **cursor, const char *end);

/* Columns of one code point: 0 for combining marks and for those left out, 1 for controls
 * and invalid bytes (something stands for them). */
unsigned columns_of_point(uint32_t point);

/* Columns of a text; columns_of_bytes of its first length bytes. */
unsigned columns_of(const char *text);
unsigned columns_of_bytes(const char *text, size_t length);

/* The longest beginning, in bytes, that takes at most `most` columns, with its combining marks. */
size_t columns_fit(const char *text, size_t length, unsigned most);

/* True when the locale's characters are UTF-8. setlocale(LC_CTYPE, "") comes first. */
bool columns_locale_is_utf8(void);

#endif
