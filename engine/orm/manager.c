/* manager - where querysets come from: `Article.objects`, `author.article_set`, `article.tags`.
 *
 * A manager is no queryset: it cannot be iterated, indexed or measured. Its methods are those of
 * the queryset behind it.
 *
 * Mirrors django.db.models.manager.Manager and the managers of related_descriptors. */
#include <string.h>

#include "engine/orm/names.h"
#include "engine/orm/queryset.h"
#include "engine/orm/related.h"
#include "engine/orm/unsupported.h"

struct manager *manager_new(struct runtime *runtime, const struct model *model) {
    struct manager *manager = arena_alloc(runtime->arena, sizeof *manager);
    if (!manager) {
        fault_no_memory(runtime->fault);
        return NULL;
    }
    *manager = (struct manager){{&manager_type}, model};
    return manager;
}

static const char *repr_of(struct runtime *runtime, const char *app, const char *model,
                           const char *name) {
    const char *repr = arena_format(runtime->arena, "%s.%s.%s", app, model, name);
    if (!repr) fault_no_memory(runtime->fault);
    return repr;
}

static const char *manager_repr(struct runtime *runtime, struct object *self) {
    const char *repr = arena_format(
        runtime->arena, "<django.db.models.manager.Manager object at %p>", (void *)self);
    if (!repr) fault_no_memory(runtime->fault);
    return repr;
}

/* Manager.__str__: "blog.Article.objects" */
static const char *manager_str(struct runtime *runtime, struct object *self) {
    const struct model *model = ((const struct manager *)self)->model;
    return repr_of(runtime, model->app, model->name, "objects");
}

static bool manager_equal(struct runtime *runtime, struct object *self, struct value other,
                          bool *equal) {
    (void)runtime;
    *equal = object_is(other, &manager_type) &&
             ((struct manager *)other.object)->model == ((struct manager *)self)->model;
    return true;
}

/* article.tags.through: the table between. Its `reverse` hides the method of that name. */
static bool many_attribute(struct runtime *runtime, const struct related_manager *manager,
                           const char *name, struct value *result, bool *found) {
    *found = true;
    if (strcmp(name, "reverse") == 0) {
        *result = value_bool(manager->relation.kind == RELATION_MANY_TO_MANY_BACK);
        return true;
    }
    *found = strcmp(name, "through") == 0;
    if (!*found) return false;
    struct model_class *class = model_class_new(runtime, manager->relation.field->through);
    if (class) *result = value_object(&class->base);
    return class != NULL;
}

static bool manager_attribute(struct runtime *runtime, struct object *self, const char *name,
                              struct value *result, bool *found) {
    const struct related_manager *related = related_manager_of(self);
    const struct model *model = related ? related->relation.model : ((struct manager *)self)->model;
    if (queryset_attribute(runtime, model, name, result, found)) return true;
    if (*found) return false;
    if (related && related_is_many(related) &&
        many_attribute(runtime, related, name, result, found))
        return true;
    if (*found) return false;
    unsupported_attribute(runtime, related ? UNSUPPORTED_RELATED_MANAGER : UNSUPPORTED_MANAGER,
                          self->type->name, name);
    return false;
}

const struct object_type manager_type = {
    .name = "Manager",
    .module = "django.db.models.manager",
    .methods = manager_methods,
    .get_attribute = manager_attribute,
    .equal = manager_equal,
    .repr = manager_repr,
    .str = manager_str,
};

/* A related manager's str() names the model it leads to and no more. */
static const char *related_str(struct runtime *runtime, struct object *self) {
    const struct model *model = ((const struct related_manager *)self)->relation.model;
    return repr_of(runtime, model->app, model->name, "None");
}

static void related_visit(struct object *self, void (*each)(void *, struct value), void *context) {
    each(context, value_object(&((struct related_manager *)self)->instance->base));
}

/* The classes of related managers are made by functions, one for each relation. */
#define REVERSE_MAKER "create_reverse_many_to_one_manager.<locals>"
#define MANY_MAKER "create_forward_many_to_many_manager.<locals>"
#define MADE_BY(maker) "django.db.models.fields.related_descriptors." maker

const char *related_class_name(const struct related_manager *manager) {
    return related_is_many(manager) ? MANY_MAKER ".ManyRelatedManager"
                                    : REVERSE_MAKER ".RelatedManager";
}

#define RELATED_MANAGER(maker, class_name, its_methods)                                            \
    {                                                                                              \
        .name = class_name, .module = MADE_BY(maker), .methods = its_methods,                      \
        .get_attribute = manager_attribute, .str = related_str, .repr = related_str,               \
        .visit = related_visit                                                                     \
    }

const struct object_type related_manager_type =
    RELATED_MANAGER(REVERSE_MAKER, "RelatedManager", related_manager_methods);
const struct object_type loose_related_manager_type =
    RELATED_MANAGER(REVERSE_MAKER, "RelatedManager", loose_related_manager_methods);
const struct object_type many_related_manager_type =
    RELATED_MANAGER(MANY_MAKER, "ManyRelatedManager", loose_related_manager_methods);
