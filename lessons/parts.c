/* parts - see parts.h. */
#include "lessons/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The lane of the listing itself. */
enum { LISTING_LANE = 0 };

uint32_t listing_line_after(const struct stage *stage, const char *marker, uint32_t after) {
    uint32_t line = 1;
    for (const char *at = stage->listing; at && *at; line++) {
        if (line > after && strncmp(at, marker, strlen(marker)) == 0) return line;
        at = strchr(at, '\n');
        if (at) at++;
    }
    return 0;
}

uint32_t listing_line(const struct stage *stage, const char *marker) {
    return listing_line_after(stage, marker, 0);
}

bool listing_as_shipped(struct stage *stage, struct verdict *verdict) {
    if (strcmp(stage->listing, step_listing(stage->lesson, stage->step)) == 0) return true;
    verdict->applies = false;
    verdict->holds = true;
    uint64_t queries = tape_count(cut_whole(stage->tape), TAPE_QUERY,
                                  (struct tally_filter){LISTING_LANE, -1, NULL});
    verdict_number(verdict, "queries", (double)queries);
    verdict_show(stage, verdict, "the listing was changed: it sent %llu %s",
                 (unsigned long long)queries, queries == 1 ? "query" : "queries");
    return false;
}

static bool in_part(uint32_t line, uint32_t split, enum part part) {
    bool second = split && line >= split;
    return second == (part == PART_SECOND);
}

static uint32_t last_line(const struct stage *stage) {
    uint32_t lines = 1;
    for (const char *c = stage->listing; *c; c++) lines += *c == '\n';
    return lines;
}

struct tally part_tally(const struct stage *stage, struct cut cut, enum tape_kind kind,
                        uint32_t split, enum part part) {
    struct tally sum = {0};
    for (uint32_t line = 1; line <= last_line(stage); line++) {
        if (!in_part(line, split, part)) continue;
        struct tally tally = tape_tally(cut, kind, (struct tally_filter){LISTING_LANE, line, NULL});
        sum.count += tally.count;
        sum.finished += tally.finished;
        sum.elapsed_ns += tally.elapsed_ns;
        sum.amount += tally.amount;
    }
    return sum;
}

/* Moves *index to the next event of a kind in a part; false behind the last. */
static bool next_event(const struct stage *stage, enum tape_kind kind, uint32_t split,
                       enum part part, size_t *index, struct tape_event *event) {
    for (; tape_events(stage->tape, *index, event, 1) == 1; (*index)++)
        if (event->kind == kind && event->lane == LISTING_LANE &&
            in_part(event->line, split, part)) {
            (*index)++;
            return true;
        }
    return false;
}

static int by_number(const void *left, const void *right) {
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

/* The texts that a part printed, by their ids on the tape. NULL: no memory. */
static uint32_t *printed_texts(const struct stage *stage, uint32_t split, enum part part,
                               struct arena *arena, size_t *count) {
    *count = (size_t)part_tally(stage, cut_whole(stage->tape), TAPE_PRINT, split, part).count;
    uint32_t *texts = arena_array(arena, *count + 1, sizeof *texts);
    struct tape_event event;
    size_t at = 0;
    for (size_t i = 0; texts && i < *count; i++)
        if (next_event(stage, TAPE_PRINT, split, part, &at, &event)) texts[i] = event.subject;
    return texts;
}

struct output_comparison parts_compare_output(struct stage *stage, uint32_t split, bool in_order) {
    struct output_comparison found = {.known = tape_coarseness(stage->tape) == 1};
    if (!found.known) return found;
    struct arena *arena = &stage->arena;
    struct arena_mark mark = arena_mark(arena);
    size_t counts[2];
    uint32_t *first = printed_texts(stage, split, PART_FIRST, arena, &counts[0]);
    uint32_t *second = printed_texts(stage, split, PART_SECOND, arena, &counts[1]);
    found.known = first && second;
    if (found.known && !in_order) {
        qsort(first, counts[0], sizeof *first, by_number);
        qsort(second, counts[1], sizeof *second, by_number);
    }
    size_t shorter = counts[0] < counts[1] ? counts[0] : counts[1];
    while (found.known && found.lines < shorter && first[found.lines] == second[found.lines])
        found.lines++;
    found.same = found.known && counts[0] == counts[1] && found.lines == shorter;
    arena_rewind(arena, mark);
    return found;
}

const char *part_sql(const struct stage *stage, uint32_t split, enum part part, size_t index,
                     struct tape_event *event) {
    size_t at = 0;
    for (size_t seen = 0; next_event(stage, TAPE_QUERY, split, part, &at, event); seen++)
        if (seen == index) return tape_name(stage->tape, event->subject);
    return NULL;
}

bool parts_draw(const struct stage *stage, struct cut cut, uint32_t split,
                const char *const names[2], struct figures *figures) {
    static const struct figure_column columns[] = {{"", ALIGN_LEFT},
                                                   {"queries", ALIGN_RIGHT},
                                                   {"rows", ALIGN_RIGHT},
                                                   {"in the database", ALIGN_RIGHT}};
    struct figure *figure = figures_add(figures, FIGURE_TABLE, "what each part cost");
    if (!figure) return true;
    const char **cells = arena_array(figures->arena, 8, sizeof *cells);
    if (!cells) return false;
    for (int part = 0; part < 2; part++) {
        struct tally queries = part_tally(stage, cut, TAPE_QUERY, split, (enum part)part);
        const char **row = &cells[4 * part];
        row[0] = names[part];
        row[1] = arena_format(figures->arena, "%llu", (unsigned long long)queries.count);
        row[2] = arena_format(figures->arena, "%lld", (long long)queries.amount);
        row[3] = arena_format(figures->arena, "%.2f ms", (double)queries.elapsed_ns / 1e6);
        if (!row[1] || !row[2] || !row[3]) return false;
    }
    figure->table.columns = columns;
    figure->table.column_count = 4;
    figure->table.cells = cells;
    figure->table.row_count = 2;
    return true;
}

enum { CURVE_POINTS = 400 };

/* One part's curve: x lines printed, y queries sent. Thinned to CURVE_POINTS. */
static bool climb(const struct stage *stage, struct cut cut, uint32_t split, enum part part,
                  struct arena *arena, struct figure_curve *curve) {
    struct figure_point *points = arena_array(arena, CURVE_POINTS + 2, sizeof *points);
    if (!points) return false;
    size_t length = tape_length(stage->tape), upto = cut.upto < length ? cut.upto : length;
    uint64_t printed_all = part_tally(stage, cut, TAPE_PRINT, split, part).count;
    uint64_t every = printed_all / CURVE_POINTS + 1, printed = 0, queries = 0;
    size_t count = 0;
    for (size_t i = 0; i < upto && count <= CURVE_POINTS; i++) {
        struct tape_event event;
        if (tape_events(stage->tape, i, &event, 1) == 0) break;
        if (event.lane != LISTING_LANE || !in_part(event.line, split, part)) continue;
        if (event.kind == TAPE_QUERY) queries += event.weight;
        if (event.kind != TAPE_PRINT) continue;
        printed += event.weight;
        if (printed % every == 0 || printed == printed_all)
            points[count++] = (struct figure_point){(double)printed, (double)queries};
    }
    curve->points = points;
    curve->count = count;
    return true;
}

bool parts_draw_climb(const struct stage *stage, struct cut cut, uint32_t split,
                      const char *const names[2], struct figures *figures) {
    struct figure *figure = figures_add(figures, FIGURE_SERIES, "how the count climbs");
    if (!figure) return true;
    struct figure_curve *curves = arena_array(figures->arena, 2, sizeof *curves);
    if (!curves) return false;
    size_t count = split ? 2 : 1;
    size_t points = 0;
    for (size_t i = 0; i < count; i++) {
        curves[i].name = names[i];
        if (!climb(stage, cut, split, (enum part)i, figures->arena, &curves[i])) return false;
        points += curves[i].count;
    }
    if (points == 0) figures->count--; /* nothing was printed: nothing to draw */
    figure->series.curves = curves;
    figure->series.count = count;
    figure->series.x_unit = "lines printed";
    figure->series.y_unit = "queries";
    return true;
}
