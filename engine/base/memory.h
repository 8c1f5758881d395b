/* memory - the engine's own allocator: malloc with an account.
 *
 * Every byte the engine holds on the heap is taken through an account, so that a demo can show
 * what a run holds, a limit can stop a run-away listing, and a test can make the n-th
 * allocation fail. Accounts may be shared between threads.
 *
 * Django has no counterpart: Python's allocator (tracemalloc) plays this part there. */
#ifndef ENGINE_BASE_MEMORY_H
#define ENGINE_BASE_MEMORY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct memory {
    atomic_size_t held;     /* bytes held now */
    atomic_size_t peak;     /* most bytes ever held */
    size_t limit;           /* bytes; 0 means none */
    atomic_long fail_after; /* allocations until one fails on purpose; negative: never */
    atomic_bool refused;    /* some allocation was refused, for whatever reason */
    struct memory *whole;   /* of which this account is a part; NULL: of none */
};

/* Prepares an account. limit is in bytes, 0 for none. Needs no release: it owns nothing. */
void memory_init(struct memory *memory, size_t limit);

/* Prepares an account of a part: what it holds is booked on the whole too, and must fit there. */
void memory_init_part(struct memory *memory, struct memory *whole);

/* Returns size fresh bytes (not zeroed, aligned for any type), to be returned with memory_give,
 * or NULL when the limit or the system says no. memory may be NULL: uncounted. */
void *memory_take(struct memory *memory, size_t size);

/* Like realloc: moves a block of old_size bytes to one of new_size. On NULL the old one stays. */
void *memory_resize(struct memory *memory, void *block, size_t old_size, size_t new_size);

/* Gives a block back; size must be the one it was taken with. A NULL block is ignored. */
void memory_give(struct memory *memory, void *block, size_t size);

/* Bytes held now, and the most ever held. */
size_t memory_held(const struct memory *memory);
size_t memory_peak(const struct memory *memory);

/* True once an allocation was refused: whoever finds an answer missing knows why. */
bool memory_was_refused(const struct memory *memory);

/* Lets the peak begin anew from what is held now: for measuring one part of a run. */
void memory_reset_peak(struct memory *memory);

#endif
