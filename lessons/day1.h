/* day1 - what the steps of day 1 share with its table (day1_lifecycle.c). */
#ifndef LESSONS_DAY1_H
#define LESSONS_DAY1_H

#include "lessons/stage.h"

/* day1_request.c */
bool request_run(struct stage *stage);
bool request_draw(const struct stage *stage, struct cut cut, struct figures *figures);
bool request_answer(struct stage *stage, double *number, size_t order[ORDER_MOST]);
void request_check_mirrored(struct stage *stage, struct verdict *verdict);
void request_check_view(struct stage *stage, struct verdict *verdict);
void request_check_sum(struct stage *stage, struct verdict *verdict);

/* day1_init_call.c */
bool init_call_run(struct stage *stage);
bool init_call_draw(const struct stage *stage, struct cut cut, struct figures *figures);
bool init_call_answer(struct stage *stage, double *number, size_t order[ORDER_MOST]);
void init_call_check_inits(struct stage *stage, struct verdict *verdict);
void init_call_check_calls(struct stage *stage, struct verdict *verdict);

/* day1_workers.c runs the load and asks the claims, day1_workers_figures.c draws. */
bool workers_run(struct stage *stage);
bool workers_draw(const struct stage *stage, struct cut cut, struct figures *figures);
bool workers_live(const struct stage *stage, struct cut cut, struct figures *figures);
bool workers_answer(struct stage *stage, double *number, size_t order[ORDER_MOST]);
void workers_check_ceilings(struct stage *stage, struct verdict *verdict);
void workers_check_lead(struct stage *stage, struct verdict *verdict);
void workers_check_cpu(struct stage *stage, struct verdict *verdict);
void workers_check_blocked(struct stage *stage, struct verdict *verdict);
void workers_check_answers(struct stage *stage, struct verdict *verdict);

/* The two kinds of worker, as lanes of the tape. */
enum workers_lane { WORKERS_SYNC, WORKERS_ASYNC, WORKERS_LANES };

/* What the knobs say, in seconds. */
struct workers_plan {
    unsigned clients, workers;
    uint64_t requests;
    double wait, cpu;
    bool blocks;
};
struct workers_plan workers_plan(const struct stage *stage);

/* The ceiling of a kind's throughput in requests a second, from the plan alone; INFINITY where
 * there is neither wait nor work. */
double workers_ceiling(const struct workers_plan *plan, enum workers_lane lane);

#endif
