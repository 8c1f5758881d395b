/* bench_run - what the engine's calls want to be given, for one round: an account, an arena, a
 * fault, a head that records nothing. Its address must not change. */
#ifndef TESTS_BENCH_BENCH_RUN_H
#define TESTS_BENCH_BENCH_RUN_H

#include "engine/object/object.h"

struct bench_run {
    struct memory memory;
    struct arena arena;
    struct fault fault;
    struct head silent;
    struct runtime runtime;
};

void bench_run_init(struct bench_run *run);
void bench_run_release(struct bench_run *run);

#endif
