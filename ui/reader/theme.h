/* theme - what a thing is, and how that looks.
 *
 * Drawing names roles, never colours. One table gives each role its look: one of the 16 ANSI
 * colours over the terminal's own background, so that light and dark ones are both readable, and
 * attributes. Nothing is told by colour alone: each role also has a word or a glyph where it is
 * drawn. With NO_COLOR the colours go and the attributes stay. */
#ifndef UI_READER_THEME_H
#define UI_READER_THEME_H

#include <stdbool.h>
#include <stdint.h>

enum role {
    ROLE_TEXT,
    ROLE_MUTED,  /* said in passing: rules, units, line numbers */
    ROLE_TITLE,  /* headings */
    ROLE_STRONG, /* **text** */
    ROLE_EMPHASIS,
    ROLE_CODE, /* `text` and blocks of code */
    ROLE_QUOTE,
    ROLE_LINK,
    ROLE_RULE,  /* the lines between panes */
    ROLE_BRAND, /* the program's name */
    ROLE_KEY,   /* a key in the footer */
    ROLE_OK,
    ROLE_FAILED,
    ROLE_WARNING, /* simulated, simplified, emulated; an error that is the learner's to mend */
    ROLE_NUMBER,  /* a measured number */
    ROLE_CURRENT, /* the line the replay stands at */
    ROLE_SELECTED,
    ROLE_MATCH,   /* found by the search */
    ROLE_KEYWORD, /* Python in a listing */
    ROLE_STRING,
    ROLE_COMMENT,
    ROLE_LANE_0, /* the compared lanes of bars, curves and spans */
    ROLE_LANE_1,
    ROLE_LANE_2,
    ROLE_LANE_3,
    ROLE_COUNT
};

enum { THEME_LANES = ROLE_LANE_3 - ROLE_LANE_0 + 1 };

enum look_bit {
    LOOK_BOLD = 1,
    LOOK_DIM = 2,
    LOOK_REVERSE = 4,
    LOOK_UNDERLINE = 8,
    LOOK_ITALIC = 16
};

struct look {
    int8_t colour; /* 0 to 15, -1 for the terminal's own */
    uint8_t bits;  /* of enum look_bit */
};

/* How a role looks. Without colour, only bits. */
struct look theme_look(enum role role, bool colour);

/* The role of a lane, by its number; lanes beyond the last begin anew. */
enum role theme_lane(unsigned lane);

#endif
