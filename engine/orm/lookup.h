/* lookup - the comparisons of a filter: exact, gt, in, contains, isnull, ...
 *
 * A lookup has a left side (an expression), a name, and a right side: an expression, or plain
 * values that were prepared for the left side's type. Which names a type knows stands in one
 * table; adding a lookup is adding a row.
 *
 * Mirrors django.db.models.lookups and .fields.related_lookups, with the operators of
 * django.db.backends.sqlite3. */
#ifndef ENGINE_ORM_LOOKUP_H
#define ENGINE_ORM_LOOKUP_H

#include "engine/orm/expression.h"

enum lookup_id {
    LOOKUP_EXACT,
    LOOKUP_IEXACT,
    LOOKUP_GT,
    LOOKUP_GTE,
    LOOKUP_LT,
    LOOKUP_LTE,
    LOOKUP_IN,
    LOOKUP_CONTAINS,
    LOOKUP_ICONTAINS,
    LOOKUP_STARTSWITH,
    LOOKUP_ISTARTSWITH,
    LOOKUP_ENDSWITH,
    LOOKUP_IENDSWITH,
    LOOKUP_RANGE,
    LOOKUP_ISNULL,
    LOOKUP_REGEX,
    LOOKUP_IREGEX,
    LOOKUP_COUNT
};

struct lookup_type {
    enum lookup_id id;
    const char *name;
    const char *operator_sql; /* before the right side */
    const char *after;        /* behind it */
    bool prepares;            /* prepare_rhs */
    bool iterable;            /* the right side is a list */
    bool related;             /* relations know it as well */
    const char *before_value; /* of a pattern: % before or after a plain value */
    const char *after_value;
};

/* The lookup of a type by name; NULL: it has none. */
const struct lookup_type *lookup_find(const struct field *output, const char *name);
/* ", perhaps you meant x or y?" or ".": names near to one that is unknown. NULL: fault. */
const char *lookup_suggestion(struct runtime *, const struct field *output, const char *name);

#endif
