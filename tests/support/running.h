/* running - a runtime of its own for each test: arena, fault, tape and head. */
#ifndef TESTS_SUPPORT_RUNNING_H
#define TESTS_SUPPORT_RUNNING_H

#include "engine/object/object.h"
#include "engine/tape/tape.h"

struct running {
    struct memory memory;
    struct arena arena;
    struct fault fault;
    struct tape *tape; /* NULL: a silent run */
    struct head head;
    struct runtime runtime;
};

/* Begins a run, with a tape or silent. */
void running_begin(struct running *running, bool taped);
void running_end(struct running *running);

/* The same as setup and teardown of a test: *state is a struct running, with a tape. */
int running_setup(void **state);
int running_teardown(void **state);

/* Asserts what was raised, and forgets it. */
void running_raised(struct running *running, const char *type, const char *message);

/* Random numbers that are the same everywhere: a fixed generator from a seed. */
uint64_t running_random(uint64_t *seed);

#endif
