/* registry - the apps of one process, and the three phases that fill it.
 *
 *     populate()   phase 1   every app's package and apps.py, its AppConfig made    apps_ready
 *                  phase 2   every app's models.py                                  models_ready
 *                  phase 3   every AppConfig.ready()                                ready
 *
 * Each phase goes through all of INSTALLED_APPS, in order, before the next begins. Apps are not
 * Python packages here: a `struct package` says what importing one would find, and a few functions
 * stand in for the code at the top of its modules.
 *
 * Order of calls: apps_init once a process, apps_populate, then the questions. A registry belongs
 * to one thread, as it belongs to one process in Django; nothing in it is freed but with the arena.
 *
 * On the tape: a PHASE span for populate(), for each phase, each module imported and each ready();
 * LEAVE's amount is 1, or 0 where it ended with an exception. A MARK when a flag turns true, an
 * EXCEPTION where one was raised.
 *
 * Mirrors django.apps.registry.Apps and django.apps.config.AppConfig. */
#ifndef ENGINE_APPS_REGISTRY_H
#define ENGINE_APPS_REGISTRY_H

#include "engine/object/object.h"
#include "engine/orm/model.h"

struct apps;
struct app_config;
struct package;

enum config_default { DEFAULT_UNSAID, DEFAULT_TRUE, DEFAULT_FALSE };

/* A class in an apps.py. */
struct config_class {
    const char *class_name; /* "BlogConfig" */
    const char *name;       /* its `name`; NULL: it has none */
    const char *label;      /* NULL: the last part of the name */
    enum config_default is_default;
    bool stranger; /* not a subclass of AppConfig */
    /* ready(); NULL: AppConfig's own, which does nothing. False: it raised. */
    bool (*ready)(struct runtime *, struct apps *, const struct app_config *);
};

/* What stands at module level. False: it raised. */
typedef bool module_code(struct runtime *, struct apps *, const struct package *);

/* What can be imported: a package, its apps.py and its models.py. */
struct package {
    const char *name;                   /* "blog", "django.contrib.auth" */
    const struct config_class *configs; /* of its apps.py; NULL: there is no such module */
    size_t config_count;
    const struct model *const *models; /* the classes of its models.py; NULL: no such module */
    size_t model_count;
    module_code *run_apps;   /* at the top of apps.py; may be NULL */
    module_code *run_models; /* in models.py, above its classes unless it calls
                                apps_define_models itself; may be NULL */
};

/* Models in a row, in the arena. */
struct model_list {
    const struct model **items;
    size_t count;
};

/* An app in use. */
struct app_config {
    const char *name;                 /* "django.contrib.auth" */
    const char *label;                /* "auth" */
    const struct config_class *class; /* NULL: the plain AppConfig */
    const struct package *package;
    struct model_list models; /* in the order of their definition */
};

struct apps {
    const struct package *packages; /* all that can be imported */
    size_t package_count;
    uint8_t *imported; /* sys.modules: for each package, which of its modules were run */
    struct app_config *configs;
    size_t count;
    bool loading, apps_ready, models_ready, ready;
    bool told;     /* the exception under way is on the tape */
    void *context; /* for the code of the packages */
};

/* Prepares a registry that is empty. The packages are borrowed. False: no memory. */
bool apps_init(struct runtime *, struct apps *, const struct package *packages, size_t count,
               void *context);

/* Apps.populate(INSTALLED_APPS). A second call returns at once; one inside the first, or after one
 * that failed, raises RuntimeError. False: fault, and the flags stay as they were then. */
bool apps_populate(struct runtime *, struct apps *, const char *const *installed, size_t count);

/* Raise AppRegistryNotReady where it is too early. NULL apps stand for a registry that is full. */
bool apps_check_apps_ready(struct runtime *, const struct apps *);
bool apps_check_models_ready(struct runtime *, const struct apps *);

/* NULL: fault, LookupError among others. */
const struct app_config *apps_get_app_config(struct runtime *, const struct apps *,
                                             const char *label);
/* By full name, not by label. False: fault. */
bool apps_is_installed(struct runtime *, const struct apps *, const char *name, bool *installed);

/* Every model, app by app. Those that Django makes itself only on demand. False: fault. */
bool apps_get_models(struct runtime *, const struct apps *, bool include_auto_created,
                     struct model_list *models);

/* get_model('blog', 'Article'); the name's case does not matter. NULL: fault. */
const struct model *apps_get_model(struct runtime *, struct apps *, const char *label,
                                   const char *name, bool require_ready);

/* ---- what the code of a package does ------------------------------------------------------ */

/* `import blog.models`: runs the module unless it was run. False: it raised. */
bool apps_import_models(struct runtime *, struct apps *, const char *package);

/* The class statements of a models.py. False: fault. */
bool apps_define_models(struct runtime *, struct apps *, const struct package *);

/* One class statement, in the module `module` ("blog.models"). False: fault. */
bool apps_register_model(struct runtime *, struct apps *, const char *module,
                         const struct model *model);

#endif
