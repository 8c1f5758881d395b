/* queryset - a recipe for rows, cooked at most once.
 *
 * Refining (filter, order_by, a slice) gives a new queryset and asks nothing of the database.
 * Iterating, len, bool, list and repr ask; the first four keep what came in the result cache,
 * and are free from then on. Evaluation is all or nothing: queryset_fetch reads every row, then
 * runs the prefetches, once.
 *
 *     manager -> queryset -> queryset -> queryset_fetch -> rows -> instances
 *                   `- query (the blueprint)   `- prefetch
 *
 * Mirrors django.db.models.query.QuerySet and django.db.models.manager.Manager. */
#ifndef ENGINE_ORM_QUERYSET_H
#define ENGINE_ORM_QUERYSET_H

#include "engine/orm/query.h"
#include "engine/orm/rows.h"

struct prefetch;
struct related_manager;

struct queryset {
    struct object base;
    const struct model *model;
    struct query *query;   /* NULL: not built yet, see manager; ask queryset_query */
    enum rows_as rows;     /* _iterable_class */
    const char *operation; /* "union", "intersection" or "difference"; NULL for a plain one */
    struct list *cache;    /* _result_cache; NULL before the fetch */
    struct prefetch *const *prefetches; /* _prefetch_related_lookups */
    size_t prefetch_count;
    bool prefetched;                 /* _prefetch_done */
    const struct known *known;       /* _known_related_objects */
    struct runtime *runtime;         /* that builds the query when it is needed after all: */
    struct related_manager *manager; /* of a prefetched set whose query nobody has needed yet */
    struct queryset *narrowed;       /* and what it narrows: the Prefetch's own queryset, or NULL */
};

extern const struct object_type queryset_type, manager_type, raw_queryset_type;

/* A model's manager: `Article.objects`. */
struct manager {
    struct object base;
    const struct model *model;
};
struct manager *manager_new(struct runtime *, const struct model *);

/* Model.objects.all(). NULL: fault, here and below. */
struct queryset *queryset_new(struct runtime *, const struct model *);
/* The same recipe without the result cache (QuerySet._chain). */
struct queryset *queryset_clone(struct runtime *, struct queryset *);
struct query *queryset_query(struct runtime *, struct queryset *);
/* The queryset behind a queryset or a manager of either kind; NULL without a fault for others. */
struct queryset *queryset_behind(struct runtime *, struct object *);

/* Fills the result cache (QuerySet._fetch_all). */
bool queryset_fetch(struct runtime *, struct queryset *);

/* filter(<arguments>), refused on a slice. */
struct queryset *queryset_filter(struct runtime *, struct queryset *, const struct arguments *,
                                 bool negated);
/* qs[low:high]: not evaluated yet; high < 0 is open. */
struct queryset *queryset_slice(struct runtime *, struct queryset *, int64_t low, int64_t high);
/* filter(...).get(): the one row, or DoesNotExist or MultipleObjectsReturned. */
bool queryset_get(struct runtime *, struct queryset *, const struct arguments *, struct value *);
/* A fetched queryset of these values; nothing is asked. */
struct queryset *queryset_of_list(struct runtime *, const struct model *, struct list *);

/* iterator(): a generator that keeps one chunk of rows at a time. */
bool queryset_iterator(struct runtime *, struct queryset *, int64_t chunk_size, struct value *);

/* raw(sql, params=None): a RawQuerySet; see raw.c. */
bool queryset_raw(struct runtime *, struct object *, const struct arguments *, struct value *);

/* The methods listings call, by name. See queryset_methods.c. */
extern const struct method queryset_methods[], manager_methods[], related_manager_methods[],
    loose_related_manager_methods[];
/* What querysets and managers have beside methods: model and db. *found = false, no fault: not that
 * name. */
bool queryset_attribute(struct runtime *, const struct model *, const char *name, struct value *,
                        bool *found);
/* Those that write; see writes.c, bulk_update.c, save.c and collector.c. */
bool queryset_create(struct runtime *, struct object *, const struct arguments *, struct value *);
bool queryset_get_or_create(struct runtime *, struct object *, const struct arguments *,
                            struct value *);
bool queryset_update_or_create(struct runtime *, struct object *, const struct arguments *,
                               struct value *);
bool queryset_bulk_create(struct runtime *, struct object *, const struct arguments *,
                          struct value *);
bool queryset_bulk_update(struct runtime *, struct object *, const struct arguments *,
                          struct value *);
bool queryset_update(struct runtime *, struct object *, const struct arguments *, struct value *);
bool queryset_delete(struct runtime *, struct object *, const struct arguments *, struct value *);
bool instance_save(struct runtime *, struct object *, const struct arguments *, struct value *);
bool instance_delete(struct runtime *, struct object *, const struct arguments *, struct value *);

#endif
