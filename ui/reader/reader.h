/* reader - the interactive reader: notes beside live demos, in the terminal. */
#ifndef UI_READER_READER_H
#define UI_READER_READER_H

#include <stdbool.h>

#include "lessons/lesson.h"
#include "ui/progress.h"
#include "ui/reader/state.h"

struct reader_options {
    const struct lesson *lesson; /* to open; NULL: where the learner left off */
    const struct step *step;     /* of that lesson; NULL: its first */
    bool mouse;
    enum graph_style graph;
    bool ascii; /* draw with ASCII only */
    /* Opens the progress, which stays the caller's; NULL without memory. Called once: before the
     * first frame where that depends on it, else right after. NULL: none is kept. */
    struct progress *(*open_progress)(void *context);
    void *context;
    struct course course; /* other lessons than the registry's; empty: those */
};

/* The terminal is not fit for the reader: nothing was drawn, go on in plain mode. */
enum { READER_NO_TERMINAL = -1 };

/* Runs until the learner leaves. Returns 0, 3 when the system refused, 128 + a signal's number
 * when one ended it, or READER_NO_TERMINAL. setlocale comes before. */
int reader_run(const struct reader_options *options);

#endif
