/* sql_math - arithmetic inside SQL, in Python's sense: POWER of whole numbers stays whole, LN of
 * nothing is an error and not NULL. See sql_functions.h. NULL in, NULL out. */
#include <math.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "engine/orm/sql_functions.h"

/* M_PI is no part of C. */
static const double pi = 3.14159265358979323846;

static void raise_exception(sqlite3_context *context) {
    sqlite3_result_error(context, "user-defined function raised exception", -1);
}

static bool is_whole(sqlite3_value *value) {
    return sqlite3_value_type(value) == SQLITE_INTEGER;
}

/* What Python calculates with; a text or a blob raises there. */
static bool is_number(sqlite3_value *value) {
    int type = sqlite3_value_type(value);
    return type == SQLITE_INTEGER || type == SQLITE_FLOAT;
}

/* True when all are numbers; false when one is NULL, whose answer is NULL, or is none: an error. */
static bool are_numbers(sqlite3_context *context, int count, sqlite3_value **arguments) {
    for (int i = 0; i < count; i++)
        if (sqlite3_value_type(arguments[i]) == SQLITE_NULL) return false;
    for (int i = 0; i < count; i++)
        if (!is_number(arguments[i])) {
            raise_exception(context);
            return false;
        }
    return true;
}

/* Python's math functions raise where the result of a number is none, or too large for one. */
static void result_number(sqlite3_context *context, double number) {
    if (isfinite(number))
        sqlite3_result_double(context, number);
    else
        raise_exception(context);
}

/* ---- functions of one number --------------------------------------------------------------- */

static double cotangent(double x) {
    return 1 / tan(x);
}
static double degrees(double x) {
    return x * 180 / pi;
}
static double radians(double x) {
    return x * pi / 180;
}

struct real_function {
    const char *name;
    double (*call)(double);
};

static const struct real_function real_functions[] = {
    {"ACOS", acos},       {"ASIN", asin},       {"ATAN", atan}, {"COS", cos},
    {"COT", cotangent},   {"DEGREES", degrees}, {"EXP", exp},   {"LN", log},
    {"RADIANS", radians}, {"SIN", sin},         {"SQRT", sqrt}, {"TAN", tan},
};

static void call_real(sqlite3_context *context, int count, sqlite3_value **arguments) {
    const struct real_function *function = sqlite3_user_data(context);
    if (are_numbers(context, count, arguments))
        result_number(context, function->call(sqlite3_value_double(arguments[0])));
}

static void round_with(sqlite3_context *context, sqlite3_value *value, double (*round_it)(double)) {
    if (!are_numbers(context, 1, &value)) return;
    double rounded = round_it(sqlite3_value_double(value));
    if (is_whole(value))
        sqlite3_result_value(context, value);
    else if (fabs(rounded) < 0x1p63)
        sqlite3_result_int64(context, (int64_t)rounded);
    else
        raise_exception(context);
}

static void call_ceiling(sqlite3_context *context, int count, sqlite3_value **arguments) {
    (void)count;
    round_with(context, arguments[0], ceil);
}

static void call_floor(sqlite3_context *context, int count, sqlite3_value **arguments) {
    (void)count;
    round_with(context, arguments[0], floor);
}

static void call_sign(sqlite3_context *context, int count, sqlite3_value **arguments) {
    double number = sqlite3_value_double(arguments[0]);
    if (are_numbers(context, count, arguments))
        sqlite3_result_int(context, (number > 0) - (number < 0));
}

static void call_pi(sqlite3_context *context, int count, sqlite3_value **arguments) {
    (void)count, (void)arguments;
    sqlite3_result_double(context, pi);
}

static void call_random(sqlite3_context *context, int count, sqlite3_value **arguments) {
    uint64_t bits;
    (void)count, (void)arguments;
    sqlite3_randomness(sizeof bits, &bits);
    sqlite3_result_double(context, (double)(bits >> 11) * 0x1p-53);
}

/* ---- functions of two ---------------------------------------------------------------------- */

/* base ** exponent of whole numbers by squaring; false when it does not fit 64 bits. */
static bool whole_power(int64_t base, int64_t exponent, int64_t *power) {
    *power = 1;
    for (;;) {
        if (exponent & 1 && __builtin_mul_overflow(*power, base, power)) return false;
        exponent >>= 1;
        if (!exponent) return true;
        if (__builtin_mul_overflow(base, base, &base)) return false;
    }
}

static void call_power(sqlite3_context *context, int count, sqlite3_value **arguments) {
    if (!are_numbers(context, count, arguments)) return;
    int64_t power;
    if (!is_whole(arguments[0]) || !is_whole(arguments[1]) || sqlite3_value_int64(arguments[1]) < 0)
        result_number(context,
                      pow(sqlite3_value_double(arguments[0]), sqlite3_value_double(arguments[1])));
    else if (whole_power(sqlite3_value_int64(arguments[0]), sqlite3_value_int64(arguments[1]),
                         &power))
        sqlite3_result_int64(context, power);
    else
        raise_exception(context);
}

static void call_modulo(sqlite3_context *context, int count, sqlite3_value **arguments) {
    if (are_numbers(context, count, arguments))
        result_number(context,
                      fmod(sqlite3_value_double(arguments[0]), sqlite3_value_double(arguments[1])));
}

static void call_arctangent(sqlite3_context *context, int count, sqlite3_value **arguments) {
    if (are_numbers(context, count, arguments))
        result_number(
            context, atan2(sqlite3_value_double(arguments[0]), sqlite3_value_double(arguments[1])));
}

/* LOG(base, number) */
static void call_logarithm(sqlite3_context *context, int count, sqlite3_value **arguments) {
    if (are_numbers(context, count, arguments))
        result_number(context, log(sqlite3_value_double(arguments[1])) /
                                   log(sqlite3_value_double(arguments[0])));
}

static void call_exclusive_or(sqlite3_context *context, int count, sqlite3_value **arguments) {
    if (!are_numbers(context, count, arguments)) return;
    if (!is_whole(arguments[0]) || !is_whole(arguments[1]))
        raise_exception(context);
    else
        sqlite3_result_int64(context,
                             sqlite3_value_int64(arguments[0]) ^ sqlite3_value_int64(arguments[1]));
}

static const struct {
    const char *name;
    int count, flags;
    void (*call)(sqlite3_context *, int, sqlite3_value **);
} functions[] = {
    {"CEILING", 1, SQLITE_DETERMINISTIC, call_ceiling},
    {"FLOOR", 1, SQLITE_DETERMINISTIC, call_floor},
    {"SIGN", 1, SQLITE_DETERMINISTIC, call_sign},
    {"PI", 0, SQLITE_DETERMINISTIC, call_pi},
    {"RAND", 0, 0, call_random},
    {"POWER", 2, SQLITE_DETERMINISTIC, call_power},
    {"MOD", 2, SQLITE_DETERMINISTIC, call_modulo},
    {"ATAN2", 2, SQLITE_DETERMINISTIC, call_arctangent},
    {"LOG", 2, SQLITE_DETERMINISTIC, call_logarithm},
    {"BITXOR", 2, SQLITE_DETERMINISTIC, call_exclusive_or},
};

/* ---- spread of a group: STDDEV_POP, STDDEV_SAMP, VAR_POP, VAR_SAMP ------------------------- */

/* Welford's running mean and sum of squared distances from it. */
struct spread {
    int64_t count;
    double mean, squares;
    bool strange; /* something was no number */
};

static void spread_step(sqlite3_context *context, int count, sqlite3_value **arguments) {
    (void)count;
    if (sqlite3_value_type(arguments[0]) == SQLITE_NULL) return;
    struct spread *spread = sqlite3_aggregate_context(context, sizeof *spread);
    if (!spread) {
        sqlite3_result_error_nomem(context);
        return;
    }
    spread->strange = spread->strange || !is_number(arguments[0]);
    double value = sqlite3_value_double(arguments[0]), distance = value - spread->mean;
    spread->mean += distance / (double)++spread->count;
    spread->squares += distance * (value - spread->mean);
}

struct spread_function {
    const char *name;
    int fewer;   /* divide by count - fewer */
    bool rooted; /* a deviation: the root of the variance */
};

static const struct spread_function spread_functions[] = {
    {"STDDEV_POP", 0, true},
    {"STDDEV_SAMP", 1, true},
    {"VAR_POP", 0, false},
    {"VAR_SAMP", 1, false},
};

static void spread_finish(sqlite3_context *context) {
    const struct spread_function *function = sqlite3_user_data(context);
    const struct spread *spread = sqlite3_aggregate_context(context, 0);
    if (!spread || spread->strange || spread->count <= function->fewer) {
        sqlite3_result_error(context, "user-defined aggregate's 'finalize' method raised error",
                             -1);
        return;
    }
    double variance = spread->squares / (double)(spread->count - function->fewer);
    sqlite3_result_double(context, function->rooted ? sqrt(variance) : variance);
}

int sql_functions_register_math(sqlite3 *handle) {
    int code = SQLITE_OK;
    for (size_t i = 0; code == SQLITE_OK && i < sizeof real_functions / sizeof real_functions[0];
         i++)
        code = sqlite3_create_function(handle, real_functions[i].name, 1,
                                       SQLITE_UTF8 | SQLITE_DETERMINISTIC,
                                       (void *)&real_functions[i], call_real, NULL, NULL);
    for (size_t i = 0; code == SQLITE_OK && i < sizeof functions / sizeof functions[0]; i++)
        code = sqlite3_create_function(handle, functions[i].name, functions[i].count,
                                       SQLITE_UTF8 | functions[i].flags, NULL, functions[i].call,
                                       NULL, NULL);
    for (size_t i = 0;
         code == SQLITE_OK && i < sizeof spread_functions / sizeof spread_functions[0]; i++)
        code = sqlite3_create_function(
            handle, spread_functions[i].name, 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC,
            (void *)&spread_functions[i], NULL, spread_step, spread_finish);
    return code;
}
