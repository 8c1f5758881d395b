/* query - see query.h: making, copying, ordering, slicing, and what select_related, defer and only
 * ask for. Conditions are in filter.c, columns and annotations in annotate.c.
 *
 * A copy shares what never changes (expressions, names) and has its own joins and annotations. */
#include "engine/orm/blueprint.h"

static void *copy_array(struct runtime *runtime, const void *array, size_t count, size_t size) {
    void *copy = arena_array(runtime->arena, count ? count : 1, size);
    if (!copy)
        fault_no_memory(runtime->fault);
    else if (count)
        memcpy(copy, array, count * size);
    return copy;
}

struct query *query_new(struct runtime *runtime, const struct model *model) {
    struct query *query = arena_alloc(runtime->arena, sizeof *query);
    if (!query) {
        fault_no_memory(runtime->fault);
        return NULL;
    }
    *query = (struct query){.model = model,
                            .prefix = "T",
                            .default_columns = true,
                            .default_ordering = true,
                            .standard_ordering = true,
                            .high = -1,
                            .defers = true};
    query->where = where_new(runtime, false, false);
    if (!query->where || !alias_set_add(runtime, &query->subquery_prefixes, "T")) return NULL;
    return query;
}

static bool copy_combined(struct runtime *runtime, struct query *query) {
    if (!query->combined_count) return true;
    if (runtime_cancelled(runtime)) return false; /* unions of unions double and double */
    struct query **copies =
        copy_array(runtime, query->combined, query->combined_count, sizeof *copies);
    if (!copies) return false;
    query->combined = copies;
    for (size_t i = 0; i < query->combined_count; i++) {
        copies[i] = query_copy(runtime, copies[i]);
        if (!copies[i]) return false;
    }
    return true;
}

struct query *query_copy(struct runtime *runtime, const struct query *from) {
    struct query *query = copy_array(runtime, from, 1, sizeof *query);
    if (!query) return NULL;
    /* Two more places, since a copy is usually made to be refined. */
    query->join_capacity = from->join_count + 2;
    query->joins = arena_array(runtime->arena, query->join_capacity, sizeof *query->joins);
    query->where = expression_copy(runtime, from->where);
    if (!query->joins || !query->where) return fault_no_memory(runtime->fault), NULL;
    if (from->join_count)
        memcpy(query->joins, from->joins, from->join_count * sizeof *query->joins);
    if (from->annotation_count) {
        query->annotations = copy_array(runtime, from->annotations, from->annotation_count,
                                        sizeof *query->annotations);
        if (!query->annotations) return NULL;
    }
    /* Shared arrays are moved by whoever appends to them. */
    query->subquery_prefixes.capacity = query->subquery_prefixes.count;
    query->used_aliases.capacity = query->used_aliases.count;
    return copy_combined(runtime, query) ? query : NULL;
}

struct query *query_clone(struct runtime *runtime, const struct query *from) {
    struct query *query = query_copy(runtime, from);
    if (!query) return NULL;
    if (!query->sticky) query->used_aliases = (struct alias_set){0};
    query->sticky = false;
    return query;
}

const struct model *query_model(const struct query *query) {
    return query->model;
}

const char **names_of(struct runtime *runtime, const struct value *values, size_t count) {
    const char **names = arena_array(runtime->arena, count + 1, sizeof *names);
    if (!names) {
        fault_no_memory(runtime->fault);
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        if (values[i].kind != VALUE_TEXT) {
            fault_raise(runtime->fault, "AttributeError", "'%s' object has no attribute 'split'",
                        value_type_name(values[i]));
            return NULL;
        }
        names[i] = values[i].text;
    }
    return names;
}

/* ---- ordering ----------------------------------------------------------------------------- */

static bool check_order_name(struct runtime *runtime, const struct query *query, const char *name) {
    struct path path;
    struct path_failure failure;
    size_t count = 0;
    if (strchr(name, '.') || strcmp(name, "?") == 0) return true;
    if (*name == '-') name++;
    if (query_annotation(query, name)) return true;
    const char **names = names_split(runtime, name, &count);
    if (!names) return false;
    switch (path_walk(runtime, query, names, count, query->model, true, false, &path, &failure)) {
    case PATH_UNKNOWN: return path_raise(runtime, query, &failure);
    case PATH_FAULT: return false;
    case PATH_FOUND:
    case PATH_MANY: break;
    }
    return true;
}

static bool check_order_expression(struct runtime *runtime, struct value value) {
    const struct expression *expression = expression_of(value);
    if (!expression || !expression->aggregate) return true;
    const char *shown = object_str(runtime, value);
    if (!shown) return false;
    return fault_raise(
        runtime->fault, "FieldError",
        "Using an aggregate in order_by() without also including it in annotate() is "
        "not allowed: %s",
        shown);
}

static bool check_ordering(struct runtime *runtime, const struct query *query,
                           const struct value *names, size_t count) {
    struct list *bad = NULL;
    for (size_t i = 0; i < count; i++) {
        if (names[i].kind == VALUE_TEXT) {
            if (!check_order_name(runtime, query, names[i].text)) return false;
        } else if (!value_is_expression(names[i])) {
            if (!bad) bad = list_new(runtime, &list_type, count);
            if (!bad || !list_append(runtime, bad, names[i])) return false;
        }
        if (!check_order_expression(runtime, names[i])) return false;
    }
    if (!bad) return true;
    const char *shown = object_repr(runtime, value_object(&bad->base));
    return shown &&
           fault_raise(runtime->fault, "FieldError", "Invalid order_by arguments: %s", shown);
}

bool query_order_by(struct runtime *runtime, struct query *query, const struct value *names,
                    size_t count) {
    if (query_is_sliced(query))
        return fault_raise(runtime->fault, "AssertionError",
                           "Cannot reorder a query once a slice has been taken.");
    if (!check_ordering(runtime, query, names, count)) return false;
    query->order_by = copy_array(runtime, names, count, sizeof *names);
    query->order_count = count;
    if (!count) query->default_ordering = false;
    return query->order_by != NULL;
}

bool query_clear_ordering(struct query *query, bool forced) {
    if (!forced && (query_is_sliced(query) || query->distinct_count)) return true;
    query->order_count = 0;
    query->default_ordering = false;
    return true;
}

bool query_is_ordered(const struct query *query) {
    if (query_is_empty(query) || query->order_count) return true;
    return query->default_ordering && query->model->ordering && query->group_by == GROUP_NONE;
}

void query_reverse(struct query *query) {
    query->standard_ordering = !query->standard_ordering;
}

/* ---- which rows --------------------------------------------------------------------------- */

bool query_distinct(struct runtime *runtime, struct query *query, const struct value *names,
                    size_t count) {
    if (query_is_sliced(query))
        return fault_raise(runtime->fault, "AssertionError",
                           "Cannot create distinct fields once a slice has been taken.");
    query->distinct_fields = names_of(runtime, names, count);
    query->distinct_count = count;
    query->distinct = true;
    return query->distinct_fields != NULL;
}

/* A slice of a slice counts from the first slice's start and stays within its end. */
void query_slice(struct query *query, int64_t low, int64_t high) {
    int64_t first = query->low, last = query->high;
    if (high >= 0) {
        int64_t end = high > INT64_MAX - first ? INT64_MAX : first + high;
        last = last < 0 || end < last ? end : last;
    }
    if (low > 0) {
        int64_t start = low > INT64_MAX - first ? INT64_MAX : first + low;
        first = last < 0 || start < last ? start : last;
    }
    query->low = first;
    query->high = last;
    if (first == last) query_set_empty(query);
}

bool query_is_sliced(const struct query *query) {
    return query->low != 0 || query->high >= 0;
}

bool query_is_distinct(const struct query *query) {
    return query->distinct;
}

void query_set_empty(struct query *query) {
    query->nothing = true;
    for (size_t i = 0; i < query->combined_count; i++) query_set_empty(query->combined[i]);
}

bool query_is_empty(const struct query *query) {
    if (query->nothing) return true;
    for (size_t i = 0; i < query->where->source_count; i++)
        if (query->where->sources[i]->kind == EXPRESSION_NOTHING) return true;
    return false;
}

/* ---- which models and columns ------------------------------------------------------------- */

static struct related_name *related_find(struct related_name *names, const char *name) {
    while (names && strcmp(names->name, name) != 0) names = names->next;
    return names;
}

static bool related_copy(struct runtime *runtime, const struct related_name *from,
                         struct related_name **to) {
    for (; from; from = from->next, to = &(*to)->next) {
        *to = copy_array(runtime, from, 1, sizeof *from);
        if (!*to || !related_copy(runtime, from->children, &(*to)->children)) return false;
    }
    *to = NULL;
    return true;
}

static bool related_add(struct runtime *runtime, struct related_name **names, const char *path) {
    size_t count = 0;
    const char **parts = names_split(runtime, path, &count);
    for (size_t i = 0; parts && i < count; i++) {
        struct related_name *found = related_find(*names, parts[i]);
        if (!found) {
            found = arena_alloc(runtime->arena, sizeof *found);
            if (!found) return fault_no_memory(runtime->fault);
            found->name = parts[i];
            while (*names) names = &(*names)->next;
            *names = found;
        }
        names = &found->children;
    }
    return parts != NULL;
}

bool query_select_related(struct runtime *runtime, struct query *query, const struct value *values,
                          size_t count) {
    struct related_name *names = NULL;
    const char **texts = names_of(runtime, values, count);
    if (!texts) return false;
    if (query->select_related == RELATED_LISTED && !related_copy(runtime, query->related, &names))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!related_add(runtime, &names, texts[i])) return false;
    query->related = names;
    query->select_related = RELATED_LISTED;
    return true;
}

void query_select_related_all(struct query *query) {
    query->select_related = RELATED_ALL;
    query->related = NULL;
}

void query_select_related_none(struct query *query) {
    query->select_related = RELATED_NONE;
    query->related = NULL;
}

static bool has_name(const char *const *names, size_t count, const char *name) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0) return true;
    return false;
}

/* left without right, and right's own ones if they are to be added. */
static bool merge_names(struct runtime *runtime, const char *const *left, size_t left_count,
                        const char *const *right, size_t right_count, bool add,
                        const char *const **merged, size_t *count) {
    const char **names = arena_array(runtime->arena, left_count + right_count + 1, sizeof *names);
    if (!names) return fault_no_memory(runtime->fault);
    *count = 0;
    for (size_t i = 0; i < left_count; i++)
        if (add || !has_name(right, right_count, left[i])) names[(*count)++] = left[i];
    for (size_t i = 0; add && i < right_count; i++)
        if (!has_name(names, *count, right[i])) names[(*count)++] = right[i];
    *merged = names;
    return true;
}

bool query_defer(struct runtime *runtime, struct query *query, const struct value *values,
                 size_t count) {
    const char **names = names_of(runtime, values, count);
    return names && merge_names(runtime, query->deferred, query->deferred_count, names, count,
                                query->defers, &query->deferred, &query->deferred_count);
}

void query_defer_none(struct query *query) {
    query->deferred_count = 0;
    query->defers = true;
}

/* only() replaces an earlier only(), but what was deferred stays so. */
bool query_only(struct runtime *runtime, struct query *query, const struct value *values,
                size_t count) {
    const char **names = names_of(runtime, values, count);
    if (!names) return false;
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], "pk") == 0) names[i] = model_primary_key(query->model)->name;
    size_t without = query->defers ? query->deferred_count : 0;
    query->defers = false;
    return merge_names(runtime, names, count, query->deferred, without, false, &query->deferred,
                       &query->deferred_count);
}
