/* resolver - from a path to a view, and from a name back to a path.
 *
 * Mirrors django.urls.resolvers (URLPattern, URLResolver) and django.urls.base.reverse.
 * A urlconf is a list of routes. A route is what path() returns: a pattern with a view and perhaps
 * a name behind it, or with an inner list of routes, which is what include() makes.
 *
 *     urlpatterns    [ route "about/"    view about
 *                      route "blog/"     inner -----> [ route ""            view index
 *                      route "contact/"  view contact   route "<int:year>/" view year ] ]
 *
 * Order of calls: route_new for each path(); resolver_new once the list is whole; then
 * resolver_resolve and resolver_reverse as often as wanted. Resolving changes nothing, so several
 * threads may share a resolver for that, each with its own runtime; reversing may not be shared.
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

/* One path(). An object, so that a list can hold it: of url_pattern_type, or with an inner list, of
 * url_resolver_type. */
struct route {
    struct object base;
    struct pattern pattern;
    struct value view;        /* what the match hands out; of an include VALUE_NONE */
    struct value name;        /* VALUE_NONE for none */
    const struct dict *extra; /* path()'s third argument; NULL for none */
    struct value inner;       /* of an include: the list; it may still grow until resolver_new */
    const char *app_name;     /* of an include; NULL for none */
    const char *instance;     /* its instance namespace; NULL for none */
};

extern const struct object_type url_pattern_type, url_resolver_type;

/* What path() is given. */
struct route_parts {
    const char *route; /* length bytes; copied */
    size_t length;
    struct value view;        /* or VALUE_NONE, and then inner */
    const char *name;         /* NULL for none; kept, not copied; so are the others */
    const struct dict *extra; /* NULL for none */
    struct value inner;       /* a list or tuple of routes */
    const char *app_name, *instance;
};

/* Makes a route in the runtime's arena. NULL: fault (ImproperlyConfigured for a bad route). */
struct route *route_new(struct runtime *, const struct route_parts *);

/* The name a view goes by where its route has none, its __name__; and the same behind its module:
 * "blog.views.year". Borrowed from the view or the arena; NULL: fault. */
const char *route_view_name(struct runtime *, struct value view);
const char *route_view_path(struct runtime *, struct value view);

struct resolver;

/* What resolving found (django.urls.ResolverMatch). In the arena of the runtime that resolved; the
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

/* The resolver of a whole urlconf, a list or tuple of routes, in the runtime's arena. What is wrong
 * with an entry is raised when the walk comes to it, as in Django. NULL: fault. */
struct resolver *resolver_new(struct runtime *, struct value urlpatterns);

/* False once a list has changed since the resolver was made of it: make another one. */
bool resolver_is_current(const struct resolver *);

/* Resolves a path: decoded, without query string, beginning with "/". *found = false and no fault
 * when nothing fits (match->tried is then set): Django raises Resolver404 there. Returns false on
 * a fault only. */
bool resolver_resolve(struct runtime *, const struct resolver *, const char *path, size_t length,
                      struct route_match *match, bool *found);

/* Raises Resolver404 with Django's text for a path that was not found. Always returns false. */
bool resolver_raise_404(struct runtime *, const struct resolver *, const char *path, size_t length);

/* What reverse() is asked. */
struct reverse_call {
    struct value name;         /* "article" or "blog:article", or a view */
    const char *current_app;   /* NULL for none */
    const struct list *args;   /* NULL for none; args and kwargs at once is a ValueError */
    const struct dict *kwargs; /* NULL for none */
};

/* The path, percent-quoted, in the runtime's arena. NULL: fault (NoReverseMatch and others). */
const char *resolver_reverse(struct runtime *, struct resolver *, const struct reverse_call *);

#endif
