/* quote - see quote.h. */
#include "engine/urls/quote.h"

#include <string.h>

/* ---- template % texts --------------------------------------------------------------------- */

static size_t count_characters(const char *from, const char *to) {
    size_t count = 0;
    for (; from < to; from++) count += ((unsigned char)*from & 0xC0) != 0x80;
    return count;
}

/* The code point that begins at text, which is UTF-8. */
static unsigned code_point(const char *text) {
    unsigned char first = (unsigned char)*text;
    if (first < 0xC0) return first;
    unsigned point = first & (first < 0xE0 ? 0x1F : first < 0xF0 ? 0x0F : 0x07);
    while (((unsigned char)*++text & 0xC0) == 0x80)
        point = point << 6 | ((unsigned char)*text & 0x3F);
    return point;
}

/* "%" [flags] [width] ["." precision] type: only the type can be wrong, and in a route mostly is.
 * Behind a name Python has no argument left, and says that first. */
static bool raise_stray(struct runtime *runtime, const char *template, const char *at, bool named) {
    const char *type = at + strspn(at, "-+ #0");
    type += strspn(type, "0123456789");
    if (*type == '.') type += 1 + strspn(type + 1, "0123456789");
    if (*type && strchr("hlL", *type)) type++;
    if (!*type) return fault_raise(runtime->fault, "ValueError", "incomplete format");
    if (named && !strchr("%*(", *type))
        return fault_raise(runtime->fault, "TypeError", "not enough arguments for format string");
    if (strchr("csradiouxXeEfFgG%*(", *type))
        return fault_raise(runtime->fault, "NotSupported", "reverse() of a route with '%%%.*s'",
                           (int)(type + 1 - at), at);
    unsigned point = code_point(type);
    return fault_raise(
        runtime->fault, "ValueError", "unsupported format character '%c' (0x%x) at index %zu",
        point > 30 && point < 127 ? (int)point : '?', point, count_characters(template, type));
}

/* "%(" name ")s" */
static bool fill_one(struct runtime *runtime, const char **at, const struct dict *texts,
                     struct text *filled) {
    const char *name = *at + 1, *close = strchr(name, ')');
    if (!close) return fault_raise(runtime->fault, "ValueError", "incomplete format key");
    struct value text;
    const char *copy = arena_copy(runtime->arena, name, (size_t)(close - name));
    if (!copy) return fault_no_memory(runtime->fault);
    struct value key = value_text(copy);
    bool found;
    if (close[1] != 's' || strchr(copy, '('))
        return fault_raise(runtime->fault, "NotSupported", "reverse() of a route with '%%('");
    if (!dict_get(runtime, texts, key, &text, &found)) return false;
    if (!found) {
        const char *shown = object_repr(runtime, key);
        return shown && fault_raise(runtime->fault, "KeyError", "%s", shown);
    }
    text_add_bytes(filled, text.text, text.length);
    *at = close + 2;
    return true;
}

const char *percent_fill(struct runtime *runtime, const char *template, const struct dict *texts) {
    struct text filled;
    bool named = false;
    text_init(&filled, runtime->arena);
    for (const char *at = template; *at;) {
        size_t plain = strcspn(at, "%");
        text_add_bytes(&filled, at, plain);
        at += plain;
        if (!*at) break;
        at++;
        if (*at == '%')
            text_add_char(&filled, *at++);
        else if (*at != '(')
            return raise_stray(runtime, template, at, named), NULL;
        else if (!fill_one(runtime, &at, texts, &filled))
            return NULL;
        else
            named = true;
    }
    const char *text = text_finish(&filled);
    return text ? text : (fault_no_memory(runtime->fault), NULL);
}

/* ---- percent-encoding --------------------------------------------------------------------- */

/* RFC 3986: unreserved and sub-delims, and "/:@"; "~" is unreserved. */
static bool is_plain(unsigned char byte) {
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
           (byte >= 'A' && byte <= 'Z') || (byte && strchr("-._~!$&'()*+,;=/:@", byte));
}

const char *quote_path(struct arena *arena, const char *path) {
    struct text text;
    text_init(&text, arena);
    if (path[0] == '/' && path[1] == '/') {
        text_add(&text, "/%2F");
        path += 2;
    }
    for (; *path; path++) {
        if (is_plain((unsigned char)*path))
            text_add_char(&text, *path);
        else
            text_format(&text, "%%%02X", (unsigned char)*path);
    }
    return text_finish(&text);
}
