/* lesson - see lesson.h: the registry, finding by name, and the parts of a note. */
#include "lessons/lesson.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/data.h"

extern const struct lesson day1_lifecycle, day2_urls, day3_class_views, day4_middleware, day5_ready,
    day6_streaming, day7_lazy, day8_sql, day9_n_plus_one;

const struct lesson *const lessons[LESSON_COUNT] = {
    &day1_lifecycle, &day2_urls, &day3_class_views, &day4_middleware, &day5_ready,
    &day6_streaming, &day7_lazy, &day8_sql,         &day9_n_plus_one,
};

/* ---- finding by name --------------------------------------------------------------------- */

static bool is_prefix(const char *prefix, const char *word) {
    return *prefix && strncmp(prefix, word, strlen(prefix)) == 0;
}

const struct lesson *lesson_find(const char *name) {
    char *end;
    long day = strtol(name, &end, 10);
    if (end != name && *end == '\0')
        return day >= 1 && day <= LESSON_COUNT ? lessons[day - 1] : NULL;
    const struct lesson *found = NULL;
    for (size_t i = 0; i < LESSON_COUNT; i++) {
        if (strcmp(name, lessons[i]->slug) == 0) return lessons[i];
        if (!is_prefix(name, lessons[i]->slug)) continue;
        if (found) return NULL; /* ambiguous */
        found = lessons[i];
    }
    return found;
}

const struct step *lesson_step(const struct lesson *lesson, const char *name) {
    char *end;
    long number = strtol(name, &end, 10);
    if (end != name && *end == '\0')
        return number >= 1 && (size_t)number <= lesson->step_count ? lesson->steps[number - 1]
                                                                   : NULL;
    const struct step *found = NULL;
    for (size_t i = 0; i < lesson->step_count; i++) {
        const struct step *step = lesson->steps[i];
        if (strcmp(name, step->slug) == 0) return step;
        if (!is_prefix(name, step->slug)) continue;
        if (found) return NULL;
        found = step;
    }
    return found;
}

enum { NAME_MOST = 63 };

/* Levenshtein's distance: insertions, deletions and replacements from one word to the other. */
static size_t distance(const char *from, const char *to) {
    size_t row[NAME_MOST + 1], to_length = strlen(to);
    if (to_length > NAME_MOST) to_length = NAME_MOST;
    for (size_t j = 0; j <= to_length; j++) row[j] = j;
    for (size_t i = 1; from[i - 1] && i <= NAME_MOST; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= to_length; j++) {
            size_t replaced = diagonal + (from[i - 1] != to[j - 1]);
            diagonal = row[j];
            size_t shorter = row[j] < row[j - 1] ? row[j] : row[j - 1];
            row[j] = replaced < shorter + 1 ? replaced : shorter + 1;
        }
    }
    return row[to_length];
}

/* How unlike two words are, from 0 to 1000 parts: the distance by the longer one's length, so that
 * short names do not win by being short. */
static size_t unlike(const char *name, const char *slug) {
    if (is_prefix(name, slug)) return 0;
    size_t length = strlen(name) > strlen(slug) ? strlen(name) : strlen(slug);
    return distance(name, slug) * 1000 / length;
}

const char *lesson_nearest(const char *name) {
    const struct lesson *nearest = lessons[0];
    for (size_t i = 1; i < LESSON_COUNT; i++)
        if (unlike(name, lessons[i]->slug) < unlike(name, nearest->slug)) nearest = lessons[i];
    return nearest->slug;
}

const char *lesson_nearest_step(const struct lesson *lesson, const char *name) {
    const struct step *nearest = lesson->steps[0];
    for (size_t i = 1; i < lesson->step_count; i++)
        if (unlike(name, lesson->steps[i]->slug) < unlike(name, nearest->slug))
            nearest = lesson->steps[i];
    return nearest->slug;
}

/* ---- the note ---------------------------------------------------------------------------- */

static const struct slice_of_note nothing = {"", 0};

/* "class-views" -> "class_views", as in the names of files. */
static void underscored(char *buffer, size_t size, const char *slug) {
    snprintf(buffer, size, "%s", slug);
    for (char *c = buffer; *c; c++)
        if (*c == '-') *c = '_';
}

struct slice_of_note lesson_note(const struct lesson *lesson) {
    char slug[NAME_MOST + 1], path[128];
    underscored(slug, sizeof slug, lesson->slug);
    snprintf(path, sizeof path, "notes/day%d_%s.md", lesson->day, slug);
    const struct data_file *file = data_find(path);
    return file ? (struct slice_of_note){file->text, file->length} : nothing;
}

/* Where a line that is exactly `line` begins, or NULL. Notes are NUL-terminated. */
static const char *find_line(const char *text, const char *line) {
    size_t length = strlen(line);
    for (const char *at = text; (at = strstr(at, line)) != NULL; at += length)
        if ((at == text || at[-1] == '\n') && (at[length] == '\n' || at[length] == '\0')) return at;
    return NULL;
}

static const char *next_line(const char *at) {
    const char *end = strchr(at, '\n');
    return end ? end + 1 : at + strlen(at);
}

/* From `at` to the next marker comment or the end, without blank lines around. */
static struct slice_of_note until_marker(const char *at) {
    while (*at == '\n') at++;
    const char *step = strstr(at, "\n<!-- step: "), *scale = find_line(at, "<!-- scale -->");
    const char *end = at + strlen(at);
    if (scale && scale < end) end = scale;
    if (step && step < end) end = step;
    while (end > at && end[-1] == '\n') end--;
    return (struct slice_of_note){at, (size_t)(end - at)};
}

/* The text of the first heading in a section. */
static struct slice_of_note heading(struct slice_of_note section) {
    const char *end = section.text + section.length;
    for (const char *line = section.text; line < end && *line; line = next_line(line)) {
        if (*line != '#') continue;
        while (*line == '#' || *line == ' ') line++;
        const char *stop = strchr(line, '\n');
        if (!stop || stop > end) stop = end;
        return (struct slice_of_note){line, (size_t)(stop - line)};
    }
    return nothing;
}

struct slice_of_note lesson_title(const struct lesson *lesson) {
    return heading(lesson_note(lesson));
}

struct slice_of_note lesson_intro(const struct lesson *lesson) {
    struct slice_of_note note = lesson_note(lesson);
    return note.length ? until_marker(next_line(note.text)) : nothing;
}

struct slice_of_note lesson_scale(const struct lesson *lesson) {
    const char *marker = find_line(lesson_note(lesson).text, "<!-- scale -->");
    return marker ? until_marker(next_line(marker)) : nothing;
}

struct slice_of_note step_section(const struct lesson *lesson, const struct step *step) {
    char line[128];
    snprintf(line, sizeof line, "<!-- step: %s -->", step->slug);
    const char *marker = find_line(lesson_note(lesson).text, line);
    return marker ? until_marker(next_line(marker)) : nothing;
}

struct slice_of_note step_title(const struct lesson *lesson, const struct step *step) {
    return heading(step_section(lesson, step));
}

const char *step_listing(const struct lesson *lesson, const struct step *step) {
    char path[160];
    snprintf(path, sizeof path, "listings/%s/%s.py", lesson->slug, step->slug);
    const struct data_file *file = data_find(path);
    return file ? file->text : "";
}
