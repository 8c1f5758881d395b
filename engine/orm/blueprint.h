/* blueprint - the inside of a query, for the files that build and compile it.
 *
 *   paths.c     a name like author__profile becomes steps from model to model
 *   joins.c     steps become joins; joins are shared, trimmed, promoted to LEFT OUTER
 *   where.c     the tree of conditions
 *   filter.c    filter() and exclude(): Q -> conditions
 *   exclude.c   exclude() over many rows: NOT EXISTS
 *   query.c     copying, ordering, slicing, select_related, only, defer
 *   annotate.c  annotate(), GROUP BY, what F() refers to
 *   values.c    values(), which columns
 *   relabel.c   a query inside another: aliases get a new letter
 *   combine.c   a & b, a | b, union()
 *   compiler.c  SELECT, with selections.c, deferred.c, order.c and group.c; aggregation.c around
 * it; change.c INSERT, UPDATE, DELETE
 *
 * Mirrors django.db.models.sql.query.Query and .datastructures. */
#ifndef ENGINE_ORM_BLUEPRINT_H
#define ENGINE_ORM_BLUEPRINT_H

#include "engine/base/text.h"
#include "engine/orm/expression.h"
#include "engine/orm/query.h"

/* ---- aliases ------------------------------------------------------------------------------ */

struct alias_set {
    const char **names;
    size_t count, capacity;
};
bool alias_set_has(const struct alias_set *, const char *name);
bool alias_set_add(struct runtime *, struct alias_set *, const char *name);
void alias_set_remove(struct alias_set *, const char *name);
bool alias_set_copy(struct runtime *, struct alias_set *to, const struct alias_set *from);

static inline bool alias_same(const char *left, const char *right) {
    return left == right || (left && right && strcmp(left, right) == 0);
}

/* Which alias becomes which. from NULL: a column without an alias. */
struct relabel {
    const char *const *from;
    const char *const *to;
    size_t count;
};
const char *relabel_alias(const struct relabel *, const char *alias);

/* ---- paths -------------------------------------------------------------------------------- */

/* One step from model to model: Django's PathInfo.
 *
 *     Article --author--> Author      join_field author, direct
 *     Author  <--article- Article     the same field, reverse; many unless one-to-one */
struct path_step {
    const struct model *from, *to;
    const struct field *join_field;
    bool reverse, many, direct;
};

enum { PATH_MOST = 32 };

struct path {
    struct path_step steps[PATH_MOST];
    size_t count;
    const char *names[PATH_MOST]; /* the names that were followed ... */
    size_t steps_of[PATH_MOST];   /* ... and how many steps each took */
    size_t name_count;
    const struct model *model;       /* where it ends */
    const struct field *final_field; /* the last join's field, or the plain field */
    bool final_reverse;              /* the last join was followed back */
    const struct field *target;      /* the column that holds the value */
    size_t used;                     /* names used; the rest are transforms and the lookup */
};

enum path_result {
    PATH_FOUND,
    PATH_MANY,    /* MultiJoin: allow_many was false; steps lead up to and over it */
    PATH_UNKNOWN, /* FieldError; path_raise raises it */
    PATH_FAULT
};

/* A failed walk, so that it can be raised later, or not. */
struct path_failure {
    const struct model *model;
    const char *name;
    const char *join_on; /* the plain field that was followed; NULL: the name is unknown */
};

/* names_to_path. */
enum path_result path_walk(struct runtime *, const struct query *, const char *const *names,
                           size_t count, const struct model *, bool allow_many,
                           bool fail_on_missing, struct path *, struct path_failure *);
bool path_raise(struct runtime *, const struct query *, const struct path_failure *);
/* Splits at "__". NULL: fault. */
const char **names_split(struct runtime *, const char *lookup, size_t *count);
/* The names listed after "Choices are:", sorted, comma-joined. */
const char *model_choices(struct runtime *, const struct query *, const struct model *);

/* ---- joins -------------------------------------------------------------------------------- */

enum join_type { JOIN_BASE, JOIN_INNER, JOIN_LEFT_OUTER };

struct join {
    const struct model *model; /* the joined one */
    const char *table;         /* its table */
    const char *alias;
    const char *parent; /* alias; NULL for the base table */
    const struct field *field;
    bool reverse;
    bool nullable;
    uint8_t type;              /* enum join_type */
    const char *parent_column; /* parent.parent_column = alias.column */
    const char *column;
    int references; /* alias_refcount: 0: not in FROM */
};

struct join_info {
    struct path path;
    const char *aliases[PATH_MOST + 1];
    size_t alias_count;
    const char *const *transforms; /* names left over, to be applied to the column */
    size_t transform_count;
    struct path_failure failure; /* why they are no fields */
};

struct join *query_join_of(const struct query *, const char *alias); /* NULL: none */
const char *query_initial_alias(struct runtime *, struct query *);   /* adds a reference */
/* join(): an alias for following a step from parent. reuse NULL: any join may be reused. */
const char *query_join(struct runtime *, struct query *, const struct join *,
                       const struct alias_set *reuse);
enum path_result query_setup_joins(struct runtime *, struct query *, const char *const *names,
                                   size_t count, const struct model *, const char *alias,
                                   const struct alias_set *reuse, bool allow_many,
                                   struct join_info *);
/* Drops joins whose target column the previous table has too; sets path.target and the last alias.
 */
void query_trim_joins(struct query *, struct join_info *);
/* transform_function: the column of the path's target, with the transforms around it. */
struct expression *query_column(struct runtime *, struct query *, const struct join_info *);
void query_reference(struct query *, const char *alias, int by);

void query_promote_joins(struct query *, const struct alias_set *);
void query_demote_joins(struct query *, const struct alias_set *);

/* JoinPromoter: counts which children of a condition need which join. */
struct join_votes {
    const char **aliases;
    size_t *votes;
    size_t count, capacity;
    size_t children;
    bool or_connected; /* after negation: the effective connector */
};
bool join_votes_add(struct runtime *, struct join_votes *, const struct alias_set *);
bool join_votes_apply(struct runtime *, struct query *, const struct join_votes *,
                      struct alias_set *needed_inner);

/* ---- the query ---------------------------------------------------------------------------- */

struct annotation {
    const char *name;
    struct expression *expression;
    bool selected; /* in annotation_select */
};

struct extra {
    const char *name;
    const char *sql;
};

/* select_related's names as a tree. */
struct related_name {
    const char *name;
    struct related_name *children; /* first */
    struct related_name *next;
};

enum group_by { GROUP_NONE, GROUP_ALL, GROUP_LISTED };
enum select_related { RELATED_NONE, RELATED_ALL, RELATED_LISTED };

struct external_alias {
    const char *alias;
    bool aliased;
};

struct query {
    const struct model *model;

    struct join *joins; /* alias_map with alias_refcount, in order */
    size_t join_count, join_capacity;
    struct external_alias *externals; /* external_aliases */
    size_t external_count;
    const char *prefix; /* alias_prefix */
    struct alias_set subquery_prefixes;
    struct alias_set used_aliases;
    bool sticky;
    const char *const *lookup_joins; /* _lookup_joins: of the last built condition */
    size_t lookup_join_count;

    struct expression *where; /* the root; its struct is this query's own */
    bool nothing;             /* none(): a condition that matches no row */
    struct expression **select;
    size_t select_count;
    const char **values_select;
    size_t values_count;
    bool default_columns;

    struct annotation *annotations;
    size_t annotation_count;
    bool annotations_masked; /* annotation_select_mask is not None */
    struct extra *extras;
    size_t extra_count;
    const char *const *fields; /* QuerySet._fields */
    size_t field_count;
    bool has_fields; /* values() or values_list() was called */

    uint8_t group_by; /* enum group_by */
    struct expression **groups;
    size_t group_count;

    struct value *order_by; /* texts and expressions */
    size_t order_count;
    bool default_ordering, standard_ordering;
    int64_t low, high; /* high < 0: open */
    bool distinct;
    const char *const *distinct_fields;
    size_t distinct_count;

    uint8_t select_related; /* enum select_related */
    struct related_name *related;
    const char *const *deferred; /* deferred_loading's names ... */
    size_t deferred_count;
    bool defers; /* ... are left out (defer), or the only ones loaded (only) */

    const char *combinator; /* "union"; NULL: none */
    bool combinator_all;
    struct query **combined;
    size_t combined_count;
    uint32_t combined_depth; /* 0: not combined */

    bool subquery;
    struct query *inner; /* of an aggregate over a subquery: what stands in FROM */
};

/* Query.clone(), against query_clone, which is chain(). */
struct query *query_copy(struct runtime *, const struct query *);

struct annotation *query_annotation(const struct query *, const char *name);
struct annotation *query_selected_annotation(const struct query *, const char *name);
/* add_annotation: replaces one of the same name. */
bool query_add_annotation(struct runtime *, struct query *, struct expression *, const char *name,
                          bool summary, bool select);
bool query_put_annotation(struct runtime *, struct query *, struct expression *, const char *name,
                          bool select);
/* Refuses what cannot name a column. */
bool alias_check(struct runtime *, const char *alias);
/* _validate_values_are_expressions: TypeError naming the method. */
bool annotations_check(struct runtime *, const struct arguments *, const char *method);
bool query_set_group_by(struct runtime *, struct query *, bool allow_aliases);
void query_clear_select(struct query *); /* clear_select_clause */
bool query_add_fields(struct runtime *, struct query *, const char *const *names, size_t count,
                      bool allow_many);
bool query_set_values(struct runtime *, struct query *, const char *const *names, size_t count);
bool query_has_select_fields(const struct query *);
const struct field *query_output(struct runtime *, const struct query *); /* may be NULL */
/* Texts out of values; a TypeError names the function where one is no text. */
const char **names_of(struct runtime *, const struct value *values, size_t count);
bool query_add_extra(struct runtime *, struct query *, const char *name, const char *sql);

/* resolve_ref: what F(name) stands for. */
struct expression *query_resolve_ref(const struct resolve *, const char *name);
/* A query as a part of another: own aliases, resolved outer references. */
struct query *query_resolve(const struct resolve *, const struct query *);
struct query *query_relabel(struct runtime *, const struct query *, const struct relabel *);
bool query_change_aliases(struct runtime *, struct query *, const struct relabel *);
bool query_bump_prefix(struct runtime *, struct query *, struct query *outer);
struct query *query_exists(struct runtime *, const struct query *);
bool query_external_columns(struct runtime *, const struct query *, struct expression_list *);
bool query_externals_set(struct runtime *, struct query *, const char *alias, bool aliased);

/* ---- conditions --------------------------------------------------------------------------- */

struct expression *where_new(struct runtime *, bool or_connected, bool negated);
/* Node.add: squashes what can be squashed; changes `where` itself, which nobody else may hold. */
bool where_add(struct runtime *, struct expression *where, struct expression *data,
               bool or_connected);
bool where_append(struct runtime *, struct expression *where, struct expression *child);
/* Into what WHERE says and what HAVING says; either may come out NULL. */
bool where_split_having(struct runtime *, struct expression *, bool negated,
                        struct expression **where, struct expression **having);

struct expression *q_new(struct runtime *, const struct arguments *);
bool query_add_q(struct runtime *, struct query *, struct expression *q);
/* add_filter((name, value)). */
bool query_add_filter(struct runtime *, struct query *, const char *name, struct value value);
/* A Q inside an expression: Q.resolve_expression. */
struct expression *query_resolve_q(const struct resolve *, struct expression *q);

/* Lookups and transforms; see lookup.c. */
struct expression *lookup_build(struct runtime *, const char *const *lookups, size_t count,
                                struct expression *left, struct value right);
struct expression *lookup_isnull(struct runtime *, struct expression *left, bool truth);
struct expression *lookup_exact(struct runtime *, struct expression *left,
                                struct expression *right);
struct expression *transform_apply(struct runtime *, struct expression *, const char *name);

/* ---- SQL ---------------------------------------------------------------------------------- */

/* SQL being written, with its parameters. */
struct sql {
    struct runtime *runtime;
    struct query *query; /* whose aliases are quoted now */
    bool in_left;        /* inside a lookup's left side: conditions there get braces */
    struct text text;
    struct value *parameters;
    size_t count, capacity;
};

/* Where the SQL stands, to come back to. */
struct sql_mark {
    size_t length, count;
};

void sql_init(struct sql *, struct runtime *, struct query *);
struct sql_mark sql_mark(const struct sql *);
void sql_rewind(struct sql *, struct sql_mark);
void sql_add(struct sql *, const char *text);
void sql_add_char(struct sql *, char);
void sql_add_name(struct sql *, const char *name);   /* "name" */
void sql_add_alias(struct sql *, const char *name);  /* quoted unless it is an alias of ours */
bool sql_add_parameter(struct sql *, struct value);  /* %s */
bool sql_keep_parameter(struct sql *, struct value); /* the value alone */
/* Puts ( ) around what was written since. */
void sql_wrap(struct sql *, struct sql_mark);
bool sql_append(struct sql *, const struct sql *other);
bool sql_same(struct runtime *, const struct sql *, const struct sql *);

enum written expression_write(struct sql *, const struct expression *);
/* The left side of a lookup, which Django resolves once more: that gives conditions in it braces.
 */
enum written expression_write_left(struct sql *, const struct expression *);
enum written lookup_write(struct sql *, const struct expression *);
enum written query_write(struct sql *, struct query *, bool column_aliases);

#endif
