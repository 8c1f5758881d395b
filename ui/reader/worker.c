/* worker - see worker.h. */
#include "ui/reader/worker.h"

#include <signal.h>

#include "ui/reader/wire.h"

static void run(void *argument) {
    struct worker *worker = argument;
    void *stack = wire_take_stack();
    stage_run(worker->stage);
    wire_drop_stack(stack);
    uv_async_send(&worker->wake);
}

/* The wake-up carries no data and may come more than once: the stage is what counts. */
static void on_wake(uv_async_t *wake) {
    struct worker *worker = wake->data;
    struct stage *stage = worker->stage;
    if (!stage) return;
    uv_thread_join(&worker->thread);
    worker->stage = NULL;
    worker->done(worker->context, stage);
}

int worker_init(struct worker *worker, uv_loop_t *loop,
                void (*done)(void *context, struct stage *stage), void *context) {
    *worker = (struct worker){.done = done, .context = context};
    int error = uv_async_init(loop, &worker->wake, on_wake);
    worker->wake.data = worker;
    return error;
}

/* All signals but those a thread raises by crashing: these must find their handler. */
static void block_signals(sigset_t *before) {
    sigset_t blocked;
    sigfillset(&blocked);
    sigdelset(&blocked, SIGSEGV);
    sigdelset(&blocked, SIGBUS);
    sigdelset(&blocked, SIGILL);
    sigdelset(&blocked, SIGFPE);
    sigdelset(&blocked, SIGABRT);
    pthread_sigmask(SIG_SETMASK, &blocked, before);
}

bool worker_start(struct worker *worker, struct stage *stage) {
    sigset_t before;
    if (worker->stage) return false;
    worker->stage = stage;
    block_signals(&before); /* a new thread inherits the mask */
    int error = uv_thread_create(&worker->thread, run, worker);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error) worker->stage = NULL;
    return error == 0;
}

void worker_cancel(struct worker *worker) {
    if (worker->stage) stage_cancel(worker->stage);
}

void worker_close(struct worker *worker) {
    if (!worker->stage) return;
    stage_cancel(worker->stage);
    uv_thread_join(&worker->thread);
    stage_close(worker->stage);
    worker->stage = NULL;
}
