/* Where listings go beyond what is sensible: the last numbers, deep nests, work that doubles. */
#include "tests/support/testing.h"

#include "engine/orm/names.h"
#include "engine/orm/query.h"
#include "engine/script/script.h"
#include "lessons/blog.h"
#include "lessons/blog_fixture.h"
#include "tests/support/orm.h"
#include "tests/support/running.h"

static void the_last_of_all_indexes_is_out_of_range(void **state) {
    (void)state;
    expect_raised("Article.objects.all()[9223372036854775807]",
                  "IndexError: list index out of range");
    expect_printed("print(list(Article.objects.all()[9223372036854775807:]))", "[]\n");
}

static void a_slice_beyond_64_bits_is_refused(void **state) {
    (void)state;
    expect_raised("Article.objects.all()[9223372036854775808]",
                  "NotSupported: a slice beyond 64 bits");
    expect_raised("Article.objects.all()[:9223372036854775808]",
                  "NotSupported: a slice beyond 64 bits");
}

static void an_update_without_values_asks_nothing(void **state) {
    (void)state;
    expect_queries("Article.objects.filter(pk=1).update()", "0");
    expect_printed("print(Article.objects.all().update())", "0\n");
}

static void creating_a_row_from_a_subquery_without_rows_raises_empty_result_set(void **state) {
    (void)state;
    expect_raised("Tag.objects.create(name=Subquery(Tag.objects.none().values('name')))",
                  "EmptyResultSet: ");
}

/* Finding the type of a sum asked each side twice, and so did each sum within it. */
static void a_long_sum_is_refused_as_fast_as_a_short_one(void **state) {
    (void)state;
    expect_raised("f = F('pk')\n"
                  "for i in range(60):\n"
                  "    f = f + F('pk')\n"
                  "Article.objects.filter(f)",
                  "TypeError: Cannot filter against a non-conditional expression.");
}

static void nested_functions_have_their_type_found_once(void **state) {
    (void)state;
    expect_printed("f = Value(1.0)\n"
                   "for i in range(30):\n"
                   "    f = Sqrt(f)\n"
                   "print(Tag.objects.annotate(n=f).values_list('n', flat=True)[0])",
                   "1.0\n");
}

static void a_union_of_too_many_unions_raises_recursion_error(void **state) {
    (void)state;
    expect_raised("qs = Tag.objects.all()\n"
                  "for i in range(20000):\n"
                  "    qs = Tag.objects.union(qs)\n",
                  "RecursionError: maximum recursion depth exceeded");
}

/* Runs source until the run has been asked so many times whether it shall stop. */
static void assert_stops(const char *source) {
    struct running running;
    const struct blog_size size = {.articles = 40, .tags = 5, .tags_most = 4, .seed = 1};
    running_begin(&running, false);
    running.runtime.database = blog_open(&running.runtime, &size);
    assert_non_null(running.runtime.database);
    const struct module *modules[] = {names_of_models(&running.runtime, &blog, "blog.models"),
                                      names_of_django(&running.runtime)};
    struct script *script = script_new(&running.runtime, modules, 2, true);
    running.runtime.patience = 2000;
    assert_non_null(script);
    assert_false(script_run(&running.runtime, script, source));
    running_raised(&running, "Cancelled", "the run was stopped");
    database_close(running.runtime.database);
    running_end(&running);
}

static void an_expression_that_doubles_and_doubles_can_be_stopped(void **state) {
    (void)state;
    assert_stops("qs = Tag.objects.annotate(n=F('pk'))\n"
                 "for i in range(60):\n"
                 "    qs = qs.annotate(n=F('n') + F('n'))\n"
                 "list(qs)\n");
}

static void a_union_that_doubles_and_doubles_can_be_stopped(void **state) {
    (void)state;
    assert_stops("qs = Tag.objects.all()\n"
                 "for i in range(60):\n"
                 "    qs = qs.union(qs)\n"
                 "list(qs)\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_of_all_indexes_is_out_of_range),
        cmocka_unit_test(a_slice_beyond_64_bits_is_refused),
        cmocka_unit_test(an_update_without_values_asks_nothing),
        cmocka_unit_test(creating_a_row_from_a_subquery_without_rows_raises_empty_result_set),
        cmocka_unit_test(a_long_sum_is_refused_as_fast_as_a_short_one),
        cmocka_unit_test(nested_functions_have_their_type_found_once),
        cmocka_unit_test(a_union_of_too_many_unions_raises_recursion_error),
        cmocka_unit_test(an_expression_that_doubles_and_doubles_can_be_stopped),
        cmocka_unit_test(a_union_that_doubles_and_doubles_can_be_stopped),
    };
    return RUN_TESTS(tests);
}
