/* day9 - the step of day 9 that stands in a file of its own. */
#ifndef LESSONS_DAY9_H
#define LESSONS_DAY9_H

#include "lessons/lesson.h"

extern const struct step n_plus_one_explosion_step;

#endif
