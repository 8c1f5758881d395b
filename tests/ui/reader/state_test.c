/* What keys do, and that every state can be drawn at every size. */
#include <locale.h>

#include "tests/support/course.h"
#include "tests/support/reading.h"
#include "tests/support/testing.h"
#include "ui/reader/draw.h"
#include "ui/reader/keys.h"

static void r_asks_before_the_first_run_and_not_again(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
    reading_keys(&reading, "r");
    assert_int_equal(reading.state.mode, MODE_ASK);
    assert_null(reading.state.stage);
    reading_keys(&reading, "100\r");
    assert_int_equal(reading.state.mode, MODE_READ);
    assert_true(reading_shows(&reading, "you said 100, measured 101"));
    reading_keys(&reading, "r");
    assert_int_equal(reading.state.mode, MODE_READ);
    reading_close(&reading);
}

static void no_answer_opens_the_run_too(void **state) {
    static const char *const ways[] = {"r\r", "r\033"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct reading reading;
        reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
        reading_keys(&reading, ways[i]);
        assert_non_null(reading.state.stage);
        assert_false(state_visit(&reading.state)->said.given);
        assert_true(reading_shows(&reading, "measured 101"));
        reading_close(&reading);
    }
}

static void a_right_answer_is_met(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
    reading_keys(&reading, "r101\r");
    assert_true(state_met(&reading.state));
    assert_true(reading_shows(&reading, "you said 101, measured 101: met"));
    reading_close(&reading);
}

static void an_answer_says_of_which_knobs_it_was_given(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
    reading_keys(&reading, "r101\r+r");
    assert_true(
        reading_shows(&reading, "you said 101 at articles = 100, measured 111 at articles = 110"));
    reading_keys(&reading, "v50\rr");
    assert_true(
        reading_shows(&reading, "you said 101 at articles = 100, measured 51 at articles = 50"));
    reading_close(&reading);
}

/* 111 is right for 110 articles, and was said of 100. */
static void an_answer_about_other_knobs_is_neither_met_nor_kept(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
    reading_keys(&reading, "r111\r+r");
    assert_false(state_met(&reading.state));
    assert_false(state_said_of_this(&reading.state));
    reading_keys(&reading, "--+r");
    assert_true(state_said_of_this(&reading.state));
    reading_close(&reading);
}

static void an_answer_about_another_listing_says_so(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
    reading_keys(&reading, "r101\re# mine\r");
    reading_stroke(&reading, CONTROL('R'));
    assert_true(reading_shows(&reading, "you said 101 of another listing, measured"));
    reading_close(&reading);
}

static void two_orders_stand_one_below_the_other(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 120, TEST_MIDDLEWARE, 1);
    reading_keys(&reading, "r+\r");
    assert_true(reading_shows(&reading, "\n you said "));
    assert_true(reading_shows(&reading, "\n measured "));
    reading_close(&reading);
}

/* What is timed is never met to the digit; what is counted is. */
static void a_measured_number_is_met_from_as_far_as_its_question_says(void **state) {
    const struct lesson *shipped = test_course.lessons[TEST_N_PLUS_ONE];
    const struct step *steps[] = {NULL, shipped->steps[1], shipped->steps[2], shipped->steps[3]};
    struct step step = *shipped->steps[0];
    struct prediction near = *step.prediction;
    struct lesson lesson = *shipped;
    const struct lesson *course[] = {test_course.lessons[0], &lesson};
    (void)state;
    step.prediction = &near;
    steps[0] = &step;
    lesson.steps = steps;
    for (int i = 0; i < 2; i++) {
        struct reading reading;
        near.within = i ? 0.1 : 0;
        reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
        reading.state.course.lessons = course;
        reading_keys(&reading, "r92\r");
        assert_int_equal(state_met(&reading.state), i);
        reading_close(&reading);
    }
}

static void a_choice_is_named_by_its_number(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_MIDDLEWARE, 0);
    reading_keys(&reading, "r2\r");
    assert_true(state_met(&reading.state));
    reading_close(&reading);
}

static void an_order_is_made_by_moving_choices(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_MIDDLEWARE, 1);
    reading_keys(&reading, "rjj--\r"); /* the API key goes up twice */
    assert_true(state_met(&reading.state));
    reading_close(&reading);
}

static void the_question_and_the_note_stay_in_sight_while_it_is_asked(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
    reading_keys(&reading, "r");
    assert_true(reading_shows(&reading, "How many queries"));
    assert_true(reading_shows(&reading, "The page was quick"));
    reading_close(&reading);
}

static void a_step_without_a_demo_says_so(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 3);
    reading_keys(&reading, "r");
    assert_false(reading.effects & EFFECT_RUN);
    reading_keys(&reading, "\t");
    assert_true(reading_shows(&reading, "not built yet"));
    reading_close(&reading);
}

static void q_leaves_one_layer_at_a_time(void **state) {
    static const char *const layers[] = {"?", "l", "x", "xk", "r\ro"};
    (void)state;
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
        struct reading reading;
        reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
        reading_keys(&reading, layers[i]);
        assert_int_not_equal(reading.state.mode, MODE_READ);
        reading_keys(&reading, "q");
        assert_false(reading.effects & EFFECT_QUIT);
        assert_int_equal(reading.state.mode, MODE_READ);
        reading_keys(&reading, "q");
        assert_true(reading.effects & EFFECT_QUIT);
        reading_close(&reading);
    }
}

static void escape_never_quits(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
    reading_keys(&reading, "\033\033\033/x\033\033e\033\033");
    assert_false(reading.effects & EFFECT_QUIT);
    assert_int_equal(reading.state.mode, MODE_READ);
    reading_close(&reading);
}

static void n_and_p_walk_through_all_steps_and_stop_at_the_ends(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_MIDDLEWARE, 0);
    reading_keys(&reading, "pnnn");
    assert_int_equal(reading.state.lesson, TEST_N_PLUS_ONE);
    assert_int_equal(reading.state.step, 0);
    assert_true(reading.effects & EFFECT_PLACE);
    reading_keys(&reading, "p");
    assert_int_equal(reading.state.step, 2);
    reading_keys(&reading, "nnnnnnnnn");
    assert_int_equal(reading.state.lesson, TEST_N_PLUS_ONE);
    assert_int_equal(reading.state.step, 3);
    reading_close(&reading);
}

static void knobs_turn_within_their_range(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
    reading_keys(&reading, "+");
    assert_int_equal(state_visit(&reading.state)->settings[0].number, 110);
    reading_keys(&reading, "--");
    assert_int_equal(state_visit(&reading.state)->settings[0].number, 99);
    for (int i = 0; i < 400; i++) reading_keys(&reading, "}");
    assert_int_equal(state_visit(&reading.state)->settings[0].number, 10000);
    for (int i = 0; i < 400; i++) reading_keys(&reading, "{");
    assert_int_equal(state_visit(&reading.state)->settings[0].number, 0);
    reading_keys(&reading, "v42\r]+");
    assert_int_equal(state_visit(&reading.state)->settings[0].number, 42);
    assert_int_equal(state_visit(&reading.state)->settings[1].number, 1);
    assert_true(reading_shows(&reading, "shows 42 articles"));
    reading_close(&reading);
}

static void choices_turn_round_and_texts_are_typed(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 1);
    reading_keys(&reading, "+");
    assert_true(reading_shows(&reading, "scale [log]"));
    reading_keys(&reading, "+");
    assert_true(reading_shows(&reading, "scale [linear]"));
    reading_keys(&reading, "]v7/\r");
    assert_true(reading_shows(&reading, "path [/articles/7/]"));
    reading_close(&reading);
}

static void figures_of_other_knobs_are_marked_as_such(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
    reading_keys(&reading, "r\r+");
    assert_true(reading_shows(&reading, "These figures are of the run with articles 100"));
    reading_keys(&reading, "r");
    assert_true(reading_shows(&reading, "111 queries"));
    reading_close(&reading);
}

static void a_run_with_other_knobs_stands_beside_the_last_one(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 40, 80, TEST_N_PLUS_ONE, 0);
    reading_keys(&reading, "r\r");
    assert_false(reading_holds(&reading, "last run"));
    reading_keys(&reading, "+r");
    assert_true(reading_shows(&reading, "last run  this run"));
    assert_true(reading_shows(&reading, "articles          100       110"));
    assert_true(reading_shows(&reading, "queries           101       111"));
    assert_true(reading_shows(&reading, "claims held    1 of 1    1 of 1"));
    assert_false(reading_holds(&reading, "round-trip  ")); /* the same in both */
    reading_close(&reading);
}

static void a_run_of_another_listing_stands_beside_the_last_one(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 40, 80, TEST_N_PLUS_ONE, 0);
    reading_keys(&reading, "r\re# mine\r\022");
    assert_true(reading_shows(&reading, "listing      as shipped    edited"));
    reading_close(&reading);
}

static void the_same_run_again_is_compared_with_nothing(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 40, 80, TEST_N_PLUS_ONE, 0);
    reading_keys(&reading, "r\rr");
    assert_false(reading_holds(&reading, "last run"));
    reading_keys(&reading, "+rnpr"); /* another step was open in between */
    assert_false(reading_holds(&reading, "last run"));
    reading_close(&reading);
}

static void a_run_that_raised_is_compared_with_nothing(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 40, 80, TEST_MIDDLEWARE, 1);
    reading_keys(&reading, "r\r+r");
    assert_true(reading_shows(&reading, "ImproperlyConfigured"));
    assert_false(reading_holds(&reading, "last run"));
    reading_close(&reading);
}

static void a_review_asks_again_with_other_knobs_and_says_the_score(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_MIDDLEWARE, 0);
    reading_keys(&reading, "r1\r"); /* one step is done */
    reading_keys(&reading, "R");
    assert_int_equal(reading.state.mode, MODE_ASK);
    assert_true(reading_shows(&reading, "Review, question 1 of 1"));
    reading_keys(&reading, "2\r");
    assert_true(reading.effects & EFFECT_DONE); /* to the history */
    assert_true(reading_shows(&reading, "Review, question 1 of 1: 1 of 1 met"));
    reading_keys(&reading, "n");
    assert_true(reading_shows(&reading, "review: 1 of 1 predictions met"));
    assert_false(reading.state.review.on);
    reading_close(&reading);
}

static void a_review_draws_values_that_make_a_run_no_longer(void **state) {
    (void)state;
    bool drew_another = false;
    for (uint64_t seed = 1; seed < 50; seed++) {
        struct reading reading;
        reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
        reading_keys(&reading, "r\r");
        reading.state.lot = seed;
        reading_keys(&reading, "R");
        const struct setting *settings = state_visit(&reading.state)->settings;
        assert_in_range(settings[0].number, 50, 100);
        assert_int_equal(settings[1].number, 0); /* simulated: left as it is */
        drew_another |= settings[0].number != 100;
        reading_close(&reading);
    }
    assert_true(drew_another);
}

static void a_review_gives_back_what_it_found(void **state) {
    static const char *const ways[] = {"q", "\033", "7\rq", "7\r\033", "7\rn", "7\rp", "\rxpy"};
    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct reading reading;
        reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
        reading_keys(&reading, "r100\r+++e# mine\r\033R");
        assert_null(state_visit(&reading.state)->listing);
        reading_keys(&reading, ways[i]);
        const struct visit *visit = state_visit_of(&reading.state, TEST_N_PLUS_ONE, 0);
        assert_false(reading.state.review.on);
        assert_false(reading.effects & EFFECT_QUIT);
        assert_int_equal(reading.state.mode, MODE_READ);
        assert_int_equal(visit->settings[0].number, 130);
        assert_non_null(visit->listing);
        reading_close(&reading);
    }
}

static void a_review_needs_a_step_that_is_done(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
    reading_keys(&reading, "R");
    assert_true(reading_shows(&reading, "no step with a question is done yet"));
    assert_int_equal(reading.state.mode, MODE_READ);
    reading_close(&reading);
}

static void a_review_of_several_steps_comes_back_to_where_it_began(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
    reading_keys(&reading, "r\rpppr\rnr\rR");
    assert_int_equal(reading.state.review.count, 3);
    reading_keys(&reading, "\rn\rn\rn");
    assert_int_equal(reading.state.lesson, TEST_MIDDLEWARE);
    assert_int_equal(reading.state.step, 1);
    assert_null(reading.state.stage);
    reading_close(&reading);
}

static void a_review_left_during_its_run_shows_nothing_of_it(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
    reading_keys(&reading, "r\rR");
    struct action accept = {.kind = ACTION_ACCEPT};
    assert_true(state_update(&reading.state, &accept) & EFFECT_RUN);
    struct stage *stage = state_open_stage(&reading.state);
    reading_do(&reading, (struct action){.kind = ACTION_STARTED, .stage = stage});
    reading_keys(&reading, "q");
    assert_true(reading.effects & EFFECT_CANCEL);
    stage_run(stage);
    reading_do(&reading, (struct action){.kind = ACTION_FINISHED, .stage = stage});
    assert_null(reading.state.stage);
    assert_false(state_is_busy(&reading.state));
    reading_close(&reading);
}

static void the_replay_moves_the_counters(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
    reading_keys(&reading, "r\r");
    assert_true(replay_is_whole(&reading.state.replay));
    reading_keys(&reading, "<");
    assert_true(reading_shows(&reading, "100 queries"));
    reading_keys(&reading, ">");
    assert_true(reading_shows(&reading, "101 queries"));
    reading_keys(&reading, " ");
    assert_true(reading.state.replay.playing);
    assert_int_equal(reading.state.replay.at, 0);
    reading_do(&reading, (struct action){.kind = ACTION_TICK, .elapsed_ns = 500000000});
    assert_true(reading.state.replay.at > 0);
    reading_keys(&reading, " ");
    assert_false(state_is_moving(&reading.state));
    reading_close(&reading);
}

static void nothing_moves_by_itself_when_a_run_ends(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
    reading_keys(&reading, "r\r");
    assert_false(state_is_moving(&reading.state));
    char *before = reading_screen(&reading);
    reading.effects = 0;
    reading_do(&reading, (struct action){.kind = ACTION_TICK, .elapsed_ns = 1000000000});
    assert_int_equal(reading.effects, 0);
    char *after = reading_screen(&reading);
    assert_string_equal(before, after);
    free(before);
    free(after);
    reading_close(&reading);
}

static void an_edited_listing_is_kept_run_and_put_back(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
    reading_keys(&reading, "e# mine\r\033");
    assert_true(reading_shows(&reading, "1 # mine"));
    reading_keys(&reading, "e\022\r"); /* ^R, and no answer */
    assert_non_null(reading.state.stage);
    assert_int_equal(strncmp(reading.state.stage->listing, "# mine\n", 7), 0);
    reading_keys(&reading, "xly");
    assert_true(reading_shows(&reading, "1 from blog.models import Article"));
    reading_close(&reading);
}

static void undo_reaches_back_behind_the_escape_that_left_the_editor(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
    reading_keys(&reading, "e# mine\r\033");
    reading_keys(&reading, "np"); /* another step and back */
    reading_keys(&reading, "\te\025\025");
    assert_false(reading_holds(&reading, "# mine"));
    reading_keys(&reading, "\031\031\033"); /* and ^Y goes forward again */
    assert_string_equal(state_listing(&reading.state), state_visit(&reading.state)->editor.text);
    assert_int_equal(strncmp(state_listing(&reading.state), "# mine\n", 7), 0);
    reading_close(&reading);
}

static void a_listing_put_back_has_nothing_to_undo(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
    reading_keys(&reading, "e# mine\r\033xlye\025\025\033");
    assert_null(state_visit(&reading.state)->listing);
    reading_close(&reading);
}

static void the_editor_opens_at_the_caret_of_what_was_raised(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
    reading_keys(&reading, "ex = oops\r\022\033"); /* the run raises, whatever was predicted */
    reading_keys(&reading, "e");
    assert_true(reading_shows(&reading, "   1 x = oops\n         ^\n     NameError: name 'oops'"));
    assert_int_equal(reading.grid.cursor_x, 9);
    reading_keys(&reading, "#"); /* the line is another one now */
    assert_false(reading_holds(&reading, "NameError"));
    reading_close(&reading);
}

static void a_click_below_the_caret_finds_its_line(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
    reading_keys(&reading, "ex = oops\r\022\033e");
    int y = layout_of(&reading.state).live.y + reading.state.line_row[2] - reading.state.live_top;
    reading_do(&reading, (struct action){.kind = ACTION_CLICK, .y = y, .x = 5});
    reading_keys(&reading, "# two");
    assert_true(reading_shows(&reading, "2 # two"));
    reading_close(&reading);
}

static void help_goes_back_to_where_it_was_asked_for(void **state) {
    static const struct {
        const char *keys;
        uint32_t stroke;
        enum mode mode;
    } places[] = {{"", '?', MODE_READ},
                  {"l", '?', MODE_LIST},
                  {"r12", '?', MODE_ASK},
                  {"e", STROKE_F1, MODE_EDIT}};
    (void)state;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct reading reading;
        reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
        reading_keys(&reading, places[i].keys);
        reading_stroke(&reading, places[i].stroke);
        assert_int_equal(reading.state.mode, MODE_HELP);
        reading_keys(&reading, "\033");
        assert_int_equal(reading.state.mode, places[i].mode);
        reading_close(&reading);
    }
}

static void the_selected_line_opens_its_sql(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
    reading_keys(&reading, "r\ro");
    assert_true(reading_shows(&reading, "SQL behind line 6"));
    assert_true(reading_shows(&reading, "100 times"));
    reading_keys(&reading, "qko");
    assert_true(reading_shows(&reading, "SQL behind line 5"));
    assert_true(reading_shows(&reading, "with 100"));
    reading_close(&reading);
}

static void a_search_finds_notes_and_listings_and_goes_round(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_MIDDLEWARE, 0);
    reading_keys(&reading, "/shopping list\r");
    assert_int_equal(reading.state.lesson, TEST_N_PLUS_ONE);
    assert_true(reading_shows(&reading, "match 1 of 1"));
    reading_keys(&reading, "n");
    assert_true(reading_shows(&reading, "match 1 of 1"));
    reading_keys(&reading, "\033/articles_on_page\r");
    assert_true(reading.state.search.count >= 3);
    bool listing = false;
    for (size_t i = 0; i < reading.state.search.count; i++)
        listing |= reading.state.search.hits[i].listing;
    assert_true(listing);
    reading_keys(&reading, "/there is no such word\r");
    assert_true(reading_shows(&reading, "no match"));
    reading_close(&reading);
}

static void a_match_may_go_over_the_end_of_a_row(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
    reading_keys(&reading, "/and no line of it\r");
    assert_true(reading_shows(&reading, "match 1 of 1"));
    reading_close(&reading);
}

static void resetting_asks_first(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
    reading_keys(&reading, "+xkn");
    assert_int_equal(state_visit(&reading.state)->settings[0].number, 110);
    reading_keys(&reading, "xky");
    assert_int_equal(state_visit(&reading.state)->settings[0].number, 100);
    reading_keys(&reading, "r\rxoy");
    assert_null(reading.state.stage);
    assert_true(state_visit(&reading.state)->done);
    reading_keys(&reading, "xpy");
    assert_true(reading.effects & EFFECT_FORGET);
    assert_false(state_visit(&reading.state)->done);
    reading_close(&reading);
}

static void u_undoes_a_reset_once(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
    struct visit *visit = state_visit(&reading.state);
    reading_keys(&reading, "+xky");
    assert_true(reading_shows(&reading, "u undoes it"));
    reading_keys(&reading, "u");
    assert_int_equal(visit->settings[0].number, 110);
    assert_true(reading_shows(&reading, "the knobs are as they were"));
    reading_keys(&reading, "-u");
    assert_int_equal(visit->settings[0].number, 100);
    reading_close(&reading);
}

static void a_cleared_output_comes_back_with_its_answer(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 40, 80, TEST_N_PLUS_ONE, 0);
    reading_keys(&reading, "r101\r+rxoy");
    assert_false(reading_holds(&reading, "111 queries"));
    reading_keys(&reading, "u");
    assert_true(reading_shows(&reading, "111 queries"));
    assert_true(reading_shows(&reading, "you said 101 at articles = 100, measured 111"));
    assert_true(reading_shows(&reading, "last run"));
    reading_close(&reading);
}

static void a_listing_comes_back_with_its_run(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
    reading_keys(&reading, "e# mine\r\022\rxlyu");
    assert_true(reading_shows(&reading, "# mine"));
    assert_true(reading_shows(&reading, "101 queries"));
    reading_close(&reading);
}

static void an_undo_is_gone_when_something_else_begins(void **state) {
    static const char *const ways[] = {"r\r", "np", "e\033", "xpy"};
    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct reading reading;
        reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
        reading_keys(&reading, "+xky");
        reading_keys(&reading, ways[i]);
        reading_keys(&reading, "u");
        assert_int_equal(state_visit(&reading.state)->settings[0].number, 100);
        reading_close(&reading);
    }
}

static void a_run_left_behind_is_dropped(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
    struct stage *stage = state_open_stage(&reading.state);
    reading.state.starting = true;
    reading_do(&reading, (struct action){.kind = ACTION_STARTED, .stage = stage});
    reading.effects = 0;
    reading.state.run_lesson = TEST_N_PLUS_ONE;
    reading_do(&reading, (struct action){.kind = ACTION_NEXT_STEP});
    assert_true(reading.effects & EFFECT_CANCEL);
    stage_run(stage);
    reading_do(&reading, (struct action){.kind = ACTION_FINISHED, .stage = stage});
    assert_null(reading.state.stage);
    assert_false(state_is_busy(&reading.state));
    reading_close(&reading);
}

/* The run is played by the test: what a worker records is drawn as time passes. */
static void a_run_that_can_be_watched_is_drawn_while_it_lasts(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_MIDDLEWARE, 1);
    reading_keys(&reading, "\t");
    struct stage *stage = state_open_stage(&reading.state);
    reading.state.run_lesson = TEST_MIDDLEWARE;
    reading.state.run_step = 1;
    reading_do(&reading, (struct action){.kind = ACTION_STARTED, .stage = stage});
    assert_true(reading_shows(&reading, "turns so far"));
    for (int i = 0; i < 37; i++) head_point(&stage->head, TAPE_SAMPLE, "turn", 1);
    reading_do(&reading, (struct action){.kind = ACTION_TICK, .elapsed_ns = 1000000});
    assert_true(reading_shows(&reading, "37"));
    reading_do(&reading, (struct action){.kind = ACTION_FINISHED, .stage = stage});
    assert_false(reading_holds(&reading, "turns so far"));
    reading_close(&reading);
}

static void hints_come_one_by_one_and_end(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_MIDDLEWARE, 0);
    reading_keys(&reading, "h");
    assert_true(reading_shows(&reading, "hint 1  Think of an onion."));
    reading_keys(&reading, "hhh");
    assert_true(reading_shows(&reading, "hint 3  The last one."));
    reading_close(&reading);
}

static void a_hint_names_the_knobs_values(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
    reading_keys(&reading, "v250\rhh");
    assert_true(reading_shows(&reading, "hint 2  250, and one more."));
    reading_close(&reading);
}

static void each_new_hint_is_seen_on_a_small_screen(void **state) {
    static const char *const hints[] = {"hint 1  Think of an onion.", "hint 2", "hint 3"};
    (void)state;
    for (size_t run = 0; run < 2; run++) {
        struct reading reading;
        reading_open(&reading, 12, 40, TEST_MIDDLEWARE, 0);
        if (run) reading_keys(&reading, "r\r");
        for (size_t i = 0; i < 3; i++) {
            reading_keys(&reading, "h");
            assert_true(reading_shows(&reading, hints[i]));
        }
        reading_close(&reading);
    }
}

static void h_pages_through_hints_that_are_cut(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 12, 40, TEST_MIDDLEWARE, 0);
    reading_keys(&reading, "r\rhhh");
    assert_false(reading_holds(&reading, "Predicted and measured"));
    reading_keys(&reading, "h");
    assert_true(reading_shows(&reading, "Predicted and measured"));
    assert_true(reading_shows(&reading, "h turns the page"));
    reading_keys(&reading, "h");
    assert_true(reading_shows(&reading, "hint 3"));
    reading_close(&reading);
}

static void what_was_measured_is_seen_whole_until_the_next_key(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 12, 40, TEST_N_PLUS_ONE, 0);
    reading_keys(&reading, "r100\r");
    assert_true(reading_shows(&reading, "you said 100, measured 101"));
    int raised = layout_of(&reading.state).strip.height;
    assert_int_equal(raised, reading.state.strip.height);
    reading_keys(&reading, "j");
    assert_true(layout_of(&reading.state).strip.height < raised);
    assert_true(reading_shows(&reading, "you said 100, measured 101"));
    reading_close(&reading);
}

/* The first minute: run, turn, on to the next step, without having read the help. */
static void a_run_again_leaves_the_room_to_its_figures(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 12, 40, TEST_N_PLUS_ONE, 0);
    reading_keys(&reading, "r100\r");
    int first = layout_of(&reading.state).live.height;
    reading_keys(&reading, "r");
    assert_true(layout_of(&reading.state).live.height > first);
    reading_close(&reading);
}

/* At 40x12 a plot and its axis are seen whole, below the first line of what was measured. */
static void a_plot_fits_a_low_screen(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 12, 40, TEST_N_PLUS_ONE, 1);
    reading_keys(&reading, "r");
    assert_true(reading_shows(&reading, "12,000 ┤"));
    assert_true(reading_shows(&reading, "10,000 articles"));
    reading_close(&reading);
}

static void a_title_without_room_takes_the_place_of_the_name(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 66, TEST_MIDDLEWARE, 0);
    assert_true(reading_shows(&reading, "The order of the layers decides"));
    reading_do(&reading, (struct action){.kind = ACTION_RESIZE, .height = 24, .width = 80});
    assert_true(reading_shows(&reading, "daybook   Day 4  The order of the layers decides"));
    reading_close(&reading);
}

static struct action at(enum action_kind kind, int y, int x) {
    return (struct action){.kind = kind, .y = y, .x = x};
}

static void a_click_chooses_a_knob_and_the_wheel_turns_it(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0); /* articles [100]   round-trip [0 ms, ... */
    int status = layout_of(&reading.state).status;
    reading_do(&reading, at(ACTION_CLICK, status, 20));
    assert_int_equal(reading.state.knob, 1);
    reading_do(&reading, at(ACTION_WHEEL_UP, status, 3));
    assert_int_equal(reading.state.knob, 0);
    assert_int_equal(state_visit(&reading.state)->settings[0].number, 110);
    reading_do(&reading, at(ACTION_WHEEL_DOWN, status, 3));
    reading_do(&reading, at(ACTION_WHEEL_DOWN, status, 70)); /* no knob stands there */
    assert_int_equal(state_visit(&reading.state)->settings[0].number, 100);
    reading_close(&reading);
}

static void a_click_on_a_panes_name_shows_that_pane(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
    int names = layout_of(&reading.state).top_rule;
    for (int twice = 0; twice < 2; twice++) {
        reading_do(&reading, at(ACTION_CLICK, names, 12));
        assert_int_equal(reading.state.pane, PANE_LIVE);
    }
    reading_do(&reading, at(ACTION_CLICK, names, 5));
    assert_int_equal(reading.state.pane, PANE_NOTE);
    reading_close(&reading);
}

static void side_by_side_a_click_on_a_name_chooses_that_pane(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 40, 120, TEST_N_PLUS_ONE, 0);
    struct layout layout = layout_of(&reading.state);
    reading_do(&reading, at(ACTION_CLICK, layout.top_rule, layout.live.x + 3));
    assert_int_equal(reading.state.pane, PANE_LIVE);
    reading_do(&reading, at(ACTION_CLICK, layout.top_rule, layout.live.x + 3));
    assert_int_equal(reading.state.pane, PANE_LIVE);
    reading_do(&reading, at(ACTION_CLICK, layout.top_rule, 3));
    assert_int_equal(reading.state.pane, PANE_NOTE);
    reading_close(&reading);
}

static void a_narrow_footer_tells_how_to_put_an_order_right(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 12, 40, TEST_MIDDLEWARE, 1);
    reading_keys(&reading, "r");
    assert_true(reading_shows(&reading, "j k choose  - + move"));
    reading_close(&reading);
}

static void a_click_on_a_choice_chooses_it(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_MIDDLEWARE, 0); /* three choices */
    reading_keys(&reading, "r");
    assert_true(reading_shows(&reading, "▸1 the first in the list"));
    struct area strip = layout_of(&reading.state).strip;
    int last = strip.y + strip.height - 1; /* the third */
    reading_do(&reading, at(ACTION_CLICK, last, 5));
    assert_true(reading_shows(&reading, "▸3 all at the same time"));
    reading_do(&reading, at(ACTION_CLICK, last - 1, 5));
    assert_true(reading_shows(&reading, "▸2 the last in the list"));
    reading_do(&reading, at(ACTION_CLICK, strip.y, 5)); /* its title */
    assert_int_equal(reading.state.choice, 1);
    reading_close(&reading);
}

static void a_list_over_both_panes_has_its_own_name(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 40, 120, TEST_N_PLUS_ONE, 0);
    reading_keys(&reading, "l");
    assert_true(reading_shows(&reading, "[Days]"));
    assert_false(reading_holds(&reading, " Live "));
    reading_close(&reading);
}

static void a_click_on_the_headers_keys_opens_them(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
    reading_do(&reading, at(ACTION_CLICK, 0, 40));
    assert_int_equal(reading.state.mode, MODE_READ);
    reading_do(&reading, at(ACTION_CLICK, 0, 75));
    assert_int_equal(reading.state.mode, MODE_HELP);
    reading_close(&reading);
}

static void the_footer_says_when_a_run_would_be_another_one(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
    reading_keys(&reading, "r\r");
    assert_false(reading_holds(&reading, "r run anew"));
    reading_keys(&reading, "+");
    assert_true(reading_shows(&reading, "r run anew  - + turn")); /* and named once */
    reading_keys(&reading, "r");
    assert_false(reading_holds(&reading, "r run anew"));
    reading_close(&reading);
}

static void a_day_by_number_tells_the_way_back(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
    reading_keys(&reading, "1");
    assert_true(reading_shows(&reading, "day 4; 2 goes back to day 9"));
    reading_close(&reading);
}

static void space_turns_the_page_where_there_is_nothing_to_play(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 12, 40, TEST_N_PLUS_ONE, 0);
    reading_keys(&reading, " ");
    assert_true(reading.state.note_top > 1);
    reading_keys(&reading, "r\r ");
    assert_true(reading.state.replay.playing);
    reading_close(&reading);
}

static void the_footer_leads_from_a_run_to_the_next_step(void **state) {
    static const int sizes[][2] = {{24, 80}, {12, 40}, {40, 120}};
    static const char *const keys[] = {"r run", "- + turn", "n next"};
    (void)state;
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 2; j++) {
            struct reading reading;
            reading_open(&reading, sizes[i][0], sizes[i][1], TEST_N_PLUS_ONE, 0);
            if (j) reading_keys(&reading, "r\r");
            for (size_t k = 0; k < 3; k++) assert_true(reading_shows(&reading, keys[k]));
            reading_close(&reading);
        }
}

static void the_footer_names_the_keys_of_a_replay_under_way(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 12, 40, TEST_N_PLUS_ONE, 0);
    reading_keys(&reading, "r\r,");
    assert_true(reading_shows(&reading, "Space play  , . event"));
    reading_close(&reading);
}

static void the_help_tells_what_works_now_first(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 60, 80, TEST_N_PLUS_ONE, 0);
    reading_keys(&reading, "?");
    char *before = reading_screen(&reading);
    const char *not_now = strstr(before, "not now");
    assert_non_null(not_now);
    assert_true(strstr(before, "run the demo") < not_now);
    assert_true(strstr(before, "play or pause") > not_now);
    assert_true(strstr(before, "the next, the previous match") > not_now);
    reading_keys(&reading, "qr\r/JOIN\r?");
    char *after = reading_screen(&reading);
    not_now = strstr(after, "not now");
    assert_non_null(not_now);
    assert_true(strstr(after, "play or pause") < not_now);
    assert_true(strstr(after, "the next, the previous match") < not_now);
    assert_true(strstr(after, "the next step") > not_now); /* n finds now */
    free(before);
    free(after);
    reading_close(&reading);
}

static void a_change_of_width_keeps_the_place_in_the_note(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
    reading_keys(&reading, "/Imprecise: \"a loop\r");
    assert_true(reading_shows(&reading, "a loop causes"));
    reading_do(&reading, (struct action){.kind = ACTION_RESIZE, .height = 24, .width = 50});
    assert_true(reading_shows(&reading, "a loop causes"));
    reading_close(&reading);
}

/* The footer is made of the keys that work, so each of them must do something. */
static void every_key_in_the_footer_does_something(void **state) {
    static const char *const ways[] = {"",  "r",  "r\r",  "e",    "l",    "?",
                                       "x", "xk", "r\ro", "/a\r", "r\rR", "r\rR\r"};
    (void)state;
    for (size_t way = 0; way < sizeof ways / sizeof *ways; way++)
        for (size_t i = 0; i < binding_count; i++) {
            struct reading reading;
            reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
            reading_keys(&reading, ways[way]);
            if (bindings[i].brief && keys_works(&reading.state, &bindings[i])) {
                reading.effects = 0;
                reading_stroke(&reading, bindings[i].keys[0]);
                if (reading.effects == 0)
                    fprintf(stderr, "after '%s', %s does nothing\n", ways[way], bindings[i].shown);
                assert_int_not_equal(reading.effects, 0);
            }
            reading_close(&reading);
        }
}

/* ---- every state can be drawn --------------------------------------------------------------- */

static const struct {
    int height, width;
} sizes[] = {{1, 1},   {1, 20},  {2, 2},   {3, 40},   {5, 20},   {7, 30},   {8, 80},
             {12, 40}, {13, 99}, {24, 80}, {30, 100}, {36, 131}, {36, 132}, {60, 200}};

/* Neighbours of wide characters and windows are where cells go wrong: a cell is a character, or
 * stands behind one that is wide. */
static void check_grid(const struct grid *grid, int height, int width) {
    assert_int_equal(grid->height, height);
    assert_int_equal(grid->width, width);
    for (int i = 0; i < height * width; i++)
        assert_true(grid->cells[i].rune >= ' ' || (grid->cells[i].rune == 0 && i % width > 0));
}

static void every_step_is_drawn_at_every_size_before_and_after_its_run(void **state) {
    static const char *const ways[] = {"", "r", "r\r", "r\r,,", "e", "l", "?", "hhh", "\t", "/a\r"};
    (void)state;
    for (size_t lesson = 0; lesson < test_course.count; lesson++)
        for (size_t step = 0; step < test_course.lessons[lesson]->step_count; step++) {
            if (lesson == TEST_MIDDLEWARE && step == 2) continue; /* runs for ever */
            for (size_t way = 0; way < sizeof ways / sizeof *ways; way++) {
                struct reading reading;
                reading_open(&reading, 24, 80, lesson, step);
                reading_keys(&reading, ways[way]);
                for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
                    struct action size = {
                        .kind = ACTION_RESIZE, .height = sizes[i].height, .width = sizes[i].width};
                    reading_do(&reading, size);
                    draw(&reading.state, &reading.grid);
                    check_grid(&reading.grid, sizes[i].height, sizes[i].width);
                }
                reading_close(&reading);
            }
        }
}

/* The lessons as they are shipped, not run: each note, listing and question finds its place. */
static void every_shipped_step_is_drawn_at_every_size(void **state) {
    (void)state;
    struct state_options options = {
        .course = {lessons, LESSON_COUNT}, .height = 24, .width = 80, .mouse = true};
    struct reading reading = {.effects = 0};
    assert_true(state_init(&reading.state, &options));
    grid_init(&reading.grid, false);
    for (size_t lesson = 0; lesson < LESSON_COUNT; lesson++)
        for (size_t step = 0; step < lessons[lesson]->step_count; step++) {
            state_open(&reading.state, lesson, step);
            if (lessons[lesson]->steps[step]->run) reading_keys(&reading, "hr");
            for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
                struct action size = {
                    .kind = ACTION_RESIZE, .height = sizes[i].height, .width = sizes[i].width};
                bool asks = reading.state.mode == MODE_ASK;
                reading_do(&reading, size);
                draw(&reading.state, &reading.grid);
                check_grid(&reading.grid, sizes[i].height, sizes[i].width);
                assert_int_equal(asks, lessons[lesson]->steps[step]->prediction != NULL);
            }
            reading.state.mode = MODE_READ;
        }
    reading_close(&reading);
}

static unsigned next(unsigned *seed) {
    *seed = *seed * 1103515245 + 12345;
    return *seed >> 16 & 0x7FFF;
}

/* A key, an action out of the blue, a click, a paste or a new size. */
static struct action any_action(struct state *state, unsigned *seed) {
    static const uint32_t strokes[] = {
        STROKE_UP,    STROKE_DOWN,   STROKE_LEFT,    STROKE_RIGHT,
        STROKE_HOME,  STROKE_END,    STROKE_PAGE_UP, STROKE_PAGE_DOWN,
        STROKE_ERASE, STROKE_DELETE, '\r',           '\t',
        0x1B,         0x12,          0x15,           0x19,
        0x4E2D,       0x301};
    struct action action = {.y = (int)(next(seed) % 70) - 2, .x = (int)(next(seed) % 210) - 2};
    switch (next(seed) % 8) {
    case 0: return keys_find(state, strokes[next(seed) % (sizeof strokes / sizeof *strokes)]);
    case 1:
        action.kind = next(seed) % ACTION_STARTED; /* what the loop alone may send is sent below */
        action.rune = next(seed) % 128;
        action.text = "a\tb\r\n  \xff\xe4\xb8\xad:\n";
        action.length = 14;
        action.height = 1 + (int)(next(seed) % 60);
        action.width = 1 + (int)(next(seed) % 200);
        return action;
    case 2:
        if (next(seed) % 4) break;
        action.kind = ACTION_RESIZE;
        action.height = 1 + (int)(next(seed) % 60);
        action.width = 1 + (int)(next(seed) % 200);
        return action;
    case 3:
        action.kind = ACTION_TICK;
        action.elapsed_ns = next(seed) * 100000ull;
        return action;
    default: break;
    }
    return keys_find(state, ' ' + next(seed) % 95);
}

static void a_hundred_thousand_actions_leave_a_state_that_can_be_drawn(void **state) {
    enum { ACTIONS = 100000, DRAWN = 16 };
    unsigned seed = 20;
    struct reading reading;
    (void)state;
    reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
    for (int i = 0; i < ACTIONS; i++) {
        struct action action = any_action(&reading.state, &seed);
        bool endless = reading.state.lesson == TEST_MIDDLEWARE && reading.state.step == 2;
        if (endless) action = (struct action){.kind = ACTION_PREVIOUS_STEP};
        if (endless) reading.state.mode = MODE_READ;
        reading_do(&reading, action);
        if (i % DRAWN) continue;
        draw(&reading.state, &reading.grid);
        check_grid(&reading.grid, reading.state.height, reading.state.width);
    }
    reading_close(&reading);
}

int main(void) {
    setlocale(LC_ALL, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(r_asks_before_the_first_run_and_not_again),
        cmocka_unit_test(no_answer_opens_the_run_too),
        cmocka_unit_test(a_right_answer_is_met),
        cmocka_unit_test(an_answer_says_of_which_knobs_it_was_given),
        cmocka_unit_test(an_answer_about_other_knobs_is_neither_met_nor_kept),
        cmocka_unit_test(an_answer_about_another_listing_says_so),
        cmocka_unit_test(two_orders_stand_one_below_the_other),
        cmocka_unit_test(a_measured_number_is_met_from_as_far_as_its_question_says),
        cmocka_unit_test(a_choice_is_named_by_its_number),
        cmocka_unit_test(an_order_is_made_by_moving_choices),
        cmocka_unit_test(the_question_and_the_note_stay_in_sight_while_it_is_asked),
        cmocka_unit_test(a_step_without_a_demo_says_so),
        cmocka_unit_test(q_leaves_one_layer_at_a_time),
        cmocka_unit_test(escape_never_quits),
        cmocka_unit_test(n_and_p_walk_through_all_steps_and_stop_at_the_ends),
        cmocka_unit_test(knobs_turn_within_their_range),
        cmocka_unit_test(choices_turn_round_and_texts_are_typed),
        cmocka_unit_test(figures_of_other_knobs_are_marked_as_such),
        cmocka_unit_test(a_run_with_other_knobs_stands_beside_the_last_one),
        cmocka_unit_test(a_run_of_another_listing_stands_beside_the_last_one),
        cmocka_unit_test(the_same_run_again_is_compared_with_nothing),
        cmocka_unit_test(a_run_that_raised_is_compared_with_nothing),
        cmocka_unit_test(a_review_asks_again_with_other_knobs_and_says_the_score),
        cmocka_unit_test(a_review_draws_values_that_make_a_run_no_longer),
        cmocka_unit_test(a_review_gives_back_what_it_found),
        cmocka_unit_test(a_review_needs_a_step_that_is_done),
        cmocka_unit_test(a_review_of_several_steps_comes_back_to_where_it_began),
        cmocka_unit_test(a_review_left_during_its_run_shows_nothing_of_it),
        cmocka_unit_test(the_replay_moves_the_counters),
        cmocka_unit_test(nothing_moves_by_itself_when_a_run_ends),
        cmocka_unit_test(an_edited_listing_is_kept_run_and_put_back),
        cmocka_unit_test(undo_reaches_back_behind_the_escape_that_left_the_editor),
        cmocka_unit_test(a_listing_put_back_has_nothing_to_undo),
        cmocka_unit_test(the_editor_opens_at_the_caret_of_what_was_raised),
        cmocka_unit_test(a_click_below_the_caret_finds_its_line),
        cmocka_unit_test(help_goes_back_to_where_it_was_asked_for),
        cmocka_unit_test(the_selected_line_opens_its_sql),
        cmocka_unit_test(a_search_finds_notes_and_listings_and_goes_round),
        cmocka_unit_test(a_match_may_go_over_the_end_of_a_row),
        cmocka_unit_test(resetting_asks_first),
        cmocka_unit_test(u_undoes_a_reset_once),
        cmocka_unit_test(a_cleared_output_comes_back_with_its_answer),
        cmocka_unit_test(a_listing_comes_back_with_its_run),
        cmocka_unit_test(an_undo_is_gone_when_something_else_begins),
        cmocka_unit_test(a_run_left_behind_is_dropped),
        cmocka_unit_test(a_run_that_can_be_watched_is_drawn_while_it_lasts),
        cmocka_unit_test(hints_come_one_by_one_and_end),
        cmocka_unit_test(a_hint_names_the_knobs_values),
        cmocka_unit_test(each_new_hint_is_seen_on_a_small_screen),
        cmocka_unit_test(h_pages_through_hints_that_are_cut),
        cmocka_unit_test(a_run_again_leaves_the_room_to_its_figures),
        cmocka_unit_test(a_plot_fits_a_low_screen),
        cmocka_unit_test(a_title_without_room_takes_the_place_of_the_name),
        cmocka_unit_test(a_click_chooses_a_knob_and_the_wheel_turns_it),
        cmocka_unit_test(a_click_on_a_panes_name_shows_that_pane),
        cmocka_unit_test(side_by_side_a_click_on_a_name_chooses_that_pane),
        cmocka_unit_test(a_narrow_footer_tells_how_to_put_an_order_right),
        cmocka_unit_test(a_click_on_a_choice_chooses_it),
        cmocka_unit_test(a_list_over_both_panes_has_its_own_name),
        cmocka_unit_test(a_click_on_the_headers_keys_opens_them),
        cmocka_unit_test(the_footer_says_when_a_run_would_be_another_one),
        cmocka_unit_test(a_day_by_number_tells_the_way_back),
        cmocka_unit_test(space_turns_the_page_where_there_is_nothing_to_play),
        cmocka_unit_test(the_footer_leads_from_a_run_to_the_next_step),
        cmocka_unit_test(the_footer_names_the_keys_of_a_replay_under_way),
        cmocka_unit_test(the_help_tells_what_works_now_first),
        cmocka_unit_test(what_was_measured_is_seen_whole_until_the_next_key),
        cmocka_unit_test(a_change_of_width_keeps_the_place_in_the_note),
        cmocka_unit_test(every_key_in_the_footer_does_something),
        cmocka_unit_test(every_step_is_drawn_at_every_size_before_and_after_its_run),
        cmocka_unit_test(every_shipped_step_is_drawn_at_every_size),
        cmocka_unit_test(a_hundred_thousand_actions_leave_a_state_that_can_be_drawn),
    };
    return RUN_TESTS(tests);
}
