/* sweep - see sweep.h. */
#include "ui/sweep.h"

#include <math.h>
#include <signal.h>
#include <string.h>

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

static int64_t draw_nearer(const struct knob *knob, int64_t number, unsigned nearer) {
    int64_t away = number - knob->usual;
    while (nearer-- > 0) away /= 8;
    return knob->usual + away;
}

/* What knobs of texts take are paths: of routes that the demos have, and of none. */
static const char *draw_path(const struct knob *knob, uint64_t *lots) {
    static const char *const paths[] = {"/",
                                        "/articles/",
                                        "/articles/7",
                                        "/articles/0/",
                                        "/articles/by-title/",
                                        "/blog/2024/",
                                        "/blog/2024/first-steps/",
                                        "/blog/20x4/first-steps/",
                                        "/shop/cart/",
                                        "/files/a/b/c.txt",
                                        "/token/01234567-89ab-cdef-0123-456789abcdef/",
                                        "/nowhere/at/all/",
                                        "//",
                                        "/%C3%BC/"};
    uint64_t lot = next(lots) % (sizeof paths / sizeof *paths + 2);
    return lot < sizeof paths / sizeof *paths ? paths[lot] : knob->usual_text;
}

void sweep_draw(struct stage *stage, uint64_t seed, uint64_t number, unsigned nearer) {
    uint64_t lots = mix_text(mix_text(seed, stage->lesson->slug), stage->step->slug);
    lots = next(&lots) + number;
    stage->seed = seed;
    for (size_t i = 0; i < stage->step->knob_count; i++) {
        const struct knob *knob = &stage->step->knobs[i];
        char why[160];
        if (knob->kind == KNOB_NUMBER) {
            int64_t drawn = draw_number(knob, &lots);
            stage->numbers[i] =
                nearer < SWEEP_NEARER ? draw_nearer(knob, drawn, nearer) : knob->usual;
        } else if (knob->kind == KNOB_CHOICE)
            stage->numbers[i] = (int64_t)(next(&lots) % knob->choice_count);
        else /* one that the knob refuses leaves it as it is */
            stage_set(stage, knob->name, draw_path(knob, &lots), why, sizeof why);
    }
}

/* ---- waiting ------------------------------------------------------------------------------- */

static void on_interrupt(uv_signal_t *interrupt, int number) {
    struct sweeper *sweeper = interrupt->data;
    (void)number;
    sweeper->interrupted = true;
    if (sweeper->running) stage_cancel(sweeper->running);
}

bool sweep_open(struct sweeper *sweeper) {
    *sweeper = (struct sweeper){.interrupt = {.data = sweeper}};
    if (uv_loop_init(&sweeper->loop) != 0) return false;
    if (uv_signal_init(&sweeper->loop, &sweeper->interrupt) != 0) {
        uv_loop_close(&sweeper->loop);
        return false;
    }
    sweeper->interrupt.data = sweeper;
    uv_unref((uv_handle_t *)&sweeper->interrupt); /* nothing is waited for but runs */
    if (uv_signal_start(&sweeper->interrupt, on_interrupt, SIGINT) == 0) return true;
    sweep_close(sweeper);
    return false;
}

bool sweep_close(struct sweeper *sweeper) {
    uv_ref((uv_handle_t *)&sweeper->interrupt);
    uv_run(&sweeper->loop, UV_RUN_NOWAIT); /* what came after the last run */
    uv_close((uv_handle_t *)&sweeper->interrupt, NULL);
    uv_run(&sweeper->loop, UV_RUN_DEFAULT);
    uv_loop_close(&sweeper->loop);
    return sweeper->interrupted;
}

/* ---- measuring within a limit --------------------------------------------------------------
 * The run has a thread; this one waits for its end, for the limit and for Ctrl-C. */

struct watch {
    struct outcome *outcome;
    uv_work_t work;
    uv_timer_t limit;
    bool whole;   /* there was memory for all of it */
    bool stopped; /* by the limit */
};

static void measure(uv_work_t *work) {
    struct watch *watch = work->data;
    watch->whole = outcome_measure(watch->outcome);
}

/* With the limit closed, the loop has nothing left to wait for. */
static void on_measured(uv_work_t *work, int status) {
    struct watch *watch = work->data;
    (void)status;
    uv_close((uv_handle_t *)&watch->limit, NULL);
}

static void on_limit(uv_timer_t *limit) {
    struct watch *watch = limit->data;
    watch->stopped = true;
    stage_cancel(watch->outcome->stage);
}

/* A run that was over before the cancel reached it has measured all the same. */
static bool was_cut_short(const struct outcome *outcome) {
    return outcome->fault && fault_is(outcome->fault, "Cancelled");
}

enum sweep_end sweep_measure(struct sweeper *sweeper, struct outcome *outcome, uint64_t limit_ms) {
    struct watch watch = {.outcome = outcome};
    watch.work.data = watch.limit.data = &watch;
    sweeper->running = outcome->stage;
    uv_timer_init(&sweeper->loop, &watch.limit);
    uv_timer_start(&watch.limit, on_limit, limit_ms, 0);
    bool started = uv_queue_work(&sweeper->loop, &watch.work, measure, on_measured) == 0;
    if (!started) on_measured(&watch.work, 0);
    uv_run(&sweeper->loop, UV_RUN_DEFAULT);
    sweeper->running = NULL;
    if (sweeper->interrupted) return SWEEP_INTERRUPTED;
    if (!started || !watch.whole) return SWEEP_FAILED;
    return watch.stopped && was_cut_short(outcome) ? SWEEP_STOPPED : SWEEP_MEASURED;
}

/* ---- saying it again ----------------------------------------------------------------------- */

void sweep_command(struct text *out, const struct stage *stage) {
    char value[512];
    text_format(out, "daybook run %s/%s --seed %llu", stage->lesson->slug, stage->step->slug,
                (unsigned long long)stage->seed);
    for (size_t i = 0; i < stage->step->knob_count; i++) {
        text_format(out, " --set %s=%s", stage->step->knobs[i].name,
                    stage_knob_text(stage, i, value, sizeof value));
    }
}
