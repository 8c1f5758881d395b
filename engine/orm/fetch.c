/* fetch - see fetch.h. */
#include "engine/orm/fetch.h"

#include "engine/orm/database.h"
#include "engine/orm/query.h"
#include "engine/orm/rows.h"

enum { RESULTS_MOST = 21 }; /* MAX_GET_RESULTS: get() asks for no more */

/* A compiled get(), remembered by the connection. */
struct fetch {
    struct statement *statement;
    const struct row_plan *plan;
    size_t columns;
};

/* model.objects.only(<names>).filter(<by>=key)[:21] */
static bool compile_fetch(struct runtime *runtime, const struct model *model, const char *by,
                          const struct value *names, size_t count, struct value key,
                          struct compiled *compiled) {
    struct query *query = query_new(runtime, model);
    struct keyword condition = {by, key};
    struct arguments where = {.keywords = &condition, .keyword_count = 1};
    if (!query || !query_filter(runtime, query, &where, false)) return false;
    if (count && !query_only(runtime, query, names, count)) return false;
    query_clear_ordering(query, false);
    query_slice(query, 0, RESULTS_MOST);
    return query_compile(runtime, query, compiled);
}

static struct fetch *fetch_new(struct runtime *runtime, const struct compiled *compiled) {
    struct arena *arena = database_arena(runtime->database);
    struct fetch *fetch = arena_alloc(arena, sizeof *fetch);
    if (!fetch) {
        fault_no_memory(runtime->fault);
        return NULL;
    }
    fetch->columns = compiled->column_count;
    fetch->plan = row_plan_new(runtime, arena, compiled->root);
    fetch->statement = database_prepare(runtime, compiled->sql);
    return fetch->plan && fetch->statement ? fetch : NULL;
}

/* The fetch remembered under memo_key, made at its first use. That of None, as of an object that
 * was deleted, has SQL of its own, without a parameter: IS NULL. */
static struct fetch *find_fetch(struct runtime *runtime, const char *memo_key,
                                const struct model *model, const char *by, const char *only,
                                struct value key) {
    if (key.kind == VALUE_NONE) memo_key += 2; /* see fetch_column for the other places */
    void **memo = database_memo(runtime->database, memo_key);
    if (!memo) fault_no_memory(runtime->fault);
    if (!memo || *memo) return memo ? *memo : NULL;
    struct compiled compiled;
    struct value name = value_text(only ? only : "");
    if (!compile_fetch(runtime, model, by, &name, only != NULL, key, &compiled)) return NULL;
    return *memo = fetch_new(runtime, &compiled);
}

/* Runs it. *instance is NULL when no row came. */
static bool run_fetch(struct runtime *runtime, const struct fetch *fetch, struct value key,
                      struct instance **instance) {
    struct cursor *cursor;
    struct value cells[64];
    bool done;
    *instance = NULL;
    size_t parameters = key.kind != VALUE_NONE;
    if (!statement_execute(runtime, fetch->statement, &key, parameters, &cursor) ||
        !cursor_step(runtime, cursor, &done))
        return false;
    if (done) return true;
    cursor_row(cursor, 0, fetch->columns, cells);
    *instance = row_plan_build(runtime, runtime->arena, fetch->plan, cells);
    cursor_close(runtime, cursor); /* the key is unique: a second row cannot come */
    return *instance != NULL;
}

bool fetch_by(struct runtime *runtime, const struct model *model, const struct field *field,
              struct value key, struct instance **instance) {
    struct fetch *fetch = find_fetch(runtime, (const char *)field, model, field->name, NULL, key);
    return fetch && run_fetch(runtime, fetch, key, instance);
}

bool fetch_column(struct runtime *runtime, struct instance *instance, size_t column) {
    const struct field *field = &instance->model->fields[column];
    const char *memo_key = (const char *)field + 1; /* the first place stands for fetch_by */
    const char *key_name = model_primary_key(instance->model)->name;
    struct value key = instance_key(instance);
    struct fetch *fetch =
        find_fetch(runtime, memo_key, instance->model, key_name, field->name, key);
    struct instance *fresh;
    if (!fetch || !run_fetch(runtime, fetch, key, &fresh)) return false;
    if (!fresh)
        return fault_raise(runtime->fault, "DoesNotExist", "%s matching query does not exist.",
                           instance->model->name);
    instance->columns[column] = fresh->columns[column];
    instance->deferred &= ~(UINT64_C(1) << column);
    return true;
}

static void take_columns(struct instance *instance, const struct instance *fresh,
                         uint64_t columns) {
    for (size_t i = 0; i < instance->model->column_count; i++)
        if (columns >> i & 1) instance->columns[i] = fresh->columns[i];
    instance->deferred &= ~columns;
}

bool fetch_columns(struct runtime *runtime, struct instance *instance, uint64_t columns) {
    const struct model *model = instance->model;
    struct value *names = arena_array(runtime->arena, model->column_count + 1, sizeof *names), row;
    struct compiled compiled;
    struct rows rows;
    size_t count = 0;
    bool done;
    if (!names) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < model->column_count; i++)
        if (columns >> i & 1) names[count++] = value_text(model->fields[i].name);
    if (!compile_fetch(runtime, model, model_primary_key(model)->name, names, count,
                       instance_key(instance), &compiled) ||
        !rows_open(&rows, runtime, &compiled, ROWS_INSTANCES, NULL) ||
        !rows_next(&rows, runtime->arena, &row, &done))
        return false;
    if (done)
        return fault_raise(runtime->fault, "DoesNotExist", "%s matching query does not exist.",
                           model->name);
    rows_close(&rows);
    take_columns(instance, instance_of(row), columns);
    return true;
}
