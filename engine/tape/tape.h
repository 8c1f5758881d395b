/* tape - what happened.
 *
 * The engine says what it does by recording events on a tape, and nowhere else. Whoever wants
 * to know - the reader, the plain runner, an export, a claim, a test - reads the tape.
 *
 *     tape     the record: events in the order they happened, names, running totals. Shared.
 *     head     where one thread writes: its place (listing line, lane) and depth. Not shared.
 *     cut      what a viewer looks at: the tape up to some event. Replay moves the cut.
 *
 * Order of calls: tape_new; head_init, then head_enter / head_leave / head_point / head_query
 * while things happen; tape_count, tape_events and friends at any time, from any thread;
 * tape_free when nobody looks any more.
 *
 * Three shapes of event. A span has an ENTER and a LEAVE (a layer, a view, a request); the LEAVE
 * carries the time spent. A POINT stands alone (a row, a printed line, a query: queries carry
 * their time too).
 *
 *     ENTER request GET /articles/            depth 0
 *       ENTER layer ApiKeyLayer               depth 1
 *         POINT query SELECT ...  amount=rows depth 2
 *       LEAVE layer ApiKeyLayer    elapsed    depth 1
 *     LEAVE request                elapsed    depth 0     amount=status
 *
 * Bounded: after `capacity` events the tape coarsens - of the kind that fills it most it keeps one
 * unit in two, then one in four, ... - and every kept event says in `weight` how many it stands
 * for. A unit is a span (a RUN
 * excepted, which only groups) with all that is inside it, or a lone point. The running totals stay
 * exact throughout, and tape_coarseness tells. Times are nanoseconds of the monotonic clock since
 * the tape's start. */
#ifndef ENGINE_TAPE_TAPE_H
#define ENGINE_TAPE_TAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/arena.h"
#include "engine/base/value.h"

/* What an event is about. TAPE_KINDS lists them with the word shown for each and the unit of
 * their `amount`; adding one is adding a row. */
#define TAPE_KINDS(X)                                                                              \
    X(RUN, "run", "")                   /* the whole of a lane, or a run                        */ \
    X(LINE, "line", "")                 /* the evaluator reached a statement                    */ \
    X(REQUEST, "request", "status")     /* a request, from the server's or test client's side */   \
    X(INIT, "init", "")                 /* a middleware factory was called                      */ \
    X(LAYER, "layer", "status")         /* a middleware's __call__                              */ \
    X(HOOK, "hook", "status")           /* process_request, process_view, ...                   */ \
    X(PATTERN, "pattern", "matched")    /* a URL pattern was tried                          */     \
    X(VIEW, "view", "status")           /* a view ran                                           */ \
    X(METHOD, "method", "")             /* a method of a class was called                       */ \
    X(RESPONSE, "response", "status")   /* a layer or boundary made a response itself      */      \
    X(EXCEPTION, "exception", "status") /* something was raised                          */        \
    X(QUERY, "query", "rows")           /* SQL ran: subject is the SQL, amount the rows read    */ \
    X(ROW, "row", "")                   /* a row was yielded to the listing                     */ \
    X(OBJECT, "object", "")             /* a model instance was built                           */ \
    X(PRINT, "print", "")               /* the listing printed: subject is the text             */ \
    X(MEMORY, "memory", "bytes")        /* memory held, by what subject says                    */ \
    X(CHUNK, "chunk", "bytes")          /* a piece of a streamed body                           */ \
    X(PHASE, "phase", "")               /* a phase of start-up                                  */ \
    X(SIGNAL, "signal", "")             /* a signal was sent, a receiver called                 */ \
    X(LOG, "log", "")                   /* what Django would log                                */ \
    X(WAIT, "wait", "")                 /* a wait, real or simulated (then the subject says so) */ \
    X(SAMPLE, "sample", "")             /* a sampled number, named by subject                   */ \
    X(MARK, "mark", "")                 /* anything a lesson wants remembered                   */

enum tape_kind {
#define X(name, word, unit) TAPE_##name,
    TAPE_KINDS(X)
#undef X
        TAPE_KIND_COUNT
};

enum tape_shape { TAPE_POINT, TAPE_ENTER, TAPE_LEAVE };

enum { TAPE_LANES = 16 };

struct tape_event {
    uint64_t at_ns;      /* when it was recorded */
    uint64_t elapsed_ns; /* of a LEAVE: the span's time; of a POINT: what it took, if it took any */
    int64_t amount;      /* rows, bytes, status: see TAPE_KINDS */
    const struct value *parameters; /* of a query: as given to the database; lives with the tape */
    uint32_t parameter_count;
    uint32_t subject; /* whom it is about: tape_name() gives the text; 0 is "" */
    uint32_t line;    /* line of the listing, 0 where there is none */
    uint32_t weight;  /* how many such events this one stands for; 1 unless coarsened */
    uint16_t depth;   /* spans open around it, on its own head */
    uint8_t kind;     /* enum tape_kind */
    uint8_t shape;    /* enum tape_shape */
    uint8_t lane;     /* which of the compared runs: 0, 1, ... */
};

struct tape;

/* Makes a tape. capacity: events until it coarsens, 0 for the usual 32,768; all its memory
 * (at most about 5 times capacity events, and names up to 64 MiB) is booked on memory (may be
 * NULL). NULL when there is none. */
struct tape *tape_new(struct memory *memory, size_t capacity);
void tape_free(struct tape *tape);

/* Empties the tape and starts its clock anew. Nobody may be writing or looking. */
void tape_clear(struct tape *tape);

/* The word for a kind ("query"), and the unit of its amount ("rows"; "" for none). */
const char *tape_kind_word(enum tape_kind kind);
const char *tape_kind_unit(enum tape_kind kind);

/* The monotonic clock that tapes use, in nanoseconds, and the same since the tape's start. */
uint64_t clock_ns(void);
uint64_t tape_now_ns(const struct tape *tape);

/* When its clock began: changes with tape_clear, so who keeps a subject's id can tell that it has
 * become stale. */
uint64_t tape_started_ns(const struct tape *tape);

/* ---- writing -------------------------------------------------------------------------- */

/* A head writes for one thread. Without a tape (tape NULL) every call is a cheap nothing. */
struct head {
    struct tape *tape;
    uint32_t line; /* recorded with each event: the evaluator keeps it up to date */
    uint8_t lane;  /* recorded with each event */
    uint16_t depth;
    uint16_t skip_depth; /* > 0: inside that many spans of a skipped unit */
    uint16_t keep_depth; /* > 0: inside a kept unit, opened at depth keep_depth - 1 */
    uint32_t keep_weight;
    uint64_t opened_ns[32]; /* when the open spans began; deeper ones are not timed */
};

void head_init(struct head *head, struct tape *tape);

/* A span begins and ends. subject is copied once and remembered by its text. enter returns the
 * time it noted, so that a caller which measures need not ask the clock again. */
uint64_t head_enter(struct head *head, enum tape_kind kind, const char *subject);
void head_leave(struct head *head, enum tape_kind kind, const char *subject, int64_t amount);

/* Something happened, at one moment. */
void head_point(struct head *head, enum tape_kind kind, const char *subject, int64_t amount);

/* The same for something that took elapsed_ns and ends now. */
void head_timed(struct head *head, enum tape_kind kind, const char *subject, int64_t amount,
                uint64_t elapsed_ns);

/* SQL ran: parameters are copied; rows is what was read; elapsed_ns what it took. Statements
 * that run often keep the id that tape_subject gave for their SQL. */
void head_query(struct head *head, uint32_t sql, const struct value *parameters, size_t count,
                int64_t rows, uint64_t elapsed_ns);

/* The same for one that ended at ended_ns (of clock_ns): whoever timed it need not ask again. */
void head_query_at(struct head *head, uint32_t sql, const struct value *parameters, size_t count,
                   int64_t rows, uint64_t elapsed_ns, uint64_t ended_ns);

/* Who writes has no memory for what there is to say: the tape is torn (tape_is_torn). */
void head_tear(struct head *head);

/* The id of a name on this tape, adding it when it is new; 0 for "" or when there is no room. */
uint32_t tape_subject(struct tape *tape, const char *name);

/* ---- reading, from any thread, also while it is written --------------------------------- */

/* Name of a subject; "" for 0 or an unknown one. Lives as long as the tape. */
const char *tape_name(const struct tape *tape, uint32_t subject);

/* Kept events so far. Grows only, until tape_clear. */
size_t tape_length(const struct tape *tape);

/* Copies up to count events from index first on into events; returns how many. */
size_t tape_events(const struct tape *tape, size_t first, struct tape_event *events, size_t count);

/* 1 while every event is kept; 2, 4, ... once only one unit in that many is, of some kind. */
uint32_t tape_coarseness(const struct tape *tape);

/* True once something could not be recorded for want of memory: less is on the tape than happened,
 * and no sum over it can be trusted. Until tape_clear. */
bool tape_is_torn(const struct tape *tape);

/* What a viewer looks at. upto == SIZE_MAX, or tape_length or more: the whole tape. */
struct cut {
    const struct tape *tape;
    size_t upto; /* events before this index have happened */
};

struct cut cut_whole(const struct tape *tape);

/* Which events to add up. Negative numbers and NULL mean "any". */
struct tally_filter {
    int lane;
    int64_t line;
    const char *subject;
};

#define ANY_EVENT ((struct tally_filter){-1, -1, NULL})

struct tally {
    uint64_t count;      /* POINTs and ENTERs */
    uint64_t finished;   /* POINTs and LEAVEs */
    uint64_t elapsed_ns; /* added over POINTs and LEAVEs */
    int64_t amount;      /* added over POINTs and LEAVEs */
};

/* Adds up. Over the whole tape this reads the running totals and is exact even when the tape
 * has coarsened, as long as line and subject are not both given; over a part of the tape, it
 * adds up the kept events by their weights. */
struct tally tape_tally(struct cut cut, enum tape_kind kind, struct tally_filter filter);

/* tape_tally().count, for the commonest question. */
uint64_t tape_count(struct cut cut, enum tape_kind kind, struct tally_filter filter);

#endif
