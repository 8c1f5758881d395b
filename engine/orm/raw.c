/* raw - Model.objects.raw(): objects from SQL that the listing brings itself.
 *
 * Columns of the result that are called like columns of the model fill the objects; the others
 * become attributes; what is missing is deferred. The primary key must be there.
 *
 * Mirrors django.db.models.query.RawQuerySet. */
#include <string.h>

#include "engine/orm/queryset.h"

struct raw {
    struct object base;
    const struct model *model;
    const char *sql;
    struct list *parameters;
    struct list *cache; /* NULL before the first evaluation */
};

/* Which column of the result is which field. */
struct layout {
    const struct row_plan *plan;
    size_t columns, fields;
    size_t *places;     /* of each field of the plan: its column */
    const char **extra; /* of each column: the attribute it becomes; NULL for a field's */
};

static const struct field *column_field(const struct model *model, const char *name) {
    for (size_t i = 0; i < model->column_count; i++)
        if (strcmp(model->fields[i].column, name) == 0) return &model->fields[i];
    return NULL;
}

static bool find_layout(struct runtime *runtime, const struct raw *raw, const struct cursor *cursor,
                        struct layout *layout) {
    size_t columns = cursor_columns(cursor);
    const struct field **fields = arena_array(runtime->arena, columns + 1, sizeof(struct field *));
    *layout = (struct layout){.columns = columns};
    layout->places = arena_array(runtime->arena, columns + 1, sizeof *layout->places);
    layout->extra = arena_array(runtime->arena, columns + 1, sizeof *layout->extra);
    if (!fields || !layout->places || !layout->extra) return fault_no_memory(runtime->fault);
    bool keyed = false;
    for (size_t i = 0; i < columns; i++) {
        const char *name = cursor_column_name(cursor, i);
        const struct field *field = column_field(raw->model, name);
        keyed = keyed || field == model_primary_key(raw->model);
        if (field) {
            layout->places[layout->fields] = i;
            fields[layout->fields++] = field;
        } else if (!(layout->extra[i] = arena_string(runtime->arena, name)))
            return fault_no_memory(runtime->fault);
    }
    if (!keyed)
        return fault_raise(runtime->fault, "FieldDoesNotExist",
                           "Raw query must include the primary key");
    struct selected_model selected = {
        .model = raw->model, .fields = fields, .count = layout->fields};
    layout->plan = row_plan_new(runtime, runtime->arena, &selected);
    return layout->plan != NULL;
}

/* One row: cells is what was read, arranged has room for the plan's columns. */
static bool add_row(struct runtime *runtime, struct raw *raw, const struct layout *layout,
                    const struct value *cells, struct value *arranged) {
    for (size_t i = 0; i < layout->fields; i++) arranged[i] = cells[layout->places[i]];
    struct instance *instance = row_plan_build(runtime, runtime->arena, layout->plan, arranged);
    if (!instance) return false;
    for (size_t i = 0; i < layout->columns; i++)
        if (layout->extra[i] && !object_set_attribute(runtime, value_object(&instance->base),
                                                      layout->extra[i], cells[i]))
            return false;
    return list_append(runtime, raw->cache, value_object(&instance->base));
}

static bool read_rows(struct runtime *runtime, struct raw *raw, struct cursor *cursor) {
    struct layout layout;
    if (!find_layout(runtime, raw, cursor, &layout)) {
        cursor_close(runtime, cursor);
        return false;
    }
    struct value *cells = arena_array(runtime->arena, layout.columns * 2 + 2, sizeof *cells);
    bool done = false;
    while (cells && !done) {
        if (!cursor_next(runtime, cursor, runtime->arena, cells, &done)) return false;
        if (done || add_row(runtime, raw, &layout, cells, cells + layout.columns + 1)) continue;
        cursor_close(runtime, cursor);
        return false;
    }
    if (!cells) cursor_close(runtime, cursor);
    return cells || fault_no_memory(runtime->fault);
}

static bool fetch(struct runtime *runtime, struct raw *raw) {
    struct cursor *cursor;
    if (raw->cache) return true;
    if (!database_execute(runtime, raw->sql, raw->parameters->items, raw->parameters->count,
                          &cursor))
        return false;
    raw->cache = list_new(runtime, &list_type, 0);
    if (!raw->cache) cursor_close(runtime, cursor);
    if (raw->cache && read_rows(runtime, raw, cursor)) return true;
    raw->cache = NULL;
    return false;
}

/* ---- the protocol -------------------------------------------------------------------------- */

static bool iterate(struct runtime *runtime, struct object *self, struct value *iterator) {
    struct raw *raw = (struct raw *)self;
    return fetch(runtime, raw) &&
           object_iterate(runtime, value_object(&raw->cache->base), iterator);
}

static bool length(struct runtime *runtime, struct object *self, int64_t *length) {
    struct raw *raw = (struct raw *)self;
    if (!fetch(runtime, raw)) return false;
    *length = (int64_t)raw->cache->count;
    return true;
}

static bool get_item(struct runtime *runtime, struct object *self, struct value index,
                     struct value *result) {
    struct raw *raw = (struct raw *)self;
    return fetch(runtime, raw) &&
           object_get_item(runtime, value_object(&raw->cache->base), index, result);
}

static bool get_slice(struct runtime *runtime, struct object *self, const struct slice *slice,
                      struct value *result) {
    struct raw *raw = (struct raw *)self;
    return fetch(runtime, raw) &&
           object_get_slice(runtime, value_object(&raw->cache->base), slice, result);
}

static bool show(struct runtime *runtime, struct object *self, struct value *rows) {
    struct raw *raw = (struct raw *)self;
    if (!fetch(runtime, raw)) return false;
    *rows = value_object(&raw->cache->base);
    return true;
}

static const char *repr(struct runtime *runtime, struct object *self) {
    const struct raw *raw = (const struct raw *)self;
    const char *text = arena_format(runtime->arena, "<RawQuerySet: %s>", raw->sql);
    if (!text) fault_no_memory(runtime->fault);
    return text;
}

static void visit(struct object *self, void (*each)(void *, struct value), void *context) {
    const struct raw *raw = (const struct raw *)self;
    each(context, value_object(&raw->parameters->base));
    if (raw->cache) each(context, value_object(&raw->cache->base));
}

const struct object_type raw_queryset_type = {
    .name = "RawQuerySet",
    .module = "django.db.models.query",
    .iterate = iterate,
    .length = length,
    .get_item = get_item,
    .get_slice = get_slice,
    .repr = repr,
    .show = show,
    .visit = visit,
};

/* raw(raw_query, params=None); translations are not supported. */
bool queryset_raw(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                  struct value *result) {
    static const char *const names[] = {"raw_query", "params"};
    struct value given[2] = {value_none(), value_none()};
    struct queryset *queryset = queryset_behind(runtime, self);
    if (!queryset || !arguments_read(runtime, arguments, "QuerySet.raw", names, 2, 1, given))
        return false;
    if (given[0].kind != VALUE_TEXT || object_is(given[1], &dict_type))
        return fault_raise(runtime->fault, "NotSupported",
                           "raw() with anything but a text and a "
                           "list of parameters");
    struct raw *raw = arena_alloc(runtime->arena, sizeof *raw);
    struct list *parameters = list_new(runtime, &tuple_type, 0);
    if (!raw || !parameters) return fault_no_memory(runtime->fault);
    if (given[1].kind != VALUE_NONE && !list_extend(runtime, parameters, given[1])) return false;
    *raw = (struct raw){{&raw_queryset_type}, queryset->model, given[0].text, parameters, NULL};
    *result = value_object(&raw->base);
    return true;
}
