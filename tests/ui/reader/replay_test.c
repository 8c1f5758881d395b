/* The replay: where the cut goes. */
#include "tests/support/testing.h"
#include "ui/reader/replay.h"

static const uint64_t second = 1000000000;

/* A tape with a query at every tenth of so many events. */
static struct tape *recorded(size_t events) {
    struct tape *tape = tape_new(NULL, 0);
    struct head head;
    assert_non_null(tape);
    head_init(&head, tape);
    for (size_t i = 0; i < events; i++)
        head_point(&head, i % 10 == 9 ? TAPE_QUERY : TAPE_MARK, "event", 0);
    return tape;
}

static void it_begins_with_the_whole_tape_and_stands_still(void **state) {
    (void)state;
    struct tape *tape = recorded(100);
    struct replay replay;
    replay_begin(&replay, tape);
    assert_true(replay_is_whole(&replay));
    assert_int_equal(replay_cut(&replay).upto, SIZE_MAX);
    assert_false(replay_tick(&replay, second));
    tape_free(tape);
}

static void steps_go_one_event_either_way_and_stop_at_the_ends(void **state) {
    (void)state;
    struct tape *tape = recorded(3);
    struct replay replay;
    replay_begin(&replay, tape);
    replay_step(&replay, 1);
    assert_int_equal(replay.at, 3);
    for (int i = 0; i < 5; i++) replay_step(&replay, -1);
    assert_int_equal(replay.at, 0);
    assert_int_equal(replay_cut(&replay).upto, 0);
    tape_free(tape);
}

static void queries_are_stopped_at_just_behind(void **state) {
    (void)state;
    struct tape *tape = recorded(300);
    struct replay replay;
    replay_begin(&replay, tape);
    replay_query(&replay, -1);
    assert_int_equal(replay.at, 290);
    replay_query(&replay, -1);
    assert_int_equal(replay.at, 280);
    replay_query(&replay, 1);
    assert_int_equal(replay.at, 290);
    replay.at = 5;
    replay_query(&replay, -1);
    assert_int_equal(replay.at, 0);
    tape_free(tape);
}

static void playing_begins_anew_from_the_end_and_stops_there(void **state) {
    (void)state;
    struct tape *tape = recorded(1000);
    struct replay replay;
    replay_begin(&replay, tape);
    replay_toggle(&replay);
    assert_true(replay.playing);
    assert_int_equal(replay.at, 0);
    assert_true(replay_tick(&replay, second));
    assert_int_equal(replay.at, 100); /* a long tape plays for ten seconds */
    for (int i = 0; i < 9; i++) replay_tick(&replay, second);
    assert_true(replay_is_whole(&replay));
    assert_false(replay.playing);
    tape_free(tape);
}

static void a_short_tape_plays_four_events_a_second(void **state) {
    (void)state;
    struct tape *tape = recorded(8);
    struct replay replay;
    replay_begin(&replay, tape);
    replay_toggle(&replay);
    assert_false(replay_tick(&replay, second / 8)); /* half an event is none yet */
    assert_true(replay_tick(&replay, second / 8));
    assert_int_equal(replay.at, 1);
    replay_change_speed(&replay);
    assert_string_equal(replay_speed(&replay), "4x");
    replay_tick(&replay, second / 4);
    assert_int_equal(replay.at, 5);
    tape_free(tape);
}

static void a_machine_that_slept_does_not_leap(void **state) {
    (void)state;
    struct tape *tape = recorded(1000);
    struct replay replay;
    replay_begin(&replay, tape);
    replay_toggle(&replay);
    replay_tick(&replay, 3600 * second);
    assert_int_equal(replay.at, 100);
    tape_free(tape);
}

static void without_a_tape_nothing_happens(void **state) {
    (void)state;
    struct replay replay;
    replay_begin(&replay, NULL);
    replay_toggle(&replay);
    replay_step(&replay, 1);
    replay_query(&replay, -1);
    assert_false(replay.playing);
    assert_int_equal(replay.at, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_begins_with_the_whole_tape_and_stands_still),
        cmocka_unit_test(steps_go_one_event_either_way_and_stop_at_the_ends),
        cmocka_unit_test(queries_are_stopped_at_just_behind),
        cmocka_unit_test(playing_begins_anew_from_the_end_and_stops_there),
        cmocka_unit_test(a_short_tape_plays_four_events_a_second),
        cmocka_unit_test(a_machine_that_slept_does_not_leap),
        cmocka_unit_test(without_a_tape_nothing_happens),
    };
    return RUN_TESTS(tests);
}
