/* command_table - the commands, in the order of --help: see command.h. */
#include "ui/command.h"

const struct command *const commands[] = {
    &command_list, &command_run,   &command_verify,   &command_export,
    &command_try,  &command_serve, &command_progress,
};
const size_t command_count = sizeof commands / sizeof *commands;
