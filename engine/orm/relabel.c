/* relabel - a query inside another: its tables get aliases with a letter of their own (U0, U1),
 * its references to the outer query become the outer query's columns.
 *
 * Mirrors Query.resolve_expression, change_aliases, bump_prefix and exists. */
#include "engine/orm/blueprint.h"

/* ---- other names for the tables ----------------------------------------------------------- */

static bool relabel_list(struct runtime *runtime, struct expression ***list, size_t count,
                         const struct relabel *map) {
    struct expression **copy = arena_array(runtime->arena, count ? count : 1, sizeof *copy);
    if (!copy) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < count; i++) {
        copy[i] = expression_relabel(runtime, (*list)[i], map);
        if (!copy[i]) return false;
    }
    *list = copy;
    return true;
}

static bool is_renamed(const struct relabel *map, const char *alias) {
    for (size_t i = 0; i < map->count; i++)
        if (alias_same(map->from[i], alias)) return true;
    return false;
}

static bool relabel_externals(struct runtime *runtime, struct query *query,
                              const struct relabel *map) {
    struct external_alias *externals =
        arena_array(runtime->arena, query->external_count + 1, sizeof *externals);
    if (!externals) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < query->external_count; i++) {
        const struct external_alias *old = &query->externals[i];
        externals[i] = (struct external_alias){relabel_alias(map, old->alias),
                                               old->aliased || is_renamed(map, old->alias)};
    }
    query->externals = externals;
    return true;
}

/* No alias may become what another one is renamed from. Django asserts it, and so a query that is
 * combined with its like may raise. */
static bool is_disjoint(struct runtime *runtime, const struct relabel *map) {
    for (size_t i = 0; i < map->count; i++)
        if (is_renamed(map, map->to[i]))
            return fault_raise(runtime->fault, "AssertionError", "%s", "");
    return true;
}

bool query_change_aliases(struct runtime *runtime, struct query *query, const struct relabel *map) {
    if (!is_disjoint(runtime, map)) return false;
    /* The root's struct is the query's own: take what a relabelled root has. */
    struct expression *where = expression_relabel(runtime, query->where, map);
    query->where = where ? expression_copy(runtime, where) : NULL;
    if (!query->where) return false;
    if (!relabel_list(runtime, &query->groups, query->group_count, map) ||
        !relabel_list(runtime, &query->select, query->select_count, map))
        return false;
    for (size_t i = 0; i < query->annotation_count; i++) {
        struct annotation *annotation = &query->annotations[i];
        annotation->expression = expression_relabel(runtime, annotation->expression, map);
        if (!annotation->expression) return false;
    }
    for (size_t i = 0; i < query->join_count; i++) {
        query->joins[i].alias = relabel_alias(map, query->joins[i].alias);
        if (query->joins[i].parent)
            query->joins[i].parent = relabel_alias(map, query->joins[i].parent);
    }
    return relabel_externals(runtime, query, map);
}

struct query *query_relabel(struct runtime *runtime, const struct query *from,
                            const struct relabel *map) {
    struct query *query = query_copy(runtime, from);
    return query && query_change_aliases(runtime, query, map) ? query : NULL;
}

/* ---- another letter ----------------------------------------------------------------------- */

/* The letters after T; when they are used up, pairs of letters: AA, AB, ... */
static const char *free_prefix(struct runtime *runtime, const struct query *query) {
    for (unsigned n = (unsigned)(query->prefix[0] - 'A') + 1; n < 26 + 26 * 26; n++) {
        char letters[3] = {(char)('A' + n % 26), '\0', '\0'};
        if (n >= 26) {
            letters[0] = (char)('A' + n / 26 - 1);
            letters[1] = (char)('A' + n % 26);
        }
        if (alias_set_has(&query->subquery_prefixes, letters)) continue;
        const char *prefix = arena_string(runtime->arena, letters);
        if (!prefix) fault_no_memory(runtime->fault);
        return prefix;
    }
    fault_raise(runtime->fault, "RecursionError",
                "Maximum recursion depth exceeded: too many subqueries.");
    return NULL;
}

static bool rename_all(struct runtime *runtime, struct query *query) {
    const char **from = arena_array(runtime->arena, query->join_count + 1, sizeof *from);
    const char **to = arena_array(runtime->arena, query->join_count + 1, sizeof *to);
    if (!from || !to) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < query->join_count; i++) {
        from[i] = query->joins[i].alias;
        to[i] = arena_format(runtime->arena, "%s%zu", query->prefix, i);
        if (!to[i]) return fault_no_memory(runtime->fault);
    }
    return query_change_aliases(runtime, query, &(struct relabel){from, to, query->join_count});
}

bool query_bump_prefix(struct runtime *runtime, struct query *query, struct query *outer) {
    if (strcmp(query->prefix, outer->prefix) != 0) return true;
    query->prefix = free_prefix(runtime, query);
    if (!query->prefix || !alias_set_add(runtime, &query->subquery_prefixes, query->prefix))
        return false;
    for (size_t i = 0; i < query->subquery_prefixes.count; i++)
        if (!alias_set_add(runtime, &outer->subquery_prefixes, query->subquery_prefixes.names[i]))
            return false;
    return rename_all(runtime, query);
}

/* ---- inside another query ----------------------------------------------------------------- */

bool query_externals_set(struct runtime *runtime, struct query *query, const char *alias,
                         bool aliased) {
    for (size_t i = 0; i < query->external_count; i++)
        if (alias_same(query->externals[i].alias, alias)) {
            query->externals[i].aliased = aliased;
            return true;
        }
    struct external_alias *grown =
        arena_array(runtime->arena, query->external_count + 1, sizeof *grown);
    if (!grown) return fault_no_memory(runtime->fault);
    if (query->external_count)
        memcpy(grown, query->externals, query->external_count * sizeof *grown);
    grown[query->external_count++] = (struct external_alias){alias, aliased};
    query->externals = grown;
    return true;
}

/* The conditions' own leaves are resolved; the tree keeps its form (unlike a Q in an expression,
 * it gets no braces). */
static struct expression *resolve_tree(const struct resolve *how, struct expression *node) {
    if (node->kind == EXPRESSION_NOTHING) return node;
    if (node->kind != EXPRESSION_WHERE) return expression_resolve(how, node);
    struct expression *copy = expression_copy(how->runtime, node);
    if (!copy) return NULL;
    copy->sources = arena_array(how->runtime->arena, node->source_count + 1, sizeof *copy->sources);
    if (!copy->sources) return fault_no_memory(how->runtime->fault), NULL;
    for (size_t i = 0; i < node->source_count; i++) {
        copy->sources[i] = resolve_tree(how, node->sources[i]);
        if (!copy->sources[i]) return NULL;
    }
    return copy;
}

static bool resolve_annotations(const struct resolve *how, struct query *query) {
    for (size_t i = 0; i < query->annotation_count; i++) {
        struct annotation *annotation = &query->annotations[i];
        annotation->expression = expression_resolve(how, annotation->expression);
        if (!annotation->expression) return false;
        struct query *inner = annotation->expression->query;
        for (size_t j = 0; inner && j < query->external_count; j++)
            if (!query_externals_set(how->runtime, inner, query->externals[j].alias,
                                     query->externals[j].aliased))
                return false;
    }
    return true;
}

struct query *query_resolve(const struct resolve *how, const struct query *from) {
    struct runtime *runtime = how->runtime;
    if (from->field_count > 1) {
        fault_raise(runtime->fault, "TypeError",
                    "Cannot use multi-field values as a filter value.");
        return NULL;
    }
    struct query *query = query_copy(runtime, from);
    if (!query || !relabel_externals(runtime, query, &(struct relabel){0})) return NULL;
    if (!query_bump_prefix(runtime, query, how->query)) return NULL;
    query->subquery = true;
    if (!query_is_sliced(query) && !query->distinct_count) query_clear_ordering(query, true);
    query->where = resolve_tree(how, query->where);
    if (!query->where || !resolve_annotations(how, query)) return NULL;
    for (size_t i = 0; i < how->query->join_count; i++) {
        const struct join *join = &how->query->joins[i];
        bool aliased = !alias_same(join->table, join->alias);
        if (!query_externals_set(runtime, query, join->alias, aliased)) return NULL;
    }
    return query;
}

/* Columns that belong to outer queries. */
static bool external_in(struct runtime *runtime, const struct query *query,
                        const struct expression *node, struct expression_list *list) {
    if (node->kind == EXPRESSION_COLUMN) {
        for (size_t i = 0; i < query->external_count; i++)
            if (alias_same(query->externals[i].alias, node->name))
                return expression_list_add(runtime, list, (struct expression *)node);
        return true;
    }
    if (node->query) {
        struct expression_list inner = {0};
        if (!query_external_columns(runtime, node->query, &inner)) return false;
        for (size_t i = 0; i < inner.count; i++)
            if (!external_in(runtime, query, inner.items[i], list)) return false;
        return true;
    }
    for (size_t i = 0; i < node->source_count; i++)
        if (!external_in(runtime, query, node->sources[i], list)) return false;
    return true;
}

bool query_external_columns(struct runtime *runtime, const struct query *query,
                            struct expression_list *list) {
    for (size_t i = 0; i < query->annotation_count; i++)
        if (!external_in(runtime, query, query->annotations[i].expression, list)) return false;
    return external_in(runtime, query, query->where, list);
}

/* ---- exists() ----------------------------------------------------------------------------- */

static bool exists_select(struct runtime *runtime, struct query *query) {
    if (query->distinct) return true;
    if (query->group_by == GROUP_ALL) {
        const struct model *model = query->model;
        const char **names = arena_array(runtime->arena, model->column_count, sizeof *names);
        if (!names) return fault_no_memory(runtime->fault);
        for (size_t i = 0; i < model->column_count; i++) names[i] = model->fields[i].attname;
        if (!query_add_fields(runtime, query, names, model->column_count, false) ||
            !query_set_group_by(runtime, query, false))
            return false;
    }
    query_clear_select(query);
    return true;
}

static struct query *exists_limited(struct runtime *runtime, const struct query *from, bool limit) {
    struct query *query = query_copy(runtime, from);
    if (!query || !exists_select(runtime, query)) return NULL;
    if (query->combined_count && strcmp(query->combinator, "union") == 0)
        for (size_t i = 0; i < query->combined_count; i++) {
            query->combined[i] = exists_limited(runtime, query->combined[i], false);
            if (!query->combined[i]) return NULL;
        }
    query_clear_ordering(query, true);
    if (limit) query_slice(query, 0, 1);
    query->extra_count = 0;
    return query_add_extra(runtime, query, "a", "1") ? query : NULL;
}

struct query *query_exists(struct runtime *runtime, const struct query *from) {
    return exists_limited(runtime, from, true);
}
