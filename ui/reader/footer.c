/* footer - see footer.h. */
#include "ui/reader/footer.h"

#include <stdio.h>
#include <string.h>

#include "ui/columns.h"
#include "ui/reader/keys.h"
#include "ui/reader/modes.h"

/* ---- status --------------------------------------------------------------------------------- */

/* "[0 ms, simulated]": the value, its unit unless the name says it, and what is not real. */
static const char *knob_value(const struct state *state, size_t knob, char *text, size_t size) {
    const struct knob *row = &state_step(state)->knobs[knob];
    char value[STATE_WORD];
    const char *unit = row->unit && strcmp(row->unit, row->name) != 0 ? row->unit : "";
    state_knob_text(state, knob, value, sizeof value);
    snprintf(text, size, "[%s%s%s%s]", value, *unit ? " " : "", unit,
             row->simulated ? ", simulated" : "");
    return text;
}

static int knob_width(const struct state *state, size_t knob) {
    char text[2 * STATE_WORD];
    const char *value = knob_value(state, knob, text, sizeof text);
    return (int)(columns_of(state_step(state)->knobs[knob].name) + 1 + columns_of(value));
}

static int put_knob(const struct state *state, struct grid *grid, int y, int x, int right,
                    size_t knob) {
    const struct knob *row = &state_step(state)->knobs[knob];
    bool chosen = knob == state->knob;
    char text[2 * STATE_WORD];
    struct style style = row->simulated ? STYLE(WARNING) : chosen ? STYLE(KEY) : STYLE(TEXT);
    x = grid_put(grid, y, x, right, row->name, chosen ? STYLE(STRONG) : STYLE(MUTED));
    return grid_put(grid, y, x + 1, right, knob_value(state, knob, text, sizeof text), style);
}

/* Where not all have room, the chosen knob comes first and dots tell of the others. */
static void put_knobs(const struct state *state, struct grid *grid, int y, int right) {
    enum { GAP = 3 };
    size_t count = state_step(state)->knob_count;
    int needed = 1 - GAP, x = 1;
    for (size_t i = 0; i < count; i++) needed += knob_width(state, i) + GAP;
    bool all = needed <= right;
    for (size_t i = all ? 0 : state->knob; i < count; i++) {
        bool fits = all || x + knob_width(state, i) <= right - 2;
        if (fits || x == 1) x = put_knob(state, grid, y, x, right - (all ? 0 : 2), i) + GAP;
        if (!fits) break;
    }
    if (!all) grid_put(grid, y, right - 1, right, "…", STYLE(MUTED));
}

/* "replay 1x [=====>    ]"; returns the column where it begins. */
static int put_replay(const struct state *state, struct grid *grid, int y) {
    enum { BAR = 12 };
    if (!state_can_replay(state) || grid->width < 60) return grid->width - 1;
    const struct replay *replay = &state->replay;
    const char *word = replay->playing ? "playing" : replay_is_whole(replay) ? "replay" : "paused";
    int x = grid->width - BAR - 3, done = (int)(replay->at * BAR / replay->length);
    grid_put(grid, y, x, grid->width, "[", STYLE(MUTED));
    grid_fill(grid, y, x + 1, x + 1 + done, 0x2501, STYLE(LANE_0));
    if (done < BAR && !replay_is_whole(replay))
        grid_put(grid, y, x + 1 + done, grid->width, "▸", STYLE(KEY));
    grid_put(grid, y, x + 1 + BAR, grid->width, "]", STYLE(MUTED));
    char head[32];
    snprintf(head, sizeof head, "%s %s ", word, replay_speed(replay));
    return grid_put_right(grid, y, 0, x, head, replay->playing ? STYLE(STRONG) : STYLE(MUTED)) - 2;
}

static void put_field(const struct state *state, struct grid *grid, int y, const char *head) {
    int line, column,
        x = grid_put(grid, y, grid->width >= 30 ? 1 : 0, grid->width, head, STYLE(KEY));
    int room = grid->width - x - 1;
    editor_position(&state->field, &line, &column);
    const char *text = state->field.text;
    size_t skip = 0;
    if (column > room && room > 0)
        skip = columns_fit(text, state->field.length, (unsigned)(column - room));
    grid_put(grid, y, x, grid->width, text + skip, STYLE(TEXT));
    grid->cursor_y = y;
    grid->cursor_x = x + column - (int)columns_of_bytes(text, skip);
}

static const char *const sure_questions[RESET_COUNT] = {
    [RESET_OUTPUT] = "clear what this step showed?",
    [RESET_KNOBS] = "put the knobs back to their usual values?",
    [RESET_LISTING] = "throw the edited listing away?",
    [RESET_PROGRESS] = "forget all progress, of all days? no undo",
};

void footer_put_status(const struct state *state, struct grid *grid, int y) {
    char head[STATE_WORD];
    int x = grid->width >= 30 ? 1 : 0;
    if (y < 0) return;
    if (state->message[0]) {
        grid_put_fit(grid, y, x, grid->width - 1, state->message, STYLE(STRONG));
        return;
    }
    switch (state->mode) {
    case MODE_SEARCH: put_field(state, grid, y, "/"); return;
    case MODE_KNOB:
        snprintf(head, sizeof head, "%s: ", state_step(state)->knobs[state->knob].name);
        put_field(state, grid, y, head);
        return;
    case MODE_RESET: grid_put_fit(grid, y, x, grid->width, "reset what?", STYLE(STRONG)); return;
    case MODE_SURE:
        grid_put_fit(grid, y, x, grid->width, sure_questions[state->reset], STYLE(STRONG));
        return;
    default: break;
    }
    put_knobs(state, grid, y, put_replay(state, grid, y) - 1);
}

/* ---- keys ----------------------------------------------------------------------------------- */

static int key_width(const struct binding *row) {
    return (int)(columns_of(row->shown) + 1 + columns_of(row->brief));
}

static int put_key(struct grid *grid, int y, int x, const struct binding *row) {
    x = grid_put(grid, y, x, grid->width, row->shown, STYLE(KEY));
    return grid_put(grid, y, x + 1, grid->width, row->brief, STYLE(MUTED));
}

static bool is_shown(const struct state *state, const struct binding *row) {
    return row->brief && row->shown && keys_works(state, row);
}

/* While reading, one key keeps its place at the right end: the way out, or on a narrow screen,
 * whose header does not say it, the way to all keys. */
static const struct binding *pinned(const struct state *state) {
    enum action_kind wanted = state->width < HEADER_SAYS_KEYS ? ACTION_HELP : ACTION_LEAVE;
    for (size_t i = 0; i < binding_count; i++)
        if (bindings[i].action == wanted && is_shown(state, &bindings[i])) return &bindings[i];
    return NULL;
}

/* As many of the keys that work now as there is room for. */
void footer_put_keys(const struct state *state, struct grid *grid, int y) {
    enum { PINNED_FROM = 24, GAP = 2 };
    int x = grid->width >= 30 ? 1 : 0, right = grid->width;
    if (y < 0) return;
    bool pins = state->mode == MODE_READ && grid->width >= PINNED_FROM;
    const struct binding *last = pins ? pinned(state) : NULL;
    if (last) right -= key_width(last) + GAP;
    for (size_t i = 0; i < binding_count; i++) {
        const struct binding *row = &bindings[i];
        if (row == last || !is_shown(state, row)) continue;
        if (x + key_width(row) > right) break;
        x = put_key(grid, y, x, row) + GAP;
    }
    if (last) put_key(grid, y, right + GAP, last);
}
