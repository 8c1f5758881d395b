/* running - a run as the state sees it: asked for, begun, finished, judged. The worker does the
 * running itself. */
#include <string.h>

#include "ui/reader/modes.h"

unsigned state_start_run(struct state *state) {
    state_set_mode(state, MODE_READ);
    state->starting = true;
    resetting_forget(state);
    state->run_lesson = state->lesson;
    state->run_step = state->step;
    if (!state_is_wide(state)) state->pane = PANE_LIVE;
    return EFFECT_DRAW | EFFECT_RUN;
}

unsigned state_request_run(struct state *state) {
    const struct prediction *prediction = state_step(state)->prediction;
    if (!prediction || state_visit(state)->asked) return state_start_run(state);
    editor_release(&state->field);
    if (!editor_init(&state->field, "", true)) return state_start_run(state);
    state->choice = 0;
    state->saying = (struct answer){0};
    for (size_t i = 0; i < ORDER_MOST; i++) state->saying.order[i] = i;
    state_set_mode(state, MODE_ASK);
    return EFFECT_DRAW;
}

unsigned running_started(struct state *state, const struct action *action) {
    state->starting = false;
    state->running = action->stage;
    state->running_ns = 0;
    state->stopping = false;
    state->stale |= STALE_LIVE;
    if (!action->stage) state_say(state, "the run could not begin: out of memory");
    return EFFECT_DRAW;
}

static void judge(struct state *state) {
    const struct step *step = state->stage->step;
    const struct prediction *prediction = step->prediction;
    for (size_t i = 0; i < step->claim_count && i < STATE_CLAIMS; i++) {
        stage_check(state->stage, &step->claims[i], &state->verdicts[i]);
        if (!state->verdicts[i].shown) /* neither held nor failed */
            state->verdicts[i] = (struct verdict){.shown = "there was no memory to look"};
    }
    if (prediction && prediction->answer && !fault_raised(&state->stage->fault))
        state->measured.given =
            prediction->answer(state->stage, &state->measured.number, state->measured.order);
}

/* Chooses the line that sent most queries: what `o` opens, and in sight on a small screen. Where no
 * line counts anything, what is new begins below the listing. After a fault it is the line it was
 * raised in: what `e` opens. */
static void select_line(struct state *state) {
    const struct fault *fault = &state->stage->fault;
    uint64_t most = 0;
    if (fault_raised(fault) && fault->line > 0 && fault->line <= state->line_count) {
        state->selected = fault->line;
        return;
    }
    for (unsigned line = 1; line <= state->line_count; line++) {
        uint64_t queries = stage_tally(cut_whole(state->stage->tape), TAPE_QUERY, line).count;
        if (queries <= most) continue;
        most = queries;
        state->selected = line;
    }
    state->show_selected = most > 0;
    state->show_results = most == 0;
}

bool state_ran_at(const struct state *state, size_t knob, const struct setting *setting) {
    const struct stage *stage = state->stage;
    if (stage->step->knobs[knob].kind == KNOB_TEXT)
        return strcmp(setting->word, stage->words[knob]) == 0;
    return setting->number == stage->numbers[knob];
}

bool state_said_of_this(const struct state *state) {
    const struct visit *visit = state_visit(state);
    const struct stage *stage = state->stage;
    if (!visit->said.given || !stage) return false;
    for (size_t i = 0; i < stage->step->knob_count; i++)
        if (!state_ran_at(state, i, &visit->said_at[i])) return false;
    return visit->said_of == lanes_hash(stage->listing ? stage->listing : "");
}

bool state_is_outdated(const struct state *state) {
    for (size_t i = 0; state->stage && i < state_step(state)->knob_count; i++)
        if (!state_ran_at(state, i, &state_visit(state)->settings[i])) return true;
    return false;
}

void state_take_stage(struct state *state, struct stage *stage) {
    state_drop_stage(state);
    state->stage = stage;
    replay_begin(&state->replay, stage->tape);
    judge(state);
    select_line(state);
}

/* The worker is done. What ran for a step that was left meanwhile is of no interest any more. */
unsigned running_finished(struct state *state, const struct action *action) {
    bool here = state->run_lesson == state->lesson && state->run_step == state->step;
    state->running = NULL;
    state->stopping = false;
    state->stale |= STALE_LIVE | STALE_STRIP;
    if (!action->stage || !here) {
        stage_close(action->stage);
        return EFFECT_DRAW;
    }
    state_take_stage(state, action->stage);
    review_count(state);
    lanes_remember(state);
    state->message[0] = '\0';
    /* news at the first run; from the second on it is the figures that are new */
    state->strip_raised = state->measured.given && !state->last_run.given;
    state->show_fault = fault_raised(&state->stage->fault);
    if (state->mode == MODE_SQL) state_set_mode(state, MODE_READ);
    if (fault_raised(&state->stage->fault)) return EFFECT_DRAW;
    state_visit(state)->done = true;
    return EFFECT_DRAW | EFFECT_DONE;
}
