/* Fuzzes the layout of notes. The parser below (md4c 0.4.8) is not safe on hostile input, which is
 * why it is given the compiled-in notes alone; so this starts from them, and the bytes choose:
 * which note, which part of it, and how it is laid out. Lines must stay within the page. */
#include <assert.h>
#include <locale.h>
#include <stdint.h>

#include "lessons/lesson.h"
#include "ui/markdown.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* From one line's beginning to another's: a part that a note could consist of. */
static struct slice_of_note part(struct slice_of_note note, unsigned from, unsigned length) {
    size_t start = note.length * from / 256, end = start + note.length * length / 256;
    while (start > 0 && note.text[start - 1] != '\n') start--;
    if (end > note.length) end = note.length;
    while (end < note.length && note.text[end] != '\n') end++;
    return (struct slice_of_note){note.text + start, end - start};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct markdown_page page;
    struct arena arena;
    if (size < 5) return 0;
    setlocale(LC_CTYPE, "C.UTF-8");
    struct slice_of_note note =
        part(lesson_note(lessons[data[0] % LESSON_COUNT]), data[1], data[2]);
    struct markdown_options options = {.width = 16 + data[3] % 140u,
                                       .ascii = data[4] & 1,
                                       .wrap_code = data[4] & 2,
                                       .plain = data[4] & 4};
    arena_init(&arena, NULL);
    assert(markdown_layout(&arena, note.text, note.length, &options, &page));
    for (size_t i = 0; i < page.count; i++) {
        bool code = page.lines[i].kind == MARKDOWN_LINE_CODE && !options.wrap_code;
        assert(code || page.lines[i].columns <= options.width);
    }
    arena_release(&arena);
    return 0;
}
