/* reading - MODE_READ: scrolling, steps, knobs, the replay, and the ways into the other modes.
 * A table of small handlers, one an action. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/reader/keys.h"
#include "ui/reader/modes.h"

/* ---- scrolling ------------------------------------------------------------------------------ */

static int *top_of_pane(struct state *state) {
    return state->pane == PANE_NOTE ? &state->note_top : &state->live_top;
}

static int height_of_pane(const struct state *state) {
    struct layout layout = layout_of(state);
    int height = state->pane == PANE_NOTE ? layout.note.height : layout.live.height;
    return height > 1 ? height : 1;
}

static int height_of_page(const struct state *state) {
    return state->pane == PANE_NOTE ? state->note.height : state->live.height;
}

/* state_update clamps. */
static unsigned scroll(struct state *state, int rows) {
    *top_of_pane(state) += rows;
    return EFFECT_DRAW;
}

static bool is_seen(const struct state *state, int row) {
    return row >= state->live_top && row < state->live_top + height_of_pane(state);
}

/* In the live pane up and down choose a line of the listing; beyond its ends, and where the chosen
 * line is out of sight, they scroll. */
static unsigned move_line(struct state *state, int direction) {
    unsigned next = state->selected + (unsigned)direction;
    if (state->pane == PANE_NOTE || state->line_count == 0) return scroll(state, direction);
    bool seen = is_seen(state, state->line_row[state->selected]);
    if (!seen || next < 1 || next > state->line_count) return scroll(state, direction);
    state->selected = next;
    state->stale |= STALE_LIVE;
    if (!is_seen(state, state->line_row[next])) state->live_top += direction;
    return EFFECT_DRAW;
}

static unsigned up(struct state *state, const struct action *action) {
    (void)action;
    return move_line(state, -1);
}

static unsigned down(struct state *state, const struct action *action) {
    (void)action;
    return move_line(state, 1);
}

static unsigned page_up(struct state *state, const struct action *action) {
    (void)action;
    int rows = height_of_pane(state);
    return scroll(state, rows > 2 ? 1 - rows : -1);
}

static unsigned page_down(struct state *state, const struct action *action) {
    (void)action;
    int rows = height_of_pane(state);
    return scroll(state, rows > 2 ? rows - 1 : 1);
}

static unsigned half_up(struct state *state, const struct action *action) {
    (void)action;
    return scroll(state, -(height_of_pane(state) + 1) / 2);
}

static unsigned half_down(struct state *state, const struct action *action) {
    (void)action;
    return scroll(state, (height_of_pane(state) + 1) / 2);
}

static unsigned top(struct state *state, const struct action *action) {
    (void)action;
    *top_of_pane(state) = 0;
    return EFFECT_DRAW;
}

static unsigned bottom(struct state *state, const struct action *action) {
    (void)action;
    *top_of_pane(state) = height_of_page(state);
    return EFFECT_DRAW;
}

/* Note, listing, results and round again; the results are a stop of their own where they are not
 * seen below the listing anyway. */
static unsigned other_pane(struct state *state, const struct action *action) {
    (void)action;
    int hidden = state->live.height - layout_of(state).live.height;
    int results = state->results_row < hidden ? state->results_row : hidden;
    bool more = state->stage && !state_is_wide(state) && state->live_top < results;
    if (state->pane == PANE_LIVE && more) {
        state->live_top = results;
        return EFFECT_DRAW;
    }
    state->pane = state->pane == PANE_NOTE ? PANE_LIVE : PANE_NOTE;
    if (!state_is_wide(state)) state->live_top = 0;
    state->stale |= STALE_LIVE;
    return EFFECT_DRAW;
}

/* ---- steps ---------------------------------------------------------------------------------- */

static unsigned next_step(struct state *state, const struct action *action) {
    (void)action;
    if (state->step + 1 < state_lesson(state)->step_count)
        return state_go(state, state->lesson, state->step + 1);
    if (state->lesson + 1 < state->course.count) return state_go(state, state->lesson + 1, 0);
    state_say(state, "this is the last step");
    return EFFECT_DRAW;
}

static unsigned previous_step(struct state *state, const struct action *action) {
    (void)action;
    if (state->step > 0) return state_go(state, state->lesson, state->step - 1);
    if (state->lesson == 0) {
        state_say(state, "this is the first step");
        return EFFECT_DRAW;
    }
    size_t lesson = state->lesson - 1;
    return state_go(state, lesson, state->course.lessons[lesson]->step_count - 1);
}

static unsigned day(struct state *state, const struct action *action) {
    size_t lesson = action->rune - '1', before = state->lesson;
    if (action->rune < '1' || lesson >= state->course.count) return 0;
    unsigned effects = state_go(state, lesson, 0);
    if (lesson != before) /* who meant to answer the question is told the way back */
        state_say(state, "day %d; %zu goes back to day %d", state_lesson(state)->day, before + 1,
                  state->course.lessons[before]->day);
    return effects;
}

/* ---- knobs ---------------------------------------------------------------------------------- */

static unsigned choose_knob(struct state *state, const struct action *action) {
    size_t count = state_step(state)->knob_count;
    if (count == 0) return 0;
    size_t far = action->kind == ACTION_KNOB_NEXT ? 1 : count - 1;
    state->knob = (state->knob + far) % count;
    return EFFECT_DRAW;
}

/* The step of a number: a tenth of its size, so that 100 goes to 110 and 2,000 to 2,100; for small
 * ranges, one. */
static int64_t number_step(const struct knob *knob, int64_t value, bool much) {
    enum { SMALL_RANGE = 32 };
    int64_t step = 1;
    if (knob->max - knob->min > SMALL_RANGE)
        while (step * 100 <= llabs(value)) step *= 10;
    return much ? step * 10 : step;
}

static int64_t turned_number(const struct knob *knob, int64_t value, bool more, bool much) {
    int64_t step = number_step(knob, more ? value : value - (value > 0), much);
    int64_t rest = value % step, next;
    if (more)
        next = value - rest + step;
    else
        next = rest ? value - rest : value - step; /* onto a round number first */
    return next < knob->min ? knob->min : next > knob->max ? knob->max : next;
}

unsigned knob_turn(struct state *state, const struct action *action) {
    const struct step *step = state_step(state);
    if (state->knob >= step->knob_count) return 0;
    const struct knob *knob = &step->knobs[state->knob];
    struct setting *setting = &state_visit(state)->settings[state->knob];
    bool more = action->kind == ACTION_KNOB_MORE || action->kind == ACTION_KNOB_MUCH_MORE;
    bool much = action->kind == ACTION_KNOB_MUCH_MORE || action->kind == ACTION_KNOB_MUCH_LESS;
    int64_t choices = (int64_t)knob->choice_count;
    if (knob->kind == KNOB_TEXT)
        state_say(state, "v types another %s", knob->name);
    else if (knob->kind == KNOB_NUMBER)
        setting->number = turned_number(knob, setting->number, more, much);
    else if (choices > 0)
        setting->number = (setting->number + (more ? 1 : choices - 1)) % choices;
    state->stale |= STALE_STRIP | STALE_LIVE;
    return EFFECT_DRAW;
}

static unsigned type_knob(struct state *state, const struct action *action) {
    (void)action;
    char value[STATE_WORD];
    if (state->knob >= state_step(state)->knob_count) return 0;
    editor_release(&state->field);
    state_knob_text(state, state->knob, value, sizeof value);
    if (state_step(state)->knobs[state->knob].kind == KNOB_NUMBER) value[0] = '\0';
    if (editor_init(&state->field, value, true)) state_set_mode(state, MODE_KNOB);
    return EFFECT_DRAW;
}

/* ---- the demo ------------------------------------------------------------------------------- */

static unsigned run(struct state *state, const struct action *action) {
    (void)action;
    if (!state_step(state)->run) {
        state_say(state, "this demo is not built yet");
        return EFFECT_DRAW;
    }
    if (state_is_busy(state)) {
        state_say(state, "a run is under way; ^C stops it");
        return EFFECT_DRAW;
    }
    return state_request_run(state);
}

/* Puts the line the replay stands at in sight. */
static unsigned moved(struct state *state) {
    if (!state_is_wide(state)) state->pane = PANE_LIVE;
    state->stale |= STALE_LIVE;
    return EFFECT_DRAW;
}

static unsigned replay(struct state *state, const struct action *action) {
    if (!state_can_replay(state)) return 0;
    switch (action->kind) {
    case ACTION_PLAY: replay_toggle(&state->replay); break;
    case ACTION_EVENT_NEXT: replay_step(&state->replay, 1); break;
    case ACTION_EVENT_PREVIOUS: replay_step(&state->replay, -1); break;
    case ACTION_QUERY_NEXT: replay_query(&state->replay, 1); break;
    case ACTION_QUERY_PREVIOUS: replay_query(&state->replay, -1); break;
    case ACTION_SPEED: replay_change_speed(&state->replay); break;
    default: return 0;
    }
    return moved(state);
}

static unsigned edit(struct state *state, const struct action *action) {
    (void)action;
    if (!state_can_edit(state)) {
        state_say(state, state_is_busy(state) ? "a run is under way; ^C stops it"
                         : state->review.on   ? "a review asks about the listing as it is shipped"
                                              : "this listing is not what runs: nothing to edit");
        return EFFECT_DRAW;
    }
    if (!writing_open(state)) return 0;
    resetting_forget(state);
    state->pane = PANE_LIVE;
    state_set_mode(state, MODE_EDIT);
    return EFFECT_DRAW;
}

/* ---- the ways out --------------------------------------------------------------------------- */

static unsigned leave(struct state *state, const struct action *action) {
    (void)action;
    return state_is_busy(state) ? EFFECT_QUIT | EFFECT_CANCEL : EFFECT_QUIT;
}

static unsigned back(struct state *state, const struct action *action) {
    (void)action;
    if (state->search.text[0] == '\0') return EFFECT_DRAW;
    search_release(&state->search);
    state->stale |= STALE_NOTE | STALE_LIVE;
    return EFFECT_DRAW;
}

static unsigned list(struct state *state, const struct action *action) {
    (void)action;
    state->list_open = true;
    state->list_at = list_here(state);
    state_set_mode(state, MODE_LIST);
    state->stale |= STALE_ALL;
    return EFFECT_DRAW;
}

static unsigned open_sql(struct state *state, const struct action *action) {
    (void)action;
    state_set_mode(state, MODE_SQL);
    return EFFECT_DRAW;
}

static unsigned reset(struct state *state, const struct action *action) {
    (void)action;
    state_set_mode(state, MODE_RESET);
    return EFFECT_DRAW;
}

static unsigned search(struct state *state, const struct action *action) {
    (void)action;
    editor_release(&state->field);
    if (editor_init(&state->field, "", true)) state_set_mode(state, MODE_SEARCH);
    return EFFECT_DRAW;
}

static unsigned find(struct state *state, const struct action *action) {
    size_t count = state->search.count;
    if (count == 0) return 0;
    size_t far = action->kind == ACTION_FIND_NEXT ? 1 : count - 1;
    state->search.at = (state->search.at + far) % count;
    return search_show(state);
}

static mode_handler *const handlers[ACTION_COUNT] = {
    [ACTION_UP] = up,
    [ACTION_DOWN] = down,
    [ACTION_PAGE_UP] = page_up,
    [ACTION_PAGE_DOWN] = page_down,
    [ACTION_HALF_UP] = half_up,
    [ACTION_HALF_DOWN] = half_down,
    [ACTION_TOP] = top,
    [ACTION_BOTTOM] = bottom,
    [ACTION_PANE] = other_pane,
    [ACTION_WHEEL_UP] = pointing_wheel,
    [ACTION_WHEEL_DOWN] = pointing_wheel,
    [ACTION_CLICK] = pointing_click,
    [ACTION_MOUSE] = pointing_toggle,
    [ACTION_NEXT_STEP] = next_step,
    [ACTION_PREVIOUS_STEP] = previous_step,
    [ACTION_DAY] = day,
    [ACTION_KNOB_NEXT] = choose_knob,
    [ACTION_KNOB_PREVIOUS] = choose_knob,
    [ACTION_KNOB_MORE] = knob_turn,
    [ACTION_KNOB_LESS] = knob_turn,
    [ACTION_KNOB_MUCH_MORE] = knob_turn,
    [ACTION_KNOB_MUCH_LESS] = knob_turn,
    [ACTION_KNOB_TYPE] = type_knob,
    [ACTION_RUN] = run,
    [ACTION_PLAY] = replay,
    [ACTION_EVENT_NEXT] = replay,
    [ACTION_EVENT_PREVIOUS] = replay,
    [ACTION_QUERY_NEXT] = replay,
    [ACTION_QUERY_PREVIOUS] = replay,
    [ACTION_SPEED] = replay,
    [ACTION_HINT] = hints_give,
    [ACTION_EDIT] = edit,
    [ACTION_LEAVE] = leave,
    [ACTION_BACK] = back,
    [ACTION_LIST] = list,
    [ACTION_SQL] = open_sql,
    [ACTION_RESET] = reset,
    [ACTION_REVIEW] = review_begin,
    [ACTION_REVIEW_END] = review_end,
    [ACTION_UNDO] = resetting_undo,
    [ACTION_SEARCH] = search,
    [ACTION_FIND_NEXT] = find,
    [ACTION_FIND_PREVIOUS] = find,
};

unsigned reading_handle(struct state *state, const struct action *action) {
    mode_handler *handler = handlers[action->kind];
    return handler ? handler(state, action) : 0;
}
