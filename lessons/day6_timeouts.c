/* day6_timeouts - a slow generator behind a worker and a gateway, each with a clock of its own.
 *
 * Production seconds run on a scaled clock: one of them takes `second_ns` here, and every figure
 * says so. A row's time is fixed from the start, so the plan is known:
 *
 *     row 1 at once, then a row each `gap`; the long gap comes before row `long-at` instead
 *     the whole response takes    D = the time of the last row
 *     the worker is cut           when it is sync and D > --timeout, up to a second later
 *     the gateway cuts            when one gap > proxy_read_timeout, that long after the last row
 *
 * The machine may be late by some milliseconds, which are a large part of a scaled second. How late
 * it was is measured, and where a plan comes nearer to a limit than that, the claims say nothing.
 */
#include <math.h>
#include <string.h>

#include "lessons/day6.h"

static const uint64_t second_ns = 10000000; /* a second on the screen takes 10 ms here */
static const char clock_is_scaled[] = "the clock: 1 s on the screen takes 10 ms here";

enum { ROW_SIZE = 32 };

/* All in seconds on the screen. */
struct plan {
    unsigned rows;
    double times[SLOW_ROWS_MOST + 1]; /* of row k, from 1; times[0] is the beginning */
    double timeout, read_timeout;
    bool beats;
};

/* What was measured, for the claims. */
struct outcome {
    struct plan plan;
    struct transfer transfer;
    double margin; /* seconds by which the machine may have been late */
};

static struct plan make_plan(const struct stage *stage) {
    struct plan plan = {.rows = (unsigned)stage_number(stage, "rows"),
                        .timeout = (double)stage_number(stage, "timeout"),
                        .read_timeout = (double)stage_number(stage, "read-timeout"),
                        .beats = stage_number(stage, "worker") == 1};
    double gap = (double)stage_number(stage, "gap"), at = 0;
    int64_t long_at = stage_number(stage, "long-at");
    for (unsigned row = 1; row <= plan.rows; row++) {
        double before = row == 1 ? 0 : gap;
        if (row == long_at) before = fmax(before, (double)stage_number(stage, "long-gap"));
        at += before;
        plan.times[row] = at;
    }
    return plan;
}

/* ---- the run ------------------------------------------------------------------------------------
 */

static uint64_t scaled(double seconds) {
    return (uint64_t)(seconds * (double)second_ns);
}

bool timeouts_run(struct stage *stage) {
    struct outcome *outcome = arena_alloc(&stage->arena, sizeof *outcome);
    if (!outcome) return fault_no_memory(&stage->fault);
    struct plan *plan = &outcome->plan;
    *plan = make_plan(stage);
    stage->result = outcome;
    outcome->transfer = (struct transfer){
        .rows = {.count = plan->rows, .size = ROW_SIZE},
        .server = {.timeout_ns = scaled(plan->timeout),
                   .check_ns = second_ns,
                   .beats = plan->beats},
        .gateway = {.minor = 1,
                    .buffering = true,
                    .buffer = 8192,
                    .read_timeout_ns = scaled(plan->read_timeout)},
    };
    struct slow_rows *rows = &outcome->transfer.rows;
    for (unsigned row = 1; row <= plan->rows; row++) rows->due_ns[row] = scaled(plan->times[row]);
    bool done = transfer_run(stage, &outcome->transfer);
    uint64_t late = rows->late_ns + outcome->transfer.lost_ns;
    outcome->margin = 0.5 + (double)late / (double)second_ns;
    return done;
}

/* ---- what happened, and what should have --------------------------------------------------------
 */

enum cutter { CUT_BY_NOBODY, CUT_BY_WORKER, CUT_BY_GATEWAY, CUT_TOO_CLOSE };

static const char *const cutters[] = {"nobody", "the worker's --timeout", "proxy_read_timeout",
                                      "too close to call"};

/* When the clocks run out by plan: from, and up to, in seconds; INFINITY for never. */
struct moment {
    double from, upto;
};

/* Past the last row nothing can be cut; a limit that the plan misses by less than the margin may
 * fall either way. */
static struct moment worker_moment(const struct outcome *outcome) {
    const struct plan *plan = &outcome->plan;
    double all = plan->times[plan->rows], margin = outcome->margin;
    if (plan->beats || all < plan->timeout - margin) return (struct moment){INFINITY, INFINITY};
    bool sure = all > plan->timeout + 1 + margin;
    return (struct moment){plan->timeout - margin, sure ? plan->timeout + 1 + margin : INFINITY};
}

static struct moment gateway_moment(const struct outcome *outcome) {
    const struct plan *plan = &outcome->plan;
    double margin = outcome->margin;
    struct moment moment = {INFINITY, INFINITY};
    for (unsigned row = 1; row <= plan->rows; row++) {
        double gap = plan->times[row] - plan->times[row - 1];
        double at = plan->times[row - 1] + plan->read_timeout;
        if (gap < plan->read_timeout - margin) continue;
        if (isinf(moment.from)) moment.from = at - margin;
        if (gap <= plan->read_timeout + margin) continue;
        moment.upto = at + margin;
        break;
    }
    return moment;
}

static enum cutter expected(const struct outcome *outcome) {
    struct moment worker = worker_moment(outcome), gateway = gateway_moment(outcome);
    if (isinf(worker.from) && isinf(gateway.from)) return CUT_BY_NOBODY;
    if (!isinf(worker.upto) && worker.upto < gateway.from) return CUT_BY_WORKER;
    if (!isinf(gateway.upto) && gateway.upto < worker.from) return CUT_BY_GATEWAY;
    return CUT_TOO_CLOSE;
}

static bool was_logged(struct cut cut, const char *text) {
    return tape_count(cut, TAPE_LOG, (struct tally_filter){-1, -1, text}) > 0;
}

/* Who ended it, as the tape has it: the gateway says why it gave up. */
static enum cutter happened(struct cut cut) {
    if (was_logged(cut, GATEWAY_TIMED_OUT)) return CUT_BY_GATEWAY;
    if (was_logged(cut, GATEWAY_CLOSED_EARLY) && was_logged(cut, "WORKER TIMEOUT"))
        return CUT_BY_WORKER;
    return CUT_BY_NOBODY;
}

/* ---- claims -------------------------------------------------------------------------------------
 */

static bool say_too_close(struct stage *stage, struct verdict *verdict, bool close) {
    const struct outcome *outcome = stage->result;
    if (!close) return false;
    verdict->applies = false;
    verdict->holds = true;
    verdict_show(stage, verdict, "too close to call: the machine was late by up to %.1f s",
                 outcome->margin);
    return true;
}

static void show_plan(struct stage *stage, struct verdict *verdict, enum cutter seen) {
    const struct outcome *outcome = stage->result;
    const struct plan *plan = &outcome->plan;
    double longest = 0;
    for (unsigned row = 1; row <= plan->rows; row++)
        longest = fmax(longest, plan->times[row] - plan->times[row - 1]);
    verdict_number(verdict, "response_s", plan->times[plan->rows]);
    verdict_number(verdict, "timeout_s", plan->timeout);
    verdict_number(verdict, "longest_gap_s", longest);
    verdict_number(verdict, "read_timeout_s", plan->read_timeout);
    verdict_number(verdict, "status", outcome->transfer.fetch.status);
    verdict_show(stage, verdict,
                 "the response takes %.0f s, --timeout is %.0f; the longest gap %.0f s, "
                 "proxy_read_timeout %.0f; cut by %s",
                 plan->times[plan->rows], plan->timeout, longest, plan->read_timeout,
                 cutters[seen]);
}

void timeouts_check_worker(struct stage *stage, struct verdict *verdict) {
    const struct outcome *outcome = stage->result;
    enum cutter seen = happened(cut_whole(stage->tape)), due = expected(outcome);
    bool killed = was_logged(cut_whole(stage->tape), "WORKER TIMEOUT");
    if (outcome->plan.beats) {
        bool stood_still = outcome->margin > outcome->plan.timeout / 2; /* the whole machine */
        if (say_too_close(stage, verdict, killed && stood_still)) return;
        verdict->holds = !killed;
    } else {
        if (say_too_close(stage, verdict, due == CUT_TOO_CLOSE)) return;
        /* where the gateway comes first, the worker may or may not be killed for it later */
        verdict->holds = due == CUT_BY_GATEWAY || killed == (due == CUT_BY_WORKER);
    }
    show_plan(stage, verdict, seen);
}

void timeouts_check_gateway(struct stage *stage, struct verdict *verdict) {
    enum cutter seen = happened(cut_whole(stage->tape)), due = expected(stage->result);
    if (say_too_close(stage, verdict, due == CUT_TOO_CLOSE)) return;
    verdict->holds = (seen == CUT_BY_GATEWAY) == (due == CUT_BY_GATEWAY);
    show_plan(stage, verdict, seen);
}

/* What the client must see, by who cut and whether a row had been passed on. */
void timeouts_check_shorter(struct stage *stage, struct verdict *verdict) {
    const struct outcome *outcome = stage->result;
    enum cutter seen = happened(cut_whole(stage->tape)), due = expected(outcome);
    if (say_too_close(stage, verdict, due == CUT_TOO_CLOSE)) return;
    struct tally_filter passed = {LANE_GATEWAY, -1, "passed"};
    bool begun = tape_count(cut_whole(stage->tape), TAPE_CHUNK, passed) > 0;
    int status = begun || seen == CUT_BY_NOBODY ? 200 : seen == CUT_BY_GATEWAY ? 504 : 502;
    bool whole = seen == CUT_BY_NOBODY || !begun; /* an error page arrives whole */
    verdict->holds = seen == due && outcome->transfer.fetch.status == status &&
                     outcome->transfer.fetch.complete == whole;
    verdict_number(verdict, "status", outcome->transfer.fetch.status);
    verdict_number(verdict, "complete", outcome->transfer.fetch.complete);
    verdict_show(stage, verdict, "cut by %s: the client sees %d%s", cutters[seen],
                 outcome->transfer.fetch.status,
                 outcome->transfer.fetch.complete ? "" : " and a cut body");
}

void timeouts_check_prefix(struct stage *stage, struct verdict *verdict) {
    const struct outcome *outcome = stage->result;
    bool page = outcome->transfer.fetch.status != 200; /* an error page, and no row */
    uint64_t rows = page ? 0 : outcome->transfer.received / ROW_SIZE;
    bool whole = page || (outcome->transfer.received % ROW_SIZE == 0 && !outcome->transfer.wrong);
    verdict->holds =
        whole && rows <= outcome->transfer.rows.made &&
        (happened(cut_whole(stage->tape)) != CUT_BY_NOBODY || rows == outcome->plan.rows);
    verdict_number(verdict, "received", (double)rows);
    verdict_number(verdict, "made", outcome->transfer.rows.made);
    verdict_number(verdict, "planned", outcome->plan.rows);
    verdict_show(stage, verdict, "%llu of %u rows arrived, each of them whole",
                 (unsigned long long)rows, outcome->plan.rows);
}

/* Choices: nobody, the worker, the gateway. */
bool timeouts_answer(struct stage *stage, double *number, size_t order[ORDER_MOST]) {
    (void)order;
    *number = (double)happened(cut_whole(stage->tape));
    return true;
}

/* ---- figures ------------------------------------------------------------------------------------
 */

static const char *const lane_names[] = {"rows made", "worker", "gateway", "rows received"};
enum { ROW_MADE, WORKER, GATEWAY, ROW_RECEIVED, LANE_NAMES };

enum { SPANS_MOST = 2 * SLOW_ROWS_MOST + 8 };

/* Spans in seconds on the screen, as the tape is read. */
struct drawing {
    struct cut cut;
    struct figure_span *spans;
    size_t count;
    uint64_t start_ns;
    double open[LANE_NAMES]; /* when a busy span began; negative: none is open */
    double now;
};

static void add_span(struct drawing *drawing, unsigned lane, double from, double to,
                     const char *label, char mark) {
    if (drawing->count == SPANS_MOST) return;
    drawing->spans[drawing->count++] = (struct figure_span){lane, from, to, label, mark};
}

static void take_request(struct drawing *drawing, const struct tape_event *event) {
    unsigned lane = event->lane == LANE_WORKER ? WORKER : GATEWAY;
    if (event->lane > LANE_GATEWAY) return;
    if (event->shape == TAPE_ENTER) {
        drawing->open[lane] = drawing->now;
        return;
    }
    if (drawing->open[lane] >= 0)
        add_span(drawing, lane, drawing->open[lane], drawing->now, "busy", '=');
    drawing->open[lane] = -1;
}

static void take(struct drawing *drawing, const struct tape_event *event) {
    if (event->kind == TAPE_RUN && event->shape == TAPE_ENTER) drawing->start_ns = event->at_ns;
    drawing->now = (double)(event->at_ns - drawing->start_ns) / (double)second_ns;
    if (event->kind == TAPE_REQUEST) take_request(drawing, event);
    const char *name = tape_name(drawing->cut.tape, event->subject);
    if (event->kind == TAPE_ROW) {
        unsigned lane = strcmp(name, "made") == 0 ? ROW_MADE : ROW_RECEIVED;
        add_span(drawing, lane, drawing->now, drawing->now + 0.3, "row", '|');
    }
    if (event->kind == TAPE_LOG && strcmp(name, "WORKER TIMEOUT") == 0)
        add_span(drawing, WORKER, drawing->now, drawing->now + 0.6, "killed", 'X');
    if (event->kind == TAPE_LOG && event->lane == LANE_GATEWAY)
        add_span(drawing, GATEWAY, drawing->now, drawing->now + 0.6, "gives up", 'X');
}

static bool draw_timeline(struct cut cut, struct figures *figures) {
    struct figure *figure = figures_add(figures, FIGURE_TIMELINE, "who is busy, and until when");
    if (!figure) return true;
    struct drawing drawing = {.cut = cut, .open = {-1, -1, -1, -1}};
    drawing.spans = arena_array(figures->arena, SPANS_MOST, sizeof *drawing.spans);
    if (!drawing.spans) return false;
    struct tape_event event;
    for (size_t i = 0; i < cut.upto && tape_events(cut.tape, i, &event, 1) == 1; i++)
        take(&drawing, &event);
    for (unsigned lane = 0; lane < LANE_NAMES; lane++)
        if (drawing.open[lane] >= 0)
            add_span(&drawing, lane, drawing.open[lane], drawing.now, "busy", '=');
    figure->simulated = clock_is_scaled;
    figure->timeline.lanes = lane_names;
    figure->timeline.lane_count = LANE_NAMES;
    figure->timeline.spans = drawing.spans;
    figure->timeline.count = drawing.count;
    figure->timeline.unit = "s";
    return true;
}

/* The two clocks, what they allow and what the plan asks for. */
static bool draw_table(const struct stage *stage, struct cut cut, struct figures *figures) {
    static const struct figure_column columns[] = {{"clock", ALIGN_LEFT},
                                                   {"allows", ALIGN_RIGHT},
                                                   {"asked for", ALIGN_RIGHT},
                                                   {"", ALIGN_LEFT}};
    struct figure *figure = figures_add(figures, FIGURE_TABLE, "two clocks");
    if (!figure) return true;
    struct arena *arena = figures->arena;
    const char **cells = arena_array(arena, 8, sizeof *cells);
    if (!cells) return false;
    struct plan plan = make_plan(stage);
    enum cutter seen = happened(cut);
    double longest = 0;
    for (unsigned row = 1; row <= plan.rows; row++)
        longest = fmax(longest, plan.times[row] - plan.times[row - 1]);
    cells[0] = plan.beats ? "--timeout, beating worker" : "--timeout, sync worker";
    cells[1] = arena_format(arena, "%.0f s", plan.timeout);
    cells[2] = plan.beats ? "beats on" : arena_format(arena, "%.0f s", plan.times[plan.rows]);
    cells[3] = seen == CUT_BY_WORKER ? "cuts" : "";
    cells[4] = "proxy_read_timeout";
    cells[5] = arena_format(arena, "%.0f s", plan.read_timeout);
    cells[6] = arena_format(arena, "%.0f s", longest);
    cells[7] = seen == CUT_BY_GATEWAY ? "cuts" : "";
    for (int i = 0; i < 8; i++)
        if (!cells[i]) return false;
    figure->note = "the first counts a whole response, the second one gap";
    figure->simulated = clock_is_scaled;
    figure->table.columns = columns;
    figure->table.column_count = 4;
    figure->table.cells = cells;
    figure->table.row_count = 2;
    return true;
}

bool timeouts_draw(const struct stage *stage, struct cut cut, struct figures *figures) {
    return draw_timeline(cut, figures) && draw_table(stage, cut, figures);
}
