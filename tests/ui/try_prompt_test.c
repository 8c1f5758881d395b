/* `daybook try` at a terminal: keys in, screen out; and when a block is whole. */
#include "tests/support/testing.h"

#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/program.h"
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

/* ---- the history ----------------------------------------------------------------------------- */

static const char up[] = "\033[A", down[] = "\033[B", left[] = "\033[D";

/* A home for the history, and an environment that names it. */
struct home {
    struct program program;
    char state[sizeof "XDG_STATE_HOME=" + sizeof((struct program *)0)->home];
    const char *names[4];
};

static void make_home(struct home *home) {
    assert_true(program_init(&home->program));
    snprintf(home->state, sizeof home->state, "XDG_STATE_HOME=%s", home->program.home);
    home->names[0] = "TERM=xterm";
    home->names[1] = "LC_ALL=C.UTF-8";
    home->names[2] = home->state;
    home->names[3] = NULL;
}

static void leave(struct test_terminal *terminal) {
    terminal_send(terminal, "\004");
    expect_done(terminal);
}

static void the_arrows_bring_a_statement_back_to_be_changed(void **state) {
    (void)state;
    struct test_terminal terminal;
    start(&terminal, environment, "orm");
    terminal_send(&terminal, "40 + 2\n");
    assert_true(terminal_wait_for(&terminal, "42\n>>>"));
    terminal_send(&terminal, "'nd'\n");
    assert_true(terminal_wait_for(&terminal, "'nd'\n>>>"));
    terminal_send(&terminal, up);
    terminal_send(&terminal, left);
    terminal_send(&terminal, "\xC3\xA4\n");
    assert_true(terminal_wait_for(&terminal, "'nd\xC3\xA4'\n>>>"));
    terminal_send(&terminal, up);
    terminal_send(&terminal, up);
    terminal_send(&terminal, up);
    terminal_send(&terminal, "0\n");
    assert_true(terminal_wait_for(&terminal, "60\n>>>"));
    leave(&terminal);
}

static void a_block_comes_back_whole(void **state) {
    (void)state;
    struct test_terminal terminal;
    start(&terminal, environment, "orm");
    terminal_send(&terminal, "for a in [6]:\n    print(a * 7)\n\n");
    assert_true(terminal_wait_for(&terminal, "42\n>>>"));
    terminal_send(&terminal, up);
    assert_true(terminal_wait_for(&terminal, ">>> for a in [6]:\n    print(a * 7)"));
    terminal_send(&terminal, "\n    print(a + 1)\n\n");
    assert_true(terminal_wait_for(&terminal, "42\n7\n>>>"));
    leave(&terminal);
}

static void a_second_session_remembers_the_first(void **state) {
    (void)state;
    struct home home;
    struct test_terminal terminal;
    make_home(&home);
    start(&terminal, home.names, "orm");
    terminal_send(&terminal, "'a\\\\b' + '-'\n");
    assert_true(terminal_wait_for(&terminal, "'a\\\\b-'\n>>>"));
    terminal_send(&terminal, "for a in [6]:\n    print(a * 7)\n\n");
    assert_true(terminal_wait_for(&terminal, "42\n>>>"));
    kill(terminal.child, SIGKILL); /* what was typed is kept at once */
    terminal_stop(&terminal);
    start(&terminal, home.names, "mro");
    terminal_send(&terminal, up);
    assert_true(terminal_wait_for(&terminal, ">>> for a in [6]:\n    print(a * 7)"));
    terminal_send(&terminal, up);
    assert_true(terminal_wait_for(&terminal, ">>> 'a\\\\b' + '-'"));
    terminal_send(&terminal, down);
    assert_true(terminal_wait_for(&terminal, ">>> for a in [6]:\n    print(a * 7)"));
    terminal_send(&terminal, "\003");
    assert_true(terminal_wait_for(&terminal, "^C\n>>>"));
    leave(&terminal);
    program_release(&home.program);
}

static void write_history(const struct home *home, int count) {
    char path[sizeof home->program.home + 32];
    snprintf(path, sizeof path, "%s/daybook", home->program.home);
    assert_int_equal(0, mkdir(path, 0700));
    snprintf(path, sizeof path, "%s/daybook/history", home->program.home);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (int i = 1; i <= count; i++) fprintf(file, "'block %d'\n", i);
    assert_int_equal(0, fclose(file));
}

static int lines_kept(const struct home *home, int *first) {
    char path[sizeof home->program.home + 32];
    int lines = 0;
    snprintf(path, sizeof path, "%s/daybook/history", home->program.home);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(1, fscanf(file, "'block %d'", first));
    for (int c = getc(file); c != EOF; c = getc(file)) lines += c == '\n';
    fclose(file);
    return lines;
}

static void the_history_is_bounded(void **state) {
    (void)state;
    struct home home;
    struct test_terminal terminal;
    int first;
    make_home(&home);
    write_history(&home, 1234);
    start(&terminal, home.names, "orm");
    terminal_send(&terminal, up);
    assert_true(terminal_wait_for(&terminal, ">>> 'block 1234'"));
    terminal_send(&terminal, "\003");
    assert_true(terminal_wait_for(&terminal, "^C\n>>>"));
    leave(&terminal);
    assert_int_equal(1000, lines_kept(&home, &first));
    assert_int_equal(235, first);
    program_release(&home.program);
}

static void a_place_that_cannot_be_written_costs_only_the_history(void **state) {
    (void)state;
    static const char *const nowhere[] = {"TERM=xterm", "LC_ALL=C.UTF-8",
                                          "XDG_STATE_HOME=/dev/null", NULL};
    struct test_terminal terminal;
    start(&terminal, nowhere, "orm");
    terminal_send(&terminal, "40 + 2\n");
    assert_true(terminal_wait_for(&terminal, "42\n>>>"));
    terminal_send(&terminal, up);
    terminal_send(&terminal, "0\n");
    assert_true(terminal_wait_for(&terminal, "60\n>>>"));
    leave(&terminal);
}

static void a_signal_that_ends_it_leaves_the_terminal_as_it_was(void **state) {
    (void)state;
    static const int signals[] = {SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct test_terminal terminal;
        start(&terminal, environment, "orm");
        terminal_send(&terminal, "40 +");
        assert_true(terminal_wait_for(&terminal, ">>> 40 +"));
        kill(terminal.child, signals[i]);
        int status = terminal_wait_exit(&terminal);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == signals[i]);
        assert_true(terminal_is_restored(&terminal));
        terminal_stop(&terminal);
    }
}

static void a_stopped_session_goes_on_where_it_was(void **state) {
    (void)state;
    struct test_terminal terminal;
    int status;
    start(&terminal, environment, "orm");
    terminal_send(&terminal, "40 +");
    assert_true(terminal_wait_for(&terminal, ">>> 40 +"));
    kill(terminal.child, SIGTSTP);
    assert_int_equal(terminal.child, waitpid(terminal.child, &status, WUNTRACED));
    assert_true(WIFSTOPPED(status));
    assert_true(terminal_is_restored(&terminal));
    kill(terminal.child, SIGCONT);
    terminal_send(&terminal, " 2\n");
    assert_true(terminal_wait_for(&terminal, "42\n>>>"));
    leave(&terminal);
}

/* The editor has given the terminal back: what was typed is being run. */
static bool runs(const struct test_terminal *terminal) {
    struct termios now;
    const struct timespec moment = {.tv_nsec = 1000000};
    for (int tries = 0; tries < 10000; tries++, nanosleep(&moment, NULL))
        if (tcgetattr(terminal->slave, &now) == 0 && now.c_lflag & ICANON) return true;
    return false;
}

static void control_c_stops_what_runs(void **state) {
    (void)state;
    struct test_terminal terminal;
    start(&terminal, environment, "orm");
    terminal_send(&terminal, "sum(a * a for a in range(100000000000))\n");
    assert_true(runs(&terminal));
    terminal_send(&terminal, "\003");
    assert_true(terminal_wait_for(&terminal, "^C"));
    assert_true(terminal_wait_for(&terminal, "\n>>>\n"));
    terminal_send(&terminal, "40 + 2\n");
    assert_true(terminal_wait_for(&terminal, "42\n>>>"));
    leave(&terminal);
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
        cmocka_unit_test(the_arrows_bring_a_statement_back_to_be_changed),
        cmocka_unit_test(a_block_comes_back_whole),
        cmocka_unit_test(a_second_session_remembers_the_first),
        cmocka_unit_test(the_history_is_bounded),
        cmocka_unit_test(a_place_that_cannot_be_written_costs_only_the_history),
        cmocka_unit_test(a_signal_that_ends_it_leaves_the_terminal_as_it_was),
        cmocka_unit_test(a_stopped_session_goes_on_where_it_was),
        cmocka_unit_test(control_c_stops_what_runs),
    };
    return RUN_TESTS(tests);
}
