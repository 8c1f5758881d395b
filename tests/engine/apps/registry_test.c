/* The registry: three phases in the order of INSTALLED_APPS, and Django's texts where it is too
 * early or something is wrong. */
#include "engine/apps/registry.h"

#include "tests/support/running.h"
#include "tests/support/testing.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct model article = {.app = "blog", .name = "Article"};
static const struct model tag = {.app = "blog", .name = "Tag"};
static const struct model article_tags = {
    .app = "blog", .name = "Article_tags", .auto_created = true};
static const struct model user = {.app = "accounts", .name = "User"};
static const struct model second_article = {.app = "blog", .name = "ARTICLE"};

static const struct model *const blog_models[] = {&article, &tag, &article_tags};
static const struct model *const account_models[] = {&user};

static bool populate(struct running *run, struct apps *apps, const struct package *packages,
                     size_t package_count, const char *const *installed, size_t count) {
    assert_true(apps_init(&run->runtime, apps, packages, package_count, NULL));
    return apps_populate(&run->runtime, apps, installed, count);
}

static void assert_flags(const struct apps *apps, bool apps_ready, bool models_ready, bool ready) {
    assert_int_equal(apps->apps_ready, apps_ready);
    assert_int_equal(apps->models_ready, models_ready);
    assert_int_equal(apps->ready, ready);
}

/* The PHASE spans and MARKs as lines, indented; "-" before a way out that was an exception. */
static const char *story(struct running *run) {
    static char text[4096];
    size_t used = 0;
    text[0] = '\0';
    struct tape_event event;
    for (size_t i = 0; tape_events(run->tape, i, &event, 1) == 1; i++) {
        bool told = event.shape == TAPE_ENTER || event.shape == TAPE_POINT;
        if (!told) continue;
        used += (size_t)snprintf(text + used, sizeof text - used, "%*s%s\n", event.depth, "",
                                 tape_name(run->tape, event.subject));
    }
    return text;
}

/* ---- order --------------------------------------------------------------------------------- */

static bool see_flags(struct runtime *runtime, struct apps *apps, const struct app_config *config) {
    (void)config;
    struct model_list models;
    assert_true(apps_get_models(runtime, apps, false, &models));
    assert_int_equal(models.count, 3);
    assert_flags(apps, true, true, false);
    return true;
}

static const struct config_class blog_configs[] = {
    {.class_name = "BlogConfig", .name = "blog", .ready = see_flags}};
static const struct package two_apps[] = {
    {.name = "blog",
     .configs = blog_configs,
     .config_count = 1,
     .models = blog_models,
     .model_count = 3},
    {.name = "accounts", .models = account_models, .model_count = 1},
};

static void every_phase_goes_through_all_apps_before_the_next_begins(void **state) {
    struct running *run = *state;
    static const char *const installed[] = {"accounts", "blog.apps.BlogConfig"};
    struct apps apps;
    assert_true(populate(run, &apps, two_apps, 2, installed, 2));
    assert_string_equal(story(run), "populate()\n"
                                    " phase 1: app configs\n"
                                    "  import accounts\n"
                                    "  import blog\n"
                                    "  import blog.apps\n"
                                    "  apps_ready = True\n"
                                    " phase 2: models\n"
                                    "  import accounts.models\n"
                                    "  import blog.models\n"
                                    "  models_ready = True\n"
                                    " phase 3: ready()\n"
                                    "  accounts: AppConfig.ready()\n"
                                    "  blog: BlogConfig.ready()\n"
                                    "  ready = True\n");
    assert_flags(&apps, true, true, true);
}

static void a_second_populate_returns_at_once(void **state) {
    struct running *run = *state;
    static const char *const installed[] = {"blog", "accounts"};
    struct apps apps;
    assert_true(populate(run, &apps, two_apps, 2, installed, 2));
    uint64_t before = tape_count(cut_whole(run->tape), TAPE_PHASE, ANY_EVENT);
    assert_true(apps_populate(&run->runtime, &apps, installed, 2));
    assert_int_equal(tape_count(cut_whole(run->tape), TAPE_PHASE, ANY_EVENT), before + 1);
}

static void models_come_app_by_app_and_the_made_ones_on_demand(void **state) {
    struct running *run = *state;
    static const char *const installed[] = {"accounts", "blog"};
    struct apps apps;
    struct model_list models;
    assert_true(populate(run, &apps, two_apps, 2, installed, 2));
    assert_true(apps_get_models(&run->runtime, &apps, false, &models));
    assert_int_equal(models.count, 3);
    assert_ptr_equal(models.items[0], &user);
    assert_ptr_equal(models.items[1], &article);
    assert_true(apps_get_models(&run->runtime, &apps, true, &models));
    assert_int_equal(models.count, 4);
}

/* ---- too early ----------------------------------------------------------------------------- */

static void before_populate_everything_is_too_early(void **state) {
    struct running *run = *state;
    struct apps apps;
    struct model_list models;
    bool installed;
    assert_true(apps_init(&run->runtime, &apps, two_apps, 2, NULL));
    assert_null(apps_get_app_config(&run->runtime, &apps, "blog"));
    running_raised(run, "AppRegistryNotReady", "Apps aren't loaded yet.");
    assert_false(apps_is_installed(&run->runtime, &apps, "blog", &installed));
    running_raised(run, "AppRegistryNotReady", "Apps aren't loaded yet.");
    assert_null(apps_get_model(&run->runtime, &apps, "blog", "Article", false));
    running_raised(run, "AppRegistryNotReady", "Apps aren't loaded yet.");
    assert_null(apps_get_model(&run->runtime, &apps, "blog", "Article", true));
    running_raised(run, "AppRegistryNotReady", "Models aren't loaded yet.");
    assert_false(apps_get_models(&run->runtime, &apps, false, &models));
    running_raised(run, "AppRegistryNotReady", "Models aren't loaded yet.");
}

static bool import_a_model(struct runtime *runtime, struct apps *apps,
                           const struct package *package) {
    (void)package;
    return apps_import_models(runtime, apps, "accounts");
}

static bool ask_for_models(struct runtime *runtime, struct apps *apps,
                           const struct package *package) {
    (void)package;
    struct model_list models;
    return apps_get_models(runtime, apps, false, &models);
}

static void a_model_imported_in_apps_py_finds_no_apps(void **state) {
    struct running *run = *state;
    const struct package packages[] = {
        {.name = "blog", .configs = blog_configs, .config_count = 1, .run_apps = import_a_model},
        two_apps[1],
    };
    static const char *const installed[] = {"blog", "accounts"};
    struct apps apps;
    assert_false(populate(run, &apps, packages, 2, installed, 2));
    running_raised(run, "AppRegistryNotReady", "Apps aren't loaded yet.");
    assert_flags(&apps, false, false, false);
}

static void every_model_asked_for_in_models_py_finds_them_not_loaded(void **state) {
    struct running *run = *state;
    const struct package packages[] = {
        two_apps[1],
        {.name = "blog", .models = blog_models, .model_count = 3, .run_models = ask_for_models},
    };
    static const char *const installed[] = {"accounts", "blog"};
    struct apps apps;
    assert_false(populate(run, &apps, packages, 2, installed, 2));
    running_raised(run, "AppRegistryNotReady", "Models aren't loaded yet.");
    assert_flags(&apps, true, false, false);
}

static void one_model_of_one_app_can_be_had_early(void **state) {
    struct running *run = *state;
    struct apps apps;
    static const char *const installed[] = {"accounts", "blog"};
    assert_true(populate(run, &apps, two_apps, 2, installed, 2));
    apps.models_ready = false; /* as it is while phase 2 runs */
    assert_ptr_equal(apps_get_model(&run->runtime, &apps, "blog", "article", false), &article);
    assert_null(apps_get_model(&run->runtime, &apps, "blog", "article", true));
    running_raised(run, "AppRegistryNotReady", "Models aren't loaded yet.");
}

/* ---- populate that goes wrong ------------------------------------------------------------- */

static bool set_up_again(struct runtime *runtime, struct apps *apps,
                         const struct app_config *config) {
    (void)config;
    return apps_populate(runtime, apps, NULL, 0);
}

static bool raise_something(struct runtime *runtime, struct apps *apps,
                            const struct app_config *config) {
    (void)apps, (void)config;
    return fault_raise(runtime->fault, "ValueError", "no cache server");
}

static void setup_inside_ready_is_not_reentrant(void **state) {
    struct running *run = *state;
    const struct config_class config = {
        .class_name = "BlogConfig", .name = "blog", .ready = set_up_again};
    const struct package packages[] = {{.name = "blog", .configs = &config, .config_count = 1}};
    static const char *const installed[] = {"blog"};
    struct apps apps;
    assert_false(populate(run, &apps, packages, 1, installed, 1));
    running_raised(run, "RuntimeError", "populate() isn't reentrant");
    assert_flags(&apps, true, true, false);
}

static void a_ready_that_raises_leaves_the_registry_so_for_good(void **state) {
    struct running *run = *state;
    const struct config_class config = {
        .class_name = "BlogConfig", .name = "blog", .ready = raise_something};
    const struct package packages[] = {{.name = "blog", .configs = &config, .config_count = 1}};
    static const char *const installed[] = {"blog"};
    struct apps apps;
    assert_false(populate(run, &apps, packages, 1, installed, 1));
    running_raised(run, "ValueError", "no cache server");
    assert_flags(&apps, true, true, false);
    assert_false(apps_populate(&run->runtime, &apps, installed, 1));
    running_raised(run, "RuntimeError", "populate() isn't reentrant");
    assert_flags(&apps, true, true, false);
}

static void an_exception_is_on_the_tape_once(void **state) {
    struct running *run = *state;
    const struct package packages[] = {
        {.name = "blog", .models = blog_models, .model_count = 3, .run_models = ask_for_models}};
    static const char *const installed[] = {"blog"};
    struct apps apps;
    assert_false(populate(run, &apps, packages, 1, installed, 1));
    struct tally_filter text = {-1, -1, "AppRegistryNotReady: Models aren't loaded yet."};
    assert_int_equal(tape_count(cut_whole(run->tape), TAPE_EXCEPTION, text), 1);
    assert_int_equal(tape_count(cut_whole(run->tape), TAPE_EXCEPTION, ANY_EVENT), 1);
}

/* ---- lines of INSTALLED_APPS ------------------------------------------------------------- */

static const struct config_class with_nothing[] = {{.class_name = "C"}};
static const struct config_class with_bad_name[] = {{.class_name = "C", .name = "m.n"}};
static const struct config_class no_config[] = {{.class_name = "C", .name = "n", .stranger = true}};
static const struct config_class two_marked[] = {
    {.class_name = "D", .name = "n", .is_default = DEFAULT_TRUE},
    {.class_name = "C", .name = "n", .is_default = DEFAULT_TRUE}};
static const struct config_class one_config[] = {{.class_name = "OneConfig", .name = "one"}};
static const struct config_class odd_label[] = {
    {.class_name = "OddConfig", .name = "odd", .label = "a-b"}};
static const struct config_class twins[] = {{.class_name = "A", .name = "dup", .label = "a"},
                                            {.class_name = "B", .name = "dup", .label = "b"}};

static const struct package shelf[] = {
    {.name = "n1", .configs = with_nothing, .config_count = 1},
    {.name = "n2", .configs = with_bad_name, .config_count = 1},
    {.name = "n3", .configs = no_config, .config_count = 1},
    {.name = "n", .configs = two_marked, .config_count = 2},
    {.name = "one", .configs = one_config, .config_count = 1},
    {.name = "odd", .configs = odd_label, .config_count = 1},
    {.name = "dup", .configs = twins, .config_count = 2},
    {.name = "django.contrib.auth"},
    {.name = "other.auth"},
    {.name = "plain"},
};

static void a_line_that_is_wrong_earns_djangos_text(void **state) {
    struct running *run = *state;
    static const struct {
        const char *installed[2];
        const char *type, *message;
    } cases[] = {
        {{"nosuch"}, "ModuleNotFoundError", "No module named 'nosuch'"},
        {{"nosuch.apps.Nope"}, "ModuleNotFoundError", "No module named 'nosuch'"},
        {{"django.contrib.nosuch"},
         "ModuleNotFoundError",
         "No module named 'django.contrib.nosuch'"},
        {{"plain.apps.Nope"}, "ModuleNotFoundError", "No module named 'plain.apps'"},
        {{"one.apps.Nope"},
         "ImportError",
         "Module 'one.apps' does not contain a 'Nope' class. Choices are: 'OneConfig'."},
        {{"n1.apps.C"}, "ImproperlyConfigured", "'n1.apps.C' must supply a name attribute."},
        {{"n2.apps.C"},
         "ImproperlyConfigured",
         "Cannot import 'm.n'. Check that 'n2.apps.C.name' is correct."},
        {{"n3.apps.C"}, "ImproperlyConfigured", "'n3.apps.C' isn't a subclass of AppConfig."},
        {{"n"}, "RuntimeError", "'n.apps' declares more than one default AppConfig: 'C', 'D'."},
        {{"odd"}, "ImproperlyConfigured", "The app label 'a-b' is not a valid Python identifier."},
        {{"one", "one"},
         "ImproperlyConfigured",
         "Application labels aren't unique, duplicates: one"},
        {{"django.contrib.auth", "other.auth"},
         "ImproperlyConfigured",
         "Application labels aren't unique, duplicates: auth"},
        {{"dup.apps.A", "dup.apps.B"},
         "ImproperlyConfigured",
         "Application names aren't unique, duplicates: dup"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct apps apps;
        size_t count = cases[i].installed[1] ? 2 : 1;
        assert_false(populate(run, &apps, shelf, COUNT(shelf), cases[i].installed, count));
        running_raised(run, cases[i].type, cases[i].message);
        assert_flags(&apps, false, false, false);
    }
}

static bool never(struct runtime *runtime, struct apps *apps, const struct app_config *config) {
    (void)runtime, (void)apps, (void)config;
    fail_msg("%s", "this ready() must not run");
    return false;
}

static void of_two_configs_that_say_nothing_none_is_taken(void **state) {
    struct running *run = *state;
    const struct config_class configs[] = {
        {.class_name = "A", .name = "blog", .ready = never},
        {.class_name = "B", .name = "blog", .ready = never},
    };
    const struct package packages[] = {{.name = "blog", .configs = configs, .config_count = 2}};
    static const char *const installed[] = {"blog"};
    struct apps apps;
    assert_true(populate(run, &apps, packages, 1, installed, 1));
    assert_null(apps.configs[0].class);
}

static void of_two_configs_the_one_marked_default_is_taken(void **state) {
    struct running *run = *state;
    const struct config_class configs[] = {
        {.class_name = "A", .name = "blog", .ready = never},
        {.class_name = "B", .name = "blog", .is_default = DEFAULT_TRUE},
    };
    const struct package packages[] = {{.name = "blog", .configs = configs, .config_count = 2}};
    static const char *const installed[] = {"blog"};
    struct apps apps;
    assert_true(populate(run, &apps, packages, 1, installed, 1));
    assert_ptr_equal(apps.configs[0].class, &configs[1]);
}

static void the_label_is_the_last_part_of_the_name(void **state) {
    struct running *run = *state;
    static const char *const installed[] = {"django.contrib.auth"};
    struct apps apps;
    assert_true(populate(run, &apps, shelf, COUNT(shelf), installed, 1));
    assert_string_equal(apps_get_app_config(&run->runtime, &apps, "auth")->name,
                        "django.contrib.auth");
    bool by_name, by_label;
    assert_true(apps_is_installed(&run->runtime, &apps, "django.contrib.auth", &by_name));
    assert_true(apps_is_installed(&run->runtime, &apps, "auth", &by_label));
    assert_true(by_name && !by_label);
}

/* ---- look-ups that fail ------------------------------------------------------------------ */

static void an_unknown_label_or_model_is_a_lookup_error(void **state) {
    struct running *run = *state;
    const struct package packages[] = {two_apps[0], {.name = "django.contrib.auth"}};
    static const char *const installed[] = {"django.contrib.auth", "blog"};
    struct apps apps;
    const struct config_class quiet = {.class_name = "BlogConfig", .name = "blog"};
    struct package quieter[] = {packages[0], packages[1]};
    quieter[0].configs = &quiet;
    assert_true(populate(run, &apps, quieter, 2, installed, 2));
    assert_null(apps_get_app_config(&run->runtime, &apps, "nope"));
    running_raised(run, "LookupError", "No installed app with label 'nope'.");
    assert_null(apps_get_app_config(&run->runtime, &apps, "django.contrib.auth"));
    running_raised(run, "LookupError",
                   "No installed app with label 'django.contrib.auth'. Did you mean 'auth'?");
    assert_null(apps_get_model(&run->runtime, &apps, "blog", "Nope", true));
    running_raised(run, "LookupError", "App 'blog' doesn't have a 'Nope' model.");
}

static void a_model_outside_any_app_has_no_label(void **state) {
    struct running *run = *state;
    static const char *const installed[] = {"accounts"};
    struct apps apps;
    assert_true(populate(run, &apps, two_apps, 2, installed, 1));
    assert_false(apps_import_models(&run->runtime, &apps, "blog"));
    running_raised(run, "RuntimeError",
                   "Model class blog.models.Article doesn't declare an explicit app_label and "
                   "isn't in an application in INSTALLED_APPS.");
}

static void two_classes_of_one_name_conflict(void **state) {
    struct running *run = *state;
    static const char *const installed[] = {"plain"};
    struct apps apps;
    assert_true(populate(run, &apps, shelf, COUNT(shelf), installed, 1));
    assert_true(apps_register_model(&run->runtime, &apps, "plain.models", &article));
    assert_true(apps_register_model(&run->runtime, &apps, "plain.models", &article));
    assert_false(apps_register_model(&run->runtime, &apps, "plain.more", &second_article));
    running_raised(run, "RuntimeError",
                   "Conflicting 'article' models in application 'plain': "
                   "<class 'plain.models.Article'> and <class 'plain.more.ARTICLE'>.");
}

#define T(test) cmocka_unit_test_setup_teardown(test, running_setup, running_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        T(every_phase_goes_through_all_apps_before_the_next_begins),
        T(a_second_populate_returns_at_once),
        T(models_come_app_by_app_and_the_made_ones_on_demand),
        T(before_populate_everything_is_too_early),
        T(a_model_imported_in_apps_py_finds_no_apps),
        T(every_model_asked_for_in_models_py_finds_them_not_loaded),
        T(one_model_of_one_app_can_be_had_early),
        T(setup_inside_ready_is_not_reentrant),
        T(a_ready_that_raises_leaves_the_registry_so_for_good),
        T(an_exception_is_on_the_tape_once),
        T(a_line_that_is_wrong_earns_djangos_text),
        T(of_two_configs_that_say_nothing_none_is_taken),
        T(of_two_configs_the_one_marked_default_is_taken),
        T(the_label_is_the_last_part_of_the_name),
        T(an_unknown_label_or_model_is_a_lookup_error),
        T(a_model_outside_any_app_has_no_label),
        T(two_classes_of_one_name_conflict),
    };
    return RUN_TESTS(tests);
}
