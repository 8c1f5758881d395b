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
    .within = 0.5,
    .why = "One piece and the connection's own buffers, however many rows there are.",
};

static const struct claim memory_claims[] = {
    {"both lanes send the same bytes with the same checksum", memory_check_same},
    {"the streamed peak does not grow with the rows", memory_check_flat},
    {"the buffered peak grows with the rows, in proportion", memory_check_grows},
    {"the stream's first byte leaves earlier", memory_check_first},
};

/* ---- timeouts -------------------------------------------------------------------------------- */

static const char *const worker_kinds[] = {"sync", "beating"};

static const struct knob timeouts_knobs[] = {
    {.name = "rows", .title = "rows to send", .min = 1, .max = 20, .usual = 8, .unit = "rows"},
    {.name = "gap",
     .title = "time between two rows",
     .min = 0,
     .max = 30,
     .usual = 5,
     .unit = "s",
     .simulated = true},
    {.name = "long-gap",
     .title = "the one long gap, 0 for none",
     .min = 0,
     .max = 120,
     .usual = 0,
     .unit = "s",
     .simulated = true},
    {.name = "long-at",
     .title = "the row before which it comes",
     .min = 1,
     .max = 20,
     .usual = 3,
     .unit = ""},
    {.name = "worker",
     .title = "kind of worker",
     .kind = KNOB_CHOICE,
     .max = COUNT(worker_kinds) - 1,
     .choices = worker_kinds,
     .choice_count = COUNT(worker_kinds),
     .unit = ""},
    {.name = "timeout",
     .title = "gunicorn's --timeout",
     .min = 5,
     .max = 120,
     .usual = 30,
     .unit = "s",
     .simulated = true},
    {.name = "read-timeout",
     .title = "nginx's proxy_read_timeout",
     .min = 5,
     .max = 120,
     .usual = 60,
     .unit = "s",
     .simulated = true},
};

static const char *const who_cuts[] = {"nobody", "the worker's timeout", "the gateway's timeout"};

static const struct prediction timeouts_prediction = {
    .question = "{rows} rows, {gap} s apart{?long-gap}, the gap before row {long-at} at least "
                "{long-gap} s{?}; a {worker} worker, --timeout {timeout}, proxy_read_timeout "
                "{read-timeout}: who cuts the response?",
    .kind = PREDICT_CHOICE,
    .choices = who_cuts,
    .choice_count = COUNT(who_cuts),
    .answer = timeouts_answer,
    .why = "The worker's clock counts the whole response, and only where nobody beats meanwhile; "
           "the gateway's starts anew with every row.",
};

static const struct claim timeouts_claims[] = {
    {"a sync worker is cut when the whole response outlasts --timeout, a beating one never",
     timeouts_check_worker},
    {"the gateway cuts when one gap outlasts its read timeout", timeouts_check_gateway},
    {"the shorter clock wins, and decides what the client sees", timeouts_check_shorter},
    {"what arrived is a whole prefix of the rows", timeouts_check_prefix},
};

/* ---- buffering ------------------------------------------------------------------------------- */

static const char *const buffering_kinds[] = {"off", "on", "x-accel-no"};
static const char *const http_versions[] = {"1.0", "1.1"};

static const struct knob buffering_knobs[] = {
    {.name = "buffering",
     .title = "proxy_buffering, or on with X-Accel-Buffering: no",
     .kind = KNOB_CHOICE,
     .max = COUNT(buffering_kinds) - 1,
     .usual = 1,
     .choices = buffering_kinds,
     .choice_count = COUNT(buffering_kinds),
     .unit = ""},
    {.name = "buffer",
     .title = "size of the gateway's buffer",
     .min = 1,
     .max = 64,
     .usual = 8,
     .unit = "KiB"},
    {.name = "backend",
     .title = "HTTP version spoken to the backend",
     .kind = KNOB_CHOICE,
     .max = COUNT(http_versions) - 1,
     .choices = http_versions,
     .choice_count = COUNT(http_versions),
     .unit = ""},
    {.name = "client",
     .title = "speed of the client, 0 for as fast as it can",
     .min = 0,
     .max = 8192,
     .usual = 0,
     .unit = "KiB/s",
     .simulated = true},
    {.name = "rows", .title = "rows to send", .min = 2, .max = 100, .usual = 16, .unit = "rows"},
    {.name = "row", .title = "size of a row", .min = 1, .max = 32, .usual = 2, .unit = "KiB"},
    {.name = "gap",
     .title = "time between two rows",
     .min = 0,
     .max = 50,
     .usual = 10,
     .unit = "ms",
     .simulated = true},
};

static const struct prediction buffering_prediction = {
    .question = "{rows} rows of {row} KiB, buffering {buffering}, {buffer} KiB, HTTP/{backend}: "
                "how many rows reach the client only after the next one was made?",
    .kind = PREDICT_NUMBER,
    .answer = buffering_answer,
    .within = 0.1, /* a clock decides which row came first */
    .why = "Only an HTTP/1.0 body is held, until the buffer is full: chunks are passed on as they "
           "come.",
};

static const struct claim buffering_claims[] = {
    {"with buffering off, or over chunked HTTP/1.1, each row arrives before the next is made",
     buffering_check_at_once},
    {"with HTTP/1.0 and buffering on, rows are held back", buffering_check_held},
    {"with a slow client, buffering frees the worker earlier", buffering_check_freed},
};

/* ---- the steps ------------------------------------------------------------------------------- */

static const struct step memory_step = {
    .slug = "memory",
    .fidelity = FIDELITY_SIMPLIFIED,
    .fidelity_note = "Both exports are really sent over loopback, quoted as Python's csv.writer "
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
    .live = memory_live,
};

static const struct step timeouts_step = {
    .slug = "timeouts",
    .fidelity = FIDELITY_EMULATED,
    .fidelity_note = "Production seconds run on a scaled clock: 1 s takes 10 ms. The gateway is "
                     "the engine's own and follows nginx's rule; the worker is a thread, and to "
                     "be killed is to have its connection dropped on the spot.",
    .knobs = timeouts_knobs,
    .knob_count = COUNT(timeouts_knobs),
    .prediction = &timeouts_prediction,
    .claims = timeouts_claims,
    .claim_count = COUNT(timeouts_claims),
    .hints = {"Add up the gaps: that is what the sync worker's clock sees.",
              "Set the worker to beating and the long gap to 70: which clock is left?",
              "Put the long gap before row 1: there is no head on the wire yet, so the client "
              "can still get an error page."},
    .run = timeouts_run,
    .draw = timeouts_draw,
};

static const struct step buffering_step = {
    .slug = "buffering",
    .fidelity = FIDELITY_EMULATED,
    .fidelity_note = "The gateway is a small one of the engine's own that keeps nginx's rules "
                     "for these switches; it stores in memory, not in a temporary file. The "
                     "slow client is simulated.",
    .knobs = buffering_knobs,
    .knob_count = COUNT(buffering_knobs),
    .prediction = &buffering_prediction,
    .claims = buffering_claims,
    .claim_count = COUNT(buffering_claims),
    .hints = {"Switch the backend to HTTP/1.1 and look at the second row of marks.",
              "Divide the buffer by the size of a row: so many rows travel together.",
              "Set client to 512, row to 32 and rows to 32, and compare when the worker is "
              "free."},
    .run = buffering_run,
    .draw = buffering_draw,
};

static const struct step *const steps[] = {&memory_step, &timeouts_step, &buffering_step};

extern const struct lesson day6_streaming;
const struct lesson day6_streaming = {
    .day = 6,
    .slug = "streaming",
    .steps = steps,
    .step_count = COUNT(steps),
};
