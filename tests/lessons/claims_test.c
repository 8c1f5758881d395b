/* Every claim of every step, measured anew: at the usual knobs, and at both ends and the middle of
 * each knob. A step that is added to the registry is tested without a word here. */
#include "tests/support/testing.h"

#include "lessons/stage.h"

static void set(struct stage *stage, size_t knob, int64_t number) {
    char text[32], why[128];
    const struct knob *of = &stage->step->knobs[knob];
    if (of->kind == KNOB_TEXT) return;
    if (of->kind == KNOB_CHOICE)
        snprintf(text, sizeof text, "%s", of->choices[number]);
    else
        snprintf(text, sizeof text, "%lld", (long long)number);
    assert_true(stage_set(stage, of->name, text, why, sizeof why));
}

/* A simulated wait at its longest is tried with everything else at its least: it is long enough. */
static void turn_down_the_rest(struct stage *stage, size_t knob) {
    for (size_t i = 0; i < stage->step->knob_count; i++)
        if (i != knob && stage->step->knobs[i].kind == KNOB_NUMBER)
            set(stage, i, stage->step->knobs[i].min);
}

static void describe(const struct stage *stage, const char *what, const char *shown) {
    char text[256];
    printf("%s/%s:", stage->lesson->slug, stage->step->slug);
    for (size_t i = 0; i < stage->step->knob_count; i++)
        printf(" %s=%s", stage->step->knobs[i].name, stage_knob_text(stage, i, text, sizeof text));
    printf(": %s: %s\n", what, shown);
}

static bool draws_at_every_tenth(const struct stage *stage) {
    size_t length = tape_length(stage->tape);
    for (size_t tenth = 0; tenth <= 10; tenth++) {
        struct arena arena;
        struct figures figures;
        arena_init(&arena, NULL);
        figures_init(&figures, &arena);
        struct cut cut = {stage->tape, tenth == 10 ? SIZE_MAX : length * tenth / 10};
        bool drawn = stage_draw(stage, cut, &figures) && figures.count > 0;
        arena_release(&arena);
        if (!drawn) return false;
    }
    return true;
}

/* Runs a stage and asks everything about it; returns how much was wrong. */
static int judge(struct stage *stage) {
    int wrong = 0;
    if (!stage_run(stage)) {
        describe(stage, stage->fault.type, stage->fault.message);
        wrong++;
    }
    for (size_t i = 0; i < stage->step->claim_count; i++) {
        struct verdict verdict;
        stage_check(stage, &stage->step->claims[i], &verdict);
        if (verdict.holds) continue;
        describe(stage, stage->step->claims[i].text, verdict.shown);
        wrong++;
    }
    if (!draws_at_every_tenth(stage)) {
        describe(stage, "figures", "not drawn");
        wrong++;
    }
    double number = 0;
    size_t order[ORDER_MOST];
    const struct prediction *prediction = stage->step->prediction;
    if (prediction && !wrong && !prediction->answer(stage, &number, order)) {
        describe(stage, "prediction", "no answer");
        wrong++;
    }
    return wrong;
}

struct which {
    const struct lesson *lesson;
    const struct step *step;
};

static void claims_hold(void **state) {
    const struct which *which = *state;
    int wrong = 0;
    struct stage *stage = stage_open(which->lesson, which->step);
    assert_non_null(stage);
    wrong += judge(stage);
    stage_close(stage);
    for (size_t i = 0; i < which->step->knob_count; i++) {
        const struct knob *knob = &which->step->knobs[i];
        if (knob->kind == KNOB_TEXT) continue;
        const int64_t settings[] = {knob->min, knob->min + (knob->max - knob->min) / 2, knob->max};
        for (size_t k = 0; k < 3; k++) {
            stage = stage_open(which->lesson, which->step);
            assert_non_null(stage);
            if (knob->simulated && k > 0) turn_down_the_rest(stage, i);
            set(stage, i, settings[k]);
            wrong += judge(stage);
            stage_close(stage);
        }
    }
    assert_int_equal(wrong, 0);
}

/* A run that ended badly is still drawn, its claims do not hold, and nothing breaks. */
static void judge_a_bad_end(struct stage *stage) {
    struct verdict verdict;
    assert_true(fault_raised(&stage->fault));
    assert_true(draws_at_every_tenth(stage) || tape_length(stage->tape) == 0);
    for (size_t i = 0; i < stage->step->claim_count; i++) {
        stage_check(stage, &stage->step->claims[i], &verdict);
        assert_false(verdict.holds);
    }
}

static void a_listing_that_raises_is_drawn_and_holds_nothing(void **state) {
    (void)state;
    for (size_t i = 0; i < LESSON_COUNT; i++)
        for (size_t k = 0; k < lessons[i]->step_count; k++) {
            const struct step *step = lessons[i]->steps[k];
            if (!step->run || !step->listing_runs) continue;
            struct stage *stage = stage_open(lessons[i], step);
            assert_non_null(stage);
            assert_true(stage_set_listing(stage, "x = 1\nprint(x / 0)\n"));
            assert_false(stage_run(stage));
            assert_string_equal(stage->fault.type, "ZeroDivisionError");
            assert_int_equal(stage->fault.line, 2);
            judge_a_bad_end(stage);
            stage_close(stage);
        }
}

static void a_run_cancelled_at_once_is_drawn_and_holds_nothing(void **state) {
    (void)state;
    for (size_t i = 0; i < LESSON_COUNT; i++)
        for (size_t k = 0; k < lessons[i]->step_count; k++) {
            const struct step *step = lessons[i]->steps[k];
            if (!step->run) continue;
            struct stage *stage = stage_open(lessons[i], step);
            assert_non_null(stage);
            stage_cancel(stage);
            if (!stage_run(stage)) judge_a_bad_end(stage); /* the shortest may be done already */
            stage_close(stage);
        }
}

/* Steps whose waits are real and long; their day's own test chooses the settings. */
static bool has_its_own_test(const struct lesson *lesson, const struct step *step) {
    static const char *const names[] = {"lifecycle/workers", "ready/fleet"};
    char name[96];
    snprintf(name, sizeof name, "%s/%s", lesson->slug, step->slug);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0) return true;
    return false;
}

enum { STEPS_MOST = 64 };

int main(void) {
    static struct which whichs[STEPS_MOST];
    static char names[STEPS_MOST][96];
    struct CMUnitTest tests[STEPS_MOST + 2] = {
        cmocka_unit_test(a_listing_that_raises_is_drawn_and_holds_nothing),
        cmocka_unit_test(a_run_cancelled_at_once_is_drawn_and_holds_nothing),
    };
    size_t count = 2;
    for (size_t i = 0; i < LESSON_COUNT; i++)
        for (size_t k = 0; k < lessons[i]->step_count && count < STEPS_MOST; k++) {
            const struct step *step = lessons[i]->steps[k];
            if (!step->run || has_its_own_test(lessons[i], step)) continue;
            snprintf(names[count], sizeof names[count], "the_claims_of_%s_%s_hold",
                     lessons[i]->slug, step->slug);
            whichs[count] = (struct which){lessons[i], step};
            tests[count] =
                (struct CMUnitTest){names[count], claims_hold, NULL, NULL, &whichs[count]};
            count++;
        }
    return _cmocka_run_group_tests("claims", tests, count, NULL, NULL);
}
