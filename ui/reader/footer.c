/* footer - see footer.h. */
#include "ui/reader/footer.h"

#include <stdio.h>
#include <string.h>

#include "ui/columns.h"
#include "ui/reader/keys.h"
#include "ui/reader/modes.h"

/* ---- status --------------------------------------------------------------------------------- */

/* How much of a unit's name is said of a value: of one, "call" and not "calls". Of what is written
 * short, as ms and tokens/s, all. */
static int unit_length(const struct knob *knob, const char *unit, int64_t number) {
    int length = (int)strlen(unit);
    bool plural = length > 3 && unit[length - 1] == 's' && !strchr(unit, '/');
    return knob->kind == KNOB_NUMBER && number == 1 && plural ? length - 1 : length;
}

/* "[0 ms, simulated]": the value, its unit unless the name says it, and what is not real. */
static const char *knob_value(const struct state *state, size_t knob, char *text, size_t size) {
    const struct knob *row = &state_step(state)->knobs[knob];
    char value[STATE_WORD];
    const char *unit = row->unit && strcmp(row->unit, row->name) != 0 ? row->unit : "";
    int64_t number = state_visit(state)->settings[knob].number;
    state_knob_text(state, knob, value, sizeof value);
    snprintf(text, size, "[%s%s%.*s%s]", value, *unit ? " " : "", unit_length(row, unit, number),
             unit, row->simulated ? ", simulated" : "");
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

/* Which knobs are shown, from the first on: all, or, where not all have room, the chosen one and
 * what fits behind it. Dots tell of the others. */
struct shown_knobs {
    size_t first, count;
    int right;
    bool all;
};

enum { KNOB_GAP = 3 };

static struct shown_knobs shown_knobs(const struct state *state, int right) {
    size_t count = state_step(state)->knob_count;
    int needed = 1 - KNOB_GAP, x = 1;
    for (size_t i = 0; i < count; i++) needed += knob_width(state, i) + KNOB_GAP;
    if (needed <= right) return (struct shown_knobs){0, count, right, true};
    struct shown_knobs shown = {.first = state->knob, .right = right - 2};
    for (size_t i = shown.first; i < count; i++) {
        x += knob_width(state, i);
        if (x > shown.right && shown.count > 0) break;
        x += KNOB_GAP;
        shown.count++;
    }
    return shown;
}

static void put_knobs(const struct state *state, struct grid *grid, int y, int right) {
    struct shown_knobs shown = shown_knobs(state, right);
    int x = 1;
    for (size_t i = 0; i < shown.count; i++)
        x = put_knob(state, grid, y, x, shown.right, shown.first + i) + KNOB_GAP;
    if (!shown.all) grid_put(grid, y, right - 1, right, "…", STYLE(MUTED));
}

enum { BAR = 12, HEAD = 32 };

/* "replay 1x " */
static bool replay_head(const struct state *state, char head[HEAD]) {
    const struct replay *replay = &state->replay;
    const char *word = replay->playing ? "playing" : replay_is_whole(replay) ? "replay" : "paused";
    if (!state_can_replay(state) || state->width < 60) return false;
    snprintf(head, HEAD, "%s %s ", word, replay_speed(replay));
    return true;
}

/* Where the knobs end: before the replay, where there is one. */
static int right_of_knobs(const struct state *state) {
    char head[HEAD];
    if (!replay_head(state, head)) return state->width - 2;
    return state->width - BAR - 3 - (int)columns_of(head) - 3;
}

/* "replay 1x [=====>    ]" */
static void put_replay(const struct state *state, struct grid *grid, int y) {
    char head[HEAD];
    if (!replay_head(state, head)) return;
    const struct replay *replay = &state->replay;
    int x = grid->width - BAR - 3, done = (int)(replay->at * BAR / replay->length);
    grid_put(grid, y, x, grid->width, "[", STYLE(MUTED));
    grid_fill(grid, y, x + 1, x + 1 + done, 0x2501, STYLE(LANE_0));
    if (done < BAR && !replay_is_whole(replay))
        grid_put(grid, y, x + 1 + done, grid->width, "▸", STYLE(KEY));
    grid_put(grid, y, x + 1 + BAR, grid->width, "]", STYLE(MUTED));
    grid_put_right(grid, y, 0, x, head, replay->playing ? STYLE(STRONG) : STYLE(MUTED));
}

bool footer_knob_at(const struct state *state, int x, size_t *knob) {
    struct shown_knobs shown = shown_knobs(state, right_of_knobs(state));
    int left = 1;
    if (state->message[0]) return false; /* it stands in the knobs' place */
    for (size_t i = 0; i < shown.count; i++) {
        *knob = shown.first + i;
        int width = knob_width(state, *knob);
        if (x >= left && x < left + width) return true;
        left += width + KNOB_GAP;
    }
    return false;
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
    put_replay(state, grid, y);
    put_knobs(state, grid, y, right_of_knobs(state));
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
