/* outcome - a step that was run: its figures, what its claims found, and what it answered.
 *
 * What `run`, `verify` and the measured exports have in common. Order of calls: outcome_open;
 * stage_set and stage_set_listing on outcome->stage as wanted; outcome_measure; then read it, or
 * print it; outcome_close. */
#ifndef UI_OUTCOME_H
#define UI_OUTCOME_H

#include "lessons/stage.h"
#include "ui/json.h"
#include "ui/paper.h"

struct outcome {
    const struct lesson *lesson;
    const struct step *step;
    struct stage *stage;
    struct arena arena; /* of figures and verdicts */
    struct figures figures;
    struct verdict *verdicts;  /* one for each claim of the step */
    size_t failed;             /* claims that do not hold */
    const struct fault *fault; /* what was raised; NULL for nothing */
    const char *question;      /* of the prediction, its knobs filled in; NULL: it has no answer */
    const char *answer;        /* as measured; NULL with the question */
};

/* NULL when there is no memory. */
struct outcome *outcome_open(const struct lesson *lesson, const struct step *step);
void outcome_close(struct outcome *outcome);

/* Runs the step, draws its figures, asks its claims and its question. A step that raised has both
 * all the same: what was measured until then, and claims that do not hold. False when there is no
 * memory. */
bool outcome_measure(struct outcome *outcome);

/* The exit code that this outcome earns: EXIT_DONE, EXIT_FALSE or EXIT_SYSTEM. */
int outcome_exit_code(const struct outcome *outcome);

/* "same", "simplified", "emulated". */
const char *outcome_fidelity_word(enum fidelity fidelity);

/* ---- as text ------------------------------------------------------------------------------ */

/* All of it, for people. */
void outcome_text(struct text *out, const struct paper *paper, struct outcome *outcome);

/* "articles = 100   round-trip = 5 ms (simulated)"; nothing for a step without knobs. */
void outcome_text_knobs(struct text *out, const struct paper *paper, const struct stage *stage);

/* A line a claim: "ok", "FAILED" or "-" (it says nothing about these knobs), text and numbers. */
void outcome_text_claims(struct text *out, const struct paper *paper,
                         const struct outcome *outcome);

/* Prints what was raised to stderr, with the line of the listing and a caret under the place. */
void outcome_complain(const struct outcome *outcome);

/* ---- as JSON ------------------------------------------------------------------------------ */

/* The object of `run --json`. */
void outcome_json(struct json *json, const struct outcome *outcome);

/* The members of a claim's object that follow its text: "holds", "applies", "shown", numbers. */
void outcome_json_verdict(struct json *json, const struct verdict *verdict);

/* An object of the knobs' values: numbers as numbers, choices and texts as texts. */
void outcome_json_knobs(struct json *json, const struct stage *stage);

#endif
