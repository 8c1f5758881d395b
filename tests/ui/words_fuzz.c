/* Fuzzes the words of the command line that need understanding: the first line of the input is a
 * lesson or step, every further one a knob's setting for what was found. Whatever is found must be
 * found again by its own name, and a setting that was taken must be within its range. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "lessons/stage.h"
#include "ui/command.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_choice(const struct choice *choice) {
    assert(lesson_find(choice->lesson->slug) == choice->lesson);
    if (choice->step) assert(lesson_step(choice->lesson, choice->step->slug) == choice->step);
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
    struct choice choice, step;
    struct arena arena;
    char *rest = NULL;
    if (!freopen("/dev/null", "w", stderr)) return 0;
    arena_init(&arena, NULL);
    char *words = arena_copy(&arena, (const char *)data, size);
    char *word = strtok_r(words, "\n", &rest);
    if (word && command_choose(word, &choice)) {
        check_choice(&choice);
        assert(command_step(&choice, 1, 0, &step));
        struct stage *stage = stage_open(step.lesson, step.step);
        while (stage && (word = strtok_r(NULL, "\n", &rest)) != NULL) set_knob(stage, word);
        stage_close(stage);
    }
    arena_release(&arena);
    return 0;
}
