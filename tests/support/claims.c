/* claims - see claims.h. */
#include "tests/support/claims.h"

#include <inttypes.h>

#include "tests/support/testing.h"

/* Small settings: what fails early fails the same in a large run. */
static const struct {
    const char *step, *knobs;
} small[] = {
    {"request", "layers=3"},
    {"init-call", "requests=4"},
    {"workers", "clients=3 requests=10 workers=2 wait=1"},
    {"price", "routes=40"},
    {"as-view", "requests=6"},
    {"short-circuit", "requests=100 queries=1"},
    {"rate-limit", "requests=100"},
    {"phases", "place=ready asks=filter"},
    {"fleet", "servers=2 workers=2 warm-up=1"},
    {"signals", "connected=two-functions saves=2"},
    {"memory", "rows=300 batch=10"},
    {"timeouts", "rows=3 gap=2"},
    {"buffering", "rows=6 gap=1"},
    {"recipe", "rows=100"},
    {"cache", "rows=20"},
    {"iterator", "rows=1000 chunk-size=100"},
    {"translate", "articles=12"},
    {"annotate", "articles=12 authors=3"},
    {"subquery", "authors=3"},
    {"materialized", "events=100 writes=4 refresh-every=2"},
    {"partitions", "months=3 rows-a-month=4"},
    {"n-plus-one", "articles=4"},
    {"select-related", "articles=4"},
    {"prefetch-related", "articles=4 tags=2"},
    {"join-explosion", "articles=100 fan-out=2 width=4"},
};

const char *claims_small(const struct step *step) {
    for (size_t i = 0; i < sizeof small / sizeof *small; i++)
        if (strcmp(small[i].step, step->slug) == 0) return small[i].knobs;
    return "";
}

struct stage *claims_open(const char *lesson_name, const char *step_name, const char *knobs) {
    const struct lesson *lesson = lesson_find(lesson_name);
    assert_non_null(lesson);
    const struct step *step = lesson_step(lesson, step_name);
    assert_non_null(step);
    struct stage *stage = stage_open(lesson, step);
    assert_non_null(stage);
    while (*knobs) {
        char name[64], value[256], why[256];
        int used = 0;
        if (sscanf(knobs, " %63[^=]=%255s%n", name, value, &used) != 2) break;
        if (!stage_set(stage, name, value, why, sizeof why)) fail_msg("%s", why);
        knobs += used;
    }
    return stage;
}

struct stage *claims_run(const char *lesson, const char *step, const char *knobs) {
    struct stage *stage = claims_open(lesson, step, knobs);
    if (!stage_run(stage)) fail_msg("%s: %s", stage->fault.type, stage->fault.message);
    return stage;
}

size_t claims_hold(struct stage *stage) {
    size_t apply = 0;
    for (size_t i = 0; i < stage->step->claim_count; i++) {
        struct verdict verdict;
        stage_check(stage, &stage->step->claims[i], &verdict);
        if (!verdict.holds)
            fail_msg("%s: %s: %s", stage->step->slug, stage->step->claims[i].text, verdict.shown);
        apply += verdict.applies;
    }
    return apply;
}

bool claim_holds(struct stage *stage, size_t claim) {
    struct verdict verdict;
    stage_check(stage, &stage->step->claims[claim], &verdict);
    return verdict.applies && verdict.holds;
}

double claim_number(struct stage *stage, size_t claim, const char *name) {
    struct verdict verdict;
    stage_check(stage, &stage->step->claims[claim], &verdict);
    for (size_t i = 0; i < verdict.number_count; i++)
        if (strcmp(verdict.numbers[i].name, name) == 0) return verdict.numbers[i].value;
    fail_msg("no number %s", name);
    return 0;
}

void claims_draw(struct stage *stage) {
    size_t cuts[] = {0, tape_length(stage->tape) / 2, SIZE_MAX};
    for (size_t i = 0; i < 3; i++) {
        struct arena arena;
        struct figures figures;
        arena_init(&arena, NULL);
        figures_init(&figures, &arena);
        assert_true(stage_draw(stage, (struct cut){stage->tape, cuts[i]}, &figures));
        assert_true(figures.count > 0);
        arena_release(&arena);
    }
}

/* ---- random settings ---------------------------------------------------------------------- */

/* splitmix64: small, and the same everywhere. */
static uint64_t draw_lot(uint64_t *seed) {
    uint64_t mixed = (*seed += 0x9e3779b97f4a7c15u);
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
    return mixed ^ mixed >> 31;
}

/* A number between the ends: an end now and then, small ones as often as large ones. */
static int64_t draw_number(const struct knob *knob, uint64_t *seed) {
    uint64_t lot = draw_lot(seed), range = (uint64_t)(knob->max - knob->min) + 1;
    if (lot % 8 == 0) return knob->min;
    if (lot % 8 == 1) return knob->max;
    uint64_t most = range;
    for (uint64_t halvings = lot / 8 % 8; halvings && most > 4; halvings--) most /= 2;
    return knob->min + (int64_t)(draw_lot(seed) % (most < range ? most : range));
}

static void draw_knobs(struct stage *stage, uint64_t *seed) {
    for (size_t i = 0; i < stage->step->knob_count; i++) {
        const struct knob *knob = &stage->step->knobs[i];
        if (knob->kind == KNOB_NUMBER) stage->numbers[i] = draw_number(knob, seed);
        if (knob->kind == KNOB_CHOICE)
            stage->numbers[i] = (int64_t)(draw_lot(seed) % knob->choice_count);
    }
}

static void print_knobs(const struct stage *stage) {
    char value[256];
    printf("%s", stage->step->slug);
    for (size_t i = 0; i < stage->step->knob_count; i++)
        printf(" %s=%s", stage->step->knobs[i].name,
               stage_knob_text(stage, i, value, sizeof value));
    fflush(stdout);
}

void claims_hold_anywhere(const char *lesson, const char *step, unsigned count, uint64_t seed,
                          bool (*bearable)(const struct stage *stage)) {
    const char *more = getenv("DAYBOOK_SETTINGS"), *other = getenv("DAYBOOK_SEED");
    if (more) count = (unsigned)strtoul(more, NULL, 10);
    if (other) seed = strtoull(other, NULL, 10);
    printf("%u settings of %s, seed %" PRIu64 "\n", count, step, seed);
    for (unsigned done = 0; done < count;) {
        struct stage *stage = claims_open(lesson, step, "");
        draw_knobs(stage, &seed);
        if (!bearable || bearable(stage)) {
            print_knobs(stage);
            if (!stage_run(stage)) fail_msg("%s: %s", stage->fault.type, stage->fault.message);
            size_t apply = claims_hold(stage);
            printf(": %zu claims hold, %.0f ms\n", apply, (double)stage->elapsed_ns / 1e6);
            done++;
        }
        stage_close(stage);
    }
}
