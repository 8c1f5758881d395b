/* class - see class.h. */
#include "engine/views/class.h"

#include <string.h>

/* ---- making ------------------------------------------------------------------------------- */

static struct class *make_class(struct runtime *runtime, const char *name, const char *module) {
    struct class *class = arena_alloc(runtime->arena, sizeof *class);
    if (!class) return fault_no_memory(runtime->fault), NULL;
    class->base.type = &user_class_type;
    class->name = name;
    class->module = module;
    class->members = dict_new(runtime);
    return class->members ? class : NULL;
}

struct class *class_new(struct runtime *runtime, struct classes *classes, const char *name,
                        const char *module, struct line_up bases, struct mro *mro) {
    struct class *class = make_class(runtime, name, module);
    if (!class) return NULL;
    if (bases.count == 0) bases = (struct line_up){&classes->object, 1};
    struct class **copy = arena_array(runtime->arena, bases.count, sizeof(struct class *));
    if (!copy) return fault_no_memory(runtime->fault), NULL;
    memcpy(copy, bases.classes, bases.count * sizeof(struct class *));
    class->bases = (struct line_up){copy, bases.count};
    bool done = mro_linearize(runtime->arena, runtime->fault, class, class->bases, &class->mro);
    if (mro) *mro = class->mro;
    return done ? class : NULL;
}

bool class_add(struct runtime *runtime, struct class *class, const char *name, struct value value) {
    return dict_set(runtime, class->members, value_text(name), value);
}

bool class_add_method(struct runtime *runtime, struct class *class, const char *name,
                      bool (*call)(struct runtime *, const struct native_method *, struct value,
                                   const struct arguments *, struct value *)) {
    struct native_method *method = arena_alloc(runtime->arena, sizeof *method);
    if (!method) return fault_no_memory(runtime->fault);
    *method = (struct native_method){{&native_method_type}, name, class, false, call};
    return class_add(runtime, class, name, value_object(&method->base));
}

/* object.__init__ takes nothing. */
static bool object_init(struct runtime *runtime, const struct native_method *method,
                        struct value self, const struct arguments *arguments,
                        struct value *result) {
    (void)method;
    *result = value_none();
    if (arguments->count == 0 && arguments->keyword_count == 0) return true;
    return fault_raise(runtime->fault, "TypeError", "%s() takes no arguments",
                       value_type_name(self));
}

struct classes *classes_new(struct runtime *runtime) {
    struct classes *classes = arena_alloc(runtime->arena, sizeof *classes);
    if (!classes) return fault_no_memory(runtime->fault), NULL;
    struct class *object = make_class(runtime, "object", "builtins");
    if (!object || !class_add_method(runtime, object, "__init__", object_init) ||
        !mro_linearize(runtime->arena, runtime->fault, object, (struct line_up){0}, &object->mro))
        return NULL;
    classes->object = object;
    classes->module = "__main__";
    return classes;
}
