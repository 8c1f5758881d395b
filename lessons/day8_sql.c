/* Day 8 - sql. */
#include "lessons/lesson.h"

/* The demos of this day are not built yet: steps without `run` say so. */
static const struct step steps[] = {
    {.slug = "translate"},    {.slug = "annotate"},   {.slug = "subquery"},
    {.slug = "materialized"}, {.slug = "partitions"},
};

extern const struct lesson day8_sql;
const struct lesson day8_sql = {
    .day = 8,
    .slug = "sql",
    .steps = steps,
    .step_count = sizeof steps / sizeof *steps,
};
