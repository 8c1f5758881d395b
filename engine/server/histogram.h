/* histogram - latencies by the million in a few kilobytes: a log-linear histogram.
 *
 * Each power of two is cut into HISTOGRAM_PARTS equal parts, so that a bucket is never wider than
 * 1/HISTOGRAM_PARTS of what is in it, from nanoseconds to centuries:
 *
 *     0 1 2 ... 31 | 32 33 ... 63 | 64 66 ... 126 | 128 132 ...
 *     each alone     width 1        width 2         width 4
 *
 * A quantile is the middle of its bucket: off by at most 1/64, 1.6 %. */
#ifndef ENGINE_SERVER_HISTOGRAM_H
#define ENGINE_SERVER_HISTOGRAM_H

#include <stdint.h>

enum { HISTOGRAM_BITS = 5, HISTOGRAM_PARTS = 1 << HISTOGRAM_BITS };
enum { HISTOGRAM_BUCKETS = (64 - HISTOGRAM_BITS + 1) * HISTOGRAM_PARTS };

struct histogram {
    uint64_t counts[HISTOGRAM_BUCKETS];
    uint64_t count;
    uint64_t least, most; /* exact; of an empty one: UINT64_MAX and 0 */
};

void histogram_init(struct histogram *histogram);
void histogram_add(struct histogram *histogram, uint64_t value, uint64_t count);

/* The value below which `part` of them lie, 0.0 to 1.0 (0.99 is p99); 0 for an empty one. */
uint64_t histogram_quantile(const struct histogram *histogram, double part);

/* The bucket of a value, and the value in the middle of a bucket. */
unsigned histogram_bucket(uint64_t value);
uint64_t histogram_middle(unsigned bucket);

#endif
