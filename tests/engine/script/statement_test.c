/* Statements: assignment, loops, functions, imports, and where they count on the tape. */
#include "tests/support/listing.h"
#include "tests/support/testing.h"

static void targets_unpack(void **state) {
    assert_listing(*state, "a, (b, c) = 1, 'xy'\nd = e = a\nprint(a, b, c, d, e)\n", "1 x y 1 1\n");
    assert_listing(*state, "a, b = 1, 2, 3\n",
                   "ValueError: too many values to unpack (expected 2) @1:1\n");
    assert_listing(*state, "a, b = [1]\n",
                   "ValueError: not enough values to unpack (expected 2, got 1) @1:1\n");
    assert_listing(*state, "a, b = 1\n", "TypeError: cannot unpack non-iterable int object @1:1\n");
}

static void items_are_assigned_and_augmented(void **state) {
    assert_listing(*state, "d = {'a': [1]}\nd['b'] = 2\nd['b'] += 3\nd['a'] += [4]\nprint(d)\n",
                   "{'a': [1, 4], 'b': 5}\n");
    assert_listing(*state, "(1,)[0] = 2\n",
                   "TypeError: 'tuple' object does not support item assignment @1:5\n");
}

static void a_list_is_augmented_in_place(void **state) {
    assert_listing(*state, "a = [1]\nb = a\na += [2]\na = a + [3]\nprint(a, b)\n",
                   "[1, 2, 3] [1, 2]\n");
}

static void loops_break_and_continue(void **state) {
    assert_listing(*state,
                   "for i in range(9):\n    if i == 1:\n        continue\n    if i == 3:\n"
                   "        break\n    print(i)\ni = 0\nwhile i < 2:\n    i += 1\nprint(i)\n",
                   "0\n2\n2\n");
}

static void a_list_may_grow_under_its_loop(void **state) {
    assert_listing(*state,
                   "x = [1]\nfor i in x:\n    if i < 4:\n        x.append(i + 1)\nprint(x)\n",
                   "[1, 2, 3, 4]\n");
}

static void a_method_names_its_type_when_it_takes_no_keywords(void **state) {
    assert_listing(*state, "{}.get(a=1)\n",
                   "TypeError: dict.get() takes no keyword arguments @1:4\n");
    assert_listing(*state, "{}.get()\n",
                   "TypeError: get expected at least 1 argument, got 0 @1:4\n");
}

static void a_dict_may_not_change_under_its_loop(void **state) {
    assert_listing(*state, "d = {'a': 1}\nfor k in d:\n    d['b'] = 2\n",
                   "RuntimeError: dictionary changed size during iteration @2:10\n");
}

static void functions_take_arguments_as_python_does(void **state) {
    struct running *running = *state;
    struct script *script = listing_script(running, NULL, 0);
    assert_string_equal(listing_output(running, script,
                                       "def f(a, b=2, *c, **d):\n    return a, b, c, d\n"
                                       "print(f(1), f(b=1, a=2), f(*[1, 2, 3], **{'z': 4}))\n"),
                        "(1, 2, (), {}) (2, 1, (), {}) (1, 2, (3,), {'z': 4})\n");
    assert_string_equal(listing_output(running, script, "f()\n"),
                        "TypeError: f() missing 1 required positional argument: 'a' @1:1\n");
    assert_string_equal(
        listing_output(running, script, "(lambda x: x)(1, 2)\n"),
        "TypeError: <lambda>() takes 1 positional argument but 2 were given @1:14\n");
    assert_string_equal(listing_output(running, script, "(lambda x: x)(1, x=1)\n"),
                        "TypeError: <lambda>() got multiple values for argument 'x' @1:14\n");
}

static void functions_remember_where_they_were_made(void **state) {
    assert_listing(
        *state,
        "def outer(n):\n    def inner(m):\n        return [n + m + i for i in range(2)]\n"
        "    n = n * 10\n    return inner\nprint(outer(3)(4), outer(1)(0))\n",
        "[34, 35] [10, 11]\n");
    assert_listing(*state, "fs = [lambda: i for i in range(3)]\nprint([f() for f in fs])\n",
                   "[2, 2, 2]\n");
}

static void a_local_is_unbound_until_assigned(void **state) {
    assert_listing(*state, "x = 1\ndef f():\n    print(x)\n    x = 2\nf()\n",
                   "UnboundLocalError: cannot access local variable 'x' where it is not associated "
                   "with a value @3:11\n");
}

static void endless_recursion_is_raised_not_suffered(void **state) {
    assert_listing(*state, "def f(n):\n    return f(n + 1)\nf(0)\n",
                   "RecursionError: maximum recursion depth exceeded @2:12\n");
}

static void a_function_called_often_takes_memory_once(void **state) {
    struct running *running = *state;
    assert_listing(running, "def f(a, b):\n    return a + b\n", "");
    size_t before = memory_held(&running->memory);
    assert_listing(
        running,
        "def f(a, b):\n    return a + b\nt = 0\nfor i in range(20000):\n    t = f(t, i)\n"
        "print(t)\n",
        "199990000\n");
    assert_true(memory_held(&running->memory) - before < 64 * 1024);
}

static void printing_often_takes_no_memory(void **state) {
    struct running *running = *state;
    struct runtime silent = running->runtime;
    struct head head;
    head_init(&head, NULL);
    silent.head = &head;
    struct script *script = script_new(&silent, NULL, 0, false);
    size_t before = memory_held(&running->memory);
    assert_true(script_run(&silent, script,
                           "for i, c in enumerate('ab' * 10000):\n"
                           "    print(f'{i:>9} of {c!r}' + ' is ' + f'{i * 2}', i, c)\n"));
    /* what is left is the text, and the characters that the loop went over */
    assert_true(memory_held(&running->memory) - before < 1024 * 1024);
}

static void what_print_is_given_may_be_kept_by_an_object(void **state) {
    assert_listing(*state,
                   "kept = []\nprint(kept.append(f'{1}' + 'a'), f'{kept.append(f\"{2}\")}')\n"
                   "print(f'{3}' + f'{4}')\nprint(kept, [f'{5}'] + [f'{6}'])\n",
                   "None None\n34\n['1a', '2'] ['5', '6']\n");
}

static void print_joins_ends_and_splits_lines(void **state) {
    assert_listing(*state,
                   "print(1, 'a', sep='-', end='!')\nprint()\nprint('b\\nc')\nprint(2, end='')\n",
                   "1-a!\nb\nc\n2\n");
    assert_listing(*state, "print(1, sep=2)\n",
                   "TypeError: sep must be None or a string, not int @1:1\n");
}

static void each_statement_counts_on_its_line(void **state) {
    struct running *running = *state;
    assert_listing(running, "x = 0\nfor i in range(3):\n    x += 1\n    if x > 2:\n        x = 9\n",
                   "");
    assert_int_equal(listing_reached(running, 1), 1);
    assert_int_equal(listing_reached(running, 2),
                     5); /* the statement, and four times its iterator */
    assert_int_equal(listing_reached(running, 3), 3);
    assert_int_equal(listing_reached(running, 5), 1);
}

static void what_a_call_prints_counts_where_it_prints(void **state) {
    struct running *running = *state;
    assert_listing(running, "def f():\n    print('in')\n    return 1\nprint(f(), 'out')\n",
                   "in\n1 out\n");
    struct tally_filter filter = ANY_EVENT;
    filter.line = 2;
    assert_int_equal(tape_count(cut_whole(running->tape), TAPE_PRINT, filter), 1);
    filter.line = 4;
    assert_int_equal(tape_count(cut_whole(running->tape), TAPE_PRINT, filter), 1);
}

static void memory_has_an_end(void **state) {
    struct running *running = *state;
    running->memory.limit = (size_t)4 << 20;
    assert_listing(running, "x = [0] * 10 ** 9\n",
                   "MemoryError: the run needs more memory than it may have @1:9\n");
    assert_listing(running, "x = 'a' * 10 ** 9\n",
                   "MemoryError: the run needs more memory than it may have @1:9\n");
    assert_listing(running, "x = 'a'\nwhile True:\n    x = x + x\n",
                   "MemoryError: the run needs more memory than it may have @3:11\n");
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    static const char source[] =
        "import datetime\ndef f(a, *b, **c):\n    return [a + i for i in range(3)]\n"
        "d = {'a': f(1, 2, x=3), 'b': {1, 2}}\nfor k, v in d.items():\n"
        "    print(f'{k:>3} {v}', str(v).upper(), datetime.date(2024, 1, 1))\n";
    for (long turn = 0, raised = 1; raised; turn++) {
        struct running running;
        running_begin(&running, false);
        atomic_store(&running.memory.fail_after, turn);
        struct script *script = script_new(&running.runtime, NULL, 0, true);
        raised = !script || !script_run(&running.runtime, script, source);
        if (raised) assert_string_equal(running.fault.type, "MemoryError");
        assert_int_equal(raised, fault_raised(&running.fault));
        running_end(&running);
        assert_int_equal(memory_held(&running.memory), 0);
        assert_true(turn < 1000);
    }
}

static void a_cancelled_run_stops(void **state) {
    static const char *const sources[] = {"while True:\n    pass\n", "list(range(10 ** 12))\n",
                                          "for i in range(10 ** 12):\n    pass\n",
                                          "any(0 for i in range(10 ** 12))\n"};
    struct running *running = *state;
    struct script *script = listing_script(running, NULL, 0);
    atomic_bool cancelled = false;
    running->runtime.cancelled = &cancelled;
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        struct program *program = script_parse(&running->runtime, sources[i]);
        struct value value;
        bool is_expression;
        cancelled = true;
        assert_false(script_step(&running->runtime, script, program, 0, &value, &is_expression));
        running_raised(running, "Cancelled", "the run was stopped");
        cancelled = false;
    }
    running->runtime.cancelled = NULL;
}

/* Every test gets a run of its own. */
#define TEST(name) cmocka_unit_test_setup_teardown(name, running_setup, running_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(targets_unpack),
        TEST(items_are_assigned_and_augmented),
        TEST(a_list_is_augmented_in_place),
        TEST(loops_break_and_continue),
        TEST(a_list_may_grow_under_its_loop),
        TEST(a_method_names_its_type_when_it_takes_no_keywords),
        TEST(a_dict_may_not_change_under_its_loop),
        TEST(functions_take_arguments_as_python_does),
        TEST(functions_remember_where_they_were_made),
        TEST(a_local_is_unbound_until_assigned),
        TEST(endless_recursion_is_raised_not_suffered),
        TEST(a_function_called_often_takes_memory_once),
        TEST(printing_often_takes_no_memory),
        TEST(what_print_is_given_may_be_kept_by_an_object),
        TEST(print_joins_ends_and_splits_lines),
        TEST(each_statement_counts_on_its_line),
        TEST(what_a_call_prints_counts_where_it_prints),
        TEST(memory_has_an_end),
        TEST(every_allocation_may_fail),
        TEST(a_cancelled_run_stops),
    };
    return RUN_TESTS(tests);
}
