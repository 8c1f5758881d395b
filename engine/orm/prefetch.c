/* prefetch - see prefetch.h.
 *
 *     prefetch_run           takes lookups off a stack, walks each path level by level
 *       `- prefetch_level    asks for one level and hands the results out */
#include "engine/orm/prefetch.h"

#include <string.h>

#include "engine/base/text.h"
#include "engine/orm/prefetch_level.h"

/* Lookups still to be walked, and what the walks have brought so far. */
struct pending {
    struct pending *next;
    struct prefetch *lookup;
    bool automatic; /* came from a queryset that was prefetched, not from the caller */
};

struct level {
    struct level *next;
    const char *to;       /* "author__profile" */
    struct list *results; /* all objects there */
};

struct walk {
    struct runtime *runtime;
    struct pending *pending;
    struct level *done;
    const struct field *followed[64]; /* relations that were followed: stops endless recursion */
    size_t followed_count;
};

/* ---- paths --------------------------------------------------------------------------------- */

/* The first `levels` parts of "a__b__c". */
static const char *path_upto(struct runtime *runtime, const char *path, size_t levels) {
    const char *end = path;
    for (size_t i = 0; end && i < levels; i++) {
        end = strstr(end + (i ? 2 : 0), "__");
    }
    const char *part = end ? arena_copy(runtime->arena, path, (size_t)(end - path)) : path;
    if (!part) fault_no_memory(runtime->fault);
    return part;
}

static const char *path_part(struct runtime *runtime, const char *path, size_t level) {
    for (; level; level--) path = strstr(path, "__") + 2;
    return path_upto(runtime, path, 1);
}

static size_t path_length(const char *path) {
    size_t length = 1;
    for (; (path = strstr(path, "__")); path += 2) length++;
    return length;
}

static const char *path_join(struct runtime *runtime, const char *prefix, const char *path) {
    const char *joined = arena_format(runtime->arena, "%s__%s", prefix, path);
    if (!joined) fault_no_memory(runtime->fault);
    return joined;
}

/* ---- Prefetch ------------------------------------------------------------------------------ */

struct prefetch *prefetch_new(struct runtime *runtime, const char *path) {
    struct prefetch *prefetch = arena_alloc(runtime->arena, sizeof *prefetch);
    if (!prefetch) {
        fault_no_memory(runtime->fault);
        return NULL;
    }
    *prefetch = (struct prefetch){{&prefetch_type}, path, path, NULL, NULL};
    return prefetch;
}

static bool set_to_attr(struct runtime *runtime, struct prefetch *prefetch, const char *to_attr) {
    size_t length = path_length(prefetch->through);
    prefetch->to_attr = prefetch->to = to_attr;
    if (length == 1) return true;
    const char *prefix = path_upto(runtime, prefetch->through, length - 1);
    prefetch->to = prefix ? path_join(runtime, prefix, to_attr) : NULL;
    return prefetch->to != NULL;
}

static bool call_prefetch(struct runtime *runtime, const struct arguments *arguments,
                          struct value *result) {
    static const char *const names[] = {"lookup", "queryset", "to_attr"};
    struct value given[3] = {value_none(), value_none(), value_none()};
    if (!arguments_read(runtime, arguments, "Prefetch.__init__", names, 3, 1, given)) return false;
    if (given[0].kind != VALUE_TEXT || (given[2].kind != VALUE_NONE && given[2].kind != VALUE_TEXT))
        return fault_raise(runtime->fault, "TypeError", "Prefetch() takes names as str");
    struct prefetch *prefetch = prefetch_new(runtime, given[0].text);
    if (!prefetch) return false;
    *result = value_object(&prefetch->base);
    if (given[1].kind == VALUE_OBJECT)
        prefetch->queryset = queryset_behind(runtime, given[1].object);
    if (fault_raised(runtime->fault)) return false;
    if (object_is(given[1], &raw_queryset_type) ||
        (prefetch->queryset && prefetch->queryset->rows != ROWS_INSTANCES))
        return fault_raise(runtime->fault, "ValueError",
                           "Prefetch querysets cannot use raw(), values(), and values_list().");
    return given[2].kind != VALUE_TEXT || !given[2].length ||
           set_to_attr(runtime, prefetch, given[2].text);
}

static const char *prefetch_repr(struct runtime *runtime, struct object *self) {
    const char *repr = arena_format(runtime->arena, "<%s.Prefetch object at %p>",
                                    self->type->module, (void *)self);
    if (!repr) fault_no_memory(runtime->fault);
    return repr;
}

static bool class_of_prefetch(struct runtime *runtime, struct object *self, struct value *class) {
    (void)runtime, (void)self;
    /* values point to objects that may be changed; this one never is */
    *class = value_object((struct object *)(uintptr_t)&prefetch_class.base);
    return true;
}

const struct builtin_class prefetch_class = {.base = {&class_type},
                                             .name = "Prefetch",
                                             .make = call_prefetch,
                                             .module = "django.db.models.query"};

const struct object_type prefetch_type = {.name = "Prefetch",
                                          .module = "django.db.models.query",
                                          .class_of = class_of_prefetch,
                                          .repr = prefetch_repr};

/* ---- the walk ------------------------------------------------------------------------------ */

static const struct level *find_level(const struct walk *walk, const char *to) {
    const struct level *level = walk->done;
    while (level && strcmp(level->to, to) != 0) level = level->next;
    return level;
}

static bool add_level(struct walk *walk, const char *to, struct list *results) {
    struct level *level = arena_alloc(walk->runtime->arena, sizeof *level);
    if (!level) return fault_no_memory(walk->runtime->fault);
    *level = (struct level){walk->done, to, results};
    walk->done = level;
    return true;
}

static bool push(struct walk *walk, struct prefetch *lookup, bool automatic) {
    struct pending *pending = arena_alloc(walk->runtime->arena, sizeof *pending);
    if (!pending) return fault_no_memory(walk->runtime->fault);
    *pending = (struct pending){walk->pending, lookup, automatic};
    walk->pending = pending;
    return true;
}

/* Lookups of the queryset that was just fetched, as if they had been written behind its path. */
static bool push_inner(struct walk *walk, const struct queryset *queryset, const char *prefix) {
    struct runtime *runtime = walk->runtime;
    for (size_t i = queryset->prefetch_count; i-- > 0;) {
        struct prefetch *inner = prefetch_new(runtime, queryset->prefetches[i]->through);
        if (!inner) return false;
        *inner = *queryset->prefetches[i];
        inner->through = path_join(runtime, prefix, inner->through);
        inner->to = path_join(runtime, prefix, inner->to);
        if (!inner->through || !inner->to || !push(walk, inner, true)) return false;
    }
    return true;
}

static bool was_followed(const struct walk *walk, const struct field *field) {
    for (size_t i = 0; i < walk->followed_count; i++)
        if (walk->followed[i] == field) return true;
    return false;
}

static void follow(struct walk *walk, const struct field *field) {
    size_t room = sizeof walk->followed / sizeof walk->followed[0];
    if (!was_followed(walk, field) && walk->followed_count < room)
        walk->followed[walk->followed_count++] = field;
}

/* is_fetched: whether an object has its results already. For a to_attr that is hasattr(), which
 * reads: a relation of that name is loaded, and so is a deferred column. */
static bool is_fetched(struct runtime *runtime, const struct step *step, struct instance *instance,
                       bool *fetched) {
    const struct relation *relation = &step->relation;
    struct value there;
    if (step->as_attr && !relation_is_single(relation) &&
        strcmp(step->to_attr, relation->name) != 0)
        return object_try_attribute(runtime, value_object(&instance->base), step->to_attr, &there,
                                    fetched);
    *fetched = relation_is_single(relation)
                   ? instance_attached(instance, ATTACHED_RELATED, relation->cache_name) != NULL
                   : instance_attached(instance, ATTACHED_PREFETCHED, relation->name) != NULL;
    return true;
}

static struct list *select_unfetched(struct runtime *runtime, const struct step *step,
                                     const struct list *instances) {
    struct list *unfetched = list_new(runtime, &list_type, instances->count);
    for (size_t i = 0; unfetched && i < instances->count; i++) {
        bool fetched;
        if (!is_fetched(runtime, step, (struct instance *)instances->items[i].object, &fetched) ||
            (!fetched && !list_append(runtime, unfetched, instances->items[i])))
            return NULL;
    }
    return unfetched;
}

static bool append_all(struct runtime *runtime, struct list *list, const struct list *more) {
    for (size_t i = 0; i < more->count; i++)
        if (!list_append(runtime, list, more->items[i])) return false;
    return true;
}

/* What one object that needed no query leads to. */
static bool append_next(struct runtime *runtime, const struct step *step, struct instance *instance,
                        struct list *next) {
    const struct attachment *here;
    if ((here = instance_attached(instance, ATTACHED_PREFETCHED, step->relation.name))) {
        struct queryset *set = (struct queryset *)here->value.object;
        return queryset_fetch(runtime, set) && append_all(runtime, next, set->cache);
    }
    if ((here = instance_attached(instance, ATTACHED_EXTRA, step->relation.name)) &&
        object_is(here->value, &list_type))
        return append_all(runtime, next, (struct list *)here->value.object);
    here = instance_attached(instance, ATTACHED_RELATED, step->relation.cache_name);
    return !here || here->value.kind == VALUE_NONE || list_append(runtime, next, here->value);
}

/* An object counts as often as it was reached: going to and fro, a path multiplies them. */
enum { LOOK_EVERY = 64 };

static struct list *next_objects(struct runtime *runtime, const struct step *step,
                                 const struct list *instances) {
    struct list *next = list_new(runtime, &list_type, instances->count);
    for (size_t i = 0; next && i < instances->count; i++) {
        if (i % LOOK_EVERY == LOOK_EVERY - 1 && runtime_cancelled(runtime)) return NULL;
        if (!append_next(runtime, step, (struct instance *)instances->items[i].object, next))
            return NULL;
    }
    return next;
}

/* The step from `first`'s model along one name of the path; errors in Django's words. *plain: the
 * attribute is there, but leads nowhere. */
static bool find_step(struct walk *walk, const struct prefetch *lookup, size_t level,
                      const struct instance *first, struct step *step, bool *plain) {
    struct runtime *runtime = walk->runtime;
    size_t length = path_length(lookup->through);
    const char *name = path_part(runtime, lookup->through, level);
    if (!name) return false;
    *step = (struct step){.leaf = level + 1 == length};
    step->as_attr = lookup->to_attr && step->leaf;
    step->to_attr = step->as_attr ? lookup->to_attr : name;
    if (step->leaf) step->queryset = lookup->queryset;
    *plain = false;
    if (relation_find(first->model, name, &step->relation)) return true;
    *plain = true;
    step->relation.name = step->relation.cache_name = name;
    if (!model_field(first->model, name) && !instance_attached(first, ATTACHED_EXTRA, name))
        return fault_raise(runtime->fault, "AttributeError",
                           "Cannot find '%s' on %s object, '%s' is an invalid parameter to "
                           "prefetch_related()",
                           name, first->model->name, lookup->through);
    if (step->leaf)
        return fault_raise(runtime->fault, "ValueError",
                           "'%s' does not resolve to an item that supports prefetching - this is "
                           "an invalid parameter to prefetch_related().",
                           lookup->through);
    return true;
}

/* Takes one step of the path: by query where objects lack theirs. */
static struct list *take_step(struct walk *walk, const struct pending *pending,
                              const struct step *step, bool plain, const char *to,
                              struct list *instances) {
    struct runtime *runtime = walk->runtime;
    struct list *unfetched = plain ? NULL : select_unfetched(runtime, step, instances);
    if (fault_raised(runtime->fault)) return NULL;
    if (!unfetched || unfetched->count == 0) return next_objects(runtime, step, instances);
    struct queryset *fetched = prefetch_level(runtime, step, unfetched);
    if (!fetched) return NULL;
    bool seen =
        pending->automatic && find_level(walk, to) && was_followed(walk, step->relation.field);
    if (!seen && (!add_level(walk, to, fetched->cache) || !push_inner(walk, fetched, to)))
        return NULL;
    follow(walk, step->relation.field);
    return fetched->cache;
}

static bool walk_lookup(struct walk *walk, const struct pending *pending, struct list *instances) {
    const struct prefetch *lookup = pending->lookup;
    size_t length = path_length(lookup->through);
    for (size_t level = 0; level < length && instances->count; level++) {
        const char *to = path_upto(walk->runtime, lookup->to, level + 1);
        if (!to) return false;
        const struct level *done = find_level(walk, to);
        if (done) {
            instances = done->results;
            continue;
        }
        const struct instance *first = instance_of(instances->items[0]);
        if (!first) return true; /* rows of values_list() and the like cannot be decorated */
        struct step step;
        bool plain;
        if (!find_step(walk, lookup, level, first, &step, &plain)) return false;
        instances = take_step(walk, pending, &step, plain, to, instances);
        if (!instances) return false;
    }
    return true;
}

bool prefetch_run(struct runtime *runtime, struct list *instances, struct prefetch *const *lookups,
                  size_t count) {
    struct walk walk = {.runtime = runtime};
    if (!instances->count) return true;
    for (size_t i = count; i-- > 0;)
        if (!push(&walk, lookups[i], false)) return false;
    while (walk.pending) {
        struct pending *pending = walk.pending;
        walk.pending = pending->next;
        if (!find_level(&walk, pending->lookup->to)) {
            if (!walk_lookup(&walk, pending, instances)) return false;
        } else if (pending->lookup->queryset) {
            return fault_raise(runtime->fault, "ValueError",
                               "'%s' lookup was already seen with a different queryset. You may "
                               "need to adjust the ordering of your lookups.",
                               pending->lookup->to);
        }
    }
    return true;
}
