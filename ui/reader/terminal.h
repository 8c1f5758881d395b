/* terminal - the one file that knows curses: a grid goes out, events come in.
 *
 * Order of calls: terminal_open; then terminal_read until it says false whenever the descriptor
 * of terminal_input is readable, and terminal_show when something is to be seen; terminal_suspend
 * and terminal_resume around a stop; terminal_close. One terminal a process: curses has globals. */
#ifndef UI_READER_TERMINAL_H
#define UI_READER_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ui/reader/grid.h"

struct terminal;

enum event_kind { EVENT_KEY, EVENT_PASTE, EVENT_CLICK, EVENT_WHEEL_UP, EVENT_WHEEL_DOWN };

struct event {
    enum event_kind kind;
    uint32_t key;     /* a code point, or an enum stroke */
    int y, x;         /* of the mouse */
    const char *text; /* of a paste; valid until the next terminal_read */
    size_t length;
};

/* Takes over the terminal of standard input and output. NULL when there is none, or it cannot
 * place its cursor (TERM=dumb), or there is no memory: the caller goes on in plain mode. */
struct terminal *terminal_open(bool mouse);
void terminal_close(struct terminal *terminal);

/* A descriptor that becomes readable when there is input; its own open file, so that making it
 * non-blocking does not reach the shell. */
int terminal_input(const struct terminal *terminal);

/* The next event; false when there is none now. */
bool terminal_read(struct terminal *terminal, struct event *event);

/* True when terminal_read has more to give at once. */
bool terminal_has_more(const struct terminal *terminal);

/* True when nobody is at the other end any more. */
bool terminal_is_gone(const struct terminal *terminal);

/* Shows a grid: what differs from the last one, or all of it. */
void terminal_show(struct terminal *terminal, const struct grid *grid, bool all);

/* The size now, after asking the system and telling curses. At least 1 x 1. */
void terminal_size(struct terminal *terminal, int *height, int *width);

void terminal_set_mouse(struct terminal *terminal, bool on);

/* Leaves the screen to the shell, and takes it back. */
void terminal_suspend(struct terminal *terminal);
void terminal_resume(struct terminal *terminal);

#endif
