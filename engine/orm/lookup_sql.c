/* lookup_sql - how lookups are written for SQLite: left side, operator, right side.
 *
 * Mirrors the as_sql methods of django.db.models.lookups. */
#include "engine/orm/blueprint.h"
#include "engine/orm/lookup.h"

static bool is_direct(const struct expression *node) {
    return node->source_count == 1;
}

static enum written done(const struct sql *sql) {
    return fault_raised(sql->runtime->fault) ? WRITTEN_FAULT : WRITTEN;
}

/* ---- patterns ----------------------------------------------------------------------------- */

/* prep_for_like_query, with the lookup's own % around: the backslash, % and _ stand for themselves.
 */
static bool like_pattern(struct sql *sql, const struct lookup_type *type, struct value *value) {
    const char *plain = object_str(sql->runtime, *value);
    if (!plain) return false;
    struct text text;
    text_init(&text, sql->runtime->arena);
    if (type->before_value) text_add(&text, type->before_value);
    for (; *plain; plain++) {
        if (strchr("\\%_", *plain)) text_add_char(&text, '\\');
        text_add_char(&text, *plain);
    }
    if (type->after_value) text_add(&text, type->after_value);
    const char *pattern = text_finish(&text);
    if (!pattern) return fault_no_memory(sql->runtime->fault);
    *value = value_of_text(VALUE_TEXT, pattern, text.length);
    return true;
}

/* LIKE '%%' || REPLACE(REPLACE(REPLACE(x, '\', '\\'), '%%', '\%%'), '_', '\_') || '%%' ESCAPE '\'
 */
static enum written write_column_pattern(struct sql *sql, const struct expression *node) {
    const struct lookup_type *type = node->lookup;
    bool insensitive = type->name[0] == 'i';
    sql_add(sql, "LIKE ");
    if (type->before_value[0]) sql_add(sql, "'%%' || ");
    sql_add(sql, insensitive ? "UPPER(REPLACE(REPLACE(REPLACE(" : "REPLACE(REPLACE(REPLACE(");
    enum written written = expression_write(sql, node->sources[1]);
    if (written != WRITTEN) return written;
    sql_add(sql, ", '\\', '\\\\'), '%%', '\\%%'), '_', '\\_')");
    if (insensitive) sql_add_char(sql, ')');
    if (type->after_value[0]) sql_add(sql, " || '%%'");
    sql_add(sql, type->after);
    return WRITTEN;
}

static enum written write_pattern(struct sql *sql, const struct expression *node) {
    struct value value = node->value;
    if (!is_direct(node)) return write_column_pattern(sql, node);
    if (!like_pattern(sql, node->lookup, &value)) return WRITTEN_FAULT;
    sql_add(sql, node->lookup->operator_sql);
    sql_add_parameter(sql, value);
    sql_add(sql, node->lookup->after);
    return done(sql);
}

/* LIKE %s ESCAPE '\'; the first parameter is escaped even if it is an expression's. */
static enum written write_iexact(struct sql *sql, const struct expression *node) {
    struct value value = node->value;
    sql_add(sql, node->lookup->operator_sql);
    size_t first = sql->count;
    if (is_direct(node)) {
        if (!like_pattern(sql, node->lookup, &value)) return WRITTEN_FAULT;
        sql_add_parameter(sql, value);
    } else {
        enum written written = expression_write(sql, node->sources[1]);
        if (written != WRITTEN) return written;
        if (sql->count > first && !like_pattern(sql, node->lookup, &sql->parameters[first]))
            return WRITTEN_FAULT;
    }
    sql_add(sql, node->lookup->after);
    return done(sql);
}

/* ---- lists -------------------------------------------------------------------------------- */

static uint64_t hash_of(struct value value) {
    uint64_t hash = 0xcbf29ce484222325u;
    if (value_is_textual(value)) {
        for (uint32_t i = 0; i < value.length; i++)
            hash = (hash ^ (unsigned char)value.text[i]) * 0x100000001b3u;
        return hash;
    }
    if (value.kind == VALUE_FLOAT && value.real > -9e18 && value.real < 9e18)
        value.integer = (int64_t)value.real; /* 1.0 equals 1 */
    return (hash ^ (uint64_t)value.integer) * 0x9e3779b97f4a7c15u;
}

/* Keeps the first of equal values, as an OrderedSet; drops None. Writes indexes into `kept`. */
static bool distinct_items(struct runtime *runtime, const struct expression *node, size_t *kept,
                           size_t *count) {
    size_t size = 16;
    while (size < node->item_count * 2) size *= 2;
    uint32_t *slots = arena_array(runtime->arena, size, sizeof *slots);
    if (!slots) return fault_no_memory(runtime->fault);
    *count = 0;
    for (size_t i = 0; i < node->item_count; i++) {
        if (node->items[i].kind == VALUE_NONE) continue;
        size_t at = (size_t)(hash_of(node->items[i]) >> 20) & (size - 1);
        bool equal = false;
        for (; slots[at] && !equal; at = (at + 1) & (size - 1))
            if (!object_equal(runtime, node->items[i], node->items[slots[at] - 1], &equal))
                return false;
        if (equal) continue;
        slots[at] = (uint32_t)i + 1;
        kept[(*count)++] = i;
    }
    return true;
}

static enum written write_item(struct sql *sql, struct value item) {
    struct expression *expression = expression_of(item);
    if (!expression) {
        sql_add_parameter(sql, item);
        return done(sql);
    }
    struct resolve how = {.runtime = sql->runtime, .query = sql->query, .allow_joins = true};
    expression = expression_resolve(&how, expression);
    return expression ? expression_write(sql, expression) : WRITTEN_FAULT;
}

/* IN (%s, %s): nothing can match where no value is left */
static enum written write_in_list(struct sql *sql, const struct expression *node) {
    size_t *kept = arena_array(sql->runtime->arena, node->item_count + 1, sizeof *kept), count = 0;
    if (!kept) {
        fault_no_memory(sql->runtime->fault);
        return WRITTEN_FAULT;
    }
    if (!distinct_items(sql->runtime, node, kept, &count)) return WRITTEN_FAULT;
    if (!count) return WRITTEN_EMPTY;
    sql_add(sql, "IN (");
    for (size_t i = 0; i < count; i++) {
        if (i) sql_add(sql, ", ");
        enum written written = write_item(sql, node->items[kept[i]]);
        if (written != WRITTEN) return written;
    }
    sql_add_char(sql, ')');
    return done(sql);
}

/* BETWEEN %s AND %s. Values past the second stay parameters, which the database then refuses. */
static enum written write_range(struct sql *sql, const struct expression *node) {
    struct fault *fault = sql->runtime->fault;
    if (!is_direct(node)) {
        fault_raise(fault, "NotSupported", "a range from a query");
        return WRITTEN_FAULT;
    }
    if (node->item_count < 2) {
        if (node->item_count)
            fault_raise(fault, "IndexError", "tuple index out of range");
        else
            fault_raise(fault, "ValueError", "not enough values to unpack (expected 2, got 0)");
        return WRITTEN_FAULT;
    }
    sql_add(sql, "BETWEEN ");
    enum written written = write_item(sql, node->items[0]);
    if (written != WRITTEN) return written;
    sql_add(sql, " AND ");
    written = write_item(sql, node->items[1]);
    for (size_t i = 2; i < node->item_count && written == WRITTEN; i++)
        if (!sql_keep_parameter(sql, node->items[i])) return WRITTEN_FAULT;
    return written;
}

/* ---- years -------------------------------------------------------------------------------- */

/* published_at__year: the column itself is compared with the year's first and last moment, so that
 * an index on it can be used. */
static bool is_year(const struct expression *node) {
    const struct expression *left = node->sources[0];
    if (left->kind != EXPRESSION_FUNCTION || !left->class->word || node->lookup->id > LOOKUP_LTE ||
        node->lookup->id == LOOKUP_IEXACT)
        return false;
    return is_direct(node) && left->class->transform &&
           (strcmp(left->class->word, "year") == 0 || strcmp(left->class->word, "iso_year") == 0);
}

static bool add_bound(struct sql *sql, int64_t year, bool last, bool datetime) {
    char *text =
        arena_format(sql->runtime->arena, "%04lld-%s%s", (long long)year, last ? "12-31" : "01-01",
                     !datetime ? ""
                     : last    ? " 23:59:59.999999"
                               : " 00:00:00");
    if (!text) return fault_no_memory(sql->runtime->fault);
    return sql_add_parameter(
        sql, value_of_text(datetime ? VALUE_DATETIME : VALUE_DATE, text, strlen(text)));
}

static enum written write_year(struct sql *sql, const struct expression *node) {
    const struct expression *column = node->sources[0]->sources[0];
    const struct field *output = expression_output(sql->runtime, column);
    if (!output) return WRITTEN_FAULT;
    enum written written = expression_write_left(sql, column);
    if (written != WRITTEN) return written;
    int64_t year = node->value.integer;
    if (node->value.kind != VALUE_INT || year < 1 || year > 9999) {
        const char *shown = object_str(sql->runtime, node->value);
        if (shown) fault_raise(sql->runtime->fault, "ValueError", "year %s is out of range", shown);
        return WRITTEN_FAULT;
    }
    bool datetime = output->kind == FIELD_DATETIME;
    enum lookup_id id = node->lookup->id;
    sql_add_char(sql, ' ');
    if (id == LOOKUP_EXACT) {
        sql_add(sql, "BETWEEN ");
        add_bound(sql, year, false, datetime);
        sql_add(sql, " AND ");
        add_bound(sql, year, true, datetime);
    } else {
        sql_add(sql, node->lookup->operator_sql);
        add_bound(sql, year, id == LOOKUP_GT || id == LOOKUP_LTE, datetime);
    }
    return done(sql);
}

/* ---- all of them -------------------------------------------------------------------------- */

static enum written write_isnull(struct sql *sql, const struct expression *node) {
    bool truth = false;
    if (!is_direct(node))
        truth = true; /* any expression object is true */
    else if (!object_truth(sql->runtime, node->value, &truth))
        return WRITTEN_FAULT;
    enum written written = expression_write(sql, node->sources[0]);
    if (written == WRITTEN) sql_add(sql, truth ? " IS NULL" : " IS NOT NULL");
    return written;
}

/* published=True is the bare column; False is NOT column. */
static bool is_bare(struct sql *sql, const struct expression *node, bool *bare) {
    *bare = false;
    if (node->lookup->id != LOOKUP_EXACT || !is_direct(node) || node->value.kind != VALUE_BOOL)
        return true;
    return expression_conditional(sql->runtime, node->sources[0], bare);
}

static enum written write_right(struct sql *sql, const struct expression *node) {
    const struct lookup_type *type = node->lookup;
    if (type->id == LOOKUP_IN && is_direct(node)) return write_in_list(sql, node);
    if (type->id == LOOKUP_RANGE) return write_range(sql, node);
    if (type->id == LOOKUP_IEXACT) return write_iexact(sql, node);
    if (type->before_value) return write_pattern(sql, node);
    sql_add(sql, type->operator_sql);
    if (!is_direct(node)) return expression_write(sql, node->sources[1]);
    sql_add_parameter(sql, node->value);
    return done(sql);
}

enum written lookup_write(struct sql *sql, const struct expression *node) {
    bool bare = false;
    if (node->lookup->id == LOOKUP_ISNULL) return write_isnull(sql, node);
    if (is_year(node)) return write_year(sql, node);
    if (!is_bare(sql, node, &bare)) return WRITTEN_FAULT;
    if (bare && !node->value.integer) sql_add(sql, "NOT ");
    enum written written = expression_write_left(sql, node->sources[0]);
    if (written != WRITTEN || bare) return written;
    sql_add_char(sql, ' ');
    return write_right(sql, node);
}
