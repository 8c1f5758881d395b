/* key_set - see key_set.h. */
#include "engine/orm/key_set.h"

enum {
    LEAST_SIZE = 8,    /* of the table */
    PROBES = 9,        /* neighbours looked at before jumping */
    PERTURB_SHIFT = 5, /* bits of the hash used up by each jump */
    LARGE = 50000      /* beyond so many keys it grows by two, before by four */
};

bool key_set_init(struct runtime *runtime, struct key_set *set, size_t most) {
    set->count = 0;
    set->none_at = SIZE_MAX;
    set->seen = dict_new(runtime);
    set->keys = arena_array(runtime->arena, most + 1, sizeof *set->keys);
    return set->seen && (set->keys || fault_no_memory(runtime->fault));
}

void key_set_add_none(struct key_set *set) {
    if (set->none_at == SIZE_MAX) set->none_at = set->count;
}

bool key_set_add(struct runtime *runtime, struct key_set *set, struct value key) {
    struct value known;
    bool found;
    if (!dict_get(runtime, set->seen, key, &known, &found)) return false;
    if (found) return true;
    set->keys[set->count++] = key;
    return dict_set(runtime, set->seen, key, value_none());
}

/* hash(n): n itself, except that -1 means an error in CPython and so becomes -2. */
static uint64_t hash_of(int64_t number) {
    return (uint64_t)(number == -1 ? -2 : number);
}

/* Puts a number into the first free place of its probe sequence. None is "free". */
static void place(struct value *table, size_t mask, struct value key) {
    uint64_t perturb = hash_of(key.integer);
    size_t slot = (size_t)perturb & mask;
    for (;;) {
        size_t last = slot + PROBES <= mask ? slot + PROBES : slot;
        for (size_t i = slot; i <= last; i++)
            if (table[i].kind == VALUE_NONE) {
                table[i] = key;
                return;
            }
        perturb >>= PERTURB_SHIFT;
        slot = (slot * 5 + 1 + (size_t)perturb) & mask;
    }
}

/* A larger table with the keys of the old one, taken in the old one's order. */
static struct value *grow(struct runtime *runtime, const struct value *table, size_t *mask,
                          size_t used) {
    size_t least = used > LARGE ? used * 2 : used * 4, size = LEAST_SIZE;
    while (size <= least) size *= 2;
    struct value *larger = arena_array(runtime->arena, size, sizeof *larger);
    if (!larger) return NULL;
    for (size_t i = 0; i <= *mask; i++)
        if (table[i].kind != VALUE_NONE) place(larger, size - 1, table[i]);
    *mask = size - 1;
    return larger;
}

bool key_set_arrange(struct runtime *runtime, struct key_set *set) {
    size_t mask = LEAST_SIZE - 1, used = 0;
    struct value *table = arena_array(runtime->arena, LEAST_SIZE, sizeof *table);
    for (size_t i = 0; table && i < set->count; i++) {
        if (set->keys[i].kind != VALUE_INT) return true;
        if (i == set->none_at && ++used * 5 >= mask * 3) table = grow(runtime, table, &mask, used);
        if (!table) break;
        place(table, mask, set->keys[i]);
        if (++used * 5 >= mask * 3) table = grow(runtime, table, &mask, used);
    }
    if (table && set->none_at == set->count && ++used * 5 >= mask * 3)
        table = grow(runtime, table, &mask, used);
    if (!table) return fault_no_memory(runtime->fault);
    for (size_t i = 0, out = 0; i <= mask; i++)
        if (table[i].kind != VALUE_NONE) set->keys[out++] = table[i];
    return true;
}
