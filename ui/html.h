/* html - the pieces of the HTML export: escaped text, notes, figures.
 *
 * Used by export_html.c alone. Everything ends up in one page that loads nothing: no script, no
 * style sheet, no font, no picture but SVG inside. Pictures have a title and a table of the same
 * numbers, so nothing is told by them alone. */
#ifndef UI_HTML_H
#define UI_HTML_H

#include "engine/base/text.h"
#include "lessons/figure.h"
#include "lessons/lesson.h"

/* Adds text for element content or a quoted attribute. Controls that HTML forbids become "?". */
void html_add(struct text *out, const char *string);
void html_add_bytes(struct text *out, const char *bytes, size_t length);

/* Adds lines of Python, their keywords, strings and comments in spans. (html_source.c) */
void html_add_python(struct text *out, const char *source, size_t length);

/* Adds a part of a note. Its headings go down by `deeper` levels: a page has one <h1>. False when
 * there is no memory. (html_note.c) */
bool html_add_note(struct text *out, struct slice_of_note note, unsigned deeper);

/* Adds a figure with its title and notes. `id` is unlike that of any other on the page.
 * (html_figure.c) */
void html_add_figure(struct text *out, const struct figure *figure, const char *id);

/* The drawn ones, as <svg> elements. (html_plot.c) */
void html_plot_bars(struct text *out, const struct figure *figure, const char *id);
void html_plot_series(struct text *out, const struct figure *figure, const char *id);
void html_plot_timeline(struct text *out, const struct figure *figure, const char *id);

#endif
