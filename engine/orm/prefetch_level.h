/* prefetch_level - inside prefetch: one step of a path, which is one query.
 *
 *     keys of the objects here -> WHERE ... IN (keys) -> results grouped by key -> handed out
 *
 * Mirrors prefetch_one_level, and get_prefetch_queryset of each kind of descriptor. */
#ifndef ENGINE_ORM_PREFETCH_LEVEL_H
#define ENGINE_ORM_PREFETCH_LEVEL_H

#include "engine/orm/queryset.h"
#include "engine/orm/related.h"

/* What leads from one level to the next. */
struct step {
    struct relation relation;
    const char *to_attr; /* where the results go: the relation's own name, or Prefetch's to_attr */
    bool as_attr;
    bool leaf;                 /* the last step of the path */
    struct queryset *queryset; /* asked instead of everything; NULL: everything */
};

/* Asks for what the step leads to from these instances, all of one model, and puts it where their
 * attributes will look. Returns the fetched queryset, whose own lookups are left to the caller;
 * NULL: fault. */
struct queryset *prefetch_level(struct runtime *, const struct step *,
                                const struct list *instances);

#endif
