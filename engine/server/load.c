/* load - see load.h.
 *
 * One poll(2) over all clients; each client is a small machine:
 *
 *     IDLE -> CONNECTING -> SENDING -> RECEIVING -> IDLE, or back to SENDING when kept alive */
#include "engine/server/load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/base/platform.h"
#include "engine/http/wire.h"

enum client_state { CLIENT_IDLE, CLIENT_CONNECTING, CLIENT_SENDING, CLIENT_RECEIVING };

struct client {
    enum client_state state;
    int socket; /* -1: none */
    uint64_t number;
    uint64_t due_ns; /* when the request was to be sent: latency counts from here */
    struct wire_bytes output;
    struct wire_reader reader;
    bool is_right; /* the head had the status and number it should have */
};

struct load {
    struct runtime *runtime;
    const struct load_options *options;
    struct load_result *result;
    struct client *clients;
    struct pollfd *polled;
    unsigned char *answers; /* by number: how often it was answered */
    uint64_t started_ns, last_ns;
    uint64_t next; /* number of the next request to send */
    uint64_t over; /* answered or lost */
};

static const int look_up_ms = 25; /* how long a cancel may go unnoticed */

/* ---- one client -------------------------------------------------------------------------- */

static void disconnect(struct client *client) {
    if (client->socket >= 0) close(client->socket);
    client->socket = -1;
}

static bool refuse_system(struct load *load, const char *what) {
    return fault_raise(load->runtime->fault, "OSError", "client: %s: %s", what, strerror(errno));
}

static bool open_connection(struct load *load, struct client *client) {
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(load->options->port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int on = 1;
    client->socket = socket(AF_INET, SOCK_STREAM, 0);
    if (client->socket < 0) return refuse_system(load, "could not open a socket");
    int flags = fcntl(client->socket, F_GETFL);
    if (flags < 0 || fcntl(client->socket, F_SETFL, flags | O_NONBLOCK) ||
        fcntl(client->socket, F_SETFD, FD_CLOEXEC))
        return refuse_system(load, "could not prepare a socket");
    setsockopt(client->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    client->state = CLIENT_CONNECTING;
    if (connect(client->socket, (struct sockaddr *)&address, sizeof address) == 0) {
        client->state = CLIENT_SENDING;
        return true;
    }
    return errno == EINPROGRESS || refuse_system(load, "could not connect");
}

static bool write_request(struct load *load, struct client *client) {
    char target[512];
    snprintf(target, sizeof target, "%s?n=%" PRIu64, load->options->path, client->number);
    wire_put_request_line(&client->output, "GET", target, 1);
    wire_put_field(&client->output, "Host", "127.0.0.1");
    if (!load->options->keep_alive) wire_put_field(&client->output, "Connection", "close");
    wire_put_head_end(&client->output);
    return !client->output.failed || fault_no_memory(load->runtime->fault);
}

static bool send_request(struct load *load, struct client *client, uint64_t due_ns) {
    client->number = load->next++;
    client->due_ns = due_ns;
    client->is_right = false;
    load->result->sent++;
    head_point(load->runtime->head, TAPE_MARK, "sent", (int64_t)client->number);
    if (!write_request(load, client)) return false;
    if (client->socket < 0) return open_connection(load, client);
    client->state = CLIENT_SENDING;
    return true;
}

/* The request is over; for better or worse, the client is free. */
static void finish(struct load *load, struct client *client, bool keep) {
    client->state = CLIENT_IDLE;
    load->over++;
    wire_reader_next(&client->reader);
    if (keep) return;
    disconnect(client);
    wire_bytes_drop(&client->output, wire_bytes_length(&client->output));
}

static void answered(struct load *load, struct client *client) {
    struct load_result *result = load->result;
    uint64_t now = clock_ns(), latency = now - client->due_ns;
    unsigned char *times = &load->answers[client->number];
    if (*times < 2) ++*times;
    if (*times == 2) result->repeated++;
    if (!client->is_right) result->wrong++;
    result->answered++;
    load->last_ns = now;
    histogram_add(&result->latency, latency, 1);
    head_timed(load->runtime->head, TAPE_MARK, "answered", (int64_t)client->number, latency);
    finish(load, client, load->options->keep_alive && client->reader.head.keep_alive);
}

static void lost(struct load *load, struct client *client) {
    load->result->lost++;
    head_timed(load->runtime->head, TAPE_MARK, "lost", (int64_t)client->number,
               clock_ns() - client->due_ns);
    finish(load, client, false);
}

static bool is_right(const struct client *client) {
    const char *number = wire_field(&client->reader.head, "X-Request");
    char expected[24];
    snprintf(expected, sizeof expected, "%" PRIu64, client->number);
    return client->reader.head.status == 200 && number && strcmp(number, expected) == 0;
}

/* What came from the server. False when the answer is complete or will never be. */
static bool read_bytes(struct load *load, struct client *client, const char *bytes, size_t length) {
    for (;;) {
        size_t used;
        struct wire_piece piece;
        enum wire_says says = wire_read(&client->reader, bytes, length, &used, &piece);
        bytes += used;
        length -= used;
        switch (says) {
        case WIRE_WANTS: return true;
        case WIRE_HEAD: client->is_right = is_right(client); break;
        case WIRE_BODY: break;
        case WIRE_ENDS:
            if (length) client->is_right = false; /* bytes behind the only answer asked for */
            answered(load, client);
            return false;
        case WIRE_REFUSES: lost(load, client); return false;
        }
    }
}

static void receive(struct load *load, struct client *client) {
    char bytes[16384];
    for (;;) {
        ssize_t got = recv(client->socket, bytes, sizeof bytes, 0);
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return;
        if (got <= 0) {
            bool ends = got == 0 && wire_read_closed(&client->reader) == WIRE_ENDS;
            if (ends)
                answered(load, client);
            else
                lost(load, client);
            return;
        }
        if (!read_bytes(load, client, bytes, (size_t)got)) return;
    }
}

static void transmit(struct load *load, struct client *client) {
    size_t length = wire_bytes_length(&client->output);
    ssize_t sent =
        send(client->socket, wire_bytes_front(&client->output), length, PLATFORM_NO_SIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) lost(load, client);
    if (sent < 0) return;
    wire_bytes_drop(&client->output, (size_t)sent);
    if ((size_t)sent == length) client->state = CLIENT_RECEIVING;
}

static void carry_on(struct load *load, struct client *client, short events) {
    if (client->state == CLIENT_CONNECTING && events) {
        int error = 0;
        socklen_t size = sizeof error;
        if (getsockopt(client->socket, SOL_SOCKET, SO_ERROR, &error, &size) || error) {
            lost(load, client);
            return;
        }
        client->state = CLIENT_SENDING;
    }
    if (client->state == CLIENT_SENDING) transmit(load, client);
    if (client->state == CLIENT_RECEIVING && events & (POLLIN | POLLHUP | POLLERR))
        receive(load, client);
}

/* ---- all of them ------------------------------------------------------------------------- */

/* When request number n is to be sent. */
static uint64_t due(const struct load *load, uint64_t number) {
    if (load->options->rate <= 0) return 0;
    return load->started_ns + (uint64_t)((double)number / load->options->rate * 1e9);
}

static bool send_what_is_due(struct load *load) {
    const struct load_options *options = load->options;
    for (unsigned i = 0; i < options->clients && load->next < options->requests; i++) {
        uint64_t at = due(load, load->next), now = clock_ns();
        if (at > now) return true;
        if (load->clients[i].state != CLIENT_IDLE) continue;
        if (!send_request(load, &load->clients[i], at ? at : now)) return false;
    }
    return true;
}

static int patience_ms(const struct load *load) {
    uint64_t now = clock_ns(), at = due(load, load->next);
    if (load->next >= load->options->requests || at <= now) return look_up_ms;
    uint64_t rest = (at - now) / 1000000;
    return rest < (uint64_t)look_up_ms ? (int)rest : look_up_ms;
}

static bool wait_for_events(struct load *load) {
    for (unsigned i = 0; i < load->options->clients; i++) {
        const struct client *client = &load->clients[i];
        bool sends = client->state == CLIENT_CONNECTING || client->state == CLIENT_SENDING;
        load->polled[i] = (struct pollfd){.fd = client->state == CLIENT_IDLE ? -1 : client->socket,
                                          .events = sends ? POLLOUT : POLLIN};
    }
    int ready = poll(load->polled, load->options->clients, patience_ms(load));
    if (ready < 0 && errno != EINTR && errno != EAGAIN) return refuse_system(load, "poll");
    if (ready <= 0)
        for (unsigned i = 0; i < load->options->clients; i++) load->polled[i].revents = 0;
    return !runtime_cancelled(load->runtime);
}

static bool go_round(struct load *load) {
    if (!send_what_is_due(load) || !wait_for_events(load)) return false;
    uint64_t now = clock_ns(), most = load->options->timeout_ns;
    for (unsigned i = 0; i < load->options->clients; i++) {
        struct client *client = &load->clients[i];
        short events = load->polled[i].revents;
        if (events && client->state != CLIENT_IDLE) carry_on(load, client, events);
        bool late = most && client->state != CLIENT_IDLE && now > client->due_ns + most;
        if (late) lost(load, client);
    }
    return true;
}

static bool take_memory(struct load *load) {
    struct memory *memory = load->runtime->memory;
    const struct load_options *options = load->options;
    load->clients = memory_take(memory, options->clients * sizeof *load->clients);
    load->polled = memory_take(memory, options->clients * sizeof *load->polled);
    size_t requests = (size_t)options->requests;
    if (requests != options->requests) return fault_no_memory(load->runtime->fault);
    load->answers = memory_take(memory, requests);
    if (!load->clients || !load->polled || !load->answers)
        return fault_no_memory(load->runtime->fault);
    memset(load->answers, 0, requests);
    struct wire_limits limits = wire_limits_usual;
    limits.body = UINT64_MAX;
    for (unsigned i = 0; i < options->clients; i++) {
        load->clients[i] = (struct client){.socket = -1};
        wire_bytes_init(&load->clients[i].output, memory);
        wire_reader_init(&load->clients[i].reader, WIRE_RESPONSES, &limits, memory);
    }
    return true;
}

static void give_memory(struct load *load) {
    struct memory *memory = load->runtime->memory;
    const struct load_options *options = load->options;
    if (load->clients && load->polled && load->answers)
        for (unsigned i = 0; i < options->clients; i++) {
            disconnect(&load->clients[i]);
            wire_bytes_release(&load->clients[i].output);
            wire_reader_release(&load->clients[i].reader);
        }
    memory_give(memory, load->clients, options->clients * sizeof *load->clients);
    memory_give(memory, load->polled, options->clients * sizeof *load->polled);
    memory_give(memory, load->answers, (size_t)options->requests);
}

bool load_run(struct runtime *runtime, const struct load_options *options,
              struct load_result *result) {
    struct load load = {.runtime = runtime, .options = options, .result = result};
    *result = (struct load_result){0};
    histogram_init(&result->latency);
    bool fine = take_memory(&load);
    load.started_ns = load.last_ns = clock_ns();
    while (fine && load.over < options->requests) fine = go_round(&load);
    result->elapsed_ns = load.last_ns - load.started_ns;
    give_memory(&load);
    return fine;
}

/* ---- file descriptors -------------------------------------------------------------------- */

static size_t count_open(size_t limit) {
    size_t count = 0;
    for (int i = 0; (size_t)i < limit && i < 4096; i++)
        if (fcntl(i, F_GETFD) != -1) count++;
    return count;
}

bool descriptors_reserve(struct fault *fault, size_t count) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit)) return true; /* the system calls will tell */
    size_t need = count_open((size_t)limit.rlim_cur) + count;
    if (limit.rlim_cur == RLIM_INFINITY || need <= limit.rlim_cur) return true;
    struct rlimit raised = {.rlim_cur = (rlim_t)need, .rlim_max = limit.rlim_max};
    if ((limit.rlim_max == RLIM_INFINITY || need <= limit.rlim_max) &&
        setrlimit(RLIMIT_NOFILE, &raised) == 0)
        return true;
    return fault_raise(fault, "OSError",
                       "this run needs %zu file descriptors and the system gives %zu (ulimit -n); "
                       "fewer clients or workers need fewer",
                       need, (size_t)limit.rlim_max);
}
