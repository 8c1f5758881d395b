/* day2_reverse - from names to paths, and back.
 *
 * After the listing has run, every named route of its urlpatterns goes on a round trip: reverse()
 * with arguments made up for its parameters, the path decoded, resolve(), and a look at who
 * answered. Each trip is a MARK on the tape; its amount is 1 when it came back. */
#include <string.h>

#include "lessons/day2.h"

enum { TRIPS_MOST = 200, INCLUDES_MOST = 32 };

enum trip_end {
    TRIP_BACK,     /* the same route, the same typed arguments */
    TRIP_SHADOWED, /* a route above takes the path */
    TRIP_NAMESAKE, /* reverse() built the path of another route of this name */
    TRIP_LOST      /* anything else: what must not happen */
};

struct trip {
    const char *name, *arguments, *path, *taken_by;
    enum trip_end end;
    size_t event;
};

/* Three ways of asking wrongly, and whether Django's words came back. */
struct wrong {
    size_t asked, as_django;
    const char *shown; /* the last text that was not Django's, or the last one */
};

struct reverse_result {
    struct url_site site;
    struct trip trips[TRIPS_MOST];
    size_t count, ends[TRIP_LOST + 1];
    struct wrong wrong;
};

/* A route among its includes. */
struct place {
    const struct route *route;
    const struct place *outer;
};

struct travel {
    struct stage *stage;
    struct runtime runtime; /* silent */
    struct head silent;
    struct reverse_result *result;
    const struct route *order[4096]; /* all leaves, in the order they are tried */
    size_t order_count;
};

/* ---- one round trip ----------------------------------------------------------------------- */

/* A made-up argument for each converter; ints are the knob's. */
static struct value sample(const struct travel *travel, enum converter converter) {
    switch (converter) {
    case CONVERTER_INT: return value_int(stage_number(travel->stage, "pk"));
    case CONVERTER_SLUG: return value_text("first-steps");
    case CONVERTER_UUID:
        return value_of_text(VALUE_UUID, "123e4567-e89b-12d3-a456-426614174000", 36);
    case CONVERTER_PATH: return value_text("docs/read me.txt");
    default: return value_text("caf\u00e9");
    }
}

static bool fill_arguments(struct travel *travel, const struct place *place, struct dict *dict) {
    if (place->outer && !fill_arguments(travel, place->outer, dict)) return false;
    const struct pattern *pattern = &place->route->pattern;
    for (size_t i = 0; i < pattern->count; i++)
        if (!dict_set(&travel->runtime, dict, value_text(pattern->parameters[i].name),
                      sample(travel, pattern->parameters[i].converter)))
            return false;
    return true;
}

/* reverse() accepts for a parameter that a third argument of path() sets too that value only. */
static bool follow_extras(struct travel *travel, const struct place *place, struct dict *dict) {
    for (; place; place = place->outer) {
        const struct dict *extra = place->route->extra;
        for (size_t i = 0; extra && i < extra->count; i++) {
            struct value old;
            bool found;
            if (!dict_get(&travel->runtime, dict, extra->entries[i].key, &old, &found))
                return false;
            if (found &&
                !dict_set(&travel->runtime, dict, extra->entries[i].key, extra->entries[i].value))
                return false;
        }
    }
    return true;
}

/* "shop:item": the instance namespaces, then the route's name. */
static const char *full_name(struct arena *arena, const struct place *place) {
    const char *name = place->route->name.text;
    for (const struct place *outer = place->outer; outer && name; outer = outer->outer)
        if (outer->route->instance && *outer->route->instance)
            name = arena_format(arena, "%s:%s", outer->route->instance, name);
    return name;
}

static int hexadecimal(char digit) {
    if (digit >= '0' && digit <= '9') return digit - '0';
    if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* What a server does with a path before resolve() sees it: %C3%A9 becomes the two bytes. */
static char *decode(struct arena *arena, const char *path) {
    char *decoded = arena_string(arena, path), *to = decoded;
    for (const char *from = decoded; from && *from; to++) {
        bool escaped = from[0] == '%' && hexadecimal(from[1]) >= 0 && hexadecimal(from[2]) >= 0;
        *to = escaped ? (char)(16 * hexadecimal(from[1]) + hexadecimal(from[2])) : *from;
        from += escaped ? 3 : 1;
    }
    if (decoded) *to = '\0';
    return decoded;
}

/* Every argument came back with an equal value of the same type. */
static bool came_back(struct travel *travel, const struct dict *arguments,
                      const struct route_match *match) {
    for (size_t i = 0; i < arguments->count; i++) {
        const struct dict_entry *entry = &arguments->entries[i];
        size_t j = 0;
        while (j < match->kwarg_count && strcmp(match->kwargs[j].name, entry->key.text) != 0) j++;
        bool equal = false;
        if (j == match->kwarg_count || match->kwargs[j].value.kind != entry->value.kind ||
            !object_equal(&travel->runtime, match->kwargs[j].value, entry->value, &equal) || !equal)
            return false;
    }
    return true;
}

static size_t order_of(const struct travel *travel, const struct route *route) {
    size_t at = 0;
    while (at < travel->order_count && travel->order[at] != route) at++;
    return at;
}

static enum trip_end judge(struct travel *travel, const struct route *route,
                           const struct dict *arguments, const struct route_match *match,
                           bool found) {
    if (!found) return TRIP_LOST;
    if (match->found == route) return came_back(travel, arguments, match) ? TRIP_BACK : TRIP_LOST;
    return order_of(travel, match->found) < order_of(travel, route) ? TRIP_SHADOWED : TRIP_NAMESAKE;
}

/* Goes out and back; what reverse() raises is the end of the trip, not of the run. */
static bool take_trip(struct travel *travel, const struct place *place, struct trip *trip) {
    struct runtime *runtime = &travel->runtime;
    struct dict *arguments = dict_new(runtime);
    trip->name = full_name(runtime->arena, place);
    if (!arguments || !trip->name || !fill_arguments(travel, place, arguments) ||
        !follow_extras(travel, place, arguments))
        return false;
    trip->arguments = object_repr(runtime, value_object(&arguments->base));
    if (!trip->arguments) return false;
    struct reverse_call call = {.name = value_text(trip->name), .kwargs = arguments};
    const char *path = resolver_reverse(runtime, travel->result->site.resolver, &call);
    if (!path) {
        *trip = (struct trip){trip->name, trip->arguments, "", runtime->fault->type, TRIP_LOST, 0};
        bool stop =
            fault_is(runtime->fault, "MemoryError") || fault_is(runtime->fault, "Cancelled");
        if (!stop) fault_clear(runtime->fault);
        return !stop;
    }
    struct route_match match;
    bool found;
    const char *decoded = decode(runtime->arena, path);
    if (!decoded || !resolver_resolve(runtime, travel->result->site.resolver, decoded,
                                      strlen(decoded), &match, &found))
        return false;
    trip->path = path;
    trip->taken_by = found ? match.view_name : "nobody";
    trip->end = judge(travel, place->route, arguments, &match, found);
    return true;
}

/* ---- all of them -------------------------------------------------------------------------- */

static bool is_route(struct value value) {
    return object_is(value, &url_pattern_type) || object_is(value, &url_resolver_type);
}

static const struct list *list_of(struct value value) {
    bool is_list = object_is(value, &list_type) || object_is(value, &tuple_type);
    return is_list ? (const struct list *)value.object : NULL;
}

static void note_order(struct travel *travel, struct value routes) {
    const struct list *list = list_of(routes);
    for (size_t i = 0; list && i < list->count; i++) {
        const struct route *route = (const struct route *)list->items[i].object;
        if (!is_route(list->items[i])) continue;
        if (route->inner.kind != VALUE_NONE)
            note_order(travel, route->inner);
        else if (travel->order_count < sizeof travel->order / sizeof *travel->order)
            travel->order[travel->order_count++] = route;
    }
}

static bool travel_list(struct travel *travel, struct value routes, const struct place *outer) {
    struct reverse_result *result = travel->result;
    const struct list *list = list_of(routes);
    for (size_t i = 0; list && i < list->count; i++) {
        struct place place = {(const struct route *)list->items[i].object, outer};
        if (!is_route(list->items[i])) continue;
        if (place.route->inner.kind != VALUE_NONE) {
            if (!travel_list(travel, place.route->inner, &place)) return false;
            continue;
        }
        if (place.route->name.kind != VALUE_TEXT || result->count == TRIPS_MOST) continue;
        struct trip *trip = &result->trips[result->count++];
        if (!take_trip(travel, &place, trip)) return false;
        trip->event = tape_length(travel->stage->tape);
        head_point(&travel->stage->head, TAPE_MARK, trip->name, trip->end == TRIP_BACK);
        result->ends[trip->end]++;
    }
    return true;
}

/* ---- asked wrongly ------------------------------------------------------------------------ */

/* Asks, and holds what is raised against Django's text: equal up to the end of `text`. */
static bool ask_wrongly(struct travel *travel, const struct reverse_call *call, const char *type,
                        const char *text) {
    struct wrong *wrong = &travel->result->wrong;
    if (!text) return fault_no_memory(travel->runtime.fault);
    struct fault *fault = travel->runtime.fault;
    const char *path = resolver_reverse(&travel->runtime, travel->result->site.resolver, call);
    wrong->asked++;
    wrong->as_django +=
        !path && fault_is(fault, type) && strncmp(fault->message, text, strlen(text)) == 0;
    wrong->shown = path ? path : fault->message;
    bool stop = fault_is(fault, "MemoryError") || fault_is(fault, "Cancelled");
    if (!stop) fault_clear(fault);
    return !stop;
}

/* A number no int converter takes, for the first trip that came back and has an int. */
static bool ask_with_a_wrong_value(struct travel *travel, const struct route *route,
                                   const char *name) {
    struct runtime *runtime = &travel->runtime;
    struct dict *kwargs = dict_new(runtime);
    const struct parameter *parameter = &route->pattern.parameters[0];
    if (!kwargs || !dict_set(runtime, kwargs, value_text(parameter->name), value_int(-1)))
        return false;
    struct reverse_call call = {.name = value_text(name), .kwargs = kwargs};
    return ask_wrongly(travel, &call, "NoReverseMatch",
                       arena_format(runtime->arena,
                                    "Reverse for '%s' with keyword arguments '{'%s': -1}' not "
                                    "found. ",
                                    name, parameter->name));
}

static bool ask_all_wrongly(struct travel *travel) {
    struct runtime *runtime = &travel->runtime;
    struct reverse_call nobody = {.name = value_text("no-such-name")};
    if (!ask_wrongly(travel, &nobody, "NoReverseMatch",
                     "Reverse for 'no-such-name' not found. 'no-such-name' is not a valid view "
                     "function or pattern name."))
        return false;
    struct list *args = list_new(runtime, &list_type, 1);
    struct dict *kwargs = dict_new(runtime);
    if (!args || !kwargs || !list_append(runtime, args, value_int(1)) ||
        !dict_set(runtime, kwargs, value_text("pk"), value_int(1)))
        return false;
    struct reverse_call both = {.name = value_text("home"), .args = args, .kwargs = kwargs};
    if (!ask_wrongly(travel, &both, "ValueError",
                     "Don't mix *args and **kwargs in call to reverse()!"))
        return false;
    for (size_t i = 0; i < travel->order_count; i++) {
        const struct route *route = travel->order[i];
        bool fits = route->name.kind == VALUE_TEXT && route->pattern.count == 1 &&
                    route->pattern.parameters[0].converter == CONVERTER_INT && !route->extra;
        /* reachable without a namespace: its full name is its own */
        for (size_t j = 0; fits && j < travel->result->count; j++)
            if (strcmp(travel->result->trips[j].name, route->name.text) == 0 &&
                travel->result->trips[j].end != TRIP_LOST)
                return ask_with_a_wrong_value(travel, route, route->name.text);
    }
    return true;
}

bool reverse_run(struct stage *stage) {
    struct reverse_result *result = arena_alloc(&stage->arena, sizeof *result);
    struct travel *travel = arena_alloc(&stage->arena, sizeof *travel);
    if (!result || !travel) return fault_no_memory(&stage->fault);
    stage->result = result;
    if (!day2_run_listing(stage, &result->site)) return false;
    if (!result->site.resolver) return true; /* the listing asked nothing */
    travel->stage = stage;
    travel->result = result;
    travel->runtime = day2_silent(stage, &travel->silent);
    note_order(travel, result->site.urlpatterns);
    return travel_list(travel, result->site.urlpatterns, NULL) && ask_all_wrongly(travel);
}

bool reverse_answer(struct stage *stage, double *number, size_t order[ORDER_MOST]) {
    (void)order;
    const struct reverse_result *result = stage->result;
    if (!result || result->count == 0) return false;
    *number = (double)result->ends[TRIP_BACK];
    return true;
}

/* ---- claims ------------------------------------------------------------------------------- */

void reverse_check_back(struct stage *stage, struct verdict *verdict) {
    const struct reverse_result *result = stage->result;
    size_t back = result->ends[TRIP_BACK], shadowed = result->ends[TRIP_SHADOWED];
    size_t namesakes = result->ends[TRIP_NAMESAKE], lost = result->ends[TRIP_LOST];
    verdict->applies = result->count > 0;
    verdict->holds = lost == 0;
    verdict_number(verdict, "routes", (double)result->count);
    verdict_number(verdict, "back", (double)back);
    verdict_number(verdict, "shadowed", (double)shadowed);
    verdict_number(verdict, "namesakes", (double)namesakes);
    verdict_number(verdict, "lost", (double)lost);
    verdict_show(stage, verdict,
                 "%zu routes: %zu came back, %zu taken by a route above%s, %zu lost", result->count,
                 back, shadowed, namesakes ? ", some built as a route of the same name" : "", lost);
}

void reverse_check_errors(struct stage *stage, struct verdict *verdict) {
    const struct wrong *wrong = &((const struct reverse_result *)stage->result)->wrong;
    verdict->applies = wrong->asked > 0;
    verdict->holds = wrong->as_django == wrong->asked;
    verdict_number(verdict, "asked", (double)wrong->asked);
    verdict_number(verdict, "as_django", (double)wrong->as_django);
    verdict_show(stage, verdict, "%zu of %zu in Django's words; the last: %s", wrong->as_django,
                 wrong->asked, wrong->shown ? wrong->shown : "none");
}

/* ---- figures ------------------------------------------------------------------------------ */

static const char *const end_words[] = {
    [TRIP_BACK] = "back",
    [TRIP_SHADOWED] = "taken by a route above",
    [TRIP_NAMESAKE] = "another of this name",
    [TRIP_LOST] = "lost",
};

static bool draw_trips(const struct stage *stage, struct cut cut, struct figures *figures) {
    static const struct figure_column columns[] = {{"name", ALIGN_LEFT},
                                                   {"kwargs", ALIGN_LEFT},
                                                   {"path", ALIGN_LEFT},
                                                   {"resolves to", ALIGN_LEFT},
                                                   {"", ALIGN_LEFT}};
    enum { CELLS = sizeof columns / sizeof *columns };
    const struct reverse_result *result = stage->result;
    struct figure *figure = figures_add(figures, FIGURE_TABLE, "out and back");
    if (!figure || !result) return true;
    const char **cells = arena_array(figures->arena, CELLS * result->count + 1, sizeof *cells);
    if (!cells) return false;
    size_t rows = 0;
    for (; rows < result->count && result->trips[rows].event < cut.upto; rows++) {
        const struct trip *trip = &result->trips[rows];
        const char **row = cells + CELLS * rows;
        row[0] = trip->name;
        row[1] = trip->arguments;
        row[2] = trip->path;
        row[3] = trip->taken_by;
        row[4] = end_words[trip->end];
    }
    figure->table.columns = columns;
    figure->table.column_count = CELLS;
    figure->table.cells = cells;
    figure->table.row_count = rows;
    figure->note = "each named route, with arguments made up for its parameters";
    return true;
}

bool reverse_draw(const struct stage *stage, struct cut cut, struct figures *figures) {
    return stage_draw_listing(stage, cut, figures) && draw_trips(stage, cut, figures);
}
