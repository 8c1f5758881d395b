/* Day 2 - urls: from a path to a view and back, and what it costs.
 *
 * The table of the day. What the steps do stands in day2_resolve.c, day2_reverse.c and
 * day2_price.c. */
#include "lessons/day2.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- resolve ------------------------------------------------------------------------------ */

static const struct knob resolve_knobs[] = {
    {.name = "url",
     .title = "path asked for",
     .kind = KNOB_TEXT,
     .max = 200,
     .usual_text = "/blog/2024/first-steps/",
     .unit = ""},
};

static const struct prediction resolve_prediction = {
    .question = "How many patterns does resolve() try for {url}?",
    .kind = PREDICT_NUMBER,
    .answer = resolve_answer,
    .why = "It goes from the top to the first that fits. An include whose prefix does not match "
           "counts once; one whose prefix matches counts as many as were tried inside it.",
};

static const struct claim resolve_claims[] = {
    {"the match is the first pattern that fits: nothing is tried behind it", resolve_check_first},
    {"names and typed arguments are those a recorded Django gave", resolve_check_django},
};

/* ---- reverse ------------------------------------------------------------------------------ */

static const char *const wide_places[] = {"last", "first"};

static const struct knob reverse_knobs[] = {
    {.name = "pk",
     .title = "number in the paths",
     .min = 0,
     .max = 999999999,
     .usual = 7,
     .unit = ""},
    {.name = "wide-pattern",
     .title = "where <path:rest> stands",
     .kind = KNOB_CHOICE,
     .max = COUNT(wide_places) - 1,
     .choices = wide_places,
     .choice_count = COUNT(wide_places),
     .unit = ""},
};

static const struct prediction reverse_prediction = {
    .question = "Nine named routes, <path:rest> stands {wide-pattern}: how many resolve to "
                "themselves again?",
    .kind = PREDICT_NUMBER,
    .answer = reverse_answer,
    .why = "reverse() asks only whether a path fits the chosen pattern. resolve() asks from the "
           "top, and a wide pattern up there takes every path but the empty one.",
};

static const struct claim reverse_claims[] = {
    {"every named route that no other shadows comes back with the same typed arguments",
     reverse_check_back},
    {"a wrong name or argument raises Django's error", reverse_check_errors},
};

/* ---- price -------------------------------------------------------------------------------- */

static const struct knob price_knobs[] = {
    {.name = "routes",
     .title = "routes in the list",
     .min = 10,
     .max = 50000,
     .usual = 5000,
     .unit = "routes"},
};

static const struct prediction price_prediction = {
    .question = "A path that matches nothing: how many of {routes} flat patterns are tried?",
    .kind = PREDICT_NUMBER,
    .answer = price_answer,
    .why = "Only the end of the list proves that nothing fits: a miss pays for all of it.",
};

static const struct claim price_claims[] = {
    {"the last of 5,000 flat routes resolves in under 1 ms", price_check_last},
    {"flat time grows in proportion to the routes", price_check_linear},
    {"the tree and the index do not grow so", price_check_others},
    {"list, tree and index give the same answers", price_check_same},
};

/* ---- the steps ---------------------------------------------------------------------------- */

static const struct step resolve_step = {
    .slug = "resolve",
    .fidelity = FIDELITY_SAME,
    .fidelity_note = "",
    .listing_runs = true,
    .knobs = resolve_knobs,
    .knob_count = COUNT(resolve_knobs),
    .prediction = &resolve_prediction,
    .claims = resolve_claims,
    .claim_count = COUNT(resolve_claims),
    .hints = {"Ask for /articles/7/ and look which of the two article patterns takes it.",
              "Ask for /blog/first-steps/: which patterns are tried, and which are not even "
              "looked at?",
              "Put path(\"<path:anything>\", views.anything) first and run it again."},
    .run = resolve_run,
    .draw = resolve_draw,
};

static const struct step reverse_step = {
    .slug = "reverse",
    .fidelity = FIDELITY_SAME,
    .fidelity_note = "",
    .listing_runs = true,
    .knobs = reverse_knobs,
    .knob_count = COUNT(reverse_knobs),
    .prediction = &reverse_prediction,
    .claims = reverse_claims,
    .claim_count = COUNT(reverse_claims),
    .hints = {"Set wide-pattern to first: which path is left over for its own route, and why?",
              "Two routes are called articles. Ask for one with kwargs={\"page\": 2} and read "
              "the error.",
              "Leave out a namespace: reverse(\"item\", args=[pk])."},
    .run = reverse_run,
    .draw = reverse_draw,
};

static const struct step price_step = {
    .slug = "price",
    .fidelity = FIDELITY_SIMPLIFIED,
    .fidelity_note = "Patterns are matched in C, without regular expressions: the growth is "
                     "Django's, the nanoseconds are not. Django has no radix index.",
    .knobs = price_knobs,
    .knob_count = COUNT(price_knobs),
    .prediction = &price_prediction,
    .claims = price_claims,
    .claim_count = COUNT(price_claims),
    .hints = {"Compare the rows \"last\" and \"missing\": what does a miss pay for?",
              "The tree tries about two times the square root of the routes.",
              "Set routes to 50000: the index still looks at one route."},
    .run = price_run,
    .draw = price_draw,
};

static const struct step *const steps[] = {&resolve_step, &reverse_step, &price_step};

extern const struct lesson day2_urls;
const struct lesson day2_urls = {
    .day = 2,
    .slug = "urls",
    .steps = steps,
    .step_count = COUNT(steps),
};
