/* Resolving: order, includes, kwargs, and what counts as tried. */
#include "engine/urls/resolver.h"
#include "tests/support/routes.h"
#include "tests/support/testing.h"

/* Adds path(route, view, {key: number}). */
static void add_with_extra(struct running *run, struct list *list, const char *route,
                           const char *view, const char *key, int64_t number, struct list *inner) {
    struct dict *extra = dict_new(&run->runtime);
    assert_true(dict_set(&run->runtime, extra, value_text(key), value_int(number)));
    if (inner)
        routes_include(run, list, route, inner, NULL, NULL);
    else
        routes_add(run, list, route, view, NULL);
    ((struct route *)list->items[list->count - 1].object)->extra = extra;
}

static void the_first_match_wins_however_well_a_later_one_fits(void **state) {
    struct running *run = *state;
    struct list *list = routes_new(run);
    routes_add(run, list, "articles/<slug:s>/", "by_slug", "by-slug");
    routes_add(run, list, "articles/latest/", "latest", "latest");
    assert_string_equal(routes_answer(run, routes_resolver(run, list), "/articles/latest/"),
                        "by-slug articles/<slug:s>/ {'s': 'latest'} 1");
}

static void one_slash_is_taken_off_the_path(void **state) {
    struct running *run = *state;
    struct list *list = routes_new(run);
    routes_add(run, list, "about/", "about", NULL);
    routes_add(run, list, "/lead/", "lead", NULL);
    struct resolver *resolver = routes_resolver(run, list);
    assert_string_equal(routes_answer(run, resolver, "/about/"), "about about/ {} 1");
    assert_string_equal(routes_answer(run, resolver, "//lead/"), "lead /lead/ {} 2");
    assert_string_equal(routes_answer(run, resolver, "/lead/"), "404 2");
}

static void a_path_without_a_slash_tries_nothing(void **state) {
    struct running *run = *state;
    struct list *list = routes_new(run);
    routes_add(run, list, "about/", "about", NULL);
    struct resolver *resolver = routes_resolver(run, list);
    assert_string_equal(routes_answer(run, resolver, "about/"), "404 0");
    assert_string_equal(routes_answer(run, resolver, ""), "404 0");
    assert_false(resolver_raise_404(&run->runtime, resolver, "about/", 6));
    running_raised(run, "Resolver404", "{'path': 'about/'}");
}

/* blog/ holds two routes, shop/ none. */
static struct resolver *with_includes(struct running *run) {
    struct list *list = routes_new(run), *blog = routes_new(run), *empty = routes_new(run);
    routes_add(run, blog, "", "index", "index");
    routes_add(run, blog, "<int:year>/", "year", "year");
    routes_include(run, list, "blog/", blog, NULL, NULL);
    routes_include(run, list, "shop/", empty, NULL, NULL);
    routes_add(run, list, "about/", "about", "about");
    return routes_resolver(run, list);
}

static void an_include_counts_as_many_as_were_tried_inside(void **state) {
    struct running *run = *state;
    struct resolver *resolver = with_includes(run);
    assert_string_equal(routes_answer(run, resolver, "/blog/"), "index blog/ {} 1");
    assert_string_equal(routes_answer(run, resolver, "/blog/2024/"),
                        "year blog/<int:year>/ {'year': 2024} 2");
    assert_string_equal(routes_answer(run, resolver, "/blog/x/"), "404 4");
}

static void an_include_whose_prefix_does_not_match_counts_as_one(void **state) {
    assert_string_equal(routes_answer(*state, with_includes(*state), "/about/"),
                        "about about/ {} 3");
}

static void an_empty_include_that_matches_counts_for_nothing(void **state) {
    assert_string_equal(routes_answer(*state, with_includes(*state), "/shop/x/"), "404 2");
}

static void a_404_shows_every_chain_that_was_tried(void **state) {
    struct running *run = *state;
    struct resolver *resolver = with_includes(run);
    assert_false(resolver_raise_404(&run->runtime, resolver, "/blog/x/", 8));
    running_raised(run, "Resolver404",
                   "{'tried': [[<URLResolver <URLPattern list> (None:None) 'blog/'>, "
                   "<URLPattern '' [name='index']>], [<URLResolver <URLPattern list> (None:None) "
                   "'blog/'>, <URLPattern '<int:year>/' [name='year']>], [<URLResolver [] "
                   "(None:None) 'shop/'>], [<URLPattern 'about/' [name='about']>]], "
                   "'path': 'blog/x/'}");
}

static void inner_kwargs_win_over_outer_ones(void **state) {
    struct running *run = *state;
    struct list *list = routes_new(run), *inner = routes_new(run);
    routes_add(run, inner, "x/<str:id>/", "inner", NULL);
    routes_include(run, list, "same/<int:id>/<lang>/", inner, NULL, NULL);
    assert_string_equal(routes_answer(run, routes_resolver(run, list), "/same/1/en/x/two/"),
                        "inner same/<int:id>/<lang>/x/<str:id>/ {'id': 'two', 'lang': 'en'} 1");
}

static void extra_arguments_win_over_captured_ones(void **state) {
    struct running *run = *state;
    struct list *list = routes_new(run);
    add_with_extra(run, list, "b/<int:pk>/", "b", "pk", 99, NULL);
    assert_string_equal(routes_answer(run, routes_resolver(run, list), "/b/5/"),
                        "b b/<int:pk>/ {'pk': 99} 1");
}

static void an_inner_capture_wins_over_an_outer_extra_argument(void **state) {
    struct running *run = *state;
    struct list *list = routes_new(run), *inner = routes_new(run);
    routes_add(run, inner, "<int:n>/", "v", NULL);
    add_with_extra(run, list, "in/", NULL, "n", 1, inner);
    assert_string_equal(routes_answer(run, routes_resolver(run, list), "/in/5/"),
                        "v in/<int:n>/ {'n': 5} 1");
}

static void namespaces_and_app_names_are_joined_apart(void **state) {
    struct running *run = *state;
    struct list *list = routes_new(run), *outer = routes_new(run), *inner = routes_new(run);
    routes_add(run, inner, "x/", "x", "x");
    routes_include(run, outer, "in/", inner, "app2", "two");
    routes_include(run, list, "out/", outer, "app1", "app1");
    struct route_match match;
    bool found;
    assert_true(resolver_resolve(&run->runtime, routes_resolver(run, list), "/out/in/x/", 10,
                                 &match, &found));
    assert_true(found);
    assert_string_equal(match.view_name, "app1:two:x");
    assert_string_equal(match.namespaces, "app1:two");
    assert_string_equal(match.app_names, "app1:app2");
}

static void an_int_python_cannot_read_does_not_match(void **state) {
    struct running *run = *state;
    struct list *list = routes_new(run);
    routes_add(run, list, "<int:n>", "number", NULL);
    routes_add(run, list, "<slug:s>", "text", NULL);
    struct resolver *resolver = routes_resolver(run, list);
    char path[4400] = "/";
    memset(path + 1, '7', 4301);
    struct route_match match;
    bool found;
    assert_true(resolver_resolve(&run->runtime, resolver, path, 4302, &match, &found));
    assert_string_equal(match.view_name, "text");
    assert_true(resolver_resolve(&run->runtime, resolver, path, 4301, &match, &found));
    assert_string_equal(match.view_name, "number");
    assert_int_equal(match.kwargs[0].value.kind, VALUE_BIGINT);
}

static void a_caret_at_the_beginning_of_an_inner_route_is_lost(void **state) {
    struct running *run = *state;
    struct list *list = routes_new(run), *inner = routes_new(run);
    routes_add(run, inner, "^y", "v", NULL);
    routes_include(run, list, "^x/", inner, NULL, NULL);
    assert_string_equal(routes_answer(run, routes_resolver(run, list), "/^x/^y"), "v ^x/y {} 1");
}

static void what_is_wrong_is_raised_when_the_walk_comes_to_it(void **state) {
    struct running *run = *state;
    struct list *list = routes_new(run);
    routes_add(run, list, "ok/", "ok", NULL);
    routes_add(run, list, "<id>/<id>/", "v", NULL);
    assert_true(list_append(&run->runtime, list, value_int(5)));
    struct resolver *resolver = routes_resolver(run, list);
    assert_string_equal(routes_answer(run, resolver, "/ok/"), "ok ok/ {} 1");
    struct route_match match;
    bool found;
    assert_false(resolver_resolve(&run->runtime, resolver, "/x/", 3, &match, &found));
    running_raised(run, "re.error",
                   "redefinition of group name 'id' as group 2; was group 1 at position 19");
}

static void an_entry_that_is_no_route_lacks_resolve(void **state) {
    struct running *run = *state;
    struct list *list = routes_new(run);
    assert_true(list_append(&run->runtime, list, value_int(5)));
    struct route_match match;
    bool found;
    assert_false(
        resolver_resolve(&run->runtime, routes_resolver(run, list), "/x/", 3, &match, &found));
    running_raised(run, "AttributeError", "'int' object has no attribute 'resolve'");
}

static void a_urlconf_inside_itself_is_not_supported(void **state) {
    struct running *run = *state;
    struct list *list = routes_new(run);
    routes_include(run, list, "a/", list, NULL, NULL);
    assert_null(resolver_new(&run->runtime, value_object(&list->base)));
    running_raised(run, "NotSupported", "a urlconf that includes itself");
}

static void a_list_that_grew_makes_the_resolver_old(void **state) {
    struct running *run = *state;
    struct list *list = routes_new(run), *inner = routes_new(run);
    routes_include(run, list, "a/", inner, NULL, NULL);
    struct resolver *resolver = routes_resolver(run, list);
    assert_true(resolver_is_current(resolver));
    routes_add(run, inner, "b/", "b", NULL);
    assert_false(resolver_is_current(resolver));
}

/* ---- the tape ----------------------------------------------------------------------------- */

static void every_pattern_tried_is_on_the_tape(void **state) {
    struct running *run = *state;
    routes_answer(run, with_includes(run), "/blog/2024/");
    struct tape_event events[8];
    assert_int_equal(tape_events(run->tape, 0, events, 8), 4);
    static const struct {
        enum tape_shape shape;
        const char *route;
        int64_t matched;
    } expected[] = {{TAPE_ENTER, "blog/", 0},
                    {TAPE_POINT, "", 0},
                    {TAPE_POINT, "<int:year>/", 1},
                    {TAPE_LEAVE, "blog/", 1}};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(events[i].kind, TAPE_PATTERN);
        assert_int_equal(events[i].shape, expected[i].shape);
        assert_string_equal(tape_name(run->tape, events[i].subject), expected[i].route);
        if (events[i].shape != TAPE_ENTER) assert_int_equal(events[i].amount, expected[i].matched);
    }
}

static void a_missing_path_tries_the_whole_list(void **state) {
    struct running *run = *state;
    struct list *list = routes_new(run);
    for (int i = 0; i < 200; i++)
        routes_add(run, list, arena_format(&run->arena, "section%d/", i), "v", NULL);
    assert_string_equal(routes_answer(run, routes_resolver(run, list), "/nothing/"), "404 200");
    assert_int_equal(tape_count(cut_whole(run->tape), TAPE_PATTERN, ANY_EVENT), 200);
    assert_int_equal(tape_tally(cut_whole(run->tape), TAPE_PATTERN, ANY_EVENT).amount, 0);
}

static void a_long_walk_stops_when_asked(void **state) {
    struct running *run = *state;
    struct list *list = routes_new(run);
    for (int i = 0; i < 10000; i++) routes_add(run, list, "x/", "v", NULL);
    struct resolver *resolver = routes_resolver(run, list);
    atomic_bool cancelled = true;
    run->runtime.cancelled = &cancelled;
    struct route_match match;
    bool found;
    assert_false(resolver_resolve(&run->runtime, resolver, "/y/", 3, &match, &found));
    assert_true(fault_is(&run->fault, "Cancelled"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, running_setup, running_teardown)
        TEST(the_first_match_wins_however_well_a_later_one_fits),
        TEST(one_slash_is_taken_off_the_path),
        TEST(a_path_without_a_slash_tries_nothing),
        TEST(an_include_counts_as_many_as_were_tried_inside),
        TEST(an_include_whose_prefix_does_not_match_counts_as_one),
        TEST(an_empty_include_that_matches_counts_for_nothing),
        TEST(a_404_shows_every_chain_that_was_tried),
        TEST(inner_kwargs_win_over_outer_ones),
        TEST(extra_arguments_win_over_captured_ones),
        TEST(an_inner_capture_wins_over_an_outer_extra_argument),
        TEST(namespaces_and_app_names_are_joined_apart),
        TEST(an_int_python_cannot_read_does_not_match),
        TEST(a_caret_at_the_beginning_of_an_inner_route_is_lost),
        TEST(what_is_wrong_is_raised_when_the_walk_comes_to_it),
        TEST(an_entry_that_is_no_route_lacks_resolve),
        TEST(a_urlconf_inside_itself_is_not_supported),
        TEST(a_list_that_grew_makes_the_resolver_old),
        TEST(every_pattern_tried_is_on_the_tape),
        TEST(a_missing_path_tries_the_whole_list),
        TEST(a_long_walk_stops_when_asked),
    };
    return RUN_TESTS(tests);
}
