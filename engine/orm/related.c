/* related - see related.h. */
#include "engine/orm/related.h"

#include <string.h>

#include "engine/orm/fetch.h"
#include "engine/orm/queryset.h"

/* ---- finding ------------------------------------------------------------------------------- */

static bool find_declared(const struct model *model, const char *name, struct relation *relation) {
    for (size_t i = 0; i < model->field_count; i++) {
        const struct field *field = &model->fields[i];
        if (!field->target || strcmp(field->name, name) != 0) continue;
        bool many = field->kind == FIELD_MANY_TO_MANY;
        *relation = (struct relation){many ? RELATION_MANY_TO_MANY : RELATION_FORWARD,
                                      field,
                                      model,
                                      field->target,
                                      field->name,
                                      field->name};
        return true;
    }
    return false;
}

static void describe_back(const struct model *model, const struct model *owner,
                          const struct field *field, struct relation *relation) {
    *relation = (struct relation){RELATION_REVERSE_MANY, field,          model, owner,
                                  field->accessor,       field->accessor};
    if (field->kind == FIELD_ONE_TO_ONE) relation->kind = RELATION_REVERSE_ONE;
    if (field->kind != FIELD_MANY_TO_MANY) return;
    relation->kind = RELATION_MANY_TO_MANY_BACK;
    relation->cache_name = field->related_query_name;
}

static bool find_back(const struct model *model, const char *name, struct relation *relation) {
    for (size_t i = 0; i < model->registry->count; i++) {
        const struct model *owner = model->registry->models[i];
        for (size_t j = 0; j < owner->field_count; j++) {
            const struct field *field = &owner->fields[j];
            if (field->target != model || !field->accessor || strcmp(field->accessor, name) != 0)
                continue;
            describe_back(model, owner, field, relation);
            return true;
        }
    }
    return false;
}

bool relation_find(const struct model *model, const char *name, struct relation *relation) {
    return find_declared(model, name, relation) || find_back(model, name, relation);
}

/* ---- one object ---------------------------------------------------------------------------- */

/* The name under which the other side caches the way back; NULL when it has none that is single. */
static const char *way_back(const struct relation *relation) {
    if (relation->kind == RELATION_REVERSE_ONE) return relation->field->name;
    return relation->field->kind == FIELD_ONE_TO_ONE ? relation->field->accessor : NULL;
}

bool related_cache(struct runtime *runtime, struct instance *instance,
                   const struct relation *relation, struct instance *other, bool both) {
    struct value value = other ? value_object(&other->base) : value_none();
    const char *back = way_back(relation);
    if (!instance_attach(runtime, instance, ATTACHED_RELATED, relation->cache_name, value))
        return false;
    return !other || !both || !back ||
           instance_attach(runtime, other, ATTACHED_RELATED, back, value_object(&instance->base));
}

/* SELECT ... WHERE id = <the key held here>: a key that leads nowhere is an error. */
static bool load_forward(struct runtime *runtime, struct instance *instance,
                         const struct relation *relation, struct instance **other) {
    const struct model *target = relation->model;
    struct value key;
    *other = NULL;
    if (!instance_read(runtime, instance, instance_place(instance->model, relation->field), &key))
        return false;
    if (key.kind == VALUE_NONE) return true;
    if (!fetch_by(runtime, target, model_primary_key(target), key, other)) return false;
    if (*other) return true;
    return fault_raise(runtime->fault, "DoesNotExist", "%s matching query does not exist.",
                       target->name);
}

/* SELECT ... WHERE <their key> = id: there may be none. */
static bool load_reverse(struct runtime *runtime, struct instance *instance,
                         const struct relation *relation, struct instance **other) {
    struct value key = instance_key(instance);
    *other = NULL;
    return key.kind == VALUE_NONE ||
           fetch_by(runtime, relation->model, relation->field, key, other);
}

static bool get_single(struct runtime *runtime, struct instance *instance,
                       const struct relation *relation, struct value *result) {
    bool forward = relation->kind == RELATION_FORWARD;
    struct attachment *cached = instance_attached(instance, ATTACHED_RELATED, relation->cache_name);
    if (!cached) {
        struct instance *other = NULL;
        if (!(forward ? load_forward : load_reverse)(runtime, instance, relation, &other) ||
            !related_cache(runtime, instance, relation, other, true))
            return false;
        cached = instance_attached(instance, ATTACHED_RELATED, relation->cache_name);
    }
    *result = cached->value;
    if (result->kind != VALUE_NONE || (forward && relation->field->null)) return true;
    return fault_raise(runtime->fault, "RelatedObjectDoesNotExist", "%s has no %s.",
                       instance->model->name, relation->name);
}

/* ---- many ---------------------------------------------------------------------------------- */

static bool is_many_to_many(const struct relation *relation) {
    return relation->kind == RELATION_MANY_TO_MANY || relation->kind == RELATION_MANY_TO_MANY_BACK;
}

bool related_is_many(const struct related_manager *manager) {
    return is_many_to_many(&manager->relation);
}

static const struct object_type *type_of_manager(const struct relation *relation) {
    if (is_many_to_many(relation)) return &many_related_manager_type;
    return relation->field->null ? &loose_related_manager_type : &related_manager_type;
}

struct related_manager *related_manager_of(struct object *object) {
    bool related = object->type == &related_manager_type ||
                   object->type == &loose_related_manager_type ||
                   object->type == &many_related_manager_type;
    return related ? (struct related_manager *)object : NULL;
}

static bool get_manager(struct runtime *runtime, struct instance *instance,
                        const struct relation *relation, struct value *result) {
    bool through = is_many_to_many(relation);
    if (through && instance_key(instance).kind == VALUE_NONE)
        return fault_raise(runtime->fault, "ValueError",
                           "\"%s\" needs to have a value for field \"%s\" before this many-to-many "
                           "relationship can be used.",
                           object_repr(runtime, value_object(&instance->base)),
                           model_primary_key(instance->model)->name);
    struct related_manager *manager = arena_alloc(runtime->arena, sizeof *manager);
    if (!manager) return fault_no_memory(runtime->fault);
    *manager = (struct related_manager){{type_of_manager(relation)}, *relation, instance};
    *result = value_object(&manager->base);
    return true;
}

/* author's article_set: filter(author=author); the articles know their author from the start. */
static struct queryset *filter_many(struct runtime *runtime, struct related_manager *manager,
                                    struct queryset *queryset) {
    struct keyword condition = {manager->relation.field->name,
                                value_object(&manager->instance->base)};
    struct arguments where = {.keywords = &condition, .keyword_count = 1};
    struct queryset *narrowed;
    if (instance_key(manager->instance).kind == VALUE_NONE) {
        narrowed = queryset_clone(runtime, queryset);
        if (narrowed) query_set_empty(narrowed->query);
        return narrowed;
    }
    narrowed = queryset_filter(runtime, queryset, &where, false);
    struct known *known = narrowed ? arena_alloc(runtime->arena, sizeof *known) : NULL;
    if (!known) {
        if (narrowed) fault_no_memory(runtime->fault);
        return NULL;
    }
    *known = (struct known){manager->relation.field, manager->instance, NULL};
    narrowed->known = known;
    return narrowed;
}

/* article's tags: filter(article=article), whose join the next filter() may use as well. */
static struct queryset *filter_through(struct runtime *runtime, struct related_manager *manager,
                                       struct queryset *queryset) {
    const struct relation *relation = &manager->relation;
    const char *name = relation->kind == RELATION_MANY_TO_MANY ? relation->field->related_query_name
                                                               : relation->field->name;
    struct queryset *narrowed = queryset_clone(runtime, queryset);
    if (!narrowed || !query_filter_sticky(runtime, narrowed->query, name,
                                          value_object(&manager->instance->base)))
        return NULL;
    return narrowed;
}

struct queryset *related_filter(struct runtime *runtime, struct related_manager *manager,
                                struct queryset *queryset) {
    return is_many_to_many(&manager->relation) ? filter_through(runtime, manager, queryset)
                                               : filter_many(runtime, manager, queryset);
}

struct queryset *related_queryset(struct runtime *runtime, struct related_manager *manager) {
    const struct attachment *prefetched =
        instance_attached(manager->instance, ATTACHED_PREFETCHED, manager->relation.cache_name);
    if (prefetched) return (struct queryset *)prefetched->value.object;
    struct queryset *all = queryset_new(runtime, manager->relation.model);
    return all ? related_filter(runtime, manager, all) : NULL;
}

bool related_get(struct runtime *runtime, struct instance *instance,
                 const struct relation *relation, struct value *result) {
    return relation_is_single(relation) ? get_single(runtime, instance, relation, result)
                                        : get_manager(runtime, instance, relation, result);
}

/* ---- assigning ----------------------------------------------------------------------------- */

static bool refuse_many(struct runtime *runtime, const struct relation *relation) {
    static const char *const sides[] = {
        [RELATION_REVERSE_MANY] = "reverse side of a related set",
        [RELATION_MANY_TO_MANY] = "forward side of a many-to-many set",
        [RELATION_MANY_TO_MANY_BACK] = "reverse side of a many-to-many set",
    };
    return fault_raise(runtime->fault, "TypeError",
                       "Direct assignment to the %s is prohibited. Use %s.set() instead.",
                       sides[relation->kind], relation->name);
}

bool related_set(struct runtime *runtime, struct instance *instance,
                 const struct relation *relation, struct value value) {
    if (!relation_is_single(relation)) return refuse_many(runtime, relation);
    struct instance *other = instance_of(value);
    if (value.kind != VALUE_NONE && (!other || other->model != relation->model)) {
        const char *repr = object_repr(runtime, value);
        return repr &&
               fault_raise(runtime->fault, "ValueError",
                           "Cannot assign \"%s\": \"%s.%s\" must be a \"%s\" instance.", repr,
                           instance->model->name, relation->name, relation->model->name);
    }
    if (other) { /* both are on the one database now */
        instance_set_database(instance);
        instance_set_database(other);
    }
    /* the side that holds the key, and the side it points to */
    bool forward = relation->kind == RELATION_FORWARD;
    struct instance *holder = forward ? instance : other, *pointed = forward ? other : instance;
    if (holder) {
        size_t place = instance_place(holder->model, relation->field);
        holder->columns[place] = pointed && other ? instance_key(pointed) : value_none();
        holder->deferred &= ~(UINT64_C(1) << place);
    }
    return related_cache(runtime, instance, relation, other, true);
}
