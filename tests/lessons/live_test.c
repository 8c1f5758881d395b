/* Figures while a run lasts: drawn on this thread from what another one is recording. What the two
 * share is ThreadSanitizer's to judge, which runs this file too. */
#include <pthread.h>
#include <stdatomic.h>

#include "tests/support/claims.h"
#include "tests/support/testing.h"

struct running {
    struct stage *stage;
    atomic_bool done;
};

static void *run(void *argument) {
    struct running *running = argument;
    stage_run(running->stage);
    atomic_store(&running->done, true);
    return NULL;
}

static size_t points_of(const struct figure *figure) {
    size_t points = 0;
    assert_int_equal(figure->kind, FIGURE_SERIES);
    for (size_t i = 0; i < figure->series.count; i++) points += figure->series.curves[i].count;
    return points;
}

/* Draws once; returns the points of the first figure. */
static size_t draw_live(const struct stage *stage) {
    struct arena arena;
    struct figures figures;
    arena_init(&arena, NULL);
    figures_init(&figures, &arena);
    assert_true(stage_draw_live(stage, &figures));
    assert_true(figures.count > 0);
    size_t points = points_of(&figures.list[0]);
    arena_release(&arena);
    return points;
}

/* The first figure of the finished run is the one that was watched. */
static size_t draw_finished(const struct stage *stage) {
    struct arena arena;
    struct figures figures;
    arena_init(&arena, NULL);
    figures_init(&figures, &arena);
    assert_true(stage_draw(stage, cut_whole(stage->tape), &figures));
    size_t points = points_of(&figures.list[0]);
    arena_release(&arena);
    return points;
}

static void watch(const char *lesson, const char *step, const char *knobs) {
    struct running running = {.stage = claims_open(lesson, step, knobs)};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, run, &running), 0);
    while (!atomic_load(&running.done)) draw_live(running.stage);
    pthread_join(thread, NULL);
    assert_false(fault_raised(&running.stage->fault));
    size_t points = draw_live(running.stage);
    assert_true(points > 0);
    assert_int_equal(points, draw_finished(running.stage));
    stage_close(running.stage);
}

static void the_requests_that_wait_are_drawn_while_they_do(void **state) {
    (void)state;
    watch("lifecycle", "workers", "clients=20 requests=60 workers=2 wait=10 cpu=0");
}

static void the_memory_of_an_export_is_drawn_while_it_is_made(void **state) {
    (void)state;
    watch("streaming", "memory", "rows=20000");
}

static void a_step_without_live_figures_draws_none(void **state) {
    struct stage *stage = claims_open("lifecycle", "request", "");
    struct figures figures;
    (void)state;
    figures_init(&figures, &stage->arena);
    assert_true(stage_draw_live(stage, &figures));
    assert_int_equal(figures.count, 0);
    stage_close(stage);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_requests_that_wait_are_drawn_while_they_do),
        cmocka_unit_test(the_memory_of_an_export_is_drawn_while_it_is_made),
        cmocka_unit_test(a_step_without_live_figures_draws_none),
    };
    return RUN_TESTS(tests);
}
