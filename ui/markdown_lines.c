/* markdown_lines - see markdown_lines.h. */
#include "ui/markdown_lines.h"

#include <stdio.h>
#include <string.h>

#include "ui/columns.h"

enum { LEAST_WIDTH = 8, LEAST_ROOM = 4 };

void lines_init(struct markdown_lines *lines, struct arena *arena,
                const struct markdown_options *options) {
    *lines = (struct markdown_lines){.arena = arena, .options = options};
}

/* ---- containers --------------------------------------------------------------------------- */

static void open_container(struct markdown_lines *lines, struct markdown_container container) {
    if (lines->depth < CONTAINERS_MOST) lines->containers[lines->depth] = container;
    lines->depth++;
}

/* The blank line before a quote stands outside of it. */
void lines_open_quote(struct markdown_lines *lines) {
    lines_begin_block(lines);
    lines->wants_blank = false;
    open_container(lines, (struct markdown_container){.quote = true});
}

void lines_open_item(struct markdown_lines *lines, const char *bullet) {
    struct markdown_container container = {.quote = false};
    lines_begin_block(lines);
    lines->wants_blank = false;
    snprintf(container.bullet, sizeof container.bullet, "%s", bullet);
    open_container(lines, container);
}

void lines_close(struct markdown_lines *lines) {
    if (lines->depth > 0) lines->depth--;
}

static unsigned drawn_depth(const struct markdown_lines *lines) {
    return lines->depth < CONTAINERS_MOST ? lines->depth : CONTAINERS_MOST;
}

static const char *quote_bar(const struct markdown_lines *lines) {
    return lines->options->ascii ? "| " : "│ ";
}

static bool in_quote(const struct markdown_lines *lines) {
    for (unsigned i = 0; i < drawn_depth(lines); i++)
        if (lines->containers[i].quote) return true;
    return false;
}

/* Bars and bullets before a line. A bullet is drawn once, then stands as blanks. */
static void add_prefix(struct markdown_lines *lines, struct rich *row) {
    for (unsigned i = 0; i < drawn_depth(lines); i++) {
        struct markdown_container *container = &lines->containers[i];
        if (container->quote) {
            rich_add_string(row, quote_bar(lines), MARKDOWN_FRAME | MARKDOWN_QUOTE);
            continue;
        }
        unsigned columns = columns_of(container->bullet);
        rich_add_string(row, container->bullet, MARKDOWN_FRAME);
        memset(container->bullet, ' ', columns);
        container->bullet[columns] = '\0';
    }
}

unsigned lines_room(const struct markdown_lines *lines) {
    unsigned width = lines->options->width < LEAST_WIDTH ? LEAST_WIDTH : lines->options->width;
    unsigned used = 0;
    for (unsigned i = 0; i < drawn_depth(lines); i++)
        used += lines->containers[i].quote ? 2 : columns_of(lines->containers[i].bullet);
    return width > used + LEAST_ROOM ? width - used : LEAST_ROOM;
}

/* ---- lines -------------------------------------------------------------------------------- */

static struct markdown_line *new_line(struct markdown_lines *lines) {
    if (lines->count == lines->capacity) {
        size_t more = lines->capacity ? lines->capacity * 2 : 64;
        struct markdown_line *list =
            arena_grow(lines->arena, lines->list, lines->capacity, more, sizeof *list);
        if (!list) lines->failed = true;
        if (!list) return NULL;
        lines->list = list;
        lines->capacity = more;
    }
    return &lines->list[lines->count++];
}

static size_t count_runs(const struct rich *row) {
    size_t count = row->length > 0;
    for (size_t i = 1; i < row->length; i++) count += row->styles[i] != row->styles[i - 1];
    return count;
}

/* Cuts a row where its style changes. */
static bool cut_runs(struct arena *arena, const struct rich *row, struct markdown_line *line) {
    line->run_count = count_runs(row);
    struct markdown_run *runs = arena_array(arena, line->run_count + 1, sizeof *runs);
    if (!runs) return false;
    line->runs = runs;
    for (size_t start = 0, at = 0; start < row->length; start = at) {
        while (at < row->length && row->styles[at] == row->styles[start]) at++;
        *runs = (struct markdown_run){row->bytes + start, at - start,
                                      columns_of_bytes(row->bytes + start, at - start),
                                      row->styles[start]};
        line->columns += runs++->columns;
    }
    return true;
}

static void put_row(struct markdown_lines *lines, struct markdown_line like, struct rich *row) {
    while (row->length > 0 && row->bytes[row->length - 1] == ' ') row->length--;
    like.block = lines->block;
    if (row->failed || !cut_runs(lines->arena, row, &like)) {
        lines->failed = true;
        return;
    }
    struct markdown_line *line = new_line(lines);
    if (line) *line = like;
}

void lines_put(struct markdown_lines *lines, struct markdown_line like, const struct rich *content,
               size_t from, size_t end) {
    struct rich row;
    if (content->failed) lines->failed = true;
    rich_init(&row, lines->arena);
    add_prefix(lines, &row);
    rich_add_piece(&row, content, from, end, in_quote(lines) ? MARKDOWN_QUOTE : 0);
    put_row(lines, like, &row);
}

void lines_begin_block(struct markdown_lines *lines) {
    if (lines->wants_blank && lines->count > 0) {
        struct rich nothing;
        rich_init(&nothing, lines->arena);
        lines_put(lines, (struct markdown_line){.kind = MARKDOWN_LINE_BLANK}, &nothing, 0, 0);
    }
    lines->block++;
}

void lines_put_wrapped(struct markdown_lines *lines, struct markdown_line like,
                       const struct rich *content) {
    struct rich_line line;
    unsigned room = lines_room(lines);
    for (size_t from = 0; rich_next_line(content, from, room, &line); from = line.next)
        lines_put(lines, like, content, line.from, line.end);
}
