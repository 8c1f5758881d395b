/* csv - rows of text as Python's csv.writer writes them (the "excel" dialect, RFC 4180).
 *
 * Fields are separated by commas, rows end in CR LF. A field is quoted only when it must be: when
 * it holds a comma, a quote, CR or LF, or when an empty one is all there is in the row. A quote
 * inside is doubled.
 *
 * Mirrors csv.writer(f).writerow(row), QUOTE_MINIMAL. */
#ifndef ENGINE_HTTP_CSV_H
#define ENGINE_HTTP_CSV_H

#include "engine/object/object.h"

struct csv_field {
    const char *text;
    size_t length;
};

/* The most bytes that a row of these fields can take. */
size_t csv_row_most(const struct csv_field *fields, size_t count);

/* Writes a row into room, which has csv_row_most bytes; returns how many it took. */
size_t csv_row(char *room, const struct csv_field *fields, size_t count);

/* A value as a field, as str() would give it; None is empty. Text is borrowed from the value, all
 * else is made in the runtime's arena. False: fault. */
bool csv_field_of(struct runtime *runtime, struct value value, struct csv_field *field);

/* Writes a whole number in decimal; room has at least 21 bytes. Returns how many it took. */
size_t csv_number(char *room, uint64_t number);

#endif
