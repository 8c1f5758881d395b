/* live - the page beside the note: the listing with its counters, what went wrong, the figures,
 * the claims, and how true to Django all of it is.
 *
 * Before the first run the listing stands alone; while a run is under way its counters are read
 * from the tape; afterwards everything is drawn as of the replay's cut. */
#include <stdio.h>
#include <string.h>

#include "ui/reader/amount.h"
#include "ui/reader/figures.h"
#include "ui/reader/modes.h"
#include "ui/reader/source.h"

static void put_text(struct grid *page, const char *text, struct style style) {
    grid_wrap(page, -1, 1, 1, page->width - 1, text, style);
}

/* ---- the listing ----------------------------------------------------------------------------- */

static size_t count_lines(const char *source) {
    size_t lines = 0;
    for (const char *c = source; *c; c++)
        if (*c == '\n' || c[1] == '\0') lines++;
    return lines;
}

/* Counters of one line, from the running totals of a tape that may still be written. */
static void read_counters(const struct tape *tape, size_t number, struct figure_line *line) {
    struct tally queries = stage_tally(cut_whole(tape), TAPE_QUERY, (int64_t)number);
    line->runs = stage_tally(cut_whole(tape), TAPE_LINE, (int64_t)number).count;
    line->queries = queries.count;
    line->rows = (uint64_t)queries.amount;
    line->elapsed_ns = queries.elapsed_ns;
}

/* The listing as it stands, as a figure; with the counters of a tape where there is one. */
static bool listing_figure(struct arena *arena, const char *title, const char *source,
                           const struct tape *tape, struct figure *figure) {
    size_t count = count_lines(source);
    struct figure_line *lines = arena_array(arena, count + 1, sizeof *lines);
    if (!lines) return false;
    for (size_t i = 0; i < count; i++) {
        size_t length = strcspn(source, "\n");
        lines[i].source = arena_copy(arena, source, length);
        if (!lines[i].source) return false;
        if (tape) read_counters(tape, i + 1, &lines[i]);
        source += length + (source[length] == '\n');
    }
    *figure = (struct figure){.kind = FIGURE_LISTING, .title = title};
    figure->listing.lines = lines;
    figure->listing.count = count;
    return true;
}

/* A line of the listing sent queries: others, of what a step measures beside it, are no reason for
 * empty columns. Asked of the whole tape, so that the columns stay while the replay begins anew. */
static bool counts_queries(const struct state *state, const struct figure *figure) {
    const struct stage *stage = state->running ? state->running : state->stage;
    size_t lines = figure->kind == FIGURE_LISTING && stage ? figure->listing.count : 0;
    for (size_t line = 1; line <= lines; line++)
        if (stage_tally(cut_whole(stage->tape), TAPE_QUERY, (int64_t)line).count > 0) return true;
    return false;
}

enum { LOW_SCREEN = 16 };
enum { NO_FIGURE = -1 }; /* drawn so far below the listing */

static void draw_figure(struct state *state, const struct figure *figure) {
    bool listing = figure->kind == FIGURE_LISTING;
    struct figure_view view = {
        .graph = state->graph,
        .low = state->height < LOW_SCREEN,
        .counted = counts_queries(state, figure),
        .selected = state->pane == PANE_LIVE && state->line_count == 0 ? state->selected : 0,
        .line_row = listing && state->line_count == 0 ? state->line_row : NULL,
    };
    if (state->live.height > 0 && state->live.width >= 30) grid_add_row(&state->live);
    int first = state->live.height;
    figure_draw(&state->live, figure, &view);
    if (!listing && state->results_row == NO_FIGURE) state->results_row = first;
    if (!listing || state->line_count > 0) return;
    size_t count = figure->listing.count;
    state->line_count = (unsigned)(count < STATE_LINES ? count : STATE_LINES);
    if (state->selected > state->line_count) state->selected = state->line_count;
    if (state->selected < 1) state->selected = 1;
    if (state->show_selected && state->line_count > 0)
        state->live_focus = state->line_row[state->selected];
    bool moved = state->replay.at != state->shown_at;
    if (figure->listing.current && figure->listing.current <= state->line_count && moved)
        state->live_focus = state->line_row[figure->listing.current];
}

static void put_plain_listing(struct state *state, struct arena *arena, const struct tape *tape) {
    struct figure figure;
    const char *source = state_listing(state);
    if (*source && listing_figure(arena, state_step(state)->slug, source, tape, &figure))
        draw_figure(state, &figure);
}

/* ---- a run under way, and how one ended ----------------------------------------------------- */

static void put_running(struct state *state) {
    struct grid *page = &state->live;
    int y = grid_add_row(page), right = page->width - 1;
    const struct tape *tape = state->running->tape;
    const char *word = state->stopping ? "stopping" : "running";
    int x = grid_put(page, y, 1, right, word, STYLE(WARNING));
    x = grid_format(page, y, x, right, STYLE(TEXT), "  %s", amount_ns(state->running_ns).text);
    grid_format(page, y, x, right, STYLE(MUTED), "  %s events",
                amount_count(tape_length(tape)).text);
}

/* What a run under way has counted so far, kind by kind and, where runs are compared, lane by lane:
 * the tape's running totals, which may be read while it is written. Its figures are drawn when it
 * is done, but for a few steps that draw one while it lasts. */
enum { WATCHED_LANES = 4 };
static const enum tape_kind watched[] = {TAPE_REQUEST, TAPE_QUERY, TAPE_ROW, TAPE_CHUNK,
                                         TAPE_SAMPLE};
enum { WATCHED = sizeof watched / sizeof *watched };

static bool add_bar(struct arena *arena, const struct tape *tape, enum tape_kind kind, int lane,
                    struct figure_bar *bar) {
    struct tally tally = tape_tally(cut_whole(tape), kind, (struct tally_filter){lane, -1, NULL});
    if (tally.finished == 0) return false;
    const char *label = arena_format(arena, "%s %c", tape_kind_word(kind), 'a' + lane);
    *bar = (struct figure_bar){.label = label ? label : "", .lane = lane};
    bar->value = (double)tally.finished;
    return true;
}

static void put_watched(struct state *state, struct arena *arena) {
    struct figure_bar bars[WATCHED * WATCHED_LANES];
    size_t count = 0;
    for (size_t i = 0; i < WATCHED; i++)
        for (int lane = 0; lane < WATCHED_LANES; lane++)
            count += add_bar(arena, state->running->tape, watched[i], lane, &bars[count]);
    struct figure figure = {.kind = FIGURE_BARS, .title = "so far"};
    figure.bars.bars = bars;
    figure.bars.count = count;
    if (count > 0) draw_figure(state, &figure);
}

static void put_progress(struct state *state, struct arena *arena) {
    struct figures figures;
    figures_init(&figures, arena);
    bool drawn = stage_draw_live(state->running, &figures);
    for (size_t i = 0; drawn && i < figures.count; i++) draw_figure(state, &figures.list[i]);
    if (!drawn || figures.count == 0) put_watched(state, arena);
}

/* "101 queries  200 rows" */
static int put_queries(struct grid *page, int y, int x, struct tally queries) {
    const char *word = queries.count == 1 ? "query" : "queries";
    int right = page->width - 1;
    if (queries.count == 0) return x;
    struct amount rows = amount_number((double)queries.amount, "rows");
    x = grid_format(page, y, x, right, STYLE(NUMBER), "%s %s", amount_count(queries.count).text,
                    word);
    return grid_format(page, y, x + 2, right, STYLE(TEXT), "%s", rows.text) + 2;
}

/* The sum of a run in one line: what it took, or how far the replay is. */
static void put_sum(struct state *state) {
    struct grid *page = &state->live;
    grid_add_row(page);
    int y = grid_add_row(page), right = page->width - 1;
    int x = put_queries(page, y, 1, stage_queries(replay_cut(&state->replay)));
    if (replay_is_whole(&state->replay))
        x = grid_format(page, y, x, right, STYLE(TEXT), "%s in all",
                        amount_ns(state->stage->elapsed_ns).text);
    else
        x = grid_format(page, y, x, right, STYLE(WARNING), "at event %zu of %zu", state->replay.at,
                        state->replay.length);
    uint32_t coarse = tape_coarseness(state->stage->tape);
    if (coarse > 1)
        grid_format(page, y, x + 2, right, STYLE(MUTED), "replay shows 1 in %u", (unsigned)coarse);
}

static void put_lanes(struct state *state, struct arena *arena) {
    struct figure lanes;
    if (lanes_figure(state, arena, &lanes)) draw_figure(state, &lanes);
}

/* The text of the line where it happened, with a caret under the column. */
static void put_place(struct state *state, const struct fault *fault) {
    struct grid *page = &state->live;
    size_t length;
    const char *source = source_line(state->stage->listing, fault->line, &length);
    if (!source) return;
    int caret = source_caret(source, length, fault->column);
    int skip = caret > page->width - 12 ? caret - page->width / 2 : 0;
    int y = grid_add_row(page);
    int x = grid_format(page, y, 1, page->width, STYLE(MUTED), "%4u ", (unsigned)fault->line);
    source_put(page, y, x, page->width - 1, source, length, skip);
    y = grid_add_row(page);
    if (fault->column > 0) grid_put(page, y, x + caret - skip, page->width, "^", STYLE(FAILED));
}

static void put_fault(struct state *state) {
    const struct fault *fault = &state->stage->fault;
    struct grid *page = &state->live;
    if (!fault_raised(fault)) return;
    grid_add_row(page);
    if (atomic_load(&state->stage->cancelled)) {
        put_text(page, "stopped: what was recorded until then is shown", STYLE(WARNING));
        if (state->show_fault) state->live_focus = page->height - 1;
        return;
    }
    int y = grid_add_row(page);
    int x = grid_put(page, y, 1, page->width - 1, fault->type, STYLE(FAILED));
    x = grid_put(page, y, x, page->width - 1, ": ", STYLE(FAILED));
    grid_wrap(page, y, x, 1, page->width - 1, fault->message, STYLE(TEXT));
    put_place(state, fault);
    if (state->show_fault) state->live_focus = page->height - 1;
}

/* ---- claims and fidelity -------------------------------------------------------------------- */

static void put_claim(struct grid *page, const struct claim *claim, const struct verdict *verdict) {
    bool holds = verdict->holds;
    const char *word = !verdict->applies ? "-      " : holds ? "ok     " : "FAILED ";
    struct style style = !verdict->applies ? STYLE(MUTED) : holds ? STYLE(OK) : STYLE(FAILED);
    int y = grid_add_row(page), right = page->width - 1;
    int left = grid_put(page, y, 1, right, word, style);
    grid_wrap(page, y, left, left, right, claim->text,
              verdict->applies ? STYLE(TEXT) : STYLE(MUTED));
    if (!verdict->applies) {
        grid_wrap(page, -1, left, left, right, "not for these knobs", STYLE(MUTED));
        return;
    }
    if (verdict->shown && *verdict->shown)
        grid_wrap(page, -1, left, left, right, verdict->shown,
                  holds ? STYLE(MUTED) : STYLE(NUMBER));
}

static void put_claims(struct state *state) {
    const struct step *step = state->stage->step;
    if (step->claim_count == 0 || fault_raised(&state->stage->fault)) return;
    grid_add_row(&state->live);
    put_text(&state->live, "Claims", STYLE(TITLE));
    for (size_t i = 0; i < step->claim_count && i < STATE_CLAIMS; i++)
        put_claim(&state->live, &step->claims[i], &state->verdicts[i]);
}

static const char *const fidelity_words[] = {[FIDELITY_SAME] = "[same]",
                                             [FIDELITY_SIMPLIFIED] = "[simplified]",
                                             [FIDELITY_EMULATED] = "[emulated]"};

static void put_fidelity(struct state *state) {
    const struct step *step = state_step(state);
    struct grid *page = &state->live;
    struct style style = step->fidelity == FIDELITY_SAME ? STYLE(OK) : STYLE(WARNING);
    const char *note = step->fidelity_note;
    if (page->height > 0) grid_add_row(page);
    int y = grid_add_row(page);
    int x = grid_put(page, y, 1, page->width, fidelity_words[step->fidelity], style);
    if (!note || !*note) note = step->fidelity == FIDELITY_SAME ? "as Django does it" : "";
    grid_wrap(page, y, x + 1, 1, page->width - 1, note, STYLE(MUTED));
}

static void put_outdated(struct state *state) {
    char line[256] = "These figures are of the run with", value[STATE_WORD];
    const struct step *step = state_step(state);
    size_t used = strlen(line);
    for (size_t i = 0; i < step->knob_count && used < sizeof line; i++)
        used += (size_t)snprintf(line + used, sizeof line - used, "%s %s %s", i ? "," : "",
                                 step->knobs[i].name,
                                 stage_knob_text(state->stage, i, value, sizeof value));
    put_text(&state->live, line, STYLE(WARNING));
    put_text(&state->live, "r runs anew.", STYLE(MUTED));
}

/* ---- the page ------------------------------------------------------------------------------- */

static void put_run(struct state *state, struct arena *arena) {
    struct figures figures;
    figures_init(&figures, arena);
    if (state_is_outdated(state)) put_outdated(state);
    state->results_row = NO_FIGURE;
    bool drawn = stage_draw(state->stage, replay_cut(&state->replay), &figures);
    bool listing = figures.count > 0 && figures.list[0].kind == FIGURE_LISTING;
    if (listing)
        draw_figure(state, &figures.list[0]);
    else
        put_plain_listing(state, arena, state->stage->tape);
    int below = state->live.height + 1;
    put_fault(state);
    if (listing) put_sum(state);
    put_lanes(state, arena);
    for (size_t i = listing; i < figures.count; i++) draw_figure(state, &figures.list[i]);
    if (!listing) put_sum(state);
    if (!drawn)
        put_text(&state->live, "out of memory: not all figures could be drawn", STYLE(FAILED));
    put_claims(state);
    bool raised = fault_raised(&state->stage->fault); /* which stands before all figures */
    if (state->results_row == NO_FIGURE || raised) state->results_row = below;
}

static void put_before_run(struct state *state, struct arena *arena) {
    bool built = state_step(state)->run;
    if (!built) put_text(&state->live, "This demo is not built yet.", STYLE(WARNING));
    put_plain_listing(state, arena, NULL);
    if (!built) return;
    if (state->live.height > 0) grid_add_row(&state->live);
    put_text(&state->live, "r runs it.", STYLE(MUTED));
}

void live_build(struct state *state) {
    struct arena arena;
    arena_init(&arena, NULL);
    grid_resize(&state->live, 0, layout_live_width(state));
    state->live.cursor_y = state->live.cursor_x = state->live_focus = -1;
    state->line_count = 0;
    state->results_row = 0;
    if (state->mode == MODE_EDIT) {
        editor_build(state);
    } else if (state->running) {
        put_running(state);
        put_progress(state, &arena);
        put_plain_listing(state, &arena, state->running->tape);
    } else if (state->stage) {
        put_run(state, &arena);
        put_fidelity(state);
    } else {
        put_before_run(state, &arena);
        if (state_step(state)->run) put_fidelity(state);
    }
    state->shown_at = state->replay.at;
    state->show_selected = state->show_fault = false;
    search_mark(&state->search, &state->live);
    arena_release(&arena);
}
