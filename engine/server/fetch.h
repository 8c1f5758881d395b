/* fetch - one GET over loopback, as a client sees it: when the head came, and each piece.
 *
 * The client may be slow on purpose: it then reads no faster than it is told to, and its socket
 * takes little ahead, so that whoever sends feels it. */
#ifndef ENGINE_SERVER_FETCH_H
#define ENGINE_SERVER_FETCH_H

#include "engine/http/wire.h"
#include "engine/object/object.h"

struct fetch_options {
    uint16_t port;             /* on 127.0.0.1 */
    const char *path;          /* what may not stand in a target is quoted; "/" is put before */
    int minor;                 /* HTTP/1.minor */
    uint64_t bytes_per_second; /* of a slow client; 0: as fast as it can */
    int buffer;                /* bytes its socket takes ahead; 0: what the system likes */

    /* Called for each piece of the body as it comes; may be NULL. */
    void (*piece)(void *context, struct wire_piece piece);
    void *context;
};

struct fetch_result {
    int status;            /* 0: no head came */
    bool complete;         /* the message ended as its framing says */
    uint64_t bytes;        /* of the body */
    uint64_t connected_ns; /* on the clock of clock_ns(): when the request was sent ... */
    uint64_t head_ns;      /* ... the head was complete; 0: never ... */
    uint64_t first_ns;     /* ... the first byte of the body came; 0: never ... */
    uint64_t last_ns;      /* ... and the end was known */
};

/* Runs on the calling thread. A connection that is cut is a result, not a fault. False: fault
 * (OSError, MemoryError, Cancelled). */
bool fetch_run(struct runtime *runtime, const struct fetch_options *options,
               struct fetch_result *result);

/* Opens a connection to a port on 127.0.0.1; buffer as above. -1: fault (OSError). */
int loopback_connect(struct fault *fault, uint16_t port, int buffer);

#endif
