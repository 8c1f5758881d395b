/* draw - header, panes, status and keys; see draw.h and layout.h. */
#include "ui/reader/draw.h"

#include <stdio.h>
#include <string.h>

#include "ui/columns.h"
#include "ui/reader/keys.h"
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

/* ---- header ------------------------------------------------------------------------------------
 */

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

static void put_header(const struct state *state, struct grid *grid, int y) {
    char title[160];
    int x = 0, right = grid->width;
    if (y < 0) return;
    if (grid->width >= 70) {
        right = grid_put_right(grid, y, 0, right - 1, "? keys", STYLE(MUTED)) - 3;
        x = grid_put(grid, y, 1, right, "daybook", STYLE(BRAND)) + 3;
    } else {
        x = grid->width >= 30 ? 1 : 0;
        right -= x;
    }
    right = put_steps(state, grid, y, right, grid->width >= 70) - 2;
    const char *form = grid->width >= 36 ? "Day %d" : "%d";
    x = grid_format(grid, y, x, right, STYLE(STRONG), form, state_lesson(state)->day);
    copy_slice(title, sizeof title, lesson_title(state_lesson(state)));
    grid_put_fit(grid, y, x + (grid->width >= 36 ? 2 : 1), right, title, STYLE(TITLE));
}

/* ---- rules
 * --------------------------------------------------------------------------------------- */

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
    else if (layout->wide) {
        put_tab(grid, top, layout->note.x + 2, grid->width, "Note",
                !list && state->pane == PANE_NOTE);
        put_tab(grid, top, layout->live.x + 2, grid->width, "Live",
                !list && state->pane == PANE_LIVE);
    } else if (list)
        put_tab(grid, top, 2, grid->width, "Days", true);
    else {
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

/* ---- the list
 * -------------------------------------------------------------------------------------- */

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

/* ---- status
 * ------------------------------------------------------------------------------------------ */

static int put_knob(const struct state *state, struct grid *grid, int y, int x, int right,
                    size_t knob) {
    const struct knob *row = &state_step(state)->knobs[knob];
    bool chosen = knob == state->knob;
    char value[STATE_WORD], text[2 * STATE_WORD];
    state_knob_text(state, knob, value, sizeof value);
    const char *unit = row->unit ? row->unit : "";
    bool named = strcmp(unit, row->name) == 0; /* "articles [100 articles]" says it twice */
    snprintf(text, sizeof text, "[%s%s%s%s]", value, *unit && !named ? " " : "", named ? "" : unit,
             row->simulated ? ", simulated" : "");
    if (x + (int)columns_of(row->name) + 1 + (int)columns_of(text) > right) return -1;
    x = grid_put(grid, y, x, right, row->name, chosen ? STYLE(STRONG) : STYLE(MUTED));
    return grid_put(grid, y, x + 1, right, text,
                    row->simulated ? STYLE(WARNING)
                    : chosen       ? STYLE(KEY)
                                   : STYLE(TEXT));
}

/* The chosen knob comes first where not all have room. */
static void put_knobs(const struct state *state, struct grid *grid, int y, int right) {
    size_t count = state_step(state)->knob_count, first = 0;
    int needed = 1;
    for (size_t i = 0; i < count; i++) {
        int end = put_knob(state, grid, y, needed, 10000, i);
        needed = end + 3;
    }
    grid_fill(grid, y, 0, grid->width, ' ', STYLE(TEXT));
    if (needed - 3 > right) first = state->knob;
    int x = 1;
    for (size_t i = first; i < count; i++) {
        int end = put_knob(state, grid, y, x, i + 1 < count ? right - 2 : right, i);
        if (end < 0) {
            grid_put(grid, y, x, right, "…", STYLE(MUTED));
            return;
        }
        x = end + 3;
    }
}

/* "replay 1x [=====>    ]"; returns the column where it begins. */
static int put_replay(const struct state *state, struct grid *grid, int y) {
    enum { BAR = 12 };
    if (!state_can_replay(state) || grid->width < 60) return grid->width - 1;
    const struct replay *replay = &state->replay;
    const char *word = replay->playing ? "playing" : replay_is_whole(replay) ? "replay" : "paused";
    int x = grid->width - BAR - 3, done = (int)(replay->at * BAR / replay->length);
    grid_put(grid, y, x, grid->width, "[", STYLE(MUTED));
    grid_fill(grid, y, x + 1, x + 1 + done, 0x2501, STYLE(LANE_0));
    if (done < BAR && !replay_is_whole(replay))
        grid_put(grid, y, x + 1 + done, grid->width, "▸", STYLE(KEY));
    grid_put(grid, y, x + 1 + BAR, grid->width, "]", STYLE(MUTED));
    char head[32];
    snprintf(head, sizeof head, "%s %s ", word, replay_speed(replay));
    return grid_put_right(grid, y, 0, x, head, replay->playing ? STYLE(STRONG) : STYLE(MUTED)) - 2;
}

static void put_field(const struct state *state, struct grid *grid, int y, const char *head) {
    int line, column,
        x = grid_put(grid, y, grid->width >= 30 ? 1 : 0, grid->width, head, STYLE(KEY));
    int room = grid->width - x - 1;
    editor_position(&state->field, &line, &column);
    const char *text = state->field.text;
    size_t skip = 0;
    if (column > room && room > 0)
        skip = columns_fit(text, state->field.length, (unsigned)(column - room));
    grid_put(grid, y, x, grid->width, text + skip, STYLE(TEXT));
    grid->cursor_y = y;
    grid->cursor_x = x + column - (int)columns_of_bytes(text, skip);
}

static const char *const sure_questions[RESET_COUNT] = {
    [RESET_OUTPUT] = "clear what this step showed?",
    [RESET_KNOBS] = "put the knobs back to their usual values?",
    [RESET_LISTING] = "throw the edited listing away?",
    [RESET_PROGRESS] = "forget all progress, of all days?",
};

static void put_status(const struct state *state, struct grid *grid, int y) {
    char head[STATE_WORD];
    int x = grid->width >= 30 ? 1 : 0;
    if (y < 0) return;
    if (state->message[0]) {
        grid_put_fit(grid, y, x, grid->width - 1, state->message, STYLE(STRONG));
        return;
    }
    switch (state->mode) {
    case MODE_SEARCH: put_field(state, grid, y, "/"); return;
    case MODE_KNOB:
        snprintf(head, sizeof head, "%s: ", state_step(state)->knobs[state->knob].name);
        put_field(state, grid, y, head);
        return;
    case MODE_RESET: grid_put_fit(grid, y, x, grid->width, "reset what?", STYLE(STRONG)); return;
    case MODE_SURE:
        grid_put_fit(grid, y, x, grid->width, sure_questions[state->reset], STYLE(STRONG));
        return;
    default: break;
    }
    put_knobs(state, grid, y, put_replay(state, grid, y) - 1);
    put_replay(state, grid, y);
}

/* ---- keys
 * ---------------------------------------------------------------------------------------------- */

/* As many of the keys that work now as there is room for; "? help" keeps its place at the end. */
static void put_footer(const struct state *state, struct grid *grid, int y) {
    int x = grid->width >= 30 ? 1 : 0, right = grid->width;
    if (y < 0) return;
    bool help = state->mode == MODE_READ && grid->width >= 24 && grid->width < 70;
    if (help) right -= 7;
    for (size_t i = 0; i < binding_count; i++) {
        const struct binding *row = &bindings[i];
        if (!row->brief || !row->shown || !keys_works(state, row)) continue;
        if (help && row->action == ACTION_HELP) continue;
        int width = (int)columns_of(row->shown) + 1 + (int)columns_of(row->brief);
        if (x + width > right) break;
        x = grid_put(grid, y, x, right, row->shown, STYLE(KEY));
        x = grid_put(grid, y, x + 1, right, row->brief, STYLE(MUTED)) + 2;
    }
    if (help) {
        int at = grid_put(grid, y, grid->width - 7, grid->width, "?", STYLE(KEY));
        grid_put(grid, y, at + 1, grid->width, "help", STYLE(MUTED));
    }
}

/* ---- the screen
 * ------------------------------------------------------------------------------------------ */

static void put_panes(const struct state *state, struct grid *grid, const struct layout *layout) {
    grid_window(grid, layout->note, &state->note, state->note_top);
    grid_window(grid, layout->live, &state->live, state->live_top);
    put_share(grid, layout->bottom_rule, layout->live, state->live_top, state->live.height);
    if (layout->strip.height > 0) {
        int first = 0; /* what is asked for stays in sight */
        if (state->strip.cursor_y >= layout->strip.height)
            first = state->strip.cursor_y - layout->strip.height + 1;
        grid_window(grid, layout->strip, &state->strip, first);
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
    put_status(state, grid, layout.status);
    put_footer(state, grid, layout.keys);
}
