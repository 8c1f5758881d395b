/* number - arithmetic on bool, int and float.
 *
 * Integers are 64 bits wide. Longer ones exist as decimal digits (a literal, a column) and may be
 * compared, printed and negated; calculating with or into them is NotSupported, never a wrong
 * number. Division and modulo follow Python: they round towards minus infinity. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/object/object.h"
#include "engine/object/plain.h"

bool value_is_number(struct value value) {
    return value.kind >= VALUE_BOOL && value.kind <= VALUE_FLOAT;
}

static bool is_integer(struct value value) {
    return value.kind == VALUE_INT || value.kind == VALUE_BOOL;
}

double number_real(struct value value) {
    if (value.kind == VALUE_FLOAT) return value.real;
    if (value.kind == VALUE_BIGINT) return strtod(value.text, NULL); /* digits only: no locale */
    return (double)value.integer;
}

/* ---- comparison -------------------------------------------------------------------------- */

/* Decimal integers without leading zeros: by sign, then length, then digits. */
static int compare_digits(struct value left, struct value right) {
    bool left_negative = left.text[0] == '-', right_negative = right.text[0] == '-';
    if (left_negative != right_negative) return left_negative ? -1 : 1;
    int order = left.length != right.length ? (left.length > right.length ? 1 : -1)
                                            : memcmp(left.text, right.text, left.length);
    order = (order > 0) - (order < 0);
    return left_negative ? -order : order;
}

/* An int against a float, exactly: the float's whole part fits 64 bits or decides by itself. */
static int compare_integer_real(int64_t integer, double real) {
    if (isnan(real)) return 2;
    if (real >= 9223372036854775808.0) return -1;
    if (real < -9223372036854775808.0) return 1;
    int64_t whole = (int64_t)real;
    if (integer != whole) return integer < whole ? -1 : 1;
    double rest = real - (double)whole;
    return (rest < 0) - (rest > 0);
}

int number_compare(struct value left, struct value right) {
    if (is_integer(left) && is_integer(right))
        return (left.integer > right.integer) - (left.integer < right.integer);
    if (is_integer(left) && right.kind == VALUE_FLOAT)
        return compare_integer_real(left.integer, right.real);
    if (left.kind == VALUE_FLOAT && is_integer(right)) {
        int order = compare_integer_real(right.integer, left.real);
        return order == 2 ? 2 : -order;
    }
    if (left.kind == VALUE_BIGINT && right.kind == VALUE_BIGINT) return compare_digits(left, right);
    if (left.kind == VALUE_BIGINT && is_integer(right)) return left.text[0] == '-' ? -1 : 1;
    if (right.kind == VALUE_BIGINT && is_integer(left)) return right.text[0] == '-' ? 1 : -1;
    double one = number_real(left), two = number_real(right);
    return isnan(one) || isnan(two) ? 2 : (one > two) - (one < two);
}

/* ---- integers ---------------------------------------------------------------------------- */

static bool too_large(struct runtime *runtime) {
    return fault_raise(runtime->fault, "NotSupported",
                       "integers beyond 64 bits are not calculated here");
}

static bool divide_by_zero(struct runtime *runtime, const char *text) {
    return fault_raise(runtime->fault, "ZeroDivisionError", "%s", text);
}

/* a // b and a % b, with a == b * (a // b) + a % b and the remainder's sign that of b. */
static bool integer_divide(struct runtime *runtime, enum operation operation, int64_t left,
                           int64_t right, int64_t *result) {
    if (right == 0)
        return divide_by_zero(runtime, operation == OP_MODULO
                                           ? "integer modulo by zero"
                                           : "integer division or modulo by zero");
    if (left == INT64_MIN && right == -1) {
        *result = 0;
        return operation == OP_MODULO || too_large(runtime);
    }
    int64_t quotient = left / right, remainder = left % right;
    if (remainder != 0 && (remainder < 0) != (right < 0)) {
        quotient--;
        remainder += right;
    }
    *result = operation == OP_MODULO ? remainder : quotient;
    return true;
}

/* Squares and multiplies; the last square is not taken, for it may overflow unused. */
static bool integer_power(struct runtime *runtime, int64_t base, int64_t exponent,
                          int64_t *result) {
    int64_t power = 1;
    for (; exponent > 0; exponent >>= 1) {
        if ((exponent & 1) && __builtin_mul_overflow(power, base, &power))
            return too_large(runtime);
        if (exponent > 1 && __builtin_mul_overflow(base, base, &base)) return too_large(runtime);
    }
    *result = power;
    return true;
}

/* a / b. Up to 53 bits both are doubles as they stand, and one rounding is right; above, only long
 * double holds them. */
static double integer_quotient(int64_t left, int64_t right) {
    const int64_t exact = (int64_t)1 << 53;
    if (left >= -exact && left <= exact && right >= -exact && right <= exact)
        return (double)left / (double)right;
    return (double)((long double)left / (long double)right);
}

static bool real_binary(struct runtime *, enum operation, double left, double right,
                        struct value *result, bool *handled);

static bool integer_binary(struct runtime *runtime, enum operation operation, int64_t left,
                           int64_t right, struct value *result, bool *handled) {
    int64_t answer = 0;
    bool overflow = false;
    switch (operation) {
    case OP_ADD: overflow = __builtin_add_overflow(left, right, &answer); break;
    case OP_SUBTRACT: overflow = __builtin_sub_overflow(left, right, &answer); break;
    case OP_MULTIPLY: overflow = __builtin_mul_overflow(left, right, &answer); break;
    case OP_AND: answer = left & right; break;
    case OP_OR: answer = left | right; break;
    case OP_XOR: answer = left ^ right; break;
    case OP_FLOOR_DIVIDE:
    case OP_MODULO:
        if (!integer_divide(runtime, operation, left, right, &answer)) return false;
        break;
    case OP_POWER:
        if (right < 0)
            return real_binary(runtime, operation, (double)left, (double)right, result, handled);
        if (!integer_power(runtime, left, right, &answer)) return false;
        break;
    case OP_DIVIDE:
        if (right == 0) return divide_by_zero(runtime, "division by zero");
        *result = value_float(integer_quotient(left, right));
        return true;
    default: return !(*handled = false);
    }
    if (overflow) return too_large(runtime);
    *result = value_int(answer);
    return true;
}

/* ---- floats ------------------------------------------------------------------------------ */

/* Python's divmod() of floats: the remainder takes the sign of the divisor. */
static double real_modulo(double left, double right, double *quotient) {
    double remainder = fmod(left, right);
    double whole = (left - remainder) / right;
    if (remainder == 0.0)
        remainder = copysign(0.0, right);
    else if ((right < 0) != (remainder < 0)) {
        remainder += right;
        whole -= 1.0;
    }
    double floored = floor(whole);
    if (whole - floored > 0.5) floored += 1.0;
    *quotient = whole == 0.0 ? copysign(0.0, left / right) : floored;
    return remainder;
}

static bool real_power(struct runtime *runtime, double base, double exponent,
                       struct value *result) {
    if (base == 0.0 && exponent < 0)
        return divide_by_zero(runtime, "0.0 cannot be raised to a negative power");
    if (base < 0 && isfinite(base) && isfinite(exponent) && exponent != floor(exponent))
        return fault_raise(runtime->fault, "NotSupported",
                           "complex numbers are not supported here");
    double power = pow(base, exponent);
    if (isinf(power) && isfinite(base) && isfinite(exponent))
        return fault_raise(runtime->fault, "OverflowError", "(%d, 'Numerical result out of range')",
                           34);
    *result = value_float(power);
    return true;
}

static bool real_binary(struct runtime *runtime, enum operation operation, double left,
                        double right, struct value *result, bool *handled) {
    double quotient, remainder;
    switch (operation) {
    case OP_ADD: *result = value_float(left + right); return true;
    case OP_SUBTRACT: *result = value_float(left - right); return true;
    case OP_MULTIPLY: *result = value_float(left * right); return true;
    case OP_POWER: return real_power(runtime, left, right, result);
    case OP_DIVIDE:
        if (right == 0.0) return divide_by_zero(runtime, "float division by zero");
        *result = value_float(left / right);
        return true;
    case OP_FLOOR_DIVIDE:
    case OP_MODULO:
        if (right == 0.0)
            return divide_by_zero(runtime, operation == OP_MODULO ? "float modulo"
                                                                  : "float floor division by zero");
        remainder = real_modulo(left, right, &quotient);
        *result = value_float(operation == OP_MODULO ? remainder : quotient);
        return true;
    default: return !(*handled = false);
    }
}

/* ---- both -------------------------------------------------------------------------------- */

bool number_binary(struct runtime *runtime, enum operation operation, struct value left,
                   struct value right, struct value *result, bool *handled) {
    *handled = true;
    bool logical = operation == OP_AND || operation == OP_OR || operation == OP_XOR;
    if (left.kind == VALUE_FLOAT || right.kind == VALUE_FLOAT)
        return real_binary(runtime, operation, number_real(left), number_real(right), result,
                           handled);
    if (left.kind == VALUE_BIGINT || right.kind == VALUE_BIGINT) return too_large(runtime);
    if (!integer_binary(runtime, operation, left.integer, right.integer, result, handled))
        return false;
    if (logical && left.kind == VALUE_BOOL && right.kind == VALUE_BOOL) result->kind = VALUE_BOOL;
    return true;
}

static bool digits_negative(struct runtime *runtime, struct value value, struct value *result) {
    if (value.text[0] == '-') {
        *result = value_of_text(VALUE_BIGINT, value.text + 1, value.length - 1);
        return true;
    }
    if (strcmp(value.text, "9223372036854775808") == 0) { /* its negative fits again */
        *result = value_int(INT64_MIN);
        return true;
    }
    char *text = arena_format(runtime->arena, "-%s", value.text);
    if (!runtime_has(runtime, text)) return false;
    *result = value_of_text(VALUE_BIGINT, text, value.length + 1);
    return true;
}

bool number_negative(struct runtime *runtime, struct value value, struct value *result) {
    if (value.kind == VALUE_BIGINT) return digits_negative(runtime, value, result);
    if (value.kind == VALUE_FLOAT) {
        *result = value_float(-value.real);
        return true;
    }
    if (value.integer == INT64_MIN) {
        *result = value_of_text(VALUE_BIGINT, "9223372036854775808", 19);
        return true;
    }
    *result = value_int(-value.integer);
    return true;
}

/* ---- the text of a float ----------------------------------------------------------------- */

/* Writes real with so many significant digits; true when that text reads back as real. */
static bool digits_suffice(double real, int count, char text[FLOAT_TEXT]) {
    snprintf(text, FLOAT_TEXT, "%.*e", count - 1, real);
    return strtod(text, NULL) == real;
}

/* The last digit one up. At a power of two the neighbours below lie closer together than those
 * above, so that a shorter text may exist just above the correctly rounded one. */
static bool next_digit_suffices(double real, char text[FLOAT_TEXT]) {
    char *end = strchr(text, 'e');
    if (!end || end[-1] == '9') return false;
    end[-1]++;
    return strtod(text, NULL) == real;
}

/* Finds the fewest digits that read back. 15 always do where 15 or fewer are enough - padded with
 * zeros, which are cut - except for subnormal numbers, which hold fewer digits. */
static void shortest_digits(double real, char text[FLOAT_TEXT]) {
    bool subnormal = fabs(real) < 2.2250738585072014e-308;
    for (int count = subnormal ? 1 : 15; count < 17; count++) {
        if (digits_suffice(real, count, text)) return;
        int exponent;
        if (count == 16 && fabs(frexp(real, &exponent)) == 0.5 && next_digit_suffices(real, text))
            return;
    }
    digits_suffice(real, 17, text);
}

/* float.__repr__: plain digits for exponents from -4 to 15, else d.ddde+XX. */
void float_repr(double real, char buffer[FLOAT_TEXT]) {
    if (isnan(real) || isinf(real)) {
        snprintf(buffer, FLOAT_TEXT, "%s", isnan(real) ? "nan" : real < 0 ? "-inf" : "inf");
        return;
    }
    char text[FLOAT_TEXT], digits[FLOAT_TEXT] = "";
    shortest_digits(fabs(real), text);
    int count = 0, exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
    for (const char *c = text; *c != 'e'; c++)
        if (*c >= '0' && *c <= '9') digits[count++] = *c; /* skips the point, whatever its sign */
    while (count > 1 && digits[count - 1] == '0') count--;
    char *out = buffer;
    if (signbit(real)) *out++ = '-';
    if (exponent < -4 || exponent > 15) {
        *out++ = digits[0];
        if (count > 1) *out++ = '.';
        for (int i = 1; i < count; i++) *out++ = digits[i];
        snprintf(out, 8, "e%c%02d", exponent < 0 ? '-' : '+', abs(exponent) % 1000);
        return;
    }
    for (int i = exponent < 0 ? exponent : 0; i < count || i <= exponent + 1; i++) {
        if (i == exponent + 1) {
            *out++ = '.';
            if (i >= count) *out++ = '0';
        }
        if (i > exponent && i >= count) break;
        *out++ = i < 0 || i >= count ? '0' : digits[i];
    }
    *out = '\0';
}
