/* regex - what __regex and __iregex find, held against Python's re.search. */
#include "engine/orm/regex.h"

#include <string.h>

#include "tests/support/testing.h"

static bool search(const char *pattern, const char *text) {
    struct arena arena;
    const char *why;
    bool refused, failed;
    arena_init(&arena, NULL);
    struct regex *regex = regex_new(&arena, pattern, strlen(pattern), &why, &refused);
    assert_non_null(regex);
    bool found = regex_search(regex, text, strlen(text), &failed);
    assert_false(failed);
    arena_release(&arena);
    return found;
}

static void a_search_looks_everywhere_in_the_text(void **state) {
    (void)state;
    assert_true(search("join", "the join is"));
    assert_false(search("joins", "the join is"));
    assert_true(search("", ""));
}

static void anchors_hold_at_the_ends(void **state) {
    (void)state;
    assert_true(search("^lazy", "lazy View"));
    assert_false(search("^lazy", "so lazy"));
    assert_true(search("#[0-9]+$", "Lazy Join #42"));
    assert_true(search("x$", "x\n"));
    assert_false(search("x\\Z", "x\n"));
    assert_false(search("x$", "xy"));
}

static void alternatives_share_a_prefix(void **state) {
    (void)state;
    assert_true(search("^lazy (view|join)", "lazy join at scale"));
    assert_false(search("^lazy (view|join)", "lazy cache"));
    assert_true(search("a|b|cd", "xcdx"));
    assert_true(search("^(|a)b", "b"));
    assert_true(search("^(a|)(b|c)$", "ac"));
    assert_false(search("^(a|b|c)$", "d"));
}

static void repeats_count(void **state) {
    (void)state;
    assert_true(search("^a*$", ""));
    assert_false(search("^a+$", ""));
    assert_true(search("^a{2,3}$", "aaa"));
    assert_false(search("^a{2,3}$", "aaaa"));
    assert_true(search("^(ab){2}$", "abab"));
    assert_false(search("^(ab){2}$", "ababab"));
    assert_true(search("^(ab?)+$", "abaab"));
    assert_true(search("^a{,2}b$", "aab"));
    assert_true(search("^a{2,}$", "aaaaa"));
    assert_true(search("^((a|b)*c)+$", "abcbac"));
    assert_true(search("^a{x}$", "a{x}"));
    assert_true(search("a+?b", "aab"));
}

static void classes_and_escapes(void **state) {
    (void)state;
    assert_true(search("^[A-C][^0-9]$", "Bx"));
    assert_false(search("^[A-C][^0-9]$", "B7"));
    assert_true(search("^[]a]+$", "]a"));
    assert_true(search("^[a-]+$", "a-"));
    assert_true(search("^[\\d.]+$", "3.11"));
    assert_true(search("^\\w+\\s\\W$", "abc_9 %"));
    assert_true(search("100\\%", "at 100% now"));
    assert_true(search("\\bjoin\\b", "a join b"));
    assert_false(search("\\bjoin\\b", "rejoin"));
    assert_false(search("a.b", "a\nb"));
}

static void characters_are_not_bytes(void **state) {
    (void)state;
    assert_true(search("^caf.$", "café"));
    assert_true(search("^caf[é]$", "café"));
    assert_true(search("^\\w+$", "café"));
    assert_false(search("^\\w+$", "a€"));
}

static void case_is_ignored_when_asked(void **state) {
    (void)state;
    assert_true(search("(?i)^LAZY", "lazy"));
    assert_true(search("(?i)^lazy", "LAZY"));
    assert_true(search("(?i)[a-c]+É", "BCé"));
    assert_true(search("(?i)[A-C]x", "bX"));
    assert_false(search("(?i)x", "y"));
}

static void a_pattern_that_explodes_elsewhere_ends_here(void **state) {
    (void)state;
    char text[2001];
    memset(text, 'a', 2000);
    text[2000] = '\0';
    assert_false(search("(a+)+b", text));
    assert_false(search("^(a|aa)+b|(a*)*c", text));
}

static void expect_error(const char *pattern, const char *why, bool refused) {
    struct arena arena;
    const char *said;
    bool was_refused;
    arena_init(&arena, NULL);
    assert_null(regex_new(&arena, pattern, strlen(pattern), &said, &was_refused));
    assert_string_equal(said, why);
    assert_int_equal(was_refused, refused);
    arena_release(&arena);
}

static void errors_and_refusals_are_told_apart(void **state) {
    (void)state;
    expect_error("(a", "missing ), unterminated subpattern", false);
    expect_error("a)", "unbalanced parenthesis", false);
    expect_error("*a", "nothing to repeat", false);
    expect_error("a**", "multiple repeat", false);
    expect_error("[a", "unterminated character set", false);
    expect_error("[b-a]", "bad character range", false);
    expect_error("a\\", "bad escape (end of pattern)", false);
    expect_error("a{3,2}", "min repeat greater than max repeat", false);
    expect_error("(?=a)", "this kind of group", true);
    expect_error("(a)\\1", "a back reference", true);
    expect_error("a{100000}", "repeating so often", true);
    expect_error("((((a{1000}){1000}){1000}){1000})", "a regular expression as large as this",
                 true);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_search_looks_everywhere_in_the_text),
        cmocka_unit_test(anchors_hold_at_the_ends),
        cmocka_unit_test(alternatives_share_a_prefix),
        cmocka_unit_test(repeats_count),
        cmocka_unit_test(classes_and_escapes),
        cmocka_unit_test(characters_are_not_bytes),
        cmocka_unit_test(case_is_ignored_when_asked),
        cmocka_unit_test(a_pattern_that_explodes_elsewhere_ends_here),
        cmocka_unit_test(errors_and_refusals_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
