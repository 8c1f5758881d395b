/* fault - an expected error: what a learner's listing raises, what bad input earns.
 *
 * A fault has a type (Django's or Python's class name: "FieldError", "TypeError"), a message
 * (Django's text), and a place in the listing. The first fault wins; code that sees false or
 * NULL returns at once and lets it travel. Programmer's errors are asserts, not faults. */
#ifndef ENGINE_BASE_FAULT_H
#define ENGINE_BASE_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/arena.h"

struct fault {
    struct arena *arena; /* the strings below live here */
    const char *type;    /* NULL: no fault */
    const char *message;
    uint32_t line;   /* 1-based line of the listing; 0: no place known */
    uint32_t column; /* 1-based column, in characters */
};

/* Prepares an empty fault whose texts will live in arena. */
void fault_init(struct fault *fault, struct arena *arena);

/* True when something was raised. */
bool fault_raised(const struct fault *fault);

/* Raises, unless a fault is already there. Its value is false, so `return fault_raise(...)`; that
 * is spelled here, in every caller's sight, so that a compiler or an analyser that reads one file
 * at a time knows what follows a fault and what does not.
 *     bool fault_raise(struct fault *fault, const char *type, const char *format, ...); */
#define fault_raise(...) (fault_set(__VA_ARGS__), fault_false())

/* The two that any part may need. The texts are fixed, so that they need no memory. */
static inline bool fault_no_memory(struct fault *fault);
static inline bool fault_cancelled(struct fault *fault);

bool fault_is(const struct fault *fault, const char *type);

/* Sets the place if the fault has none yet: the innermost place wins. */
void fault_place(struct fault *fault, uint32_t line, uint32_t column);

/* Forgets the fault: for code that handles an exception, like middleware does. */
void fault_clear(struct fault *fault);

/* ---- what stands behind fault_raise and the two ---------------------------------------------- */

/* Copies both texts into the fault's arena; without memory for them the fault is that. */
void fault_set(struct fault *fault, const char *type, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Borrows both texts, for good. */
void fault_set_fixed(struct fault *fault, const char *type, const char *message);

static inline bool fault_false(void) {
    return false;
}

static inline bool fault_no_memory(struct fault *fault) {
    fault_set_fixed(fault, "MemoryError", "the run needs more memory than it may have");
    return false;
}

static inline bool fault_cancelled(struct fault *fault) {
    fault_set_fixed(fault, "Cancelled", "the run was stopped");
    return false;
}

#endif
