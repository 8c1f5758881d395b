/* route - what path() returns, as an object of a listing. See resolver.h. */
#include <assert.h>
#include <string.h>

#include "engine/urls/resolver.h"

struct route *route_new(struct runtime *runtime, const struct route_parts *parts) {
    struct route *route = arena_alloc(runtime->arena, sizeof *route);
    if (!route) return fault_no_memory(runtime->fault), NULL;
    bool include = parts->inner.kind != VALUE_NONE;
    *route = (struct route){
        .base.type = include ? &url_resolver_type : &url_pattern_type,
        .view = parts->view,
        .name = parts->name ? value_text(parts->name) : value_none(),
        .extra = parts->extra && parts->extra->count ? parts->extra : NULL,
        .inner = parts->inner,
        .app_name = parts->app_name,
        .instance = parts->instance,
    };
    if (!pattern_read(runtime, &route->pattern, parts->route, parts->length, !include)) return NULL;
    return route;
}

/* A str among a view's attributes; NULL where it has no such one. */
static const char *text_attribute(struct runtime *runtime, struct value view, const char *name) {
    struct value value;
    bool found = false;
    if (!object_find_attribute(runtime, view, name, &value, &found)) return NULL;
    return found && value.kind == VALUE_TEXT ? value.text : NULL;
}

const char *route_view_name(struct runtime *runtime, struct value view) {
    const char *name = text_attribute(runtime, view, "__name__");
    if (fault_raised(runtime->fault)) return NULL;
    return name ? name : value_type_name(view);
}

const char *route_view_path(struct runtime *runtime, struct value view) {
    const char *name = route_view_name(runtime, view);
    const char *module = name ? text_attribute(runtime, view, "__module__") : NULL;
    if (!module) return name;
    const char *path = arena_format(runtime->arena, "%s.%s", module, name);
    if (!path) fault_no_memory(runtime->fault);
    return path;
}

/* ---- as an object ------------------------------------------------------------------------- */

/* describe(): 'int/<int:n>/' [name='int'] */
static const char *describe(struct runtime *runtime, const struct route *route) {
    if (route->name.kind == VALUE_NONE || (route->name.kind == VALUE_TEXT && !route->name.length))
        return arena_format(runtime->arena, "'%s'", route->pattern.route);
    const char *name = object_str(runtime, route->name);
    if (!name) return NULL;
    return arena_format(runtime->arena, "'%s' [name='%s']", route->pattern.route, name);
}

static const char *pattern_repr(struct runtime *runtime, struct object *self) {
    const char *text = describe(runtime, (const struct route *)self);
    const char *repr = text ? arena_format(runtime->arena, "<URLPattern %s>", text) : NULL;
    if (!repr) fault_no_memory(runtime->fault);
    return repr;
}

/* A list that is not empty is shown by the type of its first entry: <URLPattern list>. */
static const char *show_inner(struct runtime *runtime, struct value inner) {
    const struct list *list = (const struct list *)inner.object;
    if (!object_is(inner, &list_type) || list->count == 0) return object_repr(runtime, inner);
    return arena_format(runtime->arena, "<%s list>", value_type_name(list->items[0]));
}

static const char *resolver_repr(struct runtime *runtime, struct object *self) {
    const struct route *route = (const struct route *)self;
    const char *inner = show_inner(runtime, route->inner);
    const char *text = inner ? describe(runtime, route) : NULL;
    const char *repr = NULL;
    if (text)
        repr = arena_format(runtime->arena, "<URLResolver %s (%s:%s) %s>", inner,
                            route->app_name ? route->app_name : "None",
                            route->instance ? route->instance : "None", text);
    if (!repr) fault_no_memory(runtime->fault);
    return repr;
}

static bool get_attribute(struct runtime *runtime, struct object *self, const char *name,
                          struct value *result, bool *found) {
    const struct route *route = (const struct route *)self;
    *found = true;
    if (strcmp(name, "name") == 0 && self->type == &url_pattern_type)
        return *result = route->name, true;
    if (strcmp(name, "callback") == 0 && self->type == &url_pattern_type)
        return *result = route->view, true;
    *found = false;
    return fault_raise(runtime->fault, "NotSupported", "%s.%s", self->type->name, name);
}

static void visit(struct object *self, void (*each)(void *, struct value), void *context) {
    const struct route *route = (const struct route *)self;
    each(context, route->view);
    each(context, route->inner);
    if (route->extra) each(context, value_object((struct object *)(uintptr_t)&route->extra->base));
}

const struct object_type url_pattern_type = {
    .name = "URLPattern", .get_attribute = get_attribute, .repr = pattern_repr, .visit = visit};
const struct object_type url_resolver_type = {
    .name = "URLResolver", .get_attribute = get_attribute, .repr = resolver_repr, .visit = visit};
