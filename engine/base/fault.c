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

bool fault_raise(struct fault *fault, const char *type, const char *format, ...) {
    if (fault->type) return false;
    va_list arguments;
    va_start(arguments, format);
    const char *message = arena_vformat(fault->arena, format, arguments);
    va_end(arguments);
    const char *own_type = message ? arena_string(fault->arena, type) : NULL;
    if (!own_type) return fault_no_memory(fault);
    fault->type = own_type;
    fault->message = message;
    return false;
}

bool fault_no_memory(struct fault *fault) {
    if (fault->type) return false;
    fault->type = "MemoryError";
    fault->message = "the run needs more memory than it may have";
    return false;
}

bool fault_cancelled(struct fault *fault) {
    if (fault->type) return false;
    fault->type = "Cancelled";
    fault->message = "the run was stopped";
    return false;
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
