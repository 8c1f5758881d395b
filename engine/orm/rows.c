/* rows - see rows.h. */
#include "engine/orm/rows.h"

#include <math.h>
#include <string.h>

#include "engine/base/text.h"
#include "engine/orm/convert.h"

/* ---- converting ---------------------------------------------------------------------------- */

static enum convert convert_of(const struct field *field) {
    switch (field->kind) {
    case FIELD_BOOLEAN: return CONVERT_BOOL;
    case FIELD_DATE: return CONVERT_DATE;
    case FIELD_DATETIME: return CONVERT_DATETIME;
    case FIELD_FLOAT: return CONVERT_FLOAT;
    default: return CONVERT_NONE;
    }
}

static void convert_int(struct value *value) {
    if (value->kind == VALUE_FLOAT && fabs(value->real) < 0x1p63)
        *value = value_int((int64_t)value->real);
}

/* What SQLite holds as the field's Python value; NULL stays None. */
static inline void convert_value(struct value *value, enum convert convert) {
    switch (convert) {
    case CONVERT_NONE: break;
    case CONVERT_BOOL:
        if (value->kind == VALUE_INT && (value->integer == 0 || value->integer == 1))
            value->kind = VALUE_BOOL;
        break;
    case CONVERT_INT: convert_int(value); break;
    case CONVERT_FLOAT:
        if (value->kind == VALUE_INT) *value = value_float((double)value->integer);
        break;
    case CONVERT_DATE:
        if (value->kind == VALUE_TEXT) value->kind = VALUE_DATE;
        break;
    case CONVERT_DATETIME:
        if (value->kind == VALUE_TEXT) value->kind = VALUE_DATETIME;
        break;
    }
}

/* ---- plans --------------------------------------------------------------------------------- */

static bool plan_columns(struct arena *arena, const struct selected_model *selected,
                         struct row_plan *plan) {
    uint8_t *places = arena_array(arena, selected->count + 1, 1);
    uint8_t *converts = arena_array(arena, selected->count + 1, 1);
    if (!places || !converts) return false;
    uint64_t all = selected->model->column_count < 64
                       ? (UINT64_C(1) << selected->model->column_count) - 1
                       : UINT64_MAX;
    for (size_t i = 0; i < selected->count; i++) {
        size_t place = instance_place(selected->model, selected->fields[i]);
        places[i] = (uint8_t)place;
        converts[i] = (uint8_t)convert_of(selected->fields[i]);
        all &= ~(UINT64_C(1) << place);
        if (place == selected->model->primary_key) plan->key = i;
    }
    plan->deferred = all;
    plan->places = places;
    plan->converts = converts;
    return true;
}

static bool plan_fill(struct arena *arena, const struct selected_model *selected,
                      struct row_plan *plan) {
    *plan = (struct row_plan){.model = selected->model,
                              .first = selected->first,
                              .count = selected->count,
                              .through = selected->through,
                              .reverse = selected->reverse,
                              .related_count = selected->related_count};
    struct row_plan *related = arena_array(arena, selected->related_count + 1, sizeof *related);
    if (!related || !plan_columns(arena, selected, plan)) return false;
    for (size_t i = 0; i < selected->related_count; i++)
        if (!plan_fill(arena, &selected->related[i], &related[i])) return false;
    plan->related = related;
    return true;
}

const struct row_plan *row_plan_new(struct runtime *runtime, struct arena *arena,
                                    const struct selected_model *selected) {
    struct row_plan *plan = arena_alloc(arena, sizeof *plan);
    if (plan && plan_fill(arena, selected, plan)) return plan;
    fault_no_memory(runtime->fault);
    return NULL;
}

/* ---- instances ----------------------------------------------------------------------------- */

static struct instance *build_one(struct runtime *runtime, struct arena *arena,
                                  const struct row_plan *plan, const struct value *cells) {
    size_t bytes = 0;
    for (size_t i = 0; i < plan->count; i++)
        if (cells[i].kind >= VALUE_TEXT) bytes += cells[i].length + 1;
    struct instance *instance = instance_new(runtime, arena, plan->model, bytes);
    if (!instance) return NULL;
    char *texts = (char *)&instance->columns[plan->model->column_count];
    for (size_t i = 0; i < plan->count; i++) {
        struct value *value = &instance->columns[plan->places[i]];
        value->kind = cells[i].kind; /* by member: a copy of the whole would wait for its parts */
        value->length = cells[i].length;
        value->integer = cells[i].integer;
        if (value->kind >= VALUE_TEXT) {
            if (value->length) memcpy(texts, value->text, value->length);
            value->text = texts;
            texts += value->length + 1; /* the NUL is there: memory comes zeroed */
        }
        if (plan->converts[i] != CONVERT_NONE) convert_value(value, plan->converts[i]);
    }
    instance->deferred = plan->deferred;
    return instance;
}

/* select_related: puts the related object beside its owner, and the owner beside it where there
 * can be only one. No object (its primary key is NULL) is cached as None. */
static bool build_related(struct runtime *runtime, struct arena *arena, const struct row_plan *plan,
                          const struct value *cells, struct instance *owner) {
    bool missing = cells[plan->first + plan->key].kind == VALUE_NONE;
    const struct field *field = plan->through;
    const char *name = plan->reverse ? field->accessor : field->name;
    if (missing) return instance_attach(runtime, owner, ATTACHED_RELATED, name, value_none());
    struct instance *related = row_plan_build(runtime, arena, plan, cells);
    if (!related ||
        !instance_attach(runtime, owner, ATTACHED_RELATED, name, value_object(&related->base)))
        return false;
    bool single = plan->reverse || field->kind == FIELD_ONE_TO_ONE;
    const char *back = plan->reverse ? field->name : field->accessor;
    return !single || !back ||
           instance_attach(runtime, related, ATTACHED_RELATED, back, value_object(&owner->base));
}

struct instance *row_plan_build(struct runtime *runtime, struct arena *arena,
                                const struct row_plan *plan, const struct value *cells) {
    struct instance *instance = build_one(runtime, arena, plan, cells + plan->first);
    for (size_t i = 0; instance && i < plan->related_count; i++)
        if (!build_related(runtime, arena, &plan->related[i], cells, instance)) return NULL;
    return instance;
}

/* A cell as a value of its own: text copied into the arena. */
static bool keep_cell(struct rows *rows, struct arena *arena, size_t column, struct value *value) {
    enum convert convert = rows->compiled.columns[column].convert;
    *value = rows->cells[column];
    if (convert != CONVERT_NONE && !convert_is_usual(value, convert))
        return convert_unusual(rows->runtime, value, convert);
    convert_value(value, convert);
    if (!value_is_textual(*value)) return true;
    value->text = arena_copy(arena, value->text, value->length);
    return value->text || fault_no_memory(rows->runtime->fault);
}

/* setattr(obj, name, value): where the model has that name, it is the model that takes the value.
 */
static bool attach_annotation(struct rows *rows, struct instance *instance, const char *name,
                              struct value value) {
    if (rows->claimed)
        return object_set_attribute(rows->runtime, value_object(&instance->base), name, value);
    return instance_attach(rows->runtime, instance, ATTACHED_EXTRA, name, value);
}

/* Annotations become attributes of the instance. */
static bool attach_annotations(struct rows *rows, struct arena *arena, struct instance *instance) {
    for (size_t i = 0; i < rows->compiled.column_count; i++) {
        const struct selected_column *column = &rows->compiled.columns[i];
        struct value value;
        if (!column->annotation) continue;
        if (!keep_cell(rows, arena, i, &value) ||
            !attach_annotation(rows, instance, column->name, value))
            return false;
    }
    return true;
}

static bool attach_known(struct rows *rows, struct instance *instance) {
    for (const struct known *known = rows->known; known; known = known->next) {
        const struct field *field = known->field;
        size_t place = instance_place(instance->model, field);
        struct value key = instance_key(known->instance);
        bool equal;
        if (instance_attached(instance, ATTACHED_RELATED, field->name)) continue;
        if (instance_is_deferred(instance, place)) continue;
        if (!object_equal(rows->runtime, instance->columns[place], key, &equal)) return false;
        if (equal && !instance_attach(rows->runtime, instance, ATTACHED_RELATED, field->name,
                                      value_object(&known->instance->base)))
            return false;
    }
    return true;
}

static bool row_as_instance(struct rows *rows, struct arena *arena, struct value *row) {
    struct instance *instance = row_plan_build(rows->runtime, arena, rows->plan, rows->cells);
    if (!instance || (rows->annotated && !attach_annotations(rows, arena, instance)) ||
        (rows->known && !attach_known(rows, instance)))
        return false;
    row->kind = VALUE_OBJECT; /* by member, see build_one */
    row->length = 0;
    row->object = &instance->base;
    return true;
}

/* ---- values -------------------------------------------------------------------------------- */

static bool row_as_dict(struct rows *rows, struct arena *arena, struct value *row) {
    struct dict *dict = dict_new(rows->runtime);
    if (!dict) return false;
    for (size_t i = 0; i < rows->compiled.column_count; i++) {
        struct value value;
        if (!keep_cell(rows, arena, i, &value) ||
            !dict_set(rows->runtime, dict, value_text(rows->names[i]), value))
            return false;
    }
    *row = value_object(&dict->base);
    return true;
}

static struct list *row_items(struct rows *rows, struct arena *arena) {
    size_t count = rows->compiled.column_count;
    struct list *tuple = list_new(rows->runtime, &tuple_type, count);
    for (size_t i = 0; tuple && i < count; i++) {
        struct value value;
        if (!keep_cell(rows, arena, i, &value) || !list_append(rows->runtime, tuple, value))
            return NULL;
    }
    return tuple;
}

static bool row_as_tuple(struct rows *rows, struct arena *arena, struct value *row) {
    struct list *items = row_items(rows, arena);
    if (items) *row = value_object(&items->base);
    return items != NULL;
}

static bool row_as_named(struct rows *rows, struct arena *arena, struct value *row) {
    struct named_row *named = arena_alloc(arena, sizeof *named);
    if (!named) return fault_no_memory(rows->runtime->fault);
    *named = (struct named_row){{&named_row_type}, rows->names, row_items(rows, arena)};
    *row = value_object(&named->base);
    return named->items != NULL;
}

static bool row_as_scalar(struct rows *rows, struct arena *arena, struct value *row) {
    return keep_cell(rows, arena, 0, row);
}

static bool (*const makers[])(struct rows *, struct arena *, struct value *) = {
    [ROWS_INSTANCES] = row_as_instance, [ROWS_DICTS] = row_as_dict,  [ROWS_TUPLES] = row_as_tuple,
    [ROWS_NAMED] = row_as_named,        [ROWS_FLAT] = row_as_scalar,
};

/* ---- reading ------------------------------------------------------------------------------- */

static bool collect_names(struct rows *rows) {
    size_t count = rows->compiled.column_count;
    rows->names = arena_array(rows->runtime->arena, count + 1, sizeof *rows->names);
    if (!rows->names) return fault_no_memory(rows->runtime->fault);
    for (size_t i = 0; i < count; i++) rows->names[i] = rows->compiled.columns[i].name;
    for (size_t i = 1; rows->as == ROWS_NAMED && i < count; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(rows->names[i], rows->names[j]) == 0)
                return fault_raise(rows->runtime->fault, "ValueError",
                                   "Encountered duplicate field name: '%s'", rows->names[i]);
    return true;
}

static void note_annotations(struct rows *rows) {
    for (size_t i = 0; i < rows->compiled.column_count; i++) {
        const struct selected_column *column = &rows->compiled.columns[i];
        if (!column->annotation) continue;
        rows->annotated = true;
        rows->claimed = rows->claimed || instance_claims(rows->plan->model, column->name);
    }
}

bool rows_open(struct rows *rows, struct runtime *runtime, const struct compiled *compiled,
               enum rows_as as, const struct known *known) {
    *rows = (struct rows){.runtime = runtime, .compiled = *compiled, .as = as, .known = known};
    if (compiled->empty) return true;
    rows->cells = arena_array(runtime->arena, compiled->column_count + 1, sizeof *rows->cells);
    if (!rows->cells) return fault_no_memory(runtime->fault);
    if (as == ROWS_DICTS || as == ROWS_NAMED) {
        if (!collect_names(rows)) return false;
    } else if (as == ROWS_INSTANCES) {
        rows->plan = row_plan_new(runtime, runtime->arena, compiled->root);
        if (!rows->plan) return false;
        note_annotations(rows);
    }
    return database_execute(runtime, compiled->sql, compiled->parameters, compiled->parameter_count,
                            &rows->cursor);
}

bool rows_next(struct rows *rows, struct arena *arena, struct value *row, bool *done) {
    struct runtime *runtime = rows->runtime;
    struct cursor *cursor = rows->cursor;
    *done = !cursor;
    if (!cursor) return true;
    cursor_resume(cursor);
    rows->cursor = NULL;
    if (!cursor_step(runtime, cursor, done)) return false;
    if (*done) {
        if (rows->plan)
            head_point(runtime->head, TAPE_OBJECT, rows->plan->model->name, rows->built);
        return true;
    }
    rows->cursor = cursor;
    cursor_row(cursor, 0, rows->compiled.column_count, rows->cells);
    struct arena *usual = runtime->arena; /* dicts and tuples are made where the runtime says */
    runtime->arena = arena;
    bool made = makers[rows->as](rows, arena, row);
    runtime->arena = usual;
    rows->built++;
    if (!made) rows_close(rows);
    return made;
}

void rows_pause(struct rows *rows) {
    if (rows->cursor) cursor_pause(rows->cursor);
}

void rows_close(struct rows *rows) {
    if (rows->cursor) cursor_close(rows->runtime, rows->cursor);
    rows->cursor = NULL;
}

/* ---- Row, the named tuple ------------------------------------------------------------------ */

static struct value items_of(struct object *self) {
    return value_object(&((struct named_row *)self)->items->base);
}

static bool named_get_attribute(struct runtime *runtime, struct object *self, const char *name,
                                struct value *result, bool *found) {
    const struct named_row *row = (const struct named_row *)self;
    (void)runtime;
    *found = false;
    for (size_t i = 0; i < row->items->count && !*found; i++)
        if (strcmp(row->names[i], name) == 0) {
            *result = row->items->items[i];
            *found = true;
        }
    return *found;
}

static bool named_get_item(struct runtime *runtime, struct object *self, struct value index,
                           struct value *result) {
    return object_get_item(runtime, items_of(self), index, result);
}

static bool named_get_slice(struct runtime *runtime, struct object *self, const struct slice *slice,
                            struct value *result) {
    return object_get_slice(runtime, items_of(self), slice, result);
}

static bool named_iterate(struct runtime *runtime, struct object *self, struct value *iterator) {
    return object_iterate(runtime, items_of(self), iterator);
}

static bool named_length(struct runtime *runtime, struct object *self, int64_t *length) {
    return object_length(runtime, items_of(self), length);
}

static bool named_contains(struct runtime *runtime, struct object *self, struct value item,
                           bool *contains) {
    return object_contains(runtime, items_of(self), item, contains);
}

/* A named tuple equals any tuple of equal items. */
static bool named_equal(struct runtime *runtime, struct object *self, struct value other,
                        bool *equal) {
    if (object_is(other, &named_row_type)) other = items_of(other.object);
    return object_equal(runtime, items_of(self), other, equal);
}

static const char *named_repr(struct runtime *runtime, struct object *self) {
    const struct named_row *row = (const struct named_row *)self;
    struct text text;
    text_init(&text, runtime->arena);
    text_add(&text, "Row(");
    for (size_t i = 0; i < row->items->count; i++) {
        const char *item = object_repr(runtime, row->items->items[i]);
        if (!item) return NULL;
        text_format(&text, "%s%s=%s", i ? ", " : "", row->names[i], item);
    }
    text_add_char(&text, ')');
    const char *repr = text_finish(&text);
    if (!repr) fault_no_memory(runtime->fault);
    return repr;
}

static void named_visit(struct object *self, void (*each)(void *, struct value), void *context) {
    each(context, items_of(self));
}

const struct object_type named_row_type = {
    .name = "Row",
    .module = "django.db.models.utils",
    .get_attribute = named_get_attribute,
    .get_item = named_get_item,
    .get_slice = named_get_slice,
    .iterate = named_iterate,
    .length = named_length,
    .contains = named_contains,
    .equal = named_equal,
    .repr = named_repr,
    .visit = named_visit,
};
