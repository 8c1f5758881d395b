/* match_object - django.urls.ResolverMatch as a listing sees it. See site.h. */
#include <string.h>

#include "engine/urls/site.h"

/* "a:b" as a list of str; "" is the empty list. */
static bool split_names(struct runtime *runtime, const char *joined, struct value *result) {
    struct list *list = list_new(runtime, &list_type, 0);
    while (list && *joined) {
        size_t length = strcspn(joined, ":");
        const char *name = arena_copy(runtime->arena, joined, length);
        if (!name) return fault_no_memory(runtime->fault);
        if (!list_append(runtime, list, value_of_text(VALUE_TEXT, name, length))) return false;
        joined += length + (joined[length] == ':');
    }
    if (list) *result = value_object(&list->base);
    return list != NULL;
}

static bool get_func(struct runtime *runtime, const struct route_match *match, struct value *out) {
    (void)runtime;
    *out = match->found->view;
    return true;
}

static bool get_args(struct runtime *runtime, const struct route_match *match, struct value *out) {
    (void)match;
    struct list *empty = list_new(runtime, &tuple_type, 0);
    if (empty) *out = value_object(&empty->base);
    return empty != NULL;
}

static bool get_kwargs(struct runtime *runtime, const struct route_match *match,
                       struct value *out) {
    struct dict *dict = dict_new(runtime);
    for (size_t i = 0; dict && i < match->kwarg_count; i++)
        if (!dict_set(runtime, dict, value_text(match->kwargs[i].name), match->kwargs[i].value))
            return false;
    if (dict) *out = value_object(&dict->base);
    return dict != NULL;
}

static bool get_url_name(struct runtime *runtime, const struct route_match *match,
                         struct value *out) {
    (void)runtime;
    *out = match->found->name;
    return true;
}

static bool get_app_names(struct runtime *runtime, const struct route_match *match,
                          struct value *out) {
    return split_names(runtime, match->app_names, out);
}

static bool get_namespaces(struct runtime *runtime, const struct route_match *match,
                           struct value *out) {
    return split_names(runtime, match->namespaces, out);
}

static bool get_route(struct runtime *runtime, const struct route_match *match, struct value *out) {
    (void)runtime;
    *out = value_text(match->route);
    return true;
}

static bool get_app_name(struct runtime *runtime, const struct route_match *match,
                         struct value *out) {
    (void)runtime;
    *out = value_text(match->app_names);
    return true;
}

static bool get_namespace(struct runtime *runtime, const struct route_match *match,
                          struct value *out) {
    (void)runtime;
    *out = value_text(match->namespaces);
    return true;
}

static bool get_view_name(struct runtime *runtime, const struct route_match *match,
                          struct value *out) {
    (void)runtime;
    *out = value_text(match->view_name);
    return true;
}

/* The first `SHOWN` stand in repr(), in this order. */
static const struct {
    const char *name;
    bool (*get)(struct runtime *, const struct route_match *, struct value *);
} attributes[] = {
    {"func", get_func},           {"args", get_args},           {"kwargs", get_kwargs},
    {"url_name", get_url_name},   {"app_names", get_app_names}, {"namespaces", get_namespaces},
    {"route", get_route},         {"app_name", get_app_name},   {"namespace", get_namespace},
    {"view_name", get_view_name},
};

enum { ATTRIBUTES = sizeof attributes / sizeof *attributes, SHOWN = 7 };

static bool get_attribute(struct runtime *runtime, struct object *self, const char *name,
                          struct value *result, bool *found) {
    const struct route_match *match = &((const struct match_object *)self)->match;
    *found = false;
    for (size_t i = 0; i < ATTRIBUTES; i++)
        if (strcmp(attributes[i].name, name) == 0)
            return *found = attributes[i].get(runtime, match, result);
    if (strcmp(name, "tried") == 0 || strcmp(name, "_func_path") == 0)
        return fault_raise(runtime->fault, "NotSupported", "ResolverMatch.%s", name);
    return false;
}

/* ResolverMatch(func=blog.views.year, args=(), kwargs={'year': 2024}, url_name=year, app_names=[],
 * namespaces=[], route=<int:year>/) */
static const char *match_repr(struct runtime *runtime, struct object *self) {
    const struct route_match *match = &((const struct match_object *)self)->match;
    struct text text;
    text_init(&text, runtime->arena);
    for (size_t i = 0; i < SHOWN; i++) {
        struct value value;
        if (!attributes[i].get(runtime, match, &value)) return NULL;
        const char *shown = i == 0 ? route_view_path(runtime, value) : object_str(runtime, value);
        if (!shown) return NULL;
        text_format(&text, "%s%s=%s", i ? ", " : "ResolverMatch(", attributes[i].name, shown);
    }
    text_add_char(&text, ')');
    const char *whole = text_finish(&text);
    if (!whole) fault_no_memory(runtime->fault);
    return whole;
}

const struct object_type resolver_match_type = {
    .name = "ResolverMatch", .get_attribute = get_attribute, .repr = match_repr};
