/* names - see names.h. */
#include "engine/orm/names.h"

#include <string.h>

#include "engine/orm/prefetch.h"
#include "engine/orm/query.h"
#include "engine/orm/queryset.h"
#include "engine/orm/related.h"
#include "engine/orm/unsupported.h"

/* ---- Article.DoesNotExist, Article.title, Article.tags ------------------------------------- */

/* Something a model's class has as an attribute and that a listing can only name: an exception, a
 * field, a relation. */
struct class_part {
    struct object base;
    const char *repr;          /* of an exception; NULL otherwise */
    const struct field *field; /* of a relation; NULL otherwise */
};

static const char *exception_repr(struct runtime *runtime, struct object *self) {
    (void)runtime;
    return ((const struct class_part *)self)->repr;
}

static const char *part_repr(struct runtime *runtime, struct object *self) {
    const char *repr = arena_format(runtime->arena, "<%s.%s object at %p>", self->type->module,
                                    self->type->name, (void *)self);
    if (!repr) fault_no_memory(runtime->fault);
    return repr;
}

/* Article.tags.through: the model of the table between. */
static bool part_get_attribute(struct runtime *runtime, struct object *self, const char *name,
                               struct value *result, bool *found) {
    const struct field *field = ((const struct class_part *)self)->field;
    *found = field && field->through && strcmp(name, "through") == 0;
    if (!*found) return false;
    struct model_class *through = model_class_new(runtime, field->through);
    if (through) *result = value_object(&through->base);
    return through != NULL;
}

static const struct object_type exception_type = {.name = "type", .repr = exception_repr};

#define DESCRIPTOR(below, class_name)                                                              \
    {                                                                                              \
        .name = class_name, .module = "django.db.models." below,                                   \
        .get_attribute = part_get_attribute, .repr = part_repr                                     \
    }

static const struct object_type column_type = DESCRIPTOR("query_utils", "DeferredAttribute");
static const struct object_type key_type =
    DESCRIPTOR("fields.related_descriptors", "ForeignKeyDeferredAttribute");

/* What stands in the class for a relation, by its kind; of one-to-ones there are two. */
static const struct object_type relation_types[] = {
    [RELATION_FORWARD] = DESCRIPTOR("fields.related_descriptors", "ForwardManyToOneDescriptor"),
    [RELATION_REVERSE_ONE] = DESCRIPTOR("fields.related_descriptors", "ReverseOneToOneDescriptor"),
    [RELATION_REVERSE_MANY] =
        DESCRIPTOR("fields.related_descriptors", "ReverseManyToOneDescriptor"),
    [RELATION_MANY_TO_MANY] = DESCRIPTOR("fields.related_descriptors", "ManyToManyDescriptor"),
    [RELATION_MANY_TO_MANY_BACK] = DESCRIPTOR("fields.related_descriptors", "ManyToManyDescriptor"),
};
static const struct object_type forward_one_type =
    DESCRIPTOR("fields.related_descriptors", "ForwardOneToOneDescriptor");

static const struct object_type *type_of_relation(const struct relation *relation) {
    if (relation->kind == RELATION_FORWARD && relation->field->kind == FIELD_ONE_TO_ONE)
        return &forward_one_type;
    return &relation_types[relation->kind];
}

static bool make_part(struct runtime *runtime, const struct object_type *type, const char *repr,
                      const struct field *field, struct value *result) {
    struct class_part *part = arena_alloc(runtime->arena, sizeof *part);
    if (!part) return fault_no_memory(runtime->fault);
    *part = (struct class_part){{type}, repr, field};
    *result = value_object(&part->base);
    return true;
}

static bool make_exception(struct runtime *runtime, const struct model *model, const char *name,
                           struct value *result) {
    const char *repr =
        arena_format(runtime->arena, "<class '%s.models.%s.%s'>", model->app, model->name, name);
    if (!repr) return fault_no_memory(runtime->fault);
    return make_part(runtime, &exception_type, repr, NULL, result);
}

/* ---- the class itself ---------------------------------------------------------------------- */

struct model_class *model_class_new(struct runtime *runtime, const struct model *model) {
    struct model_class *class = arena_alloc(runtime->arena, sizeof *class);
    if (!class) {
        fault_no_memory(runtime->fault);
        return NULL;
    }
    *class = (struct model_class){{&model_class_type}, model};
    return class;
}

static bool class_get_attribute(struct runtime *runtime, struct object *self, const char *name,
                                struct value *result, bool *found) {
    const struct model *model = ((const struct model_class *)self)->model;
    struct relation relation;
    *found = true;
    if (strcmp(name, "objects") == 0) {
        struct manager *manager = manager_new(runtime, model);
        if (manager) *result = value_object(&manager->base);
        return manager != NULL;
    }
    if (strcmp(name, "__name__") == 0) {
        *result = value_text(model->name);
        return true;
    }
    if (strcmp(name, "DoesNotExist") == 0 || strcmp(name, "MultipleObjectsReturned") == 0)
        return make_exception(runtime, model, name, result);
    if (relation_find(model, name, &relation))
        return make_part(runtime, type_of_relation(&relation), NULL, relation.field, result);
    const struct field *field = strcmp(name, "pk") == 0 ? NULL : model_field(model, name);
    if (field)
        return make_part(runtime, field->target ? &key_type : &column_type, NULL, field, result);
    *found = false;
    if (unsupported_attribute(runtime, UNSUPPORTED_MODEL, model->name, name)) return false;
    if (model->auto_created || name[0] == '_') return false;
    return fault_raise(runtime->fault, "AttributeError", "type object '%s' has no attribute '%s'",
                       model->name, name);
}

static bool class_call(struct runtime *runtime, struct object *self,
                       const struct arguments *arguments, struct value *result) {
    struct instance *instance =
        instance_construct(runtime, ((const struct model_class *)self)->model, arguments);
    if (instance) *result = value_object(&instance->base);
    return instance != NULL;
}

static bool class_equal(struct runtime *runtime, struct object *self, struct value other,
                        bool *equal) {
    (void)runtime;
    *equal = object_is(other, &model_class_type) &&
             ((struct model_class *)other.object)->model == ((struct model_class *)self)->model;
    return true;
}

static bool class_is_instance(struct runtime *runtime, struct object *self, struct value value,
                              bool *answer) {
    (void)runtime;
    *answer = instance_model(value) == ((struct model_class *)self)->model;
    return true;
}

static const char *class_repr(struct runtime *runtime, struct object *self) {
    const struct model *model = ((const struct model_class *)self)->model;
    const char *repr =
        arena_format(runtime->arena, "<class '%s.models.%s'>", model->app, model->name);
    if (!repr) fault_no_memory(runtime->fault);
    return repr;
}

const struct object_type model_class_type = {
    .name = "ModelBase",
    .module = "django.db.models.base",
    .get_attribute = class_get_attribute,
    .call = class_call,
    .equal = class_equal,
    .is_instance = class_is_instance,
    .repr = class_repr,
};

/* ---- modules ------------------------------------------------------------------------------- */

static struct module *module_new(struct runtime *runtime, const char *path, size_t most,
                                 struct module_name **names) {
    struct module *module = arena_alloc(runtime->arena, sizeof *module);
    *names = arena_array(runtime->arena, most + 1, sizeof **names);
    if (!module || !*names) {
        fault_no_memory(runtime->fault);
        return NULL;
    }
    *module = (struct module){path, *names, 0};
    return module;
}

const struct module *names_of_models(struct runtime *runtime, const struct registry *registry,
                                     const char *path) {
    struct module_name *names;
    struct module *module = module_new(runtime, path, registry->count, &names);
    for (size_t i = 0; module && i < registry->count; i++) {
        const struct model *model = registry->models[i];
        if (model->auto_created) continue;
        struct model_class *class = model_class_new(runtime, model);
        if (!class) return NULL;
        names[module->count++] = (struct module_name){model->name, value_object(&class->base)};
    }
    return module;
}

const struct module *names_of_django(struct runtime *runtime) {
    struct module_name *names;
    struct module *module =
        module_new(runtime, expression_module.path, expression_module.count + 1, &names);
    if (!module) return NULL;
    memcpy(names, expression_module.names, expression_module.count * sizeof *names);
    /* values point to objects that may be changed; this one never is */
    struct object *prefetch = (struct object *)(uintptr_t)&prefetch_class.base;
    names[expression_module.count] = (struct module_name){"Prefetch", value_object(prefetch)};
    module->count = expression_module.count + 1;
    return module;
}
