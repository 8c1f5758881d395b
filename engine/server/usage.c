/* usage - see usage.h. */
#include "engine/server/usage.h"

#include <time.h>

#include "engine/base/platform.h"

struct usage usage_now(void) {
    struct timespec cpu = {0};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
    return (struct usage){(uint64_t)cpu.tv_sec * 1000000000 + (uint64_t)cpu.tv_nsec,
                          platform_delayed_ns()};
}

struct usage usage_between(struct usage earlier, struct usage later) {
    return (struct usage){later.cpu_ns - earlier.cpu_ns, later.delayed_ns - earlier.delayed_ns};
}
