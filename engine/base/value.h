/* value - one Python value, in 16 bytes.
 *
 *      0       1       2        4                 8
 *     +-------+-------+--------+-----------------+---------------------------------+
 *     | kind  |   -   |   -    | length (bytes)  | integer, real, text or object   |
 *     +-------+-------+--------+-----------------+---------------------------------+
 *
 * Small values stand in the struct itself; texts and objects are borrowed from an arena and live
 * as long as that does. Columns of a row, parameters of SQL, keyword arguments of a URL and
 * everything a listing computes are values. */
#ifndef ENGINE_BASE_VALUE_H
#define ENGINE_BASE_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum value_kind {
    VALUE_NONE,
    VALUE_BOOL,     /* integer: 0 or 1 */
    VALUE_INT,      /* integer: 64 bits */
    VALUE_BIGINT,   /* text: decimal digits of an int that does not fit 64 bits, "-" in front */
    VALUE_FLOAT,    /* real */
    VALUE_TEXT,     /* text: UTF-8, length bytes, NUL-terminated as well */
    VALUE_BYTES,    /* text: length bytes */
    VALUE_DATE,     /* text: "2024-02-29" */
    VALUE_TIME,     /* text: "13:45:00" or "13:45:00.000001" */
    VALUE_DATETIME, /* text as SQLite holds it: "2024-02-29 13:45:00[.ffffff]" */
    VALUE_UUID,     /* text: 36 characters, lower case */
    VALUE_OBJECT    /* object: everything else; see engine/object/object.h */
};

struct object;

struct value {
    uint8_t kind; /* enum value_kind */
    uint8_t unused[3];
    uint32_t length; /* bytes of text */
    union {
        int64_t integer;
        double real;
        const char *text;
        struct object *object;
    };
};

static inline struct value value_none(void) {
    return (struct value){.kind = VALUE_NONE};
}

static inline struct value value_bool(bool truth) {
    return (struct value){.kind = VALUE_BOOL, .integer = truth};
}

static inline struct value value_int(int64_t integer) {
    return (struct value){.kind = VALUE_INT, .integer = integer};
}

static inline struct value value_float(double real) {
    return (struct value){.kind = VALUE_FLOAT, .real = real};
}

/* Borrows text. For the kinds whose payload is text. */
static inline struct value value_of_text(enum value_kind kind, const char *text, size_t length) {
    return (struct value){.kind = (uint8_t)kind, .length = (uint32_t)length, .text = text};
}

static inline struct value value_text(const char *text) {
    return value_of_text(VALUE_TEXT, text, strlen(text));
}

static inline struct value value_object(struct object *object) {
    return (struct value){.kind = VALUE_OBJECT, .object = object};
}

/* True for the kinds whose payload is text. */
static inline bool value_is_textual(struct value value) {
    return value.kind == VALUE_BIGINT || (value.kind >= VALUE_TEXT && value.kind <= VALUE_UUID);
}

#endif
