/* outcome_text - a step that was run, as text for people: see outcome.h. */
#include <stdio.h>
#include <string.h>

#include "ui/columns.h"
#include "ui/figure_text.h"
#include "ui/outcome.h"
#include "ui/units.h"

enum { INDENT = 2, CLAIM_INDENT = 10, OUTPUT_FIRST = 6 };

static void add_heading(struct text *out, const struct paper *paper, const char *heading) {
    text_add_char(out, '\n');
    paper_style(out, paper, PAPER_STRONG);
    paper_add(out, paper, heading);
    paper_style(out, paper, PAPER_PLAIN);
    text_add_char(out, '\n');
}

/* ---- above the figures --------------------------------------------------------------------- */

static void add_title(struct text *out, const struct paper *paper, const struct outcome *outcome) {
    struct slice_of_note title = step_title(outcome->lesson, outcome->step);
    paper_style(out, paper, PAPER_STRONG);
    text_format(out, "%s/%s", outcome->lesson->slug, outcome->step->slug);
    paper_style(out, paper, PAPER_PLAIN);
    text_add(out, "  ");
    paper_add_bytes(out, paper, title.text, title.length);
    text_add_char(out, '\n');
}

static void add_fidelity(struct text *out, const struct paper *paper, const struct step *step) {
    struct text line;
    text_init(&line, out->arena);
    text_format(&line, "[%s]%s%s", outcome_fidelity_word(step->fidelity),
                step->fidelity == FIDELITY_SAME ? " as in Django" : " ",
                step->fidelity_note && step->fidelity != FIDELITY_SAME ? step->fidelity_note : "");
    const char *whole = text_finish_part(&line, out);
    if (whole) paper_add_wrapped(out, paper, whole, INDENT);
}

void outcome_text_knobs(struct text *out, const struct paper *paper, const struct stage *stage) {
    char value[512];
    unsigned used = 0;
    for (size_t i = 0; i < stage->step->knob_count; i++) {
        const struct knob *knob = &stage->step->knobs[i];
        bool simulated = knob->simulated && stage->numbers[i] != 0;
        stage_knob_text(stage, i, value, sizeof value);
        const char *unit = knob->unit && knob->kind == KNOB_NUMBER ? knob->unit : "";
        if (strcmp(unit, knob->name) == 0) unit = ""; /* articles = 100, not 100 articles */
        unsigned own = columns_of(knob->name) + 3 + columns_of(value) + columns_of(unit) +
                       (*unit != '\0') + (simulated ? 12 : 0);
        bool wraps = used && used + 3 + own > paper->width;
        if (wraps) text_add_char(out, '\n');
        if (used == 0 || wraps)
            used = INDENT;
        else
            used += 3;
        paper_add_fill(out, ' ', used == INDENT ? INDENT : 3);
        text_format(out, "%s = ", knob->name);
        paper_add(out, paper, value);
        text_format(out, "%s%s%s", *unit ? " " : "", unit, simulated ? " (simulated)" : "");
        used += own;
    }
    if (used) text_add_char(out, '\n');
}

/* ---- what the listing printed -------------------------------------------------------------- */

/* As it was printed, blanks and all, where the paper has room for it. */
static void add_printed(struct text *out, const struct paper *paper, const char *line) {
    if (!paper->loose && INDENT + columns_of(line) > paper->width) {
        paper_add_wrapped(out, paper, line, INDENT);
        return;
    }
    paper_add_fill(out, ' ', INDENT);
    paper_add(out, paper, line);
    text_add_char(out, '\n');
}

static void add_output(struct text *out, const struct paper *paper, const struct stage *stage) {
    struct cut cut = cut_whole(stage->tape);
    uint64_t lines = tape_count(cut, TAPE_PRINT, ANY_EVENT), shown = 0;
    if (lines == 0) return;
    char all[UNITS_SIZE];
    struct tape_event event;
    add_heading(out, paper, "output");
    uint64_t most = lines > OUTPUT_FIRST + 1 ? OUTPUT_FIRST : lines;
    for (size_t i = 0; shown < most && tape_events(stage->tape, i, &event, 1) == 1; i++) {
        if (event.kind != TAPE_PRINT) continue;
        add_printed(out, paper, tape_name(stage->tape, event.subject));
        shown++;
    }
    if (shown < lines)
        text_format(out, "  ... %s lines in all\n", units_count(lines, all, sizeof all));
}

/* ---- claims and the rest ------------------------------------------------------------------- */

static void add_claim(struct text *out, const struct paper *paper, const struct claim *claim,
                      const struct verdict *verdict) {
    struct text line;
    text_init(&line, out->arena);
    text_format(&line, "%s%s%s", claim->text, verdict->shown && *verdict->shown ? ": " : "",
                verdict->shown ? verdict->shown : "");
    if (!verdict->applies) text_add(&line, " (says nothing about these knobs)");
    const char *whole = text_finish_part(&line, out);
    struct paper_entry entry = {
        .indent = INDENT,
        .hang = CLAIM_INDENT,
        .style = !verdict->applies ? PAPER_PLAIN
                 : verdict->holds  ? PAPER_GOOD
                                   : PAPER_BAD,
        .mark = !verdict->applies ? "-"
                : verdict->holds  ? "ok"
                                  : "FAILED",
        .words = whole ? whole : claim->text,
    };
    paper_add_entry(out, paper, &entry);
}

void outcome_text_claims(struct text *out, const struct paper *paper,
                         const struct outcome *outcome) {
    for (size_t i = 0; i < outcome->step->claim_count; i++)
        add_claim(out, paper, &outcome->step->claims[i], &outcome->verdicts[i]);
}

static void add_answer(struct text *out, const struct paper *paper, struct outcome *outcome) {
    if (!outcome->question) return;
    add_heading(out, paper, "question");
    paper_add_wrapped(out, paper, outcome->question, INDENT);
    struct text line;
    text_init(&line, out->arena);
    text_format(&line, "Measured: %s. %s", outcome->answer,
                outcome->step->prediction->why ? outcome->step->prediction->why : "");
    const char *whole = text_finish_part(&line, out);
    if (whole) paper_add_wrapped(out, paper, whole, INDENT);
}

static void add_totals(struct text *out, const struct stage *stage) {
    char queries[UNITS_SIZE], events[UNITS_SIZE], elapsed[UNITS_SIZE];
    uint64_t count = stage_queries(cut_whole(stage->tape)).count;
    text_format(out, "\n%s %s, %s events, %s", units_count(count, queries, sizeof queries),
                count == 1 ? "query" : "queries",
                units_count(tape_length(stage->tape), events, sizeof events),
                units_duration(stage->elapsed_ns, elapsed, sizeof elapsed));
    uint32_t coarseness = tape_coarseness(stage->tape);
    if (coarseness > 1) text_format(out, " (the tape kept one event in %u)", (unsigned)coarseness);
    text_add_char(out, '\n');
}

void outcome_text(struct text *out, const struct paper *paper, struct outcome *outcome) {
    add_title(out, paper, outcome);
    if (outcome->step->run) add_fidelity(out, paper, outcome->step);
    outcome_text_knobs(out, paper, outcome->stage);
    for (size_t i = 0; i < outcome->figures.count; i++) {
        text_add_char(out, '\n');
        figure_text(out, paper, &outcome->figures.list[i]);
    }
    add_output(out, paper, outcome->stage);
    add_answer(out, paper, outcome);
    if (outcome->step->claim_count) add_heading(out, paper, "claims");
    outcome_text_claims(out, paper, outcome);
    if (outcome->stage->ran) add_totals(out, outcome->stage);
}

/* ---- what was raised ----------------------------------------------------------------------- */

/* Finds a line of the listing; its length in bytes, or 0. */
static size_t find_line(const char *listing, uint32_t line, const char **start) {
    while (*listing && line-- > 1) {
        listing += strcspn(listing, "\n");
        if (*listing) listing++;
    }
    *start = listing;
    return strcspn(listing, "\n");
}

/* The line, and the caret under its column: columns count characters, and the caret stands by the
 * width of those before it. */
static void print_place(const struct outcome *outcome, const struct paper *paper) {
    const char *line;
    struct text text;
    text_init(&text, &outcome->stage->arena);
    size_t length = find_line(outcome->stage->listing, outcome->fault->line, &line);
    const char *cursor = line, *end = line + length;
    unsigned before = 0;
    for (uint32_t i = 1; i < outcome->fault->column && cursor < end; i++)
        before += columns_of_point(columns_next_point(&cursor, end));
    text_add(&text, "    ");
    paper_add_bytes(&text, paper, line, length);
    text_add(&text, "\n    ");
    paper_add_fill(&text, ' ', before);
    text_add(&text, "^\n");
    const char *whole = text_finish(&text);
    if (whole) fputs(whole, stderr);
}

void outcome_complain(const struct outcome *outcome) {
    const struct fault *fault = outcome->fault;
    struct paper paper = paper_of(stderr);
    struct text text;
    if (!fault) return;
    fflush(stdout);
    text_init(&text, &outcome->stage->arena);
    paper_add(&text, &paper, fault->type);
    text_add(&text, ": ");
    paper_add(&text, &paper, fault->message);
    const char *whole = text_finish(&text);
    fprintf(stderr, "daybook: %s/%s: ", outcome->lesson->slug, outcome->step->slug);
    if (fault->line)
        fprintf(stderr, "line %u, column %u: ", (unsigned)fault->line, (unsigned)fault->column);
    fprintf(stderr, "%s\n", whole ? whole : fault->type);
    if (fault->line && outcome->step->listing_runs) print_place(outcome, &paper);
}
