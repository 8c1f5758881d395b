/* gateway - see gateway.h.
 *
 * One thread: accept, read the request, connect to the backend, then pump until both sides are
 * done. pump waits for whatever can go on (poll), reads the backend into `out` or `held`, and
 * writes `out` to the client. */
#include "engine/server/gateway.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/base/platform.h"
#include "engine/http/wire.h"
#include "engine/server/fetch.h"
#include "engine/server/server_parts.h"

struct gateway {
    struct gateway_options options;
    pthread_t thread;
    bool runs;
    int listener, wake[2];
    uint16_t port;
    struct head head;
    struct usage used;
};

enum { READ_ROOM = 16384, LABEL_ROOM = 512 };

/* One request, on its way through. */
struct transit {
    struct gateway *gateway;
    int client, backend;
    struct wire_reader request, response;
    struct wire_bytes out;     /* for the client */
    struct wire_bytes held;    /* of the body: not yet passed on */
    struct wire_bytes forward; /* for the backend */
    bool buffering;            /* for this response */
    bool holds;                /* bytes are held until the buffer is full */
    bool chunked;              /* towards the client */
    bool answered;             /* a head was sent to the client */
    bool ended;                /* nothing more comes from the backend */
    bool cut;                  /* ... and the client is not to be told a proper end */
    int status;
    uint64_t read_ns; /* when the backend was last heard */
    char label[LABEL_ROOM];
    char room[READ_ROOM];
};

/* ---- waiting ------------------------------------------------------------------------------ */

/* Waits for either descriptor; -1 is none. False when the gateway stops. */
static bool wait_for(struct gateway *gateway, struct pollfd polled[3], uint64_t deadline_ns) {
    polled[2] = (struct pollfd){.fd = gateway->wake[0], .events = POLLIN};
    int ready = poll(polled, 3, milliseconds_until(deadline_ns));
    if (ready <= 0) polled[0].revents = polled[1].revents = polled[2].revents = 0;
    return !polled[2].revents && (ready >= 0 || errno == EINTR || errno == EAGAIN);
}

/* ---- towards the client ------------------------------------------------------------------- */

/* A page of the gateway's own, or, when the response is under way, nothing but the cut. */
static void give_up(struct transit *transit, int status, const char *why) {
    struct head *head = &transit->gateway->head;
    head_point(head, TAPE_LOG, why, status);
    transit->ended = true;
    transit->cut = transit->answered;
    if (transit->answered) return;
    char body[64];
    int length = snprintf(body, sizeof body, "<h1>%d %s</h1>\n", status,
                          status == 504 ? "Gateway Time-out" : "Bad Gateway");
    head_point(head, TAPE_RESPONSE, "gateway", status);
    transit->answered = true;
    transit->status = status;
    wire_put_status_line(&transit->out, 1, status,
                         status == 504 ? "Gateway Time-out" : "Bad Gateway");
    wire_put_field(&transit->out, "Content-Type", "text/html");
    wire_put_number(&transit->out, "Content-Length", (uint64_t)length);
    wire_put_field(&transit->out, "Connection", "close");
    wire_put_head_end(&transit->out);
    wire_bytes_add(&transit->out, body, (size_t)length);
}

/* Fields that belong to one connection, or to the gateway, end here (RFC 9110, 7.6.1). */
static bool is_passed_on(const char *name) {
    static const char *const kept_back[] = {"Connection",     "Keep-Alive", "Transfer-Encoding",
                                            "Content-Length", "Upgrade",    "X-Accel-Buffering"};
    for (size_t i = 0; i < sizeof kept_back / sizeof *kept_back; i++)
        if (strcasecmp(name, kept_back[i]) == 0) return false;
    return true;
}

static void pass_head(struct transit *transit) {
    const struct wire_head *head = &transit->response.head;
    const struct gateway_options *options = &transit->gateway->options;
    const char *accel = wire_field(head, "X-Accel-Buffering");
    bool unframed = head->framing == WIRE_UNTIL_CLOSE;
    transit->buffering = options->buffering && !(accel && strcasecmp(accel, "no") == 0);
    transit->holds = transit->buffering && unframed;
    transit->chunked =
        transit->request.head.minor == 1 && (unframed || head->framing == WIRE_CHUNKED);
    transit->answered = true;
    transit->status = head->status;
    wire_put_status_line(&transit->out, 1, head->status, head->reason);
    for (size_t i = 0; i < head->field_count; i++)
        if (is_passed_on(head->fields[i].name))
            wire_put_field(&transit->out, head->fields[i].name, head->fields[i].value);
    if (transit->chunked)
        wire_put_field(&transit->out, "Transfer-Encoding", "chunked");
    else if (!unframed && head->framing != WIRE_CHUNKED)
        wire_put_number(&transit->out, "Content-Length", head->length);
    wire_put_field(&transit->out, "Connection", "close");
    wire_put_head_end(&transit->out);
}

static void pass_bytes(struct transit *transit, const char *bytes, size_t length) {
    if (length == 0) return;
    head_point(&transit->gateway->head, TAPE_CHUNK, "passed", (int64_t)length);
    if (transit->chunked)
        wire_put_chunk(&transit->out, bytes, length);
    else
        wire_bytes_add(&transit->out, bytes, length);
}

static void pass_held(struct transit *transit) {
    pass_bytes(transit, wire_bytes_front(&transit->held), wire_bytes_length(&transit->held));
    wire_bytes_drop(&transit->held, wire_bytes_length(&transit->held));
}

static void pass_body(struct transit *transit, struct wire_piece piece) {
    if (!transit->holds) {
        pass_bytes(transit, piece.bytes, piece.length);
        return;
    }
    wire_bytes_add(&transit->held, piece.bytes, piece.length);
    if (wire_bytes_length(&transit->held) >= transit->gateway->options.buffer) pass_held(transit);
}

static void pass_end(struct transit *transit) {
    pass_held(transit);
    if (transit->chunked) wire_put_last_chunk(&transit->out);
    transit->ended = true;
}

/* False when the client is gone. */
static bool write_client(struct transit *transit) {
    size_t length = wire_bytes_length(&transit->out);
    ssize_t sent =
        send(transit->client, wire_bytes_front(&transit->out), length, PLATFORM_NO_SIGNAL);
    if (sent < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    wire_bytes_drop(&transit->out, (size_t)sent);
    return true;
}

/* ---- from the backend --------------------------------------------------------------------- */

/* What was stored is still passed on; then the connection ends without a proper end. */
static void backend_closed(struct transit *transit) {
    enum wire_says says = wire_read_closed(&transit->response);
    if (says == WIRE_ENDS) {
        pass_end(transit);
        return;
    }
    pass_held(transit);
    give_up(transit, 502, GATEWAY_CLOSED_EARLY);
}

static void read_bytes(struct transit *transit, const char *bytes, size_t length) {
    while (!transit->ended) {
        size_t used;
        struct wire_piece piece;
        enum wire_says says = wire_read(&transit->response, bytes, length, &used, &piece);
        bytes += used;
        length -= used;
        switch (says) {
        case WIRE_WANTS: return;
        case WIRE_HEAD:
            if (transit->response.head.status >= 200) pass_head(transit);
            break;
        case WIRE_BODY: pass_body(transit, piece); break;
        case WIRE_ENDS:
            if (transit->response.head.status >= 200)
                pass_end(transit);
            else
                wire_reader_next(&transit->response);
            break;
        case WIRE_REFUSES: give_up(transit, 502, "upstream sent an invalid response"); return;
        }
    }
}

static void read_backend(struct transit *transit) {
    ssize_t got = recv(transit->backend, transit->room, sizeof transit->room, 0);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return;
    transit->read_ns = clock_ns();
    if (got > 0)
        read_bytes(transit, transit->room, (size_t)got);
    else if (got == 0)
        backend_closed(transit);
    else
        give_up(transit, 502, GATEWAY_CLOSED_EARLY);
}

static bool write_backend(struct transit *transit) {
    ssize_t sent = send(transit->backend, wire_bytes_front(&transit->forward),
                        wire_bytes_length(&transit->forward), PLATFORM_NO_SIGNAL);
    if (sent < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    wire_bytes_drop(&transit->forward, (size_t)sent);
    transit->read_ns = clock_ns(); /* the clock of the answer starts here */
    return true;
}

/* ---- pumping ------------------------------------------------------------------------------ */

/* Without buffering the backend has to wait until the client took what there was. */
static bool may_read(const struct transit *transit) {
    if (transit->ended) return false;
    bool buffers = transit->answered ? transit->buffering : true;
    return buffers || wire_bytes_length(&transit->out) == 0;
}

/* What could not be stored will not come: nothing of it is passed on. */
static bool lacks_memory(const struct transit *transit) {
    return transit->out.failed || transit->held.failed || transit->forward.failed;
}

static bool pump_once(struct transit *transit) {
    struct gateway *gateway = transit->gateway;
    bool writes = wire_bytes_length(&transit->out) > 0, reads = may_read(transit);
    bool forwards = wire_bytes_length(&transit->forward) > 0;
    uint64_t timeout = gateway->options.read_timeout_ns;
    uint64_t deadline = reads && timeout ? transit->read_ns + timeout : UINT64_MAX;
    struct pollfd polled[3] = {
        {.fd = transit->client, .events = writes ? POLLOUT : 0},
        {.fd = reads || forwards ? transit->backend : -1,
         .events = (short)((reads ? POLLIN : 0) | (forwards ? POLLOUT : 0))}};
    if (!wait_for(gateway, polled, deadline)) return false;
    if (polled[0].revents & (POLLERR | POLLHUP)) return false; /* the client left */
    if (forwards && polled[1].revents & POLLOUT && !write_backend(transit)) return false;
    if (reads && polled[1].revents & (POLLIN | POLLHUP | POLLERR))
        read_backend(transit);
    else if (clock_ns() >= deadline)
        give_up(transit, 504, GATEWAY_TIMED_OUT);
    if (!reads) transit->read_ns = clock_ns(); /* we kept it waiting, not it us */
    return !lacks_memory(transit) &&
           (!writes || !(polled[0].revents & POLLOUT) || write_client(transit));
}

static void pump(struct transit *transit) {
    while (!transit->ended || wire_bytes_length(&transit->out) > 0) {
        if (!pump_once(transit)) return;
        if (transit->ended && transit->backend >= 0) { /* the backend is free from here on */
            close(transit->backend);
            transit->backend = -1;
        }
    }
}

/* ---- one request -------------------------------------------------------------------------- */

/* Reads the client's request; false when there is none to pass on. */
static bool read_request(struct transit *transit) {
    uint64_t deadline = clock_ns() + 10000000000u;
    for (;;) {
        struct pollfd polled[3] = {{.fd = transit->client, .events = POLLIN}, {.fd = -1}};
        if (!wait_for(transit->gateway, polled, deadline) || clock_ns() >= deadline) return false;
        if (!polled[0].revents) continue;
        ssize_t got = recv(transit->client, transit->room, sizeof transit->room, 0);
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
        if (got <= 0) return false;
        size_t used;
        struct wire_piece piece;
        enum wire_says says =
            wire_read(&transit->request, transit->room, (size_t)got, &used, &piece);
        if (says == WIRE_WANTS) continue;
        return says == WIRE_HEAD && transit->request.head.framing == WIRE_NO_BODY;
    }
}

static void write_forward(struct transit *transit) {
    const struct wire_head *head = &transit->request.head;
    wire_put_request_line(&transit->forward, head->method, head->target,
                          transit->gateway->options.minor);
    for (size_t i = 0; i < head->field_count; i++)
        if (is_passed_on(head->fields[i].name))
            wire_put_field(&transit->forward, head->fields[i].name, head->fields[i].value);
    wire_put_field(&transit->forward, "Connection", "close");
    wire_put_head_end(&transit->forward);
    transit->response.bodiless = strcmp(head->method, "HEAD") == 0;
}

static void connect_backend(struct transit *transit) {
    const struct gateway_options *options = &transit->gateway->options;
    struct arena arena; /* only for the text of a fault, which nobody asks for */
    struct fault fault;
    arena_init(&arena, options->memory);
    fault_init(&fault, &arena);
    transit->backend = loopback_connect(&fault, options->backend, options->socket_buffer);
    if (transit->backend < 0) give_up(transit, 502, "no connection to upstream");
    transit->read_ns = clock_ns();
    arena_release(&arena);
}

static void serve(struct transit *transit) {
    if (!read_request(transit)) return;
    struct head *head = &transit->gateway->head;
    snprintf(transit->label, sizeof transit->label, "%s %s", transit->request.head.method,
             transit->request.head.target);
    head_enter(head, TAPE_REQUEST, transit->label);
    write_forward(transit);
    connect_backend(transit);
    if (!lacks_memory(transit)) pump(transit);
    head_leave(head, TAPE_REQUEST, transit->label, transit->status);
}

static void serve_client(struct gateway *gateway, int client) {
    struct memory *memory = gateway->options.memory;
    struct transit *transit = memory_take(memory, sizeof *transit);
    if (transit && descriptor_prepare(client)) {
        struct wire_limits limits = wire_limits_usual;
        limits.body = UINT64_MAX;
        memset(transit, 0, sizeof *transit);
        transit->gateway = gateway;
        transit->client = client;
        transit->backend = -1;
        wire_reader_init(&transit->request, WIRE_REQUESTS, &wire_limits_usual, memory);
        wire_reader_init(&transit->response, WIRE_RESPONSES, &limits, memory);
        wire_bytes_init(&transit->out, memory);
        wire_bytes_init(&transit->held, memory);
        wire_bytes_init(&transit->forward, memory);
        serve(transit);
        if (transit->backend >= 0) close(transit->backend);
        wire_reader_release(&transit->request);
        wire_reader_release(&transit->response);
        wire_bytes_release(&transit->out);
        wire_bytes_release(&transit->held);
        wire_bytes_release(&transit->forward);
    }
    memory_give(memory, transit, sizeof *transit);
    close(client);
}

/* ---- the thread --------------------------------------------------------------------------- */

static void *run(void *argument) {
    struct gateway *gateway = argument;
    for (;;) {
        struct pollfd polled[3] = {{.fd = gateway->listener, .events = POLLIN}, {.fd = -1}};
        if (!wait_for(gateway, polled, UINT64_MAX)) break;
        int client = polled[0].revents ? accept(gateway->listener, NULL, NULL) : -1;
        if (client >= 0) serve_client(gateway, client);
    }
    gateway->used = usage_now();
    return NULL;
}

static bool refuse_system(struct fault *fault, const char *what) {
    return fault_raise(fault, "OSError", "gateway: %s: %s", what, strerror(errno));
}

static bool open_listener(struct gateway *gateway, struct fault *fault) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int buffer = gateway->options.socket_buffer;
    gateway->listener = socket(AF_INET, SOCK_STREAM, 0);
    if (gateway->listener < 0) return refuse_system(fault, "could not open a socket");
    if (buffer) setsockopt(gateway->listener, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
    if (!descriptor_prepare(gateway->listener) ||
        bind(gateway->listener, (struct sockaddr *)&address, length) ||
        listen(gateway->listener, 16) ||
        getsockname(gateway->listener, (struct sockaddr *)&address, &length))
        return refuse_system(fault, "could not listen on 127.0.0.1");
    gateway->port = ntohs(address.sin_port);
    return true;
}

static bool start_thread(struct gateway *gateway, struct fault *fault) {
    sigset_t all, before;
    if (pipe(gateway->wake)) {
        gateway->wake[0] = gateway->wake[1] = -1;
        return refuse_system(fault, "could not open a pipe");
    }
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    gateway->runs = pthread_create(&gateway->thread, NULL, run, gateway) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return gateway->runs || fault_raise(fault, "OSError", "gateway: could not start a thread");
}

struct gateway *gateway_start(const struct gateway_options *options, struct fault *fault) {
    struct gateway *gateway = memory_take(options->memory, sizeof *gateway);
    if (!gateway) {
        fault_no_memory(fault);
        return NULL;
    }
    memset(gateway, 0, sizeof *gateway);
    gateway->options = *options;
    gateway->listener = gateway->wake[0] = gateway->wake[1] = -1;
    head_init(&gateway->head, options->tape);
    gateway->head.lane = options->lane;
    if (open_listener(gateway, fault) && start_thread(gateway, fault)) return gateway;
    gateway_stop(gateway);
    return NULL;
}

uint16_t gateway_port(const struct gateway *gateway) {
    return gateway->port;
}

void gateway_stop(struct gateway *gateway) {
    if (!gateway) return;
    if (gateway->wake[1] >= 0) close(gateway->wake[1]);
    if (gateway->runs) pthread_join(gateway->thread, NULL);
    if (gateway->wake[0] >= 0) close(gateway->wake[0]);
    if (gateway->listener >= 0) close(gateway->listener);
    if (gateway->options.usage) *gateway->options.usage = gateway->used;
    memory_give(gateway->options.memory, gateway, sizeof *gateway);
}
