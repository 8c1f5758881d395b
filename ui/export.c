/* export - see export.h: what the formats share, and the text format, which is plain mode's. */
#include "ui/export.h"

#include "ui/plain.h"

struct outcome *export_measure(struct export_page *page, const struct lesson *lesson,
                               const struct step *step) {
    struct outcome *outcome = outcome_open(lesson, step);
    if (!outcome || !outcome_measure(outcome)) {
        outcome_close(outcome);
        return NULL;
    }
    outcome_complain(outcome);
    int code = outcome_exit_code(outcome);
    if (code > page->worst) page->worst = code;
    return outcome;
}

static bool write_txt(struct text *out, struct export_page *page) {
    struct paper paper = {.width = PLAIN_WIDTH, .ascii = page->ascii};
    enum plain_demo demo = page->measured ? PLAIN_MEASURED : PLAIN_HINT;
    for (size_t i = 0; i < page->count; i++) {
        const struct choice *choice = &page->choices[i];
        if (i) text_add(out, "\n\n");
        bool whole = choice->step
                         ? plain_step(out, &paper, choice->lesson, choice->step, demo, &page->worst)
                         : plain_lesson(out, &paper, choice->lesson, demo, &page->worst);
        if (!whole) return false;
    }
    return true;
}

const struct export_format export_txt = {.name = "txt", .write = write_txt};
