/* routing - see routing.h. */
#include "engine/middleware/routing.h"

#include <string.h>

static bool resolve(const struct urlconf *urlconf, struct runtime *runtime,
                    struct request *request) {
    const struct resolver *resolver = urlconf->context;
    struct route_match *match = arena_alloc(request->arena, sizeof *match);
    if (!match) return fault_no_memory(runtime->fault);
    size_t length = strlen(request->path);
    bool found = false;
    if (!resolver_resolve(runtime, resolver, request->path, length, match, &found)) return false;
    if (!found) return resolver_raise_404(runtime, resolver, request->path, length);
    struct value view = match->found->view;
    if (!object_is(view, &view_type))
        return fault_raise(runtime->fault, "NotSupported", "a %s as a view", value_type_name(view));
    request->view = (const struct view *)view.object;
    request->resolver_match = match;
    return true;
}

struct urlconf routing_urlconf(const struct resolver *resolver) {
    return (struct urlconf){resolve, resolver};
}

/* A value holds what it points to without const; nothing writes to a view. */
struct route *routing_route(struct runtime *runtime, const char *route, const struct view *view,
                            const char *name) {
    struct object *object = (struct object *)(uintptr_t)&view->base;
    struct route_parts parts = {.route = route,
                                .length = strlen(route),
                                .view = value_object(object),
                                .name = name,
                                .inner = value_none()};
    return route_new(runtime, &parts);
}
