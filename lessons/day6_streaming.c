/* Day 6 - streaming. */
#include "lessons/lesson.h"

/* The demos of this day are not built yet: steps without `run` say so. */
static const struct step steps[] = {
    {.slug = "memory"},
    {.slug = "timeouts"},
    {.slug = "buffering"},
};

extern const struct lesson day6_streaming;
const struct lesson day6_streaming = {
    .day = 6,
    .slug = "streaming",
    .steps = steps,
    .step_count = sizeof steps / sizeof *steps,
};
