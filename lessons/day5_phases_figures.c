/* day5_phases_figures - the phases as a trace, and the registry's flags where the code stood. */
#include <string.h>

#include "lessons/day5.h"

static bool is_shown(const struct tape_event *event) {
    return event->kind == TAPE_PHASE || event->kind == TAPE_MARK || event->kind == TAPE_QUERY ||
           event->kind == TAPE_EXCEPTION;
}

static const char *detail_of(struct arena *arena, const struct tape_event *event) {
    if (event->kind == TAPE_QUERY) return arena_format(arena, "%d rows", (int)event->amount);
    if (event->shape == TAPE_LEAVE && event->amount == 0) return "raised";
    return NULL;
}

enum { ENTRIES_MOST = 120 };

static bool draw_trace(struct cut cut, struct figures *figures) {
    static const enum figure_entry_shape shapes[] = {
        [TAPE_POINT] = ENTRY_POINT, [TAPE_ENTER] = ENTRY_IN, [TAPE_LEAVE] = ENTRY_OUT};
    struct figure *figure = figures_add(figures, FIGURE_TRACE, "setup(), phase by phase");
    if (!figure) return true;
    struct figure_entry *entries = arena_array(figures->arena, ENTRIES_MOST, sizeof *entries);
    if (!entries) return false;
    struct tape_event event;
    size_t count = 0;
    for (size_t i = 0; i < cut.upto && count < ENTRIES_MOST; i++) {
        if (tape_events(cut.tape, i, &event, 1) == 0) break;
        if (!is_shown(&event)) continue;
        entries[count++] = (struct figure_entry){
            .depth = event.depth,
            .shape = shapes[event.shape],
            .label = tape_name(cut.tape, event.subject),
            .detail = detail_of(figures->arena, &event),
            .elapsed_ns = event.elapsed_ns,
            .event = i,
        };
    }
    figure->trace.entries = entries;
    figure->trace.count = count;
    return true;
}

static const char *const flags[] = {"apps_ready = True", "models_ready = True", "ready = True"};

enum { FLAGS = sizeof flags / sizeof *flags };

/* What the tape tells of the code: the flags that were true when it ran, and what came up. */
struct code {
    bool reached, up[FLAGS];
    const char *exception; /* the first; NULL: none */
};

static struct code find_code(struct cut cut) {
    struct code code = {.reached = false};
    struct tape_event event;
    for (size_t i = 0; i < cut.upto && tape_events(cut.tape, i, &event, 1) == 1; i++) {
        const char *subject = tape_name(cut.tape, event.subject);
        if (event.kind == TAPE_EXCEPTION && !code.exception) code.exception = subject;
        if (event.kind != TAPE_MARK || code.reached) continue;
        code.reached = event.shape == TAPE_ENTER;
        for (size_t flag = 0; flag < FLAGS; flag++)
            code.up[flag] |= strcmp(subject, flags[flag]) == 0;
    }
    return code;
}

static bool draw_flags(struct cut cut, struct figures *figures) {
    static const struct figure_column columns[FLAGS] = {
        {"apps_ready", ALIGN_LEFT}, {"models_ready", ALIGN_LEFT}, {"ready", ALIGN_LEFT}};
    struct code code = find_code(cut);
    struct figure *figure = figures_add(figures, FIGURE_TABLE, "the registry where the code ran");
    if (!figure) return true;
    const char **cells = arena_array(figures->arena, FLAGS, sizeof *cells);
    if (!cells) return false;
    for (size_t i = 0; i < FLAGS; i++) cells[i] = code.up[i] ? "True" : "False";
    figure->table.columns = columns;
    figure->table.column_count = FLAGS;
    figure->table.cells = cells;
    figure->table.row_count = code.reached ? 1 : 0;
    figure->note = code.exception;
    return true;
}

bool phases_draw(const struct stage *stage, struct cut cut, struct figures *figures) {
    return stage_draw_listing(stage, cut, figures) && draw_trace(cut, figures) &&
           draw_flags(cut, figures);
}
