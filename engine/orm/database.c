/* database - see database.h: the connection itself. What runs on it is in cursor.c. */
#include "engine/orm/connection.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/text.h"
#include "engine/orm/sql_functions.h"

enum {
    STEPS_BETWEEN_LOOKS = 20000
}; /* of SQLite's machine, until a cancel is looked for: < 1 ms */

/* ---- opening and closing ------------------------------------------------------------------- */

static int look_for_cancel(void *context) {
    const struct database *database = context;
    return database->running && is_cancelled(database->running);
}

/* What Django's connection does on opening, and a first look at the file: SQLite opens lazily. */
static int prepare_connection(struct database *database) {
    sqlite3_extended_result_codes(database->handle, 1);
    sqlite3_progress_handler(database->handle, STEPS_BETWEEN_LOOKS, look_for_cancel, database);
    int code = sqlite3_exec(database->handle, "PRAGMA foreign_keys = ON", NULL, NULL, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(database->handle, "PRAGMA schema_version", NULL, NULL, NULL);
    return code == SQLITE_OK ? sql_functions_register(database->handle) : code;
}

struct database *database_open(const char *path, enum database_mode mode, struct memory *memory,
                               struct fault *fault) {
    struct database *database = memory_take(memory, sizeof *database);
    if (!database) {
        fault_no_memory(fault);
        return NULL;
    }
    *database = (struct database){.memory = memory};
    arena_init(&database->arena, memory);
    int flags = mode == DATABASE_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    int code = sqlite3_open_v2(path, &database->handle, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (code == SQLITE_OK) code = prepare_connection(database);
    if (code == SQLITE_OK) return database;
    const char *why = database->handle ? sqlite3_errmsg(database->handle) : sqlite3_errstr(code);
    if ((code & 0xff) == SQLITE_NOMEM)
        fault_no_memory(fault);
    else
        fault_raise(fault, "OperationalError", "%s", why);
    database_close(database);
    return NULL;
}

static void free_statements(struct database *database, struct statement **list) {
    while (*list) {
        struct statement *statement = *list;
        *list = statement->next;
        statement_free(database, statement);
    }
}

void database_close(struct database *database) {
    if (!database) return;
    while (database->chunks) database_chunk_free(database, &database->chunks->arena);
    for (size_t i = 0; i < STATEMENT_BUCKETS; i++) free_statements(database, &database->buckets[i]);
    free_statements(database, &database->strays);
    sqlite3_close_v2(database->handle);
    arena_release(&database->arena);
    memory_give(database->memory, database, sizeof *database);
}

void database_set_round_trip(struct database *database, uint64_t ns) {
    database->round_trip_ns = ns;
}

struct sqlite3 *database_handle(struct database *database) {
    return database->handle;
}

int64_t database_last_id(const struct database *database) {
    return sqlite3_last_insert_rowid(database->handle);
}

/* ---- plans --------------------------------------------------------------------------------- */

enum { PLAN_DEPTH = 32 };

/* Rows of a plan are (id, parent, unused, detail), parents first; depth follows from the chain. */
static bool write_plan(sqlite3_stmt *prepared, struct text *text, int *code) {
    int path[PLAN_DEPTH], depth = 0;
    while ((*code = sqlite3_step(prepared)) == SQLITE_ROW) {
        int parent = sqlite3_column_int(prepared, 1);
        while (depth > 0 && path[depth - 1] != parent) depth--;
        for (int i = 0; i < depth; i++) text_add(text, "  ");
        const char *detail = (const char *)sqlite3_column_text(prepared, 3);
        if (!detail) return *code = SQLITE_NOMEM, false;
        text_add(text, detail);
        text_add_char(text, '\n');
        if (depth < PLAN_DEPTH) path[depth++] = sqlite3_column_int(prepared, 0);
    }
    return *code == SQLITE_DONE;
}

const char *database_plan(struct runtime *runtime, const char *sql) {
    char *explain = arena_format(runtime->arena, "EXPLAIN QUERY PLAN %s", sql);
    if (!explain) {
        fault_no_memory(runtime->fault);
        return NULL;
    }
    statement_convert(explain, explain);
    sqlite3_stmt *prepared = NULL;
    int code = sqlite3_prepare_v2(runtime->database->handle, explain, -1, &prepared, NULL);
    struct text text;
    text_init(&text, runtime->arena);
    if (code != SQLITE_OK || !write_plan(prepared, &text, &code)) connection_raise(runtime, code);
    sqlite3_finalize(prepared);
    if (fault_raised(runtime->fault)) return NULL;
    if (text.length) text_cut(&text, text.length - 1); /* the last newline */
    const char *plan = text_finish(&text);
    if (!plan) fault_no_memory(runtime->fault);
    return plan;
}

/* ---- memo and chunks ----------------------------------------------------------------------- */

void **database_memo(struct database *database, const void *key) {
    for (size_t i = 0; i < database->memo_count; i++)
        if (database->memos[i].key == key) return &database->memos[i].remembered;
    if (database->memo_count == database->memo_room) {
        size_t room = database->memo_room ? database->memo_room * 2 : 16;
        struct memo *memos =
            arena_grow(&database->arena, database->memos, database->memo_room, room, sizeof *memos);
        if (!memos) return NULL;
        database->memos = memos;
        database->memo_room = room;
    }
    struct memo *memo = &database->memos[database->memo_count++];
    memo->key = key;
    return &memo->remembered;
}

struct arena *database_arena(struct database *database) {
    return &database->arena;
}

struct arena *database_chunk(struct database *database) {
    struct chunk *chunk = memory_take(database->memory, sizeof *chunk);
    if (!chunk) return NULL;
    arena_init(&chunk->arena, database->memory);
    chunk->previous = NULL;
    chunk->next = database->chunks;
    if (chunk->next) chunk->next->previous = chunk;
    database->chunks = chunk;
    return &chunk->arena;
}

void database_chunk_free(struct database *database, struct arena *arena) {
    struct chunk *chunk = (struct chunk *)arena;
    struct chunk **link = chunk->previous ? &chunk->previous->next : &database->chunks;
    *link = chunk->next;
    if (chunk->next) chunk->next->previous = chunk->previous;
    arena_release(arena);
    memory_give(database->memory, chunk, sizeof *chunk);
}
