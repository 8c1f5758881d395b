/* python - the words of a line of Python, told apart: for whoever colours a listing, or breaks one
 * of its lines.
 *
 *     if name == "x":  # why
 *     ^^         ^^^   ^^^^^
 *     keyword    string  comment
 *
 * Only lines: a string that spans lines is not known here, and no listing has one. */
#ifndef UI_PYTHON_H
#define UI_PYTHON_H

#include <stddef.h>

enum python_kind { PYTHON_PLAIN, PYTHON_KEYWORD, PYTHON_STRING, PYTHON_COMMENT };

/* The word, string, comment or single character at `at`, which is not the end of the line: its
 * length in bytes, and its kind. Called again behind it until the end. */
size_t python_next(const char *at, const char *end, enum python_kind *kind);

#endif
