/* What lies open when the reader is left lies there again. */
#include <locale.h>

#include "tests/support/course.h"
#include "tests/support/reading.h"
#include "tests/support/testing.h"
#include "ui/reader/recall.h"

/* Leaves one reader and opens another one, on a screen of that size, at the same step. */
static void leave_and_come_back(struct reading *reading, int height, int width, bool here) {
    struct reading left = *reading;
    struct arena arena;
    size_t count;
    bool whole;
    arena_init(&arena, NULL);
    const struct progress_kept *kept = recall_collect(&left.state, &arena, &count, &whole);
    assert_true(whole);
    reading_open(reading, height, width, left.state.lesson, left.state.step);
    for (size_t i = 0; i < count; i++) recall_put_back(&reading->state, &kept[i], here);
    reading_do(reading, (struct action){.kind = ACTION_NONE});
    arena_release(&arena);
    reading_close(&left);
}

static void knobs_of_every_kind_and_step_stand_as_they_were_left(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
    reading_keys(&reading, "v250\r]+n+]vx\rp");
    leave_and_come_back(&reading, 24, 80, true);
    const struct state *now = &reading.state;
    assert_int_equal(state_visit_of(now, TEST_N_PLUS_ONE, 0)->settings[0].number, 250);
    assert_int_equal(state_visit_of(now, TEST_N_PLUS_ONE, 0)->settings[1].number, 1);
    assert_int_equal(state_visit_of(now, TEST_N_PLUS_ONE, 1)->settings[0].number, 1);
    assert_string_equal(state_visit_of(now, TEST_N_PLUS_ONE, 1)->settings[1].word, "/articles/x");
    assert_true(reading_shows(&reading, "250 articles"));
    reading_close(&reading);
}

static void an_edited_listing_is_there_again(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
    reading_keys(&reading, "e# mine\r\033");
    leave_and_come_back(&reading, 24, 80, true);
    assert_int_equal(reading.state.pane, PANE_LIVE);
    assert_true(reading_shows(&reading, "1 # mine"));
    reading_close(&reading);
}

static void the_note_is_open_at_the_same_row_and_the_same_knob_is_chosen(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
    reading_keys(&reading, "jjjjj]");
    leave_and_come_back(&reading, 24, 80, true);
    assert_int_equal(reading.state.note_top, 5);
    assert_int_equal(reading.state.knob, 1);
    leave_and_come_back(&reading, 24, 80, false); /* a step that was named opens at its beginning */
    assert_int_equal(reading.state.note_top, 0);
    reading_close(&reading);
}

static void on_another_screen_it_is_open_near_the_same_place(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 12, 80, TEST_N_PLUS_ONE, 0);
    reading_keys(&reading, "jjjjjjjjjj");
    double share = (double)reading.state.note_top / reading.state.note.height;
    leave_and_come_back(&reading, 12, 40, true);
    double now = (double)reading.state.note_top / reading.state.note.height;
    assert_true(now > share - 0.05 && now < share + 0.05);
    reading_close(&reading);
}

static void what_cannot_be_set_any_more_is_passed_over(void **state) {
    static const struct progress_kept kept[] = {
        {"no-such-day", "n-plus-one", "listing", "x"},
        {"n-plus-one", "no-such-step", "listing", "x"},
        {"n-plus-one", "n-plus-one", "knob articles", "many"},
        {"n-plus-one", "n-plus-one", "knob no-such-knob", "1"},
        {"n-plus-one", "n-plus-one", "top", "/"},
        {"n-plus-one", "n-plus-one", "top", "-4/0"},
        {"n-plus-one", "n-plus-one", "chosen", "no-such-knob"},
        {"n-plus-one", "n-plus-one", "pane", "none"},
        {"n-plus-one", "n-plus-one", "something else", ""},
        {"n-plus-one", "select-related", "listing", "not what runs there"},
    };
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
    char *before = reading_screen(&reading);
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        assert_false(recall_put_back(&reading.state, &kept[i], true));
    reading_do(&reading, (struct action){.kind = ACTION_NONE});
    char *after = reading_screen(&reading);
    assert_string_equal(after, before);
    assert_null(state_visit_of(&reading.state, TEST_N_PLUS_ONE, 1)->listing);
    free(before);
    free(after);
    reading_close(&reading);
}

static void a_review_leaves_what_it_found_lying(void **state) {
    (void)state;
    struct reading reading;
    reading_open(&reading, 24, 80, TEST_N_PLUS_ONE, 0);
    reading_keys(&reading, "v250\rr\rR");
    assert_true(reading.state.review.on);
    leave_and_come_back(&reading, 24, 80, true);
    assert_int_equal(state_visit(&reading.state)->settings[0].number, 250);
    reading_close(&reading);
}

int main(void) {
    setlocale(LC_ALL, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knobs_of_every_kind_and_step_stand_as_they_were_left),
        cmocka_unit_test(an_edited_listing_is_there_again),
        cmocka_unit_test(the_note_is_open_at_the_same_row_and_the_same_knob_is_chosen),
        cmocka_unit_test(on_another_screen_it_is_open_near_the_same_place),
        cmocka_unit_test(what_cannot_be_set_any_more_is_passed_over),
        cmocka_unit_test(a_review_leaves_what_it_found_lying),
    };
    return RUN_TESTS(tests);
}
