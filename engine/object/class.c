/* class - classes as objects: what type(x) gives and isinstance(x, ...) asks.
 *
 * The builtin classes stand in tables (builtins of the script, date_classes.c). For any other type
 * there is a stand-in that knows its name and equals itself. */
#include <string.h>

#include "engine/object/object.h"
#include "engine/object/plain.h"

/* "datetime.date" is called "date". */
static const char *short_name(const char *name) {
    const char *dot = strrchr(name, '.');
    return dot ? dot + 1 : name;
}

static bool class_call(struct runtime *runtime, struct object *object,
                       const struct arguments *arguments, struct value *result) {
    struct builtin_class *class = (struct builtin_class *)object;
    if (class->make) return class->make(runtime, arguments, result);
    return fault_raise(runtime->fault, "NotSupported", "making a '%s' by calling its class",
                       class->name);
}

static bool class_attribute(struct runtime *runtime, struct object *object, const char *name,
                            struct value *result, bool *found) {
    const struct builtin_class *class = (const struct builtin_class *)object;
    *found = strcmp(name, "__name__") == 0;
    if (*found) *result = value_text(short_name(class->name));
    for (size_t i = 0; !*found && i < class->attribute_count; i++) {
        *found = strcmp(class->attributes[i].name, name) == 0;
        if (*found) *result = class->attributes[i].value;
    }
    if (!*found && attribute_is_missing(class->name, name))
        return fault_raise(runtime->fault, "NotSupported", "'%s.%s' is not supported here",
                           class->name, name);
    return *found;
}

static bool class_equal(struct runtime *runtime, struct object *object, struct value other,
                        bool *equal) {
    (void)runtime;
    *equal =
        object_is(other, &class_type) && strcmp(((struct builtin_class *)object)->name,
                                                ((struct builtin_class *)other.object)->name) == 0;
    return true;
}

static bool class_hash(struct runtime *runtime, struct object *object, uint64_t *hash) {
    return object_hash(runtime, value_text(((struct builtin_class *)object)->name), hash);
}

static bool class_is_instance(struct runtime *runtime, struct object *object, struct value value,
                              bool *answer) {
    (void)runtime;
    const struct builtin_class *class = (const struct builtin_class *)object;
    *answer = class->has ? class->has(value) : strcmp(value_type_name(value), class->name) == 0;
    return true;
}

static const char *class_repr(struct runtime *runtime, struct object *object) {
    const struct builtin_class *class = (const struct builtin_class *)object;
    const char *text =
        arena_format(runtime->arena, "<class '%s%s%s'>", class->module ? class->module : "",
                     class->module ? "." : "", class->name);
    return runtime_has(runtime, text) ? text : NULL;
}

const struct object_type class_type = {
    .name = "type",
    .call = class_call,
    .get_attribute = class_attribute,
    .equal = class_equal,
    .hash = class_hash,
    .is_instance = class_is_instance,
    .repr = class_repr,
};

bool class_stand_in(struct runtime *runtime, struct value value, struct value *class_object) {
    struct builtin_class *class = arena_alloc(runtime->arena, sizeof *class);
    if (!runtime_has(runtime, class)) return false;
    class->base.type = &class_type;
    class->name = value_type_name(value);
    if (value.kind == VALUE_OBJECT) class->module = value.object->type->module;
    *class_object = value_object(&class->base);
    return true;
}

bool object_class_of(struct runtime *runtime, struct value value, struct value *class_object) {
    if (value.kind == VALUE_OBJECT && value.object->type->class_of)
        return value.object->type->class_of(runtime, value.object, class_object);
    return class_stand_in(runtime, value, class_object);
}

bool object_is_instance(struct runtime *runtime, struct value value, struct value class_object,
                        bool *answer) {
    if (object_is(class_object, &tuple_type)) {
        const struct list *several = (const struct list *)class_object.object;
        *answer = false;
        if (!runtime_enter(runtime)) return false;
        bool fine = true;
        for (size_t i = 0; fine && !*answer && i < several->count; i++)
            fine = object_is_instance(runtime, value, several->items[i], answer);
        runtime_leave(runtime);
        return fine;
    }
    if (class_object.kind == VALUE_OBJECT && class_object.object->type->is_instance)
        return class_object.object->type->is_instance(runtime, class_object.object, value, answer);
    return fault_raise(runtime->fault, "TypeError",
                       "isinstance() arg 2 must be a type, a tuple of types, or a union");
}
