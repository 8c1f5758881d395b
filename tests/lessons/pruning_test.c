/* Which partitions a query reads, by what its WHERE says of the key. */
#include "tests/support/testing.h"

#include "lessons/pruning.h"

static const char key[] = "\"blog_event\".\"happened_at\"";

/* How many of the twelve months of 2024 are read. */
static int months_read(const char *where, const char *first, const char *second) {
    char sql[512];
    snprintf(sql, sizeof sql, "SELECT 1 FROM \"blog_event\"%s", where);
    struct value parameters[] = {value_text(first ? first : ""), value_text(second ? second : "")};
    struct pruning pruning = pruning_read(sql, key, parameters, first ? second ? 2 : 1 : 0);
    int read = 0;
    for (int month = 1; month <= 12; month++) {
        char from[32], next[32];
        snprintf(from, sizeof from, "2024-%02d-01", month);
        snprintf(next, sizeof next, month < 12 ? "2024-%02d-01" : "2025-01-01", month + 1);
        read += pruning_reads(&pruning, from, next);
    }
    return read;
}

#define KEY "\"blog_event\".\"happened_at\""

static void bounds_on_the_bare_key_prune(void **state) {
    (void)state;
    assert_int_equal(
        months_read(" WHERE (" KEY " >= %s AND " KEY " < %s)", "2024-03-01", "2024-05-01"), 2);
    assert_int_equal(months_read(" WHERE " KEY " BETWEEN %s AND %s", "2024-03-01", "2024-05-01"),
                     3);
    assert_int_equal(months_read(" WHERE " KEY " = %s", "2024-07-14", NULL), 1);
    assert_int_equal(months_read(" WHERE " KEY " < %s", "2024-02-01", NULL), 1);
    assert_int_equal(months_read(" WHERE " KEY " <= %s", "2024-02-01", NULL), 2);
    assert_int_equal(months_read(" WHERE " KEY " > %s", "2024-11-30", NULL), 2);
    assert_int_equal(months_read(" WHERE " KEY " >= %s", "2026-01-01", NULL), 0);
}

static void a_query_without_the_key_prunes_nothing(void **state) {
    (void)state;
    assert_int_equal(months_read("", NULL, NULL), 12);
    assert_int_equal(months_read(" WHERE \"blog_event\".\"kind\" = %s", "refund", NULL), 12);
}

static void what_hides_the_key_prunes_nothing(void **state) {
    (void)state;
    assert_int_equal(months_read(" WHERE django_date_extract('month', " KEY ") = %s", "2", NULL),
                     12);
    assert_int_equal(months_read(" WHERE NOT (" KEY " = %s)", "2024-07-14", NULL), 12);
    assert_int_equal(
        months_read(" WHERE (" KEY " = %s OR \"blog_event\".\"kind\" = %s)", "2024-07-14", "x"),
        12);
    assert_int_equal(months_read(" WHERE " KEY " IS NULL", NULL, NULL), 12);
}

static void a_placeholder_counts_from_the_start_of_the_statement(void **state) {
    (void)state;
    assert_int_equal(months_read(" WHERE (\"blog_event\".\"kind\" = %s AND " KEY " >= %s)",
                                 "2024-01-01", "2024-12-01"),
                     1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bounds_on_the_bare_key_prune),
        cmocka_unit_test(a_query_without_the_key_prunes_nothing),
        cmocka_unit_test(what_hides_the_key_prunes_nothing),
        cmocka_unit_test(a_placeholder_counts_from_the_start_of_the_statement),
    };
    return RUN_TESTS(tests);
}
