/* candidates - see candidates.h. */
#include "engine/urls/candidates.h"

#include <string.h>

/* Lists that are included again and again multiply: what would not end is refused. */
enum { CANDIDATES_MOST = 1 << 20 };

/* Room for one more in an array that doubles. */
static bool make_room(struct runtime *runtime, void **array, size_t count, size_t *room,
                      size_t size) {
    if (count < *room) return true;
    size_t more = *room ? 2 * *room : 16;
    void *grown = arena_grow(runtime->arena, *array, *room, more, size);
    if (!grown) return fault_no_memory(runtime->fault);
    *array = grown;
    *room = more;
    return true;
}

static bool list_of(struct runtime *runtime, struct candidates *candidates, struct value name,
                    struct candidate_list **list) {
    struct value number;
    bool found;
    if (!dict_get(runtime, candidates->names, name, &number, &found)) return false;
    if (!found) {
        void *lists = candidates->lists;
        number = value_int((int64_t)candidates->list_count);
        if (!make_room(runtime, &lists, candidates->list_count, &candidates->list_room,
                       sizeof *candidates->lists) ||
            !dict_set(runtime, candidates->names, name, number))
            return false;
        candidates->lists = lists;
        candidates->lists[candidates->list_count++] = (struct candidate_list){0};
    }
    *list = &candidates->lists[number.integer];
    return true;
}

static bool add(struct runtime *runtime, struct candidates *candidates, struct value name,
                const struct chain *chain) {
    struct candidate_list *list;
    if (!list_of(runtime, candidates, name, &list)) return false;
    struct candidate *candidate = arena_alloc(runtime->arena, sizeof *candidate);
    if (!candidate) return fault_no_memory(runtime->fault);
    candidate->chain = chain;
    if (list->last)
        list->last->next = candidate;
    else
        list->first = candidate;
    list->last = candidate;
    list->count++;
    return true;
}

/* A pattern is found by its view and, where it has one, by its name. */
static bool add_pattern(struct runtime *runtime, struct candidates *candidates,
                        const struct chain *chain) {
    const struct route *route = chain->route;
    if (++candidates->total > CANDIDATES_MOST)
        return fault_raise(runtime->fault, "NotSupported", "reverse() over more than %d routes",
                           CANDIDATES_MOST);
    if (candidates->total % 1024 == 0 && runtime_cancelled(runtime)) return false;
    if (!add(runtime, candidates, route->view, chain)) return false;
    return route->name.kind == VALUE_NONE || add(runtime, candidates, route->name, chain);
}

static bool add_namespace(struct runtime *runtime, struct candidates *candidates,
                          const struct chain *chain, const struct level *level) {
    void *namespaces = candidates->namespaces;
    if (!make_room(runtime, &namespaces, candidates->namespace_count, &candidates->namespace_room,
                   sizeof *candidates->namespaces))
        return false;
    candidates->namespaces = namespaces;
    const struct route *route = chain->route;
    candidates->namespaces[candidates->namespace_count++] =
        (struct namespace){route->app_name, route->instance, chain, level};
    return true;
}

static bool gather(struct runtime *, struct resolver *, struct candidates *, const struct level *,
                   const struct chain *outer);

static bool gather_entry(struct runtime *runtime, struct resolver *resolver,
                         struct candidates *candidates, const struct entry *entry,
                         const struct chain *outer) {
    struct chain *chain = arena_alloc(runtime->arena, sizeof *chain);
    if (!chain) return fault_no_memory(runtime->fault);
    *chain = (struct chain){entry->route, outer};
    if (!entry->inner) return add_pattern(runtime, candidates, chain);
    bool apart = entry->route->app_name && *entry->route->app_name;
    if (!apart) return gather(runtime, resolver, candidates, entry->inner, chain);
    return candidates_of(runtime, resolver, entry->inner) &&
           add_namespace(runtime, candidates, chain, entry->inner);
}

static bool gather(struct runtime *runtime, struct resolver *resolver,
                   struct candidates *candidates, const struct level *level,
                   const struct chain *outer) {
    if (!level_check(runtime, level)) return false;
    for (size_t i = level->count; i-- > 0;)
        if (!level_check_entry(runtime, level, i, "pattern") ||
            !gather_entry(runtime, resolver, candidates, &level->entries[i], outer))
            return false;
    return true;
}

const struct candidates *candidates_of(struct runtime *runtime, struct resolver *resolver,
                                       const struct level *level) {
    for (struct candidates *known = resolver->candidates; known; known = known->next)
        if (known->level == level) return known;
    struct candidates *candidates = arena_alloc(runtime->arena, sizeof *candidates);
    if (!candidates) return fault_no_memory(runtime->fault), NULL;
    candidates->level = level;
    candidates->names = dict_new(runtime);
    if (!candidates->names || !gather(runtime, resolver, candidates, level, NULL)) return NULL;
    candidates->next = resolver->candidates;
    resolver->candidates = candidates;
    return candidates;
}

/* ---- asking ------------------------------------------------------------------------------- */

bool candidates_find(struct runtime *runtime, const struct candidates *candidates,
                     struct value name, const struct candidate_list **list) {
    struct value number;
    bool found;
    *list = NULL;
    if (!dict_get(runtime, candidates->names, name, &number, &found)) return false;
    if (found) *list = &candidates->lists[number.integer];
    return true;
}

/* Where two includes bear one name, the one registered last has it: the first in the urlconf. */
const struct namespace *candidates_namespace(const struct candidates *candidates,
                                             const char *instance) {
    for (size_t i = candidates->namespace_count; i-- > 0;)
        if (strcmp(candidates->namespaces[i].instance, instance) == 0)
            return &candidates->namespaces[i];
    return NULL;
}

static bool has_instance(const struct candidates *candidates, const char *app_name,
                         const char *instance) {
    for (size_t i = 0; i < candidates->namespace_count; i++)
        if (strcmp(candidates->namespaces[i].app_name, app_name) == 0 &&
            strcmp(candidates->namespaces[i].instance, instance) == 0)
            return true;
    return false;
}

const char *candidates_instance(const struct candidates *candidates, const char *name,
                                const char *current_app) {
    const struct namespace *first = candidates->namespaces;
    const struct namespace *end = first + candidates->namespace_count;
    while (first < end && strcmp(first->app_name, name) != 0) first++;
    if (first == end) return name;
    if (current_app && has_instance(candidates, name, current_app)) return current_app;
    return has_instance(candidates, name, name) ? name : first->instance;
}
