/* deferred - which columns only() and defer() leave to be loaded.
 *
 * Mirrors Query.deferred_to_data: what is named is looked up from model to model; keys on the way
 * and primary keys are always loaded. */
#include "engine/orm/statement.h"

const struct loaded *loaded_find(const struct loaded_list *list, const struct model *model) {
    for (size_t i = 0; i < list->count; i++)
        if (list->models[i].model == model) return &list->models[i];
    return NULL;
}

static bool loaded_add(struct runtime *runtime, struct loaded_list *list, const struct model *model,
                       uint64_t fields) {
    struct loaded *found = (struct loaded *)loaded_find(list, model);
    if (!found) {
        struct loaded *models =
            arena_grow(runtime->arena, list->models, list->count, list->count + 1, sizeof *models);
        if (!models) return fault_no_memory(runtime->fault);
        list->models = models;
        found = &models[list->count++];
        *found = (struct loaded){.model = model};
    }
    found->fields |= fields;
    return true;
}

static uint64_t bit_of(const struct model *model, const struct field *field) {
    return UINT64_C(1) << (size_t)(field - model->fields);
}

static uint64_t key_bit(const struct model *model) {
    return UINT64_C(1) << model->primary_key;
}

/* Options.get_field: unlike a lookup, it does not know "pk". */
static bool get_field(struct runtime *runtime, const struct model *model, const char *name,
                      const struct field **field, const struct model **holder) {
    *holder = NULL;
    *field = strcmp(name, "pk") == 0 ? NULL : model_field(model, name);
    if (!*field && strcmp(name, "pk") != 0) *field = model_reverse(model, name, holder);
    if (*field) return true;
    return fault_raise(runtime->fault, "FieldDoesNotExist", "%s has no field named '%s'",
                       model->name, name);
}

/* author__name: passes through author, whose key is needed, and names one field. */
static bool follow(struct runtime *runtime, const struct query *query, const char *path,
                   struct loaded_list *named, struct loaded_list *must) {
    size_t count = 0;
    const char **parts = names_split(runtime, path, &count);
    const struct model *model = query->model, *holder = NULL;
    const struct field *field = NULL;
    for (size_t i = 0; parts && i + 1 < count; i++) {
        if (!get_field(runtime, model, parts[i], &field, &holder)) return false;
        if (!field->target)
            return fault_raise(runtime->fault, "AttributeError",
                               "'NoneType' object has no attribute 'model'");
        bool one_back = holder && field->unique;
        if (!one_back && !holder && field->column &&
            !loaded_add(runtime, must, model, bit_of(model, field)))
            return false;
        model = one_back ? holder : holder ? field->target : field->target;
        if (!loaded_add(runtime, must, model, key_bit(model))) return false;
    }
    if (!parts || !get_field(runtime, model, parts[count - 1], &field, &holder)) return false;
    if (!holder) return loaded_add(runtime, named, model, bit_of(model, field));
    if (field->unique) return true;
    return fault_raise(runtime->fault, "AttributeError",
                       "'ManyToOneRel' object has no attribute 'attname'");
}

bool query_loaded(struct runtime *runtime, const struct query *query, struct loaded_list *list) {
    struct loaded_list named = {0}, must = {0};
    *list = (struct loaded_list){0};
    if (!query->deferred_count) return true;
    if (!loaded_add(runtime, &must, query->model, key_bit(query->model))) return false;
    for (size_t i = 0; i < query->deferred_count; i++)
        if (!follow(runtime, query, query->deferred[i], &named, &must)) return false;
    for (size_t i = 0; i < named.count; i++) {
        const struct model *model = named.models[i].model;
        uint64_t all =
            model->field_count >= 64 ? UINT64_MAX : (UINT64_C(1) << model->field_count) - 1;
        uint64_t fields = query->defers ? all & ~named.models[i].fields : named.models[i].fields;
        if (!loaded_add(runtime, list, model, fields)) return false;
    }
    for (size_t i = 0; i < must.count; i++)
        if ((!query->defers || loaded_find(list, must.models[i].model)) &&
            !loaded_add(runtime, list, must.models[i].model, must.models[i].fields))
            return false;
    return true;
}
