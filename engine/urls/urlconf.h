/* urlconf - a resolver as the middleware chain asks it: from a request to its view.
 *
 * Mirrors BaseHandler.resolve_request. Several threads may share one. */
#ifndef ENGINE_URLS_URLCONF_H
#define ENGINE_URLS_URLCONF_H

#include "engine/middleware/chain.h"
#include "engine/urls/resolver.h"

/* The urlconf of a resolver whose routes lead to views (struct view). The resolver is borrowed. */
struct urlconf urlconf_of(const struct resolver *resolver);

/* A route to a view, by name, in the runtime's arena; NULL: fault. Both texts are borrowed. */
struct route *urlconf_route(struct runtime *runtime, const char *route, const struct view *view,
                            const char *name);

#endif
