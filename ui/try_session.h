/* try_session - what every kind of `daybook try` shares: a namespace that lives on, statements
 * stepped one by one, and errors told.
 *
 *     listing -> program -> each statement: the kind's step -> answers, as JSON or as text
 *
 * A kind puts a struct try_session first in a struct of its own and hands that to
 * try_session_run with its three calls: open makes the script, step runs one statement and tells
 * what came of it, close gives back what open took. A listing without a source is asked for at the
 * terminal, block by block (try_prompt.h). */
#ifndef UI_TRY_SESSION_H
#define UI_TRY_SESSION_H

#include "engine/script/script.h"
#include "engine/tape/tape.h"
#include "ui/json.h"
#include "ui/paper.h"
#include "ui/try.h"

struct try_session {
    const struct try_listing *listing;
    struct memory memory;
    struct arena arena;   /* lives as long as the session */
    struct arena scratch; /* of the answer being told */
    struct fault fault;   /* of the statement that ran last */
    struct tape *tape;
    struct head head;
    struct runtime runtime;
    struct script *script;
    struct paper paper;
    struct json json;
    const char *block; /* what was typed last; NULL: the listing came whole */
    size_t printed;    /* events of the tape before this one were looked through for print() */
    bool raised;       /* some statement did */
};

struct try_calls {
    size_t memory_limit; /* bytes a listing may hold before it is stopped; 0: no limit */
    size_t events_most;  /* of the tape; 0: the usual */
    /* Makes session->script. False with session->fault raised. */
    bool (*open)(struct try_session *);
    void (*step)(struct try_session *, const struct program *, size_t statement);
    void (*close)(struct try_session *); /* NULL: nothing to give back */
};

enum { TRY_MEMORY_USUAL = 1 << 30 };

/* Runs session->listing from first to last; the session is zeroed but for what the kind put behind
 * it. Returns an exit code. */
int try_session_run(struct try_session *session, const struct try_listing *listing,
                    const struct try_calls *calls);

/* Parses a text and steps through it. False: no memory for the tree. */
bool try_session_read(struct try_session *session, const struct try_calls *calls,
                      const char *source);

/* script_step. On false session->fault has a place, and session->raised is set. */
bool try_session_step(struct try_session *session, const struct program *program, size_t statement,
                      struct value *value, bool *is_expression);

/* What a statement did is told from the tape. False: fault, as it had no memory for some of it. */
bool try_session_keeps_up(struct try_session *session);

/* ---- telling ------------------------------------------------------------------------------- */

/* "line 2, column 5: NameError: ..."; at the prompt the line that was typed, a caret below the
 * place, and the error. */
void try_add_fault(const struct try_session *session, struct text *text, const struct fault *fault);

/* The same, printed. */
void try_print_fault(struct try_session *session, const struct fault *fault);

/* Prints a text and a newline; a MemoryError where there was none for it. */
void try_print_text(struct try_session *session, struct text *text);

/* Prints what print() left on the tape before the event `upto`, unless answers are JSON. */
void try_print_printed(struct try_session *session, size_t upto);

/* Empties the tape between statements, where nobody will look back. */
void try_forget_events(struct try_session *session);

#endif
