/* paper - what plain text is written on: how wide it is, and which marks it takes.
 *
 * Plain mode, `run`, `verify` and the text export lay their text out for a paper and write it
 * through here, so that nothing a listing prints can reach the terminal as a control sequence, and
 * nothing beyond ASCII reaches a place that cannot show it. */
#ifndef UI_PAPER_H
#define UI_PAPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "engine/base/text.h"

struct paper {
    unsigned width; /* columns */
    bool loose;     /* a listing's lines and what it prints may be wider: a pipe has no edge */
    bool ascii;     /* no UTF-8 here: ASCII only */
    bool styled;    /* a terminal that shows bold and underline */
    bool colored;   /* and colours: never without the glyph or word that says the same */
};

enum { PAPER_WIDTH = 80, PAPER_LEAST = 20, PAPER_MOST = 120 };

/* The paper behind an open file: a terminal's own width, else PAPER_WIDTH columns. Obeys LANG,
 * TERM and NO_COLOR. setlocale(LC_CTYPE, "") comes first. */
struct paper paper_of(FILE *file);

/* True for a terminal whose TERM is set and not "dumb". */
bool paper_is_terminal(FILE *file);

/* Adds text for the paper. Control characters become "?" (a newline or tab one blank), as does
 * what the paper cannot show; what comes out takes as many columns as columns_of says. */
void paper_add(struct text *out, const struct paper *paper, const char *string);
void paper_add_bytes(struct text *out, const struct paper *paper, const char *bytes, size_t length);

/* The same, padded with blanks to `columns` (never cut). */
void paper_add_left(struct text *out, const struct paper *paper, const char *string,
                    unsigned columns);
void paper_add_right(struct text *out, const struct paper *paper, const char *string,
                     unsigned columns);
/* The same, cut to `columns` with an ellipsis where it is longer, and padded where it is not. */
void paper_add_cut(struct text *out, const struct paper *paper, const char *string,
                   unsigned columns);

/* Adds one byte count times. */
void paper_add_fill(struct text *out, char byte, size_t count);

/* Words of a string wrapped to the paper, each line indented; ends with a newline. A word wider
 * than a line is broken, but not on loose paper. */
void paper_add_wrapped(struct text *out, const struct paper *paper, const char *string,
                       unsigned indent);

enum paper_style { PAPER_PLAIN, PAPER_STRONG, PAPER_EMPHASIS, PAPER_FAINT, PAPER_GOOD, PAPER_BAD };

/* Switches the style from here on; nothing on a paper without styles. */
void paper_style(struct text *out, const struct paper *paper, enum paper_style style);

/* A mark or name in a style of its own, and words wrapped beside it from column `hang` on. A mark
 * that reaches so far has a line for itself. Ends with a newline. */
struct paper_entry {
    unsigned indent, hang; /* columns from the left edge */
    enum paper_style style;
    const char *mark, *words;
};
void paper_add_entry(struct text *out, const struct paper *paper, const struct paper_entry *entry);

#endif
