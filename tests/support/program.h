/* program - runs the built program, as a shell would, and keeps what it said.
 *
 * The environment variable DAYBOOK names the program (the Makefile sets it). Each run has a small
 * environment of its own: a locale, a home in a folder made for the test, nothing else. */
#ifndef TESTS_SUPPORT_PROGRAM_H
#define TESTS_SUPPORT_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct program {
    char home[64];        /* a fresh folder: HOME */
    const char *locale;   /* LC_ALL; "C.UTF-8" unless set */
    bool homeless;        /* run without HOME */
    const char *state;    /* XDG_STATE_HOME; NULL for none */
    const char *input;    /* standard input; NULL for an empty one */
    const char *out_path; /* where standard output goes; NULL: kept in `out` */
    bool out_closed;      /* standard output is a pipe that nobody reads */

    char path[512]; /* of program_path */
    int code;       /* exit code; 128 and the signal's number after one */
    char *out;      /* NUL-terminated */
    char *err;
    size_t out_length;
};

/* Makes the home. False when the system refuses. */
bool program_init(struct program *program);
/* Removes the home with all in it, and what was kept. */
void program_release(struct program *program);

/* The same as setup and teardown of a test: *state is a struct program. */
int program_setup(void **state);
int program_teardown(void **state);

/* Runs the program with words up to a NULL; waits for its end. Returns the exit code. */
int program_run(struct program *program, ...) __attribute__((sentinel));

/* The same in two halves: between them it runs, and its output so far is in the home's ".out". */
pid_t program_start(struct program *program, ...) __attribute__((sentinel));
int program_wait(struct program *program, pid_t child);

/* Asserts that it left with this code, one line on stderr of the form `daybook: what: why` that
 * holds `what`, and nothing on stdout. */
void program_refused(const struct program *program, int code, const char *what);

/* "home/name", in program->path, until the next call. */
const char *program_path(struct program *program, const char *name);

/* A whole file, NUL-terminated, to be freed; NULL when there is none. */
char *program_read_file(const char *path, size_t *length);
/* Makes a file of these bytes, or asserts. */
void program_write_file(const char *path, const char *bytes, size_t length);

#endif
