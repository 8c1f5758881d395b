/* list_methods - the methods of list and tuple. */
#include <string.h>

#include "engine/object/object.h"
#include "engine/object/plain.h"

#define METHOD(type, name)                                                                         \
    static bool type##_method_##name(struct runtime *runtime, struct object *self,                 \
                                     const struct arguments *arguments, struct value *result)

static struct list *as_list(struct object *object) {
    return (struct list *)object;
}

METHOD(list, append) {
    *result = value_none();
    return arguments_count(runtime, arguments, "list.append", 1, 1) &&
           list_append(runtime, as_list(self), arguments->values[0]);
}

METHOD(list, extend) {
    *result = value_none();
    return arguments_count(runtime, arguments, "list.extend", 1, 1) &&
           list_extend(runtime, as_list(self), arguments->values[0]);
}

METHOD(list, insert) {
    struct list *list = as_list(self);
    int64_t at;
    if (!arguments_count(runtime, arguments, "list.insert", 2, 2)) return false;
    if (!index_read(arguments->values[0], &at))
        return fault_raise(runtime->fault, "TypeError",
                           "'%s' object cannot be interpreted as an integer",
                           value_type_name(arguments->values[0]));
    int64_t count = (int64_t)list->count;
    if (at < 0) at = at + count < 0 ? 0 : at + count;
    if (at > count) at = count;
    if (!list_append(runtime, list, value_none())) return false;
    memmove(list->items + at + 1, list->items + at, (size_t)(count - at) * sizeof *list->items);
    list->items[at] = arguments->values[1];
    *result = value_none();
    return true;
}

static void take_out(struct list *list, size_t position) {
    list->count--;
    memmove(list->items + position, list->items + position + 1,
            (list->count - position) * sizeof *list->items);
}

METHOD(list, pop) {
    struct list *list = as_list(self);
    int64_t at = -1;
    if (!arguments_count(runtime, arguments, "list.pop", 0, 1)) return false;
    if (arguments->count && !index_read(arguments->values[0], &at))
        return fault_raise(runtime->fault, "TypeError",
                           "'%s' object cannot be interpreted as an integer",
                           value_type_name(arguments->values[0]));
    if (list->count == 0) return fault_raise(runtime->fault, "IndexError", "pop from empty list");
    if (at < 0) at += (int64_t)list->count;
    if (at < 0 || at >= (int64_t)list->count)
        return fault_raise(runtime->fault, "IndexError", "pop index out of range");
    *result = list->items[at];
    take_out(list, (size_t)at);
    return true;
}

/* Where item stands, from *position on and before stop; *position = stop when nowhere. */
static bool find(struct runtime *runtime, struct list *list, struct value item, size_t stop,
                 size_t *position) {
    for (; *position < stop && *position < list->count; ++*position) {
        bool equal = object_is_same(list->items[*position], item);
        if (!equal && !object_equal(runtime, list->items[*position], item, &equal)) return false;
        if (equal) return true;
    }
    *position = stop;
    return true;
}

/* A bound of index(x, start, stop): negative ones count from the end. */
static bool read_bound(struct runtime *runtime, const struct arguments *arguments, size_t place,
                       size_t count, size_t *bound) {
    int64_t index;
    if (place >= arguments->count) return true;
    if (!index_read(arguments->values[place], &index))
        return fault_raise(runtime->fault, "TypeError",
                           "slice indices must be integers or have an __index__ method");
    if (index < 0) index = index + (int64_t)count < 0 ? 0 : index + (int64_t)count;
    *bound = (size_t)index;
    return true;
}

METHOD(list, index) {
    struct list *list = as_list(self);
    bool tuple = self->type == &tuple_type;
    size_t position = 0, stop = list->count;
    if (!arguments_count(runtime, arguments, tuple ? "tuple.index" : "list.index", 1, 3) ||
        !read_bound(runtime, arguments, 1, list->count, &position) ||
        !read_bound(runtime, arguments, 2, list->count, &stop))
        return false;
    if (stop > list->count) stop = list->count;
    if (!find(runtime, list, arguments->values[0], stop, &position)) return false;
    *result = value_int((int64_t)position);
    if (position < stop) return true;
    if (tuple) return fault_raise(runtime->fault, "ValueError", "tuple.index(x): x not in tuple");
    const char *text = object_repr(runtime, arguments->values[0]);
    return text && fault_raise(runtime->fault, "ValueError", "%s is not in list", text);
}

METHOD(list, remove) {
    struct list *list = as_list(self);
    size_t position = 0;
    if (!arguments_count(runtime, arguments, "list.remove", 1, 1)) return false;
    if (!find(runtime, list, arguments->values[0], list->count, &position)) return false;
    if (position == list->count)
        return fault_raise(runtime->fault, "ValueError", "list.remove(x): x not in list");
    take_out(list, position);
    *result = value_none();
    return true;
}

METHOD(list, count) {
    struct list *list = as_list(self);
    int64_t count = 0;
    bool tuple = self->type == &tuple_type;
    if (!arguments_count(runtime, arguments, tuple ? "tuple.count" : "list.count", 1, 1))
        return false;
    for (size_t i = 0; i < list->count; i++) {
        bool equal;
        if (!object_equal(runtime, list->items[i], arguments->values[0], &equal)) return false;
        count += equal;
    }
    *result = value_int(count);
    return true;
}

METHOD(list, reverse) {
    struct list *list = as_list(self);
    if (!arguments_count(runtime, arguments, "list.reverse", 0, 0)) return false;
    for (size_t i = 0; i < list->count / 2; i++) {
        struct value swapped = list->items[i];
        list->items[i] = list->items[list->count - 1 - i];
        list->items[list->count - 1 - i] = swapped;
    }
    *result = value_none();
    return true;
}

METHOD(list, copy) {
    if (!arguments_count(runtime, arguments, "list.copy", 0, 0)) return false;
    struct list *copy = list_new(runtime, self->type, as_list(self)->count);
    if (!copy || !list_extend(runtime, copy, value_object(self))) return false;
    *result = value_object(&copy->base);
    return true;
}

METHOD(list, clear) {
    if (!arguments_count(runtime, arguments, "list.clear", 0, 0)) return false;
    as_list(self)->count = 0;
    *result = value_none();
    return true;
}

METHOD(list, sort) {
    bool reverse = false;
    for (size_t i = 0; i < arguments->keyword_count; i++) {
        const struct keyword *keyword = &arguments->keywords[i];
        if (strcmp(keyword->name, "reverse") == 0) {
            if (!object_truth(runtime, keyword->value, &reverse)) return false;
        } else if (strcmp(keyword->name, "key") != 0) {
            return fault_raise(runtime->fault, "TypeError",
                               "'%s' is an invalid keyword argument for sort()", keyword->name);
        } else if (keyword->value.kind != VALUE_NONE) {
            return fault_raise(runtime->fault, "NotSupported",
                               "list.sort(key=...): use sorted(..., key=...)");
        }
    }
    if (arguments->count)
        return fault_raise(runtime->fault, "TypeError", "sort() takes no positional arguments");
    *result = value_none();
    return list_sort(runtime, as_list(self), reverse);
}

const struct method list_methods[] = {
    {"append", list_method_append}, {"extend", list_method_extend},
    {"insert", list_method_insert}, {"pop", list_method_pop},
    {"index", list_method_index},   {"remove", list_method_remove},
    {"count", list_method_count},   {"reverse", list_method_reverse},
    {"copy", list_method_copy},     {"clear", list_method_clear},
    {"sort", list_method_sort},     {NULL, NULL},
};

const struct method tuple_methods[] = {
    {"index", list_method_index},
    {"count", list_method_count},
    {NULL, NULL},
};
