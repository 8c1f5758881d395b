/* statements - statements. The listing as a whole is in listing.c.
 *
 *     statement  ::= simple (";" simple)* NEWLINE | compound
 *     simple     ::= expressions | assignment | "pass" | "break" | "continue" | "return"
 * [expressions] | import assignment ::= (targets "=")+ expressions | target ("+=" | "-=" | ...)
 * expressions import     ::= "import" path ["as" NAME] ("," ...)* | "from" path "import" names
 *     compound   ::= if | for | while | def | class
 *     block      ::= simple (";" simple)* NEWLINE | NEWLINE INDENT statement+ DEDENT */
#include <stdio.h>
#include <string.h>

#include "engine/base/text.h"
#include "engine/script/parser.h"

/* ---- assignment --------------------------------------------------------------------------- */

static const struct {
    const char *sign;
    enum operation operation;
} augmented_signs[] = {
    {"+=", OP_ADD},    {"-=", OP_SUBTRACT},      {"*=", OP_MULTIPLY},
    {"/=", OP_DIVIDE}, {"//=", OP_FLOOR_DIVIDE}, {"%=", OP_MODULO},
    {"**=", OP_POWER}, {"&=", OP_AND},           {"|=", OP_OR},
    {"^=", OP_XOR},
};

static struct node *parse_augmented(struct parser *parser, struct node *target, size_t sign) {
    struct node *node = parser_node(parser, NODE_AUGMENT, &parser->token);
    size_t capacity = 0;
    if (!node) return NULL;
    if (target->kind != NODE_NAME && target->kind != NODE_ATTRIBUTE &&
        target->kind != NODE_SUBSCRIPT) {
        parser_fail(parser, &parser->token,
                    "this expression is an illegal expression for augmented assignment");
        return NULL;
    }
    if (!parser_target(parser, target)) return NULL;
    parser_advance(parser);
    node->operation = (uint8_t)augmented_signs[sign].operation;
    node->assign.value = parse_expressions(parser);
    if (!node->assign.value) return NULL;
    return parser_append(parser, &node->assign.targets, target, &capacity) ? node : NULL;
}

/* a = b = value: every part but the last is a target. */
static struct node *parse_assignment(struct parser *parser, struct node *first) {
    struct node *node = parser_node(parser, NODE_ASSIGN, &parser->token);
    size_t capacity = 0;
    if (!node) return NULL;
    node->assign.value = first;
    while (parser_accept(parser, "=")) {
        if (!parser_target(parser, node->assign.value)) return NULL;
        if (!parser_append(parser, &node->assign.targets, node->assign.value, &capacity))
            return NULL;
        node->assign.value = parse_expressions(parser);
        if (!node->assign.value) return NULL;
    }
    return node;
}

/* A statement stands where it begins, whatever its node was made for. */
static struct node *placed(struct node *node, const struct token *place) {
    if (!node) return NULL;
    node->line = place->line;
    node->column = place->column;
    return node;
}

static struct node *parse_expression_statement(struct parser *parser) {
    struct token place = parser->token;
    /* a body of "..." is as good as pass */
    if (parser_at(parser, "...")) {
        struct token next = parser_peek(parser);
        if (next.kind == TOKEN_NEWLINE || next.kind == TOKEN_END) {
            parser_advance(parser);
            return parser_node(parser, NODE_PASS, &place);
        }
    }
    struct node *value = parse_expressions(parser);
    if (!value) return NULL;
    if (parser_at(parser, "=")) return placed(parse_assignment(parser, value), &place);
    for (size_t i = 0; i < sizeof augmented_signs / sizeof *augmented_signs; i++)
        if (parser_at(parser, augmented_signs[i].sign))
            return placed(parse_augmented(parser, value, i), &place);
    if (parser_at(parser, ":") && value->kind == NODE_NAME)
        return parser_refuse(parser, &parser->token, "an annotation"), NULL;
    struct node *node = parser_node(parser, NODE_EXPRESSION, &place);
    if (node) node->value = value;
    return node;
}

/* ---- imports ------------------------------------------------------------------------------ */

/* path ::= NAME ("." NAME)* */
static const char *parse_path(struct parser *parser) {
    struct text path;
    text_init(&path, parser->arena);
    do {
        if (parser->token.kind != TOKEN_NAME) return parser_invalid(parser), NULL;
        if (path.length) text_add_char(&path, '.');
        text_add_bytes(&path, parser->token.start, parser->token.length);
        parser_advance(parser);
    } while (parser_accept(parser, "."));
    const char *finished = text_finish(&path);
    if (!finished) fault_no_memory(&parser->fault);
    return finished;
}

static bool add_alias(struct parser *parser, struct node *node, struct alias alias,
                      size_t *capacity) {
    if (node->import.count == *capacity) {
        size_t more = *capacity ? *capacity * 2 : 4;
        node->import.names =
            arena_grow(parser->arena, node->import.names, *capacity, more, sizeof alias);
        *capacity = more;
        if (!node->import.names) return fault_no_memory(&parser->fault);
    }
    node->import.names[node->import.count++] = alias;
    return true;
}

/* path ["as" NAME]; without it, the name is the part of the path before the first dot. */
static bool parse_alias(struct parser *parser, struct node *node, bool dotted, size_t *capacity) {
    struct token place = parser->token;
    struct alias alias = {0};
    if (place.kind != TOKEN_NAME) return parser_invalid(parser);
    const char *name = parser_intern(parser, place.start, place.length);
    if (dotted) {
        alias.path = parse_path(parser);
    } else {
        alias.path = name;
        parser_advance(parser);
    }
    if (!alias.path || !name) return false;
    if (parser_accept(parser, "as")) {
        if (parser->token.kind != TOKEN_NAME) return parser_invalid(parser);
        name = parser_intern(parser, parser->token.start, parser->token.length);
        parser_advance(parser);
        alias.renamed = true;
    }
    alias.target = name ? parser_bound_name(parser, name, &place) : NULL;
    return alias.target && add_alias(parser, node, alias, capacity);
}

static struct node *parse_import(struct parser *parser) {
    struct node *node = parser_node(parser, NODE_IMPORT, &parser->token);
    size_t capacity = 0;
    if (!node) return NULL;
    parser_advance(parser);
    do
        if (!parse_alias(parser, node, true, &capacity)) return NULL;
    while (parser_accept(parser, ","));
    return node;
}

static struct node *parse_from(struct parser *parser) {
    struct node *node = parser_node(parser, NODE_FROM, &parser->token);
    size_t capacity = 0;
    if (!node) return NULL;
    parser_advance(parser);
    if (parser_at(parser, ".") || parser_at(parser, "..."))
        return parser_refuse(parser, &parser->token, "a relative import"), NULL;
    node->import.path = parse_path(parser);
    if (!node->import.path || !parser_expect(parser, "import")) return NULL;
    if (parser_at(parser, "*")) return parser_refuse(parser, &parser->token, "'import *'"), NULL;
    bool parenthesised = parser_accept(parser, "(");
    do {
        if (parenthesised && parser_at(parser, ")") && node->import.count) break;
        if (!parse_alias(parser, node, false, &capacity)) return NULL;
    } while (parser_accept(parser, ","));
    return !parenthesised || parser_expect(parser, ")") ? node : NULL;
}

/* ---- simple statements -------------------------------------------------------------------- */

/* What Python has and this sliver has not, by the word that begins it. */
static const char *const refused[] = {"try",    "with",     "raise", "assert", "del",
                                      "global", "nonlocal", "async", "yield",  "await"};

static struct node *parse_return(struct parser *parser) {
    struct node *node = parser_node(parser, NODE_RETURN, &parser->token);
    if (!node) return NULL;
    if (!parser->in_function)
        return parser_fail(parser, &parser->token, "'return' outside function"), NULL;
    parser_advance(parser);
    if (parser->token.kind == TOKEN_NEWLINE || parser->token.kind == TOKEN_END ||
        parser_at(parser, ";"))
        return node;
    node->value = parse_expressions(parser);
    return node->value ? node : NULL;
}

static struct node *parse_jump(struct parser *parser, enum node_kind kind) {
    struct node *node = parser_node(parser, kind, &parser->token);
    if (kind != NODE_PASS && parser->loop_depth == 0)
        return parser_fail(parser, &parser->token,
                           kind == NODE_BREAK ? "'break' outside loop"
                                              : "'continue' not properly in loop"),
               NULL;
    parser_advance(parser);
    return node;
}

static struct node *parse_simple(struct parser *parser) {
    if (parser->token.kind == TOKEN_KEYWORD) {
        if (parser_at(parser, "pass")) return parse_jump(parser, NODE_PASS);
        if (parser_at(parser, "break")) return parse_jump(parser, NODE_BREAK);
        if (parser_at(parser, "continue")) return parse_jump(parser, NODE_CONTINUE);
        if (parser_at(parser, "return")) return parse_return(parser);
        if (parser_at(parser, "import")) return parse_import(parser);
        if (parser_at(parser, "from")) return parse_from(parser);
        for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
            if (!parser_at(parser, refused[i])) continue;
            char what[16];
            snprintf(what, sizeof what, "'%s'", refused[i]);
            return parser_refuse(parser, &parser->token, what), NULL;
        }
    }
    if (parser_at(parser, "@")) return parser_refuse(parser, &parser->token, "a decorator"), NULL;
    return parse_expression_statement(parser);
}

/* ---- compound statements ------------------------------------------------------------------ */

bool parse_block(struct parser *parser, struct block *block, const char *owner,
                 const struct token *place) {
    size_t capacity = 0;
    if (parser->token.kind != TOKEN_NEWLINE) {
        do {
            struct node *node = parse_simple(parser);
            if (!node || !parser_append(parser, block, node, &capacity)) return false;
        } while (parser_accept(parser, ";") && parser->token.kind != TOKEN_NEWLINE &&
                 parser->token.kind != TOKEN_END);
        if (parser->token.kind == TOKEN_NEWLINE) return parser_advance(parser), true;
        return parser->token.kind == TOKEN_END || parser_invalid(parser);
    }
    parser_advance(parser);
    if (parser->token.kind != TOKEN_INDENT) {
        char message[100];
        snprintf(message, sizeof message, "expected an indented block after %s on line %u", owner,
                 (unsigned)place->line);
        fault_raise(&parser->fault, "IndentationError", "%s", message);
        fault_place(&parser->fault, parser->token.line, parser->token.column);
        return false;
    }
    if (!parser_enter(parser)) return false;
    parser_advance(parser);
    while (parser->token.kind != TOKEN_DEDENT && parser->token.kind != TOKEN_END)
        if (!parse_statement(parser, block, &capacity)) return false;
    if (parser->token.kind == TOKEN_DEDENT) parser_advance(parser);
    parser_leave(parser);
    return !fault_raised(&parser->fault);
}

static struct node *parse_if(struct parser *parser) {
    struct node *node = parser_node(parser, NODE_IF, &parser->token);
    size_t capacity = 0;
    if (!node) return NULL;
    do {
        struct token place = parser->token;
        bool first = node->choice.count == 0;
        parser_advance(parser);
        if (node->choice.count == capacity) {
            size_t more = capacity ? capacity * 2 : 1;
            node->choice.arms = arena_grow(parser->arena, node->choice.arms, capacity, more,
                                           sizeof *node->choice.arms);
            capacity = more;
            if (!node->choice.arms) return fault_no_memory(&parser->fault), NULL;
        }
        struct arm *arm = &node->choice.arms[node->choice.count++];
        arm->line = place.line;
        arm->test = parse_expression(parser);
        if (!arm->test || !parser_expect(parser, ":")) return NULL;
        if (!parse_block(parser, &arm->body, first ? "'if' statement" : "'elif' statement", &place))
            return NULL;
    } while (parser_at(parser, "elif"));
    struct token place = parser->token;
    if (!parser_accept(parser, "else")) return node;
    if (!parser_expect(parser, ":")) return NULL;
    return parse_block(parser, &node->choice.otherwise, "'else' statement", &place) ? node : NULL;
}

/* The body of a loop; an `else` behind it is Python, but nothing for a lesson. */
static bool parse_loop_body(struct parser *parser, struct block *body, const char *word,
                            const struct token *place) {
    char owner[24];
    snprintf(owner, sizeof owner, "'%s' statement", word);
    if (!parser_expect(parser, ":")) return false;
    parser->loop_depth++;
    bool fine = parse_block(parser, body, owner, place);
    parser->loop_depth--;
    if (!fine || !parser_at(parser, "else")) return fine;
    snprintf(owner, sizeof owner, "'%s ... else'", word);
    return parser_refuse(parser, &parser->token, owner);
}

static struct node *parse_for(struct parser *parser) {
    struct token place = parser->token;
    struct node *node = parser_node(parser, NODE_FOR, &place);
    if (!node) return NULL;
    parser_advance(parser);
    node->loop.target = parse_targets(parser);
    if (!node->loop.target || !parser_target(parser, node->loop.target)) return NULL;
    if (!parser_expect(parser, "in")) return NULL;
    node->loop.iterable = parse_expressions(parser);
    if (!node->loop.iterable) return NULL;
    return parse_loop_body(parser, &node->loop.body, "for", &place) ? node : NULL;
}

static struct node *parse_while(struct parser *parser) {
    struct token place = parser->token;
    struct node *node = parser_node(parser, NODE_WHILE, &place);
    if (!node) return NULL;
    parser_advance(parser);
    node->repeat.test = parse_expression(parser);
    if (!node->repeat.test) return NULL;
    return parse_loop_body(parser, &node->repeat.body, "while", &place) ? node : NULL;
}

static struct node *parse_compound(struct parser *parser) {
    if (parser_at(parser, "if")) return parse_if(parser);
    if (parser_at(parser, "for")) return parse_for(parser);
    if (parser_at(parser, "while")) return parse_while(parser);
    if (parser_at(parser, "def")) return parse_def(parser);
    return parse_class(parser);
}

static bool begins_compound(const struct parser *parser) {
    static const char *const words[] = {"if", "for", "while", "def", "class"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (parser_at(parser, words[i])) return true;
    return false;
}

/* One statement, or several simple ones between semicolons. */
bool parse_statement(struct parser *parser, struct block *block, size_t *capacity) {
    if (begins_compound(parser)) {
        struct node *node = parse_compound(parser);
        return node && parser_append(parser, block, node, capacity);
    }
    struct node *node = parse_simple(parser);
    if (!node || !parser_append(parser, block, node, capacity)) return false;
    while (parser_accept(parser, ";")) {
        if (parser->token.kind == TOKEN_NEWLINE || parser->token.kind == TOKEN_END) break;
        node = parse_simple(parser);
        if (!node || !parser_append(parser, block, node, capacity)) return false;
    }
    if (fault_raised(&parser->fault)) return false;
    if (parser->token.kind != TOKEN_NEWLINE)
        return parser->token.kind == TOKEN_END || parser_invalid(parser);
    parser_advance(parser);
    return !fault_raised(&parser->fault);
}
