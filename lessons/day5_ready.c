/* Day 5 - ready. */
#include "lessons/lesson.h"

/* The demos of this day are not built yet: steps without `run` say so. */
static const struct step phases_step = {.slug = "phases"};

static const struct step fleet_step = {.slug = "fleet"};

static const struct step signals_step = {.slug = "signals"};

static const struct step *const steps[] = {&phases_step, &fleet_step, &signals_step};

extern const struct lesson day5_ready;
const struct lesson day5_ready = {
    .day = 5,
    .slug = "ready",
    .steps = steps,
    .step_count = sizeof steps / sizeof *steps,
};
