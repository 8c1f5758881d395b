/* command_progress - `daybook progress`: where the learner is, and the predictions made. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ui/calibration.h"
#include "ui/command.h"
#include "ui/paper.h"
#include "ui/progress.h"
#include "ui/units.h"

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

/* ---- calibration ----------------------------------------------------------------------------- */

static void print_right(size_t right, size_t asked, const char *end) {
    char text[UNITS_SIZE] = ".";
    if (asked > 0) snprintf(text, sizeof text, "%zu of %zu", right, asked);
    printf("  %8s%s", text, end);
}

/* A day's line, and that of all days. */
static void print_summary(const char *name, const struct calibration_summary *sum) {
    char factor[UNITS_SIZE] = "no factor";
    if (isfinite(sum->half_within)) units_number(sum->half_within, "", factor, sizeof factor);
    printf("  %3s  %4zu  %3zu", name, sum->made, sum->met);
    if (sum->numbers > 0)
        printf("  %10s%s  %8zu  %7zu", factor, isfinite(sum->half_within) ? "x" : " ",
               sum->too_high, sum->too_low);
    else
        printf("  %11s  %8s  %7s", ".", ".", ".");
    print_right(sum->choices_met, sum->choices, "");
    print_right(sum->orders_met, sum->orders, "\n");
}

static void print_in_words(const struct calibration_summary *all) {
    char factor[UNITS_SIZE];
    if (all->numbers == 0) return;
    if (all->half_within == 1)
        printf("At least half of your numbers were what was measured");
    else if (isfinite(all->half_within))
        printf("Half of your numbers were within %sx of what was measured",
               units_number(all->half_within, "", factor, sizeof factor));
    else
        printf("Most of your numbers took something for nothing, or nothing for something");
    printf(";\nof %zu, %zu %s too high and %zu too low.\n", all->numbers, all->too_high,
           all->too_high == 1 ? "was" : "were", all->too_low);
}

static void print_calibration(struct progress *progress) {
    struct calibration calibration;
    calibration_read(&calibration, progress);
    struct calibration_summary all = calibration_sum(&calibration, 0, LESSON_COUNT);
    if (all.made == 0) return;
    print_in_words(&all);
    printf("\n  day  made  met  half within  too high  too low   choices    orders\n");
    for (size_t i = 0; i < LESSON_COUNT; i++) {
        char day[16];
        struct calibration_summary sum = calibration_sum(&calibration, i, 1);
        snprintf(day, sizeof day, "%d", lessons[i]->day);
        if (sum.made > 0) print_summary(day, &sum);
    }
    print_summary("all", &all);
    puts("\nOf each question the last answer counts. All of them, the oldest first:");
}

/* ---- all of it ------------------------------------------------------------------------------- */

static int print_progress(struct progress *progress) {
    struct progress_place place;
    size_t made, met;
    if (progress_place(progress, &place))
        printf("You are at %s%s%s.\n\n", place.lesson, *place.step ? "/" : "", place.step);
    for (size_t i = 0; i < LESSON_COUNT; i++) print_day(progress, lessons[i]);
    progress_count(progress, &made, &met);
    if (made) printf("\nPredictions made: %zu, met: %zu\n", made, met);
    print_calibration(progress);
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
    .help = "Tells which steps are done, which predictions were met, and how far off they were.",
    .options = options,
    .run = run,
};
