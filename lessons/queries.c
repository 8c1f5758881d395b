/* queries - see queries.h. */
#include "lessons/queries.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "engine/orm/database.h"
#include "lessons/parts.h"

double milliseconds(uint64_t ns) {
    return (double)ns / 1e6;
}

struct tally queries_all(struct cut cut) {
    return tape_tally(cut, TAPE_QUERY, (struct tally_filter){LISTING_LANE, -1, NULL});
}

struct tally queries_on(const struct stage *stage, uint32_t line) {
    return tape_tally(cut_whole(stage->tape), TAPE_QUERY,
                      (struct tally_filter){LISTING_LANE, line, NULL});
}

/* The index-th query of the listing; false behind the last. */
bool queries_at(const struct stage *stage, size_t index, struct tape_event *query) {
    for (size_t i = 0; tape_events(stage->tape, i, query, 1) == 1; i++)
        if (query->kind == TAPE_QUERY && query->lane == LISTING_LANE && index-- == 0) return true;
    return false;
}

bool queries_note(struct cut cut, struct figures *figures) {
    struct figure *figure = &figures->list[figures->count - 1];
    figure->note = arena_format(figures->arena, "%.2f ms in the database",
                                milliseconds(queries_all(cut).elapsed_ns));
    return figure->note != NULL;
}

/* A value as it is shown among parameters: texts in quotes. */
static void add_parameter(struct text *text, struct value value) {
    switch ((enum value_kind)value.kind) {
    case VALUE_NONE: text_add(text, "NULL"); break;
    case VALUE_BOOL:
    case VALUE_INT: text_format(text, "%" PRId64, value.integer); break;
    case VALUE_FLOAT: text_format(text, "%g", value.real); break;
    case VALUE_OBJECT: text_add(text, "?"); break;
    default: text_format(text, "'%s'", value.text);
    }
}

static const char *write_parameters(struct arena *arena, const struct tape_event *query) {
    struct text text;
    text_init(&text, arena);
    for (uint32_t i = 0; query->parameters && i < query->parameter_count; i++) {
        if (i) text_add(&text, ", ");
        add_parameter(&text, query->parameters[i]);
    }
    return text_finish(&text);
}

/* ---- running SQL beside the listing ------------------------------------------------------ */

/* Runs a statement on a lane and writes its rows as text, a line a row, "a|b". texts may be NULL.
 */
bool queries_beside(struct stage *stage, uint8_t lane, const char *sql,
                    const struct value *parameters, size_t count, struct text *rows) {
    struct runtime *runtime = &stage->runtime;
    struct cursor *cursor;
    stage->head.lane = lane;
    stage->head.line = 0;
    bool done = database_execute(runtime, sql, parameters, count, &cursor);
    size_t columns = done ? cursor_columns(cursor) : 0;
    struct value *row = arena_array(&stage->arena, columns + 1, sizeof *row);
    if (!row) {
        if (done) cursor_close(runtime, cursor);
        return fault_no_memory(&stage->fault);
    }
    for (bool end = !done; !end;) {
        done = cursor_next(runtime, cursor, &stage->arena, row, &end);
        if (!done) break;
        for (size_t i = 0; !end && rows && i < columns; i++) {
            if (i) text_add_char(rows, '|');
            if (value_is_textual(row[i]))
                text_add_bytes(rows, row[i].text, row[i].length);
            else
                add_parameter(rows, row[i]);
        }
        if (!end && rows) text_add_char(rows, '\n');
    }
    stage->head.lane = LISTING_LANE;
    return done;
}

/* One number from one row. */
bool queries_number(struct stage *stage, uint8_t lane, const char *sql, int64_t *number) {
    struct text text;
    text_init(&text, &stage->arena);
    if (!queries_beside(stage, lane, sql, NULL, 0, &text)) return false;
    const char *answer = text_finish(&text);
    if (!answer) return fault_no_memory(&stage->fault);
    *number = strtoll(answer, NULL, 10);
    return true;
}

size_t count_lines(const char *text) {
    size_t lines = 0;
    for (; *text; text++) lines += *text == '\n';
    return lines;
}

/* A text of indented lines becomes the entries of a trace. */
bool queries_draw_text(const char *text, const char *title, struct figures *figures) {
    struct figure *figure = text ? figures_add(figures, FIGURE_TRACE, title) : NULL;
    if (!figure) return true;
    size_t most = count_lines(text) + 1;
    struct figure_entry *entries = arena_array(figures->arena, most, sizeof *entries);
    if (!entries) return false;
    size_t count = 0;
    for (const char *line = text; *line; line += *line == '\n') {
        size_t indent = strspn(line, " "), length = strcspn(line, "\n");
        const char *label = arena_copy(figures->arena, line + indent, length - indent);
        if (!label) return false;
        if (length > indent)
            entries[count++] = (struct figure_entry){
                .depth = (unsigned)(indent / 2), .label = label, .event = SIZE_MAX};
        line += length;
    }
    figure->trace.entries = entries;
    figure->trace.count = count;
    return true;
}

/* The SQL of the listing's query, a clause a line, and its parameters below. */
bool queries_draw_sql(const struct stage *stage, size_t index, struct figures *figures) {
    static const char *const clauses[] = {" FROM ",     " INNER JOIN ", " LEFT OUTER JOIN ",
                                          " WHERE ",    " GROUP BY ",   " HAVING ",
                                          " ORDER BY ", " LIMIT "};
    struct tape_event query;
    if (!queries_at(stage, index, &query)) return true;
    struct text text;
    text_init(&text, figures->arena);
    for (const char *sql = tape_name(stage->tape, query.subject); *sql; sql++) {
        bool clause = false;
        for (size_t i = 0; i < sizeof clauses / sizeof *clauses; i++)
            clause = clause || strncmp(sql, clauses[i], strlen(clauses[i])) == 0;
        text_add_char(&text, clause ? '\n' : *sql);
    }
    const char *parameters = write_parameters(figures->arena, &query);
    if (!parameters) return false;
    text_format(&text, "\nparameters: %s", *parameters ? parameters : "none");
    return queries_draw_text(text_finish(&text), "the SQL, and its parameters apart", figures) &&
           !text.failed;
}

void queries_check_one(struct stage *stage, struct verdict *verdict) {
    if (!listing_as_shipped(stage, verdict)) return;
    uint64_t queries = queries_all(cut_whole(stage->tape)).count;
    verdict->holds = queries == 1;
    verdict_number(verdict, "queries", (double)queries);
    verdict_show(stage, verdict, "%" PRIu64, queries);
}

size_t count_words(const char *text, const char *word) {
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, word)) != NULL; at += strlen(word)) count++;
    return count;
}

bool queries_answer(struct stage *stage, double *number, size_t order[ORDER_MOST]) {
    (void)order;
    *number = (double)queries_all(cut_whole(stage->tape)).count;
    return true;
}

bool queries_run(struct stage *stage, uint8_t lane, const char *sql, const struct value *parameters,
                 size_t count) {
    stage->head.lane = lane;
    stage->head.line = 0;
    bool done = database_run(&stage->runtime, sql, parameters, count, NULL);
    stage->head.lane = LISTING_LANE;
    return done;
}

bool queries_cells(struct stage *stage, int lane, uint32_t from, uint64_t *cells, uint64_t *rows) {
    struct tape_event event;
    *cells = *rows = 0;
    for (size_t i = 0; tape_events(stage->tape, i, &event, 1) == 1; i++) {
        if (event.kind != TAPE_QUERY || event.lane != lane || event.line < from) continue;
        size_t columns;
        if (!database_columns(&stage->runtime, tape_name(stage->tape, event.subject), &columns))
            return false;
        *cells += (uint64_t)event.amount * columns * event.weight;
        *rows += (uint64_t)event.amount * event.weight;
    }
    return true;
}
