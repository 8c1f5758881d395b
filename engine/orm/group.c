/* group - GROUP BY: what was asked for, and whatever else SELECT, ORDER BY and HAVING show.
 *
 * Mirrors SQLCompiler.get_group_by. SQLite needs all columns; a primary key does not stand for
 * its table here. */
#include "engine/orm/statement.h"

static bool is_referred(const struct expression_list *list, size_t refs,
                        const struct expression *expression) {
    for (size_t i = 0; i < refs; i++)
        if (list->items[i]->kind == EXPRESSION_REF && list->items[i]->sources[0] == expression)
            return true;
    return false;
}

static bool collect(struct statement *statement, struct expression_list *list) {
    struct runtime *runtime = statement->runtime;
    const struct query *query = statement->query;
    for (size_t i = 0; query->group_by == GROUP_LISTED && i < query->group_count; i++)
        if (!expression_list_add(runtime, list, query->groups[i])) return false;
    size_t refs = list->count;
    for (size_t i = 0; i < statement->selected_count; i++)
        if (!is_referred(list, refs, statement->selected[i].expression) &&
            !expression_group_by(runtime, statement->selected[i].expression, NULL, list))
            return false;
    for (size_t i = 0; i < statement->extra.count; i++)
        if (!expression_group_by(runtime, statement->extra.items[i], NULL, list)) return false;
    for (size_t i = 0; i < statement->order_count; i++)
        if (!statement->order[i].is_ref &&
            !expression_group_by(runtime, statement->order[i].expression, NULL, list))
            return false;
    return !statement->having || expression_group_by(runtime, statement->having, NULL, list);
}

static bool is_seen(const struct statement *statement, const struct sql *sql) {
    for (size_t i = 0; i < statement->group_count; i++)
        if (sql_same(statement->runtime, &statement->groups[i].sql, sql)) return true;
    return false;
}

/* What is grouped by is asked for its type, as a column is; mixed types are refused. */
static bool has_type(struct runtime *runtime, const struct expression *expression) {
    return expression->kind == EXPRESSION_EXISTS || expression->kind == EXPRESSION_QUERY ||
           expression_output(runtime, expression);
}

bool statement_group_by(struct statement *statement) {
    struct runtime *runtime = statement->runtime;
    struct expression_list list = {0};
    if (statement->query->group_by == GROUP_NONE) return true;
    if (!collect(statement, &list)) return false;
    statement->groups = arena_array(runtime->arena, list.count + 1, sizeof *statement->groups);
    if (!statement->groups) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < list.count; i++) {
        struct sql sql;
        sql_init(&sql, runtime, statement->query);
        enum written written = expression_write(&sql, list.items[i]);
        if (written == WRITTEN_FAULT) return false;
        if (sql.text.failed) return fault_no_memory(runtime->fault);
        if (!has_type(runtime, list.items[i])) return false;
        if (!is_seen(statement, &sql)) statement->groups[statement->group_count++].sql = sql;
    }
    return true;
}
