/* note - Markdown's lines become cells; see note.h. */
#include "ui/reader/note.h"

#include <string.h>

#include "engine/base/arena.h"
#include "ui/markdown.h"
#include "ui/reader/source.h"

/* Rows of the first match decide the role; strong and emphasis are added on top. */
static const struct {
    unsigned style;
    enum role role;
} roles[] = {
    {MARKDOWN_FRAME, ROLE_RULE},        {MARKDOWN_HEADING, ROLE_TITLE},
    {MARKDOWN_CODE, ROLE_CODE},         {MARKDOWN_LINK, ROLE_LINK},
    {MARKDOWN_QUOTE, ROLE_QUOTE},       {MARKDOWN_STRONG, ROLE_STRONG},
    {MARKDOWN_EMPHASIS, ROLE_EMPHASIS},
};

static struct style style_of(unsigned bits) {
    struct style style = {ROLE_TEXT, 0};
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        if (!(bits & roles[i].style)) continue;
        style.role = (uint8_t)roles[i].role;
        break;
    }
    if (bits & MARKDOWN_STRONG) style.bits |= LOOK_BOLD;
    if (bits & MARKDOWN_EMPHASIS) style.bits |= LOOK_ITALIC;
    return style;
}

static bool is_python(const struct markdown_line *line) {
    return line->language && strcmp(line->language, "python") == 0;
}

static void put_line(struct grid *page, const struct markdown_line *line, int margin) {
    int y = grid_add_row(page), x = margin;
    for (size_t i = 0; i < line->run_count; i++) {
        const struct markdown_run *run = &line->runs[i];
        if (is_python(line) && run->style & MARKDOWN_CODE && !(run->style & MARKDOWN_FRAME))
            x = source_put(page, y, x, page->width, run->text, run->length, 0);
        else
            x = grid_put_bytes(page, y, x, page->width, run->text, run->length,
                               style_of(run->style));
    }
}

static void put_part(struct grid *page, struct arena *arena, struct slice_of_note part,
                     int margin) {
    if (part.length == 0) return;
    struct markdown_options options = {
        .width = (unsigned)(page->width - 2 * margin), .ascii = page->ascii, .wrap_code = true};
    struct markdown_page lines;
    if (page->height > 0) grid_add_row(page);
    if (!markdown_layout(arena, part.text, part.length, &options, &lines)) return;
    for (size_t i = 0; i < lines.count; i++) put_line(page, &lines.lines[i], margin);
}

void note_build(struct grid *page, const struct lesson *lesson, size_t step, int width) {
    struct arena arena;
    int margin = width >= 30 ? 1 : 0;
    grid_resize(page, 0, width);
    if (width <= 0) return;
    arena_init(&arena, NULL);
    if (step == 0) put_part(page, &arena, lesson_intro(lesson), margin);
    put_part(page, &arena, step_section(lesson, lesson->steps[step]), margin);
    if (step + 1 == lesson->step_count) put_part(page, &arena, lesson_scale(lesson), margin);
    arena_release(&arena);
}
