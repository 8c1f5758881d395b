/* json - see json.h. A recursive descent over the grammar of RFC 8259, a function a rule. */
#include "tests/support/json.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MOST = 100 };

struct reader {
    struct arena *arena;
    const char *at;
    unsigned depth;
};

static struct json_node *read_value(struct reader *reader);

static void skip_blanks(struct reader *reader) {
    reader->at += strspn(reader->at, " \t\n\r");
}

static bool take(struct reader *reader, const char *word) {
    size_t length = strlen(word);
    if (strncmp(reader->at, word, length) != 0) return false;
    reader->at += length;
    return true;
}

static struct json_node *new_node(struct reader *reader, enum json_kind kind) {
    struct json_node *node = arena_alloc(reader->arena, sizeof *node);
    if (!node) abort();
    node->kind = kind;
    return node;
}

/* number = [ "-" ] ( "0" / digit1-9 *digit ) [ "." 1*digit ] [ "e" [ "+" / "-" ] 1*digit ] */
static struct json_node *read_number(struct reader *reader) {
    const char *start = reader->at, *at = start;
    if (*at == '-') at++;
    size_t digits = strspn(at, "0123456789");
    if (digits == 0 || (*at == '0' && digits > 1)) return NULL;
    at += digits;
    if (*at == '.') {
        digits = strspn(++at, "0123456789");
        if (digits == 0) return NULL;
        at += digits;
    }
    if (*at == 'e' || *at == 'E') {
        at++;
        if (*at == '+' || *at == '-') at++;
        digits = strspn(at, "0123456789");
        if (digits == 0) return NULL;
        at += digits;
    }
    struct json_node *node = new_node(reader, JSON_NUMBER);
    node->number = strtod(start, NULL);
    node->text = arena_copy(reader->arena, start, (size_t)(at - start));
    reader->at = at;
    return node;
}

static char *put_utf8(char *out, uint32_t point) {
    if (point < 0x80)
        *out++ = (char)point;
    else if (point < 0x800) {
        *out++ = (char)(0xC0 | point >> 6);
        *out++ = (char)(0x80 | (point & 0x3F));
    } else if (point < 0x10000) {
        *out++ = (char)(0xE0 | point >> 12);
        *out++ = (char)(0x80 | (point >> 6 & 0x3F));
        *out++ = (char)(0x80 | (point & 0x3F));
    } else {
        *out++ = (char)(0xF0 | point >> 18);
        *out++ = (char)(0x80 | (point >> 12 & 0x3F));
        *out++ = (char)(0x80 | (point >> 6 & 0x3F));
        *out++ = (char)(0x80 | (point & 0x3F));
    }
    return out;
}

static bool read_hex(struct reader *reader, uint32_t *point) {
    char digits[5] = {0};
    memcpy(digits, reader->at, strnlen(reader->at, 4));
    if (strspn(digits, "0123456789abcdefABCDEF") != 4) return false;
    *point = (uint32_t)strtoul(digits, NULL, 16);
    reader->at += 4;
    return true;
}

/* escape = "\" ( quote / "\" / "/" / b / f / n / r / t / u 4hex ), surrogates in pairs */
static bool read_escape(struct reader *reader, char **out) {
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *found = *reader->at ? strchr(from, *reader->at) : NULL;
    uint32_t point, low;
    if (found) {
        reader->at++;
        *(*out)++ = to[found - from];
        return true;
    }
    if (!take(reader, "u") || !read_hex(reader, &point)) return false;
    if (point >= 0xDC00 && point < 0xE000) return false;
    if (point >= 0xD800 && point < 0xDC00) {
        if (!take(reader, "\\u") || !read_hex(reader, &low) || low < 0xDC00 || low >= 0xE000)
            return false;
        point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
    }
    *out = put_utf8(*out, point);
    return true;
}

/* One character of UTF-8: re-encoding what was decoded must give the same bytes, which refuses
 * overlong forms and surrogates at once. */
static bool read_utf8(struct reader *reader, char **out) {
    const unsigned char *at = (const unsigned char *)reader->at;
    size_t length = at[0] < 0x80 ? 1 : at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : 4;
    uint32_t point = length == 1 ? at[0] : at[0] & (0x7Fu >> length);
    char again[4];
    if (at[0] >= 0xF5 || (at[0] >= 0x80 && at[0] < 0xC2)) return false;
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xC0) != 0x80) return false;
        point = point << 6 | (at[i] & 0x3F);
    }
    if (point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) return false;
    if ((size_t)(put_utf8(again, point) - again) != length) return false;
    memcpy(*out, reader->at, length);
    *out += length;
    reader->at += length;
    return true;
}

static char *read_string(struct reader *reader) {
    if (!take(reader, "\"")) return NULL;
    char *text = arena_alloc(reader->arena, strlen(reader->at) + 1), *out = text;
    if (!text) abort();
    while (*reader->at != '"') {
        if ((unsigned char)*reader->at < 0x20) return NULL;
        if (take(reader, "\\") ? !read_escape(reader, &out) : !read_utf8(reader, &out)) return NULL;
    }
    reader->at++;
    *out = '\0';
    return text;
}

static bool has_member(const struct json_node *object, const char *name) {
    return json_get(object, name) != NULL;
}

/* array = "[" [ value *( "," value ) ] "]"; object = "{" [ member *( "," member ) ] "}" */
static struct json_node *read_members(struct reader *reader, enum json_kind kind,
                                      const char *closer) {
    struct json_node *node = new_node(reader, kind), **last = &node->first;
    skip_blanks(reader);
    if (take(reader, closer)) return node;
    do {
        const char *name = NULL;
        skip_blanks(reader);
        if (kind == JSON_OBJECT) {
            name = read_string(reader);
            skip_blanks(reader);
            if (!name || has_member(node, name) || !take(reader, ":")) return NULL;
        }
        *last = read_value(reader);
        if (!*last) return NULL;
        (*last)->name = name;
        last = &(*last)->next;
        node->count++;
        skip_blanks(reader);
    } while (take(reader, ","));
    return take(reader, closer) ? node : NULL;
}

static struct json_node *read_any(struct reader *reader) {
    if (take(reader, "null")) return new_node(reader, JSON_NULL);
    if (take(reader, "true")) return new_node(reader, JSON_TRUE);
    if (take(reader, "false")) return new_node(reader, JSON_FALSE);
    if (take(reader, "[")) return read_members(reader, JSON_ARRAY, "]");
    if (take(reader, "{")) return read_members(reader, JSON_OBJECT, "}");
    if (*reader->at != '"') return read_number(reader);
    const char *text = read_string(reader);
    struct json_node *node = text ? new_node(reader, JSON_STRING) : NULL;
    if (node) node->text = text;
    return node;
}

static struct json_node *read_value(struct reader *reader) {
    if (reader->depth == DEPTH_MOST) return NULL;
    reader->depth++;
    skip_blanks(reader);
    struct json_node *node = read_any(reader);
    reader->depth--;
    return node;
}

struct json_node *json_read(struct arena *arena, const char *text) {
    struct reader reader = {.arena = arena, .at = text};
    struct json_node *node = read_value(&reader);
    skip_blanks(&reader);
    return node && *reader.at == '\0' ? node : NULL;
}

struct json_node *json_read_lines(struct arena *arena, const char *text) {
    struct reader reader = {.arena = arena};
    struct json_node *all = new_node(&reader, JSON_ARRAY), **last = &all->first;
    while (*text) {
        const char *end = strchr(text, '\n');
        if (!end) return NULL;
        *last = json_read(arena, arena_copy(arena, text, (size_t)(end - text)));
        if (!*last) return NULL;
        last = &(*last)->next;
        all->count++;
        text = end + 1;
    }
    return all;
}

const struct json_node *json_get(const struct json_node *node, const char *name) {
    if (!node || node->kind != JSON_OBJECT) return NULL;
    for (const struct json_node *member = node->first; member; member = member->next)
        if (strcmp(member->name, name) == 0) return member;
    return NULL;
}

const struct json_node *json_at(const struct json_node *node, size_t index) {
    const struct json_node *item = node ? node->first : NULL;
    while (item && index-- > 0) item = item->next;
    return item;
}

const char *json_get_text(const struct json_node *node, const char *name) {
    const struct json_node *member = json_get(node, name);
    return member && member->kind == JSON_STRING ? member->text : "";
}

double json_get_number(const struct json_node *node, const char *name) {
    const struct json_node *member = json_get(node, name);
    return member && member->kind == JSON_NUMBER ? member->number : -1;
}
