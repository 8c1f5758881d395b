/* Day 9, join-explosion - what a JOIN carries home, against what a prefetch carries.
 *
 * The listing runs once, on the blog that the knobs ask for. Then both ways are measured on blogs
 * of rising fan-out, each on a lane of its own, to see where the JOIN begins to lose. */
#include <inttypes.h>
#include <string.h>

#include "lessons/blog_stage.h"
#include "lessons/day9.h"
#include "lessons/parts.h"
#include "lessons/queries.h"

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
    if (!queries_cells(stage, lane, 0, &before_cells, &before_rows)) return false;
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
    if (!queries_cells(stage, lane, 0, &cells, &rows)) return false;
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
    if (!stage_draw_listing(stage, cut, figures) || !queries_note(cut, figures)) return false;
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

const struct step n_plus_one_explosion_step = {
    .slug = "join-explosion",
    .fidelity = FIDELITY_SAME,
    .fidelity_note = "",
    .listing_runs = true,
    KNOBS(explosion_knobs),
    .prediction = &explosion_prediction,
    CLAIMS(explosion_claims),
    .hints = {"How often does the same author stand in the rows of the JOIN?",
              "Once for each of its articles. A prefetch reads each parent once.",
              "The prefetch, as soon as parents are shared."},
    .run = run_explosion,
    .draw = draw_explosion,
};
