/* Day 6 - streaming: exporting what does not fit, and the clocks that stand in its way.
 *
 * The table of the day. What the steps do stands in day6_memory.c, day6_timeouts.c and
 * day6_buffering.c. */
#include "lessons/day6.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- memory ---------------------------------------------------------------------------------- */

static const struct knob memory_knobs[] = {
    {.name = "rows",
     .title = "rows to export",
     .min = 100,
     .max = 10000000,
     .usual = 100000,
     .unit = "rows"},
    {.name = "batch",
     .title = "rows in a chunk of the stream",
     .min = 1,
     .max = 1000,
     .usual = 100,
     .unit = "rows"},
};

static const struct prediction memory_prediction = {
    .question = "{rows} rows, streamed: how many KiB does the server hold at most?",
    .kind = PREDICT_NUMBER,
    .answer = memory_answer,
    .why = "One piece and the connection's own buffers, however many rows there are.",
};

static const struct claim memory_claims[] = {
    {"both lanes send the same bytes with the same checksum", memory_check_same},
    {"the streamed peak does not grow with the rows", memory_check_flat},
    {"the buffered peak grows with the rows, in proportion", memory_check_grows},
    {"the stream's first byte leaves earlier", memory_check_first},
};

/* ---- the steps ------------------------------------------------------------------------------- */

static const struct step steps[] = {
    {
        .slug = "memory",
        .fidelity = FIDELITY_SIMPLIFIED,
        .fidelity_note =
            "Both exports are really sent over loopback, quoted as Python's csv.writer "
            "quotes them, and summed up by the client. The rows are computed, not "
            "read from a database.",
        .knobs = memory_knobs,
        .knob_count = COUNT(memory_knobs),
        .prediction = &memory_prediction,
        .claims = memory_claims,
        .claim_count = COUNT(memory_claims),
        .hints = {"Multiply the rows by ten and run again: which of the two curves moved?",
                  "Set batch to 1 and compare the last bytes: what does a chunk cost?",
                  "The stream holds one piece at a time, so its peak is the size of a piece, and "
                  "rows do not come into it."},
        .run = memory_run,
        .draw = memory_draw,
    },
    {.slug = "timeouts"},
    {.slug = "buffering"},
};

extern const struct lesson day6_streaming;
const struct lesson day6_streaming = {
    .day = 6,
    .slug = "streaming",
    .steps = steps,
    .step_count = COUNT(steps),
};
