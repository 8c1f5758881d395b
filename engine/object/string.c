/* string - str as a sequence: characters, not bytes.
 *
 * Texts are UTF-8. Whatever counts or cuts therefore walks over the bytes that begin a character;
 * where a text has as many characters as bytes (ASCII) the walk is a single addition. */
#include <string.h>

#include "engine/object/object.h"
#include "engine/object/plain.h"

/* No single text is longer than this: a repetition gone wild ends as MemoryError at once. */
enum { LONGEST_TEXT = 1 << 28 };

static bool begins_character(char byte) {
    return ((unsigned char)byte & 0xC0) != 0x80;
}

int64_t string_length(struct value text) {
    int64_t length = 0;
    for (uint32_t i = 0; i < text.length; i++) length += begins_character(text.text[i]);
    return length;
}

/* The byte at which character `index` begins; the text's end for an index past it. */
static size_t character_offset(struct value text, bool ascii, int64_t index) {
    if (ascii) return (size_t)index;
    size_t offset = 0;
    for (; offset < text.length; offset++)
        if (begins_character(text.text[offset]) && index-- == 0) break;
    return offset;
}

static size_t character_end(struct value text, size_t offset) {
    do offset++;
    while (offset < text.length && !begins_character(text.text[offset]));
    return offset;
}

bool string_new(struct runtime *runtime, const char *bytes, size_t length, struct value *result) {
    const char *copy = length <= LONGEST_TEXT ? arena_copy(runtime->arena, bytes, length) : NULL;
    if (!runtime_has(runtime, copy)) return false;
    *result = value_of_text(VALUE_TEXT, copy, length);
    return true;
}

const char *bytes_find(const char *bytes, size_t length, const char *part, size_t part_length) {
    if (part_length == 0) return bytes;
    const char *at = bytes, *last = bytes + length;
    while ((size_t)(last - at) >= part_length) {
        at = memchr(at, part[0], (size_t)(last - at) - part_length + 1);
        if (!at) return NULL;
        if (memcmp(at, part, part_length) == 0) return at;
        at++;
    }
    return NULL;
}

/* ---- s[i], s[a:b:c] ---------------------------------------------------------------------- */

bool string_get_item(struct runtime *runtime, struct value text, struct value index,
                     struct value *result) {
    int64_t at, length = string_length(text);
    if (!index_read(index, &at))
        return fault_raise(runtime->fault, "TypeError", "string indices must be integers, not '%s'",
                           value_type_name(index));
    if (at < 0) at += length;
    if (at < 0 || at >= length)
        return fault_raise(runtime->fault, "IndexError", "string index out of range");
    size_t start = character_offset(text, length == (int64_t)text.length, at);
    return string_new(runtime, text.text + start, character_end(text, start) - start, result);
}

bool string_get_slice(struct runtime *runtime, struct value text, const struct slice *slice,
                      struct value *result) {
    int64_t first, step, count, length = string_length(text);
    bool ascii = length == (int64_t)text.length;
    if (!slice_resolve(runtime, slice, length, &first, &step, &count)) return false;
    size_t start = count ? character_offset(text, ascii, first) : 0;
    if (step == 1) {
        struct value rest = value_of_text(VALUE_TEXT, text.text + start, text.length - start);
        return string_new(runtime, rest.text, character_offset(rest, ascii, count), result);
    }
    struct text built;
    text_init(&built, runtime->arena);
    for (int64_t i = 0; i < count; i++) {
        size_t at = character_offset(text, ascii, first + i * step);
        text_add_bytes(&built, text.text + at, character_end(text, at) - at);
        if (i % 4096 == 4095 && runtime_cancelled(runtime)) return false;
    }
    const char *finished = text_finish(&built);
    if (!runtime_has(runtime, finished)) return false;
    *result = value_of_text(VALUE_TEXT, finished, built.length);
    return true;
}

/* ---- s + t, s * n ------------------------------------------------------------------------ */

bool string_concatenate(struct runtime *runtime, struct value left, struct value right,
                        struct value *result) {
    size_t length = (size_t)left.length + right.length;
    char *text = length <= LONGEST_TEXT ? arena_alloc(runtime->arena, length + 1) : NULL;
    if (!runtime_has(runtime, text)) return false;
    memcpy(text, left.text, left.length);
    memcpy(text + left.length, right.text, right.length);
    *result = value_of_text(VALUE_TEXT, text, length);
    return true;
}

bool string_repeat(struct runtime *runtime, struct value text, int64_t times,
                   struct value *result) {
    if (times <= 0 || text.length == 0) return string_new(runtime, "", 0, result);
    bool fits = times <= LONGEST_TEXT / (int64_t)text.length;
    size_t length = fits ? (size_t)times * text.length : 0;
    char *repeated = fits ? arena_alloc(runtime->arena, length + 1) : NULL;
    if (!runtime_has(runtime, repeated)) return false;
    for (size_t at = 0; at < length; at += text.length)
        memcpy(repeated + at, text.text, text.length);
    *result = value_of_text(VALUE_TEXT, repeated, length);
    return true;
}

/* ---- iter(s) ----------------------------------------------------------------------------- */

struct string_iterator {
    struct object base;
    struct value text;
    size_t offset;
};

static bool string_next(struct runtime *runtime, struct object *object, struct value *result,
                        bool *done) {
    struct string_iterator *iterator = (struct string_iterator *)object;
    *done = iterator->offset >= iterator->text.length;
    if (*done) return true;
    size_t start = iterator->offset;
    iterator->offset = character_end(iterator->text, start);
    return string_new(runtime, iterator->text.text + start, iterator->offset - start, result);
}

static void string_iterator_visit(struct object *object, void (*each)(void *, struct value),
                                  void *context) {
    each(context, ((struct string_iterator *)object)->text);
}

static const struct object_type string_iterator_type = {
    .name = "str_iterator", .next = string_next, .visit = string_iterator_visit};

bool string_iterate(struct runtime *runtime, struct value text, struct value *iterator) {
    struct string_iterator *made = arena_alloc(runtime->arena, sizeof *made);
    if (!runtime_has(runtime, made)) return false;
    *made = (struct string_iterator){{&string_iterator_type}, text, 0};
    *iterator = value_object(&made->base);
    return true;
}
