/* command_sweep - see command_sweep.h.
 *
 *     urls/price  20 settings
 *       ok      each resolves with one step a pattern: at 19 of 19
 *       FAILED  an early pattern is cheaper than a late one: at 18 of 19
 *               daybook run urls/price --seed 1 --set routes=10: 210 ns is not less than 200 ns
 *
 * A step without knobs has one setting. */
#include "ui/command_sweep.h"

#include <assert.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

#include "ui/sweep.h"
#include "ui/units.h"

enum { LIMIT_MS = 10000, COUNTEREXAMPLES = 3, HANG = 10 };

/* What became of one claim over all settings. */
struct record {
    uint64_t asked, held;
    const char *counterexamples[COUNTEREXAMPLES]; /* the command and what it shows */
};

struct records {
    const struct sweep *sweep;
    struct sweeper *sweeper;
    struct choice step;
    uint64_t settings;        /* asked, also where every run of it was stopped */
    uint64_t nearer, stopped; /* of them: drawn nearer until they ended, and those that did not */
    uint64_t elapsed_ns;
    struct record *claims;
    struct arena *arena;
};

struct swept {
    uint64_t held, failed; /* claims */
    uint64_t settings, nearer, stopped, elapsed_ns;
    bool interrupted;
};

/* ---- one setting ----------------------------------------------------------------------------- */

static void write_setting(struct json *json, const struct records *records,
                          const struct outcome *outcome, uint64_t number, bool stopped) {
    json_member_text(json, "lesson", outcome->lesson->slug);
    json_member_text(json, "step", outcome->step->slug);
    json_key(json, "seed");
    json_unsigned(json, records->sweep->seed);
    json_key(json, "setting");
    json_unsigned(json, number);
    json_key(json, "knobs");
    outcome_json_knobs(json, outcome->stage);
    json_member_bool(json, "stopped", stopped);
}

/* A line a claim; of a run that was stopped one line, with no claim. */
static int print_json(const struct records *records, struct outcome *outcome, uint64_t number,
                      bool stopped) {
    struct text text;
    struct json json;
    text_init(&text, &outcome->arena);
    json_to_text(&json, &text);
    for (size_t i = 0; i < (stopped ? 1 : outcome->step->claim_count); i++) {
        json_object(&json);
        write_setting(&json, records, outcome, number, stopped);
        if (!stopped) {
            json_member_text(&json, "claim", outcome->step->claims[i].text);
            outcome_json_verdict(&json, &outcome->verdicts[i]);
        }
        json_close(&json);
        json_end_line(&json);
    }
    return command_print(&text);
}

static bool keep_counterexample(struct records *records, struct record *record,
                                const struct outcome *outcome, const struct verdict *verdict) {
    uint64_t failed = record->asked - record->held;
    if (failed > COUNTEREXAMPLES) return true;
    struct text text;
    text_init(&text, records->arena);
    sweep_command(&text, outcome->stage);
    if (outcome->fault)
        text_format(&text, ": %s: %s", outcome->fault->type, outcome->fault->message);
    else if (verdict->shown && *verdict->shown)
        text_format(&text, ": %s", verdict->shown);
    return (record->counterexamples[failed - 1] = text_finish(&text)) != NULL;
}

static bool note(struct records *records, const struct outcome *outcome) {
    for (size_t i = 0; i < outcome->step->claim_count; i++) {
        const struct verdict *verdict = &outcome->verdicts[i];
        struct record *record = &records->claims[i];
        record->asked += verdict->applies;
        record->held += verdict->applies && verdict->holds;
        if (verdict->applies && !verdict->holds &&
            !keep_counterexample(records, record, outcome, verdict))
            return false;
    }
    return true;
}

/* Measures a setting with its knobs drawn nearer so many times. *end says how that went. */
static int take_drawn(struct records *records, uint64_t number, unsigned nearer,
                      enum sweep_end *end) {
    struct outcome *outcome = outcome_open(records->step.lesson, records->step.step);
    if (!outcome) return command_no_memory();
    sweep_draw(outcome->stage, records->sweep->seed, number, nearer);
    *end = sweep_measure(records->sweeper, outcome, LIMIT_MS);
    records->elapsed_ns += outcome->stage->elapsed_ns;
    bool stopped = *end == SWEEP_STOPPED;
    int code = *end == SWEEP_FAILED || (*end == SWEEP_MEASURED && !note(records, outcome))
                   ? command_no_memory()
                   : EXIT_DONE;
    if (code == EXIT_DONE && *end != SWEEP_INTERRUPTED && records->sweep->as_json)
        code = print_json(records, outcome, number, stopped);
    outcome_close(outcome);
    return code;
}

static int take_setting(struct records *records, uint64_t number, struct swept *swept) {
    enum sweep_end end = SWEEP_STOPPED;
    unsigned nearer = 0;
    int code = take_drawn(records, number, nearer, &end);
    while (code == EXIT_DONE && end == SWEEP_STOPPED && nearer < SWEEP_NEARER)
        code = take_drawn(records, number, ++nearer, &end);
    if (code != EXIT_DONE) return code;
    if ((swept->interrupted = end == SWEEP_INTERRUPTED)) return EXIT_DONE;
    records->settings++;
    records->stopped += end == SWEEP_STOPPED;
    records->nearer += end == SWEEP_MEASURED && nearer > 0;
    return EXIT_DONE;
}

/* ---- one step -------------------------------------------------------------------------------- */

/* Where somebody looks on: a line that is written over, on stderr so that the table stays clean. */
static void show_progress(const struct records *records, uint64_t number, uint64_t of) {
    if (!paper_is_terminal(stderr)) return;
    fprintf(stderr, "\r%s/%s  %" PRIu64 " of %" PRIu64 " ", records->step.lesson->slug,
            records->step.step->slug, number, of);
    fflush(stderr);
}

/* Blanks, as the terminal may know no command to clear a line. */
static void clear_progress(void) {
    if (paper_is_terminal(stderr)) fprintf(stderr, "\r%*s\r", PAPER_WIDTH - 1, "");
}

static void add_record(struct text *text, const struct paper *paper, const struct claim *claim,
                       const struct record *record) {
    bool failed = record->held < record->asked;
    struct text words;
    text_init(&words, text->arena);
    if (record->asked)
        text_format(&words, "%s: at %" PRIu64 " of %" PRIu64, claim->text, record->held,
                    record->asked);
    else
        text_format(&words, "%s: about none of these settings", claim->text);
    struct paper_entry entry = {.indent = 2,
                                .hang = HANG,
                                .style = failed          ? PAPER_BAD
                                         : record->asked ? PAPER_GOOD
                                                         : PAPER_FAINT,
                                .mark = failed          ? "FAILED"
                                        : record->asked ? "ok"
                                                        : "-",
                                .words = text_finish(&words)};
    if (entry.words) paper_add_entry(text, paper, &entry);
    text->failed |= !entry.words;
    for (size_t i = 0; i < COUNTEREXAMPLES && record->counterexamples[i]; i++)
        paper_add_wrapped(text, paper, record->counterexamples[i], HANG);
}

static int print_records(const struct records *records) {
    struct paper paper = paper_of(stdout);
    struct text text;
    char elapsed[UNITS_SIZE];
    text_init(&text, records->arena);
    paper_style(&text, &paper, PAPER_STRONG);
    text_format(&text, "%s/%s", records->step.lesson->slug, records->step.step->slug);
    paper_style(&text, &paper, PAPER_PLAIN);
    text_format(&text, "  %" PRIu64 " %s, ", records->settings,
                records->settings == 1 ? "setting" : "settings");
    if (records->nearer) text_format(&text, "%" PRIu64 " drawn nearer, ", records->nearer);
    if (records->stopped)
        text_format(&text, "%" PRIu64 " stopped after %d s, ", records->stopped, LIMIT_MS / 1000);
    text_format(&text, "%s\n", units_duration(records->elapsed_ns, elapsed, sizeof elapsed));
    for (size_t i = 0; i < records->step.step->claim_count; i++)
        add_record(&text, &paper, &records->step.step->claims[i], &records->claims[i]);
    return command_print(&text);
}

static void add_up(struct swept *swept, const struct records *records) {
    assert(records->claims);
    for (size_t i = 0; i < records->step.step->claim_count; i++) {
        const struct record *record = &records->claims[i];
        swept->failed += record->held < record->asked;
        swept->held += record->asked && record->held == record->asked;
    }
    swept->settings += records->settings;
    swept->nearer += records->nearer;
    swept->stopped += records->stopped;
    swept->elapsed_ns += records->elapsed_ns;
}

static int take_settings(struct records *records, struct swept *swept) {
    uint64_t most = records->step.step->knob_count ? records->sweep->settings : 1;
    int code = EXIT_DONE;
    for (uint64_t i = 1; i <= most && code == EXIT_DONE && !swept->interrupted; i++) {
        show_progress(records, i, most);
        code = take_setting(records, i, swept);
    }
    clear_progress();
    return code;
}

static int sweep_step(const struct sweep *sweep, struct sweeper *sweeper, const struct choice *step,
                      struct swept *swept) {
    struct arena arena;
    arena_init(&arena, NULL);
    struct records records = {.sweep = sweep, .sweeper = sweeper, .step = *step, .arena = &arena};
    records.claims = arena_array(&arena, step->step->claim_count + 1, sizeof *records.claims);
    int code = records.claims ? take_settings(&records, swept) : command_no_memory();
    if (code == EXIT_DONE) add_up(swept, &records);
    if (code == EXIT_DONE && !sweep->as_json) code = print_records(&records);
    arena_release(&arena);
    return code;
}

/* ---- all of them ----------------------------------------------------------------------------- */

static void print_tally(const struct sweep *sweep, const struct swept *swept) {
    char elapsed[UNITS_SIZE];
    printf("\n%" PRIu64 " %s, %" PRIu64 " failed, at %" PRIu64 " %s", swept->held,
           swept->held == 1 ? "claim holds" : "claims hold", swept->failed, swept->settings,
           swept->settings == 1 ? "setting" : "settings");
    if (swept->nearer) printf(", %" PRIu64 " of them drawn nearer", swept->nearer);
    if (swept->stopped) printf(", %" PRIu64 " of them stopped", swept->stopped);
    printf("; seed %" PRIu64 "; %s%s\n", sweep->seed,
           units_duration(swept->elapsed_ns, elapsed, sizeof elapsed),
           swept->interrupted ? "; interrupted" : "");
}

int command_sweep(const struct sweep *sweep, const struct choice *choices, size_t count) {
    struct swept swept = {0};
    struct sweeper sweeper;
    struct choice step;
    int code = EXIT_DONE;
    if (!sweep_open(&sweeper)) return command_no_memory();
    for (size_t i = 0;
         code == EXIT_DONE && !swept.interrupted && command_step(choices, count, i, &step); i++)
        if (step.step->run) code = sweep_step(sweep, &sweeper, &step, &swept);
    swept.interrupted |= sweep_close(&sweeper);
    if (code != EXIT_DONE) return code;
    if (!sweep->as_json) print_tally(sweep, &swept);
    if (swept.interrupted) {
        fflush(stdout);
        raise(SIGINT); /* so that whoever started this knows why it ended */
    }
    return swept.failed ? EXIT_FALSE : EXIT_DONE;
}
