/* course - lessons for tests of the reader: a day that has everything a step can have, with a tape
 * and times that are the same in every run, and a day of steps that go wrong. */
#ifndef TESTS_SUPPORT_COURSE_H
#define TESTS_SUPPORT_COURSE_H

#include "ui/reader/state.h"

/* Day 4 and day 9 of the real notes, with demos of the tests' own:
 *
 *     middleware/onion          a trace; a question with choices
 *     middleware/short-circuit  bars and a timeline; an order to predict; raises when asked to;
 *                               has a figure while it runs
 *     middleware/rate-limit     runs until it is stopped
 *     n-plus-one/n-plus-one     a listing with 1 + N queries; a number to predict;
 *                               the word oops in the first line of its listing raises
 *     n-plus-one/select-related series; its knobs are a choice and a text
 *     n-plus-one/prefetch-related  a table; a claim that fails and one that does not apply
 *     n-plus-one/join-explosion has no demo */
extern const struct course test_course;

enum { TEST_MIDDLEWARE, TEST_N_PLUS_ONE };

#endif
