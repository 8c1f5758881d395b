/* figure - what a run draws, free of any medium.
 *
 * A step turns its tape into a few figures of a few kinds. Curses cells, plain text, Markdown,
 * HTML and JSON are renderers of these same structs; a figure knows nothing of them. All that a
 * figure points to lives in the arena of its `figures`, and dies with it. */
#ifndef LESSONS_FIGURE_H
#define LESSONS_FIGURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/arena.h"

enum figure_kind {
    FIGURE_LISTING,  /* source lines with counters per line */
    FIGURE_TRACE,    /* nested entries in the order they happened: an onion, a tree */
    FIGURE_BARS,     /* one number per label */
    FIGURE_SERIES,   /* curves over a common x axis */
    FIGURE_TABLE,    /* rows of cells */
    FIGURE_TIMELINE, /* spans on lanes over a common time axis */
    FIGURE_KIND_COUNT
};

/* What happened on one line of the listing, up to the moment looked at. */
struct figure_line {
    const char *source;
    uint64_t runs;       /* times the statement was reached */
    uint64_t queries;    /* SQL statements it sent */
    uint64_t rows;       /* rows those read */
    uint64_t elapsed_ns; /* in the database */
};

enum figure_entry_shape { ENTRY_POINT, ENTRY_IN, ENTRY_OUT };

struct figure_entry {
    unsigned depth;
    enum figure_entry_shape shape;
    const char *label;   /* "ApiKeyLayer" */
    const char *detail;  /* "403", "raises ValueError"; NULL for none */
    uint64_t elapsed_ns; /* 0: none to show */
    size_t event;        /* index on the tape, SIZE_MAX for none */
};

struct figure_bar {
    const char *label;
    double value;
    const char *detail; /* shown after the number; NULL for none */
    int lane;           /* bars of one lane look alike */
};

struct figure_point {
    double x, y;
};

struct figure_curve {
    const char *name;
    const struct figure_point *points; /* x ascending */
    size_t count;
    bool theory; /* computed, not measured: drawn otherwise and named so */
};

enum figure_align { ALIGN_LEFT, ALIGN_RIGHT };

struct figure_column {
    const char *title;
    enum figure_align align;
};

struct figure_span {
    unsigned lane;   /* index into lanes */
    double from, to; /* on the axis' unit */
    const char *label;
    char mark; /* one ASCII character that fills the span where there are no colours */
};

struct figure {
    enum figure_kind kind;
    const char *title;
    const char *note;      /* one line under the figure; NULL for none */
    const char *simulated; /* what in it is simulated or emulated; NULL: nothing is */
    union {
        struct {
            const struct figure_line *lines;
            size_t count;
            size_t current; /* 1-based line the run stands at; 0 for none */
        } listing;
        struct {
            const struct figure_entry *entries;
            size_t count;
        } trace;
        struct {
            const struct figure_bar *bars;
            size_t count;
            const char *unit; /* "queries", "ms" */
        } bars;
        struct {
            const struct figure_curve *curves;
            size_t count;
            const char *x_unit, *y_unit; /* "articles", "queries" */
            bool x_log, y_log;
        } series;
        struct {
            const struct figure_column *columns;
            size_t column_count;
            const char *const *cells; /* row by row; "" for an empty one */
            size_t row_count;
        } table;
        struct {
            const char *const *lanes; /* their names */
            size_t lane_count;
            const struct figure_span *spans;
            size_t count;
            const char *unit; /* of from and to: "ms" */
        } timeline;
    };
};

enum { FIGURES_MOST = 8 };

struct figures {
    struct arena *arena;
    struct figure list[FIGURES_MOST];
    size_t count;
};

void figures_init(struct figures *figures, struct arena *arena);

/* Adds an empty figure of a kind and returns it to be filled; NULL when there are too many. */
struct figure *figures_add(struct figures *figures, enum figure_kind kind, const char *title);

/* The word for a kind: "listing", "trace", ... as in JSON. */
const char *figure_kind_word(enum figure_kind kind);

#endif
