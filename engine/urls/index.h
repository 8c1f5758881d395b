/* index - a urlconf as a radix tree: the answer of the flat walk, without walking. Beyond Django.
 *
 * The routes are flattened (an include's prefix stands before each of its routes) and filed under
 * their literal beginnings:
 *
 *     articles/              0     (root) -- articles/  [0] -- new/  [1]
 *     articles/new/          1            |             [2, 3]
 *     articles/<slug:s>/     2            `- blog/  [4]
 *     articles/<int:pk>/     3
 *     blog/                  4
 *
 * A path goes down the tree as far as its bytes lead. Only routes filed on the way can match; of
 * those that do, the one that stands first in the list wins, as in the flat walk.
 *
 * Order of calls: index_new, then index_resolve as often as wanted; the resolver must live on. */
#ifndef ENGINE_URLS_INDEX_H
#define ENGINE_URLS_INDEX_H

#include "engine/urls/resolver.h"

struct url_index;

/* Files all routes of a resolver, in the runtime's arena. NULL: fault; NotSupported for a urlconf
 * with something wrong in it, since only a walk can tell who would come to see that. */
struct url_index *index_new(struct runtime *, const struct resolver *);

/* As resolver_resolve, but for match->tried: the routes looked at here. */
bool index_resolve(struct runtime *, const struct url_index *, const char *path, size_t length,
                   struct route_match *match, bool *found);

/* Routes filed. */
size_t index_count(const struct url_index *);

#endif
