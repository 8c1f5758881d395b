/* What the system tells in its own way: memory, waits by the steady clock, signals. */
#include "tests/support/testing.h"

#include <errno.h>

#include "engine/base/platform.h"
#include "engine/tape/tape.h"

static void memory_that_is_touched_is_resident(void **state) {
    enum { BYTES = 64 << 20 };
    (void)state;
    uint64_t before = platform_resident();
    if (before == 0) skip(); /* not known here */
    char *touched = malloc(BYTES);
    assert_non_null(touched);
    for (size_t i = 0; i < BYTES; i += 1024) *(volatile char *)(touched + i) = 1;
    assert_true(platform_resident() >= before + BYTES / 2);
    free(touched);
}

static void time_kept_from_a_core_never_shrinks(void **state) {
    (void)state;
    uint64_t before = platform_delayed_ns();
    assert_true(platform_delayed_ns() >= before);
}

static void a_condition_is_waited_for_until_its_moment(void **state) {
    pthread_cond_t condition;
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    (void)state;
    assert_int_equal(platform_condition_init(&condition), 0);
    pthread_mutex_lock(&lock);
    uint64_t moment = clock_ns() + 2000000;
    int said = 0;
    while (said == 0) said = platform_condition_wait(&condition, &lock, moment);
    assert_int_equal(said, ETIMEDOUT);
    assert_true(clock_ns() >= moment);
    assert_int_equal(platform_condition_wait(&condition, &lock, 0), ETIMEDOUT);
    pthread_mutex_unlock(&lock);
    pthread_cond_destroy(&condition);
}

static void a_blocked_signal_is_waited_for(void **state) {
    const struct timespec none = {0};
    sigset_t signals, before;
    (void)state;
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR1);
    assert_int_equal(pthread_sigmask(SIG_BLOCK, &signals, &before), 0);
    assert_int_equal(platform_wait_signal(&signals, &none), -1);
    assert_int_equal(errno, EAGAIN);
    for (int i = 0; i < 2; i++) {
        raise(SIGUSR1);
        const struct timespec second = {.tv_sec = 1};
        assert_int_equal(platform_wait_signal(&signals, i ? NULL : &second), SIGUSR1);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_that_is_touched_is_resident),
        cmocka_unit_test(time_kept_from_a_core_never_shrinks),
        cmocka_unit_test(a_condition_is_waited_for_until_its_moment),
        cmocka_unit_test(a_blocked_signal_is_waited_for),
    };
    return RUN_TESTS(tests);
}
