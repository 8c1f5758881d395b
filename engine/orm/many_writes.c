/* many_writes - see related_writes.h. */
#include <string.h>

#include "engine/orm/expression.h"
#include "engine/orm/related_writes.h"
#include "engine/orm/transaction.h"

/* ---- the table between ---------------------------------------------------------------------- */

/* Its two foreign keys: to the manager's own object, and to what it leads to. */
struct between {
    const struct model *model;
    const struct field *source, *target;
};

static struct between between_of(const struct related_manager *manager) {
    const struct field *field = manager->relation.field;
    bool back = manager->relation.kind == RELATION_MANY_TO_MANY_BACK;
    const struct field *near = model_field(field->through, field->through_source);
    const struct field *far = model_field(field->through, field->through_target);
    return (struct between){field->through, back ? far : near, back ? near : far};
}

static const char *database_word(const struct instance *instance) {
    return instance_has_database(instance) ? "default" : "None";
}

/* router.allow_relation: an object of a listing's own may be on no database. */
static bool check_database(struct runtime *runtime, const struct related_manager *manager,
                           const struct instance *object) {
    const char *own = database_word(manager->instance), *other = database_word(object);
    const char *shown;
    if (strcmp(own, other) == 0) return true;
    shown = object_repr(runtime, value_object((struct object *)&object->base));
    return shown && fault_raise(runtime->fault, "ValueError",
                                "Cannot add \"%s\": instance is on database \"%s\", value is on "
                                "database \"%s\"",
                                shown, own, other);
}

/* _get_target_ids(): the key of an object, or what stands for one. */
static bool target_key(struct runtime *runtime, const struct related_manager *manager,
                       struct value object, struct value *key) {
    const struct instance *instance = related_object(manager, object);
    const char *shown;
    if (!instance && instance_of(object)) return related_refuse_type(runtime, manager, object);
    if (!instance) {
        if (object.kind == VALUE_NONE)
            return fault_raise(runtime->fault, "NotSupported", "adding None");
        return field_prepare(runtime, model_primary_key(manager->relation.model), object, key);
    }
    if (!check_database(runtime, manager, instance)) return false;
    *key = instance_key(instance);
    if (key->kind != VALUE_NONE) return true;
    shown = object_repr(runtime, object);
    return shown && fault_raise(runtime->fault, "ValueError",
                                "Cannot add \"%s\": the value for field \"%s\" is None", shown,
                                between_of(manager).target->name);
}

/* INSERT OR IGNORE of a pair for each key. */
static bool insert_pairs(struct runtime *runtime, const struct related_manager *manager,
                         const struct key_set *keys) {
    const struct between between = between_of(manager);
    struct list *pairs = list_new(runtime, &list_type, keys->count);
    for (size_t i = 0; pairs && i < keys->count; i++) {
        struct instance *pair = instance_new(runtime, runtime->arena, between.model, 0);
        if (!pair || !list_append(runtime, pairs, value_object(&pair->base))) return false;
        pair->columns[instance_place(between.model, between.source)] =
            instance_key(manager->instance);
        pair->columns[instance_place(between.model, between.target)] = keys->keys[i];
    }
    return pairs &&
           writes_insert(runtime, &(struct bulk){between.model, pairs, 0, INSERT_OR_IGNORE});
}

static bool add_pairs(struct runtime *runtime, const struct related_manager *manager,
                      const struct value *objects, size_t count) {
    struct key_set keys;
    if (!key_set_init(runtime, &keys, count)) return false;
    for (size_t i = 0; i < count; i++) {
        struct value key = value_none();
        if (!target_key(runtime, manager, objects[i], &key) || !key_set_add(runtime, &keys, key))
            return false;
    }
    return key_set_arrange(runtime, &keys) && insert_pairs(runtime, manager, &keys);
}

/* DELETE FROM the table between: this object's pairs, and of these the ones with a target among the
 * keys; NULL: all. */
static bool delete_pairs(struct runtime *runtime, const struct related_manager *manager,
                         const struct list *keys) {
    static const struct arguments nothing;
    const struct between between = between_of(manager);
    struct queryset *pairs = queryset_new(runtime, between.model);
    struct keyword own = {between.source->name, instance_key(manager->instance)}, targets;
    struct arguments where = {.keywords = &own, .keyword_count = 1};
    struct value deleted;
    if (pairs) pairs = queryset_filter(runtime, pairs, &where, false);
    if (pairs && keys) {
        targets.name = arena_format(runtime->arena, "%s__in", between.target->name);
        if (!targets.name) return fault_no_memory(runtime->fault);
        targets.value = value_object((struct object *)&keys->base);
        where.keywords = &targets;
        pairs = queryset_filter(runtime, pairs, &where, false);
    }
    return pairs && queryset_delete(runtime, &pairs->base, &nothing, &deleted);
}

/* _remove_items(): keys as they were given; an object stands for its own. */
static bool remove_pairs(struct runtime *runtime, const struct related_manager *manager,
                         const struct value *objects, size_t count) {
    struct key_set keys;
    struct atomic atomic;
    if (!key_set_init(runtime, &keys, count)) return false;
    for (size_t i = 0; i < count; i++) {
        const struct instance *instance = related_object(manager, objects[i]);
        struct value key = instance ? instance_key(instance) : objects[i];
        if (key.kind == VALUE_NONE)
            key_set_add_none(&keys);
        else if (!key_set_add(runtime, &keys, key))
            return false;
    }
    struct list *list = related_key_list(runtime, &keys);
    if (!list) return false;
    return atomic_begin(runtime, &atomic, false) &&
           atomic_end(runtime, &atomic, delete_pairs(runtime, manager, list));
}

bool many_add(struct runtime *runtime, const struct related_manager *manager,
              const struct value *objects, size_t count) {
    struct atomic atomic;
    related_forget_prefetched(manager);
    return atomic_begin(runtime, &atomic, false) &&
           atomic_end(runtime, &atomic, count == 0 || add_pairs(runtime, manager, objects, count));
}

bool many_remove(struct runtime *runtime, const struct related_manager *manager,
                 const struct value *objects, size_t count) {
    related_forget_prefetched(manager);
    return count == 0 || remove_pairs(runtime, manager, objects, count);
}

bool many_clear(struct runtime *runtime, const struct related_manager *manager) {
    struct atomic atomic;
    related_forget_prefetched(manager);
    return atomic_begin(runtime, &atomic, false) &&
           atomic_end(runtime, &atomic, delete_pairs(runtime, manager, NULL));
}

bool related_add_one(struct runtime *runtime, struct related_manager *manager,
                     struct value object) {
    return many_add(runtime, manager, &object, 1);
}

/* ---- set() through the table between -------------------------------------------------------- */

/* self.using(db).values_list('id', flat=True) */
static bool fetch_keys(struct runtime *runtime, struct related_manager *manager, struct old *old) {
    struct queryset *some = related_queryset(runtime, manager);
    struct value name = value_text(model_primary_key(manager->relation.model)->attname);
    if (some) some = queryset_clone(runtime, some);
    if (!some || !query_values(runtime, some->query, &name, 1, NULL, 0)) return false;
    some->rows = ROWS_FLAT;
    some->prefetch_count = 0;
    return queryset_fetch(runtime, some) && old_init(runtime, some->cache, old);
}

static bool change_pairs(struct runtime *runtime, struct related_manager *manager,
                         const struct list *objects) {
    struct list *fresh = list_new(runtime, &list_type, objects->count);
    struct old old;
    if (!fresh || !fetch_keys(runtime, manager, &old)) return false;
    for (size_t i = 0; i < objects->count; i++) {
        const struct instance *instance = related_object(manager, objects->items[i]);
        struct value key = instance ? instance_key(instance) : value_none();
        bool kept;
        if (!instance && !field_prepare(runtime, model_primary_key(manager->relation.model),
                                        objects->items[i], &key))
            return false;
        if (!old_keep(runtime, &old, key, &kept) ||
            (!kept && !list_append(runtime, fresh, objects->items[i])))
            return false;
    }
    struct list *rest = old_rest(runtime, &old);
    return rest && many_remove(runtime, manager, rest->items, rest->count) &&
           many_add(runtime, manager, fresh->items, fresh->count);
}

bool many_set(struct runtime *runtime, struct related_manager *manager, const struct list *objects,
              bool clear) {
    struct atomic atomic;
    return atomic_begin(runtime, &atomic, false) &&
           atomic_end(runtime, &atomic,
                      clear ? many_clear(runtime, manager) &&
                                  many_add(runtime, manager, objects->items, objects->count)
                            : change_pairs(runtime, manager, objects));
}
