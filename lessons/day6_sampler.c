/* day6_sampler - the memory held, a few hundred times a second, from a thread of its own.
 *
 * What it looks at costs the run nothing: the account is one number that anyone may read, and the
 * kernel keeps the process's own. It sleeps in between and takes no memory while it samples, but
 * for the tape's, which the process's curve shows too. */
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "engine/base/platform.h"
#include "lessons/day6.h"

static const int every_ms = 4;

struct sampler {
    pthread_t thread;
    struct head head;
    const struct memory *memory;
    int stop[2]; /* a pipe whose closing ends the thread */
    struct stage *stage;
};

static void sample(struct sampler *sampler) {
    head_point(&sampler->head, TAPE_SAMPLE, "held", (int64_t)memory_held(sampler->memory));
    head_point(&sampler->head, TAPE_SAMPLE, "resident", (int64_t)platform_resident());
}

static void *run(void *argument) {
    struct sampler *sampler = argument;
    struct pollfd stopped = {.fd = sampler->stop[0], .events = POLLIN};
    do sample(sampler);
    while (poll(&stopped, 1, every_ms) == 0);
    sample(sampler);
    return NULL;
}

static bool start_thread(struct sampler *sampler) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&sampler->thread, NULL, run, sampler);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error == 0;
}

struct sampler *sampler_start(struct stage *stage, uint8_t lane, const struct memory *memory) {
    struct sampler *sampler = memory_take(&stage->memory, sizeof *sampler);
    if (!sampler) {
        fault_no_memory(&stage->fault);
        return NULL;
    }
    *sampler = (struct sampler){.memory = memory, .stage = stage};
    head_init(&sampler->head, stage->tape);
    sampler->head.lane = lane;
    if (pipe(sampler->stop) == 0) {
        if (start_thread(sampler)) return sampler;
        close(sampler->stop[0]);
        close(sampler->stop[1]);
    }
    memory_give(&stage->memory, sampler, sizeof *sampler);
    fault_raise(&stage->fault, "OSError", "could not start the thread that looks at the memory");
    return NULL;
}

void sampler_stop(struct sampler *sampler) {
    if (!sampler) return;
    close(sampler->stop[1]);
    pthread_join(sampler->thread, NULL);
    close(sampler->stop[0]);
    memory_give(&sampler->stage->memory, sampler, sizeof *sampler);
}
