/* orm - listings run against a small blog whose rows a test knows by heart.
 *
 *     companies 1 Acme, 2 Globex           profiles 1..4: companies 1, 1, 2, 2
 *     authors   1 Ada (profile 1), 2 Bob (profile 2), 3 Eve (profile 3); profile 4 has none
 *     tags      1 sql, 2 orm, 3 lazy
 *     articles  1 One   (Ada, 10 views, tags 1 2)       2 Two (Ada, 20 views, tags 2)
 *               3 Three (Bob, 30 views, tags 1 2 3)     4 Four (Bob, 40 views, no tag)
 *               5 Five  (Ada, 50 views, tags 3, not published)
 *
 * Each call runs its listing in a session of its own and fails the test when what came out is not
 * what stands beside it, or when memory is left behind. */
#ifndef TESTS_SUPPORT_ORM_H
#define TESTS_SUPPORT_ORM_H

/* The queries that each top-level statement sent: "0 1 0". Nothing may be raised. */
void expect_queries(const char *listing, const char *counts);

/* What the listing printed, lines ending with a newline. Nothing may be raised. */
void expect_printed(const char *listing, const char *output);

/* What the last statement raised: "TypeError: ..."; those before it must not raise. */
void expect_raised(const char *listing, const char *error);

/* Runs the listing again and again, each time with one more allocation that succeeds, until none
 * fails: whatever fails in between is a MemoryError, and nothing is left behind. */
void expect_survival(const char *listing);

/* The SQL of the last query, with its parameters behind it: "SELECT ... | 1, 2". */
void expect_sql(const char *listing, const char *sql);

#endif
