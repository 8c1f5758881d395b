/* terminal - a terminal for tests: a pty with libvterm at its other end.
 *
 *     child (the program) <-> slave | master <-> libvterm -> screen of cells
 *
 * The parent keeps the slave open, so that settings and flags can still be asked for when the
 * child has gone. Nothing sleeps: waiting reads from the master until what is waited for is there,
 * and gives up after ten seconds without it, printing the screen.
 *
 * Order of calls: terminal_start, then send / wait / ask as wanted, terminal_stop. */
#ifndef TESTS_SUPPORT_TERMINAL_H
#define TESTS_SUPPORT_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <termios.h>
#include <vterm.h>

struct test_terminal {
    int master, slave;
    pid_t child;
    int rows, columns;
    VTerm *vterm;
    VTermScreen *screen;
    bool alternate, cursor_shown; /* as the program last asked for */
    struct termios before;        /* of the terminal, before the child began */
    char *bytes;                  /* all that the child wrote */
    size_t length, capacity;
};

/* What the child runs; its return value is the exit status. Its environment holds nothing but what
 * is named: "NAME=value" strings, NULL at the end. */
typedef int test_program(void *argument);

void terminal_start(struct test_terminal *terminal, int rows, int columns,
                    const char *const *environment, test_program *program, void *argument);

void terminal_send(struct test_terminal *terminal, const char *bytes);

/* The same without reading anything of what the child writes meanwhile, as on a line that stands
 * still: ends when there is no room for more bytes. Returns how many were sent. */
size_t terminal_send_unread(struct test_terminal *terminal, const char *bytes);

/* Waits until the screen holds a text, or holds it no more. False after ten seconds; the screen
 * is then printed. */
bool terminal_wait_for(struct test_terminal *terminal, const char *text);
bool terminal_wait_gone(struct test_terminal *terminal, const char *text);

/* Waits for the child's end and returns its status as waitpid gives it; -1 when it lives on. */
int terminal_wait_exit(struct test_terminal *terminal);

/* The screen as text, a line a row, without trailing blanks; to be freed. */
char *terminal_text(const struct test_terminal *terminal);

void terminal_set_size(struct test_terminal *terminal, int rows, int columns);

/* True when the child left the terminal as it was: settings, flags, main screen, cursor shown. Says
 * on stderr what is not. */
bool terminal_is_restored(const struct test_terminal *terminal);
/* Sends q and asserts that the child leaves with 0, and the terminal as it was. */
void terminal_end_by_key(struct test_terminal *terminal);

/* True when the child wrote these bytes, at any time. */
bool terminal_was_sent(const struct test_terminal *terminal, const char *bytes);

/* Takes the terminal away from the child, as when a window is closed. */
void terminal_hang_up(struct test_terminal *terminal);

/* Ends a child that still runs, and frees everything. */
void terminal_stop(struct test_terminal *terminal);

#endif
