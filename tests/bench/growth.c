/* growth - how a figure grows with the size of what it is asked: see bench.h.
 *
 * If an amount grows as N^k, its logarithm over that of N is a line, and k is its slope. The line
 * of least squares is taken through all sizes. */
#include <math.h>
#include <stdio.h>

#include "engine/tape/tape.h"
#include "tests/bench/bench.h"

enum { ROUNDS = 7 };

/* More than the order may be by so much, before it counts as another: caches and pages have their
 * say over four powers of ten. Less is no fault: small sizes pay what does not grow. */
static const double tolerance = 0.2;

static double slope(const struct growth_point *points, size_t count) {
    double x_mean = 0, y_mean = 0, above = 0, below = 0;
    for (size_t i = 0; i < count; i++) {
        x_mean += log((double)points[i].size) / (double)count;
        y_mean += log(points[i].amount) / (double)count;
    }
    for (size_t i = 0; i < count; i++) {
        double x = log((double)points[i].size) - x_mean;
        above += x * (log(points[i].amount) - y_mean);
        below += x * x;
    }
    return above / below;
}

/* Nanoseconds of processor time, or what the work itself has measured; NAN: it failed. */
static double measure_once(const struct growth *growth, size_t size) {
    double amount = NAN;
    uint64_t start = bench_thread_ns();
    bool done = growth->work(growth->context, size, &amount);
    uint64_t elapsed = bench_thread_ns() - start;
    if (!done) return NAN;
    return isnan(amount) ? (double)elapsed : amount;
}

void bench_growth(struct bench *bench, const struct growth *growth) {
    double rounds[GROWTH_SIZES][ROUNDS];
    struct growth_point points[GROWTH_SIZES];
    int count = growth->rounds ? growth->rounds : ROUNDS;
    bool failed = false;
    for (int i = 0; i < count; i++) /* in turn, so that all sizes see the same noise */
        for (size_t j = 0; j < GROWTH_SIZES; j++) {
            rounds[j][i] = measure_once(growth, growth->sizes[j]);
            failed |= !(rounds[j][i] > 0);
        }
    for (size_t j = 0; j < GROWTH_SIZES && !failed; j++)
        points[j] = (struct growth_point){growth->sizes[j], bench_quantile(rounds[j], count, 0.5)};
    struct row row = {
        .figure = growth->figure,
        .reference = growth->why,
        .amount = AMOUNT_ORDER,
        .ours = failed ? NAN : slope(points, GROWTH_SIZES),
        .theirs = growth->order,
        .ratio = NAN, /* of two orders it says nothing */
        .target = {OURS_AT_MOST, growth->order + tolerance},
        .points = failed ? NULL : points,
        .point_amount = growth->amount,
    };
    bench_row(bench, &row);
}
