/* Listings over a file when the disk says no: at every call in turn, in every way of
 * failing_vfs.h.
 *
 * What is raised is an OperationalError that names its line; what is in the file afterwards is what
 * the statements before it made, or that and what it made itself: a statement is done or not done,
 * never half; and where the file can be used again, so can the connection. */
#include "tests/support/testing.h"

#include "engine/orm/database.h"
#include "engine/orm/names.h"
#include "engine/orm/query.h"
#include "engine/script/script.h"
#include "lessons/blog.h"
#include "lessons/blog_fixture.h"
#include "tests/support/failing_vfs.h"
#include "tests/support/program.h"
#include "tests/support/running.h"

enum { CALLS_MOST = 2000, STATE_SIZE = 256 };

static const struct blog_size size_small = {.companies = 2,
                                            .profiles = 3,
                                            .authors = 3,
                                            .tags = 4,
                                            .articles = 8,
                                            .events = 4,
                                            .tags_most = 3,
                                            .seed = 3};

/* Every line but those that only read changes what read_state sees. */
static const char *const lines[] = {
    "print(len(Article.objects.select_related('author').prefetch_related('tags')))\n",
    "Tag.objects.create(name='new')\n",
    "Article.objects.update(views=F('views') + 1)\n",
    "Event.objects.filter(pk__gt=2).delete()\n",
    "print([e.pk for e in Event.objects.iterator(chunk_size=2)])\n",
    "Article.objects.filter(pk__lt=4).update(views=0)\n",
    "Tag.objects.bulk_create([Tag(name='a'), Tag(name='b'), Tag(name='c')])\n",
    "Article.objects.get(pk=5).tags.set(Tag.objects.filter(pk__gt=4))\n",
    "Tag.objects.update_or_create(name='d', defaults={'name': 'e'})\n",
    "Author.objects.filter(pk__lt=3).delete()\n",
};

enum { LINES = sizeof lines / sizeof *lines };

struct place {
    struct program home;
    struct failing_vfs failing;
    char path[256];
    char *bytes; /* of the file each run begins with */
    size_t length;
    char states[LINES + 1][STATE_SIZE]; /* before the first line, after it, ... */
};

/* ---- the file ---------------------------------------------------------------------------------
 */

static void make_file(struct place *place) {
    struct running running;
    char sql[300];
    running_begin(&running, false);
    struct database *database = blog_open(&running.runtime, &size_small);
    assert_non_null(database);
    snprintf(sql, sizeof sql, "VACUUM INTO '%s'", place->path);
    assert_int_equal(sqlite3_exec(database_handle(database), sql, NULL, NULL, NULL), SQLITE_OK);
    database_close(database);
    running_end(&running);
    place->bytes = program_read_file(place->path, &place->length);
    assert_non_null(place->bytes);
}

static void restore_file(const struct place *place) {
    char journal[300];
    snprintf(journal, sizeof journal, "%s-journal", place->path);
    remove(journal);
    program_write_file(place->path, place->bytes, place->length);
}

/* Rows of each table, and the sums of what an update changes. */
static void read_state(const struct place *place, char *text) {
    static const char everything[] =
        "SELECT (SELECT count(*) FROM blog_tag) || ' ' || (SELECT count(*) FROM blog_event)"
        " || ' ' || (SELECT coalesce(sum(views), 0) FROM blog_article) || ' ' ||"
        " (SELECT count(*) FROM blog_article) || ' ' ||"
        " (SELECT count(*) || ' ' || sum(tag_id) FROM blog_article_tags)";
    failing_vfs_read_sound(place->path, everything, text, STATE_SIZE);
}

/* ---- a run -------------------------------------------------------------------------------------
 */

static struct script *begin_script(struct runtime *runtime) {
    const struct module *modules[] = {names_of_models(runtime, &blog, "blog.models"),
                                      names_of_django(runtime), &function_module};
    assert_non_null(modules[0]);
    assert_non_null(modules[1]);
    struct script *script = script_new(runtime, modules, sizeof modules / sizeof *modules, true);
    assert_non_null(script);
    return script;
}

/* How many lines came to their end before the first fault. */
static size_t run_lines(struct running *running) {
    struct script *script = begin_script(&running->runtime);
    for (size_t i = 0; i < LINES; i++)
        if (!script_run(&running->runtime, script, lines[i])) return i;
    return LINES;
}

static void expect_fault(const struct running *running) {
    const struct fault *fault = &running->fault;
    if (strcmp(fault->type, "OperationalError") != 0)
        fail_msg("%s: %s", fault->type, fault->message);
    assert_true(strlen(fault->message) > 0);
}

/* The trouble is over: the connection that met it reads and writes as before. */
static void expect_usable(struct running *running) {
    fault_clear(&running->fault);
    assert_true(sqlite3_get_autocommit(database_handle(running->runtime.database)));
    struct script *script = begin_script(&running->runtime);
    if (!script_run(&running->runtime, script,
                    "Article.objects.update(views=F('views'))\n"
                    "print(len(Tag.objects.all()), [e.pk for e in Event.objects.iterator()])\n"))
        fail_msg("afterwards: %s", running->fault.message);
}

/* One run; false when no call failed any more. */
static bool survives(struct place *place, enum trouble trouble, long after, bool lasting) {
    struct running running;
    char state[STATE_SIZE];
    size_t done = 0;
    restore_file(place);
    running_begin(&running, true);
    failing_vfs_arm(&place->failing, trouble, after, lasting);
    running.runtime.database =
        database_open(place->path, DATABASE_WRITE, &running.memory, &running.fault);
    if (running.runtime.database) done = run_lines(&running);
    bool met = failing_vfs_disarm(&place->failing);
    if (!met) assert_int_equal(done, LINES);
    if (done < LINES) expect_fault(&running);
    if (running.runtime.database && done < LINES) assert_int_equal(running.fault.line, 1);
    if (running.runtime.database && trouble != TROUBLE_KILL) expect_usable(&running);
    database_close(running.runtime.database);
    running_end(&running);
    assert_int_equal(memory_held(&running.memory), 0);
    read_state(place, state);
    if (strcmp(state, place->states[done]) != 0 && done < LINES)
        assert_string_equal(state, place->states[done + 1]);
    return met;
}

static void expect_survival(struct place *place, enum trouble trouble, bool lasting) {
    long calls = 0;
    while (survives(place, trouble, calls, lasting)) assert_true(++calls < CALLS_MOST);
    assert_true(calls > LINES);
}

/* ---- setup --------------------------------------------------------------------------------------
 */

/* What the file holds after each line, when nothing fails. */
static void learn_states(struct place *place) {
    struct running running;
    running_begin(&running, false);
    running.runtime.database =
        database_open(place->path, DATABASE_WRITE, &running.memory, &running.fault);
    assert_non_null(running.runtime.database);
    struct script *script = begin_script(&running.runtime);
    read_state(place, place->states[0]);
    for (size_t i = 0; i < LINES; i++) {
        if (!script_run(&running.runtime, script, lines[i])) fail_msg("%s", running.fault.message);
        read_state(place, place->states[i + 1]);
        bool reads = strncmp(lines[i], "print", 5) == 0;
        assert_int_equal(strcmp(place->states[i], place->states[i + 1]) == 0, reads);
    }
    database_close(running.runtime.database);
    running_end(&running);
}

static int make_place(void **state) {
    struct place *place = calloc(1, sizeof *place);
    *state = place;
    if (!place || !program_init(&place->home)) return -1;
    snprintf(place->path, sizeof place->path, "%s", program_path(&place->home, "blog.sqlite3"));
    make_file(place);
    failing_vfs_install(&place->failing);
    learn_states(place);
    return 0;
}

static int remove_place(void **state) {
    struct place *place = *state;
    failing_vfs_remove(&place->failing);
    program_release(&place->home);
    free(place->bytes);
    free(place);
    return 0;
}

static void an_io_error_at_any_call_is_an_operational_error(void **state) {
    expect_survival(*state, TROUBLE_IO, false);
    expect_survival(*state, TROUBLE_IO, true);
}

static void a_disk_full_at_any_write_is_an_operational_error(void **state) {
    expect_survival(*state, TROUBLE_FULL, false);
    expect_survival(*state, TROUBLE_FULL, true);
}

static void a_lock_of_another_at_any_moment_is_an_operational_error(void **state) {
    expect_survival(*state, TROUBLE_BUSY, false);
    expect_survival(*state, TROUBLE_BUSY, true);
}

static void killed_at_any_call_a_statement_is_done_or_not_done(void **state) {
    expect_survival(*state, TROUBLE_KILL, true);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_place, remove_place)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(an_io_error_at_any_call_is_an_operational_error),
        TEST(a_disk_full_at_any_write_is_an_operational_error),
        TEST(a_lock_of_another_at_any_moment_is_an_operational_error),
        TEST(killed_at_any_call_a_statement_is_done_or_not_done),
    };
    return RUN_TESTS(tests);
}
