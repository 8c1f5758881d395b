/* `daybook verify`: every claim of all days measured anew, by the program as it is shipped. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <math.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/tape/tape.h"
#include "tests/bench/bench.h"

/* Runs it with its output thrown away; NAN when it could not or did not end well. */
static double run_verify(char *program) {
    char *words[] = {program, "verify", NULL};
    posix_spawn_file_actions_t actions;
    uint64_t start = clock_ns();
    int status = -1;
    pid_t child;
    if (posix_spawn_file_actions_init(&actions) != 0) return NAN;
    bool done =
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0) == 0 &&
        posix_spawn(&child, program, &actions, NULL, words, environ) == 0 &&
        waitpid(child, &status, 0) == child;
    posix_spawn_file_actions_destroy(&actions);
    return done && WIFEXITED(status) && WEXITSTATUS(status) == 0 ? (double)(clock_ns() - start)
                                                                 : NAN;
}

void bench_verify(struct bench *bench) {
    char program[PATH_MAX];
    struct row row = {.figure = "daybook verify, all days",
                      .amount = AMOUNT_NS,
                      .ours = NAN,
                      .theirs = NAN,
                      .target = {OURS_AT_MOST, 20e9}};
    if (bench_program(bench, "daybook", program)) row.ours = run_verify(program);
    bench_row(bench, &row);
}
