/* draw - header, panes, status and keys; see draw.h and layout.h. */
#include "ui/reader/draw.h"

#include <stdio.h>
#include <string.h>

#include "ui/columns.h"
#include "ui/reader/footer.h"
#include "ui/reader/layout.h"
#include "ui/reader/modes.h"

enum {
    HORIZONTAL = 0x2500,
    VERTICAL = 0x2502,
    TEE_DOWN = 0x252C,
    TEE_UP = 0x2534,
    TEE_LEFT = 0x2524
};

static void copy_slice(char *buffer, size_t size, struct slice_of_note slice) {
    size_t length = slice.length < size - 1 ? slice.length : size - 1;
    if (length > 0) memcpy(buffer, slice.text, length);
    buffer[length] = '\0';
}

/* ---- header ---------------------------------------------------------------------------------- */

/* "step 1/4  ●○○○": what is done, step by step. Returns the column where it begins. */
static int put_steps(const struct state *state, struct grid *grid, int y, int right, bool wordy) {
    size_t count = state_lesson(state)->step_count;
    char head[48];
    snprintf(head, sizeof head, "%s%zu/%zu", wordy ? "step " : "", state->step + 1, count);
    int dots = grid->width >= 36 ? (int)count + 2 : 0;
    int x = right - (int)columns_of(head) - dots;
    if (x < 0) return right;
    grid_put(grid, y, x, right, head, STYLE(TEXT));
    for (size_t i = 0; dots && i < count; i++) {
        bool done = state_visit_of(state, state->lesson, i)->done;
        struct style style = done ? STYLE(OK) : STYLE(MUTED);
        grid_put(grid, y, right - (int)count + (int)i, right, done ? "●" : "○", style);
    }
    return x;
}

/* The name of the program gives way to a title that has no room beside it. */
static void put_header(const struct state *state, struct grid *grid, int y) {
    enum { BRAND = 10 };
    char title[160];
    int x = grid->width >= 30 ? 1 : 0, right = grid->width - x;
    if (y < 0) return;
    copy_slice(title, sizeof title, lesson_title(state_lesson(state)));
    bool says_keys = grid->width >= HEADER_SAYS_KEYS;
    if (says_keys) right = grid_put_right(grid, y, 0, right, "? keys", STYLE(MUTED)) - 3;
    right = put_steps(state, grid, y, right, says_keys) - 2;
    const char *form = grid->width >= 36 ? "Day %d  " : "%d ";
    if (says_keys && x + BRAND + 7 + (int)columns_of(title) <= right)
        x = grid_put(grid, y, x, right, "daybook", STYLE(BRAND)) + 3;
    x = grid_format(grid, y, x, right, STYLE(STRONG), form, state_lesson(state)->day);
    grid_put_fit(grid, y, x, right, title, STYLE(TITLE));
}

/* ---- rules ---------------------------------------------------------------------------------- */

/* A pane's name on the rule above it; the one the keys go to is shown as chosen. */
static int put_tab(struct grid *grid, int y, int x, int right, const char *name, bool chosen) {
    char text[32];
    snprintf(text, sizeof text, chosen ? "[%s]" : " %s ", name);
    return grid_put(grid, y, x, right, text, chosen ? STYLE(STRONG) : STYLE(MUTED));
}

static void put_rules(const struct state *state, struct grid *grid, const struct layout *layout) {
    int top = layout->top_rule, bottom = layout->bottom_rule;
    if (top < 0) return;
    grid_fill(grid, top, 0, grid->width, HORIZONTAL, STYLE(RULE));
    grid_fill(grid, bottom, 0, grid->width, HORIZONTAL, STYLE(RULE));
    bool over = state->mode == MODE_HELP || state->mode == MODE_SQL;
    bool list = state->mode == MODE_LIST;
    if (over)
        put_tab(grid, top, layout->over.x + 2, grid->width,
                state->mode == MODE_HELP ? "Keys" : "SQL", true);
    else if (list && layout->list.width == 0)
        put_tab(grid, top, 2, grid->width, "Days", true);
    else if (layout->wide) {
        put_tab(grid, top, layout->note.x + 2, grid->width, "Note",
                !list && state->pane == PANE_NOTE);
        put_tab(grid, top, layout->live.x + 2, grid->width, "Live",
                !list && state->pane == PANE_LIVE);
    } else {
        int x = put_tab(grid, top, 2, grid->width, "Note", state->pane == PANE_NOTE);
        put_tab(grid, top, x + 2, grid->width, "Live", state->pane == PANE_LIVE);
    }
    if (layout->list.width > 0) put_tab(grid, top, 2, layout->list.width, "Days", list);
}

/* The line between two columns, joined to the rules above and below. */
static void put_border(struct grid *grid, const struct layout *layout, int x) {
    int end = layout->body.y + layout->body.height;
    for (int y = layout->body.y; y < end; y++) grid_fill(grid, y, x, x + 1, VERTICAL, STYLE(RULE));
    if (layout->top_rule < 0) return;
    grid_fill(grid, layout->top_rule, x, x + 1, TEE_DOWN, STYLE(RULE));
    grid_fill(grid, layout->bottom_rule, x, x + 1, TEE_UP, STYLE(RULE));
}

/* Says on the rule below how much of a page there is to see: "40%". */
static void put_share(struct grid *grid, int y, struct area area, int top, int height) {
    int hidden = height - area.height, right = area.x + area.width - 1;
    if (y < 0 || area.height <= 0 || hidden <= 0 || area.width < 16) return;
    char share[16];
    if (top <= 0)
        snprintf(share, sizeof share, " more ");
    else if (top >= hidden)
        snprintf(share, sizeof share, " end ");
    else
        snprintf(share, sizeof share, " %d%% ", top * 100 / hidden);
    grid_put_right(grid, y, area.x, right, share, STYLE(MUTED));
}

/* Dots where the strip goes on below what is seen of it. */
static void put_cut(struct grid *grid, struct area area, int rows_left) {
    int right = area.x + area.width;
    if (rows_left > area.height)
        grid_put(grid, area.y + area.height - 1, right - 1, right, "…", STYLE(KEY));
}

/* ---- the list ------------------------------------------------------------------------------- */

static void put_day_row(const struct state *state, struct grid *grid, int y, struct area area,
                        size_t lesson) {
    const struct lesson *day = state->course.lessons[lesson];
    char title[160];
    int right = area.x + area.width - 1, x = area.x + 2;
    for (size_t i = 0; i < day->step_count; i++) {
        bool done = state_visit_of(state, lesson, i)->done;
        grid_put(grid, y, right - (int)(day->step_count - i), right, done ? "●" : "○",
                 done ? STYLE(OK) : STYLE(MUTED));
    }
    copy_slice(title, sizeof title, lesson_title(day));
    x = grid_format(grid, y, x, right, STYLE(MUTED), "%d ", day->day);
    grid_put_fit(grid, y, x, right - (int)day->step_count - 1, title,
                 lesson == state->lesson ? STYLE(STRONG) : STYLE(TEXT));
}

static void put_step_row(const struct state *state, struct grid *grid, int y, struct area area,
                         struct list_row row) {
    const struct lesson *day = state->course.lessons[row.lesson];
    bool here = row.step == state->step && row.lesson == state->lesson;
    bool done = state_visit_of(state, row.lesson, row.step)->done;
    int x = grid_put(grid, y, area.x + 4, area.x + area.width, done ? "● " : "○ ",
                     done ? STYLE(OK) : STYLE(MUTED));
    grid_put_fit(grid, y, x, area.x + area.width - 1, day->steps[row.step]->slug,
                 here ? STYLE(STRONG) : STYLE(TEXT));
}

static void put_list(const struct state *state, struct grid *grid, struct area area) {
    size_t top = list_top(state, area.height), count = list_count(state), here = list_here(state);
    for (int i = 0; i < area.height; i++) {
        int y = area.y + i;
        size_t at = top + (size_t)i;
        grid_fill(grid, y, area.x, area.x + area.width, ' ', STYLE(TEXT));
        if (at >= count) continue;
        struct list_row row = list_row(state, at);
        if (row.is_step)
            put_step_row(state, grid, y, area, row);
        else
            put_day_row(state, grid, y, area, row.lesson);
        bool chosen = state->mode == MODE_LIST ? at == state->list_at : at == here;
        if (!chosen) continue;
        grid_put(grid, y, area.x, area.x + 1, "▸", STYLE(KEY));
        if (state->mode == MODE_LIST)
            grid_add_bits(grid, y, area.x, area.x + area.width, LOOK_REVERSE);
    }
}

/* ---- the screen ----------------------------------------------------------------------------- */

static void put_panes(const struct state *state, struct grid *grid, const struct layout *layout) {
    grid_window(grid, layout->note, &state->note, state->note_top);
    grid_window(grid, layout->live, &state->live, state->live_top);
    put_share(grid, layout->bottom_rule, layout->live, state->live_top, state->live.height);
    if (layout->strip.height > 0) {
        int first = strip_first(state, layout);
        grid_window(grid, layout->strip, &state->strip, first);
        put_cut(grid, layout->strip, state->strip.height - first);
        if (first == 0) /* its title's row is seen */
            put_share(grid, layout->strip.y, layout->note, state->note_top, state->note.height);
    } else {
        put_share(grid, layout->bottom_rule, layout->note, state->note_top, state->note.height);
    }
    if (layout->wide) {
        int border = layout->live.x - 1;
        put_border(grid, layout, border);
        if (layout->strip.height > 0)
            grid_fill(grid, layout->strip.y, border, border + 1, TEE_LEFT, STYLE(RULE));
    }
    if (layout->list.width > 0) put_border(grid, layout, LAYOUT_LIST);
}

void draw(const struct state *state, struct grid *grid) {
    struct layout layout = layout_of(state);
    if (!grid_resize(grid, state->height, state->width)) return;
    put_header(state, grid, layout.header);
    put_rules(state, grid, &layout);
    if (state->mode == MODE_HELP || state->mode == MODE_SQL) {
        grid_window(grid, layout.over, &state->over, state->over_top);
        put_share(grid, layout.bottom_rule, layout.over, state->over_top, state->over.height);
        if (layout.list.width > 0) put_border(grid, &layout, LAYOUT_LIST);
    } else if (state->mode == MODE_LIST && layout.list.width == 0) {
        put_list(state, grid, layout.body);
    } else {
        put_panes(state, grid, &layout);
    }
    if (layout.list.width > 0) put_list(state, grid, layout.list);
    footer_put_status(state, grid, layout.status);
    footer_put_keys(state, grid, layout.keys);
}
