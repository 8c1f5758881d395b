/* What the parser accepts, and what it says of the rest. */
#include "tests/support/listing.h"
#include "tests/support/testing.h"

static void an_open_bracket_is_named(void **state) {
    assert_listing(*state, "x = (1,\n     2\n", "SyntaxError: '(' was never closed @1:5\n");
}

static void brackets_that_do_not_match_are_named(void **state) {
    assert_listing(*state, "x = [1, 2)\n",
                   "SyntaxError: closing parenthesis ')' does not match opening parenthesis '[' "
                   "@1:10\n");
    assert_listing(*state, "x = 1)\n", "SyntaxError: unmatched ')' @1:6\n");
}

static void a_missing_colon_is_expected(void **state) {
    assert_listing(*state, "for x in y\n    pass\n", "SyntaxError: expected ':' @1:11\n");
}

static void a_missing_block_names_its_statement(void **state) {
    assert_listing(
        *state, "for x in [1]:\nprint(x)\n",
        "IndentationError: expected an indented block after 'for' statement on line 1 @2:1\n");
}

static void indentation_has_to_fit(void **state) {
    assert_listing(*state, "if 1:\n    x = 1\n  y = 2\n",
                   "IndentationError: unindent does not match any outer indentation level @3:3\n");
    assert_listing(*state, "x = 1\n  y = 2\n", "IndentationError: unexpected indent @2:3\n");
    assert_listing(*state, "if 1:\n\tx = 1\n        y = 2\n",
                   "TabError: inconsistent use of tabs and spaces in indentation @3:9\n");
}

static void columns_count_characters(void **state) {
    assert_listing(*state, "'h\xc3\xa9llo' $\n", "SyntaxError: invalid syntax @1:9\n");
    assert_listing(*state,
                   "x = \xe2\x80\x9c"
                   "a\n",
                   "SyntaxError: invalid character '\xe2\x80\x9c' (U+201C) @1:5\n");
}

static void only_targets_are_assigned_to(void **state) {
    assert_listing(*state, "f(x) = 1\n",
                   "SyntaxError: cannot assign to function call here. Maybe you meant '==' instead "
                   "of '='? @1:1\n");
    assert_listing(*state, "None = 1\n", "SyntaxError: cannot assign to None @1:1\n");
}

static void a_text_has_to_end(void **state) {
    assert_listing(*state, "x = 'abc\n",
                   "SyntaxError: unterminated string literal (detected at line 1) @1:5\n");
    assert_listing(
        *state, "x = '''abc\n\n",
        "SyntaxError: unterminated triple-quoted string literal (detected at line 3) @1:5\n");
}

static void a_syntax_error_comes_before_everything_else(void **state) {
    assert_listing(*state, "print(1)\nx = = 2\n", "SyntaxError: invalid syntax @2:5\n");
}

static void what_the_sliver_has_not_is_refused_by_name(void **state) {
    assert_listing(*state, "try:\n    pass\n", "NotSupported: 'try' is not supported here @1:1\n");
    assert_listing(*state, "while 0:\n    pass\nelse:\n    pass\n",
                   "NotSupported: 'while ... else' is not supported here @3:1\n");
    assert_listing(*state, "x = 1 << 2\n", "NotSupported: '<<' is not supported here @1:7\n");
    assert_listing(*state, "map(str, [])\n", "NotSupported: 'map' is not supported here @1:1\n");
    assert_listing(*state, "'a'.zfill(3)\n",
                   "NotSupported: 'str.zfill' is not supported here @1:5\n");
}

static void deep_nesting_is_refused(void **state) {
    char source[4096];
    memset(source, '(', sizeof source);
    source[sizeof source - 1] = '\0';
    assert_listing(*state, source, "SyntaxError: too many nested parentheses @1:101\n");
    memset(source, '-', sizeof source - 1);
    assert_listing(*state, source,
                   "NotSupported: nesting deeper than 100 levels is not supported here @1:100\n");
}

static void a_long_chain_is_refused(void **state) {
    char source[4096] = "1";
    for (size_t i = 1; i + 2 < sizeof source; i += 2) memcpy(source + i, "+1", 3);
    assert_listing(
        *state, source,
        "NotSupported: a chain of more than 400 operations is not supported here @1:804\n");
}

static void parsing_goes_on_behind_a_faulty_statement(void **state) {
    struct running *running = *state;
    struct program *program =
        script_parse(&running->runtime, "a = 1\nb = = 2\n  odd\nc = (3,\n  4)\n\nd = 5; e = 6\n");
    assert_non_null(program);
    assert_int_equal(program_count(program), 5);
    assert_string_equal(program_source(program, 0), "a = 1");
    assert_int_equal(program_line(program, 1), 2);
    assert_string_equal(program_source(program, 2), "c = (3,\n  4)");
    assert_int_equal(program_line(program, 2), 4);
    assert_int_equal(program_line(program, 4), 7);
}

static void the_clauses_of_a_refused_statement_belong_to_it(void **state) {
    struct running *running = *state;
    struct program *program = script_parse(
        &running->runtime, "try:\n    x\nexcept E:\n    y\nelse:\n    z\nfinally:\n    w\na = 1\n");
    assert_non_null(program);
    assert_int_equal(program_count(program), 2);
    assert_int_equal(program_line(program, 0), 1);
    assert_string_equal(program_source(program, 1), "a = 1");
}

static void a_faulty_statement_raises_when_it_is_stepped(void **state) {
    struct running *running = *state;
    struct script *script = listing_script(running, NULL, 0);
    struct program *program = script_parse(&running->runtime, "a = = 1\nlen('abc')\n");
    struct value value;
    bool is_expression;
    assert_false(script_step(&running->runtime, script, program, 0, &value, &is_expression));
    assert_false(is_expression);
    running_raised(running, "SyntaxError", "invalid syntax");
    assert_true(script_step(&running->runtime, script, program, 1, &value, &is_expression));
    assert_true(is_expression);
    assert_int_equal(value.integer, 3);
}

static void bytes_that_are_no_utf8_are_refused(void **state) {
    assert_listing(*state, "x = 1\ny = '\xff'\n",
                   "SyntaxError: (unicode error) 'utf-8' codec can't decode byte 0xff @2:1\n");
}

static void an_empty_listing_does_nothing(void **state) {
    assert_listing(*state, "", "");
    assert_listing(*state, "\n# only a comment\n   \n", "");
}

static void lines_may_be_joined(void **state) {
    assert_listing(*state, "x = 1 + \\\n    2\nprint(x)\n", "3\n");
    assert_listing(*state, "print([\n    1,  # one\n\n    2,\n])\n", "[1, 2]\n");
}

/* Every test gets a run of its own. */
#define TEST(name) cmocka_unit_test_setup_teardown(name, running_setup, running_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(an_open_bracket_is_named),
        TEST(brackets_that_do_not_match_are_named),
        TEST(a_missing_colon_is_expected),
        TEST(a_missing_block_names_its_statement),
        TEST(indentation_has_to_fit),
        TEST(columns_count_characters),
        TEST(only_targets_are_assigned_to),
        TEST(a_text_has_to_end),
        TEST(a_syntax_error_comes_before_everything_else),
        TEST(what_the_sliver_has_not_is_refused_by_name),
        TEST(deep_nesting_is_refused),
        TEST(a_long_chain_is_refused),
        TEST(parsing_goes_on_behind_a_faulty_statement),
        TEST(the_clauses_of_a_refused_statement_belong_to_it),
        TEST(a_faulty_statement_raises_when_it_is_stepped),
        TEST(bytes_that_are_no_utf8_are_refused),
        TEST(an_empty_listing_does_nothing),
        TEST(lines_may_be_joined),
    };
    return RUN_TESTS(tests);
}
