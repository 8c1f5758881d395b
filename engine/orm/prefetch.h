/* prefetch - the queries behind prefetch_related(): one a relation, joined here by key.
 *
 * A lookup is a path of relations ("author__profile"); each step asks for all objects of the next
 * level at once, `WHERE id IN (...)`, and hands them out. Objects that have theirs already are
 * left alone; an empty level ends the path.
 *
 * Mirrors Prefetch, prefetch_related_objects, get_prefetcher and prefetch_one_level of
 * django.db.models.query. */
#ifndef ENGINE_ORM_PREFETCH_H
#define ENGINE_ORM_PREFETCH_H

#include "engine/object/object.h"

struct queryset;

struct prefetch {
    struct object base;
    const char *through;       /* the path of relations: "author__article_set" */
    const char *to;            /* the path of names the results go to: the last may be to_attr */
    struct queryset *queryset; /* what is asked at the last step; NULL: everything */
    const char *to_attr;       /* NULL: into the prefetch cache */
};

extern const struct object_type prefetch_type;

/* A lookup given as text. NULL: fault. */
struct prefetch *prefetch_new(struct runtime *, const char *path);
/* Prefetch(lookup, queryset=None, to_attr=None), as listings call it. */
extern const struct builtin_class prefetch_class;

/* Runs the lookups on these instances, in order. */
bool prefetch_run(struct runtime *, struct list *instances, struct prefetch *const *lookups,
                  size_t count);

#endif
