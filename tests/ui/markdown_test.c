/* Notes as styled lines: small ones to the letter, the real ones at every width. */
#include "tests/support/testing.h"

#include <locale.h>

#include "engine/base/text.h"
#include "lessons/lesson.h"
#include "ui/columns.h"
#include "ui/markdown.h"

static const struct markdown_options wide = {.width = 40, .ascii = true};
static const struct markdown_options narrow = {.width = 16, .ascii = true, .wrap_code = true};

/* All lines as text, each ended by a newline; lives in the arena. */
static const char *lay_out(struct arena *arena, const char *source,
                           const struct markdown_options *options, struct markdown_page *page) {
    struct text text;
    text_init(&text, arena);
    assert_true(markdown_layout(arena, source, strlen(source), options, page));
    for (size_t i = 0; i < page->count; i++) {
        for (size_t j = 0; j < page->lines[i].run_count; j++)
            text_add_bytes(&text, page->lines[i].runs[j].text, page->lines[i].runs[j].length);
        text_add_char(&text, '\n');
    }
    return text_finish(&text);
}

static void expect(const char *source, const struct markdown_options *options, const char *lines) {
    struct arena arena;
    struct markdown_page page;
    arena_init(&arena, NULL);
    assert_string_equal(lay_out(&arena, source, options, &page), lines);
    arena_release(&arena);
}

static void paragraphs_are_wrapped_and_kept_apart(void **state) {
    (void)state;
    expect("one two three\nfour five\n\nsix", &narrow, "one two three\nfour five\n\nsix\n");
}

static void code_without_a_blank_is_broken_behind_a_bracket(void **state) {
    (void)state;
    expect("```\nannotate(count=Count(x))\n```", &narrow,
           "  annotate(\n    count=Count(\n    x))\n");
}

static void code_indented_too_deeply_moves_to_the_left(void **state) {
    (void)state;
    expect("```\n            b(1, 2)\n```", &narrow, "      b(1, 2)\n");
}

static void a_word_wider_than_the_page_is_broken(void **state) {
    (void)state;
    expect("a select_related_and_more b", &narrow, "a\nselect_related_a\nnd_more b\n");
}

static void a_hard_break_ends_the_line(void **state) {
    (void)state;
    expect("one  \ntwo", &wide, "one\ntwo\n");
}

static void quotes_have_a_bar_before_every_line(void **state) {
    (void)state;
    expect("> one two three four\n>\n> five", &narrow, "| one two three\n| four\n|\n| five\n");
}

static void items_hang_beside_their_bullet(void **state) {
    (void)state;
    expect("before\n\n- one two three four\n- five\n\nafter", &narrow,
           "before\n\n- one two three\n  four\n- five\n\nafter\n");
}

static void numbered_items_count_from_where_the_note_begins(void **state) {
    (void)state;
    expect("3. three\n4. four\n   - inner\n", &wide, "3. three\n4. four\n   - inner\n");
}

static void code_keeps_its_lines_and_names_its_language(void **state) {
    (void)state;
    struct arena arena;
    struct markdown_page page;
    arena_init(&arena, NULL);
    assert_string_equal(lay_out(&arena, "```python\nfor a in b:\n    c()\n\nd\n```", &wide, &page),
                        "  for a in b:\n      c()\n\n  d\n");
    assert_int_equal(page.lines[0].kind, MARKDOWN_LINE_CODE);
    assert_string_equal(page.lines[0].language, "python");
    arena_release(&arena);
}

static void code_wraps_only_when_asked(void **state) {
    (void)state;
    const char *source = "```\n  one two three four\n```";
    struct markdown_options unwrapped = narrow;
    unwrapped.wrap_code = false;
    expect(source, &unwrapped, "    one two three four\n");
    expect(source, &narrow, "    one two\n      three four\n");
}

static void a_table_is_as_wide_as_its_cells(void **state) {
    (void)state;
    expect("| who | n |\n| --- | ---: |\n| Gunicorn | 502 |\n| nginx | 4 |", &wide,
           "who         n\n--------  ---\nGunicorn  502\nnginx       4\n");
}

static void cells_wrap_where_the_table_is_too_wide(void **state) {
    (void)state;
    expect("| a | b |\n| --- | --- |\n| x | one two three four |", &narrow,
           "a  b\n-  -------------\nx  one two three\n   four\n");
}

static void comments_are_left_out(void **state) {
    (void)state;
    expect("one\n\n<!-- step: request -->\n\ntwo", &wide, "one\n\ntwo\n");
}

static void styles_are_runs_of_a_line(void **state) {
    (void)state;
    struct arena arena;
    struct markdown_page page;
    arena_init(&arena, NULL);
    lay_out(&arena, "a **b** *c* `d`", &wide, &page);
    static const unsigned styles[] = {0, MARKDOWN_STRONG, 0, MARKDOWN_EMPHASIS, 0, MARKDOWN_CODE};
    assert_int_equal(page.lines[0].run_count, 6);
    for (size_t i = 0; i < 6; i++) assert_int_equal(page.lines[0].runs[i].style, styles[i]);
    assert_int_equal(page.lines[0].columns, 7);
    arena_release(&arena);
}

static void plain_pages_keep_the_marks_that_styles_would_show(void **state) {
    (void)state;
    struct markdown_options plain = wide;
    plain.plain = true;
    expect("# Title\n\nUse `get()` now", &plain, "Title\n=====\n\nUse `get()` now\n");
}

static void wide_characters_take_two_columns(void **state) {
    (void)state;
    setlocale(LC_CTYPE, "C.UTF-8");
    expect("日本語日本語日本語", &narrow, "日本語日本語日本\n語\n");
}

/* ---- the notes themselves ------------------------------------------------------------------ */

static void no_line_of_any_note_is_wider_than_its_page(void **state) {
    (void)state;
    for (size_t i = 0; i < LESSON_COUNT; i++)
        for (unsigned width = 16; width <= 120; width += width < 40 ? 1 : 7) {
            struct slice_of_note note = lesson_note(lessons[i]);
            struct markdown_options options = {.width = width, .wrap_code = true};
            struct markdown_page page;
            struct arena arena;
            arena_init(&arena, NULL);
            assert_true(markdown_layout(&arena, note.text, note.length, &options, &page));
            for (size_t j = 0; j < page.count; j++)
                if (page.lines[j].columns > width)
                    fail_msg("day %zu, width %u: line %zu has %u columns", i + 1, width, j,
                             page.lines[j].columns);
            arena_release(&arena);
        }
}

/* Text without blanks, frames and the like: what must be the same at every width. */
static size_t count_letters(const struct markdown_page *page) {
    size_t letters = 0;
    for (size_t i = 0; i < page->count; i++)
        for (size_t j = 0; j < page->lines[i].run_count; j++) {
            const struct markdown_run *run = &page->lines[i].runs[j];
            for (size_t k = 0; k < run->length && !(run->style & MARKDOWN_FRAME); k++)
                letters += run->text[k] != ' ';
        }
    return letters;
}

static void nothing_of_a_note_is_lost_at_any_width(void **state) {
    (void)state;
    for (size_t i = 0; i < LESSON_COUNT; i++) {
        size_t letters = 0;
        unsigned blocks = 0;
        for (unsigned width = 200; width > 8; width -= 16) {
            struct slice_of_note note = lesson_note(lessons[i]);
            struct markdown_options options = {.width = width, .wrap_code = true};
            struct markdown_page page;
            struct arena arena;
            arena_init(&arena, NULL);
            assert_true(markdown_layout(&arena, note.text, note.length, &options, &page));
            if (width == 200) letters = count_letters(&page);
            if (width == 200) blocks = page.lines[page.count - 1].block;
            assert_int_equal(count_letters(&page), letters);
            assert_int_equal(page.lines[page.count - 1].block, blocks);
            arena_release(&arena);
        }
    }
}

/* Each allocation in turn fails: the answer is false, and nothing is left behind. */
static void without_memory_the_layout_fails_cleanly(void **state) {
    (void)state;
    struct slice_of_note note = lesson_note(lessons[8]);
    bool done = false;
    for (long i = 0; !done; i++) {
        struct memory memory;
        struct arena arena;
        struct markdown_page page;
        memory_init(&memory, 0);
        arena_init(&arena, &memory);
        atomic_store(&memory.fail_after, i);
        done = markdown_layout(&arena, note.text, note.length, &wide, &page);
        arena_release(&arena);
        assert_int_equal(memory_held(&memory), 0);
        assert_true(i < 1000);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paragraphs_are_wrapped_and_kept_apart),
        cmocka_unit_test(a_word_wider_than_the_page_is_broken),
        cmocka_unit_test(code_without_a_blank_is_broken_behind_a_bracket),
        cmocka_unit_test(code_indented_too_deeply_moves_to_the_left),
        cmocka_unit_test(a_hard_break_ends_the_line),
        cmocka_unit_test(quotes_have_a_bar_before_every_line),
        cmocka_unit_test(items_hang_beside_their_bullet),
        cmocka_unit_test(numbered_items_count_from_where_the_note_begins),
        cmocka_unit_test(code_keeps_its_lines_and_names_its_language),
        cmocka_unit_test(code_wraps_only_when_asked),
        cmocka_unit_test(a_table_is_as_wide_as_its_cells),
        cmocka_unit_test(cells_wrap_where_the_table_is_too_wide),
        cmocka_unit_test(comments_are_left_out),
        cmocka_unit_test(styles_are_runs_of_a_line),
        cmocka_unit_test(plain_pages_keep_the_marks_that_styles_would_show),
        cmocka_unit_test(wide_characters_take_two_columns),
        cmocka_unit_test(no_line_of_any_note_is_wider_than_its_page),
        cmocka_unit_test(nothing_of_a_note_is_lost_at_any_width),
        cmocka_unit_test(without_memory_the_layout_fails_cleanly),
    };
    return RUN_TESTS(tests);
}
