/* combine - two queries become one: a & b, a | b, a.union(b).
 *
 * Mirrors Query.combine and QuerySet._combinator_query. */
#include "engine/orm/blueprint.h"

/* none() is a flag on the query; in a combined tree it must be a condition like others. */
static struct expression *conditions(struct runtime *runtime, const struct query *query) {
    struct expression *where = expression_copy(runtime, query->where);
    if (!where || !query->nothing) return where;
    struct expression *nothing = expression_new(runtime, EXPRESSION_NOTHING, 0);
    return nothing && where_add(runtime, where, nothing, false) ? where : NULL;
}

static bool can_combine(struct runtime *runtime, const struct query *left,
                        const struct query *right) {
    struct fault *fault = runtime->fault;
    if (left->model != right->model)
        return fault_raise(fault, "AssertionError",
                           "Cannot combine queries on two different base models.");
    if (query_is_sliced(left))
        return fault_raise(fault, "AssertionError",
                           "Cannot combine queries once a slice has been taken.");
    if (left->distinct != right->distinct)
        return fault_raise(fault, "AssertionError",
                           "Cannot combine a unique query with a non-unique query.");
    bool same = left->distinct_count == right->distinct_count;
    for (size_t i = 0; same && i < left->distinct_count; i++)
        same = strcmp(left->distinct_fields[i], right->distinct_fields[i]) == 0;
    if (!same)
        return fault_raise(fault, "AssertionError",
                           "Cannot combine queries with different distinct fields.");
    return true;
}

struct renaming {
    const char **from, **to;
    size_t count;
};

/* Brings one join of the right query over; it may turn out to have another alias here. */
static bool take_join(struct runtime *runtime, struct query *left, const struct join *right,
                      struct renaming *names, struct alias_set *reuse, struct alias_set *votes) {
    const struct relabel map = {names->from, names->to, names->count};
    struct join join = *right;
    join.alias = relabel_alias(&map, join.alias);
    if (join.parent) join.parent = relabel_alias(&map, join.parent);
    size_t before = left->join_count;
    const char *alias = query_join(runtime, left, &join, reuse);
    if (!alias) return false;
    /* A new join may have become LEFT OUTER by being joined here; then it does not vote. */
    uint8_t type = left->join_count > before ? query_join_of(left, alias)->type : right->type;
    if (type == JOIN_INNER && !alias_set_add(runtime, votes, alias)) return false;
    alias_set_remove(reuse, alias);
    if (!alias_same(alias, right->alias)) {
        names->from[names->count] = right->alias;
        names->to[names->count++] = alias;
    }
    if (!right->references) query_reference(left, alias, -1);
    return true;
}

/* The joins of both. Under AND each side keeps its own, since conditions on two relations to many
 * may be met by different rows; under OR they can be shared. */
static bool combine_joins(struct runtime *runtime, struct query *left, const struct query *right,
                          bool conjunction, struct renaming *names) {
    struct alias_set reuse = {0}, inner = {0}, votes = {0};
    struct join_votes promoter = {.children = 2, .or_connected = !conjunction};
    for (size_t i = 0; !conjunction && i < left->join_count; i++)
        if (!alias_set_add(runtime, &reuse, left->joins[i].alias)) return false;
    if (!query_initial_alias(runtime, left)) return false;
    for (size_t i = 0; i < left->join_count; i++)
        if (left->joins[i].type == JOIN_INNER &&
            !alias_set_add(runtime, &inner, left->joins[i].alias))
            return false;
    for (size_t i = 1; i < right->join_count; i++)
        if (!take_join(runtime, left, &right->joins[i], names, &reuse, &votes)) return false;
    return join_votes_add(runtime, &promoter, &inner) &&
           join_votes_add(runtime, &promoter, &votes) &&
           join_votes_apply(runtime, left, &promoter, NULL);
}

static bool combine_select(struct runtime *runtime, struct query *left, const struct query *right,
                           const struct relabel *map) {
    left->select_count = 0;
    if (!right->select_count) return true;
    left->default_columns = false;
    left->select = arena_array(runtime->arena, right->select_count, sizeof *left->select);
    if (!left->select) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < right->select_count; i++) {
        left->select[i] = expression_relabel(runtime, right->select[i], map);
        if (!left->select[i]) return false;
    }
    left->select_count = right->select_count;
    return true;
}

bool query_combine(struct runtime *runtime, struct query *left, const struct query *right,
                   bool conjunction) {
    if (!can_combine(runtime, left, right)) return false;
    struct renaming names = {arena_array(runtime->arena, right->join_count + 1, sizeof *names.from),
                             arena_array(runtime->arena, right->join_count + 1, sizeof *names.to),
                             0};
    if (!names.from || !names.to) return fault_no_memory(runtime->fault);
    if (!combine_joins(runtime, left, right, conjunction, &names)) return false;
    for (size_t i = 0; i < right->subquery_prefixes.count; i++)
        if (!alias_set_add(runtime, &left->subquery_prefixes, right->subquery_prefixes.names[i]))
            return false;
    const struct relabel map = {names.from, names.to, names.count};
    struct expression *where = conditions(runtime, left), *other = conditions(runtime, right);
    other = other ? expression_relabel(runtime, other, &map) : NULL;
    if (!where || !other || !where_add(runtime, where, other, !conjunction)) return false;
    left->where = where;
    left->nothing = false;
    if (!combine_select(runtime, left, right, &map)) return false;
    if (right->order_count) {
        left->order_by = right->order_by;
        left->order_count = right->order_count;
    }
    return true;
}

/* A union of unions of unions: everything that walks one calls itself. Python's own stack ends at
 * some depth as well. */
enum { COMBINED_DEPTH = 200 };

static bool nest_combined(struct runtime *runtime, struct query *query) {
    uint32_t depth = 0;
    for (size_t i = 0; i < query->combined_count; i++)
        if (query->combined[i]->combined_depth > depth) depth = query->combined[i]->combined_depth;
    query->combined_depth = depth + 1;
    return depth < COMBINED_DEPTH ||
           fault_raise(runtime->fault, "RecursionError", "maximum recursion depth exceeded");
}

static bool selects(const struct query *query, const char *name, bool annotation) {
    for (size_t i = 0; !annotation && i < query->values_count; i++)
        if (strcmp(query->values_select[i], name) == 0) return true;
    const struct annotation *found = annotation ? query_annotation(query, name) : NULL;
    return found && found->selected;
}

/* QuerySet._merge_sanity_check, one way round: what the one selects, the other selects too. */
static bool selects_all_of(const struct query *one, const struct query *other) {
    for (size_t i = 0; i < one->values_count; i++)
        if (!selects(other, one->values_select[i], false)) return false;
    for (size_t i = 0; i < one->annotation_count; i++)
        if (one->annotations[i].selected && !selects(other, one->annotations[i].name, true))
            return false;
    return true;
}

bool query_selects_alike(const struct query *left, const struct query *right) {
    return selects_all_of(left, right) && selects_all_of(right, left);
}

/* The left query becomes the list of all, in order; its own clauses are cleared. */
bool query_set_operation(struct runtime *runtime, struct query *left, const char *kind,
                         struct query *const *others, size_t count, bool all) {
    struct query *first = query_copy(runtime, left);
    struct query **list = arena_array(runtime->arena, count + 1, sizeof *list);
    if (!first || !list) return fault_no_memory(runtime->fault);
    list[0] = first;
    for (size_t i = 0; i < count; i++) list[i + 1] = others[i];
    query_clear_ordering(left, true);
    left->low = 0;
    left->high = -1;
    left->nothing = false;
    left->combinator = kind;
    left->combinator_all = all;
    left->combined = list;
    left->combined_count = count + 1;
    return nest_combined(runtime, left);
}
