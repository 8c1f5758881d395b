/* try_history - what was typed at earlier prompts of `daybook try`.
 *
 *     $XDG_STATE_HOME/daybook/history     a block a line, the oldest first
 *     for article in page:\n    print(article)      a newline is written \n, a backslash \\
 *
 * Each block is added when it is typed, so that two sessions can share the file and a killed one
 * loses nothing. Nothing here fails: a place that cannot be used costs the history and no more, and
 * a file that is no history is left as it is.
 *
 * Order of calls: try_history_open, try_history_read, then try_history_add as wanted. */
#ifndef UI_TRY_HISTORY_H
#define UI_TRY_HISTORY_H

enum { TRY_HISTORY_MOST = 1000 /* blocks */, TRY_HISTORY_PATH = 4096 };

struct try_history {
    char path[TRY_HISTORY_PATH]; /* "": none is kept */
};

/* Finds the file; makes the folders above it. */
void try_history_open(struct try_history *history);

/* Hands over the blocks kept, the oldest first, at most TRY_HISTORY_MOST; each lives until the call
 * returns. A file that has grown longer than that is cut to it. */
void try_history_read(struct try_history *history, void (*take)(void *context, const char *block),
                      void *context);

/* Adds a block. */
void try_history_add(const struct try_history *history, const char *block);

#endif
