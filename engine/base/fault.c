/* fault - see fault.h. */
#include "engine/base/fault.h"

#include <stdarg.h>
#include <string.h>

void fault_init(struct fault *fault, struct arena *arena) {
    *fault = (struct fault){.arena = arena};
}

bool fault_raised(const struct fault *fault) {
    return fault->type != NULL;
}

void fault_set(struct fault *fault, const char *type, const char *format, ...) {
    if (fault->type) return;
    va_list arguments;
    va_start(arguments, format);
    const char *message = arena_vformat(fault->arena, format, arguments);
    va_end(arguments);
    const char *own_type = message ? arena_string(fault->arena, type) : NULL;
    if (!own_type) {
        fault_no_memory(fault);
        return;
    }
    fault->type = own_type;
    fault->message = message;
}

void fault_set_fixed(struct fault *fault, const char *type, const char *message) {
    if (fault->type) return;
    fault->type = type;
    fault->message = message;
}

bool fault_is(const struct fault *fault, const char *type) {
    return fault->type && strcmp(fault->type, type) == 0;
}

void fault_place(struct fault *fault, uint32_t line, uint32_t column) {
    if (!fault->type || fault->line) return;
    fault->line = line;
    fault->column = column;
}

void fault_clear(struct fault *fault) {
    fault_init(fault, fault->arena);
}
