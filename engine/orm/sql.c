/* sql - SQL while it is being written: text, parameters, and the quoting of names.
 *
 * Everything is appended to one buffer, in the order in which it stands in the statement, so the
 * parameters come in order by themselves. What turns out to match nothing is cut off again.
 *
 * Mirrors SQLCompiler.quote_name_unless_alias and .compile. */
#include "engine/orm/blueprint.h"

void sql_init(struct sql *sql, struct runtime *runtime, struct query *query) {
    *sql = (struct sql){.runtime = runtime, .query = query};
    text_init(&sql->text, runtime->arena);
}

struct sql_mark sql_mark(const struct sql *sql) {
    return (struct sql_mark){sql->text.length, sql->count};
}

void sql_rewind(struct sql *sql, struct sql_mark mark) {
    if (sql->text.length > mark.length) text_cut(&sql->text, mark.length);
    sql->count = mark.count;
}

void sql_add(struct sql *sql, const char *text) {
    text_add(&sql->text, text);
}

void sql_add_char(struct sql *sql, char byte) {
    text_add_char(&sql->text, byte);
}

void sql_add_name(struct sql *sql, const char *name) {
    text_add_char(&sql->text, '"');
    text_add(&sql->text, name);
    text_add_char(&sql->text, '"');
}

/* An alias that we made up (T4, U0) stands bare, a table's name is quoted. Aliases of an outer
 * query stand bare only where they are not the table's own name. */
static bool stands_bare(const struct query *query, const char *name) {
    bool is_alias = false;
    for (size_t i = 0; i < query->join_count; i++) {
        if (alias_same(query->joins[i].table, name)) return false;
        if (alias_same(query->joins[i].alias, name)) is_alias = true;
    }
    if (is_alias) return true;
    for (size_t i = 0; i < query->extra_count; i++)
        if (strcmp(query->extras[i].name, name) == 0) return true;
    for (size_t i = 0; i < query->external_count; i++)
        if (alias_same(query->externals[i].alias, name)) return query->externals[i].aliased;
    return false;
}

void sql_add_alias(struct sql *sql, const char *name) {
    if (stands_bare(sql->query, name))
        text_add(&sql->text, name);
    else
        sql_add_name(sql, name);
}

bool sql_keep_parameter(struct sql *sql, struct value value) {
    if (value.kind == VALUE_OBJECT)
        return fault_raise(sql->runtime->fault, "NotSupported", "a parameter of type %s",
                           value_type_name(value));
    if (sql->count == sql->capacity) {
        size_t capacity = sql->capacity ? sql->capacity * 2 : 8;
        sql->parameters = arena_grow(sql->runtime->arena, sql->parameters, sql->capacity, capacity,
                                     sizeof *sql->parameters);
        if (!sql->parameters) {
            sql->capacity = sql->count = 0;
            return fault_no_memory(sql->runtime->fault);
        }
        sql->capacity = capacity;
    }
    sql->parameters[sql->count++] = value;
    return true;
}

bool sql_add_parameter(struct sql *sql, struct value value) {
    text_add_bytes(&sql->text, "%s", 2);
    return sql_keep_parameter(sql, value);
}

void sql_wrap(struct sql *sql, struct sql_mark mark) {
    text_add_bytes(&sql->text, "()", 2);
    if (sql->text.failed) return;
    char *start = sql->text.data + mark.length;
    memmove(start + 1, start, sql->text.length - mark.length - 2);
    *start = '(';
}

bool sql_append(struct sql *sql, const struct sql *other) {
    if (other->text.length) text_add_bytes(&sql->text, other->text.data, other->text.length);
    for (size_t i = 0; i < other->count; i++)
        if (!sql_keep_parameter(sql, other->parameters[i])) return false;
    return true;
}

bool sql_same(struct runtime *runtime, const struct sql *left, const struct sql *right) {
    if (left->text.length != right->text.length || left->count != right->count) return false;
    if (left->text.length && memcmp(left->text.data, right->text.data, left->text.length) != 0)
        return false;
    for (size_t i = 0; i < left->count; i++) {
        bool equal = false;
        if (!object_equal(runtime, left->parameters[i], right->parameters[i], &equal)) return false;
        if (!equal) return false;
    }
    return true;
}
