/* fetch - see fetch.h. */
#include "engine/server/fetch.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/base/platform.h"
#include "engine/base/text.h"

enum { PIECE = 65536, LOOK_UP_MS = 25 };

struct fetch {
    struct runtime *runtime;
    const struct fetch_options *options;
    struct fetch_result *result;
    struct wire_reader reader;
    int socket;
    char *room; /* PIECE bytes */
};

/* ---- connecting -------------------------------------------------------------------------- */

static int refuse_system(struct fault *fault, int socket, const char *what) {
    fault_raise(fault, "OSError", "client: %s: %s", what, strerror(errno));
    if (socket >= 0) close(socket);
    return -1;
}

/* A small buffer must be asked for before connecting: it decides the window. */
int loopback_connect(struct fault *fault, uint16_t port, int buffer) {
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int on = 1, client = socket(AF_INET, SOCK_STREAM, 0);
    if (client < 0) return refuse_system(fault, -1, "could not open a socket");
    if (buffer) setsockopt(client, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(client, (struct sockaddr *)&address, sizeof address))
        return refuse_system(fault, client, "could not connect");
    int flags = fcntl(client, F_GETFL);
    if (flags < 0 || fcntl(client, F_SETFL, flags | O_NONBLOCK) ||
        fcntl(client, F_SETFD, FD_CLOEXEC))
        return refuse_system(fault, client, "could not prepare a socket");
    return client;
}

/* ---- sending ----------------------------------------------------------------------------- */

/* RFC 3986: what may stand in a path or query stays, all else is quoted. */
static void put_target(struct text *target, const char *path) {
    static const char kept[] = "-._~!$&'()*+,;=:@/?%";
    if (*path != '/') text_add_char(target, '/');
    for (; *path; path++) {
        unsigned char c = (unsigned char)*path;
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (letter || strchr(kept, c))
            text_add_char(target, (char)c);
        else
            text_format(target, "%%%02X", c);
    }
}

static bool wait_for(struct fetch *fetch, short events, int ms) {
    struct pollfd polled = {.fd = fetch->socket, .events = events};
    int ready;
    do {
        if (runtime_cancelled(fetch->runtime)) return false;
        ready = poll(&polled, 1, ms);
    } while (ready == 0 || (ready < 0 && errno == EINTR));
    return ready > 0 ||
           fault_raise(fetch->runtime->fault, "OSError", "client: poll: %s", strerror(errno));
}

static bool send_request(struct fetch *fetch) {
    struct text target;
    struct wire_bytes output;
    text_init(&target, fetch->runtime->arena);
    put_target(&target, fetch->options->path);
    const char *line = text_finish(&target);
    wire_bytes_init(&output, fetch->runtime->memory);
    if (line) wire_put_request_line(&output, "GET", line, fetch->options->minor);
    wire_put_field(&output, "Host", "127.0.0.1");
    if (fetch->options->minor) wire_put_field(&output, "Connection", "close");
    wire_put_head_end(&output);
    bool fine = (line && !output.failed) || fault_no_memory(fetch->runtime->fault);
    fetch->result->connected_ns = clock_ns();
    while (fine && wire_bytes_length(&output)) {
        ssize_t sent = send(fetch->socket, wire_bytes_front(&output), wire_bytes_length(&output),
                            PLATFORM_NO_SIGNAL);
        if (sent > 0) wire_bytes_drop(&output, (size_t)sent);
        if (sent < 0 && errno != EAGAIN && errno != EINTR) break; /* cut: reading will tell */
        if (sent < 0) fine = wait_for(fetch, POLLOUT, LOOK_UP_MS);
    }
    wire_bytes_release(&output);
    return fine;
}

/* ---- receiving --------------------------------------------------------------------------- */

/* False when the message is over. */
static bool read_bytes(struct fetch *fetch, const char *bytes, size_t length) {
    struct fetch_result *result = fetch->result;
    for (;;) {
        size_t used;
        struct wire_piece piece;
        enum wire_says says = wire_read(&fetch->reader, bytes, length, &used, &piece);
        bytes += used;
        length -= used;
        switch (says) {
        case WIRE_WANTS: return true;
        case WIRE_HEAD:
            result->status = fetch->reader.head.status;
            result->head_ns = clock_ns();
            break;
        case WIRE_BODY:
            if (!result->first_ns) result->first_ns = clock_ns();
            result->bytes += piece.length;
            if (fetch->options->piece) fetch->options->piece(fetch->options->context, piece);
            break;
        case WIRE_ENDS: result->complete = true; return false;
        case WIRE_REFUSES: return false;
        }
    }
}

/* How many bytes a slow client may have read by now. */
static size_t allowance(const struct fetch *fetch) {
    uint64_t speed = fetch->options->bytes_per_second;
    if (speed == 0) return PIECE;
    double elapsed = (double)(clock_ns() - fetch->result->connected_ns) / 1e9;
    double may = elapsed * (double)speed - (double)fetch->result->bytes;
    if (may < 1) return 0;
    return may < (double)PIECE ? (size_t)may : PIECE;
}

static bool receive(struct fetch *fetch, bool *over) {
    size_t most = allowance(fetch);
    if (most == 0) { /* a slow client looks up every few milliseconds */
        poll(NULL, 0, 2);
        return !runtime_cancelled(fetch->runtime);
    }
    ssize_t got = recv(fetch->socket, fetch->room, most, 0);
    if (got > 0) {
        *over = !read_bytes(fetch, fetch->room, (size_t)got);
        return !runtime_cancelled(fetch->runtime);
    }
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
        return wait_for(fetch, POLLIN, LOOK_UP_MS);
    *over = true;
    fetch->result->complete = got == 0 && wire_read_closed(&fetch->reader) == WIRE_ENDS;
    return true;
}

bool fetch_run(struct runtime *runtime, const struct fetch_options *options,
               struct fetch_result *result) {
    struct fetch fetch = {.runtime = runtime, .options = options, .result = result};
    struct wire_limits limits = wire_limits_usual;
    *result = (struct fetch_result){0};
    limits.body = UINT64_MAX;
    fetch.socket = loopback_connect(runtime->fault, options->port, options->buffer);
    if (fetch.socket < 0) return false;
    wire_reader_init(&fetch.reader, WIRE_RESPONSES, &limits, runtime->memory);
    fetch.room = memory_take(runtime->memory, PIECE);
    bool fine = fetch.room ? send_request(&fetch) : fault_no_memory(runtime->fault);
    for (bool over = false; fine && !over;) fine = receive(&fetch, &over);
    result->last_ns = clock_ns();
    close(fetch.socket);
    memory_give(runtime->memory, fetch.room, PIECE);
    wire_reader_release(&fetch.reader);
    return fine;
}
