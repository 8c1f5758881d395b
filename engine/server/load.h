/* load - a load generator: C clients on one thread, each with one request under way at most.
 *
 *     closed loop   a client sends its next request when the last one is answered: at any time
 * there are C requests at most, and a slow server slows the load down. open loop     requests come
 * at a fixed rate, whether or not the earlier ones are answered. A request's latency counts from
 * when it was due, also where no client was free.
 *
 * Every request carries its number, "?n=17", and the answer must carry it back in X-Request. So
 * each is known to be answered once, or is reported: lost (no answer), wrong (another status or
 * number), repeated.
 *
 * On the tape, by the caller's head: MARK "sent" with the number, MARK "answered" with the number
 * and the latency as its time. */
#ifndef ENGINE_SERVER_LOAD_H
#define ENGINE_SERVER_LOAD_H

#include "engine/object/object.h"
#include "engine/server/histogram.h"

struct load_options {
    uint16_t port;       /* on 127.0.0.1 */
    const char *path;    /* "/wait/" */
    unsigned clients;    /* at least 1 */
    uint64_t requests;   /* in all */
    double rate;         /* of an open loop, requests a second; 0: closed */
    bool keep_alive;     /* else a new connection for each request */
    uint64_t timeout_ns; /* an answer that takes longer is lost; 0: none does */
};

struct load_result {
    uint64_t sent, answered, lost, wrong, repeated;
    uint64_t elapsed_ns; /* from the first request sent to the last answered */
    struct histogram latency;
};

/* Runs the load on the calling thread, with runtime's memory, head and cancel flag. False: fault
 * (OSError, MemoryError, Cancelled); *result then says how far it came. */
bool load_run(struct runtime *runtime, const struct load_options *options,
              struct load_result *result);

/* Makes sure that `count` more file descriptors can be opened; raises this process's own limit as
 * far as the system lets it. False: fault that says how many are needed and how many there are. */
bool descriptors_reserve(struct fault *fault, size_t count);

#endif
