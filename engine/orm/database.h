/* database - one connection, its dialect and its cached statements: the seam between the ORM and
 * SQLite. A second database would stand behind this same header.
 *
 * Every statement is timed, recorded on the tape with its parameters, and kept prepared; a
 * simulated round trip, off by default, may be added to each.
 *
 * Order of calls: database_open; database_execute, then cursor_next until done (or cursor_close);
 * database_close. Code that reads many rows uses cursor_resume, cursor_step, cursor_row and
 * cursor_pause instead of cursor_next; code that runs the same SQL again and again keeps a pinned
 * statement.
 *
 * Mirrors django.db.backends.sqlite3.base.DatabaseWrapper. A connection belongs to one thread. */
#ifndef ENGINE_ORM_DATABASE_H
#define ENGINE_ORM_DATABASE_H

#include "engine/object/object.h"

struct sqlite3;
struct database;
struct statement;
struct cursor;

enum database_mode { DATABASE_READ, DATABASE_WRITE };

/* Opens a file that exists, or ":memory:". NULL with fault raised (OperationalError). In a file
 * opened for reading, whatever writes is an OperationalError and changes no byte. */
struct database *database_open(const char *path, enum database_mode, struct memory *,
                               struct fault *);
/* Closes the connection with all its statements, cursors and chunks. NULL is ignored. */
void database_close(struct database *);

/* Adds a simulated network round trip to every statement; 0 switches it off. It waits without
 * burning CPU, counts as the statement's time, and ends early on cancel. */
void database_set_round_trip(struct database *, uint64_t ns);

/* Runs SQL with %s placeholders; rows are then read with cursor_next. The parameters are borrowed
 * until the cursor ends. On false the query is recorded all the same: Django counts it too. */
bool database_execute(struct runtime *, const char *sql, const struct value *parameters,
                      size_t count, struct cursor **);
/* Reads the next row into `row` (cursor_columns values; texts are copied into the arena). *done at
 * the end, when the query is recorded on the tape with its rows and time, and the cursor is
 * closed. On false it is closed as well. */
bool cursor_next(struct runtime *, struct cursor *, struct arena *, struct value *row, bool *done);
size_t cursor_columns(const struct cursor *);
/* The name of a column; lives until the cursor ends. */
const char *cursor_column_name(const struct cursor *, size_t column);
/* Ends early: what was read is recorded. */
void cursor_close(struct runtime *, struct cursor *);

/* Records the queries whose cursors are still open, with what they have read so far: at the end of
 * a statement that asked an iterator for its first rows only. They are not recorded again. */
void database_record_open(struct runtime *);

/* Runs SQL that gives no rows. *changed, unless NULL, is the number of rows it touched. */
bool database_run(struct runtime *, const char *sql, const struct value *parameters, size_t count,
                  int64_t *changed);
/* The primary key that the last INSERT made. */
int64_t database_last_id(const struct database *);

/* The plan behind a statement, as EXPLAIN QUERY PLAN tells it, one line a step, indented. Not
 * counted as a query. */
const char *database_plan(struct runtime *, const char *sql);

/* How many columns a statement gives; it is prepared, not run. */
bool database_columns(struct runtime *, const char *sql, size_t *columns);

/* The connection itself, for fixtures and benchmarks. */
struct sqlite3 *database_handle(struct database *);

/* ---- for code that reads many rows -----------------------------------------------------------
 * The clock runs between resume and pause only: a pair of clock readings for a batch of rows. */

void cursor_resume(struct cursor *);
void cursor_pause(struct cursor *);
/* Moves to the next row. Like cursor_next, but the row stays in SQLite's memory. */
bool cursor_step(struct runtime *, struct cursor *, bool *done);
/* Reads columns first to first + count - 1 of the row the cursor stands on, as SQLite holds them.
 * Texts are borrowed until the next step; returns the bytes that copies of them need, NULs
 * included. */
size_t cursor_row(const struct cursor *, size_t first, size_t count, struct value *row);

/* ---- for code that runs the same SQL again and again ---------------------------------------- */

/* Prepares and pins: the statement stays until the connection closes. NULL: fault raised. */
struct statement *database_prepare(struct runtime *, const char *sql);
/* Like database_execute, without looking the SQL up. */
bool statement_execute(struct runtime *, struct statement *, const struct value *parameters,
                       size_t count, struct cursor **);

/* A place to remember something about `key` as long as the connection lives; NULL inside at
 * first. Memory for it comes from database_arena. NULL: no memory. */
void **database_memo(struct database *, const void *key);
struct arena *database_arena(struct database *);

/* ---- chunks ----------------------------------------------------------------------------------
 * An arena for one chunk of an iterator's rows. It lives until it is given back, at the latest
 * until the connection closes. NULL: no memory. */
struct arena *database_chunk(struct database *);
void database_chunk_free(struct database *, struct arena *);

#endif
