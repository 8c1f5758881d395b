/* columns - see columns.h. */
#include "ui/columns.h"

#include <langinfo.h>
#include <string.h>
#include <wchar.h>

/* UTF-8 (RFC 3629, 4):  lead byte   more   least code point (below it: overlong)
 *     00..7F    0    0
 *     C2..DF    1    80
 *     E0..EF    2    800      but not the surrogates D800..DFFF
 *     F0..F4    3    10000    up to 10FFFF */
uint32_t columns_next_point(const char **cursor, const char *end) {
    const unsigned char *bytes = (const unsigned char *)*cursor;
    size_t left = (size_t)(end - *cursor);
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    unsigned more = bytes[0] < 0x80   ? 0
                    : bytes[0] < 0xC2 ? 4
                    : bytes[0] < 0xE0 ? 1
                    : bytes[0] < 0xF0 ? 2
                    : bytes[0] < 0xF5 ? 3
                                      : 4;
    ++*cursor;
    if (more == 0) return bytes[0];
    if (more == 4 || left <= more) return COLUMNS_INVALID;
    uint32_t point = bytes[0] & (0x3Fu >> more);
    for (unsigned i = 1; i <= more; i++) {
        if ((bytes[i] & 0xC0) != 0x80) return COLUMNS_INVALID;
        point = point << 6 | (bytes[i] & 0x3F);
    }
    if (point < least[more] || (point >= 0xD800 && point < 0xE000) || point > 0x10FFFF)
        return COLUMNS_INVALID;
    *cursor += more;
    return point;
}

unsigned columns_of_point(uint32_t point) {
    if (point < 0x80 || point == COLUMNS_INVALID) return 1;
    if (point == 0x200D || point == 0x20E3 || (point >= 0xFE00 && point <= 0xFE0F)) return 0;
    int width = wcwidth((wchar_t)point);
    return width < 0 ? 1 : (unsigned)width;
}

unsigned columns_of_bytes(const char *text, size_t length) {
    unsigned columns = 0;
    for (const char *cursor = text, *end = text + length; cursor < end;)
        columns += columns_of_point(columns_next_point(&cursor, end));
    return columns;
}

unsigned columns_of(const char *text) {
    return columns_of_bytes(text, strlen(text));
}

size_t columns_fit(const char *text, size_t length, unsigned most) {
    unsigned columns = 0;
    const char *cursor = text, *end = text + length;
    while (cursor < end) {
        const char *next = cursor;
        columns += columns_of_point(columns_next_point(&next, end));
        if (columns > most) break;
        cursor = next;
    }
    return (size_t)(cursor - text);
}

bool columns_locale_is_utf8(void) {
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}
