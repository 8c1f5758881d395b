/* prefetch - see prefetch.h.
 *
 *     prefetch_run      takes lookups off a stack, walks each path level by level
 *       `- fetch_level  asks for one level and hands the results out
 *            `- narrow  the WHERE ... IN (...) of this kind of relation */
#include "engine/orm/prefetch.h"

#include <string.h>

#include "engine/base/text.h"
#include "engine/orm/key_set.h"
#include "engine/orm/queryset.h"
#include "engine/orm/related.h"

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
    if (prefetch->queryset && prefetch->queryset->rows != ROWS_INSTANCES)
        return fault_raise(runtime->fault, "ValueError",
                           "Prefetch querysets cannot use raw(), values(), and values_list().");
    return given[2].kind != VALUE_TEXT || !given[2].length ||
           set_to_attr(runtime, prefetch, given[2].text);
}

const struct function prefetch_function = {{&function_type}, "Prefetch", call_prefetch};

const struct object_type prefetch_type = {.name = "Prefetch"};

/* ---- one level ----------------------------------------------------------------------------- */

/* What leads from one level to the next. */
struct step {
    struct relation relation;
    const char *to_attr; /* where the results go: the relation's own name, or Prefetch's to_attr */
    bool as_attr;
    bool leaf;                 /* the last step of the path */
    struct queryset *queryset; /* asked instead of everything; NULL: everything */
};

/* The value by which an object of this level is found again among the results. */
static bool own_key(struct runtime *runtime, const struct step *step, struct instance *instance,
                    struct value *key) {
    size_t place = instance->model->primary_key;
    if (step->relation.kind == RELATION_FORWARD)
        place = instance_place(instance->model, step->relation.field);
    return instance_read(runtime, instance, place, key);
}

/* The name of the column that the query for a many-to-many brings along. */
static const char *through_column(struct runtime *runtime, const struct step *step) {
    const struct field *field = step->relation.field;
    const char *side = step->relation.kind == RELATION_MANY_TO_MANY ? field->through_source
                                                                    : field->through_target;
    const char *name = arena_format(runtime->arena, "_prefetch_related_val_%s_id", side);
    if (!name) fault_no_memory(runtime->fault);
    return name;
}

/* The same value on a result: whose it is. */
static bool result_key(struct runtime *runtime, const struct step *step, const char *through,
                       struct instance *result, struct value *key) {
    const struct attachment *extra;
    switch (step->relation.kind) {
    case RELATION_FORWARD: *key = instance_key(result); return true;
    case RELATION_REVERSE_ONE:
    case RELATION_REVERSE_MANY:
        return instance_read(runtime, result, instance_place(result->model, step->relation.field),
                             key);
    case RELATION_MANY_TO_MANY:
    case RELATION_MANY_TO_MANY_BACK: break;
    }
    extra = instance_attached(result, ATTACHED_EXTRA, through);
    *key = extra ? extra->value : value_none();
    return true;
}

/* The keys to ask for. Django collects those of foreign keys in a set, whose order shows in the
 * SQL; the others keep the order of the objects. */
static bool collect_keys(struct runtime *runtime, const struct step *step,
                         const struct list *instances, struct key_set *keys) {
    if (!key_set_init(runtime, keys, instances->count)) return false;
    for (size_t i = 0; i < instances->count; i++) {
        struct value key;
        if (!own_key(runtime, step, (struct instance *)instances->items[i].object, &key))
            return false;
        if (key.kind != VALUE_NONE && !key_set_add(runtime, keys, key)) return false;
    }
    return step->relation.kind != RELATION_FORWARD || key_set_arrange(runtime, keys);
}

/* The queryset of one level: all, or the Prefetch's own, WHERE <key> IN (...). */
static struct queryset *narrow(struct runtime *runtime, const struct step *step,
                               const struct key_set *keys) {
    const struct relation *relation = &step->relation;
    const char *paths[] = {
        [RELATION_FORWARD] = model_primary_key(relation->model)->name,
        [RELATION_REVERSE_ONE] = relation->field->name,
        [RELATION_REVERSE_MANY] = relation->field->name,
        [RELATION_MANY_TO_MANY] = relation->field->related_query_name,
        [RELATION_MANY_TO_MANY_BACK] = relation->field->name,
    };
    struct queryset *all = step->queryset ? step->queryset : queryset_new(runtime, relation->model);
    struct queryset *some = all ? queryset_clone(runtime, all) : NULL;
    if (!some) return NULL;
    if (query_is_sliced(some->query)) {
        fault_raise(runtime->fault, "AssertionError",
                    "Cannot filter a query once a slice has been taken.");
        return NULL;
    }
    if (!query_filter_in(runtime, some->query, paths[relation->kind], keys->keys, keys->count))
        return NULL;
    bool back = relation->kind == RELATION_MANY_TO_MANY_BACK;
    if ((back || relation->kind == RELATION_MANY_TO_MANY) &&
        !query_select_through(runtime, some->query, relation->field, back))
        return NULL;
    return some;
}

/* A result of a reverse relation knows whose it is: no query for `x.author`. */
static bool set_way_back(struct runtime *runtime, const struct step *step, struct instance *result,
                         struct instance *owner) {
    const struct field *field = step->relation.field;
    const char *name = field->name;
    if (step->relation.kind == RELATION_FORWARD)
        name = field->kind == FIELD_ONE_TO_ONE ? field->accessor : NULL;
    if (!name || step->relation.field->kind == FIELD_MANY_TO_MANY) return true;
    return instance_attach(runtime, result, ATTACHED_RELATED, name, value_object(&owner->base));
}

/* The results by key: key -> list, in the order they came. */
static struct dict *group_results(struct runtime *runtime, const struct step *step,
                                  const struct list *results) {
    struct dict *groups = dict_new(runtime);
    const char *through = through_column(runtime, step);
    if (!groups || !through) return NULL;
    for (size_t i = 0; i < results->count; i++) {
        struct value key, group;
        bool found;
        struct instance *result = (struct instance *)results->items[i].object;
        if (!result_key(runtime, step, through, result, &key) ||
            !dict_get(runtime, groups, key, &group, &found))
            return NULL;
        if (!found) {
            struct list *list = list_new(runtime, &list_type, 4);
            group = list ? value_object(&list->base) : value_none();
            if (!list || !dict_set(runtime, groups, key, group)) return NULL;
        }
        if (!list_append(runtime, (struct list *)group.object, results->items[i])) return NULL;
    }
    return groups;
}

/* Puts what was found where `instance.<relation>` will look for it. */
static bool hand_out(struct runtime *runtime, const struct step *step, struct instance *instance,
                     struct list *found) {
    const struct relation *relation = &step->relation;
    if (relation_is_single(relation)) {
        struct value one = found->count ? found->items[0] : value_none();
        if (step->as_attr)
            return instance_attach(runtime, instance, ATTACHED_EXTRA, step->to_attr, one);
        return related_cache(runtime, instance, relation, instance_of(one), false);
    }
    if (step->as_attr)
        return instance_attach(runtime, instance, ATTACHED_EXTRA, step->to_attr,
                               value_object(&found->base));
    struct value manager;
    struct queryset *set = queryset_of_list(runtime, relation->model, found);
    if (!set || !related_get(runtime, instance, relation, &manager)) return false;
    set->manager = (struct related_manager *)manager.object;
    set->narrowed = step->leaf ? step->queryset : NULL;
    return instance_attach(runtime, instance, ATTACHED_PREFETCHED, relation->cache_name,
                           value_object(&set->base));
}

static bool hand_out_all(struct runtime *runtime, const struct step *step,
                         const struct list *instances, struct dict *groups) {
    for (size_t i = 0; i < instances->count; i++) {
        struct instance *instance = (struct instance *)instances->items[i].object;
        struct value key, group;
        bool found;
        if (!own_key(runtime, step, instance, &key) ||
            !dict_get(runtime, groups, key, &group, &found))
            return false;
        struct list *list = found ? (struct list *)group.object : list_new(runtime, &list_type, 0);
        if (!list || !hand_out(runtime, step, instance, list)) return false;
    }
    return true;
}

/* Owners by key, so that each result learns whose it is: the last of equal ones, as in a dict. */
static bool set_ways_back(struct runtime *runtime, const struct step *step,
                          const struct list *instances, const struct list *results) {
    if (step->relation.field->kind == FIELD_MANY_TO_MANY) return true;
    struct dict *owners = dict_new(runtime);
    struct value key, owner;
    bool found;
    if (!owners) return false;
    for (size_t i = 0; i < instances->count; i++)
        if (!own_key(runtime, step, (struct instance *)instances->items[i].object, &key) ||
            !dict_set(runtime, owners, key, instances->items[i]))
            return false;
    for (size_t i = 0; i < results->count; i++) {
        struct instance *result = (struct instance *)results->items[i].object;
        if (!result_key(runtime, step, "", result, &key) ||
            !dict_get(runtime, owners, key, &owner, &found) ||
            (found && !set_way_back(runtime, step, result, (struct instance *)owner.object)))
            return false;
    }
    return true;
}

/* One query for one level. Lookups that its queryset brings along are left to the walk. */
static struct queryset *fetch_level(struct runtime *runtime, const struct step *step,
                                    const struct list *instances) {
    struct key_set keys;
    if (!collect_keys(runtime, step, instances, &keys)) return NULL;
    struct queryset *some = narrow(runtime, step, &keys);
    if (!some) return NULL;
    some->prefetched = true;
    if (!queryset_fetch(runtime, some)) return NULL;
    if (step->as_attr && model_field(step->relation.source, step->to_attr)) {
        fault_raise(runtime->fault, "ValueError",
                    "to_attr=%s conflicts with a field on the %s model.", step->to_attr,
                    step->relation.source->name);
        return NULL;
    }
    struct dict *groups = group_results(runtime, step, some->cache);
    return groups && set_ways_back(runtime, step, instances, some->cache) &&
                   hand_out_all(runtime, step, instances, groups)
               ? some
               : NULL;
}

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

/* is_fetched: whether an object has its results already. */
static bool is_fetched(const struct step *step, const struct instance *instance) {
    const struct relation *relation = &step->relation;
    if (relation_is_single(relation))
        return instance_attached(instance, ATTACHED_RELATED, relation->cache_name);
    if (!step->as_attr) return instance_attached(instance, ATTACHED_PREFETCHED, relation->name);
    struct relation other;
    return instance_attached(instance, ATTACHED_EXTRA, step->to_attr) ||
           model_field(instance->model, step->to_attr) ||
           relation_find(instance->model, step->to_attr, &other);
}

static struct list *select_unfetched(struct runtime *runtime, const struct step *step,
                                     const struct list *instances) {
    struct list *unfetched = list_new(runtime, &list_type, instances->count);
    for (size_t i = 0; unfetched && i < instances->count; i++)
        if (!is_fetched(step, (struct instance *)instances->items[i].object) &&
            !list_append(runtime, unfetched, instances->items[i]))
            return NULL;
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

static struct list *next_objects(struct runtime *runtime, const struct step *step,
                                 const struct list *instances) {
    struct list *next = list_new(runtime, &list_type, instances->count);
    for (size_t i = 0; next && i < instances->count; i++)
        if (!append_next(runtime, step, (struct instance *)instances->items[i].object, next))
            return NULL;
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
    struct queryset *fetched = fetch_level(runtime, step, unfetched);
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
