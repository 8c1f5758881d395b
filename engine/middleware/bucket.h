/* bucket - a bucket of tokens: a burst is allowed, a rate is kept.
 *
 * The bucket begins full, with `size` tokens, and one more comes every `interval_ns`, until it is
 * full again. A request takes one token or is refused. It never accepts more than
 *
 *     size + (now - start) / interval      requests between start and now
 *
 * Nothing ticks: one number says it all, the time at which the bucket will be full. Each token
 * taken puts that time off by one interval (this form is known as GCRA, ITU-T I.371):
 *
 *              now                 full_at
 *     ----------|-----|-----|-----|--          tokens = size - (full_at - now) / interval
 *               <- missing tokens ->
 *
 * So one atomic word is enough for many threads. Django has no rate limiter of its own. */
#ifndef ENGINE_MIDDLEWARE_BUCKET_H
#define ENGINE_MIDDLEWARE_BUCKET_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct bucket {
    uint64_t size;        /* tokens */
    uint64_t interval_ns; /* between two tokens */
    _Atomic uint64_t full_at_ns;
};

/* size and rate (tokens a second) are at least 1. The interval is rounded up, so that the rate is
 * never exceeded. now_ns is on any clock that only goes forward. */
void bucket_init(struct bucket *bucket, uint64_t size, uint64_t rate, uint64_t now_ns);

/* Takes a token; false where there is none. now_ns must not lie before an earlier one of the same
 * thread. */
bool bucket_take(struct bucket *bucket, uint64_t now_ns);

/* Whole tokens in the bucket. */
uint64_t bucket_tokens(const struct bucket *bucket, uint64_t now_ns);

/* Nanoseconds until there is a token: what a Retry-After header would say. */
uint64_t bucket_wait_ns(const struct bucket *bucket, uint64_t now_ns);

#endif
