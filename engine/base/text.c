/* text - see text.h. */
#include "engine/base/text.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

void text_init(struct text *text, struct arena *arena) {
    *text = (struct text){.arena = arena};
}

static bool reserve(struct text *text, size_t more) {
    if (text->failed) return false;
    if (more >= SIZE_MAX / 2 - text->length) return !(text->failed = true);
    size_t needed = text->length + more + 1;
    if (needed <= text->capacity) return true;
    size_t capacity = text->capacity ? text->capacity : 64;
    while (capacity < needed) capacity *= 2;
    char *data = arena_grow(text->arena, text->data, text->capacity, capacity, 1);
    if (!data) return !(text->failed = true);
    text->data = data;
    text->capacity = capacity;
    return true;
}

void text_add_bytes(struct text *text, const char *bytes, size_t length) {
    if (!reserve(text, length)) return;
    if (length) memcpy(text->data + text->length, bytes, length);
    text->length += length;
    text->data[text->length] = '\0';
}

void text_add(struct text *text, const char *string) {
    text_add_bytes(text, string, strlen(string));
}

void text_add_char(struct text *text, char byte) {
    text_add_bytes(text, &byte, 1);
}

void text_format(struct text *text, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0) text->failed = true;
    if (length < 0 || !reserve(text, (size_t)length)) return;
    va_start(arguments, format);
    vsnprintf(text->data + text->length, (size_t)length + 1, format, arguments);
    va_end(arguments);
    text->length += (size_t)length;
}

void text_cut(struct text *text, size_t length) {
    assert(length <= text->length);
    text->length = length;
    if (text->data) text->data[length] = '\0';
}

char *text_finish(struct text *text) {
    if (!reserve(text, 0)) return NULL;
    text->data[text->length] = '\0';
    return text->data;
}

char *text_finish_part(struct text *part, struct text *whole) {
    char *finished = text_finish(part);
    whole->failed |= !finished;
    return finished;
}
