/* registry - see registry.h. In order: beginning, the three phases, populate, the questions.
 *
 * Once populate has begun, `loading` stays true for good: that is how a second populate() after a
 * failed one comes to say that it is not reentrant. */
#include "engine/apps/registry.h"

#include <string.h>
#include <strings.h>

#include "engine/apps/registry_parts.h"
#include "engine/base/text.h"

bool apps_init(struct runtime *runtime, struct apps *apps, const struct package *packages,
               size_t count, void *context) {
    *apps = (struct apps){.packages = packages, .package_count = count, .context = context};
    apps->imported = arena_array(runtime->arena, count + 1, sizeof *apps->imported);
    return apps->imported || fault_no_memory(runtime->fault);
}

/* ---- phase 1: app configs ------------------------------------------------------------------ */

static bool add_config(struct runtime *runtime, struct apps *apps, const char *entry) {
    struct app_config config;
    if (!config_create(runtime, apps, entry, &config)) return false;
    for (size_t i = 0; i < apps->count; i++)
        if (strcmp(apps->configs[i].label, config.label) == 0)
            return fault_raise(runtime->fault, "ImproperlyConfigured",
                               "Application labels aren't unique, duplicates: %s", config.label);
    apps->configs[apps->count++] = config;
    return true;
}

static bool names_are_unique(struct runtime *runtime, const struct apps *apps) {
    struct text names;
    text_init(&names, runtime->arena);
    for (size_t i = 0; i < apps->count; i++) {
        size_t earlier = 0, later = 0;
        for (size_t j = 0; j < apps->count; j++) {
            if (j == i || strcmp(apps->configs[j].name, apps->configs[i].name) != 0) continue;
            if (j < i) earlier++;
            if (j > i) later++;
        }
        if (later && !earlier)
            text_format(&names, "%s%s", names.length ? ", " : "", apps->configs[i].name);
    }
    const char *list = text_finish(&names);
    if (!list) return fault_no_memory(runtime->fault);
    return !*list || fault_raise(runtime->fault, "ImproperlyConfigured",
                                 "Application names aren't unique, duplicates: %s", list);
}

static bool make_configs(struct runtime *runtime, struct apps *apps, const char *const *installed,
                         size_t count) {
    apps->configs = arena_array(runtime->arena, count + 1, sizeof *apps->configs);
    if (!apps->configs) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < count; i++)
        if (!add_config(runtime, apps, installed[i])) return false;
    return names_are_unique(runtime, apps);
}

/* ---- phase 2: models, phase 3: ready() ------------------------------------------------------ */

static bool import_all_models(struct runtime *runtime, struct apps *apps) {
    for (size_t i = 0; i < apps->count; i++) {
        const struct package *package = apps->configs[i].package;
        if (package->models && !module_import(runtime, apps, package, MODULE_MODELS)) return false;
    }
    return true;
}

static bool call_ready(struct runtime *runtime, struct apps *apps,
                       const struct app_config *config) {
    const struct config_class *class = config->class;
    const char *subject = arena_format(runtime->arena, "%s: %s.ready()", config->label,
                                       class ? class->class_name : "AppConfig");
    if (!subject) return fault_no_memory(runtime->fault);
    phase_enter(runtime, subject);
    bool done = !class || !class->ready || class->ready(runtime, apps, config);
    return phase_leave(runtime, apps, subject, done);
}

static bool call_all_ready(struct runtime *runtime, struct apps *apps) {
    for (size_t i = 0; i < apps->count; i++)
        if (!call_ready(runtime, apps, &apps->configs[i])) return false;
    return true;
}

/* ---- populate ------------------------------------------------------------------------------ */

static bool raise_flag(struct runtime *runtime, bool *flag, const char *name) {
    *flag = true;
    head_point(runtime->head, TAPE_MARK, name, 1);
    return true;
}

static bool three_phases(struct runtime *runtime, struct apps *apps, const char *const *installed,
                         size_t count) {
    static const char *const names[] = {"phase 1: app configs", "phase 2: models",
                                        "phase 3: ready()"};
    phase_enter(runtime, names[0]);
    bool done = make_configs(runtime, apps, installed, count) &&
                raise_flag(runtime, &apps->apps_ready, "apps_ready = True");
    if (!phase_leave(runtime, apps, names[0], done)) return false;
    phase_enter(runtime, names[1]);
    done = import_all_models(runtime, apps) &&
           raise_flag(runtime, &apps->models_ready, "models_ready = True");
    if (!phase_leave(runtime, apps, names[1], done)) return false;
    phase_enter(runtime, names[2]);
    done = call_all_ready(runtime, apps) && raise_flag(runtime, &apps->ready, "ready = True");
    return phase_leave(runtime, apps, names[2], done);
}

bool apps_populate(struct runtime *runtime, struct apps *apps, const char *const *installed,
                   size_t count) {
    phase_enter(runtime, "populate()");
    bool done = apps->ready;
    if (!done && apps->loading) {
        apps->told = false;
        fault_raise(runtime->fault, "RuntimeError", "populate() isn't reentrant");
    } else if (!done) {
        apps->loading = true;
        done = three_phases(runtime, apps, installed, count);
    }
    return phase_leave(runtime, apps, "populate()", done);
}

/* ---- the questions ------------------------------------------------------------------------- */

bool apps_check_apps_ready(struct runtime *runtime, const struct apps *apps) {
    return !apps || apps->apps_ready ||
           fault_raise(runtime->fault, "AppRegistryNotReady", "Apps aren't loaded yet.");
}

bool apps_check_models_ready(struct runtime *runtime, const struct apps *apps) {
    return !apps || apps->models_ready ||
           fault_raise(runtime->fault, "AppRegistryNotReady", "Models aren't loaded yet.");
}

/* The hint is for those who gave the name where the label is asked for. */
const struct app_config *apps_get_app_config(struct runtime *runtime, const struct apps *apps,
                                             const char *label) {
    if (!apps_check_apps_ready(runtime, apps)) return NULL;
    const struct app_config *meant = NULL;
    for (size_t i = 0; i < apps->count; i++) {
        const struct app_config *config = &apps->configs[i];
        if (strcmp(config->label, label) == 0) return config;
        if (!meant && strcmp(config->name, label) == 0) meant = config;
    }
    fault_raise(runtime->fault, "LookupError", "No installed app with label '%s'.%s%s%s", label,
                meant ? " Did you mean '" : "", meant ? meant->label : "", meant ? "'?" : "");
    return NULL;
}

bool apps_is_installed(struct runtime *runtime, const struct apps *apps, const char *name,
                       bool *installed) {
    if (!apps_check_apps_ready(runtime, apps)) return false;
    *installed = false;
    for (size_t i = 0; i < apps->count; i++) *installed |= strcmp(apps->configs[i].name, name) == 0;
    return true;
}

bool apps_get_models(struct runtime *runtime, const struct apps *apps, bool include_auto_created,
                     struct model_list *models) {
    if (!apps_check_models_ready(runtime, apps)) return false;
    size_t most = 0;
    for (size_t i = 0; i < apps->count; i++) most += apps->configs[i].models.count;
    *models = (struct model_list){arena_array(runtime->arena, most + 1, sizeof *models->items), 0};
    if (!models->items) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < apps->count; i++) {
        const struct model_list *own = &apps->configs[i].models;
        for (size_t j = 0; j < own->count; j++)
            if (include_auto_created || !own->items[j]->auto_created)
                models->items[models->count++] = own->items[j];
    }
    return true;
}

const struct model *apps_get_model(struct runtime *runtime, struct apps *apps, const char *label,
                                   const char *name, bool require_ready) {
    bool early = require_ready ? !apps_check_models_ready(runtime, apps)
                               : !apps_check_apps_ready(runtime, apps);
    const struct app_config *config = early ? NULL : apps_get_app_config(runtime, apps, label);
    if (!config) return NULL;
    bool import = !require_ready && config->package->models;
    if (import && !module_import(runtime, apps, config->package, MODULE_MODELS)) return NULL;
    for (size_t i = 0; i < config->models.count; i++)
        if (strcasecmp(config->models.items[i]->name, name) == 0) return config->models.items[i];
    fault_raise(runtime->fault, "LookupError", "App '%s' doesn't have a '%s' model.", label, name);
    return NULL;
}
