/* functions - Lower, Coalesce, Concat and their like: what `from django.db.models.functions import
 * ...` finds, with the form each takes in SQLite. The date functions are in dates.c.
 *
 * Mirrors django.db.models.functions and expressions.Func. */
#include "engine/orm/blueprint.h"
#include "engine/orm/expression_class.h"

/* ---- building ----------------------------------------------------------------------------- */

static bool check_count(struct runtime *runtime, const struct expression_class *class,
                        size_t count) {
    if (class->arity && count != (size_t) class->arity)
        return fault_raise(runtime->fault, "TypeError", "'%s' takes exactly %d %s (%zu given)",
                           class->type.name, class->arity,
                           class->arity == 1 ? "argument" : "arguments", count);
    if (count < class->least)
        return fault_raise(runtime->fault, "ValueError", "%s must take at least two expressions",
                           class->type.name);
    return true;
}

/* Whatever would change the template is refused; other words a function does not know change
 * nothing in Django either. */
static bool read_keywords(struct runtime *runtime, const struct arguments *arguments,
                          const struct field **output, const char **function) {
    for (size_t i = 0; i < arguments->keyword_count; i++) {
        const struct keyword *keyword = &arguments->keywords[i];
        if (strcmp(keyword->name, "output_field") == 0) {
            if (!expression_read_output(runtime, keyword->value, output)) return false;
        } else if (strcmp(keyword->name, "function") == 0 && keyword->value.kind == VALUE_TEXT) {
            *function = keyword->value.text;
        } else if (strcmp(keyword->name, "tzinfo") != 0 || keyword->value.kind != VALUE_NONE) {
            return fault_raise(runtime->fault, "NotSupported", "the argument '%s' of a function",
                               keyword->name);
        }
    }
    return true;
}

bool expression_build_function(struct runtime *runtime, const struct expression_class *class,
                               const struct arguments *arguments, struct value *result) {
    const struct field *output = NULL;
    const char *function = NULL;
    if (!check_count(runtime, class, arguments->count)) return false;
    if (!read_keywords(runtime, arguments, &output, &function)) return false;
    if (!class->sql && !class->write && !function)
        return fault_raise(runtime->fault, "NotSupported", "%s() without a function",
                           class->type.name);
    struct expression *node = expression_new(runtime, EXPRESSION_FUNCTION, arguments->count);
    if (!node) return false;
    node->base.type = &class->type;
    node->class = class;
    node->output = output;
    node->name = function;
    for (size_t i = 0; i < arguments->count; i++) {
        node->sources[i] = expression_parse(runtime, arguments->values[i]);
        if (!node->sources[i]) return false;
    }
    expression_settle(node);
    return expression_given(node, result);
}

/* Cast(expression, output_field) */
static bool build_cast(struct runtime *runtime, const struct expression_class *class,
                       const struct arguments *arguments, struct value *result) {
    static const char *const names[] = {"expression", "output_field"};
    struct value given[2] = {value_none(), value_none()};
    const struct field *output = NULL;
    if (!expression_read(runtime, class, arguments, names, 2, 2, given)) return false;
    if (!expression_read_output(runtime, given[1], &output)) return false;
    struct expression *source = expression_parse(runtime, given[0]);
    struct expression *node = source ? expression_function(runtime, class, &source, 1) : NULL;
    if (node) node->output = output;
    return expression_given(node, result);
}

/* Substr(expression, pos, length=None) */
static bool build_substr(struct runtime *runtime, const struct expression_class *class,
                         const struct arguments *arguments, struct value *result) {
    static const char *const names[] = {"expression", "pos", "length"};
    struct value given[3] = {value_none(), value_none(), value_none()};
    if (!expression_read(runtime, class, arguments, names, 3, 2, given)) return false;
    if (given[1].kind == VALUE_INT && given[1].integer < 1)
        return fault_raise(runtime->fault, "ValueError", "'pos' must be greater than 0");
    const struct arguments plain = {.values = given, .count = given[2].kind == VALUE_NONE ? 2 : 3};
    return expression_build_function(runtime, class, &plain, result);
}

/* Left(expression, length), Right(expression, length) */
static bool build_left(struct runtime *runtime, const struct expression_class *class,
                       const struct arguments *arguments, struct value *result) {
    static const char *const names[] = {"expression", "length"};
    struct value given[2] = {value_none(), value_none()};
    if (!expression_read(runtime, class, arguments, names, 2, 2, given)) return false;
    if (given[1].kind == VALUE_INT && given[1].integer < 1)
        return fault_raise(runtime->fault, "ValueError", "'length' must be greater than 0.");
    return expression_build_function(runtime, class,
                                     &(struct arguments){.values = given, .count = 2}, result);
}

/* Replace(expression, text, replacement=Value('')) */
static bool build_replace(struct runtime *runtime, const struct expression_class *class,
                          const struct arguments *arguments, struct value *result) {
    static const char *const names[] = {"expression", "text", "replacement"};
    struct expression *nothing = expression_value(runtime, value_text(""));
    if (!nothing) return false;
    struct value given[3] = {value_none(), value_none(), value_object(&nothing->base)};
    if (!expression_read(runtime, class, arguments, names, 3, 2, given)) return false;
    return expression_build_function(runtime, class,
                                     &(struct arguments){.values = given, .count = 3}, result);
}

/* Repeat(expression, number) */
static bool build_repeat(struct runtime *runtime, const struct expression_class *class,
                         const struct arguments *arguments, struct value *result) {
    static const char *const names[] = {"expression", "number"};
    struct value given[2] = {value_none(), value_none()};
    if (!expression_read(runtime, class, arguments, names, 2, 2, given)) return false;
    if (given[1].kind == VALUE_INT && given[1].integer < 0)
        return fault_raise(runtime->fault, "ValueError", "'number' must be greater or equal to 0.");
    return expression_build_function(runtime, class,
                                     &(struct arguments){.values = given, .count = 2}, result);
}

/* LPad(expression, length, fill_text=Value(' ')), RPad(...) */
static bool build_pad(struct runtime *runtime, const struct expression_class *class,
                      const struct arguments *arguments, struct value *result) {
    static const char *const names[] = {"expression", "length", "fill_text"};
    struct expression *space = expression_value(runtime, value_text(" "));
    if (!space) return false;
    struct value given[3] = {value_none(), value_none(), value_object(&space->base)};
    if (!expression_read(runtime, class, arguments, names, 3, 2, given)) return false;
    if (given[1].kind == VALUE_INT && given[1].integer < 0)
        return fault_raise(runtime->fault, "ValueError", "'length' must be greater or equal to 0.");
    return expression_build_function(runtime, class,
                                     &(struct arguments){.values = given, .count = 3}, result);
}

/* Concat(a, b, c) is a pair of a and the pair of b and c. */
static const struct expression_class pair_class;

static struct expression *paired(struct runtime *runtime, const struct value *values,
                                 size_t count) {
    struct expression *sources[2] = {expression_parse(runtime, values[0]), NULL};
    if (!sources[0]) return NULL;
    sources[1] =
        count == 2 ? expression_parse(runtime, values[1]) : paired(runtime, values + 1, count - 1);
    return sources[1] ? expression_function(runtime, &pair_class, sources, 2) : NULL;
}

static bool build_concat(struct runtime *runtime, const struct expression_class *class,
                         const struct arguments *arguments, struct value *result) {
    const struct field *output = NULL;
    const char *function = NULL;
    if (!check_count(runtime, class, arguments->count)) return false;
    if (!read_keywords(runtime, arguments, &output, &function)) return false;
    struct expression *pair = paired(runtime, arguments->values, arguments->count);
    struct expression *node = pair ? expression_function(runtime, class, &pair, 1) : NULL;
    if (node) node->output = output;
    return expression_given(node, result);
}

/* ---- SQL of a form of their own ----------------------------------------------------------- */

/* COALESCE(source, '') */
static enum written write_coalesced(struct sql *sql, const struct expression *source) {
    sql_add(sql, "COALESCE(");
    enum written written = expression_write(sql, source);
    if (written != WRITTEN) return written;
    sql_add(sql, ", ");
    sql_add_parameter(sql, value_text(""));
    sql_add_char(sql, ')');
    return WRITTEN;
}

/* a || b, where NULL counts as '' */
static enum written write_pair(struct sql *sql, const struct expression *node) {
    enum written written = write_coalesced(sql, node->sources[0]);
    if (written != WRITTEN) return written;
    sql_add(sql, " || ");
    return write_coalesced(sql, node->sources[1]);
}

static enum written write_concat(struct sql *sql, const struct expression *node) {
    return expression_write(sql, node->sources[0]);
}

static enum written write_named(struct sql *sql, const struct expression *node) {
    sql_add(sql, node->name);
    sql_add_char(sql, '(');
    for (size_t i = 0; i < node->source_count; i++) {
        if (i) sql_add(sql, ", ");
        enum written written = expression_write(sql, node->sources[i]);
        if (written != WRITTEN) return written;
    }
    sql_add_char(sql, ')');
    return WRITTEN;
}

/* SUBSTR(source, 1, length) */
static enum written write_left(struct sql *sql, const struct expression *node) {
    sql_add(sql, "SUBSTR(");
    enum written written = expression_write(sql, node->sources[0]);
    if (written != WRITTEN) return written;
    sql_add(sql, ", ");
    sql_add_parameter(sql, value_int(1));
    sql_add(sql, ", ");
    written = expression_write(sql, node->sources[1]);
    if (written == WRITTEN) sql_add_char(sql, ')');
    return written;
}

/* SUBSTR(source, (length * -1)) */
static enum written write_right(struct sql *sql, const struct expression *node) {
    sql_add(sql, "SUBSTR(");
    enum written written = expression_write(sql, node->sources[0]);
    if (written != WRITTEN) return written;
    sql_add(sql, ", (");
    written = expression_write(sql, node->sources[1]);
    if (written != WRITTEN) return written;
    sql_add(sql, " * ");
    sql_add_parameter(sql, value_int(-1));
    sql_add(sql, "))");
    return WRITTEN;
}

static const char *type_in_sql(const struct field *output) {
    switch (output->kind) {
    case FIELD_INTEGER:
    case FIELD_AUTO: return "integer";
    case FIELD_BIG_INTEGER:
    case FIELD_DURATION:
    case FIELD_FOREIGN_KEY:
    case FIELD_ONE_TO_ONE: return output->kind == FIELD_ONE_TO_ONE ? "integer" : "bigint";
    case FIELD_FLOAT: return "real";
    case FIELD_BOOLEAN: return "bool";
    case FIELD_UUID: return "char(32)";
    case FIELD_BINARY: return "BLOB";
    default: return "text";
    }
}

/* CAST(source AS type); dates and times through SQLite's own functions */
static enum written write_cast(struct sql *sql, const struct expression *node) {
    const struct field *output = node->output;
    bool plain = false;
    if (output->kind == FIELD_DATETIME || output->kind == FIELD_TIME) {
        sql_add(sql, "strftime(");
        sql_add_parameter(
            sql, value_text(output->kind == FIELD_TIME ? "%H:%M:%f" : "%Y-%m-%d %H:%M:%f"));
        sql_add(sql, ", ");
    } else if (output->kind == FIELD_DATE) {
        sql_add(sql, "date(");
    } else {
        plain = true;
        sql_add(sql, "CAST(");
    }
    enum written written = expression_write(sql, node->sources[0]);
    if (written != WRITTEN) return written;
    int length = output->max_length || output->kind != FIELD_EMAIL ? output->max_length : 254;
    bool text = output->kind == FIELD_CHAR || output->kind == FIELD_EMAIL;
    if (plain && text && length)
        text_format(&sql->text, " AS varchar(%d)", length);
    else if (plain)
        text_format(&sql->text, " AS %s", type_in_sql(output));
    sql_add_char(sql, ')');
    return WRITTEN;
}

static bool check_cast(const struct resolve *how, struct expression *node) {
    if (node->output && node->output->kind != FIELD_DECIMAL) return true;
    return fault_raise(how->runtime->fault, "NotSupported", "casting to decimals");
}

/* ---- the classes -------------------------------------------------------------------------- */

/* MODULE is the file of django.db.models.functions that has it. */
#define FUNCTION(variable, python, sql_name, ...)                                                  \
    const struct expression_class variable = {.base = {&expression_class_type},                    \
                                              .type =                                              \
                                                  EXPRESSION_TYPE("functions." MODULE, python),    \
                                              .kind = EXPRESSION_FUNCTION,                         \
                                              .sql = (sql_name),                                   \
                                              __VA_ARGS__}
#define PLAIN .build = expression_build_function
#define GIVES(kind_of) .rule = OUTPUT_FIXED, .output_kind = (kind_of)

const struct expression_class func_class = {.base = {&expression_class_type},
                                            .type = EXPRESSION_TYPE("expressions", "Func"),
                                            .kind = EXPRESSION_FUNCTION,
                                            .build = expression_build_function,
                                            .write = write_named};

#define MODULE "comparison"
FUNCTION(coalesce_class, "Coalesce", "COALESCE", PLAIN, .least = 2);
FUNCTION(cast_class, "Cast", "CAST", .build = build_cast, .write = write_cast, .check = check_cast);
static FUNCTION(greatest_class, "Greatest", "MAX", PLAIN, .least = 2);
static FUNCTION(least_class, "Least", "MIN", PLAIN, .least = 2);
static FUNCTION(nullif_class, "NullIf", "NULLIF", PLAIN, .arity = 2);
static FUNCTION(collate_class, "Collate", NULL, .build = expression_refuse);
#undef MODULE

#define MODULE "text"
static FUNCTION(pair_class, "ConcatPair", "CONCAT", PLAIN, .write = write_pair);
static FUNCTION(concat_class, "Concat", NULL, .build = build_concat, .write = write_concat,
                .least = 2);
static FUNCTION(length_class, "Length", "LENGTH", PLAIN, .arity = 1, GIVES(FIELD_INTEGER));
static FUNCTION(lower_class, "Lower", "LOWER", PLAIN, .arity = 1);
static FUNCTION(upper_class, "Upper", "UPPER", PLAIN, .arity = 1);
static FUNCTION(trim_class, "Trim", "TRIM", PLAIN, .arity = 1);
static FUNCTION(ltrim_class, "LTrim", "LTRIM", PLAIN, .arity = 1);
static FUNCTION(rtrim_class, "RTrim", "RTRIM", PLAIN, .arity = 1);
static FUNCTION(chr_class, "Chr", "CHAR", PLAIN, .arity = 1);
static FUNCTION(ord_class, "Ord", "UNICODE", PLAIN, .arity = 1, GIVES(FIELD_INTEGER));
static FUNCTION(substr_class, "Substr", "SUBSTR", .build = build_substr, GIVES(FIELD_CHAR));
static FUNCTION(left_class, "Left", "LEFT", .build = build_left, .write = write_left,
                GIVES(FIELD_CHAR));
static FUNCTION(right_class, "Right", "RIGHT", .build = build_left, .write = write_right,
                GIVES(FIELD_CHAR));
static FUNCTION(replace_class, "Replace", "REPLACE", .build = build_replace);
static FUNCTION(strindex_class, "StrIndex", "INSTR", PLAIN, .arity = 2, GIVES(FIELD_INTEGER));
static FUNCTION(reverse_class, "Reverse", "REVERSE", PLAIN, .arity = 1);
static FUNCTION(repeat_class, "Repeat", "REPEAT", .build = build_repeat, GIVES(FIELD_CHAR));
static FUNCTION(lpad_class, "LPad", "LPAD", .build = build_pad, GIVES(FIELD_CHAR));
static FUNCTION(rpad_class, "RPad", "RPAD", .build = build_pad, GIVES(FIELD_CHAR));
static FUNCTION(md5_class, "MD5", NULL, .build = expression_refuse);
#undef MODULE

#define MODULE "math"
FUNCTION(random_class, "Random", "RAND", GIVES(FIELD_FLOAT), PLAIN);
static FUNCTION(abs_class, "Abs", "ABS", PLAIN, .arity = 1);
static FUNCTION(ceil_class, "Ceil", "CEILING", PLAIN, .arity = 1);
static FUNCTION(floor_class, "Floor", "FLOOR", PLAIN, .arity = 1);
static FUNCTION(round_class, "Round", "ROUND", PLAIN, .arity = 1);
static FUNCTION(sign_class, "Sign", "SIGN", PLAIN, .arity = 1);
static FUNCTION(sqrt_class, "Sqrt", "SQRT", PLAIN, .arity = 1, .rule = OUTPUT_NUMERIC);
static FUNCTION(exp_class, "Exp", "EXP", PLAIN, .arity = 1, .rule = OUTPUT_NUMERIC);
static FUNCTION(ln_class, "Ln", "LN", PLAIN, .arity = 1, .rule = OUTPUT_NUMERIC);
static FUNCTION(log_class, "Log", "LOG", PLAIN, .arity = 2, .rule = OUTPUT_NUMERIC);
static FUNCTION(power_class, "Power", "POWER", PLAIN, .arity = 2, .rule = OUTPUT_NUMERIC);
static FUNCTION(mod_class, "Mod", "MOD", PLAIN, .arity = 2, .rule = OUTPUT_NUMERIC);
#undef MODULE

#define MODULE "window"
static FUNCTION(row_number_class, "RowNumber", NULL, .build = expression_refuse);
static FUNCTION(rank_class, "Rank", NULL, .build = expression_refuse);
#undef MODULE

static const struct module_name names[] = {
    EXPRESSION_NAME("Coalesce", coalesce_class),
    EXPRESSION_NAME("Cast", cast_class),
    EXPRESSION_NAME("Greatest", greatest_class),
    EXPRESSION_NAME("Least", least_class),
    EXPRESSION_NAME("NullIf", nullif_class),
    EXPRESSION_NAME("Concat", concat_class),
    EXPRESSION_NAME("ConcatPair", pair_class),
    EXPRESSION_NAME("Length", length_class),
    EXPRESSION_NAME("Lower", lower_class),
    EXPRESSION_NAME("Upper", upper_class),
    EXPRESSION_NAME("Trim", trim_class),
    EXPRESSION_NAME("LTrim", ltrim_class),
    EXPRESSION_NAME("RTrim", rtrim_class),
    EXPRESSION_NAME("Chr", chr_class),
    EXPRESSION_NAME("Ord", ord_class),
    EXPRESSION_NAME("Substr", substr_class),
    EXPRESSION_NAME("Left", left_class),
    EXPRESSION_NAME("Right", right_class),
    EXPRESSION_NAME("Replace", replace_class),
    EXPRESSION_NAME("StrIndex", strindex_class),
    EXPRESSION_NAME("Abs", abs_class),
    EXPRESSION_NAME("Ceil", ceil_class),
    EXPRESSION_NAME("Floor", floor_class),
    EXPRESSION_NAME("Round", round_class),
    EXPRESSION_NAME("Sign", sign_class),
    EXPRESSION_NAME("Sqrt", sqrt_class),
    EXPRESSION_NAME("Exp", exp_class),
    EXPRESSION_NAME("Ln", ln_class),
    EXPRESSION_NAME("Log", log_class),
    EXPRESSION_NAME("Power", power_class),
    EXPRESSION_NAME("Mod", mod_class),
    EXPRESSION_NAME("Random", random_class),
    EXPRESSION_NAME("Now", now_class),
    EXPRESSION_NAME("Extract", extract_class),
    EXPRESSION_NAME("ExtractYear", extract_year),
    EXPRESSION_NAME("ExtractIsoYear", extract_iso_year),
    EXPRESSION_NAME("ExtractMonth", extract_month),
    EXPRESSION_NAME("ExtractDay", extract_day),
    EXPRESSION_NAME("ExtractWeek", extract_week),
    EXPRESSION_NAME("ExtractWeekDay", extract_week_day),
    EXPRESSION_NAME("ExtractIsoWeekDay", extract_iso_week_day),
    EXPRESSION_NAME("ExtractQuarter", extract_quarter),
    EXPRESSION_NAME("ExtractHour", extract_hour),
    EXPRESSION_NAME("ExtractMinute", extract_minute),
    EXPRESSION_NAME("ExtractSecond", extract_second),
    EXPRESSION_NAME("Trunc", trunc_class),
    EXPRESSION_NAME("TruncYear", trunc_year),
    EXPRESSION_NAME("TruncQuarter", trunc_quarter),
    EXPRESSION_NAME("TruncMonth", trunc_month),
    EXPRESSION_NAME("TruncWeek", trunc_week),
    EXPRESSION_NAME("TruncDay", trunc_day),
    EXPRESSION_NAME("TruncDate", trunc_date),
    EXPRESSION_NAME("TruncTime", trunc_time),
    EXPRESSION_NAME("TruncHour", trunc_hour),
    EXPRESSION_NAME("TruncMinute", trunc_minute),
    EXPRESSION_NAME("TruncSecond", trunc_second),
    EXPRESSION_NAME("Reverse", reverse_class),
    EXPRESSION_NAME("Repeat", repeat_class),
    EXPRESSION_NAME("LPad", lpad_class),
    EXPRESSION_NAME("RPad", rpad_class),
    EXPRESSION_NAME("MD5", md5_class),
    EXPRESSION_NAME("Collate", collate_class),
    EXPRESSION_NAME("RowNumber", row_number_class),
    EXPRESSION_NAME("Rank", rank_class),
};

const struct module function_module = {"django.db.models.functions", names,
                                       sizeof names / sizeof names[0]};
