/* bench_run - see bench_run.h. */
#include "tests/bench/bench_run.h"

void bench_run_init(struct bench_run *run) {
    memory_init(&run->memory, 0);
    arena_init(&run->arena, NULL);
    fault_init(&run->fault, &run->arena);
    head_init(&run->silent, NULL);
    run->runtime = (struct runtime){
        .arena = &run->arena, .memory = &run->memory, .head = &run->silent, .fault = &run->fault};
}

void bench_run_release(struct bench_run *run) {
    arena_release(&run->arena);
}
