/* quote - the last two steps of reverse(): Python's % operator and percent-encoding. */
#ifndef ENGINE_URLS_QUOTE_H
#define ENGINE_URLS_QUOTE_H

#include "engine/base/text.h"
#include "engine/object/object.h"

/* template % texts, for a template of "%(name)s" and whatever a route may hold. Raises what Python
 * does for a stray "%". NULL: fault. */
const char *percent_fill(struct runtime *, const char *template, const struct dict *texts);

/* A path as a URL: UTF-8, percent-encoded but for what RFC 3986 allows in a path. "//" at the
 * beginning, which would be read as a host, becomes "/%2F". NULL: no memory. */
const char *quote_path(struct arena *, const char *path);

#endif
