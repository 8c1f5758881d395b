/* Day 4 - middleware: the order of the layers, and what an early answer saves.
 *
 * The table of the day. What the steps do stands in day4_onion.c, day4_short_circuit.c and
 * day4_rate_limit.c. */
#include "lessons/day4.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- onion ----------------------------------------------------------------------------------- */

static const char *const onion_paths[] = {
    "/ok/", "/raise/ValueError/", "/raise/Http404/", "/raise/PermissionDenied/", "/nope/",
};

static const struct knob onion_knobs[] = {
    {.name = "path",
     .title = "path asked for",
     .kind = KNOB_CHOICE,
     .max = COUNT(onion_paths) - 1,
     .choices = onion_paths,
     .choice_count = COUNT(onion_paths),
     .unit = ""},
};

static const char *const onion_layers[] = {
    "SecurityMiddleware",       "TimingMiddleware",     "SessionMiddleware",
    "AuthenticationMiddleware", "RequestLogMiddleware",
};

static const struct prediction onion_prediction = {
    .question = "In which order does the response leave the layers?",
    .kind = PREDICT_ORDER,
    .choices = onion_layers,
    .choice_count = COUNT(onion_layers),
    .answer = onion_answer,
    .why = "Each layer called the one below it, and gets the response back from that call: the "
           "last to be called is the first to return.",
};

static const struct claim onion_claims[] = {
    {"the layers are left in the reverse of the order they were entered, each with a response",
     onion_check_mirrored},
    {"an exception of the view is a response before any layer is left", onion_check_exception},
    {"the factories ran last layer first, before the first request", onion_check_built},
};

/* ---- short-circuit --------------------------------------------------------------------------- */

static const struct knob short_circuit_knobs[] = {
    {.name = "without-key",
     .title = "requests without a key",
     .min = 0,
     .max = 100,
     .usual = 50,
     .unit = "%"},
    {.name = "position",
     .title = "place of the API-key layer, 1 is the top",
     .min = 1,
     .max = 6,
     .usual = 3,
     .unit = ""},
    {.name = "queries",
     .title = "queries of the view",
     .min = 0,
     .max = 50,
     .usual = 5,
     .unit = "queries"},
    {.name = "requests",
     .title = "requests sent",
     .min = 100,
     .max = 2000,
     .usual = 200,
     .unit = "requests"},
};

static const struct prediction short_circuit_prediction = {
    .question = "{requests} requests, {without-key}% of them without a key, {queries} queries a "
                "view: how many queries reach the database?",
    .kind = PREDICT_NUMBER,
    .answer = short_circuit_answer,
    .why = "Only requests with the key reach the view; wherever the API-key layer stands, the view "
           "is below it.",
};

static const struct claim short_circuit_claims[] = {
    {"without the key: 403, no view call, no query", short_circuit_check_refused},
    {"without the key: no call of any layer below the API-key layer",
     short_circuit_check_nothing_below},
    {"every layer above it sees every refusal on its way out", short_circuit_check_above},
    {"the higher the API-key layer stands, the less a refusal calls", short_circuit_check_higher},
};

/* ---- rate-limit ------------------------------------------------------------------------------ */

static const struct knob rate_limit_knobs[] = {
    {.name = "bucket",
     .title = "size of the bucket",
     .min = 1,
     .max = 200,
     .usual = 20,
     .unit = "tokens"},
    {.name = "rate",
     .title = "tokens that come back",
     .min = 1,
     .max = 1000,
     .usual = 50,
     .unit = "tokens/s"},
    {.name = "arrivals",
     .title = "requests that arrive",
     .min = 1,
     .max = 10000,
     .usual = 500,
     .unit = "requests/s",
     .simulated = true},
    {.name = "requests",
     .title = "requests in the flood",
     .min = 100,
     .max = 5000,
     .usual = 1000,
     .unit = "requests"},
};

static const struct prediction rate_limit_prediction = {
    .question = "{requests} requests at {arrivals} a second, a bucket of {bucket} tokens, {rate} "
                "more each second: how many get through?",
    .kind = PREDICT_NUMBER,
    .answer = rate_limit_answer,
    .why = "The tokens of the beginning and those that came since, and no more.",
};

static const struct claim rate_limit_claims[] = {
    {"accepted at any moment: at most bucket + rate x time", rate_limit_check_bound},
    {"top or bottom, the same requests are refused, and none of them reaches the view",
     rate_limit_check_same},
    {"a refused request calls less with the limiter at the top", rate_limit_check_work},
};

/* ---- the steps ------------------------------------------------------------------------------- */

static const struct step onion_step = {
    .slug = "onion",
    .fidelity = FIDELITY_SIMPLIFIED,
    .fidelity_note = "The chain, its hooks and its boundaries do what Django's do. The layers "
                     "from django.* set their headers and read their cookies, and have no "
                     "session store or login behind them.",
    .listing_runs = true,
    .knobs = onion_knobs,
    .knob_count = COUNT(onion_knobs),
    .prediction = &onion_prediction,
    .claims = onion_claims,
    .claim_count = COUNT(onion_claims),
    .hints = {"Ask for /raise/ValueError/ and look for the first line that says 500.",
              "Put AuthenticationMiddleware above SessionMiddleware: who notices, and when?",
              "The exception never leaves the innermost box: its boundary makes a 500 of it, "
              "and every layer sees only that response."},
    .run = onion_run,
    .draw = onion_draw,
};

static const struct step short_circuit_step = {
    .slug = "short-circuit",
    .fidelity = FIDELITY_SIMPLIFIED,
    .fidelity_note = "The chain does what Django's does, and the view's SQL runs on SQLite in "
                     "memory. The layers from django.* are simplified.",
    .listing_runs = true,
    .knobs = short_circuit_knobs,
    .knob_count = COUNT(short_circuit_knobs),
    .prediction = &short_circuit_prediction,
    .claims = short_circuit_claims,
    .claim_count = COUNT(short_circuit_claims),
    .hints = {"Move the position up to 1, then down to 6: what does a refusal call each time?",
              "Take the API-key layer out of MIDDLEWARE: which claims fall, and why?",
              "Add 'blog.middleware.VisitorMiddleware', which sends a query, first above the "
              "API-key layer and then below it."},
    .run = short_circuit_run,
    .draw = short_circuit_draw,
};

static const struct step rate_limit_step = {
    .slug = "rate-limit",
    .fidelity = FIDELITY_EMULATED,
    .fidelity_note = "Django ships no rate limiter: this one is the demo's. Arrival times are "
                     "simulated; each request is really sent, and its work is counted.",
    .knobs = rate_limit_knobs,
    .knob_count = COUNT(rate_limit_knobs),
    .prediction = &rate_limit_prediction,
    .claims = rate_limit_claims,
    .claim_count = COUNT(rate_limit_claims),
    .hints = {"The first tokens go in a moment. After that, look at the slope.",
              "Set arrivals below rate: the bucket stays full, and nobody is refused.",
              "At the bottom every layer has worked before the limiter says no, the visitor's "
              "query included."},
    .run = rate_limit_run,
    .draw = rate_limit_draw,
};

static const struct step *const steps[] = {&onion_step, &short_circuit_step, &rate_limit_step};

extern const struct lesson day4_middleware;
const struct lesson day4_middleware = {
    .day = 4,
    .slug = "middleware",
    .steps = steps,
    .step_count = COUNT(steps),
};
