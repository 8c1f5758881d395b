/* queryset_refine - the methods that refine a recipe: filter(), order_by(), values(), union(), ...
 * None of them asks the database anything.
 *
 * Mirrors the methods of django.db.models.query.QuerySet that return a QuerySet. */
#include <string.h>

#include "engine/orm/expression.h"
#include "engine/orm/prefetch.h"
#include "engine/orm/queryset_calls.h"

/* all() of a manager is the queryset itself, so that a prefetched set keeps its cache. */
bool method_all(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                struct value *result) {
    if (!arguments_read(runtime, arguments, "QuerySet.all", NULL, 0, 0, NULL)) return false;
    struct queryset *queryset = queryset_behind(runtime, self);
    if (queryset && self->type == &queryset_type) queryset = queryset_clone(runtime, queryset);
    return call_answer(queryset, result);
}

static bool filter_or_exclude(struct runtime *runtime, struct object *self,
                              const struct arguments *arguments, bool negated,
                              struct value *result) {
    struct queryset *queryset = call_queryset(runtime, self);
    if (!queryset || !call_is_plain(runtime, queryset, negated ? "exclude" : "filter"))
        return false;
    return call_answer(queryset_filter(runtime, queryset, arguments, negated), result);
}

bool method_filter(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                   struct value *result) {
    return filter_or_exclude(runtime, self, arguments, false, result);
}

bool method_exclude(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                    struct value *result) {
    return filter_or_exclude(runtime, self, arguments, true, result);
}

static bool annotate_with(struct runtime *runtime, struct object *self,
                          const struct arguments *arguments, const char *method, bool select,
                          struct value *result) {
    struct queryset *clone = call_clone(runtime, self, method);
    return clone && query_annotate(runtime, clone->query, arguments, select) &&
           call_answer(clone, result);
}

bool method_annotate(struct runtime *runtime, struct object *self,
                     const struct arguments *arguments, struct value *result) {
    return annotate_with(runtime, self, arguments, "annotate", true, result);
}

bool method_alias(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                  struct value *result) {
    return annotate_with(runtime, self, arguments, "alias", false, result);
}

bool method_order_by(struct runtime *runtime, struct object *self,
                     const struct arguments *arguments, struct value *result) {
    struct queryset *queryset = call_queryset(runtime, self);
    if (!queryset || !call_refuse_keywords(runtime, arguments, "order_by") ||
        !call_refuse_sliced(runtime, queryset, "AssertionError",
                            "Cannot reorder a query once a slice has been taken."))
        return false;
    struct queryset *clone = queryset_clone(runtime, queryset);
    return clone && query_order_by(runtime, clone->query, arguments->values, arguments->count) &&
           call_answer(clone, result);
}

struct queryset *call_reversed(struct runtime *runtime, struct queryset *queryset) {
    if (!call_refuse_sliced(runtime, queryset, "TypeError",
                            "Cannot reverse a query once a slice has been taken."))
        return NULL;
    struct queryset *clone = queryset_clone(runtime, queryset);
    if (clone) query_reverse(clone->query);
    return clone;
}

bool method_reverse(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                    struct value *result) {
    struct queryset *queryset = call_queryset(runtime, self);
    return queryset && arguments_read(runtime, arguments, "QuerySet.reverse", NULL, 0, 0, NULL) &&
           call_answer(call_reversed(runtime, queryset), result);
}

bool method_distinct(struct runtime *runtime, struct object *self,
                     const struct arguments *arguments, struct value *result) {
    struct queryset *queryset = call_queryset(runtime, self);
    if (!queryset || !call_is_plain(runtime, queryset, "distinct") ||
        !call_refuse_keywords(runtime, arguments, "distinct") ||
        !call_refuse_sliced(runtime, queryset, "AssertionError",
                            "Cannot create distinct fields once a slice has been taken."))
        return false;
    struct queryset *clone = queryset_clone(runtime, queryset);
    return clone && query_distinct(runtime, clone->query, arguments->values, arguments->count) &&
           call_answer(clone, result);
}

bool method_values(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                   struct value *result) {
    struct queryset *queryset = call_queryset(runtime, self);
    if (!queryset || (arguments->keyword_count && !call_is_plain(runtime, queryset, "annotate")))
        return false;
    struct queryset *clone = queryset_clone(runtime, queryset);
    if (!clone) return false;
    clone->rows = ROWS_DICTS;
    return query_values(runtime, clone->query, arguments->values, arguments->count,
                        arguments->keywords, arguments->keyword_count) &&
           call_answer(clone, result);
}

/* values_list(*fields, flat=False, named=False) */
bool method_values_list(struct runtime *runtime, struct object *self,
                        const struct arguments *arguments, struct value *result) {
    struct value options[2] = {value_bool(false), value_bool(false)};
    struct keyword *keywords =
        arena_array(runtime->arena, arguments->keyword_count + 1, sizeof *keywords);
    struct arguments rest = *arguments;
    bool flat, named;
    if (!keywords) return fault_no_memory(runtime->fault);
    call_take_keyword(&rest, keywords, "flat", &options[0]);
    call_take_keyword(&rest, keywords, "named", &options[1]);
    if (!call_refuse_keywords(runtime, &rest, "values_list") ||
        !object_truth(runtime, options[0], &flat) || !object_truth(runtime, options[1], &named))
        return false;
    if (flat && named)
        return fault_raise(runtime->fault, "TypeError",
                           "'flat' and 'named' can't be used together.");
    if (flat && rest.count > 1)
        return fault_raise(
            runtime->fault, "TypeError",
            "'flat' is not valid when values_list is called with more than one field.");
    struct queryset *queryset = call_queryset(runtime, self);
    struct queryset *clone = queryset ? queryset_clone(runtime, queryset) : NULL;
    if (!clone) return false;
    clone->rows = named ? ROWS_NAMED : flat ? ROWS_FLAT : ROWS_TUPLES;
    return query_values(runtime, clone->query, rest.values, rest.count, NULL, 0) &&
           call_answer(clone, result);
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
    struct queryset *clone = call_clone(runtime, self, "annotate");
    if (!clone) return false;
    if (given[0].kind != VALUE_TEXT)
        return fault_raise(runtime->fault, "TypeError", "%s() takes the field's name", method);
    clone->rows = ROWS_FLAT;
    return query_dates(runtime, clone->query, given[0].text, given[1].text,
                       strcmp(given[2].text, "DESC") == 0, with_time) &&
           call_answer(clone, result);
}

bool method_dates(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                  struct value *result) {
    return truncated(runtime, self, arguments, false, result);
}

bool method_datetimes(struct runtime *runtime, struct object *self,
                      const struct arguments *arguments, struct value *result) {
    return truncated(runtime, self, arguments, true, result);
}

bool method_none(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                 struct value *result) {
    struct queryset *queryset = call_queryset(runtime, self);
    if (!queryset || !arguments_read(runtime, arguments, "QuerySet.none", NULL, 0, 0, NULL))
        return false;
    struct queryset *clone = queryset_clone(runtime, queryset);
    if (clone) query_set_empty(clone->query);
    return call_answer(clone, result);
}

bool method_select_related(struct runtime *runtime, struct object *self,
                           const struct arguments *arguments, struct value *result) {
    struct queryset *clone = call_clone(runtime, self, "select_related");
    if (!clone || !call_refuse_keywords(runtime, arguments, "select_related")) return false;
    if (clone->rows != ROWS_INSTANCES)
        return fault_raise(runtime->fault, "TypeError",
                           "Cannot call select_related() after .values() or .values_list()");
    if (call_is_only_none(arguments))
        query_select_related_none(clone->query);
    else if (arguments->count == 0)
        query_select_related_all(clone->query);
    else if (!query_select_related(runtime, clone->query, arguments->values, arguments->count))
        return false;
    return call_answer(clone, result);
}

static struct prefetch *lookup_of(struct runtime *runtime, struct value value) {
    if (object_is(value, &prefetch_type)) return (struct prefetch *)value.object;
    if (value.kind == VALUE_TEXT) return prefetch_new(runtime, value.text);
    fault_raise(runtime->fault, "AttributeError", "'%s' object has no attribute 'split'",
                value_type_name(value));
    return NULL;
}

bool method_prefetch_related(struct runtime *runtime, struct object *self,
                             const struct arguments *arguments, struct value *result) {
    struct queryset *clone = call_clone(runtime, self, "prefetch_related");
    if (!clone || !call_refuse_keywords(runtime, arguments, "prefetch_related")) return false;
    size_t before = call_is_only_none(arguments) ? 0 : clone->prefetch_count;
    size_t more = call_is_only_none(arguments) ? 0 : arguments->count;
    struct prefetch **lookups = arena_array(runtime->arena, before + more + 1, sizeof *lookups);
    if (!lookups) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < before; i++) lookups[i] = clone->prefetches[i];
    for (size_t i = 0; i < more; i++)
        if (!(lookups[before + i] = lookup_of(runtime, arguments->values[i]))) return false;
    clone->prefetches = lookups;
    clone->prefetch_count = before + more;
    return call_answer(clone, result);
}

static bool refuse_values(struct runtime *runtime, const struct queryset *queryset,
                          const char *method) {
    return queryset->rows == ROWS_INSTANCES ||
           fault_raise(runtime->fault, "TypeError",
                       "Cannot call %s() after .values() or .values_list()", method);
}

bool method_defer(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                  struct value *result) {
    struct queryset *clone = call_clone(runtime, self, "defer");
    if (!clone || !refuse_values(runtime, clone, "defer") ||
        !call_refuse_keywords(runtime, arguments, "defer"))
        return false;
    if (call_is_only_none(arguments))
        query_defer_none(clone->query);
    else if (!query_defer(runtime, clone->query, arguments->values, arguments->count))
        return false;
    return call_answer(clone, result);
}

bool method_only(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                 struct value *result) {
    struct queryset *clone = call_clone(runtime, self, "only");
    if (!clone || !refuse_values(runtime, clone, "only") ||
        !call_refuse_keywords(runtime, arguments, "only"))
        return false;
    if (call_is_only_none(arguments))
        return fault_raise(runtime->fault, "TypeError",
                           "Cannot pass None as an argument to only().");
    return query_only(runtime, clone->query, arguments->values, arguments->count) &&
           call_answer(clone, result);
}

/* ---- set operations ------------------------------------------------------------------------ */

/* The querysets given to union() and its siblings; those that are empty are left out on demand. */
static bool collect_others(struct runtime *runtime, const struct arguments *arguments,
                           struct queryset **others) {
    for (size_t i = 0; i < arguments->count; i++) {
        struct value value = arguments->values[i];
        if (!object_is(value, &queryset_type))
            return fault_raise(runtime->fault, "AttributeError",
                               "'%s' object has no attribute 'query'", value_type_name(value));
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
    return call_answer(clone, result);
}

/* union(*others, all=False): empty querysets have nothing to add. */
bool method_unite(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                  struct value *result) {
    struct value every = value_bool(false);
    struct keyword *keywords =
        arena_array(runtime->arena, arguments->keyword_count + 1, sizeof *keywords);
    struct queryset **others = arena_array(runtime->arena, arguments->count + 1, sizeof *others);
    struct arguments rest = *arguments;
    bool keep_all;
    if (!keywords || !others) return fault_no_memory(runtime->fault);
    call_take_keyword(&rest, keywords, "all", &every);
    struct queryset *first = call_queryset(runtime, self);
    if (!first || !call_refuse_keywords(runtime, &rest, "union") ||
        !object_truth(runtime, every, &keep_all) || !collect_others(runtime, &rest, others))
        return false;
    if (!query_is_empty(first->query))
        return combine(runtime, first, others, rest.count, "union", keep_all, result);
    size_t count = 0;
    for (size_t i = 0; i < rest.count; i++)
        if (!query_is_empty(others[i]->query)) others[count++] = others[i];
    if (count == 0) return call_answer(first, result);
    if (count == 1) return call_answer(others[0], result);
    return combine(runtime, others[0], others + 1, count - 1, "union", keep_all, result);
}

static bool intersect_or_subtract(struct runtime *runtime, struct object *self,
                                  const struct arguments *arguments, const char *kind,
                                  bool intersect, struct value *result) {
    struct queryset **others = arena_array(runtime->arena, arguments->count + 1, sizeof *others);
    struct queryset *first = call_queryset(runtime, self);
    if (!others) return fault_no_memory(runtime->fault);
    if (!first || !call_refuse_keywords(runtime, arguments, kind) ||
        !collect_others(runtime, arguments, others))
        return false;
    if (query_is_empty(first->query)) return call_answer(first, result);
    for (size_t i = 0; intersect && i < arguments->count; i++)
        if (query_is_empty(others[i]->query)) return call_answer(others[i], result);
    return combine(runtime, first, others, arguments->count, kind, false, result);
}

bool method_intersection(struct runtime *runtime, struct object *self,
                         const struct arguments *arguments, struct value *result) {
    return intersect_or_subtract(runtime, self, arguments, "intersection", true, result);
}

bool method_difference(struct runtime *runtime, struct object *self,
                       const struct arguments *arguments, struct value *result) {
    return intersect_or_subtract(runtime, self, arguments, "difference", false, result);
}

/* ---- complex_filter() ----------------------------------------------------------------------- */

static bool filter_by_dict(struct runtime *runtime, struct queryset *queryset, struct value given,
                           struct value *result) {
    const struct dict *dict = (const struct dict *)given.object;
    struct keyword *lookups = arena_array(runtime->arena, dict->count + 1, sizeof *lookups);
    struct arguments where = {.keywords = lookups, .keyword_count = dict->count};
    if (!lookups) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < dict->count; i++) {
        if (dict->entries[i].key.kind != VALUE_TEXT)
            return fault_raise(runtime->fault, "NotSupported", "lookups that are no texts");
        lookups[i] = (struct keyword){dict->entries[i].key.text, dict->entries[i].value};
    }
    return call_answer(queryset_filter(runtime, queryset, &where, false), result);
}

/* complex_filter(q): a Q, or lookups as a dict. */
bool method_complex_filter(struct runtime *runtime, struct object *self,
                           const struct arguments *arguments, struct value *result) {
    static const char *const names[] = {"filter_obj"};
    struct queryset *queryset = call_queryset(runtime, self);
    struct value given;
    struct arguments where = {.values = &given, .count = 1};
    if (!queryset ||
        !arguments_read(runtime, arguments, "QuerySet.complex_filter", names, 1, 1, &given))
        return false;
    if (object_is(given, &dict_type)) return filter_by_dict(runtime, queryset, given, result);
    const struct expression *q = expression_of(given);
    if (!q || q->kind != EXPRESSION_Q || query_is_sliced(queryset->query))
        return fault_raise(runtime->fault, "NotSupported",
                           "complex_filter() of what is neither a Q nor a dict, or of a slice");
    return call_answer(queryset_filter(runtime, queryset, &where, false), result);
}
