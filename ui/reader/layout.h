/* layout - where things are on a screen of a given size.
 *
 *      wide (from 100 columns)                      narrow
 *     +------------------------------------+       +------------------+
 *     | header                             |       | header           |
 *     +------+--------------+--------------+       +------------------+
 *     | list | note         | live         |       | note or live     |
 *     |      |              |              |       |                  |
 *     |      +--------------+              |       +------------------+
 *     |      | strip        |              |       | strip            |
 *     +------+--------------+--------------+       +------------------+
 *     | status: knobs, replay, message     |       | status           |
 *     | keys                               |       | keys             |
 *     +------------------------------------+       +------------------+
 *
 * The strip holds the question, its answer and hints; it takes rows from the pane above it, never
 * all of them. As the screen gets lower, rules go first, then the status line, then the header. */
#ifndef UI_READER_LAYOUT_H
#define UI_READER_LAYOUT_H

#include <stdbool.h>

#include "ui/reader/grid.h"

struct state;

enum { LAYOUT_WIDE = 100, LAYOUT_LIST = 30, LAYOUT_LIST_FITS = 132 };

struct layout {
    bool wide;
    int header;                /* row; -1: not shown */
    int top_rule, bottom_rule; /* rows; -1: not shown */
    int status, keys;          /* rows; -1: not shown */
    struct area body;
    struct area list;              /* width 0: not shown */
    struct area note, live, strip; /* height 0: not shown */
    struct area over;              /* for pages that cover the panes */
};

/* The layout for a state as it is: depends on its size, mode, pane and the height of its strip. */
struct layout layout_of(const struct state *state);

/* The columns that pages of this state are built for. */
int layout_note_width(const struct state *state);
int layout_live_width(const struct state *state);

#endif
