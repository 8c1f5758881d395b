/* change - INSERT, UPDATE and DELETE.
 *
 * Mirrors SQLInsertCompiler, SQLUpdateCompiler and SQLDeleteCompiler. A change that needs other
 * tables finds its rows by a subquery: WHERE "id" IN (SELECT U0."id" ...). */
#include "engine/orm/blueprint.h"

static bool finish(struct runtime *runtime, struct sql *sql, enum written written,
                   struct compiled *compiled) {
    *compiled = (struct compiled){.empty = written == WRITTEN_EMPTY};
    if (written == WRITTEN_FAULT || fault_raised(runtime->fault)) return false;
    compiled->sql = text_finish(&sql->text);
    compiled->parameters = sql->parameters;
    compiled->parameter_count = sql->count;
    return compiled->sql || fault_no_memory(runtime->fault);
}

/* ---- INSERT ------------------------------------------------------------------------------- */

/* A row that is not there yet has no columns to refer to. Django asks each part in turn, and finds
 * out that it cannot ask a condition. */
static bool refers_to_columns(struct runtime *runtime, const struct expression *node) {
    if (node->kind == EXPRESSION_COLUMN) return true;
    if (node->kind == EXPRESSION_WHERE)
        return fault_raise(runtime->fault, "AttributeError",
                           "'WhereNode' object has no attribute 'contains_column_references'");
    for (size_t i = 0; i < node->source_count && !fault_raised(runtime->fault); i++)
        if (refers_to_columns(runtime, node->sources[i])) return true;
    return false;
}

static bool can_insert(struct sql *sql, const struct field *field, struct expression *expression) {
    struct runtime *runtime = sql->runtime;
    const struct model *model = sql->query->model;
    bool refers = refers_to_columns(runtime, expression);
    if (fault_raised(runtime->fault)) return false;
    if (!refers && !expression->aggregate) return true;
    const char *shown = expression_show_resolved(runtime, model->registry, expression);
    if (!shown) return false;
    if (refers)
        return fault_raise(runtime->fault, "ValueError",
                           "Failed to insert expression \"%s\" on %s.%s.%s. F() expressions can "
                           "only be used to update, not to insert.",
                           shown, model->app, model->name, field->name);
    return fault_raise(runtime->fault, "FieldError",
                       "Aggregate functions are not allowed in this query (%s=%s).", field->name,
                       shown);
}

static enum written write_new_value(struct sql *sql, const struct field *field,
                                    struct value value) {
    struct expression *expression = expression_of(value);
    if (!expression) {
        if (!field_prepare(sql->runtime, field, value, &value)) return WRITTEN_FAULT;
        return sql_add_parameter(sql, value) ? WRITTEN : WRITTEN_FAULT;
    }
    struct resolve how = {.runtime = sql->runtime, .query = sql->query, .for_save = true};
    expression = expression_resolve(&how, expression);
    if (!expression || !can_insert(sql, field, expression)) return WRITTEN_FAULT;
    return expression_write(sql, expression);
}

/* INSERT INTO table (columns) VALUES (%s, %s), or in bulk: SELECT %s, %s UNION ALL SELECT ... What
 * is in conflict with a row that is there may be passed over: INSERT OR IGNORE. */
bool query_compile_insert(struct runtime *runtime, const struct model *model,
                          const struct field *const *fields, size_t field_count,
                          const struct value *rows, size_t row_count, enum insert_form form,
                          struct compiled *compiled) {
    bool bulk = form != INSERT_ROW;
    struct query *query = query_new(runtime, model);
    struct sql sql;
    if (!query) return false;
    sql_init(&sql, runtime, query);
    sql_add(&sql, form == INSERT_OR_IGNORE ? "INSERT OR IGNORE INTO " : "INSERT INTO ");
    sql_add_name(&sql, model->table);
    sql_add(&sql, " (");
    if (!field_count) sql_add_name(&sql, model_primary_key(model)->column);
    for (size_t i = 0; i < field_count; i++) {
        if (i) sql_add(&sql, ", ");
        sql_add_name(&sql, fields[i]->column);
    }
    sql_add(&sql, bulk ? ") " : ") VALUES (");
    if (!field_count) sql_add(&sql, bulk ? "SELECT NULL" : "NULL");
    for (size_t row = 0; row < row_count; row++) {
        if (bulk && field_count) sql_add(&sql, row ? " UNION ALL SELECT " : "SELECT ");
        for (size_t i = 0; i < field_count; i++) {
            if (i) sql_add(&sql, ", ");
            enum written written = write_new_value(&sql, fields[i], rows[row * field_count + i]);
            if (written == WRITTEN_EMPTY) fault_raise(runtime->fault, "EmptyResultSet", "%s", "");
            if (written != WRITTEN) return false;
        }
    }
    if (!bulk) sql_add_char(&sql, ')');
    return finish(runtime, &sql, WRITTEN, compiled);
}

/* ---- the rows to change ------------------------------------------------------------------- */

static size_t active_tables(const struct query *query) {
    size_t count = 0;
    for (size_t i = 0; i < query->join_count; i++) count += query->joins[i].references > 0;
    return count;
}

/* A query of the same model whose only condition is pk IN (what the first one finds). */
static struct query *by_key(struct runtime *runtime, const struct query *from) {
    static const char *const key[] = {"pk"};
    struct query *inner = query_clone(runtime, from), *outer = query_new(runtime, from->model);
    if (!inner || !outer) return NULL;
    inner->select_related = RELATED_NONE;
    query_clear_ordering(inner, true);
    query_clear_select(inner);
    if (!query_add_fields(runtime, inner, key, 1, true)) return NULL;
    struct expression *rows = expression_query(runtime, inner);
    if (!rows || !query_add_filter(runtime, outer, "pk__in", value_object(&rows->base)))
        return NULL;
    return outer;
}

static enum written write_where(struct sql *sql, const struct query *query) {
    if (query->nothing) return WRITTEN_EMPTY;
    struct sql_mark mark = sql_mark(sql);
    sql_add(sql, " WHERE ");
    size_t length = sql->text.length;
    enum written written = expression_write(sql, query->where);
    if (written == WRITTEN && sql->text.length == length) sql_rewind(sql, mark);
    return written;
}

/* ---- UPDATE ------------------------------------------------------------------------------- */

/* add_update_values: a column of this very table. */
static const struct field *changeable(struct runtime *runtime, const struct model *model,
                                      const char *name) {
    const struct model *holder = NULL;
    const struct field *field = strcmp(name, "pk") == 0 ? NULL : model_field(model, name);
    if (field && field->column) return field;
    if (field) {
        fault_raise(runtime->fault, "FieldError",
                    "Cannot update model field <django.db.models.fields.related.ManyToManyField: "
                    "%s> (only non-relations and foreign keys permitted).",
                    name);
        return NULL;
    }
    field = strcmp(name, "pk") == 0 ? NULL : model_reverse(model, name, &holder);
    if (field) {
        /* Django lets a relation back through here, and only then finds that it is no column. */
        fault_raise(runtime->fault, "AttributeError",
                    "'%s' object has no attribute 'get_db_prep_save'", field_back_name(field));
        return NULL;
    }
    fault_raise(runtime->fault, "FieldDoesNotExist", "%s has no field named '%s'", model->name,
                name);
    return NULL;
}

static bool resolve_new_value(struct runtime *runtime, struct query *query,
                              const struct keyword *change, struct expression **resolved) {
    struct resolve how = {.runtime = runtime, .query = query, .for_save = true};
    *resolved = expression_from(runtime, change->value);
    if (!*resolved) return !fault_raised(runtime->fault);
    *resolved = expression_resolve(&how, *resolved);
    if (!*resolved) return false;
    if (!(*resolved)->aggregate) return true;
    const char *shown = expression_show_resolved(runtime, query->model->registry, *resolved);
    return shown && fault_raise(runtime->fault, "FieldError",
                                "Aggregate functions are not allowed in this query (%s=%s).",
                                change->name, shown);
}

/* Model.prepare_database_save(): an instance stands for its key. */
static bool key_of(struct runtime *runtime, struct value instance, struct value *key) {
    const struct model *model = instance_model(instance);
    if (!instance_column(runtime, instance, model_primary_key(model), key)) return false;
    if (key->kind != VALUE_NONE) return true;
    const char *shown = object_repr(runtime, instance);
    return shown && fault_raise(runtime->fault, "ValueError",
                                "Unsaved model instance %s cannot be used in an ORM query.", shown);
}

/* column = value */
static enum written write_change(struct sql *sql, const struct field *field, struct value value,
                                 struct expression *resolved) {
    struct runtime *runtime = sql->runtime;
    const struct model *model = instance_model(value);
    sql_add_name(sql, field->column);
    sql_add(sql, " = ");
    if (resolved) return expression_write_left(sql, resolved); /* Django resolves it twice, too */
    if (model && !field->target) {
        const char *shown = object_repr(runtime, value);
        if (shown)
            fault_raise(
                runtime->fault, "TypeError",
                "Tried to update field %s.%s.%s with a model instance, %s. Use a value compatible "
                "with %s.",
                sql->query->model->app, sql->query->model->name, field->name, shown,
                field_kind_name(field->kind));
        return WRITTEN_FAULT;
    }
    if (model && !key_of(runtime, value, &value)) return WRITTEN_FAULT;
    if (!field_prepare(runtime, field, value, &value)) return WRITTEN_FAULT;
    if (value.kind == VALUE_NONE)
        sql_add(sql, "NULL");
    else
        sql_add_parameter(sql, value);
    return WRITTEN;
}

/* UPDATE table SET column = value, ... WHERE ... */
bool query_compile_update(struct runtime *runtime, struct query *from,
                          const struct keyword *changes, size_t count, struct compiled *compiled) {
    struct query *query = query_clone(runtime, from);
    const struct field **fields = arena_array(runtime->arena, count + 1, sizeof *fields);
    struct expression **resolved = arena_array(runtime->arena, count + 1, sizeof *resolved);
    if (!query || !fields || !resolved) return fault_no_memory(runtime->fault);
    if (query_is_sliced(from))
        return fault_raise(runtime->fault, "AssertionError",
                           "Cannot update a query once a slice has been taken.");
    for (size_t i = 0; i < count; i++) {
        fields[i] = changeable(runtime, query->model, changes[i].name);
        if (!fields[i] || !resolve_new_value(runtime, query, &changes[i], &resolved[i]))
            return false;
    }
    if (count == 0) { /* nothing to set: no query, no row */
        *compiled = (struct compiled){.empty = true};
        return true;
    }
    if (!query_initial_alias(runtime, query)) return false;
    if (active_tables(query) > 1 || query->group_by != GROUP_NONE) query = by_key(runtime, query);
    struct sql sql;
    if (!query) return false;
    sql_init(&sql, runtime, query);
    if (!count) return finish(runtime, &sql, WRITTEN_EMPTY, compiled); /* nothing is to be set */
    sql_add(&sql, "UPDATE ");
    sql_add_name(&sql, query->model->table);
    sql_add(&sql, " SET ");
    enum written written = WRITTEN;
    for (size_t i = 0; i < count && written == WRITTEN; i++) {
        if (i) sql_add(&sql, ", ");
        written = write_change(&sql, fields[i], changes[i].value, resolved[i]);
    }
    if (written == WRITTEN) written = write_where(&sql, query);
    return finish(runtime, &sql, written, compiled);
}

/* ---- DELETE ------------------------------------------------------------------------------- */

/* A subquery on the table that is being emptied. */
static bool refers_to_itself(const struct expression *node, const struct model *model) {
    if (node->query && node->query->model == model) return true;
    for (size_t i = 0; i < node->source_count; i++)
        if (refers_to_itself(node->sources[i], model)) return true;
    return false;
}

/* DELETE FROM table WHERE ... */
bool query_compile_delete(struct runtime *runtime, struct query *from, struct compiled *compiled) {
    struct query *query = query_clone(runtime, from);
    if (!query) return false;
    if (query_is_sliced(from))
        return fault_raise(runtime->fault, "AssertionError",
                           "Cannot use 'limit' or 'offset' with delete.");
    if (from->distinct)
        return fault_raise(runtime->fault, "TypeError", "Cannot call delete() after .distinct().");
    if (!query_initial_alias(runtime, query)) return false;
    if (active_tables(query) != 1 || refers_to_itself(query->where, query->model) ||
        query->group_by != GROUP_NONE)
        query = by_key(runtime, query);
    struct sql sql;
    if (!query) return false;
    sql_init(&sql, runtime, query);
    sql_add(&sql, "DELETE FROM ");
    sql_add_name(&sql, query->model->table);
    return finish(runtime, &sql, write_where(&sql, query), compiled);
}
