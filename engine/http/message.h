/* message - a request and a response, as views, layers and servers see them.
 *
 * Both live in one arena, the request's own: what a request needs lives with it and dies with it.
 * Whoever makes the arena (a server, the test client) releases it after response_close.
 *
 *     request   "GET" "/articles/7/" "page=2"      response  200
 *               headers  X-Api-Key: k3y                      headers  Content-Type: text/html
 *               body     bytes, length                       body     whole: bytes, length
 *               match    None until resolved                          or stream: pulled piece by
 * piece
 *
 * Order of calls for a server: request_init, request_add_header for each; the chain makes a
 * response; then either response->body is written, or stream_pull is called whenever the socket
 * has room, until it says STREAM_ENDS; response_close always, also after a client went away.
 *
 * Mirrors django.http.request.HttpRequest, django.http.response.HttpResponse and
 * StreamingHttpResponse. */
#ifndef ENGINE_HTTP_MESSAGE_H
#define ENGINE_HTTP_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/arena.h"
#include "engine/object/object.h"

/* ---- headers ---------------------------------------------------------------------------- */

struct header {
    const char *name; /* as sent; compared without regard to case (RFC 9110, 5.1) */
    const char *value;
};

struct headers {
    struct header *list; /* in the order added */
    size_t count, capacity;
};

/* The first value under a name, or NULL. Borrowed. */
const char *headers_get(const struct headers *headers, const char *name);

/* ---- request ---------------------------------------------------------------------------- */

struct view;
struct route_match; /* engine/urls/resolver.h */

struct request {
    struct arena *arena;
    const char *method;       /* "GET" */
    const char *path;         /* decoded, with its leading slash, without the query string */
    const char *query_string; /* "" where there is none */
    struct headers headers;
    const char *body; /* body_length bytes; NULL for none */
    size_t body_length;
    const struct route_match *resolver_match; /* NULL (None) until the resolver has run */
    const struct view *view;                  /* what it found: Django's resolver_match.func */
    const char *session_key; /* what SessionMiddleware found in the cookie; NULL: none */
    bool has_session;        /* request.session exists: SessionMiddleware has run */
    bool has_user;           /* request.user exists: AuthenticationMiddleware has run */
    bool is_authenticated;   /* request.user.is_authenticated */
};

/* Prepares a request whose texts are copied into arena. False when there is no memory. */
bool request_init(struct request *request, struct arena *arena, const char *method,
                  const char *path);

/* Adds a header (name and value are copied). False when there is no memory. */
bool request_add_header(struct request *request, const char *name, const char *value);

/* request.headers.get(name): without regard to case; NULL for None. */
const char *request_header(const struct request *request, const char *name);

/* request.META.get(key): "HTTP_X_API_KEY", "CONTENT_TYPE", "REQUEST_METHOD", "PATH_INFO",
 * "QUERY_STRING"; NULL for None. */
const char *request_meta(const struct request *request, const char *key);

/* ---- a streamed body -------------------------------------------------------------------- */

enum stream_says {
    STREAM_HAS,   /* *length bytes were written into the room, at least one */
    STREAM_WAITS, /* nothing yet: ask again after stream->wait_ns */
    STREAM_ENDS,  /* that was all */
    STREAM_FAILS  /* the generator raised: runtime->fault; the connection is to be cut */
};

/* No pull is given less room than this, in bytes. */
enum { STREAM_ROOM_LEAST = 4096 };

/* A generator, seen from the server. The server pulls when it can write, and only then: a slow
 * client slows the source down, and nothing piles up in between. */
struct stream {
    /* Fills at most size bytes (size >= STREAM_ROOM_LEAST). A piece that is longer is given in
     * parts. May give less than would fit, so that a row leaves as soon as it is made. */
    enum stream_says (*pull)(struct runtime *runtime, struct stream *stream, char *room,
                             size_t size, size_t *length);
    void (*close)(struct stream *stream); /* the end, or the client left early; may be NULL */
    void *state;                          /* the source's own */
    uint64_t wait_ns;                     /* set with STREAM_WAITS */
};

/* ---- response --------------------------------------------------------------------------- */

struct response {
    struct arena *arena;
    int status;                /* 100 to 599 */
    const char *reason_phrase; /* by status, unless set */
    struct headers headers;
    const char *body; /* whole: length bytes; NULL when streamed */
    size_t length;
    struct stream *stream; /* streamed; NULL when whole */

    /* A template response renders itself once every layer has seen it. NULL: a plain one. Returns
     * false with runtime->fault raised, as a template does. */
    bool (*render)(struct runtime *runtime, struct response *response);
    bool is_rendered;
    bool has_been_logged; /* Django's _has_been_logged: one log line a response */
    bool closed;
};

/* HttpResponse(body, status=status): body is copied. NULL when there is no memory. */
struct response *response_new(struct arena *arena, int status, const char *body, size_t length);

/* The same with a formatted body. */
struct response *response_format(struct arena *arena, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* StreamingHttpResponse(stream): borrows the stream, which must live in the same arena. */
struct response *response_streaming(struct arena *arena, int status, struct stream *stream);

/* response[name] = value: replaces a header of that name. False when there is no memory. */
bool response_set_header(struct response *response, const char *name, const char *value);
const char *response_header(const struct response *response, const char *name);

/* Pulls the next piece of a streamed response. */
enum stream_says stream_pull(struct runtime *runtime, struct stream *stream, char *room,
                             size_t size, size_t *length);

/* response.close(): closes the stream. Safe to call twice. */
void response_close(struct response *response);

/* "Not Found" for 404; "Unknown Status Code" for one that RFC 9110 does not name. */
const char *status_reason(int status);

#endif
