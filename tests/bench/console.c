/* console - see console.h.
 *
 * The program is spawned, not forked: a fork's price grows with this process, and would stand in
 * the measured start of both sides. */
#define _GNU_SOURCE
#include "tests/bench/console.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/tape/tape.h"
#include "tests/support/pty.h"

enum { QUIET_MS = 5, PATIENCE_MS = 2000 };

/* ---- opening and closing ------------------------------------------------------------------ */

/* A session of its own; the terminal it opens first becomes its controlling one. */
static bool spawn(struct console *console, const char *slave, char *const *words,
                  char *const *environment) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    if (posix_spawn_file_actions_init(&actions) != 0) return false;
    bool done = posix_spawnattr_init(&attributes) == 0;
    if (done) {
        done = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID) == 0 &&
               posix_spawn_file_actions_addopen(&actions, 0, slave, O_RDWR, 0) == 0 &&
               posix_spawn_file_actions_adddup2(&actions, 0, 1) == 0 &&
               posix_spawn_file_actions_adddup2(&actions, 0, 2) == 0;
        console->asked_ns = clock_ns();
        done = done && posix_spawn(&console->child, words[0], &actions, &attributes, words,
                                   environment) == 0;
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return done;
}

bool console_open(struct console *console, char *const *words, char *const *environment, int rows,
                  int columns) {
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
    char name[64];
    int slave;
    *console = (struct console){.master = -1};
    if (openpty(&console->master, &slave, NULL, NULL, &size) != 0) return false;
    bool done = fcntl(console->master, F_SETFD, FD_CLOEXEC) == 0 &&
                ttyname_r(slave, name, sizeof name) == 0 &&
                spawn(console, name, words, environment);
    close(slave);
    if (!done) close(console->master);
    return done;
}

void console_close(struct console *console) {
    kill(console->child, SIGTERM);
    close(console->master); /* whoever does not heed the one heeds the other */
    while (waitpid(console->child, NULL, 0) < 0 && errno == EINTR) continue;
}

/* ---- keys and frames ---------------------------------------------------------------------- */

void console_send(struct console *console, const char *key) {
    console->asked_ns = clock_ns();
    if (write(console->master, key, strlen(key)) < 0) perror("bench: key");
}

/* The state of the program's main thread: the letter behind the name in /proc/PID/stat. Where there
 * is none, whoever is silent counts as asleep. */
static bool is_asleep(const struct console *console) {
    char path[64], text[256] = "";
    snprintf(path, sizeof path, "/proc/%ld/stat", (long)console->child);
    FILE *file = fopen(path, "r");
    if (!file) return true;
    if (!fgets(text, sizeof text, file)) text[0] = '\0';
    fclose(file);
    const char *state = strrchr(text, ')');
    return !state || state[1] == '\0' || state[2] == 'S' || state[2] == 'Z';
}

struct frame console_frame(const struct console *console) {
    struct frame frame = {.ns = NAN};
    struct pollfd ready = {.fd = console->master, .events = POLLIN};
    char bytes[65536];
    for (;;) {
        uint64_t waited_ns = clock_ns() - console->asked_ns;
        if (poll(&ready, 1, QUIET_MS) == 0) {
            bool patient = waited_ns < PATIENCE_MS * (uint64_t)1000000;
            if (patient && !is_asleep(console)) continue;
            return frame;
        }
        ssize_t got = read(console->master, bytes, sizeof bytes);
        if (got <= 0) return frame;
        frame.ns = (double)(clock_ns() - console->asked_ns);
        frame.bytes += (size_t)got;
    }
}

/* ---- what the system knows ---------------------------------------------------------------- */

/* The number behind a word in a file of /proc; 0 where there is none. */
static int64_t read_number(const char *path, const char *word) {
    char line[256];
    int64_t number = 0;
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, word, strlen(word)) == 0) number = strtoll(line + strlen(word), NULL, 10);
    if (file) fclose(file);
    return number;
}

int64_t console_wake_ups(const struct console *console) {
    char path[400];
    int64_t count = 0;
    snprintf(path, sizeof path, "/proc/%ld/task", (long)console->child);
    DIR *threads = opendir(path);
    if (!threads) return -1;
    for (const struct dirent *thread; (thread = readdir(threads));) {
        if (thread->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "/proc/%ld/task/%s/status", (long)console->child,
                 thread->d_name);
        count += read_number(path, "voluntary_ctxt_switches:");
        count += read_number(path, "nonvoluntary_ctxt_switches:");
    }
    closedir(threads);
    return count;
}

uint64_t console_resident(const struct console *console) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/status", (long)console->child);
    return (uint64_t)read_number(path, "VmRSS:") * 1024;
}
