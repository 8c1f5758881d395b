/* command_run - `daybook run LESSON[/STEP]`: runs steps without the reader.
 *
 * All settings are tried on every step before the first one runs, so that a typing error costs no
 * waiting. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/command.h"
#include "ui/files.h"
#include "ui/outcome.h"
#include "ui/progress.h"

enum { RUN_SET, RUN_LISTING, RUN_SEED, RUN_JSON };

static const struct command_option options[] = {
    [RUN_SET] = {"set", 's', "KNOB=VALUE", "turn a knob; may be given again, the last one wins"},
    [RUN_LISTING] = {"listing", 0, "FILE", "run this listing instead of the step's own"},
    [RUN_SEED] = {"seed", 0, "N", "seed of whatever is drawn by lot (default 1)"},
    [RUN_JSON] = {"json", 0, NULL, "one JSON object a line, a line a step"},
    {NULL, 0, NULL, NULL},
};

enum { SETTINGS_MOST = 64 };

struct settings {
    const char *knobs[SETTINGS_MOST]; /* "articles=500", as given */
    size_t count;
    const char *listing_path; /* NULL: the step's own */
    char *listing;
    uint64_t seed;
    bool json;
};

/* ---- the settings -------------------------------------------------------------------------- */

static bool step_has(const struct step *step, const char *knob) {
    for (size_t i = 0; i < step->knob_count; i++)
        if (strcmp(step->knobs[i].name, knob) == 0) return true;
    return false;
}

/* Splits "knob=value"; false when there is no "=". */
static bool split(const char *setting, char *knob, size_t size, const char **value) {
    const char *equals = strchr(setting, '=');
    if (!equals) return false;
    snprintf(knob, size, "%.*s", (int)(equals - setting), setting);
    *value = equals + 1;
    return true;
}

/* Sets what this step has; with `only` it is the one step asked for, and must have all. */
static bool apply(const struct settings *settings, struct stage *stage, bool only) {
    stage->seed = settings->seed;
    for (size_t i = 0; i < settings->count; i++) {
        char knob[64], why[512];
        const char *value;
        if (!split(settings->knobs[i], knob, sizeof knob, &value)) {
            command_fail(EXIT_USAGE, "--set %s: a knob is set as KNOB=VALUE", settings->knobs[i]);
            return false;
        }
        if (!only && !step_has(stage->step, knob)) continue;
        if (stage_set(stage, knob, value, why, sizeof why)) continue;
        if (only)
            command_fail(EXIT_USAGE, "%s", why);
        else
            command_fail(EXIT_USAGE, "%s/%s: %s", stage->lesson->slug, stage->step->slug, why);
        return false;
    }
    return true;
}

/* Of several steps, at least one must have each knob. */
static bool known_somewhere(const struct settings *settings, const struct choice *choice) {
    for (size_t i = 0; i < settings->count; i++) {
        char knob[64];
        const char *value;
        bool known = !split(settings->knobs[i], knob, sizeof knob, &value);
        for (size_t j = 0; j < choice->lesson->step_count && !known; j++)
            known = step_has(choice->lesson->steps[j], knob);
        if (known) continue;
        command_fail(EXIT_USAGE, "%s: no step of %s has such a knob", knob, choice->lesson->slug);
        return false;
    }
    return true;
}

static int try_settings(const struct settings *settings, const struct choice *choice) {
    struct choice step;
    if (settings->listing_path && (!choice->step || !choice->step->listing_runs))
        return command_fail(EXIT_USAGE, "--listing: %s",
                            choice->step ? "this step does not run its listing"
                                         : "name the step that shall run it, as LESSON/STEP");
    if (!choice->step && !known_somewhere(settings, choice)) return EXIT_USAGE;
    for (size_t i = 0; command_step(choice, 1, i, &step); i++) {
        struct stage *stage = stage_open(step.lesson, step.step);
        if (!stage) return command_no_memory();
        bool right = apply(settings, stage, choice->step != NULL);
        stage_close(stage);
        if (!right) return EXIT_USAGE;
    }
    return EXIT_DONE;
}

/* ---- running ------------------------------------------------------------------------------- */

static int print_outcome(const struct settings *settings, struct outcome *outcome, bool first) {
    struct paper paper = paper_of(stdout);
    struct text text;
    struct json json;
    text_init(&text, &outcome->arena);
    json_to_text(&json, &text);
    if (settings->json) {
        outcome_json(&json, outcome);
        json_end_line(&json);
    } else {
        if (!first) text_add(&text, "\n\n");
        outcome_text(&text, &paper, outcome);
    }
    int code = command_print(&text);
    if (!settings->json && code == EXIT_DONE) outcome_complain(outcome);
    return code;
}

static void note_progress(const struct outcome *outcome) {
    struct progress *progress = progress_open(PROGRESS_KEEP);
    if (!progress) return;
    progress_mark_done(progress, outcome->lesson->slug, outcome->step->slug);
    if (progress_warning(progress)) command_warn("%s", progress_warning(progress));
    progress_close(progress);
}

static int run_step(const struct settings *settings, const struct choice *step, bool only,
                    bool first) {
    struct outcome *outcome = outcome_open(step->lesson, step->step);
    if (!outcome) return command_no_memory();
    bool whole = apply(settings, outcome->stage, only) &&
                 (!settings->listing || stage_set_listing(outcome->stage, settings->listing)) &&
                 outcome_measure(outcome);
    int code = whole ? print_outcome(settings, outcome, first) : command_no_memory();
    if (code == EXIT_DONE) code = outcome_exit_code(outcome);
    if (code == EXIT_DONE && !settings->json) note_progress(outcome);
    outcome_close(outcome);
    return code;
}

/* Runs them all, also behind one whose claims fail; where nobody reads on, no more. */
static int run_steps(const struct settings *settings, const struct choice *choice) {
    struct choice step;
    int worst = EXIT_DONE;
    for (size_t i = 0; worst < EXIT_USAGE && command_step(choice, 1, i, &step); i++) {
        int code = run_step(settings, &step, choice->step != NULL, i == 0);
        if (code > worst) worst = code;
    }
    return worst;
}

static int run_with(struct settings *settings, const char *word) {
    struct choice choice;
    char why[256];
    if (!command_choose(word, &choice)) return EXIT_USAGE;
    int code = try_settings(settings, &choice);
    if (code != EXIT_DONE) return code;
    if (settings->listing_path) {
        settings->listing = files_read(settings->listing_path, FILES_LISTING_MOST, why, sizeof why);
        if (!settings->listing)
            return command_fail(EXIT_SYSTEM, "%s: %s", settings->listing_path, why);
    }
    code = run_steps(settings, &choice);
    free(settings->listing);
    return code;
}

static int run(const struct command *command, int count, char **words) {
    const char *argument;
    int first, option;
    struct settings settings = {.seed = 1};
    while ((option = command_next(command, count, words, &argument, &first)) >= 0) {
        if (option == RUN_JSON) settings.json = true;
        if (option == RUN_LISTING) settings.listing_path = argument;
        if (option == RUN_SEED && !command_read_count("--seed", argument, &settings.seed))
            return EXIT_USAGE;
        if (option != RUN_SET) continue;
        if (settings.count == SETTINGS_MOST)
            return command_fail(EXIT_USAGE, "--set %s: too many settings", argument);
        settings.knobs[settings.count++] = argument;
    }
    if (option == COMMAND_HELP) return EXIT_DONE;
    if (option == COMMAND_WRONG) return EXIT_USAGE;
    if (first == count) return command_fail(EXIT_USAGE, "run: needs a lesson; see daybook list");
    if (first + 1 < count) return command_fail(EXIT_USAGE, "%s: one lesson only", words[first + 1]);
    return run_with(&settings, words[first]);
}

const struct command command_run = {
    .name = "run",
    .operands = "LESSON[/STEP]",
    .summary = "run a step, or all of a day, and print what was measured",
    .help = "Runs the demo of a step and prints its figures and claims, all measured in this run.\n"
            "Without STEP, every step of the day runs. The exit code is 1 when a claim failed or\n"
            "the listing raised. `daybook list --json` tells the knobs of each step.",
    .options = options,
    .run = run,
};
