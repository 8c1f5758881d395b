/* import - running the modules of the packages, each once, and defining models.
 *
 * Mirrors importlib as far as INSTALLED_APPS needs it, ModelBase.__new__ where it asks the
 * registry, and Apps.register_model. */
#include <string.h>
#include <strings.h>

#include "engine/apps/registry_parts.h"

/* ---- spans ------------------------------------------------------------------------------- */

void phase_enter(struct runtime *runtime, const char *subject) {
    head_enter(runtime->head, TAPE_PHASE, subject);
}

static void tell_exception(struct runtime *runtime, struct apps *apps) {
    if (apps->told || !fault_raised(runtime->fault)) return;
    struct arena_mark mark = arena_mark(runtime->arena);
    const char *text =
        arena_format(runtime->arena, "%s: %s", runtime->fault->type, runtime->fault->message);
    if (!text) head_tear(runtime->head);
    head_point(runtime->head, TAPE_EXCEPTION, text ? text : runtime->fault->type, 0);
    arena_rewind(runtime->arena, mark);
    apps->told = true;
}

bool phase_leave(struct runtime *runtime, struct apps *apps, const char *subject, bool done) {
    if (!done) tell_exception(runtime, apps);
    head_leave(runtime->head, TAPE_PHASE, subject, done);
    return done;
}

/* ---- modules ----------------------------------------------------------------------------- */

const struct package *package_find(const struct apps *apps, const char *name, size_t length) {
    for (size_t i = 0; i < apps->package_count; i++) {
        const char *known = apps->packages[i].name;
        if (strlen(known) == length && memcmp(known, name, length) == 0) return &apps->packages[i];
    }
    return NULL;
}

/* A package, or a folder above one: "django.contrib" is there when "django.contrib.auth" is. */
static bool is_there(const struct apps *apps, const char *path, size_t length) {
    for (size_t i = 0; i < apps->package_count; i++) {
        const char *known = apps->packages[i].name;
        if (strncmp(known, path, length) != 0) continue;
        if (known[length] == '\0' || known[length] == '.') return true;
    }
    return false;
}

bool module_missing(struct runtime *runtime, const struct apps *apps, const char *path) {
    size_t length = strcspn(path, ".");
    while (path[length] && is_there(apps, path, length))
        length += 1 + strcspn(path + length + 1, ".");
    return fault_raise(runtime->fault, "ModuleNotFoundError", "No module named '%.*s'", (int)length,
                       path);
}

static const char *module_suffix(enum module_part part) {
    return part == MODULE_APPS ? ".apps" : part == MODULE_MODELS ? ".models" : "";
}

static bool run_module(struct runtime *runtime, struct apps *apps, const struct package *package,
                       enum module_part part) {
    if (part == MODULE_APPS) return !package->run_apps || package->run_apps(runtime, apps, package);
    if (part != MODULE_MODELS) return true;
    if (package->run_models && !package->run_models(runtime, apps, package)) return false;
    return apps_define_models(runtime, apps, package);
}

/* A module counts as imported as soon as it begins, as in sys.modules: two that import each other
 * do not run for ever. */
bool module_import(struct runtime *runtime, struct apps *apps, const struct package *package,
                   enum module_part part) {
    uint8_t *imported = &apps->imported[package - apps->packages];
    if (*imported & part) return true;
    *imported |= (uint8_t)part;
    const char *subject =
        arena_format(runtime->arena, "import %s%s", package->name, module_suffix(part));
    if (!subject) return fault_no_memory(runtime->fault);
    phase_enter(runtime, subject);
    bool done = run_module(runtime, apps, package, part);
    if (!done) *imported &= (uint8_t)~part;
    return phase_leave(runtime, apps, subject, done);
}

bool apps_import_models(struct runtime *runtime, struct apps *apps, const char *name) {
    const struct package *package = package_find(apps, name, strlen(name));
    if (!package) return module_missing(runtime, apps, name);
    if (!package->models)
        return fault_raise(runtime->fault, "ModuleNotFoundError", "No module named '%s.models'",
                           name);
    return module_import(runtime, apps, package, MODULE_MODELS);
}

/* ---- models ------------------------------------------------------------------------------ */

struct app_config *config_containing(struct apps *apps, const char *module) {
    struct app_config *longest = NULL;
    for (size_t i = 0; i < apps->count; i++) {
        struct app_config *config = &apps->configs[i];
        size_t length = strlen(config->name);
        if (strncmp(module, config->name, length) != 0) continue;
        if (module[length] != '\0' && module[length] != '.') continue;
        if (!longest || length > strlen(longest->name)) longest = config;
    }
    return longest;
}

static bool append(struct runtime *runtime, struct model_list *list, const struct model *model) {
    void *grown =
        arena_grow(runtime->arena, list->items, list->count, list->count + 1, sizeof *list->items);
    if (!grown) return fault_no_memory(runtime->fault);
    list->items = grown;
    list->items[list->count++] = model;
    return true;
}

/* Options.model_name: the class name in lower case. */
static const char *model_name(struct runtime *runtime, const struct model *model) {
    char *name = arena_string(runtime->arena, model->name);
    for (char *c = name; c && *c; c++)
        if (*c >= 'A' && *c <= 'Z') *c = (char)(*c - 'A' + 'a');
    return name;
}

/* The same class twice is no error; another one of the same name is. */
static bool register_in(struct runtime *runtime, struct app_config *config, const char *module,
                        const struct model *model) {
    const struct model *known = NULL;
    for (size_t i = 0; i < config->models.count && !known; i++)
        if (strcasecmp(config->models.items[i]->name, model->name) == 0)
            known = config->models.items[i];
    if (!known) return append(runtime, &config->models, model);
    if (known == model) return true;
    const char *name = model_name(runtime, model);
    if (!name) return fault_no_memory(runtime->fault);
    return fault_raise(runtime->fault, "RuntimeError",
                       "Conflicting '%s' models in application '%s': <class '%s.models.%s'> and "
                       "<class '%s.%s'>.",
                       name, config->label, config->name, known->name, module, model->name);
}

bool apps_register_model(struct runtime *runtime, struct apps *apps, const char *module,
                         const struct model *model) {
    if (!apps_check_apps_ready(runtime, apps)) return false;
    struct app_config *config = config_containing(apps, module);
    if (config) return register_in(runtime, config, module, model);
    return fault_raise(runtime->fault, "RuntimeError",
                       "Model class %s.%s doesn't declare an explicit app_label and isn't in an "
                       "application in INSTALLED_APPS.",
                       module, model->name);
}

bool apps_define_models(struct runtime *runtime, struct apps *apps, const struct package *package) {
    const char *module = arena_format(runtime->arena, "%s.models", package->name);
    if (!module) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < package->model_count; i++)
        if (!apps_register_model(runtime, apps, module, package->models[i])) return false;
    return true;
}
