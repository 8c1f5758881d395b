/* The blueprint by itself: queries built through the C interface, compiled, and compared as SQL.
 * What listings write is held against Django in tests/ui/try_orm_vectors_test.c. */
#include "engine/orm/query.h"
#include "lessons/blog.h"
#include "tests/support/running.h"
#include "tests/support/testing.h"

static struct runtime *runtime_of(void **state) {
    return &((struct running *)*state)->runtime;
}

static struct query *of(struct runtime *runtime, const char *model) {
    struct query *query = query_new(runtime, registry_model(&blog, model));
    assert_non_null(query);
    return query;
}

static bool keep(struct runtime *runtime, struct query *query, const char *lookup,
                 struct value value, bool negated) {
    const struct keyword pair = {lookup, value};
    return query_filter(runtime, query, &(struct arguments){.keywords = &pair, .keyword_count = 1},
                        negated);
}

/* The SQL after FROM, which is what most of these are about. */
static const char *tail(struct runtime *runtime, struct query *query, struct compiled *compiled) {
    assert_true(query_compile(runtime, query, compiled));
    const char *from = strstr(compiled->sql, " FROM ");
    assert_non_null(from);
    return from + strlen(" FROM ");
}

static void expect(struct runtime *runtime, struct query *query, const char *wanted) {
    struct compiled compiled;
    assert_string_equal(tail(runtime, query, &compiled), wanted);
}

static void a_key_is_compared_without_a_join(void **state) {
    struct runtime *runtime = runtime_of(state);
    struct query *query = of(runtime, "Article");
    assert_true(keep(runtime, query, "author__id", value_int(3), false));
    expect(runtime, query, "\"blog_article\" WHERE \"blog_article\".\"author_id\" = %s");
}

static void a_field_behind_two_keys_needs_two_joins(void **state) {
    struct runtime *runtime = runtime_of(state);
    struct query *query = of(runtime, "Article");
    assert_true(keep(runtime, query, "author__profile__bio", value_text(""), false));
    expect(
        runtime, query,
        "\"blog_article\" INNER JOIN \"blog_author\" ON (\"blog_article\".\"author_id\" = "
        "\"blog_author\".\"id\") INNER JOIN \"blog_profile\" ON (\"blog_author\".\"profile_id\" = "
        "\"blog_profile\".\"id\") WHERE \"blog_profile\".\"bio\" = %s");
}

static void two_filters_over_many_rows_join_twice(void **state) {
    struct runtime *runtime = runtime_of(state);
    struct query *query = of(runtime, "Author");
    assert_true(keep(runtime, query, "article__views", value_int(1), false));
    query = query_clone(runtime, query);
    assert_true(keep(runtime, query, "article__views", value_int(2), false));
    expect(runtime, query,
           "\"blog_author\" INNER JOIN \"blog_article\" ON (\"blog_author\".\"id\" = "
           "\"blog_article\".\"author_id\") INNER JOIN \"blog_article\" T3 ON "
           "(\"blog_author\".\"id\" = "
           "T3.\"author_id\") WHERE (\"blog_article\".\"views\" = %s AND T3.\"views\" = %s)");
}

static void a_sticky_filter_shares_its_join_with_the_next(void **state) {
    struct runtime *runtime = runtime_of(state);
    struct query *query = of(runtime, "Tag");
    assert_true(query_filter_sticky(runtime, query, "article", value_int(1)));
    query = query_clone(runtime, query);
    assert_true(keep(runtime, query, "article__views", value_int(2), false));
    expect(runtime, query,
           "\"blog_tag\" INNER JOIN \"blog_article_tags\" ON (\"blog_tag\".\"id\" = "
           "\"blog_article_tags\".\"tag_id\") INNER JOIN \"blog_article\" ON "
           "(\"blog_article_tags\".\"article_id\" = \"blog_article\".\"id\") WHERE "
           "(\"blog_article_tags\".\"article_id\" = %s AND \"blog_article\".\"views\" = %s)");
}

static void excluding_a_nullable_column_keeps_the_null_rows(void **state) {
    struct runtime *runtime = runtime_of(state);
    struct query *query = of(runtime, "Article");
    assert_true(keep(runtime, query, "published_at__gt", value_text("2023-06-01"), true));
    struct compiled compiled;
    assert_string_equal(tail(runtime, query, &compiled),
                        "\"blog_article\" WHERE NOT (\"blog_article\".\"published_at\" > %s AND "
                        "\"blog_article\".\"published_at\" IS NOT NULL)");
    assert_int_equal(compiled.parameter_count, 1);
    assert_string_equal(compiled.parameters[0].text, "2023-06-01 00:00:00");
}

static void excluding_over_many_rows_asks_whether_one_exists(void **state) {
    struct runtime *runtime = runtime_of(state);
    struct query *query = of(runtime, "Author");
    assert_true(keep(runtime, query, "article__views__gt", value_int(9000), true));
    expect(runtime, query,
           "\"blog_author\" WHERE NOT (EXISTS(SELECT (1) AS \"a\" FROM \"blog_article\" U1 WHERE "
           "(U1.\"views\" > %s AND U1.\"author_id\" = \"blog_author\".\"id\") LIMIT 1))");
}

static void a_nullable_key_is_joined_outside_for_ordering(void **state) {
    struct runtime *runtime = runtime_of(state);
    struct query *query = query_new(runtime, registry_model(&blog_nullable, "Author"));
    const struct value name = value_text("profile__company__name");
    assert_true(query_order_by(runtime, query, &name, 1));
    expect(runtime, query,
           "\"blog_author\" LEFT OUTER JOIN \"blog_profile\" ON (\"blog_author\".\"profile_id\" = "
           "\"blog_profile\".\"id\") LEFT OUTER JOIN \"blog_company\" ON "
           "(\"blog_profile\".\"company_id\" = \"blog_company\".\"id\") ORDER BY "
           "\"blog_company\".\"name\" ASC");
}

static void a_filter_turns_an_outer_join_into_an_inner_one(void **state) {
    struct runtime *runtime = runtime_of(state);
    struct query *query = query_new(runtime, registry_model(&blog_nullable, "Author"));
    assert_true(keep(runtime, query, "profile__bio", value_text("x"), false));
    expect(runtime, query,
           "\"blog_author\" INNER JOIN \"blog_profile\" ON (\"blog_author\".\"profile_id\" = "
           "\"blog_profile\".\"id\") WHERE \"blog_profile\".\"bio\" = %s");
}

static void compiling_leaves_the_query_as_it_was(void **state) {
    struct runtime *runtime = runtime_of(state);
    struct query *query = of(runtime, "Article");
    const struct value name = value_text("author__name");
    struct compiled first, second, unordered;
    assert_true(query_order_by(runtime, query, &name, 1));
    assert_true(query_compile(runtime, query, &first));
    assert_true(query_compile(runtime, query, &second));
    assert_string_equal(first.sql, second.sql);
    struct query *plain = query_clone(runtime, query);
    assert_true(query_clear_ordering(plain, true));
    assert_string_equal(tail(runtime, plain, &unordered), "\"blog_article\"");
}

static void a_copy_is_refined_without_its_original(void **state) {
    struct runtime *runtime = runtime_of(state);
    struct query *query = of(runtime, "Event");
    assert_true(keep(runtime, query, "kind", value_text("view"), false));
    struct query *left = query_clone(runtime, query), *right = query_clone(runtime, query);
    assert_true(keep(runtime, left, "amount", value_int(1), false));
    assert_true(keep(runtime, right, "amount__lt", value_int(2), true));
    expect(runtime, query, "\"blog_event\" WHERE \"blog_event\".\"kind\" = %s");
    expect(
        runtime, left,
        "\"blog_event\" WHERE (\"blog_event\".\"kind\" = %s AND \"blog_event\".\"amount\" = %s)");
    expect(runtime, right,
           "\"blog_event\" WHERE (\"blog_event\".\"kind\" = %s AND NOT (\"blog_event\".\"amount\" "
           "< %s))");
}

static void a_slice_of_a_slice_stays_within_it(void **state) {
    struct runtime *runtime = runtime_of(state);
    struct query *query = of(runtime, "Tag");
    query_slice(query, 10, 20);
    query_slice(query, 5, 50);
    expect(runtime, query, "\"blog_tag\" LIMIT 5 OFFSET 15");
    query_slice(query, 5, 9);
    assert_true(query_is_empty(query));
}

static void nothing_is_sent_where_nothing_can_match(void **state) {
    struct runtime *runtime = runtime_of(state);
    struct query *query = of(runtime, "Tag");
    struct compiled compiled;
    assert_true(query_filter_in(runtime, query, "pk", NULL, 0));
    assert_true(query_compile(runtime, query, &compiled));
    assert_true(compiled.empty);
}

static void equal_values_are_listed_once(void **state) {
    struct runtime *runtime = runtime_of(state);
    struct query *query = of(runtime, "Tag");
    const struct value keys[] = {value_int(7), value_text("7"), value_int(8), value_none(),
                                 value_bool(true)};
    struct compiled compiled;
    assert_true(query_filter_in(runtime, query, "pk", keys, 5));
    assert_string_equal(tail(runtime, query, &compiled),
                        "\"blog_tag\" WHERE \"blog_tag\".\"id\" IN (%s, %s, %s)");
    assert_int_equal(compiled.parameters[0].integer, 7);
    assert_int_equal(compiled.parameters[1].integer, 8);
    assert_int_equal(compiled.parameters[2].integer, 1);
}

static void related_models_are_parts_of_the_row(void **state) {
    struct runtime *runtime = runtime_of(state);
    struct query *query = of(runtime, "Article");
    const struct value path = value_text("author__profile");
    struct compiled compiled;
    assert_true(query_select_related(runtime, query, &path, 1));
    assert_true(query_compile(runtime, query, &compiled));
    const struct selected_model *author = &compiled.root->related[0];
    assert_int_equal(compiled.column_count, 14);
    assert_int_equal(compiled.root->related_count, 1);
    assert_string_equal(author->model->name, "Author");
    assert_int_equal(author->first, 7);
    assert_int_equal(author->related[0].first, 11);
    assert_string_equal(compiled.columns[11].name, "id");
}

static void only_loads_what_is_named_and_the_key(void **state) {
    struct runtime *runtime = runtime_of(state);
    struct query *query = of(runtime, "Article");
    const struct value name = value_text("title");
    struct compiled compiled;
    assert_true(query_only(runtime, query, &name, 1));
    assert_true(query_compile(runtime, query, &compiled));
    assert_string_equal(
        compiled.sql,
        "SELECT \"blog_article\".\"id\", \"blog_article\".\"title\" FROM \"blog_article\"");
    assert_int_equal(compiled.root->count, 2);
}

static void counting_drops_the_order_but_not_the_slice(void **state) {
    struct runtime *runtime = runtime_of(state);
    struct query *query = of(runtime, "Tag");
    const struct value name = value_text("name");
    struct compiled compiled;
    assert_true(query_order_by(runtime, query, &name, 1));
    assert_true(query_compile_count(runtime, query, &compiled));
    assert_string_equal(compiled.sql, "SELECT COUNT(*) AS \"__count\" FROM \"blog_tag\"");
    query_slice(query, 0, 3);
    assert_true(query_compile_count(runtime, query, &compiled));
    assert_string_equal(compiled.sql,
                        "SELECT COUNT(*) FROM (SELECT \"blog_tag\".\"id\" AS Col1 FROM "
                        "\"blog_tag\" ORDER BY \"blog_tag\".\"name\" ASC LIMIT 3) subquery");
}

static void a_misspelt_field_lists_the_choices(void **state) {
    struct runtime *runtime = runtime_of(state);
    assert_false(keep(runtime, of(runtime, "Company"), "nmae", value_text("x"), false));
    running_raised(*state, "FieldError",
                   "Cannot resolve keyword 'nmae' into field. Choices are: id, name, profile");
}

static void a_misspelt_lookup_names_the_nearest(void **state) {
    struct runtime *runtime = runtime_of(state);
    assert_false(keep(runtime, of(runtime, "Company"), "name__contain", value_text("x"), false));
    running_raised(*state, "FieldError",
                   "Unsupported lookup 'contain' for CharField or join on the field not permitted, "
                   "perhaps you meant contains or icontains?");
}

static void an_update_over_a_join_finds_its_rows_by_key(void **state) {
    struct runtime *runtime = runtime_of(state);
    struct query *query = of(runtime, "Article");
    const struct keyword change = {"views", value_int(0)};
    struct compiled compiled;
    assert_true(keep(runtime, query, "author__name", value_text("x"), false));
    assert_true(query_compile_update(runtime, query, &change, 1, &compiled));
    assert_string_equal(
        compiled.sql,
        "UPDATE \"blog_article\" SET \"views\" = %s WHERE \"blog_article\".\"id\" IN (SELECT "
        "U0.\"id\" FROM \"blog_article\" U0 INNER JOIN \"blog_author\" U1 ON "
        "(U0.\"author_id\" = U1.\"id\") WHERE U1.\"name\" = %s)");
}

static void the_blueprint_is_drawn_as_a_tree(void **state) {
    struct runtime *runtime = runtime_of(state);
    struct query *query = of(runtime, "Article");
    assert_true(keep(runtime, query, "author__name", value_text("x"), false));
    query_slice(query, 0, 5);
    assert_string_equal(query_describe(runtime, query), "Query Article\n"
                                                        "  columns of the model\n"
                                                        "  from blog_article\n"
                                                        "  inner join blog_author\n"
                                                        "  where\n"
                                                        "    AND\n"
                                                        "      exact blog_author.name 'x'\n"
                                                        "  slice 0 to 5");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, running_setup, running_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_key_is_compared_without_a_join),
        TEST(a_field_behind_two_keys_needs_two_joins),
        TEST(two_filters_over_many_rows_join_twice),
        TEST(a_sticky_filter_shares_its_join_with_the_next),
        TEST(excluding_a_nullable_column_keeps_the_null_rows),
        TEST(excluding_over_many_rows_asks_whether_one_exists),
        TEST(a_nullable_key_is_joined_outside_for_ordering),
        TEST(a_filter_turns_an_outer_join_into_an_inner_one),
        TEST(compiling_leaves_the_query_as_it_was),
        TEST(a_copy_is_refined_without_its_original),
        TEST(a_slice_of_a_slice_stays_within_it),
        TEST(nothing_is_sent_where_nothing_can_match),
        TEST(equal_values_are_listed_once),
        TEST(related_models_are_parts_of_the_row),
        TEST(only_loads_what_is_named_and_the_key),
        TEST(counting_drops_the_order_but_not_the_slice),
        TEST(a_misspelt_field_lists_the_choices),
        TEST(a_misspelt_lookup_names_the_nearest),
        TEST(an_update_over_a_join_finds_its_rows_by_key),
        TEST(the_blueprint_is_drawn_as_a_tree),
    };
    return RUN_TESTS(tests);
}
