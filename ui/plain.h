/* plain - the linear mode: notes as wrapped text, one thing after another.
 *
 * For pipes, screen readers and terminals without a cursor, and for the text export. Each step's
 * section is followed by its question, its listing, and how to run it. */
#ifndef UI_PLAIN_H
#define UI_PLAIN_H

#include "lessons/lesson.h"
#include "ui/paper.h"

enum { PLAIN_WIDTH = 72 };

/* What stands behind a step's section. */
enum plain_demo {
    PLAIN_HINT,    /* its listing, its knobs, and the command that runs it */
    PLAIN_MEASURED /* what a run with the usual knobs measured */
};

/* Adds a whole lesson, or one step of it. Where runs end worse than *worst (an exit code), it is
 * raised. False when there is no memory. */
bool plain_lesson(struct text *out, const struct paper *paper, const struct lesson *lesson,
                  enum plain_demo demo, int *worst);
bool plain_step(struct text *out, const struct paper *paper, const struct lesson *lesson,
                const struct step *step, enum plain_demo demo, int *worst);

#endif
