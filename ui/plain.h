/* plain - the linear mode: notes as wrapped text, one thing after another.
 *
 * For pipes, screen readers and terminals without a cursor, and for the text export. Each step's
 * section is followed by its question, its listing, and how to run it. */
#ifndef UI_PLAIN_H
#define UI_PLAIN_H

#include "ui/command.h"
#include "ui/paper.h"

enum { PLAIN_WIDTH = 72 };

/* What stands behind the section of a step that can run. NULL for it: the step's listing, its
 * knobs, and the command that runs it. */
struct plain_demo {
    /* False when there is no memory. */
    bool (*add)(void *context, struct text *out, const struct paper *paper,
                const struct choice *step);
    void *context;
};

/* Adds a whole lesson, or one step of it. False when there is no memory. */
bool plain_lesson(struct text *out, const struct paper *paper, const struct lesson *lesson,
                  const struct plain_demo *demo);
bool plain_step(struct text *out, const struct paper *paper, const struct choice *step,
                const struct plain_demo *demo);

#endif
