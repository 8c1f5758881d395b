/* day3_dispatch - one request along the line of a class.
 *
 * Who was called, and in which order, is read from the tape: METHOD spans named Class.method. Who
 * should have been is read from the class itself, whose line C3 made. */
#include <string.h>

#include "engine/views/view.h"
#include "lessons/day3.h"

enum { CALLS_MOST = 64 };

struct dispatch_result {
    const struct class *page; /* the class of the last view made by the listing; NULL for none */
    const struct class *view, *login;
};

/* ---- running ------------------------------------------------------------------------------ */

/* Remembers the last class of the listing that descends from View. */
static void remember(void *context, const struct class_header *header, const struct class *class,
                     const struct mro *mro) {
    struct dispatch_result *result = context;
    (void)header, (void)mro;
    if (class && line_up_find(mro_of(class), result->view) < mro_of(class).count)
        result->page = class;
}

bool dispatch_run(struct stage *stage) {
    struct runtime *runtime = &stage->runtime;
    struct dispatch_result *result = arena_alloc(&stage->arena, sizeof *result);
    struct views *views = result ? views_new(runtime) : NULL;
    if (!views) return fault_no_memory(&stage->fault);
    *result = (struct dispatch_result){.view = views->view, .login = views->login_required};
    stage->result = result;
    views->classes->module = "blog.views";
    views->classes->made = remember;
    views->classes->context = result;
    struct script *script = stage_script(stage, runtime, views->modules, VIEWS_MODULES);
    if (!script) return false;
    script_set_host(script, &(struct script_host){.host = views->classes,
                                                  .class_statement = class_statement,
                                                  .super_object = class_super});
    bool signed_in = stage_number(stage, "signed-in") == 1;
    struct value request;
    return request_object_new(runtime, "GET", "/reports/", signed_in ? "ann" : NULL, &request) &&
           script_define(runtime, script, "request", request) &&
           script_run(runtime, script, stage->listing);
}

/* ---- what was called ---------------------------------------------------------------------- */

/* The classes whose method of a name was entered, in that order. */
struct calls {
    const char *classes[CALLS_MOST]; /* "LoggingMixin.dispatch" */
    size_t count;
    int64_t status; /* of the outermost call: what it returned; 0 for nothing */
};

static struct calls calls_of(const struct stage *stage, const char *method) {
    struct calls calls = {.status = 0};
    struct tape_event event;
    for (size_t i = 0; tape_events(stage->tape, i, &event, 1) == 1; i++) {
        if (event.kind != TAPE_METHOD) continue;
        const char *name = tape_name(stage->tape, event.subject), *dot = strrchr(name, '.');
        if (!dot || strcmp(dot + 1, method) != 0) continue;
        if (event.shape == TAPE_LEAVE) calls.status = event.amount;
        if (event.shape == TAPE_ENTER && calls.count < CALLS_MOST)
            calls.classes[calls.count++] = name;
    }
    return calls;
}

static bool is_of(const char *call, const char *class) {
    size_t length = strlen(class);
    return strncmp(call, class, length) == 0 && call[length] == '.';
}

static bool defines(const struct class *class, const char *method) {
    for (size_t i = 0; i < class->members->count; i++)
        if (strcmp(class->members->entries[i].key.text, method) == 0) return true;
    return false;
}

/* The classes of a line that have a dispatch() of their own. */
static size_t dispatchers(const struct class *page, const char *names[CALLS_MOST]) {
    size_t count = 0;
    struct line_up line = mro_of(page);
    for (size_t i = 0; i < line.count && count < CALLS_MOST; i++)
        if (defines(line.classes[i], "dispatch")) names[count++] = line.classes[i]->name;
    return count;
}

static size_t place_of(const struct class *page, const char *name) {
    struct line_up line = mro_of(page);
    size_t at = 0;
    while (at < line.count && strcmp(line.classes[at]->name, name) != 0) at++;
    return at;
}

/* The mixin that the knob lets forget super(). */
static const char *forgetful_mixin(const struct stage *stage) {
    return dispatch_forgets[stage_number(stage, "forgets")];
}

/* True when the listing made a view and called it once. */
static bool called_once(const struct dispatch_result *result, const struct calls *calls) {
    size_t outermost = 0;
    const char *names[CALLS_MOST];
    if (!result->page || dispatchers(result->page, names) == 0) return false;
    for (size_t i = 0; i < calls->count; i++) outermost += is_of(calls->classes[i], names[0]);
    return outermost == 1;
}

/* ---- claims ------------------------------------------------------------------------------- */

void dispatch_check_order(struct stage *stage, struct verdict *verdict) {
    const struct dispatch_result *result = stage->result;
    struct calls calls = calls_of(stage, "dispatch");
    const char *names[CALLS_MOST];
    verdict->applies = called_once(result, &calls);
    verdict->holds = true;
    if (!verdict->applies) {
        verdict_show(stage, verdict, "the listing calls no view, or more than one");
        return;
    }
    size_t defined = dispatchers(result->page, names), in_order = 0;
    while (in_order < calls.count && in_order < defined &&
           is_of(calls.classes[in_order], names[in_order]))
        in_order++;
    verdict->holds = in_order == calls.count;
    verdict_number(verdict, "defined", (double)defined);
    verdict_number(verdict, "called", (double)calls.count);
    verdict_number(verdict, "in_order", (double)in_order);
    verdict_show(stage, verdict, "%zu of %zu dispatch() called, %zu of them in the line's order",
                 calls.count, defined, in_order);
}

static size_t handlers_run(const struct stage *stage) {
    return calls_of(stage, "get").count + calls_of(stage, "post").count;
}

void dispatch_check_view(struct stage *stage, struct verdict *verdict) {
    const struct dispatch_result *result = stage->result;
    const struct class *page = result->page;
    bool guarded = page && line_up_find(mro_of(page), result->login) <
                               line_up_find(mro_of(page), result->view);
    size_t ran = handlers_run(stage);
    verdict->applies = guarded && stage_number(stage, "signed-in") == 0;
    verdict->holds = ran == 0 || !verdict->applies;
    verdict_number(verdict, "handlers_run", (double)ran);
    verdict_show(stage, verdict,
                 verdict->applies ? "get() ran %zu times"
                                  : "no check stands in front of a stranger here",
                 ran);
}

/* Logged or not is a matter of places, as long as nobody in front of both forgets super(). */
void dispatch_check_log(struct stage *stage, struct verdict *verdict) {
    const struct dispatch_result *result = stage->result;
    const struct class *page = result->page;
    size_t logging = page ? place_of(page, "LoggingMixin") : 0;
    size_t login = page ? line_up_find(mro_of(page), result->login) : 0;
    size_t forgetful = page ? place_of(page, forgetful_mixin(stage)) : 0;
    bool both = page && logging < mro_of(page).count && login < mro_of(page).count;
    struct calls calls = calls_of(stage, "dispatch");
    bool logged = false;
    for (size_t i = 0; i < calls.count; i++) logged |= is_of(calls.classes[i], "LoggingMixin");
    verdict->applies = both && called_once(result, &calls) &&
                       stage_number(stage, "signed-in") == 0 && forgetful >= logging;
    verdict->holds = logged == (logging < login) || !verdict->applies;
    verdict_number(verdict, "place_of_logging", (double)logging + 1);
    verdict_number(verdict, "place_of_login", (double)login + 1);
    verdict_number(verdict, "logged", logged);
    verdict_show(stage, verdict,
                 verdict->applies ? "the refused visit was %slogged: %s stands first"
                                  : "no visit is refused here",
                 logged ? "" : "not ", logging < login ? "LoggingMixin" : "LoginRequiredMixin");
}

void dispatch_check_forgotten(struct stage *stage, struct verdict *verdict) {
    const struct dispatch_result *result = stage->result;
    const char *forgetful = forgetful_mixin(stage);
    struct calls calls = calls_of(stage, "dispatch");
    bool reached = false;
    for (size_t i = 0; i < calls.count; i++) reached |= is_of(calls.classes[i], forgetful);
    bool last = calls.count && is_of(calls.classes[calls.count - 1], forgetful);
    uint64_t raised = tape_count(cut_whole(stage->tape), TAPE_EXCEPTION, ANY_EVENT);
    verdict->applies = reached && called_once(result, &calls);
    verdict->holds = (last && handlers_run(stage) == 0 && raised == 1) || !verdict->applies;
    verdict_number(verdict, "called", (double)calls.count);
    verdict_number(verdict, "exceptions", (double)raised);
    verdict_show(stage, verdict,
                 reached ? "%s was the last of %zu; None is no response: %d exception, a 500"
                         : "nobody forgets super() here",
                 forgetful, calls.count, (int)raised);
}

/* Which of the choices was entered last. */
bool dispatch_answer(struct stage *stage, double *number, size_t order[ORDER_MOST]) {
    (void)order;
    if (!stage->result) return false;
    struct calls calls = calls_of(stage, "dispatch");
    const struct prediction *asked = stage->step->prediction;
    for (size_t i = 0; calls.count && i < asked->choice_count; i++)
        if (is_of(calls.classes[calls.count - 1], asked->choices[i]))
            return *number = (double)i, true;
    return false;
}

/* ---- figures ------------------------------------------------------------------------------ */

/* METHOD spans, and what was raised, in the order they happened. */
static bool draw_trace(struct cut cut, struct figures *figures) {
    enum { ENTRIES_MOST = 200 };
    struct figure *figure = figures_add(figures, FIGURE_TRACE, "through the line");
    if (!figure) return true;
    struct figure_entry *entries = arena_array(figures->arena, ENTRIES_MOST, sizeof *entries);
    if (!entries) return false;
    size_t count = 0;
    unsigned depth = 0;
    struct tape_event event;
    for (size_t i = 0; i < cut.upto && count < ENTRIES_MOST; i++) {
        if (tape_events(cut.tape, i, &event, 1) != 1) break;
        bool is_method = event.kind == TAPE_METHOD, is_print = event.kind == TAPE_PRINT;
        if (!is_method && event.kind != TAPE_EXCEPTION && !is_print) continue;
        if (event.shape == TAPE_LEAVE && depth) depth--;
        struct figure_entry *entry = &entries[count++];
        *entry = (struct figure_entry){
            .depth = depth, .label = tape_name(cut.tape, event.subject), .event = i};
        entry->shape = event.shape == TAPE_ENTER   ? ENTRY_IN
                       : event.shape == TAPE_LEAVE ? ENTRY_OUT
                                                   : ENTRY_POINT;
        if (is_print) entry->detail = "printed";
        if (event.shape == TAPE_ENTER) depth++;
        if (event.shape != TAPE_LEAVE) continue;
        entry->elapsed_ns = event.elapsed_ns;
        entry->detail = event.amount ? arena_format(figures->arena, "%d", (int)event.amount) : NULL;
    }
    figure->trace.entries = entries;
    figure->trace.count = count;
    return true;
}

static bool draw_line(const struct stage *stage, struct cut cut, struct figures *figures) {
    static const struct figure_column columns[] = {
        {"", ALIGN_RIGHT}, {"class", ALIGN_LEFT}, {"dispatch()", ALIGN_LEFT}};
    const struct dispatch_result *result = stage->result;
    struct figure *figure = figures_add(figures, FIGURE_TABLE, "the line, and who was called");
    if (!figure || !result || !result->page) return true;
    struct line_up line = mro_of(result->page);
    struct calls calls = calls_of(stage, "dispatch");
    bool whole = cut.upto >= tape_length(cut.tape);
    const char **cells = arena_array(figures->arena, 3 * line.count, sizeof *cells);
    if (!cells) return false;
    for (size_t i = 0; i < line.count; i++) {
        bool called = false;
        for (size_t j = 0; j < calls.count; j++)
            called |= is_of(calls.classes[j], line.classes[i]->name);
        cells[3 * i] = arena_format(figures->arena, "%zu", i + 1);
        cells[3 * i + 1] = line.classes[i]->name;
        cells[3 * i + 2] = !defines(line.classes[i], "dispatch") ? ""
                           : !whole                              ? "has one"
                           : called                              ? "called"
                                                                 : "not called";
        if (!cells[3 * i]) return false;
    }
    figure->table.columns = columns;
    figure->table.column_count = 3;
    figure->table.cells = cells;
    figure->table.row_count = line.count;
    return true;
}

bool dispatch_draw(const struct stage *stage, struct cut cut, struct figures *figures) {
    return stage_draw_listing(stage, cut, figures) && draw_trace(cut, figures) &&
           draw_line(stage, cut, figures);
}
