/* Day 4: every claim at the ends and in the middle of its knobs, and edited listings that must make
 * claims fall. */
#include "lessons/stage.h"
#include "tests/support/testing.h"

struct setting {
    const char *knob, *text;
};

enum { SETTINGS_MOST = 4 };

static struct stage *ran(const char *slug, const struct setting *settings, const char *listing) {
    const struct lesson *lesson = lesson_find("middleware");
    struct stage *stage = stage_open(lesson, lesson_step(lesson, slug));
    assert_non_null(stage);
    char why[128];
    for (size_t i = 0; settings && i < SETTINGS_MOST && settings[i].knob; i++)
        if (!stage_set(stage, settings[i].knob, settings[i].text, why, sizeof why))
            fail_msg("%s", why);
    if (listing) assert_true(stage_set_listing(stage, listing));
    if (!stage_run(stage)) fail_msg("%s: %s", stage->fault.type, stage->fault.message);
    return stage;
}

/* Asks every claim; fails, with its numbers, on one that does not hold. */
static void assert_all_hold(struct stage *stage) {
    for (size_t i = 0; i < stage->step->claim_count; i++) {
        struct verdict verdict;
        stage_check(stage, &stage->step->claims[i], &verdict);
        if (!verdict.holds)
            fail_msg("%s: %s: %s", stage->step->slug, stage->step->claims[i].text, verdict.shown);
    }
}

static bool holds(struct stage *stage, size_t claim) {
    struct verdict verdict;
    stage_check(stage, &stage->step->claims[claim], &verdict);
    return verdict.applies && verdict.holds;
}

static double number_of(struct stage *stage, size_t claim, const char *name) {
    struct verdict verdict;
    stage_check(stage, &stage->step->claims[claim], &verdict);
    for (size_t i = 0; i < verdict.number_count; i++)
        if (strcmp(verdict.numbers[i].name, name) == 0) return verdict.numbers[i].value;
    fail_msg("no number %s", name);
    return 0;
}

/* Draws at the start, in the middle and at the end. */
static void assert_draws(struct stage *stage, size_t figure_count) {
    size_t length = tape_length(stage->tape);
    size_t cuts[] = {0, length / 2, SIZE_MAX};
    for (size_t i = 0; i < 3; i++) {
        struct arena arena;
        arena_init(&arena, NULL);
        struct figures figures;
        figures_init(&figures, &arena);
        assert_true(stage_draw(stage, (struct cut){stage->tape, cuts[i]}, &figures));
        assert_int_equal(figures.count, figure_count);
        arena_release(&arena);
    }
}

/* ---- onion ----------------------------------------------------------------------------------- */

static void the_onion_is_mirrored_whatever_the_path(void **state) {
    (void)state;
    static const char *const paths[] = {"/ok/", "/raise/ValueError/", "/raise/Http404/",
                                        "/raise/PermissionDenied/", "/nope/"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct setting settings[SETTINGS_MOST] = {{"path", paths[i]}};
        struct stage *stage = ran("onion", settings, NULL);
        assert_all_hold(stage);
        assert_true(number_of(stage, 0, "entered") == 5);
        assert_true(number_of(stage, 1, "raised") == (strncmp(paths[i], "/raise", 6) == 0));
        assert_draws(stage, 3);
        stage_close(stage);
    }
}

static void the_response_leaves_the_last_layer_first(void **state) {
    (void)state;
    struct stage *stage = ran("onion", NULL, NULL);
    double number;
    size_t order[ORDER_MOST];
    assert_true(stage->step->prediction->answer(stage, &number, order));
    for (size_t i = 0; i < 5; i++) assert_int_equal(order[i], 4 - i);
    stage_close(stage);
}

static void an_edited_list_is_what_runs(void **state) {
    (void)state;
    struct stage *stage = ran("onion", NULL,
                              "from django.test import Client\n"
                              "MIDDLEWARE = ['blog.middleware.TimingMiddleware']\n"
                              "client = Client()\n"
                              "client.get(path)\n"
                              "client.get('/raise/KeyError/')\n");
    assert_all_hold(stage);
    assert_true(number_of(stage, 0, "entered") == 2);
    assert_true(number_of(stage, 1, "raised") == 1);
    double number;
    size_t order[ORDER_MOST];
    assert_false(stage->step->prediction->answer(stage, &number, order));
    stage_close(stage);
}

static void a_list_alone_is_sent_a_request(void **state) {
    (void)state;
    static const struct setting settings[SETTINGS_MOST] = {{"path", "/raise/ValueError/"}};
    struct stage *stage =
        ran("onion", settings, "MIDDLEWARE = [Layer('A'), Layer('B', style='mixin')]\n");
    assert_all_hold(stage);
    assert_true(number_of(stage, 0, "entered") == 2);
    assert_true(number_of(stage, 1, "raised") == 1);
    stage_close(stage);
}

/* ---- short-circuit --------------------------------------------------------------------------- */

static void refusals_cost_nothing_below_at_every_setting(void **state) {
    (void)state;
    static const struct setting settings[][SETTINGS_MOST] = {
        {{0}},
        {{"without-key", "0"}, {"position", "3"}, {"queries", "0"}, {"requests", "100"}},
        {{"without-key", "100"}, {"position", "6"}, {"queries", "50"}, {"requests", "100"}},
        {{"without-key", "37"}, {"position", "6"}, {"queries", "50"}, {"requests", "150"}},
        {{"without-key", "50"}, {"position", "4"}, {"queries", "1"}, {"requests", "2000"}},
    };
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        struct stage *stage = ran("short-circuit", settings[i], NULL);
        assert_all_hold(stage);
        assert_draws(stage, 6);
        stage_close(stage);
    }
}

static void queries_are_those_of_the_requests_with_a_key(void **state) {
    (void)state;
    static const struct setting settings[SETTINGS_MOST] = {
        {"without-key", "25"}, {"queries", "3"}, {"requests", "100"}};
    struct stage *stage = ran("short-circuit", settings, NULL);
    double number;
    size_t order[ORDER_MOST];
    assert_true(stage->step->prediction->answer(stage, &number, order));
    assert_true(number == 75 * 3);
    assert_true(number_of(stage, 0, "requests") == 25);
    stage_close(stage);
}

static void without_the_api_key_layer_the_claims_fall(void **state) {
    (void)state;
    struct stage *stage = ran("short-circuit", NULL,
                              "from django.test import Client\n"
                              "MIDDLEWARE = ['blog.middleware.TimingMiddleware']\n"
                              "Client().get('/articles/')\n");
    assert_false(holds(stage, 0));
    assert_false(holds(stage, 1));
    assert_false(holds(stage, 2));
    stage_close(stage);
}

static void a_query_above_the_api_key_layer_is_paid_by_refusals_too(void **state) {
    (void)state;
    struct stage *stage = ran("short-circuit", NULL,
                              "from django.test import Client\n"
                              "MIDDLEWARE = ['blog.middleware.VisitorMiddleware',\n"
                              "              'blog.middleware.ApiKeyMiddleware']\n"
                              "Client().get('/articles/')\n");
    assert_false(holds(stage, 0));
    assert_true(number_of(stage, 0, "queries") == 1);
    assert_true(holds(stage, 1));
    assert_true(holds(stage, 2));
    stage_close(stage);
}

static void a_list_alone_is_sent_both_lanes(void **state) {
    (void)state;
    static const struct setting settings[SETTINGS_MOST] = {
        {"without-key", "30"}, {"queries", "2"}, {"requests", "100"}};
    struct stage *stage =
        ran("short-circuit", settings,
            "MIDDLEWARE = [Layer('A'), 'blog.middleware.ApiKeyMiddleware', Layer('B')]\n");
    assert_all_hold(stage);
    assert_true(number_of(stage, 0, "requests") == 30);
    assert_true(number_of(stage, 2, "responses_seen") == 30);
    double number;
    size_t order[ORDER_MOST];
    assert_true(stage->step->prediction->answer(stage, &number, order));
    assert_true(number == 70 * 2);
    stage_close(stage);
}

static void a_name_that_is_not_there_points_at_its_line(void **state) {
    (void)state;
    const struct lesson *lesson = lesson_find("middleware");
    struct stage *stage = stage_open(lesson, lesson_step(lesson, "short-circuit"));
    assert_true(stage_set_listing(stage, "from django.test import Client\n"
                                         "MIDDLEWARE = ['blog.middleware.Nope']\n"
                                         "Client().get('/articles/')\n"));
    assert_false(stage_run(stage));
    assert_string_equal(stage->fault.type, "ImportError");
    assert_int_equal(stage->fault.line, 3);
    stage_close(stage);
}

/* ---- rate-limit ------------------------------------------------------------------------------ */

static void the_limiter_keeps_its_promises_at_every_setting(void **state) {
    (void)state;
    static const struct setting settings[][SETTINGS_MOST] = {
        {{0}},
        {{"bucket", "1"}, {"rate", "1"}, {"arrivals", "10000"}, {"requests", "300"}},
        {{"bucket", "200"}, {"rate", "1000"}, {"arrivals", "1"}, {"requests", "100"}},
        {{"bucket", "200"}, {"rate", "7"}, {"arrivals", "5000"}, {"requests", "400"}},
        {{"bucket", "3"}, {"rate", "333"}, {"arrivals", "400"}, {"requests", "500"}},
    };
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        struct stage *stage = ran("rate-limit", settings[i], NULL);
        assert_all_hold(stage);
        assert_draws(stage, 4);
        stage_close(stage);
    }
}

static void a_bottom_limiter_pays_a_query_for_each_refusal(void **state) {
    (void)state;
    struct stage *stage = ran("rate-limit", NULL, NULL);
    assert_true(number_of(stage, 2, "refused") > 0);
    assert_true(number_of(stage, 2, "queries_top") == 0);
    assert_true(number_of(stage, 2, "queries_bottom") == 1);
    assert_true(number_of(stage, 2, "calls_top") == 1); /* the limiter itself */
    stage_close(stage);
}

static void with_fewer_arrivals_than_tokens_nobody_is_refused(void **state) {
    (void)state;
    static const struct setting settings[SETTINGS_MOST] = {
        {"rate", "1000"}, {"arrivals", "10"}, {"requests", "100"}};
    struct stage *stage = ran("rate-limit", settings, NULL);
    assert_true(number_of(stage, 0, "accepted") == 100);
    assert_false(holds(stage, 2)); /* it does not apply */
    stage_close(stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_onion_is_mirrored_whatever_the_path),
        cmocka_unit_test(the_response_leaves_the_last_layer_first),
        cmocka_unit_test(an_edited_list_is_what_runs),
        cmocka_unit_test(a_list_alone_is_sent_a_request),
        cmocka_unit_test(a_list_alone_is_sent_both_lanes),
        cmocka_unit_test(refusals_cost_nothing_below_at_every_setting),
        cmocka_unit_test(queries_are_those_of_the_requests_with_a_key),
        cmocka_unit_test(without_the_api_key_layer_the_claims_fall),
        cmocka_unit_test(a_query_above_the_api_key_layer_is_paid_by_refusals_too),
        cmocka_unit_test(a_name_that_is_not_there_points_at_its_line),
        cmocka_unit_test(the_limiter_keeps_its_promises_at_every_setting),
        cmocka_unit_test(a_bottom_limiter_pays_a_query_for_each_refusal),
        cmocka_unit_test(with_fewer_arrivals_than_tokens_nobody_is_refused),
    };
    return RUN_TESTS(tests);
}
