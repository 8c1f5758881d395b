/* selections - the columns of a SELECT, and how they make up instances.
 *
 *     extra | root's columns | annotations | author's columns | author.profile's columns | ...
 *
 * Mirrors SQLCompiler.get_select, get_default_columns and get_related_selections. */
#include "engine/orm/statement.h"

enum { DEPTH_MOST = 5 }; /* max_depth: of select_related() without names */

bool statement_add(struct statement *statement, struct selection selection) {
    if (statement->selected_count == statement->selected_capacity) {
        size_t capacity = statement->selected_capacity ? statement->selected_capacity * 2 : 16;
        statement->selected =
            arena_grow(statement->runtime->arena, statement->selected, statement->selected_capacity,
                       capacity, sizeof *statement->selected);
        if (!statement->selected) return fault_no_memory(statement->runtime->fault);
        statement->selected_capacity = capacity;
    }
    statement->selected[statement->selected_count++] = selection;
    return true;
}

/* All columns of a model that are not deferred. */
static bool add_model(struct statement *statement, const struct loaded_list *loaded,
                      const char *alias, struct selected_model *part) {
    struct runtime *runtime = statement->runtime;
    const struct loaded *some = loaded_find(loaded, part->model);
    const struct field **fields =
        arena_array(runtime->arena, part->model->column_count, sizeof *fields);
    if (!fields) return fault_no_memory(runtime->fault);
    part->fields = fields;
    part->first = statement->selected_count;
    for (size_t i = 0; i < part->model->column_count; i++) {
        const struct field *field = &part->model->fields[i];
        if (some && !(some->fields >> i & 1)) continue;
        struct expression *column = expression_column(runtime, alias, field, NULL, false);
        if (!column || !statement_add(statement, (struct selection){.expression = column,
                                                                    .name = field->attname}))
            return false;
        fields[part->count++] = field;
    }
    return true;
}

/* ---- select_related ----------------------------------------------------------------------- */

struct related {
    struct statement *statement;
    const struct loaded_list *loaded;
    bool restricted; /* names were given */
};

static const struct related_name *requested(const struct related_name *names, const char *name) {
    while (names && strcmp(names->name, name) != 0) names = names->next;
    return names;
}

/* Each unique relation back to a model, in order of the registry. */
static const struct field *one_back(const struct model *model, size_t *at,
                                    const struct model **holder) {
    for (size_t seen = 0, i = 0; i < model->registry->count; i++) {
        *holder = model->registry->models[i];
        for (size_t j = 0; j < (*holder)->field_count; j++) {
            const struct field *field = &(*holder)->fields[j];
            if (field->target != model || !field->unique || !field->column) continue;
            if (strchr(field->related_query_name, '+') || seen++ < *at) continue;
            ++*at;
            return field;
        }
    }
    return NULL;
}

static const char *related_choices(struct runtime *runtime, const struct model *model) {
    struct text text;
    text_init(&text, runtime->arena);
    for (size_t i = 0; i < model->column_count; i++)
        if (model->fields[i].target)
            text_format(&text, "%s%s", text.length ? ", " : "", model->fields[i].name);
    const struct model *holder = NULL;
    const struct field *field;
    for (size_t at = 0; (field = one_back(model, &at, &holder));)
        text_format(&text, "%s%s", text.length ? ", " : "", field->related_query_name);
    if (!text.length) text_add(&text, "(none)");
    const char *choices = text_finish(&text);
    if (!choices) fault_no_memory(runtime->fault);
    return choices;
}

static bool check_plain(struct runtime *runtime, const struct model *model,
                        const struct related_name *names) {
    for (size_t i = 0; i < model->column_count; i++) {
        const struct field *field = &model->fields[i];
        if (field->target || !requested(names, field->name)) continue;
        const char *choices = related_choices(runtime, model);
        return choices && fault_raise(runtime->fault, "FieldError",
                                      "Non-relational field given in select_related: '%s'. Choices "
                                      "are: %s",
                                      field->name, choices);
    }
    return true;
}

static bool is_known(const struct model *model, const char *name) {
    const struct model *holder = NULL;
    for (size_t i = 0; i < model->column_count; i++)
        if (strcmp(model->fields[i].name, name) == 0) return true;
    const struct field *field;
    for (size_t at = 0; (field = one_back(model, &at, &holder));)
        if (strcmp(field->related_query_name, name) == 0) return true;
    return false;
}

static bool check_known(struct runtime *runtime, const struct model *model,
                        const struct related_name *names) {
    struct text unknown;
    text_init(&unknown, runtime->arena);
    for (; names; names = names->next)
        if (!is_known(model, names->name))
            text_format(&unknown, "%s'%s'", unknown.length ? ", " : "", names->name);
    if (!unknown.length) return true;
    const char *choices = related_choices(runtime, model), *shown = text_finish(&unknown);
    if (!choices || !shown) return fault_no_memory(runtime->fault);
    return fault_raise(runtime->fault, "FieldError",
                       "Invalid field name(s) given in select_related: %s. Choices are: %s", shown,
                       choices);
}

static bool descends(struct related *related, const struct model *model, const struct field *field,
                     const struct related_name *names, bool *descend) {
    *descend = field->target &&
               (related->restricted ? requested(names, field->name) != NULL : !field->null);
    if (!*descend) return true;
    const struct loaded *some = loaded_find(related->loaded, model);
    size_t index = (size_t)(field - model->fields);
    if (!related->restricted || !some || some->fields >> index & 1) return true;
    return fault_raise(
        related->statement->runtime->fault, "FieldError",
        "Field %s.%s cannot be both deferred and traversed using select_related at the "
        "same time.",
        model->name, field->name);
}

static bool add_related(struct related *, const struct model *, const char *alias, unsigned depth,
                        const struct related_name *names, struct selected_model *part);

/* One relation: its join, its columns, and what hangs on it. */
static bool add_relation(struct related *related, const struct model *from, const char *alias,
                         unsigned depth, const struct field *field, const struct model *holder,
                         const struct related_name *names, struct selected_model *part) {
    struct statement *statement = related->statement;
    struct runtime *runtime = statement->runtime;
    const char *name = holder ? field->related_query_name : field->name;
    struct join_info *info = arena_alloc(runtime->arena, sizeof *info);
    if (!info) return fault_no_memory(runtime->fault);
    if (query_setup_joins(runtime, statement->query, &name, 1, from, alias, NULL, true, info) !=
        PATH_FOUND)
        return false;
    const char *joined = info->aliases[info->alias_count - 1];
    *part = (struct selected_model){
        .model = holder ? holder : field->target, .through = field, .reverse = holder != NULL};
    const struct related_name *next = requested(names, name);
    return add_model(statement, related->loaded, joined, part) &&
           add_related(related, part->model, joined, depth + 1, next ? next->children : NULL, part);
}

static bool add_related(struct related *related, const struct model *model, const char *alias,
                        unsigned depth, const struct related_name *names,
                        struct selected_model *part) {
    struct runtime *runtime = related->statement->runtime;
    if (!related->restricted && depth > DEPTH_MOST) return true;
    if (related->restricted && !check_plain(runtime, model, names)) return false;
    size_t most = model->column_count, backs = 0;
    const struct model *holder = NULL;
    while (one_back(model, &backs, &holder)) most++;
    struct selected_model *parts = arena_array(runtime->arena, most + 1, sizeof *parts);
    if (!parts) return fault_no_memory(runtime->fault);
    part->related = parts;
    for (size_t i = 0; i < model->column_count; i++) {
        bool descend = false;
        if (!descends(related, model, &model->fields[i], names, &descend)) return false;
        if (descend && !add_relation(related, model, alias, depth, &model->fields[i], NULL, names,
                                     &parts[part->related_count++]))
            return false;
    }
    if (!related->restricted) return true;
    const struct field *field;
    for (size_t at = 0; (field = one_back(model, &at, &holder));)
        if (requested(names, field->related_query_name) &&
            !add_relation(related, model, alias, depth, field, holder, names,
                          &parts[part->related_count++]))
            return false;
    return check_known(runtime, model, names);
}

/* ---- all of them -------------------------------------------------------------------------- */

static bool add_extras(struct statement *statement) {
    const struct query *query = statement->query;
    for (size_t i = 0; i < query->extra_count; i++) {
        struct expression *raw = expression_raw(statement->runtime, query->extras[i].sql);
        const char *name = query->extras[i].name;
        if (!raw || !statement_add(statement, (struct selection){raw, name, name, true}))
            return false;
    }
    return true;
}

static bool add_values(struct statement *statement) {
    const struct query *query = statement->query;
    for (size_t i = 0; i < query->select_count; i++) {
        const char *name = i < query->values_count ? query->values_select[i] : NULL;
        if (!statement_add(statement,
                           (struct selection){.expression = query->select[i], .name = name}))
            return false;
    }
    return true;
}

static bool add_annotations(struct statement *statement) {
    const struct query *query = statement->query;
    for (size_t i = 0; i < query->annotation_count; i++) {
        const struct annotation *annotation = &query->annotations[i];
        if (annotation->selected &&
            !statement_add(statement, (struct selection){annotation->expression, annotation->name,
                                                         annotation->name, true}))
            return false;
    }
    return true;
}

bool statement_select(struct statement *statement) {
    struct runtime *runtime = statement->runtime;
    struct query *query = statement->query;
    struct loaded_list loaded = {0};
    if (!add_extras(statement)) return false;
    const char *alias = NULL;
    if (query->default_columns) {
        alias = query_initial_alias(runtime, query);
        statement->root = arena_alloc(runtime->arena, sizeof *statement->root);
        if (!alias || !statement->root) return fault_no_memory(runtime->fault);
        statement->root->model = query->model;
        if (!query_loaded(runtime, query, &loaded) ||
            !add_model(statement, &loaded, alias, statement->root))
            return false;
    } else if (!add_values(statement)) {
        return false;
    }
    if (!add_annotations(statement)) return false;
    if (query->select_related == RELATED_NONE || !statement->root) return true;
    struct related related = {statement, &loaded, query->select_related == RELATED_LISTED};
    alias = query_initial_alias(runtime, query);
    return alias && add_related(&related, query->model, alias, 1, query->related, statement->root);
}
