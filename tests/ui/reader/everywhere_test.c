/* The reader on all kinds of terminals and lines: few colours, a megabyte of paste, a line that
 * stands still, a shell that stops it and takes it up again. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/course.h"
#include "tests/support/on_terminal.h"
#include "tests/support/testing.h"

enum { MEGABYTE = 1 << 20 };

static const char *const plain[] = {"TERM=xterm-256color", "LANG=C.UTF-8", NULL};

static void start(struct test_terminal *terminal) {
    on_terminal_start(terminal, plain, 24, 80, TEST_N_PLUS_ONE, 0);
    assert_true(terminal_wait_for(terminal, "The page was quick"));
}

/* ---- colours -------------------------------------------------------------------------------- */

/* The highest colour that a terminal was told by number, by any of the ways there are; -1: none. */
static int highest_colour(const struct test_terminal *terminal) {
    int highest = -1;
    for (const char *at = terminal->bytes; (at = strstr(at, "\033[")); at++) {
        int number = 0, before = 0;
        for (const char *c = at + 2; *c == ';' || *c == 'm' || (*c >= '0' && *c <= '9'); c++) {
            if (*c >= '0' && *c <= '9') {
                number = number * 10 + *c - '0';
                continue;
            }
            bool indexed = before == 5; /* 38;5;N */
            int colour = indexed                        ? number
                         : number >= 30 && number <= 37 ? number - 30
                         : number >= 90 && number <= 97 ? number - 90 + 8
                                                        : -1;
            if (colour > highest) highest = colour;
            before = number;
            number = 0;
            if (*c == 'm') break;
        }
    }
    return highest;
}

/* A run, a panel over it and back to the note; the screen at its end is to be freed. What is typed
 * last is seen in a frame of its own, so that the one before it is whole by then. */
static char *screen_on(struct test_terminal *terminal, const char *term) {
    char variable[64];
    const char *const environment[] = {variable, "LANG=C.UTF-8", NULL};
    snprintf(variable, sizeof variable, "TERM=%s", term);
    on_terminal_start(terminal, environment, 24, 80, TEST_N_PLUS_ONE, 0);
    assert_true(terminal_wait_for(terminal, "The page was quick"));
    terminal_send(terminal, "r100\r");
    assert_true(terminal_wait_for(terminal, "101 queries"));
    terminal_send(terminal, "o");
    assert_true(terminal_wait_for(terminal, "SQL behind line 6"));
    terminal_send(terminal, "q");
    assert_true(terminal_wait_for(terminal, "101 queries"));
    terminal_send(terminal, "\tg/zz");
    assert_true(terminal_wait_for(terminal, "/zz"));
    terminal_send(terminal, "y");
    assert_true(terminal_wait_for(terminal, "/zzy"));
    return terminal_text(terminal);
}

static bool is_known(const char *term) {
    static const char *const folders[] = {"/etc/terminfo", "/lib/terminfo", "/usr/share/terminfo"};
    char path[128];
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        snprintf(path, sizeof path, "%s/%c/%s", folders[i], term[0], term);
        if (access(path, R_OK) == 0) return true;
    }
    return false;
}

/* Where the terminal says how many colours it has, no other is asked of it; what is seen is the
 * same text everywhere. */
static void check_colours(struct test_terminal *terminal, const char *term, int colours) {
    struct test_terminal reference = {0};
    if (!is_known(term)) skip();
    char *wanted = screen_on(&reference, "xterm-256color");
    char *seen = screen_on(terminal, term);
    int highest = highest_colour(terminal);
    terminal_stop(&reference);
    assert_string_equal(seen, wanted);
    assert_true(highest < colours);
    assert_true(colours == 0 || highest >= 0);
    free(seen);
    free(wanted);
    terminal_send(terminal, "\033");
    assert_true(terminal_wait_gone(terminal, "/zzy"));
    terminal_end_by_key(terminal);
}

static void a_vt100_is_sent_no_colour(void **state) {
    check_colours(*state, "vt100", 0);
}

static void eight_colours_are_enough(void **state) {
    check_colours(*state, "xterm", 8);
}

static void sixteen_colours_are_used_where_they_are(void **state) {
    check_colours(*state, "xterm-16color", 16);
}

static void two_hundred_and_fifty_six_colours_are_used_where_they_are(void **state) {
    check_colours(*state, "xterm-256color", 256);
}

static void inside_screen_it_looks_the_same(void **state) {
    check_colours(*state, "screen-256color", 256);
}

static void inside_tmux_it_looks_the_same(void **state) {
    check_colours(*state, "tmux-256color", 256);
}

/* ---- a megabyte of paste --------------------------------------------------------------------- */

/* Lines of comments, a megabyte of them, between what stands before and after; to be freed. */
static char *megabyte(const char *before, const char *line, const char *after) {
    size_t length = strlen(before), each = strlen(line);
    char *text = malloc(length + MEGABYTE + strlen(after) + 1);
    assert_non_null(text);
    strcpy(text, before);
    for (size_t end = length + MEGABYTE; length + each <= end; length += each)
        memcpy(text + length, line, each);
    strcpy(text + length, after);
    return text;
}

/* Sends it, and then keys that show that the reader is well. */
static void check_paste(struct test_terminal *terminal, const char *keys, const char *opened,
                        char *text, const char *said) {
    start(terminal);
    terminal_send(terminal, keys);
    assert_true(terminal_wait_for(terminal, opened));
    terminal_send(terminal, text);
    free(text);
    assert_true(terminal_wait_for(terminal, said));
    terminal_send(terminal, "\033");
    assert_true(terminal_wait_gone(terminal, said));
}

static void a_megabyte_pasted_into_the_editor_is_refused_whole(void **state) {
    struct test_terminal *terminal = *state;
    check_paste(terminal, "e", "editing", megabyte("\033[200~", "# pasted\r", "\033[201~"),
                "not put in: a listing has room for 64 KiB");
    assert_true(terminal_wait_for(terminal, "1 from blog.models import Article"));
    terminal_end_by_key(terminal);
}

static void a_megabyte_pasted_into_the_search_is_refused_whole(void **state) {
    struct test_terminal *terminal = *state;
    check_paste(terminal, "/", "Enter take it", megabyte("\033[200~", "pasted ", "\033[201~"),
                "not put in: that is too long");
    terminal_end_by_key(terminal);
}

static void a_megabyte_pasted_while_reading_is_no_command(void **state) {
    struct test_terminal *terminal = *state;
    char *text = megabyte("\033[200~", "qqqq\003", "\033[201~?");
    start(terminal);
    terminal_send(terminal, text);
    free(text);
    assert_true(terminal_wait_for(terminal, "Reading: these work now"));
    terminal_send(terminal, "q");
    terminal_end_by_key(terminal);
}

/* A terminal that does not mark a paste sends it as if it were typed. */
static void a_megabyte_typed_into_the_editor_fills_it_and_stays_quick(void **state) {
    struct test_terminal *terminal = *state;
    check_paste(terminal, "e", "editing", megabyte("", "# typed\r", "#"),
                "not put in: a listing has room for 64 KiB");
    terminal_send(terminal, "g");
    assert_true(terminal_wait_for(terminal, "1 # typed"));
    terminal_end_by_key(terminal);
}

static void a_megabyte_typed_into_the_search_stops_at_a_line(void **state) {
    struct test_terminal *terminal = *state;
    check_paste(terminal, "/", "Enter take it", megabyte("", "typed ", "#"),
                "not put in: that is too long");
    terminal_end_by_key(terminal);
}

/* ---- a line that stands still ---------------------------------------------------------------- */

/* Every ^L paints the whole screen. More of them than the line holds frames for make the reader
 * wait in a write; when the line moves again, the last frame is whole and keys are heard. */
static void a_reader_of_the_output_may_stop_for_a_while(void **state) {
    struct test_terminal *terminal = *state;
    start(terminal);
    size_t sent = 0;
    for (int i = 0; i < 2000; i++) sent += terminal_send_unread(terminal, "\014?q");
    assert_true(sent > 0);
    assert_int_equal(waitpid(terminal->child, NULL, WNOHANG), 0);
    terminal_send(terminal, "\033\014?");
    assert_true(terminal_wait_for(terminal, "Reading: these work now"));
    terminal_send(terminal, "\033");
    assert_true(terminal_wait_for(terminal, "The page was quick"));
    terminal_end_by_key(terminal);
}

static void a_run_whose_frames_nobody_reads_is_shown_when_it_is_over(void **state) {
    struct test_terminal *terminal = *state;
    start(terminal);
    terminal_send_unread(terminal, "r100\r");
    for (int i = 0; i < 200; i++) terminal_send_unread(terminal, "\014");
    assert_true(terminal_wait_for(terminal, "you said 100, measured 101"));
    terminal_end_by_key(terminal);
}

/* ---- a shell ----------------------------------------------------------------------------------
 */

static int be_a_shell(void *argument) {
    (void)argument;
    execl("/bin/bash", "bash", "--norc", "--noprofile", "--noediting", "-i", (char *)NULL);
    return 127;
}

/* The shell counts its commands in its prompt: an older one may be on the screen still. */
static void await_prompt(struct test_terminal *terminal, int command) {
    char prompt[32];
    snprintf(prompt, sizeof prompt, "%d:ready>", command);
    assert_true(terminal_wait_for(terminal, prompt));
}

static void start_shell(struct test_terminal *terminal) {
    static const char *const environment[] = {"TERM=xterm-256color", "LANG=C.UTF-8",
                                              "PS1=\\#:ready> ", "XDG_STATE_HOME=/nonexistent",
                                              NULL};
    char line[512];
    const char *program = getenv("DAYBOOK");
    if (!program || access("/bin/bash", X_OK) != 0) skip();
    snprintf(line, sizeof line, "%s n-plus-one\r", program);
    terminal_start(terminal, 24, 80, environment, be_a_shell, NULL);
    await_prompt(terminal, 1);
    terminal_send(terminal, line);
    assert_true(terminal_wait_for(terminal, "The page was quick"));
}

/* The shell has the screen and the keys again. */
static void check_shell(struct test_terminal *terminal, const char *word) {
    char line[64], printed[64];
    snprintf(line, sizeof line, "echo %s-$((40+2))\r", word);
    snprintf(printed, sizeof printed, "%s-42", word);
    assert_false(terminal->alternate);
    assert_true(terminal->cursor_shown);
    terminal_send(terminal, line);
    assert_true(terminal_wait_for(terminal, printed));
}

static void end_shell(struct test_terminal *terminal) {
    terminal_send(terminal, "exit\r");
    assert_int_not_equal(terminal_wait_exit(terminal), -1);
    assert_true(terminal_is_restored(terminal));
}

static void a_shell_stops_it_and_takes_it_up_again(void **state) {
    struct test_terminal *terminal = *state;
    start_shell(terminal);
    terminal_send(terminal, "n");
    assert_true(terminal_wait_for(terminal, "step 2/4"));
    terminal_send(terminal, "\032");
    assert_true(terminal_wait_for(terminal, "Stopped"));
    check_shell(terminal, "stopped");
    terminal_send(terminal, "fg\r");
    assert_true(terminal_wait_for(terminal, "step 2/4"));
    assert_true(terminal->alternate);
    terminal_send(terminal, "q");
    await_prompt(terminal, 4);
    check_shell(terminal, "left");
    end_shell(terminal);
}

/* In the background it may not touch the terminal, and so it stops again. */
static void a_shell_sends_it_to_the_background_and_back(void **state) {
    struct test_terminal *terminal = *state;
    start_shell(terminal);
    terminal_send(terminal, "\032");
    assert_true(terminal_wait_for(terminal, "Stopped"));
    terminal_send(terminal, "bg\r");
    check_shell(terminal, "background");
    terminal_send(terminal, "fg\r");
    assert_true(terminal_wait_for(terminal, "The page was quick"));
    terminal_send(terminal, "n");
    assert_true(terminal_wait_for(terminal, "step 2/4"));
    terminal_send(terminal, "q");
    await_prompt(terminal, 5);
    check_shell(terminal, "left");
    end_shell(terminal);
}

static void a_size_that_changed_while_it_was_stopped_is_seen(void **state) {
    struct test_terminal *terminal = *state;
    start_shell(terminal);
    terminal_send(terminal, "\032");
    assert_true(terminal_wait_for(terminal, "Stopped"));
    terminal_set_size(terminal, 30, 120);
    terminal_send(terminal, "fg\r");
    assert_true(terminal_wait_for(terminal, "from blog.models import Article")); /* two panes */
    terminal_send(terminal, "q");
    await_prompt(terminal, 3);
    check_shell(terminal, "left");
    end_shell(terminal);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_TERMINAL(a_vt100_is_sent_no_colour),
        WITH_TERMINAL(eight_colours_are_enough),
        WITH_TERMINAL(sixteen_colours_are_used_where_they_are),
        WITH_TERMINAL(two_hundred_and_fifty_six_colours_are_used_where_they_are),
        WITH_TERMINAL(inside_screen_it_looks_the_same),
        WITH_TERMINAL(inside_tmux_it_looks_the_same),
        WITH_TERMINAL(a_megabyte_pasted_into_the_editor_is_refused_whole),
        WITH_TERMINAL(a_megabyte_pasted_into_the_search_is_refused_whole),
        WITH_TERMINAL(a_megabyte_pasted_while_reading_is_no_command),
        WITH_TERMINAL(a_megabyte_typed_into_the_editor_fills_it_and_stays_quick),
        WITH_TERMINAL(a_megabyte_typed_into_the_search_stops_at_a_line),
        WITH_TERMINAL(a_reader_of_the_output_may_stop_for_a_while),
        WITH_TERMINAL(a_run_whose_frames_nobody_reads_is_shown_when_it_is_over),
        WITH_TERMINAL(a_shell_stops_it_and_takes_it_up_again),
        WITH_TERMINAL(a_shell_sends_it_to_the_background_and_back),
        WITH_TERMINAL(a_size_that_changed_while_it_was_stopped_is_seen),
    };
    return RUN_TESTS(tests);
}
