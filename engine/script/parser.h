/* parser - tokens to trees. Inner header of the parser's files:
 *
 *     listing.c       the listing as a whole
 *     statements.c    statements
 *     definitions.c   def, class, lambda's parameters
 *     parser.c        what all of them share: tokens, names, nodes, scopes
 *     expressions.c   expressions by precedence
 *     displays.c      brackets: lists, dicts, comprehensions, calls, subscripts
 *     literal.c       numbers and texts, f-strings among them
 *
 * Every parse function returns NULL (false) when parser->fault was raised, and the caller returns
 * at once. The grammar stands above the functions; https://docs.python.org/3/reference/grammar.html
 * is the whole of which it is a part. */
#ifndef ENGINE_SCRIPT_PARSER_H
#define ENGINE_SCRIPT_PARSER_H

#include "engine/script/lexer.h"
#include "engine/script/tree.h"

/* Brackets, blocks and operators may nest so deep, and a chain may have so many links: what walks
 * the tree later recurses. */
enum { PARSER_DEPTH = 100, PARSER_HEIGHT = 400 };

struct parser {
    struct arena *arena;
    struct fault fault; /* of the statement being parsed */
    struct lexer lexer;
    struct token token; /* the one looked at */
    struct token peeked;
    bool has_peeked;
    const char *last_end; /* end of the token before */
    uint32_t depth;
    uint32_t loop_depth; /* loops open in this function */
    bool in_function;
    struct scope *scope;       /* NULL: the module */
    struct node *names;        /* newest NAME: a comprehension takes those of its element */
    struct scope *scopes;      /* newest scope, for the same */
    struct interned *interned; /* see parser.c */
    size_t interned_count, interned_size;
};

/* ---- tokens ---- */
void parser_advance(struct parser *);
struct token parser_peek(struct parser *);               /* the token after this one */
bool parser_at(const struct parser *, const char *text); /* an operator or keyword */
bool parser_accept(struct parser *, const char *text);
bool parser_expect(struct parser *, const char *text); /* else "expected ':'" and the like */
bool parser_fail(struct parser *, const struct token *, const char *message); /* SyntaxError */
bool parser_refuse(struct parser *, const struct token *, const char *what);  /* NotSupported */
bool parser_invalid(struct parser *); /* "invalid syntax" at the token, unless a fault is there */
const char *parser_intern(struct parser *, const char *start, size_t length);
bool parser_enter(struct parser *);
void parser_leave(struct parser *);

/* ---- nodes ---- */
struct node *parser_node(struct parser *, enum node_kind, const struct token *place);
/* A NAME as the running scope sees it. */
struct node *parser_name(struct parser *, const char *name, const struct token *place);
/* A NAME that is bound here: by def, class, import. */
struct node *parser_bound_name(struct parser *, const char *name, const struct token *place);
/* Sets a node's height from a part's; false when it is too high. */
bool parser_above(struct parser *, struct node *, const struct node *part);
bool parser_append(struct parser *, struct block *, struct node *, size_t *capacity);
struct scope *parser_scope(struct parser *, struct scope *outer);
bool parser_declare(struct parser *, struct scope *, const char *name, size_t *slot);
/* Marks an expression as a target of =, for, as; declares its names. */
bool parser_target(struct parser *, struct node *);

/* ---- rules ---- */
struct node *parse_expression(struct parser *);  /* one, without commas */
struct node *parse_expressions(struct parser *); /* with commas: maybe a tuple */
struct node *parse_targets(struct parser *);     /* for TARGETS in */
struct node *parse_postfix(struct parser *);     /* atom with its calls and dots */
struct node *parse_atom(struct parser *);
struct node *parse_binary(struct parser *, int level);
struct node *parse_disjunction(struct parser *);
struct node *parse_number(struct parser *);
struct node *parse_strings(struct parser *);
bool parse_arguments(struct parser *, struct node *call);
bool parse_parameters(struct parser *, struct function_node *, const char *end);
/* One statement, or several between semicolons. */
bool parse_statement(struct parser *, struct block *, size_t *capacity);
bool parse_block(struct parser *, struct block *, const char *owner, const struct token *place);
struct node *parse_def(struct parser *);
struct node *parse_class(struct parser *);
/* Parses text as an expression of its own, standing at that place of the listing. */
struct node *parse_inside(struct parser *, const char *text, uint32_t line, uint32_t column);

#endif
