/* day6_transfer - rows that take their time, from a worker through a gateway to a client, and what
 * arrives of them. In order: the generator, the client, the three together. */
#include <stdio.h>
#include <string.h>

#include "engine/server/load.h"
#include "engine/server/pages.h"
#include "lessons/day6.h"

/* ---- the generator ------------------------------------------------------------------------------
 */

/* "row 17,....." up to size bytes, a line end last. */
static char row_byte(unsigned row, size_t size, size_t at) {
    char start[24];
    size_t length = (size_t)snprintf(start, sizeof start, "row %u,", row);
    if (at + 1 == size) return '\n';
    return at < length ? start[at] : '.';
}

static enum stream_says pull(struct runtime *runtime, struct stream *stream, char *room,
                             size_t size, size_t *length) {
    struct slow_rows *rows = stream->state;
    if (runtime_cancelled(runtime)) return STREAM_FAILS;
    if (rows->made == rows->count || rows->size > size) return STREAM_ENDS;
    uint64_t due = rows->start_ns + rows->due_ns[rows->made + 1], now = clock_ns();
    if (now < due) {
        stream->wait_ns = due - now;
        return STREAM_WAITS;
    }
    if (now - due > rows->late_ns) rows->late_ns = now - due;
    rows->made++;
    memset(room, '.', rows->size);
    for (size_t i = 0; i < rows->size && i < 24; i++) room[i] = row_byte(rows->made, rows->size, i);
    room[rows->size - 1] = '\n';
    *length = rows->size;
    head_point(runtime->head, TAPE_ROW, "made", rows->made);
    return STREAM_HAS;
}

static enum view_says stream_rows(const struct view *view, struct view_frame *frame) {
    struct slow_rows *rows = view->context;
    struct arena *arena = frame->request->arena;
    struct stream *stream = arena_alloc(arena, sizeof *stream);
    struct response *response = stream ? response_streaming(arena, 200, stream) : NULL;
    bool made = response && response_set_header(response, "Content-Type", "text/csv");
    if (made && rows->asks_not_to_buffer)
        made = response_set_header(response, "X-Accel-Buffering", "no");
    if (!made) {
        fault_no_memory(frame->runtime->fault);
        return VIEW_RAISES;
    }
    *stream = (struct stream){.pull = pull, .state = rows};
    rows->start_ns = clock_ns();
    frame->response = response;
    return VIEW_ANSWERS;
}

static struct view slow_view(struct slow_rows *rows) {
    return (struct view){.base = {&view_type},
                         .name = "export",
                         .module = "blog.views",
                         .call = stream_rows,
                         .context = rows};
}

/* ---- the client ---------------------------------------------------------------------------------
 */

/* What the client makes of the pieces it gets. */
struct receiver {
    struct transfer *transfer;
    struct head *head;
};

static void take_piece(void *context, struct wire_piece piece) {
    struct receiver *receiver = context;
    struct transfer *transfer = receiver->transfer;
    size_t size = transfer->rows.size;
    for (size_t i = 0; i < piece.length; i++) {
        unsigned row = (unsigned)(transfer->received / size) + 1;
        size_t at = (size_t)(transfer->received % size);
        transfer->wrong |= piece.bytes[i] != row_byte(row, size, at);
        transfer->received++;
        if (at + 1 == size) head_point(receiver->head, TAPE_ROW, "received", row);
    }
}

static bool run_client(struct stage *stage, struct transfer *transfer, uint16_t port) {
    struct receiver receiver = {transfer, &stage->head};
    struct fetch_options options = {.port = port,
                                    .path = "/export/",
                                    .minor = 1,
                                    .bytes_per_second = transfer->client_speed,
                                    .buffer = transfer->client_buffer,
                                    .piece = take_piece,
                                    .context = &receiver};
    stage->head.lane = (uint8_t)(transfer->first_lane + LANE_CLIENT);
    head_enter(&stage->head, TAPE_RUN, "client");
    bool done = fetch_run(&stage->runtime, &options, &transfer->fetch);
    head_leave(&stage->head, TAPE_RUN, "client", transfer->fetch.status);
    return done;
}

/* ---- the three together -------------------------------------------------------------------------
 */

static struct gateway *start_gateway(struct stage *stage, struct transfer *transfer,
                                     const struct server *server, struct usage *usage) {
    struct gateway_options options = transfer->gateway;
    if (!server) return NULL;
    options.backend = server_port(server);
    options.memory = &stage->memory;
    options.tape = stage->tape;
    options.lane = (uint8_t)(transfer->first_lane + LANE_GATEWAY);
    options.usage = usage;
    return gateway_start(&options, &stage->fault);
}

bool transfer_run(struct stage *stage, struct transfer *transfer) {
    struct page page = {"/export/", slow_view(&transfer->rows)};
    struct pages pages = {&page, 1};
    struct chain *chain = chain_build(&stage->runtime, NULL, 0, pages_urlconf(&pages));
    if (!chain || !descriptors_reserve(&stage->fault, 24)) return false;
    struct application application = {.chain = chain,
                                      .tape = stage->tape,
                                      .lane = (uint8_t)(transfer->first_lane + LANE_WORKER),
                                      .memory = &stage->memory,
                                      .cancelled = &stage->cancelled,
                                      .limits = wire_limits_usual};
    struct usage worker = {0}, between = {0}, before = usage_now();
    struct server_options options = transfer->server;
    options.kind = SERVER_SYNC;
    options.workers = 1;
    options.application = &application;
    options.usage = &worker;
    struct server *server = server_start(&options, &stage->fault);
    struct gateway *gateway = start_gateway(stage, transfer, server, &between);
    bool done = gateway && run_client(stage, transfer, gateway_port(gateway));
    gateway_stop(gateway);
    server_stop(server);
    transfer->lost_ns =
        worker.delayed_ns + between.delayed_ns + usage_between(before, usage_now()).delayed_ns;
    return done && stage_had_memory(stage);
}
