/* orm_json - values of a listing as JSON: what `daybook try orm --json` calls rows and values.
 *
 * An instance is
 *
 *     {"_model": "Article", "id": 1, ..., "author_id": 9,     the loaded columns in order
 *      "_deferred": ["body"],                                  those that were not loaded
 *      "_related": {"author": {...}},                          objects that are cached on it
 *      "_prefetched": {"tags": [{"pk": 14}, ...]},             sets that were prefetched
 *      "_extra": {"n": 3}}                                     annotations, to_attr lists
 *
 * where each of the last four is there only when it says something. Rows of values() are objects,
 * those of values_list() arrays. Whatever has no form of its own is its repr(). */
#ifndef UI_ORM_JSON_H
#define UI_ORM_JSON_H

#include "engine/object/object.h"
#include "ui/json.h"

/* False with runtime->fault raised when a repr() failed. Nothing is ever asked of the database. */
bool orm_json_value(struct runtime *runtime, struct json *json, struct value value);

#endif
