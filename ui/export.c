/* export - see export.h: what the formats share, and the text format, which is plain mode's. */
#include "ui/export.h"

#include <string.h>

#include "ui/columns.h"
#include "ui/plain.h"

struct outcome *export_measure(struct export_page *page, const struct lesson *lesson,
                               const struct step *step) {
    struct outcome *outcome = outcome_open(lesson, step);
    if (outcome) outcome->stage->seed = page->origin.seed;
    if (!outcome || !outcome_measure(outcome)) {
        outcome_close(outcome);
        return NULL;
    }
    outcome_complain(outcome);
    int code = outcome_exit_code(outcome);
    if (code > page->worst) page->worst = code;
    return outcome;
}

/* ---- text ----------------------------------------------------------------------------------- */

static void add_prediction(struct text *out, const struct paper *paper,
                           const struct progress_prediction *prediction) {
    const char *words =
        arena_format(out->arena, "You said %s, measured was %s: %s.", prediction->answered,
                     prediction->measured, prediction->met ? "met" : "missed");
    text_add(out, "\nYour prediction:\n");
    paper_add_wrapped(out, paper, prediction->question, 2);
    if (words) paper_add_wrapped(out, paper, words, 2);
    out->failed |= !words;
}

/* `run` says this on stderr, which is not in the file. */
static void add_fault(struct text *out, const struct paper *paper, const struct fault *fault) {
    struct text line;
    text_init(&line, out->arena);
    text_format(&line, "The run ended with %s: %s", fault->type, fault->message);
    const char *whole = text_finish_part(&line, out);
    text_add_char(out, '\n');
    if (whole) paper_add_wrapped(out, paper, whole, 2);
}

/* Measured anew each time: there is no stored answer. */
static bool add_measured(void *context, struct text *out, const struct paper *paper,
                         const struct choice *step) {
    struct export_page *page = context;
    struct outcome *outcome = export_measure(page, step->lesson, step->step);
    const struct progress_prediction *said = export_predicted(page, step->lesson, step->step);
    if (!outcome) return false;
    text_add(out, "\nMeasured in this run:\n\n");
    outcome_text(out, paper, outcome);
    if (outcome->fault) add_fault(out, paper, outcome->fault);
    outcome_close(outcome);
    if (said) add_prediction(out, paper, said);
    return true;
}

static bool write_txt(struct text *out, struct export_page *page) {
    struct paper paper = {.width = PLAIN_WIDTH, .ascii = page->ascii};
    struct plain_demo measured = {add_measured, page};
    const struct plain_demo *demo = page->measured ? &measured : NULL;
    for (size_t i = 0; i < page->count; i++) {
        const struct choice *choice = &page->choices[i];
        if (i) text_add(out, "\n\n");
        if (!(choice->step ? plain_step(out, &paper, choice, demo)
                           : plain_lesson(out, &paper, choice->lesson, demo)))
            return false;
    }
    if (!page->measured) return true;
    const char *origin = export_origin_words(&page->origin, out->arena);
    text_add(out, "\n\nMeasured with:\n");
    if (origin) paper_add_wrapped(out, &paper, origin, 2);
    return origin != NULL;
}

static void add_indented(struct text *out, const struct paper *paper, struct slice_of_note title,
                         unsigned indent) {
    paper_add_fill(out, ' ', indent);
    paper_add_bytes(out, paper, title.text, title.length);
    text_add_char(out, '\n');
}

/* The name of each file, and below it what it holds. */
static bool write_index(struct text *out, const struct export_entry *entries, size_t count) {
    struct paper paper = {.width = PLAIN_WIDTH, .ascii = !columns_locale_is_utf8()};
    text_add(out, EXPORT_TITLE "\n");
    paper_add_fill(out, '=', strlen(EXPORT_TITLE));
    text_add_char(out, '\n');
    for (size_t i = 0; i < count; i++) {
        const struct choice *choice = &entries[i].choice;
        text_format(out, "\n%s\n  Day %d  ", entries[i].name, choice->lesson->day);
        add_indented(out, &paper, choice_title(choice), 0);
        for (size_t j = 0; !choice->step && j < choice->lesson->step_count; j++)
            add_indented(out, &paper, step_title(choice->lesson, choice->lesson->steps[j]), 4);
    }
    return true;
}

const struct export_format export_txt = {
    .name = "txt", .write = write_txt, .write_index = write_index};
