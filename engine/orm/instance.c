/* instance - see instance.h. */
#include "engine/orm/instance.h"

#include <assert.h>
#include <string.h>

#include "engine/orm/fetch.h"
#include "engine/orm/names.h"
#include "engine/orm/query.h"
#include "engine/orm/queryset.h"
#include "engine/orm/related.h"
#include "engine/orm/unsupported.h"

struct instance *instance_of(struct value value) {
    return object_is(value, &instance_type) ? (struct instance *)value.object : NULL;
}

struct instance *instance_new(struct runtime *runtime, struct arena *arena,
                              const struct model *model, size_t text_bytes) {
    size_t columns = model->column_count * sizeof(struct value);
    struct instance *instance = arena_alloc(arena, sizeof *instance + columns + text_bytes);
    if (!instance) {
        fault_no_memory(runtime->fault);
        return NULL;
    }
    instance->base.type = &instance_type;
    instance->model = model;
    return instance;
}

struct value instance_key(const struct instance *instance) {
    return instance->columns[instance->model->primary_key];
}

/* ---- what is attached ---------------------------------------------------------------------- */

struct attachment *instance_attached(const struct instance *instance, enum attachment_kind kind,
                                     const char *name) {
    for (struct attachment *here = instance->attached; here; here = here->next)
        if (here->kind == kind && (here->name == name || strcmp(here->name, name) == 0))
            return here;
    return NULL;
}

bool instance_attach(struct runtime *runtime, struct instance *instance, enum attachment_kind kind,
                     const char *name, struct value value) {
    struct attachment *attachment = instance_attached(instance, kind, name);
    if (!attachment) {
        attachment = arena_alloc(runtime->arena, sizeof *attachment);
        if (!attachment) return fault_no_memory(runtime->fault);
        attachment->kind = kind;
        attachment->name = name;
        struct attachment **end = &instance->attached;
        while (*end) end = &(*end)->next;
        *end = attachment;
    }
    attachment->value = value;
    return true;
}

void instance_detach(struct instance *instance, enum attachment_kind kind, const char *name) {
    for (struct attachment **link = &instance->attached; *link; link = &(*link)->next)
        if ((*link)->kind == kind && strcmp((*link)->name, name) == 0) {
            *link = (*link)->next;
            return;
        }
}

/* ---- columns ------------------------------------------------------------------------------- */

bool instance_read(struct runtime *runtime, struct instance *instance, size_t column,
                   struct value *value) {
    if (instance_is_deferred(instance, column) &&
        !instance_refresh(runtime, instance, UINT64_C(1) << column))
        return false;
    *value = instance->columns[column];
    return true;
}

/* A foreign key that was read anew leads to a fresh object; the ways back are forgotten as well. */
static void forget_relations(struct instance *instance, uint64_t columns) {
    const struct model *model = instance->model;
    for (struct attachment **link = &instance->attached; *link;) {
        struct relation relation;
        bool stale = (*link)->kind == ATTACHED_RELATED &&
                     relation_find(model, (*link)->name, &relation) &&
                     (relation.kind != RELATION_FORWARD ||
                      columns >> instance_place(model, relation.field) & 1);
        if (stale)
            *link = (*link)->next;
        else
            link = &(*link)->next;
    }
}

/* Every loaded column at once: what refresh_from_db() without arguments does. */
static bool refresh_all(struct runtime *runtime, struct instance *instance) {
    struct instance *fresh;
    const struct model *model = instance->model;
    if (!fetch_by(runtime, model, model_primary_key(model), instance_key(instance), &fresh))
        return false;
    if (!fresh)
        return fault_raise(runtime->fault, "DoesNotExist", "%s matching query does not exist.",
                           model->name);
    memcpy(instance->columns, fresh->columns, model->column_count * sizeof(struct value));
    return true;
}

bool instance_refresh(struct runtime *runtime, struct instance *instance, uint64_t columns) {
    uint64_t all = (UINT64_C(1) << instance->model->column_count) - 1;
    bool fine = true;
    if (columns == all)
        fine = refresh_all(runtime, instance);
    else if (columns & (columns - 1))
        fine = fetch_columns(runtime, instance, columns);
    else
        for (size_t i = 0; fine && i < instance->model->column_count; i++)
            if (columns >> i & 1) fine = fetch_column(runtime, instance, i);
    if (fine) forget_relations(instance, columns);
    return fine;
}

/* ---- attributes ---------------------------------------------------------------------------- */

/* Attribute names come interned, so the pointers are often equal. */
static inline bool same_name(const char *left, const char *right) {
    return left == right || (left[0] == right[0] && strcmp(left, right) == 0);
}

static bool find_column(const struct model *model, const char *name, size_t *column) {
    for (size_t i = 0; i < model->column_count; i++)
        if (same_name(model->fields[i].attname, name)) {
            *column = i;
            return true;
        }
    *column = model->primary_key;
    return same_name("pk", name);
}

bool instance_claims(const struct model *model, const char *name) {
    struct relation relation;
    size_t column;
    return find_column(model, name, &column) || relation_find(model, name, &relation);
}

static bool get_attribute(struct runtime *runtime, struct object *self, const char *name,
                          struct value *result, bool *found) {
    struct instance *instance = (struct instance *)self;
    struct relation relation;
    size_t column;
    *found = true;
    if (find_column(instance->model, name, &column))
        return instance_read(runtime, instance, column, result);
    if (relation_find(instance->model, name, &relation))
        return related_get(runtime, instance, &relation, result);
    const struct attachment *extra = instance_attached(instance, ATTACHED_EXTRA, name);
    if (extra) {
        *result = extra->value;
        return true;
    }
    *found = false;
    if (strcmp(name, "objects") == 0)
        return fault_raise(runtime->fault, "AttributeError",
                           "Manager isn't accessible via %s instances", instance->model->name);
    unsupported_attribute(runtime, UNSUPPORTED_MODEL, instance->model->name, name);
    return false;
}

/* article.author_id = 3 forgets the author that was cached. */
static void forget_forward(struct instance *instance, const struct field *field) {
    if (field_is_relation(field)) instance_detach(instance, ATTACHED_RELATED, field->name);
}

static bool set_attribute(struct runtime *runtime, struct object *self, const char *name,
                          struct value value) {
    struct instance *instance = (struct instance *)self;
    struct relation relation;
    size_t column;
    if (find_column(instance->model, name, &column)) {
        bool equal = false;
        if (!instance_is_deferred(instance, column) &&
            !object_equal(runtime, instance->columns[column], value, &equal))
            return false;
        if (!equal) forget_forward(instance, &instance->model->fields[column]);
        instance->columns[column] = value;
        instance->deferred &= ~(UINT64_C(1) << column);
        return true;
    }
    if (relation_find(instance->model, name, &relation))
        return related_set(runtime, instance, &relation, value);
    return instance_attach(runtime, instance, ATTACHED_EXTRA, name, value);
}

/* ---- whether it was saved ------------------------------------------------------------------- */

static const char adding[] = "adding", no_database[] = "db";

static bool set_adding(struct runtime *runtime, struct instance *instance) {
    return instance_attach(runtime, instance, ATTACHED_STATE, adding, value_none()) &&
           instance_attach(runtime, instance, ATTACHED_STATE, no_database, value_none());
}

bool instance_is_adding(const struct instance *instance) {
    return instance_attached(instance, ATTACHED_STATE, adding) != NULL;
}

bool instance_has_database(const struct instance *instance) {
    return !instance_attached(instance, ATTACHED_STATE, no_database);
}

void instance_set_database(struct instance *instance) {
    instance_detach(instance, ATTACHED_STATE, no_database);
}

void instance_set_saved(struct instance *instance) {
    instance_detach(instance, ATTACHED_STATE, adding);
    instance_set_database(instance);
}

/* ---- making -------------------------------------------------------------------------------- */

/* Field.get_default(): an empty text where texts may be empty, else None. */
static void set_defaults(struct instance *instance) {
    for (size_t i = 0; i < instance->model->column_count; i++) {
        const struct field *field = &instance->model->fields[i];
        bool textual =
            field->kind == FIELD_CHAR || field->kind == FIELD_EMAIL || field->kind == FIELD_TEXT;
        if (textual && !field->null) instance->columns[i] = value_text("");
    }
}

/* What _meta.get_field() knows: columns, relations, and the ways back by their query names, which
 * become plain attributes where the model calls them otherwise. */
static bool set_named(struct runtime *runtime, struct instance *instance,
                      const struct keyword *keyword) {
    const struct model *from;
    size_t column;
    if (find_column(instance->model, keyword->name, &column) ||
        model_field(instance->model, keyword->name) ||
        model_reverse(instance->model, keyword->name, &from))
        return set_attribute(runtime, &instance->base, keyword->name, keyword->value);
    return fault_raise(runtime->fault, "TypeError", "%s() got an unexpected keyword argument '%s'",
                       instance->model->name, keyword->name);
}

/* Takes the keyword of that name out; false: it was not given. */
static bool take_named(const struct arguments *arguments, bool *used, const char *name,
                       struct value *value) {
    for (size_t i = 0; i < arguments->keyword_count; i++) {
        if (used[i] || strcmp(arguments->keywords[i].name, name) != 0) continue;
        *value = arguments->keywords[i].value;
        used[i] = true;
        return true;
    }
    return false;
}

/* The columns in their order: by position, by the relation's name, or by their own. */
static bool set_columns(struct runtime *runtime, struct instance *instance,
                        const struct arguments *arguments, bool *used) {
    for (size_t i = 0; i < instance->model->column_count; i++) {
        const struct field *field = &instance->model->fields[i];
        struct value value, unused;
        const char *name = field->attname;
        if (i < arguments->count) {
            value = arguments->values[i];
            take_named(arguments, used, field->name, &unused); /* Django lets it pass */
        } else if (field->target && take_named(arguments, used, field->name, &value)) {
            name = field->name;
        } else if (!take_named(arguments, used, field->attname, &value)) {
            continue;
        }
        if (!set_attribute(runtime, &instance->base, name, value)) return false;
    }
    return true;
}

struct instance *instance_construct(struct runtime *runtime, const struct model *model,
                                    const struct arguments *arguments) {
    struct instance *instance = instance_new(runtime, runtime->arena, model, 0);
    bool *used = arena_array(runtime->arena, arguments->keyword_count + 1, sizeof *used);
    if (!instance || !set_adding(runtime, instance)) return NULL;
    if (!used) {
        fault_no_memory(runtime->fault);
        return NULL;
    }
    set_defaults(instance);
    if (arguments->count > model->column_count) {
        fault_raise(runtime->fault, "IndexError", "Number of args exceeds number of fields");
        return NULL;
    }
    if (!set_columns(runtime, instance, arguments, used)) return NULL;
    for (size_t i = 0; i < arguments->keyword_count; i++)
        if (!used[i] && !set_named(runtime, instance, &arguments->keywords[i])) return NULL;
    return instance;
}

/* ---- the rest of the protocol -------------------------------------------------------------- */

static const char *instance_str(struct runtime *runtime, struct object *self) {
    const struct instance *instance = (const struct instance *)self;
    if (instance->model->str) return instance->model->str(instance->columns);
    const char *key = object_str(runtime, instance_key(instance));
    if (!key) return NULL;
    const char *str = arena_format(runtime->arena, "%s object (%s)", instance->model->name, key);
    if (!str) fault_no_memory(runtime->fault);
    return str;
}

static const char *instance_repr(struct runtime *runtime, struct object *self) {
    const struct instance *instance = (const struct instance *)self;
    const char *str = instance_str(runtime, self);
    if (!str) return NULL;
    const char *repr = arena_format(runtime->arena, "<%s: %s>", instance->model->name, str);
    if (!repr) fault_no_memory(runtime->fault);
    return repr;
}

static const char *instance_type_name(const struct object *self) {
    return ((const struct instance *)self)->model->name;
}

/* Model.__eq__: the same model and the same key; unsaved objects equal only themselves. */
static bool instance_equal(struct runtime *runtime, struct object *self, struct value other,
                           bool *equal) {
    const struct instance *left = (const struct instance *)self, *right = instance_of(other);
    *equal = right == left;
    if (*equal || !right || left->model != right->model || instance_key(left).kind == VALUE_NONE)
        return true;
    return object_equal(runtime, instance_key(left), instance_key(right), equal);
}

/* Model.__hash__ */
static bool instance_hash(struct runtime *runtime, struct object *self, uint64_t *hash) {
    struct value key = instance_key((const struct instance *)self);
    if (key.kind == VALUE_NONE)
        return fault_raise(runtime->fault, "TypeError",
                           "Model instances without primary key value are unhashable");
    return object_hash(runtime, key, hash);
}

static bool instance_class(struct runtime *runtime, struct object *self, struct value *result) {
    struct model_class *class = model_class_new(runtime, ((struct instance *)self)->model);
    if (class) *result = value_object(&class->base);
    return class != NULL;
}

static void instance_visit(struct object *self, void (*each)(void *, struct value), void *context) {
    const struct instance *instance = (const struct instance *)self;
    for (size_t i = 0; i < instance->model->column_count; i++) each(context, instance->columns[i]);
    for (const struct attachment *here = instance->attached; here; here = here->next)
        each(context, here->value);
}

static void forget_prefetched(struct instance *instance) {
    for (struct attachment **link = &instance->attached; *link;)
        if ((*link)->kind == ATTACHED_PREFETCHED)
            *link = (*link)->next;
        else
            link = &(*link)->next;
}

/* refresh_from_db(using=None, fields=None): prefetched sets that are named are forgotten only. */
static bool refresh_from_db(struct runtime *runtime, struct object *self,
                            const struct arguments *arguments, struct value *result) {
    struct instance *instance = (struct instance *)self;
    static const char *const names[] = {"using", "fields"};
    struct value given[2] = {value_none(), value_none()};
    uint64_t all = (UINT64_C(1) << instance->model->column_count) - 1, columns = 0;
    if (!arguments_read(runtime, arguments, "refresh_from_db", names, 2, 0, given)) return false;
    *result = value_none();
    if (given[1].kind == VALUE_NONE) {
        forget_prefetched(instance);
        return instance_refresh(runtime, instance, all & ~instance->deferred);
    }
    struct value iterator, name;
    bool done;
    if (!object_iterate(runtime, given[1], &iterator)) return false;
    for (;;) {
        if (!object_next(runtime, iterator, &name, &done)) return false;
        if (done) break;
        if (name.kind == VALUE_TEXT &&
            instance_attached(instance, ATTACHED_PREFETCHED, name.text)) {
            instance_detach(instance, ATTACHED_PREFETCHED, name.text);
            continue;
        }
        const struct field *field =
            name.kind == VALUE_TEXT ? model_field(instance->model, name.text) : NULL;
        if (!field || !field->column)
            return fault_raise(runtime->fault, "FieldDoesNotExist", "%s has no field named %s",
                               instance->model->name, object_repr(runtime, name));
        columns |= UINT64_C(1) << instance_place(instance->model, field);
    }
    return instance_refresh(runtime, instance, columns);
}

/* get_deferred_fields(): the names of the columns that were not loaded, as a set. */
static bool get_deferred_fields(struct runtime *runtime, struct object *self,
                                const struct arguments *arguments, struct value *result) {
    const struct instance *instance = (const struct instance *)self;
    struct set *names = set_new(runtime);
    if (!names ||
        !arguments_read(runtime, arguments, "Model.get_deferred_fields", NULL, 0, 0, NULL))
        return false;
    for (size_t i = 0; i < instance->model->column_count; i++)
        if (instance_is_deferred(instance, i) &&
            !set_add(runtime, names, value_text(instance->model->fields[i].attname)))
            return false;
    *result = value_object(&names->base);
    return true;
}

static const struct method methods[] = {
    {"get_deferred_fields", get_deferred_fields},
    {"refresh_from_db", refresh_from_db},
    {"save", instance_save},
    {"delete", instance_delete},
    {NULL, NULL},
};

const struct object_type instance_type = {
    .name = "Model",
    .methods = methods,
    .get_attribute = get_attribute,
    .set_attribute = set_attribute,
    .equal = instance_equal,
    .hash = instance_hash,
    .class_of = instance_class,
    .repr = instance_repr,
    .str = instance_str,
    .type_name = instance_type_name,
    .visit = instance_visit,
};

/* ---- for the compiler (see query.h) -------------------------------------------------------- */

const struct model *instance_model(struct value value) {
    const struct instance *instance = instance_of(value);
    return instance ? instance->model : NULL;
}

bool instance_column(struct runtime *runtime, struct value value, const struct field *field,
                     struct value *column) {
    struct instance *instance = instance_of(value);
    assert(instance);
    return instance_read(runtime, instance, instance_place(instance->model, field), column);
}
