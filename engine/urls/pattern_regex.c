/* pattern_regex - what Django writes about a pattern: its regular expression, and Python's
 * complaint about it. Nothing here is used for matching. See pattern.h. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "engine/urls/pattern.h"

/* re.escape(): a backslash before every character that means something in an expression. */
static void add_escaped(struct text *text, const char *literal, size_t length) {
    static const char special[] = "()[]{}?*+-|^$\\.&~# \t\n\r\v\f";
    for (size_t i = 0; i < length; i++) {
        if (literal[i] && strchr(special, literal[i])) text_add_char(text, '\\');
        text_add_char(text, literal[i]);
    }
}

void pattern_add_regex(const struct pattern *pattern, struct text *text) {
    add_escaped(text, pattern->route, pattern->length);
    for (size_t i = 0; i < pattern->count; i++) {
        const struct parameter *parameter = &pattern->parameters[i];
        text_add(text, "(?P<");
        text_add(text, parameter->name);
        text_add(text, ">");
        text_add(text, converter_regex(parameter->converter));
        text_add(text, ")");
        add_escaped(text, parameter->literal, parameter->length);
    }
    if (pattern->endpoint) text_add(text, "\\Z");
}

/* ---- a name used twice -------------------------------------------------------------------- */

/* Finds the first parameter whose name an earlier one has. */
static bool find_twin(const struct pattern *pattern, size_t *first, size_t *second) {
    for (size_t i = 1; i < pattern->count; i++)
        for (size_t j = 0; j < i; j++) {
            if (strcmp(pattern->parameters[i].name, pattern->parameters[j].name) != 0) continue;
            *first = j;
            *second = i;
            return true;
        }
    return false;
}

static size_t count_characters(const char *text, size_t length) {
    size_t count = 0;
    for (size_t i = 0; i < length; i++) count += ((unsigned char)text[i] & 0xC0) != 0x80;
    return count;
}

/* The bytes of an expression up to the name of parameter `index`. */
static size_t offset_of_name(struct arena *arena, const struct pattern *pattern, size_t index,
                             const char *before) {
    struct pattern head = *pattern;
    head.count = index;
    head.endpoint = false;
    struct text text;
    text_init(&text, arena);
    text_add(&text, before);
    pattern_add_regex(&head, &text);
    text_add(&text, "(?P<");
    return text.failed ? SIZE_MAX : text.length;
}

/* Where an expression has more than one line, Python says on which of them. */
static void add_place(struct text *message, const char *expression, size_t length, size_t offset) {
    if (!memchr(expression, '\n', length)) return;
    size_t line = 1, begin = 0;
    for (size_t i = 0; i < offset; i++)
        if (expression[i] == '\n') line++, begin = i + 1;
    text_format(message, " (line %zu, column %zu)", line,
                1 + count_characters(expression + begin, offset - begin));
}

bool pattern_redefinition(struct runtime *runtime, const struct pattern *pattern,
                          const char *before, const char **complaint) {
    size_t first, second;
    *complaint = NULL;
    if (!find_twin(pattern, &first, &second)) return true;
    struct text expression, message;
    text_init(&expression, runtime->arena);
    text_add(&expression, before);
    pattern_add_regex(pattern, &expression);
    size_t offset = offset_of_name(runtime->arena, pattern, second, before);
    if (expression.failed || offset == SIZE_MAX) return fault_no_memory(runtime->fault);
    text_init(&message, runtime->arena);
    text_format(&message,
                "redefinition of group name '%s' as group %zu; was group %zu at position %zu",
                pattern->parameters[second].name, second + 1, first + 1,
                count_characters(expression.data, offset));
    add_place(&message, expression.data, expression.length, offset);
    *complaint = text_finish(&message);
    return *complaint || fault_no_memory(runtime->fault);
}

/* ---- joining ------------------------------------------------------------------------------ */

/* Adds one pattern of the chain behind those already in `joined`; the literal text where the two
 * meet becomes one. */
static bool append(struct arena *arena, struct pattern *joined, struct parameter *parameters,
                   const struct pattern *next) {
    struct parameter *last = joined->count ? &parameters[joined->count - 1] : NULL;
    const char *end = last ? last->literal : joined->route;
    size_t length = last ? last->length : joined->length;
    struct text seam;
    text_init(&seam, arena);
    text_add_bytes(&seam, end, length);
    text_add_bytes(&seam, next->route, next->length);
    const char *literal = text_finish(&seam);
    if (last) {
        last->literal = literal;
        last->length = seam.length;
    } else {
        joined->route = literal;
        joined->length = joined->route_length = seam.length;
    }
    assert(parameters || !next->count);
    if (next->count)
        memcpy(parameters + joined->count, next->parameters, next->count * sizeof *parameters);
    joined->count += next->count;
    joined->endpoint = next->endpoint;
    return literal != NULL;
}

bool pattern_join(struct runtime *runtime, const struct pattern *const *chain, size_t count,
                  struct pattern *joined) {
    size_t total = 0;
    for (size_t i = 0; i < count; i++) total += chain[i]->count;
    if (total > PATTERN_PARAMETERS)
        return fault_raise(runtime->fault, "NotSupported",
                           "more than %d placeholders in nested routes", PATTERN_PARAMETERS);
    struct parameter *parameters = arena_array(runtime->arena, total, sizeof *parameters);
    if (total && !parameters) return fault_no_memory(runtime->fault);
    *joined = (struct pattern){.route = "", .parameters = parameters};
    for (size_t i = 0; i < count; i++)
        if (!append(runtime->arena, joined, parameters, chain[i]))
            return fault_no_memory(runtime->fault);
    return true;
}
