/* export_html - notes as one page of HTML that loads nothing else.
 *
 *     head, style (data/page.css)       no script; light and dark by the reader's own setting
 *     nav                               the lessons and their steps
 *     main   section a lesson           intro, steps, "At scale"
 *              section a step           note, listing, what was measured
 *     footer                            what it was measured with
 *
 * Headings: one h1 for the page, h2 a lesson, h3 a step. */
#include <stdio.h>
#include <string.h>

#include "data/data.h"
#include "ui/export.h"
#include "ui/html.h"

static void add_slice(struct text *out, struct slice_of_note slice) {
    html_add_bytes(out, slice.text, slice.length);
}

/* ---- what was measured ---------------------------------------------------------------------- */

static void add_knobs(struct text *out, const struct stage *stage) {
    char value[512];
    if (stage->step->knob_count) text_add(out, "<p>With ");
    for (size_t i = 0; i < stage->step->knob_count; i++) {
        const struct knob *knob = &stage->step->knobs[i];
        text_format(out, "%s<code>%s = ", i ? ", " : "", knob->name);
        html_add(out, stage_knob_text(stage, i, value, sizeof value));
        text_add(out, "</code>");
        if (knob->kind == KNOB_NUMBER && *knob->unit) text_add_char(out, ' ');
        if (knob->kind == KNOB_NUMBER) html_add(out, knob->unit);
        if (knob->simulated && stage->numbers[i] != 0) text_add(out, " (simulated)");
    }
    if (stage->step->knob_count) text_add(out, ".</p>\n");
}

static void add_claims(struct text *out, const struct outcome *outcome) {
    if (outcome->step->claim_count) text_add(out, "<ul class=\"claims\">\n");
    for (size_t i = 0; i < outcome->step->claim_count; i++) {
        const struct verdict *verdict = &outcome->verdicts[i];
        text_add(out, !verdict->applies ? "<li>not about these knobs: "
                      : verdict->holds  ? "<li><span class=\"good\">ok</span> "
                                        : "<li><span class=\"bad\">FAILED</span> ");
        html_add(out, outcome->step->claims[i].text);
        if (verdict->shown && *verdict->shown) text_add(out, ": ");
        html_add(out, verdict->shown ? verdict->shown : "");
        text_add(out, "</li>\n");
    }
    if (outcome->step->claim_count) text_add(out, "</ul>\n");
}

static void add_answer(struct text *out, const struct outcome *outcome) {
    if (!outcome->question) return;
    text_add(out, "<p>");
    html_add(out, outcome->question);
    text_add(out, " Measured: <strong>");
    html_add(out, outcome->answer);
    text_add(out, "</strong>.</p>\n");
}

static void add_prediction(struct text *out, const struct progress_prediction *prediction) {
    text_add(out, "<p class=\"predicted\">Your prediction (");
    html_add(out, prediction->question);
    text_add(out, "): <strong>");
    html_add(out, prediction->answered);
    text_add(out, "</strong>; measured was ");
    html_add(out, prediction->measured);
    text_add(out, prediction->met ? ": met.</p>\n" : ": missed.</p>\n");
}

static void add_outcome(struct text *out, const struct outcome *outcome) {
    text_format(out, "<p>Measured when this page was made, <strong>%s</strong>",
                outcome_fidelity_word(outcome->step->fidelity));
    if (outcome->step->fidelity == FIDELITY_SAME)
        text_add(out, " as in Django");
    else if (outcome->step->fidelity_note) {
        text_add(out, ": ");
        html_add(out, outcome->step->fidelity_note);
    }
    text_add(out, "</p>\n");
    add_knobs(out, outcome->stage);
    for (size_t i = 0; i < outcome->figures.count; i++) {
        char id[160];
        snprintf(id, sizeof id, "%s-%s-%zu", outcome->lesson->slug, outcome->step->slug, i + 1);
        html_add_figure(out, &outcome->figures.list[i], id);
    }
    if (outcome->fault) {
        text_add(out, "<p class=\"bad\">The run ended with ");
        html_add(out, outcome->fault->type);
        text_add(out, ": ");
        html_add(out, outcome->fault->message);
        text_add(out, "</p>\n");
    }
    add_claims(out, outcome);
}

/* ---- notes ---------------------------------------------------------------------------------- */

static bool add_step(struct text *out, struct export_page *page, const struct lesson *lesson,
                     const struct step *step) {
    const char *listing = step_listing(lesson, step);
    text_format(out, "<section id=\"%s-%s\">\n", lesson->slug, step->slug);
    if (!html_add_note(out, step_section(lesson, step), 1)) return false;
    if (*listing && !(page->measured && step->run && step->listing_runs)) {
        text_add(out, "<pre tabindex=\"0\"><code>");
        html_add_python(out, listing, strlen(listing));
        text_add(out, "</code></pre>\n");
    }
    if (page->measured && step->run) {
        struct outcome *outcome = export_measure(page, lesson, step);
        if (!outcome) return false;
        const struct progress_prediction *said = export_predicted(page, lesson, step);
        add_outcome(out, outcome);
        add_answer(out, outcome);
        outcome_close(outcome);
        if (said) add_prediction(out, said);
    }
    text_add(out, "</section>\n");
    return true;
}

static bool add_lesson(struct text *out, struct export_page *page, const struct lesson *lesson) {
    text_format(out, "<section id=\"%s\">\n<h2>Day %d: ", lesson->slug, lesson->day);
    add_slice(out, lesson_title(lesson));
    text_add(out, "</h2>\n");
    if (!html_add_note(out, lesson_intro(lesson), 1)) return false;
    for (size_t i = 0; i < lesson->step_count; i++)
        if (!add_step(out, page, lesson, lesson->steps[i])) return false;
    if (!html_add_note(out, lesson_scale(lesson), 1)) return false;
    text_add(out, "</section>\n");
    return true;
}

/* ---- pages ---------------------------------------------------------------------------------- */

/* Opens an item of a contents list that leads to a lesson or step, in this page or in `file`. */
static void add_entry(struct text *out, const char *file, const struct choice *choice) {
    const struct step *step = choice->step;
    text_format(out, "<li><a href=\"%s#%s%s%s\">", file, choice->lesson->slug, step ? "-" : "",
                step ? step->slug : "");
}

static void add_day_title(struct text *out, const struct choice *choice) {
    text_format(out, "Day %d: ", choice->lesson->day);
    add_slice(out, choice_title(choice));
}

/* A lesson and below it its steps, or one step. */
static void add_contents(struct text *out, const char *file, const struct choice *choice) {
    struct choice step;
    add_entry(out, file, choice);
    add_day_title(out, choice);
    text_add(out, "</a>");
    if (!choice->step) text_add(out, "\n<ul>\n");
    for (size_t i = 0; !choice->step && command_step(choice, 1, i, &step); i++) {
        add_entry(out, file, &step);
        add_slice(out, choice_title(&step));
        text_add(out, "</a></li>\n");
    }
    if (!choice->step) text_add(out, "</ul>");
    text_add(out, "</li>\n");
}

static void add_navigation(struct text *out, const struct export_page *page) {
    text_add(out, "<nav aria-label=\"Contents\">\n");
    if (page->index) text_format(out, "<p><a href=\"%s\">All notes</a></p>\n", page->index);
    text_add(out, "<ul>\n");
    for (size_t i = 0; i < page->count; i++) add_contents(out, "", &page->choices[i]);
    text_add(out, "</ul>\n</nav>\n");
}

static bool add_footer(struct text *out, const struct export_page *page) {
    if (!page->measured) return true;
    const char *origin = export_origin_words(&page->origin, out->arena);
    text_add(out, "<footer><p>Measured with ");
    if (origin) html_add(out, origin);
    text_add(out, ".</p></footer>\n");
    return origin != NULL;
}

/* Down to the heading of the page. `alone` is what the page holds where that is one lesson or
 * step. */
static bool begin_page(struct text *out, const struct choice *alone) {
    const struct data_file *style = data_find("page.css");
    if (!style) return false;
    text_add(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                  "<title>");
    if (alone) add_day_title(out, alone);
    text_format(out, "%s</title>\n<style>\n", alone ? " - daybook" : EXPORT_TITLE);
    text_add_bytes(out, style->text, style->length);
    text_add(out, "</style>\n</head>\n<body>\n<header><h1>" EXPORT_TITLE "</h1>\n");
    return true;
}

static bool write_html(struct text *out, struct export_page *page) {
    if (!begin_page(out, page->count == 1 ? page->choices : NULL)) return false;
    add_navigation(out, page);
    text_add(out, "</header>\n<main>\n");
    for (size_t i = 0; i < page->count; i++) {
        const struct choice *choice = &page->choices[i];
        bool whole = choice->step ? add_step(out, page, choice->lesson, choice->step)
                                  : add_lesson(out, page, choice->lesson);
        if (!whole) return false;
    }
    text_add(out, "</main>\n");
    if (!add_footer(out, page)) return false;
    text_add(out, "</body>\n</html>\n");
    return true;
}

/* A page of links alone. */
static bool write_index(struct text *out, const struct export_entry *entries, size_t count) {
    if (!begin_page(out, NULL)) return false;
    text_add(out, "</header>\n<main>\n<nav aria-label=\"Notes\"><ul>\n");
    for (size_t i = 0; i < count; i++) add_contents(out, entries[i].name, &entries[i].choice);
    text_add(out, "</ul></nav>\n</main>\n</body>\n</html>\n");
    return true;
}

const struct export_format export_html = {
    .name = "html", .write = write_html, .write_index = write_index};
