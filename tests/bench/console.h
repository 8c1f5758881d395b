/* console - a terminal that only measures: a pty at whose other end bytes are counted and the
 * clock is read.
 *
 *     program <-> slave | master <-> console: when did the last byte of a frame come, how many?
 *
 * Order of calls: console_open, console_frame for what the program paints first; then console_send
 * and console_frame for each key; console_close. */
#ifndef TESTS_BENCH_CONSOLE_H
#define TESTS_BENCH_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct console {
    int master;
    pid_t child;
    uint64_t asked_ns; /* when the program was started, or the last key sent */
};

struct frame {
    double ns;    /* from asking to the last byte; NAN: nothing came */
    size_t bytes; /* in all */
};

/* Starts a program on a terminal of this size. words[0] is its path, environment all it knows; both
 * end in NULL. False: it could not be started. */
bool console_open(struct console *console, char *const *words, char *const *environment, int rows,
                  int columns);

void console_send(struct console *console, const char *key);

/* Takes what the program writes until it has nothing more to say: it sleeps, and nothing came for
 * some milliseconds. */
struct frame console_frame(const struct console *console);

/* How often all threads of the program were put on a core, so far; -1 where the system cannot
 * say. */
int64_t console_wake_ups(const struct console *console);

/* Bytes of the program that are in memory; 0 where the system cannot say. */
uint64_t console_resident(const struct console *console);

/* Ends the program. */
void console_close(struct console *console);

#endif
