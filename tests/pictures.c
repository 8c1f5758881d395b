/* pictures - the reader as it is, drawn as SVG for the README; `make pictures` runs it.
 *
 *     pictures PROGRAM STATE FOLDER
 *
 * STATE is where the program keeps its progress, so that nobody's own is read or written. A scene
 * is keys in, screen out: the program runs in the tests' terminal, gets keys, and what the cells
 * then hold is written with their colours. Text stays text, so that it can be searched and read
 * aloud; blocks and box lines are drawn, so that they join in every font. Colours are classes: the
 * picture follows the light or the dark of the page it stands in. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/terminal.h"
#include "ui/reader/theme.h"

enum { CELL_WIDTH = 9, CELL_HEIGHT = 19, BASELINE = 14, MARGIN = 12, FONT = 15 };

/* Waits for the text, then sends the keys. The last has no keys; it waits for what the footer says
 * then, which is the last row to be drawn. */
struct move {
    const char *seen, *keys;
};

struct scene {
    const char *name, *title, *described;
    int rows, columns;
    const char *step;
    struct move moves[8];
};

static const struct scene scenes[] = {
    {"n-plus-one",
     "daybook, day 9: the query count that grows",
     "The reader in a terminal. The note stands left, the demo right: a listing with the number of "
     "queries of each line, and a curve of the queries that climbs with every line printed.",
     30,
     100,
     "n-plus-one/n-plus-one",
     {{"? keys", "r"},
      {"a number, or nothing", "100\r"},
      {"you said 100, measured 101", ""},
      {"Space play", NULL}}},
    {"memory",
     "daybook, day 6: exporting what does not fit",
     "The reader in a terminal. Right of the note stand two curves over time, of the memory that a "
     "streamed and a buffered export hold: one is flat, the other climbs until it is done.",
     36,
     110,
     "streaming/memory",
     {{"? keys", "r"}, {"a number, or nothing", "\r"}, {"Space play", NULL}}},
    {"sql",
     "daybook, day 9: the SQL and the plan behind a line",
     "The reader in a terminal, with a panel open over the demo: the SQL that a line of the "
     "listing sent, with its JOIN, and how SQLite answers it.",
     22,
     100,
     "n-plus-one/select-related",
     {{"? keys", "r"},
      {"a number, or nothing", "\r"},
      {"Space play", "\tjjjjjo"},
      {"SEARCH blog_author", NULL}}},
};

/* ---- the program ------------------------------------------------------------------------------
 */

struct showing {
    const char *program;
    const struct scene *scene;
};

static int run_program(void *argument) {
    const struct showing *showing = argument;
    execl(showing->program, "daybook", showing->scene->step, (char *)NULL);
    perror(showing->program);
    return 127;
}

static bool play(struct test_terminal *terminal, const struct scene *scene) {
    for (const struct move *move = scene->moves; move->seen; move++) {
        if (!terminal_wait_for(terminal, move->seen)) return false;
        if (!move->keys) return true;
        terminal_send(terminal, move->keys);
    }
    return true;
}

/* ---- colours ----------------------------------------------------------------------------------
 */

/* The sixteen colours of a terminal, on light and on dark paper. */
static const char *const light[] = {
    "#24292f", "#b3261e", "#116329", "#7d4e00", "#0550ae", "#8250df", "#0b6a73", "#57606a",
    "#57606a", "#a40e26", "#1a7f37", "#633c01", "#0969da", "#6639ba", "#1b7c83", "#24292f"};
static const char *const dark[] = {"#484f58", "#ff7b72", "#3fb950", "#d29922", "#58a6ff", "#bc8cff",
                                   "#39c5cf", "#b1bac4", "#8b949e", "#ffa198", "#56d364", "#e3b341",
                                   "#79c0ff", "#d2a8ff", "#56d4dd", "#ffffff"};

static void write_colours(FILE *out, const char *ink, const char *paper,
                          const char *const *sixteen) {
    fprintf(out, ".ink{fill:%s}.paper{fill:%s}", ink, paper);
    for (int i = 0; i < 16; i++) fprintf(out, ".c%d{fill:%s}", i, sixteen[i]);
}

/* The others are the same on both. */
static void write_colours_of_256(FILE *out) {
    static const int levels[] = {0, 95, 135, 175, 215, 255};
    for (int role = 0; role < ROLE_COUNT; role++) {
        int colour = theme_look((enum role)role, 256).colour, place = colour - 16;
        if (place < 0 || place >= 216) continue;
        fprintf(out, ".c%d{fill:#%02x%02x%02x}", colour, levels[place / 36], levels[place / 6 % 6],
                levels[place % 6]);
    }
}

static void write_style(FILE *out) {
    fprintf(out,
            "<style>text{font:%dpx ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;"
            "white-space:pre}.b{font-weight:bold}.i{font-style:italic}"
            ".u{text-decoration:underline}",
            FONT);
    write_colours_of_256(out);
    write_colours(out, "#1f2328", "#ffffff", light);
    fputs("@media(prefers-color-scheme:dark){", out);
    write_colours(out, "#e6edf3", "#0d1117", dark);
    fputs("}</style>\n", out);
}

/* The class of a colour: of one that has a number, or of the two that a terminal has without any.
 */
static void name_colour(const VTermColor *colour, const char *otherwise, char name[8]) {
    bool indexed = VTERM_COLOR_IS_INDEXED(colour);
    bool usual = VTERM_COLOR_IS_DEFAULT_FG(colour) || VTERM_COLOR_IS_DEFAULT_BG(colour);
    if (indexed && !usual)
        snprintf(name, 8, "c%d", colour->indexed.idx);
    else
        snprintf(name, 8, "%s", otherwise);
}

/* What a cell looks like: the classes of ink and paper, and of the letter. */
struct appearance {
    char ink[8], paper[8], letter[8];
};

static struct appearance look_of(const VTermScreenCell *cell) {
    struct appearance look;
    name_colour(&cell->fg, "ink", cell->attrs.reverse ? look.paper : look.ink);
    name_colour(&cell->bg, "paper", cell->attrs.reverse ? look.ink : look.paper);
    snprintf(look.letter, sizeof look.letter, "%s%s%s", cell->attrs.bold ? " b" : "",
             cell->attrs.italic ? " i" : "", cell->attrs.underline ? " u" : "");
    return look;
}

/* ---- cells ------------------------------------------------------------------------------------
 */

static void write_rectangle(FILE *out, const char *class, double x, double y, double width,
                            double height) {
    fprintf(out, "<rect class=\"%s\" x=\"%g\" y=\"%g\" width=\"%g\" height=\"%g\"/>\n", class, x, y,
            width, height);
}

/* The arms of a box line, from the middle of the cell. */
enum { LEFT = 1, RIGHT = 2, UP = 4, DOWN = 8 };

static const struct box_line {
    uint32_t rune;
    int arms;
    double thick;
} box_lines[] = {
    {0x2500, LEFT | RIGHT, 1},      {0x2501, LEFT | RIGHT, 3},
    {0x2502, UP | DOWN, 1},         {0x250C, RIGHT | DOWN, 1},
    {0x2510, LEFT | DOWN, 1},       {0x2514, RIGHT | UP, 1},
    {0x2518, LEFT | UP, 1},         {0x251C, RIGHT | UP | DOWN, 1},
    {0x2524, LEFT | UP | DOWN, 1},  {0x252C, LEFT | RIGHT | DOWN, 1},
    {0x2534, LEFT | RIGHT | UP, 1}, {0x253C, LEFT | RIGHT | UP | DOWN, 1},
};

static const struct box_line *find_box_line(uint32_t rune) {
    for (size_t i = 0; i < sizeof box_lines / sizeof *box_lines; i++)
        if (box_lines[i].rune == rune) return &box_lines[i];
    return NULL;
}

/* U+2581 to U+2588 fill a cell from below, an eighth more each. */
static int eighths_of(uint32_t rune) {
    return rune >= 0x2581 && rune <= 0x2588 ? (int)(rune - 0x2580) : 0;
}

static bool is_drawn(uint32_t rune) {
    return eighths_of(rune) || find_box_line(rune);
}

static void write_drawn(FILE *out, uint32_t rune, const char *class, double x, double y) {
    double tall = CELL_HEIGHT * eighths_of(rune) / 8.0;
    if (tall > 0) {
        write_rectangle(out, class, x, y + CELL_HEIGHT - tall, CELL_WIDTH, tall);
        return;
    }
    const struct box_line *line = find_box_line(rune);
    double half = line->thick / 2, middle = x + CELL_WIDTH / 2.0, centre = y + CELL_HEIGHT / 2.0;
    double left = line->arms & LEFT ? x : middle - half;
    double right = line->arms & RIGHT ? x + CELL_WIDTH : middle + half;
    double top = line->arms & UP ? y : centre - half;
    double bottom = line->arms & DOWN ? y + CELL_HEIGHT : centre + half;
    if (line->arms & (LEFT | RIGHT))
        write_rectangle(out, class, left, centre - half, right - left, line->thick);
    if (line->arms & (UP | DOWN))
        write_rectangle(out, class, middle - half, top, line->thick, bottom - top);
}

static void write_rune(FILE *out, uint32_t rune) {
    if (rune == '<')
        fputs("&lt;", out);
    else if (rune == '&')
        fputs("&amp;", out);
    else if (rune < 0x80)
        fputc((int)rune, out);
    else
        fprintf(out, "&#x%X;", (unsigned)rune);
}

/* ---- the screen -------------------------------------------------------------------------------
 */

static VTermScreenCell cell_at(const struct test_terminal *terminal, int row, int column) {
    VTermScreenCell cell;
    vterm_screen_get_cell(terminal->screen, (VTermPos){row, column}, &cell);
    if (cell.chars[0] == 0) cell.chars[0] = ' ';
    return cell;
}

static bool looks_alike(const struct appearance *a, const struct appearance *b) {
    return !strcmp(a->ink, b->ink) && !strcmp(a->paper, b->paper) && !strcmp(a->letter, b->letter);
}

/* The column behind the last cell that looks like this one and is written by the same means. */
static int end_of_run(const struct test_terminal *terminal, int row, int column) {
    VTermScreenCell cell = cell_at(terminal, row, column);
    struct appearance look = look_of(&cell);
    bool drawn = is_drawn(cell.chars[0]);
    while (++column < terminal->columns) {
        VTermScreenCell next = cell_at(terminal, row, column);
        struct appearance other = look_of(&next);
        if (next.chars[0] == (uint32_t)-1) continue; /* behind a wide one */
        if (!looks_alike(&look, &other) || is_drawn(next.chars[0]) != drawn) break;
    }
    return column;
}

static bool is_blank(const struct test_terminal *terminal, int row, int column, int end) {
    for (; column < end; column++)
        if (cell_at(terminal, row, column).chars[0] != ' ') return false;
    return true;
}

/* The length is given, so that columns stay columns whatever the font's width. */
static void write_text(FILE *out, const struct test_terminal *terminal, int row, int column,
                       int end, const struct appearance *look, double x, double y) {
    fprintf(out, "<text class=\"%s%s\" x=\"%g\" y=\"%g\" textLength=\"%d\">", look->ink,
            look->letter, x, y + BASELINE, (end - column) * CELL_WIDTH);
    for (; column < end; column++) {
        VTermScreenCell cell = cell_at(terminal, row, column);
        if (cell.chars[0] == (uint32_t)-1) continue;
        for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i]; i++)
            write_rune(out, cell.chars[i]);
    }
    fputs("</text>\n", out);
}

static void write_run(FILE *out, const struct test_terminal *terminal, int row, int column,
                      int end) {
    VTermScreenCell cell = cell_at(terminal, row, column);
    struct appearance look = look_of(&cell);
    double x = MARGIN + column * CELL_WIDTH, y = MARGIN + row * CELL_HEIGHT;
    if (strcmp(look.paper, "paper") != 0)
        write_rectangle(out, look.paper, x, y, (end - column) * CELL_WIDTH, CELL_HEIGHT);
    if (is_drawn(cell.chars[0])) {
        for (; column < end; column++, x += CELL_WIDTH)
            write_drawn(out, cell_at(terminal, row, column).chars[0], look.ink, x, y);
        return;
    }
    if (is_blank(terminal, row, column, end)) return;
    write_text(out, terminal, row, column, end, &look, x, y);
}

static void write_picture(FILE *out, const struct scene *scene,
                          const struct test_terminal *terminal) {
    int width = scene->columns * CELL_WIDTH + 2 * MARGIN;
    int height = scene->rows * CELL_HEIGHT + 2 * MARGIN;
    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
            "height=\"%d\" role=\"img\" aria-labelledby=\"title described\">\n"
            "<title id=\"title\">%s</title>\n<desc id=\"described\">%s</desc>\n",
            width, height, width, height, scene->title, scene->described);
    write_style(out);
    fprintf(out, "<rect class=\"paper\" width=\"%d\" height=\"%d\" rx=\"8\"/>\n", width, height);
    for (int row = 0; row < scene->rows; row++) {
        for (int column = 0, end; column < scene->columns; column = end) {
            end = end_of_run(terminal, row, column);
            write_run(out, terminal, row, column, end);
        }
    }
    fputs("</svg>\n", out);
}

/* ---- all scenes -------------------------------------------------------------------------------
 */

static bool save_picture(const char *folder, const struct scene *scene,
                         const struct test_terminal *terminal) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.svg", folder, scene->name);
    FILE *out = fopen(path, "w");
    if (!out) return perror(path), false;
    write_picture(out, scene, terminal);
    bool written = !ferror(out);
    if (fclose(out) != 0 || !written) return perror(path), false;
    return true;
}

static bool take_picture(const char *const *arguments, const struct scene *scene) {
    char state[4096];
    snprintf(state, sizeof state, "XDG_STATE_HOME=%s", arguments[2]);
    const char *const environment[] = {"TERM=xterm-256color", "LANG=C.UTF-8", state, NULL};
    struct test_terminal terminal;
    struct showing showing = {arguments[1], scene};
    terminal_start(&terminal, scene->rows, scene->columns, environment, run_program, &showing);
    bool done = play(&terminal, scene) && save_picture(arguments[3], scene, &terminal);
    terminal_stop(&terminal);
    return done;
}

int main(int count, char **arguments) {
    if (count != 4) return fputs("pictures PROGRAM STATE FOLDER\n", stderr), 2;
    for (size_t i = 0; i < sizeof scenes / sizeof *scenes; i++)
        if (!take_picture((const char *const *)arguments, &scenes[i])) return 1;
    return 0;
}
