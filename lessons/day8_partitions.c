/* Day 8, partitions - reading only the months asked for.
 *
 * Emulated: SQLite has no partitions. The same events stand in one plain table, in a table a month,
 * and in a table with an index; what a planner would rule out is read off the SQL (pruning). */
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "lessons/blog_stage.h"
#include "lessons/day8.h"
#include "lessons/parts.h"
#include "lessons/pruning.h"
#include "lessons/queries.h"

/* Rows visited, counted by a function in the WHERE that every visited row has to pass. */
struct partitions {
    int64_t whole, partitioned, indexed; /* rows visited by the question for the months asked */
    int64_t read;                        /* partitions that question read */
    int64_t keyless_whole, keyless_partitioned, keyless_read;
    bool measured;
};

static void count_visit(sqlite3_context *context, int count, sqlite3_value **values) {
    (void)count;
    (void)values;
    ++*(int64_t *)sqlite3_user_data(context);
    sqlite3_result_int(context, 1);
}

static const char happened[] = "\"blog_event\".\"happened_at\"";
enum { MONTHS_MOST = 48, FIRST_YEAR = 2021, DATE_SIZE = 40 };

/* The first day of month number 0, 1, ... of the data. */
static void month_start(char *buffer, size_t size, int64_t month) {
    snprintf(buffer, size, "%04d-%02d-01", FIRST_YEAR + (int)(month / 12), (int)(month % 12) + 1);
}

/* CREATE TABLE ... AS for the month whose rows were inserted last. */
static bool make_partition(struct stage *stage, int64_t month, int64_t rows) {
    const char *sql =
        arena_format(&stage->arena,
                     "CREATE TABLE part_%" PRId64 " AS SELECT * FROM \"blog_event\" WHERE \"id\" > "
                     "(SELECT MAX(\"id\") FROM \"blog_event\") - %" PRId64,
                     month, rows);
    return sql ? queries_run(stage, WRITES_LANE, sql, NULL, 0) : fault_no_memory(&stage->fault);
}

/* The same events three times: blog_event, one table a month, and one with an index. */
static bool make_events(struct stage *stage) {
    int64_t months = stage_number(stage, "months"), rows = stage_number(stage, "rows-a-month");
    static const char insert[] =
        "INSERT INTO \"blog_event\" (\"happened_at\", \"kind\", \"amount\") "
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %s - 1) "
        "SELECT date(%s, '+' || (i % 28) || ' days'), "
        "CASE i % 6 WHEN 0 THEN 'refund' WHEN 1 THEN 'purchase' ELSE 'view' END, i % 500 FROM n";
    if (!queries_run(stage, WRITES_LANE, "BEGIN", NULL, 0) ||
        !queries_run(stage, WRITES_LANE, "DELETE FROM \"blog_event\"", NULL, 0))
        return false;
    for (int64_t month = 0; month < months; month++) {
        char first[DATE_SIZE];
        month_start(first, sizeof first, month);
        const struct value parameters[] = {value_int(rows), value_text(first)};
        if (runtime_cancelled(&stage->runtime) ||
            !queries_run(stage, WRITES_LANE, insert, parameters, 2))
            return false;
        if (!make_partition(stage, month, rows)) return false;
    }
    return queries_run(stage, WRITES_LANE, "CREATE TABLE indexed AS SELECT * FROM \"blog_event\"",
                       NULL, 0) &&
           queries_run(stage, WRITES_LANE, "CREATE INDEX indexed_key ON indexed (\"happened_at\")",
                       NULL, 0) &&
           queries_run(stage, WRITES_LANE, "COMMIT", NULL, 0);
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
    if (sqlite3_create_function(handle, "visited", 0, SQLITE_UTF8, visits, count_visit, NULL,
                                NULL) != SQLITE_OK)
        return fault_raise(&stage->fault, "OperationalError", "%s", sqlite3_errmsg(handle));
    return queries_beside(stage, REFERENCE_LANE, sql, parameters, count, NULL);
}

/* Reads the partitions that the bounds on the key leave, each from end to end. */
static bool visit_partitions(struct stage *stage, const char *sql, const char *where,
                             const struct value *parameters, size_t count, int64_t *visits,
                             int64_t *read) {
    struct pruning pruning = pruning_read(sql, happened, parameters, count);
    for (int64_t month = 0; month < stage_number(stage, "months"); month++) {
        char first[DATE_SIZE], next[DATE_SIZE], table[32];
        month_start(first, sizeof first, month);
        month_start(next, sizeof next, month + 1);
        if (!pruning_reads(&pruning, first, next)) continue;
        snprintf(table, sizeof table, "part_%" PRId64, month);
        ++*read;
        if (!visit(stage, table, where, parameters, count, visits)) return false;
    }
    return true;
}

/* The condition of a plain query on the events' table, "1" for none; NULL: not such a query, which
 * only a changed listing can send. */
static const char *condition_of(struct stage *stage, const char *sql) {
    static const char *const ends[] = {" GROUP BY ", " ORDER BY ", " LIMIT "};
    if (!strstr(sql, "FROM \"blog_event\"") || strstr(sql, " JOIN ") || strstr(sql, "(SELECT"))
        return NULL;
    const char *where = strstr(sql, " WHERE ");
    if (!where) return "1";
    where += strlen(" WHERE ");
    size_t length = strlen(where);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        const char *end = strstr(where, ends[i]);
        if (end && (size_t)(end - where) < length) length = (size_t)(end - where);
    }
    return arena_copy(&stage->arena, where, length);
}

static bool ask_all_ways(struct stage *stage, size_t index, int64_t *whole, int64_t *partitioned,
                         int64_t *indexed, int64_t *read) {
    struct tape_event query;
    if (!queries_at(stage, index, &query)) return true;
    const char *sql = tape_name(stage->tape, query.subject), *where = condition_of(stage, sql);
    if (!where) return true;
    size_t count = query.parameters ? query.parameter_count : 0;
    return visit(stage, "\"blog_event\"", where, query.parameters, count, whole) &&
           visit_partitions(stage, sql, where, query.parameters, count, partitioned, read) &&
           visit(stage, "indexed", where, query.parameters, count, indexed);
}

static bool define_months(struct stage *stage, struct script *script) {
    int64_t months = stage_number(stage, "months"), asked = stage_number(stage, "asked");
    if (asked > months) asked = months;
    char dates[2][DATE_SIZE];
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
    struct blog_size size = blog_stage_usual(stage);
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
    if (!stage_draw_listing(stage, cut, figures) || !queries_note(cut, figures)) return false;
    if (!parts || !parts->measured) return true;
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
    .question =
        "{months} months of {rows-a-month} events, one partition each. A query names {asked} "
        "of the months: how many rows are scanned?",
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

const struct step sql_partitions_step = {
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
