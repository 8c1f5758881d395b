/* Whole files in, whole files out: what is there is the old file or the new one. */
#include "tests/support/testing.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/program.h"
#include "ui/files.h"

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

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk) {
    (void)status, (void)kind, (void)walk;
    return remove(path);
}

static size_t count_files(const char *path) {
    size_t count = 0;
    DIR *folder = opendir(path);
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) count += entry->d_name[0] != '.';
    closedir(folder);
    return count;
}

static void write_file(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    assert_true(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

static void expect_file(const char *path, const char *text) {
    char *now = program_read_file(path, NULL);
    assert_non_null(now);
    assert_string_equal(now, text);
    free(now);
}

static void a_draft_is_not_seen_until_it_is_finished(void **state) {
    struct program *home = *state;
    struct files_draft draft;
    char path[256];
    snprintf(path, sizeof path, "%s", program_path(home, "notes.md"));
    write_file(path, "old");
    assert_true(files_begin(&draft, path, true));
    fputs("new", draft.file);
    fflush(draft.file);
    expect_file(path, "old");
    assert_true(files_finish(&draft));
    expect_file(path, "new");
    assert_int_equal(count_files(home->home), 1);
}

static void an_abandoned_draft_leaves_nothing_behind(void **state) {
    struct program *home = *state;
    struct files_draft draft;
    assert_true(files_begin(&draft, program_path(home, "notes.md"), false));
    fputs("new", draft.file);
    files_abandon(&draft);
    assert_int_equal(count_files(home->home), 0);
}

static void an_existing_file_is_refused_unless_it_may_be_replaced(void **state) {
    struct program *home = *state;
    struct files_draft draft;
    write_file(program_path(home, "notes.md"), "old");
    assert_false(files_begin(&draft, program_path(home, "notes.md"), false));
    assert_int_equal(errno, EEXIST);
    assert_false(files_begin(&draft, home->home, true));
    assert_int_equal(errno, EISDIR);
}

static void a_link_stays_a_link(void **state) {
    struct program *home = *state;
    struct files_draft draft;
    struct stat there;
    char link[256];
    snprintf(link, sizeof link, "%s", program_path(home, "link.md"));
    write_file(program_path(home, "notes.md"), "old");
    assert_int_equal(symlink("notes.md", link), 0);
    assert_true(files_begin(&draft, link, true));
    fputs("new", draft.file);
    assert_true(files_finish(&draft));
    assert_int_equal(lstat(link, &there), 0);
    assert_true(S_ISLNK(there.st_mode));
    expect_file(program_path(home, "notes.md"), "new");
}

static void a_new_file_has_the_usual_mode(void **state) {
    struct program *home = *state;
    struct files_draft draft;
    struct stat there;
    mode_t mask = umask(027);
    assert_true(files_begin(&draft, program_path(home, "notes.md"), false));
    assert_true(files_finish(&draft));
    umask(mask);
    assert_int_equal(stat(program_path(home, "notes.md"), &there), 0);
    assert_int_equal(there.st_mode & 0777, 0640);
}

static void a_device_is_written_to_and_not_replaced(void **state) {
    (void)state;
    struct files_draft draft;
    struct stat there;
    assert_true(files_begin(&draft, "/dev/full", true));
    fputs("new", draft.file);
    assert_false(files_finish(&draft));
    assert_int_equal(errno, ENOSPC);
    assert_int_equal(stat("/dev/full", &there), 0);
    assert_true(S_ISCHR(there.st_mode));
}

static void reading_has_a_limit_and_wants_text(void **state) {
    struct program *home = *state;
    char why[128];
    write_file(program_path(home, "listing.py"), "print(1)\n");
    char *text = files_read(program_path(home, "listing.py"), 9, why, sizeof why);
    assert_string_equal(text, "print(1)\n");
    free(text);
    assert_null(files_read(program_path(home, "listing.py"), 8, why, sizeof why));
    assert_string_equal(why, "longer than 8 bytes");
    assert_null(files_read("/dev/zero", 100, why, sizeof why));
    assert_null(files_read(home->home, 100, why, sizeof why));
    assert_string_equal(why, "Is a directory");
    assert_null(files_read(program_path(home, "none"), 100, why, sizeof why));
    assert_string_equal(why, "No such file or directory");
}

static void folders_are_made_one_in_another(void **state) {
    struct program *home = *state;
    struct stat there;
    assert_true(files_make_folders(program_path(home, "a/b/c"), 0700));
    assert_true(files_make_folders(program_path(home, "a/b/c"), 0700));
    assert_int_equal(stat(program_path(home, "a/b/c"), &there), 0);
    assert_true(S_ISDIR(there.st_mode));
    write_file(program_path(home, "a/file"), "x");
    assert_false(files_make_folders(program_path(home, "a/file/d"), 0700));
    assert_int_equal(errno, ENOTDIR);
}

static void a_file_that_came_meanwhile_is_refused_at_the_end(void **state) {
    struct program *home = *state;
    struct files_draft draft;
    char path[256];
    snprintf(path, sizeof path, "%s", program_path(home, "notes.md"));
    assert_true(files_begin(&draft, path, false));
    fputs("new", draft.file);
    write_file(path, "another's");
    assert_false(files_finish(&draft));
    assert_int_equal(errno, EEXIST);
    expect_file(path, "another's");
    assert_int_equal(count_files(home->home), 1);
}

static void a_folder_that_vanished_is_an_error(void **state) {
    struct program *home = *state;
    struct files_draft draft;
    char folder[256], away[300];
    snprintf(folder, sizeof folder, "%s", program_path(home, "notes"));
    snprintf(away, sizeof away, "%s.away", folder);
    for (int replace = 0; replace < 2; replace++) {
        assert_int_equal(mkdir(folder, 0700), 0);
        assert_true(files_begin(&draft, program_path(home, "notes/day1.md"), replace));
        fputs("new", draft.file);
        assert_int_equal(rename(folder, away), 0);
        assert_false(files_finish(&draft));
        assert_int_equal(errno, ENOENT);
        assert_false(files_begin(&draft, program_path(home, "notes/day1.md"), replace));
        assert_int_equal(errno, ENOENT);
        nftw(away, remove_one, 4, FTW_DEPTH);
    }
}

/* The test's own user, or nobody where that is one who may write everywhere. */
static void a_folder_that_may_not_be_written_is_an_error(void **state) {
    struct program *home = *state;
    struct files_draft draft;
    char folder[256];
    uid_t own = geteuid();
    snprintf(folder, sizeof folder, "%s", program_path(home, "notes"));
    assert_int_equal(mkdir(folder, 0555), 0);
    assert_int_equal(chmod(home->home, 0755), 0);
    if (own == 0) assert_int_equal(seteuid(65534), 0);
    bool begun = files_begin(&draft, program_path(home, "notes/day1.md"), false);
    int reason = errno;
    if (own == 0) assert_int_equal(seteuid(0), 0);
    assert_false(begun);
    assert_int_equal(reason, EACCES);
}

static void signals_wait_while_a_draft_is_open(void **state) {
    struct program *home = *state;
    struct files_draft draft;
    sigset_t waiting, before, after;
    pthread_sigmask(SIG_BLOCK, NULL, &before);
    assert_true(files_begin(&draft, program_path(home, "notes.md"), false));
    signal(SIGINT, SIG_DFL);
    raise(SIGINT);
    sigpending(&waiting);
    assert_true(sigismember(&waiting, SIGINT));
    signal(SIGINT, SIG_IGN); /* which takes back the one that waits */
    assert_true(files_finish(&draft));
    signal(SIGINT, SIG_DFL);
    pthread_sigmask(SIG_BLOCK, NULL, &after);
    assert_int_equal(sigismember(&before, SIGINT), sigismember(&after, SIGINT));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_home, remove_home)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_draft_is_not_seen_until_it_is_finished),
        TEST(an_abandoned_draft_leaves_nothing_behind),
        TEST(an_existing_file_is_refused_unless_it_may_be_replaced),
        TEST(a_link_stays_a_link),
        TEST(a_new_file_has_the_usual_mode),
        TEST(a_device_is_written_to_and_not_replaced),
        TEST(a_file_that_came_meanwhile_is_refused_at_the_end),
        TEST(a_folder_that_vanished_is_an_error),
        TEST(a_folder_that_may_not_be_written_is_an_error),
        TEST(signals_wait_while_a_draft_is_open),
        TEST(reading_has_a_limit_and_wants_text),
        TEST(folders_are_made_one_in_another),
    };
    return RUN_TESTS(tests);
}
