/* keys - see keys.h. Rows that stand first are found first, and stand first in the footer. */
#include "ui/reader/keys.h"

#include "ui/reader/modes.h"

/* ---- when a key works ----------------------------------------------------------------------- */

static bool asks_number(const struct state *state) {
    const struct prediction *prediction = state_step(state)->prediction;
    return prediction && prediction->kind == PREDICT_NUMBER;
}

static bool asks_choice(const struct state *state) {
    return !asks_number(state);
}

static bool asks_order(const struct state *state) {
    const struct prediction *prediction = state_step(state)->prediction;
    return prediction && prediction->kind == PREDICT_ORDER;
}

/* A replay that has begun and is not over: its keys come first. */
static bool is_amid(const struct state *state) {
    return state_can_replay(state) && !replay_is_whole(&state->replay);
}

static bool is_whole(const struct state *state) {
    return state_can_replay(state) && replay_is_whole(&state->replay);
}

/* The figures on the screen are of other knobs. */
static bool runs_anew(const struct state *state) {
    return state_can_run(state) && state_is_outdated(state);
}

static bool runs(const struct state *state) {
    return state_can_run(state) && !state_is_outdated(state);
}

static bool has_undo(const struct state *state) {
    return state->undo.on;
}

static bool has_knobs(const struct state *state) {
    return state_step(state)->knob_count > 0;
}

static bool has_many_knobs(const struct state *state) {
    return state_step(state)->knob_count > 1;
}

static bool has_hint(const struct state *state) {
    unsigned given = state_visit(state)->hints;
    return given < 3 && state_step(state)->hints[given];
}

static bool had_hints(const struct state *state) {
    return state_visit(state)->hints > 0 && !has_hint(state);
}

static bool has_sql(const struct state *state) {
    if (!state_can_replay(state) || state->line_count == 0) return false;
    return stage_queries(cut_whole(state->stage->tape)).count > 0;
}

static bool has_search(const struct state *state) {
    return state->search.text[0] != '\0';
}

static bool is_reviewing(const struct state *state) {
    return state->review.on;
}

static bool can_go_on(const struct state *state) {
    return state->review.on && !state_is_busy(state);
}

static bool is_no_review(const struct state *state) {
    return !state->review.on;
}

/* While a review is on, q ends that. */
static bool leaves(const struct state *state) {
    return !state->review.on || state->mode != MODE_READ;
}

static bool is_narrow(const struct state *state) {
    return !state_is_wide(state);
}

static bool has_next(const struct state *state) {
    return state->step + 1 < state_lesson(state)->step_count ||
           state->lesson + 1 < state->course.count;
}

static bool has_previous(const struct state *state) {
    return state->step > 0 || state->lesson > 0;
}

/* ---- the table ------------------------------------------------------------------------------ */

#define IN(mode) (1u << MODE_##mode)

enum {
    READ = IN(READ),
    ASK = IN(ASK),
    EDIT = IN(EDIT),
    LIST = IN(LIST),
    OVER = IN(HELP) | IN(SQL),
    FIELD = IN(KNOB) | IN(SEARCH),
    RESET = IN(RESET),
    SURE = IN(SURE),
    EVERY = (1 << MODE_COUNT) - 1
};

/* In the order of the footer, which shows the first that have room: running, turning and going on
 * before all else. */
const struct binding bindings[] = {
    /* stopping comes before all */
    {EVERY, {CONTROL('C')}, ACTION_STOP, "^C", "stop", "stop a run; else leave", state_is_busy},
    {EVERY, {CONTROL('C')}, ACTION_STOP, NULL, NULL, NULL, NULL},

    /* a review, while there is one */
    {READ, {'n', 'R', STROKE_ENTER}, ACTION_REVIEW, "n", "next question", NULL, can_go_on},
    {READ, {'q', STROKE_ESCAPE}, ACTION_REVIEW_END, "q", "end review", NULL, is_reviewing},

    /* the search, while there is one */
    {READ, {'n'}, ACTION_FIND_NEXT, "n N", "match", "the next, the previous match", has_search},
    {READ, {'N'}, ACTION_FIND_PREVIOUS, NULL, NULL, NULL, has_search},
    {READ, {STROKE_ESCAPE}, ACTION_BACK, "Esc", "end search", "end the search", has_search},
    {READ, {STROKE_ESCAPE}, ACTION_BACK, NULL, NULL, NULL, NULL},

    /* the demo */
    {READ,
     {'r', STROKE_ENTER, '\n'},
     ACTION_RUN,
     "r",
     "run anew",
     "run with the knobs as they are",
     runs_anew},
    {READ, {'r', STROKE_ENTER, '\n'}, ACTION_RUN, "r", "run", "run the demo (Enter too)", runs},
    {READ, {' '}, ACTION_PLAY, "Space", "play", "play or pause the replay", is_amid},
    {READ, {','}, ACTION_EVENT_PREVIOUS, ", .", "event", "one event back, forward", is_amid},
    {READ, {'-'}, ACTION_KNOB_LESS, "- +", "turn", "turn the knob down, up", has_knobs},
    {READ, {'+', '='}, ACTION_KNOB_MORE, NULL, NULL, NULL, has_knobs},
    {READ, {'n', STROKE_RIGHT}, ACTION_NEXT_STEP, "n", "next", "the next step", has_next},
    {READ,
     {STROKE_TAB, STROKE_BACK_TAB},
     ACTION_PANE,
     "Tab",
     "pane",
     "note or live pane",
     is_narrow},
    {READ, {'['}, ACTION_KNOB_PREVIOUS, "[ ]", "knob", "choose a knob", has_many_knobs},
    {READ, {']'}, ACTION_KNOB_NEXT, NULL, NULL, NULL, has_many_knobs},
    {READ, {' '}, ACTION_PLAY, "Space", "play", "play or pause the replay", is_whole},
    {READ, {'e'}, ACTION_EDIT, "e", "edit", "edit the listing in place", state_can_edit},
    {READ, {'o'}, ACTION_SQL, "o", "SQL", "the SQL behind the chosen line", has_sql},
    {READ, {'h'}, ACTION_HINT, "h", "hint", "a hint, three at most; then all again", has_hint},
    {READ, {'h'}, ACTION_HINT, NULL, NULL, NULL, had_hints},
    {READ, {','}, ACTION_EVENT_PREVIOUS, ", .", "event", "one event back, forward", is_whole},
    {READ, {'.'}, ACTION_EVENT_NEXT, NULL, NULL, NULL, state_can_replay},
    {READ, {'p', STROKE_LEFT}, ACTION_PREVIOUS_STEP, "p", NULL, "the previous step", has_previous},
    {READ, {STROKE_RIGHT}, ACTION_NEXT_STEP, NULL, NULL, NULL, has_next},
    {READ, {'l'}, ACTION_LIST, "l", "list", "the list of days and steps", NULL},
    {READ, {'/'}, ACTION_SEARCH, "/", "search", "search all notes and listings", NULL},
    {READ,
     {STROKE_TAB, STROKE_BACK_TAB},
     ACTION_PANE,
     "Tab",
     NULL,
     "which pane j and k scroll",
     NULL},
    {READ,
     {'>'},
     ACTION_QUERY_NEXT,
     "< >",
     NULL,
     "to the previous, the next query",
     state_can_replay},
    {READ, {'<'}, ACTION_QUERY_PREVIOUS, NULL, NULL, NULL, state_can_replay},
    {READ, {'s'}, ACTION_SPEED, "s", NULL, "speed of the replay", state_can_replay},
    {READ, {'_', '{'}, ACTION_KNOB_MUCH_LESS, "{ }", NULL, "turn it ten times as far", has_knobs},
    {READ, {'}'}, ACTION_KNOB_MUCH_MORE, NULL, NULL, NULL, has_knobs},
    {READ, {'v'}, ACTION_KNOB_TYPE, "v", NULL, "type the knob's value", has_knobs},
    {READ, {'1'}, ACTION_DAY, "1-9", NULL, "a day", NULL},
    {READ, {'2', '3', '4'}, ACTION_DAY, NULL, NULL, NULL, NULL},
    {READ, {'5', '6', '7'}, ACTION_DAY, NULL, NULL, NULL, NULL},
    {READ, {'8', '9'}, ACTION_DAY, NULL, NULL, NULL, NULL},
    {READ | OVER | LIST, {'j', STROKE_DOWN}, ACTION_DOWN, "j k", NULL, "scroll (arrows too)", NULL},
    {READ | OVER | LIST, {'k', STROKE_UP}, ACTION_UP, NULL, NULL, NULL, NULL},
    {READ | OVER | LIST | EDIT,
     {STROKE_PAGE_DOWN},
     ACTION_PAGE_DOWN,
     "PgDn",
     NULL,
     "a page down",
     NULL},
    {READ | OVER | LIST | EDIT, {STROKE_PAGE_UP}, ACTION_PAGE_UP, "PgUp", NULL, "a page up", NULL},
    {READ | OVER, {'b'}, ACTION_PAGE_UP, NULL, NULL, NULL, NULL},
    {OVER, {' ', 'f'}, ACTION_PAGE_DOWN, NULL, NULL, NULL, NULL},
    {READ, {'f', ' '}, ACTION_PAGE_DOWN, NULL, NULL, NULL, NULL}, /* with nothing to play */
    {READ | OVER, {CONTROL('D')}, ACTION_HALF_DOWN, "^D ^U", NULL, "half a page", NULL},
    {READ | OVER, {CONTROL('U')}, ACTION_HALF_UP, NULL, NULL, NULL, NULL},
    {READ | OVER | LIST, {'g', STROKE_HOME}, ACTION_TOP, "g G", NULL, "the top, the bottom", NULL},
    {READ | OVER | LIST, {'G', STROKE_END}, ACTION_BOTTOM, NULL, NULL, NULL, NULL},
    {READ, {'x'}, ACTION_RESET, "x", NULL, "reset: output, knobs, listing, progress", NULL},
    {READ, {'u'}, ACTION_UNDO, "u", NULL, "undo the reset just made", has_undo},
    {READ, {'R'}, ACTION_REVIEW, "R", NULL, "review: predict anew what you have run", NULL},
    {READ, {'m'}, ACTION_MOUSE, "m", NULL, "mouse on or off (Shift-drag selects)", NULL},
    {READ, {'?', STROKE_F1}, ACTION_HELP, "?", "help", "all keys", NULL},
    {LIST | ASK, {'?', STROKE_F1}, ACTION_HELP, NULL, NULL, NULL, NULL},
    {EDIT, {STROKE_F1}, ACTION_HELP, NULL, NULL, NULL, NULL},

    /* the prediction */
    {ASK, {STROKE_ENTER, '\n'}, ACTION_ACCEPT, "Enter", "answer, run", NULL, NULL},
    {ASK, {'j'}, ACTION_DOWN, "j k", "choose", NULL, asks_choice},
    {ASK, {'k'}, ACTION_UP, NULL, NULL, NULL, asks_choice},
    {ASK, {'-'}, ACTION_KNOB_LESS, "- +", "move", "move it up, down", asks_order},
    {ASK, {'+', '='}, ACTION_KNOB_MORE, NULL, NULL, NULL, asks_order},
    {ASK, {STROKE_ESCAPE}, ACTION_BACK, "Esc", "skip", NULL, is_no_review},
    {ASK, {'q'}, ACTION_LEAVE, "q", "not now", NULL, is_no_review},
    {ASK, {'q', STROKE_ESCAPE}, ACTION_REVIEW_END, "q", "end review", NULL, is_reviewing},
    {ASK, {STROKE_DOWN}, ACTION_DOWN, NULL, NULL, NULL, NULL},
    {ASK, {STROKE_UP}, ACTION_UP, NULL, NULL, NULL, NULL},
    {ASK, {'1', '2', '3'}, ACTION_CHOOSE, NULL, NULL, NULL, asks_choice},
    {ASK, {'4', '5', '6'}, ACTION_CHOOSE, NULL, NULL, NULL, asks_choice},
    {ASK, {'7', '8'}, ACTION_CHOOSE, NULL, NULL, NULL, asks_choice},
    {ASK, {STROKE_PAGE_DOWN}, ACTION_PAGE_DOWN, "PgDn", "scroll the note", NULL, NULL},
    {ASK, {STROKE_PAGE_UP}, ACTION_PAGE_UP, NULL, NULL, NULL, NULL},
    {ASK, {STROKE_TAB, STROKE_BACK_TAB}, ACTION_PANE, "Tab", "pane", NULL, NULL},

    /* the editor */
    {EDIT, {CONTROL('R')}, ACTION_RUN, "^R", "run", NULL, NULL},
    {EDIT, {STROKE_ESCAPE}, ACTION_BACK, "Esc", "done", NULL, NULL},
    {EDIT, {CONTROL('U')}, ACTION_UNDO, "^U", "undo", NULL, NULL},
    {EDIT, {CONTROL('Y')}, ACTION_REDO, "^Y", "redo", NULL, NULL},
    {EDIT, {CONTROL('K')}, ACTION_DELETE_LINE, "^K", "delete line", NULL, NULL},
    {EDIT, {0x1F}, ACTION_UNDO, NULL, NULL, NULL, NULL},
    {EDIT, {STROKE_ENTER, '\n'}, ACTION_NEWLINE, NULL, NULL, NULL, NULL},
    {EDIT, {STROKE_TAB}, ACTION_INDENT, NULL, NULL, NULL, NULL},
    {EDIT, {STROKE_BACK_TAB}, ACTION_ERASE, NULL, NULL, NULL, NULL},
    {EDIT, {STROKE_UP}, ACTION_UP, NULL, NULL, NULL, NULL},
    {EDIT, {STROKE_DOWN}, ACTION_DOWN, NULL, NULL, NULL, NULL},

    /* a line being typed */
    {FIELD, {STROKE_ENTER, '\n'}, ACTION_ACCEPT, "Enter", "take it", NULL, NULL},
    {FIELD, {STROKE_ESCAPE}, ACTION_BACK, "Esc", "leave it", NULL, NULL},
    {FIELD, {STROKE_UP, STROKE_DOWN, STROKE_TAB}, ACTION_NONE, NULL, NULL, NULL, NULL},
    {FIELD | ASK | EDIT, {STROKE_LEFT}, ACTION_LEFT, NULL, NULL, NULL, NULL},
    {FIELD | ASK | EDIT, {STROKE_RIGHT}, ACTION_RIGHT, NULL, NULL, NULL, NULL},
    {FIELD | ASK | EDIT, {STROKE_HOME, CONTROL('A')}, ACTION_HOME, NULL, NULL, NULL, NULL},
    {FIELD | ASK | EDIT, {STROKE_END, CONTROL('E')}, ACTION_END, NULL, NULL, NULL, NULL},
    {FIELD | ASK | EDIT, {STROKE_ERASE, 0x7F, 0x08}, ACTION_ERASE, NULL, NULL, NULL, NULL},
    {FIELD | ASK | EDIT, {STROKE_DELETE, CONTROL('D')}, ACTION_DELETE, NULL, NULL, NULL, NULL},
    {FIELD | ASK, {CONTROL('U'), CONTROL('K')}, ACTION_DELETE_LINE, NULL, NULL, NULL, NULL},

    /* the list */
    {LIST, {STROKE_ENTER, '\n', STROKE_RIGHT}, ACTION_ACCEPT, "Enter", "open", NULL, NULL},
    {LIST, {'1', '2', '3'}, ACTION_CHOOSE, "1-9", "day", NULL, NULL},
    {LIST, {'4', '5', '6'}, ACTION_CHOOSE, NULL, NULL, NULL, NULL},
    {LIST, {'7', '8', '9'}, ACTION_CHOOSE, NULL, NULL, NULL, NULL},
    {LIST, {'l', STROKE_ESCAPE, STROKE_LEFT}, ACTION_BACK, "l", "close", NULL, NULL},

    /* what to reset, and whether really */
    {RESET, {'o'}, ACTION_CHOOSE, "o", "output", NULL, NULL},
    {RESET, {'k'}, ACTION_CHOOSE, "k", "knobs", NULL, NULL},
    {RESET, {'l'}, ACTION_CHOOSE, "l", "listing", NULL, NULL},
    {RESET, {'p'}, ACTION_CHOOSE, "p", "progress", NULL, NULL},
    {SURE, {'y'}, ACTION_ACCEPT, "y", "yes", NULL, NULL},
    {SURE, {'n'}, ACTION_BACK, "n", "no", NULL, NULL},

    /* pages that lie over the panes */
    {OVER | RESET | SURE, {STROKE_ESCAPE, 'o', '?'}, ACTION_BACK, NULL, NULL, NULL, NULL},
    {IN(HELP), {STROKE_F1}, ACTION_BACK, NULL, NULL, NULL, NULL},
    {READ | OVER | LIST | RESET | SURE,
     {'q'},
     ACTION_LEAVE,
     "q",
     "leave",
     "leave this layer",
     leaves},

    /* the terminal */
    {EVERY, {CONTROL('Z')}, ACTION_SUSPEND, "^Z", NULL, "to the shell; fg comes back", NULL},
    {EVERY, {CONTROL('L')}, ACTION_REPAINT, "^L", NULL, "paint the screen anew", NULL},
};

const size_t binding_count = sizeof bindings / sizeof *bindings;

bool keys_works(const struct state *state, const struct binding *binding) {
    if (!(binding->modes & 1u << state->mode)) return false;
    return !binding->works || binding->works(state);
}

static bool has_key(const struct binding *binding, uint32_t key) {
    for (size_t i = 0; i < KEYS_EACH && binding->keys[i]; i++)
        if (binding->keys[i] == key) return true;
    return false;
}

static bool types(const struct state *state) {
    return state->mode == MODE_EDIT || state->mode == MODE_KNOB || state->mode == MODE_SEARCH ||
           (state->mode == MODE_ASK && asks_number(state));
}

bool keys_reaches(const struct state *state, const struct binding *binding, enum mode mode) {
    if (binding->works && !binding->works(state)) return false;
    for (const struct binding *row = bindings; row < binding; row++)
        if (row->modes & 1u << mode && has_key(row, binding->keys[0]))
            if (!row->works || row->works(state)) return false;
    return true;
}

struct action keys_find(const struct state *state, uint32_t key) {
    for (size_t i = 0; i < binding_count; i++)
        if (has_key(&bindings[i], key) && keys_works(state, &bindings[i]))
            return (struct action){.kind = bindings[i].action, .rune = key};
    bool printable = key >= ' ' && key < STROKE_NAMED && key != 0x7F;
    enum action_kind kind = printable && types(state) ? ACTION_TYPE : ACTION_NONE;
    return (struct action){.kind = kind, .rune = key};
}
