/* convert - cells of a result that are not what their field promises.
 *
 * SQLite holds anything in any column, and an expression may call a text a number. Django's
 * converters then parse: a text that is no date becomes None, one that is no number raises.
 *
 * Mirrors BaseExpression.convert_value and django.utils.dateparse. */
#ifndef ENGINE_ORM_CONVERT_H
#define ENGINE_ORM_CONVERT_H

#include "engine/object/object.h"
#include "engine/orm/query.h"

/* True for a cell that needs no parsing: NULL, or already of the form that the field writes. */
bool convert_is_usual(const struct value *, enum convert);
/* Parses the others. New texts are made in runtime->arena; false: fault. */
bool convert_unusual(struct runtime *, struct value *, enum convert);

#endif
