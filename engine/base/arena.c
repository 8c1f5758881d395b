/* arena - see arena.h. */
#include "engine/base/arena.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_POISON 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_POISON 1
#endif
#endif
#ifdef ARENA_POISON
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#endif

enum { ALIGNMENT = 16, FIRST_BLOCK = 4096, LARGEST_STEP = 1 << 20 };

struct arena_block {
    struct arena_block *previous;
    size_t size; /* bytes of data */
    size_t used;
    size_t pad; /* keeps data aligned to 16 */
    unsigned char data[];
};

static size_t aligned(size_t size) {
    return (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
}

void arena_init(struct arena *arena, struct memory *memory) {
    arena->memory = memory;
    arena->newest = NULL;
    arena->held = 0;
    arena->failed = false;
}

/* Remembers that there was no memory. */
static void *no_memory(struct arena *arena) {
    arena->failed = true;
    return NULL;
}

static void drop_newest(struct arena *arena) {
    struct arena_block *block = arena->newest;
    size_t bytes = sizeof *block + block->size;
    arena->newest = block->previous;
    arena->held -= bytes;
    ASAN_UNPOISON_MEMORY_REGION(block->data, block->size);
    memory_give(arena->memory, block, bytes);
}

void arena_release(struct arena *arena) {
    while (arena->newest) drop_newest(arena);
}

/* Blocks double up to 1 MiB, so that a small run costs a page and a large one few calls. */
static struct arena_block *add_block(struct arena *arena, size_t least) {
    size_t size = arena->newest ? arena->newest->size * 2 : FIRST_BLOCK;
    if (size > LARGEST_STEP) size = LARGEST_STEP;
#ifdef ARENA_EXACT /* tests: each allocation is one of the system's, and can fail */
    size = least;
#endif
    if (size < least) size = least;
    if (size > SIZE_MAX - sizeof(struct arena_block)) return no_memory(arena);
    struct arena_block *block = memory_take(arena->memory, sizeof *block + size);
    if (!block) return no_memory(arena);
    block->previous = arena->newest;
    block->size = size;
    block->used = 0;
    arena->newest = block;
    arena->held += sizeof *block + size;
    ASAN_POISON_MEMORY_REGION(block->data, block->size);
    return block;
}

void *arena_alloc(struct arena *arena, size_t size) {
    if (size > SIZE_MAX - ALIGNMENT) return no_memory(arena);
    size = aligned(size ? size : 1);
    struct arena_block *block = arena->newest;
    if (!block || block->size - block->used < size) {
        block = add_block(arena, size);
        if (!block) return NULL;
    }
    void *memory = block->data + block->used;
    block->used += size;
    ASAN_UNPOISON_MEMORY_REGION(memory, size);
    return memset(memory, 0, size);
}

void *arena_array(struct arena *arena, size_t count, size_t size) {
    if (size && count > SIZE_MAX / size) return no_memory(arena);
    return arena_alloc(arena, count * size);
}

void *arena_grow(struct arena *arena, void *array, size_t old_count, size_t new_count,
                 size_t size) {
    if (size && new_count > SIZE_MAX / size) return no_memory(arena);
    size_t old_size = aligned(old_count * size), new_size = aligned(new_count * size);
    struct arena_block *block = arena->newest;
    if (array && block && old_count &&
        (unsigned char *)array + old_size == block->data + block->used && new_size >= old_size &&
        block->size - block->used >= new_size - old_size) {
        unsigned char *fresh = block->data + block->used;
        block->used += new_size - old_size;
        ASAN_UNPOISON_MEMORY_REGION(fresh, new_size - old_size);
        memset((unsigned char *)array + old_count * size, 0, (new_count - old_count) * size);
        return array;
    }
    assert(array || !old_count);
    void *moved = arena_alloc(arena, new_count * size);
    if (moved && old_count) memcpy(moved, array, old_count * size);
    return moved;
}

char *arena_copy(struct arena *arena, const char *text, size_t length) {
    char *copy = length < SIZE_MAX ? arena_alloc(arena, length + 1) : no_memory(arena);
    if (copy && length) memcpy(copy, text, length);
    return copy;
}

char *arena_string(struct arena *arena, const char *text) {
    return arena_copy(arena, text, strlen(text));
}

char *arena_vformat(struct arena *arena, const char *format, va_list arguments) {
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    char *text = length < 0 ? NULL : arena_alloc(arena, (size_t)length + 1);
    if (text) vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

char *arena_format(struct arena *arena, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *text = arena_vformat(arena, format, arguments);
    va_end(arguments);
    return text;
}

struct arena_mark arena_mark(const struct arena *arena) {
    return (struct arena_mark){arena->newest, arena->newest ? arena->newest->used : 0};
}

void arena_rewind(struct arena *arena, struct arena_mark mark) {
    while (arena->newest != mark.block) {
        assert(arena->newest && "the mark belongs to this arena");
        drop_newest(arena);
    }
    if (!arena->newest) return;
    assert(mark.used <= arena->newest->used);
    ASAN_POISON_MEMORY_REGION(arena->newest->data + mark.used, arena->newest->used - mark.used);
    arena->newest->used = mark.used;
}

bool arena_owns(const struct arena *arena, const void *address) {
    uintptr_t wanted = (uintptr_t)address;
    for (const struct arena_block *block = arena->newest; block; block = block->previous) {
        uintptr_t first = (uintptr_t)block->data;
        if (wanted >= first && wanted - first < block->size) return true;
    }
    return false;
}

size_t arena_held(const struct arena *arena) {
    return arena->held;
}

size_t arena_used(const struct arena *arena) {
    size_t used = 0;
    for (const struct arena_block *block = arena->newest; block; block = block->previous)
        used += block->used;
    return used;
}
