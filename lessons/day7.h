/* day7 - what the steps of day 7 share. */
#ifndef LESSONS_DAY7_H
#define LESSONS_DAY7_H

#include "lessons/blog_fixture.h"
#include "lessons/lesson.h"
#include "lessons/stage.h"

#define KNOB_ROWS(least, most, default_rows)                                                       \
    {                                                                                              \
        .name = "rows", .title = "articles in the database", .min = least, .max = most,            \
        .usual = default_rows, .unit = "rows"                                                      \
    }

/* The usual blog with as many articles as the knob `rows` says, and no tags. */
struct blog_size lazy_blog_size(const struct stage *stage);

extern const struct step lazy_iterator_step;

#endif
