/* day5_phases - setup() with a piece of code that stands in the right or in a wrong place.
 *
 * The registry is the engine's own: it goes through its three phases and calls back here for the
 * code at the top of a module and for ready(). The piece of code is run where the knob says, and
 * what it raises ends setup() as it would end a process. */
#include <string.h>

#include "engine/orm/queryset.h"
#include "lessons/blog.h"
#include "lessons/blog_stage.h"
#include "lessons/day5.h"

/* ---- the apps ------------------------------------------------------------------------------ */

const char *const phases_installed[] = {"accounts", "blog", "newsletter"};

static const struct model user = {.app = "accounts", .name = "User", .table = "accounts_user"};
static const struct model subscriber = {
    .app = "newsletter", .name = "Subscriber", .table = "newsletter_subscriber"};
static const struct model *const account_models[] = {&user};
static const struct model *const newsletter_models[] = {&subscriber};

static struct phases_outcome *outcome_of(struct apps *apps) {
    return ((struct stage *)apps->context)->result;
}

/* The line of the listing that has this on it; 0 for none. */
static uint32_t line_with(const char *listing, const char *marker) {
    const char *at = strstr(listing, marker);
    uint32_t line = 1;
    if (!at) return 0;
    for (const char *c = listing; c < at; c++) line += *c == '\n';
    return line;
}

static void reach(struct stage *stage, const char *marker) {
    stage->head.line = line_with(stage->listing, marker);
    if (stage->head.line) head_point(&stage->head, TAPE_LINE, "", 0);
}

static const struct blog_size size = {.articles = 100};

/* ---- the piece of code --------------------------------------------------------------------- */

static bool ask_models(struct runtime *runtime, struct apps *apps, int64_t *answer) {
    struct model_list models;
    if (!apps_get_models(runtime, apps, false, &models)) return false;
    *answer = (int64_t)models.count;
    return true;
}

/* from blog.models import Article; Article.objects.count(), with a filter in between or not. */
static bool ask_articles(struct runtime *runtime, struct apps *apps, bool filtered,
                         int64_t *answer) {
    if (!apps_import_models(runtime, apps, "blog")) return false;
    struct queryset *articles = queryset_new(runtime, registry_model(&blog, "Article"));
    struct keyword by_author = {"author__name", value_text("Ann")};
    struct arguments where = {.keywords = &by_author, .keyword_count = 1}, none = {0};
    if (articles && filtered) articles = queryset_filter(runtime, articles, &where, false);
    struct value count;
    if (!articles ||
        !object_call_method(runtime, value_object(&articles->base), "count", &none, &count))
        return false;
    *answer = count.integer;
    return true;
}

static const char *const asked[] = {
    [ASKS_GET_MODELS] = "apps.get_models()",
    [ASKS_COUNT] = "Article.objects.count()",
    [ASKS_FILTER] = "Article.objects.filter(author__name='Ann').count()",
};

static bool ask(struct runtime *runtime, struct apps *apps, enum phases_asks asks,
                int64_t *answer) {
    if (asks == ASKS_GET_MODELS) return ask_models(runtime, apps, answer);
    return ask_articles(runtime, apps, asks == ASKS_FILTER, answer);
}

/* Runs the code if this is its place. */
static bool run_code(struct runtime *runtime, struct apps *apps, enum phases_place place,
                     const char *marker) {
    struct stage *stage = apps->context;
    struct phases_outcome *outcome = outcome_of(apps);
    enum phases_asks asks = (enum phases_asks)stage_number(stage, "asks");
    if (stage_number(stage, "place") != place) return true;
    outcome->reached = true;
    outcome->apps_ready = apps->apps_ready;
    outcome->models_ready = apps->models_ready;
    outcome->ready = apps->ready;
    reach(stage, marker);
    reach(stage, asked[asks]);
    head_enter(runtime->head, TAPE_MARK, asked[asks]);
    bool done = ask(runtime, apps, asks, &outcome->answer);
    head_leave(runtime->head, TAPE_MARK, asked[asks], done);
    stage->head.line = 0;
    return done;
}

/* ---- the places ---------------------------------------------------------------------------- */

static bool blog_apps_py(struct runtime *runtime, struct apps *apps,
                         const struct package *package) {
    (void)package;
    return run_code(runtime, apps, PLACE_APPS_PY, "# here: apps.py");
}

/* The code uses Article, so it stands below the classes. */
static bool blog_models_py(struct runtime *runtime, struct apps *apps,
                           const struct package *package) {
    return apps_define_models(runtime, apps, package) &&
           run_code(runtime, apps, PLACE_MODELS_PY, "# here: models.py");
}

/* reverse() at the top of a models.py imports the URLconf. */
static bool newsletter_models_py(struct runtime *runtime, struct apps *apps,
                                 const struct package *package) {
    static const char urls[] = "reverse() imports mysite.urls";
    (void)package;
    head_enter(runtime->head, TAPE_PHASE, urls);
    bool done = run_code(runtime, apps, PLACE_URLS_PY, "# here: urls.py");
    head_leave(runtime->head, TAPE_PHASE, urls, done);
    return done;
}

static bool blog_ready(struct runtime *runtime, struct apps *apps,
                       const struct app_config *config) {
    struct phases_outcome *outcome = outcome_of(apps);
    struct model_list models;
    (void)config;
    outcome->ready_calls++;
    outcome->ready_in_ready = apps->ready;
    if (!apps_get_models(runtime, apps, false, &models)) return false;
    outcome->models = models.count;
    return run_code(runtime, apps, PLACE_READY, "# here: ready");
}

static const struct config_class blog_config = {
    .class_name = "BlogConfig", .name = "blog", .ready = blog_ready};

/* blog's models are those of days 7 to 9, whose number only their registry knows. */
static void make_packages(struct package packages[PHASES_APPS]) {
    packages[0] = (struct package){.name = "accounts", .models = account_models, .model_count = 1};
    packages[1] = (struct package){.name = "blog",
                                   .configs = &blog_config,
                                   .config_count = 1,
                                   .models = blog.models,
                                   .model_count = blog.count,
                                   .run_apps = blog_apps_py,
                                   .run_models = blog_models_py};
    packages[2] = (struct package){.name = "newsletter",
                                   .models = newsletter_models,
                                   .model_count = 1,
                                   .run_models = newsletter_models_py};
}

/* ---- the run ------------------------------------------------------------------------------- */

/* An exception ends the setup() it came up in; what stops the run is none. */
static bool set_up(struct stage *stage, struct apps *apps, const char **type,
                   const char **message) {
    bool done = apps_populate(&stage->runtime, apps, phases_installed, PHASES_APPS);
    if (done) return true;
    if (fault_is(&stage->fault, "Cancelled") || fault_is(&stage->fault, "MemoryError"))
        return false;
    *type = stage->fault.type;
    *message = stage->fault.message;
    fault_clear(&stage->fault);
    return true;
}

static bool set_up_all(struct stage *stage, struct apps *apps, struct phases_outcome *outcome) {
    if (!set_up(stage, apps, &outcome->type, &outcome->message)) return false;
    for (int64_t i = 1; i < stage_number(stage, "setups"); i++)
        if (!set_up(stage, apps, &outcome->again_type, &outcome->again)) return false;
    return true;
}

static bool open_database(struct stage *stage) {
    if (stage_number(stage, "tables") == 0) return blog_stage_open(stage, &size, 0);
    stage->runtime.database =
        database_open(":memory:", DATABASE_WRITE, &stage->memory, &stage->fault);
    return stage->runtime.database != NULL;
}

bool phases_run(struct stage *stage) {
    struct phases_outcome *outcome = arena_alloc(&stage->arena, sizeof *outcome);
    struct package *packages = arena_array(&stage->arena, PHASES_APPS, sizeof *packages);
    struct apps apps;
    if (!outcome || !packages) return fault_no_memory(&stage->fault);
    stage->result = outcome;
    make_packages(packages);
    if (!apps_init(&stage->runtime, &apps, packages, PHASES_APPS, stage)) return false;
    if (!open_database(stage)) return false;
    stage->runtime.apps = &apps;
    bool done = set_up_all(stage, &apps, outcome);
    stage->runtime.apps = NULL;
    blog_stage_close(stage);
    return done;
}

/* ---- claims -------------------------------------------------------------------------------- */

static void say_nothing(struct stage *stage, struct verdict *verdict, const char *why) {
    verdict->applies = false;
    verdict->holds = true;
    verdict_show(stage, verdict, "%s", why);
}

static uint64_t ready_calls(const struct stage *stage) {
    static const char *const subjects[PHASES_APPS] = {
        "accounts: AppConfig.ready()", "blog: BlogConfig.ready()", "newsletter: AppConfig.ready()"};
    uint64_t calls = 0;
    for (size_t i = 0; i < PHASES_APPS; i++)
        calls += tape_count(cut_whole(stage->tape), TAPE_PHASE,
                            (struct tally_filter){-1, -1, subjects[i]});
    return calls;
}

static bool raised(const struct phases_outcome *outcome, const char *type, const char *message) {
    return outcome->type && strcmp(outcome->type, type) == 0 &&
           strcmp(outcome->message, message) == 0;
}

/* get_models() asks for models_ready. A class must be imported, which asks for apps_ready, before
 * a filter across a relation asks for models_ready. */
void phases_check_early(struct stage *stage, struct verdict *verdict) {
    const struct phases_outcome *outcome = stage->result;
    int64_t asks = stage_number(stage, "asks");
    bool import_fails = asks != ASKS_GET_MODELS && !outcome->apps_ready;
    bool too_early = import_fails || (asks != ASKS_COUNT && !outcome->models_ready);
    if (!too_early) {
        say_nothing(stage, verdict, "here it is not too early for what is asked");
        return;
    }
    const char *text = import_fails ? "Apps aren't loaded yet." : "Models aren't loaded yet.";
    uint64_t calls = ready_calls(stage);
    verdict->holds = outcome->reached && raised(outcome, "AppRegistryNotReady", text) && calls == 0;
    verdict_number(verdict, "apps_ready", outcome->apps_ready);
    verdict_number(verdict, "models_ready", outcome->models_ready);
    verdict_number(verdict, "ready_calls", (double)calls);
    verdict_show(stage, verdict, "%s: %s; %llu calls of ready()",
                 outcome->type ? outcome->type : "nothing raised",
                 outcome->type ? outcome->message : "it went through", (unsigned long long)calls);
}

void phases_check_count(struct stage *stage, struct verdict *verdict) {
    const struct phases_outcome *outcome = stage->result;
    if (stage_number(stage, "asks") != ASKS_COUNT || !outcome->apps_ready) {
        say_nothing(stage, verdict, "speaks of a plain count() once Article can be imported");
        return;
    }
    bool migrated = stage_number(stage, "tables") == 0;
    uint64_t queries = stage_queries(cut_whole(stage->tape)).count;
    verdict->holds = queries == 1 && (migrated ? !outcome->type && outcome->answer == size.articles
                                               : raised(outcome, "OperationalError",
                                                        "no such table: blog_article"));
    verdict_number(verdict, "queries", (double)queries);
    verdict_number(verdict, "articles", (double)outcome->answer);
    if (outcome->type)
        verdict_show(stage, verdict, "%s: %s", outcome->type, outcome->message);
    else
        verdict_show(stage, verdict, "%llu query, %lld articles, and not a word",
                     (unsigned long long)queries, (long long)outcome->answer);
}

static size_t models_defined(void) {
    size_t count = 2; /* accounts.User and newsletter.Subscriber */
    for (size_t i = 0; i < blog.count; i++) count += !blog.models[i]->auto_created;
    return count;
}

void phases_check_models(struct stage *stage, struct verdict *verdict) {
    const struct phases_outcome *outcome = stage->result;
    if (outcome->ready_calls == 0) {
        say_nothing(stage, verdict, "no ready() ran");
        return;
    }
    verdict->holds = outcome->models == models_defined() && !outcome->ready_in_ready;
    verdict_number(verdict, "seen", (double)outcome->models);
    verdict_number(verdict, "defined", (double)models_defined());
    verdict_number(verdict, "apps_ready_flag", outcome->ready_in_ready);
    verdict_show(stage, verdict, "%zu of %zu models, apps.ready is %s there", outcome->models,
                 models_defined(), outcome->ready_in_ready ? "True" : "False");
}

/* What the spans directly below a phase say of the apps' order. */
struct passage {
    size_t phase;  /* from 1; 0: none has begun */
    size_t place;  /* in INSTALLED_APPS */
    size_t steps;  /* of all phases */
    unsigned seen; /* bit i: app i had its turn in this phase */
    bool ordered;
};

/* "phase 2: models" */
static void begin_phase(struct passage *passage, const char *subject) {
    passage->phase++;
    passage->place = 0;
    passage->seen = 0;
    passage->ordered &=
        strncmp(subject, "phase ", 6) == 0 && subject[6] == '0' + (int)passage->phase;
}

/* "import blog.models", "blog: BlogConfig.ready()" */
static void take_step(struct passage *passage, const char *subject) {
    const char *app = passage->phase == 3 ? subject : subject + strlen("import ");
    size_t place = passage->place;
    while (place < PHASES_APPS &&
           strncmp(app, phases_installed[place], strlen(phases_installed[place])) != 0)
        place++;
    passage->ordered &= place < PHASES_APPS;
    passage->place = place;
    passage->seen |= 1u << place;
    passage->steps++;
}

/* An app's package and its apps.py stand together; a phase that is over has seen every app. */
void phases_check_order(struct stage *stage, struct verdict *verdict) {
    struct passage passage = {.ordered = true};
    struct tape_event event;
    for (size_t i = 0; tape_events(stage->tape, i, &event, 1) == 1; i++) {
        if (event.kind != TAPE_PHASE) continue;
        const char *subject = tape_name(stage->tape, event.subject);
        bool enter = event.shape == TAPE_ENTER;
        if (event.depth == 1 && enter) begin_phase(&passage, subject);
        if (event.depth == 2 && enter) take_step(&passage, subject);
        if (event.depth == 1 && !enter && event.amount)
            passage.ordered &= passage.seen == (1u << PHASES_APPS) - 1;
    }
    verdict->holds = passage.ordered && passage.steps > 0;
    verdict_number(verdict, "phases", (double)passage.phase);
    verdict_number(verdict, "steps", (double)passage.steps);
    verdict_show(stage, verdict, "%zu %s begun, %zu steps, %s", passage.phase,
                 passage.phase == 1 ? "phase" : "phases", passage.steps,
                 passage.ordered ? "in order" : "out of order");
}

/* Counted twice: by the registry on the tape, and by BlogConfig.ready() itself. */
void phases_check_once(struct stage *stage, struct verdict *verdict) {
    const struct phases_outcome *outcome = stage->result;
    uint64_t calls = ready_calls(stage);
    if (outcome->type) {
        verdict->holds = outcome->ready_calls <= 1 && calls <= PHASES_APPS;
        verdict_show(stage, verdict, "setup() failed: %llu calls, none twice",
                     (unsigned long long)calls);
    } else {
        verdict->holds = outcome->ready_calls == 1 && calls == PHASES_APPS;
        verdict_show(stage, verdict, "%llu calls for %d apps, %lld x setup()",
                     (unsigned long long)calls, PHASES_APPS,
                     (long long)stage_number(stage, "setups"));
    }
    verdict_number(verdict, "calls", (double)calls);
    verdict_number(verdict, "of_blog", outcome->ready_calls);
    verdict_number(verdict, "setups", (double)stage_number(stage, "setups"));
}

void phases_check_again(struct stage *stage, struct verdict *verdict) {
    const struct phases_outcome *outcome = stage->result;
    if (!outcome->type || stage_number(stage, "setups") < 2) {
        say_nothing(stage, verdict, "speaks of another setup() after one that failed");
        return;
    }
    verdict->holds = outcome->again_type && strcmp(outcome->again_type, "RuntimeError") == 0 &&
                     strcmp(outcome->again, "populate() isn't reentrant") == 0;
    verdict_show(stage, verdict, "%s: %s", outcome->again_type ? outcome->again_type : "nothing",
                 outcome->again ? outcome->again : "raised");
}

/* ---- the prediction ------------------------------------------------------------------------ */

bool phases_answer(struct stage *stage, double *number, size_t order[ORDER_MOST]) {
    static const char *const texts[] = {NULL, "Apps aren't loaded yet.",
                                        "Models aren't loaded yet.", "no such table: blog_article"};
    const struct phases_outcome *outcome = stage->result;
    (void)order;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        bool same = texts[i] ? outcome->type && strcmp(outcome->message, texts[i]) == 0
                             : outcome->type == NULL;
        if (!same) continue;
        *number = (double)i;
        return true;
    }
    return false;
}
