/* arena - what lives together dies together.
 *
 * An arena hands out memory that is only ever freed as a whole: one per run, one per request,
 * one per chunk of an iterator. A mark lets short-lived work be undone without freeing the rest.
 *
 *     block            block                  block (newest; allocation happens here)
 *    +------+--------+------+---------------+------+-------+------------+
 *    | head | in use | head | in use        | head | used  | free ...   |
 *    +------+--------+------+---------------+------+-------+------------+
 *        ^--- previous ---'        ^--- previous ---'      ^used        ^size
 *
 * Not for sharing between threads. */
#ifndef ENGINE_BASE_ARENA_H
#define ENGINE_BASE_ARENA_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "engine/base/memory.h"

struct arena_block;

struct arena {
    struct memory *memory; /* account the blocks are taken from; NULL: uncounted */
    struct arena_block *newest;
    size_t held; /* bytes of all blocks, heads included */
    bool failed; /* some allocation found no memory, since arena_init or since it was cleared */
};

struct arena_mark {
    struct arena_block *block;
    size_t used;
};

/* Prepares an empty arena; nothing is taken until the first allocation. */
void arena_init(struct arena *arena, struct memory *memory);

/* Frees everything at once; the arena is then empty and may be used again. */
void arena_release(struct arena *arena);

/* size zeroed bytes aligned to 16, or NULL. They live until release, or a rewind past them. */
void *arena_alloc(struct arena *arena, size_t size);

/* count zeroed elements of size bytes; NULL also when the product overflows. */
void *arena_array(struct arena *arena, size_t count, size_t size);

/* Grows an array from old_count to new_count elements: in place when it was the newest
 * allocation, else by copying (the old one stays where it is). New elements are zeroed. */
void *arena_grow(struct arena *arena, void *array, size_t old_count, size_t new_count, size_t size);

/* NUL-terminated copies; NULL on failure. */
char *arena_copy(struct arena *arena, const char *text, size_t length);
char *arena_string(struct arena *arena, const char *text);
char *arena_format(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
char *arena_vformat(struct arena *arena, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

/* Where the arena stands, and back to there: everything younger is gone. */
struct arena_mark arena_mark(const struct arena *arena);
void arena_rewind(struct arena *arena, struct arena_mark mark);

/* True when the byte at address lies in one of this arena's blocks. */
bool arena_owns(const struct arena *arena, const void *address);

/* Bytes taken from the account by this arena. */
size_t arena_held(const struct arena *arena);

/* Bytes handed out and not rewound: what the allocations themselves come to. */
size_t arena_used(const struct arena *arena);

#endif
