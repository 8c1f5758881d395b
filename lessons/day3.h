/* day3 - what the steps of day 3 share with its table (day3_class_views.c). */
#ifndef LESSONS_DAY3_H
#define LESSONS_DAY3_H

#include "lessons/stage.h"

/* day3_as_view.c */
bool as_view_run(struct stage *stage);
bool as_view_draw(const struct stage *stage, struct cut cut, struct figures *figures);
bool as_view_answer(struct stage *stage, double *number, size_t order[ORDER_MOST]);
void as_view_check_instances(struct stage *stage, struct verdict *verdict);
void as_view_check_leaks(struct stage *stage, struct verdict *verdict);
void as_view_check_shared(struct stage *stage, struct verdict *verdict);
void as_view_check_keywords(struct stage *stage, struct verdict *verdict);
void as_view_check_methods(struct stage *stage, struct verdict *verdict);

/* day3_mro.c */
bool mro_run(struct stage *stage);
bool mro_draw(const struct stage *stage, struct cut cut, struct figures *figures);
bool mro_answer(struct stage *stage, double *number, size_t order[ORDER_MOST]);
void mro_check_definition(struct stage *stage, struct verdict *verdict);
void mro_check_promises(struct stage *stage, struct verdict *verdict);
void mro_check_refusal(struct stage *stage, struct verdict *verdict);

/* day3_dispatch.c. The choices of its knob `forgets`, by number, stand in the table. */
extern const char *const dispatch_forgets[];
bool dispatch_run(struct stage *stage);
bool dispatch_draw(const struct stage *stage, struct cut cut, struct figures *figures);
bool dispatch_answer(struct stage *stage, double *number, size_t order[ORDER_MOST]);
void dispatch_check_order(struct stage *stage, struct verdict *verdict);
void dispatch_check_view(struct stage *stage, struct verdict *verdict);
void dispatch_check_log(struct stage *stage, struct verdict *verdict);
void dispatch_check_forgotten(struct stage *stage, struct verdict *verdict);

#endif
