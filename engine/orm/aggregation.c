/* aggregation - aggregate() and count(): one row out of a query.
 *
 * Where the query is plain, its columns become the aggregates. Where it is grouped, sliced or
 * distinct, it goes into FROM as a subquery and the aggregates read its columns:
 *
 *     SELECT MAX("n") FROM (SELECT COUNT(...) AS "n" FROM ... GROUP BY ...) subquery
 *
 * Mirrors QuerySet.aggregate, Query.get_aggregation, get_count and rewrite_cols. */
#include "engine/orm/blueprint.h"

static bool is_added(const char *const *added, size_t count, const char *name) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(added[i], name) == 0) return true;
    return false;
}

/* ---- what an outer aggregate needs of the inner query ------------------------------------- */

/* An expression the inner query must show: it has it already, or shows it as __col1. */
static struct expression *shown_inside(struct runtime *runtime, struct query *inner,
                                       struct expression *node, unsigned *columns) {
    const char *name = arena_format(runtime->arena, "__col%u", ++*columns);
    if (!name) return fault_no_memory(runtime->fault), NULL;
    if (!query_put_annotation(runtime, inner, node, name, true)) return NULL;
    return expression_ref(runtime, name, node);
}

static struct expression *rewrite(struct runtime *runtime, struct query *inner,
                                  struct expression *node, unsigned *columns);

/* Whether Django would find the very same object. Fields keep one Col for their own table, so two
 * mentions of views are one; keys make a new Col each time. */
static bool is_same(const struct query *inner, const struct expression *left,
                    const struct expression *right) {
    if (left == right) return true;
    if (left->kind != EXPRESSION_COLUMN || right->kind != EXPRESSION_COLUMN) return false;
    const struct join *join = query_join_of(inner, left->name);
    return join && alias_same(join->alias, join->table) && alias_same(left->name, right->name) &&
           left->target == right->target && left->output == left->target &&
           right->output == right->target;
}

static struct expression *rewrite_source(struct runtime *runtime, struct query *inner,
                                         struct expression *source, unsigned *columns) {
    if (source->kind == EXPRESSION_REF) return source;
    if (source->kind == EXPRESSION_WHERE || source->kind == EXPRESSION_LOOKUP)
        return rewrite(runtime, inner, source, columns);
    for (size_t i = 0; i < inner->annotation_count; i++)
        if (inner->annotations[i].selected &&
            is_same(inner, inner->annotations[i].expression, source))
            return expression_ref(runtime, inner->annotations[i].name, source);
    if (source->kind == EXPRESSION_COLUMN || (source->aggregate && !source->summary))
        return shown_inside(runtime, inner, source, columns);
    return rewrite(runtime, inner, source, columns);
}

static struct expression *rewrite(struct runtime *runtime, struct query *inner,
                                  struct expression *node, unsigned *columns) {
    if (!node->source_count) return node;
    struct expression *copy = expression_copy(runtime, node);
    struct expression **sources = arena_array(runtime->arena, node->source_count, sizeof *sources);
    if (!copy || !sources) return fault_no_memory(runtime->fault), NULL;
    for (size_t i = 0; i < node->source_count; i++) {
        sources[i] = rewrite_source(runtime, inner, node->sources[i], columns);
        if (!sources[i]) return NULL;
    }
    copy->sources = sources;
    return copy;
}

/* ---- the subquery ------------------------------------------------------------------------- */

static bool select_key(struct runtime *runtime, struct query *query, struct expression ***list,
                       size_t *count) {
    const char *alias = query_initial_alias(runtime, query);
    struct expression **one = arena_array(runtime->arena, 1, sizeof *one);
    if (!alias || !one) return fault_no_memory(runtime->fault);
    one[0] = expression_column(runtime, alias, model_primary_key(query->model), NULL, false);
    *list = one;
    *count = 1;
    return one[0] != NULL;
}

/* The inner query selects no more than it must, but stays grouped as it was. */
static bool narrow(struct runtime *runtime, struct query *inner, const char *const *added,
                   size_t count) {
    if (inner->distinct) return true;
    bool aggregates = false;
    for (size_t i = 0; i < inner->annotation_count; i++)
        if (!is_added(added, count, inner->annotations[i].name) &&
            inner->annotations[i].expression->aggregate)
            aggregates = true;
    if (inner->default_columns && aggregates) {
        if (!select_key(runtime, inner, &inner->groups, &inner->group_count)) return false;
        inner->group_by = GROUP_LISTED;
    }
    inner->default_columns = false;
    return true;
}

static void remove_annotation(struct query *query, size_t at) {
    memmove(&query->annotations[at], &query->annotations[at + 1],
            (query->annotation_count - at - 1) * sizeof *query->annotations);
    query->annotation_count--;
}

/* The summary annotations move to the outer query, and refer to the inner one's columns. */
static bool move_summaries(struct runtime *runtime, struct query *inner, struct query *outer) {
    unsigned columns = 0;
    const char **from = arena_array(runtime->arena, inner->join_count + 1, sizeof *from);
    const char **to = arena_array(runtime->arena, inner->join_count + 1, sizeof *to);
    if (!from || !to) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < inner->join_count; i++) {
        from[i] = inner->joins[i].alias;
        to[i] = "subquery";
    }
    const struct relabel map = {from, to, inner->join_count};
    for (size_t i = 0; i < inner->annotation_count;) {
        const struct annotation annotation = inner->annotations[i];
        if (!annotation.selected || !annotation.expression->summary) {
            i++;
            continue;
        }
        struct expression *moved = rewrite(runtime, inner, annotation.expression, &columns);
        moved = moved ? expression_relabel(runtime, moved, &map) : NULL;
        if (!moved || !query_put_annotation(runtime, outer, moved, annotation.name, true))
            return false;
        remove_annotation(inner, i);
    }
    return true;
}

static struct query *aggregate_over(struct runtime *runtime, const struct query *query,
                                    const char *const *added, size_t count) {
    struct query *inner = query_copy(runtime, query), *outer = query_new(runtime, query->model);
    if (!inner || !outer) return NULL;
    outer->inner = inner;
    outer->default_columns = false;
    inner->subquery = true;
    inner->select_related = RELATED_NONE;
    inner->annotations_masked = true;
    query_clear_ordering(inner, false);
    if (!narrow(runtime, inner, added, count) || !move_summaries(runtime, inner, outer))
        return NULL;
    bool any = inner->select_count || inner->default_columns;
    for (size_t i = 0; i < inner->annotation_count; i++)
        any = any || inner->annotations[i].selected;
    if (!any && !select_key(runtime, inner, &inner->select, &inner->select_count)) return NULL;
    return outer;
}

/* The query whose one row has the aggregates: itself, narrowed, or one around it. */
static struct query *aggregation(struct runtime *runtime, struct query *query,
                                 const char *const *added, size_t count) {
    bool existing = false;
    for (size_t i = 0; i < query->annotation_count; i++)
        if (!is_added(added, count, query->annotations[i].name)) existing = true;
    if (query->group_by == GROUP_LISTED || query_is_sliced(query) || existing || query->distinct ||
        query->combinator)
        return aggregate_over(runtime, query, added, count);
    query->select_count = query->extra_count = 0;
    query->default_columns = false;
    query->low = 0;
    query->high = -1;
    query->select_related = RELATED_NONE;
    query_clear_ordering(query, true);
    return query;
}

/* ---- count() and aggregate() -------------------------------------------------------------- */

bool query_compile_count(struct runtime *runtime, struct query *query, struct compiled *compiled) {
    static const char *const added[] = {"__count"};
    struct query *copy = query_copy(runtime, query);
    struct expression *star = expression_new(runtime, EXPRESSION_STAR, 0);
    struct expression *count = star ? expression_function(runtime, &count_class, &star, 1) : NULL;
    if (!copy || !count || !query_add_annotation(runtime, copy, count, added[0], true, true))
        return false;
    struct query *one = aggregation(runtime, copy, added, 1);
    return one && query_compile(runtime, one, compiled);
}

/* Sum(Ref to an aggregate of the same call) cannot be computed. */
static bool check_aggregate(struct runtime *runtime, const struct expression *node,
                            const char *alias, const char *const *added, size_t count) {
    if (!node->aggregate)
        return fault_raise(runtime->fault, "TypeError", "%s is not an aggregate expression", alias);
    for (size_t i = 0; i < node->source_count; i++) {
        const struct expression *source = node->sources[i];
        if (source->kind != EXPRESSION_REF || !source->aggregate ||
            !is_added(added, count, source->name))
            continue;
        if (node->kind != EXPRESSION_AGGREGATE)
            return fault_raise(runtime->fault, "AttributeError",
                               "'%s' object has no attribute 'name'", node->base.type->name);
        return fault_raise(runtime->fault, "FieldError",
                           "Cannot compute %s('%s'): '%s' is an aggregate", node->base.type->name,
                           source->name, source->name);
    }
    return true;
}

/* Named ones first, then positional ones under their default names, as the call's dict has them. */
static bool name_aggregates(struct runtime *runtime, const struct arguments *arguments,
                            struct keyword *named, const char **names, size_t *count) {
    for (size_t i = 0; i < arguments->keyword_count; i++)
        named[(*count)++] = arguments->keywords[i];
    for (size_t i = 0; i < arguments->count; i++) {
        const char *alias = NULL;
        if (!expression_default_alias(runtime, arguments->values[i], &alias)) {
            if (!fault_is(runtime->fault, "TypeError") &&
                !fault_is(runtime->fault, "AttributeError"))
                return false;
            fault_clear(runtime->fault);
            return fault_raise(runtime->fault, "TypeError", "Complex aggregates require an alias");
        }
        size_t at = 0;
        while (at < *count && strcmp(named[at].name, alias) != 0) at++;
        named[at] = (struct keyword){alias, arguments->values[i]};
        if (at == *count) ++*count;
    }
    for (size_t i = 0; i < *count; i++) names[i] = named[i].name;
    return true;
}

static bool default_values(struct runtime *runtime, const struct query *query,
                           struct value **defaults) {
    *defaults = arena_array(runtime->arena, query->annotation_count + 1, sizeof **defaults);
    if (!*defaults) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < query->annotation_count; i++)
        if (query->annotations[i].expression->class == &count_class) (*defaults)[i] = value_int(0);
    return true;
}

bool query_compile_aggregate(struct runtime *runtime, struct query *query,
                             const struct arguments *arguments, struct compiled *compiled,
                             struct value **defaults) {
    size_t most = arguments->count + arguments->keyword_count + 1, count = 0;
    struct keyword *named = arena_array(runtime->arena, most, sizeof *named);
    const char **names = arena_array(runtime->arena, most, sizeof *names);
    struct query *copy = query_clone(runtime, query);
    if (!named || !names || !copy) return fault_no_memory(runtime->fault);
    if (query->distinct_count)
        return fault_raise(runtime->fault, "NotImplementedError",
                           "aggregate() + distinct(fields) not implemented.");
    if (!annotations_check(runtime, arguments, "aggregate")) return false;
    if (!name_aggregates(runtime, arguments, named, names, &count)) return false;
    for (size_t i = 0; i < count; i++) {
        struct expression *expression = expression_from(runtime, named[i].value);
        if (!expression || !query_add_annotation(runtime, copy, expression, names[i], true, true))
            return false;
        const struct annotation *annotation = query_annotation(copy, names[i]);
        if (!check_aggregate(runtime, annotation->expression, names[i], names, count)) return false;
    }
    struct query *one = aggregation(runtime, copy, names, count);
    return one && default_values(runtime, one, defaults) && query_compile(runtime, one, compiled);
}
