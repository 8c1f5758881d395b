/* literal - numbers and texts as they are written.
 *
 *     string  ::= [r|u|b|f|rb|fr] ("'" ... "'" | '"' ... '"' | three of either)
 *     f-string: literal text, "{{", "}}" and fields
 *     field   ::= "{" expression ["="] ["!" r|s|a] [":" spec] "}"      spec: again text and fields
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/text.h"
#include "engine/script/parser.h"

/* ---- numbers ------------------------------------------------------------------------------ */

enum { MOST_DIGITS = 4300 }; /* Python's own limit */

/* The digits without underscores; NULL when the token is no number after all. */
static char *plain_digits(struct parser *parser, const struct token *token) {
    char *digits = arena_alloc(parser->arena, token->length + 1);
    size_t count = 0;
    if (!digits) return fault_no_memory(&parser->fault), NULL;
    for (size_t i = 0; i < token->length; i++) {
        if (token->start[i] != '_')
            digits[count++] = token->start[i];
        else if (i + 1 == token->length || token->start[i + 1] == '_')
            return parser_fail(parser, token, "invalid decimal literal"), NULL;
    }
    return digits;
}

static bool read_based(struct parser *parser, const struct token *token, const char *digits,
                       struct value *value) {
    int base = strchr("xX", digits[1]) ? 16 : strchr("oO", digits[1]) ? 8 : 2;
    const char *kind = base == 16 ? "hexadecimal" : base == 8 ? "octal" : "binary";
    char message[60], *end;
    unsigned long long number = strtoull(digits + 2, &end, base);
    if (*end || end == digits + 2 || digits[2] == '-' || digits[2] == '+') {
        snprintf(message, sizeof message, "invalid %s literal", kind);
        return parser_fail(parser, token, message);
    }
    if (strlen(digits) > 66 || number > INT64_MAX)
        return parser_refuse(parser, token, "an integer beyond 64 bits in base 2, 8 or 16");
    *value = value_int((int64_t)number);
    return true;
}

static bool read_decimal(struct parser *parser, const struct token *token, const char *digits,
                         struct value *value) {
    size_t zeros = strspn(digits, "0"), length = strlen(digits);
    if (zeros && zeros < length)
        return parser_fail(parser, token,
                           "leading zeros in decimal integer literals are not permitted; use an 0o "
                           "prefix for octal integers");
    if (length > MOST_DIGITS)
        return parser_fail(parser, token,
                           "Exceeds the limit (4300 digits) for integer string conversion");
    int64_t number = 0;
    for (size_t i = 0; i < length; i++) {
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, digits[i] - '0', &number)) {
            *value = value_of_text(VALUE_BIGINT, digits, length);
            return true;
        }
    }
    *value = value_int(number);
    return true;
}

struct node *parse_number(struct parser *parser) {
    struct token token = parser->token;
    struct node *node = parser_node(parser, NODE_CONSTANT, &token);
    char *digits = node ? plain_digits(parser, &token) : NULL;
    if (!digits) return NULL;
    char last = digits[strlen(digits) - 1];
    bool based = digits[0] == '0' && digits[1] && strchr("xXoObB", digits[1]), fine = true;
    if (!based && (last == 'j' || last == 'J'))
        fine = parser_refuse(parser, &token, "a complex number");
    else if (based)
        fine = read_based(parser, &token, digits, &node->constant);
    else if (strpbrk(digits, ".eE"))
        node->constant = value_float(strtod(digits, NULL));
    else
        fine = read_decimal(parser, &token, digits, &node->constant);
    parser_advance(parser);
    return fine ? node : NULL;
}

/* ---- escapes ------------------------------------------------------------------------------ */

/* One string token, taken apart. */
struct string {
    struct token token;
    const char *text; /* between the quotes */
    size_t length;
    bool raw, bytes, formatted;
};

static struct string take_apart(const struct token *token) {
    struct string string = {.token = *token};
    const char *at = token->start;
    for (; *at != '\'' && *at != '"'; at++) {
        string.raw = string.raw || *at == 'r' || *at == 'R';
        string.bytes = string.bytes || *at == 'b' || *at == 'B';
        string.formatted = string.formatted || *at == 'f' || *at == 'F';
    }
    size_t prefix = (size_t)(at - token->start);
    size_t quotes = token->length - prefix >= 6 && at[1] == at[0] && at[2] == at[0] ? 3 : 1;
    string.text = at + quotes;
    string.length = token->length - prefix - 2 * quotes;
    return string;
}

static void add_code(struct text *text, uint32_t code) {
    char bytes[4];
    size_t count = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = count; i-- > 1; code >>= 6) bytes[i] = (char)(0x80 | (code & 0x3F));
    bytes[0] = (char)(count == 1 ? code : (0xF0u << (4 - count)) | code);
    text_add_bytes(text, bytes, count);
}

/* Reads count digits of a base; false when there are fewer. */
static bool read_code(const char *at, const char *end, int count, uint32_t base, uint32_t *code) {
    *code = 0;
    for (int i = 0; i < count; i++) {
        if (at + i >= end) return false;
        char c = at[i];
        uint32_t digit = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                         : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10)
                         : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A' + 10)
                                                : 99;
        if (digit >= base) return false;
        *code = *code * base + digit;
    }
    return true;
}

/* \xhh \uhhhh \Uhhhhhhhh \ooo; *at stands behind the backslash and is moved past the escape. */
static bool add_numbered(struct parser *parser, const struct string *string, const char **at,
                         struct text *text) {
    const char *end = string->text + string->length;
    int digits = **at == 'x' ? 2 : **at == 'u' ? 4 : **at == 'U' ? 8 : 0;
    uint32_t code = 0;
    if (digits) {
        if (!read_code(*at + 1, end, digits, 16, &code)) {
            char message[120];
            snprintf(message, sizeof message,
                     "(unicode error) 'unicodeescape' codec can't decode bytes: truncated \\%c%s "
                     "escape",
                     **at,
                     digits == 2   ? "XX"
                     : digits == 4 ? "XXXX"
                                   : "XXXXXXXX");
            return parser_fail(parser, &string->token, message);
        }
        *at += 1 + digits;
    } else {
        for (int i = 0; i < 3 && *at < end && **at >= '0' && **at <= '7'; i++, ++*at)
            code = code * 8 + (uint32_t)(**at - '0');
    }
    if (code == 0) return parser_refuse(parser, &string->token, "a NUL character in a text");
    if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
        return parser_refuse(parser, &string->token, "a surrogate or a code beyond Unicode");
    if (string->bytes)
        text_add_char(text, (char)code);
    else
        add_code(text, code);
    return true;
}

/* Adds text from `at` on, with escapes replaced; stops at `end`. */
static bool add_unescaped(struct parser *parser, const struct string *string, const char *at,
                          const char *end, struct text *text) {
    static const char letters[] = "nrtabfv\\'\"", meanings[] = "\n\r\t\a\b\f\v\\'\"";
    while (at < end) {
        if (*at != '\\' || string->raw || at + 1 >= end) {
            if (*at == '\r') { /* the ends of lines are all \n inside a text */
                at += at + 1 < end && at[1] == '\n' ? 2 : 1;
                text_add_char(text, '\n');
            } else {
                text_add_char(text, *at++);
            }
            continue;
        }
        char c = *++at;
        const char *letter = strchr(letters, c);
        if (c == '\n' || c == '\r') {
            at += c == '\r' && at + 1 < end && at[1] == '\n' ? 2 : 1;
        } else if (letter) {
            text_add_char(text, meanings[letter - letters]);
            at++;
        } else if (c == 'x' || (c >= '0' && c <= '7') ||
                   (!string->bytes && (c == 'u' || c == 'U'))) {
            if (!add_numbered(parser, string, &at, text)) return false;
        } else if (c == 'N' && !string->bytes) {
            return parser_refuse(parser, &string->token, "'\\N{...}'");
        } else { /* not an escape: Python keeps the backslash */
            text_add_char(text, '\\');
        }
    }
    return true;
}

/* ---- f-strings ---------------------------------------------------------------------------- */

/* What an f-string is put together from: finished parts, and text not yet closed into one. */
struct pieces {
    struct node *node; /* FORMATTED */
    size_t capacity;
    struct text text;
};

static bool flush(struct parser *parser, const struct token *place, struct pieces *pieces) {
    if (pieces->text.length == 0) return true;
    struct node *constant = parser_node(parser, NODE_CONSTANT, place);
    const char *text = text_finish(&pieces->text);
    if (!constant || !text) return fault_no_memory(&parser->fault);
    constant->constant = value_of_text(VALUE_TEXT, text, pieces->text.length);
    text_init(&pieces->text, parser->arena);
    return parser_append(parser, &pieces->node->items, constant, &pieces->capacity);
}

static bool add_formatted(struct parser *, const struct string *, const char **at, const char *end,
                          int depth, struct pieces *);

/* Finds where a field's expression ends: at a ! : = or } outside brackets and quotes. */
static const char *expression_end(struct parser *parser, const struct string *string,
                                  const char *at, const char *end) {
    int depth = 0;
    char quote = 0;
    for (; at < end; at++) {
        if (*at == '\\')
            return parser_fail(parser, &string->token,
                               "f-string expression part cannot include a backslash"),
                   NULL;
        if (quote) {
            if (*at == quote) quote = 0;
            continue;
        }
        if (*at == '#')
            return parser_fail(parser, &string->token,
                               "f-string expression part cannot include '#'"),
                   NULL;
        if (*at == '\'' || *at == '"')
            quote = *at;
        else if (strchr("([{", *at))
            depth++;
        else if (depth && strchr(")]}", *at))
            depth--;
        else if (depth == 0 && strchr("!=<>", *at) && at + 1 < end && at[1] == '=')
            at++;
        else if (depth == 0 && strchr("!:=}", *at))
            return at;
    }
    return parser_fail(parser, &string->token, "f-string: expecting '}'"), NULL;
}

/* Where a place inside the token stands in the listing. */
static void place_of(const struct string *string, const char *at, uint32_t *line,
                     uint32_t *column) {
    *line = string->token.line;
    *column = string->token.column;
    for (const char *c = string->token.start; c < at; c++) {
        bool ends = *c == '\n' || (*c == '\r' && c[1] != '\n');
        if (ends)
            *column = 1, ++*line;
        else
            *column += ((unsigned char)*c & 0xC0) != 0x80;
    }
}

static bool add_spec(struct parser *parser, const struct string *string, const char **at,
                     const char *end, int depth, struct node *field) {
    struct pieces spec = {.node = parser_node(parser, NODE_FORMATTED, &string->token)};
    if (!spec.node) return false;
    text_init(&spec.text, parser->arena);
    field->field.spec = spec.node;
    return add_formatted(parser, string, at, end, depth + 1, &spec) &&
           flush(parser, &string->token, &spec);
}

static bool add_field(struct parser *parser, const struct string *string, const char **at,
                      const char *end, int depth, struct pieces *pieces) {
    const char *start = *at, *stop = expression_end(parser, string, start, end);
    if (!stop) return false;
    const char *shown = start;
    while (shown < stop && strchr(" \t\r\n", *shown)) shown++;
    if (shown == stop)
        return parser_fail(parser, &string->token, "f-string: empty expression not allowed");
    char *text = arena_copy(parser->arena, start, (size_t)(stop - start));
    struct node *field = parser_node(parser, NODE_FIELD, &string->token);
    if (!text || !field) return fault_no_memory(&parser->fault);
    uint32_t line, column;
    place_of(string, start, &line, &column);
    field->field.value = parse_inside(parser, text, line, column);
    if (!field->field.value) return false;
    *at = stop;
    bool debug = **at == '=';
    if (debug) { /* f'{x=}' shows the expression as it is written */
        for (++*at; *at < end && **at == ' ';) ++*at;
        text_add_bytes(&pieces->text, start, (size_t)(*at - start));
    }
    if (*at < end && **at == '!') {
        char conversion = *at + 1 < end ? (*at)[1] : 0;
        if (conversion == 'a') return parser_refuse(parser, &string->token, "'!a'");
        if (conversion != 'r' && conversion != 's')
            return parser_fail(parser, &string->token,
                               "f-string: invalid conversion character: expected 's', 'r', or 'a'");
        field->operation = (uint8_t)conversion;
        *at += 2;
    } else if (debug && (*at >= end || **at != ':')) {
        field->operation = 'r'; /* with a spec the value is formatted as it is */
    }
    if (*at < end && **at == ':') {
        ++*at;
        if (!add_spec(parser, string, at, end, depth, field)) return false;
    }
    if (*at >= end || **at != '}')
        return parser_fail(parser, &string->token, "f-string: expecting '}'");
    ++*at;
    return flush(parser, &string->token, pieces) &&
           parser_append(parser, &pieces->node->items, field, &pieces->capacity);
}

/* Text and fields up to the end, or, inside a spec, up to its closing brace. */
static bool add_formatted(struct parser *parser, const struct string *string, const char **at,
                          const char *end, int depth, struct pieces *pieces) {
    if (depth > 2)
        return parser_fail(parser, &string->token, "f-string: expressions nested too deeply");
    while (*at < end) {
        const char *stop = *at;
        while (stop < end && *stop != '{' && *stop != '}')
            stop +=
                *stop == '\\' && !string->raw && stop + 1 < end && stop[1] != '{' && stop[1] != '}'
                    ? 2
                    : 1;
        if (!add_unescaped(parser, string, *at, stop, &pieces->text)) return false;
        *at = stop;
        if (stop == end) return true;
        if (depth == 0 && stop + 1 < end && stop[1] == *stop) {
            text_add_char(&pieces->text, *stop);
            *at += 2;
        } else if (*stop == '}') {
            if (depth) return true;
            return parser_fail(parser, &string->token, "f-string: single '}' is not allowed");
        } else {
            ++*at;
            if (!add_field(parser, string, at, end, depth, pieces)) return false;
        }
    }
    return true;
}

/* ---- string literals ---------------------------------------------------------------------- */

static bool add_string(struct parser *parser, const struct string *string, struct pieces *pieces) {
    const char *at = string->text, *end = at + string->length;
    if (string->formatted) return add_formatted(parser, string, &at, end, 0, pieces);
    for (const char *c = at; string->bytes && c < end; c++)
        if ((unsigned char)*c >= 0x80)
            return parser_fail(parser, &string->token,
                               "bytes can only contain ASCII literal characters");
    return add_unescaped(parser, string, at, end, &pieces->text);
}

/* Neighbouring literals are one: 'a' f'{b}' "c". */
struct node *parse_strings(struct parser *parser) {
    struct token first = parser->token;
    struct pieces pieces = {.node = parser_node(parser, NODE_FORMATTED, &first)};
    bool bytes = false, formatted = false, texts = false;
    if (!pieces.node) return NULL;
    text_init(&pieces.text, parser->arena);
    while (parser->token.kind == TOKEN_STRING) {
        struct string string = take_apart(&parser->token);
        bytes = bytes || string.bytes;
        texts = texts || !string.bytes;
        formatted = formatted || string.formatted;
        if (bytes && texts)
            return parser_fail(parser, &string.token, "cannot mix bytes and nonbytes literals"),
                   NULL;
        if (!add_string(parser, &string, &pieces)) return NULL;
        parser_advance(parser);
    }
    if (formatted) return flush(parser, &first, &pieces) ? pieces.node : NULL;
    const char *text = text_finish(&pieces.text);
    if (!text) return fault_no_memory(&parser->fault), NULL;
    pieces.node->kind = NODE_CONSTANT;
    pieces.node->constant =
        value_of_text(bytes ? VALUE_BYTES : VALUE_TEXT, text, pieces.text.length);
    return pieces.node;
}
