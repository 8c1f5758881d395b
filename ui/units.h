/* units - numbers as people read them.
 *
 *     1234567 queries    "1,234,567 queries"
 *     6132000 ns         "6.13 ms"
 *     1572864 bytes      "1.5 MiB"
 *
 * Three significant digits where a unit is scaled; whole numbers are never rounded. Each function
 * writes a NUL-terminated text into buffer, which UNITS_SIZE bytes are enough for, and returns it.
 */
#ifndef UI_UNITS_H
#define UI_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UNITS_SIZE = 64 };

/* "1,234,567". */
const char *units_count(uint64_t count, char *buffer, size_t size);

/* "812 ns", "6.13 ms", "1.5 s". Times are "us" and not with a micro sign: every font has a u. */
const char *units_duration(uint64_t ns, char *buffer, size_t size);

/* "512 bytes", "1.5 MiB". */
const char *units_bytes(double bytes, char *buffer, size_t size);

/* A number of any unit: "ns", "us", "ms", "s" and "bytes" are scaled, others stand behind the
 * number ("" for none). */
const char *units_number(double number, const char *unit, char *buffer, size_t size);

/* The same, short, for the marks of an axis: no unit but that of scaled ones. */
const char *units_tick(double number, const char *unit, char *buffer, size_t size);

/* Reads a number as people type it and as it is written here without a unit: "1,001", "1e3". False
 * when it is none, or not finite. */
bool units_read(const char *text, double *number);

#endif
