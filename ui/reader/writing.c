/* writing - MODE_EDIT, where the listing is changed in place, its page, and the one-line field in
 * which a knob's value or a search is typed. */
#include <stdlib.h>
#include <string.h>

#include "ui/reader/modes.h"
#include "ui/reader/source.h"

/* ---- the listing ---------------------------------------------------------------------------- */

static char *copy_text(const char *text) {
    char *copy = malloc(strlen(text) + 1);
    return copy ? strcpy(copy, text) : NULL;
}

static struct editor *editor_of(const struct state *state) {
    return &state_visit(state)->editor;
}

/* Where a run raised, and the chosen line is the one it raised in: the caret's own place. */
static int column_of_fault(const struct state *state) {
    size_t length;
    if (!state->stage || state->stage->fault.line != state->selected) return 0;
    const char *line = source_line(state->stage->listing, state->selected, &length);
    return line ? source_caret(line, length, state->stage->fault.column) : 0;
}

/* As it was left, with its undo; anew where the listing was put back meanwhile. */
bool writing_open(struct state *state) {
    struct editor *editor = editor_of(state);
    if (!editor->text || strcmp(editor->text, state_listing(state)) != 0) {
        editor_release(editor);
        if (!editor_init(editor, state_listing(state), false)) return false;
    }
    editor_place(editor, (int)state->selected - 1, column_of_fault(state));
    return true;
}

void writing_keep(struct state *state) {
    struct visit *visit = state_visit(state);
    const char *text = visit->editor.text;
    const char *shipped = step_listing(state_lesson(state), state_step(state));
    int line, column;
    if (strcmp(text, state_listing(state)) != 0) {
        bool edited = strcmp(text, shipped) != 0;
        char *copy = edited ? copy_text(text) : NULL;
        if (edited && !copy) {
            state_say(state, "out of memory: the listing stays as it was");
        } else {
            free(visit->listing);
            visit->listing = copy;
            if (!state_is_busy(state)) state_drop_stage(state); /* counters of another text */
        }
    }
    editor_position(&visit->editor, &line, &column);
    state->selected = (unsigned)line + 1;
}

static unsigned finish(struct state *state, bool run) {
    writing_keep(state);
    state_set_mode(state, MODE_READ);
    return run ? state_request_run(state) : EFFECT_DRAW;
}

static int page_of(const struct state *state) {
    int height = layout_of(state).live.height;
    return height > 2 ? height - 1 : 1;
}

static const signed char moves[ACTION_COUNT] = {
    [ACTION_LEFT] = MOVE_LEFT + 1,       [ACTION_RIGHT] = MOVE_RIGHT + 1,
    [ACTION_UP] = MOVE_UP + 1,           [ACTION_DOWN] = MOVE_DOWN + 1,
    [ACTION_HOME] = MOVE_HOME + 1,       [ACTION_END] = MOVE_END + 1,
    [ACTION_PAGE_UP] = MOVE_PAGE_UP + 1, [ACTION_PAGE_DOWN] = MOVE_PAGE_DOWN + 1,
    [ACTION_TOP] = MOVE_TOP + 1,         [ACTION_BOTTOM] = MOVE_BOTTOM + 1,
};

/* What is put in: false when there was no room for it. */
static bool put_in(struct editor *editor, const struct action *action) {
    switch (action->kind) {
    case ACTION_TYPE: return editor_type(editor, action->rune);
    case ACTION_PASTE: return editor_insert(editor, action->text, action->length);
    case ACTION_NEWLINE: return editor_newline(editor);
    default: return editor_indent(editor);
    }
}

/* Takes out, goes back, moves: an action that finds nothing to do has done that. False for any
 * other action. */
static bool take_or_move(struct editor *editor, const struct action *action, int page) {
    if (moves[action->kind]) {
        editor_move(editor, (enum editor_move)(moves[action->kind] - 1), page);
        return true;
    }
    switch (action->kind) {
    case ACTION_ERASE: editor_erase(editor); return true;
    case ACTION_DELETE: editor_delete(editor); return true;
    case ACTION_DELETE_LINE: editor_delete_line(editor); return true;
    case ACTION_UNDO: editor_undo(editor); return true;
    case ACTION_REDO: editor_redo(editor); return true;
    default: return false;
    }
}

/* A change or a move, in either of the editors. The page is stale where the text is another one;
 * what has no room leaves it as it is, and says so. */
static unsigned write_text(struct state *state, struct editor *editor, const struct action *action,
                           int page) {
    switch (action->kind) {
    case ACTION_TYPE:
    case ACTION_PASTE:
    case ACTION_NEWLINE:
    case ACTION_INDENT:
        if (put_in(editor, action)) break;
        if (action->kind == ACTION_PASTE && action->length + editor->length <= EDITOR_LINE_MOST)
            return 0; /* of nothing that a text can hold */
        state_say(state, editor->single_line ? "not put in: that is too long"
                                             : "not put in: a listing has room for 64 KiB");
        return EFFECT_DRAW;
    default:
        if (!take_or_move(editor, action, page)) return 0;
    }
    if (!editor->single_line) state->stale |= STALE_LIVE;
    return EFFECT_DRAW;
}

/* ---- its page -------------------------------------------------------------------------------- */

enum { GUTTER = 5 };

/* The line that the last run raised in, while it still reads as it did. */
static bool is_at_fault(const struct state *state, int number, const char *text, size_t length) {
    size_t ran;
    if (!state->stage || !fault_raised(&state->stage->fault)) return false;
    if (atomic_load(&state->stage->cancelled)) return false;
    if (state->stage->fault.line != (uint32_t)number) return false;
    const char *line = source_line(state->stage->listing, (uint32_t)number, &ran);
    return line && ran == length && memcmp(line, text, length) == 0;
}

/* A caret below the line, and what was raised. */
static void put_fault(struct state *state, const char *text, size_t length, int skip) {
    const struct fault *fault = &state->stage->fault;
    struct grid *page = &state->live;
    int caret = source_caret(text, length, fault->column) - skip, y = grid_add_row(page);
    if (fault->column > 0 && caret >= 0)
        grid_put(page, y, GUTTER + caret, page->width, "^", STYLE(FAILED));
    y = grid_add_row(page);
    int x = grid_put(page, y, GUTTER, page->width - 1, fault->type, STYLE(FAILED));
    x = grid_put(page, y, x, page->width - 1, ": ", STYLE(FAILED));
    grid_wrap(page, y, x, GUTTER, page->width - 1, fault->message, STYLE(TEXT));
}

void editor_build(struct state *state) {
    struct grid *page = &state->live;
    const struct editor *editor = editor_of(state);
    int line, column, room = page->width - GUTTER - 2;
    editor_position(editor, &line, &column);
    int skip = column > room && room > 0 ? column - room : 0;
    int y = grid_add_row(page);
    int x = grid_put_fit(page, y, 1, page->width, state_step(state)->slug, STYLE(TITLE));
    grid_put_fit(page, y, x + 2, page->width - 1, "editing", STYLE(WARNING));
    size_t length;
    const char *text;
    for (int i = 0; (text = editor_line(editor, i, &length)); i++) {
        y = grid_add_row(page);
        if (y < 0) break;
        bool at_fault = is_at_fault(state, i + 1, text, length);
        grid_format(page, y, 0, GUTTER, at_fault ? STYLE(FAILED) : STYLE(MUTED), "%4d", i + 1);
        source_put(page, y, GUTTER, page->width, text, length, skip);
        if (at_fault) put_fault(state, text, length, skip);
        if (i < STATE_LINES) state->line_row[i + 1] = y, state->line_count = (unsigned)i + 1;
        if (i != line) continue;
        page->cursor_y = state->live_focus = y;
        page->cursor_x = GUTTER + column - skip;
    }
}

/* ---- keys and mouse -------------------------------------------------------------------------- */

/* The wheel moves the cursor too: a page that follows its cursor cannot leave it. */
static unsigned wheel(struct state *state, enum editor_move move) {
    editor_move(editor_of(state), move, 3);
    state->stale |= STALE_LIVE;
    return EFFECT_DRAW;
}

static unsigned click(struct state *state, const struct action *action) {
    struct area live = layout_of(state).live;
    int row = state->live_top + action->y - live.y;
    if (action->y < live.y || action->y >= live.y + live.height || action->x < live.x) return 0;
    if (state->line_count == 0 || row < state->line_row[1]) return 0;
    unsigned line = state->line_count;
    while (line > 1 && state->line_row[line] > row) line--;
    if (line == STATE_LINES) line += (unsigned)(row - state->line_row[line]); /* no row is noted */
    editor_place(editor_of(state), (int)line - 1, action->x - live.x - GUTTER);
    state->stale |= STALE_LIVE;
    return EFFECT_DRAW;
}

unsigned editing_handle(struct state *state, const struct action *action) {
    switch (action->kind) {
    case ACTION_RUN: return finish(state, true);
    case ACTION_BACK: return finish(state, false);
    case ACTION_WHEEL_UP: return wheel(state, MOVE_PAGE_UP);
    case ACTION_WHEEL_DOWN: return wheel(state, MOVE_PAGE_DOWN);
    case ACTION_CLICK: return click(state, action);
    default: break;
    }
    return write_text(state, editor_of(state), action, page_of(state));
}

/* ---- the field ------------------------------------------------------------------------------ */

static unsigned accept_knob(struct state *state) {
    char why[STATE_MESSAGE];
    if (state_set_knob(state, state->knob, state->field.text, why, sizeof why))
        state_set_mode(state, MODE_READ);
    else
        state_say(state, "%s", why);
    return EFFECT_DRAW;
}

static unsigned accept_search(struct state *state) {
    state_set_mode(state, MODE_READ);
    if (state->field.length == 0) return EFFECT_DRAW;
    if (search_find(state, state->field.text) > 0) return search_show(state);
    state_say(state, "no match for '%s'", state->field.text);
    return EFFECT_DRAW;
}

unsigned typing_handle(struct state *state, const struct action *action) {
    switch (action->kind) {
    case ACTION_ACCEPT: return state->mode == MODE_KNOB ? accept_knob(state) : accept_search(state);
    case ACTION_BACK: state_set_mode(state, MODE_READ); return EFFECT_DRAW;
    default: return write_text(state, &state->field, action, 1);
    }
}
