/* day4_short_circuit - requests with and without a key, and what the refused ones cost.
 *
 * Two lanes of the tape: requests with the key, and without. The view sends real SQL to an SQLite
 * database in memory. When the listing is done, one more request without a key is sent for each
 * place at which the API-key layer could stand, each on a lane of its own: that is the sweep. */
#include <string.h>

#include "engine/middleware/names.h"
#include "lessons/blog_fixture.h"
#include "lessons/day4.h"
#include "lessons/trace_figure.h"

enum { LANE_KEY, LANE_NO_KEY, LANE_SWEEP, PLACES_MOST = TAPE_LANES - LANE_SWEEP };

static const char keeper[] = "ApiKeyMiddleware";

/* What the step keeps for its claims and figures; the numbers themselves are on the tape. */
struct result {
    const char **layers; /* names, outermost first, as the last request found them */
    size_t layer_count;
    size_t keeper_index; /* of the API-key layer; layer_count: the list has none */
    size_t places;       /* how many places the sweep tried */
};

/* ---- the project ----------------------------------------------------------------------------- */

static const char article_sql[] = "SELECT id, title, views FROM blog_article WHERE id = %s";

/* Sends as many queries as the knob says, each for another article. */
static bool send_queries(struct runtime *runtime, int64_t queries) {
    for (int64_t i = 1; i <= queries; i++) {
        struct value id = value_int(i), row[3];
        struct cursor *cursor;
        if (!database_execute(runtime, article_sql, &id, 1, &cursor)) return false;
        for (bool done = false; !done;)
            if (!cursor_next(runtime, cursor, runtime->arena, row, &done)) return false;
    }
    return true;
}

static enum view_says article_list(const struct view *view, struct view_frame *frame) {
    const struct stage *stage = view->context;
    struct runtime *runtime = frame->runtime;
    int64_t queries = stage_number(stage, "queries");
    if (!send_queries(runtime, queries)) return VIEW_RAISES;
    frame->response = response_format(runtime->arena, 200, "%d articles", (int)queries);
    if (frame->response) return VIEW_ANSWERS;
    fault_no_memory(runtime->fault);
    return VIEW_RAISES;
}

/* One route: articles/ */
static bool resolve(const struct urlconf *urlconf, struct runtime *runtime,
                    struct request *request) {
    if (strcmp(request->path, "/articles/") != 0)
        return fault_raise(runtime->fault, "Resolver404", "%s", request->path);
    request->view = urlconf->context;
    return true;
}

static uint8_t lane_of(void *context, const struct request *request) {
    (void)context;
    return request_header(request, "X-Api-Key") ? LANE_KEY : LANE_NO_KEY;
}

/* ---- the run --------------------------------------------------------------------------------- */

static bool keep_layers(struct stage *stage, const struct layer *layers, size_t count,
                        struct result *result) {
    result->layers = arena_array(&stage->arena, count, sizeof *result->layers);
    if (!result->layers) return fault_no_memory(&stage->fault);
    result->layer_count = result->keeper_index = count;
    for (size_t i = 0; i < count; i++) {
        result->layers[i] = layers[i].name;
        if (result->keeper_index == count && strcmp(layers[i].name, keeper) == 0)
            result->keeper_index = i;
    }
    return true;
}

/* Moves the API-key layer to `place` and sends one request without a key. */
static bool try_place(struct stage *stage, const struct layer *layers, const struct result *result,
                      size_t place, struct urlconf urlconf) {
    struct layer *moved = arena_array(&stage->arena, result->layer_count, sizeof *moved);
    struct request *request = arena_alloc(&stage->arena, sizeof *request);
    if (!moved || !request || !request_init(request, &stage->arena, "GET", "/articles/"))
        return fault_no_memory(&stage->fault);
    size_t from = 0;
    for (size_t i = 0; i < result->layer_count; i++) {
        if (from == result->keeper_index) from++;
        moved[i] = layers[i == place ? result->keeper_index : from++];
    }
    struct head *head = &stage->head;
    head->lane = (uint8_t)(LANE_SWEEP + place);
    const struct chain *chain = chain_build(&stage->runtime, moved, result->layer_count, urlconf);
    if (!chain) return false;
    head_enter(head, TAPE_REQUEST, "GET /articles/");
    struct response *response = chain_call(chain, &stage->runtime, request);
    head_leave(head, TAPE_REQUEST, "GET /articles/", response ? response->status : 0);
    return response != NULL;
}

static bool sweep(struct stage *stage, struct project *project, struct urlconf urlconf,
                  struct result *result) {
    struct layer *layers;
    size_t count;
    if (!project_layers(project, &layers, &count)) return false;
    if (!keep_layers(stage, layers, count, result)) return false;
    if (result->keeper_index == count || count > PLACES_MOST) return true;
    stage->head.line = 0;
    bool done = true;
    for (size_t place = 0; done && place < count; place++)
        done = try_place(stage, layers, result, place, urlconf);
    stage->head.lane = LANE_KEY;
    if (done) result->places = count;
    return done;
}

/* A listing that only sets MIDDLEWARE: the requests are sent for it. */
static bool send_requests(struct stage *stage, struct project *project) {
    if (tape_count(cut_whole(stage->tape), TAPE_REQUEST, ANY_EVENT) > 0) return true;
    stage->head.line = 0;
    int64_t requests = stage_number(stage, "requests");
    int64_t without_key = stage_number(stage, "without-key");
    for (int64_t i = 0; i < requests; i++) {
        if (runtime_cancelled(&stage->runtime)) return false;
        if (!project_get(project, "/articles/", i % 100 < without_key ? NULL : "k3y")) return false;
    }
    return true;
}

static bool run_with_database(struct stage *stage, struct result *result) {
    struct view *view = arena_alloc(&stage->arena, sizeof *view);
    if (!view) return fault_no_memory(&stage->fault);
    *view = (struct view){{&view_type}, "article_list", "blog.views", article_list, stage};
    struct urlconf urlconf = {resolve, view};
    struct project *project = project_new(&stage->runtime, urlconf);
    if (!project) return false;
    size_t count;
    const struct module *const *modules = project_modules(project, &count);
    struct script *script = stage_script(stage, &stage->runtime, modules, count);
    if (!script) return false;
    if (!project_define(project, script)) return false;
    project_sort(project, lane_of, NULL);
    return script_run(&stage->runtime, script, stage->listing) && send_requests(stage, project) &&
           sweep(stage, project, urlconf, result);
}

bool short_circuit_run(struct stage *stage) {
    struct result *result = arena_alloc(&stage->arena, sizeof *result);
    if (!result) return fault_no_memory(&stage->fault);
    stage->result = result;
    stage->runtime.database = blog_open(&stage->runtime, &blog_size_usual);
    if (!stage->runtime.database) return false;
    bool done = run_with_database(stage, result);
    stage_close_database(stage);
    return done;
}

/* ---- what the tape says ---------------------------------------------------------------------- */

static struct tally tally_of(struct cut cut, enum tape_kind kind, int lane, const char *subject) {
    return tape_tally(cut, kind, (struct tally_filter){lane, -1, subject});
}

static uint64_t count_of(const struct stage *stage, enum tape_kind kind, int lane) {
    return tally_of(cut_whole(stage->tape), kind, lane, NULL).count;
}

/* Everything that was called on a lane: layers, hooks, views, queries. */
static uint64_t stations_of(struct cut cut, int lane) {
    static const enum tape_kind kinds[] = {TAPE_LAYER, TAPE_HOOK, TAPE_VIEW, TAPE_QUERY};
    uint64_t sum = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        sum += tally_of(cut, kinds[i], lane, NULL).count;
    return sum;
}

/* No request came without a key: nothing to claim. */
static bool someone_was_refused(struct stage *stage, struct verdict *verdict, uint64_t *requests) {
    *requests = count_of(stage, TAPE_REQUEST, LANE_NO_KEY);
    verdict->applies = *requests > 0;
    verdict->holds = true;
    if (!*requests) verdict_show(stage, verdict, "every request had the key");
    return *requests > 0;
}

/* ---- claims ---------------------------------------------------------------------------------- */

void short_circuit_check_refused(struct stage *stage, struct verdict *verdict) {
    uint64_t requests;
    if (!someone_was_refused(stage, verdict, &requests)) return;
    struct cut cut = cut_whole(stage->tape);
    uint64_t views = count_of(stage, TAPE_VIEW, LANE_NO_KEY);
    uint64_t queries = count_of(stage, TAPE_QUERY, LANE_NO_KEY);
    int64_t statuses = tally_of(cut, TAPE_REQUEST, LANE_NO_KEY, NULL).amount;
    bool all_403 = statuses == 403 * (int64_t)requests;
    verdict->holds = all_403 && views == 0 && queries == 0;
    verdict_number(verdict, "requests", (double)requests);
    verdict_number(verdict, "status", (double)statuses / (double)requests);
    verdict_number(verdict, "views", (double)views);
    verdict_number(verdict, "queries", (double)queries);
    verdict_show(stage, verdict, "%llu refused: status %g, %llu views, %llu queries",
                 (unsigned long long)requests, (double)statuses / (double)requests,
                 (unsigned long long)views, (unsigned long long)queries);
}

/* Calls of the layers from index `from` up to `to` on the lane without a key. */
static struct tally layer_calls(const struct stage *stage, size_t from, size_t to) {
    const struct result *result = stage->result;
    struct tally sum = {0};
    for (size_t i = from; i < to; i++) {
        struct tally one =
            tally_of(cut_whole(stage->tape), TAPE_LAYER, LANE_NO_KEY, result->layers[i]);
        sum.count += one.count;
        sum.finished += one.finished;
        sum.amount += one.amount;
    }
    return sum;
}

void short_circuit_check_nothing_below(struct stage *stage, struct verdict *verdict) {
    const struct result *result = stage->result;
    uint64_t requests;
    if (!someone_was_refused(stage, verdict, &requests)) return;
    size_t below = result->layer_count - result->keeper_index;
    if (below) below--;
    uint64_t calls = layer_calls(stage, result->layer_count - below, result->layer_count).count;
    bool is_there = result->keeper_index < result->layer_count;
    verdict->holds = is_there && calls == 0;
    verdict_number(verdict, "layers_below", (double)below);
    verdict_number(verdict, "calls_below", (double)calls);
    if (is_there)
        verdict_show(stage, verdict, "%zu layers below, %llu calls", below,
                     (unsigned long long)calls);
    else
        verdict_show(stage, verdict, "the list has no ApiKeyMiddleware");
}

void short_circuit_check_above(struct stage *stage, struct verdict *verdict) {
    const struct result *result = stage->result;
    uint64_t requests;
    if (!someone_was_refused(stage, verdict, &requests)) return;
    size_t above = result->keeper_index;
    if (above == 0) {
        verdict->applies = false;
        verdict_show(stage, verdict, "nothing stands above it here");
        return;
    }
    struct tally calls = layer_calls(stage, 0, above);
    uint64_t expected = above * requests;
    verdict->holds = above < result->layer_count && calls.finished == expected &&
                     calls.amount == 403 * (int64_t)expected;
    verdict_number(verdict, "layers_above", (double)above);
    verdict_number(verdict, "responses_seen", (double)calls.finished);
    verdict_show(stage, verdict, "%zu layers above saw %llu responses = %zu x %llu", above,
                 (unsigned long long)calls.finished, above, (unsigned long long)requests);
}

void short_circuit_check_higher(struct stage *stage, struct verdict *verdict) {
    const struct result *result = stage->result;
    struct cut cut = cut_whole(stage->tape);
    verdict->applies = result->places > 1;
    verdict->holds = true;
    uint64_t first = 0, last = 0;
    for (size_t place = 0; place < result->places; place++) {
        uint64_t stations = stations_of(cut, LANE_SWEEP + (int)place);
        if (place == 0) first = stations;
        if (place > 0 && stations <= last) verdict->holds = false;
        last = stations;
    }
    verdict_number(verdict, "stations_at_the_top", (double)first);
    verdict_number(verdict, "stations_at_the_bottom", (double)last);
    verdict_show(stage, verdict, "a refusal calls %llu at the top, %llu at the bottom",
                 (unsigned long long)first, (unsigned long long)last);
}

/* How many queries all the requests of the listing sent. */
bool short_circuit_answer(struct stage *stage, double *number, size_t order[ORDER_MOST]) {
    (void)order;
    *number =
        (double)(count_of(stage, TAPE_QUERY, LANE_KEY) + count_of(stage, TAPE_QUERY, LANE_NO_KEY));
    return true;
}

/* ---- figures --------------------------------------------------------------------------------- */

static const char *number_text(struct arena *arena, uint64_t number) {
    return arena_format(arena, "%llu", (unsigned long long)number);
}

static bool draw_lanes(struct cut cut, struct figures *figures) {
    static const struct figure_column columns[] = {
        {"", ALIGN_LEFT},         {"requests", ALIGN_RIGHT},   {"views", ALIGN_RIGHT},
        {"queries", ALIGN_RIGHT}, {"calls each", ALIGN_RIGHT}, {"time each", ALIGN_RIGHT}};
    enum { COLUMNS = sizeof columns / sizeof *columns };
    static const char *const names[] = {"with the key", "without"};
    struct figure *figure = figures_add(figures, FIGURE_TABLE, "two lanes");
    if (!figure) return true;
    struct arena *arena = figures->arena;
    const char **cells = arena_array(arena, 2 * COLUMNS, sizeof *cells);
    if (!cells) return false;
    for (int lane = 0; lane < 2; lane++) {
        struct tally requests = tally_of(cut, TAPE_REQUEST, lane, NULL);
        double all = requests.finished ? (double)requests.finished : 1;
        const char **row = &cells[lane * COLUMNS];
        row[0] = names[lane];
        row[1] = number_text(arena, requests.count);
        row[2] = number_text(arena, tally_of(cut, TAPE_VIEW, lane, NULL).count);
        row[3] = number_text(arena, tally_of(cut, TAPE_QUERY, lane, NULL).count);
        row[4] = arena_format(arena, "%.1f", (double)stations_of(cut, lane) / all);
        row[5] = arena_format(arena, "%.1f us", (double)requests.elapsed_ns / all / 1e3);
        for (size_t i = 1; i < COLUMNS; i++)
            if (!row[i]) return false;
    }
    figure->table.columns = columns;
    figure->table.column_count = COLUMNS;
    figure->table.cells = cells;
    figure->table.row_count = 2;
    figure->note = "calls: layers, hooks, views and queries";
    return true;
}

/* Two bars a layer: calls by requests with the key, and without. */
static bool draw_calls(const struct stage *stage, struct cut cut, struct figures *figures) {
    const struct result *result = stage->result;
    if (!result || !result->layer_count) return true;
    struct figure *figure = figures_add(figures, FIGURE_BARS, "calls of each layer");
    if (!figure) return true;
    struct figure_bar *bars =
        arena_array(figures->arena, 2 * (result->layer_count + 1), sizeof *bars);
    if (!bars) return false;
    for (size_t i = 0; i <= result->layer_count; i++) {
        bool is_view = i == result->layer_count;
        const char *name = is_view ? "article_list" : result->layers[i];
        for (int lane = 0; lane < 2; lane++)
            bars[2 * i + (size_t)lane] = (struct figure_bar){
                .label = lane ? "  without a key" : name,
                .value = (double)tally_of(cut, is_view ? TAPE_VIEW : TAPE_LAYER, lane, name).count,
                .lane = lane};
    }
    figure->bars.bars = bars;
    figure->bars.count = 2 * (result->layer_count + 1);
    figure->bars.unit = "calls";
    return true;
}

static bool draw_sweep(const struct stage *stage, struct cut cut, struct figures *figures) {
    const struct result *result = stage->result;
    if (!result || result->places < 2) return true;
    struct figure *figure = figures_add(figures, FIGURE_BARS, "what one refusal calls, by place");
    if (!figure) return true;
    struct figure_bar *bars = arena_array(figures->arena, result->places, sizeof *bars);
    if (!bars) return false;
    for (size_t place = 0; place < result->places; place++) {
        bars[place].label = arena_format(figures->arena, "place %zu", place + 1);
        bars[place].value = (double)stations_of(cut, LANE_SWEEP + (int)place);
        bars[place].detail = place == result->keeper_index ? "here" : NULL;
        if (!bars[place].label) return false;
    }
    figure->bars.bars = bars;
    figure->bars.count = result->places;
    figure->bars.unit = "calls";
    figure->note = "one more request without a key for each place of the API-key layer";
    return true;
}

bool short_circuit_draw(const struct stage *stage, struct cut cut, struct figures *figures) {
    return stage_draw_listing(stage, cut, figures) && draw_lanes(cut, figures) &&
           draw_calls(stage, cut, figures) && draw_sweep(stage, cut, figures) &&
           trace_figure_draw(cut, LANE_NO_KEY, 1, "the first request without a key", figures) &&
           trace_figure_draw(cut, LANE_KEY, 1, "the first with the key", figures);
}
