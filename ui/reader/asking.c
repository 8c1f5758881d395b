/* asking - MODE_ASK: the question before a step's first run, and the strip that shows it, the
 * answer, what was measured, and the hints. Any answer opens the run, and so does none. */
#include <stdio.h>
#include <string.h>

#include "engine/base/text.h"
#include "ui/reader/modes.h"
#include "ui/units.h"

/* ---- answering ------------------------------------------------------------------------------- */

static const struct prediction *question_of(const struct state *state) {
    return state_step(state)->prediction;
}

static unsigned answer_and_run(struct state *state, bool given) {
    struct visit *visit = state_visit(state);
    visit->asked = true;
    visit->said = state->saying;
    visit->said.given = given;
    memcpy(visit->said_at, visit->settings, sizeof visit->said_at);
    visit->said_of = lanes_hash(state_listing(state));
    return state_start_run(state);
}

static unsigned accept(struct state *state) {
    const struct prediction *prediction = question_of(state);
    if (prediction->kind == PREDICT_ORDER) return answer_and_run(state, true);
    if (prediction->kind == PREDICT_CHOICE) {
        state->saying.number = (double)state->choice;
        return answer_and_run(state, true);
    }
    if (state->field.length == 0) return answer_and_run(state, false);
    if (units_read(state->field.text, &state->saying.number)) return answer_and_run(state, true);
    state_say(state, "that is no number; Esc runs without an answer");
    return EFFECT_DRAW;
}

static unsigned move_choice(struct state *state, size_t to, bool carry) {
    size_t count = question_of(state)->choice_count;
    if (to >= count || to >= ORDER_MOST) return 0;
    if (carry) {
        size_t other = state->saying.order[to];
        state->saying.order[to] = state->saying.order[state->choice];
        state->saying.order[state->choice] = other;
    }
    state->choice = to;
    state->stale |= STALE_STRIP;
    return EFFECT_DRAW;
}

static unsigned scroll_note(struct state *state, int direction) {
    struct layout layout = layout_of(state);
    int *top = layout.note.height > 0 ? &state->note_top : &state->live_top;
    int rows = layout.note.height > 0 ? layout.note.height : layout.live.height;
    *top += direction * (rows > 2 ? rows - 1 : 1);
    return EFFECT_DRAW;
}

static unsigned write_number(struct state *state, const struct action *action) {
    struct editor *field = &state->field;
    switch (action->kind) {
    case ACTION_TYPE: editor_type(field, action->rune); break;
    case ACTION_PASTE: editor_insert(field, action->text, action->length); break;
    case ACTION_ERASE: editor_erase(field); break;
    case ACTION_DELETE: editor_delete(field); break;
    case ACTION_DELETE_LINE: editor_delete_line(field); break;
    case ACTION_LEFT: editor_move(field, MOVE_LEFT, 0); break;
    case ACTION_RIGHT: editor_move(field, MOVE_RIGHT, 0); break;
    case ACTION_HOME: editor_move(field, MOVE_HOME, 0); break;
    case ACTION_END: editor_move(field, MOVE_END, 0); break;
    default: return 0;
    }
    state->stale |= STALE_STRIP;
    return EFFECT_DRAW;
}

/* A click on a choice's row, or on one that it goes on in. */
static unsigned click_choice(struct state *state, const struct action *action) {
    struct layout layout = layout_of(state);
    int row = strip_first(state, &layout) + action->y - layout.strip.y;
    size_t at = question_of(state)->choice_count;
    bool inside = action->y >= layout.strip.y && action->x >= layout.strip.x &&
                  action->y < layout.strip.y + layout.strip.height &&
                  action->x < layout.strip.x + layout.strip.width;
    if (!inside || row < state->choice_row[0]) return 0;
    if (at > ORDER_MOST) at = ORDER_MOST;
    while (at > 1 && state->choice_row[at - 1] > row) at--;
    return move_choice(state, at - 1, false);
}

unsigned asking_handle(struct state *state, const struct action *action) {
    bool number = question_of(state)->kind == PREDICT_NUMBER;
    switch (action->kind) {
    case ACTION_ACCEPT: return accept(state);
    case ACTION_BACK: return answer_and_run(state, false);
    case ACTION_REVIEW_END: return review_end(state, action);
    case ACTION_LEAVE: state_set_mode(state, MODE_READ); return EFFECT_DRAW;
    case ACTION_PAGE_UP:
    case ACTION_WHEEL_UP: return scroll_note(state, -1);
    case ACTION_PAGE_DOWN:
    case ACTION_WHEEL_DOWN: return scroll_note(state, 1);
    case ACTION_PANE:
        state->pane = state->pane == PANE_NOTE ? PANE_LIVE : PANE_NOTE;
        return EFFECT_DRAW;
    default: break;
    }
    if (number) return write_number(state, action);
    switch (action->kind) {
    case ACTION_UP: return state->choice ? move_choice(state, state->choice - 1, false) : 0;
    case ACTION_DOWN: return move_choice(state, state->choice + 1, false);
    case ACTION_CLICK: return click_choice(state, action);
    case ACTION_CHOOSE:
        return action->rune >= '1' ? move_choice(state, action->rune - '1', false) : 0;
    case ACTION_KNOB_LESS: return state->choice ? move_choice(state, state->choice - 1, true) : 0;
    case ACTION_KNOB_MORE: return move_choice(state, state->choice + 1, true);
    default: return 0;
    }
}

/* ---- the strip ------------------------------------------------------------------------------- */

static int strip_width(const struct state *state) {
    return state_is_wide(state) || state->pane == PANE_NOTE ? layout_note_width(state)
                                                            : layout_live_width(state);
}

static void put_title(struct grid *strip, const char *title) {
    int y = grid_add_row(strip);
    int x = grid_put(strip, y, 0, strip->width, "─ ", STYLE(RULE));
    x = grid_put(strip, y, x, strip->width, title, STYLE(TITLE));
    x = grid_put(strip, y, x, strip->width, " ", STYLE(RULE));
    grid_fill(strip, y, x, strip->width, 0x2500, STYLE(RULE));
}

/* In a review, which question this is and how it goes stands in the place of the usual title. */
static void put_title_of_question(struct state *state, const char *title) {
    const struct review *review = &state->review;
    char text[STATE_WORD];
    int used =
        snprintf(text, sizeof text, "Review, question %zu of %zu", review->at + 1, review->count);
    if (review->made > 0)
        snprintf(text + used, sizeof text - (size_t)used, ": %zu of %zu met", review->met,
                 review->made);
    put_title(&state->strip, review->on ? text : title);
}

static void put_text(struct grid *strip, const char *text, struct style style) {
    grid_wrap(strip, -1, 1, 1, strip->width - 1, text, style);
}

static void put_field(struct state *state) {
    struct grid *strip = &state->strip;
    int y = grid_add_row(strip), line, column;
    int x = grid_put(strip, y, 1, strip->width, "> ", STYLE(KEY));
    int end = grid_put(strip, y, x, strip->width, state->field.text, STYLE(TEXT));
    if (state->field.length == 0)
        grid_put_fit(strip, y, end + 2, strip->width, "a number, or nothing", STYLE(MUTED));
    editor_position(&state->field, &line, &column);
    strip->cursor_y = y;
    strip->cursor_x = x + column;
}

static void put_choices(struct state *state) {
    const struct prediction *prediction = question_of(state);
    bool order = prediction->kind == PREDICT_ORDER;
    struct grid *strip = &state->strip;
    for (size_t i = 0; i < prediction->choice_count && i < ORDER_MOST; i++) {
        size_t choice = order ? state->saying.order[i] : i;
        bool chosen = i == state->choice;
        char head[16];
        snprintf(head, sizeof head, "%s%zu ", chosen ? "▸" : " ", i + 1);
        int y = grid_add_row(strip);
        state->choice_row[i] = y;
        int x = grid_put(strip, y, 1, strip->width, head, chosen ? STYLE(KEY) : STYLE(MUTED));
        grid_wrap(strip, y, x, x, strip->width - 1, prediction->choices[choice],
                  chosen ? STYLE(SELECTED) : STYLE(TEXT));
        if (chosen) strip->cursor_y = y, strip->cursor_x = 1;
    }
}

/* " at articles = 100, depth = 2": the knobs that were turned between the answer and the run, as
 * they stood then or in the run. */
static void add_turned(const struct state *state, bool then, struct text *line) {
    const struct visit *visit = state_visit(state);
    const struct step *step = state_step(state);
    const char *before = " at ";
    for (size_t i = 0; i < step->knob_count; i++) {
        char value[STATE_WORD];
        if (state_ran_at(state, i, &visit->said_at[i])) continue;
        if (then)
            state_setting_text(&step->knobs[i], &visit->said_at[i], value, sizeof value);
        else
            stage_knob_text(state->stage, i, value, sizeof value);
        text_add(line, before);
        text_add(line, step->knobs[i].name);
        text_add(line, " = ");
        text_add(line, value);
        before = ", ";
    }
}

static bool said_of_another_listing(const struct state *state) {
    const char *listing = state->stage->listing;
    return state_visit(state)->said_of != lanes_hash(listing ? listing : "");
}

static void add_said(const struct state *state, struct text *line, struct arena *arena) {
    text_add(line, "you said ");
    text_add(line, state_answer(state, &state_visit(state)->said, arena));
    add_turned(state, true, line);
    if (said_of_another_listing(state)) text_add(line, " of another listing");
}

/* "you said 100, measured 101", or "you said 100 at articles = 99, measured 111 at articles = 110":
 * what was said of another run is told apart from what this one should have met. Two orders are
 * compared one below the other. */
static void put_comparison(struct state *state, struct arena *arena) {
    bool given = state_visit(state)->said.given, met = state_met(state);
    bool order = question_of(state)->kind == PREDICT_ORDER;
    struct text line;
    text_init(&line, arena);
    if (given) add_said(state, &line, arena);
    if (given && order) {
        put_text(&state->strip, text_finish(&line), STYLE(TEXT));
        text_init(&line, arena);
    }
    text_add(&line, given && !order ? ", measured " : "measured ");
    text_add(&line, state_answer(state, &state->measured, arena));
    if (given) add_turned(state, false, &line);
    if (met) text_add(&line, ": met");
    put_text(&state->strip, text_finish(&line), met ? STYLE(OK) : STYLE(NUMBER));
}

static void put_measured(struct state *state, struct arena *arena) {
    const char *why = question_of(state)->why;
    put_comparison(state, arena);
    if (why && *why) put_text(&state->strip, why, STYLE(TEXT));
}

static void put_hints(struct state *state, struct arena *arena) {
    const struct step *step = state_step(state);
    for (unsigned i = 0; i < state_visit(state)->hints && i < 3; i++) {
        char head[16];
        snprintf(head, sizeof head, "hint %u  ", i + 1);
        int y = grid_add_row(&state->strip);
        state->hint_row = y;
        int x = grid_put(&state->strip, y, 1, state->strip.width, head, STYLE(WARNING));
        grid_wrap(&state->strip, y, x, x, state->strip.width - 1,
                  state_fill(state, step->hints[i], arena), STYLE(TEXT));
    }
}

int strip_first(const struct state *state, const struct layout *layout) {
    int past = state->strip.cursor_y - layout->strip.height + 1;
    return past > 0 ? past : state->strip_top;
}

/* The row that has to be seen stands among the first: what is cut is cut below. */
void strip_build(struct state *state) {
    struct arena arena;
    bool asking = state->mode == MODE_ASK;
    grid_resize(&state->strip, 0, strip_width(state));
    if (!question_of(state) && state_visit(state)->hints == 0) return;
    arena_init(&arena, NULL);
    if (question_of(state) && state->measured.given && !asking) {
        put_title_of_question(state, "Predicted and measured");
        put_measured(state, &arena);
    } else if (question_of(state)) {
        bool lost = state->stage && state_visit(state)->asked && !asking;
        put_title_of_question(state, lost ? "Not measured in this run" : "Before you run");
        put_text(&state->strip, state_question(state, &arena), STYLE(TEXT));
        if (asking && question_of(state)->kind == PREDICT_NUMBER)
            put_field(state);
        else if (asking)
            put_choices(state);
    } else {
        put_title(&state->strip, "Hints");
    }
    put_hints(state, &arena);
    arena_release(&arena);
}
