/* theme - the table of looks; see theme.h. */
#include "ui/reader/theme.h"

enum { OWN = -1, RED = 1, GREEN = 2, YELLOW = 3, BLUE = 4, MAGENTA = 5, CYAN = 6 };

static const struct look looks[ROLE_COUNT] = {
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

struct look theme_look(enum role role, bool colour) {
    struct look look = looks[role < ROLE_COUNT ? role : ROLE_TEXT];
    if (!colour) look.colour = OWN;
    return look;
}

enum role theme_lane(unsigned lane) {
    return (enum role)(ROLE_LANE_0 + lane % THEME_LANES);
}
