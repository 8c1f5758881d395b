/* lanes - the last run of this step against this one.
 *
 * A run that is done is remembered by its sums: the knobs it had, a hash of its listing, its
 * queries, rows, time and claims. The next one moves it to the left. Where the two had other knobs
 * or another listing, a small table stands below the listing; a run that raised counts for nothing.
 *
 *                  last run   this run
 *     articles          100        110
 *     queries           101        111
 *     time          6.13 ms    6.34 ms
 *     claims held    1 of 1     1 of 1
 *
 * Order of calls: lanes_remember when a run is done, lanes_figure as often as drawn, lanes_forget
 * when another step is open. */
#include <string.h>

#include "ui/reader/amount.h"
#include "ui/reader/modes.h"

enum { ROWS_OF_SUMS = 5, CELLS = 3 };

/* FNV-1a. */
uint64_t lanes_hash(const char *listing) {
    uint64_t hash = 14695981039346656037u;
    for (; *listing; listing++) hash = (hash ^ (unsigned char)*listing) * 1099511628211u;
    return hash;
}

static struct sums sums_of(const struct state *state) {
    const struct stage *stage = state->stage;
    struct tally queries = stage_queries(cut_whole(stage->tape));
    struct sums sums = {.given = true,
                        .listing = lanes_hash(stage->listing ? stage->listing : ""),
                        .queries = queries.count,
                        .rows = (uint64_t)queries.amount,
                        .elapsed_ns = stage->elapsed_ns};
    for (size_t i = 0; i < stage->step->knob_count; i++)
        stage_knob_text(stage, i, sums.knobs[i], sizeof sums.knobs[i]);
    for (size_t i = 0; i < stage->step->claim_count && i < STATE_CLAIMS; i++) {
        if (!state->verdicts[i].applies) continue;
        sums.claims++;
        sums.held += state->verdicts[i].holds;
    }
    return sums;
}

void lanes_remember(struct state *state) {
    if (fault_raised(&state->stage->fault)) return;
    state->last_run = state->this_run;
    state->this_run = sums_of(state);
}

void lanes_forget(struct state *state) {
    state->last_run.given = state->this_run.given = false;
}

static bool knob_differs(const struct state *state, size_t knob) {
    return strcmp(state->last_run.knobs[knob], state->this_run.knobs[knob]) != 0;
}

/* True when the finished run has another one to stand beside. */
static bool are_comparable(const struct state *state) {
    const struct sums *last = &state->last_run, *now = &state->this_run;
    if (!last->given || !now->given || fault_raised(&state->stage->fault)) return false;
    bool differ = last->listing != now->listing;
    for (size_t i = 0; i < state_step(state)->knob_count; i++) differ |= knob_differs(state, i);
    return differ;
}

/* The rows of the table as they are added; `whole` turns false when memory ran out. */
struct rows {
    struct arena *arena;
    const char **cells;
    size_t count;
    bool whole;
};

static void add_row(struct rows *rows, const char *name, const char *last, const char *now) {
    const char **row = &rows->cells[rows->count++ * CELLS];
    row[0] = name;
    row[1] = arena_string(rows->arena, last);
    row[2] = arena_string(rows->arena, now);
    rows->whole &= row[1] && row[2];
}

static void add_counts(struct rows *rows, const char *name, uint64_t last, uint64_t now) {
    if (last || now) add_row(rows, name, amount_count(last).text, amount_count(now).text);
}

/* "2 of 3": of the claims that say something about a run's knobs. */
static const char *claims_of(struct arena *arena, const struct sums *sums) {
    if (sums->claims == 0) return "none apply";
    const char *text = arena_format(arena, "%zu of %zu", sums->held, sums->claims);
    return text ? text : "";
}

static const char *listing_word(const struct state *state, const struct sums *sums) {
    const char *shipped = step_listing(state_lesson(state), state_step(state));
    return sums->listing == lanes_hash(shipped) ? "as shipped" : "edited";
}

static void add_rows(const struct state *state, struct rows *rows) {
    const struct sums *last = &state->last_run, *now = &state->this_run;
    const struct step *step = state_step(state);
    for (size_t i = 0; i < step->knob_count; i++)
        if (knob_differs(state, i))
            add_row(rows, step->knobs[i].name, last->knobs[i], now->knobs[i]);
    if (last->listing != now->listing)
        add_row(rows, "listing", listing_word(state, last), listing_word(state, now));
    add_counts(rows, "queries", last->queries, now->queries);
    add_counts(rows, "rows", last->rows, now->rows);
    add_row(rows, "time", amount_ns(last->elapsed_ns).text, amount_ns(now->elapsed_ns).text);
    if (last->claims || now->claims)
        add_row(rows, "claims held", claims_of(rows->arena, last), claims_of(rows->arena, now));
}

bool lanes_figure(const struct state *state, struct arena *arena, struct figure *figure) {
    static const struct figure_column columns[CELLS] = {
        {"", ALIGN_LEFT}, {"last run", ALIGN_RIGHT}, {"this run", ALIGN_RIGHT}};
    if (!are_comparable(state)) return false;
    size_t most = state_step(state)->knob_count + ROWS_OF_SUMS;
    struct rows rows = {.arena = arena, .whole = true};
    rows.cells = arena_array(arena, most * CELLS, sizeof *rows.cells);
    if (!rows.cells) return false;
    add_rows(state, &rows);
    *figure = (struct figure){.kind = FIGURE_TABLE};
    figure->table.columns = columns;
    figure->table.column_count = CELLS;
    figure->table.cells = rows.cells;
    figure->table.row_count = rows.count;
    return rows.whole;
}
