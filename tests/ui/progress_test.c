/* Progress: kept where it can be, and never at the price of what is there. */
#include "tests/support/testing.h"

#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/program.h"
#include "ui/progress.h"

/* Each test has a folder of its own; `home` stands for it. */
static int make_home(void **state) {
    struct program *home = malloc(sizeof *home);
    *state = home;
    return home && program_init(home) ? 0 : -1;
}

static int remove_home(void **state) {
    program_release(*state);
    free(*state);
    return 0;
}

static struct progress *open_file(struct program *home, const char *name, enum progress_mode mode) {
    struct progress *progress = progress_open_at(program_path(home, name), mode);
    assert_non_null(progress);
    return progress;
}

static void what_was_noted_is_there_next_time(void **state) {
    struct progress *progress = open_file(*state, "a/b/progress.db", PROGRESS_KEEP);
    struct progress_place place;
    assert_false(progress_place(progress, &place));
    progress_visit(progress, "lazy", "cache");
    progress_visit(progress, "sql", NULL);
    progress_mark_done(progress, "lazy", "cache");
    progress_mark_done(progress, "lazy", "cache");
    assert_null(progress_warning(progress));
    progress_close(progress);

    progress = open_file(*state, "a/b/progress.db", PROGRESS_READ);
    assert_true(progress_place(progress, &place));
    assert_string_equal(place.lesson, "sql");
    assert_string_equal(place.step, "");
    assert_true(progress_is_done(progress, "lazy", "cache"));
    assert_false(progress_is_done(progress, "lazy", "recipe"));
    progress_close(progress);
}

static void join_step(void *context, const char *lesson, const char *step) {
    char *all = context;
    size_t used = strlen(all);
    snprintf(all + used, 256 - used, "%s/%s ", lesson, step);
}

static void all_that_is_done_comes_in_one_query(void **state) {
    char all[256] = "";
    struct progress *progress = open_file(*state, "progress.db", PROGRESS_KEEP);
    progress_each_done(progress, join_step, all);
    assert_string_equal(all, "");
    progress_mark_done(progress, "lazy", "cache");
    progress_mark_done(progress, "sql", "annotate");
    progress_each_done(progress, join_step, all);
    assert_non_null(strstr(all, "lazy/cache "));
    assert_non_null(strstr(all, "sql/annotate "));
    assert_int_equal(strlen(all), strlen("lazy/cache sql/annotate "));
    progress_close(progress);
}

static void join_kept(void *context, const struct progress_kept *kept) {
    char *all = context;
    size_t used = strlen(all);
    snprintf(all + used, 256 - used, "%s/%s %s=%s ", kept->lesson, kept->step, kept->name,
             kept->value);
}

static void what_is_kept_takes_the_place_of_all_before(void **state) {
    static const struct progress_kept first[] = {{"lazy", "cache", "listing", "a\nb"},
                                                 {"sql", "annotate", "knob authors", "7"}};
    static const struct progress_kept then = {"lazy", "cache", "top", "1/2"};
    char all[256] = "";
    struct progress *progress = open_file(*state, "progress.db", PROGRESS_KEEP);
    progress_each_kept(progress, join_kept, all);
    assert_string_equal(all, "");
    progress_keep(progress, first, 2);
    progress_each_kept(progress, join_kept, all);
    assert_non_null(strstr(all, "lazy/cache listing=a\nb "));
    assert_non_null(strstr(all, "sql/annotate knob authors=7 "));
    progress_keep(progress, &then, 1);
    *all = '\0';
    progress_each_kept(progress, join_kept, all);
    assert_string_equal(all, "lazy/cache top=1/2 ");
    assert_true(progress_forget(progress));
    *all = '\0';
    progress_each_kept(progress, join_kept, all);
    assert_string_equal(all, "");
    progress_close(progress);
}

static void the_last_answer_to_a_question_counts(void **state) {
    struct progress *progress = open_file(*state, "progress.db", PROGRESS_KEEP);
    struct progress_prediction wrong = {"lazy", "cache", "how many?", "2", "1", false};
    struct progress_prediction right = {"lazy", "cache", "how many?", "1", "1", true};
    size_t made, met;
    progress_predict(progress, &wrong);
    progress_predict(progress, &right);
    wrong.step = "recipe";
    progress_predict(progress, &wrong);
    progress_count(progress, &made, &met);
    assert_int_equal(made, 2);
    assert_int_equal(met, 1);
    progress_close(progress);
}

static void count_one(void *context, const struct progress_prediction *prediction) {
    assert_string_equal(prediction->question, "Zo\xC3\xAB's; DROP TABLE?");
    ++*(int *)context;
}

static void predictions_come_back_as_they_were_given(void **state) {
    struct progress *progress = open_file(*state, "progress.db", PROGRESS_KEEP);
    struct progress_prediction one = {"a", "b", "Zo\xC3\xAB's; DROP TABLE?", "1", "2", false};
    int seen = 0;
    progress_predict(progress, &one);
    progress_predict(progress, &one);
    progress_each_prediction(progress, count_one, &seen);
    assert_int_equal(seen, 2);
    progress_close(progress);
}

static void forgetting_leaves_nothing_in_the_file(void **state) {
    size_t length;
    struct progress *progress = open_file(*state, "progress.db", PROGRESS_KEEP);
    progress_visit(progress, "a-place-to-be-forgotten", "x");
    assert_true(progress_forget(progress));
    progress_close(progress);
    char *bytes = program_read_file(program_path(*state, "progress.db"), &length);
    assert_non_null(bytes);
    for (size_t i = 0; i + 10 < length; i++) assert_memory_not_equal(bytes + i, "a-place-to", 10);
    free(bytes);
}

static void reading_creates_nothing_and_says_nothing(void **state) {
    struct progress *progress = open_file(*state, "a/progress.db", PROGRESS_READ);
    assert_null(progress_warning(progress));
    assert_false(progress_is_done(progress, "lazy", "cache"));
    progress_close(progress);
    assert_int_equal(access(program_path(*state, "a"), F_OK), -1);
}

/* ---- files that must stay as they are ------------------------------------------------------- */

/* Uses a place for everything; it must warn, and the file must be the same byte for byte. */
static void expect_untouched(struct program *home, const char *name, const char *why) {
    size_t before_length = 0, after_length = 0;
    char *before = program_read_file(program_path(home, name), &before_length);
    struct progress_place place;
    struct progress *progress = open_file(home, name, PROGRESS_KEEP);
    progress_visit(progress, "lazy", "cache");
    progress_mark_done(progress, "lazy", "cache");
    assert_false(progress_place(progress, &place));
    assert_false(progress_is_done(progress, "lazy", "cache"));
    assert_false(progress_forget(progress));
    assert_non_null(progress_warning(progress));
    assert_non_null(strstr(progress_warning(progress), why));
    progress_close(progress);
    char *after = program_read_file(program_path(home, name), &after_length);
    assert_int_equal(before != NULL, after != NULL);
    assert_int_equal(before_length, after_length);
    if (before) assert_memory_equal(before, after, before_length);
    free(before);
    free(after);
}

static void write_file(struct program *home, const char *name, const char *bytes, size_t length) {
    FILE *file = fopen(program_path(home, name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static void run_sql(struct program *home, const char *name, const char *sql) {
    sqlite3 *database;
    assert_int_equal(sqlite3_open(program_path(home, name), &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(database);
}

static void a_file_that_is_no_database_is_left_alone(void **state) {
    write_file(*state, "progress.db", "my diary\n", 9);
    expect_untouched(*state, "progress.db", "not a database");
}

static void somebody_elses_database_is_left_alone(void **state) {
    run_sql(*state, "progress.db",
            "CREATE TABLE place (lesson, step); INSERT INTO place VALUES (1, 2)");
    expect_untouched(*state, "progress.db", "not of daybook");
}

static void the_file_of_a_newer_daybook_is_left_alone(void **state) {
    progress_close(open_file(*state, "progress.db", PROGRESS_KEEP));
    run_sql(*state, "progress.db", "PRAGMA user_version = 3");
    expect_untouched(*state, "progress.db", "another version");
}

static void a_damaged_file_is_left_alone(void **state) {
    size_t length;
    struct progress *progress = open_file(*state, "progress.db", PROGRESS_KEEP);
    progress_visit(progress, "lazy", "cache");
    progress_close(progress);
    char *bytes = program_read_file(program_path(*state, "progress.db"), &length);
    assert_true(length > 4096);
    memset(bytes + 4096, 0xAA, length - 4096);
    write_file(*state, "progress.db", bytes, length);
    free(bytes);
    expect_untouched(*state, "progress.db", "damaged");
}

static void a_file_cut_short_is_left_alone(void **state) {
    size_t length;
    progress_close(open_file(*state, "progress.db", PROGRESS_KEEP));
    char *bytes = program_read_file(program_path(*state, "progress.db"), &length);
    write_file(*state, "progress.db", bytes, 5000);
    free(bytes);
    expect_untouched(*state, "progress.db", "progress is not kept");
}

static void a_folder_in_its_place_is_left_alone(void **state) {
    assert_int_equal(mkdir(program_path(*state, "progress.db"), 0700), 0);
    expect_untouched(*state, "progress.db", "not a file");
}

static void a_pipe_in_its_place_does_not_block(void **state) {
    assert_int_equal(mkfifo(program_path(*state, "progress.db"), 0600), 0);
    struct progress *progress = open_file(*state, "progress.db", PROGRESS_KEEP);
    assert_non_null(strstr(progress_warning(progress), "not a file"));
    progress_close(progress);
}

static void a_folder_that_cannot_be_made_costs_a_warning(void **state) {
    write_file(*state, "in-the-way", "x", 1);
    struct progress *progress = open_file(*state, "in-the-way/daybook/progress.db", PROGRESS_KEEP);
    progress_visit(progress, "lazy", NULL);
    assert_non_null(strstr(progress_warning(progress), "Not a directory"));
    progress_close(progress);
}

static void a_locked_file_costs_a_warning(void **state) {
    sqlite3 *other;
    progress_close(open_file(*state, "progress.db", PROGRESS_KEEP));
    assert_int_equal(sqlite3_open(program_path(*state, "progress.db"), &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
    struct progress *progress = open_file(*state, "progress.db", PROGRESS_KEEP);
    progress_visit(progress, "lazy", NULL);
    assert_non_null(strstr(progress_warning(progress), "locked"));
    progress_close(progress);
    sqlite3_close(other);
}

static void two_readers_can_keep_progress_at_once(void **state) {
    struct progress *one = open_file(*state, "progress.db", PROGRESS_KEEP);
    struct progress *two = open_file(*state, "progress.db", PROGRESS_KEEP);
    progress_mark_done(one, "lazy", "cache");
    progress_mark_done(two, "lazy", "recipe");
    assert_true(progress_is_done(one, "lazy", "recipe"));
    assert_true(progress_is_done(two, "lazy", "cache"));
    assert_null(progress_warning(one));
    assert_null(progress_warning(two));
    progress_close(one);
    progress_close(two);
}

static void an_empty_file_is_taken_as_new(void **state) {
    write_file(*state, "progress.db", "", 0);
    struct progress *progress = open_file(*state, "progress.db", PROGRESS_KEEP);
    progress_mark_done(progress, "lazy", "cache");
    assert_true(progress_is_done(progress, "lazy", "cache"));
    progress_close(progress);
}

/* ---- a file of version 1, as the daybooks before this one made it --------------------------- */

static const char version_1[] =
    "PRAGMA application_id = 1684109666; PRAGMA user_version = 1;"
    "CREATE TABLE place ("
    "  one INTEGER PRIMARY KEY CHECK (one = 1), lesson TEXT NOT NULL, step TEXT NOT NULL);"
    "CREATE TABLE done ("
    "  lesson TEXT NOT NULL, step TEXT NOT NULL, PRIMARY KEY (lesson, step));"
    "CREATE TABLE prediction ("
    "  id INTEGER PRIMARY KEY, lesson TEXT NOT NULL, step TEXT NOT NULL, question TEXT NOT NULL,"
    "  answered TEXT NOT NULL, measured TEXT NOT NULL, met INTEGER NOT NULL);"
    "INSERT INTO place VALUES (1, 'sql', 'annotate'); INSERT INTO done VALUES ('lazy', 'cache');"
    "INSERT INTO prediction VALUES (1, 'lazy', 'cache', 'Zo\xC3\xAB''s; DROP TABLE?', '1', '1', 1)";

static const char version_1_kept[] =
    "CREATE TABLE kept ("
    "  lesson TEXT NOT NULL, step TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,"
    "  PRIMARY KEY (lesson, step, name));"
    "INSERT INTO kept VALUES ('lazy', 'cache', 'top', '1/2')";

static void expect_what_version_1_held(struct progress *progress) {
    struct progress_place place;
    int seen = 0;
    assert_true(progress_place(progress, &place));
    assert_string_equal(place.lesson, "sql");
    assert_string_equal(place.step, "annotate");
    assert_true(progress_is_done(progress, "lazy", "cache"));
    progress_each_prediction(progress, count_one, &seen);
    assert_int_equal(seen, 1);
    assert_null(progress_warning(progress));
}

/* user_version, where the header of an SQLite file has it. */
static int version_of(struct program *home, const char *name) {
    size_t length;
    char *bytes = program_read_file(program_path(home, name), &length);
    assert_true(length >= 100);
    int version = bytes[63];
    free(bytes);
    return version;
}

static void a_file_of_the_version_before_is_upgraded_and_loses_nothing(void **state) {
    static const struct progress_kept kept = {"lazy", "cache", "top", "3/4"};
    char all[256] = "";
    run_sql(*state, "progress.db", version_1);
    struct progress *progress = open_file(*state, "progress.db", PROGRESS_KEEP);
    expect_what_version_1_held(progress);
    progress_keep(progress, &kept, 1);
    progress_close(progress);
    assert_int_equal(version_of(*state, "progress.db"), 2);
    progress = open_file(*state, "progress.db", PROGRESS_KEEP);
    expect_what_version_1_held(progress);
    progress_each_kept(progress, join_kept, all);
    assert_string_equal(all, "lazy/cache top=3/4 ");
    progress_close(progress);
}

static void what_lay_open_in_a_file_of_the_version_before_stays(void **state) {
    char all[256] = "";
    run_sql(*state, "progress.db", version_1);
    run_sql(*state, "progress.db", version_1_kept);
    struct progress *progress = open_file(*state, "progress.db", PROGRESS_KEEP);
    expect_what_version_1_held(progress);
    progress_each_kept(progress, join_kept, all);
    assert_string_equal(all, "lazy/cache top=1/2 ");
    progress_close(progress);
    assert_int_equal(version_of(*state, "progress.db"), 2);
}

static void reading_a_file_of_the_version_before_leaves_it_as_it_is(void **state) {
    run_sql(*state, "progress.db", version_1);
    struct progress *progress = open_file(*state, "progress.db", PROGRESS_READ);
    expect_what_version_1_held(progress);
    progress_close(progress);
    assert_int_equal(version_of(*state, "progress.db"), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_home, remove_home)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(what_was_noted_is_there_next_time),
        TEST(all_that_is_done_comes_in_one_query),
        TEST(what_is_kept_takes_the_place_of_all_before),
        TEST(the_last_answer_to_a_question_counts),
        TEST(predictions_come_back_as_they_were_given),
        TEST(forgetting_leaves_nothing_in_the_file),
        TEST(reading_creates_nothing_and_says_nothing),
        TEST(a_file_that_is_no_database_is_left_alone),
        TEST(somebody_elses_database_is_left_alone),
        TEST(the_file_of_a_newer_daybook_is_left_alone),
        TEST(a_damaged_file_is_left_alone),
        TEST(a_file_cut_short_is_left_alone),
        TEST(a_folder_in_its_place_is_left_alone),
        TEST(a_pipe_in_its_place_does_not_block),
        TEST(a_folder_that_cannot_be_made_costs_a_warning),
        TEST(a_locked_file_costs_a_warning),
        TEST(two_readers_can_keep_progress_at_once),
        TEST(an_empty_file_is_taken_as_new),
        TEST(a_file_of_the_version_before_is_upgraded_and_loses_nothing),
        TEST(what_lay_open_in_a_file_of_the_version_before_stays),
        TEST(reading_a_file_of_the_version_before_leaves_it_as_it_is),
    };
    return RUN_TESTS(tests);
}
