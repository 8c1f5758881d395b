/* queries - what a listing asked of the database, and SQL that a step runs beside it.
 *
 * The listing's own queries stand on lane 0 of the tape. What a step measures for comparison stands
 * on lanes from LANE_BESIDE on, so that nothing said of the listing counts it. */
#ifndef LESSONS_QUERIES_H
#define LESSONS_QUERIES_H

#include "engine/base/text.h"
#include "lessons/stage.h"

enum { LISTING_LANE = 0, REFERENCE_LANE = LANE_BESIDE, WRITES_LANE, JOIN_LANE, PREFETCH_LANE };

/* For the tables of a step. */
#define KNOBS(table) .knobs = table, .knob_count = sizeof table / sizeof *table
#define CLAIMS(table) .claims = table, .claim_count = sizeof table / sizeof *table

/* ---- the listing's ------------------------------------------------------------------------ */

/* All of the listing's queries up to the cut; those of one of its lines. */
struct tally queries_all(struct cut cut);
struct tally queries_on(const struct stage *stage, uint32_t line);

/* The index-th query; false behind the last. */
bool queries_at(const struct stage *stage, size_t index, struct tape_event *query);

/* "0.14 ms in the database" under the figure drawn last. */
bool queries_note(struct cut cut, struct figures *figures);

/* Draws the SQL of the index-th query, a clause a line, its parameters apart. */
bool queries_draw_sql(const struct stage *stage, size_t index, struct figures *figures);

/* A prediction's answer: how many there were. A claim's check: exactly one. */
bool queries_answer(struct stage *stage, double *number, size_t order[ORDER_MOST]);
void queries_check_one(struct stage *stage, struct verdict *verdict);

/* ---- beside it ---------------------------------------------------------------------------- */

/* Runs a SELECT on a lane; its rows are added to `rows`, a line a row, "a|b", unless that is NULL.
 */
bool queries_beside(struct stage *stage, uint8_t lane, const char *sql,
                    const struct value *parameters, size_t count, struct text *rows);

/* Runs SQL that gives no rows. */
bool queries_run(struct stage *stage, uint8_t lane, const char *sql, const struct value *parameters,
                 size_t count);

/* The one number that a SELECT gives. */
bool queries_number(struct stage *stage, uint8_t lane, const char *sql, int64_t *number);

/* Values moved by the queries of a lane on lines from `from` on: rows times columns. */
bool queries_cells(struct stage *stage, int lane, uint32_t from, uint64_t *cells, uint64_t *rows);

/* ---- texts -------------------------------------------------------------------------------- */

/* Draws a text, two spaces of indentation a level. NULL draws nothing. */
bool queries_draw_text(const char *text, const char *title, struct figures *figures);

size_t count_lines(const char *text);
size_t count_words(const char *text, const char *word); /* how often word stands in it */
double milliseconds(uint64_t ns);

#endif
