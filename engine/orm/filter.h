/* filter - what filter.c and exclude.c share: the state in which one condition is built. */
#ifndef ENGINE_ORM_FILTER_H
#define ENGINE_ORM_FILTER_H

#include "engine/orm/blueprint.h"

struct build {
    struct runtime *runtime;
    struct query *query;
    struct alias_set *reuse; /* can_reuse; NULL: any join */
    bool branch_negated;     /* there is a NOT somewhere above */
    bool current_negated;    /* the NOTs above do not cancel out */
    bool allow_joins;
    bool split_subquery;
};

/* name=value, and an expression that is a condition by itself. NULL: fault. */
struct expression *filter_build_pair(const struct build *, const char *name, struct value value,
                                     struct alias_set *needed_inner);
struct expression *filter_build_expression(const struct build *, struct expression *expression);

/* The same condition as NOT EXISTS, for a path that leads over many rows under a NOT. */
struct expression *filter_split_exclude(const struct build *, const char *name, struct value value,
                                        const struct path *path, struct alias_set *needed_inner);

#endif
