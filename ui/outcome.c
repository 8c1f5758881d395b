/* outcome - see outcome.h: opening, measuring, and the JSON form. The text form is in
 * outcome_text.c. */
#include "ui/outcome.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "ui/command.h"
#include "ui/figure_json.h"
#include "ui/units.h"

struct outcome *outcome_open(const struct lesson *lesson, const struct step *step) {
    struct outcome *outcome = memory_take(NULL, sizeof *outcome);
    if (!outcome) return NULL;
    memset(outcome, 0, sizeof *outcome);
    arena_init(&outcome->arena, NULL);
    figures_init(&outcome->figures, &outcome->arena);
    outcome->lesson = lesson;
    outcome->step = step;
    outcome->stage = stage_open(lesson, step);
    if (outcome->stage) return outcome;
    outcome_close(outcome);
    return NULL;
}

void outcome_close(struct outcome *outcome) {
    if (!outcome) return;
    stage_close(outcome->stage);
    arena_release(&outcome->arena);
    memory_give(NULL, outcome, sizeof *outcome);
}

/* A demo that is not there yet is an error of the run, like any other. */
static bool run_step(struct outcome *outcome) {
    if (outcome->step->run) return stage_run(outcome->stage);
    return fault_raise(&outcome->stage->fault, "NotSupported", "this demo is not built yet");
}

static const char *write_order(struct outcome *outcome, const struct prediction *prediction,
                               const size_t *order) {
    struct text text;
    text_init(&text, &outcome->arena);
    for (size_t i = 0; i < prediction->choice_count; i++)
        text_format(&text, "%s%s", i ? ", " : "", prediction->choices[order[i]]);
    return text_finish(&text);
}

/* False when there is no memory; a run may also have no answer. */
static bool keep_answer(struct outcome *outcome) {
    const struct prediction *prediction = outcome->step->prediction;
    double number = 0;
    size_t order[ORDER_MOST] = {0};
    if (!prediction || outcome->fault || !prediction->answer(outcome->stage, &number, order))
        return true;
    outcome->question = stage_fill(outcome->stage, prediction->question, &outcome->arena);
    if (prediction->kind == PREDICT_ORDER)
        outcome->answer = write_order(outcome, prediction, order);
    else if (prediction->kind == PREDICT_CHOICE) {
        assert(number >= 0 && number < (double)prediction->choice_count);
        outcome->answer = prediction->choices[(size_t)number];
    } else {
        char *digits = arena_alloc(&outcome->arena, UNITS_SIZE);
        outcome->answer = digits ? units_number(number, "", digits, UNITS_SIZE) : NULL;
    }
    return outcome->question && outcome->answer;
}

bool outcome_measure(struct outcome *outcome) {
    struct stage *stage = outcome->stage;
    const struct step *step = outcome->step;
    outcome->verdicts = arena_array(&outcome->arena, step->claim_count + 1, sizeof(struct verdict));
    if (!outcome->verdicts) return false;
    if (!run_step(outcome)) outcome->fault = &stage->fault;
    for (size_t i = 0; i < step->claim_count; i++) {
        stage_check(stage, &step->claims[i], &outcome->verdicts[i]);
        if (!outcome->verdicts[i].shown) return false;
        outcome->failed += outcome->verdicts[i].applies && !outcome->verdicts[i].holds;
    }
    if (!keep_answer(outcome)) return false;
    return !stage->ran || stage_draw(stage, cut_whole(stage->tape), &outcome->figures);
}

/* What a listing raises is the learner's to mend. Elsewhere these types say that the system had no
 * more to give. */
int outcome_exit_code(const struct outcome *outcome) {
    static const char *const systems[] = {"OSError", "MemoryError", "OperationalError"};
    if (outcome->fault && !outcome->step->listing_runs)
        for (size_t i = 0; i < sizeof systems / sizeof *systems; i++)
            if (fault_is(outcome->fault, systems[i])) return EXIT_SYSTEM;
    return outcome->fault || outcome->failed ? EXIT_FALSE : EXIT_DONE;
}

const char *outcome_fidelity_word(enum fidelity fidelity) {
    static const char *const words[] = {[FIDELITY_SAME] = "same",
                                        [FIDELITY_SIMPLIFIED] = "simplified",
                                        [FIDELITY_EMULATED] = "emulated"};
    return words[fidelity];
}

/* ---- JSON --------------------------------------------------------------------------------- */

void outcome_json_verdict(struct json *json, const struct verdict *verdict) {
    json_member_bool(json, "holds", verdict->holds || !verdict->applies);
    json_member_bool(json, "applies", verdict->applies);
    json_member_text(json, "shown", verdict->shown);
    for (size_t i = 0; i < verdict->number_count; i++) {
        json_key(json, verdict->numbers[i].name);
        json_number(json, verdict->numbers[i].value);
    }
}

void outcome_json_knobs(struct json *json, const struct stage *stage) {
    char value[512];
    json_object(json);
    for (size_t i = 0; i < stage->step->knob_count; i++) {
        json_key(json, stage->step->knobs[i].name);
        if (stage->step->knobs[i].kind == KNOB_NUMBER)
            json_integer(json, stage->numbers[i]);
        else
            json_text(json, stage_knob_text(stage, i, value, sizeof value));
    }
    json_close(json);
}

static void write_claims(struct json *json, const struct outcome *outcome) {
    json_array(json);
    for (size_t i = 0; i < outcome->step->claim_count; i++) {
        json_object(json);
        json_member_text(json, "text", outcome->step->claims[i].text);
        outcome_json_verdict(json, &outcome->verdicts[i]);
        json_close(json);
    }
    json_close(json);
}

void outcome_json(struct json *json, const struct outcome *outcome) {
    const struct stage *stage = outcome->stage;
    json_object(json);
    json_member_text(json, "lesson", outcome->lesson->slug);
    json_member_text(json, "step", outcome->step->slug);
    json_key(json, "knobs");
    outcome_json_knobs(json, stage);
    json_key(json, "claims");
    write_claims(json, outcome);
    json_key(json, "figures");
    json_array(json);
    for (size_t i = 0; i < outcome->figures.count; i++)
        figure_json(json, &outcome->figures.list[i]);
    json_close(json);
    json_key(json, "queries");
    json_unsigned(json, stage_queries(cut_whole(stage->tape)).count);
    json_key(json, "events");
    json_unsigned(json, tape_length(stage->tape));
    json_key(json, "elapsed_ns");
    json_unsigned(json, stage->elapsed_ns);
    json_key(json, "error");
    json_fault(json, outcome->fault);
    json_close(json);
}
