/* parser - what all parts of the parser share: tokens, names, nodes, scopes and targets. */
#include "engine/script/parser.h"

#include <stdio.h>
#include <string.h>

/* ---- tokens ------------------------------------------------------------------------------- */

void parser_advance(struct parser *parser) {
    parser->last_end = parser->token.start + parser->token.length;
    if (parser->has_peeked) {
        parser->has_peeked = false;
        parser->token = parser->peeked;
        return;
    }
    parser->token = lexer_next(&parser->lexer);
}

struct token parser_peek(struct parser *parser) {
    if (!parser->has_peeked) parser->peeked = lexer_next(&parser->lexer);
    parser->has_peeked = true;
    return parser->peeked;
}

bool parser_at(const struct parser *parser, const char *text) {
    const struct token *token = &parser->token;
    if (token->kind != TOKEN_OPERATOR && token->kind != TOKEN_KEYWORD) return false;
    return strncmp(token->start, text, token->length) == 0 && text[token->length] == '\0';
}

bool parser_accept(struct parser *parser, const char *text) {
    if (!parser_at(parser, text)) return false;
    parser_advance(parser);
    return true;
}

bool parser_fail(struct parser *parser, const struct token *token, const char *message) {
    fault_raise(&parser->fault, "SyntaxError", "%s", message);
    fault_place(&parser->fault, token->line, token->column);
    return false;
}

bool parser_refuse(struct parser *parser, const struct token *token, const char *what) {
    fault_raise(&parser->fault, "NotSupported", "%s is not supported here", what);
    fault_place(&parser->fault, token->line, token->column);
    return false;
}

/* "invalid syntax", or what Python says of a token that nothing may begin with. */
bool parser_invalid(struct parser *parser) {
    if (parser->token.kind == TOKEN_INDENT) {
        fault_raise(&parser->fault, "IndentationError", "unexpected indent");
        fault_place(&parser->fault, parser->token.line, parser->token.column);
        return false;
    }
    return parser_fail(parser, &parser->token, "invalid syntax");
}

bool parser_expect(struct parser *parser, const char *text) {
    if (parser_accept(parser, text)) return true;
    if (strcmp(text, ":") == 0 && parser->token.kind == TOKEN_NEWLINE)
        return parser_fail(parser, &parser->token, "expected ':'");
    if (strchr(")]}", *text) && parser->token.kind != TOKEN_NEWLINE &&
        parser->token.kind != TOKEN_END && parser->token.kind != TOKEN_OPERATOR)
        return parser_fail(parser, &parser->token, "invalid syntax. Perhaps you forgot a comma?");
    return parser_invalid(parser);
}

bool parser_enter(struct parser *parser) {
    if (parser->depth >= PARSER_DEPTH)
        return parser_refuse(parser, &parser->token, "nesting deeper than 100 levels");
    parser->depth++;
    return true;
}

void parser_leave(struct parser *parser) {
    parser->depth--;
}

/* ---- names -------------------------------------------------------------------------------- */

/* One copy of every name, so that equal names are equal pointers throughout a listing. */
struct interned {
    uint64_t hash;
    const char *name;
};

static uint64_t hash_name(const char *start, size_t length) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < length; i++) hash = (hash ^ (unsigned char)start[i]) * 0x100000001b3u;
    return hash;
}

static bool grow_interned(struct parser *parser) {
    size_t size = parser->interned_size ? parser->interned_size * 2 : 64;
    struct interned *table = arena_array(parser->arena, size, sizeof *table);
    if (!table) return fault_no_memory(&parser->fault);
    for (size_t i = 0; i < parser->interned_size; i++) {
        if (!parser->interned[i].name) continue;
        size_t slot = (size_t)parser->interned[i].hash & (size - 1);
        while (table[slot].name) slot = (slot + 1) & (size - 1);
        table[slot] = parser->interned[i];
    }
    parser->interned = table;
    parser->interned_size = size;
    return true;
}

const char *parser_intern(struct parser *parser, const char *start, size_t length) {
    if (parser->interned_count * 2 >= parser->interned_size && !grow_interned(parser)) return NULL;
    uint64_t hash = hash_name(start, length);
    size_t mask = parser->interned_size - 1, slot = (size_t)hash & mask;
    for (; parser->interned[slot].name; slot = (slot + 1) & mask) {
        const char *name = parser->interned[slot].name;
        if (parser->interned[slot].hash == hash && strncmp(name, start, length) == 0 &&
            name[length] == '\0')
            return name;
    }
    const char *name = arena_copy(parser->arena, start, length);
    if (!name) return fault_no_memory(&parser->fault), NULL;
    parser->interned[slot] = (struct interned){hash, name};
    parser->interned_count++;
    return name;
}

/* ---- nodes -------------------------------------------------------------------------------- */

struct node *parser_node(struct parser *parser, enum node_kind kind, const struct token *place) {
    struct node *node = arena_alloc(parser->arena, sizeof *node);
    if (!node) return fault_no_memory(&parser->fault), NULL;
    node->kind = (uint8_t)kind;
    node->line = place->line;
    node->column = place->column;
    return node;
}

struct node *parser_name(struct parser *parser, const char *name, const struct token *place) {
    struct node *node = parser_node(parser, NODE_NAME, place);
    if (!node) return NULL;
    node->name.name = name;
    node->name.scope = parser->scope;
    node->name.previous = parser->names;
    parser->names = node;
    return node;
}

struct node *parser_bound_name(struct parser *parser, const char *name, const struct token *place) {
    struct node *node = parser_name(parser, name, place);
    return node && parser_declare(parser, parser->scope, name, NULL) ? node : NULL;
}

bool parser_above(struct parser *parser, struct node *node, const struct node *part) {
    if (part->height >= node->height) node->height = (uint16_t)(part->height + 1);
    if (node->height <= PARSER_HEIGHT) return true;
    return parser_refuse(parser, &parser->token, "a chain of more than 400 operations");
}

bool parser_append(struct parser *parser, struct block *block, struct node *node,
                   size_t *capacity) {
    if (block->count == *capacity) {
        size_t more = *capacity ? *capacity * 2 : 4;
        struct node **items =
            arena_grow(parser->arena, block->items, *capacity, more, sizeof *block->items);
        if (!items) return fault_no_memory(&parser->fault);
        block->items = items;
        *capacity = more;
    }
    block->items[block->count++] = node;
    return true;
}

/* ---- scopes and targets ------------------------------------------------------------------- */

/* A class body is no scope to what is inside it: its functions look past it. */
struct scope *parser_scope(struct parser *parser, struct scope *outer) {
    struct scope *scope = arena_alloc(parser->arena, sizeof *scope);
    if (!scope) return fault_no_memory(&parser->fault), NULL;
    while (outer && outer->class_body) outer = outer->outer;
    scope->outer = outer;
    scope->previous = parser->scopes;
    parser->scopes = scope;
    return scope;
}

bool parser_declare(struct parser *parser, struct scope *scope, const char *name, size_t *slot) {
    if (!scope) return true; /* the module's names are bound as they come */
    for (size_t i = 0; i < scope->count; i++) {
        if (scope->names[i] != name) continue;
        if (slot) *slot = i;
        return true;
    }
    if (scope->count == UINT16_MAX)
        return parser_refuse(parser, &parser->token, "a function with so many names");
    if (scope->count == scope->capacity) {
        size_t more = scope->capacity ? scope->capacity * 2 : 4;
        scope->names =
            arena_grow(parser->arena, scope->names, scope->capacity, more, sizeof *scope->names);
        if (!scope->names) return fault_no_memory(&parser->fault);
        scope->capacity = more;
    }
    if (slot) *slot = scope->count;
    scope->names[scope->count++] = name;
    return true;
}

/* How Python calls an expression that cannot be assigned to. */
static const char *expression_name(const struct node *node) {
    switch (node->kind) {
    case NODE_CALL: return "function call";
    case NODE_CONSTANT:
        return node->constant.kind == VALUE_NONE   ? "None"
               : node->constant.kind == VALUE_BOOL ? (node->constant.integer ? "True" : "False")
                                                   : "literal";
    case NODE_FORMATTED: return "f-string expression";
    case NODE_COMPARE: return "comparison";
    case NODE_CONDITIONAL: return "conditional expression";
    case NODE_DICT: return "dict literal";
    case NODE_SET: return "set display";
    case NODE_LAMBDA: return "lambda";
    case NODE_COMPREHENSION:
        return node->comprehension->form == FORM_GENERATOR ? "generator expression"
                                                           : "comprehension";
    default: return "expression";
    }
}

/* target ::= NAME | postfix "." NAME | postfix "[" expression "]" | targets in brackets */
bool parser_target(struct parser *parser, struct node *node) {
    struct token place = {.line = node->line, .column = node->column};
    char message[100];
    switch (node->kind) {
    case NODE_NAME: return parser_declare(parser, node->name.scope, node->name.name, NULL);
    case NODE_ATTRIBUTE: return true;
    case NODE_SUBSCRIPT:
        return node->subscript.index->kind != NODE_SLICE ||
               parser_refuse(parser, &place, "assigning to a slice");
    case NODE_STARRED: return parser_refuse(parser, &place, "a starred target");
    case NODE_TUPLE:
    case NODE_LIST:
        for (size_t i = 0; i < node->items.count; i++)
            if (!parser_target(parser, node->items.items[i])) return false;
        return true;
    default: break;
    }
    const char *name = expression_name(node);
    bool named = strchr("NTF", *name) != NULL; /* None, True, False get the short text */
    snprintf(message, sizeof message, "cannot assign to %s%s", name,
             named ? "" : " here. Maybe you meant '==' instead of '='?");
    return parser_fail(parser, &place, message);
}

/* targets ::= binary ("," binary)*: like expressions, but `in` ends them. */
struct node *parse_targets(struct parser *parser) {
    struct token first = parser->token;
    struct node *node = parse_postfix(parser);
    if (!node || !parser_at(parser, ",")) return node;
    struct node *tuple = parser_node(parser, NODE_TUPLE, &first);
    size_t capacity = 0;
    if (!tuple || !parser_append(parser, &tuple->items, node, &capacity)) return NULL;
    while (parser_accept(parser, ",") && !parser_at(parser, "in")) {
        node = parse_postfix(parser);
        if (!node || !parser_append(parser, &tuple->items, node, &capacity)) return NULL;
    }
    return tuple;
}

/* ---- f-string insides --------------------------------------------------------------------- */

struct node *parse_inside(struct parser *parser, const char *text, uint32_t line, uint32_t column) {
    if (!parser_enter(parser)) return NULL;
    struct lexer lexer = parser->lexer;
    struct token token = parser->token, peeked = parser->peeked;
    bool has_peeked = parser->has_peeked;
    lexer_init(&parser->lexer, &parser->fault, text, line, column, true);
    parser->has_peeked = false;
    parser_advance(parser);
    struct node *node = parse_expressions(parser);
    if (node && parser->token.kind != TOKEN_END) node = (parser_invalid(parser), NULL);
    if (fault_raised(&parser->fault)) node = NULL;
    parser->lexer = lexer;
    parser->token = token;
    parser->peeked = peeked;
    parser->has_peeked = has_peeked;
    parser_leave(parser);
    return node;
}
