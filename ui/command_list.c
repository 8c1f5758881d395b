/* command_list - `daybook list`: the days, their steps, and how far the learner is. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "ui/command.h"
#include "ui/json.h"

enum { LIST_JSON };

static const struct command_option options[] = {
    [LIST_JSON] = {"json", 0, NULL, "one JSON object a line, a line a step"},
    {NULL, 0, NULL, NULL},
};

/* "same", "simplified", "emulated". */
static const char *fidelity_word(enum fidelity fidelity) {
    static const char *const words[] = {[FIDELITY_SAME] = "same",
                                        [FIDELITY_SIMPLIFIED] = "simplified",
                                        [FIDELITY_EMULATED] = "emulated"};
    return words[fidelity];
}

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

static void write_step(struct json *json, const struct lesson *lesson, const struct step *step) {
    json_object(json);
    json_member_text(json, "lesson", lesson->slug);
    json_member_integer(json, "day", lesson->day);
    member_slice(json, "title", lesson_title(lesson));
    json_member_text(json, "step", step->slug);
    member_slice(json, "step_title", step_title(lesson, step));
    json_member_bool(json, "runs", step->listing_runs);
    json_member_text(json, "fidelity", fidelity_word(step->fidelity));
    json_key(json, "knobs");
    json_array(json);
    for (size_t i = 0; i < step->knob_count; i++) write_knob(json, &step->knobs[i]);
    json_close(json);
    json_member_bool(json, "done", false);
    json_close(json);
    json_end_line(json);
}

static int run(const struct command *command, int count, char **words) {
    const char *argument;
    int first, option;
    bool as_json = false;
    while ((option = command_next(command, count, words, &argument, &first)) >= 0)
        as_json |= option == LIST_JSON;
    if (option == COMMAND_HELP) return EXIT_DONE;
    if (option == COMMAND_WRONG) return EXIT_USAGE;
    if (first < count) return command_fail(EXIT_USAGE, "%s: list takes no operand", words[first]);
    struct json json;
    json_to_file(&json, stdout);
    for (size_t i = 0; i < LESSON_COUNT && as_json; i++)
        for (size_t j = 0; j < lessons[i]->step_count; j++)
            write_step(&json, lessons[i], &lessons[i]->steps[j]);
    return EXIT_DONE;
}

const struct command command_list = {
    .name = "list",
    .operands = "",
    .summary = "the days, their steps, and what is done",
    .help = "Lists the nine days and their steps, with their knobs and what you have done.",
    .options = options,
    .run = run,
};
