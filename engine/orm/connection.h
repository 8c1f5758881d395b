/* connection - the inside of a database, shared by its three files.
 *
 *     database -> statements, by the text of their SQL (the least recently used go first)
 *                   `- one cursor each: a statement that is being read is not shared; a second
 *                      reader of the same SQL gets a statement of its own, a stray
 *              -> memo    what the ORM remembers about this connection
 *              -> chunks  arenas of the iterators' rows
 *
 *     database.c   the connection: opening, closing, plans, memo, chunks
 *     cursor.c     what runs on it: prepare, bind, step..., record, reset
 *     transaction.c  BEGIN, savepoints, and how they end */
#ifndef ENGINE_ORM_CONNECTION_H
#define ENGINE_ORM_CONNECTION_H

#include <sqlite3.h>

#include "engine/orm/database.h"

enum { STATEMENT_BUCKETS = 256 };

struct cursor {
    struct statement *statement;
    const struct value *parameters;
    size_t parameter_count;
    int64_t rows;
    uint64_t elapsed_ns, resumed_ns;
    bool recorded; /* on the tape already, by database_record_open */
};

struct statement {
    struct statement *next; /* in its bucket, or in the list of strays */
    sqlite3_stmt *prepared;
    const char *sql; /* as given, with %s: stands behind the struct */
    size_t size;     /* bytes of this block */
    uint64_t hash;
    uint64_t used;         /* the connection's clock when it was run last */
    uint64_t tape_started; /* of the tape that knows the SQL as `subject` */
    uint32_t subject;
    int columns, wanted;      /* of the result; parameters */
    bool busy, pinned, stray; /* stray: in no bucket, freed when its cursor ends */
    struct cursor cursor;
};

struct memo {
    const void *key;
    void *remembered;
};

struct chunk {
    struct arena arena; /* first: a chunk is known by its arena */
    struct chunk *next, *previous;
};

struct database {
    sqlite3 *handle;
    struct memory *memory;
    struct arena arena;
    struct runtime *running; /* whose statement runs now */
    struct statement *buckets[STATEMENT_BUCKETS];
    struct statement *strays;
    size_t kept;    /* statements that may be dropped */
    uint64_t clock; /* statements run so far */
    uint64_t round_trip_ns;
    bool in_atomic_block;
    unsigned savepoints; /* made so far */
    struct memo *memos;
    size_t memo_count, memo_room;
    struct chunk *chunks;
};

static inline bool is_cancelled(const struct runtime *runtime) {
    return runtime->cancelled && atomic_load_explicit(runtime->cancelled, memory_order_relaxed);
}

/* Finalizes and frees; it must stand in no list any more. */
void statement_free(struct database *, struct statement *);

/* Django's placeholders become SQLite's: %s -> ?, %% -> %. Writes no more than it reads, so both
 * may be the same; returns the length. */
int statement_convert(const char *sql, char *converted);

/* Raises what SQLite said last, with Django's type; returns false. */
bool connection_raise(struct runtime *, int code);

#endif
