/* Day 3 - class-views: a new object for each request, and the line it is called along.
 *
 * The table of the day. What the steps do stands in day3_as_view.c, day3_mro.c and
 * day3_dispatch.c. */
#include "lessons/day3.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *const no_yes[] = {"no", "yes"};

/* ---- as-view ------------------------------------------------------------------------------ */

static const struct knob as_view_knobs[] = {
    {.name = "requests",
     .title = "requests to each",
     .min = 1,
     .max = 10000,
     .usual = 100,
     .unit = "requests"},
    {.name = "concurrent",
     .title = "ten of them at once",
     .kind = KNOB_CHOICE,
     .max = COUNT(no_yes) - 1,
     .choices = no_yes,
     .choice_count = COUNT(no_yes),
     .unit = ""},
};

static const struct prediction as_view_prediction = {
    .question = "{requests} requests through as_view(): how many instances of the view are made?",
    .kind = PREDICT_NUMBER,
    .answer = as_view_answer,
    .why = "as_view() itself makes none. The function it returns makes one for each request.",
};

static const struct claim as_view_claims[] = {
    {"as_view(): instances = requests", as_view_check_instances},
    {"as_view(): nothing leaks from one request to another", as_view_check_leaks},
    {"one shared instance leaks", as_view_check_shared},
    {"an unknown keyword or a method's name raises Django's TypeError", as_view_check_keywords},
    {"a method the class lacks is answered 405, with Allow", as_view_check_methods},
};

/* ---- mro ---------------------------------------------------------------------------------- */

static const char *const opinions[] = {"equal", "opposite"};

static const struct knob mro_knobs[] = {
    {.name = "opinions",
     .title = "what X and Y say of A and B",
     .kind = KNOB_CHOICE,
     .max = COUNT(opinions) - 1,
     .choices = opinions,
     .choice_count = COUNT(opinions),
     .unit = ""},
};

static const struct prediction mro_prediction = {
    .question = "ArticleList stands at place 1 of its own line. At which place stands View?",
    .kind = PREDICT_NUMBER,
    .answer = mro_answer,
    .why = "All that ListView brings comes before what stands behind it in the bases, and each "
           "class waits for those derived from it.",
};

static const struct claim mro_claims[] = {
    {"every turn of the merge takes what C3 takes", mro_check_definition},
    {"every line keeps the order of its bases and the line of each parent", mro_check_promises},
    {"where there is no order, Python's TypeError names the heads it got stuck at",
     mro_check_refusal},
};

/* ---- dispatch ----------------------------------------------------------------------------- */

static const char *const firsts[] = {"LoggingMixin", "LoginRequiredMixin"};
const char *const dispatch_forgets[] = {"nobody", "LoggingMixin", "CacheMixin"};

static const struct knob dispatch_knobs[] = {
    {.name = "signed-in",
     .title = "the visitor is signed in",
     .kind = KNOB_CHOICE,
     .max = COUNT(no_yes) - 1,
     .choices = no_yes,
     .choice_count = COUNT(no_yes),
     .unit = ""},
    {.name = "first",
     .title = "which mixin stands first",
     .kind = KNOB_CHOICE,
     .max = COUNT(firsts) - 1,
     .choices = firsts,
     .choice_count = COUNT(firsts),
     .unit = ""},
    {.name = "forgets",
     .title = "who forgets super()",
     .kind = KNOB_CHOICE,
     .max = 2,
     .choices = dispatch_forgets,
     .choice_count = 3,
     .unit = ""},
};

static const char *const dispatchers[] = {"LoggingMixin", "LoginRequiredMixin", "CacheMixin",
                                          "View"};

static const struct prediction dispatch_prediction = {
    .question = "Signed in: {signed-in}. {first} stands first, {forgets} forgets super(). Whose "
                "dispatch() is the last to be entered?",
    .kind = PREDICT_CHOICE,
    .choices = dispatchers,
    .choice_count = COUNT(dispatchers),
    .answer = dispatch_answer,
    .why = "Each hands over to the next in the line, until one answers by itself or forgets to.",
};

static const struct claim dispatch_claims[] = {
    {"dispatch() is called in the order of the line", dispatch_check_order},
    {"not signed in: the view never ran", dispatch_check_view},
    {"whether a refused visit is logged depends on which mixin stands first", dispatch_check_log},
    {"a mixin that forgets super() ends the chain, and None is a 500", dispatch_check_forgotten},
};

/* ---- the steps ---------------------------------------------------------------------------- */

static const struct step as_view_step = {
    .slug = "as-view",
    .fidelity = FIDELITY_EMULATED,
    .fidelity_note = "Classes and instances are the engine's own; the rules that make them are "
                     "Django's. get() stops at its wait and goes on later: ten requests that "
                     "take turns stand in for ten threads.",
    .knobs = as_view_knobs,
    .knob_count = COUNT(as_view_knobs),
    .prediction = &as_view_prediction,
    .claims = as_view_claims,
    .claim_count = COUNT(as_view_claims),
    .hints = {"One by one, half of the shared greetings are wrong already: who set the name?",
              "Set concurrent to yes: now signed-in visitors get each other's names too.",
              "What a method stores on self is only as private as self is."},
    .run = as_view_run,
    .draw = as_view_draw,
};

static const struct step mro_step = {
    .slug = "mro",
    .fidelity = FIDELITY_SAME,
    .fidelity_note = "",
    .listing_runs = true,
    .knobs = mro_knobs,
    .knob_count = COUNT(mro_knobs),
    .prediction = &mro_prediction,
    .claims = mro_claims,
    .claim_count = COUNT(mro_claims),
    .hints = {"Set opinions to opposite: which heads are left, and in whose tails do they "
              "stand?",
              "Write class ArticleList(ListView, LoginRequiredMixin) and look where the check "
              "goes.",
              "Put a class in front of its own child: class Odd(View, BaseListView)."},
    .run = mro_run,
    .draw = mro_draw,
};

static const struct step dispatch_step = {
    .slug = "dispatch",
    .fidelity = FIDELITY_SIMPLIFIED,
    .fidelity_note = "View, AccessMixin and LoginRequiredMixin are written in C after Django's; "
                     "the classes of the listing run as they stand. answer() is what Django's "
                     "handler does around a view.",
    .listing_runs = true,
    .knobs = dispatch_knobs,
    .knob_count = COUNT(dispatch_knobs),
    .prediction = &dispatch_prediction,
    .claims = dispatch_claims,
    .claim_count = COUNT(dispatch_claims),
    .hints = {"Turn first over: the visit is refused either way. What changes?",
              "Write class Page(View, outer, inner): who is asked to sign in now?",
              "Let LoggingMixin forget super() and read the exception."},
    .run = dispatch_run,
    .draw = dispatch_draw,
};

static const struct step *const steps[] = {&as_view_step, &mro_step, &dispatch_step};

extern const struct lesson day3_class_views;
const struct lesson day3_class_views = {
    .day = 3,
    .slug = "class-views",
    .steps = steps,
    .step_count = COUNT(steps),
};
