/* Day 9 - the query count that grows.
 *
 *     n-plus-one        the loop that everybody writes: 1 + N queries
 *     select-related    the same with one JOIN
 *     prefetch-related  many-to-many: two queries, joined by the ORM
 *     join-explosion    what a JOIN carries home, against what a prefetch carries */
#include <inttypes.h>
#include <string.h>

#include "engine/orm/query.h"
#include "lessons/blog.h"
#include "lessons/blog_stage.h"
#include "lessons/day9.h"
#include "lessons/parts.h"
#include "lessons/queries.h"

static const char fixed_marker[] = "# Fixed";
static const char *const part_names[] = {"naive", "fixed"};

/* Labels a figure when a round trip was simulated in it. */
static void label_round_trip(const struct stage *stage, struct figures *figures) {
    int64_t trip = stage_number(stage, "round-trip");
    if (trip == 0) return;
    for (size_t i = 0; i < figures->count; i++)
        figures->list[i].simulated =
            arena_format(figures->arena, "round trip of %" PRId64 " ms, simulated", trip);
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
    bool drawn = stage_draw_listing(stage, cut, figures) && queries_note(cut, figures) &&
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
    uint64_t queries = queries_all(cut_whole(stage->tape)).count;
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

static const struct prediction loop_prediction = {
    .question = "How many SQL queries will this listing send for {articles} articles?",
    .kind = PREDICT_NUMBER,
    .answer = queries_answer,
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
    if (!stage_draw_listing(stage, cut, figures) || !queries_note(cut, figures)) return false;
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
        outer[i] = count_words(joins->sql[i], " LEFT OUTER JOIN ");
        inner[i] = count_words(joins->sql[i], " INNER JOIN ");
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
            arena_format(figures->arena, "%zu", count_words(joins->sql[i], " INNER JOIN "));
        cells[4 * i + 3] =
            arena_format(figures->arena, "%zu", count_words(joins->sql[i], " LEFT OUTER JOIN "));
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

static bool compare_with_join(struct stage *stage, struct cells *cells) {
    static const char sql[] =
        "SELECT a.*, t.* FROM (SELECT * FROM \"blog_article\" ORDER BY \"id\" LIMIT %s) a "
        "LEFT OUTER JOIN \"blog_article_tags\" m ON (a.\"id\" = m.\"article_id\") "
        "LEFT OUTER JOIN \"blog_tag\" t ON (m.\"tag_id\" = t.\"id\")";
    uint64_t rows;
    struct value limit = value_int(stage_number(stage, "articles"));
    bool done = queries_beside(stage, REFERENCE_LANE, sql, &limit, 1, NULL);
    uint32_t split = listing_line(stage, fixed_marker);
    return done && queries_cells(stage, REFERENCE_LANE, 0, &cells->joined, &cells->joined_rows) &&
           queries_cells(stage, LISTING_LANE, split, &cells->prefetched, &rows);
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

/* ---- the day ----------------------------------------------------------------------------- */

static const struct step n_plus_one_step = {
    .slug = "n-plus-one",
    .fidelity = FIDELITY_SAME,
    .fidelity_note = "",
    .listing_runs = true,
    KNOBS(loop_knobs),
    .prediction = &loop_prediction,
    CLAIMS(loop_claims),
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
    KNOBS(loop_knobs),
    .prediction = &select_prediction,
    CLAIMS(select_claims),
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
    KNOBS(prefetch_knobs),
    .prediction = &prefetch_prediction,
    CLAIMS(prefetch_claims),
    .hints = {"The first query brings the articles. What is still missing, and for whom?",
              "All the keys are known once the articles are there: one IN list holds them.",
              "2 queries."},
    .run = run_prefetch,
    .draw = draw_prefetch,
};

static const struct step *const steps[] = {&n_plus_one_step, &select_related_step,
                                           &prefetch_related_step, &n_plus_one_explosion_step};

extern const struct lesson day9_n_plus_one;
const struct lesson day9_n_plus_one = {
    .day = 9,
    .slug = "n-plus-one",
    .steps = steps,
    .step_count = sizeof steps / sizeof *steps,
};
