/* Day 2: every claim at the ends and in the middle of its knobs, and listings that must make claims
 * say something else. */
#include "tests/support/claims.h"
#include "tests/support/testing.h"

static struct stage *run_listing(const char *step, const char *listing) {
    struct stage *stage = claims_open("urls", step, "");
    assert_true(stage_set_listing(stage, listing));
    if (!stage_run(stage)) fail_msg("%s: %s", stage->fault.type, stage->fault.message);
    return stage;
}

static void assert_claims(const char *step, const char *knobs, size_t applying) {
    struct stage *stage = claims_run("urls", step, knobs);
    assert_int_equal(claims_hold(stage), applying);
    claims_draw(stage);
    stage_close(stage);
}

static double answer_of(struct stage *stage) {
    double number = -1;
    size_t order[ORDER_MOST];
    assert_true(stage->step->prediction->answer(stage, &number, order));
    return number;
}

/* The cell of a table figure, drawn whole. */
static const char *cell(struct stage *stage, struct arena *arena, size_t figure, size_t row,
                        size_t column) {
    struct figures figures;
    figures_init(&figures, arena);
    assert_true(stage_draw(stage, cut_whole(stage->tape), &figures));
    const struct figure *table = &figures.list[figure];
    assert_true(row < table->table.row_count);
    return table->table.cells[row * table->table.column_count + column];
}

/* ---- resolve ------------------------------------------------------------------------------ */

static void resolve_holds_whatever_the_path(void **state) {
    (void)state;
    assert_claims("resolve", "", 2);
    assert_claims("resolve", "url=/", 2);
    assert_claims("resolve", "url=/files/a/b/c", 2);
    assert_claims("resolve", "url=/nothing/fits/", 2);
    assert_claims("resolve", "url=no-slash", 2);
    assert_claims("resolve", "url=", 2);
    assert_claims("resolve", "url=/blog/99999999999999999999999/", 2);
}

static void the_table_says_what_became_of_each_pattern(void **state) {
    (void)state;
    struct stage *stage = claims_run("urls", "resolve", "url=/shop/cart/");
    struct arena arena;
    arena_init(&arena, NULL);
    assert_string_equal(cell(stage, &arena, 1, 3, 3), "tried");
    assert_string_equal(cell(stage, &arena, 1, 4, 3), "prefix matched");
    assert_string_equal(cell(stage, &arena, 1, 5, 1), "'shop/' 'cart/'");
    assert_string_equal(cell(stage, &arena, 1, 5, 3), "matched");
    assert_string_equal(cell(stage, &arena, 1, 6, 3), "never reached");
    assert_true(answer_of(stage) == 5);
    arena_release(&arena);
    stage_close(stage);
}

static void a_prefix_that_does_not_match_hides_its_routes(void **state) {
    (void)state;
    struct stage *stage = claims_run("urls", "resolve", "url=/files/x");
    struct arena arena;
    arena_init(&arena, NULL);
    assert_string_equal(cell(stage, &arena, 1, 4, 3), "tried");
    assert_string_equal(cell(stage, &arena, 1, 5, 3), "not looked at");
    arena_release(&arena);
    stage_close(stage);
}

static void captures_are_shown_with_their_types(void **state) {
    (void)state;
    struct stage *stage = claims_run("urls", "resolve", "url=/blog/0007/");
    struct arena arena;
    arena_init(&arena, NULL);
    assert_string_equal(cell(stage, &arena, 2, 0, 0), "year");
    assert_string_equal(cell(stage, &arena, 2, 0, 1), "7");
    assert_string_equal(cell(stage, &arena, 2, 0, 2), "int");
    arena_release(&arena);
    stage_close(stage);
}

static void a_greedy_pattern_put_first_takes_everything(void **state) {
    (void)state;
    struct stage *stage = run_listing("resolve", "from blog import views\n"
                                                 "from django.urls import path, resolve\n"
                                                 "urlpatterns = [\n"
                                                 "    path('<path:anything>', views.anything),\n"
                                                 "    path('a/', views.a),\n"
                                                 "]\n"
                                                 "resolve('/a/')\n");
    assert_int_equal(claims_hold(stage), 1); /* the recording is of another listing */
    assert_true(answer_of(stage) == 1);
    stage_close(stage);
}

static void a_listing_that_resolves_nothing_claims_nothing(void **state) {
    (void)state;
    struct stage *stage = run_listing("resolve", "print(url)\n");
    assert_int_equal(claims_hold(stage), 0);
    claims_draw(stage);
    stage_close(stage);
}

static void another_error_of_the_listing_is_an_error(void **state) {
    (void)state;
    struct stage *stage = claims_open("urls", "resolve", "");
    assert_true(stage_set_listing(stage, "from django.urls import path\npath('<foo:x>', print)\n"));
    assert_false(stage_run(stage));
    assert_string_equal(stage->fault.type, "ImproperlyConfigured");
    assert_int_equal(stage->fault.line, 2);
    stage_close(stage);
}

/* ---- reverse ------------------------------------------------------------------------------ */

static void reverse_holds_at_the_ends_of_its_knobs(void **state) {
    (void)state;
    assert_claims("reverse", "", 2);
    assert_claims("reverse", "pk=0", 2);
    assert_claims("reverse", "pk=999999999", 2);
    assert_claims("reverse", "pk=500 wide-pattern=first", 2);
}

static void a_wide_pattern_above_takes_the_others_paths(void **state) {
    (void)state;
    struct stage *last = claims_run("urls", "reverse", "wide-pattern=last");
    struct stage *first = claims_run("urls", "reverse", "wide-pattern=first");
    assert_true(answer_of(last) == 9);
    assert_true(answer_of(first) == 2);
    assert_true(claim_number(first, 0, "shadowed") == 7);
    stage_close(last);
    stage_close(first);
}

static void a_route_that_cannot_be_reversed_fails_the_claim(void **state) {
    (void)state;
    struct stage *stage = run_listing("reverse", "from blog import views\n"
                                                 "from django.urls import include, path, reverse\n"
                                                 "inner = [path('<int:id>/', views.v, name='v')]\n"
                                                 "urlpatterns = [\n"
                                                 "    path('<int:id>/', include(inner)),\n"
                                                 "    path('ok/', views.ok, name='ok'),\n"
                                                 "]\n"
                                                 "reverse('ok')\n");
    assert_false(claim_holds(stage, 0)); /* both are called id: Django crashes here */
    assert_true(claim_number(stage, 0, "lost") == 1);
    assert_true(claim_holds(stage, 1));
    stage_close(stage);
}

static void third_arguments_come_back_too(void **state) {
    (void)state;
    struct stage *stage =
        run_listing("reverse", "from blog import views\n"
                               "from django.urls import include, path, reverse\n"
                               "urlpatterns = [\n"
                               "    path('b/<int:pk>/', views.b, {'pk': 99}, name='b'),\n"
                               "    path('c/<uuid:u>/<s>/', views.c, {'kind': 1}, name='c'),\n"
                               "]\n"
                               "reverse('b', kwargs={'pk': 99})\n");
    assert_true(claim_holds(stage, 0));
    assert_true(claim_number(stage, 0, "back") == 2);
    stage_close(stage);
}

/* ---- price -------------------------------------------------------------------------------- */

static void price_holds_from_ten_routes_to_fifty_thousand(void **state) {
    (void)state;
    assert_claims("price", "routes=10", 1);
    assert_claims("price", "routes=999", 1);
    assert_claims("price", "routes=1000", 3);
    assert_claims("price", "routes=5000", 4);
    assert_claims("price", "routes=50000", 4);
}

static void reverse_and_price_hold_anywhere(void **state) {
    (void)state;
    claims_hold_anywhere("urls", "reverse", 6, 1, NULL);
    claims_hold_anywhere("urls", "price", 3, 1, NULL);
}

static void a_miss_tries_the_whole_list(void **state) {
    (void)state;
    struct stage *stage = claims_run("urls", "price", "routes=1234");
    assert_true(answer_of(stage) == 1234);
    stage_close(stage);
}

static void a_measurement_stops_when_asked(void **state) {
    (void)state;
    struct stage *stage = claims_open("urls", "price", "routes=50000");
    stage_cancel(stage);
    assert_false(stage_run(stage));
    assert_string_equal(stage->fault.type, "Cancelled");
    stage_close(stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resolve_holds_whatever_the_path),
        cmocka_unit_test(the_table_says_what_became_of_each_pattern),
        cmocka_unit_test(a_prefix_that_does_not_match_hides_its_routes),
        cmocka_unit_test(captures_are_shown_with_their_types),
        cmocka_unit_test(a_greedy_pattern_put_first_takes_everything),
        cmocka_unit_test(a_listing_that_resolves_nothing_claims_nothing),
        cmocka_unit_test(another_error_of_the_listing_is_an_error),
        cmocka_unit_test(reverse_holds_at_the_ends_of_its_knobs),
        cmocka_unit_test(a_wide_pattern_above_takes_the_others_paths),
        cmocka_unit_test(a_route_that_cannot_be_reversed_fails_the_claim),
        cmocka_unit_test(third_arguments_come_back_too),
        cmocka_unit_test(price_holds_from_ten_routes_to_fifty_thousand),
        cmocka_unit_test(reverse_and_price_hold_anywhere),
        cmocka_unit_test(a_miss_tries_the_whole_list),
        cmocka_unit_test(a_measurement_stops_when_asked),
    };
    return RUN_TESTS(tests);
}
