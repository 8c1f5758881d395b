/* json - see json.h.
 *
 * All pieces end in put(); before each one begin() writes the comma it may need. */
#include "ui/json.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ui/columns.h"

void json_to_file(struct json *json, FILE *file) {
    *json = (struct json){.file = file};
}

void json_to_text(struct json *json, struct text *text) {
    *json = (struct json){.text = text};
}

unsigned json_room(const struct json *json) {
    return JSON_DEPTH - json->depth;
}

static void put(struct json *json, const char *bytes, size_t length) {
    if (json->file)
        fwrite(bytes, 1, length, json->file);
    else
        text_add_bytes(json->text, bytes, length);
}

static void put_string(struct json *json, const char *string) {
    put(json, string, strlen(string));
}

/* A comma, unless this is the first member or stands behind its key. */
static void begin(struct json *json) {
    if (json->after_key) {
        json->after_key = false;
        return;
    }
    if (json->depth == 0) return;
    assert(json->closers[json->depth - 1] == ']' && "members of objects have keys");
    if (json->filled[json->depth - 1]) put(json, ",", 1);
    json->filled[json->depth - 1] = true;
}

static void open_with(struct json *json, const char *opener, char closer) {
    begin(json);
    assert(json->depth < JSON_DEPTH);
    json->closers[json->depth] = closer;
    json->filled[json->depth] = false;
    json->depth++;
    put_string(json, opener);
}

void json_object(struct json *json) {
    open_with(json, "{", '}');
}

void json_array(struct json *json) {
    open_with(json, "[", ']');
}

void json_close(struct json *json) {
    assert(json->depth > 0 && !json->after_key);
    json->depth--;
    put(json, &json->closers[json->depth], 1);
}

void json_end_line(struct json *json) {
    assert(json->depth == 0);
    put(json, "\n", 1);
}

/* string = '"' { any character but '"', '\' and U+0000 to U+001F, or an escape } '"'   (RFC 8259,
 * 7)
 */
static void put_quoted(struct json *json, const char *bytes, size_t length) {
    const char *cursor = bytes, *end = bytes + length;
    put(json, "\"", 1);
    while (cursor < end) {
        const char *start = cursor;
        uint32_t point = columns_next_point(&cursor, end);
        char escape[8];
        if (point == COLUMNS_INVALID)
            put_string(json, "\xEF\xBF\xBD");
        else if (point == '"' || point == '\\')
            put(json, "\\", 1), put(json, start, 1);
        else if (point == '\n')
            put_string(json, "\\n");
        else if (point == '\t')
            put_string(json, "\\t");
        else if (point == '\r')
            put_string(json, "\\r");
        else if (point < 0x20) {
            snprintf(escape, sizeof escape, "\\u%04x", (unsigned)point);
            put_string(json, escape);
        } else
            put(json, start, (size_t)(cursor - start));
    }
    put(json, "\"", 1);
}

void json_key(struct json *json, const char *name) {
    assert(json->depth > 0 && json->closers[json->depth - 1] == '}' && !json->after_key);
    if (json->filled[json->depth - 1]) put(json, ",", 1);
    json->filled[json->depth - 1] = true;
    put_quoted(json, name, strlen(name));
    put(json, ":", 1);
    json->after_key = true;
}

void json_null(struct json *json) {
    begin(json);
    put_string(json, "null");
}

void json_bool(struct json *json, bool truth) {
    begin(json);
    put_string(json, truth ? "true" : "false");
}

void json_integer(struct json *json, int64_t integer) {
    char digits[32];
    begin(json);
    snprintf(digits, sizeof digits, "%" PRId64, integer);
    put_string(json, digits);
}

void json_unsigned(struct json *json, uint64_t integer) {
    char digits[32];
    begin(json);
    snprintf(digits, sizeof digits, "%" PRIu64, integer);
    put_string(json, digits);
}

void json_bytes(struct json *json, const char *bytes, size_t length) {
    begin(json);
    put_quoted(json, bytes, length);
}

void json_text(struct json *json, const char *text) {
    if (text)
        json_bytes(json, text, strlen(text));
    else
        json_null(json);
}

/* 17 significant digits tell any two doubles apart (IEEE 754); most need fewer. */
static void put_shortest(struct json *json, double real, const char *when_whole) {
    char digits[40];
    for (int precision = 1; precision <= 17; precision++) {
        snprintf(digits, sizeof digits, "%.*g", precision, real);
        if (strtod(digits, NULL) == real) break;
    }
    put_string(json, digits);
    if (!strpbrk(digits, ".e")) put_string(json, when_whole);
}

void json_real(struct json *json, double real) {
    if (!isfinite(real)) {
        json_null(json);
        return;
    }
    begin(json);
    put_shortest(json, real, ".0");
}

/* Up to 2^53 a double holds every whole number exactly. */
void json_number(struct json *json, double number) {
    if (number == floor(number) && fabs(number) <= 0x1p53)
        json_integer(json, (int64_t)number);
    else
        json_real(json, number);
}

void json_value(struct json *json, struct value value) {
    switch ((enum value_kind)value.kind) {
    case VALUE_NONE: json_null(json); return;
    case VALUE_BOOL: json_bool(json, value.integer != 0); return;
    case VALUE_INT: json_integer(json, value.integer); return;
    case VALUE_FLOAT: json_real(json, value.real); return;
    case VALUE_BIGINT:
        begin(json);
        put(json, value.text, value.length);
        return;
    case VALUE_TEXT:
    case VALUE_BYTES:
    case VALUE_DATE:
    case VALUE_TIME:
    case VALUE_DATETIME:
    case VALUE_UUID: json_bytes(json, value.text, value.length); return;
    case VALUE_OBJECT: json_text(json, "..."); return;
    }
}

void json_raw(struct json *json, const char *piece) {
    begin(json);
    put_string(json, piece);
}

void json_member_text(struct json *json, const char *name, const char *text) {
    json_key(json, name);
    json_text(json, text);
}

void json_member_integer(struct json *json, const char *name, int64_t integer) {
    json_key(json, name);
    json_integer(json, integer);
}

void json_member_bool(struct json *json, const char *name, bool truth) {
    json_key(json, name);
    json_bool(json, truth);
}

void json_fault(struct json *json, const struct fault *fault) {
    if (!fault || !fault_raised(fault)) {
        json_null(json);
        return;
    }
    json_object(json);
    json_member_text(json, "type", fault->type);
    json_member_text(json, "message", fault->message);
    json_member_integer(json, "line", fault->line);
    json_member_integer(json, "column", fault->column);
    json_close(json);
}
