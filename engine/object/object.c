/* object - the protocol: each thing Python can do with a value, for every kind of value.
 *
 * Every function here has the same three steps: a plain value goes to its own file (number.c,
 * string.c, date.c), an object goes through the slot of its type, and where there is no slot
 * stands Python's TypeError. Operators and comparisons are in operators.c, texts in repr.c. */
#include "engine/object/object.h"

#include <string.h>

#include "engine/object/plain.h"

/* ---- the runtime ------------------------------------------------------------------------- */

bool runtime_cancelled(struct runtime *runtime) {
    bool impatient = runtime->patience && --runtime->patience == 0;
    bool asked =
        runtime->cancelled && atomic_load_explicit(runtime->cancelled, memory_order_relaxed);
    if (!impatient && !asked) return false;
    if (impatient) runtime->patience = 1; /* and so it stays */
    fault_cancelled(runtime->fault);
    return true;
}

bool runtime_enter(struct runtime *runtime) {
    if (runtime_cancelled(runtime)) return false;
    if (runtime->depth >= RUNTIME_DEPTH)
        return fault_raise(runtime->fault, "RecursionError", "maximum recursion depth exceeded");
    runtime->depth++;
    return true;
}

void runtime_leave(struct runtime *runtime) {
    runtime->depth--;
}

/* ---- names of types ---------------------------------------------------------------------- */

const char *value_type_name(struct value value) {
    static const char *const names[] = {
        [VALUE_NONE] = "NoneType",
        [VALUE_BOOL] = "bool",
        [VALUE_INT] = "int",
        [VALUE_BIGINT] = "int",
        [VALUE_FLOAT] = "float",
        [VALUE_TEXT] = "str",
        [VALUE_BYTES] = "bytes",
        [VALUE_DATE] = "datetime.date",
        [VALUE_TIME] = "datetime.time",
        [VALUE_DATETIME] = "datetime.datetime",
        [VALUE_UUID] = "UUID",
    };
    if (value.kind != VALUE_OBJECT) return names[value.kind];
    const struct object_type *type = value.object->type;
    return type->type_name ? type->type_name(value.object) : type->name;
}

/* ---- attributes -------------------------------------------------------------------------- */

/* A method taken from its object but not yet called: `find = articles.filter`. */
struct bound_method {
    struct object base;
    struct value self;
    const struct method *method;      /* of an object, or */
    const struct plain_method *plain; /* of a plain value */
};

static bool bound_call(struct runtime *runtime, struct object *object,
                       const struct arguments *arguments, struct value *result) {
    struct bound_method *bound = (struct bound_method *)object;
    if (bound->plain) return bound->plain->call(runtime, bound->self, arguments, result);
    return bound->method->call(runtime, bound->self.object, arguments, result);
}

static const char *bound_name(const struct bound_method *bound) {
    return bound->plain ? bound->plain->name : bound->method->name;
}

static bool is_container(struct value value) {
    return object_is(value, &list_type) || object_is(value, &tuple_type) ||
           object_is(value, &dict_type) || object_is(value, &set_type);
}

/* What is written in Python shows the object as well, and where in its source the method stands. */
static const char *bound_repr(struct runtime *runtime, struct object *object) {
    struct bound_method *bound = (struct bound_method *)object;
    if (!bound->plain && !is_container(bound->self)) {
        fault_raise(runtime->fault, "NotSupported", "showing the method %s of a %s",
                    bound_name(bound), value_type_name(bound->self));
        return NULL;
    }
    const char *text =
        arena_format(runtime->arena, "<built-in method %s of %s object at %p>", bound_name(bound),
                     value_type_name(bound->self), (void *)object);
    return runtime_has(runtime, text) ? text : NULL;
}

static bool bound_attribute(struct runtime *runtime, struct object *object, const char *name,
                            struct value *result, bool *found) {
    (void)runtime;
    *found = strcmp(name, "__name__") == 0;
    if (*found) *result = value_text(bound_name((struct bound_method *)object));
    return *found;
}

static void bound_visit(struct object *object, void (*each)(void *, struct value), void *context) {
    each(context, ((struct bound_method *)object)->self);
}

static const struct object_type bound_method_type = {
    .name = "method",
    .call = bound_call,
    .get_attribute = bound_attribute,
    .repr = bound_repr,
    .visit = bound_visit,
};

static const struct method *method_named(const struct method *method, const char *name) {
    for (; method && method->name; method++)
        if (method->name == name || strcmp(method->name, name) == 0) return method;
    return NULL;
}

static const struct plain_method *plain_method_named(struct value self, const char *name) {
    static const struct plain_method *const tables[VALUE_OBJECT + 1] = {
        [VALUE_TEXT] = string_methods,
        [VALUE_DATE] = date_methods,
        [VALUE_TIME] = time_methods,
        [VALUE_DATETIME] = datetime_methods,
    };
    for (const struct plain_method *method = tables[self.kind]; method && method->name; method++)
        if (strcmp(method->name, name) == 0) return method;
    return NULL;
}

/* The attribute itself, without looking among the methods. */
static bool find_own(struct runtime *runtime, struct value self, const char *name,
                     struct value *result, bool *found) {
    *found = false;
    if (self.kind != VALUE_OBJECT) return *found = date_attribute(self, name, result);
    const struct object_type *type = self.object->type;
    if (type->get_attribute && type->get_attribute(runtime, self.object, name, result, found))
        return *found = true;
    *found = false;
    return false;
}

/* False, with a fault where Python would have found something. */
static bool refuse_missing(struct runtime *runtime, struct value self, const char *name) {
    const char *type = value_type_name(self);
    if (!attribute_is_missing(type, name)) return false;
    bool builtin = self.kind != VALUE_OBJECT || strstr(name, "__") != name;
    return builtin &&
           fault_raise(runtime->fault, "NotSupported", "'%s.%s' is not supported here", type, name);
}

bool object_find_attribute(struct runtime *runtime, struct value self, const char *name,
                           struct value *result, bool *found) {
    if (find_own(runtime, self, name, result, found)) return true;
    if (fault_raised(runtime->fault)) return false;
    const struct method *method =
        self.kind == VALUE_OBJECT ? method_named(self.object->type->methods, name) : NULL;
    const struct plain_method *plain = method ? NULL : plain_method_named(self, name);
    if (!method && !plain) return refuse_missing(runtime, self, name);
    struct bound_method *bound = arena_alloc(runtime->arena, sizeof *bound);
    if (!runtime_has(runtime, bound)) return false;
    *bound = (struct bound_method){{&bound_method_type}, self, method, plain};
    *result = value_object(&bound->base);
    return *found = true;
}

/* Python speaks of a class by its own name, of anything else by its type's. */
static bool no_attribute(struct runtime *runtime, struct value self, const char *name) {
    struct value own;
    bool named = false;
    if (self.kind == VALUE_OBJECT && self.object->type->is_instance &&
        !fault_raised(runtime->fault))
        find_own(runtime, self, "__name__", &own, &named);
    if (named && own.kind == VALUE_TEXT)
        return fault_raise(runtime->fault, "AttributeError",
                           "type object '%s' has no attribute '%s'", own.text, name);
    return fault_raise(runtime->fault, "AttributeError", "'%s' object has no attribute '%s'",
                       value_type_name(self), name);
}

bool object_get_attribute(struct runtime *runtime, struct value self, const char *name,
                          struct value *result) {
    bool found;
    if (object_find_attribute(runtime, self, name, result, &found)) return true;
    return no_attribute(runtime, self, name); /* keeps a fault that is there */
}

bool object_try_attribute(struct runtime *runtime, struct value self, const char *name,
                          struct value *result, bool *found) {
    if (object_find_attribute(runtime, self, name, result, found)) return true;
    *found = false;
    if (fault_is(runtime->fault, "AttributeError") ||
        fault_is(runtime->fault, "RelatedObjectDoesNotExist")) /* Django derives it from both */
        fault_clear(runtime->fault);
    return !fault_raised(runtime->fault);
}

bool object_set_attribute(struct runtime *runtime, struct value self, const char *name,
                          struct value value) {
    if (self.kind == VALUE_OBJECT && self.object->type->set_attribute)
        return self.object->type->set_attribute(runtime, self.object, name, value);
    struct value old;
    bool found = false;
    if (date_attribute(self, name, &old))
        return fault_raise(runtime->fault, "AttributeError",
                           "attribute '%s' of '%s' objects is not writable", name,
                           value_type_name(self));
    object_find_attribute(runtime, self, name, &old, &found);
    if (found)
        return fault_raise(runtime->fault, "AttributeError",
                           "'%s' object attribute '%s' is read-only", value_type_name(self), name);
    return no_attribute(runtime, self, name);
}

/* ---- calls ------------------------------------------------------------------------------- */

/* Around a call: arguments and results are under way, which no root leads to. */
static bool enter_call(struct runtime *runtime, struct roots **roots) {
    *roots = runtime->roots;
    if (!runtime_enter(runtime)) return false;
    runtime->roots = NULL;
    return true;
}

static void leave_call(struct runtime *runtime, struct roots *roots) {
    runtime->roots = roots;
    runtime_leave(runtime);
}

bool object_call(struct runtime *runtime, struct value callee, const struct arguments *arguments,
                 struct value *result) {
    if (callee.kind != VALUE_OBJECT || !callee.object->type->call)
        return fault_raise(runtime->fault, "TypeError", "'%s' object is not callable",
                           value_type_name(callee));
    struct roots *roots;
    if (!enter_call(runtime, &roots)) return false;
    bool done = callee.object->type->call(runtime, callee.object, arguments, result);
    leave_call(runtime, roots);
    return done;
}

bool object_has_method(struct value self, const char *name) {
    return (self.kind == VALUE_OBJECT && method_named(self.object->type->methods, name)) ||
           plain_method_named(self, name);
}

bool object_call_method(struct runtime *runtime, struct value self, const char *name,
                        const struct arguments *arguments, struct value *result) {
    struct value callee;
    bool found;
    if (find_own(runtime, self, name, &callee, &found))
        return object_call(runtime, callee, arguments, result);
    if (fault_raised(runtime->fault)) return false;
    const struct method *method =
        self.kind == VALUE_OBJECT ? method_named(self.object->type->methods, name) : NULL;
    const struct plain_method *plain = method ? NULL : plain_method_named(self, name);
    if (!method && !plain) {
        refuse_missing(runtime, self, name);
        return no_attribute(runtime, self, name); /* keeps a fault that is there */
    }
    struct roots *roots;
    if (!enter_call(runtime, &roots)) return false;
    bool done = method ? method->call(runtime, self.object, arguments, result)
                       : plain->call(runtime, self, arguments, result);
    leave_call(runtime, roots);
    return done;
}

/* ---- items ------------------------------------------------------------------------------- */

bool index_read(struct value value, int64_t *index) {
    if (value.kind != VALUE_INT && value.kind != VALUE_BOOL) return false;
    *index = value.integer;
    return true;
}

bool object_get_item(struct runtime *runtime, struct value self, struct value index,
                     struct value *result) {
    if (self.kind == VALUE_TEXT) return string_get_item(runtime, self, index, result);
    if (self.kind == VALUE_OBJECT && self.object->type->get_item)
        return self.object->type->get_item(runtime, self.object, index, result);
    return fault_raise(runtime->fault, "TypeError", "'%s' object is not subscriptable",
                       value_type_name(self));
}

bool object_get_slice(struct runtime *runtime, struct value self, const struct slice *slice,
                      struct value *result) {
    if (self.kind == VALUE_TEXT) return string_get_slice(runtime, self, slice, result);
    if (self.kind == VALUE_OBJECT && self.object->type->get_slice)
        return self.object->type->get_slice(runtime, self.object, slice, result);
    if (self.kind == VALUE_OBJECT && self.object->type->get_item) /* a dict, say */
        return fault_raise(runtime->fault, "TypeError", "unhashable type: 'slice'");
    return fault_raise(runtime->fault, "TypeError", "'%s' object is not subscriptable",
                       value_type_name(self));
}

bool object_set_item(struct runtime *runtime, struct value self, struct value index,
                     struct value value) {
    if (self.kind == VALUE_OBJECT && self.object->type->set_item)
        return self.object->type->set_item(runtime, self.object, index, value);
    return fault_raise(runtime->fault, "TypeError", "'%s' object does not support item assignment",
                       value_type_name(self));
}

/* slice.indices(): https://docs.python.org/3/reference/datamodel.html#slice.indices */
static bool slice_bound(struct runtime *runtime, struct value value, int64_t *bound) {
    if (value.kind == VALUE_BIGINT) {
        *bound = value.text[0] == '-' ? INT64_MIN / 2 : INT64_MAX / 2;
        return true;
    }
    if (index_read(value, bound)) return true;
    return fault_raise(runtime->fault, "TypeError",
                       "slice indices must be integers or None or have an __index__ method");
}

static int64_t clamp(int64_t bound, int64_t length, int64_t low, int64_t high) {
    if (bound < 0) bound = bound < -length ? -1 : bound + length; /* -1: before the first */
    return bound < low ? low : bound > high ? high : bound;
}

bool slice_resolve(struct runtime *runtime, const struct slice *slice, int64_t length,
                   int64_t *first, int64_t *step, int64_t *count) {
    *step = 1;
    if (slice->step.kind != VALUE_NONE && !slice_bound(runtime, slice->step, step)) return false;
    if (*step == 0) return fault_raise(runtime->fault, "ValueError", "slice step cannot be zero");
    if (*step == INT64_MIN) *step = -INT64_MAX;
    int64_t low = *step < 0 ? -1 : 0, high = *step < 0 ? length - 1 : length;
    int64_t start = *step < 0 ? high : low, stop = *step < 0 ? low : high;
    if (slice->start.kind != VALUE_NONE) {
        if (!slice_bound(runtime, slice->start, &start)) return false;
        start = clamp(start, length, low, high);
    }
    if (slice->stop.kind != VALUE_NONE) {
        if (!slice_bound(runtime, slice->stop, &stop)) return false;
        stop = clamp(stop, length, low, high);
    }
    *first = start;
    if (*step > 0)
        *count = stop > start ? (stop - start - 1) / *step + 1 : 0;
    else
        *count = start > stop ? (start - stop - 1) / -*step + 1 : 0;
    return true;
}

/* ---- iteration --------------------------------------------------------------------------- */

bool object_iterate(struct runtime *runtime, struct value self, struct value *iterator) {
    if (self.kind == VALUE_TEXT) return string_iterate(runtime, self, iterator);
    if (self.kind == VALUE_OBJECT) {
        const struct object_type *type = self.object->type;
        if (type->iterate) return type->iterate(runtime, self.object, iterator);
        if (type->next) {
            *iterator = self; /* an iterator is its own iterator */
            return true;
        }
    }
    return fault_raise(runtime->fault, "TypeError", "'%s' object is not iterable",
                       value_type_name(self));
}

bool object_next(struct runtime *runtime, struct value iterator, struct value *result, bool *done) {
    *done = false;
    if (iterator.kind == VALUE_OBJECT && iterator.object->type->next)
        return iterator.object->type->next(runtime, iterator.object, result, done);
    return fault_raise(runtime->fault, "TypeError", "'%s' object is not an iterator",
                       value_type_name(iterator));
}

bool object_length(struct runtime *runtime, struct value self, int64_t *length) {
    if (self.kind == VALUE_TEXT || self.kind == VALUE_BYTES) {
        *length = self.kind == VALUE_TEXT ? string_length(self) : (int64_t)self.length;
        return true;
    }
    if (self.kind == VALUE_OBJECT && self.object->type->length)
        return self.object->type->length(runtime, self.object, length);
    return fault_raise(runtime->fault, "TypeError", "object of type '%s' has no len()",
                       value_type_name(self));
}

/* Python's truth: zero, empty and None are false; an object answers by __bool__, else __len__. */
bool object_truth(struct runtime *runtime, struct value self, bool *truth) {
    *truth = true;
    switch ((enum value_kind)self.kind) {
    case VALUE_NONE: *truth = false; return true;
    case VALUE_BOOL:
    case VALUE_INT: *truth = self.integer != 0; return true;
    case VALUE_FLOAT: *truth = self.real != 0.0; return true;
    case VALUE_TEXT:
    case VALUE_BYTES: *truth = self.length != 0; return true;
    case VALUE_OBJECT: break;
    default: return true;
    }
    const struct object_type *type = self.object->type;
    if (type->truth) return type->truth(runtime, self.object, truth);
    if (!type->length) return true;
    int64_t length = 0;
    if (!type->length(runtime, self.object, &length)) return false;
    *truth = length != 0;
    return true;
}

static bool contains_by_iterating(struct runtime *runtime, struct value self, struct value item,
                                  bool *contains) {
    struct value iterator, each;
    bool done = false;
    if (!object_iterate(runtime, self, &iterator)) return false;
    while (object_next(runtime, iterator, &each, &done)) {
        if (done) return true;
        *contains = object_is_same(each, item);
        if (!*contains && !object_equal(runtime, each, item, contains)) return false;
        if (*contains) return true;
        if (runtime_cancelled(runtime)) return false;
    }
    return false;
}

bool object_contains(struct runtime *runtime, struct value self, struct value item,
                     bool *contains) {
    *contains = false;
    if (self.kind == VALUE_TEXT) {
        if (item.kind != VALUE_TEXT)
            return fault_raise(runtime->fault, "TypeError",
                               "'in <string>' requires string as left operand, not %s",
                               value_type_name(item));
        *contains =
            item.length == 0 || bytes_find(self.text, self.length, item.text, item.length) != NULL;
        return true;
    }
    if (self.kind == VALUE_OBJECT) {
        const struct object_type *type = self.object->type;
        if (type->contains) return type->contains(runtime, self.object, item, contains);
        if (type->iterate || type->next)
            return contains_by_iterating(runtime, self, item, contains);
    }
    return fault_raise(runtime->fault, "TypeError", "argument of type '%s' is not iterable",
                       value_type_name(self));
}
