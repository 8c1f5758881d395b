/* rich - see rich.h. */
#include "ui/rich.h"

#include <string.h>

#include "ui/columns.h"

void rich_init(struct rich *rich, struct arena *arena) {
    *rich = (struct rich){.arena = arena};
}

void rich_reset(struct rich *rich) {
    *rich = (struct rich){.arena = rich->arena, .failed = rich->failed};
}

static bool reserve(struct rich *rich, size_t more) {
    size_t needed = rich->length + more, capacity = rich->capacity ? rich->capacity : 128;
    if (rich->failed) return false;
    if (needed <= rich->capacity) return true;
    while (capacity < needed) capacity *= 2;
    char *bytes = arena_grow(rich->arena, rich->bytes, rich->capacity, capacity, 1);
    unsigned char *styles = arena_grow(rich->arena, rich->styles, rich->capacity, capacity, 1);
    rich->failed = !bytes || !styles;
    if (rich->failed) return false;
    rich->bytes = bytes;
    rich->styles = styles;
    rich->capacity = capacity;
    return true;
}

void rich_add(struct rich *rich, const char *bytes, size_t length, unsigned style) {
    if (length == 0 || !reserve(rich, length)) return;
    memcpy(rich->bytes + rich->length, bytes, length);
    memset(rich->styles + rich->length, (int)style, length);
    rich->length += length;
}

void rich_add_string(struct rich *rich, const char *string, unsigned style) {
    rich_add(rich, string, strlen(string), style);
}

void rich_add_fill(struct rich *rich, char byte, size_t count, unsigned style) {
    while (count-- > 0) rich_add(rich, &byte, 1, style);
}

void rich_add_piece(struct rich *rich, const struct rich *other, size_t from, size_t end,
                    unsigned style) {
    size_t at = rich->length;
    if (from >= end || !reserve(rich, end - from)) return;
    rich_add(rich, other->bytes + from, end - from, style);
    for (size_t i = from; i < end; i++)
        rich->styles[at + i - from] = (unsigned char)(style | other->styles[i]);
}

/* ---- breaking ----------------------------------------------------------------------------- */

static size_t skip_blanks(const struct rich *rich, size_t at) {
    while (at < rich->length && rich->bytes[at] == ' ') at++;
    return at;
}

static size_t trim_blanks(const struct rich *rich, size_t from, size_t end) {
    while (end > from && rich->bytes[end - 1] == ' ') end--;
    return end;
}

/* Walks until the line is full, remembering the last blank: the line ends there, or in the middle
 * of a word when that alone is too wide. */
bool rich_next_line(const struct rich *rich, size_t from, unsigned width, struct rich_line *line) {
    from = skip_blanks(rich, from);
    if (from >= rich->length) return false;
    const char *end = rich->bytes + rich->length;
    size_t blank = 0;
    unsigned columns = 0;
    const char *cursor = rich->bytes + from;
    while (cursor < end && *cursor != '\n') {
        size_t at = (size_t)(cursor - rich->bytes);
        if (*cursor == ' ') blank = at;
        columns += columns_of_point(columns_next_point(&cursor, end));
        if (columns <= width || at == from) continue;
        size_t stop = blank ? blank : at;
        *line = (struct rich_line){from, trim_blanks(rich, from, stop), stop};
        return true;
    }
    size_t stop = (size_t)(cursor - rich->bytes);
    *line = (struct rich_line){from, trim_blanks(rich, from, stop), stop + (cursor < end)};
    return true;
}

static unsigned widest_between(const struct rich *rich, const char *separators) {
    unsigned widest = 0;
    for (size_t at = 0; at < rich->length;) {
        size_t start = at;
        while (at < rich->length && !strchr(separators, rich->bytes[at])) at++;
        unsigned columns = columns_of_bytes(rich->bytes + start, at - start);
        if (columns > widest) widest = columns;
        at++;
    }
    return widest;
}

unsigned rich_widest_word(const struct rich *rich) {
    return widest_between(rich, " \n");
}

unsigned rich_widest_line(const struct rich *rich) {
    return widest_between(rich, "\n");
}
