/* save - from an object to its row.
 *
 * Mirrors Model.save, save_base and _save_table of django.db.models.base. */
#ifndef ENGINE_ORM_SAVE_H
#define ENGINE_ORM_SAVE_H

#include "engine/orm/instance.h"
#include "engine/orm/query.h"

/* How a row is to be written. */
struct save_how {
    bool force_insert, force_update;
    uint64_t fields; /* update_fields: a bit for each column; 0: all */
};

/* pre_save, UPDATE or INSERT, post_save. */
bool save_instance(struct runtime *, struct instance *, const struct save_how *);

/* _prepare_related_fields_for_save: takes the keys of related objects that were saved since they
 * were assigned; an object that was not saved is an error that names `operation`. */
bool save_prepare(struct runtime *, struct instance *, const char *operation);

/* INSERT of these instances, all with or all without a primary key. */
struct save_rows {
    const struct model *model;
    struct instance *const *instances;
    size_t count;
    bool with_key;
    enum insert_form form;
};
bool save_insert(struct runtime *, const struct save_rows *);

#endif
