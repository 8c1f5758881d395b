/* listing_text - a line of a listing on paper.
 *
 * One that is too wide goes on in the next row as Python itself lets it: behind a `\` at a row's
 * end, or as another comment; a string wider than a row is several. What stands on the paper still
 * runs, but for a name wider than a row, which is broken.
 *
 *     page = Article.objects.order_by('pk') \
 *         .select_related('author')
 *     # A comment goes on
 *     # as another one. */
#ifndef UI_LISTING_TEXT_H
#define UI_LISTING_TEXT_H

#include "ui/paper.h"

/* Adds a line of `length` bytes, without its newline, from column `indent` on, where the text
 * stands; ends with a newline. A loose paper takes it in one row. */
void listing_text_add(struct text *out, const struct paper *paper, const char *line, size_t length,
                      unsigned indent);

#endif
