/* statements - statements, and the listing as a whole.
 *
 *     listing    ::= statement*
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
#include "engine/script/script.h"

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

static bool parse_statement(struct parser *parser, struct block *block, size_t *capacity);

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
static bool parse_statement(struct parser *parser, struct block *block, size_t *capacity) {
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

/* ---- listings ----------------------------------------------------------------------------- */

static bool add_statement(struct parser *parser, struct program *program, struct node *node,
                          const char *start, const char *end, size_t *capacity) {
    if (program->count == *capacity) {
        size_t more = *capacity ? *capacity * 2 : 16;
        struct statement *grown = arena_grow(parser->arena, program->statements, *capacity, more,
                                             sizeof *program->statements);
        if (!grown) return false;
        program->statements = grown;
        *capacity = more;
    }
    while (end > start && strchr(" \t\r\n", end[-1])) end--;
    const char *source = arena_copy(parser->arena, start, (size_t)(end - start));
    program->statements[program->count++] = (struct statement){node, source, node->line};
    return source != NULL;
}

/* A statement that cannot be parsed stands in the program as its own fault. */
static bool add_fault(struct parser *parser, struct program *program, struct token first,
                      size_t *capacity) {
    struct node *node = arena_alloc(parser->arena, sizeof *node);
    if (!node || strcmp(parser->fault.type, "MemoryError") == 0) return false;
    node->kind = NODE_FAULT;
    node->line = parser->fault.line;
    node->column = parser->fault.column;
    node->fault.type = parser->fault.type;
    node->fault.message = parser->fault.message;
    program->faulty = true;
    lexer_recover(&parser->lexer, &parser->token);
    const char *end = parser->lexer.at;
    if (!add_statement(parser, program, node, first.start, end > first.start ? end : first.start,
                       capacity))
        return false;
    program->statements[program->count - 1].line = first.line;
    fault_clear(&parser->fault);
    return true;
}

/* Statements with the text they stand in; those between semicolons share it. */
static bool parse_top(struct parser *parser, struct program *program, size_t *capacity) {
    struct token first = parser->token;
    struct block block = {0};
    size_t room = 0;
    parser->depth = parser->loop_depth = 0;
    parser->scope = NULL;
    parser->in_function = false;
    parser->names = NULL;
    parser->scopes = NULL;
    if (parse_statement(parser, &block, &room) && !fault_raised(&parser->fault)) {
        for (size_t i = 0; i < block.count; i++) {
            if (!add_statement(parser, program, block.items[i], first.start, parser->last_end,
                               capacity))
                return false;
            program->statements[program->count - 1].line = first.line;
        }
        return true;
    }
    if (!add_fault(parser, program, first, capacity)) return false;
    parser->has_peeked = false;
    parser_advance(parser);
    return true;
}

/* The first byte that is not UTF-8, or NULL. RFC 3629: no overlong forms, no surrogates. */
static const char *bad_byte(const char *source) {
    for (const unsigned char *at = (const unsigned char *)source; *at;) {
        size_t count = *at < 0x80   ? 1
                       : *at < 0xC2 ? 0
                       : *at < 0xE0 ? 2
                       : *at < 0xF0 ? 3
                       : *at < 0xF5 ? 4
                                    : 0;
        bool fine = count != 0;
        for (size_t i = 1; fine && i < count; i++) fine = (at[i] & 0xC0) == 0x80;
        if (fine && count > 2) {
            unsigned char first = at[0], second = at[1];
            fine = !(first == 0xE0 && second < 0xA0) && !(first == 0xED && second > 0x9F) &&
                   !(first == 0xF0 && second < 0x90) && !(first == 0xF4 && second > 0x8F);
        }
        if (!fine) return (const char *)at;
        at += count;
    }
    return NULL;
}

static bool refuse_encoding(struct parser *parser, struct program *program, const char *source,
                            const char *bad) {
    struct token place = {TOKEN_END, source, 0, 1, 1};
    size_t capacity = 0;
    for (const char *c = source; c < bad; c++) place.line += *c == '\n';
    fault_raise(&parser->fault, "SyntaxError",
                "(unicode error) 'utf-8' codec can't decode byte 0x%02x",
                (unsigned)(unsigned char)*bad);
    fault_place(&parser->fault, place.line, 1);
    parser->lexer.at = source + strlen(source);
    struct token first = {TOKEN_END, parser->lexer.at, 0, place.line, 1};
    return add_fault(parser, program, first, &capacity);
}

struct program *script_parse(struct runtime *runtime, const char *source) {
    struct program *program = arena_alloc(runtime->arena, sizeof *program);
    struct parser *parser = arena_alloc(runtime->arena, sizeof *parser);
    if (!program || !parser) return fault_no_memory(runtime->fault), NULL;
    parser->arena = runtime->arena;
    fault_init(&parser->fault, runtime->arena);
    if (strncmp(source, "\xEF\xBB\xBF", 3) == 0) source += 3; /* a byte order mark */
    lexer_init(&parser->lexer, &parser->fault, source, 1, 1, false);
    const char *bad = bad_byte(source);
    if (bad)
        return refuse_encoding(parser, program, source, bad)
                   ? program
                   : (fault_no_memory(runtime->fault), NULL);
    size_t capacity = 0;
    parser->token = lexer_next(&parser->lexer);
    while (parser->token.kind != TOKEN_END || fault_raised(&parser->fault)) {
        if (!parse_top(parser, program, &capacity)) return fault_no_memory(runtime->fault), NULL;
        if (runtime_cancelled(runtime)) return NULL;
    }
    return program;
}

size_t program_count(const struct program *program) {
    return program->count;
}

uint32_t program_line(const struct program *program, size_t statement) {
    return program->statements[statement].line;
}

const char *program_source(const struct program *program, size_t statement) {
    return program->statements[statement].source;
}
