/* exchange - see exchange.h. In order: making, in and out, patience, receiving, advancing. How a
 * response is written stands in exchange_answer.c.
 *
 *     RECEIVING -> PASSING -> SENDING ---> RECEIVING (kept alive) or CLOSED
 *         |             \---> STREAMING -> LAST ---^
 *         '-> LAST (malformed, too large, too slow) -> CLOSED */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "engine/server/exchange_parts.h"

enum { INPUT_ROOM = 8192 }; /* received at once, and ahead of being read */

/* ---- making ------------------------------------------------------------------------------ */

/* Patience is counted in seconds: a clock that moves every few milliseconds will do, and is read
 * several times for each request. */
uint64_t exchange_now(void) {
#ifdef CLOCK_MONOTONIC_COARSE
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC_COARSE, &now) == 0)
        return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
#endif
    return clock_ns();
}

static struct memory *account(const struct exchange *exchange) {
    return exchange->worker->application->memory;
}

bool exchange_init(struct exchange *exchange, struct worker *worker) {
    const struct application *application = worker->application;
    memset(exchange, 0, sizeof *exchange);
    exchange->worker = worker;
    exchange->since_ns = clock_ns();
    head_init(&exchange->head, application->tape);
    exchange->head.lane = application->lane;
    wire_reader_init(&exchange->reader, WIRE_REQUESTS, &application->limits, application->memory);
    wire_bytes_init(&exchange->input, application->memory);
    wire_bytes_init(&exchange->output, application->memory);
    arena_init(&exchange->arena, application->memory);
    fault_init(&exchange->fault, &exchange->arena);
    exchange->runtime = (struct runtime){.arena = &exchange->arena,
                                         .memory = application->memory,
                                         .head = &exchange->head,
                                         .fault = &exchange->fault,
                                         .cancelled = application->cancelled,
                                         .database = worker->database};
    /* one allocation before the mark keeps the first block when the arena is emptied */
    bool has_block = arena_alloc(&exchange->arena, 1) != NULL;
    exchange->empty = arena_mark(&exchange->arena);
    return has_block;
}

static void count_request(struct tallies *tallies, int status) {
    if (!tallies) return;
    atomic_fetch_add_explicit(&tallies->requests, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&tallies->by_hundred[status / 100], 1, memory_order_relaxed);
}

/* The request is over, one way or another. */
static void end_request(struct exchange *exchange) {
    if (exchange->passing) passage_abandon(&exchange->passage);
    exchange->passing = false;
    int status = exchange->response ? exchange->response->status : 0;
    if (exchange->response) response_close(exchange->response);
    exchange->response = NULL;
    if (exchange->label) {
        head_leave(&exchange->head, TAPE_REQUEST, exchange->label, status);
        count_request(exchange->worker->application->tallies, status);
    }
    exchange->label = NULL;
    exchange->body = NULL;
    exchange->body_length = 0;
    memory_give(account(exchange), exchange->received, exchange->received_room);
    exchange->received = NULL;
    exchange->received_length = exchange->received_room = 0;
    fault_clear(&exchange->fault);
    arena_rewind(&exchange->arena, exchange->empty);
}

void exchange_release(struct exchange *exchange) {
    end_request(exchange);
    wire_reader_release(&exchange->reader);
    wire_bytes_release(&exchange->input);
    wire_bytes_release(&exchange->output);
    arena_release(&exchange->arena);
    exchange->state = EXCHANGE_CLOSED;
}

bool exchange_is_idle(const struct exchange *exchange) {
    return exchange->state == EXCHANGE_RECEIVING && wire_reader_is_idle(&exchange->reader) &&
           wire_bytes_length(&exchange->input) == 0 && wire_bytes_length(&exchange->output) == 0;
}

/* ---- in and out -------------------------------------------------------------------------- */

char *exchange_input(struct exchange *exchange, size_t *size) {
    size_t held = wire_bytes_length(&exchange->input);
    if (held >= INPUT_ROOM) return NULL;
    *size = INPUT_ROOM - held;
    return wire_bytes_reserve(&exchange->input, *size);
}

void exchange_received(struct exchange *exchange, size_t length) {
    if (exchange_is_idle(exchange))
        exchange->since_ns = exchange_now(); /* a request's first byte */
    if (length == 0)
        exchange->client_closed = true;
    else
        wire_bytes_commit(&exchange->input, length);
}

int exchange_output(struct exchange *exchange, struct iovec pieces[2]) {
    int count = 0;
    size_t length = wire_bytes_length(&exchange->output);
    if (length)
        pieces[count++] = (struct iovec){(void *)wire_bytes_front(&exchange->output), length};
    if (exchange->body_length)
        pieces[count++] = (struct iovec){(void *)exchange->body, exchange->body_length};
    return count;
}

void exchange_sent(struct exchange *exchange, size_t length) {
    struct tallies *tallies = exchange->worker->application->tallies;
    if (tallies) atomic_fetch_add_explicit(&tallies->bytes, length, memory_order_relaxed);
    size_t front = wire_bytes_length(&exchange->output);
    if (front > length) front = length;
    wire_bytes_drop(&exchange->output, front);
    assert(length - front <= exchange->body_length);
    exchange->body_length -= length - front;
    if (exchange->body_length) exchange->body += length - front;
    exchange->since_ns = exchange_now();
}

static bool has_output(const struct exchange *exchange) {
    return wire_bytes_length(&exchange->output) > 0 || exchange->body_length > 0;
}

/* ---- patience ---------------------------------------------------------------------------- */

uint64_t exchange_deadline(const struct exchange *exchange) {
    const struct patience *patience = &exchange->worker->application->patience;
    uint64_t most = 0;
    if (has_output(exchange))
        most = patience->send_ns;
    else if (exchange_is_idle(exchange))
        most = patience->idle_ns;
    else if (exchange->state == EXCHANGE_RECEIVING)
        most = patience->receive_ns;
    return most ? exchange->since_ns + most : UINT64_MAX;
}

/* Answers what never became a request: one line of text, and the connection is closed. */
static void refuse(struct exchange *exchange, int status, const char *why) {
    char body[160];
    int length = snprintf(body, sizeof body, "%d %s: %s\n", status, status_reason(status), why);
    struct wire_bytes *output = &exchange->output;
    head_point(&exchange->head, TAPE_RESPONSE, why, status);
    wire_put_status_line(output, 1, status, status_reason(status));
    wire_put_field(output, "Content-Type", "text/plain; charset=utf-8");
    wire_put_number(output, "Content-Length", (uint64_t)length);
    wire_put_field(output, "Connection", "close");
    wire_put_head_end(output);
    wire_bytes_add(output, body, (size_t)length);
    exchange->keeps = false;
    exchange->refused = true;
    exchange->state = EXCHANGE_LAST;
}

void exchange_lose_patience(struct exchange *exchange) {
    bool late = exchange->state == EXCHANGE_RECEIVING && !exchange_is_idle(exchange) &&
                !has_output(exchange);
    if (late) {
        refuse(exchange, 408, "the request was not complete in time");
        return;
    }
    wire_bytes_drop(&exchange->output, wire_bytes_length(&exchange->output));
    exchange->body_length = 0;
    exchange->state = EXCHANGE_CLOSED;
}

/* ---- receiving --------------------------------------------------------------------------- */

/* From the wire's head to Django's request. */
static bool make_request(struct exchange *exchange) {
    const struct wire_head *head = &exchange->reader.head;
    struct request *request = &exchange->request;
    char *path = arena_alloc(&exchange->arena, strlen(head->target) + 1);
    const char *query;
    if (!path) return fault_no_memory(&exchange->fault);
    if (!wire_path(head->target, path, &query)) {
        refuse(exchange, 400, "the target is no path");
        return false;
    }
    bool made = request_init(request, &exchange->arena, head->method, "");
    request->path = path;
    request->query_string = arena_string(&exchange->arena, query);
    for (size_t i = 0; made && i < head->field_count; i++)
        made = request_add_header(request, head->fields[i].name, head->fields[i].value);
    const char *label = exchange->head.tape /* nobody reads it otherwise */
                            ? arena_format(&exchange->arena, "%s %s", head->method, path)
                            : head->method;
    if (!made || !request->query_string || !label) return fault_no_memory(&exchange->fault);
    exchange->label = label;
    head_enter(&exchange->head, TAPE_REQUEST, label);
    return true;
}

static void begin_request(struct exchange *exchange) {
    if (!make_request(exchange)) {
        if (fault_raised(&exchange->fault)) refuse(exchange, 503, "no memory for the request");
        return;
    }
    const struct wire_head *head = &exchange->reader.head;
    exchange->keeps = head->keep_alive && exchange->worker->application->keep_alive;
    if (!head->expects_continue || head->minor == 0 || head->framing == WIRE_NO_BODY) return;
    wire_put_status_line(&exchange->output, 1, 100, status_reason(100));
    wire_put_head_end(&exchange->output);
}

static void keep_body(struct exchange *exchange, struct wire_piece piece) {
    size_t length = exchange->received_length + piece.length, room = exchange->received_room;
    if (length + 1 > room) {
        size_t more = room ? room * 2 : 1024;
        while (more < length + 1) more *= 2;
        char *moved = memory_resize(account(exchange), exchange->received, room, more);
        if (!moved) {
            refuse(exchange, 503, "no memory for the request");
            return;
        }
        exchange->received = moved;
        exchange->received_room = more;
    }
    memcpy(exchange->received + exchange->received_length, piece.bytes, piece.length);
    exchange->received[length] = '\0';
    exchange->received_length = length;
}

static void begin_passage(struct exchange *exchange) {
    exchange->request.body = exchange->received;
    exchange->request.body_length = exchange->received_length;
    exchange->passing = passage_begin(&exchange->passage, exchange->worker->application->chain,
                                      &exchange->runtime, &exchange->request);
    if (exchange->passing)
        exchange->state = EXCHANGE_PASSING;
    else
        refuse(exchange, 503, "no memory for the request");
}

/* Reads what was received. True when there is something to do but receiving more. */
static bool receive(struct exchange *exchange) {
    while (exchange->state == EXCHANGE_RECEIVING) {
        size_t used;
        struct wire_piece piece;
        enum wire_says says = wire_read(&exchange->reader, wire_bytes_front(&exchange->input),
                                        wire_bytes_length(&exchange->input), &used, &piece);
        if (says == WIRE_BODY) keep_body(exchange, piece);
        wire_bytes_drop(&exchange->input, used);
        if (says == WIRE_HEAD) begin_request(exchange);
        if (says == WIRE_ENDS) begin_passage(exchange);
        if (says == WIRE_REFUSES) refuse(exchange, exchange->reader.status, exchange->reader.why);
        if (says == WIRE_WANTS) {
            if (exchange->client_closed) exchange->state = EXCHANGE_CLOSED;
            return exchange->client_closed || has_output(exchange);
        }
    }
    return true;
}

/* ---- advancing --------------------------------------------------------------------------- */

static enum exchange_says wait_until(struct exchange *exchange, uint64_t wait_ns) {
    exchange->wake_ns = clock_ns() + wait_ns;
    return EXCHANGE_WAITS;
}

/* Everything of this response is sent. */
static void finish(struct exchange *exchange) {
    end_request(exchange);
    exchange->since_ns = exchange_now();
    exchange->state = exchange->keeps ? EXCHANGE_RECEIVING : EXCHANGE_CLOSED;
    wire_reader_next(&exchange->reader);
}

static bool pass(struct exchange *exchange) {
    enum passage_says says = passage_advance(&exchange->passage);
    if (says == PASSAGE_WAITS) return false;
    exchange->passing = false;
    if (says == PASSAGE_ANSWERS)
        exchange_answer(exchange, exchange->passage.response);
    else
        exchange_answer_raised(exchange);
    return true;
}

enum exchange_says exchange_advance(struct exchange *exchange) {
    for (;;) {
        bool failed = exchange->output.failed || exchange->input.failed;
        if (failed || exchange->state == EXCHANGE_CLOSED) return EXCHANGE_CLOSES;
        if (has_output(exchange) && !exchange->head_waits) return EXCHANGE_WRITES;
        switch (exchange->state) {
        case EXCHANGE_RECEIVING:
            if (!receive(exchange)) return EXCHANGE_READS;
            break;
        case EXCHANGE_PASSING:
            if (!pass(exchange)) return wait_until(exchange, exchange->passage.frame.wait_ns);
            break;
        case EXCHANGE_STREAMING:
            if (!exchange_pull(exchange))
                return wait_until(exchange, exchange->response->stream->wait_ns);
            break;
        case EXCHANGE_SENDING: finish(exchange); break;
        case EXCHANGE_LAST:
        case EXCHANGE_CLOSED: exchange->state = EXCHANGE_CLOSED; break;
        }
    }
}
