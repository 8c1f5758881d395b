/* testing - what every test program includes: cmocka and what it needs before it. */
#ifndef TESTS_SUPPORT_TESTING_H
#define TESTS_SUPPORT_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The commonest main: a table of tests named as sentences. */
#define RUN_TESTS(table) cmocka_run_group_tests_name(__FILE__, table, NULL, NULL)

#endif
