/* Day 3 - class-views. */
#include "lessons/lesson.h"

/* The demos of this day are not built yet: steps without `run` say so. */
static const struct step steps[] = {
    {.slug = "as-view"},
    {.slug = "mro"},
    {.slug = "dispatch"},
};

extern const struct lesson day3_class_views;
const struct lesson day3_class_views = {
    .day = 3,
    .slug = "class-views",
    .steps = steps,
    .step_count = sizeof steps / sizeof *steps,
};
