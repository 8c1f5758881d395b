/* program - see program.h. Output goes to temporary files: no pipe can fill up. */
#include "tests/support/program.h"

#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/testing.h"

enum { WORDS_MOST = 32 };

static void die(const char *what) {
    perror(what);
    abort();
}

bool program_init(struct program *program) {
    *program = (struct program){.locale = "C.UTF-8"};
    snprintf(program->home, sizeof program->home, "/tmp/daybook-test-XXXXXX");
    return mkdtemp(program->home) != NULL;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk) {
    (void)status, (void)kind, (void)walk;
    return remove(path);
}

void program_release(struct program *program) {
    nftw(program->home, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(program->out);
    free(program->err);
}

int program_setup(void **state) {
    struct program *program = malloc(sizeof *program);
    *state = program;
    return program && program_init(program) ? 0 : -1;
}

int program_teardown(void **state) {
    program_release(*state);
    free(*state);
    return 0;
}

char *program_read_file(const char *path, size_t *length) {
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;
    size_t size = 0, room = 1 << 16;
    char *text = malloc(room);
    for (size_t got; text && (got = fread(text + size, 1, room - 1 - size, file)) > 0;) {
        size += got;
        if (size == room - 1) text = realloc(text, room *= 2);
    }
    fclose(file);
    if (!text) die("memory");
    text[size] = '\0';
    if (length) *length = size;
    return text;
}

const char *program_path(struct program *program, const char *name) {
    snprintf(program->path, sizeof program->path, "%s/%s", program->home, name);
    return program->path;
}

/* A file in the home with a text in it, open for reading; "" for none. */
static int open_input(struct program *program) {
    FILE *file = fopen(program_path(program, ".input"), "w+");
    if (!file || fputs(program->input ? program->input : "", file) < 0 || fclose(file) != 0)
        die("input");
    return open(program_path(program, ".input"), O_RDONLY | O_CLOEXEC);
}

static int open_output(struct program *program, const char *name) {
    return open(program_path(program, name), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
}

/* Where standard output goes. */
static int open_out(struct program *program) {
    int ends[2];
    if (program->out_path) return open(program->out_path, O_WRONLY | O_CLOEXEC);
    if (!program->out_closed) return open_output(program, ".out");
    if (pipe(ends) != 0) die("pipe");
    close(ends[0]);
    return ends[1];
}

static void keep(char **kept, const char *path, size_t *length) {
    free(*kept);
    *kept = program_read_file(path, length);
    if (!*kept) *kept = strdup("");
}

static int wait_for(pid_t child) {
    int status;
    if (waitpid(child, &status, 0) != child) die("waitpid");
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static pid_t spawn(struct program *program, char **words, char **environment) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t heard; /* even where the tests run in the background of a shell, which ignores it */
    pid_t child;
    int in = open_input(program), out = open_out(program), err = open_output(program, ".err");
    if (in < 0 || out < 0 || err < 0) die("open");
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in, 0);
    posix_spawn_file_actions_adddup2(&actions, out, 1);
    posix_spawn_file_actions_adddup2(&actions, err, 2);
    sigemptyset(&heard);
    sigaddset(&heard, SIGINT);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigdefault(&attributes, &heard);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    if (posix_spawn(&child, words[0], &actions, &attributes, words, environment) != 0)
        die(words[0]);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    close(in);
    close(out);
    close(err);
    return child;
}

static pid_t start(struct program *program, va_list arguments) {
    char *words[WORDS_MOST + 1] = {getenv("DAYBOOK")};
    char home[80], locale[64], state[512];
    char *environment[5] = {0};
    size_t count = 1, settings = 0;
    for (char *word; (word = va_arg(arguments, char *)) != NULL && count < WORDS_MOST;)
        words[count++] = word;
    if (!words[0]) die("DAYBOOK names no program");
    snprintf(home, sizeof home, "HOME=%s", program->home);
    snprintf(locale, sizeof locale, "LC_ALL=%s", program->locale);
    snprintf(state, sizeof state, "XDG_STATE_HOME=%s", program->state ? program->state : "");
    environment[settings++] = locale;
    if (!program->homeless) environment[settings++] = home;
    if (program->state) environment[settings++] = state;
    return spawn(program, words, environment);
}

pid_t program_start(struct program *program, ...) {
    va_list arguments;
    va_start(arguments, program);
    pid_t child = start(program, arguments);
    va_end(arguments);
    return child;
}

int program_wait(struct program *program, pid_t child) {
    program->code = wait_for(child);
    keep(&program->out, program_path(program, ".out"), &program->out_length);
    keep(&program->err, program_path(program, ".err"), NULL);
    return program->code;
}

int program_run(struct program *program, ...) {
    va_list arguments;
    va_start(arguments, program);
    pid_t child = start(program, arguments);
    va_end(arguments);
    return program_wait(program, child);
}

void program_write_file(const char *path, const char *bytes, size_t length) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

void program_refused(const struct program *program, int code, const char *what) {
    assert_int_equal(program->code, code);
    assert_string_equal(program->out, "");
    assert_int_equal(strncmp(program->err, "daybook: ", 9), 0);
    if (!strstr(program->err, what)) fail_msg("'%s' says nothing of '%s'", program->err, what);
    assert_non_null(strstr(program->err + 9, ": "));
    assert_ptr_equal(strchr(program->err, '\n'), program->err + strlen(program->err) - 1);
}
