/* lesson - what a lesson is, and the registry of the nine.
 *
 * A lesson is one day: a note (Markdown, in data/notes) and a few steps. A step is a section of
 * that note and one demo beside it: a listing, knobs, a run, figures, claims and a prediction.
 * A lesson's file is a table of these; adding a step is adding a row.
 *
 * The way of the data: note -> step -> stage (knobs) -> engine -> tape -> claims and figures. */
#ifndef LESSONS_LESSON_H
#define LESSONS_LESSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/tape/tape.h"
#include "lessons/figure.h"

struct stage;

enum knob_kind {
    KNOB_NUMBER, /* a whole number from min to max */
    KNOB_CHOICE, /* one of `choices`; its number is the index */
    KNOB_TEXT    /* a short text, such as a path */
};

struct knob {
    const char *name;  /* as in --set and in listings, where a hyphen becomes an underscore */
    const char *title; /* a few words, for people: "articles on the page" */
    enum knob_kind kind;
    int64_t min, max, usual; /* usual is the default; of a choice, an index */
    const char *unit;        /* "articles", "ms", "%"; "" for none */
    const char *const *choices;
    size_t choice_count;
    const char *usual_text; /* the default of a KNOB_TEXT */
    bool simulated;         /* turning it up simulates something: said where it is shown */
};

enum fidelity { FIDELITY_SAME, FIDELITY_SIMPLIFIED, FIDELITY_EMULATED };

/* A number that a claim or an answer rests on. */
struct number {
    const char *name; /* a JSON key: "queries" */
    double value;
};

enum { VERDICT_NUMBERS = 8 };

/* What a claim found. Texts live in the stage's arena. */
struct verdict {
    bool applies; /* false: the claim says nothing about these knobs (and holds) */
    bool holds;
    struct number numbers[VERDICT_NUMBERS];
    size_t number_count;
    const char *shown; /* the sum in words: "101 = 1 + 100"; NULL: no memory for it */
};

/* What a note promises, as a predicate over what was measured in this run. */
struct claim {
    const char *text; /* "1 + N queries for N articles" */
    void (*check)(struct stage *stage, struct verdict *verdict);
};

enum prediction_kind { PREDICT_NUMBER, PREDICT_CHOICE, PREDICT_ORDER };

enum { ORDER_MOST = 8 };

/* One question asked before the run and answered by the run. */
struct prediction {
    const char *question; /* {knob} stands for a knob's value: see stage_fill */
    enum prediction_kind kind;
    const char *const *choices; /* of CHOICE and ORDER */
    size_t choice_count;
    /* What the run measured: the number, the index of the choice, or the order of the choices as
     * indexes in order[]. False when this run has no answer. */
    bool (*answer)(struct stage *stage, double *number, size_t order[ORDER_MOST]);
    double within;   /* of a NUMBER: how far off, as a share of it, an answer still meets what was
                      * measured; 0 where it is counted: then only rounding is forgiven */
    const char *why; /* shown beside the measured answer */
};

struct step {
    const char *slug;
    enum fidelity fidelity;
    const char *fidelity_note; /* how it is simplified, or what stands in for what; "" for SAME */
    bool listing_runs;         /* the listing (data/listings/LESSON/STEP.py) is what is executed */
    const struct knob *knobs;
    size_t knob_count;
    const struct prediction *prediction; /* NULL for none */
    const struct claim *claims;
    size_t claim_count;
    const char *hints[3]; /* from a nudge to the answer; NULL where there are fewer */

    /* Runs at full speed on the stage; false when stage->fault was raised. NULL: not built yet. */
    bool (*run)(struct stage *stage);
    /* Draws what had happened by the cut. Pure: reads the stage and the tape, writes figures. */
    bool (*draw)(const struct stage *stage, struct cut cut, struct figures *figures);
    /* The same while the run lasts, on another thread: reads the tape and the knobs and nothing
     * else. NULL: such a run is watched by its totals alone. */
    bool (*live)(const struct stage *stage, struct cut cut, struct figures *figures);
};

struct lesson {
    int day; /* 1 to 9 */
    const char *slug;
    const struct step *const *steps;
    size_t step_count;
};

enum { LESSON_COUNT = 9 };

/* The registry, in order of day. */
extern const struct lesson *const lessons[LESSON_COUNT];

/* Finds a lesson by slug, day number or unambiguous prefix; NULL otherwise. */
const struct lesson *lesson_find(const char *name);
const struct step *lesson_step(const struct lesson *lesson, const char *name);

/* The nearest known name, for "did you mean"; never NULL. */
const char *lesson_nearest(const char *name);
const char *lesson_nearest_step(const struct lesson *lesson, const char *name);

/* ---- the note ----------------------------------------------------------------------------
 * data/notes/dayN_<slug with _>.md; `<!-- step: SLUG -->` stands before a step's heading and
 * `<!-- scale -->` before the last section. Slices are borrowed from the compiled-in data. */

struct slice_of_note {
    const char *text; /* not NUL-terminated */
    size_t length;
};

struct slice_of_note lesson_note(const struct lesson *lesson);  /* the whole note */
struct slice_of_note lesson_title(const struct lesson *lesson); /* the first heading's text */
struct slice_of_note lesson_intro(const struct lesson *lesson); /* title to the first step */
struct slice_of_note lesson_scale(const struct lesson *lesson); /* "At scale" */
struct slice_of_note step_title(const struct lesson *lesson, const struct step *step);
struct slice_of_note step_section(const struct lesson *lesson, const struct step *step);

/* The listing as shipped; "" where the step has none. */
const char *step_listing(const struct lesson *lesson, const struct step *step);

#endif
