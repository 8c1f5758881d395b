/* gateway - a small reverse proxy that keeps nginx's rules about waiting and holding back.
 *
 *     client  <--- out ---  gateway  <--- held ---  backend
 *
 * read timeout    between two successive reads from the backend, never the whole response: nothing
 *                 for longer is 504 while no head has come, and a cut response afterwards.
 * buffering on    the backend is read as fast as it writes, and the client is fed from what is
 *                 stored. Over HTTP/1.1 each chunk is passed on as it comes; over HTTP/1.0, where a
 *                 body has no frames, bytes are held until the buffer is full or the body ends.
 * buffering off   bytes are passed on as they come, and the backend is read only when the client
 *                 has taken what there was: a slow client holds the backend.
 *
 * X-Accel-Buffering: no in a response switches buffering off for it, and is not passed on. A
 * backend that closes early is 502 before its head, and a cut response after it.
 *
 * Simplified: one connection at a time, requests without a body, no temporary files, and each
 * connection serves one request. Order of calls: gateway_start, gateway_port, gateway_stop.
 *
 * Mirrors nginx's ngx_http_proxy_module (proxy_read_timeout, proxy_buffering, proxy_http_version).
 * Recorded on its lane: a REQUEST span with the status, RESPONSE for pages of its own, LOG for why
 * it gave up, CHUNK "passed" for what goes to the client. */
#ifndef ENGINE_SERVER_GATEWAY_H
#define ENGINE_SERVER_GATEWAY_H

#include "engine/base/fault.h"
#include "engine/base/memory.h"
#include "engine/server/usage.h"
#include "engine/tape/tape.h"

struct gateway_options {
    uint16_t backend; /* its port on 127.0.0.1 */
    int minor;        /* HTTP/1.minor towards it: 0 is nginx's default */
    bool buffering;
    size_t buffer;            /* bytes held over HTTP/1.0 before they are passed on */
    uint64_t read_timeout_ns; /* 0: for ever */
    int socket_buffer;        /* bytes that each socket stores; 0: what the system likes */
    struct memory *memory;
    struct tape *tape; /* NULL: nothing is recorded */
    uint8_t lane;
    struct usage *usage; /* set by gateway_stop; NULL: not wanted */
};

struct gateway;

/* The texts of its LOG events. */
#define GATEWAY_TIMED_OUT "upstream timed out"
#define GATEWAY_CLOSED_EARLY "upstream closed the connection early"

struct gateway *gateway_start(const struct gateway_options *options, struct fault *fault);
uint16_t gateway_port(const struct gateway *gateway);
void gateway_stop(struct gateway *gateway); /* NULL is ignored */

#endif
