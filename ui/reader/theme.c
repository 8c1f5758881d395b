/* theme - the table of looks; see theme.h. */
#include "ui/reader/theme.h"

enum hue { OWN, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN };

/* The colours beyond the first 16 are the same everywhere. Those 16 are the user's to choose, but
 * xterm's are widespread: its yellow cannot be read on white, nor its dark blue on black. */
static const struct {
    int16_t of_8, of_16, of_256;
} colours_of[] = {
    [OWN] = {-1, -1, -1},     [RED] = {1, 1, 160},   [GREEN] = {-1, -1, 28},
    [YELLOW] = {-1, -1, 130}, [BLUE] = {-1, 12, 32}, [MAGENTA] = {5, 5, 133},
    [CYAN] = {-1, -1, 30},
};

static const struct {
    enum hue hue;
    uint8_t bits;
} looks[ROLE_COUNT] = {
    [ROLE_TEXT] = {OWN, 0},
    [ROLE_MUTED] = {OWN, LOOK_DIM},
    [ROLE_TITLE] = {CYAN, LOOK_BOLD},
    [ROLE_STRONG] = {OWN, LOOK_BOLD},
    [ROLE_EMPHASIS] = {OWN, LOOK_ITALIC},
    [ROLE_CODE] = {CYAN, 0},
    [ROLE_QUOTE] = {OWN, LOOK_ITALIC},
    [ROLE_LINK] = {BLUE, LOOK_UNDERLINE},
    [ROLE_RULE] = {OWN, LOOK_DIM},
    [ROLE_BRAND] = {GREEN, LOOK_BOLD},
    [ROLE_KEY] = {OWN, LOOK_BOLD},
    [ROLE_OK] = {GREEN, LOOK_BOLD},
    [ROLE_FAILED] = {RED, LOOK_BOLD},
    [ROLE_WARNING] = {YELLOW, 0},
    [ROLE_NUMBER] = {OWN, LOOK_BOLD},
    [ROLE_CURRENT] = {OWN, LOOK_REVERSE},
    [ROLE_SELECTED] = {OWN, LOOK_BOLD},
    [ROLE_MATCH] = {YELLOW, LOOK_REVERSE},
    [ROLE_KEYWORD] = {MAGENTA, 0},
    [ROLE_STRING] = {GREEN, 0},
    [ROLE_COMMENT] = {OWN, LOOK_DIM},
    [ROLE_LANE_0] = {CYAN, 0},
    [ROLE_LANE_1] = {MAGENTA, 0},
    [ROLE_LANE_2] = {GREEN, 0},
    [ROLE_LANE_3] = {YELLOW, 0},
};

static int16_t colour_of(enum hue hue, int colours) {
    if (colours >= 256) return colours_of[hue].of_256;
    if (colours >= 16) return colours_of[hue].of_16;
    return colours >= 8 ? colours_of[hue].of_8 : -1;
}

struct look theme_look(enum role role, int colours) {
    if (role >= ROLE_COUNT) role = ROLE_TEXT;
    return (struct look){colour_of(looks[role].hue, colours), looks[role].bits};
}

enum role theme_lane(unsigned lane) {
    return (enum role)(ROLE_LANE_0 + lane % THEME_LANES);
}
