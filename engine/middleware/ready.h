/* ready - layers that are ready to use, by their dotted paths: what MIDDLEWARE can name.
 *
 *     django.middleware.security.SecurityMiddleware       and the six others of startproject
 *     blog.middleware.ApiKeyMiddleware                    403 without the right X-Api-Key
 *     blog.middleware.RateLimitMiddleware                 429 from an empty bucket
 *     blog.middleware.TimingMiddleware, RequestLogMiddleware, VisitorMiddleware
 *
 * Django's own are simplified: each does its part of the request cycle that the lessons show
 * (headers set, session key read from the cookie, user known or not, CSRF token asked for) and
 * nothing behind it (no session store, no login). Order of calls: ready_make, perhaps another
 * state than the usual, chain_build. */
#ifndef ENGINE_MIDDLEWARE_READY_H
#define ENGINE_MIDDLEWARE_READY_H

#include "engine/middleware/bucket.h"
#include "engine/middleware/chain.h"

/* Makes the layer that a dotted path names, with its usual state. False with Django's errors: "X
 * doesn't look like a module path", "No module named 'x'", "Module "x" does not define a "Y"
 * attribute/class"; NotSupported for one of Django's that is not among these. */
bool ready_make(struct runtime *runtime, const char *path, struct layer *layer);

/* The known paths one by one; NULL behind the last. */
const char *ready_path(size_t index);

/* ---- states that a caller may put in the place of the usual one --------------------------- */

/* ApiKeyMiddleware. Usually one key, "k3y". */
struct api_keys {
    const char *const *keys;
    size_t count;
};

/* RateLimitMiddleware. Usually 10 tokens, 5 a second, on the monotonic clock. */
struct rate_limit {
    struct bucket bucket;
    const uint64_t *now_ns; /* a clock that the caller drives; NULL: the monotonic clock */
};

/* VisitorMiddleware: a query before every request, as a layer does that looks up who is there. */
struct visitor_query {
    const char *sql;
};

#endif
