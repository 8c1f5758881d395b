/* command_verify - `daybook verify`: measures every claim of the notes again. */
#include <stdio.h>
#include <string.h>

#include "ui/command_sweep.h"
#include "ui/outcome.h"
#include "ui/units.h"

enum { VERIFY_SWEEP, VERIFY_SEED, VERIFY_JSON };

static const struct command_option options[] = {
    [VERIFY_SWEEP] = {"sweep", 0, "N", "at N settings of the knobs, drawn by lot, for each step"},
    [VERIFY_SEED] = {"seed", 0, "N", "seed of whatever is drawn by lot (default 1)"},
    [VERIFY_JSON] = {"json", 0, NULL, "one JSON object a line, a line a claim"},
    {NULL, 0, NULL, NULL},
};

struct tally_of_claims {
    size_t held, failed, silent, missing; /* missing: steps that cannot run yet */
    uint64_t elapsed_ns;
};

static void add_json(struct text *text, const struct outcome *outcome) {
    struct json json;
    json_to_text(&json, text);
    for (size_t i = 0; i < outcome->step->claim_count; i++) {
        json_object(&json);
        json_member_text(&json, "lesson", outcome->lesson->slug);
        json_member_text(&json, "step", outcome->step->slug);
        json_member_text(&json, "claim", outcome->step->claims[i].text);
        outcome_json_verdict(&json, &outcome->verdicts[i]);
        json_close(&json);
        json_end_line(&json);
    }
}

static void add_text(struct text *text, const struct outcome *outcome) {
    struct paper paper = paper_of(stdout);
    char elapsed[UNITS_SIZE];
    paper_style(text, &paper, PAPER_STRONG);
    text_format(text, "%s/%s", outcome->lesson->slug, outcome->step->slug);
    paper_style(text, &paper, PAPER_PLAIN);
    text_format(text, "  %s\n",
                units_duration(outcome->stage->elapsed_ns, elapsed, sizeof elapsed));
    outcome_text_claims(text, &paper, outcome);
}

static void add_up(struct tally_of_claims *tally, const struct outcome *outcome) {
    tally->elapsed_ns += outcome->stage->elapsed_ns;
    tally->failed += outcome->failed;
    for (size_t i = 0; i < outcome->step->claim_count; i++) {
        tally->silent += !outcome->verdicts[i].applies;
        tally->held += outcome->verdicts[i].applies && outcome->verdicts[i].holds;
    }
}

static int verify_step(const struct choice *step, const struct sweep *usual,
                       struct tally_of_claims *tally) {
    struct outcome *outcome = outcome_open(step->lesson, step->step);
    struct text text;
    if (outcome) outcome->stage->seed = usual->seed;
    if (!outcome || !outcome_measure(outcome)) {
        outcome_close(outcome);
        return command_no_memory();
    }
    text_init(&text, &outcome->arena);
    add_up(tally, outcome);
    if (usual->as_json)
        add_json(&text, outcome);
    else
        add_text(&text, outcome);
    int code = command_print(&text);
    if (code == EXIT_DONE) {
        outcome_complain(outcome);
        code = outcome_exit_code(outcome);
    }
    outcome_close(outcome);
    return code;
}

static void print_tally(const struct tally_of_claims *tally) {
    char elapsed[UNITS_SIZE];
    printf("\n%zu %s, %zu failed", tally->held, tally->held == 1 ? "claim holds" : "claims hold",
           tally->failed);
    if (tally->silent) printf(", %zu about other knobs", tally->silent);
    if (tally->missing)
        printf(", %zu %s not built yet", tally->missing, tally->missing == 1 ? "step" : "steps");
    printf("; %s\n", units_duration(tally->elapsed_ns, elapsed, sizeof elapsed));
}

static int verify(const struct sweep *usual, const struct choice *choices, size_t count) {
    struct tally_of_claims tally = {0};
    struct choice step;
    int worst = EXIT_DONE;
    for (size_t i = 0; worst < EXIT_USAGE && command_step(choices, count, i, &step); i++) {
        if (!step.step->run) {
            tally.missing++;
            continue;
        }
        int code = verify_step(&step, usual, &tally);
        if (code > worst) worst = code;
    }
    if (!usual->as_json && worst < EXIT_USAGE) print_tally(&tally);
    return worst;
}

static int run(const struct command *command, int count, char **words) {
    const char *argument;
    int first, option;
    struct sweep sweep = {.seed = 1};
    struct choice choices[COMMAND_CHOICES];
    while ((option = command_next(command, count, words, &argument, &first)) >= 0) {
        if (option == VERIFY_JSON) sweep.as_json = true;
        if (option == VERIFY_SEED && !command_read_count("--seed", argument, &sweep.seed))
            return EXIT_USAGE;
        if (option != VERIFY_SWEEP) continue;
        if (!command_read_count("--sweep", argument, &sweep.settings)) return EXIT_USAGE;
        if (sweep.settings == 0)
            return command_fail(EXIT_USAGE, "--sweep 0: needs one setting or more");
    }
    int code = command_chosen(option, first, count, words, choices);
    if (code != COMMAND_CHOSEN) return code;
    return sweep.settings ? command_sweep(&sweep, choices, (size_t)(count - first))
                          : verify(&sweep, choices, (size_t)(count - first));
}

const struct command command_verify = {
    .name = "verify",
    .operands = "[LESSON[/STEP]...]",
    .summary = "measure every claim of the notes again",
    .help =
        "Runs the demos with their usual knobs and asks every claim of the notes, or of the\n"
        "lessons named. The exit code is 1 when a claim failed.\n\n"
        "With --sweep the knobs are drawn by lot: numbers on a logarithmic scale over all of\n"
        "their range, the ends oftener, choices and paths among all. A run that takes longer\n"
        "than 10 s is stopped, and its numbers are drawn nearer to the usual ones. For a claim\n"
        "that failed somewhere, the commands that show it are printed.",
    .options = options,
    .run = run,
};
