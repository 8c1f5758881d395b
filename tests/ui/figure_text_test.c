/* Figures as plain text: small ones to the letter, all of them at every width. */
#include "tests/support/testing.h"

#include <locale.h>
#include <math.h>

#include "ui/columns.h"
#include "ui/figure_text.h"

static const struct paper ascii = {.width = 60, .ascii = true};

/* A figure as text; lives in the arena. */
static const char *draw(struct arena *arena, const struct paper *paper,
                        const struct figure *figure) {
    struct text text;
    text_init(&text, arena);
    figure_text(&text, paper, figure);
    const char *whole = text_finish(&text);
    assert_non_null(whole);
    return whole;
}

static void expect(const struct figure *figure, const char *drawn) {
    struct arena arena;
    arena_init(&arena, NULL);
    assert_string_equal(draw(&arena, &ascii, figure), drawn);
    arena_release(&arena);
}

/* ---- one of each kind ------------------------------------------------------------------------ */

static const struct figure_line lines[] = {
    {"articles = Article.objects.all()", 1, 0, 0, 0},
    {"", 0, 0, 0, 0},
    {"for article in articles:", 1, 1, 1000, 310000},
};
static const struct figure listing = {
    .kind = FIGURE_LISTING, .title = "listing", .listing = {lines, 3, 3}};

static const struct figure_entry entries[] = {
    {0, ENTRY_IN, "ApiKeyLayer", NULL, 0, SIZE_MAX},
    {1, ENTRY_POINT, "view", "200", 8120, SIZE_MAX},
    {0, ENTRY_OUT, "ApiKeyLayer", "200", 14000, SIZE_MAX},
};
static const struct figure trace = {.kind = FIGURE_TRACE, .title = "trace", .trace = {entries, 3}};

static const struct figure_bar some_bars[] = {
    {"sync", 50, "ceiling 50", 0}, {"async", 100, NULL, 1}, {"none", 0, NULL, 0}};
static const struct figure bars = {
    .kind = FIGURE_BARS, .title = "bars", .note = "a note", .bars = {some_bars, 3, "requests/s"}};

static const struct figure_point measured[] = {{0, 1}, {100, 101}}, theory[] = {{0, 50}, {100, 50}};
static const struct figure_curve curves[] = {{"measured", measured, 2, false},
                                             {"ceiling", theory, 2, true}};
static const struct figure series = {.kind = FIGURE_SERIES,
                                     .title = "series",
                                     .simulated = "the round trip",
                                     .series = {curves, 2, "articles", "queries", false, false}};

static const struct figure_column columns[] = {{"operation", ALIGN_LEFT}, {"again", ALIGN_RIGHT}};
static const char *const cells[] = {"list(qs)", "0", "qs.count()", "1"};
static const struct figure table = {
    .kind = FIGURE_TABLE, .title = "table", .table = {columns, 2, cells, 2}};

static const char *const lanes[] = {"worker 1", "worker 2"};
static const struct figure_span spans[] = {
    {0, 0, 50, "warm-up", 'w'}, {0, 50, 100, "serving", 's'}, {1, 99.9, 100, "blip", 'b'}};
static const struct figure timeline = {
    .kind = FIGURE_TIMELINE, .title = "timeline", .timeline = {lanes, 2, spans, 3, "ms"}};

static void a_listing_has_its_counters_before_the_line(void **state) {
    (void)state;
    expect(&listing, "listing\n"
                     "  runs  queries   rows    time\n"
                     "     1        .      .           1  articles = Article \\\n"
                     "                                        .objects.all()\n"
                     "                                 2\n"
                     "     1        1  1,000  310 us>  3  for article in articles:\n");
}

static void a_trace_is_indented_and_its_times_stand_below_each_other(void **state) {
    (void)state;
    expect(&trace, "trace\n"
                   "  > ApiKeyLayer\n"
                   "    . view  200       8.12 us\n"
                   "  < ApiKeyLayer  200    14 us\n");
}

static void bars_are_as_long_as_their_share(void **state) {
    (void)state;
    expect(&bars, "bars\n"
                  "  sync   ############# 50 requests/s  ceiling 50\n"
                  "  async  ========================= 100 requests/s\n"
                  "  none   0 requests/s\n"
                  "  a note\n");
}

static void a_table_is_laid_out(void **state) {
    (void)state;
    expect(&table, "table\n"
                   "  operation   again\n"
                   "  ----------  -----\n"
                   "  list(qs)        0\n"
                   "  qs.count()      1\n");
}

static void what_is_simulated_and_what_is_computed_is_said(void **state) {
    (void)state;
    struct arena arena;
    arena_init(&arena, NULL);
    const char *drawn = draw(&arena, &ascii, &series);
    assert_non_null(strstr(drawn, "series  [simulated: the round trip]\n"));
    assert_non_null(strstr(drawn, "o measured   . ceiling (computed)\n"));
    assert_non_null(strstr(drawn, "queries by articles\n"));
    arena_release(&arena);
}

static void lanes_show_even_the_shortest_span(void **state) {
    (void)state;
    struct arena arena;
    arena_init(&arena, NULL);
    const char *drawn = draw(&arena, &ascii, &timeline);
    assert_non_null(strstr(drawn, "  worker 1  |wwww"));
    assert_non_null(strstr(drawn, "b|\n"));
    assert_non_null(strstr(drawn, "w warm-up   s serving   b blip\n"));
    assert_non_null(strstr(drawn, "100 ms\n"));
    arena_release(&arena);
}

static void what_a_learner_wrote_cannot_drive_the_terminal(void **state) {
    (void)state;
    static const struct figure_bar evil[] = {{"\033[31mred\n\xE2\x80\xAE\x9B\xFF", 1, "\a\b", 0}};
    struct figure figure = bars;
    struct paper paper = {.width = 80};
    struct arena arena;
    arena_init(&arena, NULL);
    figure.bars.bars = evil;
    figure.bars.count = 1;
    const char *drawn = draw(&arena, &paper, &figure);
    for (const char *c = drawn; *c; c++) assert_true((unsigned char)*c >= 0x20 || *c == '\n');
    assert_null(strstr(drawn, "\xE2\x80\xAE"));
    assert_null(strchr(drawn, '\xFF'));
    arena_release(&arena);
}

/* ---- all of them, and odd ones --------------------------------------------------------------- */

static const struct figure *const kinds[] = {&listing, &trace, &bars, &series, &table, &timeline};

static void every_kind_is_drawn_in_ascii_where_that_is_all_there_is(void **state) {
    (void)state;
    for (size_t i = 0; i < FIGURE_KIND_COUNT; i++) {
        struct arena arena;
        arena_init(&arena, NULL);
        for (const char *c = draw(&arena, &ascii, kinds[i]); *c; c++)
            assert_true((unsigned char)*c < 0x80);
        arena_release(&arena);
    }
}

/* Source is never cut, and a bar keeps its label; the others stay on the paper. */
static void plots_and_tables_stay_on_the_paper(void **state) {
    (void)state;
    setlocale(LC_CTYPE, "C.UTF-8");
    static const struct figure *const fitting[] = {&trace, &series, &table, &timeline};
    for (size_t i = 0; i < 4; i++)
        for (unsigned width = 40; width <= 120; width++) {
            struct paper paper = {.width = width};
            struct arena arena;
            arena_init(&arena, NULL);
            for (const char *line = draw(&arena, &paper, fitting[i]); *line;) {
                size_t length = strcspn(line, "\n");
                assert_true(columns_of_bytes(line, length) <= width);
                line += length + (line[length] == '\n');
            }
            arena_release(&arena);
        }
}

static void figures_of_nothing_are_drawn(void **state) {
    (void)state;
    for (size_t i = 0; i < FIGURE_KIND_COUNT; i++) {
        struct figure empty = {.kind = (enum figure_kind)i, .title = "nothing"};
        struct arena arena;
        arena_init(&arena, NULL);
        if (i == FIGURE_SERIES) empty.series.x_unit = empty.series.y_unit = "";
        if (i == FIGURE_BARS) empty.bars.unit = "";
        if (i == FIGURE_TIMELINE) empty.timeline.unit = "ms";
        assert_int_equal(strncmp(draw(&arena, &ascii, &empty), "nothing\n", 8), 0);
        arena_release(&arena);
    }
}

static void points_that_no_axis_takes_are_left_out(void **state) {
    (void)state;
    static const struct figure_point odd[] = {{0, 1},    {1, NAN},      {10, INFINITY},
                                              {100, -5}, {1000, 1e308}, {1e-300, 1e-300}};
    static const struct figure_curve curve[] = {{"odd", odd, 6, false}};
    for (int i = 0; i < 4; i++) {
        struct figure figure = series;
        struct arena arena;
        arena_init(&arena, NULL);
        figure.series.curves = curve;
        figure.series.count = 1;
        figure.series.x_log = i & 1;
        figure.series.y_log = i & 2;
        draw(&arena, &ascii, &figure);
        arena_release(&arena);
    }
}

static void a_long_trace_and_a_long_table_say_what_they_leave_out(void **state) {
    (void)state;
    enum { MANY = 500 };
    static struct figure_entry many[MANY];
    static const char *many_cells[MANY];
    for (size_t i = 0; i < MANY; i++) {
        many[i] = (struct figure_entry){0, ENTRY_POINT, "x", NULL, 0, SIZE_MAX};
        many_cells[i] = "x";
    }
    struct figure long_trace = trace, long_table = table;
    struct arena arena;
    arena_init(&arena, NULL);
    long_trace.trace.entries = many;
    long_trace.trace.count = MANY;
    assert_non_null(strstr(draw(&arena, &ascii, &long_trace), "... 420 more ...\n"));
    long_table.table.cells = many_cells;
    long_table.table.row_count = MANY / 2;
    assert_non_null(strstr(draw(&arena, &ascii, &long_table), "(200 rows between"));
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_listing_has_its_counters_before_the_line),
        cmocka_unit_test(a_trace_is_indented_and_its_times_stand_below_each_other),
        cmocka_unit_test(bars_are_as_long_as_their_share),
        cmocka_unit_test(a_table_is_laid_out),
        cmocka_unit_test(what_is_simulated_and_what_is_computed_is_said),
        cmocka_unit_test(lanes_show_even_the_shortest_span),
        cmocka_unit_test(what_a_learner_wrote_cannot_drive_the_terminal),
        cmocka_unit_test(every_kind_is_drawn_in_ascii_where_that_is_all_there_is),
        cmocka_unit_test(plots_and_tables_stay_on_the_paper),
        cmocka_unit_test(figures_of_nothing_are_drawn),
        cmocka_unit_test(points_that_no_axis_takes_are_left_out),
        cmocka_unit_test(a_long_trace_and_a_long_table_say_what_they_leave_out),
    };
    return RUN_TESTS(tests);
}
