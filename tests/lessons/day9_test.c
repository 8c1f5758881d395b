/* Day 9 beyond its claims: changed listings, labels, plans, what a claim says when it fails. */
#include "tests/support/testing.h"

#include "lessons/stage.h"

static struct stage *open_step(const char *step) {
    const struct lesson *lesson = lesson_find("n-plus-one");
    struct stage *stage = stage_open(lesson, lesson_step(lesson, step));
    assert_non_null(stage);
    return stage;
}

static void set(struct stage *stage, const char *knob, const char *text) {
    char why[128];
    assert_true(stage_set(stage, knob, text, why, sizeof why));
}

static uint64_t queries(const struct stage *stage) {
    return stage_queries(cut_whole(stage->tape)).count;
}

static void a_hundred_articles_cost_a_hundred_and_one_queries(void **state) {
    (void)state;
    struct stage *stage = open_step("n-plus-one");
    assert_true(stage_run(stage));
    assert_int_equal(queries(stage), 101);
    stage_close(stage);
}

static void the_key_in_the_row_costs_nothing_and_the_object_behind_it_a_query(void **state) {
    (void)state;
    static const struct {
        const char *body;
        uint64_t queries;
    } bodies[] = {
        {"print(article.author_id)", 1},
        {"print(article.author.pk)", 11},
        {"print(article.author.profile.company.name)", 31},
    };
    for (size_t i = 0; i < 3; i++) {
        char listing[256];
        snprintf(listing, sizeof listing,
                 "from blog.models import Article\n"
                 "for article in Article.objects.all()[:articles]:\n    %s\n",
                 bodies[i].body);
        struct stage *stage = open_step("n-plus-one");
        set(stage, "articles", "10");
        assert_true(stage_set_listing(stage, listing));
        assert_true(stage_run(stage));
        assert_int_equal(queries(stage), bodies[i].queries);
        stage_close(stage);
    }
}

static void a_changed_listing_is_told_and_not_judged(void **state) {
    (void)state;
    struct stage *stage = open_step("n-plus-one");
    assert_true(stage_set_listing(stage, "from blog.models import Article\n"
                                         "print(len(Article.objects.all()))\n"));
    assert_true(stage_run(stage));
    struct verdict verdict;
    stage_check(stage, &stage->step->claims[0], &verdict);
    assert_false(verdict.applies);
    assert_true(verdict.holds);
    assert_string_equal(verdict.shown, "the listing was changed: it sent 1 query");
    stage_close(stage);
}

static void a_simulated_round_trip_is_labelled_and_waited_for(void **state) {
    (void)state;
    struct stage *stage = open_step("n-plus-one");
    set(stage, "articles", "3");
    set(stage, "round-trip", "2");
    assert_true(stage_run(stage));
    assert_true(stage_queries(cut_whole(stage->tape)).elapsed_ns >= 4 * 2000000u);
    struct figures figures;
    figures_init(&figures, &stage->arena);
    assert_true(stage_draw(stage, cut_whole(stage->tape), &figures));
    for (size_t i = 0; i < figures.count; i++)
        assert_string_equal(figures.list[i].simulated, "round trip of 2 ms, simulated");
    stage_close(stage);
}

static void the_plan_behind_a_query_is_kept(void **state) {
    (void)state;
    struct stage *stage = open_step("n-plus-one");
    assert_true(stage_run(stage));
    struct tape_event event;
    size_t i = 0, last = tape_length(stage->tape);
    for (i = last; i-- > 0;)
        if (tape_events(stage->tape, i, &event, 1) == 1 && event.kind == TAPE_QUERY) break;
    assert_non_null(strstr(stage_plan(stage, event.subject), "PRIMARY KEY"));
    assert_null(stage_plan(stage, event.subject + 1000));
    stage_close(stage);
}

static void the_same_seed_prints_the_same_page(void **state) {
    (void)state;
    struct stage *one = open_step("n-plus-one"), *two = open_step("n-plus-one");
    assert_true(stage_run(one) && stage_run(two));
    assert_int_equal(tape_length(one->tape), tape_length(two->tape));
    for (size_t i = 0; i < tape_length(one->tape); i++) {
        struct tape_event left, right;
        tape_events(one->tape, i, &left, 1);
        tape_events(two->tape, i, &right, 1);
        assert_string_equal(tape_name(one->tape, left.subject),
                            tape_name(two->tape, right.subject));
    }
    stage_close(one);
    stage_close(two);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hundred_articles_cost_a_hundred_and_one_queries),
        cmocka_unit_test(the_key_in_the_row_costs_nothing_and_the_object_behind_it_a_query),
        cmocka_unit_test(a_changed_listing_is_told_and_not_judged),
        cmocka_unit_test(a_simulated_round_trip_is_labelled_and_waited_for),
        cmocka_unit_test(the_plan_behind_a_query_is_kept),
        cmocka_unit_test(the_same_seed_prints_the_same_page),
    };
    return RUN_TESTS(tests);
}
