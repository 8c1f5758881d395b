/* Every step of every day when memory runs out, again and again on a fresh stage, each time
 * elsewhere:
 *
 *     - one allocation of the system fails: each of the first, then some of the others by lot;
 *     - the stage's arena has so many bytes left and no more;
 *     - the run may hold so many bytes in all and no more;
 *     - SQLite's own allocator refuses one allocation, or from one on all.
 *
 * A run that meets it raises MemoryError, or does without and is right: it prints and asks the
 * database what an unhindered run does, and its claims hold. Nothing is left behind.
 *
 * EVERY=1 has each allocation fail; SEED=7 draws others; ONLY=iterator runs that step alone. */
#include "tests/support/testing.h"

#include <limits.h>
#include <unistd.h>

#include "engine/base/text.h"
#include "lessons/stage.h"
#include "tests/support/claims.h"
#include "tests/support/failing_sqlite.h"
#include "tests/support/running.h"

enum {
    FIRST = 32,     /* allocations that fail each in turn */
    BY_LOT = 8,     /* others, where a run has more */
    CUTS = 10,      /* ends of the arena, and of the whole */
    ROOM = 1 << 20, /* the largest step in which an arena grows */
    PATIENCE = 120  /* seconds until a run that hangs ends the test */
};

/* A step that weighs its own memory: an arena that was filled before would tell it another tale. */
static bool weighs_memory(const struct step *step) {
    return strcmp(step->slug, "iterator") == 0;
}

/* ---- a run ------------------------------------------------------------------------------------
 */

/* Where memory ends; a negative number or 0: it does not. */
struct shortage {
    long after;     /* allocations until one fails */
    ptrdiff_t left; /* bytes of the stage's arena */
    size_t limit;   /* bytes of the whole, beyond what a stage holds when it is opened */
    long of_sqlite; /* allocations of SQLite's own until one fails ... */
    bool lasting;   /* ... and all that follow */
};

static const struct shortage none = {-1, -1, 0, -1, false};

/* Leaves the arena this many bytes of a block, and no way to another block. */
static void leave(struct arena *arena, size_t left) {
    assert_non_null(arena_alloc(arena, ROOM));
    assert_non_null(arena_alloc(arena, 16));
    assert_non_null(arena_alloc(arena, ROOM - 16 - left));
    arena->memory->limit = memory_held(arena->memory);
}

/* A run, and the account of its arena where that is held apart. */
struct trial {
    struct stage *stage;
    struct memory of_arena;
    bool ran;
    long allocations; /* that it came to, while they were counted */
    long of_sqlite;   /* those of SQLite */
};

static void begin(struct trial *trial, const struct lesson *lesson, const struct step *step,
                  const struct shortage *shortage) {
    trial->stage = claims_open(lesson->slug, step->slug, claims_small(step));
    memory_init(&trial->of_arena, 0);
    if (shortage->limit)
        trial->stage->memory.limit = memory_held(&trial->stage->memory) + shortage->limit;
    if (shortage->left < 0) return;
    assert_null(trial->stage->arena.newest); /* nothing of it is booked elsewhere */
    trial->stage->arena.memory = &trial->of_arena;
    leave(&trial->stage->arena, (size_t)shortage->left);
}

static void run(struct trial *trial, const struct shortage *shortage) {
    struct stage *stage = trial->stage;
    long after = shortage->after >= 0 ? shortage->after : LONG_MAX;
    atomic_store(&stage->memory.fail_after, after);
    failing_sqlite_arm(shortage->of_sqlite >= 0 ? shortage->of_sqlite : LONG_MAX,
                       shortage->lasting);
    alarm(PATIENCE);
    trial->ran = stage_run(stage);
    alarm(0);
    trial->of_sqlite = failing_sqlite_asked();
    failing_sqlite_disarm();
    trial->allocations = after - atomic_exchange(&stage->memory.fail_after, -1);
    stage->memory.limit = 0;
    trial->of_arena.limit = 0;
}

static void end(struct trial *trial) {
    stage_close(trial->stage);
    assert_int_equal(memory_held(&trial->of_arena), 0);
}

/* ---- what it measured -------------------------------------------------------------------------
 */

/* What two runs of a step have in common: the lines it printed, its queries and their rows. */
struct account {
    struct running room;
    const char *printed;
    uint64_t queries;
    int64_t rows;
};

static void take_account(struct account *account, const struct stage *stage) {
    struct text lines;
    struct tape_event event;
    struct tally queries = stage_queries(cut_whole(stage->tape));
    running_begin(&account->room, false);
    text_init(&lines, &account->room.arena);
    for (size_t i = 0; tape_events(stage->tape, i, &event, 1) == 1; i++)
        if (event.kind == TAPE_PRINT)
            text_format(&lines, "%s\n", tape_name(stage->tape, event.subject));
    account->printed = text_finish(&lines);
    account->queries = queries.count;
    account->rows = queries.amount;
}

static void drop_account(struct account *account) {
    running_end(&account->room);
}

static void expect_right(const struct trial *trial, const struct account *whole) {
    struct account account;
    take_account(&account, trial->stage);
    if (trial->stage->step->listing_runs) assert_string_equal(account.printed, whole->printed);
    assert_int_equal(account.queries, whole->queries);
    assert_int_equal(account.rows, whole->rows);
    drop_account(&account);
    claims_hold(trial->stage);
    claims_draw(trial->stage);
}

/* Figures of a run that ended before its time: as many as it came to. */
static void draw_what_there_is(const struct stage *stage) {
    struct running room;
    struct figures figures;
    running_begin(&room, false);
    figures_init(&figures, &room.arena);
    assert_true(stage_draw(stage, cut_whole(stage->tape), &figures));
    running_end(&room);
}

/* A run that raised is drawn and asked all the same. */
static void expect_raised(const struct trial *trial) {
    const struct fault *fault = &trial->stage->fault;
    if (!fault_is(fault, "MemoryError")) fail_msg("%s: %s", fault->type, fault->message);
    for (size_t i = 0; i < trial->stage->step->claim_count; i++)
        assert_false(claim_holds(trial->stage, i));
    draw_what_there_is(trial->stage);
}

/* ---- one step ---------------------------------------------------------------------------------
 */

struct subject {
    const struct lesson *lesson;
    const struct step *step;
    struct account whole;
    long allocations; /* of an unhindered run */
    long of_sqlite;   /* those of SQLite */
    size_t peak;      /* bytes it held beyond those of the opened stage */
    size_t raised;    /* runs that raised */
};

static void measure_whole(struct subject *subject) {
    struct trial trial;
    begin(&trial, subject->lesson, subject->step, &none);
    size_t before = memory_held(&trial.stage->memory);
    run(&trial, &none);
    if (!trial.ran) fail_msg("%s", trial.stage->fault.message);
    subject->allocations = trial.allocations;
    subject->of_sqlite = trial.of_sqlite;
    subject->peak = memory_peak(&trial.stage->memory) - before;
    take_account(&subject->whole, trial.stage);
    claims_hold(trial.stage);
    end(&trial);
}

static void expect_survival(struct subject *subject, struct shortage shortage) {
    struct trial trial;
    begin(&trial, subject->lesson, subject->step, &shortage);
    run(&trial, &shortage);
    printf("%s: allocation %ld, arena %td, limit %zu, SQLite %ld%s: %s\n", subject->step->slug,
           shortage.after, shortage.left, shortage.limit, shortage.of_sqlite,
           shortage.lasting ? " and on" : "", trial.ran ? "right" : trial.stage->fault.type);
    fflush(stdout);
    if (trial.ran)
        expect_right(&trial, &subject->whole);
    else
        expect_raised(&trial);
    subject->raised += !trial.ran;
    end(&trial);
}

static uint64_t seed_from(const char *text) {
    return text ? strtoull(text, NULL, 10) : 1;
}

static void fail_allocations(struct subject *subject) {
    uint64_t seed = seed_from(getenv("SEED"));
    long first = getenv("EVERY") ? LONG_MAX : FIRST;
    for (long i = 0; i < subject->allocations && i < first; i++)
        expect_survival(subject, (struct shortage){i, -1, 0, -1, false});
    for (long i = 0; i < BY_LOT && first < subject->allocations; i++) {
        uint64_t others = (uint64_t)(subject->allocations - first);
        long lot = first + (long)(running_random(&seed) % others);
        expect_survival(subject, (struct shortage){lot, -1, 0, -1, false});
    }
}

static void end_arena(struct subject *subject) {
    for (size_t i = 0; i < CUTS && !weighs_memory(subject->step); i++)
        expect_survival(subject,
                        (struct shortage){-1, (ptrdiff_t)(i * i * i * 16 * 37), 0, -1, false});
}

static void end_memory(struct subject *subject) {
    for (size_t i = 0; i < CUTS; i++)
        expect_survival(subject,
                        (struct shortage){-1, -1, 1 + subject->peak * i / CUTS, -1, false});
}

/* Of the many thousands, the first and some by lot. */
static void fail_sqlite(struct subject *subject) {
    uint64_t seed = seed_from(getenv("SEED"));
    for (long i = 0; i < CUTS && i < subject->of_sqlite; i++)
        expect_survival(subject, (struct shortage){-1, -1, 0, i, i % 2 == 0});
    for (long i = 0; i < CUTS && subject->of_sqlite > 0; i++) {
        long lot = (long)(running_random(&seed) % (uint64_t)subject->of_sqlite);
        expect_survival(subject, (struct shortage){-1, -1, 0, lot, i % 2 == 0});
    }
}

static void expect_survival_of_step(const struct lesson *lesson, const struct step *step) {
    struct subject subject = {.lesson = lesson, .step = step};
    measure_whole(&subject);
    fail_allocations(&subject);
    end_arena(&subject);
    end_memory(&subject);
    fail_sqlite(&subject);
    assert_true(subject.raised > 0);
    drop_account(&subject.whole);
}

static void whatever_memory_it_lacks_a_day_says_so_or_is_right(void **state) {
    const struct lesson *lesson = *state;
    const char *only = getenv("ONLY");
    for (size_t i = 0; i < lesson->step_count; i++)
        if (lesson->steps[i]->run && (!only || strcmp(only, lesson->steps[i]->slug) == 0))
            expect_survival_of_step(lesson, lesson->steps[i]);
}

int main(void) {
    failing_sqlite_install();
    struct CMUnitTest tests[LESSON_COUNT];
    for (size_t i = 0; i < LESSON_COUNT; i++)
        tests[i] = (struct CMUnitTest)cmocka_unit_test_prestate(
            whatever_memory_it_lacks_a_day_says_so_or_is_right, (void *)lessons[i]);
    return RUN_TESTS(tests);
}
