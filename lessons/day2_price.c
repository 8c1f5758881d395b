/* day2_price - what resolve() costs as the list grows.
 *
 * The same routes, group0/item0/<int:pk>/ and so on, are built in three forms at several sizes: a
 * flat list, an include() for each group, a radix index over the flat list. Each is asked for its
 * first, middle and last route and for a path that is missing. A time is the median of a few
 * batches, each long enough for the clock; all are taken in this run, with a silent head, and go
 * on the tape as SAMPLEs. It is processor time of this thread: what others do with the processor
 * meanwhile is not the price of a list. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/urls/index.h"
#include "lessons/day2.h"

enum form { FORM_FLAT, FORM_TREE, FORM_INDEX, FORM_COUNT };
enum place { PLACE_FIRST, PLACE_MIDDLE, PLACE_LAST, PLACE_MISSING, PLACE_COUNT };

static const char *const form_names[] = {"flat list", "include() tree", "radix index"};
static const char *const place_names[] = {"first", "middle", "last", "missing"};

enum { SIZES_MOST = 16, BATCHES = 9, BATCH_NS = 100000, WARM_UP = 3 };

/* One size: time and patterns tried, by form and place. */
struct point {
    size_t routes;
    double ns[FORM_COUNT][PLACE_COUNT];
    size_t tried[FORM_COUNT][PLACE_COUNT];
    bool same; /* the three forms gave the same answers */
    size_t event;
};

struct price_result {
    struct point points[SIZES_MOST];
    size_t count;
};

/* ---- building ----------------------------------------------------------------------------- */

struct forms {
    struct runtime *runtime;
    struct resolver *flat, *tree;
    struct url_index *index;
    const char *paths[PLACE_COUNT];
};

static bool add_route(struct runtime *runtime, struct list *list, const char *route,
                      struct value view, struct value inner) {
    struct route_parts parts = {.route = route, .view = view, .inner = inner};
    if (!route) return fault_no_memory(runtime->fault);
    parts.length = strlen(route);
    struct route *made = route_new(runtime, &parts);
    return made && list_append(runtime, list, value_object(&made->base));
}

/* How many groups: the square root, so that the tree has as many includes as routes in each. */
static size_t group_size(size_t routes) {
    size_t size = (size_t)sqrt((double)routes);
    return size ? size : 1;
}

/* Adds routes from `first` up to `limit`, with their group's prefix or without. */
static bool add_items(struct runtime *runtime, struct list *list, size_t first, size_t limit,
                      size_t size, bool with_group, struct value view) {
    for (size_t i = first; i < limit; i++) {
        if (i % 1024 == 0 && runtime_cancelled(runtime)) return false;
        const char *route =
            with_group
                ? arena_format(runtime->arena, "group%zu/item%zu/<int:pk>/", i / size, i % size)
                : arena_format(runtime->arena, "item%zu/<int:pk>/", i % size);
        if (!add_route(runtime, list, route, view, value_none())) return false;
    }
    return true;
}

static bool build_tree(struct forms *forms, size_t routes, struct value view) {
    struct runtime *runtime = forms->runtime;
    size_t size = group_size(routes);
    struct list *list = list_new(runtime, &list_type, 0);
    for (size_t first = 0; list && first < routes; first += size) {
        assert(size);
        size_t limit = first + size < routes ? first + size : routes;
        struct list *inner = list_new(runtime, &list_type, size);
        if (!inner || !add_items(runtime, inner, first, limit, size, false, view) ||
            !add_route(runtime, list, arena_format(runtime->arena, "group%zu/", first / size),
                       value_none(), value_object(&inner->base)))
            return false;
    }
    if (list) forms->tree = resolver_new(runtime, value_object(&list->base));
    return forms->tree != NULL;
}

static bool build_forms(struct forms *forms, size_t routes) {
    struct runtime *runtime = forms->runtime;
    size_t size = group_size(routes), places[] = {0, routes / 2, routes - 1};
    struct list *list = list_new(runtime, &list_type, routes);
    struct value view;
    if (!list || !urls_named_view(runtime, "item", &view) ||
        !add_items(runtime, list, 0, routes, size, true, view))
        return false;
    forms->flat = resolver_new(runtime, value_object(&list->base));
    forms->index = forms->flat ? index_new(runtime, forms->flat) : NULL;
    if (!forms->index || !build_tree(forms, routes, view)) return false;
    forms->paths[PLACE_MISSING] = "/nothing/here/7/";
    for (size_t i = 0; i < PLACE_MISSING; i++) {
        forms->paths[i] = arena_format(runtime->arena, "/group%zu/item%zu/7/", places[i] / size,
                                       places[i] % size);
        if (!forms->paths[i]) return fault_no_memory(runtime->fault);
    }
    return true;
}

/* ---- measuring ---------------------------------------------------------------------------- */

static bool ask(struct forms *forms, enum form form, const char *path, struct route_match *match,
                bool *found) {
    struct runtime *runtime = forms->runtime;
    size_t length = strlen(path);
    if (form == FORM_INDEX) return index_resolve(runtime, forms->index, path, length, match, found);
    const struct resolver *resolver = form == FORM_FLAT ? forms->flat : forms->tree;
    return resolver_resolve(runtime, resolver, path, length, match, found);
}

/* Processor time of this thread, in nanoseconds; the wall clock where the system has none. */
static uint64_t thread_ns(void) {
    struct timespec now;
    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) != 0) return clock_ns();
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Asks `times` times; what each answer took from the arena is given back. */
static bool run_batch(struct forms *forms, enum form form, const char *path, size_t times,
                      uint64_t *elapsed_ns) {
    struct arena_mark mark = arena_mark(forms->runtime->arena);
    uint64_t began = thread_ns();
    for (size_t i = 0; i < times; i++) {
        struct route_match match;
        bool found;
        if (!ask(forms, form, path, &match, &found)) return false;
        arena_rewind(forms->runtime->arena, mark);
    }
    *elapsed_ns = thread_ns() - began;
    return true;
}

static int compare_times(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Nanoseconds for one call: the median of a few batches. */
static bool measure(struct forms *forms, enum form form, const char *path, double *ns) {
    uint64_t elapsed;
    size_t times = 1;
    for (int i = 0; i < WARM_UP; i++)
        if (!run_batch(forms, form, path, times, &elapsed)) return false;
    while (elapsed < BATCH_NS && times < 1 << 20) {
        times = elapsed ? times * (size_t)(1 + BATCH_NS / elapsed) : 2 * times;
        if (!run_batch(forms, form, path, times, &elapsed)) return false;
    }
    double medians[BATCHES];
    for (size_t i = 0; i < BATCHES; i++) {
        if (runtime_cancelled(forms->runtime)) return false;
        if (!run_batch(forms, form, path, times, &elapsed)) return false;
        medians[i] = (double)elapsed / (double)times;
    }
    qsort(medians, BATCHES, sizeof *medians, compare_times);
    *ns = medians[BATCHES / 2];
    return true;
}

/* Once with the answer looked at: how many were tried, and whether the forms agree. */
static bool compare_answers(struct forms *forms, struct point *point) {
    point->same = true;
    for (size_t place = 0; place < PLACE_COUNT; place++) {
        struct route_match match;
        bool found[FORM_COUNT];
        for (size_t form = 0; form < FORM_COUNT; form++) {
            if (!ask(forms, (enum form)form, forms->paths[place], &match, &found[form]))
                return false;
            point->tried[form][place] = match.tried;
            bool right = found[form] == (place != PLACE_MISSING);
            if (found[form])
                right &= match.kwarg_count == 1 && match.kwargs[0].value.integer == 7 &&
                         strncmp(match.route, forms->paths[place] + 1,
                                 strlen(forms->paths[place]) - 3) == 0;
            point->same &= right;
        }
    }
    return true;
}

static bool measure_point(struct stage *stage, struct forms *forms, struct point *point) {
    if (!build_forms(forms, point->routes) || !compare_answers(forms, point)) return false;
    for (size_t form = 0; form < FORM_COUNT; form++)
        for (size_t place = 0; place < PLACE_COUNT; place++) {
            double *ns = &point->ns[form][place];
            if (!measure(forms, (enum form)form, forms->paths[place], ns)) return false;
            const char *subject = arena_format(forms->runtime->arena, "%zu routes, %s, %s",
                                               point->routes, form_names[form], place_names[place]);
            if (!subject) return fault_no_memory(forms->runtime->fault);
            head_timed(&stage->head, TAPE_SAMPLE, subject, (int64_t)point->tried[form][place],
                       (uint64_t)(*ns + 0.5));
        }
    point->event = tape_length(stage->tape);
    return true;
}

/* Each size has an arena of its own, so that the next one begins with none. */
static bool price_one(struct stage *stage, struct point *point) {
    struct arena arena;
    struct fault fault;
    struct head silent;
    struct runtime runtime = day2_silent(stage, &silent);
    arena_init(&arena, &stage->memory);
    fault_init(&fault, &arena);
    runtime.arena = &arena;
    runtime.fault = &fault;
    struct forms forms = {.runtime = &runtime};
    bool done = measure_point(stage, &forms, point);
    if (!done) fault_raise(&stage->fault, fault.type, "%s", fault.message);
    arena_release(&arena);
    return done;
}

/* 10, 20, 50, 100, ... below the knob, then the knob itself. */
static size_t list_sizes(size_t routes, size_t sizes[SIZES_MOST]) {
    static const size_t steps[] = {1, 2, 5};
    size_t count = 0;
    for (size_t decade = 10; decade < routes; decade *= 10)
        for (size_t i = 0; i < 3 && decade * steps[i] < routes; i++)
            sizes[count++] = decade * steps[i];
    sizes[count++] = routes;
    return count;
}

bool price_run(struct stage *stage) {
    struct price_result *result = arena_alloc(&stage->arena, sizeof *result);
    if (!result) return fault_no_memory(&stage->fault);
    stage->result = result;
    size_t sizes[SIZES_MOST];
    size_t count = list_sizes((size_t)stage_number(stage, "routes"), sizes);
    for (size_t i = 0; i < count; i++) {
        result->points[i].routes = sizes[i];
        if (!price_one(stage, &result->points[i])) return false;
        result->count++;
    }
    return true;
}

static const struct point *largest(const struct stage *stage) {
    const struct price_result *result = stage->result;
    return &result->points[result->count - 1];
}

static const struct point *point_of(const struct stage *stage, size_t routes) {
    const struct price_result *result = stage->result;
    for (size_t i = 0; i < result->count; i++)
        if (result->points[i].routes == routes) return &result->points[i];
    return NULL;
}

bool price_answer(struct stage *stage, double *number, size_t order[ORDER_MOST]) {
    (void)order;
    if (!stage->result) return false;
    *number = (double)largest(stage)->tried[FORM_FLAT][PLACE_MISSING];
    return true;
}

/* ---- claims ------------------------------------------------------------------------------- */

void price_check_last(struct stage *stage, struct verdict *verdict) {
    const struct point *point = point_of(stage, 5000);
    verdict->applies = point != NULL;
    verdict->holds = true;
    if (!point) {
        verdict_show(stage, verdict, "fewer than 5,000 routes");
        return;
    }
    double ns = point->ns[FORM_FLAT][PLACE_LAST];
    verdict->holds = ns < 1e6;
    verdict_number(verdict, "ns", ns);
    verdict_number(verdict, "tried", (double)point->tried[FORM_FLAT][PLACE_LAST]);
    verdict_show(stage, verdict, "%.1f us for the last of 5,000", ns / 1e3);
}

/* Where the growth is measured from: 100 routes, enough for them to be what the time is spent on. A
 * decade or more is needed to tell. */
static const struct point *smaller(const struct stage *stage) {
    const struct point *from = point_of(stage, 100);
    return from && from->routes * 10 <= largest(stage)->routes ? from : NULL;
}

static double growth(const struct point *from, const struct point *to, enum form form) {
    return to->ns[form][PLACE_LAST] / from->ns[form][PLACE_LAST];
}

/* time = routes ^ exponent: 1 is linear, 2 quadratic, 0 none. Other programs and the caches bend
 * the line, but not by half an exponent over a decade and more. */
void price_check_linear(struct stage *stage, struct verdict *verdict) {
    const struct point *to = largest(stage), *from = smaller(stage);
    verdict->applies = from != NULL;
    verdict->holds = true;
    if (!from) {
        verdict_show(stage, verdict, "needs 1,000 routes to tell");
        return;
    }
    double routes = (double)to->routes / (double)from->routes;
    double time = growth(from, to, FORM_FLAT), exponent = log(time) / log(routes);
    bool tried = to->tried[FORM_FLAT][PLACE_LAST] == to->routes;
    verdict->holds = tried && exponent > 0.5 && exponent < 1.5;
    verdict_number(verdict, "routes_times", routes);
    verdict_number(verdict, "time_times", time);
    verdict_number(verdict, "exponent", exponent);
    verdict_number(verdict, "tried", (double)to->tried[FORM_FLAT][PLACE_LAST]);
    verdict_show(stage, verdict, "%.0f times the routes, %.0f times the time: exponent %.2f",
                 routes, time, exponent);
}

/* The tree tries two lists of the square root's length, the index one route. */
void price_check_others(struct stage *stage, struct verdict *verdict) {
    const struct point *to = largest(stage), *from = smaller(stage);
    verdict->applies = from != NULL;
    verdict->holds = true;
    if (!from) {
        verdict_show(stage, verdict, "needs 1,000 routes to tell");
        return;
    }
    double flat = growth(from, to, FORM_FLAT), tree = growth(from, to, FORM_TREE);
    double index = growth(from, to, FORM_INDEX);
    size_t tried = to->tried[FORM_TREE][PLACE_LAST];
    double most = 3 * sqrt((double)to->routes) + 3;
    verdict->holds = tree < flat && index < flat && (double)tried <= most &&
                     to->tried[FORM_INDEX][PLACE_LAST] == 1;
    verdict_number(verdict, "flat_times", flat);
    verdict_number(verdict, "tree_times", tree);
    verdict_number(verdict, "index_times", index);
    verdict_number(verdict, "tree_tried", (double)tried);
    verdict_number(verdict, "index_tried", (double)to->tried[FORM_INDEX][PLACE_LAST]);
    verdict_show(stage, verdict, "time grew %.1f times flat, %.1f as a tree, %.1f with the index",
                 flat, tree, index);
}

void price_check_same(struct stage *stage, struct verdict *verdict) {
    const struct price_result *result = stage->result;
    size_t same = 0;
    for (size_t i = 0; i < result->count; i++) same += result->points[i].same;
    verdict->applies = true;
    verdict->holds = same == result->count;
    verdict_number(verdict, "sizes", (double)result->count);
    verdict_number(verdict, "same", (double)same);
    verdict_show(stage, verdict, "%zu of %zu sizes, four paths each", same, result->count);
}

/* ---- figures ------------------------------------------------------------------------------ */

static size_t points_before(const struct stage *stage, struct cut cut) {
    const struct price_result *result = stage->result;
    size_t count = 0;
    while (result && count < result->count && result->points[count].event <= cut.upto) count++;
    return count;
}

static bool draw_series(const struct stage *stage, struct cut cut, struct figures *figures) {
    struct figure *figure = figures_add(figures, FIGURE_SERIES, "the last route, by routes");
    if (!figure) return true;
    const struct price_result *result = stage->result;
    size_t count = points_before(stage, cut);
    struct figure_curve *curves = arena_array(figures->arena, FORM_COUNT, sizeof *curves);
    if (!curves) return false;
    for (size_t form = 0; form < FORM_COUNT; form++) {
        struct figure_point *points = arena_array(figures->arena, count + 1, sizeof *points);
        if (!points) return false;
        for (size_t i = 0; i < count; i++)
            points[i] = (struct figure_point){(double)result->points[i].routes,
                                              result->points[i].ns[form][PLACE_LAST] / 1e3};
        curves[form] =
            (struct figure_curve){.name = form_names[form], .points = points, .count = count};
    }
    figure->series.curves = curves;
    figure->series.count = FORM_COUNT;
    figure->series.x_unit = "routes";
    figure->series.y_unit = "us";
    figure->series.x_log = figure->series.y_log = true;
    figure->note = "processor time, the median of nine batches each, in this run";
    return true;
}

static const char *show_time(struct arena *arena, double ns) {
    return ns < 1e4 ? arena_format(arena, "%.0f ns", ns) : arena_format(arena, "%.1f us", ns / 1e3);
}

static bool draw_places(const struct stage *stage, struct cut cut, struct figures *figures) {
    static const struct figure_column columns[] = {
        {"path", ALIGN_LEFT},   {"flat list", ALIGN_RIGHT},
        {"tried", ALIGN_RIGHT}, {"include() tree", ALIGN_RIGHT},
        {"tried", ALIGN_RIGHT}, {"radix index", ALIGN_RIGHT},
        {"tried", ALIGN_RIGHT}};
    enum { CELLS = sizeof columns / sizeof *columns };
    size_t count = points_before(stage, cut);
    const struct price_result *result = stage->result;
    const char *title =
        count ? arena_format(figures->arena, "%zu routes", result->points[count - 1].routes)
              : "nothing measured yet";
    struct figure *figure = title ? figures_add(figures, FIGURE_TABLE, title) : NULL;
    if (!figure) return title != NULL;
    const char **cells = arena_array(figures->arena, CELLS * PLACE_COUNT, sizeof *cells);
    if (!cells) return false;
    for (size_t place = 0; count && place < PLACE_COUNT; place++) {
        const struct point *point = &result->points[count - 1];
        const char **row = cells + CELLS * place;
        row[0] = place_names[place];
        for (size_t form = 0; form < FORM_COUNT; form++) {
            row[1 + 2 * form] = show_time(figures->arena, point->ns[form][place]);
            row[2 + 2 * form] = arena_format(figures->arena, "%zu", point->tried[form][place]);
            if (!row[1 + 2 * form] || !row[2 + 2 * form]) return false;
        }
    }
    figure->table.columns = columns;
    figure->table.column_count = CELLS;
    figure->table.cells = cells;
    figure->table.row_count = count ? PLACE_COUNT : 0;
    return true;
}

bool price_draw(const struct stage *stage, struct cut cut, struct figures *figures) {
    return draw_series(stage, cut, figures) && draw_places(stage, cut, figures);
}
