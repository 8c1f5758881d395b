/* filter - filter() and exclude(): a Q becomes conditions, with the joins they need.
 *
 *     ~Q(author__name='x', views__gt=3)
 *       add_q -> build_q -> build_child, once per child:
 *          solve    annotation, or path and what is left of the name
 *          joins    set up, then trimmed
 *          lookup   left, name, right
 *          guard    under NOT, a nullable column gets AND ... IS NOT NULL
 *
 * A condition under NOT over a relation to many rows becomes NOT EXISTS(...): see exclude.c.
 *
 * Mirrors Query.add_q, _add_q, build_filter and solve_lookup_type. */
#include <stdlib.h>

#include "engine/orm/blueprint.h"
#include "engine/orm/filter.h"
#include "engine/orm/lookup.h"

/* ---- Q ------------------------------------------------------------------------------------ */

static int by_name(const void *left, const void *right) {
    return strcmp(((const struct keyword *)left)->name, ((const struct keyword *)right)->name);
}

/* Positional children first, then keywords sorted by name. */
struct expression *q_new(struct runtime *runtime, const struct arguments *arguments) {
    struct expression *q = expression_new(runtime, EXPRESSION_Q, 0);
    size_t count = arguments->count + arguments->keyword_count;
    struct keyword *pairs = q ? arena_array(runtime->arena, count + 1, sizeof *pairs) : NULL;
    if (!pairs) {
        fault_no_memory(runtime->fault);
        return NULL;
    }
    for (size_t i = 0; i < arguments->count; i++)
        pairs[i] = (struct keyword){NULL, arguments->values[i]};
    if (arguments->keyword_count) {
        struct keyword *keywords = pairs + arguments->count;
        memcpy(keywords, arguments->keywords, arguments->keyword_count * sizeof *keywords);
        qsort(keywords, arguments->keyword_count, sizeof *keywords, by_name);
    }
    q->pairs = pairs;
    q->item_count = count;
    return q;
}

static struct expression *build_q(const struct build *, struct expression *q,
                                  struct alias_set *needed_inner);

/* ---- the name: annotation, path, lookups -------------------------------------------------- */

struct solved {
    const char **names;
    size_t count;
    size_t path_count;             /* of names that are the path */
    struct expression *annotation; /* instead of a path */
};

/* An annotation's name may itself hold "__": the shortest prefix that is one wins. */
static bool solve_annotation(struct runtime *runtime, const struct query *query,
                             struct solved *solved) {
    struct text text;
    text_init(&text, runtime->arena);
    for (size_t i = 0; i < solved->count && query->annotation_count; i++) {
        if (i) text_add(&text, "__");
        text_add(&text, solved->names[i]);
        if (text.failed) return fault_no_memory(runtime->fault);
        const struct annotation *annotation = query_annotation(query, text.data ? text.data : "");
        if (!annotation) continue;
        solved->annotation = annotation->expression;
        solved->path_count = i + 1;
        return true;
    }
    return true;
}

static bool solve(struct runtime *runtime, const struct query *query, const char *lookup,
                  struct solved *solved) {
    struct path path;
    struct path_failure failure;
    *solved = (struct solved){0};
    solved->names = names_split(runtime, lookup, &solved->count);
    if (!solved->names || !solve_annotation(runtime, query, solved)) return false;
    if (solved->annotation) return true;
    switch (path_walk(runtime, query, solved->names, solved->count, query->model, true, false,
                      &path, &failure)) {
    case PATH_UNKNOWN: return path_raise(runtime, query, &failure);
    case PATH_FAULT: return false;
    case PATH_MANY:
    case PATH_FOUND: break;
    }
    solved->path_count = path.used;
    return true;
}

/* ---- the value ---------------------------------------------------------------------------- */

/* resolve_lookup_value: expressions, also those inside a list, are resolved in this query. */
static bool resolve_value(const struct build *build, struct value *value) {
    struct resolve how = {.runtime = build->runtime,
                          .query = build->query,
                          .reuse = build->reuse,
                          .allow_joins = build->allow_joins};
    struct expression *expression = expression_from(build->runtime, *value);
    if (expression) {
        expression = expression_resolve(&how, expression);
        if (expression) *value = value_object(&expression->base);
        return expression != NULL;
    }
    if (!object_is(*value, &list_type) && !object_is(*value, &tuple_type))
        return !fault_raised(build->runtime->fault);
    const struct list *list = (const struct list *)value->object;
    struct list *copy = list_new(build->runtime, list->base.type, list->count);
    if (!copy) return false;
    for (size_t i = 0; i < list->count; i++) {
        struct value item = list->items[i];
        if (!resolve_value(build, &item) || !list_append(build->runtime, copy, item)) return false;
    }
    *value = value_object(&copy->base);
    return true;
}

/* The relation's other side must be of the model that it points at. */
static bool check_instance(struct runtime *runtime, struct value value,
                           const struct model *wanted) {
    const struct model *model = instance_model(value);
    if (!model || model == wanted) return true;
    const char *shown = object_str(runtime, value);
    if (!shown) return false;
    return fault_raise(runtime->fault, "ValueError",
                       "Cannot query \"%s\": Must be \"%s\" instance.", shown, wanted->name);
}

static bool check_related(struct runtime *runtime, struct value value, const struct model *wanted) {
    const struct expression *expression = expression_of(value);
    if (expression && expression->kind == EXPRESSION_QUERY) {
        const struct query *query = expression->query;
        if (query_has_select_fields(query) || query->model == wanted) return true;
        return fault_raise(runtime->fault, "ValueError",
                           "Cannot use QuerySet for \"%s\": Use a QuerySet for \"%s\".",
                           query->model->name, wanted->name);
    }
    if (instance_model(value)) return check_instance(runtime, value, wanted);
    if (!object_is(value, &list_type) && !object_is(value, &tuple_type)) return true;
    const struct list *list = (const struct list *)value.object;
    for (size_t i = 0; i < list->count; i++)
        if (!check_instance(runtime, list->items[i], wanted)) return false;
    return true;
}

/* ---- one condition ------------------------------------------------------------------------ */

static struct expression *only(struct runtime *runtime, struct expression *condition) {
    struct expression *clause = condition ? where_new(runtime, false, false) : NULL;
    return clause && where_append(runtime, clause, condition) ? clause : NULL;
}

/* Aliases that have more references now than before. */
static bool newly_used(struct runtime *runtime, const struct query *query, const int *before,
                       size_t count, struct alias_set *used) {
    for (size_t i = 0; i < query->join_count; i++)
        if (query->joins[i].references > (i < count ? before[i] : 0) &&
            !alias_set_add(runtime, used, query->joins[i].alias))
            return false;
    return true;
}

static bool keep_reusable(const struct build *build, const struct join_info *info) {
    for (size_t i = 0; build->reuse && i < info->alias_count; i++)
        if (!alias_set_add(build->runtime, build->reuse, info->aliases[i])) return false;
    return true;
}

/* Under NOT, SQL's unknown must come out as false: NOT (x > 1 AND x IS NOT NULL). */
static bool add_guards(const struct build *build, const struct join_info *info,
                       struct expression *clause, struct value value) {
    const struct field *target = info->path.target;
    const char *alias = info->aliases[info->alias_count - 1];
    const struct join *join = query_join_of(build->query, alias);
    if (target->null || (join && join->type == JOIN_LEFT_OUTER)) {
        struct expression *column = expression_column(build->runtime, alias, target, NULL, false);
        struct expression *guard = column ? lookup_isnull(build->runtime, column, false) : NULL;
        if (!guard || !where_add(build->runtime, clause, guard, false)) return false;
    }
    struct expression *right = expression_of(value);
    if (!right || right->kind != EXPRESSION_COLUMN || !right->target->null) return true;
    struct expression *guard = lookup_isnull(build->runtime, right, false);
    return guard && where_add(build->runtime, clause, guard, false);
}

/* The lookup over the joined column, guarded where needed. */
static struct expression *build_condition(const struct build *build, const struct solved *solved,
                                          struct join_info *info, struct value value,
                                          struct alias_set *used, struct alias_set *needed_inner) {
    struct runtime *runtime = build->runtime;
    const struct path *path = &info->path;
    size_t lookups = solved->count - solved->path_count;
    if (path->final_field->target && lookups > 1) {
        fault_raise(runtime->fault, "FieldError", "Related Field got invalid lookup: %s",
                    solved->names[solved->path_count]);
        return NULL;
    }
    struct expression *column =
        expression_column(runtime, info->aliases[info->alias_count - 1], path->target,
                          path->final_field, path->final_reverse);
    struct expression *condition =
        column ? lookup_build(runtime, solved->names + solved->path_count, lookups, column, value)
               : NULL;
    struct expression *clause = only(runtime, condition);
    if (!clause) return NULL;
    bool isnull = condition->lookup->id == LOOKUP_ISNULL && condition->source_count == 1;
    bool is_true = condition->value.kind == VALUE_BOOL && condition->value.integer;
    bool is_false = condition->value.kind == VALUE_BOOL && !condition->value.integer;
    bool require_outer = isnull && is_true && !build->current_negated;
    if (build->current_negated && (!isnull || is_false)) {
        require_outer = true;
        if (!isnull && !add_guards(build, info, clause, value)) return NULL;
    }
    if (!require_outer) *needed_inner = *used;
    return clause;
}

static struct expression *build_over_path(const struct build *build, const struct solved *solved,
                                          const char *name, struct value original,
                                          struct value value, struct alias_set *used,
                                          struct alias_set *needed_inner) {
    struct runtime *runtime = build->runtime;
    struct query *query = build->query;
    const char *alias = query_initial_alias(runtime, query);
    struct join_info *info = alias ? arena_alloc(runtime->arena, sizeof *info) : NULL;
    if (!info) {
        fault_no_memory(runtime->fault);
        return NULL;
    }
    bool allow_many = !build->branch_negated || !build->split_subquery;
    enum path_result result =
        query_setup_joins(runtime, query, solved->names, solved->path_count, query->model, alias,
                          build->reuse, allow_many, info);
    if (result == PATH_MANY)
        return filter_split_exclude(build, name, original, &info->path, needed_inner);
    if (result != PATH_FOUND) return NULL;
    if (info->path.final_field->target && !check_related(runtime, value, info->path.model))
        return NULL;
    query->lookup_joins = info->aliases;
    query->lookup_join_count = info->alias_count;
    for (size_t i = 0; i < info->alias_count; i++)
        if (!alias_set_add(runtime, used, info->aliases[i])) return NULL;
    query_trim_joins(query, info);
    if (!keep_reusable(build, info)) return NULL;
    return build_condition(build, solved, info, value, used, needed_inner);
}

/* name=value */
struct expression *filter_build_pair(const struct build *build, const char *name,
                                     struct value value, struct alias_set *needed_inner) {
    struct runtime *runtime = build->runtime;
    struct solved solved;
    if (!*name) {
        fault_raise(runtime->fault, "FieldError", "Cannot parse keyword query ''");
        return NULL;
    }
    if (!solve(runtime, build->query, name, &solved)) return NULL;
    if (!build->allow_joins && !solved.annotation && solved.path_count > 1) {
        fault_raise(runtime->fault, "FieldError",
                    "Joined field references are not permitted in this query");
        return NULL;
    }
    struct value original = value;
    struct alias_set used = {0};
    size_t join_count = build->query->join_count;
    int before[64];
    if (join_count > 64) {
        fault_raise(runtime->fault, "NotSupported", "a query of more than 64 joins");
        return NULL;
    }
    for (size_t i = 0; i < join_count; i++) before[i] = build->query->joins[i].references;
    if (!resolve_value(build, &value) ||
        !newly_used(runtime, build->query, before, join_count, &used))
        return NULL;
    if (!solved.annotation)
        return build_over_path(build, &solved, name, original, value, &used, needed_inner);
    return only(runtime, lookup_build(runtime, solved.names + solved.path_count,
                                      solved.count - solved.path_count, solved.annotation, value));
}

/* An expression that is a condition by itself: Exists(...), Case(...) of a BooleanField. */
struct expression *filter_build_expression(const struct build *build,
                                           struct expression *expression) {
    bool conditional = false;
    if (!expression_conditional(build->runtime, expression, &conditional)) return NULL;
    if (!conditional) {
        fault_raise(build->runtime->fault, "TypeError",
                    "Cannot filter against a non-conditional expression.");
        return NULL;
    }
    struct resolve how = {
        .runtime = build->runtime, .query = build->query, .allow_joins = build->allow_joins};
    expression = expression_resolve(&how, expression);
    if (!expression) return NULL;
    return only(build->runtime,
                lookup_build(build->runtime, NULL, 0, expression, value_bool(true)));
}

/* A positional argument that is no expression must be a (name, value) pair. */
static struct expression *build_positional(const struct build *build, struct value child,
                                           struct alias_set *needed_inner) {
    struct runtime *runtime = build->runtime;
    struct value pair[3], iterator;
    size_t count = 0;
    if (object_is(child, &dict_type)) {
        fault_raise(runtime->fault, "FieldError", "Cannot parse keyword query as dict");
        return NULL;
    }
    bool listed =
        object_is(child, &tuple_type) || object_is(child, &list_type) || child.kind == VALUE_TEXT;
    if (!listed) {
        fault_raise(runtime->fault, "TypeError", "cannot unpack non-iterable %s object",
                    value_type_name(child));
        return NULL;
    }
    if (!object_iterate(runtime, child, &iterator)) return NULL;
    for (bool done = false; count < 3; count++) {
        if (!object_next(runtime, iterator, &pair[count], &done)) return NULL;
        if (done) break;
    }
    if (count != 2) {
        fault_raise(runtime->fault, "ValueError",
                    count > 2 ? "too many values to unpack (expected 2)"
                              : "not enough values to unpack (expected 2, got %zu)",
                    count);
        return NULL;
    }
    if (pair[0].kind != VALUE_TEXT) {
        fault_raise(runtime->fault, "AttributeError", "'%s' object has no attribute 'split'",
                    value_type_name(pair[0]));
        return NULL;
    }
    return filter_build_pair(build, pair[0].text, pair[1], needed_inner);
}

static struct expression *build_child(const struct build *build, const struct keyword *child,
                                      struct alias_set *needed_inner) {
    if (child->name) return filter_build_pair(build, child->name, child->value, needed_inner);
    struct expression *expression = expression_from(build->runtime, child->value);
    if (!expression)
        return fault_raised(build->runtime->fault)
                   ? NULL
                   : build_positional(build, child->value, needed_inner);
    if (expression->kind != EXPRESSION_Q) return filter_build_expression(build, expression);
    if (!runtime_enter(build->runtime)) return NULL;
    struct expression *clause = build_q(build, expression, needed_inner);
    runtime_leave(build->runtime);
    return clause;
}

static struct expression *build_q(const struct build *outer, struct expression *q,
                                  struct alias_set *needed_inner) {
    struct build build = *outer;
    build.current_negated ^= q->negated;
    build.branch_negated |= q->negated;
    struct join_votes votes = {.children = q->item_count,
                               .or_connected = q->or_connected != build.current_negated};
    struct expression *clause = where_new(build.runtime, q->or_connected, q->negated);
    if (!clause) return NULL;
    for (size_t i = 0; i < q->item_count; i++) {
        struct alias_set inner = {0};
        struct expression *child = build_child(&build, &q->pairs[i], &inner);
        if (!child || !join_votes_add(build.runtime, &votes, &inner)) return NULL;
        if (child->source_count && !where_add(build.runtime, clause, child, q->or_connected))
            return NULL;
    }
    return join_votes_apply(build.runtime, build.query, &votes, needed_inner) ? clause : NULL;
}

/* ---- the whole ---------------------------------------------------------------------------- */

/* The new conditions are AND-ed to the old ones, so joins that were INNER stay so. */
bool query_add_q(struct runtime *runtime, struct query *query, struct expression *q) {
    struct alias_set inner = {0}, needed = {0};
    for (size_t i = 0; i < query->join_count; i++)
        if (query->joins[i].type == JOIN_INNER &&
            !alias_set_add(runtime, &inner, query->joins[i].alias))
            return false;
    const struct build build = {.runtime = runtime,
                                .query = query,
                                .reuse = &query->used_aliases,
                                .allow_joins = true,
                                .split_subquery = true};
    struct expression *clause = build_q(&build, q, &needed);
    if (!clause) return false;
    if (clause->source_count && !where_add(runtime, query->where, clause, false)) return false;
    query_demote_joins(query, &inner);
    return true;
}

bool query_add_filter(struct runtime *runtime, struct query *query, const char *name,
                      struct value value) {
    const struct keyword pair = {name, value};
    struct expression *q =
        q_new(runtime, &(struct arguments){.keywords = &pair, .keyword_count = 1});
    return q && query_add_q(runtime, query, q);
}

static bool filter(struct runtime *runtime, struct query *query, const struct arguments *arguments,
                   bool negated) {
    if ((arguments->count || arguments->keyword_count) && query_is_sliced(query))
        return fault_raise(runtime->fault, "AssertionError",
                           "Cannot filter a query once a slice has been taken.");
    struct expression *q = q_new(runtime, arguments);
    if (!q) return false;
    q->negated = negated;
    return query_add_q(runtime, query, q);
}

bool query_filter(struct runtime *runtime, struct query *query, const struct arguments *arguments,
                  bool negated) {
    return filter(runtime, query, arguments, negated);
}

bool query_filter_sticky(struct runtime *runtime, struct query *query, const char *name,
                         struct value value) {
    const struct keyword pair = {name, value};
    const struct arguments arguments = {.keywords = &pair, .keyword_count = 1};
    if (!filter(runtime, query, &arguments, false)) return false;
    query->sticky = true;
    return true;
}

bool query_filter_in(struct runtime *runtime, struct query *query, const char *path,
                     const struct value *values, size_t count) {
    const char *name = arena_format(runtime->arena, "%s__in", path);
    struct list *list = list_new(runtime, &list_type, count);
    if (!name || !list) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < count; i++)
        if (!list_append(runtime, list, values[i])) return false;
    const struct keyword pair = {name, value_object(&list->base)};
    return filter(runtime, query, &(struct arguments){.keywords = &pair, .keyword_count = 1},
                  false);
}

/* In an expression, a condition's joins must not drop rows, and nothing is split off. */
struct expression *query_resolve_q(const struct resolve *how, struct expression *q) {
    struct alias_set needed = {0};
    const struct build build = {.runtime = how->runtime,
                                .query = how->query,
                                .reuse = how->reuse,
                                .allow_joins = how->allow_joins};
    struct expression *clause = build_q(&build, q, &needed);
    if (clause) query_promote_joins(how->query, &needed);
    return clause;
}
