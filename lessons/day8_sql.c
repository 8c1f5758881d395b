/* Day 8 - from Python to SQL.
 *
 *     translate     expression, query tree, SQL with its parameters apart, plan
 *     annotate      a column for one query only
 *     subquery      N questions folded into one
 *     materialized  a stored answer and its age (emulated: SQLite has no materialized views)
 *     partitions    reading only the months asked for (emulated: SQLite has no partitions) */
#include "lessons/day8.h"

static const struct step *const steps[] = {
    &sql_translate_step,    &sql_annotate_step,   &sql_subquery_step,
    &sql_materialized_step, &sql_partitions_step,
};

extern const struct lesson day8_sql;
const struct lesson day8_sql = {
    .day = 8,
    .slug = "sql",
    .steps = steps,
    .step_count = sizeof steps / sizeof *steps,
};
