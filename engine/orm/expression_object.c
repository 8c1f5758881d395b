/* expression_object - what a listing sees of expressions: operators, methods, repr.
 *
 * Mirrors django.db.models.expressions.Combinable, .query_utils.Q and the __repr__ methods. */
#include "engine/orm/blueprint.h"

/* ---- Q(...) & Q(...) ---------------------------------------------------------------------- */

static bool pairs_equal(struct runtime *runtime, const struct keyword *left,
                        const struct keyword *right) {
    if (!alias_same(left->name, right->name)) return false;
    struct expression *a = expression_of(left->value), *b = expression_of(right->value);
    if (a && b) return expression_equal(runtime, a, b);
    bool equal = false;
    return object_equal(runtime, left->value, right->value, &equal) && equal;
}

static bool q_append(struct runtime *runtime, struct expression *q, const struct keyword *pairs,
                     size_t count) {
    struct keyword *all = arena_array(runtime->arena, q->item_count + count + 1, sizeof *all);
    if (!all) return fault_no_memory(runtime->fault);
    if (q->item_count) memcpy(all, q->pairs, q->item_count * sizeof *all);
    if (count) memcpy(all + q->item_count, pairs, count * sizeof *all);
    q->pairs = all;
    q->item_count += count;
    return true;
}

/* Node.add for Q, where self has the connector already: equal children are kept once, a child of
 * the same connector is squashed. */
static bool q_add(struct runtime *runtime, struct expression *q, struct expression *data) {
    const struct keyword one = {NULL, value_object(&data->base)};
    for (size_t i = 0; i < q->item_count; i++)
        if (pairs_equal(runtime, &q->pairs[i], &one)) return true;
    bool squash = data->kind == EXPRESSION_Q && !data->negated &&
                  (data->or_connected == q->or_connected || data->item_count == 1);
    return squash ? q_append(runtime, q, data->pairs, data->item_count)
                  : q_append(runtime, q, &one, 1);
}

static struct expression *q_empty(struct runtime *runtime, bool or_connected) {
    struct expression *q = q_new(runtime, &(struct arguments){0});
    if (q) q->or_connected = or_connected;
    return q;
}

static bool q_combine(struct runtime *runtime, struct expression *left, struct value right,
                      bool or_connected, struct value *result) {
    struct expression *other = expression_of(right);
    bool conditional = false;
    if (other && !expression_conditional(runtime, other, &conditional)) return false;
    if (!conditional) {
        const char *shown = object_str(runtime, right);
        return shown && fault_raise(runtime->fault, "TypeError", "%s", shown);
    }
    if (!left->item_count) return *result = right, true;
    if (other->kind == EXPRESSION_Q && !other->item_count)
        return *result = value_object(&left->base), true;
    struct expression *q = q_empty(runtime, or_connected);
    if (!q || !q_add(runtime, q, left) || !q_add(runtime, q, other)) return false;
    *result = value_object(&q->base);
    return true;
}

/* Exists(...) | Q(...): both sides become Qs. */
static bool combine_conditions(struct runtime *runtime, struct expression *left, struct value right,
                               bool or_connected, struct value *result) {
    struct expression *other = expression_of(right);
    bool conditional = false, also = false;
    if (!expression_conditional(runtime, left, &conditional)) return false;
    if (other && !expression_conditional(runtime, other, &also)) return false;
    if (!conditional || !also)
        return fault_raise(runtime->fault, "NotImplementedError",
                           "Use .bitand() and .bitor() for bitwise logical operations.");
    const struct value value = value_object(&left->base);
    struct expression *q = q_new(runtime, &(struct arguments){.values = &value, .count = 1});
    return q && q_combine(runtime, q, right, or_connected, result);
}

/* ---- operators ---------------------------------------------------------------------------- */

static struct expression *operand(struct runtime *runtime, struct value value) {
    struct expression *expression = expression_from(runtime, value);
    if (expression || fault_raised(runtime->fault)) return expression;
    return expression_value(runtime, value);
}

static bool combine(struct runtime *runtime, struct expression *left, char connector,
                    struct expression *right, struct value *result) {
    struct expression *node =
        left && right ? expression_combine(runtime, left, connector, right) : NULL;
    if (node) *result = value_object(&node->base);
    return node != NULL;
}

static bool is_combinable(const struct expression *node) {
    return node->kind != EXPRESSION_Q && node->kind != EXPRESSION_WHERE &&
           node->kind != EXPRESSION_LOOKUP && node->kind != EXPRESSION_NOTHING &&
           node->kind != EXPRESSION_QUERY;
}

bool expression_binary(struct runtime *runtime, struct object *self, enum operation operation,
                       struct value other, bool reflected, struct value *result, bool *handled) {
    static const char connectors[OPERATION_COUNT] = {
        [OP_ADD] = '+',    [OP_SUBTRACT] = '-', [OP_MULTIPLY] = '*',
        [OP_DIVIDE] = '/', [OP_MODULO] = '%',   [OP_POWER] = '^'};
    struct expression *node = (struct expression *)self;
    bool logical = operation == OP_AND || operation == OP_OR;
    *handled = true;
    if (node->kind == EXPRESSION_Q && logical && !reflected)
        return q_combine(runtime, node, other, operation == OP_OR, result);
    *handled = is_combinable(node) && (logical || connectors[operation]);
    if (!*handled) return true;
    if (logical && reflected)
        return fault_raise(runtime->fault, "NotImplementedError",
                           "Use .bitand() and .bitor() for bitwise logical operations.");
    if (logical) return combine_conditions(runtime, node, other, operation == OP_OR, result);
    struct expression *second = operand(runtime, other);
    char connector = connectors[operation];
    return reflected ? combine(runtime, second, connector, node, result)
                     : combine(runtime, node, connector, second, result);
}

static bool bad_operand(struct runtime *runtime, const struct expression *node, char sign) {
    return fault_raise(runtime->fault, "TypeError", "bad operand type for unary %c: '%s'", sign,
                       node->base.type->name);
}

bool expression_negative(struct runtime *runtime, struct object *self, struct value *result) {
    struct expression *node = (struct expression *)self;
    if (!is_combinable(node)) return bad_operand(runtime, node, '-');
    return combine(runtime, node, '*', expression_value(runtime, value_int(-1)), result);
}

bool expression_invert(struct runtime *runtime, struct object *self, struct value *result) {
    struct expression *node = (struct expression *)self, *inverse = NULL;
    if (node->kind == EXPRESSION_EXISTS) {
        inverse = expression_copy(runtime, node);
        if (inverse) inverse->negated = !node->negated;
    } else if (node->kind == EXPRESSION_Q) {
        inverse = q_empty(runtime, false);
        if (inverse && !q_add(runtime, inverse, node)) return false;
        if (inverse) inverse->negated = true;
    } else {
        return bad_operand(runtime, node, '~');
    }
    if (inverse) *result = value_object(&inverse->base);
    return inverse != NULL;
}

bool expression_equal_slot(struct runtime *runtime, struct object *self, struct value other,
                           bool *equal) {
    struct expression *right = expression_of(other);
    *equal = right && expression_equal(runtime, (struct expression *)self, right);
    return !fault_raised(runtime->fault);
}

/* ---- methods and attributes --------------------------------------------------------------- */

static bool order(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                  bool descending, struct value *result) {
    static const char *const names[] = {"nulls_first", "nulls_last"};
    struct expression *node = (struct expression *)self;
    struct value nulls[2] = {value_bool(false), value_bool(false)};
    bool first = false, last = false;
    if (node->kind == EXPRESSION_Q)
        return fault_raise(runtime->fault, "AttributeError", "'Q' object has no attribute '%s'",
                           descending ? "desc" : "asc");
    if (arguments->count)
        return fault_raise(runtime->fault, "TypeError",
                           "%s() takes 1 positional argument but %zu were given",
                           descending ? "desc" : "asc", arguments->count + 1);
    if (!arguments_read(runtime, arguments, "__init__", names, 2, 0, nulls)) return false;
    if (!object_truth(runtime, nulls[0], &first) || !object_truth(runtime, nulls[1], &last))
        return false;
    if (first && last)
        return fault_raise(runtime->fault, "ValueError",
                           "nulls_first and nulls_last are mutually exclusive");
    struct expression *ordered = expression_order(runtime, node, descending);
    if (!ordered) return false;
    ordered->nulls_first = first;
    ordered->nulls_last = last;
    *result = value_object(&ordered->base);
    return true;
}

static bool method_asc(struct runtime *runtime, struct object *self,
                       const struct arguments *arguments, struct value *result) {
    return order(runtime, self, arguments, false, result);
}

static bool method_desc(struct runtime *runtime, struct object *self,
                        const struct arguments *arguments, struct value *result) {
    return order(runtime, self, arguments, true, result);
}

static bool bitwise(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                    const char *method, char connector, struct value *result) {
    static const char *const names[] = {"other"};
    struct value other = value_none();
    if (!arguments_read(runtime, arguments, method, names, 1, 1, &other)) return false;
    return combine(runtime, (struct expression *)self, connector, operand(runtime, other), result);
}

#define BITWISE(method, connector)                                                                 \
    static bool method_##method(struct runtime *runtime, struct object *self,                      \
                                const struct arguments *arguments, struct value *result) {         \
        return bitwise(runtime, self, arguments, #method, connector, result);                      \
    }
BITWISE(bitand, '&')
BITWISE(bitor, '|')
BITWISE(bitxor, '#')
BITWISE(bitleftshift, '<')
BITWISE(bitrightshift, '>')
#undef BITWISE

const struct method expression_methods[] = {
    {"asc", method_asc},
    {"desc", method_desc},
    {"bitand", method_bitand},
    {"bitor", method_bitor},
    {"bitxor", method_bitxor},
    {"bitleftshift", method_bitleftshift},
    {"bitrightshift", method_bitrightshift},
    {NULL, NULL},
};

bool expression_attribute(struct runtime *runtime, struct object *self, const char *name,
                          struct value *result, bool *found) {
    struct expression *node = (struct expression *)self;
    bool named = node->kind == EXPRESSION_F || node->kind == EXPRESSION_OUTER_REF;
    *found = true;
    if (strcmp(name, "name") == 0 && named && node->name)
        return *result = value_text(node->name), true;
    if (strcmp(name, "value") == 0 && node->kind == EXPRESSION_VALUE)
        return *result = node->value, true;
    if (node->kind == EXPRESSION_Q && strcmp(name, "negated") == 0)
        return *result = value_bool(node->negated), true;
    if (node->kind == EXPRESSION_Q && strcmp(name, "connector") == 0)
        return *result = value_text(node->or_connected ? "OR" : "AND"), true;
    if (strcmp(name, "default_alias") == 0 && node->kind == EXPRESSION_AGGREGATE) {
        const char *alias = NULL;
        if (!expression_default_alias(runtime, value_object(self), &alias)) return false;
        return *result = value_text(alias), true;
    }
    *found = false;
    return false;
}

/* "tags__count"; only an aggregate of one plain field has one. */
bool expression_default_alias(struct runtime *runtime, struct value value, const char **alias) {
    const struct expression *node = expression_of(value);
    if (!node || node->kind != EXPRESSION_AGGREGATE)
        return fault_raise(runtime->fault, "AttributeError",
                           "'%s' object has no attribute 'default_alias'", value_type_name(value));
    const struct expression *source = node->source_count == 1 ? node->sources[0] : NULL;
    const char *name = NULL;
    if (source && (source->kind == EXPRESSION_F || source->kind == EXPRESSION_OUTER_REF))
        name = source->name;
    if (source && source->kind == EXPRESSION_AGGREGATE) name = source->base.type->name;
    if (!name)
        return fault_raise(runtime->fault, "TypeError", "Complex expressions require an alias");
    char *text = arena_format(runtime->arena, "%s__%s", name, node->base.type->name);
    if (!text) return fault_no_memory(runtime->fault);
    for (char *at = text + strlen(name) + 2; *at; at++)
        if (*at >= 'A' && *at <= 'Z') *at = (char)(*at - 'A' + 'a');
    *alias = text;
    return true;
}

/* ---- repr and str ------------------------------------------------------------------------- */

static bool add_shown(struct runtime *runtime, struct text *text, struct value value, bool repr) {
    const char *shown = repr ? object_repr(runtime, value) : object_str(runtime, value);
    if (shown) text_add(text, shown);
    return shown != NULL;
}

static bool add_source(struct runtime *runtime, struct text *text, struct expression *node,
                       bool repr) {
    return add_shown(runtime, text, value_object(&node->base), repr);
}

/* (AND: ('a', 1), (NOT (OR: ...))) */
static bool show_q(struct runtime *runtime, struct text *text, const struct expression *q) {
    text_add(text, q->negated ? "(NOT (" : "(");
    text_add(text, q->or_connected ? "OR: " : "AND: ");
    for (size_t i = 0; i < q->item_count; i++) {
        const struct keyword *pair = &q->pairs[i];
        if (i) text_add(text, ", ");
        if (!pair->name) {
            if (!add_shown(runtime, text, pair->value, false)) return false;
            continue;
        }
        text_add_char(text, '(');
        if (!add_shown(runtime, text, value_text(pair->name), true)) return false;
        text_add(text, ", ");
        if (!add_shown(runtime, text, pair->value, true)) return false;
        text_add_char(text, ')');
    }
    text_add(text, q->negated ? "))" : ")");
    return true;
}

static bool show_combined(struct runtime *runtime, struct text *text,
                          const struct expression *node) {
    if (!add_source(runtime, text, node->sources[0], false)) return false;
    const char *connector = node->connector == '%'   ? "%%"
                            : node->connector == '<' ? "<<"
                            : node->connector == '>' ? ">>"
                                                     : NULL;
    if (connector)
        text_format(text, " %s ", connector);
    else
        text_format(text, " %c ", node->connector);
    return add_source(runtime, text, node->sources[1], false);
}

/* Count(F(tags), distinct=True, filter=(AND: ...)) */
static bool show_call(struct runtime *runtime, struct text *text, const struct expression *node) {
    text_format(text, "%s(", node->base.type->name);
    size_t count = node->source_count - node->has_filter;
    for (size_t i = 0; i < count; i++) {
        if (i) text_add(text, ", ");
        if (!add_source(runtime, text, node->sources[i], false)) return false;
    }
    if (node->distinct) text_add(text, ", distinct=True");
    if (node->has_filter) {
        text_add(text, ", filter=");
        if (!add_source(runtime, text, node->sources[count], false)) return false;
    }
    text_add_char(text, ')');
    return true;
}

static bool show_case(struct runtime *runtime, struct text *text, const struct expression *node) {
    text_add(text, "CASE ");
    for (size_t i = 0; i + 1 < node->source_count; i++) {
        if (i) text_add(text, ", ");
        if (!add_source(runtime, text, node->sources[i], false)) return false;
    }
    text_add(text, ", ELSE ");
    return add_source(runtime, text, node->sources[node->source_count - 1], true);
}

static bool show_when(struct runtime *runtime, struct text *text, const struct expression *node) {
    text_add(text, "WHEN ");
    if (!add_source(runtime, text, node->sources[0], true)) return false;
    text_add(text, " THEN ");
    return add_source(runtime, text, node->sources[1], true);
}

static bool show_order(struct runtime *runtime, struct text *text, const struct expression *node) {
    text_add(text, "OrderBy(");
    if (!add_source(runtime, text, node->sources[0], false)) return false;
    text_format(text, ", descending=%s)", node->descending ? "True" : "False");
    return true;
}

/* Col(blog_article, blog.Article.views) */
static bool show_column(struct text *text, const struct expression *node) {
    text_format(text, "Col(%s, %s.%s.%s)", node->name, node->model->app, node->model->name,
                node->target->name);
    return true;
}

static bool show_other(struct runtime *runtime, struct text *text, const struct expression *node) {
    const char *type = node->base.type->name;
    if (node->kind == EXPRESSION_COLUMN && node->model) return show_column(text, node);
    if (node->query) {
        text_format(text, "<%s.%s object at %p>", node->base.type->module, type,
                    (const void *)node);
        return true;
    }
    text_format(text, "%s(", type);
    if (node->name) text_add(text, node->name);
    if (node->kind == EXPRESSION_VALUE && !add_shown(runtime, text, node->value, false))
        return false;
    for (size_t i = 0; i < node->source_count; i++) {
        if (i || node->name) text_add(text, ", ");
        if (!add_source(runtime, text, node->sources[i], false)) return false;
    }
    text_add_char(text, ')');
    return true;
}

/* Some classes show <Class: str(self)> as their repr. */
static const char *show(struct runtime *runtime, const struct expression *node, bool repr) {
    struct text text;
    text_init(&text, runtime->arena);
    bool framed = node->kind == EXPRESSION_Q || node->kind == EXPRESSION_COMBINED ||
                  node->kind == EXPRESSION_CASE || node->kind == EXPRESSION_WHEN;
    if (framed && repr) text_format(&text, "<%s: ", node->base.type->name);
    bool well = true;
    switch ((enum expression_kind)node->kind) {
    case EXPRESSION_Q: well = show_q(runtime, &text, node); break;
    case EXPRESSION_COMBINED: well = show_combined(runtime, &text, node); break;
    case EXPRESSION_FUNCTION:
    case EXPRESSION_AGGREGATE: well = show_call(runtime, &text, node); break;
    case EXPRESSION_CASE: well = show_case(runtime, &text, node); break;
    case EXPRESSION_WHEN: well = show_when(runtime, &text, node); break;
    case EXPRESSION_ORDER: well = show_order(runtime, &text, node); break;
    case EXPRESSION_STAR: text_add(&text, "'*'"); break;
    default: well = show_other(runtime, &text, node); break;
    }
    if (framed && repr) text_add_char(&text, '>');
    const char *shown = well ? text_finish(&text) : NULL;
    if (!shown) fault_no_memory(runtime->fault);
    return shown;
}

/* The depth of an expression is the listing's to choose: a loop may nest ~Q as deep as it likes. */
static const char *show_within(struct runtime *runtime, struct object *self, bool repr) {
    if (!runtime_enter(runtime)) return NULL;
    const char *shown = show(runtime, (const struct expression *)self, repr);
    runtime_leave(runtime);
    return shown;
}

const char *expression_repr(struct runtime *runtime, struct object *self) {
    return show_within(runtime, self, true);
}

const char *expression_str(struct runtime *runtime, struct object *self) {
    return show_within(runtime, self, false);
}

/* Fields do not know their models: they are found by where the field stands. */
static void name_columns(const struct registry *registry, struct expression *node) {
    for (size_t i = 0; node->kind == EXPRESSION_COLUMN && i < registry->count; i++) {
        const struct model *model = registry->models[i];
        if (node->target >= model->fields && node->target < model->fields + model->field_count)
            node->model = model;
    }
    for (size_t i = 0; i < node->source_count; i++) name_columns(registry, node->sources[i]);
}

const char *expression_show_resolved(struct runtime *runtime, const struct registry *registry,
                                     struct expression *node) {
    name_columns(registry, node);
    return expression_str(runtime, &node->base);
}
