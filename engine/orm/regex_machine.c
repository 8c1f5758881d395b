/* regex_machine - runs a regular expression: see regex_program.h. All places where the program may
 * stand are walked side by side, one character at a time, so no pattern takes more than its length
 * times the text's. */
#include <stdlib.h>

#include "engine/orm/regex_program.h"

/* Where the threads stand: a list of instructions, each at most once. */
struct threads {
    size_t *at;
    size_t count;
    size_t *mark; /* by instruction: the step in which it was added last */
};

struct machine {
    const struct regex *regex;
    size_t *stack;
    const char *text, *end;
};

static bool asserts(const struct machine *machine, enum assertion assertion, uint32_t before,
                    const char *at) {
    const char *next = at;
    bool last = at == machine->end;
    uint32_t after = last ? 0 : regex_read(&next, machine->end);
    switch (assertion) {
    case AT_START: return at == machine->text;
    case AT_END: return last;
    case AT_LAST_LINE_END: return last || (after == '\n' && next == machine->end);
    default: break;
    }
    bool edge = (at != machine->text && regex_is_word(before)) != (!last && regex_is_word(after));
    return edge == (assertion == AT_WORD_EDGE);
}

/* Adds a place, and those reached from it without taking a character. True when one is MATCH. */
static bool add_thread(const struct machine *machine, struct threads *threads, size_t place,
                       size_t step, uint32_t before, const char *at) {
    size_t depth = 0;
    machine->stack[depth++] = place;
    while (depth) {
        size_t here = machine->stack[--depth];
        if (threads->mark[here] == step) continue;
        threads->mark[here] = step;
        const struct instruction *instruction = &machine->regex->program[here];
        switch (instruction->code) {
        case CODE_MATCH: return true;
        case CODE_JUMP: machine->stack[depth++] = instruction->next; break;
        case CODE_SPLIT:
            machine->stack[depth++] = instruction->other;
            machine->stack[depth++] = instruction->next;
            break;
        case CODE_ASSERT:
            if (asserts(machine, (enum assertion)instruction->character, before, at))
                machine->stack[depth++] = here + 1;
            break;
        default: threads->at[threads->count++] = here;
        }
    }
    return false;
}

static bool takes(const struct regex *regex, const struct instruction *instruction,
                  uint32_t character) {
    if (instruction->code == CODE_SET)
        return regex_set_has(instruction->set, character, regex->ignore_case);
    return instruction->character == (regex->ignore_case ? regex_fold(character) : character);
}

static bool run(const struct machine *machine, struct threads *now, struct threads *next) {
    uint32_t before = 0;
    const char *at = machine->text;
    for (size_t step = 1;; step++) {
        /* a match may begin anywhere: one more thread at every place */
        if (add_thread(machine, now, 0, step, before, at)) return true;
        if (at == machine->end) return false;
        uint32_t character = regex_read(&at, machine->end);
        next->count = 0;
        for (size_t i = 0; i < now->count; i++) {
            const struct instruction *instruction = &machine->regex->program[now->at[i]];
            if (takes(machine->regex, instruction, character) &&
                add_thread(machine, next, now->at[i] + 1, step + 1, character, at))
                return true;
        }
        struct threads swap = *now;
        *now = *next;
        *next = swap;
        before = character;
    }
}

bool regex_search(const struct regex *regex, const char *text, size_t length, bool *failed) {
    size_t size = regex->length;
    size_t *memory = calloc(size * 6 + 2, sizeof *memory);
    *failed = !memory;
    if (!memory) return false;
    struct threads now = {memory, 0, memory + size};
    struct threads next = {memory + size * 2, 0, memory + size * 3};
    struct machine machine = {regex, memory + size * 4, text, text + length};
    bool found = run(&machine, &now, &next);
    free(memory);
    return found;
}
