/* source - see source.h. Only lines: a string that spans lines is not known here, and no listing
 * has one. */
#include "ui/reader/source.h"

#include <string.h>

#include "ui/columns.h"

static const char *const keywords[] = {
    "False", "None",   "True",    "and",   "as",     "async", "await",  "class", "def",   "elif",
    "else",  "except", "finally", "for",   "from",   "if",    "import", "in",    "is",    "lambda",
    "not",   "or",     "pass",    "raise", "return", "try",   "while",  "with",  "yield",
};

static bool is_word_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (unsigned char)c >= 0x80;
}

static size_t word_length(const char *at, const char *end) {
    size_t length = 0;
    while (at + length < end && is_word_byte(at[length])) length++;
    return length;
}

static bool is_keyword(const char *word, size_t length) {
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
        if (strlen(keywords[i]) == length && memcmp(keywords[i], word, length) == 0) return true;
    return false;
}

/* From a quote to its end, or to the end of the line. */
static size_t string_length(const char *at, const char *end) {
    const char *c = at + 1;
    for (; c < end && *c != *at; c++)
        if (*c == '\\' && c + 1 < end) c++;
    return (size_t)(c < end ? c + 1 - at : end - at);
}

/* The token at `at`, and what it is. */
static size_t next_token(const char *at, const char *end, enum role *role) {
    *role = ROLE_TEXT;
    if (*at == '#') {
        *role = ROLE_COMMENT;
        return (size_t)(end - at);
    }
    if (*at == '"' || *at == '\'') {
        *role = ROLE_STRING;
        return string_length(at, end);
    }
    if (!is_word_byte(*at)) return 1;
    size_t length = word_length(at, end);
    if (is_keyword(at, length)) *role = ROLE_KEYWORD;
    return length;
}

int source_put_part(struct grid *grid, int y, int x, int right, const char *line, size_t length,
                    size_t from, size_t count) {
    const char *end = line + length, *first = line + from, *last = first + count;
    while (line < end && line < last) {
        enum role role;
        const char *after = line + next_token(line, end, &role);
        const char *begin = line > first ? line : first, *stop = after < last ? after : last;
        if (begin < stop)
            x = grid_put_bytes(grid, y, x, right, begin, (size_t)(stop - begin),
                               (struct style){(uint8_t)role, 0});
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
