/* html_figure - figures as HTML: see html.h. Listings, traces and tables are tables; bars, curves
 * and lanes are drawn (html_plot.c) and have their numbers beside them. */
#include <stdio.h>
#include <string.h>

#include "ui/html.h"
#include "ui/units.h"

/* ---- tables -------------------------------------------------------------------------------- */

static void add_cell(struct text *out, const char *element, const char *content) {
    text_format(out, "<%s>", element);
    html_add(out, content);
    text_format(out, "</%.2s>", element);
}

/* The head of a column; that of numbers stands where they do. */
static void add_head(struct text *out, const char *title, bool numbers) {
    add_cell(out, numbers ? "th scope=\"col\" class=\"number\"" : "th scope=\"col\"", title);
}

static void add_number_cell(struct text *out, const char *content) {
    text_add(out, "<td class=\"number\">");
    html_add(out, content);
    text_add(out, "</td>");
}

/* Lines that were not reached have no counters; those that asked nothing have a dot. */
static void add_line(struct text *out, const struct figure_line *line, size_t number) {
    char count[UNITS_SIZE];
    bool asked = line->queries > 0;
    text_add(out, line->queries > 1 ? "<tr class=\"hot\">" : "<tr>");
    add_number_cell(out, line->runs ? units_count(line->runs, count, sizeof count) : "");
    add_number_cell(out, asked        ? units_count(line->queries, count, sizeof count)
                         : line->runs ? "."
                                      : "");
    add_number_cell(out, asked        ? units_count(line->rows, count, sizeof count)
                         : line->runs ? "."
                                      : "");
    add_number_cell(out, asked ? units_duration(line->elapsed_ns, count, sizeof count) : "");
    text_format(out, "<th scope=\"row\" class=\"number\">%zu</th><td class=\"source\"><code>",
                number);
    html_add_python(out, line->source, strlen(line->source));
    text_add(out, "</code></td></tr>\n");
}

static void add_listing(struct text *out, const struct figure *figure, const char *id) {
    (void)id;
    text_add(out, "<table class=\"listing\"><thead><tr>");
    static const char *const titles[] = {"runs", "queries", "rows", "time", "line", "source"};
    for (size_t i = 0; i < 6; i++) add_head(out, titles[i], i < 5);
    text_add(out, "</tr></thead><tbody>\n");
    for (size_t i = 0; i < figure->listing.count; i++)
        add_line(out, &figure->listing.lines[i], i + 1);
    text_add(out, "</tbody></table>\n");
}

static void add_trace(struct text *out, const struct figure *figure, const char *id) {
    static const char *const marks[] = {
        [ENTRY_POINT] = "\xC2\xB7", [ENTRY_IN] = "\xE2\x86\x92", [ENTRY_OUT] = "\xE2\x86\x90"};
    static const char *const words[] = {
        [ENTRY_POINT] = "", [ENTRY_IN] = "into ", [ENTRY_OUT] = "out of "};
    char time[UNITS_SIZE];
    (void)id;
    text_add(out, "<ol class=\"trace\">\n");
    for (size_t i = 0; i < figure->trace.count; i++) {
        const struct figure_entry *entry = &figure->trace.entries[i];
        text_format(out, "<li style=\"padding-left:%uem\"><span aria-hidden=\"true\">%s</span> ",
                    entry->depth < 24 ? entry->depth : 24, marks[entry->shape]);
        text_format(out, "<span class=\"spoken\">%s</span>", words[entry->shape]);
        html_add(out, entry->label);
        if (entry->detail && *entry->detail) {
            text_add(out, " <b>");
            html_add(out, entry->detail);
            text_add(out, "</b>");
        }
        if (entry->elapsed_ns)
            text_format(out, " <small>%s</small>",
                        units_duration(entry->elapsed_ns, time, sizeof time));
        text_add(out, "</li>\n");
    }
    text_add(out, "</ol>\n");
}

static void add_table(struct text *out, const struct figure *figure, const char *id) {
    size_t columns = figure->table.column_count;
    (void)id;
    text_add(out, "<table><thead><tr>");
    for (size_t i = 0; i < columns; i++) { /* a head without words would be read aloud as one */
        const struct figure_column *column = &figure->table.columns[i];
        if (*column->title)
            add_head(out, column->title, column->align == ALIGN_RIGHT);
        else
            text_add(out, "<td></td>");
    }
    text_add(out, "</tr></thead><tbody>\n");
    for (size_t i = 0; i < figure->table.row_count * columns; i++) {
        if (i % columns == 0) text_add(out, "<tr>");
        if (figure->table.columns[i % columns].align == ALIGN_RIGHT)
            add_number_cell(out, figure->table.cells[i]);
        else
            add_cell(out, "td", figure->table.cells[i]);
        if (i % columns == columns - 1) text_add(out, "</tr>\n");
    }
    text_add(out, "</tbody></table>\n");
}

/* ---- the numbers of what is drawn ----------------------------------------------------------- */

enum { POINTS_SHOWN = 24 };

/* A few points of each curve, spread over it: the rest is in the JSON export. */
static void add_points(struct text *out, const struct figure *figure) {
    char x[UNITS_SIZE], y[UNITS_SIZE];
    text_add(out, "<details><summary>as numbers</summary><table><thead><tr>");
    add_head(out, "curve", false);
    add_head(out, figure->series.x_unit, true);
    add_head(out, figure->series.y_unit, true);
    text_add(out, "</tr></thead><tbody>\n");
    for (size_t i = 0; i < figure->series.count; i++) {
        const struct figure_curve *curve = &figure->series.curves[i];
        size_t shown = curve->count < POINTS_SHOWN ? curve->count : POINTS_SHOWN;
        for (size_t j = 0; j < shown; j++) {
            size_t at = shown < 2 ? 0 : j * (curve->count - 1) / (shown - 1);
            text_add(out, "<tr>");
            add_cell(out, "td", curve->name);
            add_number_cell(out,
                            units_number(curve->points[at].x, figure->series.x_unit, x, sizeof x));
            add_number_cell(out,
                            units_number(curve->points[at].y, figure->series.y_unit, y, sizeof y));
            text_add(out, "</tr>\n");
        }
    }
    text_add(out, "</tbody></table></details>\n");
}

static void add_series(struct text *out, const struct figure *figure, const char *id) {
    html_plot_series(out, figure, id);
    add_points(out, figure);
}

static void add_spans(struct text *out, const struct figure *figure) {
    char from[UNITS_SIZE], to[UNITS_SIZE];
    const char *unit = figure->timeline.unit;
    text_add(out, "<details><summary>as numbers</summary><table><thead><tr>");
    static const char *const titles[] = {"lane", "what", "from", "to"};
    for (size_t i = 0; i < 4; i++) add_head(out, titles[i], i >= 2);
    text_add(out, "</tr></thead><tbody>\n");
    for (size_t i = 0; i < figure->timeline.count; i++) {
        const struct figure_span *span = &figure->timeline.spans[i];
        text_add(out, "<tr>");
        add_cell(out, "td",
                 span->lane < figure->timeline.lane_count ? figure->timeline.lanes[span->lane]
                                                          : "");
        add_cell(out, "td", span->label ? span->label : "");
        add_number_cell(out, units_number(span->from, unit, from, sizeof from));
        add_number_cell(out, units_number(span->to, unit, to, sizeof to));
        text_add(out, "</tr>\n");
    }
    text_add(out, "</tbody></table></details>\n");
}

static void add_timeline(struct text *out, const struct figure *figure, const char *id) {
    html_plot_timeline(out, figure, id);
    add_spans(out, figure);
}

/* ---- all ----------------------------------------------------------------------------------- */

void html_add_figure(struct text *out, const struct figure *figure, const char *id) {
    static void (*const writers[])(struct text *, const struct figure *, const char *) = {
        [FIGURE_LISTING] = add_listing, [FIGURE_TRACE] = add_trace,
        [FIGURE_BARS] = html_plot_bars, [FIGURE_SERIES] = add_series,
        [FIGURE_TABLE] = add_table,     [FIGURE_TIMELINE] = add_timeline,
    };
    text_format(out, "<figure id=\"%s\"><figcaption>", id);
    html_add(out, figure->title);
    if (figure->simulated) {
        text_add(out, " <em class=\"simulated\">simulated: ");
        html_add(out, figure->simulated);
        text_add(out, "</em>");
    }
    text_add(out, "</figcaption>\n<div class=\"wide\" tabindex=\"0\">");
    writers[figure->kind](out, figure, id);
    text_add(out, "</div>");
    if (figure->note) {
        text_add(out, "<p class=\"aside\">");
        html_add(out, figure->note);
        text_add(out, "</p>");
    }
    text_add(out, "</figure>\n");
}
