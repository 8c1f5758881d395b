/* note - a step's part of the note as a page. The first step has the day's introduction above
 * it, the last one "At scale" below. */
#ifndef UI_READER_NOTE_H
#define UI_READER_NOTE_H

#include "lessons/lesson.h"
#include "ui/reader/grid.h"

/* Builds the page in `page` (as wide as given, its rows replaced). Where there is no memory it ends
 * early. */
void note_build(struct grid *page, const struct lesson *lesson, size_t step, int width);

#endif
