/* transaction - see transaction.h. */
#include "engine/orm/transaction.h"

#include "engine/orm/connection.h"

static bool say(struct runtime *runtime, const char *command, const char *savepoint) {
    const char *sql = arena_format(runtime->arena, "%s %s", command, savepoint);
    if (!sql) return fault_no_memory(runtime->fault);
    return database_run(runtime, sql, NULL, 0, NULL);
}

/* "s<thread>_x<n>": a connection here has the one thread. */
static bool begin_savepoint(struct runtime *runtime, struct atomic *atomic) {
    struct database *database = runtime->database;
    atomic->savepoint =
        arena_format(runtime->arena, "\"s1_x%u\"", (unsigned)++database->savepoints);
    if (!atomic->savepoint) return fault_no_memory(runtime->fault);
    return say(runtime, "SAVEPOINT", atomic->savepoint);
}

bool atomic_begin(struct runtime *runtime, struct atomic *atomic, bool savepoint) {
    struct database *database = runtime->database;
    *atomic = (struct atomic){.outermost = !database->in_atomic_block};
    if (!atomic->outermost) return !savepoint || begin_savepoint(runtime, atomic);
    database->in_atomic_block = true;
    if (database_run(runtime, "BEGIN", NULL, 0, NULL)) return true;
    database->in_atomic_block = false;
    return false;
}

static bool end_transaction(struct runtime *runtime, bool commit) {
    sqlite3 *handle = runtime->database->handle;
    int code = sqlite3_exec(handle, commit ? "COMMIT" : "ROLLBACK", NULL, NULL, NULL);
    return code == SQLITE_OK || connection_raise(runtime, code);
}

static void roll_back(struct runtime *runtime, const struct atomic *atomic) {
    if (atomic->outermost)
        end_transaction(runtime, false);
    else if (atomic->savepoint && say(runtime, "ROLLBACK TO SAVEPOINT", atomic->savepoint))
        say(runtime, "RELEASE SAVEPOINT", atomic->savepoint);
}

/* A COMMIT that failed, as where another process holds a lock, is rolled back as well: else the
 * transaction would stay open. */
bool atomic_end(struct runtime *runtime, const struct atomic *atomic, bool fine) {
    if (atomic->outermost) runtime->database->in_atomic_block = false;
    if (fine && atomic->outermost)
        fine = end_transaction(runtime, true);
    else if (fine && atomic->savepoint)
        fine = say(runtime, "RELEASE SAVEPOINT", atomic->savepoint);
    if (fine) return true;
    struct fault raised = *runtime->fault;
    fault_clear(runtime->fault);
    roll_back(runtime, atomic);
    *runtime->fault = raised;
    return false;
}
