/* string_search - startswith(), endswith(), find(), count() and replace() of str.
 *
 * The first four look at a part of the text: find(sub[, start[, end]]), in characters. */
#include <string.h>

#include "engine/object/object.h"
#include "engine/object/plain.h"

/* The part that is looked at, borrowed from the text. */
struct range {
    struct value text;
    int64_t first; /* the characters before it */
    bool beyond;   /* it begins behind the text's end: not even an empty text stands there */
};

/* A bound of the range: None is as good as none. */
static bool read_bound(struct runtime *runtime, const struct arguments *arguments, size_t place,
                       struct value *bound) {
    int64_t index;
    *bound = place < arguments->count ? arguments->values[place] : value_none();
    return bound->kind == VALUE_NONE || index_read(*bound, &index) ||
           fault_raise(runtime->fault, "TypeError",
                       "slice indices must be integers or None or have an __index__ method");
}

/* name(what[, start[, end]]) */
static bool read_range(struct runtime *runtime, struct value self,
                       const struct arguments *arguments, const char *name, struct range *range) {
    struct slice slice = {.step = value_none()};
    int64_t first, step, count, length = string_length(self), start = 0;
    size_t given = arguments->count;
    if (arguments->keyword_count)
        return fault_raise(runtime->fault, "TypeError", "str.%s() takes no keyword arguments",
                           name);
    if (given < 1 || given > 3)
        return fault_raise(runtime->fault, "TypeError", "%s() takes at %s (%zu given)", name,
                           given ? "most 3 arguments" : "least 1 argument", given);
    if (!read_bound(runtime, arguments, 1, &slice.start) ||
        !read_bound(runtime, arguments, 2, &slice.stop) ||
        !slice_resolve(runtime, &slice, length, &first, &step, &count) ||
        !string_get_slice(runtime, self, &slice, &range->text))
        return false;
    if (slice.start.kind != VALUE_NONE) index_read(slice.start, &start);
    range->beyond = start > length;
    range->first = first;
    return true;
}

static bool is_text(struct runtime *runtime, struct value part) {
    return part.kind == VALUE_TEXT ||
           fault_raise(runtime->fault, "TypeError", "must be str, not %s", value_type_name(part));
}

static bool ends_match(const struct range *range, struct value part, bool at_end) {
    if (range->beyond || part.length > range->text.length) return false;
    const char *from =
        at_end ? range->text.text + range->text.length - part.length : range->text.text;
    return memcmp(from, part.text, part.length) == 0;
}

static bool any_end_matches(struct runtime *runtime, const struct range *range,
                            const struct list *parts, const char *name, bool at_end,
                            bool *matches) {
    for (size_t i = 0; i < parts->count && !*matches; i++) {
        if (parts->items[i].kind != VALUE_TEXT)
            return fault_raise(runtime->fault, "TypeError",
                               "tuple for %s must only contain str, not %s", name,
                               value_type_name(parts->items[i]));
        *matches = ends_match(range, parts->items[i], at_end);
    }
    return true;
}

static bool starts_or_ends(struct runtime *runtime, struct value self,
                           const struct arguments *arguments, const char *name, bool at_end,
                           struct value *result) {
    struct range range;
    if (!read_range(runtime, self, arguments, name, &range)) return false;
    struct value given = arguments->values[0];
    bool matches = false;
    if (object_is(given, &tuple_type)) {
        const struct list *parts = (const struct list *)given.object;
        if (!any_end_matches(runtime, &range, parts, name, at_end, &matches)) return false;
    } else if (given.kind == VALUE_TEXT) {
        matches = ends_match(&range, given, at_end);
    } else {
        return fault_raise(runtime->fault, "TypeError",
                           "%s first arg must be str or a tuple of str, not %s", name,
                           value_type_name(given));
    }
    *result = value_bool(matches);
    return true;
}

bool string_startswith(struct runtime *runtime, struct value self,
                       const struct arguments *arguments, struct value *result) {
    return starts_or_ends(runtime, self, arguments, "startswith", false, result);
}

bool string_endswith(struct runtime *runtime, struct value self, const struct arguments *arguments,
                     struct value *result) {
    return starts_or_ends(runtime, self, arguments, "endswith", true, result);
}

bool string_find(struct runtime *runtime, struct value self, const struct arguments *arguments,
                 struct value *result) {
    struct range range;
    if (!read_range(runtime, self, arguments, "find", &range) ||
        !is_text(runtime, arguments->values[0]))
        return false;
    struct value part = arguments->values[0], text = range.text;
    const char *found = range.beyond || part.length > text.length
                            ? NULL
                            : bytes_find(text.text, text.length, part.text, part.length);
    struct value before =
        value_of_text(VALUE_TEXT, text.text, found ? (size_t)(found - text.text) : 0);
    *result = value_int(found ? range.first + string_length(before) : -1);
    return true;
}

bool string_count(struct runtime *runtime, struct value self, const struct arguments *arguments,
                  struct value *result) {
    struct range range;
    if (!read_range(runtime, self, arguments, "count", &range) ||
        !is_text(runtime, arguments->values[0]))
        return false;
    struct value part = arguments->values[0];
    int64_t count = 0;
    if (range.beyond) {
        *result = value_int(0);
        return true;
    }
    if (part.length == 0) {
        *result = value_int(string_length(range.text) + 1);
        return true;
    }
    const char *at = range.text.text, *end = at + range.text.length, *found;
    while ((found = bytes_find(at, (size_t)(end - at), part.text, part.length))) {
        count++;
        at = found + part.length;
    }
    *result = value_int(count);
    return true;
}

bool string_replace(struct runtime *runtime, struct value self, const struct arguments *arguments,
                    struct value *result) {
    struct value part[2] = {value_none(), value_none()};
    struct arguments two = *arguments;
    int64_t most = -1;
    if (!arguments_count(runtime, arguments, "str.replace", 2, 3)) return false;
    if (two.count == 3 && !index_read(two.values[--two.count], &most))
        return fault_raise(runtime->fault, "TypeError",
                           "'%s' object cannot be interpreted as an integer",
                           value_type_name(arguments->values[2]));
    for (size_t i = 0; i < 2; i++) {
        part[i] = two.values[i];
        if (part[i].kind != VALUE_TEXT)
            return fault_raise(runtime->fault, "TypeError",
                               "replace() argument %zu must be str, not %s", i + 1,
                               value_type_name(part[i]));
    }
    if (part[0].length == 0)
        return fault_raise(runtime->fault, "NotSupported", "replacing an empty text");
    struct text text;
    text_init(&text, runtime->arena);
    const char *at = self.text, *end = self.text + self.length, *found;
    while (most-- != 0 &&
           (found = bytes_find(at, (size_t)(end - at), part[0].text, part[0].length))) {
        text_add_bytes(&text, at, (size_t)(found - at));
        text_add_bytes(&text, part[1].text, part[1].length);
        at = found + part[0].length;
    }
    text_add_bytes(&text, at, (size_t)(end - at));
    const char *finished = text_finish(&text);
    if (!runtime_has(runtime, finished)) return false;
    *result = value_of_text(VALUE_TEXT, finished, text.length);
    return true;
}
