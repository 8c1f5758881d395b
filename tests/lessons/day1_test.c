/* Day 1: every claim at the ends and in the middle of its knobs, at random settings, and runs that
 * must end early. */
#include <fcntl.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lessons/day1.h"
#include "tests/support/claims.h"
#include "tests/support/testing.h"

static size_t open_descriptors(void) {
    size_t count = 0;
    for (int i = 0; i < 4096; i++)
        if (fcntl(i, F_GETFD) != -1) count++;
    return count;
}

/* ---- request ------------------------------------------------------------------------------ */

static void a_request_passes_its_layers_and_back(void **state) {
    (void)state;
    static const char *const settings[] = {"", "layers=0", "layers=20", "layers=1 path=/about/",
                                           "path=/"};
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        struct stage *stage = claims_run("lifecycle", "request", settings[i]);
        assert_int_equal(claims_hold(stage), 3);
        assert_int_equal(claim_number(stage, 1, "views"), 1);
        claims_draw(stage);
        stage_close(stage);
    }
}

static void an_unknown_path_passes_every_layer_and_no_view(void **state) {
    (void)state;
    static const char *const settings[] = {"path=/nowhere/ layers=5", "path=no-slash",
                                           "path=/a%20b?c=d", "path=/articles/\xc3\xa9"};
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        struct stage *stage = claims_run("lifecycle", "request", settings[i]);
        assert_int_equal(claims_hold(stage), 3);
        assert_int_equal(claim_number(stage, 1, "views"), 0);
        assert_int_equal(claim_number(stage, 1, "status"), 404);
        claims_draw(stage);
        stage_close(stage);
    }
}

/* ---- init-call ---------------------------------------------------------------------------- */

static void layers_are_built_once_and_called_for_every_request(void **state) {
    (void)state;
    struct stage *stage = claims_run("lifecycle", "init-call", "requests=1000");
    assert_int_equal(claims_hold(stage), 2);
    assert_int_equal(claim_number(stage, 0, "inits"), 4);
    assert_int_equal(claim_number(stage, 1, "calls"), 4000);
    claims_draw(stage);
    stage_close(stage);
}

static void a_second_client_builds_its_layers_anew(void **state) {
    (void)state;
    struct stage *stage = claims_open("lifecycle", "init-call", "");
    assert_true(stage_set_listing(stage, "from django.test import Client\n"
                                         "MIDDLEWARE = ['blog.middleware.TimingMiddleware']\n"
                                         "for i in range(3):\n"
                                         "    client = Client()\n"
                                         "    for j in range(5):\n"
                                         "        client.get('/ok/')\n"));
    assert_true(stage_run(stage));
    assert_int_equal(claims_hold(stage), 2);
    assert_int_equal(claim_number(stage, 0, "inits"), 3);
    assert_int_equal(claim_number(stage, 1, "calls"), 15);
    stage_close(stage);
}

static void a_layer_that_answers_by_itself_is_not_what_the_claims_speak_of(void **state) {
    (void)state;
    struct stage *stage = claims_open("lifecycle", "init-call", "");
    assert_true(stage_set_listing(stage, "from django.test import Client\n"
                                         "MIDDLEWARE = ['blog.middleware.ApiKeyMiddleware']\n"
                                         "Client().get('/ok/')\n"));
    assert_true(stage_run(stage));
    assert_int_equal(claims_hold(stage), 0);
    stage_close(stage);
}

/* ---- workers ------------------------------------------------------------------------------ */

/* Views that were at work on a lane at the same time, at most. */
static unsigned views_at_once(const struct stage *stage, uint8_t lane) {
    unsigned now = 0, most = 0;
    struct tape_event event;
    for (size_t i = 0; tape_events(stage->tape, i, &event, 1) == 1; i++) {
        if (event.kind != TAPE_VIEW || event.lane != lane) continue;
        now += event.shape == TAPE_ENTER;
        now -= event.shape == TAPE_LEAVE;
        if (now > most) most = now;
    }
    return most;
}

/* How far ahead async is, the claims say as far as the machine is free to tell. */
static void waiting_piles_up_on_sync_workers_only(void **state) {
    (void)state;
    struct stage *stage = claims_run("lifecycle", "workers",
                                     "clients=20 requests=40 workers=2 wait=20 cpu=0 block=off");
    assert_in_range(claims_hold(stage), 2, 3);
    assert_int_equal(views_at_once(stage, WORKERS_SYNC), 2);
    assert_in_range(views_at_once(stage, WORKERS_ASYNC), 3, 20);
    claims_draw(stage);
    stage_close(stage);
}

static void cpu_work_alone_gives_async_no_lead(void **state) {
    (void)state;
    struct stage *stage =
        claims_run("lifecycle", "workers", "clients=10 requests=50 workers=2 wait=0 cpu=5");
    assert_in_range(claims_hold(stage), 2, 3);
    assert_int_equal(views_at_once(stage, WORKERS_ASYNC), 1);
    stage_close(stage);
}

static void a_blocked_loop_serves_one_at_a_time(void **state) {
    (void)state;
    struct stage *stage = claims_run("lifecycle", "workers",
                                     "clients=20 requests=20 workers=4 wait=10 cpu=1 block=on");
    assert_int_equal(claims_hold(stage), 3);
    assert_int_equal(claim_number(stage, 3, "at_once"), 1);
    stage_close(stage);
}

/* A run that an ideal machine does in about a second. */
static bool is_short(const struct stage *stage) {
    double requests = (double)stage_number(stage, "requests");
    double wait = (double)stage_number(stage, "wait"), cpu = (double)stage_number(stage, "cpu");
    double sync = requests / (double)stage_number(stage, "workers") * (wait + cpu);
    double async = requests * (stage_number(stage, "block") ? wait + cpu : cpu);
    return sync + async + requests * cpu / 2 < 1000;
}

static void the_claims_hold_at_random_settings(void **state) {
    (void)state;
    claims_hold_anywhere("lifecycle", "request", 10, 1, NULL);
    claims_hold_anywhere("lifecycle", "workers", 4, 1, is_short);
}

/* ---- runs that end early ------------------------------------------------------------------ */

static void *cancel_soon(void *argument) {
    struct stage *stage = argument;
    while (tape_count(cut_whole(stage->tape), TAPE_VIEW, ANY_EVENT) == 0) usleep(200);
    stage_cancel(stage);
    return NULL;
}

static void a_cancelled_load_ends_and_leaves_nothing_open(void **state) {
    (void)state;
    static const char *const settings[] = {"clients=50 requests=500 workers=2 wait=200",
                                           "clients=5 requests=500 workers=16 cpu=20",
                                           "clients=50 requests=500 workers=16 wait=200 block=on"};
    size_t before = open_descriptors();
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        struct stage *stage = claims_open("lifecycle", "workers", settings[i]);
        pthread_t thread;
        pthread_create(&thread, NULL, cancel_soon, stage);
        assert_false(stage_run(stage));
        assert_true(fault_is(&stage->fault, "Cancelled"));
        assert_true(stage->elapsed_ns < 5000000000u);
        pthread_join(thread, NULL);
        stage_close(stage);
    }
    assert_int_equal(open_descriptors(), before);
}

static void few_file_descriptors_are_a_clear_fault(void **state) {
    (void)state;
    struct rlimit before, few = {32, 32};
    getrlimit(RLIMIT_NOFILE, &before);
    few.rlim_max = before.rlim_max;
    pid_t child = fork(); /* the hard limit cannot be raised again, so a child takes it */
    if (child == 0) {
        few.rlim_max = 32;
        setrlimit(RLIMIT_NOFILE, &few);
        struct stage *stage = claims_open("lifecycle", "workers", "clients=50");
        bool ran = stage_run(stage);
        bool clear = !ran && fault_is(&stage->fault, "OSError") &&
                     strstr(stage->fault.message, "file descriptors");
        stage_close(stage);
        struct stage *small = claims_open("lifecycle", "request", "");
        clear = clear && stage_run(small);
        stage_close(small);
        _exit(clear ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void ten_runs_in_a_row_leave_nothing_open(void **state) {
    (void)state;
    size_t before = open_descriptors();
    for (int i = 0; i < 10; i++) {
        struct stage *stage =
            claims_run("lifecycle", "workers", "clients=30 requests=30 workers=8 wait=1 cpu=0");
        claims_hold(stage);
        stage_close(stage);
    }
    assert_int_equal(open_descriptors(), before);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_passes_its_layers_and_back),
        cmocka_unit_test(an_unknown_path_passes_every_layer_and_no_view),
        cmocka_unit_test(layers_are_built_once_and_called_for_every_request),
        cmocka_unit_test(a_second_client_builds_its_layers_anew),
        cmocka_unit_test(a_layer_that_answers_by_itself_is_not_what_the_claims_speak_of),
        cmocka_unit_test(waiting_piles_up_on_sync_workers_only),
        cmocka_unit_test(cpu_work_alone_gives_async_no_lead),
        cmocka_unit_test(a_blocked_loop_serves_one_at_a_time),
        cmocka_unit_test(the_claims_hold_at_random_settings),
        cmocka_unit_test(a_cancelled_load_ends_and_leaves_nothing_open),
        cmocka_unit_test(few_file_descriptors_are_a_clear_fault),
        cmocka_unit_test(ten_runs_in_a_row_leave_nothing_open),
    };
    return RUN_TESTS(tests);
}
