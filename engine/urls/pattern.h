/* pattern - one route, such as "articles/<int:pk>/", and what it matches.
 *
 * Mirrors django.urls.resolvers.RoutePattern and django.urls.converters. There is no regular
 * expression engine here: Django's own are all of one shape, so a route becomes a row of pieces,
 *
 *     articles/<int:pk>/<slug:s>.html
 *     literal "articles/"  int pk  literal "/"  slug s  literal ".html"
 *
 * and is matched as the regular expression would match: converters take as much as they can and
 * give back what the rest needs. */
#ifndef ENGINE_URLS_PATTERN_H
#define ENGINE_URLS_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/text.h"
#include "engine/object/object.h"

enum converter {
    CONVERTER_STR,
    CONVERTER_INT,
    CONVERTER_SLUG,
    CONVERTER_UUID,
    CONVERTER_PATH,
    CONVERTER_COUNT
};

/* More placeholders than this in one route, or in one chain of includes, are NotSupported. */
enum { PATTERN_PARAMETERS = 64 };

/* A placeholder and the literal text behind it. */
struct parameter {
    const char *name;
    enum converter converter;
    const char *literal; /* what follows, up to the next placeholder or the end */
    size_t length;       /* of literal, in bytes */
};

struct pattern {
    const char *route; /* as written; NUL-terminated, in the arena */
    size_t route_length;
    const char *literal; /* what stands before the first placeholder */
    size_t length;       /* of literal, in bytes */
    const struct parameter *parameters;
    size_t count;
    bool endpoint;      /* must match to the end of the path; false: a prefix, for include() */
    const char *broken; /* what re.compile would say of a repeated name; NULL for none */
};

/* Where a placeholder matched: bytes from..to of the path. */
struct span {
    size_t from, to;
};

/* Reads a route. False: ImproperlyConfigured, with Django's text, or NotSupported. */
bool pattern_read(struct runtime *, struct pattern *, const char *route, size_t length,
                  bool endpoint);

/* Matches the beginning of a path, as re.search("^...") does. On true, spans[i] is what
 * parameters[i] took and *end is how far the match went. Takes time in proportion to length times
 * parameters at most. */
bool pattern_match(const struct pattern *, const char *path, size_t length, struct span *spans,
                   size_t *end);

/* to_python(): the typed value of a captured text, in the arena. *fits = false where Python raises
 * ValueError, and the route then does not match. False: no memory. */
bool converter_to_python(enum converter, struct arena *, const char *text, size_t length,
                         struct value *value, bool *fits);

/* Adds the regular expression Django would make, without the "^". */
void pattern_add_regex(const struct pattern *, struct text *);

/* The class of characters: "[0-9]+". */
const char *converter_regex(enum converter);

#endif
