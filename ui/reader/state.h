/* state - what the reader knows, and how it changes. Pure: no terminal, no clock, no files.
 *
 *     state_update(state, action) -> effects        the only way it changes
 *     draw(state) -> cells                          see draw.h; changes nothing
 *
 * A step's note, its demo and the strip between question and answer are pages: grids as high as
 * their text, of which the screen shows windows. They are built here, whenever what they show has
 * changed, so scrolling is clamped before anything is drawn.
 *
 * Order of calls: state_init, state_update for all that happens, state_release. */
#ifndef UI_READER_STATE_H
#define UI_READER_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lessons/lesson.h"
#include "lessons/stage.h"
#include "ui/reader/action.h"
#include "ui/reader/editor.h"
#include "ui/reader/grid.h"
#include "ui/reader/layout.h"
#include "ui/reader/replay.h"

enum graph_style { GRAPH_BLOCK, GRAPH_BRAILLE, GRAPH_ASCII };

enum mode {
    MODE_READ,
    MODE_ASK,    /* the prediction waits for an answer */
    MODE_EDIT,   /* the listing is being written */
    MODE_KNOB,   /* a knob's value is being typed */
    MODE_SEARCH, /* what to look for is being typed */
    MODE_LIST,
    MODE_HELP,
    MODE_SQL,
    MODE_RESET, /* which of four things to reset */
    MODE_SURE,  /* and whether really */
    MODE_COUNT
};

enum pane { PANE_NOTE, PANE_LIVE };

enum {
    STATE_CLAIMS = 24,
    STATE_LINES = 400, /* of a listing: beyond, lines cannot be chosen */
    STATE_WORD = 128,
    STATE_MESSAGE = 200
};

struct setting {
    int64_t number;
    char word[STATE_WORD];
};

/* What was said to a question, or measured. */
struct answer {
    bool given;
    double number; /* the number, or the index of the choice */
    size_t order[ORDER_MOST];
};

/* What a step remembers while the reader is open. */
struct visit {
    bool done;  /* it was run, now or another day */
    bool asked; /* the question was answered or left open */
    struct answer said;
    struct setting said_at[STAGE_KNOBS]; /* the knobs it was said of */
    uint64_t said_of;                    /* and the listing: a hash of it */
    unsigned hints;                      /* given so far */
    struct setting settings[STAGE_KNOBS];
    char *listing;        /* as edited; NULL: as shipped */
    struct editor editor; /* of the listing: its undo lives as long as the reader */
};

/* What is remembered of a run when its stage is gone; see lanes.c. */
struct sums {
    bool given;
    char knobs[STAGE_KNOBS][STATE_WORD]; /* as --set takes them */
    uint64_t listing;                    /* a hash of it */
    uint64_t queries, rows, elapsed_ns;
    size_t claims, held; /* that apply, and those of them that hold */
};

/* The lessons to read: the registry, or a test's own. */
struct course {
    const struct lesson *const *lessons;
    size_t count;
};

struct hit {
    size_t lesson, step;
    bool listing;   /* in the listing, not the note */
    size_t ordinal; /* which of the matches there */
};

struct search {
    char text[STATE_WORD]; /* "" for none */
    struct hit *hits;
    size_t count, at;
};

enum { REVIEW_QUESTIONS = 3 };

struct question {
    size_t lesson, step;
};

/* Predictions asked again; see review.c. */
struct review {
    bool on;
    struct question home; /* where it was begun */
    struct question questions[REVIEW_QUESTIONS];
    size_t count, at;
    struct visit before; /* the asked step's, as it was found; its listing is owned here */
    bool counted;        /* the answer to this question */
    size_t made, met;
};

enum reset { RESET_OUTPUT, RESET_KNOBS, RESET_LISTING, RESET_PROGRESS, RESET_COUNT };

/* What the last reset took away; see resetting.c. */
struct undo {
    bool on;
    enum reset reset;
    struct stage *stage; /* owned; NULL: nothing was shown */
    char *listing;       /* owned; NULL: as shipped */
    struct setting settings[STAGE_KNOBS];
    bool last_run, this_run; /* which sums were given */
};

struct state {
    struct course course;
    enum graph_style graph;
    bool ascii;
    int height, width;

    size_t lesson, step;
    struct visit *visits; /* of all steps of all lessons, in order */
    enum mode mode;
    enum mode below; /* in MODE_HELP: where it was asked for */
    enum pane pane;
    bool list_open; /* the list of lessons stands at the left, where there is room */
    bool mouse;
    size_t list_at; /* in MODE_LIST: the chosen row */
    size_t knob;    /* the chosen knob */
    enum reset reset;
    struct undo undo;

    /* The run. */
    struct stage *stage;         /* a finished run, owned; NULL: none */
    const struct stage *running; /* the worker's: only its tape may be read, by
                                     stage_draw_live too; NULL: none */
    uint64_t running_ns;
    bool starting;               /* a run was asked for and has not begun */
    bool stopping;               /* it was asked to stop */
    size_t run_lesson, run_step; /* whose the running stage is */
    struct verdict verdicts[STATE_CLAIMS];
    struct answer measured;
    struct sums last_run, this_run; /* of this step, since it was opened */
    struct replay replay;
    unsigned selected; /* line of the listing, from 1 */

    /* Pages, and the first row of each that is seen. */
    struct grid note, live, strip, over;
    int note_top, live_top, over_top, strip_top;
    int choice_row[ORDER_MOST];    /* of the strip: where each choice begins */
    int hint_row;                  /* of the strip: where the newest hint begins */
    bool strip_raised;             /* it has what room it needs, until the next key */
    bool show_hint;                /* has to be seen in the strip that is built next */
    int line_row[STATE_LINES + 1]; /* of the live page: where line i of the listing begins */
    unsigned line_count;
    int results_row; /* of the live page: where what the run gave begins, below the listing */
    int live_focus;  /* a row of the live page that has to be seen now; -1: none */
    bool show_selected, show_fault,
        show_results; /* have to be seen in the live page that is built next */
    size_t shown_at;  /* where the replay stood when the live page was built */

    struct editor field;  /* the line being typed in MODE_ASK, _KNOB and _SEARCH */
    size_t choice;        /* in MODE_ASK: the chosen one */
    struct answer saying; /* in MODE_ASK: an order as it stands */
    struct search search;
    struct review review;
    uint64_t lot;                /* what the next draw by lot comes from */
    unsigned stale;              /* pages to be built anew; see modes.h */
    char message[STATE_MESSAGE]; /* one line above the keys, until the next key */
};

struct state_options {
    struct course course;
    enum graph_style graph;
    bool ascii, mouse;
    int height, width;
    uint64_t seed; /* for what is drawn by lot */
};

/* False when there is no memory. */
bool state_init(struct state *state, const struct state_options *options);
void state_release(struct state *state);

/* Goes to a step, from the outside: at start. */
void state_open(struct state *state, size_t lesson, size_t step);

unsigned state_update(struct state *state, const struct action *action);

/* A stage with the step's knobs and listing as they stand, to be run; NULL without memory. */
struct stage *state_open_stage(const struct state *state);

/* ---- questions ------------------------------------------------------------------------------ */

const struct lesson *state_lesson(const struct state *state);
const struct step *state_step(const struct state *state);
struct visit *state_visit(const struct state *state);
struct visit *state_visit_of(const struct state *state, size_t lesson, size_t step);

/* The listing as it stands, edited or not; "" for none. */
const char *state_listing(const struct state *state);
bool state_is_wide(const struct state *state);
/* A run is under way, wherever it was started. */
bool state_is_busy(const struct state *state);
/* Something moves by itself: a timer has to run. */
bool state_is_moving(const struct state *state);
bool state_can_run(const struct state *state);
bool state_can_edit(const struct state *state);
/* A run of this step is there to be replayed. */
bool state_can_replay(const struct state *state);

/* What is asked, with the knobs' values in it; lives in the arena. "" for no question. */
const char *state_question(const struct state *state, struct arena *arena);
/* An answer in words: "101", "the second", "a, b, c". */
const char *state_answer(const struct state *state, const struct answer *answer,
                         struct arena *arena);
/* What was said was said of a run like the finished one: of its knobs and its listing. */
bool state_said_of_this(const struct state *state);
/* What was said of this run meets what was measured. */
bool state_met(const struct state *state);

#endif
