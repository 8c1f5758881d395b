/* platform - what each system does in a way of its own, in one place.
 *
 *                                   Linux                  macOS               elsewhere
 *     memory of the process         /proc/self/statm       task_info           not known
 *     time kept from a core         /proc/.../schedstat    not known           not known
 *     no SIGPIPE for one send       MSG_NOSIGNAL           ignored as a whole  as POSIX has it
 *     a wait by the steady clock    pthread_condattr       relative_np         as Linux
 *     a signal within a time        sigtimedwait           sigpending, asked   as Linux
 *
 * What is not known is 0, and whoever shows it says so. Headers and link options that differ are in
 * the Makefile. */
#ifndef ENGINE_BASE_PLATFORM_H
#define ENGINE_BASE_PLATFORM_H

#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/socket.h>
#include <time.h>

/* Bytes of this process in memory; 0 where the system cannot say. */
uint64_t platform_resident(void);

/* Nanoseconds that the calling thread was ready to run and waited for a core; 0 where the system
 * cannot say. */
uint64_t platform_delayed_ns(void);

/* The flag of a send whose peer is gone: an error, and no signal. A system without it has to have
 * SIGPIPE ignored, which ui/main.c does everywhere. */
#ifdef MSG_NOSIGNAL
#define PLATFORM_NO_SIGNAL MSG_NOSIGNAL
#else
#define PLATFORM_NO_SIGNAL 0
#endif

/* A condition to wait for until a moment of clock_ns, with the lock held, as pthread_cond_init and
 * pthread_cond_timedwait. */
int platform_condition_init(pthread_cond_t *condition);
int platform_condition_wait(pthread_cond_t *condition, pthread_mutex_t *lock, uint64_t moment);

/* Waits for one of the blocked signals, within `limit` unless that is NULL. Its number, or -1 with
 * errno: EAGAIN when the time is over. */
int platform_wait_signal(const sigset_t *signals, const struct timespec *limit);

#endif
