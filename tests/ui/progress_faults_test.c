/* Progress when the disk says no: at every call in turn, in every way of failing_vfs.h; and when
 * SQLite finds no memory.
 *
 * A session of all that a reader does is run again and again, and each time another call of the
 * file system fails. Whatever happens, what is in the file afterwards is what the session had come
 * to, or the step before: never half a step, and never less than was said to be kept. */
#include "tests/support/testing.h"

#include <unistd.h>

#include "tests/support/failing_sqlite.h"
#include "tests/support/failing_vfs.h"
#include "tests/support/program.h"
#include "ui/progress.h"

enum {
    CALLS_MOST = 2000, /* a session makes far fewer */
    STATE_SIZE = 512
};

struct place {
    struct program home;
    struct failing_vfs failing;
    char path[256];
};

static int make_place(void **state) {
    struct place *place = malloc(sizeof *place);
    *state = place;
    if (!place || !program_init(&place->home)) return -1;
    snprintf(place->path, sizeof place->path, "%s", program_path(&place->home, "progress.db"));
    failing_vfs_install(&place->failing);
    return 0;
}

static int remove_place(void **state) {
    struct place *place = *state;
    failing_vfs_remove(&place->failing);
    program_release(&place->home);
    free(place);
    return 0;
}

/* ---- a session --------------------------------------------------------------------------------
 */

static void visit(struct progress *progress) {
    progress_visit(progress, "sql", "annotate");
}

static void finish(struct progress *progress) {
    progress_mark_done(progress, "sql", "annotate");
}

static void predict(struct progress *progress) {
    struct progress_prediction one = {"sql", "annotate", "how many?", "2", "1", false};
    progress_predict(progress, &one);
}

static void forget(struct progress *progress) {
    bool forgot = progress_forget(progress);
    assert_int_equal(forgot, progress_warning(progress) == NULL);
}

static void go_on(struct progress *progress) {
    progress_visit(progress, "lazy", "cache");
}

static void (*const deeds[])(struct progress *) = {visit, finish, predict, forget, go_on};

enum { DEEDS = sizeof deeds / sizeof *deeds };

static void ignore_step(void *context, const char *lesson, const char *step) {
    (void)context, (void)lesson, (void)step;
}

static void ignore_prediction(void *context, const struct progress_prediction *prediction) {
    (void)context, (void)prediction;
}

/* All that is asked of progress: answers may be missing, and must not be wrong in their form. */
static void look_around(struct progress *progress) {
    struct progress_place place;
    size_t made, met;
    progress_place(progress, &place);
    progress_is_done(progress, "sql", "annotate");
    progress_each_done(progress, ignore_step, NULL);
    progress_each_prediction(progress, ignore_prediction, NULL);
    progress_count(progress, &made, &met);
    assert_true(met <= made);
}

/* How far a session came before its first warning. */
struct course {
    size_t kept;
    bool warned;
};

static struct course run_session(const struct place *place) {
    struct course course = {0, false};
    struct progress *progress = progress_open_at(place->path, PROGRESS_KEEP);
    assert_non_null(progress);
    for (size_t i = 0; i < DEEDS; i++) {
        deeds[i](progress);
        if (!progress_warning(progress)) course.kept++;
    }
    look_around(progress);
    const char *warning = progress_warning(progress);
    course.warned = warning != NULL;
    if (warning) assert_non_null(strstr(warning, "progress.db: "));
    if (warning) assert_non_null(strstr(warning, "; progress is not kept"));
    progress_close(progress);
    return course;
}

/* ---- what is in the file ----------------------------------------------------------------------
 */

/* Everything in it but what expect_usable noted, as a text. */
static void read_state(const struct place *place, char *text) {
    static const char everything[] =
        "SELECT (SELECT coalesce(group_concat(lesson || '/' || step), '') FROM place) || ';' ||"
        " (SELECT coalesce(group_concat(lesson || '/' || step), '') FROM done"
        "  WHERE lesson <> 'afterwards') || ';' ||"
        " (SELECT coalesce(group_concat(question || answered || measured || met), '')"
        "  FROM prediction)";
    failing_vfs_read_sound(place->path, everything, text, STATE_SIZE);
}

/* ---- beginnings -------------------------------------------------------------------------------
 */

static void remove_files(const struct place *place) {
    char journal[300];
    snprintf(journal, sizeof journal, "%s-journal", place->path);
    unlink(place->path);
    unlink(journal);
}

/* What a session begins with: the bytes of an earlier session's file, or NULL for no file. */
struct beginning {
    char *bytes;
    size_t length;
};

static void begin(const struct place *place, const struct beginning *beginning) {
    remove_files(place);
    if (!beginning->bytes) return;
    program_write_file(place->path, beginning->bytes, beginning->length);
}

static struct beginning earlier_session(const struct place *place) {
    struct beginning beginning;
    struct progress_prediction one = {"urls", "converters", "which?", "int", "int", true};
    remove_files(place);
    struct progress *progress = progress_open_at(place->path, PROGRESS_KEEP);
    assert_non_null(progress);
    progress_visit(progress, "urls", "converters");
    progress_mark_done(progress, "urls", "converters");
    progress_predict(progress, &one);
    assert_null(progress_warning(progress));
    progress_close(progress);
    beginning.bytes = program_read_file(place->path, &beginning.length);
    assert_non_null(beginning.bytes);
    return beginning;
}

/* As it was before there was a table of what lies open. */
static struct beginning session_of_version_1(const struct place *place) {
    struct beginning beginning = earlier_session(place);
    sqlite3 *database;
    free(beginning.bytes);
    assert_int_equal(sqlite3_open(place->path, &database), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(database, "DROP TABLE kept; PRAGMA user_version = 1", NULL, NULL, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_close(database), SQLITE_OK);
    beginning.bytes = program_read_file(place->path, &beginning.length);
    assert_non_null(beginning.bytes);
    return beginning;
}

/* The states a session goes through when nothing fails: before the first deed, after it, ... */
static void learn_states(const struct place *place, char states[DEEDS + 1][STATE_SIZE]) {
    struct progress *progress = progress_open_at(place->path, PROGRESS_KEEP);
    assert_non_null(progress);
    read_state(place, states[0]);
    for (size_t i = 0; i < DEEDS; i++) {
        deeds[i](progress);
        read_state(place, states[i + 1]);
        assert_string_not_equal(states[i], states[i + 1]);
    }
    assert_null(progress_warning(progress));
    progress_close(progress);
}

/* ---- trouble at every call ---------------------------------------------------------------------
 */

static void expect_kept(const struct place *place, struct course course,
                        char states[DEEDS + 1][STATE_SIZE]) {
    char state[STATE_SIZE];
    read_state(place, state);
    if (!course.warned) assert_int_equal(course.kept, DEEDS);
    if (strcmp(state, states[course.kept]) == 0) return;
    if (course.kept == DEEDS) assert_string_equal(state, states[DEEDS]);
    assert_string_equal(state, states[course.kept + 1]);
}

/* The next session finds nothing in its way, whether it only reads or notes something, and leaves
 * what it finds. */
static void expect_usable(const struct place *place) {
    struct progress *progress = progress_open_at(place->path, PROGRESS_READ);
    assert_non_null(progress);
    look_around(progress);
    if (progress_warning(progress)) fail_msg("reading: %s", progress_warning(progress));
    progress_close(progress);
    progress = progress_open_at(place->path, PROGRESS_KEEP);
    assert_non_null(progress);
    progress_mark_done(progress, "afterwards", "");
    if (progress_warning(progress)) fail_msg("next time: %s", progress_warning(progress));
    assert_true(progress_is_done(progress, "afterwards", ""));
    progress_close(progress);
}

static void expect_survival(struct place *place, const struct beginning *beginning,
                            enum trouble trouble, bool lasting) {
    char states[DEEDS + 1][STATE_SIZE];
    long calls = 0, warnings = 0;
    begin(place, beginning);
    learn_states(place, states);
    for (bool met = true; met; calls++) {
        assert_true(calls < CALLS_MOST);
        begin(place, beginning);
        failing_vfs_arm(&place->failing, trouble, calls, lasting);
        struct course course = run_session(place);
        met = failing_vfs_disarm(&place->failing);
        if (!met) assert_false(course.warned);
        warnings += course.warned;
        expect_usable(place);
        expect_kept(place, course, states);
    }
    assert_true(calls > DEEDS);
    assert_true(!lasting || warnings > 0);
}

/* From no file on, from an earlier session's, and from one that has yet to be upgraded. */
static void expect_survival_of_each(struct place *place, enum trouble trouble, bool lasting) {
    struct beginning none = {NULL, 0}, earlier = earlier_session(place),
                     old = session_of_version_1(place);
    expect_survival(place, &none, trouble, lasting);
    expect_survival(place, &earlier, trouble, lasting);
    expect_survival(place, &old, trouble, lasting);
    free(earlier.bytes);
    free(old.bytes);
}

static void an_io_error_at_any_call_costs_a_warning_at_most(void **state) {
    expect_survival_of_each(*state, TROUBLE_IO, false);
    expect_survival_of_each(*state, TROUBLE_IO, true);
}

static void a_disk_full_at_any_write_costs_a_warning_at_most(void **state) {
    expect_survival_of_each(*state, TROUBLE_FULL, false);
    expect_survival_of_each(*state, TROUBLE_FULL, true);
}

static void a_lock_of_another_at_any_moment_costs_a_warning_at_most(void **state) {
    expect_survival_of_each(*state, TROUBLE_BUSY, false);
    expect_survival_of_each(*state, TROUBLE_BUSY, true);
}

/* One allocation of SQLite's, or all from one on; of the many thousands, later ones are skipped
 * unless EVERY=1 asks for them. */
enum { EACH_UNTIL = 60, ALLOCATIONS_MOST = 20000 };

static void expect_survival_of_shortage(struct place *place, const struct beginning *beginning,
                                        bool lasting) {
    char states[DEEDS + 1][STATE_SIZE];
    long warnings = 0, after = 0;
    begin(place, beginning);
    learn_states(place, states);
    for (bool refused = true; refused; after += after < EACH_UNTIL || getenv("EVERY") ? 1 : 23) {
        assert_true(after < ALLOCATIONS_MOST);
        begin(place, beginning);
        failing_sqlite_arm(after, lasting);
        struct course course = run_session(place);
        refused = failing_sqlite_disarm();
        if (!refused) assert_false(course.warned);
        warnings += course.warned;
        expect_usable(place);
        expect_kept(place, course, states);
    }
    assert_true(warnings > DEEDS);
}

static void sqlite_without_memory_costs_a_warning_at_most(void **state) {
    struct beginning none = {NULL, 0}, earlier = earlier_session(*state);
    for (int lasting = 0; lasting < 2; lasting++) {
        expect_survival_of_shortage(*state, &none, lasting);
        expect_survival_of_shortage(*state, &earlier, lasting);
    }
    free(earlier.bytes);
}

static void killed_at_any_call_the_file_is_whole(void **state) {
    expect_survival_of_each(*state, TROUBLE_KILL, true);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_place, remove_place)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(an_io_error_at_any_call_costs_a_warning_at_most),
        TEST(a_disk_full_at_any_write_costs_a_warning_at_most),
        TEST(a_lock_of_another_at_any_moment_costs_a_warning_at_most),
        TEST(killed_at_any_call_the_file_is_whole),
        TEST(sqlite_without_memory_costs_a_warning_at_most),
    };
    failing_sqlite_install();
    return RUN_TESTS(tests);
}
