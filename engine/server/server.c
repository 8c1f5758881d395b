/* server - starting and stopping. See server.h. */
#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/server/server_parts.h"

/* ---- waiting ----------------------------------------------------------------------------- */

int milliseconds_until(uint64_t deadline_ns) {
    if (deadline_ns == UINT64_MAX) return -1;
    uint64_t now = clock_ns();
    if (deadline_ns <= now) return 0;
    uint64_t rest = (deadline_ns - now + 999999) / 1000000;
    return rest < 60000 ? (int)rest : 60000;
}

/* A byte that came after its reason was gone is taken out, and the wait goes on. */
static bool is_woken(struct thread *thread) {
    if (atomic_load(&thread->server->stops) || atomic_load(&thread->killed)) return true;
    char bytes[8];
    while (read(thread->wake[0], bytes, sizeof bytes) > 0) {
    }
    return false;
}

enum wait_says thread_wait(struct thread *thread, int descriptor, short events,
                           uint64_t deadline_ns) {
    struct pollfd polled[2] = {{.fd = thread->wake[0], .events = POLLIN},
                               {.fd = descriptor, .events = events}};
    for (;;) {
        int ready = poll(polled, descriptor < 0 ? 1 : 2, milliseconds_until(deadline_ns));
        if (ready < 0 && errno != EINTR && errno != EAGAIN) return WAIT_WOKEN;
        if (ready > 0 && polled[0].revents && is_woken(thread)) return WAIT_WOKEN;
        if (ready > 0 && polled[1].revents) return WAIT_READY;
        if (clock_ns() >= deadline_ns) return WAIT_TIMED_OUT;
    }
}

bool descriptor_prepare(int descriptor) {
    int flags = fcntl(descriptor, F_GETFL);
    return flags >= 0 && fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0 &&
           fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0;
}

/* ---- the listening socket ---------------------------------------------------------------- */

static bool refuse_system(struct fault *fault, const char *what) {
    return fault_raise(fault, "OSError", "%s: %s", what, strerror(errno));
}

/* Only the loopback address: nobody outside this machine can connect. */
static bool open_listener(struct server *server, struct fault *fault) {
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(server->options.port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int on = 1;
    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    if (server->listener < 0) return refuse_system(fault, "could not open a socket");
    if (!descriptor_prepare(server->listener))
        return refuse_system(fault, "could not prepare a socket");
    setsockopt(server->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    int buffer = server->options.socket_buffer; /* accepted sockets inherit it */
    if (buffer) setsockopt(server->listener, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
    if (bind(server->listener, (struct sockaddr *)&address, sizeof address) ||
        listen(server->listener, 1024) ||
        getsockname(server->listener, (struct sockaddr *)&address, &length)) {
        if (server->options.port)
            return fault_raise(fault, "OSError", "could not listen on 127.0.0.1, port %u: %s",
                               (unsigned)server->options.port, strerror(errno));
        return refuse_system(fault, "could not listen on 127.0.0.1");
    }
    server->port = ntohs(address.sin_port);
    return true;
}

uint16_t server_port(const struct server *server) {
    return server->port;
}

/* ---- threads ----------------------------------------------------------------------------- */

static bool has_arbiter(const struct server_options *options) {
    return options->kind == SERVER_SYNC && options->timeout_ns > 0;
}

/* Signals are for the thread that owns the terminal; none of ours takes one. */
static bool start_thread(struct thread *thread, void *(*run)(void *), struct fault *fault) {
    sigset_t all, before;
    sigfillset(&all);
    if (pipe(thread->wake)) {
        thread->wake[0] = thread->wake[1] = -1;
        return refuse_system(fault, "could not open a pipe");
    }
    if (!descriptor_prepare(thread->wake[0]) || !descriptor_prepare(thread->wake[1]))
        return refuse_system(fault, "could not prepare a pipe");
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&thread->id, NULL, run, thread);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    thread->runs = error == 0;
    if (thread->runs) return true;
    return fault_raise(fault, "OSError", "could not start a thread: %s", strerror(error));
}

/* A worker's memory and its database: here and not on the thread itself, so that a fault can still
 * stop the start. A worker that ended at once would leave its clients waiting for good. */
static bool open_database(struct thread *thread, struct fault *fault) {
    const struct application *application = thread->server->options.application;
    if (!application->open_database) return true;
    thread->database = application->open_database(application, fault);
    return thread->database != NULL;
}

static bool start_threads(struct server *server, struct fault *fault) {
    bool async = server->options.kind == SERVER_ASYNC;
    size_t workers = async ? 1 : server->options.workers;
    for (size_t i = 0; i < server->thread_count; i++) {
        void *(*run)(void *) = async ? async_run : i < workers ? sync_worker_run : arbiter_run;
        if (run == sync_worker_run && !sync_worker_new(&server->threads[i], fault)) return false;
        if (i < workers && !open_database(&server->threads[i], fault)) return false;
        if (!start_thread(&server->threads[i], run, fault)) return false;
    }
    return true;
}

struct server *server_start(const struct server_options *options, struct fault *fault) {
    assert(options->kind == SERVER_ASYNC ||
           (options->workers > 0 && options->workers <= SERVER_WORKERS_MOST));
    struct memory *memory = options->application->memory;
    struct server *server = memory_take(memory, sizeof *server);
    size_t threads =
        options->kind == SERVER_ASYNC ? 1 : options->workers + (has_arbiter(options) ? 1 : 0);
    struct thread *list = server ? memory_take(memory, threads * sizeof *list) : NULL;
    if (!list) {
        memory_give(memory, server, sizeof *server);
        fault_no_memory(fault);
        return NULL;
    }
    memset(server, 0, sizeof *server);
    memset(list, 0, threads * sizeof *list);
    *server = (struct server){.options = *options,
                              .memory = memory,
                              .listener = -1,
                              .threads = list,
                              .thread_count = threads};
    for (size_t i = 0; i < threads; i++) {
        list[i].server = server;
        list[i].wake[0] = list[i].wake[1] = -1;
    }
    bool started = open_listener(server, fault) &&
                   (options->kind == SERVER_SYNC || async_prepare(server, fault)) &&
                   start_threads(server, fault);
    if (started) return server;
    server_stop(server);
    return NULL;
}

static void close_descriptor(int descriptor) {
    if (descriptor >= 0) close(descriptor);
}

/* The pipe's write end is closed, so that its read end stays readable however often it is asked. */
void server_stop(struct server *server) {
    if (!server) return;
    atomic_store(&server->stops, true);
    for (size_t i = 0; i < server->thread_count; i++) {
        close_descriptor(server->threads[i].wake[1]);
        server->threads[i].wake[1] = -1;
    }
    if (server->loop) async_wake(server);
    for (size_t i = 0; i < server->thread_count; i++)
        if (server->threads[i].runs) pthread_join(server->threads[i].id, NULL);
    struct usage used = {0};
    for (size_t i = 0; i < server->thread_count; i++) {
        close_descriptor(server->threads[i].wake[0]);
        sync_worker_free(&server->threads[i]);
        if (server->threads[i].database)
            server->options.application->close_database(server->threads[i].database);
        used.cpu_ns += server->threads[i].used.cpu_ns;
        used.delayed_ns += server->threads[i].used.delayed_ns;
    }
    if (server->options.usage) *server->options.usage = used;
    close_descriptor(server->listener);
    memory_give(server->memory, server->threads, server->thread_count * sizeof *server->threads);
    memory_give(server->memory, server, sizeof *server);
}

/* A pipe a thread, the listening socket, and what a libuv loop opens for itself (epoll, eventfd,
 * its signal pipe). */
size_t server_descriptors(const struct server_options *options, size_t connections) {
    size_t threads = options->kind == SERVER_ASYNC ? 1 : options->workers + has_arbiter(options);
    return 1 + 2 * threads + (options->kind == SERVER_ASYNC ? 6 : 0) + connections;
}
