/* on_terminal - the reader on a test's terminal, with the tests' own course. */
#ifndef TESTS_SUPPORT_ON_TERMINAL_H
#define TESTS_SUPPORT_ON_TERMINAL_H

#include "tests/support/terminal.h"

/* Where a child begins. */
struct on_terminal {
    size_t lesson, step;
};

/* The child: runs the reader where the struct on_terminal says. */
int on_terminal_read(void *argument);

void on_terminal_start(struct test_terminal *terminal, const char *const *environment, int rows,
                       int columns, size_t lesson, size_t step);

/* Each test has a terminal, which is freed however the test ends. */
int on_terminal_make(void **state);
int on_terminal_free(void **state);

#define WITH_TERMINAL(test)                                                                        \
    cmocka_unit_test_setup_teardown(test, on_terminal_make, on_terminal_free)

#endif
