/* definitions - def, class and parameters.
 *
 *     def        ::= "def" NAME "(" parameters ")" ":" block
 *     parameters ::= [parameter ("," parameter)*] ["," "*" NAME] ["," "**" NAME]
 *     parameter  ::= NAME ["=" expression]
 *     class      ::= "class" NAME ["(" arguments ")"] ":" block */
#include <stdio.h>
#include <string.h>

#include "engine/script/parser.h"

static const char *expect_name(struct parser *parser) {
    if (parser->token.kind != TOKEN_NAME) return parser_invalid(parser), NULL;
    const char *name = parser_intern(parser, parser->token.start, parser->token.length);
    parser_advance(parser);
    return name;
}

/* ---- parameters --------------------------------------------------------------------------- */

static bool declare_new(struct parser *parser, struct function_node *function, const char *name) {
    size_t before = function->scope->count;
    if (!parser_declare(parser, function->scope, name, NULL)) return false;
    if (function->scope->count > before) return true;
    char message[160];
    snprintf(message, sizeof message, "duplicate argument '%.100s' in function definition", name);
    return parser_fail(parser, &parser->token, message);
}

static bool parse_parameter(struct parser *parser, struct function_node *function,
                            size_t *capacity) {
    struct token place = parser->token;
    const char *name = expect_name(parser);
    if (!name || !declare_new(parser, function, name)) return false;
    if (parser_at(parser, ":") && function->body.count == 0 &&
        strcmp(function->name, "<lambda>") != 0)
        return parser_refuse(parser, &parser->token, "an annotation");
    if (function->count == *capacity) {
        function->parameters = arena_grow(parser->arena, function->parameters, *capacity,
                                          *capacity + 4, sizeof *function->parameters);
        *capacity += 4;
        if (!function->parameters) return fault_no_memory(&parser->fault);
    }
    struct parameter *parameter = &function->parameters[function->count++];
    parameter->name = name;
    if (parser_accept(parser, "=")) {
        parameter->fallback = parse_expression(parser);
        return parameter->fallback != NULL;
    }
    if (function->count > 1 && function->parameters[function->count - 2].fallback)
        return parser_fail(parser, &place, "non-default argument follows default argument");
    return true;
}

/* Defaults are evaluated outside: the parser's scope stays the outer one. */
bool parse_parameters(struct parser *parser, struct function_node *function, const char *end) {
    size_t capacity = 0;
    while (!parser_at(parser, end)) {
        if (parser_at(parser, "/"))
            return parser_refuse(parser, &parser->token, "'/' in parameters");
        if (parser_accept(parser, "**")) {
            function->keywords = expect_name(parser);
            if (!function->keywords) return false;
        } else if (parser_at(parser, "*")) {
            struct token place = parser->token;
            parser_advance(parser);
            if (parser_at(parser, ",")) return parser_refuse(parser, &place, "a bare '*'");
            function->rest = expect_name(parser);
            if (!function->rest) return false;
        } else if (function->rest || function->keywords) {
            return parser_refuse(parser, &parser->token, "a parameter after '*' or '**'");
        } else if (!parse_parameter(parser, function, &capacity)) {
            return false;
        }
        if (!parser_accept(parser, ",")) break;
    }
    /* the slots of *rest and **keywords follow those of the parameters */
    return (!function->rest || declare_new(parser, function, function->rest)) &&
           (!function->keywords || declare_new(parser, function, function->keywords));
}

/* ---- def ---------------------------------------------------------------------------------- */

/* What surrounds a body is not seen from inside: no loop to break from, another scope. */
static bool parse_body(struct parser *parser, struct block *body, struct scope *scope,
                       bool in_function, const char *owner, const struct token *place) {
    struct scope *outer = parser->scope;
    bool was_in_function = parser->in_function;
    uint32_t loops = parser->loop_depth;
    parser->scope = scope;
    parser->in_function = in_function;
    parser->loop_depth = 0;
    bool fine = parse_block(parser, body, owner, place);
    parser->scope = outer;
    parser->in_function = was_in_function;
    parser->loop_depth = loops;
    return fine;
}

struct node *parse_def(struct parser *parser) {
    struct token place = parser->token;
    struct node *node = parser_node(parser, NODE_DEF, &place);
    struct function_node *function = arena_alloc(parser->arena, sizeof *function);
    parser_advance(parser);
    if (!node || !function) return fault_no_memory(&parser->fault), NULL;
    node->function = function;
    function->name = expect_name(parser);
    if (!function->name) return NULL;
    function->target = parser_bound_name(parser, function->name, &place);
    if (!function->target) return NULL;
    function->scope = parser_scope(parser, parser->scope);
    if (!function->scope || !parser_expect(parser, "(")) return NULL;
    if (!parse_parameters(parser, function, ")") || !parser_expect(parser, ")")) return NULL;
    if (parser_at(parser, "->"))
        return parser_refuse(parser, &parser->token, "an annotation"), NULL;
    if (!parser_expect(parser, ":")) return NULL;
    return parse_body(parser, &function->body, function->scope, true, "function definition", &place)
               ? node
               : NULL;
}

/* ---- class -------------------------------------------------------------------------------- */

/* The bases as they are written, for whoever shows or resolves them by name. */
static bool parse_bases(struct parser *parser, struct class_node *class) {
    struct token open = parser->token;
    struct node *call = parser_node(parser, NODE_CALL, &open);
    if (!call) return false;
    parser_advance(parser);
    if (!parse_arguments(parser, call)) return false;
    if (call->call.spreads) return parser_refuse(parser, &open, "'*' in the bases of a class");
    class->bases = call->call.arguments;
    class->base_count = call->call.count;
    class->keywords = call->call.keywords;
    class->keyword_count = call->call.keyword_count;
    class->sources = arena_array(parser->arena, class->base_count, sizeof *class->sources);
    if (!class->sources) return fault_no_memory(&parser->fault);
    for (size_t i = 0; i < class->base_count; i++) {
        const struct node *base = class->bases[i];
        class->sources[i] = base->kind == NODE_NAME        ? base->name.name
                            : base->kind == NODE_ATTRIBUTE ? base->attribute.name
                                                           : "";
    }
    return true;
}

struct node *parse_class(struct parser *parser) {
    struct token place = parser->token;
    struct node *node = parser_node(parser, NODE_CLASS, &place);
    struct class_node *class = arena_alloc(parser->arena, sizeof *class);
    parser_advance(parser);
    if (!node || !class) return fault_no_memory(&parser->fault), NULL;
    node->class_node = class;
    class->name = expect_name(parser);
    class->target = class->name ? parser_bound_name(parser, class->name, &place) : NULL;
    if (!class->target) return NULL;
    if (parser_at(parser, "(") && !parse_bases(parser, class)) return NULL;
    if (!parser_expect(parser, ":")) return NULL;
    class->scope = parser_scope(parser, parser->scope);
    if (!class->scope) return NULL;
    class->scope->class_body = true;
    return parse_body(parser, &class->body, class->scope, false, "class definition", &place) ? node
                                                                                             : NULL;
}
