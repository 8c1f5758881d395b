/* paper - see paper.h. */
#include "ui/paper.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "ui/columns.h"

static unsigned width_of(int descriptor) {
    struct winsize size;
    if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return PAPER_WIDTH;
    if (size.ws_col < PAPER_LEAST) return PAPER_LEAST;
    return size.ws_col > PAPER_MOST ? PAPER_MOST : size.ws_col;
}

bool paper_is_terminal(FILE *file) {
    const char *term = getenv("TERM");
    return isatty(fileno(file)) && term && *term && strcmp(term, "dumb") != 0;
}

static bool is_set(const char *variable) {
    const char *value = getenv(variable);
    return value && *value;
}

/* Terminals known to have none; COLORTERM knows better. */
static bool has_colors(void) {
    static const char *const without[] = {"vt52",  "vt100",   "vt102",
                                          "vt220", "linux-m", "xterm-mono"};
    const char *term = getenv("TERM");
    if (is_set("COLORTERM")) return true;
    for (size_t i = 0; term && i < sizeof without / sizeof *without; i++)
        if (strcmp(term, without[i]) == 0) return false;
    return true;
}

struct paper paper_of(FILE *file) {
    bool terminal = paper_is_terminal(file);
    bool edged = isatty(fileno(file));
    return (struct paper){
        .width = edged ? width_of(fileno(file)) : PAPER_WIDTH,
        .loose = !edged,
        .ascii = !columns_locale_is_utf8(),
        .styled = terminal,
        .colored = terminal && !is_set("NO_COLOR") && has_colors(),
    };
}

/* What stands for a code point; NULL when it may stand for itself. */
static const char *stand_in(const struct paper *paper, uint32_t point) {
    if (point == '\n' || point == '\t') return " ";
    if (point < 0x20 || (point >= 0x7F && point < 0xA0) || point == COLUMNS_INVALID) return "?";
    if (point >= 0xA0 && paper->ascii) {
        unsigned columns = columns_of_point(point);
        return columns == 0 ? "" : columns == 1 ? "?" : "??";
    }
    /* marks on which terminals disagree, and those that would turn the direction of the line */
    if (point == 0x200D || point == 0x20E3 || (point >= 0xFE00 && point <= 0xFE0F)) return "";
    if ((point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069)) return "";
    return NULL;
}

void paper_add_bytes(struct text *out, const struct paper *paper, const char *bytes,
                     size_t length) {
    const char *cursor = bytes, *end = bytes + length;
    while (cursor < end) {
        const char *start = cursor;
        const char *other = stand_in(paper, columns_next_point(&cursor, end));
        if (other)
            text_add(out, other);
        else
            text_add_bytes(out, start, (size_t)(cursor - start));
    }
}

void paper_add(struct text *out, const struct paper *paper, const char *string) {
    paper_add_bytes(out, paper, string, strlen(string));
}

void paper_add_fill(struct text *out, char byte, size_t count) {
    while (count-- > 0) text_add_char(out, byte);
}

void paper_add_left(struct text *out, const struct paper *paper, const char *string,
                    unsigned columns) {
    unsigned own = columns_of(string);
    paper_add(out, paper, string);
    if (own < columns) paper_add_fill(out, ' ', columns - own);
}

void paper_add_right(struct text *out, const struct paper *paper, const char *string,
                     unsigned columns) {
    unsigned own = columns_of(string);
    if (own < columns) paper_add_fill(out, ' ', columns - own);
    paper_add(out, paper, string);
}

void paper_add_cut(struct text *out, const struct paper *paper, const char *string,
                   unsigned columns) {
    if (columns_of(string) <= columns) {
        paper_add_left(out, paper, string, columns);
        return;
    }
    const char *ellipsis = paper->ascii ? ".." : "…";
    unsigned room = columns > columns_of(ellipsis) ? columns - columns_of(ellipsis) : 0;
    size_t bytes = columns_fit(string, strlen(string), room);
    paper_add_bytes(out, paper, string, bytes);
    if (room) text_add(out, ellipsis);
    unsigned used = columns_of_bytes(string, bytes) + (room ? columns_of(ellipsis) : 0);
    if (used < columns) paper_add_fill(out, ' ', columns - used);
}

/* The words of a string, the first one at the column where the line stands. */
static void add_words(struct text *out, const struct paper *paper, const char *string,
                      unsigned indent) {
    unsigned room = paper->width > indent + 8 ? paper->width - indent : 8, used = 0;
    for (const char *word = string + strspn(string, " \n\t"); *word;) {
        size_t length = strcspn(word, " \n\t");
        unsigned columns = columns_of_bytes(word, length);
        if (used && used + 1 + columns > room) {
            text_add_char(out, '\n');
            paper_add_fill(out, ' ', indent);
            used = 0;
        } else if (used) {
            text_add_char(out, ' ');
            used++;
        }
        if (columns > room && !paper->loose) {
            length = columns_fit(word, length, room);
            columns = columns_of_bytes(word, length);
        }
        paper_add_bytes(out, paper, word, length);
        used += columns;
        word += length;
        word += strspn(word, " \n\t");
    }
    text_add_char(out, '\n');
}

void paper_add_wrapped(struct text *out, const struct paper *paper, const char *string,
                       unsigned indent) {
    paper_add_fill(out, ' ', indent);
    add_words(out, paper, string, indent);
}

void paper_style(struct text *out, const struct paper *paper, enum paper_style style) {
    static const struct {
        const char *plain, *colored; /* Select Graphic Rendition, ECMA-48 */
    } marks[] = {
        [PAPER_PLAIN] = {"\033[m", "\033[m"},      [PAPER_STRONG] = {"\033[1m", "\033[1m"},
        [PAPER_EMPHASIS] = {"\033[4m", "\033[4m"}, [PAPER_FAINT] = {"", "\033[2m"},
        [PAPER_GOOD] = {"\033[1m", "\033[1;32m"},  [PAPER_BAD] = {"\033[7m", "\033[1;31m"},
    };
    if (!paper->styled) return;
    text_add(out, paper->colored ? marks[style].colored : marks[style].plain);
}

void paper_add_entry(struct text *out, const struct paper *paper, const struct paper_entry *entry) {
    unsigned columns = entry->indent + columns_of(entry->mark);
    paper_add_fill(out, ' ', entry->indent);
    if (entry->style != PAPER_PLAIN) paper_style(out, paper, entry->style);
    paper_add(out, paper, entry->mark);
    if (entry->style != PAPER_PLAIN) paper_style(out, paper, PAPER_PLAIN);
    if (columns >= entry->hang) {
        text_add_char(out, '\n');
        columns = 0;
    }
    paper_add_fill(out, ' ', entry->hang - columns);
    add_words(out, paper, entry->words, entry->hang);
}
