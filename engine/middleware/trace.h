/* trace - a passage, read back from the tape.
 *
 * The tape holds spans and points; a trace is the same story in the words that one writes into a
 * notebook while stepping through Django:
 *
 *     init B, init A, in A, in B, view view_ok, out B 200, out A 200
 *
 * Nothing here is recorded anywhere else: what the tape does not say, the trace cannot. */
#ifndef ENGINE_MIDDLEWARE_TRACE_H
#define ENGINE_MIDDLEWARE_TRACE_H

#include "engine/middleware/chain.h"

enum { TRACE_TEXTS = 3 };

/* One entry: a word, then texts, then what the word calls for. */
struct trace_entry {
    const char *word; /* "init", "in", "out", "process_view", "raises", "log", ... */
    const char *texts[TRACE_TEXTS];
    size_t text_count;
    bool has_status;
    int status; /* 0: None came back */
    bool has_kwargs;
    const struct keyword *kwargs; /* of has_kwargs */
    size_t kwarg_count;
};

struct trace {
    struct trace_entry *entries;
    size_t count;
};

/* Reads the events first to upto, which hold the building of `chain`, or one request through it,
 * or both. request: for the kwargs of the view. Everything is copied into arena, and outlives tape
 * and request; false when there is no memory for it. */
bool trace_read(const struct tape *tape, size_t first, size_t upto, const struct chain *chain,
                const struct request *request, struct arena *arena, struct trace *trace);

#endif
