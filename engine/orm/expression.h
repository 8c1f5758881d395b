/* expression - one node of a query's trees: what a column, a function, a condition is made of.
 *
 *     Case(When(views__gt=10, then=Value('a')), default=F('title'))
 *
 *     CASE -- WHEN -- Q(views__gt=10)            resolved:  CASE -- WHEN -- WHERE -- LOOKUP
 *          |       '- VALUE 'a'                                  |       '- VALUE 'a'
 *          '- F title                                            '- COLUMN "title"
 *
 * A node has a life of three stages. A listing builds it (F, Q, Count(...)); a query resolves it,
 * which turns names into columns and adds the joins they need; a compiler writes it as SQL.
 * Nodes never change once built: resolving and relabelling give new nodes, so that queries can
 * share them. The one exception is a WHERE node while its query builds it.
 *
 * Mirrors django.db.models.expressions, .lookups, .aggregates, .functions and .sql.where, whose
 * classes all share one protocol; here that protocol is one struct and a few functions over it. */
#ifndef ENGINE_ORM_EXPRESSION_H
#define ENGINE_ORM_EXPRESSION_H

#include "engine/object/object.h"
#include "engine/orm/model.h"

struct query;
struct lookup_type;
struct expression_class;
struct sql;

enum expression_kind {
    EXPRESSION_F,                  /* name */
    EXPRESSION_OUTER_REF,          /* name, or sources[0], an outer reference once more */
    EXPRESSION_RESOLVED_OUTER_REF, /* name */
    EXPRESSION_VALUE,              /* value */
    EXPRESSION_COLUMN,             /* name (alias), target, output, reverse */
    EXPRESSION_REF,                /* name, sources[0]: what it refers to */
    EXPRESSION_STAR,
    EXPRESSION_RAW,       /* name: SQL without parameters */
    EXPRESSION_COMBINED,  /* connector, sources: left and right */
    EXPRESSION_FUNCTION,  /* class, sources */
    EXPRESSION_AGGREGATE, /* class, sources, distinct; the filter is the last source if has_filter
                           */
    EXPRESSION_WRAPPER,   /* sources[0] with an output field of its own */
    EXPRESSION_CASE,      /* sources: the Whens, then the default */
    EXPRESSION_WHEN,      /* sources: condition, result */
    EXPRESSION_SUBQUERY,  /* query */
    EXPRESSION_EXISTS,    /* query, negated */
    EXPRESSION_QUERY,     /* query: a QuerySet as a right-hand side */
    EXPRESSION_ORDER,     /* sources[0], descending, nulls_first, nulls_last */
    EXPRESSION_Q,         /* pairs, or_connected, negated: not yet resolved */
    EXPRESSION_WHERE,     /* sources, or_connected, negated */
    EXPRESSION_LOOKUP,    /* lookup, sources[0]: left; right: sources[1], or value, or items */
    EXPRESSION_NOTHING    /* matches no row */
};

/* Writing may find that nothing can match: Django's EmptyResultSet. */
enum written { WRITTEN, WRITTEN_EMPTY, WRITTEN_FAULT };

struct expression {
    struct object base;
    uint8_t kind;
    bool aggregate; /* contains_aggregate */
    bool summary;   /* is_summary: of a terminal aggregate() */
    bool distinct;
    bool has_filter;
    bool negated;
    bool or_connected; /* of Q and WHERE: children are joined by OR */
    bool resolved;     /* of WHERE: came of a Q inside an expression */
    bool descending, nulls_first, nulls_last;
    bool reverse;     /* of COLUMN: the output is a relation followed back */
    bool multivalued; /* of COLUMN: possibly_multivalued */
    bool for_save;
    bool with_duration; /* of COMBINED: a date and a duration (DurationExpression) */
    bool difference;    /* of COMBINED: of two dates (TemporalSubtraction) */
    char connector;     /* of COMBINED: + - * / % ^ & | < > # */
    const char *name;
    const struct expression_class *class; /* of FUNCTION and AGGREGATE */
    const struct field *output;           /* output_field, where it was given or is known */
    const struct field *target;
    const struct model *model; /* of COLUMN: whose field it is; NULL until somebody shows it */
    const struct lookup_type *lookup;
    struct query *query;
    struct expression **sources;
    uint32_t source_count, source_capacity;
    struct value value;
    union {
        struct value *items;   /* of LOOKUP in and range */
        struct keyword *pairs; /* of Q: name NULL where the value is an expression */
    };
    size_t item_count;
};

/* What a resolving expression needs to know: BaseExpression.resolve_expression's arguments. */
struct alias_set;
struct resolve {
    struct runtime *runtime;
    struct query *query;
    bool allow_joins;
    struct alias_set *reuse; /* NULL: every join may be reused */
    bool summarize;
    bool for_save;
};

/* ---- building ----------------------------------------------------------------------------- */

/* A zeroed node with room for that many sources; NULL: fault. */
struct expression *expression_new(struct runtime *, enum expression_kind, size_t sources);
struct expression *expression_copy(struct runtime *, const struct expression *);
/* Brings the flags that follow from the sources up to date. */
void expression_settle(struct expression *);

struct expression *expression_f(struct runtime *, const char *name);
struct expression *expression_value(struct runtime *, struct value value);
/* Field.get_col: of a foreign key, the output is what it points at, unless given. */
struct expression *expression_column(struct runtime *, const char *alias,
                                     const struct field *target, const struct field *output,
                                     bool reverse);
struct expression *expression_ref(struct runtime *, const char *name, struct expression *source);
struct expression *expression_raw(struct runtime *, const char *sql);
struct expression *expression_order(struct runtime *, struct expression *, bool descending);
struct expression *expression_query(struct runtime *, struct query *);
struct expression *expression_exists(struct runtime *, struct query *, bool negated);
struct expression *expression_function(struct runtime *, const struct expression_class *,
                                       struct expression *const *sources, size_t count);
struct expression *expression_combine(struct runtime *, struct expression *left, char connector,
                                      struct expression *right);

/* The expression a value is, or NULL. A queryset counts as one (EXPRESSION_QUERY). */
struct expression *expression_of(struct value value);
bool value_is_expression(struct value value); /* hasattr(value, 'resolve_expression') */
/* Func._parse_expressions: an expression stays, a text names a field, the rest is a value. */
struct expression *expression_parse(struct runtime *, struct value value);
/* As expression_of, making a node of a queryset; NULL without a fault when value is neither. */
struct expression *expression_from(struct runtime *, struct value value);

/* ---- the protocol ------------------------------------------------------------------------- */

struct expression *expression_resolve(const struct resolve *, struct expression *);
struct relabel; /* see blueprint.h */
struct expression *expression_relabel(struct runtime *, struct expression *,
                                      const struct relabel *);
bool expression_equal(struct runtime *, const struct expression *, const struct expression *);

/* The output field; raises FieldError where it cannot be told. */
const struct field *expression_output(struct runtime *, const struct expression *);
/* The same, NULL where nothing tells it; false with the fault where types are mixed. */
bool expression_output_or_none(struct runtime *, const struct expression *, const struct field **);
/* `conditional`: may stand in a WHERE clause by itself. False with a fault on mixed types. */
bool expression_conditional(struct runtime *, const struct expression *, bool *conditional);

struct expression_list {
    struct expression **items;
    size_t count, capacity;
};
bool expression_list_add(struct runtime *, struct expression_list *, struct expression *);
/* get_group_by_cols(alias): appends to list. alias may be NULL. */
bool expression_group_by(struct runtime *, struct expression *, const char *alias,
                         struct expression_list *);

/* Aggregate.default_alias into *alias; false with a fault as Django raises it. */
bool expression_default_alias(struct runtime *, struct value expression, const char **alias);

/* ---- classes ------------------------------------------------------------------------------ */

enum output_rule {
    OUTPUT_OF_SOURCES, /* one type for all, or FieldError */
    OUTPUT_NUMERIC,    /* NumericOutputFieldMixin: integers become floats */
    OUTPUT_FIXED       /* output_kind */
};

/* A class that listings call: Lower, Count, Case. The class itself is a callable object; what it
 * builds has `type`. */
struct expression_class {
    struct object base; /* first: the callable */
    struct object_type type;
    uint8_t kind;    /* enum expression_kind */
    const char *sql; /* the function's name in SQLite */
    int arity;       /* how many arguments exactly; 0: any number */
    uint8_t least;   /* "must take at least two" */
    uint8_t rule;    /* enum output_rule */
    uint8_t output_kind;
    bool transform;
    bool allow_distinct;
    const char *word; /* of Extract, Trunc: what; also the transform's name in a lookup */
    bool (*build)(struct runtime *, const struct expression_class *, const struct arguments *,
                  struct value *result);
    enum written (*write)(struct sql *, const struct expression *); /* NULL: sql(a, b) */
    bool (*check)(const struct resolve *, struct expression *); /* after resolving; may be NULL */
};
extern const struct object_type expression_class_type;

const struct expression_class *expression_class_of(struct value value); /* NULL: none */
/* The transform of a field kind by its name in a lookup ("month"), or NULL. */
const struct expression_class *transform_find(enum field_kind, const char *name);
extern const struct expression_class count_class, cast_class, coalesce_class, exists_class,
    subquery_class, trunc_class, random_class;

/* The slots that all expression types share. */
bool expression_binary(struct runtime *, struct object *, enum operation, struct value other,
                       bool reflected, struct value *result, bool *handled);
bool expression_negative(struct runtime *, struct object *, struct value *result);
bool expression_invert(struct runtime *, struct object *, struct value *result);
bool expression_equal_slot(struct runtime *, struct object *, struct value other, bool *equal);
bool expression_attribute(struct runtime *, struct object *, const char *name, struct value *result,
                          bool *found);
const char *expression_repr(struct runtime *, struct object *);
/* The same of one that is resolved: its columns name their models. NULL: fault. */
const char *expression_show_resolved(struct runtime *, const struct registry *,
                                     struct expression *);
const char *expression_str(struct runtime *, struct object *);
bool expression_class_slot(struct runtime *, struct object *, struct value *class_object);
extern const struct method expression_methods[];

/* A class of Django's by the name of its module below django.db.models, and its own. */
#define EXPRESSION_TYPE(below, class_name)                                                         \
    {                                                                                              \
        .name = (class_name), .module = "django.db.models." below, .methods = expression_methods,  \
        .get_attribute = expression_attribute, .equal = expression_equal_slot,                     \
        .binary = expression_binary, .negative = expression_negative, .invert = expression_invert, \
        .repr = expression_repr, .str = expression_str, .class_of = expression_class_slot          \
    }

/* ---- fields as types ---------------------------------------------------------------------- */

/* A field without a model, for values and functions. */
const struct field *field_of_kind(enum field_kind);
/* isinstance(field of kind, class base). */
bool field_kind_is(enum field_kind kind, enum field_kind base);
/* Where a chain of keys ends: the field whose values the column holds. */
const struct field *field_value_target(const struct field *);
/* Field.get_prep_value. */
bool field_prepare(struct runtime *, const struct field *, struct value, struct value *prepared);

#endif
