/* Day 7, iterator - all rows at once, or a chunk at a time: the memory of both.
 *
 * The listing is run statement by statement, so that each part's peak can be told apart; a thread
 * samples what the run holds meanwhile. Half the rows are run first, to see what grows. */
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "lessons/blog_stage.h"
#include "lessons/day7.h"
#include "lessons/parts.h"
#include "lessons/queries.h"

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
    struct blog_size size = lazy_blog_size(stage);
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
    struct blog_size size = lazy_blog_size(stage);
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
    const struct held *held = stage->result;
    if (!stage_draw_listing(stage, cut, figures) || !queries_note(cut, figures)) return false;
    if (!held) return true; /* the run ended before there was anything to measure */
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

const struct step lazy_iterator_step = {
    .slug = "iterator",
    .fidelity = FIDELITY_SAME,
    .fidelity_note = "",
    .listing_runs = true,
    KNOBS(iterator_knobs),
    .prediction = &iterator_prediction,
    CLAIMS(iterator_claims),
    .hints = {"What is still needed after an article's turn in the loop?",
              "The cache keeps it all the same; iterator() forgets it.",
              "The cached loop: {rows} objects against {chunk-size}."},
    .run = run_iterator,
    .draw = draw_iterator,
};
