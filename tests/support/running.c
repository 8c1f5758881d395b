/* running - see running.h. */
#include "tests/support/running.h"

#include "tests/support/testing.h"

void running_begin(struct running *running, bool taped) {
    memset(running, 0, sizeof *running);
    memory_init(&running->memory, 0);
    arena_init(&running->arena, &running->memory);
    fault_init(&running->fault, &running->arena);
    if (taped) {
        running->tape = tape_new(NULL, 0);
        assert_non_null(running->tape);
    }
    head_init(&running->head, running->tape);
    running->runtime = (struct runtime){.arena = &running->arena,
                                        .memory = &running->memory,
                                        .head = &running->head,
                                        .fault = &running->fault};
}

void running_end(struct running *running) {
    if (running->tape) tape_free(running->tape);
    arena_release(&running->arena);
}

int running_setup(void **state) {
    struct running *running = malloc(sizeof *running);
    assert_non_null(running);
    running_begin(running, true);
    *state = running;
    return 0;
}

int running_teardown(void **state) {
    running_end(*state);
    free(*state);
    return 0;
}

void running_raised(struct running *running, const char *type, const char *message) {
    assert_true(fault_raised(&running->fault));
    assert_string_equal(running->fault.type, type);
    assert_string_equal(running->fault.message, message);
    fault_clear(&running->fault);
}

/* xorshift64*: Vigna, "An experimental exploration of Marsaglia's xorshift generators". */
uint64_t running_random(uint64_t *seed) {
    uint64_t state = *seed ? *seed : 1;
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    *seed = state;
    return state * UINT64_C(2685821657736338717);
}
