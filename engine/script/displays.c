/* displays - what stands in brackets, and the calls, dots and subscripts behind an atom.
 *
 *     postfix  ::= atom ("(" arguments ")" | "." NAME | "[" slices "]")*
 *     atom     ::= NAME | NUMBER | STRING+ | "None" | "True" | "False" | "..."
 *                | "(" ... ")" | "[" ... "]" | "{" ... "}"
 *     comprehension ::= expression ("for" targets "in" disjunction ("if" disjunction)*)+ */
#include <stdio.h>
#include <string.h>

#include "engine/script/parser.h"

/* ---- comprehensions ----------------------------------------------------------------------- */

/* Where the parser stands before an element that may turn out to belong to a comprehension. */
struct mark {
    struct node *names;
    struct scope *scopes;
};

static struct mark mark_here(const struct parser *parser) {
    return (struct mark){parser->names, parser->scopes};
}

/* The element was parsed before its `for` was seen, as if it stood in `from`: its names move into
 * the new scope, and so do the scopes inside it. */
static void move_names(struct parser *parser, struct mark mark, const struct scope *from,
                       struct scope *scope) {
    for (struct node *name = parser->names; name != mark.names; name = name->name.previous)
        if (name->name.scope == from) name->name.scope = scope;
    for (struct scope *made = parser->scopes; made != mark.scopes; made = made->previous)
        if (made != scope && made->outer == scope->outer) made->outer = scope;
}

static bool parse_clause(struct parser *parser, struct comprehension *comprehension,
                         size_t *capacity, struct scope *outer) {
    if (comprehension->count == *capacity) {
        comprehension->clauses = arena_grow(parser->arena, comprehension->clauses, *capacity,
                                            *capacity + 2, sizeof *comprehension->clauses);
        *capacity += 2;
        if (!comprehension->clauses) return fault_no_memory(&parser->fault);
    }
    struct clause *clause = &comprehension->clauses[comprehension->count];
    size_t conditions = 0;
    parser_advance(parser);
    parser->scope = comprehension->scope;
    clause->target = parse_targets(parser);
    if (!clause->target || !parser_target(parser, clause->target)) return false;
    if (!parser_expect(parser, "in")) return false;
    /* the first iterable is evaluated outside, before the comprehension begins */
    if (comprehension->count == 0) parser->scope = outer;
    clause->iterable = parse_disjunction(parser);
    parser->scope = comprehension->scope;
    comprehension->count++;
    if (!clause->iterable) return false;
    while (parser_accept(parser, "if")) {
        struct node *condition = parse_disjunction(parser);
        if (!condition || !parser_append(parser, &clause->conditions, condition, &conditions))
            return false;
    }
    return true;
}

static struct node *parse_comprehension(struct parser *parser, struct mark mark,
                                        enum comprehension_form form, struct node *element,
                                        struct node *value, const struct token *place) {
    struct scope *outer = parser->scope;
    if (element->kind == NODE_STARRED) {
        parser_fail(parser, place, "iterable unpacking cannot be used in comprehension");
        return NULL;
    }
    struct node *node = parser_node(parser, NODE_COMPREHENSION, place);
    struct comprehension *comprehension = arena_alloc(parser->arena, sizeof *comprehension);
    struct scope *scope = parser_scope(parser, outer);
    size_t capacity = 0;
    if (!node || !comprehension || !scope) return fault_no_memory(&parser->fault), NULL;
    node->comprehension = comprehension;
    *comprehension =
        (struct comprehension){.form = form, .element = element, .value = value, .scope = scope};
    move_names(parser, mark, outer, scope);
    bool fine = true;
    while (fine && parser_at(parser, "for"))
        fine = parse_clause(parser, comprehension, &capacity, outer);
    parser->scope = outer;
    if (fine && parser_at(parser, "async")) fine = parser_refuse(parser, &parser->token, "'async'");
    return fine ? node : NULL;
}

/* ---- ( ... ) and [ ... ] ------------------------------------------------------------------ */

/* An item of a display: an expression, or one spread out with a star. */
static struct node *parse_item(struct parser *parser) {
    if (!parser_at(parser, "*")) return parse_expression(parser);
    struct node *node = parser_node(parser, NODE_STARRED, &parser->token);
    if (!node) return NULL;
    parser_advance(parser);
    node->pair.left = parse_binary(parser, 0);
    return node->pair.left ? node : NULL;
}

/* Items up to the closing bracket; the first one, if there is one, is already parsed. */
static bool parse_items(struct parser *parser, struct node *display, struct node *first,
                        const char *close) {
    size_t capacity = 0;
    if (first && !parser_append(parser, &display->items, first, &capacity)) return false;
    while (first && parser_accept(parser, ",") && !parser_at(parser, close)) {
        struct node *item = parse_item(parser);
        if (!item || !parser_append(parser, &display->items, item, &capacity)) return false;
    }
    return parser_expect(parser, close);
}

static struct node *parse_list(struct parser *parser) {
    struct token open = parser->token;
    parser_advance(parser);
    struct mark mark = mark_here(parser);
    struct node *first = parser_at(parser, "]") ? NULL : parse_item(parser);
    if (!first && !parser_at(parser, "]")) return NULL;
    if (first && parser_at(parser, "for")) {
        struct node *node = parse_comprehension(parser, mark, FORM_LIST, first, NULL, &open);
        return node && parser_expect(parser, "]") ? node : NULL;
    }
    struct node *list = parser_node(parser, NODE_LIST, &open);
    return list && parse_items(parser, list, first, "]") ? list : NULL;
}

/* "(" ")" is the empty tuple, "(" x ")" is x, "(" x "," ")" is a tuple of one. */
static struct node *parse_parentheses(struct parser *parser) {
    struct token open = parser->token;
    parser_advance(parser);
    struct mark mark = mark_here(parser);
    bool empty = parser_at(parser, ")");
    struct node *first = empty ? NULL : parse_item(parser);
    if (!first && !empty) return NULL;
    if (first && parser_at(parser, "for")) {
        struct node *node = parse_comprehension(parser, mark, FORM_GENERATOR, first, NULL, &open);
        return node && parser_expect(parser, ")") ? node : NULL;
    }
    if (first && !parser_at(parser, ",") && first->kind != NODE_STARRED)
        return parser_expect(parser, ")") ? first : NULL;
    struct node *tuple = parser_node(parser, NODE_TUPLE, &open);
    return tuple && parse_items(parser, tuple, first, ")") ? tuple : NULL;
}

/* ---- { ... } ------------------------------------------------------------------------------ */

/* entry ::= expression ":" expression | "**" binary; the key of a spread one is NULL. */
static bool parse_entry(struct parser *parser, struct node *dict, struct node *key,
                        size_t *capacity) {
    struct node *value;
    if (!key && parser_accept(parser, "**")) {
        value = parse_binary(parser, 0);
    } else {
        if (!key) key = parse_expression(parser);
        if (!key || !parser_expect(parser, ":")) return false;
        value = parse_expression(parser);
    }
    return value && parser_append(parser, &dict->items, key, capacity) &&
           parser_append(parser, &dict->items, value, capacity);
}

static struct node *parse_dict(struct parser *parser, const struct token *open, struct mark mark,
                               struct node *key) {
    struct node *dict = parser_node(parser, NODE_DICT, open);
    size_t capacity = 0;
    if (!dict) return NULL;
    if (!parser_at(parser, "}") && !parse_entry(parser, dict, key, &capacity)) return NULL;
    if (key && parser_at(parser, "for")) {
        struct node *node =
            parse_comprehension(parser, mark, FORM_DICT, key, dict->items.items[1], open);
        return node && parser_expect(parser, "}") ? node : NULL;
    }
    while (parser_accept(parser, ",") && !parser_at(parser, "}"))
        if (!parse_entry(parser, dict, NULL, &capacity)) return NULL;
    return parser_expect(parser, "}") ? dict : NULL;
}

static struct node *parse_braces(struct parser *parser) {
    struct token open = parser->token;
    parser_advance(parser);
    struct mark mark = mark_here(parser);
    if (parser_at(parser, "}") || parser_at(parser, "**"))
        return parse_dict(parser, &open, mark, NULL);
    struct node *first = parse_item(parser);
    if (!first) return NULL;
    if (parser_at(parser, ":") && first->kind != NODE_STARRED)
        return parse_dict(parser, &open, mark, first);
    if (parser_at(parser, "for")) {
        struct node *node = parse_comprehension(parser, mark, FORM_SET, first, NULL, &open);
        return node && parser_expect(parser, "}") ? node : NULL;
    }
    struct node *set = parser_node(parser, NODE_SET, &open);
    return set && parse_items(parser, set, first, "}") ? set : NULL;
}

/* ---- atoms -------------------------------------------------------------------------------- */

static struct node *parse_constant(struct parser *parser, struct value value) {
    struct node *node = parser_node(parser, NODE_CONSTANT, &parser->token);
    if (node) node->constant = value;
    parser_advance(parser);
    return node;
}

static struct node *parse_name(struct parser *parser) {
    struct token place = parser->token;
    const char *name = parser_intern(parser, place.start, place.length);
    parser_advance(parser);
    return name ? parser_name(parser, name, &place) : NULL;
}

struct node *parse_atom(struct parser *parser) {
    switch (parser->token.kind) {
    case TOKEN_NAME: return parse_name(parser);
    case TOKEN_NUMBER: return parse_number(parser);
    case TOKEN_STRING: return parse_strings(parser);
    case TOKEN_KEYWORD:
        if (parser_at(parser, "None")) return parse_constant(parser, value_none());
        if (parser_at(parser, "True")) return parse_constant(parser, value_bool(true));
        if (parser_at(parser, "False")) return parse_constant(parser, value_bool(false));
        if (parser_at(parser, "yield") || parser_at(parser, "await")) {
            parser_refuse(parser, &parser->token,
                          parser_at(parser, "yield") ? "'yield'" : "'await'");
            return NULL;
        }
        break;
    case TOKEN_OPERATOR:
        if (parser_at(parser, "(")) return parse_parentheses(parser);
        if (parser_at(parser, "[")) return parse_list(parser);
        if (parser_at(parser, "{")) return parse_braces(parser);
        if (parser_at(parser, "...")) {
            parser_refuse(parser, &parser->token, "'...' as a value");
            return NULL;
        }
        break;
    default: break;
    }
    parser_invalid(parser);
    return NULL;
}

/* ---- calls -------------------------------------------------------------------------------- */

static bool grow_keywords(struct parser *parser, struct node *call, uint32_t *capacity) {
    if (call->call.keyword_count < *capacity) return true;
    uint32_t more = *capacity ? *capacity * 2 : 4;
    call->call.keywords = arena_grow(parser->arena, call->call.keywords, *capacity, more,
                                     sizeof *call->call.keywords);
    *capacity = more;
    return call->call.keywords || fault_no_memory(&parser->fault);
}

static bool add_keyword(struct parser *parser, struct node *call, const char *name,
                        const struct token *place, uint32_t *capacity) {
    for (uint32_t i = 0; name && i < call->call.keyword_count; i++)
        if (call->call.keywords[i].name == name) {
            char message[160];
            snprintf(message, sizeof message, "keyword argument repeated: %.100s", name);
            return parser_fail(parser, place, message);
        }
    if (!grow_keywords(parser, call, capacity)) return false;
    struct node *value = parse_expression(parser);
    if (!value) return false;
    call->call.keywords[call->call.keyword_count++] = (struct keyword_node){name, value};
    return true;
}

static bool next_is(struct parser *parser, const char *text) {
    struct token next = parser_peek(parser);
    return next.kind == TOKEN_OPERATOR && next.length == strlen(text) &&
           memcmp(next.start, text, next.length) == 0;
}

/* argument ::= NAME "=" expression | "**" expression | "*" expression | expression [comprehension]
 */
static bool parse_argument(struct parser *parser, struct node *call, struct block *positional,
                           size_t *room, uint32_t *keyword_room) {
    struct token place = parser->token;
    if (place.kind == TOKEN_NAME && next_is(parser, "=")) {
        const char *name = parser_intern(parser, place.start, place.length);
        parser_advance(parser);
        parser_advance(parser);
        return name && add_keyword(parser, call, name, &place, keyword_room);
    }
    if (parser_accept(parser, "**")) {
        call->call.spreads = true;
        return add_keyword(parser, call, NULL, &place, keyword_room);
    }
    if (call->call.keyword_count && !parser_at(parser, "*")) {
        bool spread = call->call.keywords[call->call.keyword_count - 1].name == NULL;
        return parser_fail(parser, &place,
                           spread ? "positional argument follows keyword argument unpacking"
                                  : "positional argument follows keyword argument");
    }
    struct mark mark = mark_here(parser);
    struct node *item = parse_item(parser);
    if (item && item->kind == NODE_STARRED) call->call.spreads = true;
    if (item && parser_at(parser, "for")) {
        item = parse_comprehension(parser, mark, FORM_GENERATOR, item, NULL, &place);
        if (item && !parser_at(parser, ")"))
            return parser_fail(parser, &place, "Generator expression must be parenthesized");
    }
    if (item && parser_at(parser, "="))
        return parser_fail(parser, &place,
                           "expression cannot contain assignment, perhaps you meant \"==\"?");
    return item && parser_append(parser, positional, item, room);
}

/* arguments ::= [argument ("," argument)* [","]] ")" */
bool parse_arguments(struct parser *parser, struct node *call) {
    struct block positional = {0};
    size_t room = 0;
    uint32_t keyword_room = 0;
    while (!parser_at(parser, ")")) {
        if (!parse_argument(parser, call, &positional, &room, &keyword_room)) return false;
        if (!parser_accept(parser, ",")) break;
    }
    call->call.arguments = positional.items;
    call->call.count = (uint32_t)positional.count;
    return parser_expect(parser, ")");
}

/* ---- postfix ------------------------------------------------------------------------------ */

/* A call is placed where its callee is: at the name after the dot, or at the name. */
static struct node *parse_call(struct parser *parser, struct node *callee) {
    struct node *node = parser_node(parser, NODE_CALL, &parser->token);
    if (!node) return NULL;
    if (callee->kind == NODE_NAME || callee->kind == NODE_ATTRIBUTE) {
        node->line = callee->line;
        node->column = callee->column;
    }
    parser_advance(parser);
    node->call.callee = callee;
    return parse_arguments(parser, node) ? node : NULL;
}

static struct node *parse_attribute(struct parser *parser, struct node *value) {
    parser_advance(parser);
    if (parser->token.kind != TOKEN_NAME) return parser_invalid(parser), NULL;
    struct node *node = parser_node(parser, NODE_ATTRIBUTE, &parser->token);
    if (!node) return NULL;
    node->attribute.value = value;
    node->attribute.name = parser_intern(parser, parser->token.start, parser->token.length);
    parser_advance(parser);
    return node->attribute.name ? node : NULL;
}

/* slice ::= [expression] ":" [expression] [":" [expression]] */
static struct node *parse_slice(struct parser *parser, struct node *start,
                                const struct token *place) {
    struct node *node = parser_node(parser, NODE_SLICE, place);
    if (!node) return NULL;
    node->slice.start = start;
    struct node **parts[] = {&node->slice.stop, &node->slice.step};
    for (size_t i = 0; i < 2 && parser_accept(parser, ":"); i++) {
        if (parser_at(parser, ":") || parser_at(parser, "]")) continue;
        *parts[i] = parse_expression(parser);
        if (!*parts[i]) return NULL;
    }
    return node;
}

static struct node *parse_subscript(struct parser *parser, struct node *value) {
    struct node *node = parser_node(parser, NODE_SUBSCRIPT, &parser->token);
    if (!node) return NULL;
    parser_advance(parser);
    struct token place = parser->token;
    struct node *index = parser_at(parser, ":") ? NULL : parse_expressions(parser);
    if (!index && !parser_at(parser, ":")) return NULL;
    if (parser_at(parser, ":")) index = parse_slice(parser, index, &place);
    if (!index || !parser_expect(parser, "]")) return NULL;
    node->subscript.value = value;
    node->subscript.index = index;
    return node;
}

struct node *parse_postfix(struct parser *parser) {
    struct node *node = parse_atom(parser);
    while (node) {
        struct node *inner = node;
        if (parser_at(parser, "("))
            node = parse_call(parser, inner);
        else if (parser_at(parser, "."))
            node = parse_attribute(parser, inner);
        else if (parser_at(parser, "["))
            node = parse_subscript(parser, inner);
        else
            break;
        if (node && !parser_above(parser, node, inner)) return NULL;
    }
    return node;
}
