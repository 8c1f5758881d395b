/* schema - as much of JSON Schema as the schemas below data/schema use: type, const, enum, minimum,
 * required, properties, additionalProperties (of a schema), items and $ref into $defs. */
#ifndef TESTS_SUPPORT_SCHEMA_H
#define TESTS_SUPPORT_SCHEMA_H

#include "tests/support/json.h"

/* Fails the running test where the value is not as the schema says. */
void schema_check(const struct json_node *schema, const struct json_node *value);

/* The same without failing. */
bool schema_takes(const struct json_node *schema, const struct json_node *value);

#endif
