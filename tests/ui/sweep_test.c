/* Sweeps: knobs drawn by lot, runs within a limit, and claims that hold here and fail there. */
#include "tests/support/testing.h"

#include <signal.h>
#include <unistd.h>

#include "tests/support/course.h"
#include "tests/support/json.h"
#include "tests/support/program.h"
#include "ui/command_sweep.h"
#include "ui/sweep.h"

static const struct lesson *n_plus_one(void) {
    return test_course.lessons[TEST_N_PLUS_ONE];
}

static int64_t draw_articles(uint64_t seed, uint64_t number) {
    struct stage *stage = stage_open(n_plus_one(), n_plus_one()->steps[0]);
    assert_non_null(stage);
    sweep_draw(stage, seed, number, 0);
    int64_t articles = stage_number(stage, "articles");
    stage_close(stage);
    return articles;
}

/* ---- lots ---------------------------------------------------------------------------------- */

static void the_same_seed_draws_the_same_knobs(void **state) {
    size_t alike = 0;
    (void)state;
    for (uint64_t i = 1; i <= 100; i++) {
        assert_int_equal(draw_articles(7, i), draw_articles(7, i));
        alike += draw_articles(7, i) == draw_articles(8, i);
    }
    assert_true(alike < 50);
}

static void numbers_are_drawn_from_end_to_end(void **state) {
    size_t least = 0, most = 0, usual = 0, small = 0;
    enum { DRAWS = 1000 };
    (void)state;
    for (uint64_t i = 1; i <= DRAWS; i++) {
        int64_t articles = draw_articles(1, i);
        assert_in_range(articles, 0, 10000);
        least += articles == 0;
        most += articles == 10000;
        usual += articles == 100;
        small += articles > 0 && articles < 100;
    }
    assert_in_range(least, DRAWS / 16, DRAWS / 4);
    assert_in_range(most, DRAWS / 16, DRAWS / 4);
    assert_in_range(usual, DRAWS / 16, DRAWS / 4);
    assert_in_range(small, DRAWS / 5, DRAWS / 2); /* half of the scale, of 5 draws in 8 */
}

static int64_t away(uint64_t number, unsigned nearer) {
    struct stage *stage = stage_open(n_plus_one(), n_plus_one()->steps[0]);
    assert_non_null(stage);
    sweep_draw(stage, 7, number, nearer);
    int64_t articles = stage_number(stage, "articles");
    stage_close(stage);
    return articles > 100 ? articles - 100 : 100 - articles;
}

static void a_setting_is_drawn_nearer_to_the_usual_one(void **state) {
    (void)state;
    for (uint64_t i = 1; i <= 50; i++) {
        assert_int_equal(away(i, 1), away(i, 0) / 8);
        assert_int_equal(away(i, 2), away(i, 1) / 8);
        assert_int_equal(away(i, SWEEP_NEARER), 0);
    }
}

static void texts_are_drawn_among_several_and_said_again(void **state) {
    const struct lesson *lesson = lesson_find("urls");
    const struct step *step = lesson_step(lesson, "resolve");
    size_t usual = 0, other = 0;
    (void)state;
    for (uint64_t i = 1; i <= 40; i++) {
        struct stage *stage = stage_open(lesson, step);
        struct text text;
        assert_non_null(stage);
        sweep_draw(stage, 7, i, 0);
        char buffer[160];
        const char *url = stage_knob_text(stage, 0, buffer, sizeof buffer);
        bool same = strcmp(url, step->knobs[0].usual_text) == 0;
        usual += same;
        other += !same;
        text_init(&text, &stage->arena);
        sweep_command(&text, stage);
        const char *set = arena_format(&stage->arena, " --set url=%s", url);
        assert_non_null(strstr(text_finish(&text), set));
        stage_close(stage);
    }
    assert_true(usual > 0 && other > 20);
}

static void the_command_of_a_setting_sets_each_knob(void **state) {
    struct stage *stage = stage_open(n_plus_one(), n_plus_one()->steps[1]);
    struct text text;
    (void)state;
    assert_non_null(stage);
    sweep_draw(stage, 3, 1, 0);
    stage->numbers[0] = 1;
    text_init(&text, &stage->arena);
    sweep_command(&text, stage);
    assert_string_equal(
        text_finish(&text),
        "daybook run n-plus-one/select-related --seed 3 --set scale=log --set path=/");
    stage_close(stage);
}

/* ---- the limit ----------------------------------------------------------------------------- */

static void a_run_that_takes_too_long_is_stopped(void **state) {
    const struct lesson *lesson = test_course.lessons[TEST_MIDDLEWARE];
    struct outcome *endless = outcome_open(lesson, lesson->steps[2]);
    struct outcome *short_one = outcome_open(lesson, lesson->steps[0]);
    (void)state;
    struct sweeper sweeper;
    assert_true(sweep_open(&sweeper));
    assert_int_equal(sweep_measure(&sweeper, endless, 20), SWEEP_STOPPED);
    assert_int_equal(sweep_measure(&sweeper, short_one, 10000), SWEEP_MEASURED);
    assert_false(sweep_close(&sweeper));
    outcome_close(endless);
    outcome_close(short_one);
}

static void an_interrupt_between_settings_is_heard(void **state) {
    const struct lesson *lesson = test_course.lessons[TEST_MIDDLEWARE];
    struct sweeper sweeper;
    (void)state;
    assert_true(sweep_open(&sweeper));
    raise(SIGINT);
    struct outcome *outcome = outcome_open(lesson, lesson->steps[2]);
    assert_int_equal(sweep_measure(&sweeper, outcome, 1000000), SWEEP_INTERRUPTED);
    outcome_close(outcome);
    assert_true(sweep_close(&sweeper));
    assert_true(sweep_open(&sweeper));
    raise(SIGINT);
    assert_true(sweep_close(&sweeper));
}

/* ---- the command --------------------------------------------------------------------------- */

/* What a sweep of one step of the tests' course prints, to be freed; *code is its exit code. */
static char *sweep_into_text(const struct sweep *sweep, size_t step, int *code) {
    char path[] = "/tmp/daybook-sweep.XXXXXX";
    int file = mkstemp(path), out = dup(STDOUT_FILENO);
    struct choice choice = {n_plus_one(), n_plus_one()->steps[step]};
    assert_true(file >= 0 && out >= 0);
    fflush(stdout);
    assert_true(dup2(file, STDOUT_FILENO) >= 0);
    *code = command_sweep(sweep, &choice, 1);
    fflush(stdout);
    dup2(out, STDOUT_FILENO);
    close(out);
    close(file);
    char *text = program_read_file(path, NULL);
    unlink(path);
    assert_non_null(text);
    return text;
}

static void a_false_claim_fails_and_says_how_to_see_it(void **state) {
    struct sweep sweep = {.settings = 5, .seed = 3};
    int code;
    (void)state;
    char *text = sweep_into_text(&sweep, 2, &code);
    assert_int_equal(code, EXIT_FALSE);
    assert_non_null(strstr(text, "FAILED  2 queries, whatever the number of articles: at 0 of 1"));
    assert_non_null(strstr(text, "daybook run n-plus-one/prefetch-related --seed 3: 3 is not 2"));
    assert_non_null(strstr(text, "-       with no articles, one query: about none"));
    assert_non_null(strstr(text, "0 claims hold, 1 failed, at 1 setting; seed 3"));
    free(text);
}

static void a_true_claim_is_asked_at_every_setting(void **state) {
    struct sweep sweep = {.settings = 5, .seed = 3};
    int code;
    (void)state;
    char *text = sweep_into_text(&sweep, 0, &code);
    assert_int_equal(code, EXIT_DONE);
    assert_non_null(strstr(text, "ok      1 + N queries for N articles: at 5 of 5"));
    free(text);
}

static void sweep_json_names_the_setting_of_each_line(void **state) {
    struct sweep sweep = {.settings = 4, .seed = 3, .as_json = true};
    struct arena arena;
    int code;
    (void)state;
    arena_init(&arena, NULL);
    char *text = sweep_into_text(&sweep, 0, &code);
    const struct json_node *lines = json_read_lines(&arena, text);
    assert_int_equal(code, EXIT_DONE);
    assert_non_null(lines);
    assert_int_equal(lines->count, 4);
    for (size_t i = 0; i < 4; i++) {
        const struct json_node *line = json_at(lines, i);
        const struct json_node *knobs = json_get(line, "knobs");
        assert_int_equal(json_get(line, "seed")->number, 3);
        assert_int_equal(json_get(line, "setting")->number, i + 1);
        assert_int_equal(json_get(line, "stopped")->kind, JSON_FALSE);
        assert_int_equal(json_get(line, "queries")->number,
                         json_get(knobs, "articles")->number + 1);
    }
    free(text);
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_draws_the_same_knobs),
        cmocka_unit_test(numbers_are_drawn_from_end_to_end),
        cmocka_unit_test(a_setting_is_drawn_nearer_to_the_usual_one),
        cmocka_unit_test(texts_are_drawn_among_several_and_said_again),
        cmocka_unit_test(the_command_of_a_setting_sets_each_knob),
        cmocka_unit_test(a_run_that_takes_too_long_is_stopped),
        cmocka_unit_test(an_interrupt_between_settings_is_heard),
        cmocka_unit_test(a_false_claim_fails_and_says_how_to_see_it),
        cmocka_unit_test(a_true_claim_is_asked_at_every_setting),
        cmocka_unit_test(sweep_json_names_the_setting_of_each_line),
    };
    return RUN_TESTS(tests);
}
