/* script - the sliver of Python in which the listings are written.
 *
 * A strict subset (the grammar stands in parser.c): whatever is outside it earns a clear error with
 * line and column, of type NotSupported, never a guess. Order of calls: script_new, script_define
 * for each name the host gives, then script_run for a whole listing, or script_parse and script_step
 * statement by statement.
 *
 * Everything lives in runtime->arena. While a statement runs, runtime->head->line is its line, and a
 * LINE event is recorded, so whatever the engine does is counted where it was asked for. */
#ifndef ENGINE_SCRIPT_SCRIPT_H
#define ENGINE_SCRIPT_SCRIPT_H

#include "engine/object/object.h"

struct script;
struct program;

/* A fresh namespace with the builtins. Modules are what imports may name; with `ambient`, all their
 * names are there without an import as well (as `daybook try` needs). NULL: fault. */
struct script *script_new(struct runtime *, const struct module *const *modules, size_t count,
                          bool ambient);

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
uint32_t program_line(const struct program *, size_t statement);       /* 1-based */
const char *program_source(const struct program *, size_t statement); /* its text, unindented */

/* Runs one statement. For an expression, *value is what it gave and *is_expression is set. */
bool script_step(struct runtime *, struct script *, const struct program *, size_t statement,
                 struct value *value, bool *is_expression);

#endif
