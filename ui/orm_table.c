/* orm_table - see orm_table.h.
 *
 *     first row -> columns -> cells of the rows shown -> widths, fitted to the paper -> lines */
#include "ui/orm_table.h"

#include <string.h>

#include "engine/orm/instance.h"
#include "engine/orm/rows.h"
#include "ui/columns.h"

enum {
    COLUMNS_MOST = 64,
    LEAST_WIDTH = 6, /* of a column that is cut */
    BETWEEN = 3      /* " | " */
};

struct column {
    const char *name;
    size_t place; /* of a field, or of a value in a row */
    bool attached;
    bool right; /* all its cells are numbers */
    unsigned width;
};

struct table {
    struct runtime *runtime;
    const struct paper *paper;
    const struct value *rows;
    size_t row_count, shown;
    struct column columns[COLUMNS_MOST];
    size_t column_count, drawn;
    const char **cells; /* shown x column_count */
};

/* ---- which columns ------------------------------------------------------------------------- */

static void add_column(struct table *table, const char *name, size_t place, bool attached) {
    if (table->column_count == COLUMNS_MOST) return;
    table->columns[table->column_count++] =
        (struct column){.name = name, .place = place, .attached = attached, .right = true};
}

static void add_fields(struct table *table, const struct instance *instance) {
    for (size_t i = 0; i < instance->model->column_count; i++)
        if (!instance_is_deferred(instance, i))
            add_column(table, instance->model->fields[i].attname, i, false);
    for (const struct attachment *here = instance->attached; here; here = here->next)
        if (here->kind == ATTACHED_EXTRA && here->name[0] != '_')
            add_column(table, here->name, 0, true);
}

static const struct list *list_of(struct value value) {
    bool is_list = object_is(value, &list_type) || object_is(value, &tuple_type);
    return is_list ? (const struct list *)value.object : NULL;
}

static void add_names(struct table *table, const struct named_row *row) {
    for (size_t i = 0; i < row->items->count; i++) add_column(table, row->names[i], i, false);
}

static bool add_keys(struct table *table, const struct dict *dict) {
    for (size_t i = 0; i < dict->count; i++) {
        const char *name = object_str(table->runtime, dict->entries[i].key);
        if (!name) return false;
        add_column(table, name, i, false);
    }
    return true;
}

static bool add_places(struct table *table, const struct list *list) {
    for (size_t i = 0; i < list->count; i++) {
        const char *name = arena_format(table->runtime->arena, "[%zu]", i);
        if (!name) return fault_no_memory(table->runtime->fault);
        add_column(table, name, i, false);
    }
    return true;
}

static bool choose_columns(struct table *table, struct value first) {
    if (object_is(first, &dict_type)) return add_keys(table, (const struct dict *)first.object);
    if (list_of(first)) return add_places(table, list_of(first));
    if (instance_of(first))
        add_fields(table, instance_of(first));
    else if (object_is(first, &named_row_type))
        add_names(table, (const struct named_row *)first.object);
    else
        add_column(table, "value", 0, false);
    return true;
}

/* ---- the cells ----------------------------------------------------------------------------- */

static bool find_in_instance(const struct column *column, const struct instance *instance,
                             struct value *cell) {
    if (column->attached) {
        const struct attachment *attachment =
            instance_attached(instance, ATTACHED_EXTRA, column->name);
        if (attachment) *cell = attachment->value;
        return attachment != NULL;
    }
    if (column->place >= instance->model->column_count) return false;
    *cell = instance->columns[column->place];
    return !instance_is_deferred(instance, column->place);
}

/* What a row has in a column; false: nothing. The rows of one query are all of one shape. */
static bool find_cell(const struct column *column, struct value row, struct value *cell) {
    const struct list *list = list_of(row);
    if (instance_of(row)) return find_in_instance(column, instance_of(row), cell);
    if (object_is(row, &named_row_type)) list = ((const struct named_row *)row.object)->items;
    if (object_is(row, &dict_type)) {
        const struct dict *dict = (const struct dict *)row.object;
        if (column->place < dict->count) *cell = dict->entries[column->place].value;
        return column->place < dict->count;
    }
    if (list && column->place >= list->count) return false;
    *cell = list ? list->items[column->place] : row;
    return true;
}

static bool is_number(struct value value) {
    return value.kind == VALUE_INT || value.kind == VALUE_FLOAT || value.kind == VALUE_BIGINT;
}

static bool fill_cell(struct table *table, size_t row, size_t column) {
    struct column *here = &table->columns[column];
    struct value value;
    const char **cell = &table->cells[row * table->column_count + column];
    *cell = "";
    if (!find_cell(here, table->rows[row], &value)) return true;
    if (!is_number(value) && value.kind != VALUE_NONE) here->right = false;
    *cell = object_str(table->runtime, value);
    if (*cell && columns_of(*cell) > here->width) here->width = columns_of(*cell);
    return *cell != NULL;
}

static bool fill_cells(struct table *table) {
    table->cells = arena_array(table->runtime->arena, table->shown * table->column_count + 1,
                               sizeof *table->cells);
    if (!table->cells) return fault_no_memory(table->runtime->fault);
    for (size_t i = 0; i < table->column_count; i++)
        table->columns[i].width = columns_of(table->columns[i].name);
    for (size_t i = 0; i < table->shown; i++)
        for (size_t j = 0; j < table->column_count; j++)
            if (!fill_cell(table, i, j)) return false;
    return true;
}

/* ---- the widths ---------------------------------------------------------------------------- */

static unsigned least_of(const struct column *column) {
    return column->width < LEAST_WIDTH ? column->width : LEAST_WIDTH;
}

/* As many columns as there is room for at their least; the first always. */
static void choose_drawn(struct table *table, unsigned room) {
    unsigned taken = 0;
    for (table->drawn = 0; table->drawn < table->column_count; table->drawn++) {
        taken += least_of(&table->columns[table->drawn]) + BETWEEN;
        if (table->drawn > 0 && taken > room) return;
    }
}

/* The widest gives way first, so that short columns stay whole. */
static void fit_widths(struct table *table) {
    unsigned room = table->paper->width - 2 + BETWEEN, taken = 0;
    choose_drawn(table, room);
    for (size_t i = 0; i < table->drawn; i++) {
        struct column *column = &table->columns[i];
        if (column->width > room) column->width = room;
        taken += column->width + BETWEEN;
    }
    while (taken > room) {
        struct column *widest = &table->columns[0];
        for (size_t i = 1; i < table->drawn; i++)
            if (table->columns[i].width > widest->width) widest = &table->columns[i];
        if (widest->width <= 1) return;
        widest->width--;
        taken--;
    }
}

/* ---- the lines ----------------------------------------------------------------------------- */

static void add_cell(const struct table *table, struct text *text, const struct column *column,
                     const char *cell) {
    bool last = column == &table->columns[table->drawn - 1],
         fits = columns_of(cell) <= column->width;
    if (last && fits && !column->right) /* no blanks at the end of a line */
        paper_add(text, table->paper, cell);
    else if (column->right && fits)
        paper_add_right(text, table->paper, cell, column->width);
    else
        paper_add_cut(text, table->paper, cell, column->width);
}

static void add_head(const struct table *table, struct text *text) {
    for (size_t i = 0; i < table->drawn; i++) {
        text_add(text, i ? " | " : " ");
        paper_style(text, table->paper, PAPER_STRONG);
        add_cell(table, text, &table->columns[i], table->columns[i].name);
        paper_style(text, table->paper, PAPER_PLAIN);
    }
    text_add_char(text, '\n');
    for (size_t i = 0; i < table->drawn; i++) {
        if (i) text_add_char(text, '+');
        paper_add_fill(text, '-', table->columns[i].width + 2);
    }
    text_add_char(text, '\n');
}

static void add_row(const struct table *table, struct text *text, size_t row) {
    for (size_t i = 0; i < table->drawn; i++) {
        text_add(text, i ? " | " : " ");
        add_cell(table, text, &table->columns[i], table->cells[row * table->column_count + i]);
    }
    text_add_char(text, '\n');
}

/* "(20 of 1000 rows, 3 columns not shown)" */
static void add_foot(const struct table *table, struct text *text) {
    size_t hidden = table->column_count - table->drawn;
    text_add_char(text, '(');
    if (table->shown < table->row_count) text_format(text, "%zu of ", table->shown);
    text_format(text, "%zu row%s", table->row_count, table->row_count == 1 ? "" : "s");
    if (hidden) text_format(text, ", %zu column%s not shown", hidden, hidden == 1 ? "" : "s");
    text_add(text, ")\n");
}

/* ---- the whole ----------------------------------------------------------------------------- */

bool orm_table_fits(struct value value) {
    const struct list *list = list_of(value);
    if (!list) return instance_of(value) || object_is(value, &named_row_type);
    if (list->count == 0) return false;
    struct value first = list->items[0];
    return instance_of(first) || object_is(first, &named_row_type) ||
           object_is(first, &dict_type) || object_is(first, &tuple_type);
}

bool orm_table_add(struct runtime *runtime, struct text *text, const struct paper *paper,
                   struct value rows) {
    const struct list *list = list_of(rows);
    struct table table = {.runtime = runtime,
                          .paper = paper,
                          .rows = list ? list->items : &rows,
                          .row_count = list ? list->count : 1};
    table.shown = table.row_count < ORM_TABLE_ROWS ? table.row_count : ORM_TABLE_ROWS;
    if (table.row_count) {
        if (!choose_columns(&table, table.rows[0]) || !fill_cells(&table)) return false;
        fit_widths(&table);
        add_head(&table, text);
    }
    for (size_t i = 0; i < table.shown; i++) add_row(&table, text, i);
    add_foot(&table, text);
    return true;
}
