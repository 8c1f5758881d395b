/* listing_text - see listing_text.h. */
#include "ui/listing_text.h"

#include <string.h>

#include "ui/columns.h"
#include "ui/python.h"

enum { DEEPER = 4, MARK = 2, ROOM_LEAST = 12 }; /* columns; MARK: of " \" */

static size_t blanks(const char *at, const char *end) {
    size_t count = 0;
    while (at + count < end && at[count] == ' ') count++;
    return count;
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* ---- where code may go on ------------------------------------------------------------------- */

/* Best before a word, next before the dot of an attribute, then behind a bracket. */
enum place { PLACE_NONE, PLACE_BRACKET, PLACE_DOT, PLACE_WORD, PLACES };

static enum place place_before(const char *at, const char *end) {
    if (at[-1] == ' ') return *at == ' ' ? PLACE_NONE : PLACE_WORD;
    if (*at == '.' && at + 1 < end && is_letter(at[1])) return PLACE_DOT;
    return strchr("([{", at[-1]) ? PLACE_BRACKET : PLACE_NONE;
}

/* How many bytes of the code that does not fit one row's room go on this one. The last word that
 * fits begins the next, but not where that leaves most of the row empty. */
static size_t code_that_fits(const char *code, const char *end, unsigned room) {
    size_t last[PLACES] = {0};
    enum python_kind kind;
    for (const char *at = code; at < end; at += python_next(at, end, &kind)) {
        size_t before = (size_t)(at - code);
        if (columns_of_bytes(code, before) + MARK > room) break;
        if (before) last[place_before(at, end)] = before;
    }
    if (last[PLACE_WORD] * 2 >= room) return last[PLACE_WORD];
    for (int place = PLACE_DOT; place >= PLACE_BRACKET; place--)
        if (last[place] > last[PLACE_WORD]) return last[place];
    if (last[PLACE_WORD]) return last[PLACE_WORD];
    return columns_fit(code, (size_t)(end - code), room - MARK);
}

/* ---- strings that are too wide ----------------------------------------------------------------
 */

/* How much of a string's inside goes in one part: up to a blank, dot or slash that fits, or as much
 * as fits. */
static size_t part_that_fits(const char *inside, size_t length, unsigned room) {
    size_t fits = columns_fit(inside, length, room), part = fits;
    if (fits == length) return length;
    while (part > 0 && !strchr(" ./", inside[part])) part--;
    return part ? part : fits;
}

/* A plain string as several with blanks between, which Python takes for one: 'a.b' as 'a' '.b'. */
static void add_parts(struct text *out, const char *string, size_t length, unsigned room) {
    const char *inside = string + 1, *end = string + length - 1;
    while (inside < end) {
        size_t part = part_that_fits(inside, (size_t)(end - inside), room);
        text_format(out, "%s%c%.*s%c", inside == string + 1 ? "" : " ", *string, (int)part, inside,
                    *string);
        inside += part;
    }
}

/* Strings with escapes, with a letter before them, or without an end are left alone. */
static bool is_plain_string(const char *code, const char *string, size_t length) {
    if (string > code && is_letter(string[-1])) return false;
    return length > 1 && string[length - 1] == *string && !memchr(string, '\\', length);
}

/* The code with its plain strings of more than `room` columns in parts; as it is where there are
 * none. */
static void split_strings(struct text *out, const char *code, const char *end, unsigned room) {
    enum { QUOTES = 2 };
    for (const char *at = code; at < end;) {
        enum python_kind kind;
        size_t length = python_next(at, end, &kind);
        if (kind == PYTHON_STRING && columns_of_bytes(at, length) > room &&
            is_plain_string(code, at, length))
            add_parts(out, at, length, room - QUOTES);
        else
            text_add_bytes(out, at, length);
        at += length;
    }
}

/* ---- rows ----------------------------------------------------------------------------------- */

/* A line being put on paper. */
struct rows {
    struct text *out;
    const struct paper *paper;
    unsigned indent, hang; /* columns: where the line begins, and its later rows behind that */
};

static unsigned room_behind(const struct rows *rows, unsigned columns) {
    unsigned used = rows->indent + columns;
    return rows->paper->width > used + ROOM_LEAST ? rows->paper->width - used : ROOM_LEAST;
}

static void next_row(const struct rows *rows) {
    text_add_char(rows->out, '\n');
    paper_add_fill(rows->out, ' ', rows->indent + rows->hang);
}

/* Returns the columns that its last row has. */
static unsigned add_rows(const struct rows *rows, const char *code, const char *end,
                         unsigned lead) {
    unsigned used = 0;
    while (columns_of_bytes(code, (size_t)(end - code)) > room_behind(rows, used)) {
        size_t skipped = used ? 0 : lead;
        size_t taken = skipped + code_that_fits(code + skipped, end,
                                                room_behind(rows, used + (unsigned)skipped));
        size_t shown = taken;
        while (shown > skipped && code[shown - 1] == ' ') shown--;
        paper_add_bytes(rows->out, rows->paper, code, shown);
        text_add(rows->out, " \\");
        next_row(rows);
        used = rows->hang;
        code += taken;
    }
    paper_add_bytes(rows->out, rows->paper, code, (size_t)(end - code));
    return used + columns_of_bytes(code, (size_t)(end - code));
}

/* A string that is wider than a row is put into parts before, with room for a comma behind. */
static unsigned add_code(struct rows *rows, const char *code, const char *end, unsigned lead) {
    unsigned half = room_behind(rows, 0) / 2;
    rows->hang = lead + DEEPER < half ? lead + DEEPER : half;
    struct text parts;
    text_init(&parts, rows->out->arena);
    split_strings(&parts, code, end, room_behind(rows, rows->hang) - MARK - 1);
    const char *whole = text_finish_part(&parts, rows->out);
    if (!whole) return 0;
    return add_rows(rows, whole, whole + parts.length, lead);
}

/* The words of a comment that fit; one that is wider than a row is broken. */
static size_t words_that_fit(const char *comment, const char *end, unsigned room) {
    size_t fits = columns_fit(comment, (size_t)(end - comment), room);
    if (comment + fits == end || comment[fits] == ' ') return fits;
    size_t words = fits;
    while (words > 0 && comment[words - 1] != ' ') words--;
    while (words > 0 && comment[words - 1] == ' ') words--;
    return words > 1 ? words : fits; /* 1: the "#" alone */
}

static void add_comment(struct rows *rows, const char *comment, const char *end) {
    unsigned room = room_behind(rows, rows->hang), mark = 0;
    while (comment < end) {
        if (mark) next_row(rows);
        if (mark) text_add(rows->out, "# ");
        size_t taken = words_that_fit(comment, end, room - mark);
        paper_add_bytes(rows->out, rows->paper, comment, taken);
        comment += taken;
        comment += blanks(comment, end);
        mark = 2;
    }
}

/* ---- all ------------------------------------------------------------------------------------ */

/* Where the comment of a line begins; its end where it has none. */
static const char *find_comment(const char *line, const char *end) {
    enum python_kind kind = PYTHON_PLAIN;
    while (line < end) {
        size_t length = python_next(line, end, &kind);
        if (kind == PYTHON_COMMENT) break;
        line += length;
    }
    return line;
}

/* A comment behind code keeps its place where it fits, and else has rows of its own. */
static void add_wide(struct rows *rows, const char *line, const char *end) {
    const char *comment = find_comment(line, end), *code = comment;
    unsigned lead = (unsigned)blanks(line, end);
    while (code > line && code[-1] == ' ') code--;
    if (code == line) {
        paper_add_fill(rows->out, ' ', lead);
        rows->hang = lead;
        add_comment(rows, comment, end);
        return;
    }
    unsigned used = add_code(rows, line, code, lead);
    unsigned rest = columns_of_bytes(code, (size_t)(end - code));
    if (rest == 0) return;
    if (rest <= room_behind(rows, used)) {
        paper_add_bytes(rows->out, rows->paper, code, (size_t)(end - code));
        return;
    }
    rows->hang = lead;
    next_row(rows);
    add_comment(rows, comment, end);
}

void listing_text_add(struct text *out, const struct paper *paper, const char *line, size_t length,
                      unsigned indent) {
    struct rows rows = {.out = out, .paper = paper, .indent = indent};
    if (paper->loose || columns_of_bytes(line, length) <= room_behind(&rows, 0))
        paper_add_bytes(out, paper, line, length);
    else
        add_wide(&rows, line, line + length);
    text_add_char(out, '\n');
}
