/* hints - up to three a step, given one by one, in the strip below the note.
 *
 * What is new in the strip, a hint or a measured answer, raises it: until the next key it takes
 * what room it needs from the pane. On a small screen it would otherwise be cut unseen. */
#include "ui/reader/layout.h"
#include "ui/reader/modes.h"

/* When all hints are given, the key pages through a strip that is too high for its place. */
static void page_strip(struct state *state) {
    bool was_raised = state->strip_raised;
    state->strip_raised = true;
    int height = layout_of(state).strip.height, bottom = state->strip.height - height;
    bool again = was_raised && state->strip_top < bottom;
    state->strip_top = again ? state->strip_top + (height > 1 ? height - 1 : 1) : 0;
    state_say(state, bottom > 0 ? "the last hint; h turns the page" : "that was the last hint");
}

unsigned hints_give(struct state *state, const struct action *action) {
    (void)action;
    struct visit *visit = state_visit(state);
    bool more = visit->hints < 3 && state_step(state)->hints[visit->hints];
    if (!more && visit->hints == 0) {
        state_say(state, "this step has no hints");
    } else if (more) {
        visit->hints++;
        state->strip_raised = state->show_hint = true;
        state->stale |= STALE_STRIP;
    } else {
        page_strip(state);
    }
    return EFFECT_DRAW;
}

/* What was new a key ago makes room: the hints only for what is no further hint. */
void hints_lower(struct state *state, enum action_kind kind) {
    if (kind == ACTION_HINT && state->mode == MODE_READ) return;
    state->strip_raised = false;
    state->strip_top = 0;
}
