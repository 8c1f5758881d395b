/* A bucket of tokens on a clock that the test drives. */
#include "engine/middleware/bucket.h"
#include <pthread.h>

#include "tests/support/testing.h"

static const uint64_t second = 1000000000;

static void a_full_bucket_gives_its_size_at_once_and_no_more(void **state) {
    (void)state;
    struct bucket bucket;
    bucket_init(&bucket, 3, 1, 0);
    assert_true(bucket_take(&bucket, 0));
    assert_true(bucket_take(&bucket, 0));
    assert_true(bucket_take(&bucket, 0));
    assert_false(bucket_take(&bucket, 0));
    assert_int_equal(bucket_tokens(&bucket, 0), 0);
}

static void a_token_comes_back_each_interval(void **state) {
    (void)state;
    struct bucket bucket;
    bucket_init(&bucket, 1, 4, 0);
    assert_true(bucket_take(&bucket, 0));
    assert_false(bucket_take(&bucket, second / 4 - 1));
    assert_int_equal(bucket_wait_ns(&bucket, second / 4 - 1), 1);
    assert_true(bucket_take(&bucket, second / 4));
}

static void an_idle_hour_does_not_save_up(void **state) {
    (void)state;
    struct bucket bucket;
    bucket_init(&bucket, 2, 10, 0);
    uint64_t now = 3600 * second;
    assert_int_equal(bucket_tokens(&bucket, now), 2);
    assert_true(bucket_take(&bucket, now));
    assert_true(bucket_take(&bucket, now));
    assert_false(bucket_take(&bucket, now));
}

static void never_more_than_size_plus_rate_times_time(void **state) {
    (void)state;
    static const struct {
        uint64_t size, rate, gap_ns;
    } floods[] = {{1, 1, 1000}, {5, 3, 777777}, {20, 1000, 999}, {7, 7, 142857142}, {3, 1, second}};
    for (size_t i = 0; i < sizeof floods / sizeof *floods; i++) {
        struct bucket bucket;
        bucket_init(&bucket, floods[i].size, floods[i].rate, 0);
        uint64_t now = 0, accepted = 0;
        for (int request = 0; request < 20000; request++, now += floods[i].gap_ns) {
            accepted += bucket_take(&bucket, now);
            /* in integers: accepted <= size + rate * now / second */
            assert_true((accepted - (accepted < floods[i].size ? accepted : floods[i].size)) *
                            second <=
                        floods[i].rate * now);
        }
        assert_true(accepted >= floods[i].size);
    }
}

static void a_rate_that_does_not_divide_a_second_is_rounded_down(void **state) {
    (void)state;
    struct bucket bucket;
    bucket_init(&bucket, 1, 3, 0);
    assert_int_equal(bucket.interval_ns, 333333334);
}

enum { TAKERS = 4, TOKENS = 1000 };

struct taker {
    struct bucket *bucket;
    uint64_t taken;
};

static void *take_all(void *context) {
    struct taker *taker = context;
    for (int i = 0; i < TOKENS; i++) taker->taken += bucket_take(taker->bucket, 0);
    return NULL;
}

static void threads_never_take_a_token_twice(void **state) {
    (void)state;
    struct bucket bucket;
    struct taker takers[TAKERS] = {{0}};
    pthread_t threads[TAKERS];
    bucket_init(&bucket, TOKENS, 1, 0);
    for (int i = 0; i < TAKERS; i++) {
        takers[i].bucket = &bucket;
        assert_int_equal(pthread_create(&threads[i], NULL, take_all, &takers[i]), 0);
    }
    uint64_t taken = 0;
    for (int i = 0; i < TAKERS; i++) {
        pthread_join(threads[i], NULL);
        taken += takers[i].taken;
    }
    assert_int_equal(taken, TOKENS);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_bucket_gives_its_size_at_once_and_no_more),
        cmocka_unit_test(a_token_comes_back_each_interval),
        cmocka_unit_test(an_idle_hour_does_not_save_up),
        cmocka_unit_test(never_more_than_size_plus_rate_times_time),
        cmocka_unit_test(threads_never_take_a_token_twice),
        cmocka_unit_test(a_rate_that_does_not_divide_a_second_is_rounded_down),
    };
    return RUN_TESTS(tests);
}
