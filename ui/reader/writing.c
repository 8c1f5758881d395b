/* writing - MODE_EDIT, where the listing is changed in place, and the one-line field in which a
 * knob's value or a search is typed. */
#include <stdlib.h>
#include <string.h>

#include "ui/reader/modes.h"

/* ---- the listing ---------------------------------------------------------------------------- */

static char *copy_text(const char *text) {
    char *copy = malloc(strlen(text) + 1);
    return copy ? strcpy(copy, text) : NULL;
}

void writing_keep(struct state *state) {
    struct visit *visit = state_visit(state);
    const char *shipped = step_listing(state_lesson(state), state_step(state));
    int line, column;
    if (!state->editor.text) return;
    if (strcmp(state->editor.text, state_listing(state)) != 0) {
        bool edited = strcmp(state->editor.text, shipped) != 0;
        char *copy = edited ? copy_text(state->editor.text) : NULL;
        if (edited && !copy) {
            state_say(state, "out of memory: the listing stays as it was");
        } else {
            free(visit->listing);
            visit->listing = copy;
            if (!state_is_busy(state)) state_drop_stage(state); /* counters of another text */
        }
    }
    editor_position(&state->editor, &line, &column);
    state->selected = (unsigned)line + 1;
    editor_release(&state->editor);
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

/* A change or a move, in either of the editors. False for any other action. */
static bool write_text(struct editor *editor, const struct action *action, int page) {
    if (moves[action->kind]) {
        editor_move(editor, (enum editor_move)(moves[action->kind] - 1), page);
        return true;
    }
    switch (action->kind) {
    case ACTION_TYPE: editor_type(editor, action->rune); return true;
    case ACTION_PASTE: editor_insert(editor, action->text, action->length); return true;
    case ACTION_NEWLINE: editor_newline(editor); return true;
    case ACTION_INDENT: editor_indent(editor); return true;
    case ACTION_ERASE: editor_erase(editor); return true;
    case ACTION_DELETE: editor_delete(editor); return true;
    case ACTION_DELETE_LINE: editor_delete_line(editor); return true;
    case ACTION_UNDO: editor_undo(editor); return true;
    case ACTION_REDO: editor_redo(editor); return true;
    default: return false;
    }
}

/* The wheel moves the cursor too: a page that follows its cursor cannot leave it. */
static unsigned wheel(struct state *state, enum editor_move move) {
    editor_move(&state->editor, move, 3);
    state->stale |= STALE_LIVE;
    return EFFECT_DRAW;
}

static unsigned click(struct state *state, const struct action *action) {
    struct area live = layout_of(state).live;
    int row = state->live_top + action->y - live.y;
    if (action->y < live.y || action->y >= live.y + live.height || action->x < live.x) return 0;
    if (state->line_count == 0 || row < state->line_row[1]) return 0;
    editor_place(&state->editor, row - state->line_row[1], action->x - live.x - 5);
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
    if (!write_text(&state->editor, action, page_of(state))) return 0;
    state->stale |= STALE_LIVE;
    return EFFECT_DRAW;
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
    default: return write_text(&state->field, action, 1) ? EFFECT_DRAW : 0;
    }
}
