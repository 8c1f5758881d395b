/* format - format specs: f'{total:,}', '{:>10}'.format(x), '%.2f' % x.
 *
 *     spec ::= [[fill]align][sign][#][0][width][, | _][.precision][type]
 *
 * Three ways in, one way to pad: plain_format reads a spec, string_format (str.format) and
 * string_percent (the older %) turn their own notations into one. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/object/object.h"
#include "engine/object/plain.h"

struct spec {
    char fill[5]; /* one character, UTF-8 */
    char align;   /* < > ^ = or 0: the kind's own */
    char sign;    /* + - space or 0 */
    bool alternate;
    int64_t width;
    char grouping;     /* , _ or 0 */
    int64_t precision; /* -1: none given */
    char type;         /* 0: none given */
};

enum { WIDEST = 1 << 20 };

/* ---- reading a spec ----------------------------------------------------------------------- */

static size_t character_bytes(const char *at) {
    size_t bytes = *at ? 1 : 0;
    while (bytes && ((unsigned char)at[bytes] & 0xC0) == 0x80 && bytes < 4) bytes++;
    return bytes;
}

static bool is_align(char c) {
    return c && strchr("<>^=", c);
}

static int64_t read_number(const char **at) {
    int64_t number = 0;
    for (; **at >= '0' && **at <= '9'; ++*at)
        if (number <= WIDEST) number = number * 10 + (**at - '0');
    return number;
}

/* Separators belong to numbers; a comma to decimal ones. A value's own type of format is asked for
 * where none is given. */
static bool check_grouping(struct runtime *runtime, struct value value, const struct spec *spec) {
    char type = spec->type                  ? spec->type
                : value.kind == VALUE_TEXT  ? 's'
                : value.kind == VALUE_FLOAT ? 'g'
                                            : 'd';
    if (!spec->grouping || strchr(spec->grouping == '_' ? "deEfFgG%boxX" : "deEfFgG%", type))
        return true;
    return fault_raise(runtime->fault, "ValueError", "Cannot specify '%c' with '%c'.",
                       spec->grouping, type);
}

static bool read_spec(struct runtime *runtime, const char *text, const char *type_name,
                      struct spec *spec) {
    *spec = (struct spec){.fill = " ", .precision = -1};
    const char *at = text;
    size_t bytes = character_bytes(at);
    if (bytes && is_align(at[bytes])) {
        memcpy(spec->fill, at, bytes);
        spec->fill[bytes] = '\0';
        spec->align = at[bytes];
        at += bytes + 1;
    } else if (is_align(*at)) {
        spec->align = *at++;
    }
    if (*at == '+' || *at == '-' || *at == ' ') spec->sign = *at++;
    if (*at == '#') spec->alternate = *at++;
    if (*at == '0') {
        if (!spec->align) {
            strcpy(spec->fill, "0");
            spec->align = '=';
        }
        at++;
    }
    spec->width = read_number(&at);
    if (*at == ',' || *at == '_') spec->grouping = *at++;
    if (*at == '.') {
        at++;
        if (*at < '0' || *at > '9')
            return fault_raise(runtime->fault, "ValueError", "Format specifier missing precision");
        spec->precision = read_number(&at);
    }
    if (*at) spec->type = *at++;
    if (*at)
        return fault_raise(runtime->fault, "ValueError",
                           "Invalid format specifier '%s' for object of type '%s'", text,
                           type_name);
    if (spec->width > WIDEST || spec->precision > WIDEST) return fault_no_memory(runtime->fault);
    return true;
}

/* ---- padding ------------------------------------------------------------------------------ */

static void add_fill(struct text *text, const struct spec *spec, int64_t count) {
    for (; count > 0; count--) text_add(text, spec->fill);
}

/* prefix (a sign) and body, padded to the width; `natural` is the alignment of the kind. */
static const char *pad(struct runtime *runtime, const struct spec *spec, const char *prefix,
                       const char *body, char natural) {
    char align = spec->align ? spec->align : natural;
    int64_t used = string_length(value_text(body)) + (int64_t)strlen(prefix);
    int64_t room = spec->width > used ? spec->width - used : 0;
    int64_t before = align == '>' ? room : align == '^' ? room / 2 : 0;
    struct text text;
    text_init(&text, runtime->arena);
    add_fill(&text, spec, before);
    text_add(&text, prefix);
    if (align == '=') add_fill(&text, spec, room);
    text_add(&text, body);
    if (align != '=') add_fill(&text, spec, room - before);
    const char *finished = text_finish(&text);
    return runtime_has(runtime, finished) ? finished : NULL;
}

static const char *sign_of(const struct spec *spec, bool negative) {
    return negative ? "-" : spec->sign == '+' ? "+" : spec->sign == ' ' ? " " : "";
}

/* Puts a separator between groups of digits of the whole part. Zeros that fill up to the width
 * are grouped with it, as Python does: f'{1234:09,}' is '0,001,234'. */
static const char *group(struct runtime *runtime, const struct spec *spec, const char *digits,
                         size_t size, size_t prefix) {
    size_t whole = strspn(digits, size == 3 ? "0123456789" : "0123456789abcdefABCDEF");
    size_t rest = strlen(digits) - whole;
    size_t zeros = 0, wanted = (size_t)spec->width;
    bool fills = spec->align == '=' && strcmp(spec->fill, "0") == 0;
    while (fills && (whole + zeros) + (whole + zeros - 1) / size + rest + prefix < wanted) zeros++;
    struct text text;
    text_init(&text, runtime->arena);
    for (size_t i = 0; i < zeros + whole; i++) {
        if (i && (zeros + whole - i) % size == 0) text_add_char(&text, spec->grouping);
        text_add_char(&text, i < zeros ? '0' : digits[i - zeros]);
    }
    text_add(&text, digits + whole);
    const char *finished = text_finish(&text);
    return runtime_has(runtime, finished) ? finished : NULL;
}

/* ---- kinds -------------------------------------------------------------------------------- */

static const char *unknown_code(struct runtime *runtime, char type, const char *name) {
    if ((type == 'n' || type == 'c') && strcmp(name, "str") != 0)
        fault_raise(runtime->fault, "NotSupported", "the format code '%c'", type);
    else
        fault_raise(runtime->fault, "ValueError",
                    "Unknown format code '%c' for object of type '%s'", type, name);
    return NULL;
}

static const char *format_text(struct runtime *runtime, struct value value, struct spec *spec) {
    if (spec->type && spec->type != 's') return unknown_code(runtime, spec->type, "str");
    if (spec->sign) {
        fault_raise(runtime->fault, "ValueError", "Sign not allowed in string format specifier");
        return NULL;
    }
    if (spec->align == '=' && strcmp(spec->fill, "0") == 0) spec->align = '<'; /* f'{s:05}' */
    if (spec->align == '=') {
        fault_raise(runtime->fault, "ValueError",
                    "'=' alignment not allowed in string format specifier");
        return NULL;
    }
    if (spec->precision >= 0) {
        struct slice slice = {value_none(), value_int(spec->precision), value_none()};
        if (!string_get_slice(runtime, value, &slice, &value)) return NULL;
    }
    return pad(runtime, spec, "", value.text, '<');
}

static const char *integer_digits(struct runtime *runtime, uint64_t number, char type) {
    char digits[72], *at = digits + sizeof digits - 1;
    const char *alphabet = type == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    unsigned base = type == 'b' ? 2 : type == 'o' ? 8 : type == 'x' || type == 'X' ? 16 : 10;
    *at = '\0';
    do *--at = alphabet[number % base];
    while (number /= base);
    const char *text = arena_string(runtime->arena, at);
    return runtime_has(runtime, text) ? text : NULL;
}

static const char *format_real(struct runtime *, double real, struct spec *, const char *name);

static const char *format_integer(struct runtime *runtime, struct value value, struct spec *spec) {
    char type = spec->type ? spec->type : 'd';
    if (strchr("eEfFgG%", type)) return format_real(runtime, number_real(value), spec, "int");
    if (!strchr("bdoxX", type)) return unknown_code(runtime, type, "int");
    if (spec->precision >= 0) {
        fault_raise(runtime->fault, "ValueError",
                    "Precision not allowed in integer format specifier");
        return NULL;
    }
    bool negative = value.kind == VALUE_BIGINT ? value.text[0] == '-' : value.integer < 0;
    if (value.kind == VALUE_BIGINT && type != 'd') {
        fault_raise(runtime->fault, "NotSupported", "an integer beyond 64 bits in base 2, 8 or 16");
        return NULL;
    }
    uint64_t size = value.kind == VALUE_BIGINT ? 0
                    : negative                 ? 0 - (uint64_t)value.integer
                                               : (uint64_t)value.integer;
    const char *digits =
        value.kind == VALUE_BIGINT ? value.text + negative : integer_digits(runtime, size, type);
    char prefix[4] = "";
    strcpy(prefix, sign_of(spec, negative));
    if (spec->alternate && type != 'd') {
        size_t length = strlen(prefix);
        prefix[length] = '0';
        prefix[length + 1] = type;
        prefix[length + 2] = '\0';
    }
    if (digits && spec->grouping)
        digits = group(runtime, spec, digits, type == 'd' ? 3 : 4, strlen(prefix));
    return digits ? pad(runtime, spec, prefix, digits, '>') : NULL;
}

/* A float without a type reads like repr(), but for a precision, which counts digits. */
static const char *real_digits(struct runtime *runtime, double real, const struct spec *spec) {
    char short_text[FLOAT_TEXT];
    char type = spec->type ? spec->type : 'g';
    if (!spec->type && spec->precision < 0) {
        float_repr(real, short_text);
        const char *text = arena_string(runtime->arena, short_text);
        return runtime_has(runtime, text) ? text : NULL;
    }
    int precision = spec->precision < 0 ? 6 : (int)spec->precision;
    char format[8] = "%.*f";
    format[3] = type == '%' ? 'f' : type;
    const char *text =
        arena_format(runtime->arena, format, precision, type == '%' ? real * 100 : real);
    if (!runtime_has(runtime, text)) return NULL;
    if (type == '%') text = arena_format(runtime->arena, "%s%%", text);
    if (!spec->type && text && !strpbrk(text, ".ein")) /* 3 as a float is 3.0 */
        text = arena_format(runtime->arena, "%s.0", text);
    return runtime_has(runtime, text) ? text : NULL;
}

static const char *format_real(struct runtime *runtime, double real, struct spec *spec,
                               const char *name) {
    if (spec->type && !strchr("eEfFgG%", spec->type))
        return unknown_code(runtime, spec->type, name);
    if (spec->alternate) {
        fault_raise(runtime->fault, "NotSupported", "'#' in the format of a float");
        return NULL;
    }
    if (!spec->type && spec->precision >= 0) {
        fault_raise(runtime->fault, "NotSupported", "a precision without f, e, g or %%");
        return NULL;
    }
    bool negative = signbit(real) && !isnan(real);
    const char *digits = real_digits(runtime, fabs(real), spec), *sign = sign_of(spec, negative);
    if (digits && spec->grouping) digits = group(runtime, spec, digits, 3, strlen(sign));
    return digits ? pad(runtime, spec, sign, digits, '>') : NULL;
}

const char *plain_format(struct runtime *runtime, struct value value, const char *text) {
    struct spec spec;
    if (value.kind >= VALUE_DATE && value.kind <= VALUE_DATETIME)
        return date_format(runtime, value, text);
    bool known = value_is_number(value) || value.kind == VALUE_TEXT;
    if (!known) {
        fault_raise(runtime->fault, "TypeError",
                    "unsupported format string passed to %s.__format__", value_type_name(value));
        return NULL;
    }
    if (!read_spec(runtime, text, value_type_name(value), &spec)) return NULL;
    if (!check_grouping(runtime, value, &spec)) return NULL;
    if (value.kind == VALUE_TEXT) return format_text(runtime, value, &spec);
    if (value.kind == VALUE_FLOAT) return format_real(runtime, value.real, &spec, "float");
    return format_integer(runtime, value, &spec);
}

const char *object_format(struct runtime *runtime, struct value value, const char *spec) {
    if (!*spec) return object_str(runtime, value);
    if (value.kind != VALUE_OBJECT) return plain_format(runtime, value, spec);
    if (value.object->type->format) return value.object->type->format(runtime, value.object, spec);
    fault_raise(runtime->fault, "TypeError", "unsupported format string passed to %s.__format__",
                value_type_name(value));
    return NULL;
}
