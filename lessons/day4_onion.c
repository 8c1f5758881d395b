/* day4_onion - a MIDDLEWARE list, and requests through it.
 *
 * All that is claimed and drawn is read from the tape by walking over its spans: a layer's ENTER,
 * what happens inside it, its LEAVE. */
#include <string.h>

#include "engine/middleware/names.h"
#include "engine/middleware/practice.h"
#include "lessons/day4.h"
#include "lessons/trace_figure.h"

static const char *onion_path(const struct stage *stage) {
    return stage->step->knobs[0].choices[stage_number(stage, "path")];
}

/* A listing that only sets MIDDLEWARE is sent one request all the same. */
bool onion_run(struct stage *stage) {
    struct project *project = project_new(&stage->runtime, practice_urlconf);
    if (!project) return false;
    size_t count;
    const struct module *const *modules = project_modules(project, &count);
    struct script *script = stage_script(stage, &stage->runtime, modules, count);
    if (!script) return false;
    if (!project_define(project, script)) return false;
    if (!script_run(&stage->runtime, script, stage->listing)) return false;
    if (tape_count(cut_whole(stage->tape), TAPE_REQUEST, ANY_EVENT) > 0) return true;
    stage->head.line = 0;
    return project_get(project, onion_path(stage), NULL);
}

/* ---- walking over the tape ------------------------------------------------------------------- */

enum { WALK_DEPTH = 64 };

/* The layers that are open at the event looked at. */
struct walk {
    struct cut cut;
    size_t index; /* of the next event */
    struct tape_event event;
    uint32_t open[WALK_DEPTH]; /* names of open layers, outermost first */
    size_t open_count;
    bool mismatch; /* a layer was left that is not the one entered last */
    bool in_view;
};

static struct walk walk_over(struct cut cut) {
    return (struct walk){.cut = cut};
}

/* Steps to the next event; false at the end. */
static bool walk_next(struct walk *walk) {
    if (walk->index >= walk->cut.upto) return false;
    if (tape_events(walk->cut.tape, walk->index, &walk->event, 1) == 0) return false;
    walk->index++;
    const struct tape_event *event = &walk->event;
    if (event->kind == TAPE_VIEW) walk->in_view = event->shape == TAPE_ENTER;
    if (event->kind != TAPE_LAYER) return true;
    if (event->shape == TAPE_ENTER) {
        if (walk->open_count < WALK_DEPTH) walk->open[walk->open_count] = event->subject;
        walk->open_count++;
        return true;
    }
    if (walk->open_count) walk->open_count--;
    if (walk->open_count < WALK_DEPTH && walk->open[walk->open_count] != event->subject)
        walk->mismatch = true;
    return true;
}

/* ---- claims ---------------------------------------------------------------------------------- */

void onion_check_mirrored(struct stage *stage, struct verdict *verdict) {
    struct walk walk = walk_over(cut_whole(stage->tape));
    size_t entered = 0, left = 0, without = 0;
    while (walk_next(&walk)) {
        if (walk.event.kind != TAPE_LAYER) continue;
        if (walk.event.shape == TAPE_ENTER) entered++;
        if (walk.event.shape == TAPE_LEAVE) {
            left++;
            without += walk.event.amount == 0;
        }
    }
    verdict->holds = entered == left && !walk.mismatch && walk.open_count == 0 && without == 0;
    verdict_number(verdict, "entered", (double)entered);
    verdict_number(verdict, "left", (double)left);
    verdict_number(verdict, "left_without_response", (double)without);
    verdict_show(stage, verdict, "%zu in, %zu out, %s", entered, left,
                 walk.mismatch ? "in another order" : "mirrored");
}

/* An exception in the view must be a response while every layer is still open. */
void onion_check_exception(struct stage *stage, struct verdict *verdict) {
    struct walk walk = walk_over(cut_whole(stage->tape));
    size_t raised = 0, answered = 0;
    bool pending = false;
    while (walk_next(&walk)) {
        const struct tape_event *event = &walk.event;
        if (event->kind == TAPE_EXCEPTION && walk.in_view) {
            raised++;
            pending = true;
        }
        if (event->kind == TAPE_RESPONSE && pending) {
            answered++;
            pending = false;
        }
        if (event->kind == TAPE_LAYER && event->shape == TAPE_LEAVE) pending = false;
    }
    verdict->applies = raised > 0;
    verdict->holds = raised == answered;
    verdict_number(verdict, "raised", (double)raised);
    verdict_number(verdict, "answered_inside_all_layers", (double)answered);
    verdict_show(stage, verdict,
                 raised ? "%zu raised, %zu a response before any layer was left"
                        : "no view raised here",
                 raised, answered);
}

/* The first request enters the layers in the reverse of the order in which they were built. */
void onion_check_built(struct stage *stage, struct verdict *verdict) {
    uint32_t built[WALK_DEPTH];
    size_t inits = 0, entered = 0, next = 0;
    bool reversed = true;
    struct walk walk = walk_over(cut_whole(stage->tape));
    while (walk_next(&walk)) {
        const struct tape_event *event = &walk.event;
        if (event->kind == TAPE_INIT && inits < WALK_DEPTH) built[inits++] = event->subject;
        if (event->kind == TAPE_REQUEST && event->shape == TAPE_LEAVE) break;
        if (event->kind != TAPE_LAYER || event->shape != TAPE_ENTER) continue;
        /* what answered MiddlewareNotUsed was built and is never entered */
        while (next < inits && built[inits - 1 - next] != event->subject) next++;
        reversed = reversed && next < inits;
        next++;
        entered++;
    }
    verdict->applies = inits > 0;
    verdict->holds = reversed;
    verdict_number(verdict, "factories", (double)inits);
    verdict_number(verdict, "entered", (double)entered);
    verdict_show(stage, verdict, "%zu factories, %zu layers entered, %s", inits, entered,
                 reversed ? "in reverse" : "not in reverse");
}

/* ---- the prediction -------------------------------------------------------------------------- */

bool onion_answer(struct stage *stage, double *number, size_t order[ORDER_MOST]) {
    (void)number;
    const struct prediction *asked = stage->step->prediction;
    struct walk walk = walk_over(cut_whole(stage->tape));
    size_t count = 0;
    while (walk_next(&walk)) {
        if (walk.event.kind != TAPE_LAYER || walk.event.shape != TAPE_LEAVE) continue;
        const char *name = tape_name(stage->tape, walk.event.subject);
        size_t choice = 0;
        while (choice < asked->choice_count && strcmp(asked->choices[choice], name) != 0) choice++;
        if (choice == asked->choice_count || count == asked->choice_count) return false;
        order[count++] = choice;
    }
    return count == asked->choice_count;
}

/* ---- figures --------------------------------------------------------------------------------- */

struct own_time {
    uint32_t name;
    uint64_t ns;
    uint64_t calls;
};

struct own_times {
    struct own_time list[WALK_DEPTH];
    size_t count;
};

static void add_own(struct own_times *times, uint32_t name, uint64_t ns) {
    size_t i = 0;
    while (i < times->count && times->list[i].name != name) i++;
    if (i == WALK_DEPTH) return;
    if (i == times->count) times->list[times->count++] = (struct own_time){.name = name};
    times->list[i].ns += ns;
    times->list[i].calls++;
}

/* A layer's own time is that of its span without what is inside get_response(). */
static void measure_own(struct cut cut, struct own_times *times) {
    uint64_t inside[WALK_DEPTH + 2] = {0}; /* [n]: spent inside the n-th open layer */
    struct walk walk = walk_over(cut);
    while (walk_next(&walk)) {
        const struct tape_event *event = &walk.event;
        bool is_layer = event->kind == TAPE_LAYER;
        bool is_handler = event->kind == TAPE_HOOK &&
                          strcmp(tape_name(cut.tape, event->subject), "get_response") == 0;
        if (event->kind == TAPE_VIEW && event->shape == TAPE_LEAVE)
            add_own(times, event->subject, event->elapsed_ns);
        if ((!is_layer && !is_handler) || walk.open_count > WALK_DEPTH) continue;
        if (is_layer && event->shape == TAPE_ENTER) inside[walk.open_count] = 0;
        if (event->shape != TAPE_LEAVE) continue;
        uint64_t within = is_layer ? inside[walk.open_count + 1] : 0;
        if (is_layer)
            add_own(times, event->subject,
                    event->elapsed_ns > within ? event->elapsed_ns - within : 0);
        inside[walk.open_count] += event->elapsed_ns;
    }
}

static bool draw_own(struct cut cut, struct figures *figures) {
    struct own_times times = {.count = 0};
    measure_own(cut, &times);
    struct figure *figure = figures_add(figures, FIGURE_BARS, "own time of each layer");
    if (!figure) return true;
    struct figure_bar *bars = arena_array(figures->arena, times.count, sizeof *bars);
    if (!bars) return false;
    for (size_t i = 0; i < times.count; i++) {
        const struct own_time *own = &times.list[times.count - 1 - i];
        bars[i].label = arena_string(figures->arena, tape_name(cut.tape, own->name));
        bars[i].value = (double)own->ns / 1e3;
        bars[i].detail = arena_format(figures->arena, "%llu %s", (unsigned long long)own->calls,
                                      own->calls == 1 ? "call" : "calls");
        if (!bars[i].label || !bars[i].detail) return false;
    }
    figure->bars.bars = bars;
    figure->bars.count = times.count;
    figure->bars.unit = "us";
    figure->note = "without the time inside get_response()";
    return true;
}

bool onion_draw(const struct stage *stage, struct cut cut, struct figures *figures) {
    return stage_draw_listing(stage, cut, figures) &&
           trace_figure_draw(cut, -1, 8, "through the layers", figures) && draw_own(cut, figures);
}
