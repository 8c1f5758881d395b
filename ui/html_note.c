/* html_note - a part of a note as HTML: see html.h. md4c calls back, and each block and span has
 * its element in a table. */
#include <md4c.h>
#include <string.h>

#include "ui/html.h"

/* ---- escaping ------------------------------------------------------------------------------ */

void html_add_bytes(struct text *out, const char *bytes, size_t length) {
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        if (byte == '&')
            text_add(out, "&amp;");
        else if (byte == '<')
            text_add(out, "&lt;");
        else if (byte == '>')
            text_add(out, "&gt;");
        else if (byte == '"')
            text_add(out, "&quot;");
        else if ((byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7F)
            text_add_char(out, '?');
        else
            text_add_char(out, bytes[i]);
    }
}

void html_add(struct text *out, const char *string) {
    html_add_bytes(out, string, strlen(string));
}

/* ---- notes --------------------------------------------------------------------------------- */

struct rendering {
    struct text *out;
    unsigned deeper;
    bool hidden;               /* inside an HTML block: the comments that mark the steps */
    bool python;               /* inside a code block of that language */
    size_t head, head_content; /* where the cell of a table's head begins, and what is in it */
};

static const char *const elements[] = {
    [MD_BLOCK_QUOTE] = "blockquote",
    [MD_BLOCK_UL] = "ul",
    [MD_BLOCK_OL] = "ol",
    [MD_BLOCK_LI] = "li",
    [MD_BLOCK_P] = "p",
    [MD_BLOCK_THEAD] = "thead",
    [MD_BLOCK_TBODY] = "tbody",
    [MD_BLOCK_TR] = "tr",
    [MD_BLOCK_TD] = "td",
};

static unsigned heading_level(const struct rendering *rendering, const void *detail) {
    unsigned level = ((const MD_BLOCK_H_DETAIL *)detail)->level + rendering->deeper;
    return level > 6 ? 6 : level;
}

/* A cell of a column that the note sets to the right. */
static bool is_number(const void *detail) {
    return ((const MD_BLOCK_TD_DETAIL *)detail)->align == MD_ALIGN_RIGHT;
}

static void begin_head(struct rendering *rendering, const void *detail) {
    rendering->head = rendering->out->length;
    text_add(rendering->out,
             is_number(detail) ? "<th scope=\"col\" class=\"number\">" : "<th scope=\"col\">");
    rendering->head_content = rendering->out->length;
}

/* A head without words would be read aloud as one. */
static void end_head(struct rendering *rendering) {
    if (rendering->out->length > rendering->head_content) {
        text_add(rendering->out, "</th>\n");
        return;
    }
    text_cut(rendering->out, rendering->head);
    text_add(rendering->out, "<td></td>\n");
}

static bool is_python(const void *detail) {
    const MD_ATTRIBUTE *language = &((const MD_BLOCK_CODE_DETAIL *)detail)->lang;
    return language->size == 6 && memcmp(language->text, "python", 6) == 0;
}

static int enter_block(MD_BLOCKTYPE type, void *detail, void *context) {
    struct rendering *rendering = context;
    struct text *out = rendering->out;
    if (type == MD_BLOCK_HTML)
        rendering->hidden = true;
    else if (type == MD_BLOCK_H)
        text_format(out, "<h%u>", heading_level(rendering, detail));
    else if (type == MD_BLOCK_CODE) {
        rendering->python = is_python(detail);
        text_add(out, "<pre tabindex=\"0\"><code>");
    } else if (type == MD_BLOCK_TABLE)
        text_add(out, "<div class=\"wide\" tabindex=\"0\"><table>");
    else if (type == MD_BLOCK_HR)
        text_add(out, "<hr>\n");
    else if (type == MD_BLOCK_TH)
        begin_head(rendering, detail);
    else if (type == MD_BLOCK_TD && is_number(detail))
        text_add(out, "<td class=\"number\">");
    else if ((size_t)type < sizeof elements / sizeof *elements && elements[type])
        text_format(out, "<%s>", elements[type]);
    return out->failed;
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *context) {
    struct rendering *rendering = context;
    struct text *out = rendering->out;
    if (type == MD_BLOCK_HTML)
        rendering->hidden = false;
    else if (type == MD_BLOCK_H)
        text_format(out, "</h%u>\n", heading_level(rendering, detail));
    else if (type == MD_BLOCK_CODE) {
        rendering->python = false;
        text_add(out, "</code></pre>\n");
    } else if (type == MD_BLOCK_TABLE)
        text_add(out, "</table></div>\n");
    else if (type == MD_BLOCK_TH)
        end_head(rendering);
    else if ((size_t)type < sizeof elements / sizeof *elements && elements[type])
        text_format(out, "</%s>\n", elements[type]);
    return out->failed;
}

static const char *span_element(MD_SPANTYPE type) {
    return type == MD_SPAN_EM       ? "em"
           : type == MD_SPAN_STRONG ? "strong"
           : type == MD_SPAN_CODE   ? "code"
                                    : NULL;
}

static int enter_span(MD_SPANTYPE type, void *detail, void *context) {
    struct text *out = ((struct rendering *)context)->out;
    if (span_element(type)) text_format(out, "<%s>", span_element(type));
    if (type == MD_SPAN_A) {
        const MD_ATTRIBUTE *href = &((const MD_SPAN_A_DETAIL *)detail)->href;
        text_add(out, "<a href=\"");
        html_add_bytes(out, href->text, href->size);
        text_add(out, "\">");
    }
    return out->failed;
}

static int leave_span(MD_SPANTYPE type, void *detail, void *context) {
    struct text *out = ((struct rendering *)context)->out;
    (void)detail;
    if (span_element(type)) text_format(out, "</%s>", span_element(type));
    if (type == MD_SPAN_A) text_add(out, "</a>");
    return out->failed;
}

static int add_text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE size, void *context) {
    struct rendering *rendering = context;
    struct text *out = rendering->out;
    if (rendering->hidden || type == MD_TEXT_HTML) return 0;
    if (type == MD_TEXT_BR)
        text_add(out, "<br>\n");
    else if (type == MD_TEXT_SOFTBR)
        text_add_char(out, '\n');
    else if (type == MD_TEXT_ENTITY)
        text_add_bytes(out, text, size); /* already HTML */
    else if (rendering->python)          /* md4c gives a block of code line by line */
        html_add_python(out, text, size);
    else
        html_add_bytes(out, text, size);
    return out->failed;
}

bool html_add_note(struct text *out, struct slice_of_note note, unsigned deeper) {
    struct rendering rendering = {.out = out, .deeper = deeper};
    const MD_PARSER parser = {
        .flags = MD_FLAG_TABLES,
        .enter_block = enter_block,
        .leave_block = leave_block,
        .enter_span = enter_span,
        .leave_span = leave_span,
        .text = add_text,
    };
    return md_parse(note.text, (MD_SIZE)note.length, &parser, &rendering) == 0 && !out->failed;
}
