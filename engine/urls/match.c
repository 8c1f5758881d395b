/* match - what resolve() answers, built from the steps of a walk. See level.h. */
#include <string.h>

#include "engine/urls/level.h"

/* The steps of a walk, outermost first. */
struct steps {
    const struct step *list[LEVELS_MOST + 1];
    size_t count;
};

static struct steps line_up(const struct step *leaf) {
    struct steps steps = {0};
    for (const struct step *step = leaf; step; step = step->outer) steps.count++;
    size_t at = steps.count;
    for (const struct step *step = leaf; step; step = step->outer) steps.list[--at] = step;
    return steps;
}

bool step_fits(const struct step *step) {
    const struct pattern *pattern = &step->route->pattern;
    for (size_t i = 0; i < pattern->count; i++)
        if (!converter_fits(pattern->parameters[i].converter,
                            step->spans[i].to - step->spans[i].from))
            return false;
    return true;
}

/* ---- kwargs ------------------------------------------------------------------------------- */

/* dict.update() with one key: a key that is there keeps its place and gets the new value. */
static void put(struct keyword *kwargs, size_t *count, const char *name, struct value value) {
    size_t i = 0;
    while (i < *count && strcmp(kwargs[i].name, name) != 0) i++;
    kwargs[i] = (struct keyword){name, value};
    if (i == *count) (*count)++;
}

static bool put_captured(struct runtime *runtime, const struct step *step, struct keyword *kwargs,
                         size_t *count) {
    const struct pattern *pattern = &step->route->pattern;
    for (size_t i = 0; i < pattern->count; i++) {
        const struct parameter *parameter = &pattern->parameters[i];
        struct span span = step->spans[i];
        struct value value;
        if (!converter_to_python(parameter->converter, runtime->arena, step->path + span.from,
                                 span.to - span.from, &value))
            return fault_no_memory(runtime->fault);
        put(kwargs, count, parameter->name, value);
    }
    return true;
}

static bool put_extra(struct runtime *runtime, const struct dict *extra, struct keyword *kwargs,
                      size_t *count) {
    for (size_t i = 0; extra && i < extra->count; i++) {
        if (extra->entries[i].key.kind != VALUE_TEXT)
            return fault_raise(runtime->fault, "NotSupported",
                               "a key of path()'s extra arguments that is no str");
        put(kwargs, count, extra->entries[i].key.text, extra->entries[i].value);
    }
    return true;
}

/* From the outside in, what a route captured, then what its third argument adds; later ones win. */
static bool build_kwargs(struct runtime *runtime, const struct steps *steps,
                         struct route_match *match) {
    size_t most = 0;
    for (size_t i = 0; i < steps->count; i++) {
        const struct route *route = steps->list[i]->route;
        most += route->pattern.count + (route->extra ? route->extra->count : 0);
    }
    match->kwarg_count = 0;
    match->kwargs = NULL;
    if (most == 0) return true;
    struct keyword *kwargs = arena_array(runtime->arena, most, sizeof *kwargs);
    if (!kwargs) return fault_no_memory(runtime->fault);
    match->kwargs = kwargs;
    for (size_t i = 0; i < steps->count; i++)
        if (!put_captured(runtime, steps->list[i], kwargs, &match->kwarg_count) ||
            !put_extra(runtime, steps->list[i]->route->extra, kwargs, &match->kwarg_count))
            return false;
    return true;
}

/* ---- texts -------------------------------------------------------------------------------- */

/* URLResolver._join_route: a "^" at the beginning of the inner route is dropped, unless the outer
 * one is empty. Django does so for regular expressions, and does not ask whether this is one. */
static const char *join_routes(struct runtime *runtime, const struct steps *steps) {
    const char *joined = steps->list[steps->count - 1]->route->pattern.route;
    for (size_t i = steps->count - 1; i > 0 && joined; i--) {
        const struct pattern *outer = &steps->list[i - 1]->route->pattern;
        if (outer->route_length == 0) continue;
        if (*joined == '^') joined++;
        joined = arena_format(runtime->arena, "%s%s", outer->route, joined);
    }
    return joined;
}

static const char *app_name_of(const struct route *route) {
    return route->app_name;
}

static const char *instance_of(const struct route *route) {
    return route->instance;
}

/* The names that are there, joined by ":"; "" where there are none. */
static const char *join_names(struct runtime *runtime, const struct steps *steps,
                              const char *(*name_of)(const struct route *)) {
    const char *joined = "";
    for (size_t i = 0; i < steps->count && joined; i++) {
        const char *name = name_of(steps->list[i]->route);
        if (!name || !*name) continue;
        joined = *joined ? arena_format(runtime->arena, "%s:%s", joined, name) : name;
    }
    return joined;
}

/* The route's name, or else the view's, behind the namespaces. */
static const char *view_name(struct runtime *runtime, const struct route *route,
                             const char *namespaces) {
    bool named = route->name.kind == VALUE_TEXT && route->name.length;
    const char *name = named ? route->name.text : route_view_name(runtime, route->view);
    if (!name || !*namespaces) return name;
    return arena_format(runtime->arena, "%s:%s", namespaces, name);
}

bool match_build(struct runtime *runtime, const struct step *leaf, struct route_match *match) {
    struct steps steps = line_up(leaf);
    match->found = leaf->route;
    if (!build_kwargs(runtime, &steps, match)) return false;
    match->route = join_routes(runtime, &steps);
    match->namespaces = join_names(runtime, &steps, instance_of);
    match->app_names = join_names(runtime, &steps, app_name_of);
    if (!match->route || !match->namespaces || !match->app_names)
        return fault_no_memory(runtime->fault);
    match->view_name = view_name(runtime, leaf->route, match->namespaces);
    return match->view_name || fault_no_memory(runtime->fault);
}
