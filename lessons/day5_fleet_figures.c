/* day5_fleet_figures - both fleets on one time line: a row a server, a row for the job.
 *
 *     A server 1  |..##########==========|    . starts, waits its turn   # warms up
 *     B init job  |.##########           |    = all its workers serve
 *     B server 1  |            .=========|
 *
 * Drawn from the tape alone, so that it can be watched while it happens. */
#include "lessons/day5.h"

static const char waits[] = "a thread for each process; the warm-up is a wait";

/* ---- the rows ------------------------------------------------------------------------------ */

enum mark { MARK_STARTS, MARK_SERVES, MARK_WARMS, MARKS };

static const struct {
    char mark;
    const char *label;
} marks[MARKS] = {
    [MARK_STARTS] = {'.', "starts, or waits its turn"},
    [MARK_SERVES] = {'=', "all its workers serve"},
    [MARK_WARMS] = {'#', "warms up"},
};

/* A row: a server, or the job. Times in ms since its fleet began; negative: not yet. */
struct row {
    const char *label;
    double began, serves;
    double *warm_ups; /* from, to, from, to, ...; where one goes on, `to` is the end */
    uint32_t *whose;  /* the subject of each */
    size_t count;
    unsigned serving; /* its workers that serve */
};

struct rows {
    struct row *list;
    unsigned servers, workers;
    double end; /* of the longer fleet */
};

/* A's servers, then the job, then B's servers. */
static struct row *row_of(struct rows *rows, unsigned lane, unsigned server) {
    if (server > rows->servers) return NULL;
    if (lane == FLEET_READY) return server ? &rows->list[server - 1] : NULL;
    return &rows->list[rows->servers + server];
}

static bool make_rows(const struct stage *stage, struct arena *arena, struct rows *rows) {
    struct fleet_plan plan = fleet_plan(stage);
    *rows = (struct rows){.servers = plan.servers, .workers = plan.workers};
    size_t count = 2 * (size_t)plan.servers + 1;
    rows->list = arena_array(arena, count, sizeof *rows->list);
    for (size_t i = 0; rows->list && i < count; i++) {
        struct row *row = &rows->list[i];
        *row = (struct row){.began = -1, .serves = -1};
        row->warm_ups = arena_array(arena, 2 * (size_t)plan.workers, sizeof *row->warm_ups);
        row->whose = arena_array(arena, plan.workers, sizeof *row->whose);
        row->label = i == plan.servers  ? "B init job"
                     : i < plan.servers ? arena_format(arena, "A server %zu", i + 1)
                                        : arena_format(arena, "B server %zu", i - plan.servers);
        if (!row->warm_ups || !row->whose || !row->label) return false;
    }
    return rows->list != NULL;
}

static void take_process(struct row *row, const struct tape_event *event, double at,
                         unsigned workers) {
    if (event->shape == TAPE_ENTER && row->began < 0) row->began = at;
    if (event->shape == TAPE_LEAVE && event->amount && ++row->serving == workers) row->serves = at;
}

static void take_warm_up(struct row *row, const struct tape_event *event, double at,
                         unsigned workers) {
    if (event->shape == TAPE_ENTER && row->count < workers) {
        row->whose[row->count] = event->subject;
        row->warm_ups[2 * row->count] = at;
        row->warm_ups[2 * row->count++ + 1] = -1;
    }
    for (size_t i = 0; i < row->count && event->shape == TAPE_LEAVE; i++)
        if (row->whose[i] == event->subject) row->warm_ups[2 * i + 1] = at;
}

/* What is started at once begins when its lane does: A's servers, and the job. */
static void begin_lane(struct rows *rows, unsigned lane) {
    struct row *row;
    for (unsigned server = 1; lane == FLEET_READY && server <= rows->servers; server++)
        if ((row = row_of(rows, lane, server)) && row->began < 0) row->began = 0;
    if (lane == FLEET_JOB && (row = row_of(rows, lane, 0))) row->began = 0;
}

static void fill_rows(struct rows *rows, struct cut cut) {
    uint64_t began[FLEET_LANES] = {0};
    bool seen[FLEET_LANES] = {false};
    struct tape_event event;
    for (size_t i = 0; i < cut.upto && tape_events(cut.tape, i, &event, 1) == 1; i++) {
        unsigned server;
        if (event.lane >= FLEET_LANES) continue;
        if (!seen[event.lane]) began[event.lane] = event.at_ns;
        seen[event.lane] = true;
        double at = (double)(event.at_ns - began[event.lane]) / 1e6;
        if (at > rows->end) rows->end = at;
        if (!fleet_server(tape_name(cut.tape, event.subject), &server)) {
            begin_lane(rows, event.lane);
            continue;
        }
        struct row *row = row_of(rows, event.lane, server);
        if (row && event.kind == TAPE_RUN)
            take_process(row, &event, at, server ? rows->workers : 1);
        if (row && event.kind == TAPE_WAIT) take_warm_up(row, &event, at, rows->workers);
    }
}

/* ---- the time line ------------------------------------------------------------------------- */

static void add_span(struct figure_span *spans, size_t *count, size_t lane, enum mark mark,
                     double from, double to) {
    spans[(*count)++] = (struct figure_span){.lane = (unsigned)lane,
                                             .from = from,
                                             .to = to,
                                             .label = marks[mark].label,
                                             .mark = marks[mark].mark};
}

/* The warm-ups are drawn last: they lie over what else the server does. */
static void add_row(const struct rows *rows, size_t index, struct figure_span *spans,
                    size_t *count) {
    const struct row *row = &rows->list[index];
    bool is_job = index == rows->servers;
    if (row->began < 0) return;
    add_span(spans, count, index, MARK_STARTS, row->began,
             row->serves < 0 ? rows->end : row->serves);
    if (row->serves >= 0 && !is_job)
        add_span(spans, count, index, MARK_SERVES, row->serves, rows->end);
    for (size_t i = 0; i < row->count; i++) {
        double to = row->warm_ups[2 * i + 1];
        add_span(spans, count, index, MARK_WARMS, row->warm_ups[2 * i], to < 0 ? rows->end : to);
    }
}

static bool draw_timeline(const struct stage *stage, struct cut cut, struct figures *figures) {
    struct figure *figure =
        figures_add(figures, FIGURE_TIMELINE, "A: warm-up in ready()   B: in an init job");
    if (!figure) return true;
    struct rows rows;
    if (!make_rows(stage, figures->arena, &rows)) return false;
    fill_rows(&rows, cut);
    size_t lanes = 2 * (size_t)rows.servers + 1, count = 0;
    const char **labels = arena_array(figures->arena, lanes, sizeof *labels);
    struct figure_span *spans =
        arena_array(figures->arena, lanes * (rows.workers + 2), sizeof *spans);
    if (!labels || !spans) return false;
    for (size_t i = 0; i < lanes; i++) {
        labels[i] = rows.list[i].label;
        add_row(&rows, i, spans, &count);
    }
    figure->simulated = waits;
    figure->timeline.lanes = labels;
    figure->timeline.lane_count = lanes;
    figure->timeline.spans = spans;
    figure->timeline.count = count;
    figure->timeline.unit = "ms";
    return true;
}

/* ---- the sums ------------------------------------------------------------------------------ */

static bool draw_bars(const struct fleet_story stories[FLEET_LANES], struct figures *figures) {
    static const char *const labels[FLEET_LANES] = {"A ready()", "B init job"};
    struct figure *figure = figures_add(figures, FIGURE_BARS, "warm-ups");
    if (!figure) return true;
    struct figure_bar *bars = arena_array(figures->arena, FLEET_LANES, sizeof *bars);
    if (!bars) return false;
    for (int lane = 0; lane < FLEET_LANES; lane++)
        bars[lane] = (struct figure_bar){
            .label = labels[lane], .value = stories[lane].warm_ups, .lane = lane};
    figure->bars.bars = bars;
    figure->bars.count = FLEET_LANES;
    figure->bars.unit = "warm-ups";
    return true;
}

static bool draw_table(const struct fleet_story stories[FLEET_LANES], struct figures *figures) {
    static const struct figure_column columns[] = {
        {"", ALIGN_LEFT}, {"A ready()", ALIGN_RIGHT}, {"B init job", ALIGN_RIGHT}};
    enum { COLUMNS = 3, ROWS = 4 };
    struct figure *figure = figures_add(figures, FIGURE_TABLE, "what it took");
    if (!figure) return true;
    struct arena *arena = figures->arena;
    const char **cells = arena_array(arena, ROWS * COLUMNS, sizeof *cells);
    if (!cells) return false;
    static const char *const labels[ROWS] = {"processes that serve", "the first serves after",
                                             "all serve after", "warm-ups, together"};
    for (int i = 0; i < ROWS; i++) cells[i * COLUMNS] = labels[i];
    for (int lane = 0; lane < FLEET_LANES; lane++) {
        const struct fleet_story *story = &stories[lane];
        const char **cell = cells + 1 + lane;
        cell[0] = arena_format(arena, "%u", story->serving);
        cell[COLUMNS] = arena_format(arena, "%.1f ms", (double)story->first_ns / 1e6);
        cell[2 * COLUMNS] = arena_format(arena, "%.1f ms", (double)story->all_ns / 1e6);
        cell[3 * COLUMNS] = arena_format(arena, "%.1f ms", (double)story->warmed_ns / 1e6);
        for (int i = 0; i < ROWS; i++)
            if (!cell[i * COLUMNS]) return false;
    }
    figure->note = "times from the beginning of the job, or of the fleet where there is none";
    figure->table.columns = columns;
    figure->table.column_count = COLUMNS;
    figure->table.cells = cells;
    figure->table.row_count = ROWS;
    return true;
}

bool fleet_draw(const struct stage *stage, struct cut cut, struct figures *figures) {
    struct fleet_story stories[FLEET_LANES];
    for (int lane = 0; lane < FLEET_LANES; lane++)
        stories[lane] = fleet_story(cut, (enum fleet_lane)lane);
    return draw_timeline(stage, cut, figures) && draw_bars(stories, figures) &&
           draw_table(stories, figures);
}
