/* instance - one object of a model: what `Article.objects.first()` gives.
 *
 *     struct instance
 *    +------+-------+----------+----------+----------+----------+-----+-------------------+
 *    | type | model | deferred | attached | column 0 | column 1 | ... | texts of the row  |
 *    +------+-------+----------+----------+----------+----------+-----+-------------------+
 *                       |          `--> related objects, prefetched sets, annotations, to_attr
 * lists
 *                       `--> a bit for each column that was not loaded
 *
 * One allocation holds the object, its columns and their texts. Columns stand in the model's order.
 * What a query did not bring is attached only when there is any.
 *
 * Mirrors django.db.models.base.Model and ModelState (fields_cache, _prefetched_objects_cache). */
#ifndef ENGINE_ORM_INSTANCE_H
#define ENGINE_ORM_INSTANCE_H

#include "engine/object/object.h"
#include "engine/orm/model.h"

enum attachment_kind {
    ATTACHED_RELATED,    /* _state.fields_cache: an instance or None, by relation name */
    ATTACHED_PREFETCHED, /* _prefetched_objects_cache: a queryset, by cache name */
    ATTACHED_EXTRA,      /* any other attribute: an annotation, a to_attr list */
    ATTACHED_STATE       /* _state of what came from no row: adding, db */
};

struct attachment {
    struct attachment *next; /* in the order they came */
    const char *name;
    struct value value;
    enum attachment_kind kind;
};

struct instance {
    struct object base;
    const struct model *model;
    uint64_t deferred; /* bit i: column i was not loaded */
    struct attachment *attached;
    struct value columns[]; /* model->column_count */
};

extern const struct object_type instance_type;

/* The instance a value is, or NULL. */
struct instance *instance_of(struct value value);

/* An instance with all columns None; text_bytes more are left after the columns. NULL: no memory
 * (fault raised). */
struct instance *instance_new(struct runtime *, struct arena *, const struct model *,
                              size_t text_bytes);

/* Article(title=..., author=...): positional arguments are columns in order. */
struct instance *instance_construct(struct runtime *, const struct model *,
                                    const struct arguments *);

/* _state.adding: it came from no row, and was not saved yet. */
bool instance_is_adding(const struct instance *);
/* _state.db: it came from a row, was saved, or was assigned to an object or one to it. */
bool instance_has_database(const struct instance *);
void instance_set_database(struct instance *);
void instance_set_saved(struct instance *);

/* The primary key as it is now; None for an object that was never saved. */
struct value instance_key(const struct instance *);

static inline bool instance_is_deferred(const struct instance *instance, size_t column) {
    return instance->deferred >> column & 1;
}

/* Index of a concrete field among the columns. */
static inline size_t instance_place(const struct model *model, const struct field *field) {
    return (size_t)(field - model->fields);
}

/* What is attached under a name; NULL when nothing is. */
struct attachment *instance_attached(const struct instance *, enum attachment_kind,
                                     const char *name);
/* Attaches, or replaces what was there. name is borrowed for the instance's life. */
bool instance_attach(struct runtime *, struct instance *, enum attachment_kind, const char *name,
                     struct value);
void instance_detach(struct instance *, enum attachment_kind, const char *name);

/* Whether an attribute of this name is a column's or a relation's, and so no extra one. */
bool instance_claims(const struct model *, const char *name);

/* Reads a column; a deferred one is fetched first, with one query. */
bool instance_read(struct runtime *, struct instance *, size_t column, struct value *);

/* refresh_from_db(): loads these columns (bits) anew and forgets cached relations. */
bool instance_refresh(struct runtime *, struct instance *, uint64_t columns);

#endif
