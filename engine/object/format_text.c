/* format_text - whole templates: '{} of {}'.format(a, b) and '%s of %d' % (a, b). */
#include <string.h>

#include "engine/object/object.h"
#include "engine/object/plain.h"

static bool finish(struct runtime *runtime, struct text *text, struct value *result) {
    const char *finished = text_finish(text);
    if (!runtime_has(runtime, finished)) return false;
    *result = value_of_text(VALUE_TEXT, finished, text->length);
    return true;
}

/* ---- str.format --------------------------------------------------------------------------- */

/* How the fields so far were counted: by themselves, {}, or by their own numbers, {0}. */
struct numbering {
    size_t automatic; /* the next field's number */
    bool manual;
};

static bool number_field(struct runtime *runtime, const char *name, struct numbering *numbering,
                         size_t *index) {
    bool manual = *name != '\0';
    if (manual ? numbering->automatic > 0 : numbering->manual)
        return fault_raise(runtime->fault, "ValueError", "cannot switch from %s to %s",
                           manual ? "automatic field numbering" : "manual field specification",
                           manual ? "manual field specification" : "automatic field numbering");
    numbering->manual = manual;
    *index = manual ? 0 : numbering->automatic++;
    for (const char *digit = name; *digit; digit++)
        if (*index < 100000) *index = *index * 10 + (size_t)(*digit - '0');
    return true;
}

/* The value a field's name stands for: '', '0' or 'name'. */
static bool field_value(struct runtime *runtime, const struct arguments *arguments,
                        const char *name, struct numbering *numbering, struct value *value) {
    size_t index = 0;
    bool numbered = *name != '\0' && strspn(name, "0123456789") == strlen(name);
    if (strpbrk(name, ".[") || strlen(name) > 64)
        return fault_raise(runtime->fault, "NotSupported", "attributes and items in str.format()");
    if (*name && !numbered) {
        for (size_t i = 0; i < arguments->keyword_count; i++) {
            if (strcmp(arguments->keywords[i].name, name) != 0) continue;
            *value = arguments->keywords[i].value;
            return true;
        }
        return fault_raise(runtime->fault, "KeyError", "'%s'", name);
    }
    if (!number_field(runtime, name, numbering, &index)) return false;
    if (index >= arguments->count)
        return fault_raise(runtime->fault, "IndexError",
                           "Replacement index %zu out of range for positional args tuple", index);
    *value = arguments->values[index];
    return true;
}

/* field ::= "{" name ["!" r|s] [":" spec] "}"; *at stands behind the brace. */
static bool add_field(struct runtime *runtime, const struct arguments *arguments, const char **at,
                      struct numbering *numbering, struct text *text) {
    const char *end = strchr(*at, '}');
    if (!end)
        return fault_raise(runtime->fault, "ValueError",
                           **at ? "expected '}' before end of string"
                                : "Single '{' encountered in format string");
    char *field = arena_copy(runtime->arena, *at, (size_t)(end - *at));
    if (!runtime_has(runtime, field)) return false;
    *at = end + 1;
    if (strchr(field, '{'))
        return fault_raise(runtime->fault, "NotSupported", "fields inside a format spec");
    char *spec = strchr(field, ':'), *conversion = strchr(field, '!');
    if (spec) *spec++ = '\0';
    if (conversion && spec && conversion > spec) conversion = NULL;
    if (conversion) *conversion++ = '\0';
    struct value value;
    if (!field_value(runtime, arguments, field, numbering, &value)) return false;
    if (conversion) {
        if (strcmp(conversion, "r") != 0 && strcmp(conversion, "s") != 0)
            return fault_raise(runtime->fault, "NotSupported", "the conversion '!%s'", conversion);
        const char *converted =
            *conversion == 'r' ? object_repr(runtime, value) : object_str(runtime, value);
        if (!converted) return false;
        value = value_text(converted);
    }
    const char *shown = object_format(runtime, value, spec ? spec : "");
    if (shown) text_add(text, shown);
    return shown != NULL;
}

bool string_format(struct runtime *runtime, struct value self, const struct arguments *arguments,
                   struct value *result) {
    struct text text;
    struct numbering numbering = {0};
    text_init(&text, runtime->arena);
    for (const char *at = self.text; *at;) {
        char c = *at++;
        if ((c == '{' || c == '}') && *at == c) {
            text_add_char(&text, c);
            at++;
        } else if (c == '}') {
            return fault_raise(runtime->fault, "ValueError",
                               "Single '}' encountered in format string");
        } else if (c != '{') {
            text_add_char(&text, c);
        } else if (!add_field(runtime, arguments, &at, &numbering, &text)) {
            return false;
        }
    }
    return finish(runtime, &text, result);
}

/* ---- the % operator ----------------------------------------------------------------------- */

/* Turns %[-][0][+][ ][width][.precision]type into a format spec; false: not one we know. */
static bool percent_spec(const char **at, char spec[32], char *type) {
    bool left = false, zero = false;
    char sign = 0;
    for (; **at && strchr("-0+ #", **at); ++*at) {
        if (**at == '-') left = true;
        if (**at == '0') zero = true;
        if (**at == '+' || (**at == ' ' && !sign)) sign = **at;
    }
    size_t length = 0;
    spec[length++] = left ? '<' : zero ? '=' : '>';
    if (sign) spec[length++] = sign;
    if (zero && !left) { /* 0=: zeros between the sign and the digits */
        memmove(spec + 1, spec, length++);
        spec[0] = '0';
    }
    size_t digits = strspn(*at, "0123456789.");
    if (digits > 12) return false;
    memcpy(spec + length, *at, digits);
    length += digits;
    *at += digits;
    *type = **at;
    if (*type) ++*at;
    if (*type == 'd' || *type == 'i')
        spec[length++] = 'd';
    else if (*type && strchr("feEgGxX", *type))
        spec[length++] = *type;
    spec[length] = '\0';
    return true;
}

/* %d takes a float and leaves its fraction out, %x does not. */
static bool check_percent(struct runtime *runtime, struct value value, char type) {
    bool hex = type == 'x' || type == 'X', whole = hex || type == 'd' || type == 'i';
    if (value_is_number(value) && !(hex && value.kind == VALUE_FLOAT)) return true;
    if (!whole)
        return fault_raise(runtime->fault, "TypeError", "must be real number, not %s",
                           value_type_name(value));
    return fault_raise(runtime->fault, "TypeError", "%%%c format: %s is required, not %s", type,
                       hex ? "an integer" : "a real number", value_type_name(value));
}

static bool add_percent(struct runtime *runtime, struct value value, char *spec, char type,
                        struct text *text) {
    const char *shown;
    if (type == 's' || type == 'r') {
        const char *whole = type == 'r' ? object_repr(runtime, value) : object_str(runtime, value);
        shown = whole ? object_format(runtime, value_text(whole), spec) : NULL;
    } else {
        if (!check_percent(runtime, value, type)) return false;
        if (value.kind == VALUE_BOOL) value.kind = VALUE_INT;
        if ((type == 'd' || type == 'i') && value.kind == VALUE_FLOAT) {
            if (!(value.real > -9e18 && value.real < 9e18))
                return fault_raise(runtime->fault, "NotSupported", "%%d of so large a float");
            value = value_int((int64_t)value.real);
        }
        shown = object_format(runtime, value, spec);
    }
    if (shown) text_add(text, shown);
    return shown != NULL;
}

bool string_percent(struct runtime *runtime, struct value template, struct value arguments,
                    struct value *result) {
    struct list *tuple = object_is(arguments, &tuple_type) ? (struct list *)arguments.object : NULL;
    const struct value *values = tuple ? tuple->items : &arguments;
    size_t count = tuple ? tuple->count : 1, used = 0;
    struct text text;
    text_init(&text, runtime->arena);
    for (const char *at = template.text; *at;) {
        if (*at++ != '%') {
            text_add_char(&text, at[-1]);
            continue;
        }
        char spec[32], type;
        if (*at == '%') {
            text_add_char(&text, *at++);
            continue;
        }
        if (*at == '(' || !percent_spec(&at, spec, &type))
            return fault_raise(runtime->fault, "NotSupported", "this %% format");
        if (!type) return fault_raise(runtime->fault, "ValueError", "incomplete format");
        if (strchr("couaF", type)) return fault_raise(runtime->fault, "NotSupported", "%%%c", type);
        if (!strchr("srdifeEgGxX", type))
            return fault_raise(runtime->fault, "ValueError",
                               "unsupported format character '%c' (0x%x) at index %d", type,
                               (unsigned)(unsigned char)type, (int)(at - 1 - template.text));
        if (used == count)
            return fault_raise(runtime->fault, "TypeError",
                               "not enough arguments for format string");
        if (!add_percent(runtime, values[used++], spec, type, &text)) return false;
    }
    if (used < count && !object_is(arguments, &dict_type))
        return fault_raise(runtime->fault, "TypeError",
                           "not all arguments converted during string formatting");
    return finish(runtime, &text, result);
}
