/* worker - runs a stage on a thread of its own, at full speed, and says when it is done.
 *
 * A thread and not libuv's pool: the pool cannot stop what runs, and a demo may run for long. The
 * thread has all signals blocked, so that they reach the loop.
 *
 * Order of calls: worker_init, then worker_start and, when `done` was called, again; worker_cancel
 * at any time; worker_close when the loop ends. All on the loop's thread. */
#ifndef UI_READER_WORKER_H
#define UI_READER_WORKER_H

#include <stdbool.h>
#include <uv.h>

#include "lessons/stage.h"

struct worker {
    uv_async_t wake; /* the thread's one way to the loop */
    uv_thread_t thread;
    struct stage *stage; /* being run; NULL: none */
    void (*done)(void *context, struct stage *stage);
    void *context;
};

/* Returns 0, or libuv's error. done is called on the loop's thread and owns the stage from there.
 */
int worker_init(struct worker *worker, uv_loop_t *loop,
                void (*done)(void *context, struct stage *stage), void *context);

/* Runs a stage. False when one is running or no thread can be had; the stage stays the caller's. */
bool worker_start(struct worker *worker, struct stage *stage);
void worker_cancel(struct worker *worker);

/* Stops what runs, waits for it and closes its stage; the handle is closed with the loop's others.
 */
void worker_close(struct worker *worker);

#endif
