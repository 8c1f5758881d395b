/* collector - delete(): what goes along with it, in which order, and how many.
 *
 *     collect   objects -> their rows' dependents, level by level: SELECT ... WHERE fk IN (...)
 *               those that nothing depends on are not read: one DELETE ... WHERE fk IN (...)
 *     sort      dependents before what they point to
 *     remove    the fast ones first, then each model's rows, by key, the last first
 *
 * Every foreign key here is models.CASCADE, and nobody listens to pre_delete and post_delete.
 *
 * Mirrors django.db.models.deletion.Collector. */
#include <string.h>

#include "engine/orm/database.h"
#include "engine/orm/queryset.h"
#include "engine/orm/transaction.h"

enum {
    SELECT_MOST = 500, /* keys in the WHERE of one SELECT: bulk_batch_size() of one field */
    DELETE_MOST = 100  /* and of one DELETE: GET_ITERATOR_CHUNK_SIZE */
};

/* The rows of one model that are to go. */
struct collected {
    const struct model *model;
    struct set *instances;
    uint64_t waits_for; /* bits: which others must be gone before */
    bool sorted;
};

struct collector {
    struct runtime *runtime;
    struct collected *data; /* room for every model of the registry */
    size_t count;
    struct query **fast; /* what each finds is deleted without being read */
    size_t fast_count, fast_room;
    struct dict *deleted; /* label -> rows */
    int64_t total;
};

static bool collector_init(struct collector *collector, struct runtime *runtime,
                           const struct model *model) {
    *collector = (struct collector){.runtime = runtime, .deleted = dict_new(runtime)};
    collector->data = arena_array(runtime->arena, model->registry->count, sizeof *collector->data);
    if (!collector->data) return fault_no_memory(runtime->fault);
    return collector->deleted != NULL;
}

/* ---- who points to whom --------------------------------------------------------------------- */

/* get_candidate_relations_to_delete: the next foreign key that points to this model. */
struct candidate {
    const struct model *owner;
    const struct field *field;
    size_t model_at, field_at;
};

static bool next_candidate(const struct model *model, struct candidate *candidate) {
    const struct registry *registry = model->registry;
    for (; candidate->model_at < registry->count; candidate->model_at++, candidate->field_at = 0) {
        candidate->owner = registry->models[candidate->model_at];
        while (candidate->field_at < candidate->owner->column_count) {
            candidate->field = &candidate->owner->fields[candidate->field_at++];
            if (candidate->field->target == model) return true;
        }
    }
    return false;
}

/* can_fast_delete: nothing points to its rows. */
static bool is_fast(const struct model *model) {
    return !next_candidate(model, &(struct candidate){0});
}

/* ---- collecting ----------------------------------------------------------------------------- */

static size_t place_of(struct collector *collector, const struct model *model) {
    size_t place = 0;
    while (place < collector->count && collector->data[place].model != model) place++;
    if (place == collector->count) collector->data[collector->count++].model = model;
    return place;
}

/* Collector.add(): *fresh are those that were not there before. */
static bool add(struct collector *collector, const struct list *objects, const struct model *model,
                const struct field *through, struct list **fresh) {
    struct runtime *runtime = collector->runtime;
    struct collected *here = &collector->data[place_of(collector, model)];
    *fresh = list_new(runtime, &list_type, objects->count);
    if (!here->instances) here->instances = set_new(runtime);
    if (!*fresh || !here->instances) return false;
    struct value none;
    bool known;
    for (size_t i = 0; i < objects->count; i++)
        if (!dict_get(runtime, here->instances->members, objects->items[i], &none, &known) ||
            (!known && !list_append(runtime, *fresh, objects->items[i])))
            return false;
    for (size_t i = 0; i < (*fresh)->count; i++)
        if (!set_add(runtime, here->instances, (*fresh)->items[i])) return false;
    if (through && !through->null)
        collector->data[place_of(collector, through->target)].waits_for |=
            UINT64_C(1) << (here - collector->data);
    return true;
}

/* related_objects(): those of the owner whose foreign key names one of the batch. */
static struct queryset *related_objects(struct runtime *runtime, const struct candidate *candidate,
                                        const struct value *batch, size_t count) {
    struct queryset *related = queryset_new(runtime, candidate->owner);
    struct value *keys = arena_array(runtime->arena, count + 1, sizeof *keys);
    if (!related) return NULL;
    if (!keys) {
        fault_no_memory(runtime->fault);
        return NULL;
    }
    for (size_t i = 0; i < count; i++) keys[i] = instance_key(instance_of(batch[i]));
    return query_filter_in(runtime, related->query, candidate->field->name, keys, count) ? related
                                                                                         : NULL;
}

static bool add_fast(struct collector *collector, struct query *query) {
    if (collector->fast_count == collector->fast_room) {
        size_t room = collector->fast_room ? collector->fast_room * 2 : 8;
        struct query **fast = arena_grow(collector->runtime->arena, collector->fast,
                                         collector->fast_room, room, sizeof(struct query *));
        if (!fast) return fault_no_memory(collector->runtime->fault);
        collector->fast = fast;
        collector->fast_room = room;
    }
    collector->fast[collector->fast_count++] = query;
    return true;
}

static bool collect(struct collector *, const struct list *objects, const struct model *,
                    const struct field *through);

/* The dependents of a batch: read with nothing but their key, and collected; or kept as a query. */
static bool collect_batch(struct collector *collector, const struct candidate *candidate,
                          const struct value *batch, size_t count) {
    struct runtime *runtime = collector->runtime;
    struct queryset *related = related_objects(runtime, candidate, batch, count);
    if (!related) return false;
    if (is_fast(candidate->owner)) return add_fast(collector, related->query);
    struct value key = value_text(model_primary_key(candidate->owner)->attname);
    return query_only(runtime, related->query, &key, 1) && queryset_fetch(runtime, related) &&
           (!related->cache->count ||
            collect(collector, related->cache, candidate->owner, candidate->field));
}

static bool collect_related(struct collector *collector, const struct candidate *candidate,
                            const struct list *objects) {
    for (size_t from = 0; from < objects->count; from += SELECT_MOST) {
        size_t count = objects->count - from;
        if (count > SELECT_MOST) count = SELECT_MOST;
        if (!collect_batch(collector, candidate, &objects->items[from], count)) return false;
    }
    return true;
}

/* Collector.collect() of objects that others may point to; through: the key that led here. What is
 * fast waits until the others were read. */
static bool collect(struct collector *collector, const struct list *objects,
                    const struct model *model, const struct field *through) {
    struct list *fresh;
    if (!add(collector, objects, model, through, &fresh)) return false;
    for (int fast = 0; fast <= 1; fast++) {
        struct candidate candidate = {0};
        while (fresh->count && next_candidate(model, &candidate))
            if (is_fast(candidate.owner) == (fast == 1) &&
                !collect_related(collector, &candidate, fresh))
                return false;
    }
    return true;
}

/* ---- removing ------------------------------------------------------------------------------- */

static bool remove_found(struct collector *collector, struct query *query, bool counts_none) {
    struct runtime *runtime = collector->runtime;
    const struct model *model = query_model(query);
    struct compiled compiled;
    int64_t changed = 0;
    if (!query_compile_delete(runtime, query, &compiled)) return false;
    if (!compiled.empty && !database_run(runtime, compiled.sql, compiled.parameters,
                                         compiled.parameter_count, &changed))
        return false;
    if (!changed && !counts_none) return true;
    const char *text = arena_format(runtime->arena, "%s.%s", model->app, model->name);
    if (!text) return fault_no_memory(runtime->fault);
    struct value label = value_text(text), before = value_int(0);
    bool found;
    collector->total += changed;
    return dict_get(runtime, collector->deleted, label, &before, &found) &&
           dict_set(runtime, collector->deleted, label,
                    value_int((found ? before.integer : 0) + changed));
}

/* DeleteQuery.delete_batch: DELETE ... WHERE id IN (...), a hundred at a time. */
static bool remove_keys(struct collector *collector, const struct model *model,
                        const struct value *keys, size_t count, bool counts_none) {
    struct runtime *runtime = collector->runtime;
    for (size_t from = 0; from < count; from += DELETE_MOST) {
        size_t some = count - from < DELETE_MOST ? count - from : DELETE_MOST;
        struct query *query = query_new(runtime, model);
        if (!query ||
            !query_filter_in(runtime, query, model_primary_key(model)->name, &keys[from], some) ||
            !remove_found(collector, query, counts_none))
            return false;
    }
    return true;
}

/* The keys of what was collected, the last first. */
static struct list *keys_of(struct runtime *runtime, const struct collected *collected) {
    const struct dict *members = collected->instances->members;
    struct list *keys = list_new(runtime, &list_type, members->count);
    for (size_t i = 0; keys && i < members->count; i++)
        if (!list_append(runtime, keys, instance_key(instance_of(members->entries[i].key))))
            return NULL;
    return keys && list_sort(runtime, keys, true) ? keys : NULL;
}

static bool remove_collected(struct collector *collector, const struct collected *collected) {
    struct list *keys = keys_of(collector->runtime, collected);
    return keys && remove_keys(collector, collected->model, keys->items, keys->count, false);
}

/* Collector.sort(): dependents first. Models that wait for each other stay as they came. */
static void sort_models(struct collector *collector, const struct collected **order) {
    uint64_t gone = 0;
    size_t count = 0;
    for (bool found = true; found && count < collector->count;) {
        found = false;
        for (size_t i = 0; i < collector->count; i++) {
            struct collected *here = &collector->data[i];
            if (here->sorted || here->waits_for & ~gone) continue;
            here->sorted = found = true;
            gone |= UINT64_C(1) << i;
            order[count++] = here;
        }
    }
    for (size_t i = 0; count < collector->count; i++)
        if (!collector->data[i].sorted) order[count++] = &collector->data[i];
}

static bool remove_all(struct collector *collector) {
    const struct collected **order =
        arena_array(collector->runtime->arena, collector->count + 1, sizeof *order);
    if (!order) return fault_no_memory(collector->runtime->fault);
    sort_models(collector, order);
    for (size_t i = 0; i < collector->fast_count; i++)
        if (!remove_found(collector, collector->fast[i], false)) return false;
    for (size_t i = 0; i < collector->count; i++)
        if (!remove_collected(collector, order[i])) return false;
    return true;
}

/* (total, {"blog.Event": total}) */
static bool answer(struct collector *collector, struct value *result) {
    struct list *pair = list_new(collector->runtime, &tuple_type, 2);
    if (!pair || !list_append(collector->runtime, pair, value_int(collector->total)) ||
        !list_append(collector->runtime, pair, value_object(&collector->deleted->base)))
        return false;
    *result = value_object(&pair->base);
    return true;
}

static bool remove_atomically(struct collector *collector, struct value *result) {
    struct atomic atomic;
    return atomic_begin(collector->runtime, &atomic, false) &&
           atomic_end(collector->runtime, &atomic, remove_all(collector)) &&
           answer(collector, result);
}

/* ---- delete() ------------------------------------------------------------------------------- */

static bool refuse(struct runtime *runtime, const char *type, const char *message) {
    return fault_raise(runtime->fault, type, "%s", message);
}

static bool can_delete(struct runtime *runtime, const struct queryset *queryset,
                       const struct query *query) {
    if (queryset->operation)
        return fault_raise(runtime->fault, "NotSupportedError",
                           "Calling QuerySet.delete() after %s() is not supported.",
                           queryset->operation);
    if (query_is_sliced(query))
        return refuse(runtime, "AssertionError", "Cannot use 'limit' or 'offset' with delete.");
    if (query_is_distinct(query))
        return refuse(runtime, "TypeError", "Cannot call delete() after .distinct().");
    if (queryset->rows != ROWS_INSTANCES)
        return refuse(runtime, "TypeError",
                      "Cannot call delete() after .values() or .values_list()");
    return true;
}

/* The rows of a model that nothing points to go without being read. */
static bool collect_queryset(struct collector *collector, struct queryset *queryset) {
    struct queryset *doomed = queryset_clone(collector->runtime, queryset);
    if (!doomed) return false;
    query_select_related_none(doomed->query);
    query_clear_ordering(doomed->query, true);
    if (is_fast(doomed->model)) return add_fast(collector, doomed->query);
    return queryset_fetch(collector->runtime, doomed) &&
           (!doomed->cache->count || collect(collector, doomed->cache, doomed->model, NULL));
}

bool queryset_delete(struct runtime *runtime, struct object *self,
                     const struct arguments *arguments, struct value *result) {
    struct queryset *queryset = (struct queryset *)self;
    struct query *query = queryset_query(runtime, queryset);
    struct collector collector;
    if (!query || !arguments_read(runtime, arguments, "QuerySet.delete", NULL, 0, 0, NULL) ||
        !can_delete(runtime, queryset, query) ||
        !collector_init(&collector, runtime, queryset->model) ||
        !collect_queryset(&collector, queryset) || !remove_atomically(&collector, result))
        return false;
    queryset->cache = NULL;
    return true;
}

/* One row that nothing points to needs no transaction, and is counted even when it was not there.
 */
static bool remove_one(struct collector *collector, const struct instance *instance,
                       struct value *result) {
    struct value key = instance_key(instance);
    return remove_keys(collector, instance->model, &key, 1, true) && answer(collector, result);
}

static bool delete_one(struct runtime *runtime, struct instance *instance, struct value *result) {
    struct collector collector;
    struct list *alone = list_new(runtime, &list_type, 1);
    if (!alone || !list_append(runtime, alone, value_object(&instance->base)) ||
        !collector_init(&collector, runtime, instance->model))
        return false;
    if (is_fast(instance->model)) return remove_one(&collector, instance, result);
    return collect(&collector, alone, instance->model, NULL) &&
           remove_atomically(&collector, result);
}

bool instance_delete(struct runtime *runtime, struct object *self,
                     const struct arguments *arguments, struct value *result) {
    static const char *const names[] = {"using", "keep_parents"};
    struct instance *instance = (struct instance *)self;
    struct value given[2] = {value_none(), value_bool(false)};
    if (!arguments_read(runtime, arguments, "Model.delete", names, 2, 0, given)) return false;
    if (given[0].kind != VALUE_NONE)
        return fault_raise(runtime->fault, "NotSupported", "delete() from another database");
    if (instance_key(instance).kind == VALUE_NONE)
        return fault_raise(runtime->fault, "AssertionError",
                           "%s object can't be deleted because its %s attribute is set to None.",
                           instance->model->name, model_primary_key(instance->model)->attname);
    if (!delete_one(runtime, instance, result)) return false;
    instance->columns[instance->model->primary_key] = value_none();
    return true;
}
