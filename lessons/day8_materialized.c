/* Day 8, materialized - a stored answer and its age.
 *
 * Emulated: SQLite has no materialized views. A table is filled from the query and replaced at each
 * refresh, as `REFRESH MATERIALIZED VIEW` does it on PostgreSQL. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lessons/blog_stage.h"
#include "lessons/day8.h"
#include "lessons/parts.h"
#include "lessons/queries.h"

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
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
        if (!queries_run(stage, WRITES_LANE, statements[i], NULL, 0)) return false;
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
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
        if (!queries_run(stage, WRITES_LANE, statements[i], NULL, 0)) return false;
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
    if (!queries_beside(stage, REFERENCE_LANE, dashboard, NULL, 0, &live)) return false;
    uint64_t between = elapsed_on(stage, REFERENCE_LANE);
    if (!queries_beside(stage, REFERENCE_LANE, stored, NULL, 0, &kept)) return false;
    now->live_ns = between - before;
    now->stored_ns = elapsed_on(stage, REFERENCE_LANE) - between;
    const char *one = text_finish(&live), *two = text_finish(&kept);
    if (!one || !two) return fault_no_memory(&stage->fault);
    now->equal = strcmp(one, two) == 0;
    if (!queries_number(stage, REFERENCE_LANE,
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
    return queries_run(stage, WRITES_LANE,
                       "INSERT INTO \"blog_event\" (\"happened_at\", \"kind\", \"amount\") "
                       "VALUES (%s, 'purchase', %s)",
                       row, 2);
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
    struct blog_size size = blog_stage_usual(stage);
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
    if (!stage_draw_listing(stage, cut, figures) || !queries_note(cut, figures)) return false;
    if (!view || view->refreshes == 0) return true;
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

const struct step sql_materialized_step = {
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
