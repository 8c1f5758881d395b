/* The folder of the state goes away, or turns into something else, while the program runs: the
 * lesson goes on, leaving tells of it, and nothing that was put in its place is touched.
 *
 * tests/run says where the program was built. */
#include "tests/support/testing.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/program.h"
#include "tests/support/terminal.h"
#include "ui/progress.h"

struct place {
    struct program home;
    struct test_terminal terminal;
    char state[128], program[512];           /* of the environment */
    char folder[128], file[160], aside[128]; /* .../daybook, its progress.db, another name */
};

static int make_place(void **state) {
    struct place *place = calloc(1, sizeof *place);
    *state = place;
    if (!place || !program_init(&place->home)) return -1;
    const char *home = place->home.home;
    snprintf(place->state, sizeof place->state, "XDG_STATE_HOME=%s", home);
    snprintf(place->folder, sizeof place->folder, "%s/daybook", home);
    snprintf(place->file, sizeof place->file, "%s/daybook/progress.db", home);
    snprintf(place->aside, sizeof place->aside, "%s/elsewhere", home);
    return 0;
}

static int remove_place(void **state) {
    struct place *place = *state;
    if (place->terminal.vterm) terminal_stop(&place->terminal);
    program_release(&place->home);
    free(place);
    return 0;
}

static bool exists(const char *path) {
    struct stat there;
    return lstat(path, &there) == 0;
}

static void expect_mine(const char *path) {
    char *text = program_read_file(path, NULL);
    assert_non_null(text);
    assert_string_equal(text, "mine");
    free(text);
}

/* ---- in a session -----------------------------------------------------------------------------
 */

static int exec_daybook(void *argument) {
    (void)argument;
    execl(getenv("DAYBOOK"), "daybook", "sql", (char *)NULL);
    return 127;
}

/* A place is saved behind the painting; the next key is read when that is done. */
static void let_it_save(struct place *place) {
    terminal_send(&place->terminal, "?");
    assert_true(terminal_wait_for(&place->terminal, "these work now"));
    terminal_send(&place->terminal, "?");
    assert_true(terminal_wait_gone(&place->terminal, "these work now"));
}

/* Opens the reader; then the trouble comes; then the learner goes on, and leaves. */
static void play(struct place *place, void trouble(const struct place *), const char *told) {
    const char *environment[] = {place->state, place->program, "TERM=xterm-256color",
                                 "LANG=C.UTF-8", NULL};
    snprintf(place->program, sizeof place->program, "DAYBOOK=%s", getenv("DAYBOOK"));
    terminal_start(&place->terminal, 24, 100, environment, exec_daybook, NULL);
    assert_true(terminal_wait_for(&place->terminal, "step 1/"));
    terminal_send(&place->terminal, "n");
    assert_true(terminal_wait_for(&place->terminal, "step 2/"));
    let_it_save(place);
    assert_true(exists(place->file));
    trouble(place);
    terminal_send(&place->terminal, "n");
    assert_true(terminal_wait_for(&place->terminal, "step 3/"));
    terminal_end_by_key(&place->terminal);
    char *text = terminal_text(&place->terminal);
    if (!strstr(text, told)) fail_msg("not told: %s\n%s", told, text);
    free(text);
}

static void take_away(const struct place *place) {
    assert_int_equal(unlink(place->file), 0);
    assert_int_equal(rmdir(place->folder), 0);
}

static void put_file_in_place_of_folder(const struct place *place) {
    take_away(place);
    program_write_file(place->folder, "mine", 4);
}

static void put_another_file_there(const struct place *place) {
    assert_int_equal(unlink(place->file), 0);
    program_write_file(place->file, "mine", 4);
}

static void write_over(const struct place *place) {
    program_write_file(place->file, "mine", 4);
}

static void move_away(const struct place *place) {
    assert_int_equal(rename(place->folder, place->aside), 0);
}

static void a_folder_that_vanishes_costs_the_progress_alone(void **state) {
    struct place *place = *state;
    if (!getenv("DAYBOOK")) skip();
    play(place, take_away, "it was moved or removed; progress is not kept");
    assert_false(exists(place->folder));
}

static void a_file_in_place_of_the_folder_is_left_alone(void **state) {
    struct place *place = *state;
    if (!getenv("DAYBOOK")) skip();
    play(place, put_file_in_place_of_folder, "progress is not kept");
    expect_mine(place->folder);
}

static void another_file_in_its_place_is_left_alone(void **state) {
    struct place *place = *state;
    if (!getenv("DAYBOOK")) skip();
    play(place, put_another_file_there, "it was moved or removed; progress is not kept");
    expect_mine(place->file);
}

static void a_file_that_somebody_writes_over_is_left_alone(void **state) {
    struct place *place = *state;
    if (!getenv("DAYBOOK")) skip();
    play(place, write_over, "progress is not kept");
    expect_mine(place->file);
}

static void a_folder_that_is_moved_keeps_what_it_had(void **state) {
    struct place *place = *state;
    char path[160];
    if (!getenv("DAYBOOK")) skip();
    play(place, move_away, "it was moved or removed; progress is not kept");
    assert_false(exists(place->folder));
    snprintf(path, sizeof path, "%s/progress.db", place->aside);
    struct progress *progress = progress_open_at(path, PROGRESS_READ);
    struct progress_place where;
    assert_non_null(progress);
    assert_true(progress_place(progress, &where));
    assert_string_equal(where.step, "annotate");
    assert_null(progress_warning(progress));
    progress_close(progress);
}

/* ---- read-only --------------------------------------------------------------------------------
 */

enum { NOBODY = 65534 };

/* Notes something, loses the right to write, notes more. Returns 0, or the line that went wrong. */
static int note_until_read_only(const struct place *place) {
    struct progress_place where;
    if (geteuid() == 0 && setuid(NOBODY) != 0) return __LINE__; /* root may write anywhere */
    struct progress *progress = progress_open_at(place->file, PROGRESS_KEEP);
    if (!progress || progress_warning(progress)) return __LINE__;
    progress_visit(progress, "sql", "annotate");
    if (progress_warning(progress)) return __LINE__;
    if (chmod(place->file, 0400) != 0 || chmod(place->folder, 0500) != 0) return __LINE__;
    progress_visit(progress, "lazy", "cache");
    const char *warning = progress_warning(progress);
    if (!warning || !strstr(warning, "progress is not kept")) return __LINE__;
    progress_close(progress);
    progress = progress_open_at(place->file, PROGRESS_KEEP);
    if (!progress || !progress_warning(progress)) return __LINE__;
    if (!progress_place(progress, &where) || strcmp(where.step, "annotate") != 0) return __LINE__;
    progress_close(progress);
    return 0;
}

static void a_folder_made_read_only_keeps_what_it_had(void **state) {
    struct place *place = *state;
    int status;
    if (geteuid() == 0) assert_int_equal(chown(place->home.home, NOBODY, NOBODY), 0);
    pid_t child = fork(); /* who gave up being root is not again */
    if (child == 0) _exit(note_until_read_only(place) % 256);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(chmod(place->folder, 0700), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_place, remove_place)

int main(void) {
    static const struct CMUnitTest tests[] = {
        TEST(a_folder_that_vanishes_costs_the_progress_alone),
        TEST(a_file_in_place_of_the_folder_is_left_alone),
        TEST(another_file_in_its_place_is_left_alone),
        TEST(a_file_that_somebody_writes_over_is_left_alone),
        TEST(a_folder_that_is_moved_keeps_what_it_had),
        TEST(a_folder_made_read_only_keeps_what_it_had),
    };
    return RUN_TESTS(tests);
}
