/* The gateway in front of a backend that says, byte by byte, what the test tells it to. */
#include "engine/server/gateway.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/testing.h"

enum { ANSWER_MOST = 65536 };

/* ---- the backend -------------------------------------------------------------------------- */

/* Pieces are sent one after another, each only when the test has said so. */
struct backend {
    int listener, go[2];
    uint16_t port;
    const char *const *pieces; /* ends with NULL */
    bool hangs;                /* does not close behind the last piece, until told */
    char request[4096];        /* what it was asked */
    pthread_t thread;
};

static void *serve(void *argument) {
    struct backend *backend = argument;
    int connection = accept(backend->listener, NULL, NULL);
    ssize_t got = recv(connection, backend->request, sizeof backend->request - 1, 0);
    backend->request[got > 0 ? got : 0] = '\0';
    char byte;
    for (size_t i = 0; backend->pieces[i]; i++) {
        if (i && read(backend->go[0], &byte, 1) != 1) break;
        send(connection, backend->pieces[i], strlen(backend->pieces[i]), MSG_NOSIGNAL);
    }
    if (backend->hangs) (void)!read(backend->go[0], &byte, 1);
    close(connection);
    return NULL;
}

static int listen_anywhere(uint16_t *port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, length), 0);
    assert_int_equal(listen(listener, 8), 0);
    getsockname(listener, (struct sockaddr *)&address, &length);
    *port = ntohs(address.sin_port);
    return listener;
}

/* ---- one passage -------------------------------------------------------------------------- */

struct passage_through {
    struct backend backend;
    struct memory memory;
    struct arena arena;
    struct fault fault;
    struct gateway *gateway;
    int client;
    char answer[ANSWER_MOST];
    size_t length;
};

static struct passage_through *begin(const char *const *pieces, struct gateway_options options,
                                     const char *request) {
    struct passage_through *through = calloc(1, sizeof *through);
    assert_non_null(through);
    through->backend.pieces = pieces;
    through->backend.hangs = options.read_timeout_ns > 0; /* it is silence that is tested */
    through->backend.listener = listen_anywhere(&through->backend.port);
    assert_int_equal(pipe(through->backend.go), 0);
    pthread_create(&through->backend.thread, NULL, serve, &through->backend);
    memory_init(&through->memory, 0);
    arena_init(&through->arena, NULL);
    fault_init(&through->fault, &through->arena);
    options.backend = through->backend.port;
    options.memory = &through->memory;
    through->gateway = gateway_start(&options, &through->fault);
    assert_non_null(through->gateway);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(gateway_port(through->gateway)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    through->client = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(through->client, (struct sockaddr *)&address, sizeof address), 0);
    send(through->client, request, strlen(request), MSG_NOSIGNAL);
    return through;
}

/* Lets the backend send its next piece. */
static void next_piece(struct passage_through *through) {
    assert_int_equal(write(through->backend.go[1], "g", 1), 1);
}

/* Reads until the answer ends with `end`; NULL: until the gateway closes. */
static void read_until(struct passage_through *through, const char *end) {
    for (;;) {
        size_t wanted = end ? strlen(end) : 0;
        if (end && through->length >= wanted &&
            memcmp(through->answer + through->length - wanted, end, wanted) == 0)
            return;
        struct pollfd polled = {.fd = through->client, .events = POLLIN};
        if (poll(&polled, 1, 20000) == 0) fail_msg("nothing for 20 s after: %s", through->answer);
        ssize_t got = recv(through->client, through->answer + through->length,
                           ANSWER_MOST - 1 - through->length, 0);
        if (got <= 0) break;
        through->length += (size_t)got;
        through->answer[through->length] = '\0';
    }
    if (end) fail_msg("closed before %s: %s", end, through->answer);
}

static void finish(struct passage_through *through) {
    close(through->backend.go[1]);
    gateway_stop(through->gateway);
    pthread_join(through->backend.thread, NULL);
    assert_int_equal(memory_held(&through->memory), 0);
    close(through->client);
    close(through->backend.listener);
    close(through->backend.go[0]);
    arena_release(&through->arena);
    free(through);
}

#define GET "GET /a?b=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Own: 1\r\n\r\n"
#define CHUNKED "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
#define PASSED "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"

static const struct gateway_options buffering = {.minor = 1, .buffering = true, .buffer = 100},
                                    unframed = {.minor = 0, .buffering = true, .buffer = 10};

/* ---- passing on --------------------------------------------------------------------------- */

static void requests_are_passed_on_without_their_connection_fields(void **state) {
    (void)state;
    static const char *const pieces[] = {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Their: 2\r\n"
                                         "Connection: close\r\n\r\nok",
                                         NULL};
    struct passage_through *through = begin(pieces, buffering, GET);
    read_until(through, NULL);
    assert_string_equal(through->backend.request,
                        "GET /a?b=1 HTTP/1.1\r\nHost: x\r\nX-Own: 1\r\nConnection: close\r\n\r\n");
    assert_string_equal(through->answer, "HTTP/1.1 200 OK\r\nX-Their: 2\r\nContent-Length: 2\r\n"
                                         "Connection: close\r\n\r\nok");
    finish(through);
}

static void a_chunk_is_passed_on_before_the_next_is_sent(void **state) {
    (void)state;
    static const char *const pieces[] = {CHUNKED "2\r\nab\r\n", "2\r\ncd\r\n", "0\r\n\r\n", NULL};
    struct passage_through *through = begin(pieces, buffering, GET);
    read_until(through, "\r\nab\r\n");
    next_piece(through);
    read_until(through, "\r\ncd\r\n");
    next_piece(through);
    read_until(through, NULL);
    assert_string_equal(through->answer, PASSED "00000002\r\nab\r\n00000002\r\ncd\r\n0\r\n\r\n");
    finish(through);
}

/* Without frames the first three bytes wait: what comes out first is a full buffer. */
static void an_unframed_body_waits_for_a_full_buffer(void **state) {
    (void)state;
    static const char *const pieces[] = {"HTTP/1.0 200 OK\r\n\r\nabc", "defghijkl", "m", NULL};
    struct passage_through *through = begin(pieces, unframed, GET);
    read_until(through, "Connection: close\r\n\r\n");
    next_piece(through);
    read_until(through, "0000000C\r\nabcdefghijkl\r\n");
    next_piece(through);
    read_until(through, NULL);
    assert_string_equal(through->answer,
                        PASSED "0000000C\r\nabcdefghijkl\r\n00000001\r\nm\r\n0\r\n\r\n");
    finish(through);
}

static void x_accel_buffering_switches_it_off_and_is_not_passed_on(void **state) {
    (void)state;
    static const char *const pieces[] = {"HTTP/1.0 200 OK\r\nX-Accel-Buffering: no\r\n\r\nabc", "d",
                                         NULL};
    struct passage_through *through = begin(pieces, unframed, GET);
    read_until(through, "00000003\r\nabc\r\n");
    next_piece(through);
    read_until(through, NULL);
    assert_string_equal(through->answer, PASSED "00000003\r\nabc\r\n00000001\r\nd\r\n0\r\n\r\n");
    finish(through);
}

static void a_client_of_http_1_0_gets_no_chunks(void **state) {
    (void)state;
    static const char *const pieces[] = {CHUNKED "2\r\nab\r\n0\r\n\r\n", NULL};
    struct passage_through *through = begin(pieces, buffering, "GET / HTTP/1.0\r\n\r\n");
    read_until(through, NULL);
    assert_string_equal(through->answer, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nab");
    finish(through);
}

/* ---- giving up ---------------------------------------------------------------------------- */

static void a_backend_that_closes_early_is_502_or_a_cut_body(void **state) {
    (void)state;
    static const struct {
        const char *piece, *answer;
    } runs[] = {
        {"", "HTTP/1.1 502 Bad Gateway\r\n"},
        {"HTTP/1.1 200 OK\r\nContent", "HTTP/1.1 502 Bad Gateway\r\n"},
        {"nonsense\r\n\r\n", "HTTP/1.1 502 Bad Gateway\r\n"},
        {CHUNKED "2\r\nab\r\n", PASSED "00000002\r\nab\r\n"},
    };
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        const char *const pieces[] = {runs[i].piece, NULL};
        struct passage_through *through = begin(pieces, buffering, GET);
        read_until(through, NULL);
        assert_int_equal(strncmp(through->answer, runs[i].answer, strlen(runs[i].answer)), 0);
        if (i == 3) assert_string_equal(through->answer, runs[i].answer); /* and no last chunk */
        finish(through);
    }
}

static void silence_is_504_before_the_head_and_a_cut_after_it(void **state) {
    (void)state;
    static const char *const silent[] = {"", NULL}, *const begun[] = {CHUNKED "2\r\nab\r\n", NULL};
    struct gateway_options impatient = buffering;
    impatient.read_timeout_ns = 30000000;
    for (int i = 0; i < 2; i++) {
        struct passage_through *through = begin(i ? begun : silent, impatient, GET);
        read_until(through, NULL);
        if (i == 0)
            assert_int_equal(strncmp(through->answer, "HTTP/1.1 504 Gateway Time-out\r\n", 31), 0);
        else
            assert_string_equal(through->answer, PASSED "00000002\r\nab\r\n");
        finish(through);
    }
}

static void no_backend_is_502(void **state) {
    (void)state;
    struct memory memory;
    struct arena arena;
    struct fault fault;
    uint16_t port;
    int gone = listen_anywhere(&port);
    close(gone);
    memory_init(&memory, 0);
    arena_init(&arena, NULL);
    fault_init(&fault, &arena);
    struct gateway_options options = buffering;
    options.backend = port;
    options.memory = &memory;
    struct gateway *gateway = gateway_start(&options, &fault);
    struct passage_through through = {0};
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(gateway_port(gateway)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    through.client = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(through.client, (struct sockaddr *)&address, sizeof address), 0);
    send(through.client, GET, strlen(GET), MSG_NOSIGNAL);
    read_until(&through, NULL);
    assert_int_equal(strncmp(through.answer, "HTTP/1.1 502 Bad Gateway\r\n", 26), 0);
    close(through.client);
    gateway_stop(gateway);
    assert_int_equal(memory_held(&memory), 0);
    arena_release(&arena);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_are_passed_on_without_their_connection_fields),
        cmocka_unit_test(a_chunk_is_passed_on_before_the_next_is_sent),
        cmocka_unit_test(an_unframed_body_waits_for_a_full_buffer),
        cmocka_unit_test(x_accel_buffering_switches_it_off_and_is_not_passed_on),
        cmocka_unit_test(a_client_of_http_1_0_gets_no_chunks),
        cmocka_unit_test(a_backend_that_closes_early_is_502_or_a_cut_body),
        cmocka_unit_test(silence_is_504_before_the_head_and_a_cut_after_it),
        cmocka_unit_test(no_backend_is_502),
    };
    return RUN_TESTS(tests);
}
