/* pointing - the mouse while reading: the wheel scrolls what is under it and turns the knob under
 * it; a click chooses a line, a step, a knob, or a pane by its name, and opens the keys. */
#include "ui/reader/footer.h"
#include "ui/reader/modes.h"

static bool is_in(struct area area, const struct action *action) {
    return action->y >= area.y && action->y < area.y + area.height && action->x >= area.x &&
           action->x < area.x + area.width;
}

/* The knob in the status line that the mouse is on, chosen from now on. */
static bool choose_knob(struct state *state, const struct layout *layout,
                        const struct action *action) {
    size_t knob;
    if (action->y != layout->status || !footer_knob_at(state, action->x, &knob)) return false;
    state->knob = knob;
    return true;
}

static unsigned turn(struct state *state, enum action_kind wheel) {
    bool more = wheel == ACTION_WHEEL_UP;
    return knob_turn(state, &(struct action){.kind = more ? ACTION_KNOB_MORE : ACTION_KNOB_LESS});
}

unsigned pointing_wheel(struct state *state, const struct action *action) {
    enum { ROWS = 3 };
    struct layout layout = layout_of(state);
    int rows = action->kind == ACTION_WHEEL_UP ? -ROWS : ROWS;
    if (is_in(layout.live, action))
        state->live_top += rows;
    else if (is_in(layout.note, action))
        state->note_top += rows;
    else
        return choose_knob(state, &layout, action) ? turn(state, action->kind) : 0;
    return EFFECT_DRAW;
}

static void choose_line(struct state *state, int row) {
    for (unsigned i = state->line_count; i > 0; i--) {
        if (state->line_row[i] > row) continue;
        if (i < state->line_count || row < state->line_row[i] + 1) state->selected = i;
        return;
    }
}

static unsigned click_list(struct state *state, const struct action *action) {
    struct action choose = {.kind = ACTION_CLICK, .y = action->y, .x = action->x};
    state->list_at = list_here(state);
    return list_handle(state, &choose);
}

/* A name chooses its pane; the names stand over the panes, or else one behind the other. */
static void click_name(struct state *state, const struct layout *layout, int x) {
    enum { LIVE_FROM = 9 }; /* "──[Note]── Live " */
    bool live = x >= (layout->wide ? layout->live.x - 1 : LIVE_FROM);
    state->pane = live ? PANE_LIVE : PANE_NOTE;
}

/* The header ends with "? keys" where there is room for it. */
static bool says_keys(const struct state *state, int x) {
    enum { COLUMNS = 8 };
    return state->width >= HEADER_SAYS_KEYS && x >= state->width - COLUMNS;
}

unsigned pointing_click(struct state *state, const struct action *action) {
    struct layout layout = layout_of(state);
    if (is_in(layout.list, action)) return click_list(state, action);
    if (choose_knob(state, &layout, action)) return EFFECT_DRAW;
    state->stale |= STALE_LIVE;
    if (is_in(layout.note, action)) {
        state->pane = PANE_NOTE;
    } else if (is_in(layout.live, action)) {
        state->pane = PANE_LIVE;
        choose_line(state, state->live_top + action->y - layout.live.y);
    } else if (action->y == layout.top_rule) {
        click_name(state, &layout, action->x);
    } else if (action->y == layout.header && says_keys(state, action->x)) {
        return help_open(state, action);
    }
    return EFFECT_DRAW;
}

unsigned pointing_toggle(struct state *state, const struct action *action) {
    (void)action;
    state->mouse = !state->mouse;
    state_say(state, state->mouse ? "mouse on; Shift-drag selects text" : "mouse off");
    return EFFECT_DRAW | EFFECT_MOUSE;
}
