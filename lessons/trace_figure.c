/* trace_figure - see trace_figure.h. */
#include "lessons/trace_figure.h"

#include <string.h>

/* get_response is what Django calls the innermost handler. */
static const char *label_of(const char *subject) {
    if (strcmp(subject, "get_response") == 0) return "resolve and view";
    if (strcmp(subject, "convert_exception_to_response") == 0) return "boundary";
    return subject;
}

/* "answers 403": the layer or boundary made this response itself. */
static const char *detail_of(struct arena *arena, const struct tape_event *event) {
    switch (event->kind) {
    case TAPE_RESPONSE: return arena_format(arena, "answers %d", (int)event->amount);
    case TAPE_QUERY: return arena_format(arena, "%d rows", (int)event->amount);
    case TAPE_EXCEPTION: return "raised";
    case TAPE_INIT: return "built";
    default: break;
    }
    bool has_status = event->shape == TAPE_LEAVE && event->amount > 0;
    return has_status ? arena_format(arena, "%d", (int)event->amount) : NULL;
}

static bool is_shown(const struct tape_event *event, int lane) {
    if (lane >= 0 && event->lane != lane) return false;
    switch (event->kind) {
    case TAPE_INIT:
    case TAPE_REQUEST:
    case TAPE_LAYER:
    case TAPE_HOOK:
    case TAPE_VIEW:
    case TAPE_QUERY:
    case TAPE_RESPONSE:
    case TAPE_EXCEPTION:
    case TAPE_LOG: return true;
    default: return false;
    }
}

static bool fill(struct arena *arena, struct cut cut, const struct tape_event *event, size_t index,
                 struct figure_entry *entry) {
    static const enum figure_entry_shape shapes[] = {
        [TAPE_POINT] = ENTRY_POINT, [TAPE_ENTER] = ENTRY_IN, [TAPE_LEAVE] = ENTRY_OUT};
    const char *subject = tape_name(cut.tape, event->subject);
    *entry = (struct figure_entry){
        .depth = event->depth,
        .shape = shapes[event->shape],
        .label = arena_string(arena, label_of(subject)),
        .detail = detail_of(arena, event),
        .elapsed_ns = event->elapsed_ns,
        .event = index,
    };
    return entry->label != NULL;
}

enum { ENTRIES_MOST = 400 };

/* Adds one event; false when the last request wanted is over, or there is no room. */
static bool add(struct arena *arena, struct cut cut, const struct tape_event *event, size_t index,
                struct figure *figure, struct figure_entry *entries, size_t *requests,
                bool *failed) {
    if (figure->trace.count == ENTRIES_MOST) return false;
    *failed = !fill(arena, cut, event, index, &entries[figure->trace.count]);
    if (*failed) return false;
    figure->trace.count++;
    bool is_over = event->kind == TAPE_REQUEST && event->shape == TAPE_LEAVE;
    return !is_over || --*requests > 0;
}

bool trace_figure_draw(struct cut cut, int lane, size_t requests, const char *title,
                       struct figures *figures) {
    struct figure *figure = figures_add(figures, FIGURE_TRACE, title);
    if (!figure) return true;
    struct figure_entry *entries = arena_array(figures->arena, ENTRIES_MOST, sizeof *entries);
    if (!entries) return false;
    figure->trace.entries = entries;
    struct tape_event events[64];
    bool failed = false;
    for (size_t first = 0, got; first < cut.upto; first += got) {
        size_t want = cut.upto - first < 64 ? cut.upto - first : 64;
        got = tape_events(cut.tape, first, events, want);
        if (got == 0) break;
        for (size_t i = 0; i < got; i++)
            if (is_shown(&events[i], lane) && !add(figures->arena, cut, &events[i], first + i,
                                                   figure, entries, &requests, &failed))
                return !failed;
    }
    return true;
}
