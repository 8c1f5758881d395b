/* The theme: what it colours can be read on white and on black paper. */
#include "tests/support/testing.h"

#include <math.h>

#include "ui/reader/theme.h"

enum { WHITE = 0xffffff, BLACK = 0 };

/* The first sixteen colours as xterm has them. */
static const uint32_t xterm[16] = {0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd,
                                   0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00,
                                   0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff};

/* Colours 16 to 231 are a cube of six levels a side, those from 232 on are greys. */
static uint32_t rgb_of(int colour) {
    static const uint32_t levels[] = {0, 95, 135, 175, 215, 255};
    if (colour < 16) return xterm[colour];
    if (colour >= 232) return (uint32_t)(8 + 10 * (colour - 232)) * 0x010101;
    int place = colour - 16;
    return levels[place / 36] << 16 | levels[place / 6 % 6] << 8 | levels[place % 6];
}

/* Relative luminance and contrast, as the WCAG define them. */
static double linear(uint32_t channel) {
    double share = (channel & 255) / 255.0;
    return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4);
}

static double luminance(uint32_t rgb) {
    return 0.2126 * linear(rgb >> 16) + 0.7152 * linear(rgb >> 8) + 0.0722 * linear(rgb);
}

static double contrast(uint32_t one, uint32_t other) {
    double brighter = fmax(luminance(one), luminance(other));
    return (brighter + 0.05) / (fmin(luminance(one), luminance(other)) + 0.05);
}

static void expect_readable(int colours) {
    for (int role = 0; role < ROLE_COUNT; role++) {
        struct look look = theme_look((enum role)role, colours);
        assert_true(look.colour < colours);
        if (look.colour < 0) continue; /* the terminal's own */
        double on_white = contrast(rgb_of(look.colour), WHITE);
        double on_black = contrast(rgb_of(look.colour), BLACK);
        if (on_white < 3 || on_black < 3)
            fail_msg("role %d, colour %d of %d: %.2f on white, %.2f on black", role, look.colour,
                     colours, on_white, on_black);
    }
}

static void contrast_is_from_1_to_21(void **state) {
    (void)state;
    assert_float_equal(contrast(BLACK, WHITE), 21, 0.001);
    assert_float_equal(contrast(rgb_of(160), rgb_of(160)), 1, 0.001);
}

static void each_of_256_colours_in_use_is_readable_on_white_and_black(void **state) {
    (void)state;
    expect_readable(256);
}

static void each_of_8_and_16_colours_in_use_is_readable_in_xterm(void **state) {
    (void)state;
    expect_readable(16);
    expect_readable(8);
}

static void without_colours_only_attributes_are_left(void **state) {
    (void)state;
    for (int role = 0; role < ROLE_COUNT; role++)
        assert_int_equal(theme_look((enum role)role, 0).colour, -1);
    assert_int_equal(theme_look(ROLE_OK, 0).bits, theme_look(ROLE_OK, 256).bits);
}

static void two_neighbouring_lanes_differ_in_colour(void **state) {
    (void)state;
    for (unsigned lane = 0; lane < THEME_LANES; lane++)
        assert_int_not_equal(theme_look(theme_lane(lane), 256).colour,
                             theme_look(theme_lane(lane + 1), 256).colour);
    assert_int_not_equal(theme_look(theme_lane(0), 8).colour, theme_look(theme_lane(1), 8).colour);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(contrast_is_from_1_to_21),
        cmocka_unit_test(each_of_256_colours_in_use_is_readable_on_white_and_black),
        cmocka_unit_test(each_of_8_and_16_colours_in_use_is_readable_in_xterm),
        cmocka_unit_test(without_colours_only_attributes_are_left),
        cmocka_unit_test(two_neighbouring_lanes_differ_in_colour),
    };
    return RUN_TESTS(tests);
}
