/* day3_as_view - one instance for everybody, against a new one for each request.
 *
 * The same class answers the same visitors twice. Lane 0 calls one shared instance, which Django
 * never does; lane 1 calls the function that as_view() made. get() has two halves, before and
 * behind a wait: the first puts the visitor's name on self, the second reads it from there. Where
 * requests are concurrent, ten first halves run before their second ones, as threads may do. */
#include <string.h>

#include "engine/views/view.h"
#include "lessons/day3.h"

enum { LANE_SHARED, LANE_AS_VIEW, LANES };
enum { IN_FLIGHT = 10 }; /* requests at once, where they are concurrent */

/* Something the run tried, and what must come of it. */
struct trial {
    const char *asked, *expected, *got;
};

enum { KEYWORD_TRIALS = 3, METHOD_TRIALS = 3 };

struct as_view_result {
    struct trial keywords[KEYWORD_TRIALS], methods[METHOD_TRIALS];
};

/* ---- the view ----------------------------------------------------------------------------- */

/* What get() gives when it has to wait: it goes on later, with the same self. */
struct pending {
    struct object base;
    struct value self;
};

static const struct object_type pending_type = {.name = "unfinished"};

/* The first half: if request.user.is_authenticated: self.name = request.user.username */
static bool greeting_get(struct runtime *runtime, const struct native_method *method,
                         struct value self, const struct arguments *arguments,
                         struct value *result) {
    struct value user, signed_in, name;
    bool truth;
    (void)method;
    struct pending *pending = arena_alloc(runtime->arena, sizeof *pending);
    if (!pending) return fault_no_memory(runtime->fault);
    *pending = (struct pending){{&pending_type}, self};
    *result = value_object(&pending->base);
    if (!object_get_attribute(runtime, arguments->values[0], "user", &user) ||
        !object_get_attribute(runtime, user, "is_authenticated", &signed_in) ||
        !object_truth(runtime, signed_in, &truth))
        return false;
    return !truth || (object_get_attribute(runtime, user, "username", &name) &&
                      object_set_attribute(runtime, self, "name", name));
}

/* The second half: return HttpResponse(f"Hello {self.name}"). *name is whom it greets. */
static bool finish(struct runtime *runtime, struct value pending, const char **name) {
    struct value value;
    struct value self = ((struct pending *)pending.object)->self;
    if (!object_get_attribute(runtime, self, "name", &value)) return false;
    *name = value.text;
    return true;
}

static struct class *make_greeting(struct runtime *runtime, struct views *views) {
    struct class *greeting = class_new(runtime, views->classes, "Greeting", "blog.views",
                                       (struct line_up){&views->view, 1}, NULL);
    bool made = greeting && class_add(runtime, greeting, "name", value_text("stranger")) &&
                class_add_method(runtime, greeting, "get", greeting_get);
    return made ? greeting : NULL;
}

/* ---- visitors ----------------------------------------------------------------------------- */

/* Every other visitor is signed in, each under a name of their own. NULL: a stranger. */
static const char *visitor(struct arena *arena, size_t request) {
    return request % 2 ? NULL : arena_format(arena, "visitor%zu", request);
}

/* One lane: whom to call, and the requests that are half answered. */
struct lane {
    struct stage *stage;
    struct value view; /* the function, or the shared instance */
    bool shared;
    struct value pending[IN_FLIGHT];
    const char *names[IN_FLIGHT]; /* who asked */
    size_t in_flight;
};

static bool begin(struct lane *lane, size_t number) {
    struct runtime *runtime = &lane->stage->runtime;
    const char *name = visitor(runtime->arena, number);
    struct value request, nothing, setup, dispatch;
    if (number % 2 == 0 && !name) return fault_no_memory(runtime->fault);
    if (!request_object_new(runtime, "GET", "/hello/", name, &request)) return false;
    struct arguments arguments = {.values = &request, .count = 1};
    struct value *pending = &lane->pending[lane->in_flight];
    lane->names[lane->in_flight++] = name ? name : "stranger";
    if (!lane->shared) return object_call(runtime, lane->view, &arguments, pending);
    return object_get_attribute(runtime, lane->view, "setup", &setup) &&
           object_call(runtime, setup, &arguments, &nothing) &&
           object_get_attribute(runtime, lane->view, "dispatch", &dispatch) &&
           object_call(runtime, dispatch, &arguments, pending);
}

/* Lets all that is in flight come to its end, in order; a wrong name is a leak. */
static bool finish_all(struct lane *lane) {
    struct runtime *runtime = &lane->stage->runtime;
    for (size_t i = 0; i < lane->in_flight; i++) {
        const char *greeted;
        if (!finish(runtime, lane->pending[i], &greeted)) return false;
        bool leak = strcmp(greeted, lane->names[i]) != 0;
        head_point(runtime->head, TAPE_RESPONSE, leak ? "greets another visitor" : "greets its own",
                   200);
    }
    lane->in_flight = 0;
    return true;
}

static bool run_lane(struct lane *lane) {
    size_t requests = (size_t)stage_number(lane->stage, "requests");
    size_t at_once = stage_number(lane->stage, "concurrent") ? IN_FLIGHT : 1;
    for (size_t i = 0; i < requests; i++) {
        if (runtime_cancelled(&lane->stage->runtime)) return false;
        if (!begin(lane, i)) return false;
        if (lane->in_flight == at_once && !finish_all(lane)) return false;
    }
    return finish_all(lane);
}

/* ---- trials ------------------------------------------------------------------------------- */

/* as_view(keyword=1): what it raises, or "a function". */
static bool try_keyword(struct runtime *runtime, struct class *greeting, const char *keyword,
                        const char *expected, struct trial *trial) {
    struct keyword given = {keyword, value_text("x")};
    struct arguments arguments = {.keywords = &given, .keyword_count = 1};
    struct value function;
    struct fault *fault = runtime->fault;
    *trial = (struct trial){arena_format(runtime->arena, "as_view(%s=\"x\")", keyword), expected,
                            "a function"};
    if (!view_as_view(runtime, greeting, &arguments, &function)) {
        if (!fault_is(fault, "TypeError")) return false;
        trial->got = arena_format(runtime->arena, "%s: %s", fault->type, fault->message);
        fault_clear(fault);
    }
    return (trial->asked && trial->got) || fault_no_memory(fault);
}

/* A request with this method: "405 Allow: GET, HEAD, OPTIONS". */
static bool try_method(struct runtime *runtime, struct class *greeting, const char *method,
                       const char *expected, struct trial *trial) {
    struct value function, request, response;
    *trial = (struct trial){method, expected, NULL};
    if (!view_as_view(runtime, greeting, &(struct arguments){0}, &function) ||
        !request_object_new(runtime, method, "/hello/", NULL, &request) ||
        !object_call(runtime, function, &(struct arguments){.values = &request, .count = 1},
                     &response))
        return false;
    const struct response *answer = response_of(response);
    const char *allow = answer ? response_header(answer, "Allow") : NULL;
    trial->got = answer ? arena_format(runtime->arena, "%d Allow: %s", answer->status,
                                       allow ? allow : "none")
                        : "get() ran";
    return trial->got || fault_no_memory(runtime->fault);
}

/* With a head that records nothing: these are no requests of the two lanes. */
static bool run_trials(struct stage *stage, struct class *greeting, struct as_view_result *result) {
    struct head silent;
    struct runtime runtime = stage->runtime;
    head_init(&silent, NULL);
    runtime.head = &silent;
    return try_keyword(&runtime, greeting, "name", "a function", &result->keywords[0]) &&
           try_keyword(&runtime, greeting, "y",
                       "TypeError: Greeting() received an invalid keyword 'y'. as_view only "
                       "accepts arguments that are already attributes of the class.",
                       &result->keywords[1]) &&
           try_keyword(&runtime, greeting, "get",
                       "TypeError: The method name get is not accepted as a keyword argument to "
                       "Greeting().",
                       &result->keywords[2]) &&
           try_method(&runtime, greeting, "POST", "405 Allow: GET, HEAD, OPTIONS",
                      &result->methods[0]) &&
           try_method(&runtime, greeting, "BREW", "405 Allow: GET, HEAD, OPTIONS",
                      &result->methods[1]) &&
           try_method(&runtime, greeting, "OPTIONS", "200 Allow: GET, HEAD, OPTIONS",
                      &result->methods[2]);
}

bool as_view_run(struct stage *stage) {
    struct runtime *runtime = &stage->runtime;
    struct as_view_result *result = arena_alloc(&stage->arena, sizeof *result);
    struct views *views = result ? views_new(runtime) : NULL;
    struct class *greeting = views ? make_greeting(runtime, views) : NULL;
    if (!greeting) return fault_no_memory(&stage->fault);
    stage->result = result;
    struct lane shared = {.stage = stage, .shared = true}, own = {.stage = stage};
    stage->head.lane = LANE_SHARED;
    if (!class_instantiate(runtime, greeting, &(struct arguments){0}, &shared.view) ||
        !run_lane(&shared))
        return false;
    stage->head.lane = LANE_AS_VIEW;
    return view_as_view(runtime, greeting, &(struct arguments){0}, &own.view) && run_lane(&own) &&
           run_trials(stage, greeting, result);
}

/* ---- what came of it ---------------------------------------------------------------------- */

static uint64_t instances(struct cut cut, int lane) {
    return tape_count(cut, TAPE_OBJECT, (struct tally_filter){lane, -1, NULL});
}

static uint64_t answers(struct cut cut, int lane) {
    return tape_count(cut, TAPE_RESPONSE, (struct tally_filter){lane, -1, NULL});
}

static uint64_t leaks(struct cut cut, int lane) {
    return tape_count(cut, TAPE_RESPONSE,
                      (struct tally_filter){lane, -1, "greets another visitor"});
}

bool as_view_answer(struct stage *stage, double *number, size_t order[ORDER_MOST]) {
    (void)order;
    *number = (double)instances(cut_whole(stage->tape), LANE_AS_VIEW);
    return stage->result != NULL;
}

void as_view_check_instances(struct stage *stage, struct verdict *verdict) {
    struct cut cut = cut_whole(stage->tape);
    uint64_t made = instances(cut, LANE_AS_VIEW), answered = answers(cut, LANE_AS_VIEW);
    verdict->applies = true;
    verdict->holds = made == (uint64_t)stage_number(stage, "requests") && made == answered;
    verdict_number(verdict, "instances", (double)made);
    verdict_number(verdict, "answers", (double)answered);
    verdict_show(stage, verdict, "%llu instances for %llu requests", (unsigned long long)made,
                 (unsigned long long)answered);
}

void as_view_check_leaks(struct stage *stage, struct verdict *verdict) {
    uint64_t leaked = leaks(cut_whole(stage->tape), LANE_AS_VIEW);
    verdict->applies = true;
    verdict->holds = leaked == 0;
    verdict_number(verdict, "leaks", (double)leaked);
    verdict_show(stage, verdict, "%llu answers greet another visitor", (unsigned long long)leaked);
}

void as_view_check_shared(struct stage *stage, struct verdict *verdict) {
    struct cut cut = cut_whole(stage->tape);
    uint64_t made = instances(cut, LANE_SHARED), leaked = leaks(cut, LANE_SHARED);
    verdict->applies = stage_number(stage, "requests") > 1;
    verdict->holds = made == 1 && (leaked > 0 || !verdict->applies);
    verdict_number(verdict, "instances", (double)made);
    verdict_number(verdict, "leaks", (double)leaked);
    verdict_show(stage, verdict, "1 instance, %llu of %llu answers greet another visitor",
                 (unsigned long long)leaked, (unsigned long long)answers(cut, LANE_SHARED));
}

static void check_trials(struct stage *stage, const struct trial *trials, size_t count,
                         struct verdict *verdict) {
    size_t same = 0;
    const struct trial *shown = &trials[count - 1];
    for (size_t i = 0; i < count; i++) {
        bool right = strcmp(trials[i].got, trials[i].expected) == 0;
        same += right;
        if (!right) shown = &trials[i];
    }
    verdict->applies = true;
    verdict->holds = same == count;
    verdict_number(verdict, "tried", (double)count);
    verdict_number(verdict, "as_django", (double)same);
    verdict_show(stage, verdict, "%zu of %zu as Django; %s gives %s", same, count, shown->asked,
                 shown->got);
}

void as_view_check_keywords(struct stage *stage, struct verdict *verdict) {
    const struct as_view_result *result = stage->result;
    check_trials(stage, result->keywords, KEYWORD_TRIALS, verdict);
}

void as_view_check_methods(struct stage *stage, struct verdict *verdict) {
    const struct as_view_result *result = stage->result;
    check_trials(stage, result->methods, METHOD_TRIALS, verdict);
}

/* ---- figures ------------------------------------------------------------------------------ */

static bool draw_counts(struct cut cut, struct figures *figures) {
    static const char *const labels[] = {"shared: instances", "shared: wrong greetings",
                                         "as_view(): instances", "as_view(): wrong greetings"};
    struct figure *figure = figures_add(figures, FIGURE_BARS, "instances, and leaks");
    if (!figure) return true;
    struct figure_bar *bars = arena_array(figures->arena, 4, sizeof *bars);
    if (!bars) return false;
    for (int lane = 0; lane < LANES; lane++) {
        bars[2 * lane] = (struct figure_bar){
            .label = labels[2 * lane], .value = (double)instances(cut, lane), .lane = lane};
        bars[2 * lane + 1] = (struct figure_bar){
            .label = labels[2 * lane + 1], .value = (double)leaks(cut, lane), .lane = lane};
    }
    figure->bars.bars = bars;
    figure->bars.count = 4;
    figure->bars.unit = "";
    figure->note = "a wrong greeting carries another visitor's name";
    figure->simulated = "the shared instance: Django never does this";
    return true;
}

static bool draw_trials(const struct stage *stage, struct cut cut, struct figures *figures) {
    static const struct figure_column columns[] = {{"asked", ALIGN_LEFT},
                                                   {"came back", ALIGN_LEFT}};
    const struct as_view_result *result = stage->result;
    struct figure *figure = figures_add(figures, FIGURE_TABLE, "what as_view() and View answer");
    if (!figure) return true;
    bool whole = result && cut.upto >= tape_length(cut.tape);
    size_t rows = whole ? KEYWORD_TRIALS + METHOD_TRIALS : 0;
    const char **cells = arena_array(figures->arena, 2 * rows + 1, sizeof *cells);
    if (!cells) return false;
    for (size_t i = 0; i < rows; i++) {
        const struct trial *trial =
            i < KEYWORD_TRIALS ? &result->keywords[i] : &result->methods[i - KEYWORD_TRIALS];
        cells[2 * i] = trial->asked;
        cells[2 * i + 1] = trial->got;
    }
    figure->table.columns = columns;
    figure->table.column_count = 2;
    figure->table.cells = cells;
    figure->table.row_count = rows;
    return true;
}

bool as_view_draw(const struct stage *stage, struct cut cut, struct figures *figures) {
    return stage_draw_listing(stage, cut, figures) && draw_counts(cut, figures) &&
           draw_trials(stage, cut, figures);
}
