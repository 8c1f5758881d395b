/* expression - see expression.h: building nodes, resolving them, giving them other aliases, and
 * telling what they contribute to GROUP BY. Their types are in output.c, their SQL in
 * expression_sql.c, what listings see of them in expression_object.c. */
#include "engine/orm/expression.h"

#include "engine/orm/blueprint.h"

static const struct object_type kind_types[] = {
    [EXPRESSION_F] = EXPRESSION_TYPE("expressions", "F"),
    [EXPRESSION_OUTER_REF] = EXPRESSION_TYPE("expressions", "OuterRef"),
    [EXPRESSION_RESOLVED_OUTER_REF] = EXPRESSION_TYPE("expressions", "ResolvedOuterRef"),
    [EXPRESSION_VALUE] = EXPRESSION_TYPE("expressions", "Value"),
    [EXPRESSION_COLUMN] = EXPRESSION_TYPE("expressions", "Col"),
    [EXPRESSION_REF] = EXPRESSION_TYPE("expressions", "Ref"),
    [EXPRESSION_STAR] = EXPRESSION_TYPE("expressions", "Star"),
    [EXPRESSION_RAW] = EXPRESSION_TYPE("expressions", "RawSQL"),
    [EXPRESSION_COMBINED] = EXPRESSION_TYPE("expressions", "CombinedExpression"),
    [EXPRESSION_FUNCTION] = EXPRESSION_TYPE("expressions", "Func"),
    [EXPRESSION_AGGREGATE] = EXPRESSION_TYPE("aggregates", "Aggregate"),
    [EXPRESSION_WRAPPER] = EXPRESSION_TYPE("expressions", "ExpressionWrapper"),
    [EXPRESSION_CASE] = EXPRESSION_TYPE("expressions", "Case"),
    [EXPRESSION_WHEN] = EXPRESSION_TYPE("expressions", "When"),
    [EXPRESSION_SUBQUERY] = EXPRESSION_TYPE("expressions", "Subquery"),
    [EXPRESSION_EXISTS] = EXPRESSION_TYPE("expressions", "Exists"),
    [EXPRESSION_QUERY] = EXPRESSION_TYPE("sql.query", "Query"),
    [EXPRESSION_ORDER] = EXPRESSION_TYPE("expressions", "OrderBy"),
    [EXPRESSION_Q] = EXPRESSION_TYPE("query_utils", "Q"),
    [EXPRESSION_WHERE] = EXPRESSION_TYPE("sql.where", "WhereNode"),
    [EXPRESSION_LOOKUP] = EXPRESSION_TYPE("lookups", "Lookup"),
    [EXPRESSION_NOTHING] = EXPRESSION_TYPE("sql.where", "NothingNode"),
};

/* ---- building ----------------------------------------------------------------------------- */

struct expression *expression_new(struct runtime *runtime, enum expression_kind kind,
                                  size_t sources) {
    struct expression *node = arena_alloc(runtime->arena, sizeof *node);
    if (node && sources)
        node->sources = arena_array(runtime->arena, sources, sizeof *node->sources);
    if (!node || (sources && !node->sources)) {
        fault_no_memory(runtime->fault);
        return NULL;
    }
    node->base.type = &kind_types[kind];
    node->kind = (uint8_t)kind;
    node->source_count = node->source_capacity = (uint32_t)sources;
    return node;
}

struct expression *expression_copy(struct runtime *runtime, const struct expression *node) {
    struct expression *copy = arena_alloc(runtime->arena, sizeof *copy);
    if (!copy) {
        fault_no_memory(runtime->fault);
        return NULL;
    }
    *copy = *node;
    copy->source_capacity = copy->source_count; /* the array is shared: appending moves it */
    return copy;
}

void expression_settle(struct expression *node) {
    node->aggregate = node->kind == EXPRESSION_AGGREGATE;
    for (size_t i = 0; i < node->source_count; i++)
        if (node->sources[i]->aggregate) node->aggregate = true;
}

static struct expression *named(struct runtime *runtime, enum expression_kind kind,
                                const char *name) {
    struct expression *node = expression_new(runtime, kind, 0);
    if (node) node->name = name;
    return node;
}

static struct expression *around(struct runtime *runtime, enum expression_kind kind,
                                 struct expression *source) {
    struct expression *node = expression_new(runtime, kind, 1);
    if (!node) return NULL;
    node->sources[0] = source;
    expression_settle(node);
    return node;
}

struct expression *expression_f(struct runtime *runtime, const char *name) {
    return named(runtime, EXPRESSION_F, name);
}

struct expression *expression_raw(struct runtime *runtime, const char *sql) {
    struct expression *node = named(runtime, EXPRESSION_RAW, sql);
    if (node) node->output = field_of_kind(FIELD_ANY);
    return node;
}

struct expression *expression_value(struct runtime *runtime, struct value value) {
    struct expression *node = expression_new(runtime, EXPRESSION_VALUE, 0);
    if (node) node->value = value;
    return node;
}

struct expression *expression_column(struct runtime *runtime, const char *alias,
                                     const struct field *target, const struct field *output,
                                     bool reverse) {
    struct expression *node = named(runtime, EXPRESSION_COLUMN, alias);
    if (!node) return NULL;
    node->target = target;
    node->output = output ? output : field_value_target(target);
    node->reverse = reverse;
    return node;
}

struct expression *expression_ref(struct runtime *runtime, const char *name,
                                  struct expression *source) {
    struct expression *node = around(runtime, EXPRESSION_REF, source);
    if (node) node->name = name;
    return node;
}

struct expression *expression_order(struct runtime *runtime, struct expression *source,
                                    bool descending) {
    struct expression *node = around(runtime, EXPRESSION_ORDER, source);
    if (node) node->descending = descending;
    return node;
}

struct expression *expression_query(struct runtime *runtime, struct query *query) {
    struct expression *node = expression_new(runtime, EXPRESSION_QUERY, 0);
    if (node) node->query = query;
    return node;
}

struct expression *expression_exists(struct runtime *runtime, struct query *query, bool negated) {
    struct expression *node = expression_new(runtime, EXPRESSION_EXISTS, 0);
    if (!node) return NULL;
    node->query = query;
    node->negated = negated;
    node->output = field_of_kind(FIELD_BOOLEAN);
    return node;
}

struct expression *expression_function(struct runtime *runtime,
                                       const struct expression_class *class,
                                       struct expression *const *sources, size_t count) {
    struct expression *node = expression_new(runtime, (enum expression_kind) class->kind, count);
    if (!node) return NULL;
    node->base.type = &class->type;
    node->class = class;
    for (size_t i = 0; i < count; i++) node->sources[i] = sources[i];
    expression_settle(node);
    return node;
}

struct expression *expression_combine(struct runtime *runtime, struct expression *left,
                                      char connector, struct expression *right) {
    struct expression *node = expression_new(runtime, EXPRESSION_COMBINED, 2);
    if (!node) return NULL;
    node->connector = connector;
    node->sources[0] = left;
    node->sources[1] = right;
    expression_settle(node);
    return node;
}

struct expression *expression_of(struct value value) {
    /* All types of expressions, and no others, write themselves by expression_repr. */
    if (value.kind != VALUE_OBJECT || value.object->type->repr != expression_repr) return NULL;
    return (struct expression *)value.object;
}

bool value_is_expression(struct value value) {
    return expression_of(value) || queryset_query_of(value);
}

/* QuerySet.resolve_expression refuses values() of several columns; that is checked when the
 * query is resolved, see query_resolve. */
struct expression *expression_from(struct runtime *runtime, struct value value) {
    struct expression *node = expression_of(value);
    if (node) return node;
    struct query *query = queryset_query_of(value);
    return query ? expression_query(runtime, query) : NULL;
}

struct expression *expression_parse(struct runtime *runtime, struct value value) {
    struct expression *node = expression_from(runtime, value);
    if (node || fault_raised(runtime->fault)) return node;
    if (value.kind == VALUE_TEXT) return expression_f(runtime, value.text);
    return expression_value(runtime, value);
}

bool expression_list_add(struct runtime *runtime, struct expression_list *list,
                         struct expression *node) {
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? list->capacity * 2 : 8;
        list->items =
            arena_grow(runtime->arena, list->items, list->capacity, capacity, sizeof *list->items);
        if (!list->items) return fault_no_memory(runtime->fault);
        list->capacity = capacity;
    }
    list->items[list->count++] = node;
    return true;
}

/* ---- resolving ---------------------------------------------------------------------------- */

/* The same node with its sources resolved, as BaseExpression.resolve_expression. */
static struct expression *resolve_sources(const struct resolve *how, struct expression *node) {
    struct expression *copy = expression_copy(how->runtime, node);
    if (!copy) return NULL;
    copy->summary = how->summarize;
    copy->for_save = how->for_save;
    if (!node->source_count) return copy;
    copy->sources = arena_array(how->runtime->arena, node->source_count, sizeof *copy->sources);
    if (!copy->sources) {
        fault_no_memory(how->runtime->fault);
        return NULL;
    }
    for (size_t i = 0; i < node->source_count; i++) {
        copy->sources[i] = expression_resolve(how, node->sources[i]);
        if (!copy->sources[i]) return NULL;
    }
    expression_settle(copy);
    return copy;
}

/* Names the argument of an aggregate as it was written, for the error below. */
static const char *written_name(struct runtime *runtime, struct expression *node) {
    if (node->kind == EXPRESSION_F || node->kind == EXPRESSION_OUTER_REF) return node->name;
    if (node->kind == EXPRESSION_AGGREGATE) return node->base.type->name;
    return expression_repr(runtime, &node->base);
}

static struct expression *resolve_aggregate(const struct resolve *how, struct expression *node) {
    struct resolve inside = *how;
    inside.for_save = false;
    struct expression *copy = resolve_sources(&inside, node);
    if (!copy || how->summarize) return copy;
    for (size_t i = 0; i < copy->source_count - copy->has_filter; i++) {
        if (!copy->sources[i]->aggregate) continue;
        const char *name = written_name(how->runtime, node->sources[i]);
        if (!name) return NULL;
        fault_raise(how->runtime->fault, "FieldError",
                    "Cannot compute %s('%s'): '%s' is an aggregate", node->base.type->name, name,
                    name);
        return NULL;
    }
    return copy;
}

/* The type of an operand, where it can be told; a fault while asking is forgotten, as Django
 * does here. */
static const struct field *type_if_known(struct runtime *runtime, struct expression *node) {
    const struct field *output = expression_output(runtime, node);
    if (!output) fault_clear(runtime->fault);
    return output;
}

static bool is_temporal(const struct field *field) {
    return field && (field->kind == FIELD_DATE || field->kind == FIELD_DATETIME ||
                     field->kind == FIELD_TIME);
}

/* A date and a duration are combined by a function, and so are two dates: SQLite holds dates as
 * texts and durations as microseconds. */
static struct expression *resolve_combined(const struct resolve *how, struct expression *node) {
    struct expression *copy = resolve_sources(how, node);
    if (!copy) return NULL;
    const struct field *left = type_if_known(how->runtime, copy->sources[0]);
    const struct field *right = type_if_known(how->runtime, copy->sources[1]);
    bool left_lasts = left && left->kind == FIELD_DURATION;
    bool right_lasts = right && right->kind == FIELD_DURATION;
    copy->with_duration = left_lasts != right_lasts;
    copy->difference =
        node->connector == '-' && is_temporal(left) && right && left->kind == right->kind;
    if (copy->difference) copy->output = field_of_kind(FIELD_DURATION);
    return copy;
}

static struct expression *resolve_outer(const struct resolve *how, struct expression *node) {
    if (node->kind == EXPRESSION_OUTER_REF) {
        if (node->source_count) return node->sources[0];
        return named(how->runtime, EXPRESSION_RESOLVED_OUTER_REF, node->name);
    }
    struct expression *column = query_resolve_ref(how, node->name);
    column = column ? expression_copy(how->runtime, column) : NULL;
    if (column) column->multivalued = strstr(node->name, "__") != NULL;
    return column;
}

static struct expression *resolve_query(const struct resolve *how, struct expression *node) {
    struct expression *copy = expression_copy(how->runtime, node);
    if (!copy) return NULL;
    copy->query = query_resolve(how, node->query);
    copy->summary = how->summarize;
    return copy->query ? copy : NULL;
}

static struct expression *resolve_where(const struct resolve *how, struct expression *node) {
    struct expression *copy = resolve_sources(how, node);
    if (copy) copy->resolved = true;
    return copy;
}

static struct expression *resolve_node(const struct resolve *how, struct expression *node) {
    switch ((enum expression_kind)node->kind) {
    case EXPRESSION_F: return query_resolve_ref(how, node->name);
    case EXPRESSION_OUTER_REF:
    case EXPRESSION_RESOLVED_OUTER_REF: return resolve_outer(how, node);
    case EXPRESSION_REF:
    case EXPRESSION_NOTHING: return node;
    case EXPRESSION_COLUMN:
    case EXPRESSION_STAR:
    case EXPRESSION_RAW: return node->summary == how->summarize ? node : resolve_sources(how, node);
    case EXPRESSION_AGGREGATE: return resolve_aggregate(how, node);
    case EXPRESSION_COMBINED: return resolve_combined(how, node);
    case EXPRESSION_SUBQUERY:
    case EXPRESSION_EXISTS:
    case EXPRESSION_QUERY: return resolve_query(how, node);
    case EXPRESSION_Q: return query_resolve_q(how, node);
    case EXPRESSION_WHERE: return resolve_where(how, node);
    case EXPRESSION_FUNCTION: {
        struct expression *copy = resolve_sources(how, node);
        if (copy && node->class->check && !node->class->check(how, copy)) return NULL;
        return copy;
    }
    case EXPRESSION_VALUE:
    case EXPRESSION_WRAPPER:
    case EXPRESSION_CASE:
    case EXPRESSION_WHEN:
    case EXPRESSION_ORDER:
    case EXPRESSION_LOOKUP: return resolve_sources(how, node);
    }
    return node;
}

/* A listing may nest expressions as deep as it likes; the C stack may not be nested so. */
struct expression *expression_resolve(const struct resolve *how, struct expression *node) {
    if (!runtime_enter(how->runtime)) return NULL;
    struct expression *resolved = resolve_node(how, node);
    runtime_leave(how->runtime);
    return resolved;
}

/* ---- other aliases ------------------------------------------------------------------------ */

const char *relabel_alias(const struct relabel *map, const char *alias) {
    for (size_t i = 0; i < map->count; i++)
        if (alias_same(map->from[i], alias)) return map->to[i];
    return alias;
}

static struct expression *relabel_column(struct runtime *runtime, struct expression *node,
                                         const struct relabel *map) {
    if (!node->name) return node;
    const char *alias = relabel_alias(map, node->name);
    if (alias_same(alias, node->name)) return node;
    struct expression *copy = expression_copy(runtime, node);
    if (!copy) return NULL;
    copy->name = alias;
    copy->multivalued = false; /* Col.relabeled_clone makes a fresh Col */
    return copy;
}

/* A node is copied only if something below it changed. */
static struct expression *relabel_sources(struct runtime *runtime, struct expression *node,
                                          const struct relabel *map) {
    struct expression *copy = NULL;
    for (size_t i = 0; i < node->source_count; i++) {
        struct expression *source = expression_relabel(runtime, node->sources[i], map);
        if (!source) return NULL;
        if (source == node->sources[i]) continue;
        if (!copy) {
            copy = expression_copy(runtime, node);
            if (!copy) return NULL;
            copy->sources = arena_array(runtime->arena, node->source_count, sizeof *copy->sources);
            if (!copy->sources) {
                fault_no_memory(runtime->fault);
                return NULL;
            }
            memcpy(copy->sources, node->sources, node->source_count * sizeof *copy->sources);
        }
        copy->sources[i] = source;
    }
    return copy ? copy : node;
}

struct expression *expression_relabel(struct runtime *runtime, struct expression *node,
                                      const struct relabel *map) {
    if (node->kind == EXPRESSION_COLUMN) return relabel_column(runtime, node, map);
    if (node->kind == EXPRESSION_REF) return node;
    if (!node->query) return relabel_sources(runtime, node, map);
    struct expression *copy = expression_copy(runtime, node);
    if (!copy) return NULL;
    copy->query = query_relabel(runtime, node->query, map);
    return copy->query ? copy : NULL;
}

/* ---- equality ----------------------------------------------------------------------------- */

static bool values_equal(struct runtime *runtime, struct value left, struct value right) {
    if (left.kind == VALUE_NONE || right.kind == VALUE_NONE) return left.kind == right.kind;
    bool equal = false;
    if (!object_equal(runtime, left, right, &equal)) return false;
    return equal;
}

static bool items_equal(struct runtime *runtime, const struct expression *left,
                        const struct expression *right) {
    if (left->item_count != right->item_count) return false;
    for (size_t i = 0; i < left->item_count; i++) {
        if (left->kind == EXPRESSION_Q) {
            if (!alias_same(left->pairs[i].name, right->pairs[i].name)) return false;
            if (!values_equal(runtime, left->pairs[i].value, right->pairs[i].value)) return false;
        } else if (!values_equal(runtime, left->items[i], right->items[i])) {
            return false;
        }
    }
    return true;
}

static bool flags_equal(const struct expression *left, const struct expression *right) {
    return left->negated == right->negated && left->or_connected == right->or_connected &&
           left->distinct == right->distinct && left->descending == right->descending &&
           left->nulls_first == right->nulls_first && left->nulls_last == right->nulls_last &&
           left->connector == right->connector && left->lookup == right->lookup &&
           left->class == right->class && left->query == right->query &&
           left->target == right->target && left->output == right->output &&
           left->reverse == right->reverse;
}

bool expression_equal(struct runtime *runtime, const struct expression *left,
                      const struct expression *right) {
    if (left == right) return true;
    if (left->kind != right->kind || left->source_count != right->source_count) return false;
    if (!flags_equal(left, right) || !alias_same(left->name, right->name)) return false;
    for (size_t i = 0; i < left->source_count; i++)
        if (!expression_equal(runtime, left->sources[i], right->sources[i])) return false;
    return values_equal(runtime, left->value, right->value) && items_equal(runtime, left, right);
}

/* ---- GROUP BY ----------------------------------------------------------------------------- */

static bool group_by_sources(struct runtime *runtime, struct expression *node,
                             struct expression_list *list) {
    for (size_t i = 0; i < node->source_count; i++)
        if (!expression_group_by(runtime, node->sources[i], NULL, list)) return false;
    return true;
}

/* Columns of the outer query take the subquery's place, unless one of them may repeat. */
static bool group_by_query(struct runtime *runtime, struct expression *node, const char *alias,
                           struct expression_list *list) {
    if (alias) {
        struct expression *ref = expression_ref(runtime, alias, node);
        return ref && expression_list_add(runtime, list, ref);
    }
    struct expression_list external = {0};
    if (!query_external_columns(runtime, node->query, &external)) return false;
    for (size_t i = 0; i < external.count; i++) {
        if (!external.items[i]->multivalued) continue;
        struct expression *whole = expression_query(runtime, node->query);
        return whole && expression_list_add(runtime, list, whole);
    }
    for (size_t i = 0; i < external.count; i++)
        if (!expression_list_add(runtime, list, external.items[i])) return false;
    return true;
}

static bool group_by_wrapper(struct runtime *runtime, struct expression *node, const char *alias,
                             struct expression_list *list) {
    struct expression *inner = node->sources[0];
    if (inner->query || inner->kind == EXPRESSION_WHERE)
        return inner->aggregate ? group_by_sources(runtime, node, list)
                                : expression_list_add(runtime, list, node);
    struct expression *copy = expression_copy(runtime, inner);
    if (!copy) return false;
    copy->output = node->output;
    return expression_group_by(runtime, copy, alias, list);
}

bool expression_group_by(struct runtime *runtime, struct expression *node, const char *alias,
                         struct expression_list *list) {
    switch ((enum expression_kind)node->kind) {
    case EXPRESSION_VALUE:
    case EXPRESSION_AGGREGATE:
    case EXPRESSION_RESOLVED_OUTER_REF:
    case EXPRESSION_NOTHING: return true;
    case EXPRESSION_COLUMN:
    case EXPRESSION_REF:
    case EXPRESSION_RAW: return expression_list_add(runtime, list, node);
    case EXPRESSION_SUBQUERY:
    case EXPRESSION_EXISTS:
    case EXPRESSION_QUERY: return group_by_query(runtime, node, alias, list);
    case EXPRESSION_WRAPPER: return group_by_wrapper(runtime, node, alias, list);
    case EXPRESSION_WHEN:
    case EXPRESSION_ORDER:
    case EXPRESSION_WHERE:
    case EXPRESSION_LOOKUP: return group_by_sources(runtime, node, list);
    case EXPRESSION_CASE:
        if (node->source_count == 1)
            return expression_group_by(runtime, node->sources[0], alias, list);
        break;
    default: break;
    }
    if (node->aggregate) return group_by_sources(runtime, node, list);
    return expression_list_add(runtime, list, node);
}
