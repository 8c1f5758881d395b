/* The reader in a terminal: what a person sees, and what is left behind when it ends. Every child
 * runs reader_run on the tests' own course. */
#include <locale.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/course.h"
#include "tests/support/on_terminal.h"
#include "tests/support/testing.h"
#include "ui/columns.h"
#include "ui/reader/reader.h"

static const char *const plain[] = {"TERM=xterm-256color", "LANG=C.UTF-8", NULL};

static void start(struct test_terminal *terminal, int rows, int columns, size_t lesson,
                  size_t step) {
    on_terminal_start(terminal, plain, rows, columns, lesson, step);
}

static void the_reader_opens_shows_the_note_and_leaves_no_trace(void **state) {
    struct test_terminal *terminal = *state;
    start(terminal, 24, 80, TEST_N_PLUS_ONE, 0);
    assert_true(terminal_wait_for(terminal, "The page was quick"));
    assert_true(terminal->alternate);
    assert_false(terminal->cursor_shown);
    terminal_end_by_key(terminal);
}

static void a_run_asks_first_and_then_counts_one_plus_n(void **state) {
    struct test_terminal *terminal = *state;
    start(terminal, 24, 80, TEST_N_PLUS_ONE, 0);
    assert_true(terminal_wait_for(terminal, "The page was quick"));
    terminal_send(terminal, "r");
    assert_true(terminal_wait_for(terminal, "a number, or nothing"));
    assert_true(terminal->cursor_shown);
    terminal_send(terminal, "100\r");
    assert_true(terminal_wait_for(terminal, "you said 100, measured 101"));
    assert_true(terminal_wait_for(terminal, "101 queries"));
    assert_true(terminal_wait_for(terminal, "ok     1 + N queries"));
    terminal_end_by_key(terminal);
}

static void ctrl_c_stops_a_run_and_then_leaves(void **state) {
    struct test_terminal *terminal = *state;
    start(terminal, 24, 80, TEST_MIDDLEWARE, 2);
    assert_true(terminal_wait_for(terminal, "A flood and a bucket"));
    terminal_send(terminal, "r");
    assert_true(terminal_wait_for(terminal, "running"));
    terminal_send(terminal, "\003");
    assert_true(terminal_wait_for(terminal, "stopped"));
    terminal_send(terminal, "\003");
    int status = terminal_wait_exit(terminal);
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_true(terminal_is_restored(terminal));
}

static void a_run_is_watched_while_it_lasts(void **state) {
    struct test_terminal *terminal = *state;
    start(terminal, 24, 80, TEST_MIDDLEWARE, 2);
    assert_true(terminal_wait_for(terminal, "A flood and a bucket"));
    terminal_send(terminal, "r");
    assert_true(terminal_wait_for(terminal, "so far"));
    assert_true(terminal_wait_for(terminal, "sample a"));
    terminal_send(terminal, "\t"); /* no key waits for the run */
    assert_true(terminal_wait_for(terminal, "A flood and a bucket"));
    terminal_end_by_key(terminal);
}

static void leaving_ends_a_run_that_would_never_end(void **state) {
    struct test_terminal *terminal = *state;
    start(terminal, 24, 80, TEST_MIDDLEWARE, 2);
    assert_true(terminal_wait_for(terminal, "A flood and a bucket"));
    terminal_send(terminal, "r");
    assert_true(terminal_wait_for(terminal, "running"));
    terminal_end_by_key(terminal);
}

/* The signal is sent while a run is under way: the worker's thread must not stand in its way. */
static void check_signal(struct test_terminal *terminal, int number) {
    start(terminal, 24, 80, TEST_MIDDLEWARE, 2);
    assert_true(terminal_wait_for(terminal, "A flood and a bucket"));
    terminal_send(terminal, "r");
    assert_true(terminal_wait_for(terminal, "running"));
    kill(terminal->child, number);
    int status = terminal_wait_exit(terminal);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 128 + number);
    assert_true(terminal_is_restored(terminal));
}

static void sigterm_restores_the_terminal(void **state) {
    check_signal(*state, SIGTERM);
}

static void sighup_restores_the_terminal(void **state) {
    check_signal(*state, SIGHUP);
}

static void sigint_restores_the_terminal(void **state) {
    check_signal(*state, SIGINT);
}

/* Sanitizers report a crash themselves and choose the exit status; without them it is the
 * signal's. Either way the terminal must be right again. */
static void a_crash_on_the_worker_restores_the_terminal(void **state) {
    struct test_terminal *terminal = *state;
    start(terminal, 24, 80, TEST_MIDDLEWARE, 2);
    assert_true(terminal_wait_for(terminal, "A flood and a bucket"));
    terminal_send(terminal, "+");
    assert_true(terminal_wait_for(terminal, "crash [1]"));
    terminal_send(terminal, "r");
    int status = terminal_wait_exit(terminal);
    assert_true(WIFSIGNALED(status) ? WTERMSIG(status) == SIGSEGV : WEXITSTATUS(status) != 0);
    assert_true(terminal_is_restored(terminal));
}

static void an_abort_of_the_loop_restores_the_terminal(void **state) {
    struct test_terminal *terminal = *state;
    start(terminal, 24, 80, TEST_N_PLUS_ONE, 0);
    assert_true(terminal_wait_for(terminal, "The page was quick"));
    kill(terminal->child, SIGABRT);
    int status = terminal_wait_exit(terminal);
    assert_true(WIFSIGNALED(status) ? WTERMSIG(status) == SIGABRT : WEXITSTATUS(status) != 0);
    assert_true(terminal_is_restored(terminal));
}

static void a_terminal_that_goes_away_ends_the_reader(void **state) {
    struct test_terminal *terminal = *state;
    start(terminal, 24, 80, TEST_N_PLUS_ONE, 0);
    assert_true(terminal_wait_for(terminal, "The page was quick"));
    terminal_hang_up(terminal);
    assert_int_not_equal(terminal_wait_exit(terminal), -1);
}

static void a_new_size_is_painted_anew(void **state) {
    struct test_terminal *terminal = *state;
    start(terminal, 24, 80, TEST_N_PLUS_ONE, 0);
    assert_true(terminal_wait_for(terminal, "? keys"));
    terminal_set_size(terminal, 5, 20);
    assert_true(terminal_wait_gone(terminal, "daybook"));
    assert_true(terminal_wait_for(terminal, "The page was quick"));
    terminal_set_size(terminal, 40, 140);
    assert_true(terminal_wait_for(terminal, "from blog.models import Article"));
    assert_true(terminal_wait_for(terminal, "Days"));
    terminal_set_size(terminal, 1, 1);
    terminal_set_size(terminal, 24, 80);
    assert_true(terminal_wait_for(terminal, "? keys"));
    terminal_end_by_key(terminal);
}

static void a_storm_of_sizes_ends_in_the_last_one(void **state) {
    unsigned seed = 4;
    struct test_terminal *terminal = *state;
    start(terminal, 24, 80, TEST_N_PLUS_ONE, 0);
    assert_true(terminal_wait_for(terminal, "? keys"));
    for (int i = 0; i < 200; i++) {
        seed = seed * 1103515245 + 12345;
        terminal_set_size(terminal, 1 + (int)(seed >> 16) % 60, 1 + (int)(seed >> 20) % 200);
        terminal_send(terminal, "j");
    }
    terminal_set_size(terminal, 24, 80);
    terminal_send(terminal, "gg");
    assert_true(terminal_wait_for(terminal, "? keys"));
    assert_true(terminal_wait_for(terminal, "The page was quick"));
    terminal_end_by_key(terminal);
}

static int report_no_terminal(void *argument) {
    return on_terminal_read(argument) == READER_NO_TERMINAL ? 77 : 1;
}

static void a_terminal_that_cannot_place_its_cursor_is_left_alone(void **state) {
    static const char *const dumb[] = {"TERM=dumb", "LANG=C.UTF-8", NULL};
    struct on_terminal begin = {TEST_N_PLUS_ONE, 0};
    struct test_terminal *terminal = *state;
    terminal_start(terminal, 24, 80, dumb, report_no_terminal, &begin);
    int status = terminal_wait_exit(terminal);
    assert_int_equal(WEXITSTATUS(status), 77);
    assert_int_equal(terminal->length, 0);
    assert_true(terminal_is_restored(terminal));
}

static void without_utf8_only_ascii_is_written(void **state) {
    static const char *const c_locale[] = {"TERM=xterm", "LANG=C", NULL};
    struct on_terminal begin = {TEST_N_PLUS_ONE, 0};
    struct test_terminal *terminal = *state;
    terminal_start(terminal, 24, 80, c_locale, on_terminal_read, &begin);
    assert_true(terminal_wait_for(terminal, "The page was quick"));
    terminal_send(terminal, "r\r");
    assert_true(terminal_wait_for(terminal, "101 queries"));
    terminal_send(terminal, "q");
    assert_int_equal(WEXITSTATUS(terminal_wait_exit(terminal)), 0);
    for (size_t i = 0; i < terminal->length; i++)
        assert_true((unsigned char)terminal->bytes[i] < 0x80);
}

static void no_color_writes_no_colours(void **state) {
    static const char *const no_color[] = {"TERM=xterm-256color", "LANG=C.UTF-8", "NO_COLOR=1",
                                           NULL};
    struct on_terminal begin = {TEST_N_PLUS_ONE, 0};
    struct test_terminal *terminal = *state;
    terminal_start(terminal, 24, 80, no_color, on_terminal_read, &begin);
    assert_true(terminal_wait_for(terminal, "The page was quick"));
    for (int colour = 30; colour < 38; colour++) {
        char bytes[2][16];
        snprintf(bytes[0], sizeof bytes[0], "[%dm", colour);
        snprintf(bytes[1], sizeof bytes[1], ";%dm", colour);
        assert_false(terminal_was_sent(terminal, bytes[0]));
        assert_false(terminal_was_sent(terminal, bytes[1]));
    }
    terminal_end_by_key(terminal);
}

static void a_paste_is_text_in_the_editor_and_nothing_elsewhere(void **state) {
    struct test_terminal *terminal = *state;
    start(terminal, 24, 80, TEST_N_PLUS_ONE, 0);
    assert_true(terminal_wait_for(terminal, "The page was quick"));
    terminal_send(terminal, "\033[200~qnnn\r\033[201~e");
    assert_true(terminal_wait_for(terminal, "editing"));
    terminal_send(terminal, "\033[200~# pasted\r\n\033[201~");
    assert_true(terminal_wait_for(terminal, "1 # pasted"));
    assert_true(terminal_wait_for(terminal, "2 from blog.models import Article"));
    terminal_send(terminal, "\033");
    assert_true(terminal_wait_gone(terminal, "editing"));
    terminal_end_by_key(terminal);
}

static void the_mouse_is_switched_off_by_a_key_and_in_the_end(void **state) {
    struct test_terminal *terminal = *state;
    start(terminal, 24, 80, TEST_N_PLUS_ONE, 0);
    assert_true(terminal_wait_for(terminal, "The page was quick"));
    assert_true(terminal_was_sent(terminal, "\033[?1006;1000h"));
    assert_false(terminal_was_sent(terminal, "\033[?1006;1000l"));
    terminal_send(terminal, "m");
    assert_true(terminal_wait_for(terminal, "mouse off"));
    assert_true(terminal_was_sent(terminal, "\033[?1006;1000l"));
    terminal_end_by_key(terminal);
}

static void the_wheel_scrolls_the_pane_under_it(void **state) {
    struct test_terminal *terminal = *state;
    start(terminal, 24, 80, TEST_N_PLUS_ONE, 0);
    assert_true(terminal_wait_for(terminal, "The page was quick"));
    terminal_send(terminal, "\033[<65;10;10M");
    assert_true(terminal_wait_gone(terminal, "The page was quick"));
    terminal_send(terminal, "\033[<64;10;10M");
    assert_true(terminal_wait_for(terminal, "The page was quick"));
    terminal_end_by_key(terminal);
}

/* Keys that the terminal sends and nobody knows must not be read as the letters in them. */
static void an_unknown_key_does_nothing(void **state) {
    struct test_terminal *terminal = *state;
    start(terminal, 24, 80, TEST_N_PLUS_ONE, 0);
    assert_true(terminal_wait_for(terminal, "The page was quick"));
    terminal_send(terminal, "\033[34;7q\033[99;5u?");
    assert_true(terminal_wait_for(terminal, "Reading"));
    terminal_send(terminal, "q");
    assert_true(terminal_wait_for(terminal, "The page was quick"));
    terminal_end_by_key(terminal);
}

static int exec_daybook(void *argument) {
    execl(argument, "daybook", "n-plus-one", (char *)NULL);
    return 127;
}

/* The program itself, on day 9 as it is shipped. tests/run says where it was built. */
static void the_program_runs_day_nine_and_counts_one_plus_n(void **state) {
    static const char *const homeless[] = {"TERM=xterm-256color", "LANG=C.UTF-8",
                                           "XDG_STATE_HOME=/nonexistent", NULL};
    struct test_terminal *terminal = *state;
    char *program = getenv("DAYBOOK");
    if (!program) skip();
    terminal_start(terminal, 24, 80, homeless, exec_daybook, program);
    assert_true(terminal_wait_for(terminal, "The page was quick"));
    terminal_send(terminal, "r100\r");
    assert_true(terminal_wait_for(terminal, "you said 100, measured 101"));
    assert_true(terminal_wait_for(terminal, "101 queries"));
    terminal_end_by_key(terminal);
}

/* All bytes but those that would end it, and those that a terminal in its own mode again answers
 * with a signal or a stop: some may be left unread at the end. */
static void random_bytes_leave_it_alive_and_the_terminal_right(void **state) {
    unsigned seed = 9;
    struct test_terminal *terminal = *state;
    start(terminal, 24, 80, TEST_N_PLUS_ONE, 0);
    assert_true(terminal_wait_for(terminal, "The page was quick"));
    for (int i = 0; i < 4000; i++) {
        seed = seed * 1103515245 + 12345;
        char bytes[2] = {(char)(seed >> 16), '\0'};
        if (!strchr("q\003\023\032\034", bytes[0])) terminal_send(terminal, bytes);
    }
    kill(terminal->child, SIGTERM);
    assert_int_equal(WEXITSTATUS(terminal_wait_exit(terminal)), 128 + SIGTERM);
    assert_true(terminal_is_restored(terminal));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_TERMINAL(the_reader_opens_shows_the_note_and_leaves_no_trace),
        WITH_TERMINAL(a_run_asks_first_and_then_counts_one_plus_n),
        WITH_TERMINAL(ctrl_c_stops_a_run_and_then_leaves),
        WITH_TERMINAL(a_run_is_watched_while_it_lasts),
        WITH_TERMINAL(leaving_ends_a_run_that_would_never_end),
        WITH_TERMINAL(sigterm_restores_the_terminal),
        WITH_TERMINAL(sighup_restores_the_terminal),
        WITH_TERMINAL(sigint_restores_the_terminal),
        WITH_TERMINAL(a_crash_on_the_worker_restores_the_terminal),
        WITH_TERMINAL(an_abort_of_the_loop_restores_the_terminal),
        WITH_TERMINAL(a_terminal_that_goes_away_ends_the_reader),
        WITH_TERMINAL(a_new_size_is_painted_anew),
        WITH_TERMINAL(a_storm_of_sizes_ends_in_the_last_one),
        WITH_TERMINAL(a_terminal_that_cannot_place_its_cursor_is_left_alone),
        WITH_TERMINAL(without_utf8_only_ascii_is_written),
        WITH_TERMINAL(no_color_writes_no_colours),
        WITH_TERMINAL(a_paste_is_text_in_the_editor_and_nothing_elsewhere),
        WITH_TERMINAL(the_mouse_is_switched_off_by_a_key_and_in_the_end),
        WITH_TERMINAL(the_wheel_scrolls_the_pane_under_it),
        WITH_TERMINAL(an_unknown_key_does_nothing),
        WITH_TERMINAL(the_program_runs_day_nine_and_counts_one_plus_n),
        WITH_TERMINAL(random_bytes_leave_it_alive_and_the_terminal_right),
    };
    return RUN_TESTS(tests);
}
