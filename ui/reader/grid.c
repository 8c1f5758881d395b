/* grid - cells; see grid.h. From the bottom up: characters, cells, rows of text, windows. */
#include "ui/reader/grid.h"

#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "ui/columns.h"

enum { REPLACEMENT = 0xFFFD };

static const struct cell blank = {.rune = ' '};

/* ---- characters ----------------------------------------------------------------------------- */

int rune_encode(uint32_t rune, char bytes[5]) {
    memset(bytes, 0, 5);
    if (rune < 0x80) {
        bytes[0] = (char)rune;
        return 1;
    }
    int length = rune < 0x800 ? 2 : rune < 0x10000 ? 3 : 4;
    for (int i = length - 1; i > 0; i--, rune >>= 6) bytes[i] = (char)(0x80 | (rune & 0x3F));
    bytes[0] = (char)(0xF00 >> length | rune);
    return length;
}

/* Emoji presentation, keycaps and joiners: libc and ncurses count these sequences as one column,
 * newer terminals as two. They are left out, so that all agree. */
static bool is_dropped(uint32_t rune) {
    return rune == 0xFE0F || rune == 0xFE0E || rune == 0x20E3 || rune == 0x200D;
}

static bool is_control(uint32_t rune) {
    return rune < 0x20 || (rune >= 0x7F && rune < 0xA0);
}

/* Each row folds a range of code points to one character. */
static const struct fold {
    uint32_t first, last;
    char to;
} folds[] = {
    {0x00A0, 0x00A0, ' '}, {0x00B5, 0x00B5, 'u'},  {0x00B7, 0x00B7, '.'}, {0x00D7, 0x00D7, 'x'},
    {0x2010, 0x2015, '-'}, {0x2018, 0x201B, '\''}, {0x201C, 0x201F, '"'}, {0x2022, 0x2022, '*'},
    {0x2026, 0x2026, '~'}, {0x2039, 0x2039, '<'},  {0x203A, 0x203A, '>'}, {0x2190, 0x2190, '<'},
    {0x2191, 0x2191, '^'}, {0x2192, 0x2192, '>'},  {0x2193, 0x2193, 'v'}, {0x2264, 0x2264, '<'},
    {0x2265, 0x2265, '>'}, {0x2500, 0x2501, '-'},  {0x2502, 0x2503, '|'}, {0x2504, 0x2505, '-'},
    {0x2506, 0x2507, ':'}, {0x2508, 0x2509, '-'},  {0x250A, 0x250B, ':'}, {0x250C, 0x254B, '+'},
    {0x2550, 0x2550, '='}, {0x2551, 0x2551, '|'},  {0x256D, 0x2570, '+'}, {0x2574, 0x2574, '-'},
    {0x2580, 0x2580, '#'}, {0x2581, 0x2582, '_'},  {0x2583, 0x2584, '.'}, {0x2585, 0x2586, 'o'},
    {0x2587, 0x2588, '#'}, {0x2589, 0x258B, '#'},  {0x258C, 0x258D, '|'}, {0x258E, 0x258F, '|'},
    {0x2591, 0x2591, '.'}, {0x2592, 0x2592, '+'},  {0x2593, 0x2593, '%'}, {0x25A0, 0x25A0, '#'},
    {0x25B6, 0x25B6, '>'}, {0x25B8, 0x25B8, '>'},  {0x25BE, 0x25BE, 'v'}, {0x25C0, 0x25C0, '<'},
    {0x25C6, 0x25C6, '*'}, {0x25C7, 0x25C7, 'o'},  {0x25CB, 0x25CB, '.'}, {0x25CF, 0x25CF, '*'},
    {0x2713, 0x2713, '+'}, {0x2717, 0x2717, 'x'},  {0x276F, 0x276F, '>'}, {0x2800, 0x2800, ' '},
    {0x2801, 0x28FF, '*'},
};

char rune_fold(uint32_t rune) {
    if (rune < 0x80) return is_control(rune) ? ' ' : (char)rune;
    for (size_t i = 0; i < sizeof folds / sizeof *folds; i++)
        if (rune >= folds[i].first && rune <= folds[i].last) return folds[i].to;
    return '?';
}

/* ---- cells ---------------------------------------------------------------------------------- */

static struct cell *cell_at(struct grid *grid, int y, int x) {
    if (y < 0 || y >= grid->height || x < 0 || x >= grid->width) return NULL;
    return &grid->cells[(size_t)y * (size_t)grid->width + (size_t)x];
}

/* Writes one cell. Half of a wide character that is written over becomes blank. */
static void set_cell(struct grid *grid, int y, int x, struct cell cell) {
    struct cell *here = cell_at(grid, y, x);
    if (!here) return;
    if (here->rune == 0 && cell.rune != 0 && x > 0) here[-1].rune = ' ', here[-1].mark = 0;
    if (x + 1 < grid->width && here[1].rune == 0) here[1].rune = ' ';
    *here = cell;
}

/* Puts a character of one or two columns before column right; the column after it, or -1. */
static int place(struct grid *grid, int y, int x, int right, struct cell cell, int width) {
    if (right > grid->width) right = grid->width;
    if (x + width > right) return -1;
    set_cell(grid, y, x, cell);
    if (width == 2) set_cell(grid, y, x + 1, (struct cell){.rune = 0, .style = cell.style});
    return x + width;
}

/* A combining mark goes to the character before it, where that has none. */
static void place_mark(struct grid *grid, int y, int x, uint32_t mark) {
    struct cell *before = cell_at(grid, y, x - 1);
    if (before && before->rune == 0) before = cell_at(grid, y, x - 2);
    if (before && before->mark == 0 && before->rune > ' ') before->mark = mark;
}

/* Puts one character before column right and returns the column after it, or -1 where it does not
 * fit. Printable ASCII, which is nearly all there is, needs no second look. */
static int put_rune(struct grid *grid, int y, int x, int right, uint32_t rune, struct style style) {
    struct cell cell = {.rune = rune, .style = style};
    if (rune >= ' ' && rune < 0x7F) return place(grid, y, x, right, cell, 1);
    if (grid->ascii && !is_dropped(rune)) {
        if (rune >= 0x300 && rune < 0x370) return x;
        rune = (uint32_t)(unsigned char)rune_fold(rune);
    }
    if (is_dropped(rune)) return x;
    if (rune == COLUMNS_INVALID) rune = REPLACEMENT;
    if (is_control(rune)) rune = rune == '\t' ? ' ' : REPLACEMENT;
    int width = (int)columns_of_point(rune);
    if (width == 0) return place_mark(grid, y, x, rune), x;
    cell.rune = rune;
    return place(grid, y, x, right, cell, width);
}

void grid_init(struct grid *grid, bool ascii) {
    *grid = (struct grid){.ascii = ascii, .cursor_y = -1, .cursor_x = -1};
}

void grid_release(struct grid *grid) {
    free(grid->cells);
    grid_init(grid, grid->ascii);
}

static bool reserve(struct grid *grid, int rows, int width) {
    if (rows <= grid->capacity && width == grid->width) return true;
    if (width > 0 && (size_t)rows > (size_t)INT_MAX / sizeof blank / (size_t)width) return false;
    size_t size = (size_t)rows * (size_t)width * sizeof blank;
    struct cell *cells = realloc(grid->cells, size ? size : 1);
    if (!cells) return false;
    grid->cells = cells;
    grid->capacity = rows;
    return true;
}

bool grid_resize(struct grid *grid, int height, int width) {
    grid->height = 0;
    grid->cursor_y = grid->cursor_x = -1;
    if (width != grid->width) grid->capacity = 0;
    bool fits = height <= GRID_ROWS_MOST && reserve(grid, height, width);
    grid->width = width;
    if (!fits) {
        grid->capacity = 0;
        return false;
    }
    grid->height = height;
    for (size_t i = 0; i < (size_t)height * (size_t)width; i++) grid->cells[i] = blank;
    return true;
}

int grid_add_row(struct grid *grid) {
    if (grid->height >= GRID_ROWS_MOST) return -1;
    if (grid->height == grid->capacity &&
        !reserve(grid, grid->capacity < 16 ? 32 : grid->capacity * 2, grid->width))
        return -1;
    struct cell *row = grid->cells + (size_t)grid->height * (size_t)grid->width;
    for (int x = 0; x < grid->width; x++) row[x] = blank;
    return grid->height++;
}

/* ---- rows of text --------------------------------------------------------------------------- */

int grid_put_bytes(struct grid *grid, int y, int x, int right, const char *text, size_t length,
                   struct style style) {
    for (const char *end = text + length; text < end;) {
        uint32_t rune = columns_next_point(&text, end);
        int next = put_rune(grid, y, x, right, rune, style);
        if (next < 0) return x;
        x = next;
    }
    return x;
}

int grid_put(struct grid *grid, int y, int x, int right, const char *text, struct style style) {
    return text ? grid_put_bytes(grid, y, x, right, text, strlen(text), style) : x;
}

int grid_put_fit(struct grid *grid, int y, int x, int right, const char *text, struct style style) {
    if (!text) return x;
    if (right > grid->width) right = grid->width;
    if ((int)columns_of(text) <= right - x) return grid_put(grid, y, x, right, text, style);
    if (right <= x) return x;
    x = grid_put(grid, y, x, right - 1, text, style);
    return grid_put(grid, y, x, right, "…", style);
}

int grid_put_right(struct grid *grid, int y, int left, int right, const char *text,
                   struct style style) {
    if (!text) return right;
    const char *end = text + strlen(text);
    int width = (int)columns_of(text);
    while (text < end && width > right - left) {
        uint32_t rune = columns_next_point(&text, end);
        width -= (int)columns_of_point(rune);
    }
    grid_put(grid, y, right - width, right, text, style);
    return right - width;
}

int grid_format(struct grid *grid, int y, int x, int right, struct style style, const char *format,
                ...) {
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    return length < 0 ? x : grid_put(grid, y, x, right, line, style);
}

int grid_fill(struct grid *grid, int y, int x, int right, uint32_t rune, struct style style) {
    if (right > grid->width) right = grid->width;
    for (int next = x; x < right; x = next) {
        next = put_rune(grid, y, x, right, rune, style);
        if (next <= x) break;
    }
    return x;
}

void grid_add_bits(struct grid *grid, int y, int x, int right, uint8_t bits) {
    for (; x < right; x++) {
        struct cell *cell = cell_at(grid, y, x);
        if (cell) cell->style.bits |= bits;
    }
}

void grid_set_role(struct grid *grid, int y, int x, int right, enum role role) {
    for (; x < right; x++) {
        struct cell *cell = cell_at(grid, y, x);
        if (cell) cell->style.role = (uint8_t)role;
    }
}

/* The word at text, with the blanks in front of it; *blanks tells how many bytes those are. */
static size_t word_length(const char *text, size_t *blanks) {
    *blanks = strspn(text, " ");
    return *blanks + strcspn(text + *blanks, " \n");
}

int grid_wrap(struct grid *page, int y, int x, int left, int right, const char *text,
              struct style style) {
    if (!text) text = "";
    if (y < 0) {
        y = grid_add_row(page);
        x = left;
    }
    for (size_t length, blanks; *text; text += length) {
        if (*text == '\n') {
            y = grid_add_row(page);
            x = left;
            length = 1;
            continue;
        }
        length = word_length(text, &blanks);
        if (x > left && x + (int)columns_of_bytes(text, length) > right) {
            y = grid_add_row(page);
            x = left;
        }
        const char *from = x == left ? text + blanks : text;
        const char *end = text + length;
        while (from < end) { /* a word longer than a row goes on in the next */
            int next = grid_put_bytes(page, y, x, right, from, (size_t)(end - from), style);
            int put = next - x;
            if (put >= (int)columns_of_bytes(from, (size_t)(end - from))) {
                x = next;
                break;
            }
            if (put == 0 && x == left) break; /* no room even for one character */
            while (put > 0 && from < end)
                put -= (int)columns_of_point(columns_next_point(&from, end));
            y = grid_add_row(page);
            x = left;
        }
    }
    return y;
}

/* ---- windows -------------------------------------------------------------------------------- */

void grid_window(struct grid *grid, struct area area, const struct grid *page, int first) {
    for (int row = 0; row < area.height; row++) {
        int from = first + row;
        for (int column = 0; column < area.width; column++) {
            bool inside = from >= 0 && from < page->height && column < page->width;
            struct cell cell = blank;
            if (inside) cell = page->cells[(size_t)from * (size_t)page->width + (size_t)column];
            struct cell *to = cell_at(grid, area.y + row, area.x + column);
            if (to) *to = cell;
        }
    }
    if (page->cursor_y >= first && page->cursor_y < first + area.height &&
        page->cursor_x < area.width && page->cursor_x >= 0) {
        grid->cursor_y = area.y + page->cursor_y - first;
        grid->cursor_x = area.x + page->cursor_x;
    }
}

void grid_print(const struct grid *grid, FILE *file) {
    for (int y = 0; y < grid->height; y++) {
        const struct cell *row = grid->cells + (size_t)y * (size_t)grid->width;
        int last = grid->width;
        while (last > 0 && row[last - 1].rune == ' ') last--;
        for (int x = 0; x < last; x++) {
            char bytes[5];
            if (row[x].rune == 0) continue;
            rune_encode(row[x].rune, bytes);
            fputs(bytes, file);
            if (row[x].mark == 0) continue;
            rune_encode(row[x].mark, bytes);
            fputs(bytes, file);
        }
        fputc('\n', file);
    }
}
