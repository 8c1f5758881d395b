/* The exports when memory runs out: every allocation in turn fails, alone or with all that follow.
 *
 * What comes out is the whole page as it is otherwise, or none, or one that says MemoryError where
 * a demo ended so, with the exit code of that. Nothing is left behind. */
#include "tests/support/testing.h"

#include "tests/support/scarce_memory.h"

#include "tests/support/course.h"
#include "ui/export.h"

enum { ALLOCATIONS_MOST = 20000, SPARE = 7 };

static const struct export_format *const formats[] = {&export_md, &export_html, &export_txt,
                                                      &export_json};
enum { FORMATS = sizeof formats / sizeof *formats };

/* ---- pages ------------------------------------------------------------------------------------
 */

/* All kinds of figures, claims that hold, fail and do not apply, and both kinds of question. */
enum { STEPS = 5 };
static const struct progress_prediction said[] = {
    {"middleware", "onion", "Which layer sees the response first?", "the first in the list",
     "the last in the list", false}};

static struct export_page measured_page(struct choice choices[STEPS]) {
    const struct lesson *middleware = test_course.lessons[TEST_MIDDLEWARE];
    const struct lesson *n_plus_one = test_course.lessons[TEST_N_PLUS_ONE];
    for (size_t i = 0; i < 2; i++) choices[i] = (struct choice){middleware, middleware->steps[i]};
    for (size_t i = 0; i < 3; i++)
        choices[i + 2] = (struct choice){n_plus_one, n_plus_one->steps[i]};
    return (struct export_page){.choices = choices,
                                .count = STEPS,
                                .measured = true,
                                .origin = {"3", "1", "a system", 2, 1},
                                .predicted = said,
                                .predicted_count = 1};
}

/* A lesson as it is in the notes, without its demos. */
static struct export_page noted_page(struct choice choices[STEPS]) {
    choices[0] = (struct choice){lessons[0], NULL};
    return (struct export_page){.choices = choices, .count = 1, .ascii = true};
}

/* Takes out how long a run took: that differs each time. */
static void hide_times(char *text) {
    static const char *const before[] = {" events, ", "\"elapsed_ns\":"};
    for (size_t i = 0; i < sizeof before / sizeof *before; i++)
        for (char *at = text; (at = strstr(at, before[i])) != NULL;) {
            at += strlen(before[i]);
            memmove(at, at + strcspn(at, ",}\n"), strlen(at + strcspn(at, ",}\n")) + 1);
        }
}

/* The page, to be freed; NULL when there was no memory. *worst is its exit code. */
static char *write_page(const struct export_format *format,
                        struct export_page make(struct choice *), int *worst) {
    struct choice choices[STEPS];
    struct export_page page = make(choices);
    struct arena arena;
    struct text text;
    arena_init(&arena, NULL);
    text_init(&text, &arena);
    const char *whole = format->write(&text, &page) ? text_finish(&text) : NULL;
    char *copy = whole ? strdup(whole) : NULL;
    arena_release(&arena);
    *worst = page.worst;
    if (copy) hide_times(copy);
    return copy;
}

/* ---- when memory runs out ---------------------------------------------------------------------
 */

/* Pages are long: what differs is shown, and a little around it. */
static void expect_alike(const char *page, const char *whole) {
    size_t at = 0;
    while (page[at] && page[at] == whole[at]) at++;
    size_t from = at > 60 ? at - 60 : 0;
    if (page[at] != whole[at]) fail_msg("%.120s\n--- for ---\n%.120s", page + from, whole + from);
}

static void expect_whole_or_none(const char *page, const char *whole, int worst, int worst_whole) {
    if (!page) return;
    if (strstr(page, "MemoryError")) {
        assert_true(worst == EXIT_SYSTEM || worst == EXIT_FALSE); /* a listing raised it */
        return;
    }
    expect_alike(page, whole);
    assert_int_equal(worst, worst_whole);
}

static void expect_survival(const struct export_format *format,
                            struct export_page make(struct choice *), bool lasting) {
    int worst_whole, worst;
    char *whole = write_page(format, make, &worst_whole);
    assert_non_null(whole);
    long none = 0;
    bool refused = true;
    for (long after = 0; refused; after += after < 400 ? 1 : SPARE) {
        assert_true(after < ALLOCATIONS_MOST);
        gate_set(after, lasting);
        char *page = write_page(format, make, &worst);
        refused = gate_open();
        expect_whole_or_none(page, whole, worst, worst_whole);
        none += !page;
        free(page);
    }
    printf("%s: none came %ld times\n", format->name, none);
    assert_true(none > 0);
    free(whole);
}

static void a_page_of_demos_without_memory_is_whole_or_none(void **state) {
    (void)state;
    for (size_t i = 0; i < FORMATS; i++) {
        expect_survival(formats[i], measured_page, false);
        expect_survival(formats[i], measured_page, true);
    }
}

static void a_page_of_notes_without_memory_is_whole_or_none(void **state) {
    (void)state;
    for (size_t i = 0; i < FORMATS; i++) {
        expect_survival(formats[i], noted_page, false);
        expect_survival(formats[i], noted_page, true);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_of_demos_without_memory_is_whole_or_none),
        cmocka_unit_test(a_page_of_notes_without_memory_is_whole_or_none),
    };
    return RUN_TESTS(tests);
}
