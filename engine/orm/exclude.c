/* exclude - exclude() over a relation to many rows.
 *
 *     Author.exclude(article__views__gt=9000)
 *     WHERE NOT (EXISTS(SELECT (1) AS "a" FROM "blog_article" U1
 *                       WHERE (U1."views" > 9000 AND U1."author_id" = "blog_author"."id") LIMIT 1))
 *
 * The inner query starts at the same model, filters, and then drops the tables before the first
 * relation to many.
 *
 * Mirrors Query.split_exclude and trim_start. */
#include <assert.h>

#include "engine/orm/blueprint.h"
#include "engine/orm/filter.h"

/* An F on the right means the outer query's field now. */
static bool outer_value(struct runtime *runtime, struct value *value) {
    struct expression *right = expression_of(*value);
    if (!right || (right->kind != EXPRESSION_F && right->kind != EXPRESSION_OUTER_REF)) return true;
    struct expression *outer =
        expression_new(runtime, EXPRESSION_OUTER_REF, right->kind == EXPRESSION_OUTER_REF);
    if (!outer) return false;
    outer->name = right->name;
    if (right->kind == EXPRESSION_OUTER_REF) outer->sources[0] = right;
    *value = value_object(&outer->base);
    return true;
}

struct trimmed {
    const char *prefix;        /* what the outer query calls the field where the inner one begins */
    bool contains_outer;       /* a LEFT OUTER JOIN was dropped */
    struct expression *column; /* the inner query's side */
};

/* The names before the first relation to many, and the column it starts from. */
static const char *trimmed_prefix(struct runtime *runtime, const struct path *path, size_t steps,
                                  const struct field *field) {
    struct text text;
    text_init(&text, runtime->arena);
    for (size_t i = 0; i < path->name_count && steps >= path->steps_of[i]; i++) {
        text_add(&text, path->names[i]);
        text_add(&text, "__");
        steps -= path->steps_of[i];
    }
    text_add(&text, field->name);
    const char *prefix = text_finish(&text);
    if (!prefix) fault_no_memory(runtime->fault);
    return prefix;
}

/* trim_start: leaves out the tables up to the first relation to many, and, where that join is
 * INNER, the table before it as well, since the key is on the joined side. */
static bool trim_start(struct runtime *runtime, struct query *query, const struct path *path,
                       struct trimmed *trimmed) {
    const char *tables[PATH_MOST + 1] = {NULL};
    size_t count = 0, steps = 0;
    for (size_t i = 0; i < query->join_count && count <= PATH_MOST; i++) {
        const char *alias = query->joins[i].alias;
        bool ours = i == 0;
        for (size_t j = 0; j < query->lookup_join_count; j++)
            ours = ours || alias_same(query->lookup_joins[j], alias);
        if (ours) tables[count++] = alias;
    }
    for (; steps < path->count && !path->steps[steps].many; steps++) {
        if (query_join_of(query, tables[steps + 1])->type == JOIN_LEFT_OUTER)
            trimmed->contains_outer = true;
        query_reference(query, tables[steps], -1);
    }
    assert(steps + 1 < count);
    const struct field *key = path->steps[steps].join_field;
    const struct field *pointed = model_primary_key(key->target);
    trimmed->prefix = trimmed_prefix(runtime, path, steps, pointed);
    if (!trimmed->prefix) return false;
    bool inner = query_join_of(query, tables[steps + 1])->type != JOIN_LEFT_OUTER;
    if (inner) query_reference(query, tables[steps], -1);
    for (size_t i = 0; i < query->join_count; i++) {
        if (query->joins[i].references <= 0) continue;
        query->joins[i].type = JOIN_BASE;
        query->joins[i].parent = NULL;
        break;
    }
    trimmed->column =
        expression_column(runtime, tables[steps + inner], inner ? key : pointed, NULL, false);
    query->default_columns = false;
    query->select = trimmed->column ? arena_array(runtime->arena, 1, sizeof *query->select) : NULL;
    if (!query->select) return fault_no_memory(runtime->fault);
    query->select[0] = trimmed->column;
    query->select_count = 1;
    return true;
}

/* Where the inner query may reuse the outer's join, it must be held to the same row. */
static bool tie_rows(const struct build *build, struct query *inner, struct trimmed *trimmed,
                     const struct model *model) {
    struct runtime *runtime = build->runtime;
    const char *alias = trimmed->column->name;
    if (!build->reuse || !alias_set_has(build->reuse, alias)) return true;
    const struct field *key = model_primary_key(model);
    if (!query_bump_prefix(runtime, inner, build->query)) return false;
    struct expression *left = expression_column(runtime, inner->select[0]->name, key, NULL, false);
    struct expression *right = expression_column(runtime, alias, key, NULL, false);
    struct expression *same = left && right ? lookup_exact(runtime, left, right) : NULL;
    if (!same || !where_add(runtime, inner->where, same, false)) return false;
    /* Django goes on with the column it had before the aliases changed. */
    return query_externals_set(runtime, inner, alias, true);
}

struct expression *filter_split_exclude(const struct build *build, const char *name,
                                        struct value value, const struct path *path,
                                        struct alias_set *needed_inner) {
    struct runtime *runtime = build->runtime;
    struct query *inner = query_new(runtime, build->query->model);
    struct trimmed trimmed = {0};
    if (!inner || !outer_value(runtime, &value) || !query_add_filter(runtime, inner, name, value))
        return NULL;
    query_clear_ordering(inner, true);
    if (!trim_start(runtime, inner, path, &trimmed)) return NULL;
    const struct path_step *step = &path->steps[path->count - 1];
    const struct model *model = trimmed.column->target == step->join_field ? step->to : step->from;
    if (!tie_rows(build, inner, &trimmed, model)) return NULL;
    struct expression *outer = expression_new(runtime, EXPRESSION_RESOLVED_OUTER_REF, 0);
    if (!outer) return NULL;
    outer->name = trimmed.prefix;
    struct expression *link = lookup_exact(runtime, trimmed.column, outer);
    if (!link || !where_add(runtime, inner->where, link, false)) return NULL;
    struct expression *exists = expression_exists(runtime, inner, false);
    struct expression *clause = exists ? filter_build_expression(build, exists) : NULL;
    if (!clause || !trimmed.contains_outer) return clause;
    struct build null_build = *build;
    null_build.branch_negated = null_build.current_negated = true;
    const char *isnull = arena_format(runtime->arena, "%s__isnull", trimmed.prefix);
    struct expression *or_null =
        isnull ? filter_build_pair(&null_build, isnull, value_bool(true), needed_inner) : NULL;
    if (!or_null || !where_add(runtime, clause, or_null, true)) return NULL;
    *needed_inner = (struct alias_set){0};
    return clause;
}
