/* orm_json - see orm_json.h. */
#include "ui/orm_json.h"

#include <string.h>

#include "engine/orm/queryset.h"

/* Objects that are being written, innermost first: the way back to one of them is left out. */
struct trail {
    const struct trail *outer;
    const void *object;
};

struct writer {
    struct runtime *runtime;
    struct json *json;
};

static bool write_value(struct writer *writer, struct value value, const struct trail *trail);

static bool is_on(const struct trail *trail, const void *object) {
    for (; trail; trail = trail->outer)
        if (trail->object == object) return true;
    return false;
}

/* Nested deeper than the writer goes, or a list that holds itself: Python's own sign for that. */
static bool write_elided(struct writer *writer) {
    json_text(writer->json, "...");
    return true;
}

/* Levels that one instance needs at most inside another. */
enum { ROOM_NEEDED = 6 };

/* ---- instances ----------------------------------------------------------------------------- */

/* The column that many-to-many prefetching brings along is no attribute of the model. */
static bool is_shown(const struct attachment *attachment) {
    static const char hidden[] = "_prefetch_related_val_";
    return strncmp(attachment->name, hidden, sizeof hidden - 1) != 0;
}

static bool has_any(const struct instance *instance, enum attachment_kind kind,
                    const struct trail *trail) {
    for (const struct attachment *here = instance->attached; here; here = here->next)
        if (here->kind == kind && is_shown(here) &&
            !(kind == ATTACHED_RELATED && is_on(trail, instance_of(here->value))))
            return true;
    return false;
}

static void write_columns(struct writer *writer, const struct instance *instance) {
    for (size_t i = 0; i < instance->model->column_count; i++) {
        if (instance_is_deferred(instance, i)) continue;
        json_key(writer->json, instance->model->fields[i].attname);
        if (instance->columns[i].kind == VALUE_OBJECT)
            json_text(writer->json, "...");
        else
            json_value(writer->json, instance->columns[i]);
    }
    if (!instance->deferred) return;
    json_key(writer->json, "_deferred");
    json_array(writer->json);
    for (size_t i = 0; i < instance->model->column_count; i++)
        if (instance_is_deferred(instance, i))
            json_text(writer->json, instance->model->fields[i].attname);
    json_close(writer->json);
}

static bool write_brief(struct writer *writer, struct value value);

static bool write_brief_list(struct writer *writer, const struct list *list) {
    json_array(writer->json);
    for (size_t i = 0; i < list->count; i++)
        if (!write_brief(writer, list->items[i])) return false;
    json_close(writer->json);
    return true;
}

static bool write_prefetched(struct writer *writer, const struct instance *instance) {
    if (!has_any(instance, ATTACHED_PREFETCHED, NULL)) return true;
    json_key(writer->json, "_prefetched");
    json_object(writer->json);
    for (const struct attachment *here = instance->attached; here; here = here->next) {
        if (here->kind != ATTACHED_PREFETCHED) continue;
        json_key(writer->json, here->name);
        if (!write_brief_list(writer, ((struct queryset *)here->value.object)->cache)) return false;
    }
    json_close(writer->json);
    return true;
}

/* Lists that Prefetch(to_attr=...) left are written like prefetched sets. */
static bool write_extra(struct writer *writer, const struct instance *instance) {
    if (!has_any(instance, ATTACHED_EXTRA, NULL)) return true;
    json_key(writer->json, "_extra");
    json_object(writer->json);
    for (const struct attachment *here = instance->attached; here; here = here->next) {
        if (here->kind != ATTACHED_EXTRA || !is_shown(here)) continue;
        json_key(writer->json, here->name);
        if (!write_brief(writer, here->value)) return false;
    }
    json_close(writer->json);
    return true;
}

static bool write_related(struct writer *writer, const struct instance *instance,
                          const struct trail *trail) {
    if (!has_any(instance, ATTACHED_RELATED, trail)) return true;
    json_key(writer->json, "_related");
    json_object(writer->json);
    for (const struct attachment *here = instance->attached; here; here = here->next) {
        if (here->kind != ATTACHED_RELATED || is_on(trail, instance_of(here->value))) continue;
        json_key(writer->json, here->name);
        if (!write_value(writer, here->value, trail)) return false;
    }
    json_close(writer->json);
    return true;
}

static bool write_instance(struct writer *writer, const struct instance *instance,
                           const struct trail *outer) {
    struct trail trail = {outer, instance};
    json_object(writer->json);
    json_member_text(writer->json, "_model", instance->model->name);
    write_columns(writer, instance);
    if (!write_related(writer, instance, &trail) || !write_prefetched(writer, instance) ||
        !write_extra(writer, instance))
        return false;
    json_close(writer->json);
    return true;
}

/* {"author": 9}: which objects are cached, by key. */
static void write_related_keys(struct writer *writer, const struct instance *instance) {
    if (!has_any(instance, ATTACHED_RELATED, NULL)) return;
    json_key(writer->json, "_related_pk");
    json_object(writer->json);
    for (const struct attachment *here = instance->attached; here; here = here->next) {
        if (here->kind != ATTACHED_RELATED) continue;
        const struct instance *related = instance_of(here->value);
        json_key(writer->json, here->name);
        if (related)
            json_value(writer->json, instance_key(related));
        else
            json_null(writer->json);
    }
    json_close(writer->json);
}

/* An object of a prefetched set, by its key and what is attached to it. */
static bool write_brief(struct writer *writer, struct value value) {
    const struct instance *instance = instance_of(value);
    if (json_room(writer->json) < ROOM_NEEDED) return write_elided(writer);
    if (object_is(value, &list_type))
        return write_brief_list(writer, (const struct list *)value.object);
    if (!instance) return write_value(writer, value, NULL);
    json_object(writer->json);
    json_key(writer->json, "pk");
    json_value(writer->json, instance_key(instance));
    /* where sets hang on it, they say enough */
    if (!has_any(instance, ATTACHED_PREFETCHED, NULL)) write_related_keys(writer, instance);
    if (!write_prefetched(writer, instance) || !write_extra(writer, instance)) return false;
    json_close(writer->json);
    return true;
}

/* ---- everything else ----------------------------------------------------------------------- */

static bool write_list(struct writer *writer, const struct list *list, const struct trail *outer) {
    struct trail trail = {outer, list};
    json_array(writer->json);
    for (size_t i = 0; i < list->count; i++)
        if (!write_value(writer, list->items[i], &trail)) return false;
    json_close(writer->json);
    return true;
}

static bool write_dict(struct writer *writer, const struct dict *dict, const struct trail *outer) {
    struct trail trail = {outer, dict};
    json_object(writer->json);
    for (size_t i = 0; i < dict->count; i++) {
        const char *key = object_str(writer->runtime, dict->entries[i].key);
        if (!key) return false;
        json_key(writer->json, key);
        if (!write_value(writer, dict->entries[i].value, &trail)) return false;
    }
    json_close(writer->json);
    return true;
}

static bool write_set(struct writer *writer, const struct set *set, const struct trail *outer) {
    struct trail trail = {outer, set};
    json_array(writer->json);
    for (size_t i = 0; i < set->members->count; i++)
        if (!write_value(writer, set->members->entries[i].key, &trail)) return false;
    json_close(writer->json);
    return true;
}

static bool write_row(struct writer *writer, const struct named_row *row,
                      const struct trail *trail) {
    json_object(writer->json);
    for (size_t i = 0; i < row->items->count; i++) {
        json_key(writer->json, row->names[i]);
        if (!write_value(writer, row->items->items[i], trail)) return false;
    }
    json_close(writer->json);
    return true;
}

static bool write_repr(struct writer *writer, struct value value) {
    const char *repr = object_repr(writer->runtime, value);
    if (repr) json_text(writer->json, repr);
    return repr != NULL;
}

static bool write_object(struct writer *writer, struct value value, const struct trail *trail) {
    const struct object *object = value.object;
    if (json_room(writer->json) < ROOM_NEEDED || is_on(trail, object)) return write_elided(writer);
    if (object->type == &instance_type)
        return write_instance(writer, (const struct instance *)object, trail);
    if (object->type == &list_type || object->type == &tuple_type)
        return write_list(writer, (const struct list *)object, trail);
    if (object->type == &dict_type) return write_dict(writer, (const struct dict *)object, trail);
    if (object->type == &set_type) return write_set(writer, (const struct set *)object, trail);
    if (object->type == &named_row_type)
        return write_row(writer, (const struct named_row *)object, trail);
    return write_repr(writer, value);
}

static bool write_value(struct writer *writer, struct value value, const struct trail *trail) {
    if (value.kind == VALUE_OBJECT) return write_object(writer, value, trail);
    json_value(writer->json, value);
    return true;
}

bool orm_json_value(struct runtime *runtime, struct json *json, struct value value) {
    struct writer writer = {runtime, json};
    return write_value(&writer, value, NULL);
}
