/* listing - runs a piece of the sliver and says what came of it, as text. */
#ifndef TESTS_SUPPORT_LISTING_H
#define TESTS_SUPPORT_LISTING_H

#include "engine/script/script.h"
#include "tests/support/running.h"

/* A script with these modules; asserts that there is memory. */
struct script *listing_script(struct running *running, const struct module *const *modules,
                              size_t count);

/* Runs source in script (NULL: a fresh one without modules) and returns the printed lines, each
 * with its newline, and after them, where something was raised, "Type: message @line:column\n".
 * The fault is forgotten. Lives as long as the run. */
const char *listing_output(struct running *running, struct script *script, const char *source);

/* Asserts what a listing prints and raises. */
#define assert_listing(running, source, expected)                                                  \
    assert_string_equal(listing_output(running, NULL, source), expected)

/* How many LINE events a line of the listing has on the tape. */
uint64_t listing_reached(struct running *running, uint32_t line);

#endif
