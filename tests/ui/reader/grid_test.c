/* Cells: what is put where, what is cut, what is folded. */
#include <locale.h>

#include "tests/support/testing.h"
#include "ui/reader/grid.h"

/* The grid as text; to be freed. */
static char *printed(const struct grid *grid) {
    char *text = NULL;
    size_t length = 0;
    FILE *file = open_memstream(&text, &length);
    assert_non_null(file);
    grid_print(grid, file);
    fclose(file);
    return text;
}

static void check(const struct grid *grid, const char *expected) {
    char *text = printed(grid);
    assert_string_equal(text, expected);
    free(text);
}

static struct grid sized(int height, int width, bool ascii) {
    struct grid grid;
    grid_init(&grid, ascii);
    assert_true(grid_resize(&grid, height, width));
    return grid;
}

static void text_is_cut_at_the_right_and_outside_rows_are_ignored(void **state) {
    (void)state;
    struct grid grid = sized(2, 5, false);
    assert_int_equal(grid_put(&grid, 0, 0, 5, "hello world", STYLE(TEXT)), 5);
    grid_put(&grid, 7, 0, 5, "lost", STYLE(TEXT));
    grid_put(&grid, -1, 0, 5, "lost", STYLE(TEXT));
    check(&grid, "hello\n\n");
    grid_release(&grid);
}

static void a_wide_character_takes_two_cells_or_none(void **state) {
    (void)state;
    struct grid grid = sized(1, 3, false);
    assert_int_equal(grid_put(&grid, 0, 0, 3, "\u4e2d\u6587", STYLE(TEXT)), 2);
    assert_int_equal(grid.cells[1].rune, 0);
    check(&grid, "\u4e2d\n");
    grid_put(&grid, 0, 1, 3, "x", STYLE(TEXT)); /* over its second half: the first goes too */
    check(&grid, " x\n");
    grid_release(&grid);
}

static void a_mark_stands_on_the_character_before_it(void **state) {
    (void)state;
    struct grid grid = sized(1, 4, false);
    assert_int_equal(grid_put(&grid, 0, 0, 4, "e\u0301a", STYLE(TEXT)), 2);
    check(&grid, "e\u0301a\n");
    grid_release(&grid);
}

static void sequences_that_terminals_disagree_on_are_left_out(void **state) {
    (void)state;
    struct grid grid = sized(1, 8, false);
    grid_put(&grid, 0, 0, 8, "1\ufe0f\u20e3a\u200db", STYLE(TEXT));
    check(&grid, "1ab\n");
    grid_release(&grid);
}

static void control_characters_never_reach_a_cell(void **state) {
    (void)state;
    struct grid grid = sized(1, 8, false);
    grid_put(&grid, 0, 0, 8, "a\033[\ta\x80\xc2\x9b", STYLE(TEXT));
    for (int x = 0; x < 8; x++)
        assert_true(grid.cells[x].rune >= ' ' && grid.cells[x].rune != 0x9B);
    grid_release(&grid);
}

static void an_ascii_grid_folds_what_is_put(void **state) {
    (void)state;
    struct grid grid = sized(1, 12, true);
    grid_put(&grid, 0, 0, 12, "─│┌▸●…é\u4e2d█", STYLE(TEXT));
    check(&grid, "-|+>*~??#\n");
    grid_release(&grid);
}

static void what_does_not_fit_ends_in_an_ellipsis(void **state) {
    (void)state;
    struct grid grid = sized(1, 6, false);
    grid_put_fit(&grid, 0, 0, 6, "abcdefgh", STYLE(TEXT));
    check(&grid, "abcde…\n");
    grid_release(&grid);
}

static void a_number_is_put_at_the_right_end(void **state) {
    (void)state;
    struct grid grid = sized(1, 6, false);
    assert_int_equal(grid_put_right(&grid, 0, 0, 6, "42", STYLE(TEXT)), 4);
    check(&grid, "    42\n");
    grid_put_right(&grid, 0, 0, 6, "1234567", STYLE(TEXT)); /* its end is what matters */
    check(&grid, "234567\n");
    grid_release(&grid);
}

static void text_wraps_at_blanks_and_long_words_anywhere(void **state) {
    (void)state;
    struct grid grid = sized(0, 8, false);
    assert_int_equal(grid_wrap(&grid, -1, 0, 0, 8, "one two three\nabcdefghijk", STYLE(TEXT)), 3);
    check(&grid, "one two\nthree\nabcdefgh\nijk\n");
    grid_release(&grid);
}

static void wrapping_where_nothing_fits_ends(void **state) {
    (void)state;
    struct grid grid = sized(0, 1, false);
    grid_wrap(&grid, -1, 0, 0, 1, "\u4e2d\u6587 a", STYLE(TEXT));
    grid_wrap(&grid, -1, 3, 3, 1, "abc", STYLE(TEXT));
    assert_true(grid.height < 8);
    grid_release(&grid);
}

static void a_window_shows_a_part_of_a_page_and_blanks_beyond_it(void **state) {
    (void)state;
    struct grid page = sized(3, 4, false), screen = sized(3, 6, false);
    grid_put(&page, 1, 0, 4, "bbbb", STYLE(TEXT));
    grid_put(&page, 2, 0, 4, "cccc", STYLE(TEXT));
    grid_put(&screen, 2, 0, 6, "zzzzzz", STYLE(TEXT));
    page.cursor_y = 2;
    page.cursor_x = 3;
    grid_window(&screen, (struct area){0, 1, 3, 5}, &page, 1);
    check(&screen, " bbbb\n cccc\nz\n");
    assert_int_equal(screen.cursor_y, 1);
    assert_int_equal(screen.cursor_x, 4);
    grid_release(&page);
    grid_release(&screen);
}

static void a_page_has_a_most_of_rows_and_goes_on_without_more(void **state) {
    (void)state;
    struct grid page = sized(0, 2, false);
    for (int i = 0; i < GRID_ROWS_MOST; i++) assert_int_equal(grid_add_row(&page), i);
    assert_int_equal(grid_add_row(&page), -1);
    grid_put(&page, -1, 0, 2, "x", STYLE(TEXT));
    grid_release(&page);
}

int main(void) {
    setlocale(LC_ALL, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_cut_at_the_right_and_outside_rows_are_ignored),
        cmocka_unit_test(a_wide_character_takes_two_cells_or_none),
        cmocka_unit_test(a_mark_stands_on_the_character_before_it),
        cmocka_unit_test(sequences_that_terminals_disagree_on_are_left_out),
        cmocka_unit_test(control_characters_never_reach_a_cell),
        cmocka_unit_test(an_ascii_grid_folds_what_is_put),
        cmocka_unit_test(what_does_not_fit_ends_in_an_ellipsis),
        cmocka_unit_test(a_number_is_put_at_the_right_end),
        cmocka_unit_test(text_wraps_at_blanks_and_long_words_anywhere),
        cmocka_unit_test(wrapping_where_nothing_fits_ends),
        cmocka_unit_test(a_window_shows_a_part_of_a_page_and_blanks_beyond_it),
        cmocka_unit_test(a_page_has_a_most_of_rows_and_goes_on_without_more),
    };
    return RUN_TESTS(tests);
}
