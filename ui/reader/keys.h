/* keys - the table of keys: what each does, where, and whether it works now.
 *
 * One table feeds the input, the footer and the help, so that they cannot disagree. */
#ifndef UI_READER_KEYS_H
#define UI_READER_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ui/reader/action.h"
#include "ui/reader/state.h"

enum { KEYS_EACH = 3 };

struct binding {
    unsigned modes;           /* 1 << enum mode, or'ed */
    uint32_t keys[KEYS_EACH]; /* 0: no more */
    enum action_kind action;
    const char *shown; /* "r", "[ ]"; NULL: this row is named by the one before it */
    const char *brief; /* for the footer; NULL: not there */
    const char *help;  /* for the help; NULL: not there */
    bool (*works)(const struct state *state); /* NULL: always */
};

extern const struct binding bindings[];
extern const size_t binding_count;

/* What a key means now. Where text is written, a character without a row of its own is typed. */
struct action keys_find(const struct state *state, uint32_t key);

/* True when a row holds in the state's mode and works now. */
bool keys_works(const struct state *state, const struct binding *binding);

/* True when the row's key would come to it in that mode, past all rows before it. */
bool keys_reaches(const struct state *state, const struct binding *binding, enum mode mode);

#endif
