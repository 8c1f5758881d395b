/* server_parts - what server.c, sync.c and async.c share, and nobody else. */
#ifndef ENGINE_SERVER_SERVER_PARTS_H
#define ENGINE_SERVER_SERVER_PARTS_H

#include <pthread.h>
#include <stdatomic.h>

#include "engine/server/server.h"

/* A thread, and how to wake it from wherever it waits. */
struct thread {
    struct server *server;
    pthread_t id;
    bool runs;
    int wake[2];                /* a pipe: whoever waits, waits for its read end too */
    atomic_bool killed;         /* of a sync worker: the arbiter wants this connection dropped */
    _Atomic uint64_t beat_ns;   /* of a sync worker: its heartbeat; 0 while it is idle */
    struct usage used;          /* set when the thread ends */
    struct database *database;  /* opened before the thread starts, closed after it has ended */
    struct sync_worker *worker; /* of a sync worker: likewise */
};

struct server {
    struct server_options options;
    struct memory *memory;
    int listener; /* -1: none, or the loop's own */
    uint16_t port;
    atomic_bool stops;
    struct thread *threads; /* the workers, then the arbiter; or the loop's one */
    size_t thread_count;
    struct loop *loop; /* of async */
};

/* What a sync worker works with, taken before its thread starts. False: fault. NULL is freed too.
 */
bool sync_worker_new(struct thread *thread, struct fault *fault);
void sync_worker_free(struct thread *thread);

/* Bodies of the threads; each gets its struct thread. */
void *sync_worker_run(void *argument);
void *arbiter_run(void *argument);
void *async_run(void *argument);

/* The loop takes the listening socket over. False: fault. release is for a loop that never ran. */
bool async_prepare(struct server *server, struct fault *fault);
void async_wake(struct server *server);

/* Waits until `descriptor` can be read (or written), the thread is woken, or `deadline_ns` on the
 * clock of clock_ns() has come. descriptor may be -1. */
enum wait_says { WAIT_READY, WAIT_WOKEN, WAIT_TIMED_OUT };
enum wait_says thread_wait(struct thread *thread, int descriptor, short events,
                           uint64_t deadline_ns);

/* Milliseconds from now until then, rounded up, for poll(2): -1 for never. */
int milliseconds_until(uint64_t deadline_ns);

/* Makes a descriptor non-blocking and closed on exec; false with errno. */
bool descriptor_prepare(int descriptor);

#endif
