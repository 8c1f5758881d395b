/* set - sets, as the keys of a dict. See object.h for their order. */
#include "engine/object/object.h"
#include "engine/object/plain.h"

static struct dict *members_of(struct value value) {
    return ((struct set *)value.object)->members;
}

struct set *set_new(struct runtime *runtime) {
    struct set *set = arena_alloc(runtime->arena, sizeof *set);
    if (!runtime_has(runtime, set)) return NULL;
    set->base.type = &set_type;
    set->members = dict_new(runtime);
    return set->members ? set : NULL;
}

bool set_add(struct runtime *runtime, struct set *set, struct value member) {
    return dict_set(runtime, set->members, member, value_none());
}

static bool set_iterate(struct runtime *runtime, struct object *object, struct value *iterator) {
    return dict_view_iterate(runtime, members_of(value_object(object)), DICT_KEYS, iterator);
}

static bool set_length(struct runtime *runtime, struct object *object, int64_t *length) {
    (void)runtime;
    *length = (int64_t)((struct set *)object)->members->count;
    return true;
}

static bool set_contains(struct runtime *runtime, struct object *object, struct value member,
                         bool *contains) {
    struct value none;
    return dict_get(runtime, ((struct set *)object)->members, member, &none, contains);
}

static bool is_subset(struct runtime *runtime, const struct dict *small, const struct dict *large,
                      bool *subset) {
    struct value none;
    *subset = true;
    for (size_t i = 0; *subset && i < small->count; i++)
        if (!dict_get(runtime, large, small->entries[i].key, &none, subset)) return false;
    return true;
}

static bool set_equal(struct runtime *runtime, struct object *object, struct value other,
                      bool *equal) {
    *equal = object_is(other, &set_type) &&
             members_of(other)->count == ((struct set *)object)->members->count;
    return !*equal || is_subset(runtime, ((struct set *)object)->members, members_of(other), equal);
}

/* < and > on sets mean "is a proper subset, superset". */
static bool set_compare(struct runtime *runtime, struct object *object, enum comparison comparison,
                        struct value other, bool *answer) {
    bool less = comparison == CMP_LESS || comparison == CMP_LESS_EQUAL;
    const struct dict *own = ((struct set *)object)->members, *others = members_of(other);
    if (!is_subset(runtime, less ? own : others, less ? others : own, answer)) return false;
    if (comparison == CMP_LESS || comparison == CMP_GREATER)
        *answer = *answer && own->count != others->count;
    return true;
}

/* Adds the members of from that are (or, with wanted false, are not) members of `among`. */
static bool add_members(struct runtime *runtime, struct set *set, const struct dict *from,
                        const struct dict *among, bool wanted) {
    for (size_t i = 0; i < from->count; i++) {
        struct value none;
        bool found = wanted;
        if (among && !dict_get(runtime, among, from->entries[i].key, &none, &found)) return false;
        if (found == wanted && !set_add(runtime, set, from->entries[i].key)) return false;
    }
    return true;
}

static bool set_binary(struct runtime *runtime, struct object *object, enum operation operation,
                       struct value other, bool reflected, struct value *result, bool *handled) {
    bool known = operation == OP_OR || operation == OP_AND || operation == OP_XOR ||
                 operation == OP_SUBTRACT;
    *handled = known && !reflected && object_is(other, &set_type);
    if (!*handled) return true;
    const struct dict *left = ((struct set *)object)->members, *right = members_of(other);
    struct set *set = set_new(runtime);
    if (!set) return false;
    *result = value_object(&set->base);
    if (!add_members(runtime, set, left, operation == OP_OR ? NULL : right,
                     operation == OP_AND || operation == OP_OR))
        return false;
    if (operation == OP_OR) return add_members(runtime, set, right, NULL, true);
    return operation != OP_XOR || add_members(runtime, set, right, left, false);
}

static const char *set_repr(struct runtime *runtime, struct object *object) {
    const struct dict *members = ((struct set *)object)->members;
    struct text text;
    text_init(&text, runtime->arena);
    for (size_t i = 0; i < members->count; i++) {
        const char *member = object_repr(runtime, members->entries[i].key);
        if (!member) return NULL;
        text_add(&text, i ? ", " : "{");
        text_add(&text, member);
    }
    text_add(&text, members->count ? "}" : "set()");
    const char *finished = text_finish(&text);
    return runtime_has(runtime, finished) ? finished : NULL;
}

static void set_visit(struct object *object, void (*each)(void *, struct value), void *context) {
    each(context, value_object(&((struct set *)object)->members->base));
}

static bool set_method_add(struct runtime *runtime, struct object *self,
                           const struct arguments *arguments, struct value *result) {
    *result = value_none();
    return arguments_count(runtime, arguments, "set.add", 1, 1) &&
           set_add(runtime, (struct set *)self, arguments->values[0]);
}

static const struct method set_methods[] = {{"add", set_method_add}, {NULL, NULL}};

const struct object_type set_type = {
    .name = "set",
    .methods = set_methods,
    .iterate = set_iterate,
    .length = set_length,
    .contains = set_contains,
    .equal = set_equal,
    .compare = set_compare,
    .binary = set_binary,
    .repr = set_repr,
    .visit = set_visit,
};
