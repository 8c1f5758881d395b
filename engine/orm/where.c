/* where - the tree of conditions.
 *
 *     AND -- views > 10
 *       |
 *       '--- NOT OR -- author = 3
 *                 '--- published
 *
 * Mirrors django.utils.tree.Node and django.db.models.sql.where.WhereNode; how a tree is written is
 * in expression_sql.c. */
#include "engine/orm/blueprint.h"

struct expression *where_new(struct runtime *runtime, bool or_connected, bool negated) {
    struct expression *where = expression_new(runtime, EXPRESSION_WHERE, 0);
    if (!where) return NULL;
    where->or_connected = or_connected;
    where->negated = negated;
    return where;
}

bool where_append(struct runtime *runtime, struct expression *where, struct expression *child) {
    if (where->source_count == where->source_capacity) {
        uint32_t capacity = where->source_capacity ? where->source_capacity * 2 : 4;
        struct expression **sources = arena_array(runtime->arena, capacity, sizeof *sources);
        if (!sources) return fault_no_memory(runtime->fault);
        if (where->source_count)
            memcpy(sources, where->sources, where->source_count * sizeof *sources);
        where->sources = sources;
        where->source_capacity = capacity;
    }
    where->sources[where->source_count++] = child;
    where->aggregate = where->aggregate || child->aggregate;
    return true;
}

static bool has_child(struct runtime *runtime, const struct expression *where,
                      const struct expression *child) {
    for (size_t i = 0; i < where->source_count; i++)
        if (expression_equal(runtime, where->sources[i], child)) return true;
    return false;
}

static bool append_all(struct runtime *runtime, struct expression *where,
                       const struct expression *from) {
    for (size_t i = 0; i < from->source_count; i++)
        if (!where_append(runtime, where, from->sources[i])) return false;
    return true;
}

/* The new child stands beside what was there, which becomes one child. */
static bool push_down(struct runtime *runtime, struct expression *where, struct expression *data,
                      bool or_connected) {
    struct expression *old = expression_copy(runtime, where);
    if (!old) return false;
    where->or_connected = or_connected;
    where->sources = NULL;
    where->source_count = where->source_capacity = 0;
    return where_append(runtime, where, old) && where_append(runtime, where, data);
}

bool where_add(struct runtime *runtime, struct expression *where, struct expression *data,
               bool or_connected) {
    if (where->or_connected != or_connected) return push_down(runtime, where, data, or_connected);
    if (has_child(runtime, where, data)) return true;
    bool squash = data->kind == EXPRESSION_WHERE && !data->negated &&
                  (data->or_connected == or_connected || data->source_count == 1);
    return squash ? append_all(runtime, where, data) : where_append(runtime, where, data);
}

/* An AND can be split child by child; an OR that holds an aggregate goes to HAVING whole. */
bool where_split_having(struct runtime *runtime, struct expression *node, bool negated,
                        struct expression **where, struct expression **having) {
    *where = *having = NULL;
    if (!node->aggregate) return *where = node, true;
    negated ^= node->negated;
    if (negated != node->or_connected) return *having = node, true;
    struct expression *parts[2] = {where_new(runtime, node->or_connected, node->negated),
                                   where_new(runtime, node->or_connected, node->negated)};
    if (!parts[0] || !parts[1]) return false;
    for (size_t i = 0; i < node->source_count; i++) {
        struct expression *child = node->sources[i], *split[2] = {NULL, NULL};
        if (child->kind == EXPRESSION_WHERE) {
            if (!where_split_having(runtime, child, negated, &split[0], &split[1])) return false;
        } else {
            split[child->aggregate] = child;
        }
        for (size_t side = 0; side < 2; side++)
            if (split[side] && !where_append(runtime, parts[side], split[side])) return false;
    }
    if (parts[0]->source_count) *where = parts[0];
    if (parts[1]->source_count) *having = parts[1];
    return true;
}
