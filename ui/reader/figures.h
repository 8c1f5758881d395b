/* figures - figures become cells: rows added to a page as wide as it is, from 40 columns up with
 * everything, below that with what fits.
 *
 *     listing    source with queries, rows and time per line
 *     trace      an onion: a bracket opens on the way in and closes on the way out
 *     bars       one row a bar: label, number, bar
 *     series     curves over axes, each with its letter; one alone has none
 *     table      columns as wide as their cells, or one record below the other
 *     timeline   lanes of marked spans over an axis
 *
 * Nothing is told by colour alone: curves and spans carry letters, lanes of bars their own fill. */
#ifndef UI_READER_FIGURES_H
#define UI_READER_FIGURES_H

#include "lessons/figure.h"
#include "ui/reader/grid.h"
#include "ui/reader/state.h"

struct figure_view {
    enum graph_style graph;
    bool low;          /* few rows are seen at a time: a plot is no higher than needed */
    bool counted;      /* the run counts queries by line: leave room for the counters */
    unsigned selected; /* line of a listing; 0: none */
    int *line_row;     /* filled with the row of each line of a listing; NULL: not wanted */
};

/* Adds a figure, its title above and its note below. */
void figure_draw(struct grid *page, const struct figure *figure, const struct figure_view *view);

/* The parts, in files of their own; each adds its rows without title and note. */
void figure_draw_listing(struct grid *, const struct figure *, const struct figure_view *);
void figure_draw_trace(struct grid *, const struct figure *, const struct figure_view *);
void figure_draw_bars(struct grid *, const struct figure *, const struct figure_view *);
void figure_draw_series(struct grid *, const struct figure *, const struct figure_view *);
void figure_draw_table(struct grid *, const struct figure *, const struct figure_view *);
void figure_draw_timeline(struct grid *, const struct figure *, const struct figure_view *);

#endif
