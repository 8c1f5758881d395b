/* related_writes - add(), remove(), set() and clear() of the managers in related.h.
 *
 *     many_writes.c      article.tags.add(tag)             INSERT into the table between
 *     reverse_writes.c   author.article_set.add(article)   UPDATE of the articles' key
 *     related_writes.c   the methods, their arguments, and what both share
 *
 * Whatever was prefetched is forgotten first. Where Django collects keys in a set, the set's order
 * shows in the SQL; see key_set.h.
 *
 * Mirrors create_reverse_many_to_one_manager and create_forward_many_to_many_manager of
 * django.db.models.fields.related_descriptors. */
#ifndef ENGINE_ORM_RELATED_WRITES_H
#define ENGINE_ORM_RELATED_WRITES_H

#include "engine/orm/key_set.h"
#include "engine/orm/related.h"
#include "engine/orm/writes.h"

/* ---- many_writes.c; objects may be keys ---- */

bool many_add(struct runtime *, const struct related_manager *, const struct value *objects,
              size_t count);
bool many_remove(struct runtime *, const struct related_manager *, const struct value *objects,
                 size_t count);
bool many_clear(struct runtime *, const struct related_manager *);
bool many_set(struct runtime *, struct related_manager *, const struct list *objects, bool clear);

/* ---- reverse_writes.c; bulk: one UPDATE for all, else each is saved ---- */

bool reverse_add(struct runtime *, const struct related_manager *, const struct value *objects,
                 size_t count, bool bulk);
bool reverse_remove(struct runtime *, struct related_manager *, const struct value *objects,
                    size_t count, bool bulk);
bool reverse_clear(struct runtime *, struct related_manager *, bool bulk);
bool reverse_set(struct runtime *, struct related_manager *, const struct list *objects, bool bulk,
                 bool clear);

/* ---- related_writes.c: what both share ---- */

void related_forget_prefetched(const struct related_manager *);
/* An object of the model that the manager leads to; NULL: something else. */
struct instance *related_object(const struct related_manager *, struct value);
/* TypeError: "'Tag' instance expected, got 3". Always false. */
bool related_refuse_type(struct runtime *, const struct related_manager *, struct value object);

/* A set of keys as a list, in the order in which Python would list them. NULL: fault. */
struct list *related_key_list(struct runtime *, struct key_set *);

/* What set() finds, in the order of Python's set, and which of it stays. */
struct old {
    struct key_set keys;
    struct dict *places; /* key -> its place in values */
    struct value *values;
    bool *stays;
};

/* Of the keys of a fetched list, or those of its objects. False: fault. */
bool old_init(struct runtime *, const struct list *, struct old *);
/* Whether a key is there and was not asked for before: then it stays. */
bool old_keep(struct runtime *, struct old *, struct value key, bool *kept);
/* What does not stay, in the set's order. NULL: fault. */
struct list *old_rest(struct runtime *, const struct old *);

#endif
