/* day2 - what the steps of day 2 share with its table (day2_urls.c). */
#ifndef LESSONS_DAY2_H
#define LESSONS_DAY2_H

#include "engine/urls/site.h"
#include "lessons/stage.h"

/* Runs the stage's listing with django.urls and blog.views to import from. False when it raised;
 * `site` has the answers up to there. (day2_resolve.c) */
bool day2_run_listing(struct stage *stage, struct url_site *site);

/* The stage's runtime with a head that records nothing: for measuring, and for questions that the
 * listing did not ask. `silent` must live as long. (day2_resolve.c) */
struct runtime day2_silent(struct stage *stage, struct head *silent);

/* The kwargs of a match as Python shows them; NULL: fault. (day2_resolve.c) */
const char *day2_show_kwargs(struct runtime *runtime, const struct route_match *match);

/* day2_resolve.c */
bool resolve_run(struct stage *stage);
bool resolve_draw(const struct stage *stage, struct cut cut, struct figures *figures);
bool resolve_answer(struct stage *stage, double *number, size_t order[ORDER_MOST]);
void resolve_check_first(struct stage *stage, struct verdict *verdict);
void resolve_check_django(struct stage *stage, struct verdict *verdict);

/* day2_reverse.c */
bool reverse_run(struct stage *stage);
bool reverse_draw(const struct stage *stage, struct cut cut, struct figures *figures);
bool reverse_answer(struct stage *stage, double *number, size_t order[ORDER_MOST]);
void reverse_check_back(struct stage *stage, struct verdict *verdict);
void reverse_check_errors(struct stage *stage, struct verdict *verdict);

/* day2_price.c */
bool price_run(struct stage *stage);
bool price_draw(const struct stage *stage, struct cut cut, struct figures *figures);
bool price_answer(struct stage *stage, double *number, size_t order[ORDER_MOST]);
void price_check_last(struct stage *stage, struct verdict *verdict);
void price_check_linear(struct stage *stage, struct verdict *verdict);
void price_check_others(struct stage *stage, struct verdict *verdict);
void price_check_same(struct stage *stage, struct verdict *verdict);

#endif
