/* server - the two kinds of worker, on the same application.
 *
 *     sync    N threads. Each takes one request, answers it, takes the next; while a view waits,
 * its thread waits too (gunicorn's sync workers; threads here, processes there). async   one thread
 * with an event loop. A view that waits becomes a timer, and the loop goes on with the others
 * (uvicorn).
 *
 * Order of calls: server_start, server_port, requests from wherever, server_stop. It listens on
 * 127.0.0.1 and nowhere else. Everything that happens is recorded on the application's tape.
 *
 *     server.c     starting, stopping, the listening socket
 *     sync.c       the workers and the arbiter that watches them
 *     async.c      the loop
 *     exchange.c   what both do with a connection */
#ifndef ENGINE_SERVER_SERVER_H
#define ENGINE_SERVER_SERVER_H

#include "engine/server/exchange.h"
#include "engine/server/usage.h"

enum server_kind { SERVER_SYNC, SERVER_ASYNC };

enum { SERVER_WORKERS_MOST = 64 };

struct server_options {
    enum server_kind kind;
    const struct application *application; /* must live until server_stop has returned */
    uint16_t port;                         /* 0: one that is free */
    int socket_buffer; /* bytes a socket stores to send; 0: as the system likes */
    unsigned workers;  /* of sync: 1 to SERVER_WORKERS_MOST */

    /* of sync: gunicorn's --timeout. A worker that has not beaten for longer is "killed": its
     * connection is dropped on the spot, and the thread begins anew. 0: never. */
    uint64_t timeout_ns;
    uint64_t check_ns; /* how often the arbiter looks */
    bool beats; /* workers beat while they wait, as gthread does; else only between requests */

    struct usage *usage; /* set by server_stop to what all its threads used; NULL: not wanted */

    bool blocks; /* of async: a waiting view blocks the loop instead of awaiting */
};

struct server;

/* Starts the threads; they take requests when this returns. NULL: fault (OSError, MemoryError). */
struct server *server_start(const struct server_options *options, struct fault *fault);

uint16_t server_port(const struct server *server);

/* Drops all connections, ends all threads and closes every descriptor. Returns within some
 * milliseconds, unless a view computes. NULL is ignored. */
void server_stop(struct server *server);

/* How many file descriptors a server holds while `connections` are open. */
size_t server_descriptors(const struct server_options *options, size_t connections);

#endif
