/* resolver - from a path to a view, and from a name back to a path.
 *
 * Mirrors django.urls.resolvers (URLPattern, URLResolver) and django.urls.base.reverse.
 * A urlconf is a list of routes. A route is what path() returns: a pattern (engine/urls/pattern.h)
 * with a view and perhaps a name behind it, or with an inner list of routes, which is include().
 *
 * Order of calls: route_new for each path(); resolver_new once the list is whole; then
 * resolver_resolve and resolver_reverse as often as wanted, from one thread at a time.
 *
 * Every pattern tried is recorded: a POINT of kind PATTERN whose subject is the route and whose
 * amount is 1 when it matched; an include whose prefix matches is a span around what was tried
 * inside it. With a head without a tape the walk is silent, and fast. */
#ifndef ENGINE_URLS_RESOLVER_H
#define ENGINE_URLS_RESOLVER_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/object/object.h"
#include "engine/urls/pattern.h"

struct routes;

/* One path(). An object, so that listings can hold it; its type is &url_pattern_type or, with an
 * inner list, &url_resolver_type. Everything is borrowed and must live as long as the resolver. */
struct route {
    struct object base;
    struct pattern pattern;
    struct value view;          /* what the match hands out; VALUE_NONE for an include */
    const char *name;           /* NULL for none */
    const struct dict *extra;   /* path()'s third argument; NULL for none */
    const struct routes *inner; /* of an include, else NULL */
    const char *app_name;       /* of an include; NULL for none */
    const char *instance;       /* its namespace; NULL for none */
};

extern const struct object_type url_pattern_type, url_resolver_type;

/* A list of routes, in the order they are tried. */
struct routes {
    struct route *const *items;
    size_t count;
};

/* What path() is given, for route_new. text need not be NUL-terminated. */
struct route_parts {
    const char *text;
    size_t length;
    struct value view;
    const char *name;
    const struct dict *extra;
    const struct routes *inner;
    const char *app_name, *instance;
};

/* Makes a route in the runtime's arena. NULL: fault (ImproperlyConfigured for a bad route). */
struct route *route_new(struct runtime *, const struct route_parts *);

struct resolver;

/* What resolve() found (django.urls.ResolverMatch). In the arena of the runtime that resolved; the
 * request keeps it as request->resolver_match (engine/http/message.h). */
struct route_match {
    const struct route *found;          /* its view is found->view */
    const char *view_name;              /* "blog:article"; without a name, the view's own */
    const char *route;                  /* "blog/<int:year>/": the routes joined */
    const char *namespaces, *app_names; /* joined by ":"; "" for none */
    const struct keyword *kwargs;       /* captured and extra, in Django's order */
    size_t kwarg_count;
    size_t tried; /* len(match.tried): chains of patterns, the matching one included */
};

/* The resolver of a whole urlconf, in the runtime's arena. NULL: fault. */
struct resolver *resolver_new(struct runtime *, const struct routes *);

/* Resolves a path: decoded, without query string, beginning with "/". *found = false and no fault
 * when nothing fits (match->tried is then set): Django raises Resolver404 there. Returns false on
 * a fault only. */
bool resolver_resolve(struct runtime *, const struct resolver *, const char *path, size_t length,
                      struct route_match *match, bool *found);

/* Raises Resolver404 with Django's text for a path that was not found. Always returns false. */
bool resolver_raise_404(struct runtime *, const struct resolver *, const char *path, size_t length);

/* What reverse() is asked: positional arguments or keywords, not both. */
struct reverse_call {
    const char *name;        /* "article" or "blog:article" */
    const char *current_app; /* NULL for none */
    struct arguments arguments;
};

/* The path, percent-quoted, in the runtime's arena. NULL: fault (NoReverseMatch and friends). */
const char *resolver_reverse(struct runtime *, struct resolver *, const struct reverse_call *);

#endif
