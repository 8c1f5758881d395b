/* Whole screens, at four sizes, as they are kept in golden/: keys in, screen out. GOLDEN_UPDATE=1
 * in the environment writes them anew, to be looked at before they are committed. */
#include <locale.h>

#include "tests/support/course.h"
#include "tests/support/reading.h"
#include "tests/support/testing.h"

/* A scene: where the reader is opened and what is typed there. */
struct scene {
    const char *name;
    size_t lesson, step;
    const char *keys;
    bool ascii;
};

static const struct scene scenes[] = {
    {"note", TEST_N_PLUS_ONE, 0, "", false},
    {"note_scrolled", TEST_N_PLUS_ONE, 0, "jjjjjj", false},
    {"ask_number", TEST_N_PLUS_ONE, 0, "r100", false},
    {"ask_choice", TEST_MIDDLEWARE, 0, "rj", false},
    {"ask_order", TEST_MIDDLEWARE, 1, "r+", false},
    {"listing", TEST_N_PLUS_ONE, 0, "r100\r", false},
    {"listing_ascii", TEST_N_PLUS_ONE, 0, "r101\r", true},
    {"replay", TEST_N_PLUS_ONE, 0, "r\r,,,,", false},
    {"outdated", TEST_N_PLUS_ONE, 0, "r\r+", false},
    {"lanes", TEST_N_PLUS_ONE, 0, "r\r+r", false},
    {"review", TEST_N_PLUS_ONE, 0, "r\rR", false},
    {"review_score", TEST_N_PLUS_ONE, 0, "r\rR7\r", false},
    {"sql", TEST_N_PLUS_ONE, 0, "r\ro", false},
    {"editor", TEST_N_PLUS_ONE, 0, "e# mine", false},
    {"trace", TEST_MIDDLEWARE, 0, "r2\r", false},
    {"bars", TEST_MIDDLEWARE, 1, "r\r", false},
    {"bars_ascii", TEST_MIDDLEWARE, 1, "r\r", true},
    {"fault", TEST_MIDDLEWARE, 1, "+r\r", false},
    {"series", TEST_N_PLUS_ONE, 1, "r", false},
    {"series_log", TEST_N_PLUS_ONE, 1, "+r", false},
    {"series_ascii", TEST_N_PLUS_ONE, 1, "r", true},
    {"table", TEST_N_PLUS_ONE, 2, "r", false},
    {"not_built", TEST_N_PLUS_ONE, 3, "\t", false},
    {"hints", TEST_MIDDLEWARE, 0, "hhh", false},
    {"list", TEST_N_PLUS_ONE, 0, "lj", false},
    {"help", TEST_N_PLUS_ONE, 0, "?", false},
    {"search", TEST_N_PLUS_ONE, 0, "/JOIN\r", false},
    {"search_typing", TEST_N_PLUS_ONE, 0, "/shop", false},
    {"knob_refused", TEST_N_PLUS_ONE, 0, "v99999\r", false},
    {"reset", TEST_N_PLUS_ONE, 0, "x", false},
    {"reset_done", TEST_N_PLUS_ONE, 0, "+xky", false},
    {"sure", TEST_N_PLUS_ONE, 0, "xk", false},
};

static const struct {
    int height, width;
} sizes[] = {{24, 80}, {30, 100}, {12, 40}, {5, 20}, {36, 140}};

static char *read_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;
    char *text = calloc(1, 1 << 20);
    if (text && fread(text, 1, (1 << 20) - 1, file) == 0) text[0] = '\0';
    fclose(file);
    return text;
}

static void write_file(const char *path, const char *text) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static char *play(const struct scene *scene, int height, int width) {
    struct reading reading;
    reading_open(&reading, height, width, scene->lesson, scene->step);
    reading.grid.ascii = reading.state.ascii = scene->ascii;
    reading.state.note.ascii = reading.state.live.ascii = scene->ascii;
    reading.state.strip.ascii = reading.state.over.ascii = scene->ascii;
    if (scene->ascii) reading.state.graph = GRAPH_ASCII;
    reading_do(&reading, (struct action){.kind = ACTION_RESIZE, .height = height, .width = width});
    reading_keys(&reading, scene->keys);
    char *screen = reading_screen(&reading);
    reading_close(&reading);
    return screen;
}

static bool check_scene(const struct scene *scene, int height, int width) {
    char path[128];
    snprintf(path, sizeof path, "tests/ui/reader/golden/%s_%dx%d.txt", scene->name, width, height);
    char *screen = play(scene, height, width);
    if (getenv("GOLDEN_UPDATE")) write_file(path, screen);
    char *golden = read_file(path);
    bool same = golden && strcmp(golden, screen) == 0;
    if (!same) fprintf(stderr, "%s differs; the screen is:\n%s", path, screen);
    free(golden);
    free(screen);
    return same;
}

static void each_scene_looks_as_it_did(void **state) {
    bool same = true;
    (void)state;
    for (size_t i = 0; i < sizeof scenes / sizeof *scenes; i++)
        for (size_t j = 0; j < sizeof sizes / sizeof *sizes; j++)
            same &= check_scene(&scenes[i], sizes[j].height, sizes[j].width);
    assert_true(same);
}

/* Where there is no UTF-8, nothing beyond ASCII may reach the screen. */
static void ascii_scenes_hold_nothing_but_ascii(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof scenes / sizeof *scenes; i++) {
        struct scene scene = scenes[i];
        scene.ascii = true;
        char *screen = play(&scene, 24, 80);
        for (const char *c = screen; *c; c++) assert_true((unsigned char)*c < 0x80);
        free(screen);
    }
}

int main(void) {
    setlocale(LC_ALL, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_scene_looks_as_it_did),
        cmocka_unit_test(ascii_scenes_hold_nothing_but_ascii),
    };
    return RUN_TESTS(tests);
}
