/* routes - urlconfs for tests, without a listing. */
#ifndef TESTS_SUPPORT_ROUTES_H
#define TESTS_SUPPORT_ROUTES_H

#include "engine/urls/resolver.h"
#include "tests/support/running.h"

/* An empty list of routes. */
struct list *routes_new(struct running *running);

/* path(route, view, name=name); a NULL name is none. The view only has its name. */
void routes_add(struct running *running, struct list *list, const char *route, const char *view,
                const char *name);

/* path(route, include((inner, app_name), namespace=instance)); NULLs are None. */
void routes_include(struct running *running, struct list *list, const char *route,
                    struct list *inner, const char *app_name, const char *instance);

/* A resolver of the list. */
struct resolver *routes_resolver(struct running *running, struct list *list);

/* Resolves; what was found in one line: "view_name route {kwargs} tried", or "404 tried". */
const char *routes_answer(struct running *running, const struct resolver *resolver,
                          const char *path);

/* The kwargs of a match as Python shows a dict. */
const char *routes_kwargs(struct running *running, const struct route_match *match);

#endif
