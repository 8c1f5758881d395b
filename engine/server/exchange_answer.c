/* exchange_answer - a response on its way to the wire: its head, a whole body, a streamed one. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "engine/server/exchange_parts.h"

enum {
    COPY_MOST = 16384,      /* a body up to this is copied behind its head, and sent with it */
    STREAM_ROOM = 62 * 1024 /* for one piece of a streamed body: with head and frame, 64 KiB */
};

/* ---- answering --------------------------------------------------------------------------- */

/* RFC 9110, 5.6.7: IMF-fixdate, made once a second. Names are English whatever the locale. */
static const char *date_now(struct worker *worker) {
    static const char days[] = "SunMonTueWedThuFriSat",
                      months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    time_t now = time(NULL);
    struct tm utc;
    if (now != worker->date_at && gmtime_r(&now, &utc)) {
        snprintf(worker->date, sizeof worker->date, "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT",
                 days + 3 * utc.tm_wday, utc.tm_mday % 100, months + 3 * utc.tm_mon,
                 (utc.tm_year + 1900) % 10000, utc.tm_hour % 100, utc.tm_min % 100,
                 utc.tm_sec % 100);
        worker->date_at = now;
    }
    return worker->date;
}

/* These are the server's to write; a view's are not sent twice. */
static bool is_framing(const char *name) {
    if (!strchr("CcTtDd", *name)) return false; /* most are turned down by their first letter */
    return strcasecmp(name, "Content-Length") == 0 || strcasecmp(name, "Transfer-Encoding") == 0 ||
           strcasecmp(name, "Connection") == 0 || strcasecmp(name, "Date") == 0;
}

static bool has_no_body(const struct response *response) {
    return response->status == 204 || response->status == 304 || response->status < 200;
}

static bool is_head_request(const struct exchange *exchange) {
    return strcmp(exchange->request.method, "HEAD") == 0;
}

/* A stream's length is not known: chunks in HTTP/1.1, in 1.0 the end of the connection. */
static bool is_chunked(const struct exchange *exchange) {
    return exchange->response->stream && exchange->reader.head.minor == 1;
}

static void write_head(struct exchange *exchange) {
    const struct response *response = exchange->response;
    struct wire_bytes *output = &exchange->output;
    if (response->stream && !is_chunked(exchange)) exchange->keeps = false;
    wire_put_status_line(output, 1, response->status, response->reason_phrase);
    wire_put_field(output, "Date", date_now(exchange->worker));
    for (size_t i = 0; i < response->headers.count; i++)
        if (!is_framing(response->headers.list[i].name))
            wire_put_field(output, response->headers.list[i].name, response->headers.list[i].value);
    if (!response->stream && !has_no_body(response))
        wire_put_number(output, "Content-Length", response->length);
    else if (is_chunked(exchange) && !has_no_body(response))
        wire_put_field(output, "Transfer-Encoding", "chunked");
    if (!exchange->keeps)
        wire_put_field(output, "Connection", "close");
    else if (exchange->reader.head.minor == 0)
        wire_put_field(output, "Connection", "keep-alive");
    wire_put_head_end(output);
}

void exchange_answer(struct exchange *exchange, struct response *response) {
    exchange->response = response;
    exchange->since_ns = exchange_now();
    bool bodiless = is_head_request(exchange) || has_no_body(response);
    exchange->state = response->stream && !bodiless ? EXCHANGE_STREAMING : EXCHANGE_SENDING;
    exchange->head_waits = exchange->state == EXCHANGE_STREAMING;
    if (exchange->head_waits)
        wire_bytes_reserve(&exchange->output, STREAM_ROOM + WIRE_CHUNK_FRAME + 1024);
    write_head(exchange);
    if (exchange->state == EXCHANGE_STREAMING || bodiless || response->length == 0) return;
    if (response->length <= COPY_MOST) {
        wire_bytes_add(&exchange->output, response->body, response->length);
    } else {
        exchange->body = response->body;
        exchange->body_length = response->length;
    }
}

void exchange_answer_raised(struct exchange *exchange) {
    bool cancelled = fault_is(&exchange->fault, "Cancelled");
    head_point(&exchange->head, TAPE_LOG, "the handler raised", cancelled ? 0 : 500);
    struct response *response =
        cancelled ? NULL
                  : response_new(&exchange->arena, 500, "<h1>Internal Server Error</h1>\n", 31);
    exchange->keeps = false;
    if (response)
        exchange_answer(exchange, response);
    else
        exchange->state = EXCHANGE_CLOSED;
}

/* ---- streaming --------------------------------------------------------------------------- */

bool exchange_pull(struct exchange *exchange) {
    struct wire_bytes *output = &exchange->output;
    struct stream *stream = exchange->response->stream;
    bool chunked = is_chunked(exchange);
    size_t length = 0;
    char *room =
        chunked ? wire_chunk_reserve(output, STREAM_ROOM) : wire_bytes_reserve(output, STREAM_ROOM);
    enum stream_says says =
        room ? stream_pull(&exchange->runtime, stream, room, STREAM_ROOM, &length) : STREAM_FAILS;
    if (says != STREAM_WAITS) exchange->head_waits = false;
    switch (says) {
    case STREAM_WAITS: return false;
    case STREAM_HAS:
        if (chunked)
            wire_chunk_finish(output, length);
        else
            wire_bytes_commit(output, length);
        return true;
    case STREAM_ENDS:
        if (chunked) wire_put_last_chunk(output);
        exchange->state = EXCHANGE_SENDING; /* what is left is in the output */
        return true;
    case STREAM_FAILS: /* the 200 is on the wire: all that is left is to cut the connection */
        head_point(&exchange->head, TAPE_EXCEPTION,
                   exchange->fault.type ? exchange->fault.type : "MemoryError", 0);
        exchange->state = EXCHANGE_CLOSED;
        return true;
    }
    return true;
}
