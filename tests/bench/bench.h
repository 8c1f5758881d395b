/* bench - every number the design promises, measured beside a reference in one run.
 *
 * Ours and the reference take turns, so that both see the same noise; medians are compared.
 * Nothing here decides a test: a row says met or MISSED, and the machine it ran on has its say.
 *
 *     bench.c          the table, the sections, the command line
 *     growth.c         how a figure grows with its size
 *     *_bench.c        a section each
 *     console.h        a terminal that only measures, for the programs among the references
 *     peers/           references that are programs of their own
 *
 * What is promised and not timed (restored terminals, random bytes) is under tests/ui/reader. */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What all sections share. */
struct bench {
    bool json;             /* NDJSON instead of a table */
    char folder[PATH_MAX]; /* where daybook and the peers were built, beside this program */
    char scratch[64];      /* an empty folder for files, removed in the end */
    const char *section;   /* the one that runs */
    unsigned missed;       /* rows that missed their target */
    unsigned failed;       /* rows that could not be measured */
};

/* AMOUNT_ORDER is the k of N^k. */
enum amount { AMOUNT_NS, AMOUNT_BYTES, AMOUNT_PER_SECOND, AMOUNT_COUNT, AMOUNT_ORDER };

enum { GROWTH_SIZES = 3 };

struct growth_point {
    size_t size;
    double amount;
};

/* What is wanted of a row. A ratio is ours divided by the reference. */
struct target {
    enum { NO_TARGET, RATIO_AT_MOST, RATIO_AT_LEAST, OURS_AT_MOST } kind;
    double limit;
};

/* One row of the table. NAN stands for what could not be measured, or has no reference. */
struct row {
    const char *figure;    /* "memory held at most while streaming" */
    const char *reference; /* what it is compared with; NULL: nothing */
    enum amount amount;
    double ours, theirs;
    double ratio; /* 0: ours / theirs; NAN: there is none to speak of */
    struct target target;
    const struct growth_point *points; /* GROWTH_SIZES of them behind an order; else NULL */
    enum amount point_amount;
};

void bench_row(struct bench *bench, const struct row *row);

/* Two functions that do the same work. Each does the whole of it once and returns how many units
 * it did (rows, queries, requests); 0 means that it failed. */
struct pair {
    const char *figure;    /* "read 100,000 objects, a row" */
    const char *reference; /* "sqlite3_step into structs" */
    struct target target;
    uint64_t (*ours)(void *context);
    uint64_t (*theirs)(void *context); /* NULL: no reference */
    void *context;
    int rounds; /* how often each; 0: 15 */
    bool rate;  /* units a second by the clock on the wall, several threads together; otherwise
                 * processor time of the calling thread a unit */
};

/* Measures a pair and prints its row. */
void bench_pair(struct bench *bench, const struct pair *pair);
void bench_pairs(struct bench *bench, const struct pair *pairs, size_t count);

/* The same work at GROWTH_SIZES sizes, and the order in which it should grow: as N to the power of
 * `order`, so 0 is flat and 1 is linear. */
struct growth {
    const char *figure; /* "read objects, growth with rows" */
    const char *why;    /* why it should: "each row is one object" */
    double order;
    size_t sizes[GROWTH_SIZES]; /* ascending, far apart */
    /* Does the work once. May set *amount to what it has measured; else its processor time counts.
     */
    bool (*work)(void *context, size_t size, double *amount);
    void *context;
    enum amount amount; /* of what is measured */
    int rounds;         /* of each size; 0: 7 */
};

/* Measures a growth and prints its row, and its points below. */
void bench_growth(struct bench *bench, const struct growth *growth);

/* Processor time of this thread: what others do with the processor meanwhile is not the price. */
uint64_t bench_thread_ns(void);

/* Sorts the numbers; the one at `part` (0 to 1) of the way up. The median is at 0.5. */
double bench_quantile(double *numbers, int count, double part);

/* The path of a program built beside this one; true when it is there. */
bool bench_program(const struct bench *bench, const char *name, char path[PATH_MAX]);

/* The sections, each in a file of its own. */
void bench_tape(struct bench *bench);
void bench_orm(struct bench *bench);
void bench_urls(struct bench *bench);
void bench_stream(struct bench *bench);
void bench_server(struct bench *bench);
void bench_reader(struct bench *bench);
void bench_verify(struct bench *bench);

#endif
