/* The registry of lessons and the parts of their notes. */
#include "tests/support/testing.h"

#include "lessons/lesson.h"

static void the_nine_lessons_stand_in_order_of_day(void **state) {
    (void)state;
    for (int i = 0; i < LESSON_COUNT; i++) assert_int_equal(lessons[i]->day, i + 1);
}

static void a_lesson_is_found_by_slug_number_or_prefix(void **state) {
    (void)state;
    assert_string_equal(lesson_find("n-plus-one")->slug, "n-plus-one");
    assert_string_equal(lesson_find("9")->slug, "n-plus-one");
    assert_string_equal(lesson_find("n-")->slug, "n-plus-one");
    assert_string_equal(lesson_find("mid")->slug, "middleware");
}

static void what_is_no_name_or_names_two_lessons_is_not_found(void **state) {
    (void)state;
    assert_null(lesson_find(""));
    assert_null(lesson_find("0"));
    assert_null(lesson_find("10"));
    assert_null(lesson_find("99999999999999999999"));
    assert_null(lesson_find("l")); /* lifecycle, lazy */
    assert_null(lesson_find("n-plus-one-more"));
}

static void a_misspelt_name_is_told_its_nearest(void **state) {
    (void)state;
    assert_string_equal(lesson_nearest("n+1"), "n-plus-one");
    assert_string_equal(lesson_nearest("midleware"), "middleware");
    assert_string_equal(lesson_nearest("strem"), "streaming");
    const struct lesson *lesson = lesson_find("n-plus-one");
    assert_string_equal(lesson_nearest_step(lesson, "selectrelated"), "select-related");
    char endless[5000];
    memset(endless, 'x', sizeof endless);
    endless[sizeof endless - 1] = '\0';
    assert_non_null(lesson_nearest(endless));
}

static void a_step_is_found_by_slug_number_or_prefix(void **state) {
    (void)state;
    const struct lesson *lesson = lesson_find("n-plus-one");
    assert_string_equal(lesson_step(lesson, "select-related")->slug, "select-related");
    assert_string_equal(lesson_step(lesson, "3")->slug, "prefetch-related");
    assert_string_equal(lesson_step(lesson, "join")->slug, "join-explosion");
    assert_null(lesson_step(lesson, "5"));
    assert_null(lesson_step(lesson, "nope"));
}

/* Every promise that the two marker comments make, for every day. */
static void every_note_has_a_title_an_introduction_a_section_a_step_and_a_scale(void **state) {
    (void)state;
    for (int i = 0; i < LESSON_COUNT; i++) {
        assert_in_range(lesson_title(lessons[i]).length, 5, 44);
        assert_true(lesson_intro(lessons[i]).length > 100);
        assert_true(lesson_scale(lessons[i]).length > 200);
        assert_memory_equal(lesson_scale(lessons[i]).text, "## At scale", 11);
        for (size_t k = 0; k < lessons[i]->step_count; k++) {
            const struct step *step = lessons[i]->steps[k];
            assert_in_range(step_title(lessons[i], step).length, 5, 44);
            assert_true(step_section(lessons[i], step).length > 400);
        }
    }
}

static void the_parts_of_a_note_make_up_the_whole(void **state) {
    (void)state;
    for (int i = 0; i < LESSON_COUNT; i++) {
        size_t parts = lesson_title(lessons[i]).length + lesson_intro(lessons[i]).length +
                       lesson_scale(lessons[i]).length;
        for (size_t k = 0; k < lessons[i]->step_count; k++)
            parts += step_section(lessons[i], lessons[i]->steps[k]).length;
        size_t markers = 40 * (lessons[i]->step_count + 2);
        assert_in_range(parts, lesson_note(lessons[i]).length - markers,
                        lesson_note(lessons[i]).length);
    }
}

static void notes_and_listings_are_plain_ascii(void **state) {
    (void)state;
    for (int i = 0; i < LESSON_COUNT; i++) {
        struct slice_of_note note = lesson_note(lessons[i]);
        for (size_t at = 0; at < note.length; at++)
            assert_true(note.text[at] == '\n' || (note.text[at] >= ' ' && note.text[at] < 127));
        for (size_t k = 0; k < lessons[i]->step_count; k++)
            for (const char *c = step_listing(lessons[i], lessons[i]->steps[k]); *c; c++)
                assert_true(*c == '\n' || (*c >= ' ' && *c < 127));
    }
}

static void a_step_that_runs_a_listing_has_one(void **state) {
    (void)state;
    for (int i = 0; i < LESSON_COUNT; i++)
        for (size_t k = 0; k < lessons[i]->step_count; k++) {
            const struct step *step = lessons[i]->steps[k];
            if (step->listing_runs) assert_true(step_listing(lessons[i], step)[0] != '\0');
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nine_lessons_stand_in_order_of_day),
        cmocka_unit_test(a_lesson_is_found_by_slug_number_or_prefix),
        cmocka_unit_test(what_is_no_name_or_names_two_lessons_is_not_found),
        cmocka_unit_test(a_misspelt_name_is_told_its_nearest),
        cmocka_unit_test(a_step_is_found_by_slug_number_or_prefix),
        cmocka_unit_test(every_note_has_a_title_an_introduction_a_section_a_step_and_a_scale),
        cmocka_unit_test(the_parts_of_a_note_make_up_the_whole),
        cmocka_unit_test(notes_and_listings_are_plain_ascii),
        cmocka_unit_test(a_step_that_runs_a_listing_has_one),
    };
    return RUN_TESTS(tests);
}
