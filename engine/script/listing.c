/* listing - a listing as a whole: its top-level statements, each with its text.
 *
 * What cannot be parsed becomes a statement that raises its fault when it is reached, and parsing
 * goes on at the next line that begins a statement in column 1. */
#include <string.h>

#include "engine/script/parser.h"
#include "engine/script/script.h"

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
