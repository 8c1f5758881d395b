/* Fuzzes the script: any text is parsed and, statement by statement, run, with a small memory and a
 * small patience. Nothing may crash, and every fault has a type, a message and, but for those of
 * no one place, a place inside the text. */
#include "engine/script/script.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { MEMORY = 8 << 20, PATIENCE = 200000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t lines_of(const char *source) {
    uint32_t lines = 1;
    for (; *source; source++) lines += *source == '\n' || *source == '\r';
    return lines;
}

static void check_fault(struct runtime *runtime, const char *source) {
    const struct fault *fault = runtime->fault;
    assert(fault->type && fault->message);
    assert(fault->line <= lines_of(source));
    assert((fault->line == 0) == (fault->column == 0));
}

static bool make_class(struct runtime *runtime, void *host, const struct class_header *header,
                       struct value *result) {
    (void)runtime;
    (void)host;
    *result = value_text(header->name);
    return true;
}

static void run(struct runtime *runtime, const char *source) {
    struct script *script = script_new(runtime, NULL, 0, true);
    struct program *program = script ? script_parse(runtime, source) : NULL;
    if (!program) return;
    script_set_host(script, &(struct script_host){.class_statement = make_class});
    for (size_t i = 0; i < program_count(program); i++) {
        struct value value;
        bool is_expression;
        assert(program_source(program, i) && program_line(program, i) > 0);
        if (script_step(runtime, script, program, i, &value, &is_expression)) {
            if (is_expression) object_repr(runtime, value);
        } else {
            check_fault(runtime, source);
        }
        assert(runtime->depth == 0);
        bool over =
            fault_is(runtime->fault, "MemoryError") || fault_is(runtime->fault, "Cancelled");
        fault_clear(runtime->fault);
        if (over) return;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct memory memory;
    struct arena arena;
    struct fault fault;
    struct head head;
    memory_init(&memory, MEMORY);
    arena_init(&arena, &memory);
    fault_init(&fault, &arena);
    head_init(&head, NULL);
    struct runtime runtime = {
        .arena = &arena, .memory = &memory, .head = &head, .fault = &fault, .patience = PATIENCE};
    char *source = malloc(size + 1);
    if (!source) return 0;
    if (size) memcpy(source, data, size);
    source[size] = '\0';
    run(&runtime, source);
    free(source);
    arena_release(&arena);
    assert(memory_held(&memory) == 0);
    return 0;
}
