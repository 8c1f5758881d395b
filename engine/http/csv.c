/* csv - see csv.h. */
#include "engine/http/csv.h"

#include <string.h>

size_t csv_row_most(const struct csv_field *fields, size_t count) {
    size_t most = 4; /* CR LF, and the quotes of a lone empty field */
    for (size_t i = 0; i < count; i++) most += 2 * fields[i].length + 3;
    return most;
}

/* RFC 4180, 2.6: fields with line breaks, quotes or commas are enclosed in quotes. */
static bool needs_quotes(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (text[i] == ',' || text[i] == '"' || text[i] == '\r' || text[i] == '\n') return true;
    return false;
}

/* RFC 4180, 2.7: a quote inside is written twice. */
static char *put_quoted(char *out, const char *text, size_t length) {
    *out++ = '"';
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '"') *out++ = '"';
        *out++ = text[i];
    }
    *out++ = '"';
    return out;
}

size_t csv_row(char *room, const struct csv_field *fields, size_t count) {
    char *out = room;
    bool lone_empty = count == 1 && fields[0].length == 0; /* else it would read as no row */
    for (size_t i = 0; i < count; i++) {
        const struct csv_field *field = &fields[i];
        if (i) *out++ = ',';
        if (lone_empty || needs_quotes(field->text, field->length)) {
            out = put_quoted(out, field->text, field->length);
        } else if (field->length) {
            memcpy(out, field->text, field->length);
            out += field->length;
        }
    }
    *out++ = '\r';
    *out++ = '\n';
    return (size_t)(out - room);
}

bool csv_field_of(struct runtime *runtime, struct value value, struct csv_field *field) {
    if (value.kind == VALUE_NONE) {
        *field = (struct csv_field){"", 0};
        return true;
    }
    if (value.kind == VALUE_TEXT) {
        *field = (struct csv_field){value.text, value.length};
        return true;
    }
    const char *text = object_str(runtime, value);
    if (!text) return false;
    *field = (struct csv_field){text, strlen(text)};
    return true;
}

size_t csv_number(char *room, uint64_t number) {
    char digits[20];
    size_t count = 0;
    do digits[count++] = (char)('0' + number % 10);
    while (number /= 10);
    for (size_t i = 0; i < count; i++) room[i] = digits[count - 1 - i];
    return count;
}
