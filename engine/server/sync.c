/* sync - workers that do one thing at a time, and the arbiter. See server.h.
 *
 * A worker's round: wait for a connection (or for the next request on one that was kept alive),
 * serve it until its answer is out, and only then look up again. Every wait ends when the thread's
 * pipe says so: to stop, or because the arbiter has lost patience with it.
 *
 * The arbiter looks about once a second, so a kill comes up to that much late: so it is in
 * gunicorn (gunicorn.arbiter.Arbiter.murder_workers). */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/base/platform.h"
#include "engine/server/server_parts.h"

enum { KEPT_MOST = 512 }; /* connections that one worker keeps alive at once */

struct connection {
    int socket;
    struct exchange exchange;
};

struct sync_worker {
    struct thread *thread;
    struct worker worker;
    struct head head;
    struct connection *kept[KEPT_MOST]; /* idle between two requests */
    size_t kept_count;
    struct pollfd polled[KEPT_MOST + 2];
};

/* ---- heartbeat --------------------------------------------------------------------------- */

static void beat(struct thread *thread, bool idle) {
    atomic_store_explicit(&thread->beat_ns, idle ? 0 : clock_ns(), memory_order_relaxed);
}

/* Takes the arbiter's kill, if there is one: the byte out of the pipe. */
static bool take_kill(struct thread *thread) {
    if (!atomic_exchange(&thread->killed, false)) return false;
    char bytes[8];
    while (read(thread->wake[0], bytes, sizeof bytes) > 0) {
    }
    return true;
}

void *arbiter_run(void *argument) {
    struct thread *arbiter = argument;
    struct server *server = arbiter->server;
    const struct server_options *options = &server->options;
    struct head head;
    head_init(&head, options->application->tape);
    head.lane = options->application->lane;
    while (thread_wait(arbiter, -1, 0, clock_ns() + options->check_ns) == WAIT_TIMED_OUT) {
        for (size_t i = 0; i < options->workers; i++) {
            struct thread *worker = &server->threads[i];
            uint64_t beaten = atomic_load_explicit(&worker->beat_ns, memory_order_relaxed);
            uint64_t now = clock_ns();
            if (!beaten || now < beaten || now - beaten <= options->timeout_ns) continue;
            if (atomic_exchange(&worker->killed, true)) continue;
            head_timed(&head, TAPE_LOG, "WORKER TIMEOUT", (int64_t)i, now - beaten);
            if (write(worker->wake[1], "k", 1) != 1) atomic_store(&worker->killed, false);
        }
    }
    return NULL;
}

/* ---- one connection ---------------------------------------------------------------------- */

static void drop(struct sync_worker *worker, struct connection *connection) {
    exchange_release(&connection->exchange);
    close(connection->socket);
    memory_give(worker->worker.application->memory, connection, sizeof *connection);
}

/* Waits until `deadline`, in slices where the worker beats meanwhile. */
static enum wait_says wait_beating(struct sync_worker *worker, int socket, short events,
                                   uint64_t deadline) {
    const struct server_options *options = &worker->thread->server->options;
    if (!options->beats || !options->timeout_ns)
        return thread_wait(worker->thread, socket, events, deadline);
    uint64_t often =
        options->timeout_ns / 8 < options->check_ns ? options->timeout_ns / 8 : options->check_ns;
    for (;;) {
        uint64_t slice = clock_ns() + often;
        bool last = deadline <= slice;
        enum wait_says says = thread_wait(worker->thread, socket, events, last ? deadline : slice);
        beat(worker->thread, false);
        if (last || says != WAIT_TIMED_OUT) return says;
    }
}

static bool receive(struct connection *connection) {
    size_t size;
    char *room = exchange_input(&connection->exchange, &size);
    if (!room) return false;
    ssize_t got = recv(connection->socket, room, size, 0);
    if (got < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    exchange_received(&connection->exchange, (size_t)got);
    return true;
}

/* Sends what it can; *full is set when the socket takes no more for now. */
static bool transmit(struct connection *connection, bool *full) {
    struct iovec pieces[2];
    struct msghdr message = {.msg_iov = pieces};
    message.msg_iovlen = (size_t)exchange_output(&connection->exchange, pieces);
    ssize_t sent = sendmsg(connection->socket, &message, PLATFORM_NO_SIGNAL);
    *full = sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    if (sent < 0) return *full || errno == EINTR;
    exchange_sent(&connection->exchange, (size_t)sent);
    return true;
}

/* One wait of the exchange. False when the connection is lost. */
static bool carry_out(struct sync_worker *worker, struct connection *connection,
                      enum exchange_says says) {
    struct exchange *exchange = &connection->exchange;
    enum wait_says waited = WAIT_READY;
    bool full = false;
    if (says == EXCHANGE_WAITS) {
        waited = wait_beating(worker, -1, 0, exchange->wake_ns);
        return waited == WAIT_TIMED_OUT;
    }
    if (says == EXCHANGE_READS) {
        waited = wait_beating(worker, connection->socket, POLLIN, exchange_deadline(exchange));
        if (waited == WAIT_READY) return receive(connection);
    } else {
        if (!transmit(connection, &full)) return false;
        if (!full) return true;
        waited = wait_beating(worker, connection->socket, POLLOUT, exchange_deadline(exchange));
    }
    if (waited == WAIT_TIMED_OUT) exchange_lose_patience(exchange);
    return waited != WAIT_WOKEN;
}

/* The client sends its FIN first where it can: lingering lets it read our last bytes even when it
 * has sent some that we never read. */
static void linger(struct sync_worker *worker, struct connection *connection) {
    char rest[1024];
    shutdown(connection->socket, SHUT_WR);
    uint64_t deadline = clock_ns() + 20000000;
    while (thread_wait(worker->thread, connection->socket, POLLIN, deadline) == WAIT_READY &&
           recv(connection->socket, rest, sizeof rest, 0) > 0) {
    }
}

/* Serves until the answer is out. True when the connection is kept. */
static bool serve(struct sync_worker *worker, struct connection *connection) {
    struct exchange *exchange = &connection->exchange;
    beat(worker->thread, false);
    bool fine = true, answered = false;
    while (fine) {
        enum exchange_says says = exchange_advance(exchange);
        if (says == EXCHANGE_CLOSES) break;
        answered |= says == EXCHANGE_WRITES;
        if (says == EXCHANGE_READS && answered && exchange_is_idle(exchange)) return true;
        fine = carry_out(worker, connection, says);
    }
    if (fine && exchange->refused) linger(worker, connection);
    return false;
}

/* ---- the worker's round ------------------------------------------------------------------ */

static struct connection *take_connection(struct sync_worker *worker) {
    int socket = accept(worker->thread->server->listener, NULL, NULL);
    if (socket < 0) {
        bool full = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
        if (full) { /* the connection stays in the queue; asking again at once would only spin */
            head_point(&worker->head, TAPE_LOG, "accept: out of file descriptors", 0);
            thread_wait(worker->thread, -1, 0, clock_ns() + 20000000);
        }
        return NULL;
    }
    int on = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct connection *connection =
        memory_take(worker->worker.application->memory, sizeof *connection);
    if (connection && descriptor_prepare(socket) &&
        exchange_init(&connection->exchange, &worker->worker)) {
        connection->socket = socket;
        return connection;
    }
    memory_give(worker->worker.application->memory, connection, sizeof *connection);
    close(socket);
    return NULL;
}

static void serve_one(struct sync_worker *worker, struct connection *connection) {
    bool kept = serve(worker, connection);
    if (kept && worker->kept_count < KEPT_MOST)
        worker->kept[worker->kept_count++] = connection;
    else
        drop(worker, connection);
    if (take_kill(worker->thread)) head_point(&worker->head, TAPE_LOG, "Booting worker", 0);
    beat(worker->thread, true);
}

/* Serves the kept connections that are ready, and drops those that were idle for too long. */
static void serve_kept(struct sync_worker *worker) {
    size_t count = worker->kept_count;
    struct connection *due[KEPT_MOST];
    memcpy(due, worker->kept, count * sizeof *due);
    worker->kept_count = 0;
    for (size_t i = 0; i < count; i++) {
        bool stops = atomic_load_explicit(&worker->thread->server->stops, memory_order_relaxed);
        if (worker->polled[i + 2].revents && !stops && receive(due[i]))
            serve_one(worker, due[i]);
        else if (worker->polled[i + 2].revents ||
                 exchange_deadline(&due[i]->exchange) <= clock_ns())
            drop(worker, due[i]);
        else
            worker->kept[worker->kept_count++] = due[i];
    }
}

/* Waits for anything to do; false when the server stops. */
static bool look_up(struct sync_worker *worker) {
    struct thread *thread = worker->thread;
    uint64_t deadline = UINT64_MAX;
    bool room = worker->kept_count < KEPT_MOST;
    worker->polled[0] = (struct pollfd){.fd = thread->wake[0], .events = POLLIN};
    worker->polled[1] =
        (struct pollfd){.fd = room ? thread->server->listener : -1, .events = POLLIN};
    for (size_t i = 0; i < worker->kept_count; i++) {
        uint64_t own = exchange_deadline(&worker->kept[i]->exchange);
        if (own < deadline) deadline = own;
        worker->polled[i + 2] = (struct pollfd){.fd = worker->kept[i]->socket, .events = POLLIN};
    }
    int ready = poll(worker->polled, worker->kept_count + 2, milliseconds_until(deadline));
    if (ready < 0 && errno != EINTR && errno != EAGAIN) return false;
    if (ready <= 0) /* what poll left in revents is from an earlier round */
        for (size_t i = 0; i < worker->kept_count + 2; i++) worker->polled[i].revents = 0;
    if (worker->polled[0].revents) take_kill(thread);
    return !atomic_load_explicit(&thread->server->stops, memory_order_relaxed);
}

bool sync_worker_new(struct thread *thread, struct fault *fault) {
    struct memory *memory = thread->server->options.application->memory;
    thread->worker = memory_take(memory, sizeof *thread->worker);
    return thread->worker || fault_no_memory(fault);
}

void sync_worker_free(struct thread *thread) {
    struct memory *memory = thread->server->options.application->memory;
    memory_give(memory, thread->worker, sizeof *thread->worker);
    thread->worker = NULL;
}

void *sync_worker_run(void *argument) {
    struct thread *thread = argument;
    const struct application *application = thread->server->options.application;
    struct sync_worker *worker = thread->worker;
    *worker = (struct sync_worker){.thread = thread, .worker = {.application = application}};
    head_init(&worker->head, application->tape);
    worker->head.lane = application->lane;
    worker->worker.database = thread->database;
    while (look_up(worker)) {
        bool knocked = worker->polled[1].revents != 0;
        if (worker->kept_count) serve_kept(worker);
        struct connection *connection = knocked ? take_connection(worker) : NULL;
        if (connection) serve_one(worker, connection);
    }
    while (worker->kept_count) drop(worker, worker->kept[--worker->kept_count]);
    thread->used = usage_now();
    return NULL;
}
