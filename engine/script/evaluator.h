/* evaluator - walks the tree. Inner header of the evaluator's files:
 *
 *     script.c         a script: its namespace, its modules, a listing from first line to last
 *     execute.c        statements
 *     evaluate.c       expressions
 *     comprehension.c  list, set, dict comprehensions and generators
 *     closure.c        def, lambda and their calls
 *     names.c          variables: bindings of the module, slots of functions; imports
 *     call.c           arguments, calls
 *     builtins.c       len, range, ...     iterables.c  sum, sorted, ...
 *     print.c          print               classes.c    int, str, list, ...
 *
 * Values under way live in C variables; what is kept lives in runtime->arena. Two small arenas are
 * used last in, first out and are empty between statements: `stack` for long argument lists,
 * `scratch` for texts that only print() will see. */
#ifndef ENGINE_SCRIPT_EVALUATOR_H
#define ENGINE_SCRIPT_EVALUATOR_H

#include "engine/base/text.h"
#include "engine/script/script.h"
#include "engine/script/tree.h"

/* A variable of the module. `fallback` is what the name means while it is not bound: a builtin, or
 * a name that is there without an import. */
struct binding {
    const char *name;
    uint64_t hash;
    struct value value, fallback;
    bool bound, has_fallback;
    struct binding *next; /* in its bucket */
};

/* The variables of one call. */
struct frame {
    struct frame *outer; /* of the scope around */
    struct scope *scope;
    const struct closure *closure; /* the function running; NULL for a comprehension */
    struct frame *spare;           /* the next one to be used again */
    bool captured;                 /* a closure or generator may still look at it */
    struct value slots[];          /* kind SLOT_EMPTY: not bound */
};

enum { SLOT_EMPTY = 255 };

/* A for statement under way. */
struct loop {
    struct value iterator;
    struct loop *around;
};

struct script {
    struct runtime *runtime;
    struct binding **buckets;
    size_t bucket_count, binding_count;
    const struct module *const *modules;
    size_t module_count;
    struct script_host host;
    struct frame *frame; /* of the function running; NULL: the module */
    struct loop *loops;  /* innermost first */
    uint32_t nested;     /* functions and class bodies running: their callers hold values */
    struct arena stack, scratch;
    struct arena output; /* the line that print() has begun, */
    struct text line;    /* and its text */
    struct roots roots;  /* what the module holds */
};

/* def and lambda, made into an object. */
struct closure {
    struct object base;
    const struct function_node *function;
    struct script *script;
    struct frame *outer;
    struct value *defaults; /* of the last parameters */
    size_t default_count;
    struct value class_object; /* of a method; NONE else */
};

/* What execute says of how a block ended. */
enum flow { FLOW_NEXT, FLOW_BREAK, FLOW_CONTINUE, FLOW_RETURN, FLOW_FAULT };

/* ---- execute.c ---- */
enum flow execute_block(struct script *, const struct block *, struct value *returned);
enum flow execute(struct script *, struct node *, struct value *returned);
bool assign(struct script *, struct node *target, struct value value);

/* ---- evaluate.c ---- */
bool evaluate(struct script *, struct node *, struct value *result);
/* The same for a value that is dropped before the statement ends: texts may be in scratch. */
bool evaluate_passing(struct script *, struct node *, struct value *result);
bool evaluate_truth(struct script *, struct node *, bool *truth);

/* Adds what an item of a display or a call gives: one value, or with a star, many. */
bool add_item(struct script *, struct list *, struct node *item);

/* ---- call.c ---- */
bool evaluate_call(struct script *, struct node *, struct value *result);

/* ---- comprehension.c ---- */
bool evaluate_comprehension(struct script *, struct node *, struct value *result);

/* ---- closure.c ---- */
bool closure_new(struct script *, const struct function_node *, struct value *result);
struct frame *frame_new(struct script *, struct scope *, struct frame *outer);
void frame_done(struct frame *, struct scope *);
extern const struct function super_function;
bool call_super(struct script *, const struct arguments *, struct value *result);

/* ---- names.c ---- */
struct binding *binding_of(struct script *, const char *name); /* made if new; NULL: fault */
bool name_load(struct script *, struct node *, struct value *result);
bool name_store(struct script *, struct node *, struct value value);
bool execute_import(struct script *, struct node *);
bool execute_from(struct script *, struct node *);
/* The module of that path as an object: `import datetime`. */
bool module_object(struct script *, const char *path, struct value *result);
/* Makes a name mean something as long as nothing binds it. */
bool name_fall_back(struct script *, const char *name, struct value value);

/* ---- builtins.c, classes.c ---- */
bool define_builtins(struct script *);
bool define_classes(struct script *);
extern const struct function iterable_functions[]; /* iterables.c; ends with a NULL name */
/* Takes the keywords that a function knows (`key`, `reverse`, ...); others are a TypeError. */
bool arguments_options(struct runtime *, const struct arguments *, const char *callable,
                       const char *const *names, size_t count, struct value *out);
/* True for what Python has and this sliver has not. */
bool is_python_builtin(const char *name);

/* ---- print.c ---- */
extern const struct function print_function;
bool call_print(struct script *, const struct arguments *, struct value *result);
/* Ends the line that print() has begun, if there is one (or, with empty_too, in any case). */
bool print_flush(struct script *, bool empty_too);

#endif
