/* schema - see schema.h. Section numbers are those of JSON Schema Validation, draft 2020-12. */
#include "tests/support/schema.h"

#include "tests/support/testing.h"

#include <math.h>

/* Where a value stands, for the message: "steps/0/claims/1". */
struct place {
    char path[256];
    char why[256];
};

static bool refuse(struct place *place, const char *why, const char *what) {
    snprintf(place->why, sizeof place->why, "%s %s", why, what);
    return false;
}

/* 6.1.1: an integer is any number without a fraction. */
static bool is_of_type(const struct json_node *value, const char *type) {
    static const char *const names[] = {"null",   "boolean", "boolean", "number",
                                        "string", "array",   "object"};
    if (strcmp(type, "integer") == 0)
        return value->kind == JSON_NUMBER && floor(value->number) == value->number;
    return strcmp(names[value->kind], type) == 0;
}

static bool check_type(struct place *place, const struct json_node *type,
                       const struct json_node *value) {
    if (type->kind == JSON_STRING)
        return is_of_type(value, type->text) || refuse(place, "is not of type", type->text);
    for (const struct json_node *one = type->first; one; one = one->next)
        if (is_of_type(value, one->text)) return true;
    return refuse(place, "is of none of the", "types");
}

static bool is_equal(const struct json_node *one, const struct json_node *other) {
    if (one->kind != other->kind) return false;
    if (one->kind == JSON_STRING) return strcmp(one->text, other->text) == 0;
    return one->kind != JSON_NUMBER || one->number == other->number;
}

static bool is_among(const struct json_node *list, const struct json_node *value) {
    for (const struct json_node *one = list->first; one; one = one->next)
        if (is_equal(one, value)) return true;
    return false;
}

static bool check(struct place *place, const struct json_node *root, const struct json_node *schema,
                  const struct json_node *value);

static bool check_below(struct place *place, const char *name, const struct json_node *root,
                        const struct json_node *schema, const struct json_node *value) {
    size_t length = strlen(place->path);
    snprintf(place->path + length, sizeof place->path - length, "/%s", name);
    if (!check(place, root, schema, value)) return false;
    place->path[length] = '\0';
    return true;
}

static bool check_members(struct place *place, const struct json_node *root,
                          const struct json_node *schema, const struct json_node *value) {
    const struct json_node *required = json_get(schema, "required");
    const struct json_node *known = json_get(schema, "properties");
    const struct json_node *others = json_get(schema, "additionalProperties");
    for (const struct json_node *one = required ? required->first : NULL; one; one = one->next)
        if (!json_get(value, one->text)) return refuse(place, "lacks", one->text);
    for (const struct json_node *member = value->first; member; member = member->next) {
        const struct json_node *its = known ? json_get(known, member->name) : NULL;
        if (!its) its = others;
        if (its && !check_below(place, member->name, root, its, member)) return false;
    }
    return true;
}

static bool check_items(struct place *place, const struct json_node *root,
                        const struct json_node *items, const struct json_node *value) {
    size_t index = 0;
    for (const struct json_node *item = value->first; item; item = item->next) {
        char name[24];
        snprintf(name, sizeof name, "%zu", index++);
        if (!check_below(place, name, root, items, item)) return false;
    }
    return true;
}

static bool check(struct place *place, const struct json_node *root, const struct json_node *schema,
                  const struct json_node *value) {
    static const char defs[] = "#/$defs/";
    const char *reference = json_get_text(schema, "$ref");
    if (strncmp(reference, defs, strlen(defs)) == 0) {
        schema = json_get(json_get(root, "$defs"), reference + strlen(defs));
        if (!schema) return refuse(place, "is said to be", reference);
    }
    const struct json_node *type = json_get(schema, "type"), *only = json_get(schema, "const"),
                           *any = json_get(schema, "enum"), *items = json_get(schema, "items"),
                           *least = json_get(schema, "minimum");
    if (type && !check_type(place, type, value)) return false;
    if (only && !is_equal(only, value)) return refuse(place, "is not the", "constant");
    if (any && !is_among(any, value)) return refuse(place, "is none of the", "values");
    if (least && value->kind == JSON_NUMBER && value->number < least->number)
        return refuse(place, "is below the", "minimum");
    if (items && value->kind == JSON_ARRAY) return check_items(place, root, items, value);
    return value->kind != JSON_OBJECT || check_members(place, root, schema, value);
}

void schema_check(const struct json_node *schema, const struct json_node *value) {
    struct place place = {"", ""};
    if (!check(&place, schema, schema, value)) fail_msg("%s %s", place.path, place.why);
}

bool schema_takes(const struct json_node *schema, const struct json_node *value) {
    struct place place = {"", ""};
    return check(&place, schema, schema, value);
}
