/* action - what can happen to the reader, and what it asks for in return.
 *
 *     bytes -> terminal -> key -> keys_find(state) -> action -> state_update -> effects -> loop
 *
 * Keys are code points; those without one stand above Unicode. */
#ifndef UI_READER_ACTION_H
#define UI_READER_ACTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONTROL(letter) ((letter)&0x1F)

enum stroke {
    STROKE_ENTER = '\r',
    STROKE_TAB = '\t',
    STROKE_ESCAPE = 0x1B,
    STROKE_NAMED = 0x110000, /* from here on: no code points */
    STROKE_UP,
    STROKE_DOWN,
    STROKE_LEFT,
    STROKE_RIGHT,
    STROKE_HOME,
    STROKE_END,
    STROKE_PAGE_UP,
    STROKE_PAGE_DOWN,
    STROKE_ERASE,
    STROKE_DELETE,
    STROKE_BACK_TAB,
    STROKE_F1
};

enum action_kind {
    ACTION_NONE,

    /* moving about: in the mode's own sense */
    ACTION_UP,
    ACTION_DOWN,
    ACTION_LEFT,
    ACTION_RIGHT,
    ACTION_PAGE_UP,
    ACTION_PAGE_DOWN,
    ACTION_HALF_UP,
    ACTION_HALF_DOWN,
    ACTION_TOP,
    ACTION_BOTTOM,
    ACTION_HOME,
    ACTION_END,
    ACTION_NEXT_STEP,
    ACTION_PREVIOUS_STEP,
    ACTION_DAY, /* rune: '1' to '9' */
    ACTION_PANE,

    /* the demo */
    ACTION_RUN,
    ACTION_KNOB_NEXT,
    ACTION_KNOB_PREVIOUS,
    ACTION_KNOB_MORE,
    ACTION_KNOB_LESS,
    ACTION_KNOB_MUCH_MORE,
    ACTION_KNOB_MUCH_LESS,
    ACTION_KNOB_TYPE,
    ACTION_PLAY,
    ACTION_EVENT_NEXT,
    ACTION_EVENT_PREVIOUS,
    ACTION_QUERY_NEXT,
    ACTION_QUERY_PREVIOUS,
    ACTION_SPEED,

    /* layers over the reading */
    ACTION_ACCEPT,
    ACTION_BACK,  /* Esc: leaves a layer, never the reader */
    ACTION_LEAVE, /* q: leaves a layer, and the reader from the lowest */
    ACTION_STOP,  /* Ctrl-C: stops a run, else leaves a layer, else the reader */
    ACTION_LIST,
    ACTION_HELP,
    ACTION_HINT,
    ACTION_SQL,
    ACTION_SEARCH,
    ACTION_FIND_NEXT,
    ACTION_FIND_PREVIOUS,
    ACTION_RESET,
    ACTION_REVIEW, /* begin one; go on with it */
    ACTION_REVIEW_END,
    ACTION_CHOOSE, /* rune: a digit or letter that names a choice */

    /* writing */
    ACTION_EDIT,
    ACTION_TYPE,  /* rune */
    ACTION_PASTE, /* text, length */
    ACTION_NEWLINE,
    ACTION_INDENT,
    ACTION_ERASE,
    ACTION_DELETE,
    ACTION_DELETE_LINE,
    ACTION_UNDO,
    ACTION_REDO,

    /* the terminal */
    ACTION_RESIZE, /* height, width */
    ACTION_REPAINT,
    ACTION_SUSPEND,
    ACTION_MOUSE, /* mouse reporting on or off */
    ACTION_CLICK, /* y, x */
    ACTION_WHEEL_UP,
    ACTION_WHEEL_DOWN,

    /* the run */
    ACTION_STARTED,  /* stage: the worker has it now */
    ACTION_FINISHED, /* stage: the state has it now */
    ACTION_TICK,     /* elapsed_ns went by */
    ACTION_COUNT
};

struct stage;

struct action {
    enum action_kind kind;
    uint32_t rune;
    int y, x;
    int height, width;
    const char *text;
    size_t length;
    struct stage *stage;
    uint64_t elapsed_ns;
    bool more; /* the next one waits already: what is typed need not be drawn before it */
};

enum effect {
    EFFECT_DRAW = 1 << 0,
    EFFECT_RUN = 1 << 1,    /* open a stage (state_open_stage) and run it */
    EFFECT_CANCEL = 1 << 2, /* stop the run */
    EFFECT_PLACE = 1 << 3,  /* another step is open */
    EFFECT_QUIT = 1 << 4,
    EFFECT_SUSPEND = 1 << 5,
    EFFECT_REPAINT = 1 << 6, /* draw, and trust nothing that is on the screen */
    EFFECT_MOUSE = 1 << 7,   /* state->mouse changed */
    EFFECT_DONE = 1 << 8,    /* the step was run; its prediction, if any, is answered */
    EFFECT_FORGET = 1 << 9   /* forget the progress */
};

#endif
