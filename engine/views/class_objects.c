/* class_objects - classes, instances, bound methods and super() as objects. See class.h.
 *
 * Mirrors type.__getattribute__, object.__getattribute__ and super.__getattribute__, as far as
 * there are neither metaclasses nor descriptors. */
#include <string.h>

#include "engine/base/text.h"
#include "engine/views/class.h"
#include "engine/views/view.h"

struct class *class_of_instance(struct value value) {
    return object_is(value, &class_instance_type) ? ((struct class_instance *)value.object)->class
                                                  : NULL;
}

bool class_find(struct runtime *runtime, struct line_up line, size_t from, const char *name,
                struct value *member, struct class **owner) {
    *owner = NULL;
    for (size_t i = from; i < line.count; i++) {
        bool found;
        if (!dict_get(runtime, line.classes[i]->members, value_text(name), member, &found))
            return false;
        if (!found) continue;
        *owner = line.classes[i];
        return true;
    }
    return true;
}

/* ---- bound methods ------------------------------------------------------------------------ */

struct bound_method {
    struct object base;
    struct class *owner; /* where the function is defined */
    const char *name;
    struct value function, self;
};

static bool call_function(struct runtime *runtime, struct value function, struct value self,
                          const struct arguments *arguments, struct value *result) {
    if (object_is(function, &closure_type))
        return script_call_method(runtime, function, self, arguments, result);
    const struct native_method *native = (const struct native_method *)function.object;
    return native->call(runtime, native, self, arguments, result);
}

static bool bound_call(struct runtime *runtime, struct object *object,
                       const struct arguments *arguments, struct value *result) {
    const struct bound_method *bound = (const struct bound_method *)object;
    struct head *head = runtime->head;
    if (!head->tape || !class_of_instance(bound->self))
        return call_function(runtime, bound->function, bound->self, arguments, result);
    const char *subject = arena_format(runtime->arena, "%s.%s", bound->owner->name, bound->name);
    if (!subject) return fault_no_memory(runtime->fault);
    uint32_t line = head->line;
    head_enter(head, TAPE_METHOD, subject);
    bool done = call_function(runtime, bound->function, bound->self, arguments, result);
    head->line = line;
    const struct response *response = done ? response_of(*result) : NULL;
    head_leave(head, TAPE_METHOD, subject, response ? response->status : 0);
    return done;
}

static const char *bound_repr(struct runtime *runtime, struct object *object) {
    const struct bound_method *bound = (const struct bound_method *)object;
    const char *self = object_repr(runtime, bound->self);
    if (!self) return NULL;
    const char *text = arena_format(runtime->arena, "<bound method %s.%s of %s>",
                                    bound->owner->name, bound->name, self);
    if (!text) fault_no_memory(runtime->fault);
    return text;
}

static bool bound_attribute(struct runtime *runtime, struct object *object, const char *name,
                            struct value *result, bool *found) {
    const struct bound_method *bound = (const struct bound_method *)object;
    (void)runtime;
    *found = true;
    if (strcmp(name, "__name__") == 0)
        *result = value_text(bound->name);
    else if (strcmp(name, "__self__") == 0)
        *result = bound->self;
    else
        *found = false;
    return *found;
}

static void bound_visit(struct object *object, void (*each)(void *, struct value), void *context) {
    each(context, ((const struct bound_method *)object)->self);
}

static const struct object_type bound_type = {.name = "method",
                                              .call = bound_call,
                                              .get_attribute = bound_attribute,
                                              .repr = bound_repr,
                                              .visit = bound_visit};

static bool is_function(struct value member) {
    return object_is(member, &closure_type) || object_is(member, &native_method_type);
}

bool class_bind(struct runtime *runtime, struct class *owner, const char *name, struct value member,
                struct value self, struct value *result) {
    *result = member;
    if (!is_function(member)) return true;
    struct bound_method *bound = arena_alloc(runtime->arena, sizeof *bound);
    const char *own_name = arena_string(runtime->arena, name);
    if (!bound || !own_name) return fault_no_memory(runtime->fault);
    *bound = (struct bound_method){{&bound_type}, owner, own_name, member, self};
    *result = value_object(&bound->base);
    return true;
}

/* A method written in C, taken from its class: the first argument is self. */
static bool native_call(struct runtime *runtime, struct object *object,
                        const struct arguments *arguments, struct value *result) {
    const struct native_method *native = (const struct native_method *)object;
    if (arguments->count == 0)
        return fault_raise(runtime->fault, "TypeError",
                           "%s.%s() missing 1 required positional argument: 'self'",
                           native->class->name, native->name);
    struct arguments rest = *arguments;
    rest.values++;
    rest.count--;
    return native->call(runtime, native, arguments->values[0], &rest, result);
}

static const char *native_repr(struct runtime *runtime, struct object *object) {
    const struct native_method *native = (const struct native_method *)object;
    const char *text =
        arena_format(runtime->arena, "<function %s.%s>", native->class->name, native->name);
    if (!text) fault_no_memory(runtime->fault);
    return text;
}

static bool native_attribute(struct runtime *runtime, struct object *object, const char *name,
                             struct value *result, bool *found) {
    (void)runtime;
    *found = strcmp(name, "__name__") == 0;
    if (*found) *result = value_text(((const struct native_method *)object)->name);
    return *found;
}

const struct object_type native_method_type = {.name = "function",
                                               .call = native_call,
                                               .get_attribute = native_attribute,
                                               .repr = native_repr};

/* ---- instances ---------------------------------------------------------------------------- */

static bool instance_get(struct runtime *runtime, struct object *object, const char *name,
                         struct value *result, bool *found) {
    struct class_instance *instance = (struct class_instance *)object;
    *found = false;
    if (strcmp(name, "__class__") == 0) {
        *result = value_object(&instance->class->base);
        return *found = true;
    }
    if (strcmp(name, "__dict__") == 0) {
        *result = value_object(&instance->attributes->base);
        return *found = true;
    }
    if (!dict_get(runtime, instance->attributes, value_text(name), result, found)) return false;
    if (*found) return true;
    struct value member;
    struct class *owner;
    if (!class_find(runtime, mro_of(instance->class), 0, name, &member, &owner) || !owner)
        return false;
    return *found = class_bind(runtime, owner, name, member, value_object(object), result);
}

static bool instance_set(struct runtime *runtime, struct object *object, const char *name,
                         struct value value) {
    const char *own_name = arena_string(runtime->arena, name);
    if (!own_name) return fault_no_memory(runtime->fault);
    return dict_set(runtime, ((struct class_instance *)object)->attributes, value_text(own_name),
                    value);
}

static const char *instance_type_name(const struct object *object) {
    return ((const struct class_instance *)object)->class->name;
}

static bool instance_class_of(struct runtime *runtime, struct object *object,
                              struct value *class_object) {
    (void)runtime;
    *class_object = value_object(&((struct class_instance *)object)->class->base);
    return true;
}

/* __repr__ or __str__ of the listing; *text stays NULL where there is none. */
static bool call_text_method(struct runtime *runtime, struct object *object, const char *name,
                             const char **text) {
    struct value member, result;
    struct class *owner;
    *text = NULL;
    struct class *class = ((struct class_instance *)object)->class;
    if (!class_find(runtime, mro_of(class), 0, name, &member, &owner)) return false;
    if (!owner) return true;
    if (!is_function(member)) return object_call(runtime, member, &(struct arguments){0}, &result);
    if (!call_function(runtime, member, value_object(object), &(struct arguments){0}, &result))
        return false;
    if (result.kind != VALUE_TEXT)
        return fault_raise(runtime->fault, "TypeError", "%s returned non-string (type %s)", name,
                           value_type_name(result));
    *text = result.text;
    return true;
}

/* Python shows an address, which would differ from run to run; it is left out. */
static const char *instance_repr(struct runtime *runtime, struct object *object) {
    const char *text;
    const struct class *class = ((struct class_instance *)object)->class;
    if (!call_text_method(runtime, object, "__repr__", &text)) return NULL;
    if (!text) text = arena_format(runtime->arena, "<%s.%s object>", class->module, class->name);
    if (!text) fault_no_memory(runtime->fault);
    return text;
}

static const char *instance_str(struct runtime *runtime, struct object *object) {
    const char *text;
    if (!call_text_method(runtime, object, "__str__", &text)) return NULL;
    return text ? text : instance_repr(runtime, object);
}

static void instance_visit(struct object *object, void (*each)(void *, struct value),
                           void *context) {
    each(context, value_object(&((struct class_instance *)object)->attributes->base));
}

const struct object_type class_instance_type = {.name = "object",
                                                .get_attribute = instance_get,
                                                .set_attribute = instance_set,
                                                .class_of = instance_class_of,
                                                .repr = instance_repr,
                                                .str = instance_str,
                                                .type_name = instance_type_name,
                                                .visit = instance_visit};

bool class_instantiate(struct runtime *runtime, struct class *class,
                       const struct arguments *arguments, struct value *result) {
    struct class_instance *instance = arena_alloc(runtime->arena, sizeof *instance);
    if (!instance) return fault_no_memory(runtime->fault);
    *instance = (struct class_instance){{&class_instance_type}, class, dict_new(runtime)};
    if (!instance->attributes) return false;
    *result = value_object(&instance->base);
    if (runtime->head->tape) head_point(runtime->head, TAPE_OBJECT, class->name, 0);
    struct value init, returned;
    struct class *owner;
    if (!class_find(runtime, mro_of(class), 0, "__init__", &init, &owner)) return false;
    if (!call_function(runtime, init, *result, arguments, &returned)) return false;
    if (returned.kind == VALUE_NONE) return true;
    return fault_raise(runtime->fault, "TypeError", "__init__() should return None, not '%s'",
                       value_type_name(returned));
}

/* ---- classes ------------------------------------------------------------------------------ */

static bool tuple_of(struct runtime *runtime, struct line_up line, struct value *result) {
    struct list *tuple = list_new(runtime, &tuple_type, line.count);
    for (size_t i = 0; tuple && i < line.count; i++)
        if (!list_append(runtime, tuple, value_object(&line.classes[i]->base))) return false;
    if (tuple) *result = value_object(&tuple->base);
    return tuple != NULL;
}

static bool class_own(struct runtime *runtime, struct class *class, const char *name,
                      struct value *result, bool *found) {
    *found = true;
    if (strcmp(name, "__name__") == 0 || strcmp(name, "__qualname__") == 0)
        return *result = value_text(class->name), true;
    if (strcmp(name, "__module__") == 0) return *result = value_text(class->module), true;
    if (strcmp(name, "__mro__") == 0) return tuple_of(runtime, mro_of(class), result);
    if (strcmp(name, "__bases__") == 0) return tuple_of(runtime, class->bases, result);
    *found = false;
    return true;
}

static bool class_get(struct runtime *runtime, struct object *object, const char *name,
                      struct value *result, bool *found) {
    struct class *class = (struct class *)object, *owner;
    struct value member;
    if (!class_own(runtime, class, name, result, found)) return *found = false;
    if (*found) return true;
    if (!class_find(runtime, mro_of(class), 0, name, &member, &owner) || !owner) return false;
    bool of_class = object_is(member, &native_method_type) &&
                    ((const struct native_method *)member.object)->of_class;
    *result = member;
    if (of_class && !class_bind(runtime, owner, name, member, value_object(object), result))
        return false;
    return *found = true;
}

static bool class_set(struct runtime *runtime, struct object *object, const char *name,
                      struct value value) {
    const char *own_name = arena_string(runtime->arena, name);
    if (!own_name) return fault_no_memory(runtime->fault);
    return class_add(runtime, (struct class *)object, own_name, value);
}

static bool class_call(struct runtime *runtime, struct object *object,
                       const struct arguments *arguments, struct value *result) {
    return class_instantiate(runtime, (struct class *)object, arguments, result);
}

/* cls.mro(): __mro__ as a list. */
static bool class_mro(struct runtime *runtime, struct object *object,
                      const struct arguments *arguments, struct value *result) {
    if (arguments->count || arguments->keyword_count)
        return fault_raise(runtime->fault, "TypeError", "type.mro() takes no arguments");
    struct list *list = list_new(runtime, &list_type, 0);
    struct value tuple;
    if (!list || !tuple_of(runtime, mro_of((struct class *)object), &tuple)) return false;
    *result = value_object(&list->base);
    return list_extend(runtime, list, tuple);
}

static const struct method class_methods[] = {{"mro", class_mro}, {NULL, NULL}};

static const char *class_repr(struct runtime *runtime, struct object *object) {
    const struct class *class = (const struct class *)object;
    const char *text =
        strcmp(class->module, "builtins") == 0
            ? arena_format(runtime->arena, "<class '%s'>", class->name)
            : arena_format(runtime->arena, "<class '%s.%s'>", class->module, class->name);
    if (!text) fault_no_memory(runtime->fault);
    return text;
}

static bool class_is_instance(struct runtime *runtime, struct object *object, struct value value,
                              bool *answer) {
    (void)runtime;
    const struct class *class = class_of_instance(value);
    *answer =
        class && line_up_find(mro_of(class), (const struct class *)object) < mro_of(class).count;
    return true;
}

static void class_visit(struct object *object, void (*each)(void *, struct value), void *context) {
    each(context, value_object(&((struct class *)object)->members->base));
}

const struct object_type user_class_type = {.name = "type",
                                            .methods = class_methods,
                                            .get_attribute = class_get,
                                            .set_attribute = class_set,
                                            .call = class_call,
                                            .is_instance = class_is_instance,
                                            .repr = class_repr,
                                            .visit = class_visit};

/* ---- super() ------------------------------------------------------------------------------ */

struct super_object {
    struct object base;
    struct class *class; /* in whose method super() stands */
    struct value self;
};

static bool find_behind(struct runtime *runtime, struct class *class, struct value self,
                        const char *name, struct value *result, bool *found) {
    struct class *own = class_of_instance(self);
    struct line_up line = own ? mro_of(own) : (struct line_up){0};
    size_t at = line_up_find(line, class);
    *found = false;
    if (at == line.count)
        return fault_raise(runtime->fault, "TypeError",
                           "super(type, obj): obj must be an instance or subtype of type");
    struct value member;
    struct class *owner;
    if (!class_find(runtime, line, at + 1, name, &member, &owner) || !owner) return false;
    return *found = class_bind(runtime, owner, name, member, self, result);
}

static bool super_get(struct runtime *runtime, struct object *object, const char *name,
                      struct value *result, bool *found) {
    const struct super_object *super = (const struct super_object *)object;
    return find_behind(runtime, super->class, super->self, name, result, found);
}

static const struct object_type super_type = {.name = "super", .get_attribute = super_get};

bool class_super(struct runtime *runtime, void *host, struct value class_object, struct value self,
                 struct value *result) {
    (void)host;
    if (!object_is(class_object, &user_class_type))
        return fault_raise(runtime->fault, "RuntimeError", "super(): __class__ cell not found");
    struct super_object *super = arena_alloc(runtime->arena, sizeof *super);
    if (!super) return fault_no_memory(runtime->fault);
    *super = (struct super_object){{&super_type}, (struct class *)class_object.object, self};
    *result = value_object(&super->base);
    return true;
}

bool class_call_super(struct runtime *runtime, struct class *class, struct value self,
                      const char *name, const struct arguments *arguments, struct value *result) {
    struct value method;
    bool found;
    if (find_behind(runtime, class, self, name, &method, &found))
        return object_call(runtime, method, arguments, result);
    return fault_raise(runtime->fault, "AttributeError", "'super' object has no attribute '%s'",
                       name);
}
