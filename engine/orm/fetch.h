/* fetch - the queries behind one attribute: `article.author`, a deferred column.
 *
 * They run once for each object of a loop, so their SQL is built and compiled once a connection and
 * kept as a pinned statement: only the key is bound anew.
 *
 * Mirrors ForwardManyToOneDescriptor.get_object, ReverseOneToOneDescriptor.get_queryset().get() and
 * Model.refresh_from_db(fields=[...]). */
#ifndef ENGINE_ORM_FETCH_H
#define ENGINE_ORM_FETCH_H

#include "engine/orm/instance.h"

/* get(<field>=key) of the field's model: the instance, or NULL in *instance when there is none. */
bool fetch_by(struct runtime *, const struct model *, const struct field *, struct value key,
              struct instance **instance);

/* only(<field>).get(pk=...): reads one column into the instance. */
bool fetch_column(struct runtime *, struct instance *, size_t column);

/* only(<fields>).get(pk=...): reads the columns whose bits are set, with one query. */
bool fetch_columns(struct runtime *, struct instance *, uint64_t columns);

#endif
