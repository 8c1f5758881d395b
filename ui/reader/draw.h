/* draw - a state becomes cells. Pure: changes nothing but the grid, and clamps nothing. */
#ifndef UI_READER_DRAW_H
#define UI_READER_DRAW_H

#include "ui/reader/grid.h"
#include "ui/reader/state.h"

/* Draws the whole screen into a grid of the state's size. */
void draw(const struct state *state, struct grid *grid);

#endif
