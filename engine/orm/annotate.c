/* annotate - computed columns, what they do to GROUP BY, and how F() finds them.
 *
 * Mirrors QuerySet.annotate, dates and datetimes, and Query.add_annotation, set_group_by and
 * resolve_ref. */
#include <ctype.h>
#include <stdlib.h>

#include "engine/orm/blueprint.h"

/* ---- annotations -------------------------------------------------------------------------- */

struct annotation *query_annotation(const struct query *query, const char *name) {
    for (size_t i = 0; i < query->annotation_count; i++)
        if (strcmp(query->annotations[i].name, name) == 0) return &query->annotations[i];
    return NULL;
}

struct annotation *query_selected_annotation(const struct query *query, const char *name) {
    struct annotation *annotation = query_annotation(query, name);
    return annotation && annotation->selected ? annotation : NULL;
}

bool query_put_annotation(struct runtime *runtime, struct query *query,
                          struct expression *expression, const char *name, bool select) {
    struct annotation *annotation = query_annotation(query, name);
    if (!annotation) {
        /* The array is this query's own, but has no room: it moves. */
        struct annotation *grown =
            arena_array(runtime->arena, query->annotation_count + 1, sizeof *grown);
        if (!grown) return fault_no_memory(runtime->fault);
        if (query->annotation_count)
            memcpy(grown, query->annotations, query->annotation_count * sizeof *grown);
        query->annotations = grown;
        annotation = &grown[query->annotation_count++];
    }
    *annotation = (struct annotation){name, expression, select};
    if (!select) query->annotations_masked = true;
    return true;
}

/* Whitespace, quotes, brackets, semicolons, hashes, control characters, SQL comments. */
bool alias_check(struct runtime *runtime, const char *alias) {
    bool bad = strstr(alias, "--") || strstr(alias, "/*") || strstr(alias, "*/");
    for (const char *at = alias; *at; at++) {
        unsigned char byte = (unsigned char)*at;
        bad = bad || strchr("'`\"][;#", byte) || isspace(byte) || byte < 0x20 || byte == 0x7f;
        /* U+0080 to U+009F, which are control characters too, and the no-break space. */
        bad = bad || (byte == 0xc2 && (unsigned char)at[1] <= 0xa0);
    }
    if (!bad) return true;
    return fault_raise(runtime->fault, "ValueError",
                       "Column aliases cannot contain whitespace characters, hashes, control "
                       "characters, quotation marks, semicolons, or SQL comments.");
}

bool query_add_annotation(struct runtime *runtime, struct query *query,
                          struct expression *expression, const char *name, bool summary,
                          bool select) {
    struct resolve how = {
        .runtime = runtime, .query = query, .allow_joins = true, .summarize = summary};
    if (!alias_check(runtime, name)) return false;
    expression = expression_resolve(&how, expression);
    return expression && query_put_annotation(runtime, query, expression, name, select);
}

static int by_text(const void *left, const void *right) {
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static bool refuse_values(struct runtime *runtime, const struct value *values, size_t count,
                          const char *method) {
    const char **texts = arena_array(runtime->arena, count, sizeof *texts);
    struct text text;
    text_init(&text, runtime->arena);
    if (!texts) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < count; i++)
        if (!(texts[i] = object_str(runtime, values[i]))) return false;
    qsort(texts, count, sizeof *texts, by_text);
    for (size_t i = 0; i < count; i++) text_format(&text, "%s%s", i ? ", " : "", texts[i]);
    const char *list = text_finish(&text);
    if (!list) return fault_no_memory(runtime->fault);
    return fault_raise(runtime->fault, "TypeError", "QuerySet.%s() received non-expression(s): %s.",
                       method, list);
}

/* _validate_values_are_expressions */
bool annotations_check(struct runtime *runtime, const struct arguments *arguments,
                       const char *method) {
    size_t count = 0;
    struct value *bad =
        arena_array(runtime->arena, arguments->count + arguments->keyword_count + 1, sizeof *bad);
    if (!bad) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < arguments->count; i++)
        if (!value_is_expression(arguments->values[i])) bad[count++] = arguments->values[i];
    for (size_t i = 0; i < arguments->keyword_count; i++)
        if (!value_is_expression(arguments->keywords[i].value))
            bad[count++] = arguments->keywords[i].value;
    return !count || refuse_values(runtime, bad, count, method);
}

/* An annotation may not be called as a field; after values(), as one of the values. */
static bool conflicts(const struct query *query, const char *alias) {
    const struct model *from = NULL;
    if (query->has_fields) {
        for (size_t i = 0; i < query->field_count; i++)
            if (strcmp(query->fields[i], alias) == 0) return true;
        return false;
    }
    const struct field *reverse = model_reverse(query->model, alias, &from);
    bool hidden = strchr(alias, '+') != NULL;
    return (reverse && !hidden) || (strcmp(alias, "pk") != 0 && model_field(query->model, alias));
}

struct named {
    struct keyword *list;
    size_t count;
};

/* Positional annotations get their default names and come first. */
static bool name_annotations(struct runtime *runtime, const struct arguments *arguments,
                             struct named *named) {
    named->list = arena_array(runtime->arena, arguments->count + arguments->keyword_count + 1,
                              sizeof *named->list);
    if (!named->list) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < arguments->count; i++) {
        const char *alias = NULL;
        if (!expression_default_alias(runtime, arguments->values[i], &alias)) {
            if (!fault_is(runtime->fault, "TypeError")) return false;
            fault_clear(runtime->fault);
            return fault_raise(runtime->fault, "TypeError", "Complex annotations require an alias");
        }
        for (size_t j = 0; j < arguments->keyword_count; j++)
            if (strcmp(arguments->keywords[j].name, alias) == 0)
                return fault_raise(runtime->fault, "ValueError",
                                   "The named annotation '%s' conflicts with the default name for "
                                   "another annotation.",
                                   alias);
        size_t at = 0;
        while (at < named->count && strcmp(named->list[at].name, alias) != 0) at++;
        named->list[at] = (struct keyword){alias, arguments->values[i]};
        if (at == named->count) named->count++;
    }
    for (size_t i = 0; i < arguments->keyword_count; i++)
        named->list[named->count++] = arguments->keywords[i];
    return true;
}

/* The first aggregate among the new annotations sets GROUP BY. */
static bool group_after(struct runtime *runtime, struct query *query, const struct named *named) {
    for (size_t i = 0; i < query->annotation_count; i++) {
        if (!query->annotations[i].expression->aggregate) continue;
        for (size_t j = 0; j < named->count; j++) {
            if (strcmp(named->list[j].name, query->annotations[i].name) != 0) continue;
            if (query->has_fields) return query_set_group_by(runtime, query, true);
            query->group_by = GROUP_ALL;
            return true;
        }
    }
    return true;
}

bool query_annotate(struct runtime *runtime, struct query *query, const struct arguments *arguments,
                    bool select) {
    struct named named = {0};
    if (!annotations_check(runtime, arguments, select ? "annotate" : "alias")) return false;
    if (!name_annotations(runtime, arguments, &named)) return false;
    for (size_t i = 0; i < named.count; i++) {
        const char *alias = named.list[i].name;
        if (conflicts(query, alias))
            return fault_raise(runtime->fault, "ValueError",
                               "The annotation '%s' conflicts with a field on the model.", alias);
        struct expression *expression = expression_from(runtime, named.list[i].value);
        if (!expression || !query_add_annotation(runtime, query, expression, alias, false, select))
            return false;
    }
    return group_after(runtime, query, &named);
}

/* ---- GROUP BY ----------------------------------------------------------------------------- */

/* A name of a joined table's column cannot stand for an annotation in GROUP BY. */
static bool is_joined_column(const struct query *query, const char *name) {
    for (size_t i = 1; i < query->join_count; i++) {
        const struct join *join = &query->joins[i];
        /* join_field.related_model: what the relation leads to from where it is declared. */
        const struct model *model = join->model;
        for (size_t j = 0; j < model->column_count; j++)
            if (strcmp(model->fields[j].column, name) == 0) return true;
    }
    return false;
}

bool query_set_group_by(struct runtime *runtime, struct query *query, bool allow_aliases) {
    struct expression_list list = {0};
    for (size_t i = 0; i < query->select_count; i++)
        if (!expression_list_add(runtime, &list, query->select[i])) return false;
    for (size_t i = 0; i < query->annotation_count; i++) {
        const struct annotation *annotation = &query->annotations[i];
        if (!annotation->selected) continue;
        const char *alias = annotation->name;
        if (!allow_aliases || is_joined_column(query, alias)) alias = NULL;
        if (!expression_group_by(runtime, annotation->expression, alias, &list)) return false;
    }
    query->group_by = GROUP_LISTED;
    query->groups = list.items;
    query->group_count = list.count;
    return true;
}

/* The through table's key beside each row: where a prefetched row belongs. */
bool query_select_through(struct runtime *runtime, struct query *query, const struct field *many,
                          bool reverse) {
    const char *source = reverse ? many->through_target : many->through_source;
    const struct field *key = model_field(many->through, source);
    const char *name = arena_format(runtime->arena, "_prefetch_related_val_%s", key->attname);
    const char *sql =
        arena_format(runtime->arena, "\"%s\".\"%s\"", many->through->table, key->column);
    if (!name || !sql) return fault_no_memory(runtime->fault);
    return query_add_extra(runtime, query, name, sql);
}

/* dates(): DISTINCT of the truncated field, NULLs left out, ordered. */
bool query_dates(struct runtime *runtime, struct query *query, const char *field, const char *kind,
                 bool descending, bool with_time) {
    const char *name = with_time ? "datetimefield" : "datefield";
    struct expression *source = expression_f(runtime, field);
    struct expression *trunc =
        source ? expression_function(runtime, &trunc_class, &source, 1) : NULL;
    const char *order = arena_format(runtime->arena, "%s%s", descending ? "-" : "", name);
    if (!trunc || !order) return fault_no_memory(runtime->fault);
    trunc->name = kind;
    trunc->output = field_of_kind(with_time ? FIELD_DATETIME : FIELD_DATE);
    const struct keyword columns[] = {{name, value_object(&trunc->base)},
                                      {"plain_field", value_object(&source->base)}};
    const struct keyword not_null = {"plain_field__isnull", value_bool(false)};
    const struct value selected = value_text(name), ordered = value_text(order);
    return query_annotate(runtime, query,
                          &(struct arguments){.keywords = columns, .keyword_count = 2}, true) &&
           query_values(runtime, query, &selected, 1, NULL, 0) &&
           query_distinct(runtime, query, NULL, 0) &&
           query_filter(runtime, query,
                        &(struct arguments){.keywords = &not_null, .keyword_count = 1}, false) &&
           query_order_by(runtime, query, &ordered, 1);
}

/* ---- references --------------------------------------------------------------------------- */

/* Whether a column of another table than the query's own is in it. */
static bool is_joined(struct query *query, const struct expression *node) {
    if (node->kind == EXPRESSION_COLUMN) {
        const struct join *join = query_join_of(query, node->name);
        return join && join->parent;
    }
    for (size_t i = 0; i < node->source_count; i++)
        if (is_joined(query, node->sources[i])) return true;
    return false;
}

static struct expression *resolve_annotation(const struct resolve *how,
                                             const struct annotation *annotation) {
    if (!how->allow_joins && is_joined(how->query, annotation->expression)) {
        fault_raise(how->runtime->fault, "FieldError",
                    "Joined field references are not permitted in this query");
        return NULL;
    }
    if (!how->summarize) return annotation->expression;
    if (annotation->selected)
        return expression_ref(how->runtime, annotation->name, annotation->expression);
    fault_raise(how->runtime->fault, "FieldError",
                "Cannot aggregate over the '%s' alias. Use annotate() to promote it.",
                annotation->name);
    return NULL;
}

static struct expression *resolve_field(const struct resolve *how, const char *const *names,
                                        size_t count) {
    struct runtime *runtime = how->runtime;
    struct query *query = how->query;
    const char *alias = query_initial_alias(runtime, query);
    struct join_info *info = alias ? arena_alloc(runtime->arena, sizeof *info) : NULL;
    if (!info) {
        fault_no_memory(runtime->fault);
        return NULL;
    }
    if (query_setup_joins(runtime, query, names, count, query->model, alias, how->reuse, true,
                          info) != PATH_FOUND)
        return NULL;
    query_trim_joins(query, info);
    if (!how->allow_joins && info->alias_count > 1) {
        fault_raise(runtime->fault, "FieldError",
                    "Joined field references are not permitted in this query");
        return NULL;
    }
    struct expression *column = query_column(runtime, query, info);
    for (size_t i = 0; column && how->reuse && i < info->alias_count; i++)
        if (!alias_set_add(runtime, how->reuse, info->aliases[i])) return NULL;
    return column;
}

/* An annotation of that name, an annotation with transforms behind, or a field. */
struct expression *query_resolve_ref(const struct resolve *how, const char *name) {
    const struct annotation *annotation = query_annotation(how->query, name);
    if (annotation) return resolve_annotation(how, annotation);
    size_t count = 0;
    const char **names = names_split(how->runtime, name, &count);
    if (!names) return NULL;
    annotation = query_annotation(how->query, names[0]);
    if (!annotation) return resolve_field(how, names, count);
    struct expression *expression = annotation->expression;
    for (size_t i = 1; expression && i < count; i++)
        expression = transform_apply(how->runtime, expression, names[i]);
    return expression;
}
