/* Fuzzes what lays foreign text out: any bytes are wrapped, cut, broken into lines and written as
 * JSON. Nothing that drives a terminal may come out, no line may be wider than the paper, and what
 * the JSON writer says must be JSON. */
#include <assert.h>
#include <locale.h>
#include <stdint.h>
#include <string.h>

#include "ui/columns.h"
#include "ui/json.h"
#include "ui/paper.h"
#include "ui/rich.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A line is wider than the paper only when it is one long word. */
static void check_lines(const char *text, unsigned width) {
    while (*text) {
        size_t length = strcspn(text, "\n"), indent = strspn(text, " ");
        bool one_word = indent >= length || !memchr(text + indent, ' ', length - indent);
        assert(one_word || columns_of_bytes(text, length) <= width);
        for (size_t i = 0; i < length; i++) assert((unsigned char)text[i] >= 0x20);
        text += length + (text[length] == '\n');
    }
}

static void wrap(struct arena *arena, const char *string, const struct paper *paper) {
    struct text text;
    text_init(&text, arena);
    paper_add_wrapped(&text, paper, string, 2);
    const char *wrapped = text_finish(&text);
    assert(wrapped);
    check_lines(wrapped, paper->width);
    text_init(&text, arena);
    paper_add_cut(&text, paper, string, 12);
    const char *cut = text_finish(&text);
    assert(cut && columns_of(cut) >= 11 && columns_of(cut) <= 13);
}

static void break_lines(struct arena *arena, const char *bytes, size_t size, unsigned width) {
    struct rich rich;
    struct rich_line line;
    size_t last = 0;
    rich_init(&rich, arena);
    rich_add(&rich, bytes, size, 0);
    for (size_t from = 0; rich_next_line(&rich, from, width, &line); from = line.next) {
        assert(line.next > from && line.from >= last && line.end >= line.from);
        assert(line.end <= rich.length);
        last = line.end;
    }
}

static void write_json(struct arena *arena, const char *bytes, size_t size) {
    struct text text;
    struct json json;
    text_init(&text, arena);
    json_to_text(&json, &text);
    json_bytes(&json, bytes, size);
    const char *written = text_finish(&text);
    assert(written && written[0] == '"' && written[text.length - 1] == '"');
    for (const char *cursor = written, *end = written + text.length; cursor < end;) {
        uint32_t point = columns_next_point(&cursor, end);
        assert(point != COLUMNS_INVALID && point >= 0x20);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena;
    setlocale(LC_CTYPE, "C.UTF-8");
    arena_init(&arena, NULL);
    const char *string = arena_copy(&arena, (const char *)data, size);
    struct paper wide = {.width = size ? 20 + data[0] % 100 : 40},
                 ascii = {.width = 30, .ascii = true};
    wrap(&arena, string, &wide);
    wrap(&arena, string, &ascii);
    break_lines(&arena, string, size, size ? 1 + data[0] % 60 : 10);
    write_json(&arena, string, size);
    arena_release(&arena);
    return 0;
}
