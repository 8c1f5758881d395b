/* trace_figure - requests on their way through the layers, drawn as a trace.
 *
 * The nesting is that of the spans on the tape: a layer's entry, all that happened inside it, its
 * way out with the status it let through. */
#ifndef LESSONS_TRACE_FIGURE_H
#define LESSONS_TRACE_FIGURE_H

#include "lessons/stage.h"

/* Draws what happened on a lane (-1: any) before the cut: layers, hooks, views, queries, answers
 * and exceptions of the first `requests` requests, and the building of the chain before them.
 * False when there is no memory. */
bool trace_figure_draw(struct cut cut, int lane, size_t requests, const char *title,
                       struct figures *figures);

#endif
