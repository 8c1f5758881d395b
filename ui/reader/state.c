/* state - its life, its questions, and the update; see state.h and modes.h. */
#include "ui/reader/state.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/text.h"
#include "ui/reader/amount.h"
#include "ui/reader/modes.h"
#include "ui/reader/note.h"

/* ---- life ----------------------------------------------------------------------------------- */

static size_t step_total(const struct course *course) {
    size_t total = 0;
    for (size_t i = 0; i < course->count; i++) total += course->lessons[i]->step_count;
    return total;
}

void state_usual_knobs(struct visit *visit, const struct step *step) {
    for (size_t i = 0; i < step->knob_count; i++) {
        const char *word = step->knobs[i].usual_text;
        visit->settings[i].number = step->knobs[i].usual;
        snprintf(visit->settings[i].word, STATE_WORD, "%s", word ? word : "");
    }
}

bool state_init(struct state *state, const struct state_options *options) {
    *state = (struct state){
        .course = options->course,
        .graph = options->graph,
        .ascii = options->ascii,
        .mouse = options->mouse,
        .height = options->height,
        .width = options->width,
        .list_open = true,
        .selected = 1,
        .lot = options->seed,
        .stale = STALE_ALL,
    };
    grid_init(&state->note, state->ascii);
    grid_init(&state->live, state->ascii);
    grid_init(&state->strip, state->ascii);
    grid_init(&state->over, state->ascii);
    state->visits = calloc(step_total(&state->course), sizeof *state->visits);
    if (!state->visits) return false;
    struct visit *visit = state->visits;
    for (size_t i = 0; i < state->course.count; i++)
        for (size_t j = 0; j < state->course.lessons[i]->step_count; j++)
            state_usual_knobs(visit++, state->course.lessons[i]->steps[j]);
    return true;
}

void state_release(struct state *state) {
    stage_close(state->stage);
    free(state->review.before.listing);
    resetting_forget(state);
    for (size_t i = 0; state->visits && i < step_total(&state->course); i++) {
        free(state->visits[i].listing);
        editor_release(&state->visits[i].editor);
    }
    free(state->visits);
    grid_release(&state->note);
    grid_release(&state->live);
    grid_release(&state->strip);
    grid_release(&state->over);
    editor_release(&state->field);
    search_release(&state->search);
}

/* ---- questions ------------------------------------------------------------------------------ */

const struct lesson *state_lesson(const struct state *state) {
    return state->course.lessons[state->lesson];
}

const struct step *state_step(const struct state *state) {
    return state_lesson(state)->steps[state->step];
}

struct visit *state_visit_of(const struct state *state, size_t lesson, size_t step) {
    struct visit *visit = state->visits;
    for (size_t i = 0; i < lesson; i++) visit += state->course.lessons[i]->step_count;
    return visit + step;
}

struct visit *state_visit(const struct state *state) {
    return state_visit_of(state, state->lesson, state->step);
}

const char *state_listing(const struct state *state) {
    const char *edited = state_visit(state)->listing;
    return edited ? edited : step_listing(state_lesson(state), state_step(state));
}

bool state_is_wide(const struct state *state) {
    return state->width >= LAYOUT_WIDE;
}

bool state_is_busy(const struct state *state) {
    return state->starting || state->running;
}

bool state_is_moving(const struct state *state) {
    return state->running || state->replay.playing;
}

bool state_can_run(const struct state *state) {
    return state_step(state)->run && !state_is_busy(state);
}

bool state_can_edit(const struct state *state) {
    return state_step(state)->listing_runs && !state_is_busy(state) && !state->review.on;
}

bool state_can_replay(const struct state *state) {
    return state->stage && !state_is_busy(state) && state->replay.length > 0;
}

const char *state_fill(const struct state *state, const char *text, struct arena *arena) {
    struct stage *stage = strchr(text, '{') ? state_open_stage(state) : NULL;
    const char *filled = stage ? stage_fill(stage, text, arena) : NULL;
    stage_close(stage);
    return filled ? filled : text;
}

const char *state_question(const struct state *state, struct arena *arena) {
    const struct prediction *prediction = state_step(state)->prediction;
    return prediction ? state_fill(state, prediction->question, arena) : "";
}

static const char *order_in_words(const struct prediction *prediction, const size_t *order,
                                  struct arena *arena) {
    struct text text;
    text_init(&text, arena);
    for (size_t i = 0; i < prediction->choice_count && i < ORDER_MOST; i++) {
        if (i) text_add(&text, ", ");
        if (order[i] < prediction->choice_count) text_add(&text, prediction->choices[order[i]]);
    }
    const char *words = text_finish(&text);
    return words ? words : "";
}

const char *state_answer(const struct state *state, const struct answer *answer,
                         struct arena *arena) {
    const struct prediction *prediction = state_step(state)->prediction;
    if (!answer->given || !prediction) return "nothing";
    if (prediction->kind == PREDICT_ORDER) return order_in_words(prediction, answer->order, arena);
    if (prediction->kind == PREDICT_CHOICE) {
        bool known = answer->number >= 0 && answer->number < (double)prediction->choice_count;
        return known ? prediction->choices[(size_t)answer->number] : "none of these";
    }
    const char *number = arena_string(arena, amount_number(answer->number, "").text);
    return number ? number : "";
}

bool state_met(const struct state *state) {
    const struct prediction *prediction = state_step(state)->prediction;
    const struct answer *said = &state_visit(state)->said, *measured = &state->measured;
    if (!prediction || !measured->given || !state_said_of_this(state)) return false;
    if (prediction->kind != PREDICT_ORDER) {
        double far = fabs(said->number - measured->number), rounding = 0.005;
        return far <= fabs(measured->number) * fmax(prediction->within, rounding);
    }
    return memcmp(said->order, measured->order, prediction->choice_count * sizeof(size_t)) == 0;
}

/* ---- knobs ----------------------------------------------------------------------------------- */

const char *state_setting_text(const struct knob *knob, const struct setting *setting, char *buffer,
                               size_t size) {
    switch (knob->kind) {
    case KNOB_NUMBER: snprintf(buffer, size, "%" PRId64, setting->number); break;
    case KNOB_CHOICE: snprintf(buffer, size, "%s", knob->choices[setting->number]); break;
    case KNOB_TEXT: snprintf(buffer, size, "%s", setting->word); break;
    }
    return buffer;
}

const char *state_knob_text(const struct state *state, size_t knob, char *buffer, size_t size) {
    return state_setting_text(&state_step(state)->knobs[knob], &state_visit(state)->settings[knob],
                              buffer, size);
}

struct stage *state_open_stage(const struct state *state) {
    const struct step *step = state_step(state);
    const struct visit *visit = state_visit(state);
    struct stage *stage = stage_open(state_lesson(state), step);
    if (!stage) return NULL;
    char text[STATE_WORD], why[STATE_WORD];
    bool set = !visit->listing || stage_set_listing(stage, visit->listing);
    for (size_t i = 0; set && i < step->knob_count; i++)
        set = stage_set(stage, step->knobs[i].name, state_knob_text(state, i, text, sizeof text),
                        why, sizeof why);
    if (set) return stage;
    stage_close(stage);
    return NULL;
}

bool state_set_knob(struct state *state, size_t knob, const char *text, char *why, size_t size) {
    const struct step *step = state_step(state);
    struct setting *setting = &state_visit(state)->settings[knob];
    struct stage *stage = stage_open(state_lesson(state), step);
    snprintf(why, size, "out of memory");
    bool set = stage && stage_set(stage, step->knobs[knob].name, text, why, size);
    if (set) {
        setting->number = stage->numbers[knob];
        if (step->knobs[knob].kind == KNOB_TEXT)
            snprintf(setting->word, sizeof setting->word, "%s", stage->words[knob]);
        state->stale |= STALE_STRIP | STALE_LIVE;
    }
    stage_close(stage);
    return set;
}

/* ---- going about ----------------------------------------------------------------------------- */

void state_say(struct state *state, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(state->message, sizeof state->message, format, arguments);
    va_end(arguments);
}

void state_set_mode(struct state *state, enum mode mode) {
    state->mode = mode;
    state->stale |= STALE_STRIP | STALE_LIVE;
    if (mode == MODE_HELP || mode == MODE_SQL) {
        state->stale |= STALE_OVER;
        state->over_top = 0;
    }
}

void state_drop_stage(struct state *state) {
    stage_close(state->stage);
    state->stage = NULL;
    state->measured = (struct answer){0};
    replay_begin(&state->replay, NULL);
    state->stale |= STALE_LIVE | STALE_STRIP;
}

void state_open(struct state *state, size_t lesson, size_t step) {
    state->lesson = lesson;
    state->step = step;
    state->note_top = state->live_top = 0;
    state->selected = 1;
    state->knob = 0;
    lanes_forget(state);
    resetting_forget(state);
    state_drop_stage(state);
    state->stale = STALE_ALL;
    state_update(state, &(struct action){.kind = ACTION_NONE});
}

unsigned state_go(struct state *state, size_t lesson, size_t step) {
    unsigned effects = EFFECT_DRAW;
    if (lesson == state->lesson && step == state->step) return effects;
    if (state_is_busy(state)) effects |= EFFECT_CANCEL;
    if (!state_is_wide(state)) state->pane = PANE_NOTE;
    state_open(state, lesson, step);
    return effects | EFFECT_PLACE;
}

/* ---- the update ------------------------------------------------------------------------------ */

static unsigned time_passed(struct state *state, const struct action *action) {
    unsigned effects = 0;
    if (state->running) {
        state->running_ns += action->elapsed_ns;
        effects = EFFECT_DRAW;
    }
    if (replay_tick(&state->replay, action->elapsed_ns)) effects = EFFECT_DRAW;
    if (effects) state->stale |= STALE_LIVE;
    return effects;
}

static unsigned stop(struct state *state, const struct action *action) {
    (void)action;
    if (state_is_busy(state)) {
        state->stopping = true;
        state_say(state, "stopping ...");
        return EFFECT_DRAW | EFFECT_CANCEL;
    }
    if (state->mode == MODE_READ) return EFFECT_QUIT;
    if (state->mode == MODE_HELP) return over_handle(state, &(struct action){.kind = ACTION_BACK});
    if (state->mode == MODE_EDIT) writing_keep(state);
    state_set_mode(state, MODE_READ);
    return EFFECT_DRAW;
}

static unsigned resize(struct state *state, const struct action *action) {
    int note_width = layout_note_width(state), before = state->note.height;
    state->height = action->height;
    state->width = action->width;
    state->stale = STALE_ALL;
    if (layout_note_width(state) != note_width && before > 0) { /* stay near the same place */
        struct grid *page = &state->note;
        note_build(page, state_lesson(state), state->step, layout_note_width(state));
        state->note_top = (int)((int64_t)state->note_top * page->height / before);
    }
    return EFFECT_REPAINT | EFFECT_DRAW;
}

static unsigned repaint(struct state *state, const struct action *action) {
    (void)state, (void)action;
    return EFFECT_REPAINT | EFFECT_DRAW;
}

static unsigned suspend(struct state *state, const struct action *action) {
    (void)state, (void)action;
    return EFFECT_SUSPEND;
}

/* What means the same in every mode. */
static mode_handler *const always[ACTION_COUNT] = {
    [ACTION_RESIZE] = resize,
    [ACTION_REPAINT] = repaint,
    [ACTION_SUSPEND] = suspend,
    [ACTION_STARTED] = running_started,
    [ACTION_FINISHED] = running_finished,
    [ACTION_TICK] = time_passed,
    [ACTION_STOP] = stop,
    [ACTION_HELP] = help_open,
};

static mode_handler *const by_mode[MODE_COUNT] = {
    [MODE_READ] = reading_handle,   [MODE_ASK] = asking_handle,    [MODE_EDIT] = editing_handle,
    [MODE_KNOB] = typing_handle,    [MODE_SEARCH] = typing_handle, [MODE_LIST] = list_handle,
    [MODE_HELP] = over_handle,      [MODE_SQL] = over_handle,      [MODE_RESET] = resetting_handle,
    [MODE_SURE] = resetting_handle,
};

static int clamp(int value, int most) {
    if (value > most) value = most;
    return value < 0 ? 0 : value;
}

/* The least scrolling that shows a row. */
static int in_sight(int top, int row, int height) {
    if (row < top) return row;
    return height > 0 && row >= top + height ? row - height + 1 : top;
}

/* Builds what is stale. The strip comes first: the panes' heights depend on it. */
static void refresh(struct state *state) {
    unsigned stale = state->stale;
    state->stale = 0;
    if (stale & STALE_STRIP) strip_build(state);
    if (stale & STALE_NOTE) {
        note_build(&state->note, state_lesson(state), state->step, layout_note_width(state));
        search_mark(&state->search, &state->note);
    }
    if (stale & STALE_LIVE) live_build(state);
    if (stale & STALE_OVER) over_build(state);
    struct layout layout = layout_of(state);
    if (stale & STALE_LIVE && state->show_results) {
        state->live_top = state->results_row;
        state->show_results = false;
    }
    if (stale & STALE_LIVE && state->live_focus >= 0)
        state->live_top = in_sight(state->live_top, state->live_focus, layout.live.height);
    if (state->show_hint) {
        state->strip_top = state->hint_row;
        state->show_hint = false;
    }
    state->strip_top = clamp(state->strip_top, state->strip.height - layout.strip.height);
    state->note_top = clamp(state->note_top, state->note.height - layout.note.height);
    state->live_top = clamp(state->live_top, state->live.height - layout.live.height);
    state->over_top = clamp(state->over_top, state->over.height - layout.over.height);
}

static bool is_from_the_user(enum action_kind kind) {
    return kind != ACTION_NONE && kind < ACTION_RESIZE;
}

static bool is_typed(const struct action *action) {
    return action->kind == ACTION_TYPE || action->kind == ACTION_NEWLINE;
}

unsigned state_update(struct state *state, const struct action *action) {
    unsigned effects = 0;
    if (is_from_the_user(action->kind) && (state->strip_raised || state->strip_top > 0)) {
        hints_lower(state, action->kind);
        effects |= EFFECT_DRAW;
    }
    if (is_from_the_user(action->kind) && state->message[0]) {
        state->message[0] = '\0';
        effects |= EFFECT_DRAW;
    }
    if (action->kind != ACTION_NONE && action->kind < ACTION_COUNT) {
        mode_handler *handler = always[action->kind];
        effects |= (handler ? handler : by_mode[state->mode])(state, action);
    }
    review_check_place(state);
    if (is_typed(action) && action->more) {
        /* a text that comes faster than pages are built: they are built for its last character */
    } else if (state->stale) {
        effects |= EFFECT_DRAW;
        refresh(state);
    } else if (effects & EFFECT_DRAW) {
        refresh(state); /* clamps */
    }
    return effects;
}
