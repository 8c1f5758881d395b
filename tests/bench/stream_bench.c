/* Streaming: 10,000,000 rows of an export over HTTP, from a worker to a client that adds up a
 * checksum, beside a thread that writes the same rows onto a socket by 64 KiB and nothing else. */
#include <arpa/inet.h>
#include <math.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/base/platform.h"
#include "engine/server/fetch.h"
#include "engine/server/pages.h"
#include "engine/server/server.h"
#include "lessons/day6.h"
#include "tests/bench/bench.h"
#include "tests/bench/bench_run.h"

enum { ROWS = 10000000, ROOM = 65536 };

struct streaming {
    int rounds;            /* done so far */
    size_t held_most;      /* bytes on the engine's account, over all rounds */
    double grown_most;     /* bytes by which this process grew in a round after the first, which
                            * brings the program's own code and a thread's stack into memory */
    uint64_t ours, theirs; /* checksums, which must be the same */
};

/* ---- ours --------------------------------------------------------------------------------- */

static void sum_up(void *context, struct wire_piece piece) {
    checksum_add(context, piece.bytes, piece.length);
}

static bool fetch_all(struct runtime *runtime, uint16_t port, struct checksum *checksum) {
    struct fetch_result result = {0};
    struct fetch_options options = {
        .port = port, .path = "/", .minor = 1, .piece = sum_up, .context = checksum};
    return fetch_run(runtime, &options, &result) && result.complete;
}

static bool stream(struct bench_run *run, uint64_t rows, struct checksum *checksum) {
    struct export export = {.rows = rows, .batch = 1000, .memory = &run->memory};
    struct page page = {"/", export_view(&export, true)};
    struct pages pages = {&page, 1};
    struct application application = {
        .chain = chain_build(&run->runtime, NULL, 0, pages_urlconf(&pages)),
        .memory = &run->memory,
        .limits = wire_limits_usual};
    struct server_options options = {
        .kind = SERVER_SYNC, .workers = 1, .application = &application};
    struct server *server = application.chain ? server_start(&options, &run->fault) : NULL;
    bool done = server && fetch_all(&run->runtime, server_port(server), checksum);
    server_stop(server);
    return done;
}

/* The most that was resident since the kernel was last told to forget it; 0 where it cannot say. */
static uint64_t resident_most(bool forget) {
    FILE *file = fopen(forget ? "/proc/self/clear_refs" : "/proc/self/status", forget ? "w" : "r");
    char line[128];
    uint64_t kib = 0;
    if (!file) return 0;
    if (forget) fputs("5", file);
    while (!forget && fgets(line, sizeof line, file))
        if (strncmp(line, "VmHWM:", 6) == 0) kib = strtoull(line + 6, NULL, 10);
    fclose(file);
    return kib * 1024;
}

static uint64_t stream_rows(void *context) {
    struct streaming *streaming = context;
    struct bench_run run;
    struct checksum checksum;
    bench_run_init(&run);
    checksum_init(&checksum);
    resident_most(true);
    double before = (double)platform_resident();
    bool done = stream(&run, ROWS, &checksum);
    double grown = (double)resident_most(false) - before;
    if (streaming->rounds++ > 0 && grown > streaming->grown_most) streaming->grown_most = grown;
    if (memory_peak(&run.memory) > streaming->held_most)
        streaming->held_most = memory_peak(&run.memory);
    streaming->ours = checksum_value(&checksum);
    bench_run_release(&run);
    return done ? ROWS : 0;
}

/* ---- the reference ------------------------------------------------------------------------ */

static bool send_all(int socket, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t sent = send(socket, bytes, length, MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes += sent;
        length -= (size_t)sent;
    }
    return true;
}

/* Rows into 64 KiB, 64 KiB onto a socket, nothing in between. */
static void *write_plainly(void *listener) {
    char *room = malloc(ROOM);
    size_t used = 0;
    int client = accept(*(int *)listener, NULL, NULL);
    for (uint64_t row = 1; room && row <= ROWS; row++) {
        used += export_row(room + used, row);
        if (ROOM - used >= EXPORT_ROW_MOST && row < ROWS) continue;
        if (!send_all(client, room, used)) break;
        used = 0;
    }
    if (client >= 0) close(client);
    free(room);
    return NULL;
}

static int listen_somewhere(struct sockaddr_in *address) {
    socklen_t length = sizeof *address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    *address =
        (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (listener >= 0 && bind(listener, (struct sockaddr *)address, length) == 0 &&
        listen(listener, 1) == 0 && getsockname(listener, (struct sockaddr *)address, &length) == 0)
        return listener;
    if (listener >= 0) close(listener);
    return -1;
}

static bool read_all(const struct sockaddr_in *address, struct checksum *checksum) {
    char *room = malloc(ROOM);
    int client = socket(AF_INET, SOCK_STREAM, 0);
    ssize_t got = -1;
    if (room && connect(client, (const struct sockaddr *)address, sizeof *address) == 0)
        while ((got = recv(client, room, ROOM, 0)) > 0) checksum_add(checksum, room, (size_t)got);
    if (client >= 0) close(client);
    free(room);
    return got == 0;
}

static uint64_t write_rows(void *context) {
    struct streaming *streaming = context;
    struct sockaddr_in address;
    struct checksum checksum;
    pthread_t thread;
    int listener = listen_somewhere(&address);
    checksum_init(&checksum);
    if (listener < 0 || pthread_create(&thread, NULL, write_plainly, &listener) != 0) return 0;
    bool done = read_all(&address, &checksum);
    pthread_join(thread, NULL);
    close(listener);
    streaming->theirs = checksum_value(&checksum);
    return done && streaming->ours == streaming->theirs ? ROWS : 0;
}

/* ---- growth -------------------------------------------------------------------------------- */

/* Streams so many rows; the time by the clock, for two threads take part. */
static bool grow_time(void *context, size_t rows, double *ns) {
    struct bench_run run;
    struct checksum checksum;
    (void)context;
    bench_run_init(&run);
    checksum_init(&checksum);
    uint64_t start = clock_ns();
    bool done = stream(&run, rows, &checksum);
    *ns = (double)(clock_ns() - start);
    bench_run_release(&run);
    return done;
}

static bool grow_memory(void *context, size_t rows, double *bytes) {
    struct bench_run run;
    struct checksum checksum;
    (void)context;
    bench_run_init(&run);
    checksum_init(&checksum);
    bool done = stream(&run, rows, &checksum);
    *bytes = (double)memory_peak(&run.memory);
    bench_run_release(&run);
    return done;
}

static const struct growth growths[] = {
    {"stream rows, growth with rows",
     "a row is written once",
     1,
     {30000, 300000, 3000000},
     grow_time,
     NULL,
     AMOUNT_NS,
     3},
    {"held while streaming, growth with rows",
     "one piece is held at a time",
     0,
     {30000, 300000, 3000000},
     grow_memory,
     NULL,
     AMOUNT_BYTES,
     1},
};

/* ---- the section -------------------------------------------------------------------------- */

void bench_stream(struct bench *bench) {
    struct streaming streaming = {0};
    const struct pair pair = {.figure = "stream 10,000,000 rows over HTTP, rows",
                              .reference = "a plain 64 KiB writer of the same rows",
                              .target = {RATIO_AT_LEAST, 0.8},
                              .ours = stream_rows,
                              .theirs = write_rows,
                              .context = &streaming,
                              .rounds = 3,
                              .rate = true};
    bench_pair(bench, &pair);
    const struct row rows[] = {
        {.figure = "held at most meanwhile, by the engine's account",
         .amount = AMOUNT_BYTES,
         .ours = streaming.held_most ? (double)streaming.held_most : NAN,
         .theirs = NAN,
         .target = {OURS_AT_MOST, 256 << 10}},
        {.figure = "grown at most meanwhile, the process",
         .amount = AMOUNT_BYTES,
         .ours = resident_most(false) ? streaming.grown_most : NAN,
         .theirs = NAN,
         .target = {OURS_AT_MOST, 256 << 10}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) bench_row(bench, &rows[i]);
    for (size_t i = 0; i < sizeof growths / sizeof *growths; i++) bench_growth(bench, &growths[i]);
}
