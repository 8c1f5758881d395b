/* course - see course.h. Events are recorded with fixed times: nothing here is measured. */
#include "tests/support/course.h"

#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "engine/object/object.h"

/* ---- n-plus-one: a listing with 1 + N queries ----------------------------------------------- */

enum { LOOP = 5, PRINT = 6 };

/* Raises at the word oops in the first line of an edited listing. */
static bool oops(struct stage *stage) {
    size_t at = strcspn(stage->listing, "\n");
    const char *word = strstr(stage->listing, "oops");
    if (!word || word > stage->listing + at) return false;
    fault_raise(&stage->fault, "NameError", "name 'oops' is not defined");
    fault_place(&stage->fault, 1, (uint32_t)(word - stage->listing) + 1);
    return true;
}

static bool run_loop(struct stage *stage) {
    if (oops(stage)) return false;
    struct head *head = &stage->head;
    int64_t articles = stage_number(stage, "articles");
    uint32_t list =
        tape_subject(stage->tape, "SELECT \"blog_article\".\"id\", "
                                  "\"blog_article\".\"title\" FROM \"blog_article\" LIMIT %s");
    uint32_t author =
        tape_subject(stage->tape, "SELECT \"blog_author\".\"id\", \"blog_author\".\"name\" "
                                  "FROM \"blog_author\" WHERE \"blog_author\".\"id\" = %s");
    struct value limit = value_int(articles);
    head->line = LOOP;
    head_point(head, TAPE_LINE, "", 0);
    head_query(head, list, &limit, 1, articles, 210000);
    for (int64_t i = 0; i < articles; i++) {
        struct value id = value_int(i % 7 + 1);
        head->line = PRINT;
        head_point(head, TAPE_LINE, "", 0);
        head_query(head, author, &id, 1, 1, 58000);
    }
    return true;
}

static bool draw_loop(const struct stage *stage, struct cut cut, struct figures *figures) {
    return stage_draw_listing(stage, cut, figures);
}

static void check_one_plus_n(struct stage *stage, struct verdict *verdict) {
    uint64_t queries = tape_count(cut_whole(stage->tape), TAPE_QUERY, ANY_EVENT);
    uint64_t articles = (uint64_t)stage_number(stage, "articles");
    verdict->holds = queries == 1 + articles;
    verdict_number(verdict, "queries", (double)queries);
    verdict_show(stage, verdict, "%d = 1 + %d", (int)queries, (int)articles);
}

static bool count_queries(struct stage *stage, double *number, size_t order[ORDER_MOST]) {
    (void)order;
    *number = (double)tape_count(cut_whole(stage->tape), TAPE_QUERY, ANY_EVENT);
    return true;
}

static const struct knob loop_knobs[] = {
    {.name = "articles",
     .title = "articles on the page",
     .kind = KNOB_NUMBER,
     .min = 0,
     .max = 10000,
     .usual = 100,
     .unit = "articles"},
    {.name = "round-trip",
     .title = "time to the database and back",
     .kind = KNOB_NUMBER,
     .min = 0,
     .max = 50,
     .usual = 0,
     .unit = "ms",
     .simulated = true},
};

static const struct prediction loop_prediction = {
    .question =
        "The page shows {articles} articles, each with its author's name. How many queries does "
        "the database get?",
    .kind = PREDICT_NUMBER,
    .answer = count_queries,
    .why = "One query fetches the articles. Each article.author then fetches one row more.",
};

static const struct claim loop_claims[] = {{"1 + N queries for N articles", check_one_plus_n}};

/* ---- select-related: a series, a choice and a text ------------------------------------------ */

static bool run_nothing(struct stage *stage) {
    head_point(&stage->head, TAPE_MARK, "done", 0);
    return true;
}

static bool draw_series(const struct stage *stage, struct cut cut, struct figures *figures) {
    enum { POINTS = 5 };
    struct figure_point *loop = arena_array(figures->arena, POINTS, sizeof *loop);
    struct figure_point *join = arena_array(figures->arena, POINTS, sizeof *join);
    struct figure_point *theory = arena_array(figures->arena, POINTS, sizeof *theory);
    struct figure_curve *curves = arena_array(figures->arena, 3, sizeof *curves);
    bool logarithmic = stage_number(stage, "scale") == 1;
    (void)cut;
    if (!loop || !join || !theory || !curves) return false;
    for (int i = 0; i < POINTS; i++) {
        double x = pow(10, i);
        loop[i] = (struct figure_point){x, 1 + x};
        join[i] = (struct figure_point){x, 1};
        theory[i] = (struct figure_point){x, x / 2};
    }
    curves[0] = (struct figure_curve){"the loop", loop, POINTS, false};
    curves[1] = (struct figure_curve){"select_related", join, POINTS, false};
    curves[2] = (struct figure_curve){"half of it", theory, POINTS, true};
    struct figure *figure = figures_add(figures, FIGURE_SERIES, "Queries by articles");
    if (!figure) return true;
    figure->series.curves = curves;
    figure->series.count = 3;
    figure->series.x_unit = "articles";
    figure->series.y_unit = "queries";
    figure->series.x_log = figure->series.y_log = logarithmic;
    figure->note = "Each letter is one measured run.";
    figure->simulated = "the network between the two is a wait of the length you set";
    return true;
}

static const char *const scales[] = {"linear", "log"};
static const struct knob series_knobs[] = {
    {.name = "scale",
     .title = "scale of the axes",
     .kind = KNOB_CHOICE,
     .unit = "",
     .choices = scales,
     .choice_count = 2},
    {.name = "path",
     .title = "path",
     .kind = KNOB_TEXT,
     .max = 40,
     .unit = "",
     .usual_text = "/articles/"},
};

/* ---- prefetch-related: a table, claims that fail and do not apply --------------------------- */

static bool draw_table(const struct stage *stage, struct cut cut, struct figures *figures) {
    static const struct figure_column columns[] = {{"operation", ALIGN_LEFT},
                                                   {"first", ALIGN_RIGHT},
                                                   {"second", ALIGN_RIGHT},
                                                   {"why", ALIGN_LEFT}};
    static const char *const cells[] = {
        "len(qs)",    "1", "0", "fetches every row, and keeps them for the next time",
        "qs.count()", "1", "1", "counts in the database",
        "qs[0]",      "1", "1", "",
    };
    struct figure *figure =
        figures_add(figures, FIGURE_TABLE, "Queries, the first and the second time");
    (void)stage, (void)cut;
    if (!figure) return true;
    figure->table.columns = columns;
    figure->table.column_count = 4;
    figure->table.cells = cells;
    figure->table.row_count = 3;
    return true;
}

static void check_false(struct stage *stage, struct verdict *verdict) {
    verdict->holds = false;
    verdict_show(stage, verdict, "3 is not 2");
}

static void check_no_case(struct stage *stage, struct verdict *verdict) {
    (void)stage;
    verdict->applies = false;
    verdict->holds = true;
}

static const struct claim table_claims[] = {
    {"2 queries, whatever the number of articles", check_false},
    {"with no articles, one query", check_no_case},
};

/* ---- middleware: a trace, bars, a timeline -------------------------------------------------- */

static bool draw_trace(const struct stage *stage, struct cut cut, struct figures *figures) {
    static const struct figure_entry entries[] = {
        {0, ENTRY_IN, "TimingMiddleware", NULL, 0, 0},
        {1, ENTRY_IN, "ApiKeyMiddleware", NULL, 0, 1},
        {2, ENTRY_POINT, "article_list", "200", 12000, 2},
        {1, ENTRY_OUT, "ApiKeyMiddleware", "200", 15000, 3},
        {0, ENTRY_OUT, "TimingMiddleware", "200", 21000, 4},
    };
    struct figure *figure = figures_add(figures, FIGURE_TRACE, "In and out");
    (void)stage;
    if (!figure) return true;
    figure->trace.entries = entries;
    figure->trace.count = cut.upto < 5 ? cut.upto : 5;
    return true;
}

static bool run_trace(struct stage *stage) {
    for (int i = 0; i < 5; i++) head_point(&stage->head, TAPE_MARK, "station", i);
    return true;
}

static bool answer_second(struct stage *stage, double *number, size_t order[ORDER_MOST]) {
    (void)stage, (void)order;
    *number = 1;
    return true;
}

static const char *const onion_choices[] = {"the first in the list", "the last in the list",
                                            "all at the same time"};
static const struct prediction onion_prediction = {
    .question = "Which layer sees the response first?",
    .kind = PREDICT_CHOICE,
    .choices = onion_choices,
    .choice_count = 3,
    .answer = answer_second,
    .why = "The way out is the way in, reversed.",
};

static bool run_bars(struct stage *stage) {
    if (stage_number(stage, "fail"))
        return fault_raise(&stage->fault, "ImproperlyConfigured", "the list names no such layer");
    return run_trace(stage);
}

static bool draw_bars(const struct stage *stage, struct cut cut, struct figures *figures) {
    static const struct figure_bar bars[] = {{"TimingMiddleware", 1000, NULL, 0},
                                             {"ApiKeyMiddleware", 1000, "refuses 600", 0},
                                             {"view", 400, NULL, 1},
                                             {"queries", 0, NULL, 1}};
    static const char *const lanes[] = {"worker 1", "worker 2"};
    static const struct figure_span spans[] = {{0, 0, 400, "warm-up", 'w'},
                                               {0, 400, 1200, "serving", 's'},
                                               {1, 100, 500, "warm-up", 'w'},
                                               {1, 500, 1200, "serving", 's'}};
    struct figure *figure = figures_add(figures, FIGURE_BARS, "Calls per layer");
    (void)stage, (void)cut;
    if (!figure) return true;
    figure->bars.bars = bars;
    figure->bars.count = 4;
    figure->bars.unit = "calls";
    figure = figures_add(figures, FIGURE_TIMELINE, "Who serves when");
    if (!figure) return true;
    figure->timeline.lanes = lanes;
    figure->timeline.lane_count = 2;
    figure->timeline.spans = spans;
    figure->timeline.count = 4;
    figure->timeline.unit = "ms";
    return true;
}

static bool answer_order(struct stage *stage, double *number, size_t order[ORDER_MOST]) {
    (void)stage, (void)number;
    order[0] = 2, order[1] = 0, order[2] = 1;
    return true;
}

static const char *const order_choices[] = {"the view", "the queries", "the API key"};
static const struct prediction order_prediction = {
    .question = "In which order are they reached?",
    .kind = PREDICT_ORDER,
    .choices = order_choices,
    .choice_count = 3,
    .answer = answer_order,
    .why = "The key is asked for first.",
};

static const struct knob fail_knobs[] = {{.name = "fail",
                                          .title = "raise an error",
                                          .kind = KNOB_NUMBER,
                                          .min = 0,
                                          .max = 1,
                                          .unit = ""}};

/* ---- rate-limit: runs until it is stopped, or crashes --------------------------------------- */

static bool run_for_ever(struct stage *stage) {
    if (stage_number(stage, "crash")) raise(SIGSEGV);
    while (!runtime_cancelled(&stage->runtime)) {
        head_point(&stage->head, TAPE_SAMPLE, "turn", 1);
        poll(NULL, 0, 1); /* lets the machine do something else */
    }
    return false;
}

static bool draw_turns(const struct stage *stage, struct cut cut, struct figures *figures) {
    struct figure_bar *bar = arena_alloc(figures->arena, sizeof *bar);
    struct figure *figure = figures_add(figures, FIGURE_BARS, "turns so far");
    (void)stage;
    if (!bar || !figure) return false;
    bar->label = "turns";
    bar->value = (double)tape_count(cut, TAPE_SAMPLE, ANY_EVENT);
    figure->bars.bars = bar;
    figure->bars.count = 1;
    figure->bars.unit = "turns";
    return true;
}

static const struct knob crash_knobs[] = {
    {.name = "crash", .title = "crash", .kind = KNOB_NUMBER, .min = 0, .max = 1, .unit = ""}};

/* ---- the course ----------------------------------------------------------------------------- */

static const struct step middleware_steps[] = {
    {.slug = "onion",
     .run = run_trace,
     .draw = draw_trace,
     .prediction = &onion_prediction,
     .hints = {"Think of an onion.", "The call returns where it was made.", "The last one."}},
    {.slug = "short-circuit",
     .run = run_bars,
     .draw = draw_bars,
     .live = draw_turns,
     .prediction = &order_prediction,
     .knobs = fail_knobs,
     .knob_count = 1,
     .fidelity = FIDELITY_SIMPLIFIED,
     .fidelity_note = "the view does nothing but count"},
    {.slug = "rate-limit",
     .run = run_for_ever,
     .knobs = crash_knobs,
     .knob_count = 1,
     .fidelity = FIDELITY_EMULATED,
     .fidelity_note = "time is a counter"},
};
static const struct step *const middleware_in_order[] = {&middleware_steps[0], &middleware_steps[1],
                                                         &middleware_steps[2]};

static const struct step n_plus_one_steps[] = {
    {.slug = "n-plus-one",
     .listing_runs = true,
     .knobs = loop_knobs,
     .knob_count = 2,
     .prediction = &loop_prediction,
     .claims = loop_claims,
     .claim_count = 1,
     .run = run_loop,
     .draw = draw_loop,
     .hints = {"Count the trips to the shop.", "{articles}, and one more."}},
    {.slug = "select-related",
     .knobs = series_knobs,
     .knob_count = 2,
     .run = run_nothing,
     .draw = draw_series},
    {.slug = "prefetch-related",
     .run = run_nothing,
     .draw = draw_table,
     .claims = table_claims,
     .claim_count = 2},
    {.slug = "join-explosion"},
};
static const struct step *const n_plus_one_in_order[] = {
    &n_plus_one_steps[0], &n_plus_one_steps[1], &n_plus_one_steps[2], &n_plus_one_steps[3]};

static const struct lesson middleware = {
    .day = 4, .slug = "middleware", .steps = middleware_in_order, .step_count = 3};
static const struct lesson n_plus_one = {
    .day = 9, .slug = "n-plus-one", .steps = n_plus_one_in_order, .step_count = 4};
static const struct lesson *const both[] = {
    [TEST_MIDDLEWARE] = &middleware, [TEST_N_PLUS_ONE] = &n_plus_one};

const struct course test_course = {both, 2};
