/* Day 3 - class-views. */
#include "lessons/lesson.h"

/* The demos of this day are not built yet: steps without `run` say so. */
static const struct step as_view_step = {.slug = "as-view"};

static const struct step mro_step = {.slug = "mro"};

static const struct step dispatch_step = {.slug = "dispatch"};

static const struct step *const steps[] = {&as_view_step, &mro_step, &dispatch_step};

extern const struct lesson day3_class_views;
const struct lesson day3_class_views = {
    .day = 3,
    .slug = "class-views",
    .steps = steps,
    .step_count = sizeof steps / sizeof *steps,
};
