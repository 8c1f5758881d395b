/* platform - see platform.h. */
#include "engine/base/platform.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef __APPLE__
#include <mach/mach.h>
#endif

/* ---- what the kernel knows of a process and a thread ----------------------------------------- */

#ifndef __APPLE__
/* The second number of a file of /proc that has a line of numbers; 0 where there is none. */
static uint64_t second_number(const char *path) {
    char text[96];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    if (length <= 0) return 0;
    text[length] = '\0';
    const char *second = strchr(text, ' ');
    return second ? strtoull(second, NULL, 10) : 0;
}
#endif

uint64_t platform_resident(void) {
#ifdef __APPLE__
    mach_task_basic_info_data_t info;
    mach_msg_type_number_t count = MACH_TASK_BASIC_INFO_COUNT;
    if (task_info(mach_task_self(), MACH_TASK_BASIC_INFO, (task_info_t)&info, &count) != 0)
        return 0;
    return info.resident_size;
#else /* "pages in all, pages in memory, ..." */
    return second_number("/proc/self/statm") * (uint64_t)sysconf(_SC_PAGESIZE);
#endif
}

uint64_t platform_delayed_ns(void) {
#ifdef __APPLE__
    return 0;
#else /* "time on a core, time waiting for one, slices", in nanoseconds */
    return second_number("/proc/thread-self/schedstat");
#endif
}

/* ---- waiting --------------------------------------------------------------------------------- */

int platform_condition_init(pthread_cond_t *condition) {
#ifdef __APPLE__
    return pthread_cond_init(condition, NULL);
#else
    pthread_condattr_t monotonic;
    int error = pthread_condattr_init(&monotonic);
    if (error) return error;
    error = pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    if (!error) error = pthread_cond_init(condition, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return error;
#endif
}

static struct timespec timespec_of(uint64_t ns) {
    return (struct timespec){(time_t)(ns / 1000000000), (long)(ns % 1000000000)};
}

int platform_condition_wait(pthread_cond_t *condition, pthread_mutex_t *lock, uint64_t moment) {
#ifdef __APPLE__
    uint64_t now = clock_gettime_nsec_np(CLOCK_MONOTONIC);
    struct timespec left = timespec_of(moment > now ? moment - now : 0);
    return pthread_cond_timedwait_relative_np(condition, lock, &left);
#else
    struct timespec at = timespec_of(moment);
    return pthread_cond_timedwait(condition, lock, &at);
#endif
}

int platform_wait_signal(const sigset_t *signals, const struct timespec *limit) {
#ifdef __APPLE__
    const struct timespec step = {.tv_nsec = 50000000};
    int64_t left = limit ? (int64_t)limit->tv_sec * 1000000000 + limit->tv_nsec : 0;
    for (; limit && left > 0; left -= step.tv_nsec) {
        sigset_t waiting;
        sigpending(&waiting);
        for (int number = 1; number < NSIG; number++)
            if (sigismember(signals, number) == 1 && sigismember(&waiting, number) == 1)
                limit = NULL;
        if (limit) nanosleep(&step, NULL);
    }
    int number = 0, error = limit ? EAGAIN : sigwait(signals, &number);
    if (!error) return number;
    errno = error;
    return -1;
#else
    return limit ? sigtimedwait(signals, NULL, limit) : sigwaitinfo(signals, NULL);
#endif
}
