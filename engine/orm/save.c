/* save - see save.h. */
#include "engine/orm/save.h"

#include <string.h>

#include "engine/apps/signal.h"
#include "engine/base/text.h"
#include "engine/orm/database.h"
#include "engine/orm/queryset.h"

static bool run(struct runtime *runtime, const struct compiled *compiled, int64_t *changed) {
    *changed = 0;
    return compiled->empty || database_run(runtime, compiled->sql, compiled->parameters,
                                           compiled->parameter_count, changed);
}

/* ---- the objects it points to --------------------------------------------------------------- */

static bool is_empty(struct value value) {
    return value.kind == VALUE_NONE || (value.kind == VALUE_TEXT && value.length == 0);
}

/* "save() prohibited to prevent data loss due to unsaved related object 'author'." The object on
 * the other side of a one-to-one forgets this one. */
static bool refuse_unsaved(struct runtime *runtime, const struct field *field,
                           struct instance *other, const char *operation) {
    if (field->kind == FIELD_ONE_TO_ONE) instance_detach(other, ATTACHED_RELATED, field->accessor);
    return fault_raise(runtime->fault, "ValueError",
                       "%s() prohibited to prevent data loss due to unsaved related object '%s'.",
                       operation, field->name);
}

static bool prepare_field(struct runtime *runtime, struct instance *instance, size_t place,
                          const char *operation) {
    const struct field *field = &instance->model->fields[place];
    const struct attachment *cached = instance_attached(instance, ATTACHED_RELATED, field->name);
    struct instance *other = cached ? instance_of(cached->value) : NULL;
    struct value key;
    bool equal;
    if (!other) return true;
    if (instance_key(other).kind == VALUE_NONE)
        return refuse_unsaved(runtime, field, other, operation);
    if (!instance_read(runtime, instance, place, &key)) return false;
    if (is_empty(key)) { /* the object was saved after it was assigned */
        instance->columns[place] = instance_key(other);
        instance_detach(instance, ATTACHED_RELATED, field->name);
        return true;
    }
    if (!object_equal(runtime, instance_key(other), key, &equal)) return false;
    if (!equal) instance_detach(instance, ATTACHED_RELATED, field->name);
    return true;
}

bool save_prepare(struct runtime *runtime, struct instance *instance, const char *operation) {
    for (size_t i = 0; i < instance->model->column_count; i++)
        if (instance->model->fields[i].target && !prepare_field(runtime, instance, i, operation))
            return false;
    return true;
}

/* ---- INSERT --------------------------------------------------------------------------------- */

/* The concrete fields, with or without the primary key. */
static size_t fields_to_insert(const struct model *model, bool with_key,
                               const struct field **fields) {
    size_t count = 0;
    for (size_t i = 0; i < model->column_count; i++)
        if (with_key || i != model->primary_key) fields[count++] = &model->fields[i];
    return count;
}

bool save_insert(struct runtime *runtime, const struct save_rows *rows) {
    const struct model *model = rows->model;
    const struct field **fields =
        arena_array(runtime->arena, model->column_count, sizeof(struct field *));
    size_t width = fields ? fields_to_insert(model, rows->with_key, fields) : 0;
    struct value *values = arena_array(runtime->arena, width * rows->count + 1, sizeof *values);
    struct compiled compiled;
    int64_t changed;
    if (!values) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < rows->count; i++)
        for (size_t j = 0; j < width; j++)
            if (!instance_read(runtime, rows->instances[i], instance_place(model, fields[j]),
                               &values[i * width + j]))
                return false;
    return query_compile_insert(runtime, model, fields, width, values, rows->count, rows->form,
                                &compiled) &&
           run(runtime, &compiled, &changed);
}

/* db_returning_fields: an automatic key is read back, even where it was given. Where there is none
 * Django inserts as in bulk. */
static bool insert_row(struct runtime *runtime, struct instance *instance, bool with_key) {
    const struct model *model = instance->model;
    bool returns = model_primary_key(model)->kind == FIELD_AUTO;
    const struct save_rows rows = {model, &instance, 1, with_key,
                                   returns ? INSERT_ROW : INSERT_BULK};
    if (!save_insert(runtime, &rows)) return false;
    if (returns)
        instance->columns[model->primary_key] = value_int(database_last_id(runtime->database));
    return true;
}

/* ---- UPDATE --------------------------------------------------------------------------------- */

static struct query *query_of_key(struct runtime *runtime, const struct instance *instance) {
    struct query *query = query_new(runtime, instance->model);
    struct keyword condition = {"pk", instance_key(instance)};
    struct arguments where = {.keywords = &condition, .keyword_count = 1};
    return query && query_filter(runtime, query, &where, false) ? query : NULL;
}

static bool is_wanted(const struct instance *instance, size_t place, uint64_t fields) {
    return place != instance->model->primary_key && (!fields || fields >> place & 1);
}

/* UPDATE of the wanted columns; one that is deferred is fetched first. *found = false when there is
 * no such row. */
static bool update_row(struct runtime *runtime, struct instance *instance, uint64_t fields,
                       bool *found) {
    const struct model *model = instance->model;
    struct keyword *changes = arena_array(runtime->arena, model->column_count + 1, sizeof *changes);
    struct compiled compiled;
    size_t count = 0;
    int64_t changed;
    if (!changes) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < model->column_count; i++) {
        if (!is_wanted(instance, i, fields)) continue;
        changes[count].name = model->fields[i].name;
        if (!instance_read(runtime, instance, i, &changes[count++].value)) return false;
    }
    struct query *query = query_of_key(runtime, instance);
    if (!query || !query_compile_update(runtime, query, changes, count, &compiled) ||
        !run(runtime, &compiled, &changed))
        return false;
    *found = changed > 0;
    return true;
}

/* ---- save() --------------------------------------------------------------------------------- */

static bool refuse_no_row(struct runtime *runtime, const struct save_how *how) {
    return fault_raise(runtime->fault, "DatabaseError",
                       how->force_update ? "Forced update did not affect any rows."
                                         : "Save with update_fields did not affect any rows.");
}

/* UPDATE where there is a key, INSERT where there is none or nothing was updated. */
static bool save_table(struct runtime *runtime, struct instance *instance,
                       const struct save_how *how, bool *updated) {
    bool with_key = instance_key(instance).kind != VALUE_NONE;
    bool must_update = how->force_update || how->fields;
    *updated = false;
    if (!with_key && must_update)
        return fault_raise(runtime->fault, "ValueError",
                           "Cannot force an update in save() with no primary key.");
    if (with_key && !how->force_insert && !update_row(runtime, instance, how->fields, updated))
        return false;
    if (*updated) return true;
    return must_update ? refuse_no_row(runtime, how) : insert_row(runtime, instance, with_key);
}

/* Model.save_base: pre_save, the table, post_save. */
static bool save_base(struct runtime *runtime, struct instance *instance,
                      const struct save_how *how) {
    struct model_signals *signals = runtime->signals;
    struct signal_event event = {.sender = instance->model,
                                 .sender_name = instance->model->name,
                                 .instance = value_object(&instance->base)};
    bool updated;
    if (signals && !signal_send(runtime, &signals->pre_save, &event, NULL)) return false;
    if (!save_table(runtime, instance, how, &updated)) return false;
    instance_set_saved(instance);
    event.created = !updated;
    return !signals || signal_send(runtime, &signals->post_save, &event, NULL);
}

/* The loaded columns but the key: what an object with deferred ones saves. */
static uint64_t loaded_fields(const struct instance *instance) {
    uint64_t all = (UINT64_C(1) << instance->model->column_count) - 1;
    return all & ~instance->deferred & ~(UINT64_C(1) << instance->model->primary_key);
}

bool save_instance(struct runtime *runtime, struct instance *instance, const struct save_how *how) {
    struct save_how really = *how;
    if (!save_prepare(runtime, instance, "save")) return false;
    if (how->force_insert && (how->force_update || how->fields))
        return fault_raise(runtime->fault, "ValueError",
                           "Cannot force both insert and updating in model saving.");
    if (!how->fields && !how->force_insert && instance->deferred && instance_has_database(instance))
        really.fields = loaded_fields(instance);
    return save_base(runtime, instance, &really);
}

/* ---- its arguments -------------------------------------------------------------------------- */

/* The column that update_fields may name so: any but the key. */
static bool find_field(const struct model *model, struct value name, size_t *place) {
    if (name.kind != VALUE_TEXT || strcmp(name.text, "pk") == 0) return false;
    const struct field *field = model_field(model, name.text);
    if (!field || !field->column) return false;
    *place = instance_place(model, field);
    return *place != model->primary_key;
}

/* update_fields as bits; every name that is no field of the table is told. */
static bool read_fields(struct runtime *runtime, const struct model *model, struct value given,
                        uint64_t *fields) {
    struct set *names = set_new(runtime);
    struct value iterator, name;
    struct text unknown;
    bool done;
    text_init(&unknown, runtime->arena);
    if (!names || !object_iterate(runtime, given, &iterator)) return false;
    while (object_next(runtime, iterator, &name, &done) && !done)
        if (!set_add(runtime, names, name)) return false;
    if (fault_raised(runtime->fault)) return false;
    for (size_t i = 0; i < names->members->count; i++) {
        size_t place;
        name = names->members->entries[i].key;
        if (find_field(model, name, &place)) {
            *fields |= UINT64_C(1) << place;
            continue;
        }
        if (name.kind != VALUE_TEXT)
            return fault_raise(runtime->fault, "NotSupported", "update_fields that are no texts");
        text_format(&unknown, "%s%s", unknown.length ? ", " : "", name.text);
    }
    if (!unknown.length) return true;
    const char *list = text_finish(&unknown);
    if (!list) return fault_no_memory(runtime->fault);
    return fault_raise(runtime->fault, "ValueError",
                       "The following fields do not exist in this model, are m2m fields, or are "
                       "non-concrete fields: %s",
                       list);
}

/* save(force_insert=False, force_update=False, using=None, update_fields=None) */
bool instance_save(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                   struct value *result) {
    static const char *const names[] = {"force_insert", "force_update", "using", "update_fields"};
    struct instance *instance = (struct instance *)self;
    struct value given[4] = {value_bool(false), value_bool(false), value_none(), value_none()};
    struct save_how how = {0};
    bool some = false;
    *result = value_none();
    if (!arguments_read(runtime, arguments, "Model.save", names, 4, 0, given) ||
        !object_truth(runtime, given[0], &how.force_insert) ||
        !object_truth(runtime, given[1], &how.force_update) ||
        !object_truth(runtime, given[3], &some))
        return false;
    if (given[2].kind != VALUE_NONE)
        return fault_raise(runtime->fault, "NotSupported", "save() to another database");
    if (given[3].kind == VALUE_NONE) return save_instance(runtime, instance, &how);
    if (how.force_insert && (how.force_update || some))
        return save_instance(runtime, instance, &(struct save_how){true, true, 0});
    if (!save_prepare(runtime, instance, "save")) return false;
    if (!some) return true; /* update_fields=[]: nothing is to be saved */
    return read_fields(runtime, instance->model, given[3], &how.fields) &&
           save_instance(runtime, instance, &how);
}
