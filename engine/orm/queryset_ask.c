/* queryset_ask - the methods that answer at once: get(), first(), count(), aggregate(), in_bulk(),
 * ...
 *
 * Mirrors the methods of django.db.models.query.QuerySet that do not return a QuerySet. */
#include <string.h>

#include "engine/orm/queryset_calls.h"

/* ---- one object ----------------------------------------------------------------------------- */

bool method_get(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                struct value *result) {
    struct queryset *queryset = call_queryset(runtime, self);
    return queryset && queryset_get(runtime, queryset, arguments, result);
}

static bool is_ordered(const struct queryset *queryset) {
    return query_is_empty(queryset->query) || query_is_ordered(queryset->query);
}

/* order_by(name), refused on a slice. */
static struct queryset *ordered_by(struct runtime *runtime, struct queryset *queryset,
                                   const char *name) {
    struct value order = value_text(name), ordered;
    struct arguments arguments = {.values = &order, .count = 1};
    return method_order_by(runtime, &queryset->base, &arguments, &ordered)
               ? (struct queryset *)ordered.object
               : NULL;
}

/* The first row of a slice of one, or None. An evaluated queryset needs no query. */
static bool first_row(struct runtime *runtime, struct queryset *queryset, struct value *result) {
    struct queryset *one = queryset->cache ? queryset : queryset_slice(runtime, queryset, 0, 1);
    if (!one || !queryset_fetch(runtime, one)) return false;
    *result = one->cache->count ? one->cache->items[0] : value_none();
    return true;
}

bool method_first(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                  struct value *result) {
    struct queryset *queryset = call_queryset(runtime, self);
    if (!queryset || !arguments_read(runtime, arguments, "QuerySet.first", NULL, 0, 0, NULL))
        return false;
    if (!is_ordered(queryset)) queryset = ordered_by(runtime, queryset, "pk");
    return queryset && first_row(runtime, queryset, result);
}

bool method_last(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                 struct value *result) {
    struct queryset *queryset = call_queryset(runtime, self);
    if (!queryset || !arguments_read(runtime, arguments, "QuerySet.last", NULL, 0, 0, NULL))
        return false;
    queryset = is_ordered(queryset) ? call_reversed(runtime, queryset)
                                    : ordered_by(runtime, queryset, "-pk");
    return queryset && first_row(runtime, queryset, result);
}

/* _earliest(*fields): the only row of a slice of one, ordered anew. */
static bool earliest_of(struct runtime *runtime, struct queryset *queryset,
                        const struct arguments *arguments, struct value *result) {
    static const struct arguments nothing;
    if (arguments->count == 0)
        return fault_raise(runtime->fault, "ValueError",
                           "earliest() and latest() require either fields as positional arguments "
                           "or 'get_latest_by' in the model's Meta.");
    if (!call_refuse_sliced(runtime, queryset, "AssertionError",
                            "Cannot change a query once a slice has been taken."))
        return false;
    struct queryset *one = queryset_clone(runtime, queryset);
    if (!one || !query_order_by(runtime, one->query, arguments->values, arguments->count))
        return false;
    query_slice(one->query, 0, 1);
    return queryset_get(runtime, one, &nothing, result);
}

bool method_earliest(struct runtime *runtime, struct object *self,
                     const struct arguments *arguments, struct value *result) {
    struct queryset *queryset = call_queryset(runtime, self);
    return queryset && call_refuse_keywords(runtime, arguments, "earliest") &&
           earliest_of(runtime, queryset, arguments, result);
}

bool method_latest(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                   struct value *result) {
    struct queryset *queryset = call_queryset(runtime, self);
    if (!queryset || !call_refuse_keywords(runtime, arguments, "latest")) return false;
    queryset = call_reversed(runtime, queryset);
    return queryset && earliest_of(runtime, queryset, arguments, result);
}

/* ---- numbers -------------------------------------------------------------------------------- */

/* Runs a query of one row and reads it; *found = false when there was none. */
static bool read_one(struct runtime *runtime, const struct compiled *compiled, struct value *row,
                     bool *found) {
    struct cursor *cursor;
    bool done;
    *found = false;
    if (!database_execute(runtime, compiled->sql, compiled->parameters, compiled->parameter_count,
                          &cursor) ||
        !cursor_next(runtime, cursor, runtime->arena, row, &done))
        return false;
    if (done) return true;
    *found = true;
    struct value *beyond = arena_array(runtime->arena, cursor_columns(cursor) + 1, sizeof *beyond);
    if (!beyond) {
        cursor_close(runtime, cursor);
        return fault_no_memory(runtime->fault);
    }
    while (!done)
        if (!cursor_next(runtime, cursor, runtime->arena, beyond, &done)) return false;
    return true;
}

bool method_count(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                  struct value *result) {
    struct queryset *queryset = queryset_behind(runtime, self);
    if (!queryset || !arguments_read(runtime, arguments, "QuerySet.count", NULL, 0, 0, NULL))
        return false;
    *result = value_int(queryset->cache ? (int64_t)queryset->cache->count : 0);
    if (queryset->cache) return true;
    struct compiled compiled;
    struct value row;
    bool found;
    if (!queryset_query(runtime, queryset) ||
        !query_compile_count(runtime, queryset->query, &compiled))
        return false;
    if (compiled.empty) return true;
    if (!read_one(runtime, &compiled, &row, &found)) return false;
    if (found) *result = row;
    return true;
}

bool method_exists(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                   struct value *result) {
    struct queryset *queryset = queryset_behind(runtime, self);
    if (!queryset || !arguments_read(runtime, arguments, "QuerySet.exists", NULL, 0, 0, NULL))
        return false;
    *result = value_bool(queryset->cache && queryset->cache->count > 0);
    if (queryset->cache) return true;
    struct compiled compiled;
    struct value row[64];
    bool found;
    if (!queryset_query(runtime, queryset) ||
        !query_compile_exists(runtime, queryset->query, &compiled))
        return false;
    if (compiled.empty) return true;
    if (compiled.column_count > sizeof row / sizeof row[0])
        return fault_raise(runtime->fault, "NotSupported", "exists() of more than 64 columns");
    if (!read_one(runtime, &compiled, row, &found)) return false;
    *result = value_bool(found);
    return true;
}

/* The one row of aggregate() as a dict. */
static bool aggregate_row(struct runtime *runtime, const struct compiled *compiled,
                          struct value *result) {
    struct rows rows;
    bool done;
    if (!rows_open(&rows, runtime, compiled, ROWS_DICTS, NULL) ||
        !rows_next(&rows, runtime->arena, result, &done))
        return false;
    rows_close(&rows); /* an aggregate that is nothing but a constant gives a row for each row */
    return true;
}

bool method_aggregate(struct runtime *runtime, struct object *self,
                      const struct arguments *arguments, struct value *result) {
    struct queryset *queryset = call_queryset(runtime, self);
    struct compiled compiled;
    struct value *defaults = NULL;
    if (!queryset ||
        !query_compile_aggregate(runtime, queryset->query, arguments, &compiled, &defaults))
        return false;
    if (!compiled.empty && compiled.column_count) return aggregate_row(runtime, &compiled, result);
    struct dict *dict = dict_new(runtime);
    for (size_t i = 0; dict && i < compiled.column_count; i++)
        if (!dict_set(runtime, dict, value_text(compiled.columns[i].name), defaults[i]))
            return false;
    if (dict) *result = value_object(&dict->base);
    return dict != NULL;
}

/* ---- many ----------------------------------------------------------------------------------- */

bool method_iterator(struct runtime *runtime, struct object *self,
                     const struct arguments *arguments, struct value *result) {
    static const char *const names[] = {"chunk_size"};
    struct value chunk_size = value_int(2000);
    struct queryset *queryset = queryset_behind(runtime, self);
    if (!queryset ||
        !arguments_read(runtime, arguments, "QuerySet.iterator", names, 1, 0, &chunk_size))
        return false;
    if (chunk_size.kind != VALUE_INT && chunk_size.kind != VALUE_BOOL)
        return fault_raise(runtime->fault, "TypeError",
                           "'<=' not supported between instances of '%s' and 'int'",
                           value_type_name(chunk_size));
    return queryset_iterator(runtime, queryset, chunk_size.integer, result);
}

enum { PARAMETERS_MOST = 999 }; /* DatabaseFeatures.max_query_params of SQLite in Django 3.2 */

static bool check_bulk_field(struct runtime *runtime, const struct model *model, struct value name,
                             const struct field **field) {
    const char *repr = object_repr(runtime, name);
    *field = name.kind == VALUE_TEXT ? model_field(model, name.text) : NULL;
    const struct model *holder;
    if (!repr) return false;
    /* Django finds the relation that leads back, and only then that it is no column. */
    const struct field *back =
        *field || name.kind != VALUE_TEXT ? NULL : model_reverse(model, name.text, &holder);
    if (back)
        return fault_raise(runtime->fault, "AttributeError",
                           "'%s' object has no attribute 'unique'", field_back_name(back));
    if (!*field)
        return fault_raise(runtime->fault, "FieldDoesNotExist", "%s has no field named %s",
                           model->name, repr);
    return (*field)->unique ||
           fault_raise(runtime->fault, "ValueError",
                       "in_bulk()'s field_name must be a unique field but %s isn't.", repr);
}

/* Adds the objects of one batch to the dict, by their key. */
static bool add_bulk(struct runtime *runtime, struct queryset *queryset, const char *name,
                     struct dict *dict) {
    if (!queryset_fetch(runtime, queryset)) return false;
    for (size_t i = 0; i < queryset->cache->count; i++) {
        struct value key;
        if (!object_get_attribute(runtime, queryset->cache->items[i], name, &key) ||
            !dict_set(runtime, dict, key, queryset->cache->items[i]))
            return false;
    }
    return true;
}

static bool fetch_batch(struct runtime *runtime, struct queryset *queryset, const char *name,
                        const struct value *keys, size_t count_of_keys, struct dict *dict) {
    struct list *batch = list_new(runtime, &tuple_type, count_of_keys);
    const char *lookup = arena_format(runtime->arena, "%s__in", name);
    if (!call_is_plain(runtime, queryset, "filter")) return false;
    if (!batch || !lookup) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < count_of_keys; i++)
        if (!list_append(runtime, batch, keys[i])) return false;
    struct keyword condition = {lookup, value_object(&batch->base)};
    struct arguments where = {.keywords = &condition, .keyword_count = 1};
    struct queryset *some = queryset_filter(runtime, queryset, &where, false);
    return some && query_clear_ordering(some->query, false) && add_bulk(runtime, some, name, dict);
}

/* in_bulk(id_list=None, *, field_name='pk'): in batches that SQLite's variables allow. */
bool method_in_bulk(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                    struct value *result) {
    static const char *const names[] = {"id_list", "field_name"};
    struct value given[2] = {value_none(), value_text("pk")};
    struct queryset *queryset = call_queryset(runtime, self);
    const struct field *field;
    if (!queryset || !arguments_read(runtime, arguments, "QuerySet.in_bulk", names, 2, 0, given) ||
        !call_refuse_sliced(runtime, queryset, "AssertionError",
                            "Cannot use 'limit' or 'offset' with in_bulk") ||
        !check_bulk_field(runtime, queryset->model, given[1], &field))
        return false;
    struct dict *dict = dict_new(runtime);
    struct list *keys = list_new(runtime, &list_type, 0);
    if (!dict || !keys) return false;
    *result = value_object(&dict->base);
    if (given[0].kind == VALUE_NONE) {
        struct queryset *every = queryset_clone(runtime, queryset);
        return every && add_bulk(runtime, every, given[1].text, dict);
    }
    if (!list_extend(runtime, keys, given[0])) return false;
    for (size_t i = 0; i < keys->count; i += PARAMETERS_MOST) {
        size_t left = keys->count - i;
        if (!fetch_batch(runtime, queryset, given[1].text, keys->items + i,
                         left < PARAMETERS_MOST ? left : PARAMETERS_MOST, dict))
            return false;
    }
    return true;
}
