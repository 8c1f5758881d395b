/* names - variables and imports.
 *
 * A name stands for a slot of its function, a slot of a function around it, a name of the class
 * body it stands in, or a binding of the module; below those lie the builtins. Which one is found
 * out when the name is first used and kept in its node. */
#include <assert.h>
#include <string.h>

#include "engine/script/evaluator.h"

/* ---- the module's bindings ---------------------------------------------------------------- */

static uint64_t hash_name(const char *name) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (; *name; name++) hash = (hash ^ (unsigned char)*name) * 0x100000001b3u;
    return hash;
}

static bool grow_buckets(struct script *script) {
    size_t count = script->bucket_count ? script->bucket_count * 2 : 128;
    struct binding **buckets = arena_array(script->runtime->arena, count, sizeof *buckets);
    if (!buckets) return fault_no_memory(script->runtime->fault);
    for (size_t i = 0; i < script->bucket_count; i++) {
        for (struct binding *binding = script->buckets[i], *next; binding; binding = next) {
            next = binding->next;
            struct binding **bucket = &buckets[binding->hash & (count - 1)];
            binding->next = *bucket;
            *bucket = binding;
        }
    }
    script->buckets = buckets;
    script->bucket_count = count;
    return true;
}

static struct binding *find_binding(const struct script *script, const char *name, uint64_t hash) {
    if (!script->bucket_count) return NULL;
    struct binding *binding = script->buckets[hash & (script->bucket_count - 1)];
    while (binding && (binding->hash != hash || strcmp(binding->name, name) != 0))
        binding = binding->next;
    return binding;
}

struct binding *binding_of(struct script *script, const char *name) {
    uint64_t hash = hash_name(name);
    struct binding *binding = find_binding(script, name, hash);
    if (binding) return binding;
    if (script->binding_count >= script->bucket_count && !grow_buckets(script)) return NULL;
    binding = arena_alloc(script->runtime->arena, sizeof *binding);
    if (!binding) return fault_no_memory(script->runtime->fault), NULL;
    struct binding **bucket = &script->buckets[hash & (script->bucket_count - 1)];
    *binding = (struct binding){.name = name, .hash = hash, .next = *bucket};
    *bucket = binding;
    script->binding_count++;
    return binding;
}

bool name_fall_back(struct script *script, const char *name, struct value value) {
    struct binding *binding = binding_of(script, name);
    if (!binding) return false;
    if (binding->has_fallback) return true; /* the first meaning stays */
    binding->fallback = value;
    binding->has_fallback = true;
    return true;
}

bool script_define(struct runtime *runtime, struct script *script, const char *name,
                   struct value value) {
    const char *copy = arena_string(runtime->arena, name);
    if (!copy) return fault_no_memory(runtime->fault);
    struct binding *binding = binding_of(script, copy);
    if (!binding) return false;
    binding->value = value;
    binding->bound = true;
    return true;
}

bool script_lookup(const struct script *script, const char *name, struct value *value) {
    const struct binding *binding = find_binding(script, name, hash_name(name));
    if (!binding || (!binding->bound && !binding->has_fallback)) return false;
    *value = binding->bound ? binding->value : binding->fallback;
    return true;
}

/* ---- resolving ---------------------------------------------------------------------------- */

static bool declared(const struct scope *scope, const char *name, uint16_t *slot) {
    for (size_t i = 0; i < scope->count; i++) {
        if (scope->names[i] != name) continue;
        *slot = (uint16_t)i;
        return true;
    }
    return false;
}

static bool resolve(struct script *script, struct node *node) {
    uint16_t hops = 0;
    for (struct scope *scope = node->name.scope; scope; scope = scope->outer) {
        if (declared(scope, node->name.name, &node->name.slot)) {
            node->name.hops = hops;
            node->name.place = scope->class_body ? PLACE_CLASS : PLACE_LOCAL;
            break;
        }
        hops++;
    }
    if (node->name.place == PLACE_LOCAL) return true;
    node->name.binding = binding_of(script, node->name.name);
    if (node->name.place == PLACE_UNKNOWN) node->name.place = PLACE_GLOBAL;
    return node->name.binding != NULL;
}

/* ---- loading and storing ------------------------------------------------------------------ */

static bool unknown(struct script *script, const char *name, struct value *result) {
    bool found = false;
    if (script->host.unknown_name) {
        if (script->host.unknown_name(script->runtime, script->host.host, name, result, &found))
            found = true;
        if (fault_raised(script->runtime->fault)) return false;
    }
    if (found) return true;
    if (is_python_builtin(name))
        return fault_raise(script->runtime->fault, "NotSupported", "'%s' is not supported here",
                           name);
    return fault_raise(script->runtime->fault, "NameError", "name '%s' is not defined", name);
}

static bool load_binding(struct script *script, const struct binding *binding,
                         struct value *result) {
    if (binding->bound)
        *result = binding->value;
    else if (binding->has_fallback)
        *result = binding->fallback;
    else
        return unknown(script, binding->name, result);
    return true;
}

static struct value *slot_of(struct script *script, const struct node *node) {
    struct frame *frame = script->frame;
    for (uint16_t i = 0; i < node->name.hops; i++) frame = frame->outer;
    return &frame->slots[node->name.slot];
}

static bool load_slot(struct script *script, struct node *node, struct value *result) {
    *result = *slot_of(script, node);
    if (result->kind != SLOT_EMPTY) return true;
    if (node->name.place == PLACE_CLASS) return load_binding(script, node->name.binding, result);
    if (node->name.hops)
        return fault_raise(script->runtime->fault, "NameError",
                           "cannot access free variable '%s' where it is not associated with a "
                           "value in enclosing scope",
                           node->name.name);
    return fault_raise(script->runtime->fault, "UnboundLocalError",
                       "cannot access local variable '%s' where it is not associated with a value",
                       node->name.name);
}

bool name_load(struct script *script, struct node *node, struct value *result) {
    if (node->name.place == PLACE_UNKNOWN && !resolve(script, node)) return false;
    if (node->name.place == PLACE_GLOBAL) return load_binding(script, node->name.binding, result);
    return load_slot(script, node, result);
}

bool name_store(struct script *script, struct node *node, struct value value) {
    if (node->name.place == PLACE_UNKNOWN && !resolve(script, node)) return false;
    if (node->name.place == PLACE_GLOBAL) {
        node->name.binding->value = value;
        node->name.binding->bound = true;
    } else {
        *slot_of(script, node) = value;
    }
    return true;
}

/* ---- modules ------------------------------------------------------------------------------ */

/* A module as a value. Its names are those of the module of that path, and the paths below it. */
struct module_object {
    struct object base;
    const char *path;
    struct script *script;
};

static const struct module *module_at(const struct script *script, const char *path) {
    for (size_t i = 0; i < script->module_count; i++)
        if (strcmp(script->modules[i]->path, path) == 0) return script->modules[i];
    return NULL;
}

/* True for "django.db" where there is a "django.db.models". */
static bool is_package(const struct script *script, const char *path) {
    size_t length = strlen(path);
    for (size_t i = 0; i < script->module_count; i++)
        if (strncmp(script->modules[i]->path, path, length) == 0 &&
            script->modules[i]->path[length] == '.')
            return true;
    return false;
}

/* A name of a module: one of its own, or a module below it. */
static bool module_find(struct script *script, const char *path, const char *name,
                        struct value *result, bool *found) {
    const struct module *module = module_at(script, path);
    *found = true;
    for (size_t i = 0; module && i < module->count; i++) {
        if (strcmp(module->names[i].name, name) != 0) continue;
        *result = module->names[i].value;
        return true;
    }
    const char *below = arena_format(script->runtime->arena, "%s.%s", path, name);
    if (!below) return fault_no_memory(script->runtime->fault);
    *found = module_at(script, below) || is_package(script, below);
    return *found && module_object(script, below, result);
}

static bool module_attribute(struct runtime *runtime, struct object *object, const char *name,
                             struct value *result, bool *found) {
    struct module_object *module = (struct module_object *)object;
    if (module_find(module->script, module->path, name, result, found)) return true;
    if (fault_raised(runtime->fault)) return false;
    return fault_raise(runtime->fault, "AttributeError", "module '%s' has no attribute '%s'",
                       module->path, name);
}

static const char *module_repr(struct runtime *runtime, struct object *object) {
    const char *text =
        arena_format(runtime->arena, "<module '%s'>", ((struct module_object *)object)->path);
    if (!text) fault_no_memory(runtime->fault);
    return text;
}

static const struct object_type module_type = {
    .name = "module", .get_attribute = module_attribute, .repr = module_repr};

bool module_object(struct script *script, const char *path, struct value *result) {
    struct module_object *module = arena_alloc(script->runtime->arena, sizeof *module);
    if (!module) return fault_no_memory(script->runtime->fault);
    *module = (struct module_object){{&module_type}, path, script};
    *result = value_object(&module->base);
    return true;
}

/* ---- imports ------------------------------------------------------------------------------ */

/* Python looks for the parts of a path one by one and names the first that is not there. */
static bool check_path(struct script *script, const char *path) {
    if (module_at(script, path) || is_package(script, path)) return true;
    for (const char *dot = strchr(path, '.');; dot = strchr(dot + 1, '.')) {
        size_t length = dot ? (size_t)(dot - path) : strlen(path);
        const char *part = arena_copy(script->runtime->arena, path, length);
        if (!part) return fault_no_memory(script->runtime->fault);
        if (module_at(script, part) || is_package(script, part)) {
            if (dot && !is_package(script, part))
                return fault_raise(script->runtime->fault, "ModuleNotFoundError",
                                   "No module named '%.*s'; '%s' is not a package",
                                   (int)(length + 1 + strcspn(dot + 1, ".")), path, part);
            assert(dot); /* the whole path is none, as was seen above */
            continue;
        }
        return fault_raise(script->runtime->fault, "ModuleNotFoundError", "No module named '%s'",
                           part);
    }
}

/* import a.b binds a; import a.b as c binds what a.b is. */
bool execute_import(struct script *script, struct node *node) {
    for (size_t i = 0; i < node->import.count; i++) {
        const struct alias *alias = &node->import.names[i];
        struct value value;
        if (!check_path(script, alias->path)) {
            fault_place(script->runtime->fault, alias->target->line, alias->target->column);
            return false;
        }
        const char *path = alias->renamed ? alias->path : alias->target->name.name;
        if (!module_object(script, path, &value) || !name_store(script, alias->target, value))
            return false;
    }
    return true;
}

bool execute_from(struct script *script, struct node *node) {
    if (!check_path(script, node->import.path)) return false;
    for (size_t i = 0; i < node->import.count; i++) {
        const struct alias *alias = &node->import.names[i];
        struct value value;
        bool found;
        if (!module_find(script, node->import.path, alias->path, &value, &found)) {
            fault_raise(script->runtime->fault, "ImportError", "cannot import name '%s' from '%s'",
                        alias->path, node->import.path);
            fault_place(script->runtime->fault, alias->target->line, alias->target->column);
            return false;
        }
        if (!name_store(script, alias->target, value)) return false;
    }
    return true;
}
