/* rows - from the cells of a result to what a queryset gives: instances, dicts, tuples.
 *
 * A plan is made once per query: which column goes to which place of which object, and how it is
 * converted. Then each row costs one allocation an object and no look-up by name.
 *
 * Order of calls: rows_open; rows_next until done; nothing to close (rows_close ends early).
 *
 * Mirrors ModelIterable, ValuesIterable, ValuesListIterable, NamedValuesListIterable,
 * FlatValuesListIterable and RelatedPopulator of django.db.models.query. */
#ifndef ENGINE_ORM_ROWS_H
#define ENGINE_ORM_ROWS_H

#include "engine/orm/database.h"
#include "engine/orm/instance.h"
#include "engine/orm/query.h"

enum rows_as { ROWS_INSTANCES, ROWS_DICTS, ROWS_TUPLES, ROWS_NAMED, ROWS_FLAT };

/* Objects that the caller knows already: every row whose `field` names this instance gets it as
 * its related object (QuerySet._known_related_objects). */
struct known {
    const struct field *field;
    struct instance *instance;
    const struct known *next;
};

/* One model's part of a row. */
struct row_plan {
    const struct model *model;
    size_t first, count;         /* its columns in the result */
    size_t key;                  /* the primary key's among them */
    uint64_t deferred;           /* what the instances will lack */
    const uint8_t *places;       /* of each column: its place in the instance */
    const uint8_t *converts;     /* of each column: enum convert */
    const struct field *through; /* see struct selected_model */
    bool reverse;
    const struct row_plan *related;
    size_t related_count;
};

/* Makes a plan that points to nothing but the arena and constant tables. NULL: fault. */
const struct row_plan *row_plan_new(struct runtime *, struct arena *,
                                    const struct selected_model *);

/* Builds the instance, and those related to it, from a row of borrowed cells. NULL: fault. */
struct instance *row_plan_build(struct runtime *, struct arena *, const struct row_plan *,
                                const struct value *cells);

struct rows {
    struct runtime *runtime;
    struct compiled compiled;
    enum rows_as as;
    const struct known *known;
    struct cursor *cursor; /* NULL before the first row and after the last */
    const struct row_plan *plan;
    bool annotated; /* there are columns that are none of the model's */
    bool claimed;   /* one of them is called as something that the model has: pk, article_set */
    struct value *cells;
    const char **names; /* of the columns: of dicts and named tuples */
    int64_t built;
};

/* Runs a compiled query; one that is empty runs nothing and gives no rows. */
bool rows_open(struct rows *, struct runtime *, const struct compiled *, enum rows_as,
               const struct known *);
/* The next row's value, in arena. *done at the end. The clock of the query runs between the first
 * call and rows_pause; see cursor_resume. */
bool rows_next(struct rows *, struct arena *arena, struct value *row, bool *done);
void rows_pause(struct rows *);
void rows_close(struct rows *);

/* A row of values_list(named=True). */
struct named_row {
    struct object base;
    const char *const *names;
    struct list *items; /* a tuple */
};
extern const struct object_type named_row_type;

#endif
