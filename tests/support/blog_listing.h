/* blog_listing - listings of querysets on a small blog in memory, for tests in which something runs
 * out: they run, and may raise.
 *
 * Order of calls: running_begin, with a tape; blog_listing_open; run, printed and still_serves as
 * wanted; blog_listing_close; running_end. */
#ifndef TESTS_SUPPORT_BLOG_LISTING_H
#define TESTS_SUPPORT_BLOG_LISTING_H

#include "tests/support/running.h"

void blog_listing_open(struct running *running);
void blog_listing_close(struct running *running);

/* Runs a listing; false: it raised, and running->fault says what. */
bool blog_listing_run(struct runtime *runtime, const char *source);

/* What was printed since the tape was new, to be freed. */
char *blog_listing_printed(const struct tape *tape);

/* Asserts that the connection serves the next listing as if nothing had been. Forgets the fault. */
void blog_listing_still_serves(struct running *running);

#endif
