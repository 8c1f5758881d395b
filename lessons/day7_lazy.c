/* Day 7 - querysets are recipes.
 *
 *     recipe    a chain grows; the counter stays at 0 until the line that cooks it
 *     cache     what is kept, by which object, and what is asked again
 *     iterator  all rows at once, or a chunk at a time: the memory of both */
#include <inttypes.h>
#include <string.h>

#include "lessons/blog_stage.h"
#include "lessons/day7.h"
#include "lessons/parts.h"
#include "lessons/queries.h"

struct blog_size lazy_blog_size(const struct stage *stage) {
    struct blog_size size = blog_size_usual;
    size.articles = stage_number(stage, "rows");
    size.tags_most = 0;
    size.seed = stage->seed;
    return size;
}

/* ---- step 1: recipe ---------------------------------------------------------------------- */

/* What a real Django 3.2 sent for each operation on a QuerySet, done once and done again on the
 * same object. What ours sends is measured in every run. */
struct operation_row {
    const char *source;
    int first, again;
};

static const struct operation_row operation_rows[] = {
    {"for x in qs: pass", 1, 0},
    {"list(qs)", 1, 0},
    {"len(qs)", 1, 0},
    {"bool(qs)", 1, 0},
    {"repr(qs)", 1, 1},
    {"qs[0]", 1, 1},
    {"qs[:5]", 0, 0},
    {"qs[::2]", 1, 1},
    {"qs.filter(published=True)", 0, 0},
    {"qs.all()", 0, 0},
    {"qs.count()", 1, 1},
    {"qs.exists()", 1, 1},
    {"qs.first()", 1, 1},
    {"qs.get(pk=1)", 1, 1},
    {"list(qs.iterator())", 1, 1},
    {"qs.iterator()", 0, 0},
};
enum { OPERATIONS = sizeof operation_rows / sizeof *operation_rows };

struct recipe {
    int measured[OPERATIONS][2];
    size_t done; /* how many rows of the table were measured */
};

/* Does one operation twice on one fresh QuerySet and counts the queries of each time. */
static bool measure_operation(struct stage *stage, const char *source, int measured[2]) {
    struct runtime *runtime = &stage->runtime;
    struct script *script = blog_stage_script(stage, runtime);
    if (!script || !script_run(runtime, script,
                               "from blog.models import Article\n"
                               "qs = Article.objects.order_by('pk')\n"))
        return false;
    for (int i = 0; i < 2; i++) {
        struct tally_filter here = {REFERENCE_LANE, -1, NULL};
        uint64_t before = tape_count(cut_whole(stage->tape), TAPE_QUERY, here);
        if (!script_run(runtime, script, source)) return false;
        measured[i] = (int)(tape_count(cut_whole(stage->tape), TAPE_QUERY, here) - before);
    }
    return true;
}

static bool measure_table(struct stage *stage, struct recipe *recipe) {
    stage->head.lane = REFERENCE_LANE;
    for (; recipe->done < OPERATIONS; recipe->done++)
        if (!measure_operation(stage, operation_rows[recipe->done].source,
                               recipe->measured[recipe->done]))
            return false;
    stage->head.lane = LISTING_LANE;
    return true;
}

static bool run_recipe(struct stage *stage) {
    struct recipe *recipe = arena_alloc(&stage->arena, sizeof *recipe);
    if (!recipe) return fault_no_memory(&stage->fault);
    stage->result = recipe;
    struct blog_size size = lazy_blog_size(stage);
    bool done = blog_stage_open(stage, &size, 0) && blog_stage_run_listing(stage) &&
                measure_table(stage, recipe);
    blog_stage_close(stage);
    return done;
}

static void check_building_is_free(struct stage *stage, struct verdict *verdict) {
    if (!listing_as_shipped(stage, verdict)) return;
    uint32_t loop = listing_line(stage, "for ");
    uint64_t queries = 0;
    for (uint32_t line = 1; line < loop; line++) queries += queries_on(stage, line).count;
    verdict->holds = loop > 0 && queries == 0;
    verdict_number(verdict, "queries", (double)queries);
    verdict_show(stage, verdict, "%" PRIu64 " queries above line %" PRIu32, queries, loop);
}

static void check_cooked_once(struct stage *stage, struct verdict *verdict) {
    if (!listing_as_shipped(stage, verdict)) return;
    uint32_t loop = listing_line(stage, "for ");
    uint64_t here = queries_on(stage, loop).count;
    uint64_t all = queries_all(cut_whole(stage->tape)).count;
    verdict->holds = here == 1 && all == 1;
    verdict_number(verdict, "at_the_loop", (double)here);
    verdict_number(verdict, "queries", (double)all);
    verdict_show(stage, verdict, "line %" PRIu32 " sent %" PRIu64 " of %" PRIu64, loop, here, all);
}

static void check_table(struct stage *stage, struct verdict *verdict) {
    const struct recipe *recipe = stage->result;
    size_t equal = 0;
    for (size_t i = 0; i < recipe->done; i++)
        equal += recipe->measured[i][0] == operation_rows[i].first &&
                 recipe->measured[i][1] == operation_rows[i].again;
    verdict->holds = equal == OPERATIONS;
    verdict_number(verdict, "operations", OPERATIONS);
    verdict_number(verdict, "equal", (double)equal);
    verdict_show(stage, verdict, "%zu of %d operations", equal, OPERATIONS);
}

static bool draw_table(const struct stage *stage, struct figures *figures) {
    static const struct figure_column columns[] = {{"operation on a fresh qs", ALIGN_LEFT},
                                                   {"queries", ALIGN_RIGHT},
                                                   {"again", ALIGN_RIGHT},
                                                   {"Django's", ALIGN_RIGHT}};
    const struct recipe *recipe = stage->result;
    struct figure *figure =
        recipe ? figures_add(figures, FIGURE_TABLE, "what each operation asks") : NULL;
    if (!figure) return true;
    const char **cells = arena_array(figures->arena, 4 * OPERATIONS, sizeof *cells);
    if (!cells) return false;
    for (size_t i = 0; i < recipe->done; i++) {
        const char **row = &cells[4 * i];
        row[0] = operation_rows[i].source;
        row[1] = arena_format(figures->arena, "%d", recipe->measured[i][0]);
        row[2] = arena_format(figures->arena, "%d", recipe->measured[i][1]);
        row[3] = arena_format(figures->arena, "%d, %d", operation_rows[i].first,
                              operation_rows[i].again);
        if (!row[1] || !row[2] || !row[3]) return false;
    }
    figure->table.columns = columns;
    figure->table.column_count = 4;
    figure->table.cells = cells;
    figure->table.row_count = recipe->done;
    figure->note = "Django's: recorded from Django 3.2";
    return true;
}

static bool draw_recipe(const struct stage *stage, struct cut cut, struct figures *figures) {
    return stage_draw_listing(stage, cut, figures) && queries_note(cut, figures) &&
           draw_table(stage, figures);
}

/* The line of the first query. */
static bool answer_first_line(struct stage *stage, double *number, size_t order[ORDER_MOST]) {
    (void)order;
    struct tape_event event;
    for (size_t i = 0; tape_events(stage->tape, i, &event, 1) == 1; i++) {
        if (event.kind != TAPE_QUERY || event.lane != LISTING_LANE) continue;
        *number = event.line;
        return true;
    }
    return false;
}

static const struct knob recipe_knobs[] = {KNOB_ROWS(100, 100000, 1000)};

static const struct prediction recipe_prediction = {
    .question = "Which line of the listing sends the first query?",
    .kind = PREDICT_NUMBER,
    .answer = answer_first_line,
    .why = "Every line above only adds to the recipe. The for needs rows, so it cooks.",
};

static const struct claim recipe_claims[] = {
    {"no line that builds sends a query", check_building_is_free},
    {"the first line that needs rows sends one, and it is the only one", check_cooked_once},
    {"every operation asks as often as in Django, the first time and again", check_table},
};

/* ---- step 2: cache ----------------------------------------------------------------------- */

/* Line numbers of the shipped listing, by what stands there. */
struct cache_lines {
    uint32_t first_loop, second_loop, clone_loop, first_index, second_index, exists, count, len,
        test, inside;
};

static struct cache_lines find_lines(const struct stage *stage) {
    struct cache_lines lines = {0};
    lines.first_loop = listing_line_after(stage, "for ", 0);
    lines.second_loop = listing_line_after(stage, "for ", lines.first_loop);
    lines.clone_loop = listing_line_after(stage, "for ", lines.second_loop);
    lines.first_index = listing_line_after(stage, "print(fresh[0]", 0);
    lines.second_index = listing_line_after(stage, "print(fresh[0]", lines.first_index);
    lines.exists = listing_line_after(stage, "print(fresh.exists", 0);
    lines.count = listing_line_after(stage, "print(fresh.count", 0);
    lines.len = listing_line_after(stage, "print(len(fresh.all", 0);
    lines.test = listing_line_after(stage, "if fresh", 0);
    lines.inside = listing_line_after(stage, "    print(len(fresh)", 0);
    return lines;
}

static bool run_cache(struct stage *stage) {
    struct blog_size size = lazy_blog_size(stage);
    bool done = blog_stage_open(stage, &size, 0) && blog_stage_run_listing(stage);
    blog_stage_close(stage);
    return done;
}

static void check_loops(struct stage *stage, struct verdict *verdict) {
    if (!listing_as_shipped(stage, verdict)) return;
    struct cache_lines lines = find_lines(stage);
    uint64_t first = queries_on(stage, lines.first_loop).count;
    uint64_t second = queries_on(stage, lines.second_loop).count;
    uint64_t clone = queries_on(stage, lines.clone_loop).count;
    verdict->holds = first == 1 && second == 0 && clone == 1;
    verdict_number(verdict, "first", (double)first);
    verdict_number(verdict, "second", (double)second);
    verdict_number(verdict, "clone", (double)clone);
    verdict_show(stage, verdict, "%" PRIu64 ", %" PRIu64 " and %" PRIu64, first, second, clone);
}

static void check_indexes(struct stage *stage, struct verdict *verdict) {
    if (!listing_as_shipped(stage, verdict)) return;
    struct cache_lines lines = find_lines(stage);
    struct tally first = queries_on(stage, lines.first_index),
                 second = queries_on(stage, lines.second_index);
    verdict->holds =
        first.count == 1 && second.count == 1 && first.amount == 1 && second.amount == 1;
    verdict_number(verdict, "queries", (double)(first.count + second.count));
    verdict_number(verdict, "rows", (double)(first.amount + second.amount));
    verdict_show(stage, verdict, "%" PRIu64 " queries, %" PRId64 " rows",
                 first.count + second.count, first.amount + second.amount);
}

static void check_exists_against_if(struct stage *stage, struct verdict *verdict) {
    if (!listing_as_shipped(stage, verdict)) return;
    struct cache_lines lines = find_lines(stage);
    int64_t exists = queries_on(stage, lines.exists).amount;
    int64_t test = queries_on(stage, lines.test).amount;
    uint64_t inside = queries_on(stage, lines.inside).count;
    verdict->holds = exists == 1 && test == stage_number(stage, "rows") && inside == 0;
    verdict_number(verdict, "exists_rows", (double)exists);
    verdict_number(verdict, "if_rows", (double)test);
    verdict_number(verdict, "queries_inside", (double)inside);
    verdict_show(stage, verdict,
                 "%" PRId64 " row against %" PRId64 "; then %" PRIu64 " more queries", exists, test,
                 inside);
}

static void check_count_against_len(struct stage *stage, struct verdict *verdict) {
    if (!listing_as_shipped(stage, verdict)) return;
    struct cache_lines lines = find_lines(stage);
    int64_t count = queries_on(stage, lines.count).amount;
    int64_t len = queries_on(stage, lines.len).amount;
    verdict->holds = count == 1 && len == stage_number(stage, "rows");
    verdict_number(verdict, "count_rows", (double)count);
    verdict_number(verdict, "len_rows", (double)len);
    verdict_show(stage, verdict, "%" PRId64 " row against %" PRId64, count, len);
}

static bool draw_cache(const struct stage *stage, struct cut cut, struct figures *figures) {
    return stage_draw_listing(stage, cut, figures) && queries_note(cut, figures);
}

static const struct knob cache_knobs[] = {KNOB_ROWS(1, 100000, 1000)};

static const struct prediction cache_prediction = {
    .question = "How many queries will the whole listing send?",
    .kind = PREDICT_NUMBER,
    .answer = queries_answer,
    .why = "Only the second loop, and what stands inside the if, find their rows already kept.",
};

static const struct claim cache_claims[] = {
    {"the first loop asks once, the second not at all, the clone again", check_loops},
    {"an index on a queryset not yet evaluated asks for one row, every time", check_indexes},
    {"exists() reads one row; if reads all of them, and keeps them", check_exists_against_if},
    {"count() reads one row, len() all of them", check_count_against_len},
};

/* ---- the day ----------------------------------------------------------------------------- */

static const struct step recipe_step = {
    .slug = "recipe",
    .fidelity = FIDELITY_SAME,
    .fidelity_note = "",
    .listing_runs = true,
    KNOBS(recipe_knobs),
    .prediction = &recipe_prediction,
    CLAIMS(recipe_claims),
    .hints = {"Which lines need to see a row?", "filter, exclude, order_by and [:10] do not.",
              "The for, on line 11."},
    .run = run_recipe,
    .draw = draw_recipe,
};

static const struct step cache_step = {
    .slug = "cache",
    .fidelity = FIDELITY_SAME,
    .fidelity_note = "",
    .listing_runs = true,
    KNOBS(cache_knobs),
    .prediction = &cache_prediction,
    CLAIMS(cache_claims),
    .hints = {"Rows are kept on the object that fetched them, and on no other.",
              "Two loops over kept share one fetch; kept.all() is another object.",
              "8: all but the second loop and the line inside the if."},
    .run = run_cache,
    .draw = draw_cache,
};

static const struct step *const steps[] = {&recipe_step, &cache_step, &lazy_iterator_step};

extern const struct lesson day7_lazy;
const struct lesson day7_lazy = {
    .day = 7,
    .slug = "lazy",
    .steps = steps,
    .step_count = sizeof steps / sizeof *steps,
};
