/* reader_bench - the reader beside a bare curses program that paints the same note, page by page.
 *
 * Both run in a pseudo-terminal of 80 x 24, each start a process of its own, in turn. What is
 * measured ends with the last byte before a pause; the pause itself is not counted. The bare
 * program is this one, called as `bench --bare`: so it loads the same libraries. */
#include <curses.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/tape/tape.h"
#include "lessons/lesson.h"
#include "tests/bench/bench.h"

enum { STARTS = 31, KEYS = 10, QUIET_START_MS = 60, QUIET_KEY_MS = 15, REDRAW = 'L' & 0x1F };

/* What one program took; times in ms. */
struct taken {
    double starts[STARTS], keys[STARTS * KEYS];
    size_t start_count, key_count;
    double key_bytes, repaint_bytes, resident_mib;
};

static int by_size(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double share(double *numbers, size_t count, double at) {
    qsort(numbers, count, sizeof *numbers, by_size);
    return count ? numbers[(size_t)((double)(count - 1) * at)] : 0;
}

/* Reads until nothing came for a while; returns when the last byte did. */
static uint64_t settle(int master, int quiet_ms, size_t *bytes) {
    char buffer[65536];
    struct pollfd ready = {.fd = master, .events = POLLIN};
    uint64_t last = clock_ns();
    while (poll(&ready, 1, quiet_ms) > 0) {
        ssize_t got = read(master, buffer, sizeof buffer);
        if (got <= 0) break;
        *bytes += (size_t)got;
        last = clock_ns();
    }
    return last;
}

static double press(int master, char key, size_t *bytes) {
    uint64_t start = clock_ns();
    if (write(master, &key, 1) != 1) return 0;
    return (double)(settle(master, QUIET_KEY_MS, bytes) - start) / 1e6;
}

static double resident_mib(pid_t child) {
    char path[64];
    long pages = 0;
    snprintf(path, sizeof path, "/proc/%ld/statm", (long)child);
    FILE *file = fopen(path, "r");
    if (file && fscanf(file, "%*s %ld", &pages) != 1) pages = 0;
    if (file) fclose(file);
    return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1048576;
}

static void become(const char *program, const char *argument) {
    setenv("TERM", "xterm-256color", 1);
    setenv("LANG", "C.UTF-8", 1);
    setenv("XDG_STATE_HOME", "/nonexistent", 1);
    execl(program, program, argument, (char *)NULL);
    _exit(127);
}

/* One start, a few page turns, and the end. False when there was nothing to see. */
static bool take(struct taken *taken, const char *program, const char *argument) {
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    size_t bytes = 0, key_bytes = 0, repaint = 0;
    int master;
    uint64_t start = clock_ns();
    pid_t child = forkpty(&master, NULL, NULL, &size);
    if (child < 0) return false;
    if (child == 0) become(program, argument);
    taken->starts[taken->start_count++] =
        (double)(settle(master, QUIET_START_MS, &bytes) - start) / 1e6;
    for (int i = 0; i < KEYS; i++)
        taken->keys[taken->key_count++] = press(master, i % 2 ? 'b' : 'f', &key_bytes);
    press(master, REDRAW, &repaint);
    taken->key_bytes = (double)key_bytes / KEYS;
    taken->repaint_bytes = (double)repaint;
    taken->resident_mib = resident_mib(child);
    kill(child, SIGTERM);
    settle(master, QUIET_KEY_MS, &bytes);
    close(master);
    waitpid(child, NULL, 0);
    return bytes > 500;
}

/* The reference: initscr, a page of the note, a page turn a key. */
int bench_bare_page(void) {
    struct slice_of_note note = lesson_note(lessons[LESSON_COUNT - 1]);
    int top = 0, key = 0;
    initscr();
    raw();
    noecho();
    keypad(stdscr, TRUE);
    curs_set(0);
    do {
        const char *line = note.text, *end = note.text + note.length;
        top += key == 'f' ? LINES - 1 : key == 'b' ? 1 - LINES : 0;
        if (key == REDRAW) clearok(curscr, TRUE);
        erase();
        for (int y = -top; y < LINES && line < end; y++) {
            size_t length = strcspn(line, "\n");
            if (y >= 0) mvaddnstr(y, 0, line, (int)length);
            line += length + 1;
        }
        refresh();
        key = getch();
    } while (key != 'q' && key != ERR);
    endwin();
    return 0;
}

/* The program stands beside this one. */
static bool find_program(char *self, char *program, size_t size) {
    ssize_t length = readlink("/proc/self/exe", self, size - 1);
    if (length <= 0) return false;
    self[length] = '\0';
    const char *slash = strrchr(self, '/');
    snprintf(program, size, "%.*s/daybook", (int)(slash - self), self);
    return access(program, X_OK) == 0;
}

int bench_reader(void) {
    static struct taken ours, theirs;
    char self[512], program[512];
    if (!find_program(self, program, sizeof program)) {
        printf("reader: no daybook beside the bench\n");
        return 1;
    }
    for (int i = 0; i < STARTS; i++)
        if (!take(&ours, program, "n-plus-one") || !take(&theirs, self, "--bare")) return 1;
    int missed = 0;
    const char *bare = "bare curses program, same libraries";
    double key = share(ours.keys, ours.key_count, 0.5),
           bare_key = share(theirs.keys, theirs.key_count, 0.5);
    missed +=
        !bench_figure("start to first frame, p50", bare, share(ours.starts, ours.start_count, 0.5),
                      share(theirs.starts, theirs.start_count, 0.5), "ms", 1.5);
    missed += !bench_figure("page turn, key to last byte, p50", bare, key, bare_key, "ms", 1.5);
    missed += !bench_figure("page turn, key to last byte, p99", "the limit of 5 ms",
                            share(ours.keys, ours.key_count, 0.99), 5, "ms", 1);
    missed += !bench_figure("page turn, bytes", "a full repaint", ours.key_bytes,
                            ours.repaint_bytes, "B", 1);
    missed += !bench_figure("resident", "the limit of 12 MiB", ours.resident_mib, 12, "MiB", 1);
    return missed;
}
