/* expression_classes - what `from django.db.models import ...` finds: F, Q, Value, Case, Subquery,
 * the fields that name a type, and the table of all these names. Functions and aggregates have
 * files of their own.
 *
 * Mirrors the constructors of django.db.models.expressions and .query_utils. */
#include "engine/orm/expression_class.h"

#include "engine/orm/blueprint.h"

static bool build_field(struct runtime *, const struct expression_class *, const struct arguments *,
                        struct value *result);

/* ---- a class as an object ----------------------------------------------------------------- */

static bool class_call(struct runtime *runtime, struct object *self,
                       const struct arguments *arguments, struct value *result) {
    const struct expression_class *class = (const struct expression_class *)self;
    return class->build(runtime, class, arguments, result);
}

static const char *class_repr(struct runtime *runtime, struct object *self) {
    const struct expression_class *class = (const struct expression_class *)self;
    const char *repr =
        arena_format(runtime->arena, "<class '%s.%s'>", class->type.module, class->type.name);
    if (!repr) fault_no_memory(runtime->fault);
    return repr;
}

/* Whether Django's class of this name derives from the other: of those that a listing can name. */
static bool derives(const struct expression *node, const char *base) {
    static const char *const bases[][2] = {
        {"OuterRef", "F"}, {"Exists", "Subquery"}, {"Right", "Left"}};
    const char *name = node->base.type->name;
    bool function = node->kind == EXPRESSION_FUNCTION || node->kind == EXPRESSION_AGGREGATE;
    if (function && strcmp(base, "Func") == 0) return true;
    if (strncmp(name, "Extract", 7) == 0 && strcmp(base, "Extract") == 0) return true;
    for (size_t i = 0; i < sizeof bases / sizeof *bases; i++)
        if (strcmp(name, bases[i][0]) == 0 && strcmp(base, bases[i][1]) == 0) return true;
    return false;
}

static bool class_is_instance(struct runtime *runtime, struct object *self, struct value value,
                              bool *answer) {
    (void)runtime;
    const struct expression_class *class = (const struct expression_class *)self;
    const struct expression *node = expression_of(value);
    const struct field *field = expression_field_of(value);
    if (field && class->build == build_field)
        *answer = field_kind_is(field->kind, (enum field_kind) class->output_kind);
    else
        *answer = node && (strcmp(node->base.type->name, class->type.name) == 0 ||
                           derives(node, class->type.name));
    return true;
}

static bool class_attribute(struct runtime *runtime, struct object *self, const char *name,
                            struct value *result, bool *found) {
    const struct expression_class *class = (const struct expression_class *)self;
    *found = strcmp(name, "__name__") == 0;
    if (*found) *result = value_text(class->type.name);
    return *found || fault_raise(runtime->fault, "NotSupported", "'%s.%s' is not supported here",
                                 class->type.name, name);
}

const struct object_type expression_class_type = {.name = "type",
                                                  .call = class_call,
                                                  .repr = class_repr,
                                                  .get_attribute = class_attribute,
                                                  .is_instance = class_is_instance};

/* The class of that name among a module's. */
static bool find_class(const struct module *module, const char *name, struct value *class) {
    for (size_t i = 0; i < module->count; i++)
        if (strcmp(module->names[i].name, name) == 0) {
            *class = module->names[i].value;
            return true;
        }
    return false;
}

/* type(F('x')) is F. The others (CombinedExpression) can only be named so. */
bool expression_class_slot(struct runtime *runtime, struct object *self, struct value *class) {
    const char *name = self->type->type_name ? self->type->type_name(self) : self->type->name;
    if (find_class(&expression_module, name, class) || find_class(&function_module, name, class))
        return true;
    return class_stand_in(runtime, value_object(self), class);
}

const struct expression_class *expression_class_of(struct value value) {
    if (!object_is(value, &expression_class_type)) return NULL;
    return (const struct expression_class *)value.object;
}

/* arguments_read as Python counts for a method: with self, under the name of the class that has it.
 */
bool expression_read(struct runtime *runtime, const struct expression_class *class,
                     const struct arguments *arguments, const char *const *names, size_t count,
                     size_t required, struct value *out) {
    const char *owner = class->kind == EXPRESSION_OUTER_REF ? "F" : class->type.name;
    if (arguments->count > count) {
        const char *counts = required == count ? arena_format(runtime->arena, "%zu", count + 1)
                                               : arena_format(runtime->arena, "from %zu to %zu",
                                                              required + 1, count + 1);
        if (!counts) return fault_no_memory(runtime->fault);
        return fault_raise(runtime->fault, "TypeError",
                           "%s.__init__() takes %s positional arguments but %zu were given", owner,
                           counts, arguments->count + 1);
    }
    const char *callable = arena_format(runtime->arena, "%s.__init__", owner);
    if (!callable) return fault_no_memory(runtime->fault);
    return arguments_read(runtime, arguments, callable, names, count, required, out);
}

bool expression_given(struct expression *node, struct value *result) {
    if (!node) return false;
    *result = value_object(&node->base);
    return true;
}

/* ---- fields as types ---------------------------------------------------------------------- */

struct field_object {
    struct object base;
    struct field field;
};

static const char *field_repr(struct runtime *runtime, struct object *self) {
    const struct field *field = &((struct field_object *)self)->field;
    const char *repr =
        arena_format(runtime->arena, "<django.db.models.fields.%s>", field_kind_name(field->kind));
    if (!repr) fault_no_memory(runtime->fault);
    return repr;
}

static const char *field_type_name(const struct object *self) {
    return field_kind_name(((const struct field_object *)self)->field.kind);
}

static const struct object_type field_type = {.name = "Field",
                                              .module = "django.db.models.fields",
                                              .repr = field_repr,
                                              .type_name = field_type_name,
                                              .class_of = expression_class_slot};

const struct field *expression_field_of(struct value value) {
    return object_is(value, &field_type) ? &((struct field_object *)value.object)->field : NULL;
}

static bool build_field(struct runtime *runtime, const struct expression_class *class,
                        const struct arguments *arguments, struct value *result) {
    struct field_object *object = arena_alloc(runtime->arena, sizeof *object);
    if (!object) return fault_no_memory(runtime->fault);
    object->base.type = &field_type;
    object->field.kind = (enum field_kind) class->output_kind;
    for (size_t i = 0; i < arguments->keyword_count; i++) {
        const struct keyword *keyword = &arguments->keywords[i];
        if (strcmp(keyword->name, "max_length") == 0 && keyword->value.kind == VALUE_INT)
            object->field.max_length = (int)keyword->value.integer;
        if (strcmp(keyword->name, "null") == 0) object->field.null = keyword->value.integer != 0;
    }
    *result = value_object(&object->base);
    return true;
}

#define FIELD(name_of, python, kind_of)                                                            \
    static const struct expression_class name_of##_field = {                                       \
        .base = {&expression_class_type},                                                          \
        .type = {.name = (python), .module = "django.db.models.fields"},                           \
        .output_kind = (kind_of),                                                                  \
        .build = build_field}

FIELD(char, "CharField", FIELD_CHAR);
FIELD(text, "TextField", FIELD_TEXT);
FIELD(email, "EmailField", FIELD_EMAIL);
FIELD(integer, "IntegerField", FIELD_INTEGER);
FIELD(big_integer, "BigIntegerField", FIELD_BIG_INTEGER);
FIELD(auto, "BigAutoField", FIELD_AUTO);
FIELD(float, "FloatField", FIELD_FLOAT);
FIELD(boolean, "BooleanField", FIELD_BOOLEAN);
FIELD(date, "DateField", FIELD_DATE);
FIELD(datetime, "DateTimeField", FIELD_DATETIME);
FIELD(time, "TimeField", FIELD_TIME);
FIELD(duration, "DurationField", FIELD_DURATION);
FIELD(decimal, "DecimalField", FIELD_DECIMAL);
FIELD(uuid, "UUIDField", FIELD_UUID);
FIELD(binary, "BinaryField", FIELD_BINARY);
#undef FIELD

/* output_field=...: NULL where it is None or was not given. */
bool expression_read_output(struct runtime *runtime, struct value value,
                            const struct field **output) {
    *output = expression_field_of(value);
    if (*output || value.kind == VALUE_NONE) return true;
    return fault_raise(runtime->fault, "NotSupported", "an output_field that is no field");
}

/* ---- F, OuterRef, Value, ExpressionWrapper ------------------------------------------------ */

static bool build_reference(struct runtime *runtime, const struct expression_class *class,
                            const struct arguments *arguments, struct value *result) {
    static const char *const names[] = {"name"};
    struct value name = value_none();
    if (!expression_read(runtime, class, arguments, names, 1, 1, &name)) return false;
    const struct expression *inner = expression_of(name);
    bool outer =
        class->kind == EXPRESSION_OUTER_REF && inner && inner->kind == EXPRESSION_OUTER_REF;
    if (name.kind != VALUE_TEXT && !outer)
        return fault_raise(runtime->fault, "NotSupported", "%s of something that is no name",
                           class->type.name);
    struct expression *node = expression_new(runtime, (enum expression_kind) class->kind, outer);
    if (!node) return false;
    if (outer) node->sources[0] = (struct expression *)inner;
    node->name = outer ? inner->name : name.text;
    return expression_given(node, result);
}

static bool build_value(struct runtime *runtime, const struct expression_class *class,
                        const struct arguments *arguments, struct value *result) {
    static const char *const names[] = {"value", "output_field"};
    struct value given[2] = {value_none(), value_none()};
    const struct field *output = NULL;
    if (!expression_read(runtime, class, arguments, names, 2, 1, given)) return false;
    if (!expression_read_output(runtime, given[1], &output)) return false;
    struct expression *node = expression_value(runtime, given[0]);
    if (node) node->output = output;
    return expression_given(node, result);
}

static bool build_wrapper(struct runtime *runtime, const struct expression_class *class,
                          const struct arguments *arguments, struct value *result) {
    static const char *const names[] = {"expression", "output_field"};
    struct value given[2] = {value_none(), value_none()};
    const struct field *output = NULL;
    if (!expression_read(runtime, class, arguments, names, 2, 2, given)) return false;
    if (!expression_read_output(runtime, given[1], &output)) return false;
    struct expression *inner = expression_from(runtime, given[0]);
    if (!inner)
        return fault_raise(runtime->fault, "AttributeError",
                           "'%s' object has no attribute 'resolve_expression'",
                           value_type_name(given[0]));
    struct expression *node = expression_new(runtime, EXPRESSION_WRAPPER, 1);
    if (!node) return false;
    node->sources[0] = inner;
    node->output = output;
    expression_settle(node);
    return expression_given(node, result);
}

/* ---- Q, When, Case ------------------------------------------------------------------------ */

static bool build_q(struct runtime *runtime, const struct expression_class *class,
                    const struct arguments *arguments, struct value *result) {
    (void)class;
    struct keyword *kept = arena_array(runtime->arena, arguments->keyword_count + 1, sizeof *kept);
    struct arguments plain = *arguments;
    bool or_connected = false, negated = false;
    if (!kept) return fault_no_memory(runtime->fault);
    plain.keywords = kept;
    plain.keyword_count = 0;
    for (size_t i = 0; i < arguments->keyword_count; i++) {
        const struct keyword *keyword = &arguments->keywords[i];
        if (strcmp(keyword->name, "_connector") == 0) {
            bool is_text = keyword->value.kind == VALUE_TEXT;
            or_connected = is_text && strcmp(keyword->value.text, "OR") == 0;
            if (keyword->value.kind != VALUE_NONE && !or_connected &&
                !(is_text && strcmp(keyword->value.text, "AND") == 0))
                return fault_raise(runtime->fault, "ValueError",
                                   "_connector must be one of 'AND', 'OR', or None.");
        } else if (strcmp(keyword->name, "_negated") == 0) {
            if (!object_truth(runtime, keyword->value, &negated)) return false;
        } else {
            kept[plain.keyword_count++] = *keyword;
        }
    }
    struct expression *q = q_new(runtime, &plain);
    if (!q) return false;
    q->or_connected = or_connected;
    q->negated = negated;
    return expression_given(q, result);
}

/* The arguments of When that are lookups, and those that are not. */
static bool read_when(struct runtime *runtime, const struct arguments *arguments,
                      struct value *condition, struct value *then, struct keyword *lookups,
                      size_t *count) {
    if (arguments->count > 2)
        return fault_raise(
            runtime->fault, "TypeError",
            "When.__init__() takes from 1 to 3 positional arguments but %zu were given",
            arguments->count + 1);
    if (arguments->count > 0) *condition = arguments->values[0];
    if (arguments->count > 1) *then = arguments->values[1];
    for (size_t i = 0; i < arguments->keyword_count; i++) {
        const struct keyword *keyword = &arguments->keywords[i];
        if (strcmp(keyword->name, "condition") == 0)
            *condition = keyword->value;
        else if (strcmp(keyword->name, "then") == 0)
            *then = keyword->value;
        else
            lookups[(*count)++] = *keyword;
    }
    return true;
}

static bool build_when(struct runtime *runtime, const struct expression_class *class,
                       const struct arguments *arguments, struct value *result) {
    (void)class;
    struct value condition = value_none(), then = value_none();
    struct keyword *lookups =
        arena_array(runtime->arena, arguments->keyword_count + 1, sizeof *lookups);
    size_t count = 0;
    bool conditional = false;
    if (!lookups) return fault_no_memory(runtime->fault);
    if (!read_when(runtime, arguments, &condition, &then, lookups, &count)) return false;
    struct expression *test = expression_from(runtime, condition);
    if (test && test->kind != EXPRESSION_QUERY &&
        !expression_conditional(runtime, test, &conditional))
        return false;
    if (count && (condition.kind == VALUE_NONE || conditional)) {
        const struct arguments parts = {&condition, conditional, lookups, count};
        test = q_new(runtime, &parts);
        conditional = true;
        count = 0;
    }
    if (!test || !conditional || count)
        return fault_raise(
            runtime->fault, "TypeError",
            "When() supports a Q object, a boolean expression, or lookups as a condition.");
    if (test->kind == EXPRESSION_Q && !test->item_count)
        return fault_raise(runtime->fault, "ValueError",
                           "An empty Q() can't be used as a When() condition.");
    struct expression *node = expression_new(runtime, EXPRESSION_WHEN, 2);
    if (!node) return false;
    node->sources[0] = test;
    node->sources[1] = expression_parse(runtime, then);
    if (!node->sources[1]) return false;
    expression_settle(node);
    return expression_given(node, result);
}

static bool build_case(struct runtime *runtime, const struct expression_class *class,
                       const struct arguments *arguments, struct value *result) {
    (void)class;
    struct value otherwise = value_none(), output_value = value_none();
    const struct field *output = NULL;
    for (size_t i = 0; i < arguments->keyword_count; i++) {
        if (strcmp(arguments->keywords[i].name, "default") == 0)
            otherwise = arguments->keywords[i].value;
        if (strcmp(arguments->keywords[i].name, "output_field") == 0)
            output_value = arguments->keywords[i].value;
    }
    if (!expression_read_output(runtime, output_value, &output)) return false;
    struct expression *node = expression_new(runtime, EXPRESSION_CASE, arguments->count + 1);
    if (!node) return false;
    for (size_t i = 0; i < arguments->count; i++) {
        node->sources[i] = expression_of(arguments->values[i]);
        if (!node->sources[i] || node->sources[i]->kind != EXPRESSION_WHEN)
            return fault_raise(runtime->fault, "TypeError",
                               "Positional arguments must all be When objects.");
    }
    node->sources[arguments->count] = expression_parse(runtime, otherwise);
    if (!node->sources[arguments->count]) return false;
    node->output = output;
    expression_settle(node);
    return expression_given(node, result);
}

/* ---- Subquery, Exists --------------------------------------------------------------------- */

static bool build_subquery(struct runtime *runtime, const struct expression_class *class,
                           const struct arguments *arguments, struct value *result) {
    bool exists = class->kind == EXPRESSION_EXISTS;
    struct value queryset = value_none(), output_value = value_none();
    const struct field *output = NULL;
    if (arguments->count) queryset = arguments->values[0];
    for (size_t i = 0; i < arguments->keyword_count; i++) {
        if (strcmp(arguments->keywords[i].name, "queryset") == 0)
            queryset = arguments->keywords[i].value;
        if (strcmp(arguments->keywords[i].name, "output_field") == 0)
            output_value = arguments->keywords[i].value;
    }
    if (!expression_read_output(runtime, output_value, &output)) return false;
    struct query *query = queryset_query_of(queryset);
    if (!query)
        return fault_raise(runtime->fault, "NotSupported", "%s of something that is no QuerySet",
                           class->type.name);
    struct expression *node = expression_new(runtime, (enum expression_kind) class->kind, 0);
    if (!node) return false;
    node->query = query;
    node->output = exists ? field_of_kind(FIELD_BOOLEAN) : output;
    return expression_given(node, result);
}

/* ---- what Django has and the sliver has not ----------------------------------------------- */

bool expression_refuse(struct runtime *runtime, const struct expression_class *class,
                       const struct arguments *arguments, struct value *result) {
    (void)arguments, (void)result;
    return fault_raise(runtime->fault, "NotSupported", "%s()", class->type.name);
}

#define CLASS(variable, below, python, expression_kind_of, builder)                                \
    const struct expression_class variable = {.base = {&expression_class_type},                    \
                                              .type = EXPRESSION_TYPE(below, python),              \
                                              .kind = (expression_kind_of),                        \
                                              .build = (builder)}

static CLASS(f_class, "expressions", "F", EXPRESSION_F, build_reference);
static CLASS(outer_ref_class, "expressions", "OuterRef", EXPRESSION_OUTER_REF, build_reference);
static CLASS(value_class, "expressions", "Value", EXPRESSION_VALUE, build_value);
static CLASS(wrapper_class, "expressions", "ExpressionWrapper", EXPRESSION_WRAPPER, build_wrapper);
static CLASS(q_class, "query_utils", "Q", EXPRESSION_Q, build_q);
static CLASS(when_class, "expressions", "When", EXPRESSION_WHEN, build_when);
static CLASS(case_class, "expressions", "Case", EXPRESSION_CASE, build_case);
CLASS(subquery_class, "expressions", "Subquery", EXPRESSION_SUBQUERY, build_subquery);
CLASS(exists_class, "expressions", "Exists", EXPRESSION_EXISTS, build_subquery);
static CLASS(window_class, "expressions", "Window", EXPRESSION_FUNCTION, expression_refuse);
static CLASS(raw_class, "expressions", "RawSQL", EXPRESSION_RAW, expression_refuse);
static CLASS(filtered_class, "query_utils", "FilteredRelation", EXPRESSION_FUNCTION,
             expression_refuse);
static CLASS(list_class, "expressions", "ExpressionList", EXPRESSION_FUNCTION, expression_refuse);

static const struct module_name names[] = {
    EXPRESSION_NAME("F", f_class),
    EXPRESSION_NAME("Q", q_class),
    EXPRESSION_NAME("Value", value_class),
    EXPRESSION_NAME("OuterRef", outer_ref_class),
    EXPRESSION_NAME("Subquery", subquery_class),
    EXPRESSION_NAME("Exists", exists_class),
    EXPRESSION_NAME("Case", case_class),
    EXPRESSION_NAME("When", when_class),
    EXPRESSION_NAME("ExpressionWrapper", wrapper_class),
    EXPRESSION_NAME("Func", func_class),
    EXPRESSION_NAME("Count", count_class),
    EXPRESSION_NAME("Sum", sum_class),
    EXPRESSION_NAME("Avg", avg_class),
    EXPRESSION_NAME("Min", min_class),
    EXPRESSION_NAME("Max", max_class),
    EXPRESSION_NAME("StdDev", stddev_class),
    EXPRESSION_NAME("Variance", variance_class),
    EXPRESSION_NAME("CharField", char_field),
    EXPRESSION_NAME("TextField", text_field),
    EXPRESSION_NAME("EmailField", email_field),
    EXPRESSION_NAME("IntegerField", integer_field),
    EXPRESSION_NAME("BigIntegerField", big_integer_field),
    EXPRESSION_NAME("BigAutoField", auto_field),
    EXPRESSION_NAME("FloatField", float_field),
    EXPRESSION_NAME("BooleanField", boolean_field),
    EXPRESSION_NAME("DateField", date_field),
    EXPRESSION_NAME("DateTimeField", datetime_field),
    EXPRESSION_NAME("TimeField", time_field),
    EXPRESSION_NAME("DurationField", duration_field),
    EXPRESSION_NAME("DecimalField", decimal_field),
    EXPRESSION_NAME("UUIDField", uuid_field),
    EXPRESSION_NAME("BinaryField", binary_field),
    EXPRESSION_NAME("Window", window_class),
    EXPRESSION_NAME("RawSQL", raw_class),
    EXPRESSION_NAME("FilteredRelation", filtered_class),
    EXPRESSION_NAME("ExpressionList", list_class),
};

const struct module expression_module = {"django.db.models", names, sizeof names / sizeof names[0]};
