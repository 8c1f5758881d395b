/* try_typing - the lines a person types at `daybook try`: edited by libedit, with a history.
 *
 *     keys -> wait (signals come only here) -> libedit -> a line
 *
 * Arrows, Ctrl-R and the other keys of Emacs work. A terminal of which nothing is known, or one
 * without UTF-8, edits its lines itself, and there is no history.
 *
 * Ctrl-C is caught from typing_open to typing_close. The signals that end or stop the program are
 * caught only while a line is edited: the terminal is put back before they are let through.
 *
 * Order of calls: typing_open, then typing_ask and typing_remember as wanted, typing_close. One at
 * a time in a process: there is one terminal, and one handler of its signals. */
#ifndef UI_TRY_TYPING_H
#define UI_TRY_TYPING_H

#include <stdatomic.h>
#include <stddef.h>

#include "ui/paper.h"

struct typing;

enum typing_asked {
    TYPING_LINE,
    TYPING_CLEARED, /* Ctrl-C */
    TYPING_END      /* Ctrl-D, or the terminal is gone */
};

/* Asks on standard input and the stream `out`. NULL: no memory. */
struct typing *typing_open(FILE *out, const struct paper *paper);
void typing_close(struct typing *typing);

/* Asks for a line, its newline with it; a block that was brought back from the history has newlines
 * within it. It lives until the next call. */
enum typing_asked typing_ask(struct typing *typing, const char *prompt, const char **line);

/* Puts a block into the history, unless it is the one put there last. */
void typing_remember(struct typing *typing, const char *block);

/* True when Ctrl-C came; whoever asks clears it. It lives as long as the program. */
atomic_bool *typing_interrupted(void);

#endif
