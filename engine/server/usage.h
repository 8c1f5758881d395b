/* usage - what a thread has used of the processor, and how long it was kept from it.
 *
 * A measured time on a busy machine is partly other programs' time. The kernel counts how long a
 * thread stood in the queue for a core although it could have run; with that, a demo can tell "the
 * loop is slow" from "the loop was not let". */
#ifndef ENGINE_SERVER_USAGE_H
#define ENGINE_SERVER_USAGE_H

#include <stdint.h>

struct usage {
    uint64_t cpu_ns;     /* time on a core */
    uint64_t delayed_ns; /* time ready to run, and waiting for one; 0 where the system cannot say */
};

/* Of the calling thread, since it started. */
struct usage usage_now(void);

/* later - earlier. */
struct usage usage_between(struct usage earlier, struct usage later);

#endif
