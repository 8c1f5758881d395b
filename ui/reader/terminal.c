/* terminal - see terminal.h. In order: opening and closing, output, input.
 *
 * What was measured and is easily undone: descriptor 0 is never made non-blocking (the shell
 * shares it), a lone Esc waits 25 ms and not curses' second, both forms of the arrow keys are
 * known, and newterm is not called for a terminal that cannot place its cursor. */
#include "ui/reader/terminal.h"

#include <curses.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "ui/columns.h"
#include "ui/reader/action.h"
#include "ui/reader/editor.h"
#include "ui/reader/wire.h"

enum { PASTE_BEGIN = KEY_MAX + 1, PASTE_END, ESCAPE_MS = 25, RESTORE_MOST = 512 };

static const char paste_on[] = "\033[?2004h", paste_off[] = "\033[?2004l";
static const char frame_begins[] = "\033[?2026h", frame_ends[] = "\033[?2026l";
static const char mouse_off[] = "\033[?1006l\033[?1002l\033[?1000l";

struct terminal {
    SCREEN *screen;
    int input;         /* the terminal opened once more, for polling */
    int colours;       /* 0: none are to be used */
    struct grid shown; /* what curses was told last */
    cchar_t *row;      /* one row for curses */
    int row_width;
    wint_t waiting; /* read behind an Esc and not yet returned; WEOF: none */
    bool pasting;
    char paste[EDITOR_BYTES_MOST + 1]; /* full: more than any editor takes */
    size_t pasted;
    void *stack;
};

/* ---- opening and closing --------------------------------------------------------------------- */

/* Another open file of the same terminal. Not /dev/tty: some systems cannot poll that. */
static int open_input(void) {
    char name[256];
    if (ttyname_r(STDIN_FILENO, name, sizeof name) != 0) return -1;
    return open(name, O_RDONLY | O_NOCTTY | O_CLOEXEC);
}

/* tputs has no argument for where to put; this is the one collector. */
static struct {
    char bytes[RESTORE_MOST];
    size_t length;
} collected;

static int collect_byte(int byte) {
    if (collected.length < RESTORE_MOST) collected.bytes[collected.length++] = (char)byte;
    return byte;
}

static void collect(const char *bytes) {
    for (; *bytes; bytes++) collect_byte(*bytes);
}

static void collect_capability(const char *name) {
    const char *bytes = tigetstr(name);
    if (bytes && bytes != (const char *)-1) tputs(bytes, 1, collect_byte);
}

/* The bytes that undo what opening and drawing do. Harmless where nothing is to be undone. The
 * cursor comes last: leaving the alternate screen brings back a saved one, hidden or not. */
static void arm(void) {
    static const char *const capabilities[] = {"sgr0", "op", "rmkx", "rmcup", "cnorm"};
    collected.length = 0;
    collect(frame_ends);
    collect(paste_off);
    collect(mouse_off);
    for (size_t i = 0; i < sizeof capabilities / sizeof *capabilities; i++)
        collect_capability(capabilities[i]);
    wire_arm(collected.bytes, collected.length);
}

static bool can_place_cursor(void) {
    int error;
    if (setupterm(NULL, STDOUT_FILENO, &error) != OK) return false;
    const char *place = tigetstr("cup");
    bool can = place && place != (const char *)-1;
    del_curterm(cur_term); /* newterm reads its own */
    return can;
}

/* Terminals send either form of a key, whatever terminfo says. */
static void define_keys(void) {
    static const struct {
        const char *bytes;
        int code;
    } keys[] = {
        {"\033[A", KEY_UP},       {"\033OA", KEY_UP},     {"\033[B", KEY_DOWN},
        {"\033OB", KEY_DOWN},     {"\033[C", KEY_RIGHT},  {"\033OC", KEY_RIGHT},
        {"\033[D", KEY_LEFT},     {"\033OD", KEY_LEFT},   {"\033[H", KEY_HOME},
        {"\033OH", KEY_HOME},     {"\033[1~", KEY_HOME},  {"\033[F", KEY_END},
        {"\033OF", KEY_END},      {"\033[4~", KEY_END},   {"\033[Z", KEY_BTAB},
        {"\033[3~", KEY_DC},      {"\033[5~", KEY_PPAGE}, {"\033[6~", KEY_NPAGE},
        {"\033OP", KEY_F(1)},     {"\033[11~", KEY_F(1)}, {"\033[200~", PASTE_BEGIN},
        {"\033[201~", PASTE_END},
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) define_key(keys[i].bytes, keys[i].code);
}

static void start_colours(struct terminal *terminal) {
    const char *no_color = getenv("NO_COLOR");
    if ((no_color && *no_color) || !has_colors()) return;
    if (start_color() != OK || use_default_colors() != OK) return;
    terminal->colours = COLORS;
    for (int role = 0; role < ROLE_COUNT && role + 1 < COLOR_PAIRS; role++)
        init_pair((short)(role + 1), theme_look((enum role)role, COLORS).colour, -1);
}

static void take_over(struct terminal *terminal, bool mouse) {
    raw();
    noecho();
    nonl();
    nodelay(stdscr, TRUE);
    keypad(stdscr, TRUE);
    set_escdelay(ESCAPE_MS);
    define_keys();
    start_colours(terminal);
    curs_set(0);
    mouseinterval(0);
    if (mouse) terminal_set_mouse(terminal, true);
    wire_write(STDOUT_FILENO, paste_on, sizeof paste_on - 1);
}

struct terminal *terminal_open(bool mouse) {
    if (!wire_open(STDIN_FILENO) || !can_place_cursor()) return NULL;
    struct terminal *terminal = calloc(1, sizeof *terminal);
    if (!terminal) return NULL;
    terminal->waiting = WEOF;
    grid_init(&terminal->shown, false);
    terminal->input = open_input();
    terminal->stack = wire_take_stack();
    if (terminal->input >= 0) terminal->screen = newterm(NULL, stdout, stdin);
    if (!terminal->screen) {
        if (terminal->input >= 0) close(terminal->input);
        wire_drop_stack(terminal->stack);
        free(terminal);
        return NULL;
    }
    arm();
    take_over(terminal, mouse);
    return terminal;
}

void terminal_close(struct terminal *terminal) {
    if (!terminal) return;
    terminal_suspend(terminal);
    delscreen(terminal->screen);
    wire_restore();
    wire_close();
    wire_drop_stack(terminal->stack);
    close(terminal->input);
    grid_release(&terminal->shown);
    free(terminal->row);
    free(terminal);
}

void terminal_suspend(struct terminal *terminal) {
    (void)terminal;
    wire_write(STDOUT_FILENO, paste_off, sizeof paste_off - 1);
    def_prog_mode();
    endwin();
}

void terminal_resume(struct terminal *terminal) {
    (void)terminal;
    reset_prog_mode();
    wire_write(STDOUT_FILENO, paste_on, sizeof paste_on - 1);
}

void terminal_set_mouse(struct terminal *terminal, bool on) {
    (void)terminal;
    mousemask(on ? BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED : 0, NULL);
}

int terminal_input(const struct terminal *terminal) {
    return terminal->input;
}

void terminal_size(struct terminal *terminal, int *height, int *width) {
    struct winsize size;
    (void)terminal;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0 &&
        (size.ws_row != LINES || size.ws_col != COLS))
        resizeterm(size.ws_row, size.ws_col);
    *height = LINES > 0 ? LINES : 1;
    *width = COLS > 0 ? COLS : 1;
}

/* ---- output --------------------------------------------------------------------------------- */

/* What curses calls a look. */
struct pen {
    attr_t bits;
    short pair;
};

static struct pen pen_of(const struct terminal *terminal, struct style style) {
    static const struct {
        uint8_t bit;
        attr_t attribute;
    } attributes[] = {{LOOK_BOLD, A_BOLD},
                      {LOOK_DIM, A_DIM},
                      {LOOK_REVERSE, A_REVERSE},
                      {LOOK_UNDERLINE, A_UNDERLINE},
                      {LOOK_ITALIC, A_ITALIC}};
    struct look look = theme_look(style.role, terminal->colours);
    struct pen pen = {0, 0};
    look.bits ^= style.bits & LOOK_REVERSE; /* twice reversed is not reversed */
    look.bits |= (uint8_t)(style.bits & ~LOOK_REVERSE);
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++)
        if (look.bits & attributes[i].bit) pen.bits |= attributes[i].attribute;
    if (look.colour >= 0 && style.role + 1 < COLOR_PAIRS) pen.pair = (short)(style.role + 1);
    return pen;
}

/* The cells of a row for curses; returns how many. A wide character brings its second half itself.
 * Most cells have the style of the one before, and many are the same: both are asked for once. */
static int curses_row(struct terminal *terminal, const struct cell *cells, int width) {
    struct pen pen = {0, 0};
    int count = 0;
    for (int x = 0; x < width; x++) {
        const struct cell *cell = &cells[x], *before = x > 0 ? cell - 1 : NULL;
        if (cell->rune == 0) continue;
        if (before && memcmp(cell, before, sizeof *cell) == 0) {
            terminal->row[count] = terminal->row[count - 1];
        } else {
            const wchar_t text[] = {(wchar_t)cell->rune, (wchar_t)cell->mark, 0};
            if (!before || memcmp(&cell->style, &before->style, sizeof cell->style) != 0)
                pen = pen_of(terminal, cell->style);
            setcchar(&terminal->row[count], text, pen.bits, pen.pair, NULL);
        }
        count++;
    }
    return count;
}

static void show_row(struct terminal *terminal, const struct grid *grid, int y) {
    const struct cell *cells = grid->cells + (size_t)y * (size_t)grid->width;
    mvadd_wchnstr(y, 0, terminal->row, curses_row(terminal, cells, grid->width));
}

static bool reserve_row(struct terminal *terminal, int width) {
    if (width <= terminal->row_width) return true;
    cchar_t *row = realloc(terminal->row, (size_t)width * sizeof *row);
    if (!row) return false;
    terminal->row = row;
    terminal->row_width = width;
    return true;
}

/* Tells curses the rows that changed; returns how many. */
static int show_rows(struct terminal *terminal, const struct grid *grid, bool all) {
    struct grid *shown = &terminal->shown;
    size_t row_size = (size_t)grid->width * sizeof(struct cell);
    int changed = 0;
    if (shown->height != grid->height || shown->width != grid->width) {
        all = true;
        if (!grid_resize(shown, grid->height, grid->width)) shown->height = 0;
    }
    for (int y = 0; y < grid->height; y++) {
        size_t at = (size_t)y * (size_t)grid->width;
        bool kept = y < shown->height;
        if (!all && kept && memcmp(shown->cells + at, grid->cells + at, row_size) == 0) continue;
        show_row(terminal, grid, y);
        if (kept) memcpy(shown->cells + at, grid->cells + at, row_size);
        changed++;
    }
    return changed;
}

void terminal_show(struct terminal *terminal, const struct grid *grid, bool all) {
    enum { MANY_ROWS = 6 }; /* from here on a frame is shown at once or not at all */
    if (!reserve_row(terminal, grid->width)) return;
    if (all) clearok(curscr, TRUE);
    bool many = show_rows(terminal, grid, all) >= MANY_ROWS;
    bool cursor = grid->cursor_y >= 0 && grid->cursor_y < LINES && grid->cursor_x < COLS;
    curs_set(cursor);
    if (cursor) move(grid->cursor_y, grid->cursor_x);
    wnoutrefresh(stdscr);
    if (many) wire_write(STDOUT_FILENO, frame_begins, sizeof frame_begins - 1);
    doupdate();
    if (many) wire_write(STDOUT_FILENO, frame_ends, sizeof frame_ends - 1);
}

/* ---- input ---------------------------------------------------------------------------------- */

bool terminal_is_gone(const struct terminal *terminal) {
    struct pollfd state = {.fd = terminal->input, .events = POLLIN};
    int waiting = 0;
    if (poll(&state, 1, 0) <= 0) return false;
    if (state.revents & (POLLHUP | POLLERR | POLLNVAL)) return true;
    return ioctl(terminal->input, FIONREAD, &waiting) != 0 || waiting == 0;
}

static const struct {
    int code;
    uint32_t stroke;
} strokes[] = {
    {KEY_UP, STROKE_UP},         {KEY_DOWN, STROKE_DOWN},       {KEY_LEFT, STROKE_LEFT},
    {KEY_RIGHT, STROKE_RIGHT},   {KEY_HOME, STROKE_HOME},       {KEY_END, STROKE_END},
    {KEY_PPAGE, STROKE_PAGE_UP}, {KEY_NPAGE, STROKE_PAGE_DOWN}, {KEY_BACKSPACE, STROKE_ERASE},
    {KEY_DC, STROKE_DELETE},     {KEY_BTAB, STROKE_BACK_TAB},   {KEY_ENTER, STROKE_ENTER},
    {KEY_F(1), STROKE_F1},
};

static uint32_t stroke_of(int code) {
    for (size_t i = 0; i < sizeof strokes / sizeof *strokes; i++)
        if (strokes[i].code == code) return strokes[i].stroke;
    return 0;
}

static bool read_mouse(struct event *event) {
    MEVENT mouse;
    if (getmouse(&mouse) != OK) return false;
    event->y = mouse.y;
    event->x = mouse.x;
    if (mouse.bstate & BUTTON4_PRESSED)
        event->kind = EVENT_WHEEL_UP;
    else if (mouse.bstate & BUTTON5_PRESSED)
        event->kind = EVENT_WHEEL_DOWN;
    else if (mouse.bstate & BUTTON1_PRESSED)
        event->kind = EVENT_CLICK;
    else
        return false;
    return true;
}

/* Adds a character to a paste. One that is too long is filled up: it is refused whole, where half
 * of it would be taken for all of it. */
static void paste_rune(struct terminal *terminal, uint32_t rune) {
    char bytes[5];
    size_t length = (size_t)rune_encode(rune, bytes);
    if (terminal->pasted + length > sizeof terminal->paste) {
        memset(terminal->paste + terminal->pasted, ' ', sizeof terminal->paste - terminal->pasted);
        terminal->pasted = sizeof terminal->paste;
        return;
    }
    memcpy(terminal->paste + terminal->pasted, bytes, length);
    terminal->pasted += length;
}

/* Behind an Esc: an unknown sequence is swallowed (its letters would be taken for keys), anything
 * else waits its turn. True when the Esc stands for itself. */
static bool read_behind_escape(struct terminal *terminal) {
    wint_t next;
    if (get_wch(&next) != OK) return true;
    if (next != '[' && next != 'O') {
        terminal->waiting = next;
        return true;
    }
    bool single = next == 'O';
    while (get_wch(&next) == OK)
        if (single || (next >= 0x40 && next <= 0x7E)) break;
    return false;
}

/* Reads one character or key code; false when there is nothing. */
static bool read_code(struct terminal *terminal, wint_t *code, bool *is_key) {
    if (terminal->waiting != WEOF) {
        *code = terminal->waiting;
        *is_key = false;
        terminal->waiting = WEOF;
        return true;
    }
    int got = get_wch(code);
    *is_key = got == KEY_CODE_YES;
    return got != ERR;
}

static bool read_key(struct event *event, wint_t code) {
    event->kind = EVENT_KEY;
    event->key = stroke_of((int)code);
    if (code == KEY_MOUSE) return read_mouse(event);
    return event->key != 0;
}

bool terminal_has_more(const struct terminal *terminal) {
    struct pollfd state = {.fd = terminal->input, .events = POLLIN};
    return terminal->waiting != WEOF || poll(&state, 1, 0) > 0;
}

bool terminal_read(struct terminal *terminal, struct event *event) {
    wint_t code;
    bool is_key;
    while (read_code(terminal, &code, &is_key)) {
        if (is_key && code == PASTE_BEGIN) {
            terminal->pasting = true;
            terminal->pasted = 0;
        } else if (is_key && code == PASTE_END) {
            terminal->pasting = false;
            *event = (struct event){
                .kind = EVENT_PASTE, .text = terminal->paste, .length = terminal->pasted};
            return true;
        } else if (terminal->pasting) {
            if (!is_key) paste_rune(terminal, code);
        } else if (is_key) {
            if (read_key(event, code)) return true;
        } else if (code != STROKE_ESCAPE || read_behind_escape(terminal)) {
            *event = (struct event){.kind = EVENT_KEY, .key = code};
            return true;
        }
    }
    return false;
}
