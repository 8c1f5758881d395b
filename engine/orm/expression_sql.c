/* expression_sql - how each kind of expression is written as SQLite's SQL.
 *
 * Mirrors the as_sql and as_sqlite methods of django.db.models.expressions. Functions with a form
 * of their own bring a writer with their class (functions.c). */
#include "engine/orm/blueprint.h"

static enum written done(const struct sql *sql) {
    return fault_raised(sql->runtime->fault) ? WRITTEN_FAULT : WRITTEN;
}

/* source, source, ... */
static enum written write_sources(struct sql *sql, const struct expression *node, size_t from,
                                  size_t upto) {
    for (size_t i = from; i < upto; i++) {
        if (i > from) sql_add(sql, ", ");
        enum written written = expression_write(sql, node->sources[i]);
        if (written != WRITTEN) return written;
    }
    return WRITTEN;
}

/* "alias"."column" */
static enum written write_column(struct sql *sql, const struct expression *node) {
    if (node->name) {
        sql_add_alias(sql, node->name);
        sql_add_char(sql, '.');
    }
    sql_add_alias(sql, node->target->column);
    return WRITTEN;
}

/* %s, or NULL */
static enum written write_value(struct sql *sql, const struct expression *node) {
    const struct field *output = NULL;
    struct value value = node->value;
    if (!expression_output_or_none(sql->runtime, node, &output)) return WRITTEN_FAULT;
    if (output && !field_prepare(sql->runtime, output, value, &value)) return WRITTEN_FAULT;
    if (value.kind == VALUE_NONE)
        sql_add(sql, "NULL");
    else
        sql_add_parameter(sql, value);
    return done(sql);
}

static enum written write_two(struct sql *sql, const struct expression *node) {
    enum written written = expression_write(sql, node->sources[0]);
    if (written != WRITTEN) return written;
    sql_add(sql, ", ");
    return expression_write(sql, node->sources[1]);
}

/* (django_format_dtdelta('+', date, duration)) */
static enum written write_with_duration(struct sql *sql, const struct expression *node) {
    if (node->connector != '+' && node->connector != '-') {
        fault_raise(sql->runtime->fault, "DatabaseError", "Invalid connector for timedelta: %s.",
                    node->connector == '%' ? "%%" : (const char[]){node->connector, '\0'});
        return WRITTEN_FAULT;
    }
    sql_add(sql, "(django_format_dtdelta('");
    sql_add_char(sql, node->connector);
    sql_add(sql, "', ");
    enum written written = write_two(sql, node);
    if (written == WRITTEN) sql_add(sql, "))");
    return written;
}

/* django_timestamp_diff(date, date) */
static enum written write_difference(struct sql *sql, const struct expression *node) {
    const struct field *left = expression_output(sql->runtime, node->sources[0]);
    if (!left) return WRITTEN_FAULT;
    sql_add(sql, left->kind == FIELD_TIME ? "django_time_diff(" : "django_timestamp_diff(");
    enum written written = write_two(sql, node);
    if (written == WRITTEN) sql_add_char(sql, ')');
    return written;
}

/* (left + right), and by functions where SQLite has no operator */
static enum written write_combined(struct sql *sql, const struct expression *node) {
    static const struct {
        char connector;
        const char *before, *between, *after;
    } forms[] = {
        {'+', "(", " + ", ")"},  {'-', "(", " - ", ")"},       {'*', "(", " * ", ")"},
        {'/', "(", " / ", ")"},  {'%', "(", " %% ", ")"},      {'^', "(POWER(", ",", "))"},
        {'&', "(", " & ", ")"},  {'|', "(", " | ", ")"},       {'<', "(", " << ", ")"},
        {'>', "(", " >> ", ")"}, {'#', "(BITXOR(", ",", "))"},
    };
    if (node->with_duration) return write_with_duration(sql, node);
    if (node->difference) return write_difference(sql, node);
    size_t form = 0;
    while (forms[form].connector != node->connector) form++;
    sql_add(sql, forms[form].before);
    enum written written = expression_write(sql, node->sources[0]);
    if (written != WRITTEN) return written;
    sql_add(sql, forms[form].between);
    written = expression_write(sql, node->sources[1]);
    if (written != WRITTEN) return written;
    sql_add(sql, forms[form].after);
    return WRITTEN;
}

/* NAME(a, b) */
static enum written write_function(struct sql *sql, const struct expression *node) {
    if (node->class->write) return node->class->write(sql, node);
    sql_add(sql, node->class->sql);
    sql_add_char(sql, '(');
    enum written written = write_sources(sql, node, 0, node->source_count);
    if (written == WRITTEN) sql_add_char(sql, ')');
    return written;
}

/* SQLite holds dates as texts, so adding them up would add up years. */
static bool can_aggregate(struct sql *sql, const struct expression *node) {
    struct fault *fault = sql->runtime->fault;
    if (node->class->rule == OUTPUT_NUMERIC || strcmp(node->class->type.name, "Sum") == 0) {
        for (size_t i = 0; i < node->source_count; i++) {
            const struct field *output = expression_output(sql->runtime, node->sources[i]);
            if (!output) {
                fault_clear(fault);
            } else if (field_kind_is(output->kind, FIELD_DATE) || output->kind == FIELD_TIME) {
                return fault_raise(fault, "NotSupportedError",
                                   "You cannot use Sum, Avg, StdDev, and Variance aggregations on "
                                   "date/time fields in sqlite3 since date/time is saved as text.");
            }
        }
    }
    return true;
}

/* NAME(DISTINCT source) FILTER (WHERE condition) */
static enum written write_aggregate(struct sql *sql, const struct expression *node) {
    if (!can_aggregate(sql, node)) return WRITTEN_FAULT;
    size_t count = node->source_count - node->has_filter;
    sql_add(sql, node->name ? node->name : node->class->sql);
    sql_add(sql, node->distinct ? "(DISTINCT " : "(");
    enum written written = write_sources(sql, node, 0, count);
    if (written != WRITTEN) return written;
    sql_add_char(sql, ')');
    if (!node->has_filter) return WRITTEN;
    sql_add(sql, " FILTER (WHERE ");
    written = expression_write(sql, node->sources[count]);
    if (written == WRITTEN) sql_add_char(sql, ')');
    return written;
}

/* WHEN condition THEN result */
static enum written write_when(struct sql *sql, const struct expression *node) {
    sql_add(sql, "WHEN ");
    enum written written = expression_write(sql, node->sources[0]);
    if (written != WRITTEN) return written;
    sql_add(sql, " THEN ");
    return expression_write(sql, node->sources[1]);
}

/* CASE WHEN ... THEN ... ELSE default END; a WHEN that cannot hold is left out */
static enum written write_case(struct sql *sql, const struct expression *node) {
    size_t last = node->source_count - 1;
    struct sql_mark start = sql_mark(sql);
    bool any = false;
    sql_add(sql, "CASE ");
    for (size_t i = 0; i < last; i++) {
        struct sql_mark mark = sql_mark(sql);
        enum written written = expression_write(sql, node->sources[i]);
        if (written == WRITTEN_FAULT) return written;
        if (written == WRITTEN_EMPTY) {
            sql_rewind(sql, mark);
            continue;
        }
        sql_add_char(sql, ' ');
        any = true;
    }
    if (!any) {
        sql_rewind(sql, start);
        return expression_write(sql, node->sources[last]);
    }
    sql_add(sql, "ELSE ");
    enum written written = expression_write(sql, node->sources[last]);
    if (written != WRITTEN) return written;
    sql_add(sql, " END");
    const struct field *output = NULL; /* asked for only to refuse mixed types */
    return expression_output_or_none(sql->runtime, node, &output) ? WRITTEN : WRITTEN_FAULT;
}

static enum written write_query_node(struct sql *sql, struct query *query) {
    bool in_left = sql->in_left;
    sql->in_left = false;
    enum written written = query_write(sql, query, false);
    sql->in_left = in_left;
    return written;
}

/* (SELECT ...) */
static enum written write_subquery(struct sql *sql, const struct expression *node) {
    bool braces = node->kind == EXPRESSION_SUBQUERY || node->query->subquery;
    if (braces) sql_add_char(sql, '(');
    enum written written = write_query_node(sql, node->query);
    if (written == WRITTEN && braces) sql_add_char(sql, ')');
    return written;
}

/* [NOT ]EXISTS(SELECT (1) AS "a" ... LIMIT 1) */
static enum written write_exists(struct sql *sql, const struct expression *node) {
    struct query *query = query_exists(sql->runtime, node->query);
    if (!query) return WRITTEN_FAULT;
    sql_add(sql, node->negated ? "NOT EXISTS(" : "EXISTS(");
    enum written written = write_query_node(sql, query);
    if (written == WRITTEN) sql_add_char(sql, ')');
    return written;
}

/* expression ASC [NULLS LAST] */
static enum written write_order(struct sql *sql, const struct expression *node) {
    enum written written = expression_write(sql, node->sources[0]);
    if (written != WRITTEN) return written;
    sql_add(sql, node->descending ? " DESC" : " ASC");
    if (node->nulls_last) sql_add(sql, " NULLS LAST");
    if (node->nulls_first) sql_add(sql, " NULLS FIRST");
    return WRITTEN;
}

/* child AND child; NOT (...). Nothing is written where everything matches.
 *
 * A tree is empty when too few children can match: under AND one that cannot is enough, under OR
 * all must be so. The same count tells when every row matches. */
static enum written write_where(struct sql *sql, const struct expression *node) {
    struct sql_mark start = sql_mark(sql);
    bool braces = node->resolved || sql->in_left;
    sql->in_left = false;
    size_t full_needed = node->or_connected ? 1 : node->source_count;
    size_t empty_needed = node->or_connected ? node->source_count : 1;
    size_t parts = 0;
    if (node->negated) sql_add(sql, "NOT (");
    for (size_t i = 0; i < node->source_count; i++) {
        struct sql_mark mark = sql_mark(sql);
        if (parts) sql_add(sql, node->or_connected ? " OR " : " AND ");
        size_t before = sql->text.length;
        enum written written = expression_write(sql, node->sources[i]);
        if (written == WRITTEN_FAULT) return written;
        if (written == WRITTEN_EMPTY) {
            empty_needed--;
            sql_rewind(sql, mark);
        } else if (sql->text.length == before) {
            full_needed--;
            sql_rewind(sql, mark);
        } else {
            parts++;
        }
        if (empty_needed && full_needed) continue;
        sql_rewind(sql, start);
        return (empty_needed == 0) == node->negated ? WRITTEN : WRITTEN_EMPTY;
    }
    if (!parts)
        sql_rewind(sql, start);
    else if (node->negated)
        sql_add_char(sql, ')');
    else if (parts > 1 || braces)
        sql_wrap(sql, start);
    return done(sql);
}

static enum written write_node(struct sql *sql, const struct expression *node) {
    switch ((enum expression_kind)node->kind) {
    case EXPRESSION_COLUMN: return write_column(sql, node);
    case EXPRESSION_LOOKUP: return lookup_write(sql, node);
    case EXPRESSION_WHERE: return write_where(sql, node);
    case EXPRESSION_VALUE: return write_value(sql, node);
    case EXPRESSION_REF: sql_add_name(sql, node->name); return WRITTEN;
    case EXPRESSION_STAR: sql_add_char(sql, '*'); return WRITTEN;
    case EXPRESSION_RAW:
        sql_add_char(sql, '(');
        sql_add(sql, node->name);
        sql_add_char(sql, ')');
        return WRITTEN;
    case EXPRESSION_COMBINED: return write_combined(sql, node);
    case EXPRESSION_FUNCTION: return write_function(sql, node);
    case EXPRESSION_AGGREGATE: return write_aggregate(sql, node);
    case EXPRESSION_WRAPPER: return expression_write(sql, node->sources[0]);
    case EXPRESSION_CASE: return write_case(sql, node);
    case EXPRESSION_WHEN: return write_when(sql, node);
    case EXPRESSION_SUBQUERY:
    case EXPRESSION_QUERY: return write_subquery(sql, node);
    case EXPRESSION_EXISTS: return write_exists(sql, node);
    case EXPRESSION_ORDER: return write_order(sql, node);
    case EXPRESSION_NOTHING: return WRITTEN_EMPTY;
    case EXPRESSION_F:
    case EXPRESSION_OUTER_REF:
    case EXPRESSION_RESOLVED_OUTER_REF:
    case EXPRESSION_Q: break;
    }
    fault_raise(sql->runtime->fault, "ValueError",
                "This queryset contains a reference to an outer query and may only be used in a "
                "subquery.");
    return WRITTEN_FAULT;
}

/* A listing may nest expressions as deep as it likes; the C stack may not be nested so. */
enum written expression_write(struct sql *sql, const struct expression *node) {
    if (!runtime_enter(sql->runtime)) return WRITTEN_FAULT;
    bool in_left = sql->in_left;
    enum written written = write_node(sql, node);
    sql->in_left = in_left;
    runtime_leave(sql->runtime);
    return written;
}

enum written expression_write_left(struct sql *sql, const struct expression *node) {
    bool in_left = sql->in_left;
    sql->in_left = true;
    enum written written = expression_write(sql, node);
    sql->in_left = in_left;
    return written;
}
