/* sweep - see sweep.h. */
#include "ui/sweep.h"

#include <math.h>
#include <signal.h>
#include <string.h>
#include <uv.h>

/* ---- lots ---------------------------------------------------------------------------------- */

/* splitmix64: each call gives the next 64 bits. */
static uint64_t next(uint64_t *lots) {
    uint64_t bits = *lots += 0x9e3779b97f4a7c15;
    bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
    return bits ^ (bits >> 31);
}

/* FNV-1a, so that a step's settings do not depend on which others are swept. */
static uint64_t mix_text(uint64_t hash, const char *text) {
    for (; *text; text++) hash = (hash ^ (unsigned char)*text) * 0x100000001b3;
    return hash;
}

/* Below 1: 53 bits are what a double holds. */
static double next_share(uint64_t *lots) {
    return (double)(next(lots) >> 11) * 0x1p-53;
}

/* Errors live at the ends: each comes up once in eight, the usual value too. */
static int64_t draw_number(const struct knob *knob, uint64_t *lots) {
    uint64_t lot = next(lots) % 8;
    double span = (double)(knob->max - knob->min);
    double above = expm1(next_share(lots) * log1p(span)) + 0.5;
    if (lot == 0) return knob->min;
    if (lot == 1) return knob->max;
    if (lot == 2) return knob->usual;
    return knob->min + (int64_t)fmin(above, span);
}

void sweep_draw(struct stage *stage, uint64_t seed, uint64_t number) {
    uint64_t lots = mix_text(mix_text(seed, stage->lesson->slug), stage->step->slug);
    lots = next(&lots) + number;
    stage->seed = seed;
    for (size_t i = 0; i < stage->step->knob_count; i++) {
        const struct knob *knob = &stage->step->knobs[i];
        if (knob->kind == KNOB_NUMBER) stage->numbers[i] = draw_number(knob, &lots);
        if (knob->kind == KNOB_CHOICE)
            stage->numbers[i] = (int64_t)(next(&lots) % knob->choice_count);
    }
}

/* ---- measuring within a limit --------------------------------------------------------------
 * The run has a thread; this one waits for its end, for the limit and for Ctrl-C. */

struct watch {
    struct outcome *outcome;
    uv_work_t work;
    uv_timer_t limit;
    uv_signal_t interrupt;
    bool whole; /* there was memory for all of it */
    enum sweep_end end;
};

static void measure(uv_work_t *work) {
    struct watch *watch = work->data;
    watch->whole = outcome_measure(watch->outcome);
}

/* Closes the other two, and with them the loop has nothing left to wait for. */
static void on_measured(uv_work_t *work, int status) {
    struct watch *watch = work->data;
    (void)status;
    uv_close((uv_handle_t *)&watch->limit, NULL);
    uv_close((uv_handle_t *)&watch->interrupt, NULL);
}

static void on_limit(uv_timer_t *limit) {
    struct watch *watch = limit->data;
    if (watch->end == SWEEP_MEASURED) watch->end = SWEEP_STOPPED;
    stage_cancel(watch->outcome->stage);
}

static void on_interrupt(uv_signal_t *interrupt, int number) {
    struct watch *watch = interrupt->data;
    (void)number;
    watch->end = SWEEP_INTERRUPTED;
    stage_cancel(watch->outcome->stage);
}

static bool wait_for(uv_loop_t *loop, struct watch *watch, uint64_t limit_ms) {
    watch->work.data = watch->limit.data = watch->interrupt.data = watch;
    uv_timer_init(loop, &watch->limit);
    uv_timer_start(&watch->limit, on_limit, limit_ms, 0);
    if (uv_signal_init(loop, &watch->interrupt) != 0) {
        uv_close((uv_handle_t *)&watch->limit, NULL);
        uv_run(loop, UV_RUN_DEFAULT);
        return false;
    }
    bool started = uv_signal_start(&watch->interrupt, on_interrupt, SIGINT) == 0 &&
                   uv_queue_work(loop, &watch->work, measure, on_measured) == 0;
    if (!started) on_measured(&watch->work, 0);
    uv_run(loop, UV_RUN_DEFAULT);
    return started && watch->whole;
}

/* A run that was over before the cancel reached it has measured all the same. */
static bool was_cut_short(const struct outcome *outcome) {
    return outcome->fault && fault_is(outcome->fault, "Cancelled");
}

enum sweep_end sweep_measure(struct outcome *outcome, uint64_t limit_ms) {
    struct watch watch = {.outcome = outcome, .end = SWEEP_MEASURED};
    uv_loop_t loop;
    if (uv_loop_init(&loop) != 0) return SWEEP_FAILED;
    bool done = wait_for(&loop, &watch, limit_ms);
    uv_loop_close(&loop);
    if (!done) return SWEEP_FAILED;
    if (watch.end == SWEEP_STOPPED && !was_cut_short(outcome)) return SWEEP_MEASURED;
    return watch.end;
}

/* ---- saying it again ----------------------------------------------------------------------- */

void sweep_command(struct text *out, const struct stage *stage) {
    char value[512];
    text_format(out, "daybook run %s/%s --seed %llu", stage->lesson->slug, stage->step->slug,
                (unsigned long long)stage->seed);
    for (size_t i = 0; i < stage->step->knob_count; i++) {
        if (stage->step->knobs[i].kind == KNOB_TEXT) continue; /* is as usual */
        text_format(out, " --set %s=%s", stage->step->knobs[i].name,
                    stage_knob_text(stage, i, value, sizeof value));
    }
}
