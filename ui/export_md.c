/* export_md - notes as Markdown: the notes' own text, and what was measured as tables and fenced
 * plots. The comments that mark the steps in the notes are left out. */
#include <stdio.h>
#include <string.h>

#include "ui/export.h"
#include "ui/figure_text.h"
#include "ui/plain.h"
#include "ui/units.h"

/* A line of a listing scrolls. */
static const struct paper fenced = {.width = PLAIN_WIDTH, .loose = true};

/* ---- pieces of Markdown -------------------------------------------------------------------- */

/* A text inside a line: what Markdown would read as a mark is escaped, line ends become blanks. */
static void add_escaped(struct text *out, const char *string) {
    for (; *string; string++) {
        if (*string == '\n')
            text_add_char(out, ' ');
        else if ((unsigned char)*string < 0x20)
            text_add_char(out, '?');
        else {
            if (strchr("\\`*_[]<>|#", *string)) text_add_char(out, '\\');
            text_add_char(out, *string);
        }
    }
}

/* CommonMark 4.5: a fence is longer than any run of backquotes inside. */
static void add_fence(struct text *out, const char *body, const char *language) {
    size_t longest = 2;
    for (const char *at = strchr(body, '`'); at; at = strchr(at, '`')) {
        size_t run = strspn(at, "`");
        if (run > longest) longest = run;
        at += run;
    }
    paper_add_fill(out, '`', longest + 1);
    text_format(out, "%s\n%s", language, body);
    if (*body && body[strlen(body) - 1] != '\n') text_add_char(out, '\n');
    paper_add_fill(out, '`', longest + 1);
    text_add_char(out, '\n');
}

/* ---- figures ------------------------------------------------------------------------------- */

static void add_table(struct text *out, const struct figure *figure) {
    size_t columns = figure->table.column_count;
    text_add_char(out, '|');
    for (size_t i = 0; i < columns; i++) {
        text_add_char(out, ' ');
        add_escaped(out, figure->table.columns[i].title);
        text_add(out, " |");
    }
    text_add(out, "\n|");
    for (size_t i = 0; i < columns; i++)
        text_add(out, figure->table.columns[i].align == ALIGN_RIGHT ? " ---: |" : " --- |");
    text_add_char(out, '\n');
    for (size_t i = 0; i < figure->table.row_count * columns; i++) {
        if (i % columns == 0) text_add_char(out, '|');
        text_add_char(out, ' ');
        add_escaped(out, figure->table.cells[i]);
        text_add(out, i % columns == columns - 1 ? " |\n" : " |");
    }
}

static void add_bars(struct text *out, const struct figure *figure) {
    char number[UNITS_SIZE];
    text_add(out, "| | | |\n| --- | ---: | --- |\n");
    for (size_t i = 0; i < figure->bars.count; i++) {
        const struct figure_bar *bar = &figure->bars.bars[i];
        text_add(out, "| ");
        add_escaped(out, bar->label);
        text_format(out, " | %s | ",
                    units_number(bar->value, figure->bars.unit, number, sizeof number));
        add_escaped(out, bar->detail ? bar->detail : "");
        text_add(out, " |\n");
    }
}

static void add_figure(struct text *out, const struct figure *figure) {
    text_add(out, "\n**");
    add_escaped(out, figure->title);
    text_add(out, "**");
    if (figure->simulated) {
        text_add(out, " (simulated: ");
        add_escaped(out, figure->simulated);
        text_add_char(out, ')');
    }
    text_add(out, "\n\n");
    if (figure->kind == FIGURE_TABLE)
        add_table(out, figure);
    else if (figure->kind == FIGURE_BARS)
        add_bars(out, figure);
    else {
        struct text body;
        text_init(&body, out->arena);
        figure_text_body(&body, &fenced, figure);
        const char *whole = text_finish_part(&body, out);
        if (whole) add_fence(out, whole, "text");
    }
    if (!figure->note) return;
    text_add_char(out, '\n');
    add_escaped(out, figure->note);
    text_add_char(out, '\n');
}

/* ---- steps --------------------------------------------------------------------------------- */

static void add_claims(struct text *out, const struct outcome *outcome) {
    if (outcome->step->claim_count) text_add_char(out, '\n');
    for (size_t i = 0; i < outcome->step->claim_count; i++) {
        const struct verdict *verdict = &outcome->verdicts[i];
        text_add(out, !verdict->applies ? "- not about these knobs: "
                      : verdict->holds  ? "- ok: "
                                        : "- **FAILED**: ");
        add_escaped(out, outcome->step->claims[i].text);
        if (verdict->shown && *verdict->shown) text_add(out, ": ");
        add_escaped(out, verdict->shown ? verdict->shown : "");
        text_add_char(out, '\n');
    }
}

static void add_outcome(struct text *out, struct outcome *outcome) {
    struct text knobs;
    text_init(&knobs, out->arena);
    outcome_text_knobs(&knobs, &fenced, outcome->stage);
    const char *whole = text_finish_part(&knobs, out);
    text_format(out,
                "\nMeasured in this run [%s]:", outcome_fidelity_word(outcome->step->fidelity));
    text_add_char(out, '\n');
    if (whole && *whole) {
        text_add_char(out, '\n');
        add_fence(out, whole, "text");
    }
    for (size_t i = 0; i < outcome->figures.count; i++) add_figure(out, &outcome->figures.list[i]);
    if (outcome->fault) {
        text_format(out, "\nThe run ended with **%s**: ", outcome->fault->type);
        add_escaped(out, outcome->fault->message);
        text_add_char(out, '\n');
    }
    add_claims(out, outcome);
}

/* "Question?" - and below it what the run answered, and the learner. */
static void add_answer(struct text *out, const struct outcome *outcome) {
    if (!outcome->question) return;
    text_add_char(out, '\n');
    add_escaped(out, outcome->question);
    text_add(out, " Measured: **");
    add_escaped(out, outcome->answer);
    text_add(out, "**.\n");
}

static void add_prediction(struct text *out, const struct progress_prediction *prediction) {
    text_add(out, "\nYour prediction (");
    add_escaped(out, prediction->question);
    text_add(out, "): **");
    add_escaped(out, prediction->answered);
    text_add(out, "**; measured was ");
    add_escaped(out, prediction->measured);
    text_add(out, prediction->met ? ": met.\n" : ": missed.\n");
}

static bool add_measured(struct text *out, struct export_page *page, const struct lesson *lesson,
                         const struct step *step) {
    struct outcome *outcome = export_measure(page, lesson, step);
    const struct progress_prediction *said = export_predicted(page, lesson, step);
    if (!outcome) return false;
    add_outcome(out, outcome);
    add_answer(out, outcome);
    outcome_close(outcome);
    if (said) add_prediction(out, said);
    return true;
}

static bool add_step(struct text *out, struct export_page *page, const struct lesson *lesson,
                     const struct step *step) {
    struct slice_of_note section = step_section(lesson, step);
    const char *listing = step_listing(lesson, step);
    text_add_bytes(out, section.text, section.length);
    text_add_char(out, '\n');
    if (*listing && !(page->measured && step->run && step->listing_runs)) {
        text_format(out, "\nThe listing of `%s/%s`:\n\n", lesson->slug, step->slug);
        add_fence(out, listing, "python");
    }
    return !page->measured || !step->run || add_measured(out, page, lesson, step);
}

static bool add_lesson(struct text *out, struct export_page *page, const struct lesson *lesson) {
    struct slice_of_note title = lesson_title(lesson), intro = lesson_intro(lesson),
                         scale = lesson_scale(lesson);
    text_format(out, "# Day %d: %.*s\n\n", lesson->day, (int)title.length, title.text);
    text_add_bytes(out, intro.text, intro.length);
    for (size_t i = 0; i < lesson->step_count; i++) {
        text_add(out, i ? "\n" : "\n\n");
        if (!add_step(out, page, lesson, lesson->steps[i])) return false;
    }
    text_add_char(out, '\n');
    text_add_bytes(out, scale.text, scale.length);
    text_add_char(out, '\n');
    return true;
}

static bool write_md(struct text *out, struct export_page *page) {
    for (size_t i = 0; i < page->count; i++) {
        const struct choice *choice = &page->choices[i];
        if (i) text_add_char(out, '\n');
        bool whole = choice->step ? add_step(out, page, choice->lesson, choice->step)
                                  : add_lesson(out, page, choice->lesson);
        if (!whole) return false;
    }
    if (!page->measured) return true;
    const char *origin = export_origin_words(&page->origin, out->arena);
    text_add(out, "\n---\n\nMeasured with ");
    if (origin) add_escaped(out, origin);
    text_add(out, ".\n");
    return origin != NULL;
}

static void add_day(struct text *out, const struct choice *choice) {
    struct slice_of_note title = choice_title(choice);
    text_format(out, "Day %d: %.*s", choice->lesson->day, (int)title.length, title.text);
}

/* A list of links, and below each the file's steps. */
static bool write_index(struct text *out, const struct export_entry *entries, size_t count) {
    text_add(out, "# " EXPORT_TITLE "\n\n");
    for (size_t i = 0; i < count; i++) {
        const struct choice *choice = &entries[i].choice;
        text_add(out, "- [");
        add_day(out, choice);
        text_format(out, "](%s)\n", entries[i].name);
        for (size_t j = 0; !choice->step && j < choice->lesson->step_count; j++) {
            struct slice_of_note title = step_title(choice->lesson, choice->lesson->steps[j]);
            text_format(out, "  - %.*s\n", (int)title.length, title.text);
        }
    }
    return true;
}

const struct export_format export_md = {
    .name = "md", .write = write_md, .write_index = write_index};
