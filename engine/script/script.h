/* script - the sliver of Python in which the listings are written.
 *
 * A strict subset (the grammar stands in parser.c): whatever is outside it earns a clear error with
 * line and column, of type NotSupported, never a guess. Order of calls: script_new, script_define
 * for each name the host gives, then script_run for a whole listing, or script_parse and
 * script_step statement by statement.
 *
 * Everything lives in runtime->arena until the run ends, with two exceptions. What print() alone
 * sees - f-strings, sums of texts, str() of plain values - is gone when its line is printed, and a
 * frame that no function has captured serves the next call: loops that calculate and print hold
 * nothing. Every other text, list or bound method that a loop makes costs its size each turn,
 * bounded by runtime->memory's limit (MemoryError), for an arena cannot tell what an object has
 * kept.
 *
 * While a statement runs, runtime->head->line is its line, and
 * a LINE event is recorded, so whatever the engine does is counted where it was asked for. */
#ifndef ENGINE_SCRIPT_SCRIPT_H
#define ENGINE_SCRIPT_SCRIPT_H

#include "engine/object/object.h"

struct script;
struct program;

/* A fresh namespace with the builtins. Modules are what imports may name; with `ambient`, all their
 * names are there without an import as well (as `daybook try` needs). NULL: fault. */
struct script *script_new(struct runtime *, const struct module *const *modules, size_t count,
                          bool ambient);

/* What a class statement says, evaluated as far as it can be: the host makes the class of it. */
struct class_base {
    const char *source; /* its name as written; "" for anything but a name or a dotted name */
    struct value value;
    bool resolved; /* false: no such name; the host may know it, or raise NameError */
    uint32_t line, column;
};
struct class_header {
    const char *name;
    const struct class_base *bases;
    size_t base_count;
    const struct keyword *keywords; /* class C(A, key=value) */
    size_t keyword_count;
    const struct keyword *members; /* what the body bound, in order: constants and functions */
    size_t member_count;
    uint32_t line, column;
};

/* What a host adds to the language. Any may be NULL: then the listing earns NotSupported, or a
 * NameError. All strings and arrays live as long as runtime->arena. */
struct script_host {
    void *host; /* handed to each */
    /* class C(A, B): ...; *result is what the name C will stand for. */
    bool (*class_statement)(struct runtime *, void *host, const struct class_header *,
                            struct value *result);
    /* super() in a method of `class_object` whose first argument is self. */
    bool (*super_object)(struct runtime *, void *host, struct value class_object, struct value self,
                         struct value *result);
    /* A name that nothing binds. *found = false: NameError. */
    bool (*unknown_name)(struct runtime *, void *host, const char *name, struct value *result,
                         bool *found);
};
void script_set_host(struct script *, const struct script_host *);

/* Functions of a listing (def, lambda) are objects of this type: object_call runs them. As members
 * of a class they are called with self first; super() inside works because the evaluator remembers
 * for which class the function was defined. */
extern const struct object_type closure_type;
/* Calls a function of a listing as the method of self. */
bool script_call_method(struct runtime *, struct value function, struct value self,
                        const struct arguments *, struct value *result);

/* Gives the namespace a name. */
bool script_define(struct runtime *, struct script *, const char *name, struct value);
/* Looks a name up in the namespace; false when it has none (no fault). */
bool script_lookup(const struct script *, const char *name, struct value *);

/* Parses and runs a whole listing; stops at the first fault, whose place is set. */
bool script_run(struct runtime *, struct script *, const char *source);

/* Parses a listing into top-level statements. A syntax error becomes that statement's own fault,
 * raised when it is stepped, and parsing goes on at the next line that begins in column 1. */
struct program *script_parse(struct runtime *, const char *source);
size_t program_count(const struct program *);
uint32_t program_line(const struct program *, size_t statement);      /* 1-based */
const char *program_source(const struct program *, size_t statement); /* its text, unindented */

/* Runs one statement. For an expression, *value is what it gave and *is_expression is set. */
bool script_step(struct runtime *, struct script *, const struct program *, size_t statement,
                 struct value *value, bool *is_expression);

#endif
