/* resolver - see resolver.h. The walk: every route in its order, the first match wins. */
#include "engine/urls/resolver.h"

#include <string.h>

#include "engine/urls/level.h"

struct resolver *resolver_new(struct runtime *runtime, struct value urlpatterns) {
    struct resolver *resolver = arena_alloc(runtime->arena, sizeof *resolver);
    if (!resolver) return fault_no_memory(runtime->fault), NULL;
    resolver->root = level_new(runtime, urlpatterns, &resolver->levels);
    return resolver->root ? resolver : NULL;
}

bool resolver_is_current(const struct resolver *resolver) {
    for (const struct level *level = resolver->levels; level; level = level->next)
        if (!level_is_current(level)) return false;
    return true;
}

/* ---- the walk ----------------------------------------------------------------------------- */

struct walk {
    struct runtime *runtime;
    struct route_match *match;
    struct text *chains; /* where the text of a Resolver404 gathers what was tried; usually NULL */
    size_t tried;
};

enum { TRIES_BETWEEN_LOOKS = 4096 }; /* at the flag that asks a run to stop */

static void write_chain(struct walk *walk, const struct step *step, bool last) {
    if (step->outer) write_chain(walk, step->outer, false);
    const char *repr =
        object_repr(walk->runtime, value_object((struct object *)(uintptr_t)&step->route->base));
    if (!repr) return;
    text_add(walk->chains, repr);
    if (!last) text_add(walk->chains, ", ");
}

/* One more chain of patterns was tried to its end. */
static bool count_try(struct walk *walk, const struct step *step) {
    if (walk->chains) {
        text_add(walk->chains, walk->tried ? ", [" : "[");
        write_chain(walk, step, true);
        text_add(walk->chains, "]");
        if (fault_raised(walk->runtime->fault)) return false;
    }
    return ++walk->tried % TRIES_BETWEEN_LOOKS || !runtime_cancelled(walk->runtime);
}

static bool walk_level(struct walk *, const struct level *, const struct step *outer,
                       const char *path, size_t length, bool *found);

/* The route of an include matched: the rest of the path is up to the inner list. */
static bool walk_include(struct walk *walk, const struct entry *entry, const struct step *step,
                         size_t end, size_t length, bool *found) {
    struct head *head = walk->runtime->head;
    const char *route = step->route->pattern.route;
    if (!level_check(walk->runtime, entry->inner)) return false;
    if (head->tape) head_enter(head, TAPE_PATTERN, route);
    bool went = walk_level(walk, entry->inner, step, step->path + end, length - end, found);
    if (head->tape) head_leave(head, TAPE_PATTERN, route, *found);
    return went;
}

/* Tries one entry whose literal beginning fits. */
static bool walk_entry(struct walk *walk, const struct level *level, size_t index,
                       struct step *step, struct span *spans, size_t length, bool *found) {
    const struct entry *entry = &level->entries[index];
    if (!level_check_entry(walk->runtime, level, index, "resolve")) return false;
    size_t end;
    bool matched =
        pattern_match(&entry->route->pattern, step->path, length, spans, &end) && step_fits(step);
    if (matched && entry->inner) return walk_include(walk, entry, step, end, length, found);
    *found = matched;
    if (walk->runtime->head->tape)
        head_point(walk->runtime->head, TAPE_PATTERN, entry->route->pattern.route, matched);
    if (!count_try(walk, step)) return false;
    return !matched || match_build(walk->runtime, step, walk->match);
}

static bool walk_level(struct walk *walk, const struct level *level, const struct step *outer,
                       const char *path, size_t length, bool *found) {
    struct span spans[PATTERN_PARAMETERS];
    struct step step = {.path = path, .spans = spans, .outer = outer};
    struct head *head = walk->runtime->head;
    for (size_t i = 0; i < level->count && !*found; i++) {
        const struct entry *entry = &level->entries[i];
        step.route = entry->route;
        if (entry->length <= length && memcmp(entry->literal, path, entry->length) == 0) {
            if (!walk_entry(walk, level, i, &step, spans, length, found)) return false;
            continue;
        }
        if (head->tape) head_point(head, TAPE_PATTERN, entry->route->pattern.route, 0);
        if (!count_try(walk, &step)) return false;
    }
    return true;
}

/* ---- from outside ------------------------------------------------------------------------- */

bool resolver_resolve(struct runtime *runtime, const struct resolver *resolver, const char *path,
                      size_t length, struct route_match *match, bool *found) {
    struct walk walk = {.runtime = runtime, .match = match};
    *found = false;
    *match = (struct route_match){.namespaces = "", .app_names = ""};
    /* The root's own pattern is "^/". */
    bool rooted = length > 0 && path[0] == '/';
    bool went = !rooted || (level_check(runtime, resolver->root) &&
                            walk_level(&walk, resolver->root, NULL, path + 1, length - 1, found));
    match->tried = walk.tried;
    return went;
}

bool resolver_raise_404(struct runtime *runtime, const struct resolver *resolver, const char *path,
                        size_t length) {
    struct text chains;
    text_init(&chains, runtime->arena);
    struct head silent;
    head_init(&silent, NULL);
    struct runtime quiet = *runtime;
    quiet.head = &silent;
    struct route_match match;
    struct walk walk = {.runtime = &quiet, .match = &match, .chains = &chains};
    bool rooted = length > 0 && path[0] == '/';
    bool found = false;
    if (rooted && !walk_level(&walk, resolver->root, NULL, path + 1, length - 1, &found))
        return false;
    const char *rest =
        object_repr(runtime, value_of_text(VALUE_TEXT, path + rooted, length - (size_t)rooted));
    const char *tried = text_finish(&chains);
    if (!rest || !tried) return fault_no_memory(runtime->fault);
    if (!rooted) return fault_raise(runtime->fault, "Resolver404", "{'path': %s}", rest);
    return fault_raise(runtime->fault, "Resolver404", "{'tried': [%s], 'path': %s}", tried, rest);
}
