/* The async server against a bare libuv server that gives the same answer without looking at the
 * question, and the streamed export against a plain writer of the same rows.
 *
 * For the servers, what is compared is the CPU time of the server's one thread for a request: wall
 * time would be the client's as well. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "engine/server/fetch.h"
#include "engine/server/load.h"
#include "engine/server/pages.h"
#include "engine/server/server.h"
#include "lessons/day6.h"
#include "tests/bench/bench.h"

enum { REQUESTS = 20000, CLIENTS = 32, ROUNDS = 7, EXPORT_ROWS = 1000000 };

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

struct bench_run {
    struct memory memory;
    struct arena arena;
    struct fault fault;
    struct head head;
    struct runtime runtime;
    struct load_result result;
};

static struct bench_run *run_new(void) {
    struct bench_run *run = calloc(1, sizeof *run);
    if (!run) return NULL;
    memory_init(&run->memory, 0);
    arena_init(&run->arena, NULL);
    fault_init(&run->fault, &run->arena);
    head_init(&run->head, NULL);
    run->runtime = (struct runtime){
        .arena = &run->arena, .memory = &run->memory, .head = &run->head, .fault = &run->fault};
    return run;
}

static void run_free(struct bench_run *run) {
    arena_release(&run->arena);
    free(run);
}

static bool load(struct bench_run *run, uint16_t port) {
    struct load_options options = {
        .port = port, .path = "/", .clients = CLIENTS, .requests = REQUESTS, .keep_alive = true};
    return load_run(&run->runtime, &options, &run->result) && run->result.answered == REQUESTS;
}

static enum view_says hello(const struct view *view, struct view_frame *frame) {
    (void)view;
    frame->response = response_new(frame->request->arena, 200, "hello\n", 6);
    return frame->response ? VIEW_ANSWERS : VIEW_RAISES;
}

/* CPU microseconds of the server's thread for a request; negative when it failed. */
static double measure_ours(bool recorded) {
    struct bench_run *run = run_new();
    struct tape *tape = recorded ? tape_new(NULL, 0) : NULL;
    struct page page = {"/", {{&view_type}, "hello", "blog.views", hello, NULL}};
    struct pages pages = {&page, 1};
    struct chain *chain = chain_build(&run->runtime, NULL, 0, pages_urlconf(&pages));
    struct application application = {.chain = chain,
                                      .tape = tape,
                                      .memory = &run->memory,
                                      .limits = wire_limits_usual,
                                      .keep_alive = true};
    struct usage used = {0};
    struct server_options options = {
        .kind = SERVER_ASYNC, .application = &application, .usage = &used};
    struct server *server = chain ? server_start(&options, &run->fault) : NULL;
    bool done = server && load(run, server_port(server));
    server_stop(server);
    tape_free(tape);
    run_free(run);
    return done ? (double)used.cpu_ns / 1e3 / REQUESTS : -1;
}

static double measure_bare(void) {
    struct bench_run *run = run_new();
    struct bare *bare = calloc(1, sizeof *bare);
    bool done = bare && bare_start(bare) && load(run, bare->port);
    double us = -1;
    if (done) {
        uv_async_send(&bare->stop);
        pthread_join(bare->thread, NULL);
        uv_loop_close(&bare->loop);
        us = (double)bare->used.cpu_ns / 1e3 / REQUESTS;
        free(bare);
    }
    run_free(run);
    return us;
}

static int by_size(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double middle(double *numbers) {
    qsort(numbers, ROUNDS, sizeof *numbers, by_size);
    return numbers[ROUNDS / 2];
}

int bench_server(void) {
    double ours[ROUNDS], recorded[ROUNDS], bare[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        ours[i] = measure_ours(false);
        bare[i] = measure_bare();
        recorded[i] = measure_ours(true);
    }
    double reference = middle(bare);
    int missed = !bench_figure("async server, CPU of its thread a request",
                               "bare libuv, same answer", middle(ours), reference, "us", 1.25);
    bench_figure("the same, recorded on a tape", "bare libuv, same answer", middle(recorded),
                 reference, "us", 0);
    return missed;
}

/* ---- streaming ---------------------------------------------------------------------------- */

static void sum_up(void *context, struct wire_piece piece) {
    checksum_add(context, piece.bytes, piece.length);
}

static uint64_t stream_rows(void *context) {
    size_t *peak = context;
    struct bench_run *run = run_new();
    struct export export = {.rows = EXPORT_ROWS, .batch = 1000, .memory = &run->memory};
    struct page page = {"/", export_view(&export, true)};
    struct pages pages = {&page, 1};
    struct application application = {
        .chain = chain_build(&run->runtime, NULL, 0, pages_urlconf(&pages)),
        .memory = &run->memory,
        .limits = wire_limits_usual};
    struct server_options options = {
        .kind = SERVER_SYNC, .workers = 1, .application = &application};
    struct server *server = server_start(&options, &run->fault);
    struct checksum checksum;
    struct fetch_result result = {0};
    checksum_init(&checksum);
    struct fetch_options fetch = {.port = server ? server_port(server) : 0,
                                  .path = "/",
                                  .minor = 1,
                                  .piece = sum_up,
                                  .context = &checksum};
    bool done = server && fetch_run(&run->runtime, &fetch, &result) && result.complete;
    server_stop(server);
    *peak = memory_peak(&run->memory);
    run_free(run);
    return done ? EXPORT_ROWS : 0;
}

/* The reference: rows into 64 KiB, 64 KiB onto a socket, nothing in between. */
static void *write_plainly(void *argument) {
    int *descriptor = argument;
    enum { ROOM = 65536 };
    char *room = malloc(ROOM);
    size_t used = 0;
    int client = accept(*descriptor, NULL, NULL);
    for (uint64_t row = 1; room && row <= EXPORT_ROWS; row++) {
        used += export_row(room + used, row);
        if (ROOM - used >= EXPORT_ROW_MOST && row < EXPORT_ROWS) continue;
        for (size_t sent = 0; sent < used;) {
            ssize_t got = send(client, room + sent, used - sent, MSG_NOSIGNAL);
            if (got <= 0) break;
            sent += (size_t)got;
        }
        used = 0;
    }
    close(client);
    free(room);
    return NULL;
}

static uint64_t write_rows(void *context) {
    (void)context;
    struct bench_run *run = run_new();
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    pthread_t thread;
    struct checksum checksum;
    char *room = malloc(65536);
    checksum_init(&checksum);
    bind(listener, (struct sockaddr *)&address, length);
    listen(listener, 1);
    getsockname(listener, (struct sockaddr *)&address, &length);
    pthread_create(&thread, NULL, write_plainly, &listener);
    int client = socket(AF_INET, SOCK_STREAM, 0);
    uint64_t bytes = 0;
    if (connect(client, (struct sockaddr *)&address, length) == 0)
        for (ssize_t got; room && (got = recv(client, room, 65536, 0)) > 0; bytes += (uint64_t)got)
            checksum_add(&checksum, room, (size_t)got);
    close(client);
    pthread_join(thread, NULL);
    close(listener);
    free(room);
    run_free(run);
    return bytes ? EXPORT_ROWS : 0;
}

int bench_streaming(void) {
    size_t peak = 0;
    const struct pair pair = {.figure = "stream 1,000,000 rows over HTTP",
                              .unit = "row",
                              .reference = "plain 64 KiB writer, same rows",
                              .target = 1.25,
                              .ours = stream_rows,
                              .theirs = write_rows,
                              .context = &peak,
                              .rounds = 9};
    int missed = !bench_pair(&pair);
    missed += !bench_figure("memory held at most while streaming", "256 KiB", (double)peak / 1024,
                            256, "KiB", 1);
    return missed;
}
