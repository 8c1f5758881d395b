/* histogram - see histogram.h. */
#include "engine/server/histogram.h"

#include <math.h>
#include <string.h>

void histogram_init(struct histogram *histogram) {
    memset(histogram, 0, sizeof *histogram);
    histogram->least = UINT64_MAX;
}

/* With the highest bit at `top`, the HISTOGRAM_BITS bits below it choose the part. */
unsigned histogram_bucket(uint64_t value) {
    if (value < HISTOGRAM_PARTS) return (unsigned)value;
    unsigned top = 63 - (unsigned)__builtin_clzll(value), shift = top - HISTOGRAM_BITS;
    return (shift + 1) * HISTOGRAM_PARTS + (unsigned)(value >> shift) - HISTOGRAM_PARTS;
}

uint64_t histogram_middle(unsigned bucket) {
    if (bucket < HISTOGRAM_PARTS) return bucket;
    unsigned shift = bucket / HISTOGRAM_PARTS - 1;
    uint64_t first = (uint64_t)(bucket % HISTOGRAM_PARTS + HISTOGRAM_PARTS) << shift;
    return first + (((uint64_t)1 << shift) - 1) / 2;
}

void histogram_add(struct histogram *histogram, uint64_t value, uint64_t count) {
    histogram->counts[histogram_bucket(value)] += count;
    histogram->count += count;
    if (value < histogram->least) histogram->least = value;
    if (value > histogram->most) histogram->most = value;
}

uint64_t histogram_quantile(const struct histogram *histogram, double part) {
    if (histogram->count == 0) return 0;
    uint64_t rank = (uint64_t)ceil(part * (double)histogram->count), seen = 0;
    unsigned bucket = 0;
    if (rank == 0) rank = 1;
    while (bucket < HISTOGRAM_BUCKETS - 1 && (seen += histogram->counts[bucket]) < rank) bucket++;
    uint64_t middle = histogram_middle(bucket);
    if (middle < histogram->least) return histogram->least;
    return middle > histogram->most ? histogram->most : middle;
}
