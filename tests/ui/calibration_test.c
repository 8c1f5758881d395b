/* Calibration: how far off the predictions were, told from what is kept. */
#include "tests/support/testing.h"

#include <math.h>

#include "tests/support/program.h"
#include "ui/calibration.h"

/* Each test has a folder of its own, and in it a file that answers are kept in. */
struct kept {
    struct program home;
    struct progress *progress;
};

static int open_kept(void **state) {
    struct kept *kept = malloc(sizeof *kept);
    *state = kept;
    if (!kept || !program_init(&kept->home)) return -1;
    kept->progress = progress_open_at(program_path(&kept->home, "progress.db"), PROGRESS_KEEP);
    return kept->progress ? 0 : -1;
}

static int close_kept(void **state) {
    struct kept *kept = *state;
    progress_close(kept->progress);
    program_release(&kept->home);
    free(kept);
    return 0;
}

/* The nth step, of any day, that asks for this kind of answer. */
static void find_step(enum prediction_kind kind, size_t nth, struct progress_prediction *answer) {
    for (size_t i = 0; i < LESSON_COUNT; i++)
        for (size_t j = 0; j < lessons[i]->step_count; j++) {
            const struct prediction *prediction = lessons[i]->steps[j]->prediction;
            if (!prediction || prediction->kind != kind || nth-- > 0) continue;
            answer->lesson = lessons[i]->slug;
            answer->step = lessons[i]->steps[j]->slug;
            return;
        }
    fail_msg("no such step");
}

static void answer(struct kept *kept, enum prediction_kind kind, size_t nth, const char *said,
                   const char *measured) {
    struct progress_prediction one = {.question = "how many?",
                                      .answered = said,
                                      .measured = measured,
                                      .met = strcmp(said, measured) == 0};
    find_step(kind, nth, &one);
    progress_predict(kept->progress, &one);
}

static struct calibration_summary sum_of(struct kept *kept) {
    struct calibration calibration;
    assert_null(progress_warning(kept->progress));
    calibration_read(&calibration, kept->progress);
    return calibration_sum(&calibration, 0, LESSON_COUNT);
}

static void half_of_the_numbers_are_within_the_factor_told(void **state) {
    answer(*state, PREDICT_NUMBER, 0, "200", "100");
    answer(*state, PREDICT_NUMBER, 1, "1,000", "1,500");
    answer(*state, PREDICT_NUMBER, 2, "1", "1,000");
    struct calibration_summary sum = sum_of(*state);
    assert_int_equal(sum.numbers, 3);
    assert_true(sum.half_within == 2);
    answer(*state, PREDICT_NUMBER, 3, "7", "7");
    assert_true(sum_of(*state).half_within == 1.5);
}

static void too_high_is_told_from_too_low_and_met_is_neither(void **state) {
    answer(*state, PREDICT_NUMBER, 0, "200", "100");
    answer(*state, PREDICT_NUMBER, 1, "50", "100");
    answer(*state, PREDICT_NUMBER, 2, "3", "1");
    answer(*state, PREDICT_NUMBER, 3, "7", "7");
    struct calibration_summary sum = sum_of(*state);
    assert_int_equal(sum.made, 4);
    assert_int_equal(sum.met, 1);
    assert_int_equal(sum.too_high, 2);
    assert_int_equal(sum.too_low, 1);
}

static void no_factor_leads_from_nothing_to_something(void **state) {
    answer(*state, PREDICT_NUMBER, 0, "0", "100");
    assert_true(isinf(sum_of(*state).half_within));
    answer(*state, PREDICT_NUMBER, 0, "0", "0");
    assert_true(sum_of(*state).half_within == 1);
}

static void choices_and_orders_are_right_or_not(void **state) {
    answer(*state, PREDICT_CHOICE, 0, "nobody", "nobody");
    answer(*state, PREDICT_CHOICE, 1, "nobody", "somebody");
    answer(*state, PREDICT_ORDER, 0, "a, b", "a, b");
    struct calibration_summary sum = sum_of(*state);
    assert_int_equal(sum.choices, 2);
    assert_int_equal(sum.choices_met, 1);
    assert_int_equal(sum.orders, 1);
    assert_int_equal(sum.orders_met, 1);
    assert_int_equal(sum.numbers, 0);
}

static void the_last_answer_to_a_question_counts(void **state) {
    answer(*state, PREDICT_NUMBER, 0, "400", "100");
    answer(*state, PREDICT_NUMBER, 0, "300", "100");
    struct calibration_summary sum = sum_of(*state);
    assert_int_equal(sum.made, 1);
    assert_true(sum.half_within == 3);
}

static void a_day_is_summed_by_itself(void **state) {
    struct kept *kept = *state;
    struct progress_prediction one = {"lazy", "cache", "how many?", "2", "8", false};
    struct calibration calibration;
    progress_predict(kept->progress, &one);
    calibration_read(&calibration, kept->progress);
    assert_int_equal(calibration_sum(&calibration, 0, 6).made, 0);
    assert_int_equal(calibration_sum(&calibration, 6, 1).made, 1);
    assert_true(calibration_sum(&calibration, 6, 1).half_within == 4);
}

static void what_answers_no_question_is_passed_over(void **state) {
    struct kept *kept = *state;
    struct progress_prediction one = {"lazy", "no-such-step", "how many?", "2", "8", false};
    progress_predict(kept->progress, &one);
    answer(kept, PREDICT_NUMBER, 0, "a lot", "100");
    assert_int_equal(sum_of(kept).made, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_kept, close_kept)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(half_of_the_numbers_are_within_the_factor_told),
        TEST(too_high_is_told_from_too_low_and_met_is_neither),
        TEST(no_factor_leads_from_nothing_to_something),
        TEST(choices_and_orders_are_right_or_not),
        TEST(the_last_answer_to_a_question_counts),
        TEST(a_day_is_summed_by_itself),
        TEST(what_answers_no_question_is_passed_over),
    };
    return RUN_TESTS(tests);
}
