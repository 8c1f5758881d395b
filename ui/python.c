/* python - see python.h. */
#include "ui/python.h"

#include <stdbool.h>
#include <string.h>

static const char *const keywords[] = {
    "False", "None",   "True",    "and",   "as",     "async", "await",  "class", "def",   "elif",
    "else",  "except", "finally", "for",   "from",   "if",    "import", "in",    "is",    "lambda",
    "not",   "or",     "pass",    "raise", "return", "try",   "while",  "with",  "yield",
};

static bool is_word_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (unsigned char)c >= 0x80;
}

static size_t word_length(const char *at, const char *end) {
    size_t length = 0;
    while (at + length < end && is_word_byte(at[length])) length++;
    return length;
}

static bool is_keyword(const char *word, size_t length) {
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
        if (strlen(keywords[i]) == length && memcmp(keywords[i], word, length) == 0) return true;
    return false;
}

/* From a quote to its end, or to the end of the line. */
static size_t string_length(const char *at, const char *end) {
    const char *c = at + 1;
    for (; c < end && *c != *at; c++)
        if (*c == '\\' && c + 1 < end) c++;
    return (size_t)(c < end ? c + 1 - at : end - at);
}

size_t python_next(const char *at, const char *end, enum python_kind *kind) {
    *kind = PYTHON_PLAIN;
    if (*at == '#') {
        *kind = PYTHON_COMMENT;
        return (size_t)(end - at);
    }
    if (*at == '"' || *at == '\'') {
        *kind = PYTHON_STRING;
        return string_length(at, end);
    }
    if (!is_word_byte(*at)) return 1;
    size_t length = word_length(at, end);
    if (is_keyword(at, length)) *kind = PYTHON_KEYWORD;
    return length;
}
