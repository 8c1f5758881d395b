/* export_html - notes as one page of HTML that loads nothing else.
 *
 *     head, style                       no script; light and dark by the reader's own setting
 *     nav                               the lessons and their steps
 *     main   section a lesson           intro, steps, "At scale"
 *              section a step           note, listing, what was measured
 *     footer                            what it was measured with
 *
 * Headings: one h1 for the page, h2 a lesson, h3 a step. */
#include <stdio.h>

#include "ui/export.h"
#include "ui/html.h"

static const char style[] =
    ":root{color-scheme:light dark;--ink:#1c1c1c;--paper:#fff;--soft:#f2f2ee;--line:#8a8a8a;"
    "--good:#0b6b2c;--bad:#a8071a;--c0:#1f5fa8;--c1:#b45309;--c2:#0f766e;--c3:#7c3aed;"
    "--c4:#be185d;--c5:#4d7c0f}\n"
    "@media (prefers-color-scheme:dark){:root{--ink:#e8e8e4;--paper:#161616;--soft:#242424;"
    "--line:#8f8f8f;--good:#63d489;--bad:#ff8f8f;--c0:#7ab8ff;--c1:#fbbf24;--c2:#5eead4;"
    "--c3:#c4b5fd;--c4:#f9a8d4;--c5:#bef264}}\n"
    "body{margin:0 auto;max-width:46rem;padding:1rem;background:var(--paper);color:var(--ink);"
    "font:1rem/1.55 system-ui,sans-serif}\n"
    "h1,h2,h3{line-height:1.25}h2{margin-top:3rem;border-top:2px solid "
    "var(--line);padding-top:1rem}"
    "h3{margin-top:2.5rem}\n"
    "p code,li "
    "code{overflow-wrap:anywhere}a{color:var(--c0)}a:focus-visible,summary:focus-visible,pre:focus-"
    "visible,.wide:focus-visible"
    "{outline:2px solid}\n"
    "pre,code,.trace,.listing{font-family:ui-monospace,monospace;font-size:.9em}\n"
    "pre{background:var(--soft);padding:.75rem;overflow-x:auto}\n"
    "blockquote{margin:1rem 0;padding-left:1rem;border-left:4px solid var(--line)}\n"
    "figure{margin:1.5rem 0;padding:.75rem;border:1px solid var(--line)}\n"
    "figcaption{font-weight:bold;margin-bottom:.5rem}.wide{overflow-x:auto}\n"
    "table{border-collapse:collapse;margin:.5rem 0}"
    "th,td{padding:.15rem .6rem;text-align:left;vertical-align:top;border-bottom:1px solid "
    "var(--soft)}\n"
    ".number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}\n"
    ".listing th,.listing td{border:0;padding:0 .5rem}.listing .source{white-space:pre}"
    ".hot td:nth-child(2){font-weight:bold}\n"
    ".trace{list-style:none;padding:0;margin:0;white-space:nowrap}\n"
    ".aside,.simulated,small{font-weight:normal;color:inherit;opacity:.85}\n"
    ".bars .bar{width:14rem}.bar span{display:block;height:1em;margin-top:.3em;"
    "background:currentColor}\n"
    ".spoken{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}\n"
    ".claims{list-style:none;padding:0}.good{color:var(--good);font-weight:bold}"
    ".bad{color:var(--bad);font-weight:bold}\n"
    ".key{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.25rem 1.5rem}"
    ".key svg{width:40px;height:10px}\n"
    "svg{display:block;width:100%;height:auto}.key svg{display:inline-block}"
    "svg text{font:12px ui-monospace,monospace;fill:currentColor}\n"
    ".grid{stroke:var(--line);stroke-opacity:.35}.axis{stroke:currentColor}"
    ".curve{fill:none;stroke:currentColor;stroke-width:2}.theory{stroke-dasharray:2 4}\n"
    "rect{fill:currentColor;fill-opacity:.45;stroke:currentColor}\n"
    ".lane0{color:var(--c0)}.lane1{color:var(--c1)}.lane2{color:var(--c2)}"
    ".lane3{color:var(--c3)}.lane4{color:var(--c4)}.lane5{color:var(--c5)}\n"
    ".lane1:not(.theory){stroke-dasharray:10 3}.lane2:not(.theory){stroke-dasharray:6 3 2 3}"
    ".lane3:not(.theory){stroke-dasharray:14 4 2 4}\n"
    "rect.lane1,rect.lane2,rect.lane3{stroke-dasharray:none}\n"
    "figure>:last-child{margin-bottom:0}\n"
    "@media (max-width:34rem){th,td{padding:.15rem .3rem}.listing th,.listing td{padding:0 .25rem}"
    ".wide svg{min-width:32rem}.bars .bar{width:7rem}}\n"
    "@media print{body{max-width:none}figure{break-inside:avoid}}\n";

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

static void add_answer(struct text *out, struct outcome *outcome) {
    const char *question, *measured;
    if (!outcome_answer(outcome, &question, &measured)) return;
    text_add(out, "<p>");
    html_add(out, question);
    text_add(out, " Measured: <strong>");
    html_add(out, measured);
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
        html_add(out, listing);
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

static void add_navigation(struct text *out, const struct export_page *page) {
    text_add(out, "<nav aria-label=\"Lessons\"><ul>\n");
    for (size_t i = 0; i < page->count; i++) {
        const struct lesson *lesson = page->choices[i].lesson;
        const struct step *step = page->choices[i].step;
        text_format(out, "<li><a href=\"#%s%s%s\">Day %d: ", lesson->slug, step ? "-" : "",
                    step ? step->slug : "", lesson->day);
        add_slice(out, step ? step_title(lesson, step) : lesson_title(lesson));
        text_add(out, "</a></li>\n");
    }
    text_add(out, "</ul></nav>\n");
}

static bool add_footer(struct text *out, const struct export_page *page) {
    if (!page->measured) return true;
    const char *origin = export_origin_words(&page->origin, out->arena);
    text_add(out, "<footer><p>Measured with ");
    if (origin) html_add(out, origin);
    text_add(out, ".</p></footer>\n");
    return origin != NULL;
}

static bool write_html(struct text *out, struct export_page *page) {
    text_add(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                  "<title>daybook</title>\n<style>\n");
    text_add(out, style);
    text_add(out, "</style>\n</head>\n<body>\n<header><h1>daybook: Django from the inside</h1>\n");
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

const struct export_format export_html = {.name = "html", .write = write_html};
