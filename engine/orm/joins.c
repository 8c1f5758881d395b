/* joins - steps become joins.
 *
 *     FROM "blog_article"                                     base
 *     INNER JOIN "blog_author" ON (... "author_id" = "id")     parent blog_article, field author
 *
 * A join is shared by all that walk the same way, except where it leads to many rows: then the
 * conditions of one filter() share it and the next filter() gets its own (T3). A join whose column
 * the previous table holds too is dropped from the end (trimmed). A join starts INNER, LEFT OUTER
 * where it may find nothing, and is promoted or demoted as conditions come.
 *
 * Mirrors Query.join, setup_joins, trim_joins, promote_joins, demote_joins and JoinPromoter. */
#include "engine/orm/blueprint.h"

/* ---- sets of aliases ---------------------------------------------------------------------- */

bool alias_set_has(const struct alias_set *set, const char *name) {
    for (size_t i = 0; i < set->count; i++)
        if (alias_same(set->names[i], name)) return true;
    return false;
}

bool alias_set_add(struct runtime *runtime, struct alias_set *set, const char *name) {
    if (alias_set_has(set, name)) return true;
    if (set->count == set->capacity) {
        size_t capacity = set->capacity ? set->capacity * 2 : 4;
        const char **names = arena_array(runtime->arena, capacity, sizeof *names);
        if (!names) return fault_no_memory(runtime->fault);
        if (set->count) memcpy(names, set->names, set->count * sizeof *names);
        set->names = names;
        set->capacity = capacity;
    }
    set->names[set->count++] = name;
    return true;
}

void alias_set_remove(struct alias_set *set, const char *name) {
    for (size_t i = 0; i < set->count; i++)
        if (alias_same(set->names[i], name)) {
            memmove(&set->names[i], &set->names[i + 1], (set->count - i - 1) * sizeof *set->names);
            set->count--;
            return;
        }
}

bool alias_set_copy(struct runtime *runtime, struct alias_set *to, const struct alias_set *from) {
    *to = (struct alias_set){0};
    for (size_t i = 0; i < from->count; i++)
        if (!alias_set_add(runtime, to, from->names[i])) return false;
    return true;
}

/* ---- the list of joins -------------------------------------------------------------------- */

struct join *query_join_of(const struct query *query, const char *alias) {
    for (size_t i = 0; i < query->join_count; i++)
        if (alias_same(query->joins[i].alias, alias)) return &query->joins[i];
    return NULL;
}

void query_reference(struct query *query, const char *alias, int by) {
    struct join *join = query_join_of(query, alias);
    if (join) join->references += by;
}

/* The table's own name for its first use, then T4: prefix and place. */
static const char *new_alias(struct runtime *runtime, const struct query *query,
                             const char *table) {
    bool used = false;
    for (size_t i = 0; i < query->join_count && !used; i++)
        used = alias_same(query->joins[i].table, table);
    if (!used) return table;
    const char *alias = arena_format(runtime->arena, "%s%zu", query->prefix, query->join_count + 1);
    if (!alias) fault_no_memory(runtime->fault);
    return alias;
}

static struct join *append_join(struct runtime *runtime, struct query *query) {
    if (query->join_count == query->join_capacity) {
        size_t capacity = query->join_capacity ? query->join_capacity * 2 : 4;
        struct join *joins = arena_array(runtime->arena, capacity, sizeof *joins);
        if (!joins) {
            fault_no_memory(runtime->fault);
            return NULL;
        }
        if (query->join_count) memcpy(joins, query->joins, query->join_count * sizeof *joins);
        query->joins = joins;
        query->join_capacity = capacity;
    }
    return &query->joins[query->join_count++];
}

const char *query_initial_alias(struct runtime *runtime, struct query *query) {
    if (query->join_count) {
        query->joins[0].references++;
        return query->joins[0].alias;
    }
    struct join *base = append_join(runtime, query);
    if (!base) return NULL;
    *base = (struct join){.model = query->model,
                          .table = query->model->table,
                          .alias = query->model->table,
                          .type = JOIN_BASE,
                          .references = 1};
    return base->alias;
}

static bool same_way(const struct join *left, const struct join *right) {
    return left->type != JOIN_BASE && left->field == right->field &&
           left->reverse == right->reverse && alias_same(left->parent, right->parent) &&
           alias_same(left->table, right->table);
}

/* The one it would be called anyway, else the most recent. */
static struct join *reusable(struct query *query, const struct join *join,
                             const struct alias_set *reuse) {
    struct join *found = NULL;
    for (size_t i = 0; i < query->join_count; i++) {
        struct join *other = &query->joins[i];
        if (reuse && !alias_set_has(reuse, other->alias)) continue;
        if (!same_way(other, join)) continue;
        found = other;
        if (join->alias && alias_same(other->alias, join->alias)) break;
    }
    return found;
}

const char *query_join(struct runtime *runtime, struct query *query, const struct join *join,
                       const struct alias_set *reuse) {
    struct join *found = reusable(query, join, reuse);
    if (found) {
        found->references++;
        return found->alias;
    }
    const char *alias = new_alias(runtime, query, join->table);
    struct join *added = alias ? append_join(runtime, query) : NULL;
    if (!added) return NULL;
    const struct join *parent = query_join_of(query, join->parent);
    *added = *join;
    added->alias = alias;
    added->references = 1;
    added->type = (parent && parent->type == JOIN_LEFT_OUTER) || join->nullable ? JOIN_LEFT_OUTER
                                                                                : JOIN_INNER;
    return alias;
}

static struct join join_for(const struct path_step *step, const char *parent) {
    const char *key = step->join_field->column;
    const char *pointed = model_primary_key(step->join_field->target)->column;
    return (struct join){.model = step->to,
                         .table = step->to->table,
                         .parent = parent,
                         .field = step->join_field,
                         .reverse = step->reverse,
                         .nullable = step->direct ? step->join_field->null : true,
                         .parent_column = step->reverse ? pointed : key,
                         .column = step->reverse ? key : pointed};
}

/* ---- walking ------------------------------------------------------------------------------ */

/* Names that are no fields at the end are transforms: published_at__year. */
static enum path_result walk(struct runtime *runtime, struct query *query, const char *const *names,
                             size_t count, const struct model *model, bool allow_many,
                             struct join_info *info) {
    enum path_result result = PATH_UNKNOWN;
    for (size_t pivot = count; pivot > 0 && result == PATH_UNKNOWN; pivot--) {
        result = path_walk(runtime, query, names, pivot, model, allow_many, true, &info->path,
                           &info->failure);
        if (result == PATH_UNKNOWN && pivot == 1) path_raise(runtime, query, &info->failure);
        info->transforms = names + pivot;
        info->transform_count = count - pivot;
    }
    return fault_raised(runtime->fault) ? PATH_FAULT : result;
}

enum path_result query_setup_joins(struct runtime *runtime, struct query *query,
                                   const char *const *names, size_t count,
                                   const struct model *model, const char *alias,
                                   const struct alias_set *reuse, bool allow_many,
                                   struct join_info *info) {
    enum path_result result = walk(runtime, query, names, count, model, allow_many, info);
    if (result != PATH_FOUND) return result;
    info->alias_count = 0;
    info->aliases[info->alias_count++] = alias;
    for (size_t i = 0; i < info->path.count; i++) {
        const struct path_step *step = &info->path.steps[i];
        const struct join join = join_for(step, alias);
        alias = query_join(runtime, query, &join, step->many ? reuse : NULL);
        if (!alias) return PATH_FAULT;
        info->aliases[info->alias_count++] = alias;
    }
    return PATH_FOUND;
}

void query_trim_joins(struct query *query, struct join_info *info) {
    struct path *path = &info->path;
    for (size_t i = path->count; i > 0 && info->alias_count > 1; i--) {
        const struct path_step *step = &path->steps[i - 1];
        if (!step->direct) break;
        /* The key's own column holds the value only if the value is what the key points at. */
        if (path->target != model_primary_key(step->join_field->target)) break;
        path->target = step->join_field;
        query_reference(query, info->aliases[--info->alias_count], -1);
    }
}

/* A failed transform of something that is no field earns the error of the failed walk. */
struct expression *query_column(struct runtime *runtime, struct query *query,
                                const struct join_info *info) {
    struct expression *node = expression_column(runtime, info->aliases[info->alias_count - 1],
                                                info->path.target, NULL, false);
    for (size_t i = 0; node && i < info->transform_count; i++) {
        node = transform_apply(runtime, node, info->transforms[i]);
        if (!node && fault_is(runtime->fault, "FieldError") && !info->path.final_reverse) {
            fault_clear(runtime->fault);
            path_raise(runtime, query, &info->failure);
        }
    }
    return node;
}

/* ---- LEFT OUTER or INNER ------------------------------------------------------------------ */

/* Also what hangs on a promoted join becomes LEFT OUTER: a chain LEFT OUTER, INNER would drop rows.
 */
static void promote(struct query *query, struct join *join) {
    if (!join || join->type != JOIN_INNER) return;
    const struct join *parent = query_join_of(query, join->parent);
    if (!join->nullable && !(parent && parent->type == JOIN_LEFT_OUTER)) return;
    join->type = JOIN_LEFT_OUTER;
    for (size_t i = 0; i < query->join_count; i++)
        if (query->joins[i].parent && alias_same(query->joins[i].parent, join->alias))
            promote(query, &query->joins[i]);
}

void query_promote_joins(struct query *query, const struct alias_set *set) {
    for (size_t i = 0; i < set->count; i++) promote(query, query_join_of(query, set->names[i]));
}

/* Django means to go on to the parents, but stops at once where they are LEFT OUTER; so do we. */
void query_demote_joins(struct query *query, const struct alias_set *set) {
    for (size_t i = 0; i < set->count; i++) {
        struct join *join = query_join_of(query, set->names[i]);
        if (join && join->type == JOIN_LEFT_OUTER) join->type = JOIN_INNER;
    }
}

bool join_votes_add(struct runtime *runtime, struct join_votes *votes,
                    const struct alias_set *set) {
    for (size_t i = 0; i < set->count; i++) {
        size_t at = 0;
        while (at < votes->count && !alias_same(votes->aliases[at], set->names[i])) at++;
        if (at == votes->capacity) {
            size_t capacity = at ? at * 2 : 8;
            votes->aliases =
                arena_grow(runtime->arena, votes->aliases, at, capacity, sizeof *votes->aliases);
            votes->votes =
                arena_grow(runtime->arena, votes->votes, at, capacity, sizeof *votes->votes);
            if (!votes->aliases || !votes->votes) return fault_no_memory(runtime->fault);
            votes->capacity = capacity;
        }
        if (at == votes->count) {
            votes->aliases[votes->count++] = set->names[i];
            votes->votes[at] = 0;
        }
        votes->votes[at]++;
    }
    return true;
}

/* Under OR, a join that not every child needs must be LEFT OUTER; under AND, one child that needs
 * it is enough for INNER. */
bool join_votes_apply(struct runtime *runtime, struct query *query, const struct join_votes *votes,
                      struct alias_set *needed_inner) {
    struct alias_set outer = {0}, inner = {0};
    for (size_t i = 0; i < votes->count; i++) {
        bool all = votes->votes[i] == votes->children;
        if (votes->or_connected && votes->votes[i] < votes->children &&
            !alias_set_add(runtime, &outer, votes->aliases[i]))
            return false;
        if ((!votes->or_connected || all) && !alias_set_add(runtime, &inner, votes->aliases[i]))
            return false;
    }
    query_promote_joins(query, &outer);
    query_demote_joins(query, &inner);
    if (needed_inner) *needed_inner = inner;
    return true;
}
