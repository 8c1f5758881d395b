/* pattern - see pattern.h. Reading, then matching, then what Django writes about a pattern. */
#include "engine/urls/pattern.h"

#include <stdint.h>
#include <string.h>

/* ---- reading ------------------------------------------------------------------------------ */

/* What stands between "<" and ">". */
struct placeholder {
    const char *whole; /* with the brackets */
    size_t whole_length;
    const char *converter; /* NULL where none is named */
    size_t converter_length;
    const char *name;
    size_t name_length;
};

/* "<" [ converter ":" ] name ">": converter holds neither ">" nor ":", name no ">"; both hold at
 * least one character. So in "<:x>" the name is ":x", and "<>" is no placeholder but text. */
static bool find_placeholder(const char *text, const char *limit, struct placeholder *found) {
    for (; text < limit; text++) {
        if (*text != '<') continue;
        const char *close = memchr(text, '>', (size_t)(limit - text));
        if (!close) return false;
        if (close == text + 1) continue;
        const char *colon = memchr(text, ':', (size_t)(close - text));
        bool named = colon && colon > text + 1 && colon + 1 < close;
        const char *name = named ? colon + 1 : text + 1;
        *found = (struct placeholder){
            .whole = text,
            .whole_length = (size_t)(close + 1 - text),
            .converter = named ? text + 1 : NULL,
            .converter_length = named ? (size_t)(colon - text - 1) : 0,
            .name = name,
            .name_length = (size_t)(close - name),
        };
        return true;
    }
    return false;
}

static bool has_whitespace(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (text[i] && strchr(" \t\n\r\v\f", text[i])) return true;
    return false;
}

enum identifier { IDENTIFIER, NO_IDENTIFIER, FOREIGN_IDENTIFIER };

/* str.isidentifier(), as far as ASCII goes. */
static enum identifier classify(const char *name, size_t length) {
    enum identifier class = IDENTIFIER;
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)name[i];
        bool digit = byte >= '0' && byte <= '9';
        bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_';
        if (byte >= 0x80)
            class = FOREIGN_IDENTIFIER;
        else if (!letter && !(digit && i > 0))
            return NO_IDENTIFIER;
    }
    return class;
}

/* Raises what Django says of a placeholder that is not right; true when it is. */
static bool check_placeholder(struct runtime *runtime, const char *route, size_t length,
                              const struct placeholder *found) {
    if (has_whitespace(found->whole, found->whole_length))
        return fault_raise(runtime->fault, "ImproperlyConfigured",
                           "URL route '%s' cannot contain whitespace in angle brackets <…>.",
                           route);
    enum identifier class = classify(found->name, found->name_length);
    if (class == FOREIGN_IDENTIFIER)
        return fault_raise(runtime->fault, "NotSupported",
                           "a placeholder's name beyond ASCII in route '%s'", route);
    if (class == NO_IDENTIFIER) {
        struct value name = value_of_text(VALUE_TEXT, found->name, found->name_length);
        const char *shown = object_repr(runtime, name);
        return shown && fault_raise(runtime->fault, "ImproperlyConfigured",
                                    "URL route '%s' uses parameter name %s which isn't a valid "
                                    "Python identifier.",
                                    route, shown);
    }
    if (!found->converter ||
        converter_find(found->converter, found->converter_length) != CONVERTER_COUNT)
        return true;
    struct value name = value_of_text(VALUE_TEXT, found->converter, found->converter_length);
    const char *shown_route = object_repr(runtime, value_of_text(VALUE_TEXT, route, length));
    const char *shown = shown_route ? object_repr(runtime, name) : NULL;
    return shown && fault_raise(runtime->fault, "ImproperlyConfigured",
                                "URL route %s uses invalid converter %s.", shown_route, shown);
}

static size_t count_placeholders(const char *text, const char *limit) {
    struct placeholder found;
    size_t count = 0;
    while (find_placeholder(text, limit, &found)) {
        count++;
        text = found.whole + found.whole_length;
    }
    return count;
}

/* Fills pattern->parameters; everything but names is borrowed from the route. */
static bool read_parameters(struct runtime *runtime, struct pattern *pattern,
                            struct parameter *parameters) {
    const char *text = pattern->route, *limit = text + pattern->route_length;
    struct placeholder found;
    for (size_t i = 0; find_placeholder(text, limit, &found); i++) {
        if (!check_placeholder(runtime, pattern->route, pattern->route_length, &found))
            return false;
        if (i == 0) pattern->length = (size_t)(found.whole - text);
        if (i > 0) parameters[i - 1].length = (size_t)(found.whole - text);
        text = found.whole + found.whole_length;
        parameters[i] = (struct parameter){
            .name = arena_copy(runtime->arena, found.name, found.name_length),
            .converter = found.converter ? converter_find(found.converter, found.converter_length)
                                         : CONVERTER_STR,
            .literal = text,
            .length = (size_t)(limit - text),
        };
        if (!parameters[i].name) return fault_no_memory(runtime->fault);
    }
    return true;
}

bool pattern_read(struct runtime *runtime, struct pattern *pattern, const char *route,
                  size_t length, bool endpoint) {
    const char *copy = arena_copy(runtime->arena, route, length);
    if (!copy) return fault_no_memory(runtime->fault);
    *pattern = (struct pattern){
        .route = copy, .route_length = length, .length = length, .endpoint = endpoint};
    pattern->count = count_placeholders(copy, copy + length);
    if (pattern->count == 0) return true;
    if (pattern->count > PATTERN_PARAMETERS)
        return fault_raise(runtime->fault, "NotSupported", "more than %d placeholders in a route",
                           PATTERN_PARAMETERS);
    struct parameter *parameters = arena_array(runtime->arena, pattern->count, sizeof *parameters);
    if (!parameters) return fault_no_memory(runtime->fault);
    pattern->parameters = parameters;
    return read_parameters(runtime, pattern, parameters) &&
           pattern_redefinition(runtime, pattern, "^", &pattern->broken);
}

/* ---- matching ----------------------------------------------------------------------------- */

/* A path being matched. A converter first takes all it can reach, then gives back a character at a
 * time until the rest matches, as a regular expression does. Whether the rest matches depends only
 * on where it begins, and the places tried for one parameter only ever move to the left; so
 * lowest[i], the leftmost place parameter i was tried from, in vain, is all there is to remember to
 * never try a place twice. */
struct attempt {
    const struct pattern *pattern;
    const char *path;
    size_t length;
    struct span *spans;
    size_t lowest[PATTERN_PARAMETERS];
    size_t end;
};

/* True where a character begins: not between the bytes of one (UTF-8). */
static bool is_boundary(const struct attempt *attempt, size_t at) {
    return at == attempt->length || ((unsigned char)attempt->path[at] & 0xC0) != 0x80;
}

static bool match_parameter(struct attempt *attempt, size_t index, size_t from);

/* The literal behind parameter `index`, at `to`, and everything after it. */
static bool match_rest(struct attempt *attempt, size_t index, size_t to) {
    const struct parameter *parameter = &attempt->pattern->parameters[index];
    if (parameter->length > attempt->length - to) return false;
    if (memcmp(attempt->path + to, parameter->literal, parameter->length) != 0) return false;
    size_t end = to + parameter->length;
    if (index + 1 < attempt->pattern->count) return match_parameter(attempt, index + 1, end);
    attempt->end = end;
    return !attempt->pattern->endpoint || end == attempt->length;
}

static bool match_parameter(struct attempt *attempt, size_t index, size_t from) {
    if (from >= attempt->lowest[index]) return false;
    enum converter converter = attempt->pattern->parameters[index].converter;
    size_t limit = attempt->lowest[index];
    if (limit > attempt->length || converter == CONVERTER_UUID) limit = attempt->length;
    size_t reach = converter_reach(converter, attempt->path + from, limit - from);
    size_t least = converter == CONVERTER_UUID ? reach : 1;
    attempt->lowest[index] = from;
    for (size_t taken = reach; reach && taken >= least; taken--) {
        if (!is_boundary(attempt, from + taken)) continue;
        if (!match_rest(attempt, index, from + taken)) continue;
        attempt->spans[index] = (struct span){from, from + taken};
        return true;
    }
    return false;
}

bool pattern_match(const struct pattern *pattern, const char *path, size_t length,
                   struct span *spans, size_t *end) {
    if (pattern->length > length || memcmp(path, pattern->route, pattern->length) != 0)
        return false;
    *end = pattern->length;
    if (pattern->count == 0) return !pattern->endpoint || pattern->length == length;
    struct attempt attempt = {.pattern = pattern, .path = path, .length = length, .spans = spans};
    for (size_t i = 0; i < pattern->count; i++) attempt.lowest[i] = SIZE_MAX;
    if (!match_parameter(&attempt, 0, pattern->length)) return false;
    *end = attempt.end;
    return true;
}
