/* Day 1 - lifecycle. */
#include "lessons/lesson.h"

/* The demos of this day are not built yet: steps without `run` say so. */
static const struct step steps[] = {
    {.slug = "request"},
    {.slug = "init-call"},
    {.slug = "workers"},
};

extern const struct lesson day1_lifecycle;
const struct lesson day1_lifecycle = {
    .day = 1,
    .slug = "lifecycle",
    .steps = steps,
    .step_count = sizeof steps / sizeof *steps,
};
