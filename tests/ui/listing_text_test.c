/* A listing's lines on paper: none is wider, and what stands there still runs. */
#include "tests/support/testing.h"

#include "lessons/lesson.h"
#include "tests/support/json.h"
#include "tests/support/program.h"
#include "ui/columns.h"
#include "ui/listing_text.h"

/* The lines of a listing as they stand on the paper; lives in the arena. */
static const char *put(struct arena *arena, const struct paper *paper, const char *listing) {
    struct text text;
    text_init(&text, arena);
    for (size_t length; *listing; listing += length + (listing[length] == '\n')) {
        length = strcspn(listing, "\n");
        listing_text_add(&text, paper, listing, length, 0);
    }
    return text_finish(&text);
}

static void expect(unsigned width, const char *line, const char *rows) {
    struct paper paper = {.width = width};
    struct arena arena;
    arena_init(&arena, NULL);
    assert_string_equal(put(&arena, &paper, line), rows);
    arena_release(&arena);
}

static void a_line_that_fits_stays_as_it_is(void **state) {
    (void)state;
    expect(20, "    print('a', 'b') ", "    print('a', 'b') \n");
    expect(20, "", "");
}

static void code_goes_on_behind_a_backslash(void **state) {
    (void)state;
    expect(30, "articles = Article.objects.filter(views=1)",
           "articles = Article.objects \\\n    .filter(views=1)\n");
    expect(30, "    path('articles/', views.listing, name='x'),",
           "    path('articles/', \\\n        views.listing, \\\n        name='x'),\n");
    expect(24, "total = sum(1000000.5000001, 2)", "total = sum( \\\n    1000000.5000001, 2)\n");
}

static void a_comment_goes_on_as_a_comment(void **state) {
    (void)state;
    expect(24, "  # The authors come in the same rows.",
           "  # The authors come in\n  # the same rows.\n");
    expect(24, "x = 1  # said of this line alone", "x = 1\n# said of this line\n# alone\n");
    expect(24, "x = '#'  # fits", "x = '#'  # fits\n");
}

static void a_string_wider_than_a_row_is_several(void **state) {
    (void)state;
    expect(24, "    'blog.middleware.RequestLogMiddleware',",
           "    'blog' \\\n        '.middleware' \\\n        '.RequestLog' \\\n        "
           "'Middleware',\n");
}

static void a_name_wider_than_a_row_is_broken(void **state) {
    (void)state;
    expect(20, "x = HttpResponsePermanentRedirect",
           "x = \\\n    HttpResponsePe \\\n    rmanentRedirect\n");
}

static void a_loose_paper_takes_any_line(void **state) {
    (void)state;
    static const char line[] = "articles = Article.objects.filter(views=1)";
    struct paper paper = {.width = 20, .loose = true};
    struct arena arena;
    arena_init(&arena, NULL);
    assert_int_equal(strlen(put(&arena, &paper, line)), strlen(line) + 1);
    arena_release(&arena);
}

static void expect_no_wider(const char *text, unsigned width) {
    for (size_t length; *text; text += length + (text[length] == '\n')) {
        length = strcspn(text, "\n");
        if (columns_of_bytes(text, length) > width) fail_msg("too wide: %.*s", (int)length, text);
    }
}

static void no_row_of_any_listing_is_wider_than_the_paper(void **state) {
    (void)state;
    for (unsigned width = 40; width <= 80; width++)
        for (size_t i = 0; i < LESSON_COUNT; i++)
            for (size_t j = 0; j < lessons[i]->step_count; j++) {
                struct paper paper = {.width = width};
                struct arena arena;
                arena_init(&arena, NULL);
                expect_no_wider(put(&arena, &paper, step_listing(lessons[i], lessons[i]->steps[j])),
                                width);
                arena_release(&arena);
            }
}

/* ---- what stands on paper still runs --------------------------------------------------------- */

/* What running a listing comes to, by the events it left on the tape. */
static double run_listing(struct program *program, struct arena *arena, const char *step,
                          const char *listing) {
    char path[256];
    snprintf(path, sizeof path, "%s", program_path(program, "listing.py"));
    program_write_file(path, listing, strlen(listing));
    program_run(program, "run", step, "--json", "--listing", path, NULL);
    const struct json_node *said = json_read(arena, program->out);
    if (json_get(said, "error")->kind != JSON_NULL) fail_msg("%s: %s", step, program->out);
    return json_get_number(said, "events");
}

static void what_stands_on_paper_runs_as_the_listing_does(void **state) {
    (void)state;
    static const struct paper paper = {.width = 44}, loose = {.width = 44, .loose = true};
    static const char *const steps[] = {"middleware/onion", "n-plus-one/select-related",
                                        "sql/subquery", "lazy/recipe", "sql/annotate"};
    struct program program;
    struct arena arena;
    arena_init(&arena, NULL);
    assert_true(program_init(&program));
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        const struct lesson *lesson = NULL;
        char name[32];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(steps[i], "/"), steps[i]);
        lesson = lesson_find(name);
        const struct step *step = lesson_step(lesson, strchr(steps[i], '/') + 1);
        assert_true(step && step->listing_runs);
        const char *listing = step_listing(lesson, step);
        const char *whole = put(&arena, &loose, listing), *wrapped = put(&arena, &paper, listing);
        assert_string_not_equal(whole, wrapped);
        assert_float_equal(run_listing(&program, &arena, steps[i], whole),
                           run_listing(&program, &arena, steps[i], wrapped), 0);
    }
    program_release(&program);
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_that_fits_stays_as_it_is),
        cmocka_unit_test(code_goes_on_behind_a_backslash),
        cmocka_unit_test(a_comment_goes_on_as_a_comment),
        cmocka_unit_test(a_string_wider_than_a_row_is_several),
        cmocka_unit_test(a_name_wider_than_a_row_is_broken),
        cmocka_unit_test(a_loose_paper_takes_any_line),
        cmocka_unit_test(no_row_of_any_listing_is_wider_than_the_paper),
        cmocka_unit_test(what_stands_on_paper_runs_as_the_listing_does),
    };
    return RUN_TESTS(tests);
}
