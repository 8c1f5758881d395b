/* Day 8, subquery - N questions folded into one. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lessons/blog_stage.h"
#include "lessons/day8.h"
#include "lessons/parts.h"
#include "lessons/queries.h"

static const char folded_marker[] = "# The same answer";
static const char *const subquery_names[] = {"loop", "Subquery"};

static bool run_subquery(struct stage *stage) {
    struct blog_size size = blog_stage_usual(stage);
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
    if (!stage_draw_listing(stage, cut, figures) || !queries_note(cut, figures)) return false;
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

const struct step sql_subquery_step = {
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
