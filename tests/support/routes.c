/* routes - see routes.h. */
#include "tests/support/routes.h"

#include "engine/urls/site.h"
#include "tests/support/testing.h"

struct list *routes_new(struct running *running) {
    struct list *list = list_new(&running->runtime, &list_type, 0);
    assert_non_null(list);
    return list;
}

static void append(struct running *running, struct list *list, const struct route_parts *parts) {
    struct route *route = route_new(&running->runtime, parts);
    assert_non_null(route);
    assert_true(list_append(&running->runtime, list, value_object(&route->base)));
}

void routes_add(struct running *running, struct list *list, const char *route, const char *view,
                const char *name) {
    struct route_parts parts = {.route = route, .length = strlen(route), .name = name};
    assert_true(urls_named_view(&running->runtime, view, &parts.view));
    append(running, list, &parts);
}

void routes_include(struct running *running, struct list *list, const char *route,
                    struct list *inner, const char *app_name, const char *instance) {
    struct route_parts parts = {.route = route,
                                .length = strlen(route),
                                .inner = value_object(&inner->base),
                                .app_name = app_name,
                                .instance = instance};
    append(running, list, &parts);
}

struct resolver *routes_resolver(struct running *running, struct list *list) {
    struct resolver *resolver = resolver_new(&running->runtime, value_object(&list->base));
    assert_non_null(resolver);
    return resolver;
}

const char *routes_kwargs(struct running *running, const struct route_match *match) {
    struct dict *dict = dict_new(&running->runtime);
    assert_non_null(dict);
    for (size_t i = 0; i < match->kwarg_count; i++)
        assert_true(dict_set(&running->runtime, dict, value_text(match->kwargs[i].name),
                             match->kwargs[i].value));
    const char *shown = object_repr(&running->runtime, value_object(&dict->base));
    assert_non_null(shown);
    return shown;
}

const char *routes_answer(struct running *running, const struct resolver *resolver,
                          const char *path) {
    struct route_match match;
    bool found;
    assert_true(resolver_resolve(&running->runtime, resolver, path, strlen(path), &match, &found));
    if (!found) return arena_format(&running->arena, "404 %zu", match.tried);
    return arena_format(&running->arena, "%s %s %s %zu", match.view_name, match.route,
                        routes_kwargs(running, &match), match.tried);
}
