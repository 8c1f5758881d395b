/* Resolving: the last route of a flat list beside memcmp over as many prefixes, and the radix index
 * beside a bare trie, from 10 routes to 50,000. And reverse(), which finds its route by name.
 *
 * All paths are equally long whatever the number of routes, so that growth is the routes' alone:
 *
 *     section00000/<int:pk>/   section00001/<int:pk>/   ...   asked: /section00042/7/ */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/urls/index.h"
#include "engine/urls/site.h"
#include "tests/bench/bench.h"
#include "tests/bench/bench_run.h"

enum { FLAT = 5000, PREFIX = 13, PATH = 16, ASKED = 64, FLAT_CALLS = 40, INDEX_CALLS = 20000 };

/* A byte of a prefix, and the bytes that may follow it. */
struct node {
    struct node *children, *sibling;
    size_t route; /* 1 and more; 0: none ends here */
    char byte;
};

struct routes {
    struct bench_run run;
    size_t count;
    struct resolver *flat;
    struct url_index *index;
    struct dict *kwargs;          /* of a reverse(): pk=7 */
    char (*prefixes)[PREFIX + 1]; /* "section00042/" */
    struct node *trie;
    char asked[ASKED][PATH + 1]; /* paths from all over the list */
    char last[PATH + 1];
};

/* ---- building ----------------------------------------------------------------------------- */

static bool add_route(struct routes *routes, struct list *list, size_t number) {
    struct runtime *runtime = &routes->run.runtime;
    const char *text = arena_format(runtime->arena, "%s<int:pk>/", routes->prefixes[number]);
    const char *name = arena_format(runtime->arena, "r%zu", number);
    struct route_parts parts = {.route = text, .length = text ? strlen(text) : 0, .name = name};
    if (!text || !name || !urls_named_view(runtime, "item", &parts.view)) return false;
    struct route *route = route_new(runtime, &parts);
    return route && list_append(runtime, list, value_object(&route->base));
}

static struct node *find_child(const struct node *node, char byte) {
    struct node *child = node->children;
    while (child && child->byte != byte) child = child->sibling;
    return child;
}

static struct node *add_child(struct routes *routes, struct node *node, char byte) {
    struct node *child = arena_array(&routes->run.arena, 1, sizeof *child);
    if (!child) return NULL;
    *child = (struct node){.sibling = node->children, .byte = byte};
    return node->children = child;
}

static bool add_to_trie(struct routes *routes, size_t number) {
    struct node *node = routes->trie;
    for (const char *byte = routes->prefixes[number]; node && *byte; byte++) {
        struct node *child = find_child(node, *byte);
        node = child ? child : add_child(routes, node, *byte);
    }
    if (node) node->route = number + 1;
    return node != NULL;
}

static void path_of(const struct routes *routes, size_t number, char path[PATH + 1]) {
    snprintf(path, PATH + 1, "/%.*s7/", PREFIX, routes->prefixes[number]);
}

static bool build(struct routes *routes, size_t count) {
    bench_run_init(&routes->run);
    routes->count = count;
    routes->prefixes = arena_array(&routes->run.arena, count, sizeof *routes->prefixes);
    routes->trie = arena_array(&routes->run.arena, 1, sizeof *routes->trie);
    struct list *list = list_new(&routes->run.runtime, &list_type, count);
    if (!routes->prefixes || !routes->trie || !list) return false;
    for (size_t i = 0; i < count; i++) {
        snprintf(routes->prefixes[i], PREFIX + 1, "section%05zu/", i % 100000);
        if (!add_route(routes, list, i) || !add_to_trie(routes, i)) return false;
    }
    path_of(routes, count - 1, routes->last);
    for (size_t i = 0; i < ASKED; i++) path_of(routes, i * 7919 % count, routes->asked[i]);
    routes->flat = resolver_new(&routes->run.runtime, value_object(&list->base));
    routes->index = routes->flat ? index_new(&routes->run.runtime, routes->flat) : NULL;
    routes->kwargs = dict_new(&routes->run.runtime);
    return routes->index && routes->kwargs &&
           dict_set(&routes->run.runtime, routes->kwargs, value_text("pk"), value_int(7));
}

/* ---- the flat list ------------------------------------------------------------------------ */

static uint64_t resolve_flat(void *context) {
    struct routes *routes = context;
    struct arena_mark mark = arena_mark(&routes->run.arena);
    for (int i = 0; i < FLAT_CALLS; i++) {
        struct route_match match;
        bool found;
        if (!resolver_resolve(&routes->run.runtime, routes->flat, routes->last,
                              strlen(routes->last), &match, &found) ||
            !found || match.tried != routes->count)
            return 0;
        arena_rewind(&routes->run.arena, mark);
    }
    return FLAT_CALLS;
}

/* Which prefix a path begins with, and the number behind it; 0: none. */
static size_t compare_prefixes(const struct routes *routes, const char *path, long *number) {
    for (size_t i = 0; i < routes->count; i++) {
        const char *prefix = routes->prefixes[i];
        size_t length = strlen(prefix);
        if (memcmp(path + 1, prefix, length) != 0) continue;
        *number = strtol(path + 1 + length, NULL, 10);
        return i + 1;
    }
    return 0;
}

static uint64_t compare_flat(void *context) {
    struct routes *routes = context;
    for (int i = 0; i < FLAT_CALLS; i++) {
        long number = 0;
        if (compare_prefixes(routes, routes->last, &number) != routes->count || number != 7)
            return 0;
    }
    return FLAT_CALLS;
}

/* ---- the index ---------------------------------------------------------------------------- */

static uint64_t resolve_index(void *context) {
    struct routes *routes = context;
    struct arena_mark mark = arena_mark(&routes->run.arena);
    for (int i = 0; i < INDEX_CALLS; i++) {
        struct route_match match;
        bool found;
        const char *path = routes->asked[i % ASKED];
        if (!index_resolve(&routes->run.runtime, routes->index, path, strlen(path), &match,
                           &found) ||
            !found)
            return 0;
        arena_rewind(&routes->run.arena, mark);
    }
    return INDEX_CALLS;
}

static size_t find_in_trie(const struct routes *routes, const char *path, long *number) {
    const struct node *node = routes->trie;
    const char *byte = path + 1;
    while (node && !node->route) node = find_child(node, *byte++);
    if (!node) return 0;
    *number = strtol(byte, NULL, 10);
    return node->route;
}

static uint64_t walk_trie(void *context) {
    struct routes *routes = context;
    for (int i = 0; i < INDEX_CALLS; i++) {
        long number = 0;
        if (!find_in_trie(routes, routes->asked[i % ASKED], &number) || number != 7) return 0;
    }
    return INDEX_CALLS;
}

/* ---- reverse() ---------------------------------------------------------------------------- */

/* The first call gathers the names; they stay, what the others take is given back. */
static uint64_t reverse_last(void *context) {
    struct routes *routes = context;
    char name[24];
    snprintf(name, sizeof name, "r%zu", routes->count - 1);
    struct reverse_call call = {.name = value_text(name), .kwargs = routes->kwargs};
    if (!resolver_reverse(&routes->run.runtime, routes->flat, &call)) return 0;
    struct arena_mark mark = arena_mark(&routes->run.arena);
    for (int i = 0; i < INDEX_CALLS; i++) {
        const char *path = resolver_reverse(&routes->run.runtime, routes->flat, &call);
        if (!path || strcmp(path, routes->last) != 0) return 0;
        arena_rewind(&routes->run.arena, mark);
    }
    return INDEX_CALLS;
}

/* ---- the section -------------------------------------------------------------------------- */

struct two_sizes {
    struct routes *small, *large;
};

static uint64_t resolve_large(void *context) {
    return resolve_index(((struct two_sizes *)context)->large);
}

static uint64_t resolve_small(void *context) {
    return resolve_index(((struct two_sizes *)context)->small);
}

enum { SIZES = GROWTH_SIZES };
static const size_t sizes[SIZES] = {10, FLAT, 50000};

/* The one of the three that has so many routes. */
static struct routes *routes_of(struct routes *routes, size_t size) {
    while (routes->count != size) routes++;
    return routes;
}

static bool grow_flat(void *routes, size_t size, double *amount) {
    (void)amount;
    return resolve_flat(routes_of(routes, size)) > 0;
}

static bool grow_index(void *routes, size_t size, double *amount) {
    (void)amount;
    return resolve_index(routes_of(routes, size)) > 0;
}

static bool grow_reverse(void *routes, size_t size, double *amount) {
    (void)amount;
    return reverse_last(routes_of(routes, size)) > 0;
}

static void bench_urls_growth(struct bench *bench, struct routes routes[SIZES]) {
    const struct growth growths[] = {
        {.figure = "resolve() the last route, growth with routes",
         .why = "a flat list is tried one by one",
         .order = 1,
         .work = grow_flat},
        {.figure = "radix index, growth with routes",
         .why = "a path is as long whatever the routes",
         .order = 0,
         .work = grow_index},
        {.figure = "reverse(), growth with names",
         .why = "a name is looked up by its hash",
         .order = 0,
         .work = grow_reverse},
    };
    for (size_t i = 0; i < sizeof growths / sizeof *growths; i++) {
        struct growth growth = growths[i];
        memcpy(growth.sizes, sizes, sizeof sizes);
        growth.context = routes;
        bench_growth(bench, &growth);
    }
}

void bench_urls(struct bench *bench) {
    struct routes routes[SIZES] = {0};
    bool built = true;
    for (size_t i = 0; i < SIZES; i++) built = build(&routes[i], sizes[i]) && built;
    struct two_sizes ends = {&routes[0], &routes[SIZES - 1]};
    const struct pair pairs[] = {
        {.figure = "resolve() the last of 5,000 flat routes",
         .reference = "memcmp over 5,000 prefixes",
         .target = {OURS_AT_MOST, 50e3},
         .ours = resolve_flat,
         .theirs = compare_flat,
         .context = &routes[1]},
        {.figure = "radix index, 10 routes",
         .reference = "a bare trie of the prefixes",
         .target = {OURS_AT_MOST, 300},
         .ours = resolve_index,
         .theirs = walk_trie,
         .context = &routes[0]},
        {.figure = "radix index, 5,000 routes",
         .reference = "a bare trie of the prefixes",
         .target = {OURS_AT_MOST, 300},
         .ours = resolve_index,
         .theirs = walk_trie,
         .context = &routes[1]},
        {.figure = "radix index, 50,000 routes",
         .reference = "a bare trie of the prefixes",
         .target = {OURS_AT_MOST, 300},
         .ours = resolve_index,
         .theirs = walk_trie,
         .context = &routes[2]},
        {.figure = "radix index, growth from 10 routes to 50,000",
         .reference = "the index of 10 routes",
         .target = {RATIO_AT_MOST, 2},
         .ours = resolve_large,
         .theirs = resolve_small,
         .context = &ends},
        {.figure = "reverse() among 5,000 names", .ours = reverse_last, .context = &routes[1]},
    };
    if (built)
        bench_pairs(bench, pairs, sizeof pairs / sizeof *pairs);
    else
        bench_row(bench, &(struct row){.figure = "a urlconf", .ours = NAN, .theirs = NAN});
    if (built) bench_urls_growth(bench, routes);
    for (size_t i = 0; i < SIZES; i++) bench_run_release(&routes[i].run);
}
