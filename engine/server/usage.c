/* usage - see usage.h. */
#include "engine/server/usage.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Linux: "time on a core, time waiting for one, slices", in nanoseconds. */
static uint64_t delayed_ns(void) {
    char text[96];
    int file = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    if (length <= 0) return 0;
    text[length] = '\0';
    const char *waited = strchr(text, ' ');
    return waited ? strtoull(waited, NULL, 10) : 0;
}

struct usage usage_now(void) {
    struct timespec cpu = {0};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
    return (struct usage){(uint64_t)cpu.tv_sec * 1000000000 + (uint64_t)cpu.tv_nsec, delayed_ns()};
}

struct usage usage_between(struct usage earlier, struct usage later) {
    return (struct usage){later.cpu_ns - earlier.cpu_ns, later.delayed_ns - earlier.delayed_ns};
}
