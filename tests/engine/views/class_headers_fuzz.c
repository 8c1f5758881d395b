/* Any bytes as a listing of classes: whatever is made of them, no class may stand behind an
 * ancestor in its own line. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/views/class.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What C3 promises: local order is kept, and the line of every base survives. */
static void made(void *context, const struct class_header *header, const struct class *class,
                 const struct mro *mro) {
    (void)context;
    assert(header->name && mro);
    if (!class) return;
    struct line_up line = mro_of(class);
    assert(line.classes[0] == class);
    for (size_t i = 0; i < class->bases.count; i++) {
        struct line_up base = mro_of(class->bases.classes[i]);
        size_t before = 0;
        for (size_t j = 0; j < base.count; j++) {
            size_t at = line_up_find(line, base.classes[j]);
            assert(at < line.count && at > before);
            before = at;
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct memory memory;
    struct arena arena;
    struct fault fault;
    struct head head;
    memory_init(&memory, (size_t)64 << 20);
    arena_init(&arena, &memory);
    fault_init(&fault, &arena);
    head_init(&head, NULL);
    atomic_bool cancelled = false;
    struct runtime runtime = {.arena = &arena,
                              .memory = &memory,
                              .fault = &fault,
                              .head = &head,
                              .cancelled = &cancelled};
    char *source = arena_copy(&arena, (const char *)data, size);
    struct classes *classes = source ? classes_new(&runtime) : NULL;
    struct script *script = classes ? script_new(&runtime, NULL, 0, true) : NULL;
    if (script) {
        classes->made = made;
        script_set_host(script, &(struct script_host){.host = classes,
                                                      .class_statement = class_statement,
                                                      .super_object = class_super});
        struct program *program = script_parse(&runtime, source);
        for (size_t i = 0; program && i < program_count(program); i++) {
            /* Loops could run for ever: only class statements are run. */
            if (strncmp(program_source(program, i), "class", 5) != 0) continue;
            if (strstr(program_source(program, i), "while")) continue;
            if (strstr(program_source(program, i), "for")) continue;
            struct value value;
            bool is_expression;
            script_step(&runtime, script, program, i, &value, &is_expression);
            fault_clear(&fault);
        }
    }
    arena_release(&arena);
    return 0;
}
