/* day6_slow - rows that take their time, and what arrives of them. */
#include <stdio.h>
#include <string.h>

#include "lessons/day6.h"

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

struct view slow_view(struct slow_rows *rows) {
    return (struct view){.base = {&view_type},
                         .name = "export",
                         .module = "blog.views",
                         .call = stream_rows,
                         .context = rows};
}

void receiver_take(void *context, struct wire_piece piece) {
    struct receiver *receiver = context;
    size_t size = receiver->rows->size;
    for (size_t i = 0; i < piece.length; i++) {
        unsigned row = (unsigned)(receiver->bytes / size) + 1;
        size_t at = receiver->bytes % size;
        receiver->wrong |= piece.bytes[i] != row_byte(row, size, at);
        receiver->bytes++;
        if (at + 1 == size) head_point(receiver->head, TAPE_ROW, "received", row);
    }
}
