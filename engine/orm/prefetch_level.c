/* prefetch_level - see prefetch_level.h. */
#include "engine/orm/prefetch_level.h"

#include <string.h>

#include "engine/orm/key_set.h"

/* The value by which an object of this level is found again among the results. */
static bool own_key(struct runtime *runtime, const struct step *step, struct instance *instance,
                    struct value *key) {
    size_t place = instance->model->primary_key;
    if (step->relation.kind == RELATION_FORWARD)
        place = instance_place(instance->model, step->relation.field);
    return instance_read(runtime, instance, place, key);
}

/* The name of the column that the query for a many-to-many brings along. */
static const char *through_column(struct runtime *runtime, const struct step *step) {
    const struct field *field = step->relation.field;
    const char *side = step->relation.kind == RELATION_MANY_TO_MANY ? field->through_source
                                                                    : field->through_target;
    const char *name = arena_format(runtime->arena, "_prefetch_related_val_%s_id", side);
    if (!name) fault_no_memory(runtime->fault);
    return name;
}

/* The same value on a result: whose it is. */
static bool result_key(struct runtime *runtime, const struct step *step, const char *through,
                       struct instance *result, struct value *key) {
    const struct attachment *extra;
    switch (step->relation.kind) {
    case RELATION_FORWARD: *key = instance_key(result); return true;
    case RELATION_REVERSE_ONE:
    case RELATION_REVERSE_MANY:
        return instance_read(runtime, result, instance_place(result->model, step->relation.field),
                             key);
    case RELATION_MANY_TO_MANY:
    case RELATION_MANY_TO_MANY_BACK: break;
    }
    extra = instance_attached(result, ATTACHED_EXTRA, through);
    *key = extra ? extra->value : value_none();
    return true;
}

/* The keys to ask for. Django collects those of foreign keys in a set, whose order shows in the
 * SQL; the others keep the order of the objects. */
static bool collect_keys(struct runtime *runtime, const struct step *step,
                         const struct list *instances, struct key_set *keys) {
    if (!key_set_init(runtime, keys, instances->count)) return false;
    for (size_t i = 0; i < instances->count; i++) {
        struct value key;
        if (!own_key(runtime, step, (struct instance *)instances->items[i].object, &key))
            return false;
        if (key.kind == VALUE_NONE)
            key_set_add_none(keys);
        else if (!key_set_add(runtime, keys, key))
            return false;
    }
    return step->relation.kind != RELATION_FORWARD || key_set_arrange(runtime, keys);
}

/* The queryset of one level: all, or the Prefetch's own, WHERE <key> IN (...). */
static struct queryset *narrow(struct runtime *runtime, const struct step *step,
                               const struct key_set *keys) {
    const struct relation *relation = &step->relation;
    const char *paths[] = {
        [RELATION_FORWARD] = model_primary_key(relation->model)->name,
        [RELATION_REVERSE_ONE] = relation->field->name,
        [RELATION_REVERSE_MANY] = relation->field->name,
        [RELATION_MANY_TO_MANY] = relation->field->related_query_name,
        [RELATION_MANY_TO_MANY_BACK] = relation->field->name,
    };
    struct queryset *all = step->queryset ? step->queryset : queryset_new(runtime, relation->model);
    struct queryset *some = all ? queryset_clone(runtime, all) : NULL;
    if (!some) return NULL;
    if (query_is_sliced(some->query)) {
        fault_raise(runtime->fault, "AssertionError",
                    "Cannot filter a query once a slice has been taken.");
        return NULL;
    }
    if (!query_filter_in(runtime, some->query, paths[relation->kind], keys->keys, keys->count))
        return NULL;
    bool back = relation->kind == RELATION_MANY_TO_MANY_BACK;
    if ((back || relation->kind == RELATION_MANY_TO_MANY) &&
        !query_select_through(runtime, some->query, relation->field, back))
        return NULL;
    return some;
}

/* A result of a reverse relation knows whose it is: no query for `x.author`. */
static bool set_way_back(struct runtime *runtime, const struct step *step, struct instance *result,
                         struct instance *owner) {
    const struct field *field = step->relation.field;
    const char *name = field->name;
    if (step->relation.kind == RELATION_FORWARD)
        name = field->kind == FIELD_ONE_TO_ONE ? field->accessor : NULL;
    if (!name || step->relation.field->kind == FIELD_MANY_TO_MANY) return true;
    return instance_attach(runtime, result, ATTACHED_RELATED, name, value_object(&owner->base));
}

/* The results by key: key -> list, in the order they came. */
static struct dict *group_results(struct runtime *runtime, const struct step *step,
                                  const struct list *results) {
    struct dict *groups = dict_new(runtime);
    const char *through = through_column(runtime, step);
    if (!groups || !through) return NULL;
    for (size_t i = 0; i < results->count; i++) {
        struct value key, group;
        bool found;
        struct instance *result = (struct instance *)results->items[i].object;
        if (!result_key(runtime, step, through, result, &key) ||
            !dict_get(runtime, groups, key, &group, &found))
            return NULL;
        if (!found) {
            struct list *list = list_new(runtime, &list_type, 4);
            group = list ? value_object(&list->base) : value_none();
            if (!list || !dict_set(runtime, groups, key, group)) return NULL;
        }
        if (!list_append(runtime, (struct list *)group.object, results->items[i])) return NULL;
    }
    return groups;
}

/* Puts what was found where `instance.<relation>` will look for it. */
static bool hand_out(struct runtime *runtime, const struct step *step, struct instance *instance,
                     struct list *found) {
    const struct relation *relation = &step->relation;
    struct value self = value_object(&instance->base);
    if (relation_is_single(relation)) {
        struct value one = found->count ? found->items[0] : value_none();
        if (step->as_attr) return object_set_attribute(runtime, self, step->to_attr, one);
        return related_cache(runtime, instance, relation, instance_of(one), false);
    }
    if (step->as_attr)
        return object_set_attribute(runtime, self, step->to_attr, value_object(&found->base));
    struct value manager;
    struct queryset *set = queryset_of_list(runtime, relation->model, found);
    if (!set || !related_get(runtime, instance, relation, &manager)) return false;
    set->manager = (struct related_manager *)manager.object;
    set->narrowed = step->leaf ? step->queryset : NULL;
    return instance_attach(runtime, instance, ATTACHED_PREFETCHED, relation->cache_name,
                           value_object(&set->base));
}

static bool hand_out_all(struct runtime *runtime, const struct step *step,
                         const struct list *instances, struct dict *groups) {
    for (size_t i = 0; i < instances->count; i++) {
        struct instance *instance = (struct instance *)instances->items[i].object;
        struct value key, group;
        bool found;
        if (!own_key(runtime, step, instance, &key) ||
            !dict_get(runtime, groups, key, &group, &found))
            return false;
        struct list *list = found ? (struct list *)group.object : list_new(runtime, &list_type, 0);
        if (!list || !hand_out(runtime, step, instance, list)) return false;
    }
    return true;
}

/* Owners by key, so that each result learns whose it is: the last of equal ones, as in a dict. */
static bool set_ways_back(struct runtime *runtime, const struct step *step,
                          const struct list *instances, const struct list *results) {
    if (step->relation.field->kind == FIELD_MANY_TO_MANY) return true;
    struct dict *owners = dict_new(runtime);
    struct value key, owner;
    bool found;
    if (!owners) return false;
    for (size_t i = 0; i < instances->count; i++)
        if (!own_key(runtime, step, (struct instance *)instances->items[i].object, &key) ||
            !dict_set(runtime, owners, key, instances->items[i]))
            return false;
    for (size_t i = 0; i < results->count; i++) {
        struct instance *result = (struct instance *)results->items[i].object;
        if (!result_key(runtime, step, "", result, &key) ||
            !dict_get(runtime, owners, key, &owner, &found) ||
            (found && !set_way_back(runtime, step, result, (struct instance *)owner.object)))
            return false;
    }
    return true;
}

/* Django sets the way back by walking over the queryset itself, and so runs its own prefetches
 * first: what they brought for that relation is then replaced. */
static bool is_walked_for_the_way_back(const struct relation *relation) {
    return relation->kind == RELATION_REVERSE_ONE || relation->kind == RELATION_REVERSE_MANY ||
           (relation->kind == RELATION_FORWARD && relation->field->kind == FIELD_ONE_TO_ONE);
}

/* Options.get_field knows columns, relations, and those of other models that lead here. */
static bool conflicts(const struct step *step) {
    const struct model *model = step->relation.source, *from;
    return strcmp(step->to_attr, "pk") != 0 &&
           (model_field(model, step->to_attr) || model_reverse(model, step->to_attr, &from));
}

struct queryset *prefetch_level(struct runtime *runtime, const struct step *step,
                                const struct list *instances) {
    struct key_set keys;
    if (!collect_keys(runtime, step, instances, &keys)) return NULL;
    struct queryset *some = narrow(runtime, step, &keys);
    if (!some) return NULL;
    some->prefetched = !is_walked_for_the_way_back(&step->relation);
    if (!queryset_fetch(runtime, some)) return NULL;
    if (step->as_attr && conflicts(step)) {
        fault_raise(runtime->fault, "ValueError",
                    "to_attr=%s conflicts with a field on the %s model.", step->to_attr,
                    step->relation.source->name);
        return NULL;
    }
    struct dict *groups = group_results(runtime, step, some->cache);
    return groups && set_ways_back(runtime, step, instances, some->cache) &&
                   hand_out_all(runtime, step, instances, groups)
               ? some
               : NULL;
}
