/* bench - measures ours and a reference side by side, in turn, in one run.
 *
 * A pair is two functions that do the same work, ours and a plain one. They take turns, so that
 * both see the same noise; the medians are compared. Nothing here decides a test. */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One row of the table. Each function does the whole work once and returns how many units it did
 * (rows, queries, requests); 0 means that it failed. */
struct pair {
    const char *figure;    /* "read 100,000 objects" */
    const char *unit;      /* what is counted: "row" */
    const char *reference; /* what it is compared with: "raw sqlite3_step" */
    double target;         /* ours may take this many times the reference; 0: no target */
    double target_ns;      /* or: ours may take this long a unit; 0: no target */
    uint64_t (*ours)(void *context);
    uint64_t (*theirs)(void *context); /* NULL: no reference */
    void *context;
    int rounds; /* how often each; 0: 15 */
};

/* Measures a pair and prints its row. Returns false when a target was missed. */
bool bench_pair(const struct pair *pair);

/* Prints a figure measured otherwise, in the same table. better_below: whether less is better. */
bool bench_figure(const char *figure, const char *reference, double ours, double theirs,
                  const char *unit, double target_ratio);

/* Prints rows as NDJSON instead of a table. */
void bench_begin(bool json);

/* A heading inside the table. */
void bench_section(const char *name);

/* The sections, each in a file of its own; each returns how many targets were missed. */
int bench_tape(void);
int bench_orm(void);
int bench_urls(void);
int bench_server(void);
int bench_streaming(void);
int bench_reader(void);

/* What the reader is compared with, in a process of its own: `bench --bare`. */
int bench_bare_page(void);

#endif
