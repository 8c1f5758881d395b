/* dict_views - what keys(), values() and items() give, and the other methods of dict.
 *
 * A view looks at its dict and copies nothing: it shows what is added later, too. */
#include <string.h>

#include "engine/object/object.h"
#include "engine/object/plain.h"

/* ---- iterating ---------------------------------------------------------------------------- */

struct dict_iterator {
    struct object base;
    struct dict *dict;
    size_t next, count; /* count: entries when the loop began */
    enum dict_part part;
};

static bool part_of(struct runtime *runtime, const struct dict *dict, enum dict_part part,
                    size_t entry, struct value *result) {
    const struct dict_entry *at = &dict->entries[entry];
    *result = part == DICT_KEYS ? at->key : at->value;
    if (part != DICT_ITEMS) return true;
    struct list *pair = list_new(runtime, &tuple_type, 2);
    if (!pair) return false;
    pair->items[0] = at->key;
    pair->items[1] = at->value;
    pair->count = 2;
    *result = value_object(&pair->base);
    return true;
}

static bool dict_next(struct runtime *runtime, struct object *object, struct value *result,
                      bool *done) {
    struct dict_iterator *iterator = (struct dict_iterator *)object;
    if (iterator->dict->count != iterator->count)
        return fault_raise(runtime->fault, "RuntimeError",
                           "dictionary changed size during iteration");
    *done = iterator->next >= iterator->count;
    return *done || part_of(runtime, iterator->dict, iterator->part, iterator->next++, result);
}

static void iterator_visit(struct object *object, void (*each)(void *, struct value),
                           void *context) {
    each(context, value_object(&((struct dict_iterator *)object)->dict->base));
}

static const struct object_type iterator_types[] = {
    [DICT_KEYS] = {.name = "dict_keyiterator", .next = dict_next, .visit = iterator_visit},
    [DICT_VALUES] = {.name = "dict_valueiterator", .next = dict_next, .visit = iterator_visit},
    [DICT_ITEMS] = {.name = "dict_itemiterator", .next = dict_next, .visit = iterator_visit},
};

bool dict_view_iterate(struct runtime *runtime, struct dict *dict, enum dict_part part,
                       struct value *iterator) {
    struct dict_iterator *made = arena_alloc(runtime->arena, sizeof *made);
    if (!runtime_has(runtime, made)) return false;
    *made = (struct dict_iterator){{&iterator_types[part]}, dict, 0, dict->count, part};
    *iterator = value_object(&made->base);
    return true;
}

/* ---- views -------------------------------------------------------------------------------- */

struct dict_view {
    struct object base;
    struct dict *dict;
    enum dict_part part;
};

static bool view_iterate(struct runtime *runtime, struct object *object, struct value *iterator) {
    struct dict_view *view = (struct dict_view *)object;
    return dict_view_iterate(runtime, view->dict, view->part, iterator);
}

static bool view_length(struct runtime *runtime, struct object *object, int64_t *length) {
    (void)runtime;
    *length = (int64_t)((struct dict_view *)object)->dict->count;
    return true;
}

/* keys() and items() equal what has the same members; values() equals only itself. */
static bool view_equal(struct runtime *runtime, struct object *object, struct value other,
                       bool *equal) {
    struct dict_view *view = (struct dict_view *)object;
    int64_t length;
    *equal = false;
    if (other.kind != VALUE_OBJECT || view->part == DICT_VALUES) return true;
    if (other.object->type != object->type && other.object->type != &set_type) return true;
    if (!object_length(runtime, other, &length)) return false;
    if (length != (int64_t)view->dict->count) return true;
    for (size_t i = 0; i < view->dict->count; i++) {
        struct value member;
        if (!part_of(runtime, view->dict, view->part, i, &member)) return false;
        if (!object_contains(runtime, other, member, equal)) return false;
        if (!*equal) return true;
    }
    return *equal = true;
}

static const char *view_repr(struct runtime *runtime, struct object *object) {
    struct dict_view *view = (struct dict_view *)object;
    struct list *list = list_new(runtime, &list_type, view->dict->count);
    if (!list || !list_extend(runtime, list, value_object(object))) return NULL;
    const char *items = object_repr(runtime, value_object(&list->base));
    const char *text =
        items ? arena_format(runtime->arena, "%s(%s)", object->type->name, items) : NULL;
    return items && runtime_has(runtime, text) ? text : NULL;
}

static void view_visit(struct object *object, void (*each)(void *, struct value), void *context) {
    each(context, value_object(&((struct dict_view *)object)->dict->base));
}

#define VIEW_TYPE(shown)                                                                           \
    {                                                                                              \
        .name = shown, .iterate = view_iterate, .length = view_length, .equal = view_equal,        \
        .repr = view_repr, .visit = view_visit                                                     \
    }

static const struct object_type view_types[] = {
    [DICT_KEYS] = VIEW_TYPE("dict_keys"),
    [DICT_VALUES] = VIEW_TYPE("dict_values"),
    [DICT_ITEMS] = VIEW_TYPE("dict_items"),
};

static bool view_new(struct runtime *runtime, struct object *dict, enum dict_part part,
                     struct value *result) {
    struct dict_view *view = arena_alloc(runtime->arena, sizeof *view);
    if (!runtime_has(runtime, view)) return false;
    *view = (struct dict_view){{&view_types[part]}, (struct dict *)dict, part};
    *result = value_object(&view->base);
    return true;
}

/* ---- the methods of dict ------------------------------------------------------------------ */

#define METHOD(name)                                                                               \
    static bool method_##name(struct runtime *runtime, struct object *self,                        \
                              const struct arguments *arguments, struct value *result)

METHOD(keys) {
    return arguments_count(runtime, arguments, "dict.keys", 0, 0) &&
           view_new(runtime, self, DICT_KEYS, result);
}

METHOD(values) {
    return arguments_count(runtime, arguments, "dict.values", 0, 0) &&
           view_new(runtime, self, DICT_VALUES, result);
}

METHOD(items) {
    return arguments_count(runtime, arguments, "dict.items", 0, 0) &&
           view_new(runtime, self, DICT_ITEMS, result);
}

METHOD(get) {
    bool found;
    if (!arguments_count(runtime, arguments, "dict.get", 1, 2)) return false;
    if (!dict_get(runtime, (struct dict *)self, arguments->values[0], result, &found)) return false;
    if (!found) *result = arguments->count == 2 ? arguments->values[1] : value_none();
    return true;
}

METHOD(setdefault) {
    struct dict *dict = (struct dict *)self;
    bool found;
    if (!arguments_count(runtime, arguments, "dict.setdefault", 1, 2)) return false;
    if (!dict_get(runtime, dict, arguments->values[0], result, &found)) return false;
    if (found) return true;
    *result = arguments->count == 2 ? arguments->values[1] : value_none();
    return dict_set(runtime, dict, arguments->values[0], *result);
}

METHOD(pop) {
    bool found;
    if (!arguments_count(runtime, arguments, "dict.pop", 1, 2)) return false;
    if (!dict_take(runtime, (struct dict *)self, arguments->values[0], result, &found))
        return false;
    if (found) return true;
    if (arguments->count == 2) {
        *result = arguments->values[1];
        return true;
    }
    const char *text = object_repr(runtime, arguments->values[0]);
    return text && fault_raise(runtime->fault, "KeyError", "%s", text);
}

METHOD(update) {
    struct dict *dict = (struct dict *)self;
    *result = value_none();
    if (arguments->count > 1)
        return fault_raise(runtime->fault, "TypeError",
                           "update expected at most 1 argument, got %zu", arguments->count);
    if (arguments->count && !dict_update(runtime, dict, arguments->values[0])) return false;
    for (size_t i = 0; i < arguments->keyword_count; i++)
        if (!dict_set(runtime, dict, value_text(arguments->keywords[i].name),
                      arguments->keywords[i].value))
            return false;
    return true;
}

METHOD(copy) {
    if (!arguments_count(runtime, arguments, "dict.copy", 0, 0)) return false;
    struct dict *copy = dict_new(runtime);
    if (!copy || !dict_update(runtime, copy, value_object(self))) return false;
    *result = value_object(&copy->base);
    return true;
}

const struct method dict_methods[] = {
    {"keys", method_keys},     {"values", method_values}, {"items", method_items},
    {"get", method_get},       {"pop", method_pop},       {"setdefault", method_setdefault},
    {"update", method_update}, {"copy", method_copy},     {NULL, NULL},
};

/* ---- dict(x), d.update(x) ----------------------------------------------------------------- */

static bool update_pair(struct runtime *runtime, struct dict *dict, struct value item,
                        size_t number) {
    bool sequence =
        item.kind == VALUE_TEXT ||
        (item.kind == VALUE_OBJECT && (item.object->type->iterate || item.object->type->next));
    if (!sequence)
        return fault_raise(runtime->fault, "TypeError",
                           "cannot convert dictionary update sequence element #%zu to a sequence",
                           number);
    struct list *pair = list_new(runtime, &list_type, 2);
    if (!pair || !list_extend(runtime, pair, item)) return false;
    if (pair->count != 2)
        return fault_raise(runtime->fault, "ValueError",
                           "dictionary update sequence element #%zu has length %zu; 2 is required",
                           number, pair->count);
    return dict_set(runtime, dict, pair->items[0], pair->items[1]);
}

bool dict_update(struct runtime *runtime, struct dict *dict, struct value source) {
    if (object_is(source, &dict_type)) {
        const struct dict *other = (const struct dict *)source.object;
        for (size_t i = 0; i < other->count; i++)
            if (!dict_set(runtime, dict, other->entries[i].key, other->entries[i].value))
                return false;
        return true;
    }
    struct value iterator, item;
    bool done;
    if (!object_iterate(runtime, source, &iterator)) return false;
    for (size_t number = 0; object_next(runtime, iterator, &item, &done); number++) {
        if (done) return true;
        if (!update_pair(runtime, dict, item, number)) return false;
        if (runtime_cancelled(runtime)) return false;
    }
    return false;
}
