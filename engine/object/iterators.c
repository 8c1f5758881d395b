/* iterators - range, enumerate, zip and reversed.
 *
 * All are lazy: range(10**12) is four numbers, and zip asks its parts when it is asked. */
#include <assert.h>

#include "engine/object/object.h"
#include "engine/object/plain.h"

/* ---- range -------------------------------------------------------------------------------- */

struct range {
    struct object base;
    int64_t start, stop, step;
    int64_t count;
};

struct range_iterator {
    struct object base;
    int64_t next, step, left;
};

static bool range_next(struct runtime *runtime, struct object *object, struct value *result,
                       bool *done) {
    (void)runtime;
    struct range_iterator *iterator = (struct range_iterator *)object;
    *done = iterator->left == 0;
    if (*done) return true;
    *result = value_int(iterator->next);
    /* unsigned, so that the step past the last number may wrap */
    iterator->next = (int64_t)((uint64_t)iterator->next + (uint64_t)iterator->step);
    iterator->left--;
    return true;
}

static const struct object_type range_iterator_type = {.name = "range_iterator",
                                                       .next = range_next};

static bool range_iterate(struct runtime *runtime, struct object *object, struct value *iterator) {
    struct range *range = (struct range *)object;
    struct range_iterator *made = arena_alloc(runtime->arena, sizeof *made);
    if (!runtime_has(runtime, made)) return false;
    *made =
        (struct range_iterator){{&range_iterator_type}, range->start, range->step, range->count};
    *iterator = value_object(&made->base);
    return true;
}

static bool range_length(struct runtime *runtime, struct object *object, int64_t *length) {
    (void)runtime;
    *length = ((struct range *)object)->count;
    return true;
}

static bool range_get_item(struct runtime *runtime, struct object *object, struct value index,
                           struct value *result) {
    struct range *range = (struct range *)object;
    int64_t at;
    if (!index_read(index, &at))
        return fault_raise(runtime->fault, "TypeError",
                           "range indices must be integers or slices, not %s",
                           value_type_name(index));
    if (at < 0) at += range->count;
    if (at < 0 || at >= range->count)
        return fault_raise(runtime->fault, "IndexError", "range object index out of range");
    *result = value_int(range->start + at * range->step);
    return true;
}

static bool range_get_slice(struct runtime *runtime, struct object *object,
                            const struct slice *slice, struct value *result) {
    struct range *range = (struct range *)object;
    int64_t first, step, count, start, stop, by;
    if (!slice_resolve(runtime, slice, range->count, &first, &step, &count)) return false;
    if (__builtin_mul_overflow(range->step, step, &by) ||
        __builtin_mul_overflow(first, range->step, &start) ||
        __builtin_add_overflow(start, range->start, &start) ||
        __builtin_mul_overflow(count, by, &stop) || __builtin_add_overflow(stop, start, &stop))
        return fault_raise(runtime->fault, "NotSupported", "a range beyond 64 bits");
    return range_new(runtime, start, stop, by, result);
}

static bool range_contains(struct runtime *runtime, struct object *object, struct value item,
                           bool *contains) {
    (void)runtime;
    struct range *range = (struct range *)object;
    int64_t number, offset;
    *contains = false;
    if (item.kind == VALUE_FLOAT && item.real > -1e15 && item.real < 1e15 &&
        (double)(int64_t)item.real == item.real)
        item = value_int((int64_t)item.real);
    if (!index_read(item, &number) || range->count == 0) return true;
    if (__builtin_sub_overflow(number, range->start, &offset)) return true;
    *contains = offset % range->step == 0 && offset / range->step >= 0 &&
                offset / range->step < range->count;
    return true;
}

static bool range_equal(struct runtime *runtime, struct object *object, struct value other,
                        bool *equal) {
    (void)runtime;
    *equal = false;
    if (other.kind != VALUE_OBJECT || other.object->type != object->type) return true;
    struct range *left = (struct range *)object, *right = (struct range *)other.object;
    *equal = left->count == right->count &&
             (left->count == 0 ||
              (left->start == right->start && (left->count == 1 || left->step == right->step)));
    return true;
}

static const char *range_repr(struct runtime *runtime, struct object *object) {
    struct range *range = (struct range *)object;
    const char *text =
        range->step == 1
            ? arena_format(runtime->arena, "range(%lld, %lld)", (long long)range->start,
                           (long long)range->stop)
            : arena_format(runtime->arena, "range(%lld, %lld, %lld)", (long long)range->start,
                           (long long)range->stop, (long long)range->step);
    return runtime_has(runtime, text) ? text : NULL;
}

static const struct object_type range_type = {
    .name = "range",
    .iterate = range_iterate,
    .length = range_length,
    .get_item = range_get_item,
    .get_slice = range_get_slice,
    .contains = range_contains,
    .equal = range_equal,
    .repr = range_repr,
};

/* How many numbers lie in [start, stop): (stop - start + step - 1) / step, rounded down. */
static uint64_t range_count(int64_t start, int64_t stop, int64_t step) {
    bool up = step > 0;
    uint64_t stride = up ? (uint64_t)step : 0 - (uint64_t)step;
    uint64_t span = up ? (uint64_t)stop - (uint64_t)start : (uint64_t)start - (uint64_t)stop;
    assert(stride); /* a step of 0 was refused */
    return (up ? start < stop : start > stop) ? (span - 1) / stride + 1 : 0;
}

bool range_new(struct runtime *runtime, int64_t start, int64_t stop, int64_t step,
               struct value *result) {
    if (step == 0)
        return fault_raise(runtime->fault, "ValueError", "range() arg 3 must not be zero");
    uint64_t count = range_count(start, stop, step);
    if (count > INT64_MAX)
        return fault_raise(runtime->fault, "NotSupported", "a range beyond 64 bits");
    struct range *range = arena_alloc(runtime->arena, sizeof *range);
    if (!runtime_has(runtime, range)) return false;
    *range = (struct range){{&range_type}, start, stop, step, (int64_t)count};
    *result = value_object(&range->base);
    return true;
}

/* ---- enumerate and zip -------------------------------------------------------------------- */

/* Both give tuples. enumerate is a zip of a counter and one part. */
struct zip {
    struct object base;
    bool counts;          /* enumerate */
    bool recycle;         /* nobody keeps the tuples: one serves every turn */
    int64_t number;       /* enumerate's counter */
    struct list *tuple;   /* the one in use */
    size_t count;         /* of parts */
    struct value parts[]; /* iterators */
};

static struct list *next_tuple(struct runtime *runtime, struct zip *zip) {
    if (zip->recycle && zip->tuple) return zip->tuple;
    zip->tuple = list_new(runtime, &tuple_type, zip->count + zip->counts);
    return zip->tuple;
}

static bool zip_next(struct runtime *runtime, struct object *object, struct value *result,
                     bool *done) {
    struct zip *zip = (struct zip *)object;
    *done = zip->count == 0;
    if (*done) return true;
    struct list *tuple = next_tuple(runtime, zip);
    if (!tuple) return false;
    tuple->count = tuple->capacity;
    if (zip->counts) tuple->items[0] = value_int(zip->number++);
    for (size_t i = 0; i < zip->count; i++) {
        if (!object_next(runtime, zip->parts[i], &tuple->items[i + zip->counts], done))
            return false;
        if (*done) return true;
    }
    *result = value_object(&tuple->base);
    return true;
}

static void zip_visit(struct object *object, void (*each)(void *, struct value), void *context) {
    struct zip *zip = (struct zip *)object;
    for (size_t i = 0; i < zip->count; i++) each(context, zip->parts[i]);
    if (zip->tuple) each(context, value_object(&zip->tuple->base));
}

static const struct object_type zip_type = {.name = "zip", .next = zip_next, .visit = zip_visit};
static const struct object_type enumerate_type = {
    .name = "enumerate", .next = zip_next, .visit = zip_visit};

bool zip_new(struct runtime *runtime, const struct value *iterables, size_t count,
             struct value *iterator) {
    struct zip *zip = arena_alloc(runtime->arena, sizeof *zip + count * sizeof *zip->parts);
    if (!runtime_has(runtime, zip)) return false;
    zip->base.type = &zip_type;
    zip->count = count;
    for (size_t i = 0; i < count; i++)
        if (!object_iterate(runtime, iterables[i], &zip->parts[i])) return false;
    *iterator = value_object(&zip->base);
    return true;
}

bool enumerate_new(struct runtime *runtime, struct value iterable, int64_t start,
                   struct value *iterator) {
    if (!zip_new(runtime, &iterable, 1, iterator)) return false;
    struct zip *zip = (struct zip *)iterator->object;
    zip->base.type = &enumerate_type;
    zip->counts = true;
    zip->number = start;
    return true;
}

void iterator_recycle(struct value iterator) {
    if (object_is(iterator, &zip_type) || object_is(iterator, &enumerate_type))
        ((struct zip *)iterator.object)->recycle = true;
}

/* ---- reversed ----------------------------------------------------------------------------- */

struct reversed {
    struct object base;
    struct value sequence;
    int64_t left;
};

static bool reversed_next(struct runtime *runtime, struct object *object, struct value *result,
                          bool *done) {
    struct reversed *reversed = (struct reversed *)object;
    *done = reversed->left == 0;
    return *done ||
           object_get_item(runtime, reversed->sequence, value_int(--reversed->left), result);
}

static void reversed_visit(struct object *object, void (*each)(void *, struct value),
                           void *context) {
    each(context, ((struct reversed *)object)->sequence);
}

static const struct object_type reversed_type = {
    .name = "reversed", .next = reversed_next, .visit = reversed_visit};

/* A sequence is what has both a length and items by number; a dict goes by its keys. */
bool reversed_new(struct runtime *runtime, struct value sequence, struct value *iterator) {
    bool known = sequence.kind == VALUE_TEXT ||
                 (sequence.kind == VALUE_OBJECT && sequence.object->type->length &&
                  sequence.object->type->get_item);
    if (!known)
        return fault_raise(runtime->fault, "TypeError", "'%s' object is not reversible",
                           value_type_name(sequence));
    if (object_is(sequence, &dict_type)) {
        struct list *keys = list_new(runtime, &list_type, 0);
        if (!keys || !list_extend(runtime, keys, sequence)) return false;
        sequence = value_object(&keys->base);
    }
    struct reversed *reversed = arena_alloc(runtime->arena, sizeof *reversed);
    if (!runtime_has(runtime, reversed)) return false;
    *reversed = (struct reversed){{&reversed_type}, sequence, 0};
    if (!object_length(runtime, sequence, &reversed->left)) return false;
    *iterator = value_object(&reversed->base);
    return true;
}
