/* writes - inside the ORM: how rows are changed, for the methods of querysets (writes.c) and of
 * related managers (related_writes.c). */
#ifndef ENGINE_ORM_WRITES_H
#define ENGINE_ORM_WRITES_H

#include "engine/orm/queryset.h"
#include "engine/orm/related.h"

/* Many new rows at once. */
struct bulk {
    const struct model *model;
    const struct list *objects; /* instances of that model */
    size_t batch;               /* most rows of one INSERT; 0: as many as SQLite allows */
    enum insert_form form;
};
bool writes_insert(struct runtime *, const struct bulk *);

/* UPDATE of what a query finds; *changed is the number of rows matched. */
bool writes_update(struct runtime *, struct query *, const struct keyword *changes, size_t count,
                   int64_t *changed);

/* through_defaults=...: None or a dict. The table between has no other columns to fill, so what it
 * says is never looked at. */
bool related_takes_defaults(struct runtime *, struct value through_defaults);

/* article.tags.add(tag). */
bool related_add_one(struct runtime *, struct related_manager *, struct value object);

#endif
