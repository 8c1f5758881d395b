/* Day 3: every claim at every knob, and listings that must make claims say something else. */
#include "tests/support/claims.h"
#include "tests/support/testing.h"

static void assert_claims(const char *step, const char *knobs, size_t applying) {
    struct stage *stage = claims_run("class-views", step, knobs);
    size_t applied = claims_hold(stage);
    if (applied != applying) fail_msg("%s %s: %zu claims apply", step, knobs, applied);
    claims_draw(stage);
    stage_close(stage);
}

static struct stage *run_listing(const char *step, const char *knobs, const char *listing) {
    struct stage *stage = claims_open("class-views", step, knobs);
    assert_true(stage_set_listing(stage, listing));
    if (!stage_run(stage)) fail_msg("%s: %s", stage->fault.type, stage->fault.message);
    return stage;
}

static double answer_of(struct stage *stage) {
    double number = -1;
    size_t order[ORDER_MOST];
    assert_true(stage->step->prediction->answer(stage, &number, order));
    return number;
}

/* ---- as-view ------------------------------------------------------------------------------ */

static void as_view_holds_at_the_ends_of_its_knobs(void **state) {
    (void)state;
    assert_claims("as-view", "requests=1", 4);
    assert_claims("as-view", "requests=2", 5);
    assert_claims("as-view", "requests=2 concurrent=yes", 5);
    assert_claims("as-view", "requests=3001 concurrent=yes", 5);
    assert_claims("as-view", "requests=10000", 5);
}

static void as_view_holds_anywhere(void **state) {
    (void)state;
    claims_hold_anywhere("class-views", "as-view", 6, 1, NULL);
}

static void every_second_shared_greeting_is_wrong(void **state) {
    (void)state;
    struct stage *stage = claims_run("class-views", "as-view", "requests=100");
    assert_true(claim_number(stage, 2, "leaks") == 50);
    stage_close(stage);
}

static void at_once_the_last_of_ten_greets_all_ten(void **state) {
    (void)state;
    struct stage *stage = claims_run("class-views", "as-view", "requests=100 concurrent=yes");
    assert_true(claim_number(stage, 2, "leaks") == 90);
    assert_true(answer_of(stage) == 100);
    stage_close(stage);
}

/* ---- mro ---------------------------------------------------------------------------------- */

static void mro_holds_with_equal_and_opposite_opinions(void **state) {
    (void)state;
    assert_claims("mro", "opinions=equal", 2);
    assert_claims("mro", "opinions=opposite", 3);
}

static void view_waits_for_all_that_list_view_brings(void **state) {
    (void)state;
    struct stage *stage = claims_run("class-views", "mro", "");
    assert_true(answer_of(stage) == 9);
    stage_close(stage);
}

static void a_refusal_is_shown_where_the_merge_got_stuck(void **state) {
    (void)state;
    struct stage *stage = claims_run("class-views", "mro", "opinions=opposite");
    struct arena arena;
    struct figures figures;
    arena_init(&arena, NULL);
    figures_init(&figures, &arena);
    assert_true(stage_draw(stage, cut_whole(stage->tape), &figures));
    const struct figure *merge = &figures.list[2];
    assert_string_equal(merge->title, "the merge for Z");
    assert_int_equal(merge->table.row_count, 3); /* X, Y, and then nothing */
    assert_string_equal(merge->table.cells[2 * 4 + 1], "nothing: every head is in a tail");
    assert_string_equal(merge->table.cells[2 * 4 + 3], "A B object | B A object");
    arena_release(&arena);
    stage_close(stage);
}

static void a_base_given_twice_is_a_refusal_too(void **state) {
    (void)state;
    struct stage *stage =
        run_listing("mro", "", "class A: pass\nclass B(A, A): pass\nclass C(A): pass\n");
    assert_int_equal(claims_hold(stage), 3);
    claims_draw(stage);
    stage_close(stage);
}

static void another_error_of_the_listing_is_an_error(void **state) {
    (void)state;
    struct stage *stage = claims_open("class-views", "mro", "");
    assert_true(stage_set_listing(stage, "class A: pass\nclass B(C): pass\n"));
    assert_false(stage_run(stage));
    assert_string_equal(stage->fault.type, "NameError");
    assert_int_equal(stage->fault.line, 2);
    stage_close(stage);
}

/* ---- dispatch ----------------------------------------------------------------------------- */

static void dispatch_holds_at_every_knob(void **state) {
    (void)state;
    static const char *const firsts[] = {"LoggingMixin", "LoginRequiredMixin"};
    static const char *const forgets[] = {"nobody", "LoggingMixin", "CacheMixin"};
    for (int signed_in = 0; signed_in < 2; signed_in++)
        for (int first = 0; first < 2; first++)
            for (int forget = 0; forget < 3; forget++) {
                char knobs[128];
                snprintf(knobs, sizeof knobs, "signed-in=%s first=%s forgets=%s",
                         signed_in ? "yes" : "no", firsts[first], forgets[forget]);
                struct stage *stage = claims_run("class-views", "dispatch", knobs);
                assert_true(claims_hold(stage) >= 1);
                claims_draw(stage);
                stage_close(stage);
            }
}

static void the_order_of_the_mixins_decides_about_the_log(void **state) {
    (void)state;
    struct stage *logged = claims_run("class-views", "dispatch", "first=LoggingMixin");
    struct stage *silent = claims_run("class-views", "dispatch", "first=LoginRequiredMixin");
    assert_true(claim_number(logged, 2, "logged") == 1);
    assert_true(claim_number(silent, 2, "logged") == 0);
    assert_true(claim_holds(logged, 1) && claim_holds(silent, 1));
    stage_close(logged);
    stage_close(silent);
}

static void who_forgets_super_ends_the_chain(void **state) {
    (void)state;
    struct stage *stage = claims_run("class-views", "dispatch", "signed-in=yes forgets=CacheMixin");
    assert_true(claim_holds(stage, 3));
    assert_true(answer_of(stage) == 2);
    assert_int_equal(
        tape_count(cut_whole(stage->tape), TAPE_EXCEPTION,
                   (struct tally_filter){-1, -1,
                                         "ValueError: The view blog.views.Page didn't return an "
                                         "HttpResponse object. It returned None instead."}),
        1);
    stage_close(stage);
}

static void signed_in_the_view_is_the_last_to_be_entered(void **state) {
    (void)state;
    struct stage *stage = claims_run("class-views", "dispatch", "signed-in=yes");
    assert_true(answer_of(stage) == 3);
    assert_true(claim_number(stage, 0, "called") == 4);
    stage_close(stage);
}

/* class Page(View, LoginRequiredMixin): everyone is let in, and nothing warns. */
static void a_check_behind_the_view_checks_nothing(void **state) {
    (void)state;
    struct stage *stage = run_listing("dispatch", "signed-in=no",
                                      "from daybook import answer\n"
                                      "from django.contrib.auth.mixins import LoginRequiredMixin\n"
                                      "from django.http import HttpResponse\n"
                                      "from django.views import View\n"
                                      "class Page(View, LoginRequiredMixin):\n"
                                      "    def get(self, request):\n"
                                      "        return HttpResponse('secret')\n"
                                      "print(answer(Page.as_view(), request).status_code)\n");
    assert_true(claim_holds(stage, 0));
    assert_false(claim_holds(stage, 1)); /* says nothing: the check does not stand in front */
    assert_int_equal(
        tape_count(cut_whole(stage->tape), TAPE_PRINT, (struct tally_filter){-1, -1, "200"}), 1);
    stage_close(stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_view_holds_at_the_ends_of_its_knobs),
        cmocka_unit_test(as_view_holds_anywhere),
        cmocka_unit_test(every_second_shared_greeting_is_wrong),
        cmocka_unit_test(at_once_the_last_of_ten_greets_all_ten),
        cmocka_unit_test(mro_holds_with_equal_and_opposite_opinions),
        cmocka_unit_test(view_waits_for_all_that_list_view_brings),
        cmocka_unit_test(a_refusal_is_shown_where_the_merge_got_stuck),
        cmocka_unit_test(a_base_given_twice_is_a_refusal_too),
        cmocka_unit_test(another_error_of_the_listing_is_an_error),
        cmocka_unit_test(dispatch_holds_at_every_knob),
        cmocka_unit_test(the_order_of_the_mixins_decides_about_the_log),
        cmocka_unit_test(who_forgets_super_ends_the_chain),
        cmocka_unit_test(signed_in_the_view_is_the_last_to_be_entered),
        cmocka_unit_test(a_check_behind_the_view_checks_nothing),
    };
    return RUN_TESTS(tests);
}
