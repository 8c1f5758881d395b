/* html_source - Python as HTML: see html.h. data/page.css has the colours, and tells the kinds
 * apart without them too: keywords are bold, comments slanted. */
#include <stdbool.h>
#include <string.h>

#include "ui/html.h"
#include "ui/python.h"

static void add_line(struct text *out, const char *line, const char *end) {
    static const char *const classes[] = {
        [PYTHON_KEYWORD] = "keyword", [PYTHON_STRING] = "string", [PYTHON_COMMENT] = "comment"};
    while (line < end) {
        enum python_kind kind;
        size_t length = python_next(line, end, &kind);
        bool marked = kind != PYTHON_PLAIN;
        if (marked) text_format(out, "<span class=\"%s\">", classes[kind]);
        html_add_bytes(out, line, length);
        if (marked) text_add(out, "</span>");
        line += length;
    }
}

void html_add_python(struct text *out, const char *source, size_t length) {
    for (const char *end = source + length; source < end;) {
        const char *newline = memchr(source, '\n', (size_t)(end - source));
        add_line(out, source, newline ? newline : end);
        if (newline) text_add_char(out, '\n');
        source = newline ? newline + 1 : end;
    }
}
