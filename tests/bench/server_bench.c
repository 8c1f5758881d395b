/* The async server against a bare libuv server that gives the same answer without looking at the
 * question, both on one thread, under the same load generator with connections kept alive.
 *
 * Requests a second are those of client and server together, on a core each; the processor time
 * of the server's thread is the server's alone, and says more. Of the former the best round is
 * taken on either side: it is the one that neighbours left alone. */
#include <arpa/inet.h>
#include <math.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <uv.h>

#include "engine/server/load.h"
#include "engine/server/pages.h"
#include "engine/server/server.h"
#include "tests/bench/bench.h"
#include "tests/bench/bench_run.h"

enum { REQUESTS = 20000, CLIENTS = 32, ROUNDS = 15 };

/* ---- a bare libuv server ------------------------------------------------------------------ */

/* To the byte what ours answers, but for the day in its Date. */
static const char bare_answer[] = "HTTP/1.1 200 OK\r\n"
                                  "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                                  "Content-Type: text/html; charset=utf-8\r\n"
                                  "Content-Length: 6\r\n\r\n"
                                  "hello\n";

struct bare {
    uv_loop_t loop;
    uv_tcp_t listener;
    uv_async_t stop;
    pthread_t thread;
    uint16_t port;
    struct usage used;
    char room[65536];
};

static void bare_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer) {
    struct bare *bare = handle->loop->data;
    (void)suggested;
    *buffer = uv_buf_init(bare->room, sizeof bare->room);
}

static void bare_free(uv_handle_t *handle) {
    free(handle);
}

static void bare_read(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer) {
    (void)buffer;
    if (length < 0) {
        uv_close((uv_handle_t *)stream, bare_free);
        return;
    }
    uv_buf_t answer = uv_buf_init((char *)(uintptr_t)bare_answer, sizeof bare_answer - 1);
    uv_try_write(stream, &answer, 1);
}

static void bare_connection(uv_stream_t *listener, int status) {
    uv_tcp_t *client = status ? NULL : malloc(sizeof *client);
    if (!client) return;
    uv_tcp_init(listener->loop, client);
    if (uv_accept(listener, (uv_stream_t *)client) == 0) {
        uv_tcp_nodelay(client, 1);
        uv_read_start((uv_stream_t *)client, bare_room, bare_read);
    }
}

static void bare_close(uv_handle_t *handle, void *bare) {
    (void)bare;
    if (uv_is_closing(handle)) return;
    bool is_client =
        handle->type == UV_TCP && handle != (uv_handle_t *)&((struct bare *)bare)->listener;
    uv_close(handle, is_client ? bare_free : NULL);
}

static void bare_stop(uv_async_t *stop) {
    uv_walk(stop->loop, bare_close, stop->loop->data);
}

static void *bare_run(void *argument) {
    struct bare *bare = argument;
    uv_run(&bare->loop, UV_RUN_DEFAULT);
    bare->used = usage_now();
    return NULL;
}

static bool bare_start(struct bare *bare) {
    struct sockaddr_in address;
    int length = sizeof address;
    uv_loop_init(&bare->loop);
    bare->loop.data = bare;
    uv_tcp_init(&bare->loop, &bare->listener);
    uv_async_init(&bare->loop, &bare->stop, bare_stop);
    uv_ip4_addr("127.0.0.1", 0, &address);
    if (uv_tcp_bind(&bare->listener, (struct sockaddr *)&address, 0) ||
        uv_listen((uv_stream_t *)&bare->listener, 128, bare_connection) ||
        uv_tcp_getsockname(&bare->listener, (struct sockaddr *)&address, &length))
        return false;
    bare->port = ntohs(address.sin_port);
    return pthread_create(&bare->thread, NULL, bare_run, bare) == 0;
}

/* ---- a load on either --------------------------------------------------------------------- */

static bool load(struct bench_run *run, uint16_t port, unsigned clients,
                 struct load_result *result) {
    struct load_options options = {
        .port = port, .path = "/", .clients = clients, .requests = REQUESTS, .keep_alive = true};
    return load_run(&run->runtime, &options, result) && result->answered == REQUESTS;
}

static enum view_says hello(const struct view *view, struct view_frame *frame) {
    (void)view;
    frame->response = response_new(frame->request->arena, 200, "hello\n", 6);
    return frame->response ? VIEW_ANSWERS : VIEW_RAISES;
}

/* What a load on a server told. */
struct told {
    double cpu_ns;     /* of the server's one thread, for a request */
    double per_second; /* requests answered, client and server together */
};

static const struct told nothing_told = {NAN, NAN};

/* Loads a server that listens; NAN when it did not answer all. */
static struct told ask(struct bench_run *run, uint16_t port, unsigned clients) {
    struct load_result result;
    if (!load(run, port, clients, &result)) return nothing_told;
    return (struct told){.per_second = REQUESTS * 1e9 / (double)result.elapsed_ns};
}

static struct told measure_ours(struct tape *tape, unsigned clients) {
    struct bench_run run;
    bench_run_init(&run);
    struct page page = {"/", {{&view_type}, "hello", "blog.views", hello, NULL}};
    struct pages pages = {&page, 1};
    struct chain *chain = chain_build(&run.runtime, NULL, 0, pages_urlconf(&pages));
    struct application application = {.chain = chain,
                                      .tape = tape,
                                      .memory = &run.memory,
                                      .limits = wire_limits_usual,
                                      .keep_alive = true};
    struct usage used = {0};
    struct server_options options = {
        .kind = SERVER_ASYNC, .application = &application, .usage = &used};
    struct server *server = chain ? server_start(&options, &run.fault) : NULL;
    struct told told = server ? ask(&run, server_port(server), clients) : nothing_told;
    server_stop(server);
    told.cpu_ns = server ? (double)used.cpu_ns / REQUESTS : NAN;
    bench_run_release(&run);
    return told;
}

static struct told measure_recorded(void) {
    struct tape *tape = tape_new(NULL, 0);
    struct told told = tape ? measure_ours(tape, CLIENTS) : nothing_told;
    tape_free(tape);
    return told;
}

static struct told measure_bare(void) {
    struct bench_run run;
    struct bare *bare = calloc(1, sizeof *bare);
    struct told told = nothing_told;
    bench_run_init(&run);
    if (bare && bare_start(bare)) {
        told = ask(&run, bare->port, CLIENTS);
        uv_async_send(&bare->stop);
        pthread_join(bare->thread, NULL);
        uv_loop_close(&bare->loop);
        told.cpu_ns = (double)bare->used.cpu_ns / REQUESTS;
    }
    free(bare);
    bench_run_release(&run);
    return told;
}

/* Of the server's thread, for a request. */
static bool grow_clients(void *context, size_t clients, double *ns) {
    (void)context;
    *ns = measure_ours(NULL, (unsigned)clients).cpu_ns;
    return !isnan(*ns);
}

static const struct growth growth = {"async server, a request, growth with clients",
                                     "the loop is told who has something to say",
                                     0,
                                     {4, 32, 256},
                                     grow_clients,
                                     NULL,
                                     AMOUNT_NS,
                                     5};

void bench_server(struct bench *bench) {
    enum { OURS, RECORDED, BARE, KINDS };
    double cpu[KINDS][ROUNDS], rate[KINDS][ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        struct told told[KINDS] = {measure_ours(NULL, CLIENTS), measure_recorded(), measure_bare()};
        for (int kind = 0; kind < KINDS; kind++) {
            cpu[kind][i] = told[kind].cpu_ns;
            rate[kind][i] = told[kind].per_second;
        }
    }
    double reference = bench_quantile(cpu[BARE], ROUNDS, 0.5);
    const struct row rows[] = {
        {.figure = "async server, requests answered, best round",
         .reference = "a bare libuv server of the same answer",
         .amount = AMOUNT_PER_SECOND,
         .ours = bench_quantile(rate[OURS], ROUNDS, 1),
         .theirs = bench_quantile(rate[BARE], ROUNDS, 1),
         .target = {RATIO_AT_LEAST, 0.8}},
        {.figure = "async server, processor time a request",
         .reference = "a bare libuv server of the same answer",
         .amount = AMOUNT_NS,
         .ours = bench_quantile(cpu[OURS], ROUNDS, 0.5),
         .theirs = reference,
         .target = {RATIO_AT_MOST, 1 / 0.8}},
        {.figure = "the same, recorded on a tape",
         .reference = "a bare libuv server of the same answer",
         .amount = AMOUNT_NS,
         .ours = bench_quantile(cpu[RECORDED], ROUNDS, 0.5),
         .theirs = reference},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) bench_row(bench, &rows[i]);
    bench_growth(bench, &growth);
}
