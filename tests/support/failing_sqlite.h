/* failing_sqlite - SQLite's own allocator, in which an allocation fails on purpose.
 *
 * It stands before the one that SQLite came with, and counts. SQLite's lookaside, which would hand
 * out memory uncounted, is switched off.
 *
 * Order of calls: failing_sqlite_install, before SQLite is used for the first time;
 * failing_sqlite_arm, what shall run short, and failing_sqlite_disarm, as often as wanted. For any
 * number of threads. */
#ifndef TESTS_SUPPORT_FAILING_SQLITE_H
#define TESTS_SUPPORT_FAILING_SQLITE_H

#include <stdbool.h>

/* Asserts that SQLite takes it. */
void failing_sqlite_install(void);

/* Gives `after` allocations and refuses the next one; lasting: and all that come behind it. Begins
 * to count anew. LONG_MAX: refuses none. */
void failing_sqlite_arm(long after, bool lasting);

/* Gives everything again. True when one was refused. */
bool failing_sqlite_disarm(void);

/* How many allocations were asked for since it was armed. */
long failing_sqlite_asked(void);

#endif
