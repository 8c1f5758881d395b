/* The command line, as a shell sees it: the program is run, and its words, exit codes, JSON and
 * files are looked at. Steps named here are looked up by what they can do, not by what they show.
 */
#include "tests/support/testing.h"

#include <sys/stat.h>
#include <unistd.h>

#include "lessons/lesson.h"
#include "tests/support/json.h"
#include "tests/support/program.h"
#include "ui/progress.h"

/* ---- help and version ------------------------------------------------------------------------ */

static void help_names_every_command_and_ends_well(void **state) {
    struct program *program = *state;
    static const char *const names[] = {"list", "run",   "export",  "verify",
                                        "try",  "serve", "progress"};
    assert_int_equal(program_run(program, "--help", NULL), 0);
    assert_string_equal(program->err, "");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_non_null(strstr(program->out, names[i]));
}

static void each_command_explains_itself(void **state) {
    struct program *program = *state;
    static const char *const names[] = {"list", "run",   "export",  "verify",
                                        "try",  "serve", "progress"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_int_equal(program_run(program, names[i], "--help", NULL), 0);
        assert_string_equal(program->err, "");
        assert_non_null(strstr(program->out, "usage: daybook "));
        assert_non_null(strstr(program->out, names[i]));
    }
}

static void help_about_a_command_is_what_the_command_says(void **state) {
    struct program *program = *state;
    assert_int_equal(program_run(program, "help", "run", NULL), 0);
    assert_non_null(strstr(program->out, "usage: daybook run "));
    assert_int_equal(program_run(program, "help", NULL), 0);
    assert_non_null(strstr(program->out, "daybook verify"));
    program_run(program, "help", "nothing", NULL);
    program_refused(program, 2, "nothing: no such command");
}

static void the_version_is_one_line(void **state) {
    struct program *program = *state;
    assert_int_equal(program_run(program, "--version", NULL), 0);
    assert_string_equal(program->out, "daybook " DAYBOOK_VERSION "\n");
}

/* ---- names ------------------------------------------------------------------------------------
 */

static void a_lesson_is_found_by_slug_day_and_prefix(void **state) {
    struct program *program = *state;
    static const char *const words[] = {"lazy", "7", "la"};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(program_run(program, words[i], NULL), 0);
        assert_non_null(strstr(program->out, "Day 7"));
    }
}

static void a_step_is_found_by_slug_number_and_prefix(void **state) {
    struct program *program = *state;
    static const char *const words[] = {"lazy/iterator", "7/3", "la/it"};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(program_run(program, "list", "--json", words[i], NULL), 0);
        assert_non_null(strstr(program->out, "\"step\":\"iterator\""));
        assert_null(strstr(program->out, "\"step\":\"cache\""));
    }
}

static void a_misspelt_lesson_earns_the_nearest_name(void **state) {
    struct program *program = *state;
    program_run(program, "run", "steaming", NULL);
    program_refused(program, 2, "did you mean streaming?");
    program_run(program, "middlewear", NULL);
    program_refused(program, 2, "did you mean middleware?");
    program_run(program, "run", "lazy/cash", NULL);
    program_refused(program, 2, "did you mean lazy/cache?");
}

static void an_ambiguous_prefix_names_two_that_fit(void **state) {
    struct program *program = *state;
    program_run(program, "run", "l", NULL);
    program_refused(program, 2, "lifecycle or lazy");
}

static void a_day_that_is_none_says_which_there_are(void **state) {
    struct program *program = *state;
    program_run(program, "10", NULL);
    program_refused(program, 2, "1 to 9");
    program_run(program, "0", NULL);
    program_refused(program, 2, "1 to 9");
    program_run(program, "", NULL);
    program_refused(program, 2, "no such lesson");
}

/* ---- usage ------------------------------------------------------------------------------------
 */

static void wrong_options_are_usage_errors(void **state) {
    struct program *program = *state;
    program_run(program, "list", "--nonsense", NULL);
    program_refused(program, 2, "--nonsense");
    program_run(program, "run", "4", "--se", "x", NULL);
    program_refused(program, 2, "more than one option");
    program_run(program, "list", "-z", NULL);
    program_refused(program, 2, "-z");
    program_run(program, "list", "--json=yes", NULL);
    program_refused(program, 2, "takes no argument");
    program_run(program, "run", "4", "--set", NULL);
    program_refused(program, 2, "needs an argument");
    program_run(program, "run", NULL);
    program_refused(program, 2, "needs a lesson");
    program_run(program, "run", "4", "5", NULL);
    program_refused(program, 2, "one lesson only");
    program_run(program, "progress", "x", NULL);
    program_refused(program, 2, "takes no operand");
    program_run(program, "try", "x", NULL);
    program_refused(program, 2, "no such kind");
    program_run(program, "export", "-f", "pdf", NULL);
    program_refused(program, 2, "no such format");
}

static void a_knob_out_of_range_is_named_with_its_range(void **state) {
    struct program *program = *state;
    program_run(program, "run", "4/3", "--set", "bucket=100000", NULL);
    program_refused(program, 2, "bucket: 100000 is outside 1 to 200");
    program_run(program, "run", "4/3", "--set", "bucket=many", NULL);
    program_refused(program, 2, "bucket: 'many' is not a whole number");
    program_run(program, "run", "4/3", "--set", "buckets=1", NULL);
    program_refused(program, 2, "buckets: no such knob");
    program_run(program, "run", "4/3", "--set", "bucket", NULL);
    program_refused(program, 2, "KNOB=VALUE");
    program_run(program, "run", "4", "--set", "buckets=1", NULL);
    program_refused(program, 2, "buckets: no step of middleware");
    program_run(program, "run", "4", "--set", "bucket=0", NULL);
    program_refused(program, 2, "middleware/rate-limit: bucket: 0 is outside 1 to 200");
    program_run(program, "run", "4/3", "--seed", "-1", NULL);
    program_refused(program, 2, "--seed");
}

/* ---- list --------------------------------------------------------------------------------------
 */

static void expect_list_line(const struct json_node *line, const struct lesson *lesson,
                             const struct step *step) {
    static const char *const keys[] = {"lesson", "day",      "title", "step", "step_title",
                                       "runs",   "fidelity", "knobs", "done"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        assert_non_null(json_get(line, keys[i]));
    assert_string_equal(json_get_text(line, "lesson"), lesson->slug);
    assert_true(json_get_number(line, "day") == lesson->day);
    assert_string_equal(json_get_text(line, "step"), step->slug);
    assert_true(strlen(json_get_text(line, "title")) > 0);
    assert_int_equal(json_get(line, "done")->kind, JSON_FALSE);
    const struct json_node *knobs = json_get(line, "knobs");
    assert_int_equal(knobs->count, step->knob_count);
    for (size_t i = 0; i < step->knob_count; i++) {
        const struct json_node *knob = json_at(knobs, i);
        assert_string_equal(json_get_text(knob, "name"), step->knobs[i].name);
        if (step->knobs[i].kind != KNOB_NUMBER) continue;
        assert_true(json_get_number(knob, "min") == (double)step->knobs[i].min);
        assert_true(json_get_number(knob, "max") == (double)step->knobs[i].max);
        assert_true(json_get_number(knob, "default") == (double)step->knobs[i].usual);
    }
}

static void list_json_has_a_line_for_each_step_in_order(void **state) {
    struct program *program = *state;
    struct arena arena;
    arena_init(&arena, NULL);
    assert_int_equal(program_run(program, "list", "--json", NULL), 0);
    const struct json_node *lines = json_read_lines(&arena, program->out);
    assert_non_null(lines);
    size_t line = 0;
    for (size_t i = 0; i < LESSON_COUNT; i++)
        for (size_t j = 0; j < lessons[i]->step_count; j++)
            expect_list_line(json_at(lines, line++), lessons[i], lessons[i]->steps[j]);
    assert_int_equal(lines->count, line);
    arena_release(&arena);
}

/* ---- run ---------------------------------------------------------------------------------------
 */

static void run_json_has_the_keys_that_scripts_rely_on(void **state) {
    struct program *program = *state;
    struct arena arena;
    static const char *const keys[] = {"lesson",  "step",   "knobs",      "claims", "figures",
                                       "queries", "events", "elapsed_ns", "error"};
    arena_init(&arena, NULL);
    assert_int_equal(program_run(program, "run", "4/rate-limit", "--json", "--set", "bucket=7",
                                 "--set", "bucket=9", NULL),
                     0);
    const struct json_node *lines = json_read_lines(&arena, program->out);
    assert_non_null(lines);
    assert_int_equal(lines->count, 1);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        assert_non_null(json_get(lines->first, keys[i]));
    assert_true(json_get_number(json_get(lines->first, "knobs"), "bucket") == 9); /* last wins */
    const struct json_node *claims = json_get(lines->first, "claims");
    assert_true(claims->count > 0);
    for (const struct json_node *claim = claims->first; claim; claim = claim->next) {
        assert_true(strlen(json_get_text(claim, "text")) > 0);
        assert_int_equal(json_get(claim, "holds")->kind, JSON_TRUE);
    }
    for (const struct json_node *figure = json_get(lines->first, "figures")->first; figure;
         figure = figure->next)
        assert_true(strlen(json_get_text(figure, "kind")) > 0);
    assert_int_equal(json_get(lines->first, "error")->kind, JSON_NULL);
    arena_release(&arena);
}

static void run_text_shows_knobs_claims_and_what_is_simulated(void **state) {
    struct program *program = *state;
    assert_int_equal(program_run(program, "run", "4/3", "--set", "bucket=9", NULL), 0);
    assert_non_null(strstr(program->out, "bucket = 9 tokens"));
    assert_non_null(strstr(program->out, "\nclaims\n  ok "));
    assert_non_null(strstr(program->out, "[simulated: "));
    assert_non_null(strstr(program->out, "[emulated]"));
    assert_string_equal(program->err, "");
}

static void a_locale_without_utf8_gets_ascii_alone(void **state) {
    struct program *program = *state;
    program->locale = "C";
    assert_int_equal(program_run(program, "run", "4/3", NULL), 0);
    for (const char *c = program->out; *c; c++) assert_true((unsigned char)*c < 0x80);
    assert_int_equal(program_run(program, "--plain", "6", NULL), 0);
    for (const char *c = program->out; *c; c++) assert_true((unsigned char)*c < 0x80);
}

static void output_into_a_file_has_no_escape_sequences(void **state) {
    struct program *program = *state;
    assert_int_equal(program_run(program, "run", "4/3", NULL), 0);
    assert_null(strchr(program->out, '\033'));
    assert_int_equal(program_run(program, "4", NULL), 0);
    assert_null(strchr(program->out, '\033'));
}

static void what_ran_and_held_is_done(void **state) {
    struct program *program = *state;
    assert_int_equal(program_run(program, "run", "4/3", NULL), 0);
    assert_int_equal(program_run(program, "list", "--json", "4/3", NULL), 0);
    assert_non_null(strstr(program->out, "\"done\":true"));
    assert_int_equal(program_run(program, "progress", "--forget", NULL), 0);
    assert_int_equal(program_run(program, "list", "--json", "4/3", NULL), 0);
    assert_non_null(strstr(program->out, "\"done\":false"));
}

static void note_two_predictions(struct program *program) {
    struct progress *progress =
        progress_open_at(program_path(program, ".local/state/daybook/progress.db"), PROGRESS_KEEP);
    struct progress_prediction one = {"lazy", "cache", "How many queries?", "2", "8", false};
    assert_non_null(progress);
    progress_predict(progress, &one);
    one.step = "recipe\033[2J"; /* whatever stands in the file */
    one.met = true;
    progress_predict(progress, &one);
    progress_visit(progress, "lazy", "cache");
    assert_null(progress_warning(progress));
    progress_close(progress);
}

static void progress_tells_where_and_what_was_predicted(void **state) {
    struct program *program = *state;
    note_two_predictions(program);
    assert_int_equal(program_run(program, "progress", NULL), 0);
    assert_non_null(strstr(program->out, "You are at lazy/cache."));
    assert_non_null(strstr(program->out, "Predictions made: 2, met: 1\n"));
    assert_non_null(strstr(program->out, "  missed  lazy/cache\n"));
    assert_non_null(strstr(program->out, "you said 2, measured 8"));
    assert_null(strchr(program->out, '\033'));
}

static void progress_tells_how_far_off_the_numbers_were(void **state) {
    struct program *program = *state;
    note_two_predictions(program);
    assert_int_equal(program_run(program, "progress", NULL), 0);
    assert_non_null(strstr(program->out, "Half of your numbers were within 4x"));
    assert_non_null(strstr(program->out, "of 1, 0 were too high and 1 too low.\n"));
    assert_non_null(strstr(program->out, "\n    7     1    0           4x         0        1"));
    assert_int_equal(program_run(program, "progress", "--forget", NULL), 0);
    assert_int_equal(program_run(program, "progress", NULL), 0);
    assert_null(strstr(program->out, "numbers"));
}

static void plain_mode_goes_on_where_the_learner_left_off(void **state) {
    struct program *program = *state;
    note_two_predictions(program);
    assert_int_equal(program_run(program, "--plain", NULL), 0);
    assert_non_null(strstr(program->out, "Day 7  "));
}

/* ---- a listing of the learner's -----------------------------------------------------------------
 */

static void a_listing_that_raises_is_shown_with_a_caret(void **state) {
    struct program *program = *state;
    program->input = "x = 1\nwhile x:\n    pass\n";
    assert_int_equal(program_run(program, "run", "n-plus-one/n-plus-one", "--listing", "-", NULL),
                     1);
    assert_non_null(strstr(program->err, "daybook: n-plus-one/n-plus-one: line 2, column 1: "));
    assert_non_null(strstr(program->err, "\n    while x:\n    ^\n"));
}

static void the_error_of_a_listing_is_an_object_in_json(void **state) {
    struct program *program = *state;
    struct arena arena;
    arena_init(&arena, NULL);
    program->input = "print(1 +)\n";
    assert_int_equal(
        program_run(program, "run", "n-plus-one/n-plus-one", "--json", "--listing", "-", NULL), 1);
    const struct json_node *lines = json_read_lines(&arena, program->out);
    assert_non_null(lines);
    const struct json_node *error = json_get(lines->first, "error");
    assert_string_equal(json_get_text(error, "type"), "SyntaxError");
    assert_true(json_get_number(error, "line") == 1);
    assert_true(json_get_number(error, "column") > 0);
    assert_true(strlen(json_get_text(error, "message")) > 0);
    arena_release(&arena);
}

static void a_listing_needs_a_step_that_runs_one(void **state) {
    struct program *program = *state;
    program_run(program, "run", "4/rate-limit", "--listing", "-", NULL);
    program_refused(program, 2, "does not run its listing");
    program_run(program, "run", "9", "--listing", "-", NULL);
    program_refused(program, 2, "LESSON/STEP");
    program_run(program, "run", "9/1", "--listing", "/no/such/file", NULL);
    program_refused(program, 3, "/no/such/file: No such file");
}

/* ---- plain mode
 * ---------------------------------------------------------------------------------- */

static void plain_mode_prints_the_note_and_how_to_run_it(void **state) {
    struct program *program = *state;
    assert_int_equal(program_run(program, "n-plus-one", NULL), 0);
    assert_non_null(strstr(program->out, "Day 9  The query count that grows\n====="));
    assert_non_null(strstr(program->out, "daybook run n-plus-one/n-plus-one\n"));
    assert_non_null(strstr(program->out, "--set articles="));
    assert_null(strstr(program->out, "<!--"));
}

static void plain_mode_without_a_lesson_begins_at_the_first(void **state) {
    struct program *program = *state;
    assert_int_equal(program_run(program, "--plain", NULL), 0);
    assert_non_null(strstr(program->out, "Day 1  "));
}

/* ---- the system says no
 * --------------------------------------------------------------------------- */

static void a_full_disk_is_said_and_exits_with_3(void **state) {
    struct program *program = *state;
    program->out_path = "/dev/full";
    assert_int_equal(program_run(program, "list", NULL), 3);
    assert_string_equal(program->err, "daybook: standard output: No space left on device\n");
    assert_int_equal(program_run(program, "export", NULL), 3);
    assert_string_equal(program->err, "daybook: standard output: No space left on device\n");
}

static void a_reader_that_went_away_is_met_in_silence(void **state) {
    struct program *program = *state;
    program->out_closed = true;
    assert_int_equal(program_run(program, "export", NULL), 3);
    assert_string_equal(program->err, "");
    assert_int_equal(program_run(program, "list", NULL), 3);
    assert_string_equal(program->err, "");
}

static void without_a_home_the_lesson_goes_on(void **state) {
    struct program *program = *state;
    program->homeless = true;
    assert_int_equal(program_run(program, "run", "4/3", NULL), 0);
    assert_non_null(strstr(program->out, "claims"));
    assert_non_null(strstr(program->err, "daybook: progress: "));
    assert_int_equal(program_run(program, "list", NULL), 0);
    assert_string_equal(program->err, "");
}

static void a_progress_file_of_nonsense_costs_a_warning_alone(void **state) {
    struct program *program = *state;
    static const char nonsense[] = "this is not a database, and it is mine";
    char folder[256];
    snprintf(folder, sizeof folder, "%s", program_path(program, "state"));
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(mkdir(program_path(program, "state/daybook"), 0700), 0);
    FILE *file = fopen(program_path(program, "state/daybook/progress.db"), "w");
    assert_true(file && fputs(nonsense, file) >= 0 && fclose(file) == 0);
    program->state = folder;
    assert_int_equal(program_run(program, "run", "4/3", NULL), 0);
    assert_non_null(strstr(program->err, "not a database; progress is not kept\n"));
    assert_int_equal(program_run(program, "progress", "--forget", NULL), 3);
    char *kept = program_read_file(program_path(program, "state/daybook/progress.db"), NULL);
    assert_string_equal(kept, nonsense);
    free(kept);
}

/* ---- verify
 * ---------------------------------------------------------------------------------------- */

static void verify_json_has_a_line_for_each_claim(void **state) {
    struct program *program = *state;
    struct arena arena;
    arena_init(&arena, NULL);
    assert_int_equal(program_run(program, "verify", "4/3", "--json", NULL), 0);
    const struct json_node *lines = json_read_lines(&arena, program->out);
    const struct step *step = lesson_step(lesson_find("4"), "3");
    assert_non_null(lines);
    assert_int_equal(lines->count, step->claim_count);
    for (size_t i = 0; i < step->claim_count; i++) {
        const struct json_node *line = json_at(lines, i);
        assert_string_equal(json_get_text(line, "lesson"), "middleware");
        assert_string_equal(json_get_text(line, "step"), "rate-limit");
        assert_string_equal(json_get_text(line, "claim"), step->claims[i].text);
        assert_int_equal(json_get(line, "holds")->kind, JSON_TRUE);
    }
    arena_release(&arena);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, program_setup, program_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(help_names_every_command_and_ends_well),
        TEST(each_command_explains_itself),
        TEST(help_about_a_command_is_what_the_command_says),
        TEST(the_version_is_one_line),
        TEST(a_lesson_is_found_by_slug_day_and_prefix),
        TEST(a_step_is_found_by_slug_number_and_prefix),
        TEST(a_misspelt_lesson_earns_the_nearest_name),
        TEST(an_ambiguous_prefix_names_two_that_fit),
        TEST(a_day_that_is_none_says_which_there_are),
        TEST(wrong_options_are_usage_errors),
        TEST(a_knob_out_of_range_is_named_with_its_range),
        TEST(list_json_has_a_line_for_each_step_in_order),
        TEST(run_json_has_the_keys_that_scripts_rely_on),
        TEST(run_text_shows_knobs_claims_and_what_is_simulated),
        TEST(a_locale_without_utf8_gets_ascii_alone),
        TEST(output_into_a_file_has_no_escape_sequences),
        TEST(what_ran_and_held_is_done),
        TEST(progress_tells_where_and_what_was_predicted),
        TEST(progress_tells_how_far_off_the_numbers_were),
        TEST(plain_mode_goes_on_where_the_learner_left_off),
        TEST(a_listing_that_raises_is_shown_with_a_caret),
        TEST(the_error_of_a_listing_is_an_object_in_json),
        TEST(a_listing_needs_a_step_that_runs_one),
        TEST(plain_mode_prints_the_note_and_how_to_run_it),
        TEST(plain_mode_without_a_lesson_begins_at_the_first),
        TEST(a_full_disk_is_said_and_exits_with_3),
        TEST(a_reader_that_went_away_is_met_in_silence),
        TEST(without_a_home_the_lesson_goes_on),
        TEST(a_progress_file_of_nonsense_costs_a_warning_alone),
        TEST(verify_json_has_a_line_for_each_claim),
    };
    return RUN_TESTS(tests);
}
