/* Day 7 - lazy. */
#include "lessons/lesson.h"

/* The demos of this day are not built yet: steps without `run` say so. */
static const struct step steps[] = {
    {.slug = "recipe"},
    {.slug = "cache"},
    {.slug = "iterator"},
};

extern const struct lesson day7_lazy;
const struct lesson day7_lazy = {
    .day = 7,
    .slug = "lazy",
    .steps = steps,
    .step_count = sizeof steps / sizeof *steps,
};
