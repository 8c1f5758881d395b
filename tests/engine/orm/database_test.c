/* database - statements, cursors, errors, recording. */
#include "engine/orm/database.h"

#include <string.h>

#include "tests/support/testing.h"

struct bench {
    struct memory memory;
    struct arena arena;
    struct fault fault;
    struct head head;
    struct runtime runtime;
    atomic_bool cancelled;
};

static int open_bench(void **state) {
    static struct bench bench;
    memset(&bench, 0, sizeof bench);
    memory_init(&bench.memory, 0);
    arena_init(&bench.arena, &bench.memory);
    fault_init(&bench.fault, &bench.arena);
    head_init(&bench.head, tape_new(&bench.memory, 0));
    bench.runtime = (struct runtime){.arena = &bench.arena,
                                     .memory = &bench.memory,
                                     .head = &bench.head,
                                     .fault = &bench.fault,
                                     .cancelled = &bench.cancelled};
    bench.runtime.database = database_open(":memory:", DATABASE_WRITE, &bench.memory, &bench.fault);
    *state = &bench;
    return bench.runtime.database ? 0 : -1;
}

/* Nothing may be left on the account. */
static int close_bench(void **state) {
    struct bench *bench = *state;
    database_close(bench->runtime.database);
    tape_free(bench->head.tape);
    arena_release(&bench->arena);
    return memory_held(&bench->memory) == 0 ? 0 : -1;
}

static void run(struct bench *bench, const char *sql) {
    assert_true(database_run(&bench->runtime, sql, NULL, 0, NULL));
}

/* The first cell of the first row. */
static struct value ask(struct bench *bench, const char *sql, const struct value *parameters,
                        size_t count) {
    struct cursor *cursor;
    struct value cell, beyond;
    bool done;
    assert_true(database_execute(&bench->runtime, sql, parameters, count, &cursor));
    assert_int_equal(cursor_columns(cursor), 1);
    assert_true(cursor_next(&bench->runtime, cursor, &bench->arena, &cell, &done));
    assert_false(done);
    assert_true(cursor_next(&bench->runtime, cursor, &bench->arena, &beyond, &done));
    assert_true(done);
    return cell;
}

static uint64_t queries(const struct bench *bench) {
    return tape_count(cut_whole(bench->head.tape), TAPE_QUERY, ANY_EVENT);
}

static void values_go_in_and_out_by_kind(void **state) {
    struct bench *bench = *state;
    struct value text = value_text("caf\xc3\xa9"), bytes = value_of_text(VALUE_BYTES, "\0\1", 2);
    struct value yes = value_bool(true), half = value_float(0.5), none = value_none();
    struct value large = value_int(INT64_MIN);
    assert_int_equal(ask(bench, "SELECT %s", &none, 1).kind, VALUE_NONE);
    assert_int_equal(ask(bench, "SELECT %s", &yes, 1).integer, 1);
    assert_true(ask(bench, "SELECT %s", &large, 1).integer == INT64_MIN);
    assert_true(ask(bench, "SELECT %s", &half, 1).real == 0.5);
    assert_string_equal(ask(bench, "SELECT %s", &text, 1).text, "caf\xc3\xa9");
    struct value back = ask(bench, "SELECT %s", &bytes, 1);
    assert_int_equal(back.kind, VALUE_BYTES);
    assert_int_equal(back.length, 2);
}

static void a_doubled_percent_sign_is_one(void **state) {
    struct bench *bench = *state;
    struct value seven = value_int(7);
    assert_int_equal(ask(bench, "SELECT %s %% 4", &seven, 1).integer, 3);
}

static void a_query_is_recorded_once_with_its_rows(void **state) {
    struct bench *bench = *state;
    struct value ten = value_int(10);
    struct cursor *cursor;
    struct value row;
    bool done = false;
    assert_true(database_execute(
        &bench->runtime,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %s) "
        "SELECT i FROM n",
        &ten, 1, &cursor));
    for (size_t i = 0; !done; i++) {
        assert_int_equal(queries(bench), 0);
        assert_true(cursor_next(&bench->runtime, cursor, &bench->arena, &row, &done));
    }
    struct tally tally = tape_tally(cut_whole(bench->head.tape), TAPE_QUERY, ANY_EVENT);
    assert_int_equal(tally.count, 1);
    assert_int_equal(tally.amount, 10);
    assert_true(tally.elapsed_ns > 0);
    struct tape_event event;
    assert_int_equal(tape_events(bench->head.tape, 0, &event, 1), 1);
    assert_int_equal(event.parameter_count, 1);
    assert_int_equal(event.parameters[0].integer, 10);
}

static void a_tape_that_was_cleared_learns_the_sql_anew(void **state) {
    struct bench *bench = *state;
    struct tape_event event;
    ask(bench, "SELECT 1", NULL, 0);
    tape_clear(bench->head.tape);
    ask(bench, "SELECT 2", NULL, 0);
    ask(bench, "SELECT 1", NULL, 0);
    assert_int_equal(tape_events(bench->head.tape, 1, &event, 1), 1);
    assert_string_equal(tape_name(bench->head.tape, event.subject), "SELECT 1");
}

static void a_closed_cursor_records_what_was_read(void **state) {
    struct bench *bench = *state;
    struct cursor *cursor;
    struct value row;
    bool done;
    assert_true(database_execute(&bench->runtime, "VALUES (1), (2), (3)", NULL, 0, &cursor));
    assert_true(cursor_next(&bench->runtime, cursor, &bench->arena, &row, &done));
    cursor_close(&bench->runtime, cursor);
    assert_int_equal(tape_tally(cut_whole(bench->head.tape), TAPE_QUERY, ANY_EVENT).amount, 1);
}

static void two_cursors_may_read_the_same_sql(void **state) {
    struct bench *bench = *state;
    const char *sql = "VALUES (1), (2)";
    struct cursor *outer, *inner;
    struct value row;
    bool done, inner_done = false;
    assert_true(database_execute(&bench->runtime, sql, NULL, 0, &outer));
    assert_true(cursor_next(&bench->runtime, outer, &bench->arena, &row, &done));
    assert_true(database_execute(&bench->runtime, sql, NULL, 0, &inner));
    for (size_t i = 0; !inner_done; i++)
        assert_true(cursor_next(&bench->runtime, inner, &bench->arena, &row, &inner_done));
    assert_true(cursor_next(&bench->runtime, outer, &bench->arena, &row, &done));
    assert_int_equal(row.integer, 2);
    cursor_close(&bench->runtime, outer);
    assert_int_equal(queries(bench), 2);
}

static void more_statements_than_are_kept_still_run(void **state) {
    struct bench *bench = *state;
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 300; i++) {
            const char *sql = arena_format(&bench->arena, "SELECT %d", i);
            assert_int_equal(ask(bench, sql, NULL, 0).integer, i);
        }
    assert_int_equal(queries(bench), 600);
}

static void a_pinned_statement_survives_the_others(void **state) {
    struct bench *bench = *state;
    struct statement *pinned = database_prepare(&bench->runtime, "SELECT %s + 1");
    assert_non_null(pinned);
    for (int i = 0; i < 300; i++) ask(bench, arena_format(&bench->arena, "SELECT %d", i), NULL, 0);
    struct cursor *cursor;
    struct value one = value_int(1), row;
    bool done;
    assert_true(statement_execute(&bench->runtime, pinned, &one, 1, &cursor));
    assert_true(cursor_next(&bench->runtime, cursor, &bench->arena, &row, &done));
    assert_int_equal(row.integer, 2);
    cursor_close(&bench->runtime, cursor);
}

static void expect_fault(struct bench *bench, const char *sql, const char *type,
                         const char *message) {
    struct cursor *cursor;
    struct value row;
    bool done = false, fine;
    uint64_t before = queries(bench);
    fine = database_execute(&bench->runtime, sql, NULL, 0, &cursor);
    while (fine && !done) fine = cursor_next(&bench->runtime, cursor, &bench->arena, &row, &done);
    assert_false(fine);
    assert_string_equal(bench->fault.type, type);
    assert_string_equal(bench->fault.message, message);
    assert_int_equal(queries(bench), before + 1);
    fault_clear(&bench->fault);
}

static void errors_carry_djangos_types_and_sqlites_words(void **state) {
    struct bench *bench = *state;
    run(bench, "CREATE TABLE t (a integer NOT NULL UNIQUE)");
    run(bench, "INSERT INTO t VALUES (1)");
    expect_fault(bench, "SELECT nope FROM t", "OperationalError", "no such column: nope");
    expect_fault(bench, "INSERT INTO t VALUES (1)", "IntegrityError",
                 "UNIQUE constraint failed: t.a");
    expect_fault(bench, "SELECT SUM(COUNT(a)) FROM t", "OperationalError",
                 "misuse of aggregate function COUNT()");
    expect_fault(bench, "SELECT LN(0)", "OperationalError",
                 "user-defined function raised exception");
    expect_fault(bench, "SELECT 'a' REGEXP '('", "OperationalError",
                 "user-defined function raised exception");
    expect_fault(bench, "SELECT 'a' REGEXP '(?=a)'", "NotSupported",
                 "this kind of group in a regular expression");
}

static void a_file_opened_for_reading_stays_as_it_is(void **state) {
    struct bench *bench = *state;
    struct fault fault;
    fault_init(&fault, &bench->arena);
    assert_null(database_open("/nowhere/at/all", DATABASE_READ, &bench->memory, &fault));
    assert_string_equal(fault.type, "OperationalError");
    assert_string_equal(fault.message, "unable to open database file");
}

static void a_cancel_ends_a_long_statement(void **state) {
    struct bench *bench = *state;
    struct cursor *cursor;
    struct value row;
    bool done;
    assert_true(database_execute(
        &bench->runtime,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT MAX(i) FROM n",
        NULL, 0, &cursor));
    bench->cancelled = true;
    assert_false(cursor_next(&bench->runtime, cursor, &bench->arena, &row, &done));
    struct fault cancelled;
    fault_init(&cancelled, &bench->arena);
    fault_cancelled(&cancelled);
    assert_string_equal(bench->fault.type, cancelled.type);
    bench->cancelled = false;
}

static void a_round_trip_counts_as_the_statements_time(void **state) {
    struct bench *bench = *state;
    database_set_round_trip(bench->runtime.database, 2000000);
    ask(bench, "SELECT 1", NULL, 0);
    assert_true(tape_tally(cut_whole(bench->head.tape), TAPE_QUERY, ANY_EVENT).elapsed_ns >=
                2000000);
}

static void a_plan_is_told_and_not_counted(void **state) {
    struct bench *bench = *state;
    run(bench, "CREATE TABLE t (id integer PRIMARY KEY, a)");
    uint64_t before = queries(bench);
    assert_string_equal(database_plan(&bench->runtime, "SELECT * FROM t WHERE id = %s"),
                        "SEARCH t USING INTEGER PRIMARY KEY (rowid=?)");
    assert_string_equal(
        database_plan(&bench->runtime, "SELECT 1 FROM t UNION SELECT 2 FROM t WHERE id = %s"),
        "COMPOUND QUERY\n  LEFT-MOST SUBQUERY\n    SCAN t\n  UNION USING TEMP B-TREE\n    SEARCH t "
        "USING INTEGER PRIMARY KEY (rowid=?)");
    assert_int_equal(queries(bench), before);
}

static void expect_text(struct bench *bench, const char *sql, const char *text) {
    struct value cell = ask(bench, sql, NULL, 0);
    if (!text)
        assert_int_equal(cell.kind, VALUE_NONE);
    else
        assert_string_equal(cell.text, text);
}

static void expect_number(struct bench *bench, const char *sql, int64_t number) {
    struct value cell = ask(bench, sql, NULL, 0);
    assert_int_equal(cell.kind, VALUE_INT);
    assert_int_equal(cell.integer, number);
}

static void dates_are_cut_and_taken_apart(void **state) {
    struct bench *bench = *state;
    expect_number(bench, "SELECT django_date_extract('week_day', '2024-02-29')", 5);
    expect_number(bench, "SELECT django_date_extract('iso_week_day', '2024-03-03')", 7);
    expect_number(bench, "SELECT django_date_extract('week', '2024-12-30')", 1);
    expect_number(bench, "SELECT django_date_extract('iso_year', '2024-12-30')", 2025);
    expect_number(bench, "SELECT django_date_extract('quarter', '2024-05-01')", 2);
    expect_number(
        bench, "SELECT django_datetime_extract('minute', '2024-02-29 13:45:00', NULL, NULL)", 45);
    expect_text(bench, "SELECT django_date_extract('year', NULL)", NULL);
    expect_text(bench, "SELECT django_date_trunc('week', '2024-03-03', NULL, NULL)", "2024-02-26");
    expect_text(bench, "SELECT django_date_trunc('quarter', '2024-03-03', NULL, NULL)",
                "2024-01-01");
    expect_text(bench, "SELECT django_datetime_trunc('month', '2024-03-03 04:05:06.7', NULL, NULL)",
                "2024-03-01 00:00:00");
    expect_text(bench,
                "SELECT django_datetime_trunc('minute', '2024-03-03 04:05:06.7', NULL, NULL)",
                "2024-03-03 04:05:00");
    expect_text(bench, "SELECT django_datetime_cast_date('2024-03-03 04:05:06', NULL, NULL)",
                "2024-03-03");
    expect_text(bench, "SELECT django_datetime_cast_time('2024-03-03 04:05:06.5', NULL, NULL)",
                "04:05:06.500000");
}

static void moments_and_spans_add_up(void **state) {
    struct bench *bench = *state;
    expect_number(bench, "SELECT django_timestamp_diff('2024-03-01 00:00:01', '2024-02-29')",
                  INT64_C(86401000000));
    expect_text(bench, "SELECT django_format_dtdelta('+', '2024-02-28 23:00:00', 7200000000)",
                "2024-02-29 01:00:00");
    expect_text(bench, "SELECT django_format_dtdelta('-', '2024-03-01', 86400000000)",
                "2024-02-29 00:00:00");
    expect_text(bench, "SELECT django_format_dtdelta('-', 3600000000, 7200000000)",
                "-1 day, 23:00:00");
}

static void arithmetic_is_pythons(void **state) {
    struct bench *bench = *state;
    expect_number(bench, "SELECT POWER(2, 62)", INT64_C(1) << 62);
    assert_true(ask(bench, "SELECT POWER(2, -1)", NULL, 0).real == 0.5);
    expect_number(bench, "SELECT CEILING(1.2)", 2);
    expect_number(bench, "SELECT SIGN(-3)", -1);
    expect_text(bench, "SELECT SQRT(NULL)", NULL);
    expect_text(bench, "SELECT LPAD('7', 3, '0')", "007");
    expect_text(bench, "SELECT RPAD('caf\xc3\xa9!', 4, 'x')", "caf\xc3\xa9");
    expect_text(bench,
                "SELECT REVERSE('\xc3\xa9"
                "a')",
                "a\xc3\xa9");
    expect_text(bench, "SELECT REPEAT('ab', 3)", "ababab");
    assert_true(ask(bench, "SELECT VAR_POP(column1) FROM (VALUES (1), (3))", NULL, 0).real == 1.0);
}

static void chunks_come_and_go(void **state) {
    struct bench *bench = *state;
    struct database *database = bench->runtime.database;
    size_t before = memory_held(&bench->memory);
    struct arena *first = database_chunk(database), *second = database_chunk(database);
    struct arena *third = database_chunk(database);
    assert_non_null(arena_alloc(first, 100000));
    assert_non_null(arena_alloc(second, 100000));
    database_chunk_free(database, second);
    database_chunk_free(database, first);
    database_chunk_free(database, third);
    assert_int_equal(memory_held(&bench->memory), before);
    assert_non_null(database_chunk(database)); /* closed with the connection */
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_bench, close_bench)
    const struct CMUnitTest tests[] = {
        TEST(values_go_in_and_out_by_kind),
        TEST(a_doubled_percent_sign_is_one),
        TEST(a_query_is_recorded_once_with_its_rows),
        TEST(a_tape_that_was_cleared_learns_the_sql_anew),
        TEST(a_closed_cursor_records_what_was_read),
        TEST(two_cursors_may_read_the_same_sql),
        TEST(more_statements_than_are_kept_still_run),
        TEST(a_pinned_statement_survives_the_others),
        TEST(errors_carry_djangos_types_and_sqlites_words),
        TEST(a_file_opened_for_reading_stays_as_it_is),
        TEST(a_cancel_ends_a_long_statement),
        TEST(a_round_trip_counts_as_the_statements_time),
        TEST(a_plan_is_told_and_not_counted),
        TEST(dates_are_cut_and_taken_apart),
        TEST(moments_and_spans_add_up),
        TEST(arithmetic_is_pythons),
        TEST(chunks_come_and_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
