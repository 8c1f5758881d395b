/* converter - see converter.h. */
#include "engine/urls/converter.h"

#include <stdint.h>
#include <string.h>

/* ---- the table ---------------------------------------------------------------------------- */

/* Each `takes` is one class of characters, a byte at a time: all of them treat the bytes of a
 * character beyond ASCII alike. */

static bool str_takes(unsigned char byte) {
    return byte != '/';
}

static bool int_takes(unsigned char byte) {
    return byte >= '0' && byte <= '9';
}

static bool slug_takes(unsigned char byte) {
    return int_takes(byte) || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           byte == '-' || byte == '_';
}

static bool uuid_takes(unsigned char byte) {
    return int_takes(byte) || (byte >= 'a' && byte <= 'f');
}

static bool path_takes(unsigned char byte) {
    return byte != '\n'; /* "." is every character but this */
}

static const struct {
    const char *name;
    const char *regex;
    bool (*takes)(unsigned char byte);
} converters[CONVERTER_COUNT] = {
    [CONVERTER_STR] = {"str", "[^/]+", str_takes},
    [CONVERTER_INT] = {"int", "[0-9]+", int_takes},
    [CONVERTER_SLUG] = {"slug", "[-a-zA-Z0-9_]+", slug_takes},
    [CONVERTER_UUID] = {"uuid", "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
                        uuid_takes},
    [CONVERTER_PATH] = {"path", ".+", path_takes},
};

enum converter converter_find(const char *name, size_t length) {
    size_t i = 0;
    while (i < CONVERTER_COUNT &&
           (strlen(converters[i].name) != length || memcmp(converters[i].name, name, length) != 0))
        i++;
    return (enum converter)i;
}

const char *converter_name(enum converter converter) {
    return converters[converter].name;
}

const char *converter_regex(enum converter converter) {
    return converters[converter].regex;
}

/* ---- matching ----------------------------------------------------------------------------- */

enum { UUID_LENGTH = 36 };

/* 8-4-4-4-12 lower-case hexadecimal digits. */
static size_t reach_of_uuid(const char *text, size_t length) {
    static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    if (length < UUID_LENGTH) return 0;
    for (size_t i = 0; i < UUID_LENGTH; i++)
        if (shape[i] == '-' ? text[i] != '-' : !uuid_takes((unsigned char)text[i])) return 0;
    return UUID_LENGTH;
}

size_t converter_reach(enum converter converter, const char *text, size_t length) {
    if (converter == CONVERTER_UUID) return reach_of_uuid(text, length);
    bool (*takes)(unsigned char) = converters[converter].takes;
    size_t reach = 0;
    while (reach < length && takes((unsigned char)text[reach])) reach++;
    return reach;
}

/* ---- to_python ---------------------------------------------------------------------------- */

enum { INT_DIGITS = 4300 }; /* sys.get_int_max_str_digits(), leading zeros counted */

bool converter_fits(enum converter converter, size_t length) {
    return converter != CONVERTER_INT || length <= INT_DIGITS;
}

static const char largest[] = "9223372036854775807";

/* True when digits, which do not begin with 0, make a number that fits in 64 bits. */
static bool is_small(const char *digits, size_t length) {
    size_t most = sizeof largest - 1;
    return length < most || (length == most && memcmp(digits, largest, most) <= 0);
}

static bool to_int(struct arena *arena, const char *text, size_t length, struct value *value) {
    while (length > 1 && *text == '0') text++, length--;
    if (!is_small(text, length)) {
        const char *digits = arena_copy(arena, text, length);
        *value = value_of_text(VALUE_BIGINT, digits, length);
        return digits != NULL;
    }
    int64_t number = 0;
    for (size_t i = 0; i < length; i++) number = 10 * number + (text[i] - '0');
    *value = value_int(number);
    return true;
}

bool converter_to_python(enum converter converter, struct arena *arena, const char *text,
                         size_t length, struct value *value) {
    if (converter == CONVERTER_INT) return to_int(arena, text, length, value);
    const char *copy = arena_copy(arena, text, length);
    *value = value_of_text(converter == CONVERTER_UUID ? VALUE_UUID : VALUE_TEXT, copy, length);
    return copy != NULL;
}
