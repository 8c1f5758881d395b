/* routing - a chain's urlconf, made of real routes: what stands between the innermost boundary and
 * the views.
 *
 * Mirrors BaseHandler.resolve_request. */
#ifndef ENGINE_MIDDLEWARE_ROUTING_H
#define ENGINE_MIDDLEWARE_ROUTING_H

#include "engine/middleware/chain.h"
#include "engine/urls/resolver.h"

/* The resolver is borrowed; several threads may share it. Its routes lead to views (struct view); a
 * path that fits none raises Resolver404, which the boundary makes a 404 of. Where a route leads to
 * something else, the request ends with NotSupported. */
struct urlconf routing_urlconf(const struct resolver *resolver);

/* A route to a view, by name, in the runtime's arena; NULL: fault. Both texts are borrowed. */
struct route *routing_route(struct runtime *runtime, const char *route, const struct view *view,
                            const char *name);

#endif
