/* try - running a listing of one's own: what each kind of `daybook try KIND` gives.
 *
 * A kind stands in a file of its own (try_orm.c, ...) as one constant `struct try_kind`;
 * command_try.c has the table of them and reads the listing; what they share is try_session.h. The
 * JSON forms are fixed: see the
 * manual page. Without json a kind writes the same answers for people. */
#ifndef UI_TRY_H
#define UI_TRY_H

#include <stdbool.h>
#include <stdio.h>

#include "ui/command.h"

struct try_listing {
    const char *name;     /* what errors call it: a path, or "standard input" */
    const char *source;   /* NUL-terminated; may be anything. NULL: asked for at the terminal */
    const char *database; /* --database; NULL for the blog that is compiled in */
    bool write;           /* --write: the listing may change that file */
    bool json;            /* a line of JSON for each answer */
    FILE *out;            /* where answers go */
};

struct try_kind {
    const char *name;    /* "orm" */
    const char *summary; /* one line */
    bool takes_database;
    /* EXIT_DONE, EXIT_FALSE when something raised, EXIT_SYSTEM after command_fail. */
    int (*run)(const struct try_listing *listing);
};

/* Each is defined in the file named after it. */
extern const struct try_kind try_orm, try_mro, try_urls, try_middleware;

#endif
