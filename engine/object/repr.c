/* repr - repr() and str() of every kind of value. */
#include <stdio.h>
#include <string.h>

#include "engine/object/object.h"
#include "engine/object/plain.h"

/* ---- texts -------------------------------------------------------------------------------- */

/* Code points that str.isprintable() denies, as far as ranges go: controls, separators, format
 * characters, surrogates, private use. (Code points not yet assigned count as printable here.) */
static bool is_printable(uint32_t code) {
    static const struct {
        uint32_t first, last;
    } hidden[] = {
        {0x00, 0x1F},        {0x7F, 0xA0},     {0xAD, 0xAD},     {0x600, 0x605},
        {0x61C, 0x61C},      {0x6DD, 0x6DD},   {0x70F, 0x70F},   {0x890, 0x891},
        {0x8E2, 0x8E2},      {0x1680, 0x1680}, {0x180E, 0x180E}, {0x2000, 0x200F},
        {0x2028, 0x202F},    {0x205F, 0x206F}, {0x3000, 0x3000}, {0xD800, 0xF8FF},
        {0xFEFF, 0xFEFF},    {0xFFF0, 0xFFFB}, {0xFFFE, 0xFFFF}, {0xE0000, 0xE0FFF},
        {0xF0000, 0x10FFFF},
    };
    if (code >= 0x20 && code < 0x7F) return true;
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
        if (code >= hidden[i].first && code <= hidden[i].last) return false;
    return true;
}

static void add_escaped(struct text *text, uint32_t code) {
    if (code == '\n')
        text_add(text, "\\n");
    else if (code == '\r')
        text_add(text, "\\r");
    else if (code == '\t')
        text_add(text, "\\t");
    else if (code < 0x100)
        text_format(text, "\\x%02x", (unsigned)code);
    else
        text_format(text, code < 0x10000 ? "\\u%04x" : "\\U%08x", (unsigned)code);
}

/* The quotes of repr(): single, unless that would need a backslash and double ones would not. */
static char quote_for(struct value text) {
    bool has_single = memchr(text.text, '\'', text.length) != NULL;
    return has_single && !memchr(text.text, '"', text.length) ? '"' : '\'';
}

const char *string_repr(struct runtime *runtime, struct value value) {
    bool bytes = value.kind == VALUE_BYTES;
    struct text text;
    text_init(&text, runtime->arena);
    char quote = quote_for(value);
    text_add(&text, bytes ? "b" : "");
    text_add_char(&text, quote);
    for (size_t at = 0, size = 1; at < value.length; at += size) {
        unsigned char byte = (unsigned char)value.text[at];
        size = bytes || byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
        if (size > value.length - at) size = value.length - at;
        uint32_t code = size == 1 ? byte : byte & (0xFFu >> (size + 1));
        for (size_t i = 1; i < size; i++)
            code = (code << 6) | ((unsigned char)value.text[at + i] & 0x3Fu);
        if (byte == (unsigned char)quote || byte == '\\') text_add_char(&text, '\\');
        if (is_printable(code) && !(bytes && byte >= 0x7F))
            text_add_bytes(&text, value.text + at, size);
        else
            add_escaped(&text, code);
    }
    text_add_char(&text, quote);
    const char *finished = text_finish(&text);
    return runtime_has(runtime, finished) ? finished : NULL;
}

/* ---- objects ------------------------------------------------------------------------------ */

/* A list may hold itself: its repr() shows that place as [...], as Python does. */
struct showing {
    const struct object *object;
    const struct showing *around;
};

static const char *shown_inside_itself(const struct runtime *runtime, const struct object *object) {
    const struct object_type *type = object->type;
    if (type != &list_type && type != &tuple_type && type != &dict_type) return NULL;
    for (const struct showing *at = runtime->showing; at; at = at->around)
        if (at->object == object)
            return type == &list_type ? "[...]" : type == &dict_type ? "{...}" : "(...)";
    return NULL;
}

static const char *object_text(struct runtime *runtime, struct object *object, bool str) {
    const struct object_type *type = object->type;
    const char *(*slot)(struct runtime *, struct object *) =
        str && type->str ? type->str : type->repr;
    if (!slot) {
        const char *text = arena_format(runtime->arena, "<%s object at %p>",
                                        value_type_name(value_object(object)), (void *)object);
        return runtime_has(runtime, text) ? text : NULL;
    }
    const char *inside = shown_inside_itself(runtime, object);
    if (inside) return inside;
    if (!runtime_enter(runtime)) return NULL;
    struct showing showing = {object, runtime->showing};
    runtime->showing = &showing;
    const char *text = slot(runtime, object);
    runtime->showing = showing.around;
    runtime_leave(runtime);
    return text;
}

/* ---- every kind --------------------------------------------------------------------------- */

static const char *number_text(struct runtime *runtime, struct value value) {
    char buffer[FLOAT_TEXT];
    if (value.kind == VALUE_FLOAT)
        float_repr(value.real, buffer);
    else
        snprintf(buffer, sizeof buffer, "%lld", (long long)value.integer);
    const char *text = arena_string(runtime->arena, buffer);
    return runtime_has(runtime, text) ? text : NULL;
}

const char *object_repr(struct runtime *runtime, struct value value) {
    switch ((enum value_kind)value.kind) {
    case VALUE_NONE: return "None";
    case VALUE_BOOL: return value.integer ? "True" : "False";
    case VALUE_INT:
    case VALUE_FLOAT: return number_text(runtime, value);
    case VALUE_BIGINT: return value.text;
    case VALUE_TEXT:
    case VALUE_BYTES: return string_repr(runtime, value);
    case VALUE_OBJECT: return object_text(runtime, value.object, false);
    default: return date_repr(runtime, value);
    }
}

const char *object_str(struct runtime *runtime, struct value value) {
    switch ((enum value_kind)value.kind) {
    case VALUE_TEXT:
    case VALUE_DATE:
    case VALUE_TIME:
    case VALUE_DATETIME:
    case VALUE_UUID: return value.text;
    case VALUE_OBJECT: return object_text(runtime, value.object, true);
    default: return object_repr(runtime, value);
    }
}
