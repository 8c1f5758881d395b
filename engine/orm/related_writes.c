/* related_writes - see related_writes.h. */
#include "engine/orm/related_writes.h"

#include <string.h>

#include "engine/orm/queryset_calls.h"

/* ---- what both share ------------------------------------------------------------------------ */

bool related_takes_defaults(struct runtime *runtime, struct value through_defaults) {
    return through_defaults.kind == VALUE_NONE || object_is(through_defaults, &dict_type) ||
           fault_raise(runtime->fault, "NotSupported", "through_defaults that are no dict");
}

void related_forget_prefetched(const struct related_manager *manager) {
    instance_detach(manager->instance, ATTACHED_PREFETCHED, manager->relation.cache_name);
}

bool related_refuse_type(struct runtime *runtime, const struct related_manager *manager,
                         struct value object) {
    const char *shown = object_repr(runtime, object);
    return shown && fault_raise(runtime->fault, "TypeError", "'%s' instance expected, got %s",
                                manager->relation.model->name, shown);
}

struct instance *related_object(const struct related_manager *manager, struct value value) {
    return instance_model(value) == manager->relation.model ? instance_of(value) : NULL;
}

struct list *related_key_list(struct runtime *runtime, struct key_set *keys) {
    struct list *list = list_new(runtime, &list_type, keys->count);
    if (!list || !key_set_arrange(runtime, keys)) return NULL;
    for (size_t i = 0; i < keys->count; i++)
        if (!list_append(runtime, list, keys->keys[i])) return NULL;
    return list;
}

/* ---- a set of what there was ---------------------------------------------------------------- */

bool old_init(struct runtime *runtime, const struct list *list, struct old *old) {
    size_t count = list->count;
    old->places = dict_new(runtime);
    old->values = arena_array(runtime->arena, count + 1, sizeof *old->values);
    old->stays = arena_array(runtime->arena, count + 1, sizeof *old->stays);
    if (!old->values || !old->stays) return fault_no_memory(runtime->fault);
    if (!old->places || !key_set_init(runtime, &old->keys, count)) return false;
    for (size_t i = 0; i < count; i++) {
        const struct instance *instance = instance_of(list->items[i]);
        struct value key = instance ? instance_key(instance) : list->items[i];
        old->values[i] = list->items[i];
        if (!key_set_add(runtime, &old->keys, key) ||
            !dict_set(runtime, old->places, key, value_int((int64_t)i)))
            return false;
    }
    return key_set_arrange(runtime, &old->keys);
}

bool old_keep(struct runtime *runtime, struct old *old, struct value key, bool *kept) {
    struct value place;
    if (!dict_get(runtime, old->places, key, &place, kept)) return false;
    if (!*kept) return true;
    *kept = !old->stays[place.integer];
    old->stays[place.integer] = true;
    return true;
}

struct list *old_rest(struct runtime *runtime, const struct old *old) {
    struct list *rest = list_new(runtime, &list_type, old->keys.count);
    for (size_t i = 0; rest && i < old->keys.count; i++) {
        struct value place = value_none();
        bool found;
        if (!dict_get(runtime, old->places, old->keys.keys[i], &place, &found)) return NULL;
        if (!old->stays[place.integer] && !list_append(runtime, rest, old->values[place.integer]))
            return NULL;
    }
    return rest;
}

/* What the four methods take beside objects; bulk and clear are of the one manager, or of both. */
struct options {
    struct value bulk, clear, through_defaults;
};

/* Reads the keywords that the method knows; any other is a TypeError with the class in its text. */
static bool read_options(struct runtime *runtime, const struct related_manager *manager,
                         const char *method, const struct arguments *arguments,
                         struct options *options) {
    bool many = related_is_many(manager), adds = strcmp(method, "add") == 0,
         sets = strcmp(method, "set") == 0;
    *options = (struct options){value_bool(true), value_bool(false), value_none()};
    for (size_t i = 0; i < arguments->keyword_count; i++) {
        const struct keyword *keyword = &arguments->keywords[i];
        if (!many && strcmp(keyword->name, "bulk") == 0)
            options->bulk = keyword->value;
        else if (sets && strcmp(keyword->name, "clear") == 0)
            options->clear = keyword->value;
        else if (many && (adds || sets) && strcmp(keyword->name, "through_defaults") == 0)
            options->through_defaults = keyword->value;
        else
            return fault_raise(runtime->fault, "TypeError",
                               "%s.%s() got an unexpected keyword argument '%s'",
                               related_class_name(manager), method, keyword->name);
    }
    return related_takes_defaults(runtime, options->through_defaults);
}

/* ---- the methods ---------------------------------------------------------------------------- */

bool method_add(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                struct value *result) {
    struct related_manager *manager = (struct related_manager *)self;
    struct options options;
    bool bulk;
    *result = value_none();
    if (!read_options(runtime, manager, "add", arguments, &options)) return false;
    if (related_is_many(manager))
        return many_add(runtime, manager, arguments->values, arguments->count);
    return object_truth(runtime, options.bulk, &bulk) &&
           reverse_add(runtime, manager, arguments->values, arguments->count, bulk);
}

bool method_remove(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                   struct value *result) {
    struct related_manager *manager = (struct related_manager *)self;
    struct options options;
    bool bulk;
    *result = value_none();
    if (!read_options(runtime, manager, "remove", arguments, &options)) return false;
    if (related_is_many(manager))
        return many_remove(runtime, manager, arguments->values, arguments->count);
    return object_truth(runtime, options.bulk, &bulk) &&
           reverse_remove(runtime, manager, arguments->values, arguments->count, bulk);
}

bool method_clear(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                  struct value *result) {
    struct related_manager *manager = (struct related_manager *)self;
    struct options options;
    bool bulk;
    *result = value_none();
    if (!read_options(runtime, manager, "clear", arguments, &options)) return false;
    if (arguments->count)
        return fault_raise(runtime->fault, "TypeError",
                           "%s.clear() takes 1 positional argument but %zu were given",
                           related_class_name(manager), arguments->count + 1);
    if (related_is_many(manager)) return many_clear(runtime, manager);
    return object_truth(runtime, options.bulk, &bulk) && reverse_clear(runtime, manager, bulk);
}

/* set(objs, *, clear=False, ...): objs by position or by name. */
static bool read_objects(struct runtime *runtime, const struct related_manager *manager,
                         const struct arguments *arguments, struct arguments *others,
                         struct list **objects) {
    struct value given = value_none();
    size_t all = arguments->keyword_count;
    struct keyword *keywords = arena_array(runtime->arena, all + 1, sizeof *keywords);
    if (!keywords) return fault_no_memory(runtime->fault);
    *others = *arguments;
    call_take_keyword(others, keywords, "objs", &given);
    size_t count = arguments->count + (all - others->keyword_count);
    if (arguments->count > 1)
        return fault_raise(runtime->fault, "TypeError",
                           "%s.set() takes 2 positional arguments but %zu were given",
                           related_class_name(manager), arguments->count + 1);
    if (count == 0)
        return fault_raise(runtime->fault, "TypeError",
                           "%s.set() missing 1 required positional argument: 'objs'",
                           related_class_name(manager));
    if (count > 1)
        return fault_raise(runtime->fault, "TypeError",
                           "%s.set() got multiple values for argument 'objs'",
                           related_class_name(manager));
    if (arguments->count) given = arguments->values[0];
    others->count = 0;
    *objects = list_new(runtime, &list_type, 0);
    return *objects && list_extend(runtime, *objects, given);
}

bool method_set(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                struct value *result) {
    struct related_manager *manager = (struct related_manager *)self;
    struct arguments others;
    struct options options;
    struct list *objects = NULL;
    bool bulk, clear;
    *result = value_none();
    if (!read_objects(runtime, manager, arguments, &others, &objects) ||
        !read_options(runtime, manager, "set", &others, &options) ||
        !object_truth(runtime, options.bulk, &bulk) ||
        !object_truth(runtime, options.clear, &clear))
        return false;
    return related_is_many(manager) ? many_set(runtime, manager, objects, clear)
                                    : reverse_set(runtime, manager, objects, bulk, clear);
}
