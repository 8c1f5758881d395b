/* print - print(): what a listing says goes on the tape, a PRINT event a line.
 *
 * Text that does not end its line (end='') waits in the script until the line ends, or the
 * top-level statement does. */
#include <string.h>

#include "engine/base/text.h"
#include "engine/script/evaluator.h"

static bool read_option(struct runtime *runtime, const char *name, struct value value,
                        struct value *text) {
    if (value.kind == VALUE_NONE) return true;
    if (value.kind != VALUE_TEXT)
        return fault_raise(runtime->fault, "TypeError", "%s must be None or a string, not %s", name,
                           value_type_name(value));
    *text = value;
    return true;
}

static bool read_options(struct runtime *runtime, const struct arguments *arguments,
                         struct value *separator, struct value *end) {
    for (size_t i = 0; i < arguments->keyword_count; i++) {
        const struct keyword *keyword = &arguments->keywords[i];
        struct value *option = strcmp(keyword->name, "sep") == 0   ? separator
                               : strcmp(keyword->name, "end") == 0 ? end
                                                                   : NULL;
        if (option) {
            if (!read_option(runtime, keyword->name, keyword->value, option)) return false;
        } else if (strcmp(keyword->name, "file") == 0) {
            return fault_raise(runtime->fault, "NotSupported", "print(file=...)");
        } else if (strcmp(keyword->name, "flush") != 0) {
            return fault_raise(runtime->fault, "TypeError",
                               "'%s' is an invalid keyword argument for print()", keyword->name);
        }
    }
    return true;
}

/* Adds text to the line under way; each newline in it ends one. */
static bool write_text(struct script *script, const char *text, size_t length) {
    while (length) {
        const char *newline = memchr(text, '\n', length);
        size_t part = newline ? (size_t)(newline - text) : length;
        text_add_bytes(&script->line, text, part);
        if (newline && !print_flush(script, true)) return false;
        text += part + (newline != NULL);
        length -= part + (newline != NULL);
    }
    return !script->line.failed || fault_no_memory(script->runtime->fault);
}

bool print_flush(struct script *script, bool empty_too) {
    const char *text = script->line.length ? text_finish(&script->line) : "";
    bool failed = script->line.failed;
    if (!failed && (empty_too || *text)) head_point(script->runtime->head, TAPE_PRINT, text, 0);
    arena_release(&script->output);
    text_init(&script->line, &script->output);
    return !failed || fault_no_memory(script->runtime->fault);
}

/* str() of a plain value is made in the output's own arena and gone with its line; that of an
 * object in the usual one, for an object may keep what it makes. */
static const char *shown(struct script *script, struct value value) {
    struct runtime *runtime = script->runtime;
    if (value.kind == VALUE_OBJECT) return object_str(runtime, value);
    struct arena *usual = runtime->arena;
    runtime->arena = &script->output;
    const char *text = object_str(runtime, value);
    runtime->arena = usual;
    return text;
}

bool call_print(struct script *script, const struct arguments *arguments, struct value *result) {
    struct value separator = value_text(" "), end = value_text("\n");
    *result = value_none();
    if (!read_options(script->runtime, arguments, &separator, &end)) return false;
    for (size_t i = 0; i < arguments->count; i++) {
        const char *text = shown(script, arguments->values[i]);
        if (!text) return false;
        if (i && !write_text(script, separator.text, separator.length)) return false;
        if (!write_text(script, text, strlen(text))) return false;
    }
    return write_text(script, end.text, end.length);
}

static bool print_outside(struct runtime *runtime, const struct arguments *arguments,
                          struct value *result) {
    (void)arguments;
    (void)result;
    return fault_raise(runtime->fault, "NotSupported", "print other than as print(...)");
}

const struct function print_function = {{&function_type}, "print", print_outside};
