/* database - one connection, its dialect and its cached statements: the seam between the ORM and
 * SQLite. A second database would stand behind this same header.
 *
 * Every statement is timed, recorded on the tape with its parameters, and kept prepared; a
 * simulated round trip, off by default, may be added to each.
 *
 * Mirrors django.db.backends.sqlite3.base.DatabaseWrapper. A connection belongs to one thread. */
#ifndef ENGINE_ORM_DATABASE_H
#define ENGINE_ORM_DATABASE_H

#include "engine/object/object.h"

struct sqlite3;
struct database;
struct cursor;

enum database_mode { DATABASE_READ, DATABASE_WRITE };

/* Opens a file, or ":memory:". NULL with fault raised (OperationalError). */
struct database *database_open(const char *path, enum database_mode, struct memory *, struct fault *);
void database_close(struct database *);

/* Adds a simulated network round trip to every statement; 0 switches it off. It waits without
 * burning CPU, counts as the statement's time, and ends early on cancel. */
void database_set_round_trip(struct database *, uint64_t ns);

/* Runs SQL with %s placeholders; rows are then read with cursor_next. */
bool database_execute(struct runtime *, const char *sql, const struct value *parameters, size_t count,
                      struct cursor **);
/* Reads the next row into `row` (column_count values; texts are copied into arena). *done at the end, when the
 * query is recorded on the tape with its rows and time, and the cursor is closed. */
bool cursor_next(struct runtime *, struct cursor *, struct arena *, struct value *row, bool *done);
size_t cursor_columns(const struct cursor *);
/* Ends early: what was read is recorded. */
void cursor_close(struct runtime *, struct cursor *);

/* The plan behind a statement, as EXPLAIN QUERY PLAN tells it, one line a step, indented. Not counted as a query. */
const char *database_plan(struct runtime *, const char *sql);

/* The connection itself, for fixtures and benchmarks. */
struct sqlite3 *database_handle(struct database *);

#endif
