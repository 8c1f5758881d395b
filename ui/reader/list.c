/* list - MODE_LIST: the days, and the steps of the day that is chosen. */
#include "ui/reader/modes.h"

/* The day whose steps are shown: while the list is used, the one the chosen row belongs to. Since
 * rows depend on it and it on rows, the open day is kept as the state's own until another is
 * opened by Enter. */
static size_t open_day(const struct state *state) {
    return state->lesson;
}

size_t list_count(const struct state *state) {
    return state->course.count + state->course.lessons[open_day(state)]->step_count;
}

struct list_row list_row(const struct state *state, size_t row) {
    size_t day = open_day(state), steps = state->course.lessons[day]->step_count;
    if (row <= day) return (struct list_row){row, 0, false};
    if (row <= day + steps) return (struct list_row){day, row - day - 1, true};
    return (struct list_row){row - steps, 0, false};
}

size_t list_here(const struct state *state) {
    return state->lesson + 1 + state->step;
}

size_t list_top(const struct state *state, int height) {
    size_t rows = height > 0 ? (size_t)height : 1;
    size_t at = state->mode == MODE_LIST ? state->list_at : list_here(state);
    return at >= rows ? at - rows + 1 : 0;
}

static unsigned close_list(struct state *state) {
    state->list_open = false;
    state_set_mode(state, MODE_READ);
    state->stale |= STALE_ALL;
    return EFFECT_DRAW;
}

/* A day opens and shows its steps; a step opens and the list has done its work. Where it has a
 * column of its own it stays there. */
static unsigned open_row(struct state *state) {
    struct list_row row = list_row(state, state->list_at);
    unsigned effects = state_go(state, row.lesson, row.step);
    state->list_at = list_here(state);
    if (row.is_step) state_set_mode(state, MODE_READ);
    return effects;
}

static unsigned open_day_number(struct state *state, size_t lesson) {
    if (lesson >= state->course.count) return 0;
    unsigned effects = state_go(state, lesson, 0);
    state->list_at = list_here(state);
    return effects;
}

static unsigned move_to(struct state *state, long row) {
    long last = (long)list_count(state) - 1;
    state->list_at = (size_t)(row < 0 ? 0 : row > last ? last : row);
    return EFFECT_DRAW;
}

static unsigned click(struct state *state, const struct action *action) {
    struct layout layout = layout_of(state);
    struct area area = layout.list.width > 0 ? layout.list : layout.over;
    int row = action->y - area.y;
    if (row < 0 || row >= area.height || action->x < area.x || action->x >= area.x + area.width)
        return 0;
    size_t at = list_top(state, area.height) + (size_t)row;
    if (at >= list_count(state)) return 0;
    state->list_at = at;
    return open_row(state);
}

unsigned list_handle(struct state *state, const struct action *action) {
    long at = (long)state->list_at, page = layout_of(state).body.height;
    switch (action->kind) {
    case ACTION_UP: return move_to(state, at - 1);
    case ACTION_DOWN: return move_to(state, at + 1);
    case ACTION_WHEEL_UP: return move_to(state, at - 3);
    case ACTION_WHEEL_DOWN: return move_to(state, at + 3);
    case ACTION_PAGE_UP: return move_to(state, at - page);
    case ACTION_PAGE_DOWN: return move_to(state, at + page);
    case ACTION_TOP: return move_to(state, 0);
    case ACTION_BOTTOM: return move_to(state, (long)list_count(state));
    case ACTION_ACCEPT: return open_row(state);
    case ACTION_CHOOSE: return action->rune >= '1' ? open_day_number(state, action->rune - '1') : 0;
    case ACTION_CLICK: return click(state, action);
    case ACTION_BACK:
    case ACTION_LEAVE: return close_list(state);
    default: return 0;
    }
}
