/* Resolving: the last of a flat list beside a bare memcmp over its prefixes, the radix index at 10
 * and at 50,000 routes, a reverse() by name. DESIGN's numbers. */
#include <stdio.h>
#include <string.h>

#include "engine/urls/index.h"
#include "engine/urls/site.h"
#include "tests/bench/bench.h"

enum { CALLS = 2000 };

struct urlconf {
    struct arena arena;
    struct fault fault;
    struct head silent;
    struct runtime runtime;
    struct list *list;
    struct resolver *resolver;
    struct url_index *index;
    struct dict *kwargs;
    char last[64], name[32];
};

/* section0/item/<int:pk>/ and so on, with names; false without memory. */
static bool build(struct urlconf *conf, size_t routes) {
    struct runtime *runtime = &conf->runtime;
    struct value view;
    arena_init(&conf->arena, NULL);
    fault_init(&conf->fault, &conf->arena);
    head_init(&conf->silent, NULL);
    *runtime =
        (struct runtime){.arena = &conf->arena, .head = &conf->silent, .fault = &conf->fault};
    conf->list = list_new(runtime, &list_type, routes);
    conf->kwargs = dict_new(runtime);
    if (!conf->list || !conf->kwargs || !urls_named_view(runtime, "item", &view)) return false;
    for (size_t i = 0; i < routes; i++) {
        struct route_parts parts = {.route =
                                        arena_format(&conf->arena, "section%zu/item/<int:pk>/", i),
                                    .name = arena_format(&conf->arena, "r%zu", i),
                                    .view = view};
        if (!parts.route || !parts.name) return false;
        parts.length = strlen(parts.route);
        struct route *route = route_new(runtime, &parts);
        if (!route || !list_append(runtime, conf->list, value_object(&route->base))) return false;
    }
    snprintf(conf->last, sizeof conf->last, "/section%zu/item/7/", routes - 1);
    snprintf(conf->name, sizeof conf->name, "r%zu", routes - 1);
    conf->resolver = resolver_new(runtime, value_object(&conf->list->base));
    conf->index = conf->resolver ? index_new(runtime, conf->resolver) : NULL;
    return conf->index && dict_set(runtime, conf->kwargs, value_text("pk"), value_int(7));
}

static uint64_t resolve_last(void *context) {
    struct urlconf *conf = context;
    struct arena_mark mark = arena_mark(&conf->arena);
    for (int i = 0; i < CALLS; i++) {
        struct route_match match;
        bool found;
        if (!resolver_resolve(&conf->runtime, conf->resolver, conf->last, strlen(conf->last),
                              &match, &found) ||
            !found)
            return 0;
        arena_rewind(&conf->arena, mark);
    }
    return CALLS;
}

/* What no walk over the list can do without. */
static uint64_t compare_prefixes(void *context) {
    struct urlconf *conf = context;
    volatile size_t matched = 0;
    for (int i = 0; i < CALLS; i++)
        for (size_t j = 0; j < conf->list->count; j++) {
            const struct route *route = (const struct route *)conf->list->items[j].object;
            size_t length = route->pattern.length;
            if (memcmp(conf->last + 1, route->pattern.route, length) == 0) matched = matched + 1;
        }
    return matched ? CALLS : 0;
}

static uint64_t ask_index(void *context) {
    struct urlconf *conf = context;
    struct arena_mark mark = arena_mark(&conf->arena);
    for (int i = 0; i < CALLS; i++) {
        struct route_match match;
        bool found;
        if (!index_resolve(&conf->runtime, conf->index, conf->last, strlen(conf->last), &match,
                           &found) ||
            !found)
            return 0;
        arena_rewind(&conf->arena, mark);
    }
    return CALLS;
}

static uint64_t reverse_last(void *context) {
    struct urlconf *conf = context;
    struct reverse_call call = {.name = value_text(conf->name), .kwargs = conf->kwargs};
    if (!resolver_reverse(&conf->runtime, conf->resolver, &call)) return 0; /* gathers the names */
    struct arena_mark mark = arena_mark(&conf->arena);
    for (int i = 0; i < CALLS; i++) {
        if (!resolver_reverse(&conf->runtime, conf->resolver, &call)) return 0;
        arena_rewind(&conf->arena, mark);
    }
    return CALLS;
}

int bench_urls(void) {
    struct urlconf few, many, most;
    int missed = 3;
    bool built = build(&few, 10);
    built = build(&many, 5000) && built;
    built = build(&most, 50000) && built;
    if (built)
        missed = !bench_pair(&(struct pair){.figure = "resolve() the last of 5,000 flat",
                                            .unit = "call",
                                            .reference = "memcmp over 5,000 prefixes",
                                            .target_ns = 50000,
                                            .ours = resolve_last,
                                            .theirs = compare_prefixes,
                                            .context = &many}) +
                 !bench_pair(&(struct pair){.figure = "radix index, 10 routes",
                                            .unit = "call",
                                            .target_ns = 300,
                                            .ours = ask_index,
                                            .context = &few}) +
                 !bench_pair(&(struct pair){.figure = "radix index, 50,000 routes",
                                            .unit = "call",
                                            .target_ns = 300,
                                            .ours = ask_index,
                                            .context = &most}) +
                 !bench_pair(&(struct pair){.figure = "reverse() among 5,000 names",
                                            .unit = "call",
                                            .ours = reverse_last,
                                            .context = &many});
    arena_release(&few.arena);
    arena_release(&many.arena);
    arena_release(&most.arena);
    return missed;
}
