/* string_methods - the methods of str that listings use.
 *
 * Upper and lower case are those of towupper for ASCII and Latin letters with one-to-one partners;
 * a letter that would change the number of characters (the German sharp s) is NotSupported. */
#include <string.h>

#include "engine/object/object.h"
#include "engine/object/plain.h"

static bool finish(struct runtime *runtime, struct text *text, struct value *result) {
    const char *finished = text_finish(text);
    if (!runtime_has(runtime, finished)) return false;
    *result = value_of_text(VALUE_TEXT, finished, text->length);
    return true;
}

/* ---- case -------------------------------------------------------------------------------- */

/* Decodes the character at text, which is valid UTF-8. */
static uint32_t character_at(const char *text, size_t left, size_t *bytes) {
    const unsigned char *byte = (const unsigned char *)text;
    *bytes = byte[0] < 0x80 ? 1 : byte[0] < 0xE0 ? 2 : byte[0] < 0xF0 ? 3 : 4;
    if (*bytes > left) *bytes = left;
    uint32_t code = *bytes == 1 ? byte[0] : byte[0] & (0xFFu >> (*bytes + 1));
    for (size_t i = 1; i < *bytes; i++) code = (code << 6) | (byte[i] & 0x3Fu);
    return code;
}

/* Cases of Latin-1 and Latin Extended-A, Greek and Cyrillic: code points whose partner is a fixed
 * distance away, or the next one. False for a letter that this table cannot change rightly. */
static bool change_case(uint32_t code, bool upper, uint32_t *changed) {
    static const struct {
        uint32_t first, last; /* upper-case letters */
        int32_t distance;     /* to their lower case; 0: upper and lower alternate */
        bool even;            /* of alternating ones: upper case is even */
    } ranges[] = {
        {'A', 'Z', 32, false},     {0xC0, 0xD6, 32, false},   {0xD8, 0xDE, 32, false},
        {0x100, 0x12E, 0, true},   {0x132, 0x136, 0, true},   {0x139, 0x147, 0, false},
        {0x14A, 0x176, 0, true},   {0x179, 0x17D, 0, false},  {0x391, 0x3A1, 32, false},
        {0x3A4, 0x3AB, 32, false}, {0x410, 0x42F, 32, false}, {0x400, 0x40F, 80, false},
    };
    *changed = code;
    if (code < 0x80 && !((code | 32) >= 'a' && (code | 32) <= 'z')) return true;
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        uint32_t distance = (uint32_t)ranges[i].distance, low = ranges[i].first + distance;
        if (distance) {
            if (!upper && code >= ranges[i].first && code <= ranges[i].last)
                return *changed = code + distance, true;
            if (upper && code >= low && code <= ranges[i].last + distance)
                return *changed = code - distance, true;
            if (code >= ranges[i].first && code <= ranges[i].last + distance &&
                (code <= ranges[i].last || code >= low))
                return true;
        } else if (code >= ranges[i].first && code <= ranges[i].last + 1) {
            bool is_upper = (code % 2 == 0) == ranges[i].even;
            if (is_upper != upper) *changed = upper ? code - 1 : code + 1;
            return true;
        }
    }
    /* symbols, punctuation, ideographs and the like have no case */
    return (code >= 0x80 && code < 0xAA) || (code > 0xAA && code < 0xB5) ||
           (code > 0xB5 && code < 0xBA) || (code > 0xBA && code < 0xC0) || code == 0xD7 ||
           code == 0xF7 || (code >= 0x2000 && code < 0x2100) || (code >= 0x2190 && code < 0x2460) ||
           (code >= 0x2500 && code < 0x2C00) || (code >= 0x3000 && code < 0xA000) ||
           (code >= 0xAC00 && code < 0xD7A4) || code >= 0x1F000;
}

static void add_character(struct text *text, uint32_t code) {
    char bytes[4];
    size_t count = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = count; i-- > 1; code >>= 6) bytes[i] = (char)(0x80 | (code & 0x3F));
    bytes[0] = (char)(count == 1 ? code : (0xF0u << (4 - count)) | code);
    text_add_bytes(text, bytes, count);
}

/* Which letters of a text become upper case. */
enum casing { CASE_LOWER, CASE_UPPER, CASE_CAPITALIZE, CASE_TITLE };

static bool recase(struct runtime *runtime, struct value self, enum casing casing,
                   struct value *result) {
    struct text text;
    text_init(&text, runtime->arena);
    bool inside_word = false;
    for (size_t at = 0, bytes; at < self.length; at += bytes) {
        uint32_t code = character_at(self.text + at, self.length - at, &bytes), lower, upper;
        bool known = change_case(code, false, &lower) && change_case(code, true, &upper);
        if (!known)
            return fault_raise(runtime->fault, "NotSupported",
                               "the case of U+%04X is not known here", (unsigned)code);
        bool raise = casing == CASE_UPPER || (casing == CASE_CAPITALIZE && at == 0) ||
                     (casing == CASE_TITLE && !inside_word);
        inside_word = lower != upper;
        add_character(&text, raise ? upper : lower);
    }
    return finish(runtime, &text, result);
}

#define CASE_METHOD(name, casing)                                                                  \
    static bool string_##name(struct runtime *runtime, struct value self,                          \
                              const struct arguments *arguments, struct value *result) {           \
        return arguments_count(runtime, arguments, "str." #name, 0, 0) &&                          \
               recase(runtime, self, casing, result);                                              \
    }
CASE_METHOD(lower, CASE_LOWER)
CASE_METHOD(upper, CASE_UPPER)
CASE_METHOD(capitalize, CASE_CAPITALIZE)
CASE_METHOD(title, CASE_TITLE)

/* ---- strip ------------------------------------------------------------------------------- */

static bool is_space(char byte) {
    return byte == ' ' || (byte >= '\t' && byte <= '\r') || (byte >= 0x1c && byte <= 0x1f);
}

/* True when the character at text is to be stripped: whitespace, or one of `set`. */
static bool strippable(const char *text, size_t bytes, struct value set) {
    if (set.kind == VALUE_NONE) return bytes == 1 && is_space(*text);
    return bytes_find(set.text, set.length, text, bytes) != NULL;
}

static bool strip(struct runtime *runtime, struct value self, const struct arguments *arguments,
                  const char *callable, bool left, bool right, struct value *result) {
    struct value set = value_none();
    if (!arguments_count(runtime, arguments, callable, 0, 1)) return false;
    if (arguments->count) set = arguments->values[0];
    if (set.kind != VALUE_NONE && set.kind != VALUE_TEXT)
        return fault_raise(runtime->fault, "TypeError", "%s arg must be None or str",
                           strchr(callable, '.') + 1);
    size_t start = 0, end = self.length, bytes;
    while (left && start < end) {
        character_at(self.text + start, end - start, &bytes);
        if (!strippable(self.text + start, bytes, set)) break;
        start += bytes;
    }
    while (right && end > start) {
        size_t at = end - 1;
        while (at > start && ((unsigned char)self.text[at] & 0xC0) == 0x80) at--;
        if (!strippable(self.text + at, end - at, set)) break;
        end = at;
    }
    return string_new(runtime, self.text + start, end - start, result);
}

#define STRIP_METHOD(name, left, right)                                                            \
    static bool string_##name(struct runtime *runtime, struct value self,                          \
                              const struct arguments *arguments, struct value *result) {           \
        return strip(runtime, self, arguments, "str." #name, left, right, result);                 \
    }
STRIP_METHOD(strip, true, true)
STRIP_METHOD(lstrip, true, false)
STRIP_METHOD(rstrip, false, true)

/* ---- split and join ---------------------------------------------------------------------- */

static bool refuse_index(struct runtime *runtime, struct value value) {
    return fault_raise(runtime->fault, "TypeError",
                       "'%s' object cannot be interpreted as an integer", value_type_name(value));
}

static bool append_piece(struct runtime *runtime, struct list *list, const char *start,
                         const char *end) {
    struct value piece;
    return string_new(runtime, start, (size_t)(end - start), &piece) &&
           list_append(runtime, list, piece);
}

/* split(): words between runs of whitespace; `most` < 0: no limit. */
static bool split_words(struct runtime *runtime, struct value self, int64_t most,
                        struct list *list) {
    const char *at = self.text, *end = self.text + self.length;
    for (;;) {
        while (at < end && is_space(*at)) at++;
        if (at == end) return true;
        const char *start = at;
        if (most-- == 0) {
            while (is_space(end[-1])) end--;
            return append_piece(runtime, list, start, end);
        }
        while (at < end && !is_space(*at)) at++;
        if (!append_piece(runtime, list, start, at)) return false;
    }
}

static bool split_at(struct runtime *runtime, struct value self, struct value separator,
                     int64_t most, struct list *list) {
    const char *at = self.text, *end = self.text + self.length, *found;
    while (most-- != 0 &&
           (found = bytes_find(at, (size_t)(end - at), separator.text, separator.length))) {
        if (!append_piece(runtime, list, at, found)) return false;
        at = found + separator.length;
    }
    return append_piece(runtime, list, at, end);
}

static bool string_split(struct runtime *runtime, struct value self,
                         const struct arguments *arguments, struct value *result) {
    static const char *const names[] = {"sep", "maxsplit"};
    struct value out[2] = {value_none(), value_int(-1)};
    int64_t most;
    if (!arguments_read_c(runtime, arguments, "split", names, 2, 0, out)) return false;
    if (out[0].kind != VALUE_NONE && out[0].kind != VALUE_TEXT)
        return fault_raise(runtime->fault, "TypeError", "must be str or None, not %s",
                           value_type_name(out[0]));
    if (!index_read(out[1], &most)) return refuse_index(runtime, out[1]);
    if (out[0].kind == VALUE_TEXT && out[0].length == 0)
        return fault_raise(runtime->fault, "ValueError", "empty separator");
    struct list *list = list_new(runtime, &list_type, 4);
    if (!list) return false;
    *result = value_object(&list->base);
    return out[0].kind == VALUE_NONE ? split_words(runtime, self, most, list)
                                     : split_at(runtime, self, out[0], most, list);
}

/* splitlines(keepends=False): pieces between \n, \r and \r\n, without an empty one at the end. */
static bool string_splitlines(struct runtime *runtime, struct value self,
                              const struct arguments *arguments, struct value *result) {
    static const char *const names[] = {"keepends"};
    struct value keeps = value_bool(false);
    int64_t kept;
    if (!arguments_read_c(runtime, arguments, "splitlines", names, 1, 0, &keeps)) return false;
    if (!index_read(keeps, &kept)) return refuse_index(runtime, keeps);
    struct list *list = list_new(runtime, &list_type, 4);
    if (!list) return false;
    *result = value_object(&list->base);
    const char *at = self.text, *end = self.text + self.length;
    while (at < end) {
        const char *stop = at;
        while (stop < end && *stop != '\n' && *stop != '\r') stop++;
        bool two = stop + 1 < end && stop[0] == '\r' && stop[1] == '\n';
        const char *next = stop == end ? end : stop + (two ? 2 : 1);
        if (!append_piece(runtime, list, at, kept ? next : stop)) return false;
        at = next;
    }
    return true;
}

static bool string_join(struct runtime *runtime, struct value self,
                        const struct arguments *arguments, struct value *result) {
    if (!arguments_count(runtime, arguments, "str.join", 1, 1)) return false;
    struct value iterable = arguments->values[0], iterator, item;
    bool known = iterable.kind == VALUE_TEXT ||
                 (iterable.kind == VALUE_OBJECT &&
                  (iterable.object->type->iterate || iterable.object->type->next));
    if (!known) return fault_raise(runtime->fault, "TypeError", "can only join an iterable");
    if (!object_iterate(runtime, iterable, &iterator)) return false;
    struct text text;
    text_init(&text, runtime->arena);
    bool done;
    for (size_t i = 0; object_next(runtime, iterator, &item, &done); i++) {
        if (done) return finish(runtime, &text, result);
        if (item.kind != VALUE_TEXT)
            return fault_raise(runtime->fault, "TypeError",
                               "sequence item %zu: expected str instance, %s found", i,
                               value_type_name(item));
        if (i) text_add_bytes(&text, self.text, self.length);
        text_add_bytes(&text, item.text, item.length);
    }
    return false;
}

static bool string_isdigit(struct runtime *runtime, struct value self,
                           const struct arguments *arguments, struct value *result) {
    if (!arguments_count(runtime, arguments, "str.isdigit", 0, 0)) return false;
    bool digits = self.length > 0;
    for (uint32_t i = 0; i < self.length; i++)
        digits = digits && self.text[i] >= '0' && self.text[i] <= '9';
    *result = value_bool(digits);
    return true;
}

/* ---- the table --------------------------------------------------------------------------- */

const struct plain_method string_methods[] = {
    {"upper", string_upper},
    {"lower", string_lower},
    {"capitalize", string_capitalize},
    {"title", string_title},
    {"strip", string_strip},
    {"lstrip", string_lstrip},
    {"rstrip", string_rstrip},
    {"split", string_split},
    {"splitlines", string_splitlines},
    {"join", string_join},
    {"startswith", string_startswith},
    {"endswith", string_endswith},
    {"find", string_find},
    {"count", string_count},
    {"replace", string_replace},
    {"isdigit", string_isdigit},
    {"format", string_format},
    {NULL, NULL},
};
