/* `daybook try` at a terminal: keys in, screen out; and when a block is whole. */
#include "tests/support/testing.h"

#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/terminal.h"
#include "ui/try_prompt.h"

/* ---- when a block is whole ----------------------------------------------------------------- */

static void a_line_that_is_a_statement_is_whole(void **state) {
    (void)state;
    assert_false(try_prompt_wants_more("Article.objects.count()\n"));
    assert_false(try_prompt_wants_more("class A: pass\n"));
    assert_false(try_prompt_wants_more("x = {'a': 1}\n"));
    assert_false(try_prompt_wants_more("\n"));
}

static void an_open_bracket_asks_for_more_even_after_an_empty_line(void **state) {
    (void)state;
    assert_true(try_prompt_wants_more("Article.objects.filter(\n"));
    assert_true(try_prompt_wants_more("x = [1,\n\n"));
    assert_false(try_prompt_wants_more("x = [1,\n\n2]\n"));
    assert_true(try_prompt_wants_more("x = '''one\n\n"));
    assert_true(try_prompt_wants_more("x = 1 + \\\n"));
}

static void a_colon_asks_for_a_block_that_an_empty_line_ends(void **state) {
    (void)state;
    assert_true(try_prompt_wants_more("for a in b:\n"));
    assert_true(try_prompt_wants_more("for a in b:\n    print(a)\n"));
    assert_false(try_prompt_wants_more("for a in b:\n    print(a)\n\n"));
}

static void what_no_line_can_mend_is_whole(void **state) {
    (void)state;
    assert_false(try_prompt_wants_more("x = 'open\n"));
    assert_false(try_prompt_wants_more("x = 1)\n"));
    assert_false(try_prompt_wants_more("x = (1, $\n"));
    assert_false(try_prompt_wants_more("\xff(\n"));
}

/* ---- at a terminal ------------------------------------------------------------------------- */

static const char *const environment[] = {"TERM=xterm", "LC_ALL=C.UTF-8", NULL};
static const char *const dumb[] = {"TERM=dumb", "LC_ALL=C", NULL};

static int run_words(void *words) {
    char *const *word = words;
    execl(word[0], "daybook", "try", word[1], (char *)NULL);
    return 127;
}

static void start(struct test_terminal *terminal, const char *const *names, char *kind) {
    char *words[] = {getenv("DAYBOOK"), kind}; /* tests/run says where it was built */
    assert_non_null(words[0]);
    terminal_start(terminal, 40, 80, names, run_words, words);
    assert_true(terminal_wait_for(terminal, ">>>"));
}

static void expect_done(struct test_terminal *terminal) {
    int status = terminal_wait_exit(terminal);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_true(terminal_is_restored(terminal));
    terminal_stop(terminal);
}

static void rows_are_a_table_with_their_sql_below(void **state) {
    (void)state;
    struct test_terminal terminal;
    start(&terminal, environment, "orm");
    terminal_send(&terminal, "Tag.objects.filter(pk__lte=2).values(\n");
    assert_true(terminal_wait_for(&terminal, "..."));
    terminal_send(&terminal, "'id')\n");
    assert_true(terminal_wait_for(&terminal, "... 'id')"));
    assert_true(terminal_wait_for(&terminal, "----"));
    assert_true(terminal_wait_for(&terminal, "  2"));
    assert_true(terminal_wait_for(&terminal, "(2 rows)"));
    assert_true(terminal_wait_for(&terminal, "WHERE \"blog_tag\".\"id\" <= %s"));
    assert_true(terminal_wait_for(&terminal, "1 query, "));
    terminal_send(&terminal, "\004");
    expect_done(&terminal);
}

static void an_error_has_a_caret_below_its_place_and_ends_nothing(void **state) {
    (void)state;
    struct test_terminal terminal;
    start(&terminal, environment, "orm");
    terminal_send(&terminal, "Article.objcts\n");
    assert_true(
        terminal_wait_for(&terminal, "    Article.objcts\n            ^\nAttributeError: "));
    terminal_send(&terminal, "40 + 2\n");
    assert_true(terminal_wait_for(&terminal, "42"));
    terminal_send(&terminal, "\004");
    expect_done(&terminal);
}

static void control_c_clears_the_block(void **state) {
    (void)state;
    struct test_terminal terminal;
    start(&terminal, environment, "orm");
    terminal_send(&terminal, "for a in [1]:\n");
    assert_true(terminal_wait_for(&terminal, "..."));
    terminal_send(&terminal, "\003");
    assert_true(terminal_wait_for(&terminal, "^C\n>>>"));
    terminal_send(&terminal, "40 + 2\n");
    assert_true(terminal_wait_for(&terminal, "42"));
    terminal_send(&terminal, "\004");
    expect_done(&terminal);
}

static void classes_are_told_block_by_block(void **state) {
    (void)state;
    struct test_terminal terminal;
    start(&terminal, environment, "mro");
    terminal_send(&terminal, "class A:\n");
    assert_true(terminal_wait_for(&terminal, "..."));
    terminal_send(&terminal, "    pass\n\n");
    assert_true(terminal_wait_for(&terminal, "A: A, object"));
    terminal_send(&terminal, "class B(A): pass\n");
    assert_true(terminal_wait_for(&terminal, "B: B, A, object"));
    terminal_send(&terminal, "\004");
    expect_done(&terminal);
}

static void a_dumb_terminal_gets_no_control_sequence(void **state) {
    (void)state;
    struct test_terminal terminal;
    start(&terminal, dumb, "urls");
    terminal_send(&terminal, "urlpatterns = [path('a/', a)]\nresolve('/a/')\nresolve('/b/')\n");
    assert_true(terminal_wait_for(&terminal, "1 tried"));
    assert_true(terminal_wait_for(&terminal, "Resolver404: "));
    assert_false(terminal_was_sent(&terminal, "\033"));
    terminal_send(&terminal, "\004");
    expect_done(&terminal);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_that_is_a_statement_is_whole),
        cmocka_unit_test(an_open_bracket_asks_for_more_even_after_an_empty_line),
        cmocka_unit_test(a_colon_asks_for_a_block_that_an_empty_line_ends),
        cmocka_unit_test(what_no_line_can_mend_is_whole),
        cmocka_unit_test(rows_are_a_table_with_their_sql_below),
        cmocka_unit_test(an_error_has_a_caret_below_its_place_and_ends_nothing),
        cmocka_unit_test(control_c_clears_the_block),
        cmocka_unit_test(classes_are_told_block_by_block),
        cmocka_unit_test(a_dumb_terminal_gets_no_control_sequence),
    };
    return RUN_TESTS(tests);
}
