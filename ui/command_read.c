/* command_read - `daybook [LESSON[/STEP]]`: opens the note, there or where the learner left off.
 *
 * The reader needs a terminal at both ends that can move its cursor; everywhere else, and with
 * --plain, the note is printed as plain text. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ui/command.h"
#include "ui/plain.h"
#include "ui/progress.h"

enum { READ_PLAIN };

static const struct command_option options[] = {
    [READ_PLAIN] = {"plain", 0, NULL, "print the note as plain text; daybook run then runs a step"},
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

static void add_way_on(struct text *out, const struct choice *choice) {
    const struct step *step = choice->step, *steps = choice->lesson->steps;
    text_add(out, "\n\n");
    if (step && step + 1 < steps + choice->lesson->step_count)
        text_format(out, "Next: daybook --plain %s/%s\n", choice->lesson->slug, step[1].slug);
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
    int worst = EXIT_DONE;
    bool whole = choice->step
                     ? plain_step(&text, &paper, choice->lesson, choice->step, PLAIN_HINT, &worst)
                     : plain_lesson(&text, &paper, choice->lesson, PLAIN_HINT, &worst);
    add_way_on(&text, choice);
    const char *all = text_finish(&text);
    if (all) fputs(all, stdout);
    arena_release(&arena);
    return whole && all ? EXIT_DONE : command_fail(EXIT_SYSTEM, "memory: %s", strerror(ENOMEM));
}

/* Only at a terminal is somebody reading who may want to come back. */
static int read_plain(const struct choice *asked) {
    bool keeps = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    struct progress *progress = progress_open(keeps ? PROGRESS_KEEP : PROGRESS_READ);
    struct choice choice = asked->lesson ? *asked : last_place(progress);
    if (progress && keeps)
        progress_visit(progress, choice.lesson->slug, choice.step ? choice.step->slug : NULL);
    if (progress && progress_warning(progress)) command_warn("%s", progress_warning(progress));
    progress_close(progress);
    return print_plain(&choice);
}

static int run(const struct command *command, int count, char **words) {
    const char *argument;
    int first, option;
    struct choice choice = {0};
    while ((option = command_next(command, count, words, &argument, &first)) >= 0) {
    }
    if (option == COMMAND_HELP) return EXIT_DONE;
    if (option == COMMAND_WRONG) return EXIT_USAGE;
    if (first + 1 < count) return command_fail(EXIT_USAGE, "%s: one lesson only", words[first + 1]);
    if (first < count && !command_choose(words[first], &choice)) return EXIT_USAGE;
    return read_plain(&choice);
}

const struct command command_read = {
    .name = "",
    .operands = "[LESSON[/STEP]]",
    .summary = "open the reader, there or where you left off",
    .help = "",
    .options = options,
    .run = run,
};
