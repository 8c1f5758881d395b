/* sweep - a step at knobs drawn by lot: does what the note claims hold there too?
 *
 * A setting is known by the sweep's seed, the step, its number from 1, and how often it was drawn
 * nearer. These give the same knobs, whatever else is swept. Order of calls: sweep_open; for each
 * setting outcome_open, sweep_draw, sweep_measure, outcome_close, and again from sweep_draw on
 * where it was stopped; sweep_close. */
#ifndef UI_SWEEP_H
#define UI_SWEEP_H

#include "ui/outcome.h"

#include <uv.h>

/* Times that a setting which takes too long is drawn nearer; the last time, its numbers are the
 * usual ones. */
enum { SWEEP_NEARER = 3 };

/* Turns the knobs of a stage that was just opened. A number is drawn evenly on a logarithmic scale
 * from its least value to its greatest, which themselves come up more often than that, as does the
 * usual value; each time nearer it is an eighth as far from that. A choice is any, and a text is
 * the usual path or one of several others. The stage's own seed becomes the sweep's. */
void sweep_draw(struct stage *stage, uint64_t seed, uint64_t number, unsigned nearer);

enum sweep_end {
    SWEEP_MEASURED,    /* verdicts are there, also where the run raised */
    SWEEP_STOPPED,     /* took longer than the limit: it says nothing */
    SWEEP_INTERRUPTED, /* Ctrl-C came */
    SWEEP_FAILED       /* there was no memory, or no thread */
};

/* Where a sweep waits. It hears of Ctrl-C from sweep_open to sweep_close, between settings too. */
struct sweeper {
    uv_loop_t loop;
    uv_signal_t interrupt;
    struct stage *running; /* NULL: none */
    bool interrupted;
};

/* False when the system refuses. */
bool sweep_open(struct sweeper *sweeper);
/* True when Ctrl-C came since sweep_open. */
bool sweep_close(struct sweeper *sweeper);

/* outcome_measure within a limit: a run with dear knobs is stopped then, or by Ctrl-C. */
enum sweep_end sweep_measure(struct sweeper *sweeper, struct outcome *outcome, uint64_t limit_ms);

/* The command that runs this setting again: "daybook run urls/price --seed 7 --set routes=10". */
void sweep_command(struct text *out, const struct stage *stage);

#endif
