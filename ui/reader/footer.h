/* footer - the two rows below the panes: knobs and replay, or what is being typed or said; and the
 * keys that work now. */
#ifndef UI_READER_FOOTER_H
#define UI_READER_FOOTER_H

#include "ui/reader/state.h"

/* From this width on the header says which key shows all keys. */
enum { HEADER_SAYS_KEYS = 70 };

/* Each puts its row; nothing for a row that is not shown (-1). */
void footer_put_status(const struct state *state, struct grid *grid, int y);
void footer_put_keys(const struct state *state, struct grid *grid, int y);

/* The knob that stands in column x of the status line; false for none. */
bool footer_knob_at(const struct state *state, int x, size_t *knob);

#endif
