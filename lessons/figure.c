/* figure - see figure.h. */
#include "lessons/figure.h"

void figures_init(struct figures *figures, struct arena *arena) {
    *figures = (struct figures){.arena = arena};
}

struct figure *figures_add(struct figures *figures, enum figure_kind kind, const char *title) {
    if (figures->count == FIGURES_MOST) return NULL;
    struct figure *figure = &figures->list[figures->count++];
    *figure = (struct figure){.kind = kind, .title = title};
    return figure;
}

const char *figure_kind_word(enum figure_kind kind) {
    static const char *const words[] = {
        [FIGURE_LISTING] = "listing", [FIGURE_TRACE] = "trace", [FIGURE_BARS] = "bars",
        [FIGURE_SERIES] = "series",   [FIGURE_TABLE] = "table", [FIGURE_TIMELINE] = "timeline",
    };
    return words[kind];
}
