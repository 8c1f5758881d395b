/* day6_memory_figures - the flat line and the climbing one, drawn from the samples on the tape. */
#include <string.h>

#include "lessons/day6.h"

enum { POINTS_MOST = 400 };

static const char *const lane_names[MEMORY_LANES] = {"streamed", "buffered"};

/* One lane's samples up to the cut. */
struct lane {
    uint64_t start_ns;
    struct figure_point *held, *resident; /* KiB over milliseconds */
    size_t held_count, resident_count;
    uint64_t samples, every;
    double resident_first, resident_most, held_most; /* KiB */
    uint64_t bytes, elapsed_ns, first_ns;
    int64_t peak, pieces;
};

static void add(struct figure_point *points, size_t *count, const struct lane *lane,
                const struct tape_event *event) {
    if (*count == POINTS_MOST) return;
    points[(*count)++] = (struct figure_point){(double)(event->at_ns - lane->start_ns) / 1e6,
                                               (double)event->amount / 1024};
}

static void take_sample(struct lane *lane, const struct tape_event *event, bool held) {
    double amount = (double)event->amount / 1024;
    bool shown = lane->samples++ / 2 % lane->every == 0;
    if (held) {
        if (amount > lane->held_most) lane->held_most = amount;
        if (shown) add(lane->held, &lane->held_count, lane, event);
        return;
    }
    if (lane->resident_first == 0) lane->resident_first = amount;
    if (amount > lane->resident_most) lane->resident_most = amount;
    if (shown) add(lane->resident, &lane->resident_count, lane, event);
}

static void take(struct cut cut, struct lane *lane, const struct tape_event *event) {
    const char *name = tape_name(cut.tape, event->subject);
    switch (event->kind) {
    case TAPE_RUN:
        if (event->shape == TAPE_ENTER) lane->start_ns = event->at_ns;
        if (event->shape != TAPE_LEAVE) return;
        lane->bytes = (uint64_t)event->amount;
        lane->elapsed_ns = event->elapsed_ns;
        return;
    case TAPE_SAMPLE: take_sample(lane, event, strcmp(name, "held") == 0); return;
    case TAPE_MEMORY: lane->peak = event->amount; return;
    case TAPE_MARK:
        if (strcmp(name, "pieces") == 0)
            lane->pieces = event->amount;
        else
            lane->first_ns = event->elapsed_ns;
        return;
    default: return;
    }
}

static bool read_lanes(struct cut cut, struct arena *arena, struct lane lanes[MEMORY_LANES]) {
    for (int i = 0; i < MEMORY_LANES; i++) {
        struct tally_filter filter = {i, -1, NULL};
        uint64_t samples = tape_count(cut, TAPE_SAMPLE, filter) / 2;
        lanes[i].every = samples / (POINTS_MOST - 10) + 1;
        lanes[i].held = arena_array(arena, POINTS_MOST, sizeof *lanes[i].held);
        lanes[i].resident = arena_array(arena, POINTS_MOST, sizeof *lanes[i].resident);
        if (!lanes[i].held || !lanes[i].resident) return false;
    }
    struct tape_event events[64];
    for (size_t first = 0, got; first < cut.upto; first += got) {
        size_t want = cut.upto - first < 64 ? cut.upto - first : 64;
        got = tape_events(cut.tape, first, events, want);
        if (got == 0) break;
        for (size_t i = 0; i < got; i++)
            if (events[i].lane < MEMORY_LANES) take(cut, &lanes[events[i].lane], &events[i]);
    }
    return true;
}

/* ---- figures ------------------------------------------------------------------------------------
 */

static bool draw_series(const struct lane *lanes, bool process, struct figures *figures) {
    struct figure *figure =
        figures_add(figures, FIGURE_SERIES,
                    process ? "memory of the process" : "memory held, on the engine's allocator");
    if (!figure) return true;
    struct figure_curve *curves = arena_array(figures->arena, MEMORY_LANES, sizeof *curves);
    if (!curves) return false;
    for (int i = 0; i < MEMORY_LANES; i++)
        curves[i] =
            (struct figure_curve){.name = lane_names[i],
                                  .points = process ? lanes[i].resident : lanes[i].held,
                                  .count = process ? lanes[i].resident_count : lanes[i].held_count};
    figure->series.curves = curves;
    figure->series.count = MEMORY_LANES;
    figure->series.x_unit = "ms";
    figure->series.y_unit = "KiB";
    return true;
}

static const char *milliseconds(struct arena *arena, uint64_t ns) {
    return ns ? arena_format(arena, "%.2f ms", (double)ns / 1e6) : "";
}

static bool draw_table(const struct lane *lanes, struct figures *figures) {
    static const struct figure_column columns[] = {
        {"", ALIGN_LEFT},         {"bytes", ALIGN_RIGHT},      {"peak", ALIGN_RIGHT},
        {"process", ALIGN_RIGHT}, {"first byte", ALIGN_RIGHT}, {"last byte", ALIGN_RIGHT},
        {"pieces", ALIGN_RIGHT}};
    enum { COLUMNS = sizeof columns / sizeof *columns };
    struct arena *arena = figures->arena;
    struct figure *figure = figures_add(figures, FIGURE_TABLE, "what each export took");
    if (!figure) return true;
    const char **cells = arena_array(arena, MEMORY_LANES * COLUMNS, sizeof *cells);
    if (!cells) return false;
    for (int i = 0; i < MEMORY_LANES; i++) {
        const struct lane *lane = &lanes[i];
        const char **row = &cells[i * COLUMNS];
        double peak = lane->peak ? (double)lane->peak / 1024 : lane->held_most;
        row[0] = lane_names[i];
        row[1] = arena_format(arena, "%llu", (unsigned long long)lane->bytes);
        row[2] = arena_format(arena, "%.0f KiB", peak);
        row[3] = arena_format(arena, "+%.0f KiB", lane->resident_most - lane->resident_first);
        row[4] = milliseconds(arena, lane->first_ns);
        row[5] = milliseconds(arena, lane->elapsed_ns);
        row[6] = arena_format(arena, "%lld", (long long)lane->pieces);
        for (int j = 0; j < COLUMNS; j++)
            if (!row[j]) return false;
    }
    figure->note = "peak: the engine's allocator; process: growth of resident memory, by samples";
    figure->table.columns = columns;
    figure->table.column_count = COLUMNS;
    figure->table.cells = cells;
    figure->table.row_count = MEMORY_LANES;
    return true;
}

bool memory_draw(const struct stage *stage, struct cut cut, struct figures *figures) {
    (void)stage;
    struct lane *lanes = arena_array(figures->arena, MEMORY_LANES, sizeof *lanes);
    return lanes && read_lanes(cut, figures->arena, lanes) && draw_series(lanes, false, figures) &&
           draw_series(lanes, true, figures) && draw_table(lanes, figures);
}

bool memory_live(const struct stage *stage, struct cut cut, struct figures *figures) {
    struct lane *lanes = arena_array(figures->arena, MEMORY_LANES, sizeof *lanes);
    (void)stage;
    return lanes && read_lanes(cut, figures->arena, lanes) && draw_series(lanes, false, figures);
}
