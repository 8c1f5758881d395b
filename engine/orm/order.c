/* order - ORDER BY: names become columns, also over relations; annotations are named.
 *
 * Mirrors SQLCompiler.get_order_by, find_ordering_name and get_extra_select. */
#include "engine/orm/statement.h"

struct wanted {
    struct expression *expression; /* an ORDER node, perhaps not resolved */
    bool is_ref;
};

struct wanted_list {
    struct wanted *items;
    size_t count, capacity;
};

static bool want(struct statement *statement, struct wanted_list *list,
                 struct expression *expression, bool is_ref) {
    if (!expression) return false;
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? list->capacity * 2 : 4;
        list->items = arena_grow(statement->runtime->arena, list->items, list->capacity, capacity,
                                 sizeof *list->items);
        if (!list->items) return fault_no_memory(statement->runtime->fault);
        list->capacity = capacity;
    }
    list->items[list->count++] = (struct wanted){expression, is_ref};
    return true;
}

/* A constant must not be taken for a column's number, so it is cast to its own type. */
static struct expression *cast_value(struct runtime *runtime, struct expression *expression) {
    if (expression->kind != EXPRESSION_VALUE) return expression;
    const struct field *output = expression_output(runtime, expression);
    struct expression *cast =
        output ? expression_function(runtime, &cast_class, &expression, 1) : NULL;
    if (cast) cast->output = output;
    return cast;
}

static bool want_expression(struct statement *statement, struct wanted_list *list,
                            struct value value) {
    struct runtime *runtime = statement->runtime;
    struct expression *expression = expression_from(runtime, value);
    expression = expression ? cast_value(runtime, expression) : NULL;
    if (!expression) return false;
    if (expression->kind != EXPRESSION_ORDER)
        expression = expression_order(runtime, expression, false);
    if (expression && !statement->query->standard_ordering) {
        expression = expression_copy(runtime, expression);
        if (!expression) return false;
        expression->descending = !expression->descending;
        if (expression->nulls_first || expression->nulls_last) {
            expression->nulls_first = !expression->nulls_first;
            expression->nulls_last = !expression->nulls_last;
        }
    }
    return want(statement, list, expression, false);
}

/* "-name" turns the direction round. */
static const char *direction(const char *name, bool *descending) {
    if (*name == '-') *descending = !*descending;
    return *name == '-' || *name == '+' ? name + 1 : name;
}

static bool want_name(struct statement *, struct wanted_list *, const char *name,
                      const struct model *, const char *alias, bool descending, unsigned depth);

/* A relation is ordered as its model's Meta.ordering says. */
static bool want_related(struct statement *statement, struct wanted_list *list,
                         const struct join_info *info, bool descending, unsigned depth) {
    const struct model *model = info->path.model;
    if (depth > PATH_MOST)
        return fault_raise(statement->runtime->fault, "FieldError",
                           "Infinite loop caused by ordering.");
    for (const char *const *item = model->ordering; *item; item++)
        if (!want_name(statement, list, *item, model, info->aliases[info->alias_count - 1],
                       descending, depth + 1))
            return false;
    return true;
}

static bool want_name(struct statement *statement, struct wanted_list *list, const char *name,
                      const struct model *model, const char *alias, bool descending,
                      unsigned depth) {
    struct runtime *runtime = statement->runtime;
    size_t count = 0;
    name = direction(name, &descending);
    const char **pieces = names_split(runtime, name, &count);
    struct join_info *info = pieces ? arena_alloc(runtime->arena, sizeof *info) : NULL;
    if (!info) return fault_no_memory(runtime->fault);
    if (!alias) alias = query_initial_alias(runtime, statement->query);
    if (!alias || query_setup_joins(runtime, statement->query, pieces, count, model, alias, NULL,
                                    true, info) != PATH_FOUND)
        return false;
    const struct field *field = info->path.final_field;
    bool named_by_column =
        !info->path.final_reverse && strcmp(field->attname, pieces[count - 1]) == 0;
    if (field->target && info->path.model->ordering && !named_by_column && strcmp(name, "pk") != 0)
        return want_related(statement, list, info, descending, depth);
    query_trim_joins(statement->query, info);
    struct expression *column = query_column(runtime, statement->query, info);
    return column && want(statement, list, expression_order(runtime, column, descending), false);
}

static bool want_text(struct statement *statement, struct wanted_list *list, const char *text) {
    struct runtime *runtime = statement->runtime;
    struct query *query = statement->query;
    bool descending = !query->standard_ordering;
    if (strcmp(text, "?") == 0) {
        struct expression *random = expression_function(runtime, &random_class, NULL, 0);
        return random && want(statement, list, expression_order(runtime, random, false), false);
    }
    bool turned = descending;
    const char *name = direction(text, &turned);
    const struct annotation *annotation = query_annotation(query, name);
    if (annotation && annotation->selected) {
        struct expression *ref = expression_ref(runtime, name, annotation->expression);
        return ref && want(statement, list, expression_order(runtime, ref, turned), true);
    }
    if (query->combinator && statement->selected_count) {
        struct expression *f = expression_f(runtime, name);
        return f && want(statement, list, expression_order(runtime, f, turned), false);
    }
    if (annotation) {
        struct expression *source = cast_value(runtime, annotation->expression);
        return source && want(statement, list, expression_order(runtime, source, turned), false);
    }
    return want_name(statement, list, text, query->model, NULL, descending, 0);
}

static bool want_all(struct statement *statement, struct wanted_list *list) {
    const struct query *query = statement->query;
    for (size_t i = 0; i < query->order_count; i++) {
        struct value item = query->order_by[i];
        bool well = item.kind == VALUE_TEXT ? want_text(statement, list, item.text)
                                            : want_expression(statement, list, item);
        if (!well) return false;
    }
    if (query->order_count || !query->default_ordering || !query->model->ordering) return true;
    statement->meta_ordering = true;
    for (const char *const *item = query->model->ordering; *item; item++)
        if (!want_text(statement, list, *item)) return false;
    return true;
}

/* ---- in a union --------------------------------------------------------------------------- */

/* What values() does not select is added to every part, as a last column. */
static bool by_added_column(struct statement *statement, struct expression *written,
                            struct expression *resolved) {
    struct runtime *runtime = statement->runtime;
    struct query *query = statement->query;
    bool selects = query->select_count != 0;
    /* A part that gets the values of the whole would need the column among them. */
    for (size_t i = 0; i < query->combined_count; i++)
        selects = selects && query->combined[i]->values_count;
    if (!selects)
        return fault_raise(runtime->fault, "NotSupported",
                           "ordering a combined query by a column that it does not select");
    size_t place = query->select_count + 1 + statement->added_columns++;
    const char *name = arena_format(runtime->arena, "__orderbycol%zu", place);
    const char *number = arena_format(runtime->arena, "%zu", place);
    if (!name || !number) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < query->combined_count; i++) {
        query->combined[i] = query_copy(runtime, query->combined[i]);
        if (!query->combined[i] ||
            !query_add_annotation(runtime, query->combined[i], written, name, false, true))
            return false;
    }
    resolved->sources[0] = expression_raw(runtime, number);
    return resolved->sources[0] != NULL;
}

/* The first query's columns are named by their place. */
static bool by_number(struct statement *statement, const struct wanted *wanted,
                      struct expression *resolved) {
    struct runtime *runtime = statement->runtime;
    struct expression *source = resolved->sources[0], *written = wanted->expression->sources[0];
    const char *alias = NULL;
    for (size_t i = 0; i < statement->selected_count; i++) {
        const struct selection *selection = &statement->selected[i];
        alias = selection->alias;
        if (wanted->is_ref && alias_same(alias, source->name) && source->kind == EXPRESSION_REF)
            source = source->sources[0];
        else if (alias && !(written->kind == EXPRESSION_F && alias_same(alias, written->name)))
            continue;
        if (!expression_equal(runtime, source, selection->expression)) continue;
        const char *number = arena_format(runtime->arena, "%zu", i + 1);
        resolved->sources[0] = number ? expression_raw(runtime, number) : NULL;
        return resolved->sources[0] || fault_no_memory(runtime->fault);
    }
    if (alias)
        return fault_raise(runtime->fault, "DatabaseError",
                           "ORDER BY term does not match any column in the result set.");
    return by_added_column(statement, written, resolved);
}

/* ---- as SQL ------------------------------------------------------------------------------- */

/* Up to the last ASC or DESC. */
static size_t without_direction(const struct sql *sql) {
    for (size_t at = sql->text.length; at-- > 0;)
        if (sql->text.data[at] == ' ' && (strncmp(sql->text.data + at + 1, "ASC", 3) == 0 ||
                                          strncmp(sql->text.data + at + 1, "DESC", 4) == 0))
            return at;
    return sql->text.length;
}

static bool is_seen(struct statement *statement, const struct ordered *item) {
    for (size_t i = 0; i < statement->order_count; i++) {
        struct sql left = statement->order[i].sql, right = item->sql;
        left.text.length = statement->order[i].without;
        right.text.length = item->without;
        if (sql_same(statement->runtime, &left, &right)) return true;
    }
    return false;
}

static bool add_ordered(struct statement *statement, const struct wanted *wanted) {
    struct runtime *runtime = statement->runtime;
    struct resolve how = {.runtime = runtime, .query = statement->query, .allow_joins = true};
    struct ordered item = {.is_ref = wanted->is_ref};
    item.expression = expression_resolve(&how, wanted->expression);
    if (!item.expression) return false;
    if (statement->query->combinator && statement->selected_count &&
        !by_number(statement, wanted, item.expression))
        return false;
    sql_init(&item.sql, runtime, statement->query);
    enum written written = expression_write(&item.sql, item.expression);
    if (item.sql.text.failed) return fault_no_memory(runtime->fault);
    if (written == WRITTEN_FAULT) return false;
    /* What matches nothing is never reached by a query of ours; Django would raise as well. */
    if (written == WRITTEN_EMPTY) return fault_raise(runtime->fault, "EmptyResultSet", "%s", "");
    item.without = without_direction(&item.sql);
    if (is_seen(statement, &item)) return true;
    statement->order[statement->order_count++] = item;
    return true;
}

bool statement_order_by(struct statement *statement) {
    struct wanted_list list = {0};
    if (!want_all(statement, &list)) return false;
    if (!list.count) return true;
    statement->order = arena_array(statement->runtime->arena, list.count, sizeof *statement->order);
    if (!statement->order) return fault_no_memory(statement->runtime->fault);
    for (size_t i = 0; i < list.count; i++)
        if (!add_ordered(statement, &list.items[i])) return false;
    return true;
}

/* DISTINCT rows can only be ordered by what they show: such columns are selected as well. */
bool statement_extra(struct statement *statement) {
    struct runtime *runtime = statement->runtime;
    const struct query *query = statement->query;
    if (!query->distinct || query->distinct_count || !statement->order_count) return true;
    struct sql *selected =
        arena_array(runtime->arena, statement->selected_count + 1, sizeof *selected);
    statement->extra_sql = arena_array(runtime->arena, statement->order_count, sizeof *selected);
    if (!selected || !statement->extra_sql) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < statement->selected_count; i++) {
        sql_init(&selected[i], runtime, statement->query);
        if (expression_write(&selected[i], statement->selected[i].expression) == WRITTEN_FAULT)
            return false;
    }
    for (size_t i = 0; i < statement->order_count; i++) {
        const struct ordered *item = &statement->order[i];
        struct sql sql = item->sql;
        sql.text.length = item->without;
        bool known = item->is_ref;
        for (size_t j = 0; j < statement->selected_count && !known; j++)
            known = sql_same(runtime, &sql, &selected[j]);
        if (known) continue;
        statement->extra_sql[statement->extra.count] = sql;
        if (!expression_list_add(runtime, &statement->extra, item->expression)) return false;
    }
    return true;
}
