/* figure_json - see figure_json.h. */
#include "ui/figure_json.h"

static void member_number(struct json *json, const char *name, double number) {
    json_key(json, name);
    json_number(json, number);
}

static void member_unsigned(struct json *json, const char *name, uint64_t integer) {
    json_key(json, name);
    json_unsigned(json, integer);
}

static void member_array(struct json *json, const char *name) {
    json_key(json, name);
    json_array(json);
}

static void write_listing(struct json *json, const struct figure *figure) {
    member_array(json, "lines");
    for (size_t i = 0; i < figure->listing.count; i++) {
        const struct figure_line *line = &figure->listing.lines[i];
        json_object(json);
        member_unsigned(json, "line", i + 1);
        json_member_text(json, "source", line->source);
        member_unsigned(json, "runs", line->runs);
        member_unsigned(json, "queries", line->queries);
        member_unsigned(json, "rows", line->rows);
        member_unsigned(json, "elapsed_ns", line->elapsed_ns);
        json_close(json);
    }
    json_close(json);
}

static void write_trace(struct json *json, const struct figure *figure) {
    static const char *const shapes[] = {
        [ENTRY_POINT] = "point", [ENTRY_IN] = "in", [ENTRY_OUT] = "out"};
    member_array(json, "entries");
    for (size_t i = 0; i < figure->trace.count; i++) {
        const struct figure_entry *entry = &figure->trace.entries[i];
        json_object(json);
        member_unsigned(json, "depth", entry->depth);
        json_member_text(json, "shape", shapes[entry->shape]);
        json_member_text(json, "label", entry->label);
        json_member_text(json, "detail", entry->detail);
        member_unsigned(json, "elapsed_ns", entry->elapsed_ns);
        json_close(json);
    }
    json_close(json);
}

static void write_bars(struct json *json, const struct figure *figure) {
    json_member_text(json, "unit", figure->bars.unit);
    member_array(json, "bars");
    for (size_t i = 0; i < figure->bars.count; i++) {
        const struct figure_bar *bar = &figure->bars.bars[i];
        json_object(json);
        json_member_text(json, "label", bar->label);
        member_number(json, "value", bar->value);
        json_member_text(json, "detail", bar->detail);
        json_member_integer(json, "lane", bar->lane);
        json_close(json);
    }
    json_close(json);
}

static void write_curve(struct json *json, const struct figure_curve *curve) {
    json_object(json);
    json_member_text(json, "name", curve->name);
    json_member_bool(json, "theory", curve->theory);
    member_array(json, "points");
    for (size_t i = 0; i < curve->count; i++) {
        json_array(json);
        json_number(json, curve->points[i].x);
        json_number(json, curve->points[i].y);
        json_close(json);
    }
    json_close(json);
    json_close(json);
}

static void write_series(struct json *json, const struct figure *figure) {
    json_member_text(json, "x_unit", figure->series.x_unit);
    json_member_text(json, "y_unit", figure->series.y_unit);
    json_member_bool(json, "x_log", figure->series.x_log);
    json_member_bool(json, "y_log", figure->series.y_log);
    member_array(json, "curves");
    for (size_t i = 0; i < figure->series.count; i++) write_curve(json, &figure->series.curves[i]);
    json_close(json);
}

static void write_table(struct json *json, const struct figure *figure) {
    size_t columns = figure->table.column_count;
    member_array(json, "columns");
    for (size_t i = 0; i < columns; i++) json_text(json, figure->table.columns[i].title);
    json_close(json);
    member_array(json, "rows");
    for (size_t i = 0; i < figure->table.row_count; i++) {
        json_array(json);
        for (size_t j = 0; j < columns; j++) json_text(json, figure->table.cells[i * columns + j]);
        json_close(json);
    }
    json_close(json);
}

static void write_timeline(struct json *json, const struct figure *figure) {
    json_member_text(json, "unit", figure->timeline.unit);
    member_array(json, "lanes");
    for (size_t i = 0; i < figure->timeline.lane_count; i++)
        json_text(json, figure->timeline.lanes[i]);
    json_close(json);
    member_array(json, "spans");
    for (size_t i = 0; i < figure->timeline.count; i++) {
        const struct figure_span *span = &figure->timeline.spans[i];
        json_object(json);
        member_unsigned(json, "lane", span->lane);
        member_number(json, "from", span->from);
        member_number(json, "to", span->to);
        json_member_text(json, "label", span->label);
        json_close(json);
    }
    json_close(json);
}

void figure_json(struct json *json, const struct figure *figure) {
    static void (*const writers[])(struct json *, const struct figure *) = {
        [FIGURE_LISTING] = write_listing, [FIGURE_TRACE] = write_trace,
        [FIGURE_BARS] = write_bars,       [FIGURE_SERIES] = write_series,
        [FIGURE_TABLE] = write_table,     [FIGURE_TIMELINE] = write_timeline,
    };
    json_object(json);
    json_member_text(json, "kind", figure_kind_word(figure->kind));
    json_member_text(json, "title", figure->title);
    json_member_text(json, "note", figure->note);
    json_member_text(json, "simulated", figure->simulated);
    writers[figure->kind](json, figure);
    json_close(json);
}
