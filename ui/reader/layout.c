/* layout - see layout.h. Rows first, from the screen's edges inwards; then columns. */
#include "ui/reader/layout.h"

#include "ui/reader/state.h"

/* The least height at which each part is shown. */
enum {
    KEYS_FROM = 2,
    HEADER_FROM = 4,
    STATUS_FROM = 8,
    RULES_FROM = 14,
    PANE_LEAST = 3,
    LOW_COLUMN = 12
};

static int least(int left, int right) {
    return left < right ? left : right;
}

static bool has_list(const struct state *state) {
    return state->list_open && state->width >= LAYOUT_LIST_FITS;
}

/* The screen's width without the list and the rule beside it. */
static int width_of_panes(const struct state *state) {
    return state->width - (has_list(state) ? LAYOUT_LIST + 1 : 0);
}

static bool is_wide(const struct state *state) {
    return state->width >= LAYOUT_WIDE;
}

/* Text is read best in lines of some 70 characters; the demo takes what is left. */
int layout_note_width(const struct state *state) {
    int width = width_of_panes(state);
    if (!is_wide(state)) return width;
    return least(width * 43 / 100, 78);
}

int layout_live_width(const struct state *state) {
    int width = width_of_panes(state);
    return is_wide(state) ? width - layout_note_width(state) - 1 : width;
}

static bool types_in_status(const struct state *state) {
    return state->mode == MODE_SEARCH || state->mode == MODE_KNOB || state->mode == MODE_RESET ||
           state->mode == MODE_SURE || state->message[0];
}

/* Rows from both edges; what is left between them is the body. */
static void place_rows(const struct state *state, struct layout *layout) {
    int top = 0, bottom = state->height;
    layout->header = layout->status = layout->keys = layout->top_rule = layout->bottom_rule = -1;
    if (state->height >= HEADER_FROM) layout->header = top++;
    if (state->height >= RULES_FROM) layout->top_rule = top++;
    if (state->height >= KEYS_FROM) layout->keys = --bottom;
    if (state->height >= STATUS_FROM)
        layout->status = --bottom;
    else if (types_in_status(state) && layout->keys >= 0) {
        layout->status = layout->keys; /* what is typed is seen before what could be */
        layout->keys = -1;
    }
    if (state->height >= RULES_FROM) layout->bottom_rule = --bottom;
    layout->body = (struct area){top, 0, bottom - top, state->width};
}

/* The strip gets up to a third of its column; while it asks, and right after it has said something
 * new, up to all but a few rows. In a low column what was measured keeps its first line only: the
 * rest was read, and figures need the rows. */
static int strip_height(const struct state *state, int height) {
    int wanted = state->strip.height;
    bool first = state->mode == MODE_ASK || state->strip_raised;
    int most = first ? height - PANE_LEAST : height / 3;
    if (!first && height < LOW_COLUMN && state->measured.given && most > 2) most = 2;
    if (wanted == 0) return 0;
    if (first && most < 2)
        most = height;
    else if (height < 2 * PANE_LEAST && !first)
        return 0;
    return least(wanted, most > 0 ? most : 0);
}

/* Splits the strip from the bottom of a column. */
static void place_strip(const struct state *state, struct layout *layout, struct area *column) {
    int height = strip_height(state, column->height);
    layout->strip = *column;
    layout->strip.y = column->y + column->height - height;
    layout->strip.height = height;
    column->height -= height;
}

struct layout layout_of(const struct state *state) {
    struct layout layout = {.wide = is_wide(state)};
    place_rows(state, &layout);
    struct area panes = layout.body;
    if (has_list(state)) {
        layout.list = panes;
        layout.list.width = LAYOUT_LIST;
        panes.x += LAYOUT_LIST + 1;
        panes.width -= LAYOUT_LIST + 1;
    }
    layout.over = panes;
    layout.note = layout.live = panes;
    if (layout.wide) {
        layout.note.width = layout_note_width(state);
        layout.live.x += layout.note.width + 1;
        layout.live.width = layout_live_width(state);
        place_strip(state, &layout, &layout.note);
    } else if (state->pane == PANE_NOTE) {
        layout.live.height = 0;
        place_strip(state, &layout, &layout.note);
    } else {
        layout.note.height = 0;
        place_strip(state, &layout, &layout.live);
    }
    return layout;
}
