/* Ctrl-C: a sweep ends with what it found, an export with what is whole; and whoever started them
 * sees that a signal did it. Each test waits for what the program has done, not for a time. */
#include "tests/support/testing.h"

#include <dirent.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/json.h"
#include "tests/support/program.h"

enum { BY_INTERRUPT = 128 + SIGINT };

/* Waits until the file has these words; fails when the program ends before. */
static void await(struct program *program, pid_t child, const char *name, const char *words) {
    for (bool there = false; !there; sched_yield()) {
        siginfo_t ended = {0};
        assert_int_equal(waitid(P_PID, (id_t)child, &ended, WEXITED | WNOHANG | WNOWAIT), 0);
        if (ended.si_pid) fail_msg("it ended before %s had '%s'", name, words);
        char *text = program_read_file(program_path(program, name), NULL);
        there = text && strstr(text, words);
        free(text);
    }
}

static void an_interrupted_sweep_tells_what_it_found(void **state) {
    struct program *program = *state;
    pid_t child = program_start(program, "verify", "--sweep", "1000", "2/1", "4/3", "6/1", NULL);
    await(program, child, ".out", "urls/resolve  1000 settings");
    kill(child, SIGINT);
    assert_int_equal(program_wait(program, child), BY_INTERRUPT);
    if (!strstr(program->out, "; interrupted\n")) fail_msg("%s", program->out);
    assert_string_equal(program->err, "");
}

static void an_interrupted_sweep_leaves_whole_lines_of_json(void **state) {
    struct program *program = *state;
    struct arena arena;
    pid_t child = program_start(program, "verify", "--json", "--sweep", "100000", "4/1", NULL);
    await(program, child, ".out", "\"setting\":3,");
    kill(child, SIGINT);
    assert_int_equal(program_wait(program, child), BY_INTERRUPT);
    arena_init(&arena, NULL);
    const struct json_node *lines = json_read_lines(&arena, program->out);
    assert_non_null(lines);
    assert_in_range(lines->count, 3, 100000);
    arena_release(&arena);
}

/* Every file of the folder is a note that was measured to its end. */
static size_t count_whole_notes(struct program *program, const char *name) {
    size_t count = 0;
    char path[512];
    DIR *folder = opendir(program_path(program, name));
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "%s/%s/%s", program->home, name, entry->d_name);
        char *note = program_read_file(path, NULL);
        if (!note || !strstr(note, "\nMeasured with daybook ")) fail_msg("%s is no note", path);
        free(note);
        count++;
    }
    closedir(folder);
    return count;
}

static void an_interrupted_export_leaves_whole_files_alone(void **state) {
    struct program *program = *state;
    char folder[256];
    snprintf(folder, sizeof folder, "%s/", program_path(program, "notes"));
    pid_t child = program_start(program, "export", "--measured", "-o", folder, "4", "1", "6", NULL);
    await(program, child, "notes/day4_middleware.md", "Measured with");
    kill(child, SIGINT);
    assert_int_equal(program_wait(program, child), BY_INTERRUPT);
    assert_in_range(count_whole_notes(program, "notes"), 1, 2);
    assert_int_equal(access(program_path(program, "notes/index.md"), F_OK), -1);
}

static void an_interrupted_export_leaves_an_older_file_as_it_was(void **state) {
    struct program *program = *state;
    char path[256];
    snprintf(path, sizeof path, "%s", program_path(program, "notes.md"));
    program_write_file(path, "mine", 4);
    pid_t child =
        program_start(program, "export", "--force", "-m", "-o", path, "4", "1", "6", NULL);
    kill(child, SIGINT);
    assert_int_equal(program_wait(program, child), BY_INTERRUPT);
    char *kept = program_read_file(path, NULL);
    assert_string_equal(kept, "mine");
    free(kept);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, program_setup, program_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(an_interrupted_sweep_tells_what_it_found),
        TEST(an_interrupted_sweep_leaves_whole_lines_of_json),
        TEST(an_interrupted_export_leaves_whole_files_alone),
        TEST(an_interrupted_export_leaves_an_older_file_as_it_was),
    };
    return RUN_TESTS(tests);
}
