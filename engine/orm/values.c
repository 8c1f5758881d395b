/* values - which columns a query selects: values(), values_list(), and what a subquery needs.
 *
 * Mirrors QuerySet.values and values_list, and Query.set_values, add_fields and
 * clear_select_clause. */
#include <ctype.h>

#include "engine/orm/blueprint.h"

void query_clear_select(struct query *query) {
    query->select_count = 0;
    query->default_columns = false;
    query->select_related = RELATED_NONE;
    query->extra_count = 0;
    query->annotations_masked = true;
    for (size_t i = 0; i < query->annotation_count; i++) query->annotations[i].selected = false;
}

bool query_has_select_fields(const struct query *query) {
    if (query->select_count || query->extra_count) return true;
    if (!query->annotations_masked) return false;
    for (size_t i = 0; i < query->annotation_count; i++)
        if (query->annotations[i].selected) return true;
    return false;
}

const struct field *query_output(struct runtime *runtime, const struct query *query) {
    if (query->select_count == 1) {
        const struct expression *select = query->select[0];
        return select->target ? select->target : expression_output(runtime, select);
    }
    const struct annotation *one = NULL;
    size_t selected = 0;
    for (size_t i = 0; i < query->annotation_count; i++)
        if (query->annotations[i].selected && !selected++) one = &query->annotations[i];
    return selected == 1 ? expression_output(runtime, one->expression) : NULL;
}

bool query_add_extra(struct runtime *runtime, struct query *query, const char *name,
                     const char *sql) {
    struct extra *extras = arena_array(runtime->arena, query->extra_count + 1, sizeof *extras);
    if (!extras) return fault_no_memory(runtime->fault);
    if (query->extra_count) memcpy(extras, query->extras, query->extra_count * sizeof *extras);
    extras[query->extra_count++] = (struct extra){name, sql};
    query->extras = extras;
    return true;
}

/* Unknown names list the choices; an alias() cannot be selected. */
static bool explain_missing(struct runtime *runtime, const struct query *query, const char *name) {
    if (!fault_is(runtime->fault, "FieldError") || strstr(name, "__")) return false;
    fault_clear(runtime->fault);
    if (query_annotation(query, name))
        return fault_raise(runtime->fault, "FieldError",
                           "Cannot select the '%s' alias. Use annotate() to promote it.", name);
    const char *choices = model_choices(runtime, query, query->model);
    return choices &&
           fault_raise(runtime->fault, "FieldError",
                       "Cannot resolve keyword '%s' into field. Choices are: %s", name, choices);
}

bool query_add_fields(struct runtime *runtime, struct query *query, const char *const *names,
                      size_t count, bool allow_many) {
    struct expression_list list = {0};
    const char *alias = query_initial_alias(runtime, query);
    struct join_info *info = alias ? arena_alloc(runtime->arena, sizeof *info) : NULL;
    if (!info) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < count; i++) {
        size_t parts = 0;
        const char **path = names_split(runtime, names[i], &parts);
        if (!path) return false;
        enum path_result result = query_setup_joins(runtime, query, path, parts, query->model,
                                                    alias, NULL, allow_many, info);
        if (result == PATH_MANY)
            return fault_raise(runtime->fault, "FieldError", "Invalid field name: '%s'", names[i]);
        if (result != PATH_FOUND) return explain_missing(runtime, query, names[i]);
        query_trim_joins(query, info);
        struct expression *column = query_column(runtime, query, info);
        if (!column) return explain_missing(runtime, query, names[i]);
        if (!expression_list_add(runtime, &list, column)) return false;
    }
    if (!count) return true;
    query->default_columns = false;
    query->select = list.items;
    query->select_count = list.count;
    return true;
}

static const char **column_names(struct runtime *runtime, const struct model *model) {
    const char **names = arena_array(runtime->arena, model->column_count + 1, sizeof *names);
    if (!names) fault_no_memory(runtime->fault);
    for (size_t i = 0; names && i < model->column_count; i++) names[i] = model->fields[i].attname;
    return names;
}

/* Once more columns are masked, GROUP BY cannot refer to them by name. */
static bool group_before(struct runtime *runtime, struct query *query, const char *const *names,
                         size_t count) {
    if (query->group_by == GROUP_ALL) {
        const char **columns = column_names(runtime, query->model);
        if (!columns ||
            !query_add_fields(runtime, query, columns, query->model->column_count, false) ||
            !query_set_group_by(runtime, query, false))
            return false;
        query->select_count = query->values_count = 0;
        return true;
    }
    if (query->group_by == GROUP_NONE) return true;
    struct expression **groups =
        arena_array(runtime->arena, query->group_count + 1, sizeof *groups);
    if (!groups) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < query->group_count; i++) {
        groups[i] = query->groups[i];
        if (groups[i]->kind != EXPRESSION_REF) continue;
        bool selected = false;
        for (size_t j = 0; j < count; j++)
            selected = selected || strcmp(names[j], groups[i]->name) == 0;
        const struct annotation *annotation = query_annotation(query, groups[i]->name);
        if (!selected && annotation) groups[i] = annotation->expression;
    }
    query->groups = groups;
    return true;
}

static bool is_among(const char *name, const char *const *names, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0) return true;
    return false;
}

static bool has_extra(const struct query *query, const char *name) {
    for (size_t i = 0; i < query->extra_count; i++)
        if (strcmp(query->extras[i].name, name) == 0) return true;
    return false;
}

/* set_extra_mask: of the extra columns those stay that are named. */
static bool mask_extras(struct runtime *runtime, struct query *query, const char *const *names,
                        size_t count) {
    struct extra *kept = arena_array(runtime->arena, query->extra_count + 1, sizeof *kept);
    size_t kept_count = 0;
    if (!kept) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < query->extra_count; i++)
        if (is_among(query->extras[i].name, names, count)) kept[kept_count++] = query->extras[i];
    query->extras = kept;
    query->extra_count = kept_count;
    return true;
}

bool query_set_values(struct runtime *runtime, struct query *query, const char *const *names,
                      size_t count) {
    query->select_related = RELATED_NONE;
    query_defer_none(query);
    query->select_count = query->values_count = 0;
    const char **fields = arena_array(runtime->arena, count + 1, sizeof *fields);
    size_t field_count = 0;
    if (!fields) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < count; i++)
        if (!alias_check(runtime, names[i])) return false;
    if (count) {
        bool plain = !query->annotation_count && !query->extra_count;
        if (!plain) query->default_columns = false;
        for (size_t i = 0; i < count; i++)
            if (plain ||
                (!has_extra(query, names[i]) && !query_selected_annotation(query, names[i])))
                fields[field_count++] = names[i];
        for (size_t i = 0; i < query->annotation_count; i++) {
            struct annotation *annotation = &query->annotations[i];
            annotation->selected = annotation->selected && is_among(annotation->name, names, count);
        }
        query->annotations_masked = true;
        if (!mask_extras(runtime, query, names, count)) return false;
    } else {
        fields = column_names(runtime, query->model);
        if (!fields) return false;
        field_count = query->model->column_count;
    }
    if (!group_before(runtime, query, count ? names : fields, count ? count : field_count))
        return false;
    query->values_select = fields;
    query->values_count = field_count;
    return query_add_fields(runtime, query, fields, field_count, true);
}

/* values_list(F('a') + 1) names the column itself: combinedexpression1. */
static bool name_expression(struct runtime *runtime, struct value value, const struct value *names,
                            size_t count, size_t *counter, const char **name) {
    const char *base = NULL;
    if (!expression_default_alias(runtime, value, &base)) {
        if (!fault_is(runtime->fault, "AttributeError")) return false;
        fault_clear(runtime->fault);
        char *lower = arena_string(runtime->arena, value_type_name(value));
        for (char *at = lower; at && *at; at++) *at = (char)tolower((unsigned char)*at);
        base = lower;
    }
    for (bool taken = true; taken;) {
        *name = base ? arena_format(runtime->arena, "%s%zu", base, (*counter)++) : NULL;
        if (!*name) return fault_no_memory(runtime->fault);
        taken = false;
        for (size_t i = 0; i < count; i++)
            taken = taken || (names[i].kind == VALUE_TEXT && strcmp(names[i].text, *name) == 0);
    }
    return true;
}

bool query_values(struct runtime *runtime, struct query *query, const struct value *names,
                  size_t count, const struct keyword *expressions, size_t expression_count) {
    const char **fields = arena_array(runtime->arena, count + expression_count + 1, sizeof *fields);
    struct keyword *all = arena_array(runtime->arena, count + expression_count + 1, sizeof *all);
    size_t computed = 0, counter = 1;
    if (!fields || !all) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < count; i++) {
        if (value_is_expression(names[i])) {
            if (!name_expression(runtime, names[i], names, count, &counter, &fields[i]))
                return false;
            all[computed++] = (struct keyword){fields[i], names[i]};
        } else if (names[i].kind == VALUE_TEXT) {
            fields[i] = names[i].text;
        } else {
            return fault_raise(runtime->fault, "TypeError", "expected string or bytes-like object");
        }
    }
    for (size_t i = 0; i < expression_count; i++) {
        fields[count + i] = expressions[i].name;
        all[computed++] = expressions[i];
    }
    const struct arguments arguments = {.keywords = all, .keyword_count = computed};
    if (computed && !query_annotate(runtime, query, &arguments, true)) return false;
    query->fields = fields;
    query->field_count = count + expression_count;
    query->has_fields = true;
    return query_set_values(runtime, query, fields, query->field_count);
}
