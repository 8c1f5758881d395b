/* review - two or three predictions asked again, of steps that are done, with other knobs.
 *
 *     review_begin --> question --> answer, run, compare --> review_begin (the next) --> score
 *                          \________________\________________ review_end: q or Esc, at any time
 *
 * The steps and the values are drawn by lot. A step is asked as it was shipped: its edited listing,
 * its knobs and what was said before are put aside and come back when the question is left. What
 * is answered goes to the history like any other prediction.
 *
 * Whoever goes to another step by hand leaves the review there. */
#include <stdlib.h>

#include "ui/reader/modes.h"

/* xorshift: any number but 0 leads through all others. */
static uint64_t draw_lot(struct state *state, uint64_t below) {
    uint64_t lot = state->lot ? state->lot : 1;
    lot ^= lot << 13;
    lot ^= lot >> 7;
    lot ^= lot << 17;
    state->lot = lot;
    return (lot >> 16) % below;
}

/* ---- the values ------------------------------------------------------------------------------ */

/* How a run grows with a number of some size is plain: between half of it and all of it, the run
 * takes no longer than usual. A small number may count workers, or milliseconds of work, where one
 * more or less doubles the run. What is simulated costs time and teaches nothing here. */
enum { LARGE_FROM = 8, SMALL_SPAN = 3, ROUND_FROM = 40 };

static bool is_large(const struct knob *knob) {
    return knob->kind == KNOB_NUMBER && !knob->simulated && knob->usual >= LARGE_FROM;
}

static int64_t draw_between(struct state *state, int64_t low, int64_t high) {
    return low + (int64_t)draw_lot(state, (uint64_t)(high - low) + 1);
}

/* Round where there are many to draw from: 340, not 337. */
static int64_t draw_large(struct state *state, const struct knob *knob) {
    int64_t low = knob->usual / 2 > knob->min ? knob->usual / 2 : knob->min, round = 1;
    if (knob->usual <= low) return knob->usual;
    while ((knob->usual - low) / round >= ROUND_FROM) round *= 10;
    int64_t drawn = draw_between(state, low, knob->usual), rounded = drawn - drawn % round;
    return rounded < low ? drawn : rounded;
}

static void draw_small(struct state *state, const struct knob *knob, struct setting *setting) {
    int64_t high = knob->usual + SMALL_SPAN < knob->max ? knob->usual + SMALL_SPAN : knob->max;
    if (knob->simulated || knob->kind == KNOB_TEXT) return;
    if (knob->kind == KNOB_NUMBER)
        setting->number = high > knob->min ? draw_between(state, knob->min, high) : knob->usual;
    else if (knob->choice_count > 0)
        setting->number = (int64_t)draw_lot(state, knob->choice_count);
}

/* The large numbers are drawn and the others left as usual; where there are no large ones, small
 * ones and choices are drawn. */
static void draw_knobs(struct state *state, struct visit *visit, const struct step *step) {
    bool any_large = false;
    state_usual_knobs(visit, step);
    for (size_t i = 0; i < step->knob_count; i++) any_large |= is_large(&step->knobs[i]);
    for (size_t i = 0; i < step->knob_count; i++) {
        const struct knob *knob = &step->knobs[i];
        if (is_large(knob)) visit->settings[i].number = draw_large(state, knob);
        if (!any_large) draw_small(state, knob, &visit->settings[i]);
    }
}

/* ---- the questions --------------------------------------------------------------------------- */

static struct visit *visit_asked(const struct state *state) {
    const struct question *question = &state->review.questions[state->review.at];
    return state_visit_of(state, question->lesson, question->step);
}

static bool can_be_asked(const struct state *state, size_t lesson, size_t step) {
    const struct step *row = state->course.lessons[lesson]->steps[step];
    return row->run && row->prediction && row->prediction->answer &&
           state_visit_of(state, lesson, step)->done;
}

/* Draws some of the steps that can be asked, each as likely as the others: the n-th takes the place
 * of one drawn before it with a chance of REVIEW_QUESTIONS in n. */
static void draw_questions(struct state *state) {
    struct review *review = &state->review;
    size_t seen = 0;
    for (size_t i = 0; i < state->course.count; i++)
        for (size_t j = 0; j < state->course.lessons[i]->step_count; j++) {
            if (!can_be_asked(state, i, j)) continue;
            size_t place = seen < REVIEW_QUESTIONS ? seen : (size_t)draw_lot(state, seen + 1);
            if (place < REVIEW_QUESTIONS) review->questions[place] = (struct question){i, j};
            seen++;
        }
    review->count = seen < REVIEW_QUESTIONS ? seen : REVIEW_QUESTIONS;
}

static void put_aside(struct state *state) {
    struct visit *visit = visit_asked(state);
    state->review.before = *visit;
    visit->listing = NULL;
    visit->asked = false;
    visit->said = (struct answer){0};
    visit->hints = 0;
}

static void put_back(struct state *state) {
    struct visit *visit = visit_asked(state);
    bool done = visit->done;
    free(visit->listing);
    *visit = state->review.before;
    visit->done = done;
    state->review.before.listing = NULL;
}

static unsigned ask(struct state *state) {
    const struct question *question = &state->review.questions[state->review.at];
    put_aside(state);
    draw_knobs(state, visit_asked(state),
               state->course.lessons[question->lesson]->steps[question->step]);
    state->review.counted = false;
    if (!state_is_wide(state)) state->pane = PANE_NOTE;
    state_open(state, question->lesson, question->step);
    return state_request_run(state);
}

static unsigned begin(struct state *state) {
    struct review *review = &state->review;
    *review = (struct review){.home = {state->lesson, state->step}};
    draw_questions(state);
    if (review->count == 0) {
        state_say(state, "no step with a question is done yet; a review asks about those");
        return EFFECT_DRAW;
    }
    review->on = true;
    return ask(state);
}

unsigned review_begin(struct state *state, const struct action *action) {
    if (state_is_busy(state)) {
        state_say(state, "a run is under way; ^C stops it");
        return EFFECT_DRAW;
    }
    if (!state->review.on) return begin(state);
    if (state->review.at + 1 == state->review.count) return review_end(state, action);
    put_back(state);
    state->review.at++;
    return ask(state);
}

static void say_score(struct state *state) {
    const struct review *review = &state->review;
    if (review->made == 0)
        state_say(state, "review left: nothing was predicted");
    else
        state_say(state, "review: %zu of %zu predictions met", review->met, review->made);
}

unsigned review_end(struct state *state, const struct action *action) {
    unsigned effects = EFFECT_DRAW;
    (void)action;
    if (!state->review.on) return 0;
    if (state_is_busy(state)) effects |= EFFECT_CANCEL;
    state->run_lesson = state->run_step = SIZE_MAX; /* what may still run is for nobody */
    review_drop(state);
    state_set_mode(state, MODE_READ);
    if (!state_is_wide(state)) state->pane = PANE_NOTE;
    state_open(state, state->review.home.lesson, state->review.home.step);
    say_score(state);
    return effects;
}

void review_drop(struct state *state) {
    if (!state->review.on) return;
    put_back(state);
    state->review.on = false;
}

void review_check_place(struct state *state) {
    const struct question *question = &state->review.questions[state->review.at];
    if (!state->review.on) return;
    if (question->lesson != state->lesson || question->step != state->step) review_drop(state);
}

void review_count(struct state *state) {
    struct review *review = &state->review;
    if (!review->on || review->counted) return;
    if (!state->measured.given || !state_said_of_this(state)) return;
    review->counted = true;
    review->made++;
    review->met += state_met(state);
}
