/* model - see model.h. Look-ups over the constant tables; the models are small, so a walk over the
 * fields is the whole algorithm. */
#include "engine/orm/model.h"

#include <string.h>

static const char *const kind_names[FIELD_KIND_COUNT] = {
    [FIELD_AUTO] = "BigAutoField",
    [FIELD_CHAR] = "CharField",
    [FIELD_EMAIL] = "EmailField",
    [FIELD_TEXT] = "TextField",
    [FIELD_INTEGER] = "IntegerField",
    [FIELD_FLOAT] = "FloatField",
    [FIELD_BOOLEAN] = "BooleanField",
    [FIELD_DATE] = "DateField",
    [FIELD_DATETIME] = "DateTimeField",
    [FIELD_FOREIGN_KEY] = "ForeignKey",
    [FIELD_ONE_TO_ONE] = "OneToOneField",
    [FIELD_MANY_TO_MANY] = "ManyToManyField",
    [FIELD_BIG_INTEGER] = "BigIntegerField",
    [FIELD_TIME] = "TimeField",
    [FIELD_DURATION] = "DurationField",
    [FIELD_DECIMAL] = "DecimalField",
    [FIELD_UUID] = "UUIDField",
    [FIELD_BINARY] = "BinaryField",
    [FIELD_ANY] = "Field",
};

const char *field_kind_name(enum field_kind kind) {
    return kind_names[kind];
}

const char *field_back_name(const struct field *field) {
    if (field->kind == FIELD_MANY_TO_MANY) return "ManyToManyRel";
    return field->unique ? "OneToOneRel" : "ManyToOneRel";
}

bool field_is_relation(const struct field *field) {
    return field->target != NULL;
}

const struct field *model_primary_key(const struct model *model) {
    return &model->fields[model->primary_key];
}

const struct field *model_field(const struct model *model, const char *name) {
    if (strcmp(name, "pk") == 0) return model_primary_key(model);
    for (size_t i = 0; i < model->field_count; i++) {
        const struct field *field = &model->fields[i];
        if (strcmp(field->name, name) == 0 || strcmp(field->attname, name) == 0) return field;
    }
    return NULL;
}

const struct field *model_reverse(const struct model *model, const char *query_name,
                                  const struct model **from) {
    for (size_t i = 0; i < model->registry->count; i++) {
        const struct model *other = model->registry->models[i];
        for (size_t j = 0; j < other->field_count; j++) {
            const struct field *field = &other->fields[j];
            if (field->target != model || strcmp(field->related_query_name, query_name) != 0)
                continue;
            *from = other;
            return field;
        }
    }
    return NULL;
}

const struct model *registry_model(const struct registry *registry, const char *name) {
    for (size_t i = 0; i < registry->count; i++)
        if (strcmp(registry->models[i]->name, name) == 0) return registry->models[i];
    return NULL;
}
