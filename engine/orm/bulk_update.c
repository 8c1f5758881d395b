/* bulk_update - many objects, one UPDATE: each field becomes CASE WHEN id = ... THEN ... END.
 *
 * Mirrors QuerySet.bulk_update. */
#include <string.h>

#include "engine/orm/blueprint.h"
#include "engine/orm/queryset_calls.h"
#include "engine/orm/transaction.h"
#include "engine/orm/writes.h"

enum { PARAMETERS_MOST = 999 }; /* max_query_params */

struct bulk_update {
    struct queryset *queryset;
    const struct list *objects;
    const struct field **fields;
    size_t field_count, batch;
};

/* ---- what is given -------------------------------------------------------------------------- */

static bool refuse(struct runtime *runtime, const char *message) {
    return fault_raise(runtime->fault, "ValueError", "%s", message);
}

static bool read_objects(struct runtime *runtime, struct bulk_update *update, struct value given) {
    struct list *objects = list_new(runtime, &list_type, 0);
    if (!objects || !list_extend(runtime, objects, given)) return false;
    update->objects = objects;
    for (size_t i = 0; i < objects->count; i++) {
        if (instance_model(objects->items[i]) != update->queryset->model)
            return fault_raise(runtime->fault, "NotSupported",
                               "bulk_update() of anything but %s objects",
                               update->queryset->model->name);
        if (instance_key(instance_of(objects->items[i])).kind == VALUE_NONE)
            return refuse(runtime, "All bulk_update() objects must have a primary key set.");
    }
    return true;
}

/* _meta.get_field() */
static const struct field *find_field(struct runtime *runtime, const struct model *model,
                                      struct value name) {
    const struct model *from;
    const struct field *field = NULL;
    if (name.kind == VALUE_TEXT && strcmp(name.text, "pk") != 0)
        field = model_field(model, name.text);
    if (!field && name.kind == VALUE_TEXT) field = model_reverse(model, name.text, &from);
    if (field) return field;
    const char *shown = object_repr(runtime, name);
    if (shown)
        fault_raise(runtime->fault, "FieldDoesNotExist", "%s has no field named %s", model->name,
                    shown);
    return NULL;
}

static bool is_own_column(const struct model *model, const struct field *field) {
    return field->column && field >= model->fields && field < model->fields + model->column_count;
}

static bool read_fields(struct runtime *runtime, struct bulk_update *update, struct value given) {
    const struct model *model = update->queryset->model;
    struct list *names = list_new(runtime, &list_type, 0);
    if (!names || !list_extend(runtime, names, given)) return false;
    update->fields = arena_array(runtime->arena, names->count + 1, sizeof *update->fields);
    if (!update->fields) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < names->count; i++) {
        update->fields[i] = find_field(runtime, model, names->items[i]);
        if (!update->fields[i]) return false;
    }
    update->field_count = names->count;
    for (size_t i = 0; i < names->count; i++)
        if (!is_own_column(model, update->fields[i]))
            return refuse(runtime, "bulk_update() can only be used with concrete fields.");
    for (size_t i = 0; i < names->count; i++)
        if (update->fields[i] == model_primary_key(model))
            return refuse(runtime, "bulk_update() cannot be used with primary key fields.");
    return true;
}

/* The key is there twice, in the CASE and in the WHERE. */
static bool read_batch(struct runtime *runtime, struct bulk_update *update, struct value given) {
    int64_t asked = given.kind == VALUE_INT ? given.integer : 0;
    if (given.kind != VALUE_NONE && given.kind != VALUE_INT)
        return fault_raise(runtime->fault, "NotSupported", "a batch_size that is no int");
    if (asked < 0) return refuse(runtime, "Batch size must be a positive integer.");
    update->batch = PARAMETERS_MOST / (2 + update->field_count);
    if (asked && (uint64_t)asked < update->batch) update->batch = (size_t)asked;
    return true;
}

/* ---- CASE WHEN ... END ---------------------------------------------------------------------- */

/* When(pk=object.pk, then=Value(object.column, output_field=field)); an expression stands as it is.
 */
static struct expression *when_of(struct runtime *runtime, struct instance *instance,
                                  const struct field *field) {
    struct keyword key = {"pk", instance_key(instance)};
    const struct arguments lookup = {.keywords = &key, .keyword_count = 1};
    struct expression *when = expression_new(runtime, EXPRESSION_WHEN, 2), *then;
    struct value value;
    if (!when || !instance_read(runtime, instance, instance_place(instance->model, field), &value))
        return NULL;
    then = expression_of(value);
    if (then && then->kind == EXPRESSION_F) {
        fault_raise(runtime->fault, "NotSupported", "bulk_update() of a bare F()");
        return NULL;
    }
    if (!then && (then = expression_value(runtime, value))) then->output = field;
    when->sources[0] = q_new(runtime, &lookup);
    when->sources[1] = then;
    if (!then || !when->sources[0]) return NULL;
    expression_settle(when);
    return when;
}

static bool case_of(struct runtime *runtime, const struct value *objects, size_t count,
                    const struct field *field, struct keyword *change) {
    struct expression *choice = expression_new(runtime, EXPRESSION_CASE, count + 1);
    if (!choice) return false;
    for (size_t i = 0; i < count; i++)
        if (!(choice->sources[i] = when_of(runtime, instance_of(objects[i]), field))) return false;
    choice->sources[count] = expression_value(runtime, value_none());
    if (!choice->sources[count]) return false;
    choice->output = field;
    expression_settle(choice);
    *change = (struct keyword){field->attname, value_object(&choice->base)};
    return true;
}

/* ---- the updates ---------------------------------------------------------------------------- */

/* One batch: its new values, and whose they are. */
struct batch {
    struct keyword *changes;
    struct list *keys;
};

static bool prepare(struct runtime *runtime, const struct bulk_update *update, size_t from,
                    struct batch *batch) {
    const struct value *objects = &update->objects->items[from];
    size_t count = update->objects->count - from;
    if (count > update->batch) count = update->batch;
    batch->changes = arena_array(runtime->arena, update->field_count, sizeof *batch->changes);
    batch->keys = list_new(runtime, &list_type, count);
    if (!batch->changes) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < update->field_count; i++)
        if (!case_of(runtime, objects, count, update->fields[i], &batch->changes[i])) return false;
    for (size_t i = 0; batch->keys && i < count; i++)
        if (!list_append(runtime, batch->keys, instance_key(instance_of(objects[i])))) return false;
    return batch->keys != NULL;
}

/* self.filter(pk__in=keys).update(...) */
static bool send(struct runtime *runtime, const struct bulk_update *update,
                 const struct batch *batches, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct keyword keys = {"pk__in", value_object(&batches[i].keys->base)};
        const struct arguments where = {.keywords = &keys, .keyword_count = 1};
        struct queryset *some = queryset_filter(runtime, update->queryset, &where, false);
        int64_t changed;
        if (!some ||
            !writes_update(runtime, some->query, batches[i].changes, update->field_count, &changed))
            return false;
    }
    return true;
}

static bool run(struct runtime *runtime, const struct bulk_update *update) {
    size_t count = (update->objects->count + update->batch - 1) / update->batch;
    struct batch *batches = arena_array(runtime->arena, count + 1, sizeof *batches);
    struct atomic atomic;
    if (!batches) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < count; i++)
        if (!prepare(runtime, update, i * update->batch, &batches[i])) return false;
    return atomic_begin(runtime, &atomic, false) &&
           atomic_end(runtime, &atomic, send(runtime, update, batches, count));
}

/* bulk_update(objs, fields, batch_size=None) */
bool queryset_bulk_update(struct runtime *runtime, struct object *self,
                          const struct arguments *arguments, struct value *result) {
    static const char *const names[] = {"objs", "fields", "batch_size"};
    struct value given[3] = {value_none(), value_none(), value_none()};
    struct bulk_update update = {.queryset = queryset_behind(runtime, self)};
    bool some;
    *result = value_none();
    if (!update.queryset ||
        !arguments_read(runtime, arguments, "QuerySet.bulk_update", names, 3, 2, given) ||
        !read_batch(runtime, &update, given[2]) || !object_truth(runtime, given[1], &some))
        return false;
    if (!some) return refuse(runtime, "Field names must be given to bulk_update().");
    if (!read_objects(runtime, &update, given[0]) || !read_fields(runtime, &update, given[1]))
        return false;
    return update.objects->count == 0 ||
           (read_batch(runtime, &update, given[2]) && run(runtime, &update));
}
