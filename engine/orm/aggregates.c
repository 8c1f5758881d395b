/* aggregates - Count, Sum, Avg, Min, Max, StdDev, Variance.
 *
 * Mirrors django.db.models.aggregates. */
#include "engine/orm/blueprint.h"
#include "engine/orm/expression_class.h"

struct options {
    struct value distinct, filter, output, sample;
};

static bool read_options(struct runtime *runtime, const struct arguments *arguments,
                         struct options *options) {
    *options = (struct options){value_none(), value_none(), value_none(), value_none()};
    const struct {
        const char *name;
        struct value *slot;
    } known[] = {{"distinct", &options->distinct},
                 {"filter", &options->filter},
                 {"output_field", &options->output},
                 {"sample", &options->sample}};
    for (size_t i = 0; i < arguments->keyword_count; i++) {
        const struct keyword *keyword = &arguments->keywords[i];
        size_t at = 0;
        while (at < 4 && strcmp(known[at].name, keyword->name) != 0) at++;
        if (at == 4)
            return fault_raise(runtime->fault, "NotSupported", "the argument '%s' of an aggregate",
                               keyword->name);
        *known[at].slot = keyword->value;
    }
    return true;
}

/* filter=Q(...) is one source more; an empty Q is none. */
static bool read_filter(struct runtime *runtime, struct value value, struct expression **filter) {
    *filter = expression_of(value);
    if (*filter && (*filter)->kind == EXPRESSION_Q && !(*filter)->item_count) *filter = NULL;
    if (expression_of(value) || value.kind == VALUE_NONE) return true;
    return fault_raise(runtime->fault, "NotSupported", "a filter that is no Q");
}

static bool build_aggregate(struct runtime *runtime, const struct expression_class *class,
                            const struct arguments *arguments, struct value *result) {
    struct options options;
    struct expression *filter = NULL;
    bool distinct = false;
    if (!read_options(runtime, arguments, &options) ||
        !read_filter(runtime, options.filter, &filter))
        return false;
    if (options.distinct.kind != VALUE_NONE && !object_truth(runtime, options.distinct, &distinct))
        return false;
    if (distinct && !class->allow_distinct)
        return fault_raise(runtime->fault, "TypeError", "%s does not allow distinct.",
                           class->type.name);
    if (!arguments->count)
        return fault_raise(runtime->fault, "TypeError",
                           "%s() missing 1 required positional argument: 'expression'",
                           class == &count_class ? "Count.__init__" : class->type.name);
    if (arguments->count > 1)
        return fault_raise(runtime->fault, "NotSupported", "an aggregate of several expressions");
    struct value source = arguments->values[0];
    bool star = class == &count_class && source.kind == VALUE_TEXT && strcmp(source.text, "*") == 0;
    if (star && options.filter.kind != VALUE_NONE)
        return fault_raise(runtime->fault, "ValueError",
                           "Star cannot be used with filter. Please specify a field.");
    struct expression *sources[2] = {star ? expression_new(runtime, EXPRESSION_STAR, 0)
                                          : expression_parse(runtime, source),
                                     filter};
    struct expression *node =
        sources[0] ? expression_function(runtime, class, sources, filter ? 2 : 1) : NULL;
    if (!node || !expression_read_output(runtime, options.output, &node->output)) return false;
    node->distinct = distinct;
    node->has_filter = filter != NULL;
    return expression_given(node, result);
}

/* sample=True: the sample's spread instead of the population's. */
static bool build_spread(struct runtime *runtime, const struct expression_class *class,
                         const struct arguments *arguments, struct value *result) {
    bool sample = false;
    for (size_t i = 0; i < arguments->keyword_count; i++)
        if (strcmp(arguments->keywords[i].name, "sample") == 0 &&
            !object_truth(runtime, arguments->keywords[i].value, &sample))
            return false;
    if (!build_aggregate(runtime, class, arguments, result)) return false;
    bool deviation = class == &stddev_class;
    ((struct expression *)result->object)->name =
        deviation ? (sample ? "STDDEV_SAMP" : "STDDEV_POP") : (sample ? "VAR_SAMP" : "VAR_POP");
    return true;
}

#define AGGREGATE(variable, python, sql_name, output, distinct, builder)                           \
    const struct expression_class variable = {.base = {&expression_class_type},                    \
                                              .type = EXPRESSION_TYPE("aggregates", python),       \
                                              .kind = EXPRESSION_AGGREGATE,                        \
                                              .sql = (sql_name),                                   \
                                              .rule = (output),                                    \
                                              .output_kind = FIELD_INTEGER,                        \
                                              .allow_distinct = (distinct),                        \
                                              .build = (builder)}

AGGREGATE(count_class, "Count", "COUNT", OUTPUT_FIXED, true, build_aggregate);
AGGREGATE(sum_class, "Sum", "SUM", OUTPUT_OF_SOURCES, true, build_aggregate);
AGGREGATE(avg_class, "Avg", "AVG", OUTPUT_NUMERIC, true, build_aggregate);
AGGREGATE(min_class, "Min", "MIN", OUTPUT_OF_SOURCES, false, build_aggregate);
AGGREGATE(max_class, "Max", "MAX", OUTPUT_OF_SOURCES, false, build_aggregate);
AGGREGATE(stddev_class, "StdDev", NULL, OUTPUT_NUMERIC, false, build_spread);
AGGREGATE(variance_class, "Variance", NULL, OUTPUT_NUMERIC, false, build_spread);
