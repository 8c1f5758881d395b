/* Any bytes as a route and a path: "ROUTE \0 PATH". Reading may refuse and matching may fail, but
 * what matched must be what the route says. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/urls/pattern.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The captured texts and the literals between them must make up the path up to `end`. */
static void check_match(const struct pattern *pattern, const char *path, size_t length,
                        const struct span *spans, size_t end) {
    size_t at = pattern->length;
    assert(end <= length && (!pattern->endpoint || end == length));
    for (size_t i = 0; i < pattern->count; i++) {
        const struct parameter *parameter = &pattern->parameters[i];
        assert(spans[i].from == at && spans[i].to > at && spans[i].to <= length);
        assert(converter_reach(parameter->converter, path + at, spans[i].to - at) ==
               spans[i].to - at);
        at = spans[i].to;
        assert(memcmp(path + at, parameter->literal, parameter->length) == 0);
        at += parameter->length;
    }
    assert(at == end);
}

static void try_route(struct runtime *runtime, const char *route, size_t route_length,
                      const char *path, size_t length, bool endpoint) {
    struct pattern pattern;
    struct span spans[PATTERN_PARAMETERS];
    size_t end;
    if (!pattern_read(runtime, &pattern, route, route_length, endpoint)) {
        assert(fault_raised(runtime->fault));
        fault_clear(runtime->fault);
        return;
    }
    if (pattern_match(&pattern, path, length, spans, &end))
        check_match(&pattern, path, length, spans, end);
    struct text regex;
    text_init(&regex, runtime->arena);
    pattern_add_regex(&pattern, &regex);
    assert(text_finish(&regex));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena;
    struct fault fault;
    struct head head;
    arena_init(&arena, NULL);
    fault_init(&fault, &arena);
    head_init(&head, NULL);
    struct runtime runtime = {.arena = &arena, .fault = &fault, .head = &head};
    const char *route = (const char *)data;
    const char *split = size ? memchr(route, '\0', size) : NULL;
    size_t route_length = split ? (size_t)(split - route) : size;
    const char *path = split ? split + 1 : route;
    size_t length = split ? size - route_length - 1 : size;
    if (size) {
        try_route(&runtime, route, route_length, path, length, true);
        try_route(&runtime, route, route_length, path, length, false);
    }
    arena_release(&arena);
    return 0;
}
