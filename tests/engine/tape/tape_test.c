/* The tape: what is recorded, what is counted, what is dropped when there is too much. */
#include "tests/support/testing.h"

#include <pthread.h>

#include "engine/tape/tape.h"

static struct tape_event event_of(const struct tape *tape, size_t index) {
    struct tape_event event;
    assert_int_equal(tape_events(tape, index, &event, 1), 1);
    return event;
}

static void events_come_back_in_the_order_they_happened(void **state) {
    (void)state;
    struct tape *tape = tape_new(NULL, 0);
    struct head head;
    head_init(&head, tape);
    head_enter(&head, TAPE_REQUEST, "GET /");
    head_enter(&head, TAPE_LAYER, "A");
    head_point(&head, TAPE_VIEW, "index", 200);
    head_leave(&head, TAPE_LAYER, "A", 200);
    head_leave(&head, TAPE_REQUEST, "GET /", 200);
    assert_int_equal(tape_length(tape), 5);
    struct tape_event view = event_of(tape, 2), out = event_of(tape, 3);
    assert_int_equal(view.kind, TAPE_VIEW);
    assert_int_equal(view.depth, 2);
    assert_string_equal(tape_name(tape, view.subject), "index");
    assert_int_equal(out.shape, TAPE_LEAVE);
    assert_int_equal(out.depth, 1);
    assert_int_equal(out.amount, 200);
    assert_true(event_of(tape, 4).elapsed_ns >= out.elapsed_ns);
    tape_free(tape);
}

static void a_head_without_a_tape_records_nothing(void **state) {
    (void)state;
    struct head head;
    head_init(&head, NULL);
    assert_int_equal(head_enter(&head, TAPE_RUN, "x"), 0);
    head_query(&head, 0, NULL, 0, 0, 0);
    head_leave(&head, TAPE_RUN, "x", 0);
    assert_int_equal(head.depth, 0);
}

static void queries_keep_their_sql_parameters_line_and_rows(void **state) {
    (void)state;
    struct tape *tape = tape_new(NULL, 0);
    struct head head;
    head_init(&head, tape);
    head.line = 7;
    char name[] = "Ada";
    struct value parameters[] = {value_int(4), value_text(name)};
    head_query(&head, tape_subject(tape, "SELECT %s, %s"), parameters, 2, 12, 3000);
    name[0] = 'x'; /* the tape holds its own copy */
    struct tape_event query = event_of(tape, 0);
    assert_string_equal(tape_name(tape, query.subject), "SELECT %s, %s");
    assert_int_equal(query.line, 7);
    assert_int_equal(query.amount, 12);
    assert_int_equal(query.elapsed_ns, 3000);
    assert_int_equal(query.parameter_count, 2);
    assert_int_equal(query.parameters[0].integer, 4);
    assert_string_equal(query.parameters[1].text, "Ada");
    tape_free(tape);
}

static void totals_answer_by_kind_lane_line_and_subject(void **state) {
    (void)state;
    struct tape *tape = tape_new(NULL, 0);
    struct head head;
    head_init(&head, tape);
    uint32_t one = tape_subject(tape, "one"), two = tape_subject(tape, "two");
    for (uint32_t i = 0; i < 30; i++) {
        head.line = i % 3;
        head.lane = i % 2;
        head_query(&head, i < 10 ? one : two, NULL, 0, 2, 5);
    }
    struct cut all = cut_whole(tape);
    assert_int_equal(tape_count(all, TAPE_QUERY, ANY_EVENT), 30);
    assert_int_equal(tape_tally(all, TAPE_QUERY, ANY_EVENT).amount, 60);
    assert_int_equal(tape_tally(all, TAPE_QUERY, ANY_EVENT).elapsed_ns, 150);
    assert_int_equal(tape_count(all, TAPE_QUERY, (struct tally_filter){1, -1, NULL}), 15);
    assert_int_equal(tape_count(all, TAPE_QUERY, (struct tally_filter){-1, 2, NULL}), 10);
    assert_int_equal(tape_count(all, TAPE_QUERY, (struct tally_filter){-1, -1, "one"}), 10);
    assert_int_equal(tape_count(all, TAPE_QUERY, (struct tally_filter){0, 2, "two"}), 3);
    assert_int_equal(tape_count(all, TAPE_QUERY, (struct tally_filter){-1, -1, "three"}), 0);
    assert_int_equal(tape_count(all, TAPE_LAYER, ANY_EVENT), 0);
    tape_free(tape);
}

static void a_cut_counts_only_what_had_happened(void **state) {
    (void)state;
    struct tape *tape = tape_new(NULL, 0);
    struct head head;
    head_init(&head, tape);
    for (int i = 0; i < 10; i++) head_point(&head, TAPE_ROW, "row", 1);
    struct cut cut = {tape, 4};
    assert_int_equal(tape_count(cut, TAPE_ROW, ANY_EVENT), 4);
    assert_int_equal(tape_count(cut, TAPE_ROW, (struct tally_filter){-1, -1, "row"}), 4);
    tape_free(tape);
}

static void an_overfull_tape_coarsens_says_so_and_counts_on(void **state) {
    (void)state;
    struct tape *tape = tape_new(NULL, 1024);
    struct head head;
    head_init(&head, tape);
    enum { MANY = 200000 };
    for (int i = 0; i < MANY; i++) head_point(&head, TAPE_ROW, "row", 1);
    assert_true(tape_length(tape) <= 5 * 1024);
    assert_true(tape_coarseness(tape) > 1);
    assert_int_equal(tape_count(cut_whole(tape), TAPE_ROW, ANY_EVENT), MANY);
    assert_true(event_of(tape, tape_length(tape) - 1).weight > 1);
    /* what a part of the tape adds up to is near the truth: weights stand for what was dropped */
    uint64_t most = tape_count((struct cut){tape, tape_length(tape) - 1}, TAPE_ROW, ANY_EVENT);
    assert_in_range(most, MANY * 9 / 10, MANY * 11 / 10);
    tape_free(tape);
}

static void a_coarse_tape_keeps_whole_requests_or_none(void **state) {
    (void)state;
    struct tape *tape = tape_new(NULL, 1024);
    struct head head;
    head_init(&head, tape);
    head_enter(&head, TAPE_RUN, "all");
    for (int i = 0; i < 5000; i++) {
        head_enter(&head, TAPE_REQUEST, "GET /");
        head_enter(&head, TAPE_LAYER, "A");
        head_point(&head, TAPE_VIEW, "v", 200);
        head_leave(&head, TAPE_LAYER, "A", 200);
        head_leave(&head, TAPE_REQUEST, "GET /", 200);
    }
    head_leave(&head, TAPE_RUN, "all", 0);
    static const uint8_t order[] = {TAPE_REQUEST, TAPE_LAYER, TAPE_VIEW, TAPE_LAYER, TAPE_REQUEST};
    size_t length = tape_length(tape);
    assert_int_equal((length - 2) % 5, 0);
    for (size_t i = 1; i + 1 < length; i++)
        assert_int_equal(event_of(tape, i).kind, order[(i - 1) % 5]);
    assert_int_equal(event_of(tape, length - 1).kind, TAPE_RUN);
    tape_free(tape);
}

static void a_rare_kind_is_kept_whole_while_a_common_one_is_thinned(void **state) {
    (void)state;
    struct tape *tape = tape_new(NULL, 1024);
    struct head head;
    head_init(&head, tape);
    for (int i = 0; i < 100000; i++) {
        head_point(&head, TAPE_LINE, "", 0);
        if (i % 1000 == 0) head_point(&head, TAPE_MEMORY, "held", i);
    }
    int samples = 0;
    for (size_t i = 0; i < tape_length(tape); i++)
        if (event_of(tape, i).kind == TAPE_MEMORY) samples += event_of(tape, i).weight == 1;
    assert_int_equal(samples, 100);
    tape_free(tape);
}

static void a_cleared_tape_starts_anew(void **state) {
    (void)state;
    struct memory memory;
    memory_init(&memory, 0);
    struct tape *tape = tape_new(&memory, 0);
    size_t empty = memory_held(&memory);
    struct head head;
    head_init(&head, tape);
    for (int i = 0; i < 5000; i++) head_point(&head, TAPE_PRINT, "line", 0);
    tape_clear(tape);
    assert_int_equal(tape_length(tape), 0);
    assert_int_equal(memory_held(&memory), empty);
    head_point(&head, TAPE_PRINT, "again", 0);
    assert_string_equal(tape_name(tape, event_of(tape, 0).subject), "again");
    tape_free(tape);
    assert_int_equal(memory_held(&memory), 0);
}

static void a_tape_without_memory_still_does_no_harm(void **state) {
    (void)state;
    struct memory memory;
    memory_init(&memory, 200000);
    struct tape *tape = tape_new(&memory, 0);
    assert_non_null(tape);
    struct head head;
    head_init(&head, tape);
    char name[32];
    for (int i = 0; i < 20000; i++) {
        snprintf(name, sizeof name, "name %d", i);
        head_point(&head, TAPE_MARK, name, 1);
    }
    assert_int_equal(tape_count(cut_whole(tape), TAPE_MARK, ANY_EVENT), 20000);
    tape_free(tape);
    assert_int_equal(memory_held(&memory), 0);
}

static void a_tape_that_had_no_memory_for_an_event_is_torn_until_it_is_cleared(void **state) {
    (void)state;
    struct memory memory;
    struct head head;
    memory_init(&memory, 0);
    struct tape *tape = tape_new(&memory, 0);
    assert_non_null(tape);
    head_init(&head, tape);
    head_point(&head, TAPE_MARK, "kept", 0);
    assert_false(tape_is_torn(tape));
    memory.limit = memory_held(&memory);
    for (int i = 0; i < 5000; i++) head_point(&head, TAPE_MARK, "kept", 0);
    assert_true(tape_length(tape) < 5001);
    assert_true(tape_is_torn(tape));
    tape_clear(tape);
    assert_false(tape_is_torn(tape));
    tape_free(tape);
}

/* Too much is another matter than too little memory: it is thinned, and what is left can be
 * trusted. */
static void an_overfull_tape_is_not_torn(void **state) {
    (void)state;
    struct head head;
    struct tape *tape = tape_new(NULL, 1024);
    head_init(&head, tape);
    for (int i = 0; i < 100000; i++) head_point(&head, TAPE_MARK, "one of many", 0);
    assert_true(tape_coarseness(tape) > 1);
    assert_false(tape_is_torn(tape));
    tape_free(tape);
}

enum { EACH = 20000, WRITERS = 3 };

static void *write_many(void *tape) {
    struct head head;
    head_init(&head, tape);
    for (int i = 0; i < EACH; i++) {
        head_enter(&head, TAPE_REQUEST, "GET /");
        head_leave(&head, TAPE_REQUEST, "GET /", 1);
    }
    return NULL;
}

static void several_threads_write_while_another_reads(void **state) {
    (void)state;
    struct tape *tape = tape_new(NULL, 4096);
    pthread_t writers[WRITERS];
    for (int i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_create(&writers[i], NULL, write_many, tape), 0);
    uint64_t seen = 0;
    for (int i = 0; i < 1000; i++) {
        struct tape_event events[64];
        size_t length = tape_length(tape);
        tape_events(tape, length > 64 ? length - 64 : 0, events, 64);
        uint64_t now = tape_count(cut_whole(tape), TAPE_REQUEST, ANY_EVENT);
        assert_true(now >= seen);
        seen = now;
    }
    for (int i = 0; i < WRITERS; i++) pthread_join(writers[i], NULL);
    assert_int_equal(tape_tally(cut_whole(tape), TAPE_REQUEST, ANY_EVENT).amount, EACH * WRITERS);
    tape_free(tape);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_come_back_in_the_order_they_happened),
        cmocka_unit_test(a_head_without_a_tape_records_nothing),
        cmocka_unit_test(queries_keep_their_sql_parameters_line_and_rows),
        cmocka_unit_test(totals_answer_by_kind_lane_line_and_subject),
        cmocka_unit_test(a_cut_counts_only_what_had_happened),
        cmocka_unit_test(an_overfull_tape_coarsens_says_so_and_counts_on),
        cmocka_unit_test(a_coarse_tape_keeps_whole_requests_or_none),
        cmocka_unit_test(a_rare_kind_is_kept_whole_while_a_common_one_is_thinned),
        cmocka_unit_test(a_cleared_tape_starts_anew),
        cmocka_unit_test(a_tape_without_memory_still_does_no_harm),
        cmocka_unit_test(a_tape_that_had_no_memory_for_an_event_is_torn_until_it_is_cleared),
        cmocka_unit_test(an_overfull_tape_is_not_torn),
        cmocka_unit_test(several_threads_write_while_another_reads),
    };
    return RUN_TESTS(tests);
}
