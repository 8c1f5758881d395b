/* blog_stage - a stage with the blog on it: what the steps of days 7 to 9 have in common. */
#ifndef LESSONS_BLOG_STAGE_H
#define LESSONS_BLOG_STAGE_H

#include "engine/script/script.h"
#include "lessons/blog_fixture.h"
#include "lessons/stage.h"

/* The usual size of blog, with the stage's seed. */
struct blog_size blog_stage_usual(const struct stage *stage);

/* Opens a blog of that size on the stage, with the simulated round trip in milliseconds. The
 * caller closes it with blog_stage_close, on every way out. */
bool blog_stage_open(struct stage *stage, const struct blog_size *size, int64_t round_trip_ms);
void blog_stage_close(struct stage *stage);

/* A namespace with what the blog's listings may import, and the knobs as names. runtime is the
 * stage's own, or a copy with another arena or head. NULL: fault. */
struct script *blog_stage_script(struct stage *stage, struct runtime *runtime);

/* Runs the stage's listing with what `from blog.models import ...` and Django's own modules give.
 */
bool blog_stage_run_listing(struct stage *stage);

/* Runs another piece of Python on the same blog, in a namespace of its own: what it builds lives in
 * arena, what it does is recorded by head. A fault becomes the stage's. */
bool blog_stage_run_source(struct stage *stage, struct arena *arena, struct head *head,
                           const char *source);

#endif
