/* day1_workers_figures - the pile-up, drawn from the tape alone, so that it can be watched while it
 * happens and scrubbed afterwards.
 *
 * The client's head records MARK "sent" and "answered" with the request's number, the server's
 * REQUEST spans begin when a worker takes one up. What is sent and not taken up is waiting. */
#include <math.h>
#include <string.h>

#include "engine/server/histogram.h"
#include "lessons/day1.h"

enum { POINTS_MOST = 300 };

static const char *const lane_names[WORKERS_LANES] = {"sync", "async"};

/* One lane's story up to the cut. */
struct story {
    uint64_t start_ns, now_ns; /* of the tape: the lane's begin, its latest event */
    uint64_t sent, taken, answered, first_ns, last_ns;
    struct histogram latency;
    struct figure_point *waiting, *answers; /* over milliseconds */
    size_t count, every;
};

static bool is_named(struct cut cut, const struct tape_event *event, const char *name) {
    return strcmp(tape_name(cut.tape, event->subject), name) == 0;
}

/* Takes an event into the story; true when a number changed. */
static bool take(struct cut cut, struct story *story, const struct tape_event *event) {
    if (event->kind == TAPE_RUN && event->shape == TAPE_ENTER) story->start_ns = event->at_ns;
    if (event->kind == TAPE_REQUEST && event->shape == TAPE_ENTER) {
        story->taken += event->weight;
        return true;
    }
    if (event->kind != TAPE_MARK) return false;
    if (is_named(cut, event, "sent")) {
        if (story->sent == 0) story->first_ns = event->at_ns;
        story->sent += event->weight;
        return true;
    }
    if (!is_named(cut, event, "answered")) return false;
    story->answered += event->weight;
    story->last_ns = event->at_ns;
    histogram_add(&story->latency, event->elapsed_ns, event->weight);
    return true;
}

static void add_point(struct story *story) {
    if (story->count == POINTS_MOST) return;
    double x = (double)(story->now_ns - story->start_ns) / 1e6;
    double waiting = story->sent > story->taken ? (double)(story->sent - story->taken) : 0;
    story->waiting[story->count] = (struct figure_point){x, waiting};
    story->answers[story->count++] = (struct figure_point){x, (double)story->answered};
}

/* Every so many changes make a point; there are about three changes a request. */
static bool tell(const struct stage *stage, struct cut cut, struct arena *arena,
                 struct story stories[WORKERS_LANES]) {
    size_t every = (size_t)workers_plan(stage).requests * 3 / (POINTS_MOST - 10) + 1;
    size_t changes[WORKERS_LANES] = {0};
    for (int lane = 0; lane < WORKERS_LANES; lane++) {
        struct story *story = &stories[lane];
        histogram_init(&story->latency);
        story->waiting = arena_array(arena, POINTS_MOST, sizeof *story->waiting);
        story->answers = arena_array(arena, POINTS_MOST, sizeof *story->answers);
        if (!story->waiting || !story->answers) return false;
    }
    struct tape_event events[64];
    for (size_t first = 0, got; first < cut.upto; first += got) {
        size_t want = cut.upto - first < 64 ? cut.upto - first : 64;
        got = tape_events(cut.tape, first, events, want);
        if (got == 0) break;
        for (size_t i = 0; i < got; i++) {
            if (events[i].lane >= WORKERS_LANES) continue;
            struct story *story = &stories[events[i].lane];
            story->now_ns = events[i].at_ns;
            if (take(cut, story, &events[i]) && changes[events[i].lane]++ % every == 0)
                add_point(story);
        }
    }
    for (int lane = 0; lane < WORKERS_LANES; lane++)
        if (stories[lane].sent) add_point(&stories[lane]);
    return true;
}

/* ---- figures ------------------------------------------------------------------------------ */

static const char wait_is_a_timer[] = "the wait is a timer in place of a slow database";

static bool draw_waiting(const struct story *stories, struct figures *figures) {
    struct figure *figure =
        figures_add(figures, FIGURE_SERIES, "requests that wait to be taken up");
    if (!figure) return true;
    struct figure_curve *curves = arena_array(figures->arena, WORKERS_LANES, sizeof *curves);
    if (!curves) return false;
    for (int lane = 0; lane < WORKERS_LANES; lane++)
        curves[lane] = (struct figure_curve){.name = lane_names[lane],
                                             .points = stories[lane].waiting,
                                             .count = stories[lane].count};
    figure->simulated = wait_is_a_timer;
    figure->series.curves = curves;
    figure->series.count = WORKERS_LANES;
    figure->series.x_unit = "ms";
    figure->series.y_unit = "requests";
    return true;
}

/* The ceiling as a line from nothing to all requests. */
static bool draw_ceiling(const struct workers_plan *plan, enum workers_lane lane,
                         struct figures *figures, struct figure_curve *curve) {
    double most = workers_ceiling(plan, lane), requests = (double)plan->requests;
    struct figure_point *points = arena_array(figures->arena, 2, sizeof *points);
    if (!points) return false;
    points[1] = (struct figure_point){isinf(most) ? 0 : requests / most * 1e3, requests};
    *curve = (struct figure_curve){.name = lane == WORKERS_SYNC ? "sync ceiling" : "async ceiling",
                                   .points = points,
                                   .count = isinf(most) ? 0 : 2,
                                   .theory = true};
    return true;
}

static bool draw_answers(const struct workers_plan *plan, const struct story *stories,
                         struct figures *figures) {
    struct figure *figure = figures_add(figures, FIGURE_SERIES, "requests answered");
    if (!figure) return true;
    struct figure_curve *curves = arena_array(figures->arena, 2 * WORKERS_LANES, sizeof *curves);
    if (!curves) return false;
    for (int lane = 0; lane < WORKERS_LANES; lane++) {
        curves[lane] = (struct figure_curve){.name = lane_names[lane],
                                             .points = stories[lane].answers,
                                             .count = stories[lane].count};
        if (!draw_ceiling(plan, (enum workers_lane)lane, figures, &curves[WORKERS_LANES + lane]))
            return false;
    }
    figure->note = "steeper is faster; no server is steeper than its ceiling";
    figure->simulated = wait_is_a_timer;
    figure->series.curves = curves;
    figure->series.count = 2 * WORKERS_LANES;
    figure->series.x_unit = "ms";
    figure->series.y_unit = "requests";
    return true;
}

static double answered_a_second(const struct story *story) {
    double elapsed = (double)(story->last_ns - story->first_ns) / 1e9;
    return story->answered && elapsed > 0 ? (double)story->answered / elapsed : 0;
}

static bool draw_table(const struct workers_plan *plan, const struct story *stories,
                       struct figures *figures) {
    static const struct figure_column columns[] = {
        {"", ALIGN_LEFT},     {"req/s", ALIGN_RIGHT}, {"ceiling", ALIGN_RIGHT},
        {"p50", ALIGN_RIGHT}, {"p99", ALIGN_RIGHT},   {"answered", ALIGN_RIGHT}};
    enum { COLUMNS = sizeof columns / sizeof *columns };
    struct arena *arena = figures->arena;
    struct figure *figure = figures_add(figures, FIGURE_TABLE, "throughput and latency");
    if (!figure) return true;
    const char **cells = arena_array(arena, WORKERS_LANES * COLUMNS, sizeof *cells);
    if (!cells) return false;
    for (int lane = 0; lane < WORKERS_LANES; lane++) {
        const struct story *story = &stories[lane];
        const char **row = &cells[lane * COLUMNS];
        double most = workers_ceiling(plan, (enum workers_lane)lane);
        row[0] = lane_names[lane];
        row[1] = arena_format(arena, "%.1f", answered_a_second(story));
        row[2] = isinf(most) ? "none" : arena_format(arena, "%.1f", most);
        row[3] =
            arena_format(arena, "%.1f ms", (double)histogram_quantile(&story->latency, 0.50) / 1e6);
        row[4] =
            arena_format(arena, "%.1f ms", (double)histogram_quantile(&story->latency, 0.99) / 1e6);
        row[5] = arena_format(arena, "%llu", (unsigned long long)story->answered);
        for (int i = 0; i < COLUMNS; i++)
            if (!row[i]) return false;
    }
    figure->note = "p50 and p99 are exact to 1.6 %";
    figure->table.columns = columns;
    figure->table.column_count = COLUMNS;
    figure->table.cells = cells;
    figure->table.row_count = WORKERS_LANES;
    return true;
}

bool workers_draw(const struct stage *stage, struct cut cut, struct figures *figures) {
    struct workers_plan plan = workers_plan(stage);
    struct story *stories = arena_array(figures->arena, WORKERS_LANES, sizeof *stories);
    return stories && tell(stage, cut, figures->arena, stories) && draw_waiting(stories, figures) &&
           draw_answers(&plan, stories, figures) && draw_table(&plan, stories, figures);
}

bool workers_live(const struct stage *stage, struct cut cut, struct figures *figures) {
    struct story *stories = arena_array(figures->arena, WORKERS_LANES, sizeof *stories);
    return stories && tell(stage, cut, figures->arena, stories) && draw_waiting(stories, figures);
}
