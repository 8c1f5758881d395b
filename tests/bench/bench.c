/* bench - see bench.h.
 *
 *     bench [--json] [SECTION...]
 *
 * Exit code 0, also where a target was missed; 1 where something could not be measured. */
#define _GNU_SOURCE
#include "tests/bench/bench.h"

#include <ftw.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engine/tape/tape.h"
#include "ui/json.h"

enum { ROUNDS = 15, ROUNDS_MOST = 101 };

/* ---- a row -------------------------------------------------------------------------------- */

static const char *const amount_words[] = {[AMOUNT_NS] = "ns",
                                           [AMOUNT_BYTES] = "bytes",
                                           [AMOUNT_PER_SECOND] = "per_second",
                                           [AMOUNT_COUNT] = "count",
                                           [AMOUNT_ORDER] = "order"};

/* From which number on an amount is shown in which unit; the first that fits. */
static const struct scale {
    enum amount amount;
    double from, one;
    const char *format;
} scales[] = {
    {AMOUNT_NS, 1e9, 1e9, "%.2f s"},
    {AMOUNT_NS, 1e6, 1e6, "%.2f ms"},
    {AMOUNT_NS, 1e3, 1e3, "%.2f us"},
    {AMOUNT_NS, 0, 1, "%.0f ns"},
    {AMOUNT_BYTES, 1 << 20, 1 << 20, "%.1f MiB"},
    {AMOUNT_BYTES, 1 << 13, 1 << 10, "%.0f KiB"},
    {AMOUNT_BYTES, 0, 1, "%.0f B"},
    {AMOUNT_PER_SECOND, 1e6, 1e6, "%.2f M/s"},
    {AMOUNT_PER_SECOND, 0, 1, "%.0f /s"},
    {AMOUNT_COUNT, 0, 1, "%.0f"},
    {AMOUNT_ORDER, -INFINITY, 1, "N^%.2f"},
};

static void show_amount(char *buffer, size_t size, enum amount amount, double number) {
    const struct scale *scale = scales;
    while (scale->amount != amount || number < scale->from) scale++;
    snprintf(buffer, size, scale->format, number / scale->one);
}

static void show_target(char *buffer, size_t size, const struct row *row) {
    static const char *const forms[] = {
        [RATIO_AT_MOST] = "<= %.2f x", [RATIO_AT_LEAST] = ">= %.2f x"};
    if (row->target.kind == NO_TARGET) {
        snprintf(buffer, size, "-");
    } else if (row->target.kind == OURS_AT_MOST) {
        memcpy(buffer, "<= ", 3);
        show_amount(buffer + 3, size - 3, row->amount, row->target.limit);
    } else {
        snprintf(buffer, size, forms[row->target.kind], row->target.limit);
    }
}

static bool is_met(const struct row *row, double ratio) {
    switch (row->target.kind) {
    case NO_TARGET: return true;
    case RATIO_AT_MOST: return ratio <= row->target.limit;
    case RATIO_AT_LEAST: return ratio >= row->target.limit;
    case OURS_AT_MOST: return row->ours <= row->target.limit;
    }
    return false;
}

static void print_table_row(const struct row *row, double ratio, bool met) {
    char ours[24] = "failed", theirs[24] = "-", times[16] = "-", target[24];
    if (!isnan(row->ours)) show_amount(ours, sizeof ours, row->amount, row->ours);
    if (!isnan(row->theirs)) show_amount(theirs, sizeof theirs, row->amount, row->theirs);
    if (!isnan(ratio)) snprintf(times, sizeof times, "%.2f", ratio);
    show_target(target, sizeof target, row);
    printf("%-46s %11s %11s %6s  %-12s %-7s %s\n", row->figure, ours, theirs, times, target,
           row->target.kind == NO_TARGET ? "-"
           : met                         ? "met"
                                         : "MISSED",
           row->reference ? row->reference : "");
}

/* "  100: 1.20 ms, 1000: 11.9 ms, ..." */
static void print_points(const struct row *row) {
    char amount[24];
    for (size_t i = 0; i < GROWTH_SIZES; i++) {
        show_amount(amount, sizeof amount, row->point_amount, row->points[i].amount);
        printf("%s%zu: %s", i ? ", " : "  ", row->points[i].size, amount);
    }
    putchar('\n');
}

static void json_member_number(struct json *json, const char *name, double number) {
    json_key(json, name);
    json_number(json, number);
}

static void json_points(struct json *json, const struct row *row) {
    json_key(json, "growth");
    json_array(json);
    for (size_t i = 0; i < GROWTH_SIZES; i++) {
        json_object(json);
        json_member_number(json, "n", (double)row->points[i].size);
        json_member_number(json, amount_words[row->point_amount], row->points[i].amount);
        json_close(json);
    }
    json_close(json);
}

static void print_json_row(const struct bench *bench, const struct row *row, double ratio,
                           bool met) {
    static const char *const kinds[] = {[RATIO_AT_MOST] = "ratio_at_most",
                                        [RATIO_AT_LEAST] = "ratio_at_least",
                                        [OURS_AT_MOST] = "ours_at_most"};
    bool wanted = row->target.kind != NO_TARGET;
    struct json json;
    json_to_file(&json, stdout);
    json_object(&json);
    json_member_text(&json, "section", bench->section);
    json_member_text(&json, "figure", row->figure);
    json_member_text(&json, "unit", amount_words[row->amount]);
    json_member_number(&json, "ours", row->ours);
    json_member_number(&json, "reference", row->theirs);
    json_member_text(&json, "compared_with", row->reference);
    json_member_number(&json, "ratio", ratio);
    json_member_text(&json, "target", wanted ? kinds[row->target.kind] : NULL);
    json_member_number(&json, "limit", wanted ? row->target.limit : NAN);
    json_key(&json, "met");
    wanted ? json_bool(&json, met) : json_null(&json);
    if (row->points) json_points(&json, row);
    json_close(&json);
    json_end_line(&json);
}

void bench_row(struct bench *bench, const struct row *row) {
    double ratio = row->ratio == 0 ? row->ours / row->theirs : row->ratio;
    bool failed = isnan(row->ours), met = !failed && is_met(row, ratio);
    bench->failed += failed;
    bench->missed += !met;
    if (bench->json)
        print_json_row(bench, row, ratio, met);
    else
        print_table_row(row, ratio, met);
    if (!bench->json && row->points) print_points(row);
    fflush(stdout);
}

/* ---- a pair ------------------------------------------------------------------------------- */

static int by_size(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

double bench_quantile(double *numbers, int count, double part) {
    if (count == 0) return NAN;
    qsort(numbers, (size_t)count, sizeof *numbers, by_size);
    int at = (int)(part * count);
    return numbers[at < count ? at : count - 1];
}

uint64_t bench_thread_ns(void) {
    struct timespec now;
    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) != 0) return clock_ns();
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Lets the system have back what is free, so that each side pays for its own fresh pages, as it
 * does in a process of its own. Otherwise one side may find them warm and the other not: that hangs
 * on which small block happens to lie last in the heap, and where a page is dear it decides the
 * ratio.
 */
static void cool_heap(void) {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

/* Nanoseconds a unit, or units a second by the clock on the wall; NAN when it failed. */
static double measure(const struct pair *pair, uint64_t (*work)(void *)) {
    cool_heap();
    uint64_t start = pair->rate ? clock_ns() : bench_thread_ns();
    uint64_t units = work ? work(pair->context) : 0;
    uint64_t elapsed = (pair->rate ? clock_ns() : bench_thread_ns()) - start;
    if (units == 0) return NAN;
    return pair->rate ? (double)units * 1e9 / (double)elapsed : (double)elapsed / (double)units;
}

void bench_pair(struct bench *bench, const struct pair *pair) {
    int rounds = pair->rounds ? pair->rounds : ROUNDS;
    if (rounds > ROUNDS_MOST) rounds = ROUNDS_MOST;
    double ours[ROUNDS_MOST], theirs[ROUNDS_MOST], ratios[ROUNDS_MOST];
    bool failed = isnan(measure(pair, pair->ours)); /* and warms up */
    measure(pair, pair->theirs);
    for (int i = 0; i < rounds && !failed; i++) {
        ours[i] = measure(pair, pair->ours);
        theirs[i] = measure(pair, pair->theirs);
        ratios[i] = ours[i] / theirs[i];
        failed = isnan(ours[i]) || (pair->theirs && isnan(theirs[i]));
    }
    struct row row = {
        .figure = pair->figure,
        .reference = pair->reference,
        .amount = pair->rate ? AMOUNT_PER_SECOND : AMOUNT_NS,
        .ours = failed ? NAN : bench_quantile(ours, rounds, 0.5),
        .theirs = failed || !pair->theirs ? NAN : bench_quantile(theirs, rounds, 0.5),
        .ratio = failed || !pair->theirs ? NAN : bench_quantile(ratios, rounds, 0.5),
        .target = pair->target,
    };
    bench_row(bench, &row);
}

void bench_pairs(struct bench *bench, const struct pair *pairs, size_t count) {
    for (size_t i = 0; i < count; i++) bench_pair(bench, &pairs[i]);
}

/* ---- the program -------------------------------------------------------------------------- */

/* `django` is context, measured once on another day with Django 3.2.25 on a machine like this one:
 * it is shown, and nothing is judged by it. */
static const struct {
    const char *name;
    void (*run)(struct bench *bench);
    const char *django;
} sections[] = {
    {"tape", bench_tape, NULL},
    {"orm", bench_orm,
     "an N+1 query 150 us, a two-join query compiled in 114 us, an object read in 5 us"},
    {"urls", bench_urls, "the last of 5,000 routes resolved in 3.65 ms, the first in 2.9 us"},
    {"stream", bench_stream, "100,000 rows of CSV streamed in 192 ms, 89 ms in batches of 1,000"},
    {"server", bench_server,
     "a trivial view: 5,210 requests/s by gunicorn with 2 sync workers, 1,471 by uvicorn"},
    {"reader", bench_reader, NULL},
    {"verify", bench_verify, NULL},
};
enum { SECTIONS = sizeof sections / sizeof *sections };

bool bench_program(const struct bench *bench, const char *name, char path[PATH_MAX]) {
    int length = snprintf(path, PATH_MAX, "%s/%s", bench->folder, name);
    return length > 0 && length < PATH_MAX && access(path, X_OK) == 0;
}

/* The folder of this program, as it was called. */
static void find_folder(struct bench *bench, const char *program) {
    const char *slash = strrchr(program, '/');
    int length = slash ? (int)(slash - program) : 1;
    snprintf(bench->folder, sizeof bench->folder, "%.*s", length, slash ? program : ".");
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *place) {
    (void)status, (void)type, (void)place;
    return remove(path);
}

static bool is_wanted(const char *name, int count, char **words) {
    bool wanted = count == 0;
    for (int i = 0; i < count; i++) wanted |= strcmp(words[i], name) == 0;
    return wanted;
}

static void run_section(struct bench *bench, size_t at) {
    bench->section = sections[at].name;
    if (!bench->json) printf("\n%s\n", bench->section);
    if (!bench->json && sections[at].django)
        printf("  (Django, for context: %s)\n", sections[at].django);
    sections[at].run(bench);
}

static bool all_known(int count, char **words) {
    for (int i = 0; i < count; i++) {
        bool known = false;
        for (size_t k = 0; k < SECTIONS; k++) known |= strcmp(words[i], sections[k].name) == 0;
        if (!known) return fprintf(stderr, "bench: %s: no such section\n", words[i]), false;
    }
    return true;
}

int main(int count, char **words) {
    struct bench bench = {.json = count > 1 && strcmp(words[1], "--json") == 0,
                          .scratch = "/tmp/bench-XXXXXX"};
    int first = bench.json ? 2 : 1;
    if (!all_known(count - first, words + first)) return 2;
    find_folder(&bench, words[0]);
    if (!mkdtemp(bench.scratch)) return perror("bench: folder for files"), 3;
    if (!bench.json)
        printf("%-46s %11s %11s %6s  %-12s %-7s %s\n", "figure", "ours", "reference", "ratio",
               "target", "", "compared with");
    for (size_t i = 0; i < SECTIONS; i++)
        if (is_wanted(sections[i].name, count - first, words + first)) run_section(&bench, i);
    nftw(bench.scratch, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    if (!bench.json)
        printf("\n%u targets missed, %u figures not measured\n", bench.missed, bench.failed);
    return bench.failed ? 1 : 0;
}
