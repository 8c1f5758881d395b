/* Day 4 - middleware. */
#include "lessons/lesson.h"

/* The demos of this day are not built yet: steps without `run` say so. */
static const struct step steps[] = {
    {.slug = "onion"},
    {.slug = "short-circuit"},
    {.slug = "rate-limit"},
};

extern const struct lesson day4_middleware;
const struct lesson day4_middleware = {
    .day = 4,
    .slug = "middleware",
    .steps = steps,
    .step_count = sizeof steps / sizeof *steps,
};
