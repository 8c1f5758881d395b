/* day4 - what the steps of day 4 share with its table (day4_middleware.c). */
#ifndef LESSONS_DAY4_H
#define LESSONS_DAY4_H

#include "lessons/stage.h"

/* day4_onion.c */
bool onion_run(struct stage *stage);
bool onion_draw(const struct stage *stage, struct cut cut, struct figures *figures);
bool onion_answer(struct stage *stage, double *number, size_t order[ORDER_MOST]);
void onion_check_mirrored(struct stage *stage, struct verdict *verdict);
void onion_check_exception(struct stage *stage, struct verdict *verdict);
void onion_check_built(struct stage *stage, struct verdict *verdict);

/* day4_short_circuit.c */
bool short_circuit_run(struct stage *stage);
bool short_circuit_draw(const struct stage *stage, struct cut cut, struct figures *figures);
bool short_circuit_answer(struct stage *stage, double *number, size_t order[ORDER_MOST]);
void short_circuit_check_refused(struct stage *stage, struct verdict *verdict);
void short_circuit_check_nothing_below(struct stage *stage, struct verdict *verdict);
void short_circuit_check_above(struct stage *stage, struct verdict *verdict);
void short_circuit_check_higher(struct stage *stage, struct verdict *verdict);

/* day4_rate_limit.c */
bool rate_limit_run(struct stage *stage);
bool rate_limit_draw(const struct stage *stage, struct cut cut, struct figures *figures);
bool rate_limit_answer(struct stage *stage, double *number, size_t order[ORDER_MOST]);
void rate_limit_check_bound(struct stage *stage, struct verdict *verdict);
void rate_limit_check_same(struct stage *stage, struct verdict *verdict);
void rate_limit_check_work(struct stage *stage, struct verdict *verdict);

#endif
