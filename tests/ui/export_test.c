/* What the exports hold: JSON that says what the notes say, Markdown that keeps them; and the pages
 * that go with the program name every option. */
#include "tests/support/testing.h"

#include "data/data.h"
#include "lessons/lesson.h"
#include "tests/support/json.h"
#include "tests/support/program.h"
#include "tests/support/schema.h"
#include "ui/columns.h"
#include "ui/files.h"
#include "ui/progress.h"

/* ---- JSON and Markdown ------------------------------------------------------------------------
 */

static void the_json_export_has_a_line_for_each_lesson(void **state) {
    struct program *program = *state;
    struct arena arena;
    arena_init(&arena, NULL);
    assert_int_equal(program_run(program, "export", "-f", "json", NULL), 0);
    const struct json_node *lines = json_read_lines(&arena, program->out);
    assert_non_null(lines);
    assert_int_equal(lines->count, LESSON_COUNT);
    for (size_t i = 0; i < LESSON_COUNT; i++) {
        const struct json_node *line = json_at(lines, i), *steps = json_get(line, "steps");
        assert_string_equal(json_get_text(line, "lesson"), lessons[i]->slug);
        assert_int_equal(steps->count, lessons[i]->step_count);
        for (size_t j = 0; j < steps->count; j++) {
            const struct step *step = lessons[i]->steps[j];
            assert_string_equal(json_get_text(json_at(steps, j), "step"), step->slug);
            assert_string_equal(json_get_text(json_at(steps, j), "listing"),
                                step_listing(lessons[i], step));
            assert_int_equal(json_get(json_at(steps, j), "measured")->kind, JSON_NULL);
        }
    }
    arena_release(&arena);
}

/* All that was measured, strictly read: no name twice in an object, every claim with its keys. */
static void every_measured_step_is_json_that_a_strict_reader_takes(void **state) {
    struct program *program = *state;
    struct arena arena;
    bool all_hold = true;
    arena_init(&arena, NULL);
    int code = program_run(program, "export", "-f", "json", "--measured", NULL);
    const struct json_node *lines = json_read_lines(&arena, program->out);
    assert_non_null(lines);
    for (const struct json_node *lesson = lines->first; lesson; lesson = lesson->next)
        for (const struct json_node *step = json_get(lesson, "steps")->first; step;
             step = step->next) {
            const struct json_node *measured = json_get(step, "measured");
            if (measured->kind == JSON_NULL) continue;
            all_hold &= json_get(measured, "error")->kind == JSON_NULL;
            assert_true(json_get(measured, "figures")->count > 0);
            for (const struct json_node *claim = json_get(measured, "claims")->first; claim;
                 claim = claim->next) {
                assert_true(strlen(json_get_text(claim, "text")) > 0);
                assert_non_null(json_get(claim, "applies"));
                all_hold &= json_get(claim, "holds")->kind == JSON_TRUE;
            }
        }
    assert_int_equal(code, all_hold ? 0 : 1);
    arena_release(&arena);
}

static const struct json_node *read_schema(struct arena *arena) {
    const struct data_file *file = data_find("schema/export.json");
    assert_non_null(file);
    const struct json_node *schema = json_read(arena, file->text);
    assert_non_null(schema);
    return schema;
}

static void expect_lines_of_the_schema(struct arena *arena, const char *text) {
    const struct json_node *lines = json_read_lines(arena, text);
    assert_non_null(lines);
    for (const struct json_node *line = lines->first; line; line = line->next)
        schema_check(read_schema(arena), line);
}

static void the_json_export_is_as_its_schema_says(void **state) {
    struct program *program = *state;
    struct arena arena;
    arena_init(&arena, NULL);
    assert_int_equal(program_run(program, "export", "-f", "json", NULL), 0);
    expect_lines_of_the_schema(&arena, program->out);
    assert_int_equal(program_run(program, "export", "-f", "json", "-m", "3", "4", "9/1", NULL), 0);
    expect_lines_of_the_schema(&arena, program->out);
    arena_release(&arena);
}

/* The check can fail: a line of another version, and one that lacks a member. */
static void the_schema_refuses_what_is_no_export(void **state) {
    struct program *program = *state;
    struct arena arena;
    arena_init(&arena, NULL);
    assert_int_equal(program_run(program, "export", "-f", "json", "4/3", NULL), 0);
    assert_true(schema_takes(read_schema(&arena), json_read(&arena, program->out)));
    char *version = strstr(program->out, "\"version\":1");
    version[strlen("\"version\":")] = '2';
    assert_false(schema_takes(read_schema(&arena), json_read(&arena, program->out)));
    assert_false(schema_takes(read_schema(&arena), json_read(&arena, "{\"version\":1}")));
    arena_release(&arena);
}

/* ---- what stands beside the numbers ---------------------------------------------------------- */

/* Leaves of each number one "#". */
static void mask_numbers(char *text) {
    char *to = text;
    for (const char *from = text; *from;) {
        if (strchr("0123456789", *from)) {
            from += strspn(from, "0123456789.,");
            *to++ = '#';
        } else
            *to++ = *from++;
    }
    *to = '\0';
}

static void two_measured_exports_differ_in_numbers_alone(void **state) {
    struct program *program = *state;
    static const char *const steps[] = {"4/1", "9/1", "2/2"};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        assert_int_equal(program_run(program, "export", "-f", "json", "-m", steps[i], NULL), 0);
        char *first = strdup(program->out);
        assert_int_equal(program_run(program, "export", "-f", "json", "-m", steps[i], NULL), 0);
        mask_numbers(first);
        mask_numbers(program->out);
        assert_string_equal(first, program->out);
        free(first);
    }
}

static void a_measured_export_says_what_it_was_measured_with(void **state) {
    struct program *program = *state;
    static const char *const formats[] = {"md", "html", "txt", "json"};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        program_run(program, "export", "-f", formats[i], "-m", "4/1", "--seed", "77", NULL);
        assert_int_equal(program->code, 0);
        bool json = strcmp(formats[i], "json") == 0;
        assert_non_null(strstr(program->out, json ? "\"daybook\":\"0." : "daybook 0."));
        assert_non_null(strstr(program->out, json ? "\"sqlite\":\"3." : "SQLite 3."));
        assert_non_null(strstr(program->out, json ? "\"seed\":77" : "seed 77"));
        program_run(program, "export", "-f", formats[i], "4/1", NULL);
        assert_null(strstr(program->out, "SQLite 3."));
        assert_null(strstr(program->out, "\"sqlite\""));
    }
}

static void predict(struct program *program, const char *answered, bool met) {
    struct progress_prediction prediction = {.lesson = "middleware",
                                             .step = "onion",
                                             .question = "Which <layer> is first?",
                                             .answered = answered,
                                             .measured = "the last | one",
                                             .met = met};
    static const char folders[] = ".local/state/daybook";
    assert_true(files_make_folders(program_path(program, folders), 0777));
    struct progress *progress =
        progress_open_at(program_path(program, ".local/state/daybook/progress.db"), PROGRESS_KEEP);
    progress_predict(progress, &prediction);
    assert_null(progress_warning(progress));
    progress_close(progress);
}

static void what_the_learner_said_last_stands_beside_the_answer(void **state) {
    struct program *program = *state;
    static const char *const formats[][2] = {
        {"md",
         "Which \\<layer\\> is first?): **the \\*first\\***; measured was the last \\| one: met"},
        {"html", "Which &lt;layer&gt; is first?): <strong>the *first*</strong>; measured was"},
        {"txt", "You said the *first*, measured was the last | one: met."},
        {"json", "\"answered\":\"the *first*\",\"measured\":\"the last | one\",\"met\":true"}};
    predict(program, "what I said before", false);
    predict(program, "the *first*", true);
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        program_run(program, "export", "-f", formats[i][0], "-m", "4/1", NULL);
        assert_string_equal(program->err, "");
        if (!strstr(program->out, formats[i][1])) fail_msg("%s", program->out);
        assert_null(strstr(program->out, "what I said before"));
    }
}

static void the_markdown_export_keeps_every_section_of_the_notes(void **state) {
    struct program *program = *state;
    assert_int_equal(program_run(program, "export", "-f", "md", NULL), 0);
    assert_null(strstr(program->out, "<!--"));
    for (size_t i = 0; i < LESSON_COUNT; i++)
        for (size_t j = 0; j < lessons[i]->step_count; j++) {
            struct slice_of_note section = step_section(lessons[i], lessons[i]->steps[j]);
            char *text = strndup(section.text, section.length);
            assert_non_null(strstr(program->out, text));
            free(text);
        }
}

static void expect_no_wider(const char *text, unsigned width) {
    for (size_t length; *text; text += length + (text[length] == '\n')) {
        length = strcspn(text, "\n");
        if (columns_of_bytes(text, length) > width) fail_msg("too wide: %.*s", (int)length, text);
    }
}

static void no_line_of_the_text_export_is_wider_than_72_columns(void **state) {
    struct program *program = *state;
    static const char *const locales[] = {"C.UTF-8", "C"};
    for (size_t i = 0; i < 2; i++) {
        program->locale = locales[i];
        assert_int_equal(program_run(program, "export", "-f", "txt", NULL), 0);
        expect_no_wider(program->out, 72);
        program_run(program, "export", "-f", "txt", "-m", "2", "3", "4", "8/1", "9", NULL);
        expect_no_wider(program->out, 72);
    }
}

/* ---- what goes with the program ----------------------------------------------------------------
 */

static const char *page(const char *path) {
    const struct data_file *file = data_find(path);
    assert_non_null(file);
    return file->text;
}

/* The page names an option as `--set`, `-l set` (fish) or `Fl -set` (mdoc). */
static void expect_option(const char *path, const char *name) {
    char forms[3][40];
    snprintf(forms[0], sizeof forms[0], "--%s", name);
    snprintf(forms[1], sizeof forms[1], "-l %s", name);
    snprintf(forms[2], sizeof forms[2], "Fl -%s", name);
    for (size_t i = 0; i < 3; i++)
        if (strstr(page(path), forms[i])) return;
    fail_msg("%s says nothing of --%s", path, name);
}

static void manual_and_completions_know_every_option(void **state) {
    struct program *program = *state;
    static const char *const commands[] = {"run", "list",  "export",  "verify",
                                           "try", "serve", "progress"};
    static const char *const pages[] = {"daybook.1", "completions/daybook.bash",
                                        "completions/_daybook", "completions/daybook.fish"};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        assert_int_equal(program_run(program, commands[i], "--help", NULL), 0);
        for (const char *at = program->out; (at = strstr(at, "--")) != NULL;) {
            char name[32];
            at += 2;
            snprintf(name, sizeof name, "%.*s", (int)strspn(at, "abcdefghijklmnopqrstuvwxyz-"), at);
            for (size_t j = 0; j < sizeof pages / sizeof *pages; j++)
                if (*name) expect_option(pages[j], name);
        }
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, program_setup, program_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(the_json_export_has_a_line_for_each_lesson),
        TEST(every_measured_step_is_json_that_a_strict_reader_takes),
        TEST(the_json_export_is_as_its_schema_says),
        TEST(the_schema_refuses_what_is_no_export),
        TEST(two_measured_exports_differ_in_numbers_alone),
        TEST(a_measured_export_says_what_it_was_measured_with),
        TEST(what_the_learner_said_last_stands_beside_the_answer),
        TEST(the_markdown_export_keeps_every_section_of_the_notes),
        TEST(no_line_of_the_text_export_is_wider_than_72_columns),
        TEST(manual_and_completions_know_every_option),
    };
    return RUN_TESTS(tests);
}
