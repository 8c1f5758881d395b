/* queryset - see queryset.h. The methods that listings call are in queryset_methods.c. */
#include "engine/orm/queryset.h"

#include <stdio.h>
#include <string.h>

#include "engine/base/text.h"
#include "engine/orm/prefetch.h"
#include "engine/orm/related.h"
#include "engine/orm/unsupported.h"

enum {
    REPR_MOST = 20,   /* REPR_OUTPUT_SIZE */
    RESULTS_MOST = 21 /* MAX_GET_RESULTS */
};

/* ---- making -------------------------------------------------------------------------------- */

static struct queryset *queryset_make(struct runtime *runtime, const struct model *model) {
    struct queryset *queryset = arena_alloc(runtime->arena, sizeof *queryset);
    if (!queryset) {
        fault_no_memory(runtime->fault);
        return NULL;
    }
    queryset->base.type = &queryset_type;
    queryset->runtime = runtime;
    queryset->model = model;
    return queryset;
}

struct queryset *queryset_new(struct runtime *runtime, const struct model *model) {
    struct queryset *queryset = queryset_make(runtime, model);
    if (queryset) queryset->query = query_new(runtime, model);
    return queryset && queryset->query ? queryset : NULL;
}

struct queryset *queryset_of_list(struct runtime *runtime, const struct model *model,
                                  struct list *list) {
    struct queryset *queryset = queryset_make(runtime, model);
    if (!queryset) return NULL;
    queryset->cache = list;
    queryset->prefetched = true;
    return queryset;
}

/* The blueprint of a prefetched set is made when somebody asks for it: most are only iterated. */
struct query *queryset_query(struct runtime *runtime, struct queryset *queryset) {
    if (queryset->query) return queryset->query;
    struct queryset *wide = queryset->narrowed;
    if (!wide) wide = queryset_new(runtime, queryset->model);
    struct queryset *filtered = wide ? related_filter(runtime, queryset->manager, wide) : NULL;
    if (!filtered) return NULL;
    queryset->query = filtered->query;
    queryset->known = filtered->known;
    return queryset->query;
}

struct queryset *queryset_clone(struct runtime *runtime, struct queryset *queryset) {
    struct query *query = queryset_query(runtime, queryset);
    struct queryset *clone = query ? queryset_make(runtime, queryset->model) : NULL;
    if (!clone) return NULL;
    *clone = *queryset;
    clone->cache = NULL;
    clone->prefetched = false;
    clone->query = query_clone(runtime, query);
    return clone->query ? clone : NULL;
}

struct queryset *queryset_behind(struct runtime *runtime, struct object *self) {
    if (self->type == &queryset_type) return (struct queryset *)self;
    if (self->type == &manager_type) return queryset_new(runtime, ((struct manager *)self)->model);
    struct related_manager *related = related_manager_of(self);
    return related ? related_queryset(runtime, related) : NULL;
}

struct query *queryset_query_of(struct value value) {
    if (!object_is(value, &queryset_type)) return NULL;
    struct queryset *queryset = (struct queryset *)value.object;
    return queryset_query(queryset->runtime, queryset);
}

/* ---- refining ------------------------------------------------------------------------------ */

struct queryset *queryset_filter(struct runtime *runtime, struct queryset *queryset,
                                 const struct arguments *arguments, bool negated) {
    struct query *query = queryset_query(runtime, queryset);
    if (!query) return NULL;
    if ((arguments->count || arguments->keyword_count) && query_is_sliced(query)) {
        fault_raise(runtime->fault, "AssertionError",
                    "Cannot filter a query once a slice has been taken.");
        return NULL;
    }
    struct queryset *clone = queryset_clone(runtime, queryset);
    return clone && query_filter(runtime, clone->query, arguments, negated) ? clone : NULL;
}

struct queryset *queryset_slice(struct runtime *runtime, struct queryset *queryset, int64_t low,
                                int64_t high) {
    struct queryset *clone = queryset_clone(runtime, queryset);
    if (clone) query_slice(clone->query, low, high);
    return clone;
}

/* ---- evaluating ---------------------------------------------------------------------------- */

/* Room for one more row at the end of the list. */
static bool make_room(struct runtime *runtime, struct list *list) {
    if (list->count < list->capacity) return true;
    size_t room = list->capacity ? list->capacity * 2 : 16;
    struct value *items =
        arena_grow(runtime->arena, list->items, list->capacity, room, sizeof *items);
    if (!items) return fault_no_memory(runtime->fault);
    list->items = items;
    list->capacity = room;
    return true;
}

/* Rows are made in their places: this loop runs once for each of perhaps a million. */
static bool read_rows(struct runtime *runtime, struct queryset *queryset, struct list *list) {
    struct compiled compiled;
    struct rows rows;
    if (!query_compile(runtime, queryset->query, &compiled) ||
        !rows_open(&rows, runtime, &compiled, queryset->rows, queryset->known))
        return false;
    for (bool done = false; !done; list->count += !done) {
        if (!make_room(runtime, list)) {
            rows_close(&rows);
            return false;
        }
        if (!rows_next(&rows, runtime->arena, &list->items[list->count], &done)) return false;
    }
    return true;
}

/* All or nothing: the cache is set when every row is there, and the prefetches follow once. A
 * prefetch that fails leaves the rows cached, as in Django. */
bool queryset_fetch(struct runtime *runtime, struct queryset *queryset) {
    if (!queryset->cache) {
        struct list *list = list_new(runtime, &list_type, 0);
        if (!list || !queryset_query(runtime, queryset) || !read_rows(runtime, queryset, list))
            return false;
        queryset->cache = list;
    }
    if (queryset->prefetched || !queryset->prefetch_count) return true;
    if (queryset->rows == ROWS_INSTANCES &&
        !prefetch_run(runtime, queryset->cache, queryset->prefetches, queryset->prefetch_count))
        return false;
    queryset->prefetched = true;
    return true;
}

static bool raise_many(struct runtime *runtime, const char *model, size_t count) {
    char number[24] = "more than 20";
    if (count < RESULTS_MOST) snprintf(number, sizeof number, "%zu", count);
    return fault_raise(runtime->fault, "MultipleObjectsReturned",
                       "get() returned more than one %s -- it returned %s!", model, number);
}

bool queryset_get(struct runtime *runtime, struct queryset *queryset,
                  const struct arguments *arguments, struct value *result) {
    bool plain = !queryset->operation;
    if (!plain && (arguments->count || arguments->keyword_count))
        return fault_raise(runtime->fault, "NotSupportedError",
                           "Calling QuerySet.get(...) with filters after %s() is not supported.",
                           queryset->operation);
    struct queryset *clone = plain ? queryset_filter(runtime, queryset, arguments, false)
                                   : queryset_clone(runtime, queryset);
    if (!clone) return false;
    query_clear_ordering(clone->query, false);
    query_slice(clone->query, 0, RESULTS_MOST);
    if (!queryset_fetch(runtime, clone)) return false;
    if (clone->cache->count > 1)
        return raise_many(runtime, queryset->model->name, clone->cache->count);
    if (clone->cache->count == 0)
        return fault_raise(runtime->fault, "DoesNotExist", "%s matching query does not exist.",
                           queryset->model->name);
    *result = clone->cache->items[0];
    return true;
}

/* ---- the protocol -------------------------------------------------------------------------- */

static struct value cache_of(const struct queryset *queryset) {
    return value_object(&queryset->cache->base);
}

static bool iterate(struct runtime *runtime, struct object *self, struct value *iterator) {
    struct queryset *queryset = (struct queryset *)self;
    return queryset_fetch(runtime, queryset) &&
           object_iterate(runtime, cache_of(queryset), iterator);
}

static bool length(struct runtime *runtime, struct object *self, int64_t *result) {
    struct queryset *queryset = (struct queryset *)self;
    if (!queryset_fetch(runtime, queryset)) return false;
    *result = (int64_t)queryset->cache->count;
    return true;
}

static bool truth(struct runtime *runtime, struct object *self, bool *result) {
    struct queryset *queryset = (struct queryset *)self;
    if (!queryset_fetch(runtime, queryset)) return false;
    *result = queryset->cache->count > 0;
    return true;
}

static bool contains(struct runtime *runtime, struct object *self, struct value item,
                     bool *result) {
    struct queryset *queryset = (struct queryset *)self;
    return queryset_fetch(runtime, queryset) &&
           object_contains(runtime, cache_of(queryset), item, result);
}

static bool is_whole_number(struct value value) {
    return value.kind == VALUE_INT || value.kind == VALUE_BOOL;
}

static bool refuse_negative(struct runtime *runtime) {
    return fault_raise(runtime->fault, "AssertionError", "Negative indexing is not supported.");
}

static bool refuse_large(struct runtime *runtime) {
    return fault_raise(runtime->fault, "NotSupported", "a slice beyond 64 bits");
}

/* qs[i]: of the cache where there is one, else a query for that row alone, each time. */
static bool get_item(struct runtime *runtime, struct object *self, struct value index,
                     struct value *result) {
    struct queryset *queryset = (struct queryset *)self;
    if (index.kind == VALUE_BIGINT) return refuse_large(runtime);
    if (!is_whole_number(index))
        return fault_raise(runtime->fault, "TypeError",
                           "QuerySet indices must be integers or slices, not %s.",
                           value_type_name(index));
    if (index.integer < 0) return refuse_negative(runtime);
    if (queryset->cache) return object_get_item(runtime, cache_of(queryset), index, result);
    /* there is no number above the last: its slice stays open, and is as empty */
    int64_t end = index.integer < INT64_MAX ? index.integer + 1 : -1;
    struct queryset *one = queryset_slice(runtime, queryset, index.integer, end);
    return one && queryset_fetch(runtime, one) &&
           object_get_item(runtime, cache_of(one), value_int(0), result);
}

/* qs[a:b]: a list of the cache where there is one, else a queryset; with a step, a list at once. */
static bool get_slice(struct runtime *runtime, struct object *self, const struct slice *slice,
                      struct value *result) {
    struct queryset *queryset = (struct queryset *)self;
    bool from = slice->start.kind != VALUE_NONE, to = slice->stop.kind != VALUE_NONE;
    if (slice->start.kind == VALUE_BIGINT || slice->stop.kind == VALUE_BIGINT)
        return refuse_large(runtime);
    if ((from && !is_whole_number(slice->start)) || (to && !is_whole_number(slice->stop)))
        return fault_raise(
            runtime->fault, "TypeError", "'>=' not supported between instances of '%s' and 'int'",
            value_type_name(from && !is_whole_number(slice->start) ? slice->start : slice->stop));
    if ((from && slice->start.integer < 0) || (to && slice->stop.integer < 0))
        return refuse_negative(runtime);
    if (queryset->cache) return object_get_slice(runtime, cache_of(queryset), slice, result);
    struct queryset *part = queryset_slice(runtime, queryset, from ? slice->start.integer : 0,
                                           to ? slice->stop.integer : -1);
    if (!part) return false;
    *result = value_object(&part->base);
    struct slice stride = {value_none(), value_none(), slice->step};
    bool stepped = slice->step.kind != VALUE_NONE &&
                   !(is_whole_number(slice->step) && slice->step.integer == 0);
    return !stepped || (queryset_fetch(runtime, part) &&
                        object_get_slice(runtime, cache_of(part), &stride, result));
}

/* repr(qs): a query of its own, for at most 21 rows, that leaves the cache empty. */
static struct list *rows_to_show(struct runtime *runtime, struct queryset *queryset) {
    if (queryset->cache) return queryset->cache;
    struct queryset *part = queryset_slice(runtime, queryset, 0, REPR_MOST + 1);
    return part && queryset_fetch(runtime, part) ? part->cache : NULL;
}

static const char *repr(struct runtime *runtime, struct object *self) {
    const struct list *list = rows_to_show(runtime, (struct queryset *)self);
    struct text text;
    if (!list) return NULL;
    text_init(&text, runtime->arena);
    text_add(&text, "<QuerySet [");
    for (size_t i = 0; i < list->count && i < REPR_MOST; i++) {
        const char *item = object_repr(runtime, list->items[i]);
        if (!item) return NULL;
        text_format(&text, "%s%s", i ? ", " : "", item);
    }
    if (list->count > REPR_MOST) text_add(&text, ", '...(remaining elements truncated)...'");
    text_add(&text, "]>");
    const char *finished = text_finish(&text);
    if (!finished) fault_no_memory(runtime->fault);
    return finished;
}

static bool show(struct runtime *runtime, struct object *self, struct value *rows) {
    struct queryset *queryset = (struct queryset *)self;
    if (!queryset_fetch(runtime, queryset)) return false;
    *rows = cache_of(queryset);
    return true;
}

/* A slice can be no part of an OR: filter(pk__in=<the slice>) can. */
static struct queryset *unsliced(struct runtime *runtime, struct queryset *queryset) {
    if (!query_is_sliced(queryset->query)) return queryset;
    struct value key = value_text("pk");
    struct queryset *keys = queryset_clone(runtime, queryset);
    struct queryset *every = queryset_new(runtime, queryset->model);
    if (!keys || !every || !query_values(runtime, keys->query, &key, 1, NULL, 0)) return NULL;
    keys->rows = ROWS_DICTS;
    struct keyword condition = {"pk__in", value_object(&keys->base)};
    struct arguments where = {.keywords = &condition, .keyword_count = 1};
    return query_filter(runtime, every->query, &where, false) ? every : NULL;
}

/* a & b, a | b (QuerySet.__and__, __or__): an empty side needs no query. */
static bool combine(struct runtime *runtime, struct queryset *left, struct queryset *right,
                    bool conjunction, struct value *result) {
    bool left_empty = query_is_empty(left->query), right_empty = query_is_empty(right->query);
    struct queryset *same = NULL;
    if (left->rows != ROWS_INSTANCES && !query_selects_alike(left->query, right->query))
        return fault_raise(runtime->fault, "TypeError",
                           "Merging 'QuerySet' classes must involve the same values in each case.");
    if (conjunction && (left_empty || right_empty)) same = right_empty ? right : left;
    if (!conjunction && (left_empty || right_empty)) same = left_empty ? right : left;
    *result = value_object(&(same ? same : left)->base);
    if (same) return true;
    if (left->rows == ROWS_INSTANCES && right->rows != ROWS_INSTANCES)
        return fault_raise(runtime->fault, "NotSupported", "objects combined with values()");
    struct queryset *clone = conjunction ? left : unsliced(runtime, left);
    if (clone && !conjunction) right = unsliced(runtime, right);
    if (!clone || !right || !(clone = queryset_clone(runtime, clone)) ||
        !query_combine(runtime, clone->query, right->query, conjunction))
        return false;
    *result = value_object(&clone->base);
    return true;
}

/* The other side is no queryset, which Django finds out by asking it for what a queryset has. */
static bool combine_with_stranger(struct runtime *runtime, struct queryset *left,
                                  struct value other, struct value *result) {
    if (!queryset_query(runtime, left)) return false;
    *result = value_object(&left->base);
    if (left->rows == ROWS_INSTANCES && query_is_empty(left->query)) return true;
    return fault_raise(runtime->fault, "AttributeError", "'%s' object has no attribute '%s'",
                       value_type_name(other),
                       left->rows == ROWS_INSTANCES ? "_known_related_objects" : "query");
}

static bool binary(struct runtime *runtime, struct object *self, enum operation operation,
                   struct value other, bool reflected, struct value *result, bool *handled) {
    bool is_queryset = object_is(other, &queryset_type);
    *handled = (operation == OP_AND || operation == OP_OR) && (is_queryset || !reflected);
    if (!*handled) return true;
    if (!is_queryset) {
        if (!combine_with_stranger(runtime, (struct queryset *)self, other, result)) return false;
        if (operation == OP_OR) *result = other;
        return true;
    }
    struct queryset *left = (struct queryset *)self, *right = (struct queryset *)other.object;
    if (!queryset_query(runtime, left) || !queryset_query(runtime, right)) return false;
    return combine(runtime, reflected ? right : left, reflected ? left : right, operation == OP_AND,
                   result);
}

static void visit(struct object *self, void (*each)(void *, struct value), void *context) {
    const struct queryset *queryset = (const struct queryset *)self;
    if (queryset->cache) each(context, cache_of(queryset));
    for (const struct known *known = queryset->known; known; known = known->next)
        each(context, value_object(&known->instance->base));
    if (queryset->manager) each(context, value_object(&queryset->manager->instance->base));
}

/* qs.query, whose str() is the SQL. */
struct query_view {
    struct object base;
    struct queryset *queryset;
};

static const char *query_view_str(struct runtime *runtime, struct object *self) {
    return query_str(runtime, ((struct query_view *)self)->queryset->query);
}

/* Django's Query has a hundred attributes, none of which a listing needs. */
static bool query_view_attribute(struct runtime *runtime, struct object *self, const char *name,
                                 struct value *result, bool *found) {
    (void)self, (void)result;
    *found = false;
    return fault_raise(runtime->fault, "NotSupported", "'Query.%s' is not supported here", name);
}

static const struct object_type query_view_type = {
    .name = "Query",
    .module = "django.db.models.sql.query",
    .get_attribute = query_view_attribute,
    .repr = query_view_str,
    .str = query_view_str,
};

static bool get_attribute(struct runtime *runtime, struct object *self, const char *name,
                          struct value *result, bool *found) {
    struct queryset *queryset = (struct queryset *)self;
    if (!queryset_query(runtime, queryset)) return false;
    *found = true;
    if (strcmp(name, "ordered") == 0) {
        *result = value_bool(query_is_empty(queryset->query) || query_is_ordered(queryset->query));
        return true;
    }
    if (queryset_attribute(runtime, queryset->model, name, result, found)) return true;
    if (*found) return false;
    *found = strcmp(name, "query") == 0;
    if (!*found)
        return unsupported_attribute(runtime, UNSUPPORTED_QUERYSET, "QuerySet", name) && false;
    struct query_view *view = arena_alloc(runtime->arena, sizeof *view);
    if (!view) return fault_no_memory(runtime->fault);
    *view = (struct query_view){{&query_view_type}, queryset};
    *result = value_object(&view->base);
    return true;
}

const struct object_type queryset_type = {
    .name = "QuerySet",
    .module = "django.db.models.query",
    .methods = queryset_methods,
    .get_attribute = get_attribute,
    .get_item = get_item,
    .get_slice = get_slice,
    .iterate = iterate,
    .length = length,
    .truth = truth,
    .contains = contains,
    .binary = binary,
    .repr = repr,
    .show = show,
    .visit = visit,
};
