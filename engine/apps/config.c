/* config - from a line of INSTALLED_APPS to its AppConfig.
 *
 * A line is the name of a package, or the path of a class. For a package, its apps.py is looked
 * through: one candidate is taken; of several, the one that says `default = True`; of several that
 * say nothing, none, in silence. Mirrors AppConfig.create and AppConfig.__init__ of Django 3.2,
 * without default_app_config, which is deprecated there. */
#include <stdlib.h>
#include <string.h>

#include "engine/apps/registry_parts.h"
#include "engine/base/text.h"

/* ---- looking through an apps.py ------------------------------------------------------------ */

enum { CLASSES_MOST = 32 };

struct candidates {
    const struct config_class *list[CLASSES_MOST];
    size_t count;
};

static int by_name(const void *left, const void *right) {
    const struct config_class *const *a = left, *const *b = right;
    return strcmp((*a)->class_name, (*b)->class_name);
}

/* inspect.getmembers() gives them sorted by name. */
static struct candidates subclasses(const struct package *package) {
    struct candidates found = {.count = 0};
    for (size_t i = 0; i < package->config_count && found.count < CLASSES_MOST; i++)
        if (!package->configs[i].stranger) found.list[found.count++] = &package->configs[i];
    qsort(found.list, found.count, sizeof found.list[0], by_name);
    return found;
}

static struct candidates only(const struct candidates *from, bool must_say_so) {
    struct candidates found = {.count = 0};
    for (size_t i = 0; i < from->count; i++) {
        enum config_default says = from->list[i]->is_default;
        bool fits = must_say_so ? says == DEFAULT_TRUE : says != DEFAULT_FALSE;
        if (fits) found.list[found.count++] = from->list[i];
    }
    return found;
}

/* "'C', 'D'" */
static const char *quoted(struct runtime *runtime, const struct candidates *candidates) {
    struct text text;
    text_init(&text, runtime->arena);
    for (size_t i = 0; i < candidates->count; i++)
        text_format(&text, "%s'%s'", i ? ", " : "", candidates->list[i]->class_name);
    const char *list = text_finish(&text);
    if (!list) fault_no_memory(runtime->fault);
    return list;
}

/* The class that a package's apps.py offers; *class stays NULL when it offers none. */
static bool choose(struct runtime *runtime, const struct package *package,
                   const struct config_class **class) {
    struct candidates all = subclasses(package), possible = only(&all, false);
    if (possible.count == 1) {
        *class = possible.list[0];
        return true;
    }
    struct candidates marked = only(&possible, true);
    if (marked.count == 1) *class = marked.list[0];
    if (marked.count <= 1) return true;
    const char *names = quoted(runtime, &marked);
    return names && fault_raise(runtime->fault, "RuntimeError",
                                "'%s.apps' declares more than one default AppConfig: %s.",
                                package->name, names);
}

/* ---- the path of a class ------------------------------------------------------------------- */

static bool ends_in_apps(const char *path, size_t length) {
    return length > 5 && memcmp(path + length - 5, ".apps", 5) == 0;
}

/* "blog.apps.BlogConfig": its package and its class. *class stays NULL when there is none. */
static bool find_class(struct runtime *runtime, struct apps *apps, const char *entry,
                       const struct package **package, const struct config_class **class) {
    const char *dot = strrchr(entry, '.');
    size_t module = dot ? (size_t)(dot - entry) : 0;
    if (!ends_in_apps(entry, module)) return true;
    *package = package_find(apps, entry, module - 5);
    if (!*package || !(*package)->configs) return true;
    if (!module_import(runtime, apps, *package, MODULE_PACKAGE) ||
        !module_import(runtime, apps, *package, MODULE_APPS))
        return false;
    for (size_t i = 0; i < (*package)->config_count; i++)
        if (strcmp((*package)->configs[i].class_name, dot + 1) == 0)
            *class = &(*package)->configs[i];
    return true;
}

/* Neither a package nor a class: a capital letter says which of them was meant. */
static bool neither(struct runtime *runtime, struct apps *apps, const char *entry,
                    const struct package *package) {
    const char *dot = strrchr(entry, '.');
    bool meant_class = dot && dot[1] >= 'A' && dot[1] <= 'Z';
    if (!meant_class) return module_missing(runtime, apps, entry);
    char *module = arena_copy(runtime->arena, entry, (size_t)(dot - entry));
    if (!module) return fault_no_memory(runtime->fault);
    if (!package || !package->configs) return module_missing(runtime, apps, module);
    struct candidates choices = subclasses(package);
    const char *names = quoted(runtime, &choices);
    return names &&
           fault_raise(runtime->fault, "ImportError",
                       "Module '%s' does not contain a '%s' class.%s%s%s", module, dot + 1,
                       choices.count ? " Choices are: " : "", names, choices.count ? "." : "");
}

/* ---- AppConfig.__init__ -------------------------------------------------------------------- */

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* identifier ::= (letter | "_") (letter | digit | "_")*, of ASCII letters */
static bool is_identifier(const char *text) {
    if (!is_letter(*text)) return false;
    while (is_letter(*text) || (*text >= '0' && *text <= '9')) text++;
    return *text == '\0';
}

static bool fill(struct runtime *runtime, const char *name, const struct package *package,
                 const struct config_class *class, struct app_config *config) {
    const char *dot = strrchr(name, '.');
    const char *label = class && class->label ? class->label : dot ? dot + 1 : name;
    for (const char *c = label; *c; c++)
        if ((unsigned char)*c >= 0x80)
            return fault_raise(runtime->fault, "NotSupported", "an app label beyond ASCII");
    if (!is_identifier(label))
        return fault_raise(runtime->fault, "ImproperlyConfigured",
                           "The app label '%s' is not a valid Python identifier.", label);
    *config = (struct app_config){.name = name, .label = label, .class = class, .package = package};
    return true;
}

/* The class says which package it is the configuration of. */
static bool fill_from_class(struct runtime *runtime, struct apps *apps, const char *entry,
                            const struct package *found_in, const struct config_class *class,
                            struct app_config *config) {
    if (class->stranger)
        return fault_raise(runtime->fault, "ImproperlyConfigured",
                           "'%s' isn't a subclass of AppConfig.", entry);
    if (!class->name)
        return fault_raise(runtime->fault, "ImproperlyConfigured",
                           "'%s' must supply a name attribute.", entry);
    const struct package *package = package_find(apps, class->name, strlen(class->name));
    if (!package)
        return fault_raise(runtime->fault, "ImproperlyConfigured",
                           "Cannot import '%s'. Check that '%s.apps.%s.name' is correct.",
                           class->name, found_in->name, class->class_name);
    return module_import(runtime, apps, package, MODULE_PACKAGE) &&
           fill(runtime, class->name, package, class, config);
}

bool config_create(struct runtime *runtime, struct apps *apps, const char *entry,
                   struct app_config *config) {
    const struct package *package = package_find(apps, entry, strlen(entry));
    const struct config_class *class = NULL;
    if (package) {
        if (!module_import(runtime, apps, package, MODULE_PACKAGE)) return false;
        if (package->configs && (!module_import(runtime, apps, package, MODULE_APPS) ||
                                 !choose(runtime, package, &class)))
            return false;
        return class ? fill_from_class(runtime, apps, entry, package, class, config)
                     : fill(runtime, entry, package, NULL, config);
    }
    if (!find_class(runtime, apps, entry, &package, &class)) return false;
    if (!class) return neither(runtime, apps, entry, package);
    return fill_from_class(runtime, apps, entry, package, class, config);
}
