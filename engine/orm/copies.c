/* copies - `import copy` and `import pickle`, for what a listing holds.
 *
 *     copy.copy         asks a queryset for its rows first, since it copies by way of pickling
 *     copy.deepcopy     leaves the rows behind: the copy asks for them itself
 *     pickle.dumps      asks for the rows and keeps them; pickle.loads asks nothing
 *
 * A pickle is no run of bytes here but a deep copy put away: a listing can load it and no more.
 *
 * Mirrors QuerySet.__deepcopy__, __getstate__ and __setstate__, and Model.__reduce__. */
#include "engine/orm/instance.h"
#include "engine/orm/names.h"
#include "engine/orm/queryset.h"

struct pickle {
    struct object base;
    struct value value; /* a deep copy, never handed out itself */
};

static void visit_pickle(struct object *self, void (*each)(void *, struct value), void *context) {
    each(context, ((struct pickle *)self)->value);
}

static const char *repr_pickle(struct runtime *runtime, struct object *self) {
    const char *type = value_type_name(((struct pickle *)self)->value);
    const char *text = arena_format(runtime->arena, "<the bytes of a pickled %s>", type);
    if (!text) fault_no_memory(runtime->fault);
    return text;
}

static const struct object_type pickle_type = {
    .name = "bytes", .repr = repr_pickle, .visit = visit_pickle};

/* ---- deep ---------------------------------------------------------------------------------- */

struct copying {
    struct runtime *runtime;
    struct dict *memo; /* address of what was copied -> its copy: one object stays one */
    bool keep_rows;    /* of querysets: pickling does, deepcopy() does not */
};

static bool copy_deep(struct copying *copying, struct value value, struct value *copy);

static struct value address(const struct object *object) {
    return value_int((int64_t)(intptr_t)object);
}

static bool remember(struct copying *copying, const struct object *from, struct object *to,
                     struct value *copy) {
    *copy = value_object(to);
    return dict_set(copying->runtime, copying->memo, address(from), *copy);
}

static bool deep_list(struct copying *copying, const struct list *from, struct value *copy) {
    struct list *to = list_new(copying->runtime, from->base.type, from->count);
    if (!to || !remember(copying, &from->base, &to->base, copy)) return false;
    for (size_t i = 0; i < from->count; i++) {
        struct value item;
        if (!copy_deep(copying, from->items[i], &item) || !list_append(copying->runtime, to, item))
            return false;
    }
    return true;
}

static bool deep_entries(struct copying *copying, const struct dict *from, struct dict *to) {
    for (size_t i = 0; i < from->count; i++) {
        struct value key, value;
        if (!copy_deep(copying, from->entries[i].key, &key) ||
            !copy_deep(copying, from->entries[i].value, &value) ||
            !dict_set(copying->runtime, to, key, value))
            return false;
    }
    return true;
}

static bool deep_dict(struct copying *copying, const struct dict *from, struct value *copy) {
    struct dict *to = dict_new(copying->runtime);
    return to && remember(copying, &from->base, &to->base, copy) && deep_entries(copying, from, to);
}

static bool deep_set(struct copying *copying, const struct set *from, struct value *copy) {
    struct set *to = set_new(copying->runtime);
    return to && remember(copying, &from->base, &to->base, copy) &&
           deep_entries(copying, from->members, to->members);
}

/* The same columns; what is attached is attached to the copy, at the depth asked for. */
static struct instance *same_columns(struct runtime *runtime, const struct instance *from) {
    struct instance *to = instance_new(runtime, runtime->arena, from->model, 0);
    if (!to) return NULL;
    to->deferred = from->deferred;
    for (size_t i = 0; i < from->model->column_count; i++) to->columns[i] = from->columns[i];
    return to;
}

static bool deep_instance(struct copying *copying, const struct instance *from,
                          struct value *copy) {
    struct instance *to = same_columns(copying->runtime, from);
    if (!to || !remember(copying, &from->base, &to->base, copy)) return false;
    for (const struct attachment *here = from->attached; here; here = here->next) {
        struct value value;
        if (!copy_deep(copying, here->value, &value) ||
            !instance_attach(copying->runtime, to, here->kind, here->name, value))
            return false;
    }
    return true;
}

static bool deep_queryset(struct copying *copying, struct queryset *from, struct value *copy) {
    if (copying->keep_rows && !queryset_fetch(copying->runtime, from)) return false;
    struct queryset *to = queryset_clone(copying->runtime, from);
    struct value rows;
    if (!to || !remember(copying, &from->base, &to->base, copy)) return false;
    to->prefetched = from->prefetched; /* so a copy of what was prefetched never is: Django's way */
    if (!copying->keep_rows) return true;
    if (!copy_deep(copying, value_object(&from->cache->base), &rows)) return false;
    to->cache = (struct list *)rows.object;
    to->prefetched = true;
    return true;
}

/* What never changes (a class, an expression, a model's manager) is its own copy. */
static bool copy_object(struct copying *copying, struct object *object, struct value *copy) {
    const struct object_type *type = object->type;
    if (type == &list_type || type == &tuple_type)
        return deep_list(copying, (struct list *)object, copy);
    if (type == &dict_type) return deep_dict(copying, (struct dict *)object, copy);
    if (type == &set_type) return deep_set(copying, (struct set *)object, copy);
    if (type == &instance_type) return deep_instance(copying, (struct instance *)object, copy);
    if (type == &queryset_type) return deep_queryset(copying, (struct queryset *)object, copy);
    if (type->next)
        return fault_raise(copying->runtime->fault, "TypeError", "cannot pickle '%s' object",
                           type->name);
    if (type == &raw_queryset_type)
        return fault_raise(copying->runtime->fault, "NotSupported", "a copy of a RawQuerySet");
    *copy = value_object(object);
    return true;
}

static bool copy_deep(struct copying *copying, struct value value, struct value *copy) {
    bool found;
    *copy = value;
    if (value.kind != VALUE_OBJECT) return true;
    if (!dict_get(copying->runtime, copying->memo, address(value.object), copy, &found))
        return false;
    return found || copy_object(copying, value.object, copy);
}

static bool deep(struct runtime *runtime, struct value value, bool keep_rows, struct value *copy) {
    struct copying copying = {runtime, dict_new(runtime), keep_rows};
    return copying.memo && copy_deep(&copying, value, copy);
}

/* ---- shallow ------------------------------------------------------------------------------- */

static bool shallow_instance(struct runtime *runtime, const struct instance *from,
                             struct value *copy) {
    struct instance *to = same_columns(runtime, from);
    if (!to) return false;
    for (const struct attachment *here = from->attached; here; here = here->next)
        if (!instance_attach(runtime, to, here->kind, here->name, here->value)) return false;
    *copy = value_object(&to->base);
    return true;
}

static bool shallow_queryset(struct runtime *runtime, struct queryset *from, struct value *copy) {
    if (!queryset_fetch(runtime, from)) return false;
    struct queryset *to = queryset_clone(runtime, from);
    if (!to) return false;
    to->cache = from->cache;
    to->prefetched = true;
    *copy = value_object(&to->base);
    return true;
}

static bool shallow_entries(struct runtime *runtime, const struct dict *from, struct dict *to) {
    for (size_t i = 0; i < from->count; i++)
        if (!dict_set(runtime, to, from->entries[i].key, from->entries[i].value)) return false;
    return true;
}

static bool shallow(struct runtime *runtime, struct object *object, struct value *copy) {
    if (object->type == &queryset_type)
        return shallow_queryset(runtime, (struct queryset *)object, copy);
    if (object->type == &instance_type)
        return shallow_instance(runtime, (struct instance *)object, copy);
    if (object->type == &list_type) {
        struct list *to = list_new(runtime, &list_type, ((struct list *)object)->count);
        *copy = to ? value_object(&to->base) : value_none();
        return to && list_extend(runtime, to, value_object(object));
    }
    if (object->type == &dict_type) {
        struct dict *to = dict_new(runtime);
        *copy = to ? value_object(&to->base) : value_none();
        return to && shallow_entries(runtime, (struct dict *)object, to);
    }
    if (object->type == &set_type) {
        struct set *to = set_new(runtime);
        *copy = to ? value_object(&to->base) : value_none();
        return to && shallow_entries(runtime, ((struct set *)object)->members, to->members);
    }
    if (object->type->next)
        return fault_raise(runtime->fault, "NotSupported", "a copy of a '%s'", object->type->name);
    *copy = value_object(object);
    return true;
}

/* ---- the names ----------------------------------------------------------------------------- */

static bool call_copy(struct runtime *runtime, const struct arguments *arguments,
                      struct value *result) {
    static const char *const names[] = {"x"};
    if (!arguments_read(runtime, arguments, "copy", names, 1, 1, result)) return false;
    return result->kind != VALUE_OBJECT || shallow(runtime, result->object, result);
}

static bool call_deepcopy(struct runtime *runtime, const struct arguments *arguments,
                          struct value *result) {
    static const char *const names[] = {"x"};
    struct value from;
    return arguments_read(runtime, arguments, "deepcopy", names, 1, 1, &from) &&
           deep(runtime, from, false, result);
}

/* dumps(obj, protocol=None) */
static bool call_dumps(struct runtime *runtime, const struct arguments *arguments,
                       struct value *result) {
    static const char *const names[] = {"obj", "protocol"};
    struct value given[2] = {value_none(), value_none()}, kept;
    if (!arguments_read(runtime, arguments, "dumps", names, 2, 1, given) ||
        !deep(runtime, given[0], true, &kept))
        return false;
    struct pickle *pickle = arena_alloc(runtime->arena, sizeof *pickle);
    if (!pickle) return fault_no_memory(runtime->fault);
    *pickle = (struct pickle){{&pickle_type}, kept};
    *result = value_object(&pickle->base);
    return true;
}

static bool call_loads(struct runtime *runtime, const struct arguments *arguments,
                       struct value *result) {
    static const char *const names[] = {"data"};
    struct value from;
    if (!arguments_read(runtime, arguments, "loads", names, 1, 1, &from)) return false;
    if (!object_is(from, &pickle_type))
        return fault_raise(runtime->fault, "TypeError", "a bytes-like object is required, not '%s'",
                           value_type_name(from));
    return deep(runtime, ((struct pickle *)from.object)->value, true, result);
}

static const struct function copy_function = {{&function_type}, "copy", call_copy};
static const struct function deepcopy_function = {{&function_type}, "deepcopy", call_deepcopy};
static const struct function dumps_function = {{&function_type}, "dumps", call_dumps};
static const struct function loads_function = {{&function_type}, "loads", call_loads};

/* Values point to objects that may be changed; these never are. */
#define FUNCTION(name)                                                                             \
    { .kind = VALUE_OBJECT, .object = (struct object *)(uintptr_t) & (name).base }

static const struct module_name copy_names[] = {
    {"copy", FUNCTION(copy_function)},
    {"deepcopy", FUNCTION(deepcopy_function)},
};
static const struct module_name pickle_names[] = {
    {"dumps", FUNCTION(dumps_function)},
    {"loads", FUNCTION(loads_function)},
};

const struct module copy_module = {"copy", copy_names, sizeof copy_names / sizeof *copy_names};
const struct module pickle_module = {"pickle", pickle_names,
                                     sizeof pickle_names / sizeof *pickle_names};
