/* theme - what a thing is, and how that looks.
 *
 * Drawing names roles, never colours. One table gives each role its look: a hue over the terminal's
 * own background, and attributes. That background may be white or black, and a program cannot know:
 * only colours are used that stand out from both by 3:1 or more. Of 256 colours each hue has one;
 * of the first 8 and 16, as xterm has them, most have none and are left to the attributes. Nothing
 * is told by colour alone: each role also has a word or a glyph where it is drawn. With NO_COLOR
 * the colours go and the attributes stay. */
#ifndef UI_READER_THEME_H
#define UI_READER_THEME_H

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
    int16_t colour; /* 0 to 255, -1 for the terminal's own */
    uint8_t bits;   /* of enum look_bit */
};

/* How a role looks on a terminal of so many colours; 0 leaves only bits. */
struct look theme_look(enum role role, int colours);

/* The role of a lane, by its number; lanes beyond the last begin anew. */
enum role theme_lane(unsigned lane);

#endif
