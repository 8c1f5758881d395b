/* writes - what changes rows: save(), create(), bulk_create(), update(), delete().
 *
 * On a database opened for reading the statement fails with SQLite's own words, "attempt to write
 * a readonly database", as an OperationalError.
 *
 * Mirrors Model.save_base, QuerySet.create and friends, and the part of
 * django.db.models.deletion.Collector that a blog needs. */
#include <string.h>

#include "engine/apps/signal.h"
#include "engine/orm/database.h"
#include "engine/orm/queryset.h"
#include "engine/orm/related.h"

/* The end of a transaction.atomic() block: COMMIT, or ROLLBACK and the fault that led to it. A
 * COMMIT that failed, as where another process holds a lock, is rolled back as well: else the
 * transaction would stay open. */
static bool end(struct runtime *runtime, bool fine) {
    if (fine && database_end(runtime, true)) return true;
    struct fault raised = *runtime->fault;
    fault_clear(runtime->fault);
    database_end(runtime, false);
    *runtime->fault = raised;
    return false;
}

static bool run(struct runtime *runtime, const struct compiled *compiled, int64_t *changed) {
    *changed = 0;
    return compiled->empty || database_run(runtime, compiled->sql, compiled->parameters,
                                           compiled->parameter_count, changed);
}

/* The concrete fields, with or without the primary key. */
static size_t fields_to_insert(const struct model *model, bool with_key,
                               const struct field **fields) {
    size_t count = 0;
    for (size_t i = 0; i < model->column_count; i++)
        if (with_key || i != model->primary_key) fields[count++] = &model->fields[i];
    return count;
}

/* INSERT of these instances, all with or all without a primary key. */
static bool insert(struct runtime *runtime, const struct model *model,
                   struct instance *const *instances, size_t count, bool with_key, bool bulk) {
    const struct field **fields =
        arena_array(runtime->arena, model->column_count, sizeof(struct field *));
    size_t width = fields ? fields_to_insert(model, with_key, fields) : 0;
    struct value *rows = arena_array(runtime->arena, width * count + 1, sizeof *rows);
    struct compiled compiled;
    int64_t changed;
    if (!rows) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < width; j++)
            rows[i * width + j] = instances[i]->columns[instance_place(model, fields[j])];
    return query_compile_insert(runtime, model, fields, width, rows, count, bulk, &compiled) &&
           run(runtime, &compiled, &changed);
}

static struct query *query_of_key(struct runtime *runtime, const struct instance *instance) {
    struct query *query = query_new(runtime, instance->model);
    struct keyword condition = {"pk", instance_key(instance)};
    struct arguments where = {.keywords = &condition, .keyword_count = 1};
    return query && query_filter(runtime, query, &where, false) ? query : NULL;
}

/* UPDATE of every loaded column but the key. *found = false when there is no such row. */
static bool update_row(struct runtime *runtime, struct instance *instance, bool *found) {
    const struct model *model = instance->model;
    struct keyword *changes = arena_array(runtime->arena, model->column_count + 1, sizeof *changes);
    struct compiled compiled;
    size_t count = 0;
    int64_t changed;
    if (!changes) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < model->column_count; i++)
        if (i != model->primary_key && !instance_is_deferred(instance, i))
            changes[count++] = (struct keyword){model->fields[i].name, instance->columns[i]};
    if (count == 0) /* Django would fetch the rest, column by column, and write it back */
        return fault_raise(runtime->fault, "NotSupported",
                           "save() of an object whose every column but the key is deferred");
    struct query *query = query_of_key(runtime, instance);
    if (!query || !query_compile_update(runtime, query, changes, count, &compiled) ||
        !run(runtime, &compiled, &changed))
        return false;
    *found = changed > 0;
    return true;
}

/* UPDATE where there is a key, INSERT where there is none or nothing was updated. */
static bool save_table(struct runtime *runtime, struct instance *instance, bool force_insert,
                       bool *updated) {
    bool with_key = instance_key(instance).kind != VALUE_NONE;
    *updated = false;
    if (with_key && !force_insert && !update_row(runtime, instance, updated)) return false;
    if (!*updated && !insert(runtime, instance->model, &instance, 1, with_key, false)) return false;
    if (!with_key)
        instance->columns[instance->model->primary_key] =
            value_int(database_last_id(runtime->database));
    return true;
}

/* Model.save_base: pre_save, the table, post_save. */
static bool save(struct runtime *runtime, struct instance *instance, bool force_insert) {
    struct model_signals *signals = runtime->signals;
    struct signal_event event = {.sender = instance->model,
                                 .sender_name = instance->model->name,
                                 .instance = value_object(&instance->base)};
    bool updated;
    if (signals && !signal_send(runtime, &signals->pre_save, &event, NULL)) return false;
    if (!save_table(runtime, instance, force_insert, &updated)) return false;
    event.created = !updated;
    return !signals || signal_send(runtime, &signals->post_save, &event, NULL);
}

bool instance_save(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                   struct value *result) {
    if (arguments->count || arguments->keyword_count)
        return fault_raise(runtime->fault, "NotSupported", "save() with arguments");
    *result = value_none();
    return save(runtime, (struct instance *)self, false);
}

/* ---- creating ------------------------------------------------------------------------------ */

/* The model behind a queryset or manager, and what a related manager adds to each new object. */
static struct queryset *target_of(struct runtime *runtime, struct object *self) {
    struct queryset *queryset = queryset_behind(runtime, self);
    if (queryset && self->type == &many_related_manager_type) {
        fault_raise(runtime->fault, "NotSupported", "creating through a many-to-many manager");
        return NULL;
    }
    return queryset;
}

bool queryset_create(struct runtime *runtime, struct object *self,
                     const struct arguments *arguments, struct value *result) {
    struct queryset *queryset = target_of(runtime, self);
    if (!queryset) return false;
    if (arguments->count)
        return fault_raise(runtime->fault, "TypeError",
                           "QuerySet.create() takes 1 positional argument but %zu were given",
                           arguments->count + 1);
    struct instance *instance = instance_construct(runtime, queryset->model, arguments);
    if (!instance) return false;
    if (self->type == &related_manager_type) {
        const struct related_manager *manager = (const struct related_manager *)self;
        if (!object_set_attribute(runtime, value_object(&instance->base),
                                  manager->relation.field->name,
                                  value_object(&manager->instance->base)))
            return false;
    }
    *result = value_object(&instance->base);
    return save(runtime, instance, true);
}

/* get_or_create(defaults=None, **kwargs): (object, created) */
bool queryset_get_or_create(struct runtime *runtime, struct object *self,
                            const struct arguments *arguments, struct value *result) {
    struct queryset *queryset = target_of(runtime, self);
    struct keyword *keywords =
        arena_array(runtime->arena, arguments->keyword_count + 1, sizeof *keywords);
    struct arguments where = {.keywords = keywords};
    struct value found;
    if (!keywords) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < arguments->keyword_count; i++) {
        if (strcmp(arguments->keywords[i].name, "defaults") == 0)
            return fault_raise(runtime->fault, "NotSupported", "get_or_create() with defaults");
        keywords[where.keyword_count++] = arguments->keywords[i];
    }
    if (!queryset) return false;
    bool there = queryset_get(runtime, queryset, &where, &found);
    if (!there) {
        if (!fault_is(runtime->fault, "DoesNotExist")) return false;
        fault_clear(runtime->fault);
        if (!database_begin(runtime) ||
            !end(runtime, queryset_create(runtime, self, &where, &found)))
            return false;
    }
    struct list *pair = list_new(runtime, &tuple_type, 2);
    if (!pair || !list_append(runtime, pair, found) ||
        !list_append(runtime, pair, value_bool(!there)))
        return false;
    *result = value_object(&pair->base);
    return true;
}

enum {
    PARAMETERS_MOST = 999, /* max_query_params */
    SELECTS_MOST = 500     /* rows of one column: SQLite's limit of a compound SELECT */
};

static size_t batch_size(size_t width) {
    return width <= 1 ? SELECTS_MOST : PARAMETERS_MOST / width;
}

/* All instances of one kind (with or without a key) in as few INSERTs as SQLite allows. */
static bool insert_batches(struct runtime *runtime, const struct model *model,
                           const struct list *objects, bool with_key, size_t asked) {
    size_t most = batch_size(model->column_count - !with_key), count = 0;
    if (asked && asked < most) most = asked;
    struct instance **batch = arena_array(runtime->arena, most + 1, sizeof(struct instance *));
    if (!batch) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < objects->count; i++) {
        struct instance *instance = (struct instance *)objects->items[i].object;
        if ((instance_key(instance).kind != VALUE_NONE) != with_key) continue;
        batch[count++] = instance;
        if (count == most && !insert(runtime, model, batch, count, with_key, true)) return false;
        if (count == most) count = 0;
    }
    return count == 0 || insert(runtime, model, batch, count, with_key, true);
}

/* bulk_create(objs): one transaction. The objects do not learn their keys on SQLite. */
bool queryset_bulk_create(struct runtime *runtime, struct object *self,
                          const struct arguments *arguments, struct value *result) {
    static const char *const names[] = {"objs", "batch_size", "ignore_conflicts"};
    struct value given[3] = {value_none(), value_none(), value_bool(false)};
    struct queryset *queryset = target_of(runtime, self);
    struct list *objects = list_new(runtime, &list_type, 0);
    if (!queryset || !objects ||
        !arguments_read(runtime, arguments, "QuerySet.bulk_create", names, 3, 1, given) ||
        !list_extend(runtime, objects, given[0]))
        return false;
    if (given[1].kind != VALUE_NONE && (given[1].kind != VALUE_INT || given[1].integer <= 0))
        return fault_raise(runtime->fault, "AssertionError", "%s", "");
    if (given[2].kind != VALUE_BOOL || given[2].integer)
        return fault_raise(runtime->fault, "NotSupported", "bulk_create() that ignores conflicts");
    size_t most = given[1].kind == VALUE_INT ? (size_t)given[1].integer : 0;
    for (size_t i = 0; i < objects->count; i++)
        if (instance_model(objects->items[i]) != queryset->model)
            return fault_raise(runtime->fault, "TypeError", "bulk_create() takes %s objects",
                               queryset->model->name);
    *result = value_object(&objects->base);
    if (objects->count == 0) return true;
    return database_begin(runtime) &&
           end(runtime, insert_batches(runtime, queryset->model, objects, true, most) &&
                            insert_batches(runtime, queryset->model, objects, false, most));
}

/* ---- changing and deleting ----------------------------------------------------------------- */

/* update(**kwargs): the number of rows matched. */
bool queryset_update(struct runtime *runtime, struct object *self,
                     const struct arguments *arguments, struct value *result) {
    struct queryset *queryset = queryset_behind(runtime, self);
    struct query *query = queryset ? queryset_query(runtime, queryset) : NULL;
    struct compiled compiled;
    int64_t changed;
    if (!query) return false;
    if (queryset->operation)
        return fault_raise(runtime->fault, "NotSupportedError",
                           "Calling QuerySet.update() after %s() is not supported.",
                           queryset->operation);
    if (query_is_sliced(query))
        return fault_raise(runtime->fault, "AssertionError",
                           "Cannot update a query once a slice has been taken.");
    query = query_clone(runtime, query);
    if (!query ||
        !query_compile_update(runtime, query, arguments->keywords, arguments->keyword_count,
                              &compiled) ||
        !run(runtime, &compiled, &changed))
        return false;
    queryset->cache = NULL;
    *result = value_int(changed);
    return true;
}

/* True when rows of other tables point to this model's: deleting would have to follow them. */
static bool is_pointed_to(const struct model *model) {
    const struct registry *registry = model->registry;
    for (size_t i = 0; i < registry->count; i++)
        for (size_t j = 0; j < registry->models[i]->column_count; j++)
            if (registry->models[i]->fields[j].target == model) return true;
    return false;
}

/* (total, {"blog.Event": total}), as the collector answers. */
static bool answer_deleted(struct runtime *runtime, const struct model *model, int64_t count,
                           struct value *result) {
    const char *label = arena_format(runtime->arena, "%s.%s", model->app, model->name);
    struct dict *by_model = dict_new(runtime);
    struct list *pair = list_new(runtime, &tuple_type, 2);
    if (!label) return fault_no_memory(runtime->fault);
    if (!by_model || !pair || !dict_set(runtime, by_model, value_text(label), value_int(count)) ||
        !list_append(runtime, pair, value_int(count)) ||
        !list_append(runtime, pair, value_object(&by_model->base)))
        return false;
    *result = value_object(&pair->base);
    return true;
}

static bool delete_rows(struct runtime *runtime, struct query *query, struct value *result) {
    const struct model *model = query_model(query);
    struct compiled compiled;
    int64_t changed;
    if (is_pointed_to(model))
        return fault_raise(runtime->fault, "NotSupported",
                           "delete() of a model that others point to (%s)", model->name);
    return query_compile_delete(runtime, query, &compiled) && run(runtime, &compiled, &changed) &&
           answer_deleted(runtime, model, changed, result);
}

bool queryset_delete(struct runtime *runtime, struct object *self,
                     const struct arguments *arguments, struct value *result) {
    struct queryset *queryset = (struct queryset *)self;
    struct query *query = queryset_query(runtime, queryset);
    if (!query || !arguments_read(runtime, arguments, "QuerySet.delete", NULL, 0, 0, NULL))
        return false;
    if (queryset->operation)
        return fault_raise(runtime->fault, "NotSupportedError",
                           "Calling QuerySet.delete() after %s() is not supported.",
                           queryset->operation);
    if (query_is_sliced(query))
        return fault_raise(runtime->fault, "AssertionError",
                           "Cannot use 'limit' or 'offset' with delete.");
    if (queryset->rows != ROWS_INSTANCES)
        return fault_raise(runtime->fault, "TypeError",
                           "Cannot call delete() after .values() or .values_list()");
    if (query_is_distinct(query))
        return fault_raise(runtime->fault, "TypeError", "Cannot call delete() after .distinct().");
    query = query_clone(runtime, query);
    queryset->cache = NULL;
    return query && database_begin(runtime) && end(runtime, delete_rows(runtime, query, result));
}

bool instance_delete(struct runtime *runtime, struct object *self,
                     const struct arguments *arguments, struct value *result) {
    struct instance *instance = (struct instance *)self;
    if (!arguments_read(runtime, arguments, "delete", NULL, 0, 0, NULL)) return false;
    if (instance_key(instance).kind == VALUE_NONE)
        return fault_raise(runtime->fault, "AssertionError",
                           "%s object can't be deleted because its id attribute is set to None.",
                           instance->model->name);
    struct query *query = query_of_key(runtime, instance);
    if (!query || !delete_rows(runtime, query, result)) return false;
    instance->columns[instance->model->primary_key] = value_none();
    return true;
}
