/* The reader's state with each allocation failing in turn: its own, the engine's and a run's, for
 * the linker leads every malloc of the program's objects through the gate below (see the Makefile).
 * An hour with it is played again and again, each time with another allocation refused; then
 * nothing is refused any more, and the reader must draw and work as ever. */
#include "tests/support/course.h"
#include "tests/support/testing.h"
#include "ui/reader/draw.h"
#include "ui/reader/keys.h"

/* ---- the gate ------------------------------------------------------------------------------- */

static struct {
    long count; /* allocations since it was set */
    long fails; /* this one is refused; negative: none */
} gate = {0, -1};

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);

static bool refused(void) {
    return gate.count++ == gate.fails;
}

void *__wrap_malloc(size_t size) {
    return refused() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size) {
    return refused() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *block, size_t size) {
    return refused() ? NULL : __real_realloc(block, size);
}

/* ---- a short hour --------------------------------------------------------------------------- */

/* As the loop does it: a run for which there is no stage is told as one that did not begin. */
static void act(struct state *state, struct action action) {
    if (!(state_update(state, &action) & EFFECT_RUN)) return;
    struct stage *stage = state_open_stage(state);
    state_update(state, &(struct action){.kind = ACTION_STARTED, .stage = stage});
    if (!stage) return;
    stage_run(stage);
    state_update(state, &(struct action){.kind = ACTION_FINISHED, .stage = stage});
}

static void type(struct state *state, const char *keys) {
    for (const char *key = keys; *key; key++) act(state, keys_find(state, (unsigned char)*key));
}

/* What a learner does: answers and runs, goes back and forth in time, opens what is behind a line,
 * edits, pastes, undoes, searches, looks at the list, asks for hints, resets, goes on. */
static void play(struct state *state, struct grid *grid) {
    static const char *const moments[] = {
        "r101\r", ",.,. ",  "o",   "\033", "ex = 1\r y", "\025", "\033",  "/query\r", "n",   "\033",
        "l",      "jk\033", "hhh", "x",    "\033",       "n",    "r\033", "?",        "\033"};
    static const char pasted[] = "a = [1,\n     2]\nprint(a)\n";
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        type(state, moments[i]);
        if (i == 4)
            act(state,
                (struct action){.kind = ACTION_PASTE, .text = pasted, .length = sizeof pasted - 1});
        act(state, (struct action){.kind = ACTION_RESIZE,
                                   .height = i % 2 ? 24 : 40,
                                   .width = i % 2 ? 80 : 120});
        draw(state, grid);
    }
}

/* Plays with one allocation refused. False when the hour needs no so many. */
static bool survives(long fails) {
    /* the day whose runs all come to an end by themselves */
    struct course day = {.lessons = &test_course.lessons[TEST_N_PLUS_ONE], .count = 1};
    struct state_options options = {.course = day, .height = 24, .width = 80, .seed = 1};
    struct state state;
    struct grid grid;
    grid_init(&grid, false);
    gate.count = 0;
    gate.fails = fails;
    bool opened = state_init(&state, &options);
    if (opened) {
        state_open(&state, 0, 0);
        play(&state, &grid);
    }
    bool enough = gate.count > fails;
    gate.fails = -1;
    if (opened) {
        type(&state, "\033\033\033\033");
        state_open(&state, 0, 0);
        act(&state, (struct action){.kind = ACTION_RESIZE, .height = 24, .width = 80});
        draw(&state, &grid);
        assert_int_equal(grid.height, 24);
        type(&state, "r");
        if (!state.stage) type(&state, "\r"); /* it was asked first */
        assert_non_null(state.stage);
    }
    state_release(&state);
    grid_release(&grid);
    return enough;
}

static void it_outlives_the_refusal_of_any_allocation(void **unused) {
    (void)unused;
    const char *every = getenv("EVERY");
    long step = every ? strtol(every, NULL, 10) : 7, fails = 0;
    while (survives(fails)) fails += fails < 100 ? 1 : step;
    assert_true(fails > 100); /* there was something to refuse */
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(it_outlives_the_refusal_of_any_allocation)};
    return RUN_TESTS(tests);
}
