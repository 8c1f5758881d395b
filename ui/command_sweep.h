/* command_sweep - `daybook verify --sweep N`: every claim at N settings of the knobs. */
#ifndef UI_COMMAND_SWEEP_H
#define UI_COMMAND_SWEEP_H

#include "ui/command.h"

struct sweep {
    uint64_t settings; /* of each step */
    uint64_t seed;
    bool as_json;
};

/* Sweeps the steps chosen, and prints. Returns an exit code; Ctrl-C ends the program. */
int command_sweep(const struct sweep *sweep, const struct choice *choices, size_t count);

#endif
