/* The stage: knobs, running, cancelling, claims - on a lesson made for the test. */
#include "tests/support/testing.h"

#include <pthread.h>

#include "lessons/stage.h"

static const char *const speeds[] = {"slow", "fast"};

static const struct knob knobs[] = {
    {.name = "articles", .kind = KNOB_NUMBER, .min = 1, .max = 100, .usual = 10},
    {.name = "speed", .kind = KNOB_CHOICE, .choices = speeds, .choice_count = 2, .usual = 1},
    {.name = "path", .kind = KNOB_TEXT, .max = 8, .usual_text = "/ok/"},
};

static bool run_marks(struct stage *stage) {
    for (int64_t i = 0; i < stage_number(stage, "articles"); i++) {
        stage->head.line = 1 + (uint32_t)(i % 2);
        head_point(&stage->head, TAPE_LINE, "", 0);
        head_query(&stage->head, tape_subject(stage->tape, "SELECT 1"), NULL, 0, 3, 1000);
    }
    return true;
}

static bool run_until_cancelled(struct stage *stage) {
    while (!runtime_cancelled(&stage->runtime)) {
    }
    return false;
}

static bool run_into_an_error(struct stage *stage) {
    return fault_raise(&stage->fault, "ValueError", "no");
}

static void check_count(struct stage *stage, struct verdict *verdict) {
    uint64_t queries = tape_count(cut_whole(stage->tape), TAPE_QUERY, ANY_EVENT);
    verdict->holds = queries == (uint64_t)stage_number(stage, "articles");
    verdict_number(verdict, "queries", (double)queries);
    verdict_show(stage, verdict, "%d queries", (int)queries);
}

static const struct claim claim = {"a query an article", check_count};

static const struct step steps[] = {
    {.slug = "marks", .knobs = knobs, .knob_count = 3, .run = run_marks},
    {.slug = "endless", .run = run_until_cancelled},
    {.slug = "raises", .knobs = knobs, .knob_count = 3, .run = run_into_an_error},
};
static const struct step *const in_order[] = {&steps[0], &steps[1], &steps[2]};
static const struct lesson lesson = {.day = 1, .slug = "test", .steps = in_order, .step_count = 3};

static void knobs_begin_at_their_usual_values(void **state) {
    (void)state;
    struct stage *stage = stage_open(&lesson, &steps[0]);
    char text[32];
    assert_int_equal(stage_number(stage, "articles"), 10);
    assert_string_equal(stage_knob_text(stage, 1, text, sizeof text), "fast");
    assert_string_equal(stage_word(stage, "path"), "/ok/");
    stage_close(stage);
}

static void a_knob_takes_what_is_in_its_range(void **state) {
    (void)state;
    struct stage *stage = stage_open(&lesson, &steps[0]);
    char why[128];
    assert_true(stage_set(stage, "articles", "100", why, sizeof why));
    assert_true(stage_set(stage, "speed", "slow", why, sizeof why));
    assert_true(stage_set(stage, "path", "/", why, sizeof why));
    assert_int_equal(stage_number(stage, "articles"), 100);
    assert_int_equal(stage_number(stage, "speed"), 0);
    assert_string_equal(stage_word(stage, "path"), "/");
    stage_close(stage);
}

static void a_knob_refuses_the_rest_and_says_what_would_be_right(void **state) {
    (void)state;
    static const struct {
        const char *knob, *text, *why;
    } wrong[] = {
        {"articles", "101", "articles: 101 is outside 1 to 100"},
        {"articles", "-1", "articles: -1 is outside 1 to 100"},
        {"articles", "99999999999999999999", "articles: 99999999999999999999 is outside 1 to 100"},
        {"articles", "ten", "articles: 'ten' is not a whole number"},
        {"articles", "1.5", "articles: '1.5' is not a whole number"},
        {"articles", "", "articles: '' is not a whole number"},
        {"speed", "medium", "speed: 'medium' is none of slow, fast"},
        {"path", "/too/long/", "path: longer than 8 bytes"},
        {"rows", "1", "rows: no such knob; this step has articles, speed, path"},
    };
    struct stage *stage = stage_open(&lesson, &steps[0]);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char why[128];
        assert_false(stage_set(stage, wrong[i].knob, wrong[i].text, why, sizeof why));
        assert_string_equal(why, wrong[i].why);
    }
    assert_int_equal(stage_number(stage, "articles"), 10);
    stage_close(stage);
}

static void a_short_place_for_the_reason_is_not_overrun(void **state) {
    (void)state;
    struct stage *stage = stage_open(&lesson, &steps[0]);
    char why[12] = "", guard[] = "guard";
    assert_false(stage_set(stage, "rows", "1", why, sizeof why));
    assert_false(stage_set(stage, "speed", "x", why, sizeof why));
    assert_int_equal(strlen(why), 11);
    assert_string_equal(guard, "guard");
    stage_close(stage);
}

static void a_question_is_filled_with_the_knobs_values(void **state) {
    (void)state;
    struct stage *stage = stage_open(&lesson, &steps[0]);
    assert_string_equal(stage_fill(stage, "{articles} at {speed}, {nope} {", &stage->arena),
                        "10 at fast, {nope} {");
    stage_close(stage);
}

static void a_number_put_into_a_question_is_grouped(void **state) {
    (void)state;
    static const struct knob large[] = {
        {.name = "rows", .kind = KNOB_NUMBER, .max = 9000000, .usual = 1234567},
        {.name = "few", .kind = KNOB_NUMBER, .max = 999, .usual = 999},
        {.name = "lost", .kind = KNOB_NUMBER, .min = -900000, .usual = -100000},
    };
    static const struct step step = {.slug = "numbers", .knobs = large, .knob_count = 3};
    struct stage *stage = stage_open(&lesson, &step);
    assert_string_equal(stage_fill(stage, "{rows} rows, {few}, {lost}", &stage->arena),
                        "1,234,567 rows, 999, -100,000");
    stage_close(stage);
}

static void a_passage_is_left_out_where_its_knob_is_0(void **state) {
    (void)state;
    static const struct knob pause[] = {{.name = "pause", .kind = KNOB_NUMBER, .max = 9}};
    static const struct step step = {.slug = "pauses", .knobs = pause, .knob_count = 1};
    static const char text[] = "rows{?pause}, {pause} s apart{?}: how many?";
    char why[128];
    struct stage *stage = stage_open(&lesson, &step);
    assert_string_equal(stage_fill(stage, text, &stage->arena), "rows: how many?");
    assert_true(stage_set(stage, "pause", "3", why, sizeof why));
    assert_string_equal(stage_fill(stage, text, &stage->arena), "rows, 3 s apart: how many?");
    stage_close(stage);
}

static void a_run_is_measured_and_its_claims_asked(void **state) {
    (void)state;
    struct stage *stage = stage_open(&lesson, &steps[0]);
    struct verdict verdict;
    stage_check(stage, &claim, &verdict);
    assert_false(verdict.holds); /* nothing was run */
    assert_true(stage_run(stage));
    stage_check(stage, &claim, &verdict);
    assert_true(verdict.holds);
    assert_string_equal(verdict.shown, "10 queries");
    assert_string_equal(verdict.numbers[0].name, "queries");
    assert_true(stage->elapsed_ns > 0);
    stage_close(stage);
}

static void a_claim_about_a_run_that_raised_does_not_hold(void **state) {
    (void)state;
    struct stage *stage = stage_open(&lesson, &steps[2]);
    struct verdict verdict;
    assert_false(stage_run(stage));
    assert_true(fault_is(&stage->fault, "ValueError"));
    stage_check(stage, &claim, &verdict);
    assert_true(verdict.applies);
    assert_false(verdict.holds);
    assert_string_equal(verdict.shown, "the run ended with an error");
    stage_close(stage);
}

static void *run_stage(void *stage) {
    stage_run(stage);
    return NULL;
}

static void a_run_is_stopped_from_another_thread(void **state) {
    (void)state;
    struct stage *stage = stage_open(&lesson, &steps[1]);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, run_stage, stage), 0);
    stage_cancel(stage);
    pthread_join(thread, NULL);
    assert_true(fault_is(&stage->fault, "Cancelled"));
    stage_close(stage);
}

static void the_listing_counts_queries_and_rows_by_line(void **state) {
    (void)state;
    struct stage *stage = stage_open(&lesson, &steps[0]);
    struct arena arena;
    struct figures figures;
    arena_init(&arena, NULL);
    assert_true(stage_set_listing(stage, "one\ntwo\n\nfour"));
    assert_true(stage_run(stage));
    figures_init(&figures, &arena);
    assert_true(stage_draw_listing(stage, cut_whole(stage->tape), &figures));
    const struct figure *figure = &figures.list[0];
    assert_int_equal(figure->listing.count, 4);
    assert_string_equal(figure->listing.lines[3].source, "four");
    assert_int_equal(figure->listing.lines[0].queries, 5);
    assert_int_equal(figure->listing.lines[1].rows, 15);
    assert_int_equal(figure->listing.lines[1].elapsed_ns, 5000);
    assert_int_equal(figure->listing.lines[2].runs, 0);
    arena_release(&arena);
    stage_close(stage);
}

static void a_cut_listing_shows_the_line_it_stands_at(void **state) {
    (void)state;
    struct stage *stage = stage_open(&lesson, &steps[0]);
    struct arena arena;
    struct figures figures;
    arena_init(&arena, NULL);
    assert_true(stage_set_listing(stage, "one\ntwo\n"));
    assert_true(stage_run(stage));
    figures_init(&figures, &arena);
    assert_true(stage_draw_listing(stage, (struct cut){stage->tape, 3}, &figures));
    assert_int_equal(figures.list[0].listing.current, 2);
    assert_int_equal(figures.list[0].listing.lines[0].queries, 1);
    assert_int_equal(figures.list[0].listing.lines[1].queries, 0);
    arena_release(&arena);
    stage_close(stage);
}

/* What a step measures beside its listing has a line 1 of its own. */
static void the_listing_counts_nothing_that_ran_beside_it(void **state) {
    (void)state;
    struct stage *stage = stage_open(&lesson, &steps[0]);
    struct arena arena;
    struct figures figures;
    arena_init(&arena, NULL);
    assert_true(stage_set_listing(stage, "one\ntwo\n"));
    assert_true(stage_run(stage));
    stage->head.lane = LANE_BESIDE;
    stage->head.line = 1;
    head_point(&stage->head, TAPE_LINE, "", 0);
    head_point(&stage->head, TAPE_QUERY, "SELECT 1", 1000);
    figures_init(&figures, &arena);
    size_t length = tape_length(stage->tape);
    assert_true(stage_draw_listing(stage, cut_whole(stage->tape), &figures));
    assert_true(stage_draw_listing(stage, (struct cut){stage->tape, length - 1}, &figures));
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(figures.list[i].listing.lines[0].runs, 5);
        assert_int_equal(figures.list[i].listing.lines[0].queries, 5);
        assert_int_equal(figures.list[i].listing.lines[0].rows, 15);
    }
    arena_release(&arena);
    stage_close(stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knobs_begin_at_their_usual_values),
        cmocka_unit_test(a_knob_takes_what_is_in_its_range),
        cmocka_unit_test(a_knob_refuses_the_rest_and_says_what_would_be_right),
        cmocka_unit_test(a_short_place_for_the_reason_is_not_overrun),
        cmocka_unit_test(a_question_is_filled_with_the_knobs_values),
        cmocka_unit_test(a_number_put_into_a_question_is_grouped),
        cmocka_unit_test(a_passage_is_left_out_where_its_knob_is_0),
        cmocka_unit_test(a_run_is_measured_and_its_claims_asked),
        cmocka_unit_test(a_claim_about_a_run_that_raised_does_not_hold),
        cmocka_unit_test(a_run_is_stopped_from_another_thread),
        cmocka_unit_test(the_listing_counts_queries_and_rows_by_line),
        cmocka_unit_test(a_cut_listing_shows_the_line_it_stands_at),
        cmocka_unit_test(the_listing_counts_nothing_that_ran_beside_it),
    };
    return RUN_TESTS(tests);
}
