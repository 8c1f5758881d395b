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

/* Raises, unless a fault is already there. Always returns false, so `return fault_raise(...)`. */
bool fault_raise(struct fault *fault, const char *type, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The two that any part may need. The texts are fixed, so that they need no memory. */
bool fault_no_memory(struct fault *fault);
bool fault_cancelled(struct fault *fault);
bool fault_is(const struct fault *fault, const char *type);

/* Sets the place if the fault has none yet: the innermost place wins. */
void fault_place(struct fault *fault, uint32_t line, uint32_t column);

/* Forgets the fault: for code that handles an exception, like middleware does. */
void fault_clear(struct fault *fault);

#endif
