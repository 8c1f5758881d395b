/* evaluate - expressions.
 *
 * One function for each kind of node, in a table; evaluate() goes through it, bounds the depth and
 * gives a fault its place. A value that is no object and no text costs no memory. Texts are made in
 * the runtime's arena, for nobody can tell who keeps them - except where print() alone will see
 * them: evaluate_passing() makes those in the scratch arena, which is emptied after the statement.
 */
#include <string.h>

#include "engine/base/text.h"
#include "engine/script/evaluator.h"

typedef bool evaluator(struct script *, struct node *, struct value *result);

/* ---- names, constants, displays ----------------------------------------------------------- */

static bool evaluate_constant(struct script *script, struct node *node, struct value *result) {
    (void)script;
    *result = node->constant;
    return true;
}

static bool add_item(struct script *script, struct list *list, struct node *item) {
    struct value value;
    if (item->kind != NODE_STARRED)
        return evaluate(script, item, &value) && list_append(script->runtime, list, value);
    return evaluate(script, item->pair.left, &value) && list_extend(script->runtime, list, value);
}

static bool evaluate_items(struct script *script, struct node *node, const struct object_type *type,
                           struct value *result) {
    struct list *list = list_new(script->runtime, type, node->items.count);
    if (!list) return false;
    for (size_t i = 0; i < node->items.count; i++)
        if (!add_item(script, list, node->items.items[i])) return false;
    *result = value_object(&list->base);
    return true;
}

static bool evaluate_list(struct script *script, struct node *node, struct value *result) {
    return evaluate_items(script, node, &list_type, result);
}

static bool evaluate_tuple(struct script *script, struct node *node, struct value *result) {
    return evaluate_items(script, node, &tuple_type, result);
}

static bool evaluate_set(struct script *script, struct node *node, struct value *result) {
    struct value items;
    struct set *set = set_new(script->runtime);
    if (!set || !evaluate_items(script, node, &list_type, &items)) return false;
    const struct list *list = (const struct list *)items.object;
    for (size_t i = 0; i < list->count; i++)
        if (!set_add(script->runtime, set, list->items[i])) return false;
    *result = value_object(&set->base);
    return true;
}

static bool evaluate_dict(struct script *script, struct node *node, struct value *result) {
    struct dict *dict = dict_new(script->runtime);
    if (!dict) return false;
    for (size_t i = 0; i < node->items.count; i += 2) {
        struct node *key_node = node->items.items[i];
        struct value key, value;
        if (key_node && !evaluate(script, key_node, &key)) return false;
        if (!evaluate(script, node->items.items[i + 1], &value)) return false;
        if (!key_node && !object_is(value, &dict_type))
            return fault_raise(script->runtime->fault, "TypeError", "'%s' object is not a mapping",
                               value_type_name(value));
        if (!(key_node ? dict_set(script->runtime, dict, key, value)
                       : dict_update(script->runtime, dict, value)))
            return false;
    }
    *result = value_object(&dict->base);
    return true;
}

/* ---- operators ---------------------------------------------------------------------------- */

static bool evaluate_unary(struct script *script, struct node *node, struct value *result) {
    struct value operand;
    if (node->operation == '!') {
        bool truth;
        if (!evaluate_truth(script, node->pair.left, &truth)) return false;
        *result = value_bool(!truth);
        return true;
    }
    if (!evaluate(script, node->pair.left, &operand)) return false;
    if (node->operation == '-') return object_negative(script->runtime, operand, result);
    if (node->operation == '+') return object_positive(script->runtime, operand, result);
    return object_invert(script->runtime, operand, result);
}

static bool evaluate_binary(struct script *script, struct node *node, struct value *result) {
    struct value left, right;
    return evaluate(script, node->pair.left, &left) && evaluate(script, node->pair.right, &right) &&
           object_binary(script->runtime, (enum operation)node->operation, left, right, result);
}

/* and, or: the last value looked at, not its truth. */
static bool evaluate_boolean(struct script *script, struct node *node, struct value *result) {
    bool wanted = node->operation == '|', truth;
    for (size_t i = 0; i < node->items.count; i++) {
        if (!evaluate(script, node->items.items[i], result)) return false;
        if (i + 1 == node->items.count) break;
        if (!object_truth(script->runtime, *result, &truth)) return false;
        if (truth == wanted) break;
    }
    return true;
}

static bool relation_holds(struct script *script, uint8_t relation, struct value left,
                           struct value right, bool *holds) {
    switch (relation) {
    case RELATION_IS:
    case RELATION_IS_NOT:
        *holds = object_is_same(left, right) == (relation == RELATION_IS);
        return true;
    case RELATION_IN:
    case RELATION_NOT_IN:
        if (!object_contains(script->runtime, right, left, holds)) return false;
        if (relation == RELATION_NOT_IN) *holds = !*holds;
        return true;
    default: return object_compare(script->runtime, (enum comparison)relation, left, right, holds);
    }
}

/* a < b < c is a < b and b < c, with b evaluated once. */
static bool evaluate_compare(struct script *script, struct node *node, struct value *result) {
    struct value left, right;
    bool holds = true;
    if (!evaluate(script, node->compare.operands[0], &left)) return false;
    for (size_t i = 0; holds && i < node->compare.count; i++) {
        if (!evaluate(script, node->compare.operands[i + 1], &right)) return false;
        if (!relation_holds(script, node->compare.relations[i], left, right, &holds)) return false;
        left = right;
    }
    *result = value_bool(holds);
    return true;
}

static bool evaluate_conditional(struct script *script, struct node *node, struct value *result) {
    bool truth;
    if (!evaluate_truth(script, node->conditional.test, &truth)) return false;
    return evaluate(script, truth ? node->conditional.body : node->conditional.otherwise, result);
}

/* ---- attributes and items ----------------------------------------------------------------- */

static bool evaluate_attribute(struct script *script, struct node *node, struct value *result) {
    struct value self;
    return evaluate(script, node->attribute.value, &self) &&
           object_get_attribute(script->runtime, self, node->attribute.name, result);
}

static bool evaluate_slice(struct script *script, struct node *node, struct value self,
                           struct value *result) {
    struct slice slice = {value_none(), value_none(), value_none()};
    if (node->slice.start && !evaluate(script, node->slice.start, &slice.start)) return false;
    if (node->slice.stop && !evaluate(script, node->slice.stop, &slice.stop)) return false;
    if (node->slice.step && !evaluate(script, node->slice.step, &slice.step)) return false;
    return object_get_slice(script->runtime, self, &slice, result);
}

static bool evaluate_subscript(struct script *script, struct node *node, struct value *result) {
    struct value self, index;
    if (!evaluate(script, node->subscript.value, &self)) return false;
    if (node->subscript.index->kind == NODE_SLICE)
        return evaluate_slice(script, node->subscript.index, self, result);
    return evaluate(script, node->subscript.index, &index) &&
           object_get_item(script->runtime, self, index, result);
}

/* ---- calls -------------------------------------------------------------------------------- */

/* The arguments of a call; longer lists than these stand in the script's stack. */
enum { FEW_ARGUMENTS = 4 };

struct prepared {
    struct value few[FEW_ARGUMENTS];
    struct keyword few_keywords[FEW_ARGUMENTS];
    struct arguments arguments;
};

static bool prepare_room(struct script *script, const struct node *node, struct prepared *prepared,
                         struct value **values, struct keyword **keywords) {
    *values = prepared->few;
    *keywords = prepared->few_keywords;
    if (node->call.count > FEW_ARGUMENTS)
        *values = arena_array(&script->stack, node->call.count, sizeof **values);
    if (node->call.keyword_count > FEW_ARGUMENTS)
        *keywords = arena_array(&script->stack, node->call.keyword_count, sizeof **keywords);
    if (!*values || !*keywords) return fault_no_memory(script->runtime->fault);
    prepared->arguments =
        (struct arguments){*values, node->call.count, *keywords, node->call.keyword_count};
    return true;
}

static bool prepare(struct script *script, struct node *node, evaluator *how,
                    struct prepared *prepared) {
    struct value *values;
    struct keyword *keywords;
    if (!prepare_room(script, node, prepared, &values, &keywords)) return false;
    for (uint32_t i = 0; i < node->call.count; i++)
        if (!how(script, node->call.arguments[i], &values[i])) return false;
    for (uint32_t i = 0; i < node->call.keyword_count; i++) {
        keywords[i].name = node->call.keywords[i].name;
        if (!how(script, node->call.keywords[i].value, &keywords[i].value)) return false;
    }
    return true;
}

/* How Python names a callee in the errors of * and **. */
static const char *callee_name(struct value callee) {
    if (object_is(callee, &function_type)) return ((const struct function *)callee.object)->name;
    if (object_is(callee, &class_type)) return ((const struct builtin_class *)callee.object)->name;
    if (object_is(callee, &closure_type))
        return ((const struct closure *)callee.object)->function->name;
    return value_type_name(callee);
}

static bool spread_positional(struct script *script, struct node *node, const char *name,
                              struct list *values) {
    struct value value;
    for (uint32_t i = 0; i < node->call.count; i++) {
        struct node *argument = node->call.arguments[i];
        if (argument->kind != NODE_STARRED) {
            if (!add_item(script, values, argument)) return false;
            continue;
        }
        if (!evaluate(script, argument->pair.left, &value)) return false;
        bool iterable =
            value.kind == VALUE_TEXT || (value.kind == VALUE_OBJECT &&
                                         (value.object->type->iterate || value.object->type->next));
        if (!iterable)
            return fault_raise(script->runtime->fault, "TypeError",
                               "%s() argument after * must be an iterable, not %s", name,
                               value_type_name(value));
        if (!list_extend(script->runtime, values, value)) return false;
    }
    return true;
}

/* Adds a keyword to a dict that keeps their order and finds those given twice. */
static bool spread_keyword(struct script *script, struct dict *keywords, const char *name,
                           struct value key, struct value value) {
    struct value old;
    bool found;
    if (key.kind != VALUE_TEXT)
        return fault_raise(script->runtime->fault, "TypeError", "keywords must be strings");
    if (!dict_get(script->runtime, keywords, key, &old, &found)) return false;
    if (found)
        return fault_raise(script->runtime->fault, "TypeError",
                           "%s() got multiple values for keyword argument '%s'", name, key.text);
    return dict_set(script->runtime, keywords, key, value);
}

static bool spread_keywords(struct script *script, struct node *node, const char *name,
                            struct dict *keywords) {
    for (uint32_t i = 0; i < node->call.keyword_count; i++) {
        const struct keyword_node *keyword = &node->call.keywords[i];
        struct value value;
        if (!evaluate(script, keyword->value, &value)) return false;
        if (keyword->name) {
            if (!spread_keyword(script, keywords, name, value_text(keyword->name), value))
                return false;
            continue;
        }
        if (!object_is(value, &dict_type))
            return fault_raise(script->runtime->fault, "TypeError",
                               "%s() argument after ** must be a mapping, not %s", name,
                               value_type_name(value));
        const struct dict *more = (const struct dict *)value.object;
        for (size_t j = 0; j < more->count; j++)
            if (!spread_keyword(script, keywords, name, more->entries[j].key,
                                more->entries[j].value))
                return false;
    }
    return true;
}

/* A call with *args or **kwargs: gathered in a list and a dict first. */
static bool prepare_spread(struct script *script, struct node *node, const char *name,
                           struct prepared *prepared) {
    struct list *values = list_new(script->runtime, &list_type, node->call.count);
    struct dict *dict = dict_new(script->runtime);
    if (!values || !dict) return false;
    if (!spread_positional(script, node, name, values)) return false;
    if (!spread_keywords(script, node, name, dict)) return false;
    struct keyword *keywords = arena_array(script->runtime->arena, dict->count, sizeof *keywords);
    if (!keywords) return fault_no_memory(script->runtime->fault);
    for (size_t i = 0; i < dict->count; i++)
        keywords[i] = (struct keyword){dict->entries[i].key.text, dict->entries[i].value};
    prepared->arguments = (struct arguments){values->items, values->count, keywords, dict->count};
    return true;
}

static bool invoke(struct script *script, struct value callee, const struct arguments *arguments,
                   struct value *result) {
    if (callee.kind == VALUE_OBJECT && callee.object == &print_function.base)
        return call_print(script, arguments, result);
    if (callee.kind == VALUE_OBJECT && callee.object == &super_function.base)
        return call_super(script, arguments, result);
    return object_call(script->runtime, callee, arguments, result);
}

/* self.name(...): the method is called without being made into an object first. */
static bool call_method(struct script *script, struct node *node, struct value *result) {
    struct node *callee = node->call.callee;
    struct prepared prepared;
    struct value self;
    if (!evaluate(script, callee->attribute.value, &self)) return false;
    struct arena_mark mark = arena_mark(&script->stack);
    bool fine = node->call.spreads ? prepare_spread(script, node, callee->attribute.name, &prepared)
                                   : prepare(script, node, evaluate, &prepared);
    fine = fine && object_call_method(script->runtime, self, callee->attribute.name,
                                      &prepared.arguments, result);
    arena_rewind(&script->stack, mark);
    return fine;
}

static bool evaluate_call(struct script *script, struct node *node, struct value *result) {
    if (node->call.callee->kind == NODE_ATTRIBUTE) return call_method(script, node, result);
    struct prepared prepared;
    struct value callee;
    if (!evaluate(script, node->call.callee, &callee)) return false;
    /* what print() is given, it does not keep */
    bool passing = callee.kind == VALUE_OBJECT && callee.object == &print_function.base;
    struct arena_mark mark = arena_mark(&script->stack), texts = arena_mark(&script->scratch);
    bool fine = node->call.spreads
                    ? prepare_spread(script, node, callee_name(callee), &prepared)
                    : prepare(script, node, passing ? evaluate_passing : evaluate, &prepared);
    fine = fine && invoke(script, callee, &prepared.arguments, result);
    arena_rewind(&script->stack, mark);
    arena_rewind(&script->scratch, texts);
    return fine;
}

/* ---- f-strings ---------------------------------------------------------------------------- */

/* Runs something that touches plain values only, with its memory taken from where. */
#define WITH_ARENA(script, where, expression)                                                      \
    do {                                                                                           \
        struct arena *usual = (script)->runtime->arena;                                            \
        (script)->runtime->arena = (where);                                                        \
        (expression);                                                                              \
        (script)->runtime->arena = usual;                                                          \
    } while (0)

static bool build_formatted(struct script *, struct node *, struct arena *where, evaluator *how,
                            struct value *result);

/* The text of one field. An object's own str() may keep what it makes (a cache, a query), so it
 * works in the usual arena whatever `where` says. */
static const char *field_text(struct script *script, struct node *field, struct arena *where,
                              evaluator *how) {
    struct runtime *runtime = script->runtime;
    struct value value, spec = value_text("");
    if (!how(script, field->field.value, &value)) return NULL;
    if (field->field.spec && !build_formatted(script, field->field.spec, where, how, &spec))
        return NULL;
    const char *text = NULL;
    struct arena *arena = value.kind == VALUE_OBJECT ? runtime->arena : where;
    if (field->operation) {
        WITH_ARENA(script, arena,
                   text = field->operation == 'r' ? object_repr(runtime, value)
                                                  : object_str(runtime, value));
        if (!text) return NULL;
        value = value_text(text);
        arena = where;
    }
    WITH_ARENA(script, arena, text = object_format(runtime, value, spec.text));
    if (!text) fault_place(runtime->fault, field->field.value->line, field->field.value->column);
    return text;
}

static bool build_formatted(struct script *script, struct node *node, struct arena *where,
                            evaluator *how, struct value *result) {
    struct text text;
    text_init(&text, where);
    for (size_t i = 0; i < node->items.count; i++) {
        struct node *item = node->items.items[i];
        if (item->kind == NODE_CONSTANT) {
            text_add_bytes(&text, item->constant.text, item->constant.length);
            continue;
        }
        const char *shown = field_text(script, item, where, how);
        if (!shown) return false;
        text_add(&text, shown);
    }
    const char *finished = text_finish(&text);
    if (!finished) return fault_no_memory(script->runtime->fault);
    *result = value_of_text(VALUE_TEXT, finished, text.length);
    return true;
}

static bool evaluate_formatted(struct script *script, struct node *node, struct value *result) {
    return build_formatted(script, node, script->runtime->arena, evaluate, result);
}

/* ---- functions ---------------------------------------------------------------------------- */

static bool evaluate_lambda(struct script *script, struct node *node, struct value *result) {
    return closure_new(script, node->function, result);
}

/* ---- all of them -------------------------------------------------------------------------- */

static evaluator *const evaluators[NODE_KIND_COUNT] = {
    [NODE_CONSTANT] = evaluate_constant,   [NODE_NAME] = name_load,
    [NODE_FORMATTED] = evaluate_formatted, [NODE_LIST] = evaluate_list,
    [NODE_TUPLE] = evaluate_tuple,         [NODE_SET] = evaluate_set,
    [NODE_DICT] = evaluate_dict,           [NODE_UNARY] = evaluate_unary,
    [NODE_BINARY] = evaluate_binary,       [NODE_BOOLEAN] = evaluate_boolean,
    [NODE_COMPARE] = evaluate_compare,     [NODE_CONDITIONAL] = evaluate_conditional,
    [NODE_CALL] = evaluate_call,           [NODE_ATTRIBUTE] = evaluate_attribute,
    [NODE_SUBSCRIPT] = evaluate_subscript, [NODE_COMPREHENSION] = evaluate_comprehension,
    [NODE_LAMBDA] = evaluate_lambda,
};

bool evaluate(struct script *script, struct node *node, struct value *result) {
    struct runtime *runtime = script->runtime;
    bool fine = runtime_enter(runtime);
    if (fine) {
        fine = evaluators[node->kind](script, node, result);
        runtime_leave(runtime);
    }
    if (!fine) fault_place(runtime->fault, node->line, node->column);
    return fine;
}

bool evaluate_truth(struct script *script, struct node *node, bool *truth) {
    struct value value;
    if (!evaluate(script, node, &value)) return false;
    if (object_truth(script->runtime, value, truth)) return true;
    fault_place(script->runtime->fault, node->line, node->column);
    return false;
}

/* ---- values that only pass through -------------------------------------------------------- */

/* A text that may stand in scratch moves out before an object gets hold of it. */
static bool settle(struct script *script, struct value *value) {
    if (!value_is_textual(*value)) return true;
    const char *copy = arena_copy(script->runtime->arena, value->text, value->length);
    if (!copy) return fault_no_memory(script->runtime->fault);
    value->text = copy;
    return true;
}

static bool passing_binary(struct script *script, struct node *node, struct value *result) {
    struct value left, right;
    enum operation operation = (enum operation)node->operation;
    if (!evaluate_passing(script, node->pair.left, &left)) return false;
    if (!evaluate_passing(script, node->pair.right, &right)) return false;
    if (left.kind == VALUE_OBJECT || right.kind == VALUE_OBJECT)
        return settle(script, &left) && settle(script, &right) &&
               object_binary(script->runtime, operation, left, right, result);
    bool fine;
    WITH_ARENA(script, &script->scratch,
               fine = object_binary(script->runtime, operation, left, right, result));
    return fine;
}

bool evaluate_passing(struct script *script, struct node *node, struct value *result) {
    struct runtime *runtime = script->runtime;
    if (node->kind != NODE_FORMATTED && node->kind != NODE_BINARY)
        return evaluate(script, node, result);
    bool fine = runtime_enter(runtime);
    if (fine) {
        fine = node->kind == NODE_BINARY
                   ? passing_binary(script, node, result)
                   : build_formatted(script, node, &script->scratch, evaluate_passing, result);
        runtime_leave(runtime);
    }
    if (!fine) fault_place(runtime->fault, node->line, node->column);
    return fine;
}
