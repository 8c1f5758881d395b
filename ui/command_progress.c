/* command_progress - `daybook progress`: where the learner is, and the predictions made. */
#include <stdio.h>
#include <string.h>

#include "ui/command.h"
#include "ui/paper.h"
#include "ui/progress.h"

enum { PROGRESS_FORGET };

static const struct command_option options[] = {
    [PROGRESS_FORGET] = {"forget", 0, NULL, "forget all of it"},
    {NULL, 0, NULL, NULL},
};

static void print_day(struct progress *progress, const struct lesson *lesson) {
    size_t done = 0;
    for (size_t i = 0; i < lesson->step_count; i++)
        done += progress_is_done(progress, lesson->slug, lesson->steps[i]->slug);
    printf("  %d  %-14s %zu of %zu steps done\n", lesson->day, lesson->slug, done,
           lesson->step_count);
}

/* The file may hold anything: nothing of it reaches the terminal as it is. */
static void print_prediction(void *context, const struct progress_prediction *prediction) {
    struct paper paper = paper_of(stdout);
    struct arena arena;
    struct text text;
    (void)context;
    arena_init(&arena, NULL);
    text_init(&text, &arena);
    text_add(&text, prediction->met ? "  met     " : "  missed  ");
    paper_add(&text, &paper, prediction->lesson);
    text_add_char(&text, '/');
    paper_add(&text, &paper, prediction->step);
    text_add_char(&text, '\n');
    paper_add_wrapped(&text, &paper, prediction->question, 10);
    text_add(&text, "          you said ");
    paper_add(&text, &paper, prediction->answered);
    text_add(&text, ", measured ");
    paper_add(&text, &paper, prediction->measured);
    const char *whole = text_finish(&text);
    if (whole) puts(whole);
    arena_release(&arena);
}

static int print_progress(struct progress *progress) {
    struct progress_place place;
    size_t made, met;
    if (progress_place(progress, &place))
        printf("You are at %s%s%s.\n\n", place.lesson, *place.step ? "/" : "", place.step);
    for (size_t i = 0; i < LESSON_COUNT; i++) print_day(progress, lessons[i]);
    progress_count(progress, &made, &met);
    if (made) printf("\nPredictions made: %zu, met: %zu\n", made, met);
    progress_each_prediction(progress, print_prediction, NULL);
    return EXIT_DONE;
}

/* Reading first tells whether there is anything to forget; nothing is created for that. */
static int forget(void) {
    struct progress *progress = progress_open(PROGRESS_READ);
    if (!progress) return command_no_memory();
    bool there = progress_is_kept(progress), done = !there && !progress_warning(progress);
    if (there) {
        progress_close(progress);
        progress = progress_open(PROGRESS_KEEP);
        if (!progress) return command_no_memory();
        done = progress_forget(progress);
    }
    int code = EXIT_DONE;
    if (!done)
        code = command_fail(EXIT_SYSTEM, "%s", progress_warning(progress));
    else
        puts(there ? "Forgotten." : "There is nothing to forget.");
    progress_close(progress);
    return code;
}

static int run(const struct command *command, int count, char **words) {
    const char *argument;
    int first, option;
    bool forgets = false;
    while ((option = command_next(command, count, words, &argument, &first)) >= 0)
        forgets |= option == PROGRESS_FORGET;
    if (option == COMMAND_HELP) return EXIT_DONE;
    if (option == COMMAND_WRONG) return EXIT_USAGE;
    if (first < count)
        return command_fail(EXIT_USAGE, "%s: progress takes no operand", words[first]);
    if (forgets) return forget();
    struct progress *progress = progress_open(PROGRESS_READ);
    if (!progress) return command_no_memory();
    if (progress_warning(progress)) command_warn("%s", progress_warning(progress));
    int code = print_progress(progress);
    progress_close(progress);
    return code;
}

const struct command command_progress = {
    .name = "progress",
    .operands = "",
    .summary = "where you are; predictions made and met",
    .help = "Tells which steps are done and which predictions were met.",
    .options = options,
    .run = run,
};
