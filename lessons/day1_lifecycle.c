/* Day 1 - lifecycle: the way of a request, and where requests pile up.
 *
 * The table of the day. What the steps do stands in day1_request.c, day1_init_call.c and
 * day1_workers.c. */
#include "lessons/day1.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- request --------------------------------------------------------------------------------- */

static const struct knob request_knobs[] = {
    {.name = "layers",
     .title = "layers of middleware",
     .min = 0,
     .max = 20,
     .usual = 3,
     .unit = "layers"},
    {.name = "path",
     .title = "path asked for",
     .kind = KNOB_TEXT,
     .max = 120,
     .usual_text = "/articles/",
     .unit = ""},
};

static const struct prediction request_prediction = {
    .question = "GET {path} with {layers} layers: how many layers does the request enter?",
    .kind = PREDICT_NUMBER,
    .answer = request_answer,
    .why = "All of them, whether or not a route fits: the URL is resolved inside the innermost "
           "handler, behind every layer.",
};

static const struct claim request_claims[] = {
    {"each layer is entered once and left once, and the way out mirrors the way in",
     request_check_mirrored},
    {"the view runs exactly once for a path that resolves, and not at all for another",
     request_check_view},
    {"the stations' own times add up to the total", request_check_sum},
};

/* ---- init-call ------------------------------------------------------------------------------- */

static const struct knob init_call_knobs[] = {
    {.name = "requests",
     .title = "requests sent",
     .min = 1,
     .max = 10000,
     .usual = 100,
     .unit = "requests"},
};

static const struct prediction init_call_prediction = {
    .question = "{requests} requests through this MIDDLEWARE list: how many times is an __init__ "
                "called, over all layers?",
    .kind = PREDICT_NUMBER,
    .answer = init_call_answer,
    .why = "Once a layer, when the handler is built. What grows with the requests is __call__.",
};

static const struct claim init_call_claims[] = {
    {"the number of inits equals the number of layers", init_call_check_inits},
    {"the number of calls equals layers times requests", init_call_check_calls},
};

/* ---- workers --------------------------------------------------------------------------------- */

static const char *const off_on[] = {"off", "on"};

static const struct knob workers_knobs[] = {
    {.name = "clients",
     .title = "clients, each with one request at a time",
     .min = 1,
     .max = 500,
     .usual = 50,
     .unit = "clients"},
    {.name = "requests",
     .title = "requests in all, for each kind",
     .min = 10,
     .max = 1000,
     .usual = 100,
     .unit = "requests"},
    {.name = "workers",
     .title = "sync workers",
     .min = 1,
     .max = 16,
     .usual = 2,
     .unit = "workers"},
    {.name = "wait",
     .title = "wait for the database in each request",
     .min = 0,
     .max = 200,
     .usual = 40,
     .unit = "ms",
     .simulated = true},
    {.name = "cpu",
     .title = "CPU work in each request",
     .min = 0,
     .max = 20,
     .usual = 0,
     .unit = "ms"},
    {.name = "block",
     .title = "block the loop: wait without awaiting",
     .kind = KNOB_CHOICE,
     .max = COUNT(off_on) - 1,
     .choices = off_on,
     .choice_count = COUNT(off_on),
     .unit = ""},
};

static const struct prediction workers_prediction = {
    .question = "{clients} clients, {workers} sync workers, {wait} ms of waiting and {cpu} ms of "
                "work a request: how many requests a second do the sync workers answer?",
    .kind = PREDICT_NUMBER,
    .answer = workers_answer,
    .within = 0.1,
    .why = "A worker is held for the whole request, so its share is one over wait plus work; the "
           "number of clients only makes the queue longer.",
};

static const struct claim workers_claims[] = {
    {"neither kind gets above its ceiling", workers_check_ceilings},
    {"with a wait and more clients than workers, async leads by what the ceilings say",
     workers_check_lead},
    {"with CPU work alone, async is not ahead", workers_check_cpu},
    {"a blocked loop serves one request at a time", workers_check_blocked},
    {"every request is answered exactly once", workers_check_answers},
};

/* ---- the steps ------------------------------------------------------------------------------- */

static const struct step request_step = {
    .slug = "request",
    .fidelity = FIDELITY_SIMPLIFIED,
    .fidelity_note = "A real GET over a loopback socket, through a small server and the chain, "
                     "both in C. The order of the stations is Django's; the times are not "
                     "Python's.",
    .knobs = request_knobs,
    .knob_count = COUNT(request_knobs),
    .prediction = &request_prediction,
    .claims = request_claims,
    .claim_count = COUNT(request_claims),
    .hints = {"Read the trace from the top: what comes in first goes out last.",
              "Ask for /nowhere/ and look where the 404 is made.",
              "The patterns are tried below the last layer, so every layer has been entered "
              "before Django knows that nothing is there."},
    .run = request_run,
    .draw = request_draw,
};

static const struct step init_call_step = {
    .slug = "init-call",
    .fidelity = FIDELITY_SIMPLIFIED,
    .fidelity_note = "The chain is built and called as Django does it. The layers from "
                     "django.* set their headers and read their cookies, and have no session "
                     "store behind them.",
    .listing_runs = true,
    .knobs = init_call_knobs,
    .knob_count = COUNT(init_call_knobs),
    .prediction = &init_call_prediction,
    .claims = init_call_claims,
    .claim_count = COUNT(init_call_claims),
    .hints = {"Turn the requests up and see which column moves.",
              "Make the client twice, and send a request with each: what is built again?",
              "The table stands in the order of the inits: compare it with the list."},
    .run = init_call_run,
    .draw = init_call_draw,
};

static const struct step workers_step = {
    .slug = "workers",
    .fidelity = FIDELITY_SIMPLIFIED,
    .fidelity_note = "Both servers are real and listen on loopback: threads in place of "
                     "gunicorn's processes, one libuv loop in place of uvicorn's. The wait is "
                     "a timer in place of a slow database; the CPU work is real.",
    .knobs = workers_knobs,
    .knob_count = COUNT(workers_knobs),
    .prediction = &workers_prediction,
    .claims = workers_claims,
    .claim_count = COUNT(workers_claims),
    .hints = {"Divide the workers by the wait, in seconds: that is all sync can do.",
              "Set the wait to 0 and the CPU work to 10: what is left of the lead?",
              "Turn block on: one worker that waits, while everybody else waits for it."},
    .run = workers_run,
    .draw = workers_draw,
    .live = workers_live,
};

static const struct step *const steps[] = {&request_step, &init_call_step, &workers_step};

extern const struct lesson day1_lifecycle;
const struct lesson day1_lifecycle = {
    .day = 1,
    .slug = "lifecycle",
    .steps = steps,
    .step_count = COUNT(steps),
};
