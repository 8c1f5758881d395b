/* tree - a listing as a tree of nodes.
 *
 *     for a in articles:          FOR  target NAME a, iterable NAME articles, body
 *         print(a.title)              EXPRESSION  CALL  callee NAME print
 *                                                       arguments ATTRIBUTE title of NAME a
 *
 * Built once by the parser, walked as often as it runs. A name is resolved when it is first used -
 * by then its whole function has been parsed - and remembers where it found its variable, so that a
 * loop looks nothing up. Everything lives in the runtime's arena and serves one runtime. */
#ifndef ENGINE_SCRIPT_TREE_H
#define ENGINE_SCRIPT_TREE_H

#include "engine/object/object.h"

enum node_kind {
    /* expressions */
    NODE_CONSTANT,
    NODE_NAME,
    NODE_FORMATTED, /* f'...': items are constants and fields */
    NODE_FIELD,     /* {value!r:spec} */
    NODE_LIST,
    NODE_TUPLE,
    NODE_SET,
    NODE_DICT,
    NODE_UNARY,
    NODE_BINARY,
    NODE_BOOLEAN, /* and, or */
    NODE_COMPARE, /* a < b <= c */
    NODE_CONDITIONAL,
    NODE_CALL,
    NODE_STARRED, /* *args in a call or a display */
    NODE_ATTRIBUTE,
    NODE_SUBSCRIPT,
    NODE_SLICE, /* only as the index of a SUBSCRIPT */
    NODE_COMPREHENSION,
    NODE_LAMBDA,
    /* statements */
    NODE_EXPRESSION,
    NODE_ASSIGN,
    NODE_AUGMENT,
    NODE_FOR,
    NODE_WHILE,
    NODE_IF,
    NODE_PASS,
    NODE_BREAK,
    NODE_CONTINUE,
    NODE_RETURN,
    NODE_DEF,
    NODE_CLASS,
    NODE_IMPORT,
    NODE_FROM,
    NODE_FAULT, /* a statement that could not be parsed: raises when it is reached */
    NODE_KIND_COUNT
};

struct node;
struct binding;

/* The variables of a function, a comprehension or a class body. The module has none: its names
 * are bindings of the script. */
struct scope {
    struct scope *outer; /* the scope around it that its names see; NULL: the module */
    const char **names;  /* interned; a variable's slot is its index */
    size_t count, capacity;
    bool class_body;        /* sees the module for names it has not assigned yet */
    struct frame *spare;    /* frames to be used again */
    struct scope *previous; /* while parsing: the scope made before */
};

struct block {
    struct node **items;
    size_t count;
};

struct parameter {
    const char *name;
    struct node *fallback; /* the default's expression; NULL: required */
};

/* def and lambda. */
struct function_node {
    const char *name;    /* "<lambda>" */
    struct node *target; /* the NAME that def binds; NULL for a lambda */
    struct scope *scope;
    struct parameter *parameters; /* their slots are the first ones of the scope */
    size_t count;
    const char *rest;     /* *args; its slot is count. NULL: none */
    const char *keywords; /* **kwargs; the next slot. NULL: none */
    struct block body;
    struct node *value; /* of a lambda */
};

struct keyword_node {
    const char *name; /* NULL: **mapping */
    struct node *value;
};

struct clause { /* for target in iterable [if condition]* */
    struct node *target, *iterable;
    struct block conditions;
};

enum comprehension_form { FORM_LIST, FORM_SET, FORM_DICT, FORM_GENERATOR };

struct comprehension {
    enum comprehension_form form;
    struct node *element; /* of a dict: the key */
    struct node *value;
    struct clause *clauses;
    size_t count;
    struct scope *scope;
};

struct arm { /* if test: block, elif test: block */
    struct node *test;
    struct block body;
    uint32_t line;
};

struct alias { /* import path as name, from ... import path as name */
    const char *path;
    struct node *target; /* the NAME it is bound to; its place is the path's */
    bool renamed;        /* by "as" */
};

struct class_node {
    const char *name;
    struct node *target; /* the NAME it is bound to */
    struct node **bases;
    const char **sources; /* as the bases are written */
    size_t base_count;
    struct keyword_node *keywords;
    size_t keyword_count;
    struct block body;
    struct scope *scope;
};

/* Where a name was found. */
enum place { PLACE_UNKNOWN, PLACE_LOCAL, PLACE_CLASS, PLACE_GLOBAL };

/* Which comparison of a chain; the first six are enum comparison. */
enum relation {
    RELATION_IN = CMP_GREATER_EQUAL + 1,
    RELATION_NOT_IN,
    RELATION_IS,
    RELATION_IS_NOT
};

struct node {
    uint8_t kind; /* enum node_kind */
    uint8_t
        operation;   /* UNARY: - + ~ !; BINARY, AUGMENT: enum operation; BOOLEAN: & |; FIELD: r s */
    uint16_t height; /* of the tree below; bounded by the parser */
    uint32_t line, column; /* of the operator, dot or bracket; of the first character else */
    union {
        struct value constant;
        struct {
            const char *name;    /* interned */
            struct scope *scope; /* it stands in; NULL: the module */
            struct binding *binding;
            struct node *previous; /* while parsing: the name made before */
            uint16_t hops, slot;
            uint8_t place;
        } name;
        struct {
            struct node *value, *spec; /* spec: a FORMATTED, or NULL */
        } field;
        struct block items; /* FORMATTED, LIST, TUPLE, SET, BOOLEAN; DICT: key, value, key, ... */
        struct {
            struct node *left, *right;
        } pair; /* BINARY, ATTRIBUTE-less things of two parts; UNARY and STARRED use left only */
        struct {
            struct node **operands; /* one more than relations */
            uint8_t *relations;
            size_t count; /* of relations */
        } compare;
        struct {
            struct node *test, *body, *otherwise;
        } conditional;
        struct {
            struct node *callee;
            struct node **arguments;
            struct keyword_node *keywords;
            uint32_t count, keyword_count;
            bool spreads; /* has *args or **kwargs */
        } call;
        struct {
            struct node *value;
            const char *name; /* interned */
        } attribute;
        struct {
            struct node *value, *index;
        } subscript;
        struct {
            struct node *start, *stop, *step; /* NULL where left out */
        } slice;
        struct comprehension *comprehension;
        struct function_node *function; /* LAMBDA, DEF */
        struct node *value;             /* EXPRESSION, RETURN (or NULL) */
        struct {
            struct block targets;
            struct node *value;
        } assign; /* AUGMENT: one target */
        struct {
            struct node *target, *iterable;
            struct block body;
        } loop; /* FOR */
        struct {
            struct node *test;
            struct block body;
        } repeat; /* WHILE */
        struct {
            struct arm *arms;
            size_t count;
            struct block otherwise;
        } choice; /* IF */
        struct class_node *class_node;
        struct {
            const char *path; /* FROM's module */
            struct alias *names;
            size_t count;
        } import;
        struct {
            const char *type, *message;
        } fault;
    };
};

/* A parsed listing. */
struct statement {
    struct node *node;
    const char *source;
    uint32_t line;
};

struct program {
    struct statement *statements;
    size_t count;
    bool faulty; /* some statement is a NODE_FAULT */
};

#endif
