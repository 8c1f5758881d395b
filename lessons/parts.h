/* parts - listings that show two ways of the same thing, and what each of them cost.
 *
 * Days 7 to 9 compare: the loop that everybody writes, then the fix. Both stand in one listing,
 * and a comment line that begins with a known word ("# Fixed") is where the second part begins.
 * Whatever happened is counted by line, so the parts' sums come from the tape like all else. The
 * listing's lane is 0; what a step measures beside it, on other lanes, belongs to no part. */
#ifndef LESSONS_PARTS_H
#define LESSONS_PARTS_H

#include "lessons/stage.h"

/* The 1-based line of the stage's listing that begins with `marker`; 0 when none does. */
uint32_t listing_line(const struct stage *stage, const char *marker);
/* The same, looking only behind line `after`. */
uint32_t listing_line_after(const struct stage *stage, const char *marker, uint32_t after);

/* True while the listing is the one that ships: only for that can a note promise numbers. When it
 * was changed, says so in the verdict, which then does not apply. */
bool listing_as_shipped(struct stage *stage, struct verdict *verdict);

enum part { PART_FIRST, PART_SECOND };

/* Adds up the events of a kind that happened on the lines before `split` (first) or from it on. */
struct tally part_tally(const struct stage *stage, struct cut cut, enum tape_kind kind,
                        uint32_t split, enum part part);

/* What the comparison of two parts' output found. */
struct output_comparison {
    bool known; /* false: the tape has coarsened and has not kept every line */
    bool same;
    size_t lines; /* alike, from the first on */
};

/* Compares what the two parts printed, line by line; in_order: in the same order too. Where the
 * listing gives no order, the database may give the parts different ones. */
struct output_comparison parts_compare_output(struct stage *stage, uint32_t split, bool in_order);

/* The SQL of the index-th query of a part, as the tape keeps it; NULL when there is none. */
const char *part_sql(const struct stage *stage, uint32_t split, enum part part, size_t index,
                     struct tape_event *event);

/* Draws a table of both parts: queries, rows and time in the database. */
bool parts_draw(const struct stage *stage, struct cut cut, uint32_t split,
                const char *const names[2], struct figures *figures);

/* Draws the queries sent so far against the lines printed so far, a curve per part (one when split
 * is 0). */
bool parts_draw_climb(const struct stage *stage, struct cut cut, uint32_t split,
                      const char *const names[2], struct figures *figures);

#endif
