/* day8 - the steps of day 8, each in a file of its own. */
#ifndef LESSONS_DAY8_H
#define LESSONS_DAY8_H

#include "lessons/lesson.h"

extern const struct step sql_translate_step, sql_annotate_step, sql_subquery_step,
    sql_materialized_step, sql_partitions_step;

#endif
