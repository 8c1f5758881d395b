/* export_json - notes as NDJSON, a line a lesson:
 *
 *     {"version","lesson","day","title","intro","origin":null|{...},"steps":[...],"scale"}
 *     a step: {"step","title","section","listing","measured":null|{as run --json},
 *              "answer":null|{...},"predicted":null|{...}}
 *
 * data/schema/export.json says the same to a machine; tests/ui/export_test.c holds them together.
 * Its index has a line a file, as data/schema/index.json says:
 *
 *     {"version","file","lesson","day","title","steps":[{"step","title"}]}
 *
 * Texts are the notes' Markdown. A lesson of which only a step was asked for has that step alone.
 */
#include "ui/export.h"

/* Goes up when a member changes its meaning or goes away, not when one is added. */
enum { FORM_VERSION = 1 };

static void member_slice(struct json *json, const char *name, struct slice_of_note slice) {
    json_key(json, name);
    json_bytes(json, slice.text, slice.length);
}

static void write_origin(struct json *json, const struct export_page *page) {
    const struct export_origin *origin = &page->origin;
    if (!page->measured) {
        json_null(json);
        return;
    }
    json_object(json);
    json_member_text(json, "daybook", DAYBOOK_VERSION);
    json_member_text(json, "sqlite", origin->sqlite);
    json_member_text(json, "libuv", origin->libuv);
    json_member_text(json, "system", origin->system);
    json_key(json, "processors");
    json_unsigned(json, origin->processors);
    json_key(json, "seed");
    json_unsigned(json, origin->seed);
    json_close(json);
}

static void write_predicted(struct json *json, const struct progress_prediction *prediction) {
    if (!prediction) {
        json_null(json);
        return;
    }
    json_object(json);
    json_member_text(json, "question", prediction->question);
    json_member_text(json, "answered", prediction->answered);
    json_member_text(json, "measured", prediction->measured);
    json_member_bool(json, "met", prediction->met);
    json_close(json);
}

static void write_answer(struct json *json, const struct outcome *outcome) {
    if (!outcome->question) {
        json_null(json);
        return;
    }
    json_object(json);
    json_member_text(json, "question", outcome->question);
    json_member_text(json, "measured", outcome->answer);
    json_close(json);
}

static bool write_step(struct json *json, struct export_page *page, const struct lesson *lesson,
                       const struct step *step) {
    json_object(json);
    json_member_text(json, "step", step->slug);
    member_slice(json, "title", step_title(lesson, step));
    member_slice(json, "section", step_section(lesson, step));
    json_member_text(json, "listing", step_listing(lesson, step));
    json_key(json, "measured");
    if (page->measured && step->run) {
        struct outcome *outcome = export_measure(page, lesson, step);
        if (!outcome) return false;
        outcome_json(json, outcome);
        json_key(json, "answer");
        write_answer(json, outcome);
        outcome_close(outcome);
    } else {
        json_null(json);
        json_key(json, "answer");
        json_null(json);
    }
    json_key(json, "predicted");
    write_predicted(json, export_predicted(page, lesson, step));
    json_close(json);
    return true;
}

static bool write_lesson(struct json *json, struct export_page *page, const struct choice *choice) {
    const struct lesson *lesson = choice->lesson;
    struct choice step;
    json_object(json);
    json_member_integer(json, "version", FORM_VERSION);
    json_member_text(json, "lesson", lesson->slug);
    json_member_integer(json, "day", lesson->day);
    member_slice(json, "title", lesson_title(lesson));
    member_slice(json, "intro", lesson_intro(lesson));
    json_key(json, "origin");
    write_origin(json, page);
    json_key(json, "steps");
    json_array(json);
    for (size_t i = 0; command_step(choice, 1, i, &step); i++)
        if (!write_step(json, page, lesson, step.step)) return false;
    json_close(json);
    member_slice(json, "scale", lesson_scale(lesson));
    json_close(json);
    json_end_line(json);
    return true;
}

static bool write_json(struct text *out, struct export_page *page) {
    struct json json;
    json_to_text(&json, out);
    for (size_t i = 0; i < page->count; i++)
        if (!write_lesson(&json, page, &page->choices[i])) return false;
    return true;
}

static void write_entry(struct json *json, const struct export_entry *entry) {
    struct choice step;
    json_object(json);
    json_member_integer(json, "version", FORM_VERSION);
    json_member_text(json, "file", entry->name);
    json_member_text(json, "lesson", entry->choice.lesson->slug);
    json_member_integer(json, "day", entry->choice.lesson->day);
    member_slice(json, "title", lesson_title(entry->choice.lesson));
    json_key(json, "steps");
    json_array(json);
    for (size_t i = 0; command_step(&entry->choice, 1, i, &step); i++) {
        json_object(json);
        json_member_text(json, "step", step.step->slug);
        member_slice(json, "title", choice_title(&step));
        json_close(json);
    }
    json_close(json);
    json_close(json);
    json_end_line(json);
}

static bool write_index(struct text *out, const struct export_entry *entries, size_t count) {
    struct json json;
    json_to_text(&json, out);
    for (size_t i = 0; i < count; i++) write_entry(&json, &entries[i]);
    return true;
}

const struct export_format export_json = {
    .name = "json", .write = write_json, .write_index = write_index};
