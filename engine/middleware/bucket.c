/* bucket - see bucket.h. */
#include "engine/middleware/bucket.h"

#include <assert.h>

void bucket_init(struct bucket *bucket, uint64_t size, uint64_t rate, uint64_t now_ns) {
    assert(size > 0 && rate > 0);
    bucket->size = size;
    bucket->interval_ns = (1000000000 + rate - 1) / rate;
    atomic_init(&bucket->full_at_ns, now_ns);
}

/* How long until it is full: the missing tokens, as time. */
static uint64_t missing_ns(const struct bucket *bucket, uint64_t now_ns) {
    uint64_t full_at = atomic_load_explicit(&bucket->full_at_ns, memory_order_relaxed);
    return full_at > now_ns ? full_at - now_ns : 0;
}

bool bucket_take(struct bucket *bucket, uint64_t now_ns) {
    uint64_t full_at = atomic_load_explicit(&bucket->full_at_ns, memory_order_relaxed), after;
    do {
        uint64_t from = full_at > now_ns ? full_at : now_ns;
        after = from + bucket->interval_ns;
        if (after - now_ns > bucket->size * bucket->interval_ns) return false;
    } while (!atomic_compare_exchange_weak_explicit(&bucket->full_at_ns, &full_at, after,
                                                    memory_order_relaxed, memory_order_relaxed));
    return true;
}

uint64_t bucket_tokens(const struct bucket *bucket, uint64_t now_ns) {
    uint64_t interval = bucket->interval_ns;
    uint64_t missing = (missing_ns(bucket, now_ns) + interval - 1) / interval;
    return bucket->size - missing;
}

uint64_t bucket_wait_ns(const struct bucket *bucket, uint64_t now_ns) {
    uint64_t needed = missing_ns(bucket, now_ns) + bucket->interval_ns;
    uint64_t room = bucket->size * bucket->interval_ns;
    return needed > room ? needed - room : 0;
}
