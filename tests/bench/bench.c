/* bench - see bench.h.
 *
 *     bench [--json] [SECTION...] */
#include "tests/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/tape/tape.h"

enum { ROUNDS = 15, ROUNDS_MOST = 101 };

/* The one thing all rows share: how they are printed. */
static bool as_json;

void bench_begin(bool json) {
    as_json = json;
    if (!json)
        printf("%-44s %12s %12s %7s  %-9s %s\n", "figure", "ours", "reference", "ratio", "target",
               "compared with");
}

void bench_section(const char *name) {
    if (!as_json) printf("\n%s\n", name);
}

static int by_size(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double median(double *numbers, int count) {
    qsort(numbers, (size_t)count, sizeof *numbers, by_size);
    return numbers[count / 2];
}

/* Nanoseconds a unit; negative when it failed. */
static double measure(uint64_t (*work)(void *), void *context) {
    uint64_t start = clock_ns();
    uint64_t units = work(context);
    uint64_t elapsed = clock_ns() - start;
    return units ? (double)elapsed / (double)units : -1;
}

static void write_time(char *buffer, size_t size, double ns) {
    if (ns < 0)
        snprintf(buffer, size, "failed");
    else if (ns == 0)
        snprintf(buffer, size, "-");
    else if (ns < 1e3)
        snprintf(buffer, size, "%.0f ns", ns);
    else if (ns < 1e6)
        snprintf(buffer, size, "%.2f us", ns / 1e3);
    else
        snprintf(buffer, size, "%.2f ms", ns / 1e6);
}

static bool print_row(const char *figure, const char *reference, const char *ours,
                      const char *theirs, double ratio, const char *target, bool met,
                      bool has_target) {
    if (as_json) {
        printf("{\"figure\":\"%s\",\"ours\":\"%s\",\"reference\":\"%s\",\"compared_with\":\"%s\","
               "\"ratio\":%.3f,\"target\":\"%s\",\"met\":%s}\n",
               figure, ours, theirs, reference ? reference : "", ratio, target,
               has_target ? met ? "true" : "false" : "null");
    } else {
        char shown[16] = "-";
        if (ratio > 0) snprintf(shown, sizeof shown, "%.2f", ratio);
        printf("%-44s %12s %12s %7s  %-9s %s%s\n", figure, ours, theirs, shown, target,
               reference ? reference : "", has_target && !met ? "   MISSED" : "");
    }
    fflush(stdout);
    return met;
}

bool bench_pair(const struct pair *pair) {
    int rounds = pair->rounds ? pair->rounds : ROUNDS;
    if (rounds > ROUNDS_MOST) rounds = ROUNDS_MOST;
    double ours[ROUNDS_MOST], theirs[ROUNDS_MOST], ratios[ROUNDS_MOST];
    measure(pair->ours, pair->context); /* warm up */
    if (pair->theirs) measure(pair->theirs, pair->context);
    for (int i = 0; i < rounds; i++) {
        ours[i] = measure(pair->ours, pair->context);
        theirs[i] = pair->theirs ? measure(pair->theirs, pair->context) : 0;
        ratios[i] = theirs[i] > 0 ? ours[i] / theirs[i] : 0;
    }
    double time = median(ours, rounds), reference = median(theirs, rounds);
    double ratio = median(ratios, rounds);
    bool met = time >= 0;
    char own[24], other[24], target[24] = "-";
    if (pair->target > 0) {
        met = met && ratio <= pair->target;
        snprintf(target, sizeof target, "<= %.2f x", pair->target);
    } else if (pair->target_ns > 0) {
        met = met && time <= pair->target_ns;
        target[0] = '<', target[1] = '=', target[2] = ' ';
        write_time(target + 3, sizeof target - 3, pair->target_ns);
    }
    write_time(own, sizeof own, time);
    write_time(other, sizeof other, reference);
    char figure[96];
    snprintf(figure, sizeof figure, "%s, a %s", pair->figure, pair->unit);
    return print_row(figure, pair->reference, own, other, ratio, target, met,
                     pair->target > 0 || pair->target_ns > 0);
}

bool bench_figure(const char *figure, const char *reference, double ours, double theirs,
                  const char *unit, double target_ratio) {
    char own[32], other[32] = "-", target[24] = "-";
    double ratio = theirs > 0 ? ours / theirs : 0;
    snprintf(own, sizeof own, "%.2f %s", ours, unit);
    if (theirs > 0) snprintf(other, sizeof other, "%.2f %s", theirs, unit);
    if (target_ratio > 0) snprintf(target, sizeof target, "<= %.2f x", target_ratio);
    return print_row(figure, reference, own, other, ratio, target,
                     target_ratio <= 0 || ratio <= target_ratio, target_ratio > 0);
}

static const struct {
    const char *name;
    int (*run)(void);
} sections[] = {
    {"tape", bench_tape},           {"orm", bench_orm},
    {"urls", bench_urls},           {"server", bench_server},
    {"streaming", bench_streaming}, {"reader", bench_reader},
};

int main(int count, char **words) {
    if (count == 2 && strcmp(words[1], "--bare") == 0) return bench_bare_page();
    int first = count > 1 && strcmp(words[1], "--json") == 0 ? 2 : 1, missed = 0;
    bench_begin(first == 2);
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        bool wanted = first == count;
        for (int k = first; k < count; k++)
            wanted = wanted || strcmp(words[k], sections[i].name) == 0;
        if (!wanted) continue;
        bench_section(sections[i].name);
        missed += sections[i].run();
    }
    if (!as_json) printf("\n%d targets missed\n", missed);
    return 0;
}
