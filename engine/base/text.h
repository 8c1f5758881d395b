/* text - a string that grows.
 *
 * Failure is sticky: once an allocation failed, further calls do nothing and text_finish
 * returns NULL, so a builder checks once, at the end. data is always NUL-terminated. */
#ifndef ENGINE_BASE_TEXT_H
#define ENGINE_BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "engine/base/arena.h"

struct text {
    struct arena *arena; /* where data lives */
    char *data;          /* NULL until something was added */
    size_t length;       /* bytes, without the NUL */
    size_t capacity;
    bool failed;
};

void text_init(struct text *text, struct arena *arena);
void text_add(struct text *text, const char *string);
void text_add_bytes(struct text *text, const char *bytes, size_t length);
void text_add_char(struct text *text, char byte);
void text_format(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Cuts back to length bytes, for undoing a trailing separator. */
void text_cut(struct text *text, size_t length);

/* The finished string ("" when nothing was added), living in the arena; NULL if any call failed. */
char *text_finish(struct text *text);

/* The same for a part that is to be added to `whole`, which fails with it. */
char *text_finish_part(struct text *part, struct text *whole);

#endif
