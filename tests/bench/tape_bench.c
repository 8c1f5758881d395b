/* What recording costs: events on a tape against the two clock readings they cannot do without. */
#include "engine/tape/tape.h"
#include "tests/bench/bench.h"

enum { EVENTS = 20000 };

static uint64_t record_points(void *context) {
    struct tape *tape = context;
    struct head head;
    tape_clear(tape);
    head_init(&head, tape);
    for (int i = 0; i < EVENTS; i++) head_point(&head, TAPE_ROW, "row", 1);
    return EVENTS;
}

static uint64_t record_queries(void *context) {
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

int bench_tape(void) {
    struct tape *tape = tape_new(NULL, 0);
    if (!tape) return 1;
    const struct pair pairs[] = {
        {.figure = "record a point",
         .unit = "event",
         .reference = "reading the clock",
         .ours = record_points,
         .theirs = read_clock,
         .context = tape},
        {.figure = "record a query with a parameter",
         .unit = "event",
         .reference = "reading the clock",
         .ours = record_queries,
         .theirs = read_clock,
         .context = tape},
    };
    int missed = 0;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) missed += !bench_pair(&pairs[i]);
    tape_free(tape);
    return missed;
}
