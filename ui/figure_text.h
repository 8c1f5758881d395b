/* figure_text - figures as plain text: for `run`, plain mode, and the text and Markdown exports.
 *
 * The same structs that the reader draws in cells. All is laid out for a paper: its width, and
 * whether it takes more than ASCII. Nothing is told by colour. */
#ifndef UI_FIGURE_TEXT_H
#define UI_FIGURE_TEXT_H

#include "lessons/figure.h"
#include "ui/paper.h"

/* Adds a figure: title, what is simulated in it, the figure, its note. Each line ends with a
 * newline. Failure is the text's. */
void figure_text(struct text *out, const struct paper *paper, const struct figure *figure);

/* The figure alone, without title and notes. */
void figure_text_body(struct text *out, const struct paper *paper, const struct figure *figure);

/* ---- the kinds with files of their own ----------------------------------------------------- */

/* Curves and lanes (figure_plot.c). */
void figure_plot_series(struct text *out, const struct paper *paper, const struct figure *figure);
void figure_plot_timeline(struct text *out, const struct paper *paper, const struct figure *figure);

#endif
