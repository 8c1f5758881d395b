/* queryset_database - what is about the database beneath: using(), select_for_update(), explain(),
 * and the attributes model and db.
 *
 * Mirrors the same methods of django.db.models.query.QuerySet and .manager.BaseManager. */
#include <string.h>

#include "engine/base/text.h"
#include "engine/orm/database.h"
#include "engine/orm/names.h"
#include "engine/orm/queryset_calls.h"

/* ---- which database ------------------------------------------------------------------------- */

bool queryset_attribute(struct runtime *runtime, const struct model *model, const char *name,
                        struct value *result, bool *found) {
    *found = true;
    if (strcmp(name, "db") == 0) {
        *result = value_text("default");
        return true;
    }
    *found = strcmp(name, "model") == 0;
    if (!*found) return false;
    struct model_class *class = model_class_new(runtime, model);
    if (class) *result = value_object(&class->base);
    return class != NULL;
}

/* Manager.get_queryset(): what all() of a manager gives. */
bool method_get_queryset(struct runtime *runtime, struct object *self,
                         const struct arguments *arguments, struct value *result) {
    return arguments_read(runtime, arguments, "BaseManager.get_queryset", NULL, 0, 0, NULL) &&
           call_answer(queryset_behind(runtime, self), result);
}

/* using(alias): there is one database. */
bool method_using(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                  struct value *result) {
    static const char *const names[] = {"alias"};
    struct queryset *queryset = call_queryset(runtime, self);
    struct value alias;
    if (!queryset || !arguments_read(runtime, arguments, "QuerySet.using", names, 1, 1, &alias))
        return false;
    if (alias.kind != VALUE_NONE &&
        (alias.kind != VALUE_TEXT || strcmp(alias.text, "default") != 0))
        return fault_raise(runtime->fault, "NotSupported", "using() another database");
    return call_answer(queryset_clone(runtime, queryset), result);
}

/* select_for_update(): SQLite locks whole files, so Django leaves the SQL as it is. */
bool method_select_for_update(struct runtime *runtime, struct object *self,
                              const struct arguments *arguments, struct value *result) {
    static const char *const names[] = {"nowait", "skip_locked", "of", "no_key"};
    struct queryset *queryset = call_queryset(runtime, self);
    struct value given[4] = {value_bool(false), value_bool(false), value_none(), value_bool(false)};
    bool nowait, skip_locked;
    if (!queryset ||
        !arguments_read(runtime, arguments, "QuerySet.select_for_update", names, 4, 0, given) ||
        !object_truth(runtime, given[0], &nowait) || !object_truth(runtime, given[1], &skip_locked))
        return false;
    if (nowait && skip_locked)
        return fault_raise(runtime->fault, "ValueError",
                           "The nowait option cannot be used with skip_locked.");
    return call_answer(queryset_clone(runtime, queryset), result);
}

/* ---- the plan ------------------------------------------------------------------------------- */

/* A row of the plan: its columns with spaces between. */
static bool add_step(struct runtime *runtime, struct text *text, const struct value *row,
                     size_t count) {
    for (size_t i = 0; i < count; i++) {
        const char *cell = object_str(runtime, row[i]);
        if (!cell) return false;
        text_format(text, "%s%s", i ? " " : "", cell);
    }
    return true;
}

static bool read_plan(struct runtime *runtime, const struct compiled *compiled, struct text *text) {
    struct cursor *cursor;
    const char *sql = arena_format(runtime->arena, "EXPLAIN QUERY PLAN %s", compiled->sql);
    if (!sql) return fault_no_memory(runtime->fault);
    if (!database_execute(runtime, sql, compiled->parameters, compiled->parameter_count, &cursor))
        return false;
    size_t count = cursor_columns(cursor);
    struct value *row = arena_array(runtime->arena, count + 1, sizeof *row);
    if (!row) {
        cursor_close(runtime, cursor);
        return fault_no_memory(runtime->fault);
    }
    for (bool done = false;;) {
        if (!cursor_next(runtime, cursor, runtime->arena, row, &done)) return false;
        if (done) return true;
        if (text->length) text_add_char(text, '\n');
        if (!add_step(runtime, text, row, count)) return cursor_close(runtime, cursor), false;
    }
}

/* explain(): EXPLAIN QUERY PLAN, a line a step. */
bool method_explain(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                    struct value *result) {
    struct queryset *queryset = call_queryset(runtime, self);
    struct compiled compiled;
    struct text text;
    if (!queryset || !arguments_read(runtime, arguments, "QuerySet.explain", NULL, 0, 0, NULL) ||
        !query_compile(runtime, queryset->query, &compiled))
        return false;
    if (compiled.empty) return fault_raise(runtime->fault, "IndexError", "list index out of range");
    text_init(&text, runtime->arena);
    if (!read_plan(runtime, &compiled, &text)) return false;
    const char *plan = text_finish(&text);
    if (!plan) return fault_no_memory(runtime->fault);
    *result = value_text(plan);
    return true;
}
