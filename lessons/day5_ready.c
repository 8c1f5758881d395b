/* Day 5 - ready. */
#include "lessons/lesson.h"

/* The demos of this day are not built yet: steps without `run` say so. */
static const struct step steps[] = {
    {.slug = "phases"},
    {.slug = "fleet"},
    {.slug = "signals"},
};

extern const struct lesson day5_ready;
const struct lesson day5_ready = {
    .day = 5,
    .slug = "ready",
    .steps = steps,
    .step_count = sizeof steps / sizeof *steps,
};
