/* Day 8 - from Python to SQL.
 *
 *     translate     expression, query tree, SQL with its parameters apart, plan
 *     annotate      a column for one query only
 *     subquery      N questions folded into one
 *     materialized  a stored answer and its age (emulated: SQLite has no materialized views)
 *     partitions    reading only the months asked for (emulated: SQLite has no partitions) */
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/text.h"
#include "engine/orm/query.h"
#include "lessons/blog_stage.h"
#include "lessons/parts.h"
#include "lessons/pruning.h"
#include "lessons/stage.h"

/* What the listing does is recorded on lane 0, what is measured beside it on the others. */
enum { LISTING_LANE, REFERENCE_LANE = LANE_BESIDE, WRITES_LANE };
static const struct tally_filter of_the_listing = {LISTING_LANE, -1, NULL};

static double milliseconds(uint64_t ns) {
    return (double)ns / 1e6;
}

static struct blog_size usual_size(const struct stage *stage) {
    struct blog_size size = blog_size_usual;
    size.seed = stage->seed;
    return size;
}

/* The index-th query of the listing; false behind the last. */
static bool listing_query(const struct stage *stage, size_t index, struct tape_event *query) {
    for (size_t i = 0; tape_events(stage->tape, i, query, 1) == 1; i++)
        if (query->kind == TAPE_QUERY && query->lane == LISTING_LANE && index-- == 0) return true;
    return false;
}

static bool note_queries(struct cut cut, struct figures *figures) {
    struct tally all = tape_tally(cut, TAPE_QUERY, of_the_listing);
    struct figure *figure = &figures->list[figures->count - 1];
    figure->note = arena_format(
        figures->arena, "%" PRIu64 " %s, %" PRId64 " rows, %.2f ms in the database", all.count,
        all.count == 1 ? "query" : "queries", all.amount, milliseconds(all.elapsed_ns));
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
static bool run_sql(struct stage *stage, uint8_t lane, const char *sql,
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
static bool ask_number(struct stage *stage, uint8_t lane, const char *sql, int64_t *number) {
    struct text text;
    text_init(&text, &stage->arena);
    if (!run_sql(stage, lane, sql, NULL, 0, &text)) return false;
    const char *answer = text_finish(&text);
    if (!answer) return fault_no_memory(&stage->fault);
    *number = 0;
    sscanf(answer, "%" SCNd64, number);
    return true;
}

/* What the listing printed, a line a print, from line `from` up to before line `until`. */
static const char *printed(struct stage *stage, uint32_t from, uint32_t until) {
    struct text text;
    text_init(&text, &stage->arena);
    struct tape_event event;
    for (size_t i = 0; tape_events(stage->tape, i, &event, 1) == 1; i++) {
        if (event.kind != TAPE_PRINT || event.line < from || event.line >= until) continue;
        text_add(&text, tape_name(stage->tape, event.subject));
        text_add_char(&text, '\n');
    }
    return text_finish(&text);
}

/* "a|b" becomes "a b", as print() puts values beside each other. */
static const char *as_printed(struct stage *stage, struct text *rows) {
    char *text = text_finish(rows);
    for (char *c = text; c && *c; c++)
        if (*c == '|') *c = ' ';
    return text ? text : arena_string(&stage->arena, "");
}

static size_t count_lines(const char *text) {
    size_t lines = 0;
    for (; *text; text++) lines += *text == '\n';
    return lines;
}

/* ---- step 1: translate ------------------------------------------------------------------- */

struct translation {
    const char *tree;      /* of the last QuerySet the listing named, or NULL */
    const char *plan;      /* behind the listing's first query, or NULL */
    const char *reference; /* the rows that SQL written by hand gives */
};

/* The query tree of the QuerySet under one of the listing's names. */
static const char *describe(struct stage *stage, struct script *script) {
    static const char *const names[] = {"page", "popular"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct value value;
        struct query *query =
            script_lookup(script, names[i], &value) ? queryset_query_of(value) : NULL;
        if (query) return query_describe(&stage->runtime, query);
    }
    return NULL;
}

static bool explain(struct stage *stage, struct translation *translation) {
    static const char by_hand[] =
        "SELECT a.views, a.title FROM blog_article a, blog_author w WHERE w.id = a.author_id "
        "AND a.views > 1000 AND substr(w.name, 1, 1) IN ('A', 'a') "
        "ORDER BY a.views DESC, a.id LIMIT 10";
    struct text rows;
    text_init(&rows, &stage->arena);
    if (!run_sql(stage, REFERENCE_LANE, by_hand, NULL, 0, &rows)) return false;
    translation->reference = as_printed(stage, &rows);
    if (!translation->reference) return fault_no_memory(&stage->fault);
    struct tape_event query;
    if (!listing_query(stage, 0, &query)) return true;
    translation->plan = database_plan(&stage->runtime, tape_name(stage->tape, query.subject));
    return translation->plan != NULL;
}

static bool run_translate(struct stage *stage) {
    struct translation *translation = arena_alloc(&stage->arena, sizeof *translation);
    if (!translation) return fault_no_memory(&stage->fault);
    stage->result = translation;
    struct blog_size size = usual_size(stage);
    size.articles = stage_number(stage, "articles");
    bool done = blog_stage_open(stage, &size, 0);
    struct script *script = done ? blog_stage_script(stage, &stage->runtime) : NULL;
    done = script && script_run(&stage->runtime, script, stage->listing);
    if (done) {
        translation->tree = describe(stage, script);
        done = !fault_raised(&stage->fault) && explain(stage, translation);
    }
    blog_stage_close(stage);
    return done;
}

static void check_same_answer(struct stage *stage, struct verdict *verdict) {
    if (!listing_as_shipped(stage, verdict)) return;
    const struct translation *translation = stage->result;
    const char *rows = printed(stage, 1, UINT32_MAX);
    verdict->holds = rows && strcmp(rows, translation->reference) == 0;
    verdict_number(verdict, "rows", rows ? (double)count_lines(rows) : 0);
    verdict_show(stage, verdict, "%zu rows, %s", rows ? count_lines(rows) : 0,
                 verdict->holds ? "equal" : "not equal");
}

static size_t occurrences(const char *text, const char *word) {
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, word)) != NULL; at += strlen(word)) count++;
    return count;
}

static void check_parameters_apart(struct stage *stage, struct verdict *verdict) {
    if (!listing_as_shipped(stage, verdict)) return;
    struct tape_event query = {0};
    bool any = listing_query(stage, 0, &query);
    const char *sql = any ? tape_name(stage->tape, query.subject) : "";
    size_t places = occurrences(sql, "%s");
    verdict->holds = places == 2 && query.parameter_count == places && !strstr(sql, "1000");
    verdict_number(verdict, "placeholders", (double)places);
    verdict_number(verdict, "parameters", query.parameter_count);
    verdict_show(stage, verdict, "%zu placeholders, %" PRIu32 " parameters", places,
                 query.parameter_count);
}

static void check_one_query(struct stage *stage, struct verdict *verdict) {
    if (!listing_as_shipped(stage, verdict)) return;
    uint64_t queries = tape_count(cut_whole(stage->tape), TAPE_QUERY, of_the_listing);
    verdict->holds = queries == 1;
    verdict_number(verdict, "queries", (double)queries);
    verdict_show(stage, verdict, "%" PRIu64, queries);
}

/* A text of indented lines becomes the entries of a trace. */
static bool draw_tree(const char *text, const char *title, struct figures *figures) {
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
static bool draw_sql(const struct stage *stage, size_t index, struct figures *figures) {
    static const char *const clauses[] = {" FROM ",     " INNER JOIN ", " LEFT OUTER JOIN ",
                                          " WHERE ",    " GROUP BY ",   " HAVING ",
                                          " ORDER BY ", " LIMIT "};
    struct tape_event query;
    if (!listing_query(stage, index, &query)) return true;
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
    return draw_tree(text_finish(&text), "the SQL, and its parameters apart", figures) &&
           !text.failed;
}

static bool draw_translate(const struct stage *stage, struct cut cut, struct figures *figures) {
    const struct translation *translation = stage->result;
    return stage_draw_listing(stage, cut, figures) && note_queries(cut, figures) &&
           draw_tree(translation->tree, "the query tree", figures) && draw_sql(stage, 0, figures) &&
           draw_tree(translation->plan, "the plan of the database", figures);
}

static const struct knob translate_knobs[] = {
    {.name = "articles",
     .title = "articles in the database",
     .min = 10,
     .max = 100000,
     .usual = 1000,
     .unit = "articles"},
};

static bool answer_parameters(struct stage *stage, double *number, size_t order[ORDER_MOST]) {
    (void)order;
    struct tape_event query;
    if (!listing_query(stage, 0, &query)) return false;
    *number = query.parameter_count;
    return true;
}

static const struct prediction translate_prediction = {
    .question = "How many parameters will travel beside the SQL?",
    .kind = PREDICT_NUMBER,
    .answer = answer_parameters,
    .why = "Each value of the filter is one. The slice's numbers are written into LIMIT.",
};

static const struct claim translate_claims[] = {
    {"one query", check_one_query},
    {"the SQL gives the rows that SQL written by hand gives", check_same_answer},
    {"the filter's values travel apart from the text", check_parameters_apart},
};

/* ---- step 2: annotate -------------------------------------------------------------------- */

struct schemas {
    const char *before, *after; /* every CREATE statement */
};

static bool read_schema(struct stage *stage, const char **schema) {
    struct text text;
    text_init(&text, &stage->arena);
    if (!run_sql(stage, REFERENCE_LANE, "SELECT name, sql FROM sqlite_master ORDER BY name", NULL,
                 0, &text))
        return false;
    *schema = text_finish(&text);
    return *schema || fault_no_memory(&stage->fault);
}

static bool run_annotate(struct stage *stage) {
    struct schemas *schemas = arena_alloc(&stage->arena, sizeof *schemas);
    if (!schemas) return fault_no_memory(&stage->fault);
    stage->result = schemas;
    struct blog_size size = usual_size(stage);
    size.articles = stage_number(stage, "articles");
    size.authors = stage_number(stage, "authors");
    size.profiles = size.authors;
    bool done = blog_stage_open(stage, &size, 0) && read_schema(stage, &schemas->before) &&
                blog_stage_run_listing(stage) && read_schema(stage, &schemas->after);
    blog_stage_close(stage);
    return done;
}

static void check_group_by(struct stage *stage, struct verdict *verdict) {
    if (!listing_as_shipped(stage, verdict)) return;
    struct tape_event query;
    const char *sql = listing_query(stage, 0, &query) ? tape_name(stage->tape, query.subject) : "";
    bool group = strstr(sql, " GROUP BY ") != NULL, having = strstr(sql, " HAVING ") != NULL;
    verdict->holds = group && having;
    verdict_number(verdict, "group_by", group);
    verdict_number(verdict, "having", having);
    verdict_show(stage, verdict, "%s GROUP BY, %s HAVING", group ? "a" : "no", having ? "a" : "no");
}

static void check_schema(struct stage *stage, struct verdict *verdict) {
    const struct schemas *schemas = stage->result;
    verdict->holds = strcmp(schemas->before, schemas->after) == 0;
    verdict_number(verdict, "bytes", (double)strlen(schemas->after));
    verdict_show(stage, verdict, "%zu statements, %s", count_lines(schemas->after),
                 verdict->holds ? "none changed" : "changed");
}

static bool draw_annotate(const struct stage *stage, struct cut cut, struct figures *figures) {
    return stage_draw_listing(stage, cut, figures) && note_queries(cut, figures) &&
           draw_sql(stage, 0, figures);
}

static const struct knob annotate_knobs[] = {
    {.name = "articles",
     .title = "articles in the database",
     .min = 0,
     .max = 100000,
     .usual = 1000,
     .unit = "articles"},
    {.name = "authors",
     .title = "authors in the database",
     .min = 1,
     .max = 1000,
     .usual = 40,
     .unit = "authors"},
};

static bool answer_queries(struct stage *stage, double *number, size_t order[ORDER_MOST]) {
    (void)order;
    *number = (double)tape_count(cut_whole(stage->tape), TAPE_QUERY, of_the_listing);
    return true;
}

static const struct prediction annotate_prediction = {
    .question = "{authors} authors are counted. How many queries does the listing send?",
    .kind = PREDICT_NUMBER,
    .answer = answer_queries,
    .why = "One: the database joins, groups and counts in the same statement.",
};

static const struct claim annotate_claims[] = {
    {"one query", check_one_query},
    {"it groups, and the filter on the aggregate is its HAVING", check_group_by},
    {"the schema is the same before and after", check_schema},
};

/* ---- step 3: subquery -------------------------------------------------------------------- */

static const char folded_marker[] = "# The same answer";
static const char *const subquery_names[] = {"loop", "Subquery"};

static bool run_subquery(struct stage *stage) {
    struct blog_size size = usual_size(stage);
    size.authors = stage_number(stage, "authors");
    size.profiles = size.authors;
    size.articles = size.authors * 20;
    bool done = blog_stage_open(stage, &size, stage_number(stage, "round-trip")) &&
                blog_stage_run_listing(stage);
    blog_stage_close(stage);
    return done;
}

static void check_folded(struct stage *stage, struct verdict *verdict) {
    if (!listing_as_shipped(stage, verdict)) return;
    uint32_t split = listing_line(stage, folded_marker);
    struct cut all = cut_whole(stage->tape);
    uint64_t loop = part_tally(stage, all, TAPE_QUERY, split, PART_FIRST).count;
    uint64_t folded = part_tally(stage, all, TAPE_QUERY, split, PART_SECOND).count;
    verdict->holds = folded == 1 && loop == 1 + (uint64_t)stage_number(stage, "authors");
    verdict_number(verdict, "loop", (double)loop);
    verdict_number(verdict, "subquery", (double)folded);
    verdict_show(stage, verdict, "%" PRIu64 " = 1 + %" PRId64 " against %" PRIu64, loop,
                 stage_number(stage, "authors"), folded);
}

static void check_same_titles(struct stage *stage, struct verdict *verdict) {
    if (!listing_as_shipped(stage, verdict)) return;
    struct output_comparison found =
        parts_compare_output(stage, listing_line(stage, folded_marker), true);
    verdict->applies = found.known;
    verdict->holds = found.same || !found.known;
    verdict_number(verdict, "lines", (double)found.lines);
    verdict_show(stage, verdict, "%zu authors, %s", found.lines,
                 found.same ? "equal" : "not equal");
}

static bool draw_subquery(const struct stage *stage, struct cut cut, struct figures *figures) {
    uint32_t split = listing_line(stage, folded_marker);
    if (!stage_draw_listing(stage, cut, figures) || !note_queries(cut, figures)) return false;
    if (split && !parts_draw(stage, cut, split, subquery_names, figures)) return false;
    if (!parts_draw_climb(stage, cut, split, subquery_names, figures)) return false;
    int64_t trip = stage_number(stage, "round-trip");
    for (size_t i = 0; trip && i < figures->count; i++)
        figures->list[i].simulated =
            arena_format(figures->arena, "round trip of %" PRId64 " ms, simulated", trip);
    return true;
}

static bool answer_folded(struct stage *stage, double *number, size_t order[ORDER_MOST]) {
    (void)order;
    uint32_t split = listing_line(stage, folded_marker);
    *number =
        (double)part_tally(stage, cut_whole(stage->tape), TAPE_QUERY, split, PART_FIRST).count;
    return split > 0;
}

static const struct knob subquery_knobs[] = {
    {.name = "authors",
     .title = "authors asked for",
     .min = 1,
     .max = 1000,
     .usual = 40,
     .unit = "authors"},
    {.name = "round-trip",
     .title = "network round trip",
     .max = 50,
     .unit = "ms",
     .simulated = true},
};

static const struct prediction subquery_prediction = {
    .question = "How many queries will the loop send for {authors} authors?",
    .kind = PREDICT_NUMBER,
    .answer = answer_folded,
    .why = "One for the authors, one for each of them. The Subquery asks all of it at once.",
};

static const struct claim subquery_claims[] = {
    {"1 + N queries by the loop, 1 by the Subquery", check_folded},
    {"both parts print the same titles", check_same_titles},
};

/* ---- step 4: materialized ---------------------------------------------------------------- */

static const char dashboard[] =
    "SELECT django_date_trunc('month', \"happened_at\", NULL, NULL), SUM(\"amount\") "
    "FROM \"blog_event\" WHERE \"kind\" = 'purchase' GROUP BY 1 ORDER BY 1";
static const char stored[] = "SELECT \"month\", \"total\" FROM \"blog_monthlysales\" ORDER BY 1";

enum { READS = 40 };

/* One look at both answers while events are being written. */
struct look {
    int64_t writes; /* written so far */
    int64_t since;  /* of those, since the last refresh */
    int64_t stale;  /* rows in the table that the stored result has not seen */
    uint64_t live_ns, stored_ns;
    bool fresh; /* a refresh came right before */
    bool equal; /* both answers gave the same rows */
};

struct materialized {
    struct look looks[READS + 2];
    size_t count;
    int64_t refreshes;
    uint64_t refresh_ns;
};

static const char create_view[] =
    "CREATE TABLE \"blog_monthlysales\" (\"month\" date NOT NULL PRIMARY KEY, "
    "\"total\" integer NOT NULL)";
static const char fill_view[] =
    "INSERT INTO \"blog_monthlysales\" (\"month\", \"total\") "
    "SELECT django_date_trunc('month', \"happened_at\", NULL, NULL), SUM(\"amount\") "
    "FROM \"blog_event\" WHERE \"kind\" = 'purchase' GROUP BY 1";

/* REFRESH MATERIALIZED VIEW, as SQLite can be made to do it: empty the table and run the query into
 * it, in one transaction. The newest event seen is kept beside it. */
static bool refresh(struct stage *stage, struct materialized *view) {
    static const char *const statements[] = {
        "BEGIN",   "DELETE FROM \"blog_monthlysales\"",
        fill_view, "UPDATE seen SET id = (SELECT COALESCE(MAX(\"id\"), 0) FROM \"blog_event\")",
        "COMMIT",
    };
    uint64_t start = clock_ns();
    stage->head.lane = WRITES_LANE;
    stage->head.line = 0;
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
        if (!database_run(&stage->runtime, statements[i], NULL, 0, NULL)) return false;
    stage->head.lane = LISTING_LANE;
    view->refresh_ns += clock_ns() - start;
    view->refreshes++;
    return true;
}

static bool prepare_view(struct stage *stage, struct materialized *view) {
    static const char *const statements[] = {
        create_view,
        "CREATE TEMPORARY TABLE seen (id integer)",
        "INSERT INTO seen VALUES (0)",
    };
    stage->head.lane = WRITES_LANE;
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
        if (!database_run(&stage->runtime, statements[i], NULL, 0, NULL)) return false;
    return refresh(stage, view);
}

/* The database's own time for the newest query on a lane. */
static uint64_t elapsed_on(const struct stage *stage, uint8_t lane) {
    return tape_tally(cut_whole(stage->tape), TAPE_QUERY, (struct tally_filter){lane, -1, NULL})
        .elapsed_ns;
}

static bool look(struct stage *stage, struct materialized *view, int64_t writes, int64_t since,
                 bool fresh) {
    if (view->count == sizeof view->looks / sizeof *view->looks) return true;
    struct look *now = &view->looks[view->count];
    *now = (struct look){.writes = writes, .since = since, .fresh = fresh};
    struct arena_mark mark = arena_mark(&stage->arena);
    struct text live, kept;
    text_init(&live, &stage->arena);
    text_init(&kept, &stage->arena);
    uint64_t before = elapsed_on(stage, REFERENCE_LANE);
    if (!run_sql(stage, REFERENCE_LANE, dashboard, NULL, 0, &live)) return false;
    uint64_t between = elapsed_on(stage, REFERENCE_LANE);
    if (!run_sql(stage, REFERENCE_LANE, stored, NULL, 0, &kept)) return false;
    now->live_ns = between - before;
    now->stored_ns = elapsed_on(stage, REFERENCE_LANE) - between;
    const char *one = text_finish(&live), *two = text_finish(&kept);
    if (!one || !two) return fault_no_memory(&stage->fault);
    now->equal = strcmp(one, two) == 0;
    if (!ask_number(stage, REFERENCE_LANE,
                    "SELECT COUNT(*) FROM \"blog_event\" WHERE \"id\" > (SELECT id FROM seen)",
                    &now->stale))
        return false;
    arena_rewind(&stage->arena, mark);
    view->count++;
    return true;
}

static bool write_event(struct stage *stage, int64_t number) {
    char date[16];
    snprintf(date, sizeof date, "2024-%02d-15", (int)(number % 12) + 1);
    const struct value row[] = {value_text(date), value_int(10 + number % 90)};
    stage->head.lane = WRITES_LANE;
    stage->head.line = 0;
    bool done = database_run(&stage->runtime,
                             "INSERT INTO \"blog_event\" (\"happened_at\", \"kind\", \"amount\") "
                             "VALUES (%s, 'purchase', %s)",
                             row, 2, NULL);
    stage->head.lane = LISTING_LANE;
    return done;
}

/* Writes events one by one, refreshes after every k-th, and looks at both answers on the way. */
static bool write_and_look(struct stage *stage, struct materialized *view) {
    int64_t writes = stage_number(stage, "writes"), every = stage_number(stage, "refresh-every");
    int64_t pace = writes / READS + 1, since = 0;
    if (!look(stage, view, 0, 0, true)) return false;
    for (int64_t i = 1; i <= writes; i++) {
        if (runtime_cancelled(&stage->runtime) || !write_event(stage, i)) return false;
        since++;
        bool fresh = every > 0 && i % every == 0;
        if (fresh) {
            if (!refresh(stage, view)) return false;
            since = 0;
        }
        if ((i % pace == 0 || i == writes) && !look(stage, view, i, since, fresh)) return false;
    }
    return true;
}

static bool run_materialized(struct stage *stage) {
    struct materialized *view = arena_alloc(&stage->arena, sizeof *view);
    if (!view) return fault_no_memory(&stage->fault);
    stage->result = view;
    struct blog_size size = usual_size(stage);
    size.articles = size.tags_most = 0;
    size.events = stage_number(stage, "events");
    bool done = blog_stage_open(stage, &size, 0) && prepare_view(stage, view) &&
                write_and_look(stage, view) && blog_stage_run_listing(stage);
    blog_stage_close(stage);
    return done;
}

static void check_fresh_equal(struct stage *stage, struct verdict *verdict) {
    const struct materialized *view = stage->result;
    size_t fresh = 0, equal = 0;
    for (size_t i = 0; i < view->count; i++) {
        fresh += view->looks[i].fresh;
        equal += view->looks[i].fresh && view->looks[i].equal;
    }
    verdict->holds = fresh > 0 && equal == fresh;
    verdict_number(verdict, "looks", (double)fresh);
    verdict_number(verdict, "equal", (double)equal);
    verdict_show(stage, verdict, "%zu of %zu looks right after a refresh", equal, fresh);
}

static void check_stale_count(struct stage *stage, struct verdict *verdict) {
    const struct materialized *view = stage->result;
    size_t right = 0;
    int64_t most = 0;
    for (size_t i = 0; i < view->count; i++) {
        right += view->looks[i].stale == view->looks[i].since;
        if (view->looks[i].stale > most) most = view->looks[i].stale;
    }
    verdict->holds = right == view->count;
    verdict_number(verdict, "looks", (double)view->count);
    verdict_number(verdict, "most_stale", (double)most);
    verdict_show(stage, verdict, "%zu of %zu looks; at most %" PRId64 " events behind", right,
                 view->count, most);
}

/* Medians over all looks, in nanoseconds. */
static void median_reads(const struct materialized *view, uint64_t *live, uint64_t *kept) {
    uint64_t sorted[2][READS + 2];
    for (size_t i = 0; i < view->count; i++)
        for (size_t way = 0; way < 2; way++) {
            uint64_t ns = way ? view->looks[i].stored_ns : view->looks[i].live_ns;
            size_t at = i;
            for (; at > 0 && sorted[way][at - 1] > ns; at--) sorted[way][at] = sorted[way][at - 1];
            sorted[way][at] = ns;
        }
    *live = sorted[0][view->count / 2];
    *kept = sorted[1][view->count / 2];
}

static void check_stored_faster(struct stage *stage, struct verdict *verdict) {
    uint64_t live, kept;
    median_reads(stage->result, &live, &kept);
    verdict->applies = stage_number(stage, "events") >= 5000;
    verdict->holds = !verdict->applies || kept < live;
    verdict_number(verdict, "live_us", (double)live / 1e3);
    verdict_number(verdict, "stored_us", (double)kept / 1e3);
    verdict_number(verdict, "factor", kept ? (double)live / (double)kept : 0);
    verdict_show(stage, verdict, "%.0f us against %.0f us: %.0f times%s", (double)kept / 1e3,
                 (double)live / 1e3, kept ? (double)live / (double)kept : 0,
                 verdict->applies ? "" : "; says nothing below 5,000 events");
}

static bool draw_reads(const struct materialized *view, struct figures *figures) {
    struct figure *figure = figures_add(figures, FIGURE_BARS, "time per read, median");
    if (!figure) return true;
    struct figure_bar *bars = arena_array(figures->arena, 2, sizeof *bars);
    if (!bars || view->count == 0) return bars != NULL;
    uint64_t live, kept;
    median_reads(view, &live, &kept);
    bars[0] = (struct figure_bar){"the query", (double)live / 1e3, "reads every event", 0};
    bars[1] = (struct figure_bar){"the stored result", (double)kept / 1e3, "a row a month", 1};
    figure->bars.bars = bars;
    figure->bars.count = 2;
    figure->bars.unit = "us";
    figure->note =
        arena_format(figures->arena, "%" PRId64 " refreshes, %.2f ms each", view->refreshes,
                     milliseconds(view->refresh_ns / (uint64_t)view->refreshes));
    return figure->note != NULL;
}

static bool draw_staleness(const struct materialized *view, struct figures *figures) {
    struct figure *figure = figures_add(figures, FIGURE_SERIES, "events not seen, by writes");
    if (!figure) return true;
    struct figure_curve *curve = arena_array(figures->arena, 1, sizeof *curve);
    struct figure_point *points = arena_array(figures->arena, view->count + 1, sizeof *points);
    if (!curve || !points) return false;
    for (size_t i = 0; i < view->count; i++)
        points[i] =
            (struct figure_point){(double)view->looks[i].writes, (double)view->looks[i].stale};
    *curve = (struct figure_curve){"stale", points, view->count, false};
    figure->series.curves = curve;
    figure->series.count = 1;
    figure->series.x_unit = "writes";
    figure->series.y_unit = "events";
    return true;
}

static bool draw_materialized(const struct stage *stage, struct cut cut, struct figures *figures) {
    const struct materialized *view = stage->result;
    if (!stage_draw_listing(stage, cut, figures) || !note_queries(cut, figures)) return false;
    if (view->refreshes == 0) return true;
    if (!draw_reads(view, figures) || !draw_staleness(view, figures)) return false;
    for (size_t i = 1; i < figures->count; i++)
        figures->list[i].simulated = "a table stands in for the materialized view";
    return true;
}

static const struct knob materialized_knobs[] = {
    {.name = "events",
     .title = "events in the database",
     .min = 100,
     .max = 200000,
     .usual = 20000,
     .unit = "events"},
    {.name = "writes",
     .title = "events written meanwhile",
     .max = 2000,
     .usual = 100,
     .unit = "events"},
    {.name = "refresh-every",
     .title = "refresh after so many writes, 0: never",
     .max = 2000,
     .usual = 25,
     .unit = "writes"},
};

static const char *const after_writing[] = {"the same rows", "other rows"};

/* Did the last look before the end find both answers equal? */
static bool answer_equal(struct stage *stage, double *number, size_t order[ORDER_MOST]) {
    (void)order;
    const struct materialized *view = stage->result;
    *number = view->looks[view->count - 1].equal ? 0 : 1;
    return true;
}

static const struct prediction materialized_prediction = {
    .question = "{writes} events are written, a refresh after every {refresh-every}. "
                "What does the stored result show at the end?",
    .kind = PREDICT_CHOICE,
    .choices = after_writing,
    .choice_count = 2,
    .answer = answer_equal,
    .why = "The stored result shows what was there at the last refresh, and nothing since.",
};

static const struct claim materialized_claims[] = {
    {"right after a refresh both answers have equal rows", check_fresh_equal},
    {"the stored result lags by the writes since its refresh", check_stale_count},
    {"reading the stored result is faster", check_stored_faster},
};

/* ---- step 5: partitions ------------------------------------------------------------------ */

/* Rows visited, counted by a function in the WHERE that every visited row has to pass. */
struct partitions {
    int64_t whole, partitioned, indexed; /* rows visited by the question for the months asked */
    int64_t read;                        /* partitions that question read */
    int64_t keyless_whole, keyless_partitioned, keyless_read;
    int64_t matching; /* rows that the months asked for hold */
    bool measured;
};

static void count_visit(sqlite3_context *context, int count, sqlite3_value **values) {
    (void)count;
    (void)values;
    ++*(int64_t *)sqlite3_user_data(context);
    sqlite3_result_int(context, 1);
}

static const char happened[] = "\"blog_event\".\"happened_at\"";
enum { MONTHS_MOST = 48, FIRST_YEAR = 2021 };

/* The first day of month number 0, 1, ... of the data. */
static void month_start(char *buffer, size_t size, int64_t month) {
    snprintf(buffer, size, "%04d-%02d-01", FIRST_YEAR + (int)(month / 12), (int)(month % 12) + 1);
}

static bool run_plain(struct stage *stage, const char *sql, const struct value *parameters,
                      size_t count) {
    stage->head.lane = WRITES_LANE;
    stage->head.line = 0;
    bool done = database_run(&stage->runtime, sql, parameters, count, NULL);
    stage->head.lane = LISTING_LANE;
    return done;
}

static bool run_formatted(struct stage *stage, int64_t number, const char *format) {
    const char *sql = arena_format(&stage->arena, "%s", format);
    struct text text;
    text_init(&text, &stage->arena);
    for (const char *c = sql; c && *c; c++) {
        if (*c == '#')
            text_format(&text, "%" PRId64, number);
        else
            text_add_char(&text, *c);
    }
    sql = text_finish(&text);
    return sql ? run_plain(stage, sql, NULL, 0) : fault_no_memory(&stage->fault);
}

/* The same events three times: blog_event, one table a month, and one with an index. */
static bool make_events(struct stage *stage) {
    int64_t months = stage_number(stage, "months"), rows = stage_number(stage, "rows-a-month");
    static const char insert[] =
        "INSERT INTO \"blog_event\" (\"happened_at\", \"kind\", \"amount\") "
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %s - 1) "
        "SELECT date(%s, '+' || (i % 28) || ' days'), "
        "CASE i % 6 WHEN 0 THEN 'refund' WHEN 1 THEN 'purchase' ELSE 'view' END, i % 500 FROM n";
    if (!run_plain(stage, "BEGIN", NULL, 0) ||
        !run_plain(stage, "DELETE FROM \"blog_event\"", NULL, 0))
        return false;
    for (int64_t month = 0; month < months; month++) {
        char first[40];
        month_start(first, sizeof first, month);
        const struct value parameters[] = {value_int(rows), value_text(first)};
        if (runtime_cancelled(&stage->runtime) || !run_plain(stage, insert, parameters, 2))
            return false;
        static const char part[] =
            "CREATE TABLE part_# AS SELECT * FROM \"blog_event\" WHERE \"id\" > "
            "(SELECT COALESCE(MAX(\"id\"), 0) FROM \"blog_event\") - ";
        const char *sql = arena_format(&stage->arena, "%s%" PRId64, part, rows);
        if (!sql) return fault_no_memory(&stage->fault);
        if (!run_formatted(stage, month, sql)) return false;
    }
    return run_plain(stage, "CREATE TABLE indexed AS SELECT * FROM \"blog_event\"", NULL, 0) &&
           run_plain(stage, "CREATE INDEX indexed_key ON indexed (\"happened_at\")", NULL, 0) &&
           run_plain(stage, "COMMIT", NULL, 0);
}

/* The question's WHERE, asked of another table and counting the rows visited. Table and column
 * names keep their alias, so that the condition stands as the ORM wrote it. */
static bool visit(struct stage *stage, const char *table, const char *where,
                  const struct value *parameters, size_t count, int64_t *visits) {
    const char *sql = arena_format(
        &stage->arena, "SELECT COUNT(*) FROM %s AS \"blog_event\" WHERE visited() AND (%s)", table,
        where);
    if (!sql) return fault_no_memory(&stage->fault);
    sqlite3 *handle = database_handle(stage->runtime.database);
    int64_t before = *visits;
    if (sqlite3_create_function(handle, "visited", 0, SQLITE_UTF8, visits, count_visit, NULL,
                                NULL) != SQLITE_OK)
        return fault_raise(&stage->fault, "OperationalError", "%s", sqlite3_errmsg(handle));
    (void)before;
    return run_sql(stage, REFERENCE_LANE, sql, parameters, count, NULL);
}

/* Reads the partitions that the bounds on the key leave, each from end to end. */
static bool visit_partitions(struct stage *stage, const char *sql, const char *where,
                             const struct value *parameters, size_t count, int64_t *visits,
                             int64_t *read) {
    struct pruning pruning = pruning_read(sql, happened, parameters, count);
    for (int64_t month = 0; month < stage_number(stage, "months"); month++) {
        char first[40], next[40], table[32];
        month_start(first, sizeof first, month);
        month_start(next, sizeof next, month + 1);
        if (!pruning_reads(&pruning, first, next)) continue;
        snprintf(table, sizeof table, "part_%" PRId64, month);
        ++*read;
        if (!visit(stage, table, where, parameters, count, visits)) return false;
    }
    return true;
}

static bool ask_all_ways(struct stage *stage, size_t index, int64_t *whole, int64_t *partitioned,
                         int64_t *indexed, int64_t *read) {
    struct tape_event query;
    if (!listing_query(stage, index, &query)) return true;
    const char *sql = tape_name(stage->tape, query.subject), *where = strstr(sql, " WHERE ");
    size_t count = query.parameters ? query.parameter_count : 0;
    where = where ? where + strlen(" WHERE ") : "1";
    return visit(stage, "\"blog_event\"", where, query.parameters, count, whole) &&
           visit_partitions(stage, sql, where, query.parameters, count, partitioned, read) &&
           visit(stage, "indexed", where, query.parameters, count, indexed);
}

static bool define_months(struct stage *stage, struct script *script) {
    int64_t months = stage_number(stage, "months"), asked = stage_number(stage, "asked");
    if (asked > months) asked = months;
    char dates[2][40];
    month_start(dates[0], sizeof dates[0], months - asked);
    month_start(dates[1], sizeof dates[1], months);
    static const char *const names[] = {"start", "end"};
    for (int i = 0; i < 2; i++) {
        const char *date = arena_string(&stage->arena, dates[i]);
        if (!date) return fault_no_memory(&stage->fault);
        if (!script_define(&stage->runtime, script, names[i],
                           value_of_text(VALUE_DATE, date, strlen(date))))
            return false;
    }
    return true;
}

static bool run_partitions(struct stage *stage) {
    struct partitions *parts = arena_alloc(&stage->arena, sizeof *parts);
    if (!parts) return fault_no_memory(&stage->fault);
    stage->result = parts;
    struct blog_size size = usual_size(stage);
    size.articles = size.tags_most = size.events = 0;
    bool done = blog_stage_open(stage, &size, 0) && make_events(stage);
    struct script *script = done ? blog_stage_script(stage, &stage->runtime) : NULL;
    int64_t ignored = 0;
    done =
        script && define_months(stage, script) &&
        script_run(&stage->runtime, script, stage->listing) &&
        ask_all_ways(stage, 0, &parts->whole, &parts->partitioned, &parts->indexed, &parts->read) &&
        ask_all_ways(stage, 1, &parts->keyless_whole, &parts->keyless_partitioned, &ignored,
                     &parts->keyless_read);
    parts->measured = done;
    blog_stage_close(stage);
    return done;
}

static int64_t asked_months(const struct stage *stage) {
    int64_t months = stage_number(stage, "months"), asked = stage_number(stage, "asked");
    return asked < months ? asked : months;
}

static void check_pruned(struct stage *stage, struct verdict *verdict) {
    if (!listing_as_shipped(stage, verdict)) return;
    const struct partitions *parts = stage->result;
    int64_t wanted = asked_months(stage) * stage_number(stage, "rows-a-month");
    verdict->holds = parts->partitioned == wanted && parts->read == asked_months(stage);
    verdict_number(verdict, "scanned", (double)parts->partitioned);
    verdict_number(verdict, "partitions", (double)parts->read);
    verdict_show(stage, verdict, "%" PRId64 " rows in %" PRId64 " of %" PRId64 " partitions",
                 parts->partitioned, parts->read, stage_number(stage, "months"));
}

static void check_whole_scans_all(struct stage *stage, struct verdict *verdict) {
    if (!listing_as_shipped(stage, verdict)) return;
    const struct partitions *parts = stage->result;
    int64_t all = stage_number(stage, "months") * stage_number(stage, "rows-a-month");
    verdict->holds = parts->whole == all && parts->indexed == parts->partitioned;
    verdict_number(verdict, "whole", (double)parts->whole);
    verdict_number(verdict, "indexed", (double)parts->indexed);
    verdict_show(stage, verdict, "whole table %" PRId64 ", by the index %" PRId64, parts->whole,
                 parts->indexed);
}

static void check_keyless(struct stage *stage, struct verdict *verdict) {
    if (!listing_as_shipped(stage, verdict)) return;
    const struct partitions *parts = stage->result;
    int64_t all = stage_number(stage, "months") * stage_number(stage, "rows-a-month");
    verdict->holds = parts->keyless_partitioned == all && parts->keyless_whole == all &&
                     parts->keyless_read == stage_number(stage, "months");
    verdict_number(verdict, "scanned", (double)parts->keyless_partitioned);
    verdict_number(verdict, "partitions", (double)parts->keyless_read);
    verdict_show(stage, verdict, "%" PRId64 " rows in all %" PRId64 " partitions",
                 parts->keyless_partitioned, parts->keyless_read);
}

static bool draw_partitions(const struct stage *stage, struct cut cut, struct figures *figures) {
    const struct partitions *parts = stage->result;
    if (!stage_draw_listing(stage, cut, figures) || !note_queries(cut, figures)) return false;
    if (!parts->measured) return true;
    struct figure *figure =
        figures_add(figures, FIGURE_BARS, "rows scanned for the months asked for");
    if (!figure) return true;
    struct figure_bar *bars = arena_array(figures->arena, 4, sizeof *bars);
    if (!bars) return false;
    bars[0] = (struct figure_bar){"one table", (double)parts->whole, NULL, 0};
    bars[1] = (struct figure_bar){"partitions", (double)parts->partitioned, NULL, 1};
    bars[2] = (struct figure_bar){"index", (double)parts->indexed, NULL, 2};
    bars[3] = (struct figure_bar){"partitions, no key", (double)parts->keyless_partitioned,
                                  "the query by kind", 1};
    figure->bars.bars = bars;
    figure->bars.count = 4;
    figure->bars.unit = "rows";
    figure->simulated = "a table a month stands in for partitions";
    return true;
}

static bool answer_scanned(struct stage *stage, double *number, size_t order[ORDER_MOST]) {
    (void)order;
    *number = (double)((const struct partitions *)stage->result)->partitioned;
    return true;
}

static const struct knob partitions_knobs[] = {
    {.name = "months",
     .title = "months of events",
     .min = 1,
     .max = MONTHS_MOST,
     .usual = 24,
     .unit = "months"},
    {.name = "rows-a-month",
     .title = "events a month",
     .min = 1,
     .max = 5000,
     .usual = 500,
     .unit = "rows"},
    {.name = "asked",
     .title = "months asked for",
     .min = 1,
     .max = MONTHS_MOST,
     .usual = 1,
     .unit = "months"},
};

static const struct prediction partitions_prediction = {
    .question = "{months} months of {rows-a-month} events, one partition each. How many rows are "
                "scanned for the last {asked}?",
    .kind = PREDICT_NUMBER,
    .answer = answer_scanned,
    .why = "The bounds on the key rule out every other month before a row is read.",
};

static const struct claim partitions_claims[] = {
    {"scanned = the rows of the months asked for", check_pruned},
    {"one table without an index is scanned whole; an index reads as little",
     check_whole_scans_all},
    {"a query without the key scans all partitions", check_keyless},
};

/* ---- the day ----------------------------------------------------------------------------- */

#define KNOBS(table) .knobs = table, .knob_count = sizeof table / sizeof *table
#define CLAIMS(table) .claims = table, .claim_count = sizeof table / sizeof *table

static const struct step translate_step = {
    .slug = "translate",
    .fidelity = FIDELITY_SAME,
    .fidelity_note = "",
    .listing_runs = true,
    KNOBS(translate_knobs),
    .prediction = &translate_prediction,
    CLAIMS(translate_claims),
    .hints = {"Which of the values could a stranger have typed?",
              "1000 and 'A' travel apart; 10 came from a slice.", "2 parameters."},
    .run = run_translate,
    .draw = draw_translate,
};

static const struct step annotate_step = {
    .slug = "annotate",
    .fidelity = FIDELITY_SAME,
    .fidelity_note = "",
    .listing_runs = true,
    KNOBS(annotate_knobs),
    .prediction = &annotate_prediction,
    CLAIMS(annotate_claims),
    .hints = {"Who counts the articles: Python or the database?",
              "The count is a column of the same SELECT, by GROUP BY.", "1 query."},
    .run = run_annotate,
    .draw = draw_annotate,
};

static const struct step subquery_step = {
    .slug = "subquery",
    .fidelity = FIDELITY_SAME,
    .fidelity_note = "",
    .listing_runs = true,
    KNOBS(subquery_knobs),
    .prediction = &subquery_prediction,
    CLAIMS(subquery_claims),
    .hints = {"What does the loop ask before its first turn, and then in each turn?",
              "titles.first() asks once for every author.", "1 + {authors}."},
    .run = run_subquery,
    .draw = draw_subquery,
};

static const struct step materialized_step = {
    .slug = "materialized",
    .fidelity = FIDELITY_EMULATED,
    .fidelity_note = "SQLite has no materialized views: a table, filled from the query and "
                     "replaced at each refresh, stands in for one",
    .listing_runs = true,
    KNOBS(materialized_knobs),
    .prediction = &materialized_prediction,
    CLAIMS(materialized_claims),
    .hints = {"When was the stored result last filled?",
              "After every {refresh-every} writes. How many came after the last one?",
              "It shows the same rows only where nothing was written since."},
    .run = run_materialized,
    .draw = draw_materialized,
};

static const struct step partitions_step = {
    .slug = "partitions",
    .fidelity = FIDELITY_EMULATED,
    .fidelity_note = "SQLite has no partitions: a table for each month stands in for one, and "
                     "the engine picks those that a planner would read",
    .listing_runs = true,
    KNOBS(partitions_knobs),
    .prediction = &partitions_prediction,
    CLAIMS(partitions_claims),
    .hints = {"Which months can hold a row that the condition lets through?",
              "Only the months asked for; each is read from end to end.",
              "{asked} x {rows-a-month}."},
    .run = run_partitions,
    .draw = draw_partitions,
};

static const struct step *const steps[] = {&translate_step, &annotate_step, &subquery_step,
                                           &materialized_step, &partitions_step};

extern const struct lesson day8_sql;
const struct lesson day8_sql = {
    .day = 8,
    .slug = "sql",
    .steps = steps,
    .step_count = sizeof steps / sizeof *steps,
};
