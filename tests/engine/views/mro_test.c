/* C3 against a second implementation, written as the definition reads. */
#include "engine/base/text.h"
#include "engine/views/class.h"
#include "tests/support/running.h"
#include "tests/support/testing.h"

static struct class *make(struct running *run, struct classes *classes, const char *name,
                          size_t count, struct class *const *bases) {
    return class_new(&run->runtime, classes, name, "__main__", (struct line_up){bases, count},
                     NULL);
}

static const char *names(struct running *run, struct line_up line) {
    struct text text;
    text_init(&text, &run->arena);
    for (size_t i = 0; i < line.count; i++)
        text_format(&text, "%s%s", i ? " " : "", line.classes[i]->name);
    return text_finish(&text);
}

static void a_common_ancestor_waits_for_all_its_descendants(void **state) {
    struct running *run = *state;
    struct classes *classes = classes_new(&run->runtime);
    struct class *a = make(run, classes, "A", 0, NULL);
    struct class *b = make(run, classes, "B", 1, (struct class *[]){a});
    struct class *c = make(run, classes, "C", 1, (struct class *[]){a});
    struct class *d = make(run, classes, "D", 2, (struct class *[]){b, c});
    assert_string_equal(names(run, mro_of(d)), "D B C A object");
}

static void two_opposite_opinions_have_no_order(void **state) {
    struct running *run = *state;
    struct classes *classes = classes_new(&run->runtime);
    struct class *a = make(run, classes, "A", 0, NULL), *b = make(run, classes, "B", 0, NULL);
    struct class *x = make(run, classes, "X", 2, (struct class *[]){a, b});
    struct class *y = make(run, classes, "Y", 2, (struct class *[]){b, a});
    assert_null(make(run, classes, "Z", 2, (struct class *[]){x, y}));
    running_raised(run, "TypeError",
                   "Cannot create a consistent method resolution\norder (MRO) for bases A, B");
}

static void a_base_given_twice_is_noticed_first(void **state) {
    struct running *run = *state;
    struct classes *classes = classes_new(&run->runtime);
    struct class *a = make(run, classes, "A", 0, NULL);
    assert_null(make(run, classes, "B", 3, (struct class *[]){classes->object, a, a}));
    running_raised(run, "TypeError", "duplicate base class A");
    assert_null(make(run, classes, "B", 2, (struct class *[]){classes->object, a}));
    running_raised(run, "TypeError",
                   "Cannot create a consistent method resolution\norder (MRO) for bases object, A");
}

/* CPython writes the text into 1,000 bytes. */
static void a_very_long_text_is_cut_where_python_cuts_it(void **state) {
    struct running *run = *state;
    struct classes *classes = classes_new(&run->runtime);
    char name[601];
    memset(name, 'n', 600);
    name[600] = '\0';
    struct class *a = make(run, classes, name, 0, NULL), *b = make(run, classes, name, 0, NULL);
    struct class *x = make(run, classes, "X", 2, (struct class *[]){a, b});
    struct class *y = make(run, classes, "Y", 2, (struct class *[]){b, a});
    assert_null(make(run, classes, "Z", 2, (struct class *[]){x, y}));
    assert_int_equal(strlen(run->fault.message), 999);
}

static void the_turns_say_how_the_line_came_about(void **state) {
    struct running *run = *state;
    struct classes *classes = classes_new(&run->runtime);
    struct class *a = make(run, classes, "A", 0, NULL), *b = make(run, classes, "B", 0, NULL);
    struct class *x = make(run, classes, "X", 2, (struct class *[]){a, b});
    struct class *y = make(run, classes, "Y", 1, (struct class *[]){b});
    struct mro mro;
    assert_non_null(class_new(&run->runtime, classes, "Z", "__main__",
                              (struct line_up){(struct class *[]){x, y}, 2}, &mro));
    static const size_t expected[] = {0, 0, 1, 0, 0}; /* X, A, then Y before B, object */
    assert_int_equal(mro.turn_count, 5);
    for (size_t i = 0; i < 5; i++) assert_int_equal(mro.turns[i], expected[i]);
    assert_int_equal(mro.list_count, 3);
}

/* ---- the definition, read aloud ----------------------------------------------------------- */

enum { MOST = 12, LISTS = 6 };

/* A list of classes by number, from which heads are really taken off. */
struct sequence {
    int items[2 * MOST];
    int count;
};

static void take_off(struct sequence *list, int class) {
    if (list->count == 0 || list->items[0] != class) return;
    list->count--;
    memmove(list->items, list->items + 1, (size_t)list->count * sizeof(int));
}

static bool is_behind(const struct sequence *list, int class) {
    for (int i = 1; i < list->count; i++)
        if (list->items[i] == class) return true;
    return false;
}

/* "take the first head that is in no tail" */
static int next_of(const struct sequence *lists, int count) {
    for (int i = 0; i < count; i++) {
        if (lists[i].count == 0) continue;
        bool behind = false;
        for (int j = 0; j < count; j++) behind |= is_behind(&lists[j], lists[i].items[0]);
        if (!behind) return lists[i].items[0];
    }
    return -1;
}

/* MRO(C) = C + merge(...); false where merge gets stuck. Class 0 is object. */
static bool define(int self, const struct sequence *bases, const struct sequence *lines,
                   struct sequence *line) {
    struct sequence lists[LISTS];
    int count = 0;
    for (int i = 0; i < bases->count; i++) lists[count++] = lines[bases->items[i]];
    lists[count++] = *bases;
    *line = (struct sequence){{self}, 1};
    for (int next; (next = next_of(lists, count)) >= 0;) {
        line->items[line->count++] = next;
        for (int i = 0; i < count; i++) take_off(&lists[i], next);
    }
    for (int i = 0; i < count; i++)
        if (lists[i].count) return false;
    return true;
}

static struct sequence random_bases(uint64_t *seed, int known) {
    struct sequence bases = {{0}, 0};
    int wanted = 1 + (int)(running_random(seed) % 4);
    for (int i = 0; i < wanted && known > 1; i++) {
        int base = 1 + (int)(running_random(seed) % (uint64_t)(known - 1));
        bool twice = false;
        for (int j = 0; j < bases.count; j++) twice |= bases.items[j] == base;
        if (!twice) bases.items[bases.count++] = base;
    }
    if (bases.count == 0) bases.count = 1; /* object */
    return bases;
}

/* One random hierarchy: every class must have the same line in both, or none. */
static size_t compare_hierarchy(struct running *run, uint64_t *seed) {
    static const char *const letters[] = {"o", "A", "B", "C", "D", "E",
                                          "F", "G", "H", "I", "J", "K"};
    struct classes *classes = classes_new(&run->runtime);
    struct class *made[MOST] = {classes->object};
    struct sequence lines[MOST] = {{{0}, 1}};
    size_t refused = 0;
    int known = 1, wanted = 3 + (int)(running_random(seed) % (MOST - 3));
    for (int tries = 0; known < wanted && tries < 2 * MOST; tries++) {
        struct sequence bases = random_bases(seed, known);
        struct class *ours[LISTS];
        for (int i = 0; i < bases.count; i++) ours[i] = made[bases.items[i]];
        bool theirs = define(known, &bases, lines, &lines[known]);
        made[known] = make(run, classes, letters[known], (size_t)bases.count, ours);
        if ((made[known] != NULL) != theirs) fail_msg("one has an order, one has not");
        fault_clear(&run->fault);
        refused += !theirs;
        if (!theirs) continue;
        struct line_up line = mro_of(made[known]);
        assert_int_equal(line.count, lines[known].count);
        for (size_t i = 0; i < line.count; i++)
            assert_ptr_equal(line.classes[i], made[lines[known].items[i]]);
        known++;
    }
    return refused;
}

static void a_hundred_thousand_hierarchies_have_the_same_orders(void **state) {
    struct running *run = *state;
    uint64_t seed = 3;
    size_t refused = 0;
    for (int turn = 0; turn < 100000; turn++) {
        struct arena_mark mark = arena_mark(&run->arena);
        refused += compare_hierarchy(run, &seed);
        arena_rewind(&run->arena, mark);
    }
    assert_true(refused > 20000); /* both sides of the question were asked */
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, running_setup, running_teardown)
        TEST(a_common_ancestor_waits_for_all_its_descendants),
        TEST(two_opposite_opinions_have_no_order),
        TEST(a_base_given_twice_is_noticed_first),
        TEST(a_very_long_text_is_cut_where_python_cuts_it),
        TEST(the_turns_say_how_the_line_came_about),
        TEST(a_hundred_thousand_hierarchies_have_the_same_orders),
    };
    return RUN_TESTS(tests);
}
