/* panels - what lies over the panes for a while: all keys (MODE_HELP) and the SQL behind a line
 * (MODE_SQL). */
#include <stdlib.h>
#include <string.h>

#include "ui/reader/amount.h"
#include "ui/reader/keys.h"
#include "ui/reader/modes.h"

static void put_text(struct grid *page, int left, const char *text, struct style style) {
    grid_wrap(page, -1, left, left, page->width - 1, text, style);
}

/* ---- help ----------------------------------------------------------------------------------- */

static void put_key(struct grid *page, const char *key, const char *text) {
    enum { KEYS = 9 };
    int y = grid_add_row(page), left = page->width >= 30 ? 3 : 0;
    grid_put(page, y, left, left + KEYS, key, STYLE(KEY));
    grid_wrap(page, y, left + KEYS, left + KEYS, page->width - 1, text, STYLE(TEXT));
}

static bool is_helped(const struct binding *row) {
    return row->modes & 1u << MODE_READ && row->shown && row->help;
}

/* Where two rows have one action, the one that works, or else the first, tells of both. */
static bool is_told_elsewhere(const struct state *state, const struct binding *row) {
    for (size_t i = 0; i < binding_count; i++) {
        const struct binding *other = &bindings[i];
        if (other == row || other->action != row->action || !is_helped(other)) continue;
        if (other < row || keys_reaches(state, other, MODE_READ)) return true;
    }
    return false;
}

/* The keys that do something in the reading that lies below, or those that wait for something. */
static void put_reading_keys(const struct state *state, struct grid *page, bool now) {
    put_text(page, 1, now ? "Reading: these work now" : "Reading: not now", STYLE(TITLE));
    for (size_t i = 0; i < binding_count; i++) {
        const struct binding *row = &bindings[i];
        if (!is_helped(row) || keys_reaches(state, row, MODE_READ) != now) continue;
        if (!now && is_told_elsewhere(state, row)) continue;
        put_key(page, row->shown, row->help);
    }
    grid_add_row(page);
}

static void put_keys(struct grid *page, enum mode mode, const char *title) {
    put_text(page, 1, title, STYLE(TITLE));
    for (size_t i = 0; i < binding_count; i++) {
        const struct binding *binding = &bindings[i];
        if (!(binding->modes & 1u << mode) || !binding->shown || !binding->brief) continue;
        if (binding->works == state_is_busy) continue;
        put_key(page, binding->shown, binding->brief);
    }
    grid_add_row(page);
}

/* What it was asked for in comes first. */
static void build_help(struct state *state) {
    static const struct {
        enum mode mode;
        const char *title;
    } parts[] = {{MODE_ASK, "Answering a question"},
                 {MODE_EDIT, "Editing a listing"},
                 {MODE_LIST, "The list"}};
    enum { PARTS = sizeof parts / sizeof *parts };
    struct grid *page = &state->over;
    for (size_t i = 0; i < PARTS; i++)
        if (parts[i].mode == state->below) put_keys(page, parts[i].mode, parts[i].title);
    put_reading_keys(state, page, true);
    put_reading_keys(state, page, false);
    for (size_t i = 0; i < PARTS; i++)
        if (parts[i].mode != state->below) put_keys(page, parts[i].mode, parts[i].title);
    put_text(page, 1, "With the mouse", STYLE(TITLE));
    put_text(page, 3,
             "The wheel scrolls, and turns the knob it is on; a click chooses. Shift-drag selects "
             "text in most terminals.",
             STYLE(TEXT));
}

/* ---- SQL ------------------------------------------------------------------------------------ */

enum { STATEMENTS = 32, EXAMPLES = 3, PEEK = 128 };

/* One statement that a line sent, and how often. */
struct sent {
    uint32_t subject;
    uint64_t times, rows, elapsed_ns;
    struct tape_event examples[EXAMPLES];
    size_t example_count;
};

struct behind {
    struct sent sent[STATEMENTS];
    size_t count;
    uint64_t left_out; /* further statements there was no room for */
};

static void add_query(struct behind *behind, const struct tape_event *event) {
    size_t i = 0;
    while (i < behind->count && behind->sent[i].subject != event->subject) i++;
    if (i == STATEMENTS) {
        behind->left_out++;
        return;
    }
    struct sent *sent = &behind->sent[i];
    if (i == behind->count) {
        *sent = (struct sent){.subject = event->subject};
        behind->count++;
    }
    sent->times += event->weight;
    sent->rows += (uint64_t)event->amount * event->weight;
    sent->elapsed_ns += event->elapsed_ns * event->weight;
    if (sent->example_count < EXAMPLES) sent->examples[sent->example_count++] = *event;
}

/* What was measured beside the listing, on lanes of its own, is not the line's. */
static bool is_query_of(const struct tape_event *event, unsigned line) {
    return event->kind == TAPE_QUERY && event->line == line && event->lane < LANE_BESIDE;
}

static void collect(struct behind *behind, struct cut cut, unsigned line) {
    struct tape_event events[PEEK];
    size_t done = 0, got;
    *behind = (struct behind){.count = 0};
    while (done < cut.upto && (got = tape_events(cut.tape, done, events, PEEK)) > 0) {
        for (size_t i = 0; i < got && done + i < cut.upto; i++)
            if (is_query_of(&events[i], line)) add_query(behind, &events[i]);
        done += got;
    }
}

static int put_value(struct grid *page, int y, int x, int left, const struct value *value) {
    int right = page->width - 1;
    switch (value->kind) {
    case VALUE_NONE: return grid_put(page, y, x, right, "None", STYLE(KEYWORD));
    case VALUE_BOOL:
        return grid_put(page, y, x, right, value->integer ? "True" : "False", STYLE(KEYWORD));
    case VALUE_INT:
        return grid_format(page, y, x, right, STYLE(NUMBER), "%lld", (long long)value->integer);
    case VALUE_FLOAT: return grid_format(page, y, x, right, STYLE(NUMBER), "%g", value->real);
    case VALUE_BYTES: return grid_format(page, y, x, right, STYLE(TEXT), "%u bytes", value->length);
    case VALUE_OBJECT: return grid_put(page, y, x, right, "?", STYLE(TEXT));
    default: break;
    }
    (void)left;
    x = grid_put(page, y, x, right, "'", STYLE(STRING));
    x = grid_put_bytes(page, y, x, right, value->text, value->length, STYLE(STRING));
    return grid_put(page, y, x, right, "'", STYLE(STRING));
}

static void put_parameters(struct grid *page, const struct tape_event *event) {
    int left = 3, right = page->width - 1, y = grid_add_row(page);
    int x = grid_put(page, y, left, right, "with ", STYLE(MUTED));
    if (event->parameter_count == 0) grid_put(page, y, x, right, "no parameters", STYLE(MUTED));
    for (uint32_t i = 0; i < event->parameter_count; i++) {
        if (x > right - 12) y = grid_add_row(page), x = left + 5;
        if (y < 0) return;
        x = put_value(page, y, x, left, &event->parameters[i]);
        if (i + 1 < event->parameter_count) x = grid_put(page, y, x, right, ", ", STYLE(MUTED));
    }
}

static void put_plan(struct state *state, uint32_t sql) {
    const char *plan = stage_plan(state->stage, sql);
    if (!plan) return;
    put_text(&state->over, 3, "plan", STYLE(MUTED));
    put_text(&state->over, 5, plan, STYLE(TEXT));
}

static void put_sent(struct state *state, const struct sent *sent) {
    struct grid *page = &state->over;
    const char *sql = tape_name(state->stage->tape, sent->subject);
    int y = grid_add_row(page), right = page->width - 1;
    int x = grid_format(page, y, 1, right, STYLE(NUMBER), "%s %s", amount_count(sent->times).text,
                        sent->times == 1 ? "time" : "times");
    grid_format(page, y, x, right, STYLE(MUTED), "  %s  %s",
                amount_number((double)sent->rows, "rows").text, amount_ns(sent->elapsed_ns).text);
    put_text(page, 3, sql, STYLE(CODE));
    for (size_t i = 0; i < sent->example_count; i++) put_parameters(page, &sent->examples[i]);
    if (sent->times > sent->example_count)
        grid_format(page, grid_add_row(page), 3, right, STYLE(MUTED), "and %s more times",
                    amount_count(sent->times - sent->example_count).text);
    put_plan(state, sent->subject);
    grid_add_row(page);
}

static void build_sql(struct state *state) {
    struct grid *page = &state->over;
    if (!state->stage) {
        put_text(page, 1, "Nothing was run yet.", STYLE(MUTED));
        return;
    }
    struct behind *behind = malloc(sizeof *behind);
    if (!behind) {
        put_text(page, 1, "out of memory", STYLE(FAILED));
        return;
    }
    collect(behind, replay_cut(&state->replay), state->selected);
    int y = grid_add_row(page);
    grid_format(page, y, 1, page->width, STYLE(TITLE), "SQL behind line %u", state->selected);
    grid_add_row(page);
    for (size_t i = 0; i < behind->count; i++) put_sent(state, &behind->sent[i]);
    if (behind->left_out > 0)
        grid_format(page, grid_add_row(page), 1, page->width, STYLE(MUTED),
                    "and %s further statements", amount_count(behind->left_out).text);
    if (behind->count == 0)
        put_text(page, 1, "This line sent no SQL. Choose another in the live pane with j and k.",
                 STYLE(TEXT));
    free(behind);
}

/* From wherever it is asked for; over_handle goes back there. */
unsigned help_open(struct state *state, const struct action *action) {
    (void)action;
    state->below = state->mode;
    state_set_mode(state, MODE_HELP);
    return EFFECT_DRAW;
}

void over_build(struct state *state) {
    grid_resize(&state->over, 0, layout_of(state).over.width);
    if (state->mode == MODE_HELP) build_help(state);
    if (state->mode == MODE_SQL) build_sql(state);
}

unsigned over_handle(struct state *state, const struct action *action) {
    int page = layout_of(state).over.height;
    switch (action->kind) {
    case ACTION_UP: state->over_top--; break;
    case ACTION_DOWN: state->over_top++; break;
    case ACTION_WHEEL_UP: state->over_top -= 3; break;
    case ACTION_WHEEL_DOWN: state->over_top += 3; break;
    case ACTION_PAGE_UP: state->over_top -= page > 2 ? page - 1 : 1; break;
    case ACTION_PAGE_DOWN: state->over_top += page > 2 ? page - 1 : 1; break;
    case ACTION_HALF_UP: state->over_top -= (page + 1) / 2; break;
    case ACTION_HALF_DOWN: state->over_top += (page + 1) / 2; break;
    case ACTION_TOP: state->over_top = 0; break;
    case ACTION_BOTTOM: state->over_top = state->over.height; break;
    case ACTION_BACK:
    case ACTION_LEAVE:
        state_set_mode(state, state->mode == MODE_HELP ? state->below : MODE_READ);
        break;
    default: return 0;
    }
    return EFFECT_DRAW;
}
