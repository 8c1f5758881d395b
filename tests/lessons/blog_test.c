/* The blog that the lessons of days 7 to 9 run on. */
#include "tests/support/testing.h"

#include <sqlite3.h>

#include "lessons/blog_fixture.h"

/* A runtime of a test's own. */
struct bench {
    struct memory memory;
    struct arena arena;
    struct fault fault;
    struct head head;
    struct tape *tape;
    struct runtime runtime;
};

static void bench_open(struct bench *bench) {
    memory_init(&bench->memory, 0);
    arena_init(&bench->arena, &bench->memory);
    fault_init(&bench->fault, &bench->arena);
    bench->tape = tape_new(&bench->memory, 0);
    head_init(&bench->head, bench->tape);
    bench->runtime = (struct runtime){.arena = &bench->arena,
                                      .memory = &bench->memory,
                                      .head = &bench->head,
                                      .fault = &bench->fault};
}

static void bench_close(struct bench *bench) {
    tape_free(bench->tape);
    arena_release(&bench->arena);
    assert_int_equal(memory_held(&bench->memory), 0);
}

static int64_t ask(struct database *database, const char *sql) {
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_prepare_v2(database_handle(database), sql, -1, &statement, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t answer = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return answer;
}

static void a_blog_has_the_rows_that_were_asked_for(void **state) {
    (void)state;
    struct bench bench;
    bench_open(&bench);
    struct database *blog = blog_open(&bench.runtime, &blog_size_usual);
    assert_non_null(blog);
    assert_int_equal(ask(blog, "SELECT COUNT(*) FROM blog_article"), 1000);
    assert_int_equal(ask(blog, "SELECT COUNT(*) FROM blog_author"), 40);
    assert_int_equal(ask(blog, "SELECT COUNT(*) FROM blog_event"), 832);
    assert_in_range(ask(blog, "SELECT COUNT(*) FROM blog_article_tags"), 2500, 3500);
    assert_int_equal(ask(blog, "SELECT COUNT(*) FROM pragma_foreign_key_check"), 0);
    database_close(blog);
    bench_close(&bench);
}

static void making_a_blog_records_nothing(void **state) {
    (void)state;
    struct bench bench;
    bench_open(&bench);
    struct database *blog = blog_open(&bench.runtime, &blog_size_usual);
    assert_int_equal(tape_length(bench.tape), 0);
    database_close(blog);
    bench_close(&bench);
}

static const char fingerprint[] = "SELECT SUM(views * id) + SUM(author_id * id) FROM blog_article";

static void the_same_seed_makes_the_same_blog_and_another_one_another(void **state) {
    (void)state;
    struct bench bench;
    bench_open(&bench);
    struct blog_size other = blog_size_usual;
    other.seed = 2;
    struct database *one = blog_open(&bench.runtime, &blog_size_usual),
                    *two = blog_open(&bench.runtime, &blog_size_usual),
                    *three = blog_open(&bench.runtime, &other);
    assert_int_equal(ask(one, fingerprint), ask(two, fingerprint));
    assert_int_not_equal(ask(one, fingerprint), ask(three, fingerprint));
    database_close(one);
    database_close(two);
    database_close(three);
    bench_close(&bench);
}

static void too_few_parents_are_made_up(void **state) {
    (void)state;
    struct bench bench;
    bench_open(&bench);
    struct blog_size size = {.articles = 3, .tags_most = 4, .companies = -7};
    struct database *blog = blog_open(&bench.runtime, &size);
    assert_non_null(blog);
    assert_int_equal(ask(blog, "SELECT COUNT(*) FROM blog_article"), 3);
    assert_int_equal(ask(blog, "SELECT COUNT(*) FROM blog_company"), 1);
    assert_int_equal(ask(blog, "SELECT COUNT(*) FROM pragma_foreign_key_check"), 0);
    database_close(blog);
    bench_close(&bench);
}

static void a_nullable_blog_has_nulls(void **state) {
    (void)state;
    struct bench bench;
    bench_open(&bench);
    struct blog_size size = blog_size_usual;
    size.nullable = true;
    struct database *blog = blog_open(&bench.runtime, &size);
    assert_true(ask(blog, "SELECT COUNT(*) FROM blog_author WHERE profile_id IS NULL") > 0);
    assert_true(ask(blog, "SELECT COUNT(*) FROM blog_profile WHERE company_id IS NULL") > 0);
    database_close(blog);
    bench_close(&bench);
}

static void a_cancelled_making_stops(void **state) {
    (void)state;
    struct bench bench;
    bench_open(&bench);
    atomic_bool cancelled = true;
    bench.runtime.cancelled = &cancelled;
    struct blog_size size = blog_size_usual;
    size.articles = 100000;
    assert_null(blog_open(&bench.runtime, &size));
    assert_true(fault_is(&bench.fault, "Cancelled"));
    bench_close(&bench);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_blog_has_the_rows_that_were_asked_for),
        cmocka_unit_test(making_a_blog_records_nothing),
        cmocka_unit_test(the_same_seed_makes_the_same_blog_and_another_one_another),
        cmocka_unit_test(too_few_parents_are_made_up),
        cmocka_unit_test(a_nullable_blog_has_nulls),
        cmocka_unit_test(a_cancelled_making_stops),
    };
    return RUN_TESTS(tests);
}
