/* command - see command.h. */
#include "ui/command.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ui/columns.h"

static void complain(const char *format, va_list arguments) {
    fflush(stdout); /* what was said before stands before */
    fputs("daybook: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
}

int command_fail(enum exit_code code, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    complain(format, arguments);
    va_end(arguments);
    return (int)code;
}

void command_warn(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    complain(format, arguments);
    va_end(arguments);
}

int command_no_memory(void) {
    return command_fail(EXIT_SYSTEM, "memory: %s", strerror(ENOMEM));
}

int command_print(struct text *text) {
    const char *bytes = text_finish(text);
    size_t left = text->length;
    if (!bytes) return command_no_memory();
    fflush(stdout);
    while (left > 0) {
        ssize_t written = write(STDOUT_FILENO, bytes, left);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0 && errno == EPIPE) return EXIT_SYSTEM;
        if (written < 0) return command_fail(EXIT_SYSTEM, "standard output: %s", strerror(errno));
        bytes += written;
        left -= (size_t)written;
    }
    return EXIT_DONE;
}

/* ---- options ------------------------------------------------------------------------------ */

enum { OPTIONS_MOST = 16, HELP_VALUE = 1000, FIRST_VALUE = 1001 };

/* Fills getopt_long's two tables; a long option's value is FIRST_VALUE and its index. */
static void fill_tables(const struct command *command, struct option *longs, char *letters) {
    size_t i = 0;
    *letters++ = ':'; /* tell a missing argument from an unknown option */
    for (; command->options[i].name; i++) {
        const struct command_option *option = &command->options[i];
        longs[i] = (struct option){option->name, option->argument ? required_argument : no_argument,
                                   NULL, FIRST_VALUE + (int)i};
        if (!option->letter) continue;
        *letters++ = option->letter;
        if (option->argument) *letters++ = ':';
    }
    longs[i] = (struct option){"help", no_argument, NULL, HELP_VALUE};
    longs[i + 1] = (struct option){0};
    *letters++ = 'h';
    *letters = '\0';
}

static int index_of_letter(const struct command *command, int letter) {
    for (int i = 0; command->options[i].name; i++)
        if (command->options[i].letter == letter) return i;
    return COMMAND_WRONG;
}

/* getopt_long takes the beginning of an option's name, where it fits one alone. */
static int options_beginning_with(const struct command *command, const char *word) {
    int count = 0;
    if (strncmp(word, "--", 2) != 0) return 0;
    for (size_t i = 0; command->options[i].name; i++)
        count += strncmp(command->options[i].name, word + 2, strlen(word + 2)) == 0;
    return count;
}

static int explain_wrong(const struct command *command, char **words, int found) {
    char letter[] = {'-', (char)optopt, '\0'};
    const char *name = optopt && optopt < HELP_VALUE ? letter : words[optind - 1];
    if (found == ':')
        command_fail(EXIT_USAGE, "%s: needs an argument", name);
    else if (optopt >= HELP_VALUE)
        command_fail(EXIT_USAGE, "%s: takes no argument", name);
    else if (options_beginning_with(command, name) > 1)
        command_fail(EXIT_USAGE, "%s: could be more than one option; see daybook %s%s--help", name,
                     command->name, *command->name ? " " : "");
    else
        command_fail(EXIT_USAGE, "%s: no such option; see daybook %s%s--help", name, command->name,
                     *command->name ? " " : "");
    return COMMAND_WRONG;
}

int command_next(const struct command *command, int count, char **words, const char **argument,
                 int *first) {
    struct option longs[OPTIONS_MOST + 2];
    char letters[3 * OPTIONS_MOST];
    fill_tables(command, longs, letters);
    opterr = 0;
    int found = getopt_long(count, words, letters, longs, NULL);
    *argument = optarg;
    *first = optind;
    if (found == -1) return COMMAND_END;
    if (found == HELP_VALUE || found == 'h') {
        command_print_help(command);
        return COMMAND_HELP;
    }
    if (found >= FIRST_VALUE) return found - FIRST_VALUE;
    if (found == '?' || found == ':') return explain_wrong(command, words, found);
    return index_of_letter(command, found);
}

bool command_read_count(const char *option, const char *text, uint64_t *number) {
    char *end;
    errno = 0;
    *number = strtoull(text, &end, 10);
    if (*text >= '0' && *text <= '9' && *end == '\0' && errno == 0) return true;
    command_fail(EXIT_USAGE, "%s %s: not a whole number from 0 on", option, text);
    return false;
}

/* "-f, --format FORMAT" in a column of its own, the help beside it. */
static void print_option(const struct command_option *option) {
    char left[64];
    int used = option->letter ? snprintf(left, sizeof left, "-%c, ", option->letter) : 0;
    snprintf(left + used, sizeof left - (size_t)used, "--%s%s%s", option->name,
             option->argument ? " " : "", option->argument ? option->argument : "");
    printf("  %-24s %s\n", left, option->help);
}

void command_print_options(const struct command *command) {
    for (const struct command_option *option = command->options; option->name; option++)
        print_option(option);
    printf("  %-24s %s\n", "-h, --help", "print this and leave");
}

void command_print_help(const struct command *command) {
    printf("usage: daybook %s%s%s%s\n\n%s\n\n", command->name,
           command->options[0].name ? " [OPTION...]" : "", *command->operands ? " " : "",
           command->operands, command->help);
    command_print_options(command);
}

/* ---- lessons by name ---------------------------------------------------------------------- */

struct slice_of_note choice_title(const struct choice *choice) {
    return choice->step ? step_title(choice->lesson, choice->step) : lesson_title(choice->lesson);
}

static bool explain_no_lesson(const char *name) {
    const struct lesson *first = NULL;
    for (size_t i = 0; i < LESSON_COUNT && *name; i++) {
        if (strncmp(lessons[i]->slug, name, strlen(name)) != 0) continue;
        if (first) {
            command_fail(EXIT_USAGE, "%s: could be %s or %s", name, first->slug, lessons[i]->slug);
            return false;
        }
        first = lessons[i];
    }
    if (*name && strspn(name, "0123456789") == strlen(name))
        command_fail(EXIT_USAGE, "%s: no such day; there are days 1 to %d", name, LESSON_COUNT);
    else
        command_fail(EXIT_USAGE, "%s: no such lesson; did you mean %s?", name,
                     lesson_nearest(name));
    return false;
}

bool command_choose(const char *word, struct choice *choice) {
    const char *slash = strchr(word, '/');
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)(slash ? slash - word : (long)strlen(word)), word);
    *choice = (struct choice){.lesson = lesson_find(name)};
    if (!choice->lesson) return explain_no_lesson(name);
    if (!slash) return true;
    choice->step = lesson_step(choice->lesson, slash + 1);
    if (choice->step) return true;
    command_fail(EXIT_USAGE, "%s: no such step of %s; did you mean %s/%s?", slash + 1,
                 choice->lesson->slug, choice->lesson->slug,
                 lesson_nearest_step(choice->lesson, slash + 1));
    return false;
}

bool command_choose_all(int count, char **words, struct choice choices[COMMAND_CHOICES]) {
    for (int i = 0; i < count; i++) {
        if (i == COMMAND_CHOICES) {
            command_fail(EXIT_USAGE, "%s: too many lessons", words[i]);
            return false;
        }
        if (!command_choose(words[i], &choices[i])) return false;
    }
    return true;
}

int command_chosen(int option, int first, int count, char **words,
                   struct choice choices[COMMAND_CHOICES]) {
    if (option == COMMAND_HELP) return EXIT_DONE;
    if (option == COMMAND_WRONG) return EXIT_USAGE;
    return command_choose_all(count - first, words + first, choices) ? COMMAND_CHOSEN : EXIT_USAGE;
}

bool command_step(const struct choice *choices, size_t count, size_t index, struct choice *step) {
    size_t words = count ? count : LESSON_COUNT;
    for (size_t i = 0; i < words; i++) {
        struct choice one = count ? choices[i] : (struct choice){.lesson = lessons[i]};
        size_t steps = one.step ? 1 : one.lesson->step_count;
        if (index < steps) {
            *step = (struct choice){one.lesson, one.step ? one.step : one.lesson->steps[index]};
            return true;
        }
        index -= steps;
    }
    return false;
}
