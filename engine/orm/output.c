/* output - what type an expression has: its output field.
 *
 * A type is a field without a model. Mirrors BaseExpression._resolve_output_field and its
 * overrides, and the inheritance of django.db.models.fields, which decides what mixes. */
#include "engine/object/date.h"
#include "engine/orm/blueprint.h"

/* The class each kind inherits from; FIELD_ANY is Field. */
static const uint8_t parents[FIELD_KIND_COUNT] = {
    [FIELD_AUTO] = FIELD_BIG_INTEGER,
    [FIELD_CHAR] = FIELD_ANY,
    [FIELD_EMAIL] = FIELD_CHAR,
    [FIELD_TEXT] = FIELD_ANY,
    [FIELD_INTEGER] = FIELD_ANY,
    [FIELD_FLOAT] = FIELD_ANY,
    [FIELD_BOOLEAN] = FIELD_ANY,
    [FIELD_DATE] = FIELD_ANY,
    [FIELD_DATETIME] = FIELD_DATE,
    [FIELD_FOREIGN_KEY] = FIELD_ANY,
    [FIELD_ONE_TO_ONE] = FIELD_FOREIGN_KEY,
    [FIELD_MANY_TO_MANY] = FIELD_ANY,
    [FIELD_BIG_INTEGER] = FIELD_INTEGER,
    [FIELD_TIME] = FIELD_ANY,
    [FIELD_DURATION] = FIELD_ANY,
    [FIELD_DECIMAL] = FIELD_ANY,
    [FIELD_UUID] = FIELD_ANY,
    [FIELD_BINARY] = FIELD_ANY,
    [FIELD_ANY] = FIELD_ANY,
};

static const struct field kinds[FIELD_KIND_COUNT] = {
    [FIELD_AUTO] = {.kind = FIELD_AUTO},
    [FIELD_CHAR] = {.kind = FIELD_CHAR},
    [FIELD_EMAIL] = {.kind = FIELD_EMAIL},
    [FIELD_TEXT] = {.kind = FIELD_TEXT},
    [FIELD_INTEGER] = {.kind = FIELD_INTEGER},
    [FIELD_FLOAT] = {.kind = FIELD_FLOAT},
    [FIELD_BOOLEAN] = {.kind = FIELD_BOOLEAN},
    [FIELD_DATE] = {.kind = FIELD_DATE},
    [FIELD_DATETIME] = {.kind = FIELD_DATETIME},
    [FIELD_FOREIGN_KEY] = {.kind = FIELD_FOREIGN_KEY},
    [FIELD_ONE_TO_ONE] = {.kind = FIELD_ONE_TO_ONE},
    [FIELD_MANY_TO_MANY] = {.kind = FIELD_MANY_TO_MANY},
    [FIELD_BIG_INTEGER] = {.kind = FIELD_BIG_INTEGER},
    [FIELD_TIME] = {.kind = FIELD_TIME},
    [FIELD_DURATION] = {.kind = FIELD_DURATION},
    [FIELD_DECIMAL] = {.kind = FIELD_DECIMAL},
    [FIELD_UUID] = {.kind = FIELD_UUID},
    [FIELD_BINARY] = {.kind = FIELD_BINARY},
    [FIELD_ANY] = {.kind = FIELD_ANY},
};

const struct field *field_of_kind(enum field_kind kind) {
    return &kinds[kind];
}

bool field_kind_is(enum field_kind kind, enum field_kind base) {
    while (kind != base) {
        if (kind == FIELD_ANY) return false;
        kind = (enum field_kind)parents[kind];
    }
    return true;
}

const struct field *field_value_target(const struct field *field) {
    while (field->target && field->column) field = model_primary_key(field->target);
    return field;
}

static const struct field *output_of_value(struct value value) {
    static const uint8_t by_kind[] = {
        [VALUE_BOOL] = FIELD_BOOLEAN,      [VALUE_INT] = FIELD_INTEGER,
        [VALUE_BIGINT] = FIELD_INTEGER,    [VALUE_FLOAT] = FIELD_FLOAT,
        [VALUE_TEXT] = FIELD_CHAR,         [VALUE_BYTES] = FIELD_BINARY,
        [VALUE_DATE] = FIELD_DATE,         [VALUE_TIME] = FIELD_TIME,
        [VALUE_DATETIME] = FIELD_DATETIME, [VALUE_UUID] = FIELD_UUID,
    };
    if (object_is(value, &timedelta_type)) return &kinds[FIELD_DURATION];
    if (value.kind == VALUE_NONE || value.kind == VALUE_OBJECT) return NULL;
    return &kinds[by_kind[value.kind]];
}

static bool refuse_mixture(struct runtime *runtime, const struct field *first,
                           const struct field *other) {
    return fault_raise(runtime->fault, "FieldError",
                       "Expression contains mixed types: %s, %s. You must set output_field.",
                       field_kind_name(first->kind), field_kind_name(other->kind));
}

/* One type for all sources that have one. */
static bool output_of_sources(struct runtime *runtime, const struct expression *node, size_t from,
                              size_t upto, const struct field **output) {
    const struct field *first = NULL;
    for (size_t i = from; i < upto; i++) {
        const struct field *field = NULL;
        if (!expression_output_or_none(runtime, node->sources[i], &field)) return false;
        if (!field) continue;
        if (!first)
            first = field;
        else if (!field_kind_is(first->kind, field->kind))
            return refuse_mixture(runtime, first, field);
    }
    *output = first;
    return true;
}

/* Integers with floats or decimals are no mixture where the operator is + - * or /. Each side is
 * asked once: a long sum is as deep as it is long. */
static bool output_of_combined(struct runtime *runtime, const struct expression *node,
                               const struct field **output) {
    const struct field *left = NULL, *right = NULL;
    if (!expression_output_or_none(runtime, node->sources[0], &left) ||
        !expression_output_or_none(runtime, node->sources[1], &right))
        return false;
    *output = left ? left : right;
    if (!left || !right || field_kind_is(left->kind, right->kind)) return true;
    bool integer = field_kind_is(left->kind, FIELD_INTEGER);
    bool also = field_kind_is(right->kind, FIELD_INTEGER);
    const struct field *other = integer ? right : left;
    if (!strchr("+-*/", node->connector) || !(integer || also))
        return refuse_mixture(runtime, left, right);
    if (integer && also) return *output = &kinds[FIELD_INTEGER], true;
    if (other->kind != FIELD_FLOAT && other->kind != FIELD_DECIMAL)
        return refuse_mixture(runtime, left, right);
    return *output = &kinds[other->kind], true;
}

/* A decimal among the sources makes a decimal, else an integer a float, else they must agree. Each
 * is asked once, for functions nest. */
static bool output_of_numbers(struct runtime *runtime, const struct expression *node,
                              const struct field **output) {
    size_t count = node->source_count - node->has_filter;
    const struct field *first = NULL, *odd = NULL;
    bool integer = false, decimal = false;
    for (size_t i = 0; i < count; i++) {
        const struct field *field = NULL;
        if (!expression_output_or_none(runtime, node->sources[i], &field)) return false;
        if (!field) continue;
        decimal = decimal || field->kind == FIELD_DECIMAL;
        integer = integer || field_kind_is(field->kind, FIELD_INTEGER);
        if (!first) first = field;
        if (!odd && !field_kind_is(first->kind, field->kind)) odd = field;
    }
    if (decimal) return *output = &kinds[FIELD_DECIMAL], true;
    if (integer) return *output = &kinds[FIELD_FLOAT], true;
    if (odd) return refuse_mixture(runtime, first, odd);
    *output = first;
    return true;
}

static bool output_of_call(struct runtime *runtime, const struct expression *node,
                           const struct field **output) {
    const struct expression_class *class = node->class;
    if (class->rule == OUTPUT_FIXED) return *output = &kinds[class->output_kind], true;
    if (class->rule == OUTPUT_NUMERIC) return output_of_numbers(runtime, node, output);
    return output_of_sources(runtime, node, 0, node->source_count - node->has_filter, output);
}

static bool output_of_node(struct runtime *runtime, const struct expression *node,
                           const struct field **output) {
    switch ((enum expression_kind)node->kind) {
    case EXPRESSION_F:
    case EXPRESSION_OUTER_REF:
    case EXPRESSION_RESOLVED_OUTER_REF:
        return fault_raise(runtime->fault, "AttributeError",
                           "'%s' object has no attribute '_output_field_or_none'",
                           node->base.type->name);
    case EXPRESSION_VALUE: *output = output_of_value(node->value); return true;
    case EXPRESSION_COMBINED: return output_of_combined(runtime, node, output);
    case EXPRESSION_FUNCTION:
    case EXPRESSION_AGGREGATE: return output_of_call(runtime, node, output);
    case EXPRESSION_WHEN: return expression_output_or_none(runtime, node->sources[1], output);
    case EXPRESSION_SUBQUERY:
    case EXPRESSION_QUERY:
        *output = query_output(runtime, node->query);
        return *output || !fault_raised(runtime->fault);
    case EXPRESSION_WHERE:
    case EXPRESSION_LOOKUP:
    case EXPRESSION_Q: *output = &kinds[FIELD_BOOLEAN]; return true;
    default: return output_of_sources(runtime, node, 0, node->source_count, output);
    }
}

bool expression_output_or_none(struct runtime *runtime, const struct expression *node,
                               const struct field **output) {
    *output = node->output;
    if (*output) return true;
    if (!runtime_enter(runtime)) return false;
    bool fine = output_of_node(runtime, node, output);
    runtime_leave(runtime);
    return fine;
}

const struct field *expression_output(struct runtime *runtime, const struct expression *node) {
    const struct field *output = NULL;
    if (!expression_output_or_none(runtime, node, &output)) return NULL;
    if (!output)
        fault_raise(runtime->fault, "FieldError",
                    "Cannot resolve expression type, unknown output_field");
    return output;
}

bool expression_conditional(struct runtime *runtime, const struct expression *node,
                            bool *conditional) {
    *conditional = false;
    switch ((enum expression_kind)node->kind) {
    case EXPRESSION_Q:
    case EXPRESSION_WHERE: *conditional = true; return true;
    case EXPRESSION_F:
    case EXPRESSION_OUTER_REF:
    case EXPRESSION_RESOLVED_OUTER_REF:
    case EXPRESSION_WHEN:
    case EXPRESSION_LOOKUP:
    case EXPRESSION_NOTHING:
    case EXPRESSION_ORDER: return true;
    default: break;
    }
    const struct field *output = expression_output(runtime, node);
    if (!output) {
        /* A name that is not resolved yet has no type: then it is no condition either. */
        if (!fault_is(runtime->fault, "AttributeError")) return false;
        fault_clear(runtime->fault);
        return true;
    }
    *conditional = output->kind == FIELD_BOOLEAN;
    return true;
}
