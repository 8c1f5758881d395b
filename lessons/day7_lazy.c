/* Day 7 - querysets are recipes.
 *
 *     recipe    a chain grows; the counter stays at 0 until the line that cooks it
 *     cache     what is kept, by which object, and what is asked again
 *     iterator  all rows at once, or a chunk at a time: the memory of both */
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "engine/base/text.h"
#include "engine/script/script.h"
#include "lessons/blog_stage.h"
#include "lessons/parts.h"
#include "lessons/stage.h"

/* What the listing does is recorded on lane 0, the table of operations beside it. */
enum { LISTING_LANE, TABLE_LANE = LANE_BESIDE };

#define KNOB_ROWS(least, most, default_rows)                                                       \
    {                                                                                              \
        .name = "rows", .title = "articles in the database", .min = least, .max = most,            \
        .usual = default_rows, .unit = "rows"                                                      \
    }

static struct blog_size size_of(const struct stage *stage) {
    struct blog_size size = blog_size_usual;
    size.articles = stage_number(stage, "rows");
    size.tags_most = 0;
    size.seed = stage->seed;
    return size;
}

static struct tally queries_on(const struct stage *stage, uint32_t line) {
    return tape_tally(cut_whole(stage->tape), TAPE_QUERY,
                      (struct tally_filter){LISTING_LANE, line, NULL});
}

/* "3 queries on 2 lines", under the listing. */
static bool note_queries(const struct stage *stage, struct cut cut, struct figures *figures) {
    struct tally all = tape_tally(cut, TAPE_QUERY, (struct tally_filter){LISTING_LANE, -1, NULL});
    struct figure *figure = &figures->list[figures->count - 1];
    figure->note = arena_format(figures->arena, "%" PRIu64 " %s, %" PRId64 " rows", all.count,
                                all.count == 1 ? "query" : "queries", all.amount);
    return figure->note && stage;
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
        struct tally_filter here = {TABLE_LANE, -1, NULL};
        uint64_t before = tape_count(cut_whole(stage->tape), TAPE_QUERY, here);
        if (!script_run(runtime, script, source)) return false;
        measured[i] = (int)(tape_count(cut_whole(stage->tape), TAPE_QUERY, here) - before);
    }
    return true;
}

static bool measure_table(struct stage *stage, struct recipe *recipe) {
    stage->head.lane = TABLE_LANE;
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
    struct blog_size size = size_of(stage);
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
    uint64_t all = tape_count(cut_whole(stage->tape), TAPE_QUERY,
                              (struct tally_filter){LISTING_LANE, -1, NULL});
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
    return stage_draw_listing(stage, cut, figures) && note_queries(stage, cut, figures) &&
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

/* The next line that begins with `word`, after line `after`. */
static uint32_t line_after(const struct stage *stage, const char *word, uint32_t after) {
    uint32_t line = 1;
    for (const char *at = stage->listing; at && *at; line++) {
        if (line > after && strncmp(at, word, strlen(word)) == 0) return line;
        at = strchr(at, '\n');
        if (at) at++;
    }
    return 0;
}

static struct cache_lines find_lines(const struct stage *stage) {
    struct cache_lines lines = {0};
    lines.first_loop = line_after(stage, "for ", 0);
    lines.second_loop = line_after(stage, "for ", lines.first_loop);
    lines.clone_loop = line_after(stage, "for ", lines.second_loop);
    lines.first_index = line_after(stage, "print(fresh[0]", 0);
    lines.second_index = line_after(stage, "print(fresh[0]", lines.first_index);
    lines.exists = line_after(stage, "print(fresh.exists", 0);
    lines.count = line_after(stage, "print(fresh.count", 0);
    lines.len = line_after(stage, "print(len(fresh.all", 0);
    lines.test = line_after(stage, "if fresh", 0);
    lines.inside = line_after(stage, "    print(len(fresh)", 0);
    return lines;
}

static bool run_cache(struct stage *stage) {
    struct blog_size size = size_of(stage);
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

static bool answer_all_queries(struct stage *stage, double *number, size_t order[ORDER_MOST]) {
    (void)order;
    *number = (double)tape_count(cut_whole(stage->tape), TAPE_QUERY,
                                 (struct tally_filter){LISTING_LANE, -1, NULL});
    return true;
}

static bool draw_cache(const struct stage *stage, struct cut cut, struct figures *figures) {
    return stage_draw_listing(stage, cut, figures) && note_queries(stage, cut, figures);
}

static const struct knob cache_knobs[] = {KNOB_ROWS(1, 100000, 1000)};

static const struct prediction cache_prediction = {
    .question = "How many queries will the whole listing send?",
    .kind = PREDICT_NUMBER,
    .answer = answer_all_queries,
    .why = "Only the second loop, and what stands inside the if, find their rows already kept.",
};

static const struct claim cache_claims[] = {
    {"the first loop asks once, the second not at all, the clone again", check_loops},
    {"an index on a queryset not yet evaluated asks for one row, every time", check_indexes},
    {"exists() reads one row; if reads all of them, and keeps them", check_exists_against_if},
    {"count() reads one row, len() all of them", check_count_against_len},
};

/* ---- step 3: iterator -------------------------------------------------------------------- */

static const char streamed_marker[] = "# Streamed";
static const char *const lane_names[] = {"cached", "iterator()"};

/* How much a part held at most, beyond what was held when it began. */
struct held {
    uint64_t peak[2];      /* with `rows` rows */
    uint64_t half_peak[2]; /* with half as many */
};

/* Samples the run's memory while it runs, from a thread and a head of its own. */
struct sampler {
    struct stage *stage;
    pthread_t thread;
    atomic_int part; /* of the listing, running now; negative: stop */
    size_t base[2];  /* held when the part began */
};

static void *sample(void *argument) {
    struct sampler *sampler = argument;
    struct head head;
    head_init(&head, sampler->stage->tape);
    for (int part; (part = atomic_load(&sampler->part)) >= 0;) {
        head.lane = (uint8_t)part;
        head_point(&head, TAPE_MEMORY, "held", (int64_t)memory_held(&sampler->stage->memory));
        nanosleep(&(struct timespec){.tv_nsec = 500000}, NULL);
    }
    return NULL;
}

/* Signals stay with the thread that waits for them. */
static bool start_sampler(struct sampler *sampler, struct stage *stage) {
    sampler->stage = stage;
    atomic_init(&sampler->part, 0);
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int code = pthread_create(&sampler->thread, NULL, sample, sampler);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return code == 0 || fault_raise(&stage->fault, "OSError", "no thread for the memory samples");
}

static void stop_sampler(struct sampler *sampler) {
    atomic_store(&sampler->part, -1);
    pthread_join(sampler->thread, NULL);
}

/* Runs the listing statement by statement and measures the peak of each part. */
static bool run_parts(struct stage *stage, struct runtime *runtime, uint64_t peak[2],
                      struct sampler *sampler) {
    struct script *script = blog_stage_script(stage, runtime);
    struct program *program = script ? script_parse(runtime, stage->listing) : NULL;
    uint32_t split = listing_line(stage, streamed_marker);
    bool done = program != NULL;
    int part = -1;
    size_t base = 0;
    for (size_t i = 0; done && i < program_count(program); i++) {
        int now = split && program_line(program, i) >= split;
        if (now != part) {
            part = now;
            memory_reset_peak(&stage->memory);
            base = memory_held(&stage->memory);
            if (sampler) atomic_store(&sampler->part, part);
        }
        struct value value;
        bool is_expression;
        done = script_step(runtime, script, program, i, &value, &is_expression);
        uint64_t above = memory_peak(&stage->memory) - base;
        if (above > peak[part]) peak[part] = above;
    }
    return done;
}

/* The same with half the rows, recorded nowhere, in an arena that is then given back. */
static bool run_half(struct stage *stage, struct held *held) {
    struct blog_size size = size_of(stage);
    int64_t rows = size.articles;
    struct arena scratch;
    struct head silent;
    arena_init(&scratch, &stage->memory);
    head_init(&silent, NULL);
    stage->numbers[0] = size.articles = rows / 2;
    struct runtime runtime = stage->runtime;
    runtime.arena = &scratch;
    runtime.head = &silent;
    bool done = blog_stage_open(stage, &size, 0);
    runtime.database = stage->runtime.database;
    done = done && run_parts(stage, &runtime, held->half_peak, NULL);
    blog_stage_close(stage);
    arena_release(&scratch);
    stage->numbers[0] = rows;
    return done;
}

static bool run_iterator(struct stage *stage) {
    struct held *held = arena_alloc(&stage->arena, sizeof *held);
    if (!held) return fault_no_memory(&stage->fault);
    stage->result = held;
    if (!run_half(stage, held)) return false;
    struct blog_size size = size_of(stage);
    struct sampler sampler;
    bool done = blog_stage_open(stage, &size, 0) && start_sampler(&sampler, stage);
    if (done) {
        done = run_parts(stage, &stage->runtime, held->peak, &sampler);
        stop_sampler(&sampler);
    }
    blog_stage_close(stage);
    return done;
}

static double mebibytes(uint64_t bytes) {
    return (double)bytes / 1048576;
}

static void check_cached_grows(struct stage *stage, struct verdict *verdict) {
    if (!listing_as_shipped(stage, verdict)) return;
    const struct held *held = stage->result;
    /* arenas grow by whole blocks: twice the rows may hold a little less than twice the bytes */
    verdict->holds = held->peak[0] * 10 >= held->half_peak[0] * 15;
    verdict_number(verdict, "bytes", (double)held->peak[0]);
    verdict_number(verdict, "bytes_half", (double)held->half_peak[0]);
    verdict_show(stage, verdict, "%.2f MiB; with half the rows %.2f", mebibytes(held->peak[0]),
                 mebibytes(held->half_peak[0]));
}

static void check_iterator_flat(struct stage *stage, struct verdict *verdict) {
    if (!listing_as_shipped(stage, verdict)) return;
    const struct held *held = stage->result;
    verdict->applies = stage_number(stage, "rows") >= 4 * stage_number(stage, "chunk-size");
    verdict->holds = !verdict->applies || held->peak[1] <= held->half_peak[1] * 5 / 4 + 1048576;
    verdict_number(verdict, "bytes", (double)held->peak[1]);
    verdict_number(verdict, "bytes_half", (double)held->half_peak[1]);
    verdict_show(stage, verdict, "%.2f MiB; with half the rows %.2f%s", mebibytes(held->peak[1]),
                 mebibytes(held->half_peak[1]),
                 verdict->applies ? "" : "; says nothing below four chunks");
}

static void check_iterator_smaller(struct stage *stage, struct verdict *verdict) {
    if (!listing_as_shipped(stage, verdict)) return;
    const struct held *held = stage->result;
    verdict->applies = stage_number(stage, "rows") >= 10 * stage_number(stage, "chunk-size");
    verdict->holds = !verdict->applies || held->peak[1] < held->peak[0];
    verdict_number(verdict, "cached_bytes", (double)held->peak[0]);
    verdict_number(verdict, "iterator_bytes", (double)held->peak[1]);
    verdict_show(stage, verdict, "%.2f MiB against %.2f%s", mebibytes(held->peak[1]),
                 mebibytes(held->peak[0]),
                 verdict->applies ? "" : "; says nothing below ten chunks");
}

/* Both parts read every row, and what they add up to is the same. */
static void check_same_rows(struct stage *stage, struct verdict *verdict) {
    if (!listing_as_shipped(stage, verdict)) return;
    uint32_t split = listing_line(stage, streamed_marker);
    struct cut all = cut_whole(stage->tape);
    int64_t cached = part_tally(stage, all, TAPE_QUERY, split, PART_FIRST).amount;
    int64_t streamed = part_tally(stage, all, TAPE_QUERY, split, PART_SECOND).amount;
    const char *totals[2] = {"", ""};
    struct tape_event event;
    for (size_t i = 0; tape_events(stage->tape, i, &event, 1) == 1; i++) {
        const char *total =
            event.kind == TAPE_PRINT ? strchr(tape_name(stage->tape, event.subject), ' ') : NULL;
        if (total) totals[event.line >= split] = total;
    }
    verdict->holds = cached == stage_number(stage, "rows") && streamed == cached && *totals[0] &&
                     strcmp(totals[0], totals[1]) == 0;
    verdict_number(verdict, "cached_rows", (double)cached);
    verdict_number(verdict, "iterator_rows", (double)streamed);
    verdict_show(stage, verdict, "%" PRId64 " rows each, total%s", streamed, totals[1]);
}

enum { MOST_SAMPLES = 600 };

/* One lane's memory over time: milliseconds since the lane began, MiB above where it began. */
static bool draw_lane(const struct stage *stage, struct cut cut, uint8_t lane, struct arena *arena,
                      struct figure_curve *curve) {
    struct figure_point *points = arena_array(arena, MOST_SAMPLES, sizeof *points);
    if (!points) return false;
    uint64_t samples = tape_count(cut, TAPE_MEMORY, (struct tally_filter){lane, -1, NULL});
    uint64_t every = samples / MOST_SAMPLES + 1, seen = 0;
    uint64_t start = 0;
    int64_t base = 0;
    struct tape_event event;
    for (size_t i = 0; i < cut.upto && tape_events(stage->tape, i, &event, 1) == 1; i++) {
        if (event.kind != TAPE_MEMORY || event.lane != lane) continue;
        if (seen == 0) start = event.at_ns, base = event.amount;
        if (seen++ % every || curve->count == MOST_SAMPLES) continue;
        points[curve->count++] = (struct figure_point){(double)(event.at_ns - start) / 1e6,
                                                       (double)(event.amount - base) / 1048576};
    }
    curve->points = points;
    curve->name = lane_names[lane];
    return true;
}

static bool draw_iterator(const struct stage *stage, struct cut cut, struct figures *figures) {
    if (!stage_draw_listing(stage, cut, figures) || !note_queries(stage, cut, figures))
        return false;
    struct figure *figure =
        figures_add(figures, FIGURE_SERIES, "memory held by the engine while each loop runs");
    if (!figure) return true;
    struct figure_curve *curves = arena_array(figures->arena, 2, sizeof *curves);
    if (!curves) return false;
    for (uint8_t lane = 0; lane < 2; lane++)
        if (!draw_lane(stage, cut, lane, figures->arena, &curves[lane])) return false;
    figure->series.curves = curves;
    figure->series.count = 2;
    figure->series.x_unit = "ms";
    figure->series.y_unit = "MiB";
    const struct held *held = stage->result;
    figure->note = arena_format(figures->arena, "at most: cached %.2f MiB, iterator() %.2f MiB",
                                mebibytes(held->peak[0]), mebibytes(held->peak[1]));
    return figure->note != NULL;
}

static const struct knob iterator_knobs[] = {
    KNOB_ROWS(1000, 1000000, 20000),
    {.name = "chunk-size",
     .title = "rows of a chunk",
     .min = 1,
     .max = 100000,
     .usual = 2000,
     .unit = "rows"},
};

static const char *const grower[] = {"the cached loop", "the loop over iterator()", "both alike"};

static bool answer_grower(struct stage *stage, double *number, size_t order[ORDER_MOST]) {
    (void)order;
    const struct held *held = stage->result;
    *number = held->peak[0] > held->peak[1] ? 0 : held->peak[1] > held->peak[0] ? 1 : 2;
    return true;
}

static const struct prediction iterator_prediction = {
    .question = "{rows} rows, chunks of {chunk-size}. Which loop holds more memory at its peak?",
    .kind = PREDICT_CHOICE,
    .choices = grower,
    .choice_count = 3,
    .answer = answer_grower,
    .why = "The cached loop holds every object until the end, iterator() a chunk at a time.",
};

static const struct claim iterator_claims[] = {
    {"the cached loop's memory grows with the rows", check_cached_grows},
    {"iterator()'s memory does not", check_iterator_flat},
    {"with many chunks, iterator() holds less", check_iterator_smaller},
    {"both read the same rows", check_same_rows},
};

/* ---- the day ----------------------------------------------------------------------------- */

static const struct step recipe_step = {
    .slug = "recipe",
    .fidelity = FIDELITY_SAME,
    .fidelity_note = "",
    .listing_runs = true,
    .knobs = recipe_knobs,
    .knob_count = sizeof recipe_knobs / sizeof *recipe_knobs,
    .prediction = &recipe_prediction,
    .claims = recipe_claims,
    .claim_count = sizeof recipe_claims / sizeof *recipe_claims,
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
    .knobs = cache_knobs,
    .knob_count = sizeof cache_knobs / sizeof *cache_knobs,
    .prediction = &cache_prediction,
    .claims = cache_claims,
    .claim_count = sizeof cache_claims / sizeof *cache_claims,
    .hints = {"Rows are kept on the object that fetched them, and on no other.",
              "Two loops over kept share one fetch; kept.all() is another object.",
              "8: all but the second loop and the line inside the if."},
    .run = run_cache,
    .draw = draw_cache,
};

static const struct step iterator_step = {
    .slug = "iterator",
    .fidelity = FIDELITY_SAME,
    .fidelity_note = "",
    .listing_runs = true,
    .knobs = iterator_knobs,
    .knob_count = sizeof iterator_knobs / sizeof *iterator_knobs,
    .prediction = &iterator_prediction,
    .claims = iterator_claims,
    .claim_count = sizeof iterator_claims / sizeof *iterator_claims,
    .hints = {"What is still needed after an article's turn in the loop?",
              "The cache keeps it all the same; iterator() forgets it.",
              "The cached loop: {rows} objects against {chunk-size}."},
    .run = run_iterator,
    .draw = draw_iterator,
};

static const struct step *const steps[] = {&recipe_step, &cache_step, &iterator_step};

extern const struct lesson day7_lazy;
const struct lesson day7_lazy = {
    .day = 7,
    .slug = "lazy",
    .steps = steps,
    .step_count = sizeof steps / sizeof *steps,
};
