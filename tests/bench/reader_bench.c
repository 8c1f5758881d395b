/* The reader on a terminal of 80 by 24, beside the least a curses program can do
 * (peers/curses_page.c), and beside less and vim where they are installed.
 *
 * Both run side by side, and are asked in turn: started over and over, then a key to the one and a
 * key to the other. A key's time is from writing it to the terminal until the last byte of what it
 * changed has come back. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/bench.h"
#include "tests/bench/console.h"

enum { ROWS = 24, COLUMNS = 80, STARTS = 60, KEYS = 400, IDLE_SECONDS = 2, WORDS = 6 };

static const char curses_page[] = "a bare curses program that paints one page";

/* Who is asked, and what they know of the world: the reader keeps its progress in `state`. */
struct program {
    char path[PATH_MAX];
    char *words[WORDS];
    char state[128];
    char *environment[4];
};

/* True when it is there and can be run. */
static bool program_find(struct program *program, const struct bench *bench, const char *name,
                         const char *lesson) {
    snprintf(program->state, sizeof program->state, "XDG_STATE_HOME=%s", bench->scratch);
    program->environment[0] = "TERM=xterm-256color";
    program->environment[1] = "LANG=C.UTF-8";
    program->environment[2] = program->state;
    program->words[0] = program->path;
    program->words[1] = (char *)(uintptr_t)lesson;
    return bench_program(bench, name, program->path);
}

static bool open_program(struct console *console, struct program *program) {
    return console_open(console, program->words, program->environment, ROWS, COLUMNS);
}

/* ---- the start ---------------------------------------------------------------------------- */

static double start_once(struct program *program) {
    struct console console;
    if (!open_program(&console, program)) return NAN;
    double ns = console_frame(&console).ns;
    console_close(&console);
    return ns;
}

/* A start that was kept from a core for a time slice tells of the neighbours: the tenth quickest of
 * a hundred stands for the others, on both sides. */
static void compare_starts(struct bench *bench, struct program *ours, struct program *theirs,
                           const char *reference, struct target target) {
    double own[STARTS], other[STARTS];
    start_once(ours);
    start_once(theirs);
    for (int i = 0; i < STARTS; i++) {
        own[i] = start_once(ours);
        other[i] = start_once(theirs);
    }
    bench_row(bench, &(struct row){.figure = "start to first frame, fast tenth",
                                   .reference = reference,
                                   .amount = AMOUNT_NS,
                                   .ours = bench_quantile(own, STARTS, 0.1),
                                   .theirs = bench_quantile(other, STARTS, 0.1),
                                   .target = target});
}

/* A file as long as a note, for the pagers. */
static bool write_file(const char *path) {
    FILE *file = fopen(path, "w");
    for (int i = 0; file && i < 400; i++)
        fprintf(file, "%d A line of text about as long as those of a note usually are.\n", i);
    return file && fclose(file) == 0;
}

static void compare_pagers(struct bench *bench, struct program *ours) {
    static const struct {
        const char *path, *name;
        const char *words[3];
    } pagers[] = {{"/usr/bin/less", "less, a file of 400 lines", {NULL}},
                  {"/usr/bin/vim", "vim -u NONE, the same file", {"-u", "NONE", NULL}}};
    char file[128];
    snprintf(file, sizeof file, "%s/pages.txt", bench->scratch);
    if (!write_file(file)) return;
    for (size_t i = 0; i < sizeof pagers / sizeof *pagers; i++) {
        struct program pager = {.environment = {"TERM=xterm-256color", "LANG=C.UTF-8"}};
        size_t word = 0;
        snprintf(pager.path, sizeof pager.path, "%s", pagers[i].path);
        pager.words[word++] = pager.path;
        for (size_t k = 0; pagers[i].words[k]; k++)
            pager.words[word++] = (char *)(uintptr_t)pagers[i].words[k];
        pager.words[word] = file;
        if (access(pager.path, X_OK) == 0)
            compare_starts(bench, ours, &pager, pagers[i].name, (struct target){NO_TARGET, 0});
    }
}

/* ---- keys --------------------------------------------------------------------------------- */

/* A walk that ends where it began: pages, lines, steps, the other pane, the help, the list. A lone
 * Esc is not in it: it has to wait 25 ms for what may follow. */
static const char *const walk[] = {"\033[6~", "j", "j", "\033[6~", "\033[5~", "k", "k",   "\033[5~",
                                   "n",       "j", "n", "p",       "k",       "p", "\t",  "\t",
                                   "?",       "?", "l", "l",       "G",       "g", "\014"};
enum { WALK = sizeof walk / sizeof *walk };

struct keys {
    double ours[KEYS], theirs[KEYS];
    int answered, turned; /* keys that changed something, on either side */
    double bytes;         /* of all answered keys but the repaints */
    int counted;          /* which are so many */
    double repaint;       /* bytes of the last Ctrl-L */
};

static void press(struct console *console, const char *key, struct keys *keys) {
    console_send(console, key);
    struct frame frame = console_frame(console);
    if (isnan(frame.ns)) return; /* nothing to change there, as at the end of a note */
    keys->ours[keys->answered++] = frame.ns;
    if (strcmp(key, "\014") == 0) {
        keys->repaint = (double)frame.bytes;
    } else {
        keys->bytes += (double)frame.bytes;
        keys->counted++;
    }
}

static void turn_page(struct console *console, struct keys *keys) {
    console_send(console, " ");
    struct frame frame = console_frame(console);
    if (!isnan(frame.ns)) keys->theirs[keys->turned++] = frame.ns;
}

static void report_keys(struct bench *bench, struct keys *keys) {
    double page = bench_quantile(keys->theirs, keys->turned, 0.5);
    const struct row rows[] = {
        {.figure = "key to last byte, median",
         .reference = "that program's page turn",
         .amount = AMOUNT_NS,
         .ours = bench_quantile(keys->ours, keys->answered, 0.5),
         .theirs = page,
         .target = {RATIO_AT_MOST, 1.5}},
        {.figure = "key to last byte, 99th of 100",
         .reference = "that program's page turn, 99th of 100",
         .amount = AMOUNT_NS,
         .ours = bench_quantile(keys->ours, keys->answered, 0.99),
         .theirs = bench_quantile(keys->theirs, keys->turned, 0.99),
         .target = {OURS_AT_MOST, 5e6}},
        {.figure = "bytes a key",
         .reference = "a full repaint (Ctrl-L)",
         .amount = AMOUNT_BYTES,
         .ours = keys->counted ? keys->bytes / keys->counted : NAN,
         .theirs = keys->repaint,
         .target = {RATIO_AT_MOST, 1}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) bench_row(bench, &rows[i]);
}

/* ---- doing nothing ------------------------------------------------------------------------ */

static void report_idle(struct bench *bench, const struct console *console) {
    int64_t before = console_wake_ups(console);
    nanosleep(&(struct timespec){.tv_sec = IDLE_SECONDS}, NULL);
    int64_t after = console_wake_ups(console);
    uint64_t resident = console_resident(console);
    const struct row rows[] = {
        {.figure = "wake-ups in two idle seconds",
         .amount = AMOUNT_COUNT,
         .ours = before > 0 ? (double)(after - before) : NAN,
         .theirs = NAN,
         .target = {OURS_AT_MOST, 0}},
        {.figure = "resident, after all those keys",
         .amount = AMOUNT_BYTES,
         .ours = resident ? (double)resident : NAN,
         .theirs = NAN,
         .target = {OURS_AT_MOST, 12 << 20}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) bench_row(bench, &rows[i]);
}

static void compare_keys(struct bench *bench, struct program *ours, struct program *theirs) {
    struct keys keys = {.repaint = NAN};
    struct console reader, page;
    if (!open_program(&reader, ours)) return;
    if (open_program(&page, theirs)) {
        console_frame(&reader);
        console_frame(&page);
        for (int i = 0; i < KEYS; i++) {
            press(&reader, walk[i % WALK], &keys);
            turn_page(&page, &keys);
        }
        report_keys(bench, &keys);
        report_idle(bench, &reader);
        console_close(&page);
    }
    console_close(&reader);
}

void bench_reader(struct bench *bench) {
    struct program ours = {0}, theirs = {0};
    if (!program_find(&ours, bench, "daybook", "n-plus-one") ||
        !program_find(&theirs, bench, "curses_page", NULL)) {
        bench_row(bench, &(struct row){.figure = "daybook and curses_page beside this program",
                                       .ours = NAN,
                                       .theirs = NAN});
        return;
    }
    compare_starts(bench, &ours, &theirs, curses_page, (struct target){RATIO_AT_MOST, 1.5});
    compare_pagers(bench, &ours);
    compare_keys(bench, &ours, &theirs);
}
