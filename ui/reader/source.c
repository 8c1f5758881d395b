/* source - see source.h. */
#include "ui/reader/source.h"

#include <string.h>

#include "ui/columns.h"
#include "ui/python.h"

/* The role of each kind of words. */
static const uint8_t roles[] = {[PYTHON_PLAIN] = ROLE_TEXT,
                                [PYTHON_KEYWORD] = ROLE_KEYWORD,
                                [PYTHON_STRING] = ROLE_STRING,
                                [PYTHON_COMMENT] = ROLE_COMMENT};

int source_put_part(struct grid *grid, int y, int x, int right, const char *line, size_t length,
                    size_t from, size_t count) {
    const char *end = line + length, *first = line + from, *last = first + count;
    while (line < end && line < last) {
        enum python_kind kind;
        const char *after = line + python_next(line, end, &kind);
        const char *begin = line > first ? line : first, *stop = after < last ? after : last;
        if (begin < stop)
            x = grid_put_bytes(grid, y, x, right, begin, (size_t)(stop - begin),
                               (struct style){roles[kind], 0});
        line = after;
    }
    return x;
}

int source_put(struct grid *grid, int y, int x, int right, const char *line, size_t length,
               int skip) {
    const char *begin = line, *end = line + length;
    while (skip > 0 && begin < end) skip -= (int)columns_of_point(columns_next_point(&begin, end));
    return source_put_part(grid, y, x, right, line, length, (size_t)(begin - line),
                           (size_t)(end - begin));
}

const char *source_line(const char *listing, uint32_t line, size_t *length) {
    if (line == 0) return NULL;
    for (; listing && line > 1; line--) {
        listing = strchr(listing, '\n');
        if (listing) listing++;
    }
    if (listing) *length = strcspn(listing, "\n");
    return listing;
}

int source_caret(const char *line, size_t length, uint32_t column) {
    const char *at = line, *end = line + length;
    for (uint32_t i = 1; i < column && at < end; i++) columns_next_point(&at, end);
    return (int)columns_of_bytes(line, (size_t)(at - line));
}
