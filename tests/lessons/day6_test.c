/* Day 6: every claim at chosen and at random settings, and runs that must end early. */
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include "lessons/day6.h"
#include "tests/support/claims.h"
#include "tests/support/testing.h"

static size_t open_descriptors(void) {
    size_t count = 0;
    for (int i = 0; i < 4096; i++)
        if (fcntl(i, F_GETFD) != -1) count++;
    return count;
}

/* ---- the parts ---------------------------------------------------------------------------- */

static void the_checksum_does_not_see_how_bytes_were_split(void **state) {
    (void)state;
    char bytes[100];
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (char)(i * 37);
    struct checksum whole, split, other;
    checksum_init(&whole);
    checksum_add(&whole, bytes, sizeof bytes);
    for (size_t first = 0; first <= sizeof bytes; first++) {
        checksum_init(&split);
        checksum_add(&split, bytes, first);
        checksum_add(&split, bytes + first, sizeof bytes - first);
        assert_true(checksum_value(&split) == checksum_value(&whole));
    }
    bytes[50] ^= 1;
    checksum_init(&other);
    checksum_add(&other, bytes, sizeof bytes);
    assert_true(checksum_value(&other) != checksum_value(&whole));
    checksum_init(&other);
    checksum_add(&other, bytes, sizeof bytes - 1);
    assert_true(checksum_value(&other) != checksum_value(&whole));
}

static void rows_of_the_export_fit_and_are_quoted(void **state) {
    (void)state;
    char room[EXPORT_ROW_MOST];
    for (uint64_t row = 1; row < 1000; row++) assert_in_range(export_row(room, row), 10, 200);
    assert_in_range(export_row(room, UINT64_MAX), 10, EXPORT_ROW_MOST);
    size_t length = export_row(room, 1);
    assert_true(length > 0 &&
                strncmp(room, "1,\"Queries, counted\",Grace Murray,2001-02-02,", 44) == 0);
    export_row(room, 2);
    assert_int_equal(strncmp(room, "2,\"The \"\"small\"\" change\",", 25), 0);
}

/* ---- memory ------------------------------------------------------------------------------- */

static void both_exports_are_alike_and_only_one_grows(void **state) {
    (void)state;
    static const char *const settings[] = {"rows=100 batch=1", "rows=100 batch=1000",
                                           "rows=20000 batch=7", "rows=1000000 batch=1000",
                                           "rows=50000 batch=1000"};
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        struct stage *stage = claims_run("streaming", "memory", settings[i]);
        assert_in_range(claims_hold(stage), 3, 4);
        assert_true(claim_number(stage, 1, "peak_kib") < 256);
        claims_draw(stage);
        stage_close(stage);
    }
}

/* ---- timeouts ----------------------------------------------------------------------------- */

/* Who cuts and what the client sees, where the plan is far from every limit. */
static void the_shorter_clock_cuts(void **state) {
    (void)state;
    static const struct {
        const char *knobs;
        int status, complete;
    } runs[] = {
        {"rows=5 gap=5", 200, 1},
        {"rows=10 gap=20 timeout=60", 200, 0},
        {"rows=10 gap=20 timeout=60 worker=beating", 200, 1},
        {"rows=3 gap=1 long-gap=110 long-at=1 timeout=40 read-timeout=120", 502, 1},
        {"rows=3 gap=1 long-gap=110 long-at=1 timeout=120 read-timeout=40", 504, 1},
        {"rows=3 gap=1 long-gap=110 long-at=2 worker=beating read-timeout=40", 200, 0},
        {"rows=3 gap=1 long-gap=110 long-at=2 worker=beating read-timeout=120", 200, 1},
    };
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        struct stage *stage = claims_run("streaming", "timeouts", runs[i].knobs);
        claims_hold(stage);
        if (claim_holds(stage, 2)) { /* unless the machine was late by tens of seconds */
            assert_int_equal(claim_number(stage, 2, "status"), runs[i].status);
            assert_int_equal(claim_number(stage, 2, "complete"), runs[i].complete);
        }
        claims_draw(stage);
        stage_close(stage);
    }
}

/* ---- buffering ---------------------------------------------------------------------------- */

static void only_an_unframed_body_is_held_back(void **state) {
    (void)state;
    static const struct {
        const char *knobs;
        size_t claim;
    } runs[] = {
        {"buffering=on backend=1.0 buffer=8 row=1 rows=20 gap=5", 1},
        {"buffering=on backend=1.0 buffer=64 row=1 rows=20 gap=5", 1},
        {"buffering=on backend=1.1 gap=20 rows=8", 0},
        {"buffering=off backend=1.0 gap=20 rows=8", 0},
        {"buffering=off backend=1.1 gap=20 rows=8", 0},
        {"buffering=x-accel-no backend=1.0 gap=20 rows=8", 0},
    };
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        struct stage *stage = claims_run("streaming", "buffering", runs[i].knobs);
        assert_int_equal(claims_hold(stage), 1);
        assert_true(claim_holds(stage, runs[i].claim));
        claims_draw(stage);
        stage_close(stage);
    }
}

static void a_slow_client_holds_the_worker_without_buffering(void **state) {
    (void)state;
    static const char *const settings[] = {
        "buffering=on backend=1.1 client=2048 rows=40 row=32 gap=0",
        "buffering=off backend=1.0 client=2048 rows=40 row=32 gap=0"};
    for (size_t i = 0; i < 2; i++) {
        struct stage *stage = claims_run("streaming", "buffering", settings[i]);
        /* on a machine that is busy with other things the claim may say nothing */
        if (claims_hold(stage) == 1) assert_true(claim_number(stage, 2, "factor") > 1);
        claims_draw(stage);
        stage_close(stage);
    }
}

/* ---- random settings ---------------------------------------------------------------------- */

static bool memory_is_short(const struct stage *stage) {
    int64_t rows = stage_number(stage, "rows"), batch = stage_number(stage, "batch");
    return rows <= 2000000 && rows / batch <= 100000;
}

static bool timeouts_is_short(const struct stage *stage) {
    return stage_number(stage, "rows") * stage_number(stage, "gap") +
               stage_number(stage, "long-gap") <
           100;
}

static bool buffering_is_short(const struct stage *stage) {
    int64_t rows = stage_number(stage, "rows"), client = stage_number(stage, "client");
    int64_t sent = client ? rows * stage_number(stage, "row") * 1000 / client : 0;
    return rows * stage_number(stage, "gap") + sent < 500;
}

static void the_claims_hold_at_random_settings(void **state) {
    (void)state;
    claims_hold_anywhere("streaming", "memory", 6, 1, memory_is_short);
    claims_hold_anywhere("streaming", "timeouts", 6, 1, timeouts_is_short);
    claims_hold_anywhere("streaming", "buffering", 6, 1, buffering_is_short);
}

/* ---- runs that end early ------------------------------------------------------------------ */

static void *cancel_soon(void *argument) {
    struct stage *stage = argument;
    while (tape_count(cut_whole(stage->tape), TAPE_VIEW, ANY_EVENT) == 0) usleep(200);
    stage_cancel(stage);
    return NULL;
}

static void a_cancelled_run_ends_and_leaves_nothing_open(void **state) {
    (void)state;
    static const char *const runs[][2] = {
        {"memory", "rows=10000000 batch=1"},
        {"timeouts", "rows=20 gap=30 timeout=120 read-timeout=120"},
        {"timeouts", "rows=2 gap=1 long-gap=120 long-at=1 timeout=120 read-timeout=120"},
        {"buffering", "rows=100 row=32 client=1"},
        {"buffering", "rows=100 gap=50"}};
    size_t before = open_descriptors();
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        struct stage *stage = claims_open("streaming", runs[i][0], runs[i][1]);
        pthread_t thread;
        pthread_create(&thread, NULL, cancel_soon, stage);
        assert_false(stage_run(stage));
        assert_true(fault_is(&stage->fault, "Cancelled"));
        pthread_join(thread, NULL);
        stage_close(stage);
    }
    assert_int_equal(open_descriptors(), before);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_checksum_does_not_see_how_bytes_were_split),
        cmocka_unit_test(rows_of_the_export_fit_and_are_quoted),
        cmocka_unit_test(both_exports_are_alike_and_only_one_grows),
        cmocka_unit_test(the_shorter_clock_cuts),
        cmocka_unit_test(only_an_unframed_body_is_held_back),
        cmocka_unit_test(a_slow_client_holds_the_worker_without_buffering),
        cmocka_unit_test(the_claims_hold_at_random_settings),
        cmocka_unit_test(a_cancelled_run_ends_and_leaves_nothing_open),
    };
    return RUN_TESTS(tests);
}
