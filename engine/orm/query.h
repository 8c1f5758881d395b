/* query - the blueprint of a SELECT, built call by call, compiled to SQL at the last moment.
 *
 * A query is a plain description: a tree of conditions, the joins they need, what to select,
 * group, order and cut. Refining copies it (query_clone), so a queryset never changes under
 * whoever holds it. Nothing here touches the database.
 *
 * Names are resolved while refining, as in Django, so a misspelt field raises FieldError at once;
 * a few things raise only when compiled (FACTS says which), and do so here too.
 *
 * Mirrors django.db.models.sql.query.Query, .where, .datastructures and .compiler. Everything
 * lives in runtime->arena. Functions return false (NULL) with runtime->fault raised. */
#ifndef ENGINE_ORM_QUERY_H
#define ENGINE_ORM_QUERY_H

#include "engine/object/object.h"
#include "engine/orm/model.h"

struct query;

struct query *query_new(struct runtime *, const struct model *);
struct query *query_clone(struct runtime *, const struct query *);
const struct model *query_model(const struct query *);

/* filter() and, negated, exclude(): positional Q objects and expressions, keyword lookups
 * (sorted by name, as Q does). */
bool query_filter(struct runtime *, struct query *, const struct arguments *, bool negated);
/* The same for a related manager: <relation>=instance, kept apart so that the join can be reused
 * ("sticky" filter) by the next filter(). */
bool query_filter_sticky(struct runtime *, struct query *, const char *name, struct value value);

bool query_order_by(struct runtime *, struct query *, const struct value *names, size_t count);
bool query_clear_ordering(struct query *, bool forced);
bool query_is_ordered(const struct query *); /* QuerySet.ordered */
void query_reverse(struct query *);
bool query_is_distinct(const struct query *);
bool query_distinct(struct runtime *, struct query *, const struct value *names, size_t count);
/* qs[low:high] on what may be sliced already; high < 0: open. */
void query_slice(struct query *, int64_t low, int64_t high);
bool query_is_sliced(const struct query *);
void query_set_empty(struct query *); /* none() */
bool query_is_empty(const struct query *);

/* annotate() and alias(): positional aggregates get their default alias. */
bool query_annotate(struct runtime *, struct query *, const struct arguments *, bool select);

/* values() and values_list(): names and expressions; no arguments: every column. */
bool query_values(struct runtime *, struct query *, const struct value *names, size_t count,
                  const struct keyword *expressions, size_t expression_count);

bool query_select_related(struct runtime *, struct query *, const struct value *names,
                          size_t count);
void query_select_related_all(struct query *);  /* select_related() */
void query_select_related_none(struct query *); /* select_related(None) */
bool query_defer(struct runtime *, struct query *, const struct value *names, size_t count);
void query_defer_none(struct query *);
bool query_only(struct runtime *, struct query *, const struct value *names, size_t count);

/* Whether two values() queries select the same names, in whatever order. */
bool query_selects_alike(const struct query *left, const struct query *right);
/* a & b, a | b. */
bool query_combine(struct runtime *, struct query *left, const struct query *right,
                   bool conjunction);
/* left.union(others...): kind is "union", "intersection" or "difference". */
bool query_set_operation(struct runtime *, struct query *left, const char *kind,
                         struct query *const *others, size_t count, bool all);
/* dates() and datetimes(). */
bool query_dates(struct runtime *, struct query *, const char *field, const char *kind,
                 bool descending, bool with_time);
/* in_bulk and prefetch need `field IN values` on a resolved path; prefetch of a many-to-many also
 * selects the through column as an extra ("_prefetch_related_val_article_id"). */
bool query_filter_in(struct runtime *, struct query *, const char *path, const struct value *values,
                     size_t count);
bool query_select_through(struct runtime *, struct query *, const struct field *many_to_many,
                          bool reverse);

/* ---- what comes of it -------------------------------------------------------------------- */

/* How one column of the result becomes a Python value. */
enum convert {
    CONVERT_NONE, /* as SQLite holds it */
    CONVERT_BOOL,
    CONVERT_INT,
    CONVERT_FLOAT,
    CONVERT_DATE,
    CONVERT_DATETIME
};

struct selected_column {
    const char *name; /* attname, annotation or values() name */
    enum convert convert;
    bool annotation; /* of a model query: not a column of the model */
};

/* One model's part of a row, and the related parts that select_related put beside it. */
struct selected_model {
    const struct model *model;
    const struct field *const *fields; /* those loaded, in order: the others are deferred */
    size_t first;                      /* its first column in the result */
    size_t count;                      /* of fields */
    const struct field *through;       /* the relation that leads here; NULL for the root */
    bool reverse;                      /* followed from the target back (reverse one-to-one) */
    const struct selected_model *related;
    size_t related_count;
};

/* A statement ready for the database. */
struct compiled {
    bool empty;      /* EmptyResultSet: no query is to be run, there are no rows */
    const char *sql; /* placeholders are %s, as Django hands them to its cursor */
    const struct value *parameters;
    size_t parameter_count;
    const struct selected_column *columns;
    size_t column_count;
    const struct selected_model *root; /* of a query that gives instances; NULL for values() */
};

bool query_compile(struct runtime *, struct query *, struct compiled *);
/* exists(): SELECT (1) AS "a" ... LIMIT 1. */
bool query_compile_exists(struct runtime *, struct query *, struct compiled *);
/* count(), which may wrap a subquery. */
bool query_compile_count(struct runtime *, struct query *, struct compiled *);
/* aggregate(): one row; columns carry the aliases. When `empty`, `defaults` (one per column)
 * is the answer: Count 0, others None or their Coalesce. */
bool query_compile_aggregate(struct runtime *, struct query *, const struct arguments *,
                             struct compiled *, struct value **defaults);
/* UPDATE of the selected rows, DELETE of them, INSERT of rows of concrete columns: one row of
 * VALUES, or in bulk, as a compound SELECT. */
enum insert_form { INSERT_ROW, INSERT_BULK, INSERT_OR_IGNORE };
bool query_compile_update(struct runtime *, struct query *, const struct keyword *, size_t count,
                          struct compiled *);
bool query_compile_delete(struct runtime *, struct query *, struct compiled *);
bool query_compile_insert(struct runtime *, const struct model *, const struct field *const *fields,
                          size_t field_count, const struct value *rows, size_t row_count,
                          enum insert_form, struct compiled *);
/* str(qs.query): parameters put in as they are, unquoted, as Django does. */
const char *query_str(struct runtime *, struct query *);
/* The blueprint as a tree of labelled lines, for the query-tree figure: depth by indentation. */
const char *query_describe(struct runtime *, const struct query *);

/* ---- what the compiler needs to know of querysets and instances -----------------------------
 * Written beside the queryset (queryset.c, instance.c); read here when one is a right-hand side. */

/* The blueprint of a queryset, borrowed: clone before changing. NULL when value is no queryset. */
struct query *queryset_query_of(struct value value);
/* The model of an instance; NULL when value is none. */
const struct model *instance_model(struct value value);
/* Reads a concrete column of an instance (None when unsaved); a deferred one is fetched. */
bool instance_column(struct runtime *, struct value instance, const struct field *, struct value *);

/* The names that `from django.db.models import ...` finds for expressions: F, Q, Count, Value, ...
 */
extern const struct module expression_module, function_module; /* django.db.models[.functions] */

#endif
