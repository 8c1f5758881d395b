/* day4_rate_limit - the same flood against the same bucket, once at the top of the list and once at
 * the bottom: a lane of the tape for each.
 *
 * Arrival times are drawn by lot on a clock that the run drives, so that a flood of many seconds
 * takes milliseconds; every request is really sent through the chain, and what it called is counted
 * on the tape before and after. */
#include "engine/middleware/practice.h"
#include "engine/middleware/ready.h"
#include "lessons/blog_fixture.h"
#include "lessons/day4.h"

static const char simulated[] = "arrival times: a clock that the run drives";

/* The listing's layers without the limiter. */
static const char *const others[] = {
    "django.middleware.security.SecurityMiddleware",
    "blog.middleware.TimingMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "blog.middleware.VisitorMiddleware",
};
static const char limiter[] = "blog.middleware.RateLimitMiddleware";

enum { LANE_TOP, LANE_BOTTOM, LANES, LAYERS = sizeof others / sizeof *others + 1 };

static const char *const lane_names[LANES] = {"at the top", "at the bottom"};

/* One request of the flood. */
struct arrival {
    uint64_t at_ns;  /* on the simulated clock */
    uint64_t tokens; /* left behind */
    size_t event;    /* the tape's length when it was over */
    bool accepted;
    uint64_t calls, queries; /* what it called: layers, hooks, views and queries; queries alone */
    uint64_t took_ns;        /* on the real clock */
};

struct lane_result {
    struct arrival *arrivals;
    size_t count; /* so far */
};

struct result {
    struct lane_result lanes[LANES];
};

/* ---- the run --------------------------------------------------------------------------------- */

static struct tally tally_of(const struct stage *stage, enum tape_kind kind, int lane) {
    return tape_tally(cut_whole(stage->tape), kind, (struct tally_filter){lane, -1, NULL});
}

static uint64_t calls_of(const struct stage *stage, int lane) {
    return tally_of(stage, TAPE_LAYER, lane).count + tally_of(stage, TAPE_HOOK, lane).count +
           tally_of(stage, TAPE_VIEW, lane).count + tally_of(stage, TAPE_QUERY, lane).count;
}

/* Builds the list with the limiter first or last. */
static const struct chain *build(struct stage *stage, int lane, struct rate_limit *limit) {
    struct layer layers[LAYERS];
    size_t place = lane == LANE_TOP ? 0 : LAYERS - 1, next = 0;
    for (size_t i = 0; i < LAYERS; i++) {
        const char *path = i == place ? limiter : others[next++];
        if (!ready_make(&stage->runtime, path, &layers[i])) return NULL;
        if (i == place) layers[i].state = limit;
    }
    return chain_build(&stage->runtime, layers, LAYERS, practice_urlconf);
}

/* Sends one request and notes what it called. Each has an arena of its own, as it would have in a
 * server. */
static bool send_one(struct stage *stage, const struct chain *chain, struct arrival *arrival) {
    int lane = stage->head.lane;
    struct arena arena;
    struct request request;
    arena_init(&arena, &stage->memory);
    uint64_t calls = calls_of(stage, lane), queries = tally_of(stage, TAPE_QUERY, lane).count;
    uint64_t start = head_enter(&stage->head, TAPE_REQUEST, "GET /ok/");
    struct response *response = NULL;
    if (!request_init(&request, &arena, "GET", "/ok/"))
        fault_no_memory(&stage->fault);
    else
        response = chain_call(chain, &stage->runtime, &request);
    int status = response ? response->status : 0;
    arrival->took_ns = clock_ns() - start;
    if (response) response_close(response);
    head_leave(&stage->head, TAPE_REQUEST, "GET /ok/", status);
    arena_release(&arena);
    arrival->accepted = status == 200;
    arrival->calls = calls_of(stage, lane) - calls;
    arrival->queries = tally_of(stage, TAPE_QUERY, lane).count - queries;
    return response != NULL;
}

/* xorshift64*: S. Vigna, "An experimental exploration of Marsaglia's xorshift generators". */
static uint64_t draw_lot(uint64_t *state) {
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 2685821657736338717u;
}

/* Gaps between arrivals are even between none and twice the mean. */
static bool flood(struct stage *stage, int lane, struct lane_result *result) {
    size_t requests = (size_t)stage_number(stage, "requests");
    uint64_t mean = 1000000000u / (uint64_t)stage_number(stage, "arrivals");
    uint64_t now = 0, lot = stage->seed * 2 + 1;
    struct rate_limit limit = {.now_ns = &now};
    bucket_init(&limit.bucket, (uint64_t)stage_number(stage, "bucket"),
                (uint64_t)stage_number(stage, "rate"), now);
    stage->head.lane = (uint8_t)lane;
    const struct chain *chain = build(stage, lane, &limit);
    result->arrivals = arena_array(&stage->arena, requests, sizeof *result->arrivals);
    if (!result->arrivals) return fault_no_memory(&stage->fault);
    for (size_t i = 0; chain && i < requests; i++) {
        if (runtime_cancelled(&stage->runtime)) return false;
        struct arrival *arrival = &result->arrivals[i];
        now += draw_lot(&lot) % (2 * mean + 1);
        if (!send_one(stage, chain, arrival)) return false;
        arrival->at_ns = now;
        arrival->tokens = bucket_tokens(&limit.bucket, now);
        arrival->event = tape_length(stage->tape);
        result->count++;
    }
    return chain != NULL;
}

bool rate_limit_run(struct stage *stage) {
    struct result *result = arena_alloc(&stage->arena, sizeof *result);
    if (!result) return fault_no_memory(&stage->fault);
    stage->result = result;
    stage->runtime.database = blog_open(&stage->runtime, &blog_size_usual);
    if (!stage->runtime.database) return false;
    bool done = flood(stage, LANE_TOP, &result->lanes[LANE_TOP]) &&
                flood(stage, LANE_BOTTOM, &result->lanes[LANE_BOTTOM]);
    stage->head.lane = LANE_TOP;
    stage_close_database(stage);
    return done;
}

/* ---- adding up ------------------------------------------------------------------------------- */

struct sums {
    uint64_t accepted, refused;
    uint64_t calls, queries, took_ns; /* of the refused */
};

/* The first `count` arrivals of a lane. */
static struct sums sum_of(const struct lane_result *lane, size_t count) {
    struct sums sums = {0};
    for (size_t i = 0; i < count; i++) {
        const struct arrival *arrival = &lane->arrivals[i];
        sums.accepted += arrival->accepted;
        if (arrival->accepted) continue;
        sums.refused++;
        sums.calls += arrival->calls;
        sums.queries += arrival->queries;
        sums.took_ns += arrival->took_ns;
    }
    return sums;
}

static struct sums sums_of_all(const struct stage *stage, int lane) {
    const struct lane_result *result = &((const struct result *)stage->result)->lanes[lane];
    return sum_of(result, result->count);
}

static double per_refused(const struct sums *sums, uint64_t sum) {
    return sums->refused ? (double)sum / (double)sums->refused : 0;
}

/* ---- claims ---------------------------------------------------------------------------------- */

static uint64_t elapsed_of(const struct lane_result *lane) {
    return lane->count ? lane->arrivals[lane->count - 1].at_ns : 0;
}

/* accepted <= size + rate * time, in whole numbers: (accepted - size) * 1e9 <= rate * ns. It is
 * asked after every arrival, not only after the last. */
void rate_limit_check_bound(struct stage *stage, struct verdict *verdict) {
    const struct result *result = stage->result;
    uint64_t size = (uint64_t)stage_number(stage, "bucket");
    uint64_t rate = (uint64_t)stage_number(stage, "rate");
    verdict->holds = true;
    for (int lane = 0; lane < LANES; lane++) {
        uint64_t accepted = 0;
        for (size_t i = 0; i < result->lanes[lane].count; i++) {
            const struct arrival *arrival = &result->lanes[lane].arrivals[i];
            accepted += arrival->accepted;
            if (accepted > size && (accepted - size) * 1000000000u > rate * arrival->at_ns)
                verdict->holds = false;
        }
    }
    struct sums top = sums_of_all(stage, LANE_TOP);
    double seconds = (double)elapsed_of(&result->lanes[LANE_TOP]) / 1e9;
    double bound = (double)size + (double)rate * seconds;
    verdict_number(verdict, "accepted", (double)top.accepted);
    verdict_number(verdict, "bound", bound);
    verdict_number(verdict, "seconds", seconds);
    verdict_show(stage, verdict, "%llu %s %.1f = %llu + %llu x %.2f s",
                 (unsigned long long)top.accepted, verdict->holds ? "<=" : "against", bound,
                 (unsigned long long)size, (unsigned long long)rate, seconds);
}

/* The place of the limiter does not change whom it refuses, and nobody refused reaches the view. */
void rate_limit_check_same(struct stage *stage, struct verdict *verdict) {
    const struct result *result = stage->result;
    const struct lane_result *top = &result->lanes[LANE_TOP];
    const struct lane_result *bottom = &result->lanes[LANE_BOTTOM];
    size_t differ = 0;
    for (size_t i = 0; i < top->count && i < bottom->count; i++)
        differ += top->arrivals[i].accepted != bottom->arrivals[i].accepted;
    struct sums at_top = sums_of_all(stage, LANE_TOP), at_bottom = sums_of_all(stage, LANE_BOTTOM);
    uint64_t views = tally_of(stage, TAPE_VIEW, LANE_TOP).count;
    uint64_t views_bottom = tally_of(stage, TAPE_VIEW, LANE_BOTTOM).count;
    verdict->holds = differ == 0 && views == at_top.accepted && views_bottom == at_bottom.accepted;
    verdict_number(verdict, "accepted_top", (double)at_top.accepted);
    verdict_number(verdict, "accepted_bottom", (double)at_bottom.accepted);
    verdict_number(verdict, "views_top", (double)views);
    verdict_number(verdict, "views_bottom", (double)views_bottom);
    verdict_show(stage, verdict, "%llu and %llu accepted; the view ran %llu and %llu times",
                 (unsigned long long)at_top.accepted, (unsigned long long)at_bottom.accepted,
                 (unsigned long long)views, (unsigned long long)views_bottom);
}

void rate_limit_check_work(struct stage *stage, struct verdict *verdict) {
    struct sums top = sums_of_all(stage, LANE_TOP), bottom = sums_of_all(stage, LANE_BOTTOM);
    double at_top = per_refused(&top, top.calls), at_bottom = per_refused(&bottom, bottom.calls);
    verdict->applies = top.refused > 0 && bottom.refused > 0;
    verdict->holds = !verdict->applies || at_top < at_bottom;
    verdict_number(verdict, "refused", (double)top.refused);
    verdict_number(verdict, "calls_top", at_top);
    verdict_number(verdict, "calls_bottom", at_bottom);
    verdict_number(verdict, "queries_top", per_refused(&top, top.queries));
    verdict_number(verdict, "queries_bottom", per_refused(&bottom, bottom.queries));
    if (verdict->applies)
        verdict_show(stage, verdict, "%.1f calls against %.1f for a request that gets nothing",
                     at_top, at_bottom);
    else
        verdict_show(stage, verdict, "nobody was refused");
}

bool rate_limit_answer(struct stage *stage, double *number, size_t order[ORDER_MOST]) {
    (void)order;
    *number = (double)sums_of_all(stage, LANE_TOP).accepted;
    return true;
}

/* ---- figures --------------------------------------------------------------------------------- */

enum { CURVE_POINTS = 300 };

/* How many of a lane's arrivals had happened by the cut. */
static size_t arrived_by(const struct lane_result *lane, struct cut cut) {
    size_t count = 0;
    while (count < lane->count && lane->arrivals[count].event <= cut.upto) count++;
    return count;
}

enum what { ARRIVED, ACCEPTED, BOUND, TOKENS };

static bool make_curve(const struct stage *stage, struct cut cut, enum what what,
                       struct arena *arena, struct figure_curve *curve) {
    const struct lane_result *lane = &((struct result *)stage->result)->lanes[LANE_TOP];
    size_t arrived = arrived_by(lane, cut), every = lane->count / CURVE_POINTS + 1, count = 0;
    struct figure_point *points = arena_array(arena, CURVE_POINTS + 2, sizeof *points);
    if (!points) return false;
    double size = (double)stage_number(stage, "bucket"), rate = (double)stage_number(stage, "rate");
    uint64_t accepted = 0;
    for (size_t i = 0; i < arrived; i++) {
        const struct arrival *arrival = &lane->arrivals[i];
        accepted += arrival->accepted;
        if (i % every && i + 1 < arrived) continue;
        double seconds = (double)arrival->at_ns / 1e9;
        const double values[] = {[ARRIVED] = (double)i + 1,
                                 [ACCEPTED] = (double)accepted,
                                 [BOUND] = size + rate * seconds,
                                 [TOKENS] = (double)arrival->tokens};
        points[count++] = (struct figure_point){seconds, values[what]};
    }
    static const char *const names[] = {"arrived", "accepted", "bucket + rate x time", "tokens"};
    *curve = (struct figure_curve){names[what], points, count, what == BOUND};
    return true;
}

static bool draw_series(const struct stage *stage, struct cut cut, const char *title,
                        const enum what *whats, size_t count, const char *unit,
                        struct figures *figures) {
    struct figure *figure = figures_add(figures, FIGURE_SERIES, title);
    if (!figure) return true;
    struct figure_curve *curves = arena_array(figures->arena, count, sizeof *curves);
    if (!curves) return false;
    for (size_t i = 0; i < count; i++)
        if (!make_curve(stage, cut, whats[i], figures->arena, &curves[i])) return false;
    figure->series.curves = curves;
    figure->series.count = count;
    figure->series.x_unit = "s";
    figure->series.y_unit = unit;
    figure->simulated = simulated;
    return true;
}

static bool draw_table(const struct result *result, struct cut cut, struct figures *figures) {
    static const struct figure_column columns[] = {
        {"the limiter stands", ALIGN_LEFT}, {"accepted", ALIGN_RIGHT},
        {"refused", ALIGN_RIGHT},           {"calls", ALIGN_RIGHT},
        {"queries", ALIGN_RIGHT},           {"time", ALIGN_RIGHT}};
    enum { COLUMNS = sizeof columns / sizeof *columns };
    struct figure *figure = figures_add(figures, FIGURE_TABLE, "work for each refused request");
    if (!figure) return true;
    struct arena *arena = figures->arena;
    const char **cells = arena_array(arena, LANES * COLUMNS, sizeof *cells);
    if (!cells) return false;
    for (int i = 0; i < LANES; i++) {
        const struct lane_result *lane = &result->lanes[i];
        struct sums sums = sum_of(lane, arrived_by(lane, cut));
        const char **row = &cells[i * COLUMNS];
        row[0] = lane_names[i];
        row[1] = arena_format(arena, "%llu", (unsigned long long)sums.accepted);
        row[2] = arena_format(arena, "%llu", (unsigned long long)sums.refused);
        row[3] = arena_format(arena, "%.1f", per_refused(&sums, sums.calls));
        row[4] = arena_format(arena, "%.1f", per_refused(&sums, sums.queries));
        row[5] = arena_format(arena, "%.1f us", per_refused(&sums, sums.took_ns) / 1e3);
        for (size_t j = 1; j < COLUMNS; j++)
            if (!row[j]) return false;
    }
    figure->table.columns = columns;
    figure->table.column_count = COLUMNS;
    figure->table.cells = cells;
    figure->table.row_count = LANES;
    figure->simulated = simulated;
    return true;
}

static bool draw_work(const struct result *result, struct cut cut, struct figures *figures) {
    struct figure *figure =
        figures_add(figures, FIGURE_BARS, "calls for a request that gets nothing");
    if (!figure) return true;
    struct figure_bar *bars = arena_array(figures->arena, LANES, sizeof *bars);
    if (!bars) return false;
    for (int i = 0; i < LANES; i++) {
        const struct lane_result *lane = &result->lanes[i];
        struct sums sums = sum_of(lane, arrived_by(lane, cut));
        bars[i] = (struct figure_bar){
            .label = lane_names[i], .value = per_refused(&sums, sums.calls), .lane = i};
    }
    figure->bars.bars = bars;
    figure->bars.count = LANES;
    figure->bars.unit = "calls";
    return true;
}

bool rate_limit_draw(const struct stage *stage, struct cut cut, struct figures *figures) {
    static const enum what flow[] = {ARRIVED, ACCEPTED, BOUND}, level[] = {TOKENS};
    const struct result *result = stage->result;
    if (!result) return true;
    return draw_series(stage, cut, "accepted over time", flow, 3, "requests", figures) &&
           draw_series(stage, cut, "tokens in the bucket", level, 1, "tokens", figures) &&
           draw_work(result, cut, figures) && draw_table(result, cut, figures);
}
