/* pattern - one route, such as "articles/<int:pk>/", and what it matches.
 *
 * Mirrors django.urls.resolvers.RoutePattern. There is no regular expression engine here: those
 * that Django makes of routes are all of one shape, so a route becomes a row of pieces,
 *
 *     articles/<int:pk>/<slug:name>.html
 *
 *     literal        parameters[0]            parameters[1]
 *     "articles/"    pk int, then "/"         name slug, then ".html"
 *
 * and is matched as the regular expression would match it: a converter takes as much as it can and
 * gives back what the rest needs.
 *
 * Order of calls: pattern_read once, then pattern_match for each path. */
#ifndef ENGINE_URLS_PATTERN_H
#define ENGINE_URLS_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/text.h"
#include "engine/object/object.h"
#include "engine/urls/converter.h"

/* More placeholders than this, in one route or in a chain of includes, are NotSupported. */
enum { PATTERN_PARAMETERS = 64 };

/* A placeholder and the literal text behind it. */
struct parameter {
    const char *name;
    enum converter converter;
    const char *literal; /* up to the next placeholder or the end; not NUL-terminated */
    size_t length;       /* of literal, in bytes */
};

struct pattern {
    const char *route; /* as written; NUL-terminated, in the arena */
    size_t route_length;
    size_t length; /* bytes of route before the first placeholder: its literal beginning */
    const struct parameter *parameters;
    size_t count;
    bool endpoint;      /* must match to the end of the path; false: a prefix, for include() */
    const char *broken; /* what Python's re would say of a name used twice; NULL for none */
};

/* Where a placeholder matched: bytes from..to of the path. */
struct span {
    size_t from, to;
};

/* Reads a route. False: fault ImproperlyConfigured, with Django's text, or NotSupported. */
bool pattern_read(struct runtime *, struct pattern *, const char *route, size_t length,
                  bool endpoint);

/* Matches the beginning of a path, as re.search("^...") does. On true, spans[i] is what
 * parameters[i] took and *end is how far the match went. Takes time in proportion to length times
 * parameters at most, however much has to be given back. */
bool pattern_match(const struct pattern *, const char *path, size_t length, struct span *spans,
                   size_t *end);

/* The same for a chain of patterns read as one regular expression, as reverse() does with the
 * routes of nested includes: joins them into one pattern. False: no memory, or NotSupported. */
bool pattern_join(struct runtime *, const struct pattern *const *chain, size_t count,
                  struct pattern *joined);

/* Adds the regular expression that Django would make of it, without the "^". */
void pattern_add_regex(const struct pattern *, struct text *);

/* What re.compile raises for "^" `before` and the pattern's expression, where a name is used twice:
 * "redefinition of group name 'id' as group 2; was group 1 at position 28". NULL in *message where
 * no name is. False: no memory. */
bool pattern_redefinition(struct runtime *, const struct pattern *, const char *before,
                          const char **message);

#endif
