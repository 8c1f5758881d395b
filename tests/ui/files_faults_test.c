/* Exports when the disk says no: each call on the way to a file fails in turn, and a file may grow
 * to so many bytes and no more.
 *
 * The export says why and leaves with EXIT_SYSTEM; what it was to replace stands as before, and
 * nothing lies about beside it. ui/files.c is in this program with a gate before the system's
 * calls: the linker then takes none from the library. */
#include "tests/support/testing.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the gate ---------------------------------------------------------------------------------
 */

static long calls_left = -1; /* until one fails; negative: none does */
static bool refused;

/* True where this call is the one: errno then says EIO. */
static bool fails(void) {
    if (calls_left < 0 || calls_left-- > 0) return false;
    refused = true;
    errno = EIO;
    return true;
}

static int gated_mkstemp(char *path) {
    return fails() ? -1 : mkstemp(path);
}

static int gated_fchmod(int descriptor, mode_t mode) {
    return fails() ? -1 : fchmod(descriptor, mode);
}

static FILE *gated_fdopen(int descriptor, const char *mode) {
    return fails() ? NULL : fdopen(descriptor, mode);
}

static int gated_fflush(FILE *file) {
    return fails() ? EOF : fflush(file);
}

static int gated_fsync(int descriptor) {
    return fails() ? -1 : fsync(descriptor);
}

/* A file is closed even where that reports a failure. */
static int gated_fclose(FILE *file) {
    bool wanted = fails();
    int closed = fclose(file);
    if (wanted) errno = EIO;
    return wanted ? EOF : closed;
}

static int gated_rename(const char *from, const char *to) {
    return fails() ? -1 : rename(from, to);
}

static int gated_mkdir(const char *path, mode_t mode) {
    return fails() ? -1 : mkdir(path, mode);
}

static char *gated_realpath(const char *path, char *resolved) {
    return fails() ? NULL : realpath(path, resolved);
}

static char *gated_strdup(const char *text) {
    return fails() ? NULL : strdup(text);
}

static void *gated_malloc(size_t size) {
    return fails() ? NULL : malloc(size);
}

#undef strdup /* a macro of an older C library */
#define mkstemp gated_mkstemp
#define fchmod gated_fchmod
#define fdopen gated_fdopen
#define fflush gated_fflush
#define fsync gated_fsync
#define fclose gated_fclose
#define rename gated_rename
#define mkdir gated_mkdir
#define realpath gated_realpath
#define strdup gated_strdup
#define malloc gated_malloc
#include "ui/files.c"
#undef mkstemp
#undef fchmod
#undef fdopen
#undef fflush
#undef fsync
#undef fclose
#undef rename
#undef mkdir
#undef realpath
#undef strdup
#undef malloc

/* These two stand behind the gate: their fclose and malloc are the system's. */
#include "tests/support/program.h"
#include "ui/command.h"

/* ---- exports ----------------------------------------------------------------------------------
 */

enum { CALLS_MOST = 400 };

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

static int export_to(const char *format, const char *path, const char *lesson) {
    char *words[] = {"export",
                     "--force",
                     "-f",
                     (char *)(uintptr_t)format,
                     "-o",
                     (char *)(uintptr_t)path,
                     (char *)(uintptr_t)lesson,
                     NULL};
    optind = 0; /* getopt begins anew */
    return command_export.run(&command_export, lesson ? 7 : 6, words);
}

static size_t count_files(const char *path) {
    size_t count = 0;
    DIR *folder = opendir(path);
    if (!folder) return 0;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(folder);
    return count;
}

static void expect_file(const char *path, const char *text) {
    char *now = program_read_file(path, NULL);
    assert_non_null(now);
    assert_true(strcmp(now, text) == 0);
    free(now);
}

static const char *const formats[] = {"md", "html", "txt", "json"};

/* Exports again and again over an old file, each time with another call that fails. */
static void a_call_that_fails_costs_the_export_and_not_the_old_file(void **state) {
    struct program *home = *state;
    char path[256];
    snprintf(path, sizeof path, "%s", program_path(home, "notes"));
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        assert_int_equal(export_to(formats[i], path, "lazy"), EXIT_DONE);
        char *whole = program_read_file(path, NULL);
        assert_non_null(whole);
        long calls = 0;
        for (refused = true; refused; calls++) {
            assert_true(calls < CALLS_MOST);
            program_write_file(path, "old", 3);
            refused = false;
            calls_left = calls;
            int code = export_to(formats[i], path, "lazy");
            calls_left = -1;
            assert_int_equal(code, refused ? EXIT_SYSTEM : EXIT_DONE);
            expect_file(path, refused ? "old" : whole);
            assert_int_equal(count_files(home->home), 1);
        }
        assert_true(calls > 5);
        free(whole);
    }
}

/* A folder keeps what was finished before; there is no half of a file, nor a draft. */
static void a_call_that_fails_ends_a_folder_with_whole_files(void **state) {
    struct program *home = *state;
    char whole[256], folder[256], name[600];
    snprintf(whole, sizeof whole, "%s", program_path(home, "whole/notes/"));
    assert_int_equal(export_to("md", whole, NULL), EXIT_DONE);
    long calls = 0;
    for (refused = true; refused; calls++) {
        assert_true(calls < CALLS_MOST);
        snprintf(folder, sizeof folder, "%s/%ld/notes/", home->home, calls);
        refused = false;
        calls_left = calls;
        int code = export_to("md", folder, NULL);
        calls_left = -1;
        assert_int_equal(code, refused ? EXIT_SYSTEM : EXIT_DONE);
        DIR *entries = opendir(folder);
        for (struct dirent *entry; entries && (entry = readdir(entries)) != NULL;) {
            if (entry->d_name[0] == '.') continue;
            snprintf(name, sizeof name, "%s%s", whole, entry->d_name);
            char *text = program_read_file(name, NULL);
            assert_non_null(text); /* a file of that name there is */
            snprintf(name, sizeof name, "%s%s", folder, entry->d_name);
            expect_file(name, text);
            free(text);
        }
        if (entries) closedir(entries);
    }
    assert_true(calls > 20);
    assert_int_equal(count_files(folder), count_files(whole));
}

/* What setrlimit says of a file, a disk that is full says too, a little later. */
static void a_file_that_may_not_grow_costs_the_export_and_not_the_old_file(void **state) {
    static const rlim_t limits[] = {0, 1, 100, 4096, 5000};
    struct program *home = *state;
    struct rlimit before, limit;
    char path[256];
    snprintf(path, sizeof path, "%s", program_path(home, "notes.md"));
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_IGN);
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        program_write_file(path, "old", 3);
        limit = (struct rlimit){limits[i], before.rlim_max};
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
        int code = export_to("md", path, "lazy");
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
        assert_int_equal(code, EXIT_SYSTEM);
        expect_file(path, "old");
        assert_int_equal(count_files(home->home), 1);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_home, remove_home)

int main(void) {
    static const struct CMUnitTest tests[] = {
        TEST(a_call_that_fails_costs_the_export_and_not_the_old_file),
        TEST(a_call_that_fails_ends_a_folder_with_whole_files),
        TEST(a_file_that_may_not_grow_costs_the_export_and_not_the_old_file),
    };
    return RUN_TESTS(tests);
}
