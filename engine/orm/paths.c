/* paths - names become steps: author__profile__company walks over three models.
 *
 * Mirrors Query.names_to_path and the get_path_info methods of django.db.models.fields.related. */
#include <stdlib.h>

#include "engine/apps/registry.h"
#include "engine/orm/blueprint.h"

const char **names_split(struct runtime *runtime, const char *lookup, size_t *count) {
    size_t names = 1;
    for (const char *at = lookup; (at = strstr(at, "__")); at += 2) names++;
    const char **list = arena_array(runtime->arena, names, sizeof *list);
    char *text = list ? arena_string(runtime->arena, lookup) : NULL;
    if (!text) {
        fault_no_memory(runtime->fault);
        return NULL;
    }
    *count = 0;
    for (char *next; (next = strstr(text, "__")); text = next + 2) {
        *next = '\0';
        list[(*count)++] = text;
    }
    list[(*count)++] = text;
    return list;
}

/* ---- one name ----------------------------------------------------------------------------- */

static const struct field *through_field(const struct field *many, bool target) {
    return model_field(many->through, target ? many->through_target : many->through_source);
}

static void add_step(struct path *path, const struct path_step *step) {
    path->steps[path->count++] = *step;
    path->steps_of[path->name_count - 1]++;
}

/* A key from the side that holds it. */
static void add_forward(struct path *path, const struct model *from, const struct field *key) {
    add_step(path, &(struct path_step){
                       .from = from, .to = key->target, .join_field = key, .direct = true});
    path->final_field = key;
    path->final_reverse = false;
    path->model = key->target;
    path->target = model_primary_key(key->target);
}

/* A key from the side it points at. */
static void add_reverse(struct path *path, const struct model *holder, const struct field *key) {
    add_step(path, &(struct path_step){.from = key->target,
                                       .to = holder,
                                       .join_field = key,
                                       .reverse = true,
                                       .many = !key->unique});
    path->final_field = key;
    path->final_reverse = true;
    path->model = holder;
    path->target = model_primary_key(holder);
}

/* A many-to-many is two steps, over the table between. */
static void add_many_to_many(struct path *path, const struct field *many, bool back) {
    add_reverse(path, many->through, through_field(many, back));
    add_forward(path, many->through, through_field(many, !back));
}

/* Follows one name; false when the model has none such. *plain: it is no relation. */
static bool follow(struct path *path, const char *name, bool *plain) {
    const struct field *field = model_field(path->model, name);
    const struct model *holder = NULL;
    bool back = false;
    if (!field) {
        field = model_reverse(path->model, name, &holder);
        back = true;
    }
    if (!field) return false;
    *plain = !field->target;
    path->names[path->name_count++] = name;
    if (*plain) {
        path->final_field = path->target = field;
        path->final_reverse = false;
    } else if (field->kind == FIELD_MANY_TO_MANY) {
        add_many_to_many(path, field, back);
    } else if (back) {
        add_reverse(path, holder, field);
    } else {
        add_forward(path, path->model, field);
    }
    return true;
}

/* ---- all names ---------------------------------------------------------------------------- */

/* MultiJoin: the steps up to the first that leads to many rows, that one included. */
static bool stop_at_many(struct path *path, size_t from) {
    for (size_t i = from; i < path->count; i++) {
        if (!path->steps[i].many) continue;
        path->steps_of[path->name_count - 1] = i + 1 - from;
        path->count = i + 1;
        return true;
    }
    return false;
}

/* What leads to another model asks the registry, and so does the list of choices for a name that is
 * not there: both need every model (RelatedField.related_model, Options._relation_tree). */
static bool is_too_early(struct runtime *runtime, const struct model *model, const char *name) {
    if (!runtime->apps || runtime->apps->models_ready) return false;
    const struct field *field = model_field(model, name);
    bool alone = field && !field->target;
    return !alone && !apps_check_models_ready(runtime, runtime->apps);
}

enum path_result path_walk(struct runtime *runtime, const struct query *query,
                           const char *const *names, size_t count, const struct model *model,
                           bool allow_many, bool fail_on_missing, struct path *path,
                           struct path_failure *failure) {
    path->count = path->name_count = path->used = 0;
    path->model = model;
    path->final_field = path->target = NULL;
    for (size_t i = 0; i < count; i++) {
        if (path->count + 2 > PATH_MOST || path->name_count + 1 > PATH_MOST) {
            fault_raise(runtime->fault, "NotSupported", "a lookup over more than %d joins",
                        PATH_MOST);
            return PATH_FAULT;
        }
        if (is_too_early(runtime, path->model, names[i])) return PATH_FAULT;
        bool plain = false;
        size_t before = path->count;
        path->steps_of[path->name_count] = 0;
        if (!follow(path, names[i], &plain)) {
            if (query_selected_annotation(query, names[i])) {
                fault_raise(runtime->fault, "NotSupported",
                            "a transform of the annotation '%s' here", names[i]);
                return PATH_FAULT;
            }
            *failure = (struct path_failure){path->model, names[i], NULL};
            return i == 0 || fail_on_missing ? PATH_UNKNOWN : PATH_FOUND;
        }
        path->used = i + 1;
        if (!allow_many && stop_at_many(path, before)) return PATH_MANY;
        if (!plain) continue;
        if (fail_on_missing && i + 1 < count) {
            *failure = (struct path_failure){path->model, names[i + 1], names[i]};
            return PATH_UNKNOWN;
        }
        break;
    }
    return PATH_FOUND;
}

/* ---- what may stand there ----------------------------------------------------------------- */

static int by_text(const void *left, const void *right) {
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static bool is_hidden(const struct field *field) {
    size_t length = strlen(field->related_query_name);
    return length && field->related_query_name[length - 1] == '+';
}

static size_t own_names(const struct model *model, const char **names) {
    size_t count = 0;
    for (size_t i = 0; i < model->field_count; i++) {
        const struct field *field = &model->fields[i];
        names[count++] = field->name;
        if (field->column && strcmp(field->attname, field->name) != 0)
            names[count++] = field->attname;
    }
    return count;
}

static size_t reverse_names(const struct model *model, const char **names) {
    size_t count = 0;
    for (size_t i = 0; i < model->registry->count; i++) {
        const struct model *other = model->registry->models[i];
        for (size_t j = 0; j < other->field_count; j++)
            if (other->fields[j].target == model && !is_hidden(&other->fields[j]))
                names[count++] = other->fields[j].related_query_name;
    }
    return count;
}

const char *model_choices(struct runtime *runtime, const struct query *query,
                          const struct model *model) {
    size_t most = model->field_count * 2 + query->annotation_count;
    for (size_t i = 0; i < model->registry->count; i++)
        most += model->registry->models[i]->field_count;
    const char **names = arena_array(runtime->arena, most, sizeof *names);
    if (!names) {
        fault_no_memory(runtime->fault);
        return NULL;
    }
    size_t count = own_names(model, names);
    count += reverse_names(model, names + count);
    for (size_t i = 0; i < query->annotation_count; i++)
        if (query->annotations[i].selected) names[count++] = query->annotations[i].name;
    qsort(names, count, sizeof *names, by_text);
    struct text text;
    text_init(&text, runtime->arena);
    for (size_t i = 0; i < count; i++) {
        if (i) text_add(&text, ", ");
        text_add(&text, names[i]);
    }
    const char *choices = text_finish(&text);
    if (!choices) fault_no_memory(runtime->fault);
    return choices;
}

bool path_raise(struct runtime *runtime, const struct query *query,
                const struct path_failure *failure) {
    if (failure->join_on)
        return fault_raise(runtime->fault, "FieldError",
                           "Cannot resolve keyword '%s' into field. Join on '%s' not permitted.",
                           failure->name, failure->join_on);
    const char *choices = model_choices(runtime, query, failure->model);
    if (!choices) return false;
    return fault_raise(runtime->fault, "FieldError",
                       "Cannot resolve keyword '%s' into field. Choices are: %s", failure->name,
                       choices);
}
