/* expressions - expressions by precedence, from the loosest to the tightest:
 *
 *     expression  ::= lambda | disjunction ["if" disjunction "else" expression]
 *     disjunction ::= conjunction ("or" conjunction)*
 *     conjunction ::= inversion ("and" inversion)*
 *     inversion   ::= "not" inversion | comparison
 *     comparison  ::= binary (("<" | "in" | "is" | ...) binary)*
 *     binary      ::= unary with | ^ & + - * / // %, by the levels of a table
 *     unary       ::= ("-" | "+" | "~") unary | power
 *     power       ::= postfix ["**" unary]                                                       */
#include <stdio.h>
#include <string.h>

#include "engine/script/parser.h"

/* ---- lambda and conditional --------------------------------------------------------------- */

/* lambda ::= "lambda" [parameters] ":" expression */
static struct node *parse_lambda(struct parser *parser) {
    struct node *node = parser_node(parser, NODE_LAMBDA, &parser->token);
    struct function_node *function = arena_alloc(parser->arena, sizeof *function);
    struct scope *outer = parser->scope, *scope = parser_scope(parser, outer);
    if (!node || !function || !scope) {
        fault_no_memory(&parser->fault);
        return NULL;
    }
    node->function = function;
    function->name = "<lambda>";
    function->scope = scope;
    parser_advance(parser);
    if (!parse_parameters(parser, function, ":") || !parser_expect(parser, ":")) return NULL;
    parser->scope = scope;
    function->value = parse_expression(parser);
    parser->scope = outer;
    return function->value ? node : NULL;
}

static struct node *parse_conditional(struct parser *parser) {
    struct node *body = parse_disjunction(parser);
    if (!body || !parser_at(parser, "if")) return body;
    struct node *node = parser_node(parser, NODE_CONDITIONAL, &parser->token);
    if (!node) return NULL;
    parser_advance(parser);
    node->conditional.body = body;
    node->conditional.test = parse_disjunction(parser);
    if (!node->conditional.test) return NULL;
    if (!parser_at(parser, "else")) {
        parser_fail(parser, &parser->token, "expected 'else' after 'if' expression");
        return NULL;
    }
    parser_advance(parser);
    node->conditional.otherwise = parse_expression(parser);
    return node->conditional.otherwise ? node : NULL;
}

struct node *parse_expression(struct parser *parser) {
    if (!parser_enter(parser)) return NULL;
    struct node *node =
        parser_at(parser, "lambda") ? parse_lambda(parser) : parse_conditional(parser);
    parser_leave(parser);
    if (node && parser_at(parser, ":=")) {
        parser_refuse(parser, &parser->token, "':='");
        return NULL;
    }
    return node;
}

/* expressions ::= expression ("," expression)* [","] */
struct node *parse_expressions(struct parser *parser) {
    struct token first = parser->token;
    if (parser_at(parser, "*")) {
        parser_refuse(parser, &first, "a starred expression");
        return NULL;
    }
    struct node *node = parse_expression(parser);
    if (!node || !parser_at(parser, ",")) return node;
    struct node *tuple = parser_node(parser, NODE_TUPLE, &first);
    size_t capacity = 0;
    if (!tuple || !parser_append(parser, &tuple->items, node, &capacity)) return NULL;
    while (parser_accept(parser, ",")) {
        if (parser->token.kind == TOKEN_NEWLINE || parser->token.kind == TOKEN_END ||
            parser_at(parser, "=") || parser_at(parser, ")") || parser_at(parser, "]") ||
            parser_at(parser, ":") || parser_at(parser, ";"))
            break;
        if (parser_at(parser, "*"))
            return parser_refuse(parser, &parser->token, "a starred expression"), NULL;
        node = parse_expression(parser);
        if (!node || !parser_append(parser, &tuple->items, node, &capacity)) return NULL;
    }
    return tuple;
}

/* ---- or, and, not ------------------------------------------------------------------------- */

static struct node *parse_comparison(struct parser *parser);

static struct node *parse_inversion(struct parser *parser) {
    if (!parser_at(parser, "not")) return parse_comparison(parser);
    struct node *node = parser_node(parser, NODE_UNARY, &parser->token);
    if (!node || !parser_enter(parser)) return NULL;
    parser_advance(parser);
    node->operation = '!';
    node->pair.left = parse_inversion(parser);
    parser_leave(parser);
    return node->pair.left ? node : NULL;
}

static struct node *parse_boolean(struct parser *parser, const char *word, uint8_t operation,
                                  struct node *(*part)(struct parser *)) {
    struct node *node = part(parser);
    if (!node || !parser_at(parser, word)) return node;
    struct node *all = parser_node(parser, NODE_BOOLEAN, &parser->token);
    size_t capacity = 0;
    if (!all || !parser_append(parser, &all->items, node, &capacity)) return NULL;
    all->operation = operation;
    while (parser_accept(parser, word)) {
        node = part(parser);
        if (!node || !parser_append(parser, &all->items, node, &capacity)) return NULL;
    }
    return all;
}

static struct node *parse_conjunction(struct parser *parser) {
    return parse_boolean(parser, "and", '&', parse_inversion);
}

struct node *parse_disjunction(struct parser *parser) {
    return parse_boolean(parser, "or", '|', parse_conjunction);
}

/* ---- comparison --------------------------------------------------------------------------- */

/* Reads a comparison operator, if one stands here. */
static bool accept_relation(struct parser *parser, uint8_t *relation) {
    static const struct {
        const char *sign;
        uint8_t relation;
    } signs[] = {{"==", CMP_EQUAL},         {"!=", CMP_NOT_EQUAL}, {"<=", CMP_LESS_EQUAL},
                 {">=", CMP_GREATER_EQUAL}, {"<", CMP_LESS},       {">", CMP_GREATER},
                 {"in", RELATION_IN}};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        if (!parser_accept(parser, signs[i].sign)) continue;
        *relation = signs[i].relation;
        return true;
    }
    if (parser_accept(parser, "is")) {
        *relation = parser_accept(parser, "not") ? RELATION_IS_NOT : RELATION_IS;
        return true;
    }
    if (!parser_at(parser, "not")) return false;
    struct token next = parser_peek(parser);
    if (next.kind != TOKEN_KEYWORD || next.length != 2 || memcmp(next.start, "in", 2) != 0)
        return false;
    parser_advance(parser);
    parser_advance(parser);
    *relation = RELATION_NOT_IN;
    return true;
}

static struct node *parse_comparison(struct parser *parser) {
    struct node *left = parse_binary(parser, 0);
    struct token place = parser->token;
    uint8_t relation;
    if (!left || !accept_relation(parser, &relation)) return left;
    struct node *chain = parser_node(parser, NODE_COMPARE, &place);
    if (!chain) return NULL;
    struct block operands = {0};
    size_t capacity = 0, room = 0;
    if (!parser_append(parser, &operands, left, &capacity)) return NULL;
    do {
        struct node *right = parse_binary(parser, 0);
        if (!right || !parser_append(parser, &operands, right, &capacity)) return NULL;
        if (chain->compare.count == room) {
            chain->compare.relations =
                arena_grow(parser->arena, chain->compare.relations, room, room + 4, 1);
            room += 4;
            if (!chain->compare.relations) return fault_no_memory(&parser->fault), NULL;
        }
        chain->compare.relations[chain->compare.count++] = relation;
    } while (accept_relation(parser, &relation));
    chain->compare.operands = operands.items;
    return chain;
}

/* ---- binary operators --------------------------------------------------------------------- */

static const struct binary_sign {
    const char *sign;
    int level; /* higher binds tighter */
    enum operation operation;
} binary_signs[] = {
    {"|", 0, OP_OR},     {"^", 1, OP_XOR},           {"&", 2, OP_AND},
    {"+", 3, OP_ADD},    {"-", 3, OP_SUBTRACT},      {"*", 4, OP_MULTIPLY},
    {"/", 4, OP_DIVIDE}, {"//", 4, OP_FLOOR_DIVIDE}, {"%", 4, OP_MODULO},
};

enum { UNARY_LEVEL = 5 };

static const struct binary_sign *binary_sign_at(const struct parser *parser) {
    if (parser->token.kind != TOKEN_OPERATOR) return NULL;
    for (size_t i = 0; i < sizeof binary_signs / sizeof *binary_signs; i++)
        if (parser_at(parser, binary_signs[i].sign)) return &binary_signs[i];
    return NULL;
}

static struct node *binary_node(struct parser *parser, const struct token *place,
                                enum operation operation, struct node *left, struct node *right) {
    struct node *node = left && right ? parser_node(parser, NODE_BINARY, place) : NULL;
    if (!node) return NULL;
    node->operation = (uint8_t)operation;
    node->pair.left = left;
    node->pair.right = right;
    return parser_above(parser, node, left) && parser_above(parser, node, right) ? node : NULL;
}

static struct node *parse_power(struct parser *parser);

static struct node *parse_unary(struct parser *parser) {
    bool sign = parser_at(parser, "-") || parser_at(parser, "+") || parser_at(parser, "~");
    if (!sign) return parse_power(parser);
    struct node *node = parser_node(parser, NODE_UNARY, &parser->token);
    if (!node || !parser_enter(parser)) return NULL;
    node->operation = (uint8_t)*parser->token.start;
    parser_advance(parser);
    node->pair.left = parse_unary(parser);
    parser_leave(parser);
    return node->pair.left ? node : NULL;
}

static struct node *parse_power(struct parser *parser) {
    struct node *base = parse_postfix(parser);
    if (!base || !parser_at(parser, "**")) return base;
    struct token place = parser->token;
    if (!parser_enter(parser)) return NULL;
    parser_advance(parser);
    struct node *exponent = parse_unary(parser);
    parser_leave(parser);
    return binary_node(parser, &place, OP_POWER, base, exponent);
}

/* Precedence climbing: takes operators of this level and above, left to right. */
struct node *parse_binary(struct parser *parser, int level) {
    struct node *left = parse_unary(parser);
    const struct binary_sign *sign;
    while (left && (sign = binary_sign_at(parser)) && sign->level >= level) {
        struct token place = parser->token;
        parser_advance(parser);
        struct node *right = sign->level + 1 == UNARY_LEVEL ? parse_unary(parser)
                                                            : parse_binary(parser, sign->level + 1);
        left = binary_node(parser, &place, sign->operation, left, right);
    }
    if (left && (parser_at(parser, "<<") || parser_at(parser, ">>") || parser_at(parser, "@"))) {
        char what[8];
        snprintf(what, sizeof what, "'%.*s'", (int)parser->token.length, parser->token.start);
        parser_refuse(parser, &parser->token, what);
        return NULL;
    }
    return left;
}
