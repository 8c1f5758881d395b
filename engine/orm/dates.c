/* dates - parts of dates and dates cut short: ExtractYear, TruncMonth, Now and their like, which
 * are also the transforms of a lookup: published_at__month.
 *
 * SQLite has no dates; the functions named django_... are registered on the connection.
 *
 * Mirrors django.db.models.functions.datetime. */
#include "engine/orm/blueprint.h"
#include "engine/orm/expression_class.h"

static bool is_date(const struct field *field) {
    return field_kind_is(field->kind, FIELD_DATE);
}

static const char *word_of(const struct expression *node) {
    return node->name ? node->name : node->class->word;
}

static bool is_one_of(const char *word, const char *const *words) {
    while (*words && strcmp(*words, word) != 0) words++;
    return *words != NULL;
}

static const char *const clock_words[] = {"hour", "minute", "second", "time", NULL};
static const char *const calendar_words[] = {"year", "quarter", "month", "week",
                                             "day",  "date",    NULL};

/* ---- parts -------------------------------------------------------------------------------- */

static bool check_extract(const struct resolve *how, struct expression *node) {
    struct fault *fault = how->runtime->fault;
    const struct field *field = expression_output(how->runtime, node->sources[0]);
    if (!field) return false;
    if (!is_date(field) && field->kind != FIELD_TIME)
        return fault_raise(
            fault, "ValueError",
            "Extract input expression must be DateField, DateTimeField, TimeField, or "
            "DurationField.");
    if (field->kind == FIELD_DATE && is_one_of(word_of(node), clock_words))
        return fault_raise(fault, "ValueError",
                           "Cannot extract time component '%s' from DateField '%s'. ",
                           word_of(node), field->name ? field->name : "None");
    return true;
}

/* name('word', source, NULL, NULL): the NULLs are time zones */
static enum written write_call(struct sql *sql, const char *name, const char *word,
                               const struct expression *source, const char *end) {
    sql_add(sql, name);
    sql_add_char(sql, '(');
    if (word) {
        sql_add_char(sql, '\'');
        sql_add(sql, word);
        sql_add(sql, "', ");
    }
    enum written written = expression_write(sql, source);
    if (written == WRITTEN) sql_add(sql, end);
    return written;
}

static enum written write_extract(struct sql *sql, const struct expression *node) {
    const struct field *field = expression_output(sql->runtime, node->sources[0]);
    if (!field) return WRITTEN_FAULT;
    const char *word = word_of(node);
    if (field->kind == FIELD_DATETIME)
        return write_call(sql, "django_datetime_extract", word, node->sources[0], ", NULL, NULL)");
    if (field->kind == FIELD_DATE)
        return write_call(sql, "django_date_extract", word, node->sources[0], ")");
    return write_call(sql, "django_time_extract", word, node->sources[0], ")");
}

/* ---- cut short ---------------------------------------------------------------------------- */

static bool cannot_truncate(const struct resolve *how, const struct expression *node,
                            const struct field *field, const struct field *output) {
    bool explicit = node->class->rule == OUTPUT_FIXED || field->kind != output->kind;
    return fault_raise(how->runtime->fault, "ValueError", "Cannot truncate %s '%s' to %s. ",
                       field_kind_name(field->kind), field->name ? field->name : "None",
                       explicit ? field_kind_name(output->kind) : "DateTimeField");
}

static bool check_trunc(const struct resolve *how, struct expression *node) {
    struct fault *fault = how->runtime->fault;
    const struct field *field = expression_output(how->runtime, node->sources[0]);
    const struct field *output = field ? expression_output(how->runtime, node) : NULL;
    if (!output) return false;
    if (!is_date(field) && field->kind != FIELD_TIME)
        return fault_raise(fault, "AssertionError",
                           field->name ? "'%s' isn't a DateField, TimeField, or DateTimeField."
                                       : "%s isn't a DateField, TimeField, or DateTimeField.",
                           field->name ? field->name : "None");
    if (!is_date(output) && output->kind != FIELD_TIME)
        return fault_raise(fault, "ValueError",
                           "output_field must be either DateField, TimeField, or DateTimeField");
    bool to_datetime = output->kind == FIELD_DATETIME;
    if (field->kind == FIELD_DATE && (to_datetime || is_one_of(word_of(node), clock_words)))
        return cannot_truncate(how, node, field, output);
    if (field->kind == FIELD_TIME && (to_datetime || is_one_of(word_of(node), calendar_words)))
        return cannot_truncate(how, node, field, output);
    return true;
}

static enum written write_trunc(struct sql *sql, const struct expression *node) {
    const struct field *output = expression_output(sql->runtime, node);
    if (!output) return WRITTEN_FAULT;
    const char *name = output->kind == FIELD_DATETIME ? "django_datetime_trunc"
                       : output->kind == FIELD_DATE   ? "django_date_trunc"
                                                      : "django_time_trunc";
    return write_call(sql, name, word_of(node), node->sources[0], ", NULL, NULL)");
}

static enum written write_trunc_date(struct sql *sql, const struct expression *node) {
    return write_call(sql, "django_datetime_cast_date", NULL, node->sources[0], ", NULL, NULL)");
}

static enum written write_trunc_time(struct sql *sql, const struct expression *node) {
    return write_call(sql, "django_datetime_cast_time", NULL, node->sources[0], ", NULL, NULL)");
}

static enum written write_now(struct sql *sql, const struct expression *node) {
    (void)node;
    sql_add(sql, "CURRENT_TIMESTAMP");
    return WRITTEN;
}

/* ---- what listings call ------------------------------------------------------------------- */

/* Extract(expression, lookup_name) and Trunc(expression, kind, output_field=None). */
static bool build_named(struct runtime *runtime, const struct expression_class *class,
                        const struct arguments *arguments, struct value *result) {
    const bool extract = class == &extract_class;
    const char *const names[] = {"expression", extract ? "lookup_name" : "kind",
                                 extract ? "tzinfo" : "output_field", "tzinfo", "is_dst"};
    struct value given[5] = {value_none(), value_none(), value_none(), value_none(), value_none()};
    const struct field *output = NULL;
    if (!expression_read(runtime, class, arguments, names, extract ? 3 : 5, 1 + !extract, given))
        return false;
    if (given[1].kind != VALUE_TEXT)
        return fault_raise(runtime->fault, "ValueError", "lookup_name must be provided");
    if (!extract && !expression_read_output(runtime, given[2], &output)) return false;
    if (given[3].kind != VALUE_NONE || (extract && given[2].kind != VALUE_NONE))
        return fault_raise(runtime->fault, "NotSupported", "time zones");
    struct expression *source = expression_parse(runtime, given[0]);
    struct expression *node = source ? expression_function(runtime, class, &source, 1) : NULL;
    if (!node) return false;
    node->name = given[1].text;
    if (output) node->output = output;
    return expression_given(node, result);
}

#define EXTRACT(variable, python, part)                                                            \
    const struct expression_class variable = {.base = {&expression_class_type},                    \
                                              .type =                                              \
                                                  EXPRESSION_TYPE("functions.datetime", python),   \
                                              .kind = EXPRESSION_FUNCTION,                         \
                                              .arity = 1,                                          \
                                              .rule = OUTPUT_FIXED,                                \
                                              .output_kind = FIELD_INTEGER,                        \
                                              .transform = true,                                   \
                                              .word = (part),                                      \
                                              .build = expression_build_function,                  \
                                              .write = write_extract,                              \
                                              .check = check_extract}

EXTRACT(extract_year, "ExtractYear", "year");
EXTRACT(extract_iso_year, "ExtractIsoYear", "iso_year");
EXTRACT(extract_month, "ExtractMonth", "month");
EXTRACT(extract_day, "ExtractDay", "day");
EXTRACT(extract_week, "ExtractWeek", "week");
EXTRACT(extract_week_day, "ExtractWeekDay", "week_day");
EXTRACT(extract_iso_week_day, "ExtractIsoWeekDay", "iso_week_day");
EXTRACT(extract_quarter, "ExtractQuarter", "quarter");
EXTRACT(extract_hour, "ExtractHour", "hour");
EXTRACT(extract_minute, "ExtractMinute", "minute");
EXTRACT(extract_second, "ExtractSecond", "second");

const struct expression_class extract_class = {.base = {&expression_class_type},
                                               .type =
                                                   EXPRESSION_TYPE("functions.datetime", "Extract"),
                                               .kind = EXPRESSION_FUNCTION,
                                               .rule = OUTPUT_FIXED,
                                               .output_kind = FIELD_INTEGER,
                                               .build = build_named,
                                               .write = write_extract,
                                               .check = check_extract};

#define TRUNC(variable, python, unit)                                                              \
    const struct expression_class variable = {.base = {&expression_class_type},                    \
                                              .type =                                              \
                                                  EXPRESSION_TYPE("functions.datetime", python),   \
                                              .kind = EXPRESSION_FUNCTION,                         \
                                              .arity = 1,                                          \
                                              .word = (unit),                                      \
                                              .build = expression_build_function,                  \
                                              .write = write_trunc,                                \
                                              .check = check_trunc}

TRUNC(trunc_year, "TruncYear", "year");
TRUNC(trunc_quarter, "TruncQuarter", "quarter");
TRUNC(trunc_month, "TruncMonth", "month");
TRUNC(trunc_week, "TruncWeek", "week");
TRUNC(trunc_day, "TruncDay", "day");
TRUNC(trunc_hour, "TruncHour", "hour");
TRUNC(trunc_minute, "TruncMinute", "minute");
TRUNC(trunc_second, "TruncSecond", "second");

const struct expression_class trunc_class = {.base = {&expression_class_type},
                                             .type = EXPRESSION_TYPE("functions.datetime", "Trunc"),
                                             .kind = EXPRESSION_FUNCTION,
                                             .build = build_named,
                                             .write = write_trunc,
                                             .check = check_trunc};

#define TRUNC_TO(variable, python, to, output, writer)                                             \
    const struct expression_class variable = {.base = {&expression_class_type},                    \
                                              .type =                                              \
                                                  EXPRESSION_TYPE("functions.datetime", python),   \
                                              .kind = EXPRESSION_FUNCTION,                         \
                                              .arity = 1,                                          \
                                              .rule = OUTPUT_FIXED,                                \
                                              .output_kind = (output),                             \
                                              .transform = true,                                   \
                                              .word = (to),                                        \
                                              .build = expression_build_function,                  \
                                              .write = (writer),                                   \
                                              .check = check_trunc}

TRUNC_TO(trunc_date, "TruncDate", "date", FIELD_DATE, write_trunc_date);
TRUNC_TO(trunc_time, "TruncTime", "time", FIELD_TIME, write_trunc_time);

const struct expression_class now_class = {.base = {&expression_class_type},
                                           .type = EXPRESSION_TYPE("functions.datetime", "Now"),
                                           .kind = EXPRESSION_FUNCTION,
                                           .rule = OUTPUT_FIXED,
                                           .output_kind = FIELD_DATETIME,
                                           .build = expression_build_function,
                                           .write = write_now};

/* ---- as transforms ------------------------------------------------------------------------ */

const struct expression_class *transform_find(enum field_kind kind, const char *name) {
    static const struct expression_class *const of_dates[] = {
        &extract_year,     &extract_month,        &extract_day,
        &extract_week_day, &extract_iso_week_day, &extract_week,
        &extract_iso_year, &extract_quarter,      NULL};
    static const struct expression_class *const of_times[] = {&extract_hour, &extract_minute,
                                                              &extract_second, NULL};
    static const struct expression_class *const of_datetimes[] = {&trunc_date, &trunc_time, NULL};
    const struct expression_class *const *lists[] = {
        field_kind_is(kind, FIELD_DATE) ? of_dates : NULL,
        kind == FIELD_DATETIME || kind == FIELD_TIME ? of_times : NULL,
        kind == FIELD_DATETIME ? of_datetimes : NULL};
    for (size_t i = 0; i < 3; i++)
        for (const struct expression_class *const *class = lists[i]; class && *class; class ++)
            if (strcmp((*class)->word, name) == 0) return *class;
    return NULL;
}
