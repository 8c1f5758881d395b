/* command_list - `daybook list`: the days, their steps, and how far the learner is. */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ui/command.h"
#include "ui/json.h"
#include "ui/outcome.h"
#include "ui/paper.h"
#include "ui/progress.h"

enum { LIST_JSON };

static const struct command_option options[] = {
    [LIST_JSON] = {"json", 0, NULL, "one JSON object a line, a line a step"},
    {NULL, 0, NULL, NULL},
};

static void member_slice(struct json *json, const char *name, struct slice_of_note slice) {
    json_key(json, name);
    json_bytes(json, slice.text, slice.length);
}

/* A choice's number is an index; what --set takes is the word. */
static void write_knob_value(struct json *json, const struct knob *knob, int64_t number) {
    if (knob->kind == KNOB_CHOICE)
        json_text(json, knob->choices[number]);
    else
        json_integer(json, number);
}

static void write_knob(struct json *json, const struct knob *knob) {
    json_object(json);
    json_member_text(json, "name", knob->name);
    json_key(json, "min");
    if (knob->kind == KNOB_NUMBER)
        json_integer(json, knob->min);
    else
        json_null(json);
    json_key(json, "max");
    if (knob->kind == KNOB_NUMBER)
        json_integer(json, knob->max);
    else
        json_null(json);
    json_key(json, "default");
    if (knob->kind == KNOB_TEXT)
        json_text(json, knob->usual_text);
    else
        write_knob_value(json, knob, knob->usual);
    json_member_text(json, "unit", knob->unit);
    if (knob->kind == KNOB_CHOICE) {
        json_key(json, "choices");
        json_array(json);
        for (size_t i = 0; i < knob->choice_count; i++) json_text(json, knob->choices[i]);
        json_close(json);
    }
    json_close(json);
}

static void write_step(struct json *json, struct progress *progress, const struct choice *choice) {
    const struct lesson *lesson = choice->lesson;
    const struct step *step = choice->step;
    json_object(json);
    json_member_text(json, "lesson", lesson->slug);
    json_member_integer(json, "day", lesson->day);
    member_slice(json, "title", lesson_title(lesson));
    json_member_text(json, "step", step->slug);
    member_slice(json, "step_title", step_title(lesson, step));
    json_member_bool(json, "runs", step->listing_runs);
    json_member_text(json, "fidelity", outcome_fidelity_word(step->fidelity));
    json_key(json, "knobs");
    json_array(json);
    for (size_t i = 0; i < step->knob_count; i++) write_knob(json, &step->knobs[i]);
    json_close(json);
    json_member_bool(json, "done", progress_is_done(progress, lesson->slug, step->slug));
    json_close(json);
    json_end_line(json);
}

/* ---- for people ---------------------------------------------------------------------------- */

/*     9  n-plus-one               The query count that grows
 *        done  select-related     One JOIN for the to-one side
 *              articles=100         articles on the page (1 to 10000 articles)
 *
 * On narrow paper titles stand below. */
enum { SLUG_COLUMN = 9, TITLE_COLUMN = 28, KNOB_COLUMN = 11, NARROW = 60 };

static unsigned title_column(const struct paper *paper) {
    return paper->width < NARROW ? KNOB_COLUMN : TITLE_COLUMN;
}

static void add_titled(struct text *out, const struct paper *paper, const char *mark,
                       enum paper_style style, struct slice_of_note title) {
    struct paper_entry entry = {.style = style,
                                .mark = mark,
                                .hang = title_column(paper),
                                .words = arena_copy(out->arena, title.text, title.length)};
    if (entry.words)
        paper_add_entry(out, paper, &entry);
    else
        out->failed = true;
}

static void add_day(struct text *out, const struct paper *paper, const struct lesson *lesson) {
    char mark[80];
    snprintf(mark, sizeof mark, "%d  %s", lesson->day, lesson->slug);
    add_titled(out, paper, mark, PAPER_STRONG, lesson_title(lesson));
}

static void add_step(struct text *out, const struct paper *paper, struct progress *progress,
                     const struct choice *choice) {
    char mark[80];
    assert(choice->lesson);
    bool done = progress_is_done(progress, choice->lesson->slug, choice->step->slug);
    snprintf(mark, sizeof mark, "%-*s%s", SLUG_COLUMN, done ? "   done" : "", choice->step->slug);
    add_titled(out, paper, mark, PAPER_PLAIN, step_title(choice->lesson, choice->step));
}

/* "articles=100      articles on the page (1 to 10000 articles)". */
static void add_knob(struct text *out, const struct paper *paper, const struct knob *knob) {
    struct text mark, words;
    text_init(&mark, out->arena);
    text_init(&words, out->arena);
    text_format(&mark, "%s=", knob->name);
    text_format(&words, "%s", knob->title ? knob->title : "");
    if (knob->kind == KNOB_TEXT)
        text_add(&mark, knob->usual_text);
    else if (knob->kind == KNOB_CHOICE) {
        text_add(&mark, knob->choices[knob->usual]);
        for (size_t i = 0; i < knob->choice_count; i++)
            text_format(&words, "%s%s", i ? " | " : " (", knob->choices[i]);
        text_add_char(&words, ')');
    } else {
        text_format(&mark, "%" PRId64, knob->usual);
        text_format(&words, " (%" PRId64 " to %" PRId64 "%s%s)", knob->min, knob->max,
                    *knob->unit ? " " : "", knob->unit);
    }
    if (knob->simulated) text_add(&words, ", simulated");
    struct paper_entry entry = {.indent = KNOB_COLUMN,
                                .hang = paper->width < NARROW ? KNOB_COLUMN + 2 : TITLE_COLUMN + 2,
                                .mark = text_finish(&mark),
                                .words = text_finish(&words)};
    if (entry.mark && entry.words)
        paper_add_entry(out, paper, &entry);
    else
        out->failed = true;
}

/* With lessons named, their knobs are shown too. */
static void add_text(struct text *text, struct progress *progress, const struct choice *choices,
                     size_t count) {
    struct paper paper = paper_of(stdout);
    struct choice step;
    const struct lesson *last = NULL;
    for (size_t i = 0; command_step(choices, count, i, &step); i++) {
        if (step.lesson != last) add_day(text, &paper, step.lesson);
        last = step.lesson;
        add_step(text, &paper, progress, &step);
        for (size_t j = 0; count && j < step.step->knob_count; j++)
            add_knob(text, &paper, &step.step->knobs[j]);
    }
}

static void add_json(struct text *text, struct progress *progress, const struct choice *choices,
                     size_t count) {
    struct json json;
    struct choice step;
    json_to_text(&json, text);
    for (size_t i = 0; command_step(choices, count, i, &step); i++)
        write_step(&json, progress, &step);
}

static int list(const struct choice *choices, size_t count, bool as_json) {
    struct progress *progress = progress_open(PROGRESS_READ);
    struct arena arena;
    struct text text;
    if (!progress) return command_no_memory();
    arena_init(&arena, NULL);
    text_init(&text, &arena);
    if (as_json)
        add_json(&text, progress, choices, count);
    else
        add_text(&text, progress, choices, count);
    int code = command_print(&text);
    if (progress_warning(progress)) command_warn("%s", progress_warning(progress));
    arena_release(&arena);
    progress_close(progress);
    return code;
}

static int run(const struct command *command, int count, char **words) {
    const char *argument;
    int first, option;
    bool as_json = false;
    struct choice choices[COMMAND_CHOICES];
    while ((option = command_next(command, count, words, &argument, &first)) >= 0)
        as_json |= option == LIST_JSON;
    int code = command_chosen(option, first, count, words, choices);
    return code == COMMAND_CHOSEN ? list(choices, (size_t)(count - first), as_json) : code;
}

const struct command command_list = {
    .name = "list",
    .operands = "[LESSON[/STEP]...]",
    .summary = "the days and their steps, and which are done",
    .help = "Lists the nine days and their steps. For the lessons named, the knobs of each step\n"
            "are listed too, as --set takes them, with their usual values.",
    .options = options,
    .run = run,
};
