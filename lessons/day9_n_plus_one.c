/* Day 9 - the query count that grows.
 *
 *     n-plus-one        the loop that everybody writes: 1 + N queries
 *     select-related    the same with one JOIN
 *     prefetch-related  many-to-many: two queries, joined by the ORM
 *     join-explosion    what a JOIN carries home, against what a prefetch carries */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/orm/query.h"
#include "lessons/blog.h"
#include "lessons/blog_stage.h"
#include "lessons/parts.h"
#include "lessons/stage.h"

/* What the listing does is recorded on lane 0; what a step measures beside it, for comparison, on
 * others, so that no claim counts that as the listing's. */
enum { LISTING_LANE, COMPARISON_LANE = LANE_BESIDE, JOIN_LANE, PREFETCH_LANE };
static const struct tally_filter of_the_listing = {LISTING_LANE, -1, NULL};

static const char fixed_marker[] = "# Fixed";
static const char *const part_names[] = {"naive", "fixed"};

static double milliseconds(uint64_t ns) {
    return (double)ns / 1e6;
}

/* "1 query", "2 queries". */
static const char *plural(uint64_t count) {
    return count == 1 ? "query" : "queries";
}

/* Labels a figure when a round trip was simulated in it. */
static void label_round_trip(const struct stage *stage, struct figures *figures) {
    int64_t trip = stage_number(stage, "round-trip");
    if (trip == 0) return;
    for (size_t i = 0; i < figures->count; i++)
        figures->list[i].simulated =
            arena_format(figures->arena, "round trip of %" PRId64 " ms, simulated", trip);
}

/* "101 queries, 6.1 ms in the database", under the listing. */
static bool note_queries(const struct stage *stage, struct cut cut, struct figures *figures) {
    struct tally all = tape_tally(cut, TAPE_QUERY, of_the_listing);
    uint32_t coarse = tape_coarseness(stage->tape);
    struct figure *figure = &figures->list[figures->count - 1];
    figure->note = arena_format(figures->arena, "%" PRIu64 " %s, %.2f ms in the database%s",
                                all.count, plural(all.count), milliseconds(all.elapsed_ns),
                                coarse > 1 ? "; the replay shows one event in several" : "");
    return figure->note != NULL;
}

#define KNOB_ARTICLES                                                                              \
    {                                                                                              \
        .name = "articles", .title = "articles on the page", .min = 1, .max = 10000, .usual = 100, \
        .unit = "articles"                                                                         \
    }
#define KNOB_ROUND_TRIP                                                                            \
    {                                                                                              \
        .name = "round-trip", .title = "network round trip", .min = 0, .max = 50, .usual = 0,      \
        .unit = "ms", .simulated = true                                                            \
    }

static struct blog_size page_of(const struct stage *stage) {
    struct blog_size size = blog_size_usual;
    size.articles = stage_number(stage, "articles");
    size.seed = stage->seed;
    return size;
}

/* ---- step 1: n-plus-one ------------------------------------------------------------------ */

static const struct knob loop_knobs[] = {KNOB_ARTICLES, KNOB_ROUND_TRIP};

static bool run_loop(struct stage *stage) {
    struct blog_size size = page_of(stage);
    bool done = blog_stage_open(stage, &size, stage_number(stage, "round-trip")) &&
                blog_stage_run_listing(stage);
    blog_stage_close(stage);
    return done;
}

static bool draw_loop(const struct stage *stage, struct cut cut, struct figures *figures) {
    static const char *const names[] = {"queries", ""};
    bool drawn = stage_draw_listing(stage, cut, figures) && note_queries(stage, cut, figures) &&
                 parts_draw_climb(stage, cut, 0, names, figures);
    label_round_trip(stage, figures);
    return drawn;
}

/* Rows that the first query of a part brought: the N of 1 + N. */
static int64_t rows_of_first(const struct stage *stage, uint32_t split, enum part part) {
    struct tape_event query;
    return part_sql(stage, split, part, 0, &query) ? query.amount : 0;
}

static void check_one_plus_n(struct stage *stage, struct verdict *verdict) {
    if (!listing_as_shipped(stage, verdict)) return;
    uint64_t queries = tape_count(cut_whole(stage->tape), TAPE_QUERY, of_the_listing);
    int64_t n = rows_of_first(stage, 0, PART_FIRST);
    verdict->holds = queries == 1 + (uint64_t)n && n == stage_number(stage, "articles");
    verdict_number(verdict, "queries", (double)queries);
    verdict_number(verdict, "n", (double)n);
    verdict_show(stage, verdict, "%" PRIu64 " = 1 + %" PRId64, queries, n);
}

static void check_one_author_each(struct stage *stage, struct verdict *verdict) {
    if (!listing_as_shipped(stage, verdict)) return;
    struct cut all = cut_whole(stage->tape);
    uint32_t line = listing_line(stage, "    print");
    struct tally queries = tape_tally(all, TAPE_QUERY, (struct tally_filter){-1, line, NULL});
    verdict->holds = queries.count == (uint64_t)stage_number(stage, "articles") &&
                     queries.amount == (int64_t)queries.count;
    verdict_number(verdict, "queries", (double)queries.count);
    verdict_number(verdict, "rows", (double)queries.amount);
    verdict_show(stage, verdict, "line %" PRIu32 ": %" PRIu64 " queries, %" PRId64 " rows", line,
                 queries.count, queries.amount);
}

static bool answer_queries(struct stage *stage, double *number, size_t order[ORDER_MOST]) {
    (void)order;
    *number = (double)tape_count(cut_whole(stage->tape), TAPE_QUERY, of_the_listing);
    return true;
}

static const struct prediction loop_prediction = {
    .question = "How many SQL queries will this listing send for {articles} articles?",
    .kind = PREDICT_NUMBER,
    .answer = answer_queries,
    .why = "One for the list, then one for each article whose author was not loaded.",
};

static const struct claim loop_claims[] = {
    {"1 + N queries for N articles", check_one_plus_n},
    {"touching article.author reads one row, for every article", check_one_author_each},
};

/* ---- steps 2 and 3: two parts ------------------------------------------------------------ */

static void check_same_output(struct stage *stage, struct verdict *verdict, bool in_order) {
    if (!listing_as_shipped(stage, verdict)) return;
    struct output_comparison found =
        parts_compare_output(stage, listing_line(stage, fixed_marker), in_order);
    verdict->applies = found.known;
    verdict->holds = found.same || !found.known;
    verdict_number(verdict, "lines", (double)found.lines);
    if (!found.known)
        verdict_show(stage, verdict, "too many lines: the tape has coarsened");
    else
        verdict_show(stage, verdict, "%zu lines alike", found.lines);
}

static void check_same_rows(struct stage *stage, struct verdict *verdict) {
    check_same_output(stage, verdict, true);
}

/* article.tags has no order: the database may give the same tags in another one. */
static void check_same_rows_in_any_order(struct stage *stage, struct verdict *verdict) {
    check_same_output(stage, verdict, false);
}

/* The fixed part sends exactly `wanted` queries. */
static void check_fixed_queries(struct stage *stage, struct verdict *verdict, uint64_t wanted) {
    uint32_t split = listing_line(stage, fixed_marker);
    struct cut all = cut_whole(stage->tape);
    uint64_t naive = part_tally(stage, all, TAPE_QUERY, split, PART_FIRST).count;
    uint64_t fixed = part_tally(stage, all, TAPE_QUERY, split, PART_SECOND).count;
    verdict->holds =
        fixed == wanted && naive == 1 + (uint64_t)rows_of_first(stage, split, PART_FIRST);
    verdict_number(verdict, "naive", (double)naive);
    verdict_number(verdict, "fixed", (double)fixed);
    verdict_show(stage, verdict, "naive %" PRIu64 ", fixed %" PRIu64, naive, fixed);
}

static bool answer_fixed_queries(struct stage *stage, double *number, size_t order[ORDER_MOST]) {
    (void)order;
    uint32_t split = listing_line(stage, fixed_marker);
    if (split == 0) return false;
    *number =
        (double)part_tally(stage, cut_whole(stage->tape), TAPE_QUERY, split, PART_SECOND).count;
    return true;
}

static bool draw_parts(const struct stage *stage, struct cut cut, struct figures *figures) {
    uint32_t split = listing_line(stage, fixed_marker);
    if (!stage_draw_listing(stage, cut, figures) || !note_queries(stage, cut, figures))
        return false;
    if (split && !parts_draw(stage, cut, split, part_names, figures)) return false;
    return parts_draw_climb(stage, cut, split, part_names, figures);
}

/* ---- step 2: select-related -------------------------------------------------------------- */

/* The same path over two schemas: what decides between INNER and LEFT OUTER. */
static const char long_path[] = "author__profile__company";

struct joins {
    const char *sql[2]; /* without and with nullable keys */
};

static bool compile_path(struct stage *stage, const struct registry *registry, const char **sql) {
    struct runtime *runtime = &stage->runtime;
    struct value path = value_text(long_path);
    struct query *query = query_new(runtime, registry_model(registry, "Article"));
    if (!query || !query_select_related(runtime, query, &path, 1)) return false;
    *sql = query_str(runtime, query);
    return *sql != NULL;
}

static bool run_select_related(struct stage *stage) {
    struct joins *joins = arena_alloc(&stage->arena, sizeof *joins);
    if (!joins) return fault_no_memory(&stage->fault);
    stage->result = joins;
    return run_loop(stage) && compile_path(stage, &blog, &joins->sql[0]) &&
           compile_path(stage, &blog_nullable, &joins->sql[1]);
}

static size_t occurrences(const char *text, const char *word) {
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, word)) != NULL; at += strlen(word)) count++;
    return count;
}

/* Which keys of the path may be NULL, per schema: from the models, not from the SQL. */
static size_t nullable_keys(const struct registry *registry, bool behind) {
    static const char *const steps[][2] = {
        {"Article", "author"}, {"Author", "profile"}, {"Profile", "company"}};
    size_t count = 0;
    bool outer = false;
    for (size_t i = 0; i < 3; i++) {
        bool null = model_field(registry_model(registry, steps[i][0]), steps[i][1])->null;
        outer = outer || null;
        count += behind ? outer : null;
    }
    return count;
}

static void check_one_query(struct stage *stage, struct verdict *verdict) {
    if (listing_as_shipped(stage, verdict)) check_fixed_queries(stage, verdict, 1);
}

static void check_join_kinds(struct stage *stage, struct verdict *verdict) {
    const struct joins *joins = stage->result;
    size_t outer[2], inner[2];
    verdict->holds = true;
    for (size_t i = 0; i < 2; i++) {
        outer[i] = occurrences(joins->sql[i], " LEFT OUTER JOIN ");
        inner[i] = occurrences(joins->sql[i], " INNER JOIN ");
        size_t wanted = nullable_keys(i ? &blog_nullable : &blog, true);
        if (outer[i] != wanted || inner[i] != 3 - wanted) verdict->holds = false;
    }
    verdict_number(verdict, "left_outer", (double)outer[0]);
    verdict_number(verdict, "left_outer_nullable", (double)outer[1]);
    verdict_show(stage, verdict,
                 "NOT NULL keys: %zu INNER; two nullable keys: %zu INNER, %zu LEFT OUTER", inner[0],
                 inner[1], outer[1]);
}

static bool draw_joins(const struct stage *stage, struct figures *figures) {
    static const struct figure_column columns[] = {{long_path, ALIGN_LEFT},
                                                   {"nullable keys", ALIGN_RIGHT},
                                                   {"INNER", ALIGN_RIGHT},
                                                   {"LEFT OUTER", ALIGN_RIGHT}};
    const struct joins *joins = stage->result;
    if (!joins || !joins->sql[0] || !joins->sql[1]) return true;
    struct figure *figure = figures_add(figures, FIGURE_TABLE, "which JOIN, by nullability");
    if (!figure) return true;
    const char **cells = arena_array(figures->arena, 8, sizeof *cells);
    if (!cells) return false;
    for (size_t i = 0; i < 2; i++) {
        cells[4 * i] = i ? "with nullable keys" : "as shipped";
        cells[4 * i + 1] =
            arena_format(figures->arena, "%zu", nullable_keys(i ? &blog_nullable : &blog, false));
        cells[4 * i + 2] =
            arena_format(figures->arena, "%zu", occurrences(joins->sql[i], " INNER JOIN "));
        cells[4 * i + 3] =
            arena_format(figures->arena, "%zu", occurrences(joins->sql[i], " LEFT OUTER JOIN "));
        if (!cells[4 * i + 1] || !cells[4 * i + 2] || !cells[4 * i + 3]) return false;
    }
    figure->table.columns = columns;
    figure->table.column_count = 4;
    figure->table.cells = cells;
    figure->table.row_count = 2;
    figure->note = "a key behind a nullable one is joined LEFT OUTER too";
    return true;
}

static bool draw_select_related(const struct stage *stage, struct cut cut,
                                struct figures *figures) {
    if (!draw_parts(stage, cut, figures)) return false;
    label_round_trip(stage, figures);
    return draw_joins(stage, figures);
}

static const struct prediction select_prediction = {
    .question = "How many queries will the fixed part send for {articles} articles?",
    .kind = PREDICT_NUMBER,
    .answer = answer_fixed_queries,
    .why = "One: the JOIN brings every author along in the articles' own rows.",
};

static const struct claim select_claims[] = {
    {"1 query where the loop sent 1 + N", check_one_query},
    {"both parts print the same rows", check_same_rows},
    {"INNER JOIN over NOT NULL keys, LEFT OUTER over nullable ones and behind them",
     check_join_kinds},
};

/* ---- step 3: prefetch-related ------------------------------------------------------------ */

static const struct knob prefetch_knobs[] = {
    KNOB_ARTICLES,
    {.name = "tags", .title = "tags an article, at most", .max = 20, .usual = 5, .unit = "tags"},
    KNOB_ROUND_TRIP,
};

/* What each way moves from the database: rows times columns. */
struct cells {
    uint64_t prefetched; /* both queries of the prefetch */
    uint64_t joined;     /* one JOIN that repeats every article for each of its tags */
    uint64_t joined_rows;
};

/* Runs a SELECT to its end and forgets its rows. */
static bool run_and_forget(struct stage *stage, const char *sql, struct value parameter) {
    struct runtime *runtime = &stage->runtime;
    struct cursor *cursor;
    if (!database_execute(runtime, sql, &parameter, 1, &cursor)) return false;
    struct arena_mark mark = arena_mark(runtime->arena);
    struct value *row = arena_array(runtime->arena, cursor_columns(cursor), sizeof *row);
    if (!row) return fault_no_memory(runtime->fault);
    struct arena_mark each = arena_mark(runtime->arena);
    for (bool done = false; !done; arena_rewind(runtime->arena, each))
        if (!cursor_next(runtime, cursor, runtime->arena, row, &done)) return false;
    arena_rewind(runtime->arena, mark);
    return true;
}

/* Values moved by the queries of a lane, or of one part of the listing: rows times columns. */
static bool count_cells(struct stage *stage, int lane, uint32_t split, uint64_t *cells,
                        uint64_t *rows) {
    struct tape_event event;
    *cells = *rows = 0;
    for (size_t i = 0; tape_events(stage->tape, i, &event, 1) == 1; i++) {
        if (event.kind != TAPE_QUERY || event.lane != lane || event.line < split) continue;
        size_t columns;
        if (!database_columns(&stage->runtime, tape_name(stage->tape, event.subject), &columns))
            return false;
        *cells += (uint64_t)event.amount * columns * event.weight;
        *rows += (uint64_t)event.amount * event.weight;
    }
    return true;
}

static bool compare_with_join(struct stage *stage, struct cells *cells) {
    static const char sql[] =
        "SELECT a.*, t.* FROM (SELECT * FROM \"blog_article\" ORDER BY \"id\" LIMIT %s) a "
        "LEFT OUTER JOIN \"blog_article_tags\" m ON (a.\"id\" = m.\"article_id\") "
        "LEFT OUTER JOIN \"blog_tag\" t ON (m.\"tag_id\" = t.\"id\")";
    uint64_t rows;
    stage->head.lane = COMPARISON_LANE;
    stage->head.line = 0;
    bool done = run_and_forget(stage, sql, value_int(stage_number(stage, "articles")));
    stage->head.lane = LISTING_LANE;
    uint32_t split = listing_line(stage, fixed_marker);
    return done && count_cells(stage, COMPARISON_LANE, 0, &cells->joined, &cells->joined_rows) &&
           count_cells(stage, LISTING_LANE, split, &cells->prefetched, &rows);
}

static bool run_prefetch(struct stage *stage) {
    struct cells *cells = arena_alloc(&stage->arena, sizeof *cells);
    if (!cells) return fault_no_memory(&stage->fault);
    stage->result = cells;
    struct blog_size size = page_of(stage);
    size.tags_most = stage_number(stage, "tags");
    bool done = blog_stage_open(stage, &size, stage_number(stage, "round-trip")) &&
                blog_stage_run_listing(stage);
    if (done) {
        database_set_round_trip(stage->runtime.database, 0);
        done = compare_with_join(stage, cells);
    }
    blog_stage_close(stage);
    return done;
}

static void check_two_queries(struct stage *stage, struct verdict *verdict) {
    if (listing_as_shipped(stage, verdict)) check_fixed_queries(stage, verdict, 2);
}

static void check_in_list(struct stage *stage, struct verdict *verdict) {
    if (!listing_as_shipped(stage, verdict)) return;
    struct tape_event query = {0};
    const char *sql = part_sql(stage, listing_line(stage, fixed_marker), PART_SECOND, 1, &query);
    int64_t articles = stage_number(stage, "articles");
    verdict->holds = sql && strstr(sql, " IN (") && query.parameter_count == (uint64_t)articles;
    verdict_number(verdict, "keys", query.parameter_count);
    verdict_show(stage, verdict, "%" PRIu32 " keys for %" PRId64 " articles", query.parameter_count,
                 articles);
}

static void check_fewer_cells(struct stage *stage, struct verdict *verdict) {
    if (!listing_as_shipped(stage, verdict)) return;
    const struct cells *cells = stage->result;
    uint64_t articles = (uint64_t)stage_number(stage, "articles");
    verdict->applies = cells->joined_rows >= 2 * articles;
    verdict->holds = !verdict->applies || cells->prefetched < cells->joined;
    verdict_number(verdict, "prefetched_cells", (double)cells->prefetched);
    verdict_number(verdict, "joined_cells", (double)cells->joined);
    verdict_show(stage, verdict, "%" PRIu64 " cells against %" PRIu64 "%s", cells->prefetched,
                 cells->joined, verdict->applies ? "" : "; says nothing below two tags an article");
}

static bool draw_cells(const struct stage *stage, struct figures *figures) {
    const struct cells *cells = stage->result;
    struct figure *figure =
        cells ? figures_add(figures, FIGURE_BARS, "values moved: rows x columns") : NULL;
    if (!figure) return true;
    struct figure_bar *bars = arena_array(figures->arena, 2, sizeof *bars);
    if (!bars) return false;
    bars[0] = (struct figure_bar){"prefetch", (double)cells->prefetched, NULL, 0};
    bars[1] = (struct figure_bar){"one JOIN", (double)cells->joined, "repeats every article", 1};
    figure->bars.bars = bars;
    figure->bars.count = 2;
    figure->bars.unit = "values";
    return true;
}

static bool draw_prefetch(const struct stage *stage, struct cut cut, struct figures *figures) {
    if (!draw_parts(stage, cut, figures)) return false;
    label_round_trip(stage, figures);
    return draw_cells(stage, figures);
}

static const struct prediction prefetch_prediction = {
    .question = "How many queries will the fixed part send for {articles} articles?",
    .kind = PREDICT_NUMBER,
    .answer = answer_fixed_queries,
    .why = "Two: the articles, then the tags of all of them by one IN list.",
};

static const struct claim prefetch_claims[] = {
    {"2 queries where the loop sent 1 + N", check_two_queries},
    {"the IN list holds every article's key", check_in_list},
    {"both parts print the same rows, in whatever order", check_same_rows_in_any_order},
    {"fewer values move than by a JOIN that repeats every article", check_fewer_cells},
};

/* ---- step 4: join-explosion -------------------------------------------------------------- */

static const char *const explosion_paths[] = {"author", "author__profile",
                                              "author__profile__company"};
static const char prefetch_marker[] = "# 1 + depth";

static const struct knob explosion_knobs[] = {
    {.name = "articles",
     .title = "articles",
     .min = 100,
     .max = 5000,
     .usual = 1000,
     .unit = "articles"},
    {.name = "depth", .title = "levels followed", .min = 1, .max = 3, .usual = 3, .unit = "levels"},
    {.name = "fan-out",
     .title = "articles that share a parent",
     .min = 1,
     .max = 1000,
     .usual = 25,
     .unit = "articles"},
    {.name = "width",
     .title = "text in each parent row",
     .max = 10000,
     .usual = 200,
     .unit = "bytes"},
};

/* One way of following the path, at one fan-out. */
struct carried {
    uint64_t queries, rows, cells;
    uint64_t held_bytes; /* by the objects built */
    uint64_t elapsed_ns; /* all of it: SQL and objects */
};

enum { FAN_OUTS = 12 };

struct explosion {
    size_t count; /* of the fan-outs tried: 1, 2, 4, ... and the knob's own, last */
    int64_t fan_out[FAN_OUTS];
    struct carried joined[FAN_OUTS], prefetched[FAN_OUTS];
};

static struct blog_size explosion_size(const struct stage *stage, int64_t fan_out) {
    struct blog_size size = blog_size_usual;
    size.articles = stage_number(stage, "articles");
    size.authors = (size.articles + fan_out - 1) / fan_out;
    size.profiles = size.companies = size.authors;
    size.tags = 1;
    size.tags_most = 0;
    size.events = 0;
    size.width = stage_number(stage, "width");
    size.seed = stage->seed;
    return size;
}

/* Runs one way on a lane of its own and weighs what it carried. The median of three times: the
 * first run also warms the caches of the database. */
static bool carry(struct stage *stage, const char *way, uint8_t lane, struct carried *carried) {
    uint64_t times[3];
    const char *path = explosion_paths[stage_number(stage, "depth") - 1];
    const char *source =
        arena_format(&stage->arena,
                     "from blog.models import Article\nlen(Article.objects.%s('%s'))\n", way, path);
    if (!source) return fault_no_memory(&stage->fault);
    struct head silent;
    head_init(&silent, NULL);
    stage->head.lane = lane;
    stage->head.line = 0;
    uint64_t before_cells, before_rows, cells, rows;
    uint64_t before =
        tape_count(cut_whole(stage->tape), TAPE_QUERY, (struct tally_filter){lane, -1, NULL});
    if (!count_cells(stage, lane, 0, &before_cells, &before_rows)) return false;
    for (int i = 0; i < 3; i++) {
        struct arena scratch;
        arena_init(&scratch, &stage->memory);
        uint64_t start = clock_ns();
        bool done = blog_stage_run_source(stage, &scratch, i ? &silent : &stage->head, source);
        times[i] = clock_ns() - start;
        carried->held_bytes = arena_used(&scratch);
        arena_release(&scratch);
        if (!done) return false;
    }
    uint64_t low = times[0] < times[1] ? times[0] : times[1], high = times[0] ^ times[1] ^ low;
    carried->elapsed_ns = times[2] < low ? low : times[2] > high ? high : times[2];
    carried->queries =
        tape_count(cut_whole(stage->tape), TAPE_QUERY, (struct tally_filter){lane, -1, NULL}) -
        before;
    if (!count_cells(stage, lane, 0, &cells, &rows)) return false;
    carried->cells = cells - before_cells;
    carried->rows = rows - before_rows;
    stage->head.lane = LISTING_LANE;
    return true;
}

/* Both ways at one fan-out, on a blog made for it. with_listing: run the listing there too. */
static bool try_fan_out(struct stage *stage, struct explosion *explosion, int64_t fan_out,
                        bool with_listing) {
    struct blog_size size = explosion_size(stage, fan_out);
    size_t i = explosion->count++;
    explosion->fan_out[i] = fan_out;
    bool done = blog_stage_open(stage, &size, 0) &&
                (!with_listing || blog_stage_run_listing(stage)) &&
                carry(stage, "select_related", JOIN_LANE, &explosion->joined[i]) &&
                carry(stage, "prefetch_related", PREFETCH_LANE, &explosion->prefetched[i]);
    blog_stage_close(stage);
    return done;
}

static bool run_explosion(struct stage *stage) {
    struct explosion *explosion = arena_alloc(&stage->arena, sizeof *explosion);
    if (!explosion) return fault_no_memory(&stage->fault);
    stage->result = explosion;
    int64_t own = stage_number(stage, "fan-out"), articles = stage_number(stage, "articles");
    for (int64_t fan_out = 1; fan_out < own && fan_out <= articles; fan_out *= 2)
        if (!try_fan_out(stage, explosion, fan_out, false)) return false;
    return try_fan_out(stage, explosion, own, true);
}

static void check_explosion_queries(struct stage *stage, struct verdict *verdict) {
    if (!listing_as_shipped(stage, verdict)) return;
    uint32_t split = listing_line(stage, prefetch_marker);
    struct cut all = cut_whole(stage->tape);
    uint64_t joined = part_tally(stage, all, TAPE_QUERY, split, PART_FIRST).count;
    uint64_t prefetched = part_tally(stage, all, TAPE_QUERY, split, PART_SECOND).count;
    int64_t depth = stage_number(stage, "depth");
    verdict->holds = joined == 1 && prefetched == 1 + (uint64_t)depth;
    verdict_number(verdict, "join_queries", (double)joined);
    verdict_number(verdict, "prefetch_queries", (double)prefetched);
    verdict_show(stage, verdict, "JOIN %" PRIu64 ", prefetch %" PRIu64 " = 1 + %" PRId64, joined,
                 prefetched, depth);
}

/* A JOIN's rows are the articles; a prefetch reads the articles, then each parent once. */
static void check_parents_travel(struct stage *stage, struct verdict *verdict) {
    const struct explosion *explosion = stage->result;
    const struct carried *joined = &explosion->joined[explosion->count - 1];
    const struct carried *prefetched = &explosion->prefetched[explosion->count - 1];
    uint64_t articles = (uint64_t)stage_number(stage, "articles");
    uint64_t fan_out = (uint64_t)stage_number(stage, "fan-out");
    uint64_t parents = (articles + fan_out - 1) / fan_out;
    uint64_t depth = (uint64_t)stage_number(stage, "depth");
    verdict->holds = joined->rows == articles && prefetched->rows <= articles + depth * parents &&
                     prefetched->rows > articles;
    verdict_number(verdict, "join_rows", (double)joined->rows);
    verdict_number(verdict, "prefetch_rows", (double)prefetched->rows);
    verdict_show(stage, verdict, "%" PRIu64 " wide rows against %" PRIu64 " narrow ones",
                 joined->rows, prefetched->rows);
}

static void check_cells_moved(struct stage *stage, struct verdict *verdict) {
    const struct explosion *explosion = stage->result;
    size_t at = explosion->count - 1;
    uint64_t joined = explosion->joined[at].cells, prefetched = explosion->prefetched[at].cells;
    verdict->holds = prefetched <= joined && joined > 0;
    verdict_number(verdict, "join_cells", (double)joined);
    verdict_number(verdict, "prefetch_cells", (double)prefetched);
    verdict_show(stage, verdict, "%" PRIu64 " values against %" PRIu64, prefetched, joined);
}

static void check_memory_held(struct stage *stage, struct verdict *verdict) {
    const struct explosion *explosion = stage->result;
    size_t at = explosion->count - 1;
    uint64_t joined = explosion->joined[at].held_bytes,
             prefetched = explosion->prefetched[at].held_bytes;
    verdict->applies = stage_number(stage, "fan-out") >= 8;
    verdict->holds = !verdict->applies || prefetched < joined;
    verdict_number(verdict, "join_bytes", (double)joined);
    verdict_number(verdict, "prefetch_bytes", (double)prefetched);
    verdict_show(stage, verdict, "%.0f KiB against %.0f KiB%s", (double)prefetched / 1024,
                 (double)joined / 1024,
                 verdict->applies ? "" : "; says nothing where fewer than 8 share a parent");
}

enum { THE_JOIN, THE_PREFETCH, NEITHER };
static const char *const movers[] = {"the JOIN", "the prefetch", "both the same"};

static bool answer_fewer(struct stage *stage, double *number, size_t order[ORDER_MOST]) {
    (void)order;
    const struct explosion *explosion = stage->result;
    size_t at = explosion->count - 1;
    uint64_t joined = explosion->joined[at].cells, prefetched = explosion->prefetched[at].cells;
    *number = joined < prefetched ? THE_JOIN : prefetched < joined ? THE_PREFETCH : NEITHER;
    return true;
}

static bool draw_carried(const struct stage *stage, struct figures *figures) {
    static const struct figure_column columns[] = {{"", ALIGN_LEFT},      {"queries", ALIGN_RIGHT},
                                                   {"rows", ALIGN_RIGHT}, {"values", ALIGN_RIGHT},
                                                   {"held", ALIGN_RIGHT}, {"time", ALIGN_RIGHT}};
    const struct explosion *explosion = stage->result;
    struct figure *figure = figures_add(figures, FIGURE_TABLE, "what each way carried");
    if (!figure) return true;
    const char **cells = arena_array(figures->arena, 12, sizeof *cells);
    if (!cells) return false;
    for (size_t i = 0; i < 2; i++) {
        const struct carried *way = i ? &explosion->prefetched[explosion->count - 1]
                                      : &explosion->joined[explosion->count - 1];
        const char **row = &cells[6 * i];
        row[0] = i ? "prefetch_related" : "select_related";
        row[1] = arena_format(figures->arena, "%" PRIu64, way->queries);
        row[2] = arena_format(figures->arena, "%" PRIu64, way->rows);
        row[3] = arena_format(figures->arena, "%" PRIu64, way->cells);
        row[4] = arena_format(figures->arena, "%.0f KiB", (double)way->held_bytes / 1024);
        row[5] = arena_format(figures->arena, "%.2f ms", milliseconds(way->elapsed_ns));
        for (size_t k = 1; k < 6; k++)
            if (!row[k]) return false;
    }
    figure->table.columns = columns;
    figure->table.column_count = 6;
    figure->table.cells = cells;
    figure->table.row_count = 2;
    return true;
}

/* Where the JOIN begins to lose time for good: the least fan-out from which it was slower in every
 * fan-out tried; 0 when it was not slower at the last. */
static int64_t crossover(const struct explosion *explosion) {
    int64_t from = 0;
    for (size_t i = explosion->count; i-- > 0;) {
        if (explosion->joined[i].elapsed_ns <= explosion->prefetched[i].elapsed_ns) break;
        from = explosion->fan_out[i];
    }
    return from;
}

static bool draw_sweep(const struct stage *stage, struct figures *figures, bool times) {
    const struct explosion *explosion = stage->result;
    struct figure *figure =
        figures_add(figures, FIGURE_SERIES, times ? "time by fan-out" : "values moved by fan-out");
    if (!figure) return true;
    struct figure_curve *curves = arena_array(figures->arena, 2, sizeof *curves);
    if (!curves) return false;
    for (size_t way = 0; way < 2; way++) {
        struct figure_point *points = arena_array(figures->arena, explosion->count, sizeof *points);
        if (!points) return false;
        for (size_t i = 0; i < explosion->count; i++) {
            const struct carried *carried = way ? &explosion->prefetched[i] : &explosion->joined[i];
            points[i].x = (double)explosion->fan_out[i];
            points[i].y = times ? milliseconds(carried->elapsed_ns) : (double)carried->cells;
        }
        curves[way] =
            (struct figure_curve){way ? "prefetch" : "JOIN", points, explosion->count, false};
    }
    figure->series.curves = curves;
    figure->series.count = 2;
    figure->series.x_unit = "articles a parent";
    figure->series.y_unit = times ? "ms" : "values";
    figure->series.x_log = true;
    int64_t from = crossover(explosion);
    if (times)
        figure->note =
            from ? arena_format(figures->arena,
                                "the JOIN was slower from %" PRId64 " articles a parent on", from)
                 : "no crossover here: the JOIN was not slower at the last fan-out";
    return figure->note || !times;
}

static bool draw_explosion(const struct stage *stage, struct cut cut, struct figures *figures) {
    if (!stage_draw_listing(stage, cut, figures) || !note_queries(stage, cut, figures))
        return false;
    if (fault_raised(&stage->fault)) return true;
    return draw_carried(stage, figures) && draw_sweep(stage, figures, false) &&
           draw_sweep(stage, figures, true);
}

static const struct prediction explosion_prediction = {
    .question = "{fan-out} articles share each parent. Which way moves fewer values?",
    .kind = PREDICT_CHOICE,
    .choices = movers,
    .choice_count = 3,
    .answer = answer_fewer,
    .why =
        "The JOIN repeats every parent in each of its articles' rows; the prefetch reads it once.",
};

static const struct claim explosion_claims[] = {
    {"1 query by the JOIN, 1 + depth by the prefetch", check_explosion_queries},
    {"the JOIN brings a parent per article, the prefetch each parent once", check_parents_travel},
    {"the prefetch never moves more values than the JOIN", check_cells_moved},
    {"shared parents are held once by the prefetch: less memory", check_memory_held},
};

/* ---- the day ----------------------------------------------------------------------------- */

static const struct step n_plus_one_step = {
    .slug = "n-plus-one",
    .fidelity = FIDELITY_SAME,
    .fidelity_note = "",
    .listing_runs = true,
    .knobs = loop_knobs,
    .knob_count = sizeof loop_knobs / sizeof *loop_knobs,
    .prediction = &loop_prediction,
    .claims = loop_claims,
    .claim_count = sizeof loop_claims / sizeof *loop_claims,
    .hints = {"Which line needs data that the first query did not bring?",
              "An article's row holds author_id, a number. The name is in another table.",
              "One query for the list, and one for each article's author: 1 + {articles}."},
    .run = run_loop,
    .draw = draw_loop,
};

static const struct step select_related_step = {
    .slug = "select-related",
    .fidelity = FIDELITY_SAME,
    .fidelity_note = "",
    .listing_runs = true,
    .knobs = loop_knobs,
    .knob_count = sizeof loop_knobs / sizeof *loop_knobs,
    .prediction = &select_prediction,
    .claims = select_claims,
    .claim_count = sizeof select_claims / sizeof *select_claims,
    .hints = {"What does the JOIN add to each row of the first query?",
              "The author's columns come with the article's: article.author is filled already.",
              "1 query."},
    .run = run_select_related,
    .draw = draw_select_related,
};

static const struct step prefetch_related_step = {
    .slug = "prefetch-related",
    .fidelity = FIDELITY_SAME,
    .fidelity_note = "",
    .listing_runs = true,
    .knobs = prefetch_knobs,
    .knob_count = sizeof prefetch_knobs / sizeof *prefetch_knobs,
    .prediction = &prefetch_prediction,
    .claims = prefetch_claims,
    .claim_count = sizeof prefetch_claims / sizeof *prefetch_claims,
    .hints = {"The first query brings the articles. What is still missing, and for whom?",
              "All the keys are known once the articles are there: one IN list holds them.",
              "2 queries."},
    .run = run_prefetch,
    .draw = draw_prefetch,
};

static const struct step join_explosion_step = {
    .slug = "join-explosion",
    .fidelity = FIDELITY_SAME,
    .fidelity_note = "",
    .listing_runs = true,
    .knobs = explosion_knobs,
    .knob_count = sizeof explosion_knobs / sizeof *explosion_knobs,
    .prediction = &explosion_prediction,
    .claims = explosion_claims,
    .claim_count = sizeof explosion_claims / sizeof *explosion_claims,
    .hints = {"How often does the same author stand in the rows of the JOIN?",
              "Once for each of its articles. A prefetch reads each parent once.",
              "The prefetch, as soon as parents are shared."},
    .run = run_explosion,
    .draw = draw_explosion,
};

static const struct step *const steps[] = {&n_plus_one_step, &select_related_step,
                                           &prefetch_related_step, &join_explosion_step};

extern const struct lesson day9_n_plus_one;
const struct lesson day9_n_plus_one = {
    .day = 9,
    .slug = "n-plus-one",
    .steps = steps,
    .step_count = sizeof steps / sizeof *steps,
};
