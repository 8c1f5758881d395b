/* cursor - what runs on a connection: see database.h, and connection.h for the structs.
 *
 * The order of a statement's calls: find or prepare, bind, step..., record, reset. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/orm/connection.h"
#include "engine/orm/sql_functions.h"

enum {
    STATEMENTS_MOST = 128, /* kept prepared beside the pinned ones */
    NAP_NS = 20000000      /* a simulated wait looks for a cancel this often */
};

/* ---- errors -------------------------------------------------------------------------------- */

/* SQLite's primary result codes as the DB-API's classes (django.db.utils); all others are
 * OperationalError. */
static const struct {
    int code;
    const char *type;
} error_types[] = {
    {SQLITE_INTERNAL, "InternalError"},  {SQLITE_CORRUPT, "DatabaseError"},
    {SQLITE_TOOBIG, "DataError"},        {SQLITE_CONSTRAINT, "IntegrityError"},
    {SQLITE_MISMATCH, "IntegrityError"}, {SQLITE_MISUSE, "ProgrammingError"},
    {SQLITE_RANGE, "ProgrammingError"},
};

bool connection_raise(struct runtime *runtime, int code) {
    struct database *database = runtime->database;
    code &= 0xff;
    if (code == SQLITE_NOMEM) return fault_no_memory(runtime->fault);
    if (code == SQLITE_INTERRUPT && is_cancelled(runtime)) return fault_cancelled(runtime->fault);
    const char *type = "OperationalError", *message = sqlite3_errmsg(database->handle);
    if (strncmp(message, SQL_NOT_SUPPORTED, strlen(SQL_NOT_SUPPORTED)) == 0)
        return fault_raise(runtime->fault, "NotSupported", "%s",
                           message + strlen(SQL_NOT_SUPPORTED));
    for (size_t i = 0; i < sizeof error_types / sizeof error_types[0]; i++)
        if (error_types[i].code == code) type = error_types[i].type;
    return fault_raise(runtime->fault, type, "%s", message);
}

/* ---- statements ---------------------------------------------------------------------------- */

void statement_free(struct database *database, struct statement *statement) {
    sqlite3_finalize(statement->prepared);
    memory_give(database->memory, statement, statement->size);
}

/* Eight bytes at a time: SQL is hashed on every execution. */
static uint64_t hash_sql(const char *sql, size_t length) {
    uint64_t hash = length * 0x9e3779b97f4a7c15u;
    for (; length >= 8; sql += 8, length -= 8) {
        uint64_t word;
        memcpy(&word, sql, 8);
        hash = (hash ^ word) * 0xff51afd7ed558ccdu;
        hash ^= hash >> 32;
    }
    for (; length; sql++, length--) hash = (hash ^ (unsigned char)*sql) * 0x100000001b3u;
    return hash ^ hash >> 29;
}

int statement_convert(const char *sql, char *converted) {
    char *out = converted;
    for (; *sql; sql++) {
        bool percent = sql[0] == '%' && (sql[1] == 's' || sql[1] == '%');
        if (percent) sql++;
        *out++ = percent && *sql == 's' ? '?' : *sql;
    }
    *out = '\0';
    return (int)(out - converted);
}

/* An unbound statement, in no list yet. */
static struct statement *statement_new(struct runtime *runtime, const char *sql, size_t length) {
    struct database *database = runtime->database;
    size_t size = sizeof(struct statement) + length + 1;
    struct statement *statement = memory_take(database->memory, size);
    char *converted = statement ? memory_take(database->memory, length + 1) : NULL;
    if (!converted) {
        memory_give(database->memory, statement, size);
        fault_no_memory(runtime->fault);
        return NULL;
    }
    *statement = (struct statement){.sql = (char *)(statement + 1), .size = size};
    memcpy(statement + 1, sql, length + 1);
    int bytes = statement_convert(sql, converted);
    const char *rest = "";
    int code = sqlite3_prepare_v3(database->handle, converted, bytes + 1, SQLITE_PREPARE_PERSISTENT,
                                  &statement->prepared, &rest);
    bool more = code == SQLITE_OK && rest[strspn(rest, " \t\r\n;")] != '\0';
    memory_give(database->memory, converted, length + 1);
    if (more)
        fault_raise(runtime->fault, "Warning", "You can only execute one statement at a time.");
    if (code != SQLITE_OK || more) {
        connection_raise(runtime, code); /* the first fault stands */
        statement_free(database, statement);
        return NULL;
    }
    statement->columns = sqlite3_column_count(statement->prepared);
    statement->wanted = sqlite3_bind_parameter_count(statement->prepared);
    return statement;
}

static void drop_oldest(struct database *database) {
    struct statement **oldest = NULL;
    for (size_t i = 0; i < STATEMENT_BUCKETS; i++)
        for (struct statement **link = &database->buckets[i]; *link; link = &(*link)->next)
            if (!(*link)->busy && !(*link)->pinned && (!oldest || (*link)->used < (*oldest)->used))
                oldest = link;
    if (!oldest) return;
    struct statement *statement = *oldest;
    *oldest = statement->next;
    database->kept--;
    statement_free(database, statement);
}

/* Finds the statement of this SQL, or prepares it; where it is being read, a stray. */
static struct statement *find_statement(struct runtime *runtime, const char *sql) {
    struct database *database = runtime->database;
    size_t length = strlen(sql);
    uint64_t hash = hash_sql(sql, length);
    struct statement **bucket = &database->buckets[hash % STATEMENT_BUCKETS], *found = *bucket;
    while (found && (found->hash != hash || strcmp(found->sql, sql) != 0)) found = found->next;
    if (found && !found->busy) return found;
    if (!found && database->kept >= STATEMENTS_MOST) drop_oldest(database);
    struct statement *statement = statement_new(runtime, sql, length);
    if (!statement) return NULL;
    statement->hash = hash;
    statement->stray = found != NULL;
    struct statement **list = found ? &database->strays : bucket;
    statement->next = *list;
    *list = statement;
    if (!found) database->kept++;
    return statement;
}

struct statement *database_prepare(struct runtime *runtime, const char *sql) {
    struct statement *statement = find_statement(runtime, sql);
    if (!statement || statement->pinned || statement->stray) return statement;
    statement->pinned = true;
    runtime->database->kept--;
    return statement;
}

static void free_stray(struct database *database, struct statement *stray) {
    struct statement **link = &database->strays;
    while (*link != stray) link = &(*link)->next;
    *link = stray->next;
    statement_free(database, stray);
}

bool database_columns(struct runtime *runtime, const char *sql, size_t *columns) {
    struct statement *statement = find_statement(runtime, sql);
    if (!statement) return false;
    *columns = (size_t)sqlite3_column_count(statement->prepared);
    if (statement->stray) free_stray(runtime->database, statement);
    return true;
}

/* ---- running ------------------------------------------------------------------------------- */

static bool bind_value(sqlite3_stmt *prepared, int place, const struct value *value, int *code) {
    int length = (int)value->length;
    switch ((enum value_kind)value->kind) {
    case VALUE_NONE: *code = sqlite3_bind_null(prepared, place); return true;
    case VALUE_BOOL:
    case VALUE_INT: *code = sqlite3_bind_int64(prepared, place, value->integer); return true;
    case VALUE_FLOAT: *code = sqlite3_bind_double(prepared, place, value->real); return true;
    case VALUE_BYTES:
        *code = sqlite3_bind_blob(prepared, place, value->text, length, SQLITE_STATIC);
        return true;
    case VALUE_TEXT:
    case VALUE_DATE:
    case VALUE_TIME:
    case VALUE_DATETIME:
    case VALUE_UUID:
        *code = sqlite3_bind_text(prepared, place, value->text, length, SQLITE_STATIC);
        return true;
    case VALUE_BIGINT:
    case VALUE_OBJECT: break;
    }
    return false;
}

static bool bind_parameters(struct runtime *runtime, struct statement *statement,
                            const struct value *parameters, size_t count) {
    if ((size_t)statement->wanted != count)
        return fault_raise(runtime->fault, "ProgrammingError",
                           "Incorrect number of bindings supplied. The current statement uses %d, "
                           "and there are %zu supplied.",
                           statement->wanted, count);
    for (size_t i = 0; i < count; i++) {
        int code = SQLITE_OK;
        if (!bind_value(statement->prepared, (int)i + 1, &parameters[i], &code)) {
            if (parameters[i].kind == VALUE_BIGINT)
                return fault_raise(runtime->fault, "OverflowError",
                                   "Python int too large to convert to SQLite INTEGER");
            return fault_raise(runtime->fault, "InterfaceError",
                               "Error binding parameter %zu - probably unsupported type.", i);
        }
        if (code != SQLITE_OK) return connection_raise(runtime, code);
    }
    return true;
}

static void nap(uint64_t ns) {
    struct timespec span = {(time_t)(ns / 1000000000u), (long)(ns % 1000000000u)};
    nanosleep(&span, NULL);
}

/* The simulated network: sleeps in short naps, so that a cancel ends it early. */
static bool wait_round_trip(struct runtime *runtime) {
    uint64_t end = clock_ns() + runtime->database->round_trip_ns;
    for (uint64_t now = clock_ns(); now < end; now = clock_ns()) {
        if (is_cancelled(runtime)) return fault_cancelled(runtime->fault);
        nap(end - now < NAP_NS ? end - now : NAP_NS);
    }
    return true;
}

/* Records the query: its time ends here. */
static void record(struct runtime *runtime, struct cursor *cursor) {
    struct statement *statement = cursor->statement;
    struct head *head = runtime->head;
    if (!head->tape || cursor->recorded) return;
    cursor->recorded = true;
    uint64_t started = tape_started_ns(head->tape);
    if (statement->tape_started != started) {
        statement->subject = tape_subject(head->tape, statement->sql);
        statement->tape_started = started;
    }
    uint64_t now = clock_ns();
    if (cursor->resumed_ns) cursor->elapsed_ns += now - cursor->resumed_ns;
    head_query_at(head, statement->subject, cursor->parameters, cursor->parameter_count,
                  cursor->rows, cursor->elapsed_ns, now);
}

/* Records the query and makes the statement ready for its next run. */
static void finish(struct runtime *runtime, struct cursor *cursor) {
    struct statement *statement = cursor->statement;
    sqlite3_reset(statement->prepared); /* repeats an error that was reported already */
    record(runtime, cursor);
    statement->busy = false;
    if (statement->stray) free_stray(runtime->database, statement);
}

bool statement_execute(struct runtime *runtime, struct statement *statement,
                       const struct value *parameters, size_t count, struct cursor **result) {
    if (statement->busy)
        return database_execute(runtime, statement->sql, parameters, count, result);
    struct database *database = runtime->database;
    struct cursor *cursor = &statement->cursor;
    *cursor =
        (struct cursor){.statement = statement, .parameters = parameters, .parameter_count = count};
    statement->busy = true;
    statement->used = ++database->clock;
    cursor_resume(cursor);
    if (!bind_parameters(runtime, statement, parameters, count) ||
        (database->round_trip_ns && !wait_round_trip(runtime))) {
        finish(runtime, cursor);
        return false;
    }
    *result = cursor;
    return true;
}

bool database_execute(struct runtime *runtime, const char *sql, const struct value *parameters,
                      size_t count, struct cursor **cursor) {
    if (is_cancelled(runtime)) return fault_cancelled(runtime->fault);
    uint64_t start = clock_ns();
    struct statement *statement = find_statement(runtime, sql);
    if (statement) return statement_execute(runtime, statement, parameters, count, cursor);
    head_query(runtime->head, tape_subject(runtime->head->tape, sql), parameters, count, 0,
               clock_ns() - start);
    return false;
}

void cursor_resume(struct cursor *cursor) {
    if (!cursor->resumed_ns) cursor->resumed_ns = clock_ns();
}

void cursor_pause(struct cursor *cursor) {
    if (cursor->resumed_ns) cursor->elapsed_ns += clock_ns() - cursor->resumed_ns;
    cursor->resumed_ns = 0;
}

bool cursor_step(struct runtime *runtime, struct cursor *cursor, bool *done) {
    runtime->database->running = runtime;
    int code = sqlite3_step(cursor->statement->prepared);
    runtime->database->running = NULL;
    *done = code != SQLITE_ROW;
    if (code == SQLITE_ROW) {
        cursor->rows++;
        return true;
    }
    bool fine = code == SQLITE_DONE || connection_raise(runtime, code);
    finish(runtime, cursor);
    return fine;
}

/* Reads one cell as SQLite holds it, and returns the bytes a copy of its text needs. Written member
 * by member: a struct made elsewhere and copied in one piece would wait for its parts.
 *
 * sqlite3_column_value finds the cell once; asking it for type and content is then cheap. Such a
 * cell is "unprotected": fine on a connection that one thread has for itself. */
static inline size_t read_cell(sqlite3_stmt *prepared, int column, struct value *value) {
    sqlite3_value *cell = sqlite3_column_value(prepared, column);
    value->length = 0;
    switch (sqlite3_value_type(cell)) {
    case SQLITE_INTEGER:
        value->kind = VALUE_INT;
        value->integer = sqlite3_value_int64(cell);
        return 0;
    case SQLITE_FLOAT:
        value->kind = VALUE_FLOAT;
        value->real = sqlite3_value_double(cell);
        return 0;
    case SQLITE_TEXT:
        value->kind = VALUE_TEXT;
        value->text = (const char *)sqlite3_value_text(cell);
        break;
    case SQLITE_BLOB:
        value->kind = VALUE_BYTES;
        value->text = sqlite3_value_blob(cell);
        break;
    default:
        value->kind = VALUE_NONE;
        value->integer = 0;
        return 0;
    }
    value->length = (uint32_t)sqlite3_value_bytes(cell);
    return value->length + 1;
}

size_t cursor_row(const struct cursor *cursor, size_t first, size_t count, struct value *row) {
    sqlite3_stmt *prepared = cursor->statement->prepared;
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++) bytes += read_cell(prepared, (int)(first + i), &row[i]);
    return bytes;
}

size_t cursor_columns(const struct cursor *cursor) {
    return (size_t)cursor->statement->columns;
}

const char *cursor_column_name(const struct cursor *cursor, size_t column) {
    const char *name = sqlite3_column_name(cursor->statement->prepared, (int)column);
    return name ? name : ""; /* no memory for a copy in UTF-8: no column is called so */
}

static bool copy_texts(struct arena *arena, struct value *row, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (row[i].kind < VALUE_TEXT) continue;
        row[i].text = arena_copy(arena, row[i].text, row[i].length);
        if (!row[i].text) return false;
    }
    return true;
}

bool cursor_next(struct runtime *runtime, struct cursor *cursor, struct arena *arena,
                 struct value *row, bool *done) {
    cursor_resume(cursor);
    if (!cursor_step(runtime, cursor, done)) return false;
    if (*done) return true;
    size_t count = cursor_columns(cursor);
    cursor_row(cursor, 0, count, row);
    if (!copy_texts(arena, row, count)) {
        cursor_close(runtime, cursor);
        return fault_no_memory(runtime->fault);
    }
    cursor_pause(cursor);
    return true;
}

void cursor_close(struct runtime *runtime, struct cursor *cursor) {
    finish(runtime, cursor);
}

bool database_run(struct runtime *runtime, const char *sql, const struct value *parameters,
                  size_t count, int64_t *changed) {
    struct cursor *cursor;
    bool done = false;
    if (!database_execute(runtime, sql, parameters, count, &cursor)) return false;
    while (!done)
        if (!cursor_step(runtime, cursor, &done)) return false;
    if (changed) *changed = sqlite3_changes(runtime->database->handle);
    return true;
}

static void record_busy(struct runtime *runtime, struct statement *statement) {
    for (; statement; statement = statement->next)
        if (statement->busy) record(runtime, &statement->cursor);
}

void database_record_open(struct runtime *runtime) {
    for (size_t i = 0; i < STATEMENT_BUCKETS; i++)
        record_busy(runtime, runtime->database->buckets[i]);
    record_busy(runtime, runtime->database->strays);
}
