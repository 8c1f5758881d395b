/* converter - what a placeholder of a route accepts, and which Python value it gives.
 *
 * Mirrors django.urls.converters: to_python for each, and to_url, which is str() for all five.
 *
 *     name   accepts                  gives
 *     str    [^/]+                    str
 *     int    [0-9]+                   int, of any size
 *     slug   [-a-zA-Z0-9_]+           str
 *     uuid   lower case, hyphens      UUID
 *     path   .+                       str */
#ifndef ENGINE_URLS_CONVERTER_H
#define ENGINE_URLS_CONVERTER_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/arena.h"
#include "engine/base/value.h"

enum converter {
    CONVERTER_STR,
    CONVERTER_INT,
    CONVERTER_SLUG,
    CONVERTER_UUID,
    CONVERTER_PATH,
    CONVERTER_COUNT
};

/* The converter of a name (not NUL-terminated); CONVERTER_COUNT where there is none. */
enum converter converter_find(const char *name, size_t length);

const char *converter_name(enum converter);

/* Its regular expression: "[0-9]+". */
const char *converter_regex(enum converter);

/* How many bytes at the beginning of text it can take at most; 0: it does not match here. All but
 * uuid can do with any shorter number of whole characters, down to one. */
size_t converter_reach(enum converter, const char *text, size_t length);

/* False where to_python() raises ValueError for a captured text of that length, and the route does
 * not match: an int of more than 4,300 digits, which Python refuses to read. */
bool converter_fits(enum converter, size_t length);

/* to_python(): the value of a captured text that fits, copied into the arena. False: no memory. */
bool converter_to_python(enum converter, struct arena *, const char *text, size_t length,
                         struct value *value);

#endif
