/* failing_sqlite - see failing_sqlite.h. */
#include "tests/support/failing_sqlite.h"

#include <limits.h>
#include <sqlite3.h>
#include <stdatomic.h>

#include "tests/support/testing.h"

/* SQLite gives its allocator no place for what it needs: there is one for the whole process. */
static sqlite3_mem_methods own;
static atomic_long asked, limit = LONG_MAX;
static atomic_bool lasts, refused;

static bool refuses(void) {
    long before = atomic_fetch_add(&asked, 1), after = atomic_load(&limit);
    bool fails = atomic_load(&lasts) ? before >= after : before == after;
    if (fails) atomic_store(&refused, true);
    return fails;
}

static void *take(int size) {
    return refuses() ? NULL : own.xMalloc(size);
}

static void *resize(void *block, int size) {
    return refuses() ? NULL : own.xRealloc(block, size);
}

void failing_sqlite_install(void) {
    sqlite3_mem_methods failing;
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &own), SQLITE_OK);
    failing = own;
    failing.xMalloc = take;
    failing.xRealloc = resize;
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_MALLOC, &failing), SQLITE_OK);
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0), SQLITE_OK);
    assert_int_equal(sqlite3_initialize(), SQLITE_OK);
}

void failing_sqlite_arm(long after, bool lasting) {
    atomic_store(&limit, after);
    atomic_store(&lasts, lasting);
    atomic_store(&asked, 0);
    atomic_store(&refused, false);
}

bool failing_sqlite_disarm(void) {
    atomic_store(&limit, LONG_MAX);
    return atomic_load(&refused);
}

long failing_sqlite_asked(void) {
    return atomic_load(&asked);
}
