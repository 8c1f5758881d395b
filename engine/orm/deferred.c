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

static struct loaded *loaded_of(struct runtime *runtime, struct loaded_list *list,
                                const struct model *model) {
    struct loaded *found = (struct loaded *)loaded_find(list, model);
    if (found) return found;
    struct loaded *models =
        arena_grow(runtime->arena, list->models, list->count, list->count + 1, sizeof *models);
    if (!models) {
        fault_no_memory(runtime->fault);
        return NULL;
    }
    list->models = models;
    models[list->count] = (struct loaded){.model = model};
    return &models[list->count++];
}

static bool loaded_add(struct runtime *runtime, struct loaded_list *list, const struct model *model,
                       uint64_t fields, const char *strange) {
    struct loaded *loaded = loaded_of(runtime, list, model);
    if (!loaded) return false;
    loaded->fields |= fields;
    if (strange) loaded->strange = strange;
    return true;
}

/* A relation followed back to many is taken along like a field, and fails when its column is
 * asked for. */
static const char *strange_name(const struct field *field, const struct model *holder) {
    if (!holder || field->unique) return NULL;
    return field->kind == FIELD_MANY_TO_MANY ? "ManyToManyRel" : "ManyToOneRel";
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
        const char *strange = strange_name(field, holder);
        uint64_t key = !holder && field->column ? bit_of(model, field) : 0;
        if ((key || strange) && !loaded_add(runtime, must, model, key, strange)) return false;
        model = holder ? holder : field->target;
        if (!loaded_add(runtime, must, model, key_bit(model), NULL)) return false;
    }
    if (!parts || !get_field(runtime, model, parts[count - 1], &field, &holder)) return false;
    if (!holder) return loaded_add(runtime, named, model, bit_of(model, field), NULL);
    if (field->unique) return true;
    return loaded_add(runtime, named, holder, 0, strange_name(field, holder));
}

/* defer(): all but the named; where nothing would be left, everything is loaded. */
static bool add_others(struct runtime *runtime, struct loaded_list *list,
                       const struct loaded *named) {
    uint64_t all = (UINT64_C(1) << named->model->column_count) - 1;
    uint64_t fields = all & ~named->fields;
    return !fields || loaded_add(runtime, list, named->model, fields, NULL);
}

static bool collect(struct runtime *runtime, const struct query *query,
                    const struct loaded_list *named, const struct loaded_list *must,
                    struct loaded_list *list) {
    for (size_t i = 0; i < named->count; i++) {
        const struct loaded *one = &named->models[i];
        bool well = query->defers
                        ? add_others(runtime, list, one)
                        : loaded_add(runtime, list, one->model, one->fields, one->strange);
        if (!well) return false;
    }
    for (size_t i = 0; i < must->count; i++) {
        const struct loaded *one = &must->models[i];
        if (query->defers && !loaded_find(list, one->model)) continue;
        if (!loaded_add(runtime, list, one->model, one->fields, one->strange)) return false;
    }
    return true;
}

bool query_loaded(struct runtime *runtime, const struct query *query, struct loaded_list *list) {
    struct loaded_list named = {0}, must = {0};
    *list = (struct loaded_list){0};
    if (!query->deferred_count) return true;
    if (!loaded_add(runtime, &must, query->model, key_bit(query->model), NULL)) return false;
    for (size_t i = 0; i < query->deferred_count; i++)
        if (!follow(runtime, query, query->deferred[i], &named, &must)) return false;
    if (!collect(runtime, query, &named, &must, list)) return false;
    for (size_t i = 0; i < list->count; i++)
        if (list->models[i].strange)
            return fault_raise(runtime->fault, "AttributeError",
                               "'%s' object has no attribute 'attname'", list->models[i].strange);
    return true;
}
