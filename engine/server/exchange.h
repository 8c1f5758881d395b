/* exchange - one connection as the server sees it, without the socket: bytes in, bytes out.
 *
 * Sync workers and the async loop differ in how they wait, and in nothing else; what there is to
 * wait for is said here. A server calls exchange_advance and does what it says:
 *
 *     EXCHANGE_READS    fill exchange_input, exchange_received; 0 bytes when the client has closed
 *     EXCHANGE_WRITES   send exchange_output, exchange_sent
 *     EXCHANGE_WAITS    come back at exchange->wake_ns: the view, or a stream, waits
 *     EXCHANGE_CLOSES   close the socket, exchange_release
 *
 * Inside: wire -> request -> passage through the chain -> response -> wire, request after request
 * while the connection is kept alive. One REQUEST span on the tape for each, from its head to its
 * last byte. A streamed body is pulled when all that was pulled before is sent: a slow client slows
 * the generator down, and one piece is all that is ever held.
 *
 * Mirrors gunicorn's workers with django.core.handlers.wsgi.WSGIHandler behind them. */
#ifndef ENGINE_SERVER_EXCHANGE_H
#define ENGINE_SERVER_EXCHANGE_H

#include <sys/uio.h>
#include <time.h>

#include "engine/http/wire.h"
#include "engine/middleware/chain.h"

/* How long a client may take, in nanoseconds; 0: for ever. */
struct patience {
    uint64_t receive_ns; /* from a request's first byte to its last: a slow one gets 408 */
    uint64_t send_ns;    /* between two moments at which the client takes bytes */
    uint64_t idle_ns;    /* between two requests on one connection */
};

/* Running sums of a server, to be read by anyone at any time. */
struct tallies {
    _Atomic uint64_t requests;      /* answered to the end */
    _Atomic uint64_t by_hundred[6]; /* [2]: 2xx; [0]: never answered */
    _Atomic uint64_t bytes;         /* sent, heads included */
};

/* What is served, and how. Shared by all threads of a server, which only read it. */
struct application {
    const struct chain *chain;
    struct tape *tape; /* NULL: nothing is recorded */
    uint8_t lane;
    struct memory *memory;        /* the account of everything the connections hold */
    const atomic_bool *cancelled; /* for views and streams; may be NULL */
    struct wire_limits limits;
    struct patience patience;
    bool keep_alive; /* false: closes after each answer, as gunicorn's sync worker does */

    struct tallies *tallies; /* counted up as it goes; NULL: nobody asks */

    /* Gives a thread its own database, when it starts, and takes it back. NULL: it needs none. */
    struct database *(*open_database)(const struct application *application, struct fault *fault);
    void (*close_database)(struct database *database);
    void *context; /* of the two above */
};

/* What the threads of a server have each for themselves. */
struct worker {
    const struct application *application;
    struct database *database;
    time_t date_at;
    char date[64]; /* "Sun, 06 Nov 1994 08:49:37 GMT", as of date_at */
};

enum exchange_says { EXCHANGE_READS, EXCHANGE_WRITES, EXCHANGE_WAITS, EXCHANGE_CLOSES };

enum exchange_state {
    EXCHANGE_RECEIVING,
    EXCHANGE_PASSING,   /* through the chain */
    EXCHANGE_SENDING,   /* a whole response */
    EXCHANGE_STREAMING, /* a streamed one */
    EXCHANGE_LAST,      /* what is in output is the last there is to send */
    EXCHANGE_CLOSED
};

struct exchange {
    uint64_t wake_ns; /* of EXCHANGE_WAITS: on the clock of clock_ns() */

    /* the exchange's own */
    struct worker *worker;
    enum exchange_state state;
    struct head head;
    struct wire_reader reader;
    struct wire_bytes input, output;
    const char *body; /* what is still to be sent of a whole body too long to be copied */
    size_t body_length;
    struct arena arena; /* of the request; empty again after each */
    struct arena_mark empty;
    struct fault fault;
    struct runtime runtime;
    struct request request;
    char *received; /* the request's body */
    size_t received_length, received_room;
    struct passage passage;
    struct response *response;
    const char *label; /* "GET /articles/", while its span is open */
    uint64_t since_ns; /* when the client was last waited for, or moved */
    bool passing;      /* the passage has begun and not ended */
    bool keeps;        /* this connection lives on after the response */
    bool head_waits;   /* a stream's head goes out with its first piece, as in gunicorn */
    bool refused;      /* closed without having read all that the client sent */
    bool client_closed;
};

/* Prepares for a fresh connection. False when there is no memory. */
bool exchange_init(struct exchange *exchange, struct worker *worker);

/* Ends whatever is under way: closes the response, the spans on the tape, and all memory. */
void exchange_release(struct exchange *exchange);

enum exchange_says exchange_advance(struct exchange *exchange);

/* Room for bytes from the client, *size of them; NULL when there is none (no memory, or enough was
 * received ahead of being read). */
char *exchange_input(struct exchange *exchange, size_t *size);
void exchange_received(struct exchange *exchange, size_t length);

/* What is to be sent, in up to two pieces; returns how many. */
int exchange_output(struct exchange *exchange, struct iovec pieces[2]);
void exchange_sent(struct exchange *exchange, size_t length);

/* When patience ends, on the clock of clock_ns(); UINT64_MAX for never. */
uint64_t exchange_deadline(const struct exchange *exchange);

/* Patience has ended: a request that was being received gets 408, everything else is closed. Call
 * exchange_advance next. */
void exchange_lose_patience(struct exchange *exchange);

/* True between two requests: nothing is under way, and the connection may be put aside. */
bool exchange_is_idle(const struct exchange *exchange);

#endif
