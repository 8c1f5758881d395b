/* markdown - see markdown.h.
 *
 * md4c calls back while it parses: blocks open and close, spans open and close, text comes in
 * pieces. Text is gathered in a rich until its block closes, and is then put on the page:
 *
 *     enter P   text "Use "  enter CODE  text "exists()"  leave CODE  leave P -> lines_put_wrapped
 *
 * A callback that returns other than 0 ends the parse; that happens only for want of memory. */
#include "ui/markdown.h"

#include <md4c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/columns.h"
#include "ui/markdown_lines.h"

enum { LISTS_MOST = 16 };

struct list_numbering {
    bool numbered, tight;
    unsigned next;
};

struct parse {
    struct markdown_lines lines;
    struct rich text; /* of the block that is open */
    unsigned span_style;
    unsigned strong, emphasis, link; /* how many of each are open */
    bool html;                       /* inside a block of HTML: nothing of it is shown */
    const char *language;
    struct list_numbering lists[LISTS_MOST];
    unsigned list_depth;
    struct markdown_table table;
};

/* ---- blocks that are text ----------------------------------------------------------------- */

static void put_paragraph(struct parse *parse, enum markdown_line_kind kind) {
    if (parse->text.length == 0) return;
    lines_begin_block(&parse->lines);
    lines_put_wrapped(&parse->lines, (struct markdown_line){.kind = kind}, &parse->text);
    rich_reset(&parse->text);
    parse->lines.wants_blank = true;
}

static enum markdown_line_kind kind_of_paragraph(const struct parse *parse) {
    if (parse->list_depth > 0) return MARKDOWN_LINE_LIST;
    return parse->lines.depth > 0 ? MARKDOWN_LINE_QUOTE : MARKDOWN_LINE_TEXT;
}

/* Where bold cannot be seen, a line under the heading says what it is. */
static void underline(struct parse *parse, unsigned level, unsigned columns) {
    struct rich rule;
    rich_init(&rule, parse->lines.arena);
    rich_add_fill(&rule, level == 1 ? '=' : '-', columns, MARKDOWN_FRAME);
    lines_put(&parse->lines, (struct markdown_line){.kind = MARKDOWN_LINE_RULE}, &rule, 0,
              rule.length);
}

static void put_heading(struct parse *parse, unsigned level) {
    struct markdown_line like = {.kind = MARKDOWN_LINE_HEADING, .level = level};
    lines_begin_block(&parse->lines);
    for (size_t i = 0; i < parse->text.length; i++) parse->text.styles[i] = MARKDOWN_HEADING;
    lines_put_wrapped(&parse->lines, like, &parse->text);
    unsigned columns = rich_widest_line(&parse->text), room = lines_room(&parse->lines);
    if (parse->lines.options->plain && level <= 2)
        underline(parse, level, columns < room ? columns : room);
    rich_reset(&parse->text);
    parse->lines.wants_blank = true;
}

/* How much of a code line goes on this row: up to a blank when there is one, else up to where a
 * bracket opens or a comma parts, else what fits. */
static size_t code_fit(const struct rich *text, size_t from, size_t end, unsigned room) {
    const char *start = text->bytes + from;
    size_t fit = columns_fit(start, end - from, room), blank = fit;
    if (from + fit == end) return fit;
    while (blank > fit / 2 && start[blank] != ' ') blank--;
    if (blank > fit / 2) return blank;
    for (size_t behind = fit; behind > fit / 2; behind--)
        if (memchr("([{,", start[behind - 1], 4)) return behind;
    return fit ? fit : 1;
}

/* A code line as it is, or wrapped to the page: then what follows stands two columns further in
 * than the line itself, and of a deep indentation only so much is left that the code has room. */
static void put_code_line(struct parse *parse, size_t from, size_t end, unsigned indent) {
    struct markdown_line like = {.kind = MARKDOWN_LINE_CODE, .language = parse->language};
    const bool wrap = parse->lines.options->wrap_code;
    unsigned width = lines_room(&parse->lines), inner = 0;
    while (from + inner < end && parse->text.bytes[from + inner] == ' ') inner++;
    if (wrap && inner > width / 2 && end - from > width - indent) from += inner - width / 4;
    for (bool first = true; first || from < end; first = false) {
        struct rich row;
        unsigned hang = indent + (first ? 0 : (inner < width / 4 ? inner : width / 4) + 2);
        unsigned room = width > hang + 4 ? width - hang : 4;
        size_t fit = wrap ? code_fit(&parse->text, from, end, room) : end - from;
        rich_init(&row, parse->lines.arena);
        rich_add_fill(&row, ' ', hang, 0);
        rich_add_piece(&row, &parse->text, from, from + fit, MARKDOWN_CODE);
        lines_put(&parse->lines, like, &row, 0, row.length);
        for (from += fit; wrap && from < end && parse->text.bytes[from] == ' ';) from++;
    }
}

static void put_code(struct parse *parse) {
    unsigned indent = parse->lines.options->width < 60 ? 2 : 4;
    lines_begin_block(&parse->lines);
    for (size_t from = 0; from < parse->text.length;) {
        const char *start = parse->text.bytes + from;
        const char *stop = memchr(start, '\n', parse->text.length - from);
        size_t end = stop ? from + (size_t)(stop - start) : parse->text.length;
        put_code_line(parse, from, end, indent);
        from = end + 1;
    }
    rich_reset(&parse->text);
    parse->lines.wants_blank = true;
}

static void put_break(struct parse *parse) {
    struct rich rule;
    lines_begin_block(&parse->lines);
    rich_init(&rule, parse->lines.arena);
    for (unsigned i = lines_room(&parse->lines); i > 0; i--)
        rich_add_string(&rule, parse->lines.options->ascii ? "-" : "─", MARKDOWN_FRAME);
    lines_put(&parse->lines, (struct markdown_line){.kind = MARKDOWN_LINE_RULE}, &rule, 0,
              rule.length);
    parse->lines.wants_blank = true;
}

/* ---- lists -------------------------------------------------------------------------------- */

static struct list_numbering *innermost_list(struct parse *parse) {
    unsigned depth = parse->list_depth < LISTS_MOST ? parse->list_depth : LISTS_MOST;
    return depth ? &parse->lists[depth - 1] : NULL;
}

static void open_list(struct parse *parse, struct list_numbering numbering) {
    put_paragraph(parse, kind_of_paragraph(parse)); /* the text of a tight item around it */
    if (parse->list_depth > 0) parse->lines.wants_blank = false;
    if (parse->list_depth < LISTS_MOST) parse->lists[parse->list_depth] = numbering;
    parse->list_depth++;
}

static void open_item(struct parse *parse) {
    struct list_numbering *list = innermost_list(parse);
    char bullet[16];
    if (list && list->numbered)
        snprintf(bullet, sizeof bullet, "%u. ", list->next++);
    else
        snprintf(bullet, sizeof bullet, "%s", parse->lines.options->ascii ? "- " : "• ");
    lines_open_item(&parse->lines, bullet);
}

static void close_item(struct parse *parse) {
    const struct list_numbering *list = innermost_list(parse);
    put_paragraph(parse, MARKDOWN_LINE_LIST);
    lines_close(&parse->lines);
    parse->lines.wants_blank = list && !list->tight;
}

static void close_list(struct parse *parse) {
    if (parse->list_depth > 0) parse->list_depth--;
    parse->lines.wants_blank = parse->list_depth == 0;
}

/* ---- tables ------------------------------------------------------------------------------- */

static void keep_cell(struct parse *parse, const MD_BLOCK_TD_DETAIL *detail) {
    struct markdown_table *table = &parse->table;
    if (table->count == table->capacity) {
        size_t more = table->capacity ? table->capacity * 2 : 32;
        struct markdown_cell *cells =
            arena_grow(parse->lines.arena, table->cells, table->capacity, more, sizeof *cells);
        if (!cells) parse->lines.failed = true;
        if (!cells) return;
        table->cells = cells;
        table->capacity = more;
    }
    table->cells[table->count++] = (struct markdown_cell){
        .text = parse->text,
        .align = detail->align == MD_ALIGN_RIGHT    ? CELL_RIGHT
                 : detail->align == MD_ALIGN_CENTER ? CELL_CENTER
                                                    : CELL_LEFT,
    };
    rich_reset(&parse->text);
}

/* ---- md4c's callbacks --------------------------------------------------------------------- */

static char *copy_attribute(struct parse *parse, const MD_ATTRIBUTE *attribute) {
    char *copy = arena_copy(parse->lines.arena, attribute->text, attribute->size);
    if (!copy) parse->lines.failed = true;
    return copy;
}

static int enter_block(MD_BLOCKTYPE type, void *detail, void *context) {
    struct parse *parse = context;
    switch (type) {
    case MD_BLOCK_QUOTE: lines_open_quote(&parse->lines); break;
    case MD_BLOCK_UL:
        open_list(parse, (struct list_numbering){
                             .tight = ((const MD_BLOCK_UL_DETAIL *)detail)->is_tight != 0});
        break;
    case MD_BLOCK_OL: {
        const MD_BLOCK_OL_DETAIL *list = detail;
        open_list(parse, (struct list_numbering){true, list->is_tight != 0, list->start});
        break;
    }
    case MD_BLOCK_LI: open_item(parse); break;
    case MD_BLOCK_CODE:
        put_paragraph(parse, kind_of_paragraph(parse));
        parse->language = copy_attribute(parse, &((const MD_BLOCK_CODE_DETAIL *)detail)->lang);
        break;
    case MD_BLOCK_HTML: parse->html = true; break;
    case MD_BLOCK_TABLE:
        parse->table =
            (struct markdown_table){.columns = ((const MD_BLOCK_TABLE_DETAIL *)detail)->col_count};
        break;
    case MD_BLOCK_TH: parse->span_style |= MARKDOWN_STRONG; break;
    default: break;
    }
    return parse->lines.failed;
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *context) {
    struct parse *parse = context;
    switch (type) {
    case MD_BLOCK_P: put_paragraph(parse, kind_of_paragraph(parse)); break;
    case MD_BLOCK_H: put_heading(parse, ((const MD_BLOCK_H_DETAIL *)detail)->level); break;
    case MD_BLOCK_CODE: put_code(parse); break;
    case MD_BLOCK_HR: put_break(parse); break;
    case MD_BLOCK_HTML: parse->html = false; break;
    case MD_BLOCK_QUOTE:
        lines_close(&parse->lines);
        parse->lines.wants_blank = true;
        break;
    case MD_BLOCK_LI: close_item(parse); break;
    case MD_BLOCK_UL:
    case MD_BLOCK_OL: close_list(parse); break;
    case MD_BLOCK_TH:
        parse->span_style &= ~(unsigned)MARKDOWN_STRONG;
        keep_cell(parse, detail);
        break;
    case MD_BLOCK_TD: keep_cell(parse, detail); break;
    case MD_BLOCK_TABLE:
        lines_begin_block(&parse->lines);
        lines_put_table(&parse->lines, &parse->table);
        parse->lines.wants_blank = true;
        break;
    default: break;
    }
    return parse->lines.failed;
}

static unsigned style_now(const struct parse *parse) {
    return parse->span_style | (parse->strong ? MARKDOWN_STRONG : 0) |
           (parse->emphasis ? MARKDOWN_EMPHASIS : 0) | (parse->link ? MARKDOWN_LINK : 0);
}

/* Where styles cannot be seen, code keeps its quotes. */
static void mark_code(struct parse *parse) {
    if (parse->lines.options->plain) rich_add_string(&parse->text, "`", style_now(parse));
}

static int enter_span(MD_SPANTYPE type, void *detail, void *context) {
    struct parse *parse = context;
    (void)detail;
    if (type == MD_SPAN_EM) parse->emphasis++;
    if (type == MD_SPAN_STRONG) parse->strong++;
    if (type == MD_SPAN_A) parse->link++;
    if (type == MD_SPAN_CODE) {
        mark_code(parse);
        parse->span_style |= MARKDOWN_CODE;
    }
    return 0;
}

static int leave_span(MD_SPANTYPE type, void *detail, void *context) {
    struct parse *parse = context;
    (void)detail;
    if (type == MD_SPAN_EM) parse->emphasis--;
    if (type == MD_SPAN_STRONG) parse->strong--;
    if (type == MD_SPAN_A) parse->link--;
    if (type == MD_SPAN_CODE) {
        parse->span_style &= ~(unsigned)MARKDOWN_CODE;
        mark_code(parse);
    }
    return 0;
}

/* The few entities that notes may need; others stand as they were written. */
static void add_entity(struct parse *parse, const char *text, size_t size) {
    static const struct {
        const char *entity, *means;
    } known[] = {{"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&nbsp;", " "}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (size == strlen(known[i].entity) && memcmp(text, known[i].entity, size) == 0) {
            rich_add_string(&parse->text, known[i].means, style_now(parse));
            return;
        }
    rich_add(&parse->text, text, size, style_now(parse));
}

static int add_text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE size, void *context) {
    struct parse *parse = context;
    if (parse->html || type == MD_TEXT_HTML) return 0;
    if (type == MD_TEXT_BR)
        rich_add_string(&parse->text, "\n", 0);
    else if (type == MD_TEXT_SOFTBR)
        rich_add_string(&parse->text, " ", style_now(parse));
    else if (type == MD_TEXT_NULLCHAR)
        rich_add_string(&parse->text, "?", style_now(parse));
    else if (type == MD_TEXT_ENTITY)
        add_entity(parse, text, size);
    else
        rich_add(&parse->text, text, size, style_now(parse));
    return parse->text.failed;
}

bool markdown_layout(struct arena *arena, const char *source, size_t length,
                     const struct markdown_options *options, struct markdown_page *page) {
    struct parse parse = {0};
    const MD_PARSER parser = {
        .flags = MD_FLAG_TABLES,
        .enter_block = enter_block,
        .leave_block = leave_block,
        .enter_span = enter_span,
        .leave_span = leave_span,
        .text = add_text,
    };
    lines_init(&parse.lines, arena, options);
    rich_init(&parse.text, arena);
    int ended = md_parse(source, (MD_SIZE)length, &parser, &parse);
    *page = (struct markdown_page){parse.lines.list, parse.lines.count};
    return ended == 0 && !parse.lines.failed && !parse.text.failed;
}
