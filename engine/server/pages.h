/* pages - a site of a few pages, each at one exact path: what the servers' demos and tests serve.
 *
 * Its urlconf tries the paths in order and records each as a PATTERN, like Django's resolver, which
 * stands in engine/urls and can do much more. */
#ifndef ENGINE_SERVER_PAGES_H
#define ENGINE_SERVER_PAGES_H

#include "engine/middleware/chain.h"

struct page {
    const char *path; /* "/articles/" */
    struct view view;
};

struct pages {
    const struct page *list;
    size_t count;
};

/* The urlconf of a few pages, which are borrowed. */
struct urlconf pages_urlconf(const struct pages *pages);

/* ---- a view that works -------------------------------------------------------------------- */

/* First it waits, as for a database; then it computes. */
struct work {
    uint64_t wait_ns;
    uint64_t cpu_ns; /* on the CPU clock of its thread: what other programs take does not count */
};

/* A view that does `work` and answers 200 "done". It carries the number of a request "?n=17" back
 * in X-Request, as a load generator wants it. */
struct view view_working(const char *name, const struct work *asked);

#endif
