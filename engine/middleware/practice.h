/* practice - the site on which middleware is tried out: two views and nothing else.
 *
 *     /ok/            view_ok      200 "ok"
 *     /raise/TYPE/    view_raises  raises TYPE("from the view")
 *     anything else                404
 *
 * What Django's own test suite calls a urlconf for tests. */
#ifndef ENGINE_MIDDLEWARE_PRACTICE_H
#define ENGINE_MIDDLEWARE_PRACTICE_H

#include "engine/middleware/chain.h"

extern const struct urlconf practice_urlconf;

#endif
