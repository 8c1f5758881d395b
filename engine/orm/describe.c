/* describe - the blueprint as lines of text, one thing a line, depth by two spaces each: what the
 * figure of Day 8 draws between the expression and the SQL. */
#include "engine/orm/blueprint.h"
#include "engine/orm/lookup.h"

struct sketch {
    struct runtime *runtime;
    struct text text;
    unsigned depth;
};

static void line(struct sketch *sketch, const char *label, const char *detail) {
    if (sketch->text.length) text_add_char(&sketch->text, '\n');
    for (unsigned i = 0; i < sketch->depth; i++) text_add(&sketch->text, "  ");
    text_add(&sketch->text, label);
    if (detail) text_format(&sketch->text, " %s", detail);
}

static bool describe(struct sketch *, const struct query *);

/* alias.column, views, Count(...): an expression in a line. */
static const char *shown(struct sketch *sketch, const struct expression *node) {
    struct runtime *runtime = sketch->runtime;
    const char *text = NULL;
    if (node->kind == EXPRESSION_COLUMN)
        text = arena_format(runtime->arena, "%s.%s", node->name ? node->name : "",
                            node->target->column);
    else if (node->kind == EXPRESSION_REF)
        text = node->name;
    else if (node->kind == EXPRESSION_VALUE)
        text = object_repr(runtime, node->value);
    else if (node->kind == EXPRESSION_AGGREGATE || node->kind == EXPRESSION_FUNCTION) {
        const char *inner = node->source_count ? shown(sketch, node->sources[0]) : "";
        text = inner ? arena_format(runtime->arena, "%s(%s)", node->base.type->name, inner) : NULL;
    } else
        text = node->base.type->name;
    if (!text) fault_no_memory(runtime->fault);
    return text;
}

static const char *right_side(struct sketch *sketch, const struct expression *lookup) {
    struct runtime *runtime = sketch->runtime;
    if (lookup->source_count > 1) return shown(sketch, lookup->sources[1]);
    if (!lookup->lookup->iterable) return object_repr(runtime, lookup->value);
    const char *text = lookup->item_count == 1
                           ? object_repr(runtime, lookup->items[0])
                           : arena_format(runtime->arena, "%zu values", lookup->item_count);
    if (!text) fault_no_memory(runtime->fault);
    return text;
}

static bool describe_condition(struct sketch *sketch, const struct expression *node) {
    if (node->kind == EXPRESSION_LOOKUP) {
        const char *left = shown(sketch, node->sources[0]), *right = right_side(sketch, node);
        if (!left || !right) return false;
        const char *detail = arena_format(sketch->runtime->arena, "%s %s", left, right);
        if (!detail) return fault_no_memory(sketch->runtime->fault);
        line(sketch, node->lookup->name, detail);
    } else if (node->kind == EXPRESSION_WHERE) {
        const char *connector = node->or_connected ? "OR" : "AND";
        line(sketch, node->negated ? "NOT" : connector, node->negated ? connector : NULL);
    } else {
        line(sketch, node->base.type->name, NULL);
    }
    sketch->depth++;
    for (size_t i = 0; i < node->source_count; i++) {
        const struct expression *child = node->sources[i];
        if (node->kind == EXPRESSION_WHERE && !describe_condition(sketch, child)) return false;
        if (node->kind == EXPRESSION_LOOKUP && child->query && !describe(sketch, child->query))
            return false;
    }
    sketch->depth--;
    return true;
}

static void describe_joins(struct sketch *sketch, const struct query *query) {
    static const char *const words[] = {
        [JOIN_BASE] = "from", [JOIN_INNER] = "inner join", [JOIN_LEFT_OUTER] = "left outer join"};
    for (size_t i = 0; i < query->join_count; i++) {
        const struct join *join = &query->joins[i];
        if (!join->references) continue;
        const char *detail =
            alias_same(join->table, join->alias)
                ? join->table
                : arena_format(sketch->runtime->arena, "%s as %s", join->table, join->alias);
        line(sketch, words[join->type], detail ? detail : join->table);
    }
}

static bool describe_columns(struct sketch *sketch, const struct query *query) {
    if (query->default_columns) line(sketch, "columns", "of the model");
    for (size_t i = 0; i < query->select_count; i++) {
        const char *detail = shown(sketch, query->select[i]);
        if (!detail) return false;
        line(sketch, "column", detail);
    }
    for (size_t i = 0; i < query->annotation_count; i++) {
        const struct annotation *annotation = &query->annotations[i];
        const char *expression = shown(sketch, annotation->expression);
        if (!expression) return false;
        const char *detail =
            arena_format(sketch->runtime->arena, "%s = %s", annotation->name, expression);
        if (!detail) return fault_no_memory(sketch->runtime->fault);
        line(sketch, annotation->selected ? "annotation" : "alias", detail);
        if (annotation->expression->query) {
            sketch->depth++;
            if (!describe(sketch, annotation->expression->query)) return false;
            sketch->depth--;
        }
    }
    return true;
}

static bool describe_order(struct sketch *sketch, const struct query *query) {
    for (size_t i = 0; i < query->order_count; i++) {
        const char *detail = object_str(sketch->runtime, query->order_by[i]);
        if (!detail) return false;
        line(sketch, "order", detail);
    }
    return true;
}

static void describe_related(struct sketch *sketch, const struct related_name *names) {
    for (; names; names = names->next) {
        line(sketch, "with", names->name);
        sketch->depth++;
        describe_related(sketch, names->children);
        sketch->depth--;
    }
}

static void describe_cut(struct sketch *sketch, const struct query *query) {
    if (query->distinct) line(sketch, "distinct", NULL);
    if (query->group_by != GROUP_NONE)
        line(sketch, "group by", query->group_by == GROUP_ALL ? "all columns" : "values");
    if (!query_is_sliced(query)) return;
    const char *detail =
        query->high < 0
            ? arena_format(sketch->runtime->arena, "%lld to the end", (long long)query->low)
            : arena_format(sketch->runtime->arena, "%lld to %lld", (long long)query->low,
                           (long long)query->high);
    line(sketch, "slice", detail);
}

static bool describe(struct sketch *sketch, const struct query *query) {
    line(sketch, "Query", query->model->name);
    sketch->depth++;
    if (!describe_columns(sketch, query)) return false;
    describe_joins(sketch, query);
    if (query->select_related == RELATED_ALL) line(sketch, "with", "every key that is not NULL");
    describe_related(sketch, query->related);
    if (query->nothing) line(sketch, "where", "nothing matches");
    if (query->where->source_count) {
        line(sketch, "where", NULL);
        sketch->depth++;
        if (!describe_condition(sketch, query->where)) return false;
        sketch->depth--;
    }
    if (!describe_order(sketch, query)) return false;
    describe_cut(sketch, query);
    for (size_t i = 0; i < query->combined_count; i++) {
        line(sketch, query->combinator, NULL);
        sketch->depth++;
        if (!describe(sketch, query->combined[i])) return false;
        sketch->depth--;
    }
    sketch->depth--;
    return true;
}

const char *query_describe(struct runtime *runtime, const struct query *query) {
    struct sketch sketch = {.runtime = runtime};
    text_init(&sketch.text, runtime->arena);
    if (!describe(&sketch, query)) return NULL;
    const char *text = text_finish(&sketch.text);
    if (!text) fault_no_memory(runtime->fault);
    return text;
}
