/* Day 2 - urls. */
#include "lessons/lesson.h"

/* The demos of this day are not built yet: steps without `run` say so. */
static const struct step steps[] = {
    {.slug = "resolve"},
    {.slug = "reverse"},
    {.slug = "price"},
};

extern const struct lesson day2_urls;
const struct lesson day2_urls = {
    .day = 2,
    .slug = "urls",
    .steps = steps,
    .step_count = sizeof steps / sizeof *steps,
};
