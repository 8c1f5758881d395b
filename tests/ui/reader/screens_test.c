/* Every step of the nine days on the screen, at 80x24 and 120x40, as it is kept in screens/: as it
 * opens, as it asks, and as it is after a run at the usual knobs. After a change of a note or of
 * the reader's looks
 *
 *     make SAN=address build/gcc-address/tests/ui/reader/screens_test
 *     GOLDEN_UPDATE=1 build/gcc-address/tests/ui/reader/screens_test
 *
 * writes them anew; `git diff` then tells what the change did, to be looked at before it is
 * committed.
 *
 * What a run timed differs from run to run. Where a step shows such numbers, the times beside its
 * listing and the cells of its figures are kept as ~, and the figures by kind and title:
 * golden_test.c compares the cells of every kind of figure, on runs that measure the same every
 * time. What is counted - queries and rows beside the lines, the answer to a question - is kept. */
#define _POSIX_C_SOURCE 200809L
#include <locale.h>

#include "lessons/stage.h"
#include "tests/support/testing.h"
#include "ui/reader/draw.h"
#include "ui/reader/keys.h"
#include "ui/reader/state.h"

/* The steps whose runs show nothing that was measured: those screens are kept whole. */
static const char *const timeless[] = {"init-call", "resolve", "reverse",
                                       "as-view",   "mro",     "rate-limit"};

static const struct { int height, width; } sizes[] = {{24, 80}, {40, 120}};

enum { SIZES = sizeof sizes / sizeof *sizes, RUN_NS = 6132000, PATH_MOST = 160 };

/* ---- a step, played ------------------------------------------------------------------------- */

static void perform(struct state *state, struct action action);

static void run(struct state *state) {
    struct stage *stage = state_open_stage(state);
    assert_non_null(stage);
    perform(state, (struct action){.kind = ACTION_STARTED, .stage = stage});
    stage_run(stage);
    stage->elapsed_ns = RUN_NS;
    perform(state, (struct action){.kind = ACTION_FINISHED, .stage = stage});
}

static void perform(struct state *state, struct action action) {
    if (state_update(state, &action) & EFFECT_RUN) run(state);
}

static void press(struct state *state, uint32_t key) {
    perform(state, keys_find(state, key));
}

/* ---- what is kept of it --------------------------------------------------------------------- */

static bool is_timeless(const struct step *step) {
    for (size_t i = 0; i < sizeof timeless / sizeof *timeless; i++)
        if (strcmp(step->slug, timeless[i]) == 0) return true;
    return false;
}

static void mask(struct grid *grid, struct area area) {
    for (int y = area.y; y < area.y + area.height; y++)
        grid_fill(grid, y, area.x, area.x + area.width, '~', STYLE(TEXT));
}

/* After a run the line that sent most queries is in sight; where none did, what is seen begins as
 * far down as the page, measured as it is, allows. */
static bool counts_queries(const struct state *state) {
    for (unsigned line = 1; line <= state->line_count; line++)
        if (stage_tally(cut_whole(state->stage->tape), TAPE_QUERY, line).count > 0) return true;
    return false;
}

/* Of the listing's rows only the times, which stand last, are masked. Below it all may be measured,
 * and how much room it takes. */
static void mask_live(const struct state *state, struct grid *grid, struct area live) {
    enum { TIME = 8 };
    int end = counts_queries(state) ? state->line_row[state->line_count] : -1;
    for (int i = 0; i < live.height; i++) {
        bool listed = state->live_top + i <= end;
        int from = listed ? live.x + live.width - TIME : live.x;
        mask(grid, (struct area){live.y + i, from, 1, live.x + live.width - from});
    }
}

/* An answer that is met from nearby was not counted. */
static bool is_counted(const struct step *step) {
    return !step->prediction || step->prediction->within <= 0;
}

static void print_figures(const struct stage *stage, FILE *file) {
    struct arena arena;
    struct figures figures;
    arena_init(&arena, NULL);
    figures_init(&figures, &arena);
    assert_true(stage_draw(stage, cut_whole(stage->tape), &figures));
    for (size_t i = 0; i < figures.count; i++)
        fprintf(file, "%s: %s\n", figure_kind_word(figures.list[i].kind), figures.list[i].title);
    arena_release(&arena);
}

static void print_screen(const struct state *state, const char *title, FILE *file) {
    bool measured = state->stage && !is_timeless(state_step(state));
    struct grid grid;
    grid_init(&grid, false);
    draw(state, &grid);
    if (measured) {
        struct layout layout = layout_of(state);
        mask_live(state, &grid, layout.live);
        if (!is_counted(state_step(state))) mask(&grid, layout.strip);
        mask(&grid, (struct area){layout.bottom_rule, 0, 1, state->width}); /* how much is seen */
    }
    fprintf(file, "==== %s\n", title);
    grid_print(&grid, file);
    if (measured) print_figures(state->stage, file);
    grid_release(&grid);
}

static void print_step(size_t lesson, size_t step, int height, int width, FILE *file) {
    struct state_options options = {
        .course = {lessons, LESSON_COUNT}, .height = height, .width = width, .seed = 1};
    struct state state;
    assert_true(state_init(&state, &options));
    state_open(&state, lesson, step);
    print_screen(&state, "as it opens", file);
    press(&state, 'r');
    if (state.mode == MODE_ASK) {
        print_screen(&state, "as it asks", file);
        press(&state, '\r');
    }
    print_screen(&state, "after a run", file);
    state_release(&state);
}

/* ---- kept and new --------------------------------------------------------------------------- */

static char *read_file(const char *path) {
    char *text = calloc(1, 1 << 17);
    FILE *file = fopen(path, "rb");
    assert_non_null(text);
    if (file && fread(text, 1, (1 << 17) - 1, file) == 0) text[0] = '\0';
    if (file) fclose(file);
    return text;
}

static void write_file(const char *path, const char *text) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

/* A line that a text has where the other has another one. */
static void print_lines_that_differ(const char *kept, const char *now) {
    while (*kept || *now) {
        size_t old = strcspn(kept, "\n"), new = strcspn(now, "\n");
        if (old != new || strncmp(kept, now, old) != 0)
            fprintf(stderr, "-%.*s\n+%.*s\n", (int)old, kept, (int)new, now);
        kept += old + (kept[old] == '\n');
        now += new + (now[new] == '\n');
    }
}

static bool check_step(size_t lesson, size_t step, int height, int width) {
    char path[PATH_MOST];
    char *now = NULL;
    size_t length = 0;
    FILE *file = open_memstream(&now, &length);
    assert_non_null(file);
    print_step(lesson, step, height, width, file);
    fclose(file);
    snprintf(path, sizeof path, "tests/ui/reader/screens/day%d_%s_%dx%d.txt", lessons[lesson]->day,
             lessons[lesson]->steps[step]->slug, width, height);
    if (getenv("GOLDEN_UPDATE")) write_file(path, now);
    char *kept = read_file(path);
    bool same = strcmp(kept, now) == 0;
    if (!same) {
        fprintf(stderr, "%s differs:\n", path);
        print_lines_that_differ(kept, now);
    }
    free(kept);
    free(now);
    return same;
}

static bool check_lesson(size_t lesson) {
    bool same = true;
    for (size_t step = 0; step < lessons[lesson]->step_count; step++)
        for (size_t i = 0; i < SIZES; i++)
            same &= check_step(lesson, step, sizes[i].height, sizes[i].width);
    return same;
}

static void each_step_looks_as_it_did(void **state) {
    bool same = true;
    (void)state;
    for (size_t lesson = 0; lesson < LESSON_COUNT; lesson++) same &= check_lesson(lesson);
    assert_true(same);
}

int main(void) {
    setlocale(LC_ALL, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_step_looks_as_it_did),
    };
    return RUN_TESTS(tests);
}
