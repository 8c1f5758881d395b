/* reverse_writes - see related_writes.h. */
#include "engine/orm/related_writes.h"
#include "engine/orm/save.h"
#include "engine/orm/transaction.h"

/* ---- the other side of a foreign key -------------------------------------------------------- */

static bool point_here(struct runtime *runtime, const struct related_manager *manager,
                       struct value object) {
    if (!related_object(manager, object)) return related_refuse_type(runtime, manager, object);
    return object_set_attribute(runtime, object, manager->relation.field->name,
                                value_object(&manager->instance->base));
}

static bool save_each(struct runtime *runtime, const struct related_manager *manager,
                      const struct value *objects, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (!point_here(runtime, manager, objects[i]) ||
            !save_instance(runtime, instance_of(objects[i]), &(struct save_how){0}))
            return false;
    return true;
}

/* UPDATE of all at once: they must have rows. */
static bool update_each(struct runtime *runtime, const struct related_manager *manager,
                        const struct value *objects, size_t count) {
    const struct model *model = manager->relation.model;
    struct keyword change = {manager->relation.field->name, value_object(&manager->instance->base)};
    struct value *keys = arena_array(runtime->arena, count + 1, sizeof *keys);
    struct query *query = query_new(runtime, model);
    int64_t changed;
    if (!keys) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < count; i++) {
        if (!point_here(runtime, manager, objects[i])) return false;
        keys[i] = instance_key(instance_of(objects[i]));
        if (!instance_is_adding(instance_of(objects[i]))) continue;
        const char *shown = object_repr(runtime, objects[i]);
        return shown && fault_raise(runtime->fault, "ValueError",
                                    "%s instance isn't saved. Use bulk=False or save the object "
                                    "first.",
                                    shown);
    }
    return query && query_filter_in(runtime, query, model_primary_key(model)->name, keys, count) &&
           writes_update(runtime, query, &change, 1, &changed);
}

bool reverse_add(struct runtime *runtime, const struct related_manager *manager,
                 const struct value *objects, size_t count, bool bulk) {
    struct atomic atomic;
    related_forget_prefetched(manager);
    if (bulk) return update_each(runtime, manager, objects, count);
    return atomic_begin(runtime, &atomic, false) &&
           atomic_end(runtime, &atomic, save_each(runtime, manager, objects, count));
}

/* Each object's key becomes None, with a query each. */
static bool let_go_each(struct runtime *runtime, const struct related_manager *manager,
                        struct queryset *queryset) {
    const struct field *field = manager->relation.field;
    size_t place = instance_place(manager->relation.model, field);
    const struct save_how how = {.fields = UINT64_C(1) << place};
    if (!queryset_fetch(runtime, queryset)) return false;
    for (size_t i = 0; i < queryset->cache->count; i++) {
        struct value object = queryset->cache->items[i];
        if (!object_set_attribute(runtime, object, field->name, value_none()) ||
            !save_instance(runtime, instance_of(object), &how))
            return false;
    }
    return true;
}

/* _clear(): these of the manager's objects point nowhere any more. */
static bool let_go(struct runtime *runtime, const struct related_manager *manager,
                   struct queryset *queryset, bool bulk) {
    struct keyword change = {manager->relation.field->name, value_none()};
    struct atomic atomic;
    int64_t changed;
    queryset = queryset_clone(runtime, queryset);
    related_forget_prefetched(manager);
    if (!queryset) return false;
    if (bulk) return writes_update(runtime, queryset->query, &change, 1, &changed);
    return atomic_begin(runtime, &atomic, false) &&
           atomic_end(runtime, &atomic, let_go_each(runtime, manager, queryset));
}

bool reverse_clear(struct runtime *runtime, struct related_manager *manager, bool bulk) {
    struct queryset *all = related_queryset(runtime, manager);
    return all && let_go(runtime, manager, all, bulk);
}

/* DoesNotExist: "<Profile: ...> is not related to <Company: ...>." */
static bool check_related(struct runtime *runtime, const struct related_manager *manager,
                          struct instance *object) {
    struct value own = value_object(&manager->instance->base), key;
    size_t place = instance_place(manager->relation.model, manager->relation.field);
    bool equal;
    if (!instance_read(runtime, object, place, &key) ||
        !object_equal(runtime, key, instance_key(manager->instance), &equal))
        return false;
    if (equal) return true;
    const char *shown = object_repr(runtime, value_object(&object->base));
    const char *owner = object_repr(runtime, own);
    return shown && owner &&
           fault_raise(runtime->fault, "DoesNotExist", "%s is not related to %s.", shown, owner);
}

bool reverse_remove(struct runtime *runtime, struct related_manager *manager,
                    const struct value *objects, size_t count, bool bulk) {
    struct key_set keys;
    struct keyword condition = {"pk__in", value_none()};
    struct arguments where = {.keywords = &condition, .keyword_count = 1};
    if (count == 0) return true;
    if (!key_set_init(runtime, &keys, count)) return false;
    for (size_t i = 0; i < count; i++) {
        struct instance *object = related_object(manager, objects[i]);
        if (!object) return related_refuse_type(runtime, manager, objects[i]);
        if (!check_related(runtime, manager, object) ||
            !key_set_add(runtime, &keys, instance_key(object)))
            return false;
    }
    struct list *list = related_key_list(runtime, &keys);
    if (!list) return false;
    condition.value = value_object(&list->base);
    struct queryset *all = related_queryset(runtime, manager);
    struct queryset *some = all ? queryset_filter(runtime, all, &where, false) : NULL;
    return some && let_go(runtime, manager, some, bulk);
}

static bool change_reverse(struct runtime *runtime, struct related_manager *manager,
                           const struct list *objects, bool bulk) {
    struct list *fresh = list_new(runtime, &list_type, objects->count);
    struct queryset *now = related_queryset(runtime, manager);
    struct old old;
    if (now) now = queryset_clone(runtime, now);
    if (!fresh || !now || !queryset_fetch(runtime, now) || !old_init(runtime, now->cache, &old))
        return false;
    for (size_t i = 0; i < objects->count; i++) {
        const struct instance *object = related_object(manager, objects->items[i]);
        bool kept = false;
        uint64_t hash; /* what has none is refused, as by Python's set */
        if (!object_hash(runtime, objects->items[i], &hash) ||
            (object && !old_keep(runtime, &old, instance_key(object), &kept)) ||
            (!kept && !list_append(runtime, fresh, objects->items[i])))
            return false;
    }
    struct list *rest = old_rest(runtime, &old);
    return rest && reverse_remove(runtime, manager, rest->items, rest->count, bulk) &&
           reverse_add(runtime, manager, fresh->items, fresh->count, bulk);
}

bool reverse_set(struct runtime *runtime, struct related_manager *manager,
                 const struct list *objects, bool bulk, bool clear) {
    struct atomic atomic;
    if (!manager->relation.field->null)
        return reverse_add(runtime, manager, objects->items, objects->count, bulk);
    return atomic_begin(runtime, &atomic, false) &&
           atomic_end(runtime, &atomic,
                      clear
                          ? reverse_clear(runtime, manager, bulk) &&
                                reverse_add(runtime, manager, objects->items, objects->count, bulk)
                          : change_reverse(runtime, manager, objects, bulk));
}
