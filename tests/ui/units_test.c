/* Numbers as people read them. */
#include "tests/support/testing.h"

#include <math.h>

#include "ui/units.h"

static void counts_have_a_comma_before_every_third_digit(void **state) {
    (void)state;
    char buffer[UNITS_SIZE];
    assert_string_equal(units_count(0, buffer, sizeof buffer), "0");
    assert_string_equal(units_count(999, buffer, sizeof buffer), "999");
    assert_string_equal(units_count(1000, buffer, sizeof buffer), "1,000");
    assert_string_equal(units_count(1234567, buffer, sizeof buffer), "1,234,567");
    assert_string_equal(units_count(UINT64_MAX, buffer, sizeof buffer),
                        "18,446,744,073,709,551,615");
}

static void durations_take_the_unit_that_leaves_three_digits(void **state) {
    (void)state;
    char buffer[UNITS_SIZE];
    assert_string_equal(units_duration(0, buffer, sizeof buffer), "0 ns");
    assert_string_equal(units_duration(812, buffer, sizeof buffer), "812 ns");
    assert_string_equal(units_duration(6132000, buffer, sizeof buffer), "6.13 ms");
    assert_string_equal(units_duration(61320, buffer, sizeof buffer), "61.3 us");
    assert_string_equal(units_duration(1500000000, buffer, sizeof buffer), "1.5 s");
    assert_string_equal(units_duration(3600000000000, buffer, sizeof buffer), "3,600 s");
}

static void a_number_that_rounds_up_takes_the_next_unit(void **state) {
    (void)state;
    char buffer[UNITS_SIZE];
    assert_string_equal(units_duration(999600, buffer, sizeof buffer), "1 ms");
    assert_string_equal(units_duration(999400, buffer, sizeof buffer), "999 us");
}

static void sizes_go_by_1024(void **state) {
    (void)state;
    char buffer[UNITS_SIZE];
    assert_string_equal(units_bytes(512, buffer, sizeof buffer), "512 bytes");
    assert_string_equal(units_bytes(1572864, buffer, sizeof buffer), "1.5 MiB");
    assert_string_equal(units_number(2048, "bytes", buffer, sizeof buffer), "2 KiB");
}

static void whole_numbers_are_not_rounded(void **state) {
    (void)state;
    char buffer[UNITS_SIZE];
    assert_string_equal(units_number(1234567, "queries", buffer, sizeof buffer),
                        "1,234,567 queries");
    assert_string_equal(units_number(-1234, "", buffer, sizeof buffer), "-1,234");
    assert_string_equal(units_number(0.01234, "x", buffer, sizeof buffer), "0.0123 x");
    assert_string_equal(units_number(NAN, "x", buffer, sizeof buffer), "no number");
}

static void times_given_in_any_unit_are_scaled(void **state) {
    (void)state;
    char buffer[UNITS_SIZE];
    assert_string_equal(units_number(0.25, "ms", buffer, sizeof buffer), "250 us");
    assert_string_equal(units_number(1500, "ms", buffer, sizeof buffer), "1.5 s");
    assert_string_equal(units_number(0, "ms", buffer, sizeof buffer), "0 ms");
    assert_string_equal(units_tick(0, "ms", buffer, sizeof buffer), "0");
}

static void a_number_is_read_as_people_type_it(void **state) {
    (void)state;
    double number;
    assert_true(units_read("1,001", &number) && number == 1001);
    assert_true(units_read("1e3", &number) && number == 1000);
    assert_true(units_read("-2.5", &number) && number == -2.5);
    assert_false(units_read("", &number));
    assert_false(units_read("12 apples", &number));
    assert_false(units_read("inf", &number));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_have_a_comma_before_every_third_digit),
        cmocka_unit_test(durations_take_the_unit_that_leaves_three_digits),
        cmocka_unit_test(a_number_that_rounds_up_takes_the_next_unit),
        cmocka_unit_test(sizes_go_by_1024),
        cmocka_unit_test(whole_numbers_are_not_rounded),
        cmocka_unit_test(times_given_in_any_unit_are_scaled),
        cmocka_unit_test(a_number_is_read_as_people_type_it),
    };
    return RUN_TESTS(tests);
}
