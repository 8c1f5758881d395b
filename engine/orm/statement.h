/* statement - a SELECT while it is compiled: its columns, its order, its groups.
 *
 * Order of work, as in SQLCompiler.as_sql: columns, ORDER BY, extra columns, GROUP BY, since each
 * may add joins; only then FROM can be written. Afterwards the joins that compiling added are
 * unused again. */
#ifndef ENGINE_ORM_STATEMENT_H
#define ENGINE_ORM_STATEMENT_H

#include "engine/orm/blueprint.h"

struct selection {
    struct expression *expression;
    const char *alias; /* AS "alias"; NULL: none */
    const char *name;  /* how the row calls it */
    bool annotation;
};

struct ordered {
    struct expression *expression; /* an ORDER node, resolved */
    struct sql sql;
    size_t without; /* length of the SQL before ASC or DESC */
    bool is_ref;
};

struct grouped {
    struct sql sql;
};

struct statement {
    struct runtime *runtime;
    struct query *query;
    struct selection *selected;
    size_t selected_count, selected_capacity;
    struct selected_model *root; /* NULL for values() */
    struct ordered *order;
    size_t order_count, order_capacity;
    bool meta_ordering;
    size_t added_columns;         /* of a combined query: only to be ordered by */
    struct expression_list extra; /* of DISTINCT: what is ordered by but not selected */
    struct sql *extra_sql;
    struct expression *where, *having;
    struct grouped *groups;
    size_t group_count, group_capacity;
};

bool statement_select(struct statement *);   /* selections.c */
bool statement_order_by(struct statement *); /* order.c */
bool statement_extra(struct statement *);
bool statement_group_by(struct statement *); /* group.c */

bool statement_add(struct statement *, struct selection);
/* Which columns of a model are loaded; all, where nothing is deferred. */
struct loaded {
    const struct model *model;
    uint64_t fields;     /* a bit per field */
    const char *strange; /* a relation back that was named, which has no column; NULL: none */
};
struct loaded_list {
    struct loaded *models;
    size_t count, capacity;
};
bool query_loaded(struct runtime *, const struct query *, struct loaded_list *);
const struct loaded *loaded_find(const struct loaded_list *, const struct model *);

#endif
