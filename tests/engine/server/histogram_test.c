/* The histogram: its buckets, its quantiles, and the error it promises. */
#include "engine/server/histogram.h"

#include "tests/support/testing.h"

static void every_value_falls_within_a_64th_of_its_bucket(void **state) {
    (void)state;
    for (uint64_t value = 0; value < (uint64_t)1 << 62; value += value / 37 + 1) {
        unsigned bucket = histogram_bucket(value);
        assert_in_range(bucket, 0, HISTOGRAM_BUCKETS - 1);
        uint64_t middle = histogram_middle(bucket);
        uint64_t off = middle > value ? middle - value : value - middle;
        assert_in_range(off, 0, value / 64);
    }
    assert_in_range(histogram_bucket(UINT64_MAX), 0, HISTOGRAM_BUCKETS - 1);
}

static void buckets_rise_with_their_values(void **state) {
    (void)state;
    for (uint64_t value = 1; value < 100000; value++)
        assert_in_range(histogram_bucket(value) - histogram_bucket(value - 1), 0, 1);
}

static void quantiles_are_those_of_the_values(void **state) {
    (void)state;
    struct histogram *histogram = malloc(sizeof *histogram);
    histogram_init(histogram);
    assert_int_equal(histogram_quantile(histogram, 0.5), 0);
    for (uint64_t value = 1; value <= 1000; value++) histogram_add(histogram, value * 1000, 1);
    assert_in_range(histogram_quantile(histogram, 0.50), 500000 - 8000, 500000 + 8000);
    assert_in_range(histogram_quantile(histogram, 0.99), 990000 - 16000, 990000 + 16000);
    assert_int_equal(histogram_quantile(histogram, 0.0), 1000);
    assert_int_equal(histogram_quantile(histogram, 1.0), 1000000);
    free(histogram);
}

static void a_single_value_is_every_quantile(void **state) {
    (void)state;
    struct histogram *histogram = malloc(sizeof *histogram);
    histogram_init(histogram);
    histogram_add(histogram, 123457, 3);
    assert_int_equal(histogram->count, 3);
    assert_int_equal(histogram_quantile(histogram, 0.01), 123457);
    assert_int_equal(histogram_quantile(histogram, 1.0), 123457);
    free(histogram);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_value_falls_within_a_64th_of_its_bucket),
        cmocka_unit_test(buckets_rise_with_their_values),
        cmocka_unit_test(quantiles_are_those_of_the_values),
        cmocka_unit_test(a_single_value_is_every_quantile),
    };
    return RUN_TESTS(tests);
}
