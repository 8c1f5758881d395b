/* main - the command line: what is true for all commands.
 *
 *     daybook COMMAND ...              looked up in `commands`, command_table.c
 *     daybook [LESSON[/STEP]]          command_read: the reader, or plain text
 *     daybook --help | --version
 *
 * Before a command runs: standard descriptors are there, the locale's characters are known, and a
 * closed pipe or a file grown too large is an error of write(), not a signal. After it: what it
 * printed is really written, or that is said and the exit code is EXIT_SYSTEM. */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ui/command.h"

static int print_version(void) {
    puts("daybook " DAYBOOK_VERSION);
    return EXIT_DONE;
}

static void print_usage(const struct command *command) {
    printf("       daybook %s%s%s\n", command->name, *command->operands ? " " : "",
           command->operands);
}

static int print_help(void) {
    puts("daybook - nine days of Django's internals, beside a miniature Django that runs\n\n"
         "usage: daybook [OPTION...] [LESSON[/STEP]]");
    for (size_t i = 0; i < command_count; i++) print_usage(commands[i]);
    puts("\nLESSON is a name, a day from 1 to 9, or the beginning of a name; STEP is a name, a\n"
         "number, or the beginning of a name. Without a command the reader opens, there or\n"
         "where you left off.\n");
    command_print_options(&command_read);
    printf("  %-24s %s\n\n", "--version", "print the version and leave");
    for (size_t i = 0; i < command_count; i++)
        printf("  %-24s %s\n", commands[i]->name, commands[i]->summary);
    puts("\ndaybook COMMAND --help tells the options of a command.\n"
         "Exit codes: 0 done, 1 a claim failed or a listing raised, 2 usage,\n"
         "3 the system refused.");
    return EXIT_DONE;
}

static const struct command *command_named(const char *name) {
    for (size_t i = 0; i < command_count; i++)
        if (strcmp(commands[i]->name, name) == 0) return commands[i];
    return NULL;
}

/* A command that was not typed to its end: commands have no prefixes, lessons do. */
static const char *near_command(const char *word) {
    for (size_t i = 0; i < command_count; i++)
        if (strlen(word) > 1 && strncmp(commands[i]->name, word, strlen(word)) == 0)
            return commands[i]->name;
    return NULL;
}

/* `daybook help run`, as people try it. */
static int help_about(const char *name) {
    const struct command *command = name ? command_named(name) : NULL;
    if (!name) return print_help();
    if (!command) return command_fail(EXIT_USAGE, "%s: no such command; see daybook --help", name);
    command_print_help(command);
    return EXIT_DONE;
}

static int dispatch(int count, char **words) {
    const char *word = count > 1 ? words[1] : "";
    if (strcmp(word, "help") == 0) return help_about(count > 2 ? words[2] : NULL);
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) return print_help();
    if (strcmp(word, "--version") == 0) return print_version();
    const struct command *command = command_named(word);
    if (command) return command->run(command, count - 1, words + 1);
    const char *near = near_command(word);
    if (near && !lesson_find(word))
        return command_fail(EXIT_USAGE, "%s: no such lesson; did you mean daybook %s?", word, near);
    return command_read.run(&command_read, count, words);
}

/* A descriptor below 3 that is closed would be given to the next file opened, and output would go
 * there. /dev/null opened the wrong way round takes its place: using it fails with EBADF. */
static void fill_descriptors(void) {
    for (int descriptor = 0; descriptor <= 2; descriptor++)
        if (fcntl(descriptor, F_GETFD) < 0 && errno == EBADF)
            (void)open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY);
}

/* For what went through stdio. A reader that went away has seen what it wanted: no word
 * about it, but not "done" either. */
static bool reader_went_away(void) {
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&out, 1, 0) == 1 && (out.revents & POLLERR);
}

/* Flushing once more gives the reason of an earlier error too, when it is still there. */
static int finish_output(int code) {
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout)) return code;
    int reason = errno;
    if (reason == EPIPE || reader_went_away()) return EXIT_SYSTEM;
    return command_fail(EXIT_SYSTEM, "standard output: %s",
                        reason ? strerror(reason) : "not everything could be written");
}

int main(int count, char **words) {
    fill_descriptors();
    setlocale(LC_CTYPE, "");
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    return finish_output(dispatch(count, words));
}
