/* The editor: what typing does to a text, and that undo gives it back. */
#include <locale.h>

#include "tests/support/testing.h"
#include "ui/reader/editor.h"

static struct editor opened(const char *text) {
    struct editor editor;
    assert_true(editor_init(&editor, text, false));
    return editor;
}

static void type(struct editor *editor, const char *text) {
    for (; *text; text++) editor_type(editor, (unsigned char)*text);
}

static void check_place(const struct editor *editor, int line, int column) {
    int at_line, at_column;
    editor_position(editor, &at_line, &at_column);
    assert_int_equal(at_line, line);
    assert_int_equal(at_column, column);
}

static void typing_inserts_and_one_undo_takes_the_word(void **state) {
    (void)state;
    struct editor editor = opened("for");
    type(&editor, "abc");
    assert_string_equal(editor.text, "abcfor");
    assert_true(editor_undo(&editor));
    assert_string_equal(editor.text, "for");
    assert_true(editor_redo(&editor));
    assert_string_equal(editor.text, "abcfor");
    editor_release(&editor);
}

static void a_new_line_keeps_the_indent_and_adds_one_after_a_colon(void **state) {
    (void)state;
    struct editor editor = opened("");
    type(&editor, "for a in b:");
    editor_newline(&editor);
    type(&editor, "print(a)");
    editor_newline(&editor);
    type(&editor, "x");
    assert_string_equal(editor.text, "for a in b:\n    print(a)\n    x");
    editor_release(&editor);
}

static void erasing_in_the_indent_takes_a_step_of_it(void **state) {
    (void)state;
    struct editor editor = opened("        x");
    editor_place(&editor, 0, 8);
    editor_erase(&editor);
    assert_string_equal(editor.text, "    x");
    editor_move(&editor, MOVE_END, 0);
    editor_erase(&editor);
    assert_string_equal(editor.text, "    ");
    editor_release(&editor);
}

static void a_character_is_moved_over_and_erased_whole(void **state) {
    (void)state;
    struct editor editor = opened("a\u4e2de\u0301z");
    editor_move(&editor, MOVE_RIGHT, 0);
    editor_move(&editor, MOVE_RIGHT, 0);
    check_place(&editor, 0, 3);
    editor_move(&editor, MOVE_RIGHT, 0); /* with its accent */
    check_place(&editor, 0, 4);
    editor_erase(&editor);
    editor_erase(&editor);
    assert_string_equal(editor.text, "az");
    editor_release(&editor);
}

static void up_and_down_remember_the_column(void **state) {
    (void)state;
    struct editor editor = opened("abcdef\nab\nabcdef");
    editor_place(&editor, 0, 5);
    editor_move(&editor, MOVE_DOWN, 0);
    check_place(&editor, 1, 2);
    editor_move(&editor, MOVE_DOWN, 0);
    check_place(&editor, 2, 5);
    editor_move(&editor, MOVE_DOWN, 0);
    check_place(&editor, 2, 5);
    editor_release(&editor);
}

static void a_paste_is_one_change_without_control_characters(void **state) {
    (void)state;
    struct editor editor = opened("");
    const char paste[] = "a\r\nb\rc\n\td\033e\007";
    assert_true(editor_insert(&editor, paste, sizeof paste - 1));
    assert_string_equal(editor.text, "a\nb\nc\n    de");
    editor_undo(&editor);
    assert_string_equal(editor.text, "");
    editor_release(&editor);
}

static void a_single_line_stays_one(void **state) {
    (void)state;
    struct editor editor;
    assert_true(editor_init(&editor, "ab", true));
    editor_insert(&editor, "c\nd", 3);
    assert_false(editor_newline(&editor));
    assert_string_equal(editor.text, "abc d");
    editor_release(&editor);
}

static void too_much_text_is_refused_and_the_text_stays(void **state) {
    (void)state;
    struct editor editor = opened("x");
    char *much = malloc(EDITOR_BYTES_MOST);
    assert_non_null(much);
    memset(much, 'y', EDITOR_BYTES_MOST);
    assert_false(editor_insert(&editor, much, EDITOR_BYTES_MOST));
    assert_string_equal(editor.text, "x");
    free(much);
    editor_release(&editor);
}

static unsigned next(unsigned *seed) {
    *seed = *seed * 1103515245 + 12345;
    return *seed >> 16 & 0x7FFF;
}

static void change_at_random(struct editor *editor, unsigned *seed) {
    switch (next(seed) % 9) {
    case 0: editor_newline(editor); break;
    case 1: editor_erase(editor); break;
    case 2: editor_delete(editor); break;
    case 3: editor_indent(editor); break;
    case 4: editor_insert(editor, "p\u00e4\n  q:", 8); break;
    case 5: editor_type(editor, 0x4E2D); break;
    case 6: editor_move(editor, next(seed) % (MOVE_BOTTOM + 1), 3); break;
    case 7:
        if (next(seed) % 8 == 0) editor_delete_line(editor);
        break;
    default: editor_type(editor, 'a' + next(seed) % 26); break;
    }
}

static void undoing_all_gives_the_text_back_and_redoing_all_the_changes(void **state) {
    unsigned seed = 7;
    (void)state;
    for (int round = 0; round < 50; round++) {
        struct editor editor = opened("one\n    two\n");
        for (int i = 0; i < 200; i++) change_at_random(&editor, &seed);
        char *changed = strdup(editor.text);
        while (editor_undo(&editor)) continue;
        assert_string_equal(editor.text, "one\n    two\n");
        while (editor_redo(&editor)) continue;
        assert_string_equal(editor.text, changed);
        free(changed);
        editor_release(&editor);
    }
}

int main(void) {
    setlocale(LC_ALL, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(typing_inserts_and_one_undo_takes_the_word),
        cmocka_unit_test(a_new_line_keeps_the_indent_and_adds_one_after_a_colon),
        cmocka_unit_test(erasing_in_the_indent_takes_a_step_of_it),
        cmocka_unit_test(a_character_is_moved_over_and_erased_whole),
        cmocka_unit_test(up_and_down_remember_the_column),
        cmocka_unit_test(a_paste_is_one_change_without_control_characters),
        cmocka_unit_test(a_single_line_stays_one),
        cmocka_unit_test(too_much_text_is_refused_and_the_text_stays),
        cmocka_unit_test(undoing_all_gives_the_text_back_and_redoing_all_the_changes),
    };
    return RUN_TESTS(tests);
}
