/* call - calls: their arguments, evaluated from left to right, and the callee.
 *
 * A short argument list stands in C variables, a longer one in the script's stack, and one with
 * *args or **kwargs is gathered in a list and a dict first. */
#include "engine/script/evaluator.h"

typedef bool evaluator(struct script *, struct node *, struct value *result);

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

/* The callee is looked up before its arguments are evaluated. That shows only where evaluating them
 * may do or raise something, and there is no such method. */
static bool looks_up_first(const struct node *node, struct value self) {
    bool plain = !node->call.spreads;
    for (uint32_t i = 0; plain && i < node->call.count; i++)
        plain = node->call.arguments[i]->kind == NODE_CONSTANT;
    for (uint32_t i = 0; plain && i < node->call.keyword_count; i++)
        plain = node->call.keywords[i].value->kind == NODE_CONSTANT;
    return !plain && !object_has_method(self, node->call.callee->attribute.name);
}

static bool call_value(struct script *script, struct node *node, struct value callee,
                       struct value *result);

/* self.name(...): the method is called without being made into an object first. */
static bool call_method(struct script *script, struct node *node, struct value *result) {
    struct node *callee = node->call.callee;
    struct prepared prepared;
    struct value self, found;
    if (!evaluate(script, callee->attribute.value, &self)) return false;
    if (looks_up_first(node, self))
        return object_get_attribute(script->runtime, self, callee->attribute.name, &found) &&
               call_value(script, node, found, result);
    struct arena_mark mark = arena_mark(&script->stack);
    bool fine = node->call.spreads ? prepare_spread(script, node, callee->attribute.name, &prepared)
                                   : prepare(script, node, evaluate, &prepared);
    fine = fine && object_call_method(script->runtime, self, callee->attribute.name,
                                      &prepared.arguments, result);
    arena_rewind(&script->stack, mark);
    return fine;
}

static bool call_value(struct script *script, struct node *node, struct value callee,
                       struct value *result) {
    struct prepared prepared;
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

bool evaluate_call(struct script *script, struct node *node, struct value *result) {
    struct value callee;
    if (node->call.callee->kind == NODE_ATTRIBUTE) return call_method(script, node, result);
    return evaluate(script, node->call.callee, &callee) && call_value(script, node, callee, result);
}
