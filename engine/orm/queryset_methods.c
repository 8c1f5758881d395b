/* queryset_methods - what listings call on a queryset or a manager: filter(), values(), get(), ...
 *
 * Three groups, in this order: those that refine (a new queryset, no query), those that ask (one
 * query, the answer at once), and the tables that name them. A method of a manager is the same
 * function: it begins with the queryset behind it.
 *
 * Mirrors the public methods of django.db.models.query.QuerySet. */
#include <string.h>

#include "engine/orm/prefetch.h"
#include "engine/orm/queryset.h"

/* ---- helpers ------------------------------------------------------------------------------- */

static bool answer(struct queryset *queryset, struct value *result) {
    if (queryset) *result = value_object(&queryset->base);
    return queryset != NULL;
}

/* The queryset a method was called on; its query exists. */
static struct queryset *self_of(struct runtime *runtime, struct object *self) {
    struct queryset *queryset = queryset_behind(runtime, self);
    return queryset && queryset_query(runtime, queryset) ? queryset : NULL;
}

/* _not_support_combined_queries: after a union() little can be refined. */
static bool is_plain(struct runtime *runtime, const struct queryset *queryset, const char *method) {
    return !queryset->operation || fault_raise(runtime->fault, "NotSupportedError",
                                               "Calling QuerySet.%s() after %s() is not supported.",
                                               method, queryset->operation);
}

/* A clone to refine; NULL after a union(). */
static struct queryset *clone_plain(struct runtime *runtime, struct object *self,
                                    const char *method) {
    struct queryset *queryset = self_of(runtime, self);
    return queryset && is_plain(runtime, queryset, method) ? queryset_clone(runtime, queryset)
                                                           : NULL;
}

static bool is_only_none(const struct arguments *arguments) {
    return arguments->count == 1 && arguments->values[0].kind == VALUE_NONE;
}

static bool refuse_keywords(struct runtime *runtime, const struct arguments *arguments,
                            const char *method) {
    return !arguments->keyword_count ||
           fault_raise(runtime->fault, "TypeError",
                       "QuerySet.%s() got an unexpected keyword argument '%s'", method,
                       arguments->keywords[0].name);
}

static bool refuse_sliced(struct runtime *runtime, const struct queryset *queryset,
                          const char *type, const char *message) {
    return !query_is_sliced(queryset->query) || fault_raise(runtime->fault, type, "%s", message);
}

/* Takes a keyword out of the arguments; *value stays when it is not there. keywords has room. */
static void take_keyword(struct arguments *arguments, struct keyword *keywords, const char *name,
                         struct value *value) {
    size_t kept = 0;
    for (size_t i = 0; i < arguments->keyword_count; i++) {
        if (strcmp(arguments->keywords[i].name, name) == 0)
            *value = arguments->keywords[i].value;
        else
            keywords[kept++] = arguments->keywords[i];
    }
    arguments->keywords = keywords;
    arguments->keyword_count = kept;
}

/* ---- refining ------------------------------------------------------------------------------ */

/* all() of a manager is the queryset itself, so that a prefetched set keeps its cache. */
static bool all(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                struct value *result) {
    if (!arguments_read(runtime, arguments, "QuerySet.all", NULL, 0, 0, NULL)) return false;
    struct queryset *queryset = queryset_behind(runtime, self);
    if (queryset && self->type == &queryset_type) queryset = queryset_clone(runtime, queryset);
    return answer(queryset, result);
}

static bool filter_or_exclude(struct runtime *runtime, struct object *self,
                              const struct arguments *arguments, bool negated,
                              struct value *result) {
    struct queryset *queryset = self_of(runtime, self);
    if (!queryset || !is_plain(runtime, queryset, negated ? "exclude" : "filter")) return false;
    return answer(queryset_filter(runtime, queryset, arguments, negated), result);
}

static bool filter(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                   struct value *result) {
    return filter_or_exclude(runtime, self, arguments, false, result);
}

static bool exclude(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                    struct value *result) {
    return filter_or_exclude(runtime, self, arguments, true, result);
}

static bool annotate_with(struct runtime *runtime, struct object *self,
                          const struct arguments *arguments, const char *method, bool select,
                          struct value *result) {
    struct queryset *clone = clone_plain(runtime, self, method);
    return clone && query_annotate(runtime, clone->query, arguments, select) &&
           answer(clone, result);
}

static bool annotate(struct runtime *runtime, struct object *self,
                     const struct arguments *arguments, struct value *result) {
    return annotate_with(runtime, self, arguments, "annotate", true, result);
}

static bool alias(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                  struct value *result) {
    return annotate_with(runtime, self, arguments, "alias", false, result);
}

static bool order_by(struct runtime *runtime, struct object *self,
                     const struct arguments *arguments, struct value *result) {
    struct queryset *queryset = self_of(runtime, self);
    if (!queryset || !refuse_keywords(runtime, arguments, "order_by") ||
        !refuse_sliced(runtime, queryset, "AssertionError",
                       "Cannot reorder a query once a slice has been taken."))
        return false;
    struct queryset *clone = queryset_clone(runtime, queryset);
    return clone && query_order_by(runtime, clone->query, arguments->values, arguments->count) &&
           answer(clone, result);
}

static struct queryset *reversed(struct runtime *runtime, struct queryset *queryset) {
    if (!refuse_sliced(runtime, queryset, "TypeError",
                       "Cannot reverse a query once a slice has been taken."))
        return NULL;
    struct queryset *clone = queryset_clone(runtime, queryset);
    if (clone) query_reverse(clone->query);
    return clone;
}

static bool reverse(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                    struct value *result) {
    struct queryset *queryset = self_of(runtime, self);
    return queryset && arguments_read(runtime, arguments, "QuerySet.reverse", NULL, 0, 0, NULL) &&
           answer(reversed(runtime, queryset), result);
}

static bool distinct(struct runtime *runtime, struct object *self,
                     const struct arguments *arguments, struct value *result) {
    struct queryset *queryset = self_of(runtime, self);
    if (!queryset || !is_plain(runtime, queryset, "distinct") ||
        !refuse_keywords(runtime, arguments, "distinct") ||
        !refuse_sliced(runtime, queryset, "AssertionError",
                       "Cannot create distinct fields once a slice has been taken."))
        return false;
    struct queryset *clone = queryset_clone(runtime, queryset);
    return clone && query_distinct(runtime, clone->query, arguments->values, arguments->count) &&
           answer(clone, result);
}

static bool values(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                   struct value *result) {
    struct queryset *clone = clone_plain(runtime, self, "values");
    if (!clone) return false;
    clone->rows = ROWS_DICTS;
    return query_values(runtime, clone->query, arguments->values, arguments->count,
                        arguments->keywords, arguments->keyword_count) &&
           answer(clone, result);
}

/* values_list(*fields, flat=False, named=False) */
static bool values_list(struct runtime *runtime, struct object *self,
                        const struct arguments *arguments, struct value *result) {
    struct value options[2] = {value_bool(false), value_bool(false)};
    struct keyword *keywords =
        arena_array(runtime->arena, arguments->keyword_count + 1, sizeof *keywords);
    struct arguments rest = *arguments;
    bool flat, named;
    if (!keywords) return fault_no_memory(runtime->fault);
    take_keyword(&rest, keywords, "flat", &options[0]);
    take_keyword(&rest, keywords, "named", &options[1]);
    if (!refuse_keywords(runtime, &rest, "values_list") ||
        !object_truth(runtime, options[0], &flat) || !object_truth(runtime, options[1], &named))
        return false;
    if (flat && named)
        return fault_raise(runtime->fault, "TypeError",
                           "'flat' and 'named' can't be used together.");
    if (flat && rest.count > 1)
        return fault_raise(
            runtime->fault, "TypeError",
            "'flat' is not valid when values_list is called with more than one field.");
    struct queryset *clone = clone_plain(runtime, self, "values_list");
    if (!clone) return false;
    clone->rows = named ? ROWS_NAMED : flat ? ROWS_FLAT : ROWS_TUPLES;
    return query_values(runtime, clone->query, rest.values, rest.count, NULL, 0) &&
           answer(clone, result);
}

/* What dates() and datetimes() cut down to. */
static const char *const date_kinds[] = {"year", "month", "week", "day", NULL};
static const char *const datetime_kinds[] = {"year", "month",  "week",   "day",
                                             "hour", "minute", "second", NULL};

static bool is_one_of(struct value value, const char *const *names) {
    for (; *names; names++)
        if (value.kind == VALUE_TEXT && strcmp(value.text, *names) == 0) return true;
    return false;
}

/* dates(field_name, kind, order='ASC') and datetimes() alike. */
static bool truncated(struct runtime *runtime, struct object *self,
                      const struct arguments *arguments, bool with_time, struct value *result) {
    static const char *const names[] = {"field_name", "kind", "order"};
    static const char *const orders[] = {"ASC", "DESC", NULL};
    const char *method = with_time ? "datetimes" : "dates";
    struct value given[3] = {value_none(), value_none(), value_text("ASC")};
    if (!arguments_read(runtime, arguments, with_time ? "QuerySet.datetimes" : "QuerySet.dates",
                        names, 3, 2, given))
        return false;
    if (!is_one_of(given[1], with_time ? datetime_kinds : date_kinds))
        return fault_raise(runtime->fault, "AssertionError", "'kind' must be one of %s.",
                           with_time ? "'year', 'month', 'week', 'day', 'hour', 'minute', or "
                                       "'second'"
                                     : "'year', 'month', 'week', or 'day'");
    if (!is_one_of(given[2], orders))
        return fault_raise(runtime->fault, "AssertionError",
                           "'order' must be either 'ASC' or 'DESC'.");
    struct queryset *clone = clone_plain(runtime, self, method);
    if (!clone) return false;
    if (given[0].kind != VALUE_TEXT)
        return fault_raise(runtime->fault, "TypeError", "%s() takes the field's name", method);
    clone->rows = ROWS_FLAT;
    return query_dates(runtime, clone->query, given[0].text, given[1].text,
                       strcmp(given[2].text, "DESC") == 0, with_time) &&
           answer(clone, result);
}

static bool dates(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                  struct value *result) {
    return truncated(runtime, self, arguments, false, result);
}

static bool datetimes(struct runtime *runtime, struct object *self,
                      const struct arguments *arguments, struct value *result) {
    return truncated(runtime, self, arguments, true, result);
}

static bool none(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                 struct value *result) {
    struct queryset *queryset = self_of(runtime, self);
    if (!queryset || !arguments_read(runtime, arguments, "QuerySet.none", NULL, 0, 0, NULL))
        return false;
    struct queryset *clone = queryset_clone(runtime, queryset);
    if (clone) query_set_empty(clone->query);
    return answer(clone, result);
}

static bool select_related(struct runtime *runtime, struct object *self,
                           const struct arguments *arguments, struct value *result) {
    struct queryset *clone = clone_plain(runtime, self, "select_related");
    if (!clone || !refuse_keywords(runtime, arguments, "select_related")) return false;
    if (clone->rows != ROWS_INSTANCES)
        return fault_raise(runtime->fault, "TypeError",
                           "Cannot call select_related() after .values() or .values_list()");
    if (is_only_none(arguments))
        query_select_related_none(clone->query);
    else if (arguments->count == 0)
        query_select_related_all(clone->query);
    else if (!query_select_related(runtime, clone->query, arguments->values, arguments->count))
        return false;
    return answer(clone, result);
}

static struct prefetch *lookup_of(struct runtime *runtime, struct value value) {
    if (object_is(value, &prefetch_type)) return (struct prefetch *)value.object;
    if (value.kind == VALUE_TEXT) return prefetch_new(runtime, value.text);
    fault_raise(runtime->fault, "AttributeError", "'%s' object has no attribute 'split'",
                value_type_name(value));
    return NULL;
}

static bool prefetch_related(struct runtime *runtime, struct object *self,
                             const struct arguments *arguments, struct value *result) {
    struct queryset *clone = clone_plain(runtime, self, "prefetch_related");
    if (!clone || !refuse_keywords(runtime, arguments, "prefetch_related")) return false;
    size_t before = is_only_none(arguments) ? 0 : clone->prefetch_count;
    size_t more = is_only_none(arguments) ? 0 : arguments->count;
    struct prefetch **lookups = arena_array(runtime->arena, before + more + 1, sizeof *lookups);
    if (!lookups) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < before; i++) lookups[i] = clone->prefetches[i];
    for (size_t i = 0; i < more; i++)
        if (!(lookups[before + i] = lookup_of(runtime, arguments->values[i]))) return false;
    clone->prefetches = lookups;
    clone->prefetch_count = before + more;
    return answer(clone, result);
}

static bool refuse_values(struct runtime *runtime, const struct queryset *queryset,
                          const char *method) {
    return queryset->rows == ROWS_INSTANCES ||
           fault_raise(runtime->fault, "TypeError",
                       "Cannot call %s() after .values() or .values_list()", method);
}

static bool defer(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                  struct value *result) {
    struct queryset *clone = clone_plain(runtime, self, "defer");
    if (!clone || !refuse_values(runtime, clone, "defer") ||
        !refuse_keywords(runtime, arguments, "defer"))
        return false;
    if (is_only_none(arguments))
        query_defer_none(clone->query);
    else if (!query_defer(runtime, clone->query, arguments->values, arguments->count))
        return false;
    return answer(clone, result);
}

static bool only(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                 struct value *result) {
    struct queryset *clone = clone_plain(runtime, self, "only");
    if (!clone || !refuse_values(runtime, clone, "only") ||
        !refuse_keywords(runtime, arguments, "only"))
        return false;
    if (is_only_none(arguments))
        return fault_raise(runtime->fault, "TypeError",
                           "Cannot pass None as an argument to only().");
    return query_only(runtime, clone->query, arguments->values, arguments->count) &&
           answer(clone, result);
}

/* ---- set operations ------------------------------------------------------------------------ */

/* The querysets given to union() and its siblings; those that are empty are left out on demand. */
static bool collect_others(struct runtime *runtime, const struct arguments *arguments,
                           const char *method, struct queryset **others) {
    for (size_t i = 0; i < arguments->count; i++) {
        struct value value = arguments->values[i];
        if (!object_is(value, &queryset_type))
            return fault_raise(runtime->fault, "TypeError", "%s() takes querysets, not '%s'",
                               method, value_type_name(value));
        others[i] = (struct queryset *)value.object;
        if (!queryset_query(runtime, others[i])) return false;
    }
    return true;
}

static bool combine(struct runtime *runtime, struct queryset *first, struct queryset **others,
                    size_t count, const char *kind, bool keep_all, struct value *result) {
    struct queryset *clone = queryset_clone(runtime, first);
    struct query **queries = arena_array(runtime->arena, count + 1, sizeof(struct query *));
    if (!queries) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < count; i++) queries[i] = others[i]->query;
    if (!clone || !query_set_operation(runtime, clone->query, kind, queries, count, keep_all))
        return false;
    clone->operation = kind;
    return answer(clone, result);
}

/* union(*others, all=False): empty querysets have nothing to add. */
static bool unite(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                  struct value *result) {
    struct value every = value_bool(false);
    struct keyword *keywords =
        arena_array(runtime->arena, arguments->keyword_count + 1, sizeof *keywords);
    struct queryset **others = arena_array(runtime->arena, arguments->count + 1, sizeof *others);
    struct arguments rest = *arguments;
    bool keep_all;
    if (!keywords || !others) return fault_no_memory(runtime->fault);
    take_keyword(&rest, keywords, "all", &every);
    struct queryset *first = self_of(runtime, self);
    if (!first || !refuse_keywords(runtime, &rest, "union") ||
        !object_truth(runtime, every, &keep_all) ||
        !collect_others(runtime, &rest, "union", others))
        return false;
    if (!query_is_empty(first->query))
        return combine(runtime, first, others, rest.count, "union", keep_all, result);
    size_t count = 0;
    for (size_t i = 0; i < rest.count; i++)
        if (!query_is_empty(others[i]->query)) others[count++] = others[i];
    if (count == 0) return answer(first, result);
    if (count == 1) return answer(others[0], result);
    return combine(runtime, others[0], others + 1, count - 1, "union", keep_all, result);
}

static bool intersect_or_subtract(struct runtime *runtime, struct object *self,
                                  const struct arguments *arguments, const char *kind,
                                  bool intersect, struct value *result) {
    struct queryset **others = arena_array(runtime->arena, arguments->count + 1, sizeof *others);
    struct queryset *first = self_of(runtime, self);
    if (!others) return fault_no_memory(runtime->fault);
    if (!first || !refuse_keywords(runtime, arguments, kind) ||
        !collect_others(runtime, arguments, kind, others))
        return false;
    if (query_is_empty(first->query)) return answer(first, result);
    for (size_t i = 0; intersect && i < arguments->count; i++)
        if (query_is_empty(others[i]->query)) return answer(others[i], result);
    return combine(runtime, first, others, arguments->count, kind, false, result);
}

static bool intersection(struct runtime *runtime, struct object *self,
                         const struct arguments *arguments, struct value *result) {
    return intersect_or_subtract(runtime, self, arguments, "intersection", true, result);
}

static bool difference(struct runtime *runtime, struct object *self,
                       const struct arguments *arguments, struct value *result) {
    return intersect_or_subtract(runtime, self, arguments, "difference", false, result);
}

/* ---- asking: one object -------------------------------------------------------------------- */

static bool get(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                struct value *result) {
    struct queryset *queryset = self_of(runtime, self);
    if (!queryset) return false;
    if (queryset->operation && (arguments->count || arguments->keyword_count))
        return fault_raise(runtime->fault, "NotSupportedError",
                           "Calling QuerySet.get(...) with filters after %s() is not supported.",
                           queryset->operation);
    return queryset_get(runtime, queryset, arguments, result);
}

static bool is_ordered(const struct queryset *queryset) {
    return query_is_empty(queryset->query) || query_is_ordered(queryset->query);
}

/* order_by(name), refused on a slice. */
static struct queryset *ordered_by(struct runtime *runtime, struct queryset *queryset,
                                   const char *name) {
    struct value order = value_text(name), ordered;
    struct arguments arguments = {.values = &order, .count = 1};
    return order_by(runtime, &queryset->base, &arguments, &ordered)
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

static bool first(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                  struct value *result) {
    struct queryset *queryset = self_of(runtime, self);
    if (!queryset || !arguments_read(runtime, arguments, "QuerySet.first", NULL, 0, 0, NULL))
        return false;
    if (!is_ordered(queryset)) queryset = ordered_by(runtime, queryset, "pk");
    return queryset && first_row(runtime, queryset, result);
}

static bool last(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                 struct value *result) {
    struct queryset *queryset = self_of(runtime, self);
    if (!queryset || !arguments_read(runtime, arguments, "QuerySet.last", NULL, 0, 0, NULL))
        return false;
    queryset =
        is_ordered(queryset) ? reversed(runtime, queryset) : ordered_by(runtime, queryset, "-pk");
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
    if (!refuse_sliced(runtime, queryset, "AssertionError",
                       "Cannot change a query once a slice has been taken."))
        return false;
    struct queryset *one = queryset_clone(runtime, queryset);
    if (!one || !query_order_by(runtime, one->query, arguments->values, arguments->count))
        return false;
    query_slice(one->query, 0, 1);
    return queryset_get(runtime, one, &nothing, result);
}

static bool earliest(struct runtime *runtime, struct object *self,
                     const struct arguments *arguments, struct value *result) {
    struct queryset *queryset = self_of(runtime, self);
    return queryset && is_plain(runtime, queryset, "earliest") &&
           refuse_keywords(runtime, arguments, "earliest") &&
           earliest_of(runtime, queryset, arguments, result);
}

static bool latest(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                   struct value *result) {
    struct queryset *queryset = self_of(runtime, self);
    if (!queryset || !is_plain(runtime, queryset, "latest") ||
        !refuse_keywords(runtime, arguments, "latest"))
        return false;
    queryset = reversed(runtime, queryset);
    return queryset && earliest_of(runtime, queryset, arguments, result);
}

/* ---- asking: numbers ----------------------------------------------------------------------- */

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

static bool count(struct runtime *runtime, struct object *self, const struct arguments *arguments,
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

static bool exists(struct runtime *runtime, struct object *self, const struct arguments *arguments,
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
    struct value extra;
    bool done;
    if (!rows_open(&rows, runtime, compiled, ROWS_DICTS, NULL) ||
        !rows_next(&rows, runtime->arena, result, &done))
        return false;
    return done || rows_next(&rows, runtime->arena, &extra, &done);
}

static bool aggregate(struct runtime *runtime, struct object *self,
                      const struct arguments *arguments, struct value *result) {
    struct queryset *queryset = self_of(runtime, self);
    struct compiled compiled;
    struct value *defaults = NULL;
    if (!queryset || !is_plain(runtime, queryset, "aggregate") ||
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

/* ---- asking: many -------------------------------------------------------------------------- */

static bool iterator(struct runtime *runtime, struct object *self,
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
    if (!repr) return false;
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
    if (!batch || !lookup) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < count_of_keys; i++)
        if (!list_append(runtime, batch, keys[i])) return false;
    struct keyword condition = {lookup, value_object(&batch->base)};
    struct arguments where = {.keywords = &condition, .keyword_count = 1};
    struct queryset *some = queryset_filter(runtime, queryset, &where, false);
    return some && query_clear_ordering(some->query, false) && add_bulk(runtime, some, name, dict);
}

/* in_bulk(id_list=None, *, field_name='pk'): in batches that SQLite's variables allow. */
static bool in_bulk(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                    struct value *result) {
    static const char *const names[] = {"id_list", "field_name"};
    struct value given[2] = {value_none(), value_text("pk")};
    struct queryset *queryset = self_of(runtime, self);
    const struct field *field;
    if (!queryset || !is_plain(runtime, queryset, "in_bulk") ||
        !arguments_read(runtime, arguments, "QuerySet.in_bulk", names, 2, 0, given) ||
        !refuse_sliced(runtime, queryset, "AssertionError",
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

/* ---- what is not there --------------------------------------------------------------------- */

static const char *const unsupported[] = {
    "extra",
    "raw",
    "using",
    "select_for_update",
    "complex_filter",
    "bulk_update",
    "update_or_create",
    "explain",
    "as_manager",
    "db_manager",
    "get_queryset",
    "add",
    "remove",
    "clear",
    "set",
    "_raw_delete",
    "through",
    NULL,
};

bool queryset_refuses(struct runtime *runtime, const char *name) {
    for (const char *const *refused = unsupported; *refused; refused++)
        if (strcmp(*refused, name) == 0)
            return !fault_raise(runtime->fault, "NotSupported", "%s() is not supported here", name);
    return false;
}

/* ---- the tables ---------------------------------------------------------------------------- */

/* Those that a manager has as well (Manager.from_queryset leaves out delete()). */
#define SHARED_METHODS                                                                             \
    {"all", all}, {"filter", filter}, {"exclude", exclude}, {"annotate", annotate},                \
        {"alias", alias}, {"order_by", order_by}, {"reverse", reverse}, {"distinct", distinct},    \
        {"values", values}, {"values_list", values_list}, {"dates", dates},                        \
        {"datetimes", datetimes}, {"none", none}, {"select_related", select_related},              \
        {"prefetch_related", prefetch_related}, {"defer", defer}, {"only", only},                  \
        {"union", unite}, {"intersection", intersection}, {"difference", difference},              \
        {"get", get}, {"first", first}, {"last", last}, {"earliest", earliest},                    \
        {"latest", latest}, {"count", count}, {"exists", exists}, {"aggregate", aggregate},        \
        {"iterator", iterator}, {"in_bulk", in_bulk}, {"create", queryset_create},                 \
        {"get_or_create", queryset_get_or_create}, {"bulk_create", queryset_bulk_create}, {        \
        "update", queryset_update                                                                  \
    }

const struct method queryset_methods[] = {
    SHARED_METHODS,
    {"delete", queryset_delete},
    {NULL, NULL},
};

const struct method manager_methods[] = {
    SHARED_METHODS,
    {NULL, NULL},
};
