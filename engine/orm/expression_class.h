/* expression_class - what the files of expression classes share: functions.c, aggregates.c,
 * dates.c and expression_classes.c. */
#ifndef ENGINE_ORM_EXPRESSION_CLASS_H
#define ENGINE_ORM_EXPRESSION_CLASS_H

#include "engine/orm/expression.h"

/* A row of a module's table. The class is constant; a value's object pointer is not, so the
 * address loses its const here. No class is ever written to. */
#define EXPRESSION_NAME(python, class_variable)                                                    \
    {                                                                                              \
        (python), {                                                                                \
            .kind = VALUE_OBJECT, .object = (struct object *)&(class_variable).base                \
        }                                                                                          \
    }

extern const struct expression_class func_class, sum_class, avg_class, min_class, max_class,
    stddev_class, variance_class;

/* The node as a result; false for NULL. */
bool expression_given(struct expression *, struct value *result);
/* A field object's field; NULL: value is none. */
const struct field *expression_field_of(struct value);
bool expression_read_output(struct runtime *, struct value, const struct field **output);
/* The arguments of a constructor with named parameters. */
bool expression_read(struct runtime *, const struct expression_class *, const struct arguments *,
                     const char *const *names, size_t count, size_t required, struct value *out);
/* A builder for classes that are not supported. */
bool expression_refuse(struct runtime *, const struct expression_class *, const struct arguments *,
                       struct value *result);
/* The builder of plain functions: Func.__init__. */
bool expression_build_function(struct runtime *, const struct expression_class *,
                               const struct arguments *, struct value *result);

/* The date functions, in dates.c. */
extern const struct expression_class extract_class, extract_year, extract_iso_year, extract_month,
    extract_day, extract_week, extract_week_day, extract_iso_week_day, extract_quarter,
    extract_hour, extract_minute, extract_second, trunc_year, trunc_quarter, trunc_month,
    trunc_week, trunc_day, trunc_date, trunc_time, trunc_hour, trunc_minute, trunc_second,
    now_class;

#endif
