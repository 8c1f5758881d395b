/* key_set - distinct primary keys, in the order in which Python would list them.
 *
 * Prefetching a foreign key collects the keys in a Python set, and the set's order is what shows in
 * `WHERE id IN (...)`. For whole numbers that order is no accident: hash(n) is n, and CPython's
 * table places by hash. key_set_arrange re-makes that table, so that the SQL shown is Django's.
 *
 * Mirrors CPython's Objects/setobject.c (insertion and growth only). */
#ifndef ENGINE_ORM_KEY_SET_H
#define ENGINE_ORM_KEY_SET_H

#include "engine/object/object.h"

struct key_set {
    struct value *keys; /* distinct, in the order they were added; or, once arranged, the set's */
    size_t count;
    size_t none_at; /* how many keys had come before None did; SIZE_MAX: it never came */
    struct dict *seen;
};

/* Prepares an empty set that may take `most` keys. False: fault. */
bool key_set_init(struct runtime *, struct key_set *, size_t most);
/* None is never asked for, but takes room in the set, which shows in the order of the others. */
void key_set_add_none(struct key_set *);
bool key_set_add(struct runtime *, struct key_set *, struct value key);
/* Puts whole numbers in the order of a Python set that took them in this order; keys of another
 * kind stay as they are. */
bool key_set_arrange(struct runtime *, struct key_set *);

#endif
