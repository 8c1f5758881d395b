/* json - writes JSON, piece by piece, to a file or into a text.
 *
 * Order of calls: json_to_file or json_to_text; then, for each line of NDJSON, the pieces from the
 * outside in, and json_end_line:
 *
 *     json_object(&json);
 *     json_key(&json, "step"), json_text(&json, "workers");
 *     json_key(&json, "queries"), json_integer(&json, 101);
 *     json_close(&json);
 *     json_end_line(&json);                      {"step":"workers","queries":101}
 *
 * Commas are its own business. Misuse (a key outside an object, a close too many) is an assert.
 * Errors are those of what it writes to: ask ferror, or text_finish. */
#ifndef UI_JSON_H
#define UI_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "engine/base/fault.h"
#include "engine/base/text.h"
#include "engine/base/value.h"

enum { JSON_DEPTH = 64 };

struct json {
    FILE *file; /* one of the two is NULL */
    struct text *text;
    unsigned depth;           /* objects and arrays open now */
    char closers[JSON_DEPTH]; /* '}' or ']' for each of them */
    bool filled[JSON_DEPTH];  /* it has a member: the next one needs a comma */
    bool after_key;
};

/* Prepares a writer; the file or text is borrowed. */
void json_to_file(struct json *json, FILE *file);
void json_to_text(struct json *json, struct text *text);

/* How many objects and arrays may still be opened: ask before writing nested data of any depth. */
unsigned json_room(const struct json *json);

void json_object(struct json *json);
void json_array(struct json *json);
void json_close(struct json *json); /* whichever was opened last */
void json_key(struct json *json, const char *name);
/* Ends a line; everything must be closed. */
void json_end_line(struct json *json);

void json_null(struct json *json);
void json_bool(struct json *json, bool truth);
void json_integer(struct json *json, int64_t integer);
void json_unsigned(struct json *json, uint64_t integer);

/* UTF-8 stays as it is; bytes that are none become U+FFFD. text may be NULL: null. */
void json_text(struct json *json, const char *text);
void json_bytes(struct json *json, const char *bytes, size_t length);

/* The shortest digits that read back as the same double, with ".0" where they would look like an
 * integer: what Python calls a float stays one. NaN and the infinities, which JSON lacks: null. */
void json_real(struct json *json, double real);

/* A measured number: without a fraction it is written as an integer. */
void json_number(struct json *json, double number);

/* A plain Python value: none, bool, numbers, texts, dates. An object, which a learner can put
 * into any column, has no plain form: "..." stands for it. */
void json_value(struct json *json, struct value value);

/* {"type", "message", "line", "column"}; NULL and a fault that was not raised: null. */
void json_fault(struct json *json, const struct fault *fault);

/* A piece that json_to_text wrote before: whole and valid. */
void json_raw(struct json *json, const char *piece);

/* Two pieces at once, for the commonest members. */
void json_member_text(struct json *json, const char *name, const char *text);
void json_member_integer(struct json *json, const char *name, int64_t integer);
void json_member_bool(struct json *json, const char *name, bool truth);

#endif
