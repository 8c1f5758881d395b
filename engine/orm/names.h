/* names - what the ORM is called in a listing: `Article`, `Article.objects`, `Prefetch`.
 *
 * Mirrors what `from blog.models import Article` and `from django.db.models import Prefetch` find.
 */
#ifndef ENGINE_ORM_NAMES_H
#define ENGINE_ORM_NAMES_H

#include "engine/object/object.h"
#include "engine/orm/model.h"

/* A model as a class: calling it makes an unsaved instance. */
struct model_class {
    struct object base;
    const struct model *model;
};
extern const struct object_type model_class_type;

/* NULL: no memory, fault raised; here and below. */
struct model_class *model_class_new(struct runtime *, const struct model *);

/* The module of a registry's models, under a path such as "blog.models". Those that Django makes
 * itself (the tables between) are not among its names. */
const struct module *names_of_models(struct runtime *, const struct registry *, const char *path);

/* django.db.models: the expressions, Prefetch, and the exceptions that queries raise. */
const struct module *names_of_django(struct runtime *);

/* `import copy` and `import pickle`; see copies.c. */
extern const struct module copy_module, pickle_module;

#endif
