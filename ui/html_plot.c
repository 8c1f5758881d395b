/* html_plot - bars, curves and lanes as SVG: see html.h.
 *
 *     0   LEFT                                      RIGHT  640
 *      +---+--------------------------------------------+--+
 *      | y |  curves, spans                              |  |
 *      |   +--------------------------------------------+  |   BOTTOM
 *      |      x                                            |
 *      +---------------------------------------------------+   HEIGHT
 *
 * Curves differ by dashes and spans by their letters, not by colour alone. Numbers are written with
 * one decimal: a tenth of a pixel. */
#include <math.h>
#include <string.h>

#include "ui/axis.h"
#include "ui/html.h"
#include "ui/units.h"

enum { WIDTH = 640, HEIGHT = 268 };
static const double LEFT = 76, RIGHT = 624, TOP = 12, BOTTOM = 228;
enum { LOOKS = 6, POINTS_DRAWN = 600 };

static void begin_svg(struct text *out, const struct figure *figure, const char *id, int height) {
    text_format(out,
                "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"%s-title\">"
                "<title id=\"%s-title\">",
                WIDTH, height, id, id);
    html_add(out, figure->title);
    text_add(out, "</title>\n");
}

static void add_label(struct text *out, double x, double y, const char *anchor, const char *label) {
    text_format(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor);
    html_add(out, label);
    text_add(out, "</text>\n");
}

static void add_rule(struct text *out, double x1, double y1, double x2, double y2,
                     const char *look) {
    text_format(out, "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n", look,
                x1, y1, x2, y2);
}

/* ---- bars ---------------------------------------------------------------------------------- */

/* A table whose bars are drawn: the numbers are text, and need no other form. */
void html_plot_bars(struct text *out, const struct figure *figure, const char *id) {
    double most = 0;
    char number[UNITS_SIZE];
    (void)id;
    for (size_t i = 0; i < figure->bars.count; i++) most = fmax(most, figure->bars.bars[i].value);
    text_add(out, "<table class=\"bars\"><tbody>\n");
    for (size_t i = 0; i < figure->bars.count; i++) {
        const struct figure_bar *bar = &figure->bars.bars[i];
        double share = most > 0 && bar->value > 0 ? bar->value / most : 0;
        text_add(out, "<tr><th scope=\"row\">");
        html_add(out, bar->label);
        text_add(out, "</th><td class=\"number\">");
        html_add(out, units_number(bar->value, figure->bars.unit, number, sizeof number));
        text_format(out,
                    "</td><td class=\"bar\"><span class=\"lane%u\" style=\"width:%.1f%%\"></span>"
                    "</td><td>",
                    (unsigned)bar->lane % LOOKS, share * 100);
        html_add(out, bar->detail ? bar->detail : "");
        text_add(out, "</td></tr>\n");
    }
    text_add(out, "</tbody></table>\n");
}

/* ---- curves -------------------------------------------------------------------------------- */

static double place_x(const struct axis *axis, double number) {
    return LEFT + axis_share(axis, number) * (RIGHT - LEFT);
}

static double place_y(const struct axis *axis, double number) {
    return BOTTOM - axis_share(axis, number) * (BOTTOM - TOP);
}

static void add_axes(struct text *out, const struct figure *figure, const struct axis *x,
                     const struct axis *y) {
    char label[UNITS_SIZE];
    static const char *const anchors[] = {"start", "middle", "end"};
    int marks = y->log && y->high - y->low <= 8 ? (int)lround(y->high - y->low) : 4;
    for (int i = 0; i <= marks; i++) {
        double number = axis_number(y, (double)i / marks), at = place_y(y, number);
        add_rule(out, LEFT, at, RIGHT, at, i ? "grid" : "axis");
        add_label(out, LEFT - 6, at + 4, "end",
                  units_tick(number, figure->series.y_unit, label, sizeof label));
    }
    for (int i = 0; i < 3; i++) {
        double number = i == 1 ? axis_middle(x) : axis_number(x, i / 2.0);
        add_label(out, place_x(x, number), BOTTOM + 18, anchors[i],
                  units_tick(number, figure->series.x_unit, label, sizeof label));
    }
    add_label(out, (LEFT + RIGHT) / 2, HEIGHT - 4, "middle", axis_name(figure->series.x_unit));
}

static void add_point(struct text *out, const struct axis *x, const struct axis *y,
                      struct figure_point point) {
    text_format(out, "%.1f,%.1f ", place_x(x, point.x), place_y(y, point.y));
}

/* Of many points, the lowest and the highest of each handful: peaks stay. */
static void add_points(struct text *out, const struct figure_curve *curve, const struct axis *x,
                       const struct axis *y) {
    size_t handful = curve->count > POINTS_DRAWN ? curve->count / (POINTS_DRAWN / 2) : 1;
    for (size_t i = 0; i < curve->count; i += handful) {
        size_t least = SIZE_MAX, most = SIZE_MAX;
        for (size_t j = i; j < i + handful && j < curve->count; j++) {
            struct figure_point point = curve->points[j];
            if (!axis_takes(x, point.x) || !axis_takes(y, point.y)) continue;
            if (least == SIZE_MAX || point.y < curve->points[least].y) least = j;
            if (most == SIZE_MAX || point.y > curve->points[most].y) most = j;
        }
        if (least == SIZE_MAX) continue;
        add_point(out, x, y, curve->points[least < most ? least : most]);
        if (least != most) add_point(out, x, y, curve->points[least < most ? most : least]);
    }
}

static void add_key(struct text *out, const struct figure *figure) {
    text_add(out, "<ul class=\"key\">");
    for (size_t i = 0; i < figure->series.count; i++) {
        const struct figure_curve *curve = &figure->series.curves[i];
        text_format(out,
                    "<li><svg viewBox=\"0 0 40 10\" aria-hidden=\"true\"><line class=\"curve "
                    "lane%zu%s\" x1=\"0\" y1=\"5\" x2=\"40\" y2=\"5\"/></svg> ",
                    i % LOOKS, curve->theory ? " theory" : "");
        html_add(out, curve->name);
        text_add(out, curve->theory ? " (computed)</li>" : "</li>");
    }
    text_add(out, "</ul>\n");
}

void html_plot_series(struct text *out, const struct figure *figure, const char *id) {
    struct axis x, y;
    axis_of_series(figure, &x, &y);
    text_add(out, "<p class=\"aside\">");
    html_add(out, axis_name(figure->series.y_unit));
    text_add(out, y.log ? " (log) by " : " by ");
    html_add(out, axis_name(figure->series.x_unit));
    text_add(out, x.log ? " (log)</p>\n" : "</p>\n");
    begin_svg(out, figure, id, HEIGHT);
    add_axes(out, figure, &x, &y);
    for (size_t i = 0; i < figure->series.count; i++) {
        const struct figure_curve *curve = &figure->series.curves[i];
        text_format(out, "<polyline class=\"curve lane%zu%s\" points=\"", i % LOOKS,
                    curve->theory ? " theory" : "");
        add_points(out, curve, &x, &y);
        text_add(out, "\"/>\n");
    }
    text_add(out, "</svg>\n");
    add_key(out, figure);
}

/* ---- lanes --------------------------------------------------------------------------------- */

enum { LANE_HEIGHT = 26 };
static const double LANE_LEFT = 130;

static double top_of_lane(size_t lane) {
    return TOP + (double)lane * (double)LANE_HEIGHT;
}

/* Spans of one mark look alike. */
static unsigned look_of(const struct figure *figure, size_t span) {
    unsigned look = 0;
    for (size_t i = 0; i < figure->timeline.count; i++) {
        size_t first = 0;
        while (figure->timeline.spans[first].mark != figure->timeline.spans[i].mark) first++;
        if (figure->timeline.spans[i].mark == figure->timeline.spans[span].mark) return look;
        if (first == i) look++;
    }
    return look;
}

/* Where a moment stands among the lanes. */
static double place_moment(const struct axis *axis, double moment) {
    return LANE_LEFT + axis_share(axis, moment) * (RIGHT - LANE_LEFT);
}

static bool is_drawn(const struct figure_span *span) {
    return isfinite(span->from) && isfinite(span->to);
}

static void add_span(struct text *out, const struct figure *figure, size_t index,
                     const struct axis *x) {
    const struct figure_span *span = &figure->timeline.spans[index];
    double from = place_moment(x, span->from), to = place_moment(x, span->to);
    text_format(out, "<rect class=\"lane%u\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\">",
                look_of(figure, index) % LOOKS, from, top_of_lane(span->lane) + 3,
                fmax(to - from, 1), LANE_HEIGHT - 6);
    text_add(out, "<title>");
    html_add(out, span->label ? span->label : "");
    text_add(out, "</title></rect>\n");
}

/* Spans of a lane may lie over one another: a label stands where none that is drawn later does. */
static void add_span_label(struct text *out, const struct figure *figure, size_t index,
                           const struct axis *x) {
    const struct figure_span *spans = figure->timeline.spans, *span = &spans[index];
    double from = place_moment(x, span->from), room = place_moment(x, span->to) - from;
    double needed = span->label ? 7.0 * (double)strlen(span->label) + 8 : 0;
    if (needed <= 8 || room <= needed) return;
    for (size_t i = index + 1; i < figure->timeline.count; i++) {
        bool beside = spans[i].lane != span->lane || !is_drawn(&spans[i]);
        if (!beside && place_moment(x, spans[i].from) < from + needed &&
            place_moment(x, spans[i].to) > from)
            return;
    }
    add_label(out, from + 4, top_of_lane(span->lane) + 17, "start", span->label);
}

void html_plot_timeline(struct text *out, const struct figure *figure, const char *id) {
    struct axis x;
    char from[UNITS_SIZE], to[UNITS_SIZE];
    double bottom = top_of_lane(figure->timeline.lane_count);
    axis_begin(&x, false);
    for (size_t i = 0; i < figure->timeline.count; i++) {
        if (axis_takes(&x, figure->timeline.spans[i].from))
            axis_widen(&x, figure->timeline.spans[i].from);
        if (axis_takes(&x, figure->timeline.spans[i].to))
            axis_widen(&x, figure->timeline.spans[i].to);
    }
    axis_settle(&x, false);
    begin_svg(out, figure, id, (int)bottom + 30);
    for (size_t i = 0; i < figure->timeline.lane_count; i++)
        add_label(out, LANE_LEFT - 6, top_of_lane(i) + 17, "end", figure->timeline.lanes[i]);
    for (size_t i = 0; i < figure->timeline.count; i++)
        if (is_drawn(&figure->timeline.spans[i])) add_span(out, figure, i, &x);
    for (size_t i = 0; i < figure->timeline.count; i++)
        if (is_drawn(&figure->timeline.spans[i])) add_span_label(out, figure, i, &x);
    add_rule(out, LANE_LEFT, bottom, RIGHT, bottom, "axis");
    add_label(out, LANE_LEFT, bottom + 18, "start",
              units_number(axis_number(&x, 0), figure->timeline.unit, from, sizeof from));
    add_label(out, RIGHT, bottom + 18, "end",
              units_number(axis_number(&x, 1), figure->timeline.unit, to, sizeof to));
    text_add(out, "</svg>\n");
}
