/* Curves on a page: how they are told apart. */
#include <locale.h>

#include "tests/support/testing.h"
#include "ui/reader/figures.h"

static const struct figure_point rising[] = {{1, 2}, {10, 11}, {20, 21}, {40, 41}};
static const struct figure_point flat[] = {{1, 1}, {40, 1}};
static const struct figure_curve curves[] = {{"one plus n", rising, 4, false},
                                             {"joined", flat, 2, false}};

/* A figure as text; to be freed. */
static char *draw_figure(const struct figure *figure, enum graph_style graph) {
    struct figure_view view = {.graph = graph};
    struct grid page;
    char *text = NULL;
    size_t length;
    FILE *file = open_memstream(&text, &length);
    assert_non_null(file);
    grid_init(&page, false);
    assert_true(grid_resize(&page, 0, 60));
    figure_draw(&page, figure, &view);
    grid_print(&page, file);
    fclose(file);
    grid_release(&page);
    return text;
}

/* The first `count` curves. */
static char *draw_curves(size_t count, enum graph_style graph) {
    struct figure figure = {.kind = FIGURE_SERIES, .title = "Queries"};
    figure.series.curves = curves;
    figure.series.count = count;
    return draw_figure(&figure, graph);
}

static size_t times(const char *text, const char *mark) {
    size_t count = 0;
    while ((text = strstr(text, mark))) text += strlen(mark), count++;
    return count;
}

static void several_curves_carry_letters_and_so_does_the_legend(void **state) {
    (void)state;
    char *text = draw_curves(2, GRAPH_BLOCK);
    assert_non_null(strstr(text, "a one plus n"));
    assert_non_null(strstr(text, "b joined"));
    free(text);
}

static void a_curve_alone_has_a_dot_where_it_was_measured(void **state) {
    (void)state;
    char *text = draw_curves(1, GRAPH_BLOCK);
    assert_int_equal(times(text, "●"), 4 + 1); /* its points, and the legend */
    assert_non_null(strstr(text, "● one plus n"));
    free(text);
}

/* It falls within the first column: what is drawn column by column would not show where from. */
static void a_fall_within_a_column_is_seen_from_its_top(void **state) {
    static const struct figure_point falling[] = {{0.01, 20}, {0.02, 0}, {100, 0}};
    static const struct figure_curve curve = {"tokens", falling, 3, false};
    struct figure figure = {.kind = FIGURE_SERIES, .title = "Tokens"};
    (void)state;
    figure.series.curves = &curve;
    figure.series.count = 1;
    char *text = draw_figure(&figure, GRAPH_ASCII);
    assert_non_null(strstr(text, "20 ┤*"));
    free(text);
}

static void a_curve_alone_is_a_line_of_stars_in_ascii(void **state) {
    (void)state;
    char *text = draw_curves(1, GRAPH_ASCII);
    assert_true(times(text, "*") > 20);
    assert_non_null(strstr(text, "* one plus n"));
    free(text);
}

int main(void) {
    setlocale(LC_ALL, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(several_curves_carry_letters_and_so_does_the_legend),
        cmocka_unit_test(a_curve_alone_has_a_dot_where_it_was_measured),
        cmocka_unit_test(a_fall_within_a_column_is_seen_from_its_top),
        cmocka_unit_test(a_curve_alone_is_a_line_of_stars_in_ascii),
    };
    return RUN_TESTS(tests);
}
