/* scarce_memory - the engine's own allocator, in which an allocation fails on purpose.
 *
 * One file of a test program includes this, and has engine/base/memory.c and arena.c in it with a
 * gate before malloc: the linker then takes none from the library. Whatever account or arena asks,
 * with an account or without, is counted here; and an arena asks the system for each allocation of
 * its own, so that each can fail. For one thread. */
#ifndef TESTS_SUPPORT_SCARCE_MEMORY_H
#define TESTS_SUPPORT_SCARCE_MEMORY_H

#include <stdbool.h>
#include <stdlib.h>

static struct {
    long passed;  /* allocations that were given since the gate was set */
    long after;   /* so many are given, then one fails; negative: all are given */
    bool lasting; /* and none is given any more */
    bool refused; /* it came to that */
} gate = {0, -1, false, false};

static void gate_set(long after, bool lasting) {
    gate.passed = 0;
    gate.after = after;
    gate.lasting = lasting;
    gate.refused = false;
}

/* Gives everything again. True when something was refused. */
static bool gate_open(void) {
    gate.after = -1;
    return gate.refused;
}

static bool gate_passes(void) {
    bool fails =
        gate.after >= 0 && (gate.lasting ? gate.passed >= gate.after : gate.passed == gate.after);
    gate.passed++;
    gate.refused |= fails;
    return !fails;
}

static void *gated_malloc(size_t size) {
    return gate_passes() ? malloc(size) : NULL;
}

static void *gated_realloc(void *block, size_t size) {
    return gate_passes() ? realloc(block, size) : NULL;
}

#define ARENA_EXACT
#define malloc gated_malloc
#define realloc gated_realloc
#include "engine/base/arena.c"
#include "engine/base/memory.c"
#undef malloc
#undef realloc
#undef ARENA_EXACT

#endif
