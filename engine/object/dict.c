/* dict - a dict that remembers the order of insertion.
 *
 *     entries   [ key value | key value | key value | free ... ]      in order of insertion
 *     index     [ 0 | 2 | 0 | 1 | 0 | 3 | 0 | 0 ]                     entry's number + 1; 0: free
 *
 * The index is an open-addressing hash table, twice as large as the entries and more, walked one by
 * one from the key's hash. Small dicts do without it and compare keys in order. Taking an entry out
 * moves those behind it and builds the index anew: listings seldom do that. */
#include <assert.h>
#include <string.h>

#include "engine/object/object.h"
#include "engine/object/plain.h"

enum { UNINDEXED = 8, LARGEST_DICT = 1 << 26 };

struct dict *dict_new(struct runtime *runtime) {
    struct dict *dict = arena_alloc(runtime->arena, sizeof *dict);
    if (!runtime_has(runtime, dict)) return NULL;
    dict->base.type = &dict_type;
    return dict;
}

/* ---- finding ----------------------------------------------------------------------------- */

/* Equal keys; texts, by far the commonest, without asking the protocol. */
static bool same_key(struct runtime *runtime, struct value left, struct value right, bool *same) {
    *same = object_is_same(left, right);
    if (*same || (left.kind == VALUE_TEXT && right.kind == VALUE_TEXT)) return true;
    return object_equal(runtime, left, right, same);
}

/* The entry of a key, or count when there is none. slot: where the index has or would have it. */
static bool find(struct runtime *runtime, const struct dict *dict, struct value key, size_t *entry,
                 size_t *slot) {
    bool same = false;
    uint64_t hash;
    if (!object_hash(runtime, key, &hash)) return false;
    if (!dict->index) {
        for (*entry = 0; *entry < dict->count; ++*entry) {
            if (!same_key(runtime, dict->entries[*entry].key, key, &same)) return false;
            if (same) return true;
        }
        return true;
    }
    size_t mask = dict->index_size - 1;
    for (*slot = (size_t)hash & mask; dict->index[*slot]; *slot = (*slot + 1) & mask) {
        *entry = dict->index[*slot] - 1;
        if (!same_key(runtime, dict->entries[*entry].key, key, &same)) return false;
        if (same) return true;
    }
    *entry = dict->count;
    return true;
}

static bool build_index(struct runtime *runtime, struct dict *dict, size_t size) {
    if (size > dict->index_size || !dict->index) {
        uint32_t *index = arena_array(runtime->arena, size, sizeof *index);
        if (!runtime_has(runtime, index)) return false;
        dict->index = index;
        dict->index_size = size;
    } else {
        memset(dict->index, 0, dict->index_size * sizeof *dict->index);
    }
    for (size_t i = 0; i < dict->count; i++) {
        uint64_t hash;
        if (!object_hash(runtime, dict->entries[i].key, &hash)) return false;
        size_t slot = (size_t)hash & (dict->index_size - 1);
        while (dict->index[slot]) slot = (slot + 1) & (dict->index_size - 1);
        dict->index[slot] = (uint32_t)i + 1;
    }
    return true;
}

static bool make_room(struct runtime *runtime, struct dict *dict) {
    if (dict->count < dict->capacity) return true;
    size_t capacity = dict->capacity ? dict->capacity * 2 : 4;
    struct dict_entry *entries =
        capacity <= LARGEST_DICT
            ? arena_grow(runtime->arena, dict->entries, dict->capacity, capacity, sizeof *entries)
            : NULL;
    if (!runtime_has(runtime, entries)) return false;
    dict->entries = entries;
    dict->capacity = capacity;
    return capacity <= UNINDEXED || build_index(runtime, dict, capacity * 2);
}

bool dict_set(struct runtime *runtime, struct dict *dict, struct value key, struct value value) {
    size_t entry, slot = 0;
    if (!find(runtime, dict, key, &entry, &slot)) return false;
    if (entry < dict->count) {
        dict->entries[entry].value = value;
        return true;
    }
    bool grows = dict->count == dict->capacity;
    if (!make_room(runtime, dict)) return false;
    if (grows && dict->index && !find(runtime, dict, key, &entry, &slot)) return false;
    dict->entries[dict->count++] = (struct dict_entry){key, value};
    if (dict->index) dict->index[slot] = (uint32_t)dict->count;
    return true;
}

bool dict_get(struct runtime *runtime, const struct dict *dict, struct value key,
              struct value *value, bool *found) {
    size_t entry, slot;
    *found = false;
    if (!find(runtime, dict, key, &entry, &slot)) return false;
    *found = entry < dict->count;
    if (*found) *value = dict->entries[entry].value;
    return true;
}

bool dict_take(struct runtime *runtime, struct dict *dict, struct value key, struct value *value,
               bool *found) {
    size_t entry, slot;
    *found = false;
    if (!find(runtime, dict, key, &entry, &slot)) return false;
    if (entry == dict->count) return true;
    *found = true;
    *value = dict->entries[entry].value;
    dict->count--;
    memmove(dict->entries + entry, dict->entries + entry + 1,
            (dict->count - entry) * sizeof *dict->entries);
    return !dict->index || build_index(runtime, dict, dict->index_size);
}

/* ---- slots ------------------------------------------------------------------------------- */

static struct dict *as_dict(struct object *object) {
    return (struct dict *)object;
}

static bool dict_get_item(struct runtime *runtime, struct object *object, struct value key,
                          struct value *result) {
    bool found;
    if (!dict_get(runtime, as_dict(object), key, result, &found)) return false;
    if (found) return true;
    const char *text = object_repr(runtime, key);
    return text && fault_raise(runtime->fault, "KeyError", "%s", text);
}

static bool dict_set_item(struct runtime *runtime, struct object *object, struct value key,
                          struct value value) {
    return dict_set(runtime, as_dict(object), key, value);
}

static bool dict_length(struct runtime *runtime, struct object *object, int64_t *length) {
    (void)runtime;
    *length = (int64_t)as_dict(object)->count;
    return true;
}

static bool dict_contains(struct runtime *runtime, struct object *object, struct value key,
                          bool *contains) {
    struct value value;
    return dict_get(runtime, as_dict(object), key, &value, contains);
}

static bool dict_equal(struct runtime *runtime, struct object *object, struct value other,
                       bool *equal) {
    *equal = false;
    if (!object_is(other, &dict_type)) return true;
    struct dict *left = as_dict(object), *right = as_dict(other.object);
    if (left->count != right->count) return true;
    for (size_t i = 0; i < left->count; i++) {
        struct value value;
        bool found, same = false;
        if (!dict_get(runtime, right, left->entries[i].key, &value, &found)) return false;
        if (found && !object_equal(runtime, left->entries[i].value, value, &same)) return false;
        if (!same) return true;
    }
    return *equal = true;
}

/* d | e: what stands in e wins. */
static bool dict_binary(struct runtime *runtime, struct object *object, enum operation operation,
                        struct value other, bool reflected, struct value *result, bool *handled) {
    *handled = operation == OP_OR && !reflected && object_is(other, &dict_type);
    if (!*handled) return true;
    struct dict *both = dict_new(runtime);
    const struct dict *parts[] = {as_dict(object), as_dict(other.object)};
    for (size_t part = 0; both && part < 2; part++)
        for (size_t i = 0; i < parts[part]->count; i++)
            if (!dict_set(runtime, both, parts[part]->entries[i].key,
                          parts[part]->entries[i].value))
                return false;
    if (!both) return false;
    *result = value_object(&both->base);
    return true;
}

static const char *dict_repr(struct runtime *runtime, struct object *object) {
    struct dict *dict = as_dict(object);
    struct text text;
    text_init(&text, runtime->arena);
    text_add_char(&text, '{');
    for (size_t i = 0; i < dict->count; i++) {
        const char *key = object_repr(runtime, dict->entries[i].key);
        const char *value = key ? object_repr(runtime, dict->entries[i].value) : NULL;
        if (!value) return NULL;
        text_format(&text, i ? ", %s: " : "%s: ", key);
        text_add(&text, value);
    }
    text_add_char(&text, '}');
    const char *finished = text_finish(&text);
    return runtime_has(runtime, finished) ? finished : NULL;
}

static void dict_visit(struct object *object, void (*each)(void *, struct value), void *context) {
    struct dict *dict = as_dict(object);
    for (size_t i = 0; i < dict->count; i++) {
        each(context, dict->entries[i].key);
        each(context, dict->entries[i].value);
    }
}

static bool dict_iterate(struct runtime *runtime, struct object *object, struct value *iterator) {
    return dict_view_iterate(runtime, as_dict(object), DICT_KEYS, iterator);
}

const struct object_type dict_type = {
    .name = "dict",
    .methods = dict_methods,
    .get_item = dict_get_item,
    .set_item = dict_set_item,
    .iterate = dict_iterate,
    .length = dict_length,
    .contains = dict_contains,
    .equal = dict_equal,
    .binary = dict_binary,
    .repr = dict_repr,
    .visit = dict_visit,
};
