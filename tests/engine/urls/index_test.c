/* The radix index answers as the flat walk does, whatever the urlconf. */
#include "engine/urls/index.h"
#include "tests/support/routes.h"
#include "tests/support/testing.h"

static struct url_index *index_of(struct running *run, const struct resolver *resolver) {
    struct url_index *index = index_new(&run->runtime, resolver);
    assert_non_null(index);
    return index;
}

/* Asks both; the same route object, text and kwargs must come out. Returns whether one matched. */
static bool agree(struct running *run, const struct resolver *resolver,
                  const struct url_index *index, const char *path) {
    struct route_match walked, filed;
    bool walk_found, index_found;
    size_t length = strlen(path);
    assert_true(resolver_resolve(&run->runtime, resolver, path, length, &walked, &walk_found));
    assert_true(index_resolve(&run->runtime, index, path, length, &filed, &index_found));
    if (walk_found != index_found) fail_msg("%s: walk %d, index %d", path, walk_found, index_found);
    if (!walk_found) return false;
    if (walked.found != filed.found) fail_msg("%s: %s against %s", path, walked.route, filed.route);
    assert_string_equal(walked.route, filed.route);
    assert_string_equal(walked.view_name, filed.view_name);
    assert_string_equal(routes_kwargs(run, &walked), routes_kwargs(run, &filed));
    return true;
}

static void the_first_route_wins_although_a_later_one_is_more_literal(void **state) {
    struct running *run = *state;
    struct list *list = routes_new(run);
    routes_add(run, list, "articles/<slug:s>/", "by_slug", NULL);
    routes_add(run, list, "articles/latest/", "latest", NULL);
    struct resolver *resolver = routes_resolver(run, list);
    struct route_match match;
    bool found;
    assert_true(index_resolve(&run->runtime, index_of(run, resolver), "/articles/latest/", 17,
                              &match, &found));
    assert_true(found);
    assert_string_equal(match.view_name, "by_slug");
}

static void an_empty_urlconf_has_an_index(void **state) {
    struct running *run = *state;
    struct resolver *resolver = routes_resolver(run, routes_new(run));
    assert_false(agree(run, resolver, index_of(run, resolver), "/"));
}

static void a_path_without_a_slash_is_not_found(void **state) {
    struct running *run = *state;
    struct list *list = routes_new(run);
    routes_add(run, list, "", "home", NULL);
    struct resolver *resolver = routes_resolver(run, list);
    struct url_index *index = index_of(run, resolver);
    assert_false(agree(run, resolver, index, ""));
    assert_false(agree(run, resolver, index, "x"));
    assert_true(agree(run, resolver, index, "/"));
}

/* An include's prefix takes what it can and never gives it back for the sake of an inner route. */
static void a_greedy_prefix_stays_greedy(void **state) {
    struct running *run = *state;
    struct list *inner = routes_new(run), *list = routes_new(run);
    routes_add(run, inner, "x", "inner", NULL);
    routes_include(run, list, "<str:a>", inner, NULL, NULL);
    struct resolver *resolver = routes_resolver(run, list);
    assert_false(agree(run, resolver, index_of(run, resolver), "/abx"));
}

static void only_routes_filed_on_the_way_are_looked_at(void **state) {
    struct running *run = *state;
    struct list *list = routes_new(run);
    for (int i = 0; i < 1000; i++)
        routes_add(run, list, arena_format(&run->arena, "section%d/<int:pk>/", i), "v", NULL);
    struct resolver *resolver = routes_resolver(run, list);
    struct url_index *index = index_of(run, resolver);
    assert_int_equal(index_count(index), 1000);
    struct route_match match;
    bool found;
    assert_true(index_resolve(&run->runtime, index, "/section999/7/", 14, &match, &found));
    assert_true(found);
    assert_int_equal(match.tried, 1);
}

static void a_route_that_does_not_compile_has_no_index(void **state) {
    struct running *run = *state;
    struct list *list = routes_new(run);
    routes_add(run, list, "<a>/<a>/", "v", NULL);
    assert_null(index_new(&run->runtime, routes_resolver(run, list)));
    running_raised(run, "NotSupported", "an index of routes that do not compile");
}

/* ---- random urlconfs ---------------------------------------------------------------------- */

static const char *random_route(struct running *run, uint64_t *seed, bool prefix) {
    static const char *const pieces[] = {"a",     "b/",       "ab/",        "a/b/",      "-",
                                         "<%c>/", "<int:%c>", "<slug:%c>/", "<path:%c>", "1"};
    struct text text;
    text_init(&text, &run->arena);
    size_t count = running_random(seed) % 4;
    for (size_t i = 0; i < count; i++) {
        const char *piece = pieces[running_random(seed) % 10];
        const char *hole = strchr(piece, '%');
        text_add_bytes(&text, piece, hole ? (size_t)(hole - piece) : strlen(piece));
        /* names of its own for each depth, or resolve() would still do, but never reverse() */
        if (hole) text_format(&text, "%c%s", (char)('a' + i + (prefix ? 8 : 0)), hole + 2);
    }
    return text_finish(&text);
}

static struct list *random_list(struct running *run, uint64_t *seed, int depth) {
    struct list *list = routes_new(run);
    size_t count = 1 + running_random(seed) % 6;
    for (size_t i = 0; i < count; i++) {
        if (depth < 3 && running_random(seed) % 4 == 0)
            routes_include(run, list, random_route(run, seed, true),
                           random_list(run, seed, depth + 1), NULL, NULL);
        else
            routes_add(run, list, random_route(run, seed, false), "v",
                       running_random(seed) % 2 ? "named" : NULL);
    }
    return list;
}

static const char *random_path(struct running *run, uint64_t *seed) {
    static const char *const pieces[] = {"a", "b/", "ab/", "/", "-", "1", "12", "a/b/", "b", "x"};
    struct text text;
    text_init(&text, &run->arena);
    text_add_char(&text, '/');
    size_t count = running_random(seed) % 6;
    for (size_t i = 0; i < count; i++) text_add(&text, pieces[running_random(seed) % 10]);
    return text_finish(&text);
}

static void ten_thousand_random_urlconfs_answer_alike(void **state) {
    (void)state;
    uint64_t seed = 20;
    size_t matched = 0;
    for (int turn = 0; turn < 10000; turn++) {
        struct running run; /* silent: the walk is compared, not the tape */
        running_begin(&run, false);
        struct resolver *resolver = routes_resolver(&run, random_list(&run, &seed, 0));
        struct url_index *index = index_of(&run, resolver);
        for (int i = 0; i < 12; i++)
            matched += agree(&run, resolver, index, random_path(&run, &seed));
        running_end(&run);
    }
    assert_true(matched > 20000); /* else it would prove little */
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, running_setup, running_teardown)
        TEST(the_first_route_wins_although_a_later_one_is_more_literal),
        TEST(an_empty_urlconf_has_an_index),
        TEST(a_path_without_a_slash_is_not_found),
        TEST(a_greedy_prefix_stays_greedy),
        TEST(only_routes_filed_on_the_way_are_looked_at),
        TEST(a_route_that_does_not_compile_has_no_index),
        TEST(ten_thousand_random_urlconfs_answer_alike),
    };
    return RUN_TESTS(tests);
}
