/* Tables on pages that are too narrow for them. */
#include <locale.h>

#include "tests/support/testing.h"
#include "ui/reader/figures.h"

static const struct figure_column columns[] = {
    {"class", ALIGN_LEFT}, {"bases", ALIGN_LEFT}, {"turn", ALIGN_RIGHT}};
static const char *const cells[] = {"TemplateResponseMixin",   "object",       "1",
                                    "MultipleObjectMixin",     "ContextMixin", "2",
                                    "BaseListView and others", "View",         "3"};

/* The table on a page of so many columns, as text; to be freed. */
static char *draw_table(int width) {
    struct figure figure = {.kind = FIGURE_TABLE};
    struct figure_view view = {.graph = GRAPH_BLOCK};
    struct grid page;
    char *text = NULL;
    size_t length;
    FILE *file = open_memstream(&text, &length);
    assert_non_null(file);
    figure.table.columns = columns;
    figure.table.column_count = 3;
    figure.table.cells = (const char **)(uintptr_t)cells;
    figure.table.row_count = 3;
    grid_init(&page, false);
    assert_true(grid_resize(&page, 0, width));
    figure_draw(&page, &figure, &view);
    grid_print(&page, file);
    fclose(file);
    grid_release(&page);
    return text;
}

static void check_shows(int width, const char *wanted) {
    char *text = draw_table(width);
    if (!strstr(text, wanted)) fprintf(stderr, "%d columns:\n%s", width, text);
    assert_non_null(strstr(text, wanted));
    free(text);
}

static void cells_wrap_between_words_first(void **state) {
    (void)state;
    check_shows(43, "BaseListView and       View");
    check_shows(43, "\n others\n");
    check_shows(43, "TemplateResponseMixin  object");
}

static void then_the_gaps_get_narrower(void **state) {
    (void)state;
    check_shows(42, "TemplateResponseMixin object");
}

static void words_are_broken_in_one_column_at_most(void **state) {
    (void)state;
    check_shows(38, "\n n\n"); /* of ...Mixin, below its cell */
    check_shows(26, "\n   bases object\n   turn 1\n");
}

int main(void) {
    setlocale(LC_ALL, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_wrap_between_words_first),
        cmocka_unit_test(then_the_gaps_get_narrower),
        cmocka_unit_test(words_are_broken_in_one_column_at_most),
    };
    return RUN_TESTS(tests);
}
