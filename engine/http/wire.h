/* wire - HTTP/1.1 as it stands on the wire (RFC 9112): bytes in, messages out, and back.
 *
 * The reader is fed whatever the socket gave, in pieces of any size, and says one thing at a time.
 * Where the bytes were split never changes what it says.
 *
 *     GET /a?b=1 HTTP/1.1 CRLF        start line  \
 *     Host: x CRLF                    field        |  WIRE_HEAD
 *     CRLF                                        /
 *     5 CRLF hello CRLF               chunk           WIRE_BODY, as often as pieces come
 *     0 CRLF CRLF                     last chunk      WIRE_ENDS
 *     GET /next ...                   pipelined: read after wire_reader_next
 *
 * Order of calls: wire_reader_init; wire_read until it WANTS more bytes, ENDS (then
 * wire_reader_next) or REFUSES (then answer reader->status and close); wire_read_closed when the
 * other side has closed; wire_reader_release.
 *
 * It is strict, since whoever guesses differently from the server before or behind it opens the
 * door to request smuggling: no bare LF, no folded lines, no blank before a colon, digits only in
 * lengths, never two lengths, never a length beside Transfer-Encoding.
 *
 * Django has no counterpart: gunicorn.http and h11 play this part there. wire.c reads, wire_head.c
 * says what a head means, wire_writer.c is what stands below under "writing". */
#ifndef ENGINE_HTTP_WIRE_H
#define ENGINE_HTTP_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/memory.h"

/* ---- reading ---------------------------------------------------------------------------- */

enum wire_role {
    WIRE_REQUESTS, /* the reader of a server */
    WIRE_RESPONSES /* the reader of a client */
};

/* In bytes, line ends not counted. head is at least line + 2. */
struct wire_limits {
    size_t line;   /* of the start line, a field, a chunk's size line */
    size_t head;   /* of the start line and all fields, with their line ends */
    size_t fields; /* how many */
    uint64_t body; /* of a body, however it is framed */
};

/* What gunicorn allows, with a body of 2.5 MiB as in Django's DATA_UPLOAD_MAX_MEMORY_SIZE. */
extern const struct wire_limits wire_limits_usual;

enum wire_says {
    WIRE_WANTS,  /* everything was used; more bytes are needed */
    WIRE_HEAD,   /* reader->head is complete */
    WIRE_BODY,   /* piece: some bytes of the body, at least one */
    WIRE_ENDS,   /* the message is complete; call wire_reader_next for the one after it */
    WIRE_REFUSES /* malformed, too large or no memory: reader->status and reader->why */
};

/* How the end of a body is found (RFC 9112, 6.3). */
enum wire_framing { WIRE_NO_BODY, WIRE_LENGTH, WIRE_CHUNKED, WIRE_UNTIL_CLOSE };

struct wire_field {
    const char *name;
    const char *value; /* without the blanks around it */
};

/* A start line and its fields. Texts are borrowed from the reader, until wire_reader_next. */
struct wire_head {
    const char *method; /* of a request: "GET" */
    const char *target; /* of a request, as sent: "/a%20b?c=1" */
    int status;         /* of a response */
    const char *reason; /* of a response; may be "" */
    int minor;          /* HTTP/1.minor: 0 or 1 */
    const struct wire_field *fields;
    size_t field_count;
    enum wire_framing framing;
    uint64_t length;       /* of WIRE_LENGTH */
    bool keep_alive;       /* the connection may live on after this message */
    bool expects_continue; /* the client waits for a 100 before it sends the body */
};

struct wire_mark;

struct wire_reader {
    struct wire_head head;
    int status; /* of WIRE_REFUSES: 400, 413, 414, 431, 501, 505; 503 when there is no memory */
    const char *why; /* of WIRE_REFUSES: a fixed text */

    /* the reader's own */
    struct wire_limits limits;
    struct memory *memory;
    enum wire_role role;
    unsigned state;
    bool bodiless; /* of a response: the request was HEAD */
    char *text;    /* the lines of the head, one after another */
    size_t used, room, line;
    struct wire_mark *marks; /* where in text the fields stand */
    struct wire_field *fields;
    size_t mark_count, mark_room, field_room;
    uint64_t left; /* bytes to come of the body or the chunk */
    uint64_t seen; /* bytes of the body so far */
};

/* Some bytes of a body, borrowed from those given to wire_read. */
struct wire_piece {
    const char *bytes;
    size_t length;
};

/* Prepares a reader; memory is taken from the account when bytes come. */
void wire_reader_init(struct wire_reader *reader, enum wire_role role,
                      const struct wire_limits *limits, struct memory *memory);
void wire_reader_release(struct wire_reader *reader);

/* Makes ready for the next message on the same connection. */
void wire_reader_next(struct wire_reader *reader);

/* True when not one byte of the current message has come. */
bool wire_reader_is_idle(const struct wire_reader *reader);

/* Reads on. *used is how many of the bytes are done with; call again with the rest. */
enum wire_says wire_read(struct wire_reader *reader, const char *bytes, size_t length, size_t *used,
                         struct wire_piece *piece);

/* The other side has closed: ENDS when the message was complete or ends by closing; WANTS when
 * there was none; REFUSES when it was cut short. */
enum wire_says wire_read_closed(struct wire_reader *reader);

/* The first value of a field, or NULL; names are compared without regard to case. */
const char *wire_field(const struct wire_head *head, const char *name);

/* The path of a target, percent-decoded into `path` (which has room for the target and a NUL),
 * and its query string, "" where there is none. False for a NUL in the path and for a target that
 * is no path (RFC 9112, 3.2: origin-form, absolute-form and "*" are taken). */
bool wire_path(const char *target, char *path, const char **query);

/* ---- writing ---------------------------------------------------------------------------- */

/* Bytes on their way out: written behind, sent from the front.
 *
 *      0           start            end         room
 *     +-----------+----------------+-----------+
 *     |  sent     |  to be sent    |  free     |
 *     +-----------+----------------+-----------+
 */
struct wire_bytes {
    struct memory *memory;
    char *data;
    size_t start, end, room;
    bool failed; /* an allocation failed, or a field held a line end: nothing is added any more */
};

void wire_bytes_init(struct wire_bytes *bytes, struct memory *memory);
void wire_bytes_release(struct wire_bytes *bytes);

/* What is to be sent. */
size_t wire_bytes_length(const struct wire_bytes *bytes);
const char *wire_bytes_front(const struct wire_bytes *bytes);

/* The first `length` bytes are sent. */
void wire_bytes_drop(struct wire_bytes *bytes, size_t length);

/* Room for at least `length` bytes behind the end, to be written to and then added with
 * wire_bytes_commit; NULL when there is no memory. */
char *wire_bytes_reserve(struct wire_bytes *bytes, size_t length);
void wire_bytes_commit(struct wire_bytes *bytes, size_t length);

void wire_bytes_add(struct wire_bytes *bytes, const char *data, size_t length);

void wire_put_request_line(struct wire_bytes *bytes, const char *method, const char *target,
                           int minor);
void wire_put_status_line(struct wire_bytes *bytes, int minor, int status, const char *reason);
/* A value with a line end or NUL in it makes the bytes fail: it would forge a head. */
void wire_put_field(struct wire_bytes *bytes, const char *name, const char *value);
void wire_put_number(struct wire_bytes *bytes, const char *name, uint64_t value);
void wire_put_head_end(struct wire_bytes *bytes);

/* A chunk is written in place: reserve room for `most` bytes of data, fill in some, and finish it
 * with how many there are. */
enum { WIRE_CHUNK_FRAME = 12 }; /* bytes that a chunk needs around its data */
char *wire_chunk_reserve(struct wire_bytes *bytes, size_t most);
void wire_chunk_finish(struct wire_bytes *bytes, size_t length);
void wire_put_chunk(struct wire_bytes *bytes, const char *data, size_t length);
void wire_put_last_chunk(struct wire_bytes *bytes);

#endif
