/* command - what a command of the command line is, and what all of them share.
 *
 * Each command stands in a file of its own (command_list.c, command_run.c, ...) as one constant
 * `struct command`; command_table.c lists them. Adding a command is a file and a row. The options
 * are a table too, from which getopt_long, --help and the completions are fed.
 *
 *     daybook run n-plus-one --set articles=500 --json
 *             ^name  ^operand  ^option with argument ^option
 *
 * Errors go to stderr as `daybook: what: why`. */
#ifndef UI_COMMAND_H
#define UI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/text.h"
#include "lessons/lesson.h"

enum exit_code {
    EXIT_DONE = 0,
    EXIT_FALSE = 1, /* a claim failed, or the learner's listing raised */
    EXIT_USAGE = 2, /* the command line was not understood */
    EXIT_SYSTEM = 3 /* the system refused: file, database, socket, memory */
};

struct command_option {
    const char *name;     /* "set", for --set */
    char letter;          /* 's' for -s; 0 for none */
    const char *argument; /* "KNOB=VALUE"; NULL when it takes none */
    const char *help;     /* one line */
};

struct command {
    const char *name;
    const char *operands;                 /* "LESSON[/STEP]"; "" for none */
    const char *summary;                  /* one line, for the table of commands */
    const char *help;                     /* a paragraph or two, for COMMAND --help */
    const struct command_option *options; /* ends with a NULL name; --help is understood */
    /* words[0] is the command's name. Returns an exit code; output is flushed by main. */
    int (*run)(const struct command *command, int count, char **words);
};

/* command_read is what `daybook` does without the name of a command. */
extern const struct command command_read, command_list, command_run, command_verify,
    command_progress, command_export, command_try, command_serve;

/* The table, in the order of --help. */
extern const struct command *const commands[];
extern const size_t command_count;

/* Prints `daybook: ` and the message to stderr; returns the code. */
int command_fail(enum exit_code code, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Prints a warning of the same form; the command goes on. */
void command_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Writes a text to standard output, past stdio and at once. EXIT_DONE, or EXIT_SYSTEM after saying
 * why not: a text that failed had no memory; a reader that went away, as in `daybook export | head
 * -1`, has seen what it wanted, so there is no word about that. */
int command_print(struct text *text);

/* EXIT_SYSTEM, after saying that there is no memory. */
int command_no_memory(void);

/* What command_next says besides the index of an option. */
enum { COMMAND_END = -1, COMMAND_WRONG = -2, COMMAND_HELP = -3 };

/* Reads the next option: its index in command->options, with *argument set; or COMMAND_END, and
 * *first is the index of the first operand (options may stand anywhere); COMMAND_WRONG after saying
 * so on stderr; COMMAND_HELP after printing the help. */
int command_next(const struct command *command, int count, char **words, const char **argument,
                 int *first);

/* Reads an option's argument as a whole number from 0 on. False after saying so on stderr. */
bool command_read_count(const char *option, const char *text, uint64_t *number);

/* What COMMAND --help prints, and its part that lists the options. */
void command_print_help(const struct command *command);
void command_print_options(const struct command *command);

/* ---- lessons by name ---------------------------------------------------------------------- */

/* One lesson, or one step of it. */
struct choice {
    const struct lesson *lesson;
    const struct step *step; /* NULL: all of the lesson */
};

/* The title of what was chosen, in its note. */
struct slice_of_note choice_title(const struct choice *choice);

/* Finds LESSON or LESSON/STEP. False after saying on stderr what is near. */
bool command_choose(const char *word, struct choice *choice);

/* The same for several words. */
enum { COMMAND_CHOICES = 64 };
bool command_choose_all(int count, char **words, struct choice choices[COMMAND_CHOICES]);

/* What follows command_next where all operands are lessons: COMMAND_CHOSEN with the choices of the
 * words from `first` on; else the exit code to leave with, help and errors having been printed. */
enum { COMMAND_CHOSEN = -1 };
int command_chosen(int option, int first, int count, char **words,
                   struct choice choices[COMMAND_CHOICES]);

/* Finds the step number `index` among the chosen ones, counting over all of them; no choices mean
 * every lesson. False behind the last: for (size_t i = 0; command_step(..., i, &c); i++). */
bool command_step(const struct choice *choices, size_t count, size_t index, struct choice *step);

#endif
