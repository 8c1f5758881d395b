/* Day 5: every claim at every place and way, the fleet at short waits, and runs that must end
 * early. */
#include <pthread.h>
#include <unistd.h>

#include "lessons/day5.h"
#include "tests/support/claims.h"
#include "tests/support/testing.h"

/* ---- phases ------------------------------------------------------------------------------- */

enum { EARLY, COUNTED, SEEN, ORDERED, ONCE, AGAIN };

static const char *const places[] = {"apps.py", "models.py", "urls.py", "ready"};

static double predicted(struct stage *stage) {
    double number = -1;
    size_t order[ORDER_MOST];
    assert_true(stage->step->prediction->answer(stage, &number, order));
    return number;
}

static struct stage *phases(const char *place, const char *asks, const char *rest) {
    char knobs[128];
    snprintf(knobs, sizeof knobs, "place=%s asks=%s %s", place, asks, rest);
    return claims_run("ready", "phases", knobs);
}

/* What each question earns in each place: 0 it works, 1 apps, 2 models, 3 no such table. */
static void each_place_answers_each_question_as_django_does(void **state) {
    (void)state;
    static const struct {
        const char *asks, *rest;
        int expected[4]; /* by place */
    } cases[] = {
        {"get_models", "", {2, 2, 2, 0}},
        {"filter", "", {1, 2, 2, 0}},
        {"count", "", {1, 0, 0, 0}},
        {"count", "tables=missing", {1, 3, 3, 3}},
        {"filter", "tables=missing", {1, 2, 2, 3}},
        {"get_models", "tables=missing", {2, 2, 2, 0}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t place = 0; place < 4; place++) {
            struct stage *stage = phases(places[place], cases[i].asks, cases[i].rest);
            claims_hold(stage);
            assert_int_equal(predicted(stage), cases[i].expected[place]);
            claims_draw(stage);
            stage_close(stage);
        }
}

static void a_wrong_place_ends_setup_before_any_ready(void **state) {
    (void)state;
    struct stage *stage = phases("models.py", "get_models", "");
    assert_true(claim_holds(stage, EARLY));
    assert_true(claim_number(stage, EARLY, "apps_ready") == 1);
    assert_true(claim_number(stage, EARLY, "models_ready") == 0);
    assert_true(claim_number(stage, ONCE, "calls") == 0);
    assert_false(claim_holds(stage, SEEN)); /* says nothing */
    stage_close(stage);
}

static void ready_sees_the_models_of_every_app(void **state) {
    (void)state;
    struct stage *stage = phases("ready", "get_models", "");
    assert_true(claim_holds(stage, SEEN));
    assert_true(claim_number(stage, SEEN, "seen") > 2);
    assert_true(claim_number(stage, SEEN, "apps_ready_flag") == 0);
    stage_close(stage);
}

static void ready_runs_once_however_often_setup_is_called(void **state) {
    (void)state;
    struct stage *stage = phases("ready", "get_models", "setups=5");
    assert_true(claim_holds(stage, ONCE));
    assert_true(claim_number(stage, ONCE, "calls") == PHASES_APPS);
    assert_true(claim_number(stage, ONCE, "of_blog") == 1);
    stage_close(stage);
}

static void another_setup_after_a_failure_hides_the_first_error(void **state) {
    (void)state;
    struct stage *stage = phases("urls.py", "get_models", "setups=2");
    assert_true(claim_holds(stage, AGAIN));
    struct tally_filter text = {-1, -1, "RuntimeError: populate() isn't reentrant"};
    assert_int_equal(tape_count(cut_whole(stage->tape), TAPE_EXCEPTION, text), 1);
    stage_close(stage);
}

static void a_count_in_models_py_sends_its_query_in_silence(void **state) {
    (void)state;
    struct stage *stage = phases("models.py", "count", "");
    assert_true(claim_holds(stage, COUNTED));
    assert_true(claim_number(stage, COUNTED, "queries") == 1);
    assert_true(claim_number(stage, COUNTED, "articles") == 100);
    stage_close(stage);
}

/* Claims that cannot fall say nothing: a run that is tampered with must make them fall. */
static void the_claims_of_phases_can_fail(void **state) {
    (void)state;
    struct stage *stage = phases("ready", "get_models", "");
    struct phases_outcome *outcome = stage->result;
    outcome->models--;
    assert_false(claim_holds(stage, SEEN));
    outcome->ready_calls++;
    assert_false(claim_holds(stage, ONCE));
    head_enter(&stage->head, TAPE_PHASE, "populate()");
    head_enter(&stage->head, TAPE_PHASE, "phase 2: models"); /* before phase 1 */
    head_leave(&stage->head, TAPE_PHASE, "phase 2: models", 1);
    head_leave(&stage->head, TAPE_PHASE, "populate()", 1);
    assert_false(claim_holds(stage, ORDERED));
    stage_close(stage);
    stage = phases("models.py", "get_models", "");
    outcome = stage->result;
    outcome->message = "Apps aren't loaded yet.";
    assert_false(claim_holds(stage, EARLY));
    stage_close(stage);
}

/* ---- fleet -------------------------------------------------------------------------------- */

enum { WARM_UPS, SERVING, OVERLAP, IN_TURN };

static void the_fleet_warms_up_once_a_process_or_once(void **state) {
    (void)state;
    static const struct {
        const char *knobs;
        double processes;
    } cases[] = {
        {"servers=1 workers=1 warm-up=0", 1},
        {"servers=3 workers=5 warm-up=10", 15},
        {"servers=8 workers=16 warm-up=20", 128},
        {"servers=8 workers=16 warm-up=0 answers=one-by-one", 128},
        {"servers=2 workers=3 warm-up=10 answers=one-by-one", 6},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct stage *stage = claims_run("ready", "fleet", cases[i].knobs);
        claims_hold(stage);
        assert_true(claim_number(stage, WARM_UPS, "warm_ups_ready") == cases[i].processes);
        assert_true(claim_number(stage, WARM_UPS, "warm_ups_job") == 1);
        assert_true(claim_number(stage, SERVING, "serving_job") == cases[i].processes);
        assert_true(predicted(stage) == cases[i].processes);
        claims_draw(stage);
        stage_close(stage);
    }
}

static void warm_ups_overlap_unless_they_are_answered_one_by_one(void **state) {
    (void)state;
    struct stage *stage = claims_run("ready", "fleet", "servers=4 workers=8 warm-up=100");
    assert_true(claim_holds(stage, OVERLAP));
    stage_close(stage);
    stage = claims_run("ready", "fleet", "servers=2 workers=5 warm-up=10 answers=one-by-one");
    assert_true(claim_holds(stage, IN_TURN));
    assert_true(claim_number(stage, IN_TURN, "most_at_once") == 1);
    assert_true(claim_number(stage, IN_TURN, "all_serve_ms") >= 100);
    stage_close(stage);
}

/* One warm-up more on the tape, one process more in the plan. */
static void the_claims_of_the_fleet_can_fail(void **state) {
    (void)state;
    struct stage *stage = claims_run("ready", "fleet", "servers=2 workers=2 warm-up=1");
    assert_true(claim_holds(stage, WARM_UPS));
    stage->head.lane = FLEET_JOB;
    head_enter(&stage->head, TAPE_WAIT, "server 1, worker 1");
    head_leave(&stage->head, TAPE_WAIT, "server 1, worker 1", 1);
    assert_false(claim_holds(stage, WARM_UPS));
    assert_true(claim_holds(stage, SERVING));
    stage->numbers[1] = 3;
    assert_false(claim_holds(stage, SERVING));
    stage_close(stage);
}

static void *cancel_soon(void *argument) {
    struct stage *stage = argument;
    while (tape_count(cut_whole(stage->tape), TAPE_WAIT, ANY_EVENT) == 0) usleep(200);
    usleep(20000);
    stage_cancel(stage);
    return NULL;
}

/* Uncancelled these would take 4 s, 256 s and 4 s. */
static void a_cancelled_fleet_ends_at_once(void **state) {
    (void)state;
    static const char *const settings[] = {
        "servers=8 workers=16 warm-up=2000",
        "servers=8 workers=16 warm-up=2000 answers=one-by-one",
        "servers=1 workers=1 warm-up=2000",
    };
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        struct stage *stage = claims_open("ready", "fleet", settings[i]);
        pthread_t thread;
        pthread_create(&thread, NULL, cancel_soon, stage);
        assert_false(stage_run(stage));
        assert_true(fault_is(&stage->fault, "Cancelled"));
        assert_true(stage->elapsed_ns < 1500000000u);
        pthread_join(thread, NULL);
        claims_draw(stage);
        stage_close(stage);
    }
}

/* ---- signals ------------------------------------------------------------------------------ */

static void calls_follow_the_keys_whatever_the_knobs(void **state) {
    (void)state;
    static const struct {
        const char *connected;
        double calls; /* a save */
    } cases[] = {
        {"once", 1},    {"twice", 1},           {"two-functions", 2},
        {"one-uid", 1}, {"uid-and-without", 2}, {"nested", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char knobs[64];
        snprintf(knobs, sizeof knobs, "connected=%s saves=%zu", cases[i].connected, 1 + 33 * i);
        struct stage *stage = claims_run("ready", "signals", knobs);
        assert_int_equal(claims_hold(stage), 7);
        assert_true(predicted(stage) == cases[i].calls * (double)(1 + 33 * i));
        assert_int_equal(stage_queries(cut_whole(stage->tape)).count, 2 + 33 * i);
        claims_draw(stage);
        stage_close(stage);
    }
}

static void the_claims_of_signals_can_fail(void **state) {
    (void)state;
    struct stage *stage = claims_run("ready", "signals", "connected=once saves=3");
    assert_true(claim_holds(stage, 0));
    head_point(&stage->head, TAPE_SIGNAL, "reindex", 0);
    assert_false(claim_holds(stage, 0));
    assert_true(claim_holds(stage, 1));
    stage->numbers[1] = 4;
    for (size_t claim = 0; claim < 5; claim++) assert_false(claim_holds(stage, claim));
    assert_false(claim_holds(stage, 6));
    stage_close(stage);
}

/* ---- memory ------------------------------------------------------------------------------- */

/* Whichever allocation fails, a run says so or does without. */
static void a_run_without_memory_says_so(void **state) {
    (void)state;
    static const char *const steps[][2] = {{"phases", "place=ready asks=filter"},
                                           {"fleet", "servers=2 workers=4 warm-up=1"},
                                           {"signals", "connected=two-functions saves=2"}};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        bool failed = true;
        for (long allocations = 0; failed && allocations < 2000; allocations++) {
            struct stage *stage = claims_open("ready", steps[i][0], steps[i][1]);
            atomic_store(&stage->memory.fail_after, allocations);
            failed = !stage_run(stage);
            if (failed) assert_true(fault_is(&stage->fault, "MemoryError"));
            stage_close(stage);
        }
        assert_false(failed); /* in the end there was enough */
    }
}

/* A run whose warm-ups, one after another, take less than half a second. */
static bool is_short(const struct stage *stage) {
    struct fleet_plan plan = fleet_plan(stage);
    uint64_t waits = plan.in_turn ? plan.servers * plan.workers + 1 : 2;
    return waits * plan.warm_up_ns < 500000000;
}

static void the_claims_hold_at_random_settings(void **state) {
    (void)state;
    claims_hold_anywhere("ready", "phases", 20, 1, NULL);
    claims_hold_anywhere("ready", "fleet", 4, 1, is_short);
    claims_hold_anywhere("ready", "signals", 5, 1, NULL);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_place_answers_each_question_as_django_does),
        cmocka_unit_test(a_wrong_place_ends_setup_before_any_ready),
        cmocka_unit_test(ready_sees_the_models_of_every_app),
        cmocka_unit_test(ready_runs_once_however_often_setup_is_called),
        cmocka_unit_test(another_setup_after_a_failure_hides_the_first_error),
        cmocka_unit_test(a_count_in_models_py_sends_its_query_in_silence),
        cmocka_unit_test(the_claims_of_phases_can_fail),
        cmocka_unit_test(the_fleet_warms_up_once_a_process_or_once),
        cmocka_unit_test(warm_ups_overlap_unless_they_are_answered_one_by_one),
        cmocka_unit_test(the_claims_of_the_fleet_can_fail),
        cmocka_unit_test(a_cancelled_fleet_ends_at_once),
        cmocka_unit_test(calls_follow_the_keys_whatever_the_knobs),
        cmocka_unit_test(the_claims_of_signals_can_fail),
        cmocka_unit_test(a_run_without_memory_says_so),
        cmocka_unit_test(the_claims_hold_at_random_settings),
    };
    return RUN_TESTS(tests);
}
