/* Day 9 - n-plus-one. */
#include "lessons/lesson.h"

/* The demos of this day are not built yet: steps without `run` say so. */
static const struct step steps[] = {
    {.slug = "n-plus-one"},
    {.slug = "select-related"},
    {.slug = "prefetch-related"},
    {.slug = "join-explosion"},
};

extern const struct lesson day9_n_plus_one;
const struct lesson day9_n_plus_one = {
    .day = 9,
    .slug = "n-plus-one",
    .steps = steps,
    .step_count = sizeof steps / sizeof *steps,
};
