/* plain - see plain.h. */
#include "ui/plain.h"

#include <inttypes.h>
#include <stdio.h>

#include "lessons/stage.h"
#include "ui/listing_text.h"
#include "ui/markdown.h"

enum { INDENT = 4 };

/* ---- Markdown ------------------------------------------------------------------------------ */

/* Styles help where they can be seen; the words and marks say the same without them. */
static void add_line(struct text *out, const struct paper *paper,
                     const struct markdown_line *line) {
    for (size_t i = 0; i < line->run_count; i++) {
        const struct markdown_run *run = &line->runs[i];
        bool strong = run->style & (MARKDOWN_HEADING | MARKDOWN_STRONG);
        if (strong) paper_style(out, paper, PAPER_STRONG);
        paper_add_bytes(out, paper, run->text, run->length);
        if (strong) paper_style(out, paper, PAPER_PLAIN);
    }
    text_add_char(out, '\n');
}

static bool add_note(struct text *out, const struct paper *paper, struct slice_of_note note) {
    struct markdown_options options = {.width = paper->width, .ascii = paper->ascii, .plain = true};
    struct markdown_page page;
    struct arena arena;
    arena_init(&arena, NULL);
    bool whole = markdown_layout(&arena, note.text, note.length, &options, &page);
    for (size_t i = 0; whole && i < page.count; i++) add_line(out, paper, &page.lines[i]);
    arena_release(&arena);
    return whole;
}

static void add_title(struct text *out, const struct paper *paper, const struct lesson *lesson) {
    struct slice_of_note title = lesson_title(lesson);
    size_t start = out->length;
    paper_style(out, paper, PAPER_STRONG);
    text_format(out, "Day %d  ", lesson->day);
    paper_add_bytes(out, paper, title.text, title.length);
    size_t columns = out->length - start;
    paper_style(out, paper, PAPER_PLAIN);
    text_add_char(out, '\n');
    if (!paper->styled) paper_add_fill(out, '=', columns);
    text_add(out, paper->styled ? "\n" : "\n\n");
}

/* ---- how to run a step --------------------------------------------------------------------- */

static void add_listing(struct text *out, const struct paper *paper, const char *listing) {
    while (*listing) {
        size_t length = 0;
        while (listing[length] && listing[length] != '\n') length++;
        if (length) paper_add_fill(out, ' ', INDENT);
        listing_text_add(out, paper, listing, length, INDENT);
        listing += length + (listing[length] == '\n');
    }
}

/* "/ok/ (or /nope/, /raise/Http404/)" */
static void add_choices(struct text *line, const struct knob *knob) {
    text_add(line, knob->choices[knob->usual]);
    bool first = true;
    for (int64_t i = 0; i < (int64_t)knob->choice_count; i++) {
        if (i == knob->usual) continue;
        text_format(line, "%s%s", first ? " (or " : ", ", knob->choices[i]);
        first = false;
    }
    if (!first) text_add_char(line, ')');
}

static void add_knob(struct text *out, const struct paper *paper, const struct knob *knob) {
    struct text line;
    text_init(&line, out->arena);
    text_format(&line, "--set %s=", knob->name);
    if (knob->kind == KNOB_TEXT)
        text_add(&line, knob->usual_text);
    else if (knob->kind == KNOB_CHOICE)
        add_choices(&line, knob);
    else
        text_format(&line, "%" PRId64 " (%" PRId64 " to %" PRId64 "%s%s)", knob->usual, knob->min,
                    knob->max, *knob->unit ? " " : "", knob->unit);
    if (knob->simulated) text_add(&line, ", simulated");
    const char *whole = text_finish_part(&line, out);
    if (whole) paper_add_wrapped(out, paper, whole, INDENT);
}

static bool add_question(struct text *out, const struct paper *paper, const struct lesson *lesson,
                         const struct step *step) {
    struct stage *stage = step->prediction ? stage_open(lesson, step) : NULL;
    if (!step->prediction) return true;
    const char *question = stage ? stage_fill(stage, step->prediction->question, out->arena) : NULL;
    if (question) {
        text_add(out, "\nBefore you run it:\n");
        paper_add_wrapped(out, paper, question, INDENT);
    }
    stage_close(stage);
    return question != NULL;
}

static bool add_hint(struct text *out, const struct paper *paper, const struct lesson *lesson,
                     const struct step *step) {
    const char *listing = step_listing(lesson, step);
    if (*listing)
        text_add(out, step->listing_runs ? "\nThe listing that runs:\n\n" : "\nThe listing:\n\n");
    add_listing(out, paper, listing);
    if (!step->run) return true;
    if (!add_question(out, paper, lesson, step)) return false;
    text_format(out, "\nRun it:\n    daybook run %s/%s\n", lesson->slug, step->slug);
    for (size_t i = 0; i < step->knob_count; i++) add_knob(out, paper, &step->knobs[i]);
    return true;
}

/* ---- steps and lessons --------------------------------------------------------------------- */

bool plain_step(struct text *out, const struct paper *paper, const struct choice *step,
                const struct plain_demo *demo) {
    if (!add_note(out, paper, step_section(step->lesson, step->step))) return false;
    return demo && step->step->run ? demo->add(demo->context, out, paper, step)
                                   : add_hint(out, paper, step->lesson, step->step);
}

bool plain_lesson(struct text *out, const struct paper *paper, const struct lesson *lesson,
                  const struct plain_demo *demo) {
    struct choice whole_lesson = {.lesson = lesson}, step;
    add_title(out, paper, lesson);
    bool whole = add_note(out, paper, lesson_intro(lesson));
    for (size_t i = 0; whole && command_step(&whole_lesson, 1, i, &step); i++) {
        text_add(out, "\n\n");
        whole = plain_step(out, paper, &step, demo);
    }
    text_add(out, "\n\n");
    return whole && add_note(out, paper, lesson_scale(lesson));
}
