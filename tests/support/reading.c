/* reading - see reading.h. */
#define _POSIX_C_SOURCE 200809L
#include "tests/support/reading.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/course.h"
#include "ui/columns.h"
#include "ui/reader/draw.h"
#include "ui/reader/keys.h"

enum { FIXED_NS = 6132000 };

void reading_open(struct reading *reading, int height, int width, size_t lesson, size_t step) {
    struct state_options options = {.course = test_course, .height = height, .width = width};
    reading->effects = 0;
    if (!state_init(&reading->state, &options)) abort();
    grid_init(&reading->grid, false);
    state_open(&reading->state, lesson, step);
}

void reading_close(struct reading *reading) {
    state_release(&reading->state);
    grid_release(&reading->grid);
}

/* What the loop and the worker do, one after the other. */
static void run(struct reading *reading) {
    struct stage *stage = state_open_stage(&reading->state);
    if (!stage) abort();
    reading_do(reading, (struct action){.kind = ACTION_STARTED, .stage = stage});
    stage_run(stage);
    stage->elapsed_ns = FIXED_NS;
    reading_do(reading, (struct action){.kind = ACTION_FINISHED, .stage = stage});
}

void reading_do(struct reading *reading, struct action action) {
    unsigned effects = state_update(&reading->state, &action);
    reading->effects |= effects;
    if (effects & EFFECT_RUN) run(reading);
}

void reading_stroke(struct reading *reading, uint32_t stroke) {
    reading_do(reading, keys_find(&reading->state, stroke));
}

void reading_keys(struct reading *reading, const char *keys) {
    reading->effects = 0;
    for (const char *end = keys + strlen(keys); keys < end;)
        reading_stroke(reading, columns_next_point(&keys, end));
}

char *reading_screen(struct reading *reading) {
    char *text = NULL;
    size_t length = 0;
    FILE *file = open_memstream(&text, &length);
    if (!file) abort();
    draw(&reading->state, &reading->grid);
    grid_print(&reading->grid, file);
    fclose(file);
    return text;
}

bool reading_holds(struct reading *reading, const char *text) {
    char *screen = reading_screen(reading);
    bool held = strstr(screen, text) != NULL;
    free(screen);
    return held;
}

bool reading_shows(struct reading *reading, const char *wanted) {
    char *screen = reading_screen(reading);
    bool shown = strstr(screen, wanted) != NULL;
    if (!shown) fprintf(stderr, "'%s' is not on the screen:\n%s", wanted, screen);
    free(screen);
    return shown;
}
