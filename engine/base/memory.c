/* memory - see memory.h. */
#include "engine/base/memory.h"

#include <stdint.h>
#include <stdlib.h>

void memory_init(struct memory *memory, size_t limit) {
    atomic_init(&memory->held, 0);
    atomic_init(&memory->peak, 0);
    atomic_init(&memory->fail_after, -1);
    atomic_init(&memory->refused, false);
    memory->limit = limit;
    memory->whole = NULL;
}

void memory_init_part(struct memory *memory, struct memory *whole) {
    memory_init(memory, 0);
    memory->whole = whole;
}

static void unbook(struct memory *memory, size_t size) {
    for (; memory; memory = memory->whole)
        atomic_fetch_sub_explicit(&memory->held, size, memory_order_relaxed);
}

static bool refuse(struct memory *memory) {
    atomic_store(&memory->refused, true);
    return false;
}

/* Books size bytes; false when that would pass the limit or a test asked for a failure here. */
static bool book(struct memory *memory, size_t size) {
    if (atomic_load_explicit(&memory->fail_after, memory_order_relaxed) >= 0 &&
        atomic_fetch_sub(&memory->fail_after, 1) == 0)
        return refuse(memory);
    if (memory->whole && !book(memory->whole, size)) return refuse(memory);
    size_t before = atomic_fetch_add_explicit(&memory->held, size, memory_order_relaxed);
    size_t now = before + size;
    if (now < before || (memory->limit && now > memory->limit)) {
        unbook(memory, size);
        return refuse(memory);
    }
    size_t peak = atomic_load_explicit(&memory->peak, memory_order_relaxed);
    while (now > peak && !atomic_compare_exchange_weak(&memory->peak, &peak, now)) {
    }
    return true;
}

/* The system had none: what was booked is not held. */
static void unbook_refused(struct memory *memory, size_t size) {
    unbook(memory, size);
    refuse(memory);
}

void *memory_take(struct memory *memory, size_t size) {
    if (size == 0) size = 1;
    if (memory && !book(memory, size)) return NULL;
    void *block = malloc(size);
    if (!block && memory) unbook_refused(memory, size);
    return block;
}

void *memory_resize(struct memory *memory, void *block, size_t old_size, size_t new_size) {
    if (!block) return memory_take(memory, new_size);
    if (new_size == 0) new_size = 1;
    size_t more = new_size > old_size ? new_size - old_size : 0;
    if (memory && more && !book(memory, more)) return NULL;
    void *moved = realloc(block, new_size);
    if (!moved) {
        if (memory) unbook_refused(memory, more);
        return NULL;
    }
    if (memory && new_size < old_size) unbook(memory, old_size - new_size);
    return moved;
}

void memory_give(struct memory *memory, void *block, size_t size) {
    if (!block) return;
    if (memory) unbook(memory, size ? size : 1);
    free(block);
}

size_t memory_held(const struct memory *memory) {
    return atomic_load_explicit(&memory->held, memory_order_relaxed);
}

size_t memory_peak(const struct memory *memory) {
    return atomic_load_explicit(&memory->peak, memory_order_relaxed);
}

bool memory_was_refused(const struct memory *memory) {
    return atomic_load(&memory->refused);
}

void memory_reset_peak(struct memory *memory) {
    atomic_store(&memory->peak, atomic_load(&memory->held));
}
