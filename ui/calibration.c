/* calibration - see calibration.h. */
#include "ui/calibration.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ui/units.h"

/* ---- what is kept ---------------------------------------------------------------------------- */

static struct calibration_answer *find(struct calibration *calibration, const char *lesson,
                                       const char *step, const struct prediction **prediction) {
    for (size_t i = 0; i < LESSON_COUNT; i++) {
        if (strcmp(lessons[i]->slug, lesson) != 0) continue;
        for (size_t j = 0; j < lessons[i]->step_count && j < CALIBRATION_STEPS; j++) {
            *prediction = lessons[i]->steps[j]->prediction;
            if (*prediction && strcmp(lessons[i]->steps[j]->slug, step) == 0)
                return &calibration->answers[i][j];
        }
    }
    return NULL;
}

/* Answers come the oldest first, so that the last one stays. Numbers are kept as they were shown.
 */
static void take(void *context, const struct progress_prediction *kept) {
    const struct prediction *prediction;
    struct calibration_answer *place = find(context, kept->lesson, kept->step, &prediction);
    if (!place) return;
    struct calibration_answer answer = {.made = true, .met = kept->met, .kind = prediction->kind};
    if (answer.kind == PREDICT_NUMBER && (!units_read(kept->answered, &answer.said) ||
                                          !units_read(kept->measured, &answer.measured)))
        return;
    *place = answer;
}

void calibration_read(struct calibration *calibration, struct progress *progress) {
    memset(calibration, 0, sizeof *calibration);
    progress_each_prediction(progress, take, calibration);
}

/* ---- summing up ------------------------------------------------------------------------------ */

/* No factor leads from 0, or from one sign to the other. */
static double factor_between(double said, double measured) {
    if (said == measured) return 1;
    double factor = said / measured;
    if (!(factor > 0) || !isfinite(factor)) return INFINITY;
    return factor < 1 ? 1 / factor : factor;
}

static int by_size(const void *left, const void *right) {
    double one = *(const double *)left, other = *(const double *)right;
    return (one > other) - (one < other);
}

static void add(struct calibration_summary *sum, const struct calibration_answer *answer,
                double *factors) {
    sum->made++;
    sum->met += answer->met;
    switch (answer->kind) {
    case PREDICT_NUMBER:
        factors[sum->numbers++] = factor_between(answer->said, answer->measured);
        if (answer->met) break;
        if (answer->said > answer->measured)
            sum->too_high++;
        else
            sum->too_low++;
        break;
    case PREDICT_CHOICE:
        sum->choices++;
        sum->choices_met += answer->met;
        break;
    case PREDICT_ORDER:
        sum->orders++;
        sum->orders_met += answer->met;
        break;
    }
}

struct calibration_summary calibration_sum(const struct calibration *calibration, size_t first,
                                           size_t count) {
    struct calibration_summary sum = {0};
    double factors[LESSON_COUNT * CALIBRATION_STEPS] = {0};
    for (size_t i = first; i < first + count && i < LESSON_COUNT; i++)
        for (size_t j = 0; j < CALIBRATION_STEPS; j++)
            if (calibration->answers[i][j].made) add(&sum, &calibration->answers[i][j], factors);
    qsort(factors, sum.numbers, sizeof *factors, by_size);
    if (sum.numbers > 0) sum.half_within = factors[(sum.numbers - 1) / 2];
    return sum;
}
