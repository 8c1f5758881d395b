/* Figures, claims and answers of every step when memory runs out: the run is over and went well;
 * then each allocation of the drawing and of the asking fails in turn, alone or with all that
 * follow.
 *
 * What is drawn is the whole, or it is said that there was no memory; a claim finds what it finds
 * otherwise, or says nothing at all. */
#include "tests/support/testing.h"

#include "tests/support/scarce_memory.h"

#include "tests/support/claims.h"
#include "ui/figure_json.h"

enum { EACH_UNTIL = 50, SKIPPED = 17, ALLOCATIONS_MOST = 100000 };

static long next_after(long after) {
    return after + (after < EACH_UNTIL || getenv("EVERY") ? 1 : SKIPPED);
}

/* ---- figures ----------------------------------------------------------------------------------
 */

/* What is drawn at a cut, as JSON, to be freed; NULL when there was no memory. */
static char *draw(const struct stage *stage, size_t upto, long after, bool lasting, bool *refused) {
    struct arena arena;
    struct figures figures;
    struct text text;
    struct json json;
    arena_init(&arena, NULL);
    figures_init(&figures, &arena);
    text_init(&text, &arena);
    gate_set(after, lasting);
    bool drawn = stage_draw(stage, (struct cut){stage->tape, upto}, &figures);
    *refused = gate_open();
    json_to_text(&json, &text);
    json_array(&json);
    for (size_t i = 0; i < figures.count && drawn; i++) figure_json(&json, &figures.list[i]);
    json_close(&json);
    char *copy = drawn ? strdup(text_finish(&text)) : NULL;
    arena_release(&arena);
    return copy;
}

static void expect_whole_or_none(const struct stage *stage, size_t upto) {
    bool refused;
    char *whole = draw(stage, upto, -1, false, &refused);
    assert_non_null(whole);
    for (int lasting = 0; lasting < 2; lasting++) {
        refused = true;
        for (long after = 0; refused; after = next_after(after)) {
            assert_true(after < ALLOCATIONS_MOST);
            char *figures = draw(stage, upto, after, lasting, &refused);
            if (figures && strcmp(figures, whole) != 0)
                fail_msg("%s, %ld: %s\n--- for ---\n%s", stage->step->slug, after, figures, whole);
            free(figures);
        }
    }
    free(whole);
}

/* ---- claims -----------------------------------------------------------------------------------
 */

static void expect_same(const struct verdict *found, const struct verdict *whole,
                        const struct claim *claim) {
    if (!found->shown) return; /* there was no memory */
    if (found->applies != whole->applies || found->holds != whole->holds ||
        strcmp(found->shown, whole->shown) != 0)
        fail_msg("%s: %d %d %s for %d %d %s", claim->text, found->applies, found->holds,
                 found->shown, whole->applies, whole->holds, whole->shown);
    assert_int_equal(found->number_count, whole->number_count);
    for (size_t i = 0; i < found->number_count; i++)
        assert_true(found->numbers[i].value == whole->numbers[i].value);
}

static void expect_same_or_nothing(struct stage *stage, const struct claim *claim) {
    struct verdict whole, found;
    stage_check(stage, claim, &whole);
    assert_true(whole.holds);
    assert_non_null(whole.shown);
    for (int lasting = 0; lasting < 2; lasting++) {
        bool refused = true;
        for (long after = 0; refused; after = next_after(after)) {
            gate_set(after, lasting);
            stage_check(stage, claim, &found);
            refused = gate_open();
            expect_same(&found, &whole, claim);
        }
    }
}

static void expect_same_answer(struct stage *stage) {
    double whole = 0, found = 0;
    size_t order[ORDER_MOST] = {0}, other[ORDER_MOST] = {0};
    const struct prediction *prediction = stage->step->prediction;
    if (!prediction || !prediction->answer(stage, &whole, order)) return;
    bool refused = true;
    for (long after = 0; refused; after++) {
        gate_set(after, false);
        bool answered = prediction->answer(stage, &found, other);
        refused = gate_open();
        if (!answered) continue;
        assert_true(found == whole);
        assert_memory_equal(order, other, sizeof order);
    }
}

/* ---- all days ---------------------------------------------------------------------------------
 */

static void whatever_memory_they_lack_figures_and_claims_are_whole_or_missing(void **state) {
    const struct lesson *lesson = *state;
    for (size_t i = 0; i < lesson->step_count; i++) {
        const struct step *step = lesson->steps[i];
        if (!step->run) continue;
        printf("%s/%s\n", lesson->slug, step->slug);
        fflush(stdout);
        struct stage *stage = claims_run(lesson->slug, step->slug, claims_small(step));
        size_t cuts[] = {0, tape_length(stage->tape) / 2, SIZE_MAX};
        for (size_t j = 0; j < sizeof cuts / sizeof *cuts; j++)
            expect_whole_or_none(stage, cuts[j]);
        for (size_t j = 0; j < step->claim_count; j++)
            expect_same_or_nothing(stage, &step->claims[j]);
        expect_same_answer(stage);
        stage_close(stage);
    }
}

int main(void) {
    struct CMUnitTest tests[LESSON_COUNT];
    for (size_t i = 0; i < LESSON_COUNT; i++)
        tests[i] = (struct CMUnitTest)cmocka_unit_test_prestate(
            whatever_memory_they_lack_figures_and_claims_are_whole_or_missing, (void *)lessons[i]);
    return RUN_TESTS(tests);
}
