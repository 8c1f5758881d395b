/* Day 5 - ready: code that runs before the first request.
 *
 * The table of the day. What the steps do stands in day5_phases.c, day5_fleet.c and
 * day5_signals.c, and beside the first two the files that draw. */
#include "lessons/day5.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- phases ---------------------------------------------------------------------------------- */

static const char *const places[] = {"apps.py", "models.py", "urls.py", "ready"};
static const char *const asks[] = {"get_models", "count", "filter"};
static const char *const tables[] = {"migrated", "missing"};

static const struct knob phases_knobs[] = {
    {.name = "place",
     .title = "where the code stands",
     .kind = KNOB_CHOICE,
     .max = COUNT(places) - 1,
     .usual = PLACE_MODELS_PY,
     .choices = places,
     .choice_count = COUNT(places),
     .unit = ""},
    {.name = "asks",
     .title = "what it asks for",
     .kind = KNOB_CHOICE,
     .max = COUNT(asks) - 1,
     .choices = asks,
     .choice_count = COUNT(asks),
     .unit = ""},
    {.name = "tables",
     .title = "the database's tables",
     .kind = KNOB_CHOICE,
     .max = COUNT(tables) - 1,
     .choices = tables,
     .choice_count = COUNT(tables),
     .unit = ""},
    {.name = "setups",
     .title = "calls of setup() in the process",
     .min = 1,
     .max = 5,
     .usual = 1,
     .unit = "calls"},
};

static const char *const ends[] = {"it works", "Apps aren't loaded yet", "Models aren't loaded yet",
                                   "no such table"};

static const struct prediction phases_prediction = {
    .question = "The code stands in {place} and asks for {asks}; the tables: {tables}. What comes "
                "of it?",
    .kind = PREDICT_CHOICE,
    .choices = ends,
    .choice_count = COUNT(ends),
    .answer = phases_answer,
    .why = "Each question needs a phase that is over: a model's class needs the first, every "
           "model and a filter across a relation need the second, a plain count() only a table.",
};

static const struct claim phases_claims[] = {
    {"where it is too early, Django's text comes up and no ready() runs", phases_check_early},
    {"a plain count() passes the registry in silence, and fails where there is no table",
     phases_check_count},
    {"ready() sees every model of every app, while apps.ready is still False", phases_check_models},
    {"each phase goes through INSTALLED_APPS in order before the next begins", phases_check_order},
    {"ready() runs once per app and process, however often setup() is called", phases_check_once},
    {"after a setup() that failed, the next one only says that it is not reentrant",
     phases_check_again},
};

/* ---- fleet ----------------------------------------------------------------------------------- */

static const char *const answers[] = {"all-at-once", "one-by-one"};

static const struct knob fleet_knobs[] = {
    {.name = "servers", .title = "servers", .min = 1, .max = 8, .usual = 4, .unit = "servers"},
    {.name = "workers",
     .title = "workers on each server",
     .min = 1,
     .max = 16,
     .usual = 8,
     .unit = "workers"},
    {.name = "warm-up",
     .title = "how long a warm-up waits",
     .min = 0,
     .max = 2000,
     .usual = 200,
     .unit = "ms",
     .simulated = true},
    {.name = "answers",
     .title = "how the system that is asked answers",
     .kind = KNOB_CHOICE,
     .max = COUNT(answers) - 1,
     .choices = answers,
     .choice_count = COUNT(answers),
     .unit = ""},
};

static const struct prediction fleet_prediction = {
    .question = "{servers} servers with {workers} workers each, the warm-up in ready(): how many "
                "warm-ups?",
    .kind = PREDICT_NUMBER,
    .answer = fleet_answer,
    .why = "One for every process that calls setup(). \"Once\" is a statement about one process.",
};

static const struct claim fleet_claims[] = {
    {"warm-ups: as many as processes in ready(), and 1 with an init job", fleet_check_count},
    {"no process serves before what it needs is warm, and in the end all of them do",
     fleet_check_serving},
    {"warm-ups that are answered all at once overlap: they wait longer together than time passes",
     fleet_check_overlap},
    {"warm-ups that are answered one by one add up: processes x warm-up", fleet_check_in_turn},
};

/* ---- signals --------------------------------------------------------------------------------- */

static const char *const ways[WAYS] = {
    [WAY_ONCE] = "once",
    [WAY_TWICE] = "twice",
    [WAY_TWO] = "two-functions",
    [WAY_UID] = "one-uid",
    [WAY_UID_PLAIN] = "uid-and-without",
    [WAY_NESTED] = "nested",
};

static const struct knob signals_knobs[] = {
    {.name = "connected",
     .title = "how ready() connects",
     .kind = KNOB_CHOICE,
     .max = WAYS - 1,
     .choices = ways,
     .choice_count = WAYS,
     .unit = ""},
    {.name = "saves", .title = "saves", .min = 1, .max = 500, .usual = 10, .unit = "saves"},
};

static const struct prediction signals_prediction = {
    .question = "Connected {connected}, then {saves} saves: how many calls of a receiver?",
    .kind = PREDICT_NUMBER,
    .answer = signals_answer,
    .why = "A signal keeps each key once. The key is the function, or the dispatch_uid in its "
           "place, and the sender.",
};

static const struct claim signals_claims[] = {
    {"one function, connected once: 1 call a save", signals_check_once},
    {"the same function, connected twice: 1 call a save", signals_check_twice},
    {"two functions: 2 calls a save", signals_check_two},
    {"two functions under one dispatch_uid: 1 call a save, of the first", signals_check_uid},
    {"the same function, with a dispatch_uid and without: 2 calls a save", signals_check_uid_plain},
    {"a function made inside ready(), held by nobody: no call", signals_check_nested},
    {"every save wrote its row, whoever was listening", signals_check_saves},
};

/* ---- the steps ------------------------------------------------------------------------------- */

static const struct step phases_step = {
    .slug = "phases",
    .fidelity = FIDELITY_SIMPLIFIED,
    .fidelity_note = "The registry's phases, flags and texts are Django's. The apps are "
                     "tables in C, not Python packages; importing one calls back for the code "
                     "that stands in it. The query is real.",
    .knobs = phases_knobs,
    .knob_count = COUNT(phases_knobs),
    .prediction = &phases_prediction,
    .claims = phases_claims,
    .claim_count = COUNT(phases_claims),
    .hints = {"Move the code from place to place: in which phase does it run?",
              "Ask for count in models.py: it works. Now take the tables away.",
              "get_models and filter need models_ready, which turns true after the last "
              "models.py. Of the four places only ready comes later."},
    .run = phases_run,
    .draw = phases_draw,
};

static const struct step fleet_step = {
    .slug = "fleet",
    .fidelity = FIDELITY_EMULATED,
    .fidelity_note = "A thread stands in for each process, with a registry of its own that "
                     "goes through setup(). The warm-up really waits; nothing answers it.",
    .knobs = fleet_knobs,
    .knob_count = COUNT(fleet_knobs),
    .prediction = &fleet_prediction,
    .claims = fleet_claims,
    .claim_count = COUNT(fleet_claims),
    .hints = {"Count the processes, not the servers.",
              "Both fleets may be up at about the same time. Compare what the warm-ups take "
              "together.",
              "Let what is asked answer one-by-one: that is a database with one slow query "
              "for each process."},
    .run = fleet_run,
    .draw = fleet_draw,
};

static const struct step signals_step = {
    .slug = "signals",
    .fidelity = FIDELITY_SIMPLIFIED,
    .fidelity_note = "Signals keep their keys as Django's do, and each save is a real UPDATE "
                     "through the ORM. Python counts references; here each receiver counts "
                     "who holds it.",
    .knobs = signals_knobs,
    .knob_count = COUNT(signals_knobs),
    .prediction = &signals_prediction,
    .claims = signals_claims,
    .claim_count = COUNT(signals_claims),
    .hints = {"Every way is tried in each run: compare the bars.",
              "Ask of each connect: is this key new?",
              "twice has one key, two-functions two, one-uid one, uid-and-without two; the "
              "nested function has a key but is gone."},
    .run = signals_run,
    .draw = signals_draw,
};

static const struct step *const steps[] = {&phases_step, &fleet_step, &signals_step};

extern const struct lesson day5_ready;
const struct lesson day5_ready = {
    .day = 5,
    .slug = "ready",
    .steps = steps,
    .step_count = COUNT(steps),
};
