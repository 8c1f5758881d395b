/* registry_parts - what the files of the registry share.
 *
 *     registry.c   populate(), and the questions
 *     config.c     from a line of INSTALLED_APPS to its AppConfig
 *     import.c     running a module once; defining models */
#ifndef ENGINE_APPS_REGISTRY_PARTS_H
#define ENGINE_APPS_REGISTRY_PARTS_H

#include "engine/apps/registry.h"

enum module_part { MODULE_PACKAGE = 1, MODULE_APPS = 2, MODULE_MODELS = 4 };

/* ---- config.c ---- */

/* AppConfig.create(entry). False: fault. */
bool config_create(struct runtime *, struct apps *, const char *entry, struct app_config *config);

/* ---- import.c ---- */

/* The package of that very name; NULL: none. */
const struct package *package_find(const struct apps *, const char *name, size_t length);

/* Raises ModuleNotFoundError for a dotted path, naming its first part that is not there. */
bool module_missing(struct runtime *, const struct apps *, const char *path);

/* Imports one of a package's modules, once. False: it raised. */
bool module_import(struct runtime *, struct apps *, const struct package *, enum module_part);

/* A PHASE span around something that may raise. */
void phase_enter(struct runtime *, const char *subject);
/* Ends it; returns `done`. The exception, if there is one, is recorded where it came up first. */
bool phase_leave(struct runtime *, struct apps *, const char *subject, bool done);

/* The app that a module belongs to: the longest name that it begins with. NULL: none. */
struct app_config *config_containing(struct apps *, const char *module);

#endif
