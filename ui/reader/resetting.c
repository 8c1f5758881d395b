/* resetting - the questions before something is reset (MODE_RESET, MODE_SURE), the reset, and the
 * one undo after it.
 *
 *     x --> which? o k l p --> really? y --> reset, and "u undoes it" --> u
 *
 * What was reset is kept until another step is open, a run begins or the listing is edited: from
 * there on it would undo more than the reset. Progress is gone from its file at once and cannot be
 * brought back, and the question says so. */
#include <stdlib.h>
#include <string.h>

#include "ui/reader/modes.h"

static const char *const done_words[RESET_COUNT] = {
    [RESET_OUTPUT] = "output cleared; u undoes it",
    [RESET_KNOBS] = "knobs at their usual values; u undoes it",
    [RESET_LISTING] = "listing as shipped; u undoes it",
    [RESET_PROGRESS] = "all progress is forgotten",
};

static const char *const undone_words[RESET_COUNT] = {
    [RESET_OUTPUT] = "the output is back",
    [RESET_KNOBS] = "the knobs are as they were",
    [RESET_LISTING] = "the listing is as it was",
};

/* ---- what was reset -------------------------------------------------------------------------- */

void resetting_forget(struct state *state) {
    struct undo *undo = &state->undo;
    stage_close(undo->stage);
    free(undo->listing);
    *undo = (struct undo){.on = false};
}

static void remember(struct state *state) {
    struct undo *undo = &state->undo;
    resetting_forget(state);
    undo->on = true;
    undo->reset = state->reset;
    memcpy(undo->settings, state_visit(state)->settings, sizeof undo->settings);
    undo->last_run = state->last_run.given;
    undo->this_run = state->this_run.given;
}

/* The finished run goes from the screen to what can be undone. */
static void clear_output(struct state *state) {
    state->undo.stage = state->stage;
    state->stage = NULL;
    lanes_forget(state);
    state_drop_stage(state);
}

static void bring_output_back(struct state *state) {
    struct undo *undo = &state->undo;
    if (undo->stage) state_take_stage(state, undo->stage);
    undo->stage = NULL;
    state->last_run.given = undo->last_run;
    state->this_run.given = undo->this_run;
}

unsigned resetting_undo(struct state *state, const struct action *action) {
    struct undo *undo = &state->undo;
    struct visit *visit = state_visit(state);
    (void)action;
    if (!undo->on || state_is_busy(state)) return 0;
    if (undo->reset == RESET_KNOBS) memcpy(visit->settings, undo->settings, sizeof undo->settings);
    if (undo->reset == RESET_LISTING) {
        free(visit->listing);
        visit->listing = undo->listing;
        undo->listing = NULL;
    }
    if (undo->reset != RESET_KNOBS) bring_output_back(state);
    state->stale |= STALE_LIVE | STALE_STRIP;
    state_say(state, "%s", undone_words[undo->reset]);
    resetting_forget(state);
    return EFFECT_DRAW;
}

/* ---- resetting ------------------------------------------------------------------------------- */

static unsigned reset_progress(struct state *state) {
    review_drop(state);
    resetting_forget(state);
    for (size_t i = 0; i < state->course.count; i++)
        for (size_t j = 0; j < state->course.lessons[i]->step_count; j++) {
            struct visit *visit = state_visit_of(state, i, j);
            visit->done = visit->asked = false;
            visit->said = (struct answer){0};
            visit->hints = 0;
        }
    return EFFECT_DRAW | EFFECT_FORGET;
}

static unsigned reset(struct state *state) {
    struct visit *visit = state_visit(state);
    state_set_mode(state, MODE_READ);
    if (state_is_busy(state)) {
        state_say(state, "a run is under way; ^C stops it");
        return EFFECT_DRAW;
    }
    state_say(state, "%s", done_words[state->reset]);
    if (state->reset == RESET_PROGRESS) return reset_progress(state);
    remember(state);
    if (state->reset == RESET_KNOBS) {
        state_usual_knobs(visit, state_step(state));
        return EFFECT_DRAW;
    }
    if (state->reset == RESET_LISTING) {
        state->undo.listing = visit->listing;
        visit->listing = NULL;
    }
    clear_output(state);
    return EFFECT_DRAW;
}

unsigned resetting_handle(struct state *state, const struct action *action) {
    static const char letters[RESET_COUNT] = {'o', 'k', 'l', 'p'};
    switch (action->kind) {
    case ACTION_CHOOSE:
        for (int i = 0; i < RESET_COUNT; i++) {
            if (action->rune != (uint32_t)letters[i] || state->mode != MODE_RESET) continue;
            state->reset = (enum reset)i;
            state_set_mode(state, MODE_SURE);
        }
        return EFFECT_DRAW;
    case ACTION_ACCEPT: return state->mode == MODE_SURE ? reset(state) : EFFECT_DRAW;
    case ACTION_BACK:
    case ACTION_LEAVE: state_set_mode(state, MODE_READ); return EFFECT_DRAW;
    default: return 0;
    }
}
