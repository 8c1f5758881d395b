/* What recording costs: an event against the readings of the clock it cannot do without, and
 * against the same call with the tape off. */
#include <math.h>

#include "engine/tape/tape.h"
#include "tests/bench/bench.h"

enum { EVENTS = 20000 };

static void record_points(struct head *head) {
    for (int i = 0; i < EVENTS; i++) head_point(head, TAPE_ROW, "row", 1);
}

static uint64_t points_on(void *context) {
    struct head head;
    tape_clear(context);
    head_init(&head, context);
    record_points(&head);
    return EVENTS;
}

static uint64_t points_off(void *context) {
    struct head head;
    (void)context;
    head_init(&head, NULL);
    record_points(&head);
    return EVENTS;
}

static uint64_t queries_on(void *context) {
    struct tape *tape = context;
    struct head head;
    tape_clear(tape);
    head_init(&head, tape);
    uint32_t sql = tape_subject(tape, "SELECT * FROM t WHERE id = %s");
    for (int i = 0; i < EVENTS; i++) {
        struct value key = value_int(i);
        head_query(&head, sql, &key, 1, 1, 800);
    }
    return EVENTS;
}

static uint64_t read_clock(void *context) {
    uint64_t sum = 0;
    (void)context;
    for (int i = 0; i < EVENTS; i++) sum += clock_ns();
    return sum ? EVENTS : 0;
}

static bool record_many(void *tape, size_t events, double *amount) {
    struct head head;
    (void)amount;
    tape_clear(tape);
    head_init(&head, tape);
    for (size_t i = 0; i < events; i++) head_point(&head, TAPE_ROW, "row", 1);
    return tape_count(cut_whole(tape), TAPE_ROW, ANY_EVENT) == events;
}

void bench_tape(struct bench *bench) {
    struct tape *tape = tape_new(NULL, 0);
    const struct growth growth = {.figure = "record points, growth with points",
                                  .why = "each is one event, also when the tape coarsens",
                                  .order = 1,
                                  .sizes = {2000, 50000, 1000000},
                                  .work = record_many,
                                  .context = tape};
    const struct pair pairs[] = {
        {.figure = "record a point",
         .reference = "reading the clock once",
         .ours = points_on,
         .theirs = read_clock,
         .context = tape},
        {.figure = "record a point, on against off",
         .reference = "the same call, tape off",
         .ours = points_on,
         .theirs = points_off,
         .context = tape},
        {.figure = "record a query with a parameter",
         .reference = "reading the clock once",
         .ours = queries_on,
         .theirs = read_clock,
         .context = tape},
    };
    if (tape)
        bench_pairs(bench, pairs, sizeof pairs / sizeof *pairs);
    else
        bench_row(bench, &(struct row){.figure = "a tape", .ours = NAN, .theirs = NAN});
    if (tape) bench_growth(bench, &growth);
    tape_free(tape);
}
