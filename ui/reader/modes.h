/* modes - how the parts of the state's update fit together; for ui/reader/ only.
 *
 * Each mode has one handler. A handler changes the state, marks the pages that now show something
 * else as stale, and returns effects; 0 means that nothing changed. After it, state_update builds
 * the stale pages and clamps what is scrolled. */
#ifndef UI_READER_MODES_H
#define UI_READER_MODES_H

#include "ui/reader/layout.h"
#include "ui/reader/state.h"

typedef unsigned mode_handler(struct state *state, const struct action *action);

mode_handler reading_handle;   /* reading.c: MODE_READ */
mode_handler asking_handle;    /* asking.c: MODE_ASK */
mode_handler editing_handle;   /* writing.c: MODE_EDIT */
mode_handler typing_handle;    /* writing.c: MODE_KNOB, MODE_SEARCH */
mode_handler list_handle;      /* list.c: MODE_LIST */
mode_handler over_handle;      /* panels.c: MODE_HELP, MODE_SQL */
mode_handler resetting_handle; /* resetting.c: MODE_RESET, MODE_SURE */

/* Where there is a key for it: opens MODE_HELP (panels.c). */
mode_handler help_open;

/* In every mode (running.c): the worker began, or gives its stage back. */
mode_handler running_started, running_finished;

enum stale { STALE_NOTE = 1, STALE_LIVE = 2, STALE_STRIP = 4, STALE_OVER = 8, STALE_ALL = 15 };

/* Builders of pages. */
void live_build(struct state *state);
void editor_build(struct state *state); /* the live page in MODE_EDIT */
void strip_build(struct state *state);

/* The row of the strip that is seen first: what is asked for stays in sight. */
int strip_first(const struct state *state, const struct layout *layout);

void over_build(struct state *state);

/* ---- what the handlers share ---------------------------------------------------------------- */

void state_say(struct state *state, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Goes to a step and stops what ran in the one before. */
unsigned state_go(struct state *state, size_t lesson, size_t step);
void state_set_mode(struct state *state, enum mode mode);

/* Asks the question first, where there is one and it was not asked; else runs. */
unsigned state_request_run(struct state *state);
unsigned state_start_run(struct state *state);

/* A question or a hint with the knobs' values in it; in the arena, or the text itself. */
const char *state_fill(const struct state *state, const char *text, struct arena *arena);

/* The finished run had knob `knob` at this setting. */
bool state_ran_at(const struct state *state, size_t knob, const struct setting *setting);

/* Drops the finished run. */
void state_drop_stage(struct state *state);

/* Shows a finished run, judged anew; the stage is the state's from here. */
void state_take_stage(struct state *state, struct stage *stage);

/* Writes a knob's value as --set takes it. */
const char *state_setting_text(const struct knob *knob, const struct setting *setting, char *buffer,
                               size_t size);
const char *state_knob_text(const struct state *state, size_t knob, char *buffer, size_t size);

/* Sets a knob of the step from text; on false, `why` says what would be right. */
bool state_set_knob(struct state *state, size_t knob, const char *text, char *why, size_t size);
void state_usual_knobs(struct visit *visit, const struct step *step);

/* Opens the listing in the editor. False when there is no memory. */
bool writing_open(struct state *state);
/* Leaves the editor; what was written is kept, and so is its undo. */
void writing_keep(struct state *state);

/* ---- the mouse (pointing.c), and the knob it turns (reading.c) --------------------------------
 */

mode_handler pointing_wheel, pointing_click, pointing_toggle;
mode_handler knob_turn;

/* The knobs stand elsewhere than in the finished run: its figures are of before (running.c). */
bool state_is_outdated(const struct state *state);

/* ---- the undo of a reset (resetting.c) --------------------------------------------------------
 */

mode_handler resetting_undo;
/* What was reset is gone for good. */
void resetting_forget(struct state *state);

/* ---- hints (hints.c) ------------------------------------------------------------------------- */

mode_handler hints_give;
/* Lowers a raised strip, for a key other than the one that asks for hints. */
void hints_lower(struct state *state, enum action_kind kind);

/* ---- the review (review.c) ------------------------------------------------------------------- */

/* Begins one, or goes on to its next question and, after the last, to the score. */
mode_handler review_begin;
/* Leaves it for where it was begun, and says the score. */
mode_handler review_end;
/* Ends it where the state is. */
void review_drop(struct state *state);
/* Ends it when another step than the one asked about is open. */
void review_check_place(struct state *state);
/* Counts the answer that has just been measured, once. */
void review_count(struct state *state);

/* ---- the last run and this one (lanes.c) ----------------------------------------------------- */

uint64_t lanes_hash(const char *listing);
void lanes_remember(struct state *state);
void lanes_forget(struct state *state);
/* A table of the two, drawn into the arena. False where there is nothing to compare, or no memory.
 */
bool lanes_figure(const struct state *state, struct arena *arena, struct figure *figure);

/* ---- the search (searching.c) ---------------------------------------------------------------- */

void search_release(struct search *search);
/* Looks a text up in all notes and listings; returns how many matches there are. */
size_t search_find(struct state *state, const char *text);
/* Goes to the match `search.at`. */
unsigned search_show(struct state *state);
/* Marks the matches on the note's and live pages. */
void search_mark(const struct search *search, struct grid *page);

/* ---- the list (list.c) ----------------------------------------------------------------------- */

/* A row of the list: a day, or a step of the day that is open. */
struct list_row {
    size_t lesson, step;
    bool is_step;
};

size_t list_count(const struct state *state);
struct list_row list_row(const struct state *state, size_t row);
/* The row of the step that is open. */
size_t list_here(const struct state *state);
/* The first row that is seen where there is room for `height`. */
size_t list_top(const struct state *state, int height);

#endif
