/* orm_table - rows of a queryset as a table of text, as psql draws one.
 *
 *      id | title               | views
 *     ----+---------------------+-------
 *       1 | Why querysets wait  |   412
 *       2 | A chain of managers |    87
 *     (2 rows)
 *
 * Objects have a column for each loaded field and each annotation, rows of values() one for each
 * name, those of values_list() one for each place; whatever else has one, its str(). Long cells are
 * cut where the paper ends; columns for which there is no room are counted below. */
#ifndef UI_ORM_TABLE_H
#define UI_ORM_TABLE_H

#include "engine/object/object.h"
#include "ui/paper.h"

enum { ORM_TABLE_ROWS = 20 }; /* drawn; more are counted below */

/* True for a value that is worth a table: an object of a model, or a list of rows. */
bool orm_table_fits(struct value value);

/* Draws rows; of a value that is no list, the one row it is. Lines end with a newline. False with
 * runtime->fault raised when a str() failed. Nothing is asked of the database. */
bool orm_table_add(struct runtime *runtime, struct text *text, const struct paper *paper,
                   struct value rows);

#endif
