/* candidates - for each name of a urlconf, the routes that reverse() may take. Inner header of
 * engine/urls.
 *
 * Mirrors what URLResolver._populate leaves behind: reverse_dict, namespace_dict and app_dict.
 * Includes without a namespace are flattened into the list around them; one with a namespace is a
 * world of its own, entered by name.
 *
 *     urlpatterns                           names       "home" -> home, then an older home
 *       path("", home, name="home")                     "year" -> blog/ year
 *       path("blog/", include(blog))        namespaces  "shop" -> prefix shop/, its own level
 *       path("shop/", include((shop, "shop")))
 *
 * The last defined comes first, everywhere. */
#ifndef ENGINE_URLS_CANDIDATES_H
#define ENGINE_URLS_CANDIDATES_H

#include "engine/urls/level.h"

/* A route and the includes around it, innermost first. */
struct chain {
    const struct route *route;
    const struct chain *outer; /* NULL: it stands in the list itself */
};

struct candidate {
    const struct chain *chain;
    struct candidate *next; /* defined earlier */
};

struct candidate_list {
    struct candidate *first, *last;
    size_t count;
};

struct namespace {
    const char *app_name, *instance;
    const struct chain *chain; /* the include that has them, and those around it */
    const struct level *level; /* what it includes */
};

struct candidates {
    const struct level *level;
    struct dict *names; /* a name, or a view -> the number of its list */
    struct candidate_list *lists;
    size_t list_count, list_room;
    struct namespace *namespaces; /* in the order Django registers them */
    size_t namespace_count, namespace_room;
    size_t total;
    struct candidates *next; /* of another level of the same resolver */
};

/* Those of a list, gathered at the first call. NULL: fault; Django looks at every route here, so
 * anything wrong with one is raised. */
const struct candidates *candidates_of(struct runtime *, struct resolver *, const struct level *);

/* The candidates of a name or view; *list is NULL when there are none. False: fault. */
bool candidates_find(struct runtime *, const struct candidates *, struct value name,
                     const struct candidate_list **list);

/* The namespace that is registered under an instance name; NULL for none. */
const struct namespace *candidates_namespace(const struct candidates *, const char *instance);

/* What `app:` leads to: the instance that bears the app's name, unless current_app names another
 * one of the app, or else the last defined. The name itself where it is no app's. */
const char *candidates_instance(const struct candidates *, const char *name,
                                const char *current_app);

#endif
