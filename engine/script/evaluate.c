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

bool add_item(struct script *script, struct list *list, struct node *item) {
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
