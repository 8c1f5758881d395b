/* Fuzzes the words of the command line that need understanding: the first line of the input is a
 * lesson, the second a step of it, every further one a knob's setting. What is found must be found
 * again by its own name, what is not has a nearest name, and a setting that was taken must be
 * within its range. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "lessons/stage.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct lesson *find_lesson(const char *name) {
    const struct lesson *lesson = lesson_find(name);
    if (!lesson) return lesson_find(lesson_nearest(name));
    assert(lesson_find(lesson->slug) == lesson);
    return lesson;
}

static const struct step *find_step(const struct lesson *lesson, const char *name) {
    const struct step *step = lesson_step(lesson, name);
    if (!step) return lesson_step(lesson, lesson_nearest_step(lesson, name));
    assert(lesson_step(lesson, step->slug) == step);
    return step;
}

static void set_knob(struct stage *stage, char *line) {
    char why[256], *equals = strchr(line, '=');
    if (!equals) return;
    *equals = '\0';
    if (!stage_set(stage, line, equals + 1, why, sizeof why)) {
        assert(strlen(why) > 0 && strlen(why) < sizeof why);
        return;
    }
    for (size_t i = 0; i < stage->step->knob_count; i++)
        if (stage->step->knobs[i].kind == KNOB_NUMBER)
            assert(stage->numbers[i] >= stage->step->knobs[i].min &&
                   stage->numbers[i] <= stage->step->knobs[i].max);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena;
    char *rest = NULL;
    arena_init(&arena, NULL);
    char *words = arena_copy(&arena, (const char *)data, size);
    char *lesson_word = strtok_r(words, "\n", &rest), *step_word = strtok_r(NULL, "\n", &rest);
    if (lesson_word && step_word) {
        const struct lesson *lesson = find_lesson(lesson_word);
        const struct step *step = lesson ? find_step(lesson, step_word) : NULL;
        assert(step);
        struct stage *stage = stage_open(lesson, step);
        for (char *word; stage && (word = strtok_r(NULL, "\n", &rest)) != NULL;)
            set_knob(stage, word);
        stage_close(stage);
    }
    arena_release(&arena);
    return 0;
}
