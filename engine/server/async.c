/* async - one thread, one libuv loop, any number of connections. See server.h.
 *
 * Each connection is an exchange with three handles' worth of libuv around it: the socket, a timer
 * that is the view's wait, and a write that is under way when the socket took less than all. drive
 * asks the exchange what to do, and returns to the loop as soon as that is waiting; the loop's
 * callbacks call drive again.
 *
 *     on_read, on_written, on_wait  ->  drive  ->  uv_try_write | uv_write | uv_timer_start | close
 *
 * Memory is given back in the close callbacks, when libuv has let go of it. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "engine/server/server_parts.h"

struct guest {
    uv_tcp_t socket;
    uv_timer_t wait;
    uv_write_t write;
    struct loop *loop;
    struct exchange exchange;
    struct guest *next, *previous; /* all connections, for patience and for stopping */
    unsigned closing;              /* handles whose close callback is still to come */
    bool reading, writing, waiting, closed;
    uint64_t lingers_until_ns; /* refused: its last bytes are read and dropped until then */
};

struct loop {
    struct server *server;
    uv_loop_t loop;
    uv_tcp_t listener;
    uv_async_t wake;
    uv_timer_t sweep; /* looks for clients that lost our patience; runs while there are any */
    struct guest *guests;
    struct worker worker;
    bool stalled; /* a connection could not be taken for want of memory: the sweep tries again */
};

static const uint64_t sweep_ms = 100;

static void drive(struct guest *guest);
static void on_connection(uv_stream_t *listener, int status);

/* ---- closing ----------------------------------------------------------------------------- */

static void on_guest_closed(uv_handle_t *handle) {
    struct guest *guest = handle->data;
    if (--guest->closing) return;
    memory_give(guest->loop->server->memory, guest, sizeof *guest);
}

static void guest_close(struct guest *guest) {
    if (guest->closed) return;
    guest->closed = true;
    struct loop *loop = guest->loop;
    if (guest->previous)
        guest->previous->next = guest->next;
    else
        loop->guests = guest->next;
    if (guest->next) guest->next->previous = guest->previous;
    if (!loop->guests && !loop->stalled) uv_timer_stop(&loop->sweep);
    exchange_release(&guest->exchange);
    guest->closing = 2;
    uv_close((uv_handle_t *)&guest->socket, on_guest_closed);
    uv_close((uv_handle_t *)&guest->wait, on_guest_closed);
}

/* ---- reading ----------------------------------------------------------------------------- */

static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer) {
    (void)suggested;
    struct guest *guest = handle->data;
    size_t size = 0;
    if (guest->lingers_until_ns)
        wire_bytes_drop(&guest->exchange.input, wire_bytes_length(&guest->exchange.input));
    char *room = guest->closed ? NULL : exchange_input(&guest->exchange, &size);
    *buffer = uv_buf_init(room, room ? (unsigned)size : 0);
}

static void on_read(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer) {
    (void)buffer;
    struct guest *guest = stream->data;
    if (guest->closed || length == 0) return;
    if (length == UV_ENOBUFS && guest->exchange.input.failed) { /* no memory to read into */
        guest_close(guest);
        return;
    }
    if (length == UV_ENOBUFS) { /* enough is read ahead: the rest stays in the socket */
        uv_read_stop(stream);
        guest->reading = false;
        return;
    }
    if (length < 0 && length != UV_EOF) {
        guest_close(guest);
        return;
    }
    if (guest->lingers_until_ns) {
        if (length < 0) guest_close(guest);
        return;
    }
    exchange_received(&guest->exchange, length < 0 ? 0 : (size_t)length);
    if (length < 0) {
        uv_read_stop(stream);
        guest->reading = false;
    }
    if (!guest->writing && !guest->waiting) drive(guest);
}

static bool start_reading(struct guest *guest) {
    if (guest->reading || guest->exchange.client_closed) return true;
    guest->reading = uv_read_start((uv_stream_t *)&guest->socket, on_room, on_read) == 0;
    return guest->reading;
}

/* ---- writing ----------------------------------------------------------------------------- */

static void on_written(uv_write_t *write, int status) {
    struct guest *guest = write->data;
    guest->writing = false;
    if (guest->closed) return;
    if (status) {
        guest_close(guest);
        return;
    }
    struct iovec pieces[2];
    int count = exchange_output(&guest->exchange, pieces);
    size_t length = 0;
    for (int i = 0; i < count; i++) length += pieces[i].iov_len;
    exchange_sent(&guest->exchange, length);
    drive(guest);
}

/* At once, if the socket takes it; else libuv waits for room and tells. False: try_write sent
 * everything there is, or the connection is lost; true: on_written will come. */
static bool send_output(struct guest *guest) {
    struct iovec pieces[2];
    uv_buf_t buffers[2];
    int count = exchange_output(&guest->exchange, pieces);
    for (int i = 0; i < count; i++)
        buffers[i] = uv_buf_init(pieces[i].iov_base, (unsigned)pieces[i].iov_len);
    int sent = uv_try_write((uv_stream_t *)&guest->socket, buffers, (unsigned)count);
    if (sent >= 0) {
        exchange_sent(&guest->exchange, (size_t)sent);
        return false;
    }
    guest->write.data = guest;
    guest->writing = sent == UV_EAGAIN && uv_write(&guest->write, (uv_stream_t *)&guest->socket,
                                                   buffers, (unsigned)count, on_written) == 0;
    if (!guest->writing) guest_close(guest);
    return true;
}

/* ---- waiting ----------------------------------------------------------------------------- */

/* libuv counts whole milliseconds and may come early by a part of one. */
static void on_wait(uv_timer_t *timer) {
    struct guest *guest = timer->data;
    if (guest->closed) return;
    if (clock_ns() < guest->exchange.wake_ns) {
        uv_timer_start(timer, on_wait, 1, 0);
        return;
    }
    guest->waiting = false;
    drive(guest);
}

/* The view awaits: a timer, and the loop goes on. */
static void await(struct guest *guest) {
    uv_update_time(&guest->loop->loop);
    guest->waiting = true;
    uv_timer_start(&guest->wait, on_wait, (uint64_t)milliseconds_until(guest->exchange.wake_ns), 0);
}

/* The view blocks: nothing else happens in this process meanwhile. True when the time has come. */
static bool block(struct guest *guest) {
    struct server *server = guest->loop->server;
    return thread_wait(&server->threads[0], -1, 0, guest->exchange.wake_ns) == WAIT_TIMED_OUT;
}

/* Who was refused in the middle of sending must still be able to read why: closing now, with bytes
 * unread, would reset the connection. False where there is nothing to linger for. */
static bool linger(struct guest *guest) {
    int socket;
    if (!guest->exchange.refused || guest->exchange.client_closed) return false;
    if (uv_fileno((uv_handle_t *)&guest->socket, &socket) || shutdown(socket, SHUT_WR))
        return false;
    guest->lingers_until_ns = clock_ns() + 200000000;
    return start_reading(guest);
}

/* ---- driving ----------------------------------------------------------------------------- */

static void drive(struct guest *guest) {
    while (!guest->closed) {
        switch (exchange_advance(&guest->exchange)) {
        case EXCHANGE_READS:
            if (!start_reading(guest)) guest_close(guest);
            return;
        case EXCHANGE_WRITES:
            if (send_output(guest)) return;
            break;
        case EXCHANGE_WAITS:
            if (!guest->loop->server->options.blocks) {
                await(guest);
                return;
            }
            if (!block(guest)) guest_close(guest);
            break;
        case EXCHANGE_CLOSES:
            if (!linger(guest)) guest_close(guest);
            return;
        }
    }
}

/* ---- patience ---------------------------------------------------------------------------- */

static void on_sweep(uv_timer_t *timer) {
    struct loop *loop = timer->data;
    uint64_t now = clock_ns();
    if (loop->stalled) {
        loop->stalled = false;
        on_connection((uv_stream_t *)&loop->listener, 0);
    }
    for (struct guest *guest = loop->guests, *next; guest; guest = next) {
        next = guest->next;
        if (guest->lingers_until_ns) {
            if (guest->lingers_until_ns <= now) guest_close(guest);
            continue;
        }
        if (exchange_deadline(&guest->exchange) > now) continue;
        exchange_lose_patience(&guest->exchange);
        if (guest->writing)
            guest_close(guest);
        else
            drive(guest);
    }
}

/* ---- the loop ---------------------------------------------------------------------------- */

static void on_connection(uv_stream_t *listener, int status) {
    struct loop *loop = listener->data;
    struct memory *memory = loop->server->memory;
    if (status) return;
    struct guest *guest = memory_take(memory, sizeof *guest);
    if (!guest) {
        loop->stalled = true;
        uv_timer_start(&loop->sweep, on_sweep, sweep_ms, sweep_ms);
        return;
    }
    memset(guest, 0, sizeof *guest);
    guest->loop = loop;
    uv_tcp_init(&loop->loop, &guest->socket);
    uv_timer_init(&loop->loop, &guest->wait);
    guest->socket.data = guest->wait.data = guest;
    bool has_memory = exchange_init(&guest->exchange, &loop->worker);
    guest->next = loop->guests;
    if (guest->next) guest->next->previous = guest;
    if (!loop->guests) uv_timer_start(&loop->sweep, on_sweep, sweep_ms, sweep_ms);
    loop->guests = guest;
    /* accepted whatever comes: libuv listens no more while a connection waits for that */
    if (uv_accept(listener, (uv_stream_t *)&guest->socket) || !has_memory) {
        guest_close(guest);
        return;
    }
    uv_tcp_nodelay(&guest->socket, 1);
    drive(guest);
}

static void on_wake(uv_async_t *wake) {
    struct loop *loop = wake->data;
    if (!atomic_load(&loop->server->stops)) return;
    while (loop->guests) guest_close(loop->guests);
    uv_close((uv_handle_t *)&loop->listener, NULL);
    uv_close((uv_handle_t *)&loop->sweep, NULL);
    uv_close((uv_handle_t *)&loop->wake, NULL);
}

static bool refuse_loop(struct fault *fault, int error) {
    return fault_raise(fault, "OSError", "could not start an event loop: %s", uv_strerror(error));
}

static void close_any(uv_handle_t *handle, void *unused) {
    (void)unused;
    uv_close(handle, NULL);
}

/* Closes the handles of a loop that never ran. */
static void abandon(struct server *server) {
    struct loop *loop = server->loop;
    uv_walk(&loop->loop, close_any, NULL);
    uv_run(&loop->loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop->loop);
    memory_give(server->memory, loop, sizeof *loop);
    server->loop = NULL;
}

bool async_prepare(struct server *server, struct fault *fault) {
    struct loop *loop = memory_take(server->memory, sizeof *loop);
    if (!loop) return fault_no_memory(fault);
    memset(loop, 0, sizeof *loop);
    loop->server = server;
    loop->worker.application = server->options.application;
    int error = uv_loop_init(&loop->loop);
    if (error) {
        memory_give(server->memory, loop, sizeof *loop);
        return refuse_loop(fault, error);
    }
    server->loop = loop;
    error = uv_async_init(&loop->loop, &loop->wake, on_wake);
    if (error) {
        abandon(server);
        return refuse_loop(fault, error);
    }
    uv_tcp_init(&loop->loop, &loop->listener);
    uv_timer_init(&loop->loop, &loop->sweep);
    loop->listener.data = loop->wake.data = loop->sweep.data = loop;
    error = uv_tcp_open(&loop->listener, server->listener);
    if (!error) {
        server->listener = -1; /* the loop's own now */
        error = uv_listen((uv_stream_t *)&loop->listener, 1024, on_connection);
    }
    if (!error) return true;
    abandon(server);
    return refuse_loop(fault, error);
}

void async_wake(struct server *server) {
    if (server->threads[0].runs)
        uv_async_send(&server->loop->wake);
    else
        abandon(server);
}

void *async_run(void *argument) {
    struct thread *thread = argument;
    struct server *server = thread->server;
    struct loop *loop = server->loop;
    loop->worker.database = thread->database;
    uv_run(&loop->loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop->loop);
    thread->used = usage_now();
    memory_give(server->memory, loop, sizeof *loop);
    return NULL;
}
