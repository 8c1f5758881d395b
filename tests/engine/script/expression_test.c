/* Expressions: what they give, and what they raise where. */
#include "tests/support/listing.h"
#include "tests/support/testing.h"

static void operators_bind_as_in_python(void **state) {
    assert_listing(*state, "print(1 + 2 * 3 - 4 / 2, -2 ** 2, 2 ** 3 ** 2, not 1 == 2)\n",
                   "5.0 -4 512 True\n");
    assert_listing(*state, "print(1 | 2 & 3 ^ 1, 5 - 3 - 1, ~5, 7 // 2 * 2)\n", "3 1 -6 6\n");
}

static void division_rounds_down(void **state) {
    assert_listing(*state, "print(-7 // 2, 7 % -3, -7.5 % 2, 7.5 // -2)\n", "-4 -2 0.5 -4.0\n");
}

static void comparisons_chain(void **state) {
    assert_listing(*state, "print(1 < 2 < 3, 1 < 3 < 2, 1 == 1.0 == True, 3 > 2 in [2])\n",
                   "True False True True\n");
}

static void and_or_give_the_last_value_looked_at(void **state) {
    assert_listing(*state, "print(0 or 'a', 1 and [], [] or {} or 5, nope if 0 else 2)\n",
                   "a [] 5 2\n");
}

static void floats_print_their_shortest_form(void **state) {
    assert_listing(*state, "print(0.1 + 0.2, 1e16, 1e15, 1e-5, 5e-324, 2.0 ** -44, 100.0)\n",
                   "0.30000000000000004 1e+16 1000000000000000.0 1e-05 5e-324 "
                   "5.684341886080802e-14 100.0\n");
}

static void integers_beyond_64_bits_are_kept_but_not_calculated(void **state) {
    assert_listing(*state, "print(12345678901234567890, -9223372036854775808, 10 ** 18)\n",
                   "12345678901234567890 -9223372036854775808 1000000000000000000\n");
    assert_listing(*state, "x = 9223372036854775807 + 1\n",
                   "NotSupported: integers beyond 64 bits are not calculated here @1:25\n");
}

static void slices_follow_python(void **state) {
    assert_listing(*state, "x = [0, 1, 2, 3, 4]\nprint(x[1:3], x[::-1], x[-2:], x[10:], x[::2])\n",
                   "[1, 2] [4, 3, 2, 1, 0] [3, 4] [] [0, 2, 4]\n");
    assert_listing(*state, "print('h\xc3\xa9llo'[1], 'h\xc3\xa9llo'[::-1], len('h\xc3\xa9'))\n",
                   "\xc3\xa9 oll\xc3\xa9h 2\n");
}

static void f_strings_format(void **state) {
    assert_listing(*state,
                   "x = 3\nprint(f'{x} {x!r:>4}|{x:05d}|{x=}|{{}}|{1234567:,}|{2/3:.2f}')\n",
                   "3    3|00003|x=3|{}|1,234,567|0.67\n");
    assert_listing(*state, "print(f'{\"a\":*^5}|{\"b\":<3}|{1:{4}}|{0.256:.1%}|{255:#x}')\n",
                   "**a**|b  |   1|25.6%|0xff\n");
}

static void a_fault_inside_an_f_string_has_its_own_place(void **state) {
    assert_listing(*state, "x = f'abc {1 + nope}'\n",
                   "NameError: name 'nope' is not defined @1:16\n");
}

static void percent_and_format_format_too(void **state) {
    assert_listing(*state, "print('%s|%5d|%-4d|%05.1f|%r' % ('a', 1, 2, 2.55, 'b'))\n",
                   "a|    1|2   |002.5|'b'\n");
    assert_listing(*state, "print('{} {0}'.format(1) if 0 else '{1}{0}{x:>3}'.format(1, 2, x=3))\n",
                   "21  3\n");
}

static void an_f_string_that_names_its_value_formats_it(void **state) {
    assert_listing(*state, "x = 0.5\nprint(f'{x = :.2f}|{x=:>5}|{x = }|{x=!s:>5}|{[x] = }')\n",
                   "x = 0.50|x=  0.5|x = 0.5|x=  0.5|[x] = [0.5]\n");
    assert_listing(*state, "print(f'{[1] = :>5}')\n",
                   "TypeError: unsupported format string passed to list.__format__ @1:10\n");
}

static void what_a_spec_cannot_say_is_told_in_pythons_order(void **state) {
    assert_listing(*state, "f'{1:+,s}'\n", "ValueError: Cannot specify ',' with 's'. @1:4\n");
    assert_listing(*state, "f\"{'a':+_}\"\n", "ValueError: Cannot specify '_' with 's'. @1:4\n");
    assert_listing(*state, "f'{1:,x}'\n", "ValueError: Cannot specify ',' with 'x'. @1:4\n");
    assert_listing(*state, "print(f'{-1.0:010_.0E}')\n", "-0_001E+00\n");
    assert_listing(*state, "f'{1:.2n}'\n", "NotSupported: the format code 'n' @1:4\n");
    assert_listing(*state, "'%x' % 1.5\n",
                   "TypeError: %x format: an integer is required, not float @1:6\n");
    assert_listing(*state, "'%.1f' % []\n", "TypeError: must be real number, not list @1:8\n");
    assert_listing(*state, "'%c' % 65\n", "NotSupported: %c @1:6\n");
}

static void only_values_of_one_type_have_an_order(void **state) {
    assert_listing(*state, "1 < [1]\n",
                   "TypeError: '<' not supported between instances of 'int' and 'list' @1:3\n");
    assert_listing(*state, "'a' >= (1,)\n",
                   "TypeError: '>=' not supported between instances of 'str' and 'tuple' @1:5\n");
    assert_listing(*state, "(1,) > [1]\n",
                   "TypeError: '>' not supported between instances of 'tuple' and 'list' @1:6\n");
    assert_listing(*state, "{1} <= [1]\n",
                   "TypeError: '<=' not supported between instances of 'set' and 'list' @1:5\n");
}

static void splitlines_may_keep_the_ends(void **state) {
    assert_listing(*state,
                   "print('a\\n\\r\\nb'.splitlines(True), 'a\\nb'.splitlines(keepends=0))\n",
                   "['a\\n', '\\r\\n', 'b'] ['a', 'b']\n");
}

static void a_search_may_be_of_a_part(void **state) {
    assert_listing(
        *state,
        "s = 'hello'\nprint(s.find('l', 3), s.find('l', 4), s.find('', 5), s.find('', 6))\n"
        "print(s.count('l', 0, -2), s.startswith('l', 2), s.endswith('l', 0, -1))\n"
        "print([1, 2, 3, 2].index(2, 2), [1, 2, 3].index(3, -1))\n",
        "3 -1 5 -1\n1 True True\n3 2\n");
    assert_listing(*state, "'a'.find()\n",
                   "TypeError: find() takes at least 1 argument (0 given) @1:5\n");
    assert_listing(*state, "'a'.startswith('b', 'c')\n",
                   "TypeError: slice indices must be integers or None or have an __index__ method "
                   "@1:5\n");
    assert_listing(*state, "[1].index(1, 1)\n", "ValueError: 1 is not in list @1:5\n");
    assert_listing(*state, "[1].index()\n",
                   "TypeError: index expected at least 1 argument, got 0 @1:5\n");
}

/* What CPython has written in C tells so in other words. */
static void builtin_methods_count_their_arguments_in_words_of_their_own(void **state) {
    assert_listing(*state, "'a'.split('a', 1, 2)\n",
                   "TypeError: split() takes at most 2 arguments (3 given) @1:5\n");
    assert_listing(*state, "'a'.split(by='a')\n",
                   "TypeError: 'by' is an invalid keyword argument for split() @1:5\n");
    assert_listing(*state, "import datetime\ndatetime.date(2024, 1, 1).strftime()\n",
                   "TypeError: strftime() missing required argument 'format' (pos 1) @2:27\n");
    assert_listing(*state, "import datetime\ndatetime.date(2024, 1, 1, 1)\n",
                   "TypeError: function takes at most 3 arguments (4 given) @2:10\n");
    assert_listing(*state, "(1, 2).count()\n",
                   "TypeError: tuple.count() takes exactly one argument (0 given) @1:8\n");
}

static void isoformat_takes_a_separator_and_a_precision(void **state) {
    assert_listing(*state,
                   "import datetime\nt = datetime.datetime(2024, 1, 2, 3, 4, 5, 678000)\n"
                   "print(t.isoformat(), t.isoformat(' ', 'milliseconds'))\n"
                   "print(t.isoformat(timespec='minutes'), t.time().isoformat('hours'))\n",
                   "2024-01-02T03:04:05.678000 2024-01-02 03:04:05.678\n2024-01-02T03:04 03\n");
    assert_listing(*state,
                   "import datetime\ndatetime.datetime(2024, 1, 2).isoformat(timespec='days')\n",
                   "ValueError: Unknown timespec value @2:31\n");
}

static void calls_take_arguments_apart(void **state) {
    assert_listing(*state, "print(*[1, 2], *'ab', **{'sep': '-'})\n", "1-2-a-b\n");
    assert_listing(*state, "print(*1)\n",
                   "TypeError: print() argument after * must be an iterable, not int @1:1\n");
    assert_listing(*state, "dict(a=1, **{'a': 2})\n",
                   "TypeError: dict() got multiple values for keyword argument 'a' @1:1\n");
}

static void comprehensions_have_variables_of_their_own(void **state) {
    assert_listing(*state, "x = 9\nprint([x * y for x in range(3) for y in range(x) if y], x)\n",
                   "[2] 9\n");
    assert_listing(*state, "print({k: v for k, v in [('a', 1)]}, sum(i * i for i in range(4)))\n",
                   "{'a': 1} 14\n");
}

static void a_generator_is_spent_once(void **state) {
    assert_listing(*state, "g = (i for i in range(3))\nprint(next(g), list(g), list(g))\n",
                   "0 [1, 2] []\n");
}

static void the_place_of_a_fault_is_that_of_the_innermost_operation(void **state) {
    assert_listing(*state, "print(1 + len('a' + 2))\n",
                   "TypeError: can only concatenate str (not \"int\") to str @1:19\n");
    assert_listing(*state, "x = 'a'\nx.strip().nope\n",
                   "AttributeError: 'str' object has no attribute 'nope' @2:11\n");
    assert_listing(*state, "[1, 2][5]\n", "IndexError: list index out of range @1:7\n");
    assert_listing(*state, "{'a': 1}['b']\n", "KeyError: 'b' @1:9\n");
}

static void types_that_do_not_fit_raise_pythons_texts(void **state) {
    assert_listing(*state, "1 + 'a'\n",
                   "TypeError: unsupported operand type(s) for +: 'int' and 'str' @1:3\n");
    assert_listing(*state, "1 < 'a'\n",
                   "TypeError: '<' not supported between instances of 'int' and 'str' @1:3\n");
    assert_listing(*state, "for x in 5:\n    pass\n",
                   "TypeError: 'int' object is not iterable @1:10\n");
    assert_listing(*state, "1()\n", "TypeError: 'int' object is not callable @1:2\n");
    assert_listing(*state, "1 / 0\n", "ZeroDivisionError: division by zero @1:3\n");
    assert_listing(*state, "{[]: 1}\n", "TypeError: unhashable type: 'list' @1:1\n");
}

static void a_range_is_lazy(void **state) {
    struct running *running = *state;
    size_t before = memory_held(&running->memory);
    assert_listing(running, "r = range(10 ** 12)\nprint(len(r), r[-1], 5 in r)\n",
                   "1000000000000 999999999999 True\n");
    assert_true(memory_held(&running->memory) - before < 64 * 1024);
}

static void sorting_is_stable(void **state) {
    assert_listing(*state,
                   "print(sorted(['bb', 'a', 'cc', 'd'], key=len), sorted([2, 1], reverse=True))\n",
                   "['a', 'd', 'bb', 'cc'] [2, 1]\n");
    assert_listing(*state,
                   "print(sorted(['bb', 'a', 'cc', 'd'], key=lambda s: len(s), reverse=True))\n",
                   "['bb', 'cc', 'a', 'd']\n");
}

static void dates_calculate(void **state) {
    assert_listing(*state,
                   "import datetime\nd = datetime.date(2024, 2, 28) + datetime.timedelta(days=2)\n"
                   "print(d, repr(d), d.month, d - datetime.date(2024, 1, 1))\n",
                   "2024-03-01 datetime.date(2024, 3, 1) 3 60 days, 0:00:00\n");
    assert_listing(*state,
                   "from datetime import datetime as when\nw = when(2024, 2, 29, 13, 45)\n"
                   "print(w, w.isoformat(), w.date(), f'{w:%d %b %Y}', w < when(2025, 1, 1))\n",
                   "2024-02-29 13:45:00 2024-02-29T13:45:00 2024-02-29 29 Feb 2024 True\n");
    assert_listing(*state, "import datetime\ndatetime.date(2023, 2, 29)\n",
                   "ValueError: day is out of range for month @2:10\n");
}

/* Every test gets a run of its own. */
#define TEST(name) cmocka_unit_test_setup_teardown(name, running_setup, running_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(operators_bind_as_in_python),
        TEST(division_rounds_down),
        TEST(comparisons_chain),
        TEST(and_or_give_the_last_value_looked_at),
        TEST(floats_print_their_shortest_form),
        TEST(integers_beyond_64_bits_are_kept_but_not_calculated),
        TEST(slices_follow_python),
        TEST(f_strings_format),
        TEST(a_fault_inside_an_f_string_has_its_own_place),
        TEST(percent_and_format_format_too),
        TEST(an_f_string_that_names_its_value_formats_it),
        TEST(what_a_spec_cannot_say_is_told_in_pythons_order),
        TEST(only_values_of_one_type_have_an_order),
        TEST(splitlines_may_keep_the_ends),
        TEST(a_search_may_be_of_a_part),
        TEST(builtin_methods_count_their_arguments_in_words_of_their_own),
        TEST(isoformat_takes_a_separator_and_a_precision),
        TEST(calls_take_arguments_apart),
        TEST(comprehensions_have_variables_of_their_own),
        TEST(a_generator_is_spent_once),
        TEST(the_place_of_a_fault_is_that_of_the_innermost_operation),
        TEST(types_that_do_not_fit_raise_pythons_texts),
        TEST(a_range_is_lazy),
        TEST(sorting_is_stable),
        TEST(dates_calculate),
    };
    return RUN_TESTS(tests);
}
