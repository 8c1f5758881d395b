/* Where exports go: a file, a folder with its index, and what is left where that goes wrong. */
#include "tests/support/testing.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/data.h"
#include "lessons/lesson.h"
#include "tests/support/program.h"
#include "tests/support/schema.h"

/* ---- files ----------------------------------------------------------------------------------- */

static bool exists(const char *path) {
    return access(path, F_OK) == 0;
}

static void an_export_into_a_folder_is_a_file_a_lesson(void **state) {
    struct program *program = *state;
    char folder[256];
    snprintf(folder, sizeof folder, "%s/", program_path(program, "new/notes"));
    assert_int_equal(program_run(program, "export", "-o", folder, NULL), 0);
    assert_true(exists(program_path(program, "new/notes/day1_lifecycle.md")));
    assert_true(exists(program_path(program, "new/notes/day9_n_plus_one.md")));
}

static void a_file_that_exists_is_replaced_only_by_force(void **state) {
    struct program *program = *state;
    char path[256];
    snprintf(path, sizeof path, "%s", program_path(program, "notes.md"));
    FILE *file = fopen(path, "w");
    assert_true(file && fputs("mine", file) >= 0 && fclose(file) == 0);
    program_run(program, "export", "4", "-o", path, NULL);
    program_refused(program, 3, "--force");
    char *kept = program_read_file(path, NULL);
    assert_string_equal(kept, "mine");
    free(kept);
    assert_int_equal(program_run(program, "export", "4", "-o", path, "--force", NULL), 0);
    kept = program_read_file(path, NULL);
    assert_non_null(strstr(kept, "# Day 4: "));
    free(kept);
}

static void the_format_follows_the_name_of_the_file(void **state) {
    struct program *program = *state;
    char path[256];
    snprintf(path, sizeof path, "%s", program_path(program, "notes.txt"));
    assert_int_equal(program_run(program, "export", "4", "-o", path, NULL), 0);
    char *text = program_read_file(path, NULL);
    assert_non_null(strstr(text, "Day 4  "));
    assert_null(strstr(text, "# Day"));
    free(text);
}

static void a_place_that_cannot_be_written_exits_with_3(void **state) {
    struct program *program = *state;
    program_run(program, "export", "4", "-o", "/no/such/folder/notes.md", NULL);
    program_refused(program, 3, "/no/such/folder/notes.md: No such file");
    program_run(program, "export", "4", "-o", "/dev/full", NULL);
    program_refused(program, 3, "/dev/full: No space left on device");
}

static void a_folder_that_cannot_be_made_exits_with_3(void **state) {
    struct program *program = *state;
    char folder[300];
    program_write_file(program_path(program, "taken"), "mine", 4);
    snprintf(folder, sizeof folder, "%s/", program_path(program, "taken/notes"));
    program_run(program, "export", "-o", folder, NULL);
    program_refused(program, 3, "taken/notes/: Not a directory");
}

/* The program is not let write more than a few bytes into any file. */
static void a_file_that_cannot_be_written_whole_is_not_there_at_all(void **state) {
    struct program *program = *state;
    struct rlimit before, small;
    char path[300], folder[256];
    snprintf(folder, sizeof folder, "%s", program_path(program, "notes"));
    assert_int_equal(mkdir(folder, 0700), 0);
    snprintf(path, sizeof path, "%s/all.md", folder);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = (struct rlimit){.rlim_cur = 4096, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    program_run(program, "export", "-o", path, NULL);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    program_refused(program, 3, "File too large");
    assert_int_equal(rmdir(folder), 0); /* nothing is in it */
}

static void a_measured_export_has_figures_and_claims(void **state) {
    struct program *program = *state;
    assert_int_equal(program_run(program, "export", "4/3", "--measured", NULL), 0);
    assert_non_null(strstr(program->out, "- ok: "));
    assert_non_null(strstr(program->out, "Measured in this run [emulated]"));
    assert_int_equal(program_run(program, "export", "4/3", "-f", "txt", "-m", NULL), 0);
    assert_non_null(strstr(program->out, "claims"));
}

/* ---- folders --------------------------------------------------------------------------------- */

/* Exports into a folder of the home, named with an end that makes it one. */
static void export_folder(struct program *program, const char *format, const char *lesson) {
    char folder[256];
    snprintf(folder, sizeof folder, "%s/", program_path(program, "notes"));
    program_run(program, "export", "-f", format, "-o", folder, lesson, NULL);
}

/* A file of the home; to be freed. */
static char *read_home(struct program *program, const char *name) {
    char *text = program_read_file(program_path(program, name), NULL);
    if (!text) fail_msg("there is no %s", name);
    return text;
}

/* Every lesson and every step by its title, and the lesson's file by its name. */
static void expect_all_in_index(const char *index, const char *format) {
    for (size_t i = 0; i < LESSON_COUNT; i++) {
        char file[64], title[128];
        struct slice_of_note named = lesson_title(lessons[i]);
        snprintf(file, sizeof file, "day%d_", lessons[i]->day);
        snprintf(title, sizeof title, "%.*s", (int)named.length, named.text);
        if (!strstr(index, file) || !strstr(index, title))
            fail_msg("the index in %s says nothing of day %d", format, lessons[i]->day);
        for (size_t j = 0; j < lessons[i]->step_count; j++) {
            named = step_title(lessons[i], lessons[i]->steps[j]);
            snprintf(title, sizeof title, "%.*s", (int)named.length, named.text);
            if (!strstr(index, title)) fail_msg("no '%s' in the index in %s", title, format);
        }
    }
}

static void the_index_of_a_folder_names_every_lesson_and_step(void **state) {
    struct program *program = *state;
    static const char *const formats[][2] = {
        {"md", "](day9_n_plus_one.md)"},
        {"html", "<a href=\"day9_n_plus_one.html#n-plus-one-prefetch-related\">"},
        {"txt", "\nday9_n_plus_one.txt\n"},
        {"json", "\"file\":\"day9_n_plus_one.json\""}};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        char name[32];
        snprintf(name, sizeof name, "notes/index.%s", formats[i][0]);
        export_folder(program, formats[i][0], NULL);
        assert_int_equal(program->code, 0);
        char *index = read_home(program, name);
        expect_all_in_index(index, formats[i][0]);
        if (!strstr(index, formats[i][1])) fail_msg("%s: %s", formats[i][1], index);
        free(index);
    }
}

static void the_index_leads_to_what_earlier_exports_left_too(void **state) {
    struct program *program = *state;
    char folder[256];
    snprintf(folder, sizeof folder, "%s/", program_path(program, "notes"));
    assert_int_equal(program_run(program, "export", "-o", folder, "9", NULL), 0);
    assert_int_equal(program_run(program, "export", "-o", folder, "--force", "3/mro", NULL), 0);
    char *index = read_home(program, "notes/index.md");
    const char *step = strstr(index, "](day3_class_views_mro.md)");
    const char *lesson = strstr(index, "](day9_n_plus_one.md)");
    assert_true(step && lesson && step < lesson); /* in the order of the notes */
    assert_null(strstr(index, "day1_"));
    free(index);
}

static void an_index_that_exists_is_refused_before_anything_is_written(void **state) {
    struct program *program = *state;
    assert_int_equal(mkdir(program_path(program, "notes"), 0700), 0);
    program_write_file(program_path(program, "notes/index.md"), "mine", 4);
    export_folder(program, "md", "4");
    program_refused(program, 3, "index.md: File exists; --force replaces it");
    assert_false(exists(program_path(program, "notes/day4_middleware.md")));
    char *kept = read_home(program, "notes/index.md");
    assert_string_equal(kept, "mine");
    free(kept);
}

static void the_json_index_is_as_its_schema_says(void **state) {
    struct program *program = *state;
    struct arena arena;
    arena_init(&arena, NULL);
    export_folder(program, "json", NULL);
    char *index = read_home(program, "notes/index.json");
    const struct json_node *lines = json_read_lines(&arena, index);
    const struct json_node *schema = json_read(&arena, data_find("schema/index.json")->text);
    assert_non_null(lines);
    assert_int_equal(lines->count, LESSON_COUNT);
    for (size_t i = 0; i < LESSON_COUNT; i++) {
        char name[64];
        schema_check(schema, json_at(lines, i));
        snprintf(name, sizeof name, "notes/%s", json_get_text(json_at(lines, i), "file"));
        assert_true(exists(program_path(program, name)));
        assert_string_equal(json_get_text(json_at(lines, i), "lesson"), lessons[i]->slug);
    }
    assert_false(schema_takes(schema, json_read(&arena, "{\"version\":1,\"file\":\"x\"}")));
    free(index);
    arena_release(&arena);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, program_setup, program_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(an_export_into_a_folder_is_a_file_a_lesson),
        TEST(a_file_that_exists_is_replaced_only_by_force),
        TEST(the_format_follows_the_name_of_the_file),
        TEST(a_place_that_cannot_be_written_exits_with_3),
        TEST(a_folder_that_cannot_be_made_exits_with_3),
        TEST(a_file_that_cannot_be_written_whole_is_not_there_at_all),
        TEST(a_measured_export_has_figures_and_claims),
        TEST(the_index_of_a_folder_names_every_lesson_and_step),
        TEST(the_index_leads_to_what_earlier_exports_left_too),
        TEST(an_index_that_exists_is_refused_before_anything_is_written),
        TEST(the_json_index_is_as_its_schema_says),
    };
    return RUN_TESTS(tests);
}
