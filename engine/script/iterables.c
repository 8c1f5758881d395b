/* iterables - the builtins that go through a whole iterable: any, all, sum, min, max, sorted. */
#include <string.h>

#include "engine/object/plain.h"
#include "engine/script/evaluator.h"

#define BUILTIN(name)                                                                              \
    static bool builtin_##name(struct runtime *runtime, const struct arguments *arguments,         \
                               struct value *result)

static bool one_argument(struct runtime *runtime, const struct arguments *arguments,
                         const char *callable) {
    return arguments_count(runtime, arguments, callable, 1, 1);
}

/* Runs over an iterable until visit says stop (or fails). */
struct walk {
    bool (*visit)(struct runtime *, struct walk *, struct value item, bool *stop);
    struct value best, best_key, key; /* for min, max and sum */
    bool found, wanted;
    enum comparison comparison;
};

static bool walk_over(struct runtime *runtime, struct value iterable, struct walk *walk) {
    struct value iterator, item;
    bool done, stop = false;
    if (!object_iterate(runtime, iterable, &iterator)) return false;
    while (!stop) {
        if (runtime_cancelled(runtime)) return false;
        if (!object_next(runtime, iterator, &item, &done)) return false;
        if (done) return true;
        if (!walk->visit(runtime, walk, item, &stop)) return false;
    }
    return true;
}

static bool visit_truth(struct runtime *runtime, struct walk *walk, struct value item, bool *stop) {
    bool truth;
    if (!object_truth(runtime, item, &truth)) return false;
    *stop = walk->found = truth == walk->wanted;
    return true;
}

BUILTIN(any) {
    struct walk walk = {.visit = visit_truth, .wanted = true};
    if (!one_argument(runtime, arguments, "any")) return false;
    if (!walk_over(runtime, arguments->values[0], &walk)) return false;
    *result = value_bool(walk.found);
    return true;
}

BUILTIN(all) {
    struct walk walk = {.visit = visit_truth, .wanted = false};
    if (!one_argument(runtime, arguments, "all")) return false;
    if (!walk_over(runtime, arguments->values[0], &walk)) return false;
    *result = value_bool(!walk.found);
    return true;
}

static bool visit_sum(struct runtime *runtime, struct walk *walk, struct value item, bool *stop) {
    (void)stop;
    return object_binary(runtime, OP_ADD, walk->best, item, &walk->best);
}

BUILTIN(sum) {
    static const char *const names[] = {"iterable", "start"};
    struct value out[2] = {value_none(), value_int(0)};
    if (arguments->count == 0)
        return fault_raise(runtime->fault, "TypeError",
                           "sum() takes at least 1 positional argument (0 given)");
    if (!arguments_read(runtime, arguments, "sum", names, 2, 1, out)) return false;
    if (out[1].kind == VALUE_TEXT)
        return fault_raise(runtime->fault, "TypeError",
                           "sum() can't sum strings [use ''.join(seq) instead]");
    struct walk walk = {.visit = visit_sum, .best = out[1]};
    if (!walk_over(runtime, out[0], &walk)) return false;
    *result = walk.best;
    return true;
}

static bool key_of(struct runtime *runtime, struct value key, struct value item,
                   struct value *result) {
    *result = item;
    if (key.kind == VALUE_NONE) return true;
    struct arguments arguments = {&item, 1, NULL, 0};
    return object_call(runtime, key, &arguments, result);
}

/* min and max keep the first of equal items. */
static bool visit_extreme(struct runtime *runtime, struct walk *walk, struct value item,
                          bool *stop) {
    struct value key;
    bool better = true;
    (void)stop;
    if (!key_of(runtime, walk->key, item, &key)) return false;
    if (walk->found && !object_compare(runtime, walk->comparison, key, walk->best_key, &better))
        return false;
    if (better) {
        walk->best = item;
        walk->best_key = key;
        walk->found = true;
    }
    return true;
}

static bool extreme(struct runtime *runtime, const struct arguments *arguments, const char *name,
                    enum comparison comparison, struct value *result) {
    static const char *const names[] = {"key", "default"};
    struct value out[2] = {value_none(), {.kind = SLOT_EMPTY}};
    struct walk walk = {.visit = visit_extreme, .comparison = comparison};
    if (!arguments_options(runtime, arguments, name, names, 2, out)) return false;
    if (arguments->count == 0)
        return fault_raise(runtime->fault, "TypeError", "%s expected at least 1 argument, got 0",
                           name);
    walk.key = out[0];
    bool stop;
    if (arguments->count == 1) {
        if (!walk_over(runtime, arguments->values[0], &walk)) return false;
    } else {
        for (size_t i = 0; i < arguments->count; i++)
            if (!visit_extreme(runtime, &walk, arguments->values[i], &stop)) return false;
    }
    if (!walk.found && out[1].kind == SLOT_EMPTY)
        return fault_raise(runtime->fault, "ValueError", "%s() arg is an empty sequence", name);
    *result = walk.found ? walk.best : out[1];
    return true;
}

BUILTIN(min) {
    return extreme(runtime, arguments, "min", CMP_LESS, result);
}

BUILTIN(max) {
    return extreme(runtime, arguments, "max", CMP_GREATER, result);
}

/* ---- sorted ------------------------------------------------------------------------------- */

/* Sorts by keys: pairs of key and position are sorted, then the items put in that order. The
 * position keeps items with equal keys in order and out of the comparison. */
static bool sort_by_key(struct runtime *runtime, struct list *list, struct value key,
                        bool reverse) {
    struct list *pairs = list_new(runtime, &list_type, list->count);
    struct value *sorted = arena_array(runtime->arena, list->count, sizeof *sorted);
    if (!pairs || !runtime_has(runtime, sorted)) return false;
    for (size_t i = 0; i < list->count; i++) {
        struct list *pair = list_new(runtime, &tuple_type, 2);
        if (!pair || !key_of(runtime, key, list->items[i], &pair->items[0])) return false;
        pair->items[1] = value_int(reverse ? -(int64_t)i : (int64_t)i);
        pair->count = 2;
        if (!list_append(runtime, pairs, value_object(&pair->base))) return false;
        if (runtime_cancelled(runtime)) return false;
    }
    if (!list_sort(runtime, pairs, reverse)) return false;
    for (size_t i = 0; i < pairs->count; i++) {
        int64_t position = ((struct list *)pairs->items[i].object)->items[1].integer;
        sorted[i] = list->items[position < 0 ? -position : position];
    }
    for (size_t i = 0; i < pairs->count; i++) list->items[i] = sorted[i];
    return true;
}

BUILTIN(sorted) {
    static const char *const names[] = {"key", "reverse"};
    struct value out[2] = {value_none(), value_bool(false)};
    bool reverse;
    if (!arguments_options(runtime, arguments, "sort", names, 2, out)) return false;
    if (arguments->count != 1)
        return fault_raise(runtime->fault, "TypeError", "sorted expected 1 argument, got %zu",
                           arguments->count);
    if (!object_truth(runtime, out[1], &reverse)) return false;
    struct list *list = list_new(runtime, &list_type, 0);
    if (!list || !list_extend(runtime, list, arguments->values[0])) return false;
    *result = value_object(&list->base);
    return out[0].kind == VALUE_NONE ? list_sort(runtime, list, reverse)
                                     : sort_by_key(runtime, list, out[0], reverse);
}

/* ---- the table ---------------------------------------------------------------------------- */

#define FUNCTION(name)                                                                             \
    { {&function_type}, #name, builtin_##name }

const struct function iterable_functions[] = {
    FUNCTION(any),
    FUNCTION(all),
    FUNCTION(sum),
    FUNCTION(min),
    FUNCTION(max),
    FUNCTION(sorted),
    {{&function_type}, NULL, NULL},
};
