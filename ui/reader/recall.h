/* recall - what lies open when the reader is left, and lies there again when it is opened: knobs
 * that were turned and listings that were edited, of all steps; of the step that is open, how far
 * its note was read, the pane and the chosen knob. Texts by name, which whoever keeps them need not
 * understand:
 *
 *     "knob articles"   "250"        as --set takes it
 *     "listing"         the text
 *     "top"             "12/48"      the first row that is seen, of so many
 *     "pane"            "live"
 *     "chosen"          "round-trip"
 *
 * What cannot be set any more - another daybook's step, knob or value - is passed over. */
#ifndef UI_READER_RECALL_H
#define UI_READER_RECALL_H

#include "ui/progress.h"
#include "ui/reader/state.h"

/* All of it, in the arena; NULL when there is nothing, or no memory: *whole tells these apart. */
const struct progress_kept *recall_collect(const struct state *state, struct arena *arena,
                                           size_t *count, bool *whole);

/* Puts one of them back; state_update builds the pages. True when it changed something. `here`: of
 * the open step, also where in it the learner was. */
bool recall_put_back(struct state *state, const struct progress_kept *kept, bool here);

#endif
