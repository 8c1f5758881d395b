/* day1_request - one real GET over loopback, through the engine's server, and back.
 *
 * Two threads write on the tape: the client, whose span is the whole, and the server's worker,
 * whose spans lie inside it. Read in the order of time they are one stack of stations, and each
 * moment belongs to the station on top of it. */
#include <string.h>

#include "engine/middleware/recorder.h"
#include "engine/middleware/routing.h"
#include "engine/server/fetch.h"
#include "engine/server/load.h"
#include "engine/server/pages.h"
#include "engine/server/server.h"
#include "lessons/day1.h"

enum { LANE_CLIENT, LANE_SERVER };

/* ---- the run ------------------------------------------------------------------------------ */

static const struct work little_work = {.cpu_ns = 20000};

/* `layers` layers that pass everything on: Layer1 is the outermost. */
static struct layer *make_layers(struct stage *stage, size_t count) {
    struct layer *layers = arena_array(&stage->arena, count + 1, sizeof *layers);
    bool made = layers != NULL;
    for (size_t i = 0; made && i < count; i++) {
        const char *name = arena_format(&stage->arena, "Layer%zu", i + 1);
        const struct recorder_words words = {.name = name, .style = "class"};
        made = name && recorder_make(&stage->runtime, &words, &layers[i]);
    }
    if (!made) fault_no_memory(&stage->fault);
    return made ? layers : NULL;
}

/* urlpatterns: three routes, each to a view of its own. */
static struct resolver *make_resolver(struct stage *stage) {
    static const struct {
        const char *route, *name;
    } pages[] = {{"", "home"}, {"articles/", "articles"}, {"about/", "about"}};
    enum { PAGES = sizeof pages / sizeof *pages };
    struct runtime *runtime = &stage->runtime;
    struct view *views = arena_array(&stage->arena, PAGES, sizeof *views);
    struct list *urlpatterns = views ? list_new(runtime, &list_type, PAGES) : NULL;
    for (size_t i = 0; urlpatterns && i < PAGES; i++) {
        views[i] = view_working(pages[i].name, &little_work);
        struct route *route = routing_route(runtime, pages[i].route, &views[i], pages[i].name);
        bool added = route && list_append(runtime, urlpatterns, value_object(&route->base));
        if (!added) return NULL;
    }
    return urlpatterns ? resolver_new(runtime, value_object(&urlpatterns->base)) : NULL;
}

/* The server is done a moment after the client has its answer: to stop it is to wait for its last
 * spans, which lie inside the client's. */
static bool send_one(struct stage *stage, struct server *server) {
    struct fetch_options options = {
        .port = server_port(server), .path = stage_word(stage, "path"), .minor = 1};
    struct fetch_result result;
    stage->head.lane = LANE_CLIENT;
    head_enter(&stage->head, TAPE_RUN, "client");
    bool fetched = fetch_run(&stage->runtime, &options, &result);
    server_stop(server);
    head_leave(&stage->head, TAPE_RUN, "client", result.status);
    if (!fetched || !stage_had_memory(stage)) return false;
    return result.complete ||
           fault_raise(&stage->fault, "OSError", "the server closed without a whole answer");
}

bool request_run(struct stage *stage) {
    size_t count = (size_t)stage_number(stage, "layers");
    struct layer *layers = make_layers(stage, count);
    struct resolver *resolver = layers ? make_resolver(stage) : NULL;
    if (!resolver) return fault_no_memory(&stage->fault); /* the first fault stays */
    struct chain *chain = chain_build(&stage->runtime, layers, count, routing_urlconf(resolver));
    if (!chain) return false;
    struct application application = {.chain = chain,
                                      .tape = stage->tape,
                                      .lane = LANE_SERVER,
                                      .memory = &stage->memory,
                                      .cancelled = &stage->cancelled,
                                      .limits = wire_limits_usual};
    struct server_options options = {
        .kind = SERVER_SYNC, .workers = 1, .application = &application};
    if (!descriptors_reserve(&stage->fault, server_descriptors(&options, 1) + 1)) return false;
    struct server *server = server_start(&options, &stage->fault);
    return server && send_one(stage, server);
}

/* ---- the stations ------------------------------------------------------------------------- */

enum { STATIONS_MOST = 64, ENTRIES_MOST = 256 };

/* A station, while the request is there. */
struct visit {
    uint32_t subject;
    uint8_t kind;
    uint64_t own_ns;  /* without the stations inside it */
    uint64_t span_ns; /* with them, as its LEAVE says */
};

/* The stack of open stations while the tape is read. */
struct walk {
    struct cut cut;
    size_t index;
    struct tape_event event;
    uint64_t last_ns;
    struct visit open[STATIONS_MOST];
    size_t depth; /* how many are open, the new event included when it is an ENTER */
    bool begun, mismatch;
    struct visit closed; /* of a LEAVE: the station that ended here */
};

static struct walk walk_over(struct cut cut) {
    return (struct walk){.cut = cut};
}

static void end_visit(struct walk *walk) {
    const struct tape_event *event = &walk->event;
    if (walk->depth == 0) {
        walk->mismatch = true;
        return;
    }
    walk->closed = walk->open[--walk->depth];
    walk->closed.span_ns = event->elapsed_ns;
    walk->mismatch |= walk->closed.subject != event->subject || walk->closed.kind != event->kind;
}

/* Steps to the next event of the client's span; false at the end. What was built before is left
 * out: it is not part of a request. */
static bool walk_next(struct walk *walk) {
    struct tape_event *event = &walk->event;
    do {
        if (walk->index >= walk->cut.upto) return false;
        if (tape_events(walk->cut.tape, walk->index, event, 1) == 0) return false;
        walk->index++;
        walk->begun |= event->kind == TAPE_RUN;
    } while (!walk->begun);
    if (walk->depth) walk->open[walk->depth - 1].own_ns += event->at_ns - walk->last_ns;
    walk->last_ns = event->at_ns;
    if (event->shape == TAPE_LEAVE) end_visit(walk);
    if (event->shape == TAPE_ENTER && walk->depth < STATIONS_MOST)
        walk->open[walk->depth++] = (struct visit){event->subject, event->kind, 0, 0};
    return true;
}

/* ---- the figure --------------------------------------------------------------------------- */

static const char *label_of(struct arena *arena, const struct walk *walk) {
    const char *subject = tape_name(walk->cut.tape, walk->event.subject);
    switch (walk->event.kind) {
    case TAPE_RUN: return "client: connect, send, read";
    case TAPE_REQUEST: return arena_format(arena, "server: %s", subject);
    case TAPE_HOOK: return "handler";
    case TAPE_PATTERN: return arena_format(arena, "pattern '%s'", subject);
    case TAPE_VIEW: return arena_format(arena, "view %s", subject);
    default: return arena_string(arena, subject);
    }
}

static const char *detail_of(struct arena *arena, const struct tape_event *event) {
    if (event->kind == TAPE_PATTERN) return event->amount ? "matches" : "does not match";
    if (event->kind == TAPE_EXCEPTION) return "raised";
    if (event->shape == TAPE_ENTER || event->amount == 0) return NULL;
    return arena_format(arena, "%d", (int)event->amount);
}

static bool fill(struct arena *arena, const struct walk *walk, struct figure_entry *entry) {
    const struct tape_event *event = &walk->event;
    static const enum figure_entry_shape shapes[] = {
        [TAPE_POINT] = ENTRY_POINT, [TAPE_ENTER] = ENTRY_IN, [TAPE_LEAVE] = ENTRY_OUT};
    *entry = (struct figure_entry){
        .depth = (unsigned)(event->shape == TAPE_ENTER ? walk->depth - 1 : walk->depth),
        .shape = shapes[event->shape],
        .label = label_of(arena, walk),
        .detail = detail_of(arena, event),
        .elapsed_ns = event->shape == TAPE_LEAVE ? walk->closed.own_ns : 0,
        .event = walk->index - 1,
    };
    return entry->label != NULL;
}

static bool draw_trace(struct cut cut, struct figures *figures) {
    struct figure *figure = figures_add(figures, FIGURE_TRACE, "one GET, station by station");
    if (!figure) return true;
    struct figure_entry *entries = arena_array(figures->arena, ENTRIES_MOST, sizeof *entries);
    if (!entries) return false;
    size_t count = 0;
    struct walk walk = walk_over(cut);
    while (count < ENTRIES_MOST && walk_next(&walk))
        if (!fill(figures->arena, &walk, &entries[count++])) return false;
    figure->note = "the time at a way out is the station's own, without what is inside it";
    figure->trace.entries = entries;
    figure->trace.count = count;
    return true;
}

/* Where the time went: own times by kind of station. */
static bool draw_bars(struct cut cut, struct figures *figures) {
    static const struct {
        enum tape_kind kind;
        const char *label;
    } kinds[] = {{TAPE_RUN, "client, network"},
                 {TAPE_REQUEST, "server"},
                 {TAPE_LAYER, "layers"},
                 {TAPE_HOOK, "handler, resolver"},
                 {TAPE_VIEW, "view"}};
    enum { KINDS = sizeof kinds / sizeof *kinds };
    struct figure *figure = figures_add(figures, FIGURE_BARS, "own times by station");
    if (!figure) return true;
    struct figure_bar *bars = arena_array(figures->arena, KINDS, sizeof *bars);
    if (!bars) return false;
    for (size_t i = 0; i < KINDS; i++) bars[i] = (struct figure_bar){.label = kinds[i].label};
    struct walk walk = walk_over(cut);
    while (walk_next(&walk))
        for (size_t i = 0; i < KINDS && walk.event.shape == TAPE_LEAVE; i++)
            if (kinds[i].kind == (enum tape_kind)walk.event.kind)
                bars[i].value += (double)walk.closed.own_ns / 1e3;
    figure->bars.bars = bars;
    figure->bars.count = KINDS;
    figure->bars.unit = "us";
    return true;
}

bool request_draw(const struct stage *stage, struct cut cut, struct figures *figures) {
    (void)stage;
    return draw_trace(cut, figures) && draw_bars(cut, figures);
}

/* ---- claims ------------------------------------------------------------------------------- */

void request_check_mirrored(struct stage *stage, struct verdict *verdict) {
    size_t entered = 0, left = 0, layers = (size_t)stage_number(stage, "layers");
    struct walk walk = walk_over(cut_whole(stage->tape));
    while (walk_next(&walk)) {
        if (walk.event.kind != TAPE_LAYER) continue;
        entered += walk.event.shape == TAPE_ENTER;
        left += walk.event.shape == TAPE_LEAVE;
    }
    verdict->holds = entered == layers && left == layers && !walk.mismatch && walk.depth == 0;
    verdict_number(verdict, "layers", (double)layers);
    verdict_number(verdict, "entered", (double)entered);
    verdict_number(verdict, "left", (double)left);
    verdict_show(stage, verdict, "%zu in, %zu out, %s", entered, left,
                 walk.mismatch ? "in another order" : "mirrored");
}

void request_check_view(struct stage *stage, struct verdict *verdict) {
    struct cut cut = cut_whole(stage->tape);
    int64_t matched = tape_tally(cut, TAPE_PATTERN, ANY_EVENT).amount;
    uint64_t views = tape_count(cut, TAPE_VIEW, ANY_EVENT);
    struct tally client = tape_tally(cut, TAPE_RUN, ANY_EVENT);
    bool resolved = matched > 0;
    verdict->holds = resolved ? views == 1 && client.amount == 200
                              : views == 0 && client.amount >= 400 && client.amount < 500;
    verdict_number(verdict, "views", (double)views);
    verdict_number(verdict, "status", (double)client.amount);
    verdict_show(stage, verdict, "%s: calls of the view: %d, status %d",
                 resolved ? "the path resolves" : "no pattern fits", (int)views,
                 (int)client.amount);
}

/* The same time measured twice: moment by moment over all stations, and by the clocks of the spans
 * alone. A station that is missing, or counted twice, shows. */
void request_check_sum(struct stage *stage, struct verdict *verdict) {
    uint64_t sum = 0, total = 0;
    struct walk walk = walk_over(cut_whole(stage->tape));
    while (walk_next(&walk)) {
        if (walk.event.shape != TAPE_LEAVE) continue;
        sum += walk.closed.own_ns;
        if (walk.event.kind == TAPE_RUN) total = walk.event.elapsed_ns;
    }
    uint64_t off = sum > total ? sum - total : total - sum;
    verdict->holds = total > 0 && off <= 1000;
    verdict_number(verdict, "sum_us", (double)sum / 1e3);
    verdict_number(verdict, "total_us", (double)total / 1e3);
    verdict_show(stage, verdict, "%.1f us in all, %.1f us by the client's clock", (double)sum / 1e3,
                 (double)total / 1e3);
}

bool request_answer(struct stage *stage, double *number, size_t order[ORDER_MOST]) {
    (void)order;
    *number = (double)tape_count(cut_whole(stage->tape), TAPE_LAYER, ANY_EVENT);
    return true;
}
