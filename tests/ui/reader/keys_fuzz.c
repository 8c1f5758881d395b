/* Fuzzes the reader: any bytes are typed, on screens of any size. Nothing is run, though a
 * step of each day counts as done, for reviews; every state must be drawn, and each cell be a
 * character or stand behind a wide one.
 *
 *     0xFC h w   the screen becomes h x w       0xF0 to 0xFB   named keys: arrows, Home, ...
 *     0xFD       time passes                    all else       the key of that byte */
#include <assert.h>
#include <locale.h>
#include <stdint.h>

#include "ui/reader/draw.h"
#include "ui/reader/keys.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NAMED = 0xF0, SIZE = 0xFC, TIME = 0xFD, KEYS_MOST = 400 };

static struct action read_action(const struct state *state, const uint8_t **data,
                                 const uint8_t *end) {
    uint8_t byte = *(*data)++;
    if (byte == TIME) return (struct action){.kind = ACTION_TICK, .elapsed_ns = 50000000};
    if (byte == SIZE && end - *data >= 2) {
        struct action size = {.kind = ACTION_RESIZE, .height = 1 + **data % 60};
        (*data)++;
        size.width = 1 + *(*data)++ % 200;
        return size;
    }
    return keys_find(state, byte >= NAMED ? STROKE_UP + (uint32_t)(byte - NAMED) : byte);
}

static void check(const struct state *state, struct grid *grid) {
    draw(state, grid);
    assert(grid->height == state->height && grid->width == state->width);
    for (int i = 0; i < grid->height * grid->width; i++)
        assert(grid->cells[i].rune >= ' ' || (grid->cells[i].rune == 0 && i % grid->width > 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct state_options options = {
        .course = {lessons, LESSON_COUNT}, .height = 24, .width = 80, .mouse = true};
    const uint8_t *end = data + (size < KEYS_MOST ? size : KEYS_MOST);
    struct state state;
    struct grid grid;
    setlocale(LC_ALL, "C.UTF-8");
    if (!state_init(&state, &options)) return 0;
    grid_init(&grid, false);
    for (size_t i = 0; i < LESSON_COUNT; i++) state_visit_of(&state, i, 0)->done = true;
    state_open(&state, LESSON_COUNT - 1, 0);
    while (data < end) {
        struct action action = read_action(&state, &data, end);
        unsigned effects = state_update(&state, &action);
        struct action refused = {.kind = ACTION_STARTED};
        if (effects & EFFECT_RUN) state_update(&state, &refused);
        check(&state, &grid);
    }
    state_release(&state);
    grid_release(&grid);
    return 0;
}
