/* Anything may happen to the reader in any order: keys, sizes, pastes, the mouse, time, runs that
 * begin, are refused, are stopped and end. After each the state must be drawable: a grid of its
 * size, each cell a character or the place behind a wide one.
 *
 * ACTIONS and SEED in the environment say how many are drawn by lot, and from what. */
#include <locale.h>

#include "tests/support/course.h"
#include "tests/support/testing.h"
#include "ui/reader/draw.h"
#include "ui/reader/keys.h"

enum {
    ACTIONS_USUAL = 4000,
    ACTIONS_EACH = 500, /* of one reader; then another is opened */
    HEIGHT_MOST = 120,
    WIDTH_MOST = 400,
    PASTE_MOST = 300
};

struct chaos {
    struct state state;
    struct grid grid;
    struct stage *pending; /* the run that is under way */
    uint64_t lot;
    char paste[PASTE_MOST];
};

static unsigned draw_lot(struct chaos *chaos, unsigned below) {
    chaos->lot = chaos->lot * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(chaos->lot >> 33) % below;
}

static uint64_t setting(const char *name, uint64_t usual) {
    const char *text = getenv(name);
    return text ? strtoull(text, NULL, 10) : usual;
}

/* ---- what may happen ------------------------------------------------------------------------ */

static struct action random_size(struct chaos *chaos) {
    static const int edges[][2] = {{1, 1}, {1, 400}, {120, 1}, {5, 20}, {24, 80}, {120, 400}};
    struct action size = {.kind = ACTION_RESIZE};
    const int *edge = edges[draw_lot(chaos, sizeof edges / sizeof *edges)];
    bool inside = draw_lot(chaos, 2);
    size.height = inside ? 5 + (int)draw_lot(chaos, HEIGHT_MOST - 4) : edge[0];
    size.width = inside ? 20 + (int)draw_lot(chaos, WIDTH_MOST - 19) : edge[1];
    return size;
}

static struct action random_tick(struct chaos *chaos) {
    return (struct action){.kind = ACTION_TICK, .elapsed_ns = draw_lot(chaos, 2000) * 1000000ull};
}

/* Of any bytes: what is no UTF-8 among them, too. */
static struct action random_paste(struct chaos *chaos) {
    size_t length = draw_lot(chaos, PASTE_MOST);
    for (size_t i = 0; i < length; i++) chaos->paste[i] = (char)draw_lot(chaos, 256);
    return (struct action){.kind = ACTION_PASTE, .text = chaos->paste, .length = length};
}

/* On the screen and just beyond it. */
static struct action random_mouse(struct chaos *chaos) {
    static const enum action_kind kinds[] = {ACTION_CLICK, ACTION_WHEEL_UP, ACTION_WHEEL_DOWN};
    return (struct action){.kind = kinds[draw_lot(chaos, 3)],
                           .y = (int)draw_lot(chaos, (unsigned)chaos->state.height + 4) - 2,
                           .x = (int)draw_lot(chaos, (unsigned)chaos->state.width + 4) - 2};
}

/* Of any kind, in whatever mode; what only the loop may say is left to `finish`. */
static struct action random_kind(struct chaos *chaos) {
    enum action_kind kind = (enum action_kind)draw_lot(chaos, ACTION_STARTED);
    if (kind == ACTION_PASTE) return random_paste(chaos);
    if (kind == ACTION_RESIZE) return random_size(chaos);
    return (struct action){.kind = kind, .rune = ' ' + draw_lot(chaos, 0x300)};
}

static struct action random_key(struct chaos *chaos) {
    unsigned key = draw_lot(chaos, 160);
    if (key >= 128) key = STROKE_NAMED + key % (STROKE_F1 - STROKE_NAMED + 1);
    return keys_find(&chaos->state, key);
}

static struct action random_action(struct chaos *chaos) {
    static struct action (*const makers[])(struct chaos *) = {
        random_size, random_tick, random_tick, random_paste, random_mouse, random_kind,
        random_key,  random_key,  random_key,  random_key,   random_key,   random_key,
    };
    return makers[draw_lot(chaos, sizeof makers / sizeof *makers)](chaos);
}

/* ---- and is carried out --------------------------------------------------------------------- */

static void check_drawn(struct chaos *chaos) {
    const struct grid *grid = &chaos->grid;
    draw(&chaos->state, &chaos->grid);
    assert_int_equal(grid->height, chaos->state.height);
    assert_int_equal(grid->width, chaos->state.width);
    for (int i = 0; i < grid->height * grid->width; i++)
        if (grid->cells[i].rune < ' ' && (grid->cells[i].rune != 0 || i % grid->width == 0))
            fail_msg("cell %d of %dx%d is U+%04X", i, grid->height, grid->width,
                     (unsigned)grid->cells[i].rune);
}

static void perform(struct chaos *chaos, struct action action);

/* The course has a step that crashes when it is asked to, which is another test's. */
static bool would_crash(const struct stage *stage) {
    const struct knob *knobs = stage->step->knobs;
    return stage->step->knob_count && strcmp(knobs->name, "crash") == 0 && stage->numbers[0];
}

static void begin(struct chaos *chaos) {
    struct stage *stage = state_open_stage(&chaos->state);
    assert_non_null(stage);
    assert_null(chaos->pending);
    if (would_crash(stage) || draw_lot(chaos, 16) == 0) {
        stage_close(stage);
        stage = NULL;
    }
    chaos->pending = stage;
    perform(chaos, (struct action){.kind = ACTION_STARTED, .stage = stage});
}

/* A step that runs until it is stopped is stopped. */
static void finish(struct chaos *chaos) {
    struct stage *stage = chaos->pending;
    if (!stage) return;
    if (strcmp(stage->step->slug, "rate-limit") == 0) stage_cancel(stage);
    stage_run(stage);
    chaos->pending = NULL;
    perform(chaos, (struct action){.kind = ACTION_FINISHED, .stage = stage});
}

static void perform(struct chaos *chaos, struct action action) {
    unsigned effects = state_update(&chaos->state, &action);
    check_drawn(chaos);
    if (effects & EFFECT_CANCEL && chaos->pending) stage_cancel(chaos->pending);
    if (effects & EFFECT_RUN) begin(chaos);
}

static void open_chaos(struct chaos *chaos, uint64_t seed) {
    struct state_options options = {
        .course = test_course, .height = 24, .width = 80, .mouse = true, .seed = seed};
    *chaos = (struct chaos){.lot = seed};
    options.ascii = draw_lot(chaos, 2);
    options.graph = (enum graph_style)draw_lot(chaos, 3);
    assert_true(state_init(&chaos->state, &options));
    grid_init(&chaos->grid, options.ascii);
    size_t lesson = draw_lot(chaos, (unsigned)test_course.count);
    state_open(&chaos->state, lesson,
               draw_lot(chaos, (unsigned)test_course.lessons[lesson]->step_count));
}

static void close_chaos(struct chaos *chaos) {
    finish(chaos);
    state_release(&chaos->state);
    grid_release(&chaos->grid);
}

static void whatever_happens_can_be_drawn(void **state) {
    uint64_t seed = setting("SEED", 1), left = setting("ACTIONS", ACTIONS_USUAL), done = 0;
    (void)state;
    for (; left > 0; seed++) {
        static struct chaos chaos;
        open_chaos(&chaos, seed);
        for (int i = 0; i < ACTIONS_EACH && left > 0; i++, left--, done++) {
            perform(&chaos, random_action(&chaos));
            if (draw_lot(&chaos, 4) == 0) finish(&chaos);
        }
        close_chaos(&chaos);
    }
    if (getenv("ACTIONS")) print_message("%llu actions\n", (unsigned long long)done);
}

/* ---- every mode, every size ----------------------------------------------------------------- */

static const struct {
    enum mode mode;
    size_t lesson;
    const char *keys;
} ways[] = {
    {MODE_READ, TEST_N_PLUS_ONE, "r\r"}, {MODE_ASK, TEST_MIDDLEWARE, "r"},
    {MODE_EDIT, TEST_N_PLUS_ONE, "e"},   {MODE_KNOB, TEST_N_PLUS_ONE, "v"},
    {MODE_SEARCH, TEST_N_PLUS_ONE, "/"}, {MODE_LIST, TEST_N_PLUS_ONE, "l"},
    {MODE_HELP, TEST_N_PLUS_ONE, "?"},   {MODE_SQL, TEST_N_PLUS_ONE, "r\ro"},
    {MODE_RESET, TEST_N_PLUS_ONE, "x"},  {MODE_SURE, TEST_N_PLUS_ONE, "xk"},
};

static void go(struct chaos *chaos, size_t lesson, const char *keys) {
    open_chaos(chaos, 1);
    state_open(&chaos->state, lesson, 0);
    for (; *keys; keys++) {
        perform(chaos, keys_find(&chaos->state, (unsigned char)*keys));
        finish(chaos);
    }
}

static void each_mode_is_drawn_at_each_size(void **state) {
    static const int heights[] = {1, 2, 3, 4, 5, 8, 12, 24, 40, 120};
    static const int widths[] = {1, 2, 5, 20, 39, 40, 80, 99, 100, 131, 132, 400};
    static struct chaos chaos;
    (void)state;
    for (size_t way = 0; way < sizeof ways / sizeof *ways; way++) {
        go(&chaos, ways[way].lesson, ways[way].keys);
        for (size_t y = 0; y < sizeof heights / sizeof *heights; y++)
            for (size_t x = 0; x < sizeof widths / sizeof *widths; x++) {
                perform(&chaos, (struct action){.kind = ACTION_RESIZE,
                                                .height = heights[y],
                                                .width = widths[x]});
                assert_int_equal(chaos.state.mode, ways[way].mode);
            }
        close_chaos(&chaos);
    }
}

static void every_mode_has_a_way_to_it(void **state) {
    bool known[MODE_COUNT] = {false};
    (void)state;
    for (size_t way = 0; way < sizeof ways / sizeof *ways; way++) known[ways[way].mode] = true;
    for (int mode = 0; mode < MODE_COUNT; mode++) assert_true(known[mode]);
}

int main(void) {
    setlocale(LC_ALL, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_happens_can_be_drawn),
        cmocka_unit_test(each_mode_is_drawn_at_each_size),
        cmocka_unit_test(every_mode_has_a_way_to_it),
    };
    return RUN_TESTS(tests);
}
