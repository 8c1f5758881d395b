/* stage - what a step runs on: knobs, tape, memory, cancel.
 *
 * One stage is one run. Order of calls: stage_open, stage_set for each knob that is not at its
 * usual value, stage_run (on any one thread), then stage_draw and stage_check as often as wanted,
 * stage_close. While stage_run runs on one thread, others may call stage_cancel and stage_draw_live
 * and read the tape (stage->tape) and nothing else. A finished stage is read-only and may be read
 * by many. */
#ifndef LESSONS_STAGE_H
#define LESSONS_STAGE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/arena.h"
#include "engine/base/fault.h"
#include "engine/object/object.h"
#include "engine/tape/tape.h"
#include "lessons/lesson.h"

enum { STAGE_KNOBS = 12 };

/* Lanes from here on hold what a step measures beside its run, for comparison: no total that is
 * shown for the run counts them. */
enum { LANE_BESIDE = 8 };

struct script;

struct stage {
    const struct lesson *lesson;
    const struct step *step;
    int64_t numbers[STAGE_KNOBS];   /* by index into step->knobs */
    const char *words[STAGE_KNOBS]; /* of KNOB_TEXT; in the arena */
    const char *listing;            /* what runs; in the arena or compiled in */
    uint64_t seed;                  /* for whatever a run draws by lot; 1 unless set */

    struct memory memory; /* the account of everything this run holds */
    struct arena arena;   /* lives as long as the stage */
    struct fault fault;   /* what the run raised */
    struct tape *tape;
    struct head head; /* the running thread's */
    struct runtime runtime;
    atomic_bool cancelled;

    struct kept_plan *plans; /* see stage_plan */
    size_t plan_count;
    void *result; /* what the step keeps for its claims and figures; in the arena */
    bool ran;
    uint64_t elapsed_ns;
};

/* Prepares a stage with every knob at its usual value. NULL when there is no memory. */
struct stage *stage_open(const struct lesson *lesson, const struct step *step);
void stage_close(struct stage *stage);

/* Sets a knob from text. On false the stage is as before, and `why` (of size bytes) says what would
 * be right: "articles: 5000000 is outside 1 to 10000". */
bool stage_set(struct stage *stage, const char *knob, const char *text, char *why, size_t size);

/* Takes another listing to run (copied). False when there is no memory. */
bool stage_set_listing(struct stage *stage, const char *listing);

/* The value of a knob; asserts that the step has it. */
int64_t stage_number(const struct stage *stage, const char *knob);
const char *stage_word(const struct stage *stage, const char *knob);

/* Writes a knob's value as --set would take it, NUL-terminated; returns buffer. */
const char *stage_knob_text(const struct stage *stage, size_t index, char *buffer, size_t size);

/* Puts knobs' values into a text, as people read them: "{articles} articles" becomes "1,000
 * articles". What stands between "{?pause}" and "{?}" is left out where the knob "pause" is 0. NULL
 * when the arena has no room. */
const char *stage_fill(const struct stage *stage, const char *text, struct arena *arena);

/* Runs the step. False when it raised: stage->fault says what. Never blocks past a cancel by more
 * than 100 ms. A stage runs once. */
bool stage_run(struct stage *stage);

/* Asks a running stage to stop, from any thread. */
void stage_cancel(struct stage *stage);

/* Events of one kind of the run itself, up to the cut, on one line of the listing or, with -1, on
 * any. What a step measures beside its listing has lines too, but not the listing's. */
struct tally stage_tally(struct cut cut, enum tape_kind kind, int64_t line);

/* SQL queries of the run itself, up to the cut: their count, rows and time. */
struct tally stage_queries(struct cut cut);

/* The plan behind a statement of the run, as the database told it when the run was over: a line a
 * step, indented. NULL where it is not known. */
const char *stage_plan(const struct stage *stage, uint32_t sql);

/* Draws the figures as of a cut into an arena of the caller's; false when there is no memory. */
bool stage_draw(const struct stage *stage, struct cut cut, struct figures *figures);

/* Draws what a run has shown so far, from any thread while it lasts; nothing for most steps. False
 * when there is no memory. */
bool stage_draw_live(const struct stage *stage, struct figures *figures);

/* Asks one claim. A run that raised holds nothing: the verdict is then false and says so. Where
 * there is no memory to look, it shows NULL and holds nothing either. */
void stage_check(struct stage *stage, const struct claim *claim, struct verdict *verdict);

/* ---- for the lessons' own files ----------------------------------------------------------- */

/* Adds a number to a verdict. */
void verdict_number(struct verdict *verdict, const char *name, double value);
/* Sets what is shown, printf-like. */
void verdict_show(struct stage *stage, struct verdict *verdict, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A namespace with `modules` to import from and the knobs as names, hyphens as underscores. runtime
 * is the stage's own, or a copy of it with another arena or head. NULL: fault. */
struct script *stage_script(struct stage *stage, struct runtime *runtime,
                            const struct module *const *modules, size_t count);

/* Runs stage->listing with `modules` to import from. Knobs stand in it as names, hyphens as
 * underscores. */
bool stage_run_listing(struct stage *stage, const struct module *const *modules, size_t count);

/* For a step with servers, once they have stopped: a connection that was cut for want of memory
 * looks like any other. False when the run was refused some: fault. */
bool stage_had_memory(struct stage *stage);

/* Asks the run's database for the plans behind its statements, then closes it. A step that opens a
 * database on stage->runtime closes it with this. */
void stage_close_database(struct stage *stage);

/* The figure every listing draws: source with queries, rows and time per line. */
bool stage_draw_listing(const struct stage *stage, struct cut cut, struct figures *figures);

#endif
