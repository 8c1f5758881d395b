/* Paper: what a file takes, told from a terminal of the test's own, and how text is put on it. */
#include "tests/support/testing.h"

#include <locale.h>
#include <unistd.h>

#include "tests/support/pty.h"
#include "ui/columns.h"
#include "ui/paper.h"

/* The paper of a terminal that is `columns` wide. */
static struct paper of_terminal(unsigned short columns) {
    int master, slave;
    struct winsize size = {.ws_row = 24, .ws_col = columns};
    assert_int_equal(openpty(&master, &slave, NULL, NULL, &size), 0);
    FILE *file = fdopen(slave, "w");
    assert_non_null(file);
    struct paper paper = paper_of(file);
    fclose(file);
    close(master);
    return paper;
}

static void expect(const struct paper *paper, const char *added, const char *string,
                   void (*add)(struct text *, const struct paper *, const char *)) {
    struct arena arena;
    struct text text;
    arena_init(&arena, NULL);
    text_init(&text, &arena);
    add(&text, paper, string);
    assert_string_equal(text_finish(&text), added);
    arena_release(&arena);
}

static void a_terminal_gives_its_width_within_reason(void **state) {
    (void)state;
    setenv("TERM", "xterm-256color", 1);
    assert_int_equal(of_terminal(40).width, 40);
    assert_int_equal(of_terminal(5).width, PAPER_LEAST);
    assert_int_equal(of_terminal(500).width, PAPER_MOST);
    assert_int_equal(of_terminal(0).width, PAPER_WIDTH);
}

static void styles_are_for_terminals_that_show_them(void **state) {
    (void)state;
    unsetenv("NO_COLOR");
    unsetenv("COLORTERM");
    setenv("TERM", "xterm-256color", 1);
    assert_true(of_terminal(80).styled && of_terminal(80).colored);
    setenv("NO_COLOR", "1", 1);
    assert_true(of_terminal(80).styled);
    assert_false(of_terminal(80).colored);
    setenv("NO_COLOR", "", 1);
    assert_true(of_terminal(80).colored);
    setenv("TERM", "vt100", 1);
    assert_false(of_terminal(80).colored);
    setenv("COLORTERM", "truecolor", 1);
    assert_true(of_terminal(80).colored);
    setenv("TERM", "dumb", 1);
    assert_false(of_terminal(80).styled || of_terminal(80).colored);
    unsetenv("COLORTERM");
}

static void a_file_has_no_styles_and_the_usual_width(void **state) {
    (void)state;
    FILE *file = tmpfile();
    assert_non_null(file);
    struct paper paper = paper_of(file);
    assert_int_equal(paper.width, PAPER_WIDTH);
    assert_false(paper.styled || paper.colored);
    fclose(file);
}

static void controls_and_marks_that_turn_text_are_kept_off(void **state) {
    (void)state;
    struct paper paper = {.width = 80};
    expect(&paper, "?[31m a b??c",
           "\033[31m\na\tb\x7F\xC2\x9B\xE2\x80\xAE"
           "c",
           paper_add);
    expect(&paper, "a?b",
           "a\xFF"
           "b",
           paper_add);
    expect(&paper, "Zo\xC3\xAB", "Zo\xC3\xAB", paper_add);
}

static void ascii_paper_keeps_the_width_of_what_it_cannot_show(void **state) {
    (void)state;
    setlocale(LC_CTYPE, "C.UTF-8");
    struct paper paper = {.width = 80, .ascii = true};
    expect(&paper, "Zo? ??.", "Zo\xC3\xAB \xE6\x97\xA5.", paper_add);
    expect(&paper, "e", "e\xCC\x81", paper_add); /* a combining mark takes none */
}

static void add_cut_to_6(struct text *out, const struct paper *paper, const char *string) {
    paper_add_cut(out, paper, string, 6);
}

static void what_is_cut_ends_in_an_ellipsis(void **state) {
    (void)state;
    setlocale(LC_CTYPE, "C.UTF-8");
    struct paper utf8 = {.width = 80}, ascii = {.width = 80, .ascii = true};
    expect(&utf8, "abcde\xE2\x80\xA6", "abcdefgh", add_cut_to_6);
    expect(&ascii, "abcd..", "abcdefgh", add_cut_to_6);
    expect(&utf8, "abc   ", "abc", add_cut_to_6);
    expect(&utf8, "\xE6\x97\xA5\xE6\x9C\xAC\xE2\x80\xA6 ",
           "\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E\xE3",
           add_cut_to_6); /* three wide ones need six and leave no room */
}

static void add_entry(struct text *out, const struct paper *paper, const char *string) {
    struct paper_entry entry = {.indent = 2, .hang = 8, .mark = "ok", .words = string};
    paper_add_entry(out, paper, &entry);
}

static void add_long_entry(struct text *out, const struct paper *paper, const char *string) {
    struct paper_entry entry = {.indent = 2, .hang = 8, .mark = "a-long-mark", .words = string};
    paper_add_entry(out, paper, &entry);
}

static void words_hang_beside_their_mark(void **state) {
    (void)state;
    struct paper paper = {.width = 20};
    expect(&paper, "  ok    one two\n        three four\n", "one two three four", add_entry);
    expect(&paper, "  a-long-mark\n        one\n", "one", add_long_entry);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_terminal_gives_its_width_within_reason),
        cmocka_unit_test(styles_are_for_terminals_that_show_them),
        cmocka_unit_test(a_file_has_no_styles_and_the_usual_width),
        cmocka_unit_test(controls_and_marks_that_turn_text_are_kept_off),
        cmocka_unit_test(ascii_paper_keeps_the_width_of_what_it_cannot_show),
        cmocka_unit_test(what_is_cut_ends_in_an_ellipsis),
        cmocka_unit_test(words_hang_beside_their_mark),
    };
    return RUN_TESTS(tests);
}
