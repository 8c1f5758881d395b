/* sweep - a step at knobs drawn by lot: does what the note claims hold there too?
 *
 * A setting is known by three things: the sweep's seed, the step, and its number from 1. The same
 * three give the same knobs, whatever else is swept. Order of calls for each setting: outcome_open,
 * sweep_draw, sweep_measure, outcome_close. */
#ifndef UI_SWEEP_H
#define UI_SWEEP_H

#include "ui/outcome.h"

/* Turns the knobs of a stage that was just opened. A number is drawn evenly on a logarithmic scale
 * from its least value to its greatest, which themselves come up more often than that, as does the
 * usual value; a choice is any; a text stays. The stage's own seed becomes the sweep's. */
void sweep_draw(struct stage *stage, uint64_t seed, uint64_t number);

enum sweep_end {
    SWEEP_MEASURED,    /* verdicts are there, also where the run raised */
    SWEEP_STOPPED,     /* took longer than the limit: it says nothing */
    SWEEP_INTERRUPTED, /* Ctrl-C came */
    SWEEP_FAILED       /* there was no memory, or no thread */
};

/* outcome_measure within a limit: a run with dear knobs is stopped then, or by Ctrl-C. */
enum sweep_end sweep_measure(struct outcome *outcome, uint64_t limit_ms);

/* The command that runs this setting again: "daybook run urls/price --seed 7 --set routes=10". */
void sweep_command(struct text *out, const struct stage *stage);

#endif
