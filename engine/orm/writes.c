/* writes - the methods of querysets and managers that change rows: create(), get_or_create(),
 * update_or_create(), bulk_create(), update(). For save() see save.c, for delete() collector.c.
 *
 * A related manager adds to each of them: its own object as a keyword, or the pair in the table
 * between (related_writes.c).
 *
 * On a database opened for reading the statement fails with SQLite's own words, "attempt to write
 * a readonly database", as an OperationalError.
 *
 * Mirrors the writing methods of django.db.models.query.QuerySet. */
#include "engine/orm/writes.h"

#include <string.h>

#include "engine/base/text.h"
#include "engine/orm/queryset_calls.h"
#include "engine/orm/related.h"
#include "engine/orm/save.h"
#include "engine/orm/transaction.h"

/* ---- what a related manager adds ------------------------------------------------------------ */

/* The keywords of a call, and what the manager takes out of them or puts in. */
struct call {
    struct queryset *queryset; /* behind the manager */
    struct arguments arguments;
    struct keyword *keywords; /* with room for one more */
};

/* Related managers take keywords only. */
static bool refuse_positions(struct runtime *runtime, struct object *self, const char *method,
                             size_t given) {
    struct related_manager *manager = related_manager_of(self);
    return !given || !manager ||
           fault_raise(runtime->fault, "TypeError",
                       "%s.%s() takes 1 positional argument but %zu were given",
                       related_class_name(manager), method, given + 1);
}

static bool takes_keywords_only(struct runtime *runtime, const struct arguments *arguments,
                                const char *method) {
    return !arguments->count ||
           fault_raise(runtime->fault, "TypeError",
                       "QuerySet.%s() takes 1 positional argument but %zu were given", method,
                       arguments->count + 1);
}

/* author.article_set.create(...): the author is a keyword, whatever else was given for it. */
static void add_owner(struct related_manager *manager, struct call *call) {
    struct value ignored;
    const char *name = manager->relation.field->name;
    call_take_keyword(&call->arguments, call->keywords, name, &ignored);
    call->keywords[call->arguments.keyword_count++] =
        (struct keyword){name, value_object(&manager->instance->base)};
}

static bool open_call(struct runtime *runtime, struct object *self,
                      const struct arguments *arguments, const char *method, struct call *call) {
    struct value through_defaults = value_none();
    size_t count = arguments->keyword_count;
    *call = (struct call){.arguments = *arguments};
    if (!refuse_positions(runtime, self, method, arguments->count)) return false;
    call->keywords = arena_array(runtime->arena, count + 1, sizeof *call->keywords);
    if (!call->keywords) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < count; i++) call->keywords[i] = arguments->keywords[i];
    call->arguments.keywords = call->keywords;
    struct related_manager *manager = related_manager_of(self);
    if (manager && !related_is_many(manager)) add_owner(manager, call);
    if (manager && related_is_many(manager))
        call_take_keyword(&call->arguments, call->keywords, "through_defaults", &through_defaults);
    if (!related_takes_defaults(runtime, through_defaults)) return false;
    call->queryset = queryset_behind(runtime, self);
    return call->queryset != NULL;
}

/* article.tags.create(...): the new tag is added to the article's. */
static bool close_call(struct runtime *runtime, struct object *self, struct value made) {
    struct related_manager *manager = related_manager_of(self);
    return !manager || !related_is_many(manager) || related_add_one(runtime, manager, made);
}

/* ---- create() ------------------------------------------------------------------------------- */

static bool create(struct runtime *runtime, const struct model *model,
                   const struct arguments *keywords, struct value *made) {
    struct instance *instance = instance_construct(runtime, model, keywords);
    if (!instance) return false;
    *made = value_object(&instance->base);
    return save_instance(runtime, instance, &(struct save_how){.force_insert = true});
}

bool queryset_create(struct runtime *runtime, struct object *self,
                     const struct arguments *arguments, struct value *result) {
    struct call call;
    return open_call(runtime, self, arguments, "create", &call) &&
           takes_keywords_only(runtime, arguments, "create") &&
           create(runtime, call.queryset->model, &call.arguments, result) &&
           close_call(runtime, self, *result);
}

/* ---- get_or_create(), update_or_create() ---------------------------------------------------- */

/* What the object is found by, and what else a new one has. */
struct wanted {
    struct queryset *queryset;
    struct arguments lookups;
    struct value defaults; /* None where there are none */
};

static bool read_wanted(struct runtime *runtime, struct call *call, const char *method,
                        struct wanted *wanted) {
    const struct arguments *given = &call->arguments;
    struct value defaults = given->count ? given->values[0] : value_none();
    size_t all = given->keyword_count;
    bool some = false;
    call_take_keyword(&call->arguments, call->keywords, "defaults", &defaults);
    if (given->count > 1)
        return fault_raise(
            runtime->fault, "TypeError",
            "QuerySet.%s() takes from 1 to 2 positional arguments but %zu were given", method,
            given->count + 1);
    if (given->count && given->keyword_count < all)
        return fault_raise(runtime->fault, "TypeError",
                           "QuerySet.%s() got multiple values for argument 'defaults'", method);
    if (!object_truth(runtime, defaults, &some)) return false;
    if (some && !object_is(defaults, &dict_type))
        return fault_raise(runtime->fault, "NotSupported", "%s() with defaults that are no dict",
                           method);
    *wanted = (struct wanted){
        .queryset = call->queryset,
        .lookups = {.keywords = given->keywords, .keyword_count = given->keyword_count},
        .defaults = some ? defaults : value_none()};
    return true;
}

/* resolve_callables(): what can be called is, and its result stands for it. */
static bool resolve_callable(struct runtime *runtime, struct value *value) {
    static const struct arguments nothing;
    if (value->kind != VALUE_OBJECT || !value->object->type->call) return true;
    return object_call(runtime, *value, &nothing, value);
}

static bool is_name_of(const struct model *model, const char *name) {
    const struct model *from;
    return strcmp(name, "pk") == 0 || model_field(model, name) || model_reverse(model, name, &from);
}

/* FieldError where a name is no field's: "Invalid field name(s) for model Tag: 'a', 'b'." */
static bool check_names(struct runtime *runtime, const struct model *model,
                        const struct dict *params) {
    struct list *invalid = list_new(runtime, &list_type, params->count);
    struct text text;
    for (size_t i = 0; invalid && i < params->count; i++) {
        struct value name = params->entries[i].key;
        if (name.kind != VALUE_TEXT)
            return fault_raise(runtime->fault, "NotSupported", "defaults whose names are no texts");
        if (!is_name_of(model, name.text) && !list_append(runtime, invalid, name)) return false;
    }
    if (!invalid || invalid->count == 0) return invalid != NULL;
    if (!list_sort(runtime, invalid, false)) return false;
    text_init(&text, runtime->arena);
    for (size_t i = 0; i < invalid->count; i++)
        text_format(&text, "%s%s", i ? "', '" : "", invalid->items[i].text);
    const char *names = text_finish(&text);
    if (!names) return fault_no_memory(runtime->fault);
    return fault_raise(runtime->fault, "FieldError", "Invalid field name(s) for model %s: '%s'.",
                       model->name, names);
}

/* _extract_model_params(): the lookups that are plain names, and the defaults. */
static bool extract_params(struct runtime *runtime, const struct wanted *wanted,
                           struct dict **params) {
    *params = dict_new(runtime);
    for (size_t i = 0; *params && i < wanted->lookups.keyword_count; i++) {
        const struct keyword *lookup = &wanted->lookups.keywords[i];
        if (strstr(lookup->name, "__")) continue;
        if (!dict_set(runtime, *params, value_text(lookup->name), lookup->value)) return false;
    }
    return *params &&
           (wanted->defaults.kind == VALUE_NONE ||
            dict_update(runtime, *params, wanted->defaults)) &&
           check_names(runtime, wanted->queryset->model, *params);
}

static bool create_from(struct runtime *runtime, const struct model *model,
                        const struct dict *params, struct value *made) {
    struct keyword *keywords = arena_array(runtime->arena, params->count + 1, sizeof *keywords);
    struct arguments arguments = {.keywords = keywords, .keyword_count = params->count};
    if (!keywords) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < params->count; i++) {
        keywords[i] = (struct keyword){params->entries[i].key.text, params->entries[i].value};
        if (!resolve_callable(runtime, &keywords[i].value)) return false;
    }
    return create(runtime, model, &arguments, made);
}

/* create() in a block of its own. Where a constraint forbids it, somebody else may have been
 * faster: get() is tried once more before the IntegrityError stands. */
static bool try_create(struct runtime *runtime, const struct wanted *wanted, struct value *object,
                       bool *created) {
    struct dict *params;
    struct atomic atomic;
    if (!extract_params(runtime, wanted, &params) || !atomic_begin(runtime, &atomic, true))
        return false;
    *created = true;
    if (atomic_end(runtime, &atomic, create_from(runtime, wanted->queryset->model, params, object)))
        return true;
    if (!fault_is(runtime->fault, "IntegrityError")) return false;
    struct fault raised = *runtime->fault;
    fault_clear(runtime->fault);
    *created = false;
    if (queryset_get(runtime, wanted->queryset, &wanted->lookups, object)) return true;
    if (fault_is(runtime->fault, "DoesNotExist")) *runtime->fault = raised;
    return false;
}

static bool get_or_create(struct runtime *runtime, const struct wanted *wanted,
                          struct value *object, bool *created) {
    *created = false;
    if (queryset_get(runtime, wanted->queryset, &wanted->lookups, object)) return true;
    if (!fault_is(runtime->fault, "DoesNotExist")) return false;
    fault_clear(runtime->fault);
    return try_create(runtime, wanted, object, created);
}

/* (object, created) */
static bool answer(struct runtime *runtime, struct value object, bool created,
                   struct value *result) {
    struct list *pair = list_new(runtime, &tuple_type, 2);
    if (!pair || !list_append(runtime, pair, object) ||
        !list_append(runtime, pair, value_bool(created)))
        return false;
    *result = value_object(&pair->base);
    return true;
}

/* get_or_create(defaults=None, **kwargs) */
bool queryset_get_or_create(struct runtime *runtime, struct object *self,
                            const struct arguments *arguments, struct value *result) {
    struct call call;
    struct wanted wanted;
    struct value object;
    bool created;
    return open_call(runtime, self, arguments, "get_or_create", &call) &&
           read_wanted(runtime, &call, "get_or_create", &wanted) &&
           get_or_create(runtime, &wanted, &object, &created) &&
           (!created || close_call(runtime, self, object)) &&
           answer(runtime, object, created, result);
}

/* What was found gets the defaults, and is saved. */
static bool change_found(struct runtime *runtime, const struct wanted *wanted,
                         struct value object) {
    const struct dict *defaults =
        wanted->defaults.kind == VALUE_NONE ? NULL : (struct dict *)wanted->defaults.object;
    for (size_t i = 0; defaults && i < defaults->count; i++) {
        struct value name = defaults->entries[i].key, value = defaults->entries[i].value;
        if (name.kind != VALUE_TEXT)
            return fault_raise(runtime->fault, "NotSupported", "defaults whose names are no texts");
        if (!resolve_callable(runtime, &value) ||
            !object_set_attribute(runtime, object, name.text, value))
            return false;
    }
    struct instance *instance = instance_of(object);
    if (!instance)
        return fault_raise(runtime->fault, "AttributeError", "'%s' object has no attribute 'save'",
                           value_type_name(object));
    return save_instance(runtime, instance, &(struct save_how){0});
}

/* Django asks with select_for_update(), which means nothing to SQLite. */
static bool update_or_create(struct runtime *runtime, const struct wanted *wanted,
                             struct value *object, bool *created) {
    return get_or_create(runtime, wanted, object, created) &&
           (*created || change_found(runtime, wanted, *object));
}

/* update_or_create(defaults=None, **kwargs): in one transaction. */
bool queryset_update_or_create(struct runtime *runtime, struct object *self,
                               const struct arguments *arguments, struct value *result) {
    struct call call;
    struct wanted wanted;
    struct atomic atomic;
    struct value object;
    bool created;
    return open_call(runtime, self, arguments, "update_or_create", &call) &&
           read_wanted(runtime, &call, "update_or_create", &wanted) &&
           atomic_begin(runtime, &atomic, true) &&
           atomic_end(runtime, &atomic, update_or_create(runtime, &wanted, &object, &created)) &&
           (!created || close_call(runtime, self, object)) &&
           answer(runtime, object, created, result);
}

/* ---- bulk_create() -------------------------------------------------------------------------- */

enum {
    PARAMETERS_MOST = 999, /* max_query_params */
    SELECTS_MOST = 500     /* rows of one column: SQLite's limit of a compound SELECT */
};

static size_t batch_size(size_t width) {
    return width <= 1 ? SELECTS_MOST : PARAMETERS_MOST / width;
}

/* All instances of one kind (with or without a key) in as few INSERTs as SQLite allows. */
static bool insert_batches(struct runtime *runtime, const struct bulk *bulk, bool with_key) {
    size_t most = batch_size(bulk->model->column_count - !with_key), count = 0;
    if (bulk->batch && bulk->batch < most) most = bulk->batch;
    struct instance **batch = arena_array(runtime->arena, most + 1, sizeof(struct instance *));
    struct save_rows rows = {bulk->model, batch, 0, with_key, bulk->form};
    if (!batch) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < bulk->objects->count; i++) {
        struct instance *instance = (struct instance *)bulk->objects->items[i].object;
        if ((instance_key(instance).kind != VALUE_NONE) != with_key) continue;
        batch[count++] = instance;
        rows.count = count;
        if (count == most && !save_insert(runtime, &rows)) return false;
        if (count == most) count = 0;
    }
    return count == 0 || save_insert(runtime, &rows);
}

bool writes_insert(struct runtime *runtime, const struct bulk *bulk) {
    struct atomic atomic;
    if (bulk->objects->count == 0) return true;
    if (!atomic_begin(runtime, &atomic, false) ||
        !atomic_end(runtime, &atomic,
                    insert_batches(runtime, bulk, true) && insert_batches(runtime, bulk, false)))
        return false;
    for (size_t i = 0; i < bulk->objects->count; i++)
        instance_set_saved((struct instance *)bulk->objects->items[i].object);
    return true;
}

static bool read_objects(struct runtime *runtime, const struct model *model, struct value given,
                         struct list **objects) {
    *objects = list_new(runtime, &list_type, 0);
    if (!*objects || !list_extend(runtime, *objects, given)) return false;
    for (size_t i = 0; i < (*objects)->count; i++) {
        if (instance_model((*objects)->items[i]) != model)
            return fault_raise(runtime->fault, "NotSupported",
                               "bulk_create() of anything but %s objects", model->name);
        if (!save_prepare(runtime, (struct instance *)(*objects)->items[i].object, "bulk_create"))
            return false;
    }
    return true;
}

/* bulk_create(objs): one transaction. The objects do not learn their keys on SQLite. */
bool queryset_bulk_create(struct runtime *runtime, struct object *self,
                          const struct arguments *arguments, struct value *result) {
    static const char *const names[] = {"objs", "batch_size", "ignore_conflicts"};
    struct value given[3] = {value_none(), value_none(), value_bool(false)};
    struct queryset *queryset = queryset_behind(runtime, self);
    struct list *objects;
    bool ignore;
    if (!queryset ||
        !arguments_read(runtime, arguments, "QuerySet.bulk_create", names, 3, 1, given))
        return false;
    if (given[1].kind != VALUE_NONE && (given[1].kind != VALUE_INT || given[1].integer <= 0))
        return fault_raise(runtime->fault, "AssertionError", "%s", "");
    if (!object_truth(runtime, given[2], &ignore) ||
        !read_objects(runtime, queryset->model, given[0], &objects))
        return false;
    *result = value_object(&objects->base);
    return writes_insert(runtime,
                         &(struct bulk){queryset->model, objects,
                                        given[1].kind == VALUE_INT ? (size_t)given[1].integer : 0,
                                        ignore ? INSERT_OR_IGNORE : INSERT_BULK});
}

/* ---- update() ------------------------------------------------------------------------------- */

bool writes_update(struct runtime *runtime, struct query *query, const struct keyword *changes,
                   size_t count, int64_t *changed) {
    struct compiled compiled;
    *changed = 0;
    query = query_clone(runtime, query);
    return query && query_compile_update(runtime, query, changes, count, &compiled) &&
           (compiled.empty || database_run(runtime, compiled.sql, compiled.parameters,
                                           compiled.parameter_count, changed));
}

/* update(**kwargs): the number of rows matched. */
bool queryset_update(struct runtime *runtime, struct object *self,
                     const struct arguments *arguments, struct value *result) {
    struct queryset *queryset = queryset_behind(runtime, self);
    struct query *query = queryset ? queryset_query(runtime, queryset) : NULL;
    int64_t changed;
    if (!query || !takes_keywords_only(runtime, arguments, "update") ||
        !call_is_plain(runtime, queryset, "update") ||
        !call_refuse_sliced(runtime, queryset, "AssertionError",
                            "Cannot update a query once a slice has been taken.") ||
        !writes_update(runtime, query, arguments->keywords, arguments->keyword_count, &changed))
        return false;
    queryset->cache = NULL;
    *result = value_int(changed);
    return true;
}
