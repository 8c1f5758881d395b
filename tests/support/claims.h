/* claims - runs a step and asks all its claims: at settings a test names, or at random ones. */
#ifndef TESTS_SUPPORT_CLAIMS_H
#define TESTS_SUPPORT_CLAIMS_H

#include "lessons/stage.h"

/* Settings of a step for a run that is over in no time: what fails early fails the same in a large
 * one. "" where there are none, as for a step that no test knows yet. */
const char *claims_small(const struct step *step);

/* A stage of "lesson/step" with knobs set from "name=value name=value"; fails the test on a knob
 * that does not take its value. Not run yet. */
struct stage *claims_open(const char *lesson, const char *step, const char *knobs);

/* The same, run; fails the test when the run raises. */
struct stage *claims_run(const char *lesson, const char *step, const char *knobs);

/* Fails the test, with its numbers, on a claim that does not hold. Returns how many apply. */
size_t claims_hold(struct stage *stage);

/* One claim: true when it applies and holds. */
bool claim_holds(struct stage *stage, size_t claim);
double claim_number(struct stage *stage, size_t claim, const char *name);

/* Draws at the start, in the middle and at the end; fails the test when that fails. */
void claims_draw(struct stage *stage);

/* Runs the step at `count` settings drawn from `seed`, printing each, and asks every claim.
 * bearable says whether a setting may be taken (a run of it is short enough); NULL: all may. The
 * environment can ask for more: DAYBOOK_SETTINGS=30 DAYBOOK_SEED=7. */
void claims_hold_anywhere(const char *lesson, const char *step, unsigned count, uint64_t seed,
                          bool (*bearable)(const struct stage *stage));

#endif
