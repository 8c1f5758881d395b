/* related - the attributes that lead from one object to others.
 *
 *     article.author       forward        the object itself, loaded once and cached
 *     profile.author       reverse one    the same from the other side; may be missing
 *     author.article_set   reverse many   a manager
 *     article.tags         many to many   a manager; tag.article_set is the way back
 *
 * Mirrors django.db.models.fields.related_descriptors. */
#ifndef ENGINE_ORM_RELATED_H
#define ENGINE_ORM_RELATED_H

#include "engine/orm/instance.h"

struct queryset;

enum relation_kind {
    RELATION_FORWARD,
    RELATION_REVERSE_ONE,
    RELATION_REVERSE_MANY,
    RELATION_MANY_TO_MANY,
    RELATION_MANY_TO_MANY_BACK
};

struct relation {
    enum relation_kind kind;
    const struct field *field;  /* as declared, on whichever side */
    const struct model *source; /* whose attribute it is */
    const struct model *model;  /* what it leads to */
    const char *name;           /* of the attribute: "article_set" */
    const char *cache_name;     /* under which results are cached: "article" for tag.article_set */
};

/* True for those that lead to one object at most. */
static inline bool relation_is_single(const struct relation *relation) {
    return relation->kind == RELATION_FORWARD || relation->kind == RELATION_REVERSE_ONE;
}

/* Finds a model's relation by the name of its attribute; false when it has none. */
bool relation_find(const struct model *, const char *name, struct relation *);

/* instance.<relation>: the object (or None), or a manager. */
bool related_get(struct runtime *, struct instance *, const struct relation *, struct value *);
/* instance.<forward or reverse one> = other */
bool related_set(struct runtime *, struct instance *, const struct relation *, struct value);

/* Caches `other` (NULL: none) as what the single relation leads to; with both, also the way back.
 */
bool related_cache(struct runtime *, struct instance *, const struct relation *,
                   struct instance *other, bool both);

/* The manager of one object's many: `author.article_set`. */
struct related_manager {
    struct object base;
    struct relation relation;
    struct instance *instance;
};
extern const struct object_type related_manager_type, many_related_manager_type;
/* That of a foreign key that may be NULL: it has remove() and clear() as well. */
extern const struct object_type loose_related_manager_type;

/* The related manager that an object is; NULL: it is something else. */
struct related_manager *related_manager_of(struct object *);
/* Whether it leads through a table of its own. */
bool related_is_many(const struct related_manager *);

/* The class as a TypeError of Python's names it: "create_...<locals>.RelatedManager". */
const char *related_class_name(const struct related_manager *);

/* get_queryset(): the prefetched one where there is one, else a fresh one for this object's
 * many. NULL: fault. */
struct queryset *related_queryset(struct runtime *, struct related_manager *);
/* _apply_rel_filters(): narrows a queryset (a clone is made) to this object's many. */
struct queryset *related_filter(struct runtime *, struct related_manager *, struct queryset *);

#endif
