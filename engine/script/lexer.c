/* lexer - see lexer.h. */
#include "engine/script/lexer.h"

#include <stdio.h>
#include <string.h>

void lexer_init(struct lexer *lexer, struct fault *fault, const char *source, uint32_t line,
                uint32_t column, bool inside) {
    *lexer = (struct lexer){.fault = fault,
                            .at = source,
                            .counted = source,
                            .line = line,
                            .column = column,
                            .begins_line = !inside,
                            .bracket_count = inside ? 1 : 0,
                            .outer_brackets = inside ? 1 : 0,
                            .indent_count = 1};
}

/* ---- places ------------------------------------------------------------------------------- */

static bool begins_character(char c) {
    return ((unsigned char)c & 0xC0) != 0x80;
}

/* Counts the characters up to `place`, which is on the current line and never goes back. */
static uint32_t column_of(struct lexer *lexer, const char *place) {
    for (; lexer->counted < place; lexer->counted++)
        lexer->column += begins_character(*lexer->counted);
    return lexer->column;
}

/* Passes the end of a line: \n, \r or \r\n. */
static void pass_line_end(struct lexer *lexer) {
    lexer->at += lexer->at[0] == '\r' && lexer->at[1] == '\n' ? 2 : 1;
    lexer->line++;
    lexer->column = 1;
    lexer->counted = lexer->at;
}

static struct token make(struct lexer *lexer, enum token_kind kind, const char *start,
                         size_t length) {
    struct token token = {kind, start, length, lexer->line, column_of(lexer, start)};
    lexer->at = start + length;
    return token;
}

static struct token fail_at(struct lexer *lexer, const char *type, uint32_t line, uint32_t column,
                            const char *message) {
    fault_raise(lexer->fault, type, "%s", message);
    fault_place(lexer->fault, line, column);
    return (struct token){TOKEN_END, lexer->at, 0, line, column};
}

static struct token fail(struct lexer *lexer, const char *place, const char *message) {
    return fail_at(lexer, "SyntaxError", lexer->line, column_of(lexer, place), message);
}

static bool is_line_end(char c) {
    return c == '\n' || c == '\r';
}

/* ---- indentation -------------------------------------------------------------------------- */

/* Passes blank lines and comments, and measures the first line that has something on it. */
static uint32_t measure_indent(struct lexer *lexer, uint32_t *alternate) {
    for (;;) {
        uint32_t width = 0;
        *alternate = 0;
        for (;; lexer->at++) {
            if (*lexer->at == ' ')
                width++, ++*alternate;
            else if (*lexer->at == '\t')
                width = width / 8 * 8 + 8, ++*alternate;
            else if (*lexer->at == '\f')
                width = *alternate = 0;
            else
                break;
        }
        if (*lexer->at == '#')
            while (*lexer->at && !is_line_end(*lexer->at)) lexer->at++;
        if (!*lexer->at) return *alternate = 0;
        if (!is_line_end(*lexer->at)) return width;
        pass_line_end(lexer);
    }
}

static struct token fail_indent(struct lexer *lexer, const char *type, const char *message) {
    return fail_at(lexer, type, lexer->line, column_of(lexer, lexer->at), message);
}

/* Tabs and spaces that would nest otherwise with tabs of another width are refused. */
static bool widths_agree(const struct lexer *lexer, uint32_t width, uint32_t alternate) {
    uint32_t current = lexer->indents[lexer->indent_count - 1];
    uint32_t other = lexer->alternates[lexer->indent_count - 1];
    return (width > current) == (alternate > other) && (width == current) == (alternate == other);
}

/* A deeper line is one INDENT, a shallower one as many DEDENTs as blocks it leaves. True when there
 * is a token to give. */
static bool read_indent(struct lexer *lexer, struct token *token) {
    static const char mixed[] = "inconsistent use of tabs and spaces in indentation";
    uint32_t alternate;
    lexer->begins_line = false;
    uint32_t width = measure_indent(lexer, &alternate);
    if (width > lexer->indents[lexer->indent_count - 1]) {
        if (!widths_agree(lexer, width, alternate)) {
            *token = fail_indent(lexer, "TabError", mixed);
        } else if (lexer->indent_count == LEXER_INDENTS) {
            *token = fail_indent(lexer, "IndentationError", "too many levels of indentation");
        } else {
            lexer->alternates[lexer->indent_count] = alternate;
            lexer->indents[lexer->indent_count++] = width;
            *token = make(lexer, TOKEN_INDENT, lexer->at, 0);
        }
        return true;
    }
    while (lexer->indents[lexer->indent_count - 1] > width) {
        lexer->indent_count--;
        lexer->dedents++;
    }
    bool known = lexer->indents[lexer->indent_count - 1] == width;
    if (known && widths_agree(lexer, width, alternate)) return false;
    *token = known ? fail_indent(lexer, "TabError", mixed)
                   : fail_indent(lexer, "IndentationError",
                                 "unindent does not match any outer indentation level");
    return true;
}

/* ---- names -------------------------------------------------------------------------------- */

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static uint32_t decode(const char *at, size_t *bytes) {
    const unsigned char *byte = (const unsigned char *)at;
    *bytes = byte[0] < 0x80 ? 1 : byte[0] < 0xE0 ? 2 : byte[0] < 0xF0 ? 3 : 4;
    uint32_t code = *bytes == 1 ? byte[0] : byte[0] & (0xFFu >> (*bytes + 1));
    for (size_t i = 1; i < *bytes; i++) code = (code << 6) | (byte[i] & 0x3Fu);
    return code;
}

/* Beyond ASCII a name may have letters of any script; these blocks have none. */
static bool is_foreign_letter(uint32_t code) {
    static const struct {
        uint32_t first, last;
    } symbols[] = {{0x80, 0xA9},       {0xAB, 0xB4},       {0xB6, 0xB9},     {0xBB, 0xBF},
                   {0xD7, 0xD7},       {0xF7, 0xF7},       {0x2000, 0x203E}, {0x2041, 0x2070},
                   {0x2080, 0x208F},   {0x20A0, 0x20CF},   {0x2190, 0x2BFF}, {0x2E00, 0x2E7F},
                   {0x3000, 0x3004},   {0x3008, 0x3020},   {0xD800, 0xF8FF}, {0xFE10, 0xFE1F},
                   {0xFE30, 0xFE6F},   {0xFEFF, 0xFF0F},   {0xFF1A, 0xFF20}, {0xFFE0, 0xFFFF},
                   {0x1F000, 0x1FAFF}, {0xE0000, 0x10FFFF}};
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++)
        if (code >= symbols[i].first && code <= symbols[i].last) return false;
    return true;
}

/* The length of the name that begins here; 0 if none does. */
static size_t name_length(const char *start) {
    const char *at = start;
    size_t bytes;
    if (is_digit(*at)) return 0;
    while (is_letter(*at) || is_digit(*at) ||
           ((unsigned char)*at >= 0x80 && is_foreign_letter(decode(at, &bytes)))) {
        decode(at, &bytes);
        at += bytes;
    }
    return (size_t)(at - start);
}

static bool is_keyword(const char *name, size_t length) {
    static const char *const keywords[] = {
        "False", "None",     "True",  "and",    "as",   "assert", "async",  "await",    "break",
        "class", "continue", "def",   "del",    "elif", "else",   "except", "finally",  "for",
        "from",  "global",   "if",    "import", "in",   "is",     "lambda", "nonlocal", "not",
        "or",    "pass",     "raise", "return", "try",  "while",  "with",   "yield"};
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
        if (strlen(keywords[i]) == length && memcmp(keywords[i], name, length) == 0) return true;
    return false;
}

/* ---- numbers ------------------------------------------------------------------------------ */

/* digits ::= digit (["_"] digit)* */
static const char *pass_digits(const char *at) {
    while (is_digit(*at) || (*at == '_' && is_digit(at[1]))) at++;
    return at;
}

/* The values are read in literal.c; here only the extent matters. */
static struct token read_number(struct lexer *lexer) {
    const char *start = lexer->at, *at = start;
    if (at[0] == '0' && at[1] && strchr("xXoObB", at[1])) {
        at += 2;
        while (is_letter(*at) || is_digit(*at)) at++;
        return make(lexer, TOKEN_NUMBER, start, (size_t)(at - start));
    }
    at = pass_digits(at);
    if (*at == '.') at = pass_digits(at + 1);
    if (*at == 'e' || *at == 'E') {
        const char *exponent = at + 1;
        if (*exponent == '+' || *exponent == '-') exponent++;
        if (is_digit(*exponent)) at = pass_digits(exponent);
    }
    /* 1if x else y is legal Python, barely; 1abc is not */
    size_t name = name_length(at);
    if (name && !is_keyword(at, name) && *at != 'j' && *at != 'J')
        return fail(lexer, at, "invalid decimal literal");
    if (*at == 'j' || *at == 'J') at++;
    return make(lexer, TOKEN_NUMBER, start, (size_t)(at - start));
}

/* ---- strings ------------------------------------------------------------------------------ */

/* How many characters before the quote are a string's prefix; -1: this is no string. */
static int string_prefix(const char *at) {
    for (int i = 0; i < 3; i++) {
        if (at[i] == '\'' || at[i] == '"') return i;
        if (!at[i] || !strchr("rRbBuUfF", at[i])) return -1;
    }
    return -1;
}

static struct token read_string(struct lexer *lexer, int prefix) {
    const char *start = lexer->at, *at = start + prefix;
    char quote = *at;
    size_t quotes = at[1] == quote && at[2] == quote ? 3 : 1;
    struct token token = make(lexer, TOKEN_STRING, start, 0);
    lexer->at = at + quotes;
    for (;;) {
        at = lexer->at;
        if (!*at || (quotes == 1 && is_line_end(*at))) {
            char message[80];
            snprintf(message, sizeof message, "unterminated %sstring literal (detected at line %u)",
                     quotes == 3 ? "triple-quoted " : "", (unsigned)lexer->line);
            return fail_at(lexer, "SyntaxError", token.line, token.column, message);
        }
        if (at[0] == quote && (quotes == 1 || (at[1] == quote && at[2] == quote))) break;
        if (*at == '\\' && at[1]) lexer->at++;
        if (is_line_end(*lexer->at))
            pass_line_end(lexer);
        else
            lexer->at++;
    }
    lexer->at += quotes;
    token.length = (size_t)(lexer->at - start);
    return token;
}

/* ---- operators ---------------------------------------------------------------------------- */

static struct token open_bracket(struct lexer *lexer) {
    if (lexer->bracket_count == LEXER_BRACKETS)
        return fail(lexer, lexer->at, "too many nested parentheses");
    struct token token = make(lexer, TOKEN_OPERATOR, lexer->at, 1);
    lexer->brackets[lexer->bracket_count++] = token;
    return token;
}

static struct token close_bracket(struct lexer *lexer) {
    char close = *lexer->at, message[80];
    if (lexer->bracket_count == lexer->outer_brackets) {
        snprintf(message, sizeof message, "unmatched '%c'", close);
        return fail(lexer, lexer->at, message);
    }
    char open = *lexer->brackets[lexer->bracket_count - 1].start;
    if (open != (close == ')' ? '(' : close == ']' ? '[' : '{')) {
        snprintf(message, sizeof message,
                 "closing parenthesis '%c' does not match opening parenthesis '%c'", close, open);
        return fail(lexer, lexer->at, message);
    }
    lexer->bracket_count--;
    return make(lexer, TOKEN_OPERATOR, lexer->at, 1);
}

static struct token read_operator(struct lexer *lexer) {
    static const char *const operators[] = {
        "**=", "//=", ">>=", "<<=", "...", "==", "!=", "<=", ">=", "->", "**", "//", "<<", ">>",
        ":=",  "+=",  "-=",  "*=",  "/=",  "%=", "&=", "|=", "^=", "@=", "+",  "-",  "*",  "/",
        "%",   "@",   "&",   "|",   "^",   "~",  "<",  ">",  ",",  ":",  ".",  ";",  "="};
    const char *at = lexer->at;
    if (strchr("([{", *at)) return open_bracket(lexer);
    if (strchr(")]}", *at)) return close_bracket(lexer);
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        size_t length = strlen(operators[i]);
        if (strncmp(at, operators[i], length) == 0) return make(lexer, TOKEN_OPERATOR, at, length);
    }
    size_t bytes;
    uint32_t code = decode(at, &bytes);
    char message[64] = "invalid syntax";
    if (code >= 0x80)
        snprintf(message, sizeof message, "invalid character '%.*s' (U+%04X)", (int)bytes, at,
                 (unsigned)code);
    else if (code < 0x20 || code == 0x7F)
        snprintf(message, sizeof message, "invalid non-printable character U+%04X", (unsigned)code);
    return fail(lexer, at, message);
}

/* ---- the next token ----------------------------------------------------------------------- */

/* Passes spaces, comments, continued lines and, inside brackets, ends of lines. */
static bool pass_spaces(struct lexer *lexer, struct token *fault) {
    for (;;) {
        char c = *lexer->at;
        if (c == ' ' || c == '\t' || c == '\f') {
            lexer->at++;
        } else if (c == '#') {
            while (*lexer->at && !is_line_end(*lexer->at)) lexer->at++;
        } else if (c == '\\') {
            if (!is_line_end(lexer->at[1])) {
                *fault =
                    fail(lexer, lexer->at,
                         lexer->at[1] ? "unexpected character after line continuation character"
                                      : "unexpected EOF while parsing");
                return false;
            }
            lexer->at++;
            pass_line_end(lexer);
        } else if (is_line_end(c) && lexer->bracket_count) {
            pass_line_end(lexer);
        } else {
            return true;
        }
    }
}

/* A bracket still open is the fault to name, not the end; the one around an f-string's inside is
 * not in the source and does not count. */
static struct token end_of_source(struct lexer *lexer) {
    if (lexer->bracket_count > lexer->outer_brackets) {
        struct token open = lexer->brackets[lexer->bracket_count - 1];
        char message[40];
        snprintf(message, sizeof message, "'%c' was never closed", *open.start);
        return fail_at(lexer, "SyntaxError", open.line, open.column, message);
    }
    return make(lexer, TOKEN_END, lexer->at, 0);
}

struct token lexer_next(struct lexer *lexer) {
    struct token token;
    if (lexer->begins_line && read_indent(lexer, &token)) return token;
    if (lexer->dedents) {
        lexer->dedents--;
        return make(lexer, TOKEN_DEDENT, lexer->at, 0);
    }
    if (!pass_spaces(lexer, &token)) return token;
    char c = *lexer->at;
    if (!c || is_line_end(c)) {
        if (lexer->in_line && !lexer->bracket_count) {
            lexer->in_line = false;
            token = make(lexer, TOKEN_NEWLINE, lexer->at, 0);
            if (c) pass_line_end(lexer);
            lexer->begins_line = true;
            return token;
        }
        return end_of_source(lexer);
    }
    lexer->in_line = true;
    int prefix = string_prefix(lexer->at);
    if (prefix >= 0) return read_string(lexer, prefix);
    size_t name = name_length(lexer->at);
    if (name)
        return make(lexer, is_keyword(lexer->at, name) ? TOKEN_KEYWORD : TOKEN_NAME, lexer->at,
                    name);
    if (is_digit(c) || (c == '.' && is_digit(lexer->at[1]))) return read_number(lexer);
    return read_operator(lexer);
}

/* Whether the line that begins here goes on with a statement: its first word is that of a clause.
 */
static bool is_clause(const char *line) {
    static const char *const words[] = {"elif", "else", "except", "finally"};
    size_t length = name_length(line);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i]) == length && memcmp(words[i], line, length) == 0) return true;
    return false;
}

void lexer_recover(struct lexer *lexer, const struct token *token) {
    if (token->kind == TOKEN_NEWLINE) { /* the line after it has not been looked at */
        lexer->at = lexer->counted = token->start;
        lexer->line = token->line;
        lexer->column = token->column;
    }
    while (*lexer->at) {
        while (*lexer->at && !is_line_end(*lexer->at)) lexer->at++;
        if (!*lexer->at) break;
        pass_line_end(lexer);
        if (*lexer->at && !strchr(" \t\f#\r\n", *lexer->at) && !is_clause(lexer->at)) break;
    }
    lexer->begins_line = true;
    lexer->in_line = false;
    lexer->bracket_count = 0;
    lexer->indent_count = 1;
    lexer->dedents = 0;
}
