/* day5_signals - receivers connected in ready(), in every way, and saves through the ORM.
 *
 * Each way is a process of its own: a registry, the signals, a BlogConfig whose ready() connects.
 * The way that the knob chose is the run, on lane 0; the others are measured beside it. */
#include <string.h>

#include "engine/apps/signal.h"
#include "engine/orm/instance.h"
#include "engine/orm/queryset.h"
#include "lessons/blog.h"
#include "lessons/blog_stage.h"
#include "lessons/day5.h"

static const char *const titles[WAYS] = {
    [WAY_ONCE] = "once",
    [WAY_TWICE] = "the same twice",
    [WAY_TWO] = "two functions",
    [WAY_UID] = "two, one uid",
    [WAY_UID_PLAIN] = "uid and without",
    [WAY_NESTED] = "made in ready()",
};

/* What was counted by the receivers themselves. */
struct way_result {
    uint64_t first, second; /* calls of the two functions */
};

struct result {
    struct way_result ways[WAYS];
};

/* A process: what its ready() needs at hand. */
struct process {
    enum signals_way way;
    struct model_signals signals;
    struct receiver first, second;
    struct way_result *result;
};

/* ---- the receivers ------------------------------------------------------------------------- */

static bool count_first(struct runtime *runtime, struct receiver *self,
                        const struct signal_event *event, struct value *response) {
    (void)runtime, (void)event, (void)response;
    ((struct way_result *)self->context)->first++;
    return true;
}

static bool count_second(struct runtime *runtime, struct receiver *self,
                         const struct signal_event *event, struct value *response) {
    (void)runtime, (void)event, (void)response;
    ((struct way_result *)self->context)->second++;
    return true;
}

static const char uid[] = "blog.reindex";

/* For each way, the calls of connect(): which function, under which uid. */
static const struct {
    struct {
        bool second;
        const char *uid;
    } connects[2];
    size_t count;
} scripts[WAYS] = {
    [WAY_ONCE] = {{{false, NULL}}, 1},
    [WAY_TWICE] = {{{false, NULL}, {false, NULL}}, 2},
    [WAY_TWO] = {{{false, NULL}, {true, NULL}}, 2},
    [WAY_UID] = {{{false, uid}, {true, uid}}, 2},
    [WAY_UID_PLAIN] = {{{false, uid}, {false, NULL}}, 2},
    [WAY_NESTED] = {{{false, NULL}}, 1},
};

/* ready(): a module's function is held by its module; a nested one by its name alone, which is gone
 * when ready() returns. */
static bool connect_all(struct runtime *runtime, struct apps *apps,
                        const struct app_config *config) {
    struct process *process = apps->context;
    (void)config;
    for (size_t i = 0; i < scripts[process->way].count; i++) {
        bool second = scripts[process->way].connects[i].second;
        struct connect_options options = {.sender = registry_model(&blog, "Article"),
                                          .dispatch_uid = scripts[process->way].connects[i].uid};
        if (!signal_connect(runtime, &process->signals.post_save,
                            second ? &process->second : &process->first, &options))
            return false;
    }
    if (process->way == WAY_NESTED) receiver_drop(&process->first);
    return true;
}

/* ---- the run ------------------------------------------------------------------------------- */

static const struct config_class blog_config = {
    .class_name = "BlogConfig", .name = "blog", .ready = connect_all};

static bool set_up(struct stage *stage, struct process *process) {
    static const char *const installed[] = {"blog"};
    struct package *package = arena_alloc(&stage->arena, sizeof *package);
    struct apps apps;
    if (!package) return fault_no_memory(&stage->fault);
    *package = (struct package){.name = "blog",
                                .configs = &blog_config,
                                .config_count = 1,
                                .models = blog.models,
                                .model_count = blog.count};
    model_signals_init(&process->signals);
    receiver_init(&process->first, "reindex", count_first, process->result);
    /* the module imported under another name gives another function of the same name */
    const char *other = process->way == WAY_UID ? "reindex_again" : "reindex (2)";
    receiver_init(&process->second, other, count_second, process->result);
    return apps_init(&stage->runtime, &apps, package, 1, process) &&
           apps_populate(&stage->runtime, &apps, installed, 1);
}

/* article = Article.objects.first(); for i in range(saves): article.save() */
static bool save_all(struct stage *stage) {
    struct runtime *runtime = &stage->runtime;
    struct queryset *articles = queryset_new(runtime, registry_model(&blog, "Article"));
    struct arguments none = {0};
    struct value article, nothing;
    if (!articles ||
        !object_call_method(runtime, value_object(&articles->base), "first", &none, &article))
        return false;
    for (int64_t i = 0; i < stage_number(stage, "saves"); i++) {
        if (runtime_cancelled(runtime)) return false;
        struct arena_mark mark = arena_mark(&stage->arena);
        if (!object_call_method(runtime, article, "save", &none, &nothing)) return false;
        arena_rewind(&stage->arena, mark);
    }
    return true;
}

static int lane_of(const struct stage *stage, enum signals_way way) {
    return stage_number(stage, "connected") == (int64_t)way ? 0 : LANE_BESIDE + (int)way;
}

static bool run_way(struct stage *stage, enum signals_way way, struct way_result *result) {
    struct process process = {.way = way, .result = result};
    stage->head.lane = (uint8_t)lane_of(stage, way);
    head_enter(&stage->head, TAPE_RUN, titles[way]);
    stage->runtime.signals = &process.signals;
    bool done = set_up(stage, &process) && save_all(stage);
    stage->runtime.signals = NULL;
    head_leave(&stage->head, TAPE_RUN, titles[way], 0);
    return done;
}

bool signals_run(struct stage *stage) {
    static const struct blog_size few = {.articles = 10};
    struct result *result = arena_alloc(&stage->arena, sizeof *result);
    enum signals_way chosen = (enum signals_way)stage_number(stage, "connected");
    if (!result) return fault_no_memory(&stage->fault);
    stage->result = result;
    if (!blog_stage_open(stage, &few, 0)) return false;
    bool done = run_way(stage, chosen, &result->ways[chosen]);
    for (enum signals_way way = 0; done && way < WAYS; way++)
        if (way != chosen) done = run_way(stage, way, &result->ways[way]);
    stage->head.lane = 0;
    blog_stage_close(stage);
    return done;
}

/* ---- counting ------------------------------------------------------------------------------ */

static const char *const receiver_names[] = {"reindex", "reindex (2)", "reindex_again"};

/* Calls of receivers on a lane, by the tape. */
static uint64_t calls_by(struct cut cut, int lane) {
    uint64_t calls = 0;
    for (size_t i = 0; i < sizeof receiver_names / sizeof *receiver_names; i++)
        calls += tape_count(cut, TAPE_SIGNAL, (struct tally_filter){lane, -1, receiver_names[i]});
    return calls;
}

static uint64_t saves_by(struct cut cut, int lane) {
    struct tally all = tape_tally(cut, TAPE_QUERY, (struct tally_filter){lane, -1, NULL});
    return all.count ? all.count - 1 : 0; /* the first query reads the article */
}

/* ---- claims -------------------------------------------------------------------------------- */

/* Both counts must say so: the receivers' own, and the tape's. */
static void check(struct stage *stage, struct verdict *verdict, enum signals_way way,
                  uint64_t first, uint64_t second) {
    const struct way_result *counted = &((struct result *)stage->result)->ways[way];
    uint64_t saves = (uint64_t)stage_number(stage, "saves");
    uint64_t taped = calls_by(cut_whole(stage->tape), lane_of(stage, way));
    verdict->holds = counted->first == first * saves && counted->second == second * saves &&
                     taped == (first + second) * saves;
    verdict_number(verdict, "calls", (double)taped);
    verdict_number(verdict, "saves", (double)saves);
    verdict_number(verdict, "per_save", (double)taped / (double)saves);
    verdict_show(stage, verdict, "%llu calls, %llu saves", (unsigned long long)taped,
                 (unsigned long long)saves);
}

void signals_check_once(struct stage *stage, struct verdict *verdict) {
    check(stage, verdict, WAY_ONCE, 1, 0);
}

void signals_check_twice(struct stage *stage, struct verdict *verdict) {
    check(stage, verdict, WAY_TWICE, 1, 0);
}

void signals_check_two(struct stage *stage, struct verdict *verdict) {
    check(stage, verdict, WAY_TWO, 1, 1);
}

void signals_check_uid(struct stage *stage, struct verdict *verdict) {
    check(stage, verdict, WAY_UID, 1, 0);
}

void signals_check_uid_plain(struct stage *stage, struct verdict *verdict) {
    check(stage, verdict, WAY_UID_PLAIN, 2, 0);
}

void signals_check_nested(struct stage *stage, struct verdict *verdict) {
    check(stage, verdict, WAY_NESTED, 0, 0);
}

/* One UPDATE a save, on every lane. */
void signals_check_saves(struct stage *stage, struct verdict *verdict) {
    uint64_t saves = (uint64_t)stage_number(stage, "saves"), updates = 0;
    verdict->holds = true;
    for (enum signals_way way = 0; way < WAYS; way++) {
        uint64_t own = saves_by(cut_whole(stage->tape), lane_of(stage, way));
        verdict->holds &= own == saves;
        updates += own;
    }
    verdict_number(verdict, "updates", (double)updates);
    verdict_number(verdict, "saves", (double)(saves * WAYS));
    verdict_show(stage, verdict, "%llu updates, %llu saves in %d processes",
                 (unsigned long long)updates, (unsigned long long)(saves * WAYS), WAYS);
}

bool signals_answer(struct stage *stage, double *number, size_t order[ORDER_MOST]) {
    (void)order;
    *number = (double)calls_by(cut_whole(stage->tape), 0);
    return true;
}

/* ---- figures ------------------------------------------------------------------------------- */

static bool draw_bars(const struct stage *stage, struct cut cut, struct figures *figures) {
    struct figure *figure = figures_add(figures, FIGURE_BARS, "calls per save");
    if (!figure) return true;
    struct figure_bar *bars = arena_array(figures->arena, WAYS, sizeof *bars);
    if (!bars) return false;
    for (enum signals_way way = 0; way < WAYS; way++) {
        int lane = lane_of(stage, way);
        uint64_t saves = saves_by(cut, lane), calls = calls_by(cut, lane);
        bars[way] = (struct figure_bar){.label = titles[way],
                                        .value = saves ? (double)calls / (double)saves : 0,
                                        .detail = lane == 0 ? "this run" : NULL,
                                        .lane = lane == 0 ? 0 : 1};
    }
    figure->bars.bars = bars;
    figure->bars.count = WAYS;
    figure->bars.unit = "calls";
    return true;
}

static bool is_shown(const struct tape_event *event) {
    return event->lane == 0 && (event->kind == TAPE_SIGNAL || event->kind == TAPE_QUERY ||
                                (event->kind == TAPE_PHASE && event->shape == TAPE_ENTER));
}

static const char *detail_of(const struct tape *tape, const struct tape_event *event) {
    if (event->kind != TAPE_SIGNAL || event->shape != TAPE_POINT) return NULL;
    if (!strstr(tape_name(tape, event->subject), ".connect(")) return NULL;
    return event->amount ? "registered" : "its key is there already";
}

enum { ENTRIES_MOST = 60 };

/* The chosen way: how ready() connected, and what the first saves sent. */
static bool draw_trace(struct cut cut, struct figures *figures) {
    static const enum figure_entry_shape shapes[] = {
        [TAPE_POINT] = ENTRY_POINT, [TAPE_ENTER] = ENTRY_IN, [TAPE_LEAVE] = ENTRY_OUT};
    struct figure *figure = figures_add(figures, FIGURE_TRACE, "connecting, and the first saves");
    if (!figure) return true;
    struct figure_entry *entries = arena_array(figures->arena, ENTRIES_MOST, sizeof *entries);
    if (!entries) return false;
    struct tape_event event;
    size_t count = 0, queries = 0;
    for (size_t i = 0; i < cut.upto && count < ENTRIES_MOST && queries < 5; i++) {
        if (tape_events(cut.tape, i, &event, 1) == 0) break;
        if (!is_shown(&event)) continue;
        queries += event.kind == TAPE_QUERY;
        bool flat = event.kind == TAPE_PHASE;
        entries[count++] = (struct figure_entry){
            .depth = event.depth ? event.depth - 1u : 0,
            .shape = flat ? ENTRY_POINT : shapes[event.shape],
            .label = tape_name(cut.tape, event.subject),
            .detail = detail_of(cut.tape, &event),
            .elapsed_ns = event.elapsed_ns,
            .event = i,
        };
    }
    figure->trace.entries = entries;
    figure->trace.count = count;
    return true;
}

bool signals_draw(const struct stage *stage, struct cut cut, struct figures *figures) {
    return draw_bars(stage, cut, figures) && draw_trace(cut, figures);
}
