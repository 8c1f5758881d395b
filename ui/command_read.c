/* command_read - `daybook [LESSON[/STEP]]`: opens the note, there or where the learner left off.
 *
 * The reader needs a terminal at both ends that can move its cursor; everywhere else, and with
 * --plain, the note is printed as plain text. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ui/columns.h"
#include "ui/command.h"
#include "ui/plain.h"
#include "ui/progress.h"
#include "ui/reader/reader.h"

enum { READ_PLAIN, READ_GRAPH, READ_NO_MOUSE };

static const struct command_option options[] = {
    [READ_PLAIN] = {"plain", 0, NULL, "print the note as text instead of opening the reader"},
    [READ_GRAPH] = {"graph", 0, "STYLE", "draw curves with block (usual), braille or ascii marks"},
    [READ_NO_MOUSE] = {"no-mouse", 0, NULL, "leave the mouse to the terminal"},
    {NULL, 0, NULL, NULL},
};

/* Where the learner left off; the first lesson where there is no such place. */
static struct choice last_place(struct progress *progress) {
    struct progress_place place;
    struct choice choice = {.lesson = lessons[0]};
    if (!progress || !progress_place(progress, &place)) return choice;
    const struct lesson *lesson = lesson_find(place.lesson);
    if (lesson) choice.lesson = lesson;
    return choice;
}

/* Text that goes into a pipe is for reading at leisure, and narrower than a screen. */
static struct paper plain_paper(void) {
    struct paper paper = paper_of(stdout);
    if (!isatty(STDOUT_FILENO))
        paper.width = PLAIN_WIDTH;
    else if (paper.width > PAPER_WIDTH)
        paper.width = PAPER_WIDTH;
    return paper;
}

/* The step after this one on the same day; NULL: there is none. */
static const struct step *step_after(const struct choice *choice) {
    const struct lesson *lesson = choice->lesson;
    for (size_t i = 0; i + 1 < lesson->step_count; i++)
        if (lesson->steps[i] == choice->step) return lesson->steps[i + 1];
    return NULL;
}

static void add_way_on(struct text *out, const struct choice *choice) {
    const struct step *next = step_after(choice);
    text_add(out, "\n\n");
    if (next)
        text_format(out, "Next: daybook --plain %s/%s\n", choice->lesson->slug, next->slug);
    else if (choice->lesson->day < LESSON_COUNT)
        text_format(out, "Next: daybook --plain %s\n", lessons[choice->lesson->day]->slug);
    else
        text_add(out, "This was the last day. daybook list shows all of them.\n");
}

static int print_plain(const struct choice *choice) {
    struct paper paper = plain_paper();
    struct arena arena;
    struct text text;
    arena_init(&arena, NULL);
    text_init(&text, &arena);
    bool whole = choice->step ? plain_step(&text, &paper, choice, NULL)
                              : plain_lesson(&text, &paper, choice->lesson, NULL);
    add_way_on(&text, choice);
    int code = whole ? command_print(&text) : command_no_memory();
    arena_release(&arena);
    return code;
}

/* ---- which of the two ---------------------------------------------------------------------- */

static int read_plain(struct choice choice, struct progress *progress, bool keeps) {
    if (!choice.lesson) choice = last_place(progress);
    if (keeps)
        progress_visit(progress, choice.lesson->slug, choice.step ? choice.step->slug : NULL);
    return print_plain(&choice);
}

/* The progress, from when it is first asked for. */
struct keeper {
    bool keeps;
    struct progress *progress;
};

static struct progress *open_progress(void *context) {
    struct keeper *keeper = context;
    if (!keeper->progress)
        keeper->progress = progress_open(keeper->keeps ? PROGRESS_KEEP : PROGRESS_READ);
    return keeper->progress;
}

/* Only at a terminal is somebody reading who may want to come back. */
static int read_with(struct reader_options reader, bool plain) {
    bool terminal = paper_is_terminal(stdin) && paper_is_terminal(stdout);
    struct keeper keeper = {.keeps = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)};
    int code = READER_NO_TERMINAL;
    reader.open_progress = open_progress;
    reader.context = &keeper;
    if (terminal && !plain) code = reader_run(&reader);
    bool opened = code != READER_NO_TERMINAL;
    if (!open_progress(&keeper)) return command_no_memory();
    if (!opened)
        code =
            read_plain((struct choice){reader.lesson, reader.step}, keeper.progress, keeper.keeps);
    const char *warning = progress_warning(keeper.progress);
    if (warning) command_warn("%s", warning);
    progress_close(keeper.progress);
    return code;
}

static bool read_graph(const char *word, enum graph_style *graph) {
    static const char *const words[] = {
        [GRAPH_BLOCK] = "block", [GRAPH_BRAILLE] = "braille", [GRAPH_ASCII] = "ascii"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(words[i], word) != 0) continue;
        *graph = (enum graph_style)i;
        return true;
    }
    command_fail(EXIT_USAGE, "--graph %s: it is block, braille or ascii", word);
    return false;
}

static int run(const struct command *command, int count, char **words) {
    const char *argument;
    int first, option;
    struct choice choice = {0};
    struct reader_options reader = {.mouse = true, .ascii = !columns_locale_is_utf8()};
    bool plain = false;
    while ((option = command_next(command, count, words, &argument, &first)) >= 0) {
        if (option == READ_PLAIN) plain = true;
        if (option == READ_NO_MOUSE) reader.mouse = false;
        if (option == READ_GRAPH && !read_graph(argument, &reader.graph)) return EXIT_USAGE;
    }
    if (option == COMMAND_HELP) return EXIT_DONE;
    if (option == COMMAND_WRONG) return EXIT_USAGE;
    if (first + 1 < count) return command_fail(EXIT_USAGE, "%s: one lesson only", words[first + 1]);
    if (first < count && !command_choose(words[first], &choice)) return EXIT_USAGE;
    reader.lesson = choice.lesson;
    reader.step = choice.step;
    return read_with(reader, plain);
}

const struct command command_read = {
    .name = "",
    .operands = "[LESSON[/STEP]]",
    .summary = "open the reader, there or where you left off",
    .help = "",
    .options = options,
    .run = run,
};
