/* main - the command line: a table of commands, and what is true for all of them.
 *
 *     daybook COMMAND ...              looked up in `commands`
 *     daybook --help | --version
 *
 * Before a command runs: standard descriptors are there, the locale's characters are known, and a
 * closed pipe is an error of write(), not a signal. After it: what it printed is really written, or
 * that is said and the exit code is EXIT_SYSTEM. */
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

const struct command *const commands[] = {
    &command_list,
    &command_run,
    &command_verify,
    &command_progress,
};
const size_t command_count = sizeof commands / sizeof *commands;

static int print_version(void) {
    puts("daybook " DAYBOOK_VERSION);
    return EXIT_DONE;
}

static int print_help(void) {
    puts("usage: daybook [LESSON[/STEP]]\n"
         "       daybook COMMAND [OPTION...] [OPERAND...]\n\n"
         "Nine days of Django's internals, beside a miniature Django that runs and is measured.\n"
         "LESSON is a name, a day from 1 to 9, or the beginning of a name.\n\n"
         "Commands:");
    for (size_t i = 0; i < command_count; i++)
        printf("  %-10s %s\n", commands[i]->name, commands[i]->summary);
    puts(
        "\n  --help     print this and leave; daybook COMMAND --help says more\n"
        "  --version  print the version and leave\n\n"
        "Exit codes: 0 done, 1 a claim failed or a listing raised, 2 usage, 3 the system refused.");
    return EXIT_DONE;
}

static const struct command *command_named(const char *name) {
    for (size_t i = 0; i < command_count; i++)
        if (strcmp(commands[i]->name, name) == 0) return commands[i];
    return NULL;
}

static int dispatch(int count, char **words) {
    const char *word = count > 1 ? words[1] : "--help";
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) return print_help();
    if (strcmp(word, "--version") == 0) return print_version();
    const struct command *command = command_named(word);
    if (command) return command->run(command, count - 1, words + 1);
    return command_fail(EXIT_USAGE, "%s: no such command; see daybook --help", word);
}

/* A descriptor below 3 that is closed would be given to the next file opened, and output would go
 * there. /dev/null opened the wrong way round takes its place: using it fails with EBADF. */
static void fill_descriptors(void) {
    for (int descriptor = 0; descriptor <= 2; descriptor++)
        if (fcntl(descriptor, F_GETFD) < 0 && errno == EBADF)
            (void)open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY);
}

/* A reader that went away, as in `daybook export | head -1`, has seen what it wanted: no word
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
    return finish_output(dispatch(count, words));
}
