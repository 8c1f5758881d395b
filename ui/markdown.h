/* markdown - a note becomes styled lines of a given width.
 *
 * The reader's note pane, plain mode and the text export show the same lines; each knows how to
 * show a style. Paragraphs, headings, lists, quotes and tables are wrapped to the width; code stays
 * as it is, line by line, unless asked otherwise. HTML comments are left out: they mark the steps.
 *
 * The parser under it (md4c 0.4.8) is not safe on hostile input: give it the compiled-in notes
 * only. */
#ifndef UI_MARKDOWN_H
#define UI_MARKDOWN_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/arena.h"

enum markdown_style {
    MARKDOWN_STRONG = 1 << 0,
    MARKDOWN_EMPHASIS = 1 << 1,
    MARKDOWN_CODE = 1 << 2, /* inline, and every run of a code block */
    MARKDOWN_HEADING = 1 << 3,
    MARKDOWN_QUOTE = 1 << 4,
    MARKDOWN_LINK = 1 << 5,
    MARKDOWN_FRAME = 1 << 6 /* drawn by us: bullets, bars of quotes, rules of tables */
};

/* A piece of a line in one style. Not NUL-terminated; lives in the arena. */
struct markdown_run {
    const char *text;
    size_t length;    /* bytes */
    unsigned columns; /* cells on the terminal */
    unsigned style;   /* enum markdown_style, or'ed */
};

enum markdown_line_kind {
    MARKDOWN_LINE_BLANK,
    MARKDOWN_LINE_TEXT,
    MARKDOWN_LINE_HEADING,
    MARKDOWN_LINE_LIST,
    MARKDOWN_LINE_QUOTE,
    MARKDOWN_LINE_CODE,
    MARKDOWN_LINE_TABLE,
    MARKDOWN_LINE_RULE
};

struct markdown_line {
    enum markdown_line_kind kind;
    unsigned level;       /* of a heading: 1 to 6 */
    const char *language; /* of a code block: "python"; "" where it names none; else NULL */
    const struct markdown_run *runs;
    size_t run_count;
    unsigned columns; /* of all runs */
    unsigned block;   /* number of the paragraph, heading, ... it comes from: the same at every
                         width, so a place in the note survives a change of width */
};

struct markdown_page {
    const struct markdown_line *lines;
    size_t count;
};

struct markdown_options {
    unsigned width; /* columns; below 8 is taken as 8 */
    bool ascii;     /* draw frames with ASCII only */
    bool wrap_code; /* break code lines that are wider than the page */
    bool plain;     /* no style can be seen: code keeps its quotes, headings are underlined */
};

/* Lays Markdown out. Lines and runs live in the arena. False when there is no memory. */
bool markdown_layout(struct arena *arena, const char *source, size_t length,
                     const struct markdown_options *options, struct markdown_page *page);

#endif
