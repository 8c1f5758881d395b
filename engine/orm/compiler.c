/* compiler - a query becomes a SELECT.
 *
 *     SELECT [DISTINCT] columns FROM tables WHERE ... GROUP BY ... HAVING ...
 *     ORDER BY ... LIMIT n OFFSET m
 *
 * Mirrors SQLCompiler.as_sql, get_from_clause and get_combinator_sql. The columns are gathered in
 * selections.c, order.c and group.c (see statement.h for the order of work); here all is written.
 */
#include <stdio.h>

#include "engine/orm/statement.h"

/* ---- joins that compiling adds are put away again ----------------------------------------- */

struct references {
    int *counts;
    size_t count;
};

static bool references_keep(struct runtime *runtime, const struct query *query,
                            struct references *kept) {
    kept->counts = arena_array(runtime->arena, query->join_count + 1, sizeof *kept->counts);
    if (!kept->counts) return fault_no_memory(runtime->fault);
    kept->count = query->join_count;
    for (size_t i = 0; i < query->join_count; i++) kept->counts[i] = query->joins[i].references;
    return true;
}

static void references_reset(struct query *query, const struct references *kept) {
    for (size_t i = 0; i < query->join_count; i++)
        query->joins[i].references = i < kept->count ? kept->counts[i] : 0;
}

/* ---- FROM --------------------------------------------------------------------------------- */

/* table alias; a table under its own name has no alias */
static void write_table(struct sql *sql, const struct join *join) {
    sql_add_alias(sql, join->table);
    if (alias_same(join->table, join->alias)) return;
    sql_add_char(sql, ' ');
    sql_add(sql, join->alias);
}

/* INNER JOIN table alias ON (parent.column = alias.column) */
static void write_join(struct sql *sql, const struct join *join) {
    sql_add(sql, join->type == JOIN_INNER ? " INNER JOIN " : " LEFT OUTER JOIN ");
    write_table(sql, join);
    sql_add(sql, " ON (");
    sql_add_alias(sql, join->parent);
    sql_add_char(sql, '.');
    sql_add_name(sql, join->parent_column);
    sql_add(sql, " = ");
    sql_add_alias(sql, join->alias);
    sql_add_char(sql, '.');
    sql_add_name(sql, join->column);
    sql_add_char(sql, ')');
}

static void write_from(struct sql *sql, const struct query *query) {
    for (size_t i = 0; i < query->join_count; i++) {
        const struct join *join = &query->joins[i];
        if (!join->references) continue;
        if (join->type != JOIN_BASE) {
            write_join(sql, join);
            continue;
        }
        sql_add_char(sql, ' ');
        write_table(sql, join);
    }
}

/* ---- the clauses -------------------------------------------------------------------------- */

/* DISTINCT ON is PostgreSQL's; the names are looked at first all the same. */
static bool refuse_distinct_on(struct statement *statement) {
    struct query *query = statement->query;
    struct runtime *runtime = statement->runtime;
    if (!query->distinct_count) return true;
    struct path path;
    struct path_failure failure;
    for (size_t i = 0; i < query->distinct_count; i++) {
        size_t count = 0;
        const char **names = names_split(runtime, query->distinct_fields[i], &count);
        if (!names) return false;
        enum path_result result =
            path_walk(runtime, query, names, count, query->model, true, true, &path, &failure);
        if (result == PATH_UNKNOWN) return path_raise(runtime, query, &failure);
        if (result == PATH_FAULT) return false;
    }
    return fault_raise(runtime->fault, "NotSupportedError",
                       "DISTINCT ON fields is not supported by this database backend");
}

/* A column that can match nothing is selected as 0. */
static enum written write_selection(struct sql *sql, const struct statement *statement, size_t at,
                                    bool column_aliases, size_t *number) {
    const struct selection *selection = &statement->selected[at];
    struct sql_mark mark = sql_mark(sql);
    enum written written = expression_write(sql, selection->expression);
    if (written == WRITTEN_FAULT) return written;
    if (written == WRITTEN_EMPTY) {
        sql_rewind(sql, mark);
        sql_add_char(sql, '0');
    }
    if (selection->alias) {
        sql_add(sql, " AS ");
        sql_add_name(sql, selection->alias);
    } else if (column_aliases) {
        text_format(&sql->text, " AS Col%zu", (*number)++);
    }
    return WRITTEN;
}

static enum written write_columns(struct sql *sql, const struct statement *statement,
                                  bool column_aliases) {
    size_t number = 1;
    for (size_t i = 0; i < statement->selected_count; i++) {
        if (i) sql_add(sql, ", ");
        enum written written = write_selection(sql, statement, i, column_aliases, &number);
        if (written != WRITTEN) return written;
    }
    for (size_t i = 0; i < statement->extra.count; i++) {
        if (i || statement->selected_count) sql_add(sql, ", ");
        if (!sql_append(sql, &statement->extra_sql[i])) return WRITTEN_FAULT;
        if (column_aliases) text_format(&sql->text, " AS Col%zu", number++);
    }
    return WRITTEN;
}

/* A keyword and its conditions; nothing where they match everything. */
static enum written write_conditions(struct sql *sql, const char *keyword,
                                     const struct expression *node) {
    if (!node) return WRITTEN;
    struct sql_mark mark = sql_mark(sql);
    sql_add(sql, keyword);
    size_t length = sql->text.length;
    enum written written = expression_write(sql, node);
    if (written == WRITTEN && sql->text.length == length) sql_rewind(sql, mark);
    return written;
}

static bool write_group_by(struct sql *sql, const struct statement *statement) {
    for (size_t i = 0; i < statement->group_count; i++) {
        sql_add(sql, i ? ", " : " GROUP BY ");
        if (!sql_append(sql, &statement->groups[i].sql)) return false;
    }
    return true;
}

static bool write_order_by(struct sql *sql, const struct statement *statement) {
    for (size_t i = 0; i < statement->order_count; i++) {
        sql_add(sql, i ? ", " : " ORDER BY ");
        if (!sql_append(sql, &statement->order[i].sql)) return false;
    }
    return true;
}

static void write_limits(struct sql *sql, const struct query *query) {
    if (query->high >= 0) {
        if (query->high > query->low)
            text_format(&sql->text, " LIMIT %lld", (long long)(query->high - query->low));
    } else if (query->low) {
        sql_add(sql, " LIMIT -1");
    }
    if (query->low) text_format(&sql->text, " OFFSET %lld", (long long)query->low);
}

/* ---- UNION -------------------------------------------------------------------------------- */

static bool check_part(struct runtime *runtime, struct query *part) {
    if (query_is_sliced(part))
        return fault_raise(runtime->fault, "DatabaseError",
                           "LIMIT/OFFSET not allowed in subqueries of compound statements.");
    if (part->order_count || (part->default_ordering && part->model->ordering))
        return fault_raise(runtime->fault, "DatabaseError",
                           "ORDER BY not allowed in subqueries of compound statements.");
    return true;
}

/* values() of the whole are the values of every part that has none of its own; for exists() the
 * "a" of the whole comes before them. */
static struct query *part_of(struct runtime *runtime, const struct query *query, size_t at) {
    struct query *part = query->combined[at];
    if (part->values_count || !query->values_count) return part;
    size_t count = 0;
    size_t most = query->extra_count + query->values_count + query->annotation_count;
    const char **names = arena_array(runtime->arena, most + 1, sizeof *names);
    part = names ? query_copy(runtime, part) : NULL;
    if (!part) return fault_no_memory(runtime->fault), NULL;
    for (size_t i = 0; i < query->extra_count; i++) names[count++] = query->extras[i].name;
    for (size_t i = 0; i < query->values_count; i++) names[count++] = query->values_select[i];
    for (size_t i = 0; i < query->annotation_count; i++)
        if (query->annotations[i].selected) names[count++] = query->annotations[i].name;
    return query_set_values(runtime, part, names, count) ? part : NULL;
}

static enum written write_part(struct sql *sql, const struct query *query, size_t at) {
    struct query *part = part_of(sql->runtime, query, at);
    if (!part) return WRITTEN_FAULT;
    if (part->combinator) sql_add(sql, "SELECT * FROM (");
    enum written written = query_write(sql, part, false);
    if (written == WRITTEN && part->combinator) sql_add_char(sql, ')');
    return written;
}

/* select UNION select; an empty part is left out where that changes nothing */
static enum written write_combined(struct sql *sql, const struct query *query) {
    bool is_union = strcmp(query->combinator, "union") == 0;
    bool is_difference = strcmp(query->combinator, "difference") == 0;
    const char *between = is_union ? (query->combinator_all ? " UNION ALL " : " UNION ")
                                   : (is_difference ? " EXCEPT " : " INTERSECT ");
    size_t parts = 0;
    for (size_t i = 0; i < query->combined_count; i++)
        if (!query_is_empty(query->combined[i]) && !check_part(sql->runtime, query->combined[i]))
            return WRITTEN_FAULT;
    for (size_t i = 0; i < query->combined_count; i++) {
        if (query_is_empty(query->combined[i])) continue;
        struct sql_mark mark = sql_mark(sql);
        if (parts) sql_add(sql, between);
        enum written written = write_part(sql, query, i);
        if (written == WRITTEN_FAULT) return written;
        if (written == WRITTEN) {
            parts++;
            continue;
        }
        sql_rewind(sql, mark);
        if (!is_union && !(is_difference && parts)) return WRITTEN_EMPTY;
    }
    return parts ? WRITTEN : WRITTEN_EMPTY;
}

/* ---- the whole ---------------------------------------------------------------------------- */

static bool prepare(struct statement *statement) {
    struct query *query = statement->query;
    bool unused = true;
    for (size_t i = 0; i < query->join_count; i++) unused = unused && !query->joins[i].references;
    if (unused && !query_initial_alias(statement->runtime, query)) return false;
    return statement_select(statement) && statement_order_by(statement) &&
           where_split_having(statement->runtime, query->where, false, &statement->where,
                              &statement->having) &&
           statement_extra(statement) && statement_group_by(statement);
}

/* A CASE is asked for its type where it is written, so the innermost one is refused first. */
static bool check_cases(struct runtime *runtime, const struct expression *node) {
    const struct field *output = NULL;
    for (size_t i = 0; i < node->source_count; i++)
        if (!check_cases(runtime, node->sources[i])) return false;
    if (node->kind != EXPRESSION_CASE || node->source_count < 2) return true;
    return expression_output_or_none(runtime, node, &output);
}

/* Types are asked for as the columns are, so that mixed ones are refused. */
static bool check_types(const struct statement *statement) {
    struct runtime *runtime = statement->runtime;
    for (size_t i = 0; i < statement->selected_count; i++) {
        const struct expression *expression = statement->selected[i].expression;
        if (!statement->selected[i].annotation) continue;
        if (expression->kind == EXPRESSION_WHERE)
            return fault_raise(runtime->fault, "AttributeError",
                               "'WhereNode' object has no attribute 'select_format'");
        if (!check_cases(runtime, expression) || !expression_output(runtime, expression))
            return false;
    }
    return true;
}

static enum written write_plain(struct sql *sql, struct statement *statement, bool column_aliases) {
    const struct query *query = statement->query;
    if (!refuse_distinct_on(statement)) return WRITTEN_FAULT;
    sql_add(sql, query->distinct ? "SELECT DISTINCT " : "SELECT ");
    enum written written = write_columns(sql, statement, column_aliases);
    if (written != WRITTEN) return written;
    sql_add(sql, " FROM");
    write_from(sql, query);
    if (query->nothing) return WRITTEN_EMPTY;
    written = write_conditions(sql, " WHERE ", statement->where);
    if (written != WRITTEN) return written;
    if (!write_group_by(sql, statement)) return WRITTEN_FAULT;
    /* Meta.ordering is dropped where rows are grouped. */
    if (statement->group_count && statement->meta_ordering) statement->order_count = 0;
    return write_conditions(sql, " HAVING ", statement->having);
}

/* As a subquery, columns that were added for DISTINCT and ORDER BY must not be seen outside. */
static enum written hide_extra(struct sql *sql, const struct statement *statement,
                               struct sql_mark start, bool column_aliases) {
    static const char *const to[] = {"subquery"};
    struct sql inner = *sql;
    sql_init(sql, inner.runtime, inner.query);
    text_add_bytes(&sql->text, inner.text.data, start.length);
    for (size_t i = 0; i < start.count; i++) sql_keep_parameter(sql, inner.parameters[i]);
    sql_add(sql, "SELECT ");
    for (size_t i = 0; i < statement->selected_count; i++) {
        const struct selection *selection = &statement->selected[i];
        if (i) sql_add(sql, ", ");
        if (selection->alias || column_aliases) {
            sql_add(sql, "\"subquery\".\"");
            if (selection->alias)
                sql_add(sql, selection->alias);
            else
                text_format(&sql->text, "col%zu", i + 1);
            sql_add_char(sql, '"');
            continue;
        }
        const char *const from[] = {selection->expression->name};
        struct expression *renamed =
            expression_relabel(sql->runtime, selection->expression, &(struct relabel){from, to, 1});
        if (!renamed) return WRITTEN_FAULT;
        enum written written = expression_write(sql, renamed);
        if (written != WRITTEN) return written;
    }
    sql_add(sql, " FROM (");
    text_add_bytes(&sql->text, inner.text.data + start.length, inner.text.length - start.length);
    for (size_t i = start.count; i < inner.count; i++) sql_keep_parameter(sql, inner.parameters[i]);
    sql_add(sql, ") subquery");
    return WRITTEN;
}

static enum written statement_write(struct sql *sql, struct statement *statement,
                                    bool column_aliases) {
    struct query *query = statement->query;
    struct sql_mark start = sql_mark(sql);
    if (!prepare(statement) || !check_types(statement)) return WRITTEN_FAULT;
    enum written written = query->combinator ? write_combined(sql, query)
                                             : write_plain(sql, statement, column_aliases);
    if (written != WRITTEN) return written;
    if (!write_order_by(sql, statement)) return WRITTEN_FAULT;
    write_limits(sql, query);
    if (query->subquery && statement->extra.count)
        written = hide_extra(sql, statement, start, column_aliases);
    return fault_raised(sql->runtime->fault) ? WRITTEN_FAULT : written;
}

/* SELECT aggregates FROM (SELECT ...) subquery */
static enum written write_outer(struct sql *sql, struct statement *statement) {
    struct query *query = statement->query;
    if (!statement_select(statement) || !check_types(statement)) return WRITTEN_FAULT;
    sql_add(sql, "SELECT ");
    for (size_t i = 0; i < statement->selected_count; i++) {
        if (i) sql_add(sql, ", ");
        enum written written = expression_write(sql, statement->selected[i].expression);
        if (written != WRITTEN) return written;
    }
    sql_add(sql, " FROM (");
    enum written written = query_write(sql, query->inner, true);
    if (written == WRITTEN) sql_add(sql, ") subquery");
    return written;
}

static enum written write_any(struct sql *sql, struct statement *statement, bool column_aliases) {
    struct query *outer = sql->query;
    struct references kept = {0};
    if (!references_keep(sql->runtime, statement->query, &kept)) return WRITTEN_FAULT;
    sql->query = statement->query;
    enum written written = statement->query->inner
                               ? write_outer(sql, statement)
                               : statement_write(sql, statement, column_aliases);
    references_reset(statement->query, &kept);
    sql->query = outer;
    return written;
}

enum written query_write(struct sql *sql, struct query *query, bool column_aliases) {
    struct statement statement = {.runtime = sql->runtime, .query = query};
    if (!runtime_enter(sql->runtime)) return WRITTEN_FAULT;
    enum written written = write_any(sql, &statement, column_aliases);
    runtime_leave(sql->runtime);
    return written;
}

/* ---- what the caller gets ----------------------------------------------------------------- */

static enum convert conversion_of(const struct field *output) {
    if (!output) return CONVERT_NONE;
    switch (output->kind) {
    case FIELD_BOOLEAN: return CONVERT_BOOL;
    case FIELD_INTEGER:
    case FIELD_BIG_INTEGER: return CONVERT_INT;
    case FIELD_FLOAT: return CONVERT_FLOAT;
    case FIELD_DATE: return CONVERT_DATE;
    case FIELD_DATETIME: return CONVERT_DATETIME;
    default: return CONVERT_NONE;
    }
}

static bool describe_columns(struct runtime *runtime, const struct statement *statement,
                             struct compiled *compiled) {
    struct selected_column *columns =
        arena_array(runtime->arena, statement->selected_count + 1, sizeof *columns);
    if (!columns) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < statement->selected_count; i++) {
        const struct selection *selection = &statement->selected[i];
        const struct field *output = expression_output(runtime, selection->expression);
        if (!output) return false;
        if (output->kind == FIELD_DURATION)
            return fault_raise(runtime->fault, "NotSupported", "selecting a duration");
        columns[i] =
            (struct selected_column){selection->name, conversion_of(output), selection->annotation};
    }
    compiled->columns = columns;
    compiled->column_count = statement->selected_count;
    compiled->root = statement->root;
    return true;
}

bool query_compile(struct runtime *runtime, struct query *query, struct compiled *compiled) {
    struct sql sql;
    struct statement statement = {.runtime = runtime, .query = query};
    sql_init(&sql, runtime, query);
    *compiled = (struct compiled){0};
    enum written written = write_any(&sql, &statement, false);
    if (written == WRITTEN_FAULT || fault_raised(runtime->fault)) {
        if (!fault_is(runtime->fault, "EmptyResultSet")) return false;
        fault_clear(runtime->fault);
        written = WRITTEN_EMPTY;
    }
    compiled->empty = written == WRITTEN_EMPTY;
    compiled->sql = text_finish(&sql.text);
    if (!compiled->sql) return fault_no_memory(runtime->fault);
    compiled->parameters = sql.parameters;
    compiled->parameter_count = sql.count;
    return describe_columns(runtime, &statement, compiled);
}

bool query_compile_exists(struct runtime *runtime, struct query *query, struct compiled *compiled) {
    struct query *exists = query_exists(runtime, query);
    return exists && query_compile(runtime, exists, compiled);
}

/* str(query): the parameters stand in the SQL as str() shows them, without quotes. */
const char *query_str(struct runtime *runtime, struct query *query) {
    struct compiled compiled;
    if (!query_compile(runtime, query, &compiled)) return NULL;
    if (compiled.empty) return fault_raise(runtime->fault, "EmptyResultSet", "%s", ""), NULL;
    struct text text;
    text_init(&text, runtime->arena);
    size_t parameter = 0;
    for (const char *at = compiled.sql; *at; at++) {
        if (at[0] == '%' && at[1] == 's' && parameter < compiled.parameter_count) {
            const char *shown = object_str(runtime, compiled.parameters[parameter++]);
            if (!shown) return NULL;
            text_add(&text, shown);
            at++;
        } else if (at[0] == '%' && at[1] == '%') {
            text_add_char(&text, *at++);
        } else {
            text_add_char(&text, *at);
        }
    }
    const char *done = text_finish(&text);
    if (!done) fault_no_memory(runtime->fault);
    return done;
}
