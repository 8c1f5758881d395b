/* list - list and tuple: one struct, two types.
 *
 *     list    type | items | count | capacity          items: [ value | value | free ... ]
 *
 * A list grows by doubling inside the runtime's arena; what it outgrows stays there until the run
 * ends, so a list of n costs at most 2n values. */
#include <assert.h>
#include <string.h>

#include "engine/object/object.h"
#include "engine/object/plain.h"

/* No single list is longer than this, whatever the account allows: [0] * 10**9 ends at once. */
enum { LONGEST_LIST = 1 << 26 };

static struct list *as_list(struct object *object) {
    return (struct list *)object;
}

static bool is_sequence(struct value value) {
    return object_is(value, &list_type) || object_is(value, &tuple_type);
}

struct list *list_new(struct runtime *runtime, const struct object_type *type, size_t capacity) {
    struct list *list = arena_alloc(runtime->arena, sizeof *list);
    if (!runtime_has(runtime, list)) return NULL;
    list->base.type = type;
    list->capacity = capacity;
    if (capacity == 0) return list;
    if (capacity <= LONGEST_LIST)
        list->items = arena_array(runtime->arena, capacity, sizeof *list->items);
    return runtime_has(runtime, list->items) ? list : NULL;
}

bool list_append(struct runtime *runtime, struct list *list, struct value value) {
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? list->capacity * 2 : 4;
        struct value *items =
            capacity <= LONGEST_LIST
                ? arena_grow(runtime->arena, list->items, list->capacity, capacity, sizeof *items)
                : NULL;
        if (!runtime_has(runtime, items)) return false;
        list->items = items;
        list->capacity = capacity;
    }
    assert(list->items);
    list->items[list->count++] = value;
    return true;
}

bool list_extend(struct runtime *runtime, struct list *list, struct value iterable) {
    if (is_sequence(iterable)) { /* also right for a.extend(a) */
        struct list *other = as_list(iterable.object);
        for (size_t i = 0, count = other->count; i < count; i++)
            if (!list_append(runtime, list, other->items[i])) return false;
        return true;
    }
    struct value iterator, item;
    bool done;
    if (!object_iterate(runtime, iterable, &iterator)) return false;
    for (size_t turn = 1; object_next(runtime, iterator, &item, &done); turn++) {
        if (done) return true;
        if (!list_append(runtime, list, item)) return false;
        if (turn % 1024 == 0 && runtime_cancelled(runtime)) return false;
    }
    return false;
}

/* ---- items ------------------------------------------------------------------------------- */

static bool find_position(struct runtime *runtime, struct list *list, struct value index,
                          const char *range_text, size_t *position) {
    int64_t at, count = (int64_t)list->count;
    if (!index_read(index, &at))
        return fault_raise(runtime->fault, "TypeError",
                           "%s indices must be integers or slices, not %s", list->base.type->name,
                           value_type_name(index));
    if (at < 0) at += count;
    if (at < 0 || at >= count) return fault_raise(runtime->fault, "IndexError", "%s", range_text);
    *position = (size_t)at;
    return true;
}

static bool list_get_item(struct runtime *runtime, struct object *object, struct value index,
                          struct value *result) {
    struct list *list = as_list(object);
    size_t position = 0;
    const char *text =
        list->base.type == &list_type ? "list index out of range" : "tuple index out of range";
    if (!find_position(runtime, list, index, text, &position)) return false;
    *result = list->items[position];
    return true;
}

static bool list_set_item(struct runtime *runtime, struct object *object, struct value index,
                          struct value value) {
    struct list *list = as_list(object);
    size_t position = 0;
    if (!find_position(runtime, list, index, "list assignment index out of range", &position))
        return false;
    list->items[position] = value;
    return true;
}

static bool list_get_slice(struct runtime *runtime, struct object *object,
                           const struct slice *slice, struct value *result) {
    struct list *list = as_list(object);
    int64_t first, step, count;
    if (!slice_resolve(runtime, slice, (int64_t)list->count, &first, &step, &count)) return false;
    struct list *part = list_new(runtime, list->base.type, (size_t)count);
    if (!part) return false;
    for (int64_t i = 0; i < count; i++) part->items[i] = list->items[first + i * step];
    part->count = (size_t)count;
    *result = value_object(&part->base);
    return true;
}

static bool list_length(struct runtime *runtime, struct object *object, int64_t *length) {
    (void)runtime;
    *length = (int64_t)as_list(object)->count;
    return true;
}

static bool list_find(struct runtime *runtime, struct list *list, struct value item,
                      size_t *position) {
    for (size_t i = 0; i < list->count; i++) {
        bool equal = object_is_same(list->items[i], item);
        if (!equal && !object_equal(runtime, list->items[i], item, &equal)) return false;
        if (!equal) continue;
        *position = i;
        return true;
    }
    return false;
}

static bool list_contains(struct runtime *runtime, struct object *object, struct value item,
                          bool *contains) {
    size_t position = 0;
    *contains = list_find(runtime, as_list(object), item, &position);
    return !fault_raised(runtime->fault);
}

/* ---- comparison -------------------------------------------------------------------------- */

/* The first position at which two sequences differ; the shorter one's length if none before. */
static bool first_difference(struct runtime *runtime, struct list *left, struct list *right,
                             size_t *position) {
    size_t shorter = left->count < right->count ? left->count : right->count;
    for (*position = 0; *position < shorter; ++*position) {
        bool equal = object_is_same(left->items[*position], right->items[*position]);
        if (!equal &&
            !object_equal(runtime, left->items[*position], right->items[*position], &equal))
            return false;
        if (!equal) return true;
    }
    return true;
}

static bool list_equal(struct runtime *runtime, struct object *object, struct value other,
                       bool *equal) {
    *equal = false;
    if (!object_is(other, object->type)) return true;
    struct list *left = as_list(object), *right = as_list(other.object);
    if (left->count != right->count) return true;
    size_t position = 0;
    if (!first_difference(runtime, left, right, &position)) return false;
    *equal = position == left->count;
    return true;
}

static bool list_compare(struct runtime *runtime, struct object *object, enum comparison comparison,
                         struct value other, bool *answer) {
    struct list *left = as_list(object), *right = as_list(other.object);
    size_t position = 0;
    if (!first_difference(runtime, left, right, &position)) return false;
    if (position < left->count && position < right->count)
        return object_compare(runtime, comparison, left->items[position], right->items[position],
                              answer);
    return object_compare(runtime, comparison, value_int((int64_t)left->count),
                          value_int((int64_t)right->count), answer);
}

/* Only tuples are hashable. */
static bool tuple_hash(struct runtime *runtime, struct object *object, uint64_t *hash) {
    struct list *tuple = as_list(object);
    *hash = 0x9e3779b97f4a7c15u;
    for (size_t i = 0; i < tuple->count; i++) {
        uint64_t item;
        if (!object_hash(runtime, tuple->items[i], &item)) return false;
        *hash = (*hash ^ item) * 0x100000001b3u + i;
    }
    return true;
}

/* ---- + and * ----------------------------------------------------------------------------- */

static bool list_repeat(struct runtime *runtime, struct list *list, int64_t times,
                        struct value *result) {
    size_t copies = times > 0 ? (size_t)times : 0;
    if (list->count && copies > LONGEST_LIST / list->count) return fault_no_memory(runtime->fault);
    struct list *all = list_new(runtime, list->base.type, list->count * copies);
    if (!all) return false;
    for (; all->count < all->capacity; all->count++)
        all->items[all->count] = list->items[all->count % list->count];
    *result = value_object(&all->base);
    return true;
}

static bool list_binary(struct runtime *runtime, struct object *object, enum operation operation,
                        struct value other, bool reflected, struct value *result, bool *handled) {
    struct list *list = as_list(object);
    int64_t times;
    *handled = true;
    if (operation == OP_MULTIPLY && index_read(other, &times))
        return list_repeat(runtime, list, times, result);
    *handled = operation == OP_ADD && !reflected && object_is(other, object->type);
    if (!*handled) return true;
    struct list *right = as_list(other.object);
    struct list *both = list_new(runtime, object->type, list->count + right->count);
    if (!both) return false;
    if (list->count) memcpy(both->items, list->items, list->count * sizeof *both->items);
    if (right->count)
        memcpy(both->items + list->count, right->items, right->count * sizeof *both->items);
    both->count = both->capacity;
    *result = value_object(&both->base);
    return true;
}

/* ---- iteration --------------------------------------------------------------------------- */

struct list_iterator {
    struct object base;
    struct list *list; /* looked at afresh each turn: a list may grow under its loop */
    size_t next;
};

static bool list_next(struct runtime *runtime, struct object *object, struct value *result,
                      bool *done) {
    (void)runtime;
    struct list_iterator *iterator = (struct list_iterator *)object;
    *done = iterator->next >= iterator->list->count;
    if (!*done) *result = iterator->list->items[iterator->next++];
    return true;
}

static void list_iterator_visit(struct object *object, void (*each)(void *, struct value),
                                void *context) {
    each(context, value_object(&((struct list_iterator *)object)->list->base));
}

static const struct object_type list_iterator_type = {
    .name = "list_iterator", .next = list_next, .visit = list_iterator_visit};
static const struct object_type tuple_iterator_type = {
    .name = "tuple_iterator", .next = list_next, .visit = list_iterator_visit};

static bool list_iterate(struct runtime *runtime, struct object *object, struct value *iterator) {
    struct list_iterator *made = arena_alloc(runtime->arena, sizeof *made);
    if (!runtime_has(runtime, made)) return false;
    made->base.type = object->type == &list_type ? &list_iterator_type : &tuple_iterator_type;
    made->list = as_list(object);
    *iterator = value_object(&made->base);
    return true;
}

static void list_visit(struct object *object, void (*each)(void *, struct value), void *context) {
    struct list *list = as_list(object);
    for (size_t i = 0; i < list->count; i++) each(context, list->items[i]);
}

/* ---- repr -------------------------------------------------------------------------------- */

static const char *list_repr(struct runtime *runtime, struct object *object) {
    struct list *list = as_list(object);
    bool is_list = object->type == &list_type;
    struct text text;
    text_init(&text, runtime->arena);
    text_add_char(&text, is_list ? '[' : '(');
    for (size_t i = 0; i < list->count; i++) {
        const char *item = object_repr(runtime, list->items[i]);
        if (!item) return NULL;
        if (i) text_add(&text, ", ");
        text_add(&text, item);
    }
    if (!is_list && list->count == 1) text_add_char(&text, ',');
    text_add_char(&text, is_list ? ']' : ')');
    const char *finished = text_finish(&text);
    return runtime_has(runtime, finished) ? finished : NULL;
}

/* ---- sorting ----------------------------------------------------------------------------- */

/* Merges the sorted halves of from[0..count) into to; `reverse` keeps equal items in order too. */
static bool merge(struct runtime *runtime, const struct value *from, size_t half, size_t count,
                  bool reverse, struct value *to) {
    size_t left = 0, right = half;
    for (size_t i = 0; i < count; i++) {
        bool take_right = left == half;
        if (!take_right && right < count) {
            struct value one = reverse ? from[left] : from[right];
            struct value two = reverse ? from[right] : from[left];
            if (!object_compare(runtime, CMP_LESS, one, two, &take_right)) return false;
        }
        to[i] = take_right ? from[right++] : from[left++];
    }
    return true;
}

/* Merge sort, bottom up: runs of 1, 2, 4, ... */
bool list_sort(struct runtime *runtime, struct list *list, bool reverse) {
    if (list->count < 2) return true;
    struct value *spare = arena_array(runtime->arena, list->count, sizeof *spare);
    if (!runtime_has(runtime, spare)) return false;
    struct value *from = list->items, *to = spare;
    for (size_t run = 1; run < list->count; run *= 2) {
        for (size_t at = 0; at < list->count; at += 2 * run) {
            size_t left = list->count - at, count = left < 2 * run ? left : 2 * run;
            if (!merge(runtime, from + at, run < count ? run : count, count, reverse, to + at))
                return false;
            if (runtime_cancelled(runtime)) return false;
        }
        struct value *swapped = from;
        from = to;
        to = swapped;
    }
    if (from != list->items) memcpy(list->items, from, list->count * sizeof *from);
    return true;
}

/* ---- the types --------------------------------------------------------------------------- */

const struct object_type list_type = {
    .name = "list",
    .methods = list_methods,
    .get_item = list_get_item,
    .set_item = list_set_item,
    .get_slice = list_get_slice,
    .iterate = list_iterate,
    .length = list_length,
    .contains = list_contains,
    .equal = list_equal,
    .compare = list_compare,
    .binary = list_binary,
    .repr = list_repr,
    .visit = list_visit,
};

const struct object_type tuple_type = {
    .name = "tuple",
    .methods = tuple_methods,
    .get_item = list_get_item,
    .get_slice = list_get_slice,
    .iterate = list_iterate,
    .length = list_length,
    .contains = list_contains,
    .equal = list_equal,
    .compare = list_compare,
    .binary = list_binary,
    .hash = tuple_hash,
    .repr = list_repr,
    .visit = list_visit,
};
