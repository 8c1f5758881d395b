/* calibration - how near a learner's predictions come to what was measured.
 *
 * Met or missed says little of a number: 90 for 100 and 2 for 100 are both missed. So numbers are
 * told by the factor between what was said and what was measured, the same upwards and downwards:
 *
 *     said 200, measured 100    2x, too high
 *     said  50, measured 100    2x, too low
 *
 * Choices and orders are right or not. Of each step's question the last answer counts, as it does
 * for progress_count. */
#ifndef UI_CALIBRATION_H
#define UI_CALIBRATION_H

#include <stdbool.h>
#include <stddef.h>

#include "lessons/lesson.h"
#include "ui/progress.h"

/* The answer to one step's question. */
struct calibration_answer {
    bool made, met;
    enum prediction_kind kind;
    double said, measured; /* of a number */
};

enum { CALIBRATION_STEPS = 16 /* the most of a lesson */ };

struct calibration {
    struct calibration_answer answers[LESSON_COUNT][CALIBRATION_STEPS];
};

/* What is told of some days. */
struct calibration_summary {
    size_t made, met;
    size_t numbers, too_high, too_low; /* of the numbers, those missed upwards and downwards */
    double half_within;                /* the factor that half of the numbers stay within; INFINITY
                                        * where they are off by none, as 0 is from 5 */
    size_t choices, choices_met;
    size_t orders, orders_met;
};

/* Takes in all that is kept. What answers no question of this daybook is passed over. */
void calibration_read(struct calibration *calibration, struct progress *progress);

/* Sums up `count` lessons from the index `first` on. */
struct calibration_summary calibration_sum(const struct calibration *calibration, size_t first,
                                           size_t count);

#endif
