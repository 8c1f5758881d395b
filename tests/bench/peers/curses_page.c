/* curses_page - the least a curses program can do that shows pages: paint a full one, and another
 * for every Page Down, Page Up or space, until q. What the reader is compared with.
 *
 * The pages are prose of made-up words, a row of it as wide as the screen less the last word that
 * did not fit; no two pages are alike. No colour, no mouse, no file is read. */
#include <curses.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

static const char *const words[] = {"request", "the",  "layer",   "of",    "answers", "a",
                                    "view",    "and",  "pattern", "which", "query",   "rows",
                                    "before",  "once", "table",   "in",    "server",  "wait"};
enum { WORDS = sizeof words / sizeof *words };

/* A cheap run of numbers, so that every page has its own words. */
static unsigned next_number(unsigned *seed) {
    *seed = *seed * 1103515245 + 12345;
    return *seed >> 16;
}

static void paint_row(int row, unsigned *seed) {
    move(row, 0);
    for (int column = 0;;) {
        const char *word = words[next_number(seed) % WORDS];
        column += (int)strlen(word) + 1;
        if (column > COLS) return;
        addstr(word);
        addch(' ');
    }
}

static void paint_page(unsigned page) {
    unsigned seed = page;
    erase();
    attron(A_BOLD);
    mvprintw(0, 0, "Page %u", page);
    attroff(A_BOLD);
    for (int row = 1; row < LINES; row++) paint_row(row, &seed);
    refresh();
}

int main(void) {
    unsigned page = 1;
    int key;
    setlocale(LC_ALL, "");
    if (!initscr()) return EXIT_FAILURE;
    cbreak();
    noecho();
    keypad(stdscr, TRUE);
    curs_set(0);
    do {
        paint_page(page);
        key = getch();
        page += key == KEY_PPAGE ? -1u : 1u;
    } while (key != 'q' && key != ERR);
    endwin();
    return EXIT_SUCCESS;
}
