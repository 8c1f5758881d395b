/* json - a small, strict JSON reader for tests (RFC 8259): what the program writes is read by other
 * code than wrote it. Duplicate names, bad UTF-8, bare controls and anything behind the value are
 * errors. */
#ifndef TESTS_SUPPORT_JSON_H
#define TESTS_SUPPORT_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/arena.h"

enum json_kind {
    JSON_NULL,
    JSON_FALSE,
    JSON_TRUE,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT
};

struct json_node {
    enum json_kind kind;
    double number;
    const char *text;        /* of a string, unescaped; of a number, as written */
    const char *name;        /* of a member of an object */
    struct json_node *first; /* of an array or object */
    struct json_node *next;  /* beside it */
    size_t count;
};

/* Reads one value; NULL when it is not JSON. Everything lives in the arena. */
struct json_node *json_read(struct arena *arena, const char *text);

/* Reads NDJSON: an array of the lines' values. NULL when a line is not JSON or not ended. */
struct json_node *json_read_lines(struct arena *arena, const char *text);

/* A member; NULL when the node is no object or has none. json_at counts from 0. */
const struct json_node *json_get(const struct json_node *node, const char *name);
const struct json_node *json_at(const struct json_node *node, size_t index);

/* The text of a string member; "" when it is none. */
const char *json_get_text(const struct json_node *node, const char *name);
double json_get_number(const struct json_node *node, const char *name); /* -1 when it is none */

#endif
